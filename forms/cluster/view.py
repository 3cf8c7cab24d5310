"""A private view of the file system for an account that may not enter the folders it needs.

Root's programs and data often lie under /root, which nobody else may enter. Rather than open such a folder to every
account of the machine, the process that is about to drop root gets a mount namespace of its own (Linux), in which an
empty folder lies over /root and holds only the places that the server needs, at their usual paths. The rest of the
machine sees no change, and the server sees nothing else of root's.
"""

import ctypes
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

# From <sched.h> and <sys/mount.h>.
_CLONE_NEWNS = 0x00020000
_MS_NOSUID, _MS_NODEV = 2, 4
_MS_BIND, _MS_REC, _MS_SLAVE = 4096, 16384, 1 << 19


def closed_folders(places: Iterable[Path], uid: int, groups: Sequence[int]) -> dict[Path, list[Path]]:
    """Find the folders that an account may not enter on the way to these places: each with the places behind it."""
    closed: dict[Path, list[Path]] = {}
    for place in places:
        way = (*reversed(place.parents), place)
        barrier = next((folder for folder in way if folder.is_dir() and not _may_enter(folder, uid, groups)), None)
        if barrier is not None:
            closed.setdefault(barrier, []).append(place)
    return closed


def open_private_view(closed: dict[Path, list[Path]]) -> bool:
    """Let this process, and those it starts, enter only the given places behind closed folders; False if impossible.

    Needs root with the right to mount; a container usually lacks it.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        return False
    here = Path.cwd()
    # The machine's later mounts still arrive here; ours do not leave.
    if libc.mount(None, b"/", None, _MS_REC | _MS_SLAVE, None) != 0:
        return False
    opened = all(_cover(libc, folder, places) for folder, places in closed.items())
    os.chdir(here if here.is_dir() else "/")
    return opened


def _cover(libc: ctypes.CDLL, folder: Path, places: list[Path]) -> bool:
    # Descriptors keep the places within reach while an empty folder is laid over the way to them.
    inside = [place for place in sorted(places) if place != folder and place.is_dir()]
    held = {place: os.open(place, os.O_PATH) for place in inside}
    try:
        options = b"mode=0711,size=64k"
        if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", _MS_NOSUID | _MS_NODEV, options) != 0:
            return False
        for place, descriptor in held.items():
            _make_way(folder, place)
            source = f"/proc/self/fd/{descriptor}".encode()
            if libc.mount(source, os.fsencode(place), None, _MS_BIND | _MS_REC, None) != 0:
                return False
    finally:
        for descriptor in held.values():
            os.close(descriptor)
    return True


def _make_way(folder: Path, place: Path) -> None:
    for step in (*reversed(place.parents), place):
        if folder in step.parents and not step.exists():
            step.mkdir()
            step.chmod(0o711)


def _may_enter(folder: Path, uid: int, groups: Sequence[int]) -> bool:
    state = folder.stat()
    if state.st_uid == uid:
        return bool(state.st_mode & stat.S_IXUSR)
    if state.st_gid in groups:
        return bool(state.st_mode & stat.S_IXGRP)
    return bool(state.st_mode & stat.S_IXOTH)
