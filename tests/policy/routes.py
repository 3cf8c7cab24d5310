"""How each route is asked, and what a yes of it shows. Who gets a yes is not said here: that follows from the policy.

A new route needs one line in `ROUTES`: `"GET /v1/…": Try()`, the path as it is declared. `Try` says the rest: what to send
so that whoever may gets a yes, what kind of collected values a yes shows (`shows`, a key of `KINDS`), and what the function
itself refuses beyond `may` (`refuses`). Records that are out of scope are 404 everywhere without being said.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from forms.policy import Clearance, Role
from tests.support.paper import Sees, Spot
from tests.support.programme import HANDED, Programme, Record, Viewer, canary, needed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Asked:
    """One request: who asks which route about what, with the file's name where the address has one."""

    programme: Programme
    viewer: Viewer
    spot: Spot
    record: Record | None = None
    name: str = ""

    @property
    def held(self) -> frozenset[str]:
        """What they may do there."""
        return self.viewer.reader.verbs(self.spot)

    @property
    def look(self) -> Sees:
        """What they see there."""
        return self.viewer.reader.look(self.spot)

    @property
    def take(self) -> Sees:
        """What they take away from there."""
        return self.viewer.reader.take(self.spot)

    def seen(self, sees: Sees) -> list[Record]:
        """The form's records that are in sight."""
        return [record for record in self.programme.of(self.spot) if sees.reaches(record.scopes)]


Refusal = Callable[[Asked], int | None]


@dataclass(frozen=True)
class Try:
    """How to ask a route. `ok` is the status of a yes; `send` gives the request's body as the test client takes it.

    `is_of_sender` says that whoever sent a record finds it there, whether or not they see it.
    """

    ok: int = 200
    shows: str = "nothing"
    queries: tuple[str, ...] = ("",)
    names: tuple[str, ...] = ("",)
    send: Callable[[Asked], dict[str, Any]] = lambda _: {}
    refuses: tuple[Refusal, ...] = ()
    is_of_sender: bool = False


# What a yes shows, record by record: all canaries that must be there, given what is in sight.


def _answers(record: Record, letters: str, most: Clearance) -> Iterator[str]:
    for each in record.has:
        # A file's own name is its answer.
        what = each.upper().replace("F", "N")
        if what[0] in letters and needed(what) <= most:
            yield record.canary(what)


def _masked(sees: Sees) -> Clearance:
    """What lies open of a clearance: identity never does."""
    return min(sees.clearance, Clearance.SENSITIVE)


def _rows(letters: str) -> Callable[[Asked], Iterator[str]]:
    def shown(asked: Asked) -> Iterator[str]:
        for record in asked.seen(asked.look):
            yield record.canary("ID")
            yield from _answers(record, letters, _masked(asked.look))

    return shown


def _download(letters: str, *, files: bool = False) -> Callable[[Asked], Iterator[str]]:
    def shown(asked: Asked) -> Iterator[str]:
        for record in asked.seen(asked.take):
            yield record.canary("ID")
            yield from _answers(record, letters, _masked(asked.take))
            if files:
                yield from (
                    record.canary(f.upper()) for f in record.has if f[0] == "f" and needed(f) <= asked.take.clearance
                )

    return shown


def _behind(asked: Asked) -> Iterator[str]:
    yield from (record.canary("ID") for record in asked.seen(asked.look))


def _page(asked: Asked) -> Iterator[str]:
    record = asked.record
    assert record is not None
    yield record.canary("ID")
    yield from _answers(record, "PRCN", _masked(asked.look))
    yield from _said(asked, "COMMENT", "NOTE")


def _said(asked: Asked, *what: str) -> Iterator[str]:
    assert asked.record is not None
    said = asked.record.said
    yield from (
        asked.record.canary(f"{each}{said}") for each in what if needed(f"{each}{said}") <= asked.look.clearance
    )


def _comments(asked: Asked) -> Iterator[str]:
    yield from _said(asked, "COMMENT")


def _notes(asked: Asked) -> Iterator[str]:
    yield from _said(asked, "NOTE")


def _places(asked: Asked) -> Iterator[str]:
    needs = {"kasus": Clearance.QUASI, "kegiatan": Clearance.PROGRAMME}.get(asked.spot.form or "", Clearance.IDENTITY)
    if asked.spot.form != "bebas" and needs <= asked.look.clearance:
        yield from (record.canary("ID") for record in asked.seen(asked.look))


