"""In which order a list of records comes, and which of them a page of it has: their ids.

A page begins beside a record, never after so many others: however far somebody leafs, a page takes as long as the
first, and what arrives meanwhile moves nothing. Of that record the address holds the id alone; the answer by which it
stands where it does is looked up. Where the records go by an answer there is no index, since any answer may be asked
for; PostgreSQL keeps the few of the page while it reads them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from forms.access import Actor
from forms.answers import conditions
from forms.answers.conditions import Clause, Filter, find_place
from forms.answers.fetching import joins
from forms.answers.places import Layout, Place
from forms.db import db
from forms.problems import InvalidDataType

#: What records go by besides answers: when they came, who sent them, their review state in the order of its work.
About = Literal["received", "submitter", "review"]

_ABOUT: dict[About, tuple[str, str]] = {
    # By their ids, which have an index.
    "received": ("", ""),
    "submitter": ("lower(a.display_name)", "text"),
    "review": ("coalesce(array_position('{hasIssues,edited,approved,rejected}'::text[], s.review_state), 0)", "int"),
}


@dataclass(frozen=True)
class Order:
    """By what records go: the answer to a question of the root (its path), or what is known of them (`About`).

    Texts go by their characters without regard to letter case, answers that are choices in the order of `choices`, any
    others after those. Records without an answer come last either way, equal ones the newest first.
    """

    by: str
    is_descending: bool = False
    choices: tuple[str, ...] = ()


def is_about(by: str) -> bool:
    """Tell whether this is something known of a submission, not a question."""
    return by in _ABOUT


def check(actor: Actor, layout: Layout, where: Filter, order: Order | None) -> None:
    """Raise what a list of these records in this order is refused for."""
    seen = layout.seen(actor.look.clearance)
    _source(seen, conditions.clause(layout.form_id, where, seen), order)


def check_open(actor: Actor, layout: Layout, paths: Sequence[str]) -> None:
    """Raise what a filter on any of these questions is refused for."""
    seen = layout.seen(actor.look.clearance)
    for path in paths:
        find_place(seen, path)


@dataclass(frozen=True)
class _Source:
    """Where the ids are read: tables, the column that is the record's id, by what they go (SQL and type), and rules."""

    tables: str
    key: str
    value: str
    kind: str
    rule: str
    parameters: dict[str, Any]


def ids(
    layout: Layout, wanted: Clause, order: Order | None, *, limit: int, before: int | None, after: int | None
) -> tuple[str, dict[str, Any]]:
    """Give the query for the ids of a page in their order, as `id` and `place`, and its parameters.

    `layout` is as the reader sees it, and the transaction knows whose rows it may see. Raises what a filter is refused
    for, of what the records go by.
    """
    source = _source(layout, wanted, order)
    is_rising = order is not None and order.by == "received" and not order.is_descending
    parameters = {**source.parameters, "limit": str(limit)}
    # Towards the ones before, the page begins at its last.
    is_back = after is not None and before is None
    rules = [source.rule]
    for name, cursor, goes_on in (("before", before, True), ("after", after, False)):
        if cursor is not None:
            rules.append(_beside(source, order, name, cursor, parameters, goes_on=goes_on))
    ordered = f"{source.key} {'asc' if is_back != is_rising else 'desc'}"
    if order is not None and source.value:
        down = order.is_descending != is_back
        ordered = f"{source.value} {'desc' if down else 'asc'} nulls {'first' if is_back else 'last'}, {ordered}"
    page = f"select {source.key} as id from {source.tables} where {' and '.join(rules)} order by {ordered}"
    numbered = f"select id, row_number() over () as place from ({page} limit %(limit)s::int) page"
    return (f"select id, -place as place from ({numbered}) back" if is_back else numbered), parameters


def _source(layout: Layout, wanted: Clause, order: Order | None) -> _Source:
    by = order.by if order is not None else ""
    place = find_place(layout, by) if order is not None and not is_about(by) else None
    if place is not None and (place.field.repeat or place.column.type == "geo"):
        raise InvalidDataType(field=by, expected="string")
    pages = wanted.pages | (place.pages if place is not None else frozenset())
    parameters = dict(wanted.parameters)
    if wanted.on_answers is not None and by not in ("submitter", "review") and (place or not wanted.is_all):
        key, rule = "p0.submission_id", wanted.on_answers
        tables = f"{layout.table('', 0)} p0{joins(layout, '', pages - {0}, key)}"
    else:
        key, rule = "s.id", wanted.sql
        tables = f"submissions s{joins(layout, '', pages, key)}"
    if by == "submitter":
        tables += " left join actors a on a.id = s.submitter_id"
    value, kind = ("", "") if place is None else _of(place)
    if order is not None and place is not None and order.choices:
        tables += f" left join unnest(%(choices)s::text[]) with ordinality c (choice, place) on c.choice = {place.sql}"
        value = f"coalesce(c.place, case when {place.sql} is not null then {len(order.choices) + 1} end)"
        kind = "bigint"
        parameters["choices"] = list(order.choices)
    if is_about(by):
        value, kind = _ABOUT[by]  # type: ignore[index]
    return _Source(tables, key, value, kind, rule, parameters)


def _of(place: Place) -> tuple[str, str]:
    kind = place.column.type
    return (f"lower({place.sql})", kind) if kind == "text" else (place.sql, kind)


def _beside(
    source: _Source, order: Order | None, name: str, cursor: int, parameters: dict[str, Any], *, goes_on: bool
) -> str:
    """Give the rule for what follows the record `cursor` (`goes_on`), or comes before it.

    Where that record is no longer to be seen, the list begins anew.
    """
    parameters[name] = str(cursor)
    is_rising = order is not None and order.by == "received" and not order.is_descending
    beyond = f"{source.key} {'<' if goes_on != is_rising else '>'} %({name})s::bigint"
    if order is None or not source.value:
        return beyond
    found = db.session.connection().exec_driver_sql(
        f"select {source.value} from {source.tables} where {source.key} = %({name})s::bigint", parameters
    )
    row = found.first()
    if row is None:
        return "true"
    here, v = f"%({name}_value)s::{source.kind}", source.value
    if row[0] is None:
        return f"{v} is null and {beyond}" if goes_on else f"({v} is not null or {beyond})"
    parameters[f"{name}_value"] = row[0]
    sign = ">" if order.is_descending != goes_on else "<"
    further = f"{v} {sign} {here} or ({v} = {here} and {beyond})"
    return f"({further} or {v} is null)" if goes_on else f"({further})"
