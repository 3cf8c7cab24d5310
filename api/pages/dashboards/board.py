"""Dashboards: the list of them, one with its figures, one figure by itself, and both as files."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _

from api import exports
from api.endpoint import AUTHENTICATED, server, spooled
from api.pages.contexts import (
    BehindLine,
    BoardLine,
    BoardSection,
    DashboardPage,
    DashboardsPage,
    FigurePage,
    RecordsBehindPage,
)
from api.pages.dashboards import files, filtering, showing, words
from api.pages.dashboards.meaning import Meaning
from api.pages.dashboards.opening import Opened, demand_reader, open_board, sections
from api.pages.door import pages, say
from api.pages.forms import finding_lines
from api.pages.projects import head
from forms import catalogue, figures, views
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.figures import Figure
from forms.models import Form, Project
from forms.problems import NotFound
from forms.views import View
from forms.workbook.views_sheet import COLUMNS, TRANSLATED

_PROJECT = "/projects/<project_id>/dashboards/<slug>"
_FORM = "/projects/<project_id>/forms/<xml_form_id>/dashboard"
_SVG = "image/svg+xml"
#: How many records a page of those behind a number lists.
_PAGE = 50


@pages.on("GET", "/projects/<project_id>/dashboards", may=AUTHENTICATED)
def dashboards(actor: Actor, project: Project) -> DashboardsPage:
    """List the dashboards of a project and of its forms, to whoever may read any of its records."""
    demand_reader(actor, project)
    return DashboardsPage(head(actor, project), tuple(_line(project, line) for line in figures.boards(actor, project)))


def _line(project: Project, line: figures.BoardLine) -> BoardLine:
    if line.form_id is not None:
        address = url_for("pages.form_dashboard", project_id=project.id, xml_form_id=line.form_id)
    else:
        address = url_for("pages.dashboard", project_id=project.id, slug=line.slug)
    return BoardLine(line.title, address, line.views, line.is_automatic, line.form_id or "", line.slug or "")


@pages.on("GET", _PROJECT, may=AUTHENTICATED)
def dashboard(actor: Actor, project: Project, slug: str) -> DashboardPage:
    """Show a dashboard over a project's forms: each figure as far as the reader may see it."""
    return _page(open_board(actor, project, None, slug))


@pages.on("GET", _FORM, may=AUTHENTICATED)
def form_dashboard(actor: Actor, project: Project, form: Form) -> DashboardPage:
    """Show a form's figures: those of its workbook, or made from its questions."""
    return _page(open_board(actor, project, form, None))


def _page(opened: Opened) -> DashboardPage:
    computed = list(sections(opened))
    speech = opened.speech
    shown = tuple(
        BoardSection(
            title=speech.text(section.row.labels) if section.row is not None else "",
            hint=speech.text(section.row.hints) if section.row is not None else "",
            figures=tuple(showing.card(figure, opened.place) for figure in found),
        )
        for section, found in computed
    )
    project = head(opened.actor, opened.project)
    page = DashboardPage(
        project=project,
        board=opened.head(),
        bar=opened.bar(),
        sections=shown,
        findings=finding_lines(opened.board.findings) if project.may_manage else (),
        as_of=datetime.now(UTC),
    )
    opened.log_lists(figure for _section, found in computed for figure in found)
    return page


@pages.on("GET", f"{_FORM}/views/<view>", may=AUTHENTICATED)
@pages.on("GET", f"{_PROJECT}/views/<view>", may=AUTHENTICATED)
def figure(actor: Actor, project: Project, view: str, form: Form | None = None, slug: str | None = None) -> FigurePage:
    """Show one figure with its table, its drawing, and what it counts."""
    opened, found = _computed(actor, project, form, slug, view)
    page = FigurePage(
        project=head(actor, project),
        board=opened.head(),
        bar=opened.bar(opened.place.of(found.view.name)),
        figure=showing.card(found, opened.place),
    )
    opened.log_lists([found])
    return page


def _computed(actor: Actor, project: Project, form: Form | None, slug: str | None, name: str) -> tuple[Opened, Figure]:
    opened = open_board(actor, project, form, slug)
    return opened, opened.figure(opened.board.view(name))


