"""Who was given which role, and whose records that opens: roles on the site, a project or a form, and scope values.

Every way of giving, by a page, the API or a workbook, ends in `assign_all`, `unassign` or `set_all_properties`. Each
leaves a line in the audit for each person, and in the access log where it opens or closes something about people.
Nobody opens people's data to themselves: that takes somebody else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, text, tuple_

from forms import audit, looks, policy
from forms.access import Actor
from forms.db import db, insert_all
from forms.models import Actor as ActorRow
from forms.models import ActorProperty, Assignment, Form, Project, Role
from forms.policy import BY_ID, DIMENSIONS, OVER_PEOPLE, UNPROVEN
from forms.problems import NotFound, OwnRights, RoleIsPerForm, UnexpectedValue, UniquenessViolation
from forms.vault import Vault

#: The longest value of a dimension, as of a record's (`instance.layout`).
MAX_VALUE = 200
#: How ODK Central names the whole site in its audit.
_SITE = "*"


def assign(
    actor: Actor,
    actor_id: int,
    role_id: int,
    *,
    vault: Vault,
    project_id: int | None = None,
    form_id: int | None = None,
) -> None:
    """Give an actor a role, as `assign_all` does."""
    assign_all(actor, [actor_id], role_id, vault=vault, project_id=project_id, form_id=form_id)


def assign_all(
    actor: Actor,
    actor_ids: Collection[int],
    role_id: int,
    *,
    vault: Vault,
    project_id: int | None = None,
    form_id: int | None = None,
) -> None:
    """Give actors a role on the site, a project or a form; UniquenessViolation where one of them holds it already.

    OwnRights where somebody would open people's data to themselves: that takes somebody else. RoleIsPerForm for a role
    that is given form by form. Nothing is given where any of them cannot be.
    """
    grantees = _grantees(actor_ids)
    role = db.session.get(Role, role_id)
    if role is None or any(row is None or row.deleted_at for row in map(grantees.get, actor_ids)):
        raise NotFound
    if has_clearance(role) and actor.id in grantees:
        raise OwnRights
    if BY_ID[role.id].per_form and form_id is None:
        raise RoleIsPerForm(role=role.name)
    held = select(Assignment.actor_id).where(
        Assignment.actor_id.in_(grantees),
        Assignment.role_id == role_id,
        Assignment.project_id.is_not_distinct_from(project_id),
        Assignment.form_id.is_not_distinct_from(form_id),
    )
    holder = db.session.execute(held.limit(1)).scalar()
    if holder is not None:
        raise UniquenessViolation(
            fields=["actorId", "roleId", "acteeId"], values=[holder, role_id], table="assignments"
        )
    given = {"role_id": role_id, "project_id": project_id, "form_id": form_id}
    insert_all(Assignment, [{"actor_id": actor_id, **given} for actor_id in grantees])
    details = {"roleId": role_id, "grantedActeeId": _actee(project_id, form_id)}
    audit.record_all(actor, [(f"{row.type}.assignment.create", row.actee_id, details) for row in grantees.values()])
    if has_clearance(role):
        for actor_id in grantees:
            said = {"actorId": actor_id, "role": role.system}
            looks.record(actor, "grant", looks.Place(project_id, form_id), vault=vault, details=said)


def _grantees(actor_ids: Iterable[int]) -> dict[int, ActorRow]:
    """Find actors by number, deleted ones too, in the order of the numbers."""
    wanted = dict.fromkeys(actor_ids)
    rows = {row.id: row for row in db.session.execute(select(ActorRow).where(ActorRow.id.in_(wanted))).scalars()}
    return {actor_id: rows[actor_id] for actor_id in wanted if actor_id in rows}


def has_clearance(role: Role) -> bool:
    """Tell whether a role opens anything about people."""
    return role.sees > UNPROVEN or not OVER_PEOPLE.isdisjoint(role.verbs)


def unassign(
    actor: Actor,
    actor_id: int,
    role_id: int,
    *,
    vault: Vault,
    project_id: int | None = None,
    form_id: int | None = None,
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
        details={"roleId": role_id, "revokedActeeId": _actee(project_id, form_id)},
    )
    role = db.session.get_one(Role, role_id)
    if has_clearance(role):
        details = {"actorId": actor_id, "role": role.system}
        looks.record(actor, "withdraw", looks.Place(project_id, form_id), vault=vault, details=details)


def _actee(project_id: int | None, form_id: int | None) -> str:
    if form_id is not None:
        return str(db.session.get_one(Form, form_id).actee_id)
    return str(db.session.get_one(Project, project_id).actee_id) if project_id is not None else _SITE


def properties(project_id: int, actor_id: int) -> dict[str, str]:
    """Give what a project says of an actor, by name."""
    rows = select(ActorProperty.name, ActorProperty.value).where(
        ActorProperty.project_id == project_id, ActorProperty.actor_id == actor_id
    )
    return {row.name: row.value for row in db.session.execute(rows.order_by(ActorProperty.name))}


def set_properties(
    actor: Actor, project_id: int, actor_id: int, changes: Mapping[str, str | None], *, vault: Vault
) -> None:
    """Change what a project says of an actor, as `set_all_properties` does."""
    set_all_properties(actor, project_id, {actor_id: changes}, vault=vault)


def set_all_properties(
    actor: Actor, project_id: int, changes: Mapping[int, Mapping[str, str | None]], *, vault: Vault
) -> None:
    """Change what a project says of actors; None or a blank text removes it, what is not named stays.

    In a dimension of the policy the text is a list of codes with spaces between them: UnexpectedValue where it cannot
    be. OwnRights where somebody would choose for themselves whose records a role with clearance shows them.
    """
    kept = {
        actor_id: {name: _checked(name, value) for name, value in named.items()}
        for actor_id, named in changes.items()
        if named
    }
    if not kept:
        return
    if actor.id in kept and _holds_clearance(actor.id, project_id):
        raise OwnRights
    pairs = [(actor_id, name) for actor_id, named in kept.items() for name in named]
    db.session.execute(
        delete(ActorProperty).where(
            ActorProperty.project_id == project_id, tuple_(ActorProperty.actor_id, ActorProperty.name).in_(pairs)
        )
    )
    rows = [
        {"project_id": project_id, "actor_id": actor_id, "name": name, "value": kept[actor_id][name]}
        for actor_id, name in pairs
        if kept[actor_id][name]
    ]
    insert_all(ActorProperty, rows)
    whose = _grantees(kept)
    audit.record_all(
        actor,
        [
            (f"{row.type}.property.set", row.actee_id, {"properties": {n: v or None for n, v in kept[row.id].items()}})
            for row in whose.values()
        ],
    )
    for row in whose.values():
        if row.type == "user":
            details = {"actorId": row.id, "values": kept[row.id]}
            looks.record(actor, "scope", looks.Place(project_id), vault=vault, details=details)


def _checked(name: str, value: str | None) -> str:
    if name not in DIMENSIONS:
        return (value or "").strip()
    codes = tuple(dict.fromkeys((value or "").split()))
    if not all(is_code(code) for code in codes):
        reason = f"it must be codes of at most {MAX_VALUE} characters, with spaces between them"
        raise UnexpectedValue(field=name, value=None, reason=reason)
    return " ".join(codes)


def is_code(value: str) -> bool:
    """Tell whether a text can be one value of a dimension."""
    return 0 < len(value) <= MAX_VALUE and value.isprintable() and " " not in value


def _holds_clearance(actor_id: int, project_id: int) -> bool:
    held = select(Role).join(Assignment, Assignment.role_id == Role.id).where(Assignment.actor_id == actor_id)
    counts = Assignment.project_id.is_(None) | (Assignment.project_id == project_id)
    return any(has_clearance(role) for role in db.session.execute(held.where(counts)).scalars())


@dataclass(frozen=True)
class Held:
    """A role that somebody holds: on the whole site, a project or a form, by its form id.

    It is void where it is for forms that are not about people, and this one is.
    """

    role: policy.Role
    is_site_wide: bool
    xml_form_id: str | None
    is_void: bool


@dataclass(frozen=True)
class Person:
    """A web user with what they hold that counts in a project, and what the project says of them."""

    id: int
    name: str
    email: str
    held: tuple[Held, ...]
    properties: dict[str, str]
    last_login_at: datetime | None
    has_second_step: bool

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that say whose records their roles show."""
        asked = {name for held in self.held for name in held.role.scoped_by}
        return tuple(name for name in DIMENSIONS if name in asked)

    def sees_nothing_by(self, role: policy.Role) -> bool:
        """Tell whether a role shows them no scoped record, for want of a value."""
        return bool(role.scoped_by) and not any(self.properties.get(name) for name in role.scoped_by)


