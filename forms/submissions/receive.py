"""Receiving, the only writer of what phones send. Read `receive` first: it tells the whole story, top to bottom.

A submission is one transaction: the XML is kept sealed, its files are kept sealed, its typed rows are written, the
audit line is added. The instanceID decides what a repeat is: the same content again is accepted and stored once,
other content under the same id is refused, and unique constraints settle what arrives at the same moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import Row, text

from forms import access, answers, catalogue, instance, photos
from forms.access import Actor
from forms.db import EVERYTHING, db, run
from forms.instance import Instance, Rows, Value
from forms.models import Form
from forms.policy import NEEDED
from forms.problems import (
    AuthenticationFailed,
    DeprecatedIdNotFound,
    DeprecatingOldSubmission,
    DuplicateSubmission,
    FormVersionNotFound,
    InstanceConflict,
    NotAcceptingSubmissions,
    NotFound,
    UnexpectedValue,
    UniquenessViolation,
)
from forms.schema import NAME_PATH, Schema
from forms.vault import ProjectKeys, Vault

#: Cut, as ODK Central cuts them (API, submissions, 9.3).
_LONGEST_HEADER = 255


@dataclass(frozen=True)
class Part:
    """A file that came along with a submission: its bytes, from the start, and what it claims to be."""

    stream: BinaryIO
    content_type: str | None


@dataclass(frozen=True)
class Sender:
    """Who sent a submission, from which device, with which program."""

    actor: Actor
    device_id: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Received:
    """A submission that is kept: its id, the id of the content that was sent, whether it was new, what it replaces."""

    submission_id: int
    version_id: int
    instance_id: str
    is_new: bool
    replaces: int | None = None


@dataclass(frozen=True)
class _Target:
    """The form version that a submission was filled with, and what its project says of who sends it."""

    project_id: int
    form_id: int
    version_id: int
    actee_id: Any
    schema: Schema
    keys: ProjectKeys
    submitter: dict[str, str]


def receive(sender: Sender, project_id: int, xml: bytes, files: Mapping[str, Part], *, vault: Vault) -> Received:
    """Keep a submission as a phone sends it (OpenRosa Form Submission API), or find that it is kept already.

    Raises what `instance.parse` raises, NotFound for an unknown project or form, FormVersionNotFound,
    NotAcceptingSubmissions, AuthenticationFailed without the right to submit (so that Collect asks for it),
    IdentityOverHttp on a line that is overheard,
    InstanceConflict for other content under a known id, and for edits DeprecatedIdNotFound, DeprecatingOldSubmission or
    UniquenessViolation.
    """
    return keep(sender, project_id, instance.parse(xml), xml, files, vault=vault)


def create(sender: Sender, form: Form, xml: bytes, *, vault: Vault) -> Received:
    """Keep a submission that a program sends to one form, once (ODK Central API, submissions, 9.3).

    Unlike `receive`, a repeat is refused (UniquenessViolation), a deprecatedID means nothing, and so does a form id
    other than the form's own (UnexpectedValue).
    """
    sent = replace(instance.parse(xml), deprecated_id=None)
    if sent.form_id != form.xml_form_id:
        raise UnexpectedValue(field="form id", value=sent.form_id, reason=f"the address says {form.xml_form_id}")
    taken = UniquenessViolation(
        fields=["formId", "instanceId", "draft"], values=[form.id, sent.instance_id, False], table=None
    )
    try:
        received = keep(sender, form.project_id, sent, xml, {}, vault=vault)
    except (InstanceConflict, DuplicateSubmission):
        raise taken from None
    if not received.is_new:
        raise taken
    return received


def keep(
    sender: Sender, project_id: int, sent: Instance, xml: bytes, files: Mapping[str, Part], *, vault: Vault
) -> Received:
    """Keep what was sent, in the order that `receive` and `create` share."""
    target = _target(sender.actor, project_id, sent, vault)
    rows = instance.rows(sent, target.schema)
    keys = _scope_keys(target, rows)
    if sent.deprecated_id is not None:
        received = _edit(sender, target, sent, xml, rows, keys)
    else:
        received = _insert(sender, target, sent, xml, rows, keys)
    if received.is_new:
        layout = answers.layout(target.form_id, target.version_id, target.schema)
        sealed = _sealer(target, received.submission_id)
        is_edit = received.replaces is not None
        answers.write(layout, received.submission_id, rows.rows, keys.held, sealed, replace=is_edit)
        _expect_files(target, received, rows, keys.held)
    _keep_files(sender.actor, target, received, files, vault)
    return received


_TARGET = """
    select form.id, form.state, form.actee_id, form.has_identity, form.version_id, form.may, form.properties,
           -- The writer's scopes for the rest of this transaction, given with the permission: see forms.db.see.
           case when form.may then set_config('lentera.scopes', '{*}', true) end
    from (
        select forms.id, forms.state, forms.actee_id, forms.has_identity, form_versions.id as version_id,
               exists (
                   select from assignments join roles on roles.id = assignments.role_id
                   where assignments.actor_id = %(actor)s
                     and (assignments.project_id is null or assignments.project_id = forms.project_id)
                     and (assignments.form_id is null or assignments.form_id = forms.id)
                     and (roles.cases or not forms.has_cases)
                     and 'submission.create' = any(roles.verbs)
               ) as may,
               (
                   select jsonb_object_agg(name, value) from actor_properties
                   where actor_properties.actor_id = %(actor)s and actor_properties.project_id = forms.project_id
               ) as properties
        from forms
        join projects on projects.id = forms.project_id and projects.deleted_at is null
        left join form_versions on form_versions.form_id = forms.id
             and form_versions.version = %(version)s and form_versions.published_at is not null
        where forms.project_id = %(project)s and forms.xml_form_id = %(xml_form_id)s and forms.deleted_at is null
    ) form
    """


def _target(actor: Actor, project_id: int, sent: Instance, vault: Vault) -> _Target:
    """Find what was filled, in ODK Central's order of refusals (API, OpenRosa specifics)."""
    values = {"actor": actor.id, "project": project_id, "xml_form_id": sent.form_id, "version": sent.version}
    row = run(_TARGET, values).fetchone()
    if row is None:
        raise NotFound
    if row.version_id is None:
        raise FormVersionNotFound(formVersion=sent.version)
    if row.state == "closed":
        raise NotAcceptingSubmissions
    if not row.may:
        raise AuthenticationFailed
    access.demand_private(actor, has_identity=row.has_identity)
    schema, keys = catalogue.schema(row.version_id), vault.project(project_id)
    return _Target(project_id, row.id, row.version_id, row.actee_id, schema, keys, row.properties or {})


