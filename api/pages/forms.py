"""One form: its draft with the files that it needs, its versions, publish, open and close."""

from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import server, undone_when_refused
from api.pages import door
from api.pages.contexts import (
    AttachmentLine,
    Draft,
    FindingLine,
    FormHead,
    FormPage,
    VersionLine,
)
from api.pages.door import pages, say
from api.pages.projects import head
from forms import access, accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.models import Form, FormVersion, Project
from forms.problems import NotFound, Problem, UnexpectedValue, VersionUniquenessViolation
from forms.workbook import Finding


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>", may=Permission.FORM_READ)
def form(actor: Actor, project: Project, form: Form) -> FormPage:
    """Show a form's draft, versions and files."""
    return _form_page(actor, project, form)


def _form_page(actor: Actor, project: Project, form: Form, **typed: Any) -> FormPage:
    counts = submissions.count_by_form(actor, project.id, [form])[form.id]
    names = accounts.names_by_id()
    published = catalogue.list_versions(form)
    shown = form_head(actor, form)
    draft = catalogue.draft(form) if shown.has_draft else None
    taken = [v.version for v in published]
    typed = {"version": _free_version(taken), **{name: value for name, value in typed.items() if value}}
    return FormPage(
        project=head(actor, project),
        form=shown,
        submissions=counts.submissions,
        last_submission=counts.last_submission,
        draft=_draft(draft, names, taken) if draft else None,
        versions=tuple(_version_line(v, names) for v in published),
        attachments=_attachments(catalogue.current(form)) if form.current_id else (),
        **typed,
    )


def form_head(actor: Actor, form: Form) -> FormHead:
    """Give what every page inside a form shows of it. A draft is only for whoever may change the form."""
    version = catalogue.represented(actor, form)
    return FormHead(
        form_id=form.xml_form_id,
        title=version.name or form.xml_form_id,
        is_published=form.current_id is not None,
        has_draft=form.draft_id is not None and _may_change(actor, form),
        state=form.state,  # type: ignore[arg-type]
    )


def finding_lines(findings: tuple[Finding, ...]) -> tuple[FindingLine, ...]:
    """Give what was found in a workbook as the page shows it, errors first."""
    spoken = door.language()
    lines = [
        FindingLine(f.level, f.message_id if spoken == "id" else f.message, f.sheet, f.row, f.column) for f in findings
    ]
    return tuple(sorted(lines, key=lambda line: line.level))


def _may_change(actor: Actor, form: Form) -> bool:
    return access.can(actor, Permission.FORM_UPDATE, project_id=form.project_id, form_id=form.id)


def _free_version(taken: list[str]) -> str:
    """Suggest a version name: today's date and a number, as XLSForm's makers advise (XLSForm, settings)."""
    today = datetime.now(ZoneInfo(server().zone)).strftime("%Y%m%d")
    return next(name for number in count(1) if (name := f"{today}{number:02}") not in taken)


def _draft(version: FormVersion, names: dict[int, str], taken: list[str]) -> Draft:
    return Draft(
        version=version.version,
        uploaded=version.created_at,
        uploader=names.get(version.created_by or 0, ""),
        questions=_questions(version),
        has_workbook=version.workbook_id is not None,
        attachments=_attachments(version),
        warnings=finding_lines(tuple(Finding(**finding) for finding in version.warnings)),
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
    sent = [file for file in request.files.getlist("files") if file.filename]
    if not sent:
        say("problem", _("Choose a file first."))
    unknown = []
    for file in sent:
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
        with undone_when_refused():
            catalogue.publish(actor, form, notes=note or None, as_version=version or None)
    except Problem as problem:
        field = "version" if isinstance(problem, VersionUniquenessViolation | UnexpectedValue) else "publish"
        text = problem.text(door.language())
        if isinstance(problem, VersionUniquenessViolation):
            text = _("“%(version)s” has been published before. Write another name.", version=problem.details["version"])
        typed = {"version": version, "note": note, "problems": {field: text}}
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
    version = _asked_version(actor, form)
    blob = catalogue.workbook_of(version)
    return _download(server().vault.read(blob), f"{form.xml_form_id}.{version.workbook_type}")


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/xform", may=Permission.FORM_READ)
def xform(actor: Actor, project: Project, form: Form) -> Response:
    """Download a version's XForm as phones get it."""
    return _download([catalogue.xform(_asked_version(actor, form))], f"{form.xml_form_id}.xml")


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/files/<name>", may=Permission.FORM_READ)
def attachment(actor: Actor, project: Project, form: Form, name: str) -> Response:
    """Download a file that the form asks for."""
    slot, blob = catalogue.attachment(_asked_version(actor, form), name)
    return _download(server().vault.read(blob), slot.name)


def _asked_version(actor: Actor, form: Form) -> FormVersion:
    """Find the version that the address names: a published one, the draft, else the one that stands for the form."""
    if request.args.get("draft"):
        access.demand(actor, Permission.FORM_UPDATE, project_id=form.project_id, form_id=form.id)
        return catalogue.draft(form)
    if "version" in request.args:
        return catalogue.published(form, request.args["version"])
    return catalogue.represented(actor, form)


def _download(chunks: Any, filename: str) -> Response:
    response = Response(chunks, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return response
