"""Copy a level of answers out: as CSV at the speed of PostgreSQL's COPY, or as typed rows for a spreadsheet.

The whole copy is read into an unlinked temporary file before its first byte leaves, on a connection and in a
transaction of its own that sees what the actor may see. So a slow reader holds no lock and no connection, memory stays
flat, and whatever goes wrong is an exception and not half a file. Forms wider than a SELECT are read in several
copies of one snapshot and put together record by record.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import Connection

from forms.access import Actor
from forms.answers import conditions
from forms.answers.conditions import Clause, Filter
from forms.answers.fetching import WIDEST, joins
from forms.answers.headings import Heading, Style, cell, reader
from forms.answers.places import Layout
from forms.db import db, see
from forms.problems import DatabaseAway

_BLOCK = 128 * 1024


def copy(
    actor: Actor,
    layout: Layout,
    headings: Sequence[Heading],
    *,
    repeat: str = "",
    where: Filter | None = None,
    header: Sequence[str] | None = None,
    neutral: bool = False,
    zone: str | None = None,
) -> Iterator[bytes]:
    """Copy the root or a repeat as CSV (RFC 4180, but a line feed ends a line), the newest submission first.

    `headings` are of that level (see `columns`); `header` names the columns otherwise than they do. See `Style` for
    the rest. The filter is on the submission, also for a repeat. Everything is read when this returns; the blocks of
    some 128 kB then come from a file. What is sealed, or above the clearance that the actor's role has for downloads,
    is blank. Raises what a filter is refused for, and DatabaseAway.
    """
    layout = layout.seen(actor.take.clearance)
    wanted = conditions.clause(layout.form_id, where, layout)
    style = Style(neutral=neutral, zone=zone)
    query = _Query(layout, repeat, wanted, style)
    names = [h.name for h in headings] if header is None else list(header)
    files = _spool(actor, query, headings, "(format csv)")
    return _started(_blocks(files, _header(names, neutral=neutral)))


def stream(
    actor: Actor, layout: Layout, headings: Sequence[Heading], *, repeat: str = "", where: Filter | None = None
) -> Iterator[tuple[Any, ...]]:
    """Read the root or a repeat row by row as typed values, None where there is no answer or none to take away.

    Otherwise as `copy`: everything is read when this returns. A geo's value is its text.
    """
    layout = layout.seen(actor.take.clearance)
    wanted = conditions.clause(layout.form_id, where, layout)
    query = _Query(layout, repeat, wanted, Style(typed=True))
    files = _spool(actor, query, headings, "")
    return _started(_rows(files, [reader(layout, h) for h in headings]))


@dataclass(frozen=True)
class _Part:
    """One COPY of an export: its query and the parameters."""

    sql: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class _Query:
    """What is copied: the rows of a level of the wanted submissions."""

    layout: Layout
    repeat: str
    wanted: Clause
    style: Style

    def parts(self, headings: Sequence[Heading], *, has_files: bool) -> list[_Part]:
        """Give the queries that list the columns, as many together as a SELECT can.

        Only where a version of the form asks for files are they counted for each record.
        """
        files = _FILES if has_files else _NO_FILES
        return [self._part(headings[start : start + WIDEST], files) for start in range(0, len(headings), WIDEST)]

    def _part(self, headings: Sequence[Heading], files: str) -> _Part:
        cells = ", ".join(cell(self.layout, h, self.style) for h in headings)
        places = (self.layout.places[h.path] for h in headings if h.path)
        pages: frozenset[int] = frozenset().union(*(place.pages for place in places))
        about = {h.name for h in headings if not h.path}
        parameters = {**self.wanted.parameters, "wall": self.style.zone}
        if self.repeat == "":
            # Every submission has a row on page 0; only an inner join can be read backwards in step with `s`.
            tables = f"submissions s join {self.layout.table('', 0)} p0 on p0.submission_id = s.id"
            tables += joins(self.layout, "", (pages | self.wanted.pages) - {0}, "s.id")
            keys, order, rule = "select s.instance_id as key", "s.id desc", self.wanted.sql
        else:
            tables, keys = self._repeat_tables(pages, parameters)
            order, rule = "s.id desc, p0.number", self._submissions()
        tables += "".join(sql for name, sql in _ABOUT.items() if name in about)
        if about & {"KEY", "PARENT_KEY"}:
            tables += f" cross join lateral ({keys}) keys"
        if about & {"AttachmentsPresent", "AttachmentsExpected"}:
            tables += files
        return _Part(f"select {cells} from {tables} where {rule} order by {order}", parameters)

    def _submissions(self) -> str:
        """Give the rule that a repeat's row is of a wanted submission; its pages have the names of the root's."""
        if not self.wanted.pages:
            return self.wanted.sql
        root = joins(self.layout, "", self.wanted.pages, "s.id")
        return f"s.id in (select s.id from submissions s{root} where {self.wanted.sql})"

    def _repeat_tables(self, pages: frozenset[int], parameters: dict[str, Any]) -> tuple[str, str]:
        """Give the tables of a repeat's rows and of those around them, and their keys as a SELECT.

        A row's key is its submission's id and the way to it, `uuid:…/g/children[2]/toys[1]`.
        """
        tables = f"submissions s join {self.layout.table(self.repeat, 0)} p0 on p0.submission_id = s.id"
        tables += joins(self.layout, self.repeat, pages - {0}, "p0.submission_id, p0.number")
        steps: list[str] = []
        repeat, alias = self.repeat, "p0"
        while repeat:
            around = self.layout.levels[repeat].parent or ""
            parameters[f"step{len(steps)}"] = repeat[len(around) :]
            steps.insert(0, f"%(step{len(steps)})s || '[' || {alias}.position || ']'")
            if around:
                outer = f"u{len(steps)}"
                tables += (
                    f" join {self.layout.table(around, 0)} {outer} "
                    f"on ({outer}.submission_id, {outer}.number) = (p0.submission_id, {alias}.parent)"
                )
                alias = outer
            repeat = around
        key, parent = (" || ".join(["s.instance_id", *each]) for each in (steps, steps[:-1]))
        return tables, f"select {key} as key, {parent} as parent_key"


#: Joined only where a column asks for them. The LIMIT makes the planner remember the few names, not look each up.
_ABOUT = {
    "SubmitterName": """
        left join lateral (select display_name from actors where id = s.submitter_id limit 1) a on true
    """,
    "FormVersion": """
        left join lateral (select version from form_versions where id = s.form_version_id limit 1) v on true
    """,
}
_FILES = """
    cross join lateral (
        select count(*) filter (where is_expected and blob_id is not null) as present,
               count(*) filter (where is_expected) as expected
        from submission_files
        where version_id = (select id from submission_versions where submission_id = s.id and current)
    ) f
