"""Taking turns: backups and checks may run together, a rebuild only alone, since it drops tables that they read."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.engine import Engine

from forms.db import db

#: Any number; it only has to be ours.
_LOCK = 7_325_612


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Wait until no rebuild runs, and let none begin within the block; on a connection of its own."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # An operator's server may end sessions that do nothing for long, which is all that this one does.
        connection.execute(text("set idle_session_timeout = 0"))
        connection.execute(text("set statement_timeout = 0"))
        connection.execute(text("select pg_advisory_lock_shared(:key)"), {"key": _LOCK})
        try:
            yield
        finally:
            # Not back into the pool: the lock and the settings end with the session.
            connection.invalidate()


def take_alone() -> None:
    """Wait until nobody else has a turn, and keep it until the session's transaction ends."""
    db.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
