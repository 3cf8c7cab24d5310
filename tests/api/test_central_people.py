"""Web users, roles, assignments and app users over the REST API."""

from datetime import UTC, datetime, timedelta

import pytest

from forms.db import db
from tests.support.odk import xlsx

FORM = """
| survey |
|        | type | name | label |
|        | text | nama | Nama  |
"""


def test_an_administrator_makes_and_finds_web_users(world):
    admin = world.login(world.coordinator())
    made = admin.post("/v1/users", json={"email": "Baru@example.org", "password": "kata-sandi-baru"})
    assert made.status_code == 200
    assert set(made.json) == {
        "id", "type", "displayName", "createdAt", "updatedAt", "deletedAt", "email", "lastLoginAt"
    }  # fmt: skip
    assert (made.json["type"], made.json["displayName"], made.json["lastLoginAt"]) == ("user", "Baru@example.org", None)
    listed = admin.get("/v1/users").json
    assert [user["email"] for user in listed] == sorted((user["email"] for user in listed), key=str.lower)
    assert admin.get("/v1/users", query_string={"limit": 1, "offset": "1x"}).json == listed[1:2]
    assert admin.get("/v1/users", query_string={"limit": "x"}).json["code"] == 400.11
    assert admin.get("/v1/users", query_string={"q": "BARU@"}).json == [made.json]
    assert admin.get(f"/v1/users/{made.json['id']}").json == made.json


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400.2),
        ({"email": None}, 400.2),
        ({"email": 5}, 400.11),
        ({"email": "x" * 321}, 400.13),
        ({"email": "a\0b"}, 400.8),
        ({"email": "a\ud800b"}, 400.8),
        ({"email": "a@example.org", "displayName": "x" * 65}, 400.13),
        ({"email": "a@example.org", "password": "pendek"}, 400.21),
        ({"email": "a@example.org", "password": "é" * 40}, 400.38),
        ({"email": "a@example.org", "password": 1234567890}, 400.11),
    ],
)
def test_a_user_that_cannot_be_is_refused(world, body, code):
    admin = world.login(world.coordinator())
    answer = admin.post("/v1/users", json=body)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_an_address_is_used_once(world):
    admin = world.login(world.coordinator())
    assert admin.post("/v1/users", json={"email": "a@example.org"}).status_code == 200
    answer = admin.post("/v1/users", json={"email": "A@Example.org"})
    assert answer.json["code"] == 409.3
    assert answer.json["details"]["fields"] == ["email", "deleted"]


def test_somebody_without_rights_sees_themselves_and_whom_they_know_by_address(world):
    person, other = world.person(), world.person()
    browser = world.login(person)
    assert browser.get("/v1/users").json == []
    assert browser.get("/v1/users", query_string={"q": "example"}).json == []
    assert [user["id"] for user in browser.get("/v1/users", query_string={"q": other.email}).json] == [other.id]
    assert browser.get("/v1/users/current").json["id"] == person.id
    assert browser.get(f"/v1/users/{person.id}").json["id"] == person.id
    assert browser.get(f"/v1/users/{other.id}").json["code"] == 403.1
    assert browser.get("/v1/users/999999").json["code"] == 404.1
    assert browser.post("/v1/users", json={"email": "a@example.org"}).json["code"] == 403.1


def test_the_extended_self_tells_what_one_may_do(world):
    admin = world.login(world.coordinator())
    assert "verbs" not in admin.get("/v1/users/current").json
    verbs = admin.get("/v1/users/current", headers={"X-Extended-Metadata": "true"}).json["verbs"]
    assert "project.create" in verbs


def test_roles_have_centrals_numbers(world):
    browser = world.login(world.person())
    roles = browser.get("/v1/roles").json
    assert [(role["id"], role["system"]) for role in roles][:2] == [(1, "admin"), (2, "app-user")]
    assert browser.get("/v1/roles/2").json == browser.get("/v1/roles/app-user").json
    assert set(roles[0]) == {"id", "name", "system", "createdAt", "updatedAt", "verbs"}
    for unknown in ("99", "penyihir", "99999999999999999999"):
        assert browser.get(f"/v1/roles/{unknown}").json["code"] == 404.1


