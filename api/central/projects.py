"""Projects."""

from typing import Any

from api import wire
from api.central.door import SUCCESS, central, is_extended
from api.endpoint import AUTHENTICATED, server
from forms import access, catalogue, submissions
from forms.access import Actor, Permission
from forms.models import Project


@central.on("GET", "/projects", may=AUTHENTICATED, gives=wire.Project)
def list_all(actor: Actor) -> list[Any]:
    """List the projects that one may read, with what one may do in each."""
    rows = catalogue.list_projects(actor)
    counts = _counts(actor, rows)
    return [{"project": row, "verbs": _verbs(actor, row), "ext": counts.get(row.id)} for row in rows]


@central.on("POST", "/projects", may=Permission.PROJECT_CREATE, takes=wire.NewProject, gives=wire.Project)
def create(actor: Actor, body: dict[str, Any]) -> Any:
    """Make a project."""
    project = catalogue.create_project(actor, body["name"], description=body["description"], vault=server().vault)
    if body["archived"] is not None:
        catalogue.update_project(actor, project, {"archived": body["archived"]})
    return {"project": project}


@central.on("GET", "/projects/<project_id>", may=Permission.PROJECT_READ, gives=wire.Project)
def read(actor: Actor, project: Project) -> Any:
    """Give a project."""
    found: dict[str, Any] = {"project": project, "ext": _counts(actor, [project]).get(project.id)}
    return found | ({"verbs": _verbs(actor, project)} if is_extended() else {})


@central.on(
    "PATCH", "/projects/<project_id>", may=Permission.PROJECT_UPDATE, takes=wire.ProjectChanges, gives=wire.Project
)
def update(actor: Actor, project: Project, body: dict[str, Any]) -> Any:
    """Change what is given of a project."""
    return {"project": catalogue.update_project(actor, project, body)}


@central.on("DELETE", "/projects/<project_id>", may=Permission.PROJECT_DELETE, gives=wire.Success)
def delete(actor: Actor, project: Project) -> object:
    """Put a project in the trash."""
    catalogue.delete_project(actor, project)
    return SUCCESS


def _verbs(actor: Actor, project: Project) -> list[str]:
    return sorted(access.verbs(actor, project_id=project.id))


def _counts(actor: Actor, projects: list[Project]) -> dict[int, dict[str, Any]]:
    if not is_extended():
        return {}
    counted = submissions.count_by_project(actor, [project.id for project in projects])
    return {project_id: {**counts, "datasets": 0, "last_entity": None} for project_id, counts in counted.items()}
