"""A workbook of views alone: a dashboard over a project's forms, with its id and title on the settings sheet."""

from dataclasses import dataclass

from forms.workbook.book import Book, read, survey_by_another_name
from forms.workbook.columns import FORM_ID, FORM_TITLE, Columns
from forms.workbook.findings import Finding, finding, has_errors, in_order, refusal
from forms.workbook.settings import MAX_FORM_ID, is_usable_id
from forms.workbook.views_sheet import VIEWS, ViewsSheet, read_views

_DEFAULT_LANGUAGE = ("default_language",)


@dataclass(frozen=True)
class DashboardBook:
    """A dashboard as its workbook says it; `titles` are the sheets in their order, for sorting what is found."""

    slug: str
    title: str
    default_language: str
    views: ViewsSheet
    findings: tuple[Finding, ...]
    titles: tuple[str, ...]


def is_dashboard(data: bytes) -> bool:
    """Tell whether a workbook has views and asks nothing; raises InvalidWorkbook where it is none.

    One whose survey sheet only has another title is a form, and is told so as a form.
    """
    book = _read(data)
    return VIEWS in book.sheets and "survey" not in book.sheets and survey_by_another_name(data, book) is None


def read_dashboard(data: bytes) -> DashboardBook:
    """Read a dashboard's workbook.

    Raises:
        InvalidWorkbook: its settings or headings have errors; the rows are for `views.check`.
    """
    book = _read(data)
    views, found = read_views(book.sheets[VIEWS])
    findings = [*book.findings, *found]
    settings = Columns("settings", book.sheets["settings"]) if "settings" in book.sheets else None
    first = settings.sheet.rows[0] if settings is not None and settings.sheet.rows else {}
    slug, title, language = (
        settings.cell(first, meaning) if settings is not None else ""
        for meaning in (FORM_ID, FORM_TITLE, _DEFAULT_LANGUAGE)
    )
    where = settings.sheet.place(2) if settings is not None else book.sheets[VIEWS].place()
    if not slug or not title:
        findings.append(finding("dashboard-without-settings", where))
    elif len(slug) > MAX_FORM_ID:
        findings.append(finding("form-id-too-long", where, length=len(slug), limit=MAX_FORM_ID))
    elif not is_usable_id(slug):
        findings.append(finding("form-id-invalid", where, value=slug))
    if has_errors(findings):
        raise refusal(in_order(findings, book.titles))
    return DashboardBook(slug, title, language, views, tuple(findings), book.titles)


def _read(data: bytes) -> Book:
    return read(data, {"survey", "settings", VIEWS}, "survey")
