"""Answers are written, read back, and seen by nobody outside their scopes."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from forms import answers
from forms.answers import SEALED
from forms.db import EVERYTHING, db, see
from forms.instance import Geo, Row
from forms.problems import NotFound
from tests.support.survey import EVERYONE, Survey, group, leaf, opened, reader, repeat, root, sealed

pytestmark = pytest.mark.usefixtures("app")

#: What PostgreSQL refuses comes as it is from where rows are written, else through SQLAlchemy.
REFUSED = (DatabaseError, psycopg.errors.InsufficientPrivilege)

EVERY_TYPE = (
    leaf("/teks"),
    leaf("/bulat", "int"),
    leaf("/desimal", "decimal"),
    leaf("/logika", "boolean"),
    leaf("/tanggal", "date"),
    leaf("/jam", "time"),
    leaf("/waktu", "dateTime"),
    leaf("/titik", "geopoint"),
    leaf("/banyak", control="select"),
    leaf("/foto", "binary"),
    leaf("/nama", privacy="identity"),
    leaf("/lahir", "date", privacy="identity"),
)

AT = datetime(2026, 3, 1, 8, 30, 15, 250000, timezone(timedelta(hours=7)))


def test_every_type_comes_back_as_it_was_written():
    survey = Survey()
    layout = survey.publish(*EVERY_TYPE)
    values = {
        "/teks": 'baris satu\nbaris "dua", \\N \\. {x} é 漢 🙂',
        "/bulat": -(2**63),
        "/desimal": 0.1,
        "/logika": False,
        "/tanggal": date(1920, 2, 29),
        "/jam": time(23, 59, 59, 999999),
        "/waktu": AT,
        "/titik": Geo("-0.0263303 109.3425039 0 5", -0.0263303, 109.3425039),
        "/banyak": "a b c",
        "/foto": "1766 #?.jpg",
    }
    made = survey.submit(layout, [Row("", 0, 0, 0, values)])
    tree = answers.one(EVERYONE, layout, made)
    assert tree == {path[1:]: value for path, value in values.items()} | {"nama": None, "lahir": None}
    assert type(tree["bulat"]) is int
    assert tree["waktu"].utcoffset() == timedelta(0)


anything = st.fixed_dictionaries(
    {},
    optional={
        "/teks": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1),
        "/bulat": st.integers(-(2**63), 2**63 - 1),
        "/desimal": st.floats(allow_nan=False, allow_infinity=False),
        "/logika": st.booleans(),
        "/tanggal": st.dates(),
        "/jam": st.times(),
        "/waktu": st.datetimes(
            min_value=datetime(1, 1, 3),  # noqa: DTZ001 - the zone is drawn beside it
            max_value=datetime(9999, 12, 29),  # noqa: DTZ001
            timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
        ),
        "/nama": st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(anything, min_size=1, max_size=4))
def test_any_value_that_a_row_may_hold_is_kept_exactly(app, data):
    survey = Survey()
    inside = [leaf("/r" + f.path, f.type, repeat="/r", privacy=f.privacy) for f in EVERY_TYPE]
    layout = survey.publish(*EVERY_TYPE, repeat("/r"), *inside)
    first, *more = data
    rows = [
        Row("", 0, 0, 0, first),
        *(Row("/r", n, 0, n, {"/r" + p: v for p, v in values.items()}) for n, values in enumerate(more, start=1)),
    ]
    made = survey.submit(layout, rows)
    assert answers.compare_rows(layout, made, rows, opened) == []
    tree = answers.one(EVERYONE, layout, made)
    assert {p: tree[p[1:]] for p in first} == {p: SEALED if p == "/nama" else v for p, v in first.items()}
    assert [{p: row[p[1:]] for p in values} for row, values in zip(tree["r"], more, strict=True)] == [
        {p: SEALED if p == "/nama" else v for p, v in values.items()} for values in more
    ]


def test_an_identity_answer_lies_sealed_and_never_comes_out():
    survey = Survey()
    layout = survey.publish(*EVERY_TYPE)
    made = survey.submit(layout, [root(nama="CANARY-NAMA-1", lahir=date(1999, 1, 2), teks="terbuka")])
    see(EVERYTHING)
    kept = db.session.execute(text(f"select a::text from answers.a{survey.form_id}_0_0 a")).scalar_one()
    assert "CANARY" not in kept
    assert "terbuka" in kept
    tree = answers.one(EVERYONE, layout, made)
    assert (tree["nama"], tree["lahir"]) == (SEALED, SEALED)
    (record,) = answers.select(EVERYONE, layout, paths=["/nama", "/teks"])
    assert record.values == {"/nama": SEALED, "/teks": "terbuka"}
    assert "CANARY" not in repr(record)
    assert "terbuka" not in repr(record)


NESTED = (
    group("/g"),
    leaf("/g/q"),
    group("/g/kosong"),
    repeat("/g/anak"),
    leaf("/g/anak/umur", "int", repeat="/g/anak"),
    group("/g/anak/rumah", repeat="/g/anak"),
    repeat("/g/anak/rumah/mainan", inside="/g/anak"),
    leaf("/g/anak/rumah/mainan/nama", repeat="/g/anak/rumah/mainan"),
    repeat("/hampa"),
    group("/meta"),
    leaf("/meta/instanceID"),
)

NESTED_ROWS = (
    root(g__q="x"),
    Row("/g/anak", 1, 0, 1, {"/g/anak/umur": 7}),
    Row("/g/anak/rumah/mainan", 1, 1, 1, {"/g/anak/rumah/mainan/nama": "bola"}),
    Row("/g/anak/rumah/mainan", 2, 1, 2, {}),
    Row("/g/anak", 2, 0, 2, {}),
    Row("/g/anak/rumah/mainan", 3, 2, 1, {"/g/anak/rumah/mainan/nama": "layang"}),
    Row("/hampa", 1, 0, 1, {}),
)


def test_groups_and_repeats_inside_repeats_come_back_as_a_tree():
    survey = Survey()
    layout = survey.publish(*NESTED)
    made = survey.submit(layout, NESTED_ROWS)
    survey.submit(layout, NESTED_ROWS[:2])
    assert answers.one(EVERYONE, layout, made) == {
        "g": {
            "q": "x",
            "kosong": {},
            "anak": [
                {"umur": 7, "rumah": {"mainan": [{"nama": "bola"}, {"nama": None}]}},
                {"umur": None, "rumah": {"mainan": [{"nama": "layang"}]}},
            ],
        },
        "hampa": [{}],
        "meta": {"instanceID": None},
    }


def test_a_reader_who_has_said_no_scope_gets_an_error_and_no_empty_answer():
    survey = Survey()
    layout = survey.publish(*NESTED)
    survey.submit(layout, NESTED_ROWS)
    tables = ("0_0", "1_0", "2_0", "3_0")
    for each in tables:
        with pytest.raises(DatabaseError, match="no scopes"):
            db.session.execute(text(f"select count(*) from answers.a{survey.form_id}_{each}"))
        db.session.rollback()
    with pytest.raises(REFUSED, match="no scopes"):
        answers.write(layout, 1, [root(g__q="x")], [], sealed)


def test_a_reader_sees_the_records_of_their_scopes_and_those_of_none():
    survey = Survey()
    layout = survey.publish(*NESTED)
    ours = survey.submit(layout, NESTED_ROWS, scopes=["kabkota=61.03", "kantor=ltsa"])
    theirs = survey.submit(layout, NESTED_ROWS, scopes=["kabkota=61.10"])
    nobodys = survey.submit(layout, NESTED_ROWS, scopes=["?"])
    open_ = survey.submit(layout, NESTED_ROWS)
    actor = reader("kabkota=61.03")
    assert [r.id for r in answers.select(actor, layout, paths=["/g/q"])] == [open_, ours]
    assert [r.id for r in answers.select(EVERYONE, layout)] == [open_, nobodys, theirs, ours]
    assert answers.count(actor, survey.form_id) == 2
    assert answers.one(actor, layout, ours)["g"]["q"] == "x"
    for hidden in (theirs, nobodys):
        with pytest.raises(NotFound):
            answers.one(actor, layout, hidden)
    assert [r.id for r in answers.select(reader(), layout)] == [open_]


def test_a_writer_cannot_write_what_it_could_not_see():
    survey = Survey()
    layout = survey.publish(leaf("/q"))
    see(["kabkota=61.03"])
    with pytest.raises(REFUSED, match="row-level security"):
        answers.write(layout, 1, [root(q="x")], ["kabkota=61.10"], sealed)


def test_an_edit_leaves_nothing_of_the_content_before_whichever_version_wrote_it():
    survey = Survey()
    old = survey.publish(leaf("/q"))
    new = survey.publish(leaf("/q"), repeat("/r"), leaf("/r/x", repeat="/r"))
    made = survey.submit(new, [root(q="lama"), Row("/r", 1, 0, 1, {"/r/x": "lama"})], scopes=["kabkota=1"])
    see(EVERYTHING)
    answers.write(old, made, [root(q="baru")], ["kabkota=2"], sealed, replace=True)
    db.session.execute(text("update submissions set scopes = '{kabkota=2}'"))
    assert answers.one(reader("kabkota=2"), new, made) == {"q": "baru", "r": []}


def test_a_value_of_another_type_is_refused_by_its_path_alone():
    survey = Survey()
    layout = survey.publish(leaf("/bulat", "int"))
    see(EVERYTHING)
    for wrong in ("CANARY-1", True, 1.5):
        with pytest.raises(TypeError, match="/bulat") as caught:
            answers.write(layout, 1, [root(bulat=wrong)], [], sealed)
        assert "CANARY" not in str(caught.value)


def test_two_thousand_repeat_rows_are_kept_in_few_statements():
    survey = Survey()
    layout = survey.publish(repeat("/r"), *(leaf(f"/r/q{n}", repeat="/r") for n in range(20)))
    rows = [root(), *(Row("/r", n, 0, n, {"/r/q0": f"{n}", "/r/q19": '"{,}\\'}) for n in range(1, 2001))]
    made = survey.submit(layout, rows)
    tree = answers.one(EVERYONE, layout, made)
    assert [row["q0"] for row in tree["r"]] == [str(n) for n in range(1, 2001)]
    assert tree["r"][1234]["q19"] == '"{,}\\'


def test_every_submission_of_a_version_is_one_and_the_same_statement():
    survey = Survey()
    layout = survey.publish(*EVERY_TYPE)
    see(EVERYTHING)
    for number, values in enumerate([{}, {"teks": "a"}, {"bulat": 1}, {"bulat": 2**40, "logika": True}] * 3):
        answers.write(layout, number, [root(**values)], [], sealed)
    prepared = text("select count(*) from pg_prepared_statements where statement like 'insert into answers.%'")
    assert db.session.execute(prepared).scalar_one() == 1


def test_differences_between_the_tables_and_the_kept_xml_are_named_by_path():
    survey = Survey()
    layout = survey.publish(*NESTED, leaf("/nama", privacy="identity"))
    rows = [root(g__q="x", nama="CANARY-1"), *NESTED_ROWS[1:]]
    made = survey.submit(layout, rows, scopes=["kabkota=1"])
    assert answers.compare_rows(layout, made, rows, opened) == []
    changed = [root(g__q="y", nama="CANARY-2"), *rows[1:]]
    assert answers.compare_rows(layout, made, changed, opened) == ["/g/q", "/nama"]
    assert answers.compare_rows(layout, made, rows[:-1], opened) == ["/hampa"]
    see(EVERYTHING)
    name = f"answers.a{survey.form_id}_1_0"
    db.session.execute(text(f"update {name} set scopes = '{{kabkota=2}}' where number = 1"))
    assert answers.compare_rows(layout, made, rows, opened) == [name]


def test_instants_are_kept_to_the_microsecond_whatever_the_offset():
    survey = Survey()
    layout = survey.publish(leaf("/waktu", "dateTime"))
    made = survey.submit(layout, [root(waktu=AT)])
    assert answers.one(EVERYONE, layout, made)["waktu"] == AT.astimezone(UTC)
