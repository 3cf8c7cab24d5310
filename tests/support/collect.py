"""ODK Collect's side of the wire, over real sockets: fetching blank forms and sending instances.

`Phone` is one device with one project. It is as strict as Collect: what Collect would refuse, or silently lose,
raises `Refused` here. `phone.Engine` fills the forms, `network.Network` carries the bytes and cuts the connection.
"""

import csv
import hashlib
import io
import mimetypes
import re
import ssl
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import ParseError

import pytest
from defusedxml.ElementTree import fromstring

from tests.support.network import FAILURES, Answer, Cut, Dropped, Exchange, Network
from tests.support.phone import Engine, Filled

LIST = "http://openrosa.org/xforms/xformslist"
MANIFEST = "http://openrosa.org/xforms/xformsmanifest"
LIST_KINDS = ("entityList", "approvalEntityList")
#: Collect's own limits for one request: bytes, where the server names none, and files.
BATCH_BYTES = 10_000_000
BATCH_FILES = 101


class Refused(Exception):
    """The server's answer is one that Collect does not take; `status` is its HTTP status, 0 where that was fine."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(f"{status}: {message}" if status else message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Listed:
    """One entry of the form list."""

    form_id: str
    name: str
    version: str | None
    hash: str | None
    url: str
    manifest_url: str | None


@dataclass(frozen=True)
class MediaFile:
    """One entry of a manifest; `kind` is "entityList" or "approvalEntityList" for a list, else ""."""

    name: str
    hash: str
    url: str
    kind: str
    integrity_url: str | None


@dataclass(frozen=True)
class Blank:
    """A blank form as it lies on the phone."""

    form_id: str
    version: str | None
    name: str
    hash: str
    xform: bytes
    media: dict[str, bytes]
    files: tuple[MediaFile, ...]


@dataclass(frozen=True)
class Sent:
    """An instance that the server has acknowledged: the last status and message, and how many requests it took."""

    status: int
    message: str
    posts: int


class Phone:
    """A device; `blanks` holds the forms on it, by form id."""

    def __init__(
        self,
        base_url: str,
        *,
        device: str = "collect:phone0000000001",
        credentials: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        rate: int | None = None,
    ) -> None:
        """Set up a device with `base_url`, which the QR code holds as server_url.

        `credentials`, `tls` and `rate` (bytes a second) are the network's, see `Network`.
        """
        self.base_url = base_url.rstrip("/")
        self.device = device
        self.network = Network(credentials, tls, rate)
        self.blanks: dict[str, Blank] = {}
        self._known: dict[str, tuple[str, bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.network.close()

    @property
    def log(self) -> list[Exchange]:
        """Every request so far, and what it was answered with."""
        return self.network.log

    # Blank forms

    def form_list(self) -> list[Listed]:
        """Fetch the list of forms, as strictly as Collect reads it (OpenRosa Form Discovery API)."""
        found = []
        for entry, _ in self._entries(f"{self.base_url}/formList", LIST, "xforms", "xform"):
            if not all(entry.get(name) for name in ("formID", "name", "downloadUrl")):
                raise Refused(f"a form without formID, name or downloadUrl spoils the whole list: {entry}")
            listed_hash = entry.get("hash", "")
            found.append(
                Listed(
                    entry["formID"],
                    entry["name"],
                    entry.get("version") or None,
                    listed_hash[4:] if listed_hash.startswith("md5:") else None,
                    entry["downloadUrl"],
                    entry.get("manifestUrl") or None,
                )
            )
        return found

    def manifest(self, url: str) -> list[MediaFile]:
        """Fetch a form's manifest. Collect would go on in silence without the media where this raises."""
        files = []
        for entry, stated in self._entries(url, MANIFEST, "manifest", "mediaFile"):
            if not all(entry.get(name) for name in ("filename", "downloadUrl")) or len(entry.get("hash", "")) < 5:
                raise Refused(f"a file without filename, downloadUrl or hash spoils the whole manifest: {entry}")
            name = entry["filename"].rpartition("/")[2]
            kind = stated if stated in LIST_KINDS else ""
            files.append(MediaFile(name, entry["hash"][4:], entry["downloadUrl"], kind, entry.get("integrityUrl")))
        return files

    def sync(self) -> dict[str, str]:
        """Bring the device in line with the list, as "match exactly" does.

        Gives for each listed form "new", "updated", "updated media" or "on device"; forms no longer listed go.
        """
        states = {}
        listed = self.form_list()
        for entry in listed:
            files = tuple(self.manifest(entry.manifest_url)) if entry.manifest_url else ()
            have = self.blanks.get(entry.form_id)
            if have is None:
                states[entry.form_id] = "new"
            elif entry.hash not in (None, have.hash):
                states[entry.form_id] = "updated"
            else:  # lists do not lie on the device as files, so a form that has one is never up to date
                media = {_md5(data) for data in have.media.values()}
                changed = any(file.kind or file.hash not in media for file in files)
                states[entry.form_id] = "updated media" if changed else "on device"
            if states[entry.form_id] != "on device":
                self.blanks[entry.form_id] = self._download(entry, files, have)
        for gone in set(self.blanks) - {entry.form_id for entry in listed}:
            del self.blanks[gone]
        return states

    def fill(self, engine: Engine, form_id: str, **how: Any) -> Filled:
        """Fill a form that is on the device; `how` goes to `Engine.fill`, and with `old` to `Engine.edit`."""
        blank = self.blanks[form_id]
        lists = {file.name for file in blank.files if file.kind}
        media = {name: _branched(data) if name in lists else data for name, data in blank.media.items()}
        how["metadata"] = {"deviceid": self.device, **how.get("metadata", {})}
        if old := how.pop("old", None):
            return engine.edit(blank.xform, old, media, **how)
        return engine.fill(blank.xform, media, **how)

    def _download(self, entry: Listed, files: tuple[MediaFile, ...], have: Blank | None) -> Blank:
        xform = self._get(entry.url)
        digest = _md5(xform)
        if digest != entry.hash:
            raise Refused(f"the list's hash of {entry.form_id} is not that of its form: it would be fetched for ever")
        form_id, version, title = _about(xform)
        if (form_id, version) != (entry.form_id, entry.version) or not title:
            raise Refused(f"{entry.form_id} {entry.version} is listed, but the form is {form_id} {version} {title!r}")
        media = {}
        for file in files:
            old = have.media.get(file.name) if have else None
            if old is not None and not file.kind and _md5(old) == file.hash:
                media[file.name] = old
                continue
            media[file.name] = self._get(file.url)
            if not file.kind and _md5(media[file.name]) != file.hash:
                raise Refused(f"the manifest's hash of {file.name} is not that of the file")
        return Blank(form_id, version, entry.name, digest, xform, media, files)

    def _entries(self, url: str, namespace: str, root: str, entry: str) -> Iterator[tuple[dict[str, str], str]]:
        """Fetch an OpenRosa document; yield each entry's texts by name, and its `type` attribute."""
        document = fromstring(self._get(url, document=True))
        if _split(document.tag) != (namespace, root):
            raise Refused(f"{url} is no {root} document: {document.tag}")
        for node in document:
            if _split(node.tag) == (namespace, entry):
                inside = [(_split(child.tag), child.text or "") for child in node]
                yield {tag: text.strip() for (space, tag), text in inside if space == namespace}, node.get("type", "")

    def _get(self, url: str, *, document: bool = False) -> bytes:
        """GET through the device's cache, which asks again each time (RFC 9111, no-cache and ETag)."""
        etag, kept = self._known.get(url, ("", b""))
        answer = self.network.request("GET", self._with_device(url), {"If-None-Match": etag} if etag else {})
        if answer.status == 304 and etag:
            return kept
        if answer.status != 200:
            raise Refused(f"{url}: {answer.data[:300]!r}", answer.status)
        if document:
            _check_document(url, answer)
        if answer.headers.get("ETag"):
            self._known[url] = answer.headers["ETag"], answer.data
        return answer.data

    # Sending

    def send(self, filled: Filled, *, cut: Cut | None = None, batch_bytes: int | None = None) -> Sent:
        """Make one attempt: HEAD, then the instance in as many requests as its files need.

        `batch_bytes` overrides the server's limit. Raises Dropped where the connection is `cut`, Refused for anything
        but 201 and 202 and for a HEAD that stops Collect, and one of FAILURES where the network fails by itself.
        """
        url, limit = self._preflight()
        requests = list(_requests(filled, batch_bytes or limit))
        for number, (boundary, body) in enumerate(requests):
            kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            answer = self.network.request("POST", url, kind, body, cut if cut and cut.on_post == number else None)
            message = _message(answer.data)
            if answer.status not in (201, 202):
                raise Refused(message, answer.status)
            if "X-OpenRosa-Version" not in answer.headers:
                raise Refused("a POST's answer without X-OpenRosa-Version")
        return Sent(answer.status, message, len(requests))

    def send_until_kept(self, filled: Filled, *, cut: Cut | None = None, attempts: int = 5) -> Sent:
        """Send again and again while the network fails; the first attempt suffers the `cut`. Refused ends it."""
        for _ in range(attempts - 1):
            try:
                return self.send(filled, cut=cut)
            except (Dropped, *FAILURES):
                cut = None
        return self.send(filled)

    def send_at_once(self, filled: Filled, times: int = 2) -> list[Sent | Exception]:
        """Send the same instance several times at the same moment, each over its own connection.

        Gives what became of each: Sent, Refused, or one of FAILURES.
        """
        start = threading.Barrier(times)
        net = self.network

        def once(_: int) -> Sent | Exception:
            with Phone(
                self.base_url, device=self.device, credentials=net.credentials, tls=net.tls, rate=net.rate
            ) as twin:
                start.wait()
                try:
                    return twin.send(filled)
                except (Refused, *FAILURES) as e:
                    return e

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(once, range(times)))

    def _preflight(self) -> tuple[str, int]:
        """Ask where and how much to send (OpenRosa Form Submission API, HEAD): a URL and the bytes of one request."""
        url = self._with_device(f"{self.base_url}/submission")
        answer = self.network.request("HEAD", url)
        if answer.status == 401 or (200 <= answer.status < 300 and answer.status != 204):
            raise Refused("HEAD /submission must be answered with 204", answer.status)
        if answer.status != 204:
            return url, BATCH_BYTES  # Collect goes on
        target = unquote(answer.headers.get("Location", url))
        if urlsplit(target).hostname != urlsplit(url).hostname:
            raise Refused(f"HEAD /submission leads to another host: {target}")
        target += "" if urlsplit(target).query else f"?{urlsplit(url).query}"
        return target, int(answer.headers.get("X-OpenRosa-Accept-Content-Length", BATCH_BYTES))

    def _with_device(self, url: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}deviceID={quote(self.device, safe='')}"


