"""Who may do what and sees what: actors, permissions, and what their roles give them. The roles are in `policy`.

A permission is one of ODK Central's verbs, or one of ours over people; it is checked on the site, a project or a form,
and rights flow downwards. Which rows an actor sees there is decided by the database, from the scopes of their sight;
which answers, by `answers`, from its clearance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, text

from forms.db import EVERYTHING, db
from forms.models import Assignment, Form, Role
from forms.policy import OVER_PEOPLE, UNPROVEN, Clearance
from forms.problems import IdentityOverHttp, InsufficientRights, NotFound


class Permission(StrEnum):
    """What a route asks for. Keep alphabetized; each is a verb of ODK Central's role table or of `policy`."""

    ACCESS_LOG_READ = "access_log.read"
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
    IDENTITY_EXPORT_APPROVE = "identity_export.approve"
    IDENTITY_EXPORT_REQUEST = "identity_export.request"
    IDENTITY_REVEAL = "identity.reveal"
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
    USER_PASSWORD_INVALIDATE = "user.password.invalidate"  # noqa: S105 - a verb
    USER_READ = "user.read"
    USER_UPDATE = "user.update"


@dataclass(frozen=True)
class Sight:
    """In which role somebody looks, how much of what is known of people they see, and whose rows.

    `scopes` are keys of rows ("kabkota=61.03"), or EVERYTHING; none at all shows what is not scoped.
    """

    role: str | None = None
    clearance: Clearance = Clearance.NONE
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who asks. What they see is decided where they look (`at`, `on_forms`): until then it is nothing.

    `look` is for pages and single records, `take` for downloads. `is_proven` tells whether they showed a second step,
    `address` where they ask from, `is_overheard` whether others could read along on the way (`demand_private`).
    `id` is None for the server itself (demo data, repair); such an actor passes no permission check.
    """

    id: int | None
    type: str
    display_name: str = ""
    email: str | None = None
    is_proven: bool = False
    address: str | None = None
    is_overheard: bool = False
    look: Sight = Sight()
    take: Sight = Sight()

    @property
    def scopes(self) -> tuple[str, ...]:
        """The keys of the rows that they see."""
        return self.look.scopes


_ALL = Sight("server", Clearance.IDENTITY, EVERYTHING)
#: The server itself: demo data, repair. It sees everything and may do nothing through a door.
SERVER: Final = Actor(id=None, type="server", is_proven=True, look=_ALL, take=_ALL)


#: What an actor was given that counts on a form (on a project, on the site): once per request.
_HELD = text(
    """
    select assignments.form_id, roles.system, roles.verbs, roles.sees, roles.takes, roles.scoped_by, roles.cases,
           (select jsonb_object_agg(name, value) from actor_properties
            where actor_properties.actor_id = :actor and actor_properties.project_id = :project) as properties
    from assignments join roles on roles.id = assignments.role_id
    where assignments.actor_id = :actor and (assignments.project_id is null or assignments.project_id = :project)
    order by roles.id
    """
).bindparams(bindparam("project"))


def at(actor: Actor, *, project_id: int | None = None, form_id: int | None = None) -> tuple[Actor, frozenset[str]]:
    """Tell who an actor is on the site, a project or a form of it: what they see there, and the verbs they hold."""
    if actor.id is None:
        return actor, frozenset()
    rows = _held(actor, project_id)
    # Mostly the form that the request's address named: then it is in the session and no query is sent.
    form = db.session.get(Form, form_id) if form_id is not None else None
    return _with(actor, _valid(rows, form_id, has_cases=form is not None and form.has_cases))


def on_forms(actor: Actor, project_id: int, forms: Iterable[Form]) -> dict[int, tuple[Actor, frozenset[str]]]:
    """Tell what `at` does of each of some forms of a project, by form id, at the price of one query."""
    if actor.id is None:
        return {form.id: (actor, frozenset({Permission.SUBMISSION_LIST})) for form in forms}
    rows = _held(actor, project_id)
    return {form.id: _with(actor, _valid(rows, form.id, has_cases=form.has_cases)) for form in forms}


def _held(actor: Actor, project_id: int | None) -> list[Row[Any]]:
    return list(db.session.execute(_HELD, {"actor": actor.id, "project": project_id}))


def _valid(rows: list[Row[Any]], form_id: int | None, *, has_cases: bool) -> list[Row[Any]]:
    return [row for row in rows if row.form_id in (None, form_id) and (row.cases or not has_cases)]


def _with(actor: Actor, rows: list[Row[Any]]) -> tuple[Actor, frozenset[str]]:
    held: set[str] = set().union(*(row.verbs for row in rows))
    if not actor.is_proven:
        held -= OVER_PEOPLE
    reading = [row for row in rows if Permission.SUBMISSION_READ in row.verbs]
    look = _sight(actor, reading, "sees")
    return replace(actor, look=look, take=_sight(actor, reading, "takes")), frozenset(held)


def _sight(actor: Actor, rows: list[Row[Any]], column: str) -> Sight:
    """Join the roles with the highest clearance; the others show nothing more.

    So nobody sees with the clearance of one role the rows of another, and the access log can name the role.
    """
    highest = max((getattr(row, column) for row in rows), default=0)
    chosen = [row for row in rows if getattr(row, column) == highest] if highest else []
    clearance = Clearance(highest)
    if not actor.is_proven:
        clearance = min(clearance, UNPROVEN)
    scopes: list[str] = []
    for row in chosen:
        if not row.scoped_by:
            scopes = [*EVERYTHING]
            break
        properties = row.properties or {}
        scopes += [f"{name}={value}" for name in row.scoped_by for value in properties.get(name, "").split()]
    return Sight("+".join(dict.fromkeys(row.system for row in chosen)) or None, clearance, tuple(scopes))


@dataclass(frozen=True)
class Reach:
    """How far somebody's figures of a form go: those of the records that they see, and whether also those of all.

    Of all records (`is_everywhere`) they get figures of people with small numbers hidden. Whoever sees cases in a
    scope does not: from the figures of all and those of their own scope they could tell what is hidden.
    """

    own: Sight
    is_everywhere: bool


def reach(actor: Actor, project_id: int, form: Form) -> Reach | None:
    """Tell how far an actor's figures of a form go; None where they may read nothing of it.

    A role that is void on forms about people counts here: suppressed figures are what it is for.
    """
    if actor.id is None:
        return Reach(actor.look, is_everywhere=True)
    rows = [row for row in _held(actor, project_id) if Permission.SUBMISSION_READ in row.verbs]
    rows = _valid(rows, form.id, has_cases=False)
    if not rows:
        return None
    own = _with(actor, _valid(rows, form.id, has_cases=form.has_cases))[0].look
    is_split = any(row.scoped_by and row.sees > Clearance.PROGRAMME for row in rows)
    return Reach(own, is_everywhere=not is_split and any(not row.scoped_by for row in rows))


def verbs(actor: Actor, *, project_id: int | None = None, form_id: int | None = None) -> frozenset[str]:
    """List the verbs that an actor holds on the site, on a project, or on a form of it."""
    return at(actor, project_id=project_id, form_id=form_id)[1]


def verbs_within(actor: Actor, project_id: int) -> frozenset[str]:
    """List the verbs that an actor holds on a project or on any form of it."""
    return _with(actor, _held(actor, project_id))[1] if actor.id is not None else frozenset()


def can(actor: Actor, *any_of: Permission, project_id: int | None = None, form_id: int | None = None) -> bool:
    """Tell whether an actor holds any of the permissions there."""
    return not verbs(actor, project_id=project_id, form_id=form_id).isdisjoint(any_of)


def demand(actor: Actor, *any_of: Permission, project_id: int | None = None, form_id: int | None = None) -> None:
    """Raise InsufficientRights unless the actor holds any of the permissions there."""
    if not can(actor, *any_of, project_id=project_id, form_id=form_id):
        raise InsufficientRights


def demand_private(actor: Actor, *, has_identity: bool) -> None:
    """Raise IdentityOverHttp where a form asks for identity and the actor's line is overheard."""
    if has_identity and actor.is_overheard:
        raise IdentityOverHttp


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

    Whoever may read or list all forms may do so with open ones (ODK Central API, assignments). What is over people is
    not counted: those who hand out roles need not see anybody, and may not give it to themselves (`grants.assign`).
    """
    held = set(verbs(actor, project_id=project_id, form_id=form_id))
    held |= {f"open_{verb}" for verb in held if verb in (Permission.FORM_READ, Permission.FORM_LIST)}
    if not held.issuperset(set(given.verbs) - OVER_PEOPLE):
        raise InsufficientRights