"""


_NO_FILES = " cross join (values (0, 0)) f (present, expected)"


_HAS_FILES = text(
    """
    select exists (
        select from form_versions v, jsonb_array_elements(v.schema -> 'fields') f
        where v.form_id = :form and v.published_at is not null
          and (f ->> 'type' = 'binary' or f ->> 'path' = '/meta/audit')
    )
    """
)


def _spool(actor: Actor, query: _Query, headings: Sequence[Heading], form: str) -> list[BinaryIO]:
    """Run the copies in one snapshot, each into an unlinked file."""
    with db.engine.connect() as connection, ExitStack() as opened:
        connection.execute(text("set transaction isolation level repeatable read, read only"))
        see(actor.take.scopes, connection)
        for setting in _SETTINGS:
            connection.execute(text(f"set local {setting}"))
        has_files: bool = connection.execute(_HAS_FILES, {"form": query.layout.form_id}).scalar_one()
        files = [
            opened.enter_context(_copied(connection, part, form)) for part in query.parts(headings, has_files=has_files)
        ]
        opened.pop_all()
    return files


#: Read along the key of one table and look the others up: nothing is sorted, hashed or held in memory, and several
#: processes share in it, each a stretch of keys at a time. Under a row policy PostgreSQL knows too little of how many
#: rows come to choose that itself.
_SETTINGS = (
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "enable_sort = off",
    "parallel_setup_cost = 0",
    "parallel_tuple_cost = 0",
)


def _copied(connection: Connection, part: _Part, form: str) -> BinaryIO:
    cursor: Any = connection.connection.cursor()
    with ExitStack() as opened:
        file = cast("BinaryIO", opened.enter_context(TemporaryFile(buffering=_BLOCK)))
        try:
            with cursor.copy(f"copy ({part.sql}) to stdout {form}", part.parameters) as rows:
                for row in rows:
                    file.write(row)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise DatabaseAway from error
        file.seek(0)
        opened.pop_all()
    return file


def _started(lines: Iterator[Any]) -> Iterator[Any]:
    """Run a generator to its first, empty yield: from then on dropping it closes its files."""
    next(lines)
    return lines


def _header(names: Sequence[str], *, neutral: bool) -> bytes:
    line = StringIO()
    cells = [f"'{n}" if neutral and n[:1] and n[0] in "=+-@\t\n\r" else n for n in names]
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


def _blocks(files: Sequence[BinaryIO], header: bytes) -> Iterator[bytes]:
    with ExitStack() as opened:
        for file in files:
            opened.enter_context(file)
        yield b""
        yield header
        if len(files) == 1:
            while block := files[0].read(_BLOCK):
                yield block
            return
        merged = bytearray()
        for records in zip(*(_records(file) for file in files), strict=True):
            merged += b",".join([*(record[:-1] for record in records[:-1]), records[-1]])
            if len(merged) >= _BLOCK:
                yield bytes(merged)
                merged.clear()
        yield bytes(merged)


def _records(file: BinaryIO) -> Iterator[bytes]:
    """Cut CSV into records: a line end inside a quoted value leaves an odd number of quotes before it."""
    record: list[bytes] = []
    quotes = 0
    for line in file:
        record.append(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            yield b"".join(record)
            record.clear()


def _rows(files: Sequence[BinaryIO], readers: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Read what COPY wrote in its text format: tabs between values, a mark for null, line ends escaped."""
    with ExitStack() as opened:
        for file in files:
            opened.enter_context(file)
        yield ()
        for lines in zip(*files, strict=True):
            values = b"\t".join(line[:-1] for line in lines).decode().split("\t")
            yield tuple(
                None if value == "\\N" else read(_unescaped(value) if "\\" in value else value)
                for read, value in zip(readers, values, strict=True)
            )


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), value)
