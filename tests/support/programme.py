"""Two projects with forms of every kind, records in and out of scope, and people of every role, to try a policy on.

Every answer, file, file name and id is a canary that says whose it is and what class it has: `Canary`.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from forms import accounts, catalogue, grants, submissions
from forms.access import SERVER, Actor, role
from forms.db import EVERYTHING, db, see
from forms.models import ActorProperty, Form, Project
from forms.policy import ROLES, Clearance
from forms.submissions import Part, Sender
from tests.support.instances import instance
from tests.support.odk import xlsx
from tests.support.paper import BY_NAME, Held, Reader, Spot
from tests.support.world import PASSWORD, World, prove

CASE = """
| survey |
|        | type                             | name    | label   | privacy   | scope   | calculation      |
|        | text                             | p0      | Kosong  |           |         |                  |
|        | text                             | p1      | Satu    | quasi     |         |                  |
|        | text                             | p2      | Dua     | sensitive |         |                  |
|        | text                             | p3      | Tiga    | identity  |         |                  |
|        | text                             | kabkota | Kab     |           | kabkota |                  |
|        | text                             | kantor  | Kantor  |           | kantor  |                  |
|        | text                             | shelter | Shelter |           | shelter |                  |
|        | select_one_from_file wilayah.csv | wilayah | Wilayah |           |         |                  |
|        | geopoint                         | titik   | Titik   | quasi     |         |                  |
|        | image                            | f0      | Foto 0  |           |         |                  |
|        | file                             | f1      | Surat 1 | quasi     |         |                  |
|        | image                            | f2      | Foto 2  | sensitive |         |                  |
|        | image                            | f3      | Foto 3  | identity  |         |                  |
|        | calculate                        | c0      |         |           |         | concat(${p0}, 1) |
|        | calculate                        | c2      |         | sensitive |         | concat(${p2}, 1) |
|        | calculate                        | c3      |         |           |         | concat(${p3}, 1) |
|        | begin_repeat                     | anak    | Anak    |           |         |                  |
|        | text                             | r0      | Anak 0  |           |         |                  |
|        | text                             | r1      | Anak 1  | quasi     |         |                  |
|        | text                             | r2      | Anak 2  | sensitive |         |                  |
|        | text                             | r3      | Anak 3  | identity  |         |                  |
|        | end_repeat                       |         |         |           |         |                  |
| settings |
|          | form_title | form_id | version | instance_name |
|          | {title}    | {form}  | 1       | ${p1}         |
"""
PROGRAMME = """
| survey |
|        | type                             | name    | label   | scope   |
|        | text                             | p0      | Kosong  |         |
|        | text                             | kabkota | Kab     | kabkota |
|        | text                             | lembaga | Lembaga | lembaga |
|        | select_one_from_file wilayah.csv | wilayah | Wilayah |         |
|        | geopoint                         | titik   | Titik   |         |
|        | image                            | f0      | Foto 0  |         |
|        | begin_repeat                     | anak    | Anak    |         |
|        | text                             | r0      | Anak 0  |         |
|        | end_repeat                       |         |         |         |
| settings |
|          | form_title | form_id | version | instance_name |
|          | {title}    | {form}  | 1       | ${p0}         |
"""
UNSCOPED = """
| survey |
|        | type                             | name    | label   | privacy   |
|        | text                             | p0      | Kosong  |           |
|        | text                             | p2      | Dua     | sensitive |
|        | text                             | p3      | Tiga    | identity  |
|        | select_one_from_file wilayah.csv | wilayah | Wilayah |           |
|        | image                            | f2      | Foto 2  | sensitive |
| settings |
|          | form_title | form_id | version |
|          | {title}    | {form}  | 1       |
"""
#: What a form asks for, by its workbook: each word ends in its class.
ASKED = {
    CASE: ("p0", "p1", "p2", "p3", "f0", "f1", "f2", "f3", "c0", "c2", "c3", "r0", "r1", "r2", "r3"),
    PROGRAMME: ("p0", "f0", "r0"),
    UNSCOPED: ("p0", "p2", "p3", "f2"),
}
#: What the province asked to take away of identity, by the paths of the questions.
PATHS = {"P3": "/p3", "R3": "/anak/r3"}
HANDED = tuple(PATHS)
#: What everyone of a scoped role is given in both projects, and what the records of others carry.
OWN = {"kabkota": "61.01", "kantor": "ltsa_satu", "shelter": "sh_satu", "lembaga": "lbg_satu"}
OTHER = {"kabkota": "61.02", "kantor": "ltsa_dua", "shelter": "sh_dua", "lembaga": "lbg_dua"}

CANARY = re.compile("CANARY-([A-Z]+)-([A-Z]+)-([A-Z]+)-([A-Z]+)([0-9]?)")
PICTURE = b"\x89PNG\r\n\x1a\n "


def canary(project: str, form: str, record: str, what: str) -> str:
    """What stands in one place of one record, such as "CANARY-A-KASUS-OWN-P2"."""
    return f"CANARY-{project}-{form}-{record}-{what}".upper()


@dataclass(frozen=True)
class Record:
    """A record: of which form, how it is called there, and the keys under which it may be seen."""

    spot: Spot
    name: str
    scopes: tuple[str, ...]
    has: tuple[str, ...]
    is_deleted: bool = False

    def canary(self, what: str) -> str:
        """What stands in it as `what`: "P2" an answer, "F2" a file's content, "N2" its name, "ID" its id."""
        return canary(self.spot.project or "", self.spot.form or "", self.name, what)

    @property
    def said(self) -> int:
        """The class of what is said of it: the strictest that its form asks for, short of identity."""
        return 2 if "p2" in self.has else 0

    @property
    def id(self) -> str:
        """Its instance id."""
        return f"uuid:{self.canary('ID')}"


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks, with what they were given, and how they show who they are."""

    name: str
    reader: Reader
    actor_id: int | None = None
    token: str | None = None
    is_phone: bool = False

    def address(self, path: str) -> str:
        """The address as they ask for it: phones carry their token in it."""
        if not self.is_phone:
            return path
        if path.startswith("/v1/"):
            return f"/v1/key/{self.token}/{path.removeprefix('/v1/')}"
        return f"{path}{'&' if '?' in path else '?'}st={self.token}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that they send."""
        return {"Authorization": f"Bearer {self.token}"} if self.token and not self.is_phone else {}


