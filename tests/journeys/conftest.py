"""The server that whole stories share: gunicorn on a database of its own, with one administrator."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from forms import cluster
from tests.support.coordinator import Coordinator
from tests.support.live import MASTER, serving
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
