"""Logging in, what a session's token opens, and how sessions end: by their person, idle, or a day after they began."""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text, update

from forms import audit
from forms.access import Actor, Permission, demand
from forms.accounts import passwords, people, second_step
from forms.accounts.attempts import Guard
from forms.accounts.tokens import NewSession, end_sessions_of, open_session, token_hash
from forms.db import db, run_apart
from forms.models import Actor as ActorRow
from forms.models import FieldKey, Session, User
from forms.policy import OVER_PEOPLE, UNPROVEN
from forms.problems import (
    AuthenticationFailed,
    InsufficientRights,
    NotFound,
    SealBroken,
    SecondStepNeeded,
    SessionNeeded,
)
from forms.vault import Vault

#: ODK Central's: a session ends a day after it began, however busy it is.
SESSION_LIFE = timedelta(hours=24)
#: How long the page that asks for the code waits for it.
_TICKET_LIFE = timedelta(minutes=5)
_TICKET: Final = "a password that was right"
#: What is kept of a browser's name for itself; they are rarely longer.
_USER_AGENT_LENGTH = 300


@dataclass(frozen=True)
class Credential:
    """A session as the request showed it: who acts, and what proves that a form came from our own page."""

    actor: Actor
    session_id: int
    csrf: str
    created_at: datetime
    expires_at: datetime


def log_in(email: str, password: str, *, guard: Guard, user_agent: str | None, code: str | None = None) -> NewSession:
    """Open a session for an address and password; AuthenticationFailed without saying which was wrong.

    Whoever has a second step must show its code too: without one, SecondStepNeeded, whose detail `ticket` opens
    `log_in_with_code`; with a wrong one, CodeWrong. Failures are counted, and close the door (TooManyAttempts) for a
    quarter of an hour; the Problems keep what was written, so that they count.
    """
    user = _with_password(email, password, guard)
    if user.totp_confirmed_at is not None and not code:
        raise SecondStepNeeded(ticket=_ticket(user, guard.vault))
    return _log_in(user, code, guard, user_agent)


def log_in_with_code(ticket: str, code: str, *, guard: Guard, user_agent: str | None) -> NewSession:
    """Open a session for a ticket of `log_in` and a code.

    AuthenticationFailed where the ticket is too old or the password has changed since, CodeWrong where the code is.
    """
    user = _with_ticket(ticket, guard.vault)
    guard.admit(user.email)
    return _log_in(user, code, guard, user_agent)


def verify(email: str, password: str, *, guard: Guard) -> Actor:
    """Tell who an address and a password belong to, counting failures as `log_in` does.

    SessionNeeded for whoever has a second step: a password alone opens nothing of theirs.
    """
    user = _with_password(email, password, guard)
    if user.totp_confirmed_at is not None:
        raise SessionNeeded
    return _actor(user)


def _with_password(email: str, password: str, guard: Guard) -> User:
    guard.admit(email)
    user = people.live_user(email)
    if not passwords.is_right(user.password if user else None, password) or user is None:
        guard.count(email)
        raise AuthenticationFailed
    return user


def _ticket(user: User, vault: Vault) -> str:
    """Seal who gave the right password, until when that is good, and for which password."""
    until = datetime.now(UTC) + _TICKET_LIFE
    said = json.dumps([user.actor_id, until.timestamp(), _print(user, vault)]).encode()
    return base64.urlsafe_b64encode(vault.seal_secret(said, _TICKET)).decode()


def _with_ticket(ticket: str, vault: Vault) -> User:
    try:
        sealed = base64.urlsafe_b64decode(ticket.encode())
        actor_id, until, of_password = json.loads(vault.unseal_secret(sealed, _TICKET))
        user: User = people.user(actor_id).User
    except (SealBroken, ValueError, NotFound):
        raise AuthenticationFailed from None
    is_old = until < datetime.now(UTC).timestamp() or of_password != _print(user, vault)
    if is_old or user.totp_confirmed_at is None:
        raise AuthenticationFailed
    return user


def _print(user: User, vault: Vault) -> str:
    return vault.hash("password of a ticket", user.password or "").hex()


def _log_in(user: User, code: str | None, guard: Guard, user_agent: str | None) -> NewSession:
    has_second_step = user.totp_confirmed_at is not None
    if has_second_step:
        second_step.check(user, code or "", guard)
    db.session.execute(update(User).where(User.actor_id == user.actor_id).values(last_login_at=func.now()))
    session = open_session(
        user.actor_id,
        datetime.now(UTC) + SESSION_LIFE,
        is_proven=has_second_step,
        user_agent=user_agent[:_USER_AGENT_LENGTH] if user_agent else None,
        address=guard.address,
    )
    row = db.session.get_one(ActorRow, user.actor_id)
    audit.record(_actor(user), "user.session.create", actee_id=row.actee_id, details={"userAgent": user_agent})
    return session


