"""What somebody tries who knows addresses, ids and other people's cookies: to read, to count, to guess, to plant."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import quote, quote_plus, urlencode

import openpyxl
import pytest
from sqlalchemy import event, text

from api.endpoint import DECLARED, PUBLIC
from forms import accounts, catalogue, grants
from forms.access import SERVER
from forms.accounts import revoke_app_users
from forms.catalogue import Upload
from forms.db import EVERYTHING, db, see
from forms.problems import ForgedRequest
from tests.policy.conftest import programme, without_trace  # noqa: F401 - fixtures, for the parameters of these names
from tests.support.instances import instance
from tests.support.odk import xlsx
from tests.support.paper import Spot
from tests.support.programme import CANARY
from tests.support.visitor import Visitor
from tests.support.world import PASSWORD

UNKNOWN = "uuid:00000000-0000-4000-8000-000000000000"

#: Every way to one record.
WAYS = (
    "/v1/projects/{project}/forms/{form}/submissions/{record}",
    "/v1/projects/{project}/forms/{form}/submissions/{record}.xml",
    "/v1/projects/{project}/forms/{form}/submissions/{record}/attachments",
    "/v1/projects/{project}/forms/{form}/submissions/{record}/attachments/a.png",
    "/v1/projects/{project}/forms/{form}/submissions/{record}/versions",
    "/v1/projects/{project}/forms/{form}/submissions/{record}/versions/{record}",
    "/v1/projects/{project}/forms/{form}/submissions/{record}/versions/{record}.xml",
    "/projects/{project}/forms/{form}/submissions/{record}",
    "/projects/{project}/forms/{form}/submissions/{record}/files/a.png",
    "/projects/{project}/forms/{form}/submissions/{record}/reveal",
)


class Attacker:
    """One of the programme's people, with nothing but addresses to type."""

    def __init__(self, made, name):
        self.programme, self.viewer = made, made.viewers[name]

    def ask(self, path, method="GET", **options):
        headers = {**self.viewer.headers, **options.pop("headers", {})}
        client = self.programme.client()
        with client.application.app_context():
            return client.open(self.viewer.address(path), method=method, headers=headers, **options)

    def way(self, way, record, *, project="A", form="kasus"):
        return way.format(project=self.programme.projects[project].id, form=form, record=record)


@pytest.fixture
def district(programme):  # noqa: F811
    return Attacker(programme, "district")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Write down what the database is asked, without the values."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def told(answer, *known):
    """All of an answer but what the address held and what differs with the clock."""
    head = sorted(
        (name, value) for name, value in answer.headers if name not in ("Date", "Content-Length", "Set-Cookie")
    )
    data = f"{answer.status_code} {head} {answer.text}"
    for word in known:
        for written in (word, quote(word), quote(word, safe=""), quote_plus(word)):
            data = data.replace(written, "?")
    return data


@pytest.mark.parametrize("way", WAYS)
def test_a_record_out_of_scope_is_answered_as_one_that_never_was_and_asks_the_database_the_same(district, way):
    answers = []
    records = district.programme
    for record in (
        UNKNOWN,
        records.record("A", "kasus", "OTHER").id,
        records.record("A", "kasus", "BARE").id,
        records.record("A", "kasus", "GONE").id,
        records.record("B", "kasus", "OWN").id,
    ):
        path = district.way(way, record)
        # Once before, so that what a process remembers of a form is remembered in each case.
        district.ask(path)
        with statements() as asked:
            answer = district.ask(path)
        answers.append((told(answer, record), asked))
    assert answers[0][0].startswith("404 ")
    assert all(each == answers[0] for each in answers)
    own = district.ask(district.way(way, records.record("A", "kasus", "OWN").id))
    assert own.status_code == 200 or way.endswith("/a.png")


def test_another_forms_id_in_the_address_of_a_record_leads_nowhere(district):
    own = district.programme.record("A", "kasus", "OWN").id
    for way in WAYS:
        for form in ("kegiatan", "bebas", "tidak_ada"):
            answer = district.ask(district.way(way, own, form=form))
            assert answer.status_code == 404, (way, form)
            assert told(answer, own) == told(district.ask(district.way(way, UNKNOWN, form=form)), UNKNOWN)
        assert district.ask(district.way(way, own, project="B")).status_code == 403