def test_a_role_is_given_listed_and_taken_at_each_place(world):
    admin = world.login(world.coordinator())
    project = world.project()
    form = world.form(project, xlsx(FORM))
    person = world.person()
    for base in ("", f"/projects/{project.id}", f"/projects/{project.id}/forms/{form.xml_form_id}"):
        address = f"/v1{base}/assignments"
        before = admin.get(address).json
        assert admin.post(f"{address}/6/{person.id}").json == {"success": True}
        again = admin.post(f"{address}/viewer/{person.id}").json
        assert (again["code"], again["details"]["fields"]) == (409.3, ["actorId", "roleId", "acteeId"])
        assert admin.get(address).json == [*before, {"actorId": person.id, "roleId": 6}]
        extended = admin.get(address, headers={"X-Extended-Metadata": "true"}).json
        assert extended[-1]["actor"]["displayName"] == person.display_name
        assert [holder["id"] for holder in admin.get(f"{address}/6").json] == [person.id]
        assert admin.delete(f"{address}/6/{person.id}").json == {"success": True}
        assert admin.delete(f"{address}/6/{person.id}").json["code"] == 404.1
        assert admin.get(address).json == before
    assert admin.post(f"/v1/assignments/99/{person.id}").json["code"] == 404.1
    assert admin.post("/v1/assignments/2/999999").json["code"] == 404.1
    assert admin.post("/v1/assignments/2/abc").json["code"] == 400.11


def test_nobody_gives_more_than_they_hold(world):
    project = world.project()
    form = world.form(project, xlsx(FORM))
    manager = world.login(world.person(5, project=project))
    person = world.person()
    assert manager.post(f"/v1/assignments/1/{person.id}").json["code"] == 403.1
    assert manager.post(f"/v1/projects/{project.id}/assignments/1/{person.id}").json["code"] == 403.1
    # Managers hold form.read, not open_form.read: it counts as both.
    assert manager.post(f"/v1/projects/{project.id}/assignments/8/{person.id}").status_code == 200
    address = f"/v1/projects/{project.id}/forms/{form.xml_form_id}/assignments/2/{person.id}"
    assert manager.post(address).status_code == 200
    listed = manager.get(f"/v1/projects/{project.id}/assignments/forms").json
    assert listed == [{"actorId": person.id, "roleId": 2, "xmlFormId": form.xml_form_id}]
    assert manager.get(f"/v1/projects/{project.id}/assignments/forms/app-user").json == listed
    assert manager.get(f"/v1/projects/{project.id}/assignments/forms/viewer").json == []


def test_an_app_user_is_made_listed_and_deleted(world, client):
    project, elsewhere = world.project(), world.project()
    manager = world.login(world.person(5, project=project))
    address = f"/v1/projects/{project.id}/app-users"
    for name in ("kabkota", "lembaga"):
        assert manager.post(f"/v1/projects/{project.id}/actor-properties", json={"name": name}).status_code == 200
    made = manager.post(address, json={"displayName": "Ponsel 1", "properties": {"kabkota": " 61.10 ", "lembaga": " "}})
    assert made.status_code == 200
    assert {"projectId", "id", "type", "displayName", "createdAt", "updatedAt", "deletedAt", "token"} <= set(made.json)
    assert (made.json["type"], made.json["projectId"]) == ("field_key", project.id)
    assert client.get(f"/v1/key/{made.json['token']}/projects/{project.id}/formList").status_code == 200
    assert manager.get(address).json == [made.json]
    extended = manager.get(address, headers={"X-Extended-Metadata": "true"}).json[0]
    assert extended["properties"] == {"kabkota": "61.10"}
    assert extended["createdBy"]["type"] == "user"
    assert extended["lastUsed"] is None
    assert manager.get(f"{address}/{made.json['id']}").json == made.json
    admin = world.login(world.coordinator())
    assert admin.get(f"/v1/projects/{elsewhere.id}/app-users/{made.json['id']}").json["code"] == 404.1
    assert manager.delete(f"{address}/{made.json['id']}").json == {"success": True}
    assert manager.get(address).json == []
    assert client.get(f"/v1/key/{made.json['token']}/projects/{project.id}/formList").status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400.2),
        ({"displayName": " "}, 400.2),
        ({"displayName": "x", "properties": []}, 400.8),
        ({"displayName": "x", "properties": {"kabkota": 61}}, 400.8),
    ],
)
def test_an_app_user_that_cannot_be_is_refused(world, body, code):
    project = world.project()
    manager = world.login(world.person(5, project=project))
    answer = manager.post(f"/v1/projects/{project.id}/app-users", json=body)
    assert answer.json["code"] == code


