"""The file that a backup is written to: all of it under its name, or nothing.

The parts are written beside it under another name, closed to everybody else, synced, and renamed at the end.
Root's case is special: the command drops root before it works (see `forms.cluster.become`), and may then not rename
in a folder of root's. A child that stays root waits for the end and does only that.
"""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from forms.problems import BackupExists, BackupUnwritable
from forms.upkeep.archive import Writer


@contextmanager
def new_file(path: Path) -> Iterator[Writer]:
    """Lend the writer of a file that gets its name, mode 0600, when the block ends well, and vanishes when it does not.

    Ask for it before root is dropped. Raises BackupExists or BackupUnwritable.
    """
    path = path.absolute()
    if path.is_symlink() or path.exists():
        raise BackupExists(path=path)
    part = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")
    with _said_of(path):
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    finish = _settled_by_child(part, path) if os.geteuid() == 0 else lambda is_whole: _settle(part, path, is_whole)
    try:
        with FileIO(descriptor, "w+b") as file, Writer(file, path) as writer:
            yield writer
            with _said_of(path):
                os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            finish(False)  # noqa: FBT003 - its one question
        raise
    with _said_of(path):
        finish(True)  # noqa: FBT003


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupUnwritable(path=path, reason=error.strerror) from error


def _settle(part: Path, path: Path, is_whole: bool) -> None:  # noqa: FBT001
    if not is_whole:
        part.unlink(missing_ok=True)
        return
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _settled_by_child(part: Path, path: Path) -> Callable[[bool], None]:
    """Start the child that keeps root's rights; give the function that tells it the end and waits for it.

    It removes the part also when this process dies without a word.
    """
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(word, signal.SIG_IGN)
        os.close(tells)
        try:
            _settle(part, path, os.read(hears, 1) == b"1")
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    os.close(hears)

    def finish(is_whole: bool) -> None:  # noqa: FBT001
        os.write(tells, b"1" if is_whole else b"0")
        os.close(tells)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != 0:
            raise OSError(status, os.strerror(status))

    return finish
