"""Where each answer of a form version is kept: the level of its table, the page, the column.

`answer_levels` and `answer_columns` remember it per form; `Registry` is what they say, `Layout` what one version makes
of it. Names of tables and columns are made here, from numbers alone.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from threading import Lock
from typing import Final, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from forms.db import db
from forms.policy import NEEDED, Clearance
from forms.schema import Field, Schema

#: How an answer is kept: a column of this SQL type, three of them for "geo", bytes for "sealed".
Storage = Literal["text", "bigint", "double precision", "boolean", "date", "time", "timestamptz", "geo", "sealed"]

_STORAGES: dict[str, Storage] = {
    "int": "bigint",
    # Not numeric: only double precision compares under a row policy without giving up its indexes.
    "decimal": "double precision",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "timestamptz",
    "geopoint": "geo",
    "geotrace": "geo",
    "geoshape": "geo",
}

#: Columns of one table: 250 pointers to long values are all that surely fits a page of 8 KB.
PAGE_COLUMNS = 250


class Sealed(Enum):
    """What stands for a sealed answer wherever answers are read."""

    SEALED = "sealed"


SEALED: Final = Sealed.SEALED


def storage(asked: Field) -> Storage:
    """Tell how the answers to a field are kept."""
    return "sealed" if asked.is_identity else _STORAGES.get(asked.type, "text")


def table(form_id: int, level: int, page: int) -> str:
    """Name the table of a form's level and page."""
    return f"answers.a{form_id}_{level}_{page}"


@dataclass(frozen=True, slots=True)
class Column:
    """One remembered place: the answers of one storage to one path."""

    number: int
    level: int
    page: int
    path: str
    type: Storage

    @property
    def width(self) -> int:
        """How many columns of the table it takes."""
        return 3 if self.type == "geo" else 1

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the table; of a geo its text, latitude and longitude."""
        name = f"q{self.number}"
        return (name, f"{name}_lat", f"{name}_lon") if self.type == "geo" else (name,)

    @property
    def definitions(self) -> tuple[str, ...]:
        """The columns as CREATE and ALTER TABLE want them; without defaults, so that adding one rewrites nothing."""
        types: tuple[str, ...] = {
            "geo": ("text", "double precision", "double precision"),
            "sealed": ("bytea",),
        }.get(self.type, (self.type,))
        return tuple(f"{name} {kind}" for name, kind in zip(self.names, types, strict=True))

    @property
    def sql(self) -> str:
        """The (first) column as a query over the pages p0, p1, … names it."""
        return self.under("p")

    def under(self, prefix: str) -> str:
        """Name the (first) column in a query that has the pages as prefix0, prefix1, …."""
        return f"{prefix}{self.page}.q{self.number}"


@dataclass
class Registry:
    """What a form's tables are, over all its versions: levels by repeat path, columns by level, path and storage."""

    form_id: int
    levels: dict[str, int] = field(default_factory=dict)
    columns: dict[tuple[int, str, Storage], Column] = field(default_factory=dict)

    def tables(self) -> Iterator[tuple[int, int]]:
        """Yield level and page of every table; a level without questions has a page all the same."""
        for level in self.levels.values():
            for page in range(1 + max((c.page for c in self.columns.values() if c.level == level), default=0)):
                yield level, page

    def on(self, level: int, page: int) -> list[Column]:
        """List the columns of one table, in the order in which they were added."""
        here = (c for c in self.columns.values() if (c.level, c.page) == (level, page))
        return sorted(here, key=lambda c: c.number)


_LEVELS = text("select level, repeat from answer_levels where form_id = :form order by level")
_COLUMNS = text("select number, level, page, path, type from answer_columns where form_id = :form order by number")


def registry(form_id: int, connection: Connection) -> Registry:
    """Read what is remembered of a form's tables."""
    found = Registry(form_id)
    for level, repeat in connection.execute(_LEVELS, {"form": form_id}):
        found.levels[repeat] = level
    for row in connection.execute(_COLUMNS, {"form": form_id}):
        column = Column(*row)
        found.columns[column.level, column.path, column.type] = column
    return found


#: What earlier answers to a path may be read as, besides their own kind, once its type has changed.
_READABLE_AS: dict[Storage, frozenset[Storage]] = {
    "text": frozenset({"bigint", "double precision", "boolean", "date", "time", "timestamptz", "geo"}),
    "double precision": frozenset({"bigint"}),
}


@dataclass(frozen=True)
class Place:
    """Where one version keeps the answers to a field, and where earlier versions of another type kept theirs."""

    field: Field
    column: Column
    earlier: tuple[Column, ...] = ()
    is_hidden: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether its answers leave as SEALED only: they are kept so, or the reader's clearance is too low."""
        return self.is_hidden or self.column.type == "sealed"

    @property
    def width(self) -> int:
        """How many columns of a query it takes."""
        return 1 if self.is_closed else self.column.width

    @cached_property
    def sql(self) -> str:
        """The answer as an SQL expression over the pages p0, p1, …; of a sealed one, whether there is any.

        Of a hidden one not even that: whether something sensitive was answered is an answer.
        """
        return self.under("p")

    def under(self, prefix: str) -> str:
        """Give the same over pages that the query has as prefix0, prefix1, …."""
        if self.is_hidden:
            return "true"
        column = self.column.under(prefix)
        if self.column.type == "sealed":
            return f"({column} is not null)"
        if not self.earlier:
            return column
        older = (f"cast({c.under(prefix)} as {self.column.type})" for c in self.earlier)
        return f"coalesce({column}, {', '.join(older)})"

    @cached_property
    def pages(self) -> frozenset[int]:
        """The pages that `sql` reads."""
        return frozenset() if self.is_hidden else frozenset(c.page for c in (self.column, *self.earlier))