@dataclass(frozen=True)
class _Scopes:
    held: list[str]
    is_outside: bool


def _scope_keys(target: _Target, rows: Rows) -> _Scopes:
    """Decide under which keys a record may be seen: its own values, else its submitter's, else "?".

    A record that names another district than its submitter's is kept and flagged, not refused.
    """
    keys: list[str] = []
    outside = False
    for dimension in target.schema.dimensions:
        values = rows.scopes.get(dimension, ())
        theirs = target.submitter.get(dimension, "").split()
        outside = outside or bool(values and theirs and set(values).isdisjoint(theirs))
        keys += [f"{dimension}={value}" for value in values or theirs]
    return _Scopes(keys or ["?"] * bool(target.schema.dimensions), outside)


_INSERT = """
    with submission as (
        insert into submissions (form_id, form_version_id, instance_id, submitter_id, device_id, user_agent,
                                 misfits, out_of_scope, scopes)
        values (%(form)s, %(version)s, %(instance)s, %(actor)s, %(device)s, %(agent)s,
                %(misfits)s::text[], %(outside)s, %(scopes)s::text[])
        on conflict do nothing
        returning id
    ), version as (
        insert into submission_versions (submission_id, form_id, form_version_id, instance_id, instance_name,
                                         xml, xml_hash, submitter_id, device_id, user_agent, scopes)
        select id, %(form)s, %(version)s, %(instance)s, %(name)s, %(xml)s, %(hash)s, %(actor)s, %(device)s, %(agent)s,
               %(scopes)s::text[]
        from submission
        on conflict do nothing
        returning id, submission_id
    ), line as (
        insert into audits (actor_id, action, actee_id, submission_id, details)
        select %(actor)s, 'submission.create', %(actee)s, submission_id,
               jsonb_build_object('submissionId', submission_id, 'instanceId', %(instance)s::text,
                                  'submissionDefId', id)
        from version
    )
    select id, submission_id from version
    """


