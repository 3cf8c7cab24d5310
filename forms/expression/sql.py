"""Typed tree → SQL. Every written value is a bound parameter; every name becomes what the `Space` says it is.

What cannot be computed for a record (a text that is no number, a division by nought) is null and no error: one odd
answer must not take a page down. No answer and the empty text are the same, and are null. Conditions keep XPath's two
values: one that is null counts as false, wherever it stands; so a = b and a != b are never both false, and two answers
that are both missing are equal, as on a phone (JavaRosa compares "" with "").
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol, cast

from forms.expression.tree import (
    Aggregate,
    Band,
    Bucket,
    Clock,
    Constant,
    Convert,
    Current,
    Fold,
    Linked,
    Lookup,
    Node,
    Operation,
    Quotient,
    Reference,
    Target,
    Type,
)


class Space(Protocol):
    """Where the names of one source lie: gives SQL, and remembers what must be joined for it."""

    def reference(self, target: Target) -> str:
        """Give the SQL of an answer, a record's fact or a list's cell."""

    def fold(self, node: Fold, parameters: "Parameters") -> str:
        """Give the SQL of a repeat's rows put together."""

    def linked(self, node: Linked, parameters: "Parameters") -> str:
        """Give the SQL of what linked records say."""

    def lookup(self, node: Lookup, key: str, parameters: "Parameters") -> str:
        """Give the SQL of a list's cell, found by `key`."""


