"""What a project's figures can count: the schemas of its published forms and the lists that they choose from."""

from sqlalchemy import select

from forms import workbook
from forms.catalogue.lists import blobs_of_lists, columns_of
from forms.catalogue.versions import schema
from forms.db import db
from forms.models import Form, FormVersion, Project
from forms.schema import Schema
from forms.views import Checked, Sources, check
from forms.workbook import ViewsSheet


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
) -> tuple[workbook.Finding, ...]:
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
