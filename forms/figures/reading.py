"""One view as statements: its groups with the counts, sums and means that its values are made of.

The records are read once for a view's groups and all their totals; only medians, percentiles and distinct counts, which
do not follow from finer groups, are asked for again. Values are put together in Python from what PostgreSQL aggregates.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from forms.db import db, see
from forms.expression import Compiler, Node, Parameters, Reference, Target
from forms.expression.tree import Aggregate, Constant, Convert, Operation, Quotient
from forms.figures.boards import Board
from forms.figures.results import Filters
from forms.figures.space import FormSpace, ListSpace, Surroundings
from forms.policy import NEEDED, Clearance
from forms.problems import FigureNotComputed, FigureTakesTooLong, TooManyGroups
from forms.views import View

#: More groups than a screen's are no figure any more.
MOST_GROUPS: Final = 600

#: Links by what too many records share make pairs without end: then a figure is given up. In PostgreSQL's words.
MOST_TIME: Final = "60s"

#: What stands for a group's value in a statement's row.
Code = Any


@dataclass(frozen=True)
class Counted:
    """One group: its values, how many rows it has, and what the view's values are made of."""

    codes: tuple[Code, ...]
    rows: int
    parts: tuple[Any, ...]


@dataclass
class Reading:
    """A view being read by somebody: compiles its parts over one space, anew for each statement."""

    board: Board
    view: View
    filters: Filters
    clearance: Clearance
    scopes: tuple[str, ...]
    now: datetime
    aggregates: tuple[Aggregate, ...] = field(init=False)

    def __post_init__(self) -> None:
        nodes = [v.node for v in self.view.values]
        self.aggregates = tuple(dict.fromkeys(a for node in nodes for a in _aggregates(node)))

    def statement(self) -> "Statement":
        """Begin a statement."""
        return Statement(self)

    def groups(self, subsets: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], list[Counted]]:
        """Count by all of the view's groupings, by some, or by none for the total; by one statement if that can be.

        Raises TooManyGroups where all of them make too many.
        """
        if len(subsets) > 1 and all(a.name in _MERGED for a in self.aggregates):
            return self._merged(subsets)
        return {of: self._each(of) for of in subsets}

    def _each(self, of: Sequence[int]) -> list[Counted]:
        statement = self.statement()
        keys = [statement.group(number) for number in of]
        parts = [statement.compiler.sql(a) for a in self.aggregates]
        by = f" group by {', '.join(str(n + 1) for n in range(len(keys)))}" if keys else ""
        rows = statement.run(", ".join([*keys, "count(*)", *parts]), by, limit=MOST_GROUPS + 1)
        if len(rows) > MOST_GROUPS:
            raise TooManyGroups(limit=MOST_GROUPS)
        return [Counted(tuple(r[: len(keys)]), r[len(keys)], tuple(r[len(keys) + 1 :])) for r in rows]

    def _merged(self, subsets: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], list[Counted]]:
        """Read the records once, into the finest groups, and put those together for each subset.

        Several choices stay together in the finest groups: few combinations are told apart for many records.
        """
        statement = self.statement()
        by = self.view.by
        keys = [f"{statement.compiler.group(v.node)} as k{n}" for n, v in enumerate(by)]
        parts = [
            f"{sql} as p{n}_{m}"
            for n, a in enumerate(self.aggregates)
            for m, sql in enumerate(_finest(a, statement.compiler))
        ]
        each = [self._put_together(number, of) for number, of in enumerate(subsets)]
        rows = statement.run(
            ", ".join([*keys, "count(*) as n", *parts]),
            f" group by {', '.join(str(n + 1) for n in range(len(keys)))}",
            around=f"with g as materialized ({{}}) {' union all '.join(each)}",
        )
        found: dict[tuple[int, ...], list[Counted]] = {of: [] for of in subsets}
        for number, *columns in rows:
            of, (count, *values) = subsets[number], columns[len(by) :]
            found[of].append(Counted(tuple(columns[n] for n in of), count, tuple(values)))
        if any(len(groups) > MOST_GROUPS for groups in found.values()):
            raise TooManyGroups(limit=MOST_GROUPS)
        return found

    def _put_together(self, number: int, of: tuple[int, ...]) -> str:
        by = self.view.by
        several = [n for n in of if by[n].node.type == "multiple"]
        keys = ["null" if n not in of else f"m{n}.choice" if n in several else f"k{n}" for n in range(len(by))]
        parts = [_MERGED[a.name].format(f"p{n}") for n, a in enumerate(self.aggregates)]
        unnested = "".join(_one_by_one(f"k{n}", f"m{n}") for n in several)
        grouped = f" group by {', '.join(str(n + 2) for n in of)}" if of else ""
        listed = ", ".join([str(number), *keys, "coalesce(sum(n), 0)::bigint", *parts])
        return f"(select {listed} from g{unnested}{grouped} limit {MOST_GROUPS + 1})"


