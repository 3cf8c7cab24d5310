"""Roles, and who holds which: on the site, on a project, on one form."""

from typing import Any

from api import wire
from api.central.door import FORM, SUCCESS, central, is_extended
from api.endpoint import AUTHENTICATED, as_id, server
from forms import access, accounts, grants
from forms.access import Actor, Permission
from forms.models import Actor as ActorRow
from forms.models import Assignment, Form, Project


@central.on("GET", "/roles", may=AUTHENTICATED, gives=wire.Role)
def list_roles(actor: Actor) -> list[Any]:
    """List the roles."""
    del actor
    return access.list_roles()


@central.on("GET", "/roles/<role_id>", may=AUTHENTICATED, gives=wire.Role)
def read_role(actor: Actor, role_id: str) -> Any:
    """Give a role by its number or its system name."""
    del actor
    return access.role(role_id)


@central.on("GET", "/assignments", may=Permission.ASSIGNMENT_LIST, gives=wire.Assignment)
@central.on("GET", "/projects/<project_id>/assignments", may=Permission.ASSIGNMENT_LIST, gives=wire.Assignment)
@central.on("GET", f"{FORM}/assignments", may=Permission.ASSIGNMENT_LIST, gives=wire.Assignment)
def list_assignments(actor: Actor, project: Project | None = None, form: Form | None = None) -> list[Any]:
    """List what is assigned exactly here."""
    del actor
    return _with_actors([{"assignment": row} for row in access.list_assignments(**_place(project, form))])


@central.on("GET", "/projects/<project_id>/assignments/forms", may=Permission.ASSIGNMENT_LIST, gives=wire.Assignment)
@central.on(
    "GET", "/projects/<project_id>/assignments/forms/<role_id>", may=Permission.ASSIGNMENT_LIST, gives=wire.Assignment
)
def list_on_forms(actor: Actor, project: Project, role_id: str | None = None) -> list[Any]:
    """List what is assigned on each form of a project."""
    del actor
    role = access.role(role_id).id if role_id is not None else None
    rows = access.list_form_assignments(project.id, role)
    return _with_actors([{"assignment": assignment, "form": form} for assignment, form in rows])


@central.on("GET", "/assignments/<role_id>", may=Permission.ASSIGNMENT_LIST, gives=wire.Actor)
@central.on("GET", "/projects/<project_id>/assignments/<role_id>", may=Permission.ASSIGNMENT_LIST, gives=wire.Actor)
@central.on("GET", f"{FORM}/assignments/<role_id>", may=Permission.ASSIGNMENT_LIST, gives=wire.Actor)
def list_holders(
    actor: Actor, role_id: str, project: Project | None = None, form: Form | None = None
) -> list[ActorRow]:
    """List who holds a role exactly here."""
    del actor
    rows = access.list_assignments(role_id=access.role(role_id).id, **_place(project, form))
    holders = accounts.actors(row.actor_id for row in rows)
    return [holders[row.actor_id] for row in rows]


@central.on("POST", "/assignments/<role_id>/<actor_id>", may=Permission.ASSIGNMENT_CREATE, gives=wire.Success)
@central.on(
    "POST",
    "/projects/<project_id>/assignments/<role_id>/<actor_id>",
    may=Permission.ASSIGNMENT_CREATE,
    gives=wire.Success,
)
@central.on("POST", f"{FORM}/assignments/<role_id>/<actor_id>", may=Permission.ASSIGNMENT_CREATE, gives=wire.Success)
def assign(
    actor: Actor, role_id: str, actor_id: str, project: Project | None = None, form: Form | None = None
) -> object:
    """Give a role; nobody gives more than they hold."""
    role = access.role(role_id)
    place = _place(project, form)
    access.demand_all(actor, role, **place)
    grants.assign(actor, as_id(actor_id, "actorId"), role.id, **place, vault=server().vault)
    return SUCCESS


@central.on("DELETE", "/assignments/<role_id>/<actor_id>", may=Permission.ASSIGNMENT_DELETE, gives=wire.Success)
@central.on(
    "DELETE",
    "/projects/<project_id>/assignments/<role_id>/<actor_id>",
    may=Permission.ASSIGNMENT_DELETE,
    gives=wire.Success,
)
@central.on("DELETE", f"{FORM}/assignments/<role_id>/<actor_id>", may=Permission.ASSIGNMENT_DELETE, gives=wire.Success)
def unassign(
    actor: Actor, role_id: str, actor_id: str, project: Project | None = None, form: Form | None = None
) -> object:
    """Take a role away."""
    grants.unassign(
        actor, as_id(actor_id, "actorId"), access.role(role_id).id, **_place(project, form), vault=server().vault
    )
    return SUCCESS


def _place(project: Project | None, form: Form | None) -> dict[str, int | None]:
    return {"project_id": project.id if project else None, "form_id": form.id if form else None}


def _with_actors(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not is_extended():
        return rows
    assigned: list[Assignment] = [row["assignment"] for row in rows]
    holders = accounts.actors(one.actor_id for one in assigned)
    return [row | {"ext": {"actor": holders[row["assignment"].actor_id]}} for row in rows]
