"""The pages' door: who comes in, what a browser is told, and what each person may reach."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest
from flask import url_for

from api.endpoint import AUTHENTICATED, DECLARED, PUBLIC
from api.pages.door import own_address
from forms import accounts, figures
from forms.access import SERVER, Permission
from forms.catalogue import Upload
from forms.db import db
from tests.support.odk import xlsx
from tests.support.visitor import CANARIES, FILLER, MANAGER, VIEWER, Visitor, make_scene
from tests.support.world import PASSWORD

PAGES = [(route.methods, route.path, route.may) for route in DECLARED if route.door == "pages"]
GETS = [path for methods, path, may in PAGES if "GET" in methods and may != (PUBLIC,)]
POSTS = [path for methods, path, may in PAGES if "POST" in methods and may != (PUBLIC,)]
#: What the form of the tests has none of.
_FORM = "/projects/<project_id>/forms/<xml_form_id>"
NOTHING = {
    f"{_FORM}/files/<name>",
    f"{_FORM}/draft",
    f"{_FORM}/draft/trials/<trial_id>",
    f"{_FORM}/filters/<filter_id>",
    "/tidak-ada",
}
#: What a reader may say although they change nothing: a filter of their own, and what they think of a record.
SAYINGS = {f"{_FORM}/filters", f"{_FORM}/filters/<filter_id>/drop", f"{_FORM}/submissions/<instance_id>/comments"}
#: What is taken away from a page runs nothing.
INERT = "default-src 'none'; frame-ancestors 'none'; sandbox"
#: What everybody may read who is logged in.
ANYBODYS = {"/roles"}
READS = {
    AUTHENTICATED,
    Permission.PROJECT_READ,
    Permission.FORM_READ,
    Permission.SUBMISSION_LIST,
    Permission.SUBMISSION_READ,
}


DASHBOARD = """
| views    |
|          | type  | name      | label     | of    | by                       |
|          | line  | per_bulan | Per bulan | kasus | month(${SubmissionDate}) |
| settings |
|          | form_title      | form_id |
|          | Laporan =kasus+ | dasbor  |
"""


@pytest.fixture
def scene(world):
    made = make_scene(world)
    figures.save_dashboard(SERVER, made.project, Upload(xlsx(DASHBOARD), "dasbor.xlsx"), vault=world.vault)
    db.session.commit()
    return made


@pytest.fixture
def visitor(client):
    return Visitor(client)


def _is_own(path):
    """Tell whether a page is about whoever looks at it, so that everybody has theirs."""
    return path.split("/")[1] == "account"


def _address(scene, path):
    """Fill an address with what there is, so that only the rights decide."""
    given = {
        "<project_id>": str(scene.project.id),
        "<xml_form_id>": "kasus",
        "<instance_id>": scene.sent[0],
        "<app_user_id>": str(scene.phone.id),
        "<person_id>": str(accounts.list_users()[0].Actor.id),
        "<session_id>": "999",
        "<trial_id>": "999",
        "<filter_id>": "999",
        "<name>": "foto.png",
        "<slug>": "dasbor",
        "<view>": "per_bulan",
    }
    for name, value in given.items():
        path = path.replace(name, value)
    return path + ("?format=csv" if path.endswith("/download") else "")


def test_every_page_asks_to_log_in_and_brings_back(scene):
    admin = scene.world.coordinator()
    for path in GETS:
        visitor, wanted = Visitor(scene.world.app.test_client()), _address(scene, path)
        sent_on = visitor.get(wanted)
        assert (sent_on.status_code, sent_on.location[:12]) == (302, "/login?next="), path
        page = visitor.get(sent_on.location)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        back = unescape(re.findall(r'name="next" value="([^"]*)"', page.text)[-1])
        arrived = visitor.post("/login", {"email": admin.email, "password": PASSWORD, "next": back})
        assert (arrived.status_code, unquote(arrived.location)) == (303, wanted)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/", "//example.org", "/\\example.org", "\\\\example.org", "/\t/example.org", "/\n/example.org",
        "/\t\\example.org", "javascript:alert(1)", "https:example.org", " //example.org", "example.org", "http:///example.org",
    ],
)  # fmt: skip
def test_nobody_is_sent_on_to_another_site(app, world, visitor, elsewhere):
    admin = world.coordinator()
    for address, fields in (
        ("/login", {"email": admin.email, "password": PASSWORD}),
        ("/language", {"language": "en"}),
    ):
        answer = visitor.post(address, {**fields, "next": elsewhere})
        assert (answer.status_code, answer.location) == (303, "/"), address
    with app.test_request_context():
        assert own_address("/projects/1?x=//example.org") == "/projects/1?x=//example.org"


def test_a_link_from_another_site_is_asked_again_by_the_browser_itself(scene):
    """The session's cookie is not sent with the first request, since another site made it."""
    visitor = Visitor(scene.world.app.test_client())
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = visitor.get(f"{scene.base}/submissions?value=a%20b%C3%A9&since=2026-01-01", headers=elsewhere)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Refresh"] == f"0; url={scene.base}/submissions?value=a%20b%C3%A9&since=2026-01-01"
    assert visitor.get("/\r\nX: y", headers=elsewhere).status_code == 404


