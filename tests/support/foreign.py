"""A PostgreSQL that is not ours: its own superuser, a password, a TCP port, the two roles as the README makes them."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from forms import cluster
from forms.cluster.account import Account, acting_as
from forms.cluster.child import run
from forms.cluster.making import ENVIRONMENT
from tests.support.live import free_port

_SUPER = "kata-sandi-penguasa"
PASSWORD = "kata/sandi@pemilik"
_QUOTED = "kata%2Fsandi%40pemilik"

_ROLES = f"""
create role lentera_app nologin;
create role lentera_owner login password '{PASSWORD}' in role lentera_app;
"""


@dataclass(frozen=True)
class Foreign:
    """The server while it runs."""

    port: int

    def database(self, name: str) -> str:
        """Make an empty database, as the README does; give the DATABASE_URL for it."""
        with psycopg.connect(self._url("postgres", _SUPER, "postgres"), autocommit=True) as connection:
            connection.execute(
                f"create database {name} owner lentera_owner template template0 encoding 'UTF8' locale 'C.UTF-8'"
            )
        return self._url("lentera_owner", _QUOTED, name)

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def foreign() -> Iterator[Foreign]:
    """Run such a server while the block lasts, as an account that is not root; it ends with this process at the latest."""
    place = Path(tempfile.mkdtemp(prefix="lentera-foreign-"))
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    place.chmod(0o700)
    os.chown(place, account.uid, account.gid)
    with acting_as(account):
        data, password, log = place / "data", place / "password", place / "log"
        password.write_text(_SUPER)
        made = run(
            [str(cluster.binaries() / "initdb"), "--username=postgres", f"--pwfile={password}", "--auth=scram-sha-256",
             "--no-sync", f"--pgdata={data}"],
            environment=ENVIRONMENT,
        )  # fmt: skip
        assert made is None, made
        port = free_port()
        settings = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off")
        with log.open("wb") as lines:
            command = [str(cluster.binaries() / "postgres"), "-D", str(data), *(f"--{each}" for each in settings)]
            pid = cluster.spawn(
                command, environment=ENVIRONMENT, on_parents_death=signal.SIGQUIT, stderr=lines.fileno()
            )
    server = Foreign(port)
    try:
        _wait(pid, port)
        with psycopg.connect(server._url("postgres", _SUPER, "postgres"), autocommit=True) as connection:
            connection.execute(_ROLES)
        yield server
    finally:
        os.kill(pid, signal.SIGQUIT)
        os.waitpid(pid, 0)
        shutil.rmtree(place)


def _wait(pid: int, port: int) -> None:
    ready = [cluster.binaries() / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
    while subprocess.run(ready, check=False).returncode != 0:
        assert os.waitpid(pid, os.WNOHANG) == (0, 0), "PostgreSQL ended instead of starting"
