"""pyxform's messages → findings: cleaned, translated, and pointed at cells.

pyxform says one sentence and stops; the row stands in it as "[row : 12]", the sheet and column in words, often only
a name. Here the sentence is taken apart, and where it names no cell, the cells that hold what it names are looked up.
"""

import re
import string
from collections.abc import Callable, Iterator
from functools import cache

from pyxform.errors import ErrorCode

from forms.workbook.book import Book
from forms.workbook.columns import LIST_NAME, NAME, PARAMETERS, TYPE, Columns, Meaning
from forms.workbook.findings import NOWHERE, Finding, Level, Place
from forms.workbook.indonesian import CATALOGUE, QUOTED, SENTENCES, Sentence

_ROW = re.compile(r"\[row : (?:(\d+)|None)\]\s*")
_SHEET = re.compile(r"[Oo]n the '([^']+)' sheet|for sheet: '([^']+)'")
_COLUMN = re.compile(r"the '([^']+)' value (?:'[^']*' )?is (?:invalid|problematic)")

#: A message that concerns more cells than this points at the first ones only.
_MAX_CELLS = 20

#: Messages of the catalogue that name no column → the column they are about.
_ABOUT = {"SURVEY_001": "type", "SURVEY_002": "type", "ENTITY_005": "label", "ENTITY_006": "update_if"}

#: What pyxform calls a column in a sentence → the heading's meaning, where the word itself is no heading.
_MEANINGS = {
    "calculation": ("bind", "calculate"),
    "save_to": ("bind", "entities:saveto"),
    "appearance": ("control", "appearance"),
    "big-image": ("media", "big-image"),
}


def from_pyxform(level: Level, text: str, book: Book, columns: dict[str, Columns]) -> Iterator[Finding]:
    """Yield the findings in one message of pyxform's, at each cell it concerns."""
    for sentence in _split(text):
        row = _ROW.search(sentence)
        english = _clean(sentence)
        code, words, indonesian, known = _translate(english)
        sheet = _SHEET.search(english)
        column = _COLUMN.search(english)
        where = _Where(
            sheet=words.get("sheet") or (next(filter(None, sheet.groups())) if sheet else None) or known.sheet,
            row=int(row[1]) if row and row[1] else None,
            column=column[1] if column else known.column,
        )
        for place in _places(where, words, book, columns):
            yield Finding(level, english, indonesian, *place, code=code)


def _split(text: str) -> list[str]:
    """Give each sentence that names its own row or language by itself; pyxform joins them with line breaks."""
    lines = text.split("\n")
    if len(lines) > 1 and all(_ROW.match(line) or line.startswith("Language '") for line in lines):
        return lines
    return [text]


def _clean(sentence: str) -> str:
    """Drop the row, which stands beside the message, and dumps of Python values."""
    sentence = _ROW.sub("", sentence, count=1)
    sentence = re.sub(r":?\s*\{'.*\}$", "", sentence, flags=re.DOTALL)
    return " ".join(sentence.split())


class _Where:
    """What a message says about its place: XLSForm's names of sheet and column, and the row."""

    def __init__(self, sheet: str | None, row: int | None, column: str | None) -> None:
        self.sheet = sheet
        self.row = row
        self.column = column


def _translate(english: str) -> tuple[str, dict[str, str], str, Sentence]:
    """Find the message in the catalogue: its code, the words it was filled with, Indonesian, and what it is about."""
    for code, pattern in _catalogue_patterns():
        if found := pattern.match(english):
            words = found.groupdict()
            return code, words, CATALOGUE[code].format(**words), Sentence("", "", column=_ABOUT.get(code))
    for sentence in SENTENCES:
        if found := re.search(sentence.pattern, english):
            words = found.groupdict()
            return "pyxform", words, sentence.indonesian.format(**words), sentence
    return "pyxform", {}, QUOTED.format(original=english), Sentence("", "", sheet=None)


