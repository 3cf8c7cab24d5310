"""A computed figure → the card that a page shows: title, number or table or drawing, and what a reader must know."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from api.pages import charts
from api.pages.contexts import (
    FigureAddresses,
    FigureCard,
    FigureCell,
    FigureFoot,
    FigureRow,
    FigureTable,
    WorkCell,
    WorkLine,
    WorkList,
)
from api.pages.dashboards import words
from api.pages.dashboards.drawing import draw
from api.pages.dashboards.files import is_file
from api.pages.dashboards.filtering import Asked
from api.pages.dashboards.meaning import Meaning
from api.pages.dashboards.words import Speech
from forms import answers, figures
from forms.figures import Labels
from forms.figures.results import Cell, Figure, Item, Key, Row

_KINDS: Final[dict[str, Literal["number", "table", "chart", "list"]]] = {
    "number": "number",
    "table": "table",
    "list": "list",
}


@dataclass(frozen=True)
class Place:
    """Where a figure stands: the address of its dashboard, the filter in force, who reads in which language.

    `labels` are those of what is counted.
    """

    project_id: int
    base: str
    asked: Asked
    speech: Speech
    labels: Labels

    def of(self, name: str, ending: str = "") -> str:
        """Give the address of a figure's page, or of what begins with it."""
        return f"{self.base}/views/{quote(name)}{ending}"


def card(figure: Figure, place: Place) -> FigureCard:
    """Make the card of a figure."""
    view, speech = figure.view, place.speech
    meaning = Meaning(view, speech, place.labels)
    drawn = draw(figure, meaning)
    is_number = view.shape == "number" and figure.problem is None
    number = _cell(figure, figure.rows[0].cells[0], {}, place) if is_number and figure.rows else None
    if view.shape == "list" and not figure.items and (figure.records.value or figure.records.mark):
        # Whoever may not see the records is told how many there are.
        number = FigureCell(words.number(figure.records), bool(figure.records.mark))
    has_table = figure.problem is None and view.shape not in ("number", "list")
    shown = table(figure, place, meaning) if has_table and (figure.rows or figure.points) else None
    work = _work(figure, place, meaning) if view.shape == "list" and figure.items else None
    return FigureCard(
        name=view.name,
        title=speech.title(view),
        hint=speech.text(view.row.hints),
        kind="number" if number is not None else _KINDS.get(view.shape, "chart"),
        definitions=meaning.definitions(),
        formulas=meaning.formulas(),
        foot=FigureFoot(_records(figure), figure.latest, figure.made_at),
        addresses=addresses(figure, place, has_drawing=drawn.drawing is not None),
        number=number,
        target=_target(figure) if is_number else "",
        progress=_progress(figure, speech) if is_number else None,
        drawing=drawn.drawing,
        undrawn=drawn.reason,
        table=shown,
        work=work,
        problem=figure.problem.text(speech.language) if figure.problem is not None else "",
        is_empty=figure.problem is None and number is None and shown is None and work is None,
        is_confidential=figure.is_confidential,
        is_suppressed=figure.is_suppressed,
    )


def addresses(figure: Figure, place: Place, *, has_drawing: bool) -> FigureAddresses:
    """Give where a figure stands large, and as files; all keep the filter."""
    name, asked, is_taken = figure.view.name, place.asked, is_file(figure)
    return FigureAddresses(
        page=asked.address(place.of(name)),
        csv=asked.address(place.of(name, ".csv")) if is_taken else "",
        xlsx=asked.address(place.of(name, ".xlsx")) if is_taken else "",
        svg=asked.address(place.of(name, ".svg")) if has_drawing else "",
        records=asked.address(place.of(name, "/records")) if _opens(figure, figure.records) else "",
    )


def _opens(figure: Figure, cell: Cell) -> bool:
    """Tell whether the records behind a number are offered: there are some, and they are records of a form."""
    is_open = not figure.is_suppressed and figure.problem is None and figure.view.source.kind != "list"
    return is_open and bool(cell.records)


