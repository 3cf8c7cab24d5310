"""What a new version does to the answers of an old one."""

from forms.schema import Schema
from forms.workbook import Difference, compare, convert
from tests.support import odk

HEAD = "| survey |\n| | type | name | label | privacy |\n"
LISTS = """
| choices |
| | list_name | name | label |
| | l         | x    | X     |
| | l         | y    | Y     |
| | m         | y    | Y     |
| | m         | z    | Z     |
"""


def schema(rows: str) -> Schema:
    return convert(odk.xlsx(HEAD + rows + LISTS), "uji.xlsx").schema


def difference(old: str, new: str) -> Difference:
    return compare(schema(old), schema(new))


def test_a_version_like_the_last_differs_in_nothing():
    rows = "| | select_one l | a | A | |\n| | begin repeat | r | R | |\n| | text | b | B | |\n| | end repeat | | | |"
    assert difference(rows, rows) == Difference((), (), (), (), ())


def test_a_changed_type_is_named_with_the_row_of_the_new_sheet():
    (change,) = difference("| | integer | a | A | |", "| | note | n | N | |\n| | date | a | A | |").type_changes
    assert (change.path, change.old, change.new, change.row) == ("/a", "int", "date", 3)


def test_a_leaf_that_becomes_text_is_widened_not_changed():
    found = difference("| | integer | a | A | |", "| | text | a | A | |")
    assert found.type_changes == ()
    assert [(c.path, c.old, c.new, c.row) for c in found.widened_to_text] == [("/a", "int", "string", 2)]


def test_text_that_becomes_a_number_is_a_changed_type():
    assert [c.new for c in difference("| | text | a | A | |", "| | integer | a | A | |").type_changes] == ["int"]


def test_a_group_or_repeat_never_becomes_a_question_and_a_group_no_repeat():
    group = "| | begin group | a | A | |\n| | text | b | B | |\n| | end group | | | |"
    repeat = group.replace("group", "repeat")
    text = "| | text | a | A | |"
    for old, new, kinds in (
        (group, text, ("group", "string")),
        (repeat, text, ("repeat", "string")),
        (group, repeat, ("group", "repeat")),
        (text, group, ("string", "group")),
    ):
        found = difference(old, new)
        assert [(c.path, c.old, c.new) for c in found.type_changes] == [("/a", *kinds)]
        assert found.widened_to_text == ()


def test_what_vanished_is_listed_as_it_was():
    found = difference(
        "| | begin group | g | G | |\n| | text | a | A | |\n| | end group | | | |", "| | text | a | A | |"
    )
    assert [f.path for f in found.vanished] == ["/g", "/g/a"]


def test_entity_declarations_that_vanish_are_no_lost_answers():
    entities = "| entities |\n| | list_name | label |\n| | kasus | ${a} |"
    old = convert(odk.xlsx(f"{HEAD}| | text | a | A | |\n{entities}"), "uji.xlsx").schema
    assert compare(old, schema("| | text | a | A | |")).vanished == ()


def test_choices_that_vanished_are_named_per_question():
    (gone,) = difference("| | select_one l | a | A | |", "| | select_one m | a | A | |").vanished_choices
    assert (gone.path, gone.names, gone.row) == ("/a", ("x",), 2)


def test_a_question_that_takes_any_answer_from_now_on_loses_no_choice():
    for new in ("| | text | a | A | |", "| | select_one_from_file lain.csv | a | A | |"):
        assert difference("| | select_one l | a | A | |", new).vanished_choices == ()


def test_an_answer_that_becomes_identity_or_ceases_to_be_is_named():
    found = difference(
        "| | text | a | A | |\n| | text | b | B | identity |",
        "| | text | a | A | identity |\n| | text | b | B | quasi |",
    )
    assert [(c.path, c.old, c.new, c.row) for c in found.sealing_changes] == [
        ("/a", "", "identity", 2),
        ("/b", "identity", "quasi", 3),
    ]
    assert difference("| | text | a | A | |", "| | text | a | A | sensitive |").sealing_changes == ()
