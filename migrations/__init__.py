"""The history of our own tables, run by Alembic.

The answer tables are not here: they belong to the forms, and `forms.answers` makes and widens them at publish.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Engine

#: Any number; it only has to be ours. Two servers that start at once take turns.
_LOCK = 7_325_611


def configuration(connection: object = None) -> Config:
    """Give Alembic's configuration, bound to a connection where one is at hand."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision, one caller at a time, giving up on a lock held for 10 s."""
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text("set local lock_timeout = '10s'"))
        command.upgrade(configuration(connection), "head")


def knows(revision: str) -> bool:
    """Tell whether a database of this revision is one that `upgrade` can bring up to date."""
    return revision in {known.revision for known in ScriptDirectory.from_config(configuration()).walk_revisions()}


@contextmanager
def held_off(engine: Engine) -> Iterator[None]:
    """Have every `upgrade` of the database wait until the block ends, so that a server finds all of it, or nothing."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set idle_session_timeout = 0"))
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            yield
        finally:
            connection.invalidate()
