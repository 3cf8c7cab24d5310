"""Our own tables. The answer tables belong to the forms (`answers`), not to this module.

No behaviour lives here: a model is columns and constraints. The docstring of each is its sentence in the reference.
Every table that holds something collected carries `scopes` and a row policy (see the first migration).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from forms.db import Base

_NOW = text("now()")
_NEW_UUID = text("gen_random_uuid()")
_NO_SCOPES = text("'{}'")


def _key() -> Any:
    return mapped_column(Identity(), primary_key=True)


def _time(*, nullable: bool = False) -> Any:
    return mapped_column(DateTime(timezone=True), nullable=nullable, server_default=None if nullable else _NOW)


class Actor(Base):
    """Whoever can act: a web user, an app user."""

    __tablename__ = "actors"
    id: Mapped[int] = _key()
    type: Mapped[str] = mapped_column(Text)
    display_name: Mapped[str] = mapped_column(Text)
    actee_id: Mapped[UUID] = mapped_column(server_default=_NEW_UUID)
    created_at: Mapped[datetime] = _time()
    updated_at: Mapped[datetime | None] = _time(nullable=True)
    deleted_at: Mapped[datetime | None] = _time(nullable=True)
    __table_args__ = (CheckConstraint("type in ('user', 'field_key')", name="type"),)


class User(Base):
    """A web user: an actor with an e-mail address and a password."""

    __tablename__ = "users"
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    password: Mapped[str | None] = mapped_column(Text)
    last_login_at: Mapped[datetime | None] = _time(nullable=True)
    # The second step (RFC 6238): the shared secret, sealed; when its first code was shown; the last step that was used.
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None] = _time(nullable=True)
    totp_step: Mapped[int | None] = mapped_column()
    deleted: Mapped[bool] = mapped_column(server_default=text("false"))
    # An address may be used again once its user is deleted; letter case does not make another person.
    __table_args__ = (Index("uq_users_email", text("lower(email)"), unique=True, postgresql_where=text("not deleted")),)


class FieldKey(Base):
    """An app user: an actor of one project that phones act as, by a token in the server address."""

    __tablename__ = "field_keys"
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)


class ActorProperty(Base):
    """What a project says of a web or app user, such as the district: several values are separated by spaces.

    A record without a scope of its own takes its sender's, and a role that is scoped shows the records of these.
    """

    __tablename__ = "actor_properties"
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class ActorPropertyName(Base):
    """A name under which a project may say something of its app users (ODK Central API, actor properties)."""

    __tablename__ = "actor_property_names"
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)


class Session(Base):
    """A credential in use. Its token is kept as a hash, an app user's sealed as well, to print its code again."""

    __tablename__ = "sessions"
    id: Mapped[int] = _key()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), index=True)
    csrf: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = _time()
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = _time(nullable=True)
    # To the minute: idle sessions end, and lists say when a phone was last heard.
    last_seen_at: Mapped[datetime] = _time()
    # Whether its person showed the second step, without which nothing about people is open.
    is_proven: Mapped[bool] = mapped_column(server_default=text("false"))
    # A person's browser as it logged in, an app user's phone as it was last seen.
    user_agent: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)


class PasswordReset(Base):
    """A one-time link with which a person sets a password; kept as a hash."""

    __tablename__ = "password_resets"
    id: Mapped[int] = _key()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    created_at: Mapped[datetime] = _time()
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = _time(nullable=True)


class LoginAttempt(Base):
    """A failed log-in, by a keyed hash of the account or the address; kept for an hour to slow guessing down."""

    __tablename__ = "login_attempts"
    id: Mapped[int] = _key()
    subject: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = _time()
    # Each attempt counts the last ones of its subject.
    __table_args__ = (Index("ix_login_attempts_subject_at", "subject", "at"),)


