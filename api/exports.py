"""Files to take away: an Excel workbook, and CSV files in a ZIP.

Each is written whole into a temporary file without a name before its first byte leaves: what cannot be finished is a
refusal, never half a file that looks whole. What is in the tables is decided by whoever calls; nothing is read here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from tempfile import TemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Excel's own limits: rows of a sheet, characters of a cell and of a sheet's name.
_ROWS, _CELL, _NAME = 1_048_576, 32_767, 31
_WIDTH = 22
_BLOCK = 128 * 1024
#: Excel knows no day before this one.
_FIRST_DAY = date(1900, 3, 1)


@dataclass(frozen=True)
class Table:
    """One table of a workbook: its sheet's name, the headings, and the rows as Python values.

    One `to_fill` keeps what people type below its rows as text, so that Excel makes no number of a code.
    """

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]
    to_fill: bool = False


def workbook(tables: Iterable[Table], zone: str) -> Iterator[bytes]:
    """Write an Excel workbook, a sheet for each table; give its bytes in blocks.

    Times are the wall clock of `zone`, since Excel knows no others. A table that is longer than a sheet goes on in the
    next one. Texts are written as texts: none is a formula, whatever it begins with.
    """
    with ExitStack() as opened:
        file = opened.enter_context(TemporaryFile())
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(file, options) as book:
            writer = _Writer(book, ZoneInfo(zone))
            for table in tables:
                writer.write(table)
        opened.pop_all()
    return _blocks(file)


class _Writer:
    """Writes tables into a workbook; knows its formats and the names that its sheets have taken."""

    def __init__(self, book: Workbook, zone: ZoneInfo) -> None:
        self.book = book
        self.zone = zone
        self.taken: set[str] = set()
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.as_text = book.add_format({"num_format": "@"})
        self.formats: dict[type, Format] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }

    def write(self, table: Table) -> None:
        """Write a table into as many sheets as it needs."""
        sheet, row = self._begin(table), 0
        for values in table.rows:
            row += 1
            if row == _ROWS:
                sheet, row = self._begin(table), 1
            for column, value in enumerate(values):
                if value is not None:
                    self._cell(sheet, row, column, value)

    def _begin(self, table: Table) -> Worksheet:
        sheet = self.book.add_worksheet(self._name(table.name))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(table.headings) - 1, 0), _WIDTH, self.as_text if table.to_fill else None)
        for column, heading in enumerate(table.headings):
            sheet.write_string(0, column, heading[:_CELL], self.bold)
        return sheet

    def _name(self, wanted: str) -> str:
        """Give a name that Excel takes: short, without its special characters, not yet taken in any letter case."""
        plain = re.sub(r"[\[\]:*?/\\]", "_", wanted).strip("'") or "data"
        name, number = plain[:_NAME], 1
        while name.lower() in self.taken:
            number += 1
            ending = f" ({number})"
            name = plain[: _NAME - len(ending)] + ending
        self.taken.add(name.lower())
        return name

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Any) -> None:
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).replace(tzinfo=None)
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float) and abs(value) < 10**15:
            sheet.write_number(row, column, value)
        elif isinstance(value, time) or (isinstance(value, date) and _day(value) >= _FIRST_DAY):
            sheet.write_datetime(row, column, value, self.formats[type(value)])
        else:
            # Numbers of more than fifteen digits too: as numbers Excel would round them.
            sheet.write_string(row, column, str(value)[:_CELL])


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def archive(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Write a ZIP of files, each a name and its blocks; give its bytes in blocks."""
    with ExitStack() as opened:
        file = opened.enter_context(TemporaryFile())
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as packed:
            for name, blocks in files:
                with packed.open(name, "w", force_zip64=True) as entry:
                    for block in blocks:
                        entry.write(block)
        opened.pop_all()
    return _blocks(file)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    blocks = _read(file)
    # To its first, empty yield: from then on dropping it closes the file.
    next(blocks)
    return blocks


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield b""
        while block := file.read(_BLOCK):
            yield block
