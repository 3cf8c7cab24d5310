"""Submissions as records: listed, read with XML and files, made, completed, reviewed and commented by programs."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, BinaryIO
from urllib.parse import quote

from flask import Response, request

from api import auth, watch, wire
from api.central.door import FORM, SUCCESS, action_notes, central, give_file, is_extended, paging
from api.endpoint import STREAM, server
from forms import accounts, catalogue, instance, submissions
from forms.access import Actor, Permission
from forms.answers import Sealed
from forms.models import Form, Project
from forms.problems import NotFound
from forms.submissions import Change, Kept, Line, Part, Said, Sender

ALL = f"{FORM}/submissions"
ONE = f"{ALL}/<instance_id>"
VERSION = f"{ONE}/versions/<version_id>"

#: What a browser may show in place of saving it.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


@central.on("GET", ALL, may=Permission.SUBMISSION_LIST, gives=wire.Submission)
def list_all(actor: Actor, project: Project, form: Form) -> list[Any]:
    """List the submissions, the newest first."""
    del project
    limit, offset = paging()
    return _shown(actor, submissions.list_kept(actor, form, limit=limit, offset=offset))


@central.on("POST", ALL, may=Permission.SUBMISSION_CREATE, takes=STREAM, gives=wire.Submission)
def create(actor: Actor, project: Project, form: Form, body: BinaryIO) -> Any:
    """Keep a submission that is sent as bare XML, once."""
    client = " ".join(filter(None, (request.headers.get("odk-client"), request.user_agent.string)))
    sender = Sender(actor, request.args.get("deviceID"), client or None)
    received = submissions.create(sender, form, body.read(), vault=server().vault)
    watch.RECEIVED.inc()
    return _shown(actor, [submissions.find_sent(actor, form, received.instance_id)])[0]


@central.on("GET", ONE, may=Permission.SUBMISSION_READ, gives=wire.Submission)
def read(actor: Actor, project: Project, form: Form, instance_id: str) -> Any:
    """Give a submission."""
    kept = _find(actor, project, form, instance_id)
    return kept if isinstance(kept, Response) else _shown(actor, [kept])[0]


@central.on("PATCH", ONE, may=Permission.SUBMISSION_UPDATE, takes=wire.ReviewChange, gives=wire.Submission)
def review(actor: Actor, project: Project, form: Form, instance_id: str, body: dict[str, Any]) -> Any:
    """Give a submission a review state; what the client notes with it is kept as a comment."""
    del project
    notes = action_notes() or ""
    submissions.review(actor, form, [instance_id], body["review_state"], notes, vault=server().vault)
    # As ODK Central answers, without the content.
    return {"submission": submissions.find(actor, form, instance_id).submission}


@central.on("GET", f"{ONE}/comments", may=Permission.SUBMISSION_READ, gives=wire.Comment)
def list_comments(actor: Actor, project: Project, form: Form, instance_id: str) -> list[Any]:
    """List what was said of a submission, the newest first; what came with a review is in its audits."""
    del project
    kept = submissions.find(actor, form, instance_id)
    said = submissions.comments(actor, form, kept.submission.id, vault=server().vault)
    found = _with_actors("said", [each for each in said if each.audit_id is None])
    _looked(actor, form, kept)
    return found


@central.on("POST", f"{ONE}/comments", may=Permission.SUBMISSION_READ, takes=wire.NewComment, gives=wire.Comment)
def comment(actor: Actor, project: Project, form: Form, instance_id: str, body: dict[str, Any]) -> Any:
    """Say something of a submission."""
    del project
    said = submissions.comment(actor, form, instance_id, body["body"], vault=server().vault)
    return _with_actors("said", [said])[0]


@central.on("GET", f"{ONE}/audits", may=Permission.SUBMISSION_READ, gives=wire.Audit)
def list_audits(actor: Actor, project: Project, form: Form, instance_id: str) -> list[Any]:
    """List what was done with a submission, the newest first."""
    del project
    limit, offset = paging()
    kept = submissions.find(actor, form, instance_id)
    lines = submissions.lines(actor, form, kept, vault=server().vault, limit=limit, offset=offset)
    found = _with_actors("line", lines)
    _looked(actor, form, kept)
    return found


@central.on("GET", f"{ONE}/diffs", may=Permission.SUBMISSION_READ)
def list_changes(actor: Actor, project: Project, form: Form, instance_id: str) -> Any:
    """Tell what each edit of a submission changed, as far as the actor's clearance goes (ODK Central API, 9.7).

    Of identity the path alone, neither old nor new value.
    """
    del project
    contents = submissions.contents(actor, form, instance_id)
    found = submissions.changes(actor, form, contents, vault=server().vault)
    ids = [each.content.instance_id for each in contents]
    wanted = {
        newer: [
            *(_changed(change) for change in found[newer]),
            {"path": ["meta", "instanceID"], "old": older, "new": newer},
            {"path": ["meta", "deprecatedID"], "new": older} | ({"old": ids[place + 2]} if ids[place + 2 :] else {}),
        ]
        for place, (newer, older) in enumerate(pairwise(ids))
    }
    _looked(actor, form, contents[0])
    return wanted


@central.on("GET", f"{ONE}.xml", may=Permission.SUBMISSION_READ)
def xml(actor: Actor, project: Project, form: Form, instance_id: str) -> Response:
    """Give the newest XML exactly as it was sent, to whoever has the clearance for all of it."""
    kept = _find(actor, project, form, instance_id, ".xml")
    return kept if isinstance(kept, Response) else _give_xml(actor, form, kept)


@central.on("GET", f"{ONE}/attachments", may=Permission.SUBMISSION_READ, gives=wire.SubmissionFile)
def list_files(actor: Actor, project: Project, form: Form, instance_id: str) -> Any:
    """List the newest content's files that the actor has the clearance for."""
    kept = _find(actor, project, form, instance_id, "/attachments")
    return kept if isinstance(kept, Response) else _files(actor, form, kept)


