"""A view for a reader, start to finish: who they are to it, what it counts, its groups in order, its totals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import text

from forms.access import Actor
from forms.db import db, see
from forms.expression.tree import Quotient, Reference, reads_clock
from forms.figures import hiding, remembered, sights
from forms.figures.boards import Board
from forms.figures.keys import Groups
from forms.figures.reading import Counted, Reading, plain, put_together
from forms.figures.results import Cell, Figure, Filters, Item, Key, Point, Row
from forms.figures.sights import Standing
from forms.figures.space import FormSpace
from forms.problems import Problem
from forms.views import ListColumn, Value, View

#: A work list is worked off from its beginning; the count says how many there are.
_MOST_ITEMS: Final = 200
_MOST_POINTS: Final = 2_000


def figure(actor: Actor, board: Board, view: View, filters: Filters, *, now: datetime | None = None) -> Figure:
    """Compute a view; what cannot be shown or computed is the figure's `problem`, not an error of the page."""
    now = now or datetime.now(UTC)
    try:
        standing = sights.standing(actor, board, view)
        if standing.is_suppressed:
            hiding.demand_coarse(filters)
        bare = _remembered(board, view, filters, standing, now)
        if standing.is_suppressed:
            return hiding.hide(bare, board, view, filters, now)
    except Problem as problem:
        return Figure(view, problem=problem, made_at=now)
    else:
        return bare
    finally:
        # What follows in this transaction sees what its reader may see, whatever a figure was made of.
        see(actor.scopes)


def _remembered(board: Board, view: View, filters: Filters, standing: Standing, now: datetime) -> Figure:
    moment = now if any(reads_clock(n) for n in view.nodes) else remembered.today(board, now)
    key = ("figure", board.key, view.row.number, filters.key(), standing, moment)
    forms = sights.counted(board, view)
    # What is hidden is decided on what is there now, so what is shown beside it is of now, too.
    may_lag = not standing.is_suppressed
    return remembered.recall(board, key, forms, lambda: _bare(board, view, filters, standing, now), may_lag=may_lag)


def _bare(board: Board, view: View, filters: Filters, standing: Standing, now: datetime) -> Figure:
    reading = Reading(board, view, filters, standing.clearance, standing.scopes, now)
    shape = {"funnel": _funnel, "list": _list}.get(view.shape, _grouped)
    if view.by and view.by[0].node.type == "geo":
        shape = _points
    found = shape(reading, standing)
    return replace(
        found,
        latest=_latest(board, view),
        made_at=now,
        is_percent=any(isinstance(v.node, Quotient) and v.node.name == "share" for v in view.values),
        is_suppressed=standing.is_suppressed,
        is_confidential=standing.is_confidential,
    )


@dataclass(frozen=True)
class _Table:
    """The groups of a view by their values, of all subsets of its groupings that are needed."""

    reading: Reading
    by: Mapping[tuple[int, ...], Mapping[tuple[Any, ...], Counted]]

    def cell(self, of: tuple[int, ...], codes: tuple[Any, ...], value: Value) -> Cell:
        """Make the cell of a group; of one that nothing fell into, counts and sums are nought."""
        counted = self.by[of].get(codes)
        if counted is None:
            counted = Counted(codes, 0, tuple(0 if a.name.startswith(("count", "sum")) else None
                                              for a in self.reading.aggregates))  # fmt: skip
        return cell_of(self.reading, counted, value)


def cell_of(reading: Reading, counted: Counted, value: Value) -> Cell:
    """Make the cell of a value from what was counted."""
    parts = dict(zip(reading.aggregates, counted.parts, strict=True))
    node = value.node
    found = put_together(node, parts)
    if not isinstance(node, Quotient):
        return Cell(found, records=counted.rows)
    numerator, denominator = put_together(node.numerator, parts), put_together(node.denominator, parts)
    return Cell(
        found,
        numerator if isinstance(numerator, float | int) else None,
        denominator if isinstance(denominator, float | int) else None,
        counted.rows,
    )


def _grouped(reading: Reading, _standing: Standing) -> Figure:
    view = reading.view
    table = _count(reading)
    groups = [Groups(reading.board, view, v.node) for v in view.by]
    codes = [
        g.codes((key[n] for key in table.by[_all(view)]), reading.filters, reading.scopes) for n, g in enumerate(groups)
    ]
    total = table.by[()][()]
    figure = Figure(view, records=Cell(total.rows, records=total.rows))
    targets = _targets(reading.board, view, reading.filters)
    if not view.by:
        cells = tuple(table.cell((), (), v) for v in view.values)
        return replace(figure, columns=_value_keys(view), rows=(Row(None, cells),), target=targets.get(None))
    if len(view.by) == 1:
        rows = tuple(
            Row(groups[0].key(c), tuple(table.cell((0,), (c,), v) for v in view.values), targets.get(c))
            for c in codes[0]
        )
        totals = tuple(table.cell((), (), v) for v in view.values)
        return replace(figure, columns=_value_keys(view), rows=rows, totals=totals, target=targets.get(None))
    value = view.values[0]
    rows = tuple(
        Row(groups[0].key(a), (*(table.cell((0, 1), (a, b), value) for b in codes[1]), table.cell((0,), (a,), value)))
        for a in codes[0]
    )
    totals = (*(table.cell((1,), (b,), value) for b in codes[1]), table.cell((), (), value))
    columns = (*(groups[1].key(b) for b in codes[1]), Key("value", None))
    return replace(figure, columns=columns, rows=rows, totals=totals)