class Role(Base):
    """A named row of verbs with what it sees of people: the rows of `forms.policy`."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    system: Mapped[str] = mapped_column(Text, unique=True)
    verbs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sees: Mapped[int] = mapped_column(SmallInteger)
    takes: Mapped[int] = mapped_column(SmallInteger)
    scoped_by: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cases: Mapped[bool] = mapped_column()


class Assignment(Base):
    """A role given to an actor: on the whole site, on a project, or on one form."""

    __tablename__ = "assignments"
    id: Mapped[int] = _key()
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("forms.id"), index=True)
    __table_args__ = (
        UniqueConstraint("actor_id", "role_id", "project_id", "form_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("form_id is null or project_id is not null", name="form_in_project"),
    )


class Project(Base):
    """A programme's forms, its people and its data key."""

    __tablename__ = "projects"
    id: Mapped[int] = _key()
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    archived: Mapped[bool | None] = mapped_column()
    actee_id: Mapped[UUID] = mapped_column(server_default=_NEW_UUID)
    created_at: Mapped[datetime] = _time()
    updated_at: Mapped[datetime | None] = _time(nullable=True)
    deleted_at: Mapped[datetime | None] = _time(nullable=True)


class ProjectKey(Base):
    """A project's data key, wrapped by the master key that `master` names; the highest number seals."""

    __tablename__ = "project_keys"
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = _time()


class Blob(Base):
    """A sealed file in the store: a form's attachment, a workbook, or what a phone sent."""

    __tablename__ = "blobs"
    id: Mapped[int] = _key()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column()
    md5: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = _time()
    __table_args__ = (UniqueConstraint("project_id", "hash"),)


class Form(Base):
    """A form of a project under its form id, over all its versions."""

    __tablename__ = "forms"
    id: Mapped[int] = _key()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    xml_form_id: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    # Whether any published version asks for something quasi-identifying or sensitive; it never ceases to.
    has_cases: Mapped[bool] = mapped_column(server_default=text("false"))
    # Whether the draft or any published version asks for identity: what is of the form then goes over private lines.
    has_identity: Mapped[bool] = mapped_column(server_default=text("false"))
    current_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_versions.id", use_alter=True, name="fk_forms_current_id"), index=True
    )
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_versions.id", use_alter=True, name="fk_forms_draft_id"), index=True
    )
    # What the token of its draft is made from (`catalogue.draft_token`); another one once that draft is gone.
    draft_word: Mapped[UUID] = mapped_column(server_default=_NEW_UUID)
    actee_id: Mapped[UUID] = mapped_column(server_default=_NEW_UUID)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    created_at: Mapped[datetime] = _time()
    updated_at: Mapped[datetime | None] = _time(nullable=True)
    deleted_at: Mapped[datetime | None] = _time(nullable=True)
    __table_args__ = (
        CheckConstraint("state in ('open', 'closing', 'closed')", name="state"),
        # A form id may be used again once its form is deleted.
        Index("uq_forms_project_id_xml_form_id", "project_id", "xml_form_id", unique=True,
              postgresql_where=text("deleted_at is null")),
    )  # fmt: skip


class FormVersion(Base):
    """One definition of a form: the XForm's bytes as they are served, its schema, and where it came from."""

    __tablename__ = "form_versions"
    id: Mapped[int] = _key()
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    xform: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    md5: Mapped[str] = mapped_column(Text)
    sha1: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    schema: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    views: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    warnings: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    workbook_id: Mapped[int | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    workbook_type: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    created_at: Mapped[datetime] = _time()
    published_at: Mapped[datetime | None] = _time(nullable=True)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    __table_args__ = (
        CheckConstraint("workbook_type in ('xlsx', 'xls')", name="workbook_type"),
        # A phone names the version it filled; two published ones of the same name would make it ambiguous.
        Index("uq_form_versions_form_id_version", "form_id", "version", unique=True,
              postgresql_where=text("published_at is not null")),
        Index("ix_form_versions_form_id", "form_id"),
    )  # fmt: skip


class FormAttachment(Base):
    """A file that a form version asks for by name, and its content once it is uploaded."""

    __tablename__ = "form_attachments"
    version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str | None] = mapped_column(Text)
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    updated_at: Mapped[datetime | None] = _time(nullable=True)
    __table_args__ = (CheckConstraint("type in ('image', 'audio', 'video', 'file')", name="type"),)


