"""What was computed a moment ago, as long as nothing it is made of has changed.

Every change to records is a line of the audit, written in the same transaction. So a figure is good for as long as
there are exactly the lines about its forms that there were when it was computed. The last lines are counted, not the
highest taken, since a transaction may commit after others that began later: one that is 5,000 lines behind would take
longer than any submission may.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
#: How far back lines are counted, and how many may have come since before a count costs more than it saves.
_BEHIND: Final = 5_000
_MOST: Final = 50_000

_COUNT: Final = text(
    """
    select count(*) filter (where actee_id = any(cast(:forms as uuid[]))), coalesce(max(id), 0)
    from audits where id > :floor
    """
)
_TOP: Final = text("select coalesce(max(id), 0) from audits")


@dataclass(frozen=True)
class _Kept:
    found: Any
    floor: int
    lines: int


#: A process serves one database; tests serve many.
_KNOWN: WeakKeyDictionary[Engine, OrderedDict[tuple[object, ...], _Kept]] = WeakKeyDictionary()
_LOCK = Lock()


def today(board: Board, now: datetime) -> date:
    """Give the day by the calendar of a board's time zone."""
    return now.astimezone(ZoneInfo(board.zone)).date()


def recall(key: tuple[object, ...], forms: Sequence[Form], compute: Callable[[], _Found]) -> _Found:
    """Give what was computed under a key while the records of the forms were the same, or compute it."""
    actees = [str(form.actee_id) for form in forms]
    with _LOCK:
        known = _KNOWN.setdefault(db.engine, OrderedDict())
        kept = known.get(key)
    if kept is not None:
        lines, top = db.session.execute(_COUNT, {"floor": kept.floor, "forms": actees}).one()
        if lines == kept.lines and top - kept.floor < _MOST:
            found: _Found = kept.found
            return found
    # Before it is computed: what comes in between makes it count as changed, not as known.
    floor = max(0, db.session.execute(_TOP).scalar_one() - _BEHIND)
    lines, _top = db.session.execute(_COUNT, {"floor": floor, "forms": actees}).one()
    made = compute()
    with _LOCK:
        known[key] = _Kept(made, floor, lines)
        known.move_to_end(key)
        while len(known) > _KEPT:
            known.popitem(last=False)
    return made