def _as_file(opened: Opened, taken: list[Figure], data: bytes, mimetype: str, ending: str) -> Response:
    """Give a file, and tell the access log of it where small numbers of people are in it."""
    name = taken[0].view.name if len(taken) == 1 else (opened.board.slug or opened.board.form_id or "")
    opened.log_files(taken, ending)
    return spooled(iter((data,)), mimetype, f"{name}.{ending}")


def _to_take(actor: Actor, project: Project, form: Form | None, slug: str | None, name: str) -> tuple[Opened, Figure]:
    """Compute a figure that leaves as a file; what cannot be shown is refused, and a work list is no file."""
    opened, found = _computed(actor, project, form, slug, name)
    if found.problem is not None:
        raise found.problem
    if not files.is_file(found):
        raise NotFound
    return opened, found


@pages.on("GET", f"{_FORM}/views/<view>.csv", may=AUTHENTICATED)
@pages.on("GET", f"{_PROJECT}/views/<view>.csv", may=AUTHENTICATED)
def figure_csv(
    actor: Actor, project: Project, view: str, form: Form | None = None, slug: str | None = None
) -> Response:
    """Give a figure's table as CSV."""
    opened, found = _to_take(actor, project, form, slug, view)
    return _as_file(opened, [found], files.as_csv(found, opened.about()), "text/csv", "csv")


@pages.on("GET", f"{_FORM}/views/<view>.xlsx", may=AUTHENTICATED)
@pages.on("GET", f"{_PROJECT}/views/<view>.xlsx", may=AUTHENTICATED)
def figure_xlsx(
    actor: Actor, project: Project, view: str, form: Form | None = None, slug: str | None = None
) -> Response:
    """Give a figure's table as an Excel workbook with a chart."""
    opened, found = _to_take(actor, project, form, slug, view)
    return _as_file(opened, [found], files.one(found, opened.about()), exports.XLSX, "xlsx")


@pages.on("GET", f"{_FORM}/views/<view>.svg", may=AUTHENTICATED)
@pages.on("GET", f"{_PROJECT}/views/<view>.svg", may=AUTHENTICATED)
def figure_svg(
    actor: Actor, project: Project, view: str, form: Form | None = None, slug: str | None = None
) -> Response:
    """Give a figure's drawing; NotFound for one that has none."""
    opened, found = _to_take(actor, project, form, slug, view)
    drawing = showing.card(found, opened.place).drawing
    if drawing is None:
        raise NotFound
    return _as_file(opened, [found], drawing.encode(), _SVG, "svg")


@pages.on("GET", f"{_FORM}/report.xlsx", may=AUTHENTICATED)
@pages.on("GET", f"{_PROJECT}/report.xlsx", may=AUTHENTICATED)
def report(actor: Actor, project: Project, form: Form | None = None, slug: str | None = None) -> Response:
    """Give a whole dashboard as an Excel report with native charts."""
    opened = open_board(actor, project, form, slug)
    taken = [
        (opened.speech.text(section.row.labels) if section.row is not None else "", found)
        for section, computed in sections(opened)
        for found in computed
        if files.is_file(found)
    ]
    data = files.report(taken, opened.about())
    opened.log_files([found for _section, found in taken], "xlsx")
    return spooled(iter((data,)), exports.XLSX, f"{opened.board.slug or opened.board.form_id}.xlsx")