@dataclass
class Parameters:
    """The values of one statement, and what its clock says: the day and the moment in a time zone."""

    values: dict[str, Any]
    today: date
    now: datetime
    zone: str

    def add(self, value: Any, kind: str) -> str:
        """Bind a value; give the placeholder with its SQL type."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"%({name})s::{kind}"
        name = f"e{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"


_SQL_TYPES: Final[dict[Type, str]] = {
    "number": "double precision",
    "text": "text",
    "multiple": "text",
    "any": "text",
    "date": "date",
    "datetime": "timestamptz",
    "boolean": "boolean",
    "time": "time",
}

#: A decimal number as XPath writes one, an exponent allowed; no "NaN", which would spoil a whole sum.
_NUMBER: Final = r"^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?\s*$"
_DATE: Final = r"^\d{4}-\d\d-\d\d($|[T ])"
_MOMENT: Final = r"^\d{4}-\d\d-\d\d([T ][0-9:.]+(Z|[-+][0-9:]+)?)?$"


@dataclass(frozen=True)
class Compiler:
    """Compiles the expressions of one source into one statement.

    Within a link, `around` gives the SQL of a value of the row that it begins at.
    """

    space: Space
    parameters: Parameters
    around: Callable[[Node], str] | None = None

    def sql(self, node: Node) -> str:
        """Give the SQL of a value of one record, or of a figure of all of them."""
        return _COMPILED[type(node)](self, node)

    def where(self, node: Node) -> str:
        """Give the SQL of a condition as a WHERE takes it, where null counts as false."""
        return self.sql(node)

    def group(self, node: Node) -> str:
        """Give the SQL of a grouping or of an operand: conditions are then true or false, never null.

        An answer of yes or no may be missing like any other.
        """
        if isinstance(node, Current):
            return self.current(node)
        sql = self.sql(node)
        return f"({sql} is true)" if node.type == "boolean" and not isinstance(node, Reference) else sql

    def constant(self, node: Node) -> str:
        """Compile a written value."""
        found = cast("Constant", node)
        if found.type == "any":
            return "null"
        return self.parameters.add(found.value, _SQL_TYPES[found.type])

    def clock(self, node: Node) -> str:
        """Compile today() or now()."""
        if node.type == "date":
            return self.parameters.add(self.parameters.today, "date")
        return self.parameters.add(self.parameters.now, "timestamptz")

    def reference(self, node: Node) -> str:
        """Compile an answer."""
        return self.space.reference(cast("Reference", node).target)

    def convert(self, node: Node) -> str:
        """Compile a reading as another type."""
        part = cast("Convert", node).part
        sql, kinds = self.group(part), (part.type, node.type)
        if node.type == "number":
            return f"({sql})::int" if part.type == "boolean" else _number_of(sql)
        if kinds == ("datetime", "date"):
            return f"({sql} at time zone {self._zone()})::date"
        if kinds == ("date", "datetime"):
            return f"({sql}::timestamp at time zone {self._zone()})"
        if node.type == "date":
            return _read_as("date", sql, f"left({sql}, 10)", _DATE)
        if node.type == "datetime":
            return _read_as("timestamptz", sql, sql, _MOMENT)
        if kinds == ("datetime", "text"):
            return f"to_char({sql} at time zone {self._zone()}, 'YYYY-MM-DD\"T\"HH24:MI:SS')"
        return f"({sql})::{_SQL_TYPES[node.type]}"

    def _zone(self) -> str:
        return self.parameters.add(self.parameters.zone, "text")

    def operation(self, node: Node) -> str:
        """Compile an operator or a function."""
        found = cast("Operation", node)
        if found.name == "format-date":
            return f"to_char({self.sql(found.parts[0])}, {self._picture(found.parts[1])})"
        if found.name == "days":
            left, right = (self.sql(p) for p in found.parts)
            if found.parts[0].type == "date":
                return f"({left} - {right})"
            return f"(extract(epoch from {left} - {right}) / 86400)::double precision"
        if found.name == "round":
            return self._rounded(found)
        if found.name in ("and", "or", "not"):
            return _OPERATIONS[found.name]([self.sql(p) for p in found.parts])
        parts = [self.group(p) for p in found.parts]
        if found.name == "=" and not any(isinstance(p, Constant | Clock) for p in found.parts):
            return f"({parts[0]} is not distinct from {parts[1]})"
        return _OPERATIONS[found.name](parts)

    def _rounded(self, node: Operation) -> str:
        """Round halves up, as XPath does; decimally, so that 2.675 is a half."""
        digits = int(cast("Constant", node.parts[1]).value) if len(node.parts) > 1 else 0  # type: ignore[arg-type]
        scale = self.parameters.add(Decimal(10) ** digits, "numeric")
        return f"(floor(({self.sql(node.parts[0])})::numeric * {scale} + 0.5) / {scale})::double precision"

    def _picture(self, pattern: Node) -> str:
        """Turn XLSForm's picture of a date into PostgreSQL's."""
        text = str(cast("Constant", pattern).value)
        parts: list[str] = []
        at = 0
        while at < len(text):
            known = _PICTURES.get(text[at : at + 2])
            parts.append(known or '"' + text[at].replace('"', "'").replace("\\", "/") + '"')
            at += 2 if known else 1
        return self.parameters.add("".join(parts), "text")

    def fold(self, node: Node) -> str:
        """Compile a repeat's rows put together."""
        return self.space.fold(cast("Fold", node), self.parameters)

    def current(self, node: Node) -> str:
        """Compile a value of the row that a link begins at: over that row itself where it is what is compiled."""
        part = cast("Current", node).part
        return self.around(part) if self.around is not None else self.group(part)

    def linked(self, node: Node) -> str:
        """Compile what linked records say."""
        return self.space.linked(cast("Linked", node), self.parameters)

    def lookup(self, node: Node) -> str:
        """Compile the cell of a list."""
        found = cast("Lookup", node)
        return self.space.lookup(found, self.sql(found.key), self.parameters)

    def bucket(self, node: Node) -> str:
        """Compile a stretch of the calendar, as the date of its first day."""
        found = cast("Bucket", node)
        if found.unit == "day":
            return self.sql(found.part)
        if isinstance(found.part, Convert) and found.part.part.type == "datetime":
            # A moment needs no way round over its day, which costs as much as all the rest.
            return f"date_trunc('{found.unit}', {self.sql(found.part.part)} at time zone {self._zone()})::date"
        return f"date_trunc('{found.unit}', ({self.sql(found.part)})::timestamp)::date"

    def band(self, node: Node) -> str:
        """Compile a stretch of numbers, as its own number: 0 below the first edge."""
        found = cast("Band", node)
        edges = self.parameters.add(list(found.edges), "double precision[]")
        return f"width_bucket(({self.sql(found.part)})::double precision, {edges})"

    def aggregate(self, node: Node) -> str:
        """Compile a figure of all records."""
        found = cast("Aggregate", node)
        if found.part is None:
            return "count(*)"
        sql = self.group(found.part)
        if found.name == "count":
            return f"count(*) filter (where {sql})" if found.part.type == "boolean" else f"count({sql})"
        if found.name in ("median", "percentile"):
            share = self.parameters.add(found.percent / 100, "double precision")
            return f"percentile_cont({share}) within group (order by ({sql})::double precision)"
        return _AGGREGATES[found.name].format(sql)

    def quotient(self, node: Node) -> str:
        """Compile a share or a ratio; null where the denominator is nought."""
        found = cast("Quotient", node)
        return _divided([self.sql(found.numerator), self.sql(found.denominator)])


_COMPILED: Final[dict[type[Node], Callable[[Compiler, Node], str]]] = {
    Constant: Compiler.constant,
    Clock: Compiler.clock,
    Reference: Compiler.reference,
    Convert: Compiler.convert,
    Operation: Compiler.operation,
    Fold: Compiler.fold,
    Current: Compiler.current,
    Linked: Compiler.linked,
    Lookup: Compiler.lookup,
    Bucket: Compiler.bucket,
    Band: Compiler.band,
    Aggregate: Compiler.aggregate,
    Quotient: Compiler.quotient,
}

