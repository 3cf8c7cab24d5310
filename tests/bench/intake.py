"""How fast submissions are kept, against a view that only commits a row; at little and at much that is stored.

Lentera and the floor take turns within one run, and the median of the rounds counts, since a machine is never equally
busy for long. Processor time per submission, of the web server and of PostgreSQL, is less moved by what else runs.
"""

from dataclasses import dataclass, field
from statistics import mean, median

from tests.bench import form
from tests.bench.figures import at_least, plain, show, within
from tests.bench.load import Load, run
from tests.bench.stage import Server, Stage, processor_time

#: Sent before anything is measured: until each connection has its statements prepared, another thing is measured.
_FIRST = 1_000


def prepare(stage: Stage) -> None:
    """Store the first thousand submissions, and as many rows of the floor's."""
    for server, requests in _both(stage):
        run(server.port, requests, connections=32, count=_FIRST, wanted=201)


def _both(stage: Stage) -> tuple[tuple[Server, list[bytes]], tuple[Server, list[bytes]]]:
    ours = form.posts(f"{stage.phone}/submission")
    return (stage.lentera, ours), (stage.floor, form.posts("/submission"))


def measure(stage: Stage, *, seconds: float, rounds: int) -> float:
    """Show submissions per second at 8 and at 32 connections; give the mean ratio to the floor."""
    stored = int(stage.query("select count(*) from submissions")[0][0])
    ratios = []
    for connections in (8, 32):
        lentera, floor = _rounds(stage, connections, seconds, rounds)
        name = f"submissions/s, {connections} connections, {_round(stored):,} stored"
        show(at_least(f"{name} ({lentera.spread})", lentera.rate, floor.rate, 0.6))
        slow = "  p95 of the answers"
        if connections == _CROWD:
            show(within(slow, lentera.p95, 150, "ms", floor.p95))
        else:
            show(plain(slow, lentera.p95, "ms", floor.p95))
        show(plain("  processor time of the web server, each", lentera.web, "ms", floor.web))
        show(plain("  processor time of PostgreSQL, each", lentera.database, "ms", floor.database))
        ratios.append(lentera.rate / floor.rate)
    return mean(ratios)


#: The connections at which nobody may wait for long.
_CROWD = 32


def _round(count: int) -> int:
    return round(count, 1 - len(str(count)))


@dataclass
class _Rounds:
    """What several rounds gave: the loads, and the milliseconds of processor time of each answer."""

    loads: list[Load] = field(default_factory=list)
    of_web: list[float] = field(default_factory=list)
    of_database: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(load.rate for load in self.loads)

    @property
    def spread(self) -> str:
        rates = [load.rate for load in self.loads]
        return f"{min(rates):.0f}-{max(rates):.0f}"

    @property
    def p95(self) -> float:
        return median(load.percentile(0.95) for load in self.loads)

    @property
    def web(self) -> float:
        return median(self.of_web)

    @property
    def database(self) -> float:
        return median(self.of_database)


def _rounds(stage: Stage, connections: int, seconds: float, rounds: int) -> tuple[_Rounds, _Rounds]:
    found = _Rounds(), _Rounds()
    for _ in range(rounds):
        for (server, requests), these in zip(_both(stage), found, strict=True):
            web = stage.web() if server is stage.lentera else server.processes()
            before = processor_time(web), processor_time(stage.database())
            load = run(server.port, requests, connections=connections, seconds=seconds, wanted=201)
            after = processor_time(web), processor_time(stage.database())
            these.loads.append(load)
            for times, spent in ((these.of_web, after[0] - before[0]), (these.of_database, after[1] - before[1])):
                times.append(spent * 1000 / len(load.times))
    return found
