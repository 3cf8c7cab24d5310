"""What changed between two versions of a form, in words and one by one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, cast

from flask_babel import gettext as _

from api.pages.contexts import ChangeLine, ChangeList
from api.pages.words import Words
from forms import catalogue
from forms.catalogue import DraftChanges
from forms.models import FormVersion
from forms.schema import Choice, Field, localized
from forms.workbook import Changes, ChoiceEdit, Edit, ViewRow

#: The kinds after which stored answers lie where nothing is asked any more.
_LEFT_BEHIND = ("removed", "renamed", "moved")


def told(
    old: FormVersion, new: FormVersion, changes: Changes, *, most: int, counted: DraftChanges | None = None
) -> ChangeList:
    """Write changes as a page shows them: kind by kind, at most so many, and where counted, the answers touched."""
    writer = _Writer(Words(old), Words(new), counted)
    before, now = _figures(old), _figures(new)
    lines = [
        *(writer.question(edit) for edit in changes.questions),
        *(writer.choice(edit) for edit in changes.choices),
        # Where none is left, that is said once.
        *(writer.figures(before, now) if now else ()),
    ]
    lines.sort(key=lambda line: _KINDS.index(line.kind))
    return ChangeList(tuple(lines[:most]), max(0, len(lines) - most), len(before) if not now else 0)


_KINDS = ("removed", "renamed", "moved", "added", "retyped", "reclassified", "recounted", "relabelled", "reordered")


def _figures(version: FormVersion) -> dict[str, ViewRow]:
    sheet = catalogue.views_of(version)
    return sheet.figures if sheet is not None else {}


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

    def figures(self, before: dict[str, ViewRow], now: dict[str, ViewRow]) -> Iterator[ChangeLine]:
        """Write what became of the figures of the views sheet, by their names."""
        for name in before | now:
            old, new = before.get(name), now.get(name)
            if old is None or new is None:
                yield self._figure("added" if old is None else "removed", old, new)
            elif old.cells != new.cells:
                yield self._figure("recounted", old, new)
            elif (old.labels, old.hints) != (new.labels, new.hints):
                yield self._figure("relabelled", old, new, self._heading(self.new, new))

    def _figure(
        self,
        kind: Literal["added", "removed", "recounted", "relabelled"],
        old: ViewRow | None,
        new: ViewRow | None,
        now: str = "",
    ) -> ChangeLine:
        words, row = (self.old, old) if old is not None else (self.new, cast(ViewRow, new))
        return ChangeLine(kind, "figure", self._heading(words, row), row.cell("name"), now)

    @staticmethod
    def _heading(words: Words, row: ViewRow) -> str:
        return localized(row.labels, words.language, words.schema.default_language) or row.cell("name")

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
