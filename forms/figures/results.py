"""What a view comes to for somebody: groups, cells, totals, and what a reader must know about them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from forms.problems import Problem
from forms.schema import Texts
from forms.views import View

#: What a group's value is, for saying it: "month" is the first day of one; "band" the number of a stretch.
Kind = Literal["choice", "text", "boolean", "number", "year", "quarter", "month", "week", "day", "band", "value"]

#: Why a number is not shown: it counts few people; it would tell such a number; it is too few for a share or a mean.
Mark = Literal["", "small", "hidden"]


@dataclass(frozen=True)
class Key:
    """One group: its value as addresses carry it (None: no answer), and how it is called.

    `labels` are empty where the value speaks for itself by its kind. `low` and `high` are a band's edges, None where it
    is open. A "value" is no group but one of several values of a view.
    """

    kind: Kind
    value: str | None
    labels: Texts = field(default_factory=dict)
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Cell:
    """One number. `value` is None where there is nothing to compute it from (shown as a dash) or where it is marked.

    Of a share or a ratio `numerator` and `denominator` are given; `records` is how many records stand behind it, None
    where that is not told.
    """

    value: float | date | None
    numerator: float | None = None
    denominator: float | None = None
    records: int | None = None
    mark: Mark = ""


@dataclass(frozen=True)
class Row:
    """One group of the first grouping (None where the view has none) with a cell for each column of the figure."""

    key: Key | None
    cells: tuple[Cell, ...]
    target: float | None = None


@dataclass(frozen=True)
class Point:
    """Records at one place, or near one another, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    records: int


@dataclass(frozen=True)
class Item:
    """One record of a work list: its form and instance id, and the columns; a value above the clearance is SEALED."""

    form_id: str
    instance_id: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Figure:
    """A view, computed.

    `columns` are the groups of the second grouping, or one "value" key for each value of the view. `totals` has a cell
    for each column over all rows, empty where the view has no grouping; of a crosstab each row's own total is the last
    column, whose key has the value None and the kind "value". `is_percent` is for shares. `records` counts what is
    behind the whole figure, `latest` is when the last of it came, `made_at` when this was computed. `suppressed` says
    that the reader sees it with small numbers hidden; `is_confidential` that they see it bare although it is about
    people. A `problem` stands instead of everything else.
    """

    view: View
    columns: tuple[Key, ...] = ()
    rows: tuple[Row, ...] = ()
    totals: tuple[Cell, ...] = ()
    points: tuple[Point, ...] = ()
    items: tuple[Item, ...] = ()
    is_percent: bool = False
    records: Cell = Cell(None)
    latest: datetime | None = None
    made_at: datetime | None = None
    target: float | None = None
    is_suppressed: bool = False
    is_confidential: bool = False
    problem: Problem | None = None


@dataclass(frozen=True)
class Filters:
    """What a page's filter bar says: a period (days, both included), values of dimensions, answers by question name."""

    since: date | None = None
    until: date | None = None
    scopes: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)

    def key(self) -> tuple[object, ...]:
        """Give what tells these filters from others."""
        return self.since, self.until, tuple(sorted(self.scopes.items())), tuple(sorted(self.answers.items()))


@dataclass(frozen=True)
class Choice:
    """One value that a filter offers."""

    value: str
    labels: Texts


@dataclass(frozen=True)
class OfferedFilter:
    """A filter of the bar: a dimension of the records ("kabkota") or a question's name, with what it offers."""

    kind: Literal["scope", "answer"]
    name: str
    labels: Texts
    choices: tuple[Choice, ...]
