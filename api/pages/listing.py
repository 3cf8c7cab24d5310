"""What of a form's submissions is shown, as an address says it: conditions, columns, order.

Each condition is a pair of the address, its operator and the question's path for a name: `is/kota=61.71`,
`from/umur=18`, `answered/umur=no`. What is known of a submission is asked for by plain names: `since`, `until`,
`submitter`, `review`. `column` (one for each, in their order) and `sort`, `repeat`, `names` say how the table shows it,
`earlier` which column goes one place forward. Empty ones are as good as none. The map and the gallery take the same
address, so that the table is as it was when one comes back to it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from api.endpoint import server
from api.pages import door
from api.pages.render import day
from api.pages.words import Words
from forms import answers, policy
from forms.access import Actor
from forms.answers import Condition, Filter, Operator, Order
from forms.policy import NEEDED
from forms.problems import IdentityNotSearchable, InvalidDataType, KeyDoesNotExist, NotCleared, Problem
from forms.schema import Field

#: As many questions as a laptop shows beside what is known of the submission, or of a repeat; others are a tick away.
USUAL_COLUMNS = 8
#: More would make an address that browsers and proxies no longer take.
MOST_COLUMNS = 60

STATES: Final = ("received", "edited", "hasIssues", "approved", "rejected")
_OPERATORS: Final[tuple[Operator, ...]] = ("is", "contains", "has", "from", "to", "answered")
#: By what records go besides answers; the newest first where nothing else is said.
SORTS: Final = ("received", "submitter", "review")
_NEWEST = "-received"

#: A day as people here write it: 31/1/2026.
_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
#: What `answered` takes.
_ANSWERED = {"yes": True, "no": False}
#: How an answer of each kind is asked for.
_EXAMPLES = {
    "bigint": "12",
    "double precision": "12.5",
    "boolean": "true",
    "date": "2026-01-31",
    "time": "14:30",
    "timestamptz": "2026-01-31",
}

#: The pairs of an address.
Query = dict[str, list[str]]


@dataclass(frozen=True)
class Asked:
    """One condition as the address has it; `value` is what was typed or chosen."""

    operator: Operator
    question: Field
    value: str = field(repr=False)

    @property
    def name(self) -> str:
        """Its name in the address."""
        return self.operator + self.question.path


@dataclass(frozen=True)
class Listing:
    """What the table shows. `problem` says why it cannot be asked for, "" where it can."""

    words: Words
    conditions: tuple[Asked, ...]
    since: date | None
    until: date | None
    submitter: str
    review: str
    columns: tuple[Field, ...]
    sort: str
    repeat: Field | None
    repeat_columns: tuple[Field, ...]
    #: The columns as the address has to name them: those of a level that shows the usual ones are not named.
    named_columns: tuple[str, ...]
    shows_names: bool
    problem: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether not every submission is wanted."""
        return bool(self.conditions or self.since or self.until or self.submitter or self.review)

    @property
    def where(self) -> Filter:
        """What is wanted."""
        return Filter(
            conditions=tuple(_condition(self.words, each) for each in self.conditions),
            submitted_from=self.since,
            submitted_to=self.until,
            zone=server().zone,
            review_state=self.review or None,
            submitter=self.submitter or None,
        )

    @property
    def order(self) -> Order | None:
        """In which order; None is the newest first."""
        by, is_descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        if self.sort == _NEWEST:
            return None
        asked = self.words.schema.by_path.get(by)
        has_choices = asked is not None and not asked.is_multiple and (asked.choice_list or asked.choices_file)
        choices = tuple(self.words.choices(asked)) if asked is not None and has_choices else ()
        return Order(by, is_descending=is_descending, choices=choices)

    @property
    def asked_fields(self) -> Iterator[Field]:
        """Give every question whose answers are shown, asked for, or decide the order."""
        yield from self.columns
        yield from self.filtered_fields
        by = self.words.schema.by_path.get(self.sort.removeprefix("-"))
        yield from (by,) if by is not None else ()
        yield from self.repeat_columns

    @property
    def filtered_fields(self) -> Iterator[Field]:
        """Give every question that the filter asks for."""
        yield from (each.question for each in self.conditions)

    @property
    def asks_about_people(self) -> bool:
        """Whether the filter asks for what is known of people: which records it leaves tells that, too."""
        return any(f.privacy for f in self.filtered_fields)

    @property
    def filter_query(self) -> Query:
        """The filter as it stands in an address, without what was refused."""
        pairs = {
            **{each.name: each.value for each in self.conditions},
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "submitter": self.submitter,
            "review": self.review,
        }
        return {name: [text] for name, text in pairs.items() if text}

    @property
    def view_query(self) -> Query:
        """How it is shown, as it stands in an address."""
        pairs: Query = {"column": list(self.named_columns)} if self.named_columns else {}
        if self.sort != _NEWEST:
            pairs["sort"] = [self.sort]
        if self.repeat is not None:
            pairs["repeat"] = [self.repeat.path]
        return pairs | ({"names": ["1"]} if self.shows_names else {})

    @property
    def query(self) -> Query:
        """All of it as it stands in an address."""
        return self.filter_query | self.view_query

    def without(self, *names: str) -> Query:
        """Give the address without some of its pairs."""
        return {name: texts for name, texts in self.query.items() if name not in names}

    def refused(self, problem: Problem) -> str:
        """Say why it cannot be asked for; where an answer is not of the question's kind, how it is written."""
        asked = self.words.schema.by_path.get(str(problem.details.get("field", "")))
        example = _EXAMPLES.get(answers.storage(asked)) if asked is not None else None
        if not isinstance(problem, InvalidDataType) or asked is None or example is None:
            return problem.text(door.language())
        label = self.words.label(asked)
        return str(_("“%(label)s” is asked for like this: %(example)s", label=label, example=example))

    def chips(self) -> Iterator[tuple[str, str]]:
        """Give what is filtered in words, and the name in the address of each."""
        for each in self.conditions:
            yield _in_words(self.words, each), each.name
        if self.since:
            yield _("Arrived from %(day)s", day=day(self.since)), "since"
        if self.until:
            yield _("Arrived until %(day)s", day=day(self.until)), "until"
        if self.submitter:
            yield _("From: %(name)s", name=self.submitter), "submitter"
        if self.review:
            yield _("Review: %(state)s", state=state_text(self.review)), "review"


