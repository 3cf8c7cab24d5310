"""The views sheet as rows: which cell says what, kept so that it can be checked again when the forms change.

It knows headings, not meanings: expressions and types of figures are for `views`.
"""

from dataclasses import dataclass
from typing import Any, Final, Self

from openpyxl.utils import get_column_letter

from forms.schema import Texts
from forms.workbook import codes
from forms.workbook.book import Sheet
from forms.workbook.findings import Finding, Place, finding

#: The sheet's name, in any letter case.
VIEWS: Final = "views"

#: The columns that mean something; those of labels and hints may name a language after "::".
COLUMNS: Final = ("type", "name", "of", "where", "by", "value", "date", "target", "privacy")
TRANSLATED: Final = ("label", "hint")

#: A page with more figures is read by nobody.
MAX_ROWS: Final = 300


@dataclass(frozen=True)
class ViewRow:
    """One row: `cells` has the filled columns of COLUMNS; labels and hints are by language."""

    number: int
    cells: dict[str, str]
    labels: Texts
    hints: Texts

    def cell(self, column: str) -> str:
        """Give a column's text, "" where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class ViewsSheet:
    """All filled rows of a views sheet, its title, and Excel's letter of each column."""

    title: str
    letters: dict[str, str]
    rows: tuple[ViewRow, ...]

    @property
    def figures(self) -> dict[str, ViewRow]:
        """The rows that say a figure, facts included, by their names."""
        return {r.cell("name"): r for r in self.rows if r.cell("type") and "section" not in r.cell("type").lower()}

    def place(self, row: ViewRow, column: str) -> Place:
        """Point at a cell; at the row where the column is not there."""
        return Place(self.title, row.number, self.letters.get(column))

    def to_json(self) -> dict[str, Any]:
        """Give a JSON value from which `from_json` makes an equal sheet."""
        return {
            "title": self.title,
            "letters": self.letters,
            "rows": [{"number": r.number, "cells": r.cells, "labels": r.labels, "hints": r.hints} for r in self.rows],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Make the sheet that `to_json` wrote."""
        return cls(value["title"], value["letters"], tuple(ViewRow(**row) for row in value["rows"]))


def read_views(sheet: Sheet) -> tuple[ViewsSheet, tuple[Finding, ...]]:
    """Read the sheet; headings count in any letter case. What Excel spoilt and headings without meaning are found."""
    findings = [*codes.errors_in_cells(sheet)]
    meanings: dict[str, tuple[str, str]] = {}
    letters: dict[str, str] = {}
    for position, header in enumerate(sheet.headers, start=1):
        if header is None:
            continue
        name, _colons, language = (part.strip() for part in header.partition("::"))
        name = name.lower()
        if name in COLUMNS and not language:
            letters[name] = get_column_letter(position)
            meanings[header] = (name, "")
        elif name in TRANSLATED:
            letters.setdefault(name, get_column_letter(position))
            meanings[header] = (name, language)
        else:
            findings.append(finding("view-column-unknown", sheet.place(1, header), header=header))
    rows = [_row(number, cells, meanings) for number, cells in sheet.numbered() if cells]
    if len(rows) > MAX_ROWS:
        findings.append(finding("views-too-many", sheet.place(), limit=MAX_ROWS))
    return ViewsSheet(sheet.title, letters, tuple(rows)), tuple(findings)


def _row(number: int, cells: dict[str, str], meanings: dict[str, tuple[str, str]]) -> ViewRow:
    row = ViewRow(number, {}, {}, {})
    for header, text in cells.items():
        name, language = meanings.get(header, ("", ""))
        if name in TRANSLATED:
            (row.labels if name == "label" else row.hints)[language] = text
        elif name:
            row.cells[name] = text.strip()
    return row