def refusal(phone: Phone, filled: Filled) -> int:
    """Send what the server must refuse, in words for the phone to show while it keeps the instance; give the status."""
    with pytest.raises(Refused) as refused:
        phone.send(filled)
    assert refused.value.message
    return refused.value.status


def _check_document(url: str, answer: Answer) -> None:
    """Refuse what Collect does not take for an OpenRosa document, and what would keep updates from it."""
    if "text/xml" not in answer.headers.get("Content-Type", "text/xml").lower():
        raise Refused(f"{url} is {answer.headers['Content-Type']}, not text/xml")
    if "X-OpenRosa-Version" not in answer.headers:
        raise Refused(f"{url} has no X-OpenRosa-Version")
    if "max-age" in answer.headers.get("Cache-Control", ""):
        raise Refused(f"{url} may be kept for a while: devices would not see updates")
    if not answer.data.startswith(b"<"):
        raise Refused(f"{url} has something before the XML")
    if re.search(rb"<hash\s*/>", answer.data):
        raise Refused("a self-closing <hash/> crashes Collect")


def _requests(filled: Filled, limit: int) -> Iterator[tuple[str, bytes]]:
    """Cut an instance into requests as Collect does: boundary and body of each; all but the last say *isIncomplete*."""
    instance = _part("xml_submission_file", filled.filename, "text/xml", filled.xml)
    waiting = list(filled.files.items())
    while True:
        parts, size = [instance], len(filled.xml)
        while waiting and len(parts) <= BATCH_FILES and (len(parts) == 1 or size + len(waiting[0][1]) <= limit):
            name, data = waiting.pop(0)
            parts.append(_part(name, name, mimetypes.guess_type(name)[0] or "application/octet-stream", data))
            size += len(data)
        if waiting:
            parts.append(_part("*isIncomplete*", None, None, b"yes"))
        boundary = str(uuid.uuid4())
        fence = b"--" + boundary.encode()
        yield boundary, b"".join(fence + b"\r\n" + part for part in parts) + fence + b"--\r\n"
        if not waiting:
            return


