"""App users: actors that phones act as. Their token is kept sealed as well, since its code must be printed again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, text

from forms import audit, grants
from forms.access import Actor
from forms.accounts.sessions import end_session
from forms.accounts.tokens import open_session
from forms.db import db
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
    made = make_app_user(actor, project, display_name, vault=vault, properties=properties, expires_at=expires_at)
    return app_user(project, made, vault=vault)


def make_app_user(
    actor: Actor,
    project: Project,
    display_name: str,
    *,
    vault: Vault,
    properties: Mapping[str, str | None] | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Do what `create_app_user` does, and give the number alone: for many at once."""
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise UnexpectedValue(field="expiresAt", value=None, reason="it is in the past")
    display_name = (display_name or "").strip()
    if not display_name:
        raise MissingParameter(field="displayName")
    row = ActorRow(type="field_key", display_name=display_name)
    db.session.add(row)
    db.session.flush()
    db.session.add(FieldKey(actor_id=row.id, project_id=project.id, created_by=actor.id))
    db.session.flush()
    open_session(row.id, expires_at or FOREVER, sealed_by=vault)
    audit.record(actor, "field_key.create", actee_id=row.actee_id, details={"projectId": project.id})
    grants.set_properties(actor, project.id, row.id, properties or {}, vault=vault)
    return row.id


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
            token=vault.unseal_secret(row.token_sealed, "app user token").decode() if row.token_sealed else None,
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


def app_user(project: Project, actor_id: int, *, vault: Vault) -> AppUser:
    """Find an app user of this project; NotFound otherwise."""
    found = list_app_users(project, vault=vault, actor_id=actor_id)
    if not found:
        raise NotFound
    return found[0]


def revoke_app_user(actor: Actor, project: Project, actor_id: int, *, vault: Vault) -> None:
    """End an app user's token at once; the phone's next request is refused."""
    app_user(project, actor_id, vault=vault)
    for session_id in db.session.execute(
        select(Session.id).where(Session.actor_id == actor_id, Session.ended_at.is_(None))
    ).scalars():
        end_session(actor, session_id)


def delete_app_user(actor: Actor, project: Project, actor_id: int, *, vault: Vault) -> None:
    """Revoke an app user and take it off the lists; what it sent stays, under its name."""
    revoke_app_user(actor, project, actor_id, vault=vault)
    db.session.execute(delete(Assignment).where(Assignment.actor_id == actor_id))
    row = db.session.get_one(ActorRow, actor_id)
    row.deleted_at = datetime.now(UTC)
    audit.record(actor, "field_key.delete", actee_id=row.actee_id)
