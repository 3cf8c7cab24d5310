"""Bytes → sheets: headings, rows of text, and what Excel kept instead of text.

Reads a workbook once, for pyxform and for our own checks alike. The text of every cell is made by pyxform's own
functions, so the XForm is the same as if pyxform had opened the file; beside it stands what pyxform forgets: the
column's letter, the title of the sheet, and whether the cell was a number, a date, a truth value or an error.
It judges only what keeps a sheet from being read at all; the checks come after.
"""

import warnings
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any, Literal, NamedTuple

import xlrd
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from pyxform import constants
from pyxform.xls2json_backends import (
    RE_WHITESPACE,
    get_excel_rows,
    is_empty,
    xls_value_to_unicode,
    xlsx_value_to_str,
)

from forms.problems import InvalidWorkbook
from forms.workbook.container import Kind, kind
from forms.workbook.findings import Finding, Place, finding, refusal

#: Rows of a sheet that pyxform converts in seconds; longer choice lists belong into CSV files.
MAX_ROWS = {"survey": 20_000, "choices": 100_000, "settings": 100, "entities": 1_000}
MAX_ROWS_OTHER = 200_000

MAX_COLUMNS = 500

#: Excel keeps fifteen digits of a number and writes zeros for the rest.
_LARGEST_EXACT = 10**15

#: pyxform takes the headings to end after so many empty ones.
_EMPTY_HEADINGS = 20


OddKind = Literal["number", "date", "boolean", "error"]


class Odd(NamedTuple):
    """What a cell holds that is no text: the kind, and the number where it is one."""

    kind: OddKind
    number: float = 0

    @property
    def has_fraction(self) -> bool:
        """Whether it is a number that is not whole (or not finite)."""
        return isinstance(self.number, float) and not self.number.is_integer()

    @property
    def is_rounded(self) -> bool:
        """Whether it is a number with more digits than Excel keeps."""
        return abs(self.number) >= _LARGEST_EXACT


