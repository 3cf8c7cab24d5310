"""Which records are wanted: a filter, checked against the form, as SQL with bound parameters.

Values may come as text, as an address carries them; they are read by the type of the question. The shape of the
comparisons keeps to what row policies let use statistics and indexes. Nothing that is sealed can be filtered by; only
whether there is an answer, by those whom every list shows as much.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

from forms.answers.fetching import joins
from forms.answers.places import Layout, Place
from forms.problems import IdentityNotSearchable, InvalidDataType, KeyDoesNotExist, NotCleared

#: "is" the value; "contains" a text, in any letter case; "has" a choice among several; "from" and "to" the value, too;
#: "answered" whether there is any, true or false.
Operator = Literal["is", "contains", "has", "from", "to", "answered"]

#: The review state of a record that nobody has reviewed; kept as null, as in ODK Central.
RECEIVED = "received"


@dataclass(frozen=True)
class Condition:
    """What the answer to one question must be; to one in a repeat, that of any row of it.

    Several conditions on questions of one repeat are met by one and the same row.
    """

    path: str
    operator: Operator
    value: str | float | bool | date | time | datetime = field(repr=False)


@dataclass(frozen=True)
class Filter:
    """What records must be. The days are those of `zone` and included; `review_state` may be "received".

    `submitter` is a part of the name of who sent them, in any letter case.
    """

    conditions: tuple[Condition, ...] = ()
    submitted_from: date | None = None
    submitted_to: date | None = None
    zone: str = "Asia/Pontianak"
    review_state: str | None = None
    submitter_id: int | None = None
    submitter: str | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Clause:
    """A filter as SQL over the submissions `s` and the pages p0, p1, … of the root, with its parameters.

    `is_all` tells that every submission of the form is wanted but the deleted ones. `on_answers` says the same over the
    pages alone, p0 among them, where nothing is asked of the submission itself: without the table of submissions a
    million records are read in a third of the time.
    """

    sql: str
    parameters: dict[str, Any] = field(repr=False)
    pages: frozenset[int]
    is_all: bool
    on_answers: str | None


#: Looking for the few deleted ones is cheaper than joining all the others.
NOT_DELETED = """
    not exists (
        select from submissions s
        where s.form_id = %(form)s::bigint and s.deleted_at is not null and s.id = p0.submission_id
    )
"""


def clause(form_id: int, wanted: Filter | None, layout: Layout | None) -> Clause:
    """Turn a filter into SQL; deleted submissions are never wanted.

    `layout` is as the reader sees it. Raises KeyDoesNotExist for a path that is no question, IdentityNotSearchable for
    one of class identity, NotCleared for one above the reader's clearance, InvalidDataType for a value or an operator
    that its type does not have.
    """
    wanted = wanted or Filter()
    parameters: dict[str, Any] = {"form": form_id, "zone": wanted.zone}
    about = list(_about(wanted, parameters))
    pages: set[int] = set()
    asked: list[str] = []
    of_repeats: dict[str, list[tuple[Place, str]]] = {}
    for number, condition in enumerate(wanted.conditions):
        if condition.operator == "answered":
            place = _find(layout, condition.path)
            compared = _answered(place, condition)
        else:
            place = find_place(layout, condition.path)
            compared = _compare(place, condition, f"v{number}")
            parameters[f"v{number}"] = _value(place, condition)
        if place.field.repeat:
            of_repeats.setdefault(place.field.repeat, []).append((place, compared))
        else:
            asked.append(compared)
            pages |= place.pages
    rows = [_rows(layout, repeat, compared) for repeat, compared in of_repeats.items()] if layout is not None else []
    parts = ["s.form_id = %(form)s::bigint", "s.deleted_at is null", *about, *asked, *(f"s.id in {r}" for r in rows)]
    on_answers = [NOT_DELETED, *asked, *(f"p0.submission_id in {r}" for r in rows)]
    return Clause(
        " and ".join(parts),
        parameters,
        frozenset(pages),
        is_all=wanted == Filter(zone=wanted.zone),
        on_answers=None if about else " and ".join(on_answers),
    )


def _about(wanted: Filter, parameters: dict[str, Any]) -> Iterator[str]:
    """Yield what is asked of the submission itself."""
    if wanted.submitted_from is not None:
        yield "s.created_at >= (select %(since)s::timestamp at time zone %(zone)s)"
        parameters["since"] = wanted.submitted_from.isoformat()
    if wanted.submitted_to is not None:
        yield "s.created_at < (select (%(until)s::timestamp + interval '1 day') at time zone %(zone)s)"
        parameters["until"] = wanted.submitted_to.isoformat()
    if wanted.review_state == RECEIVED:
        yield "s.review_state is null"
    elif wanted.review_state is not None:
        yield "s.review_state = %(review_state)s"
        parameters["review_state"] = wanted.review_state
    if wanted.submitter_id is not None:
        yield "s.submitter_id = %(submitter)s::bigint"
        parameters["submitter"] = wanted.submitter_id
    if wanted.submitter is not None:
        yield "s.submitter_id in (select id from actors where display_name ilike %(named)s)"
        parameters["named"] = f"%{_escaped(wanted.submitter)}%"


def _rows(layout: Layout, repeat: str, compared: list[tuple[Place, str]]) -> str:
    """Give the submissions with a row of the repeat that meets all of these; its pages have the names of the root's."""
    pages: frozenset[int] = frozenset().union(*(place.pages for place, _ in compared))
    tables = f"{layout.table(repeat, 0)} p0{joins(layout, repeat, pages - {0}, 'p0.submission_id, p0.number')}"
    return f"(select p0.submission_id from {tables} where {' and '.join(sql for _, sql in compared)})"