#: How aggregates of the finest groups become those of coarser ones; `{0}_0` and `{0}_1` are what `_finest` gives.
_MERGED: Final = {
    "count": "coalesce(sum({0}_0), 0)::bigint",
    "sum": "coalesce(sum({0}_0), 0)",
    "mean": "sum({0}_0) / nullif(sum({0}_1), 0)",
    "min": "min({0}_0)",
    "max": "max({0}_0)",
}


def _one_by_one(sql: str, name: str) -> str:
    """Join several choices one by one, as `{name}.choice`; who chose none stays, with null."""
    return f" left join lateral unnest(string_to_array({sql}, ' ')) {name} (choice) on true"


def _finest(aggregate: Aggregate, compiler: Compiler) -> list[str]:
    if aggregate.name != "mean":
        return [compiler.sql(aggregate)]
    return [compiler.sql(replace(aggregate, name=name)) for name in ("sum", "count")]


class Statement:
    """One SELECT over the rows of a view's source. Compile all parts before `run`: they say which tables are read."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        board, view = reading.board, reading.view
        today = reading.now.astimezone(ZoneInfo(board.zone)).date()
        self.parameters = Parameters({}, today, reading.now, board.zone)
        around = Surroundings(_Layouts(board), board.files, self._narrowed)
        self.space: FormSpace | ListSpace
        if view.source.kind == "list":
            self.space = ListSpace(around, view.source.list, self.parameters)
        else:
            self.space = FormSpace(around, board.layout(view.source.form_id), view.source.repeat)
        self.compiler = Compiler(self.space, self.parameters)
        self._unnested: list[str] = []

    def group(self, number: int) -> str:
        """Compile one of the view's groupings; several choices are taken one by one."""
        node = self._reading.view.by[number].node
        sql = self.compiler.group(node)
        if node.type != "multiple":
            return sql
        name = f"m{number}"
        self._unnested.append(_one_by_one(sql, name))
        return f"{name}.choice"

    def conditions(self) -> list[str]:
        """Compile what every row that counts fulfils: the view's where and the page's filters."""
        view = self._reading.view
        found = [self.compiler.where(view.where)] if view.where is not None else []
        if isinstance(self.space, FormSpace):
            found += self._narrowed(self.space, self.compiler)
        else:
            found += self._narrowed_list(self.space)
        return found

    def run(
        self, listed: str, then: str = "", *, limit: int | None = None, extra: Sequence[str] = (), around: str = "{}"
    ) -> list[Any]:
        """Run `select {listed} from … where … {then}` over the rows that the reader may see.

        `around` is a statement that has it in the place of its braces.
        Raises FigureNotComputed where the answers cannot be put together so, FigureTakesTooLong where a view with links
        was given up.
        """
        conditions = [*self.conditions(), *extra]
        sql = (
            f"select {listed} from {self.space.tables()}{''.join(self._unnested)} "
            f"where {' and '.join([*conditions, *self.space.conditions()])}{then}"
        )
        if limit is not None:
            sql += f" limit {limit}"
        see(self._reading.scopes)
        try:
            with db.session.begin_nested():
                connection = db.session.connection()
                if self._reading.view.linked:
                    connection.exec_driver_sql(f"set local statement_timeout = '{MOST_TIME}'")
                found = list(connection.exec_driver_sql(around.format(sql), self.parameters.values))
                if self._reading.view.linked:
                    connection.exec_driver_sql("set local statement_timeout to default")
                return found
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == "57014":
                raise FigureTakesTooLong from None
            if error.connection_invalidated or not str(getattr(error.orig, "sqlstate", "")).startswith("22"):
                raise
            # A number out of range, a date out of the calendar: PostgreSQL's class of data exceptions.
            raise FigureNotComputed from None

    def _narrowed(self, space: FormSpace, compiler: Compiler) -> list[str]:
        """Compile the page's filters over the records of a form."""
        filters = self._reading.filters
        found = [
            f"{self.parameters.add(f'{name}={value}', 'text')} = any({space.base}.scopes)"
            for name, value in filters.scopes.items()
            if name in space.layout.schema.dimensions
        ]
        found += self._period(compiler)
        names = self._reading.board.sources
        source = names.find(space.layout.schema.form_id)
        for name, value in filters.answers.items():
            targets = names.names(source).targets.get(name, ()) if source is not None else ()
            if len(targets) == 1 and self._is_open(targets[0]):
                sql, wanted = space.reference(targets[0]), self.parameters.add(value, "text")
                several = targets[0].type == "multiple"
                found.append(f"{wanted} = any(string_to_array({sql}, ' '))" if several else f"({sql})::text = {wanted}")
        return found

    def _is_open(self, target: Target) -> bool:
        field_ = target.field
        return field_ is None or (not field_.is_identity and NEEDED[field_.privacy] <= self._reading.clearance)

    def _period(self, compiler: Compiler) -> Iterator[str]:
        filters, node = self._reading.filters, self._reading.view.date
        if filters.since is None and filters.until is None:
            return
        if node is None:
            node = Reference("datetime", _SUBMISSION_DATE)
        sql = compiler.sql(node)
        for sign, day in ((">=", filters.since), ("<", filters.until)):
            if day is None:
                continue
            bound = self.parameters.add(day, "date")
            if sign == "<":
                # In SQL, whose calendar does not end with the year 9999.
                bound = f"({bound} + 1)"
            if node.type == "datetime":
                # In a subselect it is computed once, not for each row.
                zone = self.parameters.add(self._reading.board.zone, "text")
                bound = f"(select {bound}::timestamp at time zone {zone})"
            yield f"{sql} {sign} {bound}"

    def _narrowed_list(self, space: ListSpace) -> Iterator[str]:
        """A list has the district of a row in a column of the dimension's name; its own list in `name`.

        A reader of some districts sees records of those alone: the rows of others would all seem empty.
        """
        columns = self._reading.board.sources.lists.get(space.name) or ()
        allowed: dict[str, list[str]] = {}
        for scope in self._reading.scopes:
            name, sign, value = scope.partition("=")
            if sign:
                allowed.setdefault(name, []).append(value)
        chosen = [(name, [value]) for name, value in self._reading.filters.scopes.items()]
        for name, values in (*allowed.items(), *chosen):
            column = name if name in columns else "name" if name == space.name else None
            if column is not None:
                cell = space.reference(Target("column", column, column, "any"))
                yield f"{cell} = any({self.parameters.add(values, 'text[]')})"


