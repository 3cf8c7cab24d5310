"""All counts of people over one source that readers without access to cases may ask for, as one system.

Its records are told apart by everything that its views, of every board of the project, and these readers' filters ask
of them: each expression is a place in a dimension, together with those that depend on the same answers. What
`forms.suppression` decides about the system is a `Pattern`: for each count by name, whether it is shown.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from itertools import product
from typing import Any, Final

from defusedxml import ElementTree

from forms import catalogue, suppression
from forms.access import SERVER
from forms.db import EVERYTHING, db
from forms.expression import Node, Reference, references
from forms.expression.tree import Aggregate, Bucket
from forms.figures import remembered
from forms.figures.boards import Board, board, board_of_form, dashboards
from forms.figures.reading import Reading, submission_date
from forms.figures.results import Filters
from forms.figures.space import FormSpace
from forms.models import FormVersion
from forms.policy import Clearance
from forms.problems import FiguresWithheld
from forms.views import View

K: Final = 11

#: Of a form without a views sheet, how many figures of people these readers get: of each question of a long form, all
#: would be hidden.
_MOST_AUTOMATIC: Final = 6

#: How many kinds of records are told apart at most: of each there should be many.
_MOST_KINDS: Final = 6

#: What a count is worth by how many groupings it is of.
_WORTH: Final = (16, 4, 1)

#: What these readers may filter by: a year, or nothing.
State = int | None

#: A count of a view under a state: which groupings it is of, their values, and which condition of the view.
Name = tuple[tuple[object, ...], State, tuple[int, ...], tuple[str | None, ...], Hashable]

Pattern = dict[Name, suppression.Figure]


def aggregates_of(node: Node) -> Iterator[Aggregate]:
    """Yield what a value is put together from."""
    if isinstance(node, Aggregate):
        yield node
    else:
        for part in node.args:
            yield from aggregates_of(part)


def basis(node: Aggregate) -> tuple[str, Node] | None:
    """Tell which of the records an aggregate is made of: those where its condition holds, or that have an answer.

    None where it is made of all. A mean over a hundred records of which three have an answer is a mean of three.
    """
    if node.part is None:
        return None
    return ("where" if node.name == "count" and node.part.type == "boolean" else "any"), node.part


def identity(view: View) -> tuple[object, ...]:
    """Tell views apart by what they count: the same view on two boards is one."""
    return view.source.form_id, view.source.repeat, view.where, view.date, tuple(v.node for v in view.by), view.shape


def pattern(board_: Board, view: View, now: datetime) -> Pattern:
    """Give what is shown of every count over the view's source; decided anew when its records or any view change."""
    form = board_.forms[view.source.form_id]
    # All that the views of a project follow from: its forms' versions, their lists, and its dashboards.
    definitions = (*board_.key[3:], tuple(row.id for row in dashboards(board_.project)))
    source = (view.source.form_id, view.source.repeat)
    key = ("pattern", board_.project.id, definitions, source, remembered.today(board_, now))
    return remembered.recall(board_, key, [form], lambda: _decide(board_, source, now))


def _views_of_people(board_: Board, source: tuple[str, str]) -> tuple[View, ...]:
    """Collect the views of people over a source from every board of the project."""
    found: dict[Hashable, View] = {}
    for each in _boards(board_):
        views = [
            v for v in each.views if v.is_of_people and not v.linked and (v.source.form_id, v.source.repeat) == source
        ]
        for view in views[:_MOST_AUTOMATIC] if each.is_automatic else views:
            found.setdefault((identity(view), tuple(v.node for v in view.values)), view)
    return tuple(found.values())


def _boards(board_: Board) -> Iterator[Board]:
    for form in board_.forms.values():
        yield board_of_form(SERVER, form, zone=board_.zone)
    for row in dashboards(board_.project):
        yield board(SERVER, board_.project, row.slug, zone=board_.zone)


