"""Downloads with identity: asked for by one person, approved by another, taken once before they expire, all logged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from forms import answers, catalogue, looks
from forms.access import Actor
from forms.db import db
from forms.models import Form, IdentityExport, Project
from forms.policy import Clearance
from forms.problems import (
    HandoverExpired,
    HandoverNotYours,
    HandoverOwn,
    KeyDoesNotExist,
    MissingParameter,
    NotCleared,
    NotFound,
)
from forms.submissions.receive import answer_context
from forms.vault import Vault

#: How long a request waits for its second person, and how long an approved one may be taken.
TO_DECIDE: Final = timedelta(days=7)
TO_TAKE: Final = timedelta(hours=24)
_PURPOSE = "identity export"


@dataclass(frozen=True)
class Handover:
    """A request for a download with identity. `state` is "waiting", "approved", "refused", "taken" or "expired"."""

    id: int
    fields: tuple[str, ...]
    reason: str = field(repr=False)
    requested_by: int
    requested_at: datetime
    expires_at: datetime
    decided_by: int | None
    state: str


def request_handover(actor: Actor, form: Form, paths: Sequence[str], reason: str, *, vault: Vault) -> int:
    """Ask for a form's answers with the identity that is named; give the request's id.

    Raises NotCleared, ReasonTooShort, MissingParameter without a path, and KeyDoesNotExist for one that is no question
    of class identity that holds text.
    """
    if actor.look.clearance < Clearance.IDENTITY:
        raise NotCleared(path=", ".join(paths))
    said = looks.check_reason(reason)
    schema = catalogue.schema(catalogue.current(form).id)
    if not paths:
        raise MissingParameter(field="fields")
    for path in paths:
        asked = schema.by_path.get(path)
        if asked is None or not asked.is_identity or asked.is_file:
            raise KeyDoesNotExist(field=path)
    row = IdentityExport(
        form_id=form.id,
        fields=list(paths),
        reason=vault.seal_secret(said.encode(), _PURPOSE),
        requested_by=actor.id,
        expires_at=datetime.now(UTC) + TO_DECIDE,
    )
    db.session.add(row)
    db.session.flush()
    place = looks.Place(form.project_id, form.id, None, tuple(paths))
    looks.record(actor, "identity_export.request", place, reason=said, vault=vault, details={"export": row.id})
    return row.id


def list_handovers(form: Form, *, vault: Vault) -> list[Handover]:
    """List a form's requests, the newest first."""
    rows = select(IdentityExport).where(IdentityExport.form_id == form.id).order_by(IdentityExport.id.desc())
    return [_shown(row, vault) for row in db.session.scalars(rows)]


def waiting_handovers(project: Project) -> list[str]:
    """List the forms of a project that have a request without a decision, by form id."""
    rows = select(Form.xml_form_id).join(IdentityExport, IdentityExport.form_id == Form.id).distinct()
    waiting = IdentityExport.is_approved.is_(None), IdentityExport.expires_at > func.now()
    return list(db.session.scalars(rows.where(Form.project_id == project.id, Form.deleted_at.is_(None), *waiting)))


def _shown(row: IdentityExport, vault: Vault) -> Handover:
    return Handover(
        row.id,
        tuple(row.fields),
        vault.unseal_secret(row.reason, _PURPOSE).decode(),
        row.requested_by,
        row.requested_at,
        row.expires_at,
        row.decided_by,
        _state(row),
    )


def _state(row: IdentityExport) -> str:
    if row.taken_at is not None:
        return "taken"
    if row.is_approved is False:
        return "refused"
    if row.expires_at <= datetime.now(UTC):
        return "expired"
    return "approved" if row.is_approved else "waiting"


def _locked(form: Form, handover_id: int) -> IdentityExport:
    """Find a request and keep it from others until the transaction ends; NotFound otherwise."""
    rows = select(IdentityExport).where(IdentityExport.id == handover_id, IdentityExport.form_id == form.id)
    row = db.session.execute(rows.with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def decide_handover(actor: Actor, form: Form, handover_id: int, *, is_approved: bool, vault: Vault) -> None:
    """Approve or refuse somebody else's request. HandoverOwn for one's own, HandoverExpired where it waits no more."""
    row = _locked(form, handover_id)
    if row.requested_by == actor.id:
        raise HandoverOwn
    if _state(row) != "waiting":
        raise HandoverExpired
    now = datetime.now(UTC)
    row.decided_by, row.decided_at, row.is_approved = actor.id, now, is_approved
    if is_approved:
        row.expires_at = now + TO_TAKE
    db.session.flush()
    place = looks.Place(form.project_id, form.id, None, tuple(row.fields))
    action: looks.Action = "identity_export.approve" if is_approved else "identity_export.refuse"
    looks.record(actor, action, place, vault=vault, details={"export": row.id})


@dataclass(frozen=True)
class HandedTable:
    """One table of a handover: its repeat ("" for the root), the questions' paths, rows as (key, number, *values)."""

    repeat: str
    paths: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]] = field(repr=False)


def take_handover(
    actor: Actor,
    form: Form,
    handover_id: int,
    write: Callable[[list[HandedTable]], Iterator[bytes]],
    *,
    vault: Vault,
) -> Iterator[bytes]:
    """Give what was approved, once, to the person who asked: what they may take away anyhow, and the identity named.

    `write` makes the whole file of it, since the log is told last. Raises HandoverNotYours, HandoverExpired where it is
    not approved, was taken already, or is too old.
    """
    row = _locked(form, handover_id)
    if row.requested_by != actor.id:
        raise HandoverNotYours
    if _state(row) != "approved":
        raise HandoverExpired
    version = catalogue.current(form)
    layout = answers.layout(form.id, version.id, catalogue.schema(version.id))
    keys = vault.project(form.project_id)

    def opened(submission_id: int, path: str, sealed: bytes) -> str:
        return keys.unseal(sealed, answer_context(form.id, path, submission_id)).decode()

    tables = [
        HandedTable(repeat, *answers.hand_over(actor, layout, repeat, set(row.fields), opened))
        for repeat in layout.levels
    ]
    written = write(tables)
    row.taken_at = datetime.now(UTC)
    db.session.flush()
    place = looks.Place(form.project_id, form.id, None, tuple(row.fields))
    taking = replace(actor, look=actor.take)
    looks.record(taking, "identity_export.take", place, vault=vault, details={"export": row.id})
    return written
