"""What ODK Collect speaks: form list, form, manifest, media, and submission (OpenRosa APIs 1.0).

Phones ask every quarter of an hour, so lists are cheap and carry an ETag; nothing here may be cached without asking,
or a phone would miss a new version. Every address that is printed starts as the phone's own did, token and all.
Form XML and media are served by `central`, under the same addresses that ODK Central prints; those of a draft that is
tried are served here, since the token in their address opens nothing else.
"""

import hashlib
from threading import BoundedSemaphore
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Response, request

from api import auth, watch
from api.endpoint import AUTHENTICATED, TESTER, Door, language, origin, server
from forms import catalogue, submissions
from forms.access import Actor, Permission
from forms.models import Form, FormVersion, Project
from forms.problems import MissingMultipartField, Problem
from forms.submissions import Part, Sender

#: ODK Central's; Collect splits a submission's files into requests of at most this many bytes.
MAX_BYTES = 100_000_000
XML_PART = "xml_submission_file"

_HEADERS = {"X-OpenRosa-Version": "1.0", "X-OpenRosa-Accept-Content-Length": str(MAX_BYTES)}
#: So many submissions are written at once in each process; the others wait, their body read and no connection taken.
#: More threads that compute at once only take the interpreter from each other, and more connections each plan the same
#: statements: with 32 phones sending, turns keep a quarter more submissions in a second.
_TURNS = BoundedSemaphore(2)

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _write(result: Response) -> Response:
    result.headers.extend(_HEADERS)
    return result


def _message(text: str, nature: str, status: int) -> Response:
    """Answer with an OpenRosaResponse: Collect shows its first `message` (OpenRosa Response 1.0)."""
    body = (
        f'{_DECLARATION}<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0">'
        f'<message nature="{nature}">{escape(text)}</message></OpenRosaResponse>'
    )
    return Response(body, status, content_type="text/xml; charset=utf-8")


def _refuse(problem: Problem) -> Response:
    # Collect says no language of its own, and its users are the programme's: Indonesian unless another is asked for.
    spoken = language() if request.accept_languages else "id"
    return _write(_message(problem.text(spoken), "error", problem.status))


openrosa = Door("openrosa", _write, _refuse, "/v1")


@openrosa.on("GET HEAD", "/projects/<project_id>/formList", may=AUTHENTICATED)
def form_list(actor: Actor, project_id: int) -> Response:
    """List the open forms that this phone may fill (OpenRosa Form Discovery API)."""
    listed = catalogue.list_for_phone(actor, project_id, request.args.get("formID") or None)
    base = f"{_base()}/projects/{project_id}/forms"
    entries = "".join(_entry(each, f"{base}/{quote(each.xml_form_id, safe='')}") for each in listed)
    return _document(f'<xforms xmlns="http://openrosa.org/xforms/xformsList">{entries}</xforms>')


def _entry(listed: catalogue.Listed, address: str) -> str:
    manifest = f"<manifestUrl>{escape(address)}/manifest</manifestUrl>" if listed.has_attachments else ""
    return (
        f"<xform><formID>{escape(listed.xml_form_id)}</formID>"
        # One entry without a name voids the whole list on the phone.
        f"<name>{escape(listed.name.strip() or listed.xml_form_id)}</name>"
        f"<version>{escape(listed.version)}</version><hash>md5:{listed.md5}</hash>"
        f"<downloadUrl>{escape(address)}.xml</downloadUrl>{manifest}</xform>"
    )


@openrosa.on(
    "GET HEAD",
    "/projects/<project_id>/forms/<xml_form_id>/manifest",
    may=(Permission.OPEN_FORM_READ, Permission.FORM_READ),
)
def manifest(actor: Actor, project: Project, form: Form) -> Response:
    """List the files of a form that are there (OpenRosa Form Discovery API, manifest)."""
    version = catalogue.represented(actor, form)
    return _manifest(version, f"{_base()}/projects/{project.id}/forms/{quote(form.xml_form_id, safe='')}")


