"""What a project's figures can count: the schemas of its published forms and the lists that they choose from."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select

from forms import workbook
from forms.catalogue.lists import blobs_of_lists, columns_of
from forms.catalogue.versions import schema
from forms.db import db
from forms.models import Dashboard, Form, FormVersion, Project
from forms.problems import InvalidWorkbook
from forms.schema import Schema
from forms.views import Checked, Sources, check, list_name
from forms.workbook import Finding, ViewsSheet


def sources(project: Project, *, own: Schema | None = None, own_form: Form | None = None) -> Sources:
    """Give what a views sheet of a project may count.

    `own` is the schema of the form whose workbook the sheet is in, in the version that is being judged; the files that
    it asks for count as lists before they are there, and their columns are then not known.
    """
    rows = select(Form.xml_form_id, Form.current_id).where(
        Form.project_id == project.id, Form.deleted_at.is_(None), Form.current_id.is_not(None)
    )
    forms = {form_id: schema(version_id) for form_id, version_id in db.session.execute(rows.order_by(Form.id))}
    if own is not None:
        forms[own.form_id] = own
    files = blobs_of_lists(project, own_form)
    columns = columns_of([blob_id for blob_id in files.values() if blob_id is not None])
    lists: dict[str, tuple[str, ...] | None] = {
        name: columns.get(blob_id) if blob_id is not None else None for name, blob_id in files.items()
    }
    for leaf in own.leaves if own is not None else ():
        if leaf.choices_file.endswith(".csv"):
            lists.setdefault(leaf.choices_file.removesuffix(".csv"), None)
    return Sources(forms, lists, own.form_id if own is not None else "")


def check_views(project: Project, sheet: ViewsSheet, own: Schema, own_form: Form | None) -> Checked:
    """Check a form's views sheet against the project as it is now."""
    return check(sheet, sources(project, own=own, own_form=own_form))


def demand_views(
    project: Project, sheet: ViewsSheet | None, own: Schema, own_form: Form | None, titles: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Check a form's views sheet where it has one, and give what there is to note.

    Raises:
        InvalidWorkbook: a row is wrong; `details["findings"]` holds them all with their cells.
    """
    if sheet is None:
        return ()
    checked = check_views(project, sheet, own, own_form)
    if checked.has_errors:
        raise workbook.refusal(workbook.in_order(checked.findings, titles or (sheet.title,)))
    return checked.findings


def views_of(version: FormVersion) -> ViewsSheet | None:
    """Give the views sheet of a version, None where its workbook had none."""
    return ViewsSheet.from_json(version.views) if version.views is not None else None


def broken_views(project: Project, own: Schema, own_form: Form) -> Iterator[tuple[str, Finding]]:
    """Yield what a new version of a form would break in the figures of the project: the board's title, and the finding.

    `own` is the new version's schema. What is broken already is not said again.
    """
    before, after = sources(project), sources(project, own=own, own_form=own_form)
    for title, form_id, sheet in _sheets(project):
        if form_id == own.form_id:
            # Its own views come with the new workbook, and were checked with it.
            continue
        known = {f.where for f in check(sheet, replace(before, own=form_id)).findings}
        for finding in check(sheet, replace(after, own=form_id)).findings:
            if finding.level == "error" and finding.where not in known:
                yield title, finding


def _sheets(project: Project) -> Iterator[tuple[str, str, ViewsSheet]]:
    """Yield every views sheet of a project with its title and the form that it belongs to, "" for a dashboard."""
    versions = select(Form.xml_form_id, FormVersion).join(FormVersion, FormVersion.id == Form.current_id)
    versions = versions.where(Form.project_id == project.id, Form.deleted_at.is_(None)).order_by(Form.id)
    for form_id, version in db.session.execute(versions):
        sheet = views_of(version)
        if sheet is not None:
            yield version.name or form_id, form_id, sheet
    rows = select(Dashboard).where(Dashboard.project_id == project.id, Dashboard.replaced_at.is_(None))
    for row in db.session.execute(rows.order_by(Dashboard.title)).scalars():
        yield row.title, "", ViewsSheet.from_json(row.views)


def lint(data: bytes, filename: str) -> tuple[Finding, ...]:
    """Give everything that is to be said about a workbook by itself, its views sheet included, errors first.

    What else the project has is not known here: rows that count other forms or lists are looked at no further.
    """
    try:
        if workbook.is_dashboard(data):
            return workbook.read_dashboard(data).findings
        conversion = workbook.convert(data, filename)
    except InvalidWorkbook as problem:
        findings: tuple[Finding, ...] = problem.details["findings"]
        return findings
    if conversion.views is None:
        return conversion.findings
    own = conversion.schema
    lists = {list_name(leaf.choices_file): None for leaf in own.leaves if leaf.choices_file.endswith(".csv")}
    checked = check(conversion.views, Sources({own.form_id: own}, lists, own.form_id))
    said = (f for f in checked.findings if f.code not in _ELSEWHERE)
    return workbook.in_order((*conversion.findings, *said), conversion.sheets)


#: What only a project can say.
_ELSEWHERE = frozenset({"view-of-unknown", "view-target", "expression-link-unknown", "expression-list-unknown"})
