"""As whom the server runs, and the data folder that is that account's alone.

An ordinary user serves as himself. PostgreSQL refuses root, and a web server has no business being root, so root
becomes the account that owns the data folder, or else the system account `lentera`, made where it does not exist, as
the packages of every other database server do. Not `nobody` or another account that is there already: other programs
share those, and PostgreSQL knows who connects by the account alone.

`become` drops root for the rest of the process. Where root keeps the program or the data in a folder of his own, such
as /root, the process moves into a view of the file system in which just these are open (see `view`).
"""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from forms.cluster import view
from forms.cluster.binaries import binaries
from forms.problems import AccountCannotReach, AccountMissing, AccountUnknown, DataFolderDenied, DataFolderForeign

SYSTEM_ACCOUNT = "lentera"

#: Whoever serves or works in a data folder holds a lock on this file; it also marks a folder as ours.
LOCK_FILE = "lentera.lock"

_ALONE = 0o700


@dataclass(frozen=True)
class Account:
    """An account of the machine."""

    name: str
    uid: int
    gid: int

    @property
    def groups(self) -> list[int]:
        """Every group that it belongs to."""
        return os.getgrouplist(self.name, self.gid)


def serving_account(data: Path) -> Account:
    """Tell as whom the server of a data folder runs; as root, make the system account if it is the one.

    Raises AccountUnknown when the user id has no entry in the list of accounts, AccountMissing when none can be made.
    """
    if os.geteuid() != 0:
        return _account(os.geteuid())
    owner = data.stat().st_uid if data.exists() else 0
    if owner != 0:
        return _account(owner)
    try:
        entry = pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        _make_system_account()
        entry = pwd.getpwnam(SYSTEM_ACCOUNT)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def claim(data: Path, account: Account) -> None:
    """Make the data folder, or take an empty one: the account's alone, mode 0700, with a folder for what is passing.

    Raises DataFolderForeign for a folder that holds other things, DataFolderDenied when the system does not let us,
    AccountCannotReach when the account may not enter it or may not run PostgreSQL's programs.
    """
    _take(data, account)
    closed = view.closed_folders([binaries(), data], account.uid, account.groups)
    if closed:
        raise AccountCannotReach(account=account.name, path=min(closed))
    with acting_as(account):
        _furnish(data)


@contextmanager
def acting_as(account: Account) -> Iterator[None]:
    """Let root touch files as the account would, so that nothing that lies in its folder can mislead root."""
    if os.geteuid() != 0:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.setgroups(account.groups)
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def become(data: Path) -> Account:
    """Run as the account that serves this data folder from here on, and make the folder; give the account.

    Files that are root's alone (a TLS key, a master key, an export's target) must be opened before. New files are
    closed to everybody else afterwards, whoever started the process.
    Raises AccountCannotReach where the account cannot get at the program or the data, and what `claim` raises.
    """
    data = data.resolve()
    account = serving_account(data)
    _take(data, account)
    if os.geteuid() == 0:
        _drop_root(data, account)
    os.umask(0o077)
    _furnish(data)
    return account


def needed(data: Path) -> list[Path]:
    """List the folders without which the server cannot run: interpreter, libraries, program, data."""
    program = Path(__file__).resolve().parents[2]
    places = [data, program, binaries(), Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent]
    places += [Path(entry).absolute() for entry in sys.path if entry and Path(entry).is_dir()]
    return sorted({*places, *(place.resolve() for place in places)})


def _drop_root(data: Path, account: Account) -> None:
    _let_reach(data, account)
    try:
        os.setgroups(account.groups)
        os.setgid(account.gid)
        os.setuid(account.uid)
    except OSError as error:
        raise AccountMissing(account=account.name, reason=error.strerror) from error
    os.environ.update(HOME=str(data), USER=account.name, LOGNAME=account.name)


def _let_reach(data: Path, account: Account) -> None:
    places = needed(data)
    closed = view.closed_folders(places, account.uid, account.groups)
    if not closed:
        return
    if not view.open_private_view(closed):
        raise AccountCannotReach(account=account.name, path=min(closed))
    still_closed = view.closed_folders(places, account.uid, account.groups)
    if still_closed:
        raise AccountCannotReach(account=account.name, path=min(still_closed))


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise AccountUnknown(uid=uid) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _make_system_account() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise AccountMissing(account=SYSTEM_ACCOUNT, reason="it does not exist, and there is no useradd to make it")
    home = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    made = subprocess.run(  # noqa: S603 - nothing of it comes from outside
        [program, "--system", "--user-group", *home, SYSTEM_ACCOUNT], capture_output=True, text=True, check=False
    )
    # 9: somebody else made it at the same moment.
    if made.returncode not in (0, 9):
        raise AccountMissing(account=SYSTEM_ACCOUNT, reason=made.stderr.strip() or "useradd failed")


def _take(data: Path, account: Account) -> None:
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            data.mkdir(mode=_ALONE)
        if not (data / LOCK_FILE).exists():
            _refuse_foreign(data)
        _give(data, account)
    except OSError as error:
        raise DataFolderDenied(path=data, reason=error.strerror) from error


def _furnish(data: Path) -> None:
    try:
        (data / "tmp").mkdir(mode=_ALONE, exist_ok=True)
        os.close(os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    except OSError as error:
        raise DataFolderDenied(path=data, reason=error.strerror) from error


def _refuse_foreign(data: Path) -> None:
    # A fresh volume holds lost+found; a dot file (.gitkeep) is no sign of other work.
    names = sorted(entry.name for entry in data.iterdir())
    others = [name for name in names if name not in ("lost+found", "tmp") and not name.startswith(".")]
    if others:
        raise DataFolderForeign(path=data, example=others[0])


def _give(data: Path, account: Account) -> None:
    descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        state = os.fstat(descriptor)
        if os.geteuid() == 0 and state.st_uid != account.uid:
            os.fchown(descriptor, account.uid, account.gid)
        if stat.S_IMODE(state.st_mode) != _ALONE:
            os.fchmod(descriptor, _ALONE)
    finally:
        os.close(descriptor)