def test_what_a_query_asks_of_answers_above_the_clearance_tells_nothing(programme):  # noqa: F811
    viewer = Attacker(programme, "viewer")
    base = f"{programme.page('A', 'kasus')}/submissions"
    record = programme.record("A", "kasus", "OWN")
    for question, what in (("/p1", "P1"), ("/p2", "P2"), ("/p3", "P3"), ("/c3", "C3"), ("/meta/instanceName", "NAME")):
        guesses = [record.canary(what), "lain"]
        said = [told(viewer.ask(f"{base}?{urlencode({f'is{question}': guess})}"), *guesses) for guess in guesses]
        assert said[0] == said[1], question
        assert said[0].startswith("400 "), question
    found = viewer.ask(f"{base}?{urlencode({'is/p0': record.canary('P0')})}")
    assert record.canary("ID") in found.text


def test_a_filter_finds_nothing_in_another_district(district):
    base = f"{district.programme.page('A', 'kasus')}/submissions"
    other = district.programme.record("A", "kasus", "OTHER")
    guesses = [other.canary("P1"), "tidak-ada"]
    said = [told(district.ask(f"{base}?{urlencode({'field': '/p1', 'value': guess})}"), guess) for guess in guesses]
    assert said[0] == said[1]
    assert other.canary("ID") not in said[0]


@pytest.mark.parametrize(
    "query", ["$orderby=p3", "$orderby=p3 desc", "sort=/p3", "order_by=p3", "$select=p3", "$search=CANARY"]
)
def test_no_order_or_choice_of_columns_that_is_not_offered_changes_an_answer(district, query):
    for path in (
        f"/v1{district.programme.page('A', 'kasus')}/submissions",
        f"/v1{district.programme.page('A', 'kasus')}/submissions.csv",
    ):
        plain, asked = district.ask(path), district.ask(f"{path}?{query}")
        assert asked.status_code >= 400 or asked.data == plain.data, path


def test_a_filter_that_is_not_built_is_refused_whatever_it_asks(district):
    path = f"/v1{district.programme.page('A', 'kasus')}/submissions.csv"
    record = district.programme.record("A", "kasus", "OWN")
    said = [
        told(district.ask(f"{path}?{urlencode({'$filter': guess})}"))
        for guess in (f"p3 eq '{record.canary('P3')}'", "p3 eq 'x'")
    ]
    assert said[0] == said[1]
    assert said[0].startswith("501 ")


def test_no_page_of_a_list_reaches_past_the_own_records(district):
    base = f"{district.programme.page('A', 'kasus')}/submissions"
    for cursor in range(14):
        for name in ("older", "newer"):
            page = district.ask(f"{base}?{name}={cursor}").text
            assert {match[3] for match in CANARY.finditer(page) if match[2] == "KASUS"} <= {"OWN", "FORM"}
    listed = district.ask(f"/v1{base}?limit=50&offset=0").json
    assert [each["instanceId"] for each in listed] == [district.programme.record("A", "kasus", "OWN").id]
    assert district.ask(f"/v1{base}?offset=1").json == []


def test_counts_and_facets_are_of_the_own_records(district):
    everyone = Attacker(district.programme, "province")
    for who, theirs in ((district, 1), (everyone, 3)):
        path = f"/v1/projects/{district.programme.projects['A'].id}/forms"
        forms = who.ask(path, headers={"X-Extended-Metadata": "true"}).json
        assert next(each["submissions"] for each in forms if each["xmlFormId"] == "kasus") == theirs
        for page, what in (("dashboard", "record"), ("submissions", "submission"), ("", "submission")):
            shown = who.ask(
                f"{district.programme.page('A', 'kasus')}/{page}".rstrip("/"), headers={"Accept-Language": "en"}
            )
            assert re.search(
                rf"\b{theirs} {what}s?\b|{what}s? {theirs}\b", re.sub(r"(<[^>]*>|\s)+", " ", shown.text)
            ), page


