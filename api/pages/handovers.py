"""Downloads with identity, which two people open: one asks for a reason, another approves, the first takes it once."""

from collections.abc import Iterator
from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _

from api import exports
from api.endpoint import as_id, server, spooled
from api.exports import Table
from api.pages import door
from api.pages.contexts import HandoverLine, HandoversPage, SealedField
from api.pages.door import pages, say
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.words import Words
from forms import access, accounts, catalogue, submissions
from forms.access import Actor, Permission
from forms.instance import Geo
from forms.models import Form, Project
from forms.problems import InsufficientRights, ReasonTooShort
from forms.schema import Field
from forms.submissions import HandedTable, Handover

_ALL = "/projects/<project_id>/forms/<xml_form_id>/identity-exports"
_EITHER = (Permission.IDENTITY_EXPORT_REQUEST, Permission.IDENTITY_EXPORT_APPROVE)


@pages.on("GET POST", _ALL, may=_EITHER)
def handovers(actor: Actor, project: Project, form: Form) -> Any:
    """List the requests of a form, and ask for one."""
    held = access.verbs(actor, project_id=project.id, form_id=form.id)
    words = Words(catalogue.current(form))
    chosen, reason = request.form.getlist("fields"), request.form.get("reason", "")
    problem = ""
    if request.method == "POST":
        if Permission.IDENTITY_EXPORT_REQUEST not in held:
            raise InsufficientRights
        problem = _ask(actor, form, chosen, reason)
        if not problem:
            say("good", _("Asked. Another person has to approve it within seven days."))
            return redirect(_here(project, form), 303)
    names = accounts.names_by_id()
    listed = submissions.list_handovers(form, vault=server().vault)
    may_ask = Permission.IDENTITY_EXPORT_REQUEST in held
    page = HandoversPage(
        project=head(actor, project),
        form=form_head(actor, form),
        lines=tuple(_line(actor, held, words, each, names) for each in listed),
        fields=tuple(
            SealedField(f.path, words.label(f), f.path in chosen)
            for f in words.schema.leaves
            if may_ask and f.is_identity and not f.is_file
        ),
        reason=reason,
        problem=problem,
    )
    return (page, 400) if problem else page


def _here(project: Project, form: Form) -> str:
    return url_for("pages.handovers", project_id=project.id, xml_form_id=form.xml_form_id)


def _ask(actor: Actor, form: Form, chosen: list[str], reason: str) -> str:
    """Ask for it; give what is wrong, "" where nothing is."""
    if not chosen:
        return str(_("Tick what has to be in it."))
    try:
        submissions.request_handover(actor, form, chosen, reason, vault=server().vault)
    except ReasonTooShort as refusal:
        return refusal.text(door.language())
    return ""


def _line(actor: Actor, held: frozenset[str], words: Words, each: Handover, names: dict[int, str]) -> HandoverLine:
    is_mine = each.requested_by == actor.id
    fields = (words.schema.by_path.get(path) for path in each.fields)
    return HandoverLine(
        id=each.id,
        fields=tuple(words.label(f) if f else path for f, path in zip(fields, each.fields, strict=True)),
        reason=each.reason,
        who=names.get(each.requested_by, ""),
        requested=each.requested_at,
        expires=each.expires_at,
        decider=names.get(each.decided_by or 0, ""),
        state=each.state,  # type: ignore[arg-type]
        may_decide=each.state == "waiting" and not is_mine and Permission.IDENTITY_EXPORT_APPROVE in held,
        may_take=each.state == "approved" and is_mine,
    )


@pages.on("POST", f"{_ALL}/<handover_id>/decide", may=Permission.IDENTITY_EXPORT_APPROVE)
def handover_decide(actor: Actor, project: Project, form: Form, handover_id: str) -> Any:
    """Approve or refuse what somebody else asked for."""
    is_approved = request.form.get("approve") == "1"
    number = as_id(handover_id, "id")
    submissions.decide_handover(actor, form, number, is_approved=is_approved, vault=server().vault)
    say("good", _("Approved. It can be taken once, within 24 hours.") if is_approved else _("Refused."))
    return redirect(_here(project, form), 303)


@pages.on("POST", f"{_ALL}/<handover_id>/take", may=Permission.IDENTITY_EXPORT_REQUEST)
def handover_take(actor: Actor, project: Project, form: Form, handover_id: str) -> Response:
    """Give what was approved as an Excel workbook, once."""
    del project
    words = Words(catalogue.current(form))

    def write(tables: list[HandedTable]) -> Iterator[bytes]:
        return exports.workbook((_table(words, each) for each in tables), server().zone)

    blocks = submissions.take_handover(actor, form, as_id(handover_id, "id"), write, vault=server().vault)
    return spooled(blocks, exports.XLSX, f"{form.xml_form_id}-identity.xlsx")


def _table(words: Words, handed: HandedTable) -> Table:
    name = words.schema.by_path[handed.repeat].name if handed.repeat else words.version.name
    fields = [words.schema.by_path[path] for path in handed.paths]
    headings = [_("Record"), _("Row"), *(words.label(f) for f in fields)]
    rows = (
        [key, number or None, *(_cell(words, f, v) for f, v in zip(fields, values, strict=True))]
        for key, number, *values in handed.rows
    )
    return Table(name, headings, rows)


def _cell(words: Words, field: Field, value: Any) -> Any:
    if isinstance(value, Geo):
        return value.text
    return words.text(field, value) if isinstance(value, str) and field.choice_list else value
