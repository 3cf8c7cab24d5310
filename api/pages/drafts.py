"""A form's draft, step by step: its files, trying it on a phone, what it changes, publish; and what phones sent."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import as_id, origin, server, undone_when_refused
from api.pages import changed, door, qr, reach
from api.pages.contexts import BrokenView, ChangeList, Draft, DraftPage, Misfit, Overheard, TrialLine, TrialPage, Trying
from api.pages.door import pages, say
from api.pages.forms import attachment_lines, count_questions, finding_lines, form_head, free_version
from api.pages.projects import head
from api.pages.record import Writer
from api.pages.words import Words
from forms import accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.catalogue import Misplaced
from forms.models import Form, FormVersion, Project
from forms.problems import Problem, UnexpectedValue, VersionUniquenessViolation
from forms.submissions import Tried
from forms.workbook import Finding

_DRAFT = "/projects/<project_id>/forms/<xml_form_id>/draft"
#: More changes than that nobody reads one by one.
_MOST_CHANGES = 400


@pages.on("GET", _DRAFT, may=Permission.FORM_UPDATE)
def draft(actor: Actor, project: Project, form: Form) -> DraftPage:
    """Show the draft and what is still to be done before it is published."""
    return _draft_page(actor, project, form)


def _draft_page(actor: Actor, project: Project, form: Form, **typed: Any) -> DraftPage:
    version = catalogue.draft(form)
    taken = [each.version for each in catalogue.list_versions(form)]
    typed = {"version": free_version(taken), **{name: value for name, value in typed.items() if value}}
    return DraftPage(
        project=head(actor, project),
        form=form_head(actor, form),
        draft=Draft(
            version=version.version,
            uploaded=version.created_at,
            uploader=accounts.names_by_id().get(version.created_by or 0, ""),
            questions=count_questions(version),
            has_workbook=version.workbook_id is not None,
            attachments=attachment_lines(version),
            warnings=finding_lines(tuple(Finding(**finding) for finding in version.warnings)),
            needs_version=version.version in taken,
        ),
        trying=_trying(actor, project, form, version),
        changes=_changes(actor, form, version) if form.current_id is not None else None,
        broken_views=tuple(
            BrokenView(board, finding.sentence(door.language()))
            for board, finding in catalogue.broken_views(project, catalogue.schema(version.id), form)
        ),
        **typed,
    )


def _changes(actor: Actor, form: Form, version: FormVersion) -> ChangeList:
    found = catalogue.draft_changes(actor, form)
    return changed.told(catalogue.current(form), version, found.changes, most=_MOST_CHANGES, counted=found)


def _trying(actor: Actor, project: Project, form: Form, version: FormVersion) -> Trying:
    here = server()
    unreachable = reach.check(origin(), door.here(), here.bound, is_open_lan=here.is_open_lan)
    token = catalogue.draft_token(form, vault=here.vault)
    title = version.name or form.xml_form_id
    code = reach.draft_settings(origin(), token, project.id, form.xml_form_id, title)
    is_overheard = form.has_identity and reach.is_plain(origin())
    return Trying(
        qr=None if unreachable else qr.draw(code),
        unreachable=unreachable,
        overheard=Overheard(origin(), (title,), here.is_open_lan) if is_overheard else None,
        trials=tuple(_trial_line(each) for each in submissions.list_trials(actor, form)),
    )


def _trial_line(tried: Tried) -> TrialLine:
    return TrialLine(
        id=tried.id,
        received=tried.received,
        device=tried.device,
        answered=tried.answered,
        misfits=len(tried.misfits),
        files_named=tried.files_named,
        files_came=tried.files_came,
    )


@pages.on("GET", f"{_DRAFT}/trials/<trial_id>", may=Permission.FORM_UPDATE)
def trial(actor: Actor, project: Project, form: Form, trial_id: str) -> TrialPage:
    """Show a record that tried the draft, as far as one may see its answers."""
    tried, tree = submissions.open_trial(actor, form, as_id(trial_id, "trialId"), vault=server().vault)
    words = Words(catalogue.draft(form))
    writer = Writer(words, {}, set(tried.misfits), shows_blanks=False)
    items = writer.nodes("", tree)
    return TrialPage(
        project=head(actor, project),
        form=form_head(actor, form),
        trial=_trial_line(tried),
        misfits=tuple(Misfit(words.label_of(path), path) for path in tried.misfits),
        items=items,
        has_masked=writer.masked > 0,
    )


@pages.on("POST", "/projects/<project_id>/forms/<xml_form_id>/attach", may=Permission.FORM_UPDATE)
def attach(actor: Actor, project: Project, form: Form) -> Any:
    """Give the draft its files, all or none: each to the slot of its name, a single one to the slot that is named."""
    sent = [file for file in request.files.getlist("files") if file.filename]
    slot = request.form.get("name")
    names = [slot or file.filename or "" for file in sent]
    wrong = [_not_placed(each) for each in catalogue.misplaced(catalogue.draft(form), names)]
    if not sent:
        wrong = [_("Choose a file first.")]
    if wrong:
        return _draft_page(actor, project, form, file_problems=tuple(wrong)), 400
    for name, file in zip(names, sent, strict=True):
        catalogue.set_attachment(actor, form, name, file.stream, file.content_type, vault=server().vault)  # type: ignore[arg-type]
    say("good", _("The files are in their places."))
    return redirect(url_for("pages.draft", project_id=project.id, xml_form_id=form.xml_form_id) + "#files", 303)


def _not_placed(each: Misplaced) -> str:
    if each.reason == "twice":
        return str(_("“%(name)s” was chosen more than once.", name=each.name))
    if each.reason == "case":
        return str(
            _(
                "“%(name)s” is written “%(meant)s” in the form, with other capital letters. Rename the file.",
                name=each.name,
                meant=each.meant,
            )
        )
    return str(
        _("The form asks for no file with the name “%(name)s”. Choose the files again, without it.", name=each.name)
    )


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
        return _draft_page(actor, project, form, **typed), problem.status
    say("good", _("Published. Phones get it the next time they ask."))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=form.xml_form_id), 303)


@pages.on("POST", f"{_DRAFT}/delete", may=Permission.FORM_UPDATE)
def draft_delete(actor: Actor, project: Project, form: Form) -> Any:
    """Drop the draft; what is published stays."""
    try:
        with undone_when_refused():
            catalogue.delete_draft(actor, form)
    except Problem as problem:
        typed = {"problems": {"publish": problem.text(door.language())}}
        return _draft_page(actor, project, form, **typed), problem.status
    say("good", _("The draft is gone. The published version stays as it is."))
    return redirect(url_for("pages.form", project_id=project.id, xml_form_id=form.xml_form_id), 303)
