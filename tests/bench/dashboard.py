"""A dashboard of twenty views over what is stored, each against the SQL that an expert writes for it by hand.

Both run in this process on connections in the role that the row policies bind, over all records, one after the other in
turns; the floor's statements are timed as psycopg gives their rows. A page is its board and all its figures in one
transaction: cold where nothing is remembered of it (the tables are in memory either way), warm right after.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Final

from flask import Flask

import app as lentera
from forms import catalogue, figures
from forms.access import Actor, Sight
from forms.catalogue import Upload
from forms.db import db, see
from forms.figures import Board, Filters, remembered
from forms.policy import Clearance
from forms.views import View
from tests.bench.figures import at_most, plain, show, within
from tests.bench.stage import Stage, environment
from tests.support.odk import xlsx

_READER: Final = Actor(None, "user", look=(_ALL := Sight("province", Clearance.SENSITIVE, ("*",))), take=_ALL)

_LIVE: Final = (
    "a.submission_id not in (select id from submissions where form_id = {form} "
    "and (deleted_at is not null or review_state = 'rejected'))"
)
_FROM: Final = f"from {{answers}} a where {_LIVE}"
_JOINED: Final = (
    "from {answers} a join submissions s on s.id = a.submission_id "
    "where s.deleted_at is null and s.review_state is distinct from 'rejected'"
)
_SENT: Final = "(s.created_at at time zone 'Asia/Pontianak')"

#: Each view as cells of the sheet (type, where, by, value), and by hand.
_VIEWS: Final = (
    ("number", "", "", "count()", f"select count(*) {_FROM}"),
    ("number", "", "", "share(${setuju} = 'ya')", f"select count(*) filter (where {{setuju}} = 'ya'), count(*) {_FROM}"),
    ("bar", "", "${kab}", "count()", f"select {{kab}}, count(*) {_FROM} group by 1"),
    ("table", "", "${kab}, ${kelamin}", "count()", f"select {{kab}}, {{kelamin}}, count(*) {_FROM} group by 1, 2"),
    ("line", "", "month(${SubmissionDate})", "count()",
     f"select date_trunc('month', {_SENT}), count(*) {_JOINED} group by 1"),
    ("line", "", "month(${pulang})", "count()", f"select date_trunc('month', {{pulang}}), count(*) {_FROM} group by 1"),
    ("bar", "", "band(${umur}, 0, 12, 18, 25, 60)", "count()",
     f"select width_bucket({{umur}}, array[0, 12, 18, 25, 60]), count(*) {_FROM} group by 1"),
    ("bar", "", "${eks}", "count()",
     (f"select e, count(*) from {{answers}} a left join lateral unnest(string_to_array({{eks}}, ' ')) e on true "
     f"where {_LIVE} group by 1")),
    ("table", "", "${sektor}", "count(), mean(${upah}), max(${utang})",
     f"select {{sektor}}, count(*), avg({{upah}}), max({{utang}}) {_FROM} group by grouping sets ((1), ())"),
    ("number", "", "", "count-distinct(${negara})", f"select count(distinct {{negara}}) {_FROM}"),
    ("number", "", "", "percentile(${upah}, 90)",
     f"select percentile_cont(0.9) within group (order by {{upah}}) {_FROM}"),
    ("bar", "", "${negara}", "share(${lapor} = 'ya')",
     f"select {{negara}}, count(*) filter (where {{lapor}} = 'ya'), count(*) {_FROM} group by 1"),
    ("table", "", "${kab}", "ratio(sum(${anggota}), count())", f"select {{kab}}, sum({{anggota}}), count(*) {_FROM} group by 1"),
    ("funnel", "", "", "${setuju} = 'ya', ${lapor} = 'ya', ${dokumen} = 'ya'",
     (f"select count(*), count(*) filter (where {{setuju}} = 'ya'), count(*) filter (where {{setuju}} = 'ya' and {{lapor}} = 'ya'), "
     f"count(*) filter (where {{setuju}} = 'ya' and {{lapor}} = 'ya' and {{dokumen}} = 'ya') {_FROM}")),
    ("table", "", "${kab}, quarter(${berangkat})", "count()",
     f"select {{kab}}, date_trunc('quarter', {{berangkat}}), count(*) {_FROM} group by 1, 2"),
    ("number", "${jarak} > 50 and ${medis} = 'ya'", "", "count()", f"select count(*) {_FROM} and {{jarak}} > 50 and {{medis}} = 'ya'"),
    ("table", "", "${lay}, ${kab}", "count()",
     (f"select l, {{kab}}, count(*) from {{answers}} a left join lateral unnest(string_to_array({{lay}}, ' ')) l on true "
     f"where {_LIVE} group by grouping sets ((1, 2), (1))")),
    ("number", "", "", "mean(${pulang} - ${berangkat})", f"select avg({{pulang}} - {{berangkat}}) {_FROM}"),
    ("list", "${lapor} = 'tidak' and ${umur} < 18", "${pulang}", "${kab}, ${sektor}",
     (f"select s.instance_id, {{kab}}, {{sektor}}, count(*) over () {_JOINED} and {{lapor}} = 'tidak' and {{umur}} < 18 "
     "order by {pulang} limit 200")),
    ("table", "", "year(${SubmissionDate})", "sum(${kunjungan})",
     f"select date_trunc('year', {_SENT}), sum({{kunjungan}}) {_JOINED} group by 1"),
)  # fmt: skip


def measure(stage: Stage, form_id: str, *, rounds: int) -> None:
    """Show each view against its statement, and the whole page."""
    made = lentera.create_app(environment(stage.data))
    with made.app_context():
        _save(stage, form_id, made)
        board = _board(stage)
        form = catalogue.form(catalogue.project(stage.project), form_id)
        layout = board.layout(form_id)
        columns = {
            f.name: f"a.{layout.places[f.path].under('').partition('.')[2]}"
            for f in layout.schema.leaves
            if f.path in layout.places
        }
        columns |= {"answers": layout.table("", 0), "form": str(form.id)}
        slowest = 0.0
        for view, (*_cells, by_hand) in zip(board.views, _VIEWS, strict=True):
            ratio = _compared(board, view, by_hand.format(**columns), rounds)
            slowest = max(slowest, ratio)
        show(within("the slowest view against its statement", slowest, 1.3, "times"))
        cold = median(_timed(lambda: _page(stage), forget=True) for _ in range(rounds))
        warm = median(_timed(lambda: _page(stage)) for _ in range(rounds))
        show(plain("a page of 20 views, cold", cold, "s"))
        show(within("a page of 20 views, warm", warm, 1, "s"))
        db.session.rollback()


def _save(stage: Stage, form_id: str, made: Flask) -> None:
    rows = [
        f"| | {kind} | v{number} | {form_id} | {where} | {by} | {value} |"
        for number, (kind, where, by, value, _by_hand) in enumerate(_VIEWS)
    ]
    book = xlsx(
        "| settings |\n| | form_id | form_title |\n| | bench-board | Bench |\n"
        "| views |\n| | type | name | of | where | by | value |\n" + "\n".join(rows)
    )
    vault = made.extensions["lentera"].vault
    see(("*",))
    figures.save_dashboard(_READER, catalogue.project(stage.project), Upload(book, "bench.xlsx"), vault=vault)
    db.session.commit()


def _board(stage: Stage) -> Board:
    return figures.board(_READER, catalogue.project(stage.project), "bench-board")


def _page(stage: Stage) -> None:
    board = _board(stage)
    for view in board.views:
        _figure(board, view)


def _figure(board: Board, view: View) -> None:
    found = figures.figure(_READER, board, view, Filters())
    if found.problem is not None:
        raise found.problem


def _compared(board: Board, view: View, by_hand: str, rounds: int) -> float:
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds + 1):
        theirs.append(_timed(lambda: _by_hand(by_hand)))
        ours.append(_timed(lambda: _figure(board, view), forget=True))
    # The first of each reads the tables into memory.
    lentera_, floor = min(ours[1:]), min(theirs[1:])
    show(at_most(f"view {view.name}: {view.shape} {', '.join(v.text for v in (*view.by, *view.values))}"[:57],
                 lentera_ * 1_000, floor * 1_000, 1.3, "ms"))  # fmt: skip
    return lentera_ / floor


def _by_hand(statement: str) -> None:
    see(("*",))
    db.session.connection().exec_driver_sql(statement).all()


def _timed(do: Callable[[], object], *, forget: bool = False) -> float:
    if forget:
        remembered._MEMORIES.clear()
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