def test_a_wrong_password_says_so_on_the_page_and_keeps_the_address_typed(world, visitor):
    admin = world.coordinator()
    answer = visitor.log_in(admin.email, "salah-salah-1")
    assert answer.status_code == 400
    assert "WWW-Authenticate" not in answer.headers
    assert "Gagal masuk" in answer.text
    assert f'value="{admin.email}"' in answer.text
    assert "salah-salah-1" not in answer.text
    assert visitor.client.get_cookie("session") is None


def test_after_ten_wrong_passwords_the_right_one_waits_too(world, visitor):
    admin = world.coordinator()
    for _ in range(10):
        assert visitor.log_in(admin.email, "salah-salah-1").status_code == 400
    refused = visitor.log_in(admin.email)
    assert (refused.status_code, "15" in refused.text) == (429, True)
    assert visitor.get("/").status_code == 302


def test_behind_a_proxy_each_address_counts_for_itself(app, world, visitor):
    """Else ten wrong passwords of anybody would shut out everybody behind the proxy."""
    people = [world.coordinator() for _ in range(11)]
    for person in people[:10]:
        visitor.log_in(person.email, "salah-salah-1", headers=_through_proxy("203.0.113.7"))
    assert visitor.log_in(people[10].email, headers=_through_proxy("203.0.113.8")).status_code == 429
    _give_public_address(app)
    for person in people[:10]:
        visitor.log_in(person.email, "salah-salah-1", headers=_through_proxy("10.1.1.1, 203.0.113.7"))
    assert visitor.log_in(people[10].email, headers=_through_proxy("203.0.113.7")).status_code == 429
    assert visitor.log_in(people[10].email, headers=_through_proxy("203.0.113.7, 203.0.113.8")).status_code == 303


def _through_proxy(address):
    return {"X-Forwarded-Proto": "https", "X-Forwarded-For": address}


def _give_public_address(app):
    server = app.extensions["lentera"]
    app.extensions["lentera"] = replace(server, base_url="https://lentera.example.org")


