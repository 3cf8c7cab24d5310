"""Forms: upload a workbook, read what is wrong with it, draft, publish, open and close."""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import server
from api.pages import door
from api.pages.contexts import (
    AttachmentLine,
    Draft,
    FindingLine,
    FormHead,
    FormPage,
    UploadOutcome,
    UploadPage,
    VersionLine,
)
from api.pages.door import pages, say
from api.pages.projects import head
from forms import accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.catalogue import Upload
from forms.models import Form, FormVersion, Project
from forms.problems import FormWarnings, InvalidWorkbook, NotFound, Problem
from forms.workbook import Finding

#: The converter's own limit; what is larger is refused before it is read.
WORKBOOK_LIMIT = 20_000_000


@pages.on("GET POST", "/projects/<project_id>/upload", may=Permission.FORM_CREATE)
def upload(actor: Actor, project: Project) -> Any:
    """Upload a workbook as a new form."""
    if request.method == "GET":
        return UploadPage(head(actor, project), None, WORKBOOK_LIMIT)

    def keep(sent: Upload, *, accepted: bool) -> Form:
        return catalogue.create_form(actor, project, sent, vault=server().vault, ignore_warnings=accepted)

    return _uploaded(actor, project, None, keep)


@pages.on("GET POST", "/projects/<project_id>/forms/<xml_form_id>/upload", may=Permission.FORM_UPDATE)
def upload_version(actor: Actor, project: Project, form: Form) -> Any:
    """Upload a workbook as a new version of a form."""
    if request.method == "GET":
        return UploadPage(head(actor, project), form_head(actor, form), WORKBOOK_LIMIT)

    def keep(sent: Upload, *, accepted: bool) -> Form:
        catalogue.set_draft(actor, form, sent, vault=server().vault, ignore_warnings=accepted)
        return form

    return _uploaded(actor, project, form, keep)


def _uploaded(actor: Actor, project: Project, form: Form | None, keep: Any) -> Any:
    """Take a workbook, or one put aside before because of its warnings; show what was found, or go on to the form."""
    put_aside = request.form.get("kept", "")
    page = UploadPage(head(actor, project), form_head(actor, form) if form else None, WORKBOOK_LIMIT)
    if put_aside:
        sent = catalogue.taken_up(project, put_aside, vault=server().vault)
    else:
        file = request.files.get("workbook")
        if file is None or not file.filename:
            return replace(page, problem=_("Choose an Excel workbook first.")), 400
        sent = Upload(file.stream.read(WORKBOOK_LIMIT + 1), file.filename)
    try:
        kept = keep(sent, accepted=bool(put_aside))
    except InvalidWorkbook as problem:
        outcome = UploadOutcome(sent.filename, _lines(problem.details["findings"]), "")
        return replace(page, outcome=outcome), 400
    except FormWarnings as problem:
        findings = _lines(problem.details["findings"]) + _vanished(problem.details["vanished"])
        aside = catalogue.put_aside(project, sent, vault=server().vault)
        return replace(page, outcome=UploadOutcome(sent.filename, findings, aside)), 400
    except Problem as problem:
        return replace(page, problem=problem.text(door.language())), problem.status
    say("good", _("The workbook is now a draft. Add its files if it needs any, then publish it."))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=kept.xml_form_id), 303)


def _lines(findings: tuple[Finding, ...]) -> tuple[FindingLine, ...]:
    spoken = door.language()
    lines = [
        FindingLine(f.level, f.message_id if spoken == "id" else f.message, f.sheet, f.row, f.column) for f in findings
    ]
    return tuple(sorted(lines, key=lambda line: line.level))


def _vanished(names: list[str]) -> tuple[FindingLine, ...]:
    if not names:
        return ()
    text = _(
        "These questions of the published version are not in the workbook any more: %(names)s. Their answers stay.",
        names=", ".join(names),
    )
    return (FindingLine("warning", text, None, None, None),)


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>", may=Permission.FORM_READ)
def form(actor: Actor, project: Project, form: Form) -> FormPage:
    """Show a form's draft, versions and files."""
    return _form_page(actor, project, form)


def _form_page(actor: Actor, project: Project, form: Form, **typed: Any) -> FormPage:
    counts = submissions.count_by_form(actor, [form.id])[form.id]
    names = accounts.names_by_id()
    published = catalogue.list_versions(form)
    draft = catalogue.draft(form) if form.draft_id is not None else None
    return FormPage(
        project=head(actor, project),
        form=form_head(actor, form),
        submissions=counts.submissions,
        last_submission=counts.last_submission,
        draft=_draft(draft, names, [v.version for v in published]) if draft else None,
        versions=tuple(_version_line(v, names) for v in published),
        attachments=_attachments(catalogue.current(form)) if form.current_id else (),
        **typed,
    )


