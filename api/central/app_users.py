"""App users: actors that phones act as, each with a token of its own."""

from typing import Any

from api import wire
from api.central.door import SUCCESS, central, is_extended
from api.endpoint import as_id, server
from forms import accounts, catalogue, grants
from forms.access import Actor, Permission
from forms.accounts import AppUser
from forms.models import Project


@central.on("GET", "/projects/<project_id>/app-users", may=Permission.FIELD_KEY_LIST, gives=wire.AppUser)
def list_all(actor: Actor, project: Project) -> list[Any]:
    """List a project's app users, those with a token first."""
    del actor
    return _shown(accounts.list_app_users(project, vault=server().vault))


@central.on(
    "POST",
    "/projects/<project_id>/app-users",
    may=Permission.FIELD_KEY_CREATE,
    takes=wire.NewAppUser,
    gives=wire.AppUser,
)
def create(actor: Actor, project: Project, body: dict[str, Any]) -> Any:
    """Make an app user; it may do nothing until it is assigned to forms, and nothing after `expiresAt`."""
    properties = wire.texts_by_name(body["properties"], "properties")
    catalogue.demand_declared(project, properties)
    name, expires_at, vault = body["display_name"], body["expires_at"], server().vault
    made = accounts.create_app_user(actor, project, name, properties=properties, expires_at=expires_at, vault=vault)
    return {"user": made}


@central.on("GET", "/projects/<project_id>/app-users/<actor_id>", may=Permission.FIELD_KEY_LIST, gives=wire.AppUser)
def read(actor: Actor, project: Project, actor_id: str) -> Any:
    """Give an app user of this project."""
    del actor
    return _shown([accounts.app_user(project, as_id(actor_id, "id"), vault=server().vault)])[0]


@central.on(
    "PATCH",
    "/projects/<project_id>/app-users/<actor_id>",
    may=Permission.FIELD_KEY_UPDATE,
    takes=wire.PropertyChanges,
    gives=wire.AppUser,
)
def change(actor: Actor, project: Project, actor_id: str, body: dict[str, Any]) -> Any:
    """Change what is said of an app user, nothing else; the answer has all of it (ODK Central API, app users)."""
    found = accounts.app_user(project, as_id(actor_id, "id"), vault=server().vault)
    changes = wire.texts_by_name(body["properties"], "properties")
    catalogue.demand_declared(project, changes)
    grants.set_properties(actor, project.id, found.id, changes, vault=server().vault)
    return _extended([accounts.app_user(project, found.id, vault=server().vault)])[0]


@central.on(
    "DELETE", "/projects/<project_id>/app-users/<actor_id>", may=Permission.FIELD_KEY_DELETE, gives=wire.Success
)
def delete(actor: Actor, project: Project, actor_id: str) -> object:
    """Revoke an app user and take it off the lists."""
    accounts.delete_app_user(actor, project, as_id(actor_id, "id"))
    return SUCCESS


def _shown(users: list[AppUser]) -> list[dict[str, Any]]:
    return _extended(users) if is_extended() else [{"user": user} for user in users]


def _extended(users: list[AppUser]) -> list[dict[str, Any]]:
    makers = accounts.actors(user.created_by for user in users)
    return [
        {
            "user": user,
            "ext": {
                "created_by": makers.get(user.created_by) if user.created_by is not None else None,
                "last_used": user.last_used,
                "last_seen": user.last_seen,
                "expires_at": user.expires_at,
                "properties": user.properties or None,
            },
        }
        for user in users
    ]
