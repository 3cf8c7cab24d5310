"""Figures → charts: which drawing a figure gets, and why it has none."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from markupsafe import Markup

from api.pages import charts
from api.pages.charts import Chart, Series, Spot, Value
from api.pages.dashboards import words
from api.pages.dashboards.meaning import Meaning
from forms.figures.results import Cell, Figure, Key


@dataclass(frozen=True)
class Drawn:
    """A drawing, or why there is none; neither where a figure is of a kind that has none."""

    drawing: Markup | None = None
    reason: str = ""


def draw(figure: Figure, meaning: Meaning) -> Drawn:
    """Draw a figure, where it is of a kind that is drawn and has something to draw."""
    shape = figure.view.shape
    if figure.problem is not None or shape not in ("bar", "line", "map", "funnel"):
        return Drawn()
    if shape == "map":
        return _map(figure, meaning)
    if not figure.rows:
        return Drawn()
    if shape == "funnel":
        return Drawn(charts.bars(_steps(figure, meaning)))
    chart = _chart(figure, meaning)
    if len(chart.series) > charts.MOST_SERIES:
        return Drawn(reason=str(_("Too many groups side by side for a drawing; read them in the table.")))
    is_time = len(chart.positions) > 0
    if shape == "line":
        return Drawn(charts.lines(chart))
    if len(chart.labels) > charts.MOST_BARS:
        return Drawn(reason=str(_("Too many groups for a drawing; read them in the table.")))
    return Drawn(charts.columns(chart) if is_time else charts.bars(chart))


def _chart(figure: Figure, meaning: Meaning) -> Chart:
    speech = meaning.speech
    rows = [row for row in figure.rows if row.key is not None]
    days = [words.moment_of(row.key) for row in rows if row.key is not None]
    if any(days):
        # Records without a date have no place on an axis of time; the table has them.
        rows = [row for row, day in zip(rows, days, strict=True) if day is not None]
    # Shares and counts have no axis in common: what is of another kind than the first is in the table.
    columns = [
        n
        for n, key in enumerate(figure.columns)
        if not _is_total(figure, key) and words.is_share(figure, n) == words.is_share(figure, 0)
    ]
    dated = [day for day in days if day is not None]
    targets = tuple(_goal(figure, row.target) for row in rows)
    if isinstance(figure.view.target, float):
        targets = (_goal(figure, figure.view.target),) * len(rows)
    return Chart(
        key=figure.view.name,
        title=speech.title(figure.view),
        description=describe(figure, meaning),
        labels=tuple(words.group(row.key, speech) for row in rows if row.key is not None),
        series=tuple(
            Series(meaning.called(figure.columns[n], n), tuple(_value(figure, row.cells[n]) for row in rows))
            for n in columns
        ),
        write=words.writes(figure),
        targets=targets if any(t.number is not None for t in targets) else (),
        target_label=str(_("Target")),
        positions=tuple(float(day.toordinal()) for day in dated),
    )


def _steps(figure: Figure, meaning: Meaning) -> Chart:
    """Give each step of a funnel a bar, and what is left of the first one."""
    cells = [row.cells[0] for row in figure.rows]
    first = cells[0].value
    values = []
    for cell in cells:
        value = _value(figure, cell)
        if value.number is not None and isinstance(first, int | float) and first:
            share = words.percent(value.number / first)
            value = Value(value.number, f"{value.text} · {share}" if cell is not cells[0] else value.text)
        values.append(value)
    return Chart(
        key=figure.view.name,
        title=meaning.speech.title(figure.view),
        description=describe(figure, meaning),
        labels=tuple(meaning.called(row.key, n) for n, row in enumerate(figure.rows) if row.key is not None),
        series=(Series("", tuple(values)),),
    )


def _map(figure: Figure, meaning: Meaning) -> Drawn:
    speech = meaning.speech
    title, about = speech.title(figure.view), describe(figure, meaning)
    if figure.points:
        spots = [
            Spot(p.latitude, p.longitude, p.records, f"{p.latitude:.3f}, {p.longitude:.3f}: {words.plain(p.records)}")
            for p in figure.points
        ]
        return Drawn(charts.places(figure.view.name, title, about, spots, lambda degree: f"{words.plain(degree)}°"))
    keyed = {row.key.value: row for row in figure.rows if row.key is not None and row.key.value is not None}
    if not keyed:
        return Drawn()
    if not set(keyed) <= set(charts.TILES):
        return Drawn(reason=str(_("These groups are no districts of the map; read them in the table.")))
    values = {code: _on_tile(figure, row.cells[0]) for code, row in keyed.items()}
    names = {code: _short(words.group(row.key, speech)) for code, row in keyed.items() if row.key is not None}
    return Drawn(charts.tiles(figure.view.name, title, about, values, names))


def _short(name: str) -> str:
    """Leave out of a district's name what all have in common."""
    return name.removeprefix("Kabupaten ").removeprefix("Kab. ")


def describe(figure: Figure, meaning: Meaning) -> str:
    """Say in a sentence what a drawing shows, for whoever does not see it."""
    by = "; ".join(meaning.grouping(n) for n in range(len(figure.view.by)))
    about = _("Drawn from the table with the same title.")
    return f"{_('By')}: {by}. {about}" if by else str(about)


def _value(figure: Figure, cell: Cell) -> Value:
    text = words.number(cell, words.writes(figure))
    if cell.mark or cell.value is None or isinstance(cell.value, date):
        return Value(None, text, is_hidden=bool(cell.mark))
    return Value(float(cell.value), text)


def _on_tile(figure: Figure, cell: Cell) -> Value:
    """Give what stands on a district: the word for hidden numbers has no room there, so its sign in the table does."""
    return Value(None, "*", is_hidden=True) if cell.mark == "hidden" else _value(figure, cell)


def _goal(figure: Figure, target: float | None) -> Value:
    return _value(figure, Cell(words.goal(figure, target))) if target is not None else Value(None, "")


def _is_total(figure: Figure, key: Key) -> bool:
    return len(figure.view.by) > 1 and key.kind == "value" and key.value is None
