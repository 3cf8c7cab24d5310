"""Lists go a page at a time through what a filter wants; figures count what the actor may see."""

from datetime import UTC, date, datetime, time, timedelta

import psycopg
import pytest
from sqlalchemy import event, text

from forms import answers
from forms.answers import Choices, Condition, Filter, Numbers, Total
from forms.db import db, see
from forms.instance import Geo, Row
from forms.models import SubmissionFile, SubmissionVersion
from forms.policy import Clearance
from forms.problems import IdentityNotSearchable, InvalidDataType, KeyDoesNotExist, NotCleared, NotFound
from tests.support.survey import EVERYONE, Survey, leaf, reader, repeat, root, sender

pytestmark = pytest.mark.usefixtures("app")

FIELDS = (
    leaf("/teks"),
    leaf("/bulat", "int"),
    leaf("/desimal", "decimal"),
    leaf("/ya", "boolean"),
    leaf("/tanggal", "date"),
    leaf("/jam", "time"),
    leaf("/waktu", "dateTime"),
    leaf("/titik", "geopoint"),
    leaf("/pilih", control="select1"),
    leaf("/banyak", control="select"),
    leaf("/nama", privacy="identity"),
    repeat("/r"),
    leaf("/r/umur", "int", repeat="/r"),
    leaf("/r/jk", repeat="/r", control="select1"),
    leaf("/r/alias", repeat="/r", privacy="identity"),
)


@pytest.fixture
def survey():
    return Survey()


@pytest.fixture
def layout(survey):
    return survey.publish(*FIELDS)


def ids(layout, actor=EVERYONE, **more):
    return [record.id for record in answers.select(actor, layout, **more)]


def matching(layout, *conditions):
    wanted = Filter(tuple(Condition(*each) for each in conditions))
    found = ids(layout, where=wanted)
    assert answers.count(EVERYONE, layout.form_id, where=wanted, layout=layout) == len(found)
    return found


def test_pages_go_from_the_newest_down_and_back_up(survey, layout):
    made = [survey.submit(layout, [root()]) for _ in range(5)]
    first = ids(layout, limit=2)
    assert first == [made[4], made[3]]
    second = ids(layout, limit=2, before=first[-1])
    assert second == [made[2], made[1]]
    assert ids(layout, limit=2, before=second[-1]) == [made[0]]
    assert ids(layout, limit=2, after=second[0]) == first
    assert ids(layout, limit=2, after=made[0]) == [made[2], made[1]]
    assert ids(layout, limit=9, before=made[4], after=made[1]) == [made[3], made[2]]


def test_a_record_says_who_sent_it_with_what_and_which_files_are_there(survey, layout):
    at = datetime(2026, 1, 2, 3, tzinfo=UTC)
    made = survey.submit(
        layout, [root(teks="x")], submitter_id=sender("HP 7"), device_id="collect:1", review_state="approved",
        misfits=["/bulat"], created_at=at, edits=2, instance_id="uuid:satu",
    )  # fmt: skip
    see(["*"])
    (version,) = db.session.query(SubmissionVersion).filter_by(submission_id=made)
    db.session.execute(text("insert into blobs (id, project_id, hash, size) values (1, 1, '', 0)"))
    for number, (expected, blob) in enumerate([(True, None), (True, 1), (False, 1)]):
        slot = {"version_id": version.id, "name_hash": bytes([number]), "name": b"", "needs": 1}
        db.session.add(SubmissionFile(**slot, is_expected=expected, blob_id=blob))
    db.session.commit()
    (record,) = answers.select(EVERYONE, layout, paths=["/teks", "/bulat"])
    assert (record.instance_id, record.created_at, record.submitter, record.device_id) == (
        "uuid:satu", at, "HP 7", "collect:1"
    )  # fmt: skip
    assert (record.review_state, record.misfits, record.edits) == ("approved", ("/bulat",), 2)
    assert (record.form_version, record.files_present, record.files_expected) == ("1", 1, 2)
    assert record.values == {"/teks": "x", "/bulat": None}


