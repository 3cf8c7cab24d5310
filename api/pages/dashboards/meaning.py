"""What a figure counts, said in words: of which records, put together how, grouped by what, from which date.

Expressions are said where words are plainer than the expression: comparisons, choices, sums. What is more than that is
not guessed at: the reader is pointed to the formula, which is always given beside the words.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from api.pages.contexts import Definition, Formula
from api.pages.dashboards.words import Speech, answer, group, plain
from api.pages.render import day
from forms.expression import Node, tree
from forms.figures.results import Key
from forms.schema import Field, Texts
from forms.views import ListColumn, Source, View

#: Gives the labels of a question's choices by name, for a form's id and the question.
Choices = Callable[[str, Field], Mapping[str, Texts]]

_RECORD: Final = {
    "SubmissionDate": lazy_gettext("the day that it arrived"),
    "ReviewState": lazy_gettext("the state of its review"),
    "SubmitterName": lazy_gettext("who sent it"),
    "FormVersion": lazy_gettext("the form's version"),
    "Edits": lazy_gettext("how often it was corrected"),
}

#: A relation of two values, as a sentence.
_RELATIONS: Final = {
    "=": lazy_gettext("%(a)s is %(b)s"),
    "!=": lazy_gettext("%(a)s is not %(b)s"),
    "<": lazy_gettext("%(a)s is below %(b)s"),
    "<=": lazy_gettext("%(a)s is at most %(b)s"),
    ">": lazy_gettext("%(a)s is above %(b)s"),
    ">=": lazy_gettext("%(a)s is at least %(b)s"),
    "selected": lazy_gettext("%(a)s includes %(b)s"),
    "contains": lazy_gettext("%(a)s contains %(b)s"),
    "starts-with": lazy_gettext("%(a)s begins with %(b)s"),
}

_FIGURES: Final = {
    "count-distinct": lazy_gettext("how many different values of %(what)s there are"),
    "sum": lazy_gettext("the sum of %(what)s"),
    "mean": lazy_gettext("the mean of %(what)s"),
    "median": lazy_gettext("the median of %(what)s: half lie below it, half above"),
    "min": lazy_gettext("the smallest %(what)s"),
    "max": lazy_gettext("the largest %(what)s"),
}

_DAYS: Final = {
    "-": lazy_gettext("the days from %(b)s to %(a)s"),
    "earlier": lazy_gettext("%(b)s days before %(a)s"),
    "later": lazy_gettext("%(b)s days after %(a)s"),
}

_UNITS: Final = {
    "year": lazy_gettext("the year of %(what)s"),
    "quarter": lazy_gettext("the quarter of %(what)s"),
    "month": lazy_gettext("the month of %(what)s"),
    "week": lazy_gettext("the week of %(what)s"),
    "day": lazy_gettext("the day of %(what)s"),
}

_COLUMNS: Final = ("of", "where", "by", "value", "date", "target")


class _Unsayable(Exception):
    """An expression that its formula says better."""


@dataclass(frozen=True)
class Meaning:
    """Says one view."""

    view: View
    speech: Speech
    choices: Choices

    def definitions(self) -> tuple[Definition, ...]:
        """Say what the view counts, and of what."""
        return tuple(Definition(str(term), str(text)) for term, text in self._definitions())

    def _definitions(self) -> Iterator[tuple[str, str]]:
        view = self.view
        yield _("Of"), _source(view.source)
        if view.where is not None:
            yield _("Only where"), self.said(view.where)
        if view.shape == "list":
            yield _("Shown"), "; ".join(self.value(n) for n in range(len(view.values)))
        elif view.shape == "funnel":
            yield _("Steps"), "; ".join(self.value(n) for n in range(len(view.values)))
        else:
            yield _("Computed"), "; ".join(self.said(v.node) for v in view.values)
        if view.by:
            term = _("In the order of") if view.shape == "list" else _("By")
            yield term, "; ".join(self.speech.text(v.labels) or self.said(v.node) for v in view.by)
        yield _("Period by"), self.said(view.date) if view.date is not None else _period(view.source)
        if isinstance(view.target, ListColumn):
            target = view.target
            yield _("Target"), _("from the list %(list)s, column %(column)s", list=target.list, column=target.column)
        elif view.target is not None:
            yield _("Target"), plain(view.target)

    def value(self, number: int) -> str:
        """Call one of the view's values by its name."""
        value = self.view.values[number]
        if value.node == tree.Aggregate("number", "count", None):
            return str(_("Count"))
        if value.node == tree.Constant("boolean", value=True):
            return str(_("all of them"))
        return self.speech.text(value.labels) or self.said(value.node, value.text)

    def called(self, key: Key, number: int) -> str:
        """Call a group, or one of several values: the one at that place."""
        is_value = key.kind == "value" and key.value is not None and number < len(self.view.values)
        return self.value(number) if is_value else group(key, self.speech)

    def answer(self, number: int, value: Any) -> str:
        """Write what a work list shows of a record: of choices their labels."""
        node = self.view.values[number].node
        field = node.target.field if isinstance(node, tree.Reference) else None
        if field is None or not isinstance(value, str) or not (field.choice_list or field.choices_file):
            return answer(value)
        labels = self.choices(self.view.source.form_id, field)
        names = value.split() if field.is_multiple else [value]
        return ", ".join(self.speech.text(labels.get(name, {})) or name for name in names)

    def said(self, node: Node, otherwise: str = "") -> str:
        """Say an expression; where that is not possible, point to the formula."""
        try:
            return self._say(node)
        except _Unsayable:
            return otherwise or str(_("as the formula says"))

    def formulas(self) -> tuple[Formula, ...]:
        """Give the cells of the view's row as they are written."""
        row = self.view.row
        return tuple(Formula(column, row.cell(column)) for column in _COLUMNS if row.cell(column))

    def _say(self, node: Node) -> str:
        if isinstance(node, tree.Reference):
            return self._name(node.target)
        if isinstance(node, tree.Constant):
            return _constant(node)
        if isinstance(node, tree.Clock):
            return str(_("today") if node.type == "date" else _("now"))
        if isinstance(node, tree.Convert):
            return self._say(node.part)
        if isinstance(node, tree.Aggregate):
            return self._aggregate(node)
        if isinstance(node, tree.Quotient):
            return self._quotient(node)
        if isinstance(node, tree.Bucket):
            return str(_UNITS[node.unit] % {"what": self._say(node.part)})
        if isinstance(node, tree.Band):
            edges = ", ".join(plain(edge) for edge in node.edges)
            return str(_("%(what)s, divided at %(edges)s", what=self._say(node.part), edges=edges))
        if isinstance(node, tree.Operation):
            return self._operation(node)
        raise _Unsayable

    def _name(self, target: tree.Target) -> str:
        if target.kind == "record":
            return str(_RECORD.get(target.key, target.name))
        label = self.speech.text(target.field.labels) if target.field is not None else ""
        return f"“{label or target.name}”"

    def _operation(self, node: tree.Operation) -> str:
        if node.name in ("and", "or"):
            joined = _(" and ") if node.name == "and" else _(" or ")
            return str(joined).join(self._within(part, node.name) for part in node.parts)
        if node.name == "not" and len(node.parts) == 1:
            (part,) = node.parts
            if isinstance(part, tree.Operation) and part.name == "empty":
                return str(_("%(a)s is answered", a=self._say(part.parts[0])))
            return str(_("it does not hold that %(a)s", a=self._say(part)))
        if node.name == "empty":
            return str(_("%(a)s is not answered", a=self._say(node.parts[0])))
        if node.name == "days" and len(node.parts) == 2:  # noqa: PLR2004 - from one to the other
            a, b = (self._say(part) for part in node.parts)
            return str(_DAYS["-"] % {"a": a, "b": b})
        if node.name in ("earlier", "later"):
            a, b = (self._say(part) for part in node.parts)
            return str(_DAYS[node.name] % {"a": a, "b": b})
        if node.name in _RELATIONS:
            first, second = node.parts
            return str(_RELATIONS[node.name] % {"a": self._beside(first, second), "b": self._beside(second, first)})
        raise _Unsayable

    def _within(self, part: Node, around: str) -> str:
        said = self._say(part)
        is_mixed = isinstance(part, tree.Operation) and part.name in ("and", "or") and part.name != around
        return f"({said})" if is_mixed else said

    def _beside(self, node: Node, other: Node) -> str:
        """Say a value; of a choice that a question is compared with, its label."""
        while isinstance(other, tree.Convert):
            other = other.part
        if isinstance(node, tree.Constant) and isinstance(other, tree.Reference) and other.target.field is not None:
            labels = self.choices(self.view.source.form_id, other.target.field).get(str(node.value), {})
            if label := self.speech.text(labels):
                return f"“{label}”"
        return self._say(node)

    def _aggregate(self, node: tree.Aggregate) -> str:
        if node.name == "count":
            if node.part is None:
                return str(_("how many there are"))
            if node.part.type == "boolean":
                return str(_("how many there are where %(what)s", what=self._say(node.part)))
            return str(_("how many there are with %(what)s", what=self._say(node.part)))
        part = self._say(node.part) if node.part is not None else ""
        if node.name == "percentile":
            return str(_("the value of %(what)s that %(number)s %% lie below", what=part, number=plain(node.percent)))
        return str(_FIGURES[node.name] % {"what": part})

    def _quotient(self, node: tree.Quotient) -> str:
        top = node.numerator
        if node.name == "share" and isinstance(top, tree.Aggregate) and top.name == "count" and top.part is not None:
            below = node.denominator
            if isinstance(below, tree.Aggregate) and below.name == "count" and below.part is None:
                return str(_("the share of those where %(what)s", what=self._say(top.part)))
        return str(_("%(part)s, divided by: %(whole)s", part=self._say(top), whole=self._say(node.denominator)))


def _constant(node: tree.Constant) -> str:
    if isinstance(node.value, bool):
        return str(_("yes") if node.value else _("no"))
    if isinstance(node.value, date):
        return day(node.value)
    return f"“{node.value}”" if isinstance(node.value, str) else plain(node.value)


def _source(source: Source) -> str:
    if source.kind == "list":
        return str(_("the rows of the list %(list)s", list=source.title))
    if source.kind == "repeat":
        return str(_("the entries of %(repeat)s", repeat=source.title))
    return str(_("the records of %(form)s", form=source.title))


def _period(source: Source) -> str:
    return str(_("no date: a list has none") if source.kind == "list" else _("the day that the record arrived"))
