"""Raw tree → typed tree: every name and function known, every operand of a type that its operator has.

XPath 1.0 compares anything with anything and finds it false; a coordinator's slip would become a wrong figure. So
what cannot be meant is a Mistake. An answer without a type, that of a calculation, takes the type of what it meets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from forms.expression.mistakes import Mistake
from forms.expression.parsing import MAX_DEPTH, Raw
from forms.expression.rules import (
    KINDS,
    bare,
    becomes,
    constant,
    day,
    demand_choice,
    demand_count,
    demand_open,
    demand_outside,
    differ,
    joined,
    mismatch,
    names_in,
    perhaps,
    rise,
)
from forms.expression.tree import (
    ROW_NAME,
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

#: The parts of an expression with its facts: a chain of facts that double each other ends here, not in PostgreSQL.
MAX_SIZE: Final = 1_000

#: What an expression stands for: a value of one record, a grouping of records, or a figure of all of them.
Purpose = Literal["record", "group", "figure"]


@dataclass(frozen=True)
class Names:
    """What names mean in one source.

    `targets` are the answers in sight, `inner` those of repeats within a record, by name; `repeats` those repeats'
    paths by name. `facts` are rows of the sheet, by name. `links` finds the records that may belong to a row of this
    source, as the sheet calls them. `lists` are the columns of the project's lists, by list name, None where they are
    not known yet.
    """

    title: str
    targets: Mapping[str, tuple[Target, ...]]
    inner: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    repeats: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Raw] = field(default_factory=dict)
    links: "Callable[[str], Link | None]" = lambda _name: None
    lists: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """Where a link leads: to the rows of a form or of its repeat, with the names in sight there.

    `choosers` are its questions of the name that was written which choose from the list that the link begins at, more
    than one where it is not clear which is meant; none where the link's condition is to say what belongs together.
    """

    form: str
    repeat: str
    names: Names
    choosers: tuple[Target, ...] = ()


def check(raw: Raw, names: Names, purpose: Purpose) -> Node:
    """Type an expression; raises Mistake."""
    node = Checker(names).top(raw, purpose)
    if node.size > MAX_SIZE:
        raise Mistake("too-large", limit=MAX_SIZE)
    return node


#: A double has no more.
_MOST_DIGITS: Final = 15

_UNITS: Final = ("year", "quarter", "month", "week", "day")


class Checker:
    """Checks the expressions of one source; facts are checked where they are used, once per expression."""

    def __init__(
        self, names: Names, chain: tuple[str, ...] = (), depth: int = 0, around: "Checker | None" = None
    ) -> None:
        self.names = names
        self._chain = chain
        self._depth = depth
        #: Within a link, the checker of the row that it begins at.
        self._around = around
        self._facts: dict[str, Node] = {}

    def top(self, raw: Raw, purpose: Purpose) -> Node:
        """Type an expression for its purpose."""
        raw = bare(raw)
        if purpose == "group":
            return self._group(raw)
        return self._figure(raw) if purpose == "figure" else self.record(raw)

    def record(self, raw: Raw) -> Node:
        """Type a value of one record."""
        raw = bare(raw)
        if raw.kind == "number":
            return Constant("number", float(raw.value))
        if raw.kind == "string":
            return Constant("text", raw.value)
        if raw.kind == "reference":
            return self._reference(raw.value)
        if raw.kind == "operation":
            return self._operation(raw)
        return self._call(raw)

    # Names

    def _reference(self, name: str) -> Node:
        found = self.names.targets.get(name, ())
        if name in self.names.facts and not found:
            return self._fact(name)
        if len(found) > 1:
            raise Mistake("name-ambiguous", name=name, source=self.names.title)
        if found:
            return Reference(demand_open(found[0]).type, found[0])
        if name in self.names.inner:
            repeat = self.names.inner[name][0].repeat.rpartition("/")[2]
            raise Mistake("name-in-repeat", name=name, repeat=repeat)
        english, indonesian = perhaps(name, [*self.names.targets, *self.names.facts], "${%s}")
        raise Mistake("name-unknown", name=name, source=self.names.title, perhaps=english, perhaps_id=indonesian)

    def _fact(self, name: str) -> Node:
        if name in self._chain:
            raise Mistake("fact-cycle", chain=" → ".join((*self._chain[self._chain.index(name) :], name)))
        if name not in self._facts:
            raw = self.names.facts[name]
            # Each expression is checked by calls as deep as it is; those of facts begin within one another.
            depth = self._depth + raw.depth + 1
            if depth > MAX_DEPTH:
                raise Mistake("facts-too-deep", name=name, limit=MAX_DEPTH)
            inner = Checker(self.names, (*self._chain, name), depth)
            inner._facts = self._facts
            node = inner.record(raw)
            if node.size > MAX_SIZE:
                raise Mistake("too-large", limit=MAX_SIZE)
            self._facts[name] = replace(node, fact=name)
        return self._facts[name]

    # Operators

    def _operation(self, raw: Raw) -> Node:
        if raw.value in ("and", "or"):
            return Operation("boolean", raw.value, tuple(self._as(self.record(a), "boolean", a) for a in raw.args))
        if raw.value in ("=", "!=", "<", "<=", ">", ">="):
            left, right = raw.args
            return self._compare(raw.value, self.record(left), self.record(right))
        return self._arithmetic(raw.value, [self.record(a) for a in raw.args], raw.args)

    def _compare(self, sign: str, left: Node, right: Node) -> Node:
        for one, other in ((left, right), (right, left)):
            if one == Constant("text", "") and sign in ("=", "!="):
                empty = Operation("boolean", "empty", (other,))
                return empty if sign == "=" else Operation("boolean", "not", (empty,))
        kind = self._common(left, right, sign)
        parts = tuple(self._converted(node, kind) for node in (left, right))
        if sign in ("=", "!="):
            demand_choice(left, right)
            demand_choice(right, left)
        return Operation("boolean", sign, parts)

    def _common(self, left: Node, right: Node, sign: str) -> Type:
        """Find the type under which two values are compared."""
        kinds = {left.type, right.type}
        for kind in ("number", "date", "datetime"):
            if kind in kinds and all(becomes(node, kind) for node in (left, right)):
                # A date that is written out means the whole of that day.
                return "date" if kind == "datetime" and "text" in kinds else kind
        if sign in ("=", "!=") and kinds <= {"text", "multiple", "any"}:
            return "text"
        if kinds == {"any"}:
            return "number"
        if len(kinds) == 1 and kinds <= {"boolean", "time"} and (sign in ("=", "!=") or kinds == {"time"}):
            return left.type
        raise differ(left, right)

    def _arithmetic(self, sign: str, parts: list[Node], raws: tuple[Raw, ...]) -> Node:
        if len(parts) == 1:
            return Operation("number", "negative", (self._as(parts[0], "number", raws[0]),))
        days = [node.type in ("date", "datetime") for node in parts]
        if any(days) and len(parts) > 2:  # noqa: PLR2004 - a chain: the parser leaves it flat
            node = parts[0]
            for part, raw in zip(parts[1:], raws[1:], strict=True):
                node = self._arithmetic(sign, [node, part], (raws[0], raw))
                if node.size > MAX_SIZE:
                    raise Mistake("too-large", limit=MAX_SIZE)
            return node
        if sign == "-" and all(days):
            kind: Type = "date" if any(n.type == "date" for n in parts) else "datetime"
            return Operation("number", "days", tuple(self._converted(n, kind) for n in parts))
        if sign in ("+", "-") and len(parts) == 2 and any(days) and not (sign == "-" and days[1]):  # noqa: PLR2004
            moment, amount = (0, 1) if days[0] else (1, 0)
            day = self._converted(parts[moment], "date")
            number = self._as(parts[amount], "number", raws[amount])
            return Operation("date", "later" if sign == "+" else "earlier", (day, number))
        numbers = tuple(self._as(node, "number", raw) for node, raw in zip(parts, raws, strict=True))
        if sign in ("div", "mod") and any(constant(n) == 0 for n in numbers[1:]):
            raise Mistake("divides-by-zero")
        return Operation("number", sign, numbers)

    # Functions

    def _call(self, raw: Raw) -> Node:
        name = raw.value
        handler = _FUNCTIONS.get(name)
        if handler is None:
            if name in _FIGURES and name not in _FUNCTIONS:
                raise Mistake("function-only-value", name=name)
            if name == "band" or name in ("quarter", "week"):
                raise Mistake("function-only-by", name=name)
            english, indonesian = perhaps(name, [*_FUNCTIONS, *_FIGURES, "band"], "%s()")
            raise Mistake("function-unknown", name=name, perhaps=english, perhaps_id=indonesian)
        least, most, (wanted, wanted_id), build = handler
        if not least <= len(raw.args) <= most:
            raise Mistake("function-arguments", name=name, wanted=wanted, wanted_id=wanted_id)
        return build(self, raw)

    def _as(self, node: Node, kind: Type, raw: Raw) -> Node:
        """Demand a type; an answer without one becomes it."""
        if not becomes(node, kind):
            raise mismatch(node, kind, raw)
        return self._converted(node, kind)

    def _converted(self, node: Node, kind: Type) -> Node:
        if node.type == kind:
            return node
        if isinstance(node, Constant) and kind in ("date", "datetime"):
            written = Constant("date", day(str(node.value)))
            return written if kind == "date" else Convert(kind, written)
        if kind == "text" and node.type in ("any", "multiple"):
            return node
        return Convert(kind, node)

    def fold(self, raw: Raw) -> Node:
        """Put together the rows of a repeat, or, for min and max of several values, those values."""
        name = raw.value
        if name in ("min", "max") and len(raw.args) > 1:
            values = [self.record(a) for a in raw.args]
            kind: Type = "date" if any(v.type in ("date", "datetime") for v in values) else "number"
            return Operation(kind, name, tuple(self._as(v, kind, a) for v, a in zip(values, raw.args, strict=True)))
        (arg,) = raw.args
        arg = bare(arg)
        if name == "count" and arg.kind == "reference" and arg.value in self.names.repeats:
            return Fold("number", name, self.names.repeats[arg.value], None)
        repeats = {
            self.names.inner[n][0].repeat
            for n in names_in(arg)
            if n in self.names.inner and n not in self.names.targets
        }
        if len(repeats) != 1:
            raise Mistake("repeat-wanted", name=name)
        (repeat,) = repeats
        within = {n: t for n, t in self.names.inner.items() if t[0].repeat == repeat}
        row = Checker(
            Names(
                self.names.title,
                {**self.names.targets, **within},
                facts=self.names.facts,
                links=self.names.links,
                lists=self.names.lists,
            ),
            self._chain,
            self._depth,
            self._around,
        ).record(arg)
        demand_outside(name, row)
        if name == "count":
            return Fold("number", name, repeat, row)
        if row.type in ("date", "datetime") and name in ("min", "max"):
            return Fold(row.type, name, repeat, row)
        return Fold("number", name, repeat, self._as(row, "number", arg))

    def rounded(self, raw: Raw, node: Node) -> Node:
        """Round a number or a figure, to as many decimals as are written out."""
        if len(raw.args) == 1:
            return Operation("number", "round", (node,))
        digits = constant(self.record(raw.args[1]))
        if digits is None or abs(digits) > _MOST_DIGITS or digits != int(digits):
            raise Mistake("constant-wanted", name=raw.value)
        return Operation("number", "round", (node, Constant("number", digits)))

    def linked(self, raw: Raw) -> Node:
        """Follow a link from a row to the records that belong to it."""
        name = cast('Literal["records", "first", "last", "total"]', raw.value)
        at, *args = raw.args
        link = self._link(name, bare(at))
        inner = Checker(link.names, around=self)
        value = inner.record(args.pop(0)) if name != "records" else None
        if value is not None and name == "total":
            value = inner._as(value, "number", raw.args[1])
        keys: list[tuple[Node, Node]] = [(Reference(t.type, demand_open(t)), ROW_NAME) for t in link.choosers]
        rest: list[Node] = []
        for condition in args:
            joining, others = joined(inner._as(inner.record(condition), "boolean", condition))
            keys += joining
            rest += others
        if not keys:
            raise Mistake("link-keyless", name=name)
        where = Operation("boolean", "and", tuple(rest)) if len(rest) > 1 else rest[0] if rest else None
        return Linked(
            value.type if value is not None else "number", name, link.form, link.repeat, tuple(keys), value, where
        )

    def _link(self, name: str, at: Raw) -> Link:
        if self._around is not None:
            raise Mistake("link-within-link", name=name)
        link = self.names.links(at.value) if at.kind == "string" else None
        if link is None:
            raise Mistake("link-unknown", name=at.value)
        if len(link.choosers) > 1:
            raise Mistake("name-ambiguous", name=link.choosers[0].name, source=link.names.title)
        return link

    def current(self, raw: Raw) -> Node:
        """Take a value of the row that a link begins at."""
        if self._around is None:
            raise Mistake("current-place")
        node = self._around.record(raw.args[0])
        return Current(node.type, node)

    def pulldata(self, raw: Raw) -> Node:
        """Look a cell of a list up."""
        written = [bare(a) for a in raw.args[:3]]
        if any(a.kind != "string" for a in written):
            raise Mistake("constant-wanted", name=raw.value)
        name, column, key = (a.value for a in written)
        if name not in self.names.lists:
            raise Mistake("list-unknown", name=name)
        known = self.names.lists[name]
        for each in (column, key):
            if known is not None and each not in known:
                raise Mistake("column-unknown", list=name, name=each, columns=", ".join(known))
        sought = self._as(self.record(raw.args[3]), "text", raw.args[3])
        demand_outside(raw.value, sought)
        return Lookup("any", name, column, key, sought)

    # Groups

    def _group(self, raw: Raw) -> Node:
        if raw.kind == "call" and raw.value in _UNITS:
            demand_count(raw, 1, 1, ("one date", "satu tanggal"))
            unit = cast('Literal["year", "quarter", "month", "week", "day"]', raw.value)
            return Bucket("text", unit, self._as(self.record(raw.args[0]), "date", raw.args[0]))
        if raw.kind == "call" and raw.value == "band":
            demand_count(raw, 2, 40, ("a number and its edges", "angka dan batas-batasnya"))
            part = self._as(self.record(raw.args[0]), "number", raw.args[0])
            edges = tuple(constant(self.record(a)) for a in raw.args[1:])
            if not rise(edges):
                raise Mistake("edges-not-rising")
            return Band("text", part, cast("tuple[float, ...]", edges))
        node = self.record(raw)
        is_choice = isinstance(node, Reference) and node.target.choices
        is_whole = isinstance(node, Reference) and node.target.field is not None and node.target.field.type == "int"
        if node.type in ("text", "boolean", "multiple", "any", "geo") or is_choice or is_whole:
            return node
        english, indonesian = KINDS[node.type]
        raise Mistake("not-grouped", what_en=english, what_id=indonesian)

    # Figures

    def _figure(self, raw: Raw) -> Node:
        raw = bare(raw)
        if raw.kind == "number":
            return Constant("number", float(raw.value))
        if raw.kind == "operation" and raw.value in ("+", "-", "*", "div", "mod"):
            parts = tuple(self._figure(a) for a in raw.args)
            if raw.value == "-" and all(p.type == "date" for p in parts) and len(parts) > 1:
                return Operation("number", "days", parts)
            parts = tuple(self._as(p, "number", a) for p, a in zip(parts, raw.args, strict=True))
            if raw.value in ("div", "mod") and any(constant(p) == 0 for p in parts[1:]):
                raise Mistake("divides-by-zero")
            return Operation("number", "negative" if len(parts) == 1 else raw.value, parts)
        if raw.kind == "call" and raw.value == "round":
            demand_count(raw, 1, 2, ("a figure and how many decimals", "angka dan jumlah desimal"))
            return self.rounded(raw, self._as(self._figure(raw.args[0]), "number", raw.args[0]))
        if raw.kind == "call" and raw.value in _FIGURES:
            least, most, wanted = _FIGURES[raw.value]
            demand_count(raw, least, most, wanted)
            return self._quotient(raw) if raw.value in ("share", "ratio") else self._aggregate(raw)
        if raw.kind == "call" and raw.value not in _FUNCTIONS:
            self._call(raw)
        raise Mistake("not-a-figure", what=f"${{{raw.value}}}" if raw.kind == "reference" else "…")

    def _quotient(self, raw: Raw) -> Node:
        if raw.value == "ratio" or len(raw.args) > 1:
            name = cast('Literal["share", "ratio"]', raw.value)
            numerator, denominator = (self._as(self._figure(a), "number", a) for a in raw.args)
            if constant(denominator) == 0:
                raise Mistake("divides-by-zero")
            return Quotient("number", name, numerator, denominator)
        condition = self._as(self.record(raw.args[0]), "boolean", raw.args[0])
        return Quotient("number", "share", Aggregate("number", "count", condition), Aggregate("number", "count", None))

    def _aggregate(self, raw: Raw) -> Node:
        if not raw.args:
            return Aggregate("number", "count", None)
        node = self.record(raw.args[0])
        if raw.value in ("count", "count-distinct"):
            return Aggregate("number", raw.value, node)
        if raw.value in ("min", "max") and node.type in ("date", "datetime"):
            return Aggregate("date", raw.value, self._converted(node, "date"))
        node = self._as(node, "number", raw.args[0])
        if raw.value != "percentile":
            return Aggregate("number", raw.value, node)
        percent = constant(self.record(raw.args[1]))
        if percent is None or not 0 <= percent <= 100:  # noqa: PLR2004 - per cent
            raise Mistake("constant-wanted", name=raw.value)
        return Aggregate("number", raw.value, node, percent)


_Build = Callable[[Checker, Raw], Node]
_Function = tuple[int, int, tuple[str, str], _Build]


def _simple(name: str, result: Type, *kinds: Type, optional: int = 0, many: bool = False) -> _Function:
    """A function whose arguments have these types; of `many`, the last one may come again."""

    def build(checker: Checker, raw: Raw) -> Node:
        wanted = [*kinds, *[kinds[-1]] * (len(raw.args) - len(kinds))] if many else [*kinds]
        parts = (checker._as(checker.record(a), k, a) for a, k in zip(raw.args, wanted, strict=False))  # noqa: SLF001
        return Operation(result, name, tuple(parts))

    english = ", ".join(KINDS[k][0] for k in kinds) or "nothing"
    indonesian = ", ".join(KINDS[k][1] for k in kinds) or "tanpa isi"
    return len(kinds) - optional, 60 if many else len(kinds), (english, indonesian), build


def _selected(checker: Checker, raw: Raw) -> Node:
    node, wanted = checker.record(raw.args[0]), bare(raw.args[1])
    if node.type not in ("multiple", "text", "any"):
        raise mismatch(node, "multiple", raw.args[0])
    value = checker._as(checker.record(wanted), "text", wanted)  # noqa: SLF001 - of this same module
    demand_choice(node, value)
    return Operation("boolean", "selected" if node.type != "text" else "=", (node, value))


def _count_selected(checker: Checker, raw: Raw) -> Node:
    node = checker.record(raw.args[0])
    if node.type not in ("multiple", "any"):
        raise mismatch(node, "multiple", raw.args[0])
    return Operation("number", "count-selected", (node,))


def _if(checker: Checker, raw: Raw) -> Node:
    condition = checker._as(checker.record(raw.args[0]), "boolean", raw.args[0])  # noqa: SLF001
    return _alike(checker, "if", condition, raw.args[1:])


def _coalesce(checker: Checker, raw: Raw) -> Node:
    return _alike(checker, "coalesce", None, raw.args)


def _alike(checker: Checker, name: str, first: Node | None, raws: tuple[Raw, ...]) -> Node:
    """A function that gives one of several values: they must be of one type, "" being no value of any."""
    nodes = [checker.record(a) for a in raws]
    kinds = [n.type for n in nodes if n != Constant("text", "") and n.type != "any"]
    kind: Type = kinds[0] if kinds else nodes[0].type
    parts = [
        Constant("any", "") if n == Constant("text", "") else checker._as(n, kind, a)  # noqa: SLF001
        for n, a in zip(nodes, raws, strict=True)
    ]
    return Operation(kind, name, (first, *parts) if first is not None else tuple(parts))


def _date(checker: Checker, raw: Raw) -> Node:
    node = checker.record(raw.args[0])
    if node.type == "text" and not isinstance(node, Constant):
        return Convert("date", node)
    return checker._as(node, "date", raw.args[0])  # noqa: SLF001


def _format_date(checker: Checker, raw: Raw) -> Node:
    picture = checker.record(raw.args[1])
    if not isinstance(picture, Constant):
        raise Mistake("constant-wanted", name=raw.value)
    return Operation("text", raw.value, (checker._as(checker.record(raw.args[0]), "date", raw.args[0]), picture))  # noqa: SLF001


def _round(checker: Checker, raw: Raw) -> Node:
    return checker.rounded(raw, checker._as(checker.record(raw.args[0]), "number", raw.args[0]))  # noqa: SLF001


def _number(checker: Checker, raw: Raw) -> Node:
    node = checker.record(raw.args[0])
    if node.type == "text" and not isinstance(node, Constant):
        return Convert("number", node)
    if node.type == "boolean":
        return Convert("number", node)
    return checker._as(node, "number", raw.args[0])  # noqa: SLF001


def _string(checker: Checker, raw: Raw) -> Node:
    return checker._as(checker.record(raw.args[0]), "text", raw.args[0])  # noqa: SLF001


_ROWS: Final = ("a question of a repeat", "pertanyaan di dalam ulangan")
_LINK: Final = ("'form.question' and what to take of it", "'formulir.pertanyaan' dan apa yang diambil")

_FUNCTIONS: Final[dict[str, _Function]] = {
    "true": (0, 0, ("nothing", "tanpa isi"), lambda _c, _r: Constant("boolean", value=True)),
    "false": (0, 0, ("nothing", "tanpa isi"), lambda _c, _r: Constant("boolean", value=False)),
    "today": (0, 0, ("nothing", "tanpa isi"), lambda _c, _r: Clock("date")),
    "now": (0, 0, ("nothing", "tanpa isi"), lambda _c, _r: Clock("datetime")),
    "not": _simple("not", "boolean", "boolean"),
    "selected": (2, 2, ("a question and a choice", "pertanyaan dan pilihan"), _selected),
    "count-selected": (1, 1, ("a question", "satu pertanyaan"), _count_selected),
    "if": (3, 3, ("a condition and two values", "syarat dan dua nilai"), _if),
    "coalesce": (2, 20, ("several values", "beberapa nilai"), _coalesce),
    "date": (1, 1, ("a date", "tanggal"), _date),
    "number": (1, 1, ("a value", "satu nilai"), _number),
    "string": (1, 1, ("a value", "satu nilai"), _string),
    "int": _simple("int", "number", "number"),
    "round": (1, 2, ("a number and how many decimals", "angka dan jumlah desimal"), _round),
    "abs": _simple("abs", "number", "number"),
    "concat": _simple("concat", "text", "text", many=True),
    "contains": _simple("contains", "boolean", "text", "text"),
    "starts-with": _simple("starts-with", "boolean", "text", "text"),
    "ends-with": _simple("ends-with", "boolean", "text", "text"),
    "string-length": _simple("string-length", "number", "text"),
    "substr": _simple("substr", "text", "text", "number", "number", optional=1),
    "format-date": (2, 2, ("a date and a picture such as '%Y-%m'", "tanggal dan pola seperti '%Y-%m'"), _format_date),
    "year": _simple("year", "number", "date"),
    "month": _simple("month", "number", "date"),
    "day": _simple("day", "number", "date"),
    "count": (1, 1, _ROWS, Checker.fold),
    "sum": (1, 1, _ROWS, Checker.fold),
    "mean": (1, 1, _ROWS, Checker.fold),
    "min": (1, 20, _ROWS, Checker.fold),
    "max": (1, 20, _ROWS, Checker.fold),
    "records": (1, 2, _LINK, Checker.linked),
    "first": (2, 3, _LINK, Checker.linked),
    "last": (2, 3, _LINK, Checker.linked),
    "total": (2, 3, _LINK, Checker.linked),
    "current": (1, 1, ("one value", "satu nilai"), Checker.current),
    "pulldata": (4, 4, ("a list, a column, a key column and a key", "daftar, kolom, kolom kunci dan kunci"),
                 Checker.pulldata),
}  # fmt: skip

_ONE: Final = ("one value", "satu nilai")
_FIGURES: Final[dict[str, tuple[int, int, tuple[str, str]]]] = {
    "count": (0, 1, ("nothing or a condition", "tanpa isi atau satu syarat")),
    "count-distinct": (1, 1, _ONE),
    "sum": (1, 1, _ONE),
    "mean": (1, 1, _ONE),
    "median": (1, 1, _ONE),
    "min": (1, 1, _ONE),
    "max": (1, 1, _ONE),
    "percentile": (2, 2, ("a value and a per cent", "nilai dan persen")),
    "share": (1, 2, ("a condition, or two figures", "satu syarat, atau dua angka")),
    "ratio": (2, 2, ("two figures", "dua angka")),
}