def test_deleted_records_and_those_of_other_forms_are_not_there(survey, layout):
    made = survey.submit(layout, [root(teks="x")], deleted_at=datetime.now(UTC))
    other = Survey("lain", survey.project_id)
    kept = other.submit(other.publish(leaf("/teks")), [root(teks="x")])
    assert ids(layout) == []
    assert answers.count(EVERYONE, survey.form_id) == 0
    for hidden in (made, kept):
        with pytest.raises(NotFound):
            answers.one(EVERYONE, layout, hidden)


def test_text_is_found_by_a_part_in_any_case_and_wildcards_are_just_characters(survey, layout):
    a = survey.submit(layout, [root(teks="Pontianak 100% \\ KOTA")])
    b = survey.submit(layout, [root(teks="pontianak_kota")])
    survey.submit(layout, [root(bulat=1)])
    assert matching(layout, ("/teks", "contains", "KOTA")) == [b, a]
    assert matching(layout, ("/teks", "contains", "%")) == [a]
    assert matching(layout, ("/teks", "contains", "_")) == [b]
    assert matching(layout, ("/teks", "contains", "\\")) == [a]
    assert matching(layout, ("/teks", "contains", "0% \\ k")) == [a]
    assert matching(layout, ("/teks", "is", "pontianak_kota")) == [b]
    assert matching(layout, ("/teks", "contains", "'; drop table forms; --")) == []


def test_numbers_and_times_are_found_by_value_and_range_ends_included(survey, layout):
    def answer(n):
        values = {
            "/bulat": n,
            "/desimal": 7.5 if n == 7 else float(n),
            "/tanggal": date(2026, 1, n),
            "/jam": time(n),
            "/waktu": datetime(2026, 1, n, tzinfo=UTC),
        }
        return survey.submit(layout, [Row("", 0, 0, 0, values)])

    made = {n: answer(n) for n in (1, 3, 5, 7, 9)}
    survey.submit(layout, [root()])
    for path, low, high in (
        ("/bulat", 3, 7),
        ("/bulat", "3", " 7 "),
        ("/desimal", 3, 7.5),
        ("/desimal", "3.0", "7.5"),
        ("/tanggal", date(2026, 1, 3), "2026-01-07"),
        ("/jam", "03:00", time(7)),
        ("/waktu", datetime(2026, 1, 3, tzinfo=UTC), "2026-01-07T00:00:00Z"),
    ):
        assert matching(layout, (path, "from", low), (path, "to", high)) == [made[7], made[5], made[3]]
        assert matching(layout, (path, "is", low)) == [made[3]]


def test_choices_truths_and_whole_days_of_an_instant_are_found(survey, layout):
    a = survey.submit(
        layout, [root(pilih="ya", banyak="a ab", ya=True, waktu=datetime(2026, 1, 1, 17, 30, tzinfo=UTC))]
    )
    b = survey.submit(layout, [root(pilih="yang", banyak="ab", ya=False, waktu=datetime(2026, 1, 1, tzinfo=UTC))])
    assert matching(layout, ("/pilih", "is", "ya")) == [a]
    assert matching(layout, ("/banyak", "has", "a")) == [a]
    assert matching(layout, ("/banyak", "has", "ab")) == [b, a]
    assert matching(layout, ("/ya", "is", "true")) == [a]
    assert matching(layout, ("/ya", "is", False)) == [b]
    # 17:30 UTC is half past midnight of the 2nd in Pontianak.
    assert matching(layout, ("/waktu", "is", "2026-01-02")) == [a]
    assert matching(layout, ("/waktu", "to", date(2026, 1, 1))) == [b]
    assert matching(layout, ("/waktu", "from", "2026-01-02")) == [a]