@central.on("GET", f"{ONE}/attachments/<name>", may=Permission.SUBMISSION_READ)
def read_file(actor: Actor, project: Project, form: Form, instance_id: str, name: str) -> Response:
    """Give one of the newest content's files."""
    kept = _find(actor, project, form, instance_id, f"/attachments/{quote(name, safe='')}")
    return kept if isinstance(kept, Response) else _give_file(actor, form, kept, name)


@central.on(
    "POST",
    f"{ONE}/attachments/<name>",
    may=(Permission.SUBMISSION_UPDATE, Permission.SUBMISSION_CREATE),
    takes=STREAM,
    gives=wire.Success,
)
def upload_file(actor: Actor, project: Project, form: Form, instance_id: str, name: str, body: BinaryIO) -> object:
    """Give one of the newest content's slots its file."""
    del project
    kept = submissions.find_sent(actor, form, instance_id)
    submissions.attach(actor, form, kept, name, Part(body, request.content_type), vault=server().vault)
    return SUCCESS


@central.on("POST", f"{ONE}/reveal", may=Permission.IDENTITY_REVEAL, takes=wire.Reveal, gives=wire.RevealedAnswer)
def reveal(actor: Actor, project: Project, form: Form, instance_id: str, body: dict[str, Any]) -> list[Any]:
    """Open sealed answers of one record for a reason, which the access log keeps (not of ODK Central)."""
    del project
    found = submissions.reveal(actor, form, instance_id, body["fields_"], body["reason"], vault=server().vault)
    return list(found)


@central.on("GET", f"{ONE}/versions", may=Permission.SUBMISSION_READ, gives=wire.Content)
def list_contents(actor: Actor, project: Project, form: Form, instance_id: str) -> list[Any]:
    """List all contents of a submission, the newest first."""
    del project
    return _shown_contents(actor, submissions.contents(actor, form, instance_id))


@central.on("GET", VERSION, may=Permission.SUBMISSION_READ, gives=wire.Content)
def read_content(actor: Actor, project: Project, form: Form, instance_id: str, version_id: str) -> Any:
    """Give one content of a submission."""
    del project
    return _shown_contents(actor, [_content(actor, form, instance_id, version_id)])[0]


@central.on("GET", f"{VERSION}.xml", may=Permission.SUBMISSION_READ)
def content_xml(actor: Actor, project: Project, form: Form, instance_id: str, version_id: str) -> Response:
    """Give one content's XML exactly as it was sent, to whoever has the clearance for all of it."""
    del project
    return _give_xml(actor, form, _content(actor, form, instance_id, version_id))


@central.on("GET", f"{VERSION}/attachments", may=Permission.SUBMISSION_READ, gives=wire.SubmissionFile)
def list_content_files(actor: Actor, project: Project, form: Form, instance_id: str, version_id: str) -> list[Any]:
    """List one content's files that the actor has the clearance for."""
    del project
    return _files(actor, form, _content(actor, form, instance_id, version_id))


