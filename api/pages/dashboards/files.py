"""Figures to take away: a table as CSV or Excel, a whole dashboard as an Excel report with native charts.

Numbers stay numbers, marks of hidden ones are texts. Each sheet says what is counted, under which filter, and when.
Work lists are no figures: records are taken away on the page for that, by the rule of the role for downloads.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.pages.dashboards import words
from api.pages.dashboards.meaning import Meaning
from api.pages.dashboards.words import Speech
from api.pages.render import moment
from forms.figures import Labels
from forms.figures.results import Cell, Figure

#: What a spreadsheet would take for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\n", "\r")
_NAME: Final = 31


@dataclass(frozen=True)
class Plain:
    """A figure as a table of values: texts, numbers, dates, None; the first column is of texts.

    `drawn` are the columns that a chart shows, `shares` those of parts of 1, and `is_time` tells whether the rows are
    stretches of the calendar.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    drawn: tuple[int, ...] = ()
    shares: frozenset[int] = frozenset()
    is_time: bool = False


@dataclass(frozen=True)
class About:
    """What a report says of itself: the dashboard's title, the filter in words, who reads in which language."""

    title: str
    filter: str
    zone: str
    speech: Speech
    labels: Labels


def is_file(figure: Figure) -> bool:
    """Tell whether a figure can be taken away: a work list or one that cannot be computed is not."""
    return figure.problem is None and figure.view.shape != "list"


def plain(figure: Figure, meaning: Meaning) -> Plain:
    """Make a figure's table: groups down, values across; of a share its parts beside it."""
    speech = meaning.speech
    if figure.points:
        headings = (_("Latitude"), _("Longitude"), _("Records"))
        return Plain(tuple(map(str, headings)), tuple((p.latitude, p.longitude, p.records) for p in figure.points))
    if figure.view.shape == "funnel":
        steps = tuple((meaning.called(r.key, n), *_values(r.cells[0])) for n, r in enumerate(figure.rows) if r.key)
        return Plain((str(_("Step")), str(_("Count"))), steps, (1,))
    if len(figure.rows) == 1 and figure.rows[0].key is None:
        return _turned(figure, meaning)
    parted = [any(row.cells[n].denominator is not None for row in figure.rows) for n in range(len(figure.columns))]
    heads = [meaning.grouping(0)]
    shares, drawn = set(), []
    for n, key in enumerate(figure.columns):
        label = meaning.called(key, n)
        if words.is_share(figure, n):
            shares.add(len(heads))
        is_total = len(figure.view.by) > 1 and key.kind == "value"
        if not is_total and words.is_share(figure, n) == words.is_share(figure, 0):
            drawn.append(len(heads))
        heads += [label, *((f"{label}: {_('part')}", f"{label}: {_('whole')}") if parted[n] else ())]
    has_targets = any(row.target is not None for row in figure.rows)
    if has_targets:
        heads.append(str(_("Target")))
    rows: list[tuple[Any, ...]] = [
        (
            words.group(row.key, speech) if row.key is not None else "",
            *(value for n, cell in enumerate(row.cells) for value in _values(cell, has_parts=parted[n])),
            *((row.target,) if has_targets else ()),
        )
        for row in figure.rows
    ]
    if figure.totals:
        totals = (value for n, cell in enumerate(figure.totals) for value in _values(cell, has_parts=parted[n]))
        rows.append((meaning.total, *totals, *((None,) if has_targets else ())))
    is_time = any(row.key is not None and words.moment_of(row.key) for row in figure.rows)
    return Plain(tuple(heads), tuple(rows), tuple(drawn), frozenset(shares), is_time=is_time)


def _turned(figure: Figure, meaning: Meaning) -> Plain:
    """Make the table of a figure without groups: a row for each value."""
    cells = figure.rows[0].cells
    has_parts = any(cell.denominator is not None for cell in cells)
    heads = [str(_("Figure")), str(_("Value")), *((str(_("part")), str(_("whole"))) if has_parts else ())]
    rows = []
    for n, (key, cell) in enumerate(zip(figure.columns, cells, strict=True)):
        label = meaning.speech.title(figure.view) if len(cells) == 1 else meaning.called(key, n)
        rows.append((label, *_values(cell, has_parts=has_parts)))
    shares = frozenset({1}) if words.is_share(figure, 0) and len(cells) == 1 else frozenset()
    return Plain(tuple(heads), tuple(rows), shares=shares)