def _actor(user: User) -> Actor:
    row = db.session.get_one(ActorRow, user.actor_id)
    return Actor(id=user.actor_id, type="user", display_name=row.display_name, email=user.email)


#: When a session is good: an app user's until it is ended or expires; a person's who may see something about people
#: not after a quarter of an hour without a request either. `last_seen_at` is up to a minute old.
_IS_LIVE = f"""
    sessions.ended_at is null and sessions.expires_at > now()
    and (sessions.last_seen_at > now() - interval '15 minutes' or not exists (
        select from assignments join roles on roles.id = assignments.role_id
        where assignments.actor_id = sessions.actor_id
        and (roles.sees > {int(UNPROVEN)} or roles.verbs && array[{", ".join(f"'{v}'" for v in sorted(OVER_PEOPLE))}])
    ))
    """
_SESSION = f"""
    select sessions.id, sessions.csrf, sessions.created_at, sessions.expires_at,
           sessions.last_seen_at < now() - interval '1 minute'
               or sessions.last_seen_at = sessions.created_at as is_unseen,
           actors.id as actor_id, actors.type, actors.display_name, users.email,
           -- Made-up people need no second step.
           sessions.is_proven or exists (select from demo) as is_proven
    from sessions
    join actors on actors.id = sessions.actor_id and actors.deleted_at is null
    left join users on users.actor_id = actors.id
    where sessions.token_hash = %s and {_IS_LIVE}
    """
#: At most once a minute, however many requests come at once; the first request counts at once.
_SEEN = """
    update sessions set last_seen_at = now(), user_agent = coalesce(%s, user_agent)
    where id = %s and (last_seen_at < now() - interval '1 minute' or last_seen_at = created_at)
    returning id
    """


def by_token(token: str, *, phone: str | None = None) -> Credential | None:
    """Find the live session of a token, or None; apart from the session's transaction, before there is any.

    `phone` is what a phone calls itself (User-Agent): an app user's session keeps the last one that used it.
    """
    row = run_apart(_SESSION, [token_hash(token)])
    if row is None:
        return None
    if row.is_unseen:
        run_apart(_SEEN, [phone[:_USER_AGENT_LENGTH] if phone and row.type == "field_key" else None, row.id])
    actor = Actor(row.actor_id, row.type, row.display_name, row.email, is_proven=row.is_proven)
    return Credential(actor, row.id, row.csrf, row.created_at, row.expires_at)


def is_csrf(credential: Credential, given: str) -> bool:
    """Compare a form's proof with the session's, in constant time."""
    return hmac.compare_digest(credential.csrf.encode(), given.encode())


def end_session(actor: Actor, session_id: int) -> None:
    """End a session by its id."""
    ended = db.session.execute(
        update(Session).where(Session.id == session_id).values(ended_at=func.now()).returning(Session.actor_id)
    ).scalar_one()
    row = db.session.get_one(ActorRow, ended)
    if row.type != "user":
        audit.record(actor, f"{row.type}.session.end", actee_id=row.actee_id)


def end_session_of_token(actor: Actor, token: str) -> None:
    """End the session of a token: one's own, or an app user's by whoever may revoke it (ODK Central API, sessions)."""
    row = db.session.execute(
        select(Session.id, Session.actor_id, FieldKey.project_id)
        .outerjoin(FieldKey, FieldKey.actor_id == Session.actor_id)
        .where(Session.token_hash == token_hash(token), Session.ended_at.is_(None))
    ).first()
    # Not 404: whoever guesses tokens must not learn which exist.
    if row is None or (row.actor_id == actor.id and actor.type == "field_key"):
        raise InsufficientRights
    if row.actor_id != actor.id:
        demand(actor, Permission.SESSION_END, project_id=row.project_id)
    end_session(actor, row.id)


def list_own_sessions(actor: Actor) -> list[Session]:
    """List one's own open sessions, the one that was used last first."""
    own = select(Session).where(Session.actor_id == actor.id, text(_IS_LIVE))
    return list(db.session.execute(own.order_by(Session.last_seen_at.desc(), Session.id.desc())).scalars())


def end_own_session(actor: Actor, session_id: int) -> None:
    """End one of one's own sessions at once; NotFound where it is none of one's open ones."""
    own = update(Session).where(Session.id == session_id, Session.actor_id == actor.id, Session.ended_at.is_(None))
    if db.session.execute(own.values(ended_at=func.now()).returning(Session.id)).first() is None:
        raise NotFound
    audit.record(actor, "user.session.end", actee_id=people.actee_id(actor.id or 0))


def end_other_sessions(actor: Actor, session_id: int) -> None:
    """End all of one's own sessions but one."""
    end_sessions_of(actor.id or 0, but=session_id)
    audit.record(actor, "user.session.end", actee_id=people.actee_id(actor.id or 0))