class Dashboard(Base):
    """A workbook of views over a project's forms; the one that it replaced is kept."""

    __tablename__ = "dashboards"
    id: Mapped[int] = _key()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    slug: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    views: Mapped[dict[str, Any]] = mapped_column(JSONB)
    default_language: Mapped[str] = mapped_column(Text)
    workbook_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), index=True)
    workbook_type: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    created_at: Mapped[datetime] = _time()
    replaced_at: Mapped[datetime | None] = _time(nullable=True)
    __table_args__ = (
        CheckConstraint("workbook_type in ('xlsx', 'xls')", name="workbook_type"),
        # One stands under each name.
        Index("uq_dashboards_project_id_slug", "project_id", "slug", unique=True,
              postgresql_where=text("replaced_at is null")),
    )  # fmt: skip


class List(Base):
    """The headings of a CSV file that forms choose from, so that figures can read it; its rows are in `list_rows`."""

    __tablename__ = "lists"
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), primary_key=True, autoincrement=False)
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ListRow(Base):
    """One row of a list: its cells by heading, as text."""

    __tablename__ = "list_rows"
    blob_id: Mapped[int] = mapped_column(ForeignKey("lists.blob_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[dict[str, str]] = mapped_column(JSONB)


class AnswerLevel(Base):
    """The number under which a form keeps the rows of a repeat; 0 is its root, whose path is empty."""

    __tablename__ = "answer_levels"
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    repeat: Mapped[str] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("form_id", "repeat"),)


class AnswerColumn(Base):
    """Where a form keeps the answers to one path and type: table level and page, and the column's name there."""

    __tablename__ = "answer_columns"
    form_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column()
    page: Mapped[int] = mapped_column()
    path: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("form_id", "level", "path", "type"),
        ForeignKeyConstraint(["form_id", "level"], ["answer_levels.form_id", "answer_levels.level"]),
    )


class Submission(Base):
    """A filled form as it was first received, the form version it was filled with, and how often it was edited."""

    __tablename__ = "submissions"
    id: Mapped[int] = _key()
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    instance_id: Mapped[str] = mapped_column(Text)
    submitter_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    review_state: Mapped[str | None] = mapped_column(Text)
    misfits: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NO_SCOPES)
    out_of_scope: Mapped[bool] = mapped_column(server_default=text("false"))
    # Lists and exports name both; finding them among the contents would read every sealed XML of the form.
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), index=True)
    edits: Mapped[int] = mapped_column(server_default=text("0"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NO_SCOPES)
    created_at: Mapped[datetime] = _time()
    updated_at: Mapped[datetime | None] = _time(nullable=True)
    deleted_at: Mapped[datetime | None] = _time(nullable=True)
    __table_args__ = (
        UniqueConstraint("form_id", "instance_id"),
        # Lists go from the newest down, a page at a time.
        Index("ix_submissions_form_id_id", "form_id", "id"),
        # Figures count the answers of all records but the few deleted ones.
        Index("ix_submissions_deleted", "form_id", postgresql_where=text("deleted_at is not null")),
        # So do views, which also leave out what was rejected.
        Index(
            "ix_submissions_left_out",
            "form_id",
            postgresql_where=text("deleted_at is not null or review_state = 'rejected'"),
        ),
        CheckConstraint("review_state in ('hasIssues', 'edited', 'rejected', 'approved')", name="review_state"),
    )


class SubmissionVersion(Base):
    """One content of a submission: the XML exactly as sent, sealed, and a keyed hash to recognise it again."""

    __tablename__ = "submission_versions"
    id: Mapped[int] = _key()
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), index=True)
    instance_id: Mapped[str] = mapped_column(Text)
    instance_name: Mapped[str | None] = mapped_column(Text)
    current: Mapped[bool] = mapped_column(server_default=text("true"))
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    xml_hash: Mapped[bytes] = mapped_column(LargeBinary)
    submitter_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NO_SCOPES)
    created_at: Mapped[datetime] = _time()
    __table_args__ = (
        UniqueConstraint("form_id", "instance_id"),
        # One content is the current one; also finds it.
        Index("uq_submission_versions_current", "submission_id", unique=True, postgresql_where=text("current")),
        Index("ix_submission_versions_submission_id", "submission_id"),
    )


