"""App users, the phones of a project: the list of them, many made at once, their QR codes, and their withdrawal."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from api.endpoint import as_id, origin, server, spooled
from api.exports import XLSX, Table, workbook
from api.pages import door, outdated, qr, reach, scopes
from api.pages.contexts import (
    AppUserFilter,
    AppUserLine,
    AppUserPage,
    AppUserQrPage,
    AppUsersAddPage,
    AppUsersPage,
    DimensionLine,
    FilterChoice,
    Overheard,
    PlannedAppUser,
    QrCard,
    QrCode,
    QrSheetPage,
    Unreachable,
    UploadOutcome,
    ValueChoice,
    WithdrawPage,
)
from api.pages.door import pages, say
from api.pages.forms import finding_lines
from api.pages.projects import head
from api.pages.roles import dimension_name
from forms import access, accounts, catalogue, grants
from forms.access import Actor, Permission
from forms.accounts import AppUser
from forms.catalogue import Demand, Upload
from forms.models import Project
from forms.problems import InvalidWorkbook, NotFound
from forms.roster import phones as roster
from forms.workbook import MAX_BYTES

#: So many on a page can all be ticked and their numbers still fit into one address.
_ON_A_PAGE: Final = 100
#: What the page says is the largest workbook; the reader is a little more generous.
_SAID_LIMIT: Final = 20_000_000
#: How Collect says what it runs on, and Android's own client alike.
_DEVICE: Final = re.compile(r"(Android [\d.]+); (.+?)(?: Build/[^)]*)?\)")
_LONGEST_PROGRAM: Final = 60
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)

_ORDERS: Final[dict[str, Callable[[AppUserLine], Any]]] = {
    "name": lambda line: _natural_key(line.name),
    "seen": lambda line: line.last_seen or _LONG_AGO,
    "phone": lambda line: _natural_key(line.program),
    "records": lambda line: line.submissions,
    "sent": lambda line: line.last_sent or _LONG_AGO,
}


@pages.on("GET", "/projects/<project_id>/app-users", may=Permission.FIELD_KEY_LIST)
def app_users(actor: Actor, project: Project) -> AppUsersPage:
    """List a project's app users: those that the filter in the address leaves, in its order."""
    users, wanted = _list(project), _filter(project)
    offers, names = scopes.offered(project), roster.dimensions(project)
    demands = catalogue.demands(project)
    found = _ordered([user for user in users if _fits(user, wanted, demands)], wanted.order)
    asked = request.args.get("page", "")
    last = max(0, len(found) - 1) // _ON_A_PAGE
    page = min(int(asked), last) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0  # noqa: PLR2004
    shown = found[page * _ON_A_PAGE : (page + 1) * _ON_A_PAGE]
    return AppUsersPage(
        project=head(actor, project),
        app_users=tuple(
            replace(
                _line(user),
                dimensions=scopes.lines(names, user.properties, offers),
                too_old_for=outdated.titles(user, demands),
            )
            for user in shown
        ),
        total=len(users),
        matching=len(found),
        filter=wanted,
        states=_states(),
        values=_value_choices(users, names, offers),
        orders=_orders(),
        has_dimensions=bool(names),
        previous_page=page - 1 if page else None,
        next_page=page + 1 if page < last else None,
        unreachable=_unreachable(),
        overheard=_overheard(project),
    )


def _list(project: Project) -> list[AppUser]:
    return accounts.list_app_users(project, vault=server().vault)


def _filter(project: Project) -> AppUserFilter:
    """Read the filter that an address holds; what it cannot be is left out."""
    given = {name: request.args.get(name, "").strip() for name in ("name", "state", "order")}
    values = {name: request.args.get(f"value.{name}", "").strip() for name in roster.dimensions(project)}
    return AppUserFilter(
        name=given["name"],
        state=given["state"] if given["state"] in {choice.value for choice in _states()} else "",
        values={name: code for name, code in values.items() if code},
        order=given["order"] if given["order"].removeprefix("-") in _ORDERS else "",
    )


def _fits(user: AppUser, wanted: AppUserFilter, demands: Sequence[Demand]) -> bool:
    is_in_state = bool(outdated.titles(user, demands)) if wanted.state == "old" else wanted.state in ("", _state(user))
    return (
        is_in_state
        and wanted.name.casefold() in user.display_name.casefold()
        and all(code in user.properties.get(name, "").split() for name, code in wanted.values.items())
    )


def _ordered(users: list[AppUser], order: str) -> list[AppUser]:
    if not order:
        return users
    key = _ORDERS[order.removeprefix("-")]
    return sorted(users, key=lambda user: key(_line(user)), reverse=order.startswith("-"))


def _natural_key(words: str) -> list[tuple[int, int, str]]:
    """Order "Collect 2025.10" behind "Collect 2025.9", and "Pos 10" behind "Pos 9"."""
    parts = re.findall(r"\d+|\D+", words)
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part.casefold()) for part in parts]


