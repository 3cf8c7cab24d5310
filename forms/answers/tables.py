"""Make, widen and drop the tables of a form's answers.

All of it runs inside the caller's transaction with the owner's rights. A running form is widened under a lock that
stops its intake, so it is asked for one second at a time and let go of in between; a version that adds nothing takes
none. Adding a column without a default rewrites nothing.

The tables do not reference `submissions`. Each such constraint would lock that table, and with it the intake of every
form, while any form is published, and the deletion of one submission would search every table of every form.
`rows.erase` deletes instead, and knows which tables to look in.
"""

import time
from collections.abc import Iterator

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from forms.answers import readable
from forms.answers.places import PAGE_COLUMNS, Column, Registry, registry, storage, table
from forms.db import as_owner
from forms.problems import Busy
from forms.schema import Schema

#: Eight tries of at most a second each; what waits behind the lock gets through in the pauses.
_TRIES = 8
_PAUSE = 0.25

#: The keys of a root's and of a repeat's rows. Rows are found by submission, and a row's enclosing one by its number,
#: which is the primary key of the level above: no other index is needed.
_KEYS = {
    True: "submission_id bigint not null primary key, scopes text[] not null default '{}'",
    False: "submission_id bigint not null, number int not null, parent int not null, position int not null, "
    "scopes text[] not null default '{}', primary key (submission_id, number)",
}

#: The same as on every table of collected values: see the first migration.
_POLICY = "(select (my_scopes())[1] = '*') or scopes = '{}' or scopes && (select my_scopes())"


def widen(form_id: int, schema: Schema) -> None:
    """Make room for the answers of a version, keeping every column that there is.

    Call it as late in the publishing transaction as can be: where columns are added, the form's intake waits for the
    commit. Raises Busy where the lock was not to be had.
    """
    with as_owner() as connection:
        # Two publishers of one form take turns; records of it go on arriving.
        connection.execute(text("select from forms where id = :form for no key update"), {"form": form_id})
        known = registry(form_id, connection)
        levels, columns = _missing(known, schema)
        if not levels and not columns:
            return
        existing = set(known.tables())
        known.levels |= levels
        known.columns |= {(c.level, c.path, c.type): c for c in columns}
        _remember(connection, form_id, levels, columns)
        statements = [
            _add(known, level, page, columns) if (level, page) in existing else _create(known, level, page)
            for level, page in known.tables()
            if (level, page) not in existing or any((c.level, c.page) == (level, page) for c in columns)
        ]
        _change(connection, [s for many in statements for s in many], known)


def recreate(form_id: int) -> None:
    """Make all tables of a form anew, empty, with the same columns as before: for filling them from the kept XML."""
    with as_owner() as connection:
        known = registry(form_id, connection)
        drops = [f"drop table if exists {table(form_id, *each)} cascade" for each in known.tables()]
        creates = [statement for each in known.tables() for statement in _create(known, *each)]
        _change(connection, drops + creates, known)


def drop(form_id: int) -> None:
    """Drop all tables of a form, their views, and what is remembered of them."""
    with as_owner() as connection:
        known = registry(form_id, connection)
        _change(connection, [f"drop table if exists {table(form_id, *each)} cascade" for each in known.tables()], None)
        connection.execute(text("delete from answer_columns where form_id = :form"), {"form": form_id})
        connection.execute(text("delete from answer_levels where form_id = :form"), {"form": form_id})


def _missing(known: Registry, schema: Schema) -> tuple[dict[str, int], list[Column]]:
    """Give the levels and columns that a version needs and the form does not have, numbered and put on pages."""
    levels: dict[str, int] = {}
    for repeat in ("", *(f.path for f in schema.repeats)):
        if repeat not in known.levels:
            levels[repeat] = len(known.levels) + len(levels)
    used: dict[int, list[int]] = {}
    for column in known.columns.values():
        pages = used.setdefault(column.level, [])
        pages += [0] * (column.page + 1 - len(pages))
        pages[column.page] += column.width
    columns: list[Column] = []
    for leaf in schema.leaves:
        level = levels[leaf.repeat] if leaf.repeat in levels else known.levels[leaf.repeat]
        kind = storage(leaf)
        if (level, leaf.path, kind) in known.columns:
            continue
        pages = used.setdefault(level, [0])
        column = Column(len(known.columns) + len(columns) + 1, level, len(pages) - 1, leaf.path, kind)
        if pages[-1] + column.width > PAGE_COLUMNS:
            pages.append(0)
            column = Column(column.number, level, len(pages) - 1, leaf.path, kind)
        pages[-1] += column.width
        columns.append(column)
    return levels, columns


def _remember(connection: Connection, form_id: int, levels: dict[str, int], columns: list[Column]) -> None:
    if levels:
        connection.execute(
            text("insert into answer_levels (form_id, level, repeat) values (:form, :level, :repeat)"),
            [{"form": form_id, "level": level, "repeat": repeat} for repeat, level in levels.items()],
        )
    if columns:
        connection.execute(
            text(
                "insert into answer_columns (form_id, number, level, page, path, type) "
                "select :form, * from unnest(cast(:numbers as bigint[]), cast(:levels as bigint[]), "
                "cast(:pages as bigint[]), cast(:paths as text[]), cast(:types as text[]))"
            ),
            {
                "form": form_id,
                "numbers": [c.number for c in columns],
                "levels": [c.level for c in columns],
                "pages": [c.page for c in columns],
                "paths": [c.path for c in columns],
                "types": [c.type for c in columns],
            },
        )


def _create(known: Registry, level: int, page: int) -> Iterator[str]:
    """Give the statements that make one table with its policy."""
    name = table(known.form_id, level, page)
    columns = [_KEYS[level == 0], *(d for column in known.on(level, page) for d in column.definitions)]
    yield f"create table {name} ({', '.join(columns)})"
    yield f"alter table {name} enable row level security"
    yield f"create policy scope on {name} to lentera_app using ({_POLICY})"
    yield f"grant select, insert, update, delete on {name} to lentera_app"


def _add(known: Registry, level: int, page: int, columns: list[Column]) -> Iterator[str]:
    """Give the statement that adds the new columns of one table."""
    added = (f"add column {d}" for c in columns if (c.level, c.page) == (level, page) for d in c.definitions)
    yield f"alter table {table(known.form_id, level, page)} {', '.join(added)}"


def _change(connection: Connection, statements: list[str], known: Registry | None) -> None:
    """Run DDL all or nothing, and bring the readable views up to date; Busy where a lock was not to be had.

    A failed try gives back every lock that it had got, so that nobody waits for one that waits for others.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        try:
            with connection.begin_nested():
                connection.execute(text("set local lock_timeout = '1s'"))
                for statement in statements:
                    connection.exec_driver_sql(statement)
                if known is not None:
                    readable.refresh(connection, known)
                connection.execute(text("set local lock_timeout to default"))
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
        else:
            return
    raise Busy
