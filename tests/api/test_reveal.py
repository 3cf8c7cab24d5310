"""Opening identity: one record, for a reason, in the access log (DOMAIN rules T5 and T6)."""

import csv
import io
import re

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from forms import grants, looks, upkeep
from forms.access import SERVER
from forms.db import as_owner, db
from forms.looks import Wanted
from tests.support.cases import cases
from tests.support.visitor import Visitor
from tests.support.world import prove

REASON = "CANARY-ALASAN menelepon keluarga"


@pytest.fixture
def scene(world):
    """The case form with three records, of districts 61.1, 61.2 and 61.3."""
    return cases(world, sent=3)


def _district(world, scene, value="61.1"):
    person = world.person("district", project=scene.project)
    _give(scene, person, value)
    return person


def _give(scene, person, value):
    db.session.execute(
        text("insert into actor_properties (project_id, actor_id, name, value) values (:p, :a, 'kabkota', :v)"),
        {"p": scene.project.id, "a": person.id, "v": value},
    )
    db.session.commit()


def _address(scene, number=1, rest="/reveal", door="/v1"):
    return f"{door}/projects/{scene.project.id}/forms/perkara/submissions/uuid:{number:08}{rest}"


def _log(world, scene, **wanted):
    """The lines about records, without those about who was given which role."""
    lines = looks.lines(scene.project.id, Wanted(**wanted), vault=world.vault)
    return [line for line in lines if line.action not in ("grant", "withdraw", "scope")]


