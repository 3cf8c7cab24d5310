"""Answers are copied out whole: as the CSV that ODK's clients know, and as typed rows for a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from forms import answers
from forms.answers import Condition, Filter
from forms.db import EVERYTHING, db, see
from forms.instance import Geo, Row
from forms.problems import IdentityNotSearchable
from tests.support.survey import EVERYONE, Survey, group, leaf, reader, repeat, root, sender

pytestmark = pytest.mark.usefixtures("app")

AT = datetime(2026, 3, 1, 1, 30, 15, 250000, UTC)


@pytest.fixture
def survey():
    return Survey()


def table(blocks):
    return list(csv.reader(io.StringIO(b"".join(blocks).decode(), newline="")))


def test_the_columns_are_those_of_odk_central(survey):
    layout = survey.publish(
        leaf("/mulai", "dateTime"),
        group("/g"),
        leaf("/g/umur", "int", labels={"Bahasa Indonesia (id)": "Umur", "": "Age"}),
        leaf("/g/tempat", "geopoint", labels={"": "Tempat"}),
        leaf("/jejak", "geotrace"),
        repeat("/g/anak"),
        group("/g/anak/x", repeat="/g/anak"),
        leaf("/g/anak/x/nama", repeat="/g/anak"),
        group("/meta"),
        leaf("/meta/instanceID"),
    )
    names = [h.name for h in answers.columns(layout)]
    expected = (
        "SubmissionDate mulai g-umur g-tempat-Latitude g-tempat-Longitude g-tempat-Altitude g-tempat-Accuracy jejak "
        "meta-instanceID KEY SubmitterID SubmitterName AttachmentsPresent AttachmentsExpected Status ReviewState "
        "DeviceID Edits FormVersion"
    )
    assert " ".join(names) == expected
    assert [h.name for h in answers.columns(layout, "/g/anak")] == ["x-nama", "PARENT_KEY", "KEY"]
    plain = answers.columns(layout, group_paths=False)
    assert [h.name for h in plain][2:4] == ["umur", "tempat-Latitude"]
    assert [h.label("id") for h in plain][:4] == ["Diterima", "mulai", "Umur", "Tempat (Latitude)"]
    assert plain[2].label("en") == "Age"


def test_a_csv_has_the_newest_record_first_with_all_that_is_known_of_it(survey):
    layout = survey.publish(
        leaf("/teks"), leaf("/bulat", "int"), leaf("/desimal", "decimal"), leaf("/ya", "boolean"), leaf("/tgl", "date"),
        leaf("/jam", "time"), leaf("/waktu", "dateTime"), leaf("/titik", "geopoint"), leaf("/nama", privacy="identity"),
    )  # fmt: skip
    survey.submit(
        layout,
        [root(teks='a,"b"\nc', bulat=-5, desimal=-0.5, ya=False, tgl=date(2026, 1, 2), jam=time(7, 30), waktu=AT,
              titik=Geo("-0.02  109.3 12", -0.02, 109.3), nama="CANARY-1")],
        instance_id="uuid:satu", submitter_id=sender("HP 7"), device_id="collect:1", review_state="approved", edits=2,
        created_at=AT,
    )  # fmt: skip
    survey.submit(layout, [root()], instance_id="uuid:dua", created_at=AT)
    header, *rows = table(answers.copy(EVERYONE, layout, answers.columns(layout)))
    assert header[0] == "SubmissionDate"
    assert rows == [
        ["2026-03-01T01:30:15.250Z", *[""] * 12, "uuid:dua", "", "", "0", "0", "", "", "", "0", "1"],
        ["2026-03-01T01:30:15.250Z", 'a,"b"\nc', "-5", "-0.5", "false", "2026-01-02", "07:30:00",
         "2026-03-01T01:30:15.250Z", "-0.02", "109.3", "12", "", "", "uuid:satu", "1", "HP 7", "0", "0", "",
         "approved", "collect:1", "2", "1"],
    ]  # fmt: skip


def test_a_download_for_people_has_local_times_and_no_formulas(survey):
    layout = survey.publish(
        leaf("/teks"), leaf("/angka", "decimal"), leaf("/waktu", "dateTime"), leaf("/tempat", "geopoint")
    )
    dangerous = ["=1+1", "+62812", "-x", "@cmd", "\tx", "\rx", "\nx", "aman", " =x"]
    for cell in reversed(dangerous):
        survey.submit(
            layout, [root(teks=cell, angka=-1.5, waktu=AT, tempat=Geo("-0.1 109", -0.1, 109))], device_id="=x"
        )
    headings = [h for h in answers.columns(layout) if h.path or h.name == "DeviceID"]
    safe = answers.copy(EVERYONE, layout, headings, neutral=True, zone="Asia/Pontianak", header=["=t", *"abcdefg"])
    header, *rows = table(safe)
    assert header[0] == "'=t"
    assert [row[0] for row in rows] == ["'" + cell if cell not in ("aman", " =x") else cell for cell in dangerous]
    assert rows[0][1:] == ["-1.5", "2026-03-01 08:30:15", "-0.1", "109", "", "", "'=x"]
    raw = table(answers.copy(EVERYONE, layout, headings))
    assert [row[0] for row in raw[1:]] == dangerous


def test_a_repeat_s_rows_name_themselves_and_the_row_around_them(survey):
    layout = survey.publish(
        leaf("/q"),
        repeat("/g/anak"),
        leaf("/g/anak/umur", "int", repeat="/g/anak"),
        repeat("/g/anak/x/main", inside="/g/anak"),
        leaf("/g/anak/x/main/n", repeat="/g/anak/x/main"),
    )
    rows = [
        root(q="a"),
        Row("/g/anak", 1, 0, 1, {"/g/anak/umur": 5}),
        Row("/g/anak/x/main", 1, 1, 1, {"/g/anak/x/main/n": "bola"}),
        Row("/g/anak", 2, 0, 2, {}),
        Row("/g/anak/x/main", 2, 2, 1, {"/g/anak/x/main/n": "=x"}),
        Row("/g/anak/x/main", 3, 2, 2, {}),
    ]
    survey.submit(layout, rows, instance_id="uuid:1")
    survey.submit(layout, [root(q="b"), *rows[1:2]], instance_id="uuid:2")
    children = table(answers.copy(EVERYONE, layout, answers.columns(layout, "/g/anak"), repeat="/g/anak"))
    assert children == [
        ["umur", "PARENT_KEY", "KEY"],
        ["5", "uuid:2", "uuid:2/g/anak[1]"],
        ["5", "uuid:1", "uuid:1/g/anak[1]"],
        ["", "uuid:1", "uuid:1/g/anak[2]"],
    ]
    inner = "/g/anak/x/main"
    toys = table(answers.copy(EVERYONE, layout, answers.columns(layout, inner), repeat=inner))
    assert toys[1:] == [
        ["bola", "uuid:1/g/anak[1]", "uuid:1/g/anak[1]/x/main[1]"],
        ["=x", "uuid:1/g/anak[2]", "uuid:1/g/anak[2]/x/main[1]"],
        ["", "uuid:1/g/anak[2]", "uuid:1/g/anak[2]/x/main[2]"],
    ]
    wanted = Filter((Condition("/q", "is", "b"),))
    some = answers.copy(EVERYONE, layout, answers.columns(layout, "/g/anak"), repeat="/g/anak", where=wanted)
    assert table(some)[1:] == [["5", "uuid:2", "uuid:2/g/anak[1]"]]


def test_a_copy_holds_what_the_actor_may_see_and_the_filter_wants(survey):
    layout = survey.publish(leaf("/q"), repeat("/r"), leaf("/r/x", repeat="/r"), leaf("/nama", privacy="identity"))
    for scope, answer in (("kabkota=1", "a"), ("kabkota=2", "b"), ("kabkota=1", "c")):
        survey.submit(layout, [root(q=answer), Row("/r", 1, 0, 1, {"/r/x": answer})], scopes=[scope])
    survey.submit(layout, [root(q="mati")], deleted_at=AT, scopes=["kabkota=1"])
    headings = answers.columns(layout)[1:2]
    inner = answers.columns(layout, "/r")[:1]
    actor = reader("kabkota=1")
    assert table(answers.copy(actor, layout, headings)) == [["q"], ["c"], ["a"]]
    assert table(answers.copy(actor, layout, inner, repeat="/r")) == [["x"], ["c"], ["a"]]
    wanted = Filter((Condition("/q", "contains", "A"),))
    assert table(answers.copy(actor, layout, headings, where=wanted)) == [["q"], ["a"]]
    assert list(answers.stream(reader("kabkota=3"), layout, headings)) == []
    with pytest.raises(IdentityNotSearchable):
        answers.copy(EVERYONE, layout, headings, where=Filter((Condition("/nama", "is", "CANARY-1"),)))


def test_rows_for_a_spreadsheet_have_the_types_of_their_questions(survey):
    layout = survey.publish(
        leaf("/teks"), leaf("/bulat", "int"), leaf("/desimal", "decimal"), leaf("/ya", "boolean"), leaf("/tgl", "date"),
        leaf("/jam", "time"), leaf("/waktu", "dateTime"), leaf("/titik", "geopoint"), leaf("/jejak", "geotrace"),
        leaf("/nama", privacy="identity"),
    )  # fmt: skip
    survey.submit(
        layout,
        [root(teks="a\tb\nc\\N\r\\t", bulat=2**62, desimal=0.1, ya=True, tgl=date(1, 2, 3), jam=time(7, 30, 0, 5),
              waktu=AT, titik=Geo("-0.02 109.3", -0.02, 109.3), jejak=Geo("1 2;3 4", 1, 2), nama="CANARY-1")],
        created_at=AT, instance_id="uuid:1", edits=1,
    )  # fmt: skip
    survey.submit(layout, [root(ya=False)], created_at=AT)
    empty, full = answers.stream(EVERYONE, layout, answers.columns(layout))
    assert full[1:] == (
        "a\tb\nc\\N\r\\t", 2**62, 0.1, True, date(1, 2, 3), time(7, 30, 0, 5), AT, -0.02, 109.3, None, None, "1 2;3 4",
        None, "uuid:1", None, None, 0, 0, None, None, None, 1, "1",
    )  # fmt: skip
    assert empty[:6] == (AT, None, None, None, False, None)


awkward = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(awkward | st.none(), min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_text_comes_out_as_it_went_in(app, rows):
    survey = Survey()
    layout = survey.publish(*(leaf(f"/q{n}") for n in range(3)))
    for row in reversed(rows):
        survey.submit(layout, [root(**{f"q{n}": value for n, value in enumerate(row) if value is not None})])
    headings = answers.columns(layout)[1:4]
    assert [list(row) for row in answers.stream(EVERYONE, layout, headings)] == rows
    assert table(answers.copy(EVERYONE, layout, headings))[1:] == [[value or "" for value in row] for row in rows]


def test_a_form_of_five_thousand_questions_is_copied_in_one_file(survey):
    layout = survey.publish(*(leaf(f"/q{n}") for n in range(5000)))
    survey.submit(layout, [root(q0='baris\n"dua"', q1600="x,y", q4999="z\n")], instance_id="uuid:1")
    survey.submit(layout, [root()], instance_id="uuid:2")
    header, second, first = table(answers.copy(EVERYONE, layout, answers.columns(layout)))
    assert (len(header), len(second), len(first)) == (5011, 5011, 5011)
    found = dict(zip(header, first, strict=True))
    assert (found["q0"], found["q1600"], found["q4999"], found["KEY"]) == ('baris\n"dua"', "x,y", "z\n", "uuid:1")
    assert set(second) - {second[0], "uuid:2", "0", "1"} == {""}
    typed = list(answers.stream(EVERYONE, layout, answers.columns(layout)))
    assert (typed[1][1], typed[1][5000], typed[0][5000]) == ('baris\n"dua"', "z\n", None)


def test_an_abandoned_copy_leaves_no_open_file_and_no_connection(survey):
    layout = survey.publish(leaf("/q"))
    survey.submit(layout, [root(q="x")])
    db.session.remove()
    copied = answers.copy(EVERYONE, layout, answers.columns(layout))
    assert db.engine.pool.checkedout() == 0
    del copied
    copied = answers.copy(EVERYONE, layout, answers.columns(layout))
    next(copied)
    copied.close()


def test_a_form_without_records_gives_its_header_alone(survey):
    layout = survey.publish(leaf("/q"), repeat("/r"))
    assert table(answers.copy(EVERYONE, layout, answers.columns(layout)[:2])) == [["SubmissionDate", "q"]]
    assert table(answers.copy(EVERYONE, layout, answers.columns(layout, "/r"), repeat="/r")) == [["PARENT_KEY", "KEY"]]


def test_files_are_counted_where_a_version_of_the_form_asks_for_any(survey):
    survey.publish(leaf("/foto", "binary"))
    layout = survey.publish(leaf("/q"))
    made = survey.submit(layout, [root(q="x")])
    see(EVERYTHING)
    db.session.execute(
        text(
            """
            with blob as (insert into blobs (project_id, hash, size) values (:project, '', 0) returning id)
            insert into submission_files (version_id, name_hash, name, needs, is_expected, blob_id)
            select v.id, slot.hash, '', 1, slot.expected, case when slot.here then blob.id end
            from submission_versions v, blob,
                 (values (bytea 'a', true, true), ('b', true, false), ('c', false, true)) slot (hash, expected, here)
            where v.submission_id = :submission
            """
        ),
        {"project": survey.project_id, "submission": made},
    )
    db.session.commit()
    headings = [h for h in answers.columns(layout) if h.name.startswith("Attachments")]
    assert table(answers.copy(EVERYONE, layout, headings))[1:] == [["1", "2"]]
