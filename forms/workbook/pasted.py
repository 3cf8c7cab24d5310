"""A list that was pasted into a page: lines as typed, or columns as copied out of Excel.

Excel copies cells with tabs between them and quotes those that hold a tab, a line's end or a quotation mark at their
start; without a tab anywhere, semicolons separate columns, as in Excel's CSV of this country.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from openpyxl.utils import get_column_letter

from forms.workbook.book import Sheet
from forms.workbook.findings import Finding, Place, finding

_BLANKS = re.compile(r"\s+")


def read_pasted(text: str, headings: Sequence[str], aliases: Mapping[str, str]) -> tuple[Sheet, tuple[Finding, ...]]:
    """Read a list as a sheet without title; its columns are `headings` in order, where it names none itself.

    It does where the first cell is the first heading: headings count in any letter case, and as `aliases` (in small
    letters) have them. Findings name what is in no column, and headings that are unknown or repeated.
    """
    lines = [[_BLANKS.sub(" ", cell).strip() for cell in line] for line in split(text)]
    known = {**{heading.lower(): heading for heading in headings}, **aliases}
    findings: list[Finding] = []
    headers: Sequence[str | None] = headings
    has_headings = bool(lines) and known.get(lines[0][0].lower()) == headings[0]
    if has_headings:
        headers, findings = _headers(lines[0], known)
    first = 2 if has_headings else 1
    body = lines[first - 1 :]
    for number, cells in enumerate(body, start=first):
        if any(cells[len(headers) :]):
            place = Place("", number, get_column_letter(len(headers) + 1))
            findings.append(finding("table-too-wide", place, headings=", ".join(h for h in headers if h)))
    rows = tuple(
        {header: cell for header, cell in zip(headers, cells, strict=False) if header and cell} for cells in body
    )
    return Sheet("", tuple(headers), rows, {}, first), tuple(findings)


def _headers(cells: Sequence[str], known: Mapping[str, str]) -> tuple[list[str | None], list[Finding]]:
    headers: list[str | None] = []
    findings = []
    for number, cell in enumerate(cells, start=1):
        header = known.get(cell.lower())
        place = Place("", 1, get_column_letter(number))
        if cell and header is None:
            findings.append(finding("table-column-unknown", place, header=cell))
        elif header in headers and header is not None:
            findings.append(finding("header-repeated", place, header=cell))
            header = None
        headers.append(header)
    return headers, findings


def split(text: str) -> list[list[str]]:
    """Split a pasted text into lines of cells; a quotation mark that nothing closes is one of the text's own."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    between = "\t" if "\t" in text else ";"
    lines: list[list[str]] = [[]]
    for cell, end in _cells(text, between):
        lines[-1].append(cell)
        if end == "\n":
            lines.append([])
    if lines[-1] in ([], [""]):
        lines.pop()
    return lines


def _cells(text: str, between: str) -> Iterator[tuple[str, str]]:
    pattern = re.compile(
        rf'"(?P<quoted>(?:[^"]|"")*+)"(?P<after>{between}|\n|\Z)|(?P<plain>[^{between}\n]*)(?P<end>{between}|\n|\Z)'
    )
    place = 0
    while place <= len(text):
        found = pattern.match(text, place)
        # The second half matches anything.
        assert found is not None  # noqa: S101
        quoted = found["quoted"]
        end = found["end"] if quoted is None else found["after"]
        yield (found["plain"] if quoted is None else quoted.replace('""', '"')), end
        if not end:
            return
        place = found.end()
