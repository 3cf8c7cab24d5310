"""Sessions: logging in, asking how long one lasts, logging out."""

from typing import Any

from flask import Response, g, request

from api import auth, wire
from api.central.door import SUCCESS, central
from api.endpoint import AUTHENTICATED, PUBLIC, demand_same_origin, guard, is_overheard, server, write_json
from forms import accounts
from forms.access import Actor
from forms.problems import HttpsOnly, InvalidDataType, MissingParameters, NotFound


@central.on("POST", "/sessions", may=PUBLIC, takes=wire.Credentials)
def create(body: dict[str, Any]) -> Response:
    """Open a session for an address and a password; a browser gets it as cookies too.

    Whoever has a second step sends its `code` as well; without one the answer says so (401.901).
    """
    demand_same_origin()
    if is_overheard():
        raise HttpsOnly
    here = server()
    given = [name for name in ("email", "password") if body[name] not in (None, "")]
    if len(given) < 2:  # noqa: PLR2004
        raise MissingParameters(expected=["email", "password"], got=given)
    for name in ("email", "password", "code"):
        if body[name] is not None and not (isinstance(body[name], str) and wire.is_storable(body[name])):
            raise InvalidDataType(field=name, value=None, expected="string")
    session = accounts.log_in(
        body["email"],
        body["password"],
        code=body["code"],
        guard=guard(),
        user_agent=request.user_agent.string or None,
    )
    response = write_json(wire.NewSession().dump(session))
    auth.set_cookies(response, session, is_https=auth.is_https(request, here.base_url))
    return response


@central.on("GET", "/sessions/restore", may=AUTHENTICATED)
def restore(actor: Actor) -> Response:
    """Tell since when and until when the session in use lasts."""
    del actor
    response = write_json(wire.Session().dump(_in_use()))
    response.headers["Cache-Control"] = "no-store"
    return response


@central.on("DELETE", "/sessions/current", may=AUTHENTICATED)
def delete_current(actor: Actor) -> Response:
    """End the session in use."""
    accounts.end_session(actor, _in_use().session_id)
    return _ended()


@central.on("DELETE", "/sessions/<token>", may=AUTHENTICATED)
def delete(actor: Actor, token: str) -> Response:
    """End the session of a token: one's own, or that of an app user whom one may revoke."""
    accounts.end_session_of_token(actor, token)
    own = request.cookies.get(auth.SECURE_COOKIE) or request.cookies.get(auth.PLAIN_COOKIE)
    return _ended() if own == token else write_json(SUCCESS)


def _in_use() -> accounts.Credential:
    credential: accounts.Credential | None = g.identified.credential
    if credential is None:
        raise NotFound
    return credential


def _ended() -> Response:
    response = write_json(SUCCESS)
    if auth.SECURE_COOKIE in request.cookies or auth.PLAIN_COOKIE in request.cookies:
        auth.clear_cookies(response, is_https=auth.is_https(request, server().base_url))
    return response