def _values(cell: Cell, *, has_parts: bool = False) -> list[Any]:
    value = words.marked(cell) if cell.mark else cell.value
    parts = (None, None) if cell.mark else (cell.numerator, cell.denominator)
    return [value, *(parts if has_parts else ())]


def as_csv(figure: Figure, about: About) -> bytes:
    """Write a figure's table as CSV, with the mark that tells Excel its encoding; no text in it is a formula."""
    table = plain(figure, Meaning(figure.view, about.speech, about.labels))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_neutral(heading) for heading in table.headings])
    writer.writerows([_neutral(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _neutral(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def report(figures: Sequence[tuple[str, Figure]], about: About) -> bytes:
    """Write figures as an Excel workbook: first the single numbers, then a sheet for each other figure with its chart.

    Each figure comes with the title of its section.
    """
    file = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(file, options) as book:
        writer = _Report(book, about)
        taken = [(section, figure) for section, figure in figures if is_file(figure)]
        writer.overview(taken)
        for _section, figure in taken:
            if figure.view.shape != "number":
                writer.figure(figure)
    return file.getvalue()


def one(figure: Figure, about: About) -> bytes:
    """Write one figure as an Excel workbook."""
    file = BytesIO()
    with Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        _Report(book, about).figure(figure)
    return file.getvalue()


class _Report:
    """Writes figures into a workbook; knows its formats and the names that its sheets have taken."""

    def __init__(self, book: Workbook, about: About) -> None:
        self.book = book
        self.about = about
        self.taken: set[str] = set()
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.secret = book.add_format({"bold": True, "font_color": "#A1261D"})
        self.soft = book.add_format({"font_color": "#4A5C61"})
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.##", "align": "right"})
        self.whole = book.add_format({"num_format": "#,##0", "align": "right"})
        self.share = book.add_format({"num_format": "0.0%", "align": "right"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd", "align": "right"})
        self.mark = book.add_format({"align": "right", "font_color": "#4A5C61"})

    def overview(self, figures: Sequence[tuple[str, Figure]]) -> None:
        """Write the first sheet: what the report is, and its single numbers."""
        sheet = self._sheet(str(_("Overview")))
        row = self._top(sheet, self.about.title, "", is_secret=any(f.is_confidential for _s, f in figures))
        numbers = [(section, figure) for section, figure in figures if figure.view.shape == "number"]
        headings = (_("Section"), _("Figure"), _("Value"), _("part"), _("whole"), _("Target"), _("Records"))
        for column, heading in enumerate(headings):
            sheet.write_string(row, column, str(heading), self.head)
        for section, figure in numbers:
            row += 1
            sheet.write_string(row, 0, section)
            sheet.write_string(row, 1, self.about.speech.title(figure.view))
            cell = figure.rows[0].cells[0] if figure.rows else Cell(None)
            target = words.goal(figure, figure.target) if figure.target is not None else None
            for column, value in enumerate((*_values(cell, has_parts=True), target), start=2):
                self._write(sheet, row, column, value, is_share=words.is_share(figure, 0) and column in (2, 5))
            self._write(sheet, row, 6, words.marked(figure.records) or figure.records.value)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 44)
        self._hidden_note(sheet, row + 2, any(f.is_suppressed for _s, f in figures))

    def figure(self, figure: Figure) -> None:
        """Write a figure's sheet: what it is, its table, its chart."""
        speech = self.about.speech
        title = speech.title(figure.view)
        sheet = self._sheet(title)
        row = self._top(sheet, title, speech.text(figure.view.row.hints), is_secret=figure.is_confidential)
        meaning = Meaning(figure.view, speech, self.about.labels)
        for line in meaning.definitions():
            sheet.write_string(row, 0, line.term, self.soft)
            sheet.write_string(row, 1, line.text)
            row += 1
        if figure.latest is not None:
            sheet.write_string(row, 0, str(_("Newest record")), self.soft)
            sheet.write_string(row, 1, self._moment(figure.latest))
            row += 1
        row += 1
        table = plain(figure, meaning)
        for column, heading in enumerate(table.headings):
            sheet.write_string(row, column, heading, self.head)
        for number, values in enumerate(table.rows, start=row + 1):
            for column, value in enumerate(values):
                self._write(sheet, number, column, value, is_share=column in table.shares)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, max(len(table.headings) - 1, 1), 15)
        self._chart(sheet, figure, table, row)
        self._hidden_note(sheet, row + len(table.rows) + 2, figure.is_suppressed)

    def _top(self, sheet: Worksheet, title: str, hint: str, *, is_secret: bool) -> int:
        """Write title, hint, filter and date; give the row after them."""
        sheet.write_string(0, 0, title, self.title)
        lines = [(hint, self.soft)] if hint else []
        if is_secret:
            lines.append((str(_("CONFIDENTIAL: small numbers of people stand here unhidden.")), self.secret))
        lines.append((str(_("Filter: %(filter)s", filter=self.about.filter)), self.soft))
        lines.append(
            (str(_("Computed %(when)s", when=self._moment(datetime.now(ZoneInfo(self.about.zone))))), self.soft)
        )
        for row, (text, style) in enumerate(lines, start=1):
            sheet.write_string(row, 0, text, style)
        return len(lines) + 2

    def _moment(self, value: datetime) -> str:
        return f"{moment(value)} {value.astimezone(ZoneInfo(self.about.zone)).tzname()}"

    def _hidden_note(self, sheet: Worksheet, row: int, is_suppressed: bool) -> None:  # noqa: FBT001
        if is_suppressed:
            text = _("Numbers of people from 1 to 10 are not shown, nor others that would tell them by subtraction.")
            sheet.write_string(row, 0, str(text), self.soft)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any, *, is_share: bool = False) -> None:
        if value is None:
            return
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, self.date)
        elif isinstance(value, int | float):
            plain_style = self.whole if float(value).is_integer() else self.number
            sheet.write_number(row, column, value, self.share if is_share else plain_style)
        else:
            sheet.write_string(row, column, str(value), self.mark if column else None)

    def _chart(self, sheet: Worksheet, figure: Figure, table: Plain, top: int) -> None:
        """Draw what the page draws with Excel's own charts; hidden numbers are texts, which Excel leaves out."""
        shape = figure.view.shape
        length = len(table.rows) - (1 if figure.totals else 0)
        if shape not in ("bar", "line", "funnel", "map") or figure.points or not length or not table.drawn:
            return
        kind = "line" if shape == "line" else "column" if table.is_time and shape == "bar" else "bar"
        chart = self.book.add_chart({"type": kind})
        name = sheet.get_name()
        for column in table.drawn:
            series: dict[str, Any] = {
                "name": [name, top, column],
                "categories": [name, top + 1, 0, top + length, 0],
                "values": [name, top + 1, column, top + length, column],
            }
            if kind == "line":
                series["marker"] = {"type": "automatic"}
            if len(table.drawn) == 1:
                colour = {"color": "#0B5F5B"}
                series |= {"line": colour} if kind == "line" else {"fill": colour, "data_labels": {"value": True}}
            chart.add_series(series)
        chart.set_title({"name": self.about.speech.title(figure.view), "name_font": {"size": 12}})
        if len(table.drawn) == 1:
            chart.set_legend({"none": True})
        else:
            chart.set_legend({"position": "bottom"})
        if kind == "bar":
            # As in the table: the first group on top.
            chart.set_y_axis({"reverse": True})
            chart.set_size({"width": 560, "height": max(220, 60 + 28 * length * len(table.drawn))})
        sheet.insert_chart(top, len(table.headings) + 1, chart)

    def _sheet(self, wanted: str) -> Worksheet:
        """Add a sheet under a name that Excel takes: short, without its special characters, not yet taken."""
        bare = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip("' ") or "data"
        name, number = bare[:_NAME].strip("' "), 1
        while name.lower() in self.taken:
            number += 1
            ending = f" ({number})"
            name = bare[: _NAME - len(ending)] + ending
        self.taken.add(name.lower())
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet
