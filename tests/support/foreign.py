"""A PostgreSQL that is not ours: its own superuser, a password, a TCP port, the two roles as the README makes them."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from forms import cluster

_SUPER = "kata-sandi-penguasa"
PASSWORD = "kata/sandi@pemilik"
_QUOTED = "kata%2Fsandi%40pemilik"

_ROLES = f"""
create role lentera_owner login password '{PASSWORD}';
create role lentera_app nologin;
grant lentera_app to lentera_owner;
"""


@dataclass(frozen=True)
class Foreign:
    """The server while it runs."""

    port: int

    def database(self, name: str) -> str:
        """Make an empty database, as the README does; give the DATABASE_URL for it."""
        with psycopg.connect(self._url("postgres", _SUPER, "postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name} owner lentera_owner")
        return self._url("lentera_owner", _QUOTED, name)

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def foreign() -> Iterator[Foreign]:
    """Run such a server while the block lasts, as an account that is not root."""
    place = Path(tempfile.mkdtemp(prefix="lentera-foreign-"))
    person = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    who: dict[str, Any] = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []} if person else {}
    (place / "password").write_text(_SUPER)
    if person:
        for path in (place, place / "password"):
            os.chown(path, person.pw_uid, person.pw_gid)
    data, log = place / "data", place / "log"

    def run(program: str, *options: str) -> None:
        command = [cluster.binaries() / program, "--pgdata", data, *options]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, **who)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run("initdb", "--username=postgres", f"--pwfile={place / 'password'}", "--auth=scram-sha-256", "--no-sync")
    settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "start", "--wait", f"--log={log}", f"--options={settings}")
    try:
        server = Foreign(port)
        with psycopg.connect(server._url("postgres", _SUPER, "postgres"), autocommit=True) as connection:
            connection.execute(_ROLES)
        yield server
    finally:
        run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(place)
