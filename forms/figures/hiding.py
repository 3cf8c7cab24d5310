"""Small numbers of people hidden from readers without access to cases, over all that such a reader may ask for.

All views of people over one source, of every board of the project, under every filter that these readers have, are one
system of counts: `forms.suppression` decides it as a whole, so that neither a total nor another view or filter tells
what is hidden. Their filters are a whole year or quarter, or one value of a dimension; nothing finer, and not both.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Any, Final

from forms import catalogue, suppression
from forms.access import SERVER
from forms.db import EVERYTHING, db
from forms.expression import Node, references
from forms.expression.tree import Aggregate, Bucket, Quotient
from forms.figures import remembered
from forms.figures.boards import Board, board, board_of_form, dashboards
from forms.figures.keys import following, start
from forms.figures.reading import Reading, submission_date
from forms.figures.results import Cell, Figure, Filters, Key, Mark
from forms.figures.space import FormSpace
from forms.models import FormVersion
from forms.policy import Clearance
from forms.problems import FiguresWithheld, FilterTooFine
from forms.suppression import Mark as Suppressed
from forms.views import View

K: Final = 11

_UNITS: Final = ("year", "quarter")

#: A filter state of these readers: a unit with its first day, or a dimension with its value, or neither.
State = tuple[str, str] | None

#: A count of a view under a state: which groupings it is of, their values, and which condition of the view.
Name = tuple[tuple[object, ...], State, tuple[int, ...], tuple[str | None, ...], Hashable]

Pattern = dict[Name, suppression.Figure]


def demand_coarse(board_: Board, filters: Filters) -> State:
    """Give the state that filters ask for; FilterTooFine for one that these readers do not have."""
    offered = {f.name for f in board_.filters if f.kind == "scope"}
    if filters.answers or len(filters.scopes) > 1 or not set(filters.scopes) <= offered:
        raise FilterTooFine
    if filters.since is None and filters.until is None:
        return next(iter(filters.scopes.items()), None)
    if filters.scopes or filters.since is None or filters.until is None:
        raise FilterTooFine
    for unit in _UNITS:
        if start(unit, filters.since) == filters.since and following(unit, filters.since) == _after(filters.until):
            return unit, filters.since.isoformat()
    raise FilterTooFine


def _after(day: date) -> date:
    return day + timedelta(days=1)


def hide(bare: Figure, board_: Board, view: View, filters: Filters, now: datetime) -> Figure:
    """Give a figure as a reader without access to cases gets it. FiguresWithheld for one that cannot be protected."""
    if view.source.kind == "list":
        raise FiguresWithheld
    state = demand_coarse(board_, filters)
    pattern = _pattern(board_, view, now)
    hidden = _Hidden(view, state, pattern)
    groups = [None] if not view.by else [row.key for row in bare.rows]
    if view.shape == "funnel":
        rows = tuple(replace(row, cells=(hidden.stage(row.cells[0], number),)) for number, row in enumerate(bare.rows))
    else:
        rows = tuple(
            replace(row, cells=tuple(hidden.cell(cell, key, column, bare) for column, cell in enumerate(row.cells)))
            for key, row in zip(groups, bare.rows, strict=True)
        )
    totals = tuple(hidden.cell(cell, None, column, bare) for column, cell in enumerate(bare.totals))
    records = hidden.count(bare.records, (), ())
    return replace(bare, rows=rows, totals=totals, records=records, items=())


@dataclass(frozen=True)
class _Hidden:
    view: View
    state: State
    pattern: Pattern

    def _found(self, of: tuple[int, ...], codes: tuple[str | None, ...], what: Hashable) -> suppression.Figure:
        name = (_identity(self.view), self.state, of, codes, what)
        # What nobody is in, and no record ever was, is 0 like every other 0.
        return self.pattern.get(name, suppression.Figure(Suppressed.SHOWN, 0))

    def count(self, cell: Cell, of: tuple[int, ...], codes: tuple[str | None, ...]) -> Cell:
        """Hide a count of records."""
        found = self._found(of, codes, None)
        return cell if found.count is not None else Cell(None, mark=_mark(found))

    def stage(self, cell: Cell, number: int) -> Cell:
        """Hide the count of a funnel's stage."""
        found = self._found((), (), ("stage", number))
        if found.count is None:
            return Cell(None, mark=_mark(found))
        first = self._found((), (), ("stage", 0))
        return replace(cell, denominator=first.count)

    def cell(self, cell: Cell, key: Key | None, column: int, bare: Figure) -> Cell:
        """Hide a cell of a table: by the count of its records, and by each count that it is made of."""
        of: tuple[int, ...] = ()
        codes: tuple[str | None, ...] = ()
        value = self.view.values[0]
        if key is not None:
            of, codes = (0,), (key.value,)
        if len(self.view.by) > 1:
            if column < len(bare.columns) - 1:
                of, codes = (*of, 1), (*codes, bare.columns[column].value)
        else:
            value = self.view.values[column]
        records = self._found(of, codes, None)
        if records.count is None:
            return Cell(None, mark=_mark(records) if value.node == Aggregate("number", "count", None) else "hidden")
        return self._value(cell, value.node, of, codes, records)

    def _value(
        self, cell: Cell, node: Node, of: tuple[int, ...], codes: tuple[str | None, ...], records: suppression.Figure
    ) -> Cell:
        counts = {a: self._found(of, codes, a) if _is_condition(a) else records for a in _aggregates(node)}
        if any(found.count is None for found in counts.values()):
            is_count = isinstance(node, Aggregate)
            return Cell(None, records=cell.records, mark=_mark(counts[node]) if is_count else "hidden")  # type: ignore[index]
        # The least and the greatest are one person's; so is nearly every percentile of a few.
        if any(a.name in ("min", "max") for a in counts) and records.count:
            return Cell(None, records=cell.records, mark="hidden")
        if isinstance(node, Quotient):
            numerator, denominator = (self._of_counts(part, of, codes, records) for part in node.args)
            if denominator is not None and denominator.count and (
                numerator is None or suppression.is_share_hidden(numerator, denominator, k=K)
            ):  # fmt: skip
                return Cell(None, records=cell.records, mark="hidden")
        return cell

    def _of_counts(
        self, node: Node, of: tuple[int, ...], codes: tuple[str | None, ...], records: suppression.Figure
    ) -> suppression.Figure | None:
        """Give the count that a numerator or a denominator is, where it is one."""
        if not isinstance(node, Aggregate) or node.name != "count":
            return records
        return self._found(of, codes, node) if _is_condition(node) else records


