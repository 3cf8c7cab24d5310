"""Privacy classes and scopes: what the cells say, and what flows from identity."""

import pytest

from forms.workbook import Finding, convert, lint
from tests.support import odk

HEADER = "| survey |\n| | type | name | label | privacy | scope | calculation | default | save_to | repeat_count | trigger | parameters |\n"


def table(rows: str, rest: str = "") -> str:
    return HEADER + rows + "\n" + rest


def findings(rows: str, rest: str = "") -> list[Finding]:
    return list(lint(odk.xlsx(table(rows, rest)), "uji.xlsx"))


def coded(rows: str, rest: str = "") -> list[tuple[str, str]]:
    return [(f.code, f.where) for f in findings(rows, rest)]


def classes(rows: str, rest: str = "") -> dict[str, str]:
    """Every leaf's class outside meta."""
    fields = convert(odk.xlsx(table(rows, rest)), "uji.xlsx").schema.leaves
    return {f.path: f.privacy for f in fields if not f.path.startswith("/meta/instance")}


def test_an_answer_has_the_class_that_its_row_states():
    assert classes("""
| | text | a | A | |
| | text | b | B | quasi |
| | text | c | C | sensitive |
| | text | d | D | identity |
""") == {"/a": "", "/b": "quasi", "/c": "sensitive", "/d": "identity"}


def test_a_groups_class_is_the_default_of_what_is_inside_and_a_rows_own_word_wins():
    assert classes("""
| | begin group  | g | G | identity |
| | text         | a | A | |
| | begin repeat | r | R | |
| | text         | b | B | |
| | text         | c | C | quasi |
| | end repeat   | | | |
| | end group    | | | |
| | text         | d | D | |
""") == {"/g/a": "identity", "/g/r/b": "identity", "/g/r/c": "quasi", "/d": ""}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Identity", "identity"),
        ("identtiy", "identity"),
        ("P3", "identity"),
        ("sensitif", "sensitive"),
        ("kuasi", "quasi"),
    ],
)
def test_an_unknown_class_is_refused_with_what_was_probably_meant(word, meant):
    (found,) = findings(f"| | text | a | A | {word} |")
    assert (found.code, found.where) == ("privacy-unknown", "survey!D2")
    assert meant in found.message.split(".")[0]
    assert meant in found.message_id.split(".")[0]


def test_an_unknown_class_that_resembles_nothing_is_refused_without_a_guess():
    (found,) = findings("| | text | a | A | {3} |")
    assert found.code == "privacy-unknown"
    assert "?" not in found.message


@pytest.mark.parametrize("heading", ["privasi", "privcy", "Privasi", "kerahasiaan"])
def test_a_column_that_looks_like_privacy_but_is_not_is_a_warning(heading):
    found = lint(
        odk.xlsx(f"| survey |\n| | type | name | label | {heading} |\n| | text | a | A | identity |"), "uji.xlsx"
    )
    assert [(f.level, f.code, f.where) for f in found] == [("warning", "privacy-column", "survey!D1")]


def test_a_capital_letter_in_the_heading_never_leaves_identity_in_the_clear():
    made = convert(
        odk.xlsx("| survey |\n| | type | name | label | Privacy |\n| | text | a | A | identity |"), "uji.xlsx"
    )
    assert made.schema.by_path["/a"].is_identity
    assert [f.code for f in made.findings] == ["privacy-column-case"]


def test_a_scope_names_its_dimension():
    made = convert(
        odk.xlsx(
            table(
                "| | text | a | A | | kabkota |\n| | begin repeat | r | R | | |\n| | text | b | B | | kantor |\n| | end repeat | | | | |"
            )
        ),
        "uji.xlsx",
    )
    assert made.schema.dimensions == ("kabkota", "kantor")
    assert made.schema.by_path["/r/b"].scope == "kantor"


@pytest.mark.parametrize("word", ["Kabkota", "kab kota", "1kab", "kab-kota", "{1}"])
def test_a_malformed_scope_is_refused(word):
    assert coded(f"| | text | a | A | | {word} |") == [("scope-malformed", "survey!E2")]


def test_a_scope_on_a_group_is_refused():
    assert coded("| | begin group | g | G | | kabkota |\n| | text | a | A | | |\n| | end group | | | | |") == [
        ("scope-not-on-a-question", "survey!E2")
    ]


