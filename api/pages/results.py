"""What the submissions of a form add up to, and how to take them away."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_babel import gettext as _

from api import exports
from api.endpoint import server, spooled
from api.exports import Table
from api.pages import door, listing
from api.pages.contexts import Bar, DayCount, DownloadsPage, QuestionSummary, SummaryPage, TableLine
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.words import Words
from forms import access, answers, audit, catalogue, policy
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import Choices, Filter, Heading, Layout
from forms.models import Form, Project
from forms.policy import Clearance
from forms.problems import InsufficientRights, NotFound, UnexpectedValue
from forms.schema import Field

#: As many days as a chart shows well, as many as it shows where they are asked for, and how far it looks back.
_DAYS, _MOST_DAYS, _FURTHEST = 60, 366, 3660


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/summary", may=Permission.SUBMISSION_LIST)
def summary(actor: Actor, project: Project, form: Form) -> SummaryPage:
    """Show counts per day, and the answers to each select question."""
    words, layout = _current(form)
    since, until = _day("since"), _day("until")
    back = _days_back(since, until)
    wanted = Filter(submitted_from=since, submitted_to=until, zone=server().zone)
    asked = [
        f
        for f in words.schema.leaves
        if f.control in ("select", "select1") and policy.lies_open(f.privacy, actor.look.clearance)
    ]
    counted = answers.choice_counts(actor, layout, paths=[f.path for f in asked], where=wanted)
    return SummaryPage(
        project=head(actor, project),
        form=form_head(actor, form),
        records=answers.count(actor, form.id, where=wanted, layout=layout),
        as_of=datetime.now(UTC),
        per_day=tuple(
            DayCount(day, count)
            for day, count in answers.counts_per_day(actor, form.id, zone=server().zone, days=back)
            if until is None or day <= until
        ),
        questions=tuple(_question(words, f, counted[f.path]) for f in asked),  # type: ignore[arg-type]
        since=since,
        until=until,
    )


def _days_back(since: date | None, until: date | None) -> int:
    """Tell how many days, today included, lie between the chart's first one and now."""
    today = datetime.now(ZoneInfo(server().zone)).date()
    last = max(min(until or today, today), today - timedelta(_FURTHEST))
    first = max(since, last - timedelta(_MOST_DAYS - 1)) if since else last - timedelta(_DAYS - 1)
    return max((today - first).days + 1, 0)


def _question(words: Words, field: Field, counted: Choices) -> QuestionSummary:
    labels = words.choices(field)
    counts = dict(counted.counts)
    # In the workbook's order, where there are few; of a long list only what was chosen, the most frequent first.
    named = labels if field.choice_list else [name for name, _count in counted.counts]
    others = [name for name in counts if name not in labels and field.choice_list]
    return QuestionSummary(
        label=words.label(field),
        name=field.name,
        is_multiple=field.control == "select",
        answered=counted.answered,
        bars=tuple(
            Bar(labels.get(name, name), counts.get(name, 0), counts.get(name, 0) / max(counted.answered, 1))
            for name in [*named, *others]
        ),
    )


