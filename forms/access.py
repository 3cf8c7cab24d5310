"""Who may do what: actors, permissions, and the verbs that roles give them.

A permission is one of ODK Central's verbs, checked on the site, a project or a form; rights flow downwards.
Which rows an actor then sees is decided by the database, from `Actor.scopes`.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, text

from forms.db import EVERYTHING, db
from forms.problems import InsufficientRights


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
