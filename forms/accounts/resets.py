"""New passwords: changed by whoever knows the old one, or set with a one-time link that lasts a day.

An administrator makes a link and gives it on; where there is a mail server, anybody may have one sent to the address
of an account. A link's token is kept as a hash. Whatever sets a password ends the person's sessions.
"""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, update

from forms import audit
from forms.access import Actor, Permission, demand
from forms.accounts import passwords, people
from forms.accounts.attempts import Guard
from forms.accounts.tokens import end_sessions_of, token_hash
from forms.db import db
from forms.models import PasswordReset, User
from forms.problems import AuthenticationFailed, InsufficientRights, MissingParameter

LINK_LIFE = timedelta(hours=24)


def change_password(actor: Actor, actor_id: int, old: str, new: object, *, but: int | None, guard: Guard) -> None:
    """Change a password by the old one, which administrators too must know; ends all sessions but the one in use.

    Raises AuthenticationFailed where the old one is wrong, which counts; and what `passwords.check` does.
    """
    user = people.user(actor_id).User
    if actor_id != actor.id:
        demand(actor, Permission.USER_UPDATE)
    guard.admit(user.email)
    if not passwords.is_right(user.password, old):
        guard.count(user.email)
        raise AuthenticationFailed
    _set(actor, user, new)
    end_sessions_of(actor_id, but=but)


def make_link(actor: Actor, actor_id: int) -> str:
    """Make a one-time link for somebody else and give its token: the only moment at which it is known.

    Earlier links of theirs are void. InsufficientRights for oneself: that takes the old password.
    """
    if actor_id == actor.id:
        raise InsufficientRights
    user = people.user(actor_id).User
    token = _new_link(user, actor.id)
    audit.record(actor, "user.reset.create", actee_id=people.actee_id(actor_id))
    return token


def ask(email: str, *, guard: Guard) -> tuple[str, str] | None:
    """Make a link for an account that says it forgot the password: its address and the token, to be mailed there.

    None where there is no such account. Every question counts, so that nobody's letter box is flooded.
    """
    if not email.strip():
        raise MissingParameter(field="email")
    guard.admit(email)
    guard.count(email)
    user = people.live_user(email)
    return None if user is None else (user.email, _new_link(user, None))


def invalidate(actor: Actor, actor_id: int) -> None:
    """Shut somebody out at once: no password, no session, no link, until a new link is made."""
    user = people.user(actor_id).User
    user.password = None
    _void_links(actor_id)
    end_sessions_of(actor_id)
    audit.record(actor, "user.update", actee_id=people.actee_id(actor_id), details={"data": {"password": None}})


def holder(token: str, *, guard: Guard) -> User:
    """Tell whose a link is; AuthenticationFailed where it is unknown, used or too old, which counts."""
    guard.admit()
    found = select(User).join(PasswordReset, PasswordReset.actor_id == User.actor_id)
    found = found.where(PasswordReset.token_hash == token_hash(token), PasswordReset.used_at.is_(None))
    user = db.session.execute(found.where(PasswordReset.expires_at > func.now(), ~User.deleted)).scalar_one_or_none()
    if user is None:
        guard.count()
        raise AuthenticationFailed
    return user


def set_password(token: str, new: object, *, guard: Guard) -> None:
    """Set the password of whoever a link is for, and use the link up; raises what `holder` and `check` do."""
    user = holder(token, guard=guard)
    row = people.user(user.actor_id)
    actor = Actor(id=user.actor_id, type="user", display_name=row.Actor.display_name, email=user.email)
    _set(actor, user, new)
    _void_links(user.actor_id)
    end_sessions_of(user.actor_id)
    guard.forget(user.email)


def _set(actor: Actor, user: User, new: object) -> None:
    user.password = passwords.hashed(new)
    audit.record(actor, "user.update", actee_id=people.actee_id(user.actor_id), details={"data": {"password": True}})


def _new_link(user: User, created_by: int | None) -> str:
    _void_links(user.actor_id)
    token = secrets.token_urlsafe(32)
    db.session.execute(
        insert(PasswordReset).values(
            token_hash=token_hash(token),
            actor_id=user.actor_id,
            created_by=created_by,
            expires_at=datetime.now(UTC) + LINK_LIFE,
        )
    )
    return token


def _void_links(actor_id: int) -> None:
    unused = update(PasswordReset).where(PasswordReset.actor_id == actor_id, PasswordReset.used_at.is_(None))
    db.session.execute(unused.values(used_at=func.now()))