_PEOPLE = text(
    """
    select actors.id, actors.display_name, users.email, assignments.role_id,
           assignments.project_id is null as is_site_wide, forms.xml_form_id, forms.has_cases,
           users.last_login_at, users.totp_confirmed_at is not null as has_second_step,
           (select jsonb_object_agg(name, value) from actor_properties
            where actor_properties.actor_id = actors.id and actor_properties.project_id = :project) as properties
    from assignments
    join actors on actors.id = assignments.actor_id and actors.deleted_at is null
    join users on users.actor_id = actors.id and not users.deleted
    left join forms on forms.id = assignments.form_id
    where (assignments.project_id is null or assignments.project_id = :project) and forms.deleted_at is null
    order by lower(actors.display_name), actors.id, is_site_wide desc, forms.xml_form_id nulls first,
             assignments.role_id
    """
)


def list_people(project: Project) -> list[Person]:
    """List the web users with a role on a project, on a form of it or on the whole site, by name."""
    people: dict[int, Row[Any]] = {}
    held: dict[int, list[Held]] = {}
    for row in db.session.execute(_PEOPLE, {"project": project.id}):
        role = BY_ID[row.role_id]
        is_void = bool(row.has_cases) and not role.cases
        people.setdefault(row.id, row)
        held.setdefault(row.id, []).append(Held(role, row.is_site_wide, row.xml_form_id, is_void))
    return [
        Person(
            id=row.id,
            name=row.display_name,
            email=row.email,
            held=tuple(held[row.id]),
            properties=row.properties or {},
            last_login_at=row.last_login_at,
            has_second_step=row.has_second_step,
        )
        for row in people.values()
    ]
