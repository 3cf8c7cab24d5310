"""People and devices: app users with their QR codes, and accounts of web users."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask_babel import gettext as _

from api import mail
from api.endpoint import as_id, guard, origin, server, undone_when_refused
from api.pages import door, qr, reach, scopes
from api.pages.contexts import (
    AccountLine,
    AccountsPage,
    AppUserLine,
    AppUserQrPage,
    AppUsersPage,
    LinkPage,
    Overheard,
    PersonPage,
    QrCard,
    QrCode,
    QrSheetPage,
    RoleGroup,
    RoleOption,
    Unreachable,
)
from api.pages.door import pages, say
from api.pages.projects import head
from api.pages.roles import role_name
from forms import access, catalogue, grants, policy
from forms import accounts as people
from forms.access import Actor, Permission
from forms.accounts import AppUser, passwords, resets, second_step
from forms.models import Project
from forms.problems import NotFound, Problem, UniquenessViolation

#: A sheet of paper has eight cards; nobody needs a thousand devices at once.
_MOST_NAMES = 500
#: What a new account may be on the whole server: roles that no value limits, since values belong to a project.
_SITE_WIDE = tuple(role for role in policy.ROLES if role.system in ("admin", "province", "analyst", "auditor"))
_ON_PROJECTS = tuple(role for role in policy.FOR_PEOPLE if not role.per_form)


@pages.on("GET POST", "/projects/<project_id>/app-users", may=Permission.FIELD_KEY_LIST)
def app_users(actor: Actor, project: Project) -> Any:
    """List a project's app users, and make new ones."""
    names, last_day = request.form.get("names", ""), request.form.get("expires", "").strip()
    wanted = [name.strip() for name in names.splitlines() if name.strip()]
    if request.method != "POST":
        return _app_users_page(actor, project)
    if not wanted or len(wanted) > _MOST_NAMES:
        problem = _("Write at least one name, and at most %(most)s.", most=_MOST_NAMES)
        return _app_users_page(actor, project, names, last_day, {"names": problem}), 400
    try:
        expires_at = _end_of(last_day)
    except (ValueError, OverflowError):
        problem = _("Choose a day that is still to come, or none.")
        return _app_users_page(actor, project, names, last_day, {"expires": problem}), 400
    given = scopes.given(_dimensions(project))
    if given is None:
        return _app_users_page(actor, project, names, last_day, {"values": _no_code()}), 400
    properties = {name: value for name, value in given.items() if value}
    for name in wanted:
        made = people.create_app_user(
            actor, project, name, properties=properties, expires_at=expires_at, vault=server().vault
        )
        # On the project, not on each form: a form that is published tomorrow reaches the phones without another step.
        grants.assign(actor, made.id, people.APP_USER_ROLE, project_id=project.id, vault=server().vault)
    say("good", _("They may fill every form of this project. Show each its QR code, or print the cards."))
    return redirect(url_for("pages.app_users", project_id=project.id), 303)


def _dimensions(project: Project) -> list[str]:
    """List the dimensions of the policy that the project's forms have."""
    return [name for name in policy.DIMENSIONS if name in catalogue.property_names(project)]


def _no_code() -> str:
    return str(_("A code has at most %(most)s characters and no special ones.", most=grants.MAX_VALUE))


@pages.on("POST", "/projects/<project_id>/app-users/<app_user_id>/values", may=Permission.FIELD_KEY_UPDATE)
def app_user_values(actor: Actor, project: Project, app_user_id: str) -> Any:
    """Change where the records of an app user belong that do not say so themselves."""
    user = people.app_user(project, as_id(app_user_id, "appUserId"), vault=server().vault)
    given = scopes.given(_dimensions(project))
    if given is None:
        return _app_users_page(actor, project, problems={f"values-{user.id}": _no_code()}), 400
    changes = scopes.changes(user.properties, given)
    grants.set_properties(actor, project.id, user.id, changes, vault=server().vault)
    say("good", _("The changes are kept."))
    return redirect(url_for("pages.app_users", project_id=project.id), 303)


