"""Read rows of given submissions with their typed values, however wide the form."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forms.answers.places import SEALED, Layout, Place, Sealed
from forms.db import db
from forms.instance import Geo, Value

#: A SELECT lists at most 1,664 columns.
WIDEST = 1_500


@dataclass(frozen=True, slots=True)
class Found:
    """One row as it is kept; `values` has every path that was asked for, None where there is no answer."""

    submission_id: int
    number: int
    parent: int
    position: int
    values: dict[str, Any]


def fetch(
    layout: Layout,
    repeat: str,
    ids: Sequence[int],
    *,
    paths: Sequence[str] | None = None,
    sealed: bool = False,
    most: int | None = None,
) -> list[Found]:
    """Read the rows of a level that belong to the submissions, by submission and number.

    `paths` are of that level, all of them by default. Sealed answers come as SEALED, or as their bytes if `sealed`.
    Of a repeat, `most` bounds the rows of each submission: the first ones.
    """
    level = layout.levels[repeat]
    places = level.places if paths is None else [layout.places[path] for path in paths]
    rows: dict[tuple[int, int], Found] = {}
    for part in in_parts(places):
        listed = [sql for place in part for sql in _columns(place, sealed=sealed)]
        for keys, values in _rows(layout, repeat, ids, part, listed, most):
            found = rows.setdefault((keys[0], keys[1]), Found(*keys, values={}))
            position = 0
            for place in part:
                width = place.width
                found.values[place.field.path] = _value(place, values[position : position + width])
                position += width
    return list(rows.values())


def in_parts(places: Sequence[Place]) -> Iterator[Sequence[Place]]:
    """Cut places into what one SELECT can list; at least one part, which may be empty."""
    start = width = 0
    for end, place in enumerate(places):
        width += place.width
        if width > WIDEST:
            yield places[start:end]
            start, width = end, place.width
    yield places[start:]


def joins(layout: Layout, repeat: str, pages: Iterable[int], row: str) -> str:
    """Give the LEFT JOINs of pages of a level as p0, p1, …; `row` is their rows' key elsewhere ("s.id")."""
    keys = ("submission_id",) if repeat == "" else ("submission_id", "number")
    return "".join(
        f" left join {layout.table(repeat, page)} p{page} on ({', '.join(f'p{page}.{key}' for key in keys)}) = ({row})"
        for page in sorted(pages)
    )


def _columns(place: Place, *, sealed: bool) -> tuple[str, ...]:
    if place.column.type == "geo" and not place.is_closed:
        return tuple(f"p{place.column.page}.{name}" for name in place.column.names)
    return (place.column.sql if sealed else place.sql,)


def _value(place: Place, columns: Sequence[Any]) -> Value | Sealed | bytes | None:
    first = columns[0]
    if place.is_closed and isinstance(first, bool):
        return SEALED if first else None
    if place.column.type == "geo" and first is not None:
        return Geo(*columns)
    value: Value | bytes | None = first
    return value


def _rows(
    layout: Layout, repeat: str, ids: Sequence[int], places: Sequence[Place], listed: list[str], most: int | None
) -> Iterator[tuple[tuple[int, int, int, int], Sequence[Any]]]:
    row = "p0.submission_id" if repeat == "" else "p0.submission_id, p0.number"
    keys = [row, "0", "0", "0"] if repeat == "" else [row, "p0.parent", "p0.position"]
    pages: frozenset[int] = frozenset().union(*(place.pages for place in places))
    tables = f"{layout.table(repeat, 0)} p0{joins(layout, repeat, pages - {0}, row)}"
    first, values = ("", (list(ids),)) if most is None else (" and p0.number <= %s::int", (list(ids), str(most)))
    statement = (
        f"select {', '.join([*keys, *listed])} from {tables} "
        f"where p0.submission_id = any(%s::bigint[]){first} order by {row}"
    )
    for found in db.session.connection().exec_driver_sql(statement, values):
        yield found[:4], found[4:]
