"""Web users and what roles they hold, and the actors that anybody may be."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Row, delete, func, select

from forms import audit
from forms.access import Actor
from forms.accounts import passwords
from forms.db import db
from forms.models import Actor as ActorRow
from forms.models import Assignment, Project, Role, User
from forms.policy import BY_ID, OVER_PEOPLE, UNPROVEN
from forms.problems import MissingParameter, NotFound, OwnRights, RoleIsPerForm, UniquenessViolation

ADMIN_ROLE = 1
APP_USER_ROLE = 2


def create_user(actor: Actor, email: str, *, password: str | None = None, display_name: str | None = None) -> int:
    """Make a web user and return the actor id; UniquenessViolation where a live user has the address."""
    email = (email or "").strip()
    if not email:
        raise MissingParameter(field="email")
    hashed = passwords.hashed(password) if password is not None else None
    taken = select(User.actor_id).where(func.lower(User.email) == email.lower(), ~User.deleted)
    if db.session.execute(taken).first():
        raise UniquenessViolation(fields=["email", "deleted"], values=[email, "false"], table="users")
    row = ActorRow(type="user", display_name=(display_name or "").strip() or email)
    db.session.add(row)
    db.session.flush()
    db.session.add(User(actor_id=row.id, email=email, password=hashed))
    db.session.flush()
    audit.record(actor, "user.create", actee_id=row.actee_id, details={"data": {"actorId": row.id}})
    return row.id


def assign(
    actor: Actor, actor_id: int, role_id: int, *, project_id: int | None = None, form_id: int | None = None
) -> None:
    """Give an actor a role on the site, a project or a form; UniquenessViolation where it is held already.

    OwnRights where somebody would open people's data to themselves: that takes somebody else. RoleIsPerForm for a role
    that is given form by form.
    """
    grantee = db.session.get(ActorRow, actor_id)
    role = db.session.get(Role, role_id)
    if grantee is None or grantee.deleted_at or role is None:
        raise NotFound
    if has_clearance(role) and actor_id == actor.id:
        raise OwnRights
    if BY_ID[role.id].per_form and form_id is None:
        raise RoleIsPerForm(role=role.name)
    held = select(Assignment.id).where(
        Assignment.actor_id == actor_id,
        Assignment.role_id == role_id,
        Assignment.project_id.is_not_distinct_from(project_id),
        Assignment.form_id.is_not_distinct_from(form_id),
    )
    if db.session.execute(held).first():
        raise UniquenessViolation(
            fields=["actorId", "roleId", "acteeId"], values=[actor_id, role_id], table="assignments"
        )
    db.session.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=project_id, form_id=form_id))
    db.session.flush()
    audit.record(
        actor,
        f"{grantee.type}.assignment.create",
        actee_id=grantee.actee_id,
        details={"roleId": role_id, "projectId": project_id, "formId": form_id},
    )


def has_clearance(role: Role) -> bool:
    """Tell whether a role opens anything about people."""
    return role.sees > UNPROVEN or not OVER_PEOPLE.isdisjoint(role.verbs)


def unassign(
    actor: Actor, actor_id: int, role_id: int, *, project_id: int | None = None, form_id: int | None = None
) -> None:
    """Take a role away again; NotFound where it is not held there."""
    gone = db.session.execute(
        delete(Assignment)
        .where(
            Assignment.actor_id == actor_id,
            Assignment.role_id == role_id,
            Assignment.project_id.is_not_distinct_from(project_id),
            Assignment.form_id.is_not_distinct_from(form_id),
        )
        .returning(Assignment.id)
    ).first()
    if gone is None:
        raise NotFound
    grantee = db.session.get_one(ActorRow, actor_id)
    audit.record(
        actor,
        f"{grantee.type}.assignment.delete",
        actee_id=grantee.actee_id,
        details={"roleId": role_id, "projectId": project_id, "formId": form_id},
    )


def list_users() -> list[Row[ActorRow, User]]:
    """List the web users by address."""
    found = select(ActorRow, User).join(User, User.actor_id == ActorRow.id).where(~User.deleted).order_by(User.email)
    return list(db.session.execute(found))


def roles_by_actor() -> dict[int, list[tuple[str, str | None]]]:
    """Give each actor's roles on the site and on projects: Central's system name, and the project's name or None."""
    rows = select(Assignment.actor_id, Role.system, Project.name).join(Role, Role.id == Assignment.role_id)
    rows = rows.outerjoin(Project, Project.id == Assignment.project_id).where(Assignment.form_id.is_(None))
    found: dict[int, list[tuple[str, str | None]]] = {}
    for actor_id, system, project in db.session.execute(rows.order_by(Role.id, Project.name)):
        found.setdefault(actor_id, []).append((system, project))
    return found


def names_by_id() -> dict[int, str]:
    """Give the display names of all actors, also of those who are gone: what they did stays theirs."""
    return dict(db.session.execute(select(ActorRow.id, ActorRow.display_name)).all())


def user(actor_id: int) -> Row[ActorRow, User]:
    """Find a web user; NotFound otherwise."""
    found = (
        select(ActorRow, User).join(User, User.actor_id == ActorRow.id).where(~User.deleted, ActorRow.id == actor_id)
    )
    row = db.session.execute(found).first()
    if row is None:
        raise NotFound
    return row


def actors(ids: Iterable[int | None]) -> dict[int, ActorRow]:
    """Give the actors of some ids, deleted ones too, by id."""
    wanted = {i for i in ids if i is not None}
    rows = db.session.execute(select(ActorRow).where(ActorRow.id.in_(wanted))).scalars() if wanted else ()
    return {row.id: row for row in rows}


def asks_second_step(actor_id: int) -> bool:
    """Tell whether a web user holds a role that opens anything about people, on the site, a project or a form."""
    held = select(Role).join(Assignment, Assignment.role_id == Role.id).where(Assignment.actor_id == actor_id)
    return any(has_clearance(role) for role in db.session.execute(held).scalars())


def live_user(email: str) -> User | None:
    """Find the web user of an address, whatever its letters' case."""
    found = select(User).where(func.lower(User.email) == email.strip().lower(), ~User.deleted)
    return db.session.execute(found).scalar_one_or_none()


def actee_id(actor_id: int) -> UUID:
    """Give the id under which the audit knows an actor."""
    return db.session.get_one(ActorRow, actor_id).actee_id