def form_head(actor: Actor, form: Form) -> FormHead:
    """Give what every page inside a form shows of it."""
    version = catalogue.represented(actor, form)
    return FormHead(
        form_id=form.xml_form_id,
        title=version.name or form.xml_form_id,
        is_published=form.current_id is not None,
        has_draft=form.draft_id is not None,
        state=form.state,  # type: ignore[arg-type]
    )


def _draft(version: FormVersion, names: dict[int, str], taken: list[str]) -> Draft:
    return Draft(
        version=version.version,
        uploaded=version.created_at,
        uploader=names.get(version.created_by or 0, ""),
        questions=_questions(version),
        has_workbook=version.workbook_id is not None,
        attachments=_attachments(version),
        warnings=_lines(tuple(Finding(**finding) for finding in version.warnings)),
        needs_version=version.version in taken,
    )


def _version_line(version: FormVersion, names: dict[int, str]) -> VersionLine:
    return VersionLine(
        version=version.version,
        published=version.published_at or version.created_at,
        publisher=names.get(version.published_by or 0, ""),
        note=version.notes or "",
        questions=_questions(version),
        has_workbook=version.workbook_id is not None,
    )


def _questions(version: FormVersion) -> int:
    return sum(bool(field.control) for field in catalogue.schema(version.id).leaves)


def _attachments(version: FormVersion) -> tuple[AttachmentLine, ...]:
    return tuple(
        AttachmentLine(slot.name, slot.type, blob.size if blob else None, slot.updated_at)  # type: ignore[arg-type]
        for slot, blob in catalogue.attachments(version)
    )


@pages.on("POST", "/projects/<project_id>/forms/<xml_form_id>/attach", may=Permission.FORM_UPDATE)
def attach(actor: Actor, project: Project, form: Form) -> Any:
    """Give the draft its files: each goes to the slot of its name, a single one to the slot that is named."""
    slot = request.form.get("name")
    unknown = []
    for file in request.files.getlist("files"):
        name = slot or file.filename or ""
        try:
            catalogue.set_attachment(actor, form, name, file.stream, file.content_type, vault=server().vault)  # type: ignore[arg-type]
        except NotFound:
            unknown.append(name)
    if unknown:
        say("warning", _("The form asks for no file with this name: %(names)s.", names=", ".join(unknown)))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=form.xml_form_id), 303)


@pages.on("POST", "/projects/<project_id>/forms/<xml_form_id>/publish", may=Permission.FORM_UPDATE)
def publish(actor: Actor, project: Project, form: Form) -> Any:
    """Make the draft the version that phones get."""
    version, note = request.form.get("version", "").strip(), request.form.get("note", "").strip()
    try:
        catalogue.publish(actor, form, notes=note or None, as_version=version or None)
    except Problem as problem:
        typed = {"version": version, "note": note, "problems": {"version": problem.text(door.language())}}
        return _form_page(actor, project, form, **typed), problem.status
    say("good", _("Published. Phones get it the next time they ask."))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=form.xml_form_id), 303)


@pages.on("POST", "/projects/<project_id>/forms/<xml_form_id>/state", may=Permission.FORM_UPDATE)
def form_state(actor: Actor, project: Project, form: Form) -> Any:
    """Open a form, let it run out, or close it."""
    catalogue.set_state(actor, form, request.form.get("state", ""))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=form.xml_form_id), 303)


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/workbook", may=Permission.FORM_READ)
def workbook(actor: Actor, project: Project, form: Form) -> Response:
    """Download the workbook that a version came from."""
    version = _asked_version(form)
    blob = catalogue.workbook_of(version)
    return _download(server().vault.read(blob), f"{form.xml_form_id}.{version.workbook_type}")


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/xform", may=Permission.FORM_READ)
def xform(actor: Actor, project: Project, form: Form) -> Response:
    """Download a version's XForm as phones get it."""
    return _download([catalogue.xform(_asked_version(form))], f"{form.xml_form_id}.xml")


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/files/<name>", may=Permission.FORM_READ)
def attachment(actor: Actor, project: Project, form: Form, name: str) -> Response:
    """Download a file that the form asks for."""
    slot, blob = catalogue.attachment(_asked_version(form), name)
    return _download(server().vault.read(blob), slot.name)


def _asked_version(form: Form) -> FormVersion:
    """Find the version that the address names: a published one, the draft, else the one in force."""
    if request.args.get("draft"):
        return catalogue.draft(form)
    if "version" in request.args:
        return catalogue.published(form, request.args["version"])
    with suppress(NotFound):
        return catalogue.current(form)
    return catalogue.draft(form)


def _download(chunks: Any, filename: str) -> Response:
    response = Response(chunks, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return response
