"""How numbers, dates and groups of figures are said, in the page's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from flask_babel import format_date, format_decimal, format_percent
from flask_babel import gettext as _

from api.pages.render import day, moment
from forms.expression.tree import Quotient
from forms.figures import K
from forms.figures.results import Cell, Figure, Key
from forms.schema import Texts, localized
from forms.views import View

#: What stands where there is no number, and between two edges.
DASH: Final = "\u2013"


@dataclass(frozen=True)
class Speech:
    """The language that a page is in, and the one that a workbook falls back on."""

    language: str
    default: str = ""

    def text(self, texts: Texts) -> str:
        """Pick a text, "" where there is none."""
        return localized(texts, self.language, self.default)

    def title(self, view: View) -> str:
        """Give a view's label, else its name."""
        return self.text(view.labels) or view.name


def plain(value: float) -> str:
    """Write a number: whole ones whole, large ones with one decimal, small ones with two."""
    return str(format_decimal(value, "#,##0.#" if abs(value) >= 100 else "#,##0.##"))  # noqa: PLR2004 - as said


def percent(value: float) -> str:
    """Write a share between 0 and 1."""
    return str(format_percent(value, "#,##0.# %"))


def is_share(figure: Figure, column: int) -> bool:
    """Tell whether a column is of shares: each of several values is its own, groups are all of the first."""
    nodes = [value.node for value in figure.view.values]
    node = nodes[column] if len(figure.view.by) < 2 and column < len(nodes) else nodes[0]  # noqa: PLR2004 - a crosstab
    return isinstance(node, Quotient) and node.name == "share"


def goal(figure: Figure, target: float) -> float:
    """Take a target to the unit of its figure: of a share it may be written as a part or in per cent."""
    return target / 100 if is_share(figure, 0) and target > 1 else target


def marked(cell: Cell) -> str:
    """Give the mark that stands in a number's place, "" where it is shown."""
    if not cell.mark:
        return ""
    return f"<{K}" if cell.mark == "small" else _("hidden")


def number(cell: Cell, write: Callable[[float], str] = plain) -> str:
    """Write a cell: its number, its mark, or a dash."""
    if cell.mark:
        return marked(cell)
    if cell.value is None:
        return DASH
    return day(cell.value) if isinstance(cell.value, date) else write(cell.value)


def parts(cell: Cell) -> str:
    """Write numerator and denominator, "" where they are not given."""
    if cell.numerator is None or cell.denominator is None or cell.mark:
        return ""
    return str(_("%(part)s of %(whole)s", part=plain(cell.numerator), whole=plain(cell.denominator)))


def writes(figure: Figure, column: int = 0) -> Callable[[float], str]:
    """Tell how the numbers of a figure's column are written."""
    return percent if is_share(figure, column) else plain


def group(key: Key, speech: Speech) -> str:
    """Call a group by its name."""
    if key.kind == "value":
        return speech.text(key.labels) or (key.value or _("Total"))
    if key.value is None:
        return str(_("no answer"))
    if key.kind == "band":
        return band(key.low, key.high) if (key.low, key.high) != (None, None) else key.value
    if label := speech.text(key.labels):
        return label
    if key.kind == "boolean":
        return str(_("yes") if key.value.lower() in ("true", "1") else _("no"))
    if key.kind in ("year", "quarter", "month", "week", "day"):
        return _stretch(key)
    if key.kind == "number":
        return _number(key.value)
    return key.value


def _number(text: str) -> str:
    try:
        return plain(float(text))
    except ValueError:
        return text


def _stretch(key: Key) -> str:
    first = moment_of(key)
    if first is None:
        return key.value or ""
    if key.kind == "year":
        return str(first.year)
    if key.kind == "quarter":
        return str(_("quarter %(number)s of %(year)s", number=(first.month + 2) // 3, year=first.year))
    if key.kind == "month":
        return str(format_date(first, "MMM y"))
    return day(first) if key.kind == "day" else str(_("week of %(day)s", day=day(first)))


def moment_of(key: Key) -> date | None:
    """Give the first day of a stretch of the calendar; None for any other group."""
    if key.kind not in ("year", "quarter", "month", "week", "day") or key.value is None:
        return None
    try:
        return date.fromisoformat(key.value[:10])
    except ValueError:
        return date(int(key.value), 1, 1) if key.value.isascii() and key.value.isdigit() else None


def band(low: float | None, high: float | None) -> str:
    """Say a stretch of numbers, from `low` up to below `high`; one of them may be open."""
    if low is None:
        return str(_("below %(high)s", high=plain(high or 0)))
    if high is None:
        return str(_("%(low)s and more", low=plain(low)))
    if low == int(low) and high == int(high):
        # A band ends below its upper edge: among whole numbers that is one less.
        return plain(low) if high - low == 1 else f"{plain(low)}{DASH}{plain(high - 1)}"
    return str(_("%(low)s to below %(high)s", low=plain(low), high=plain(high)))


def span(since: date | None, until: date | None) -> str:
    """Say from which day to which."""
    if since and until:
        return str(_("%(since)s until %(until)s", since=day(since), until=day(until)))
    if since:
        return str(_("from %(since)s", since=day(since)))
    return str(_("until %(until)s", until=day(until))) if until else ""


def answer(value: Any) -> str:
    """Write one answer of a record, "" where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return plain(value) if isinstance(value, int | float) else str(value)
