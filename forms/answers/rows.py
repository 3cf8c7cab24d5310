"""Write a submission's rows, and delete them.

Writing is what every phone waits for: one statement per table that has something to hold, its text the same for every
submission of a version and its parameters all of unknown type, so that psycopg prepares it once per connection.
The root and every repeat instance always have their row on page 0; further pages only where there is an answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from typing import Any

from forms.answers.places import Layout, Place, Storage, registry, table
from forms.db import db, run
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
    for repeat, level_rows in by_level.items():
        for insert in _inserts(layout, repeat):
            if repeat == "":
                if insert.page == 0 or insert.answers(level_rows[0]):
                    run(insert.sql, (*keys, *insert.encode(level_rows[0], seal)))
                continue
            written = level_rows if insert.page == 0 else [row for row in level_rows if insert.answers(row)]
            for start in range(0, len(written), _BATCH):
                run(insert.sql, (*keys, *insert.encode_many(written[start : start + _BATCH], seal)))


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

    @cached_property
    def _columns(self) -> list[tuple[str, Storage, int]]:
        return [(place.field.path, place.column.type, place.column.width) for place in self.places]

    def encode(self, row: Row, seal: Sealer) -> list[str | None]:
        """Write a row's answers as PostgreSQL reads them."""
        cells: list[str | None] = []
        for path, kind, width in self._columns:
            value = row.values.get(path)
            if value is None:
                cells += (None,) * width
            elif kind == "sealed":
                cells.append("\\x" + seal(path, value).hex())
            else:
                kinds, encode = _ENCODERS[kind]
                if type(value) not in kinds:
                    raise TypeError(f"{path}: a {type(value).__name__} where {kind} is kept")
                cells += encode(value)
        return cells

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


def _one_space(value: str) -> str:
    """Join the parts of a geo value by single spaces, so that SQL can take them apart (XForms allows any)."""
    return " ".join(value.split())


#: Of each storage but the sealed one: the types of its values, and what gives their columns as text.
_ENCODERS: dict[Storage, tuple[tuple[type, ...], Callable[[Any], tuple[str, ...]]]] = {
    "text": ((str,), lambda value: (value,)),
    "bigint": ((int,), lambda value: (str(value),)),
    "double precision": ((float, int), lambda value: (str(value),)),
    "boolean": ((bool,), lambda value: (str(value),)),
    "date": ((date,), lambda value: (value.isoformat(),)),
    "time": ((time,), lambda value: (value.isoformat(),)),
    "timestamptz": ((datetime,), lambda value: (value.astimezone(UTC).isoformat(),)),
    "geo": ((Geo,), lambda value: (_one_space(value.text), repr(value.latitude), repr(value.longitude))),
}


def _array(values: Sequence[str | None]) -> str:
    """Write an array of texts as PostgreSQL reads it."""
    quoted = ("NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return "{" + ",".join(quoted) + "}"
