"""A phone's network: one request at a time over kept-alive connections, slow or cut where a test asks for it.

It sends what ODK Collect sends with every request and knows no document; `collect` does.
"""

import base64
import gzip
import http.client
import io
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import urlsplit

#: What a connection may fail with on its own.
FAILURES = (OSError, http.client.HTTPException)


class Dropped(Exception):
    """The connection was cut on purpose."""


@dataclass(frozen=True)
class Cut:
    """Where a test cuts the connection: after the share `at` of a request's body, in request number `on_post`.

    At less than 1 the connection is reset, as by a phone that loses its network. At 1 all is sent and the answer is
    not waited for.
    """

    at: float = 0.5
    on_post: int = 0


@dataclass(frozen=True)
class Answer:
    """What came back, decompressed; `headers` are looked up in any case."""

    status: int
    headers: Message
    data: bytes


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; sizes are those of the bodies on the wire."""

    method: str
    url: str
    status: int
    sent: int
    received: int


@dataclass
class Network:
    """`credentials` (user, password) answer a Basic challenge over https, as Collect does, and never over http.

    `tls` is the context for https. `rate` slows every body down to that many bytes a second, both ways.
    """

    credentials: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    rate: int | None = None
    timeout: float = 60
    log: list[Exchange] = field(default_factory=list)
    _connections: dict[tuple[str, str], http.client.HTTPConnection] = field(default_factory=dict)
    _authorization: str = ""

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections.values():
            connection.close()

    def request(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"", cut: Cut | None = None
    ) -> Answer:
        """Send one request and read its answer; a stale kept-alive connection is replaced once, as OkHttp does.

        Raises Dropped where `cut` says so, and what is in FAILURES where the network fails by itself.
        """
        connection = self._connection(url)
        reused = connection.sock is not None
        try:
            self._open(connection, method, url, headers or {}, len(body))
            whole = self._pour(connection, body, cut)
            response = connection.getresponse()
        except ConnectionError:
            connection.close()
            if reused:
                return self.request(method, url, headers, body, cut)
            raise
        data = b"".join(self._paced(response.read))
        if not whole:
            connection.close()
        self.log.append(Exchange(method, url, response.status, len(body), len(data)))
        if response.status == 401 and self._challenged(url, response.headers):
            return self.request(method, url, headers, body, cut)
        if response.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return Answer(response.status, response.headers, data)

    def _open(
        self, connection: http.client.HTTPConnection, method: str, url: str, headers: dict[str, str], length: int
    ) -> None:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in {**self._usual(), **headers}.items():
            connection.putheader(name, value)
        if method == "POST":
            connection.putheader("Content-Length", str(length))
        connection.endheaders()

    def _pour(self, connection: http.client.HTTPConnection, body: bytes, cut: Cut | None) -> bool:
        """Send the body; False where the server hung up before it had all, and may have said why."""
        sent = io.BytesIO(body[: int(len(body) * cut.at)] if cut else body)
        try:
            for piece in self._paced(sent.read):
                connection.send(piece)
        except ConnectionError:
            return False
        if not cut:
            return True
        if cut.at < 1:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        raise Dropped

    def _usual(self) -> dict[str, str]:
        return {
            "User-Agent": "org.odk.collect.android/v2026.2.0 Dalvik/2.1.0 (Linux; U; Android 14)",
            "X-OpenRosa-Version": "1.0",
            # Collect's pattern has a 12-hour clock without am or pm, so this is wrong half the day
            "Date": time.strftime("%a, %d %b %Y %I:%M:%S GMT", time.gmtime()),
            "Accept-Encoding": "gzip",
            **({"Authorization": self._authorization} if self._authorization else {}),
        }

    def _paced(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        """Read to the end, a tenth of a second's worth at a time where the network is slow."""
        size = max(1, self.rate // 10) if self.rate else 1 << 16
        while piece := read(size):
            yield piece
            if self.rate:
                time.sleep(len(piece) / self.rate)

    def _connection(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) not in self._connections:
            self._connections[parts.scheme, parts.netloc] = (
                http.client.HTTPSConnection(parts.netloc, timeout=self.timeout, context=self.tls)
                if parts.scheme == "https"
                else http.client.HTTPConnection(parts.netloc, timeout=self.timeout)
            )
        return self._connections[parts.scheme, parts.netloc]

    def _challenged(self, url: str, headers: Message) -> bool:
        """Learn from a 401 what to send from now on; False where Collect would give up."""
        asked = headers.get("WWW-Authenticate", "").lower().startswith("basic")
        if not asked or not self.credentials or self._authorization or not url.startswith("https:"):
            return False
        self._authorization = "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()
        return True
