"""Read records: a page of them as a list, or one of them whole, as a tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from forms.access import Actor
from forms.answers import conditions, ordering
from forms.answers.conditions import Filter
from forms.answers.fetching import Found, fetch
from forms.answers.ordering import Order
from forms.answers.places import SEALED, Layout, Sealed
from forms.db import db, see
from forms.instance import Row, Value
from forms.problems import KeyDoesNotExist, NotFound
from forms.schema import NAME_PATH, Field


@dataclass(frozen=True)
class Record:
    """What a list shows of a submission. `values` has every path that was asked for; None where there is no answer.

    `form_version` is the version text of the first content, `submitter` the display name of who sent that. Of the
    current content are `instance_name`, and the files that it names: `files_expected`, of them `files_present`.
    """

    id: int
    instance_id: str
    instance_name: str | None
    created_at: datetime
    updated_at: datetime | None
    submitter_id: int | None
    submitter: str | None
    device_id: str | None
    review_state: str | None
    form_version: str
    edits: int
    misfits: tuple[str, ...]
    out_of_scope: bool
    files_present: int
    files_expected: int
    values: dict[str, Value | Sealed | None] = field(repr=False, default_factory=dict)


#: What `Record` says besides the answers, for the submissions whose ids and places the query that is put in gives:
#: names and numbers come by index for the few of a page.
_RECORDS = """
    select s.id, s.instance_id, c.instance_name, s.created_at, s.updated_at, s.submitter_id,
           a.display_name as submitter, s.device_id, s.review_state, v.version as form_version, s.edits,
           s.misfits, s.out_of_scope, f.present as files_present, f.expected as files_expected
    from (select s.*, page.place from ({page}) page join submissions s on s.id = page.id) s
    left join actors a on a.id = s.submitter_id
    join form_versions v on v.id = s.form_version_id
    join submission_versions c on c.submission_id = s.id and c.current
    cross join lateral (
        select count(*) filter (where is_expected and blob_id is not null) as present,
               count(*) filter (where is_expected) as expected
        from submission_files where version_id = c.id
    ) f
    order by s.place
"""


def select(
    actor: Actor,
    layout: Layout,
    *,
    paths: Sequence[str] = (),
    limit: int = 50,
    before: int | None = None,
    after: int | None = None,
    where: Filter | None = None,
    order: Order | None = None,
) -> list[Record]:
    """Read at most `limit` records that the actor may see, with the root's answers to `paths`.

    The newest come first unless an order is given. A page goes on from the ids at its ends: `before` gives older
    records, or those that follow in the order, `after` the next newer ones, or those right before.
    Raises what a filter is refused for, also for what the records go by.
    """
    see(actor.scopes)
    layout = layout.seen(actor.look.clearance)
    wanted = conditions.clause(layout.form_id, where, layout)
    page, parameters = ordering.ids(layout, wanted, order, limit=limit, before=before, after=after)
    rows = db.session.connection().exec_driver_sql(_RECORDS.format(page=page), parameters).mappings()
    named = layout.places.get(NAME_PATH)
    hidden = {"instance_name": None} if named is not None and named.is_hidden else {}
    found = {
        row["id"]: Record(**{**row, **hidden, "misfits": tuple(row["misfits"])}, values=dict.fromkeys(paths))
        for row in rows
    }
    if paths:
        for row in fetch(layout, "", list(found), paths=paths):
            found[row.submission_id].values.update(row.values)
    return list(found.values())


def ids(actor: Actor, layout: Layout, where: Filter | None) -> tuple[str, dict[str, Any]]:
    """Give the ids of the records that a filter leaves as a subselect, and its parameters, for a query on other tables.

    That query is for a transaction that knows whose rows the actor may see. Raises what a filter is refused for.
    """
    seen = layout.seen(actor.look.clearance)
    wanted = conditions.clause(layout.form_id, where, seen)
    return conditions.ids(seen, wanted), wanted.parameters


@dataclass(frozen=True)
class Rounds:
    """The first rows of a repeat in one submission, and how many it has; each with its number and its parent's."""

    count: int
    rows: tuple[Row, ...] = field(repr=False)


def rounds(
    actor: Actor, layout: Layout, repeat: str, ids: Sequence[int], *, paths: Sequence[str], most: int
) -> dict[int, Rounds]:
    """Read the rows of a repeat in some submissions, the first `most` of each, with their answers to `paths`.

    Those without any, or that the actor may not see, are not in it. Raises KeyDoesNotExist for a repeat that is none.
    """
    if repeat not in layout.levels or not repeat:
        raise KeyDoesNotExist(field=repeat)
    see(actor.scopes)
    layout = layout.seen(actor.look.clearance)
    rows: dict[int, list[Row]] = {}
    for each in fetch(layout, repeat, ids, paths=paths, most=most):
        row = Row(repeat, each.number, each.parent, each.position, each.values)
        rows.setdefault(each.submission_id, []).append(row)
    counted = db.session.connection().exec_driver_sql(
        f"select submission_id, count(*) from {layout.table(repeat, 0)} "
        "where submission_id = any(%s::bigint[]) group by submission_id",
        (list(rows),),
    )
    return {submission_id: Rounds(count, tuple(rows[submission_id])) for submission_id, count in counted}


