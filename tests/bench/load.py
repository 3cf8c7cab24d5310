"""The load: requests over a fixed number of kept-alive connections, each sent when the one before is answered.

It runs in a process of its own and does as little as it can, so that it is not what is measured: raw sockets, one
selector, requests that are ready but for the instance id that is copied into them.
"""

import gc
import multiprocessing
import selectors
import socket
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

#: Stands in a request for an id that is new each time; of the same length, so that Content-Length stays right.
NEW_ID = b"@new-id@".ljust(36, b"@")

_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


@dataclass(frozen=True)
class Load:
    """What came of a load: each answer's seconds, the count of each status, and how long the whole took."""

    times: list[float]
    statuses: dict[int, int]
    seconds: float
    own_seconds: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def run(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float = 0, count: int = 0, wanted: int
) -> Load:
    """Send `requests` by turns for some seconds, or `count` of them; every answer must have the status `wanted`."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        load = process.submit(_run, port, list(requests), connections, seconds, count).result()
    if set(load.statuses) != {wanted}:
        raise AssertionError(f"expected only {wanted}, got {load.statuses}")
    return load


class _Connection:
    """One client: it waits for an answer as long as it takes, then sends the next request."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.received = b""

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> int | None:
        """Give the status once the whole answer is there."""
        chunk = self.socket.recv(1 << 18)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self.received += chunk
        end = self.received.find(_END)
        if end < 0:
            return None
        head = self.received[:end].lower()
        status = int(head[9:12])
        at = head.find(_LENGTH)
        if at >= 0:
            length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
            if len(self.received) < end + len(_END) + length:
                return None
        elif status not in (204, 304):
            raise AssertionError("an answer without a length")
        return status


def _run(port: int, requests: list[bytes], connections: int, seconds: float, count: int) -> Load:
    gc.disable()
    cut = [request.split(NEW_ID) for request in requests]
    times: list[float] = []
    statuses: Counter[int] = Counter()
    selector = selectors.DefaultSelector()
    sent = 0

    def fresh() -> bytes:
        nonlocal sent
        parts = cut[sent % len(cut)]
        sent += 1
        return parts[0] if len(parts) == 1 else str(uuid.uuid4()).encode().join(parts)

    opened = [_Connection(port) for _ in range(connections)]
    began, began_cpu = time.perf_counter(), time.process_time()
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(fresh())
    waiting = connections
    while waiting:
        for key, _events in selector.select():
            connection = key.data
            status = connection.answer()
            if status is None:
                continue
            now = time.perf_counter()
            times.append(now - connection.sent_at)
            statuses[status] += 1
            if (sent < count) if count else (now - began < seconds):
                connection.send(fresh())
            else:
                selector.unregister(connection.socket)
                waiting -= 1
    ended = time.perf_counter()
    for connection in opened:
        connection.socket.close()
    return Load(times, dict(statuses), ended - began, time.process_time() - began_cpu)