def _state(user: AppUser) -> str:
    if user.is_expired:
        return "expired"
    if user.token is None:
        return "withdrawn"
    return "ends" if user.expires_at else "active"


def _states() -> tuple[FilterChoice, ...]:
    words = {
        "active": _("with access"),
        "ends": _("with access until a day"),
        "expired": _("expired"),
        "withdrawn": _("access withdrawn"),
        "old": _("with access, Collect too old for a form"),
    }
    return tuple(FilterChoice(value, label) for value, label in words.items())


def _orders() -> tuple[FilterChoice, ...]:
    words = {
        "": _("newest first"),
        "name": _("name"),
        "-seen": _("seen last"),
        "seen": _("not seen for longest"),
        "-records": _("most records"),
        "-sent": _("sent last"),
        "phone": _("oldest Collect version"),
    }
    return tuple(FilterChoice(value, label) for value, label in words.items())


def _value_choices(
    users: Iterable[AppUser], names: Sequence[str], offers: Mapping[str, Mapping[str, str]]
) -> tuple[ValueChoice, ...]:
    codes = {name: {code for user in users for code in user.properties.get(name, "").split()} for name in names}
    return tuple(
        ValueChoice(
            name=name,
            label=dimension_name(name),
            options=tuple(
                FilterChoice(code, scopes.with_labels(code, offers.get(name, {}))) for code in sorted(codes[name])
            ),
        )
        for name in names
        if codes[name]
    )


def _line(user: AppUser) -> AppUserLine:
    program, device = phone_words(user.user_agent or "")
    return AppUserLine(
        id=user.id,
        name=user.display_name,
        created=user.created_at,
        last_seen=user.last_seen,
        submissions=user.submissions,
        is_revoked=user.token is None and not user.is_expired,
        # Midnight is the end of the day before.
        expires=user.expires_at - timedelta(seconds=1) if user.expires_at else None,
        is_expired=user.is_expired,
        last_sent=user.last_used,
        program=program,
        device=device,
    )


def phone_words(user_agent: str) -> tuple[str, str]:
    """Read a program and a device out of what a phone calls itself (wire/CLIENTS: Collect's User-Agent).

    Of Collect's "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0 (Linux; U; Android 11; SM-T505 Build/RP1A)" that is
    ("Collect 2026.2.1", "SM-T505, Android 11"); other programs are named by their own first word.
    """
    version, device = outdated.collect_version(user_agent), _DEVICE.search(user_agent)
    program = f"Collect {version}" if version else user_agent.partition(" ")[0]
    words = f"{device[2]}, {device[1]}" if device else ""
    return program[:_LONGEST_PROGRAM], words[:_LONGEST_PROGRAM]


@pages.on("GET POST", "/projects/<project_id>/app-users/add", may=Permission.FIELD_KEY_CREATE)
def app_users_add(actor: Actor, project: Project) -> Any:
    """Read a list of app users, show what would be made, and make it when that is confirmed."""
    page = _add_page(actor, project)
    if request.method != "POST":
        return page
    vault, zone, kept = server().vault, server().zone, request.form.get("kept", "")
    sent = _sent(project, kept)
    if sent is None:
        return _pasted(actor, project, page)
    if not sent.filename:
        return replace(page, problems={"workbook": _("Choose an Excel workbook first.")}), 400
    try:
        planned = roster.plan_workbook(project, sent.data, zone=zone, vault=vault)
    except InvalidWorkbook as problem:
        found = UploadOutcome(sent.filename, finding_lines(problem.details["findings"]), "")
        return replace(page, found=found), 400
    if kept:
        return _made(actor, project, planned)
    aside = catalogue.put_aside(project, sent, vault=vault)
    return _shown(project, page, planned, UploadOutcome(sent.filename, finding_lines(planned.warnings), aside))


def _sent(project: Project, kept: str) -> Upload | None:
    """Give the workbook that was sent, now or before; None where the request has a pasted list."""
    if kept:
        return catalogue.taken_up(project, kept, vault=server().vault)
    file = request.files.get("workbook")
    if file is None:
        return None
    return Upload(file.stream.read(MAX_BYTES + 1), file.filename or "")