def _mark(found: suppression.Figure) -> Mark:
    return "small" if found.mark == Suppressed.SMALL else "hidden"


def _aggregates(node: Node) -> Iterator[Aggregate]:
    if isinstance(node, Aggregate):
        yield node
    else:
        for part in node.args:
            yield from _aggregates(part)


def _is_condition(node: Aggregate) -> bool:
    return node.name == "count" and node.part is not None


def _identity(view: View) -> tuple[object, ...]:
    """Tell views apart by what they count: the same view on two boards is one."""
    return view.source.form_id, view.source.repeat, view.where, view.date, tuple(v.node for v in view.by), view.shape


def _pattern(board_: Board, view: View, now: datetime) -> Pattern:
    form = board_.forms[view.source.form_id]
    views, states = _system(board_, view)
    identities = tuple(sorted({repr(_identity(v)) for v in views}))
    key = ("pattern", board_.key[3:], view.source, identities, states, remembered.today(board_, now))
    return remembered.recall(key, [form], lambda: _decide(board_, views, states, now))


def _system(board_: Board, view: View) -> tuple[tuple[View, ...], tuple[tuple[str, str], ...]]:
    """Collect the views of people over a source from every board of the project, and the values of dimensions."""
    source = (view.source.form_id, view.source.repeat)
    found: dict[Hashable, View] = {}
    values: set[tuple[str, str]] = set()
    for each in (board_, *_boards(board_)):
        for other in each.views:
            if other.is_of_people and (other.source.form_id, other.source.repeat) == source:
                found.setdefault((_identity(other), tuple(v.node for v in other.values)), other)
        dimensions = each.schema(view.source.form_id).dimensions if view.source.form_id in each.sources.forms else ()
        for offered in each.filters:
            if offered.kind == "scope" and offered.name in dimensions:
                values.update((offered.name, choice.value) for choice in offered.choices)
    return tuple(found.values()), tuple(sorted(values))


def _boards(board_: Board) -> Iterator[Board]:
    for form in board_.forms.values():
        yield board_of_form(SERVER, form, zone=board_.zone)
    for row in dashboards(board_.project):
        yield board(SERVER, board_.project, row.slug, zone=board_.zone)


