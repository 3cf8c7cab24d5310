"""The door for people: what surrounds a page, how a page leaves, and how a refusal looks.

A view returns a context of `contexts` (or one with a status, or a ready Response); this turns it into HTML. Whoever is
not logged in is sent to the log-in page and brought back afterwards.
"""

from typing import Any, Literal
from urllib.parse import quote, urlsplit

from flask import Flask, Response, flash, g, get_flashed_messages, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.endpoint import Door
from api.pages import render as rendering
from api.pages.contexts import Frame, Notice, Page, ProblemPage, Viewer
from forms import access, accounts, catalogue
from forms.access import Permission
from forms.problems import AuthenticationFailed, Problem

LANGUAGE_COOKIE = "language"

#: What stays as it is in a query that a browser has already quoted.
_AS_IT_IS = "%&=+/:?@!$'()*,;"

#: Pages run nothing but their own bundled script and show nothing from elsewhere; nobody may frame them.
_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "img-src 'self' blob: data:; media-src 'self'"
)


def write(result: Page | tuple[Page, int] | AnyResponse) -> Any:
    """Write what a view gives as a page."""
    if isinstance(result, AnyResponse):
        response: Any = result
    else:
        page, status = result if isinstance(result, tuple) else (result, 200)
        response = Response(rendering.render(page), status, mimetype="text/html")
    # What is on a page may be about a person; a shared computer's browser must not find it again after the log-out.
    response.headers.setdefault("Cache-Control", "no-store")
    # What is taken from a page, such as a photo, is no page.
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def refuse(problem: Problem) -> Any:
    """Show a refusal; without a session, the log-in page, which comes back here."""
    if isinstance(problem, AuthenticationFailed) and request.method in ("GET", "HEAD"):
        return write(_once_more() if _is_from_elsewhere() else redirect(url_for("pages.login", next=here())))
    page = ProblemPage(
        status=problem.status, code=str(problem.code), text=problem.text(language()), back=_page_before()
    )
    # Where the fault is ours, or the database is away, nobody can be asked who is looking.
    frame = Frame(language=language(), csrf_token="", here=here()) if problem.status >= 500 else None  # noqa: PLR2004
    return write(Response(rendering.render(page, frame), problem.status, mimetype="text/html"))


pages = Door("pages", write, refuse, name_of=lambda function: function.__name__)


def language() -> Literal["id", "en"]:
    """Tell which language a page is in: the one chosen on a page, else the browser's, else Indonesian."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen not in ("id", "en"):
        chosen = request.accept_languages.best_match(("id", "en"), default="id")
    return "en" if chosen == "en" else "id"


def here() -> str:
    """Give path and query of this page, or of the page that sent the form to an address that shows none itself."""
    if request.method == "POST" and request.url_rule and "GET" not in (request.url_rule.methods or ()):
        return _page_before() or url_for("pages.home")
    return f"{quote(request.path)}?{quote(request.query_string, safe=_AS_IT_IS)}".rstrip("?")


def _page_before() -> str:
    """Give path and query of our own page that led here, "" where it was none of ours."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host:
        return ""
    return own_address(f"{before.path}?{before.query}".rstrip("?"))


def _is_from_elsewhere() -> bool:
    """Tell whether a link on another site led here: the browser then keeps our cookies back (SameSite=Strict)."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


def _once_more() -> Response:
    """Have the browser ask again by itself, now from our own site and with its cookies."""
    return Response(headers={"Refresh": f"0; url={here()}"}, mimetype="text/html")


def own_address(given: str) -> str:
    """Give an address to go on to, the first page where it is not one of ours."""
    # A browser takes a backslash for a slash, and passes over control characters.
    is_ours = given.startswith("/") and not given.startswith("//") and given.isprintable() and "\\" not in given
    return given if is_ours else url_for("pages.home")


def say(tone: Literal["good", "info", "warning", "problem"], text: str) -> None:
    """Put a sentence on top of the next page."""
    flash(text, tone)


def install(app: Flask) -> None:
    """Prepare the application to render pages."""
    rendering.install(app, _frame, language=language, timezone=app.extensions["lentera"].zone)


def _frame() -> Frame:
    identified = g.get("identified")
    viewer, csrf, asks_second_step = None, "", False
    if identified is not None and not request.path.startswith("/v1/"):
        administers = access.can(identified.actor, Permission.USER_LIST)
        viewer = Viewer(name=identified.actor.display_name, may_administer=administers)
        csrf = identified.credential.csrf if identified.credential else ""
        asks_second_step = not identified.actor.is_proven and accounts.asks_second_step(identified.actor.id)
    said: Any = get_flashed_messages(with_categories=True)
    notices = tuple(Notice(tone, text) for tone, text in said)
    return Frame(
        language=language(),
        csrf_token=csrf,
        here=here(),
        viewer=viewer,
        notices=notices,
        asks_second_step=asks_second_step,
        is_demo=catalogue.is_demo(),
    )
