"""Opening identity for a reason, and the log of every look, for the project's auditor."""

import base64
import csv
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from api.endpoint import server, spooled
from api.pages import door
from api.pages.contexts import (
    AccessLogPage,
    ChainVerdict,
    LookChoice,
    LookFilter,
    LookLine,
    OpenedAnswer,
    RevealPage,
    SealedField,
)
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.words import Words
from forms import accounts, answers, audit, catalogue, looks, policy, submissions
from forms.access import Actor, Permission
from forms.answers import SEALED
from forms.looks import Look, Wanted
from forms.models import Form, Project
from forms.problems import ReasonTooShort
from forms.submissions import Revealed

_PAGE = 100
#: What a browser shows inside a page; larger ones are opened by API.
_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_LARGEST_PICTURE = 12_000_000
_ALERT_DAYS = 30

_ACTIONS = {
    "read": lazy_gettext("read a record"),
    "list": lazy_gettext("read a list of records"),
    "xml": lazy_gettext("took a record as XML"),
    "file": lazy_gettext("opened a file"),
    "reveal": lazy_gettext("opened identity"),
    "export": lazy_gettext("downloaded answers"),
    "identity_export.request": lazy_gettext("asked for a download with identity"),
    "identity_export.approve": lazy_gettext("approved a download with identity"),
    "identity_export.refuse": lazy_gettext("refused a download with identity"),
    "identity_export.take": lazy_gettext("downloaded identity"),
    "grant": lazy_gettext("gave a role"),
    "withdraw": lazy_gettext("took a role away"),
    "scope": lazy_gettext("changed whose records somebody sees"),
    "alert": lazy_gettext("opened identity more often than usual"),
}


@pages.on(
    "GET POST",
    "/projects/<project_id>/forms/<xml_form_id>/submissions/<instance_id>/reveal",
    may=Permission.IDENTITY_REVEAL,
)
def reveal(actor: Actor, project: Project, form: Form, instance_id: str) -> Any:
    """Open some sealed answers of a record, once, for a reason; the answer to the form shows them."""
    kept = submissions.find(actor, form, instance_id)
    words = Words(catalogue.version(kept.content.form_version_id))
    layout = answers.layout(form.id, words.version.id, words.schema)
    held = _sealed_paths(answers.one(actor, layout, kept.submission.id))
    chosen, reason = request.form.getlist("fields"), request.form.get("reason", "")
    problem, opened = "", None
    if request.method == "POST" and not chosen:
        problem = _("Tick what has to be opened.")
    elif request.method == "POST":
        try:
            found = submissions.reveal(actor, form, instance_id, chosen, reason, vault=server().vault)
            opened = tuple(_opened(words, each) for each in found)
        except ReasonTooShort as refusal:
            problem = refusal.text(door.language())
    page = RevealPage(
        project=head(actor, project),
        form=form_head(actor, form),
        instance_id=instance_id,
        fields=tuple(
            SealedField(f.path, words.label(f), f.path in chosen) for f in words.schema.leaves if f.path in held
        ),
        reason=reason,
        problem=problem,
        opened=opened,
    )
    return (page, 400) if problem else page


def _sealed_paths(tree: dict[str, Any], path: str = "") -> set[str]:
    """List the questions that hold a sealed answer anywhere in a record."""
    found: set[str] = set()
    for name, value in tree.items():
        here = f"{path}/{name}"
        if value is SEALED:
            found.add(here)
        for inner in value if isinstance(value, list) else [value]:
            found |= _sealed_paths(inner, here) if isinstance(inner, dict) else set()
    return found


def _opened(words: Words, each: Revealed) -> OpenedAnswer:
    label = words.label(words.schema.by_path[each.path])
    picture = ""
    if each.file and each.file.blob and each.file.content_type in _PICTURES and each.file.blob.size <= _LARGEST_PICTURE:
        content = base64.b64encode(b"".join(server().vault.read(each.file.blob))).decode()
        picture = f"data:{each.file.content_type};base64,{content}"
    return OpenedAnswer(f"{label} ({each.row})" if each.row else label, each.value, picture)


