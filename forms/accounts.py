"""People, app users and their sessions: who may knock, and with what.

Passwords are kept as argon2 hashes, tokens as SHA-256 hashes (they are 48 random bytes, so a plain hash cannot be
searched). An app user's token is kept sealed as well, since its code must be printed again. Failed log-ins are counted
per account and per address, under a keyed hash of either.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Row, delete, func, insert, select, text, update

from forms import audit
from forms.access import Actor, Permission, demand
from forms.db import db, run_apart
from forms.models import Actor as ActorRow
from forms.models import ActorProperty, Assignment, FieldKey, LoginAttempt, Project, Role, Session, User
from forms.policy import BY_ID, OVER_PEOPLE, UNPROVEN
from forms.problems import (
    AuthenticationFailed,
    InsufficientRights,
    InvalidDataType,
    MissingParameter,
    NotFound,
    OwnRights,
    PasswordTooLong,
    PasswordTooShort,
    RoleIsPerForm,
    TooManyAttempts,
    UniquenessViolation,
)
from forms.vault import Vault

#: ODK Central's: a session ends a day after it began, however busy it is.
SESSION_LIFE = timedelta(hours=24)
#: App users work until they are revoked (ODK Central API, app users).
FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
#: How long a failed log-in counts.
ATTEMPT_WINDOW = timedelta(minutes=15)
ADMIN_ROLE = 1
APP_USER_ROLE = 2

_hasher = PasswordHasher()
#: Verified for unknown addresses too, so that the time taken does not tell whether there is an account.
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class Credential:
    """A session as the request showed it: who acts, and what proves that a form came from our own page."""

    actor: Actor
    session_id: int
    csrf: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class NewSession:
    """A session just made: the only moment at which a web user's token is known."""

    token: str
    csrf: str
    created_at: datetime
    expires_at: datetime


def new_token() -> str:
    """Make a token as ODK Central writes them: 64 characters that need no escaping in a path."""
    return base64.b64encode(secrets.token_bytes(48)).decode().replace("/", "!").replace("+", "$")


def check_password(password: object) -> str:
    """Return the password if it may be used (ODK Central API, passwords), else raise the Problem that says why not."""
    if not isinstance(password, str):
        raise InvalidDataType(field="password", value=None, expected="string")
    if len(password) < 10:  # noqa: PLR2004
        raise PasswordTooShort
    if len(password.encode()) > 72:  # noqa: PLR2004
        raise PasswordTooLong
    return password


def create_user(actor: Actor, email: str, *, password: str | None = None, display_name: str | None = None) -> int:
    """Make a web user and return the actor id; UniquenessViolation where a live user has the address."""
    email = (email or "").strip()
    if not email:
        raise MissingParameter(field="email")
    hashed = _hasher.hash(check_password(password)) if password is not None else None
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


def log_in(email: str, password: str, *, vault: Vault, address: str, user_agent: str | None, limit: int) -> NewSession:
    """Open a session for an address and password; AuthenticationFailed without saying which was wrong.

    `limit` failed attempts within a quarter of an hour, for the account or from the address, close the door for that
    long (TooManyAttempts); 0 turns the limit off. AuthenticationFailed keeps what was written, so that attempts count.
    """
    actor = verify(email, password, vault=vault, address=address, limit=limit)
    db.session.execute(update(User).where(User.actor_id == actor.id).values(last_login_at=func.now()))
    session = _open_session(actor.id, datetime.now(UTC) + SESSION_LIFE)
    row = db.session.get_one(ActorRow, actor.id)
    audit.record(actor, "user.session.create", actee_id=row.actee_id, details={"userAgent": user_agent})
    return session


def verify(email: str, password: str, *, vault: Vault, address: str, limit: int) -> Actor:
    """Tell who an address and a password belong to, counting failures as `log_in` does."""
    subjects = [
        vault.hash("login account", email.strip().lower().encode()),
        vault.hash("login address", address.encode()),
    ]
    if limit and _attempts(subjects) >= limit:
        raise TooManyAttempts(minutes=int(ATTEMPT_WINDOW.total_seconds() // 60))
    found = select(User, ActorRow.display_name).join(ActorRow, ActorRow.id == User.actor_id)
    row = db.session.execute(found.where(func.lower(User.email) == email.strip().lower(), ~User.deleted)).first()
    try:
        _hasher.verify((row and row.User.password) or _NOBODY, password)
    except VerificationError:
        row = None
    if row is None or row.User.password is None:
        if limit:
            db.session.execute(insert(LoginAttempt), [{"subject": subject} for subject in subjects])
        raise AuthenticationFailed
    return Actor(id=row.User.actor_id, type="user", display_name=row.display_name, email=row.User.email)


def _attempts(subjects: list[bytes]) -> int:
    """Count the most recent failures of whichever subject failed most, and forget those that no longer count."""
    since = func.now() - ATTEMPT_WINDOW
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.at < since))
    counts = select(func.count()).where(LoginAttempt.subject.in_(subjects)).group_by(LoginAttempt.subject)
    return max(db.session.execute(counts).scalars(), default=0)


