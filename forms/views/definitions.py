"""A checked view: what is counted, how it is grouped and put together, and how much clearance its answers need."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from forms.expression import Node, linked_forms
from forms.policy import Clearance
from forms.schema import Texts
from forms.views.sources import Source
from forms.workbook import ViewRow

Shape = Literal["number", "table", "bar", "line", "map", "funnel", "list"]


@dataclass(frozen=True)
class ListColumn:
    """A column of a list that targets stand in; `key` is the column with the groups' names."""

    list: str
    column: str
    key: str = "name"


@dataclass(frozen=True)
class Value:
    """One figure of a view (of a list: one column), as it is written and as it is meant.

    `labels` are the heading that its row gives it, else the label of the question or fact that it is; empty where it is
    composed, and where another value of the view would be called the same.
    """

    text: str
    node: Node
    labels: Texts


@dataclass(frozen=True)
class View:
    """One figure, table, chart, map or work list.

    `labels` are its title. `facts` are the labels of the facts in it, by name, of those that have one. `by` are the
    groupings (of a list: the order); `needs` is the clearance that the answers in it need; a view of `people` is
    suppressed for whoever has less.
    """

    row: ViewRow
    shape: Shape
    labels: Texts
    source: Source
    where: Node | None
    by: tuple[Value, ...]
    values: tuple[Value, ...]
    date: Node | None
    target: float | ListColumn | None
    is_of_people: bool
    needs: Clearance
    facts: dict[str, Texts]

    @property
    def name(self) -> str:
        """Its name on the sheet."""
        return self.row.cell("name")

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All its expressions."""
        return tuple(n for n in (self.where, self.date, *(v.node for v in (*self.by, *self.values))) if n is not None)

    @cached_property
    def linked(self) -> frozenset[str]:
        """The ids of the forms that its links lead to."""
        return frozenset(form for node in self.nodes for form in linked_forms(node))


@dataclass(frozen=True)
class Section:
    """Views under a heading; the views before any section are in one without a row."""

    row: ViewRow | None
    views: tuple[View, ...]
