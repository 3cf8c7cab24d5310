"""Web users and what roles they hold, and the actors that anybody may be."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select

from forms import audit
from forms.access import Actor
from forms.accounts import passwords
from forms.db import db
from forms.grants import has_clearance
from forms.models import Actor as ActorRow
from forms.models import Assignment, Form, Project, Role, User
from forms.problems import MissingParameter, NotFound, UniquenessViolation

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


def list_users() -> list[Row[ActorRow, User]]:
    """List the web users by address."""
    found = select(ActorRow, User).join(User, User.actor_id == ActorRow.id).where(~User.deleted).order_by(User.email)
    return list(db.session.execute(found))


class HeldRole(NamedTuple):
    """A role that somebody holds, by number; project and form are None where it counts wider."""

    role_id: int
    project_id: int | None
    project: str | None
    form_id: str | None


def roles_by_actor() -> dict[int, list[HeldRole]]:
    """Give the roles of every actor."""
    rows = select(Assignment.actor_id, Assignment.role_id, Project.id, Project.name, Form.xml_form_id)
    rows = rows.outerjoin(Project, Project.id == Assignment.project_id).outerjoin(Form, Form.id == Assignment.form_id)
    rows = rows.where(Project.deleted_at.is_(None), Form.deleted_at.is_(None))
    found: dict[int, list[HeldRole]] = {}
    ordered = rows.order_by(Assignment.role_id, Project.name, Form.xml_form_id)
    for actor_id, role_id, project_id, project, form_id in db.session.execute(ordered):
        found.setdefault(actor_id, []).append(HeldRole(role_id, project_id, project, form_id))
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
