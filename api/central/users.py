"""Web users."""

from typing import Any

from flask import request

from api import wire
from api.central.door import central, is_extended, paging
from api.endpoint import AUTHENTICATED, as_id
from forms import access, accounts
from forms.access import Actor, Permission
from forms.problems import NotFound


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
