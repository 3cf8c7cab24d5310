"""The commands as an operator runs them: a server that moves to another PostgreSQL and back."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cases import OPEN, canaries
from tests.support.foreign import foreign

ROOT = Path(__file__).parents[2]
FILL = """
import app
from tests.support.cases import cases
from tests.support.world import World

with app.working("uji") as made:
    cases(World(made), 4)
"""


def ran(data: Path, *command: str, key: Path, url: str | None = None, code: int = 0, **settings: str) -> str:
    """Run a command on a data folder, expect its exit code, and give what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LENTERA_", "DATABASE_"))}
    environment |= {"LENTERA_DATA": str(data), "LENTERA_MASTER_KEY_FILE": str(key), "LANG": "C", **settings}
    if url is not None:
        environment["DATABASE_URL"] = url
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    return said


LENTERA = ("-c", "import app; app.main()")


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@dataclass(frozen=True)
class Moving:
    """A filled data folder that the server's account can reach, and a folder of root's with its key and backup."""

    data: Path
    safe: Path

    @property
    def key(self) -> Path:
        return self.safe / "kunci"

    @property
    def backup(self) -> Path:
        return self.safe / "satu.lentera"


@pytest.fixture(scope="module")
def moving(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Moving:
    made = Moving(place / "pindah", tmp_path_factory.mktemp("brankas"))
    made.safe.chmod(0o700)
    ran(made.data, "-c", FILL, key=made.key)
    said = ran(
        made.data, *LENTERA, "backup", str(made.backup), key=made.key, LENTERA_BASE_URL="https://lentera.example.org"
    )
    assert "4 submissions" in said
    assert made.backup.stat().st_mode & 0o777 == 0o600
    return made


def test_a_server_moves_to_another_postgresql_and_back_with_nothing_lost_or_shown(moving: Moving, place: Path):
    second, third, safe, key = place / "dua", place / "tiga", moving.safe, moving.key
    with foreign() as server:
        url = server.database("lentera")
        said = ran(second, *LENTERA, "restore", str(moving.backup), key=key, url=url)
        assert "Restored 4 submissions" in said
        assert "LENTERA_BASE_URL was https://lentera.example.org there and is not set here." in said
        whole = ran(second, *LENTERA, "check", key=key, url=url)
        assert re.search(r"^4 submissions .* 0 differences", whole, re.MULTILINE)
        assert "no published form has the id" in ran(
            second, *LENTERA, "rebuild", "--form", "tidak-ada", key=key, url=url, code=2
        )
        assert "4 submissions" in ran(second, *LENTERA, "rebuild", "--form", "perkara", key=key, url=url)
        ran(second, *LENTERA, "backup", str(safe / "dua.lentera"), key=key, url=url)

    ran(third, *LENTERA, "restore", str(safe / "dua.lentera"), key=key)
    assert ran(third, *LENTERA, "check", key=key) == whole

    again = ran(third, *LENTERA, "restore", str(safe / "dua.lentera"), key=key, code=1)
    assert "only into an empty place" in again
    assert "hanya dipulihkan" in ran(
        third, *LENTERA, "restore", str(safe / "dua.lentera"), key=key, code=1, LANG="id_ID.UTF-8"
    )

    for folder in (moving.data, second, third, safe):
        found = everything_in(folder)
        # The backups are compressed: that nothing lies open in them is tested on what is in them.
        assert folder in (second, safe) or any(OPEN.encode() in data for data in found.values())
        for canary in (c for n in range(1, 5) for c in canaries(n)):
            for spelt in (canary.encode(), canary.encode().hex().encode()):
                assert not [name for name, data in found.items() if spelt in data], canary


def test_check_and_backup_end_with_1_where_a_file_is_missing_and_name_it(moving: Moving):
    gone = next(p for p in (moving.data / "files").rglob("*") if p.is_file() and "incoming" not in p.parts)
    aside = gone.rename(moving.safe / "berkas")
    said = ran(moving.data, *LENTERA, "check", key=moving.key, code=1)
    assert f"{gone}: the file is missing" in said
    assert "1 differences" in said
    said = ran(moving.data, *LENTERA, "backup", str(moving.safe / "sebagian"), key=moving.key, code=1)
    assert f"{gone}: the file is missing, so it is not in the backup" in said
    assert (moving.safe / "sebagian").exists()
    aside.rename(gone)


def test_a_restore_without_the_key_makes_none_and_leaves_the_place_empty(moving: Moving, place: Path):
    data, key = place / "empat", moving.safe / "lain"
    assert str(key) in ran(data, *LENTERA, "restore", str(moving.backup), key=key, code=1)
    assert not data.exists()
    assert not key.exists()
