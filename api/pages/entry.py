"""The way in and out, and the choice of language."""

from typing import Any

from flask import g, redirect, request, url_for

from api import auth
from api.endpoint import AUTHENTICATED, PUBLIC, demand_same_origin, server
from api.pages import door
from api.pages.contexts import LoginPage
from api.pages.door import LANGUAGE_COOKIE, own_address, pages
from forms import accounts
from forms.access import Actor
from forms.problems import AuthenticationFailed, Problem, TooManyAttempts, UnexpectedValue


@pages.on("GET POST", "/login", may=PUBLIC)
def login() -> Any:
    """Log in with address and password."""
    if request.method != "POST":
        return LoginPage(next=request.args.get("next", ""))
    demand_same_origin()
    here = server()
    email = request.form.get("email", "")
    is_https = auth.is_https(request, here.base_url)
    try:
        session = accounts.log_in(
            email,
            request.form.get("password", ""),
            vault=here.vault,
            address=auth.address(request, here.base_url),
            user_agent=request.user_agent.string,
            limit=here.login_attempts,
        )
    except (AuthenticationFailed, TooManyAttempts) as problem:
        # The page is the answer, so that what was counted is committed with it.
        page = LoginPage(email=email, problem=problem.text(door.language()), next=request.form.get("next", ""))
        return page, _page_status(problem)
    response = redirect(own_address(request.form.get("next", "")), 303)
    auth.set_cookies(response, session, is_https=is_https)  # type: ignore[arg-type]
    return response


def _page_status(problem: Problem) -> int:
    # A 401 must challenge, and the browser would open its own dialogue over the page.
    return 400 if problem.status == 401 else problem.status  # noqa: PLR2004


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
