"""What is kept of submissions, given back: records and their contents, XML and files. Nothing is written here.

Every function takes the actor first and tells the transaction whose rows it may see; what lies outside that is as if it
were not there (NotFound). XML and files are given as a whole, to whoever has the clearance for all that is in them:
IdentityNotOpen or NotCleared otherwise.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, text, tuple_

from forms import access, answers, catalogue, instance, looks
from forms.access import SERVER, Actor, Permission
from forms.answers import Filter, Layout
from forms.db import db, see
from forms.models import Blob, Form, Submission, SubmissionFile, SubmissionVersion
from forms.policy import NEEDED, UNPROVEN, Clearance
from forms.problems import IdentityNotOpen, NotCleared, NotFound
from forms.schema import NAME_PATH
from forms.submissions.receive import file_context, name_hash, xml_context
from forms.vault import Vault

_GALLERY_CURSOR = re.compile(r"([0-9]{1,18})-((?:[0-9a-f]{2}){1,64})")


@dataclass(frozen=True)
class Kept:
    """A submission as it was first received, and one of its contents: the newest where nothing else is said."""

    submission: Submission
    content: SubmissionVersion


def list_kept(actor: Actor, form: Form, *, limit: int | None = None, offset: int = 0) -> list[Kept]:
    """List a form's submissions, the newest first; deleted ones are not in it."""
    see(actor.scopes)
    rows = _kept(form).where(SubmissionVersion.current, Submission.deleted_at.is_(None))
    # `id` follows the order of arrival, and finds it without a sort.
    rows = rows.order_by(Submission.id.desc()).limit(limit).offset(offset)
    return _pairs(rows)


def find(actor: Actor, form: Form, instance_id: str) -> Kept:
    """Find a submission by the id of its first content; NotFound otherwise."""
    see(actor.scopes)
    rows = _kept(form).where(
        SubmissionVersion.current, Submission.deleted_at.is_(None), Submission.instance_id == instance_id
    )
    found = _pairs(rows)
    if not found:
        raise NotFound
    return found[0]


def find_sent(actor: Actor, form: Form, instance_id: str) -> Kept:
    """Find a submission that the actor sees or sent themselves, whatever its scope; NotFound otherwise."""
    try:
        return find(actor, form, instance_id)
    except NotFound:
        kept = find(SERVER, form, instance_id)
        if actor.id is None or kept.submission.submitter_id != actor.id:
            raise NotFound from None
        return kept


def root_of(actor: Actor, form: Form, instance_id: str) -> str | None:
    """Tell the id of the submission that a later content belongs to, or None where there is none."""
    see(actor.scopes)
    rows = _kept(form).where(SubmissionVersion.instance_id == instance_id, Submission.deleted_at.is_(None))
    row = db.session.execute(rows.with_only_columns(Submission.instance_id)).scalar_one_or_none()
    return row if row != instance_id else None


def contents(actor: Actor, form: Form, instance_id: str) -> list[Kept]:
    """List all contents of a submission, the newest first; NotFound where there is no such submission."""
    see(actor.scopes)
    rows = _kept(form).where(Submission.instance_id == instance_id, Submission.deleted_at.is_(None))
    found = _pairs(rows.order_by(SubmissionVersion.id.desc()))
    if not found:
        raise NotFound
    return found


def instance_name(content: SubmissionVersion, clearance: Clearance) -> str | None:
    """Give a content's name to a clearance that covers all that the form makes it of; None otherwise."""
    named = catalogue.schema(content.form_version_id).by_path.get(NAME_PATH)
    return content.instance_name if named is None or NEEDED[named.privacy] <= clearance else None


def _kept(form: Form) -> Select[Submission, SubmissionVersion]:
    both = select(Submission, SubmissionVersion).join(
        SubmissionVersion, SubmissionVersion.submission_id == Submission.id
    )
    return both.where(Submission.form_id == form.id)


def _pairs(rows: Select[Submission, SubmissionVersion]) -> list[Kept]:
    return [Kept(row.Submission, row.SubmissionVersion) for row in db.session.execute(rows)]


