"""The database session, and the one place where a transaction is told what it may see.

A connection logs in as `lentera_owner` but starts in the role `lentera_app` (see `engine_options`), to which the row
policies bind. `see` gives the transaction its scopes; without it every policy raises. `as_owner` lends the owner's
rights to a few statements of the same transaction, for the tables that publishing a form makes.
Nothing here commits: `api.endpoint` and the command line do.
"""

import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.rows import namedtuple_row
from sqlalchemy import BigInteger, MetaData, event, insert, inspect, text
from sqlalchemy.engine import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, registry

from forms.problems import DatabaseNotUnicode, DatabaseTooOld, DatabaseUnreachable, PoliciesBypassed

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


def insert_all(table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns, as many with one statement as SQLAlchemy puts into one (a thousand).

    It does so only where something is returned; psycopg would else execute a statement for each row.
    """
    if rows:
        db.session.execute(insert(table).returning(*inspect(table).primary_key), rows)


def run(sql: str, values: Mapping[str, Any] | Sequence[Any]) -> psycopg.Cursor[Any]:
    """Run one statement of the session's transaction on psycopg itself, its parameters as %s or %(name)s.

    Only for what every phone waits for: SQLAlchemy takes as much time again as psycopg does. Rows have names. Errors
    are psycopg's own.
    """
    connection = db.session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        return _execute(driver, sql, values)
    except psycopg.Error as error:
        if driver.closed:
            # Else the session would try to roll back on it.
            connection.invalidate(error)
        raise


def run_apart(sql: str, values: Mapping[str, Any] | Sequence[Any]) -> Any:
    """Run one statement as a transaction of its own, otherwise as `run` does; give its first row or None."""
    connection = db.engine.raw_connection()
    driver: Any = connection.driver_connection
    try:
        driver.autocommit = True
        row = _execute(driver, sql, values).fetchone()
        driver.autocommit = False
    except BaseException as error:
        connection.invalidate(error)
        raise
    finally:
        connection.close()
    return row


def _execute(driver: Any, sql: str, values: Any) -> psycopg.Cursor[Any]:
    cursor: psycopg.Cursor[Any] = driver.cursor(row_factory=namedtuple_row)
    return cursor.execute(sql, values)


#: The first PostgreSQL whose built-in UTF-8 locale and statistics under row policies we rely on.
_OLDEST = 170000


def demand_fit(engine: Engine) -> None:
    """Refuse a database that we cannot work with, before anything is made in it.

    Raises DatabaseUnreachable, DatabaseTooOld (before PostgreSQL 17), DatabaseNotUnicode.
    """
    try:
        with engine.connect() as connection:
            version, encoding = connection.execute(
                text("select current_setting('server_version_num')::int, current_setting('server_encoding')")
            ).one()
    except OperationalError as error:
        raise DatabaseUnreachable(host=engine.url.host or "the socket", database=engine.url.database) from error
    if version < _OLDEST:
        raise DatabaseTooOld(version=version // 10000)
    if encoding != "UTF8":
        raise DatabaseNotUnicode(encoding=encoding)


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
