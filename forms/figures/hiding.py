"""Small numbers of people hidden from readers without access to cases.

What is hidden follows from all that such readers may ask for (`system`): every view of people over the same source, for
all time and for each whole year. Finer filters they do not have: with few records, each would only hide more of all.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime

from forms import suppression
from forms.expression import Node
from forms.expression.tree import Aggregate, Quotient
from forms.figures.boards import Board
from forms.figures.results import Cell, Figure, Filters, Key, Mark
from forms.figures.system import K, Pattern, State, aggregates_of, basis, identity, pattern
from forms.problems import FiguresWithheld, FilterTooFine
from forms.suppression import Mark as Suppressed
from forms.views import View


def demand_coarse(filters: Filters) -> State:
    """Give the state that filters ask for; FilterTooFine for one that these readers do not have."""
    if filters.scopes or filters.answers:
        raise FilterTooFine
    if filters.since is None and filters.until is None:
        return None
    if filters.since is None or filters.until != date(filters.since.year, 12, 31) or filters.since.day != 1:
        raise FilterTooFine
    if filters.since.month != 1:
        raise FilterTooFine
    return filters.since.year


def hide(bare: Figure, board_: Board, view: View, filters: Filters, now: datetime) -> Figure:
    """Give a figure as a reader without access to cases gets it. FiguresWithheld for one that cannot be protected.

    Lists and links are not: what is decided of the records of one form knows nothing of what others tell of them.
    """
    if view.source.kind == "list" or view.linked:
        raise FiguresWithheld
    state = demand_coarse(filters)
    decided = pattern(board_, view, now)
    hidden = _Hidden(view, state, decided)
    if decided and (identity(view), None, (), (), None) not in decided:
        raise FiguresWithheld
    if view.shape == "funnel":
        rows = tuple(replace(row, cells=(hidden.stage(row.cells[0], number),)) for number, row in enumerate(bare.rows))
    else:
        rows = tuple(
            replace(row, cells=tuple(hidden.cell(cell, key, column, bare) for column, cell in enumerate(row.cells)))
            for row in bare.rows
            for key in (row.key if view.by else None,)
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
        counts = {a: self._found(of, codes, basis(a)) for a in aggregates_of(node)}
        if any(found.count is None for found in counts.values()):
            is_count = isinstance(node, Aggregate)
            return Cell(None, records=cell.records, mark=_mark(counts[node]) if is_count else "hidden")  # type: ignore[index]
        # The least and the greatest are one person's, and what is made of a few tells of them.
        if any(a.name in ("min", "max") or (a.name != "count" and f.count < K) for a, f in counts.items() if f.count):
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
        return self._found(of, codes, basis(node))


def _mark(found: suppression.Figure) -> Mark:
    return "small" if found.mark == Suppressed.SMALL else "hidden"
