"""Boards: the views of a form's workbook, of a dashboard's, or those that a form without views has by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from sqlalchemy import select

from forms import access, answers, audit, catalogue, views, workbook
from forms.access import Actor, Reach
from forms.answers import Layout
from forms.catalogue import Upload
from forms.db import db
from forms.figures.labels import Labels, list_labels
from forms.figures.results import Choice, OfferedFilter
from forms.models import Blob, Dashboard, Form, Project
from forms.policy import DIMENSIONS
from forms.problems import NotFound
from forms.schema import Schema, Texts
from forms.vault import Vault
from forms.views import Section, Sources, View, automatic
from forms.workbook import Finding, ViewsSheet

#: The most choices that a filter offers, and the most filters that a page has: more are not chosen from.
_MOST_CHOICES: Final = 60
_MOST_FILTERS: Final = 8


@dataclass(frozen=True)
class BoardLine:
    """A board as a list shows it."""

    title: str
    form_id: str | None
    slug: str | None
    views: int
    is_automatic: bool = False


@dataclass(frozen=True, eq=False)
class Board:
    """Sections of views over the forms of a project, and all that computing them needs.

    `findings` say which rows fit the forms no longer; they are not among the sections. `key` tells one state of the
    definitions from another, `stamps` are for `remembered`. It serves one request.
    """

    project: Project
    title: str
    form: Form | None
    slug: str | None
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]
    default_language: str
    is_automatic: bool
    zone: str
    sources: Sources
    forms: Mapping[str, Form]
    files: Mapping[str, int | None]
    key: tuple[object, ...]
    stamps: dict[tuple[int, ...], int] = field(default_factory=dict, repr=False)
    _reaches: dict[tuple[Actor, int], Reach | None] = field(default_factory=dict, repr=False)
    _layouts: dict[str, Layout] = field(default_factory=dict, repr=False)

    @property
    def form_id(self) -> str | None:
        """The id of the form whose board it is."""
        return self.form.xml_form_id if self.form is not None else None

    @property
    def views(self) -> tuple[View, ...]:
        """All views, in the order of the sheet."""
        return tuple(view for section in self.sections for view in section.views)

    def view(self, name: str) -> View:
        """Find a view by its name; NotFound otherwise."""
        for view in self.views:
            if view.name == name:
                return view
        raise NotFound

    def reach(self, actor: Actor, form: Form) -> Reach | None:
        """Tell how far an actor's figures of a form go, looked up once."""
        asked = (actor, form.id)
        if asked not in self._reaches:
            self._reaches[asked] = access.reach(actor, self.project.id, form)
        return self._reaches[asked]

    @cached_property
    def labels(self) -> Labels:
        """The labels of what its views count and show."""
        return Labels(self.sources, lambda name: list_labels(self.files.get(name)))

    def schema(self, form_id: str) -> Schema:
        """Give the schema by which a form is counted."""
        return self.sources.forms[form_id]

    def layout(self, form_id: str) -> Layout:
        """Give where a form keeps its answers."""
        if form_id not in self._layouts:
            form = self.forms[form_id]
            version = catalogue.current(form)
            self._layouts[form_id] = answers.layout(form.id, version.id, self.schema(form_id))
        return self._layouts[form_id]

    @cached_property
    def filters(self) -> tuple[OfferedFilter, ...]:
        """What the page's filter bar offers: the dimensions of the forms, then the questions that views group by."""
        counted = {v.source.form_id for v in self.views} | {
            # Links of records are not narrowed by the page's filters, as what they begin at is.
            form_id
            for v in self.views
            if v.source.kind == "list"
            for form_id in v.linked
        }
        schemas = [self.schema(form_id) for form_id in sorted(counted) if form_id in self.sources.forms]
        found = [
            OfferedFilter("scope", name, {}, offered)
            for name in DIMENSIONS
            if any(name in s.dimensions for s in schemas) and (offered := self._values(name, schemas))
        ]
        asked: dict[str, OfferedFilter] = {}
        for view in self.views:
            for value in view.by:
                for reference in views.own_references(value.node):
                    target = reference.target
                    if target.field is None or target.field.scope or target.name in asked or not target.choices:
                        continue
                    if len(target.choices) <= _MOST_CHOICES:
                        choices = self.schema(view.source.form_id).choices[target.field.choice_list]
                        offered = tuple(Choice(c.name, c.labels) for c in choices)
                        asked[target.name] = OfferedFilter("answer", target.name, target.field.labels, offered)
        return (*found, *asked.values())[:_MOST_FILTERS]

    def _values(self, dimension: str, schemas: list[Schema]) -> tuple[Choice, ...]:
        found: dict[str, Texts] = {}
        for schema in schemas:
            for leaf in schema.leaves:
                if leaf.scope != dimension:
                    continue
                if leaf.choices_file:
                    found |= list_labels(self.files.get(views.list_name(leaf.choices_file)))
                else:
                    found |= {c.name: c.labels for c in schema.choices.get(leaf.choice_list, ())}
        found = found or list_labels(self.files.get(dimension))
        return tuple(Choice(value, labels) for value, labels in found.items())


def boards(actor: Actor, project: Project) -> list[BoardLine]:
    """List the boards of a project: dashboards first, then the forms of which the actor may see figures."""
    lines = [
        BoardLine(row.title, None, row.slug, sum(1 for r in row.views["rows"] if _is_view(r["cells"])))
        for row in dashboards(project)
    ]
    for form, version in catalogue.list_forms(actor, project):
        if form.current_id is None or access.reach(actor, project.id, form) is None:
            continue
        sheet = catalogue.views_of(version)
        count = sum(1 for row in sheet.rows if _is_view(row.cells)) if sheet is not None else 0
        lines.append(BoardLine(version.name or form.xml_form_id, form.xml_form_id, None, count, is_automatic=not count))
    return lines


