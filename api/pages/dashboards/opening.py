"""A dashboard opened for a request: who reads it, the filter in force, its figures, what is logged of them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from flask import request, url_for

from api.endpoint import server
from api.pages import door
from api.pages.contexts import BoardHead, FilterBar
from api.pages.dashboards import filtering
from api.pages.dashboards.files import About
from api.pages.dashboards.filtering import Asked
from api.pages.dashboards.showing import Place
from api.pages.dashboards.words import Speech
from api.pages.forms import form_head
from api.pages.roles import dimension_name
from forms import access, figures, looks, views
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.figures import Board, Figure, OfferedFilter, sights
from forms.models import Form, Project
from forms.problems import FiguresWithheld, IdentityOverHttp, InsufficientRights, NotFound
from forms.views import View


@dataclass(frozen=True, eq=False)
class Opened:
    """A board, its reader, and what the address asks of it."""

    actor: Actor
    project: Project
    board: Board
    form: Form | None

    @cached_property
    def base(self) -> str:
        """The address of the board's page, without a filter."""
        if self.form is not None:
            return url_for("pages.form_dashboard", project_id=self.project.id, xml_form_id=self.form.xml_form_id)
        return url_for("pages.dashboard", project_id=self.project.id, slug=self.board.slug)

    @cached_property
    def speech(self) -> Speech:
        """The page's language, and the workbook's."""
        return Speech(door.language(), self.board.default_language)

    @cached_property
    def today(self) -> date:
        """The server's day."""
        return datetime.now(ZoneInfo(server().zone)).date()

    @cached_property
    def _suppressed(self) -> list[bool]:
        return [self._is_suppressed(view) for view in self.board.views]

    @property
    def is_fixed(self) -> bool:
        """Whether the reader has small numbers of people hidden in all figures, so that finer filters give nothing."""
        return bool(self._suppressed) and all(self._suppressed)

    def _is_suppressed(self, view: View) -> bool:
        with suppress(FiguresWithheld):
            return sights.standing(self.actor, self.board, view).is_suppressed
        return False

    @cached_property
    def offered(self) -> tuple[OfferedFilter, ...]:
        """The filters that the reader has; dimensions under the names that all pages give them."""
        return tuple(
            OfferedFilter(f.kind, f.name, f.labels or {"": dimension_name(f.name)}, f.choices)
            for f in self.board.filters
            if f.kind == "scope" or not self.is_fixed
        )

    @cached_property
    def asked(self) -> Asked:
        """What the address asks for."""
        return filtering.read(request.args, self.offered, today=self.today, is_fixed=self.is_fixed)

    @cached_property
    def place(self) -> Place:
        """Where its figures stand."""
        return Place(self.project.id, self.base, self.asked, self.speech, self.board.labels)

    def head(self) -> BoardHead:
        """Give what the pages of this board show of it."""
        held = access.verbs(self.actor, project_id=self.project.id, form_id=self.form.id if self.form else None)
        # Whoever gets nothing but figures of a form has no other page of it.
        is_inside = self.form is not None and Permission.SUBMISSION_LIST in held
        return BoardHead(
            title=self.board.title,
            address=self.asked.address(self.base),
            report=self.asked.address(f"{self.base}/report.xlsx"),
            form=form_head(self.actor, self.form) if self.form is not None and is_inside else None,
            is_automatic=self.board.is_automatic,
        )

    def bar(self, address: str = "") -> FilterBar:
        """Give the filter bar of the board's page, or of another page of it."""
        return filtering.bar(
            self.asked,
            address or self.base,
            self.offered,
            self.speech,
            today=self.today,
            is_fixed=self.is_fixed,
            is_coarse=any(self._suppressed),
        )

    def about(self) -> About:
        """Give what a file says of where it comes from."""
        said = filtering.said(self.asked, self.offered, self.speech, today=self.today)
        return About(self.board.title, said, server().zone, self.speech, self.board.labels)

    def figure(self, view: View) -> Figure:
        """Compute one figure under the filter."""
        forms = sights.counted(self.board, view)
        if self.actor.is_overheard and any(form.has_identity for form in forms):
            return Figure(view, problem=IdentityOverHttp(), made_at=datetime.now(UTC))
        return figures.figure(self.actor, self.board, view, self.asked.filters)

    def log_lists(self, shown: Iterable[Figure]) -> None:
        """Tell the access log of the forms whose records work lists show; the last thing before they are shown."""
        forms = {f.view.source.form_id: None for f in shown if f.items and f.view.source.form_id}
        for form_id in forms:
            form = self.board.forms[form_id]
            keeping.looked(self._on(form), form, self.board.schema(form_id), vault=server().vault)

    def log_files(self, taken: Iterable[Figure], kind: str) -> None:
        """Tell the access log of each form of which bare figures of people leave as a file (DOMAIN rule T14)."""
        names: dict[int, list[str]] = {}
        for figure in taken:
            if figure.is_confidential:
                for form in sights.counted(self.board, figure.view):
                    names.setdefault(form.id, []).append(figure.view.name)
        by_id = {form.id: form for form in self.board.forms.values()}
        for form_id, figures_ in names.items():
            place = looks.Place(self.project.id, form_id)
            details = {"figures": figures_, "format": kind}
            looks.record(self._on(by_id[form_id]), "export", place, vault=server().vault, details=details)

    def _on(self, form: Form) -> Actor:
        """Give the reader as they are on a form."""
        return access.at(self.actor, project_id=self.project.id, form_id=form.id)[0]

    def demand_records(self, view: View) -> tuple[Actor, Form]:
        """Give the reader on the form of a view, whose records they may list.

        Raises:
            NotFound: the view is not of records.
            InsufficientRights: they may not list them.
            IdentityOverHttp: the form asks for identity, and others could read along.
        """
        form = self.board.forms.get(view.source.form_id)
        if form is None:
            raise NotFound
        access.demand(self.actor, Permission.SUBMISSION_LIST, project_id=self.project.id, form_id=form.id)
        access.demand_private(self.actor, has_identity=form.has_identity)
        return self._on(form), form


def demand_reader(actor: Actor, project: Project) -> None:
    """Raise InsufficientRights for whoever may read no record in the whole project."""
    if Permission.SUBMISSION_READ not in access.verbs_within(actor, project.id):
        raise InsufficientRights


def open_board(actor: Actor, project: Project, form: Form | None, slug: str | None) -> Opened:
    """Open the board that an address names: of a form, or the project's of that name.

    Raises:
        InsufficientRights: the reader gets no figures of the form, or reads nothing in the project.
        NotFound: there is none of that name, or the form was never published.
    """
    zone = server().zone
    if form is not None:
        if access.reach(actor, project.id, form) is None:
            raise InsufficientRights
        return Opened(actor, project, figures.board_of_form(actor, form, zone=zone), form)
    demand_reader(actor, project)
    return Opened(actor, project, figures.board(actor, project, slug or "", zone=zone), None)


def sections(opened: Opened) -> Iterator[tuple[views.Section, tuple[Figure, ...]]]:
    """Compute a board, section by section."""
    for section in opened.board.sections:
        yield section, tuple(opened.figure(view) for view in section.views)
