"""Request → actor. The first credential that is present decides, and its failure is final (ODK Central API, auth).

In order: a token in the address (`/v1/key/TOKEN/…`, or `?st=`), the Authorization header, the session cookie.
"""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from flask import Request, Response
from werkzeug.datastructures import WWWAuthenticate

from forms import accounts
from forms.access import Actor
from forms.problems import AuthenticationFailed, HttpsOnly, InsufficientRights
from forms.vault import Vault

#: Only https makes a cookie of this name; on plain http it is the same name without the prefix.
SECURE_COOKIE = "__Host-session"
PLAIN_COOKIE = "session"
CSRF_COOKIE = "__csrf"

_TOKEN_LENGTH = 64
_TOKEN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$")
_KEY_PREFIX = "/v1/key/"


class KeyInAddress:
    """WSGI: takes `/key/TOKEN` out of the path and remembers it, so that routes and logs never see a token."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request as the application does."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(_KEY_PREFIX):
            token, _, rest = path[len(_KEY_PREFIX) :].partition("/")
            environ["lentera.key"] = token
            environ["PATH_INFO"] = f"/v1/{rest}"
        return self.application(environ, start_response)


@dataclass(frozen=True)
class Identified:
    """Who asks, and how they showed it. `credential` is None where no session stands behind it (Basic)."""

    actor: Actor
    credential: accounts.Credential | None
    by_cookie: bool = False


def token_in_address(request: Request) -> str | None:
    """Give the app user's token that the address carries, or None."""
    key = request.environ.get("lentera.key")
    if key is not None:
        return str(unquote(key))
    return request.args.get("st")


def prefix(request: Request) -> str:
    """Give what printed addresses start with after the host, so that a phone keeps its token: "/v1/key/TOKEN"."""
    token = token_in_address(request)
    return "/v1" if token is None else f"{_KEY_PREFIX}{quote(token, safe='!$')}"


def is_private(request: Request, base_url: str | None) -> bool:
    """Tell whether nobody between the client and us can read along: https, or this very machine.

    What comes from this machine on behalf of another (X-Forwarded-For, Forwarded) is as private as our proxy says.
    """
    if is_https(request, base_url):
        return True
    is_for_another = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    is_said_private = request.headers.get("X-Forwarded-Proto") == "https"
    return _is_this_machine(request.remote_addr or "") and (is_said_private or not is_for_another)


@lru_cache(maxsize=1024)
def _is_this_machine(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    # Where one socket serves both kinds, addresses of the old kind come in the new one's clothes.
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def is_https(request: Request, base_url: str | None) -> bool:
    """Tell whether the client came by https, to us or to a proxy before us.

    X-Forwarded-Proto counts only where the server's public address is known to be https, so that a proxy is expected.
    """
    forwarded = request.headers.get("X-Forwarded-Proto") == "https" and (base_url or "").startswith("https:")
    return request.is_secure or forwarded


def address(request: Request, base_url: str | None) -> str:
    """Give the address that a client came from: what our proxy says, where we are behind one.

    Else all people behind the proxy would share one count of failed log-ins, and anybody could lock them all out. As
    with https, a proxy is believed only where the public address says that there is one.
    """
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and not request.is_secure and is_https(request, base_url):
        return forwarded.rpartition(",")[2].strip()
    return request.remote_addr or ""


def guard(request: Request, *, vault: Vault, base_url: str | None, limit: int) -> accounts.Guard:
    """Give what counts the failures of whoever sends a request."""
    return accounts.Guard(vault, address(request, base_url), limit)


def is_shown(request: Request) -> bool:
    """Tell whether a request shows any credential, be it good or not."""
    names = (SECURE_COOKIE, PLAIN_COOKIE)
    return (
        token_in_address(request) is not None
        or "Authorization" in request.headers
        or any(request.cookies.get(name) for name in names)
    )


def identify(request: Request, *, vault: Vault, base_url: str | None, limit: int, is_overheard: bool) -> Identified:
    """Tell who asks; AuthenticationFailed, SessionNeeded, HttpsOnly, TooManyAttempts, InsufficientRights otherwise."""
    token = token_in_address(request)
    if token is not None:
        return _by_key(token, request.user_agent.string)
    try:
        header = request.authorization
    except ValueError:  # characters that no such header may have
        raise AuthenticationFailed from None
    if header is not None and header.type == "bearer" and header.token:
        return _by_session(header.token, by_cookie=False)
    if header is not None and header.type == "basic":
        if is_overheard:
            raise HttpsOnly
        if not header.username or not header.password:
            raise AuthenticationFailed
        here = guard(request, vault=vault, base_url=base_url, limit=limit)
        actor = accounts.verify(header.username, header.password, guard=here)
        return Identified(actor, None)
    cookie = request.cookies.get(SECURE_COOKIE) or request.cookies.get(PLAIN_COOKIE)
    if "Authorization" in request.headers or not cookie:
        raise AuthenticationFailed
    return _by_session(cookie, by_cookie=True)


def set_cookies(response: Response, session: accounts.NewSession, *, is_https: bool) -> None:
    """Give a browser its session: one cookie for us alone, one that its scripts may read to prove a form is ours."""
    name = SECURE_COOKIE if is_https else PLAIN_COOKIE
    for key, value, hidden in ((name, session.token, True), (CSRF_COOKIE, session.csrf, False)):
        response.set_cookie(
            key, value, expires=session.expires_at, secure=is_https, httponly=hidden, samesite="Strict", path="/"
        )


def clear_cookies(response: Response, *, is_https: bool) -> None:
    """Take the session's cookies from a browser again."""
    for key in (SECURE_COOKIE if is_https else PLAIN_COOKIE, CSRF_COOKIE):
        response.delete_cookie(key, secure=is_https, samesite="Strict", path="/")


def challenges() -> list[WWWAuthenticate]:
    """Give what a 401 must carry: Collect looks at the challenges and fails where there are none."""
    return [WWWAuthenticate("basic", {"realm": "Lentera", "charset": "UTF-8"})]


def _by_key(token: str, phone: str) -> Identified:
    if len(token) != _TOKEN_LENGTH or not _TOKEN_LETTERS.issuperset(token):
        raise AuthenticationFailed
    credential = accounts.by_token(token, phone=phone)
    if credential is None or credential.actor.type == "user":
        raise InsufficientRights
    return Identified(credential.actor, credential)


def _by_session(token: str, *, by_cookie: bool) -> Identified:
    credential = accounts.by_token(token)
    if credential is None:
        raise AuthenticationFailed
    return Identified(credential.actor, credential, by_cookie=by_cookie)