def _day(name: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(request.args.get(name, ""))
    return None


def _current(form: Form) -> tuple[Words, Layout]:
    version = catalogue.current(form)
    words = Words(version)
    return words, answers.layout(form.id, version.id, words.schema)


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/downloads", may=Permission.SUBMISSION_READ)
def downloads(actor: Actor, project: Project, form: Form) -> DownloadsPage:
    """Say what can be taken away, and what is left out."""
    _demand_downloads(actor)
    words, layout = _current(form)
    return DownloadsPage(
        project=head(actor, project),
        form=form_head(actor, form),
        tables=tuple(
            TableLine(
                name=_table_name(form, repeat),
                label=words.label(words.schema.by_path[repeat]) if repeat else words.version.name,
                rows=answers.count_rows(actor, layout, repeat),
                columns=len(_headings(actor, words, layout, repeat)),
            )
            for repeat in layout.levels
        ),
        left_out=tuple(words.label(f) for f in _left_out(actor, words)),
        files=keeping.count_files(actor, form),
        may_hand_over=access.can(
            actor,
            Permission.IDENTITY_EXPORT_REQUEST,
            Permission.IDENTITY_EXPORT_APPROVE,
            project_id=project.id,
            form_id=form.id,
        ),
    )


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/download", may=Permission.SUBMISSION_READ)
def download(actor: Actor, project: Project, form: Form) -> Response:
    """Give the answers as an Excel workbook, as one CSV file, or as all of them in a ZIP.

    Of the submissions that the address filters, as the table's does. What is above the clearance that the role has for
    downloads is left out; the workbook and the ZIP say so.
    """
    _demand_downloads(actor)
    words, layout = _current(form)
    kind = request.args.get("format", "")
    response = _spooled(actor, form, words, layout, kind)
    audit.record(actor, "form.submission.export", actee_id=form.actee_id, details={"format": kind})
    keeping.took(actor, form, words.schema, details={"format": kind}, vault=server().vault)
    return response


def _spooled(actor: Actor, form: Form, words: Words, layout: Layout, kind: str) -> Response:
    shown = listing.read(actor, words, request.args)
    if shown.problem:
        raise UnexpectedValue(field=_("the filter"), value=None, reason=shown.problem.rstrip("."))
    where = shown.where
    if kind == "xlsx":
        blocks = exports.workbook(_tables(actor, words, layout, where), server().zone)
        return spooled(blocks, exports.XLSX, f"{form.xml_form_id}.xlsx")
    if kind == "zip":
        files = ((f"{_table_name(form, r)}.csv", _csv(actor, words, layout, r, where)) for r in layout.levels)
        return spooled(exports.archive(chain(files, _note(actor, words))), "application/zip", f"{form.xml_form_id}.zip")
    wanted = next(
        (r for r in layout.levels if _table_name(form, r) == request.args.get("table", form.xml_form_id)), None
    )
    if kind != "csv" or wanted is None:
        raise NotFound
    return spooled(_csv(actor, words, layout, wanted, where), "text/csv", f"{_table_name(form, wanted)}.csv")


def _table_name(form: Form, repeat: str) -> str:
    return f"{form.xml_form_id}{repeat.replace('/', '-')}"


def _demand_downloads(actor: Actor) -> None:
    if actor.take.clearance == Clearance.NONE:
        raise InsufficientRights


def _left_out(actor: Actor, words: Words) -> list[Field]:
    """List the questions whose answers a download does not have."""
    return [f for f in words.schema.leaves if not policy.lies_open(f.privacy, actor.take.clearance)]


def _note(actor: Actor, words: Words) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give the file that says what was left out of the others, where anything was."""
    if missing := _left_out(actor, words):
        lines = [_("Left out, because your role does not take it away:"), *(f"- {words.label(f)}" for f in missing)]
        yield _("left-out.txt"), iter(("\r\n".join(lines).encode(),))


def _headings(actor: Actor, words: Words, layout: Layout, repeat: str) -> list[Heading]:
    """List the columns of a download: everything that the role takes away."""
    missing = {f.path for f in _left_out(actor, words)}
    return [h for h in answers.columns(layout, repeat) if h.path not in missing]


def _csv(actor: Actor, words: Words, layout: Layout, repeat: str, where: Filter) -> Iterator[bytes]:
    headings = _headings(actor, words, layout, repeat)
    # At once: when the blocks leave, the request is over.
    blocks = answers.copy(actor, layout, headings, repeat=repeat, where=where, neutral=True, zone=server().zone)
    # A byte order mark: Excel takes a CSV file without one for another encoding.
    return chain((b"\xef\xbb\xbf",), blocks)


def _tables(actor: Actor, words: Words, layout: Layout, where: Filter) -> Iterator[Table]:
    """Give a workbook's sheets: the form, its repeats, and what the columns are."""
    spoken = door.language()
    described = []
    for repeat in layout.levels:
        headings = _headings(actor, words, layout, repeat)
        name = words.schema.by_path[repeat].name if repeat else words.version.name
        labels = [h.label(spoken, words.schema.default_language) for h in headings]
        fields = [words.schema.by_path.get(h.path) for h in headings]
        rows = answers.stream(actor, layout, headings, repeat=repeat, where=where)
        yield Table(name, labels, ([_cell(words, f, v) for f, v in zip(fields, row, strict=True)] for row in rows))
        described += [(name, label, h.name) for label, h in zip(labels, headings, strict=True)]
    yield Table(_("columns"), (_("Sheet"), _("Column"), _("Name in the form")), described)
    if missing := _left_out(actor, words):
        yield Table(
            _("left out"),
            (_("Left out, because your role does not take it away"),),
            [(words.label(f),) for f in missing],
        )


def _cell(words: Words, field: Field | None, value: Any) -> Any:
    """Write the labels of choices; anything else stays what it is."""
    if field is None or not isinstance(value, str) or not (field.choice_list or field.choices_file):
        return value
    return words.text(field, value)
