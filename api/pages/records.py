"""Submissions: the table of many, and what is done with many of them. One in full is `record`."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.endpoint import as_id, server, undone_when_refused
from api.pages import door, listing
from api.pages.contexts import (
    Cell,
    Chip,
    Choice,
    Column,
    ColumnFilter,
    RepeatLine,
    Round,
    Rounds,
    SavedLine,
    SubmissionLine,
    SubmissionsPage,
    Tick,
)
from api.pages.door import pages, say
from api.pages.forms import form_head
from api.pages.listing import Listing
from api.pages.projects import head
from api.pages.words import Words
from forms import access, accounts, answers, catalogue, filters
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import SEALED, Layout, Record
from forms.models import Form, Project
from forms.policy import Clearance
from forms.problems import Problem
from forms.schema import Field

_PAGE = 50
#: As many choices as a list shows; of more, some are offered while one types.
_LISTED, _SUGGESTED = 60, 300
#: As many questions and rows of a repeat as are read under a submission; its own page has them all.
_REPEAT_COLUMNS, _REPEAT_ROWS = 8, 20
_CURSOR = re.compile("[0-9]{1,18}")
#: The states that people give; "received" takes a review back.
_GIVEN = {"approved": "approved", "hasIssues": "hasIssues", "rejected": "rejected", "received": None}

_FORM = "/projects/<project_id>/forms/<xml_form_id>"


@pages.on("GET", f"{_FORM}/submissions", may=Permission.SUBMISSION_LIST)
def submissions(actor: Actor, project: Project, form: Form) -> Any:
    """Show a form's submissions, a page at a time, filtered, sorted and with the columns that the address says."""
    words, layout, shown = _asked(actor, form)
    total = answers.count(actor, form.id)
    problem = shown.problem
    found, matching, goes_on = _Page((), older="", newer=""), 0, {}
    if not problem:
        try:
            matching = answers.count(actor, form.id, where=shown.where, layout=layout) if shown.is_filtered else total
            found = _page(actor, layout, shown)
        except Problem as refusal:
            problem = shown.refused(refusal)
    if shown.repeat is not None and found.records:
        goes_on = _rounds(actor, layout, shown, found.records)
    held = access.verbs(actor, project_id=project.id, form_id=form.id)
    columns = tuple(_column(actor, shown, f) for f in shown.columns)
    repeat_columns = tuple(_column(actor, shown, f) for f in _repeat_columns(actor, shown))
    page = SubmissionsPage(
        project=head(actor, project),
        form=form_head(actor, form),
        columns=columns,
        known={name: _known(shown, name) for name in listing.SORTS},
        hidden_columns=len(listing.questions(words)) - len(shown.columns),
        rows=tuple(_line(shown, record, goes_on.get(record.id)) for record in found.records),
        total=total,
        matching=matching,
        is_filtered=shown.is_filtered or bool(problem),
        chips=tuple(Chip(text, shown.without(name)) for text, name in shown.chips()),
        since=shown.since,
        until=shown.until,
        submitter=shown.submitter,
        review=shown.review,  # type: ignore[arg-type]
        senders=tuple(dict.fromkeys(record.submitter or "" for record in found.records)),
        query=shown.query,
        filter_query=shown.filter_query,
        view_query=shown.view_query,
        carried=tuple(_carried(shown, (*columns, *repeat_columns))),
        ticks=tuple(Tick(f.path, _label(shown, f), f in shown.columns) for f in listing.offered(actor, words)),
        repeats=tuple(RepeatLine(f.path, words.label(f), f == shown.repeat) for f in words.schema.repeats),
        repeat_columns=repeat_columns,
        shows_names=shown.shows_names,
        words_query=shown.without("names") | ({} if shown.shows_names else {"names": ["1"]}),
        saved=tuple(_saved(actor, form)),
        older=found.older,
        newer=found.newer,
        is_newest_first=shown.order is None,
        may_review=Permission.SUBMISSION_UPDATE in held,
        may_take=actor.take.clearance > Clearance.NONE and Permission.SUBMISSION_READ in held,
        problem=problem,
    )
    if any(f.privacy and listing.lies_open(actor, f) for f in shown.asked_fields):
        keeping.looked(actor, form, words.schema, vault=server().vault)
    return (page, 400) if problem else page


def _asked(actor: Actor, form: Form) -> tuple[Words, Layout, Listing]:
    version = catalogue.current(form)
    words = Words(version)
    return words, answers.layout(form.id, version.id, words.schema), listing.read(actor, words, request.args)


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
        filter=_column_filter(shown, field) if listing.can_be_asked_for(actor, field) else None,
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


