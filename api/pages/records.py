"""Submissions: the table of many, and what is done with many of them. One in full is `record`."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.endpoint import server, undone_when_refused
from api.pages import door, filtering, listing
from api.pages.contexts import (
    Cell,
    Column,
    RepeatLine,
    Round,
    Rounds,
    SubmissionLine,
    SubmissionsPage,
    Tick,
)
from api.pages.door import pages, say
from api.pages.forms import form_head
from api.pages.listing import Listing
from api.pages.projects import head
from forms import access, answers
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import SEALED, Layout, Record
from forms.models import Form, Project
from forms.policy import Clearance
from forms.problems import Problem
from forms.schema import Field

_PAGE = 50
#: As many rows of a repeat as are read under a submission; its own page has them all.
_REPEAT_ROWS = 20
_CURSOR = re.compile("[0-9]{1,18}")
#: The states that people give; "received" takes a review back.
_GIVEN = {"approved": "approved", "hasIssues": "hasIssues", "rejected": "rejected", "received": None}

_FORM = "/projects/<project_id>/forms/<xml_form_id>"


@pages.on("GET", f"{_FORM}/submissions", may=Permission.SUBMISSION_LIST)
def submissions(actor: Actor, project: Project, form: Form) -> Any:
    """Show a form's submissions, a page at a time, filtered, sorted and with the columns that the address says."""
    words, layout, shown = filtering.asked(actor, form)
    filtered = filtering.filtered(actor, form, layout, shown, [*shown.columns, *shown.repeat_columns])
    found, goes_on = _Page((), older="", newer=""), {}
    if not filtered.problem:
        found = _page(actor, layout, shown)
    if shown.repeat is not None and found.records:
        goes_on = _rounds(actor, layout, shown, found.records)
    held = access.verbs(actor, project_id=project.id, form_id=form.id)
    offered_in_repeat = listing.offered(actor, words, shown.repeat.path) if shown.repeat is not None else []
    page = SubmissionsPage(
        project=head(actor, project),
        form=form_head(actor, form),
        filtered=filtered,
        columns=tuple(_column(actor, shown, f) for f in shown.columns),
        known={name: _known(shown, name) for name in listing.SORTS},
        hidden_columns=len(listing.questions(words)) - len(shown.columns),
        rows=tuple(_line(shown, record, goes_on.get(record.id)) for record in found.records),
        senders=tuple(dict.fromkeys(record.submitter or "" for record in found.records)),
        ticks=_ticks(shown, shown.columns, listing.offered(actor, words)),
        repeats=tuple(RepeatLine(f.path, words.label(f), f == shown.repeat) for f in words.schema.repeats),
        repeat_ticks=_ticks(shown, shown.repeat_columns, offered_in_repeat),
        repeat_columns=tuple(_column(actor, shown, f) for f in shown.repeat_columns),
        moved=request.args.get("earlier", ""),
        shows_names=shown.shows_names,
        words_query=shown.without("names") | ({} if shown.shows_names else {"names": ["1"]}),
        older=found.older,
        newer=found.newer,
        is_newest_first=shown.order is None,
        may_review=Permission.SUBMISSION_UPDATE in held,
        may_take=actor.take.clearance > Clearance.NONE and Permission.SUBMISSION_READ in held,
    )
    if shown.asks_about_people or any(f.privacy and listing.lies_open(actor, f) for f in shown.asked_fields):
        keeping.looked(actor, form, words.schema, vault=server().vault)
    return (page, 400) if filtered.problem else page


def _ticks(shown: Listing, chosen: Sequence[Field], offered: Sequence[Field]) -> tuple[Tick, ...]:
    """List the questions of a level that may be columns: those that are, what people are asked, what phones add."""
    others = sorted((f for f in offered if f not in chosen), key=lambda f: not f.control)
    return tuple(Tick(f.path, _label(shown, f), f in chosen) for f in (*chosen, *others))


@dataclass(frozen=True)
class _Page:
    """The records of a page, and the ends from which the list goes on; "" where it does not."""

    records: Sequence[Record]
    older: str
    newer: str


def _page(actor: Actor, layout: Layout, shown: Listing) -> _Page:
    cursors = {name: int(text) for name in ("older", "newer") if _CURSOR.fullmatch(text := request.args.get(name, ""))}
    found = answers.select(
        actor,
        layout,
        paths=[f.path for f in shown.columns],
        limit=_PAGE + 1,
        before=cursors.get("older"),
        after=cursors.get("newer"),
        where=shown.where,
        order=shown.order,
    )
    is_back = "newer" in cursors
    has_more = len(found) > _PAGE
    # One more than shown tells whether there is another page; on the way back it is the first of the list.
    found = (found[1:] if is_back else found[:_PAGE]) if has_more else found
    older = str(found[-1].id) if found and (has_more or is_back) else ""
    newer = str(found[0].id) if found and (has_more if is_back else "older" in cursors) else ""
    return _Page(found, older, newer)


def _label(shown: Listing, field: Field) -> str:
    return field.name if shown.shows_names else shown.words.label(field)