@dataclass
class Programme:
    """All of it. `projects` are called A and B; forms and records are found by the names of their spots."""

    world: World
    #: Where the server keeps its files.
    folder: Path
    projects: dict[str, Project] = field(default_factory=dict)
    forms: dict[Spot, Form] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    phones: dict[str, accounts.AppUser] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    #: Of A's case form: a download with identity to "decide", another that is approved, to "take". Both the province's.
    handovers: dict[str, int] = field(default_factory=dict)
    #: Somebody to whom things are done: they fill forms on the site, in each project, on each form.
    bystander: int = 0

    def of(self, spot: Spot) -> list[Record]:
        """The records of a form that are not deleted."""
        return [record for record in self.records if record.spot == spot and not record.is_deleted]

    def spot(self, project: str, form: str) -> Spot:
        """The spot of a form."""
        return next(spot for spot in self.forms if (spot.project, spot.form) == (project, form))

    def record(self, project: str, form: str, name: str) -> Record:
        """A record by its names."""
        return next(r for r in self.records if (r.spot.project, r.spot.form, r.name) == (project, form, name))

    def page(self, project: str, form: str) -> str:
        """The address of a form's pages."""
        return f"/projects/{self.projects[project].id}/forms/{form}"

    def do(self, name: str, method: str, path: str, status: int, **options: Any) -> None:
        """Have a viewer do something for good."""
        answer = self.client().open(path, method=method, headers=self.viewers[name].headers, **options)
        assert answer.status_code == status, answer.text

    def client(self) -> FlaskClient:
        """A client without any credential."""
        return self.world.app.test_client()