def test_what_happens_in_another_district_changes_nothing_that_this_one_sees(district):
    """A record arrives there: no list, count, chart, tag or day of it moves here."""
    made = district.programme
    paths = [
        f"/projects/{made.projects['A'].id}",
        "/",
        *(f"{made.page('A', 'kasus')}{rest}" for rest in ("", "/submissions", "/dashboard", "/downloads")),
        *(f"/v1{made.page('A', 'kasus')}{rest}" for rest in ("", "/submissions", "/submissions.csv")),
        f"/v1/projects/{made.projects['A'].id}/forms",
    ]
    extended = {"X-Extended-Metadata": "true"}

    def seen():
        return [re.sub(r"\d\d[.:]\d\d[\d.:+]*", "", told(district.ask(path, headers=extended))) for path in paths]

    before = seen()
    xml = instance("kasus", answers="<p0>x</p0><kabkota>61.02</kabkota>", instance_id="uuid:baru-di-sana")
    phone = Attacker(made, "phone")
    sent = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
    assert phone.ask(f"/v1/projects/{made.projects['A'].id}/submission", "POST", data=sent).status_code == 201
    try:
        assert seen() == before
    finally:
        see(EVERYTHING)
        db.session.execute(text("update submissions set deleted_at = now() where instance_id = 'uuid:baru-di-sana'"))
        db.session.commit()


def test_a_tag_of_somebody_elses_answer_opens_nothing(programme, district):  # noqa: F811
    province = Attacker(programme, "province")
    other = programme.record("A", "kasus", "OTHER")
    base = f"/v1{programme.page('A', 'kasus')}/submissions/{other.id}"
    for path in (base, f"{base}.xml", f"{base}/attachments", f"{base}/attachments/{other.canary('N0')}.png"):
        tag = province.ask(path).headers.get("ETag")
        for guess in filter(None, (tag, "*")):
            answer = district.ask(path, headers={"If-None-Match": guess})
            assert (answer.status_code, answer.headers.get("ETag")) == (404, None), path


def test_a_form_that_one_may_not_see_is_not_taken_away_either(programme):  # noqa: F811
    for name in ("analyst", "outreach", "auditor", "somebody without a role", "formfill", "phone"):
        attacker = Attacker(programme, name)
        page = programme.page("A", "kasus")
        for path in (
            f"/v1{page}/submissions.csv", f"/v1{page}/submissions.csv.zip", f"{page}/download?format=xlsx",
            f"{page}/download?format=zip", f"{page}/download?format=csv", f"{page}/downloads", f"{page}/dashboard",
        ):  # fmt: skip
            answer = attacker.ask(path)
            # Suppressed figures are what an analyst is for; they hold nothing of a record.
            is_theirs = name == "analyst" and path.endswith("/dashboard")
            assert answer.status_code == (200 if is_theirs else 403), (name, path)
            assert not re.search("CANARY-A-KASUS-(OWN|OTHER|BARE)", answer.text)


def test_a_record_out_of_sight_cannot_be_taken_over_by_a_correction(district, without_trace):  # noqa: F811
    """The correction would bring the record, and all that was in it before, into the corrector's own district."""
    made = district.programme
    for name in ("district", "formfill"):
        attacker = Attacker(made, name)
        answers = []
        for old in (made.record("A", "kasus", "OTHER").id, UNKNOWN):
            xml = instance("kasus", answers="<kabkota>61.01</kabkota>", instance_id="uuid:rebut", deprecated_id=old)
            sent = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
            answer = attacker.ask(f"/v1/projects/{made.projects['A'].id}/submission", "POST", data=sent)
            answers.append(told(answer, old))
        assert answers[0].startswith("404 "), name
        assert answers[0] == answers[1], name
    own = made.record("A", "kasus", "OWN")
    xml = instance(
        "kasus", answers="<kabkota>61.01</kabkota>", instance_id="uuid:rebut", deprecated_id=f"uuid:{own.canary('ID2')}"
    )
    sent = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
    assert district.ask(f"/v1/projects/{made.projects['A'].id}/submission", "POST", data=sent).status_code == 201


class Body(io.BytesIO):
    """A body while which is being read something happens."""

    def __init__(self, data, happens):
        super().__init__(data)
        self.happens = happens

    def _once(self):
        if self.happens is not None:
            happens, self.happens = self.happens, None
            happens()

    def read(self, size=-1, /):
        self._once()
        return super().read(size)

    def readinto(self, buffer, /):
        self._once()
        return super().readinto(buffer)


