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
    if content is kept.content:
        tree = answers.one(actor, layout, kept.submission.id)
    else:
        tree = keeping.laid_out(actor, form, content, vault=server().vault)
    files = keeping.files(actor, form, content, vault=server().vault)
    shows_blanks = request.args.get("blanks") == "1"
    writer = Writer(words, {f.name: f for f in files}, set(kept.submission.misfits), shows_blanks=shows_blanks)
    items = writer.nodes("", tree)
    older = answers.select(actor, layout, limit=1, before=kept.submission.id)
    newer = answers.select(actor, layout, limit=1, after=kept.submission.id)
    names = accounts.names_by_id()
    keeping.looked(actor, form, words.schema, submission_id=kept.submission.id, vault=server().vault)
    return SubmissionPage(
        project=head(actor, project),
        form=form_head(actor, form),
        instance_id=kept.submission.instance_id,
        name=keeping.instance_name(content, actor.look.clearance) or "",
        version=words.version.version,
        received=kept.submission.created_at,
        submitter=names.get(kept.submission.submitter_id or 0, ""),
        device=kept.submission.device_id or "",
        review=kept.submission.review_state or "received",  # type: ignore[arg-type]
        items=items,
        asides=tuple(writer.asides),
        has_masked=writer.masked > 0,
        may_reveal=access.can(actor, Permission.IDENTITY_REVEAL, project_id=project.id, form_id=form.id),
        blanks=writer.blanks,
        shows_blanks=shows_blanks,
        files=tuple(_stored(f) for f in files),
        misfits=tuple(Misfit(words.label_of(path), path) for path in kept.submission.misfits),
        history=tuple(
            HistoryLine(
                instance_id=each.content.instance_id,
                number=len(history) - place,
                received=each.content.created_at,
                submitter=names.get(each.content.submitter_id or 0, ""),
                device=each.content.device_id or "",
                program=each.content.user_agent or "",
                is_shown=each.content is content,
            )
            for place, each in enumerate(history)
        ),
        older_id=older[0].instance_id if older else "",
        newer_id=newer[-1].instance_id if newer else "",
    )
def _asked_content(history: list[Kept]) -> SubmissionVersion:
    """Find the content that the address names among a submission's, the newest where it names none."""
    asked = request.args.get("version", history[0].content.instance_id)
    for each in history:
        if each.content.instance_id == asked:
            return each.content
    raise NotFound
class Writer:
    """Writes a record's tree as the page's nodes; on the way it counts what is blank and what is masked.
    What nobody was asked and has no label (start, end, calculations) is put aside: it reads like nothing to people.
    """
    def __init__(self, words: Words, files: dict[str, File], misfits: set[str], *, shows_blanks: bool) -> None:
        self.words = words
        self.files = files
        self.misfits = misfits
        self.shows_blanks = shows_blanks
        self.blanks = 0
        self.masked = 0
        self.asides: list[Answer] = []
        self._rounds: list[str] = []
    def nodes(self, path: str, tree: dict[str, Any]) -> tuple[Node, ...]:
        """Write what lies directly in a group, a repeat's round, or the form itself."""
        children = self.words.schema.children.get(path, {}).values()
        return tuple(node for f in children if f.path != "/meta" for node in self._node(f, tree.get(f.name)))
    def _node(self, field: Field, value: Any) -> Iterator[Node]:
        if field.kind == "group":
            items = self.nodes(field.path, value or {})
            if items:
                yield Group(self.words.label(field), items)
        elif field.kind == "repeat":
            rounds = tuple(self._round(field, n, each) for n, each in enumerate(value or (), 1))
            if rounds or self.shows_blanks:
                yield Repeat(self.words.label(field), rounds)
        elif field.question != "note":
            if field.control or field.labels or field.is_file:
                yield from self._answer(field, value, self.words.label(field))
            else:
                self.asides.extend(self._answer(field, value, " · ".join([*self._rounds, field.name])))
    def _round(self, field: Field, number: int, tree: dict[str, Any]) -> RepeatRow:
        self._rounds.append(f"{self.words.label(field)} {number}")
        row = RepeatRow(number, self.nodes(field.path, tree))
        self._rounds.pop()
        return row
    def _answer(self, field: Field, value: Any, label: str) -> Iterator[Answer]:
        is_misfit = field.path in self.misfits and value is None
        if value is None and not is_misfit:
            self.blanks += bool(field.control)
            if not (self.shows_blanks and field.control):
                return
        self.masked += value is SEALED
        file = self.files.get(value) if field.is_file and isinstance(value, str) else None
        yield Answer(
            label=label,
            name=field.name,
            text=self.words.text(field, value),
            is_masked=value is SEALED,
            is_misfit=is_misfit,
            file=_stored(file) if file else None,
        )
def _stored(file: File) -> StoredFile:
    kind = (file.content_type or "").partition("/")[0]
    return StoredFile(
        name=file.name,
        kind=kind if kind in ("image", "audio", "video") else "file",  # type: ignore[arg-type]
        has_arrived=file.blob is not None,
        size=file.blob.size if file.blob else 0,
        has_thumbnail=file.blob is not None and file.content_type in _SHOWN,
    )
@pages.on(
    "GET",
    "/projects/<project_id>/forms/<xml_form_id>/submissions/<instance_id>/files/<name>",
    may=Permission.SUBMISSION_READ,
)
def submission_file(actor: Actor, project: Project, form: Form, instance_id: str, name: str) -> Response:
    """Give a file of a submission: a picture to be shown, anything else to be saved."""
    content = _asked_content(keeping.contents(actor, form, instance_id))
    found = keeping.file(actor, form, content, name, vault=server().vault)
    if found.blob is None:
        raise NotFound
    is_shown = found.content_type in _SHOWN
    response = Response(
        server().vault.read(found.blob),
        content_type=found.content_type if is_shown else "application/octet-stream",
    )
    place = "inline" if is_shown else "attachment"
    response.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Content-Length"] = str(found.blob.size)
    return response