def _insert(sender: Sender, target: _Target, sent: Instance, xml: bytes, rows: Rows, keys: _Scopes) -> Received:
    """Store a first content in one statement; where the id is known already, compare."""
    values = _values(sender, target, sent, xml, rows, keys)
    row = run(_INSERT, values).fetchone()
    if row is not None:
        return Received(row.submission_id, row.id, values["instance"], is_new=True)
    known = _known(target.form_id, values["instance"])
    if known is None:
        # The id is a submission's whose own first content has another one: nobody but a forger makes that.
        raise InstanceConflict
    return _again(known, values["hash"])


def _again(known: Row[Any], content: bytes) -> Received:
    """Accept a repeat of what is kept; refuse other content, and what was deleted since."""
    if known.deleted_at is not None:
        raise DuplicateSubmission
    if known.xml_hash != content:
        raise InstanceConflict
    return Received(known.submission_id, known.id, known.instance_id, is_new=False)


_KNOWN = text(
    """
    select submission_versions.id, submission_versions.submission_id, submission_versions.instance_id,
           submission_versions.xml_hash, submission_versions.current, submissions.deleted_at,
           submissions.submitter_id, submissions.scopes
    from submission_versions join submissions on submissions.id = submission_versions.submission_id
    where submission_versions.form_id = :form and submission_versions.instance_id = :instance
    """
)


def _known(form_id: int, instance_id: str) -> Row[Any] | None:
    return db.session.execute(_KNOWN, {"form": form_id, "instance": instance_id}).first()


_LOCK = text("select id from submissions where id = :id for update")
_RETIRE = text("update submission_versions set current = false where id = :id and current returning id")
_REPLACE = text(
    """
    with version as (
        insert into submission_versions (submission_id, form_id, form_version_id, instance_id, instance_name,
                                         xml, xml_hash, submitter_id, device_id, user_agent, scopes)
        values (:submission, :form, :version, :instance, :name, :xml, :hash, :actor, :device, :agent,
                cast(:scopes as text[]))
        on conflict do nothing
        returning id
    ), submission as (
        update submissions set review_state = 'edited', updated_at = now(), edits = edits + 1,
               misfits = cast(:misfits as text[]), out_of_scope = :outside, scopes = cast(:scopes as text[])
        where id = :submission and exists (select from version)
    ), older as (
        update submission_versions set scopes = cast(:scopes as text[])
        where submission_id = :submission and exists (select from version)
    ), said as (
        update comments set scopes = cast(:scopes as text[])
        where submission_id = :submission and exists (select from version)
    ), line as (
        insert into audits (actor_id, action, actee_id, submission_id, details)
        select :actor, 'submission.update.version', :actee, :submission,
               jsonb_build_object('submissionId', cast(:submission as bigint), 'instanceId', cast(:instance as text),
                                  'submissionDefId', id)
        from version
    )
    select id from version
    """
)


