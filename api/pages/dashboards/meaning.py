"""What a figure counts, said in words: of which records, put together how, grouped by what, from which date."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from flask_babel import gettext as _

from api.pages.contexts import Definition, Formula
from api.pages.dashboards.sentences import Sentences
from api.pages.dashboards.words import Speech, answer, group, plain
from forms.expression import Node, facts, tree
from forms.figures import Labels
from forms.figures.results import Key
from forms.schema import Texts
from forms.views import ListColumn, Value, View

_COLUMNS: Final = ("of", "where", "by", "value", "date", "target")


@dataclass(frozen=True)
class Meaning:
    """Says one view."""

    view: View
    speech: Speech
    labels: Labels

    @cached_property
    def _sentences(self) -> Sentences:
        return Sentences(self.speech, self.labels, self.view.source, self.view.facts)

    def definitions(self) -> tuple[Definition, ...]:
        """Say what the view counts, and of what; then what the facts in it are that have a label."""
        return tuple(Definition(str(term), text) for term, text in self._definitions())

    def _definitions(self) -> Iterator[tuple[str, str]]:
        view, say = self.view, self._sentences
        yield _("Of"), say.source_name()
        if view.where is not None:
            yield _("Only where"), say.condition(view.where)
        term = {"list": _("Shown"), "funnel": _("Steps")}.get(view.shape, _("Computed"))
        yield term, "; ".join(self._value_said(n) for n in range(len(view.values)))
        if view.by:
            term = _("In the order of") if view.shape == "list" else _("By")
            yield term, "; ".join(say.value(v.node) for v in view.by)
        yield _("Period by"), self._period()
        if isinstance(view.target, ListColumn):
            target = view.target
            yield _("Target"), _("from the list %(list)s, column %(column)s", list=target.list, column=target.column)
        elif view.target is not None:
            yield _("Target"), plain(view.target)
        yield from self._facts()

    def condition(self, node: Node) -> str:
        """Say a condition as a sentence."""
        said = self._sentences.condition(node)
        return said[:1].upper() + said[1:]

    def _value_said(self, number: int) -> str:
        value = self.view.values[number]
        if value.node == tree.Constant("boolean", value=True) and not value.labels:
            return self.value(number)
        said, heading = self._sentences.value(value.node), self.speech.text(value.labels)
        return said if not heading or heading in said else f"{heading}: {said}"

    def _period(self) -> str:
        if self.view.date is not None:
            return self._sentences.value(self.view.date)
        is_list = self.view.source.kind == "list"
        return str(_("no date: a list has none") if is_list else _("the day that the record arrived"))

    def _facts(self) -> Iterator[tuple[str, str]]:
        view = self.view
        nodes = [v.node for v in (*view.values, *view.by)] + [n for n in (view.where, view.date) if n is not None]
        named = {n.fact: n for node in nodes for n in facts(node)}
        for name, labels in view.facts.items():
            node = named[name]
            # A step that leaves nobody out is no condition to be told.
            is_all = node == tree.Constant("boolean", value=True)
            said = str(_("all of them")) if is_all else self._sentences.spelled(node)
            term = f"“{self.speech.text(labels)}”"
            # A fact that is one question under another name needs no more words, unless the question has some.
            if said != term and not _is_unlabelled(node):
                yield term, said

    def value(self, number: int) -> str:
        """Give one of the view's values its heading."""
        value = self.view.values[number]
        if label := self.speech.text(value.labels):
            return label
        if value.node == tree.Aggregate("number", "count", None):
            return str(_("Count"))
        if value.node == tree.Constant("boolean", value=True):
            return str(_("all of them"))
        return self._heading(value)

    def grouping(self, number: int) -> str:
        """Call what one of the view's groupings is by."""
        value = self.view.by[number]
        if label := self.speech.text(value.labels):
            return label
        # The groups themselves stand below.
        is_divided = isinstance(value.node, tree.Band | tree.Bucket)
        return self._capital(self._sentences.value(value.node.args[0] if is_divided else value.node))

    def _heading(self, value: Value) -> str:
        """Make a heading of what a value is, shorter than its definition where that explains itself."""
        node = value.node
        what = self._sentences.value(node.part) if isinstance(node, tree.Aggregate) and node.part is not None else ""
        if isinstance(node, tree.Aggregate) and node.name == "median":
            said = str(_("median of %(what)s", what=what))
        elif isinstance(node, tree.Aggregate) and node.name == "percentile":
            said = str(_("%(number)s %% have at most this %(what)s", number=plain(node.percent), what=what))
        else:
            said = self._sentences.value(node)
        return self._capital(said)

    @staticmethod
    def _capital(said: str) -> str:
        """Make a heading of words: without the quotes where they are but a name."""
        name = said[1:-1] if said[0] == "“" and said[-1] == "”" and said.count("“") == 1 else said
        return name[:1].upper() + name[1:]

    def called(self, key: Key, number: int) -> str:
        """Call a group, or one of several values: the one at that place."""
        if key.kind == "value" and key.value is None:
            return self.total
        is_value = key.kind == "value" and number < len(self.view.values)
        return self.value(number) if is_value else group(key, self.speech)

    @property
    def total(self) -> str:
        """Call what is over all groups: their sum, or what is none: a mean of all, or records with several choices."""
        is_sum = all(isinstance(v.node, tree.Aggregate) and v.node.name in ("count", "sum") for v in self.view.values)
        is_apart = all(v.node.type != "multiple" for v in self.view.by)
        return str(_("Total") if is_sum and is_apart else _("All together"))

    @cached_property
    def _answers(self) -> tuple[dict[str, Texts], ...]:
        """The labels of what a work list's columns show."""
        return tuple(self.labels.of(self.view.source, v.node) for v in self.view.values)

    def answer(self, number: int, value: Any) -> str:
        """Write what a work list shows of a record: of choices, rows of lists and states their labels."""
        node, labels = self.view.values[number].node, self._answers[number]
        if isinstance(node, tree.Operation) and node.name == "year" and value is not None:
            return str(int(value))
        if not labels or not isinstance(value, str):
            return answer(value)
        names = value.split() if node.type == "multiple" else [value]
        return ", ".join(self.speech.text(labels.get(name, {})) or name for name in names)

    def formulas(self) -> tuple[Formula, ...]:
        """Give the cells of the view's row as they are written."""
        row = self.view.row
        return tuple(Formula(column, row.cell(column)) for column in _COLUMNS if row.cell(column))


def _is_unlabelled(node: Node) -> bool:
    """Tell whether an expression is but a question that has no label to be called by."""
    while isinstance(node, tree.Convert):
        node = node.part
    return isinstance(node, tree.Reference) and node.target.field is not None and not node.target.field.labels
