"""Processes that end when the process that started them ends, however it ends.

Owns how a child is started: for good as the account that its parent acts as, in a session of its own (so that Ctrl-C
reaches the parent alone, which then stops its children in order), and tied to its parent's life where the system can do
that (Linux). It never waits: who starts a child waits for its process id.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from signal import SIGKILL, Signals

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def tie_to_parent(parent: int, sent: Signals) -> None:
    """Have this process, which `parent` just started, sent a signal when that one dies."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(sent))
    if os.getppid() != parent:
        os._exit(1)


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    on_parents_death: Signals,
    stderr: int | None = None,
    keep: Sequence[int] = (),
) -> int:
    """Start a program and give its process id; `keep` are descriptors that it inherits.

    `stderr` is the descriptor for its standard output and error, this process's standard error by default.
    """
    output = 2 if stderr is None else stderr
    child = subprocess.Popen(  # noqa: S603 - the programs are our own
        command,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=keep,
        preexec_fn=partial(_settle, os.getpid(), on_parents_death),  # noqa: PLW1509 - it takes no lock
    )
    # The caller waits for the process id; the object must not.
    child.returncode = 0
    return child.pid


def run(command: Sequence[str], *, environment: Mapping[str, str], text: str = "") -> str | None:
    """Run a program to its end with `text` as its input; None, or the last line of what it said when it failed."""
    ended = subprocess.run(  # noqa: S603 - the programs are our own
        command,
        env=environment,
        cwd="/",
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=partial(_settle, os.getpid(), SIGKILL),
    )
    if ended.returncode == 0:
        return None
    said: list[str] = ended.stderr.strip().splitlines()
    return said[-1] if said else f"{Path(command[0]).name} ended with {ended.returncode}"


def _settle(parent: int, sent: Signals) -> None:
    if os.getuid() != os.geteuid():
        os.setregid(os.getegid(), os.getegid())
        os.setreuid(os.geteuid(), os.geteuid())
    tie_to_parent(parent, sent)