def test_a_token_revoked_while_it_sends_is_good_for_nothing_after_that_request(world):
    project = world.project()
    form = world.form(project, xlsx("| survey |\n| | type | name | label |\n| | text | a | A |\n| | image | f | F |"))
    phone = world.app_user(project, form)
    address = f"/v1/key/{phone.token}/projects/{project.id}/submission"
    xml = instance("uji", answers="<a>1</a><f>f.jpg</f>", instance_id="uuid:terputus")
    head = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n'
    body = head + xml + b"\r\n--b--\r\n"

    def revoke():
        with world.app.app_context():
            revoke_app_users(SERVER, project, [phone.id])
            db.session.commit()

    def send(stream):
        with world.app.app_context():
            return world.app.test_client().post(
                address,
                content_type="multipart/form-data; boundary=b",
                input_stream=stream,
                content_length=len(body),
            )

    # The request was let in while the token was good: its record is kept whole, as the 201 says.
    assert send(stream := Body(body, revoke)).status_code == 201
    assert stream.happens is None
    see(EVERYTHING)
    assert db.session.execute(text("select count(*) from submissions")).scalar_one() == 1
    db.session.rollback()
    # The files that Collect would send next, a repeat, the list: nothing more.
    assert send(io.BytesIO(body)).status_code == 403
    for path in ("formList", "submission", f"forms/{form.xml_form_id}.xml"):
        assert world.app.test_client().get(f"/v1/key/{phone.token}/projects/{project.id}/{path}").status_code == 403


def test_a_stolen_cookie_without_its_other_half_changes_nothing(world):
    """Whatever is declared as a deed, tried with the cookie alone, with a wrong proof, and with the proof of another."""
    person = world.coordinator()
    client = world.app.test_client()
    client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    other = world.app.test_client()
    other.post("/v1/sessions", json={"email": world.person().email, "password": PASSWORD})
    proof = other.get_cookie("__csrf").value
    before = _audits()
    tried = 0
    for declared in DECLARED:
        for method in {"POST", "PUT", "PATCH", "DELETE"} & set(declared.methods):
            # A draft's address is its own key; no cookie opens it, and none is looked at.
            if declared.may == (PUBLIC,) or declared.path.startswith("/v1/test/"):
                continue
            path = re.sub("<[a-z_]+>", "1", declared.path)
            for given in (None, "", "x", proof):
                fields = {} if given is None else {"__csrf": given}
                with world.app.app_context():
                    answer = client.open(path, method=method, data=fields, headers={"Origin": "https://jahat.example"})
                refused = answer.status_code == 403 and (
                    ForgedRequest.message in answer.text or ForgedRequest.message_id in answer.text
                )
                assert refused, (method, path, given)
                tried += 1
    assert tried > 100
    assert _audits() == before


def _audits():
    count = db.session.execute(text("select count(*) from audits")).scalar_one()
    db.session.rollback()
    return count


#: Written so that every way out of a text, an attribute, a script or a comment makes an element or attribute of this name.
MARKUP = """<xss-a xss-b="1">'"xss-c="1" xss-d='1'></title></script></textarea></select>--><xss-e onload=x>{{ 7*7 }}"""


#: An address can hold no slash in an id.
IDS = [f"uuid:{number} <xss-a xss-b='1'>\"xss-c='1' " for number in (1, 2)]


class Elements(HTMLParser):
    """Lists a page's elements, attributes and addresses."""

    def __init__(self, page):
        super().__init__()
        self.names, self.addresses = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.names |= {tag, *(name for name, _ in attributes)}
        self.addresses |= {value or "" for name, value in attributes if name in ("href", "src", "action", "formaction")}


def planted(name):
    """Markup that says where it was planted."""
    return f"{name} {MARKUP}"


