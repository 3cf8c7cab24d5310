"""What is counted, as the FROM of a statement: where each name lies, and what must be joined for it.

A `FormSpace` is the rows of one level of a form's answers with what is around and below them, a `ListSpace` the rows of
a list with the records that chose them. Rows of records that were deleted or rejected are in neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from forms.answers import Layout
from forms.expression import Compiler, Fold, Linked, Node, Parameters, Target
from forms.expression.tree import Lookup

#: What is known of a record besides its answers, over the submission `{0}`.
_RECORD: Final = {
    "SubmissionDate": "{0}.created_at",
    "ReviewState": "coalesce({0}.review_state, 'received')",
    "SubmitterName": "(select display_name from actors where id = {0}.submitter_id)",
    "FormVersion": "(select version from form_versions where id = {0}.form_version_id)",
    "Edits": "{0}.edits",
}


@dataclass(frozen=True)
class Surroundings:
    """What all spaces of one statement share: where each form keeps its answers, and the file of each list.

    `narrowed` gives the conditions that a page's filters put on records of a form, for those that a list is linked
    with; its second argument compiles over them.
    """

    layouts: Mapping[str, Layout]
    files: Mapping[str, int | None]
    narrowed: Callable[["FormSpace", Compiler], Sequence[str]] = lambda _space, _compiler: ()


@dataclass
class FormSpace:
    """The rows of one level of a form: tables are called `{prefix}{level}_{page}`; its own page 0 is always there."""

    around: Surroundings
    layout: Layout
    repeat: str
    prefix: str = "r"
    _pages: set[tuple[str, int]] = field(default_factory=set)
    _joins: list[str] = field(default_factory=list)
    _followed: dict[Linked, str] = field(default_factory=dict)
    _has_record: bool = False

    @property
    def base(self) -> str:
        """Name page 0 of its own level."""
        return self._alias(self.repeat, 0)

    @property
    def keys(self) -> tuple[str, ...]:
        """Name the columns of `base` that tell its rows apart."""
        return ("submission_id", "number") if self.repeat else ("submission_id",)

    def again(self, prefix: str) -> "FormSpace":
        """Give the same rows under other names."""
        return FormSpace(self.around, self.layout, self.repeat, prefix)

    @property
    def record(self) -> str:
        """Name the submission of a row, which is then joined."""
        self._has_record = True
        return f"{self.prefix}_s"

    def _alias(self, repeat: str, page: int) -> str:
        return f"{self.prefix}{self.layout.levels[repeat].number}_{page}"

    def reference(self, target: Target) -> str:
        """Give the SQL of an answer of this level or one around it, or of a fact about the record."""
        if target.kind == "record":
            return _RECORD[target.key].format(self.record)
        place = self.layout.places[target.key]
        repeat = place.field.repeat
        self._pages |= {(repeat, page) for page in place.pages}
        return place.under(f"{self.prefix}{self.layout.levels[repeat].number}_")

    def point(self, target: Target) -> tuple[str, str]:
        """Give the SQL of a place's latitude and longitude."""
        text = self.reference(target)
        return f"{text}_lat", f"{text}_lon"

    def fold(self, node: Fold, parameters: Parameters) -> str:
        """Join the rows of a repeat, put together for each row around them."""
        inner = FormSpace(self.around, self.layout, node.repeat, f"{self.prefix}f{len(self._joins)}")
        part = Compiler(inner, parameters).sql(node.part) if node.part is not None else "*"
        put = {
            "count": f"count({part})",
            "sum": f"sum({part})",
            "mean": f"avg({part})",
            "min": f"min({part})",
            "max": f"max({part})",
        }[node.name]
        if node.name == "count" and node.part is not None and node.part.type == "boolean":
            put = f"count(*) filter (where {part})"
        keys = ["submission_id"] if self.repeat == "" else ["submission_id", "parent"]
        listed = ", ".join(f"{inner.base}.{key}" for key in keys)
        name = f"{self.prefix}j{len(self._joins)}"
        own = [f"{self.base}.submission_id", *([f"{self.base}.number"] if self.repeat else [])]
        matched = " and ".join(f"{name}.{key} = {at}" for key, at in zip(keys, own, strict=True))
        self._joins.append(
            f" left join (select {listed}, {put} as value from {inner.tables()} group by {listed}) {name} on {matched}"
        )
        return f"coalesce({name}.value, 0)" if node.name in ("count", "sum") else f"{name}.value"

    def linked(self, node: Linked, parameters: Parameters) -> str:
        """Join the records that belong to a row, put together for each row."""
        if node not in self._followed:
            self._followed[node] = _follow(self, self._joins, node, parameters)
        return self._followed[node]

    def lookup(self, node: Lookup, key: str, parameters: Parameters) -> str:
        """Join the cells of a list by key."""
        return _looked_up(self.around, self._joins, self.prefix, node, key, parameters)

    def tables(self) -> str:
        """Give what stands after FROM, joins included."""
        joins = [f"{self.layout.table(self.repeat, 0)} {self.base}"]
        inner, repeat = self.base, self.repeat
        joins += [
            f"left join {self.layout.table(repeat, page)} {self._alias(repeat, page)} on "
            + " and ".join(f"{self._alias(repeat, page)}.{key} = {inner}.{key}" for key in self.keys)
            for page in self._pages_of(repeat)
            if page != 0
        ]
        while repeat:
            outer = self.layout.levels[repeat].parent or ""
            pages = self._pages_of(outer)
            needed = bool(pages) or (outer != "" and self._is_needed_beyond(outer))
            if needed:
                joins += [self._around(outer, page, inner) for page in sorted({*pages, *([0] if outer else [])})]
            inner = self._alias(outer, 0) if outer and needed else inner
            repeat = outer
        if self._has_record:
            joins.append(f"join submissions {self.record} on {self.record}.id = {self.base}.submission_id")
        return " ".join(joins) + "".join(self._joins)

    def _pages_of(self, repeat: str) -> list[int]:
        return sorted(page for level, page in self._pages if level == repeat)

    def _is_needed_beyond(self, repeat: str) -> bool:
        """Whether a level around this one is read, other than the root, which is found by the submission alone."""
        outer = self.layout.levels[repeat].parent
        while outer:
            if self._pages_of(outer):
                return True
            outer = self.layout.levels[outer].parent
        return False

    def _around(self, repeat: str, page: int, inner: str) -> str:
        alias = self._alias(repeat, page)
        found = f"{alias}.submission_id = {inner}.submission_id"
        if repeat:
            found += f" and {alias}.number = {inner}.parent"
        return f"left join {self.layout.table(repeat, page)} {alias} on {found}"

    def conditions(self) -> list[str]:
        """Leave out what was deleted or rejected."""
        if self._has_record:
            state = self.record
            return [f"{state}.deleted_at is null", f"{state}.review_state is distinct from 'rejected'"]
        # Looking for the few that are left out is cheaper than joining all the others.
        left_out = f"x.form_id = {self.layout.form_id} and (x.deleted_at is not null or x.review_state = 'rejected')"
        return [f"not exists (select from submissions x where {left_out} and x.id = {self.base}.submission_id)"]