def _pictures(asked: Asked) -> Iterator[str]:
    for record in asked.seen(asked.look):
        files = [each.upper().replace("F", "N") for each in record.has if each[0] == "f"]
        if any(needed(name) <= asked.look.clearance for name in files):
            yield record.canary("ID")
        yield from (record.canary(name) for name in files if needed(name) <= _masked(asked.look))


def _whole(asked: Asked) -> Iterator[str]:
    assert asked.record is not None
    yield from _answers(asked.record, "PRCN", Clearance.IDENTITY)


def _file_names(asked: Asked) -> Iterator[str]:
    assert asked.record is not None
    yield from _answers(asked.record, "N", asked.look.clearance)


def _opened(asked: Asked) -> Iterator[str]:
    assert asked.record is not None
    yield from (each for each in _answers(asked.record, "PRCN", Clearance.IDENTITY) if each[-1] == "3")


def _handed(asked: Asked) -> Iterator[str]:
    for record in asked.seen(asked.take):
        yield from (record.canary(what) for what in HANDED)
        yield from _answers(record, "PRC", _masked(asked.take))


def _looks(asked: Asked) -> Iterator[str]:
    # The auditor reads which records were looked at, of whatever scope; nothing of what is in them.
    yield canary(asked.spot.project or "", "kasus", "OWN", "ID")


def _file(asked: Asked) -> Iterator[str]:
    assert asked.record is not None
    yield asked.record.canary(asked.name.upper())


#: The kinds of what is shown. What must be shown is also all that may be, but for what `MORE` lists.
KINDS: dict[str, Callable[[Asked], Iterator[str]]] = {
    "nothing": lambda _: iter(()),
    "record": lambda _: iter(()),
    "ids": _rows(""),
    "list": _rows("P"),
    "page": _page,
    "comments": _comments,
    "notes": _notes,
    "places": _places,
    "pictures": _pictures,
    "xml": _whole,
    "opened": _opened,
    "handed": _handed,
    "looks": _looks,
    "file names": _file_names,
    "behind": _behind,
    "file": _file,
    "table": _download("PCN"),
    "repeat": _download("R"),
    "sheets": _download("PRCN"),
    "archive": _download("PRCN", files=True),
}


def more(shows: str, asked: Asked) -> Iterator[str]:
    """What a yes may show besides, without having to: ids beside a record, names of records that lie open."""
    sees = asked.take if shows in ("table", "repeat", "sheets", "archive", "handed") else asked.look
    name_needs = {"kasus": Clearance.QUASI, "kegiatan": Clearance.PROGRAMME}
    for record in asked.seen(sees) if shows not in ("nothing", "looks", "opened") else ():
        yield from (record.canary("ID"), record.canary("ID2"))
        if sees.clearance >= name_needs.get(asked.spot.form or "", Clearance.IDENTITY):
            yield record.canary("NAME")
        if shows == "handed":
            yield from _answers(record, "N", _masked(sees))
    if shows == "xml" and asked.record is not None:
        yield asked.record.canary("NAME")


# What functions refuse by themselves.


def takes_nothing(asked: Asked) -> int | None:
    """Downloads: a role without clearance for them."""
    return 403 if asked.take.clearance == Clearance.NONE else None


def reads_nothing_within(asked: Asked) -> int | None:
    """Dashboards: whoever reads no record in the whole project."""
    theirs = (each for each in asked.viewer.reader.held if each.project in (None, asked.spot.project))
    return None if any("submission.read" in each.role.verbs for each in theirs) else 403


def _figures_by(asked: Asked) -> list[Role]:
    """The roles by which somebody gets figures of a form, those that are void on its records included."""
    spot = replace(asked.spot, has_cases=False)
    held = [each for each in asked.viewer.reader.held if each.counts(spot)]
    return [each.role for each in held if "submission.read" in each.role.verbs]


def gets_no_figures(asked: Asked) -> int | None:
    """A form's figures: nothing of it may be read, not even small numbers hidden."""
    return None if _figures_by(asked) else 403


def withheld(asked: Asked) -> int | None:
    """How many records there are: of those in sight, else of all; of neither for whoever sees cases in a scope only."""
    roles = _figures_by(asked)
    is_split = any(role.scoped_by and role.sees > Clearance.PROGRAMME for role in roles)
    is_everywhere = not is_split and any(not role.scoped_by for role in roles)
    return None if asked.look.clearance >= Clearance.PROGRAMME or is_everywhere else 403