def _pasted(actor: Actor, project: Project, page: AppUsersAddPage) -> Any:
    names, last_day = request.form.get("names", ""), request.form.get("expires", "").strip()
    day, given = roster.read_day(last_day), scopes.given(roster.dimensions(project))
    page = replace(page, names=names, expires=last_day)
    if not names.strip():
        return replace(page, problems={"names": _("Write at least one name.")}), 400
    if last_day and (day is None or not roster.is_to_come(day, server().zone)):
        return replace(page, problems={"expires": _("Choose a day that is still to come, or none.")}), 400
    if given is None:
        problem = _("A code has at most %(most)s characters and no special ones.", most=grants.MAX_VALUE)
        return replace(page, problems={"values": problem}), 400
    page = replace(page, dimensions=_dimension_lines(project, given))
    try:
        common = roster.Common(given, day)
        planned = roster.plan_pasted(project, names, common, zone=server().zone, vault=server().vault)
    except InvalidWorkbook as problem:
        return replace(page, found=UploadOutcome("", finding_lines(problem.details["findings"]), "")), 400
    if request.form.get("confirmed"):
        return _made(actor, project, planned)
    return _shown(project, page, planned, UploadOutcome("", finding_lines(planned.warnings), ""))


def _shown(project: Project, page: AppUsersAddPage, planned: roster.Plan, found: UploadOutcome) -> AppUsersAddPage:
    offers = scopes.offered(project)
    lines = tuple(
        PlannedAppUser(
            name=line.name,
            values=tuple(
                f"{dimension_name(name)}: {scopes.with_labels(text, offers.get(name, {}))}"
                for name, text in line.values.items()
            ),
            last_day=line.last_day,
            is_there=line.is_there,
        )
        for line in planned.lines
    )
    return replace(page, planned=lines, found=found)


def _made(actor: Actor, project: Project, planned: roster.Plan) -> Any:
    """Make what was planned and go on to the cards of exactly these."""
    made = roster.carry_out(actor, project, planned, vault=server().vault)
    if not made:
        say("info", _("All of them are there already; nothing was made."))
        return redirect(url_for("pages.app_users", project_id=project.id), 303)
    text = ngettext(
        "%(num)s app user is made and may fill every form of this project. Print its card or show it the code.",
        "%(num)s app users are made and may fill every form of this project. These are their cards.",
        len(made),
    )
    say("good", text)
    return redirect(url_for("pages.qr_sheet", project_id=project.id, app_user=_ranges(made)), 303)


def _add_page(actor: Actor, project: Project) -> AppUsersAddPage:
    columns = {roster.NAME: _("name"), roster.LAST_DAY: _("last day")}
    return AppUsersAddPage(
        project=head(actor, project),
        limit=_SAID_LIMIT,
        most=roster.MOST,
        headings=tuple(columns.get(name, dimension_name(name)) for name in roster.headings(project)),
        dimensions=_dimension_lines(project, {}),
    )


def _dimension_lines(project: Project, values: Mapping[str, str]) -> tuple[DimensionLine, ...]:
    return scopes.lines(roster.dimensions(project), values, scopes.offered(project))


@pages.on("GET", "/projects/<project_id>/app-users/template", may=Permission.FIELD_KEY_CREATE)
def app_users_template(actor: Actor, project: Project) -> Any:
    """Give the workbook to fill: a sheet for the app users, and one with the values that forms offer."""
    del actor
    values = [(name, code, label) for name, codes in scopes.offered(project).items() for code, label in codes.items()]
    tables = (
        Table(roster.SHEET, roster.headings(project), (), to_fill=True),
        Table("values", (_("Column"), _("Code"), _("Label")), values),
    )
    return spooled(workbook(tables, server().zone), XLSX, f"{roster.SHEET}.xlsx")


@pages.on("GET", "/projects/<project_id>/app-users/<app_user_id>", may=Permission.FIELD_KEY_LIST)
def app_user(actor: Actor, project: Project, app_user_id: str) -> AppUserPage:
    """Show one app user."""
    return _app_user_page(actor, project, app_user_id)


def _app_user_page(actor: Actor, project: Project, app_user_id: str, problem: str = "") -> AppUserPage:
    user = accounts.app_user(project, as_id(app_user_id, "appUserId"), vault=server().vault)
    return AppUserPage(
        project=head(actor, project),
        app_user=replace(
            _line(user),
            dimensions=_dimension_lines(project, user.properties),
            too_old_for=outdated.titles(user, catalogue.demands(project)),
        ),
        may_change=access.can(actor, Permission.FIELD_KEY_UPDATE, project_id=project.id),
        problem=problem,
    )


@pages.on("POST", "/projects/<project_id>/app-users/<app_user_id>/values", may=Permission.FIELD_KEY_UPDATE)
def app_user_values(actor: Actor, project: Project, app_user_id: str) -> Any:
    """Change where the records of an app user belong that do not say so themselves."""
    user = accounts.app_user(project, as_id(app_user_id, "appUserId"), vault=server().vault)
    given = scopes.given(roster.dimensions(project))
    if given is None:
        problem = _("A code has at most %(most)s characters and no special ones.", most=grants.MAX_VALUE)
        return _app_user_page(actor, project, app_user_id, problem), 400
    grants.set_properties(actor, project.id, user.id, scopes.changes(user.properties, given), vault=server().vault)
    say("good", _("The changes are kept."))
    return redirect(url_for("pages.app_user", project_id=project.id, app_user_id=user.id), 303)


