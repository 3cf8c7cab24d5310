"""`lentera serve` as an operator runs it: the whole of it, with its own PostgreSQL in a data folder of its own.

`Lentera` starts it, stops it, kills parts of it, and runs the other commands beside it.
"""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from forms import cluster
from tests.support.live import MASTER, free_port
from tests.support.site import Site

PROGRAM = Path(sys.executable).parent / "lentera"


class Lentera:
    """A server on `folder`/data, whose log goes to `folder`/log."""

    def __init__(self, folder: Path, sentry_dsn: str = "") -> None:
        """Decide where it lies; nothing runs yet."""
        self.data, self.log = folder / "data", folder / "log"
        self.bind = f"127.0.0.1:{free_port()}"
        self.environment = os.environ | {
            "LENTERA_DATA": str(self.data),
            "LENTERA_MASTER_KEY": MASTER,
            "LENTERA_LOGIN_ATTEMPTS": "0",
            "SENTRY_DSN": sentry_dsn,
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        with self.log.open("a") as log:
            command = [str(PROGRAM), "serve", "--bind", self.bind, "--workers", "2"]
            self._process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        greeting = self._process.stdout.readline()
        assert greeting.startswith("Lentera is ready: "), self.log.read_text()[-3000:]

    def stop(self) -> None:
        """End it in order."""
        self._process.terminate()
        self._reap()

    def kill(self) -> None:
        """End it as a power cut would, but for what the kernel has not yet written to the disk."""
        self._process.kill()
        self._reap()

    def _reap(self) -> None:
        self._process.wait(60)
        self._process.stdout.close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same data folder, such as `check`."""
        return subprocess.run(
            [str(PROGRAM), *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )

    @property
    def site(self) -> Site:
        """The server over HTTP and from inside."""
        settings = {
            "DATABASE_URL": cluster.url(self.data),
            "LENTERA_DATA": str(self.data),
            "LENTERA_MASTER_KEY": MASTER,
            "SENTRY_DSN": None,
        }
        return Site(f"http://{self.bind}", settings)

    def postgres(self) -> psutil.Process:
        """The parent of PostgreSQL's processes."""
        return self._child("postgres")

    def gunicorn(self) -> psutil.Process:
        """The parent of the web server's processes."""
        return self._child("gunicorn")

    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        return self.gunicorn().children()

    def _child(self, name: str) -> psutil.Process:
        children = psutil.Process(self._process.pid).children()
        [found] = [child for child in children if name in " ".join(child.cmdline()[:4])]
        return found
