"""The typed tree of a checked expression. Only shapes; what they mean in SQL is said in `sql`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, Literal

from forms.schema import Field

#: "any" is a calculation's answer, which XLSForm gives no type: it is read as what stands beside it.
Type = Literal["number", "text", "date", "datetime", "time", "boolean", "multiple", "geo", "any"]


@dataclass(frozen=True)
class Target:
    """What a name stands for: an answer, a fact about the record itself, or the column of a list.

    `key` is the path of the answer, the name of the record's fact ("SubmissionDate"), or the heading of the column;
    `repeat` the level that an answer is on. `choices` are the names that its question offers, where they are known.
    """

    kind: Literal["answer", "record", "column"]
    key: str
    name: str
    type: Type
    repeat: str = ""
    choices: tuple[str, ...] = ()
    field: Field | None = field(default=None, compare=False)


#: How often the SQL of an operation says an operand, where that is more than once.
_REPEATS: Final = {"later": 3, "earlier": 3, "ends-with": 2, "substr": 2}


@dataclass(frozen=True)
class Node:
    """Part of an expression; `type` is that of its value.

    `fact` is the sheet's name for it, where it stands in an expression by that name. What it is called does not change
    what it is: nodes of other names are equal.
    """

    type: Type
    fact: str = field(default="", compare=False, kw_only=True)

    @property
    def args(self) -> tuple["Node", ...]:
        """The parts that it is made of, within the same record."""
        return ()

    @cached_property
    def size(self) -> int:
        """How many parts its SQL has: a fact is counted wherever it is used, a part as often as the SQL repeats it."""
        return 1 + sum(a.size for a in self.args)


@dataclass(frozen=True)
class Constant(Node):
    """A value that is written out."""

    value: str | float | bool | date


@dataclass(frozen=True)
class Clock(Node):
    """The day or the moment at which the figure is made: of type date or datetime."""


@dataclass(frozen=True)
class Reference(Node):
    """An answer, by name."""

    target: Target


@dataclass(frozen=True)
class Operation(Node):
    """An operator or a function of XPath, by its name, over values of one record."""

    name: str
    parts: tuple[Node, ...]

    @property
    def args(self) -> tuple[Node, ...]:
        """Its operands."""
        return self.parts

    @cached_property
    def size(self) -> int:
        """As of every node."""
        return 1 + sum(a.size for a in self.args) * _REPEATS.get(self.name, 1)


@dataclass(frozen=True)
class Convert(Node):
    """Its part read as another type; what cannot be read so is no value."""

    part: Node

    @property
    def args(self) -> tuple[Node, ...]:
        """What is converted."""
        return (self.part,)

    @cached_property
    def size(self) -> int:
        """As of every node."""
        return 1 + 3 * self.part.size


@dataclass(frozen=True)
class Fold(Node):
    """The rows of a repeat of the record put together: count, sum, mean, min or max; `part` is one row's value."""

    name: str
    repeat: str
    part: Node | None

    @property
    def args(self) -> tuple[Node, ...]:
        """The value of one row."""
        return (self.part,) if self.part is not None else ()


@dataclass(frozen=True)
class Current(Node):
    """A value of the row that a link begins at, where the link's own records are spoken of (XPath's current())."""

    part: Node

    @property
    def args(self) -> tuple[Node, ...]:
        """The value."""
        return (self.part,)


@dataclass(frozen=True)
class Linked(Node):
    """The records that belong to this row: how many (records), the first's or last's value, or the total.

    They are rows of `form` or of its `repeat` ("" for none). `keys` are what joins the two, each time a value of theirs
    and the value of this row that it equals; a missing one equals nothing. `part` and `where` are over their rows.
    """

    name: Literal["records", "first", "last", "total"]
    form: str
    repeat: str
    keys: tuple[tuple[Node, Node], ...]
    part: Node | None
    where: Node | None

    @property
    def there(self) -> tuple[Node, ...]:
        """What it asks of the records that it leads to."""
        return tuple(p for p in (self.part, self.where) if p is not None)

    @property
    def compares(self) -> bool:
        """Whether more than its keys depends on the row that it begins at."""
        return any(reads_current(p) for p in self.there)

    @cached_property
    def size(self) -> int:
        """As of every node; those over the other form are included."""
        return 1 + sum(p.size for p in inside(self))


