"""Measure against floors of the same run: `python -m tests.bench [PART …]`, all parts otherwise.

The parts: memory, intake, lists, uploads, suppression, stored (500,000 submissions more, then intake again, their CSV,
and what scope and clearance cost), table (the table of submissions filtered and sorted, at 1,000,000),
dashboard (twenty views over as many as are stored then, each against SQL by hand).
"""

import sys
from argparse import ArgumentParser

from tests.bench import dashboard, export, form, intake, lists, memory, policy, stored, suppression, table, uploads
from tests.bench.figures import at_least, head, show
from tests.bench.stage import Stage, stage

_PARTS = ("memory", "intake", "lists", "uploads", "suppression", "stored", "table", "dashboard")
_STORED = 500_000
_TABLE = 1_000_000


def main() -> None:
    """Measure the parts that the command line names."""
    parser = ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(_PARTS))
    parser.add_argument("--seconds", type=float, default=4, help="how long each load lasts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is repeated; the median counts")
    parser.add_argument("--stored", type=int, default=_STORED, help="how many submissions are many")
    chosen = parser.parse_args()
    unknown = set(chosen.parts) - set(_PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    with stage() as made:
        head()
        _measure(made, chosen.parts or _PARTS, chosen.seconds, chosen.rounds, chosen.stored)


def _measure(made: Stage, parts: list[str], seconds: float, rounds: int, many: int) -> None:
    form_id = made.upload(form.workbook())
    made.allow(form_id)
    if "memory" in parts:
        memory.measure(made, "idle", is_idle=True)
    few = None
    if {"intake", "stored"} & set(parts):
        intake.prepare(made)
        few = intake.measure(made, seconds=seconds, rounds=rounds)
    if "lists" in parts:
        lists.measure(made, seconds=seconds)
    if "uploads" in parts:
        uploads.measure(made, rounds=rounds)
    if "suppression" in parts:
        for records in (500, 2_000, 5_000):
            suppression.measure(records)
        for records in (240, 20_000):
            suppression.measure_sheet(records)
    if "stored" in parts and few is not None:
        stored.fill(made, form_id, many)
        lot = intake.measure(made, seconds=seconds, rounds=rounds)
        show(at_least("intake at many against intake at few, each over its floor", lot, few, 0.9))
        export.measure(made, form_id, rounds=rounds)
        policy.measure(made, form_id, rounds=rounds)
    _measure_pages(made, form_id, parts, rounds, many)
    if "memory" in parts:
        memory.measure(made, "after the load", is_idle=False)


def _measure_pages(made: Stage, form_id: str, parts: list[str], rounds: int, many: int) -> None:
    if {"table", "dashboard"} & set(parts):
        intake.prepare(made)
    if "table" in parts:
        stored.fill(made, form_id, max(_TABLE, many))
        table.measure(made, form_id, rounds=rounds)
    if "dashboard" in parts:
        stored.fill(made, form_id, many)
        dashboard.measure(made, form_id, rounds=rounds)


if __name__ == "__main__":
    sys.exit(main())
