"""Where records are: the answers to one geopoint question, grouped by a grid in the database, or one by one.

Only questions whose answers lie open to the reader can be asked for, as in filters: the place of a house tells who
lives there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms.access import Actor
from forms.answers import conditions
from forms.answers.conditions import Filter, demand_open
from forms.answers.fetching import joins
from forms.answers.places import Layout
from forms.db import db, see
from forms.problems import KeyDoesNotExist


@dataclass(frozen=True)
class Box:
    """A part of the map, in degrees; its edges belong to it."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class Cluster:
    """The points of one field of the grid: how many, their middle, what they span, and the record where it is one."""

    count: int
    latitude: float
    longitude: float
    box: Box
    instance_id: str | None


@dataclass(frozen=True)
class Point:
    """One answer: the record that it is of, and where."""

    instance_id: str
    created_at: datetime
    submitter: str | None
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Extent:
    """How many answers there are, of how many records, and what they span; None without any."""

    count: int
    records: int
    box: Box | None


def extent(actor: Actor, layout: Layout, path: str, *, where: Filter | None = None) -> Extent:
    """Tell how far the answers to a geopoint question reach that the actor may see, in the records that are wanted.

    Raises KeyDoesNotExist for a path that is no such question, IdentityNotSearchable, NotCleared, and what a filter is
    refused for.
    """
    source = _source(actor, layout, path, where)
    # The root has one row for each record; to look for others alike takes longer than all the rest.
    records = "count(distinct {key})" if layout.places[path].field.repeat else "count(*)"
    count, of, *edges = source.run(f"count(*), {records}, min({{lat}}), min({{lon}}), max({{lat}}), max({{lon}})")[0]
    return Extent(count, of, Box(*edges) if count else None)


def clusters(
    actor: Actor, layout: Layout, path: str, box: Box, *, columns: int, rows: int, where: Filter | None = None
) -> list[Cluster]:
    """Group the answers inside a box by a grid of so many fields; raises what `extent` raises."""
    source = _source(actor, layout, path, where, box)
    grid = {
        "columns": columns,
        "rows": rows,
        # A box without width is one field.
        "width": max(box.east - box.west, 1e-9) / columns,
        "height": max(box.north - box.south, 1e-9) / rows,
    }
    found = source.run(
        """
        count(*), avg({lat}), avg({lon}), min({lat}), min({lon}), max({lat}), max({lon}),
        case when count(*) = 1 then min({key}) end
        """,
        """
        group by least(floor(({lon} - %(west)s::float8) / %(width)s::float8), %(columns)s::int - 1),
                 least(floor(({lat} - %(south)s::float8) / %(height)s::float8), %(rows)s::int - 1)
        order by count(*) desc, 3, 2
        """,
        grid,
    )
    names = _names([row[7] for row in found if row[7] is not None])
    return [Cluster(row[0], row[1], row[2], Box(*row[3:7]), names.get(row[7])) for row in found]


def points(
    actor: Actor, layout: Layout, path: str, box: Box, *, limit: int, where: Filter | None = None
) -> list[Point]:
    """List at most `limit` answers inside a box, those of the newest records first; raises what `extent` raises."""
    source = _source(actor, layout, path, where, box)
    found = source.run("{key}, {lat}, {lon}", "order by {key} desc limit %(limit)s::int", {"limit": limit})
    rows = db.session.connection().exec_driver_sql(
        """
        select s.id, s.instance_id, s.created_at, a.display_name
        from submissions s left join actors a on a.id = s.submitter_id where s.id = any(%(ids)s::bigint[])
        """,
        {"ids": [row[0] for row in found]},
    )
    records = {row[0]: row for row in rows}
    return [
        Point(record.instance_id, record.created_at, record.display_name, latitude, longitude)
        for key, latitude, longitude in found
        if (record := records.get(key)) is not None
    ]


def _names(ids: Sequence[int]) -> dict[int | None, str]:
    rows = db.session.connection().exec_driver_sql(
        "select id, instance_id from submissions where id = any(%(ids)s::bigint[])", {"ids": list(ids)}
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class _Source:
    """The answers to one question in the records that `rule` tells, those inside a box where there is one."""

    tables: str
    rule: str
    names: dict[str, str]
    parameters: dict[str, Any]

    def run(self, statement: str, then: str = "", more: dict[str, Any] | None = None) -> list[Any]:
        """Run `select {statement} from … where … {then}`; {key} there is the record, {lat} and {lon} the answer."""
        inside = (
            "{lat} between %(south)s::float8 and %(north)s::float8 "
            "and {lon} between %(west)s::float8 and %(east)s::float8"
            if "south" in self.parameters
            else "{lat} is not null"
        )
        sql = f"select {statement} from {self.tables} where {inside} and {{rule}} {then}"
        filled = sql.format(rule=self.rule, **self.names)
        return list(db.session.connection().exec_driver_sql(filled, {**self.parameters, **(more or {})}))


#: Looking for the few deleted ones is cheaper than joining all the others.
_NOT_DELETED = """not exists (
    select from submissions s
    where s.form_id = %(form)s::bigint and s.deleted_at is not null and s.id = {key}
)"""


def _source(actor: Actor, layout: Layout, path: str, where: Filter | None, box: Box | None = None) -> _Source:
    see(actor.scopes)
    seen = layout.seen(actor.look.clearance)
    place = seen.places.get(path)
    if place is None or place.field.type != "geopoint":
        raise KeyDoesNotExist(field="question")
    demand_open(place)
    wanted = conditions.clause(layout.form_id, where, seen)
    repeat, page = place.field.repeat, place.column.page
    tables, key = f"{layout.table(repeat, page)} p{page}", f"p{page}.submission_id"
    rule = _NOT_DELETED.format(key=key) if wanted.is_all else f"{key} in {conditions.ids(seen, wanted)}"
    if not repeat and wanted.on_answers is not None and not wanted.is_all:
        # What is asked for lies beside the place: one reading of the table answers both.
        key, rule = "p0.submission_id", wanted.on_answers
        tables = f"{layout.table('', 0)} p0{joins(layout, '', (wanted.pages | {page}) - {0}, key)}"
    _, latitude, longitude = place.column.names
    edges = {} if box is None else {"south": box.south, "west": box.west, "north": box.north, "east": box.east}
    names = {"key": key, "lat": f"p{page}.{latitude}", "lon": f"p{page}.{longitude}"}
    return _Source(tables, rule, names, {**wanted.parameters, **edges})
