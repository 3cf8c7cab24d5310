"""The records behind one cell of a figure, for those who may see them one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from forms.access import Actor
from forms.db import see
from forms.expression import Band, Bucket, Node
from forms.expression.tree import Aggregate, Operation, Quotient
from forms.figures import sights
from forms.figures.boards import Board
from forms.figures.reading import Reading, Statement
from forms.figures.results import Filters
from forms.figures.space import FormSpace
from forms.policy import NEEDED
from forms.problems import FiguresWithheld, NotFound
from forms.schema import NAME_PATH
from forms.views import View


@dataclass(frozen=True)
class BehindRecord:
    """One record: where it is, how it is called ("" where its name needs more clearance), when it came."""

    form_id: str
    instance_id: str
    name: str
    submitted_at: datetime


@dataclass(frozen=True)
class Behind:
    """A page of the records behind a cell, the newest first, and how many there are."""

    records: tuple[BehindRecord, ...]
    total: int


def behind(
    actor: Actor,
    board: Board,
    view: View,
    filters: Filters,
    group: Mapping[int, str | None],
    *,
    value: int | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Behind:
    """List the records of a group: of some of the view's groupings, by number, a value as their keys have it.

    A total leaves out the grouping that it is over, and the whole figure both. With the number of one of the view's
    values they are those that it counts (`counts_only`), all of the group without.

    Raises FiguresWithheld where the reader sees only suppressed figures, NotFound for a view of a list, for a grouping
    or a value that the view has not, and for a value that its grouping cannot have.
    """
    standing = sights.standing(actor, board, view)
    if standing.is_suppressed:
        raise FiguresWithheld
    if view.source.kind == "list" or not set(group) <= set(range(len(view.by))):
        raise NotFound
    if value is not None and not 0 <= value < len(view.values):
        raise NotFound
    conditions = counts_only(view, value) if value is not None else ()
    reading = Reading(board, view, filters, standing.clearance, standing.scopes, datetime.now(UTC))
    try:
        counting = reading.statement()
        (row,) = counting.run(
            f"count(distinct {_base(counting)}.submission_id)", extra=_those(counting, view, group, conditions)
        )
        statement = reading.statement()
        record = _base_record(statement)
        privacy = board.schema(view.source.form_id).by_path.get(NAME_PATH)
        shows_name = privacy is None or NEEDED[privacy.privacy] <= standing.clearance
        name = f"(select instance_name from submission_versions v where v.submission_id = {record}.id and v.current)"
        rows = statement.run(
            f"distinct {record}.id, {record}.instance_id, {name}, {record}.created_at",
            f" order by 1 desc offset {int(offset)}",
            limit=limit,
            extra=_those(statement, view, group, conditions),
        )
    finally:
        see(actor.scopes)
    records = tuple(BehindRecord(view.source.form_id, r[1], (r[2] or "") if shows_name else "", r[3]) for r in rows)
    return Behind(records, row[0])


def counts_only(view: View, value: int) -> tuple[Node, ...]:
    """Give the conditions of the records that one of a view's values counts among those of a group; none for all.

    Of a share they are those of the numerator; a funnel's step counts who came through those before it.
    """
    if view.shape == "funnel":
        return tuple(v.node for v in view.values[: value + 1])
    node = view.values[value].node
    if isinstance(node, Quotient) and node.name == "share":
        node = node.numerator
    if not isinstance(node, Aggregate) or node.name != "count" or node.part is None:
        return ()
    if node.part.type == "boolean":
        return (node.part,)
    return (Operation("boolean", "not", (Operation("boolean", "empty", (node.part,)),)),)


def _base(statement: Statement) -> str:
    if not isinstance(statement.space, FormSpace):
        raise NotFound
    return statement.space.base


def _base_record(statement: Statement) -> str:
    if not isinstance(statement.space, FormSpace):
        raise NotFound
    return statement.space.record


def _those(statement: Statement, view: View, group: Mapping[int, str | None], conditions: Sequence[Node]) -> list[str]:
    found = [statement.compiler.where(node) for node in conditions]
    for number, value in group.items():
        node = view.by[number].node
        sql = statement.group(number)
        if value is None:
            found.append(f"{sql} is null")
            continue
        code, kind = _code(node, value)
        found.append(f"{sql} = {statement.parameters.add(code, kind)}")
    return found


def _code(node: Node, value: str) -> tuple[object, str]:
    """Read a key's value as its grouping's statement has it."""
    try:
        if isinstance(node, Bucket):
            return date.fromisoformat(value), "date"
        if isinstance(node, Band):
            return int(value), "int"
        if node.type == "boolean":
            return {"true": True, "false": False}[value], "boolean"
        if node.type == "number":
            return float(value), "double precision"
    except (ValueError, KeyError):
        raise NotFound from None
    return value, "text"
