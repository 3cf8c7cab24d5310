"""The database session, and the one place where a transaction is told what it may see.

A connection logs in as `lentera_owner` but starts in the role `lentera_app` (see `engine_options`), to which the row
policies bind. `see` gives the transaction its scopes; without it every policy raises. `as_owner` lends the owner's
rights to a few statements of the same transaction, for the tables that publishing a form makes.
Nothing here commits: `api.endpoint` and the command line do.
"""

import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, MetaData, event, text
from sqlalchemy.engine import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, registry

from forms.problems import PoliciesBypassed

#: The scope of whoever sees everything.
EVERYTHING = ("*",)


class Base(DeclarativeBase):
    """Our own tables; constraint names are spelt out so that a migration can drop what another made."""

    registry = registry(
        type_annotation_map={int: BigInteger},
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})


def driver_url(url: str) -> str:
    """Turn any postgresql:// address into one that SQLAlchemy opens with psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def engine_options(*, pool_size: int = 20) -> dict[str, Any]:
    """Give the options of every engine that serves requests: the bound role, and no parameters in errors."""
    return {
        "pool_size": pool_size,
        "max_overflow": 10,
        # The fewer connections are in use, the sooner each has the statements prepared that come again and again.
        "pool_use_lifo": True,
        "pool_timeout": 20,
        "pool_pre_ping": False,
        "hide_parameters": True,
        "connect_args": {
            "options": "-c role=lentera_app -c timezone=UTC -c idle_in_transaction_session_timeout=600000",
            "application_name": "lentera",
            "connect_timeout": 10,
        },
    }


def owner_engine(url: str) -> Engine:
    """Open an engine as the owner of the tables: migrations, rebuild, backup. Row policies do not bind it."""
    return create_engine(
        driver_url(url), hide_parameters=True, connect_args={"options": "-c timezone=UTC", "connect_timeout": 10}
    )


def see(scopes: Sequence[str], connection: Connection | None = None) -> None:
    """Tell the current transaction whose rows it may see: scope keys such as "kabkota=61.03", or EVERYTHING."""
    target = connection if connection is not None else db.session
    target.execute(
        text("select set_config('lentera.scopes', cast(:scopes as text[])::text, true)"), {"scopes": list(scopes)}
    )


def demand_bound(engine: Engine) -> None:
    """Refuse a login under which `lentera_app` would not be bound by the row policies: PoliciesBypassed."""
    with engine.connect() as connection:
        connection.execute(text("set role lentera_app"))
        is_free = text(
            """
            select rolsuper or rolbypassrls or not row_security_active('submissions')
            from pg_roles where rolname = current_user
            """
        )
        if connection.execute(is_free).scalar_one():
            raise PoliciesBypassed


@contextmanager
def as_owner() -> Iterator[Connection]:
    """Lend the owner's rights to the statements inside, within the session's own transaction."""
    connection = db.session.connection()
    connection.execute(text("set local role lentera_owner"))
    yield connection
    # Not in a finally: after an error the transaction is void and its role with it.
    connection.execute(text("set local role lentera_app"))


def forget_connections(engine: Engine) -> None:
    """Drop pooled connections that PostgreSQL closed behind our back, so that a restart costs no request.

    psycopg notices a dead server only when it is used; asking the socket first is 1 µs where a ping query is 100.
    """

    @event.listens_for(engine, "checkout")
    def _check(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
        if dbapi_connection.closed or _hung_up(dbapi_connection.fileno()):
            raise DisconnectionError


def _hung_up(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(0))
