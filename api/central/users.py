"""Web users: who they are, and how their passwords are set anew."""

from dataclasses import replace
from threading import Thread
from typing import Any

from flask import g, request, url_for

from api import mail, wire
from api.central.door import SUCCESS, central, flag, is_extended, paging
from api.endpoint import ANYBODY, AUTHENTICATED, PUBLIC, as_id, guard, is_overheard, origin, server
from forms import access, accounts
from forms.access import Actor, Permission
from forms.accounts import resets
from forms.problems import AuthenticationFailed, HttpsOnly, InsufficientRights, NotFound


@central.on("GET", "/users", may=AUTHENTICATED, gives=wire.User)
def list_all(actor: Actor) -> list[Any]:
    """List the web users, or search them by a part of the address or name.

    Anybody finds a user whose whole address they know; else it needs the right, and is empty without.
    """
    rows = accounts.list_users()
    wanted = request.args.get("q", "").strip().lower()
    if wanted:
        exact = [row for row in rows if row.User.email.lower() == wanted]
        if exact:
            return exact
        rows = [row for row in rows if wanted in row.User.email.lower() or wanted in row.Actor.display_name.lower()]
    if not access.can(actor, Permission.USER_LIST):
        return []
    limit, offset = paging()
    return rows[offset:][:limit]


@central.on("POST", "/users", may=Permission.USER_CREATE, takes=wire.NewUser, gives=wire.User)
def create(actor: Actor, body: dict[str, Any]) -> Any:
    """Make a web user."""
    return accounts.user(accounts.create_user(actor, **body))


@central.on("GET", "/users/current", may=AUTHENTICATED, gives=wire.User)
def current(actor: Actor) -> Any:
    """Tell who one is, and what one may do on the site."""
    if actor.type != "user" or actor.id is None:
        raise NotFound
    row = accounts.user(actor.id)
    ext = {"verbs": sorted(access.verbs(actor))} if is_extended() else None
    return {"Actor": row.Actor, "User": row.User, "ext": ext}


@central.on("GET", "/users/<actor_id>", may=AUTHENTICATED, gives=wire.User)
def read(actor: Actor, actor_id: str) -> Any:
    """Give a web user; everybody may read themselves."""
    row = accounts.user(as_id(actor_id, "actorId"))
    if row.Actor.id != actor.id:
        access.demand(actor, Permission.USER_READ)
    return row


@central.on("PUT", "/users/<actor_id>/password", may=AUTHENTICATED, takes=wire.ChangedPassword, gives=wire.Success)
def change_password(actor: Actor, actor_id: str, body: dict[str, Any]) -> object:
    """Change a password by the old one; ends the other sessions of its person."""
    changed, credential = as_id(actor_id, "actorId"), g.identified.credential
    in_use = credential.session_id if credential is not None and changed == actor.id else None
    resets.change_password(actor, changed, body["old"], body["new"], but=in_use, guard=guard())
    return SUCCESS


@central.on("POST", "/users/reset/initiate", may=ANYBODY, takes=wire.ResetWish)
def initiate(body: dict[str, Any], actor: Actor | None = None) -> object:
    """Have a one-time link made for an account and mailed to it; the answer never tells whether there is one.

    With `?invalidate=true`, whoever may do so also shuts the person out at once. They get the `link` in the answer
    where no mail server is set, or where it does not take the letter (ours, not Central's).
    """
    may_invalidate = actor is not None and access.can(actor, Permission.USER_PASSWORD_INVALIDATE)
    if flag("invalidate") and not may_invalidate:
        raise InsufficientRights if actor is not None else AuthenticationFailed
    return _made_by(actor, body["email"]) if actor is not None and may_invalidate else _asked_for(body["email"])


def _made_by(actor: Actor, email: str) -> object:
    found = [row for row in accounts.list_users() if row.User.email.lower() == email.strip().lower()]
    if not found:
        return SUCCESS
    if flag("invalidate"):
        resets.invalidate(actor, found[0].Actor.id)
    link, letters = _link(resets.make_link(actor, found[0].Actor.id)), server().mail
    is_sent = letters is not None and mail.send_link(letters, found[0].User.email, link)
    return SUCCESS if is_sent else {**SUCCESS, "link": link}


def _asked_for(email: str) -> object:
    letters = server().mail
    if letters is not None:
        asked = resets.ask(email, guard=replace(guard(), purpose="reset"))
        if asked is not None:
            # Apart, since how long it takes would tell that there is such an account.
            Thread(target=mail.send_link, args=(letters, asked[0], _link(asked[1])), daemon=True).start()
    return SUCCESS


def _link(token: str) -> str:
    return origin() + url_for("pages.reset", token=token)


@central.on("POST", "/users/reset/verify", may=PUBLIC, takes=wire.ResetPassword, gives=wire.Success)
def verify(body: dict[str, Any]) -> object:
    """Set a password with a one-time link's token, sent as a bearer; ends all sessions of its person."""
    if is_overheard():
        raise HttpsOnly
    try:
        header = request.authorization
    except ValueError:  # characters that no such header may have
        header = None
    if header is None or header.type != "bearer" or not header.token:
        raise AuthenticationFailed
    if accounts.by_token(header.token) is not None:
        raise InsufficientRights
    resets.set_password(header.token, body["new"], guard=guard())
    return SUCCESS
