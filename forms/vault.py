"""Where secrets are kept: the master key, the projects' data keys, and the sealed files.

One `Vault` serves a process. It opens a project's data keys with the master key when they are first needed and keeps
them in memory; neither they nor the master key are ever written anywhere else. The newest key of a project seals,
each opens what it sealed, and the first one makes the hashes, since equality over time needs one key that stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from threading import Lock
from typing import BinaryIO

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from forms import seal
from forms.blobs import Store
from forms.db import db
from forms.models import Blob, ProjectKey
from forms.problems import SealBroken


@dataclass(frozen=True)
class ProjectKeys:
    """A project's data keys by number."""

    by_number: dict[int, seal.Key]

    @cached_property
    def newest(self) -> seal.Key:
        """The key that seals."""
        return self.by_number[max(self.by_number)]

    @cached_property
    def first(self) -> seal.Key:
        """The key that makes the hashes."""
        return self.by_number[min(self.by_number)]

    def seal(self, plaintext: bytes, context: str, *, compress: bool = False) -> bytes:
        """Seal a value under the newest key."""
        return seal.seal(self.newest, plaintext, context, compress=compress)

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Open a value with the key that sealed it."""
        key = self.by_number.get(seal.key_number(sealed))
        if key is None:
            raise SealBroken
        return seal.unseal(key, sealed, context)

    def hash(self, purpose: str, value: str | bytes) -> bytes:
        """Hash a value so that only this project can find equal ones."""
        return seal.keyed_hash(self.first, purpose, value)


@dataclass(eq=False)
class Vault:
    """The keys and the sealed files of one server."""

    master: bytes = field(repr=False)
    files: Store
    _projects: dict[int, ProjectKeys] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @cached_property
    def _own(self) -> seal.Key:
        return seal.Key(0, seal.derive(self.master, "server secrets"))

    def hash(self, purpose: str, value: str | bytes) -> bytes:
        """Hash something of the server's own, such as the address that a log-in came from."""
        return seal.keyed_hash(self._own, purpose, value)

    def seal_secret(self, plaintext: bytes, context: str) -> bytes:
        """Seal something of the server's own, such as an app user's token."""
        return seal.seal(self._own, plaintext, context)

    def unseal_secret(self, sealed: bytes, context: str) -> bytes:
        """Open what `seal_secret` made."""
        return seal.unseal(self._own, sealed, context)

    def project(self, project_id: int) -> ProjectKeys:
        """Give a project's data keys; SealBroken where the master key is not the one that wrapped them."""
        keys = self._projects.get(project_id)
        if keys is None:
            rows = db.session.execute(select(ProjectKey).where(ProjectKey.project_id == project_id)).scalars()
            opened = {
                row.number: seal.Key(
                    row.number, seal.unwrap(self.master, row.wrapped, _context(project_id, row.number))
                )
                for row in rows
            }
            keys = ProjectKeys(opened)
            with self._lock:
                self._projects[project_id] = keys
        return keys

    def add_project_key(self, project_id: int) -> None:
        """Make a project's first data key, within the transaction that makes the project."""
        wrapped = seal.wrap(self.master, seal.new_key(), _context(project_id, 1))
        db.session.execute(
            insert(ProjectKey).values(project_id=project_id, number=1, wrapped=wrapped, master=seal.wrapped_by(wrapped))
        )

    def keep(self, project_id: int, data: bytes) -> Blob:
        """Keep bytes that are no answer (a workbook, a form's attachment) as a sealed file, with their MD5."""
        return self.keep_stream(project_id, BytesIO(data), is_public=True)

    def keep_stream(self, project_id: int, stream: BinaryIO, *, is_public: bool = False) -> Blob:
        """Keep a seekable stream as a sealed file, and its row in the current transaction.

        Its MD5 is kept for what phones download and compare (`is_public`), and not for what they sent: it would let
        somebody with the database confirm that a photo is a known one.
        """
        kept = self.files.keep(self.project(project_id).newest, stream, project_id)
        values = {
            "project_id": project_id,
            "hash": kept.hash,
            "size": kept.size,
            "md5": kept.md5 if is_public else None,
        }
        row = upsert(Blob).values(values)
        row = row.on_conflict_do_update(
            index_elements=["project_id", "hash"], set_={"md5": func.coalesce(Blob.md5, row.excluded.md5)}
        )
        return db.session.execute(row.returning(Blob).execution_options(populate_existing=True)).scalar_one()

    def read(self, blob: Blob) -> Iterator[bytes]:
        """Give a kept file's content in pieces of at most 64 KiB; BlobMissing or SealBroken where it cannot be read."""
        return self.files.open(self.project(blob.project_id).by_number, blob.project_id, blob.hash)


def _context(project_id: int, number: int) -> str:
    return f"project {project_id} key {number}"