def test_the_sessions_cookie_is_for_this_server_alone(world, visitor):
    cookies = visitor.log_in(world.coordinator().email).headers.getlist("Set-Cookie")
    session, proof = cookies[0], cookies[1]
    assert session.startswith("session=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(session.split("; "))
    assert proof.startswith("__csrf=")
    assert "HttpOnly" not in proof
    assert "Secure" not in session


@pytest.mark.parametrize("proxied", [True, False])
def test_over_https_the_cookie_never_leaves_it(app, world, visitor, proxied):
    admin = world.coordinator()
    if proxied:
        _give_public_address(app)
        answer = visitor.log_in(admin.email, headers={"X-Forwarded-Proto": "https"})
    else:
        answer = visitor.log_in(admin.email, base_url="https://lentera.example.org")
    session, proof = answer.headers.getlist("Set-Cookie")
    assert session.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(session.split("; "))
    assert "Secure" in proof.split("; ")


def test_a_header_of_anybody_makes_no_secure_cookie(world, visitor):
    """Without a public https address there is no proxy that could have said so."""
    answer = visitor.log_in(world.coordinator().email, headers={"X-Forwarded-Proto": "https"})
    assert answer.headers.getlist("Set-Cookie")[0].startswith("session=")


def test_logging_out_ends_the_session_on_the_server_too(scene):
    visitor = scene.administrator()
    kept = visitor.client.get_cookie("session").value
    answer = visitor.send("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert visitor.client.get_cookie("session") is None
    visitor.client.set_cookie("session", kept)
    assert visitor.get("/").status_code == 302


def test_a_form_without_the_pages_proof_changes_nothing(scene):
    visitor = scene.administrator()
    another = scene.administrator().client.get_cookie("__csrf").value
    for path in POSTS:
        for proof in ("", "lain", another):
            answer = visitor.send(_address(scene, path), {"names": "Ponsel", "state": "closed", "__csrf": proof})
            assert answer.status_code == 403, (path, proof)
        answer = visitor.post(_address(scene, path), {"names": "Ponsel", "state": "closed"})
        assert answer.status_code == 403, path
        assert "Halaman ini sudah kedaluwarsa" in answer.text
    assert visitor.get("/").status_code == 200


def test_a_log_in_that_another_site_sends_is_refused(world, visitor):
    for origin in ("https://example.org", "null"):
        answer = visitor.log_in(world.coordinator().email, headers={"Origin": origin})
        assert answer.status_code == 403, origin
    assert visitor.log_in(world.coordinator().email, headers={"Origin": "http://localhost"}).status_code == 303


def test_more_than_a_page_ever_sends_is_refused_before_it_is_read(visitor):
    answer = visitor.post("/login", {"berkas": (bytes(300_000), "besar.bin")})
    assert (answer.status_code, "terlalu besar" in answer.text) == (400, True)


def test_the_language_is_the_browsers_until_one_is_chosen(visitor):
    assert "Surel" in visitor.get("/login").text
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert "E-mail" in visitor.get("/login", headers=english).text
    assert "Surel" in visitor.get("/login", headers={"Accept-Language": "fr"}).text
    answer = visitor.post("/language", {"language": "en", "next": "/login?next=/projects/1"})
    assert answer.location == "/login?next=/projects/1"
    assert '<html lang="en">' in visitor.get("/login").text
    assert visitor.post("/language", {"language": "xx"}).status_code == 400
    visitor.post("/language", {"language": "id"})
    assert '<html lang="id">' in visitor.get("/login", headers=english).text


def test_the_language_switch_after_a_refused_form_leads_to_a_page(scene):
    """Some addresses only take forms; to look at them would be a page that is not there."""
    visitor = scene.with_role(MANAGER)
    page = f"http://localhost{scene.base}"
    answer = visitor.send(f"{scene.base}/state", {"state": "entahlah"}, headers={"Referer": page})
    assert answer.status_code == 400
    assert f'name="next" value="{scene.base}"' in answer.text
    assert f'href="{scene.base}"' in answer.text
    strange = visitor.send(f"{scene.base}/state", {"state": "x"}, headers={"Referer": "https://example.org/x"})
    assert "https://example.org" not in strange.text


def test_every_page_keeps_browsers_from_what_it_does_not_need(scene):
    visitor = scene.administrator()
    for path in [*GETS, "/login", "/tidak-ada"]:
        answer = visitor.get(_address(scene, path))
        assert answer.status_code == (404 if path in NOTHING else 200), path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if answer.mimetype != "text/html":
            assert answer.headers["Content-Security-Policy"] == INERT, path
            continue
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_asking_for_the_head_alone_works_everywhere(scene):
    visitor = scene.administrator()
    for path in GETS:
        whole, head = visitor.get(_address(scene, path)), visitor.ask("HEAD", _address(scene, path))
        assert (head.status_code, head.data, head.content_type) == (whole.status_code, b"", whole.content_type), path


def test_what_is_not_there_is_a_page_that_leads_back(scene):
    visitor = scene.administrator()
    for path in (
        "/tidak-ada",
        "/projects/999",
        "/projects/x",
        f"/projects/{scene.project.id}/forms/lain",
        "/projects/1//",
    ):
        answer = visitor.get(path)
        assert answer.status_code in (400, 404), path
        assert "</html>" in answer.text
        assert 'href="/"' in answer.text
    assert visitor.get(f"/projects/{10**30}").status_code == 400


def test_who_has_no_role_in_a_project_sees_nothing_of_it(world, scene):
    stranger = scene.visitor(world.person(MANAGER, project=world.project("Proyek lain")))
    home = stranger.get("/").text
    assert ("Proyek lain" in home, "uji" in home) == (True, False)
    for path in (path for path in GETS if path != "/" and not _is_own(path) and path not in ANYBODYS):
        answer = stranger.get(_address(scene, path))
        assert answer.status_code == 403, path
        for word in ("Laporan", "Proyek &lt;uji&gt;", "Ponsel"):
            assert word not in answer.text, (path, word)


def test_who_only_reads_is_offered_nothing_to_change_and_changes_nothing(scene):
    viewer = scene.with_role(VIEWER)
    for path, may in ((path, may) for methods, path, may in PAGES if "GET" in methods and may != (PUBLIC,)):
        answer = viewer.get(_address(scene, path))
        if not READS.issuperset(may):
            assert answer.status_code == 403, path
            continue
        assert answer.status_code == (404 if path in NOTHING else 200), path
        for word in ('action="/projects', "app-users", "/upload", "/accounts", "new-project", "/settings"):
            assert answer.mimetype != "text/html" or word not in re.sub(
                r'method="get" action="[^"]*"|action="[^"]*/(filters|comments)([?][^"]*)?"', "", answer.text
            ), (path, word)
    for path in POSTS:
        if path != "/logout" and not _is_own(path) and path not in SAYINGS:
            sent = viewer.send(_address(scene, path), {"names": "Ponsel", "name": "X", "state": "closed"})
            assert sent.status_code == 403, path


def test_a_draft_is_only_for_whoever_may_change_the_form(scene):
    manager, viewer = scene.with_role(MANAGER), scene.with_role(VIEWER)
    manager.ask("POST", f"/v1{scene.base}/draft", headers={"X-Requested-With": "XMLHttpRequest"})
    assert "Ada draf" in manager.get(scene.base).text
    for path in (scene.base, f"/projects/{scene.project.id}", f"{scene.base}/submissions"):
        assert "draf" not in viewer.get(path).text.lower(), path
    for part in ("xform", "workbook", "files/x.csv"):
        assert viewer.get(f"{scene.base}/{part}?draft=1").status_code == 403
        assert manager.get(f"{scene.base}/{part}?draft=1").status_code == (404 if "files" in part else 200)
        assert viewer.get(f"{scene.base}/{part}").status_code == (404 if "files" in part else 200)


def test_who_only_fills_forms_sees_which_and_nothing_that_was_sent(scene):
    filler = scene.with_role(FILLER)
    page = filler.get(f"/projects/{scene.project.id}").text
    assert "Laporan =kasus+" in page
    assert "/forms/kasus" not in page
    assert "kiriman" not in page.lower()
    assert "<dt>kiriman</dt>" not in filler.get("/").text
    for part in (
        "",
        "/submissions",
        f"/submissions/{scene.sent[0]}",
        "/dashboard",
        "/downloads",
        "/download?format=csv",
    ):
        assert filler.get(scene.base + part).status_code == 403, part


def test_a_form_that_only_a_manager_sees_yet_is_not_there_for_a_reader(world, scene):
    world.form(scene.project, xlsx("| survey |\n| | type | name | label |\n| | text | a | A |"), publish=False)
    assert "uji" in scene.with_role(MANAGER).get(f"/projects/{scene.project.id}").text.split("</header>")[-1]
    viewer = scene.with_role(VIEWER)
    assert "/forms/uji" not in viewer.get(f"/projects/{scene.project.id}").text
    assert viewer.get(f"/projects/{scene.project.id}/forms/uji").status_code == 403


def test_no_page_and_no_download_holds_what_identifies_a_person(scene):
    visitor = scene.administrator()
    pages = [_address(scene, path) for path in GETS]
    pages += [
        f"{scene.base}/submissions/{scene.sent[0]}?blanks=1",
        f"{scene.base}/submissions?field=/nama&value=CANARY",
    ]
    pages += [f"{scene.base}/download?format={kind}" for kind in ("xlsx", "zip")]
    for page in pages:
        answer = visitor.get(page)
        for canary in CANARIES:
            assert canary.encode() not in answer.data, page


def test_every_page_says_in_its_title_where_one_is(scene):
    visitor = scene.administrator()
    titles = {}
    for path in GETS:
        answer = visitor.get(_address(scene, path))
        if answer.mimetype == "text/html" and answer.status_code == 200:
            titles[path] = unescape(re.search(r"<title>(.*?)</title>", answer.text)[1])
    assert len(set(titles.values())) == len(titles) > 12
    for path, title in titles.items():
        place = "Laporan =kasus+" if "<xml_form_id>" in path else "Proyek <uji>" if "<project_id>" in path else ""
        assert place in title, path
        assert title.endswith(" · Lentera")


def test_pages_are_declared_under_the_names_that_templates_use(app):
    with app.test_request_context():
        assert url_for("pages.home") == "/"
    assert len({path for _, path, _ in PAGES}) > 20
