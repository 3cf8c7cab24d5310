"""Coordinators make projects, upload workbooks, publish them, and give phones and people their access."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from forms import catalogue, submissions
from forms.db import db
from tests.support.odk import xls, xlsx
from tests.support.visitor import MANAGER, Visitor, make_scene
from tests.support.world import SERVER

PLAIN = """
| survey |
|        | type | name | label |
|        | text | nama | Nama  |
| settings |
|          | form_title | form_id | version |
|          | Uji        | uji     | {version} |
"""
#: Works, with a warning: an age in the clear, computed from a birthday that is sealed.
WARNED = """
| survey |
|        | type      | name  | label | privacy  | calculation          |
|        | date      | lahir | Lahir | identity |                      |
|        | calculate | umur  |       | quasi    | today() - ${lahir}   |
"""
WITH_FILES = """
| survey |
|        | type                         | name | label | media::image |
|        | text                         | nama | Nama  | peta.png     |
|        | select_one_from_file kab.csv | kab  | Kab   |              |
"""


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def manager(world, project):
    visitor = Visitor(world.app.test_client())
    visitor.log_in(world.person(MANAGER, project=project).email)
    return visitor


@pytest.fixture
def upload(manager, project):
    def send(data, filename="uji.xlsx", form=None):
        place = f"/projects/{project.id}/forms/{form}/upload" if form else f"/projects/{project.id}/upload"
        return manager.send(place, {"workbook": (data, filename)})

    return send


def _plain(version="1"):
    return xlsx(PLAIN.replace("{version}", version))


def _text(answer):
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def _form(project, xml_form_id="uji"):
    return catalogue.form(project, xml_form_id)


def test_a_project_is_made_changed_put_away_and_brought_back(world):
    visitor = Visitor(world.app.test_client())
    visitor.log_in(world.coordinator().email)
    refused = visitor.send("/new-project", {"name": "  ", "description": "Tetap <di sini>"})
    assert (refused.status_code, "Tetap &lt;di sini&gt;" in refused.text) == (400, True)
    made = visitor.send("/new-project", {"name": "Desa & kota", "description": "Uraian"})
    assert made.status_code == 303
    assert "Desa &amp; kota" in visitor.get(made.location).text
    assert visitor.send(f"{made.location}/settings", {"name": "", "description": ""}).status_code == 400
    visitor.send(f"{made.location}/settings", {"name": "Desa", "description": ""})
    assert "Perubahan tersimpan" in visitor.get(f"{made.location}/settings").text
    visitor.send(f"{made.location}/archive", {"archived": "1"})
    assert "Diarsipkan" in visitor.get("/").text
    visitor.send(f"{made.location}/archive", {"archived": "0"})
    assert "Diarsipkan" not in visitor.get("/").text


def test_a_broken_workbook_is_told_by_sheet_row_and_column_in_both_languages(manager, upload, project):
    broken = xlsx("| survey |\n| | type | name | label |\n| | text | a | A |\n| | txet | b | ${lain} |")
    answer = upload(broken, "rusak <1>.xlsx")
    assert answer.status_code == 400
    assert "rusak &lt;1&gt;.xlsx" in answer.text
    assert "survey" in _text(answer)
    assert " A3 " in _text(answer) or " B3 " in _text(answer) or "baris 3" in _text(answer)
    manager.send("/language", {"language": "en"})
    assert "cannot become a form yet" in upload(broken).text
    assert catalogue.list_forms(SERVER, project) == []


def test_a_workbook_with_warnings_waits_until_they_are_accepted(manager, upload, project):
    answer = upload(xlsx(WARNED), "umur.xlsx")
    assert (answer.status_code, "“umur.xlsx” dapat dipakai, dengan 1 peringatan" in _text(answer)) == (400, True)
    kept = re.search(r'name="kept" value="([^"]*)"', answer.text)[1]
    place = f"/projects/{project.id}/upload"
    for wrong in ("1.x.y", kept[:-1], f"{'9' * 5000}.a.b", f"\u0661.a.{kept.rpartition('.')[2]}", "x"):
        assert manager.send(place, {"kept": wrong}).status_code == 404
    went = manager.send(place, {"kept": kept})
    assert (went.status_code, went.location) == (303, f"/projects/{project.id}/forms/uji/draft")
    page = manager.get(went.location)
    assert "Buku kerja ini sudah menjadi draf" in page.text
    assert "1 peringatan" in _text(page)
    assert manager.get(f"/projects/{project.id}/forms/uji/workbook?draft=1").data.startswith(b"PK")


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (b"nama,umur\n1,2\n", "daftar.csv", "bukan"),
        (b"%PDF-1.7", "surat.pdf", "bukan"),
        (b"PK\x03\x04rusak", "rusak.xlsx", "rusak"),
        (b"", "kosong.xlsx", "bukan"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "rahasia.xlsx", "sandi"),
        (b"PK\x03\x04" + bytes(21_000_000), "besar.xlsx", "20"),
        (b"<html/>", "formulir.xml", "formId"),
    ],
)
def test_a_file_that_is_no_workbook_we_can_read_says_what_to_do(upload, project, data, filename, words):
    answer = upload(data, filename)
    assert answer.status_code == 400
    assert words in _text(answer)
    assert 'id="findings"' not in answer.text, "what has no place in the workbook is no row of a table"
    assert 'name="workbook"' in answer.text
    assert catalogue.list_forms(SERVER, project) == []


def test_no_file_at_all_is_said_beside_the_field(manager, project):
    answer = manager.send(f"/projects/{project.id}/upload")
    assert (answer.status_code, "Pilih dahulu buku kerja Excel" in answer.text) == (400, True)
    answer = manager.send(f"/projects/{project.id}/upload", {"workbook": (b"", "")})
    assert (answer.status_code, 'id="workbook-problem"' in answer.text) == (400, True)


def test_a_workbook_may_come_as_xls_and_under_any_name(upload, project, manager):
    assert upload(xls(PLAIN.replace("{version}", "1")), "lama.XLS").status_code == 303
    assert manager.get(f"/projects/{project.id}/forms/uji/workbook").headers["Content-Disposition"].endswith("uji.xls")
    other = PLAIN.replace("{version}", "1").replace("| uji ", "| lain ")
    assert upload(xlsx(other), "salinan dari formulir").status_code == 303


def test_a_form_that_is_there_already_is_led_to_its_own_upload(upload, project):
    upload(_plain())
    assert upload(xlsx(WARNED)).status_code == 409, "said before its warnings, which would be read for nothing"
    answer = upload(_plain("2"))
    assert answer.status_code == 409
    assert "Proyek ini sudah punya formulir “uji”" in _text(answer)
    assert f'href="/projects/{project.id}/forms/uji/upload"' in answer.text


def test_another_forms_workbook_is_no_new_version(upload):
    upload(_plain())
    answer = upload(xlsx(PLAIN.replace("{version}", "2").replace("| uji ", "| lain ")), form="uji")
    assert (answer.status_code, "formulir lain, “lain”" in _text(answer)) == (400, True)


def test_a_form_is_published_with_its_files_and_phones_get_it(world, manager, upload, project):
    upload(xlsx(WITH_FILES))
    base = f"/projects/{project.id}/forms/uji"
    assert "2 berkas belum ada" in _text(manager.get(f"{base}/draft"))
    assert manager.send(f"{base}/attach", {"files": [(b"gambar", "peta.png")]}).status_code == 303
    manager.send(f"{base}/attach", {"name": "kab.csv", "files": (b"name,label\n61.10,Melawi\n", "Kabupaten final.csv")})
    assert "Lengkap" in _text(manager.get(f"{base}/draft"))
    file = manager.get(f"{base}/files/kab.csv?draft=1")
    assert (file.data, file.headers["Content-Disposition"][:10]) == (b"name,label\n61.10,Melawi\n", "attachment")
    assert "Pilih dahulu sebuah berkas" in manager.send(f"{base}/attach").text
    assert manager.send(f"{base}/publish", {"note": "Yang <pertama>"}).status_code == 303
    page = manager.get(base)
    assert "Yang &lt;pertama&gt;" in page.text
    assert "Berlaku" in page.text
    phone = world.app_user(project, _form(project))
    listed = world.app.test_client().get(f"/v1/key/{phone.token}/projects/{project.id}/formList")
    assert b"<formID>uji</formID>" in listed.data


def test_a_version_that_was_published_before_gets_another_name_on_the_page(manager, upload, project):
    base = f"/projects/{project.id}/forms/uji"
    upload(_plain("1"))
    manager.send(f"{base}/publish")
    changed = PLAIN.replace("{version}", "1").replace("Nama  |", "Nama lengkap |")
    assert upload(xlsx(changed), form="uji").status_code == 303
    page = manager.get(f"{base}/draft")
    suggested = re.search(r'name="version"[^>]*value="(\d{10})"', page.text)[1]
    assert suggested.endswith("01")
    draft = _form(project).draft_id
    refused = manager.send(f"{base}/publish", {"version": "1", "note": "Catatan saya"})
    assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (409, True)
    assert "Catatan saya" in refused.text
    assert _form(project).draft_id == draft, "a refusal leaves the draft as it was"
    assert manager.send(f"{base}/publish", {"version": "\x07"}).status_code == 400
    assert _form(project).draft_id == draft
    assert manager.send(f"{base}/publish", {"version": suggested}).status_code == 303
    current = catalogue.current(_form(project))
    assert current.version == suggested
    assert f'version="{suggested}"'.encode() in catalogue.xform(current)
    assert manager.get(f"{base}/xform?version={suggested}").data == catalogue.xform(current)
    assert b"Nama lengkap" not in manager.get(f"{base}/xform?version=1").data


def test_what_the_stored_answers_would_not_survive_is_refused_at_the_upload(manager, upload, project):
    upload(_plain("1"))
    manager.send(f"/projects/{project.id}/forms/uji/publish")
    answer = upload(xlsx(PLAIN.replace("{version}", "2").replace("text", "integer")), form="uji")
    assert (answer.status_code, "/nama" in _text(answer)) == (400, True)
    assert _form(project).draft_id is None


def test_questions_that_vanish_are_named_before_the_draft_is_made(manager, upload, project):
    upload(_plain("1"))
    manager.send(f"/projects/{project.id}/forms/uji/publish")
    answer = upload(xlsx(PLAIN.replace("{version}", "2").replace("nama |", "nama_baru |")), form="uji")
    assert "tidak ada lagi" in _text(answer) or "nama" in _text(answer)
    kept = re.search(r'name="kept" value="([^"]*)"', answer.text)[1]
    assert manager.send(f"/projects/{project.id}/forms/uji/upload", {"kept": kept}).status_code == 303


def test_closing_a_form_stops_phones_and_a_made_up_state_is_refused(world):
    scene = make_scene(world)
    manager = scene.with_role(MANAGER)
    phone = f"/v1/key/{scene.phone.token}/projects/{scene.project.id}/formList"
    assert b"kasus" in world.app.test_client().get(phone).data
    assert manager.send(f"{scene.base}/state", {"state": "closed"}).status_code == 303
    assert b"kasus" not in world.app.test_client().get(phone).data
    assert "Ditutup" in manager.get(f"{scene.base}/submissions").text
    assert manager.send(f"{scene.base}/state", {"state": "setengah"}).status_code == 400


def test_app_users_come_from_a_list_of_names_and_lose_access_at_once(world):
    scene = make_scene(world)
    manager = scene.with_role(MANAGER)
    users = f"/projects/{scene.project.id}/app-users"
    for names in ("", " \n ", "\n".join(f"P{n}" for n in range(501))):
        assert manager.send(f"{users}/add", {"names": names, "confirmed": "1"}).status_code == 400
    sent = {"names": "Pos <1>\r\n\r\n Pos 2 \t\r\n", "confirmed": "1"}
    assert manager.send(f"{users}/add", sent).status_code == 303
    page = manager.get(users)
    assert "Pos &lt;1&gt;" in page.text
    assert submissions.count_by_form(SERVER, scene.project.id, [scene.form])[scene.form.id].submissions == 1
    token = scene.phone.token
    assert manager.send(f"{users}/{scene.phone.id}/revoke").status_code == 303
    assert "Akses dicabut" in manager.get(users).text
    gone = world.app.test_client().get(f"/v1/key/{token}/projects/{scene.project.id}/formList")
    assert gone.status_code in (401, 403)
    assert manager.get(f"{users}/{scene.phone.id}/qr").status_code == 404
    assert manager.get(f"{users}/999/qr").status_code == 404


def test_an_account_is_made_with_a_role_in_one_project(world):
    scene = make_scene(world)
    admin = scene.administrator()
    good = {"name": "Rekan", "email": "rekan@example.org", "password": "kata-sandi-9", "role": f"6:{scene.project.id}"}
    for name, wrong in (
        ("email", "bukan-surel"),
        ("password", "pendek"),
        ("role", "1:99"),
        ("role", ""),
        ("role", "x"),
    ):
        answer = admin.send("/accounts", {**good, name: wrong})
        assert (answer.status_code, f'id="{name}-problem"' in answer.text) == (400, True), name
        assert "kata-sandi-9" not in answer.text
    assert admin.send("/accounts", good).status_code == 303
    assert "Pembaca proyek: Proyek &lt;uji&gt;" in admin.get("/accounts").text
    twice = admin.send("/accounts", {**good, "email": "REKAN@example.org"})
    assert (twice.status_code, "Sudah ada akun dengan alamat ini" in twice.text) == (400, True)
    made = Visitor(world.app.test_client())
    assert made.log_in("rekan@example.org", "kata-sandi-9").status_code == 303
    assert made.get(f"{scene.base}/submissions").status_code == 200


def test_codes_are_refused_where_they_would_lead_a_phone_to_itself(world):
    scene = make_scene(world)
    users = f"/projects/{scene.project.id}/app-users"
    manager = world.person(MANAGER, project=scene.project)
    for address in ("http://localhost", "http://127.0.0.1:8383", "http://[::1]:8383"):
        visitor = Visitor(world.app.test_client())
        visitor.log_in(manager.email, base_url=address)
        for path in ("", "/cards", f"/{scene.phone.id}/qr"):
            answer = visitor.get(users + path, base_url=address)
            assert "Belum ada kode QR di alamat ini" in answer.text, (path, address)
            assert 'class="qr"' not in answer.text
            assert "serve --bind 0.0.0.0:" in answer.text or "LENTERA_BASE_URL" in answer.text


def test_codes_are_given_under_an_address_that_phones_reach(app, world):
    scene = make_scene(world)
    server = app.extensions["lentera"]
    app.extensions["lentera"] = replace(server, base_url="https://lentera.example.org")
    manager = scene.with_role(MANAGER)
    users = f"/projects/{scene.project.id}/app-users"
    for path in ("/cards", f"/{scene.phone.id}/qr", f"/cards?app_user={scene.phone.id}"):
        assert manager.get(users + path).text.count('class="qr"') == 1, path
    assert 'class="qr"' not in manager.get(f"{users}/cards?app_user=999").text
    assert scene.phone.token not in manager.get(users).text


def test_the_workbook_that_was_uploaded_comes_back_as_it_was(manager, upload, project):
    data = _plain()
    upload(data)
    assert manager.get(f"/projects/{project.id}/forms/uji/workbook").data == data


def test_app_users_may_be_made_for_some_days(world):
    scene = make_scene(world)
    manager = scene.with_role(MANAGER)
    users = f"/projects/{scene.project.id}/app-users"
    for day in ("kapan-kapan", "2020-01-01", "2026-02-30", "9999-12-31"):
        refused = manager.send(f"{users}/add", {"names": "Relawan", "expires": day, "confirmed": "1"})
        assert (refused.status_code, 'id="expires-problem"' in refused.text) == (400, True), day
    last = datetime.now(ZoneInfo("Asia/Pontianak")).date()
    made = {"names": "Relawan", "expires": last.isoformat(), "confirmed": "1"}
    assert manager.send(f"{users}/add", made).status_code == 303
    ends = db.session.execute(db.text("select expires_at from sessions order by id desc limit 1")).scalar_one()
    assert ends.astimezone(ZoneInfo("Asia/Pontianak")).isoformat() == f"{last + timedelta(days=1)}T00:00:00+07:00"
    assert "berlaku sampai" in manager.get(users).text
    db.session.execute(db.text("update sessions set expires_at = now() where expires_at = :ends"), {"ends": ends})
    db.session.commit()
    page = manager.get(users).text
    assert "Kedaluwarsa" in page
    assert "Akses dicabut" not in page