class _Atoms:
    """The records of a source by all that its views tell apart: each expression has a dimension and a place in it."""

    def __init__(self, board_: Board, views: Iterable[View], now: datetime) -> None:
        first = next(iter(views))
        version = db.session.get_one(FormVersion, board_.layout(first.source.form_id).version_id)
        self._asks = _dependencies(catalogue.xform(version).decode())
        self._tests = list(dict.fromkeys(test for view in views for test in _tests(view)))
        gates = self._gates(board_, first, {v.node for view in views for v in view.by}, now)
        members = self._connected(gates)
        #: Where records are of kinds, that is dimension 0.
        self.kind = 0 if gates else None
        self.nodes: dict[Hashable, tuple[int, int]] = {
            node: (dimension, place) for dimension, group in enumerate(members) for place, node in enumerate(group)
        }
        self.records = self._count(board_, first, members, now)
        self._groups: dict[tuple[Hashable, Any], _Test] = {}
        self._both: dict[tuple[frozenset[Any], frozenset[Any]], frozenset[Any]] = {}
        self._codes: dict[int, list[tuple[Any, ...]]] = {
            d: sorted({r[d] for r in self.records}, key=repr) for d in range(len(members))
        }

    def _gates(self, board_: Board, view: View, groupings: Collection[Node], now: datetime) -> list[Reference]:
        """Choose the questions whose answers open others and so tell kinds of records apart, a consent for one.

        Among records with the same answers to them, what else they open is free of one another.
        """
        asked = Counter(field for test in self._tests for field in self._fields(test, ()))
        opening = {path for paths in self._asks.values() for path in paths}
        targets = board_.sources.names(view.source).targets.values()
        offered = [
            Reference("text", target)
            for target, *others in targets
            if not others and target.choices and target.type == "text" and target.key in opening
            and asked[target.key] > 1 and target.field is not None and not target.field.is_identity
        ]  # fmt: skip
        found: list[Reference] = []
        for gate in sorted(offered, key=lambda gate: -asked[gate.target.key]):
            more = [*found, gate]
            # What is grouped by is better free than settled, unless nearly all depends on it.
            if gate in groupings and asked[gate.target.key] * 2 < len(self._tests):
                continue
            if len(self._connected(more)) <= len(self._connected(found)) + (not found):
                continue
            if len(self._count(board_, view, [list(more)], now)) <= _MOST_KINDS:
                found = more
        return found

    def _connected(self, gates: Sequence[Reference]) -> list[list[Hashable]]:
        """Put expressions together that depend on a common field, however indirectly, gates being settled.

        The first group is then of the gates, and of what depends on them alone. What a gate itself depends on is bound
        by its answer, so that belongs together.
        """
        settled = {gate.target.key for gate in gates}
        kind: list[Hashable] = [*gates]
        groups: list[tuple[set[str], list[Hashable]]] = [
            (self._closure(self._asked_by(gate.target.key), settled), []) for gate in gates
        ]
        for test in self._tests:
            fields = self._fields(test, settled)
            if not fields:
                kind += [test] if test not in kind else []
                continue
            touching = [g for g in groups if not g[0].isdisjoint(fields)]
            merged = (fields.union(*(g[0] for g in touching)), [*(n for g in touching for n in g[1]), test])
            groups = [g for g in groups if g not in touching] + [merged]
        return [*([kind] if gates else []), *(members for _fields, members in groups if members)]

    def _fields(self, test: Hashable, settled: Collection[str]) -> set[str]:
        """The fields that a test depends on, by calculation, relevance and the rest, besides those that are settled."""
        inner = test[1] if isinstance(test, tuple) else test
        named = [r.target.key for r in references(inner)] if isinstance(inner, Node) else []
        return self._closure(named or ["SubmissionDate"], settled)

    def _closure(self, paths: Iterable[str], settled: Collection[str]) -> set[str]:
        found: set[str] = set()
        left = list(paths)
        while left:
            each = left.pop()
            if each not in found and each not in settled:
                found.add(each)
                left += self._asked_by(each)
        return found

    def _asked_by(self, path: str) -> list[str]:
        """The fields that an answer, or a group around it, asks for."""
        steps = path.split("/")
        around = ("/".join(steps[:depth]) for depth in range(2, len(steps) + 1))
        return [asked for each in around for asked in self._asks.get(each, ())]

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

    def group(self, node: Hashable, code: Hashable) -> "_Test":
        """Give the codes of an expression's dimension in which it has a value, or has it among several."""
        if (node, code) not in self._groups:
            dimension, place = self.nodes[node]
            is_multiple = isinstance(node, Node) and node.type == "multiple" and code is not None
            self._groups[node, code] = (
                dimension,
                frozenset(
                    each
                    for each in self._codes[dimension]
                    if (code in (each[place] or "").split() if is_multiple else each[place] == code)
                ),
            )
        return self._groups[node, code]

    def all_of(self, tests: Iterable["_Test"]) -> suppression.Cell:
        """Give the cell of what passes all tests; what passes two was often asked before."""
        found: dict[int, frozenset[Any]] = {}
        for dimension, codes in tests:
            if dimension in found:
                both = found[dimension], codes
                if both not in self._both:
                    self._both[both] = both[0] & both[1]
                found[dimension] = self._both[both]
            else:
                found[dimension] = codes
        return found


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _tests(view: View) -> Iterator[Hashable]:
    """Yield what a view tells records apart by; conditions and counts of answers as ("where" or "any", node)."""
    if view.where is not None:
        yield ("where", view.where)
    yield _year(view)
    yield from (v.node for v in view.by if view.shape != "list")
    yield from _conditions(view)


def _conditions(view: View) -> Iterator[tuple[str, Node]]:
    if view.shape == "list":
        return
    if view.shape == "funnel":
        yield from (("where", v.node) for v in view.values)
        return
    for value in view.values:
        for aggregate in aggregates_of(value.node):
            if (made_of := basis(aggregate)) is not None:
                yield made_of


def _year(view: View) -> Bucket:
    return Bucket("text", "year", view.date if view.date is not None else submission_date())


_LIST: Final = re.compile(r"instance\([^)]*\)(?:/[\w.-]+)*")
_RELATIVE: Final = re.compile(r"(?:\.\./)+[\w.-]+(?:/[\w.-]+)*")
_PATH: Final = re.compile(r"/[\w.-]+(?:/[\w.-]+)+")


