"""The way in and out, a new password by a one-time link, and the choice of language."""

from dataclasses import replace
from threading import Thread
from typing import Any

from flask import after_this_request, g, redirect, request, url_for
from flask_babel import gettext as _

from api import auth, mail
from api.endpoint import AUTHENTICATED, PUBLIC, demand_same_origin, guard, is_overheard, origin, server
from api.pages import door
from api.pages.contexts import CodePage, ForgottenPage, LoginPage, ResetPage
from api.pages.door import LANGUAGE_COOKIE, own_address, pages, say
from forms import accounts
from forms.access import Actor
from forms.accounts import passwords, resets
from forms.problems import (
    AuthenticationFailed,
    CodeWrong,
    LogInOverHttp,
    MissingParameter,
    NotFound,
    PasswordTooLong,
    PasswordTooShort,
    Problem,
    SecondStepNeeded,
    TooManyAttempts,
    UnexpectedValue,
)


@pages.on("GET POST", "/login", may=PUBLIC)
def login() -> Any:
    """Log in with address and password; then with a code, where there is a second step."""
    if is_overheard():
        raise LogInOverHttp
    if request.method != "POST":
        return LoginPage(next=request.args.get("next", ""), can_mail=server().mail is not None)
    demand_same_origin()
    onward, ticket = request.form.get("next", ""), request.form.get("ticket", "")
    # Each page is the answer, so that what was counted is committed with it.
    try:
        session = _log_in(ticket)
    except SecondStepNeeded as step:
        return CodePage(ticket=step.details["ticket"], next=onward)
    except CodeWrong as problem:
        return CodePage(ticket=ticket, problem=problem.text(door.language()), next=onward), 400
    except (AuthenticationFailed, TooManyAttempts) as problem:
        said, can_mail = problem.text(door.language()), server().mail is not None
        page = LoginPage(email=request.form.get("email", ""), problem=said, next=onward, can_mail=can_mail)
        return page, _page_status(problem)
    response = redirect(own_address(onward), 303)
    auth.set_cookies(response, session, is_https=auth.is_https(request, server().base_url))  # type: ignore[arg-type]
    return response


def _log_in(ticket: str) -> accounts.NewSession:
    user_agent = request.user_agent.string
    if ticket:
        return accounts.log_in_with_code(ticket, request.form.get("code", ""), guard=guard(), user_agent=user_agent)
    email, password = request.form.get("email", ""), request.form.get("password", "")
    return accounts.log_in(email, password, guard=guard(), user_agent=user_agent)


def _page_status(problem: Problem) -> int:
    # A 401 must challenge, and the browser would open its own dialogue over the page.
    return 400 if problem.status == 401 else problem.status  # noqa: PLR2004


@pages.on("GET POST", "/forgotten", may=PUBLIC)
def forgotten() -> Any:
    """Have a one-time link mailed to the address of an account; the page never tells whether there is one."""
    letters = server().mail
    if letters is None:
        raise NotFound
    if request.method != "POST":
        return ForgottenPage()
    demand_same_origin()
    try:
        asked = resets.ask(request.form.get("email", ""), guard=replace(guard(), purpose="reset"))
    except (MissingParameter, TooManyAttempts) as problem:
        return ForgottenPage(problem=problem.text(door.language())), problem.status
    if asked is not None:
        link = origin() + url_for("pages.reset", token=asked[1])
        # Apart, since how long it takes would tell that there is such an account.
        Thread(target=mail.send_link, args=(letters, asked[0], link), daemon=True).start()
    return ForgottenPage(is_sent=True)


@pages.on("GET POST", "/reset/<token>", may=PUBLIC)
def reset(token: str) -> Any:
    """Set a password with a one-time link.

    The link's token is what proves the right to it, so no origin is asked for: a browser that may not tell where it
    comes from sends none with the form either.
    """
    after_this_request(_tell_nobody)
    if is_overheard():
        raise LogInOverHttp
    problems = {}
    try:
        user = resets.holder(token, guard=guard())
        if request.method == "POST":
            problems = _set_password(token)
            if not problems:
                say("good", _("The password is set. Log in with it now."))
                return redirect(url_for("pages.login"), 303)
    except (AuthenticationFailed, TooManyAttempts) as problem:
        is_waiting = isinstance(problem, TooManyAttempts)
        said = _("This link is not good any more. Ask your administrator for a new one.")
        return ResetPage(problem=problem.text(door.language()) if is_waiting else said), _page_status(problem)
    page = ResetPage(token=token, email=user.email, password_length=passwords.LEAST, problems=problems)
    return page, 400 if problems else 200


def _set_password(token: str) -> dict[str, str]:
    """Set the password that a form gave twice; tell what is wrong with it instead, by field."""
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return {"again": _("This is not the same password.")}
    try:
        resets.set_password(token, new, guard=guard())
    except (PasswordTooShort, PasswordTooLong) as problem:
        return {"password": problem.text(door.language())}
    return {}


def _tell_nobody(response: Any) -> Any:
    """Keep the address, which holds the token, from whatever is asked for next."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@pages.on("POST", "/logout", may=AUTHENTICATED)
def logout(actor: Actor) -> Any:
    """End this session."""
    credential = g.identified.credential
    if credential is not None:
        accounts.end_session(actor, credential.session_id)
    response = redirect(url_for("pages.login"), 303)
    auth.clear_cookies(response, is_https=auth.is_https(request, server().base_url))  # type: ignore[arg-type]
    return response


@pages.on("POST", "/language", may=PUBLIC)
def language() -> Any:
    """Show pages in the chosen language from now on."""
    chosen = request.form.get("language", "")
    if chosen not in ("id", "en"):
        raise UnexpectedValue(field="language", value=None, reason="id, en")
    response = redirect(own_address(request.form.get("next", "")), 303)
    is_https = auth.is_https(request, server().base_url)
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=365 * 86400, samesite="Lax", httponly=True, secure=is_https)
    return response
