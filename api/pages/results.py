"""How to take the submissions of a form away."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from api import exports
from api.endpoint import server, spooled
from api.exports import Table
from api.pages import door, listing
from api.pages.contexts import DownloadsPage, TableLine
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.words import Words
from forms import access, answers, audit, catalogue, policy
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import Filter, Heading, Layout
from forms.models import Form, Project
from forms.policy import Clearance
from forms.problems import InsufficientRights, NotFound, UnexpectedValue
from forms.schema import Field


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
