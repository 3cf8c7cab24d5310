"""The language of the views sheet a second time, in plain Python over records in memory: what figures are held against.

Nothing here knows of types that were checked, nor of SQL: each value is what it is when it is met. A record's answers
are numbers, texts, dates, moments, truth values or None; whatever has no answer, or cannot be computed, is None.
A condition is true or false, never None; only an answer of yes or no may be missing.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from forms.expression import Raw, parse, parse_list


@dataclass
class Row:
    """One row of answers: what is in it by name, the row around it, and the rows of repeats within it, by repeat."""

    values: dict[str, Any]
    around: "Row | None" = None
    within: dict[str, list["Row"]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()

    def all(self, repeat: str) -> list["Row"]:
        """Every row of a repeat below this one, however deep."""
        found = list(self.within.get(repeat, ()))
        for rows in self.within.values():
            for row in rows:
                found += row.all(repeat)
        return found

    @property
    def record(self) -> "Row":
        """The record that it is in."""
        return self.around.record if self.around is not None else self


@dataclass
class World:
    """Records by form, the names that the rows of each repeat have, lists as dictionaries, facts, and the clock.

    `linked` are the records that links find, which a page's filters do not always leave out.
    """

    records: Mapping[str, Sequence[Row]]
    linked: Mapping[str, Sequence[Row]]
    repeats: Mapping[str, frozenset[str]]
    several: frozenset[str]
    lists: Mapping[str, Sequence[Mapping[str, str]]]
    facts: Mapping[str, str]
    now: datetime
    zone: ZoneInfo
    #: The rows that the links begin at which are being followed.
    origins: list[Row] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in the zone."""
        return self.now.astimezone(self.zone).date()

    # What is counted

    def rows(self, of: str) -> list[Row]:
        """The rows of a form, of one of its repeats as form.repeat, or of a list."""
        found = self._rows(of, self.records)
        if found is not None:
            return found
        return [Row({k: v or None for k, v in cells.items()}) for cells in self.lists[of.removesuffix(".csv")]]

    def _rows(self, of: str, records: Mapping[str, Sequence[Row]]) -> list[Row] | None:
        if of in records:
            return list(records[of])
        form, _dot, repeat = of.rpartition(".")
        if form in records and repeat in self.repeats:
            return [row for record in records[form] for row in record.all(repeat)]
        return None

    def counted(self, of: str, where: str) -> list[Row]:
        """The rows that fulfil a condition."""
        raw = parse(where) if where else None
        return [row for row in self.rows(of) if raw is None or self.truth(raw, row)]

    def grouped(self, rows: Iterable[Row], by: str) -> dict[tuple[str | None, ...], list[Row]]:
        """The rows of each group; one with several choices is in several."""
        found: dict[tuple[str | None, ...], list[Row]] = {}
        raws = parse_list(by)
        for row in rows:
            for key in product(*(self._keys(_bare(raw), row) for raw in raws)):
                found.setdefault(key, []).append(row)
        return found

    def _keys(self, raw: Raw, row: Row) -> list[str | None]:
        if raw.kind == "call" and raw.value in ("year", "quarter", "month", "week", "day"):
            day = self.day(self.value(raw.args[0], row))
            return [None if day is None else _first_day(raw.value, day).isoformat()]
        if raw.kind == "call" and raw.value == "band":
            number = self.number(self.value(raw.args[0], row))
            edges = [self.number(self.value(a, row)) for a in raw.args[1:]]
            return [None if number is None else str(sum(1 for edge in edges if number >= edge))]
        value = self.value(raw, row)
        if raw.kind == "reference" and raw.value in self.several:
            return [*value.split(" ")] if value else [None]
        if isinstance(value, bool):
            return ["true" if value else "false"]
        return [None if value is None else self.text(value)]

    # Figures of all rows

    def figure(self, raw: Raw, rows: Sequence[Row]) -> Any:
        """A figure of rows: a number, a date, or None where there is nothing to make it from."""
        raw = _bare(raw)
        if raw.kind == "number":
            return float(raw.value)
        if raw.kind == "operation":
            return self._operated(raw.value, [self.figure(a, rows) for a in raw.args])
        if raw.value == "round":
            return self._operated("round", [self.figure(a, rows) for a in raw.args])
        if raw.value == "share" and len(raw.args) == 1:
            return _divided(self._aggregate("count", raw.args, rows), len(rows))
        if raw.value in ("share", "ratio"):
            return _divided(*(self.figure(a, rows) for a in raw.args))
        return self._aggregate(raw.value, raw.args, rows)

    def _aggregate(self, name: str, args: Sequence[Raw], rows: Sequence[Row]) -> Any:
        if not args:
            return len(rows)
        values = [v for v in (self.value(args[0], row) for row in rows) if v is not None]
        if name == "count":
            return sum(1 for v in values if v is not False)
        if name == "count-distinct":
            return len(set(values))
        if name in ("min", "max") and any(isinstance(v, date) for v in values):
            days = [d for d in map(self.day, values) if d is not None]
            return (min if name == "min" else max)(days, default=None)
        percent = self.number(self.value(args[1], Row({}))) if len(args) > 1 else 50
        return _put_together(name, [n for n in map(self.number, values) if n is not None], percent)

    # Values of one row

    def truth(self, raw: Raw, row: Row) -> bool:
        """Whether a condition holds."""
        return self.value(raw, row) is True

    def value(self, raw: Raw, row: Row) -> Any:
        """The value of an expression for a row; the empty text is no value."""
        found = self._value(_bare(raw), row)
        return None if found == "" else found

    def _value(self, raw: Raw, row: Row) -> Any:
        if raw.kind == "number":
            return float(raw.value)
        if raw.kind == "string":
            return raw.value
        if raw.kind == "reference":
            return self._named(raw.value, row)
        if raw.kind == "operation":
            return self._operation(raw, row)
        if raw.value in _LAZY:
            return _LAZY[raw.value](self, raw.args, row)
        return _PLAIN[raw.value](self, *(self.value(a, row) for a in raw.args))

    def _named(self, name: str, row: Row) -> Any:
        at: Row | None = row
        while at is not None:
            if name in at.values:
                return at.values[name]
            at = at.around
        return self.value(parse(self.facts[name]), row)

    def _operation(self, raw: Raw, row: Row) -> Any:
        if raw.value == "and":
            return all(self.truth(a, row) for a in raw.args)
        if raw.value == "or":
            return any(self.truth(a, row) for a in raw.args)
        values = [self.value(a, row) for a in raw.args]
        if raw.value in ("=", "!="):
            return self._equal(*values) is (raw.value == "=")
        if raw.value in _ORDERS:
            left, right = self._alike(*values)
            if isinstance(left, str) and isinstance(right, str):
                left, right = self.number(left), self.number(right)
            return left is not None and right is not None and _ORDERS[raw.value](left, right)
        return self._operated(raw.value, values)

    def _equal(self, left: Any, right: Any) -> bool:
        left, right = self._alike(left, right)
        return bool(left == right)

    def _alike(self, left: Any, right: Any) -> tuple[Any, Any]:
        """Both as numbers where one is a number, as days where one is a day or is written out."""
        if any(_is_number(v) for v in (left, right)):
            return self.number(left), self.number(right)
        days = [isinstance(v, date) for v in (left, right)]
        if all(isinstance(v, datetime) or v is None for v in (left, right)) or not any(days):
            return left, right
        return self.day(left), self.day(right)

    def _operated(self, sign: str, values: list[Any]) -> Any:
        if len(values) == 1:
            number = self.number(values[0])
            if number is None or sign == "-":
                return None if number is None else -number
            return _rounded(number, 0)
        found = values[0]
        for value in values[1:]:
            found = self._pair(sign, found, value)
        return found

    def _pair(self, sign: str, left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        if sign == "-" and isinstance(left, datetime) and isinstance(right, datetime):
            return (left - right) / timedelta(days=1)
        if sign == "-" and isinstance(left, date) and isinstance(right, date):
            return (self.day(left) - self.day(right)).days  # type: ignore[operator]
        if sign == "+" and isinstance(right, date):
            left, right = right, left
        right = self.number(right)
        if right is None:
            return None
        if isinstance(left, date):
            day, days = self.day(left), math.floor(right)
            try:
                return day + timedelta(days=days if sign == "+" else -days)  # type: ignore[operator]
            except OverflowError:
                return None
        left = self.number(left)
        if left is None or (sign in ("div", "mod") and right == 0):
            return None
        if sign == "round":
            return _rounded(left, int(right))
        return _SIGNS[sign](left, right)

    # Reading a value as another type

    def number(self, value: Any) -> Any:
        """A number, if it can be read as one."""
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, str):
            return float(value) if _NUMBER.fullmatch(value) and math.isfinite(float(value)) else None
        return value

    def day(self, value: Any) -> date | None:
        """The day of a moment in the zone, or the day that a text begins with."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).date()
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10]) if value[10:11] in ("", "T", " ") else None
            except ValueError:
                return None
        return value  # type: ignore[no-any-return]

    def text(self, value: Any) -> str:
        """As it is written."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M:%S")
        if isinstance(value, date):
            return value.isoformat()
        return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)

    # Rows put together

    def fold(self, name: str, args: Sequence[Raw], row: Row) -> Any:
        """The rows of a repeat put together; of several values the least or the greatest."""
        if len(args) > 1:
            values = [v for v in (self.value(a, row) for a in args) if v is not None]
            if any(isinstance(v, date) for v in values):
                values = [self.day(v) for v in values]
            else:
                values = [n for n in map(self.number, values) if n is not None]
            return (min if name == "min" else max)(values, default=None)
        (arg,) = args
        arg = _bare(arg)
        if arg.kind == "reference" and arg.value in self.repeats:
            return len(row.all(arg.value))
        names = _names(arg)
        (repeat,) = (r for r, own in self.repeats.items() if names & own and not names & row.values.keys() & own)
        return self._aggregate(name, args, row.all(repeat))

    def link(self, name: str, args: Sequence[Raw], row: Row) -> Any:
        """What the records say that belong to this row, in the order in which they came.

        Those are the rows that chose this row of a list, or those of a form that the condition finds.
        """
        of = _bare(args[0]).value
        there = self._rows(of, self.linked)
        if there is None:
            form, _dot, question = of.rpartition(".")
            places = [form, *(f"{form}.{repeat}" for repeat, names in self.repeats.items() if question in names)]
            rows = [r for place in places for r in self._rows(place, self.linked) or () if question in r.values]
            chosen = row.values["name"]
            there = [r for r in rows if chosen is not None and r.values[question] == chosen]
        at = 1 if name == "records" else 2
        self.origins.append(row)
        there = [r for r in there if len(args) <= at or (self.truth(args[at], r) and self._is_joined(args[at], r))]
        there.sort(key=lambda r: r.record.values["SubmissionDate"])
        values = [self.value(args[1], r) for r in there] if name != "records" else []
        self.origins.pop()
        if name == "records":
            return len(there)
        if name == "total":
            return sum(n for n in map(self.number, values) if n is not None)
        return (values[0] if name == "first" else values[-1]) if values else None

    def current(self, args: Sequence[Raw], _row: Row) -> Any:
        """The value for the row that the link begins at, where the links that began before it are out of sight."""
        origin = self.origins.pop()
        found = self.value(args[0], origin)
        self.origins.append(origin)
        return found

    def _is_joined(self, raw: Raw, row: Row) -> bool:
        """Whether no answer is missing in what a condition joins its two ends by."""
        raw = _bare(raw)
        if raw.kind == "operation" and raw.value == "and":
            return all(self._is_joined(a, row) for a in raw.args)
        if raw.kind != "operation" or raw.value != "=" or {_end(a) for a in raw.args} != {"here", "there"}:
            return True
        return all(self.value(a, row) is not None for a in raw.args)

    def pulled(self, args: Sequence[Raw], row: Row) -> Any:
        """The cell of a list's first row with that key."""
        name, column, key = (_bare(a).value for a in args[:3])
        wanted = self.value(args[3], row)
        if wanted is None:
            return None
        return next((cells[column] for cells in self.lists[name] if cells[key] == self.text(wanted)), None)


