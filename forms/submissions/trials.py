"""Records that phones send to try a draft: kept until the draft goes, and never among real ones.

They have a table of their own, one for all forms: a draft's answer tables are only made when it is published, so of a
trial its sealed XML is all that is kept, and read again when somebody looks at one. Lists show only what was counted
when it came. Rows carry the scopes that their answers name, as real ones do, since a tester may type in anybody.

Files are counted and not kept: nothing is ever deleted from the store of files, so that a photo that was taken to see
whether the camera opens would outlast the draft by years.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from forms import answers, catalogue, instance
from forms.access import Actor
from forms.db import EVERYTHING, db, see
from forms.instance import Instance
from forms.models import Form, Trial
from forms.problems import DeprecatedIdNotFound, InstanceConflict, NotFound, UnexpectedValue
from forms.submissions.looked import looked
from forms.submissions.receive import name_hash, xml_context
from forms.vault import Vault

#: Cut, as with real ones.
_LONGEST_HEADER = 255
_MOST = 200


@dataclass(frozen=True)
class Tried:
    """A trial as a list shows it: how many questions were answered, what did not fit, how many files came."""

    id: int
    received: datetime
    device: str
    answered: int
    misfits: tuple[str, ...]
    files_named: int
    files_came: int


def receive_trial(form: Form, xml: bytes, names: Iterable[str], *, device_id: str | None, vault: Vault) -> None:
    """Keep a record that a phone sends to a draft, or find that it is kept already; `names` are of the files with it.

    The version that the XML names does not matter, and a correction takes the place of what it corrects (ODK Central
    API, draft submissions). Raises what `instance.parse` raises, NotFound where the draft is gone, UnexpectedValue
    where the record is of another form, InstanceConflict for other content under a known id, DeprecatedIdNotFound.
    """
    sent = instance.parse(xml)
    if sent.form_id != form.xml_form_id:
        raise UnexpectedValue(field="form id", value=sent.form_id, reason=f"the address says {form.xml_form_id}")
    see(EVERYTHING)
    # Whoever publishes or replaces the draft waits for this, or this finds the draft gone.
    version_id = db.session.execute(select(Form.draft_id).where(Form.id == form.id).with_for_update(read=True)).scalar()
    if version_id is None:
        raise NotFound
    keys = vault.project(form.project_id)
    came = [name_hash(keys, name) for name in names]
    content = keys.hash("submission xml", xml)
    instance_id = sent.instance_id or str(uuid4())
    if _again(form, instance_id, content, came):
        return
    if sent.deprecated_id is not None:
        came = [*_replaced(form, sent), *came]
    row = insert(Trial).values(
        form_id=form.id,
        version_id=version_id,
        instance_id=instance_id,
        device_id=(device_id or "")[:_LONGEST_HEADER] or None,
        xml=keys.seal(xml, xml_context(form.id), compress=True),
        xml_hash=content,
        files_came=sorted(set(came)),
        **_counted(sent, version_id),
    )
    if db.session.execute(row.on_conflict_do_nothing().returning(Trial.id)).first() is None:
        # It came twice at the same moment.
        _again(form, instance_id, content, came)


def _counted(sent: Instance, version_id: int) -> dict[str, Any]:
    schema = catalogue.schema(version_id)
    rows = instance.rows(sent, schema)
    asked = {f.path for f in schema.leaves if f.control}
    given = {path for row in rows.rows for path in row.values}
    keys = [f"{name}={value}" for name in schema.dimensions for value in rows.scopes.get(name, ())]
    return {
        "answered": len(asked & given),
        "misfits": list(rows.misfits),
        "files_named": len(rows.files),
        "scopes": keys or ["?"] * bool(schema.dimensions),
    }


_ADD_FILES = text(
    """
    update trials set files_came = array(select distinct unnest(files_came || cast(:came as bytea[]))) where id = :id
    """
)


def _again(form: Form, instance_id: str, content: bytes, came: list[bytes]) -> bool:
    """Tell whether this content is kept, and add the files that came with it; InstanceConflict where another is."""
    known = select(Trial.id, Trial.xml_hash).where(Trial.form_id == form.id, Trial.instance_id == instance_id)
    row = db.session.execute(known).first()
    if row is None:
        return False
    if row.xml_hash != content:
        raise InstanceConflict
    db.session.execute(_ADD_FILES, {"id": row.id, "came": came})
    return True


def _replaced(form: Form, sent: Instance) -> list[bytes]:
    """Take away what a correction replaces; give the files that came with that."""
    gone = delete(Trial).where(Trial.form_id == form.id, Trial.instance_id == sent.deprecated_id)
    row = db.session.execute(gone.returning(Trial.files_came)).first()
    if row is None:
        raise DeprecatedIdNotFound(deprecatedId=sent.deprecated_id)
    came: list[bytes] = row.files_came
    return came


def list_trials(actor: Actor, form: Form) -> list[Tried]:
    """List the newest trials of a form's draft that the actor may see."""
    see(actor.scopes)
    rows = _rows().where(Trial.form_id == form.id, Trial.version_id == form.draft_id).order_by(Trial.id.desc())
    return [_tried(row) for row in db.session.execute(rows.limit(_MOST))]


def count_trials(actor: Actor, form: Form) -> int:
    """Count the trials of a form's draft that the actor may see."""
    see(actor.scopes)
    rows = select(func.count()).where(Trial.form_id == form.id, Trial.version_id == form.draft_id)
    return db.session.execute(rows).scalar_one()


def open_trial(actor: Actor, form: Form, trial_id: int, *, vault: Vault) -> tuple[Tried, dict[str, Any]]:
    """Give a trial and its answers, as `answers.one` gives those of a record; NotFound where it is not in sight.

    What is above the actor's clearance, and all identity, is SEALED.
    """
    see(actor.scopes)
    wanted = _rows(Trial.xml).where(Trial.id == trial_id, Trial.form_id == form.id, Trial.version_id == form.draft_id)
    row = db.session.execute(wanted).first()
    if row is None or form.draft_id is None:
        raise NotFound
    schema = catalogue.schema(form.draft_id)
    xml = vault.project(form.project_id).unseal(row.xml, xml_context(form.id))
    layout = answers.unmade(form.id, form.draft_id, schema).seen(actor.look.clearance)
    levels = {repeat: place for place, repeat in enumerate(layout.levels)}
    rows = instance.rows(instance.parse(xml), schema).rows
    tree = answers.tree(layout, sorted(rows, key=lambda each: (levels[each.repeat], each.number)))
    looked(actor, form, schema, vault=vault)
    return _tried(row), tree


def _rows(*more: Any) -> Any:
    return select(
        Trial.id, Trial.created_at, Trial.device_id, Trial.answered, Trial.misfits, Trial.files_named,
        func.cardinality(Trial.files_came).label("files_came"), *more,
    )  # fmt: skip


def _tried(row: Row[Any]) -> Tried:
    return Tried(
        row.id, row.created_at, row.device_id or "", row.answered, tuple(row.misfits), row.files_named, row.files_came
    )