def _edit(sender: Sender, target: _Target, sent: Instance, xml: bytes, rows: Rows, keys: _Scopes) -> Received:
    """Store a new content of a submission that the XML says it replaces (ODK XForms specification, deprecatedID)."""
    values = _values(sender, target, sent, xml, rows, keys)
    replaced = _known(target.form_id, sent.deprecated_id or "")
    if replaced is not None and not _may_replace(sender.actor, target, replaced):
        replaced = None
    if replaced is not None:
        # Two edits of one record take turns; the second then finds that its original is not the newest any more.
        db.session.execute(_LOCK, {"id": replaced.submission_id})
    already = _known(target.form_id, values["instance"])
    if already is not None and replaced is not None and already.submission_id != replaced.submission_id:
        raise UniquenessViolation(fields=["instanceID"], values=[values["instance"]], table=None)
    if already is not None:
        return _again(already, values["hash"])
    if replaced is None:
        raise DeprecatedIdNotFound(deprecatedId=sent.deprecated_id)
    if replaced.deleted_at is not None:
        raise NotFound
    if db.session.execute(_RETIRE, {"id": replaced.id}).first() is None:
        raise DeprecatingOldSubmission(deprecatedId=sent.deprecated_id)
    row = db.session.execute(_REPLACE, values | {"submission": replaced.submission_id}).first()
    if row is None:
        raise UniquenessViolation(fields=["instanceID"], values=[values["instance"]], table=None)
    return Received(replaced.submission_id, row.id, values["instance"], is_new=True, replaces=replaced.id)


def _may_replace(actor: Actor, target: _Target, replaced: Row[Any]) -> bool:
    """Tell whether somebody may correct a record: people, what they see or sent themselves.

    A correction takes a record and all its history along to where it says that it belongs: whoever may not see it there
    must not bring it to themselves. Phones can read nothing back, and may correct what another token sent from them.
    """
    if actor.type != "user" or replaced.submitter_id == actor.id or not replaced.scopes:
        return True
    scopes = access.at(actor, project_id=target.project_id, form_id=target.form_id)[0].scopes
    return scopes == EVERYTHING or not set(replaced.scopes).isdisjoint(scopes)


def _values(sender: Sender, target: _Target, sent: Instance, xml: bytes, rows: Rows, keys: _Scopes) -> dict[str, Any]:
    """Give the parameters of the statements that store a content."""
    return {
        "form": target.form_id,
        "version": target.version_id,
        "actee": target.actee_id,
        # A form without meta/instanceID gets one here (ODK Central API, submissions, 9.3).
        "instance": sent.instance_id or str(uuid4()),
        "name": sent.instance_name if _may_lie_unsealed(target.schema) else None,
        "xml": target.keys.seal(xml, xml_context(target.form_id), compress=True),
        "hash": target.keys.hash("submission xml", xml),
        "actor": sender.actor.id,
        "device": (sender.device_id or "")[:_LONGEST_HEADER] or None,
        "agent": (sender.user_agent or "")[:_LONGEST_HEADER] or None,
        "misfits": list(rows.misfits),
        "outside": keys.is_outside,
        "scopes": keys.held,
    }


def xml_context(form_id: int) -> str:
    """Name what a sealed XML is of."""
    return f"form {form_id} xml"


def answer_context(form_id: int, path: str, submission_id: int) -> str:
    """Name what a sealed answer is of, so that it opens nowhere else."""
    return f"form {form_id} submission {submission_id} {path}"


def _sealer(target: _Target, submission_id: int) -> Any:
    def sealed(path: str, value: Value) -> bytes:
        plain = instance.as_text(value).encode()
        return target.keys.seal(plain, answer_context(target.form_id, path, submission_id))

    return sealed


_EXPECT = text(
    """
    insert into submission_files (version_id, name_hash, name, needs, is_expected, scopes)
    values (:version, :hash, :name, :needs, true, cast(:scopes as text[]))
    on conflict (version_id, name_hash) do update
        set is_expected = true, needs = greatest(submission_files.needs, excluded.needs)
    """
)


