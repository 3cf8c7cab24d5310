"""Who may do what: actors, permissions, and the verbs that roles give them.

A permission is one of ODK Central's verbs, checked on the site, a project or a form; rights flow downwards.
Which rows an actor then sees is decided by the database, from `Actor.scopes`.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, select, text

from forms.db import EVERYTHING, db
from forms.models import Assignment, Form, Role
from forms.problems import InsufficientRights, NotFound


class Permission(StrEnum):
    """What a route asks for. Keep alphabetized; each is a verb of ODK Central's role table."""

    ACTOR_PROPERTY_LIST = "actor_property.list"
    ACTOR_PROPERTY_UPDATE = "actor_property.update"
    ASSIGNMENT_CREATE = "assignment.create"
    ASSIGNMENT_DELETE = "assignment.delete"
    ASSIGNMENT_LIST = "assignment.list"
    AUDIT_READ = "audit.read"
    FIELD_KEY_CREATE = "field_key.create"
    FIELD_KEY_DELETE = "field_key.delete"
    FIELD_KEY_LIST = "field_key.list"
    FIELD_KEY_UPDATE = "field_key.update"
    FORM_CREATE = "form.create"
    FORM_DELETE = "form.delete"
    FORM_LIST = "form.list"
    FORM_READ = "form.read"
    FORM_UPDATE = "form.update"
    OPEN_FORM_LIST = "open_form.list"
    OPEN_FORM_READ = "open_form.read"
    PROJECT_CREATE = "project.create"
    PROJECT_DELETE = "project.delete"
    PROJECT_READ = "project.read"
    PROJECT_UPDATE = "project.update"
    SESSION_END = "session.end"
    SUBMISSION_CREATE = "submission.create"
    SUBMISSION_LIST = "submission.list"
    SUBMISSION_READ = "submission.read"
    SUBMISSION_UPDATE = "submission.update"
    USER_CREATE = "user.create"
    USER_DELETE = "user.delete"
    USER_LIST = "user.list"
    USER_READ = "user.read"
    USER_UPDATE = "user.update"


@dataclass(frozen=True)
class Actor:
    """Who asks. `scopes` are the keys of the rows that they may see ("kabkota=61.03"), or EVERYTHING.

    `id` is None for the server itself (demo data, repair); such an actor passes no permission check.
    """

    id: int | None
    type: str
    display_name: str = ""
    email: str | None = None
    scopes: tuple[str, ...] = EVERYTHING


#: One query for all verbs that an actor holds on a place: the site, a project in it, a form in that.
_VERBS = text(
    """
    select distinct unnest(roles.verbs)
    from assignments join roles on roles.id = assignments.role_id
    where assignments.actor_id = :actor
      and (assignments.project_id is null or assignments.project_id = :project)
      and (assignments.form_id is null or assignments.form_id = :form)
    """
).bindparams(bindparam("project"), bindparam("form"))


def verbs(actor: Actor, *, project_id: int | None = None, form_id: int | None = None) -> frozenset[str]:
    """List the verbs that an actor holds on the site, on a project, or on a form of it."""
    if actor.id is None:
        return frozenset()
    rows = db.session.execute(_VERBS, {"actor": actor.id, "project": project_id, "form": form_id})
    return frozenset(rows.scalars())


def can(actor: Actor, *any_of: Permission, project_id: int | None = None, form_id: int | None = None) -> bool:
    """Tell whether an actor holds any of the permissions there."""
    return not verbs(actor, project_id=project_id, form_id=form_id).isdisjoint(any_of)


def demand(actor: Actor, *any_of: Permission, project_id: int | None = None, form_id: int | None = None) -> None:
    """Raise InsufficientRights unless the actor holds any of the permissions there."""
    if not can(actor, *any_of, project_id=project_id, form_id=form_id):
        raise InsufficientRights


def list_roles() -> list[Role]:
    """List the roles that may be given, by number."""
    return list(db.session.execute(select(Role).order_by(Role.id)).scalars())


def role(key: str) -> Role:
    """Find a role by its number or its system name, such as "app-user"; NotFound otherwise."""
    is_number = key.isascii() and key.isdecimal() and len(key) < len("2147483648")
    matches = Role.id == int(key) if is_number else Role.system == key
    found = db.session.execute(select(Role).where(matches)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def list_assignments(
    *, project_id: int | None = None, form_id: int | None = None, role_id: int | None = None
) -> list[Assignment]:
    """List what was assigned exactly on the site, a project or a form; what is inherited is not in it."""
    rows = select(Assignment).where(
        Assignment.project_id.is_not_distinct_from(project_id), Assignment.form_id.is_not_distinct_from(form_id)
    )
    if role_id is not None:
        rows = rows.where(Assignment.role_id == role_id)
    return list(db.session.execute(rows.order_by(Assignment.id)).scalars())


def list_form_assignments(project_id: int, role_id: int | None = None) -> list[tuple[Assignment, Form]]:
    """List what was assigned on the live forms of a project, one by one."""
    rows = select(Assignment, Form).join(Form, Form.id == Assignment.form_id)
    rows = rows.where(Form.project_id == project_id, Form.deleted_at.is_(None)).order_by(Assignment.id)
    if role_id is not None:
        rows = rows.where(Assignment.role_id == role_id)
    return [(assignment, form) for assignment, form in db.session.execute(rows)]


def demand_all(actor: Actor, given: Role, *, project_id: int | None = None, form_id: int | None = None) -> None:
    """Raise InsufficientRights unless the actor holds all that a role gives there: nobody gives more than they have.

    Whoever may read or list all forms may do so with open ones (ODK Central API, assignments).
    """
    held = set(verbs(actor, project_id=project_id, form_id=form_id))
    held |= {f"open_{verb}" for verb in held if verb in (Permission.FORM_READ, Permission.FORM_LIST)}
    if not held.issuperset(given.verbs):
        raise InsufficientRights