def _column_filter(shown: Listing, field: Field) -> ColumnFilter:
    """Say how a question is asked for, and what is asked of it now."""
    words, kind = shown.words, answers.storage(field)
    now: dict[str, str] = {each.operator: each.value for each in shown.conditions if each.question == field}
    given: dict[str, Any] = {"path": field.path, "label": words.label(field)}
    if field.choice_list or field.choices_file:
        operator = "has" if field.is_multiple else "is"
        choices = words.choices(field)
        chosen = words.name_of_choice(field, now[operator]) if operator in now else ""
        if len(choices) <= _LISTED:
            listed = tuple(Choice(name, name if shown.shows_names else label) for name, label in choices.items())
            return ColumnFilter(**given, kind="choice", operator=operator, value=chosen, choices=listed)
        some = tuple(Choice(name, label) for name, label in list(choices.items())[:_SUGGESTED])
        value = choices.get(chosen, now.get(operator, ""))
        return ColumnFilter(**given, kind="suggested", operator=operator, value=value, choices=some)
    if kind == "boolean":
        truths = (Choice("true", _("yes")), Choice("false", _("no")))
        return ColumnFilter(**given, kind="choice", operator="is", value=now.get("is", ""), choices=truths)
    if kind == "text":
        return ColumnFilter(**given, kind="text", operator="contains", value=now.get("contains", ""))
    types = {"date": "date", "timestamptz": "date", "time": "time"}
    return ColumnFilter(
        **given, kind="range", input_type=types.get(kind, "text"), low=now.get("from", ""), high=now.get("to", "")
    )


def _carried(shown: Listing, columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """Give the pairs of the address that the filters under the headers do not send themselves."""
    sent = {name for column in columns if column.filter is not None for name in column.filter.names}
    for name, text in listing.pairs(shown.query):
        if name not in sent | {"since", "until", "submitter", "review"}:
            yield name, text


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


def _repeat_columns(actor: Actor, shown: Listing) -> list[Field]:
    """List the questions of the chosen repeat that are shown under a submission."""
    if shown.repeat is None:
        return []
    fields = (f for f in shown.words.schema.level(shown.repeat.path) if f.question != "note")
    return [f for f in fields if f.is_identity or listing.lies_open(actor, f)][:_REPEAT_COLUMNS]


def _rounds(actor: Actor, layout: Layout, shown: Listing, records: Sequence[Record]) -> dict[int, Rounds]:
    """Read the rows of the chosen repeat, for the submissions of a page."""
    columns = _repeat_columns(actor, shown)
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


def _saved(actor: Actor, form: Form) -> Iterator[SavedLine]:
    names = accounts.names_by_id()
    for each in filters.listed(actor, form):
        yield SavedLine(
            id=each.id,
            name=each.name,
            is_shared=each.is_shared,
            owner="" if each.owner_id == actor.id else names.get(each.owner_id, ""),
            may_drop=filters.may_drop(actor, form, each),
        )


def _there(project: Project, form: Form, query: listing.Query) -> str:
    pairs: Any = query
    return url_for("pages.submissions", project_id=project.id, xml_form_id=form.xml_form_id, **pairs)


@pages.on("POST", f"{_FORM}/filters", may=Permission.SUBMISSION_LIST)
def filter_keep(actor: Actor, project: Project, form: Form) -> AnyResponse:
    """Keep what the table shows under a name."""
    _words, layout, shown = _asked(actor, form)
    problem = shown.problem
    try:
        if not problem:
            with undone_when_refused():
                name, is_shared = request.form.get("name", ""), request.form.get("shared") == "1"
                pairs = listing.pairs(shown.query)
                filters.keep(actor, form, layout, name, pairs, shown.where, shown.order, is_shared=is_shared)
    except Problem as refusal:
        problem = shown.refused(refusal)
    if problem:
        say("problem", problem)
    else:
        say("good", _("Kept. You find it under “Saved filters”."))
    return redirect(_there(project, form, shown.query), 303)


@pages.on("GET", f"{_FORM}/filters/<filter_id>", may=Permission.SUBMISSION_LIST)
def filter_open(actor: Actor, project: Project, form: Form, filter_id: str) -> AnyResponse:
    """Go to the table as it was kept under a name."""
    _words, layout, _shown = _asked(actor, form)
    found = filters.find(actor, form, layout, as_id(filter_id, "filterId"))
    kept = MultiDict((name, text) for name, text in found.query)
    return redirect(_there(project, form, dict(kept.lists())), 303)


@pages.on("POST", f"{_FORM}/filters/<filter_id>/drop", may=Permission.SUBMISSION_LIST)
def filter_drop(actor: Actor, project: Project, form: Form, filter_id: str) -> AnyResponse:
    """Take a kept filter away."""
    filters.drop(actor, form, as_id(filter_id, "filterId"))
    say("good", _("The saved filter is gone."))
    return redirect(_there(project, form, dict(request.args.lists())), 303)


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
    return redirect(_there(project, form, dict(request.args.lists())), 303)


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
    _words, layout, shown = _asked(actor, form)
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
