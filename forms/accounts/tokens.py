"""Sessions as rows: opening one and ending it. Tokens are kept as SHA-256 hashes, since they are 48 random bytes."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, update

from forms.db import db
from forms.models import Session
from forms.vault import Vault


@dataclass(frozen=True)
class NewSession:
    """A session just made: the only moment at which a web user's token is known."""

    token: str
    csrf: str
    created_at: datetime
    expires_at: datetime


def new_token() -> str:
    """Make a token as ODK Central writes them: 64 characters that need no escaping in a path."""
    return base64.b64encode(secrets.token_bytes(48)).decode().replace("/", "!").replace("+", "$")


def token_hash(token: str) -> bytes:
    """Give what is kept of a token: a plain hash, as nobody can try out 48 random bytes."""
    return hashlib.sha256(token.encode()).digest()


def open_session(
    actor_id: int,
    expires_at: datetime,
    *,
    sealed_by: Vault | None = None,
    is_proven: bool = False,
    user_agent: str | None = None,
    address: str | None = None,
) -> NewSession:
    """Open a session; `sealed_by` keeps its token sealed as well, to print it again."""
    token, csrf = new_token(), new_token()
    sealed = sealed_by.seal_secret(token.encode(), "app user token") if sealed_by else None
    created_at = db.session.execute(
        insert(Session)
        .values(
            token_hash=token_hash(token),
            token_sealed=sealed,
            actor_id=actor_id,
            csrf=csrf,
            expires_at=expires_at,
            is_proven=is_proven,
            user_agent=user_agent,
            address=address,
        )
        .returning(Session.created_at)
    ).scalar_one()
    return NewSession(token=token, csrf=csrf, created_at=created_at, expires_at=expires_at)


def end_sessions_of(actor_id: int, *, but: int | None = None) -> None:
    """End all sessions of an actor, perhaps but the one in use."""
    open_ones = update(Session).where(Session.actor_id == actor_id, Session.ended_at.is_(None))
    if but is not None:
        open_ones = open_ones.where(Session.id != but)
    db.session.execute(open_ones.values(ended_at=func.now()))