@pages.on("POST", "/projects/<project_id>/app-users/<app_user_id>/revoke", may=Permission.SESSION_END)
def app_user_revoke(actor: Actor, project: Project, app_user_id: str) -> Any:
    """Withdraw an app user's access at once."""
    accounts.revoke_app_users(actor, project, [as_id(app_user_id, "appUserId")])
    say("good", _("Access is withdrawn. The phone can send and fetch nothing any more."))
    return redirect(url_for("pages.app_users", project_id=project.id), 303)


@pages.on("GET POST", "/projects/<project_id>/app-users/withdraw", may=Permission.SESSION_END)
def app_users_withdraw(actor: Actor, project: Project) -> Any:
    """Ask whether the access of those ticked shall be withdrawn, and withdraw it."""
    ticked = _ticked(request.values.getlist("app_user"))
    chosen = [user for user in _list(project) if _is_in(ticked, user) and _state(user) != "withdrawn"]
    if request.method != "POST" or not chosen:
        return WithdrawPage(head(actor, project), tuple(_line(user) for user in chosen))
    accounts.revoke_app_users(actor, project, [user.id for user in chosen])
    text = ngettext(
        "The access of %(num)s app user is withdrawn. The phone can send and fetch nothing any more.",
        "The access of %(num)s app users is withdrawn. The phones can send and fetch nothing any more.",
        len(chosen),
    )
    say("good", text)
    return redirect(url_for("pages.app_users", project_id=project.id), 303)


@pages.on("GET", "/projects/<project_id>/app-users/<app_user_id>/qr", may=Permission.FIELD_KEY_LIST)
def app_user_qr(actor: Actor, project: Project, app_user_id: str) -> AppUserQrPage:
    """Show one app user's QR code, large."""
    live = [user for user in _list(project) if user.token]
    ids = [user.id for user in live]
    wanted = as_id(app_user_id, "appUserId")
    if wanted not in ids:
        raise NotFound
    place = ids.index(wanted)
    unreachable = _unreachable()
    return AppUserQrPage(
        project=head(actor, project),
        app_user=_line(live[place]),
        address=origin(),
        qr=None if unreachable else _code(project, live[place]),
        unreachable=unreachable,
        previous_id=ids[place - 1] if place else None,
        next_id=ids[place + 1] if place + 1 < len(ids) else None,
        overheard=_overheard(project),
    )


@pages.on("GET", "/projects/<project_id>/app-users/cards", may=Permission.FIELD_KEY_LIST)
def qr_sheet(actor: Actor, project: Project) -> QrSheetPage:
    """Show cards with QR codes, to print and cut: of those ticked, or of all that the filter leaves."""
    words, wanted = request.args.getlist("app_user"), _filter(project)
    ticked = _ticked(words)
    live = [user for user in _list(project) if user.token]
    demands = catalogue.demands(project)
    chosen = [user for user in live if (_is_in(ticked, user) if words else _fits(user, wanted, demands))]
    chosen.sort(key=lambda user: _natural_key(user.display_name))
    unreachable = _unreachable()
    cards = () if unreachable else tuple(QrCard(user.display_name, _code(project, user)) for user in chosen)
    today = datetime.now(ZoneInfo(server().zone)).date()
    return QrSheetPage(head(actor, project), cards, origin(), today, unreachable, _overheard(project))


def _ranges(ids: Iterable[int]) -> list[str]:
    """Write numbers in few words, those that follow on one another as "12-45": an address has room for no more."""
    found = sorted(ids)
    ends = [place for place, (one, next_one) in enumerate(pairwise(found), start=1) if next_one != one + 1]
    runs = [found[start:end] for start, end in pairwise([0, *ends, len(found)])]
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def _ticked(words: Iterable[str]) -> list[range]:
    """Read numbers that `_ranges` wrote, or single ones."""
    pairs = [word.partition("-") for word in words]
    return [range(as_id(first, "app_user"), as_id(last or first, "app_user") + 1) for first, _dash, last in pairs]


def _is_in(ticked: Iterable[range], user: AppUser) -> bool:
    return any(user.id in each for each in ticked)


def _unreachable() -> Unreachable | None:
    return reach.check(origin(), door.here(), server().bound, is_open_lan=server().is_open_lan)


def _overheard(project: Project) -> Overheard | None:
    titles = catalogue.titles_with_identity(project) if reach.is_plain(origin()) else []
    return Overheard(origin(), tuple(titles), server().is_open_lan) if titles else None


def _code(project: Project, user: AppUser) -> QrCode:
    if user.token is None:
        raise NotFound
    return qr.draw(reach.settings(origin(), user.token, project.id, project.name))
