"""Making a cluster and writing its settings.

A new cluster is complete or not there: `initdb` and the roles happen in a folder beside the final one, which is then
renamed, so that a crash in between leaves nothing that counts. The settings and the list of who may connect are written
anew at every start, so that a newer program brings newer settings; an operator's own go to `postgresql.conf`, after the
line that includes ours.
"""

import os
import shutil
import tempfile
from pathlib import Path

from forms.cluster.binaries import MAJOR, binaries
from forms.cluster.child import run
from forms.problems import ClusterNotMade, ClusterUnsuited

FOLDER = "postgres"
_SETTINGS_FILE = "lentera.conf"

#: PostgreSQL needs nothing of our environment, and its messages are to be in English for whoever searches for them.
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}

_SETTINGS: dict[str, str | int] = {
    "listen_addresses": "",
    "port": 5432,
    "unix_socket_permissions": "0700",
    # What is committed stays, also after a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    # No value ever reaches the log. An error's own text may quote one ("invalid input syntax ..."), so errors, which
    # their client is told anyway, are not logged at all; what concerns the server is of the levels above.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": -1,
    "log_min_duration_sample": -1,
    "log_transaction_sample_rate": 0,
    "log_autovacuum_min_duration": -1,
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
    "log_error_verbosity": "terse",
    "log_line_prefix": "",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
    # Our queries are short: compiling them costs more than it saves.
    "jit": "off",
    # A small machine's share.
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_connections": 150,
}

#: Half the time of a test goes into waiting for the disk; nothing but a test may do without.
_NOT_DURABLE: dict[str, str | int] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_ROLES = """\
CREATE ROLE lentera_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
CREATE ROLE lentera_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
GRANT lentera_app TO lentera_owner
CREATE DATABASE lentera OWNER lentera_owner
REVOKE ALL ON DATABASE lentera FROM PUBLIC
GRANT CONNECT ON DATABASE lentera TO lentera_app
"""


def make(data: Path, account: str, *, durable: bool = True) -> None:
    """Make the cluster of a data folder with its roles and its empty database, unless it is there.

    The caller holds the folder and acts as the account, whose name it gives. Raises ClusterUnsuited for a cluster of
    another version or a damaged one, ClusterNotMade when PostgreSQL's programs fail.
    """
    cluster = data / FOLDER
    # Each time: what a killed maker's own children were still writing may have come back after it was removed.
    for unfinished in data.glob(f"{FOLDER}.unfinished-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    if cluster.exists():
        _check(cluster)
        return
    place = Path(tempfile.mkdtemp(prefix=f"{FOLDER}.unfinished-", dir=data))
    failure = _initdb(place, account, durable=durable) or _make_roles(place)
    if failure is not None:
        shutil.rmtree(place, ignore_errors=True)
        raise ClusterNotMade(path=cluster, reason=failure)
    place.rename(cluster)
    _sync(data)


def write_settings(
    cluster: Path, account: str, socket_folder: Path, *, durable: bool = True, changed: dict[str, str | int]
) -> None:
    """Write the cluster's settings, and that only the named account and root may connect, as our three roles."""
    settings = _SETTINGS | {"unix_socket_directories": _quoted(socket_folder, '"')} | changed
    if not durable:
        settings |= _NOT_DURABLE
    lines = [name + " = " + _quoted(value, "'") + "\n" for name, value in settings.items()]
    _write(cluster / _SETTINGS_FILE, "".join(lines))
    roles = ("postgres", "lentera_owner", "lentera_app")
    _write(cluster / "pg_hba.conf", f"local all {','.join(roles)} peer map=lentera\n")
    people = sorted({account, "root"})
    mapped = [" ".join(("lentera", _quoted(person, '"'), role)) + "\n" for person in people for role in roles]
    _write(cluster / "pg_ident.conf", "".join(mapped))


def _check(cluster: Path) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise ClusterUnsuited(path=cluster, expected=MAJOR, found="no PG_VERSION") from None
    if found != MAJOR:
        raise ClusterUnsuited(path=cluster, expected=MAJOR, found=f"PG_VERSION {found}")


def _initdb(place: Path, account: str, *, durable: bool) -> str | None:
    command = [str(binaries() / "initdb"), f"--pgdata={place}", "--username=postgres", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"]
    command += ["--auth-local=peer", "--auth-host=reject", "--no-instructions", "--text-search-config=simple"]
    failure = run(command if durable else [*command, "--no-sync"], environment=ENVIRONMENT)
    if failure is None:
        with (place / "postgresql.conf").open("a") as file:
            file.write(f"\ninclude '{_SETTINGS_FILE}'\n# Your own settings go below this line.\n")
        write_settings(place, account, place, durable=durable, changed={})
    return failure


def _make_roles(place: Path) -> str | None:
    # Single-user mode runs one statement a line and needs neither a socket nor a second process.
    command = [str(binaries() / "postgres"), "--single", "-D", str(place), "-c", "exit_on_error=on", "postgres"]
    return run(command, environment=ENVIRONMENT, text=_ROLES)


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o600)
    new.replace(path)


def _quoted(value: object, quote: str) -> str:
    return quote + str(value).replace(quote, quote * 2) + quote


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