class _Atoms:
    """The records of a source by all that its views tell apart: each expression has a dimension and a place in it."""

    def __init__(self, board_: Board, views: Iterable[View], now: datetime) -> None:
        first = next(iter(views))
        schema = board_.schema(first.source.form_id)
        version = db.session.get_one(FormVersion, board_.layout(first.source.form_id).version_id)
        self._asks = _dependencies(catalogue.xform(version).decode())
        self.nodes: dict[Hashable, tuple[int, int]] = {}
        nodes: dict[Hashable, frozenset[str]] = {}
        for view in views:
            for node in _tests(view):
                nodes.setdefault(node, self._fields(node))
        scoped = frozenset().union(*(self._closure(f.path) for f in schema.leaves if f.scope), ["scopes"])
        nodes["scopes"] = scoped
        members = _connected(nodes)
        for dimension, group in enumerate(members):
            for place, node in enumerate(group):
                self.nodes[node] = (dimension, place)
        self.records = self._count(board_, first, members, now)
        self._codes: dict[int, list[tuple[Any, ...]]] = {
            d: sorted({r[d] for r in self.records}, key=repr) for d in range(len(members))
        }

    def _fields(self, node: Hashable) -> frozenset[str]:
        inner = node[1] if isinstance(node, tuple) else node
        found: set[str] = set()
        for reference in references(inner) if isinstance(inner, Node) else ():
            found |= self._closure(reference.target.key)
        return frozenset(found or {"SubmissionDate"})

    def _closure(self, path: str) -> set[str]:
        """The fields that an answer depends on by its calculation, its relevance and those of its groups."""
        found: set[str] = set()
        left = [path]
        while left:
            each = left.pop()
            if each in found:
                continue
            found.add(each)
            steps = each.split("/")
            for depth in range(2, len(steps) + 1):
                left += self._asks.get("/".join(steps[:depth]), ())
        return found

    def _count(
        self, board_: Board, view: View, members: list[list[Hashable]], now: datetime
    ) -> dict[tuple[Any, ...], int]:
        # The rows of the source as they are, without a view's own where.
        bare = replace(view, where=None, by=(), values=(), date=None)
        reading = Reading(board_, bare, Filters(), Clearance.IDENTITY, EVERYTHING, now)
        statement = reading.statement()
        if not isinstance(statement.space, FormSpace):
            raise FiguresWithheld
        listed = []
        for node in (n for group in members for n in group):
            if node == "scopes":
                listed.append(f"{statement.space.base}.scopes")
                continue
            kind, part = node if isinstance(node, tuple) else ("", node)
            sql = statement.compiler.group(part)
            listed.append(
                f"(({sql}) is true)" if kind == "where" else f"(({sql}) is not null)" if kind == "any" else sql
            )
        by = ", ".join(str(n + 1) for n in range(len(listed)))
        rows = statement.run(f"{', '.join(listed)}, count(*)", f" group by {by}")
        found: dict[tuple[Any, ...], int] = {}
        for row in rows:
            codes, at = [], 0
            for group in members:
                codes.append(tuple(_plain(c) for c in row[at : at + len(group)]))
                at += len(group)
            found[tuple(codes)] = row[-1]
        return found

    def values(self, node: Hashable) -> list[Any]:
        """List the values that an expression has in any record."""
        dimension, place = self.nodes[node]
        return sorted({code[place] for code in self._codes[dimension]}, key=repr)

    def where(self, node: Hashable, holds: Any) -> tuple[int, frozenset[tuple[Any, ...]]]:
        """Give the codes of an expression's dimension in which its value passes."""
        dimension, place = self.nodes[node]
        return dimension, frozenset(code for code in self._codes[dimension] if holds(code[place]))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _tests(view: View) -> Iterator[Hashable]:
    """Yield what a view tells records apart by; conditions and counts of answers as ("where" or "any", node)."""
    if view.where is not None:
        yield ("where", view.where)
    yield _quarter(view)
    yield from (v.node for v in view.by if view.shape != "list")
    for condition in _conditions(view):
        yield condition


def _conditions(view: View) -> Iterator[tuple[str, Node]]:
    if view.shape == "list":
        return
    if view.shape == "funnel":
        yield from (("where", v.node) for v in view.values)
        return
    for value in view.values:
        for aggregate in _aggregates(value.node):
            if _is_condition(aggregate) and aggregate.part is not None:
                yield ("where" if aggregate.part.type == "boolean" else "any", aggregate.part)


def _quarter(view: View) -> Bucket:
    return Bucket("text", "quarter", view.date if view.date is not None else submission_date())


def _connected(nodes: dict[Hashable, frozenset[str]]) -> list[list[Hashable]]:
    """Put expressions together that depend on a common field, however indirectly."""
    groups: list[tuple[set[str], list[Hashable]]] = []
    for node, fields in nodes.items():
        touching = [g for g in groups if not g[0].isdisjoint(fields)]
        merged = (set(fields).union(*(g[0] for g in touching)), [*(n for g in touching for n in g[1]), node])
        groups = [g for g in groups if g not in touching] + [merged]
    return [members for _fields, members in groups]


