"""Projects: the first page, one project with its forms, a new one, its settings."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import AUTHENTICATED, server
from api.pages.contexts import (
    FormLine,
    HomePage,
    NewProjectPage,
    ProjectCard,
    ProjectHead,
    ProjectPage,
    ProjectSettingsPage,
)
from api.pages.door import pages, say
from forms import access, accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.models import Project


@pages.on("GET", "/", may=AUTHENTICATED)
def home(actor: Actor) -> HomePage:
    """Show the projects that the viewer may see."""
    found = catalogue.list_projects(actor, by_forms=True)
    counts = submissions.count_by_project(actor, [p.id for p in found])
    for p in found:
        if not head(actor, p).may_read:
            counts[p.id] |= {"submissions": None, "last_submission": None}
    cards = tuple(
        ProjectCard(
            id=p.id,
            name=p.name,
            description=p.description or "",
            forms=len(catalogue.list_forms(actor, p)),
            submissions=counts[p.id]["submissions"],
            last_submission=counts[p.id]["last_submission"],
            is_fresh=is_today(counts[p.id]["last_submission"]),
            is_archived=bool(p.archived),
        )
        for p in found
    )
    return HomePage(projects=cards, may_create=access.can(actor, Permission.PROJECT_CREATE))


@pages.on("GET POST", "/new-project", may=Permission.PROJECT_CREATE)
def project_new(actor: Actor) -> Any:
    """Make a project."""
    name, description = request.form.get("name", "").strip(), request.form.get("description", "").strip()
    if request.method != "POST":
        return NewProjectPage()
    if not name:
        return NewProjectPage(name, description, {"name": _("A project needs a name.")}), 400
    made = catalogue.create_project(actor, name, vault=server().vault, description=description or None)
    return redirect(url_for("pages.project", project_id=made.id), 303)


@pages.on("GET", "/projects/<project_id>", may=AUTHENTICATED)
def project(actor: Actor, project: Project) -> ProjectPage:
    """Show a project's forms, to whoever may read it or one of them."""
    listed = catalogue.list_forms(actor, project)
    if not listed:
        access.demand(actor, Permission.PROJECT_READ, project_id=project.id)
    shown = head(actor, project)
    counts = submissions.count_by_form(actor, project.id, [form for form, _version in listed])
    lines = tuple(
        FormLine(
            form_id=form.xml_form_id,
            title=version.name or form.xml_form_id,
            version=version.version if form.current_id else None,
            has_draft=form.draft_id is not None and shown.may_manage,
            state=form.state,  # type: ignore[arg-type]
            submissions=count.submissions,
            last_submission=count.last_submission,
            is_fresh=is_today(count.last_submission),
        )
        for form, version in listed
        for count in (counts.get(form.id, submissions.Counts()),)
    )
    live = [user for user in accounts.list_app_users(project, vault=server().vault) if user.token]
    return ProjectPage(shown, project.description or "", lines, app_users=len(live))


@pages.on("GET POST", "/projects/<project_id>/settings", may=Permission.PROJECT_UPDATE)
def project_settings(actor: Actor, project: Project) -> Any:
    """Change a project's name and description."""
    if request.method != "POST":
        return ProjectSettingsPage(head(actor, project), project.name, project.description or "")
    name, description = request.form.get("name", "").strip(), request.form.get("description", "").strip()
    if not name:
        problems = {"name": _("A project needs a name.")}
        return ProjectSettingsPage(head(actor, project), name, description, problems), 400
    catalogue.update_project(actor, project, {"name": name, "description": description or None})
    say("good", _("The changes are kept."))
    return redirect(url_for("pages.project_settings", project_id=project.id), 303)


@pages.on("POST", "/projects/<project_id>/archive", may=Permission.PROJECT_UPDATE)
def project_archive(actor: Actor, project: Project) -> Any:
    """Put a project away, or bring it back."""
    archived = request.form.get("archived") == "1"
    catalogue.update_project(actor, project, {"archived": archived})
    return redirect(url_for("pages.project", project_id=project.id), 303)


def head(actor: Actor, project: Project) -> ProjectHead:
    """Give what every page inside a project shows of it."""
    held = access.verbs(actor, project_id=project.id)
    return ProjectHead(
        id=project.id,
        name=project.name,
        may_manage=Permission.FORM_UPDATE in held,
        may_audit=Permission.ACCESS_LOG_READ in held,
        may_read=Permission.SUBMISSION_LIST in access.verbs_within(actor, project.id),
        is_archived=bool(project.archived),
        may_list_people=Permission.ASSIGNMENT_LIST in held,
    )


def is_today(moment: datetime | None) -> bool:
    """Tell whether a moment lies in the server's today."""
    zone = ZoneInfo(server().zone)
    return moment is not None and moment.astimezone(zone).date() == datetime.now(zone).date()
