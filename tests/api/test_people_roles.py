"""The pages on which roles and values are given, and what a person with a role on one form finds."""

import re
from html import unescape

import pytest

from forms import access, accounts, catalogue, grants, policy
from forms.access import SERVER, Permission
from forms.db import db
from forms.problems import OwnRights, RoleIsPerForm
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.visitor import MANAGER, VIEWER, make_scene

SCOPED = """
| survey |
|        | type           | name | label | scope   |
|        | select_one kab | kab  | Kab   | kabkota |
|        | text           | tim  | Tim   | lembaga |
|        | text           | nama | Nama  |         |
| choices |
|         | list_name | name  | label::Bahasa Indonesia (id) | label::English (en) |
|         | kab       | 61.03 | Sanggau                      | Sanggau             |
|         | kab       | 61.10 | Melawi                       | Melawi              |
| settings |
|          | form_title  | form_id | version |
|          | Sosialisasi | sosial  | 1       |
"""
CASES = """
| survey |
|        | type | name | label | privacy   | scope   |
|        | text | kab  | Kab   |           | kabkota |
|        | text | luka | Luka  | sensitive |         |
| settings |
|          | form_title | form_id | version |
|          | Perkara    | perkara | 1       |
"""


@pytest.fixture
def scene(world):
    made = make_scene(world)
    world.form(made.project, xlsx(SCOPED))
    return made


@pytest.fixture
def people(scene):
    return f"/projects/{scene.project.id}/people"


def _row(page, person):
    """The page's text about one person."""
    found = re.search(rf'<tr id="person-{person.id}">(.*?)</tr>', page.text, re.DOTALL)
    return unescape(found[1]) if found else ""


def _held(project, person):
    rows = {p.id: p for p in grants.list_people(project)}
    return [(h.role.system, h.xml_form_id) for h in rows[person.id].held] if person.id in rows else []


def test_a_manager_gives_a_role_and_the_values_that_it_needs(world, scene, people):
    manager, person = scene.with_role(MANAGER), world.person()
    assert 'href="/projects/1/people"' in manager.get(f"/projects/{scene.project.id}").text
    given = manager.send(people, {"email": person.email.upper(), "role": "23", "form": ""})
    assert (given.status_code, given.location) == (303, people)
    row = _row(manager.get(people), person)
    assert "Koordinator kabupaten/kota" in row
    assert "seluruh proyek" in row
    assert "belum melihat apa pun: beri nilai" in row
    # The form's own choices are offered, and other codes can be typed.
    assert 'value="61.10"' in row
    assert "Melawi" in row
    kept = manager.send(f"{people}/{person.id}/values", {"value.kabkota": ["61.03", "61.99 61.03"]})
    assert kept.status_code == 303
    row = _row(manager.get(people), person)
    assert "61.03 Sanggau, 61.99" in row
    assert "beri nilai" not in row
    assert access.at(person, project_id=scene.project.id)[0].scopes == ("kabkota=61.03", "kabkota=61.99")
    assert manager.send(f"{people}/{person.id}/values", {"value.kabkota": ""}).status_code == 303
    assert grants.properties(scene.project.id, person.id) == {}
    assert manager.send(f"{people}/{person.id}/take", {"role": "23", "form": ""}).status_code == 303
    assert _row(manager.get(people), person) == ""
    assert manager.send(f"{people}/{person.id}/take", {"role": "23", "form": ""}).status_code == 404


def test_a_role_is_given_on_one_form_alone(world, scene, people):
    manager, person = scene.with_role(MANAGER), world.person()
    assert manager.send(people, {"email": person.email, "role": "20", "form": "sosial"}).status_code == 303
    assert _held(scene.project, person) == [("outreach", "sosial")]
    assert "Sosialisasi" in _row(manager.get(people), person)
    assert manager.send(people, {"email": person.email, "role": "20", "form": "lain"}).status_code == 404
    assert manager.send(f"{people}/{person.id}/take", {"role": "20", "form": ""}).status_code == 404
    assert manager.send(f"{people}/{person.id}/take", {"role": "20", "form": "sosial"}).status_code == 303
    assert _held(scene.project, person) == []