#: What a number is of: a group of the first grouping, of the second, of both, or of none where it is of the whole.
Group = Mapping[int, str | None]

#: The groupings of a figure, as addresses of records name them.
GROUPINGS: Final = ("row", "column")

#: By which name they say which of the figure's values counts them.
COUNTED: Final = "value"


def _cell(figure: Figure, cell: Cell, group: Group, place: Place, column: int = 0) -> FigureCell:
    """Make a table's cell; `group` is what it is of. The columns of a crosstab all have the view's first value."""
    address = ""
    value = column if len(figure.view.by) <= 1 else 0
    counted = value if figures.counts_only(figure.view, value) else None
    if _opens(figure, cell) and (counted is None or cell.value):
        address = place.asked.address(place.of(figure.view.name, "/records"), **in_query(group, counted))
    text = words.number(cell, words.writes(figure, column))
    return FigureCell(text, bool(cell.mark), words.parts(cell), address)


def in_query(group: Group, counted: int | None) -> dict[str, str]:
    """Write a group as addresses of records have it, and the value that counts; no answer is an empty text."""
    named = {GROUPINGS[number]: code or "" for number, code in group.items()}
    return named if counted is None else {**named, COUNTED: str(counted)}


def table(figure: Figure, place: Place, meaning: Meaning) -> FigureTable:
    """Make the table of a figure: as it is, or of one row turned round, since few things are read across."""
    if figure.points:
        return _table_of_places(figure)
    if figure.view.shape == "funnel":
        return _table_of_steps(figure, place, meaning)
    if len(figure.rows) == 1 and figure.rows[0].key is None:
        return _turned(figure, place, meaning)
    by = [meaning.grouping(n) for n in range(len(figure.view.by))]
    has_targets = any(row.target is not None for row in figure.rows)
    columns = [meaning.called(key, n) for n, key in enumerate(figure.columns)]
    if has_targets:
        columns += [str(_("Target")), str(_("Reached"))]
    totals = tuple(
        _cell(figure, cell, _of_column(figure, column), place, n)
        for n, (cell, column) in enumerate(zip(figure.totals, figure.columns, strict=bool(figure.totals)))
    )
    return FigureTable(
        corner=by[0],
        columns=tuple(columns),
        rows=tuple(_row(figure, row, place, has_targets=has_targets) for row in figure.rows),
        totals=(*totals, FigureCell(""), FigureCell("")) if has_targets and totals else totals,
        total=meaning.total,
        above=by[1] if len(by) > 1 else "",
    )


def _row(figure: Figure, row: Row, place: Place, *, has_targets: bool) -> FigureRow:
    of_row: Group = {0: row.key.value} if row.key is not None else {}
    cells = [
        _cell(figure, cell, {**of_row, **_of_column(figure, column)}, place, n)
        for n, (cell, column) in enumerate(zip(row.cells, figure.columns, strict=True))
    ]
    if has_targets:
        cells += _reached(figure, row.cells[0], row.target)
    return FigureRow(words.group(row.key, place.speech) if row.key is not None else "", tuple(cells))


def _of_column(figure: Figure, column: Key) -> Group:
    """Give the group that a column is of: none where it is a value, or the totals of rows."""
    return {1: column.value} if len(figure.view.by) > 1 and column.kind != "value" else {}


def _reached(figure: Figure, cell: Cell, target: float | None) -> Iterator[FigureCell]:
    goal = Cell(words.goal(figure, target)) if target is not None else Cell(None)
    yield FigureCell(words.number(goal, words.writes(figure)))
    yield FigureCell(_share(cell, goal))


def _turned(figure: Figure, place: Place, meaning: Meaning) -> FigureTable:
    """Make the table of a figure without groups: a row for each value."""
    rows = tuple(
        FigureRow(meaning.called(key, n), (_cell(figure, cell, {}, place, n),))
        for n, (key, cell) in enumerate(zip(figure.columns, figure.rows[0].cells, strict=True))
    )
    return FigureTable(str(_("Figure")), (str(_("Value")),), rows, ())


