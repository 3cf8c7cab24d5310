"""Forms: what they are now, in each published version, as JSON, XForm, workbook and list of questions."""

import re
from typing import Any, BinaryIO
from urllib.parse import unquote

from flask import Response, request

from api import wire
from api.central.door import FORM, SUCCESS, central, flag, give_bytes, give_file, is_extended
from api.endpoint import STREAM, server
from forms import access, accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.catalogue import Upload
from forms.models import Form, FormVersion, Project
from forms.problems import NotFound
from forms.schema import Field

READ = (Permission.OPEN_FORM_READ, Permission.FORM_READ)
#: What a published version without a version text is called in an address.
NO_VERSION = "___"
EXCEL = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
}

_NOT_IN_ODATA = re.compile(r"\W", re.ASCII)


@central.on(
    "GET", "/projects/<project_id>/forms", may=(Permission.FORM_LIST, Permission.OPEN_FORM_LIST), gives=wire.Form
)
def list_all(actor: Actor, project: Project) -> list[Any]:
    """List a project's forms."""
    return shown(actor, catalogue.list_forms(actor, project))


@central.on("POST", "/projects/<project_id>/forms", may=Permission.FORM_CREATE, takes=STREAM, gives=wire.Form)
def create(actor: Actor, project: Project, body: BinaryIO) -> Any:
    """Make a form from a workbook or an XForm, as a draft, or published at once."""
    form = catalogue.create_form(
        actor,
        project,
        upload(body),
        vault=server().vault,
        ignore_warnings=flag("ignoreWarnings"),
        publish_now=flag("publish"),
    )
    return _plain(form, catalogue.represented(actor, form))


@central.on("GET", FORM, may=(*READ, Permission.FORM_UPDATE), gives=wire.Form)
def read(actor: Actor, project: Project, form: Form) -> Any:
    """Give a form: its published version, else its draft."""
    del project
    return shown(actor, [(form, catalogue.represented(actor, form))], is_single=True)[0]


@central.on("PATCH", FORM, may=Permission.FORM_UPDATE, takes=wire.FormChanges, gives=wire.Form)
def update(actor: Actor, project: Project, form: Form, body: dict[str, Any]) -> Any:
    """Open, close softly, or close a form."""
    del project
    if "state" in body:
        catalogue.set_state(actor, form, body["state"])
    return _plain(form, catalogue.represented(actor, form))


@central.on("DELETE", FORM, may=Permission.FORM_DELETE, gives=wire.Success)
def delete(actor: Actor, project: Project, form: Form) -> object:
    """Put a form in the trash."""
    del project
    catalogue.delete_form(actor, form)
    return SUCCESS


@central.on("GET", f"{FORM}.xml", may=(*READ, Permission.FORM_UPDATE))
def xml(actor: Actor, project: Project, form: Form) -> Response:
    """Give the XForm, byte for byte as it is kept: phones compare it with the form list's hash."""
    del project
    return give_xform(catalogue.represented(actor, form))


@central.on("GET", f"{FORM}.xlsx", may=(*READ, Permission.FORM_UPDATE))
def xlsx(actor: Actor, project: Project, form: Form) -> Response:
    """Give the workbook, where it is an .xlsx."""
    del project
    return give_workbook(form, catalogue.represented(actor, form), "xlsx")


@central.on("GET", f"{FORM}.xls", may=(*READ, Permission.FORM_UPDATE))
def xls(actor: Actor, project: Project, form: Form) -> Response:
    """Give the workbook, where it is an .xls."""
    del project
    return give_workbook(form, catalogue.represented(actor, form), "xls")


@central.on("GET", f"{FORM}/fields", may=(*READ, Permission.FORM_UPDATE), gives=wire.Question)
def fields(actor: Actor, project: Project, form: Form) -> list[Any]:
    """List the questions and groups."""
    del project
    return questions(catalogue.represented(actor, form))


@central.on("GET", f"{FORM}/versions", may=READ, gives=wire.Form)
def list_versions(actor: Actor, project: Project, form: Form) -> list[Any]:
    """List the published versions, the newest first."""
    del project
    catalogue.demand_open(actor, form)
    return shown(actor, [(form, version) for version in catalogue.list_versions(form)], is_single=True)


@central.on("GET", f"{FORM}/versions/<version>", may=READ, gives=wire.Form)
def read_version(actor: Actor, project: Project, form: Form, version: str) -> Any:
    """Give a published version."""
    del project
    return shown(actor, [(form, published(actor, form, version))], is_single=True)[0]


@central.on("GET", f"{FORM}/versions/<version>.xml", may=READ)
def version_xml(actor: Actor, project: Project, form: Form, version: str) -> Response:
    """Give a published version's XForm."""
    del project
    return give_xform(published(actor, form, version))


