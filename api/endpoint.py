"""One declaration per route: who may, what it takes, what it gives. And the one transaction of a request.

A door (`openrosa`, `central`, `pages`, …) is a `Door`: it says how a Problem is written there. Its routes are plain
functions under `@door.on(...)`. For each request, in this order: the caller is identified in a short transaction of its
own; the body is read (a slow phone holds no connection); then one transaction looks the address's project and form
up, checks the permission, calls the function, and commits. The answer leaves after the commit.
`DECLARED` lists every route, for the reference and for the test that nothing is served undeclared.
"""

import gzip
import inspect
import logging
import re
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from urllib.parse import urlsplit

import psycopg
import sentry_sdk
from flask import Blueprint, Flask, Request, Response, current_app, g, jsonify, request
from marshmallow import Schema as Wire
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from api import auth, watch
from api.mail import Mail
from forms import access, accounts, catalogue
from forms.access import Actor, Permission
from forms.blobs import FULL
from forms.db import db
from forms.problems import (
    DatabaseAway,
    EncodingNotSupported,
    ForgedRequest,
    IdentityOverHttp,
    InsufficientRights,
    InvalidDataType,
    MissingParameter,
    MultipartParsingFailed,
    NotFound,
    Problem,
    RequestTooLarge,
    StorageFull,
    Unexpected,
    UnexpectedApiVersion,
    UnexpectedValue,
    UniquenessViolation,
    Unparseable,
    ValueOutOfRange,
)
from forms.vault import Vault

#: `may` of a route that looks at no credential at all.
PUBLIC: Final = "public"
#: `may` of a route for whoever is logged in; what they then see is up to the function.
AUTHENTICATED: Final = "authenticated"
#: `may` of a route for everybody, whose function is given the actor where a credential is shown.
ANYBODY: Final = "anybody"
#: `may` of a route for phones that try a draft: the token in their address is the draft's, no actor stands behind it.
TESTER: Final = "tester"
#: `takes` of a route that wants the body as it came: its function gets a seekable stream of the whole.
STREAM: Final = "stream"

_AT_ONCE: Final = nullcontext()
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_INT4 = 2**31
_JSON_LIMIT = 250_000
#: What one upload may hold; ODK Central's proxy stops there too.
_STREAM_LIMIT = 100_000_000
#: How much of an upload is held in memory before it goes to a file without a name.
_IN_MEMORY = 1_000_000
#: Permissions to read something about people: answers, who looked at them, accounts, keys.
_ABOUT_PEOPLE = (
    "access_log.", "actor_property.", "assignment.", "audit.", "field_key.", "identity", "session.", "submission.",
    "user.",
)  # fmt: skip
#: What browsers are told of every answer that is no page: it is data, and whatever is in it runs nothing here.
_INERT = "default-src 'none'; frame-ancestors 'none'; sandbox"
_VERSIONED = re.compile(r"/v(\d+)/")

log = logging.getLogger("lentera.request")


@dataclass(frozen=True)
class Server:
    """What a request needs of the process that serves it."""

    vault: Vault
    base_url: str | None
    login_attempts: int
    zone: str
    #: Where letters are sent from; without it a one-time link is shown to whoever made it.
    mail: Mail | None = None
    #: Whether forms with identity, and passwords, may go over plain http too.
    is_open_lan: bool = False
    #: What the server listens on ("0.0.0.0:8383"), where its parent said so.
    bound: str | None = None
    figures: str | None = None


def server() -> Server:
    """Give the server that this request came to."""
    found: Server = current_app.extensions["lentera"]
    return found


def origin() -> str:
    """Give the address that clients reach us under, without a slash at the end: the setting, else what they asked."""
    return server().base_url or request.host_url.rstrip("/")


def guard() -> accounts.Guard:
    """Give what counts the failed log-ins of whoever sends this request."""
    here = server()
    return auth.guard(request, vault=here.vault, base_url=here.base_url, limit=here.login_attempts)


def is_overheard() -> bool:
    """Tell whether others in the network could read along, where nobody has said that this may be."""
    here = server()
    return not here.is_open_lan and not auth.is_private(request, here.base_url)


@dataclass(frozen=True)
class Declared:
    """A route as it was declared."""

    door: str
    methods: tuple[str, ...]
    path: str
    may: tuple[str, ...]
    function: Callable[..., Any]


DECLARED: list[Declared] = []


def _module_and_name(function: Callable[..., Any]) -> str:
    return f"{function.__module__.rpartition('.')[2]}_{function.__name__}"


