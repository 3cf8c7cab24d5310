"""Submissions: the table of many. One in full is `record`."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from api.endpoint import server
from api.pages import door
from api.pages.contexts import (
    Cell,
    Column,
    FieldOption,
    SubmissionFilter,
    SubmissionLine,
    SubmissionsPage,
)
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.words import Words
from forms import answers, catalogue, policy
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import SEALED, Condition, Filter, Layout, Record
from forms.models import Form, Project
from forms.problems import InvalidDataType, Problem
from forms.schema import Field

_PAGE = 50
#: As many questions as a laptop shows beside what is known of the submission; the downloads have them all.
_COLUMNS = 8
_MOST_SUGGESTIONS = 300
#: A day as people here write it: 31/1/2026.
_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
#: How an answer of each kind is asked for.
_EXAMPLES = {
    "bigint": "12",
    "double precision": "12.5",
    "boolean": "true",
    "date": "2026-01-31",
    "time": "14:30",
    "timestamptz": "2026-01-31",
}
_CURSOR = re.compile("[0-9]{1,18}")
_STATES = ("received", "edited", "hasIssues", "approved", "rejected")


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/submissions", may=Permission.SUBMISSION_LIST)
def submissions(actor: Actor, project: Project, form: Form) -> Any:
    """Show a form's submissions, newest first, a page at a time, filtered as the address says."""
    version = catalogue.current(form)
    words = Words(version)
    layout = answers.layout(form.id, version.id, words.schema)
    columns = _columns(actor, words)
    shown, wanted, problem = _filter(actor, words)
    cursors = {name: int(text) for name in ("older", "newer") if _CURSOR.fullmatch(text := request.args.get(name, ""))}
    total = answers.count(actor, form.id)
    found: list[Record] = []
    matching = 0
    if not problem:
        try:
            matching = answers.count(actor, form.id, where=wanted, layout=layout) if shown.is_set else total
            found = answers.select(
                actor,
                layout,
                paths=[f.path for f in columns],
                limit=_PAGE + 1,
                before=cursors.get("older"),
                after=cursors.get("newer"),
                where=wanted,
            )
        except Problem as refusal:
            problem = _not_understood(words, shown.field_path, refusal)
    is_back = "newer" in cursors
    has_more = len(found) > _PAGE
    # One more than shown tells whether there is another page; towards newer ones it is the first of the list.
    found = (found[1:] if is_back else found[:_PAGE]) if has_more else found
    page = SubmissionsPage(
        project=head(actor, project),
        form=form_head(actor, form),
        columns=tuple(_column(actor, words, f) for f in columns),
        hidden_columns=len(_questions(words)) - len(columns),
        rows=tuple(_line(words, columns, record) for record in found),
        total=total,
        matching=matching,
        fields=tuple(FieldOption(f.path, words.label(f)) for f in _questions(words) if _can_be_asked_for(actor, f)),
        filter=shown,
        suggestions=_suggestions(words, shown.field_path),
        older=str(found[-1].id) if found and (has_more or is_back) else "",
        newer=str(found[0].id) if found and (has_more if is_back else "older" in cursors) else "",
        problem=problem,
    )
    if any(f.privacy and _lies_open(actor, f) for f in columns):
        keeping.looked(actor, form, words.schema, vault=server().vault)
    return (page, 400) if problem else page


def _questions(words: Words) -> list[Field]:
    """List the root's questions that hold an answer worth a column: no notes, no metadata, no files."""
    return [f for f in words.schema.level("") if f.control and f.question != "note" and not f.is_file]


def _lies_open(actor: Actor, field: Field) -> bool:
    return policy.lies_open(field.privacy, actor.look.clearance)


def _can_be_asked_for(actor: Actor, field: Field) -> bool:
    return _lies_open(actor, field) and answers.storage(field) != "geo"


def _columns(actor: Actor, words: Words) -> list[Field]:
    """Choose what fits a laptop: identity shows that it is there, what is above the viewer's clearance is no use."""
    return [f for f in _questions(words) if f.is_identity or _lies_open(actor, f)][:_COLUMNS]


def _column(actor: Actor, words: Words, field: Field) -> Column:
    is_number = field.type in ("int", "decimal")
    return Column(words.label(field), field.name, is_number=is_number, is_sealed=not _lies_open(actor, field))


