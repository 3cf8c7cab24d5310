"""Expressions of the views sheet in words, in the page's language: every one that the language accepts.

Questions, facts and choices are called by their labels, so nobody has to know how a form is made to read a figure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal, cast

from flask_babel import format_decimal, lazy_gettext
from flask_babel import gettext as _

from api.pages.dashboards.words import Speech, band
from api.pages.render import day
from api.pages.roles import dimension_name
from forms.expression import Node, tree
from forms.expression.rules import constant
from forms.figures import Labels
from forms.schema import Field, Texts
from forms.views import Source

_RECORD: Final = {
    "SubmissionDate": lazy_gettext("the day that it arrived"),
    "ReviewState": lazy_gettext("the state of its review"),
    "SubmitterName": lazy_gettext("who sent it"),
    "FormVersion": lazy_gettext("the form's version"),
    "Edits": lazy_gettext("how often it was corrected"),
}

#: What a phone writes down by itself, by the type of its row on the survey sheet.
_BY_ITSELF: Final = {
    "start": lazy_gettext("when filling in began"),
    "end": lazy_gettext("when filling in ended"),
    "today": lazy_gettext("the day of filling in"),
    "deviceid": lazy_gettext("the phone"),
    "username": lazy_gettext("who filled it in"),
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
    "ends-with": lazy_gettext("%(a)s ends with %(b)s"),
}

#: Of days: the same for those that are not dates.
_EARLIER: Final = {
    "<": lazy_gettext("%(a)s is before %(b)s"),
    "<=": lazy_gettext("%(a)s is not after %(b)s"),
    ">": lazy_gettext("%(a)s is after %(b)s"),
    ">=": lazy_gettext("%(a)s is not before %(b)s"),
}

_SIGNS: Final = {"+": " + ", "-": " \u2212 ", "*": " \u00d7 ", "div": " \u00f7 "}

_FIGURES: Final = {
    "count-distinct": lazy_gettext("how many different values of %(what)s there are"),
    "sum": lazy_gettext("the sum of %(what)s"),
    "mean": lazy_gettext("the mean of %(what)s"),
    "median": lazy_gettext("the median of %(what)s: half lie below it, half above"),
    "min": lazy_gettext("the smallest %(what)s"),
    "max": lazy_gettext("the largest %(what)s"),
}

#: Of days, of which none is small or large.
_FIGURES_OF_DAYS: Final = {
    "min": lazy_gettext("the earliest %(what)s"),
    "max": lazy_gettext("the latest %(what)s"),
}

_AMONG: Final = {
    "min": lazy_gettext("the smallest of %(parts)s"),
    "max": lazy_gettext("the largest of %(parts)s"),
    "concat": lazy_gettext("%(parts)s joined together"),
}

_AMONG_DAYS: Final = {
    "min": lazy_gettext("the earliest of %(parts)s"),
    "max": lazy_gettext("the latest of %(parts)s"),
}

_DAYS: Final = {
    "days": lazy_gettext("the days from %(b)s to %(a)s"),
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

#: What is made of one value.
_MADE: Final = {
    "year": _UNITS["year"],
    "month": lazy_gettext("the number of the month of %(what)s"),
    "day": lazy_gettext("the day of the month of %(what)s"),
    "int": lazy_gettext("%(what)s without its decimals"),
    "abs": lazy_gettext("%(what)s without its sign"),
    "negative": lazy_gettext("minus %(what)s"),
    "string-length": lazy_gettext("how many letters %(what)s has"),
    "count-selected": lazy_gettext("how many choices %(what)s has"),
}

#: The pictures of format-date, for 5 August 2026, a Wednesday; names are as the database writes them.
_PICTURES: Final = {
    "%Y": "2026", "%y": "26", "%m": "08", "%n": "8", "%b": "Aug", "%d": "05", "%e": "5", "%a": "Wed",
}  # fmt: skip


@dataclass(frozen=True)
class Sentences:
    """Says expressions over one source; `facts` are the labels of facts, by name.

    Within a link, `around` says those of the row that it begins at.
    """

    speech: Speech
    labels: Labels
    source: Source
    facts: Mapping[str, Texts]
    around: "Sentences | None" = None

    def value(self, node: Node) -> str:
        """Say what an expression is: a noun, or of a condition a sentence."""
        return self._name(node) or self.spelled(node)

    def condition(self, node: Node) -> str:
        """Say a condition as a sentence."""
        if isinstance(node, tree.Constant):
            return str(_("always") if node.value else _("never"))
        name = self._name_of_condition(node)
        return str(_("%(what)s holds", what=name)) if name else self.spelled(node)

    def _name_of_condition(self, node: Node) -> str:
        """Give the name of a condition that is a fact with a label, or a question answered with yes or no."""
        if node.type != "boolean":
            return ""
        return self._name(node) or (self.spelled(node) if isinstance(node, tree.Reference) else "")

    def spelled(self, node: Node) -> str:
        """Say what an expression is made of, were it a fact with a label of its own."""
        return _SAID[type(node)](self, node)

    def source_name(self) -> str:
        """Say what is counted."""
        source = self.source
        if source.kind == "list":
            return str(_("the rows of the list %(list)s", list=source.list))
        form = self._form(source.form_id)
        if source.kind == "repeat":
            repeat = self.repeat_name(source.repeat)
            return str(_("the entries of %(repeat)s in the records of %(form)s", repeat=repeat, form=form))
        return str(_("the records of %(form)s", form=form))

    def _name(self, node: Node) -> str:
        label = self.speech.text(self.facts.get(node.fact, {}))
        return _quoted(label) if label else ""

    def _form(self, form_id: str) -> str:
        return self.labels.sources.forms[form_id].title or form_id

    def repeat_name(self, path: str) -> str:
        """Call a repeat of the form that is in sight."""
        repeat = self.labels.sources.forms[self.source.form_id].by_path[path]
        return self._question(repeat)

    def _inside(self, node: Node) -> str:
        """Say a part of an expression, in brackets where it has several words of its own."""
        said = self.value(node)
        is_simple = isinstance(node, tree.Reference | tree.Clock | tree.Constant)
        if isinstance(node, tree.Convert) and not node.fact:
            return self._inside(node.part) if node.part.type != "boolean" else f"({said})"
        return said if is_simple or self._name(node) else f"({said})"

    def _beside(self, node: Node, others: Sequence[Node]) -> str:
        """Say a value; one that is written out by the label of the choice that it is of what it stands beside."""
        if not isinstance(node, tree.Constant) or node.value == "":
            return self._inside(node) if isinstance(node, tree.Operation) and node.name == "if" else self.value(node)
        written = f"{node.value:g}" if isinstance(node.value, float) else str(node.value)
        for other in others:
            part = other.part if isinstance(other, tree.Convert) else other
            source = self.source
            if isinstance(part, tree.Current) and self.around is not None:
                source, part = self.around.source, part.part
            if label := self.speech.text(self.labels.of(source, part).get(written, {})):
                return _quoted(label)
        return self.value(node)

    # Each kind of node

    def constant(self, node: tree.Constant) -> str:
        """Say what is written out."""
        if isinstance(node.value, bool):
            return str(_("yes") if node.value else _("no"))
        if isinstance(node.value, date):
            return day(node.value)
        if isinstance(node.value, str):
            return _quoted(node.value) if node.value else str(_("no answer"))
        return _exact(node.value)

    def clock(self, node: tree.Clock) -> str:
        """Say the day or moment at which a figure is made."""
        return str(_("today") if node.type == "date" else _("now"))

    def reference(self, node: tree.Reference) -> str:
        """Say a name: by the label of its question."""
        target = node.target
        if target.kind == "record":
            return str(_RECORD[target.key])
        if target.kind == "column":
            return _column(target.name)
        return self._question(target.field) if target.field is not None else _quoted(target.name)

    def _question(self, field: Field) -> str:
        label = self.speech.text(field.labels) or (dimension_name(field.scope) if field.scope else "")
        if not label and field.question in _BY_ITSELF:
            return str(_BY_ITSELF[field.question])
        return _quoted(label or field.name.replace("_", " "))

    def convert(self, node: tree.Convert) -> str:
        """Say what is read as another type: nothing changes for people, except a condition that becomes a number."""
        if node.part.type == "boolean" and node.type == "number":
            return str(_("1 if %(condition)s, otherwise 0", condition=self.condition(node.part)))
        return self.value(node.part)

    def operation(self, node: tree.Operation) -> str:
        """Say an operator or a function of one record."""
        name, parts = node.name, node.parts
        if name in _SPELLED:
            return _SPELLED[name](self, node)
        if name in _RELATIONS:
            first, second = parts
            if isinstance(first, tree.Linked) and first.part is None and constant(second) == 0 and name in (">", "="):
                template = _("there are %(records)s") if name == ">" else _("there are no %(records)s")
                return str(template % {"records": self._linking(first)})
            is_of_days = first.type in ("date", "datetime") and name in _EARLIER
            template = _EARLIER[name] if is_of_days else _RELATIONS[name]
            return str(template % {"a": self._beside(first, [second]), "b": self._beside(second, [first])})
        if name in _SIGNS:
            return _SIGNS[name].join(self._inside(p) for p in parts)
        if name in _DAYS:
            a, b = (self._inside(p) for p in parts)
            return str(_DAYS[name] % {"a": a, "b": b})
        if name in _AMONG:
            templates = _AMONG_DAYS if name in _AMONG_DAYS and node.type in ("date", "datetime") else _AMONG
            return str(templates[name] % {"parts": ", ".join(self._inside(p) for p in parts)})
        return str(_MADE[name] % {"what": self._inside(parts[0])})

    def joined(self, node: tree.Operation) -> str:
        """Say conditions that hold together, or one of them."""
        word = str(_(" and ") if node.name == "and" else _(" or "))
        return word.join(self._within(part, node.name) for part in node.parts)

    def _within(self, part: Node, around: str) -> str:
        said = self.condition(part)
        is_mixed = isinstance(part, tree.Operation) and part.name in ("and", "or") and part.name != around
        return f"({said})" if is_mixed and not self._name(part) else said

    def negated(self, node: tree.Operation) -> str:
        """Say that a condition does not hold."""
        (part,) = node.parts
        if name := self._name_of_condition(part):
            return str(_("%(what)s does not hold", what=name))
        if isinstance(part, tree.Operation) and part.name == "empty":
            return str(_("%(a)s is answered", a=self._inside(part.parts[0])))
        if isinstance(part, tree.Operation) and part.name == "selected":
            a, b = part.parts
            return str(_("%(a)s does not include %(b)s", a=self._beside(a, [b]), b=self._beside(b, [a])))
        return str(_("it does not hold that %(a)s", a=f"({self.condition(part)})"))

    def empty(self, node: tree.Operation) -> str:
        """Say that there is no answer."""
        return str(_("%(a)s is not answered", a=self._inside(node.parts[0])))

    def either(self, node: tree.Operation) -> str:
        """Say if(): one value where a condition holds, else another."""
        condition, yes, no = node.parts
        values = {"yes": self._beside(yes, [no]), "condition": self.condition(condition)}
        # What follows "otherwise" may be a further if: it needs no brackets.
        is_chained = isinstance(no, tree.Operation) and no.name == "if"
        otherwise = self.value(no) if is_chained else self._beside(no, [yes])
        return str(_("%(yes)s if %(condition)s, otherwise %(no)s", no=otherwise, **values))

    def coalesced(self, node: tree.Operation) -> str:
        """Say the first of several that is answered."""
        parts = [self._beside(p, [q for q in node.parts if q is not p]) for p in node.parts]
        return str(_(", or if that is not answered: ")).join(parts)

    def rounded(self, node: tree.Operation) -> str:
        """Say to what a number is rounded."""
        digits = cast("float", constant(node.parts[1])) if len(node.parts) > 1 else 0
        what = self._inside(node.parts[0])
        if not digits:
            return str(_("%(what)s, rounded", what=what))
        return str(_("%(what)s, rounded to the nearest %(step)s", what=what, step=_exact(float(10**-digits))))

    def remainder(self, node: tree.Operation) -> str:
        """Say what is left by a division."""
        said = self._inside(node.parts[0])
        for part in node.parts[1:]:
            said = str(_("what is left of %(a)s divided by %(b)s", a=said, b=self._inside(part)))
        return said

    def cut(self, node: tree.Operation) -> str:
        """Say which letters are taken out of a text: counted from 1, where XPath counts from 0."""
        what, start, *end = (self._inside(p) for p in node.parts)
        first = constant(node.parts[1])
        start = _exact(first + 1) if first is not None else f"{start} + 1"
        if end:
            return str(_("letters %(start)s to %(end)s of %(what)s", start=start, end=end[0], what=what))
        return str(_("%(what)s from letter %(start)s on", start=start, what=what))

    def written(self, node: tree.Operation) -> str:
        """Say how a date is written, by an example."""
        example = str(cast("tree.Constant", node.parts[1]).value)
        for picture, written in _PICTURES.items():
            example = example.replace(picture, written)
        return str(_("%(what)s written as in %(example)s", what=self._inside(node.parts[0]), example=_quoted(example)))

    def fold(self, node: tree.Fold) -> str:
        """Say what the entries of a repeat are put together to."""
        repeat, part = self.repeat_name(node.repeat), node.part
        if part is None:
            return str(_("how many entries %(repeat)s has", repeat=repeat))
        if node.name == "count":
            return str(
                _("how many entries of %(repeat)s there are where %(what)s", repeat=repeat, what=self._met(part))
            )
        figure = _of_part(node, self._inside(part))
        return str(_("%(figure)s among the entries of %(repeat)s", figure=figure, repeat=repeat))

    def _met(self, part: Node) -> str:
        """Say what is counted: a condition that holds, or an answer that is there."""
        return self.condition(part) if part.type == "boolean" else str(_("%(a)s is answered", a=self._inside(part)))

    def linked(self, node: tree.Linked) -> str:
        """Say what is taken of the records that belong to a row."""
        which, part = self._linking(node), node.part
        if part is None:
            return str(_("how many %(records)s there are", records=which))
        there = self._there(node)
        if node.name == "total":
            return str(_("the sum of %(what)s over the %(records)s", what=there.value(part), records=which))
        if node.name == "first":
            return str(_("%(what)s in the first of the %(records)s", what=there.value(part), records=which))
        return str(_("%(what)s in the last of the %(records)s", what=there.value(part), records=which))

    def _there(self, node: tree.Linked) -> "Sentences":
        kind: Literal["form", "repeat"] = "repeat" if node.repeat else "form"
        source = Source(kind, node.form, self._form(node.form), node.form, node.repeat)
        return replace(self, source=source, facts={}, around=self)

    def _linking(self, node: tree.Linked) -> str:
        there, form = self._there(node), self._form(node.form)
        which = str(_("records of %(form)s", form=form))
        if node.repeat:
            repeat = there.repeat_name(node.repeat)
            which = str(_("entries of %(repeat)s in records of %(form)s", repeat=repeat, form=form))
        conditions: list[Node] = []
        for end, own in node.keys:
            if own == tree.ROW_NAME:
                which = str(_("%(records)s that name it at %(question)s", records=which, question=there.value(end)))
            else:
                conditions.append(tree.Operation("boolean", "=", (end, own)))
        is_named = len(conditions) < len(node.keys)
        if node.where is not None:
            is_and = isinstance(node.where, tree.Operation) and node.where.name == "and" and not node.where.fact
            conditions += node.where.args if is_and else [node.where]
        if not conditions:
            return which
        whole = tree.Operation("boolean", "and", tuple(conditions)) if len(conditions) > 1 else conditions[0]
        values = {"records": which, "condition": there.condition(whole)}
        if is_named:
            return str(_("%(records)s and where (%(condition)s)", **values))
        return str(_("%(records)s where (%(condition)s)", **values))

    def current(self, node: tree.Current) -> str:
        """Say a value of the row that a link begins at."""
        said = self.around.value(node.part) if self.around is not None else self.value(node.part)
        return str(_("%(what)s of the one counted", what=said))

    def lookup(self, node: tree.Lookup) -> str:
        """Say what is looked up in a list: of a label nothing more than what has it."""
        key, column = self._inside(node.key), node.column
        if node.key_column == "name" and (column == "label" or column.startswith("label::")):
            return self.value(node.key)
        values = {"column": _column(column), "list": node.list, "key": key}
        if node.key_column == "name":
            return str(_("%(column)s in the list %(list)s for %(key)s", **values))
        by = _column(node.key_column)
        return str(_("%(column)s in the list %(list)s where %(by)s is %(key)s", by=by, **values))

    def bucket(self, node: tree.Bucket) -> str:
        """Say a stretch of the calendar."""
        return str(_UNITS[node.unit] % {"what": self._inside(node.part)})

    def band(self, node: tree.Band) -> str:
        """Say into which stretches numbers are divided."""
        edges = [*node.edges, None]
        stretches = ", ".join(band(low, high) for low, high in pairwise(edges))
        return str(_("%(what)s in the groups %(groups)s", what=self._inside(node.part), groups=stretches))

    def aggregate(self, node: tree.Aggregate) -> str:
        """Say what all records are put together to."""
        part = node.part
        if part is None:
            return str(_("how many there are"))
        if node.name == "count":
            if name := self._name_of_condition(part):
                return str(_("how many there are for which %(what)s holds", what=name))
            return str(_("how many there are where %(what)s", what=self._met(part)))
        if node.name == "percentile":
            percent = _exact(node.percent)
            return str(_("the value of %(what)s that %(number)s %% lie below", what=self._inside(part), number=percent))
        return _of_part(node, self._inside(part))

    def quotient(self, node: tree.Quotient) -> str:
        """Say a share of those counted, or a figure divided by another."""
        top = node.numerator
        is_part = isinstance(top, tree.Aggregate) and top.name == "count" and top.part is not None and not top.fact
        if node.name == "share" and is_part and node.denominator == tree.Aggregate("number", "count", None):
            part = top.args[0]
            if name := self._name_of_condition(part):
                return str(_("the share of those for which %(what)s holds", what=name))
            return str(_("the share of those where %(what)s", what=self._met(part)))
        return f"{self._inside(top)}{_SIGNS['div']}{self._inside(node.denominator)}"


_Say = Callable[[Sentences, Any], str]

_SAID: Final[dict[type[Node], _Say]] = {
    tree.Constant: Sentences.constant,
    tree.Clock: Sentences.clock,
    tree.Reference: Sentences.reference,
    tree.Convert: Sentences.convert,
    tree.Operation: Sentences.operation,
    tree.Fold: Sentences.fold,
    tree.Linked: Sentences.linked,
    tree.Current: Sentences.current,
    tree.Lookup: Sentences.lookup,
    tree.Bucket: Sentences.bucket,
    tree.Band: Sentences.band,
    tree.Aggregate: Sentences.aggregate,
    tree.Quotient: Sentences.quotient,
}

#: Operations that no template says.
_SPELLED: Final[dict[str, _Say]] = {
    "and": Sentences.joined,
    "or": Sentences.joined,
    "not": Sentences.negated,
    "empty": Sentences.empty,
    "if": Sentences.either,
    "coalesce": Sentences.coalesced,
    "round": Sentences.rounded,
    "mod": Sentences.remainder,
    "substr": Sentences.cut,
    "format-date": Sentences.written,
}


def _of_part(node: tree.Aggregate | tree.Fold, what: str) -> str:
    is_of_days = node.type in ("date", "datetime") and node.name in _FIGURES_OF_DAYS
    return str((_FIGURES_OF_DAYS if is_of_days else _FIGURES)[node.name] % {"what": what})


def _quoted(text: str) -> str:
    return f"“{text}”"


def _exact(number: float) -> str:
    """Write a number with all its decimals: a definition is not rounded."""
    return str(format_decimal(number, "#,##0.###############"))


def _column(name: str) -> str:
    """Call a column of a list: as pages call its dimension, else by its heading."""
    if name in ("name", "label") or name.startswith("label::"):
        return str(_("its name"))
    return _quoted(dimension_name(name))