@central.on("GET", f"{FORM}/versions/<version>.xlsx", may=READ)
def version_xlsx(actor: Actor, project: Project, form: Form, version: str) -> Response:
    """Give a published version's workbook, where it is an .xlsx."""
    del project
    return give_workbook(form, published(actor, form, version), "xlsx")


@central.on("GET", f"{FORM}/versions/<version>.xls", may=READ)
def version_xls(actor: Actor, project: Project, form: Form, version: str) -> Response:
    """Give a published version's workbook, where it is an .xls."""
    del project
    return give_workbook(form, published(actor, form, version), "xls")


@central.on("GET", f"{FORM}/versions/<version>/fields", may=READ, gives=wire.Question)
def version_fields(actor: Actor, project: Project, form: Form, version: str) -> list[Any]:
    """List a published version's questions and groups."""
    del project
    return questions(published(actor, form, version))


def published(actor: Actor, form: Form, version: str) -> FormVersion:
    """Find a published version as an address names it."""
    catalogue.demand_open(actor, form)
    return catalogue.published(form, "" if version == NO_VERSION else version)


def upload(body: BinaryIO) -> Upload:
    """Make an upload of a body; its Content-Type says whether it is a workbook, and anything else is an XForm."""
    ending = next((ending for ending, mimetype in EXCEL.items() if request.mimetype == mimetype), "xml")
    name = unquote(request.headers.get("X-XlsForm-FormId-Fallback", "")) or "form"
    return Upload(body.read(), f"{name}.{ending}")


def give_xform(version: FormVersion) -> Response:
    """Answer with a version's XForm."""
    return give_bytes(lambda: catalogue.xform(version), "application/xml; charset=utf-8", version.md5)


def give_workbook(form: Form, version: FormVersion, ending: str) -> Response:
    """Answer with the workbook that a version was made from, NotFound where it is not of that kind."""
    if version.workbook_type != ending:
        raise NotFound
    return give_file(catalogue.workbook_of(version), EXCEL[ending], f"{form.xml_form_id}.{ending}")


def questions(version: FormVersion) -> list[dict[str, Any]]:
    """Describe a version's questions and groups, top to bottom."""
    is_odata = flag("odata")
    return [
        {
            "path": "/".join(map(_odata_name, field.path.split("/"))) if is_odata else field.path,
            "name": _odata_name(field.name) if is_odata else field.name,
            "type": _type(field),
            "binary": True if field.is_file else None,
            "select_multiple": True if field.control == "select" else None,
        }
        for field in catalogue.schema(version.id).fields
    ]


def _type(field: Field) -> str:
    kinds = {"group": "structure", "repeat": "repeat"}
    return kinds.get(field.kind) or field.type or "unknown"


def _odata_name(name: str) -> str:
    """Make a name that OData takes (ODK Central API, fields)."""
    clean = _NOT_IN_ODATA.sub("_", name)
    return f"_{clean}" if clean[:1].isdigit() else clean


def shown(actor: Actor, rows: list[tuple[Form, FormVersion]], *, is_single: bool = False) -> list[dict[str, Any]]:
    """Pair forms with versions for the wire, with counts and people where the client asks for them.

    `is_single` adds what Central tells of one form at a time: who published it, and their notes for who may publish.
    """
    if not is_extended():
        return [_plain(form, version) for form, version in rows]
    counts = submissions.count_by_form(actor, rows[0][0].project_id, [form for form, _ in rows]) if rows else {}
    people = accounts.actors(i for form, version in rows for i in (form.created_by, version.published_by))
    found = []
    for form, version in rows:
        # What tries a draft is none of the form's submissions.
        is_draft = version.published_at is None
        counted = submissions.Counts(submissions.count_trials(actor, form)) if is_draft else counts[form.id]
        ext = _extended(form, version, counted, people)
        if is_single:
            ext["published_by"] = people.get(version.published_by or 0)
            if access.can(actor, Permission.FORM_UPDATE, project_id=form.project_id, form_id=form.id):
                ext["publish_notes"] = version.notes
        found.append({**_plain(form, version), "ext": ext})
    return found


def _plain(form: Form, version: FormVersion) -> dict[str, Any]:
    """Pair a form with a version; a draft, which only those get who may change it, with the token to try it."""
    token = catalogue.draft_token(form, vault=server().vault) if version.id == form.draft_id else None
    return {"form": form, "version": version, "draft_token": token}


def _extended(form: Form, version: FormVersion, counts: submissions.Counts, people: dict[int, Any]) -> dict[str, Any]:
    return {
        "submissions": counts.submissions,
        "review_states": counts,
        "last_submission": counts.last_submission,
        "excel_content_type": EXCEL.get(version.workbook_type or ""),
        "entity_related": "/meta/entity" in catalogue.schema(version.id).by_path,
        "public_links": 0,
        "created_by": people.get(form.created_by or 0),
    }