def test_records_are_found_by_the_programmes_day_the_review_and_who_sent_them(survey, layout):
    budi = sender("HP 1")
    evening = survey.submit(layout, [root()], created_at=datetime(2026, 1, 1, 16, 59, tzinfo=UTC), submitter_id=budi)
    night = survey.submit(layout, [root()], created_at=datetime(2026, 1, 1, 17, 0, tzinfo=UTC), review_state="rejected")
    day, after = date(2026, 1, 1), date(2026, 1, 2)
    assert ids(layout, where=Filter(submitted_to=day)) == [evening]
    assert ids(layout, where=Filter(submitted_from=after)) == [night]
    assert ids(layout, where=Filter(submitted_from=day, submitted_to=after)) == [night, evening]
    assert ids(layout, where=Filter(submitted_to=day, zone="UTC")) == [night, evening]
    assert ids(layout, where=Filter(review_state="rejected")) == [night]
    assert ids(layout, where=Filter(review_state="received")) == [evening]
    assert ids(layout, where=Filter(submitter_id=budi)) == [evening]


def test_records_are_found_by_whether_a_question_has_an_answer_of_any_kind(survey, layout):
    answer = {
        "teks": "a", "bulat": 0, "desimal": 0.0, "ya": False, "tanggal": date(2026, 1, 1), "jam": time(0),
        "waktu": datetime(2026, 1, 1, tzinfo=UTC), "titik": Geo("0 0", 0.0, 0.0), "pilih": "x", "banyak": "x y",
        "nama": "CANARY-1",
    }  # fmt: skip
    full = survey.submit(layout, [root(**answer)])
    bare = survey.submit(layout, [root()])
    for path in (f"/{name}" for name in answer):
        assert matching(layout, (path, "answered", True)) == [full], path
        assert matching(layout, (path, "answered", False)) == [bare], path
    assert matching(layout, ("/teks", "answered", False), ("/bulat", "answered", True)) == []


def test_a_row_of_a_repeat_without_an_answer_is_found_and_a_record_without_rows_is_not(survey, layout):
    def rows(*values):
        return survey.submit(layout, [root(), *(Row("/r", n, 0, n, each) for n, each in enumerate(values, 1))])

    survey.submit(layout, [root()])
    grown = rows({"/r/umur": 40, "/r/alias": "CANARY-1"})
    mixed = rows({"/r/umur": 7}, {"/r/jk": "p"})
    assert matching(layout, ("/r/umur", "answered", False)) == [mixed]
    assert matching(layout, ("/r/umur", "answered", True)) == [mixed, grown]
    assert matching(layout, ("/r/alias", "answered", True)) == [grown]
    # Both are asked of one and the same row.
    assert matching(layout, ("/r/umur", "answered", True), ("/r/jk", "is", "p")) == []
    assert matching(layout, ("/r/umur", "answered", False), ("/r/jk", "is", "p")) == [mixed]


def test_whether_there_is_an_answer_is_told_to_nobody_whose_clearance_is_too_low(survey):
    layout = survey.publish(leaf("/nama", privacy="identity"), leaf("/hiv", privacy="sensitive"), leaf("/teks"))
    survey.submit(layout, [root(nama="CANARY-1", hiv="CANARY-2", teks="x")])
    who = reader("*", clearance=Clearance.QUASI)

    def counted(path, *, is_there):
        where = Filter((Condition(path, "answered", value=is_there),))
        return answers.count(who, layout.form_id, where=where, layout=layout)

    for path in ("/nama", "/hiv"):
        for is_there in (True, False):
            with pytest.raises(NotCleared):
                counted(path, is_there=is_there)
    assert counted("/teks", is_there=True) == 1


