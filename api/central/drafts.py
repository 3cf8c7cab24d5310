"""A form's draft: replaced by an upload or by a copy of what is published, published, or dropped."""

from typing import Any, BinaryIO

from flask import Response, request

from api import wire
from api.central.door import FORM, SUCCESS, action_notes, central, flag
from api.central.forms import give_workbook, give_xform, questions, shown, upload
from api.endpoint import STREAM, server
from forms import catalogue
from forms.access import Actor, Permission
from forms.models import Form, Project

DRAFT = f"{FORM}/draft"


@central.on("GET", DRAFT, may=Permission.FORM_UPDATE, gives=wire.Form)
def read(actor: Actor, project: Project, form: Form) -> Any:
    """Give the draft."""
    del project
    return shown(actor, [(form, catalogue.draft(form))], is_single=True)[0]


@central.on("POST", DRAFT, may=Permission.FORM_UPDATE, takes=STREAM, gives=wire.Success)
def replace(actor: Actor, project: Project, form: Form, body: BinaryIO) -> object:
    """Replace the draft by an upload; an empty body copies what is published."""
    del project
    sent = upload(body)
    if sent.data:
        catalogue.set_draft(actor, form, sent, vault=server().vault, ignore_warnings=flag("ignoreWarnings"))
    else:
        catalogue.copy_to_draft(actor, form)
    return SUCCESS


@central.on("DELETE", DRAFT, may=Permission.FORM_UPDATE, gives=wire.Success)
def delete(actor: Actor, project: Project, form: Form) -> object:
    """Drop the draft of a form that was published before."""
    del project
    catalogue.delete_draft(actor, form)
    return SUCCESS


@central.on("POST", f"{DRAFT}/publish", may=Permission.FORM_UPDATE, gives=wire.Success)
def publish(actor: Actor, project: Project, form: Form) -> object:
    """Make the draft the current version, under another version text where the query names one."""
    del project
    catalogue.publish(actor, form, notes=action_notes(), as_version=request.args.get("version"))
    return SUCCESS


@central.on("GET", f"{DRAFT}.xml", may=Permission.FORM_UPDATE)
def xml(actor: Actor, project: Project, form: Form) -> Response:
    """Give the draft's XForm."""
    del actor, project
    return give_xform(catalogue.draft(form))


@central.on("GET", f"{DRAFT}.xlsx", may=Permission.FORM_UPDATE)
def xlsx(actor: Actor, project: Project, form: Form) -> Response:
    """Give the draft's workbook, where it is an .xlsx."""
    del actor, project
    return give_workbook(form, catalogue.draft(form), "xlsx")


@central.on("GET", f"{DRAFT}.xls", may=Permission.FORM_UPDATE)
def xls(actor: Actor, project: Project, form: Form) -> Response:
    """Give the draft's workbook, where it is an .xls."""
    del actor, project
    return give_workbook(form, catalogue.draft(form), "xls")


@central.on("GET", f"{DRAFT}/fields", may=Permission.FORM_UPDATE, gives=wire.Question)
def fields(actor: Actor, project: Project, form: Form) -> list[Any]:
    """List the draft's questions and groups."""
    del actor, project
    return questions(catalogue.draft(form))