def _manifest(version: FormVersion, base: str) -> Response:
    entries = "".join(
        f"<mediaFile><filename>{escape(slot.name)}</filename><hash>md5:{blob.md5}</hash>"
        f"<downloadUrl>{escape(base)}/attachments/{escape(quote(slot.name, safe=''))}</downloadUrl></mediaFile>"
        for slot, blob in catalogue.attachments(version)
        if blob is not None
    )
    return _document(f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{entries}</manifest>')


@openrosa.on("GET HEAD", "/projects/<project_id>/submission", may=AUTHENTICATED)
def ready(actor: Actor, project: Project) -> Response:
    """Say how much one request may hold. Collect asks before it sends, and takes 204 only for a yes."""
    del actor, project
    return Response(status=204)


@openrosa.on("POST", "/projects/<project_id>/submission", may=AUTHENTICATED, turn=_TURNS)
def submit(actor: Actor, project_id: int) -> Response:
    """Keep a submission, or a part of its files (OpenRosa Form Submission API)."""
    xml = _sent_xml()
    files = {
        name: Part(file.stream, file.content_type or None)  # type: ignore[arg-type]
        for name, file in request.files.items()
        if name != XML_PART
    }
    sender = Sender(actor, request.args.get("deviceID"), request.user_agent.string)
    received = submissions.receive(sender, project_id, xml, files, vault=server().vault)
    if received.is_new:
        watch.RECEIVED.inc()
    return _message("full submission upload was successful!", "", 201)


def _sent_xml() -> bytes:
    sent = request.files.get(XML_PART)
    # A part without a file name is no file to the parser; hand-written clients send it so.
    xml = sent.stream.read() if sent is not None else request.form.get(XML_PART, "").encode()
    if not xml:
        raise MissingMultipartField(field=XML_PART)
    return xml


_DRAFT = "/test/<token>/projects/<project_id>/forms/<xml_form_id>/draft"


@openrosa.on("GET HEAD", f"{_DRAFT}/formList", may=TESTER)
def draft_list(project: Project, form: Form) -> Response:
    """List the draft that is tried, alone (ODK Central API, draft testing)."""
    del project
    version = catalogue.draft(form)
    has_attachments = bool(catalogue.attachments(version))
    listed = catalogue.Listed(form.xml_form_id, version.name, version.version, version.md5, has_attachments)
    return _document(
        f'<xforms xmlns="http://openrosa.org/xforms/xformsList">{_entry(listed, _draft_address(form))}</xforms>'
    )


@openrosa.on("GET HEAD", f"{_DRAFT}/manifest", may=TESTER)
def draft_manifest(project: Project, form: Form) -> Response:
    """List the draft's files that are there."""
    del project
    return _manifest(catalogue.draft(form), _draft_address(form))


@openrosa.on("GET HEAD", f"{_DRAFT}.xml", may=TESTER)
def draft_xml(project: Project, form: Form) -> Response:
    """Give the draft's XForm, byte for byte as it is kept."""
    del project
    return Response(catalogue.xform(catalogue.draft(form)), content_type="application/xml; charset=utf-8")


@openrosa.on("GET HEAD", f"{_DRAFT}/attachments/<name>", may=TESTER)
def draft_file(project: Project, form: Form, name: str) -> Response:
    """Give one of the draft's files."""
    del project
    slot, blob = catalogue.attachment(catalogue.draft(form), name)
    return Response(server().vault.read(blob), content_type=slot.content_type or "application/octet-stream")


@openrosa.on("GET HEAD", f"{_DRAFT}/submission", may=TESTER)
def draft_ready(project: Project, form: Form) -> Response:
    """Say how much one request may hold, as for real ones."""
    del project, form
    return Response(status=204)


@openrosa.on("POST", f"{_DRAFT}/submission", may=TESTER, turn=_TURNS)
def draft_submit(project: Project, form: Form) -> Response:
    """Keep a record that tries the draft, apart from the real ones."""
    del project
    names = [name for name in request.files if name != XML_PART]
    submissions.receive_trial(form, _sent_xml(), names, device_id=request.args.get("deviceID"), vault=server().vault)
    return _message("full submission upload was successful!", "", 201)


def _draft_address(form: Form) -> str:
    """Write where the draft is, as the phone's own address does; ".xml" or a path follows."""
    token = catalogue.draft_token(form, vault=server().vault)
    place = f"projects/{form.project_id}/forms/{quote(form.xml_form_id, safe='')}"
    return f"{origin()}/v1/test/{token}/{place}/draft"


def _base() -> str:
    return origin() + auth.prefix(request)


def _document(xml: str) -> Response:
    """Answer with an XML document and its ETag, or with 304 where the phone has it."""
    body = (_DECLARATION + xml).encode()
    response = Response(body, content_type="text/xml; charset=utf-8")
    response.set_etag(hashlib.md5(body, usedforsecurity=False).hexdigest(), weak=True)
    response.make_conditional(request)
    return response
