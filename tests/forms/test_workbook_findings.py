"""A workbook that is wrong: all its errors at once, each with its cell, in two languages."""

import re
import string

import pytest
from pyxform.errors import ErrorCode

from forms.problems import InvalidWorkbook
from forms.workbook import Finding, convert, is_dashboard, lint
from forms.workbook.indonesian import CATALOGUE, SENTENCES
from forms.workbook.texts import TEXTS
from tests.support import odk


def findings(md: str) -> list[Finding]:
    return list(lint(odk.xlsx(md), "uji.xlsx"))


def cells(md: str) -> list[tuple[str, str]]:
    """The errors' codes and cells."""
    return [(f.code, f.where) for f in findings(md) if f.level == "error"]


def the_only(md: str) -> Finding:
    (found,) = findings(md)
    return found


MANY = """
| survey |
| | type          | name       | label  | calculation | relevant | trigger |
| | text          | nama depan | Nama   |             |          |         |
| | text          | a          | A      |             |          |         |
| | text          | a          | A      |             |          |         |
| | txt           | b          | B      |             | ${x} = 1 |         |
| | select_one zz | c          | C      |             |          |         |
| | text          |            | D      |             |          |         |
| |               | d          | D      |             |          |         |
| | calculate     | e          |        |             |          |         |
| | text          | f          | ${c    |             |          |         |
| | begin group   | g          | G      |             |          |         |
| | text          | h          | ${a}   |             |          | ${y}    |
| | end repeat    |            |        |             |          |         |
| choices |
| | list_name | name | label |
| | l         | x    | X     |
| | l         | x    | Y     |
| | l         |      | Y     |
"""


@pytest.mark.parametrize("views", ["", "| views |\n| | type | name |\n| | number | a |\n"])
@pytest.mark.parametrize("title", ["Sheet1", "Survey 2", "survei"])
def test_a_survey_sheet_with_another_title_is_recognized_and_named(title, views):
    rows = "| | type | name | label |\n| | text | a | A |\n"
    book = odk.xlsx(f"| {title} |\n{rows}| Catatan |\n| | Untuk siapa |\n{views}")
    assert not is_dashboard(book)
    (found,) = lint(book, "uji.xlsx")
    assert (found.code, found.sheet) == ("survey-misnamed", title)
    assert title in found.message
    assert title in found.sentence("id")


def test_notes_beside_the_views_of_a_dashboard_do_not_make_it_a_form():
    assert is_dashboard(odk.xlsx("| views |\n| | type | name |\n| | number | a |\n| Catatan |\n| | Untuk siapa |"))


def test_all_common_errors_are_shown_at_once_each_with_its_cell():
    assert cells(MANY) == [
        ("NAMES_008", "survey!B2"),
        ("NAMES_001", "survey!B4"),
        ("pyxform", "survey!A5"),
        ("PYREF_003", "survey!E5"),
        ("pyxform", "survey!A6"),
        ("pyxform", "survey!B7"),
        ("pyxform", "survey!A8"),
        ("pyxform", "survey!D9"),
        ("PYREF_001", "survey!C10"),
        ("PYREF_004", "survey!C12"),
        ("PYREF_003", "survey!F12"),
        ("SURVEY_001", "survey!A13"),
        ("NAMES_007", "choices!B3"),
        ("NAMES_006", "choices!B4"),
    ]


def test_a_workbook_with_errors_is_refused_with_all_findings_in_the_shape_of_central():
    with pytest.raises(InvalidWorkbook) as refusal:
        convert(odk.xlsx(MANY), "uji.xlsx")
    problem = refusal.value
    assert problem.code == 400.15
    assert len(problem.details["findings"]) == 14
    details = problem.wire_details()
    assert details["error"].startswith("survey!B2: ")
    assert details["warnings"] == []
    assert "survey!A5" in problem.text("id")
    assert "tidak dikenal" in problem.text("id")


def test_what_pyxform_says_after_us_is_not_said_twice():
    assert len(findings("| survey |\n| | type | name | label |\n| | text | nama depan | Nama |")) == 1