def _line(words: Words, columns: list[Field], record: Record) -> SubmissionLine:
    return SubmissionLine(
        instance_id=record.instance_id,
        name=record.instance_name or "",
        received=record.created_at,
        submitter=record.submitter or "",
        review=record.review_state or "received",  # type: ignore[arg-type]
        files_missing=record.files_expected - record.files_present,
        misfits=len(record.misfits),
        cells=tuple(
            Cell(words.text(f, record.values[f.path]), is_masked=record.values[f.path] is SEALED) for f in columns
        ),
    )


def _filter(actor: Actor, words: Words) -> tuple[SubmissionFilter, Filter, str]:
    """Read the filter from the address: as it is shown, as it is asked, and why it cannot be used."""
    text = {name: request.args.get(name, "").strip() for name in ("field", "value", "since", "until", "review")}
    days: dict[str, date] = {}
    problem = ""
    for name in ("since", "until"):
        with suppress(ValueError):
            days[name] = date.fromisoformat(text[name])
        if text[name] and name not in days:
            problem = _("“%(text)s” is no date. Write it as 2026-01-31.", text=text[name])
    field = words.schema.by_path.get(text["field"])
    # Neither an answer nor what somebody typed in search of one belongs on the page again.
    typed = text["value"] if field is None or _lies_open(actor, field) else ""
    review = text["review"] if text["review"] in _STATES else ""
    shown = SubmissionFilter(
        text["field"] if field else "",
        typed,
        days.get("since"),
        days.get("until"),
        review,  # type: ignore[arg-type]
    )
    wanted = Filter(
        conditions=(_condition(words, field, text["value"]),) if field and text["value"] else (),
        submitted_from=days.get("since"),
        submitted_to=days.get("until"),
        zone=server().zone,
        review_state=review or None,
    )
    return shown, wanted, problem


def _condition(words: Words, field: Field, typed: str) -> Condition:
    kind = answers.storage(field)
    if field.choice_list or field.choices_file:
        return Condition(field.path, "has" if field.is_multiple else "is", words.name_of_choice(field, typed))
    if kind in ("date", "timestamptz") and (day := _DAY.fullmatch(typed)):
        typed = f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    elif kind == "double precision":
        typed = typed.replace(",", ".")
    return Condition(field.path, "contains" if kind == "text" else "is", typed)


def _not_understood(words: Words, path: str, problem: Problem) -> str:
    """Say why a filter cannot be used; where the answer typed is not of the question's kind, how it is written."""
    field = words.schema.by_path[path]
    example = _EXAMPLES.get(answers.storage(field))
    if not isinstance(problem, InvalidDataType) or example is None:
        return problem.text(door.language())
    return str(_("“%(label)s” is asked for like this: %(example)s", label=words.label(field), example=example))


def _suggestions(words: Words, path: str) -> tuple[str, ...]:
    field = words.schema.by_path.get(path)
    if field is None or not (field.choice_list or field.choices_file):
        return ()
    return tuple(words.choices(field).values())[:_MOST_SUGGESTIONS]


@dataclass(frozen=True)
class Around:
    """The records beside one in the table that it was opened from, and that table's filter as an address has it."""

    older_id: str
    newer_id: str
    query: str


def around(actor: Actor, form: Form, submission_id: int) -> Around:
    """Find the records beside one, in the order and under the filter that the address carries along."""
    words = Words(catalogue.current(form))
    layout = answers.layout(form.id, words.version.id, words.schema)
    shown, wanted, problem = _filter(actor, words)
    if not problem:
        with suppress(Problem):
            return Around(*_beside(actor, layout, submission_id, wanted), urlencode(shown.query))
    # What the table itself refuses to be filtered by leads nowhere: then it is the table of all.
    return Around(*_beside(actor, layout, submission_id, None), "")


def _beside(actor: Actor, layout: Layout, submission_id: int, where: Filter | None) -> tuple[str, str]:
    older = answers.select(actor, layout, limit=1, before=submission_id, where=where)
    newer = answers.select(actor, layout, limit=1, after=submission_id, where=where)
    return older[0].instance_id if older else "", newer[0].instance_id if newer else ""