def read(actor: Actor, words: Words, given: MultiDict[str, str]) -> Listing:
    """Read the address."""
    text = {name: given.get(name, "").strip() for name in ("since", "until", "submitter", "review", "sort", "repeat")}
    problems: list[str] = []
    days = {name: _day(text[name], problems) for name in ("since", "until")}
    conditions = tuple(_conditions(actor, words, given, problems))
    repeat = words.schema.by_path.get(text["repeat"])
    repeat = repeat if repeat is not None and repeat.kind == "repeat" else None
    offered_in_repeat = offered(actor, words, repeat.path) if repeat is not None else []
    chosen = tuple(dict.fromkeys(given.getlist("column")))[:MOST_COLUMNS]
    usual = [f for f in questions(words) if f.is_identity or lies_open(actor, f)][:USUAL_COLUMNS]
    columns, named = _columns(offered(actor, words), usual, chosen, given.get("earlier", ""))
    below, named_below = _columns(
        offered_in_repeat, offered_in_repeat[:USUAL_COLUMNS], chosen, given.get("earlier", "")
    )
    return Listing(
        words=words,
        conditions=conditions,
        since=days["since"],
        until=days["until"],
        submitter=text["submitter"].replace("\0", ""),
        review=text["review"] if text["review"] in STATES else "",
        columns=columns,
        sort=_sort(actor, words, text["sort"]),
        repeat=repeat,
        repeat_columns=below,
        named_columns=named + named_below,
        shows_names=given.get("names") == "1",
        problem=problems[0] if problems else "",
    )


def questions(words: Words) -> list[Field]:
    """List the root's questions that hold an answer worth a column: no notes, no metadata, no files."""
    return [f for f in words.schema.level("") if f.control and f.question != "note" and not f.is_file]


def offered(actor: Actor, words: Words, repeat: str = "") -> list[Field]:
    """List all that may be a column, of the root or a repeat.

    Identity shows that it is there, what is above the clearance is no use.
    """
    fields = (f for f in words.schema.level(repeat) if f.question != "note" and not f.path.startswith("/meta/"))
    return [f for f in fields if f.is_identity or lies_open(actor, f)]


def _columns(
    fields: Sequence[Field], usual: Sequence[Field], chosen: Sequence[str], earlier: str
) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Give the columns of a level in their order, and their paths where an address has to name them."""
    by_path = {f.path: f for f in fields}
    columns = [by_path[path] for path in chosen if path in by_path] or list(usual)
    place = next((n for n, f in enumerate(columns) if f.path == earlier), 0)
    if place:
        columns[place - 1 : place + 1] = columns[place], columns[place - 1]
    return tuple(columns), tuple(f.path for f in columns) if columns != list(usual) else ()


def lies_open(actor: Actor, asked: Field) -> bool:
    """Tell whether the viewer sees the answers to a question as they are."""
    return policy.lies_open(asked.privacy, actor.look.clearance)


def can_be_asked_for(actor: Actor, asked: Field) -> bool:
    """Tell whether there can be a condition on a question, or an order by it."""
    return lies_open(actor, asked) and answers.storage(asked) != "geo"


def can_be_asked_whether(actor: Actor, asked: Field) -> bool:
    """Tell whether there can be a condition on whether a question has an answer: where the table shows that, too."""
    return NEEDED[asked.privacy] <= actor.look.clearance


def full_label(words: Words, asked: Field) -> str:
    """Give a question's label, behind that of the repeat that it is in."""
    label = words.label(asked)
    return f"{words.label(words.schema.by_path[asked.repeat])} · {label}" if asked.repeat else label