class _Layouts(Mapping[str, Any]):
    """The layouts of a board's forms, each looked up when it is asked for."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def __getitem__(self, form_id: str) -> Any:
        return self._board.layout(form_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._board.forms)

    def __len__(self) -> int:
        return len(self._board.forms)


_SUBMISSION_DATE: Final = Target("record", "SubmissionDate", "SubmissionDate", "datetime")


def submission_date() -> Node:
    """Give the day by which a view without a date of its own is filtered."""
    return Convert("date", Reference("datetime", _SUBMISSION_DATE))


def _aggregates(node: Node) -> Iterator[Aggregate]:
    if isinstance(node, Aggregate):
        yield node
        return
    for part in node.args:
        yield from _aggregates(part)


def plain(value: Any) -> Any:
    """Turn what PostgreSQL gives into what figures are made of."""
    return float(value) if isinstance(value, Decimal) else value


def put_together(node: Node, parts: Mapping[Aggregate, Any]) -> float | date | None:
    """Compute a value from what was aggregated; None where anything of it is nothing, or a divisor nought."""
    if isinstance(node, Aggregate):
        found: float | date | None = plain(parts[node])
        return found
    if isinstance(node, Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, Quotient):
        return _divide(put_together(node.numerator, parts), put_together(node.denominator, parts))
    values = [put_together(a, parts) for a in node.args]
    if isinstance(node, Operation) and node.name == "days":
        last, first = values
        return float((last - first).days) if isinstance(last, date) and isinstance(first, date) else None
    if not isinstance(node, Operation) or any(v is None or isinstance(v, date) for v in values):
        return None
    result = _operate(node.name, [float(v) for v in values])  # type: ignore[arg-type]
    return result if result is not None and math.isfinite(result) else None


def _operate(name: str, values: list[float]) -> float | None:
    first, *rest = values
    if name == "negative":
        return -first
    if name == "round":
        return _rounded(first, int(rest[0]) if rest else 0)
    result: float | None = first
    for value in rest:
        if result is None:
            return None
        if name == "+":
            result += value
        elif name == "-":
            result -= value
        elif name == "*":
            result *= value
        elif name == "div":
            result = _divide(result, value)
        else:
            result = math.fmod(result, value) if value else None
    return result


def _rounded(value: float, digits: int) -> float:
    """Round halves up, as the compiled round() does."""
    scale = Decimal(10) ** digits
    return float(((Decimal(f"{value:.15g}") * scale) + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / scale)


def _divide(numerator: float | date | None, denominator: float | date | None) -> float | None:
    if not isinstance(numerator, int | float) or not isinstance(denominator, int | float) or not denominator:
        return None
    return numerator / denominator