def _open_session(actor_id: int | None, expires_at: datetime, *, sealed_by: Vault | None = None) -> NewSession:
    token, csrf = new_token(), new_token()
    sealed = sealed_by.seal_secret(token.encode(), "app user token") if sealed_by else None
    created_at = db.session.execute(
        insert(Session)
        .values(
            token_hash=hashlib.sha256(token.encode()).digest(),
            token_sealed=sealed,
            actor_id=actor_id,
            csrf=csrf,
            expires_at=expires_at,
        )
        .returning(Session.created_at)
    ).scalar_one()
    return NewSession(token=token, csrf=csrf, created_at=created_at, expires_at=expires_at)


_SESSION = """
    select sessions.id, sessions.csrf, sessions.created_at, sessions.expires_at,
           actors.id as actor_id, actors.type, actors.display_name, users.email,
           -- Made-up people need no second step.
           sessions.is_proven or exists (select from demo) as is_proven
    from sessions
    join actors on actors.id = sessions.actor_id and actors.deleted_at is null
    left join users on users.actor_id = actors.id
    where sessions.token_hash = %s and sessions.ended_at is null and sessions.expires_at > now()
    """


def by_token(token: str) -> Credential | None:
    """Find the live session of a token, or None; apart from the session's transaction, before there is any."""
    row = run_apart(_SESSION, [hashlib.sha256(token.encode()).digest()])
    if row is None:
        return None
    actor = Actor(row.actor_id, row.type, row.display_name, row.email, is_proven=row.is_proven)
    return Credential(actor, row.id, row.csrf, row.created_at, row.expires_at)


def is_csrf(credential: Credential, given: str) -> bool:
    """Compare a form's proof with the session's, in constant time."""
    return hmac.compare_digest(credential.csrf.encode(), given.encode())


def end_session(actor: Actor, session_id: int) -> None:
    """End a session by its id."""
    ended = db.session.execute(
        update(Session).where(Session.id == session_id).values(ended_at=func.now()).returning(Session.actor_id)
    ).scalar_one()
    row = db.session.get_one(ActorRow, ended)
    if row.type != "user":
        audit.record(actor, f"{row.type}.session.end", actee_id=row.actee_id)


def end_session_of_token(actor: Actor, token: str) -> None:
    """End the session of a token: one's own, or an app user's by whoever may revoke it (ODK Central API, sessions)."""
    row = db.session.execute(
        select(Session.id, Session.actor_id, FieldKey.project_id)
        .outerjoin(FieldKey, FieldKey.actor_id == Session.actor_id)
        .where(Session.token_hash == hashlib.sha256(token.encode()).digest(), Session.ended_at.is_(None))
    ).first()
    # Not 404: whoever guesses tokens must not learn which exist.
    if row is None or (row.actor_id == actor.id and actor.type == "field_key"):
        raise InsufficientRights
    if row.actor_id != actor.id:
        demand(actor, Permission.SESSION_END, project_id=row.project_id)
    end_session(actor, row.id)


@dataclass(frozen=True)
class AppUser:
    """An app user of a project; `token` is None once revoked."""

    id: int
    project_id: int
    display_name: str
    token: str | None
    created_at: datetime
    updated_at: datetime | None
    created_by: int | None
    last_used: datetime | None
    submissions: int
    properties: dict[str, str]


def create_app_user(
    actor: Actor, project: Project, display_name: str, *, vault: Vault, properties: dict[str, str] | None = None
) -> AppUser:
    """Make an app user with a token of its own. It may do nothing until a role is assigned on a form."""
    display_name = (display_name or "").strip()
    if not display_name:
        raise MissingParameter(field="displayName")
    row = ActorRow(type="field_key", display_name=display_name)
    db.session.add(row)
    db.session.flush()
    db.session.add(FieldKey(actor_id=row.id, project_id=project.id, created_by=actor.id))
    for name, value in (properties or {}).items():
        db.session.add(ActorProperty(project_id=project.id, actor_id=row.id, name=name, value=value))
    db.session.flush()
    _open_session(row.id, FOREVER, sealed_by=vault)
    audit.record(actor, "field_key.create", actee_id=row.actee_id, details={"projectId": project.id})
    return app_user(project, row.id, vault=vault)


_APP_USERS = text(
    """
    select actors.id, actors.display_name, actors.created_at, actors.updated_at, field_keys.created_by,
           live.token_sealed,
           sent.count as submissions, sent.last as last_used,
           (select coalesce(jsonb_object_agg(name, value), '{}') from actor_properties
            where actor_properties.actor_id = actors.id and actor_properties.project_id = :project) as properties
    from field_keys
    join actors on actors.id = field_keys.actor_id and actors.deleted_at is null
    left join sessions live on live.actor_id = actors.id and live.ended_at is null
    cross join lateral (
        select count(*) as count, max(logged_at) as last from audits
        where audits.actor_id = actors.id and audits.action = 'submission.create'
    ) sent
    where field_keys.project_id = :project and (cast(:id as bigint) is null or actors.id = :id)
    order by live.id is null, actors.created_at desc, actors.id desc
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
            submissions=row.submissions,
            properties=row.properties,
        )
        for row in db.session.execute(_APP_USERS, {"project": project.id, "id": actor_id})
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