def test_a_scope_on_identity_is_refused_however_it_became_identity():
    assert coded("| | text | a | A | identity | kabkota |") == [("scope-on-identity", "survey!E2")]
    rows = "| | text | a | A | identity | |\n| | calculate | b | | | kabkota | ${a} |"
    assert coded(rows) == [("scope-on-identity", "survey!E3")]


FLOWS = {
    "a calculation": "| | calculate | b | | | | concat('Ibu ', ${a}) |",
    "a dynamic default": "| | text | b | B | | | | ${a} |",
    "a calculation that a trigger starts": "| | text | b | B | | | ${a} | | | | ${a} |",
    "a note with a calculation": "| | note | b | B | | | ${a} |",
    "the last saved answer": "| | text | b | B | | | | ${last-saved#a} |",
    "a path": "| | calculate | b | | | | string(/data/a) |",
    "a relative path": "| | calculate | b | | | | concat(../a, '') |",
    "a path from the current node": "| | calculate | b | | | | current()/../a |",
    "a path with a condition": "| | calculate | b | | | | /data[1]/a |",
    "a path of any names": "| | calculate | b | | | | join(' ', ../*) |",
    "a path of any depth": "| | calculate | b | | | | join(' ', //a) |",
    "a lookup by identity": "| | calculate | b | | | | instance('l')/root/item[name = ${a}]/label |",
    "a lookup by a path": "| | calculate | b | | | | instance('l')/root/item[name = current()/../a]/label |",
    "the last saved submission's path": "| | calculate | b | | | | instance('__last-saved')/data/a |",
    "several steps": "| | calculate | b | | | | ${c} |\n| | calculate | c | | | | ${d} |\n| | calculate | d | | | | ${a} |",
}
LISTS = "| choices |\n| | list_name | name | label |\n| | l | x | X |"


@pytest.mark.parametrize("way", FLOWS)
def test_what_is_computed_from_identity_is_identity_too(way):
    made = classes(f"| | text | a | A | identity |\n{FLOWS[way]}", LISTS)
    assert made["/b"] == "identity"


@pytest.mark.parametrize("way", FLOWS)
def test_a_row_may_state_another_class_and_is_warned_with_the_cell(way):
    first, _, rest = FLOWS[way].partition("\n")
    parts = first.split("|")
    parts[5] = " quasi "
    rows = f"| | text | a | A | identity |\n{'|'.join(parts)}\n{rest}"
    assert classes(rows, LISTS)["/b"] == "quasi"
    column = "G" if "default" in way or way == "the last saved answer" else "F"
    assert coded(rows, LISTS) == [("identity-computed-open", f"survey!{column}3")]


def test_what_an_opened_value_flows_into_stays_open():
    rows = "| | date | lahir | L | identity |\n| | calculate | umur | | quasi | | ${lahir} |\n| | calculate | anak | | | | ${umur} < 18 |"
    assert classes(rows) == {"/lahir": "identity", "/umur": "quasi", "/anak": ""}


def test_a_class_that_is_only_inherited_opens_nothing():
    rows = """
| | text        | a | A | identity |
| | begin group | g | G | quasi |
| | calculate   | b | | | | ${a} |
| | end group   | | | |
"""
    assert classes(rows)["/g/b"] == "identity"


def test_an_answer_chosen_among_identity_answers_is_identity():
    rows = """
| | begin repeat    | r | R | |
| | text            | nama | N | identity |
| | end repeat      | | | |
| | select_one ${nama} | wakil | W | |
"""
    assert classes(rows)["/wakil"] == "identity"


def test_the_number_of_repeats_that_identity_gives_is_identity():
    rows = "| | integer | n | N | identity |\n| | begin repeat | r | R | | | | | | ${n} + 1 |\n| | text | a | A | |\n| | end repeat | | | |"
    assert classes(rows)["/r_count"] == "identity"


def test_what_people_write_beside_a_list_has_the_class_of_the_question():
    assert classes("| | select_one l or_other | a | A | identity |", LISTS)["/a_other"] == "identity"


