"""Lists that were pasted: what Excel copies comes back as it stood in the cells, and nothing that is typed is lost."""

from hypothesis import given
from hypothesis import strategies as st

from forms.workbook import read_pasted
from forms.workbook.pasted import split

HEADINGS = ("name", "kabkota", "last_day")
ALIASES = {"nama": "name", "hari terakhir": "last_day"}

#: Whatever can stand in a cell; a line's end within one is copied as a line feed.
cells = st.text(
    st.characters(exclude_characters="\r", exclude_categories=["Cs"]) | st.sampled_from('"\t\n;'), max_size=8
)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5).filter(lambda t: t[-1] != [""])


def copied(table, between="\t"):
    """Write cells as Excel puts them on the clipboard: quoted where they would be misread, a line's end after each row."""

    def written(cell):
        needs = between in cell or "\n" in cell or cell.startswith('"')
        return '"' + cell.replace('"', '""') + '"' if needs else cell

    return "".join(between.join(map(written, row)) + "\r\n" for row in table)


@given(tables)
def test_what_excel_copied_comes_back_as_it_stood_in_the_cells(table):
    assert split(copied(table)) == table


@given(tables.filter(lambda table: not any("\t" in cell for row in table for cell in row)))
def test_without_a_tab_anywhere_semicolons_separate_the_columns(table):
    assert split(copied(table, ";")) == table


@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters=";\t"), min_size=1), max_size=6)
)
def test_plain_lines_are_names_whatever_quotation_marks_they_have(lines):
    """A line that is a whole quoted text is the one thing that reads as Excel's."""
    typed = [line for line in lines if not line.startswith('"')]
    assert split("\n".join(typed)) == [[line] for line in typed]


def test_a_quotation_mark_that_nothing_closes_swallows_no_line():
    assert split('"Pos 1\nPos 2') == [['"Pos 1'], ["Pos 2"]]
    assert split('"Pos" 1\nPos 2') == [['"Pos" 1'], ["Pos 2"]]


def test_thousands_of_open_quotation_marks_are_read_at_once():
    text = '"a\n""b\n' * 20_000
    assert len(split(text)) > 1


def _rows(text):
    sheet, findings = read_pasted(text, HEADINGS, ALIASES)
    return list(sheet.numbered()), [(f.code, f.row, f.column) for f in findings]


def test_columns_stand_in_order_where_the_list_names_none():
    rows, findings = _rows("Pos 1\t61.03\t31/12/2026\n\n  Pos   2 \n")
    assert rows == [
        (1, {"name": "Pos 1", "kabkota": "61.03", "last_day": "31/12/2026"}),
        (2, {}),
        (3, {"name": "Pos 2"}),
    ]
    assert findings == []


def test_a_first_line_of_headings_says_which_column_is_which():
    rows, findings = _rows("NAMA;Hari terakhir;Kabkota\nPos 1;2026-12-31;61.03\n")
    assert rows == [(2, {"name": "Pos 1", "kabkota": "61.03", "last_day": "2026-12-31"})]
    assert findings == []


def test_headings_that_are_unknown_or_repeated_are_found_and_so_are_cells_in_no_column():
    _, findings = _rows("name\tumur\tName\nPos 1\t7\tPos\tlebih\n")
    assert findings == [
        ("table-column-unknown", 1, "B"),
        ("header-repeated", 1, "C"),
        ("table-too-wide", 2, "D"),
    ]
    assert _rows("Pos 1\t\t\t\t\n")[1] == []
