"""The second step of a log-in: codes of an authenticator app that change every half minute (RFC 6238).

The shared secret is sealed for its person alone. Each code is good once. There are no recovery codes: for whoever lost
the phone, an administrator takes the second step off.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from sqlalchemy import or_, update

from forms import audit
from forms.access import Actor
from forms.accounts import passwords, people
from forms.accounts.attempts import Guard
from forms.accounts.tokens import end_sessions_of
from forms.db import db
from forms.models import Session, User
from forms.problems import AuthenticationFailed, CodeWrong, InsufficientRights, NotFound
from forms.vault import Vault

#: Seconds that a code lasts (RFC 6238, section 4.1).
_STEP = 30
#: How many steps a phone's clock may be off, either way (section 5.2).
_SKEW = 1


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs, until its first code confirms that it has it."""

    secret: str
    uri: str


def begin(actor: Actor, vault: Vault) -> None:
    """Make a new secret for oneself. It counts only once it is confirmed; NotFound where one is confirmed already."""
    user = _own(actor)
    if user.totp_confirmed_at is not None:
        raise NotFound
    user.totp_secret = vault.seal_secret(pyotp.random_base32().encode(), _context(user.actor_id))
    user.totp_step = None


def enrolment(actor: Actor, vault: Vault) -> Enrolment | None:
    """Give one's own secret while it waits for its first code, else None."""
    user = _own(actor)
    if user.totp_secret is None or user.totp_confirmed_at is not None:
        return None
    secret = _secret(user, vault)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Lentera")
    return Enrolment(secret, uri)


def confirm(actor: Actor, password: str, code: str, *, session_id: int, guard: Guard) -> None:
    """Let one's secret count from now on: its first code makes the session in use proven and ends the others.

    The password is asked for once more, since whoever finds an open session would else enrol a phone of their own.
    Raises AuthenticationFailed or CodeWrong, which count as failed log-ins do; NotFound where no secret waits.
    """
    user = _own(actor)
    if user.totp_secret is None or user.totp_confirmed_at is not None:
        raise NotFound
    guard.admit(user.email)
    if not passwords.is_right(user.password, password):
        guard.count(user.email)
        raise AuthenticationFailed
    check(user, code, guard)
    user.totp_confirmed_at = datetime.now(UTC)
    db.session.execute(update(Session).where(Session.id == session_id).values(is_proven=True))
    end_sessions_of(user.actor_id, but=session_id)
    audit.record(actor, "user.second_step.create", actee_id=people.actee_id(user.actor_id))


def check(user: User, code: str, guard: Guard) -> None:
    """Take a code of somebody's second step; CodeWrong where it is wrong, too old, or was used already."""
    secret = _secret(user, guard.vault)
    given = "".join(code.split())
    now = int(time.time()) // _STEP
    for step in range(now - _SKEW, now + _SKEW + 1):
        if pyotp.utils.strings_equal(given, pyotp.HOTP(secret).at(step)) and _take(user.actor_id, step):
            return
    guard.count(user.email)
    raise CodeWrong


def take_off(actor: Actor, code: str, guard: Guard) -> None:
    """Take one's own second step off, which takes a code of it; no session of one's own is proven any more."""
    user = _own(actor)
    if user.totp_confirmed_at is None:
        raise NotFound
    guard.admit(user.email)
    check(user, code, guard)
    _clear(actor, user)
    db.session.execute(update(Session).where(Session.actor_id == user.actor_id).values(is_proven=False))


def take_off_lost(actor: Actor, actor_id: int) -> None:
    """Take the second step off for somebody else who lost the phone, and end all their sessions.

    InsufficientRights for oneself: that takes a code. NotFound where there is none.
    """
    if actor_id == actor.id:
        raise InsufficientRights
    user = people.user(actor_id).User
    if user.totp_confirmed_at is None:
        raise NotFound
    _clear(actor, user)
    end_sessions_of(actor_id)


def _own(actor: Actor) -> User:
    if actor.type != "user" or actor.id is None:
        raise NotFound
    user: User = people.user(actor.id).User
    return user


def _secret(user: User, vault: Vault) -> str:
    return vault.unseal_secret(user.totp_secret or b"", _context(user.actor_id)).decode()


def _context(actor_id: int) -> str:
    return f"second step of {actor_id}"


def _take(actor_id: int, step: int) -> bool:
    """Use a step up, and all before it; False where that was done already (RFC 6238, section 5.2)."""
    is_new = or_(User.totp_step.is_(None), User.totp_step < step)
    taken = update(User).where(User.actor_id == actor_id, is_new).values(totp_step=step).returning(User.actor_id)
    return db.session.execute(taken).first() is not None


def _clear(actor: Actor, user: User) -> None:
    user.totp_secret = user.totp_confirmed_at = user.totp_step = None
    audit.record(actor, "user.second_step.delete", actee_id=people.actee_id(user.actor_id))
