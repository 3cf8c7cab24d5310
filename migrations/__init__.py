"""The history of our own tables, run by Alembic.

The answer tables are not here: they belong to the forms, and `forms.answers` makes and widens them at publish.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
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
