"""The content store: every file that is kept, sealed, on the local disk.

A file lies at `<root>/<project>/<first two hex digits>/<64 hex digits>`, named by a keyed hash of its content, so the
same content is kept once per project and key, and the names tell nothing to who lacks the key. Files are written
under `<root>/incoming`, sealed already, and moved into place when whole and synced: what lies in place is complete.
Nothing in the clear ever reaches the disk. This module knows no database: who may read a file, and whether anything
still refers to it, is for its callers. Another store (S3) has to offer `keep`, `open`, `check`, `discard`, `walk`.
"""

import errno
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5, sha256
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from forms import seal
from forms.problems import BlobMissing, SealBroken, StorageFull

#: What the system says where the disk has no room, or not for this account.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_INCOMING = "incoming"
_ABANDONED = 3600  # seconds without a write after which nobody can still be writing
_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Blob:
    """One kept file: its project, the keyed hash that names it (32 bytes), its size, and the MD5 in hex for clients."""

    project_id: int
    hash: bytes
    size: int
    md5: str


class Store:
    """The files under one root folder. Any number of threads and processes may use the same root at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._durable: set[Path] = set()

    def keep(self, key: seal.Key, stream: BinaryIO, project_id: int) -> Blob:
        """Seal and keep the whole of a seekable stream; on return it survives a power cut.

        Content that is there already is not written again. Raises StorageFull, with nothing left behind.
        """
        stream.seek(0)
        size, fingerprint, content = _digest(iter(lambda: stream.read(seal.CHUNK), b""))
        name = seal.keyed_hash(key, "blob", content)
        path = self.path(project_id, name)
        with _room():
            self._make(path.parent)
            if not _is_whole(path, size):
                stream.seek(0)
                self._write(path, seal.seal_stream(key, stream, _context(project_id, name)))
            # Also when another has just written it: that one may not have come to its own sync yet.
            _sync(path.parent)
        return Blob(project_id=project_id, hash=name, size=size, md5=fingerprint)

    def open(self, keys: Mapping[int, seal.Key], project_id: int, name: bytes) -> Iterator[bytes]:
        """Give a file's content in pieces of at most 64 KiB, with the key whose number the file carries.

        Raises BlobMissing, or SealBroken where not even the first piece opens; a piece that is damaged further on
        raises SealBroken when its turn comes.
        """
        pieces = self._pieces(keys, project_id, name)
        return chain((next(pieces),), pieces)

    def check(self, keys: Mapping[int, seal.Key], project_id: int, name: bytes) -> int:
        """Read a whole file and compare it with its name; give its size. Raises BlobMissing or SealBroken."""
        key = self._key(keys, project_id, name)
        size, _, content = _digest(self._pieces(keys, project_id, name))
        if seal.keyed_hash(key, "blob", content) != name:
            raise SealBroken
        return size

    def discard(self, project_id: int, name: bytes) -> None:
        """Remove a file for good; one that is not there is no error.

        The caller makes sure that nothing refers to it, nor can while this runs: `keep` does not write again what
        it finds.
        """
        path = self.path(project_id, name)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            _sync(path.parent)

    def walk(self) -> Iterator[tuple[int, bytes]]:
        """Yield project and name of every kept file."""
        for project in _entries(self._root):
            if project.name.isdecimal():
                for shelf in _entries(Path(project)):
                    for entry in _entries(Path(shelf)):
                        if _NAME.fullmatch(entry.name):
                            yield int(project.name), bytes.fromhex(entry.name)

    def sweep(self) -> int:
        """Remove what writers that died left unfinished; give how many. Safe at any time, also while others write."""
        abandoned = [e for e in _entries(self._root / _INCOMING) if e.stat().st_mtime < time.time() - _ABANDONED]
        for entry in abandoned:
            Path(entry).unlink(missing_ok=True)
        return len(abandoned)

    def path(self, project_id: int, name: bytes) -> Path:
        """Tell where a file lies, or would."""
        return self._root / str(project_id) / name.hex()[:2] / name.hex()

    def _key(self, keys: Mapping[int, seal.Key], project_id: int, name: bytes) -> seal.Key:
        try:
            with self.path(project_id, name).open("rb") as file:
                number = seal.key_number(file.read(8))
        except FileNotFoundError:
            raise BlobMissing from None
        if number not in keys:
            raise SealBroken
        return keys[number]

    def _pieces(self, keys: Mapping[int, seal.Key], project_id: int, name: bytes) -> Iterator[bytes]:
        key = self._key(keys, project_id, name)
        with self.path(project_id, name).open("rb") as file:
            yield from seal.unseal_stream(key, file, _context(project_id, name))

    def _make(self, folder: Path) -> None:
        """Make a folder that survives a power cut, and those above it up to the root.

        Each process syncs the folder above once, also for a folder that it found: its maker may not have done so yet.
        """
        if folder in self._durable:
            return
        if folder == self._root:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            self._make(folder.parent)
            folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)
        self._durable.add(folder)

    def _write(self, path: Path, pieces: Iterable[bytes]) -> None:
        incoming = self._root / _INCOMING
        self._make(incoming)
        part = incoming / secrets.token_hex(16)
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            try:
                for piece in pieces:
                    _write_all(file, piece)
                os.fsync(file)
            finally:
                os.close(file)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _context(project_id: int, name: bytes) -> str:
    return f"blob {project_id} {name.hex()}"


def _digest(pieces: Iterable[bytes]) -> tuple[int, str, bytes]:
    """Give size, MD5 in hex and SHA-256 of what `pieces` make together."""
    size, fingerprint, content = 0, md5(usedforsecurity=False), sha256()
    for piece in pieces:
        size += len(piece)
        fingerprint.update(piece)
        content.update(piece)
    return size, fingerprint.hexdigest(), content.digest()


def _is_whole(path: Path, size: int) -> bool:
    """Whether the file is there in the length that its content must have: one that was cut is written anew."""
    try:
        return path.stat().st_size == seal.sealed_size(size)
    except FileNotFoundError:
        return False


def _write_all(file: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what a folder holds, nothing where it is no folder."""
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull from error
        raise