def _all(view: View) -> tuple[int, ...]:
    return tuple(range(len(view.by)))


def _value_keys(view: View) -> tuple[Key, ...]:
    return tuple(Key("value", value.text, value.labels) for value in view.values)


def _count(reading: Reading) -> _Table:
    """Count the groups and all their totals."""
    whole = _all(reading.view)
    subsets = dict.fromkeys((whole, (), *([(0,), (1,)] if len(whole) > 1 else [])))
    return _Table(reading, {of: {c.codes: c for c in found} for of, found in reading.groups(list(subsets)).items()})


def _funnel(reading: Reading, _standing: Standing) -> Figure:
    """Count who fulfils the first condition, the first two, and so on."""
    statement = reading.statement()
    conditions = [statement.compiler.where(v.node) for v in reading.view.values]
    steps = [f"count(*) filter (where {' and '.join(conditions[: n + 1])})" for n in range(len(conditions))]
    (row,) = statement.run(", ".join(["count(*)", *steps]))
    first = row[1]
    rows = tuple(Row(key, (Cell(n, n, first, n),)) for key, n in zip(_value_keys(reading.view), row[1:], strict=True))
    return Figure(reading.view, (Key("value", "count()"),), rows, records=Cell(row[0], records=row[0]))


def _points(reading: Reading, _standing: Standing) -> Figure:
    """Count the records at each place, those within a few metres of one another together."""
    node = reading.view.by[0].node
    statement = reading.statement()
    if not isinstance(node, Reference) or not isinstance(statement.space, FormSpace):
        raise TypeError(node)
    latitude, longitude = statement.space.point(node.target)
    listed = f"round({latitude}::numeric, 4)::float8, round({longitude}::numeric, 4)::float8, count(*)"
    rows = statement.run(
        listed, " group by 1, 2 order by 3 desc, 1, 2", limit=_MOST_POINTS, extra=[f"{latitude} is not null"]
    )
    points = tuple(Point(*row) for row in rows)
    total = sum(point.records for point in points)
    return Figure(reading.view, points=points, records=Cell(total, records=total))


def _list(reading: Reading, standing: Standing) -> Figure:
    """List the records to work on, in the order of the groupings; a reader of suppressed figures gets their number."""
    view = reading.view
    (row,) = reading.statement().run("count(*)")
    found = Figure(view, _value_keys(view), records=Cell(row[0], records=row[0]))
    if standing.is_suppressed:
        return found
    statement = reading.statement()
    values = [statement.compiler.sql(v.node) for v in view.values]
    order = [statement.compiler.sql(v.node) for v in view.by]
    if not isinstance(statement.space, FormSpace):
        rows = statement.run(", ".join(values or ["cells ->> 'name'"]), _ordered(order, "number"), limit=_MOST_ITEMS)
        return replace(found, items=tuple(Item("", "", tuple(map(plain, r))) for r in rows))
    record = statement.space.record
    listed = ", ".join([f"{record}.instance_id", *values])
    rows = statement.run(listed, _ordered(order, f"{record}.id desc"), limit=_MOST_ITEMS)
    items = tuple(Item(view.source.form_id, r[0], tuple(map(plain, r[1:]))) for r in rows)
    return replace(found, items=items)


def _ordered(order: list[str], last: str) -> str:
    return f" order by {', '.join([*order, last])}"


def _targets(board: Board, view: View, filters: Filters) -> dict[Any, float]:
    """Give the targets by group, that of the whole under None: it is their sum, or that of the chosen district."""
    if view.target is None:
        return {}
    if not isinstance(view.target, ListColumn):
        return {None: view.target}
    blob = board.files.get(view.target.list)
    if blob is None:
        return {}
    rows = db.session.execute(
        text("select cells ->> 'name', cells ->> :column from list_rows where blob_id = :blob"),
        {"blob": blob, "column": view.target.column},
    )
    found: dict[Any, float] = {name: number for name, cell in rows if (number := _number(cell)) is not None}
    chosen = [v for v in filters.scopes.values() if v in found]
    if found:
        found[None] = found[chosen[0]] if chosen else sum(found.values())
    return found


def _number(cell: str | None) -> float | None:
    try:
        return float((cell or "").replace(",", "."))
    except ValueError:
        return None


def _latest(board: Board, view: View) -> datetime | None:
    """Tell when the last record came of what is counted, whosesoever it is."""
    ids = [form.id for form in sights.counted(board, view)]
    if not ids:
        return None
    see(("*",))
    found: datetime | None = db.session.execute(
        text(
            "select max((select created_at from submissions s where s.form_id = f and s.deleted_at is null "
            "order by s.id desc limit 1)) from unnest(cast(:forms as bigint[])) f"
        ),
        {"forms": ids},
    ).scalar_one()
    return found
