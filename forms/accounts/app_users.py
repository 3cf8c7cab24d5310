"""App users: actors that phones act as. Their token is kept sealed as well, since its code must be printed again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, text, update

from forms import audit, grants
from forms.access import Actor
from forms.accounts.tokens import SEALED_AS, open_app_user_sessions
from forms.db import db, insert_all
from forms.models import Actor as ActorRow
from forms.models import Assignment, FieldKey, Project, Session
from forms.problems import MissingParameter, NotFound, UnexpectedValue
from forms.vault import Vault

#: App users work until they are revoked (ODK Central API, app users), or until the day that was said.
FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class AppUser:
    """An app user of a project; `token` is None once it is revoked or has expired. `expires_at` is None for never.

    `user_agent` is what the phone called itself when it was last seen, `last_used` when a submission last arrived.
    """

    id: int
    project_id: int
    display_name: str
    token: str | None
    created_at: datetime
    updated_at: datetime | None
    created_by: int | None
    last_used: datetime | None
    last_seen: datetime | None
    user_agent: str | None
    expires_at: datetime | None
    is_expired: bool
    submissions: int
    properties: dict[str, str]


@dataclass(frozen=True)
class NewAppUser:
    """An app user to be made. `expires_at` is None for never, a value in `properties` for one that is not said."""

    display_name: str
    properties: Mapping[str, str | None] = field(default_factory=dict)
    expires_at: datetime | None = None


def create_app_user(
    actor: Actor,
    project: Project,
    display_name: str,
    *,
    vault: Vault,
    properties: Mapping[str, str | None] | None = None,
    expires_at: datetime | None = None,
) -> AppUser:
    """Make an app user with a token of its own. It may do nothing until a role is assigned on a form."""
    wanted = NewAppUser(display_name, properties or {}, expires_at)
    (made,) = make_app_users(actor, project, [wanted], vault=vault)
    return app_user(project, made, vault=vault)


def make_app_users(actor: Actor, project: Project, wanted: Sequence[NewAppUser], *, vault: Vault) -> list[int]:
    """Do what `create_app_user` does for many; give their numbers in the same order.

    UnexpectedValue for an end in the past, MissingParameter for a blank name: then none is made.
    """
    names = [(new.display_name or "").strip() for new in wanted]
    if any(new.expires_at is not None and new.expires_at <= datetime.now(UTC) for new in wanted):
        raise UnexpectedValue(field="expiresAt", value=None, reason="it is in the past")
    if not all(names):
        raise MissingParameter(field="displayName")
    if not wanted:
        return []
    made = db.session.execute(
        insert(ActorRow).returning(ActorRow.id, ActorRow.actee_id, sort_by_parameter_order=True),
        [{"type": "field_key", "display_name": name} for name in names],
    ).all()
    by_number = {row.id: new for row, new in zip(made, wanted, strict=True)}
    keys = [{"actor_id": number, "project_id": project.id, "created_by": actor.id} for number in by_number]
    insert_all(FieldKey, keys)
    open_app_user_sessions({number: new.expires_at or FOREVER for number, new in by_number.items()}, vault=vault)
    audit.record_all(actor, [("field_key.create", row.actee_id, {"projectId": project.id}) for row in made])
    said = {number: new.properties for number, new in by_number.items()}
    grants.set_all_properties(actor, project.id, said, vault=vault)
    return list(by_number)


_APP_USERS = text(
    """
    select actors.id, actors.display_name, actors.created_at, actors.updated_at, field_keys.created_by,
           case when last.ended_at is null and last.expires_at > now() then last.token_sealed end as token_sealed,
           -- As it was made, no phone has shown the token yet.
           nullif(last.last_seen_at, last.created_at) as last_seen, last.user_agent,
           nullif(last.expires_at, :forever) as expires_at,
           last.ended_at is null and last.expires_at <= now() as is_expired,
           sent.count as submissions, sent.last as last_used,
           (select coalesce(jsonb_object_agg(name, value), '{}') from actor_properties
            where actor_properties.actor_id = actors.id and actor_properties.project_id = :project) as properties
    from field_keys
    join actors on actors.id = field_keys.actor_id and actors.deleted_at is null
    join sessions last on last.actor_id = actors.id
    cross join lateral (
        select count(*) as count, max(logged_at) as last from audits
        where audits.actor_id = actors.id and audits.action = 'submission.create'
    ) sent
    where field_keys.project_id = :project and (cast(:id as bigint) is null or actors.id = :id)
    order by last.ended_at is not null or last.expires_at <= now(), actors.created_at desc, actors.id desc
    """
)


def list_app_users(project: Project, *, vault: Vault, actor_id: int | None = None) -> list[AppUser]:
    """List a project's app users, those with a live token first, then the newest first."""
    return [
        AppUser(
            id=row.id,
            project_id=project.id,
            display_name=row.display_name,
            token=vault.unseal_secret(row.token_sealed, SEALED_AS).decode() if row.token_sealed else None,
            created_at=row.created_at,
            updated_at=row.updated_at,
            created_by=row.created_by,
            last_used=row.last_used,
            last_seen=row.last_seen,
            user_agent=row.user_agent,
            expires_at=row.expires_at,
            is_expired=row.is_expired,
            submissions=row.submissions,
            properties=row.properties,
        )
        for row in db.session.execute(_APP_USERS, {"project": project.id, "id": actor_id, "forever": FOREVER})
    ]


_IN_USE = text(
    """
    select actors.id, coalesce(last.user_agent, '') as user_agent
    from field_keys
    join actors on actors.id = field_keys.actor_id and actors.deleted_at is null
    join sessions last on last.actor_id = actors.id
    where field_keys.project_id = :project
      and last.ended_at is null and last.expires_at > now() and last.last_seen_at <> last.created_at
    """
)


def phones_in_use(project: Project) -> dict[int, str]:
    """Give the User-Agents of the phones that have access to a project and were heard of, by app user."""
    return {row.id: row.user_agent for row in db.session.execute(_IN_USE, {"project": project.id})}


def app_user(project: Project, actor_id: int, *, vault: Vault) -> AppUser:
    """Find an app user of this project; NotFound otherwise."""
    found = list_app_users(project, vault=vault, actor_id=actor_id)
    if not found:
        raise NotFound
    return found[0]


def revoke_app_users(actor: Actor, project: Project, actor_ids: Collection[int]) -> None:
    """End app users' tokens at once; their phones' next requests are refused.

    NotFound where one of them is none of this project: then none is ended.
    """
    ours = select(ActorRow.id, ActorRow.actee_id).join(FieldKey, FieldKey.actor_id == ActorRow.id)
    ours = ours.where(FieldKey.project_id == project.id, ActorRow.deleted_at.is_(None), ActorRow.id.in_(actor_ids))
    actees = dict(db.session.execute(ours).all())
    if not actees.keys() >= set(actor_ids):
        raise NotFound
    live = update(Session).where(Session.actor_id.in_(actees), Session.ended_at.is_(None))
    ended = db.session.execute(live.values(ended_at=func.now()).returning(Session.actor_id)).scalars().all()
    audit.record_all(actor, [("field_key.session.end", actees[number], None) for number in sorted(ended)])


def delete_app_user(actor: Actor, project: Project, actor_id: int) -> None:
    """Revoke an app user and take it off the lists; what it sent stays, under its name."""
    revoke_app_users(actor, project, [actor_id])
    db.session.execute(delete(Assignment).where(Assignment.actor_id == actor_id))
    row = db.session.get_one(ActorRow, actor_id)
    row.deleted_at = datetime.now(UTC)
    audit.record(actor, "field_key.delete", actee_id=row.actee_id)
