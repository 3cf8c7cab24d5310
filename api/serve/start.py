"""The way from `lentera serve` to a running server.

In this order: what only root may do (the port, the TLS key), root given up, the data folder held, PostgreSQL up, the
database prepared by whom it belongs to (migrations), and then this process becomes the supervisor. The port is opened
first and kept by the supervisor, so that a web server that dies and comes back refuses nobody: who connects meanwhile
waits.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from api.serve import listener, supervisor
from forms import cluster
from forms.problems import DataFolderInUse


def serve(  # noqa: PLR0913 - the options of the command line
    data: Path,
    *,
    prepare: Callable[[str], None],
    environment: Mapping[str, str],
    bind: str = "127.0.0.1:8383",
    workers: int | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    database_url: str | None = None,
    app: str = "wsgi:app",
    greeting: Sequence[str] = (),
) -> NoReturn:
    """Serve a data folder until told to stop; this never returns.

    `prepare` is called once with the database's address before anything is served. `environment` is what the workers
    get beside this process's own (the master key, read while we may still be root). `database_url` names an external
    PostgreSQL. `greeting` are lines printed once the server answers.
    Raises the Problems of the data folder, the account, the cluster, the address and the certificate.
    """
    data = data.resolve()
    holder = cluster.holder(data)
    if holder is not None:
        raise DataFolderInUse(path=data, pid=holder.pid, command=holder.command)
    sock = listener.listen(bind, data)
    tls = listener.read_certificate(tls_cert, tls_key)
    cluster.become(data)
    count = workers or max(2, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2))
    plan = supervisor.Plan(
        data=str(data),
        listener=sock.detach(),
        address=listener.readable_address(bind, secure=tls is not None),
        workers=count,
        # A connection per thread at the very worst, and some for commands and people with psql.
        connections=max(150, count * supervisor.THREADS // 2 + 50),
        app=app,
        tls=tls,
        greeting=tuple(greeting),
    )
    os.environ.update(environment, LENTERA_DATA=str(data), TMPDIR=str(data / "tmp"))
    if database_url is None:
        _serve_embedded(data, plan, prepare)
    held = cluster.hold(data, "serve")
    prepare(database_url)
    _become_supervisor(replace(plan, held=held))


def _serve_embedded(data: Path, plan: supervisor.Plan, prepare: Callable[[str], None]) -> NoReturn:
    log = _pipe()
    relay = supervisor.Relay(log[0])
    try:
        running = cluster.start(data, settings={"max_connections": plan.connections}, stderr=log[1])
        try:
            prepare(running.url())
        except BaseException:
            running.stop()
            raise
    except BaseException:
        relay.pass_on()
        raise
    os.environ["DATABASE_URL"] = running.url()
    _become_supervisor(replace(plan, held=running.held, postgres=running.pid, log=log))


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    # Nobody reads PostgreSQL's lines while the database is prepared: make room for them.
    with suppress(OSError, AttributeError):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
    return reading, writing


def _become_supervisor(plan: supervisor.Plan) -> NoReturn:
    """Put the small program in this process's place: its children, its lock and its port stay, its modules go."""
    for descriptor in plan.descriptors():
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - that is its signature
    command = [sys.executable, "-P", "-m", "api.serve.supervisor", plan.to_json()]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, os.environ)  # noqa: S606 - our own interpreter