def make_programme(world: World, folder: Path) -> Programme:
    """Make it: project A with a case form, a programme form and an unscoped case form; B with the same case form."""
    made = Programme(world, folder)
    for name in ("A", "B"):
        made.projects[name] = world.project(canary(name, "project", "name", "t"))
    for project, form, workbook, kinds in (
        ("A", "kasus", CASE, ("OWN", "OTHER", "BARE", "GONE")),
        ("A", "kegiatan", PROGRAMME, ("OWN", "OTHER", "BARE")),
        ("A", "bebas", UNSCOPED, ("BARE",)),
        ("B", "kasus", CASE, ("OWN",)),
    ):
        _fill(made, project, form, workbook, kinds)
    see(EVERYTHING)
    db.session.execute(text("update submissions set deleted_at = now() where instance_id like '%-GONE-%'"))
    db.session.commit()
    _people(made)
    _looks(made)
    return made


def _looks(made: Programme) -> None:
    """Have somebody look at a record in each project, and ask twice for identity to take away."""
    for project, name in (("A", "province"), ("B", "district of the other project")):
        path = f"{made.page(project, 'kasus')}/submissions/{made.record(project, 'kasus', 'OWN').id}"
        made.do(name, "GET", path, 200)
    asks, path = {"fields": [PATHS[what] for what in HANDED], "reason": "alasan yang cukup"}, made.page("A", "kasus")
    for number in (1, 2):
        made.do("province", "POST", f"{path}/identity-exports", 303, data=asks)
        made.handovers["decide" if number == 2 else "take"] = number
    made.do("auditor", "POST", f"{path}/identity-exports/1/decide", 303, data={"approve": "1"})
    made.do("province", "POST", f"{path}/filters", 303, data={"name": "Saringan", "shared": "1"})


def _fill(made: Programme, project: str, form: str, workbook: str, records: tuple[str, ...]) -> None:
    """Make a form with its file and a draft beside the published version, and send its records."""
    world, place = made.world, made.projects[project]
    phone = made.phones.setdefault(project, world.app_user(place))
    title = canary(project, form, "form", "t")
    found = world.form(place, xlsx(workbook.replace("{title}", title).replace("{form}", form)), publish=False)
    catalogue.set_attachment(
        SERVER, found, "wilayah.csv", io.BytesIO(b"name,label\na,A\n"), "text/csv", vault=world.vault
    )
    catalogue.publish(SERVER, found)
    catalogue.copy_to_draft(SERVER, found)
    grants.assign(SERVER, phone.id, accounts.APP_USER_ROLE, project_id=place.id, form_id=found.id, vault=world.vault)
    db.session.commit()
    spot = Spot(project, form, has_cases=workbook != PROGRAMME)
    made.forms[spot] = found
    dimensions = re.findall(r"\| (kabkota|kantor|shelter|lembaga) +\|[^|]*\|", workbook)
    for name in records:
        values = {"OWN": OWN, "GONE": OWN, "OTHER": OTHER}.get(name, {})
        values = {dimension: values[dimension] for dimension in dimensions if dimension in values}
        keys = tuple(f"{dimension}={value}" for dimension, value in values.items()) or ("?",) * bool(dimensions)
        record = Record(spot, name, keys, ASKED[workbook], is_deleted=name == "GONE")
        made.records.append(record)
        _send(made, record, values, phone.id)
        if name == "OWN" and form == "kasus":
            _send(made, record, values, phone.id, edits=record.id)
        comment, note = (record.canary(f"{what}{record.said}") for what in ("COMMENT", "NOTE"))
        submissions.comment(SERVER, found, record.id, comment, vault=world.vault)
        submissions.review(SERVER, found, [record.id], "hasIssues", note, vault=world.vault)
        db.session.commit()


