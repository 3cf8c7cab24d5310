"""The real server on a test's database: gunicorn with threads, on a port of this machine."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
MASTER = "5e" * 32


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    database_url: str, data: Path, *, workers: int = 2, log: Path | None = None, host: str = "127.0.0.1"
) -> Iterator[str]:
    """Run the server while the block lasts; give its address, such as "http://127.0.0.1:41234".

    On "0.0.0.0" the network's other machines reach it too, and may log in over plain http.
    """
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "LENTERA_DATA": str(data),
        "LENTERA_MASTER_KEY": MASTER,
        "LENTERA_LOGIN_ATTEMPTS": "0",
        "LENTERA_BOUND": f"{host}:{port}",
        "LENTERA_PLAIN_HTTP": "LAN" if host == "0.0.0.0" else "",  # noqa: S104 - compared, not bound
    }
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--config", "python:api.serve.workers"]
    command += ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "64", "--chdir", str(ROOT)]
    with (log or Path(os.devnull)).open("ab") as lines:
        process = subprocess.Popen(command, env=environment, stdout=lines, stderr=lines)
        try:
            _wait(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
    raise AssertionError(f"the server ended with exit code {process.returncode}")