def xml(actor: Actor, form: Form, content: SubmissionVersion, *, vault: Vault) -> bytes:
    """Give a content's XML exactly as it was sent, to whoever has the clearance for all that its form asks for."""
    needed = NEEDED[catalogue.schema(content.form_version_id).strictest]
    _demand(actor, needed, "XML")
    see(actor.scopes)
    sealed = select(SubmissionVersion.xml).where(SubmissionVersion.id == content.id)
    opened = vault.project(form.project_id).unseal(db.session.execute(sealed).scalar_one(), xml_context(form.id))
    if needed > UNPROVEN:
        looks.record(actor, "xml", looks.Place(form.project_id, form.id, content.submission_id), vault=vault)
    return opened


def laid_out(actor: Actor, form: Form, content: SubmissionVersion, *, vault: Vault) -> dict[str, Any]:
    """Give the answers of any content, an earlier one too, as `answers.one` gives the newest's; identity is SEALED.

    Only the newest content is in the answer tables: an earlier one is read from its XML, one at a time.
    """
    schema = catalogue.schema(content.form_version_id)
    found = typed_rows(actor, form, content, vault=vault)
    layout = answers.layout(form.id, content.form_version_id, schema).seen(actor.look.clearance)
    levels = {repeat: place for place, repeat in enumerate(layout.levels)}
    return answers.tree(layout, sorted(found, key=lambda row: (levels[row.repeat], row.number)))


def typed_rows(actor: Actor, form: Form, content: SubmissionVersion, *, vault: Vault) -> tuple[instance.Row, ...]:
    """Read the answers of any content from its XML, all of them in the clear: the caller masks what is not shown."""
    see(actor.scopes)
    sealed = select(SubmissionVersion.xml).where(SubmissionVersion.id == content.id)
    opened = vault.project(form.project_id).unseal(db.session.execute(sealed).scalar_one(), xml_context(form.id))
    return instance.rows(instance.parse(opened), catalogue.schema(content.form_version_id)).rows


@dataclass(frozen=True)
class File:
    """A file of a content: its name, whether the XML names it, and its content once that has arrived."""

    name: str
    is_expected: bool
    content_type: str | None
    blob: Blob | None


def files(
    actor: Actor, form: Form, content: SubmissionVersion, *, vault: Vault, with_identity: bool = False
) -> list[File]:
    """List a content's files by name, but for those above the actor's clearance, whose very names are sealed.

    Those of class identity are in it only `with_identity`: pages reveal them one by one.
    """
    see(actor.scopes)
    most = actor.look.clearance if with_identity else min(actor.look.clearance, Clearance.SENSITIVE)
    rows = _files().where(SubmissionFile.version_id == content.id, SubmissionFile.needs <= most)
    found = [_opened(row, form, vault) for row in db.session.execute(rows)]
    return sorted(found, key=lambda file: file.name)


def file(
    actor: Actor, form: Form, content: SubmissionVersion, name: str, *, vault: Vault, with_identity: bool = False
) -> File:
    """Find a content's file by its name; NotFound without a slot, and what `xml` raises without the clearance.

    One of class identity is given only `with_identity`: pages reveal it for a reason.
    """
    needed, found = slot(actor, form, content, name, vault=vault)
    if needed == Clearance.IDENTITY and not with_identity:
        raise IdentityNotOpen
    _demand(actor, needed, name)
    if needed > UNPROVEN and found.blob is not None:
        looks.record(actor, "file", looks.Place(form.project_id, form.id, content.submission_id), vault=vault)
    return found


def slot(actor: Actor, form: Form, content: SubmissionVersion, name: str, *, vault: Vault) -> tuple[Clearance, File]:
    """Find a file by its name, with the clearance that it needs, which the caller checks; NotFound otherwise."""
    see(actor.scopes)
    hashed = name_hash(vault.project(form.project_id), name)
    rows = _files().where(SubmissionFile.version_id == content.id, SubmissionFile.name_hash == hashed)
    row = db.session.execute(rows).first()
    if row is None:
        raise NotFound
    return Clearance(row.SubmissionFile.needs), _opened(row, form, vault)