_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?\s*")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "div": operator.truediv, "mod": math.fmod,
}  # fmt: skip


def _bare(raw: Raw) -> Raw:
    while raw.kind == "bracket":
        (raw,) = raw.args
    return raw


def _names(raw: Raw, *, linked: bool = False) -> set[str]:
    """The names that an expression has of its own rows: of a link those in current()."""
    if raw.kind == "reference":
        return set() if linked else {raw.value}
    if raw.kind == "call" and raw.value in ("records", "first", "last", "total", "current"):
        linked = raw.value != "current"
    return set().union(*(_names(a, linked=linked) for a in raw.args))


def _end(raw: Raw) -> str:
    """Which end of a link an expression speaks of: "here" the row that it begins at, "there", "both" or ""."""
    if raw.kind == "call" and raw.value == "current":
        return "here"
    if raw.kind == "reference":
        return "there"
    ends = {end for end in map(_end, raw.args) if end}
    return "both" if len(ends) > 1 else ends.pop() if ends else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _divided(numerator: Any, denominator: Any) -> Any:
    return None if numerator is None or not denominator else numerator / denominator


def _rounded(value: float, digits: int) -> float:
    scale = Decimal(10) ** digits
    return float((Decimal(f"{value:.15g}") * scale + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / scale)


def _put_together(name: str, numbers: list[Any], percent: Any) -> Any:
    if name == "sum":
        return sum(numbers)
    if not numbers:
        return None
    if name == "mean":
        return sum(numbers) / len(numbers)
    if name in ("min", "max"):
        return (min if name == "min" else max)(numbers)
    ordered = sorted(numbers)
    place = percent / 100 * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def _first_day(unit: str, day: date) -> date:
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.isoweekday() - 1)
    return date(day.year, {"year": 1, "quarter": (day.month + 2) // 3 * 3 - 2, "month": day.month}[unit], 1)


def _pictured(world: World, value: Any, picture: str) -> str | None:
    day = world.day(value)
    if day is None:
        return None
    parts = {
        "%Y": f"{day.year:04}",
        "%m": f"{day.month:02}",
        "%d": f"{day.day:02}",
        "%n": str(day.month),
        "%e": str(day.day),
    }
    return re.sub("%[Ymdne]", lambda found: parts[found[0]], picture)


def _part(name: str) -> Callable[[World, Any], Any]:
    def read(world: World, value: Any) -> Any:
        day = world.day(value)
        return None if day is None else getattr(day, name)

    return read


def _selected(world: World, value: Any, wanted: Any) -> bool:
    return value is not None and wanted is not None and world.text(wanted) in value.split(" ")


def _about(test: Callable[[str, str], bool]) -> Callable[[World, Any, Any], bool]:
    return lambda world, a, b: a is not None and b is not None and test(world.text(a), world.text(b))


def _cut(world: World, value: Any, start: Any, end: Any = math.inf) -> Any:
    if value is None or start is None or end is None:
        return None
    text, first = world.text(value), max(0, round(start))
    return text[first:] if end == math.inf else text[first : max(first, round(end))]


def _numeric(change: Callable[[Any], Any]) -> Callable[..., Any]:
    def changed(world: World, value: Any) -> Any:
        number = world.number(value)
        return None if number is None else change(number)

    return changed


_PLAIN: dict[str, Callable[..., Any]] = {
    "true": lambda _w: True,
    "false": lambda _w: False,
    "today": lambda w: w.today,
    "now": lambda w: w.now,
    "not": lambda _w, v: v is not True,
    "selected": _selected,
    "count-selected": lambda _w, v: len(v.split(" ")) if v else 0,
    "coalesce": lambda _w, *vs: next((v for v in vs if v is not None), None),
    "date": lambda w, v: w.day(v),
    "number": lambda w, v: w.number(v),
    "string": lambda w, v: None if v is None else w.text(v),
    "int": _numeric(math.trunc),
    "abs": _numeric(abs),
    "round": lambda w, *vs: w._operated("round", list(vs)),
    "concat": lambda w, *vs: "".join(w.text(v) for v in vs if v is not None),
    "contains": _about(lambda a, b: b in a),
    "starts-with": _about(str.startswith),
    "ends-with": _about(str.endswith),
    "string-length": lambda w, v: 0 if v is None else len(w.text(v)),
    "substr": _cut,
    "format-date": _pictured,
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
}

_LAZY: dict[str, Callable[[World, Sequence[Raw], Row], Any]] = {
    "if": lambda w, args, row: w.value(args[1] if w.truth(args[0], row) else args[2], row),
    **{n: lambda w, args, row, n=n: w.fold(n, args, row) for n in ("count", "sum", "mean", "min", "max")},  # type: ignore[misc]
    **{n: lambda w, args, row, n=n: w.link(n, args, row) for n in ("records", "first", "last", "total")},  # type: ignore[misc]
    "current": lambda w, args, row: w.current(args, row),
    "pulldata": lambda w, args, row: w.pulled(args, row),
}