ONE_ERROR = {
    "| | audit | b | A | |": "survey!B2",
    "| | audit | | A | track-changes=x |": "survey!D2",
    "| | audit | | A | location-priority=balanced |": "survey!D2",
    "| | image | a | A | max-pixels=a |": "survey!D2",
    "| | image | a | A | app=x max-pixels=3 |": "survey!D2",
    "| | audio | a | A | quality=x |": "survey!D2",
    "| | text | a | A | rows=a |": "survey!D2",
    "| | text | a | A | warna=3 |": "survey!D2",
    "| | text | a | A | warna |": "survey!D2",
    "| | range | a | A | start=a |": "survey!D2",
    "| | geopoint | a | A | capture-accuracy=x |": "survey!D2",
    "| | select_one l | a | A | randomize=x |": "survey!D2",
    "| | text | a | | |": "survey!C2",
    "| | text | meta | A | |": "survey!B2",
    "| | select_multiple l | a | A | |": "choices!B3",
    "| | select_one_from_file x.txt | a | A | |": "survey!A2",
    "| | select_one | a | A | |": "survey!A2",
    "| | begin group | a | A | |": "survey!A2",
    "| | begin repeat | data | A | |\n| | text | b | B | |\n| | end repeat | | | |": "survey!B2",
    "| | background-geopoint | a | A | |": "survey!E2",
    "| | text | a | ${b} | |": "survey!C2",
    "| | text | a | ${a b} | |": "survey!C2",
}


@pytest.mark.parametrize("rows", ONE_ERROR)
def test_pyxforms_errors_point_at_the_cell_and_are_told_in_indonesian(rows):
    table = "| survey |\n| | type | name | label | parameters | trigger |\n" + rows
    lists = "\n| choices |\n| | list_name | name | label |\n| | l | x | X |\n| | l | y z | Y |"
    errors = [f for f in findings(table + lists) if f.level == "error"]
    assert [f.where for f in errors] == [ONE_ERROR[rows]]
    assert not errors[0].message.startswith("[row")
    assert "bahasa Inggris" not in errors[0].message_id


ENTITY_ERRORS = {
    ("| x |", "|  |", ""): "entities!B2",
    ("| name |", "| ${a} |", ""): "survey!D2",
    ("| __x |", "| ${a} |", ""): "survey!D2",
    ("| lain#x |", "| ${a} |", ""): "survey!D2",
    ("| x#y#z |", "| ${a} |", ""): "survey!D2",
    ("| x |", "| ${b} |", ""): "entities!B2",
}


@pytest.mark.parametrize("declared", ENTITY_ERRORS)
def test_entity_errors_point_at_the_cell_and_are_told_in_indonesian(declared):
    save_to, label, _ = declared
    table = f"""
| survey |
| | type | name | label | save_to |
| | text | a    | A     {save_to}
| entities |
| | list_name | label |
| | kasus     {label}
"""
    errors = [f for f in findings(table) if f.level == "error"]
    assert [f.where for f in errors] == [ENTITY_ERRORS[declared]]
    assert "bahasa Inggris" not in errors[0].message_id


def test_warnings_point_at_cells_and_do_not_stop_the_form():
    found = findings("""
| survey |
| | type          | name | label::Bahasa | label::English (en) | disabled |
| | begin repeat  | r    |               |                     |          |
| | text          | A    | A             | A                   |          |
| | text          | a    | A             | A                   |          |
| | end repeat    |      |               |                     |          |
| | image         | foto | Foto          | Photo               |          |
| | simserial     | sim  |               |                     |          |
| | text          | x    | X             | X                   | yes      |
| choices |
| | list_name | name | label::Bahasa | a b |
| | l         | x    |               |     |
| setting |
| | x |
""")
    assert all(f.level == "warning" for f in found if f.code not in ("form-id-missing", "form-title-missing"))
    places = {f.where for f in found}
    assert {"survey!C2", "survey!B4", "survey!6", "survey!A7", "survey!E8", "choices!C2", "choices!D1"} <= places
    assert "survey!C1" in places  # the language without a code
    assert not [f for f in found if "bahasa Inggris" in f.message_id]


def test_an_error_that_we_do_not_know_is_introduced_in_indonesian_and_quoted():
    found = findings("""
| survey |
| | type        | name | label | media::big-image |
| | text        | a    | A     |                  |
| osm |
| | x |
""")
    assert found == []
    message = "The moon is full."
    from forms.workbook.book import Book  # noqa: PLC0415
    from forms.workbook.pyxform_texts import from_pyxform  # noqa: PLC0415

    (unknown,) = from_pyxform("warning", message, Book((), {}), {})
    assert unknown.message == message
    assert unknown.message_id == f"Konverter XLSForm melaporkan (dalam bahasa Inggris): {message}"


def test_a_workbook_without_a_survey_says_so():
    found = the_only("| Rencana |\n| | hari | siapa |\n| choices |\n| | a |")
    assert found.where == ""
    assert "survey" in found.message


def test_a_heading_that_stands_twice_is_named_on_every_sheet():
    table = """
| survey |
| | type | name | label | label |
| | text | a    | A     | B     |
| settings |
| | form_id | form_title | form_id |
| | uji     | Uji        | lain    |
"""
    assert cells(table) == [("header-repeated", "survey!D1"), ("header-repeated", "settings!C1")]


def test_two_headings_for_one_column_are_named():
    assert cells("| survey |\n| | type | name | label | caption |\n| | text | a | A | B |") == [
        ("HEADER_002", "survey!D1")
    ]