def one(actor: Actor, layout: Layout, submission_id: int) -> dict[str, Any]:
    """Read a record whole: a tree by names, a dict for each group, a list of dicts for each repeat.

    Every question and group of the layout's version is there, None where it has no answer.
    Raises NotFound where there is none that the actor may see.
    """
    see(actor.scopes)
    layout = layout.seen(actor.look.clearance)
    known = text("select from submissions where id = :id and form_id = :form and deleted_at is null")
    if db.session.execute(known, {"id": submission_id, "form": layout.form_id}).first() is None:
        raise NotFound
    rows = (
        Row(repeat, row.number, row.parent, 0, row.values)
        for repeat in layout.levels
        for row in fetch(layout, repeat, [submission_id])
    )
    return tree(layout, rows)


def tree(layout: Layout, rows: Iterable[Row]) -> dict[str, Any]:
    """Lay rows out as `one` gives them: the rows of a level after those around them, in the order of their numbers.

    What is closed to the reader of this layout is SEALED, also where the rows have it in the clear.
    """
    steps = {repeat: _steps(layout, repeat) for repeat in layout.levels}
    trees: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows:
        level = layout.levels[row.repeat]
        grown = trees[row.repeat, row.number] = _tree(layout, steps[row.repeat], row.repeat, row.values)
        if level.parent is not None:
            _at(trees[level.parent, row.parent], row.repeat[len(level.parent) :]).append(grown)
    return trees.get(("", 0)) or _tree(layout, steps[""], "", {})


def _steps(layout: Layout, repeat: str) -> list[Field]:
    """List what a row of a level holds, a group before what is in it."""
    return [f for f in layout.schema.fields if f.repeat == repeat]


def _tree(layout: Layout, steps: list[Field], repeat: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Lay out a row's values as the form does, its repeats still empty."""
    tree: dict[str, Any] = {}
    empty = {"group": dict, "repeat": list}
    for step in steps:
        around, _, name = step.path[len(repeat) :].rpartition("/")
        if step.kind == "leaf":
            place, value = layout.places[step.path], values.get(step.path)
            is_closed = place.is_hidden or (place.is_closed and value is not None)
            _at(tree, around)[name] = SEALED if is_closed else value
        else:
            _at(tree, around)[name] = empty[step.kind]()
    return tree


def _at(tree: dict[str, Any], path: str) -> Any:
    """Follow a path such as "/g/q" into a tree."""
    found: Any = tree
    for name in filter(None, path.split("/")):
        found = found[name]
    return found


#: As many records are opened at once: their sealed answers are in memory.
_AT_ONCE = 500


def hand_over(
    actor: Actor, layout: Layout, repeat: str, opened: set[str], open_sealed: Callable[[int, str, bytes], str]
) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Read a level with some sealed answers opened: the paths of its columns, and rows of key, number and values.

    The columns are what the actor takes away anyhow and those of `opened`. The newest submission comes first. Raises
    what opening one raises.
    """
    seen = layout.seen(actor.take.clearance)
    places = [
        place
        for place in layout.levels[repeat].places
        if place.field.path in opened or not seen.places[place.field.path].is_closed
    ]
    paths = tuple(place.field.path for place in places)

    def rows() -> Iterator[tuple[Any, ...]]:
        before: int | None = None
        while keys := _keys(actor, layout.form_id, before):
            for found in sorted(fetch(layout, repeat, list(keys), paths=paths, sealed=True), key=_newest_first):
                values = (
                    open_sealed(found.submission_id, path, value) if isinstance(value, bytes) else value
                    for path, value in found.values.items()
                )
                yield (keys[found.submission_id], found.number, *values)
            before = min(keys)

    return paths, rows()


def _newest_first(found: Found) -> tuple[int, int]:
    return -found.submission_id, found.number


def _keys(actor: Actor, form_id: int, before: int | None) -> dict[int, str]:
    """Give the next records' instanceIDs by id."""
    see(actor.take.scopes)
    statement = text(
        """
        select id, instance_id from submissions
        where form_id = :form and deleted_at is null and (cast(:before as bigint) is null or id < :before)
        order by id desc limit :limit
        """
    )
    found = db.session.execute(statement, {"form": form_id, "before": before, "limit": _AT_ONCE})
    return dict(found.all())