def _end_of(day: str) -> datetime | None:
    """Give the end of a day to come as a form wrote it, None for none; else ValueError or OverflowError."""
    if not day:
        return None
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time.min, ZoneInfo(server().zone))
    if end <= datetime.now(UTC):
        raise ValueError
    return end


def _app_users_page(
    actor: Actor, project: Project, names: str = "", expires: str = "", problems: dict[str, str] | None = None
) -> AppUsersPage:
    dimensions, offers = _dimensions(project), scopes.offered(project)
    users = tuple(
        replace(_line(user), dimensions=scopes.lines(dimensions, user.properties, offers))
        for user in people.list_app_users(project, vault=server().vault)
    )
    return AppUsersPage(
        project=head(actor, project),
        app_users=users,
        unreachable=_unreachable(),
        names=names,
        expires=expires,
        problems=problems or {},
        overheard=_overheard(project),
        may_change=access.can(actor, Permission.FIELD_KEY_UPDATE, project_id=project.id),
        dimensions=scopes.lines(dimensions, {}, offers),
    )


def _line(user: AppUser) -> AppUserLine:
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
    )


def _unreachable() -> Unreachable | None:
    return reach.check(origin(), door.here(), server().bound, is_open_lan=server().is_open_lan)


def _overheard(project: Project) -> Overheard | None:
    titles = catalogue.titles_with_identity(project) if reach.is_plain(origin()) else []
    return Overheard(origin(), tuple(titles), server().is_open_lan) if titles else None


def _code(project: Project, user: AppUser) -> QrCode:
    if user.token is None:
        raise NotFound
    return qr.draw(reach.settings(origin(), user.token, project.id, project.name))


@pages.on("GET", "/projects/<project_id>/app-users/<app_user_id>/qr", may=Permission.FIELD_KEY_LIST)
def app_user_qr(actor: Actor, project: Project, app_user_id: str) -> AppUserQrPage:
    """Show one app user's QR code, large."""
    live = [user for user in people.list_app_users(project, vault=server().vault) if user.token]
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
    """Show cards with QR codes, to print and cut: those ticked, or all."""
    ticked = {as_id(text, "app_user") for text in request.args.getlist("app_user")}
    live = [user for user in people.list_app_users(project, vault=server().vault) if user.token]
    chosen = sorted((u for u in live if not ticked or u.id in ticked), key=lambda u: u.display_name.lower())
    unreachable = _unreachable()
    cards = () if unreachable else tuple(QrCard(user.display_name, _code(project, user)) for user in chosen)
    today = datetime.now(ZoneInfo(server().zone)).date()
    return QrSheetPage(head(actor, project), cards, origin(), today, unreachable, _overheard(project))


@pages.on("POST", "/projects/<project_id>/app-users/<app_user_id>/revoke", may=Permission.SESSION_END)
def app_user_revoke(actor: Actor, project: Project, app_user_id: str) -> Any:
    """Withdraw an app user's access at once."""
    people.revoke_app_user(actor, project, as_id(app_user_id, "appUserId"), vault=server().vault)
    say("good", _("Access is withdrawn. The phone can send and fetch nothing any more."))
    return redirect(url_for("pages.app_users", project_id=project.id), 303)


@pages.on("GET POST", "/accounts", may=Permission.USER_LIST)
def accounts(actor: Actor) -> Any:
    """List the web users, and make new ones."""
    if request.method != "POST":
        return _accounts_page(actor)
    given = {name: request.form.get(name, "").strip() for name in ("name", "email", "role")}
    password = request.form.get("password", "")
    problems = _check_account(given)
    made = 0
    if not problems:
        role_id, _colon, project_id = given["role"].partition(":")
        try:
            with undone_when_refused():
                made = people.create_user(actor, given["email"], password=password or None, display_name=given["name"])
                grants.assign(
                    actor, made, int(role_id), project_id=int(project_id) if project_id else None, vault=server().vault
                )
        except UniquenessViolation:
            problems = {"email": _("There is an account with this address already.")}
        except Problem as problem:
            problems = {"password": problem.text(door.language())}
    if problems:
        return _accounts_page(actor, **given, problems=problems), 400
    if not password:
        return _link_page(actor, made)
    say("good", _("The account is made. Tell the password in person or by phone."))
    return redirect(url_for("pages.accounts"), 303)