def not_whole(asked: Asked) -> int | None:
    """XML: the clearance for all that the form asks for."""
    assert asked.record is not None
    strictest = max(needed(each) for each in asked.record.has)
    return 403 if asked.look.clearance < strictest else None


def no_such_file(asked: Asked) -> int | None:
    """A file that the record's form does not ask for."""
    assert asked.record is not None
    return 404 if asked.name not in asked.record.has else None


def above(asked: Asked) -> int | None:
    """A file above the clearance."""
    return 403 if asked.look.clearance < needed(asked.name) else None


def not_for_comments(asked: Asked) -> int | None:
    """Saying something of a record: the clearance for all that its form asks for, short of identity."""
    assert asked.record is not None
    return 403 if needed(f"COMMENT{asked.record.said}") > asked.look.clearance else None


def sealed(asked: Asked) -> int | None:
    """A file of class identity on a page: revealed, not opened."""
    return 403 if needed(asked.name) == Clearance.IDENTITY else None


def holds_no_identity(asked: Asked) -> int | None:
    """Opening identity of a form that asks for none."""
    return None if _identity(asked) else 400


def asks_for_no_identity(asked: Asked) -> int | None:
    """Asking for the identity of a form that holds none."""
    return 400 if asked.spot.form == "kegiatan" else None


def of_another_form(asked: Asked) -> int | None:
    """A request that was made for another form."""
    return None if (asked.spot.project, asked.spot.form) == ("A", "kasus") else 404


def unless(*verbs: str, status: int = 403) -> Refusal:
    """Somebody without any of the verbs there."""
    return lambda asked: status if asked.held.isdisjoint(verbs) else None


def not_theirs_to_drop(asked: Asked) -> int | None:
    """A shared filter: its owner's, and theirs who look after the form."""
    return None if asked.viewer.name == "province" or "form.update" in asked.held else 404


def is_phone(asked: Asked) -> int | None:
    """What is only of web users."""
    return 404 if asked.viewer.is_phone else None


def shows_a_session(asked: Asked) -> int | None:
    """A session's token where another kind is wanted."""
    return 403 if asked.viewer.headers else None


def _json(**body: Any) -> Callable[[Asked], dict[str, Any]]:
    return lambda _: {"json": body}


def _fields(**fields: str) -> Callable[[Asked], dict[str, Any]]:
    return lambda _: {"data": fields}


def _bytes(data: bytes, kind: str = "application/octet-stream") -> Callable[[Asked], dict[str, Any]]:
    return lambda _: {"data": data, "content_type": kind}


def _instance(asked: Asked) -> bytes:
    scopes = "<kabkota>61.01</kabkota><kantor>ltsa_satu</kantor><shelter>sh_satu</shelter><lembaga>lbg_satu</lembaga>"
    asks = scopes if asked.spot.form != "bebas" else ""
    form = asked.spot.form
    return f'<data id="{form}" version="1">{asks}<meta><instanceID>uuid:baru</instanceID></meta></data>'.encode()


def _identity(asked: Asked) -> list[str]:
    assert asked.record is not None
    return [f"/anak/{what}" if what[0] == "r" else f"/{what}" for what in asked.record.has if what[-1] == "3"]


def _reveal(asked: Asked) -> dict[str, Any]:
    return {"json": {"fields": _identity(asked) or ["/p0"], "reason": "alasan yang cukup"}}


def _reveal_by_form(asked: Asked) -> dict[str, Any]:
    return {"data": {"fields": _identity(asked) or ["/p0"], "reason": "alasan yang cukup"}}


def _ask_for_identity(asked: Asked) -> dict[str, Any]:
    return {"data": {"fields": ["/p3"], "reason": "alasan yang cukup"}}


def _review_many(asked: Asked) -> dict[str, Any]:
    return {"data": {"instance": [record.id for record in asked.seen(asked.look)], "state": "approved"}}


def _submission(asked: Asked) -> dict[str, Any]:
    return {"data": {"xml_submission_file": (io.BytesIO(_instance(asked)), "a.xml", "text/xml")}}


def _stored(asked: Asked) -> dict[str, Any]:
    return {"data": _instance(asked), "content_type": "application/xml"}


