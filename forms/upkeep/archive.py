"""The format of a backup: one tar file, written in one go and read in one go, whatever its size.

Its members, in this order: `manifest.json` (what it is, from when, under which master key, rows per table, settings),
`database.dump` (pg_dump's custom format), the sealed files as `files/<project>/<xx>/<hash>`, `SHA256SUMS` of all of
these as `sha256sum -c` reads it, and `SHA256SUMS.mac`, by which only a holder of the master key can have written it:
the dump is SQL that a restore runs as the tables' owner. Any tar program unpacks it.
Knows neither the database nor the disk's layout; `tarfile` itself would hold every member's name in memory.
"""

import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import SEEK_END, FileIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from forms import seal
from forms.problems import BackupDamaged, BackupTooNew, BackupUnwritable

FORMAT: Final = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files/"
_SUMS, _MAC = "SHA256SUMS", "SHA256SUMS.mac"
_PIECE = 1 << 20
_LARGEST_MANIFEST = 64 << 20

#: Makes the keyed hash of the sums.
Mac = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself.

    `key` is the id of the master key that opens what is sealed in it, `revision` the newest migration of its tables,
    `rows` counts rows per table ("public.submissions"), `files` is how many sealed files the database refers to, and
    `settings` are those that are worth having again, none of them secret.
    """

    format: int
    lentera: str
    created_at: str
    postgresql: str
    revision: str
    key: str
    rows: dict[str, int]
    files: int
    settings: dict[str, str]


@dataclass(frozen=True)
class Member:
    """One part of a backup. Its content can be read once, before the next member is asked for."""

    name: str
    size: int
    pieces: Iterator[bytes]


def mac_of(master: bytes) -> Mac:
    """Give what makes the keyed hash of the sums under a master key."""
    key = seal.Key(0, seal.derive(master, "backups"))
    return lambda sums: seal.keyed_hash(key, "sums", sums)


class Writer:
    """Writes a backup into an empty, seekable, unbuffered file; `path` is its name for the Problem when it cannot.

    Unbuffered, so that a full disk is noticed by the write that it concerns, and not when the file is closed.
    """

    def __init__(self, file: BinaryIO | FileIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._sums = SpooledTemporaryFile(max_size=_PIECE)  # noqa: SIM115 - closed with the writer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sums.close()

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Add a member, whose size is known once its last piece is written. Raises BackupUnwritable."""
        digest, size = sha256(), 0
        start = self._file.tell()
        self._write(_header(name, 0))
        for piece in pieces:
            digest.update(piece)
            self._write(piece)
            size += len(piece)
        self._write(bytes(-size % tarfile.BLOCKSIZE))
        self._file.seek(start)
        self._write(_header(name, size))
        self._file.seek(0, SEEK_END)
        self._sums.write(_line(digest.digest(), name))

    def finish(self, mac: Mac) -> None:
        """Add what proves the backup whole and ours."""
        self._sums.seek(0)
        content = sha256()
        self.add(_SUMS, _told(iter(lambda: self._sums.read(_PIECE), b""), content.update))
        self.add(_MAC, [_mac_text(mac, content.digest())])
        self._write(bytes(2 * tarfile.BLOCKSIZE))

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise BackupUnwritable(path=self._path, reason=error.strerror) from error


def read(file: BinaryIO, path: Path) -> Iterator[Member]:
    """Yield the members of a backup from its beginning. Raises BackupDamaged where it ends early or is no tar file."""
    file.seek(0)
    while True:
        block = file.read(tarfile.BLOCKSIZE)
        if block == bytes(tarfile.BLOCKSIZE):
            return
        try:
            head = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.TarError, UnicodeDecodeError):
            raise BackupDamaged(path=path) from None
        content = file.tell()
        yield Member(head.name, head.size, _pieces(file, head.size, path))
        file.seek(content + head.size + -head.size % tarfile.BLOCKSIZE)


def manifest(file: BinaryIO, path: Path) -> Manifest:
    """Read what a backup says about itself; nothing of it is proven yet. Raises BackupDamaged or BackupTooNew."""
    first = next(read(file, path), None)
    if first is None or first.name != MANIFEST or first.size > _LARGEST_MANIFEST:
        raise BackupDamaged(path=path)
    try:
        said = json.loads(b"".join(first.pieces))
        found = said["format"]
    except (ValueError, KeyError, TypeError):
        raise BackupDamaged(path=path) from None
    if found != FORMAT:
        raise BackupTooNew(path=path, version=said.get("lentera"))
    try:
        return Manifest(**said)
    except TypeError:
        raise BackupDamaged(path=path) from None


def manifest_bytes(said: Manifest) -> bytes:
    """Write a manifest as it stands in the backup."""
    return json.dumps(asdict(said), indent=1, ensure_ascii=False).encode() + b"\n"


def verify(file: BinaryIO, path: Path, mac: Mac) -> None:
    """Read a whole backup and compare it with its sums, and these with their keyed hash. Raises BackupDamaged."""
    lines, is_proven = sha256(), False
    for member in read(file, path):
        digest = sha256()
        for piece in member.pieces:
            digest.update(piece)
        if member.name == _MAC:
            is_right = digest.digest() == sha256(_mac_text(mac, lines.digest())).digest()
            is_proven = True
        elif member.name == _SUMS:
            is_right = digest.digest() == lines.digest()
        else:
            is_right = not is_proven
            lines.update(_line(digest.digest(), member.name))
        if not is_right:
            raise BackupDamaged(path=path)
    if not is_proven:
        raise BackupDamaged(path=path)


def _header(name: str, size: int) -> bytes:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size, 0o600
    return head.tobuf(tarfile.GNU_FORMAT)


def _mac_text(mac: Mac, sums: bytes) -> bytes:
    return mac(sums).hex().encode() + b"\n"


def _line(digest: bytes, name: str) -> bytes:
    return f"{digest.hex()}  {name}\n".encode()


def _pieces(file: BinaryIO, size: int, path: Path) -> Iterator[bytes]:
    while size:
        piece = file.read(min(size, _PIECE))
        if not piece:
            raise BackupDamaged(path=path)
        size -= len(piece)
        yield piece


def _told(pieces: Iterable[bytes], tell: Callable[[bytes], Any]) -> Iterator[bytes]:
    for piece in pieces:
        tell(piece)
        yield piece