@pytest.fixture
def minefield(world):
    """A project in which every text that somebody can write holds markup, with its viewer."""
    project = world.project(planted("proyek"))
    catalogue.update_project(SERVER, project, {"description": planted("keterangan")})
    book = {
        "survey": [
            ["type", "name", "label::Bahasa Indonesia (id)", "hint::Bahasa Indonesia (id)", "privacy"],
            ["text", "isi", planted("label"), planted("petunjuk"), None],
            ["select_one p", "pilih", planted("label pilih"), None, None],
            ["image", "foto", planted("label foto"), None, None],
            ["text", "rahasia", planted("label rahasia"), None, "identity"],
            ["begin_group", "g", planted("label grup"), None, None],
            ["begin_repeat", "ulang", planted("label ulang"), None, None],
            ["text", "dalam", planted("label dalam"), None, None],
            ["end_repeat", None, None, None, None],
            ["end_group", None, None, None, None],
        ],
        "choices": [["list_name", "name", "label::Bahasa Indonesia (id)"], ["p", "a", planted("pilihan")]],
        "settings": [["form_title", "form_id", "version"], [planted("judul"), "ranjau", "1"]],
    }
    form = catalogue.create_form(
        SERVER, project, Upload(_workbook(book), planted("berkas") + ".xlsx"), vault=world.vault, ignore_warnings=True
    )
    catalogue.publish(SERVER, form, notes=planted("catatan"))
    catalogue.copy_to_draft(SERVER, form)
    phone = accounts.create_app_user(SERVER, project, planted("ponsel"), vault=world.vault)
    grants.assign(SERVER, phone.id, accounts.APP_USER_ROLE, project_id=project.id, vault=world.vault)
    db.session.commit()
    person = accounts.create_user(SERVER, "orang99@example.org", password=PASSWORD, display_name=planted("orang"))
    grants.set_properties(SERVER, project.id, person, {"kabkota": "<xss-a>\"xss-b='1'"}, vault=world.vault)
    for role in (1, 23, 24, 26):
        grants.assign(SERVER, person, role, vault=world.vault)
    db.session.commit()
    db.session.execute(text("update sessions set is_proven = true"))
    db.session.commit()
    escaped = MARKUP.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    file = planted("foto").replace("/", "") + ".jpg"
    answers = (
        f"<isi>isi {escaped}</isi><pilih>lain {escaped}</pilih><foto>{file.replace('<', '&lt;').replace('>', '&gt;')}</foto>"
        f"<rahasia>rahasia {escaped}</rahasia><g><ulang><dalam>dalam {escaped}</dalam></ulang></g>"
    )
    for number in (1, 2):
        xml = instance("ranjau", answers=answers, instance_id=IDS[number - 1], name=planted("nama"))
        sent = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
        answer = world.app.test_client().post(
            f"/v1/key/{phone.token}/projects/{project.id}/submission",
            query_string={"deviceID": planted("alat")},
            headers={"User-Agent": planted("agen")},
            data=sent,
        )
        assert answer.status_code == 201, answer.text
    visitor = Visitor(world.app.test_client())
    assert visitor.log_in("orang99@example.org").status_code == 303
    db.session.execute(text("update sessions set is_proven = true"))
    db.session.commit()
    return visitor, project, phone, person


def _workbook(book):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in book.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_no_text_that_anybody_can_write_becomes_an_element_or_an_attribute_of_a_page(world, minefield):
    visitor, project, phone, person = minefield
    base = f"/projects/{project.id}/forms/ranjau"
    known = {
        "project_id": [project.id], "xml_form_id": ["ranjau"], "instance_id": IDS, "app_user_id": [phone.id],
        "actor_id": [phone.id], "person_id": [person], "name": ["x"], "role_id": [2], "filename": ["favicon.svg"], "token": ["x"],
        "view": ["jumlah"],
    }  # fmt: skip
    paths = []
    rules = [
        rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("pages.") and "GET" in rule.methods
    ]
    for rule in rules:
        if set(rule.arguments) <= set(known):
            values = {name: known[name][0] for name in rule.arguments}
            paths.append(rule.build(values, append_unknown=False)[1])
    typed = urlencode({"field": "/isi", "value": MARKUP, "since": MARKUP, "review": MARKUP, "older": MARKUP})
    paths += [f"{base}/submissions?{typed}", f"{base}/submissions?{urlencode({'field': MARKUP, 'value': MARKUP})}"]
    paths += [f"/login?{urlencode({'next': MARKUP})}", f"/tidak-ada/{MARKUP.replace('/', '')}"]
    opened = visitor.send(
        f"{base}/submissions/{quote(IDS[0], safe='')}/reveal", {"fields": "/rahasia", "reason": planted("alasan")}
    )
    shown = harmless("reveal", opened.text)
    assert "rahasia" in shown
    asked = visitor.send(f"{base}/identity-exports", {"fields": "/rahasia", "reason": planted("permintaan")})
    assert asked.status_code == 303
    for path in paths:
        for headers in ({}, {"Referer": f"http://localhost/{MARKUP}"}):
            answer = visitor.get(path, headers=headers)
            assert answer.status_code < 500, path
            if answer.mimetype == "text/html":
                shown |= harmless(path, answer.text)
    # What was planted is on the pages, or the test looks in the wrong places.
    assert shown == set(PLANTED)


