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
from api import auth, endpoint, mail, watch
from api.central import central
from api.health import health
from api.openrosa import openrosa
from api.pages import views
from api.pages.door import pages
from api.serve import start
from forms import accounts, catalogue, cluster, grants, masterkey, showcase, upkeep
from forms import db as database
from forms.access import SERVER
from forms.blobs import Store
from forms.problems import PlainHttpSetting, Problem
from forms.vault import Vault

VERSION: Final = "0.1.0"


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable, its default, what it does, and whether a backup tells of it."""

    name: str
    default: str | None
    help: str
    in_backup: bool = False


SETTINGS: Final = (
    Setting("LENTERA_DATA", "./var", "Folder for everything that is kept: the database, files, temporary files."),
    Setting("DATABASE_URL", None, "An external PostgreSQL, 17 or newer; without it the embedded one is used."),
    Setting("LENTERA_MASTER_KEY", None, "The master key, 64 hexadecimal digits; better use a file."),
    Setting(
        "LENTERA_MASTER_KEY_FILE", None, "File with the master key; made on the first start, outside the data folder."
    ),
    Setting(
        "LENTERA_BASE_URL",
        None,
        "The address that phones and browsers use, such as https://lentera.example.org.",
        in_backup=True,
    ),
    Setting(
        "LENTERA_PLAIN_HTTP",
        None,
        "LAN, in capital letters: forms with identity, and passwords, may go over plain http, readable in the network.",
        in_backup=True,
    ),
    Setting(
        "LENTERA_LOGIN_ATTEMPTS",
        "10",
        "Failed log-ins per account or address within 15 minutes; 0: no limit.",
        in_backup=True,
    ),
    Setting("LENTERA_ZONE", "Asia/Pontianak", "Time zone for days on pages and in downloads.", in_backup=True),
    Setting(
        "LENTERA_SMTP",
        None,
        "A mail server for one-time links, smtp://USER:PASSWORD@HOST:PORT or smtps://…; without it none is mailed.",
    ),
    Setting("LENTERA_SMTP_FROM", None, "The sender's address of such mail.", in_backup=True),
    Setting("SENTRY_DSN", None, "Where errors are reported, without values; off unless set."),
)


def read_settings(environment: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Read every setting from the environment, or its default."""
    source = os.environ if environment is None else environment
    return {setting.name: source.get(setting.name) or setting.default for setting in SETTINGS}


def is_open_lan(settings: Mapping[str, str | None]) -> bool:
    """Tell whether plain http may carry identity and passwords; PlainHttpSetting where the setting is no clear yes."""
    if settings["LENTERA_PLAIN_HTTP"] not in (None, "LAN"):
        raise PlainHttpSetting
    return settings["LENTERA_PLAIN_HTTP"] == "LAN"


def create_app(overrides: Mapping[str, str | None] | None = None) -> Flask:
    """Make the WSGI application from the environment, or from `overrides` where they name a setting."""
    settings = {**read_settings(), **(overrides or {})}
    data = Path(settings["LENTERA_DATA"] or "").resolve()
    app = Flask("api", static_folder=str(views.STATIC), static_url_path="/static")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=database.driver_url(settings["DATABASE_URL"] or cluster.url(data)),
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(),
        # What is not a file is held in memory: a submission may come without a file name (RFC 7578).
        MAX_FORM_MEMORY_SIZE=50_000_000,
        MAX_FORM_PARTS=1_000,
        MAX_CONTENT_LENGTH=None,
        # Built files change their name with their content.
        SEND_FILE_MAX_AGE_DEFAULT=365 * 86400,
        # `session` is the name of our own cookie; this one only carries a page's notices.
        SESSION_COOKIE_NAME="notices",
        SESSION_COOKIE_SAMESITE="Strict",
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
        mail=mail.read(settings),
        is_open_lan=is_open_lan(settings),
        bound=os.environ.get("LENTERA_BOUND"),
        figures=os.environ.get("PROMETHEUS_MULTIPROC_DIR"),
    )
    app.secret_key = app.extensions["lentera"].vault.hash("cookie of notices", "")
    watch.configure_sentry(settings["SENTRY_DSN"], VERSION)
    views.install(app)
    # What is at no address is told by the first door that it lies under: people come before machines.
    endpoint.install(app, [central, openrosa, pages, health])
    app.wsgi_app = auth.KeyInAddress(app.wsgi_app)  # type: ignore[method-assign]
    return app