def ids(layout: Layout, wanted: Clause) -> str:
    """Give the ids of the wanted submissions as a subselect, for a query that has the clause's parameters."""
    if wanted.on_answers is None:
        tables = f"submissions s{joins(layout, '', wanted.pages, 's.id')}"
        return f"(select s.id from {tables} where {wanted.sql})"
    tables = f"{layout.table('', 0)} p0{joins(layout, '', wanted.pages - {0}, 'p0.submission_id')}"
    return f"(select p0.submission_id from {tables} where {wanted.on_answers})"


def find_place(layout: Layout | None, path: str) -> Place:
    """Find a question whose answers the reader may ask for; raises what `clause` does."""
    place = _find(layout, path)
    demand_open(place)
    return place


def _find(layout: Layout | None, path: str) -> Place:
    if layout is None:
        raise ValueError("a filter on answers needs the layout")
    place = layout.places.get(path)
    if place is None:
        raise KeyDoesNotExist(field=path)
    return place


def demand_open(place: Place) -> None:
    """Raise IdentityNotSearchable for a question that is sealed, NotCleared for one above the reader's clearance."""
    if place.is_hidden:
        raise NotCleared(path=place.field.path)
    if place.is_closed:
        raise IdentityNotSearchable(path=place.field.path)


def _answered(place: Place, condition: Condition) -> str:
    """Ask whether there is an answer: of one that is hidden from the reader, not even that is known."""
    if place.is_hidden:
        raise NotCleared(path=condition.path)
    if not isinstance(condition.value, bool):
        raise InvalidDataType(field=condition.path, expected="boolean")
    is_there = place.sql if place.is_closed else f"({place.sql} is not null)"
    return is_there if condition.value else f"not {is_there}"


_SIGNS = {"is": "=", "from": ">=", "to": "<="}


def _compare(place: Place, condition: Condition, name: str) -> str:
    """Compare an answer with the parameter `name`."""
    kind = place.column.type
    if kind == "geo" or (condition.operator in ("contains", "has") and kind != "text"):
        raise InvalidDataType(field=condition.path, expected="string")
    if condition.operator == "contains":
        return f"{place.sql} ilike %({name})s"
    if condition.operator == "has":
        return f"%({name})s = any(string_to_array({place.sql}, ' '))"
    if kind == "timestamptz" and _is_day(condition.value):
        return _compare_day(place, condition.operator, name)
    return f"{place.sql} {_SIGNS[condition.operator]} %({name})s::{kind}"


def _compare_day(place: Place, operator: str, name: str) -> str:
    """Compare an instant with a whole day of the filter's zone."""
    # In a subselect each is computed once per query, not once per row.
    begins = f"{place.sql} >= (select %({name})s::timestamp at time zone %(zone)s)"
    ends = f"{place.sql} < (select (%({name})s::timestamp + interval '1 day') at time zone %(zone)s)"
    return {"from": begins, "to": ends}.get(operator, f"{begins} and {ends}")


def _is_day(value: Any) -> bool:
    if isinstance(value, str):
        return len(value.strip()) == len("2026-01-31")
    return isinstance(value, date) and not isinstance(value, datetime)


def _value(place: Place, condition: Condition) -> str:
    """Give the parameter, as text that PostgreSQL reads as the question's type."""
    kind = "date" if place.column.type == "timestamptz" and _is_day(condition.value) else place.column.type
    value = condition.value
    plain = value.isoformat() if isinstance(value, date | time) else str(value)
    try:
        read = _READERS[kind](plain)
    except (ValueError, KeyError, OverflowError):
        raise InvalidDataType(field=condition.path, expected=place.field.type or "string") from None
    return f"%{_escaped(read)}%" if condition.operator == "contains" else read


def _text(plain: str) -> str:
    """Refuse what no answer can hold: PostgreSQL keeps neither NUL nor half a surrogate pair."""
    if "\x00" in plain:
        raise ValueError
    return plain.encode().decode()


def _bigint(plain: str) -> str:
    value = int(plain)
    if not -(2**63) <= value < 2**63:
        raise ValueError
    return str(value)


def _boolean(plain: str) -> str:
    return {"true": "true", "1": "true", "false": "false", "0": "false"}[plain.strip().lower()]


def _instant(plain: str) -> str:
    value = datetime.fromisoformat(plain.strip())
    if value.tzinfo is None:
        raise ValueError
    return value.isoformat()


_READERS: dict[str, Callable[[str], str]] = {
    "text": _text,
    "bigint": _bigint,
    "double precision": lambda plain: repr(float(plain)),
    "boolean": _boolean,
    "date": lambda plain: date.fromisoformat(plain.strip()).isoformat(),
    "time": lambda plain: time.fromisoformat(plain.strip()).isoformat(),
    "timestamptz": _instant,
}


def _escaped(plain: str) -> str:
    """Take the meaning from what LIKE would read as wildcards."""
    return re.sub(r"([\\%_])", r"\\\1", plain)
