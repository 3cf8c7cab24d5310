"""A coordinator's programs: the management side over HTTP, from a log-in to forms in the hands of phones.

What the server refuses raises `Refused`, unless a test wants to see the answer itself (`ask`).
"""

import http.client
import json
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.support.collect import Phone, Refused
from tests.support.forms import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_numbers = count(1)


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.data)


@dataclass(frozen=True)
class Device:
    """An app user of a project: the address in its QR code, its token, and its number."""

    base: str
    token: str
    id: int

    def phone(self, **network: Any) -> Phone:
        """A phone that scanned the code."""
        return Phone(self.base, **{"device": f"collect:uji{self.id:013}", **network})


class Coordinator:
    """Somebody who is logged in at `address` ("http://127.0.0.1:8383")."""

    def __init__(self, address: str, email: str, password: str) -> None:
        """Log in."""
        self.address = address
        self.headers: dict[str, str] = {}
        token = self.json("POST", "/v1/sessions", {"email": email, "password": password})["token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        kind: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request on a connection of its own; a `body` that is no bytes goes as JSON.

        `headers` stand in place of the one that says who is logged in.
        """
        if body is not None and not isinstance(body, bytes):
            body, kind = json.dumps(body).encode(), "application/json"
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=120)
        try:
            sent = {**({"Content-Type": kind} if kind else {}), **(self.headers if headers is None else headers)}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def json(self, method: str, path: str, body: Any = None, kind: str | None = None) -> Any:
        """Send one request and read the answer's JSON; Refused where it is not 200."""
        reply = self.ask(method, path, body, kind)
        if reply.status != 200:
            raise Refused(reply.data.decode(errors="replace")[:2000], reply.status)
        return reply.json

    def project(self, name: str = "Proyek uji") -> int:
        """Make a project and give its number."""
        return int(self.json("POST", "/v1/projects", {"name": name})["id"])

    def form(self, project: int, form_id: str) -> str:
        """The address of a form."""
        return f"/v1/projects/{project}/forms/{quote(form_id, safe='')}"

    def upload(self, project: int, data: bytes, **query: str) -> dict[str, Any]:
        """Upload a new form's workbook; a draft comes of it unless `publish="true"`."""
        options = urlencode({"ignoreWarnings": "true", **query})
        return self.json("POST", f"/v1/projects/{project}/forms?{options}", data, XLSX)

    def publish(self, project: int, workbook: Workbook) -> None:
        """Upload a new form with its media, and publish it."""
        self.upload(project, workbook.data)
        self.attach(project, workbook)
        self.json("POST", f"{self.form(project, workbook.form_id)}/draft/publish")

    def publish_again(self, project: int, form_id: str, data: bytes) -> None:
        """Publish a new version of a form."""
        self.json("POST", f"{self.form(project, form_id)}/draft?ignoreWarnings=true", data, XLSX)
        self.json("POST", f"{self.form(project, form_id)}/draft/publish")

    def attach(self, project: int, workbook: Workbook) -> None:
        """Give the draft the files that go with the workbook."""
        for name, data in workbook.media.items():
            address = f"{self.form(project, workbook.form_id)}/draft/attachments/{quote(name, safe='')}"
            self.json("POST", address, data, "application/octet-stream")

    def device(self, project: int, *form_ids: str) -> Device:
        """Make an app user who may fill these forms, or all of the project's where none is named."""
        made = self.json("POST", f"/v1/projects/{project}/app-users", {"displayName": f"Ponsel {next(_numbers)}"})
        for place in [self.form(project, each) for each in form_ids] or [f"/v1/projects/{project}"]:
            self.json("POST", f"{place}/assignments/app-user/{made['id']}")
        base = f"{self.address}/v1/key/{made['token']}/projects/{project}"
        return Device(base, made["token"], made["id"])

    def records(self, project: int, form_id: str) -> list[dict[str, Any]]:
        """List a form's submissions, the newest first."""
        return self.json("GET", f"{self.form(project, form_id)}/submissions")
