"""How answers are called: labels of choices, of the rows of lists, of the values of dimensions, of states of review."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forms.db import db
from forms.expression import Linked, Node, Reference, Target
from forms.expression.tree import Lookup, Operation
from forms.models import ListRow
from forms.schema import Texts
from forms.views import Source, Sources, list_name

_ID: Final = "Bahasa Indonesia (id)"
_EN: Final = "English (en)"

#: What the states of a review are called, in the order of a review; those that a figure meets.
STATES: Final[dict[str, Texts]] = {
    "received": {_ID: "Diterima", _EN: "Received"},
    "edited": {_ID: "Diedit", _EN: "Edited"},
    "hasIssues": {_ID: "Ada masalah", _EN: "Has issues"},
    "approved": {_ID: "Disetujui", _EN: "Approved"},
}


def list_labels(blob_id: int | None) -> dict[str, Texts]:
    """Give the labels of a list's rows by their name, in the list's order; none where the file is not there.

    The columns are `label`, or `label::English (en)` in several languages (XLSForm, select from file).
    """
    return _labels(db.engine, blob_id) if blob_id is not None else {}


@lru_cache(maxsize=128)
def _labels(_engine: Engine, blob_id: int) -> dict[str, Texts]:
    rows = select(ListRow.cells).where(ListRow.blob_id == blob_id).order_by(ListRow.number)
    return {
        cells["name"]: {
            header.partition("::")[2]: text
            for header, text in cells.items()
            if text and (header == "label" or header.startswith("label::"))
        }
        for cells in db.session.execute(rows).scalars()
        if cells.get("name")
    }


@dataclass(frozen=True)
class Labels:
    """The labels of what can be counted in a project; `lists` gives those of a list's rows, by the list's name."""

    sources: Sources
    lists: Callable[[str], Mapping[str, Texts]]

    def of(self, source: Source, node: Node) -> dict[str, Texts]:
        """Give the labels of the values that an expression can have, by value.

        They are those of every question, list or state that its value may be taken from; what is written out in it,
        and what is computed, has none.
        """
        found: dict[str, Texts] = {}
        for where, target in self._taken_from(source, node):
            found = {**self._offered(where, target), **found}
        return found

    def are_all(self, source: Source, node: Node) -> bool:
        """Tell whether the labels are of all values that there are: those that nobody has are then known as well."""
        is_own_row = source.kind == "list" and isinstance(node, Reference) and node.target.name == "name"
        return isinstance(node, Reference) and not is_own_row and bool(self.of(source, node))

    def _taken_from(self, source: Source, node: Node) -> Iterator[tuple[Source, Target]]:
        """Yield the names that a value is taken from as it is, and where they are in sight."""
        if isinstance(node, Reference):
            yield source, node.target
        elif isinstance(node, Operation) and node.name in ("if", "coalesce"):
            for part in node.parts[node.name == "if" :]:
                yield from self._taken_from(source, part)
        elif isinstance(node, Linked) and node.part is not None and node.name != "total":
            form = self.sources.find(node.form)
            if form is not None:
                yield from self._taken_from(form, node.part)
        elif isinstance(node, Lookup):
            yield (
                Source("list", node.list, node.list, list=node.list),
                Target("column", node.column, node.column, "any"),
            )

    def _offered(self, source: Source, target: Target) -> Mapping[str, Texts]:
        if target.kind == "record":
            return STATES if target.key == "ReviewState" else {}
        if target.kind == "column":
            return self.lists(source.list if target.name == "name" else target.name)
        field = target.field
        schema = self.sources.forms.get(source.form_id)
        if field is None or schema is None:
            return {}
        if choices := schema.choices.get(field.choice_list):
            return {c.name: c.labels for c in choices}
        for name in (list_name(field.choices_file), field.scope, target.name):
            if name and (labels := self.lists(name)):
                return labels
        return {}