@dataclass
class Door:
    """A protocol's routes, and how it writes an answer and a Problem."""

    name: str
    write: Callable[[Any], Response]
    refuse: Callable[[Problem], Response]
    prefix: str = ""
    #: How a route is called in `url_for`, after the door's name.
    name_of: Callable[[Callable[..., Any]], str] = _module_and_name
    blueprint: Blueprint = field(init=False)

    def __post_init__(self) -> None:
        self.blueprint = Blueprint(self.name, f"api.{self.name}", url_prefix=self.prefix or None)

    def on(
        self,
        methods: str,
        path: str,
        *,
        may: Permission | tuple[Permission, ...] | str,
        takes: type[Wire] | str | None = None,
        gives: type[Wire] | None = None,
        turn: AbstractContextManager[Any] = _AT_ONCE,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route; `methods` is one or several, such as "GET HEAD".

        `turn` is held while the caller is identified and while the function works, not while the body is read, nor at
        the commit, which waits for the disk: there many are faster together.
        """
        names = tuple(methods.split())
        any_of = may if isinstance(may, tuple) else (may,)

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            # Phones' busiest routes find the project together with what they want of it.
            by_number = "project_id" in inspect.signature(function).parameters
            is_personal = any(verb.startswith(_ABOUT_PEOPLE) for verb in any_of) or path.startswith("/users")
            route = _Route(self, function, any_of, takes, gives, by_number, turn, is_personal)
            name = self.name_of(function)
            # One function may stand under several addresses, such as the assignments of all three places.
            before = sum(declared.function is function for declared in DECLARED)
            name += f"_{before}" if before else ""
            self.blueprint.add_url_rule(
                path, name, route, methods=names, provide_automatic_options=False, strict_slashes=False
            )
            DECLARED.append(Declared(self.name, names, self.prefix + path, any_of, function))
            return function

        return declare


@dataclass(frozen=True)
class _Route:
    door: Door
    function: Callable[..., Any]
    may: tuple[str, ...]
    takes: type[Wire] | str | None
    gives: type[Wire] | None
    by_number: bool
    turn: AbstractContextManager[Any]
    #: Whether its answers may be about a person.
    is_personal: bool

    def __call__(self, **address: str) -> Response:
        g.door, g.is_personal = self.door, self.is_personal
        # Before anything of the body is read: a form may spool files to the disk, also of whoever is nobody here.
        request.max_content_length = _JSON_LIMIT if self.may[0] in (PUBLIC, ANYBODY) else _STREAM_LIMIT
        with self.turn:
            actor = self._identify(address)
        with _body(self.takes) as sent, self.turn:
            arguments = _look_up(actor, address, self.may, by_number=self.by_number)
            if self.takes is not None:
                arguments["body"] = _check(sent, self.takes)
            result = self.function(**arguments)
            if self.gives is not None and not isinstance(result, Response):
                result = self.gives(many=isinstance(result, list)).dump(result)
            response = self.door.write(result)
        # Reads too: at a ROLLBACK psycopg forgets the statements that the connection has prepared, and planning them
        # anew takes PostgreSQL as long as running them.
        db.session.commit()
        return response

    def _identify(self, address: dict[str, str]) -> Actor | None:
        if self.may == (TESTER,):
            # Before the body is read, as with all others.
            project_id, token = as_id(address["project_id"], "projectId"), address.pop("token")
            catalogue.demand_draft_token(project_id, address["xml_form_id"], token, vault=server().vault)
            db.session.commit()
            return None
        if self.may == (PUBLIC,) or (self.may == (ANYBODY,) and not auth.is_shown(request)):
            return None
        here, overheard = server(), is_overheard()
        identified = auth.identify(
            request, vault=here.vault, base_url=here.base_url, limit=here.login_attempts, is_overheard=overheard
        )
        if identified.credential is None:
            # A password was looked up, and log-ins that failed; a token is looked up apart.
            db.session.commit()
        g.identified = identified
        if identified.by_cookie and request.method in _WRITES:
            _demand_own_page(identified.credential)
        return replace(identified.actor, address=auth.address(request, here.base_url), is_overheard=overheard)


@contextmanager
def undone_when_refused() -> Iterator[None]:
    """Undo what is written inside where it raises, so that a page may show the refusal and be committed itself."""
    with db.session.begin_nested():
        yield


def _demand_own_page(credential: accounts.Credential | None) -> None:
    """Refuse a request with a cookie that does not show the session's proof (ODK Central API, CSRF)."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return
    given = request.form.get("__csrf", "")
    if credential is None or not accounts.is_csrf(credential, given):
        raise ForgedRequest


def demand_same_origin() -> None:
    """Refuse a form that another site sends to a page without a session, such as a log-in."""
    sent_from = request.headers.get("Origin")
    # "null" is what a frame in a sandbox sends; our own pages' referrer policy never makes a browser send it.
    if sent_from is not None and urlsplit(sent_from).netloc != request.host:
        raise ForgedRequest


class _Request(Request):
    """A request whose multipart body is whole or refused, and whose files are gone when it is over."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._spooled: list[IO[bytes]] = []

    def make_form_data_parser(self) -> FormDataParser:
        """Let a broken body be an error, not an empty form."""
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser

    def _get_file_stream(self, *arguments: Any, **options: Any) -> IO[bytes]:
        self._spooled.append(super()._get_file_stream(*arguments, **options))
        return self._spooled[-1]

    def close(self) -> None:
        """Close what the body was spooled to, also of one that broke off."""
        super().close()
        for file in self._spooled:
            file.close()


@contextmanager
def _body(takes: type[Wire] | str | None) -> Iterator[Any]:
    """Read all that the client sends before a transaction begins: JSON as a value, STREAM as a stream."""
    if takes == STREAM:
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            shutil.copyfileobj(request.stream, file)
            file.seek(0)
            yield file
        return
    _inflate()
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        try:
            _ = request.files
        except (ValueError, EOFError, OSError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise
            raise MultipartParsingFailed from None
    if takes is None or request.mimetype != "application/json":
        yield {}
    else:
        request.max_content_length = _JSON_LIMIT
        yield _json()


def _inflate() -> None:
    """Read a compressed form or JSON body as if it had come plain (ODK Central API, request bodies).

    Not a stream: a program that uploads a file named `.gz` says of it that it is compressed, and means the file.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return
    if encoding != "gzip":
        raise EncodingNotSupported
    request.environ["wsgi.input"] = gzip.GzipFile(fileobj=request.environ["wsgi.input"])
    request.environ["wsgi.input_terminated"] = True
    request.environ.pop("CONTENT_LENGTH", None)


def _check(sent: Any, takes: type[Wire] | str) -> Any:
    """Check a JSON body against its wire class. Last of all: what is not there or not allowed is said first."""
    if isinstance(takes, str):
        return sent
    try:
        return takes().load(sent)
    except ValidationError as e:
        raise _invalid(e) from None


def _json() -> Any:
    data = request.get_data()
    try:
        value = current_app.json.loads(data) if data else {}
    except ValueError:
        raise Unparseable(format="json", rawLength=len(data)) from None
    if not isinstance(value, dict):
        raise InvalidDataType(field="body", value=None, expected="object")
    return value


def _invalid(error: ValidationError) -> Problem:
    """Turn marshmallow's report into Central's Problem for the first field; its value stays out of it."""
    messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
    name, texts = next(iter(messages.items()))
    text = str(texts[0]) if isinstance(texts, list) else "not valid"
    if "required" in text or "null" in text or "blank" in text:
        return MissingParameter(field=name)
    if text.startswith("Not a valid"):
        return InvalidDataType(field=name, value=None, expected=text.removeprefix("Not a valid ").rstrip("."))
    return UnexpectedValue(field=name, value=None, reason=text.rstrip("."))


def _look_up(actor: Actor | None, address: dict[str, str], may: tuple[str, ...], *, by_number: bool) -> dict[str, Any]:
    """Replace the address's ids by what they name, and tell who the actor is on the narrowest of them.

    Raises InsufficientRights where they hold none of the permissions there, IdentityOverHttp where others could read
    along and the form asks for identity.

    A function that takes the project `by_number` looks it up itself, and so checks what it permits.
    """
    found: dict[str, Any] = dict(address)
    project = form = None
    if by_number:
        found["project_id"] = as_id(found["project_id"], "projectId")
    elif "project_id" in address:
        project = catalogue.project(as_id(found.pop("project_id"), "projectId"))
        found["project"] = project
    if project is not None and "xml_form_id" in address:
        form = catalogue.form(project, found.pop("xml_form_id"))
        found["form"] = form
    if actor is not None and not by_number:
        actor, held = access.at(actor, project_id=project.id if project else None, form_id=form.id if form else None)
        if may[0] not in (AUTHENTICATED, ANYBODY) and held.isdisjoint(may):
            raise InsufficientRights
    if actor is not None:
        found["actor"] = actor
    if form is not None and form.has_identity and is_overheard():
        raise IdentityOverHttp
    return found


def as_id(text: str, name: str) -> int:
    """Read a number from an address; InvalidDataType or ValueOutOfRange otherwise (ODK Central API, HTTP layer)."""
    if not text.isascii() or not text.removeprefix("-").isdigit():
        raise InvalidDataType(field=name, value=text, expected="integer")
    # Python itself refuses to read numbers of some thousand digits.
    if len(text) > 20 or abs(int(text)) >= _INT4:  # noqa: PLR2004
        raise ValueOutOfRange(value=text, type="integer")
    return int(text)


def write_json(result: Any) -> Response:
    """Write an answer as JSON; a Response passes as it is."""
    return result if isinstance(result, Response) else _as_json(result)


def _as_json(value: Any) -> Response:
    response = jsonify(value)
    response.content_type = "application/json; charset=utf-8"
    return response


def refuse_json(problem: Problem) -> Response:
    """Write a Problem as ODK Central does: message, code, details."""
    body: dict[str, Any] = {"message": problem.text(language()), "code": problem.code}
    details = problem.wire_details()
    if details is not None:
        body["details"] = details
    response = _as_json(body)
    response.status_code = problem.status
    return response


def language() -> str:
    """Tell which language to answer in, "id" or "en": what is asked for, English for programs that ask nothing."""
    return request.accept_languages.best_match(("id", "en"), default="en")


def translate_error(error: Exception) -> Problem | None:
    """Say what a failure below us means to the client, or None where it is our own fault."""
    if isinstance(error, Problem):
        return error
    # A statement fails with psycopg's error, or with one of SQLAlchemy's around it.
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.IntegrityError):
        return UniquenessViolation(fields=[cause.diag.constraint_name or "name"], values=[], table=None)
    if isinstance(cause, psycopg.DataError) and "NUL" in str(cause):
        return UnexpectedValue(field="text", value=None, reason="it has a character that no text may hold (NUL)")
    if _says_full(cause):
        return StorageFull()
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | PendingRollbackError | PoolExhausted):
        return DatabaseAway()
    if isinstance(error, RequestEntityTooLarge):
        return RequestTooLarge()
    if isinstance(error, ClientDisconnected):
        return MultipartParsingFailed()
    if isinstance(error, HTTPException):
        return NotFound() if error.code in (404, 405) else MultipartParsingFailed()
    return None


