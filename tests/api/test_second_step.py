"""The second step: set up on a page, asked for at every door, each code good once, taken off only as it should be."""

import base64
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from forms import access
from forms.db import db
from forms.policy import UNPROVEN, Clearance
from tests.support.authenticator import SETUP, Authenticator, enrol, shown_secret
from tests.support.visitor import Visitor
from tests.support.world import PASSWORD

PROVINCE = "province"


@pytest.fixture
def person(world):
    return world.person(PROVINCE)


@pytest.fixture
def browser(world, person):
    """The person at a browser, with the password alone."""
    return come_in(world, person)


def come_in(world, person):
    visitor = Visitor(world.app.test_client())
    assert visitor.log_in(person.email).status_code == 303
    return visitor


def bearer(world, person, **given):
    return world.app.test_client().post(
        "/v1/sessions", json={"email": person.email, "password": PASSWORD, **given}, headers={"User-Agent": "uji/1"}
    )


def basic(world, person, password=PASSWORD):
    value = base64.b64encode(f"{person.email}:{password}".encode()).decode()
    return world.app.test_client().get("/v1/users/current", headers={"Authorization": f"Basic {value}"})


def actions(action):
    return db.session.execute(db.text("select count(*) from audits where action = :a"), {"a": action}).scalar_one()


def proven(visitor):
    token = visitor.client.get_cookie("session").value
    asked = "select is_proven from sessions where token_hash = sha256(convert_to(:token, 'UTF8')) and ended_at is null"
    return db.session.execute(db.text(asked), {"token": token}).scalar_one_or_none()


def test_before_it_is_set_up_a_notice_leads_there_and_afterwards_the_session_is_proven(browser, person):
    assert 'href="/account/second-step"' in browser.get("/").text
    assert proven(browser) is False
    enrol(browser)
    assert proven(browser) is True
    page = browser.get("/")
    assert 'href="/account/second-step"' not in page.text
    assert actions("user.second_step.create") == 1


def test_only_whose_role_opens_peoples_data_is_told_to_set_it_up(world):
    manager = come_in(world, world.person("manager", project=world.project()))
    assert SETUP not in manager.get("/").text
    assert manager.send(SETUP).status_code == 303


def test_t20_until_it_is_set_up_nothing_about_people_is_open(world, person):
    project = world.project()
    unproven = access.at(person.__class__(person.id, "user", is_proven=False), project_id=project.id)[0]
    shown = access.at(person, project_id=project.id)[0]
    assert (unproven.look.clearance, shown.look.clearance) == (UNPROVEN, Clearance.IDENTITY)


def test_the_code_on_the_page_is_what_an_app_scans(browser, person):
    browser.send(SETUP)
    page = browser.get(SETUP).text
    size = int(re.search(r'class="qr" viewBox="0 0 (\d+)', page)[1])
    picture = Image.new("1", (size * 4, size * 4), 1)
    pen = ImageDraw.Draw(picture)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", page):
        pen.rectangle((int(x) * 4, int(y) * 4, (int(x) + int(run)) * 4 - 1, int(y) * 4 + 3), fill=0)
    uri = urlsplit(zxingcpp.read_barcodes(picture.convert("L"))[0].text)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query)["secret"] == [shown_secret(page)]
    assert person.email in uri.path.replace("%40", "@")


def test_the_secret_is_sealed_and_shown_only_until_it_is_confirmed(browser, person):
    app = enrol(browser)
    page = browser.get(SETUP).text
    assert app.secret not in page.replace(" ", "")
    kept = db.session.execute(
        db.text("select totp_secret from users where actor_id = :id"), {"id": person.id}
    ).scalar_one()
    assert app.secret.encode() not in bytes(kept)
    assert browser.send(SETUP).status_code == 404, "a second secret would shut its person out"


def test_setting_it_up_asks_for_the_password_and_the_right_code(browser):
    browser.send(SETUP)
    app = Authenticator(shown_secret(browser.get(SETUP).text))
    for name, given in (
        ("password", {"code": app.code(), "password": "salah-salah-1"}),
        ("code", {"code": app.wrong(), "password": PASSWORD}),
        ("code", {"code": "", "password": PASSWORD}),
    ):
        answer = browser.send(SETUP, given)
        assert (answer.status_code, f'id="{name}-problem"' in answer.text) == (400, True)
    assert proven(browser) is False
    assert browser.send(SETUP, {"code": app.code(), "password": PASSWORD}).status_code == 303


def test_setting_it_up_ends_the_sessions_that_were_opened_without(world, person, browser):
    elsewhere = come_in(world, person)
    enrol(browser)
    assert elsewhere.get("/").status_code == 302
    assert browser.get("/").status_code == 200


def test_t20_then_a_password_alone_opens_no_session(world, person, browser):
    app = enrol(browser)
    refused = bearer(world, person)
    assert (refused.status_code, refused.json["code"]) == (401, 401.901)
    assert "details" not in refused.json
    assert "Set-Cookie" not in refused.headers
    opened = bearer(world, person, code=app.code())
    assert opened.status_code == 200
    token = {"Authorization": f"Bearer {opened.json['token']}"}
    assert world.app.test_client().get("/v1/users/current", headers=token).status_code == 200
    latest = "select is_proven, user_agent from sessions order by id desc limit 1"
    assert db.session.execute(db.text(latest)).one() == (True, "uji/1")