_AGGREGATES: Final = {
    "count-distinct": "count(distinct {0})",
    "sum": "coalesce(sum({0}), 0)",
    "mean": "avg({0})",
    "min": "min({0})",
    "max": "max({0})",
}

#: ODK XForms specification, format-date; the names of months and days are PostgreSQL's.
_PICTURES: Final = {
    "%Y": "YYYY", "%y": "YY", "%m": "MM", "%n": "FMMM", "%b": "Mon", "%d": "DD", "%e": "FMDD", "%a": "Dy",
}  # fmt: skip


def _number_of(sql: str) -> str:
    return (
        f"case when {sql} ~ '{_NUMBER}' and pg_input_is_valid({sql}, 'double precision') "
        f"then ({sql})::double precision end"
    )


def _read_as(kind: str, sql: str, read: str, shape: str) -> str:
    return f"case when {sql} ~ '{shape}' and pg_input_is_valid({read}, '{kind}') then {read}::{kind} end"


def _float(sql: str) -> str:
    return f"({sql})::double precision"


def _chained(sign: str) -> Callable[[list[str]], str]:
    return lambda parts: f"({f' {sign} '.join(_float(p) for p in parts)})"


def _divided(parts: list[str]) -> str:
    first, *rest = parts
    return f"({' / '.join([_float(first), *(f'nullif({_float(p)}, 0)' for p in rest)])})"


def _modulo(parts: list[str]) -> str:
    left, right = (f"({p})::numeric" for p in parts)
    return f"mod({left}, nullif({right}, 0))::double precision"


def _moved(sign: str) -> Callable[[list[str]], str]:
    def move(parts: list[str]) -> str:
        day, days = parts
        # Only days that the calendar has, from year 1 to 9999.
        first, last = f"(date '0001-01-01' - {day})", f"(date '9999-12-31' - {day})"
        bounds = f"{first} and {last}" if sign == "+" else f"(- {last}) and (- {first})"
        return f"case when floor({days}) between {bounds} then {day} {sign} floor({days})::int end"

    return move


def _cut(parts: list[str]) -> str:
    start = f"greatest(least({parts[1]}, 1e6), 0)::int"
    if len(parts) == 2:  # noqa: PLR2004 - without an end
        return f"nullif(substr({parts[0]}, {start} + 1), '')"
    end = f"greatest(least({parts[2]}, 1e6), 0)::int"
    return f"nullif(substr({parts[0]}, {start} + 1, greatest({end} - {start}, 0)), '')"


_OPERATIONS: Final[dict[str, Callable[[list[str]], str]]] = {
    "and": lambda p: f"({' and '.join(p)})",
    "or": lambda p: f"({' or '.join(p)})",
    "not": lambda p: f"({p[0]} is not true)",
    "empty": lambda p: f"({p[0]} is null)",
    "=": lambda p: f"({p[0]} = {p[1]})",
    "!=": lambda p: f"({p[0]} is distinct from {p[1]})",
    "<": lambda p: f"({p[0]} < {p[1]})",
    "<=": lambda p: f"({p[0]} <= {p[1]})",
    ">": lambda p: f"({p[0]} > {p[1]})",
    ">=": lambda p: f"({p[0]} >= {p[1]})",
    "+": _chained("+"),
    "-": _chained("-"),
    "*": _chained("*"),
    "div": _divided,
    "mod": _modulo,
    "negative": lambda p: f"(- {_float(p[0])})",
    "later": _moved("+"),
    "earlier": _moved("-"),
    "selected": lambda p: f"({p[1]} = any(string_to_array({p[0]}, ' ')))",
    "count-selected": lambda p: f"coalesce(array_length(string_to_array({p[0]}, ' '), 1), 0)",
    "if": lambda p: f"case when {p[0]} then {p[1]} else {p[2]} end",
    "coalesce": lambda p: f"coalesce({', '.join(p)})",
    "int": lambda p: f"trunc({_float(p[0])})",
    "abs": lambda p: f"abs({p[0]})",
    "min": lambda p: f"least({', '.join(p)})",
    "max": lambda p: f"greatest({', '.join(p)})",
    "concat": lambda p: f"nullif(concat({', '.join(p)}), '')",
    "contains": lambda p: f"(strpos({p[0]}, {p[1]}) > 0)",
    "starts-with": lambda p: f"starts_with({p[0]}, {p[1]})",
    "ends-with": lambda p: f"(right({p[0]}, length({p[1]})) = {p[1]})",
    "string-length": lambda p: f"coalesce(length({p[0]}), 0)",
    "substr": _cut,
    "year": lambda p: f"extract(year from {p[0]})::int",
    "month": lambda p: f"extract(month from {p[0]})::int",
    "day": lambda p: f"extract(day from {p[0]})::int",
}
