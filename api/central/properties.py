"""What a project says of its people, such as their district: ODK Central's names, our own way to web users' values."""

from typing import Any

from api import wire
from api.central.door import SUCCESS, central, is_extended
from api.endpoint import as_id, server
from forms import accounts, catalogue, grants
from forms.access import Actor, Permission
from forms.models import Project
from forms.policy import DIMENSIONS

_OF_USER = "/projects/<project_id>/users/<actor_id>/properties"


@central.on("GET", "/projects/<project_id>/actor-properties", may=Permission.ACTOR_PROPERTY_LIST, gives=wire.Property)
def list_names(actor: Actor, project: Project) -> list[Any]:
    """List the names, with the values in use where more is asked for."""
    del actor
    names = [{"name": name} for name in catalogue.property_names(project)]
    if not is_extended():
        return names
    used = catalogue.values_in_use(project)
    return [{**each, "ext": {"values": used.get(each["name"], [])}} for each in names]


@central.on(
    "POST",
    "/projects/<project_id>/actor-properties",
    may=Permission.ACTOR_PROPERTY_UPDATE,
    takes=wire.NewProperty,
    gives=wire.Success,
)
def declare(actor: Actor, project: Project, body: dict[str, Any]) -> object:
    """Declare a name."""
    catalogue.declare_property(actor, project, body["name"])
    return SUCCESS


@central.on("GET", _OF_USER, may=Permission.ASSIGNMENT_LIST, gives=wire.Properties)
def read_of_user(actor: Actor, project: Project, actor_id: str) -> object:
    """Tell what the project says of a web user."""
    del actor
    person, _user = accounts.user(as_id(actor_id, "actorId"))
    return {"properties": grants.properties(project.id, person.id)}


@central.on("PATCH", _OF_USER, may=Permission.ACTOR_PROPERTY_UPDATE, takes=wire.PropertyChanges, gives=wire.Properties)
def change_of_user(actor: Actor, project: Project, actor_id: str, body: dict[str, Any]) -> object:
    """Change it; the dimensions of the roles need not be declared."""
    person, _user = accounts.user(as_id(actor_id, "actorId"))
    changes = wire.texts_by_name(body["properties"], "properties")
    catalogue.demand_declared(project, changes, known=DIMENSIONS)
    grants.set_properties(actor, project.id, person.id, changes, vault=server().vault)
    return {"properties": grants.properties(project.id, person.id)}
