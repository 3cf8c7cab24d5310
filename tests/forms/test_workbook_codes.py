"""Codes that Excel stored as something else are refused with their cell, never guessed."""

import pytest

from forms.workbook import Finding, lint
from tests.support import odk


def findings(md: str) -> list[Finding]:
    return list(lint(odk.xlsx(md), "uji.xlsx"))


def coded(md: str) -> list[tuple[str, str]]:
    return [(f.code, f.where) for f in findings(md)]


def choices(*names: str, question: str = "| | select_one kab | kab | Kab | | |") -> str:
    rows = "\n".join(f"| | kab | {name} | Label {number} |" for number, name in enumerate(names))
    return f"""
| survey |
| | type | name | label | privacy | scope |
{question}
| choices |
| | list_name | name | label |
{rows}
"""


@pytest.mark.parametrize("write", [odk.xlsx, odk.xls])
def test_a_code_that_excel_stored_as_a_number_is_refused_with_its_cell(write):
    (found,) = lint(write(choices("61.01", "{61.1}")), "uji.xlsx")
    assert (found.code, found.where, found.level) == ("code-as-decimal", "choices!B3", "error")
    assert "61.1" in found.message
    assert "61.10" in found.message
    assert "Teks" in found.message_id


def test_whole_small_numbers_are_good_codes():
    assert coded(choices("{1}", "{2}", "{3}")) == []
    assert coded(choices("{2025}", "{2026}", "lain")) == []


def test_a_whole_number_beside_codes_with_dots_is_refused():
    assert coded(choices("61.01", "61.10", "{62}")) == [("code-beside-text", "choices!B4")]


def test_a_whole_number_beside_codes_with_leading_zeros_is_refused():
    assert coded(choices("001", "{2}")) == [("code-beside-text", "choices!B3")]


def test_a_number_of_sixteen_digits_has_lost_its_last():
    assert coded(choices("{6171012345678901}")) == [("code-too-many-digits", "choices!B2")]
    assert coded(choices("{617101234567890}")) == []


def test_dates_truth_values_and_formula_errors_are_no_codes():
    assert coded(choices("{2026-01-31}", "{TRUE}", "#REF!")) == [
        ("code-as-date", "choices!B2"),
        ("code-as-boolean", "choices!B3"),
        ("cell-formula-error", "choices!B4"),
    ]


@pytest.mark.parametrize(
    "question", ["| | select_one kab | kab | Kab | | kabkota |", "| | select_multiple kab | kab | Kab | identity | |"]
)
def test_a_list_of_a_scope_or_of_identity_takes_no_number_at_all(question):
    assert coded(choices("{1}", "2", question=question)) == [("code-must-be-text", "choices!B2")]
    assert coded(choices("1", "2", question=question)) == []


def test_a_list_becomes_strict_when_a_group_makes_its_question_identity():
    table = choices(
        "{1}",
        question="| | begin group | g | G | identity | |\n| | select_one kab | kab | Kab | | |\n| | end group | | | | |",
    )
    assert coded(table) == [("code-must-be-text", "choices!B2")]


def test_external_choices_are_held_to_the_same():
    table = """
| survey |
| | type                    | name | label | choice_filter |
| | text                    | prov | Prov  |               |
| | select_one_external kab | kab  | Kab   | prov=${prov}  |
| external_choices |
| | list_name | name   | label | prov   |
| | kab       | {61.1} | M     | {61.5} |
"""
    assert coded(table) == [
        ("code-as-decimal", "external_choices!B2"),
        ("filter-code-as-number", "external_choices!D2"),
    ]


def test_a_number_with_a_fraction_in_a_column_that_a_filter_compares_is_a_warning():
    table = """
| survey |
| | type            | name | label | choice_filter |
| | text            | kab  | Kab   |               |
| | select_one desa | desa | Desa  | kab=${kab}    |
| choices |
| | list_name | name | label | kab    | lintang |
| | desa      | a    | A     | {61.1} | {1.5}   |
| | desa      | b    | B     | 61.03  | {2.5}   |
"""
    (found,) = findings(table)
    assert (found.level, found.code, found.where) == ("warning", "filter-code-as-number", "choices!D2")


def test_numbers_as_labels_hurt_nobody():
    assert (
        coded(
            "| survey |\n| | type | name | label |\n| | select_one l | a | {1.5} |\n| choices |\n| | list_name | name | label |\n| | l | a | {61.1} |"
        )
        == []
    )