def test_t5_a_name_is_opened_for_a_reason_and_the_log_says_who_what_why_when_and_from_where(world, scene):
    person = _district(world, scene)
    client = world.login(person)
    answer = client.post(_address(scene), json={"fields": ["/nama", "/anak/sapaan"], "reason": f"  {REASON} "})
    assert answer.status_code == 200, answer.json
    assert answer.json == [
        {"path": "/nama", "row": 0, "value": "CANARY-NAMA-1"},
        {"path": "/anak/sapaan", "row": 1, "value": "CANARY-SAPAAN-1"},
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    (line,) = _log(world, scene, action="reveal")
    assert (line.actor_id, line.role, line.address) == (person.id, "district", "127.0.0.1")
    assert (line.place.fields, line.reason) == (("/nama", "/anak/sapaan"), REASON)


@pytest.mark.parametrize("reason", ["", "pendek", "          x         "])
def test_t5_without_a_reason_of_ten_letters_nothing_is_opened(world, scene, reason):
    client = world.login(_district(world, scene))
    answer = client.post(_address(scene), json={"fields": ["/nama"], "reason": reason})
    assert answer.status_code == 400
    assert "CANARY" not in answer.text
    assert _log(world, scene) == []


def test_only_questions_of_class_identity_are_opened_and_only_where_the_role_and_scope_allow(world, scene):
    client = world.login(_district(world, scene))
    sent = {"fields": ["/nama"], "reason": REASON}
    assert client.post(_address(scene, 2), json=sent).status_code == 404
    assert client.post(_address(scene, 9), json=sent).status_code == 404
    for fields in (["/umur"], ["/tidak_ada"], []):
        assert client.post(_address(scene), json={**sent, "fields": fields}).status_code == 400
    for role in ("manager", "viewer", "outreach", "analyst", "auditor", "admin"):
        other = world.login(world.person(role, project=scene.project, form=scene.form))
        assert other.post(_address(scene), json=sent).status_code == 403, role
    assert _log(world, scene) == []


def test_without_the_second_step_nobody_opens_anything(world, scene):
    person = _district(world, scene)
    client = world.login(person)
    db.session.execute(text("update sessions set is_proven = false"))
    db.session.commit()
    assert client.post(_address(scene), json={"fields": ["/nama"], "reason": REASON}).status_code == 403
    prove(person)
    assert client.post(_address(scene), json={"fields": ["/nama"], "reason": REASON}).status_code == 200


def test_t5_more_than_twenty_a_day_raise_one_line_for_the_auditor(world, scene):
    client = world.login(_district(world, scene))
    for _ in range(23):
        answer = client.post(_address(scene), json={"fields": ["/nama"], "reason": REASON})
        assert answer.status_code == 200
    alerts = _log(world, scene, action="alert")
    assert len(alerts) == 1
    assert len(_log(world, scene, action="reveal")) == 23


def test_the_page_shows_what_was_opened_once_and_the_record_stays_masked(world, scene):
    visitor = Visitor(world.app.test_client())
    person = _district(world, scene)
    visitor.log_in(person.email)
    prove(person)
    asked = visitor.get(_address(scene, door=""))
    assert "CANARY" not in asked.text
    assert re.findall(r'name="fields" value="([^"]+)"', asked.text) == [
        "/nama",
        "/lahir",
        "/foto",
        "/rumah",
        "/anak/sapaan",
    ]
    refused = visitor.send(_address(scene, door=""), {"fields": "/nama", "reason": "singkat"})
    assert (refused.status_code, "CANARY" in refused.text) == (400, False)
    opened = visitor.send(_address(scene, door=""), {"fields": ["/nama", "/foto"], "reason": REASON})
    assert "CANARY-NAMA-1" in opened.text
    assert 'src="data:image/jpeg;base64,' in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    assert "CANARY" not in visitor.get(_address(scene, rest="", door="")).text
    assert "CANARY" not in visitor.get(_address(scene, door="")).text


def test_every_full_read_of_a_case_record_is_logged_whatever_the_door(world, scene):
    person = _district(world, scene)
    client = world.login(person)
    form = f"/projects/{scene.project.id}/forms/perkara"
    assert b"CANARY-NAMA-1" in client.get(_address(scene, rest=".xml")).data
    assert client.get(_address(scene, rest="/attachments/CANARY-FOTO-1.jpg")).data.startswith(b"CANARY-ISI-1")
    visitor = Visitor(world.app.test_client())
    visitor.log_in(person.email)
    prove(person)
    visitor.get(_address(scene, rest="", door=""))
    client.get(f"/v1{form}/submissions.csv")
    visitor.get(f"{form}/download?format=xlsx")
    assert [line.action for line in reversed(_log(world, scene))] == ["xml", "file", "read", "export", "export"]


def test_a_look_that_shows_nothing_of_people_is_no_line(world, scene):
    manager = world.login(world.person("manager", project=scene.project))
    form = f"/v1/projects/{scene.project.id}/forms/perkara"
    assert manager.get(f"{form}/submissions.csv").status_code == 200
    assert manager.get(_address(scene, rest=".xml")).status_code == 403
    assert _log(world, scene) == []


def test_the_projects_auditor_reads_filters_and_takes_the_log_and_nobody_else(world, scene):
    person = _district(world, scene)
    client = world.login(person)
    client.post(_address(scene), json={"fields": ["/nama"], "reason": REASON})
    client.get(_address(scene, rest=".xml"))
    auditor = world.person("auditor", project=scene.project)
    visitor = Visitor(world.app.test_client())
    visitor.log_in(auditor.email)
    prove(auditor)
    address = f"/projects/{scene.project.id}/access-log"
    page = visitor.get(address)
    assert (page.text.count(REASON), "uuid:00000001" in page.text, "Koordinator kabupaten/kota" in page.text) == (
        1, True, True,
    )  # fmt: skip
    assert REASON not in visitor.get(f"{address}?action=xml").text
    assert REASON in visitor.get(f"{address}?person={person.id}&action=reveal&since=2020-01-01").text
    assert REASON not in visitor.get(f"{address}?until=2020-01-01").text
    rows = list(csv.reader(io.StringIO(visitor.get(f"{address}?format=csv").data.decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["memberikan peran", "mengambil data sebagai XML", "membuka identitas",
                                            "memberikan peran"]  # fmt: skip
    for role in ("province", "manager", "admin", "district"):
        other = Visitor(world.app.test_client())
        nosy = world.person(role, project=scene.project)
        other.log_in(nosy.email)
        prove(nosy)
        assert other.get(address).status_code == 403, role
    assert "CANARY-NAMA" not in page.text


def _chain(world, scene, length=5):
    client = world.login(_district(world, scene))
    for _ in range(length):
        client.post(_address(scene), json={"fields": ["/nama"], "reason": REASON})


def test_t6_the_log_can_only_be_added_to(world, scene):
    _chain(world, scene, 1)
    for statement in ("update access_log set role = 'x'", "delete from access_log", "truncate access_log"):
        with pytest.raises(ProgrammingError) as refused:
            db.session.execute(text(statement))
        assert isinstance(refused.value.orig, InsufficientPrivilege)
        db.session.rollback()


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("update access_log set role = 'province' where number = {3}", [3]),
        ("update access_log set at = at + interval '1 microsecond' where number = {2}", [2]),
        ("update access_log set fields = array['/hp'] where number = {1}", [1]),
        ("delete from access_log where number = {2}", [3]),
        ("update access_log set reason = null where number = {5}", [5]),
        ("update access_log set hash = '\\x00' where number = {4}", [4, 5]),
    ],
)
def test_t6_check_finds_the_line_that_was_changed(world, scene, change, broken):
    _chain(world, scene)
    assert looks.verify(vault=world.vault).broken == ()
    # The role that was given is the first line.
    with as_owner() as connection:
        connection.execute(text(change.format(*range(1, 8))))
    broken = [number + 1 for number in broken]
    assert list(looks.verify(vault=world.vault).broken) == broken
    db.session.commit()
    found = []
    upkeep.check(found.append, vault=world.vault)
    assert [f.where for f in found if f.kind == "looks"] == [f"access log, line {number}" for number in broken]


def test_the_reason_is_sealed_and_no_answer_is_in_the_log(world, scene):
    _chain(world, scene, 2)
    stored = db.session.execute(text("select string_agg(access_log::text, '') from access_log")).scalar_one()
    assert "CANARY" not in stored
    assert REASON.encode().hex() not in stored


def test_nobody_opens_peoples_data_to_themselves(world, scene):
    person = world.person("admin")
    client = world.login(person)
    role = client.get("/v1/roles/province").json["id"]
    mine = client.post(f"/v1/projects/{scene.project.id}/assignments/{role}/{person.id}")
    assert (mine.status_code, mine.json["code"]) == (403, 403.904)
    other = world.person()
    assert client.post(f"/v1/projects/{scene.project.id}/assignments/{role}/{other.id}").status_code == 200
    grants.assign(SERVER, person.id, role, project_id=scene.project.id, vault=world.vault)


def test_giving_and_taking_clearance_and_scopes_are_looks_too(world, scene):
    client = world.login(world.person("admin"))
    person = world.person()
    district = f"/v1/projects/{scene.project.id}/assignments/23/{person.id}"
    values = f"/v1/projects/{scene.project.id}/users/{person.id}/properties"
    assert client.post(district).status_code == 200
    assert client.patch(values, json={"properties": {"kabkota": "61.03"}}).status_code == 200
    assert client.delete(district).status_code == 200
    assert client.post(f"/v1/projects/{scene.project.id}/assignments/viewer/{person.id}").status_code == 200
    lines = looks.lines(scene.project.id, Wanted(), vault=world.vault)
    assert [(line.action, line.details["actorId"]) for line in reversed(lines)] == [
        ("grant", person.id), ("scope", person.id), ("withdraw", person.id),
    ]  # fmt: skip
