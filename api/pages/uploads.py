"""Upload a workbook, as a new form or a new version, and read what is wrong with it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import server, undone_when_refused
from api.pages import door
from api.pages.contexts import FindingLine, UploadOutcome, UploadPage
from api.pages.door import pages, say
from api.pages.forms import finding_lines, form_head
from api.pages.projects import head
from forms import catalogue, figures, workbook
from forms.access import Actor, Permission
from forms.catalogue import Upload
from forms.models import Form, Project
from forms.problems import FormWarnings, InvalidWorkbook, NotFound, Problem, UnexpectedValue, UniquenessViolation
from forms.workbook import MAX_BYTES

#: What the page says is the largest workbook; the converter is a little more generous.
_SAID_LIMIT = 20_000_000

#: Keeps an upload, with its warnings accepted or not, and gives the form that it became, or the dashboard's name.
Keep = Callable[[Upload, bool], Form | str]


@pages.on("GET POST", "/projects/<project_id>/upload", may=Permission.FORM_CREATE)
def upload(actor: Actor, project: Project) -> Any:
    """Upload a workbook as a new form, or as a dashboard where it has views and asks nothing."""
    page = UploadPage(head(actor, project), None, _SAID_LIMIT)
    if request.method != "POST":
        return page

    def keep(sent: Upload, accepted: bool) -> Form | str:  # noqa: FBT001
        if sent.workbook_type and workbook.is_dashboard(sent.data):
            return figures.save_dashboard(actor, project, sent, vault=server().vault)
        return catalogue.create_form(actor, project, sent, vault=server().vault, ignore_warnings=accepted)

    return _uploaded(project, page, keep)


@pages.on("GET POST", "/projects/<project_id>/forms/<xml_form_id>/upload", may=Permission.FORM_UPDATE)
def upload_version(actor: Actor, project: Project, form: Form) -> Any:
    """Upload a workbook as a new version of a form."""
    page = UploadPage(head(actor, project), form_head(actor, form), _SAID_LIMIT)
    if request.method != "POST":
        return page

    def keep(sent: Upload, accepted: bool) -> Form:  # noqa: FBT001
        catalogue.set_draft(actor, form, sent, vault=server().vault, ignore_warnings=accepted)
        return form

    return _uploaded(project, page, keep)


def _uploaded(project: Project, page: UploadPage, keep: Keep) -> Any:
    """Take a workbook, or one put aside before because of its warnings; show what was found, or go on to the form."""
    put_aside = request.form.get("kept", "")
    if put_aside:
        sent = catalogue.taken_up(project, put_aside, vault=server().vault)
        filename = sent.filename
    else:
        file = request.files.get("workbook")
        if file is None or not file.filename:
            return replace(page, problem=_("Choose an Excel workbook first.")), 400
        filename = file.filename
        sent = _as_upload(file.stream.read(MAX_BYTES + 1), filename)
    try:
        with undone_when_refused():
            kept = keep(sent, bool(put_aside))
    except InvalidWorkbook as problem:
        return replace(page, outcome=_outcome(filename, finding_lines(problem.details["findings"]))), 400
    except FormWarnings as problem:
        if page.form is None and _is_taken(project, problem.details["form_id"]):
            return _taken(page, problem.details["form_id"]), 409
        findings = _vanished(problem.details["vanished"]) + finding_lines(problem.details["findings"])
        aside = catalogue.put_aside(project, sent, vault=server().vault)
        return replace(page, outcome=_outcome(filename, findings, aside)), 400
    except Problem as problem:
        return _refused(page, problem), problem.status
    if isinstance(kept, str):
        say("good", _("The dashboard is there: its figures are computed whenever it is opened."))
        return redirect(url_for("pages.dashboard", project_id=project.id, slug=kept), 303)
    say("good", _("The workbook is now a draft. Add its files if it needs any, then publish it."))
    return redirect(url_for("pages.draft", project_id=project.id, xml_form_id=kept.xml_form_id), 303)


def _outcome(filename: str, findings: tuple[FindingLine, ...], kept: str = "") -> UploadOutcome:
    """Tell what was found, also as plain text: that fits a message to whoever keeps the workbook."""
    words = {"error": _("Error"), "warning": _("Warning")}
    lines = [f"{words[f.level]}, {_place(f)}: {' '.join(f.text.split())}" for f in findings]
    return UploadOutcome(filename, findings, kept, "\r\n".join([filename, "", *lines, ""]))


def _place(finding: FindingLine) -> str:
    return f"{finding.sheet or '-'} {finding.column or ''}{finding.row or ''}".strip()


def _as_upload(data: bytes, filename: str) -> Upload:
    """Take anything that does not say that it is an XForm for a workbook: what it really is, its content tells."""
    known = filename.lower().endswith((".xlsx", ".xls", ".xml"))
    return Upload(data, filename if known else f"{filename}.xlsx")


def _refused(page: UploadPage, problem: Problem) -> UploadPage:
    """Say why a workbook that is right in itself cannot be taken here."""
    if isinstance(problem, UniquenessViolation):
        return _taken(page, problem.details["values"][1])
    if isinstance(problem, UnexpectedValue) and problem.details["field"] == "xmlFormId" and page.form is not None:
        text = _(
            "This workbook is of another form, “%(other)s”. Change form_id in its settings sheet to “%(id)s”, "
            "or upload it as a new form.",
            other=problem.details["value"],
            id=page.form.form_id,
        )
        return replace(page, problem=text)
    return replace(page, problem=problem.text(door.language()))


def _taken(page: UploadPage, form_id: str) -> UploadPage:
    text = _("This project already has the form “%(id)s”. Upload the workbook there, as a new version.", id=form_id)
    return replace(page, problem=text, other=form_id)


def _is_taken(project: Project, form_id: str) -> bool:
    with suppress(NotFound):
        return catalogue.form(project, form_id) is not None
    return False


def _vanished(names: list[str]) -> tuple[FindingLine, ...]:
    if not names:
        return ()
    text = _(
        "These questions of the published version are not in the workbook any more: %(names)s. Their answers stay.",
        names=", ".join(names),
    )
    return (FindingLine("warning", text, None, None, None),)
