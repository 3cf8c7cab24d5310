"""Every JSON shape of the API, once: ODK Central's names and forms outside, ours inside.

Names become camelCase here and nowhere else. A class that only goes out reads attributes, dotted ones too
(`form.xml_form_id`), and leaves out what is not there: that is how the extended metadata (`ext.…`) comes and goes with
the request header. A class that comes in drops keys that it does not know, as Central does.
"""

from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, fields
from marshmallow.fields import Bool, Constant, Dict, Field, Function, Int, List, Nested, Raw, Str
from marshmallow.validate import Regexp

from forms.problems import UnexpectedValue, ValueTooLong


def camel(name: str) -> str:
    """Turn `display_name` into `displayName`."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


class Wire(Schema):
    """What all shapes share: camelCase names, and no complaint about keys that nobody asked for."""

    class Meta:
        """What marshmallow does with such keys."""

        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        """Give the field its name on the wire."""
        field_obj.data_key = field_obj.data_key or camel(field_name)


class Time(fields.Field[datetime]):
    """A moment in UTC with milliseconds: 2018-04-18T23:19:14.802Z."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        del attr, obj, kwargs
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Text(Str):
    """A text that comes in, of at most `limit` characters, all of which can be stored."""

    def __init__(self, limit: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_storable(text):
            raise UnexpectedValue(field=self.data_key, value=None, reason="it has characters that no text may hold")
        if self.limit is not None and len(text) > self.limit:
            raise ValueTooLong(field=self.data_key, limit=self.limit)
        return text


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


class Success(Wire):
    """The answer of a deed that gives nothing back."""

    success = Constant(True)  # noqa: FBT003 -- marshmallow takes it by position


# Who.


class Actor(Wire):
    """Whoever can act."""

    id = Int()
    type = Str()
    display_name = Str()
    created_at = Time()
    updated_at = Time()
    deleted_at = Time()


class User(Wire):
    """A web user: an `Actor` row and a `User` row; `verbs` for whoever asks about themselves."""

    id = Int(attribute="Actor.id")
    type = Str(attribute="Actor.type")
    display_name = Str(attribute="Actor.display_name")
    created_at = Time(attribute="Actor.created_at")
    updated_at = Time(attribute="Actor.updated_at")
    deleted_at = Time(attribute="Actor.deleted_at")
    email = Str(attribute="User.email")
    last_login_at = Time(attribute="User.last_login_at")
    verbs = List(Str(), attribute="ext.verbs")


class NewUser(Wire):
    """A web user to be made."""

    email = Text(320, required=True)
    password = Raw(load_default=None)
    display_name = Text(64, load_default=None, allow_none=True)


class Credentials(Wire):
    """What somebody logs in with. Anything may come; the function says what it makes of it."""

    email = Raw(load_default=None, allow_none=True)
    password = Raw(load_default=None, allow_none=True)
    code = Raw(load_default=None, allow_none=True)


class ResetWish(Wire):
    """Whose password is to be set anew."""

    email = Text(required=True)


class ResetPassword(Wire):
    """The new password of whoever a one-time link is for."""

    new = Raw(required=True)


class ChangedPassword(Wire):
    """A password that is to become another; the function says what it makes of the old one."""

    old = Text(required=True)
    new = Raw(required=True)


class NewSession(Wire):
    """A session just made; the token is never shown again."""

    token = Str()
    csrf = Str()
    expires_at = Time()
    created_at = Time()


class Session(Wire):
    """A session in use."""

    created_at = Time()
    expires_at = Time()


class Role(Wire):
    """A named row of verbs. Roles come with the software and are never changed, so they carry no times."""

    id = Int()
    name = Str()
    system = Str()
    verbs = List(Str())
    created_at = Constant(None)
    updated_at = Constant(None)


class Assignment(Wire):
    """Who holds which role; `xmlFormId` where several forms are listed at once."""

    actor_id = Int(attribute="assignment.actor_id")
    role_id = Int(attribute="assignment.role_id")
    xml_form_id = Str(attribute="form.xml_form_id")
    actor = Nested(Actor, attribute="ext.actor")


class AppUser(Wire):
    """An app user; `token` is null once it is revoked or has expired."""

    project_id = Int(attribute="user.project_id")
    id = Int(attribute="user.id")
    type = Constant("field_key")
    display_name = Str(attribute="user.display_name")
    created_at = Time(attribute="user.created_at")
    updated_at = Time(attribute="user.updated_at")
    deleted_at = Constant(None)
    token = Str(attribute="user.token")
    created_by = Nested(Actor, attribute="ext.created_by")
    last_used = Time(attribute="ext.last_used")
    last_seen = Time(attribute="ext.last_seen")
    expires_at = Time(attribute="ext.expires_at")
    properties = Dict(attribute="ext.properties")


class NewAppUser(Wire):
    """An app user to be made; `properties` say which district it is of. `expiresAt` is ours, not Central's."""

    display_name = Text(64, required=True)
    properties = Raw(load_default=None, allow_none=True)
    expires_at = fields.AwareDateTime(format="iso", default_timezone=UTC, load_default=None, allow_none=True)


class Reveal(Wire):
    """Which sealed answers of a record to open, as paths of questions, and why."""

    fields_ = List(Text(), data_key="fields", required=True)
    reason = Text(required=True)


class RevealedAnswer(Wire):
    """A sealed answer, opened; `row` is the number of its row in a repeat, 0 outside."""

    path = Str()
    row = Int()
    value = Str()


class PropertyChanges(Wire):
    """What is to be said of an app or web user from now on: names with a text, or with null to say nothing."""

    properties = Raw(load_default=None, allow_none=True)


class NewProperty(Wire):
    """A name under which a project may say something of its app users."""

    name = Text(required=True)


class Property(Wire):
    """Such a name, with the values in use where more is asked for."""

    name = Str()
    values = List(Str(), attribute="ext.values")


class Properties(Wire):
    """What a project says of somebody."""

    properties = Dict()


def texts_by_name(value: object, field: str) -> dict[str, str | None]:
    """Check an object of texts and nulls, such as the properties of an app user; the texts come trimmed."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnexpectedValue(field=field, value=None, reason="it must be an object of texts")
    for name, text in value.items():
        if text is not None and not isinstance(text, str):
            raise UnexpectedValue(field=name, value=None, reason="it must be a text or null")
        if not is_storable(name + (text or "")):
            raise UnexpectedValue(field=field, value=None, reason="it has characters that no text may hold")
    return {name: (text or "").strip() or None for name, text in value.items()}


# Projects and forms.


class Project(Wire):
    """A project; `verbs` are what the asker may do there."""

    id = Int(attribute="project.id")
    name = Str(attribute="project.name")
    description = Str(attribute="project.description")
    archived = Bool(attribute="project.archived")
    key_id = Constant(None)
    created_at = Time(attribute="project.created_at")
    updated_at = Time(attribute="project.updated_at")
    deleted_at = Time(attribute="project.deleted_at")
    verbs = List(Str())
    forms = Int(attribute="ext.forms")
    app_users = Int(attribute="ext.app_users")
    datasets = Int(attribute="ext.datasets")
    last_submission = Time(attribute="ext.last_submission")
    last_entity = Time(attribute="ext.last_entity")


class NewProject(Wire):
    """A project to be made."""

    name = Text(required=True)
    description = Text(load_default=None, allow_none=True)
    archived = Bool(load_default=None, allow_none=True, truthy={True}, falsy={False})


class ProjectChanges(Wire):
    """What is to change of a project; only what is given does."""

    name = Text(validate=Regexp(r"\s*\S", error="May not be blank."))
    description = Text(allow_none=True)
    archived = Bool(allow_none=True, truthy={True}, falsy={False})


class ReviewStates(Wire):
    """How many submissions wait for what."""

    received = Int()
    has_issues = Int()
    edited = Int()


def _name(represented: Any) -> str | None:
    return represented["version"].name or None


class Form(Wire):
    """A form as one of its versions stands for it. Managed encryption and web forms do not exist here."""

    project_id = Int(attribute="form.project_id")
    xml_form_id = Str(attribute="form.xml_form_id")
    name = Function(_name)
    version = Str(attribute="version.version")
    state = Str(attribute="form.state")
    hash = Str(attribute="version.md5")
    sha = Str(attribute="version.sha1")
    sha256 = Str(attribute="version.sha256")
    key_id = Constant(None)
    draft_token = Str(attribute="draft_token", dump_default=None)
    published_at = Time(attribute="version.published_at")
    enketo_id = Constant(None)
    enketo_once_id = Constant(None)
    webforms_enabled = Constant(False)  # noqa: FBT003 -- marshmallow takes it by position
    created_at = Time(attribute="form.created_at")
    updated_at = Time(attribute="form.updated_at")
    submissions = Int(attribute="ext.submissions")
    review_states = Nested(ReviewStates, attribute="ext.review_states")
    last_submission = Time(attribute="ext.last_submission")
    excel_content_type = Str(attribute="ext.excel_content_type")
    entity_related = Bool(attribute="ext.entity_related")
    public_links = Int(attribute="ext.public_links")
    created_by = Nested(Actor, attribute="ext.created_by")
    published_by = Nested(Actor, attribute="ext.published_by")
    publish_notes = Str(attribute="ext.publish_notes")


class FormChanges(Wire):
    """What is to change of a form; only what is given does."""

    state = Raw(allow_none=True)


class Question(Wire):
    """A node of a form's primary instance; `binary` and `selectMultiple` are true or null."""

    path = Str()
    name = Str()
    type = Str()
    binary = Bool(allow_none=True)
    select_multiple = Bool(allow_none=True)


class FormAttachment(Wire):
    """A file that a form asks for, and whether it is there."""

    name = Str(attribute="slot.name")
    type = Str(attribute="slot.type")
    exists = Bool()
    blob_exists = Bool()
    dataset_exists = Constant(False)  # noqa: FBT003 -- marshmallow takes it by position
    hash = Str()
    updated_at = Time(attribute="slot.updated_at")
    size = Int(attribute="blob.size")


# Submissions.


class Content(Wire):
    """One version of a submission."""

    submitter_id = Int(attribute="content.submitter_id")
    created_at = Time(attribute="content.created_at")
    instance_name = Str(attribute="name")
    instance_id = Str(attribute="content.instance_id")
    current = Bool(attribute="content.current")
    device_id = Str(attribute="content.device_id")
    user_agent = Str(attribute="content.user_agent")
    submitter = Nested(Actor, attribute="ext.submitter")
    form_version = Str(attribute="ext.form_version")


class Submission(Wire):
    """A submission as it was first received; `currentVersion` is its newest content."""

    instance_id = Str(attribute="submission.instance_id")
    submitter_id = Int(attribute="submission.submitter_id")
    device_id = Str(attribute="submission.device_id")
    created_at = Time(attribute="submission.created_at")
    updated_at = Time(attribute="submission.updated_at")
    review_state = Str(attribute="submission.review_state")
    user_agent = Str(attribute="submission.user_agent")
    deleted_at = Time(attribute="submission.deleted_at")
    current_version = Nested(Content, attribute="current")
    submitter = Nested(Actor, attribute="ext.submitter")


class SubmissionFile(Wire):
    """A file of a submission, and whether it has arrived."""

    name = Str()
    exists = Bool()


class ReviewChange(Wire):
    """The review state that a submission is to have; the function says which there are."""

    review_state = Raw(required=True, allow_none=True)


class NewComment(Wire):
    """What is to be said of a submission."""

    body = Text(required=True)


class Comment(Wire):
    """What was said of a submission."""

    body = Str(attribute="said.body")
    actor_id = Int(attribute="said.actor_id")
    created_at = Time(attribute="said.at")
    actor = Nested(Actor, attribute="ext.actor")


class Audit(Wire):
    """A line of the audit; `notes` are what was said along with a review."""

    actor_id = Int(attribute="line.actor_id")
    action = Str(attribute="line.action")
    actee_id = Str(attribute="line.actee_id")
    details = Dict(attribute="line.details")
    notes = Str(attribute="line.notes")
    logged_at = Time(attribute="line.at")
    actor = Nested(Actor, attribute="ext.actor")
