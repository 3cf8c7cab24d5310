"""How long it takes to decide which figures of a source are shown, and how many of those of k or more are."""

import random
import time
from collections import Counter
from itertools import combinations, product

from forms.suppression import Mark, protect
from forms.workbook.views_sheet import MAX_ROWS
from tests.bench.figures import plain, show, within

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


def measure_sheet(many: int) -> None:
    """Show how long a sheet of as many views as there may be takes, for all time and two years, mostly crosstabs."""
    cells, records, weights = _sheet(many)
    began = time.perf_counter()
    figures = protect(cells, records, k=_K, kind=0, weights=weights)
    seconds = time.perf_counter() - began
    show(within(f"suppression, {MAX_ROWS} views, {len(cells):,} cells over {many:,} records", seconds, 10, "s"))
    for weight, name in ((16, "totals"), (4, "groups"), (1, "crosstabs")):
        marks = Counter(figure.mark for at, figure in zip(weights, figures, strict=True) if at == weight)
        share = marks[Mark.SHOWN] / max(1, marks[Mark.SHOWN] + marks[Mark.HIDDEN])
        show(plain(f"  of those of {_K} or more, and noughts, shown: {name}", share * 100, "%"))


def _sheet(many: int):
    """Who consented, 30 questions that this opens, and a month that is one with its year."""
    chance = random.Random(1)  # noqa: S311 - made-up figures
    sizes = [14, *(chance.randint(2, 12) for _ in range(29))]
    months = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)]

    def answers():
        return (chance.choices(range(size), [1 / (n + 1) for n in range(size)])[0] for size in sizes)

    records = Counter(
        ("ya", chance.choice(months), *answers()) if chance.random() < 0.91
        else ("tidak", chance.choice(months), *(None for _ in sizes))
        for _ in range(many)
    )  # fmt: skip
    questions = [{d: [{code} for code in range(size)]} for d, size in enumerate(sizes, start=2)]
    questions.append({1: [{month} for month in months]})
    pairs = list(combinations(range(len(questions)), 2))
    chance.shuffle(pairs)
    views = [*((n,) for n in range(len(questions))), *pairs][:MAX_ROWS]
    cells, weights = [], []
    for by, period in product(views, (None, "2025", "2026")):
        base = {0: {"ya"}, **({1: {month for month in months if month.startswith(period)}} if period else {})}
        for of in [(), *((n,) for n in by), *([by] if len(by) > 1 else [])]:
            groups = [[(d, codes) for codes in each] for n in of for d, each in questions[n].items()]
            for group in product(*groups):
                cell = dict(base)
                for d, codes in group:
                    cell[d] = codes & cell.get(d, codes)
                cells.append(cell)
                weights.append((16, 4, 1)[len(of)])
    return cells, records, weights


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
