"""What the server takes of the machine's memory: each process's own part and its share of what is common (PSS)."""

import psutil

from tests.bench.figures import plain, show, within
from tests.bench.stage import Stage

_GOAL = 250


def measure(stage: Stage, when: str, *, is_idle: bool) -> None:
    """Show the sum over all processes with PostgreSQL, and each process."""
    web = {process: _megabytes(process) for process in stage.web()}
    database = sum(_megabytes(process) for process in stage.database())
    total = sum(web.values()) + database
    show(within(f"memory {when}", total, _GOAL, "MB") if is_idle else plain(f"memory {when}", total, "MB"))
    show(plain(f"  PostgreSQL ({len(stage.database())} processes)", database, "MB"))
    for name, size in zip(("parent", "gunicorn", *("worker",) * len(web)), web.values(), strict=False):
        show(plain(f"  {name}", size, "MB"))


def _megabytes(process: psutil.Process) -> float:
    return process.memory_full_info().pss / 1e6