@pages.on("GET", f"{_FORM}/views/<view>/records", may=AUTHENTICATED)
@pages.on("GET", f"{_PROJECT}/views/<view>/records", may=AUTHENTICATED)
def figure_records(
    actor: Actor, project: Project, view: str, form: Form | None = None, slug: str | None = None
) -> RecordsBehindPage:
    """List the records behind a number to whoever may see them one by one; `row` and `column` name its groups.

    `value` is the number of the value that it is, where that counts not all of them.
    """
    opened = open_board(actor, project, form, slug)
    found = opened.board.view(view)
    there, counted = opened.demand_records(found)
    group = {n: request.args[name] or None for n, name in enumerate(showing.GROUPINGS) if name in request.args}
    offset = _whole_number(request.args.get("start", "")) or 0
    value = _whole_number(request.args.get(showing.COUNTED, ""))
    behind = figures.behind(
        actor, opened.board, found, opened.asked.filters, group, value=value, offset=offset, limit=_PAGE
    )

    def page_at(first: int) -> str:
        named = showing.in_query(group, value)
        return opened.asked.address(opened.place.of(found.name, "/records"), start=str(first), **named)

    page = RecordsBehindPage(
        project=head(actor, project),
        board=opened.head(),
        title=opened.speech.title(found),
        figure=opened.asked.address(opened.place.of(found.name)),
        group=(*_group_words(opened, found, group), *_counted_words(opened, found, value)),
        filter=filtering.said(opened.asked, opened.offered, opened.speech, today=opened.today),
        records=tuple(
            BehindLine(
                address=url_for(
                    "pages.submission", project_id=project.id, xml_form_id=r.form_id, instance_id=r.instance_id
                ),
                name=r.name or r.instance_id,
                form=r.form_id,
                received=r.submitted_at,
            )
            for r in behind.records
        ),
        total=behind.total,
        first=offset + 1,
        before=page_at(max(offset - _PAGE, 0)) if offset else "",
        after=page_at(offset + _PAGE) if offset + _PAGE < behind.total else "",
    )
    keeping.looked(there, counted, opened.board.schema(counted.xml_form_id), vault=server().vault)
    return page


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - some billion


def _group_words(opened: Opened, view: View, group: showing.Group) -> tuple[str, ...]:
    """Say which groups a number is of, as its table does."""
    if not group:
        return ()
    computed = opened.figure(view)
    keys = ([row.key for row in computed.rows if row.key is not None], computed.columns)
    found = [next((key for key in keys[number] if key.value == value), None) for number, value in group.items()]
    return tuple(words.group(key, opened.speech) for key in found if key is not None)


def _counted_words(opened: Opened, view: View, value: int | None) -> tuple[str, ...]:
    """Say which of a group's records a value counts."""
    if value is None:
        return ()
    meaning = Meaning(view, opened.speech, opened.place.labels)
    return tuple(meaning.condition(node) for node in figures.counts_only(view, value))


# What managers do with them.


@pages.on("GET", f"{_PROJECT}/workbook", may=Permission.FORM_UPDATE)
def dashboard_workbook(actor: Actor, project: Project, slug: str) -> Response:
    """Download the workbook that a dashboard came from."""
    blob, kind = figures.workbook_of(project, slug)
    return spooled(server().vault.read(blob), "application/octet-stream", f"{slug}.{kind}")


@pages.on("POST", f"{_PROJECT}/delete", may=Permission.FORM_UPDATE)
def dashboard_delete(actor: Actor, project: Project, slug: str) -> Any:
    """Take a dashboard off the project."""
    figures.delete_dashboard(actor, project, slug)
    say("good", _("The dashboard is gone. Its workbook can be uploaded again."))
    return redirect(url_for("pages.dashboards", project_id=project.id), 303)


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/views-template", may=Permission.FORM_READ)
def views_template(actor: Actor, project: Project, form: Form) -> Response:
    """Give a workbook with the views that a form has by itself, as a beginning for a sheet of one's own."""
    schema = catalogue.schema(catalogue.current(form).id)
    sheet = views.automatic(schema)
    languages = {
        name: sorted({k for r in sheet.rows for k in (r.labels if name == "label" else r.hints)}) for name in TRANSLATED
    }
    translated = [(name, language) for name in TRANSLATED for language in languages[name] or [""]]
    headings = [*COLUMNS[:2], *(f"{n}::{k}" if k else n for n, k in translated), *COLUMNS[2:]]
    rows = [
        [
            *(row.cell(c) for c in COLUMNS[:2]),
            *((row.labels if n == "label" else row.hints).get(k, "") for n, k in translated),
            *(row.cell(c) for c in COLUMNS[2:]),
        ]
        for row in sheet.rows
    ]
    data = exports.workbook([exports.Table("views", headings, rows, to_fill=True)], server().zone)
    return spooled(data, exports.XLSX, f"{form.xml_form_id}-views.xlsx")