def _says_full(error: BaseException | None) -> bool:
    """Tell whether our own disk or PostgreSQL's had no room."""
    return isinstance(error, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno in FULL)


def install(app: Flask, doors: list[Door]) -> None:
    """Register the doors, the one error handler, and the line that each request leaves in the log."""
    app.request_class = _Request
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for door in doors:
        app.register_blueprint(door.blueprint)
    by_prefix = sorted(doors, key=lambda door: -len(door.prefix))

    def handle(error: Exception) -> Response:
        problem = translate_error(error)
        if problem is not None and problem.keeps:
            db.session.commit()
        else:
            db.session.rollback()
        if problem is None:
            log.error("failed", exc_info=error, extra={"route": _route_name()})
            sentry_sdk.capture_exception(error)
            problem = Unexpected()
        version = _VERSIONED.match(request.path)
        if version is not None and version[1] != "1":
            return refuse_json(UnexpectedApiVersion(got=version[1]))
        door = g.get("door") or next(d for d in by_prefix if f"{request.path}/".startswith(f"{d.prefix}/"))
        response = door.refuse(problem)
        if problem.status == 401:  # noqa: PLR2004
            for challenge in auth.challenges():
                response.headers.add("WWW-Authenticate", str(challenge))
        return response

    app.register_error_handler(Exception, handle)
    app.before_request(_start_clock)
    app.after_request(_note)


