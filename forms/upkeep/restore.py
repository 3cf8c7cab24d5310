"""Restoring a backup into an empty place: all of it, or none.

Nothing is touched before the whole file is verified under the master key. The files are then unpacked beside their
final folder and renamed, and the database follows in one transaction: a server never finds a database without its
files. What goes wrong is undone, so that the place is empty again.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import text
from sqlalchemy.engine import Engine

from forms import masterkey, seal
from forms.blobs import Store
from forms.db import owner_engine
from forms.problems import (
    BackupDamaged,
    BackupNeedsKey,
    BackupTooNew,
    MasterKeyMissing,
    RestoreFailed,
    RestorePlaceTaken,
)
from forms.upkeep import archive
from forms.upkeep.programs import ProgramError, take
from forms.upkeep.tables import SCHEMAS, count_rows, list_relations

_FILE: Final = re.compile(rf"{archive.FILES}([1-9][0-9]*)/[0-9a-f]{{2}}/([0-9a-f]{{64}})", re.ASCII)
_UNFINISHED: Final = ".files-unfinished-"


@dataclass(frozen=True)
class Backup:
    """A backup that is open for reading, and what it says about itself."""

    file: BinaryIO
    path: Path
    manifest: archive.Manifest


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Open a backup, before root is dropped. Raises BackupDamaged or BackupTooNew; nothing of it is proven yet."""
    with path.open("rb") as file:
        yield Backup(file, path, archive.manifest(file, path))


def verify(backup: Backup, *, settings: Mapping[str, str | None], knows: Callable[[str], bool]) -> None:
    """Read the whole of a backup and prove it unchanged, under the master key that it was made with.

    The settings say where the key is; `knows` tells whether a revision of the tables is one that this version can
    bring up to date. Raises BackupNeedsKey, BackupTooNew or BackupDamaged.
    """
    said = backup.manifest
    try:
        master = masterkey.read(settings)
        found = seal.key_id(master)
    except MasterKeyMissing:
        master, found = b"", "none"
    if found != said.key:
        place = "LENTERA_MASTER_KEY" if settings["LENTERA_MASTER_KEY"] else masterkey.location(settings)
        raise BackupNeedsKey(key=said.key, found=found, place=place)
    if not knows(said.revision):
        raise BackupTooNew(path=backup.path, version=said.lentera)
    archive.verify(backup.file, backup.path, archive.mac_of(master))


def restore(backup: Backup, *, url: str, files: Path) -> None:
    """Restore a verified backup into an empty database and the folder that is to hold the sealed files.

    Raises RestorePlaceTaken, with nothing touched, or RestoreFailed, with everything undone.
    """
    engine = owner_engine(url)
    try:
        _demand_empty(engine, files)
        with _unpacked(backup, files):
            try:
                _fill(backup, url)
                _compare(engine, backup.manifest.rows)
            except BaseException:
                _empty(engine)
                raise
        with engine.begin() as connection:
            # The first readers should not have to wait until the server has looked at the tables by itself.
            connection.execute(text("analyze"))
    finally:
        engine.dispose()


def _demand_empty(engine: Engine, files: Path) -> None:
    with engine.connect() as connection:
        relations = list_relations(connection, kinds="rpvmSf", anybodys=True)
        database = engine.url.database
    if relations:
        raise RestorePlaceTaken(place=f"database {database}", example=".".join(relations[0]))
    kept = next(files.iterdir(), None) if files.exists() else None
    if kept is not None:
        raise RestorePlaceTaken(place=files, example=kept.name)


@contextmanager
def _unpacked(backup: Backup, files: Path) -> Iterator[None]:
    """Put the sealed files in place, each synced and complete; take them away again when the block fails."""
    for left in files.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left)
    files.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=files.parent))
    place = unfinished
    try:
        _unpack(backup, unfinished)
        place = unfinished.replace(files)
        _sync(files.parent)
        yield
    except BaseException:
        shutil.rmtree(place)
        raise


def _unpack(backup: Backup, root: Path) -> None:
    store, folders = Store(root), {root}
    for member in archive.read(backup.file, backup.path):
        if not member.name.startswith(archive.FILES):
            continue
        named = _FILE.fullmatch(member.name)
        if named is None:
            raise BackupDamaged(path=backup.path)
        path = store.path(int(named[1]), bytes.fromhex(named[2]))
        for folder in (path.parent.parent, path.parent):
            if folder not in folders:
                folder.mkdir(mode=0o700)
                folders.add(folder)
        _write(path, member.pieces)
    for folder in folders:
        _sync(folder)


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(backup: Backup, url: str) -> None:
    """Run the dump in one transaction, as the owner; a row policy does not bind that one."""
    try:
        listed = take("pg_restore", "--list", pieces=_dump(backup)).decode()
        # Every database has this one schema from the start; what lies in it is listed by itself.
        wanted = "".join(line for line in listed.splitlines(keepends=True) if " SCHEMA - public " not in line)
        with tempfile.NamedTemporaryFile("w") as choice:
            choice.write(wanted)
            choice.flush()
            options = ("--single-transaction", "--no-owner", f"--use-list={choice.name}")
            take("pg_restore", *options, pieces=_dump(backup), url=url)
    except ProgramError as error:
        raise RestoreFailed(reason=str(error)) from error


def _dump(backup: Backup) -> Iterator[bytes]:
    for member in archive.read(backup.file, backup.path):
        if member.name == archive.DUMP:
            yield from member.pieces
            return


def _compare(engine: Engine, expected: dict[str, int]) -> None:
    with engine.connect() as connection:
        found = count_rows(connection)
    differing = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
    if differing:
        raise RestoreFailed(reason=f"the rows of {differing[0]} are not as many as the backup says")


def _empty(engine: Engine) -> None:
    """Take away what was restored; the database was empty before."""
    with engine.begin() as connection:
        for schema, name in list_relations(connection):
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.execute(text(f"drop table {schema}.{quoted} cascade"))
        for schema in SCHEMAS[1:]:
            connection.execute(text(f"drop schema if exists {schema} cascade"))
        connection.execute(text("drop function if exists my_scopes()"))
