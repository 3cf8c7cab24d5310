"""Projects: the place of a programme's forms, with a data key of its own."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from forms import audit
from forms.access import Actor
from forms.db import db
from forms.models import Demo, Project
from forms.problems import MissingParameter, NotFound
from forms.vault import Vault


def project(project_id: int) -> Project:
    """Find a project; NotFound otherwise."""
    row = db.session.get(Project, project_id)
    if row is None or row.deleted_at:
        raise NotFound
    return row


def create_project(actor: Actor, name: str, *, vault: Vault, description: str | None = None) -> Project:
    """Make a project with a data key of its own."""
    if not (name or "").strip():
        raise MissingParameter(field="name")
    row = Project(name=name.strip(), description=description)
    db.session.add(row)
    db.session.flush()
    vault.add_project_key(row.id)
    audit.record(actor, "project.create", actee_id=row.actee_id, details={"data": {"name": row.name}})
    return row


def update_project(actor: Actor, found: Project, changes: dict[str, Any]) -> Project:
    """Change a project's name, description or archived mark."""
    for name in ("name", "description", "archived"):
        if name in changes:
            setattr(found, name, changes[name])
    found.updated_at = datetime.now(UTC)
    audit.record(actor, "project.update", actee_id=found.actee_id, details={"data": sorted(changes)})
    db.session.flush()
    return found


def delete_project(actor: Actor, found: Project) -> None:
    """Put a project in the trash; its forms are reached no more."""
    found.deleted_at = datetime.now(UTC)
    db.session.flush()
    audit.record(actor, "project.delete", actee_id=found.actee_id)


_PROJECTS = text(
    """
    select projects.id from projects
    where projects.deleted_at is null and exists (
        select from assignments join roles on roles.id = assignments.role_id
        where assignments.actor_id = :actor and (assignments.form_id is null or :by_forms)
          and (assignments.project_id is null or assignments.project_id = projects.id)
          and 'project.read' = any(roles.verbs) and roles.verbs && array['form.list', 'open_form.list']
    )
    order by coalesce(archived, false), name, id
    """
)


def list_projects(actor: Actor, *, by_forms: bool = False) -> list[Project]:
    """List the projects that an actor may read, those in use first, by name (ODK Central API, projects).

    A role on a form alone does not list the project there; for people, who find the form nowhere else, `by_forms` does.
    """
    ids = db.session.execute(_PROJECTS, {"actor": actor.id, "by_forms": by_forms}).scalars().all()
    rows = {row.id: row for row in db.session.execute(select(Project).where(Project.id.in_(ids))).scalars()}
    return [rows[i] for i in ids]


def all_projects() -> list[Project]:
    """List every live project by name, for whoever hands out roles."""
    rows = select(Project).where(Project.deleted_at.is_(None)).order_by(Project.name, Project.id)
    return list(db.session.execute(rows).scalars())


def is_demo() -> bool:
    """Tell whether this data folder holds the demo: made-up people, nothing real."""
    return db.session.get(Demo, 1) is not None