def media(actor: Actor, form: Form, *, vault: Vault) -> Iterator[File]:
    """Yield the files of all newest contents that have arrived and that the actor may take away, the newest first."""
    see(actor.take.scopes)
    rows = _files().join(SubmissionVersion, SubmissionVersion.id == SubmissionFile.version_id)
    rows = rows.join(Submission, Submission.id == SubmissionVersion.submission_id).where(
        Submission.form_id == form.id,
        Submission.deleted_at.is_(None),
        SubmissionVersion.current,
        SubmissionFile.blob_id.is_not(None),
        SubmissionFile.needs <= actor.take.clearance,
    )
    for row in db.session.execute(rows.order_by(Submission.id.desc())):
        yield _opened(row, form, vault)


@dataclass(frozen=True)
class Pictured:
    """A file as the gallery shows it: the record that it is of; no file where it is of class identity."""

    cursor: str
    instance_id: str
    received: datetime
    file: File | None


#: The files of newest contents that have arrived, for whoever has the clearance for them.
_PICTURED = """
    submission_files f
    join submission_versions v on v.id = f.version_id and v.current
    join submissions s on s.id = v.submission_id
    where s.form_id = %(form)s::bigint and s.deleted_at is null and f.blob_id is not null and f.needs <= %(most)s::int
"""


def _pictured(actor: Actor, layout: Layout, where: Filter | None) -> tuple[str, dict[str, Any]]:
    """Give the tables and rules of the gallery as SQL, with their parameters."""
    see(actor.scopes)
    most = {"form": layout.form_id, "most": int(actor.look.clearance)}
    if where is None:
        return _PICTURED, most
    wanted, parameters = answers.ids(actor, layout, where)
    return f"{_PICTURED} and s.id in {wanted}", {**parameters, **most}


def gallery(
    actor: Actor,
    form: Form,
    layout: Layout,
    *,
    limit: int,
    after: str = "",
    where: Filter | None = None,
    vault: Vault,
) -> list[Pictured]:
    """List the files of all newest contents that have arrived, those of the newest records first.

    Those of class identity have a place in it for whoever may reveal them, and nothing else; what lies above the
    clearance is not in it. A page goes on after a `cursor`; one that is none begins anew. Raises what a filter is
    refused for.
    """
    source, parameters = _pictured(actor, layout, where)
    match = _GALLERY_CURSOR.fullmatch(after)
    if match:
        source += " and (s.id, f.name_hash) < (%(id)s::bigint, %(name)s::bytea)"
        parameters |= {"id": match[1], "name": bytes.fromhex(match[2])}
    page = db.session.connection().exec_driver_sql(
        f"""
        select s.id, s.instance_id, s.created_at, f.version_id, f.name_hash, f.needs
        from {source} order by s.id desc, f.name_hash desc limit %(limit)s::int
        """,
        {**parameters, "limit": str(limit)},
    )
    rows = page.all()
    place = tuple_(SubmissionFile.version_id, SubmissionFile.name_hash)
    open_ = [(row.version_id, row.name_hash) for row in rows if row.needs != Clearance.IDENTITY]
    found = {
        (row.SubmissionFile.version_id, row.SubmissionFile.name_hash): _opened(row, form, vault)
        for row in db.session.execute(_files().where(place.in_(open_)))
    }
    return [
        Pictured(
            cursor=f"{row.id}-{row.name_hash.hex()}",
            instance_id=row.instance_id,
            received=row.created_at,
            file=found.get((row.version_id, row.name_hash)),
        )
        for row in rows
    ]


def count_pictured(actor: Actor, layout: Layout, *, where: Filter | None = None) -> tuple[int, int]:
    """Count the files that the gallery shows, and the records that they are of; raises what a filter is refused for."""
    source, parameters = _pictured(actor, layout, where)
    statement = f"select count(*), count(distinct s.id) from {source}"
    files, records = db.session.connection().exec_driver_sql(statement, parameters).one()
    return files, records


