"""The access log: every look at what is known of people. Who, in which role, at what, why, when, from where.

Lines are only ever added (`lentera_app` may do nothing else) and chained: each carries a keyed hash over itself and the
hash before it, and their numbers have no gaps. The key is outside the database, so whoever changes a line cannot make
the chain whole again; what was cut off at the end is told by the last number and hash, which an auditor writes down.

A line is added in the transaction of the look itself: what is not logged is not shown. From then until the end of the
transaction no other look is logged, so it is the last thing that a function does.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, func, insert, select, text

from forms.access import Actor
from forms.db import db
from forms.models import AccessLine
from forms.policy import UNPROVEN
from forms.problems import ReasonTooShort
from forms.vault import Vault

#: "read" and "list" are of records, "alert" is raised by the log itself.
Action = Literal[
    "read", "list", "xml", "file", "reveal", "export", "identity_export.request", "identity_export.approve",
    "identity_export.refuse", "identity_export.take", "grant", "withdraw", "scope", "alert",
]  # fmt: skip
ACTIONS: tuple[str, ...] = get_args(Action)

#: DOMAIN rule T5: a reason says something, and whoever opens more than this in a day is looked at.
SHORTEST_REASON = 10
REVEALS_A_DAY = 20

#: Any number that nothing else locks.
_LOCK = text("select pg_advisory_xact_lock(6100)")
_LAST = select(AccessLine.number, AccessLine.hash).order_by(AccessLine.number.desc()).limit(1)
_BEGIN = b"\0" * 32
_PURPOSE = "access log"


@dataclass(frozen=True)
class Place:
    """What was looked at: a project, a form of it, a record of that; `fields` are paths of questions."""

    project_id: int | None
    form_id: int | None = None
    submission_id: int | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """A line of the access log; `at` is in UTC, `details` never hold an answer."""

    number: int
    at: datetime
    actor_id: int | None
    role: str | None
    action: str
    place: Place
    reason: str | None = field(repr=False)
    address: str | None
    details: dict[str, Any] | None


def counts(actor: Actor) -> bool:
    """Tell whether what an actor is shown here is a look: whether they see more than programme data."""
    return actor.look.clearance > UNPROVEN


def check_reason(reason: str) -> str:
    """Give a reason without the space around it; ReasonTooShort where it says too little."""
    plain = " ".join(reason.split())
    if len(plain) < SHORTEST_REASON:
        raise ReasonTooShort(least=SHORTEST_REASON)
    return plain


def record(
    actor: Actor,
    action: Action,
    place: Place,
    *,
    vault: Vault,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add a line, and one of action "alert" where somebody reveals more in 24 hours than is usual."""
    db.session.execute(_LOCK)
    _add(actor, action, place, reason, details, vault)
    if action == "reveal" and _reveals_too_much(actor):
        _add(actor, "alert", Place(place.project_id), None, {"reveals": REVEALS_A_DAY + 1}, vault)


def _add(
    actor: Actor, action: str, place: Place, reason: str | None, details: dict[str, Any] | None, vault: Vault
) -> None:
    number, before = db.session.execute(_LAST).one_or_none() or (0, _BEGIN)
    line = {
        "number": number + 1,
        "at": datetime.now(UTC),
        "actor_id": actor.id,
        "role": actor.look.role,
        "action": action,
        "project_id": place.project_id,
        "form_id": place.form_id,
        "submission_id": place.submission_id,
        "fields": list(place.fields),
        "reason": vault.seal_secret(reason.encode(), _PURPOSE) if reason is not None else None,
        "address": actor.address,
        "details": details,
    }
    db.session.execute(insert(AccessLine).values(**line, hash=_hash(line, before, vault)))


def _hash(line: dict[str, Any], before: bytes, vault: Vault) -> bytes:
    plain = {**line, "at": line["at"].astimezone(UTC).isoformat(), "reason": line["reason"] and line["reason"].hex()}
    return vault.hash(_PURPOSE, before + json.dumps(plain, sort_keys=True).encode())