def test_whether_there_is_a_second_step_is_said_only_after_the_right_password(world, person, browser):
    app = enrol(browser)
    for given in ({}, {"code": app.wrong()}):
        assert bearer(world, person, password="salah-salah-1", **given).json["code"] == 401.2
    assert basic(world, person, "salah-salah-1").json["code"] == 401.2


def test_a_wrong_or_odd_code_is_refused(world, person, browser):
    app = enrol(browser)
    assert bearer(world, person, code=app.wrong()).json["code"] == 401.902
    assert bearer(world, person, code="kode").json["code"] == 401.902
    assert bearer(world, person, code=123456).json["code"] == 400.11
    assert bearer(world, person, code="").json["code"] == 401.901


def test_a_code_is_good_once_and_so_are_those_before_it(world, person, browser):
    app = enrol(browser)
    app.code()
    earlier, later = app.at(), app.at(1)
    assert bearer(world, person, code=f" {later[:3]} {later[3:]} ").status_code == 200
    for used in (later, earlier):
        assert bearer(world, person, code=used).json["code"] == 401.902


def test_t20_wrong_codes_close_the_door_as_wrong_passwords_do(world, person, browser):
    app = enrol(browser)
    for _ in range(10):
        assert bearer(world, person, code=app.wrong()).status_code == 401
    assert bearer(world, person, code=app.code()).json["code"] == 429.901


def test_a_password_with_a_request_is_refused_with_a_word_on_what_to_do(world, person, browser):
    assert basic(world, person).status_code == 200
    enrol(browser)
    refused = basic(world, person)
    assert (refused.status_code, refused.json["code"]) == (401, 401.903)
    assert "session" in refused.json["message"]


def test_the_log_in_page_asks_for_the_code_and_brings_back(world, person, browser):
    app = enrol(browser)
    visitor = Visitor(world.app.test_client())
    asked = visitor.log_in(person.email, next="/account")
    assert (asked.status_code, 'name="code"' in asked.text) == (200, True)
    assert visitor.client.get_cookie("session") is None
    assert PASSWORD not in asked.text
    fields = dict(re.findall(r'type="hidden" name="(next|ticket)" value="([^"]*)"', asked.text))
    wrong = visitor.post("/login", {**fields, "code": app.wrong()})
    assert (wrong.status_code, 'name="ticket"' in wrong.text, "Kode tidak cocok" in wrong.text) == (400, True, True)
    right = visitor.post("/login", {**fields, "code": app.code()})
    assert (right.status_code, right.location) == (303, "/account")
    assert proven(visitor) is True


def test_a_ticket_of_the_log_in_page_is_worth_nothing_when_it_is_changed_or_the_password_is(world, person, browser):
    app = enrol(browser)
    asked = Visitor(world.app.test_client()).log_in(person.email)
    ticket = re.search(r'name="ticket" value="([^"]*)"', asked.text)[1]
    broken = ("x", "", "YQ==", ticket[:-8], ticket[:40] + ("A" if ticket[40] != "A" else "B") + ticket[41:], "é")
    for each in broken:
        answer = Visitor(world.app.test_client()).post("/login", {"ticket": each, "code": app.code()})
        assert (answer.status_code, 'name="ticket"' in answer.text) == (400, False), each
    new = {"old": PASSWORD, "password": "kata-sandi-baru-2"}
    assert browser.send("/account/password", new).status_code == 303
    late = Visitor(world.app.test_client()).post("/login", {"ticket": ticket, "code": app.code()})
    assert (late.status_code, 'name="ticket"' in late.text) == (400, False)


def test_taking_it_off_oneself_takes_a_code(browser, person):
    app = enrol(browser)
    assert browser.send("/account/second-step/off").status_code == 400
    assert browser.send("/account/second-step/off", {"code": app.wrong()}).status_code == 400
    assert proven(browser) is True
    assert browser.send("/account/second-step/off", {"code": app.code()}).status_code == 303
    assert proven(browser) is False
    assert actions("user.second_step.delete") == 1
    assert browser.send("/account/second-step/off", {"code": app.code()}).status_code == 404


def test_an_administrator_takes_it_off_for_somebody_else_and_ends_their_sessions(world, person, browser):
    enrol(browser)
    admin = come_in(world, world.administrator())
    assert "sudah dipasang" in admin.get(f"/accounts/{person.id}").text
    assert admin.send(f"/accounts/{person.id}/second-step/off").status_code == 303
    assert browser.get("/").status_code == 302
    assert bearer(world, person).status_code == 200
    assert actions("user.second_step.delete") == 1
    assert admin.send(f"/accounts/{person.id}/second-step/off").status_code == 404


def test_nobody_takes_it_off_for_themselves_as_an_administrator(world):
    person = world.administrator()
    admin = come_in(world, person)
    enrol(admin)
    assert admin.send(f"/accounts/{person.id}/second-step/off").status_code == 403
    assert proven(admin) is True
    assert f"/accounts/{person.id}/second-step/off" not in admin.get(f"/accounts/{person.id}").text


def test_who_may_not_administer_takes_nothing_off(world, person, browser):
    enrol(browser)
    manager = come_in(world, world.person("manager", project=world.project()))
    assert manager.send(f"/accounts/{person.id}/second-step/off").status_code == 403
    assert proven(browser) is True


def test_the_demo_needs_none(world, person, browser):
    db.session.execute(db.text("insert into demo (id) values (1)"))
    db.session.commit()
    assert SETUP not in browser.get("/").text