OPEN = {
    "a question that only appears by identity": "| | text | b | B | | | | | | | | |",
    "a count of repeats that hold identity": "| | calculate | b | | | | count(${r}) |",
    "a lookup in another list with a column of that name": "| | calculate | b | | | | instance('l')/root/item[name = 'x']/a |",
    "a text that only looks like a path": "| | calculate | b | | | | concat('/data/a', \"../a\") |",
    "a calculation that identity only starts": "| | text | b | B | | | now() | | | | ${a} |",
}


@pytest.mark.parametrize("way", OPEN)
def test_what_holds_nothing_of_identity_stays_open(way):
    rows = f"| | text | a | A ${{a}} | identity |\n| | begin repeat | r | R | |\n| | text | x | X | identity |\n| | end repeat | | | |\n{OPEN[way]}"
    assert classes(rows, LISTS)["/b"] == ""
    assert coded(rows, LISTS) == []


def test_a_label_may_greet_by_name():
    assert coded("| | text | a | A | identity |\n| | note | n | Halo ${a} | |") == []


def test_an_instance_name_never_shows_identity():
    settings = "| settings |\n| | form_title | form_id | instance_name |\n| | Uji | uji | concat('X', ${b}) |"
    rows = "| | text | a | A | identity |\n| | calculate | b | | | | ${a} |"
    assert coded(rows, settings) == [("identity-in-instance-name", "settings!C2")]
    assert coded(rows.replace("b | | | |", "b | | quasi | |"), settings)[0][0] == "identity-computed-open"


def test_an_instance_name_is_for_whoever_sees_all_that_it_is_made_of():
    rows = "| | text | a | A | quasi |\n| | text | b | B | sensitive |\n| | text | c | C | |"
    for made_of, privacy in (("${c}", ""), ("${a}", "quasi"), ("concat(${a}, ${b}, ${c})", "sensitive"), ("'X'", "")):
        settings = f"| settings |\n| | form_title | form_id | instance_name |\n| | Uji | uji | {made_of} |"
        fields = convert(odk.xlsx(table(rows, settings)), "uji.xlsx").schema.by_path
        assert fields["/meta/instanceName"].privacy == privacy, made_of


def test_an_entity_never_takes_identity():
    entities = "| entities |\n| | list_name | label | entity_id | update_if | create_if |\n| | korban | ${a} | ${a} | true() | true() |"
    rows = "| | text | a | A | identity | | | | nama |\n| | calculate | b | | | | ${a} | | kode |"
    assert coded(rows, entities) == [
        ("identity-saved-to-entity", "survey!H2"),
        ("identity-saved-to-entity", "survey!H3"),
        ("identity-in-entity-label", "entities!B2"),
        ("identity-in-entity-id", "entities!C2"),
    ]


def test_a_place_in_a_form_that_records_identity_is_a_warning():
    rows = """
| | text           | a | A | identity |
| | geopoint       | b | B | sensitive |
| | geotrace       | c | C | identity |
| | start-geopoint | d | | |
| | audit          | | | | | | | | | | location-priority=balanced location-min-interval=60 location-max-age=120 |
"""
    assert coded(rows) == [(("location-beside-identity"), f"survey!A{row}") for row in (3, 5, 6)]
    assert coded("| | text | a | A | sensitive |\n| | geopoint | b | B | |") == []


def test_a_picture_or_recording_without_a_class_in_a_form_that_records_identity_is_a_warning():
    rows = """
| | text  | a | A | identity |
| | image | b | B | | | | | | | | max-pixels=100 |
| | audio | c | C | |
| | video | d | D | sensitive |
| | background-audio | e | | |
| | file  | f | F | |
"""
    assert coded(rows) == [("media-beside-identity", f"survey!A{row}") for row in (3, 4, 6)]


def test_the_audit_log_of_a_form_that_records_identity_is_identity():
    assert classes("| | text | a | A | identity |\n| | audit | | | |")["/meta/audit"] == "identity"
    assert classes("| | text | a | A | |\n| | audit | | | |")["/meta/audit"] == ""
    assert classes("| | text | a | A | identity |\n| | audit | | | sensitive |")["/meta/audit"] == "sensitive"


def test_the_rows_of_a_loop_keep_their_class_for_every_choice():
    rows = "| | begin loop over l | tiap | T | |\n| | text | nama | N | identity |\n| | end loop | | | |"
    assert classes(rows, LISTS)["/tiap/x/nama"] == "identity"
