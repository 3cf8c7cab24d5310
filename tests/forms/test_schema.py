"""The schema: what all parts that share it may rely on."""

import json

from hypothesis import given
from hypothesis import strategies as st

from forms.schema import Choice, Field, Schema, localized

TEXTS = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
FIELDS = st.builds(
    Field,
    path=st.text(max_size=10).map("/{}".format),
    name=st.text(max_size=5),
    kind=st.sampled_from(["group", "repeat", "leaf"]),
    type=st.sampled_from(["", "string", "int", "binary"]),
    repeat=st.sampled_from(["", "/r"]),
    privacy=st.sampled_from(["", "quasi", "sensitive", "identity"]),
    scope=st.sampled_from(["", "kabkota", "kantor"]),
    labels=TEXTS,
    row=st.none() | st.integers(min_value=2),
)
SCHEMAS = st.builds(
    Schema,
    form_id=st.text(max_size=5),
    version=st.text(max_size=5),
    title=st.text(max_size=5),
    root=st.just("data"),
    fields=st.lists(FIELDS, max_size=5).map(tuple),
    choices=st.dictionaries(
        st.text(max_size=5), st.lists(st.builds(Choice, st.text(max_size=5), TEXTS)).map(tuple), max_size=2
    ),
    languages=st.lists(st.text(max_size=5), min_size=1, max_size=3).map(tuple),
)


@given(SCHEMAS)
def test_a_schema_kept_as_json_comes_back_equal(schema):
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


@given(SCHEMAS)
def test_every_leaf_lives_in_exactly_one_level(schema):
    levels = {f.repeat for f in schema.leaves}
    assert sorted(f.path for level in levels for f in schema.level(level)) == sorted(f.path for f in schema.leaves)


def field(path: str, **details: str) -> Field:
    return Field(path, path.rpartition("/")[2], details.pop("kind", "leaf"), **details)


SMALL = Schema(
    form_id="uji",
    version="1",
    title="Uji",
    root="data",
    fields=(
        field("/nama", type="string", privacy="identity"),
        field("/kab", type="string", scope="kabkota"),
        field("/r", kind="repeat"),
        field("/r/kantor", type="string", scope="kantor", repeat="/r"),
        field("/r/pilih", type="string", control="select", repeat="/r"),
        field("/r/urut", type="odk:rank", control="rank", repeat="/r"),
        field("/r/foto", type="binary", repeat="/r"),
        field("/meta", kind="group"),
        field("/meta/audit", type="string"),
    ),
)


def test_a_form_knows_its_dimensions_and_whether_it_seals():
    assert SMALL.dimensions == ("kabkota", "kantor")
    assert SMALL.strictest == "identity"
    assert [f.path for f in SMALL.repeats] == ["/r"]
    assert not Schema("a", "", "A", "data", (field("/a", type="string"),)).strictest


def test_children_are_found_by_the_path_around_them():
    assert list(SMALL.children) == ["", "/r", "/meta"]
    assert list(SMALL.children["/r"]) == ["kantor", "pilih", "urut", "foto"]


def test_files_and_lists_of_answers_are_told_apart_from_texts():
    assert [f.path for f in SMALL.leaves if f.is_file] == ["/r/foto", "/meta/audit"]
    assert [f.path for f in SMALL.leaves if f.is_multiple] == ["/r/pilih", "/r/urut"]


def test_a_text_is_given_in_the_language_asked_for_or_the_next_best():
    texts = {"Bahasa Indonesia (id)": "Nama", "English (en)": "Name", "kosong": ""}
    assert localized(texts, "en", "Bahasa Indonesia (id)") == "Name"
    assert localized(texts, "English (en)", "") == "Name"
    assert localized(texts, "fr", "Bahasa Indonesia (id)") == "Nama"
    assert localized(texts, "fr", "kosong") == "Nama"
    assert localized({}, "id", "") == ""
