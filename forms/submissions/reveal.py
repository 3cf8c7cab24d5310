"""Opening identity: named fields of one record, for a reason, which the access log keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from forms import catalogue, instance, looks
from forms.access import Actor
from forms.db import db, see
from forms.models import Form, SubmissionVersion
from forms.policy import Clearance
from forms.problems import KeyDoesNotExist, MissingParameter, NotCleared, NotFound
from forms.submissions.read import File, find, slot
from forms.submissions.receive import xml_context
from forms.vault import Vault


@dataclass(frozen=True)
class Revealed:
    """An answer as it was given: its question's path, the number of its row in the repeat (0 outside), and its file."""

    path: str
    row: int
    value: str = field(repr=False)
    file: File | None = field(default=None, repr=False)


def reveal(
    actor: Actor, form: Form, instance_id: str, paths: Sequence[str], reason: str, *, vault: Vault
) -> list[Revealed]:
    """Open the answers to some questions of class identity of a record's newest content.

    Raises NotFound for a record out of scope, NotCleared, ReasonTooShort, MissingParameter without a path, and
    KeyDoesNotExist for one that is no question of class identity. More than twenty a day raise a line for the auditor.
    """
    if actor.look.clearance < Clearance.IDENTITY:
        raise NotCleared(path=", ".join(paths))
    said = looks.check_reason(reason)
    kept = find(actor, form, instance_id)
    schema = catalogue.schema(kept.content.form_version_id)
    if not paths:
        raise MissingParameter(field="fields")
    for path in paths:
        asked = schema.by_path.get(path)
        if asked is None or not asked.is_identity:
            raise KeyDoesNotExist(field=path)
    see(actor.scopes)
    sealed = select(SubmissionVersion.xml).where(SubmissionVersion.id == kept.content.id)
    xml = vault.project(form.project_id).unseal(db.session.execute(sealed).scalar_one(), xml_context(form.id))
    found = [
        Revealed(path, row.number if row.repeat else 0, instance.as_text(row.values[path]))
        for path in paths
        for row in instance.rows(instance.parse(xml), schema).rows
        if path in row.values
    ]
    found = [
        _with_file(actor, form, kept.content, each, vault) if schema.by_path[each.path].is_file else each
        for each in found
    ]
    place = looks.Place(form.project_id, form.id, kept.submission.id, tuple(paths))
    looks.record(actor, "reveal", place, reason=said, vault=vault)
    return found


def _with_file(actor: Actor, form: Form, content: SubmissionVersion, found: Revealed, vault: Vault) -> Revealed:
    try:
        _, kept = slot(actor, form, content, found.value, vault=vault)
    except NotFound:
        return found
    return Revealed(found.path, found.row, found.value, kept if kept.blob is not None else None)
