"""Write a submission's rows, and delete them.

Writing is what every phone waits for: one statement per table that has something to hold, its text the same for every
submission of a version and its parameters all of unknown type, so that psycopg prepares it once per connection.
The root and every repeat instance always have their row on page 0; further pages only where there is an answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from forms.answers.places import Layout, Place, registry, table
from forms.db import db
from forms.instance import Geo, Row, Value

#: Turns an answer of class identity into what is kept: from its path and value.
Sealer = Callable[[str, Value], bytes]

#: Rows that one statement writes; bounds what a submission of many thousand rows takes in memory.
_BATCH = 1_000


def write(
    layout: Layout,
    submission_id: int,
    rows: Sequence[Row],
    scopes: Sequence[str],
    seal: Sealer,
    *,
    replace: bool = False,
) -> None:
    """Write the rows of a submission, to be seen under `scopes`; `replace` deletes the ones before, of any version.

    The transaction must be allowed to see what it writes (`forms.db.see`). Raises TypeError, which names the path
    alone, for a value that is not of its field's type.
    """
    if replace:
        erase(layout.form_id, submission_id)
    keys = str(submission_id), _array(scopes)
    by_level: dict[str, list[Row]] = {}
    for row in rows:
        by_level.setdefault(row.repeat, []).append(row)
    connection = db.session.connection()
    for repeat, level_rows in by_level.items():
        for insert in _inserts(layout, repeat):
            if repeat == "":
                if insert.page == 0 or insert.answers(level_rows[0]):
                    connection.exec_driver_sql(insert.sql, (*keys, *insert.encode(level_rows[0], seal)))
                continue
            written = level_rows if insert.page == 0 else [row for row in level_rows if insert.answers(row)]
            for start in range(0, len(written), _BATCH):
                batch = written[start : start + _BATCH]
                connection.exec_driver_sql(insert.sql, (*keys, *insert.encode_many(batch, seal)))


def erase(form_id: int, submission_id: int) -> None:
    """Delete every row of a submission, whichever version of the form wrote it."""
    connection = db.session.connection()
    # Not from the layout of one version: another one may have written to tables that this one does not know.
    for level, page in registry(form_id, connection).tables():
        name = table(form_id, level, page)
        connection.exec_driver_sql(f"delete from {name} where submission_id = %s", (str(submission_id),))


@dataclass(frozen=True)
class _Insert:
    """How one table of a version is written: `sql` takes the submission, its scopes, then what `encode…` gives."""

    page: int
    sql: str
    places: tuple[Place, ...]

    def answers(self, row: Row) -> bool:
        """Whether the row has anything for this table."""
        return any(place.field.path in row.values for place in self.places)

    def encode(self, row: Row, seal: Sealer) -> Iterator[str | None]:
        """Yield a row's answers as PostgreSQL reads them."""
        for place in self.places:
            value = row.values.get(place.field.path)
            if value is None:
                yield from (None,) * place.column.width
            else:
                yield from _encode(place, value, seal)

    def encode_many(self, rows: Sequence[Row], seal: Sealer) -> Iterator[str]:
        """Yield numbers, parents, positions and the answers of many rows, each as one array."""
        for keys in zip(*((str(r.number), str(r.parent), str(r.position)) for r in rows), strict=True):
            yield _array(keys)
        for column in zip(*(self.encode(row, seal) for row in rows), strict=True):
            yield _array(column)


@lru_cache(maxsize=512)
def _inserts(layout: Layout, repeat: str) -> tuple[_Insert, ...]:
    """Give how each page of a level is written, page 0 first."""
    level = layout.levels[repeat]
    build = _one_row if repeat == "" else _many_rows
    return tuple(
        _Insert(page, build(layout.table(repeat, page), places), places) for page, places in sorted(level.pages.items())
    )


def _one_row(name: str, places: tuple[Place, ...]) -> str:
    names = ["submission_id", "scopes", *(n for place in places for n in place.column.names)]
    return f"insert into {name} ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})"


def _many_rows(name: str, places: tuple[Place, ...]) -> str:
    """Insert from arrays, one per column: COPY FROM does not go with row policies, and the text stays the same."""
    typed = [d.split(" ", 1) for place in places for d in place.column.definitions]
    names = ["number", "parent", "position", *(n for n, _ in typed)]
    casts = ["u.number", "u.parent", "u.position", *(n if kind == "text" else f"{n}::{kind}" for n, kind in typed)]
    arrays = ["%s::int[]"] * 3 + ["%s::text[]"] * len(typed)
    return (
        f"insert into {name} (submission_id, scopes, {', '.join(names)}) select %s::bigint, %s::text[], "
        f"{', '.join(casts)} from unnest({', '.join(arrays)}) as u({', '.join(names)})"
    )


def _encode(place: Place, value: Value, seal: Sealer) -> Iterator[str]:
    """Yield a value's columns as text that PostgreSQL reads as their types."""
    kind = place.column.type
    if kind == "sealed":
        yield "\\x" + seal(place.field.path, value).hex()
        return
    wanted = _TYPES[kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
        raise TypeError(f"{place.field.path}: a {type(value).__name__} where {kind} is kept")
    if isinstance(value, Geo):
        yield from (_one_space(value.text), repr(value.latitude), repr(value.longitude))
    elif isinstance(value, datetime):
        yield value.astimezone(UTC).isoformat()
    elif isinstance(value, date | time):
        yield value.isoformat()
    else:
        yield str(value)


_TYPES: dict[str, Any] = {
    "text": str,
    "bigint": int,
    "double precision": float | int,
    "boolean": bool,
    "date": date,
    "time": time,
    "timestamptz": datetime,
    "geo": Geo,
}


def _one_space(value: str) -> str:
    """Join the parts of a geo value by single spaces, so that SQL can take them apart (XForms allows any)."""
    return " ".join(value.split())


def _array(values: Sequence[str | None]) -> str:
    """Write an array of texts as PostgreSQL reads it."""
    quoted = ("NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return "{" + ",".join(quoted) + "}"