#: Whoever works at the server's own command line.
OPERATOR = SERVER


def data_folder(settings: Mapping[str, str | None]) -> Path:
    """Give the absolute path of the folder for everything that is kept."""
    return Path(settings["LENTERA_DATA"] or "").resolve()


@contextmanager
def reached(settings: Mapping[str, str | None], command: str) -> Iterator[str]:
    """Lend the database's address to a command: an external one's, or the embedded one's, which is up meanwhile.

    Works beside a running server, and starts the embedded database for the moment where there is none. Started as
    root, the command goes on as the data folder's account, so that what it writes is the server's.
    """
    cluster.become(data_folder(settings))
    if settings["DATABASE_URL"]:
        yield settings["DATABASE_URL"]
    else:
        with cluster.using(data_folder(settings), command=command) as url:
            yield url


@contextmanager
def working(command: str) -> Iterator[Flask]:
    """Give the application to a command, with the database reached, migrated, and its context pushed."""
    settings = read_settings()
    masterkey.make(settings)
    settings["LENTERA_MASTER_KEY"] = masterkey.read(settings).hex()
    with reached(settings, command) as url:
        prepare(url)
        app = create_app({**settings, "DATABASE_URL": url})
        with app.app_context():
            yield app
            database.db.session.remove()
            database.db.engine.dispose()


def prepare(url: str) -> None:
    """Migrate a database, and refuse one in which the row policies would not bind the server's role."""
    engine = database.owner_engine(url)
    database.demand_fit(engine)
    migrations.upgrade(engine)
    database.demand_bound(engine)
    with engine.connect() as connection:
        has_unread_lists = connection.execute(catalogue.UNREAD_LISTS).first() is not None
    engine.dispose()
    if has_unread_lists:
        _read_lists(url)


def _read_lists(url: str) -> None:
    """Read the lists that forms got before figures could be made of them, once."""
    app = create_app({**read_settings(), "DATABASE_URL": url})
    with app.app_context():
        catalogue.read_lists(vault=app.extensions["lentera"].vault)
        database.db.session.commit()
        database.db.session.remove()
        database.db.engine.dispose()


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


