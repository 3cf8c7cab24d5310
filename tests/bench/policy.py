"""What scope and clearance cost: a coordinator's page and CSV, against the same reading with no policy at all.

Both run the very functions of the pages in this process, on connections of their own: ours in the role to which the row
policies bind, as somebody with the scopes of every record; the floor as the owner of the tables, whom no policy binds.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import event

import app as lentera
from forms import answers, catalogue
from forms.access import SERVER, Actor, Sight
from forms.db import db
from forms.policy import Clearance
from tests.bench.figures import at_most, plain, show
from tests.bench.stage import Stage, environment

_SCOPES = ("kabkota=61.01", "kabkota=61.04", "kabkota=61.71")
_PAGES = 5


def measure(stage: Stage, form_id: str, *, rounds: int) -> None:
    """Show the ratio of a page of the submissions table and of the whole CSV, at what is stored."""
    ours, free = lentera.create_app(environment(stage.data)), _unbound(stage)
    scoped = reader(Clearance.SENSITIVE)
    for name, read in (("the submissions table", _page), ("CSV", _csv)):
        times: dict[str, list[float]] = {"scoped": [], "less": [], "free": []}
        for _ in range(rounds):
            times["free"].append(_timed(free, stage, form_id, SERVER, read))
            times["scoped"].append(_timed(ours, stage, form_id, scoped, read))
            times["less"].append(_timed(ours, stage, form_id, reader(Clearance.QUASI), read))
        seconds = {who: median(each) for who, each in times.items()}
        show(at_most(f"{name}, by scope and clearance", seconds["scoped"], seconds["free"], 1.15, "s"))
        show(plain("  the same with less clearance", seconds["less"], "s", seconds["free"]))


def reader(clearance: Clearance) -> Actor:
    """Somebody who sees the records of every district with that clearance."""
    sight = Sight("district", clearance, _SCOPES)
    return Actor(id=None, type="user", look=sight, take=sight)


def _unbound(stage: Stage) -> Flask:
    """Make an application whose connections keep the owner's role."""
    made = lentera.create_app(environment(stage.data))

    def free(connection: Any, _record: Any) -> None:
        connection.execute("set role lentera_owner")
        connection.commit()

    with made.app_context():
        event.listen(db.engine, "connect", free)
    return made


def _timed(app: Flask, stage: Stage, form_id: str, actor: Actor, read: Callable[[Actor, answers.Layout], int]) -> float:
    with app.app_context():
        form = catalogue.form(catalogue.project(stage.project), form_id)
        version = catalogue.current(form)
        layout = answers.layout(form.id, version.id, catalogue.schema(version.id))
        read(actor, layout)
        began = time.perf_counter()
        read(actor, layout)
        seconds = time.perf_counter() - began
        db.session.rollback()
        return seconds


def _page(actor: Actor, layout: answers.Layout) -> int:
    """Count, and read some pages of fifty with eight columns, as the table of submissions does."""
    paths = [field.path for field in layout.schema.leaves if field.control and not field.is_identity][:8]
    found, before = answers.count(actor, layout.form_id), None
    for _ in range(_PAGES):
        records = answers.select(actor, layout, paths=paths, limit=51, before=before)
        before = records[-1].id
        found += len(records)
    return found


def _csv(actor: Actor, layout: answers.Layout) -> int:
    return sum(len(block) for block in answers.copy(actor, layout, answers.columns(layout)))
