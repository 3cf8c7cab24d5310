"""What README.md says of the views sheet: every column, type and function of the language, and rows that are right."""

import csv
import re
from pathlib import Path

import pytest

from forms.demo import KALBAR, read_pack
from forms.expression import checking
from forms.views import Sources, check
from forms.views.checking import _SHAPES
from forms.workbook import ViewRow, ViewsSheet, convert
from forms.workbook.views_sheet import COLUMNS, TRANSLATED

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text(encoding="utf-8").partition("## The views sheet\n")[2].partition("\n## ")[0]


def rows():
    """Read the example rows: a table whose header names columns of the sheet."""
    lines = [line for line in SECTION.splitlines() if line.startswith("|")]
    start = lines.index("| type | name | of | where | by | value | date | privacy |")
    columns = [cell.strip() for cell in lines[start].strip("|").split("|")]
    for line in lines[start + 2 :]:
        yield dict(zip(columns, (cell.strip().strip("`") for cell in line.strip("|").split("|")), strict=True))


@pytest.mark.parametrize("name", sorted({*checking._FUNCTIONS, *checking._FIGURES, "band", "quarter", "week"}))
def test_a_function_is_named(name):
    assert name in ("true", "false") or f"`{name}(" in SECTION


def test_columns_and_types_are_named():
    for name in (*COLUMNS, *_SHAPES, "fact"):
        assert f"`{name}`" in SECTION
    assert all(f"`{name}::…`" in SECTION for name in TRANSLATED)


def test_the_example_rows_are_understood_by_the_pack_they_come_from():
    forms = {form.form_id: convert(form.workbook.read_bytes(), form.workbook.name) for form in read_pack(KALBAR).forms}
    lists = {}
    for path in KALBAR.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            lists[path.stem] = tuple(next(csv.reader(lines)))
    owners = {view.cell("name"): form_id for form_id, made in forms.items() for view in made.views.rows}
    schemas = {form_id: made.schema for form_id, made in forms.items()}
    found = list(rows())
    assert len(found) == 3
    for number, cells in enumerate(found, 2):
        filled = {column: text for column, text in cells.items() if text}
        sheet = ViewsSheet("views", {}, (ViewRow(number, filled, {}, {}),))
        assert check(sheet, Sources(schemas, lists, owners[cells["name"]])).findings == ()
        assert re.fullmatch(r"[a-z_]+", cells["name"])
