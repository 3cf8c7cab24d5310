"""What was done with a record, newest first: sent, edited and how, reviewed, commented, and opened for a reason."""

from collections.abc import Mapping
from dataclasses import replace

from api.endpoint import server
from api.pages.contexts import ActivityLine, Cell, ChangedAnswer
from api.pages.words import Words
from forms import catalogue, looks
from forms import submissions as keeping
from forms.access import Actor
from forms.answers import SEALED
from forms.looks import Wanted
from forms.models import Form, SubmissionVersion
from forms.submissions import Change, Kept

#: Contents of so many edits are compared to show one page; of those before them it is told that they were.
_MOST_EDITS = 20
#: As many answers of one edit as somebody reads; the versions themselves have all.
_MOST_CHANGES = 30
_MOST_REVEALS = 50
#: Within one moment: what was done to a record after what it was done to.
_ORDER = ("created", "edited", "review", "comment", "reveal")


def lines(
    actor: Actor,
    form: Form,
    history: list[Kept],
    shown: SubmissionVersion,
    names: Mapping[int, str],
    *,
    may_audit: bool,
) -> tuple[ActivityLine, ...]:
    """Tell what was done with a record whose contents are `history`; reveals only to whoever reads the access log."""
    found = [*_versions(actor, form, history, shown, names), *_said(actor, form, history[0], names)]
    if may_audit:
        found += _reveals(form, history[0], names)
    return tuple(sorted(found, key=lambda line: (line.at, _ORDER.index(line.kind)), reverse=True))


def _versions(
    actor: Actor, form: Form, history: list[Kept], shown: SubmissionVersion, names: Mapping[int, str]
) -> list[ActivityLine]:
    changed = keeping.changes(actor, form, history[: _MOST_EDITS + 1], vault=server().vault)
    words = {
        each.content.id: Words(catalogue.version(each.content.form_version_id)) for each in history[: _MOST_EDITS + 1]
    }
    found = []
    for place, each in enumerate(history):
        content, is_first = each.content, place == len(history) - 1
        line = ActivityLine(
            kind="created" if is_first else "edited",
            at=content.created_at,
            who=names.get(content.submitter_id or 0, ""),
            version_id=content.instance_id,
            number=len(history) - place,
            is_shown=content is shown,
            source=", ".join(filter(None, (content.device_id, content.user_agent))),
        )
        changes = changed.get(content.instance_id)
        if changes is not None:
            asked = [change for change in changes if _was_asked(change)]
            old, new = words[history[place + 1].content.id], words[content.id]
            told = tuple(_changed(change, old, new) for change in asked[:_MOST_CHANGES])
            line = replace(line, changed=len(asked), changes=told)
        found.append(line)
    return found


def _was_asked(change: Change) -> bool:
    """Whether somebody answered it: what the phone or the form fills in changes with every edit."""
    return bool(change.asked.control or change.asked.labels or change.asked.is_file) and change.steps[0][0] != "meta"


def _changed(change: Change, old: Words, new: Words) -> ChangedAnswer:
    path, rounds = "", []
    for name, number in change.steps:
        path += f"/{name}"
        around = new.schema.by_path.get(path) or old.schema.by_path.get(path)
        if number is not None and around is not None:
            rounds.append(f"{new.label(around)} {number}")
    return ChangedAnswer(
        label=" · ".join([*rounds, new.label(change.asked)]),
        old=_cell(change, old),
        new=_cell(change, new, is_new=True),
    )


def _cell(change: Change, words: Words, *, is_new: bool = False) -> Cell:
    value = change.new if is_new else change.old
    asked = words.schema.by_path.get(change.asked.path, change.asked)
    return Cell(words.text(asked, value), is_masked=value is SEALED)


def _said(actor: Actor, form: Form, kept: Kept, names: Mapping[int, str]) -> list[ActivityLine]:
    vault = server().vault
    reviews = [
        ActivityLine(
            "review",
            line.at,
            names.get(line.actor_id or 0, ""),
            text=line.notes or "",
            state=line.details["reviewState"] or "received",
        )
        for line in keeping.lines(actor, form, kept, vault=vault)
        if line.action == "submission.update" and "reviewState" in line.details
    ]
    comments = [
        ActivityLine("comment", said.at, names.get(said.actor_id or 0, ""), text=said.body)
        for said in keeping.comments(actor, form, kept.submission.id, vault=vault)
        if said.audit_id is None
    ]
    return reviews + comments


def _reveals(form: Form, kept: Kept, names: Mapping[int, str]) -> list[ActivityLine]:
    wanted = Wanted(action="reveal", submission_id=kept.submission.id)
    return [
        ActivityLine("reveal", look.at, names.get(look.actor_id or 0, ""), text=look.reason or "")
        for look in looks.lines(form.project_id, wanted, vault=server().vault, limit=_MOST_REVEALS)
    ]