def _is_view(cells: Mapping[str, str]) -> bool:
    kind = cells.get("type", "").lower()
    return bool(kind) and kind != "fact" and "section" not in kind


@dataclass(frozen=True)
class _Opened:
    """A views sheet with what it belongs to: a form, or the dashboard of that row."""

    sheet: ViewsSheet
    title: str
    default_language: str
    form: Form | None = None
    dashboard: Dashboard | None = None
    is_automatic: bool = False


def board_of_form(actor: Actor, form: Form, *, zone: str = "Asia/Pontianak") -> Board:
    """Open a form's board; NotFound where it was never published or the actor may see nothing of it."""
    project = db.session.get_one(Project, form.project_id)
    if access.reach(actor, project.id, form) is None:
        raise NotFound
    version = catalogue.current(form)
    schema = catalogue.schema(version.id)
    sheet = catalogue.views_of(version)
    if sheet is None or not any(_is_view(row.cells) for row in sheet.rows):
        sheet, is_automatic = automatic(schema), True
    else:
        is_automatic = False
    title = version.name or form.xml_form_id
    opened = _Opened(sheet, title, schema.default_language, form=form, is_automatic=is_automatic)
    return _board(project, opened, catalogue.sources(project, own=schema, own_form=form), zone)


def board(actor: Actor, project: Project, slug: str, *, zone: str = "Asia/Pontianak") -> Board:
    """Open a dashboard; NotFound where there is none of this name, or the actor may see nothing of any form."""
    row = dashboard(project, slug)
    opened = _Opened(ViewsSheet.from_json(row.views), row.title, row.default_language, dashboard=row)
    found = _board(project, opened, catalogue.sources(project), zone)
    if all(access.reach(actor, project.id, form) is None for form in found.forms.values()):
        raise NotFound
    return found


def _board(project: Project, opened: _Opened, sources: Sources, zone: str) -> Board:
    checked = views.check(opened.sheet, sources)
    live = select(Form).where(Form.project_id == project.id, Form.deleted_at.is_(None), Form.current_id.is_not(None))
    forms = {f.xml_form_id: f for f in db.session.execute(live).scalars()}
    files = catalogue.blobs_of_lists(project, opened.form)
    key = (
        project.id,
        opened.form.id if opened.form is not None else None,
        opened.dashboard.id if opened.dashboard is not None else None,
        tuple(sorted((f.id, f.current_id) for f in forms.values())),
        tuple(sorted((name, blob) for name, blob in files.items() if blob is not None)),
    )
    return Board(
        project=project,
        title=opened.title,
        form=opened.form,
        slug=opened.dashboard.slug if opened.dashboard is not None else None,
        sections=checked.sections,
        findings=checked.findings,
        default_language=opened.default_language,
        is_automatic=opened.is_automatic,
        zone=zone,
        sources=sources,
        forms=forms,
        files=files,
        key=key,
    )


def dashboards(project: Project) -> list[Dashboard]:
    """List a project's dashboards by title."""
    rows = select(Dashboard).where(Dashboard.project_id == project.id, Dashboard.replaced_at.is_(None))
    return list(db.session.execute(rows.order_by(Dashboard.title, Dashboard.slug)).scalars())


def dashboard(project: Project, slug: str) -> Dashboard:
    """Find a project's dashboard by its name; NotFound otherwise."""
    row = db.session.execute(
        select(Dashboard).where(
            Dashboard.project_id == project.id, Dashboard.slug == slug, Dashboard.replaced_at.is_(None)
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def workbook_of(project: Project, slug: str) -> tuple[Blob, str]:
    """Give the workbook that a dashboard came from, and "xlsx" or "xls"; NotFound where there is none of this name."""
    row = dashboard(project, slug)
    return db.session.get_one(Blob, row.workbook_id), row.workbook_type


def save_dashboard(actor: Actor, project: Project, upload: Upload, *, vault: Vault) -> str:
    """Keep a dashboard's workbook, in place of the one of the same id; give that id.

    Raises:
        InvalidWorkbook: a row or a setting is wrong; `details["findings"]` holds them all with their cells.
    """
    book = workbook.read_dashboard(upload.data)
    checked = views.check(book.views, catalogue.sources(project))
    if checked.has_errors:
        raise workbook.refusal(workbook.in_order((*book.findings, *checked.findings), book.titles))
    blob = vault.keep(project.id, upload.data)
    _replace(project, book.slug)
    db.session.add(
        Dashboard(
            project_id=project.id,
            slug=book.slug,
            title=book.title,
            views=book.views.to_json(),
            default_language=book.default_language,
            workbook_id=blob.id,
            workbook_type=upload.workbook_type,
            created_by=actor.id,
        )
    )
    db.session.flush()
    audit.record(actor, "dashboard.set", actee_id=project.actee_id, details={"slug": book.slug})
    return book.slug


def delete_dashboard(actor: Actor, project: Project, slug: str) -> None:
    """Take a dashboard off the project; its workbook is kept. NotFound where there is none of this name."""
    dashboard(project, slug)
    _replace(project, slug)
    audit.record(actor, "dashboard.delete", actee_id=project.actee_id, details={"slug": slug})


def _replace(project: Project, slug: str) -> None:
    try:
        dashboard(project, slug).replaced_at = datetime.now(UTC)
    except NotFound:
        return
    db.session.flush()