def test_a_number_as_heading_is_named():
    assert cells("| survey |\n| | type | name | label | {3} |\n| | text | a | A | B |") == [
        ("header-not-text", "survey!D1")
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("| | form_title |\n| | Uji |", [("form-id-missing", "settings")]),
        ("| | form_id |\n| | uji |", [("form-title-missing", "settings")]),
        ("| | form_title | form_id |\n| | | uji |", [("form-title-missing", "settings!A2")]),
        ("| | form_title | form_id |", [("form-id-missing", "settings!B2"), ("form-title-missing", "settings!A2")]),
        ("| | form_title | id_string |\n| | Uji | a/b |", [("form-id-invalid", "settings!B2")]),
        ("| | form_title | form_id |\n| | Uji | uji.XLSX |", [("form-id-invalid", "settings!B2")]),
        ("| | form_title | form_id |\n| | Uji | .. |", [("form-id-invalid", "settings!B2")]),
        (f"| | form_title | form_id |\n| | Uji | {'a' * 65} |", [("form-id-too-long", "settings!B2")]),
        ("| | form_title | form_id |\n| | Uji | {1.5} |", [("setting-as-number", "settings!B2")]),
        ("| | form_title | form_id | version |\n| | Uji | uji | {2025.1} |", [("setting-as-number", "settings!C2")]),
        (
            "| | form_title | form_id | version |\n| | Uji | uji | {2026-01-31} |",
            [("setting-as-number", "settings!C2")],
        ),
        ("| | form_title | form_id | version |\n| | Uji | uji | {2026013101} |", []),
        (f"| | form_title | form_id |\n| | Uji | {'a' * 64} |", []),
        ("| | form_title | form_id | omit_instanceID |\n| | Uji | uji | yes |", [("meta-missing", "settings!C2")]),
    ],
)
def test_a_form_needs_an_id_and_a_title_that_hold(settings, expected):
    table = f"| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n{settings}"
    assert sorted(cells(table)) == sorted(expected)


def test_a_form_without_a_settings_sheet_is_told_where_id_and_title_belong():
    data = odk.xlsx("| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n| | |")
    assert {(f.code, f.sheet) for f in lint(data, "nama_berkas.xlsx")} == {
        ("form-id-missing", "settings"),
        ("form-title-missing", "settings"),
    }


def test_groups_nested_beyond_reason_are_refused():
    deep = "\n".join(f"| | begin group | g{n} | G |" for n in range(51)) + "\n" + "| | end group | | |\n" * 51
    assert cells(f"| survey |\n| | type | name | label |\n{deep}") == [("nested-too-deep", "survey")]


def test_a_character_that_xml_cannot_carry_is_named_with_its_cell():
    data = odk.xls("| survey |\n| | type | name | label |\n| | text | a | X\x01Y |\n| | text | b | B |")
    assert [(f.code, f.where) for f in lint(data, "uji.xls")] == [("characters-not-allowed", "survey!C2")]


def test_one_file_name_for_two_kinds_is_refused():
    (found,) = findings("""
| survey |
| | type | name | label | media::image | media::audio |
| | text | a    | A     | x.bin        | x.bin        |
""")
    assert found.level == "error"
    assert "x.bin" in found.message
    assert "x.bin" in found.message_id


def test_every_message_of_pyxforms_catalogue_has_an_indonesian_one_with_the_same_words():
    def fields(text: str) -> set[str]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    assert CATALOGUE.keys() == {error.name for error in ErrorCode}
    for error in ErrorCode:
        assert fields(CATALOGUE[error.name]) <= fields(error.value.msg), error.name


def test_every_message_of_pyxforms_catalogue_is_recognised():
    from forms.workbook.book import Book  # noqa: PLC0415
    from forms.workbook.pyxform_texts import from_pyxform  # noqa: PLC0415

    for error in ErrorCode:
        fields = {field for _, field, _, _ in string.Formatter().parse(error.value.msg) if field}
        text = error.value.format(**{field: "7" if field == "row" else f"x{field}" for field in fields})
        (found,) = from_pyxform("error", text, Book((), {}), {})
        assert found.code == error.name


def test_every_other_sentence_fills_its_indonesian_from_its_own_words():
    for sentence in SENTENCES:
        groups = re.compile(sentence.pattern).groupindex
        assert sentence.indonesian.format(**dict.fromkeys(groups, "kata"))


def test_every_sentence_of_ours_needs_the_same_details_in_both_languages():
    for code, (_, english, indonesian) in TEXTS.items():
        names = [
            {field.removesuffix("_id") for _, field, _, _ in string.Formatter().parse(text) if field}
            for text in (english, indonesian)
        ]
        assert names[0] == names[1], code
