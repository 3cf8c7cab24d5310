"""Who could read along: plain http and forms with identity, and what every answer tells a browser."""

import io
from dataclasses import replace

import pytest

import app as lentera
from api.endpoint import DECLARED
from api.pages import reach
from forms import accounts, catalogue, grants
from forms.access import SERVER
from forms.catalogue import Upload
from forms.db import db
from forms.problems import PlainHttpSetting
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.visitor import PICTURE, Visitor, make_scene
from tests.support.world import PASSWORD

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
REFUSED = (403, 403.921)
OPEN = """
| survey   |
|          | type   | name | label |
|          | text   | kota | Kota  |
| settings |
|          | form_title | form_id | version |
|          | Terbuka    | terbuka | {version} |
"""
NAMED = OPEN.replace("| label |", "| label | privacy |").replace("| Kota  |", "| Kota  | identity |")
#: Every route that names a form, and a method of it.
OF_A_FORM = [(route.methods[0], route.path) for route in DECLARED if "<xml_form_id>" in route.path]


@pytest.fixture
def scene(world):
    """The form `kasus`, which asks for names, and beside it `terbuka`, which does not."""
    made = make_scene(world)
    form = world.form(made.project, xlsx(OPEN.format(version=1)))
    grants.assign(
        SERVER,
        made.phone.id,
        accounts.APP_USER_ROLE,
        project_id=made.project.id,
        form_id=form.id,
        vault=made.world.vault,
    )
    db.session.commit()
    return made


@pytest.fixture
def base(scene):
    """The phone's address."""
    return f"/v1/key/{scene.phone.token}/projects/{scene.project.id}"


@pytest.fixture
def token(scene, world):
    """The session of a person who may do everything, as a program holds it."""
    return world.login(world.coordinator()).environ_base["HTTP_AUTHORIZATION"]


def _send(client, base, form_id, **options):
    xml = instance(form_id, answers="<kota>Sambas</kota>", instance_id=new_id())
    parts = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
    return client.post(f"{base}/submission", data=parts, content_type="multipart/form-data", **options)


def _listed(client, base, **options):
    text = client.get(f"{base}/formList", **options).text
    return [form_id for form_id in ("kasus", "terbuka") if f"<formID>{form_id}</formID>" in text]


def _set(app, **changes):
    app.extensions["lentera"] = replace(app.extensions["lentera"], **changes)


def test_over_plain_http_a_phone_gets_and_sends_only_forms_without_identity(scene, client, base):
    assert _listed(client, base) == ["kasus", "terbuka"]
    assert _listed(client, base, environ_base=ELSEWHERE) == ["terbuka"]
    assert client.get(f"{base}/forms/terbuka.xml", environ_base=ELSEWHERE).status_code == 200
    assert client.get(f"{base}/forms/terbuka/manifest", environ_base=ELSEWHERE).status_code == 200
    assert _send(client, base, "terbuka", environ_base=ELSEWHERE).status_code == 201
    assert client.head(f"{base}/submission", environ_base=ELSEWHERE).status_code == 204
    for refused in (
        client.get(f"{base}/forms/kasus/manifest", environ_base=ELSEWHERE),
        _send(client, base, "kasus", environ_base=ELSEWHERE),
    ):
        assert refused.status_code == 403
        assert refused.text.startswith("<?xml")
        assert "https" in refused.text
    assert client.get(f"{base}/forms/kasus.xml", environ_base=ELSEWHERE).json["code"] == 403.921


def test_what_was_refused_is_accepted_whole_over_https(scene, client, base):
    xml = instance("kasus", answers="<kota>61.10</kota>", instance_id="uuid:sekali")
    answers = []
    for options in ({"environ_base": ELSEWHERE}, {"base_url": "https://lentera.example.org"}):
        parts = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
        answers.append(client.post(f"{base}/submission", data=parts, content_type="multipart/form-data", **options))
    assert [answer.status_code for answer in answers] == [403, 201]


