"""Codes that Excel turned into something else.

Typed into a plain cell, 61.10 becomes the number 61.1, a NIK loses its last digit and 007 its zeros. What was lost
cannot be guessed, so the cell is refused, never mended. Whole small numbers as codes (1, 2, 3) are common and safe.
"""

import re
from collections.abc import Container, Iterator

from pyxform.xls2json import RE_SELECT

from forms.workbook.book import Odd, Sheet
from forms.workbook.classes import Classes
from forms.workbook.columns import CHOICE_FILTER, LIST_NAME, NAME, Columns
from forms.workbook.findings import Finding, finding
from forms.workbook.survey import SurveyRows

#: A text that no number could have been: leading zeros, or digits with dots.
_CODED = re.compile(r"0\d|\d+\.\d")


def check(survey: SurveyRows, classes: Classes, columns: dict[str, Columns]) -> Iterator[Finding]:
    """Yield the cells of the choice sheets in which a code is no longer what was typed."""
    exact = _lists_that_must_be_exact(survey, classes)
    for name in ("choices", "external_choices"):
        if name in columns:
            yield from _names(columns[name], exact)
            yield from _filters(columns[name], survey)


def errors_in_cells(sheet: Sheet) -> Iterator[Finding]:
    """Yield the cells whose formula gave an error such as #REF!."""
    for (row, header), odd in sheet.odd.items():
        if odd.kind == "error":
            yield finding("cell-formula-error", sheet.place(row, header), value=sheet.rows[row - 2][header])


def damaged_in(sheet: Sheet, headers: Container[str]) -> Iterator[Finding]:
    """Yield the cells of columns of exact codes that are no text."""
    for (row, header), odd in sheet.odd.items():
        if header in headers and (code := _damage(odd, is_exact=True, stands_beside_text=False)):
            value = sheet.rows[row - 2][header]
            code = "value-must-be-text" if code == "code-must-be-text" else code
            yield finding(code, sheet.place(row, header), value=value, guess=f"{value}0")


def _lists_that_must_be_exact(survey: SurveyRows, classes: Classes) -> set[str]:
    lists = set()
    for row in survey.rows:
        select = RE_SELECT.search(row.type)
        if select and (classes.scopes.get(row.path) or classes.privacy.get(row.path) == "identity"):
            lists.add(select["list_name"])
    return lists


def _names(choices: Columns, exact: set[str]) -> Iterator[Finding]:
    header = choices.header(NAME)
    if header is None:
        return
    coded: dict[str, str] = {}
    for number, cells in choices.sheet.numbered():
        name = cells.get(header, "")
        if (number, header) not in choices.sheet.odd and _CODED.match(name):
            coded.setdefault(choices.cell(cells, LIST_NAME), name)
    for (row, column), odd in choices.sheet.odd.items():
        if column == header:
            cells = choices.sheet.rows[row - 2]
            list_name = choices.cell(cells, LIST_NAME)
            example = coded.get(list_name)
            if code := _damage(odd, is_exact=list_name in exact, stands_beside_text=example is not None):
                value = cells[header]
                details = {"value": value, "guess": f"{value}0", "list": list_name, "example": example}
                yield finding(code, choices.sheet.place(row, header), **details)


def _damage(odd: Odd, *, is_exact: bool, stands_beside_text: bool) -> str | None:
    """Say what happened to a code that is no text, or None where it is a whole number that hurts nobody."""
    if odd.kind != "number":
        return {"date": "code-as-date", "boolean": "code-as-boolean"}.get(odd.kind)
    if odd.has_fraction:
        return "code-as-decimal"
    if odd.is_rounded:
        return "code-too-many-digits"
    if is_exact:
        return "code-must-be-text"
    return "code-beside-text" if stands_beside_text else None


def _filters(choices: Columns, survey: SurveyRows) -> Iterator[Finding]:
    """Numbers with a fraction in a column that a choice_filter compares: perhaps a code, so only a warning."""
    words = set()
    for asked in survey.rows:
        words.update(re.findall(r"[\w.-]+", survey.cell(asked, CHOICE_FILTER)))
    plain = (choices.header(NAME), choices.header(LIST_NAME))
    for (row, header), odd in choices.sheet.odd.items():
        if header in words and header not in plain and (odd.has_fraction or odd.is_rounded):
            value = choices.sheet.rows[row - 2][header]
            yield finding("filter-code-as-number", choices.sheet.place(row, header), value=value, header=header)