@pages.on("GET", "/projects/<project_id>/access-log", may=Permission.ACCESS_LOG_READ)
def access_log(actor: Actor, project: Project) -> Any:
    """Show who looked at what, newest first, filtered as the address says; or give it as CSV."""
    shown = _filter()
    wanted = Wanted(actor_id=shown.person, action=shown.action or None, since=shown.since, until=shown.until)
    vault = server().vault
    if request.args.get("format") == "csv":
        audit.record(actor, "access_log.export", actee_id=project.actee_id)
        return spooled(iter([_csv(looks.lines(project.id, wanted, vault=vault))]), "text/csv", "access-log.csv")
    found = looks.lines(project.id, wanted, vault=vault, limit=_PAGE + 1, before=_number("older"))
    recent = Wanted(action="alert", since=(datetime.now(UTC) - timedelta(days=_ALERT_DAYS)).date())
    names = accounts.names_by_id()
    verdict = looks.verify(vault=vault) if request.args.get("verify") == "1" else None
    return AccessLogPage(
        project=head(actor, project),
        lines=tuple(_lines(found[:_PAGE], names)),
        people=tuple(LookChoice(str(i), names.get(i, str(i))) for i in looks.actors(project.id)),
        actions=tuple(LookChoice(action, str(text)) for action, text in _ACTIONS.items()),
        filter=shown,
        older=found[_PAGE - 1].number if len(found) > _PAGE else None,
        alerts=len(looks.lines(project.id, recent, vault=vault)),
        waiting=tuple(submissions.waiting_handovers(project)),
        verdict=ChainVerdict(verdict.count, verdict.broken, verdict.last) if verdict else None,
    )


def _filter() -> LookFilter:
    action = request.args.get("action", "")
    return LookFilter(_number("person"), action if action in looks.ACTIONS else "", _day("since"), _day("until"))


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004


def _day(name: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(request.args.get(name, ""))
    return None


def _lines(found: list[Look], names: dict[int, str]) -> Iterator[LookLine]:
    roles = {role.system: role.name_id if door.language() == "id" else role.name for role in policy.ROLES}
    about = submissions.names_of(look.place for look in found)
    for look in found:
        form, instance_id = about[look.place]
        yield LookLine(
            number=look.number,
            at=look.at,
            who=names.get(look.actor_id or 0, ""),
            role=", ".join(roles.get(each, each) for each in (look.role or "").split("+")),
            action=str(_ACTIONS[look.action]),
            what=": ".join(filter(None, (form, ", ".join(look.place.fields), _whose(look, names, roles)))),
            instance_id=instance_id,
            reason=look.reason or "",
            address=look.address or "",
            is_alert=look.action == "alert",
        )


def _whose(look: Look, names: dict[int, str], roles: dict[str, str]) -> str:
    """Say to whom a role was given or whose scopes were changed, "" for other lines."""
    said = look.details or {}
    if "actorId" not in said:
        return ""
    values = " ".join(f"{name}={value or '-'}" for name, value in said.get("values", {}).items())
    return f"{names.get(said['actorId'], '')}: {roles.get(said.get('role', ''), values)}"


def _csv(found: list[Look]) -> bytes:
    """Write lines as an Excel in any language reads them best: with a byte order mark, no cell a formula."""
    names = accounts.names_by_id()
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Number"), _("When"), _("Who"), _("Role"), _("What they did"), _("At what"), _("Record"),
                     _("Reason"), _("Address")])  # fmt: skip
    for line in _lines(found, names):
        cells = (line.who, line.role, line.action, line.what, line.instance_id, line.reason, line.address)
        neutral = [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell for cell in cells]
        writer.writerow([line.number, line.at.isoformat(), *neutral])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