PLANTED = (
    "proyek", "keterangan", "label", "judul", "catatan", "ponsel", "isi", "alat", "agen", "nama", "dalam", "orang",
    "label rahasia", "label grup", "label ulang", "rahasia", "alasan", "permintaan",
)  # fmt: skip


def harmless(path, page):
    """Assert that nothing planted is an element or attribute of a page; give what of it is there to be read."""
    elements = Elements(page)
    assert not [name for name in elements.names if name.startswith(("xss", "on"))], path
    assert all(re.match(r"[/?#]|data:image/|https?://localhost/|$", address) for address in elements.addresses), path
    assert "49" not in re.findall(r"xss-e onload=x&gt;(\S*)", page), path
    return {name for name in PLANTED if f"{name} &lt;xss-a" in page}


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("a.svg", "image/svg+xml", SVG),
        ("a.html", "text/html", PAGE),
        ("a.xhtml", "application/xhtml+xml", b'<html xmlns="http://www.w3.org/1999/xhtml"/>'),
        ("a.xml", "text/xml", SVG),
        ("a.png", "image/png", PAGE),
        ("a.jpg", "text/html; charset=utf-8", PAGE),
        ("a.png", "image/svg+xml", SVG),
        ("a.js", "text/javascript", b"alert(1)"),
        ("a.pdf", "application/pdf", b"%PDF-1.7"),
        ("a.png", 'image/png"\t;x=<script>', PAGE),
    ],
)
def test_a_file_that_somebody_sent_is_never_run_as_a_page_of_ours(world, name, kind, data):
    project = world.project()
    form = world.form(project, xlsx("| survey |\n| | type | name | label |\n| | file | f | F |"), publish=False)
    catalogue.publish(SERVER, form)
    phone = world.app_user(project, form)
    xml = instance("uji", answers=f"<f>{name}</f>", instance_id="uuid:1")
    sent = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml"), name: (io.BytesIO(data), name, kind)}
    key = f"/v1/key/{phone.token}/projects/{project.id}"
    assert world.app.test_client().post(f"{key}/submission", data=sent).status_code == 201
    viewer = world.login(world.person("viewer", project=project))
    base = f"/projects/{project.id}/forms/uji/submissions/uuid:1"
    for path in (
        f"/v1{base}/attachments/{name}",
        f"/v1{base}/versions/uuid:1/attachments/{name}",
        f"{base}/files/{name}",
    ):
        inert(viewer.get(path), path)


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "text/csv", None])
def test_a_file_of_a_form_is_never_run_as_a_page_of_ours(world, kind):
    project = world.project()
    table = "| survey |\n| | type | name | label |\n| | select_one_from_file a.csv | f | F |"
    form = world.form(project, xlsx(table), publish=False)
    catalogue.set_attachment(SERVER, form, "a.csv", io.BytesIO(PAGE), kind, vault=world.vault)
    db.session.commit()
    manager = world.login(world.person("manager", project=project))
    base = f"/projects/{project.id}/forms/uji"
    for path in (f"/v1{base}/draft/attachments/a.csv", f"{base}/files/a.csv?draft=1"):
        inert(manager.get(path), path)


def inert(answer, path):
    """Assert that a browser saves an answer, or shows it as a picture; whatever it holds, it is no page."""
    assert answer.status_code == 200, path
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    place = answer.headers["Content-Disposition"].partition(";")[0]
    is_picture = answer.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
    assert place == "attachment" or (place == "inline" and is_picture), (path, answer.content_type)
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "sandbox" in policy or "default-src 'self'" in policy, path


def test_a_project_that_one_may_not_read_is_named_nowhere(programme):  # noqa: F811
    attacker = Attacker(programme, "district")
    for path in (
        "/v1/projects",
        "/",
        f"/v1/projects/{programme.projects['B'].id}",
        f"/projects/{programme.projects['B'].id}",
    ):
        assert "CANARY-B" not in attacker.ask(path).text
    assert "submission.read" not in attacker.viewer.reader.verbs(Spot("B"))