@central.on("GET", f"{VERSION}/attachments/<name>", may=Permission.SUBMISSION_READ)
def read_content_file(
    actor: Actor, project: Project, form: Form, instance_id: str, version_id: str, name: str
) -> Response:
    """Give one of a content's files."""
    del project
    return _give_file(actor, form, _content(actor, form, instance_id, version_id), name)


def _with_actors(name: str, rows: Sequence[Line | Said]) -> list[dict[str, Any]]:
    if not is_extended():
        return [{name: each} for each in rows]
    people = accounts.actors(each.actor_id for each in rows)
    return [{name: each, "ext": {"actor": people.get(each.actor_id or 0)}} for each in rows]


def _changed(change: Change) -> dict[str, Any]:
    """Write a change as ODK Central does: rounds counted from 0, no key for an answer that there is not."""
    path = [name if number is None else [name, number - 1] for name, number in change.steps]
    values = {"old": change.old, "new": change.new}
    return {"path": path} | {
        name: instance.as_text(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, Sealed)
    }


def _looked(actor: Actor, form: Form, kept: Kept) -> None:
    schema = catalogue.schema(kept.content.form_version_id)
    submissions.looked(actor, form, schema, submission_id=kept.submission.id, vault=server().vault)


def _find(actor: Actor, project: Project, form: Form, instance_id: str, rest: str = "") -> Kept | Response:
    """Find a submission; the id of a later content leads to where that is."""
    try:
        return submissions.find(actor, form, instance_id)
    except NotFound:
        root = submissions.root_of(actor, form, instance_id)
        if root is None:
            raise
    form_address = f"{auth.prefix(request)}/projects/{project.id}/forms/{quote(form.xml_form_id, safe='')}"
    there = f"{form_address}/submissions/{quote(root, safe='')}/versions/{quote(instance_id, safe='')}{rest}"
    query = request.query_string.decode("ascii", errors="replace")
    return Response(status=301, headers={"Location": f"{there}?{query}" if query else there})


def _content(actor: Actor, form: Form, instance_id: str, version_id: str) -> Kept:
    for kept in submissions.contents(actor, form, instance_id):
        if kept.content.instance_id == version_id:
            return kept
    raise NotFound


def _shown(actor: Actor, rows: list[Kept]) -> list[dict[str, Any]]:
    if not is_extended():
        return [{"submission": kept.submission, "current": _named(actor, kept)} for kept in rows]
    people = accounts.actors(i for kept in rows for i in (kept.submission.submitter_id, kept.content.submitter_id))
    return [
        {
            "submission": kept.submission,
            "current": _named(actor, kept) | {"ext": {"submitter": people.get(kept.content.submitter_id or 0)}},
            "ext": {"submitter": people.get(kept.submission.submitter_id or 0)},
        }
        for kept in rows
    ]


def _shown_contents(actor: Actor, rows: list[Kept]) -> list[dict[str, Any]]:
    if not is_extended():
        return [_named(actor, kept) for kept in rows]
    people = accounts.actors(kept.content.submitter_id for kept in rows)
    return [
        _named(actor, kept)
        | {
            "ext": {
                "submitter": people.get(kept.content.submitter_id or 0),
                "form_version": catalogue.schema(kept.content.form_version_id).version,
            },
        }
        for kept in rows
    ]


def _named(actor: Actor, kept: Kept) -> dict[str, Any]:
    return {"content": kept.content, "name": submissions.instance_name(kept.content, actor.look.clearance)}


def _files(actor: Actor, form: Form, kept: Kept) -> list[dict[str, Any]]:
    found = submissions.files(actor, form, kept.content, vault=server().vault, with_identity=True)
    return [{"name": file.name, "exists": file.blob is not None} for file in found]


def _give_xml(actor: Actor, form: Form, kept: Kept) -> Response:
    data = submissions.xml(actor, form, kept.content, vault=server().vault)
    return Response(data, content_type="application/xml; charset=utf-8")


def _give_file(actor: Actor, form: Form, kept: Kept, name: str) -> Response:
    file = submissions.file(actor, form, kept.content, name, vault=server().vault, with_identity=True)
    if file.blob is None:
        raise NotFound
    mimetype = (file.content_type or "").partition(";")[0].strip().lower()
    return give_file(file.blob, file.content_type, name, is_inline=mimetype in _SHOWN)