def _send(made: Programme, record: Record, values: dict[str, str], sender: int, *, edits: str | None = None) -> None:
    answers = {name: record.canary(name) for name in record.has} | values
    files = {}
    for name in record.has:
        if name[0] == "f":
            answers[name] = f"{record.canary('N' + name[1])}.png"
            files[answers[name]] = Part(io.BytesIO(PICTURE + record.canary(name).encode()), "image/png")
    if record.spot.form != "bebas":
        answers["titik"] = "-0.02 109.34 0 0"
    elements = {name: f"<{name}>{value}</{name}>" for name, value in answers.items()}
    repeat = "".join(elements.pop(name) for name in record.has if name[0] == "r")
    xml = instance(
        record.spot.form or "",
        answers="".join(elements.values()) + (f"<anak>{repeat}</anak>" if repeat else ""),
        instance_id=f"uuid:{record.canary('ID2')}" if edits else record.id,
        deprecated_id=edits,
        name=record.canary("NAME") if record.spot.form != "bebas" else None,
    )
    project = made.projects[record.spot.project or ""]
    submissions.receive(Sender(Actor(sender, "field_key")), project.id, xml, files, vault=made.world.vault)
    if not edits:
        # The same tries the draft.
        submissions.receive_trial(made.forms[record.spot], xml, files, device_id=None, vault=made.world.vault)
    db.session.commit()


#: Roles that no person holds: they are for tokens.
OF_TOKENS = {"app-user", "pwreset", "formview", "pub-link"}


def _people(made: Programme) -> None:
    own = {name: (value,) for name, value in OWN.items()}
    for given in ROLES:
        if given.system not in OF_TOKENS:
            project = None if given.system == "admin" else "A"
            _person(made, given.system, (Held(given, project, "kegiatan" if given.per_form else None),), {"A": own})
    district, viewer, shelter = (BY_NAME[name] for name in ("district", "viewer", "shelter"))
    _person(made, "district without their second step", (Held(district, "A"),), {"A": own}, is_proven=False)
    _person(made, "district on one form", (Held(district, "A", "kasus"),), {"A": own})
    _person(made, "district of the other project", (Held(district, "B"),), {"B": own})
    _person(made, "district without a value", (Held(district, "A"),), {"B": own})
    _person(made, "viewer and shelter", (Held(viewer, "A"), Held(shelter, "A")), {"A": own})
    _person(made, "another province", (Held(BY_NAME["province"], "A"),), {})
    _person(made, "somebody without a role", (), {"A": own})
    made.viewers["nobody"] = Viewer("nobody", Reader())
    phone = made.phones["A"]
    forms = tuple(Held(BY_NAME["app-user"], "A", spot.form) for spot in made.forms if spot.project == "A")
    made.viewers["phone"] = Viewer("phone", Reader(forms), phone.id, phone.token, is_phone=True)
    filler = Held(BY_NAME["formfill"])
    places = [Held(filler.role, p, f) for p, f in [(None, None), ("A", None), ("B", None)]]
    places += [Held(filler.role, spot.project, spot.form) for spot in made.forms]
    made.bystander = _account(made, tuple(places)).id or 0


def _person(
    made: Programme, name: str, held: tuple[Held, ...], values: dict[str, Any], *, is_proven: bool = True
) -> None:
    person = _account(made, held)
    for project, theirs in values.items():
        for dimension, several in theirs.items():
            row = ActorProperty(project_id=made.projects[project].id, actor_id=person.id, name=dimension)
            row.value = " ".join(several)
            db.session.add(row)
    db.session.commit()
    answer = made.client().post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    if is_proven:
        prove(person)
    reader = Reader(held, values, is_proven=is_proven)
    made.viewers[name] = Viewer(name, reader, person.id, answer.json["token"])


def _account(made: Programme, held: tuple[Held, ...]) -> Actor:
    person = made.world.person()
    for each in held:
        form = next((f for s, f in made.forms.items() if (s.project, s.form) == (each.project, each.form)), None)
        project = made.projects[each.project] if each.project else None
        grants.assign(
            SERVER,
            person.id or 0,
            role(each.role.system).id,
            project_id=project.id if project else None,
            form_id=form.id if form else None,
            vault=made.world.vault,
        )
    db.session.commit()
    return person


def needed(what: str) -> Clearance:
    """The clearance that a canary's last part needs: "P2", "N3", …; an id stands open to whoever sees the record."""
    return Clearance(int(what[-1]) + 1) if what[-1:].isdigit() and not what.startswith("ID") else Clearance.NONE
