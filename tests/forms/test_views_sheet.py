"""The views sheet: what its rows may say, and each mistake with its cell."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import views, workbook
from forms.expression import Linked
from forms.policy import Clearance
from forms.problems import InvalidWorkbook
from forms.views import Checked, ListColumn, Sources
from forms.workbook import ViewsSheet, convert, read_dashboard
from forms.workbook.texts import TEXTS
from tests.support import odk

SURVEY = """
| survey |
| | type                            | name     | label::Bahasa Indonesia (id) | privacy   | calculation |
| | select_one kab                  | kab      | Kabupaten                    |           | |
| | select_one_from_file kasus.csv  | kasus    | Kasus                        | quasi     | |
| | select_one_from_file kec.csv    | kec      | Kecamatan                    |           | |
| | select_one_from_file desa.csv   | desa     | Desa                         | identity  | |
| | select_multiple layanan         | layanan  | Layanan                      |           | |
| | date                            | tgl      | Tanggal                      |           | |
| | integer                         | umur     | Umur                         | quasi     | |
| | text                            | nama     | Nama                         | identity  | |
| | text                            | modus    | Modus                        | sensitive | |
| | geopoint                        | lokasi   | Lokasi                       |           | |
| | calculate                       | hitung   |                              |           | 1 + 1 |
| | begin repeat                    | orang    | Orang                        |           | |
| | integer                         | jumlah   | Jumlah                       |           | |
| | select_one_from_file kec.csv    | kec_asal | Asal                         |           | |
| | select_one_from_file kasus.csv  | kerabat  | Kerabat                      | sensitive | |
| | end repeat                      |          |                              |           | |
| choices |
| | list_name | name | label::Bahasa Indonesia (id) |
| | kab | 61.01 | Sambas |
| | kab | 61.71 | Pontianak |
| | layanan | medis | Medis |
| | layanan | hukum | Hukum |
"""
HEADER = "| views |\n| | type | name | of | where | by | value | date | target | privacy | label::Bahasa Indonesia (id) | hint |\n"
LISTS = {
    "kasus": ("name", "label", "kab"),
    "kec": ("name", "kab", "t2026"),
    "desa": ("name",),
    "tanpa": ("label", "t2026"),
}


@cache
def converted(rows):
    return convert(odk.xlsx(SURVEY + HEADER + rows), "uji.xlsx")


def checked(rows: str) -> Checked:
    """Check rows of a views sheet beside the survey."""
    form = converted(rows)
    assert form.views is not None
    other = replace(form.schema, form_id="lain", title="Formulir lain")
    return views.check(
        form.views, Sources({form.schema.form_id: form.schema, "lain": other}, LISTS, own=form.schema.form_id)
    )


def found(rows: str) -> list[tuple[str, str]]:
    return [(f.code, f.where) for f in checked(rows).findings]


def view(row: str) -> views.View:
    """The one view of a row that is right."""
    done = checked(row)
    assert [f.message for f in done.findings] == []
    return done.views[-1]


@pytest.mark.parametrize(
    ("rows", "code", "cell"),
    [
        ("| | pie | a | | | | |", "view-type", "A2"),
        ("| | end section | | | |", "view-section", "A2"),
        ("| | begin section | s | |\n| | number | a |", "view-section", "A2"),
        ("| | begin section | s | |\n| | begin section | t |\n| | end section | |", "view-section", "A3"),
        ("| | number | | |", "view-name", "B2"),
        ("| | number | 1a | |", "view-name", "B2"),
        ("| | number | a'; drop | |", "view-name", "B2"),
        ("| | number | a | |\n| | number | a | |", "view-name-twice", "B3"),
        ("| | fact | umur | | | | 1 |", "view-fact-taken", "B2"),
        ("| | fact | a | | true() | | 1 |", "view-cell-unused", "D2"),
        ("| | number | a | tidak_ada | |", "view-of-unknown", "C2"),
        ("| | number | a | uji.barang | |", "view-of-unknown", "C2"),
        ("| | number | a | | | | | | | rahasia |", "view-privacy", "I2"),
        ("| | number | a | | ${umur} > 3 | | | | | programme |", "view-not-programme", "I2"),
        ("| | map | a | | | ${lokasi} | | | | people |", "view-places-of-people", "E2"),
        ("| | map | a | | ${umur} > 5 | ${lokasi} | |", "view-places-of-people", "E2"),
        ("| | bar | a | | | ${lokasi} | |", "view-places", "E2"),
        ("| | number | a | | ${umur} | | |", "view-where", "D2"),
        ("| | number | a | | 'ya' | | |", "view-where", "D2"),
        ("| | number | a | | | ${kab} | |", "view-by-count", "E2"),
        ("| | bar | a | | | | |", "view-by-count", "E2"),
        ("| | table | a | | | ${kab}, ${layanan}, ${kec} | |", "view-by-count", "E2"),
        ("| | number | a | | | | count(), count() |", "view-value-count", "F2"),
        ("| | table | a | | | ${kab}, ${layanan} | count(), count() |", "view-value-count", "F2"),
        ("| | funnel | a | | | | |", "view-funnel", "F2"),
        ("| | funnel | a | | | | true() |", "view-funnel", "F2"),
        ("| | funnel | a | | | | true(), ${kab} |", "view-funnel", "F2"),
        ("| | number | a | | | | | ${kab} | |", "view-date", "G2"),
        ("| | number | a | kasus.csv | | | | ${tgl} | |", "view-date-of-list", "G2"),
        ("| | number | a | kasus.csv | records('lain.kasus') > 0 | | sum(records('uji.kasus')) | ${tgl} |", "view-date-of-list", "G2"),
        ("| | table | a | kasus.csv | | records('lain.kasus') > 0 | sum(records('uji.kasus')) | ${tgl} |", "view-date-of-list", "G2"),
        ("| | funnel | a | | | | true(), true() | | 5 |", "view-target-place", "H2"),
        ("| | table | a | | | ${kab}, ${layanan} | | | 5 |", "view-target-place", "H2"),
        ("| | number | a | | | | | | banyak |", "view-target", "H2"),
        ("| | number | a | | | | | | nan |", "view-target", "H2"),
        ("| | number | a | | | | | | 1e999 |", "view-target", "H2"),
        ("| | number | a | | | | | | kec.csv.t2027 |", "view-target", "H2"),
        ("| | number | a | | | | | | tanpa.csv.t2026 |", "view-target", "H2"),
        ("| | number | a | | ${nama} = 'x' | | |", "expression-name-identity", "D2"),
        ("| | table | a | | | ${nama} | |", "expression-name-identity", "E2"),
        ("| | number | a | | | | count-distinct(${nama}) |", "expression-name-identity", "F2"),
        ("| | number | a | | | | | ${nama} |", "expression-name-identity", "G2"),
        ("| | list | a | | | ${nama} | ${kab} |", "expression-name-identity", "E2"),
        ("| | list | a | | | | ${nama} |", "expression-name-identity", "F2"),
        ("| | funnel | a | | | | true(), ${nama} = 'x' |", "expression-name-identity", "F2"),
        ("| | fact | a | | | | ${nama} |", "expression-name-identity", "F2"),
        ("| | number | a | desa.csv | | | sum(records('uji.desa')) |", "expression-name-identity", "F2"),
        ("| | number | a | kasus.csv | | | count(first('uji.kasus', ${nama})) |", "expression-name-identity", "F2"),
        ("| | number | a | kec.csv | | | sum(records('uji.layanan')) |", "expression-link-unknown", "F2"),
        ("| | number | a | | | | sum(records('uji.kec')) |", "expression-link-unknown", "F2"),
        ("| | number | a | | records('lain') > 0 | | |", "expression-link-keyless", "D2"),
        ("| | number | a | kec.csv | | current(${kab}) | |", "expression-current-place", "E2"),
        ("| | fact | a | | | | current(${kab}) |", "expression-current-place", "F2"),
        ("| | fact | a | | | | records('lain.orang', ${kec} = current(${kec}) and records('lain') > 1) |", "expression-link-within-link", "F2"),
        ("| | number | a | kasus.csv | | | sum(records('uji.kerabat', count(${orang}) > 1)) |", "expression-repeat-wanted", "F2"),
        ("| | number | a | | records('lain', ${nama} = current(${nama})) > 0 | | |", "expression-name-identity", "D2"),
        ("| | number | a | | records('lain', ${kasus} = current(${kasus})) > 0 | | | | | programme |", "view-not-programme", "I2"),
        ("| | fact | a | | | | records('lain', ${kec} = current(${b})) |\n| | fact | b | | | | string(${a}) |", "expression-fact-cycle", "F2"),
        ("| | number | a | kec.csv | | | sum(records('uji.kec_asal')) | ${jumlah} |", "expression-name-in-repeat", "G2"),
        ("| | number | a | | ${umr} > 1 | | |", "expression-name-unknown", "D2"),
        ("| | number | a | | ${jumlah} > 1 | | |", "expression-name-in-repeat", "D2"),
        ("| | number | a | | | | ${umur} |", "expression-not-a-figure", "F2"),
        ("| | number | a | | | | count() div 0 |", "expression-divides-by-zero", "F2"),
        ("| | number | a | | ${kab} = '61.99' | | |", "expression-choice-unknown", "D2"),
        ("| | number | a | | ${tgl} > 'kemarin' | | |", "expression-date-unreadable", "D2"),
        ("| | bar | a | | | band(${umur}, 9, 3) | |", "expression-edges-not-rising", "E2"),
        ("| | number | a | | 'a; drop table submissions | | |", "expression-ends-early", "D2"),
        ("| | fact | a | | | | ${b} |\n| | fact | b | | | | ${a} |\n| | number | c |", "expression-fact-cycle", "F2"),
        ("| | number | a | | ${kab} = '" + "x" * 30_000 + "' | | |", "expression-too-long", "D2"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_found_with_its_cell(rows, code, cell):
    assert (code, f"views!{cell}") in found(rows)
    wrong = next(f for f in checked(rows).findings if f.code == code)
    assert wrong.message
    assert wrong.message_id != wrong.message


@pytest.mark.parametrize(("lines", "wrong"), [(0, False), (1, True), (2, False), (3, True)])
def test_below_its_title_a_label_has_a_line_for_each_value_or_none(lines, wrong):
    sheet = converted("| | table | a | | | ${kab} | count(), count(${umur} > 3) |").views
    language = "Bahasa Indonesia (id)"
    row = replace(sheet.rows[0], labels={language: "\n".join(["Judul", *"abc"[:lines]])})
    done = views.check(replace(sheet, rows=(row,)), Sources({"uji": converted("").schema}, LISTS, own="uji"))
    assert [(f.code, f.where) for f in done.findings] == [("view-label-lines", "views!J2")] * wrong
    if not wrong:
        assert done.views[0].labels == {language: "Judul"}
        assert [v.labels.get(language, "") for v in done.views[0].values] == (["a", "b"] if lines else ["", ""])


def test_every_finding_of_rows_has_a_case():
    said = set(re.findall(r'"(views?-[a-z-]+)"', Path(__file__).read_text(encoding="utf-8")))
    assert {code for code in TEXTS if code.startswith(("view-", "views-"))} <= said


def test_all_mistakes_of_a_sheet_are_found_at_once():
    rows = "| | pie | a |\n| | number | b | | ${umr} > 1 | | ${kab} | ${kab} |\n| | number | c | luar |"
    assert {where for _code, where in found(rows)} == {"views!A2", "views!D3", "views!F3", "views!G3", "views!C4"}


def test_rows_that_are_wrong_take_no_others_with_them():
    done = checked("| | number | a |\n| | number | b | | ${umr} > 1 |\n| | bar | c | | | ${kab} |")
    assert done.has_errors
    assert [v.name for v in done.views] == ["a", "c"]


def test_a_form_of_others_is_counted_by_its_id_and_without_one_of_its_own_it_must_be_named():
    form = convert(odk.xlsx(SURVEY), "uji.xlsx")
    sheet = converted("| | number | a |\n| | number | b | uji |\n| | number | c | uji.orang |").views
    done = views.check(sheet, Sources({"uji": form.schema}, LISTS))
    assert [(f.code, f.where) for f in done.findings] == [("view-of-missing", "views!C2")]
    assert [v.source.repeat for v in done.views] == ["", "/orang"]


def test_where_a_project_has_nothing_to_count_yet_that_is_said_instead_of_an_empty_list():
    done = views.check(converted("| | number | a | uji |").views, Sources({}, {}))
    assert [(f.code, f.where) for f in done.findings] == [("view-of-nothing", "views!C2")]


def test_a_column_without_meaning_is_a_warning_and_too_many_rows_an_error():
    form = convert(odk.xlsx(SURVEY + "| views |\n| | type | name | warna |\n| | number | a | biru |"), "uji.xlsx")
    assert ("view-column-unknown", "warning") in {(f.code, f.level) for f in form.findings}
    rows = "".join(f"| | number | a{n} |\n" for n in range(301))
    with pytest.raises(InvalidWorkbook) as refused:
        converted(rows)
    assert "views-too-many" in {f.code for f in refused.value.details["findings"]}


@pytest.mark.parametrize(
    ("row", "is_of_people", "needs"),
    [
        ("| | number | a |", False, Clearance.PROGRAMME),
        ("| | number | a | | | | | | | programme |", False, Clearance.PROGRAMME),
        ("| | number | a | | | | | | | people |", True, Clearance.PROGRAMME),
        ("| | number | a | | ${umur} > 5 |", True, Clearance.QUASI),
        ("| | table | a | | | ${modus} |", True, Clearance.SENSITIVE),
        ("| | number | a | | | | sum(${umur}) |", True, Clearance.QUASI),
        ("| | number | a | orang | ${umur} > ${jumlah} |", True, Clearance.QUASI),
        ("| | fact | f | | | | ${umur} > 5 |\n| | number | a | | ${f} |", True, Clearance.QUASI),
        ("| | number | a | kasus.csv | | | sum(records('uji.kasus')) |", True, Clearance.QUASI),
        ("| | number | a | kec.csv | | | sum(records('uji.kec')) |", False, Clearance.PROGRAMME),
        ("| | number | a | kec.csv | | | count(records('uji.kec', ${modus} = 'x') > 1) |", True, Clearance.SENSITIVE),
        ("| | number | a | kec.csv | | | sum(records('uji.kec')) | ${tgl} |", False, Clearance.PROGRAMME),
        ("| | number | a | kec.csv | | | sum(records('uji.kec_asal')) |", False, Clearance.PROGRAMME),
        ("| | number | a | kec.csv | | | sum(total('uji.kec_asal', ${jumlah}, ${umur} > 5)) |", True, Clearance.QUASI),
        ("| | number | a | kasus.csv | | | sum(records('uji.kerabat')) |", True, Clearance.SENSITIVE),
        ("| | number | a | | records('lain', ${kec} = current(${kec})) > 0 |", False, Clearance.PROGRAMME),
        ("| | number | a | | records('lain', ${kec} = current(${kec}) and ${modus} = 'x') > 0 |", True, Clearance.SENSITIVE),
        ("| | number | a | | records('lain', ${kec} = current(${kec}) and current(${modus}) = 'x') > 0 |", True, Clearance.SENSITIVE),
        ("| | number | a | | records('lain', ${kec} = current(${kasus})) > 0 |", True, Clearance.QUASI),
        ("| | number | a | | records('lain', ${modus} = current(${kec})) > 0 |", True, Clearance.SENSITIVE),
        ("| | number | a | | | | mean(first('lain.orang', ${jumlah}, ${kec_asal} = current(${kec}) and ${tgl} > current(${tgl}))) |", False, Clearance.PROGRAMME),
        ("| | number | a | orang | records('uji', ${kec} = current(${kec_asal})) > 1 |", False, Clearance.PROGRAMME),
        ("| | fact | f | | | | last('lain', ${umur}, ${kec} = current(${kec})) |\n| | number | a | | ${f} > 3 |", True, Clearance.QUASI),
        ("| | list | a | | | | ${kab}, ${modus} |", True, Clearance.SENSITIVE),
        ("| | number | a | | | | count(pulldata('kec', 'kab', 'name', ${kasus}) = 'x') |", True, Clearance.QUASI),
    ],
)  # fmt: skip
def test_a_view_is_of_people_where_any_answer_in_it_has_a_class(row, is_of_people, needs):
    made = view(row)
    assert (made.is_of_people, made.needs) == (is_of_people, needs)


def test_a_period_of_lists_is_that_of_the_form_that_chose_in_whatever_quotes():
    made = view('| | number | a | kasus.csv | records("lain.kasus") > 0 | | | ${tgl} |')
    assert made.date is not None
    assert isinstance(view("| | number | a | kec.csv | | | sum(records('lain.kec')) |").values[0].node.args[0], Linked)


def test_a_link_leads_to_the_rows_of_the_repeat_that_asks_and_a_form_of_that_name_by_what_joins_them():
    made = view("| | number | a | kec.csv | | | sum(records('uji.kec_asal')) |").values[0].node.args[0]
    assert (made.form, made.repeat) == ("uji", "/orang")
    made = view("| | number | a | kec.csv | | | sum(records('uji.kec')) |").values[0].node.args[0]
    assert (made.form, made.repeat) == ("uji", "")
    made = view("| | number | a | | records('lain.orang', ${kec_asal} = current(${kec})) > 0 |").where.args[0]
    assert (made.form, made.repeat) == ("lain", "/orang")


def test_a_period_of_lists_may_be_that_of_rows_of_repeats():
    made = view("| | number | a | kec.csv | | | sum(records('uji.kec_asal')) | ${tgl} |")
    assert made.date is not None
    assert made.linked == {"uji"}


def test_values_keep_their_text_and_their_labels():
    made = view("| | table | a | | | ${kab}, month(${tgl}) | |")
    assert [v.text for v in made.by] == ["${kab}", "month(${tgl})"]
    assert [list(v.labels.values()) for v in made.by] == [["Kabupaten"], ["Tanggal"]]
    made = view("| | table | a | | | ${kab} | (sum(${umur}) + 1) * 2, count() , -(count()) |")
    assert [v.text for v in made.values] == ["(sum(${umur}) + 1) * 2", "count()", "-(count())"]


def test_sections_hold_their_views_and_what_stands_outside_has_none():
    done = checked("| | number | a |\n| | begin section | s |\n| | number | b |\n| | end section | |\n| | number | c |")
    assert [(s.row.cell("name") if s.row else None, [v.name for v in s.views]) for s in done.sections] == [
        (None, ["a"]), ("s", ["b"]), (None, ["c"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "target"), [("12", 12.0), ("12.5", 12.5), ("{40}", 40.0), ("kec.csv.t2026", ListColumn("kec", "t2026"))]
)
def test_a_target_is_a_number_or_a_column(text, target):
    assert view(f"| | bar | a | | | ${{kec}} | | | {text} |").target == target


def test_a_sheet_comes_back_from_json_as_it_was():
    rows = "| | begin section | s | | | | | | | | Bagian |\n| | bar | a | | true() | ${kab} | count() | ${tgl} | 5 | people | Kasus | petunjuk |\n| | end section | |"
    sheet = converted(rows).views
    assert ViewsSheet.from_json(sheet.to_json()) == sheet
    assert sheet.rows[1].labels == {"Bahasa Indonesia (id)": "Kasus"}
    assert sheet.rows[1].hints == {"": "petunjuk"}


def test_headings_count_in_any_letter_case():
    form = convert(odk.xlsx(SURVEY + "| views |\n| | Type | NAME | Value |\n| | number | a | count() |"), "uji.xlsx")
    assert form.views.rows[0].cells == {"type": "number", "name": "a", "value": "count()"}


def test_a_cell_that_excel_broke_is_refused_with_its_place():
    with pytest.raises(InvalidWorkbook) as refused:
        convert(odk.xlsx(SURVEY + "| views |\n| | type | name | value |\n| | number | a | #REF! |"), "uji.xlsx")
    assert "views!C2" in {f.where for f in refused.value.details["findings"]}


@pytest.mark.parametrize("suffix", ["", "\u00a0", "  "])
def test_a_workbook_of_views_alone_is_a_dashboard(suffix):
    settings_ = "| settings |\n| | form_id | form_title |\n| | ringkas | Ringkas |\n"
    book = read_dashboard(odk.xlsx(settings_ + HEADER + f"| | number | a | uji{suffix} |"))
    assert (book.slug, book.title) == ("ringkas", "Ringkas")
    done = views.check(book.views, Sources({"uji": convert(odk.xlsx(SURVEY), "uji.xlsx").schema}, {}))
    assert [v.source.form_id for v in done.views] == ["uji"]


_CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["number", "table", "bar", "map", "funnel", "list", "fact", "begin section", "end section", "uji", "orang", "kec.csv",
                     "${kab}", "${umur} > 3", "count()", "${a}", "month(${tgl})", "${lokasi}", "people", "programme", "5", "kec.csv.t2026",
                     "sum(records('uji.kec'))", "true(), ${umur} > 3", "${kab}, ${layanan}", "'", "${f}"]),
)  # fmt: skip
_ROWS = st.lists(st.dictionaries(st.sampled_from(workbook.views_sheet.COLUMNS), _CELLS), max_size=8)


@settings(deadline=None, max_examples=300)
@given(_ROWS)
def test_any_sheet_is_checked_and_each_finding_has_a_row(rows):
    sheet = ViewsSheet("views", {}, tuple(workbook.ViewRow(n, cells, {}, {}) for n, cells in enumerate(rows, start=2)))
    schema = converted("| | number | a |").schema
    done = views.check(sheet, Sources({"uji": schema}, {**LISTS, "kasus": None}, own="uji"))
    assert all(f.row is not None and 2 <= f.row < len(rows) + 2 for f in done.findings)
    assert len(done.views) <= len(rows)
