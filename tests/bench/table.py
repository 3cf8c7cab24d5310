"""The table of submissions filtered and sorted by any answer, at many rows, against the SQL that an expert writes for it.

Ours is what the page calls: the number of fitting records and the first page of them, for somebody with the scopes of
every record, to whom the row policies bind. The floor runs as the owner of the tables, whom none binds: it counts, and
sorts the answers alone before it looks the few submissions of the page up.
"""

import time
from dataclasses import dataclass
from statistics import median

import app as lentera
from forms import answers, catalogue
from forms.access import Actor
from forms.answers import Condition, Filter, Layout, Order
from forms.db import db
from forms.policy import Clearance
from tests.bench.figures import at_most, plain, show
from tests.bench.policy import reader
from tests.bench.stage import Stage, environment

_PAGE = 51


@dataclass(frozen=True)
class _Case:
    """What somebody asks for, and the expert's rule and order; `{/path}` there stands for the column."""

    name: str
    where: Filter
    order: Order
    rule: str
    ordered: str


_CASES = (
    _Case(
        "a select, sorted by a select",
        Filter((Condition("/kab", "is", "61.71"),)),
        Order("/diri/kelamin", choices=("p", "l")),
        "{/kab} = '61.71'",
        "array_position(array['p', 'l'], {/diri/kelamin})",
    ),
    _Case(
        "a number, sorted by a number",
        Filter((Condition("/diri/umur", "from", 18), Condition("/diri/umur", "to", 24))),
        Order("/kasus/upah", is_descending=True),
        "{/diri/umur} between 18 and 24",
        "{/kasus/upah} desc nulls last",
    ),
    _Case(
        "a text, sorted by a text",
        Filter((Condition("/layanan/catatan", "contains", "a"),)),
        Order("/layanan/catatan"),
        "{/layanan/catatan} ilike '%a%'",
        "lower({/layanan/catatan})",
    ),
)


def measure(stage: Stage, form_id: str, *, rounds: int) -> None:
    """Show seconds of count and first page, and of the page that follows, at what is stored."""
    actor = reader(Clearance.SENSITIVE)
    with lentera.create_app(environment(stage.data)).app_context():
        form = catalogue.form(catalogue.project(stage.project), form_id)
        version = catalogue.current(form)
        layout = answers.layout(form.id, version.id, catalogue.schema(version.id))
        paths = [field.path for field in layout.schema.leaves if field.control and not field.is_identity][:8]
        count = answers.count(actor, form.id)
        for case in _CASES:
            ours, further, floor = [], [], []
            for _ in range(rounds + 1):
                floor.append(_floor(stage, layout, paths, case))
                first, following = _ours(actor, layout, paths, case)
                ours.append(first)
                further.append(following)
                db.session.commit()
            # The first of each only warms up.
            seconds = median(floor[1:])
            show(at_most(f"table of {count:,}, filtered by {case.name}", median(ours[1:]), seconds, 1.3, "s"))
            show(plain("  the page that follows", median(further[1:]), "s"))


def _ours(actor: Actor, layout: Layout, paths: list[str], case: _Case) -> tuple[float, float]:
    began = time.perf_counter()
    answers.count(actor, layout.form_id, where=case.where, layout=layout)
    page = answers.select(actor, layout, paths=paths, limit=_PAGE, where=case.where, order=case.order)
    first = time.perf_counter()
    answers.select(actor, layout, paths=paths, limit=_PAGE, where=case.where, order=case.order, before=page[-2].id)
    return first - began, time.perf_counter() - first


def _floor(stage: Stage, layout: Layout, paths: list[str], case: _Case) -> float:
    names = {"{" + path + "}": f"a.{place.column.names[0]}" for path, place in layout.places.items()}
    rule, ordered = case.rule, case.ordered
    for path, name in names.items():
        rule, ordered = rule.replace(path, name), ordered.replace(path, name)
    table = layout.table("", 0)
    kept = f"""
        {table} a where {rule} and not exists (
            select from submissions d where d.form_id = {layout.form_id} and d.deleted_at is not null
                                        and d.id = a.submission_id
        )
    """
    listed = ", ".join(names["{" + path + "}"] for path in paths)
    with stage.connection() as connection:
        began = time.perf_counter()
        connection.execute(f"select count(*) from {kept}").fetchone()
        connection.execute(
            f"""
            select s.instance_id, s.created_at, s.review_state, x.display_name, v.instance_name, {listed}
            from (select a.*, row_number() over () as place
                  from (select a.* from {kept} order by {ordered}, a.submission_id desc limit {_PAGE}) a) a
            join submissions s on s.id = a.submission_id
            join submission_versions v on v.submission_id = s.id and v.current
            left join actors x on x.id = s.submitter_id
            order by a.place
            """
        ).fetchall()
        return time.perf_counter() - began