@dataclass(frozen=True)
class Lookup(Node):
    """The cell of a list: in `column`, where `key_column` holds the value of `key` (XLSForm's pulldata)."""

    list: str
    column: str
    key_column: str
    key: Node

    @property
    def args(self) -> tuple[Node, ...]:
        """What is looked up."""
        return (self.key,)


@dataclass(frozen=True)
class Bucket(Node):
    """A stretch of the calendar that a date falls into: year, quarter, month, week (ISO 8601) or day."""

    unit: Literal["year", "quarter", "month", "week", "day"]
    part: Node

    @property
    def args(self) -> tuple[Node, ...]:
        """The date."""
        return (self.part,)


@dataclass(frozen=True)
class Band(Node):
    """A stretch of numbers from one edge up to below the next; the first and the last are open."""

    part: Node
    edges: tuple[float, ...]

    @property
    def args(self) -> tuple[Node, ...]:
        """The number."""
        return (self.part,)


@dataclass(frozen=True)
class Aggregate(Node):
    """All records put together: count, count-distinct, sum, mean, median, percentile, min or max.

    `percent` is that of a percentile.
    """

    name: str
    part: Node | None
    percent: float = 50

    @property
    def args(self) -> tuple[Node, ...]:
        """The value of one record."""
        return (self.part,) if self.part is not None else ()


@dataclass(frozen=True)
class Quotient(Node):
    """share() or ratio(): two figures of all records, which are shown beside their quotient."""

    name: Literal["share", "ratio"]
    numerator: Node
    denominator: Node

    @property
    def args(self) -> tuple[Node, ...]:
        """Numerator and denominator."""
        return (self.numerator, self.denominator)


#: What the row of a list is called by those who chose it.
ROW_NAME: Final = Reference("any", Target("column", "name", "name", "any"))


def inside(node: Node) -> tuple[Node, ...]:
    """Give the parts that a node is made of, those over linked records included."""
    if isinstance(node, Linked):
        return (*(end for key in node.keys for end in key), *node.there)
    return node.args


def references(node: Node) -> Iterator[Reference]:
    """Yield every answer that an expression reads in its own records and in linked ones, those that link included."""
    if isinstance(node, Reference):
        yield node
    for part in inside(node):
        yield from references(part)


def own_references(node: Node) -> Iterator[Reference]:
    """Yield every answer that an expression reads in its own records, what its links need left out."""
    if isinstance(node, Reference):
        yield node
    for part in node.args:
        yield from own_references(part)


def reads_current(node: Node) -> bool:
    """Tell whether an expression within a link speaks of the row that the link begins at."""
    return isinstance(node, Current) or any(reads_current(a) for a in node.args)


def reads_here(node: Node) -> bool:
    """Tell whether an expression within a link speaks of the records that it leads to."""
    if isinstance(node, Current):
        return False
    return isinstance(node, Reference | Fold) or any(reads_here(a) for a in node.args)


def facts(node: Node) -> Iterator[Node]:
    """Yield every part of an expression that stands in it under a fact's name, the outer ones first."""
    if node.fact:
        yield node
    for part in inside(node):
        yield from facts(part)


def reads_clock(node: Node) -> bool:
    """Tell whether an expression depends on the moment, not just on the day, at which it is computed."""
    return (isinstance(node, Clock) and node.type == "datetime") or any(reads_clock(p) for p in inside(node))


def linked_forms(node: Node) -> Iterator[str]:
    """Yield the id of every form whose records an expression looks at beside its own."""
    if isinstance(node, Linked):
        yield node.form
    for part in inside(node):
        yield from linked_forms(part)