def test_places_are_counted_and_drawn_of_the_records_that_a_filter_leaves(survey):
    layout = survey.publish(
        leaf("/titik", "geopoint"),
        leaf("/kota"),
        repeat("/r"),
        leaf("/r/titik", "geopoint", repeat="/r"),
        leaf("/r/umur", "int", repeat="/r"),
    )

    def submit(kota, at, *ages, **more):
        rows = [
            Row("/r", n, 0, n, {"/r/titik": Geo("x", at + n / 100, 110.0), "/r/umur": age})
            for n, age in enumerate(ages, 1)
        ]
        return survey.submit(layout, [root(kota=kota, titik=Geo("x", at, 109.0)), *rows], **more)

    submit("a", 1.0, 7, 8)
    submit("a", 2.0, 40, review_state="approved")
    submit("b", 3.0)
    survey.submit(layout, [root(kota="a")])
    in_a = Filter((Condition("/kota", "is", "a"),))
    grown = Filter((Condition("/r/umur", "from", 18),))
    both = Filter((Condition("/kota", "is", "a"),), review_state="approved")
    for path, where, count, records in (
        ("/titik", None, 3, 3), ("/titik", in_a, 2, 2), ("/titik", grown, 1, 1), ("/titik", both, 1, 1),
        ("/titik", Filter(review_state="rejected"), 0, 0),
        # All the rows of a record that fits, not only the row that made it fit.
        ("/r/titik", None, 3, 2), ("/r/titik", in_a, 3, 2), ("/r/titik", grown, 1, 1), ("/r/titik", both, 1, 1),
    ):  # fmt: skip
        extent = answers.extent(EVERYONE, layout, path, where=where)
        assert (extent.count, extent.records, extent.box is None) == (count, records, not count), (path, where)
        if extent.box is not None:
            drawn = answers.clusters(EVERYONE, layout, path, extent.box, columns=4, rows=4, where=where)
            assert sum(each.count for each in drawn) == count
            assert len(answers.points(EVERYONE, layout, path, extent.box, limit=9, where=where)) == count


REFUSED = (
    (("/bulat", "answered", "ya"), InvalidDataType),
    (("/tiada", "answered", True), KeyDoesNotExist),
    (("/nama", "contains", "CANARY-1"), IdentityNotSearchable),
    (("/tiada", "is", "CANARY-1"), KeyDoesNotExist),
    (("/r", "is", "1"), KeyDoesNotExist),
    (("/r/umur", "contains", "1"), InvalidDataType),
    (("/r/alias", "is", "CANARY-1"), IdentityNotSearchable),
    (("/bulat", "is", "CANARY-1"), InvalidDataType),
    (("/bulat", "is", str(2**63)), InvalidDataType),
    (("/bulat", "contains", "1"), InvalidDataType),
    (("/desimal", "from", "1,5"), InvalidDataType),
    (("/ya", "is", "mungkin"), InvalidDataType),
    (("/tanggal", "to", "31-12-2026"), InvalidDataType),
    (("/waktu", "to", "2026-01-01T00:00:00"), InvalidDataType),
    (("/teks", "is", "a\0b"), InvalidDataType),
    (("/teks", "contains", "\ud800"), InvalidDataType),
    (("/titik", "is", "1 2"), InvalidDataType),
)


def test_a_filter_that_cannot_be_is_refused_without_its_value(layout):
    for condition, problem in REFUSED:
        wanted = Filter((Condition(*condition),))
        with pytest.raises(problem) as caught:
            answers.select(EVERYONE, layout, where=wanted)
        assert "CANARY" not in str(caught.value) + repr(wanted)


def test_records_are_counted_by_form_and_by_day_of_the_programme(survey, layout):
    today = db.session.execute(text("select (now() at time zone 'Asia/Pontianak')::date")).scalar_one()
    noon = datetime.combine(today, time(5), UTC)
    for back in (0, 0, 2, 40):
        survey.submit(layout, [root()], created_at=noon - timedelta(days=back), scopes=["kabkota=1"])
    survey.submit(layout, [root()], created_at=noon, scopes=["kabkota=2"])
    days = answers.counts_per_day(reader("kabkota=1"), survey.form_id, zone="Asia/Pontianak", days=4)
    assert days == [(today - timedelta(days=back), n) for back, n in ((3, 0), (2, 1), (1, 0), (0, 2))]
    assert answers.totals(reader("kabkota=1"), [survey.form_id, 99]) == {
        survey.form_id: Total(4, noon),
        99: Total(0, None),
    }


