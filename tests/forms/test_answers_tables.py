"""Tables are made and widened at publish; what was answered before stays, and intake is not held up."""

import threading

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from forms import answers
from forms.answers import tables
from forms.answers.copying import copy
from forms.db import EVERYTHING, as_owner, db, see
from forms.instance import Row
from forms.problems import Busy
from forms.schema import Schema
from tests.support.survey import EVERYONE, Survey, leaf, opened, reader, repeat, root, sealed

pytestmark = pytest.mark.usefixtures("app")


def names_of_tables():
    return sorted(db.session.execute(text("select tablename from pg_tables where schemaname = 'answers'")).scalars())


def names_of_views():
    return sorted(db.session.execute(text("select viewname from pg_views where schemaname = 'readable'")).scalars())


def columns_of(view):
    found = text("select attname from pg_attribute where attrelid = to_regclass('readable.' || :view) order by attnum")
    return list(db.session.execute(found, {"view": view}).scalars())


def test_a_new_version_adds_columns_and_keeps_every_answer():
    survey = Survey()
    first = survey.publish(leaf("/a"), leaf("/b", "int"))
    old = survey.submit(first, [root(a="satu", b=1)])
    second = survey.publish(leaf("/c"), leaf("/b", "int"))
    new = survey.submit(second, [root(b=2, c="dua")])
    assert answers.one(EVERYONE, second, old) == {"b": 1, "c": None}
    assert answers.one(EVERYONE, first, old) == {"a": "satu", "b": 1}
    third = survey.publish(leaf("/a"), leaf("/b", "int"))
    assert answers.one(EVERYONE, third, old) == {"a": "satu", "b": 1}
    assert answers.one(EVERYONE, third, new) == {"a": None, "b": 2}
    assert names_of_tables() == [f"a{survey.form_id}_0_0"]


def test_a_phone_that_still_has_the_old_version_writes_beside_the_new_one():
    survey = Survey()
    first = survey.publish(leaf("/a"))
    second = survey.publish(leaf("/a"), repeat("/r"), leaf("/r/x", repeat="/r"), *(leaf(f"/q{n}") for n in range(300)))
    late = survey.submit(first, [root(a="lama")])
    tree = answers.one(EVERYONE, second, late)
    assert (tree["a"], tree["r"], tree["q299"]) == ("lama", [], None)


def test_answers_of_an_earlier_type_are_read_as_text_once_the_question_is_one():
    survey = Survey()
    first = survey.publish(leaf("/n", "int"), leaf("/d", "int"), leaf("/t", "date"))
    old = survey.submit(first, [root(n=7, d=3)])
    second = survey.publish(leaf("/n"), leaf("/d", "decimal"), leaf("/t"))
    new = survey.submit(second, [root(n="tujuh", d=0.5)])
    assert answers.one(EVERYONE, second, old) == {"n": "7", "d": 3.0, "t": None}
    assert answers.one(EVERYONE, second, new) == {"n": "tujuh", "d": 0.5, "t": None}
    assert answers.one(EVERYONE, first, old) == {"n": 7, "d": 3, "t": None}


def test_a_question_that_becomes_identity_shows_nothing_of_what_lay_open():
    survey = Survey()
    survey.submit(survey.publish(leaf("/n")), [root(n="CANARY-1")])
    layout = survey.publish(leaf("/n", privacy="identity"))
    (record,) = answers.select(EVERYONE, layout, paths=["/n"])
    assert record.values == {"/n": None}
    back = survey.publish(leaf("/n"))
    survey.submit(layout, [root(n="CANARY-2")])
    assert [r.values["/n"] for r in answers.select(EVERYONE, back, paths=["/n"])] == [None, "CANARY-1"]


WIDE = tuple(leaf(f"/q{n}", "geopoint" if n % 100 == 0 else "string") for n in range(1750))


def test_a_form_wider_than_a_postgresql_row_is_kept_in_pages():
    survey = Survey()
    layout = survey.publish(*WIDE)
    assert len(names_of_tables()) == 8
    few = survey.submit(layout, [root(q3="a", q1749="z")])
    full = survey.submit(layout, [root(**{f"q{n}": "x" * 900 for n in range(1750) if n % 100})])
    tree = answers.one(EVERYONE, layout, few)
    assert (tree["q3"], tree["q1749"], tree["q800"], len(tree)) == ("a", "z", None, 1750)
    assert answers.one(EVERYONE, layout, full)["q1748"] == "x" * 900
    assert answers.compare_rows(layout, few, [root(q3="a", q1749="z")], opened) == []
    see(EVERYTHING)
    kept = db.session.execute(text(f"select count(*) from answers.a{survey.form_id}_0_4")).scalar_one()
    assert kept == 1, "a page without an answer gets no row"


