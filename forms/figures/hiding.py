"""Small numbers of people hidden from readers without access to cases, over all that such a reader may ask for.

All views of people over one source, of every board of the project, under every filter that these readers have, are one
system of counts: `forms.suppression` decides it as a whole, so that neither a total nor another view or filter tells
what is hidden. Their filters are a whole year or quarter, or one value of a dimension; nothing finer, and not both.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from forms import suppression
from forms.expression import Node
from forms.expression.tree import Aggregate, Quotient
from forms.figures.boards import Board
from forms.figures.keys import following, start
from forms.figures.results import Cell, Figure, Filters, Key, Mark
from forms.figures.system import UNITS, K, Pattern, State, aggregates_of, identity, is_condition, pattern
from forms.problems import FiguresWithheld, FilterTooFine
from forms.suppression import Mark as Suppressed
from forms.views import View


def demand_coarse(board_: Board, filters: Filters) -> State:
    """Give the state that filters ask for; FilterTooFine for one that these readers do not have."""
    offered = {f.name for f in board_.filters if f.kind == "scope"}
    if filters.answers or len(filters.scopes) > 1 or not set(filters.scopes) <= offered:
        raise FilterTooFine
    if filters.since is None and filters.until is None:
        return next((f"{name}={value}" for name, value in filters.scopes.items()), None)
    if filters.scopes or filters.since is None or filters.until is None:
        raise FilterTooFine
    for unit in UNITS:
        if start(unit, filters.since) == filters.since and following(unit, filters.since) == _after(filters.until):
            return f"{unit}={filters.since.isoformat()}"
    raise FilterTooFine


def _after(day: date) -> date:
    return day + timedelta(days=1)


def hide(bare: Figure, board_: Board, view: View, filters: Filters, now: datetime) -> Figure:
    """Give a figure as a reader without access to cases gets it. FiguresWithheld for one that cannot be protected."""
    if view.source.kind == "list":
        raise FiguresWithheld
    state = demand_coarse(board_, filters)
    hidden = _Hidden(view, state, pattern(board_, view, now))
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
        name = (identity(self.view), self.state, of, codes, what)
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
        counts = {a: self._found(of, codes, a) if is_condition(a) else records for a in aggregates_of(node)}
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
        return self._found(of, codes, node) if is_condition(node) else records


def _mark(found: suppression.Figure) -> Mark:
    return "small" if found.mark == Suppressed.SMALL else "hidden"
