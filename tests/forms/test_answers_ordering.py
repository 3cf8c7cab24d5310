"""Lists by any condition in any order: the same as plain Python makes of the same answers, page by page."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms import answers
from forms.answers import Condition, Filter, Order
from forms.instance import Row
from forms.policy import Clearance
from forms.problems import IdentityNotSearchable, InvalidDataType, KeyDoesNotExist, NotCleared
from tests.support.survey import EVERYONE, Survey, leaf, reader, repeat, root, sender

pytestmark = pytest.mark.usefixtures("app")

many = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

CHOICES = ("tinggi", "sedang", "rendah")
FIELDS = (
    leaf("/teks"),
    leaf("/bulat", "int"),
    leaf("/desimal", "decimal"),
    leaf("/ya", "boolean"),
    leaf("/tanggal", "date"),
    leaf("/pilih", control="select1"),
    leaf("/banyak", control="select"),
    leaf("/titik", "geopoint"),
    leaf("/usia", "int", privacy="quasi"),
    leaf("/nama", privacy="identity"),
    repeat("/r"),
    leaf("/r/umur", "int", repeat="/r"),
    leaf("/r/jk", repeat="/r", control="select1"),
    repeat("/r/dalam", inside="/r"),
    leaf("/r/dalam/n", "int", repeat="/r/dalam"),
)


@dataclass
class Kept:
    """A record as this test remembers it."""

    id: int
    values: dict[str, Any]
    rounds: list[dict[str, Any]] = field(default_factory=list)
    review: str | None = None
    sent_by: str | None = None
    day: date = date(2026, 1, 1)


few_numbers = st.none() | st.integers(-3, 3)
texts = st.none() | st.text("aAbBéÉ%_\\ 'z", max_size=4).filter(str.strip)
chosen = st.none() | st.sampled_from([*CHOICES, "lama"])
values = st.fixed_dictionaries(
    {
        "/teks": texts,
        "/bulat": few_numbers,
        "/desimal": st.none() | st.sampled_from([-1.5, 0.0, 0.25, 7.0]),
        "/ya": st.none() | st.booleans(),
        "/tanggal": st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 4)),
        "/pilih": chosen,
        "/banyak": st.none() | st.lists(st.sampled_from("ab"), min_size=1, max_size=2, unique=True).map(" ".join),
    }
)
rounds = st.lists(
    st.fixed_dictionaries({"/r/umur": few_numbers, "/r/jk": st.none() | st.sampled_from("lp")}), max_size=3
)
records = st.lists(
    st.tuples(
        values,
        rounds,
        st.sampled_from([None, "approved", "hasIssues"]),
        st.sampled_from([None, "Pos Satu", "pos dua"]),
        st.integers(0, 3),
    ),
    max_size=9,
)
conditions = st.lists(
    st.one_of(
        st.tuples(st.just("/teks"), st.just("contains"), st.sampled_from(["a", "B", "%", "_", "\\", "é", "'"])),
        st.tuples(st.sampled_from(["/bulat", "/r/umur"]), st.sampled_from(["is", "from", "to"]), st.integers(-3, 3)),
        st.tuples(st.just("/desimal"), st.sampled_from(["is", "from", "to"]), st.sampled_from([-1.5, 0.0, 1.0])),
        st.tuples(st.just("/ya"), st.just("is"), st.booleans()),
        st.tuples(
            st.just("/tanggal"), st.sampled_from(["is", "from", "to"]), st.dates(date(2026, 1, 1), date(2026, 1, 4))
        ),
        st.tuples(st.just("/pilih"), st.just("is"), st.sampled_from(CHOICES)),
        st.tuples(st.just("/banyak"), st.just("has"), st.sampled_from("ab")),
        st.tuples(st.just("/r/jk"), st.just("is"), st.sampled_from("lp")),
    ),
    max_size=3,
)
about = st.fixed_dictionaries(
    {},
    optional={
        "review_state": st.sampled_from(["received", "approved"]),
        "submitter": st.sampled_from(["POS", "dua", "%"]),
        "submitted_from": st.dates(date(2026, 1, 1), date(2026, 1, 4)),
        "submitted_to": st.dates(date(2026, 1, 1), date(2026, 1, 4)),
    },
)
orders = st.none() | st.builds(
    lambda by, down: Order(by, is_descending=down, choices=CHOICES if by == "/pilih" else ()),
    st.sampled_from(
        ["received", "submitter", "review", *(f for f in ("/teks", "/bulat", "/desimal", "/ya", "/tanggal", "/pilih"))]
    ),
    st.booleans(),
)


def meets(value, operator, wanted):
    if value is None:
        return False
    return {
        "is": lambda: value == wanted,
        "from": lambda: value >= wanted,
        "to": lambda: value <= wanted,
        "contains": lambda: wanted.lower() in value.lower(),
        "has": lambda: wanted in value.split(),
    }[operator]()


def is_wanted(kept, asked, more):
    of_root = [c for c in asked if not c[0].startswith("/r/")]
    of_rows = [c for c in asked if c[0].startswith("/r/")]
    said = (
        all(meets(kept.values[path], operator, wanted) for path, operator, wanted in of_root),
        not of_rows or any(all(meets(row[p], op, w) for p, op, w in of_rows) for row in kept.rounds),
        more.get("review_state", kept.review or "received") == (kept.review or "received"),
        more.get("submitter", "").lower() in (kept.sent_by or "").lower() if "submitter" in more else True,
        more.get("submitted_from", kept.day) <= kept.day <= more.get("submitted_to", kept.day),
    )
    return all(said)


def in_order(records, order):
    newest = sorted(records, key=lambda r: -r.id)
    if order is None:
        return newest

    def key(kept):
        if order.by == "received":
            return kept.id
        if order.by == "submitter":
            return kept.sent_by.lower() if kept.sent_by else None
        if order.by == "review":
            return [None, "hasIssues", "edited", "approved", "rejected"].index(kept.review)
        value = kept.values[order.by]
        if order.choices and value is not None:
            return order.choices.index(value) if value in order.choices else len(order.choices)
        # As PostgreSQL's C.UTF-8 has them: by the code of each character.
        return value.lower() if isinstance(value, str) else value

    keyed = [r for r in newest if key(r) is not None]
    return _down(keyed, key) if order.is_descending else sorted(keyed, key=key)


def _down(keyed, key):
    groups = {}
    for kept in keyed:
        groups.setdefault(key(kept), []).append(kept)
    return [kept for each in sorted(groups, reverse=True) for kept in groups[each]]


def expected(records, asked, more, order):
    wanted = [r for r in records if is_wanted(r, asked, more)]
    first = in_order(wanted, order)
    ids = [r.id for r in first]
    return ids + sorted((r.id for r in wanted if r.id not in ids), reverse=True)


def walk(layout, where, order, size, *, back=False):
    """Leaf through the whole list, from its beginning or back from its end."""
    pages, cursor = [], {}
    if back:
        ids = walk(layout, where, order, size)
        if not ids:
            return []
        pages, cursor = [[ids[-1]]], {"after": ids[-1]}
    while found := [r.id for r in answers.select(EVERYONE, layout, limit=size, where=where, order=order, **cursor)]:
        pages = [found, *pages] if back else [*pages, found]
        cursor = {"after": found[0]} if back else {"before": found[-1]}
    return [each for page in pages for each in page]


@pytest.fixture(scope="module")
def numbers():
    return iter(range(1, 10**6))


@many
@given(given_records=records, asked=conditions, more=about, order=orders, size=st.integers(1, 4))
def test_any_filter_in_any_order_is_what_python_makes_of_the_same_answers(
    numbers, given_records, asked, more, order, size
):
    number = next(numbers)
    survey = Survey(f"uji{number}")
    layout = survey.publish(*FIELDS)
    senders = {name: sender(f"{name} {number}") for name in ("Pos Satu", "pos dua")}
    kept = []
    for held, rows, review, sent_by, day in given_records:
        filled = [
            Row("", 0, 0, 0, {path: value for path, value in held.items() if value is not None}),
            *(
                Row("/r", n, 0, n, {path: value for path, value in row.items() if value is not None})
                for n, row in enumerate(rows, 1)
            ),
        ]
        made = survey.submit(
            layout,
            filled,
            review_state=review,
            submitter_id=senders.get(sent_by),
            created_at=datetime(2026, 1, 1, 17, tzinfo=UTC) + timedelta(days=day),
        )
        # 17:00 UTC is midnight of the next day in Pontianak.
        kept.append(Kept(made, held, rows, review, sent_by, date(2026, 1, 2) + timedelta(days=day)))
    where = Filter(tuple(Condition(*each) for each in asked), **more)
    wanted = expected(kept, asked, more, order)
    assert walk(layout, where, order, size) == wanted
    assert walk(layout, where, order, size, back=True) == wanted
    assert answers.count(EVERYONE, layout.form_id, where=where, layout=layout) == len(wanted)
    copied = b"".join(
        answers.copy(EVERYONE, layout, [h for h in answers.columns(layout) if h.name == "KEY"], where=where)
    )
    assert len(copied.splitlines()) - 1 == len(wanted)


@pytest.fixture
def survey():
    return Survey()


@pytest.fixture
def layout(survey):
    return survey.publish(*FIELDS)


def test_conditions_on_one_repeat_are_met_by_one_row_and_on_two_by_either(survey, layout):
    apart = survey.submit(layout, [root(), Row("/r", 1, 0, 1, {"/r/umur": 5}), Row("/r", 2, 0, 2, {"/r/jk": "p"})])
    together = survey.submit(
        layout, [root(), Row("/r", 1, 0, 1, {"/r/umur": 5, "/r/jk": "p"}), Row("/r/dalam", 1, 1, 1, {"/r/dalam/n": 9})]
    )

    def found(*conditions):
        where = Filter(tuple(Condition(*each) for each in conditions))
        return [r.id for r in answers.select(EVERYONE, layout, where=where)]

    assert found(("/r/umur", "is", 5)) == [together, apart]
    assert found(("/r/umur", "is", 5), ("/r/jk", "is", "p")) == [together]
    assert found(("/r/dalam/n", "from", 9), ("/r/umur", "is", 5)) == [together]


def test_a_list_begins_anew_beside_a_record_that_is_no_longer_to_be_seen(survey, layout):
    first = survey.submit(layout, [root(bulat=1)], scopes=["kabkota=1"])
    other = survey.submit(layout, [root(bulat=2)], scopes=["kabkota=2"])
    mine = reader("kabkota=1")
    assert [r.id for r in answers.select(mine, layout, order=Order("/bulat"), before=other)] == [first]


def test_the_order_tells_nothing_of_answers_that_may_not_be_seen(survey, layout):
    survey.submit(layout, [root(usia=1)])
    for by, clearance, problem in (
        ("/usia", Clearance.PROGRAMME, NotCleared),
        ("/nama", Clearance.IDENTITY, IdentityNotSearchable),
        ("/titik", Clearance.IDENTITY, InvalidDataType),
        ("/r/umur", Clearance.IDENTITY, InvalidDataType),
        ("/lain", Clearance.IDENTITY, KeyDoesNotExist),
    ):
        actor = reader("*", clearance=clearance)
        with pytest.raises(problem):
            answers.select(actor, layout, order=Order(by))
        with pytest.raises(problem):
            answers.check(actor, layout, Filter(), Order(by))
    with pytest.raises(NotCleared):
        answers.check_open(reader("*", clearance=Clearance.PROGRAMME), layout, ["/usia"])


def test_the_first_rows_of_a_repeat_are_read_with_how_many_there_are(survey, layout):
    made = survey.submit(layout, [root(), *(Row("/r", n, 0, n, {"/r/umur": n}) for n in range(1, 6))], scopes=["k=1"])
    without = survey.submit(layout, [root()])
    read = answers.rounds(reader("k=1"), layout, "/r", [made, without], paths=["/r/umur"], most=2)
    assert list(read) == [made]
    assert (read[made].count, [row.values["/r/umur"] for row in read[made].rows]) == (5, [1, 2])
    assert answers.rounds(reader("k=2"), layout, "/r", [made], paths=["/r/umur"], most=2) == {}
    with pytest.raises(KeyDoesNotExist):
        answers.rounds(EVERYONE, layout, "/lain", [made], paths=[], most=2)
