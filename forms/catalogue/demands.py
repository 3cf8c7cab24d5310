"""What published forms ask of the app that fills them, as far as the form and the app's version tell it for certain.

A form that makes or changes entities names the version of the specification that it follows (ODK entities
specification, "2025.1.0"), and ODK Collect refuses one that it does not know when the form is opened. Both are numbered
by the year, so a Collect of an earlier year than the specification cannot know it. Whether one of the same year does
cannot be told from the numbers, and is not.
"""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select, text

from forms import workbook
from forms.db import db
from forms.models import Form, FormVersion, Project


@dataclass(frozen=True)
class Demand:
    """A form that no Collect of a year before `year` knows whole, and the app users who may fill it."""

    form_id: int
    title: str
    year: int
    app_users: frozenset[int]


_WHO_FILLS = text(
    """
    select forms.id, field_keys.actor_id
    from forms
    join field_keys on field_keys.project_id = forms.project_id
    where forms.id = any(:forms) and exists (
        select from assignments join roles on roles.id = assignments.role_id
        where assignments.actor_id = field_keys.actor_id and roles.verbs && array['form.read', 'open_form.read']
          and (assignments.project_id is null or assignments.project_id = forms.project_id)
          and (assignments.form_id is null or assignments.form_id = forms.id)
          and (roles.cases or not forms.has_cases)
    )
    """
)


def demands(found: Project) -> list[Demand]:
    """List the forms that a project's phones get now and that ask for a Collect of some year, by title."""
    rows = select(Form.id, Form.xml_form_id, FormVersion.id.label("version_id"), FormVersion.name, FormVersion.sha256)
    rows = rows.join(FormVersion, FormVersion.id == Form.current_id)
    rows = rows.where(Form.project_id == found.id, Form.deleted_at.is_(None), Form.state == "open")
    years = {
        row.id: (row.name or row.xml_form_id, int(version.partition(".")[0]))
        for row in db.session.execute(rows.order_by(FormVersion.name, Form.xml_form_id))
        if (version := _entities_version(row.version_id, row.sha256))
    }
    if not years:
        return []
    fill: dict[int, set[int]] = {form_id: set() for form_id in years}
    for form_id, app_user in db.session.execute(_WHO_FILLS, {"forms": list(years)}):
        fill[form_id].add(app_user)
    return [Demand(form_id, title, year, frozenset(fill[form_id])) for form_id, (title, year) in years.items()]


@lru_cache(maxsize=256)
def _entities_version(version_id: int, _sha256: str) -> str:
    """Read it out of the stored XForm, once: that never changes. By its hash too, as ids begin anew elsewhere."""
    stored = select(FormVersion.xform).where(FormVersion.id == version_id)
    return workbook.entities_version(db.session.execute(stored).scalar_one())
