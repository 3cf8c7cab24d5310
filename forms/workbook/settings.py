"""The settings sheet: an id and a title that hold, and nothing that Excel rounded.

pyxform takes the file's name where the id is missing; a form's id is for ever, so it must be written.
"""

import re
from collections.abc import Iterator

from pyxform import aliases

from forms.workbook.book import Book
from forms.workbook.columns import FORM_ID, FORM_TITLE, NAME, VERSION, Columns
from forms.workbook.findings import Finding, Place, finding
from forms.workbook.survey import question_rows

#: As ODK Central keeps it.
MAX_FORM_ID = 64

#: What an address or a file name cannot carry.
_UNUSABLE_ID = re.compile(r"[/\x00-\x1f\x7f]|^\.{1,2}$|\.(?:xlsx?|xml)$", re.IGNORECASE)


def is_usable_id(form_id: str) -> bool:
    """Whether a form id can be part of an address: no "/", no control character, no ending that names a format."""
    return not _UNUSABLE_ID.search(form_id)


def check(book: Book, columns: dict[str, Columns]) -> Iterator[Finding]:
    """Yield what is wrong with the form's id, title and version."""
    settings = columns.get("settings")
    where = settings.sheet.place() if settings else Place("settings")
    for meaning, missing in ((FORM_ID, "form-id-missing"), (FORM_TITLE, "form-title-missing")):
        value, place = _setting(meaning, book, columns)
        if not value:
            yield finding(missing, place or where)
        elif meaning == FORM_ID and len(value) > MAX_FORM_ID:
            yield finding("form-id-too-long", place or where, length=len(value), limit=MAX_FORM_ID)
        elif meaning == FORM_ID and not is_usable_id(value):
            yield finding("form-id-invalid", place or where, value=value)
    if settings:
        yield from _rounded(settings)


def _setting(meaning: tuple[str, ...], book: Book, columns: dict[str, Columns]) -> tuple[str, Place | None]:
    """Give a setting and its cell, from the settings sheet or from a survey row of that type (an old way)."""
    settings = columns.get("settings")
    if settings and (header := settings.header(meaning)):
        value = settings.cell(settings.sheet.rows[0], meaning) if settings.sheet.rows else ""
        return value, settings.sheet.place(2, header)
    if "survey" in book.sheets:
        survey = columns["survey"]
        for row, cells, kind in question_rows(survey):
            if aliases.settings_header.get(kind) == meaning[0]:
                return survey.cell(cells, NAME), survey.sheet.place(row, survey.header(NAME))
    return "", None


def _rounded(settings: Columns) -> Iterator[Finding]:
    for meaning in (FORM_ID, VERSION):
        header = settings.header(meaning)
        odd = settings.sheet.odd.get((2, header)) if header else None
        if header is None or odd is None:
            continue
        if odd.kind != "number" or odd.has_fraction or odd.is_rounded:
            value = settings.cell(settings.sheet.rows[0], meaning)
            yield finding("setting-as-number", settings.sheet.place(2, header), header=header, value=value)