@pytest.mark.parametrize(("method", "path"), OF_A_FORM)
def test_t17_no_route_of_a_form_with_identity_answers_over_plain_http(scene, client, token, method, path):
    for name, value in (
        ("<project_id>", str(scene.project.id)),
        ("<xml_form_id>", "kasus"),
        ("<instance_id>", scene.sent[0]),
        ("<version_id>", scene.sent[0]),
        ("<name>", "foto.png"),
        ("<version>", "1"),
    ):
        path = path.replace(name, value)
    # Pages know people by their cookie; whoever stole one shows it from anywhere.
    client.set_cookie("session", token.removeprefix("Bearer "))
    proof = scene.administrator().client.get_cookie("__csrf").value
    options = {"environ_base": ELSEWHERE} | ({"headers": {"Authorization": token}} if path.startswith("/v1") else {})
    answer = client.open(path, method=method, data={"__csrf": proof} if method == "POST" else None, **options)
    if path.startswith("/v1/test/"):
        # Without the word of its draft such an address is not there, over whatever line.
        assert answer.status_code == 404
        return
    assert answer.status_code == 403
    if path.startswith("/v1") and not path.endswith("manifest"):
        assert answer.json["code"] == 403.921


def test_people_are_told_what_is_the_matter_before_they_type_a_password(client, world):
    person = world.coordinator()
    visitor = Visitor(client)
    for answer in (
        visitor.get("/login", environ_base=ELSEWHERE),
        visitor.log_in(person.email, environ_base=ELSEWHERE),
    ):
        assert answer.status_code == 403
        assert "https" in answer.text
        assert 'type="password"' not in answer.text
        assert "Set-Cookie" not in answer.headers
    credentials = {"email": person.email, "password": PASSWORD}
    assert client.post("/v1/sessions", json=credentials, environ_base=ELSEWHERE).json["code"] == 401.3
    assert client.get("/v1/projects", auth=(person.email, PASSWORD), environ_base=ELSEWHERE).json["code"] == 401.3
    assert client.post("/v1/sessions", json=credentials).status_code == 200


def test_a_list_of_forms_leaves_out_what_may_not_be_opened(scene, client, token):
    address = f"/v1/projects/{scene.project.id}/forms"
    ids = [
        [form["xmlFormId"] for form in client.get(address, headers={"Authorization": token}, **options).json]
        for options in ({}, {"environ_base": ELSEWHERE})
    ]
    assert ids == [["kasus", "terbuka"], ["terbuka"]]


def test_a_network_of_ones_own_may_be_allowed(app, scene, client, base, world):
    _set(app, is_open_lan=True)
    assert _listed(client, base, environ_base=ELSEWHERE) == ["kasus", "terbuka"]
    assert client.get(f"{base}/forms/kasus.xml", environ_base=ELSEWHERE).status_code == 200
    assert _send(client, base, "kasus", environ_base=ELSEWHERE).status_code == 201
    person = world.coordinator()
    assert Visitor(client).log_in(person.email, environ_base=ELSEWHERE).status_code == 303
    assert client.get("/v1/projects", auth=(person.email, PASSWORD), environ_base=ELSEWHERE).status_code == 200


@pytest.mark.parametrize("value", ["lan", "1", "true", "LAN ", "no"])
def test_the_setting_is_one_word_in_capital_letters(value, app):
    with pytest.raises(PlainHttpSetting):
        lentera.create_app({"LENTERA_PLAIN_HTTP": value, "LENTERA_MASTER_KEY": "5e" * 32})


def test_the_setting_counts_when_it_is_right_and_nothing_is_open_without_it():
    read = lentera.read_settings({"LENTERA_PLAIN_HTTP": "LAN"})
    assert lentera.is_open_lan(read)
    assert not lentera.is_open_lan(lentera.read_settings({}))
    assert not lentera.is_open_lan(lentera.read_settings({"LENTERA_PLAIN_HTTP": ""}))


PROXY = {"X-Forwarded-For": "192.0.2.7"}


@pytest.mark.parametrize(
    ("options", "is_private"),
    [
        ({"environ_base": {"REMOTE_ADDR": "127.0.0.1"}}, True),
        ({"environ_base": {"REMOTE_ADDR": "127.8.9.1"}}, True),
        ({"environ_base": {"REMOTE_ADDR": "::1"}}, True),
        ({"environ_base": {"REMOTE_ADDR": "::ffff:127.0.0.1"}}, True),
        ({"environ_base": {"REMOTE_ADDR": "::ffff:192.0.2.7"}}, False),
        ({"environ_base": {"REMOTE_ADDR": "10.0.0.7"}}, False),
        ({"environ_base": {"REMOTE_ADDR": ""}}, False),
        ({"environ_base": ELSEWHERE, "headers": {"X-Forwarded-Proto": "https"}}, False),
        # A proxy on this machine speaks for others, and says whether they came by https.
        ({"headers": PROXY}, False),
        ({"headers": {"Forwarded": "for=192.0.2.7;proto=http"}}, False),
        ({"headers": PROXY | {"X-Forwarded-Proto": "http"}}, False),
        ({"headers": PROXY | {"X-Forwarded-Proto": "https"}}, True),
        ({"environ_base": ELSEWHERE, "base_url": "https://lentera.example.org"}, True),
    ],
)
def test_private_is_this_machine_or_https(options, is_private, scene, client, base):
    assert (_listed(client, base, **options) == ["kasus", "terbuka"]) is is_private


