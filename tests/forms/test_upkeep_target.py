"""A backup's file: whole under its name, or not there."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from forms.problems import BackupExists, BackupUnwritable
from forms.upkeep import archive, new_file

ROOT = Path(__file__).parents[2]


def test_the_file_has_its_name_only_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "cadangan"
    with new_file(path) as writer:
        writer.add("isi", [b"1"])
        assert not path.exists()
        writer.finish(archive.mac_of(bytes(32)))
    assert [p.name for p in tmp_path.iterdir()] == ["cadangan"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failure_leaves_nothing(tmp_path: Path):
    with pytest.raises(RuntimeError), new_file(tmp_path / "cadangan"):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "cadangan"
    path.write_text("yang lama")
    with pytest.raises(BackupExists), new_file(path):
        pass
    assert path.read_text() == "yang lama"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BackupUnwritable) as refused, new_file(tmp_path / "tidak-ada" / "cadangan"):
        pass
    assert "tidak-ada" in refused.value.text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_as_such():
    with (
        Path("/dev/full").open("r+b", buffering=0) as full,
        archive.Writer(full, Path("cadangan")) as writer,
        pytest.raises(BackupUnwritable) as refused,
    ):
        writer.add("isi", [b"1"])
    assert "No space left" in refused.value.text()


DROPS = """
import os, signal, sys
from pathlib import Path
from forms.upkeep import archive, new_file
with new_file(Path(sys.argv[1])) as writer:
    os.setgid(65534); os.setuid(65534)
    writer.add("isi", [b"1"])
    if sys.argv[2] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    writer.finish(archive.mac_of(bytes(32)))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop root")
@pytest.mark.parametrize("end", ["lives", "dies"])
def test_a_command_that_drops_root_still_finishes_in_a_folder_of_roots(tmp_path: Path, end: str):
    tmp_path.chmod(0o700)
    path = tmp_path / "cadangan"
    # The child that stays root holds this pipe, too: reading to its end waits for that child.
    ran = subprocess.run([sys.executable, "-c", DROPS, path, end], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    assert ran.returncode == (0 if end == "lives" else -signal.SIGKILL)
    assert [p.name for p in tmp_path.iterdir()] == (["cadangan"] if end == "lives" else [])