_CARRY_FILES = text(
    """
    update submission_files new
    set blob_id = old.blob_id, original_id = old.original_id, content_type = old.content_type,
        updated_at = old.updated_at
    from submission_files old
    where new.version_id = :new and old.version_id = :old and new.name_hash = old.name_hash
    """
)


def _expect_files(target: _Target, received: Received, rows: Rows, scopes: list[str]) -> None:
    """Make a slot for each file that the XML names; an edit's slots keep the files of the content before."""
    if not rows.files:
        return
    slots = [
        {
            "version": received.version_id,
            "hash": name_hash(target.keys, file.name),
            "name": target.keys.seal(file.name.encode(), file_context(target.form_id)),
            "needs": NEEDED[file.privacy],
            "scopes": scopes,
        }
        for file in rows.files
    ]
    db.session.execute(_EXPECT, slots)
    if received.replaces is not None:
        db.session.execute(_CARRY_FILES, {"new": received.version_id, "old": received.replaces})


_KEEP_FILE = text(
    """
    with slot as (
        insert into submission_files (version_id, name_hash, name, needs, is_expected, content_type, blob_id,
                                      original_id, scopes, updated_at)
        select :version, :hash, :name, :needs, false, :type, :blob, cast(:original as bigint), scopes, now()
        from submission_versions where id = :version
        on conflict (version_id, name_hash) do update
            set blob_id = excluded.blob_id, original_id = excluded.original_id, content_type = excluded.content_type,
                updated_at = now()
            -- What the phone sent is the same or not; of a photo with a position we serve a copy.
            where coalesce(submission_files.original_id, submission_files.blob_id)
                  is distinct from coalesce(excluded.original_id, excluded.blob_id)
        returning version_id
    )
    insert into audits (actor_id, action, actee_id, submission_id, details)
    select :actor, 'submission.attachment.update', :actee, :submission,
           jsonb_build_object('instanceId', cast(:instance as text), 'submissionDefId', version_id,
                              'newBlobId', cast(:blob as bigint))
    from slot
    """
)


def _keep_files(actor: Actor, target: _Target, received: Received, files: Mapping[str, Part], vault: Vault) -> None:
    """Keep every file of the request, also one that the XML does not name: nothing that a phone sends is dropped.

    A file that came before is written once; other content under its name replaces it.
    """
    for name, part in files.items():
        blob_id, original_id = keep_bytes(target.project_id, part, vault)
        values = {
            "version": received.version_id,
            "hash": name_hash(target.keys, name),
            "name": target.keys.seal(name.encode(errors="surrogatepass"), file_context(target.form_id)),
            # What nobody asked for may show anybody.
            "needs": NEEDED[target.schema.strictest],
            "type": part.content_type,
            "blob": blob_id,
            "original": original_id,
            "actor": actor.id,
            "actee": target.actee_id,
            "submission": received.submission_id,
            "instance": received.instance_id,
        }
        db.session.execute(_KEEP_FILE, values)


def keep_bytes(project_id: int, part: Part, vault: Vault) -> tuple[int, int | None]:
    """Keep a file's bytes; give the id of what every door serves, and of what was sent where that is another.

    A photo that tells where it was taken is kept as the phone sent it, for nobody to see, and as a copy without that.
    """
    sent = vault.keep_stream(project_id, part.stream)
    bare = photos.without_position(part.stream)
    if bare is None:
        return sent.id, None
    return vault.keep_stream(project_id, BytesIO(bare)).id, sent.id


def name_hash(keys: ProjectKeys, name: str) -> bytes:
    """Give what a file is found by, since its name is sealed."""
    return keys.hash("file name", name)


def file_context(form_id: int) -> str:
    """Name what a sealed file name is of."""
    return f"form {form_id} file name"


def _may_lie_unsealed(schema: Schema) -> bool:
    """Whether the instance name holds no identity; who sees it is decided where it is read, by its class."""
    name = schema.by_path.get(NAME_PATH)
    return name is None or not name.is_identity
