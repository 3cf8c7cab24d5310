"""How long it takes to decide which figures of a source are shown, and how many of those of k or more are."""

import random
import time
from collections import Counter

from forms.suppression import Mark, protect
from tests.bench.figures import plain, show

_K, _VIEWS = 11, 20
_DISTRICTS = [f"61.{n:02}" for n in range(1, 15)]
_QUARTERS = [f"{year}-{quarter}" for year in (2025, 2026) for quarter in (1, 2, 3, 4)]


def measure(many: int) -> None:
    """Show both for 20 views, some of two groupings and some of a part, in every district and period."""
    cells, records = _source(many)
    began = time.perf_counter()
    figures = protect(cells, records, k=_K)
    seconds = time.perf_counter() - began
    show(plain(f"suppression, {len(cells):,} cells over {many:,} records", seconds, "s"))
    for name, chosen in (("in the province", lambda cell: 0 not in cell), ("by district", lambda cell: 0 in cell)):
        marks = Counter(figure.mark for cell, figure in zip(cells, figures, strict=True) if chosen(cell))
        share = marks[Mark.SHOWN] / (marks[Mark.SHOWN] + marks[Mark.HIDDEN])
        show(plain(f"  of those of {_K} or more, shown {name}", share * 100, "%"))


def _source(many: int):
    chance = random.Random(1)  # noqa: S311 - made-up figures
    sizes = [chance.randint(2, 12) for _ in range(_VIEWS)]

    def choose(codes):
        return chance.choices(codes, [1 / (n + 1) for n in range(len(codes))])[0]

    records = Counter(
        (choose(_DISTRICTS), chance.choice(_QUARTERS), *(choose(range(size)) for size in sizes)) for _ in range(many)
    )
    periods = [_QUARTERS, _QUARTERS[:4], _QUARTERS[4:], *([quarter] for quarter in _QUARTERS)]
    cells = []
    for view, size in enumerate(sizes):
        own, next_one = 2 + view, 2 + (view + 1) % _VIEWS
        where = {next_one: {0}} if view % 4 == 0 else {}
        groups = [{}, *({own: {code}} for code in range(size))]
        if view % 5 == 2:
            groups += [{own: {one}, next_one: {other}} for one in range(size) for other in range(sizes[next_one - 2])]
        for period in periods:
            for district in (_DISTRICTS, *([each] for each in _DISTRICTS)):
                cells += [{**where, **group, 0: set(district), 1: set(period)} for group in groups]
    # The whole province is no test on the district.
    return [{d: codes for d, codes in cell.items() if d or len(codes) == 1} for cell in cells], records