def _table_of_steps(figure: Figure, place: Place, meaning: Meaning) -> FigureTable:
    """Make the table of a funnel: how many are left at each step."""
    cells = [row.cells[0] for row in figure.rows]
    rows = []
    for n, row in enumerate(figure.rows):
        before = cells[n - 1] if n else Cell(None)
        shown = _cell(figure, replace(cells[n], numerator=None), {}, place, n)
        shares = (FigureCell(_share(cells[n], cells[0])), FigureCell(_share(cells[n], before)))
        label = meaning.called(row.key, n) if row.key is not None else ""
        rows.append(FigureRow(label, (shown, *shares)))
    columns = (_("Count"), _("Of the first step"), _("Of the step before"))
    return FigureTable(str(_("Step")), tuple(map(str, columns)), tuple(rows), ())


def _share(cell: Cell, of: Cell) -> str:
    if cell.mark or of.mark or not isinstance(cell.value, int | float) or not isinstance(of.value, int | float):
        return words.DASH
    return words.percent(cell.value / of.value) if of.value else words.DASH


def _table_of_places(figure: Figure) -> FigureTable:
    rows = tuple(
        FigureRow(f"{p.latitude:.3f}, {p.longitude:.3f}", (FigureCell(words.plain(p.records)),)) for p in figure.points
    )
    return FigureTable(str(_("Place")), (str(_("Records")),), rows, ())


def _records(figure: Figure) -> str:
    cell = figure.records
    if cell.mark == "hidden":
        return str(_("number of records hidden"))
    if cell.mark:
        return str(_("%(mark)s records", mark=words.marked(cell)))
    if not isinstance(cell.value, int | float):
        return ""
    if figure.view.source.kind == "list":
        return str(ngettext("%(n)s row", "%(n)s rows", int(cell.value), n=words.plain(cell.value)))
    return str(ngettext("%(n)s record", "%(n)s records", int(cell.value), n=words.plain(cell.value)))


def _target(figure: Figure) -> str:
    if figure.target is None or not figure.rows:
        return ""
    target = Cell(words.goal(figure, figure.target))
    share = _share(figure.rows[0].cells[0], target)
    text = words.number(target, words.writes(figure))
    if share == words.DASH:
        return str(_("Target: %(target)s", target=text))
    return str(_("%(share)s of the target of %(target)s", share=share, target=text))


def _progress(figure: Figure, speech: Speech) -> Markup | None:
    if not figure.target or not figure.rows:
        return None
    cell = figure.rows[0].cells[0]
    if cell.mark or not isinstance(cell.value, int | float):
        return None
    title = f"{speech.title(figure.view)}: {_target(figure)}"
    return charts.progress(figure.view.name, title, cell.value / words.goal(figure, figure.target))


def _work(figure: Figure, place: Place, meaning: Meaning) -> WorkList:
    return WorkList(
        columns=tuple(meaning.value(n) for n in range(len(figure.view.values))),
        lines=tuple(WorkLine(_record(item, place), _work_cells(item, meaning)) for item in figure.items),
    )


def _record(item: Item, place: Place) -> str:
    """Give the address of a record; a row of a list has none."""
    if not item.instance_id:
        return ""
    return url_for(
        "pages.submission", project_id=place.project_id, xml_form_id=item.form_id, instance_id=item.instance_id
    )


def _work_cells(item: Item, meaning: Meaning) -> tuple[WorkCell, ...]:
    return tuple(
        WorkCell("" if v is answers.SEALED else meaning.answer(n, v), is_masked=v is answers.SEALED)
        for n, v in enumerate(item.values)
        # A list without columns shows the names of its rows, which have no heading.
        if n < len(meaning.view.values)
    )
