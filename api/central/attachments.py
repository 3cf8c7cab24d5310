"""The files that a form asks for: listed and given for every version, put in and taken out of the draft."""

from typing import Any, BinaryIO

from flask import Response, request

from api import wire
from api.central.door import FORM, SUCCESS, central, give_file
from api.central.drafts import DRAFT
from api.central.forms import READ, published
from api.endpoint import STREAM, server
from forms import catalogue
from forms.access import Actor, Permission
from forms.models import Blob, Form, FormAttachment, FormVersion, Project

_BY_ENDING = {"csv": "text/csv", "geojson": "application/geo+json"}


@central.on("GET", f"{FORM}/attachments", may=(*READ, Permission.FORM_UPDATE), gives=wire.FormAttachment)
def list_current(actor: Actor, project: Project, form: Form) -> list[Any]:
    """List a form's files."""
    del project
    return _shown(catalogue.represented(actor, form))


@central.on("GET", f"{FORM}/attachments/<name>", may=(*READ, Permission.FORM_UPDATE))
def read_current(actor: Actor, project: Project, form: Form, name: str) -> Response:
    """Give one of a form's files."""
    del project
    return _give(catalogue.represented(actor, form), name)


@central.on("GET", f"{FORM}/versions/<version>/attachments", may=READ, gives=wire.FormAttachment)
def list_version(actor: Actor, project: Project, form: Form, version: str) -> list[Any]:
    """List a published version's files."""
    del project
    return _shown(published(actor, form, version))


@central.on("GET", f"{FORM}/versions/<version>/attachments/<name>", may=READ)
def read_version(actor: Actor, project: Project, form: Form, version: str, name: str) -> Response:
    """Give one of a published version's files."""
    del project
    return _give(published(actor, form, version), name)


@central.on("GET", f"{DRAFT}/attachments", may=Permission.FORM_UPDATE, gives=wire.FormAttachment)
def list_draft(actor: Actor, project: Project, form: Form) -> list[Any]:
    """List the draft's files."""
    del actor, project
    return _shown(catalogue.draft(form))


@central.on("GET", f"{DRAFT}/attachments/<name>", may=Permission.FORM_UPDATE)
def read_draft(actor: Actor, project: Project, form: Form, name: str) -> Response:
    """Give one of the draft's files."""
    del actor, project
    return _give(catalogue.draft(form), name)


@central.on("POST", f"{DRAFT}/attachments/<name>", may=Permission.FORM_UPDATE, takes=STREAM, gives=wire.FormAttachment)
def upload(actor: Actor, project: Project, form: Form, name: str, body: BinaryIO) -> Any:
    """Give one of the draft's slots its content, byte for byte as sent."""
    del project
    content_type = request.content_type or _BY_ENDING.get(name.rpartition(".")[2].lower())
    slot, blob = catalogue.set_attachment(actor, form, name, body, content_type, vault=server().vault)
    return _one(slot, blob)


@central.on("DELETE", f"{DRAFT}/attachments/<name>", may=Permission.FORM_UPDATE, gives=wire.Success)
def clear(actor: Actor, project: Project, form: Form, name: str) -> object:
    """Empty one of the draft's slots."""
    del project
    catalogue.clear_attachment(actor, form, name)
    return SUCCESS


def _shown(version: FormVersion) -> list[dict[str, Any]]:
    return [_one(slot, blob) for slot, blob in catalogue.attachments(version)]


def _one(slot: FormAttachment, blob: Blob | None) -> dict[str, Any]:
    is_there = blob is not None
    return {
        "slot": slot,
        "blob": blob,
        "exists": is_there,
        "blob_exists": is_there,
        "hash": blob.md5 if blob is not None else None,
    }


def _give(version: FormVersion, name: str) -> Response:
    slot, blob = catalogue.attachment(version, name)
    return give_file(blob, slot.content_type, name)