@dataclass(frozen=True)
class Sheet:
    """One sheet: its headings in column order (None where empty), and its rows from Excel's row 2 on.

    A row maps headings to text and leaves empty cells out. `odd` maps (Excel row, heading) to what is no text. What was
    pasted may have its rows from `first` on, and no title.
    """

    title: str
    headers: tuple[str | None, ...]
    rows: tuple[dict[str, str], ...]
    odd: dict[tuple[int, str], Odd]
    first: int = 2

    def place(self, row: int | None = None, header: str | None = None) -> Place:
        """Point at a cell, at a row, at a column or at the sheet."""
        column = get_column_letter(self.headers.index(header) + 1) if header in self.headers and header else None
        return Place(self.title, row, column)

    def numbered(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (Excel row, cells)."""
        return enumerate(self.rows, start=self.first)


@dataclass(frozen=True)
class Book:
    """The sheets that make a form, under the names that XLSForm gives them, and all sheets' titles in order."""

    titles: tuple[str, ...]
    sheets: dict[str, Sheet]
    findings: tuple[Finding, ...] = ()

    def for_pyxform(self) -> dict[str, Any]:
        """Give what pyxform's own readers give."""
        result: dict[str, Any] = {"sheet_names": list(self.titles)}
        for name, sheet in self.sheets.items():
            result[name] = list(sheet.rows)
            headers = {header: None for header in sheet.headers if header is not None}
            result[f"{name}_header"] = [headers] if headers else []
        return result


def read(data: bytes, names: Container[str] = constants.SUPPORTED_SHEET_NAMES, only: str = constants.SURVEY) -> Book:
    """Read a workbook's sheets of these names, in any letter case: those of a form, where no others are asked for.

    A workbook of one sheet has it under the name `only`, whatever its title.

    Raises:
        InvalidWorkbook: the bytes are no workbook, are out of bounds, or are damaged.
    """
    readers: dict[Kind, Callable[..., Book]] = {"xlsx": _read_xlsx, "xls": _read_xls}
    reader = readers[kind(data)]
    try:
        with warnings.catch_warnings():
            # openpyxl warns of validations and styles that it leaves out; nothing of a form is among them.
            warnings.filterwarnings("ignore", module="openpyxl")
            return reader(data, names, only)
    except InvalidWorkbook:
        raise
    except Exception as error:  # openpyxl and xlrd fail on damaged files in a hundred ways
        code = "file-encrypted" if "encrypted" in str(error) else "file-damaged"
        raise refusal([finding(code)]) from error


def survey_by_another_name(data: bytes, book: Book) -> Sheet | None:
    """Find the sheet with the headings of a survey in a workbook without a survey sheet, None where there is none.

    `book` is what was read of `data`: the sheets in it are not meant.
    """
    others = {title.lower() for title in book.titles} - set(book.sheets)
    if "survey" in book.sheets or not others:
        return None
    found = read(data, others).sheets.values()
    return next((s for s in found if {"type", "name"} <= {h.strip().lower() for h in s.headers if h}), None)


def _read_xlsx(data: bytes, names: Container[str], only: str) -> Book:
    reader = ExcelReader(BytesIO(data), read_only=True, data_only=True)
    try:
        reader.read()
        return _read_sheets(reader.wb.sheetnames, lambda title: _xlsx_sheet(title, reader.wb[title]), names, only)
    finally:
        reader.archive.close()


def _xlsx_sheet(title: str, worksheet: Any) -> tuple[Sheet, list[Finding]]:
    headers, findings = _headers(title, (cell.value for cell in next(worksheet.rows, ())))
    odd: dict[tuple[int, str], Odd] = {}

    def text_of(cell: Any, row: int, header: str) -> str:
        value = cell.value
        if not isinstance(value, str):
            odd[row + 2, header] = _odd(value)
        elif cell.data_type == "e":
            odd[row + 2, header] = Odd("error")
        else:
            value = value.strip()
        return str(xlsx_value_to_str(value))

    rows = worksheet.iter_rows(min_row=2, max_col=len(headers))
    return _sheet(title, headers, rows, text_of, odd), findings


def _odd(value: object) -> Odd:
    if isinstance(value, bool):
        return Odd("boolean")
    if isinstance(value, int | float):
        return Odd("number", value)
    return Odd("date")


def _read_xls(data: bytes, names: Container[str], only: str) -> Book:
    workbook = xlrd.open_workbook(file_contents=data, logfile=StringIO())
    return _read_sheets(workbook.sheet_names(), lambda title: _xls_sheet(title, workbook), names, only)


def _xls_sheet(title: str, workbook: xlrd.Book) -> tuple[Sheet, list[Finding]]:
    worksheet = workbook.sheet_by_name(title)
    headers, findings = _headers(title, (cell.value for cell in next(worksheet.get_rows(), ())))
    odd: dict[tuple[int, str], Odd] = {}
    kinds: dict[int, OddKind] = {
        xlrd.XL_CELL_NUMBER: "number",
        xlrd.XL_CELL_DATE: "date",
        xlrd.XL_CELL_BOOLEAN: "boolean",
        xlrd.XL_CELL_ERROR: "error",
    }

    def text_of(cell: Any, row: int, header: str) -> str:
        value = cell.value
        if cell.ctype in kinds:
            odd[row + 2, header] = Odd(kinds[cell.ctype], value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(value, "#ERROR!"))
        return str(
            xls_value_to_unicode(value.strip() if isinstance(value, str) else value, cell.ctype, workbook.datemode)
        )

    rows = (tuple(worksheet.row(number)[: len(headers)]) for number in range(1, worksheet.nrows))
    return _sheet(title, headers, rows, text_of, odd), findings


def _read_sheets(
    titles: list[str], read_sheet: Callable[[str], tuple[Sheet, list[Finding]]], names: Container[str], only: str
) -> Book:
    sheets: dict[str, Sheet] = {}
    findings: list[Finding] = []
    for title in titles:
        name = title.lower()
        if name not in names:
            if len(titles) > 1:
                continue
            name = only
        sheets[name], found = read_sheet(title)
        findings += found
    return Book(tuple(titles), sheets, tuple(findings))


def _headers(title: str, first_row: Iterable[object]) -> tuple[list[str | None], list[Finding]]:
    """Clean the headings as pyxform does, up to a run of empty ones; report what cannot be a heading."""
    headers: list[str | None] = []
    findings: list[Finding] = []
    empty = 0
    for number, value in enumerate(first_row, start=1):
        if is_empty(value):
            headers.append(None)
            empty += 1
            if empty > _EMPTY_HEADINGS:
                break
            continue
        empty = 0
        place = Place(title, 1, get_column_letter(number))
        header = RE_WHITESPACE.sub(" ", value.strip()) if isinstance(value, str) else None
        if header is None:
            findings.append(finding("header-not-text", place))
        elif header in headers:
            findings.append(finding("header-repeated", place, header=header))
            header = None
        headers.append(header)
    headers = headers[: len(headers) - empty]
    if len(headers) > MAX_COLUMNS:
        raise refusal([finding("sheet-too-large", Place(title), limit=MAX_COLUMNS, what="columns", what_id="kolom")])
    return headers, findings


def _sheet(
    title: str,
    headers: list[str | None],
    rows: Iterable[tuple[Any, ...]],
    text_of: Callable[[Any, int, str], str],
    odd: dict[tuple[int, str], Odd],
) -> Sheet:
    limit = MAX_ROWS.get(title.lower(), MAX_ROWS_OTHER)
    read_rows = get_excel_rows(headers=headers, rows=_bounded(title, rows, limit), cell_func=text_of)
    return Sheet(title, tuple(headers), tuple(read_rows), odd)


def _bounded(title: str, rows: Iterable[tuple[Any, ...]], limit: int) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows):
        if number >= limit:
            raise refusal([finding("sheet-too-large", Place(title), limit=limit, what="rows", what_id="baris")])
        yield row