def test_a_proxy_elsewhere_is_believed_where_the_public_address_is_https(app, scene, client, base):
    _set(app, base_url="https://lentera.example.org")
    proxy = {"environ_base": {"REMOTE_ADDR": "10.0.0.2"}, "headers": PROXY | {"X-Forwarded-Proto": "https"}}
    assert _listed(client, base, **proxy) == ["kasus", "terbuka"]
    assert _listed(client, base, environ_base=ELSEWHERE) == ["terbuka"]


def test_a_draft_that_asks_for_identity_holds_the_form_back_until_it_is_dropped(scene, world, client, base):
    form = catalogue.form(scene.project, "terbuka")

    def draft(workbook, version):
        upload = Upload(xlsx(workbook.format(version=version)), "terbuka.xlsx")
        catalogue.set_draft(SERVER, form, upload, vault=world.vault, ignore_warnings=True)
        db.session.commit()

    more = NAMED.replace("| text   | kota |", "| text   | nama |")
    assert not form.has_identity
    draft(more, 2)
    assert _listed(client, base, environ_base=ELSEWHERE) == []
    draft(OPEN, 2)
    assert _listed(client, base, environ_base=ELSEWHERE) == ["terbuka"]
    draft(more, 2)
    catalogue.delete_draft(SERVER, form)
    db.session.commit()
    assert _listed(client, base, environ_base=ELSEWHERE) == ["terbuka"]
    draft(more, 2)
    catalogue.publish(SERVER, form)
    draft(OPEN, 3)
    catalogue.publish(SERVER, form)
    db.session.commit()
    # Its second version's records are still there.
    assert _listed(client, base, environ_base=ELSEWHERE) == []


def test_a_form_is_held_back_as_soon_as_its_first_draft_asks_for_identity(world):
    assert world.form(world.project(), xlsx(NAMED.format(version=1)), publish=False).has_identity


# --- what every answer says -------------------------------------------------------------------------------------------


def _everything(scene, token):
    """Ask every declared route, as far as it can be asked for."""
    client = scene.world.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = token
    for route in DECLARED:
        path = route.path
        for name, value in (
            ("<project_id>", str(scene.project.id)),
            ("<xml_form_id>", "kasus"),
            ("<instance_id>", scene.sent[0]),
            ("<version_id>", scene.sent[0]),
            ("<name>", "foto.png"),
            ("<version>", "1"),
            ("<app_user_id>", str(scene.phone.id)),
            ("<actor_id>", str(scene.phone.id)),
        ):
            path = path.replace(name, value)
        for method in set(route.methods) & {"GET", "POST"}:
            yield route, path, client.open(path, method=method, base_url="https://lentera.example.org")


def test_t17_every_answer_of_every_route_keeps_browsers_on_https_and_from_running_anything(scene, token):
    for _, path, answer in _everything(scene, token):
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin"), path
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        is_page = answer.mimetype == "text/html"
        assert is_page or policy == "default-src 'none'; frame-ancestors 'none'; sandbox", path


def test_t17_nothing_that_may_be_about_a_person_is_stored_by_a_browser_or_a_cache(scene, token):
    stored, seen = set(), set()
    for route, path, answer in _everything(scene, token):
        seen.add(route.path)
        if answer.data and "no-store" not in answer.headers["Cache-Control"]:
            stored.add(path)
    personal = ("submission", "app-users", "users", "assignments", "sessions", "audit", "access", "export")
    assert len(seen) > 80
    # A draft's address without its word is not there, and says nothing but that.
    stored = {path for path in stored if not path.startswith("/v1/test/<token>")}
    assert not [path for path in stored if any(word in path for word in personal) and not path.endswith("formList")]
    # Phones ask every quarter of an hour for what tells nothing of anybody.
    assert f"/v1/projects/{scene.project.id}/formList" in stored


