"""Groups: how each is called, in which order they come, and which there are although nothing fell into them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from forms.expression import Band, Bucket, Node, Reference
from forms.figures.boards import Board
from forms.figures.results import Filters, Key, Kind
from forms.schema import Texts
from forms.views import View

#: Empty groups are shown as long as somebody could read them all.
_MOST_FILLED: Final = 60
_MOST_BUCKETS: Final = 120


class Groups:
    """The groups of one grouping of a view."""

    def __init__(self, board: Board, view: View, node: Node) -> None:
        self._node = node
        self._labels = board.labels.of(view.source, node)
        self._is_closed = board.labels.are_all(view.source, node)
        self.kind: Kind = _kind(node, self._labels)

    def key(self, code: Any) -> Key:
        """Name the group with that value."""
        if code is None:
            return Key(self.kind, None)
        if isinstance(self._node, Band):
            edges = self._node.edges
            low = edges[code - 1] if code > 0 else None
            return Key("band", str(code), low=low, high=edges[code] if code < len(edges) else None)
        if isinstance(code, bool):
            return Key("boolean", "true" if code else "false")
        text = code.isoformat() if isinstance(code, date) else str(code)
        return Key(self.kind, text, self._labels.get(text, {}))

    def codes(self, found: Iterable[Any], filters: Filters, scopes: tuple[str, ...]) -> list[Any]:
        """Put the values that were found in order, with those between and beside them that were not.

        A reader of some districts is not shown the others as empty.
        """
        seen = set(found)
        missing = [None] if None in seen else []
        values = seen - {None}
        if isinstance(self._node, Band):
            return [*([0] if 0 in values else []), *range(1, len(self._node.edges) + 1), *missing]
        if isinstance(self._node, Bucket):
            return [*_calendar(self._node.unit, values, filters), *missing]
        if self.kind == "boolean":
            return [True, False, *missing]
        if self._labels and self._is_closed and len(self._labels) <= _MOST_FILLED:
            return [*self._open(values, filters, scopes), *sorted(values - self._labels.keys()), *missing]
        order = {name: number for number, name in enumerate(self._labels)}
        if self._labels:
            return [*sorted(values, key=lambda v: (order.get(v, len(order)), str(v))), *missing]
        return [*sorted(values, key=lambda v: (isinstance(v, str), v)), *missing]

    def _open(self, values: set[Any], filters: Filters, scopes: tuple[str, ...]) -> list[str]:
        dimension = self._dimension
        if dimension is None:
            return list(self._labels)
        allowed = {s.partition("=")[2] for s in scopes if s.startswith(f"{dimension}=")}
        chosen = filters.scopes.get(dimension)
        return [
            name
            for name in self._labels
            if name in values or ((not allowed or name in allowed) and chosen in (None, name))
        ]

    @property
    def _dimension(self) -> str | None:
        if not isinstance(self._node, Reference):
            return None
        field = self._node.target.field
        return (field.scope if field is not None else self._node.target.name) or None


def _kind(node: Node, labels: dict[str, Texts]) -> Kind:
    if isinstance(node, Bucket):
        return node.unit
    if isinstance(node, Band):
        return "band"
    if node.type == "boolean":
        return "boolean"
    if labels:
        return "choice"
    return "number" if node.type == "number" else "text"


def _calendar(unit: str, found: set[date], filters: Filters) -> list[date]:
    """List the stretches from the first to the last, or those of the period that was chosen."""
    if not found:
        return []
    first = start(unit, filters.since) if filters.since is not None else min(found)
    last = start(unit, filters.until) if filters.until is not None else max(found)
    every = [min(first, *found)]
    while every[-1] < max(last, *found):
        every.append(following(unit, every[-1]))
        if len(every) > _MOST_BUCKETS:
            return sorted(found)
    return every


def start(unit: str, day: date) -> date:
    """Give the first day of the stretch that a day is in."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    month = {"year": 1, "quarter": (day.month - 1) // 3 * 3 + 1, "month": day.month}[unit]
    return date(day.year, month, 1)


def following(unit: str, day: date) -> date:
    """Give the first day of the stretch after the one that begins on a day."""
    if unit in ("day", "week"):
        return day + timedelta(days=1 if unit == "day" else 7)
    months = day.year * 12 + day.month - 1 + {"year": 12, "quarter": 3, "month": 1}[unit]
    return date(months // 12, months % 12 + 1, 1)
