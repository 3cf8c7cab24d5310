"""Projects, forms, their drafts and versions, and the files that they ask for.

A definition is immutable once it is stored: a new draft is a new row, and publishing only turns the draft into the
current version and widens the answer tables, in one transaction. The XForm's bytes are kept as they were made and
served as they are kept: phones compare their MD5 with the list's for ever after.
"""

import base64
import csv
import hashlib
import hmac
import io
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO

from sqlalchemy import func, select, text, update

from forms import access, answers, audit, workbook
from forms.access import Actor, Permission
from forms.db import db
from forms.models import Blob, Demo, Form, FormAttachment, FormVersion, Project
from forms.problems import (
    FieldClassConflict,
    FieldTypeConflict,
    FormWarnings,
    MissingParameter,
    NoPublishedVersion,
    NotFound,
    UnexpectedValue,
    UniquenessViolation,
    VersionUniquenessViolation,
)
from forms.schema import Schema
from forms.vault import Vault

STATES = ("open", "closing", "closed")


def project(project_id: int) -> Project:
    """Find a project; NotFound otherwise."""
    row = db.session.get(Project, project_id)
    if row is None or row.deleted_at:
        raise NotFound
    return row


def create_project(actor: Actor, name: str, *, vault: Vault, description: str | None = None) -> Project:
    """Make a project with a data key of its own."""
    if not (name or "").strip():
        raise MissingParameter(field="name")
    row = Project(name=name.strip(), description=description)
    db.session.add(row)
    db.session.flush()
    vault.add_project_key(row.id)
    audit.record(actor, "project.create", actee_id=row.actee_id, details={"data": {"name": row.name}})
    return row


def update_project(actor: Actor, found: Project, changes: dict[str, Any]) -> Project:
    """Change a project's name, description or archived mark."""
    for name in ("name", "description", "archived"):
        if name in changes:
            setattr(found, name, changes[name])
    found.updated_at = datetime.now(UTC)
    audit.record(actor, "project.update", actee_id=found.actee_id, details={"data": sorted(changes)})
    db.session.flush()
    return found


def delete_project(actor: Actor, found: Project) -> None:
    """Put a project in the trash; its forms are reached no more."""
    found.deleted_at = datetime.now(UTC)
    db.session.flush()
    audit.record(actor, "project.delete", actee_id=found.actee_id)


_PROJECTS = text(
    """
    select projects.id from projects
    where projects.deleted_at is null and exists (
        select from assignments join roles on roles.id = assignments.role_id
        where assignments.actor_id = :actor and assignments.form_id is null
          and (assignments.project_id is null or assignments.project_id = projects.id)
          and 'project.read' = any(roles.verbs) and roles.verbs && array['form.list', 'open_form.list']
    )
    order by coalesce(archived, false), name, id
    """
)


def list_projects(actor: Actor) -> list[Project]:
    """List the projects that an actor may read, those in use first, by name (ODK Central API, projects)."""
    ids = db.session.execute(_PROJECTS, {"actor": actor.id}).scalars().all()
    rows = {row.id: row for row in db.session.execute(select(Project).where(Project.id.in_(ids))).scalars()}
    return [rows[i] for i in ids]


def all_projects() -> list[Project]:
    """List every live project by name, for whoever hands out roles."""
    rows = select(Project).where(Project.deleted_at.is_(None)).order_by(Project.name, Project.id)
    return list(db.session.execute(rows).scalars())


