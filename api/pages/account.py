"""One's own account: the password, the second step, and where one is logged in."""

from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from api.endpoint import AUTHENTICATED, as_id, guard, server
from api.pages import door, qr
from api.pages.contexts import AccountPage, SecondStepPage, SessionLine
from api.pages.door import pages, say
from forms import accounts
from forms.access import Actor
from forms.accounts import passwords, resets, second_step
from forms.models import Session
from forms.problems import (
    AuthenticationFailed,
    CodeWrong,
    NotFound,
    PasswordTooLong,
    PasswordTooShort,
    Problem,
    TooManyAttempts,
)

#: What browsers and systems call themselves: the first that is found counts, since each also names older ones.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
             "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Macintosh": "macOS",
            "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip


@pages.on("GET", "/account", may=AUTHENTICATED)
def account(actor: Actor) -> AccountPage:
    """Show one's own account and where it is open."""
    return _page(actor)


@pages.on("POST", "/account/password", may=AUTHENTICATED)
def change_password(actor: Actor) -> Any:
    """Change one's password by the old one, and end the other sessions."""
    own, new = _own(actor), request.form.get("password", "")
    try:
        resets.change_password(actor, own, request.form.get("old", ""), new, but=_in_use(), guard=guard())
    except (AuthenticationFailed, TooManyAttempts) as problem:
        # The page is the answer, so that what was counted is committed with it.
        return _page(actor, {"old": _said(problem)}), 400
    except (PasswordTooShort, PasswordTooLong) as problem:
        return _page(actor, {"password": _said(problem)}), 400
    say("good", _("The password is changed. You are logged out everywhere else."))
    return redirect(url_for("pages.account"), 303)


@pages.on("GET POST", "/account/second-step", may=AUTHENTICATED)
def second_step_setup(actor: Actor) -> Any:
    """Set an authenticator app up: make a secret, then confirm that the app has it."""
    _own(actor)
    if request.method != "POST":
        return _setup_page(actor)
    if "code" not in request.form:
        second_step.begin(actor, server().vault)
        return redirect(url_for("pages.second_step_setup"), 303)
    password, code = request.form.get("password", ""), request.form.get("code", "")
    try:
        second_step.confirm(actor, password, code, session_id=_in_use(), guard=guard())
    except (AuthenticationFailed, TooManyAttempts) as problem:
        return _setup_page(actor, {"password": _said(problem)}), 400
    except CodeWrong as problem:
        return _setup_page(actor, {"code": _said(problem)}), 400
    say("good", _("The second step is set up. From now on a code is asked for whenever you log in."))
    return redirect(url_for("pages.account"), 303)


@pages.on("POST", "/account/second-step/off", may=AUTHENTICATED)
def second_step_off(actor: Actor) -> Any:
    """Take one's own second step off, with a code of it."""
    _own(actor)
    try:
        second_step.take_off(actor, request.form.get("code", ""), guard())
    except (CodeWrong, TooManyAttempts) as problem:
        return _page(actor, {"code": _said(problem)}), 400
    say("good", _("The second step is off. Nothing about people is open to you until it is set up again."))
    return redirect(url_for("pages.account"), 303)


@pages.on("POST", "/account/sessions/<session_id>/end", may=AUTHENTICATED)
def session_end(actor: Actor, session_id: str) -> Any:
    """End one of one's own sessions."""
    accounts.end_own_session(actor, as_id(session_id, "sessionId"))
    say("good", _("That session is ended."))
    return redirect(url_for("pages.account"), 303)


@pages.on("POST", "/account/sessions/end", may=AUTHENTICATED)
def sessions_end(actor: Actor) -> Any:
    """End all of one's own sessions but the one in use."""
    accounts.end_other_sessions(actor, _in_use())
    say("good", _("You are logged out everywhere else."))
    return redirect(url_for("pages.account"), 303)


def _own(actor: Actor) -> int:
    if actor.type != "user" or actor.id is None:
        raise NotFound
    return actor.id


def _in_use() -> int:
    credential = g.identified.credential
    if credential is None:
        raise NotFound
    session_id: int = credential.session_id
    return session_id


def _said(problem: Problem) -> str:
    return problem.text(door.language())


def _page(actor: Actor, problems: dict[str, str] | None = None) -> AccountPage:
    own = _own(actor)
    row = accounts.user(own)
    credential = g.identified.credential
    in_use = credential.session_id if credential else None
    return AccountPage(
        name=row.Actor.display_name,
        email=row.User.email,
        second_step_since=row.User.totp_confirmed_at,
        needs_second_step=not actor.is_proven and accounts.asks_second_step(own),
        sessions=tuple(_line(session, in_use) for session in accounts.list_own_sessions(actor)),
        password_length=passwords.LEAST,
        problems=problems or {},
    )


def _line(session: Session, in_use: int | None) -> SessionLine:
    return SessionLine(
        id=session.id,
        browser=browser(session.user_agent or ""),
        address=session.address or "",
        since=session.created_at,
        last_seen=session.last_seen_at,
        is_this=session.id == in_use,
    )


def browser(user_agent: str) -> str:
    """Say in a few words what a browser or program calls itself; a program's own name is its first word."""
    found = [next((name for mark, name in marks.items() if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or user_agent.partition("/")[0][:40] or _("unknown")


def _setup_page(actor: Actor, problems: dict[str, str] | None = None) -> SecondStepPage:
    if accounts.user(_own(actor)).User.totp_confirmed_at is not None:
        return SecondStepPage(is_set_up=True)
    waiting = second_step.enrolment(actor, server().vault)
    if waiting is None:
        return SecondStepPage()
    groups = [waiting.secret[i : i + 4] for i in range(0, len(waiting.secret), 4)]
    return SecondStepPage(secret=" ".join(groups), qr=qr.draw(waiting.uri), problems=problems or {})
