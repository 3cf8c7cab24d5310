"""One form: its versions and what each changed, back to any of them, open and close, downloads."""

from datetime import datetime
from itertools import count, zip_longest
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import server, undone_when_refused
from api.pages import changed, door, outdated
from api.pages.contexts import AttachmentLine, ChangeList, FindingLine, FormHead, FormPage, VersionLine
from api.pages.door import pages, say
from api.pages.projects import head
from forms import access, accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.models import Form, FormVersion, Project
from forms.problems import Problem
from forms.workbook import Finding

#: Of all versions before the one in force, so many changes are shown at once.
_MOST_CHANGES = 60


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>", may=Permission.FORM_READ)
def form(actor: Actor, project: Project, form: Form) -> FormPage:
    """Show a form's versions and files."""
    return _form_page(actor, project, form)


def _form_page(actor: Actor, project: Project, form: Form, problem: str = "") -> FormPage:
    counts = submissions.count_by_form(actor, project.id, [form])[form.id]
    names = accounts.names_by_id()
    published = catalogue.list_versions(form)
    too_old, in_use = _phones(actor, project, form)
    return FormPage(
        project=head(actor, project),
        form=form_head(actor, form),
        submissions=counts.submissions,
        last_submission=counts.last_submission,
        versions=tuple(
            _version_line(version, names, before) for version, before in zip_longest(published, published[1:])
        ),
        attachments=attachment_lines(catalogue.current(form)) if form.current_id else (),
        problem=problem,
        phones_too_old=too_old,
        phones_in_use=in_use,
    )


def _phones(actor: Actor, project: Project, form: Form) -> tuple[int, int]:
    """Count the phones in use that are too old for a form, and all; for whoever may list them and do something."""
    if access.can(actor, Permission.FIELD_KEY_LIST, project_id=project.id):
        for demand in catalogue.demands(project):
            if demand.form_id == form.id:
                return outdated.counted(accounts.phones_in_use(project), demand)
    return 0, 0


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
    """Give what was found in a workbook as the page shows it: sheet by sheet, errors first."""
    spoken = door.language()
    lines = [
        FindingLine(f.level, f.message_id if spoken == "id" else f.message, f.sheet, f.row, f.column) for f in findings
    ]
    # A workbook's sheets in the order in which they were checked; what has no place first.
    sheets = list(dict.fromkeys(line.sheet for line in lines))
    return tuple(sorted(lines, key=lambda line: (line.sheet is not None, sheets.index(line.sheet), line.level)))


def _may_change(actor: Actor, form: Form) -> bool:
    return access.can(actor, Permission.FORM_UPDATE, project_id=form.project_id, form_id=form.id)


def free_version(taken: list[str]) -> str:
    """Suggest a version name: today's date and a number, as XLSForm's makers advise (XLSForm, settings)."""
    today = datetime.now(ZoneInfo(server().zone)).strftime("%Y%m%d")
    return next(name for number in count(1) if (name := f"{today}{number:02}") not in taken)


def _version_line(version: FormVersion, names: dict[int, str], before: FormVersion | None) -> VersionLine:
    return VersionLine(
        version=version.version,
        published=version.published_at or version.created_at,
        publisher=names.get(version.published_by or 0, ""),
        note=version.notes or "",
        questions=count_questions(version),
        has_workbook=version.workbook_id is not None,
        changes=_changed_since(before, version) if before else None,
    )


def _changed_since(before: FormVersion, version: FormVersion) -> ChangeList:
    changes = catalogue.changes_between(before, version)
    return changed.told(before, version, changes, most=_MOST_CHANGES)


def count_questions(version: FormVersion) -> int:
    """Count what a version asks."""
    return sum(bool(field.control) for field in catalogue.schema(version.id).leaves)


def attachment_lines(version: FormVersion) -> tuple[AttachmentLine, ...]:
    """List the files that a version asks for."""
    return tuple(
        AttachmentLine(slot.name, slot.type, blob.size if blob else None, slot.updated_at)  # type: ignore[arg-type]
        for slot, blob in catalogue.attachments(version)
    )


@pages.on("POST", "/projects/<project_id>/forms/<xml_form_id>/state", may=Permission.FORM_UPDATE)
def form_state(actor: Actor, project: Project, form: Form) -> Any:
    """Open a form, let it run out, or close it."""
    catalogue.set_state(actor, form, request.form.get("state", ""))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=form.xml_form_id), 303)


@pages.on("POST", "/projects/<project_id>/forms/<xml_form_id>/back", may=Permission.FORM_UPDATE)
def version_back(actor: Actor, project: Project, form: Form) -> Any:
    """Begin a draft from an earlier version, with its files and another version text."""
    earlier = catalogue.published(form, request.form.get("version", ""))
    taken = [version.version for version in catalogue.list_versions(form)]
    try:
        with undone_when_refused():
            catalogue.back_to(actor, form, earlier, as_version=free_version(taken))
    except Problem as problem:
        return _form_page(actor, project, form, problem.text(door.language())), problem.status
    say("good", _("The earlier version is now a draft. Look at what it changes, then publish it."))
    return redirect(url_for("pages.draft", project_id=project.id, xml_form_id=form.xml_form_id), 303)


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
