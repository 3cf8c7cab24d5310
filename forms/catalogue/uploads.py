"""Definitions as they are sent, and those put aside until their sender has read the warnings."""

import base64
import hmac
from dataclasses import dataclass

from forms import workbook
from forms.db import db
from forms.models import Blob, Project
from forms.problems import NotFound
from forms.vault import Vault


@dataclass(frozen=True)
class Upload:
    """A definition as it was sent: a workbook's or an XForm's bytes, and what the file or its type said it is.

    `filename` ends in ".xlsx", ".xls" or ".xml".
    """

    data: bytes
    filename: str

    @property
    def workbook_type(self) -> str | None:
        """Tell "xlsx" or "xls", None for an XForm."""
        ending = self.filename.rpartition(".")[2].lower()
        return ending if ending in ("xlsx", "xls") else None

    def convert(self) -> workbook.Conversion:
        """Make the XForm and its schema; the Problem of `workbook` where it cannot be done."""
        return workbook.convert(self.data, self.filename) if self.workbook_type else workbook.read_xform(self.data)


def put_aside(found: Project, upload: Upload, *, vault: Vault) -> str:
    """Keep an upload that has warnings until its sender accepts them; give the word by which `taken_up` finds it."""
    blob = vault.keep(found.id, upload.data)
    name = base64.urlsafe_b64encode(upload.filename.encode()).decode()
    return f"{blob.id}.{name}.{_seal_of(found, str(blob.id), name, vault)}"


def taken_up(found: Project, word: str, *, vault: Vault) -> Upload:
    """Give the upload that was put aside in this project under a word; NotFound for any other word."""
    blob_id, _dot, rest = word.partition(".")
    name, _dot, proof = rest.partition(".")
    if not hmac.compare_digest(proof.encode(), _seal_of(found, blob_id, name, vault).encode()):
        raise NotFound
    blob = db.session.get_one(Blob, int(blob_id))
    return Upload(b"".join(vault.read(blob)), base64.urlsafe_b64decode(name).decode())


def _seal_of(found: Project, blob_id: str, name: str, vault: Vault) -> str:
    # Else a word would be a way to any file of the project.
    return vault.hash("upload put aside", f"{found.id}.{blob_id}.{name}").hex()
