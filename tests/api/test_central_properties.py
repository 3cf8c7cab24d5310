"""What a project says of its people, over the REST API: Central's names, app users' values, and ours of web users."""

import pytest
from sqlalchemy import select

from forms import access, grants
from forms.access import SERVER
from forms.db import db
from forms.models import Audit
from forms.problems import OwnRights, UnexpectedValue
from tests.support.odk import xlsx

SCOPED = """
| survey |
|        | type | name | label | scope   |
|        | text | kab  | Kab   | kabkota |
|        | text | nama | Nama  |         |
"""
EXTENDED = {"X-Extended-Metadata": "true"}


def _lines(action):
    return [row.details for row in db.session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id))]


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def manager(world, project):
    return world.login(world.person("manager", project=project))


def test_a_name_is_declared_once_and_listed_with_its_values(world, project, manager):
    address = f"/v1/projects/{project.id}/actor-properties"
    assert manager.get(address).json == []
    for name in ("wilayah", "_pos-2.a"):
        assert manager.post(address, json={"name": name}).json == {"success": True}
    assert manager.post(address, json={"name": "wilayah"}).json["code"] == 409.3
    assert manager.get(address).json == [{"name": "_pos-2.a"}, {"name": "wilayah"}]
    for value in ("b", "a", "b"):
        world.app_user(project, properties={"wilayah": value})
    assert manager.get(address, headers=EXTENDED).json == [
        {"name": "_pos-2.a", "values": []},
        {"name": "wilayah", "values": ["a", "b"]},
    ]
    assert _lines("actor_property.create") == [{"name": "wilayah"}, {"name": "_pos-2.a"}]


@pytest.mark.parametrize("name", ["", "1a", "__a", "a b", "name", "LABEL", "displayName", "a/b", "a😀", "a\n"])
def test_a_name_that_cannot_be_is_refused(project, manager, name):
    answer = manager.post(f"/v1/projects/{project.id}/actor-properties", json={"name": name})
    assert (answer.json["code"], answer.json["details"]["field"]) == (400.8, "name")


def test_a_body_without_a_name_is_refused(project, manager):
    address = f"/v1/projects/{project.id}/actor-properties"
    assert manager.post(address, json={}).json["code"] == 400.2
    assert manager.post(address, json={"name": 5}).json["code"] == 400.11


def test_the_dimensions_of_published_forms_need_no_declaration(world, project, manager):
    world.form(project, xlsx(SCOPED), publish=False)
    assert manager.get(f"/v1/projects/{project.id}/actor-properties").json == []
    assert manager.post(f"/v1/projects/{project.id}/forms/uji/draft/publish").status_code == 200
    assert manager.get(f"/v1/projects/{project.id}/actor-properties").json == [{"name": "kabkota"}]
    made = manager.post(
        f"/v1/projects/{project.id}/app-users", json={"displayName": "P", "properties": {"kabkota": "61.03"}}
    )
    assert made.status_code == 200


def test_an_app_users_properties_are_changed_one_by_one(world, project, manager):
    for name in ("kabkota", "pos"):
        manager.post(f"/v1/projects/{project.id}/actor-properties", json={"name": name})
    phone = world.app_user(project, properties={"kabkota": "61.01"})
    address = f"/v1/projects/{project.id}/app-users/{phone.id}"
    changed = manager.patch(address, json={"properties": {"pos": "  Pos Satu "}, "displayName": "Lain"})
    assert changed.json["properties"] == {"kabkota": "61.01", "pos": "Pos Satu"}
    assert changed.json["displayName"] == phone.display_name
    assert changed.json["createdBy"] is None
    assert manager.patch(address, json={"properties": {"kabkota": None}}).json["properties"] == {"pos": "Pos Satu"}
    assert manager.patch(address, json={"properties": {"pos": " "}}).json["properties"] is None
    before = len(_lines("field_key.property.set"))
    assert manager.patch(address, json={"properties": {}}).status_code == 200
    assert manager.patch(address, json={}).status_code == 200
    assert len(_lines("field_key.property.set")) == before
    assert _lines("field_key.property.set")[-3:] == [
        {"properties": {"pos": "Pos Satu"}}, {"properties": {"kabkota": None}}, {"properties": {"pos": None}},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ([], "properties"), ({"lain": "x"}, "properties"), ({"lain": None}, "properties"), ({"pos": 5}, "pos"),
        ({"pos": "a\0b"}, "properties"), ({"kabkota": "x" * 201}, "kabkota"), ({"kabkota": "a \u200b"}, "kabkota"),
    ],
)  # fmt: skip
def test_properties_that_cannot_be_are_refused(world, project, manager, properties, field):
    for name in ("kabkota", "pos"):
        manager.post(f"/v1/projects/{project.id}/actor-properties", json={"name": name})
    phone = world.app_user(project, properties={"pos": "tetap"})
    base = f"/v1/projects/{project.id}/app-users"
    for answer in (
        manager.patch(f"{base}/{phone.id}", json={"properties": properties}),
        manager.post(base, json={"displayName": "P", "properties": properties}),
    ):
        assert (answer.json["code"], answer.json["details"]["field"]) == (400.8, field)
    assert grants.properties(project.id, phone.id) == {"pos": "tetap"}