def test_a_version_that_adds_nothing_takes_no_lock_on_the_tables():
    survey = Survey()
    fields = (leaf("/a"), repeat("/r"), leaf("/r/x", repeat="/r"))
    survey.publish(*fields)
    answers.widen(survey.form_id, Schema("uji", "2", "Uji", "data", fields))
    locks = text("select count(*) from pg_locks join pg_class on oid = relation where relname like 'a%_0'")
    assert db.session.execute(locks).scalar_one() == 0


def test_records_go_on_arriving_while_a_form_is_being_published(database_url):
    survey = Survey()
    layout = survey.publish(leaf("/a"))
    other = Survey("lain", survey.project_id)
    answers.widen(other.form_id, Schema("lain", "1", "Uji", "data", (leaf("/a"),)))
    answers.widen(survey.form_id, layout.schema)
    with psycopg.connect(database_url) as phone:
        phone.execute("set lock_timeout = '1s'")
        phone.execute(
            "insert into submissions (form_id, form_version_id, instance_id) values (%s, %s, 'uuid:1')",
            (survey.form_id, layout.version_id),
        )
        phone.execute(f"insert into answers.a{survey.form_id}_0_0 (submission_id) values (1)")


def test_a_slow_reader_of_an_export_does_not_hold_up_a_new_version():
    survey = Survey()
    layout = survey.publish(leaf("/a"), leaf("/b"))
    for _ in range(3):
        survey.submit(layout, [root(a="x" * 200_000)])
    blocks = copy(EVERYONE, layout, answers.columns(layout))
    read = [next(blocks), next(blocks)]
    survey.publish(leaf("/a"), leaf("/b"), leaf("/c"))
    assert len(b"".join([*read, *blocks]).splitlines()) == 4


def test_a_reader_who_holds_the_table_makes_publishing_wait_and_then_refuse(database_url, monkeypatch):
    monkeypatch.setattr(tables, "_TRIES", 1)
    survey = Survey()
    layout = survey.publish(leaf("/a"))
    with psycopg.connect(database_url) as slow:
        slow.execute(f"select * from answers.a{survey.form_id}_0_0")
        with pytest.raises(Busy):
            survey.publish(leaf("/a"), leaf("/b"))
        db.session.rollback()
        made = survey.submit(layout, [root(a="masuk")])
    assert answers.one(EVERYONE, survey.publish(leaf("/a"), leaf("/b")), made) == {"a": "masuk", "b": None}


def test_publishing_gets_through_once_a_reader_lets_go(database_url):
    survey = Survey()
    survey.publish(leaf("/a"))
    with psycopg.connect(database_url) as slow, psycopg.connect(database_url, autocommit=True) as watch:
        slow.execute(f"select * from answers.a{survey.form_id}_0_0")

        def let_go_once_someone_waits():
            while not watch.execute("select 1 from pg_locks where not granted").fetchone():
                pass
            slow.rollback()

        letting_go = threading.Thread(target=let_go_once_someone_waits)
        letting_go.start()
        survey.publish(leaf("/a"), leaf("/b"))
        letting_go.join()


def test_a_publish_that_is_rolled_back_leaves_no_table():
    survey = Survey()
    answers.widen(survey.form_id, Schema("uji", "1", "Uji", "data", (leaf("/a"),)))
    db.session.rollback()
    assert names_of_tables() == []
    assert survey.submit(survey.publish(leaf("/b")), [root(b="x")])


def test_answers_are_written_as_the_bound_role_again_after_publishing():
    survey = Survey()
    with as_owner() as connection:
        assert connection.execute(text("select current_user")).scalar() == "lentera_owner"
    survey.publish(leaf("/a"))
    assert db.session.execute(text("select current_user")).scalar() == "lentera_app"


def test_dropping_a_form_leaves_nothing_of_it():
    survey = Survey()
    layout = survey.publish(leaf("/a"), repeat("/r"), leaf("/r/x", repeat="/r"))
    survey.submit(layout, [root(a="x")])
    answers.drop(survey.form_id)
    db.session.commit()
    assert names_of_tables() == names_of_views() == []
    assert db.session.execute(text("select count(*) from answer_columns")).scalar_one() == 0


def test_tables_made_anew_are_empty_and_the_same_so_that_running_processes_write_on():
    survey = Survey()
    survey.publish(leaf("/a"), leaf("/b"))
    layout = survey.publish(leaf("/b"), leaf("/c"), repeat("/r"))
    survey.submit(layout, [root(b="x"), Row("/r", 1, 0, 1, {})])
    answers.recreate(survey.form_id)
    db.session.commit()
    assert names_of_views() == [f"p{survey.project_id}_uji", f"p{survey.project_id}_uji__r"]
    see(EVERYTHING)
    assert db.session.execute(text(f"select count(*) from answers.a{survey.form_id}_0_0")).scalar_one() == 0
    made = survey.submit(layout, [root(c="y"), Row("/r", 1, 0, 1, {})])
    assert answers.one(EVERYONE, layout, made) == {"b": None, "c": "y", "r": [{}]}


