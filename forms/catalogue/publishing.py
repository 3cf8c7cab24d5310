"""A form's life: made from an upload, given drafts, published, closed, deleted.

A definition is immutable once it is stored: a new draft is a new row, and publishing only turns the draft into the
current version and widens the answer tables, in one transaction.
"""

import hashlib
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from forms import answers, audit, workbook
from forms.access import Actor
from forms.catalogue.attachments import attachments, carry, fill
from forms.catalogue.counted import demand_views, views_of
from forms.catalogue.trying import drop_trials
from forms.catalogue.uploads import Upload
from forms.catalogue.versions import current, draft, list_versions, schema, xform
from forms.db import db
from forms.models import Form, FormAttachment, FormVersion, Project
from forms.problems import (
    FieldClassConflict,
    FieldTypeConflict,
    FormWarnings,
    NoPublishedVersion,
    UnexpectedValue,
    UniquenessViolation,
    VersionUniquenessViolation,
)
from forms.schema import Schema
from forms.vault import Vault

STATES = ("open", "closing", "closed")


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

    Raises what the workbook and its views are refused for, FormWarnings unless they are accepted, UniquenessViolation
    where the project has a live form of this id.
    """
    conversion = _with_views(upload.convert(), found, None)
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
    row.has_identity = conversion.schema.has_identity
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
    conversion = _with_views(conversion, db.session.get_one(Project, found.project_id), found)
    if not ignore_warnings:
        _stop_at_warnings(conversion, _vanished(found, conversion.schema))
    return _set_draft(actor, found, _store(actor, found, upload, conversion, vault=vault))


def copy_to_draft(actor: Actor, found: Form) -> FormVersion:
    """Replace a form's draft by its published version, such as to change files; NotFound where there is none."""
    return _set_draft(actor, found, _copy(actor, current(found)))


def back_to(actor: Actor, found: Form, earlier: FormVersion, *, as_version: str) -> FormVersion:
    """Replace a form's draft by an earlier version of it with that one's files, under another version text.

    Raises FieldTypeConflict or FieldClassConflict where answers that came since would not survive it.
    """
    _refuse_changed_types(found, schema(earlier.id))
    version = _copy(actor, earlier, as_version=as_version)
    carry(earlier.id, version)
    return _set_draft(actor, found, version)


def _set_draft(actor: Actor, found: Form, version: FormVersion) -> FormVersion:
    old = found.draft_id
    carry(old or found.current_id, version)
    drop_trials(found)
    found.draft_id = version.id
    found.has_identity = _asks_for_identity(found)
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
    _end_draft(found)
    found.has_identity = _asks_for_identity(found)
    found.updated_at = datetime.now(UTC)
    db.session.flush()
    audit.record(actor, "form.update.draft.delete", actee_id=found.actee_id, details={"oldDraftDefId": old.id})


def publish(actor: Actor, found: Form, *, notes: str | None = None, as_version: str | None = None) -> FormVersion:
    """Make the draft the current version: tables widened, phones served, in the caller's one transaction.

    `as_version` is written into the definition first, in place of the version that it was uploaded with.
    """
    # Two people who publish at once take turns; records of the form, which reference its row, go on arriving.
    db.session.execute(select(Form.id).where(Form.id == found.id).with_for_update(key_share=True))
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
    # The files that the views read may be others now than when the workbook was uploaded.
    demand_views(db.session.get_one(Project, found.project_id), views_of(version), schema(version.id), found)
    answers.widen(found.id, schema(version.id))
    old = found.current_id
    now = datetime.now(UTC)
    version.published_at, version.published_by, version.notes = now, actor.id, notes
    found.current_id = version.id
    _end_draft(found)
    found.has_cases = found.has_cases or schema(version.id).has_cases
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


def _end_draft(found: Form) -> None:
    """Take the draft away, with what phones sent to try it and the token by which they do."""
    drop_trials(found)
    found.draft_id, found.draft_word = None, uuid4()


def _asks_for_identity(found: Form) -> bool:
    standing = [version.id for version in list_versions(found)] + [found.draft_id] * (found.draft_id is not None)
    return any(schema(version_id).has_identity for version_id in standing)


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


def _store(actor: Actor, found: Form, upload: Upload, conversion: workbook.Conversion, *, vault: Vault) -> FormVersion:
    """Keep a definition and the slots of the files that it asks for."""
    blob = vault.keep(found.project_id, upload.data) if upload.workbook_type else None
    version = FormVersion(
        form_id=found.id,
        warnings=[asdict(finding) for finding in conversion.findings],
        views=conversion.views.to_json() if conversion.views is not None else None,
        workbook_id=blob.id if blob else None,
        workbook_type=upload.workbook_type,
        created_by=actor.id,
        **_described(conversion.xform, conversion.schema),
    )
    _add(version, [FormAttachment(name=slot.name, type=slot.type) for slot in conversion.attachments])
    if conversion.itemsets is not None:
        kept = vault.keep(found.project_id, conversion.itemsets)
        fill(version, "itemsets.csv", kept, "text/csv")
    return version


def _with_views(conversion: workbook.Conversion, project: Project, found: Form | None) -> workbook.Conversion:
    """Check the views sheet against the project, and add what it says to the findings."""
    said = demand_views(project, conversion.views, conversion.schema, found, conversion.sheets)
    return replace(conversion, findings=workbook.in_order((*conversion.findings, *said), conversion.sheets))


def _copy(actor: Actor, source: FormVersion, *, as_version: str | None = None) -> FormVersion:
    """Keep a definition again, under another version where one is given; its slots are still empty."""
    xml, described = xform(source), schema(source.id)
    if as_version is not None:
        xml, described = workbook.with_version(xml, as_version), replace(described, version=as_version)
    version = FormVersion(
        form_id=source.form_id,
        warnings=source.warnings,
        views=source.views,
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
        form_id = conversion.schema.form_id
        raise FormWarnings(warnings=warnings, findings=conversion.findings, vanished=vanished, form_id=form_id)


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