def _reveals_too_much(actor: Actor) -> bool:
    """Tell whether the person's reveals of the last 24 hours have just become too many."""
    since = func.now() - text("interval '24 hours'")
    of_theirs = select(func.count()).where(AccessLine.actor_id == actor.id, AccessLine.at > since)
    alerts = db.session.execute(of_theirs.where(AccessLine.action == "alert")).scalar_one()
    reveals = db.session.execute(of_theirs.where(AccessLine.action == "reveal")).scalar_one()
    return reveals > REVEALS_A_DAY and not alerts


@dataclass(frozen=True)
class Wanted:
    """Which lines: None wants any. The days are of UTC, both included."""

    actor_id: int | None = None
    action: str | None = None
    form_id: int | None = None
    submission_id: int | None = None
    since: date | None = None
    until: date | None = None


def lines(
    project_id: int, wanted: Wanted, *, vault: Vault, limit: int | None = None, before: int | None = None
) -> list[Look]:
    """List a project's lines and those of the whole site, the newest first; `before` goes on from a line's number."""
    rows = select(AccessLine).where((AccessLine.project_id == project_id) | AccessLine.project_id.is_(None))
    rows = _wanted(rows, wanted)
    if before is not None:
        rows = rows.where(AccessLine.number < before)
    found = db.session.execute(rows.order_by(AccessLine.number.desc()).limit(limit)).scalars()
    return [_look(row, vault) for row in found]


def _wanted(rows: Select[AccessLine], wanted: Wanted) -> Select[AccessLine]:
    for column, value in (
        (AccessLine.actor_id, wanted.actor_id),
        (AccessLine.action, wanted.action),
        (AccessLine.form_id, wanted.form_id),
        (AccessLine.submission_id, wanted.submission_id),
    ):
        if value is not None:
            rows = rows.where(column == value)
    if wanted.since is not None:
        rows = rows.where(AccessLine.at >= datetime.combine(wanted.since, time.min, UTC))
    if wanted.until is not None:
        rows = rows.where(AccessLine.at < datetime.combine(wanted.until + timedelta(days=1), time.min, UTC))
    return rows


def _look(row: AccessLine, vault: Vault) -> Look:
    return Look(
        row.number,
        row.at,
        row.actor_id,
        row.role,
        row.action,
        Place(row.project_id, row.form_id, row.submission_id, tuple(row.fields)),
        vault.unseal_secret(row.reason, _PURPOSE).decode() if row.reason is not None else None,
        row.address,
        row.details,
    )


def actors(project_id: int) -> list[int]:
    """List who is in the lines that `lines` gives."""
    mine = (AccessLine.project_id == project_id) | AccessLine.project_id.is_(None)
    return [found for found in db.session.scalars(select(AccessLine.actor_id).where(mine).distinct()) if found]


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: how many lines, the numbers of those that are not as they were, the last hash."""

    count: int
    broken: tuple[int, ...]
    last: str


_PIECE = 5000


def verify(*, vault: Vault) -> Verdict:
    """Go through the whole chain, of all projects. A line that is missing counts against the one after it."""
    broken: list[int] = []
    count, before, expected = 0, _BEGIN, 1
    for row in _all():
        line = dict(row._mapping)  # noqa: SLF001 - a Row's documented mapping
        kept = line.pop("hash")
        if row.number != expected or kept != _hash(line, before, vault):
            broken.append(row.number)
        count, before, expected = count + 1, kept, row.number + 1
    return Verdict(count, tuple(broken), before.hex() if count else "")


def _all() -> Iterator[Row[Any]]:
    last = 0
    columns = AccessLine.__table__.c
    while rows := db.session.execute(
        select(*columns).where(columns.number > last).order_by(columns.number).limit(_PIECE)
    ).all():
        yield from rows
        last = rows[-1].number