def _part(name: str, filename: str | None, kind: str | None, data: bytes) -> bytes:
    """Write one part as OkHttp does: names in raw UTF-8, with only quotes and line ends escaped."""

    def escaped(text: str) -> str:
        return text.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22")

    lines = [f'Content-Disposition: form-data; name="{escaped(name)}"']
    lines[0] += f'; filename="{escaped(filename)}"' if filename is not None else ""
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"Content-Length: {len(data)}", "", ""]
    return "\r\n".join(lines).encode() + data + b"\r\n"


def _message(data: bytes) -> str:
    """Read an OpenRosaResponse's message the way Collect does: no namespaces, the first element named `message`."""
    if b"OpenRosaResponse" not in data:
        return ""
    try:
        document = fromstring(data.replace(b" xmlns=", b" ignored="))
    except ParseError as e:
        raise Refused(f"an OpenRosaResponse that is no XML: {e}") from e
    return (document.findtext(".//message") or "").strip()


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _split(tag: str) -> tuple[str, str]:
    """Give a tag's namespace, in lower case as Collect compares it, and its name."""
    space, _, name = tag.rpartition("}")
    return space[1:].lower(), name


def _about(xform: bytes) -> tuple[str | None, str | None, str]:
    """Read a form's id, version and title off its XForm."""
    head = fromstring(xform).find("{*}head")
    data = head.find("{*}model/{*}instance/*")
    version = data.get("version") or data.get("{http://openrosa.org/xforms}version")
    return data.get("id"), version, (head.findtext("{*}title") or "").strip()


def _branched(entities: bytes) -> bytes:
    """Write a list as the form sees it on the device: each record with the trunk and branch of offline editing."""
    rows = list(csv.reader(io.StringIO(entities.decode("utf-8-sig"))))
    version = rows[0].index("__version")
    out = io.StringIO()
    extra = [["__trunkVersion", "__branchId"], *([row[version], str(uuid.uuid4())] for row in rows[1:])]
    csv.writer(out).writerows(row + more for row, more in zip(rows, extra, strict=True))
    return out.getvalue().encode()
