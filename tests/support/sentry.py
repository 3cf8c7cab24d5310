"""A fake Sentry: it takes every report that a server sends and keeps it, unpacked, for a test to look through."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sentry:
    """What has been reported so far; `dsn` is the address for SENTRY_DSN."""

    def __init__(self, port: int) -> None:
        """Begin with nothing."""
        self.dsn = f"http://key@127.0.0.1:{port}/1"
        self.reports: list[bytes] = []
        self._changed = threading.Condition()

    def add(self, report: bytes) -> None:
        """Keep a report."""
        with self._changed:
            self.reports.append(report)
            self._changed.notify_all()

    def wait_for(self, text: bytes, seconds: float = 60) -> bytes:
        """Wait for a report that holds `text`, and give it."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(text in report for report in self.reports), seconds)
            return next(report for report in self.reports if text in report)


@contextmanager
def collecting() -> Iterator[Sentry]:
    """Run one on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.add(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Sentry(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
