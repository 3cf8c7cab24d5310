"""What a new version does to the answers of an old one."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from forms.schema import Choice, Field, Schema
from forms.workbook import Changes, Difference, changes, compare, convert
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


def told(old: str, new: str) -> list[tuple[str, str, str]]:
    """What `changes` says of questions: kind, old path, new path."""
    found = changes(schema(old), schema(new)).questions
    return [(e.kind, e.old.path if e.old else "", e.new.path if e.new else "") for e in found]


GROUP = "| | begin group | {} | {} | |\n{}\n| | end group | | | |"
A, B, C = (f"| | text | {name} | {name.upper()} | |" for name in "abc")


def test_questions_that_went_and_came_are_told_where_nothing_says_that_they_are_the_same():
    assert told(f"{A}\n{B}", f"{B}\n| | integer | d | D | |") == [("removed", "/a", ""), ("added", "", "/d")]


def test_a_question_of_the_same_label_is_perhaps_renamed():
    assert told(f"{A}\n{B}\n{C}", f"{C}\n{A}\n| | text | b_2 | B | |")[0] == ("renamed", "/b", "/b_2")


def test_a_question_between_the_same_neighbours_is_perhaps_renamed():
    found = told(f"{A}\n{B}\n{C}", f"{A}\n| | text | baru | Label baru | |\n{C}")
    assert found == [("renamed", "/b", "/baru"), ("relabelled", "/b", "/baru")]


def test_another_kind_of_question_in_the_same_place_is_no_renaming():
    found = told(f"{A}\n{B}\n{C}", f"{A}\n| | integer | n | N | |\n{C}")
    assert found == [("removed", "/b", ""), ("added", "", "/n")]


def test_of_two_questions_that_may_be_the_one_that_went_none_is_said_to_be_it():
    found = told(f"{A}\n{B}\n{C}", f"{A}\n{C}\n| | text | b1 | B | |\n| | text | b2 | B | |")
    assert [kind for kind, _, _ in found] == ["removed", "added", "added"]


def test_a_question_of_the_same_name_in_another_group_moved_and_a_group_takes_along_what_is_in_it():
    assert told(f"{A}\n{B}", f"{A}\n" + GROUP.format("g", "G", B))[0] == ("moved", "/b", "/g/b")
    old, new = (GROUP.format(name, "Sama", f"{A}\n{B}") for name in ("g", "h"))
    (edit,) = changes(schema(old), schema(new)).questions
    assert (edit.kind, edit.old.path, edit.new.path, edit.along) == ("renamed", "/g", "/h", 2)


def test_a_new_order_is_told_by_as_few_questions_as_explain_it():
    assert told(f"{A}\n{B}\n{C}", f"{C}\n{A}\n{B}") == [("reordered", "/c", "/c")]


def test_another_label_kind_or_class_is_told():
    assert told(A, "| | text | a | Lain | |") == [("relabelled", "/a", "/a")]
    assert told(C, "| | text | c | C | quasi |") == [("reclassified", "/c", "/c")]
    assert told("| | select_one l | a | A | |", "| | text | a | A | |") == [("retyped", "/a", "/a")]


def test_choices_are_told_once_for_all_questions_that_offer_them():
    old = schema("| | select_one l | a | A | |\n| | select_multiple l | b | B | |\n| | select_one m | c | C | |")
    lists = {
        "l": (Choice("x", {"": "X"}), Choice("lain", {"": "Y"}), Choice("baru", {"": "Baru"})),
        "m": old.choices["m"],
    }
    found = changes(old, replace(old, choices=lists)).choices
    assert [(e.kind, e.old and e.old.name, e.new and e.new.name) for e in found] == [
        ("renamed", "y", "lain"),
        ("added", None, "baru"),
    ]
    assert {tuple(f.path for f in e.questions) for e in found} == {("/a", "/b")}
    shorter = {"l": (Choice("x", {"": "Eks"}),), "m": old.choices["m"]}
    found = changes(old, replace(old, choices=shorter)).choices
    assert [(e.kind, e.old.name) for e in found] == [("removed", "y"), ("relabelled", "x")]


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
LABELS = st.sampled_from(["", "A", "B", "Nama", "Umur"])


@st.composite
def schemas(draw) -> Schema:
    """Any small tree of groups, repeats and questions with lists of choices."""
    fields: list[Field] = []

    def grow(parent: str, repeat: str, depth: int) -> None:
        for name in draw(st.lists(NAMES, unique=True, max_size=4)):
            kind = draw(st.sampled_from(["leaf", "leaf", "group", "repeat"] if depth < 3 else ["leaf"]))
            path, labels = f"{parent}/{name}", {"": draw(LABELS)}
            if kind == "leaf":
                kinds = draw(
                    st.sampled_from([("string", "input", ""), ("int", "input", ""), ("string", "select1", "l")])
                )
                type_, control, choices = kinds
                fields.append(
                    Field(path, name, "leaf", type_, control, labels=labels, repeat=repeat, choice_list=choices)
                )
            else:
                fields.append(Field(path, name, kind, labels=labels, repeat=repeat))
                grow(path, path if kind == "repeat" else repeat, depth + 1)

    grow("", "", 0)
    names = draw(st.lists(st.sampled_from(["x", "y", "z", "w"]), unique=True))
    return Schema("f", "1", "F", "data", tuple(fields), {"l": tuple(Choice(n, {"": draw(LABELS)}) for n in names)})


@given(schemas())
def test_any_form_compared_with_itself_has_no_change(form):
    assert changes(form, form) == Changes()
    assert not changes(form, form)


@given(schemas(), schemas())
def test_whatever_only_one_version_has_is_told_exactly_once(old, new):
    found = changes(old, new)
    went, came = (
        {f.path for f in one.fields} - {f.path for f in other.fields} for one, other in ((old, new), (new, old))
    )
    about = [e for e in found.questions if e.kind in ("removed", "renamed", "moved", "added")]
    told_went, told_came = [e.old.path for e in about if e.old], [e.new.path for e in about if e.new]
    assert len(told_went) == len(set(told_went))
    assert len(told_came) == len(set(told_came))
    assert set(told_went) <= went
    assert set(told_came) <= came
    along = sum(e.along for e in about)
    assert (len(went) - len(told_went), len(came) - len(told_came)) == (along, along), "the rest came along in groups"


@given(schemas(), schemas())
def test_every_choice_that_went_or_came_is_told_where_a_question_kept_its_list(old, new):
    kept = [
        f.path for f in old.fields if f.choice_list and new.by_path.get(f.path, f).choice_list and f.path in new.by_path
    ]
    before, after = ({c.name for c in each.choices["l"]} for each in (old, new))
    found = changes(old, new).choices
    if kept:
        assert {e.old.name for e in found if e.kind in ("removed", "renamed")} == before - after
        assert {e.new.name for e in found if e.kind in ("added", "renamed")} == after - before


@given(st.permutations("abcdef"))
def test_moving_what_is_told_as_reordered_gives_the_new_order(order):
    old, new = (
        Schema("f", "1", "F", "data", tuple(Field(f"/{n}", n, "leaf", "string") for n in names))
        for names in ("abcdef", order)
    )
    moved = {e.old.name for e in changes(old, new).questions}
    assert [n for n in "abcdef" if n not in moved] == [n for n in order if n not in moved]