@dataclass(frozen=True)
class Level:
    """One table of a version, in pages: the root's ("") or a repeat's, and the repeat around it (None for the root)."""

    number: int
    repeat: str
    parent: str | None
    places: tuple[Place, ...]

    @cached_property
    def pages(self) -> dict[int, tuple[Place, ...]]:
        """The places that this version writes, by page; page 0 has the rows' keys even where it has no place."""
        pages: dict[int, list[Place]] = {0: []}
        for place in self.places:
            pages.setdefault(place.column.page, []).append(place)
        return {page: tuple(places) for page, places in pages.items()}

    def seen(self, clearance: Clearance) -> "Level":
        """Give it with the places hidden that need more."""
        return replace(
            self,
            places=tuple(
                replace(place, is_hidden=True) if NEEDED[place.field.privacy] > clearance else place
                for place in self.places
            ),
        )


@dataclass(frozen=True, eq=False)
class Layout:
    """Where a form version keeps its answers. `levels` has the root under "" and the repeats, outermost first."""

    form_id: int
    version_id: int
    schema: Schema
    levels: dict[str, Level]
    _seen: dict[Clearance, "Layout"] = field(default_factory=dict, repr=False)

    @cached_property
    def places(self) -> dict[str, Place]:
        """Every answer's place under its path."""
        return {place.field.path: place for level in self.levels.values() for place in level.places}

    def seen(self, clearance: Clearance) -> "Layout":
        """Give it as somebody with that clearance sees it: what is above lies hidden."""
        if NEEDED[self.schema.strictest] <= clearance:
            return self
        if clearance not in self._seen:
            levels = {repeat: level.seen(clearance) for repeat, level in self.levels.items()}
            self._seen[clearance] = Layout(self.form_id, self.version_id, self.schema, levels)
        return self._seen[clearance]

    def table(self, repeat: str, page: int) -> str:
        """Name the table of a level's page."""
        return table(self.form_id, self.levels[repeat].number, page)


#: A process serves one database; tests serve many, whose version ids are the same.
_LAYOUTS: WeakKeyDictionary[Engine, OrderedDict[int, Layout]] = WeakKeyDictionary()
_LAYOUTS_LOCK = Lock()
_KEPT = 256


def layout(form_id: int, version_id: int, schema: Schema) -> Layout:
    """Give where a published version keeps its answers; `schema` is that version's.

    Remembered per process, since a published version's places never change. So ask only once the version is published
    for good: what `widen` does in a transaction that is rolled back is not to be remembered.
    """
    with _LAYOUTS_LOCK:
        kept = _LAYOUTS.setdefault(db.engine, OrderedDict())
        found = kept.get(version_id)
        if found is not None:
            kept.move_to_end(version_id)
            return found
    found = _lay_out(registry(form_id, db.session.connection()), version_id, schema)
    with _LAYOUTS_LOCK:
        kept[version_id] = found
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return found


def unmade(form_id: int, version_id: int, schema: Schema) -> Layout:
    """Lay out a version whose tables are not made, such as a draft: for `tree` alone, since nothing is kept there."""
    known = Registry(form_id, {repeat: n for n, repeat in enumerate(("", *(r.path for r in schema.repeats)))})
    for number, leaf in enumerate(schema.leaves, 1):
        column = Column(number, known.levels[leaf.repeat], 0, leaf.path, storage(leaf))
        known.columns[column.level, column.path, column.type] = column
    return _lay_out(known, version_id, schema)


def _lay_out(known: Registry, version_id: int, schema: Schema) -> Layout:
    by_path: dict[tuple[int, str], list[Column]] = {}
    for column in known.columns.values():
        by_path.setdefault((column.level, column.path), []).append(column)
    places: dict[str, list[Place]] = {}
    for leaf in schema.leaves:
        level, kind = known.levels[leaf.repeat], storage(leaf)
        readable = _READABLE_AS.get(kind, frozenset())
        earlier = [c for c in by_path[level, leaf.path] if c.type in readable]
        place = Place(leaf, known.columns[level, leaf.path, kind], tuple(reversed(earlier)))
        places.setdefault(leaf.repeat, []).append(place)
    levels = {"": Level(known.levels[""], "", None, tuple(places.get("", ())))}
    for repeat in schema.repeats:
        levels[repeat.path] = Level(
            known.levels[repeat.path], repeat.path, repeat.repeat, tuple(places.get(repeat.path, ()))
        )
    return Layout(known.form_id, version_id, schema, levels)