_V1, _P = "/v1/projects/<project_id>", "/projects/<project_id>"
_V1F, _F = f"{_V1}/forms/<xml_form_id>", f"{_P}/forms/<xml_form_id>"
_V1R, _R = f"{_V1F}/submissions/<instance_id>", f"{_F}/submissions/<instance_id>"
_V1C = f"{_V1R}/versions/<version_id>"
_T = "/v1/test/<token>/projects/<project_id>/forms/<xml_form_id>/draft"
_FILES = ("f0", "f1", "f2", "f3")

ROUTES: dict[str, Try] = {
    # The site, by the REST API.
    "POST /v1/sessions": Try(ok=400),
    "GET /v1/sessions/restore": Try(),
    "DELETE /v1/sessions/current": Try(),
    # Somebody else's: whoever may revoke the app user of project A.
    "DELETE /v1/sessions/<token>": Try(
        refuses=(lambda a: None if "session.end" in a.viewer.reader.verbs(Spot("A")) else 403,)
    ),
    "GET /v1/users": Try(),
    "POST /v1/users": Try(send=_json(email="baru@example.org")),
    "GET /v1/users/current": Try(refuses=(is_phone,)),
    "GET /v1/users/<actor_id>": Try(refuses=(unless("user.read"),)),
    # With the old password, which is not known here.
    "PUT /v1/users/<actor_id>/password": Try(
        ok=401, send=_json(old="salah-sekali-1", new="kata-sandi-baru-1"), refuses=(unless("user.update"),)
    ),
    "POST /v1/users/reset/initiate": Try(send=_json(email="tidak-ada@example.org")),
    # With the token of a one-time link, which no session's is.
    "POST /v1/users/reset/verify": Try(ok=401, send=_json(new="kata-sandi-baru-1"), refuses=(shows_a_session,)),
    "GET /v1/roles": Try(),
    "GET /v1/roles/<role_id>": Try(),
    "GET /v1/assignments": Try(),
    "GET /v1/assignments/<role_id>": Try(),
    "POST /v1/assignments/<role_id>/<actor_id>": Try(ok=409),
    "DELETE /v1/assignments/<role_id>/<actor_id>": Try(),
    "GET /v1/projects": Try(),
    "POST /v1/projects": Try(send=_json(name="Baru")),
    # Projects.
    f"GET {_V1}": Try(),
    f"PATCH {_V1}": Try(send=_json(description="lain")),
    f"DELETE {_V1}": Try(),
    f"GET {_V1}/app-users": Try(),
    f"POST {_V1}/app-users": Try(send=_json(displayName="Ponsel baru")),
    f"GET {_V1}/app-users/<actor_id>": Try(),
    f"DELETE {_V1}/app-users/<actor_id>": Try(),
    f"PATCH {_V1}/app-users/<actor_id>": Try(send=_json(properties={})),
    f"GET {_V1}/actor-properties": Try(),
    f"POST {_V1}/actor-properties": Try(send=_json(name="lain")),
    f"GET {_V1}/users/<actor_id>/properties": Try(),
    f"PATCH {_V1}/users/<actor_id>/properties": Try(send=_json(properties={"kabkota": "61.01"})),
    f"GET {_V1}/assignments": Try(),
    f"GET {_V1}/assignments/<role_id>": Try(),
    f"POST {_V1}/assignments/<role_id>/<actor_id>": Try(ok=409),
    f"DELETE {_V1}/assignments/<role_id>/<actor_id>": Try(),
    f"GET {_V1}/assignments/forms": Try(),
    f"GET {_V1}/assignments/forms/<role_id>": Try(),
    f"GET {_V1}/forms": Try(),
    f"POST {_V1}/forms": Try(ok=400, send=_bytes(b"no workbook", XLSX)),
    # Phones: the list shows what one may fill; without the right to fill, Collect is asked for another credential.
    f"GET {_V1}/formList": Try(),
    f"HEAD {_V1}/formList": Try(),
    f"HEAD {_V1}/submission": Try(ok=204),
    f"GET {_V1}/submission": Try(ok=204),
    f"POST {_V1}/submission": Try(ok=201, send=_submission, refuses=(unless("submission.create", status=401),)),
    # Trying a draft: no phone of a project has a draft's token.
    **{f"{method} {_T}/{path}": Try(ok=404) for method in ("GET", "HEAD") for path in ("formList", "manifest", "submission")},
    **{f"{method} {_T}.xml": Try(ok=404) for method in ("GET", "HEAD")},
    **{f"{method} {_T}/attachments/<name>": Try(ok=404, names=("wilayah.csv",)) for method in ("GET", "HEAD")},
    f"POST {_T}/submission": Try(ok=404, send=_submission),
    f"GET {_V1F}/manifest": Try(),
    f"HEAD {_V1F}/manifest": Try(),
    # Forms.
    f"GET {_V1F}": Try(),
    f"PATCH {_V1F}": Try(send=_json(state="closing")),
    f"DELETE {_V1F}": Try(),
    f"GET {_V1F}.xml": Try(),
    f"GET {_V1F}.xlsx": Try(),
    f"GET {_V1F}.xls": Try(ok=404),
    f"GET {_V1F}/fields": Try(),
    f"GET {_V1F}/versions": Try(),
    f"GET {_V1F}/versions/<version>": Try(),
    f"GET {_V1F}/versions/<version>.xml": Try(),
    f"GET {_V1F}/versions/<version>.xlsx": Try(),
    f"GET {_V1F}/versions/<version>.xls": Try(ok=404),
    f"GET {_V1F}/versions/<version>/fields": Try(),
    f"GET {_V1F}/draft": Try(),
    f"POST {_V1F}/draft": Try(),
    f"DELETE {_V1F}/draft": Try(),
    f"POST {_V1F}/draft/publish": Try(queries=("version=2",)),
    f"GET {_V1F}/draft.xml": Try(),
    f"GET {_V1F}/draft.xlsx": Try(),
    f"GET {_V1F}/draft.xls": Try(ok=404),
    f"GET {_V1F}/draft/fields": Try(),
    f"GET {_V1F}/attachments": Try(),
    f"GET {_V1F}/attachments/<name>": Try(names=("wilayah.csv",)),
    f"GET {_V1F}/versions/<version>/attachments": Try(),
    f"GET {_V1F}/versions/<version>/attachments/<name>": Try(names=("wilayah.csv",)),
    f"GET {_V1F}/draft/attachments": Try(),
    f"GET {_V1F}/draft/attachments/<name>": Try(names=("wilayah.csv",)),
    f"POST {_V1F}/draft/attachments/<name>": Try(names=("wilayah.csv",), send=_bytes(b"name,label\n")),
    f"DELETE {_V1F}/draft/attachments/<name>": Try(names=("wilayah.csv",)),
    f"GET {_V1F}/assignments": Try(),
    f"GET {_V1F}/assignments/<role_id>": Try(),
    f"POST {_V1F}/assignments/<role_id>/<actor_id>": Try(ok=409),
    f"DELETE {_V1F}/assignments/<role_id>/<actor_id>": Try(),
    # Records.
    f"GET {_V1F}/submissions": Try(shows="ids"),
    f"POST {_V1F}/submissions": Try(send=_stored),
    f"GET {_V1F}/submissions.csv": Try(shows="table", refuses=(takes_nothing,)),
    f"POST {_V1F}/submissions.csv": Try(shows="table", refuses=(takes_nothing,)),
    f"GET {_V1F}/submissions.csv.zip": Try(shows="archive", refuses=(takes_nothing,)),
    f"POST {_V1F}/submissions.csv.zip": Try(shows="archive", refuses=(takes_nothing,)),
    f"GET {_V1R}": Try(shows="record"),
    f"PATCH {_V1R}": Try(shows="record", send=_json(reviewState="approved")),
    f"GET {_V1R}/comments": Try(shows="comments"),
    f"POST {_V1R}/comments": Try(send=_json(body="tanya lagi"), refuses=(not_for_comments,)),
    f"GET {_V1R}/audits": Try(shows="notes"),
    f"GET {_V1R}/diffs": Try(shows="record"),
    f"GET {_V1R}.xml": Try(shows="xml", refuses=(not_whole,)),
    f"GET {_V1R}/attachments": Try(shows="file names"),
    f"GET {_V1R}/attachments/<name>": Try(shows="file", names=_FILES, refuses=(no_such_file, above)),
    # The slots are filled: who may only complete what they sent themselves finds nothing left to do.
    f"POST {_V1R}/attachments/<name>": Try(
        names=("f0", "f2"), send=_bytes(b"lain", "image/png"), refuses=(no_such_file, unless("submission.update")),
        is_of_sender=True,
    ),
    f"GET {_V1R}/versions": Try(shows="record"),
    f"GET {_V1C}": Try(shows="record"),
    f"GET {_V1C}.xml": Try(shows="xml", refuses=(not_whole,)),
    f"GET {_V1C}/attachments": Try(shows="file names"),
    f"GET {_V1C}/attachments/<name>": Try(shows="file", names=_FILES, refuses=(no_such_file, above)),
    f"POST {_V1R}/reveal": Try(shows="opened", send=_reveal, refuses=(holds_no_identity,)),
    # Whoever watches over the server.
    "GET /healthz": Try(),
    "HEAD /healthz": Try(),
    "GET /metrics": Try(),
    # Pages: the site.
    "GET /login": Try(),
    "POST /login": Try(ok=400),
    "POST /logout": Try(ok=303),
    "POST /language": Try(ok=303, send=_fields(language="id")),
    "GET /": Try(),
    # Without a mail server nobody has a link sent to them, and no link has a phone's token.
    "GET /forgotten": Try(ok=404),
    "POST /forgotten": Try(ok=404),
    "GET /reset/<token>": Try(ok=400),
    "POST /reset/<token>": Try(ok=400),
    # Pages: one's own account.
    "GET /account": Try(refuses=(is_phone,)),
    "POST /account/password": Try(ok=400, refuses=(is_phone,)),
    "GET /account/second-step": Try(refuses=(is_phone,)),
    "POST /account/second-step": Try(ok=303, refuses=(is_phone,)),
    # Nobody here has one.
    "POST /account/second-step/off": Try(ok=404),
    # The bystander has none, and nobody ends another's.
    "POST /account/sessions/<session_id>/end": Try(ok=404),
    "POST /account/sessions/end": Try(ok=303),
    "GET /roles": Try(),
    "GET /new-project": Try(),
    "POST /new-project": Try(ok=303, send=_fields(name="Baru")),
    "GET /accounts": Try(),
    "POST /accounts": Try(ok=400),
    "GET /accounts/<person_id>": Try(),
    "POST /accounts/<person_id>/link": Try(),
    "POST /accounts/<person_id>/shut-out": Try(ok=303),
    "POST /accounts/<person_id>/second-step/off": Try(ok=404),
    # Pages: a project. Whoever may read a form of it sees the project around it.
    f"GET {_P}": Try(refuses=(lambda a: None if _finds_project(a) else 403,)),
    f"GET {_P}/settings": Try(),
    f"POST {_P}/settings": Try(ok=303, send=_fields(name="Lain")),
    f"POST {_P}/archive": Try(ok=303),
    f"GET {_P}/app-users": Try(),
    f"GET {_P}/app-users/add": Try(),
    f"POST {_P}/app-users/add": Try(ok=303, send=_fields(names="Ponsel baru", confirmed="1")),
    f"GET {_P}/app-users/template": Try(),
    f"GET {_P}/app-users/withdraw": Try(),
    f"POST {_P}/app-users/withdraw": Try(),
    f"GET {_P}/app-users/<app_user_id>": Try(),
    f"GET {_P}/app-users/<app_user_id>/qr": Try(),
    f"GET {_P}/app-users/cards": Try(),
    f"POST {_P}/app-users/<app_user_id>/revoke": Try(ok=303),
    f"POST {_P}/app-users/<app_user_id>/values": Try(ok=303),
    f"GET {_P}/people": Try(),
    f"POST {_P}/people": Try(ok=400),
    f"POST {_P}/people/<person_id>/take": Try(ok=303, send=_fields(role="8")),
    f"POST {_P}/people/<person_id>/values": Try(ok=303),
    f"GET {_P}/people/template": Try(),
    f"GET {_P}/people/upload": Try(),
    f"POST {_P}/people/upload": Try(ok=400),
    f"GET {_P}/upload": Try(),
    f"POST {_P}/upload": Try(ok=400),
    f"GET {_P}/access-log": Try(shows="looks"),
    # Pages: a form.
    f"GET {_F}": Try(),
    f"GET {_F}/draft": Try(),
    f"POST {_F}/draft/delete": Try(ok=303),
    f"GET {_F}/draft/trials/<trial_id>": Try(ok=404),
    f"POST {_F}/attach": Try(ok=400),
    f"POST {_F}/back": Try(ok=303, send=_fields(version="1")),
    f"POST {_F}/publish": Try(ok=303, send=_fields(version="2")),
    f"POST {_F}/state": Try(ok=303, send=_fields(state="closing")),
    f"GET {_F}/workbook": Try(),
    f"GET {_F}/xform": Try(),
    f"GET {_F}/files/<name>": Try(names=("wilayah.csv",)),
    f"GET {_F}/upload": Try(),
    f"POST {_F}/upload": Try(ok=400),
    # Downloads with identity: asked for, decided by somebody else, taken by who asked. Those there are of A's case form.
    f"GET {_F}/identity-exports": Try(),
    f"POST {_F}/identity-exports": Try(
        ok=303, send=_ask_for_identity, refuses=(unless("identity_export.request"), asks_for_no_identity)
    ),
    f"POST {_F}/identity-exports/<handover_id>/decide": Try(
        ok=303, send=_fields(approve="1"), refuses=(of_another_form, lambda a: 403 if a.viewer.name == "province" else None)
    ),
    f"POST {_F}/identity-exports/<handover_id>/take": Try(
        shows="handed", refuses=(of_another_form, lambda a: 403 if a.viewer.name != "province" else None)
    ),
    # Pages: records.
    f"GET {_F}/submissions": Try(shows="list"),
    f"POST {_F}/filters": Try(ok=303, send=_fields(name="Saringan lain")),
    f"GET {_F}/filters/<filter_id>": Try(ok=303, refuses=(of_another_form,)),
    # The filter that everybody finds is the provincial coordinator's own.
    f"POST {_F}/filters/<filter_id>/drop": Try(ok=303, refuses=(of_another_form, not_theirs_to_drop)),
    f"POST {_F}/review": Try(ok=303, send=_review_many),
    f"GET {_R}": Try(shows="page", queries=("blanks=1", "version={first}")),
    f"POST {_R}/review": Try(ok=303, shows="record", send=_fields(state="approved")),
    f"POST {_R}/comments": Try(ok=303, shows="record", send=_fields(comment="tanya lagi")),
    f"GET {_F}/map": Try(shows="places", queries=("", "question=/titik&box=-1,108,1,111", "since=2020-01-01")),
    f"GET {_F}/gallery": Try(shows="pictures", queries=("", "since=2020-01-01")),
    f"GET {_R}/files/<name>": Try(shows="file", names=_FILES, refuses=(no_such_file, sealed, above)),
    f"GET {_R}/reveal": Try(),
    f"POST {_R}/reveal": Try(shows="opened", send=_reveal_by_form, refuses=(holds_no_identity,)),
    # Dashboards: each figure says for itself what its reader may see of it.
    f"GET {_P}/dashboards": Try(refuses=(reads_nothing_within,)),
    # There is none in these projects, and so nothing of any.
    f"GET {_P}/dashboards/<slug>": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/report.xlsx": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/views/<view>": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/views/<view>.csv": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/views/<view>.xlsx": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/views/<view>.svg": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/views/<view>/records": Try(ok=404, refuses=(reads_nothing_within,)),
    f"GET {_P}/dashboards/<slug>/workbook": Try(ok=404),
    f"POST {_P}/dashboards/<slug>/delete": Try(ok=404),
    f"GET {_F}/views-template": Try(),
    f"GET {_F}/dashboard": Try(refuses=(gets_no_figures,)),
    f"GET {_F}/dashboard/report.xlsx": Try(refuses=(gets_no_figures,)),
    f"GET {_F}/dashboard/views/<view>": Try(refuses=(gets_no_figures,)),
    f"GET {_F}/dashboard/views/<view>.csv": Try(refuses=(gets_no_figures, withheld)),
    f"GET {_F}/dashboard/views/<view>.xlsx": Try(refuses=(gets_no_figures, withheld)),
    # The number of all records has no drawing.
    f"GET {_F}/dashboard/views/<view>.svg": Try(ok=404, refuses=(gets_no_figures, withheld)),
    f"GET {_F}/dashboard/views/<view>/records": Try(
        shows="behind", refuses=(gets_no_figures, unless("submission.list"), withheld)
    ),
    f"GET {_F}/downloads": Try(refuses=(takes_nothing,)),
    f"GET {_F}/download": Try(
        shows="sheets", queries=("format=xlsx", "format=zip"), refuses=(takes_nothing,)
    ),
}  # fmt: skip


def _finds_project(asked: Asked) -> bool:
    listing = {"form.read", "open_form.read", "form.update"}
    forms = [spot for spot in asked.programme.forms if spot.project == asked.spot.project]
    return "project.read" in asked.held or any(asked.viewer.reader.verbs(spot) & listing for spot in forms)