def test_an_app_user_reads_its_form_but_no_list_of_forms_or_people(world, client):
    project = world.project()
    form = world.form(project, xlsx(FORM))
    phone = world.app_user(project, form)
    base = f"/v1/key/{phone.token}/projects/{project.id}"
    assert client.get(f"{base}/forms/{form.xml_form_id}").status_code == 200
    for path in ("/forms", "/app-users", "/assignments", f"/forms/{form.xml_form_id}/submissions", ""):
        assert client.get(base + path).json["code"] == 403.1
    assert client.get(f"/v1/key/{phone.token}/users/current").json["code"] == 404.1
    assert client.get(f"/v1/key/{phone.token}/projects").json == []


def test_an_app_user_works_until_the_day_that_was_said_and_is_then_refused_as_a_revoked_one_is(world, client):
    project = world.project()
    manager = world.login(world.person(5, project=project))
    address, extended = f"/v1/projects/{project.id}/app-users", {"X-Extended-Metadata": "true"}
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    made, other = (
        manager.post(address, json={"displayName": "Ponsel", **given}).json for given in ({"expiresAt": soon}, {})
    )
    formlist = f"/v1/key/{made['token']}/projects/{project.id}/formList"
    assert client.get(formlist).status_code == 200
    shown = manager.get(f"{address}/{made['id']}", headers=extended).json
    assert datetime.fromisoformat(shown["expiresAt"]) > datetime.now(UTC) + timedelta(days=2)
    assert manager.get(f"{address}/{other['id']}", headers=extended).json["expiresAt"] is None
    db.session.execute(
        db.text("update sessions set expires_at = expires_at - interval '3 days' where actor_id = :id"),
        {"id": made["id"]},
    )
    db.session.commit()
    expired = client.get(formlist)
    assert manager.delete(f"/v1/sessions/{other['token']}").json == {"success": True}
    revoked = client.get(f"/v1/key/{other['token']}/projects/{project.id}/formList")
    assert expired.status_code == revoked.status_code == 403
    assert expired.data == revoked.data
    assert [user["token"] for user in manager.get(address).json] == [None, None]


@pytest.mark.parametrize(("expires_at", "code"), [("2020-01-01T00:00:00Z", 400.8), ("besok", 400.11), (7, 400.11)])
def test_an_app_user_is_not_made_for_a_time_that_is_none_or_over(world, expires_at, code):
    project = world.project()
    manager = world.login(world.person(5, project=project))
    address = f"/v1/projects/{project.id}/app-users"
    assert manager.post(address, json={"displayName": "x", "expiresAt": expires_at}).json["code"] == code
    assert manager.get(address).json == []


def test_when_a_phone_was_last_seen_is_known_without_a_submission_and_written_once_a_minute(world, client):
    project = world.project()
    manager = world.login(world.person(5, project=project))
    phone = world.app_user(project)

    def last_seen():
        address = f"/v1/projects/{project.id}/app-users/{phone.id}"
        return manager.get(address, headers={"X-Extended-Metadata": "true"}).json["lastSeen"]

    formlist = f"/v1/key/{phone.token}/projects/{project.id}/formList"
    assert last_seen() is None
    client.get(formlist)
    first = last_seen()
    assert first is not None
    client.get(formlist)
    assert last_seen() == first
    db.session.execute(db.text("update sessions set last_seen_at = last_seen_at - interval '2 minutes'"))
    db.session.commit()
    client.get(formlist)
    assert last_seen() > first
