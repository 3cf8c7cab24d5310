"""The servers that whole stories share, each with one administrator.

`site` is gunicorn on a database of its own in the tests' cluster, for stories that leave it running. `lentera` is the
whole of `lentera serve`, its own durable PostgreSQL included, for those about what is killed and what lies on the disk.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from forms import cluster
from tests.support.coordinator import Coordinator
from tests.support.lentera import Lentera
from tests.support.live import MASTER, serving
from tests.support.sentry import Sentry, collecting
from tests.support.site import Site


@pytest.fixture(scope="session")
def site(running: cluster.Running, template: str, place: Path) -> Iterator[Site]:
    """A server for every story that leaves it running; each makes a project of its own."""
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"create database journeys template {template} owner lentera_owner")
    url, data = running.url(database="journeys"), place / "journeys"
    with serving(url, data, log=place / "journeys.log") as address:
        settings = {"DATABASE_URL": url, "LENTERA_DATA": str(data), "LENTERA_MASTER_KEY": MASTER, "SENTRY_DSN": None}
        made = Site(address, settings)
        made.add_administrator()
        yield made
        # What all stories left behind: tables as the XML has it, files as their names say.
        assert made.differences() == []


@pytest.fixture(scope="session")
def coordinator(site: Site) -> Coordinator:
    """The administrator, logged in."""
    return site.coordinator()


@pytest.fixture(scope="session")
def sentry() -> Iterator[Sentry]:
    """What `lentera` reports its errors to."""
    with collecting() as made:
        yield made


@pytest.fixture(scope="session")
def small_disk() -> Iterator[Path]:
    """A folder on a disk of its own that a test can fill up, where we may make one; else any folder."""
    folder = Path(tempfile.mkdtemp(prefix="lentera-journeys-"))
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", folder], stderr=subprocess.DEVNULL, check=False
    )
    folder.chmod(0o755)
    yield folder
    if mounted and mounted.returncode == 0:
        subprocess.run(["umount", folder], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def lentera(sentry: Sentry, small_disk: Path) -> Iterator[Lentera]:
    """`lentera serve` on a data folder of its own."""
    made = Lentera(small_disk, sentry.dsn)
    made.start()
    made.site.add_administrator()
    yield made
    made.stop()
