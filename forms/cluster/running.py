"""The cluster while it runs: starting it, waiting until it answers, stopping it, lending it to a command.

Its parent is whoever holds the data folder (see `lock`). What an earlier parent left running when it was killed is
ended first. Recovery after a crash may take as long as it takes: nothing here gives up waiting while `postgres` lives.
"""

import hashlib
import os
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from forms.cluster import lock
from forms.cluster.account import acting_as, claim, serving_account
from forms.cluster.binaries import binaries
from forms.cluster.child import spawn
from forms.cluster.making import ENVIRONMENT, FOLDER, make, write_settings
from forms.problems import ClusterStopped, DataFolderInUse, SocketFolderTaken

#: A unix socket's path fits into 107 bytes; the socket's own name takes 14 of them.
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")

#: Seconds that what an earlier parent left may take to end, after each word sharper than the last.
_PATIENCE = 30.0

#: Seconds that sessions have to end by themselves when the cluster stops.
_GRACE = 2.0

_POLL = 0.01


@dataclass(frozen=True)
class Running:
    """A cluster that this process started and that answers: use it in a `with` statement, or stop it."""

    data: Path
    pid: int
    held: int

    def url(self, user: str = "lentera_owner", database: str = "lentera") -> str:
        """Give the address for psql, psycopg and SQLAlchemy."""
        return url(self.data, user, database)

    def stop(self) -> None:
        """Let sessions end, disconnect who stays, write what is in memory, end, and let go of the data folder."""
        # A session that its client has closed takes a moment to end; told to stop in it, it would complain of that.
        os.kill(self.pid, signal.SIGTERM)
        if not _ended_within(_GRACE, self.pid):
            os.kill(self.pid, signal.SIGINT)
            os.waitpid(self.pid, 0)
        os.close(self.held)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(
    data: Path,
    *,
    command: str = "serve",
    durable: bool = True,
    settings: dict[str, str | int] | None = None,
    stderr: int | None = None,
) -> Running:
    """Bring up the cluster of a data folder, whatever state that is in, and wait until it answers.

    `command` is how this process is named to another that finds the folder in use. `durable=False` is for tests: what
    is committed may be lost with the machine. `stderr` is the descriptor for PostgreSQL's own lines.
    Raises DataFolderInUse, ClusterStopped, SocketFolderTaken, and what `claim`, `serving_account` and `making.make`
    raise.
    """
    data = data.resolve()
    account = serving_account(data)
    claim(data, account)
    held = lock.hold(data, command)
    pid = None
    try:
        with acting_as(account):
            make(data, account.name, durable=durable)
            pid = launch(data, account.name, durable=durable, settings=settings, stderr=stderr)
        _wait_until_ready(data, pid)
    except BaseException:
        if pid is not None:
            _abandon(pid)
        os.close(held)
        raise
    return Running(data, pid, held)


@contextmanager
def using(data: Path, *, command: str = "COMMAND") -> Iterator[str]:
    """Lend the cluster's address, as the tables' owner: of the one being served, or of one started just for this.

    `command` is how this process is named to another that finds the folder in use. The one started stays until every
    other command that has joined it is done, too. Raises what `start` raises, except that the folder is in use.
    """
    data = data.resolve()
    while True:
        try:
            running = start(data, command=command, settings={"log_min_messages": "fatal"})
        except DataFolderInUse:
            with lock.guest(data):
                if _wait_for_host(data):
                    yield url(data)
                    return
        else:
            try:
                yield running.url()
            finally:
                lock.wait_for_guests(data)
                running.stop()
            return


def url(data: Path, user: str = "lentera_owner", database: str = "lentera") -> str:
    """Give the address of a data folder's cluster for psql, psycopg and SQLAlchemy, whether or not it runs."""
    return f"postgresql://{user}@/{database}?host={quote(str(socket_folder(data.resolve())), safe='')}"


def socket_folder(data: Path) -> Path:
    """Tell in which folder a cluster's socket lies: in the data folder, or where that has too long a path, in /tmp."""
    inside = data / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    # Not where TMPDIR says: a server and a command must agree, whatever their environments.
    return Path("/tmp") / f"lentera-{hashlib.sha256(os.fsencode(data)).hexdigest()[:24]}"  # noqa: S108


def launch(
    data: Path,
    account: str,
    *,
    durable: bool = True,
    settings: dict[str, str | int] | None = None,
    stderr: int | None = None,
) -> int:
    """Start `postgres` on a cluster that is there, after what an earlier parent left, and give its process id at once.

    The caller holds the data folder and acts as the account of that name; it waits for the process id, and asks
    `is_ready`. The cluster stops when the caller dies. Raises SocketFolderTaken.
    """
    cluster, folder = data / FOLDER, socket_folder(data)
    _end_leftovers(cluster)
    _prepare_socket_folder(folder)
    write_settings(cluster, account, folder, durable=durable, changed=settings or {})
    return spawn(
        [str(binaries() / "postgres"), "-D", str(cluster)],
        environment=ENVIRONMENT,
        on_parents_death=signal.SIGINT,
        stderr=stderr,
    )


def is_ready(data: Path, pid: int | None = None) -> bool:
    """Tell whether the cluster answers; `pid` names the process that must be the one."""
    lines = _status_lines(data / FOLDER)
    # Lines of postmaster.pid: the first is the process id, the eighth the state (miscadmin.h, LOCK_FILE_LINE_…).
    return len(lines) > 7 and lines[7].strip() == "ready" and (pid is None or lines[0] == str(pid))  # noqa: PLR2004


def _wait_until_ready(data: Path, pid: int) -> None:
    while not is_ready(data, pid):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            raise ClusterStopped(path=data / FOLDER, status=_described(status))
        time.sleep(_POLL)


def _wait_for_host(data: Path) -> bool:
    while lock.holder(data) is not None:
        if is_ready(data):
            return True
        time.sleep(_POLL)
    return False


def _ended_within(seconds: float, pid: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return True
        time.sleep(_POLL)
    return False


def _abandon(pid: int) -> None:
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGINT)
        os.waitpid(pid, 0)


def _described(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _prepare_socket_folder(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or stat.S_IMODE(state.st_mode) != 0o700:  # noqa: PLR2004
        raise SocketFolderTaken(path=folder)


def _end_leftovers(cluster: Path) -> None:
    """End the processes of an earlier run, then remove the file by which they claimed the cluster.

    The folder's lock is ours, so that nobody else starts any; the file alone proves nothing, for after a restart of the
    machine or container its process id may be another program's.
    """
    if not Path("/proc/self/cwd").exists():
        return
    words = [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]
    next_word = time.monotonic()
    while left := _processes_in(cluster):
        if words and time.monotonic() >= next_word:
            _tell(left, _status_lines(cluster)[:1], words.pop(0))
            next_word += _PATIENCE
        time.sleep(_POLL)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _tell(left: list[int], first: list[str], word: signal.Signals) -> None:
    parents = [pid for pid in left if [str(pid)] == first]
    if word is signal.SIGINT and not parents:
        # SIGINT would only cancel what a session without a parent is doing.
        word = signal.SIGTERM
    for pid in parents if word is signal.SIGINT else left:
        with suppress(ProcessLookupError):
            os.kill(pid, word)


def _processes_in(cluster: Path) -> list[int]:
    """List the PostgreSQL processes that work in a cluster's folder, which each of them has as its working folder."""
    place = cluster.stat()
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with suppress(OSError):
            if (process / "comm").read_text().strip() == "postgres" and os.path.samestat(
                place, (process / "cwd").stat()
            ):
                found.append(int(process.name))
    return found


def _status_lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