def _column(actor: Actor, shown: Listing, field: Field) -> Column:
    can_be_sorted = not field.repeat and listing.can_be_asked_for(actor, field)
    return Column(
        label=_label(shown, field),
        name=field.name,
        is_number=field.type in ("int", "decimal"),
        is_sealed=not listing.lies_open(actor, field),
        filter=filtering.column_filter(actor, shown, field),
        sorted=_sorted(shown, field.path),
        sort_query=_sort_query(shown, field.path) if can_be_sorted else None,
    )


def _known(shown: Listing, by: str) -> Column:
    """Describe one of the columns that every form has."""
    return Column(label="", name=by, sorted=_sorted(shown, by), sort_query=_sort_query(shown, by))


def _sorted(shown: Listing, by: str) -> Any:
    return {by: "ascending", f"-{by}": "descending"}.get(shown.sort, "")


def _sort_query(shown: Listing, by: str) -> listing.Query:
    """Give the address of the next way to sort by something: up, then down; times of arrival the other way round."""
    ways = (by, f"-{by}") if by != "received" else ("-received", "received")
    return {**shown.query, "sort": [ways[1] if shown.sort == ways[0] else ways[0]]}


def _line(shown: Listing, record: Record, rounds: Rounds | None) -> SubmissionLine:
    return SubmissionLine(
        instance_id=record.instance_id,
        name=record.instance_name or "",
        received=record.created_at,
        submitter=record.submitter or "",
        review=record.review_state or "received",  # type: ignore[arg-type]
        files_missing=record.files_expected - record.files_present,
        misfits=len(record.misfits),
        cells=_cells(shown, shown.columns, record.values),
        rounds=rounds,
    )


def _cells(shown: Listing, columns: Sequence[Field], values: dict[str, Any]) -> tuple[Cell, ...]:
    def text(field: Field) -> str:
        value = values[field.path]
        return value if shown.shows_names and isinstance(value, str) else shown.words.text(field, value)

    return tuple(Cell(text(f), is_masked=values[f.path] is SEALED) for f in columns)


def _rounds(actor: Actor, layout: Layout, shown: Listing, records: Sequence[Record]) -> dict[int, Rounds]:
    """Read the rows of the chosen repeat, for the submissions of a page."""
    columns = shown.repeat_columns
    path = shown.repeat.path if shown.repeat is not None else ""
    paths, ids = [f.path for f in columns], [record.id for record in records]
    found = answers.rounds(actor, layout, path, ids, paths=paths, most=_REPEAT_ROWS)
    is_nested = bool(shown.words.schema.by_path[path].repeat)
    return {
        record_id: Rounds(
            count=each.count,
            rows=tuple(
                Round(
                    f"{row.parent}.{row.position}" if is_nested else str(row.position),
                    _cells(shown, columns, dict(row.values)),
                )
                for row in each.rows
            ),
        )
        for record_id, each in found.items()
    }


@pages.on("POST", f"{_FORM}/review", may=Permission.SUBMISSION_UPDATE)
def submissions_review(actor: Actor, project: Project, form: Form) -> AnyResponse:
    """Give all the ticked submissions a review state, or none of them."""
    ids, state = request.form.getlist("instance"), request.form.get("state", "")
    if not ids:
        say("problem", _("Tick the submissions first."))
    elif state not in _GIVEN:
        say("problem", _("Choose the state first."))
    else:
        _review(actor, form, ids, state)
    _words, _layout, shown = filtering.asked(actor, form)
    return redirect(filtering.there(project, form, shown.query), 303)


def _review(actor: Actor, form: Form, ids: list[str], state: str) -> None:
    try:
        with undone_when_refused():
            said = request.form.get("comment", "")
            count = keeping.review(actor, form, ids, _GIVEN[state], said, vault=server().vault)
    except Problem as refusal:
        # What is not there, or not for this person, is that on every door.
        if refusal.status == 404:  # noqa: PLR2004
            raise
        say("problem", refusal.text(door.language()))
        return
    done = ngettext("%(num)s submission: %(state)s.", "%(num)s submissions: %(state)s.", count, state="%s")
    say("good", done % listing.state_text(state))


@dataclass(frozen=True)
class Around:
    """The records beside one in the table that it was opened from, and that table as an address has it."""

    older_id: str
    newer_id: str
    query: str


def around(actor: Actor, form: Form, submission_id: int) -> Around:
    """Find the records beside one, in the order and under the filter that the address carries along."""
    _words, layout, shown = filtering.asked(actor, form)
    if not shown.problem:
        with suppress(Problem):
            return Around(*_beside(actor, layout, submission_id, shown), urlencode(shown.query, doseq=True))
    # What the table itself refuses to be filtered by leads nowhere: then it is the table of all.
    bare = listing.read(actor, shown.words, MultiDict())
    return Around(*_beside(actor, layout, submission_id, bare), "")


def _beside(actor: Actor, layout: Layout, submission_id: int, shown: Listing) -> tuple[str, str]:
    older = answers.select(actor, layout, limit=1, before=submission_id, where=shown.where, order=shown.order)
    newer = answers.select(actor, layout, limit=1, after=submission_id, where=shown.where, order=shown.order)
    return older[0].instance_id if older else "", newer[0].instance_id if newer else ""
