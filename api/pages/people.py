"""Accounts of web users: who there is, what each may do, and how they get in."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from api import mail
from api.endpoint import as_id, guard, origin, server, undone_when_refused
from api.pages import door
from api.pages.contexts import (
    AccountLine,
    AccountsPage,
    LinkPage,
    PeopleFilter,
    PersonPage,
    RoleGroup,
    RoleOption,
)
from api.pages.door import pages, say
from api.pages.roles import role_name
from forms import accounts as people
from forms import catalogue, grants, policy
from forms.access import Actor, Permission
from forms.accounts import HeldRole, passwords, resets, second_step
from forms.problems import NotFound, Problem, UniquenessViolation

#: What a new account may be on the whole server: roles that no value limits, since values belong to a project.
_SITE_WIDE = tuple(role for role in policy.ROLES if role.system in ("admin", "province", "analyst", "auditor"))
_ON_PROJECTS = tuple(role for role in policy.FOR_PEOPLE if not role.per_form)


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
    lines, held, wanted = _account_lines(actor), people.roles_by_actor(), people_filter()
    used = {role.role_id for line in lines for role in held.get(line.id, ())}
    return AccountsPage(
        accounts=tuple(line for line in lines if _fits(line, held.get(line.id, []), wanted)),
        total=len(lines),
        filter=wanted,
        held_roles=tuple(RoleOption(str(role.id), role_name(role)) for role in policy.ROLES if role.id in used),
        places=tuple(RoleOption(str(project.id), project.name) for project in catalogue.all_projects()),
        roles=_role_groups(),
        password_length=passwords.LEAST,
        **typed,
    )


def people_filter() -> PeopleFilter:
    """Read the filter of people that an address holds."""
    return PeopleFilter(*(request.args.get(name, "").strip() for name in ("text", "role", "place", "step")))


def _fits(line: AccountLine, held: list[HeldRole], wanted: PeopleFilter) -> bool:
    """Tell whether an account is listed; whoever holds a role on the whole server has access to every project."""
    is_found = any(
        wanted.role in ("", str(role.role_id))
        and (wanted.place in ("", str(role.project_id)) or role.project_id is None)
        for role in held
    )
    return (
        wanted.text.casefold() in f"{line.name} {line.email}".casefold()
        and wanted.step in ("", "yes" if line.has_second_step else "no")
        and (is_found or not (wanted.role or wanted.place))
    )


def _account_lines(actor: Actor) -> tuple[AccountLine, ...]:
    roles, rows = people.roles_by_actor(), people.list_users()
    locked = guard().closed(user for _person, user in rows)
    return tuple(
        AccountLine(
            id=person.id,
            name=person.display_name,
            email=user.email,
            roles=tuple(_role_words(held) for held in roles.get(person.id, ())),
            created=person.created_at,
            last_login=user.last_login_at,
            is_self=person.id == actor.id,
            has_second_step=user.totp_confirmed_at is not None,
            lacks_second_step=user.totp_confirmed_at is None
            and any(policy.BY_ID[held.role_id].has_clearance for held in roles.get(person.id, ())),
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


def _role_words(held: HeldRole) -> str:
    name = role_name(policy.BY_ID[held.role_id])
    return f"{name}: {' / '.join(filter(None, (held.project, held.form_id)))}" if held.project else name


def _role_groups() -> tuple[RoleGroup, ...]:
    groups = [RoleGroup("", tuple(RoleOption(str(role.id), role_name(role)) for role in _SITE_WIDE))]
    for project in catalogue.all_projects():
        options = tuple(RoleOption(f"{role.id}:{project.id}", role_name(role)) for role in _ON_PROJECTS)
        groups.append(RoleGroup(project.name, options))
    return tuple(groups)


def _role_values() -> set[str]:
    return {option.value for group in _role_groups() for option in group.options}
