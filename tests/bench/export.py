"""How fast all answers come out as CSV, through HTTP and under the policy, against a bare COPY of the same columns."""

import http.client
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psutil

from forms import cluster
from tests.bench.figures import at_least, plain, show, within
from tests.bench.stage import Stage
from tests.bench.stored import answer_columns

#: What a worker may need more of memory while it copies; the file has a hundred times as much.
_FLAT = 32


def measure(stage: Stage, form_id: str, *, rounds: int) -> None:
    """Show rows per second and what a worker's memory grows by."""
    form = stage.form_number(form_id)
    count = int(stage.query("select count(*) from submissions where form_id = %s", form)[0][0])
    bare, flat = _tables(stage, form), _flattened(stage, form)
    ours, joined, single, first = [], [], [], []
    with _peaks(stage) as growth:
        for _ in range(rounds):
            seconds, began, size = _download(stage, form_id)
            ours.append(seconds)
            first.append(began)
            joined.append(_copy(stage, bare))
            single.append(_copy(stage, flat))
    show(
        at_least(
            f"CSV of {count:,} rows, rows/s (COPY of the same columns)",
            count / median(ours),
            count / median(joined),
            0.7,
        )
    )
    show(plain("  rows/s (COPY of one table with the same cells)", count / median(ours), "", count / median(single)))
    show(plain(f"  first byte of {size / 1e6:,.0f} MB after", median(first), "s"))
    show(within("  a worker's memory grows by", max(growth.values()) / 1e6, _FLAT, "MB"))
    stage.query("drop table flattened")


def _tables(stage: Stage, form: int) -> str:
    """Give the query of a bare copy: no policy, no order, no formatting; what is sealed or of another table a constant."""
    sealed = {name for (name,) in stage.query(
        "select 'q' || number from answer_columns where form_id = %s and type = 'sealed'", form
    )}  # fmt: skip
    names = (name for name in answer_columns(stage, form) if not name.endswith(("_lat", "_lon")))
    answers = ", ".join(f"null::text as {name}" if name in sealed else f"a.{name}" for name in names)
    return (
        f"select s.created_at, {answers}, s.instance_id, s.submitter_id, 'Ponsel' as name, 0 as present, 0 as expected, "
        f"s.review_state, s.device_id, s.edits, '1' as version "
        f"from submissions s join answers.a{form}_0_0 a on a.submission_id = s.id where s.form_id = {form}"
    )


def _flattened(stage: Stage, form: int) -> str:
    stage.query(f"create table flattened as {_tables(stage, form)}")
    stage.query("vacuum analyze flattened")
    return "flattened"


def _copy(stage: Stage, what: str) -> float:
    """Copy to a file with PostgreSQL's own client, as the owner; give the seconds."""
    target = stage.data.parent / "bare.csv"
    source = f"({what})" if " " in what else what
    command = [str(cluster.binaries() / "psql"), "--quiet", "--no-psqlrc", stage.url()]
    began = time.perf_counter()
    subprocess.run([*command, "--command", f"\\copy {source} to '{target}' (format csv)"], check=True)
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def _download(stage: Stage, form_id: str) -> tuple[float, float, int]:
    """Give the seconds to the last byte, to the first, and the bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", stage.lentera.port, timeout=300)
    began = time.perf_counter()
    path = f"/v1/projects/{stage.project}/forms/{form_id}/submissions.csv"
    connection.request("GET", path, headers={"Authorization": f"Bearer {stage.token}"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise AssertionError(f"the download failed: {answer.status}")
    size = len(answer.read(1))
    first = time.perf_counter() - began
    while block := answer.read(1 << 18):
        size += len(block)
    connection.close()
    return time.perf_counter() - began, first, size


@contextmanager
def _peaks(stage: Stage) -> Iterator[dict[int, int]]:
    """Watch how far each process of the web server grows while the block lasts, in bytes."""
    growth: dict[int, int] = {}
    before = {process.pid: process.memory_info().rss for process in stage.web()}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for pid, rss in before.items():
                growth[pid] = max(growth.get(pid, 0), psutil.Process(pid).memory_info().rss - rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield growth
    finally:
        over.set()
        thread.join()