_BIND: Final = re.compile(r"<bind\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r'\b(nodeset|calculate|relevant)="([^"]*)"')
_PATH: Final = re.compile(r"/[\w.-]+(?:/[\w.-]+)+")


@lru_cache(maxsize=32)
def _dependencies(xform: str) -> dict[str, tuple[str, ...]]:
    """Read from an XForm's binds which answers each node's calculation and relevance ask for, as paths of a schema."""
    found: dict[str, tuple[str, ...]] = {}
    for bind in _BIND.findall(xform):
        attributes = dict(_ATTRIBUTE.findall(bind))
        asked = [p for name in ("calculate", "relevant") for p in _PATH.findall(attributes.get(name, ""))]
        if asked and "nodeset" in attributes:
            found[_without_root(attributes["nodeset"])] = tuple(_without_root(p) for p in asked)
    return found


def _without_root(path: str) -> str:
    return "/" + "/".join(path.split("/")[2:])


def _decide(board_: Board, views: tuple[View, ...], values: tuple[tuple[str, str], ...], now: datetime) -> Pattern:
    atoms = _Atoms(board_, views, now)
    if not atoms.records:
        return {}
    names: list[Name] = []
    cells: list[suppression.Cell] = []
    for view in views:
        for name, cell in _cells(view, atoms, values):
            names.append(name)
            cells.append(cell)
    return dict(zip(names, suppression.protect(cells, atoms.records, k=K), strict=True))


def _cells(view: View, atoms: _Atoms, values: tuple[tuple[str, str], ...]) -> Iterator[tuple[Name, suppression.Cell]]:
    """Yield every count of a view under every state, with its name."""
    base = [atoms.where(("where", view.where), bool)] if view.where is not None else []
    for state, tests in _states(view, atoms, values):
        for of, codes, grouped in _groupings(view, atoms):
            common = [*base, *tests, *grouped]
            yield (_identity(view), state, of, codes, None), _all_of(common)
            if view.shape == "funnel":
                continue
            for aggregate in {a for v in view.values for a in _aggregates(v.node) if _is_condition(a)}:
                if view.shape != "list" and aggregate.part is not None:
                    kind = "where" if aggregate.part.type == "boolean" else "any"
                    passing = atoms.where((kind, aggregate.part), bool)
                    yield (_identity(view), state, of, codes, aggregate), _all_of([*common, passing])
        if view.shape == "funnel":
            stages = [atoms.where(("where", v.node), bool) for v in view.values]
            for number in range(len(stages)):
                yield (
                    (_identity(view), state, (), (), ("stage", number)),
                    _all_of([*base, *tests, *stages[: number + 1]]),
                )


_Test = tuple[int, frozenset[tuple[Any, ...]]]


def _all_of(tests: Iterable[_Test]) -> suppression.Cell:
    found: dict[int, frozenset[tuple[Any, ...]]] = {}
    for dimension, codes in tests:
        found[dimension] = found[dimension] & codes if dimension in found else codes
    return found


def _states(view: View, atoms: _Atoms, values: tuple[tuple[str, str], ...]) -> Iterator[tuple[State, list[_Test]]]:
    yield None, []
    quarter = _quarter(view)
    quarters = [q for q in atoms.values(quarter) if q is not None]
    for unit in _UNITS:
        for begin in sorted({start(unit, q) for q in quarters}):
            passing = atoms.where(quarter, lambda q, u=unit, b=begin: q is not None and start(u, q) == b)
            yield (unit, begin.isoformat()), [passing]
    for name, value in values:
        yield (name, value), [atoms.where("scopes", lambda scopes, key=f"{name}={value}": key in scopes)]


def _groupings(view: View, atoms: _Atoms) -> Iterator[tuple[tuple[int, ...], tuple[str | None, ...], list[_Test]]]:
    """Yield every group of every subset of a view's groupings with what its records pass."""
    by = [v.node for v in view.by] if view.shape not in ("list", "funnel") else []
    codes = [_codes(node, atoms) for node in by]
    for of in ((), *((n,) for n in range(len(by))), *([(0, 1)] if len(by) > 1 else [])):
        for chosen in product(*(codes[n] for n in of)):
            tests = [_in_group(by[n], code, atoms) for n, code in zip(of, chosen, strict=True)]
            yield of, tuple(_text(code) for code in chosen), tests


def _codes(node: Node, atoms: _Atoms) -> list[Any]:
    values = atoms.values(node)
    if node.type != "multiple":
        return values
    several = {choice for value in values if value is not None for choice in value.split()}
    return [*sorted(several), *([None] if None in values else [])]


def _in_group(node: Node, code: Any, atoms: _Atoms) -> _Test:
    if node.type == "multiple" and code is not None:
        return atoms.where(node, lambda value: value is not None and code in value.split())
    return atoms.where(node, lambda value: value == code)


def _text(code: Any) -> str | None:
    if code is None:
        return None
    if isinstance(code, bool):
        return "true" if code else "false"
    return code.isoformat() if isinstance(code, date) else str(code)
