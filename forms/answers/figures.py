"""Count records and answers for the first look at a form: how many, per day, per choice, and how numbers spread.

Every count is over what the actor may see. Answers of one level and page are counted in one reading of the table,
whatever the number of questions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from forms.access import Actor
from forms.answers import conditions
from forms.answers.conditions import Filter
from forms.answers.fetching import joins
from forms.answers.places import Layout, Place
from forms.db import db, see

#: GROUPING() takes 31 columns and a SELECT lists 1,664.
_CHOICES_AT_ONCE = 31
_NUMBERS_AT_ONCE = 300


@dataclass(frozen=True)
class Total:
    """How many records of a form the actor may see, and when the last one came."""

    count: int
    last: datetime | None


@dataclass(frozen=True)
class Choices:
    """The answers to a question by how often they were given, most often first; `answered` counts the rows with any."""

    path: str
    answered: int
    counts: tuple[tuple[Any, int], ...]


@dataclass(frozen=True)
class Numbers:
    """How the answers to a number question spread; all None where there is none."""

    path: str
    answered: int
    minimum: float | None
    maximum: float | None
    mean: float | None
    median: float | None


def count(actor: Actor, form_id: int, *, where: Filter | None = None, layout: Layout | None = None) -> int:
    """Count the records that the actor may see; `layout` is only needed for a filter on answers."""
    see(actor.scopes)
    layout = layout.seen(actor.look.clearance) if layout is not None else None
    wanted = conditions.clause(form_id, where, layout)
    if layout is not None and wanted.on_answers is not None and not wanted.is_all:
        tables = f"{layout.table('', 0)} p0{joins(layout, '', wanted.pages - {0}, 'p0.submission_id')}"
        statement = f"select count(*) from {tables} where {wanted.on_answers}"
    else:
        tables = joins(layout, "", wanted.pages, "s.id") if layout is not None else ""
        statement = f"select count(*) from submissions s{tables} where {wanted.sql}"
    found: int = db.session.connection().exec_driver_sql(statement, wanted.parameters).scalar_one()
    return found


def count_rows(actor: Actor, layout: Layout, repeat: str = "") -> int:
    """Count the rows that a copy of the root or of a repeat has for the actor."""
    actor = replace(actor, look=actor.take)
    if repeat == "":
        return count(actor, layout.form_id)
    see(actor.scopes)
    statement = f"select count(*) from {layout.table(repeat, 0)} p0 where {conditions.NOT_DELETED}"
    found: int = db.session.connection().exec_driver_sql(statement, {"form": layout.form_id}).scalar_one()
    return found


def totals(actor: Actor, form_ids: Sequence[int]) -> dict[int, Total]:
    """Count the records of several forms; each of them is in the result."""
    see(actor.scopes)
    statement = text(
        "select form_id, count(*), max(created_at) from submissions "
        "where form_id = any(cast(:forms as bigint[])) and deleted_at is null group by form_id"
    )
    found = {row[0]: Total(row[1], row[2]) for row in db.session.execute(statement, {"forms": list(form_ids)})}
    return {form_id: found.get(form_id, Total(0, None)) for form_id in form_ids}


def counts_per_day(actor: Actor, form_id: int, *, zone: str, days: int) -> list[tuple[date, int]]:
    """Count the records that came on each of the last days, today last, by the calendar of `zone`."""
    see(actor.scopes)
    statement = text(
        """
        with today as (select (now() at time zone :zone)::date as day),
        came as (
            select (s.created_at at time zone :zone)::date as day, count(*) as records
            from submissions s
            where s.form_id = :form and s.deleted_at is null
              and s.created_at >= (select (day - :days + 1)::timestamp at time zone :zone from today)
            group by 1
        )
        select today.day - back, coalesce(came.records, 0)
        from today cross join generate_series(:days - 1, 0, -1) back left join came on came.day = today.day - back
        order by 1
        """
    )
    return [tuple(row) for row in db.session.execute(statement, {"form": form_id, "zone": zone, "days": days})]


def choice_counts(
    actor: Actor, layout: Layout, *, paths: Sequence[str], where: Filter | None = None
) -> dict[str, Choices | Numbers]:
    """Count the answers to questions: numbers by their spread, several choices one by one, others by value.

    The filter is on the submission, also for questions in repeats, whose rows are then counted.
    Raises what a filter is refused for, also for the questions themselves.
    """
    see(actor.scopes)
    layout = layout.seen(actor.look.clearance)
    found: dict[str, Choices | Numbers] = {}
    wanted = conditions.clause(layout.form_id, where, layout)
    for level in layout.levels.values():
        places = [p for p in level.places if p.field.path in paths]
        for place in places:
            conditions.demand_open(place)
        numbers = [p for p in places if p.column.type in ("bigint", "double precision")]
        several = [p for p in places if p.field.is_multiple]
        single = [p for p in places if p not in numbers and p not in several]
        for part in _by_page(numbers, _NUMBERS_AT_ONCE):
            found |= _spread(_Source(layout, level.repeat, wanted), part)
        for part in _by_page(single, _CHOICES_AT_ONCE):
            found |= _by_value(_Source(layout, level.repeat, wanted), part)
        for place in several:
            found |= _one_by_one(_Source(layout, level.repeat, wanted), place)
    return {path: found[path] for path in paths if path in found}


def answered(actor: Actor, layout: Layout, paths: Sequence[str]) -> dict[str, int]:
    """Count the records, or rows of a repeat, that answer each question.

    What the actor may not even know to be answered is not in the result.
    """
    see(actor.scopes)
    layout = layout.seen(actor.look.clearance)
    found: dict[str, int] = {}
    everything = conditions.clause(layout.form_id, None, layout)
    for level in layout.levels.values():
        places = [p for p in level.places if p.field.path in paths and not p.is_hidden]
        for part in _by_page(places, _NUMBERS_AT_ONCE):
            # Of a sealed one, whether there is any is all that can be asked.
            columns = (f"count(*) filter (where {p.sql})" if p.is_closed else f"count({p.sql})" for p in part)
            pages: frozenset[int] = frozenset().union(*(p.pages for p in part))
            (row,) = _Source(layout, level.repeat, everything).rows(", ".join(columns), pages)
            found |= {p.field.path: number for p, number in zip(part, row, strict=True)}
    return found


def _by_page(places: list[Place], most: int) -> Iterator[list[Place]]:
    """Cut places into those that one reading of a table answers."""
    pages: dict[frozenset[int], list[Place]] = {}
    for place in places:
        pages.setdefault(place.pages, []).append(place)
    for alike in pages.values():
        for start in range(0, len(alike), most):
            yield alike[start : start + most]


@dataclass(frozen=True)
class _Source:
    """The rows of a level that are counted."""

    layout: Layout
    repeat: str
    wanted: conditions.Clause

    def rows(self, statement: str, pages: frozenset[int], *, then: str = "", listing: str = "") -> list[Any]:
        """Run `select {statement} from … {listing} where … {then}`."""
        row = "p0.submission_id" if self.repeat == "" else "p0.submission_id, p0.number"
        tables = f"{self.layout.table(self.repeat, 0)} p0{joins(self.layout, self.repeat, pages - {0}, row)}"
        if self.wanted.is_all:
            # Looking for the few deleted ones is cheaper than joining all the others.
            rule = conditions.NOT_DELETED
        else:
            root = joins(self.layout, "", self.wanted.pages, "s.id")
            rule = f"p0.submission_id in (select s.id from submissions s{root} where {self.wanted.sql})"
        sql = f"select {statement} from {tables} {listing} where {rule} {then}"
        return list(db.session.connection().exec_driver_sql(sql, self.wanted.parameters))


def _spread(source: _Source, places: list[Place]) -> dict[str, Choices | Numbers]:
    columns = (
        f"count({p.sql}), min({p.sql}), max({p.sql}), avg({p.sql}::double precision), "
        f"percentile_cont(0.5) within group (order by {p.sql}::double precision)"
        for p in places
    )
    (row,) = source.rows(", ".join(columns), frozenset().union(*(p.pages for p in places)))
    return {p.field.path: Numbers(p.field.path, *row[5 * i : 5 * i + 5]) for i, p in enumerate(places)}


def _by_value(source: _Source, places: list[Place]) -> dict[str, Choices | Numbers]:
    """Count by value, all questions in one reading: GROUPING() tells which of them a row of the result is about."""
    listed = ", ".join(p.sql for p in places)
    sets = ", ".join(f"({p.sql})" for p in places)
    rows = source.rows(
        f"grouping({listed}), {listed}, count(*)",
        frozenset().union(*(p.pages for p in places)),
        then=f"group by grouping sets ({sets})",
    )
    counts: dict[int, list[tuple[Any, int]]] = {}
    for row in rows:
        # The question's own bit is the one that is not set; the first question has the highest.
        number = len(places) - (2 ** len(places) - 1 - row[0]).bit_length()
        if row[1 + number] is not None:
            counts.setdefault(number, []).append((row[1 + number], row[-1]))
    return {p.field.path: _choices(p.field.path, counts.get(i, [])) for i, p in enumerate(places)}


def _one_by_one(source: _Source, place: Place) -> dict[str, Choices | Numbers]:
    rows = source.rows(
        "choice, count(*)",
        place.pages,
        listing=f"cross join lateral unnest(string_to_array({place.sql}, ' ')) choice",
        then="and choice <> '' group by choice",
    )
    ((answered,),) = source.rows(f"count({place.sql})", place.pages)
    return {place.field.path: _choices(place.field.path, [(row[0], row[1]) for row in rows], answered)}


def _choices(path: str, counts: list[tuple[Any, int]], answered: int | None = None) -> Choices:
    ordered = sorted(counts, key=lambda each: (-each[1], str(each[0])))
    return Choices(path, sum(n for _, n in ordered) if answered is None else answered, tuple(ordered))
