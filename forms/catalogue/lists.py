"""Lists in CSV files as rows that figures can read: the headings and cells of what forms choose from."""

import csv
import io
import json

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from forms.db import db
from forms.models import Blob, Form, FormAttachment, List, Project
from forms.vault import Vault
from forms.views import list_name

#: Larger files serve phones, and are no source of figures.
_MOST_ROWS = 100_000

_INSERT = text(
    """
    insert into list_rows (blob_id, number, cells)
    select :blob, number, cells from jsonb_array_elements(cast(:rows as jsonb)) with ordinality as row (cells, number)
    """
)


def load(blob: Blob, *, vault: Vault) -> None:
    """Keep a CSV file's rows beside it, once; of what is no table in UTF-8, or too large, there are none."""
    if db.session.get(List, blob.id) is not None:
        return
    headings, rows = _table(b"".join(vault.read(blob)))
    made = insert(List).values(blob_id=blob.id, columns=headings)
    if db.session.execute(made.on_conflict_do_nothing().returning(List.blob_id)).first() is not None:
        db.session.execute(_INSERT, {"blob": blob.id, "rows": json.dumps(rows)})


def _table(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Read headings and rows; of what is no table, or too large for figures, there are none."""
    try:
        text_ = content.decode("utf-8-sig")
        header = text_.partition("\n")[0]
        reader = csv.DictReader(io.StringIO(text_), delimiter=";" if ";" in header else ",")
        rows = [{h.strip(): (c or "").strip() for h, c in row.items() if isinstance(h, str)} for row in reader]
    except (UnicodeDecodeError, csv.Error, AttributeError):
        return [], []
    if len(rows) > _MOST_ROWS or "\x00" in text_:
        return [], []
    return [h.strip() for h in reader.fieldnames or ()], rows


#: The files of lists whose rows were never read: those of servers older than figures.
UNREAD_LISTS = text(
    """
    select distinct blob_id from form_attachments
    where name like '%.csv' and blob_id is not null
      and not exists (select from lists where lists.blob_id = form_attachments.blob_id)
    """
)


def read_lists(*, vault: Vault) -> None:
    """Keep the rows of every list whose rows were never read."""
    for blob_id in db.session.execute(UNREAD_LISTS).scalars().all():
        load(db.session.get_one(Blob, blob_id), vault=vault)


def blobs_of_lists(project: Project, own: Form | None = None) -> dict[str, int | None]:
    """Give the file that stands for each list of a project's forms, by list name; None where none was uploaded yet.

    The form `own` comes first, with its draft's files where it has a draft; then the newest file of that name.
    """
    versions = select(Form.id, Form.current_id, Form.draft_id).where(
        Form.project_id == project.id, Form.deleted_at.is_(None)
    )
    found: dict[str, int | None] = {}
    standing: list[int] = []
    for form_id, current_id, draft_id in db.session.execute(versions.order_by(Form.id)):
        if own is not None and form_id == own.id:
            standing = [v for v in (draft_id, current_id) if v is not None] + standing
        elif current_id is not None:
            standing.append(current_id)
    slots = select(FormAttachment).where(FormAttachment.version_id.in_(standing), FormAttachment.name.like("%.csv"))
    by_version: dict[int, list[FormAttachment]] = {}
    for slot in db.session.execute(slots.order_by(FormAttachment.updated_at.desc().nulls_last())).scalars():
        by_version.setdefault(slot.version_id, []).append(slot)
    for version_id in standing:
        for slot in by_version.get(version_id, ()):
            if found.get(list_name(slot.name)) is None:
                found[list_name(slot.name)] = slot.blob_id
    return found


def columns_of(blob_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Give the headings of lists, by file; one that is no table is not among them."""
    rows = select(List).where(List.blob_id.in_(blob_ids))
    return {row.blob_id: tuple(row.columns) for row in db.session.execute(rows).scalars()}