def count_files(actor: Actor, form: Form) -> int:
    """Count the files of a form's newest contents that have arrived, those of class identity too."""
    see(actor.scopes)
    rows = (
        select(func.count())
        .select_from(SubmissionFile)
        .join(SubmissionVersion, SubmissionVersion.id == SubmissionFile.version_id)
    )
    rows = rows.join(Submission, Submission.id == SubmissionVersion.submission_id)
    rows = rows.where(Submission.form_id == form.id, Submission.deleted_at.is_(None))
    return db.session.execute(rows.where(SubmissionVersion.current, SubmissionFile.blob_id.is_not(None))).scalar_one()


def _demand(actor: Actor, needed: Clearance, what: str) -> None:
    if needed <= actor.look.clearance:
        return
    if needed == Clearance.IDENTITY:
        raise IdentityNotOpen
    raise NotCleared(path=what)


def _files() -> Select[SubmissionFile, Blob]:
    return select(SubmissionFile, Blob).outerjoin(Blob, Blob.id == SubmissionFile.blob_id)


def _opened(row: Row[SubmissionFile, Blob], form: Form, vault: Vault) -> File:
    slot: SubmissionFile = row.SubmissionFile
    name = vault.project(form.project_id).unseal(slot.name, file_context(form.id))
    return File(name.decode(errors="surrogatepass"), slot.is_expected, slot.content_type, row.Blob)


@dataclass(frozen=True)
class Counts:
    """How many submissions there are, how many of them wait for what, and when the last one came."""

    submissions: int = 0
    received: int = 0
    has_issues: int = 0
    edited: int = 0
    last_submission: datetime | None = None


def count_by_form(actor: Actor, project_id: int, forms: Sequence[Form]) -> dict[int, Counts]:
    """Count the submissions of some forms of a project that the actor may see, by form id."""
    counted: dict[int, Counts] = {}
    by_scopes: dict[tuple[str, ...], list[int]] = {}
    for form_id, (here, held) in access.on_forms(actor, project_id, forms).items():
        if Permission.SUBMISSION_LIST in held:
            by_scopes.setdefault(here.scopes, []).append(form_id)
    for scopes, form_ids in by_scopes.items():
        counted |= _counts(scopes, form_ids)
    return {form.id: counted.get(form.id, Counts()) for form in forms}


def _counts(scopes: Sequence[str], form_ids: Sequence[int]) -> dict[int, Counts]:
    see(scopes)
    state = Submission.review_state
    rows = select(
        Submission.form_id,
        func.count().label("submissions"),
        func.count().filter(state.is_(None)).label("received"),
        func.count().filter(state == "hasIssues").label("has_issues"),
        func.count().filter(state == "edited").label("edited"),
        func.max(Submission.created_at).label("last_submission"),
    )
    rows = rows.where(Submission.form_id.in_(form_ids), Submission.deleted_at.is_(None)).group_by(Submission.form_id)
    counted: dict[int, Counts] = {}
    for row in db.session.execute(rows).mappings():
        numbers = dict(row)
        form_id = numbers.pop("form_id")
        counted[form_id] = Counts(**numbers)
    return counted


_BY_PROJECT = text(
    """
    select projects.id,
           (select count(*) from forms where forms.project_id = projects.id and forms.deleted_at is null) as forms,
           (select count(*) from field_keys join actors on actors.id = field_keys.actor_id
            where field_keys.project_id = projects.id and actors.deleted_at is null) as app_users
    from projects where projects.id = any(:ids)
    """
)


def count_by_project(actor: Actor, project_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Count some projects' forms, app users and submissions, and tell when the last one came, by project id.

    Each has the keys forms, app_users, submissions, last_submission; the last two are of what the actor may see.
    """
    counted = {}
    for row in db.session.execute(_BY_PROJECT, {"ids": list(project_ids)}).mappings():
        forms = db.session.scalars(select(Form).where(Form.project_id == row["id"], Form.deleted_at.is_(None))).all()
        counts = count_by_form(actor, row["id"], forms).values()
        last = max((c.last_submission for c in counts if c.last_submission), default=None)
        counted[row["id"]] = {**row, "submissions": sum(c.submissions for c in counts), "last_submission": last}
    return counted
