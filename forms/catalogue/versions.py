"""Forms and their versions, looked up: which one stands for a form, and to whom. Nothing is written here."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func, select

from forms import access
from forms.access import Actor, Permission
from forms.catalogue.projects import project
from forms.db import db, run
from forms.models import Blob, Form, FormVersion, Project
from forms.problems import NotFound
from forms.schema import Schema


def form(found: Project, xml_form_id: str) -> Form:
    """Find a live form of a project by its form id, in its exact letter case; NotFound otherwise."""
    row = db.session.execute(
        select(Form).where(Form.project_id == found.id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def list_forms(actor: Actor, found: Project) -> list[tuple[Form, FormVersion]]:
    """List the forms of a project that an actor may read, with the version that stands for each, by name.

    Forms that were never published are for whoever may change them, closed ones for whoever may read all forms
    (ODK Central API, forms, 7.2). Those with identity are left out on a line that is overheard.
    """
    shown = select(Form, FormVersion).join(FormVersion, FormVersion.id == func.coalesce(Form.current_id, Form.draft_id))
    shown = shown.where(Form.project_id == found.id, Form.deleted_at.is_(None))
    if actor.is_overheard:
        shown = shown.where(~Form.has_identity)
    rows = [(f, v) for f, v in db.session.execute(shown.order_by(FormVersion.name, Form.xml_form_id))]
    held = access.on_forms(actor, found.id, [form for form, _ in rows])
    return [(form, version) for form, version in rows if _is_listed(form, held[form.id][1])]


def _is_listed(form: Form, held: frozenset[str]) -> bool:
    if Permission.FORM_UPDATE in held:
        return True
    return form.current_id is not None and (
        Permission.FORM_READ in held or (Permission.OPEN_FORM_READ in held and form.state != "closed")
    )


@dataclass(frozen=True)
class Listed:
    """A form as a phone sees it in the form list."""

    xml_form_id: str
    name: str
    version: str
    md5: str
    has_attachments: bool


_FOR_PHONE = """
    with held as materialized (
        select assignments.project_id, assignments.form_id, roles.cases
        from assignments join roles on roles.id = assignments.role_id
        where assignments.actor_id = %(actor)s and roles.verbs && array['form.read', 'open_form.read']
    )
    select forms.xml_form_id, form_versions.name, form_versions.version, form_versions.md5,
           exists (select from form_attachments where form_attachments.version_id = form_versions.id)
    from forms
    join projects on projects.id = forms.project_id and projects.deleted_at is null
    join form_versions on form_versions.id = forms.current_id
    where forms.project_id = %(project)s and forms.deleted_at is null and forms.state = 'open'
      and (%(form_id)s::text is null or forms.xml_form_id = %(form_id)s)
      and not (%(overheard)s and forms.has_identity)
      and exists (
          select from held where (held.project_id is null or held.project_id = forms.project_id)
                             and (held.form_id is null or held.form_id = forms.id)
                             and (held.cases or not forms.has_cases)
      )
    order by form_versions.name, forms.xml_form_id
    """


def list_for_phone(actor: Actor, project_id: int, form_id: str | None = None) -> list[Listed]:
    """List the open published forms that an actor may fill, by name (ODK Central API, OpenRosa specifics).

    Every phone asks for it every quarter of an hour. On a line that is overheard, forms with identity are not in it:
    what a phone cannot get there, nobody fills in vain. NotFound where there is no such project.
    """
    values = {"actor": actor.id, "project": project_id, "form_id": form_id, "overheard": actor.is_overheard}
    rows = run(_FOR_PHONE, values).fetchall()
    if not rows:
        project(project_id)
    return [Listed(*row) for row in rows]


def titles_with_identity(found: Project) -> list[str]:
    """List the titles of a project's published forms that ask for identity."""
    rows = select(FormVersion.name, Form.xml_form_id).join(Form, Form.current_id == FormVersion.id)
    rows = rows.where(Form.project_id == found.id, Form.deleted_at.is_(None), Form.has_identity)
    return [name or form_id for name, form_id in db.session.execute(rows.order_by(FormVersion.name, Form.xml_form_id))]


def current(found: Form) -> FormVersion:
    """Give the published version; NotFound where there is none."""
    return _version(found.current_id)


def draft(found: Form) -> FormVersion:
    """Give the draft; NotFound where there is none."""
    return _version(found.draft_id)


def represented(actor: Actor, found: Form) -> FormVersion:
    """Give the version that stands for the form to this actor: the published one, else the draft.

    A draft is only for whoever may change the form, a closed form only for whoever may read all forms:
    InsufficientRights otherwise (ODK Central API, forms, 7.2).
    """
    if found.current_id is None:
        access.demand(actor, Permission.FORM_UPDATE, project_id=found.project_id, form_id=found.id)
        return draft(found)
    demand_open(actor, found)
    return current(found)


def demand_open(actor: Actor, found: Form) -> None:
    """Raise InsufficientRights where the form is closed and the actor may not read closed ones."""
    if found.state == "closed":
        access.demand(actor, Permission.FORM_READ, project_id=found.project_id, form_id=found.id)


def published(found: Form, version: str) -> FormVersion:
    """Find a published version of a form by its version text ("" where it has none); NotFound otherwise."""
    row = db.session.execute(
        select(FormVersion).where(
            FormVersion.form_id == found.id, FormVersion.version == version, FormVersion.published_at.is_not(None)
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def list_versions(found: Form) -> list[FormVersion]:
    """List the published versions, the newest first."""
    rows = select(FormVersion).where(FormVersion.form_id == found.id, FormVersion.published_at.is_not(None))
    return list(db.session.execute(rows.order_by(FormVersion.published_at.desc(), FormVersion.id.desc())).scalars())


def _version(version_id: int | None) -> FormVersion:
    row = db.session.get(FormVersion, version_id) if version_id is not None else None
    if row is None:
        raise NotFound
    return row


def version(version_id: int) -> FormVersion:
    """Find a definition by its id, such as the one that a submission was filled with."""
    return _version(version_id)


def xform(version: FormVersion) -> bytes:
    """Give the stored bytes of a version's XForm."""
    return db.session.execute(select(FormVersion.xform).where(FormVersion.id == version.id)).scalar_one()


def workbook_of(version: FormVersion) -> Blob:
    """Give the workbook that a version came from; NotFound where it came as an XForm."""
    blob = db.session.get(Blob, version.workbook_id) if version.workbook_id is not None else None
    if blob is None:
        raise NotFound
    return blob


@lru_cache(maxsize=256)
def schema(version_id: int) -> Schema:
    """Give a version's schema. A stored definition never changes, so a process reads it once."""
    return Schema.from_json(
        db.session.execute(select(FormVersion.schema).where(FormVersion.id == version_id)).scalar_one()
    )
