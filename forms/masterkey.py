"""The master key: where it lies, and making it on the first start.

It lies outside the data folder and the database, so that a copy of either opens nothing: in a file that a setting
names, else in one under the user's configuration folder, named after the data folder. A backup never contains it.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from forms import seal
from forms.problems import MasterKeyMissing, MasterKeyUnreadable


def location(settings: Mapping[str, str | None]) -> Path:
    """Tell which file holds the master key."""
    named = settings.get("LENTERA_MASTER_KEY_FILE")
    if named:
        return Path(named)
    data = Path(settings["LENTERA_DATA"] or "").resolve()
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "lentera" / f"{data.name}-{hashlib.sha256(bytes(data)).hexdigest()[:8]}.key"


def read(settings: Mapping[str, str | None]) -> bytes:
    """Give the master key's 32 bytes; MasterKeyMissing or MasterKeyUnreadable where that cannot be."""
    given = settings.get("LENTERA_MASTER_KEY")
    if given:
        return _parse(given, "LENTERA_MASTER_KEY")
    path = location(settings)
    try:
        return _parse(path.read_text(encoding="ascii"), str(path))
    except FileNotFoundError:
        raise MasterKeyMissing(path=path) from None
    except (OSError, UnicodeDecodeError):
        raise MasterKeyUnreadable(path=path) from None


def make(settings: Mapping[str, str | None]) -> bool:
    """Make a master key where none is set or kept yet; tell whether one was made. Two at once make one."""
    if settings.get("LENTERA_MASTER_KEY"):
        return False
    path = location(settings)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, seal.new_key().hex().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        # A link, not a rename: it fails where another process was first, and that one's key holds.
        path.hardlink_to(part)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise MasterKeyUnreadable(path=where) from None
    if len(key) != seal.KEY_BYTES:
        raise MasterKeyUnreadable(path=where)
    return key
