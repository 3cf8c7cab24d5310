"""What was computed a moment ago, as long as nothing it is made of has changed.

Every change to records is a line of the audit, written in the same transaction. So a figure is good for as long as
there are exactly the lines about its forms that there were when it was computed. The last lines are counted, not the
highest taken, since a transaction may commit after others that began later: one that is 5,000 lines behind would take
longer than any submission may.

What takes long over many records would be computed again for each visitor while the field sends: that may lag behind
by as much as makes computing it a hundredth of the time. A page says of each figure when it was computed.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.engine import Engine

from forms.db import db
from forms.figures.boards import Board
from forms.models import Form

_Found = TypeVar("_Found")

_KEPT: Final = 1_000
#: How far back lines are counted, and how many may have come since before counting them takes long.
_BEHIND: Final = 5_000
_MOST: Final = 50_000
#: Seconds of computing from which on a figure may lag behind, and how many times as long it may.
_LONG: Final = 0.5
_LAG: Final = 100

_COUNT: Final = text(
    """
    select count(*) filter (where actee_id = any(cast(:forms as uuid[]))), coalesce(max(id), 0)
    from audits where id > :floor
    """
)
_TOP: Final = text("select coalesce(max(id), 0) from audits")


@dataclass(frozen=True)
class _Stamp:
    """The state of some forms' records: how many lines there are above one, and a number for it."""

    floor: int
    lines: int
    number: int


@dataclass(frozen=True)
class _Known:
    """What was computed of which state, and until when, by the monotonic clock, it may be given for a later one."""

    number: int
    found: Any
    until: float


@dataclass
class _Memory:
    stamps: dict[tuple[int, ...], _Stamp] = field(default_factory=dict)
    found: OrderedDict[tuple[object, ...], _Known] = field(default_factory=OrderedDict)


#: A process serves one database; tests serve many.
_MEMORIES: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()
_LOCK = Lock()


def today(board: Board, now: datetime) -> date:
    """Give the day by the calendar of a board's time zone."""
    return now.astimezone(ZoneInfo(board.zone)).date()


def recall(
    board: Board,
    key: tuple[object, ...],
    forms: Sequence[Form],
    compute: Callable[[], _Found],
    *,
    may_lag: bool = False,
) -> _Found:
    """Give what was computed under a key while the records of the forms were the same, or compute it.

    A board looks once whether they are: its figures are of one moment, but for those that take long and `may_lag`.
    """
    ids = tuple(form.id for form in forms)
    if ids not in board.stamps:
        # Before anything is computed: what comes in between makes it count as changed, not as known.
        board.stamps[ids] = _number(ids, [str(form.actee_id) for form in forms])
    number = board.stamps[ids]
    memory = _memory()
    with _LOCK:
        known = memory.found.get(key)
    began = time.monotonic()
    if known is not None and (known.number == number or (may_lag and began < known.until)):
        found: _Found = known.found
        return found
    made = compute()
    ended = time.monotonic()
    took = ended - began
    with _LOCK:
        memory.found[key] = _Known(number, made, ended + (_LAG * took if took >= _LONG else 0))
        memory.found.move_to_end(key)
        while len(memory.found) > _KEPT:
            memory.found.popitem(last=False)
    return made


def _memory() -> _Memory:
    with _LOCK:
        return _MEMORIES.setdefault(db.engine, _Memory())


def _number(ids: tuple[int, ...], actees: list[str]) -> int:
    """Number the state of the forms' records: the same as before where there are no other lines about them."""
    memory = _memory()
    stamp = memory.stamps.get(ids)
    if stamp is not None:
        lines, top = db.session.execute(_COUNT, {"floor": stamp.floor, "forms": actees}).one()
        if lines == stamp.lines and top - stamp.floor < _MOST:
            return stamp.number
    floor = max(0, db.session.execute(_TOP).scalar_one() - _BEHIND)
    lines, _top = db.session.execute(_COUNT, {"floor": floor, "forms": actees}).one()
    with _LOCK:
        before = memory.stamps.get(ids)
        number = before.number + 1 if before is not None else 1
        memory.stamps[ids] = _Stamp(floor, lines, number)
    return number
