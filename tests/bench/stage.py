"""Where it is measured: `lentera serve` on a fresh data folder, and the floor under the same gunicorn and PostgreSQL.

PostgreSQL is the embedded one as it is served, syncing to disk. Both web servers have the same worker class, threads,
workers and settings; the floor has a database of its own in the same cluster.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psutil
import psycopg

from api.serve.supervisor import THREADS
from forms import cluster
from tests.support.live import ROOT, free_port
from tests.support.odk import xlsx

WORKERS = 2
_LENTERA = Path(sys.executable).with_name("lentera")
_EMAIL, _PASSWORD = "bench@example.org", "kata-sandi-uji-1"


@dataclass(frozen=True)
class Server:
    """A web server that answers on a port of this machine."""

    port: int
    process: psutil.Process

    def ask(self, method: str, path: str, data: bytes | None = None, **headers: str) -> Any:
        """Send one request; give its answer as JSON, or its bytes where it is something else."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, names, method=method)
        with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310 - our own server
            body = answer.read()
            return json.loads(body) if "json" in answer.headers.get("Content-Type", "") else body

    def head(self, path: str) -> Message:
        """Ask for a path, and give the headers of the answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method="HEAD")
        with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310 - our own server
            return answer.headers

    def processes(self) -> list[psutil.Process]:
        """List the server's process and those below it."""
        return [self.process, *self.process.children(recursive=True)]


@dataclass
class Stage:
    """Both servers, the database, and what an administrator has set up."""

    data: Path
    lentera: Server
    floor: Server
    token: str = ""
    project: int = 0
    phone: str = ""
    app_user: int = 0

    def url(self, database: str = "lentera", user: str = "lentera_owner") -> str:
        """Give the address of a database of the cluster."""
        return cluster.url(self.data, user, database)

    def connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as the owner of the tables; each statement is a transaction."""
        return psycopg.connect(self.url(), autocommit=True)

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the owner of the tables."""
        with self.connection() as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def maintain(self, sql: str) -> None:
        """Run one statement as the cluster's superuser, such as a checkpoint."""
        with psycopg.connect(self.url(user="postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask Lentera as the administrator, with JSON or bytes."""
        if not isinstance(body, bytes | None):
            body, headers = json.dumps(body).encode(), {"Content_Type": "application/json", **headers}
        return self.lentera.ask(method, path, body, Authorization=f"Bearer {self.token}", **headers)

    def upload(self, workbook: bytes) -> str:
        """Upload and publish a workbook; give its form id."""
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        path = f"/v1/projects/{self.project}/forms?publish=true&ignoreWarnings=true"
        return str(self.ask("POST", path, workbook, Content_Type=kind)["xmlFormId"])

    def allow(self, form_id: str) -> None:
        """Let the phone fill a form."""
        self.ask("POST", f"/v1/projects/{self.project}/forms/{form_id}/assignments/app-user/{self.app_user}")

    def form_number(self, form_id: str) -> int:
        """Give the number that a form's tables are named after."""
        return int(self.query("select id from forms where xml_form_id = %s", form_id)[0][0])

    def set_up(self) -> None:
        """Make an administrator, a project with a district for its app user, and that app user."""
        command = [_LENTERA, "user", "create", _EMAIL, "--password", _PASSWORD, "--admin"]
        _checked(command, os.environ | environment(self.data))
        self.token = self.ask("POST", "/v1/sessions", {"email": _EMAIL, "password": _PASSWORD})["token"]
        # Whoever takes all answers away: the administrator, as if somebody else had made them provincial coordinator.
        self.query("insert into assignments (actor_id, role_id) select actor_id, 24 from users")
        self.query("update sessions set is_proven = true")
        self.project = self.ask("POST", "/v1/projects", {"name": "Bench"})["id"]
        made = self.ask("POST", f"/v1/projects/{self.project}/app-users", {"displayName": "Ponsel"})
        self.app_user = made["id"]
        self.phone = f"/v1/key/{made['token']}/projects/{self.project}"

    def web(self) -> list[psutil.Process]:
        """List the processes of Lentera's web server and its parent."""
        database = {each.pid for each in self.database()}
        return [each for each in self.lentera.processes() if each.pid not in database]

    def database(self) -> list[psutil.Process]:
        """List PostgreSQL's processes."""
        number = int((self.data / "postgres" / "postmaster.pid").read_text().split("\n")[0])
        postmaster = psutil.Process(number)
        return [postmaster, *postmaster.children(recursive=True)]


def processor_time(processes: list[psutil.Process]) -> float:
    """Give the seconds of processor time that processes and their dead children have had."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@contextmanager
def stage() -> Iterator[Stage]:
    """Bring everything up in a temporary folder, and take it away again."""
    with ExitStack() as undo:
        # Not pytest's: the account that serves when root starts the server must reach it.
        folder = Path(tempfile.mkdtemp(prefix="lentera-bench-"))
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        data = folder / "data"
        lentera = undo.enter_context(_serving(folder, data))
        with psycopg.connect(cluster.url(data, "postgres", "postgres"), autocommit=True) as connection:
            connection.execute("create database floor owner lentera_owner")
        with psycopg.connect(cluster.url(data, database="floor")) as connection:
            connection.execute(
                "create table kept (id bigint generated always as identity primary key, agent text, xml bytea)"
            )
        floor = undo.enter_context(_flooring(cluster.url(data, database="floor")))
        made = Stage(data, lentera, floor)
        made.set_up()
        yield made


def environment(data: Path) -> dict[str, str]:
    """Give the settings of the server under measure."""
    return {"LENTERA_DATA": str(data), "LENTERA_MASTER_KEY": "5e" * 32, "DATABASE_URL": "", "LENTERA_BASE_URL": ""}


@contextmanager
def _serving(folder: Path, data: Path) -> Iterator[Server]:
    port = free_port()
    command = [_LENTERA, "serve", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    with (folder / "log").open("wb") as log, _running(command, os.environ | environment(data), log) as process:
        yield Server(port, _answering(port, process))


@contextmanager
def _flooring(url: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-P", "-m", "gunicorn", "--config", "python:api.serve.workers", "--chdir", str(ROOT)]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--pythonpath", str(ROOT), "tests.bench.floor:make()"]
    with _running(command, os.environ | {"DATABASE_URL": url}, subprocess.DEVNULL) as process:
        yield Server(port, _answering(port, process))


@contextmanager
def _running(command: list[Any], environment: dict[str, str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answering(port: int, process: subprocess.Popen[bytes]) -> psutil.Process:
    while process.poll() is None:
        try:
            Server(port, psutil.Process(process.pid)).ask("GET", "/healthz")
        except (URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return psutil.Process(process.pid)
    raise AssertionError(f"a server ended with exit code {process.returncode}")


def _checked(command: list[Any], environment: dict[str, str]) -> None:
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def small_form(number: int, questions: int) -> bytes:
    """Make a workbook of a few plain questions, under a form id of its own."""
    rows = "\n".join(f"| | text | q{n} | Pertanyaan {n} |" for n in range(questions))
    return xlsx(
        f"""
        | survey |
        | | type | name | label |
        {rows}
        | settings |
        | | form_id | form_title | version |
        | | kecil_{number} | Formulir {number} | 1 |
        """
    )