def state_text(state: str) -> str:
    """Say a review state."""
    said = {
        "approved": _("Approved"),
        "hasIssues": _("Has issues"),
        "edited": _("Edited"),
        "rejected": _("Rejected"),
    }
    return str(said.get(state) or _("Received"))


def _sort(actor: Actor, words: Words, given: str) -> str:
    by = given.removeprefix("-")
    asked = words.schema.by_path.get(by)
    is_answer = asked is not None and asked.kind == "leaf" and not asked.repeat and can_be_asked_for(actor, asked)
    return given if by in SORTS or is_answer else _NEWEST


def _day(typed: str, problems: list[str]) -> date | None:
    if not typed:
        return None
    with suppress(ValueError):
        return date.fromisoformat(_as_date(typed))
    problems.append(_("“%(text)s” is no date. Write it as 2026-01-31.", text=typed))
    return None


def _as_date(typed: str) -> str:
    written = _DAY.fullmatch(typed)
    return f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}" if written else typed


def _conditions(actor: Actor, words: Words, given: MultiDict[str, str], problems: list[str]) -> Iterator[Asked]:
    """Read the conditions; one that may not be asked is a problem, and neither it nor its value is ever shown."""
    for name, typed in given.items(multi=True):
        operator, slash, rest = name.partition("/")
        asked = words.schema.by_path.get(slash + rest)
        if operator not in _OPERATORS or not slash or not typed.strip():
            continue
        if asked is None or asked.kind != "leaf":
            problems.append(KeyDoesNotExist(field=_("the filter")).text(door.language()))
        elif operator == "answered" and can_be_asked_whether(actor, asked):
            if typed.strip() in _ANSWERED:
                yield Asked(operator, asked, typed.strip())
            else:
                label = full_label(words, asked)
                problems.append(_("“%(label)s” is asked for like this: %(example)s", label=label, example="yes"))
        elif asked.is_identity:
            problems.append(IdentityNotSearchable(path=asked.path).text(door.language()))
        elif not lies_open(actor, asked):
            problems.append(NotCleared(path=asked.path).text(door.language()))
        else:
            yield Asked(operator, asked, typed.strip())


def _condition(words: Words, asked: Asked) -> Condition:
    kind, typed = answers.storage(asked.question), asked.value
    if asked.operator == "answered":
        return Condition(asked.question.path, "answered", _ANSWERED[typed])
    if _has_choices(asked.question) and asked.operator in ("is", "has"):
        return Condition(asked.question.path, asked.operator, words.name_of_choice(asked.question, typed))
    if kind in ("date", "timestamptz"):
        typed = _as_date(typed)
    elif kind == "double precision":
        typed = typed.replace(",", ".")
    return Condition(asked.question.path, asked.operator, typed)


def _has_choices(asked: Field) -> bool:
    return bool(asked.choice_list or asked.choices_file)


def _in_words(words: Words, asked: Asked) -> str:
    value = asked.value
    if asked.operator == "answered":
        value = _("has an answer") if _ANSWERED[value] else _("no answer")
        return str(_("%(label)s: %(value)s", label=full_label(words, asked.question), value=value))
    if _has_choices(asked.question):
        value = words.choices(asked.question).get(words.name_of_choice(asked.question, value), value)
    label = full_label(words, asked.question)
    if answers.storage(asked.question) == "boolean":
        value = {"true": _("yes"), "false": _("no")}.get(value, value)
    return str(
        {
            "is": _("%(label)s: %(value)s", label=label, value=value),
            "has": _("%(label)s: %(value)s", label=label, value=value),
            "contains": _("%(label)s contains “%(value)s”", label=label, value=value),
            "from": _("%(label)s from %(value)s", label=label, value=value),
            "to": _("%(label)s up to %(value)s", label=label, value=value),
        }[asked.operator]
    )


def pairs(query: Query) -> Sequence[tuple[str, str]]:
    """Give the pairs of an address one by one."""
    return [(name, text) for name, texts in query.items() for text in texts]