def _check_account(given: dict[str, str]) -> dict[str, str]:
    problems = {}
    if "@" not in given["email"]:
        problems["email"] = _("This is no e-mail address.")
    if given["role"] not in _role_values():
        problems["role"] = _("Choose what the person may do.")
    return problems


def _accounts_page(actor: Actor, **typed: Any) -> AccountsPage:
    return AccountsPage(_account_lines(actor), _role_groups(), passwords.LEAST, **typed)


def _account_lines(actor: Actor) -> tuple[AccountLine, ...]:
    roles, rows = people.roles_by_actor(), people.list_users()
    locked = guard().closed(user for _person, user in rows)
    return tuple(
        AccountLine(
            id=person.id,
            name=person.display_name,
            email=user.email,
            roles=tuple(_role_words(*role) for role in roles.get(person.id, ())),
            created=person.created_at,
            last_login=user.last_login_at,
            is_self=person.id == actor.id,
            has_second_step=user.totp_confirmed_at is not None,
            is_locked=person.id in locked,
        )
        for person, user in rows
    )


@pages.on("GET", "/accounts/<person_id>", may=Permission.USER_LIST)
def person(actor: Actor, person_id: str) -> PersonPage:
    """Show one account, and what an administrator may do for its person."""
    return PersonPage(_account_line(actor, person_id))


def _account_line(actor: Actor, person_id: str) -> AccountLine:
    wanted = as_id(person_id, "personId")
    found = [line for line in _account_lines(actor) if line.id == wanted]
    if not found:
        raise NotFound
    return found[0]


@pages.on("POST", "/accounts/<person_id>/link", may=Permission.USER_PASSWORD_INVALIDATE)
def person_link(actor: Actor, person_id: str) -> LinkPage:
    """Make a one-time link with which somebody sets a password: mailed, or shown this once."""
    return _link_page(actor, as_id(person_id, "personId"))


def _link_page(actor: Actor, actor_id: int) -> LinkPage:
    link = origin() + url_for("pages.reset", token=resets.make_link(actor, actor_id))
    row, letters = people.user(actor_id), server().mail
    is_sent = letters is not None and mail.send_link(letters, row.User.email, link)
    return LinkPage(row.Actor.display_name, row.User.email, "" if is_sent else link)


@pages.on("POST", "/accounts/<person_id>/shut-out", may=Permission.USER_PASSWORD_INVALIDATE)
def person_shut_out(actor: Actor, person_id: str) -> Any:
    """Take somebody's password and end all their sessions at once."""
    line = _account_line(actor, person_id)
    resets.invalidate(actor, line.id)
    say("good", _("%(name)s is shut out. Make a link to let the person in again.", name=line.name))
    return redirect(url_for("pages.person", person_id=line.id), 303)


@pages.on("POST", "/accounts/<person_id>/second-step/off", may=Permission.USER_UPDATE)
def person_second_step_off(actor: Actor, person_id: str) -> Any:
    """Take the second step off for somebody who lost the phone."""
    line = _account_line(actor, person_id)
    second_step.take_off_lost(actor, line.id)
    say("good", _("The second step of %(name)s is off, and all sessions are ended.", name=line.name))
    return redirect(url_for("pages.person", person_id=line.id), 303)


def _role_words(role_id: int, project: str | None, form_id: str | None) -> str:
    name = role_name(policy.BY_ID[role_id])
    return f"{name}: {' / '.join(filter(None, (project, form_id)))}" if project else name


def _role_groups() -> tuple[RoleGroup, ...]:
    groups = [RoleGroup("", tuple(RoleOption(str(role.id), role_name(role)) for role in _SITE_WIDE))]
    for project in catalogue.all_projects():
        options = tuple(RoleOption(f"{role.id}:{project.id}", role_name(role)) for role in _ON_PROJECTS)
        groups.append(RoleGroup(project.name, options))
    return tuple(groups)


def _role_values() -> set[str]:
    return {option.value for group in _role_groups() for option in group.options}
