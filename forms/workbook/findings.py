"""What is said about a workbook: one finding per cell, in two languages.

It owns the shape of a finding, where it points, and how findings become a refusal. The sentences are in `texts`
(ours) and `pyxform_texts` (the converter's). It reads no workbook.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from forms.problems import InvalidWorkbook
from forms.workbook.texts import TEXTS

Level = Literal["error", "warning"]


class Place(NamedTuple):
    """Where a finding points: sheet title, row (from 1) and column (Excel's letter), as far as they are known."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None


NOWHERE = Place()


@dataclass(frozen=True)
class Finding:
    """One thing to mend (error) or to think about (warning) in a workbook.

    `message` is English, `message_id` Indonesian; neither repeats the place. `code` is a word that stays the same
    when the sentences change: ours in small letters, pyxform's as in its own catalogue ("NAMES_008"), "pyxform"
    where its catalogue has none.
    """

    level: Level
    message: str
    message_id: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    code: str = ""

    @property
    def where(self) -> str:
        """Name the cell as Excel does ("survey!B12"), or as much of it as is known."""
        cell = f"{self.column or ''}{self.row or ''}"
        return f"{self.sheet}!{cell}" if self.sheet and cell else self.sheet or cell

    def sentence(self, language: str = "en") -> str:
        """Give the place and the message in one line, in "en" or "id"."""
        message = self.message_id if language == "id" else self.message
        return f"{self.where}: {message}" if self.where else message


def finding(code: str, place: Place = NOWHERE, **details: object) -> Finding:
    """Make the finding that `texts.TEXTS` describes under `code`, formatted with the details."""
    level, english, indonesian = TEXTS[code]
    return Finding(level, english.format(**details), indonesian.format(**details), *place, code=code)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings keeps the workbook from being used."""
    return any(f.level == "error" for f in findings)


def refusal(findings: Iterable[Finding]) -> InvalidWorkbook:
    """Make the refusal that carries all findings; on the wire, `error` and `warnings` are what Central names so."""
    kept = tuple(findings)
    errors = [f for f in kept if f.level == "error"]
    return InvalidWorkbook(
        findings=kept,
        error="\n".join(f.sentence("en") for f in errors),
        error_id="\n".join(f.sentence("id") for f in errors),
        warnings=[f.sentence("en") for f in kept if f.level == "warning"],
    )


def in_order(findings: Iterable[Finding], sheets: Iterable[str]) -> tuple[Finding, ...]:
    """Drop repeated findings and sort: errors first, then by sheet as the workbook orders them, row and column."""
    position = {title: number for number, title in enumerate(sheets)}

    def key(f: Finding) -> tuple[bool, int, int, int, str]:
        return f.level == "warning", position.get(f.sheet or "", -1), f.row or 0, len(f.column or ""), f.column or ""

    return tuple(sorted(dict.fromkeys(findings), key=key))