@lru_cache(maxsize=32)
def _dependencies(xform: str) -> dict[str, tuple[str, ...]]:
    """Read from an XForm which answers each node's own may depend on, as paths of a schema.

    Those are what its calculation, its relevance, its constraint and the filter of its choices ask for. A constraint
    bounds all that it names, even where the node itself is not looked at: so they depend on the node too.
    """
    found: dict[str, list[str]] = {}
    for element in ElementTree.fromstring(xform).iter():
        node = element.get("nodeset" if element.tag.endswith("}bind") else "ref", "")
        lists = [each.get("nodeset", "") for each in element if each.tag.endswith("}itemset")]
        expressions = [*(element.get(name, "") for name in ("calculate", "relevant", "query")), *lists]
        asked = [_without_root(path) for expression in expressions for path in _asked(expression, node)]
        bounded = [_without_root(path) for path in _asked(element.get("constraint", ""), node)]
        if node:
            found.setdefault(_without_root(node), []).extend((*asked, *bounded))
            for path in bounded:
                found.setdefault(path, []).append(_without_root(node))
    return {path: tuple(dict.fromkeys(paths)) for path, paths in found.items() if paths}


def _asked(expression: str, node: str) -> Iterator[str]:
    """Yield the paths that an expression of a node asks for, those relative to it resolved."""
    expression = _LIST.sub(" ", expression)
    for path in _RELATIVE.findall(expression):
        ups = path.count("../")
        yield "/".join([*node.split("/")[:-ups], path[3 * ups :]])
    yield from _PATH.findall(_RELATIVE.sub(" ", expression))


def _without_root(path: str) -> str:
    return "/" + "/".join(path.split("/")[2:])


def _decide(board_: Board, source: tuple[str, str], now: datetime) -> Pattern:
    views = _views_of_people(board_, source)
    atoms = _Atoms(board_, views, now)
    if not atoms.records:
        return {}
    named = [each for view in views for each in _cells(view, atoms)]
    figures = suppression.protect(
        [cell for _name, cell in named],
        atoms.records,
        k=K,
        kind=atoms.kind,
        weights=[_weight(name) for name, _cell in named],
    )
    return dict(zip((name for name, _cell in named), figures, strict=True))


def _weight(name: Name) -> int:
    """Tell how much a count is worth beside others: totals are what must be reported, then groups, then tables."""
    _identity, _state, of, _codes, _condition = name
    return _WORTH[len(of)]


def _cells(view: View, atoms: _Atoms) -> Iterator[tuple[Name, suppression.Cell]]:
    """Yield every count of a view under every state, with its name."""
    base = [atoms.group(("where", view.where), code=True)] if view.where is not None else []
    conditions = [(each, atoms.group(each, code=True)) for each in dict.fromkeys(_conditions(view))]
    for state, tests in _states(view, atoms):
        for of, codes, grouped in _groupings(view, atoms):
            common = [*base, *tests, *grouped]
            yield (identity(view), state, of, codes, None), atoms.all_of(common)
            if view.shape == "funnel":
                continue
            for made_of, test in conditions:
                yield (identity(view), state, of, codes, made_of), atoms.all_of([*common, test])
        if view.shape == "funnel":
            stages = [atoms.group(("where", v.node), code=True) for v in view.values]
            for number in range(len(stages)):
                yield (
                    (identity(view), state, (), (), ("stage", number)),
                    atoms.all_of([*base, *tests, *stages[: number + 1]]),
                )


_Test = tuple[int, frozenset[tuple[Any, ...]]]


def _states(view: View, atoms: _Atoms) -> Iterator[tuple[State, list[_Test]]]:
    yield None, []
    begins = _year(view)
    for begin in atoms.values(begins):
        if begin is not None:
            yield begin.year, [atoms.group(begins, begin)]


def _groupings(view: View, atoms: _Atoms) -> Iterator[tuple[tuple[int, ...], tuple[str | None, ...], list[_Test]]]:
    """Yield every group of every subset of a view's groupings with what its records pass."""
    by = [v.node for v in view.by] if view.shape not in ("list", "funnel") else []
    groups = [[(_text(code), atoms.group(node, code)) for code in _codes(node, atoms)] for node in by]
    for of in ((), *((n,) for n in range(len(by))), *([(0, 1)] if len(by) > 1 else [])):
        for chosen in product(*(groups[n] for n in of)):
            yield of, tuple(text for text, _test in chosen), [test for _text, test in chosen]


def _codes(node: Node, atoms: _Atoms) -> list[Any]:
    values = atoms.values(node)
    if node.type != "multiple":
        return values
    several = {choice for value in values if value is not None for choice in value.split()}
    return [*sorted(several), *([None] if None in values else [])]


def _text(code: Any) -> str | None:
    if code is None:
        return None
    if isinstance(code, bool):
        return "true" if code else "false"
    return code.isoformat() if isinstance(code, date) else str(code)