def test_properties_are_changed_only_by_who_may_and_only_in_their_project(world, project, manager):
    phone, elsewhere = world.app_user(project), world.project()
    assert manager.patch(f"/v1/projects/{elsewhere.id}/app-users/{phone.id}", json={}).json["code"] == 403.1
    admin = world.login(world.administrator())
    assert admin.patch(f"/v1/projects/{elsewhere.id}/app-users/{phone.id}", json={}).json["code"] == 404.1
    viewer = world.login(world.person("viewer", project=project))
    base = f"/v1/projects/{project.id}"
    assert viewer.patch(f"{base}/app-users/{phone.id}", json={}).json["code"] == 403.1
    assert viewer.post(f"{base}/actor-properties", json={"name": "a"}).json["code"] == 403.1
    assert viewer.get(f"{base}/actor-properties").status_code == 200
    person = world.person("district", project=project)
    assert viewer.get(f"{base}/users/{person.id}/properties").json["code"] == 403.1
    assert viewer.patch(f"{base}/users/{person.id}/properties", json={}).json["code"] == 403.1


def test_a_web_users_values_decide_what_they_see_at_once(world, project, manager):
    person = world.person("district", project=project)
    address = f"/v1/projects/{project.id}/users/{person.id}/properties"
    assert manager.get(address).json == {"properties": {}}
    assert access.at(person, project_id=project.id)[0].scopes == ()
    changed = manager.patch(address, json={"properties": {"kabkota": " 61.03  61.10 61.03 "}})
    assert changed.json == {"properties": {"kabkota": "61.03 61.10"}} == manager.get(address).json
    assert access.at(person, project_id=project.id)[0].scopes == ("kabkota=61.03", "kabkota=61.10")
    assert manager.patch(address, json={"properties": {"kabkota": None}}).json == {"properties": {}}
    assert access.at(person, project_id=project.id)[0].scopes == ()
    assert _lines("user.property.set") == [
        {"properties": {"kabkota": "61.03 61.10"}},
        {"properties": {"kabkota": None}},
    ]
    assert manager.patch(address, json={"properties": {"lain": "x"}}).json["code"] == 400.8
    for nobody in (world.app_user(project).id, 999999):
        assert manager.patch(f"/v1/projects/{project.id}/users/{nobody}/properties", json={}).json["code"] == 404.1


@pytest.mark.parametrize("scope", ["site", "project", "form"])
def test_nobody_with_clearance_chooses_whose_records_they_see(world, project, scope):
    form = world.form(project, xlsx(SCOPED))
    person = world.person("manager", project=project)
    where = {"site": {}, "project": {"project_id": project.id}, "form": {"project_id": project.id, "form_id": form.id}}
    browser = world.login(person)
    address = f"/v1/projects/{project.id}/users/{person.id}/properties"
    assert browser.patch(address, json={"properties": {"kabkota": "61.01"}}).status_code == 200
    grants.assign(SERVER, person.id, access.role("district").id, **where[scope], vault=world.vault)
    db.session.commit()
    refused = browser.patch(address, json={"properties": {"kabkota": "61.02"}})
    assert refused.json["code"] == OwnRights.code
    assert grants.properties(project.id, person.id) == {"kabkota": "61.01"}


def test_codes_are_checked_below_every_door_too(world, project):
    person = world.person()
    for value in ("x" * 201, "a\u0007"):
        with pytest.raises(UnexpectedValue) as refused:
            grants.set_properties(SERVER, project.id, person.id, {"lembaga": value}, vault=world.vault)
        assert value not in refused.value.text()
    grants.set_properties(SERVER, project.id, person.id, {"lembaga": "x" * 200}, vault=world.vault)
    assert grants.properties(project.id, person.id) == {"lembaga": "x" * 200}


def test_the_audit_names_where_a_role_was_given_as_central_does(world, project):
    form = world.form(project, xlsx(SCOPED))
    person, admin = world.person(), world.login(world.administrator())
    before = len(_lines("user.assignment.create"))
    bases = {
        "": "*",
        f"/projects/{project.id}": str(project.actee_id),
        f"/projects/{project.id}/forms/uji": str(form.actee_id),
    }
    for base in bases:
        for method in (admin.post, admin.delete):
            assert method(f"/v1{base}/assignments/viewer/{person.id}").status_code == 200
    assert _lines("user.assignment.create")[before:] == [
        {"roleId": 6, "grantedActeeId": each} for each in bases.values()
    ]
    assert _lines("user.assignment.delete") == [{"roleId": 6, "revokedActeeId": each} for each in bases.values()]