def test_over_plain_http_nobody_is_told_to_come_by_https(client):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    assert client.get("/healthz", base_url="https://x.example.org").headers["Strict-Transport-Security"]


def test_behind_a_proxy_that_says_https_browsers_are_told_so_too(app, client):
    _set(app, base_url="https://lentera.example.org")
    for path in ("/healthz", "/login", "/tidak-ada", "/v1/tidak-ada", "/static/manifest.json"):
        answer = client.get(path, headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
        assert "Referrer-Policy" in answer.headers


ATTACK = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "image/png", ""])
def test_t17_an_uploaded_file_never_runs_in_our_origin(kind, scene, world, client, token):
    """Whatever a phone says that its file is: at both doors it is saved, or shown as the picture that it is not."""
    instance_id = new_id()
    xml = instance("kasus", answers="<foto>foto.png</foto>", instance_id=instance_id)
    parts = {
        "xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml"),
        "foto.png": (io.BytesIO(ATTACK), "foto.png", kind),
    }
    address = f"/v1/key/{scene.phone.token}/projects/{scene.project.id}/submission"
    assert client.post(address, data=parts, content_type="multipart/form-data").status_code == 201
    visitor = scene.administrator()
    for answer in (
        visitor.get(f"{scene.base}/submissions/{instance_id}/files/foto.png"),
        client.get(f"/v1{scene.base}/submissions/{instance_id}/attachments/foto.png", headers={"Authorization": token}),
    ):
        assert answer.data == ATTACK
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        is_shown = answer.headers["Content-Disposition"].startswith("inline")
        assert is_shown == (kind == "image/png")
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_is_still_shown_in_its_page(scene):
    answer = scene.administrator().get(f"{scene.base}/submissions/{scene.sent[0]}/files/foto.png")
    assert (answer.data, answer.headers["Content-Disposition"].partition(";")[0]) == (PICTURE, "inline")


# --- what coordinators are told ---------------------------------------------------------------------------------------

LAN = "http://192.168.1.10:8383"


@pytest.mark.parametrize("page", ["", "/cards", "/{phone}/qr"])
def test_the_pages_with_codes_say_which_forms_do_not_reach_phones_and_why(page, app, scene):
    visitor = scene.administrator()
    address = f"/projects/{scene.project.id}/app-users" + page.format(phone=scene.phone.id)
    withheld, readable = "Ada formulir yang tidak sampai", "dapat ikut membaca</"
    _set(app, base_url=LAN)
    shown = visitor.get(address).text
    assert withheld in shown
    assert "Laporan =kasus+" in shown
    assert "Terbuka" not in shown
    _set(app, base_url=LAN, is_open_lan=True)
    shown = visitor.get(address).text
    assert (withheld in shown, readable in shown, "Laporan =kasus+" in shown) == (False, True, True)
    _set(app, base_url="https://lentera.example.org", is_open_lan=False)
    shown = visitor.get(address, base_url="https://lentera.example.org").text
    assert (withheld in shown, readable in shown) == (False, False)


def test_a_project_without_identity_has_nothing_to_say_of_its_address(app, world):
    project = world.project()
    world.form(project, xlsx(OPEN.format(version=1)))
    # Nobody gets a draft by phone.
    world.form(project, xlsx(NAMED.format(version=1).replace("terbuka", "draf")), publish=False)
    visitor = Visitor(app.test_client())
    visitor.log_in(world.coordinator().email)
    _set(app, base_url=LAN)
    assert "Ada formulir yang tidak sampai" not in visitor.get(f"/projects/{project.id}/app-users").text


def test_a_page_is_offered_under_another_address_only_where_one_can_log_in_there(app, scene, monkeypatch):
    monkeypatch.setattr(reach, "_lan_addresses", lambda: ["192.168.1.10"])
    visitor = scene.administrator()
    address = f"/projects/{scene.project.id}/app-users"
    _set(app, bound="0.0.0.0:80")
    assert "LENTERA_BASE_URL=http://192.168.1.10:80 " in visitor.get(address).text
    _set(app, is_open_lan=True)
    assert f'href="http://192.168.1.10:80{address}"' in visitor.get(address).text