def test_answers_are_counted_each_in_the_way_of_its_type(survey, layout):
    survey.submit(
        layout, [root(pilih="a", banyak="x y", bulat=1, desimal=0.5, ya=True), Row("/r", 1, 0, 1, {"/r/jk": "p"})]
    )
    survey.submit(layout, [root(pilih="b", banyak="x", bulat=4), Row("/r", 1, 0, 1, {"/r/jk": "p", "/r/umur": 9})])
    survey.submit(layout, [root(pilih="a", bulat=2, tanggal=date(2026, 1, 1))], scopes=["kabkota=1"])
    survey.submit(layout, [root(pilih="z", bulat=99)], deleted_at=datetime.now(UTC))
    paths = ["/pilih", "/banyak", "/bulat", "/desimal", "/ya", "/tanggal", "/teks", "/r/jk", "/r/umur"]
    found = answers.choice_counts(EVERYONE, layout, paths=paths)
    assert list(found) == paths
    assert found == {
        "/pilih": Choices("/pilih", 3, (("a", 2), ("b", 1))),
        "/banyak": Choices("/banyak", 2, (("x", 2), ("y", 1))),
        "/bulat": Numbers("/bulat", 3, 1, 4, pytest.approx(7 / 3), 2.0),
        "/desimal": Numbers("/desimal", 1, 0.5, 0.5, 0.5, 0.5),
        "/ya": Choices("/ya", 1, ((True, 1),)),
        "/tanggal": Choices("/tanggal", 1, ((date(2026, 1, 1), 1),)),
        "/teks": Choices("/teks", 0, ()),
        "/r/jk": Choices("/r/jk", 2, (("p", 2),)),
        "/r/umur": Numbers("/r/umur", 1, 9, 9, 9.0, 9.0),
    }
    seen = answers.choice_counts(reader("kabkota=2"), layout, paths=["/pilih"])
    assert seen["/pilih"] == Choices("/pilih", 2, (("a", 1), ("b", 1)))
    wanted = Filter((Condition("/pilih", "is", "b"),))
    some = answers.choice_counts(EVERYONE, layout, paths=["/r/jk", "/banyak", "/bulat"], where=wanted)
    assert some["/r/jk"] == Choices("/r/jk", 1, (("p", 1),))
    assert some["/banyak"] == Choices("/banyak", 1, (("x", 1),))
    assert some["/bulat"] == Numbers("/bulat", 1, 4, 4, 4.0, 4.0)
    with pytest.raises(IdentityNotSearchable):
        answers.choice_counts(EVERYONE, layout, paths=["/nama"])


def test_more_select_questions_than_one_grouping_takes_are_counted_all_the_same(survey):
    layout = survey.publish(*(leaf(f"/q{n}", control="select1") for n in range(300)))
    survey.submit(layout, [root(**{f"q{n}": f"v{n}" for n in range(300)})])
    paths = [f"/q{n}" for n in range(300)]
    found = answers.choice_counts(EVERYONE, layout, paths=paths)
    assert found == {path: Choices(path, 1, ((f"v{path[2:]}", 1),)) for path in paths}


def test_a_list_under_a_policy_is_read_by_the_index_of_its_form(survey, layout, database_url):
    other = Survey("lain", survey.project_id).publish(leaf("/teks"))
    with psycopg.connect(database_url) as owner:
        owner.execute(
            "insert into submissions (form_id, form_version_id, instance_id, scopes) "
            "select form, version, 'uuid:' || g, array['kabkota=' || g %% 14] from generate_series(1, 9000) g "
            "join (values (0, %s, %s), (1, %s, %s)) forms (kind, form, version) on kind = least(1, g %% 10)",
            (layout.form_id, layout.version_id, other.form_id, other.version_id),
        )
        owner.execute("analyze submissions")
    asked = []

    def listen(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", listen)
    answers.select(reader("kabkota=3"), layout, before=8900)
    statement, parameters = asked[-1]
    plan = "\n".join(row[0] for row in db.session.connection().exec_driver_sql("explain " + statement, parameters))
    assert " ix_submissions_form_id_id " in plan
    assert "scopes && " in plan
    assert "Seq Scan on submissions" not in plan
