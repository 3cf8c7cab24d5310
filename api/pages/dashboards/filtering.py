"""The filter bar: what its address says → `Filters`, and back. State lives in the address and nowhere else.

`period` names a stretch of the calendar by a word ("this-month") or by itself ("2026", "2026-Q3", "2026-11"), "days"
is from `since` until `until`. `at.DIMENSION` and `is.QUESTION` are the other filters. Where small numbers are hidden in
all figures, only whole years are offered: anything finer would tell hidden ones apart, and is refused by the figures.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from flask_babel import gettext as _

from api.pages.contexts import FilterBar, FilterChip, FilterField, FilterOption
from api.pages.dashboards.words import Speech, span
from forms.figures.results import Filters, OfferedFilter

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_YEAR: Final = re.compile(r"\d{4}")
_DAYS: Final = "days"
_PREFIX: Final = {"scope": "at.", "answer": "is."}


@dataclass(frozen=True)
class Asked:
    """What an address asks for: `filters` as they count, `query` as it was written, and what is `wrong` with it."""

    filters: Filters
    query: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""

    def address(self, base: str, **more: str) -> str:
        """Give an address with this filter in it."""
        written = urlencode([*self.query.items(), *more.items()])
        return f"{base}?{written}" if written else base


def read(args: Mapping[str, str], offered: tuple[OfferedFilter, ...], *, today: date, is_fixed: bool) -> Asked:
    """Read an address. What the bar does not offer is passed over; days that are none are said to be wrong."""
    query: dict[str, str] = {}
    since, until, wrong = _period(args, query, today=today, is_fixed=is_fixed)
    chosen: dict[str, dict[str, str]] = {"scope": {}, "answer": {}}
    for each in offered:
        name = f"{_PREFIX[each.kind]}{each.name}"
        value = args.get(name, "")
        if value and any(choice.value == value for choice in each.choices):
            query[name] = value
            chosen[each.kind][each.name] = value
    return Asked(Filters(since, until, chosen["scope"], chosen["answer"]), query, wrong)


def _period(
    args: Mapping[str, str], query: dict[str, str], *, today: date, is_fixed: bool
) -> tuple[date | None, date | None, str]:
    period = args.get("period", "")
    if period == _DAYS and not is_fixed:
        try:
            since, until = (date.fromisoformat(args[n]) if args.get(n) else None for n in ("since", "until"))
        except ValueError:
            return None, None, str(_("Write days like this: 2026-01-31."))
        if since and until and since > until:
            return None, None, str(_("The first day is after the last one."))
        if since or until:
            query |= {"period": _DAYS} | {n: args[n] for n in ("since", "until") if args.get(n)}
        return since, until, ""
    found = _stretch(period, today)
    if found is None or (is_fixed and not _is_year(*found)):
        return None, None, ""
    query["period"] = period
    return *found, ""


def _is_year(since: date, until: date) -> bool:
    return (until - since).days > 360  # noqa: PLR2004 - the shortest year has 365 days, no quarter has 360


def _stretch(period: str, today: date) -> tuple[date, date] | None:
    """Give the first and last day that a word stands for."""
    which, _dash, unit = period.partition("-")
    if which in ("this", "last") and unit in ("month", "quarter", "year"):
        back = which == "last"
        first = today.replace(day=1, month=1 if unit == "year" else today.month)
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        if unit == "quarter":
            first = first.replace(month=(today.month - 1) // 3 * 3 + 1)
        first = _later(first, -months if back else 0)
        return first, _later(first, months) - timedelta(days=1)
    try:
        if found := _QUARTER.fullmatch(period):
            first, months = date(int(found[1]), int(found[2]) * 3 - 2, 1), 3
        elif found := _MONTH.fullmatch(period):
            first, months = date(int(found[1]), int(found[2]), 1), 1
        elif _YEAR.fullmatch(period):
            first, months = date(int(period), 1, 1), 12
        else:
            return None
        return first, _later(first, months) - timedelta(days=1)
    except ValueError:
        return None


def _later(first: date, months: int) -> date:
    """Give the first day of a month some months later."""
    month = first.year * 12 + first.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)


def bar(
    asked: Asked,
    address: str,
    offered: tuple[OfferedFilter, ...],
    speech: Speech,
    *,
    today: date,
    is_fixed: bool,
    is_coarse: bool,
) -> FilterBar:
    """Put the bar together: what it offers, what is chosen, and a chip for each filter in force.

    `is_coarse` says that some figures come for whole years only.
    """
    chips = tuple(_chips(asked, address, offered, speech, today))
    return FilterBar(
        address=address,
        periods=tuple(_periods(asked, today, is_fixed=is_fixed)),
        since=asked.query.get("since", ""),
        until=asked.query.get("until", ""),
        fields=tuple(_field(each, asked, speech) for each in offered),
        chips=chips,
        words="; ".join(chip.text for chip in chips) or str(_("all records")),
        has_days=not is_fixed,
        is_coarse=is_coarse,
        problem=asked.wrong,
    )


def said(asked: Asked, offered: tuple[OfferedFilter, ...], speech: Speech, *, today: date) -> str:
    """Say the filter in a sentence."""
    return "; ".join(c.text for c in _chips(asked, "", offered, speech, today)) or str(_("all records"))


def _field(offered: OfferedFilter, asked: Asked, speech: Speech) -> FilterField:
    name = f"{_PREFIX[offered.kind]}{offered.name}"
    return FilterField(
        name,
        speech.text(offered.labels) or offered.name,
        tuple(
            FilterOption(c.value, speech.text(c.labels) or c.value, asked.query.get(name) == c.value)
            for c in offered.choices
        ),
    )


def _periods(asked: Asked, today: date, *, is_fixed: bool) -> Iterator[FilterOption]:
    chosen = asked.query.get("period", "")
    names = [] if is_fixed else ["this-month", "last-month", "this-quarter", "last-quarter"]
    names += ["this-year", "last-year"]
    if chosen and chosen not in names and chosen != _DAYS:
        names.append(chosen)
    for name in names:
        yield FilterOption(name, _name(name, today), chosen == name)
    if not is_fixed:
        yield FilterOption(_DAYS, str(_("days of your own")), chosen == _DAYS)


def _name(period: str, today: date) -> str:
    words = {
        "this-month": _("this month"),
        "last-month": _("last month"),
        "this-quarter": _("this quarter"),
        "last-quarter": _("last quarter"),
        "this-year": _("this year"),
        "last-year": _("last year"),
    }
    return str(words.get(period) or span(*(_stretch(period, today) or (None, None))))


def _chips(
    asked: Asked, address: str, offered: tuple[OfferedFilter, ...], speech: Speech, today: date
) -> Iterator[FilterChip]:
    def without(*names: str) -> str:
        rest = {name: value for name, value in asked.query.items() if name not in names}
        return Asked(asked.filters, rest).address(address)

    if period := asked.query.get("period"):
        dates = span(asked.filters.since, asked.filters.until)
        name = _name(period, today)
        text = f"{name} ({dates})" if period != _DAYS and name != dates else dates
        yield FilterChip(text[:1].upper() + text[1:], without("period", "since", "until"))
    for each in offered:
        name = f"{_PREFIX[each.kind]}{each.name}"
        for choice in each.choices:
            if asked.query.get(name) == choice.value:
                label = speech.text(choice.labels) or choice.value
                yield FilterChip(f"{speech.text(each.labels) or each.name}: {label}", without(name))