def _start_clock() -> None:
    g.started = time.perf_counter()


def _route_name() -> str:
    return request.url_rule.rule if request.url_rule else "unknown"


def _note(response: Response) -> Response:
    seconds = time.perf_counter() - g.started
    route = _route_name()
    identified = g.get("identified")
    watch.REQUESTS.labels(route, request.method, response.status_code).inc()
    watch.SECONDS.labels(route).observe(seconds)
    log.info(
        "answered",
        extra={
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "actor": identified.actor.id if identified else None,
        },
    )
    _protect(response)
    return response


def _protect(response: Response) -> None:
    """Say who may keep an answer, how to come back, and what may be done with what is in it.

    Only the client may keep it, and only to ask again (ODK Central API, response headers); nobody what may be about a
    person. Whoever came by https comes by https from then on.
    """
    may_keep = request.method in ("GET", "HEAD") and not g.get("is_personal")
    response.headers.setdefault("Cache-Control", "private, no-cache" if may_keep else "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.endpoint != "static":
        response.headers.setdefault("Content-Security-Policy", _INERT)
    if auth.is_https(request, server().base_url):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


def spooled(chunks: Iterator[bytes], mimetype: str, filename: str) -> Response:
    """Answer with a download that is already complete on our side."""
    response = Response(chunks, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
