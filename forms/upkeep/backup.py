"""Writing a backup while the server runs: the database, the sealed files, the settings; never a key or a password.

The database is dumped in one snapshot, and the files that this snapshot refers to are copied afterwards: files are
only ever added, so all of them are there by then. Everything in it that is sealed stays sealed. Publishing a version
that adds questions is refused as busy during the dump (the tables that it would widen are being read); everything else
goes on, and while the files are copied the database is not kept waiting for anything.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, TextIO

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from forms.cluster.binaries import MAJOR
from forms.db import owner_engine
from forms.problems import BackupFailed, DatabaseTooNew, NothingToBackUp
from forms.upkeep import archive
from forms.upkeep.programs import ProgramError, give
from forms.upkeep.tables import SCHEMAS, count_rows, demand_key
from forms.upkeep.turn import turn
from forms.vault import Vault

#: The newest PostgreSQL that the pg_dump at hand can read.
_TOOL: Final = int(MAJOR)
_PIECE: Final = 1 << 20


@dataclass(frozen=True)
class Written:
    """What a backup holds, and the files that should be in it but were not on the disk."""

    manifest: archive.Manifest
    missing: tuple[Path, ...]


def backup(writer: archive.Writer, *, url: str, vault: Vault, settings: Mapping[str, str], version: str) -> Written:
    """Write a backup of the database at `url` and the vault's files, with `settings` and the product's version.

    A file that the database refers to but that is not on the disk is told of and does not keep the rest from being
    saved. Raises NothingToBackUp, MasterKeyForeign, DatabaseTooNew, BackupFailed, BackupUnwritable.
    """
    engine = owner_engine(url)
    with TemporaryFile("w+") as names:
        try:
            with turn(engine), _snapshot(engine) as (connection, snapshot):
                said = _manifest(connection, vault, settings, version)
                _list_files(connection, names)
                writer.add(archive.MANIFEST, [archive.manifest_bytes(said)])
                writer.add(archive.DUMP, _dump(url, snapshot))
        finally:
            engine.dispose()
        missing = _add_files(writer, names, vault)
    writer.finish(archive.mac_of(vault.master))
    return Written(said, missing)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """Hold a snapshot of the database; give a connection in it and the name under which pg_dump joins it."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
        yield connection, connection.execute(text("select pg_export_snapshot()")).scalar_one()


def _manifest(connection: Connection, vault: Vault, settings: Mapping[str, str], version: str) -> archive.Manifest:
    server: str = connection.execute(text("select current_setting('server_version')")).scalar_one()
    if int(server.partition(".")[0]) > _TOOL:
        raise DatabaseTooNew(server=server, tool=_TOOL)
    rows = count_rows(connection)
    if "public.alembic_version" not in rows:
        raise NothingToBackUp
    return archive.Manifest(
        format=archive.FORMAT,
        lentera=version,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        postgresql=server,
        revision=connection.execute(text("select version_num from alembic_version")).scalar_one(),
        key=demand_key(connection, vault.master),
        rows=rows,
        files=rows["public.blobs"],
        settings=dict(settings),
    )


def _dump(url: str, snapshot: str) -> Iterator[bytes]:
    schemas = [f"--schema={name}" for name in SCHEMAS]
    # Most of it is sealed, which nothing makes smaller: harder tries took three times as long for 4 %.
    options = ("--format=custom", "--compress=gzip:1", f"--snapshot={snapshot}")
    try:
        yield from give("pg_dump", *options, *schemas, url=url)
    except ProgramError as error:
        raise BackupFailed(reason=str(error)) from error


def _list_files(connection: Connection, names: TextIO) -> None:
    """Note the files that the snapshot refers to, on disk: there may be millions of them."""
    rows = text("select project_id, hash from blobs order by project_id, hash")
    with connection.execute(rows, execution_options={"yield_per": 1000}) as found:
        names.writelines(f"{project_id} {name.hex()}\n" for project_id, name in found)


def _add_files(writer: archive.Writer, names: TextIO, vault: Vault) -> tuple[Path, ...]:
    """Copy each file as it lies there; give those that do not lie there."""
    missing = []
    names.seek(0)
    for line in names:
        project_id, name = line.split()
        path = vault.files.path(int(project_id), bytes.fromhex(name))
        try:
            file = path.open("rb")
        except FileNotFoundError:
            missing.append(path)
            continue
        with file:
            writer.add(f"{archive.FILES}{project_id}/{name[:2]}/{name}", iter(partial(file.read, _PIECE), b""))
    return tuple(missing)
