"""A project's people: who holds which role on what, whose records it shows them, and many at once from Excel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from api.endpoint import as_id, server, spooled, undone_when_refused
from api.exports import XLSX, Table, workbook
from api.pages import door, scopes
from api.pages.contexts import (
    FormOption,
    HeldLine,
    PeopleFilter,
    PeoplePage,
    PeopleUploadPage,
    PersonLine,
    PlannedLine,
    RoleOption,
    UploadOutcome,
)
from api.pages.door import pages, say
from api.pages.forms import finding_lines
from api.pages.people import people_filter
from api.pages.projects import head
from api.pages.roles import clearance_words, deed_words, dimension_name, role_name
from forms import access, accounts, catalogue, grants, policy
from forms.access import Actor, Permission
from forms.catalogue import Upload
from forms.grants import Held, Person
from forms.models import Project
from forms.problems import InvalidWorkbook, NotFound, Problem, UniquenessViolation
from forms.roster import people as roster
from forms.workbook import MAX_BYTES

#: What the page says is the largest workbook; the reader is a little more generous.
_SAID_LIMIT = 20_000_000


@pages.on("GET", "/projects/<project_id>/people", may=Permission.ASSIGNMENT_LIST)
def project_people(actor: Actor, project: Project) -> PeoplePage:
    """Show everybody with a role that counts in a project."""
    return _people_page(actor, project)


@pages.on("POST", "/projects/<project_id>/people", may=Permission.ASSIGNMENT_CREATE)
def person_add(actor: Actor, project: Project) -> Any:
    """Give somebody who has an account a role on the project or one of its forms."""
    typed = {name: request.form.get(name, "").strip() for name in ("email", "role", "form")}
    person = accounts.live_user(typed["email"])
    role = next((role for role in policy.FOR_PEOPLE if str(role.id) == typed["role"]), None)
    if person is None:
        text = _("There is no account with this address. An administrator makes accounts.")
        return _people_page(actor, project, **typed, problems={"email": text}), 400
    if role is None:
        text = _("Choose what the person may do.")
        return _people_page(actor, project, **typed, problems={"role": text}), 400
    place = _place(project, typed["form"])
    try:
        with undone_when_refused():
            access.demand_all(actor, access.role(str(role.id)), **place)
            grants.assign(actor, person.actor_id, role.id, **place, vault=server().vault)
    except UniquenessViolation:
        text = _("The person has this role there already.")
        return _people_page(actor, project, **typed, problems={"role": text}), 409
    except Problem as problem:
        text = problem.text(door.language())
        return _people_page(actor, project, **typed, problems={"role": text}), problem.status
    say("good", _("The role is given."))
    return _back(project)


@pages.on("POST", "/projects/<project_id>/people/<person_id>/take", may=Permission.ASSIGNMENT_DELETE)
def person_take(actor: Actor, project: Project, person_id: str) -> Any:
    """Take a role away from somebody."""
    role = access.role(request.form.get("role", ""))
    place = _place(project, request.form.get("form", ""))
    grants.unassign(actor, as_id(person_id, "personId"), role.id, **place, vault=server().vault)
    say("good", _("The role is taken away. It counts from now on."))
    return _back(project)


@pages.on("POST", "/projects/<project_id>/people/<person_id>/values", may=Permission.ACTOR_PROPERTY_UPDATE)
def person_values(actor: Actor, project: Project, person_id: str) -> Any:
    """Change whose records somebody sees."""
    wanted = as_id(person_id, "personId")
    person = next((person for person in grants.list_people(project) if person.id == wanted), None)
    if person is None:
        raise NotFound
    given = scopes.given(person.dimensions)
    if given is None:
        text = _("A code has at most %(most)s characters and no special ones.", most=grants.MAX_VALUE)
        return _people_page(actor, project, problems={f"values-{person.id}": text}), 400
    changes = scopes.changes(person.properties, given)
    grants.set_properties(actor, project.id, person.id, changes, vault=server().vault)
    say("good", _("The changes are kept."))
    return _back(project)


def _back(project: Project) -> Any:
    return redirect(url_for("pages.project_people", project_id=project.id), 303)


def _place(project: Project, form_id: str) -> dict[str, int]:
    form = {"form_id": catalogue.form(project, form_id).id} if form_id else {}
    return {"project_id": project.id, **form}


def _people_page(actor: Actor, project: Project, **typed: Any) -> PeoplePage:
    held = access.verbs(actor, project_id=project.id)
    forms = _titles(actor, project)
    offered = scopes.offered(project)
    may_change = Permission.ACTOR_PROPERTY_UPDATE in held
    everybody, wanted = grants.list_people(project), people_filter()
    used = {h.role.id for person in everybody for h in person.held}
    people = tuple(
        PersonLine(
            id=person.id,
            name=person.name,
            email=person.email,
            is_self=person.id == actor.id,
            held=tuple(_held_line(person, held, forms) for held in person.held),
            dimensions=scopes.lines(person.dimensions, person.properties, offered),
            may_change=may_change and not (person.id == actor.id and any(h.role.has_clearance for h in person.held)),
            last_login=person.last_login_at,
            has_second_step=person.has_second_step,
            lacks_second_step=not person.has_second_step and any(h.role.has_clearance for h in person.held),
        )
        for person in everybody
        if _fits(person, wanted)
    )
    return PeoplePage(
        project=head(actor, project),
        people=people,
        total=len(everybody),
        filter=wanted,
        held_roles=tuple(RoleOption(str(role.id), role_name(role)) for role in policy.ROLES if role.id in used),
        may_give=Permission.ASSIGNMENT_CREATE in held,
        roles=tuple(RoleOption(str(role.id), role_name(role)) for role in policy.FOR_PEOPLE),
        forms=tuple(FormOption(form_id, title) for form_id, title in forms.items()),
        **typed,
    )


def _fits(person: Person, wanted: PeopleFilter) -> bool:
    """Tell whether a person is listed; a role on the whole project or server gives access to each of its forms."""
    return (
        wanted.text.casefold() in f"{person.name} {person.email}".casefold()
        and wanted.step in ("", "yes" if person.has_second_step else "no")
        and any(
            wanted.role in ("", str(held.role.id)) and (wanted.place in ("", held.xml_form_id) or not held.xml_form_id)
            for held in person.held
        )
    )


def _titles(actor: Actor, project: Project) -> dict[str, str]:
    return {
        form.xml_form_id: version.name or form.xml_form_id for form, version in catalogue.list_forms(actor, project)
    }


def _held_line(person: Person, held: Held, titles: Mapping[str, str]) -> HeldLine:
    return HeldLine(
        role_id=held.role.id,
        role=role_name(held.role),
        form_id=held.xml_form_id or "",
        place=_("whole server") if held.is_site_wide else _place_words(held.xml_form_id, titles),
        is_site_wide=held.is_site_wide,
        has_clearance=held.role.has_clearance,
        sees_nothing=person.sees_nothing_by(held.role),
        is_void=held.is_void,
    )


def _place_words(form_id: str | None, titles: Mapping[str, str]) -> str:
    return titles.get(form_id, form_id) if form_id is not None else _("whole project")


@pages.on("GET", "/projects/<project_id>/people/template", may=Permission.ASSIGNMENT_CREATE)
def people_template(actor: Actor, project: Project) -> Any:
    """Give the workbook to fill: a sheet for the people, one with the roles, one with the values that forms offer."""
    offered = scopes.offered(project)
    words = deed_words()
    roles = [
        (
            role.system,
            role_name(role),
            ", ".join(words[deed] for deed in policy.deeds(role)),
            clearance_words(role.sees),
            clearance_words(role.takes),
            ", ".join(role.scoped_by),
        )
        for role in policy.FOR_PEOPLE
    ]
    about = (_("Role"), _("Name"), _("May do"), _("Sees"), _("Downloads"), _("Limited by"))
    values = [(name, code, label) for name, codes in offered.items() for code, label in codes.items()]
    tables = (
        Table(roster.SHEET, roster.HEADINGS, (), to_fill=True),
        Table("roles", about, roles),
        Table("values", (_("Column"), _("Code"), _("Label")), values),
    )
    return spooled(workbook(tables, server().zone), XLSX, f"{roster.SHEET}.xlsx")


@pages.on("GET POST", "/projects/<project_id>/people/upload", may=Permission.ASSIGNMENT_CREATE)
def people_upload(actor: Actor, project: Project) -> Any:
    """Read a workbook of people, show what would be done, and do it when that is confirmed."""
    page = PeopleUploadPage(head(actor, project), _SAID_LIMIT)
    if request.method != "POST":
        return page
    vault, confirmed = server().vault, request.form.get("kept", "")
    if confirmed:
        sent = catalogue.taken_up(project, confirmed, vault=vault)
    else:
        file = request.files.get("workbook")
        if file is None or not file.filename:
            return replace(page, problem=_("Choose an Excel workbook first.")), 400
        sent = Upload(file.stream.read(MAX_BYTES + 1), file.filename)
    try:
        planned = roster.plan(actor, project, sent.data, vault=vault)
    except InvalidWorkbook as problem:
        outcome = UploadOutcome(sent.filename, finding_lines(problem.details["findings"]), "")
        return replace(page, outcome=outcome), 400
    if not confirmed:
        aside = catalogue.put_aside(project, sent, vault=vault)
        outcome = UploadOutcome(sent.filename, finding_lines(planned.warnings), aside)
        return replace(page, outcome=outcome, planned=_planned_lines(actor, project, planned))
    roster.carry_out(actor, project, planned, vault=vault)
    say("good", ngettext("%(num)s line is done.", "%(num)s lines are done.", len(planned.lines)))
    return _back(project)


def _planned_lines(actor: Actor, project: Project, planned: roster.Plan) -> tuple[PlannedLine, ...]:
    titles = _titles(actor, project)
    return tuple(
        PlannedLine(
            email=line.email,
            is_new=line.person is None,
            role=role_name(line.role),
            place=_place_words(line.form.xml_form_id if line.form else None, titles),
            is_held=line.is_held,
            values=tuple(
                f"{dimension_name(name)}: {value}" for name, value in planned.values.get(line.email, {}).items()
            ),
        )
        for line in planned.lines
    )