def test_what_cannot_be_given_says_why_and_changes_nothing(world, scene, people):
    person = world.person("viewer", project=scene.project)
    me = world.person("manager", project=scene.project)
    manager = scene.visitor(me)
    for fields, status, said in (
        ({"email": "tidak-ada@example.org", "role": "6"}, 400, "Belum ada akun dengan alamat ini"),
        ({"email": person.email, "role": "1"}, 400, "Pilih hak orang ini"),
        ({"email": person.email, "role": "abc"}, 400, "Pilih hak orang ini"),
        ({"email": person.email, "role": "6"}, 409, "sudah punya peran itu"),
        ({"email": me.email, "role": "23"}, 403, OwnRights.message_id),
        ({"email": person.email, "role": "20"}, RoleIsPerForm.code // 1, "formulir"),
    ):
        refused = manager.send(people, fields)
        assert (refused.status_code, said in unescape(refused.text)) == (status, True), fields
        assert f'value="{fields["email"]}"' in refused.text
    assert _held(scene.project, person) == [("viewer", None)]
    assert _held(scene.project, me) == [("manager", None)]


def test_nobody_with_clearance_changes_their_own_values(world, scene, people):
    me = world.person("manager", "district", project=scene.project)
    manager = scene.visitor(me)
    assert "Ubah nilai" not in _row(manager.get(people), me)
    assert manager.send(f"{people}/{me.id}/values", {"value.kabkota": "61.03"}).status_code == 403
    assert grants.properties(scene.project.id, me.id) == {}


def test_a_code_that_cannot_be_is_refused_on_the_page(world, scene, people):
    form = catalogue.form(scene.project, "sosial")
    person = world.person("outreach", project=scene.project, form=form)
    manager = scene.with_role(MANAGER)
    for value in ("x" * 201, "a\u0007b"):
        refused = manager.send(f"{people}/{person.id}/values", {"value.kabkota": "61.03", "value.lembaga": value})
        assert (refused.status_code, "Satu kode paling banyak 200 karakter" in refused.text) == (400, True)
    assert grants.properties(scene.project.id, person.id) == {}
    assert manager.send(f"{people}/999999/values", {"value.kabkota": "61.03"}).status_code == 404


def test_site_wide_roles_are_shown_and_not_taken_here(world, scene, people):
    admin = world.administrator()
    row = _row(scene.with_role(MANAGER).get(people), admin)
    assert "seluruh server" in row
    assert "/take" not in row


def test_a_role_that_a_form_about_people_makes_void_is_marked(world, scene, people):
    form = world.form(scene.project, xlsx(CASES))
    analyst = world.person("analyst", project=scene.project, form=form)
    assert "tidak membuka apa pun: formulir ini tentang orang" in _row(scene.with_role(MANAGER).get(people), analyst)


def test_an_auditor_reads_who_has_which_role_and_changes_nothing(world, scene, people):
    person = world.person("district", project=scene.project)
    auditor = scene.visitor(world.person("auditor", project=scene.project))
    page = auditor.get(people)
    assert "Koordinator kabupaten/kota" in _row(page, person)
    assert f'method="post" action="{people}' not in page.text
    for path, fields in (
        ("", {"email": person.email, "role": "6"}),
        (f"/{person.id}/take", {"role": "23"}),
        (f"/{person.id}/values", {"value.kabkota": "61.03"}),
    ):
        assert auditor.send(people + path, fields).status_code == 403, path
    assert auditor.get(f"{people}/upload").status_code == 403
    assert "/people" not in scene.with_role(VIEWER).get(f"/projects/{scene.project.id}").text


def test_the_reference_page_shows_every_role_of_the_policy_in_both_languages(world, scene):
    visitor = scene.with_role(VIEWER)
    indonesian = visitor.get("/roles").text
    assert 'href="/roles"' in visitor.get("/").text
    visitor.post("/language", {"language": "en", "next": "/roles"})
    english = visitor.get("/roles").text
    for role in policy.ROLES:
        assert role.name_id in indonesian
        assert role.name in english
    rows = {
        system: unescape(row)
        for row in re.findall(r"<tr>(.*?)</tr>", english, re.DOTALL)
        for system in re.findall(r'<div class="small soft code">([\w-]+)</div>', row)
    }
    assert set(rows) == {role.system for role in policy.ROLES}
    for role in policy.ROLES:
        row = rows[role.system]
        assert ("reveals identity" in row) == ("identity.reveal" in role.verbs), role.system
        assert ("about people" in row.replace("on forms about people", "")) == role.has_clearance, role.system
        assert ("given form by form" in row) == role.per_form, role.system
        assert ("of cases only figures, small numbers hidden" in row) == (not role.cases), role.system
        assert [name for name in policy.DIMENSIONS if f"({name})" in row] == sorted(
            role.scoped_by, key=policy.DIMENSIONS.index
        )


def test_accounts_name_roles_with_clearance_and_where_they_count(world, scene):
    admin = scene.visitor(world.administrator())
    form = world.form(scene.project, xlsx(CASES))
    world.person("district", project=scene.project)
    world.person("onestop", project=scene.project, form=form)
    page = unescape(admin.get("/accounts").text)
    assert "Koordinator kabupaten/kota: Proyek <uji>" in page
    assert "Petugas LTSA: Proyek <uji> / perkara" in page
    made = admin.send(
        "/accounts",
        {"name": "Orang", "email": "baru@example.org", "password": "kata-sandi-baru", "role": f"23:{scene.project.id}"},
    )
    assert made.status_code == 303
    assert _held(scene.project, accounts.user(accounts.live_user("baru@example.org").actor_id).Actor) == [
        ("district", None)
    ]


def test_who_has_a_role_on_one_form_alone_finds_it_from_the_first_page_on(world, scene):
    """And nothing else of the project."""
    form = world.form(scene.project, xlsx(SCOPED.replace("sosial", "milik").replace("Sosialisasi", "Milik tim")))
    person = world.person("outreach", project=scene.project, form=form)
    grants.set_properties(SERVER, scene.project.id, person.id, {"kabkota": "61.03"}, vault=scene.world.vault)
    grants.assign(
        SERVER,
        scene.phone.id,
        accounts.APP_USER_ROLE,
        project_id=scene.project.id,
        form_id=form.id,
        vault=scene.world.vault,
    )
    db.session.commit()
    for kab in ("61.03", "61.10"):
        scene.receive(instance("milik", answers=f"<kab>{kab}</kab><nama>N {kab}</nama>", instance_id=new_id()))
    visitor = scene.visitor(person)
    home = visitor.get("/")
    assert f'href="/projects/{scene.project.id}"' in home.text
    page = visitor.get(f"/projects/{scene.project.id}")
    assert page.status_code == 200
    assert "Milik tim" in page.text
    for foreign in ("Laporan", "kasus", "Sosialisasi", "app-users", "/people", "/settings", "/upload"):
        assert foreign not in page.text, foreign
    links = set(re.findall(r'href="(/projects/[^"]+)"', page.text)) | {f"/projects/{scene.project.id}/forms/milik"}
    seen = set()
    while links - seen:
        link = min(links - seen)
        seen.add(link)
        answer = visitor.get(unescape(link))
        assert answer.status_code == 200, link
        assert b"N 61.10" not in answer.data, link
        if answer.mimetype == "text/html":
            links |= set(re.findall(r'href="(/projects/[^"#]+)"', answer.text))
    assert {link.rpartition("/")[2] for link in seen} >= {"submissions", "dashboard", "downloads", "milik"}
    assert "N 61.03" in visitor.get(f"/projects/{scene.project.id}/forms/milik/submissions").text
    assert visitor.get(f"{scene.base}/submissions").status_code == 403
    assert Permission.SUBMISSION_LIST not in access.verbs(person, project_id=scene.project.id)


def test_the_first_page_counts_only_the_forms_that_the_person_finds(world, scene):
    form = world.form(scene.project, xlsx(SCOPED.replace("sosial", "milik")))
    visitor = scene.visitor(world.person("outreach", project=scene.project, form=form))
    assert "<dt>formulir</dt><dd>1</dd>" in visitor.get("/").text
    assert "<dt>formulir</dt><dd>3</dd>" in scene.with_role(VIEWER).get("/").text


def test_where_a_phones_records_belong_is_said_when_it_is_made_and_later(world, scene):
    manager = scene.with_role("manager")
    users = f"/projects/{scene.project.id}/app-users"
    made = {"names": "Pos Sekayam", "value.kabkota": ["61.03", "61.03 61.04"], "confirmed": "1"}
    assert manager.send(f"{users}/add", made).status_code == 303
    person = max(user.id for user in accounts.list_app_users(scene.project, vault=world.vault))
    assert grants.properties(scene.project.id, person) == {"kabkota": "61.03 61.04"}
    assert "61.03" in manager.get(users).text
    address = f"{users}/{person}/values"
    assert manager.send(address, {"value.kabkota": "61.71"}).status_code == 303
    assert grants.properties(scene.project.id, person) == {"kabkota": "61.71"}
    refused = manager.send(address, {"value.kabkota": "x" * 201})
    assert (refused.status_code, "paling banyak 200" in refused.text) == (400, True)
    refused = manager.send(f"{users}/add", {"names": "Pos lain", "value.kabkota": "x" * 201, "confirmed": "1"})
    assert (refused.status_code, "paling banyak 200" in refused.text) == (400, True)
    assert manager.send(f"{users}/999/values", {"value.kabkota": "61.71"}).status_code == 404
    assert scene.with_role("viewer").send(address, {"value.kabkota": "61.01"}).status_code == 403
    assert manager.send(address, {"value.kabkota": ""}).status_code == 303
    assert grants.properties(scene.project.id, person) == {}
