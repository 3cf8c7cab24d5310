"""What every test may ask for: a real PostgreSQL, a migrated database of its own, the application, a client.

The cluster is the embedded one, brought up once for all tests with syncing off. Each test gets a copy of one migrated
database, so that the endpoint commits for real and nothing leaks into the next test.
"""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

import app as lentera
from forms import catalogue, cluster
from forms.accounts import passwords
from forms.db import db
from tests.support.phone import engine  # noqa: F401 - a fixture
from tests.support.world import World

_numbers = count(1)


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A folder that the database's own account can reach, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="lentera-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def running(place: Path) -> Iterator[cluster.Running]:
    """The embedded PostgreSQL."""
    with cluster.start(place / "data", command="tests", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def template(running: cluster.Running) -> str:
    """The name of a migrated, empty database."""
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("create database blank owner lentera_owner")
    lentera.prepare(running.url(database="blank"))
    return "blank"


@pytest.fixture
def database_url(running: cluster.Running, template: str) -> Iterator[str]:
    """A migrated database for this test alone, as its owner."""
    name = f"test{next(_numbers)}"
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} owner lentera_owner strategy file_copy")
        yield running.url(database=name)
        connection.execute(f"drop database {name} with (force)")


class Reader(FlaskClient):
    """A client that reads each answer to its end and lets go of what the request was sent from."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        answer = super().open(*arguments, **options)
        answer.get_data()
        answer.close()
        answer.request.environ["wsgi.input"].close()
        return answer


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords with the least that argon2 can do: dear is what it is made to be, and each test has people."""
    usual = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords._hasher = usual


@pytest.fixture(scope="session")
def templates() -> Iterator[FileSystemBytecodeCache]:
    """Keeps the pages' templates compiled, which else is most of what a test of a page does."""
    folder = tempfile.mkdtemp(prefix="lentera-templates-")
    yield FileSystemBytecodeCache(folder)
    shutil.rmtree(folder)


@pytest.fixture
def app(database_url: str, tmp_path: Path, templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on that database, within its context."""
    application = lentera.create_app(
        {
            "DATABASE_URL": database_url,
            "LENTERA_DATA": str(tmp_path / "data"),
            "LENTERA_MASTER_KEY": "5e" * 32,
            "LENTERA_BASE_URL": None,
            "SENTRY_DSN": None,
        }
    )
    # Each test's database begins its numbers anew.
    catalogue.schema.cache_clear()
    application.test_client_class = Reader
    application.jinja_env.bytecode_cache = templates
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone who has not logged in."""
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    """Makes people, projects and forms."""
    return World(app)