@dataclass
class ListSpace:
    """The rows of a list."""

    around: Surroundings
    name: str
    parameters: Parameters
    prefix: str = "r"
    _joins: list[str] = field(default_factory=list)
    _followed: dict[Linked, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Name the list's rows."""
        return f"{self.prefix}l"

    @property
    def keys(self) -> tuple[str, ...]:
        """Name the columns of `base` that tell its rows apart."""
        return ("number",)

    def again(self, prefix: str) -> "ListSpace":
        """Give the same rows under other names."""
        return ListSpace(self.around, self.name, self.parameters, prefix)

    def reference(self, target: Target) -> str:
        """Give the SQL of a cell; an empty one is no value."""
        return f"nullif({self.base}.cells ->> {self.parameters.add(target.key, 'text')}, '')"

    def fold(self, node: Fold, parameters: Parameters) -> str:  # noqa: ARG002 - a space's method
        """No list has repeats."""
        raise ValueError(node.name)

    def linked(self, node: Linked, parameters: Parameters) -> str:
        """Join the records that belong to a row, put together for each row: those that the page's filters leave."""
        if node not in self._followed:
            self._followed[node] = _follow(self, self._joins, node, parameters, self.around.narrowed)
        return self._followed[node]

    def lookup(self, node: Lookup, key: str, parameters: Parameters) -> str:
        """Join the cells of another list by key."""
        return _looked_up(self.around, self._joins, self.prefix, node, key, parameters)

    def tables(self) -> str:
        """Give what stands after FROM, joins included."""
        blob = self.parameters.add(self.around.files.get(self.name) or 0, "bigint")
        rows = f"(select number, cells from list_rows where blob_id = {blob}) {self.base}"
        return rows + "".join(self._joins)

    def conditions(self) -> list[str]:
        """Every row of a list counts."""
        return ["true"]


def _follow(
    space: FormSpace | ListSpace,
    joins: list[str],
    node: Linked,
    parameters: Parameters,
    narrowed: Callable[[FormSpace, Compiler], Sequence[str]] = lambda _space, _compiler: (),
) -> str:
    """Join what linked records say: put together by their keys, or, where more depends on the row, by the row itself.

    Either way all are read once and hashed, never anew for each row.
    """
    # What the row's ends of the keys join must stand before what is joined by them.
    ends = [] if node.compares else [Compiler(space, parameters).group(end) for _there, end in node.keys]
    number = len(joins)
    inner = FormSpace(space.around, space.around.layouts[node.form], node.repeat, f"{space.prefix}k{number}")
    origin = _Origin(space.again(f"{space.prefix}o{number}"), parameters)
    compiler = Compiler(inner, parameters, origin.value)
    by = [compiler.group(there) for there, _end in node.keys]
    conditions = list(narrowed(inner, compiler))
    if node.where is not None:
        conditions.append(compiler.where(node.where))
    put = _put_together(node, compiler, inner)
    conditions += inner.conditions()
    if node.compares:
        matched = [f"{key} = {origin.value(end)}" for key, (_there, end) in zip(by, node.keys, strict=True)]
        # The inner joins come first: `a join b left join c on … on …` is a join (b left join c on …) on ….
        tables = f"{origin.table()} join {inner.tables()} on {' and '.join(matched)}"
        by = [f"{origin.name}.{key}" for key in space.keys]
        ends = [f"{space.base}.{key}" for key in space.keys]
    else:
        conditions += [f"{key} is not null" for key in by]
        tables = inner.tables()
    name = f"{space.prefix}j{number}"
    listed = ", ".join(f"{sql} as k{place}" for place, sql in enumerate(by))
    grouped = ", ".join(str(place) for place in range(1, len(by) + 1))
    on = " and ".join(f"{name}.k{place} = {sql}" for place, sql in enumerate(ends))
    joins.append(
        f" left join (select {listed}, {put} as value from {tables} where {' and '.join(conditions)} "
        f"group by {grouped}) {name} on {on}"
    )
    return f"coalesce({name}.value, 0)" if node.name in ("records", "total") else f"{name}.value"


@dataclass
class _Origin:
    """The rows that a link begins at, once more: with what is compared of each, computed once and not for each pair."""

    space: FormSpace | ListSpace
    parameters: Parameters
    _columns: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name the table."""
        return f"{self.space.prefix}o"

    def value(self, node: Node) -> str:
        """Give the SQL of a value of these rows."""
        sql = Compiler(self.space, self.parameters).group(node)
        return f"{self.name}.{self._columns.setdefault(sql, f'c{len(self._columns)}')}"

    def table(self) -> str:
        """Give what stands after FROM, once all values are compiled."""
        listed = [f"{self.space.base}.{key}" for key in self.space.keys]
        listed += [f"{sql} as {column}" for sql, column in self._columns.items()]
        # Without the offset PostgreSQL would put each value back to where it is compared.
        return f"(select {', '.join(listed)} from {self.space.tables()} offset 0) {self.name}"


def _put_together(node: Linked, compiler: Compiler, inner: FormSpace) -> str:
    if node.part is None:
        return "count(*)"
    value = compiler.sql(node.part)
    if node.name == "total":
        return f"sum({value})"
    order = "desc" if node.name == "last" else "asc"
    places = [f"{inner.record}.created_at", f"{inner.record}.id", *([f"{inner.base}.number"] if inner.repeat else [])]
    return f"(array_agg({value} order by {', '.join(f'{place} {order}' for place in places)}))[1]"


def _looked_up(
    around: Surroundings, joins: list[str], prefix: str, node: Lookup, key: str, parameters: Parameters
) -> str:
    name = f"{prefix}u{len(joins)}"
    blob = parameters.add(around.files.get(node.list) or 0, "bigint")
    column, by = parameters.add(node.column, "text"), parameters.add(node.key_column, "text")
    joins.append(
        f" left join (select distinct on (1) cells ->> {by} as key, nullif(cells ->> {column}, '') as value "
        f"from list_rows where blob_id = {blob} order by 1, number) {name} on {name}.key = ({key})"
    )
    return f"{name}.value"