@commands.command()
@click.option("--bind", default="127.0.0.1:8383", show_default=True, metavar="HOST:PORT", help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web server processes; one per core by default.")
@click.option("--tls-cert", type=click.Path(exists=True, path_type=Path), help="Certificate with its chain, as PEM.")
@click.option("--tls-key", type=click.Path(exists=True, path_type=Path), help="The certificate's private key, as PEM.")
def serve(bind: str, workers: int | None, tls_cert: Path | None, tls_key: Path | None) -> None:
    """Serve phones and browsers; brings an empty data folder up by itself."""
    settings = read_settings()
    mail.read(settings)
    is_open_lan(settings)
    if masterkey.make(settings):
        click.echo(
            f"Made the master key {masterkey.location(settings)}. Without it nothing that is sealed can be read again: "
            "print it with `lentera key export` and keep it in a safe. A backup does not contain it."
        )
    start.serve(
        data_folder(settings),
        prepare=prepare,
        environment={"LENTERA_MASTER_KEY": masterkey.read(settings).hex(), "LENTERA_BOUND": bind},
        bind=bind,
        workers=workers,
        tls_cert=tls_cert,
        tls_key=tls_key,
        database_url=settings["DATABASE_URL"],
    )


@commands.command()
def demo() -> None:
    """Fill an empty data folder with the programme pack of West Kalimantan and made-up data."""
    with working("demo") as app:
        made = showcase.install(OPERATOR, vault=app.extensions["lentera"].vault)
        database.db.session.commit()
    click.echo("Made-up data are in place." if made else "The made-up data are in place already.")
    click.echo(f"Log in as {showcase.EMAIL} with the password {showcase.PASSWORD}")
    others = ", ".join(email for email, *_ in showcase.PEOPLE)
    click.echo(f"With the same password, somebody for each role: {others}")


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
    with working("user create") as app:
        actor_id = accounts.create_user(OPERATOR, email, password=password, display_name=display_name)
        if admin:
            grants.assign(OPERATOR, actor_id, accounts.ADMIN_ROLE, vault=app.extensions["lentera"].vault)
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
    findings = catalogue.lint(file.read_bytes(), file.name)
    for finding in findings:
        click.echo(f"{finding.level}: {finding.sentence(spoken())}")
    errors = sum(finding.level == "error" for finding in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    sys.exit(1 if errors else 0)


@commands.command()
def check() -> None:
    """Compare answer tables with the kept XML, and XML and files with their hashes; exit with 1 where any differs."""
    with working("check") as app:
        totals = upkeep.check(lambda finding: click.echo(finding.text(spoken())), vault=app.extensions["lentera"].vault)
    click.echo(
        f"{totals.submissions} submissions with {totals.contents} contents, {totals.files} files, "
        f"{totals.looks} lines of the access log (last hash {totals.last_look[:16] or 'none'}): "
        f"{totals.differences} differences, {totals.spare} files that nothing refers to"
    )
    sys.exit(1 if totals.differences else 0)


@commands.command()
@click.option("--form", "xml_form_id", metavar="ID", help="Only the forms with this form id; all of them otherwise.")
def rebuild(xml_form_id: str | None) -> None:
    """Make the answer tables anew from the kept XML. Submissions of a form wait while its tables are made."""
    with working("rebuild") as app:
        found = upkeep.list_forms(xml_form_id)
        if xml_form_id and not found:
            raise click.BadParameter(f"no published form has the id {xml_form_id}", param_hint="--form")
        for form in found:
            count = upkeep.rebuild(form, vault=app.extensions["lentera"].vault)
            database.db.session.commit()
            click.echo(f"project {form.project_id}, form {form.xml_form_id}: {count} submissions")


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write database, files and settings into one file, also while the server runs. The master key is not in it."""
    settings = read_settings()
    vault = Vault(masterkey.read(settings), Store(data_folder(settings) / "files"))
    told = {each.name: value for each in SETTINGS if each.in_backup and (value := settings[each.name])}
    with upkeep.new_file(file) as writer, reached(settings, "backup") as url:
        written = upkeep.backup(writer, url=url, vault=vault, settings=told, version=VERSION)
    for path in written.missing:
        click.echo(f"{path}: the file is missing, so it is not in the backup", err=True)
    rows = written.manifest.rows["public.submissions"]
    click.echo(f"{file}: {rows} submissions, {written.manifest.files - len(written.missing)} files")
    click.echo(
        f"It opens only with the master key {written.manifest.key}; `lentera key export` prints it for the safe."
    )
    sys.exit(1 if written.missing else 0)


@commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Restore a backup into an empty data folder and database. It needs the master key that it was made with."""
    settings = read_settings()
    with upkeep.opened(file) as found:
        upkeep.verify(found, settings=settings, knows=migrations.knows)
        with reached(settings, "restore") as url:
            engine = database.owner_engine(url)
            with migrations.held_off(engine):
                upkeep.restore(found, url=url, files=data_folder(settings) / "files")
            engine.dispose()
            prepare(url)
    said = found.manifest
    click.echo(f"Restored {said.rows['public.submissions']} submissions and {said.files} files of {said.created_at}.")
    for name, value in said.settings.items():
        if settings.get(name) != value:
            click.echo(f"{name} was {value} there and is {settings.get(name) or 'not set'} here.")