@cache
def _catalogue_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Turn pyxform's message templates into patterns that find what a template was filled with."""
    patterns = []
    for error in ErrorCode:
        pattern, seen = "", set()
        for literal, field, _, _ in string.Formatter().parse(error.value.msg):
            pattern += re.escape(literal)
            if field is not None:
                pattern += f"(?P={field})" if field in seen else f"(?P<{field}>.*?)"
                seen.add(field)
        pattern = pattern.replace(re.escape("[row : ") + "(?P<row>.*?)" + re.escape("] "), "")
        pattern = pattern.replace(re.escape("[row : 1] "), "")
        patterns.append((error.name, re.compile(pattern + "(?: If you do not mean .*)?$", re.DOTALL)))
    return tuple(patterns)


def _places(where: _Where, words: dict[str, str], book: Book, columns: dict[str, Columns]) -> Iterator[Place]:
    sheet = columns.get(where.sheet or "")
    if where.row is not None and sheet is not None:
        yield sheet.sheet.place(where.row, _header(sheet, where.column))
        return
    found = list(_search(where, words, columns))[:_MAX_CELLS]
    if found:
        yield from found
    elif sheet is not None:
        header = _header(sheet, words.get("header") or where.column)
        yield sheet.sheet.place(1 if header else None, header)
    else:
        yield Place(where.sheet) if where.sheet in book.titles else NOWHERE


def _header(columns: Columns, column: str | None) -> str | None:
    """Find the heading that pyxform means: itself, or the first one with that meaning in any language."""
    if column is None:
        return None
    if column in columns.meanings:
        return column
    word = column.split(" (")[0]
    meaning = _MEANINGS.get(word, (word.replace("list_name", "list name"),))
    for header, other in columns.meanings.items():
        if other[: len(meaning)] == meaning or (word == "list_name" and other == ("dataset",)):
            return header
    return None


def _search(where: _Where, words: dict[str, str], columns: dict[str, Columns]) -> Iterator[Place]:
    """Find the cells that hold what the message names."""
    survey = columns.get("survey")
    if "choice" in words and "choices" in columns:
        yield from _choices_named(words["choice"], words["list"], columns["choices"])
    elif "ref" in words:
        yield from _referring(words["ref"], columns)
    elif "language" in words:
        yield from _in_language(words["language"].split(", "), columns.get(where.sheet or "survey"))
    elif survey is not None:
        for meaning, word in ((NAME, words.get("name")), (TYPE, words.get("type"))):
            if word:
                header = _header(survey, where.column) or survey.header(meaning)
                yield from _rows_with(survey, meaning, word.__eq__, header)
        if word := words.get("parameter"):
            yield from _rows_with(survey, PARAMETERS, _has_parameter(word), survey.header(PARAMETERS))


def _rows_with(columns: Columns, meaning: Meaning, fits: Callable[[str], bool], header: str | None) -> Iterator[Place]:
    for row, cells in columns.sheet.numbered():
        if fits(columns.cell(cells, meaning)):
            yield columns.sheet.place(row, header)


def _has_parameter(word: str) -> Callable[[str], bool]:
    return lambda text: f"{word}=" in text.replace(" ", "").lower()


def _choices_named(name: str, list_name: str, choices: Columns) -> Iterator[Place]:
    for row, cells in choices.sheet.numbered():
        if (choices.cell(cells, NAME), choices.cell(cells, LIST_NAME)) == (name, list_name):
            yield choices.sheet.place(row, choices.header(NAME))


def _referring(name: str, columns: dict[str, Columns]) -> Iterator[Place]:
    reference = re.compile(r"\$\{\s*(?:last-saved#)?" + re.escape(name) + r"\s*\}")
    for sheet in (column.sheet for column in columns.values()):
        for row, cells in sheet.numbered():
            for header, text in cells.items():
                if reference.search(text):
                    yield sheet.place(row, header)


def _in_language(languages: list[str], columns: Columns | None) -> Iterator[Place]:
    """Find the first heading in one of the languages."""
    if columns is not None:
        for header, meaning in columns.meanings.items():
            if meaning[-1] in languages:
                yield columns.sheet.place(1, header)
                return
