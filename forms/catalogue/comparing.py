"""What a draft changes of the published version, and how much of what is stored it touches."""

from dataclasses import dataclass, field

from forms import answers, workbook
from forms.access import Actor
from forms.answers import Choices
from forms.catalogue.versions import current, draft, schema
from forms.models import Form, FormVersion
from forms.workbook import Changes


@dataclass(frozen=True)
class DraftChanges:
    """What a draft changes.

    `answered` counts the stored answers to questions that are no longer asked, by the published path; `chosen` the
    stored uses of choices that are no longer offered, by path and choice. What the actor may not know is in neither.
    """

    changes: Changes
    answered: dict[str, int] = field(default_factory=dict)
    chosen: dict[tuple[str, str], int] = field(default_factory=dict)


def changes_between(old: FormVersion, new: FormVersion) -> Changes:
    """Tell what one definition changed of another."""
    return workbook.changes(schema(old.id), schema(new.id))


def draft_changes(actor: Actor, found: Form) -> DraftChanges:
    """Tell what a form's draft changes of what is published; NotFound where either is missing."""
    old = current(found)
    changes = changes_between(old, draft(found))
    layout = answers.layout(found.id, old.id, schema(old.id))
    # Of a group that went or moved, all that is in it did.
    went = [edit.old.path for edit in changes.questions if edit.old and edit.kind in ("removed", "renamed", "moved")]
    paths = [p for p in layout.places if any(p == each or p.startswith(f"{each}/") for each in went)]
    dropped = [e for e in changes.choices if e.kind in ("removed", "renamed")]
    seen = layout.seen(actor.look.clearance)
    asked = {q.path for edit in dropped for q in edit.questions if not seen.places[q.path].is_closed}
    counted = answers.choice_counts(actor, layout, paths=sorted(asked)) if asked else {}
    chosen = {}
    for edit in dropped:
        for question in edit.questions:
            spread = counted.get(question.path)
            if edit.old is not None and isinstance(spread, Choices):
                chosen[question.path, edit.old.name] = dict(spread.counts).get(edit.old.name, 0)
    return DraftChanges(changes, answers.answered(actor, layout, paths) if paths else {}, chosen)