class SubmissionFile(Base):
    """A file that a submission's version names or that came along unasked; name and content are sealed."""

    __tablename__ = "submission_files"
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_versions.id"), primary_key=True)
    name_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    # The clearance that opens it (`policy.Clearance`).
    needs: Mapped[int] = mapped_column(SmallInteger)
    is_expected: Mapped[bool] = mapped_column()
    content_type: Mapped[str | None] = mapped_column(Text)
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    # What the phone sent, where `blob_id` is a copy without the position that it was taken at.
    original_id: Mapped[int | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NO_SCOPES)
    updated_at: Mapped[datetime | None] = _time(nullable=True)


class Trial(Base):
    """A record that a phone sent to try a draft, its XML sealed; it goes with the draft and counts nowhere.

    Of its files, `files_named` counts those that the XML names, `files_came` has keyed hashes of the names that came.
    """

    __tablename__ = "trials"
    id: Mapped[int] = _key()
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), index=True)
    instance_id: Mapped[str] = mapped_column(Text)
    device_id: Mapped[str | None] = mapped_column(Text)
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    xml_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answered: Mapped[int] = mapped_column()
    misfits: Mapped[list[str]] = mapped_column(ARRAY(Text))
    files_named: Mapped[int] = mapped_column()
    files_came: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NO_SCOPES)
    created_at: Mapped[datetime] = _time()
    __table_args__ = (UniqueConstraint("form_id", "instance_id"),)


class Audit(Base):
    """What was done, by whom, to what; only ever added to. Details never hold an answer."""

    __tablename__ = "audits"
    id: Mapped[int] = _key()
    logged_at: Mapped[datetime] = _time()
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    action: Mapped[str] = mapped_column(Text)
    actee_id: Mapped[UUID | None] = mapped_column()
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    notes: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        # A submission's page shows its history.
        Index("ix_audits_submission_id", "submission_id", postgresql_where=text("submission_id is not null")),
    )


class Comment(Base):
    """What somebody said of a record, sealed, since people write names into it; `needs` is the clearance to read it.

    One that came with a review hangs on the review's line in the audit.
    """

    __tablename__ = "comments"
    id: Mapped[int] = _key()
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audits.id"), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    needs: Mapped[int] = mapped_column(SmallInteger)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_NO_SCOPES)
    created_at: Mapped[datetime] = _time()


class AccessLine(Base):
    """A look at what is known of people: who, in which role, at what, why. Only ever added to, and chained.

    `hash` is a keyed hash over the line and the hash before it, `number` counts without a gap: `lentera check` finds a
    line that was changed, or taken out of the middle. The reason is sealed, since people write names into it.
    """

    __tablename__ = "access_log"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"))
    role: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("forms.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        # The auditor reads a project's, the newest first.
        Index("ix_access_log_project_id_number", "project_id", "number"),
        # Each reveal counts its person's of the day.
        Index("ix_access_log_actor_id_at", "actor_id", "at", postgresql_where=text("action = 'reveal'")),
    )


class IdentityExport(Base):
    """A download with identity: asked for by one person, approved by another, taken once, before it expires."""

    __tablename__ = "identity_exports"
    id: Mapped[int] = _key()
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    requested_by: Mapped[int] = mapped_column(ForeignKey("actors.id"), index=True)
    requested_at: Mapped[datetime] = _time()
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("actors.id"), index=True)
    decided_at: Mapped[datetime | None] = _time(nullable=True)
    is_approved: Mapped[bool | None] = mapped_column()
    taken_at: Mapped[datetime | None] = _time(nullable=True)
    __table_args__ = (CheckConstraint("decided_by <> requested_by", name="by_another"),)


class SavedFilter(Base):
    """A filter of a form's submissions under a name: its owner's, or for everybody who may list them.

    `query` is what the list shows as its address says it, `paths` the questions whose answers that asks for.
    """

    __tablename__ = "saved_filters"
    id: Mapped[int] = _key()
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("actors.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    is_shared: Mapped[bool] = mapped_column()
    query: Mapped[list[list[str]]] = mapped_column(JSONB)
    paths: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = _time()
    __table_args__ = (UniqueConstraint("form_id", "owner_id", "name"),)


class Demo(Base):
    """A single row that says this data folder holds the demo, so that nobody mistakes it for real work."""

    __tablename__ = "demo"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime] = _time()
