"""Answers as text to values of their type.

Text is taken exactly as sent, except that one of white space only is no answer; white space around every other value,
a choice's name and a file's name is dropped. A dateTime without an offset does not fit: it names no instant, and to
guess one would be wrong by hours in silence (ODK clients always send it). A time keeps the clock that the person saw.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from forms.schema import Field


@dataclass(frozen=True, slots=True)
class Geo:
    """A geopoint, geotrace or geoshape: the text as sent, and the latitude and longitude of its (first) point."""

    text: str
    latitude: float
    longitude: float


Value = str | int | float | bool | date | time | datetime | Geo


def typed(asked: Field, text: str, stripped: str) -> Value | None:
    """Give the value of a non-blank answer, None where it does not fit the field's type."""
    read = _READERS.get(asked.type)
    if read is not None:
        return read(stripped)
    return stripped if asked.control in _CHOOSING or asked.is_file else text


def as_text(value: Value) -> str:
    """Write a value as XForms writes it, for where it is kept sealed as text."""
    if isinstance(value, Geo):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _int(text: str) -> int | None:
    if not _INT.fullmatch(text):
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


def _decimal(text: str) -> float | None:
    if len(text) > _LONGEST_NUMBER or not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _boolean(text: str) -> bool | None:
    return _BOOLEANS.get(text)


def _date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _clock(text: str) -> tuple[time, str] | None:
    """Give the wall clock and the offset as written, "" where there is none."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second, fraction, offset = match.groups()
    try:
        clock = time(int(hour), int(minute), int(second or 0), int((fraction or "")[:6].ljust(6, "0")))
    except ValueError:
        return None
    return clock, offset or ""


def _time(text: str) -> time | None:
    found = _clock(text)
    return found[0] if found and (not found[1] or _zone(found[1])) else None


def _datetime(text: str) -> datetime | None:
    day_text, _, clock_text = text.partition("T")
    day, found = _date(day_text), _clock(clock_text)
    zone = _zone(found[1]) if found else None
    if day is None or found is None or zone is None:
        return None
    moment = datetime.combine(day, found[0], zone)
    try:
        moment.astimezone(UTC)
    except OverflowError:  # before year 1 or after 9999 in UTC: the database could not give it back
        return None
    return moment


@lru_cache(maxsize=256)
def _zone(offset: str) -> timezone | None:
    """Read Z, +07:00, +0700 or +07 (ISO 8601, JavaRosa's short form); None beyond 14 hours, or where there is none."""
    match = _OFFSET.fullmatch(offset)
    if not match:
        return None
    minutes = int(match[2] or 0) * 60 + int(match[3] or 0)
    if minutes > _FARTHEST_ZONE or int(match[3] or 0) > 59:  # noqa: PLR2004 - minutes of an hour
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _geo(text: str, *, points: int | None = None) -> Geo | None:
    """Read `lat lon [alt [accuracy]]`, several joined by ";" (ODK XForms specification, geotrace and geoshape)."""
    parts = text.removesuffix(";").split(";")
    if points is not None and len(parts) != points:
        return None
    first: tuple[float, float] | None = None
    for part in parts:
        place = _point(part)
        if place is None:
            return None
        first = first or place
    return Geo(text, *first) if first else None


def _geopoint(text: str) -> Geo | None:
    return _geo(text, points=1)


def _point(text: str) -> tuple[float, float] | None:
    match = _POINT.fullmatch(text)
    if not match or len(text) > _LONGEST_NUMBER:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None  # noqa: PLR2004 - degrees


_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_INT = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(_NUMBER)
_POINT = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}\s*", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9:]{2,5})?")
_OFFSET = re.compile(r"Z|([+-])([0-9]{2})(?::?([0-9]{2}))?")
_LONGEST_NUMBER = 400
_FARTHEST_ZONE = 14 * 60
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_CHOOSING = ("select", "select1", "rank")
_READERS: dict[str, Callable[[str], Value | None]] = {
    "int": _int,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "dateTime": _datetime,
    "geopoint": _geopoint,
    "geotrace": _geo,
    "geoshape": _geo,
}
