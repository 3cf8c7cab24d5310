"""Markdown tables → Excel workbooks: XLSForms as tests write them, in pyxform's idiom.

    | survey |
    |        | type      | name | label |
    |        | text      | nama | Nama  |

A cell in braces is no text but what Excel would make of it: `{61.1}` a number, `{TRUE}` a truth value,
`{2026-01-31}` a date. `\\|` is a bar inside a cell.
"""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import xlwt

SETTINGS = """
| settings |
|          | form_title | form_id | version |
|          | Uji        | uji     | 1       |
"""

_BAR = re.compile(r"(?<!\\)\|")
_TYPED = re.compile(r"\{([^{}]*)\}")


def sheets(md: str) -> dict[str, list[list[Any]]]:
    """Read the tables: sheet title → rows of cells, None where empty."""
    result: dict[str, list[list[Any]]] = {}
    rows: list[list[Any]] = []
    for line in md.split("\n"):
        if not line.strip().startswith("|"):
            continue
        title, *cells = [cell.strip() for cell in _BAR.split(line.strip().removeprefix("|").removesuffix("|"))]
        if title:
            rows = result.setdefault(title, [])
        if cells:
            rows.append([_cell(cell.replace("\\|", "|")) for cell in cells])
    return result


def xlsx(md: str) -> bytes:
    """Write the tables as an .xlsx workbook; a settings sheet is added where there is none."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in _with_settings(md).items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def xls(md: str) -> bytes:
    """Write the tables as an .xls workbook; a settings sheet is added where there is none."""
    workbook = xlwt.Workbook()
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for title, rows in _with_settings(md).items():
        sheet = workbook.add_sheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write(number, column, value, date)
                elif value is not None:
                    sheet.write(number, column, value)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _with_settings(md: str) -> dict[str, list[list[Any]]]:
    found = sheets(md)
    return found if "settings" in {title.lower() for title in found} else {**found, **sheets(SETTINGS)}


def _cell(text: str) -> Any:
    if not (typed := _TYPED.fullmatch(text)):
        return text or None
    value = typed[1]
    if value in ("TRUE", "FALSE"):
        return value == "TRUE"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return dt.date.fromisoformat(value)
    return float(value) if "." in value else int(value)
