"""Sessions as rows: opening one and ending it. Tokens are kept as SHA-256 hashes, since they are 48 random bytes."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, update

from forms.db import db, insert_all
from forms.models import Session
from forms.vault import Vault

#: What an app user's token is sealed as.
SEALED_AS = "app user token"


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
    is_proven: bool = False,
    user_agent: str | None = None,
    address: str | None = None,
) -> NewSession:
    """Open a person's session."""
    token, csrf = new_token(), new_token()
    created_at = db.session.execute(
        insert(Session)
        .values(
            token_hash=token_hash(token),
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


def open_app_user_sessions(ends: Mapping[int, datetime], *, vault: Vault) -> None:
    """Open the one session of each of some app users, good until the moment given.

    Its token is kept sealed as well, to print it again (`app_users.list_app_users`).
    """
    tokens = {actor_id: new_token() for actor_id in ends}
    rows = [
        {
            "token_hash": token_hash(token),
            "token_sealed": vault.seal_secret(token.encode(), SEALED_AS),
            "actor_id": actor_id,
            "csrf": new_token(),
            "expires_at": ends[actor_id],
        }
        for actor_id, token in tokens.items()
    ]
    insert_all(Session, rows)


def end_sessions_of(actor_id: int, *, but: int | None = None) -> None:
    """End all sessions of an actor, perhaps but the one in use."""
    open_ones = update(Session).where(Session.actor_id == actor_id, Session.ended_at.is_(None))
    if but is not None:
        open_ones = open_ones.where(Session.id != but)
    db.session.execute(open_ones.values(ended_at=func.now()))