def test_a_form_has_a_readable_view_for_itself_and_each_repeat():
    survey = Survey("kunjungan")
    layout = survey.publish(
        leaf("/g/Umur", "int"),
        leaf("/tempat", "geopoint"),
        leaf("/nama", privacy="identity"),
        repeat("/g/anak"),
        leaf("/g/anak/umur", "int", repeat="/g/anak"),
    )
    view = f"p{survey.project_id}_kunjungan"
    assert names_of_views() == [view, f"{view}__g__anak"]
    assert columns_of(view)[6:] == ["g_umur", "tempat", "tempat_latitude", "tempat_longitude"]
    rows = [Row("", 0, 0, 0, {"/g/Umur": 30}), Row("/g/anak", 1, 0, 1, {"/g/anak/umur": 7})]
    made = survey.submit(layout, rows, scopes=["kabkota=1"])
    survey.submit(layout, rows, scopes=["kabkota=2"])
    survey.submit(layout, rows, deleted_at=text("now()"))
    see(["kabkota=1"])
    assert db.session.execute(text(f"select g_umur from readable.{view}")).all() == [(30,)]
    assert db.session.execute(text(f"select * from readable.{view}__g__anak")).all() == [(made, 1, 0, 1, 7)]
    db.session.rollback()
    with pytest.raises(DatabaseError, match="no scopes"):
        db.session.execute(text(f"select * from readable.{view}"))


def test_a_view_grows_at_its_end_under_what_others_have_built_on_it():
    survey = Survey("kunjungan")
    survey.publish(leaf("/b"), leaf("/a", "int"))
    view = f"p{survey.project_id}_kunjungan"
    with as_owner() as connection:
        connection.execute(text(f"create view readable.punya_orang as select b from readable.{view}"))
    db.session.commit()
    survey.publish(leaf("/a"), leaf("/b"), leaf("/B"), leaf("/g/b"))
    assert columns_of(view)[6:] == ["b", "a", "a_text", "b_text", "g_b"]
    assert "punya_orang" in names_of_views()


def test_views_of_forms_with_alike_or_very_long_names_do_not_meet():
    first = Survey("a")
    first.publish(repeat("/b"))
    for name in ("a__b", "A", "a-", "x" * 200, "x" * 201, "日本", "é"):
        Survey(name, first.project_id).publish(leaf("/" + "q" * 100), leaf("/" + "q" * 101), leaf("/日", "geopoint"))
    views = names_of_views()
    assert len(views) == 9
    assert all(len(columns_of(view)) == (4 if view.endswith("__b") else 11 if view != "p1_a" else 6) for view in views)


def test_a_form_wider_than_a_view_has_more_of_them():
    survey = Survey("lebar")
    survey.publish(*WIDE)
    base = f"p{survey.project_id}_lebar"
    assert names_of_views() == [base, f"{base}___2"]
    assert columns_of(f"{base}___2")[-1] == "q1749"


def test_a_form_id_that_is_used_again_takes_the_view_over_from_the_deleted_form():
    old = Survey("pakai")
    old.submit(old.publish(leaf("/a")), [root(a="lama")])
    db.session.execute(text("update forms set deleted_at = now()"))
    new = Survey("pakai", old.project_id)
    new.submit(new.publish(leaf("/z", "int")), [root(z=1)])
    see(EVERYTHING)
    assert db.session.execute(text(f"select z from readable.p{old.project_id}_pakai")).scalars().all() == [1]


def test_a_version_read_by_its_layout_in_another_scope_stays_hidden():
    survey = Survey()
    layout = survey.publish(*WIDE)
    made = survey.submit(layout, [root(q1749="x")], scopes=["kabkota=1"])
    see(["kabkota=2"])
    hidden = db.session.execute(text(f"select count(*) from answers.a{survey.form_id}_0_7")).scalar_one()
    assert hidden == 0
    assert answers.one(reader("kabkota=1"), layout, made)["q1749"] == "x"


def test_erasing_a_submission_leaves_no_row_of_it():
    survey = Survey()
    layout = survey.publish(*WIDE, repeat("/r"))
    made = survey.submit(layout, [root(q1749="x"), Row("/r", 1, 0, 1, {})])
    see(EVERYTHING)
    answers.erase(survey.form_id, made)
    for name in names_of_tables():
        assert db.session.execute(text(f"select count(*) from answers.{name}")).scalar_one() == 0
    answers.write(layout, made, [root()], [], sealed)
