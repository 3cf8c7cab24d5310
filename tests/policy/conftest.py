"""One programme for all tests of a module: what they write is taken back, so that none sees another's deeds."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

import app as lentera
from forms import catalogue
from forms.db import db
from tests.conftest import Reader
from tests.support.programme import Programme, make_programme
from tests.support.world import World


@pytest.fixture(scope="module")
def programme(running, template, tmp_path_factory, templates) -> Iterator[Programme]:
    """The two projects, on a database of their own."""
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"create database policy template {template} owner lentera_owner")
        folder = tmp_path_factory.mktemp("policy") / "data"
        settings = {
            "DATABASE_URL": running.url(database="policy"),
            "LENTERA_DATA": str(folder),
            "LENTERA_MASTER_KEY": "5e" * 32,
            "LENTERA_BASE_URL": None,
            "SENTRY_DSN": None,
        }
        try:
            yield from _made(lentera.create_app(settings), folder, templates)
        finally:
            connection.execute("drop database policy with (force)")


def _made(application: Flask, folder: Path, templates) -> Iterator[Programme]:
    catalogue.schema.cache_clear()
    application.test_client_class = Reader
    application.jinja_env.bytecode_cache = templates
    with application.app_context():
        programme = make_programme(World(application), folder)
        db.session.remove()
        yield programme
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def without_trace(programme, monkeypatch) -> None:
    """Take back whatever a request writes when it would be committed: what it answers is known by then."""

    # Those who have long waited for their turn are not idle: what was seen of them is taken back, too.
    db.session.execute(text("update sessions set last_seen_at = now()"))
    db.session.commit()

    def take_back() -> None:
        db.session.flush()
        db.session.rollback()

    monkeypatch.setattr(db.session, "commit", take_back)