def form(found: Project, xml_form_id: str) -> Form:
    """Find a live form of a project by its form id, in its exact letter case; NotFound otherwise."""
    row = db.session.execute(
        select(Form).where(Form.project_id == found.id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def list_forms(actor: Actor, found: Project) -> list[tuple[Form, FormVersion]]:
    """List a project's forms with the version that stands for each, by name (ODK Central API, forms, 7.2).

    Forms that were never published are for whoever may change forms, closed ones for whoever may read all forms.
    """
    held = access.verbs(actor, project_id=found.id)
    shown = select(Form, FormVersion).join(FormVersion, FormVersion.id == func.coalesce(Form.current_id, Form.draft_id))
    shown = shown.where(Form.project_id == found.id, Form.deleted_at.is_(None))
    if Permission.FORM_UPDATE not in held:
        shown = shown.where(Form.current_id.is_not(None))
        if Permission.FORM_READ not in held:
            shown = shown.where(Form.state != "closed")
    return [(f, v) for f, v in db.session.execute(shown.order_by(FormVersion.name, Form.xml_form_id))]


def current(found: Form) -> FormVersion:
    """Give the published version; NotFound where there is none."""
    return _version(found.current_id)


def draft(found: Form) -> FormVersion:
    """Give the draft; NotFound where there is none."""
    return _version(found.draft_id)


def represented(actor: Actor, found: Form) -> FormVersion:
    """Give the version that stands for the form to this actor: the published one, else the draft.

    A draft is only for whoever may change the form, a closed form only for whoever may read all forms:
    InsufficientRights otherwise (ODK Central API, forms, 7.2).
    """
    if found.current_id is None:
        access.demand(actor, Permission.FORM_UPDATE, project_id=found.project_id, form_id=found.id)
        return draft(found)
    demand_open(actor, found)
    return current(found)


def demand_open(actor: Actor, found: Form) -> None:
    """Raise InsufficientRights where the form is closed and the actor may not read closed ones."""
    if found.state == "closed":
        access.demand(actor, Permission.FORM_READ, project_id=found.project_id, form_id=found.id)


def published(found: Form, version: str) -> FormVersion:
    """Find a published version of a form by its version text ("" where it has none); NotFound otherwise."""
    row = db.session.execute(
        select(FormVersion).where(
            FormVersion.form_id == found.id, FormVersion.version == version, FormVersion.published_at.is_not(None)
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def list_versions(found: Form) -> list[FormVersion]:
    """List the published versions, the newest first."""
    rows = select(FormVersion).where(FormVersion.form_id == found.id, FormVersion.published_at.is_not(None))
    return list(db.session.execute(rows.order_by(FormVersion.published_at.desc(), FormVersion.id.desc())).scalars())


def _version(version_id: int | None) -> FormVersion:
    row = db.session.get(FormVersion, version_id) if version_id is not None else None
    if row is None:
        raise NotFound
    return row


def version(version_id: int) -> FormVersion:
    """Find a definition by its id, such as the one that a submission was filled with."""
    return _version(version_id)


def xform(version: FormVersion) -> bytes:
    """Give the stored bytes of a version's XForm."""
    return db.session.execute(select(FormVersion.xform).where(FormVersion.id == version.id)).scalar_one()


def source(version: FormVersion) -> Blob:
    """Give the workbook that a version was made from; NotFound where it came as an XForm."""
    blob = db.session.get(Blob, version.workbook_id) if version.workbook_id is not None else None
    if blob is None:
        raise NotFound
    return blob


@lru_cache(maxsize=256)
def schema(version_id: int) -> Schema:
    """Give a version's schema. A stored definition never changes, so a process reads it once."""
    return Schema.from_json(
        db.session.execute(select(FormVersion.schema).where(FormVersion.id == version_id)).scalar_one()
    )


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


def create_form(
    actor: Actor,
    found: Project,
    upload: Upload,
    *,
    vault: Vault,
    ignore_warnings: bool = False,
    publish_now: bool = False,
) -> Form:
    """Make a form from a first upload, as a draft, and publish it at once where asked (ODK Central API, 7.4).

    Raises what the workbook is refused for, FormWarnings unless they are accepted, UniquenessViolation where the
    project has a live form of this id.
    """
    conversion = upload.convert()
    if not ignore_warnings:
        _stop_at_warnings(conversion, [])
    form_id = conversion.schema.form_id
    taken = select(Form.id).where(Form.project_id == found.id, Form.xml_form_id == form_id, Form.deleted_at.is_(None))
    if db.session.execute(taken).first():
        raise UniquenessViolation(fields=["projectId", "xmlFormId"], values=[found.id, form_id], table="forms")
    row = Form(project_id=found.id, xml_form_id=form_id, created_by=actor.id)
    db.session.add(row)
    db.session.flush()
    row.draft_id = _store(actor, row, upload, conversion, vault=vault).id
    db.session.flush()
    audit.record(actor, "form.create", actee_id=row.actee_id)
    if publish_now:
        publish(actor, row)
    return row


def set_draft(actor: Actor, found: Form, upload: Upload, *, vault: Vault, ignore_warnings: bool = False) -> FormVersion:
    """Replace a form's draft by an upload (ODK Central API, 7.5).

    Raises UnexpectedValue where the upload is another form's, FieldTypeConflict where a question changes its type.
    """
    conversion = upload.convert()
    if conversion.schema.form_id != found.xml_form_id:
        raise UnexpectedValue(
            field="xmlFormId",
            value=conversion.schema.form_id,
            reason=f"this is the form {found.xml_form_id}; upload another form as a new one",
        )
    _refuse_changed_types(found, conversion.schema)
    if not ignore_warnings:
        _stop_at_warnings(conversion, _vanished(found, conversion.schema))
    return _set_draft(actor, found, _store(actor, found, upload, conversion, vault=vault))


def copy_to_draft(actor: Actor, found: Form) -> FormVersion:
    """Replace a form's draft by its published version, such as to change files; NotFound where there is none."""
    return _set_draft(actor, found, _copy(actor, current(found)))


def _set_draft(actor: Actor, found: Form, version: FormVersion) -> FormVersion:
    old = found.draft_id
    _carry_attachments(old or found.current_id, version)
    found.draft_id = version.id
    found.updated_at = datetime.now(UTC)
    db.session.flush()
    audit.record(
        actor,
        "form.update.draft.set",
        actee_id=found.actee_id,
        details={"oldDraftDefId": old, "newDraftDefId": version.id},
    )
    return version


def delete_draft(actor: Actor, found: Form) -> None:
    """Drop the draft of a published form."""
    if found.current_id is None:
        raise NoPublishedVersion
    old = draft(found)
    found.draft_id = None
    found.updated_at = datetime.now(UTC)
    db.session.flush()
    audit.record(actor, "form.update.draft.delete", actee_id=found.actee_id, details={"oldDraftDefId": old.id})


def publish(actor: Actor, found: Form, *, notes: str | None = None, as_version: str | None = None) -> FormVersion:
    """Make the draft the current version: tables widened, phones served, in the caller's one transaction.

    `as_version` is written into the definition first, in place of the version that it was uploaded with.
    """
    # Two people who publish at once take turns.
    db.session.execute(select(Form.id).where(Form.id == found.id).with_for_update())
    db.session.refresh(found)
    version = draft(found)
    if as_version is not None:
        version = _set_draft(actor, found, _copy(actor, version, as_version=as_version))
    used = select(FormVersion.id).where(
        FormVersion.form_id == found.id,
        FormVersion.version == version.version,
        FormVersion.published_at.is_not(None),
    )
    if db.session.execute(used).first():
        raise VersionUniquenessViolation(xmlFormId=found.xml_form_id, version=version.version)
    _refuse_changed_types(found, schema(version.id))
    answers.widen(found.id, schema(version.id))
    old = found.current_id
    now = datetime.now(UTC)
    version.published_at, version.published_by, version.notes = now, actor.id, notes
    found.current_id, found.draft_id = version.id, None
    if old is not None:
        found.updated_at = now
    db.session.flush()
    audit.record(
        actor,
        "form.update.publish",
        actee_id=found.actee_id,
        details={"oldDefId": old, "newDefId": version.id},
        notes=notes,
    )
    return version


def set_state(actor: Actor, found: Form, state: str) -> None:
    """Open, close softly (phones lose it, filled ones still arrive), or close a form."""
    if state not in STATES:
        raise UnexpectedValue(field="state", value=state, reason=f"must be one of {', '.join(STATES)}")
    found.state = state
    found.updated_at = datetime.now(UTC)
    db.session.flush()
    audit.record(actor, "form.update", actee_id=found.actee_id, details={"data": {"state": state}})


def delete_form(actor: Actor, found: Form) -> None:
    """Put a form in the trash: it and its submissions are seen no more."""
    found.deleted_at = datetime.now(UTC)
    db.session.flush()
    audit.record(actor, "form.delete", actee_id=found.actee_id)


def put_aside(found: Project, upload: Upload, *, vault: Vault) -> str:
    """Keep an upload that has warnings until its sender accepts them; give the word by which `taken_up` finds it."""
    blob = vault.keep(found.id, upload.data)
    name = base64.urlsafe_b64encode(upload.filename.encode()).decode()
    return f"{blob.id}.{name}.{_seal_of(found, blob.id, name, vault)}"


def taken_up(found: Project, word: str, *, vault: Vault) -> Upload:
    """Give the upload that was put aside in this project under a word; NotFound for any other word."""
    blob_id, _dot, rest = word.partition(".")
    name, _dot, proof = rest.partition(".")
    if not blob_id.isdecimal() or not hmac.compare_digest(proof, _seal_of(found, int(blob_id), name, vault)):
        raise NotFound
    blob = db.session.get_one(Blob, int(blob_id))
    return Upload(b"".join(vault.read(blob)), base64.urlsafe_b64decode(name).decode())


def _seal_of(found: Project, blob_id: int, name: str, vault: Vault) -> str:
    # Else a word would be a way to any file of the project.
    return vault.hash("upload put aside", f"{found.id}.{blob_id}.{name}").hex()


def workbook_of(version: FormVersion) -> Blob:
    """Give the workbook that a version came from; NotFound where it came as an XForm."""
    blob = db.session.get(Blob, version.workbook_id) if version.workbook_id is not None else None
    if blob is None:
        raise NotFound
    return blob


def _store(actor: Actor, found: Form, upload: Upload, conversion: workbook.Conversion, *, vault: Vault) -> FormVersion:
    """Keep a definition and the slots of the files that it asks for."""
    blob = vault.keep(found.project_id, upload.data) if upload.workbook_type else None
    version = FormVersion(
        form_id=found.id,
        warnings=[asdict(finding) for finding in conversion.findings],
        workbook_id=blob.id if blob else None,
        workbook_type=upload.workbook_type,
        created_by=actor.id,
        **_described(conversion.xform, conversion.schema),
    )
    _add(version, [FormAttachment(name=slot.name, type=slot.type) for slot in conversion.attachments])
    if conversion.itemsets is not None:
        kept = vault.keep(found.project_id, conversion.itemsets)
        _fill(version, "itemsets.csv", kept, "text/csv")
    return version


def _copy(actor: Actor, source: FormVersion, *, as_version: str | None = None) -> FormVersion:
    """Keep a definition again, under another version where one is given; its slots are still empty."""
    xml, described = xform(source), schema(source.id)
    if as_version is not None:
        xml, described = workbook.with_version(xml, as_version), replace(described, version=as_version)
    version = FormVersion(
        form_id=source.form_id,
        warnings=source.warnings,
        workbook_id=source.workbook_id,
        workbook_type=source.workbook_type,
        created_by=actor.id,
        **_described(xml, described),
    )
    _add(version, [FormAttachment(name=slot.name, type=slot.type) for slot, _ in attachments(source)])
    return version


def _described(xml: bytes, described: Schema) -> dict[str, Any]:
    """Give the columns of a version that follow from its definition."""
    return {
        "version": described.version,
        "name": described.title,
        "xform": xml,
        "md5": hashlib.md5(xml, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(xml, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(xml).hexdigest(),
        "schema": described.to_json(),
    }


def _add(version: FormVersion, slots: list[FormAttachment]) -> None:
    db.session.add(version)
    db.session.flush()
    for slot in slots:
        slot.version_id = version.id
    db.session.add_all(slots)
    db.session.flush()


def _stop_at_warnings(conversion: workbook.Conversion, vanished: list[str]) -> None:
    """Raise FormWarnings where the upload has any, in the shape of ODK Central's API (7.4)."""
    warnings: dict[str, Any] = {}
    if conversion.findings:
        warnings["xlsFormWarnings"] = [finding.message for finding in conversion.findings]
    if vanished:
        warnings["workflowWarnings"] = [{"type": "structureChanged", "details": vanished}]
    if warnings:
        raise FormWarnings(warnings=warnings, findings=conversion.findings, vanished=vanished)


def _vanished(found: Form, new: Schema) -> list[str]:
    """Name the questions of the published version that a new one no longer has."""
    if found.current_id is None:
        return []
    return [field.name for field in workbook.compare(schema(found.current_id), new).vanished]


def _refuse_changed_types(found: Form, new: Schema) -> None:
    """Refuse what the stored answers of any published version would not survive.

    Raises FieldTypeConflict for a question of another type, FieldClassConflict for one that becomes identity, since its
    earlier answers lie open, or ceases to be.
    """
    for version in list_versions(found):
        difference = workbook.compare(schema(version.id), new)
        for change in difference.type_changes:
            raise FieldTypeConflict(path=change.path, type=change.old, where=_in_survey(change.row))
        for change in difference.sealing_changes:
            raise FieldClassConflict(path=change.path, where=_in_survey(change.row))


def _in_survey(row: int | None) -> str:
    return f" (survey, row {row})" if row else ""


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
    _fill(version, name, blob, content_type)
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
    return dict(_labels(vault, blob.id, blob.project_id, language))


@lru_cache(maxsize=64)
def _labels(vault: Vault, blob_id: int, project_id: int, language: str) -> tuple[tuple[str, str], ...]:
    content = b"".join(vault.read(db.session.get_one(Blob, blob_id))).decode("utf-8-sig", errors="replace")
    header = content.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(content), delimiter=";" if ";" in header else ",")
    labels = [name for name in rows.fieldnames or () if name == "label" or name.startswith("label::")]
    wanted = next((name for name in labels if name.endswith(f"({language})")), labels[0] if labels else "name")
    return tuple((row["name"], row.get(wanted) or row["name"]) for row in rows if row.get("name"))


def _fill(version: FormVersion, name: str, blob: Blob, content_type: str | None) -> None:
    db.session.execute(
        update(FormAttachment)
        .where(FormAttachment.version_id == version.id, FormAttachment.name == name)
        .values(blob_id=blob.id, content_type=content_type, updated_at=func.now())
    )


def _carry_attachments(source_id: int | None, version: FormVersion) -> None:
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


@dataclass(frozen=True)
class Listed:
    """A form as a phone sees it in the form list."""

    form: Form
    version: FormVersion
    has_attachments: bool


def list_for_phone(actor: Actor, found: Project, form_id: str | None = None) -> list[Listed]:
    """List the open published forms that an actor may fill, by name (ODK Central API, OpenRosa specifics)."""
    reads = text(
        """
        exists (
            select from assignments join roles on roles.id = assignments.role_id
            where assignments.actor_id = :actor
              and (assignments.project_id is null or assignments.project_id = forms.project_id)
              and (assignments.form_id is null or assignments.form_id = forms.id)
              and roles.verbs && array['form.read', 'open_form.read']
        )
        """
    )
    has_slots = select(FormAttachment.name).where(FormAttachment.version_id == FormVersion.id).exists()
    rows = select(Form, FormVersion, has_slots).join(FormVersion, FormVersion.id == Form.current_id)
    rows = rows.where(Form.project_id == found.id, Form.deleted_at.is_(None), Form.state == "open", reads)
    if form_id is not None:
        rows = rows.where(Form.xml_form_id == form_id)
    rows = rows.order_by(FormVersion.name, Form.xml_form_id)
    return [Listed(f, v, has) for f, v, has in db.session.execute(rows, {"actor": actor.id})]


def is_demo() -> bool:
    """Tell whether this data folder holds the demo: made-up people, nothing real."""
    return db.session.get(Demo, 1) is not None
