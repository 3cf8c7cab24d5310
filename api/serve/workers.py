"""What gunicorn is told: its settings, and its log without values.

Loaded by gunicorn itself (`--config python:api.serve.workers`); the address and the number of workers come with the
command. Access lines are the application's, which knows routes and so leaves out tokens.
"""

import gc
import logging
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from typing import Any

from gunicorn.glogging import Logger

from api import watch
from forms.cluster.child import tie_to_parent

worker_class = "gthread"
# The application is loaded once and shared by the workers' memory.
preload_app = True
# A worker's main loop beats whatever its threads do; only one that hangs as a whole is killed.
timeout = 120
graceful_timeout = 30
keepalive = 5
# OData filters are long.
limit_request_line = 8190
# The heartbeat is a file: on a disk it would wait for the disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Another door into the server that nobody asked for.
control_socket_disable = True

_contexts: dict[int, ssl.SSLContext] = {}


class DiscreetLogger(Logger):  # type: ignore[misc]
    """gunicorn's messages as the application's lines, without the requests that they quote."""

    def setup(self, cfg: Any) -> None:
        """Write to the same place in the same shape as everything else."""
        super().setup(cfg)
        watch.configure_logging()
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.addFilter(leave_out_request)


logger_class = DiscreetLogger


def leave_out_request(record: logging.LogRecord) -> bool:
    """Cut from a message the address or the bytes that a client sent: they hold tokens and answers."""
    message = str(record.msg)
    if message.startswith("Invalid request from ip="):
        record.msg, record.args = "A request was not HTTP and was refused", ()
    elif message.startswith("Error handling request"):
        record.msg, record.args = "Error handling request", ()
    return True


def when_ready(_server: Any) -> None:
    """Let the workers share what is loaded: the collector would write to each object as it looks at it."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, _worker: Any) -> None:
    """End a worker with its master, so that none holds the port when everything is started again."""
    tie_to_parent(server.pid, SIGKILL)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the figures that only hold for a worker that lives."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        for file in Path(folder).glob(f"gauge_live*_{worker.pid}.db"):
            file.unlink(missing_ok=True)


def ssl_context(_config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Read the certificate once for each worker: a phone that comes back resumes its session."""
    pid = os.getpid()
    if pid not in _contexts:
        _contexts[pid] = default()
    return _contexts[pid]
