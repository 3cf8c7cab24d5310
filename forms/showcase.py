"""The demo: a programme pack and made-up data in a data folder of its own, through the real submission path.

It goes only into an empty data folder, which it marks, so that nobody takes it for real work nor puts it over real
work. `forms.demo` makes the answers up; this module keeps them.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from forms import access, accounts, catalogue, demo, figures, grants, submissions
from forms.access import SERVER, Actor
from forms.catalogue import Upload
from forms.db import EVERYTHING, as_owner, db, see
from forms.models import Demo, Form, Project
from forms.problems import DataFolderInRealUse
from forms.submissions import Sender
from forms.vault import Vault

EMAIL: Final = "demo@example.org"
PASSWORD: Final = "lentera-demo"  # noqa: S105 - it opens made-up data only
_ZONE = ZoneInfo("Asia/Pontianak")
#: Somebody for each of the programme's roles: address, name, role, the form where it is not the project, their values.
PEOPLE: Final[tuple[tuple[str, str, str, str | None, dict[str, str]], ...]] = (
    ("sambas@example.org", "Koordinator Sambas (contoh)", "district", None, {"kabkota": "61.01"}),
    ("ltsa@example.org", "Petugas LTSA Pontianak (contoh)", "onestop", None, {"kantor": "ltsa_ptk"}),
    ("sosialisasi@example.org", "Tim sosialisasi (contoh)", "outreach", "tppo_sosialisasi", {"kabkota": "61.71"}),
    ("provinsi@example.org", "Koordinator provinsi (contoh)", "province", None, {}),
    ("analis@example.org", "Analis (contoh)", "analyst", None, {}),
    ("auditor@example.org", "Auditor (contoh)", "auditor", None, {}),
)
_REVIEWED = timedelta(days=21)
_PHONES = ("Pos Entikong 1", "Pos Aruk 1", "Tim sosialisasi", "Meja LTSA Pontianak")


def install(operator: Actor, *, vault: Vault, today: date | None = None) -> bool:
    """Make the demo; tell whether it was made now or was there already.

    Raises DataFolderInRealUse where the data folder holds anything else.
    """
    if catalogue.is_demo():
        return False
    if db.session.execute(select(func.count()).select_from(Project)).scalar_one():
        raise DataFolderInRealUse
    db.session.add(Demo(id=1))
    actor_id = accounts.create_user(operator, EMAIL, password=PASSWORD, display_name="Koordinator contoh")
    grants.assign(operator, actor_id, accounts.ADMIN_ROLE, vault=vault)
    grants.assign(operator, actor_id, access.role("province").id, vault=vault)
    coordinator = Actor(id=actor_id, type="user")
    pack = demo.read_pack(demo.KALBAR)
    project = catalogue.create_project(coordinator, pack.name["id"], vault=vault, description=pack.description["id"])
    forms = [_publish(coordinator, project, each, vault) for each in pack.forms]
    for workbook in pack.dashboards:
        figures.save_dashboard(coordinator, project, Upload(workbook.read_bytes(), workbook.name), vault=vault)
    phones = []
    for name in _PHONES:
        made = accounts.create_app_user(coordinator, project, name, vault=vault)
        grants.assign(coordinator, made.id, accounts.APP_USER_ROLE, project_id=project.id, vault=vault)
        phones.append(Actor(id=made.id, type="field_key", display_name=name))
    _people(operator, project, {form.xml_form_id: form for form in forms}, vault)
    reviewer = replace(coordinator, look=SERVER.look)
    for form in forms:
        _fill(project, form, phones, today or datetime.now(_ZONE).date(), reviewer, vault)
    return True


def _people(operator: Actor, project: Project, forms: dict[str, Form], vault: Vault) -> None:
    for email, name, role, form_id, values in PEOPLE:
        actor_id = accounts.create_user(operator, email, password=PASSWORD, display_name=name)
        form = forms[form_id].id if form_id is not None else None
        grants.assign(operator, actor_id, access.role(role).id, project_id=project.id, form_id=form, vault=vault)
        grants.set_properties(operator, project.id, actor_id, values, vault=vault)


def _publish(coordinator: Actor, project: Project, packed: demo.PackForm, vault: Vault) -> Form:
    upload = Upload(packed.workbook.read_bytes(), packed.workbook.name)
    form = catalogue.create_form(coordinator, project, upload, vault=vault, ignore_warnings=True)
    for path in packed.attachments:
        with path.open("rb") as content:
            catalogue.set_attachment(coordinator, form, path.name, content, "text/csv", vault=vault)
    catalogue.publish(coordinator, form)
    return form


def _fill(project: Project, form: Form, phones: list[Actor], today: date, reviewer: Actor, vault: Vault) -> None:
    """Send a form's answers; most of those that came three weeks ago or earlier are reviewed."""
    schema = catalogue.schema(catalogue.current(form).id)
    reviewed = []
    for number, xml in enumerate(demo.answers(form.xml_form_id, schema, today=today)):
        sender = Sender(phones[number % len(phones)], f"collect:demo{number % len(phones):012d}", "Lentera demo")
        received = submissions.receive(sender, project.id, xml, {}, vault=vault)
        _arrive_in_the_past(received.submission_id, xml)
        if number % 9 and _end(xml).date() < today - _REVIEWED:
            reviewed.append(received.instance_id)
    submissions.review(reviewer, form, reviewed, "approved", vault=vault)
    see(EVERYTHING)


def _arrive_in_the_past(submission_id: int, xml: bytes) -> None:
    """Let a made-up submission have arrived hours after it was filled, so that the figures show months and years."""
    moment = _end(xml) + timedelta(hours=submission_id % 9)
    with as_owner() as connection:
        for table, column in (("submissions", "id"), ("submission_versions", "submission_id")):
            connection.execute(
                text(f"update {table} set created_at = least(:moment, now()) where {column} = :id"),
                {"moment": moment, "id": submission_id},
            )
    see(EVERYTHING)


def _end(xml: bytes) -> datetime:
    """Read when a made-up submission was finished."""
    (end,) = (e.text for e in ET.fromstring(xml).iter() if e.tag.rpartition("}")[2] == "end")  # noqa: S314
    return datetime.fromisoformat(end or "")
