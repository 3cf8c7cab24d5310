"""Lentera: `create_app`, the settings, and the command line.

Everything that can be set is in `SETTINGS`, read from the environment once. The forms themselves are in `forms`, what
speaks HTTP in `api`; this file only puts them together.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from flask import Flask

import migrations
from api import auth, endpoint, serve, watch
from api.central import central
from api.health import health
from api.openrosa import openrosa
from api.pages import pages
from forms import accounts, cluster, masterkey, workbook
from forms import db as database
from forms.access import Actor
from forms.blobs import Store
from forms.problems import Problem
from forms.vault import Vault

VERSION: Final = "0.1.0"


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable, its default, and what it does."""

    name: str
    default: str | None
    help: str


SETTINGS: Final = (
    Setting("LENTERA_DATA", "./var", "Folder for everything that is kept: the database, files, temporary files."),
    Setting("DATABASE_URL", None, "An external PostgreSQL, 17 or newer; without it the embedded one is used."),
    Setting("LENTERA_MASTER_KEY", None, "The master key, 64 hexadecimal digits; better use a file."),
    Setting("LENTERA_MASTER_KEY_FILE", None, "File with the master key; made on the first start, outside the data folder."),
    Setting("LENTERA_BASE_URL", None, "The address that phones and browsers use, such as https://lentera.example.org."),
    Setting("LENTERA_LOGIN_ATTEMPTS", "10", "Failed log-ins per account or address within 15 minutes; 0: no limit."),
    Setting("LENTERA_ZONE", "Asia/Pontianak", "Time zone for days on pages and in downloads."),
    Setting("SENTRY_DSN", None, "Where errors are reported, without values; off unless set."),
)


def read_settings(environment: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Read every setting from the environment, or its default."""
    source = os.environ if environment is None else environment
    return {setting.name: source.get(setting.name) or setting.default for setting in SETTINGS}


def create_app(overrides: Mapping[str, str | None] | None = None) -> Flask:
    """Make the WSGI application from the environment, or from `overrides` where they name a setting."""
    settings = {**read_settings(), **(overrides or {})}
    data = Path(settings["LENTERA_DATA"] or "").resolve()
    app = Flask("api", static_folder=None)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=database.driver_url(settings["DATABASE_URL"] or cluster.url(data)),
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(),
        # What is not a file is held in memory: a submission may come without a file name (RFC 7578).
        MAX_FORM_MEMORY_SIZE=50_000_000,
        MAX_FORM_PARTS=1_000,
        MAX_CONTENT_LENGTH=None,
    )
    app.json.sort_keys = False
    database.db.init_app(app)
    with app.app_context():
        database.forget_connections(database.db.engine)
    app.extensions["lentera"] = endpoint.Server(
        vault=Vault(masterkey.read(settings), Store(data / "files")),
        base_url=(settings["LENTERA_BASE_URL"] or "").rstrip("/") or None,
        login_attempts=int(settings["LENTERA_LOGIN_ATTEMPTS"] or 0),
        zone=settings["LENTERA_ZONE"] or "Asia/Pontianak",
        figures=os.environ.get("PROMETHEUS_MULTIPROC_DIR"),
    )
    watch.configure_sentry(settings["SENTRY_DSN"], VERSION)
    endpoint.install(app, [central, openrosa, health, pages])
    app.wsgi_app = auth.KeyInAddress(app.wsgi_app)  # type: ignore[method-assign]
    return app


#: Whoever works at the server's own command line.
OPERATOR = Actor(id=None, type="server")


def data_folder(settings: Mapping[str, str | None]) -> Path:
    """Give the absolute path of the folder for everything that is kept."""
    return Path(settings["LENTERA_DATA"] or "").resolve()


@contextmanager
def working() -> Iterator[Flask]:
    """Give the application to a command, with the database up, migrated, and its context pushed.

    Works beside a running server, and starts the embedded database for the moment where there is none. Started as
    root, the command goes on as the data folder's account, so that what it writes is the server's.
    """
    settings = read_settings()
    masterkey.make(settings)
    settings["LENTERA_MASTER_KEY"] = masterkey.read(settings).hex()
    if settings["DATABASE_URL"]:
        yield from _working_on(settings, settings["DATABASE_URL"])
    else:
        cluster.become(data_folder(settings))
        with cluster.using(data_folder(settings)) as url:
            yield from _working_on(settings, url)


def _working_on(settings: dict[str, str | None], url: str) -> Iterator[Flask]:
    prepare(url)
    app = create_app({**settings, "DATABASE_URL": url})
    with app.app_context():
        yield app
        database.db.engine.dispose()


def prepare(url: str) -> None:
    """Migrate a database, and refuse one in which the row policies would not bind the server's role."""
    engine = database.owner_engine(url)
    migrations.upgrade(engine)
    database.demand_bound(engine)
    engine.dispose()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION)
def commands() -> None:
    """Lentera: forms and surveys for field teams that work with ODK Collect."""


def spoken() -> str:
    """Tell the language of the terminal, "id" or "en"."""
    return "id" if os.environ.get("LANG", "").startswith("id") else "en"


def main() -> None:
    """Run the command line; a Problem is shown as a sentence, not as a trace."""
    try:
        commands(standalone_mode=False)
    except Problem as problem:
        click.echo(problem.text(spoken()), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


@commands.group()
def user() -> None:
    """Web users."""


@user.command("create")
@click.argument("email")
@click.password_option(help="At least 10 characters; asked for when it is not given.")
@click.option("--admin", is_flag=True, help="May do everything but read answers that are sealed.")
@click.option("--display-name", help="The name that others see; the address otherwise.")
def create_user(email: str, password: str, display_name: str | None, *, admin: bool) -> None:
    """Make a web user."""
    with working():
        actor_id = accounts.create_user(OPERATOR, email, password=password, display_name=display_name)
        if admin:
            accounts.assign(OPERATOR, actor_id, accounts.ADMIN_ROLE)
        database.db.session.commit()
    click.echo(f"Made the user {email}.")


@commands.group()
def key() -> None:
    """The master key, without which nothing that is sealed can be read."""


@key.command("export")
def export_key() -> None:
    """Print the master key, to be kept in a safe."""
    click.echo(masterkey.read(read_settings()).hex())


@commands.command("database-url")
def database_url() -> None:
    """Print how to connect with psql or a BI tool, as the owner of the tables."""
    settings = read_settings()
    click.echo(settings["DATABASE_URL"] or cluster.url(data_folder(settings)))


@commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lint(file: Path) -> None:
    """Check a workbook: every error and warning, with sheet, row and column."""
    findings = workbook.lint(file.read_bytes(), file.name)
    for finding in findings:
        click.echo(f"{finding.level}: {finding.sentence(spoken())}")
    errors = sum(finding.level == "error" for finding in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    sys.exit(1 if errors else 0)
