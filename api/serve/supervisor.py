"""The small parent of PostgreSQL and gunicorn: it starts what died, and stops both in order.

It serves no request and opens no connection to the database. Of a signal that ends it (TERM, INT) it makes an orderly
end: requests under way finish first, then PostgreSQL writes what it has in memory; a second one hurries the first step.
HUP puts a fresh web server beside the old one, which finishes what it has. When it is killed itself, the kernel ends
its children (see `forms.cluster.child`).
"""

import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from forms import cluster
from forms.problems import Problem

#: Each worker answers this many requests at once: most of them wait for a slow phone.
THREADS = 64

#: Seconds after which a process that ends counts as one that ran well: the next start is at once.
_RAN_WELL = 5.0

#: The longest pause between two attempts to start the same thing, in seconds.
_LONGEST_PAUSE = 5.0

_MESSAGE_LEVELS = {"WARNING": "WARNING", "ERROR": "ERROR", "FATAL": "WARNING", "PANIC": "CRITICAL"}


@dataclass(frozen=True)
class Plan:
    """What the supervisor is given: open descriptors, running processes, and how to start others."""

    data: str
    listener: int
    address: str
    workers: int
    connections: int
    app: str
    tls: tuple[str, str] | None = None
    greeting: tuple[str, ...] = ()
    held: int = -1
    postgres: int | None = None
    log: tuple[int, int] | None = None

    def to_json(self) -> str:
        """Write it as one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**values | lists)

    def descriptors(self) -> list[int]:
        """List the descriptors that the supervisor must inherit."""
        return [self.held, *(self.log or ()), *self.served_descriptors()]

    def served_descriptors(self) -> list[int]:
        """List the descriptors that the web server must inherit: the port, and a certificate kept in memory."""
        kept = [path for path in self.tls or () if path.startswith("/proc/self/fd/")]
        return [self.listener, *(int(path.rpartition("/")[2]) for path in kept)]


def say(level: str, name: str, message: str) -> None:
    """Write one line to the log, shaped as the application's lines are."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"time": now, "level": level, "name": name, "message": message}, ensure_ascii=False)
    # A log that cannot be written, such as one on a full disk, is no reason to stop serving.
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class Relay:
    """Passes PostgreSQL's lines on to the log."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._rest = b""

    def pass_on(self) -> None:
        """Write what has come since the last time; the descriptor does not block."""
        try:
            while chunk := os.read(self.descriptor, 65536):
                *lines, self._rest = (self._rest + chunk).split(b"\n")
                for line in lines:
                    level, separator, message = line.decode(errors="replace").partition(":  ")
                    say(_MESSAGE_LEVELS.get(level, "INFO"), "postgres", message if separator else level)
        except BlockingIOError:
            return


class Kept:
    """One of the two processes that are kept going: when it was started, and when it may be started again."""

    def __init__(self, name: str, start: Callable[[], int], pid: int | None = None) -> None:
        self.name = name
        self.pid = pid
        self._start = start
        self._started = time.monotonic()
        self._due = 0.0
        self._failures = 0

    def ended(self, status: int) -> None:
        """Note that the process ended and when to start it again: at once, unless it keeps failing."""
        code = os.waitstatus_to_exitcode(status)
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        say(
            "ERROR",
            "lentera.serve",
            f"{self.name} (process {self.pid}) ended unexpectedly with {how}; starting it again",
        )
        self.pid = None
        self._note_failure()

    def _note_failure(self) -> None:
        now = time.monotonic()
        self._failures = 0 if now - self._started > _RAN_WELL else self._failures + 1
        self._due = now + (min(_LONGEST_PAUSE, 0.02 * 2**self._failures) if self._failures else 0)

    def start_if_due(self) -> float | None:
        """Start the process if it is not there and may be; give the seconds to wait until it may be."""
        if self.pid is not None:
            return None
        wait = self._due - time.monotonic()
        if wait > 0:
            return wait
        self._started = time.monotonic()
        try:
            self.pid = self._start()
        except (OSError, Problem) as error:
            say("ERROR", "lentera.serve", f"{self.name} could not be started: {error}")
            self._note_failure()
        return None


class Supervisor:
    """Keeps PostgreSQL (unless it is an external one) and gunicorn going until it is told to stop."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.data = Path(plan.data)
        self.account = cluster.serving_account(self.data).name
        self.web = Kept("gunicorn", self._start_web)
        self.postgres = Kept("postgres", self._start_postgres, plan.postgres) if plan.postgres else None
        self.metrics = _make_metrics_folder(self.data)
        self.retiring: set[int] = set()
        self.has_greeted = False
        self.is_stopping = False
        self.exit_code = 0
        self.relay = Relay(plan.log[0]) if plan.log else None
        self.selector = selectors.DefaultSelector()
        self.wakeup, waker = socket.socketpair()
        for sock in (self.wakeup, waker):
            sock.settimeout(0)
        self.waker = waker

    def run(self) -> int:
        """Do it, and give the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            # The byte that the signal leaves in the socket wakes the loop.
            signal.signal(number, lambda _number, _frame: None)
        signal.set_wakeup_fd(self.waker.fileno())
        self.selector.register(self.wakeup, selectors.EVENT_READ)
        if self.relay:
            self.selector.register(self.relay.descriptor, selectors.EVENT_READ)
        while not self._is_done():
            pause = self._start_what_is_missing()
            self.selector.select(pause if self.has_greeted or self.is_stopping else 0.05)
            if self.relay:
                self.relay.pass_on()
            self._heed_signals()
            self._reap()
            if not self.has_greeted and not self.is_stopping and answers(self.plan.address, self.plan.listener):
                self._greet()
        shutil.rmtree(self.metrics, ignore_errors=True)
        return self.exit_code

    def _start_what_is_missing(self) -> float | None:
        if self.is_stopping:
            return None
        waits = [kept.start_if_due() for kept in (self.postgres, self.web) if kept is not None]
        return min((wait for wait in waits if wait is not None), default=None)

    def _start_postgres(self) -> int:
        log = self.plan.log
        return cluster.launch(
            self.data, self.account, settings={"max_connections": self.plan.connections}, stderr=log[1] if log else None
        )

    def _start_web(self) -> int:
        command = [sys.executable, "-P", "-m", "gunicorn", "--config", "python:api.serve.workers"]
        command += [
            "--bind",
            f"fd://{self.plan.listener}",
            "--workers",
            str(self.plan.workers),
            "--threads",
            str(THREADS),
        ]
        if self.plan.tls:
            command += ["--certfile", self.plan.tls[0], "--keyfile", self.plan.tls[1]]
        return cluster.spawn(
            [*command, self.plan.app],
            environment=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(self.metrics)},
            on_parents_death=signal.SIGKILL,
            keep=self.plan.served_descriptors(),
        )

    def _heed_signals(self) -> None:
        try:
            received = self.wakeup.recv(4096)
        except BlockingIOError:
            return
        for number in received:
            if number in (signal.SIGTERM, signal.SIGINT) or (number == signal.SIGHUP and _has_terminal()):
                self._stop()
            elif number == signal.SIGHUP and self.web.pid is not None and not self.is_stopping:
                self._retire_web()

    def _retire_web(self) -> None:
        """Let the web server finish what it has; the loop starts a fresh one at once."""
        if self.web.pid is not None:
            os.kill(self.web.pid, signal.SIGTERM)
            self.retiring.add(self.web.pid)
            self.web.pid = None

    def _stop(self) -> None:
        if self.is_stopping:
            for pid in self.retiring:
                os.kill(pid, signal.SIGQUIT)
            return
        self.is_stopping = True
        self._retire_web()
        self._stop_postgres_after_web()

    def _stop_postgres_after_web(self) -> None:
        if self.is_stopping and not self.retiring and self.postgres and self.postgres.pid is not None:
            os.kill(self.postgres.pid, signal.SIGINT)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        if pid in self.retiring:
            self.retiring.discard(pid)
            self._stop_postgres_after_web()
        elif self.postgres and pid == self.postgres.pid:
            if self.is_stopping:
                self.postgres.pid = None
            else:
                self.postgres.ended(status)
        elif pid == self.web.pid:
            self.web.ended(status)
            if not self.has_greeted:
                say("CRITICAL", "lentera.serve", "The web server could not be started; the lines above say why.")
                self.exit_code = 1
                self._stop()

    def _is_done(self) -> bool:
        return self.is_stopping and not self.retiring and (self.postgres is None or self.postgres.pid is None)

    def _greet(self) -> None:
        self.has_greeted = True
        lines = [f"Lentera is ready: {self.plan.address}  (data in {self.plan.data})", *self.plan.greeting]
        with suppress(BrokenPipeError):
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()


def _make_metrics_folder(data: Path) -> Path:
    """Make the folder for the web server's figures anew, in memory where there is such a place.

    The figures are mapped files, and a write to one that finds the disk full ends the process (SIGBUS).
    """
    folder = Path("/dev/shm") / f"lentera-{sha256(os.fsencode(data)).hexdigest()[:24]}"  # noqa: S108 - made as ours alone
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        folder = data / "tmp" / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    return folder


def answers(address: str, listener: int) -> bool:
    """Ask the server itself whether it can serve: GET /healthz answers 200."""
    with socket.fromfd(listener, *_family_and_kind(listener)) as own:
        target = own.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(target[0], target[0])  # noqa: S104 - not to bind to
    try:
        with socket.create_connection((host, target[1]), timeout=2) as plain, _secured(plain, address) as sock:
            sock.sendall(
                f"GET /healthz HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nConnection: close\r\n\r\n".encode()
            )
            return sock.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def _family_and_kind(descriptor: int) -> tuple[int, int]:
    with socket.socket(fileno=os.dup(descriptor)) as probe:
        return probe.family, probe.type


def _secured(sock: socket.socket, address: str) -> socket.socket:
    if not address.startswith("https:"):
        return sock
    # Only here, since it takes megabytes. The certificate is our own and names no loopback address.
    import ssl  # noqa: PLC0415

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock)


def _has_terminal() -> bool:
    """Tell whether a hangup means that the window was closed, not that a service manager asks to reload."""
    return os.isatty(0)


if __name__ == "__main__":
    sys.exit(Supervisor(Plan.from_json(sys.argv[1])).run())
