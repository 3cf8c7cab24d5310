"""The files that a form version asks for by name, and their content once it is there."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO, Literal

from sqlalchemy import func, select, update

from forms import audit
from forms.access import Actor
from forms.catalogue.lists import load
from forms.catalogue.versions import draft
from forms.db import db
from forms.models import Blob, Form, FormAttachment, FormVersion
from forms.problems import NotFound
from forms.vault import Vault


def attachments(version: FormVersion) -> list[tuple[FormAttachment, Blob | None]]:
    """List the files that a version asks for, by name, each with its content where it is there."""
    rows = select(FormAttachment, Blob).outerjoin(Blob, Blob.id == FormAttachment.blob_id)
    rows = rows.where(FormAttachment.version_id == version.id).order_by(FormAttachment.name)
    return [(a, b) for a, b in db.session.execute(rows)]


def attachment(version: FormVersion, name: str) -> tuple[FormAttachment, Blob]:
    """Find a version's file that has content; NotFound otherwise."""
    for slot, blob in attachments(version):
        if slot.name == name and blob is not None:
            return slot, blob
    raise NotFound


@dataclass(frozen=True)
class Misplaced:
    """A file that fits no slot: no slot has its name, one has it in other letter case, or it was sent twice."""

    name: str
    reason: Literal["unknown", "case", "twice"]
    #: The slot that has the name in other letter case.
    meant: str = ""


def misplaced(version: FormVersion, names: Iterable[str]) -> list[Misplaced]:
    """Tell which of the files that are sent together do not fit the version's slots by their names."""
    slots = {slot.name for slot, _ in attachments(version)}
    lower = {name.lower(): name for name in slots}
    found: dict[str, Misplaced | None] = {}
    for name in names:
        if name in found:
            found[name] = Misplaced(name, "twice")
        elif name in slots:
            found[name] = None
        elif name.lower() in lower:
            found[name] = Misplaced(name, "case", lower[name.lower()])
        else:
            found[name] = Misplaced(name, "unknown")
    return [each for each in found.values() if each is not None]


def set_attachment(
    actor: Actor, found: Form, name: str, stream: BinaryIO, content_type: str | None, *, vault: Vault
) -> tuple[FormAttachment, Blob]:
    """Give a draft's slot its content; NotFound where the draft asks for no file of this name."""
    version = draft(found)
    slot = next((s for s, _ in attachments(version) if s.name == name), None)
    if slot is None:
        raise NotFound
    old = slot.blob_id
    blob = vault.keep_stream(found.project_id, stream, is_public=True)
    fill(version, name, blob, content_type)
    if name.endswith(".csv"):
        load(blob, vault=vault)
    audit.record(
        actor,
        "form.attachment.update",
        actee_id=found.actee_id,
        details={"formDefId": version.id, "name": name, "oldBlobId": old, "newBlobId": blob.id},
    )
    return attachment(version, name)


def clear_attachment(actor: Actor, found: Form, name: str) -> None:
    """Empty a draft's slot; NotFound where it has no content."""
    slot, blob = attachment(draft(found), name)
    slot.blob_id = slot.content_type = None
    slot.updated_at = datetime.now(UTC)
    db.session.flush()
    audit.record(
        actor,
        "form.attachment.update",
        actee_id=found.actee_id,
        details={"formDefId": slot.version_id, "name": name, "oldBlobId": blob.id, "newBlobId": None},
    )


def choices_of_file(version: FormVersion, filename: str, language: str, *, vault: Vault) -> dict[str, str]:
    """Give the labels of the choices that a CSV file offers, by name in the file's order; none where it has no content.

    The columns are `name` and `label`, or `label::English (en)` in several languages (XLSForm, select from file).
    """
    try:
        _slot, blob = attachment(version, filename)
    except NotFound:
        return {}
    return dict(_labels(vault, blob.id, language))


@lru_cache(maxsize=64)
def _labels(vault: Vault, blob_id: int, language: str) -> tuple[tuple[str, str], ...]:
    content = b"".join(vault.read(db.session.get_one(Blob, blob_id))).decode("utf-8-sig", errors="replace")
    header = content.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(content), delimiter=";" if ";" in header else ",")
    labels = [name for name in rows.fieldnames or () if name == "label" or name.startswith("label::")]
    wanted = next((name for name in labels if name.endswith(f"({language})")), labels[0] if labels else "name")
    return tuple((row["name"], row.get(wanted) or row["name"]) for row in rows if row.get("name"))


def fill(version: FormVersion, name: str, blob: Blob, content_type: str | None) -> None:
    """Put a file into a version's slot."""
    db.session.execute(
        update(FormAttachment)
        .where(FormAttachment.version_id == version.id, FormAttachment.name == name)
        .values(blob_id=blob.id, content_type=content_type, updated_at=func.now())
    )


def carry(source_id: int | None, version: FormVersion) -> None:
    """Give a new draft's empty slots what the one before it had under the same name and type."""
    if source_id is None:
        return
    source, target = FormAttachment.__table__.alias("source"), FormAttachment.__table__
    db.session.execute(
        update(FormAttachment)
        .where(
            target.c.version_id == version.id,
            target.c.blob_id.is_(None),
            source.c.version_id == source_id,
            source.c.name == target.c.name,
            source.c.type == target.c.type,
        )
        .values(blob_id=source.c.blob_id, content_type=source.c.content_type, updated_at=source.c.updated_at)
        .execution_options(synchronize_session=False)
    )
