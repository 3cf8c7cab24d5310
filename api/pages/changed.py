"""What changed between two versions of a form, in words and one by one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, cast

from flask_babel import gettext as _

from api.pages.contexts import ChangeLine, ChangeList
from api.pages.words import Words
from forms.catalogue import DraftChanges
from forms.models import FormVersion
from forms.schema import Choice, Field, localized
from forms.workbook import Changes, ChoiceEdit, Edit

#: The kinds after which stored answers lie where nothing is asked any more.
_LEFT_BEHIND = ("removed", "renamed", "moved")


def told(
    old: FormVersion, new: FormVersion, changes: Changes, *, most: int, counted: DraftChanges | None = None
) -> ChangeList:
    """Write changes as a page shows them: kind by kind, at most so many, and where counted, the answers touched."""
    writer = _Writer(Words(old), Words(new), counted)
    lines = [
        *(writer.question(edit) for edit in changes.questions),
        *(writer.choice(edit) for edit in changes.choices),
    ]
    lines.sort(key=lambda line: _KINDS.index(line.kind))
    return ChangeList(tuple(lines[:most]), max(0, len(lines) - most))


_KINDS = ("removed", "renamed", "moved", "added", "retyped", "reclassified", "relabelled", "reordered")


class _Writer:
    def __init__(self, old: Words, new: Words, counted: DraftChanges | None) -> None:
        self.old, self.new, self.counted = old, new, counted

    def question(self, edit: Edit) -> ChangeLine:
        """Write what became of a question, group or repeat."""
        old, new = edit.old, edit.new
        shown = cast(Field, old or new)
        words = self.old if old else self.new
        what: Literal["question", "group", "repeat"] = "question" if shown.kind == "leaf" else shown.kind
        now = self._now(edit.kind, old, new) if old and new else ""
        line = ChangeLine(edit.kind, what, words.label(shown), shown.name, now, along=edit.along)
        if self.counted is None or old is None or edit.kind not in _LEFT_BEHIND:
            return line
        inside = [f.path for f in self.old.schema.leaves if f.path == old.path or f.path.startswith(f"{old.path}/")]
        if old.kind != "leaf" and edit.kind == "removed":
            # What was in it is told one by one.
            return line
        answered = self.counted.answered
        return self._stored(line, [answered.get(path) for path in inside])

    def choice(self, edit: ChoiceEdit) -> ChangeLine:
        """Write what became of a choice."""
        shown = cast(Choice, edit.old or edit.new)
        of = ", ".join(dict.fromkeys(self.old.label(question) for question in edit.questions))
        now = ""
        if edit.old and edit.new:
            now = edit.new.name if edit.kind == "renamed" else self._label(self.new, edit.new)
        words = self.old if edit.old else self.new
        line = ChangeLine(edit.kind, "choice", self._label(words, shown), shown.name, now, of)
        if self.counted is None or edit.old is None or edit.kind not in _LEFT_BEHIND:
            return line
        chosen = self.counted.chosen
        return self._stored(line, [chosen.get((question.path, edit.old.name)) for question in edit.questions])

    @staticmethod
    def _stored(line: ChangeLine, counts: list[int | None]) -> ChangeLine:
        known = [number for number in counts if number is not None]
        return replace(line, stored=sum(known) if known else None, is_untold=len(known) < len(counts))

    @staticmethod
    def _label(words: Words, choice: Choice) -> str:
        schema = words.schema
        return localized(choice.labels, words.language, schema.default_language) or choice.name

    def _now(self, kind: str, old: Field, new: Field) -> str:
        if kind == "renamed":
            return new.name
        if kind == "moved":
            return self._place(new)
        if kind == "retyped":
            return new.question or new.type
        if kind == "reclassified":
            return ", ".join(self._classes(old, new))
        return self.new.label(new) if kind == "relabelled" else ""

    def _place(self, field: Field) -> str:
        parent = self.new.schema.by_path.get(field.path.rpartition("/")[0])
        return self.new.label(parent) if parent is not None else str(_("outside all groups"))

    @staticmethod
    def _classes(old: Field, new: Field) -> Iterator[str]:
        if old.privacy != new.privacy:
            yield f"privacy {old.privacy or '-'} → {new.privacy or '-'}"
        if old.scope != new.scope:
            yield f"scope {old.scope or '-'} → {new.scope or '-'}"
