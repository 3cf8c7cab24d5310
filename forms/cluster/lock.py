"""Who works in a data folder: one process at a time, and the commands that it has as guests.

The locks are flocks: they end with the process that took them, however it ends. The host holds one on a file that also
says who it is. Guests share one on the folder itself, so that a host that is about to leave can wait for them.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forms.cluster.account import LOCK_FILE
from forms.problems import DataFolderInUse


@dataclass(frozen=True)
class Holder:
    """Who works in a data folder: a process, and the command that it carries out."""

    pid: int
    command: str


def hold(data: Path, command: str) -> int:
    """Take a data folder for this process; give the descriptor that keeps it. Raises DataFolderInUse."""
    descriptor = os.open(data / LOCK_FILE, os.O_RDWR | os.O_NOFOLLOW)
    # Somebody who only looks holds the lock for a moment, too, and a new holder has not said at once who it is.
    for _ in range(20):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
        else:
            os.truncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()} {command}\n".encode())
            return descriptor
    found = _read(descriptor)
    os.close(descriptor)
    raise DataFolderInUse(path=data, pid=found.pid, command=found.command)


def holder(data: Path) -> Holder | None:
    """Tell who works in a data folder, if anybody does."""
    try:
        descriptor = os.open(data / LOCK_FILE, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


@contextmanager
def guest(data: Path) -> Iterator[None]:
    """Be a guest of whoever holds the data folder."""
    descriptor = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def wait_for_guests(data: Path) -> None:
    """Wait until the data folder has no guest."""
    descriptor = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> Holder:
    pid, _, command = os.pread(descriptor, 200, 0).decode().strip().partition(" ")
    return Holder(int(pid or 0), command)
