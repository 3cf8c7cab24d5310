"""Filters of a form's submissions that people keep under a name, for themselves or for everybody who may list them.

What is kept is what the list shows, as its address says it: conditions, columns, order. It never asks for an answer
that is sealed, at most whether there is one, and whoever opens one has the clearance for every answer that it asks for.
Nothing collected lies here.
"""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from forms import access, answers
from forms.access import Actor, Permission
from forms.answers import Filter, Layout, Order
from forms.db import db
from forms.models import Form, SavedFilter
from forms.problems import MissingParameter, NotFound, ValueTooLong

LONGEST_NAME = 100


def keep(
    actor: Actor,
    form: Form,
    layout: Layout,
    name: str,
    query: Sequence[tuple[str, str]],
    where: Filter,
    order: Order | None = None,
    *,
    is_shared: bool,
) -> SavedFilter:
    """Keep `query`, which asks for `where` in that order, under a name; what the actor had under it is replaced.

    Raises MissingParameter without a name, ValueTooLong, and what a list is refused for.
    """
    name = " ".join(name.split())
    if not name:
        raise MissingParameter(field="name")
    if len(name) > LONGEST_NAME:
        raise ValueTooLong(field="name", limit=LONGEST_NAME)
    answers.check(actor, layout, where, order)
    # Whether there is a sealed answer is no answer: the list itself refuses that to whoever may not know.
    asked = {c.path for c in where.conditions if c.operator != "answered" or not layout.places[c.path].is_closed}
    paths = asked | ({order.by} if order is not None and not answers.is_about(order.by) else set())
    said = {"is_shared": is_shared, "query": [list(pair) for pair in query], "paths": sorted(paths)}
    row = insert(SavedFilter).values(form_id=form.id, owner_id=actor.id, name=name, **said)
    row = row.on_conflict_do_update(index_elements=["form_id", "owner_id", "name"], set_=said)
    return db.session.execute(row.returning(SavedFilter), execution_options={"populate_existing": True}).scalar_one()


def listed(actor: Actor, form: Form) -> list[SavedFilter]:
    """List the actor's own filters of a form and the shared ones, by name."""
    theirs = or_(SavedFilter.owner_id == actor.id, SavedFilter.is_shared)
    rows = select(SavedFilter).where(SavedFilter.form_id == form.id, theirs)
    return list(db.session.scalars(rows.order_by(SavedFilter.name, SavedFilter.id)))


def find(actor: Actor, form: Form, layout: Layout, filter_id: int) -> SavedFilter:
    """Find a filter that is the actor's own or shared; NotFound otherwise.

    Raises NotCleared where it asks for an answer that the actor may not see, and what else `keep` raises of questions.
    """
    for each in listed(actor, form):
        if each.id == filter_id:
            answers.check_open(actor, layout, each.paths)
            return each
    raise NotFound


def may_drop(actor: Actor, form: Form, saved: SavedFilter) -> bool:
    """Tell whether the actor may take a filter away: their own, or a shared one of a form that they look after."""
    if saved.owner_id == actor.id:
        return True
    place = {"project_id": form.project_id, "form_id": form.id}
    return saved.is_shared and access.can(actor, Permission.FORM_UPDATE, **place)


def drop(actor: Actor, form: Form, filter_id: int) -> None:
    """Take a filter away; NotFound where there is none that the actor may."""
    for each in listed(actor, form):
        if each.id == filter_id and may_drop(actor, form, each):
            db.session.execute(delete(SavedFilter).where(SavedFilter.id == filter_id))
            return
    raise NotFound
