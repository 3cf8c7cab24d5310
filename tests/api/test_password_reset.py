"""A password set anew: a one-time link from an administrator, or by mail where a server is set; never in a log."""

import base64
import logging
import re
from dataclasses import replace

import pytest

from api import mail
from forms.accounts import resets
from forms.db import db
from forms.problems import MailUnusable
from tests.support.authenticator import enrol
from tests.support.letterbox import letterbox
from tests.support.visitor import Visitor
from tests.support.world import PASSWORD

NEW = "kata-sandi-baru-2"
LINK = re.compile(r"http://localhost(/reset/([\w-]{43}))")
ADDRESS = "https://lentera.example.org"


@pytest.fixture
def person(world):
    return world.person()


@pytest.fixture
def admin(world):
    return come_in(world, world.administrator())


def come_in(world, person, password=PASSWORD):
    visitor = Visitor(world.app.test_client())
    assert visitor.log_in(person.email, password).status_code == 303
    return visitor


def stranger(world):
    return Visitor(world.app.test_client())


def make_link(admin, person):
    """Make a link on the person's page; give its path and its token."""
    page = admin.send(f"/accounts/{person.id}/link")
    assert page.status_code == 200
    return LINK.search(page.text).groups()


def put(world, path, password=NEW, again=None):
    return stranger(world).post(path, {"password": password, "again": again or password})


def details():
    noted = "select details from audits where action = 'user.update' order by id"
    return db.session.execute(db.text(noted)).scalars().all()


@pytest.fixture
def mailing(app):
    """The server with a mail server."""
    with letterbox() as box:
        settings = {
            "LENTERA_SMTP": f"smtp://surat:rahasia%21@127.0.0.1:{box.port}",
            "LENTERA_SMTP_FROM": "Lentera <lentera@example.org>",
            "LENTERA_BASE_URL": ADDRESS,
        }
        app.extensions["lentera"] = replace(app.extensions["lentera"], mail=mail.read(settings), base_url=ADDRESS)
        yield box


def test_an_administrators_link_sets_a_password_once_and_ends_all_sessions(world, person, admin):
    open_before = come_in(world, person)
    path, _token = make_link(admin, person)
    assert open_before.get("/account").status_code == 200, "a link alone changes nothing"
    page = stranger(world).get(path)
    assert (page.status_code, person.email in page.text) == (200, True)
    done = put(world, path)
    assert (done.status_code, done.location) == (303, "/login")
    assert open_before.get("/account").status_code == 302
    assert stranger(world).log_in(person.email).status_code == 400
    come_in(world, person, NEW)
    again = put(world, path, "kata-sandi-lain-3")
    assert (again.status_code, "tidak berlaku lagi" in again.text) == (400, True)
    assert details() == [{"data": {"password": True}}]


def test_the_link_is_kept_as_a_hash_shown_once_and_tells_nobody_where_it_was(world, person, admin):
    path, token = make_link(admin, person)
    kept = db.session.execute(db.text("select token_hash, created_by from password_resets")).one()
    assert token.encode() not in bytes(kept.token_hash)
    assert token not in admin.get(f"/accounts/{person.id}").text
    for answer in (stranger(world).get(path), put(world, path, again="bukan-yang-sama"), put(world, path)):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_link_is_in_no_log(world, person, admin, caplog):
    caplog.set_level(logging.DEBUG)
    path, token = make_link(admin, person)
    stranger(world).get(path)
    put(world, path)
    put(world, path)
    seen = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "/reset/<token>" in seen
    assert token not in seen


def test_the_browser_may_hide_where_the_form_comes_from(world, person, admin):
    """With no-referrer, browsers send "null" as the origin of a form (Fetch, origin header)."""
    path, _token = make_link(admin, person)
    answer = stranger(world).post(path, {"password": NEW, "again": NEW}, headers={"Origin": "null"})
    assert answer.status_code == 303


def test_what_may_be_no_password_leaves_the_link_as_it_is(world, person, admin):
    path, _token = make_link(admin, person)
    for name, password, again in (
        ("password", "pendek", None),
        ("password", "p" * 73, None),
        ("again", NEW, NEW + "x"),
    ):
        answer = put(world, path, password, again)
        assert (answer.status_code, f'id="{name}-problem"' in answer.text) == (400, True)
    assert put(world, path).status_code == 303


def test_a_link_is_good_for_a_day_and_a_new_one_voids_it(world, person, admin):
    first, _ = make_link(admin, person)
    second, _ = make_link(admin, person)
    assert stranger(world).get(first).status_code == 400
    db.session.execute(db.text("update password_resets set expires_at = expires_at - interval '23 hours 59 minutes'"))
    db.session.commit()
    assert stranger(world).get(second).status_code == 200
    db.session.execute(db.text("update password_resets set expires_at = expires_at - interval '1 minute'"))
    db.session.commit()
    assert stranger(world).get(second).status_code == 400


def test_guessing_at_links_closes_the_door(world):
    for _ in range(10):
        assert stranger(world).get("/reset/tidak-ada").status_code == 400
    assert stranger(world).get("/reset/tidak-ada").status_code == 429


def test_who_locked_themselves_out_comes_in_with_a_new_password(world, person, admin):
    for number in range(10):
        far = {"REMOTE_ADDR": f"192.0.2.{number}"}
        stranger(world).log_in(person.email, "salah-salah-1", environ_base=far, base_url="https://localhost")
    assert stranger(world).log_in(person.email).status_code == 429
    assert "terlalu banyak gagal masuk" in admin.get("/accounts").text
    assert put(world, make_link(admin, person)[0]).status_code == 303
    assert "terlalu banyak gagal masuk" not in admin.get("/accounts").text
    come_in(world, person, NEW)


def test_a_link_opens_nothing_past_the_second_step(world, person, admin):
    enrol(come_in(world, person))
    put(world, make_link(admin, person)[0])
    asked = stranger(world).log_in(person.email, NEW)
    assert (asked.status_code, 'name="code"' in asked.text) == (200, True)


def test_only_an_administrator_makes_links_and_not_for_themselves(world, person):
    own = world.administrator()
    admin, manager = come_in(world, own), come_in(world, world.person("manager", project=world.project()))
    assert manager.send(f"/accounts/{person.id}/link").status_code == 403
    assert admin.send(f"/accounts/{own.id}/link").status_code == 403
    assert admin.send("/accounts/999/link").status_code == 404
    assert "/link" not in admin.get(f"/accounts/{own.id}").text


def test_an_account_that_is_made_without_a_password_gets_a_link(world, admin):
    made = admin.send("/accounts", {"name": "Rekan", "email": "rekan@example.org", "password": "", "role": "1"})
    assert made.status_code == 200
    assert put(world, LINK.search(made.text)[1]).status_code == 303
    assert stranger(world).log_in("rekan@example.org", NEW).status_code == 303


def test_shutting_somebody_out_takes_password_sessions_and_links_at_once(world, person, admin):
    inside = come_in(world, person)
    path, _token = make_link(admin, person)
    assert admin.send(f"/accounts/{person.id}/shut-out").status_code == 303
    assert inside.get("/account").status_code == 302
    assert stranger(world).log_in(person.email).status_code == 400
    assert stranger(world).get(path).status_code == 400
    assert details() == [{"data": {"password": None}}]


def test_over_the_api_an_administrator_gets_the_link_where_no_mail_is_sent(world, person):
    admin = world.login(world.administrator())
    answer = admin.post("/v1/users/reset/initiate?invalidate=true", json={"email": person.email.upper()})
    assert set(answer.json) == {"success", "link"}
    assert stranger(world).log_in(person.email).status_code == 400
    token = LINK.search(answer.json["link"])[2]
    verify = "/v1/users/reset/verify"
    client, headers = world.app.test_client(), {"Authorization": f"Bearer {token}"}
    assert client.post(verify, json={"new": "pendek"}, headers=headers).json["code"] == 400.21
    assert client.post(verify, json={}, headers=headers).json["code"] == 400.2
    assert client.post(verify, json={"new": NEW}, headers=headers).json == {"success": True}
    assert client.post(verify, json={"new": NEW}, headers=headers).json["code"] == 401.2
    come_in(world, person, NEW)


def test_another_kind_of_token_sets_no_password(world, person):
    verify, body = "/v1/users/reset/verify", {"new": NEW}
    assert world.login(person).post(verify, json=body).json["code"] == 403.1
    phone = world.app_user(world.project())
    headers = {"Authorization": f"Bearer {phone.token}"}
    assert world.app.test_client().post(verify, json=body, headers=headers).json["code"] == 403.1
    assert world.app.test_client().post(verify, json=body).json["code"] == 401.2


def test_who_asks_is_never_told_whether_there_is_an_account(world, person):
    initiate = "/v1/users/reset/initiate"
    member = world.login(world.person())
    for client in (world.app.test_client(), member):
        for email in (person.email, "tidakada@example.org"):
            assert client.post(initiate, json={"email": email}).json == {"success": True}
        assert client.post(initiate, json={}).json["code"] == 400.2
    assert db.session.execute(db.text("select count(*) from password_resets")).scalar_one() == 0


def test_only_who_may_shuts_somebody_out_over_the_api(world, person):
    address, body = "/v1/users/reset/initiate?invalidate=true", {"email": person.email}
    assert world.app.test_client().post(address, json=body).json["code"] == 401.2
    assert world.login(world.person()).post(address, json=body).json["code"] == 403.1
    wrong = {"Authorization": "Basic " + base64.b64encode(f"{person.email}:salah-salah-1".encode()).decode()}
    assert world.app.test_client().post(address, json=body, headers=wrong).json["code"] == 401.2
    come_in(world, person)


def test_a_page_of_another_site_shuts_nobody_out_with_ones_cookie(world, person, admin):
    answer = admin.ask("POST", "/v1/users/reset/initiate?invalidate=true", json={"email": person.email})
    assert answer.json["code"] == 403.901
    come_in(world, person)


def test_where_there_is_a_mail_server_the_link_is_mailed_and_not_shown(world, person, admin, mailing):
    page = admin.send(f"/accounts/{person.id}/link")
    assert (page.status_code, "/reset/" in page.text, person.email in page.text) == (200, False, True)
    letter = mailing.letters[0]
    assert (letter["To"], letter["From"]) == (person.email, "Lentera <lentera@example.org>")
    assert base64.b64decode(mailing.logins[0]) == b"\0surat\0rahasia!"
    link = re.search(ADDRESS + r"(/reset/[\w-]+)\s", letter.get_content())
    assert put(world, link[1]).status_code == 303


def test_who_forgot_the_password_has_a_link_mailed(world, person, mailing):
    assert "/forgotten" in stranger(world).get("/login").text
    for email in ("tidakada@example.org", person.email):
        answer = stranger(world).post("/forgotten", {"email": email}, base_url="http://jahat.example.org")
        assert (answer.status_code, "Jika ada akun" in answer.text) == (200, True)
    assert mailing.came.wait(10)
    assert [letter["To"] for letter in mailing.letters] == [person.email]
    assert stranger(world).log_in(person.email).status_code == 303, "asking alone changes nothing"
    link = re.search(ADDRESS + r"(/reset/[\w-]+)\s", mailing.letters[0].get_content())
    assert put(world, link[1]).status_code == 303


def test_nobodys_letter_box_is_flooded_and_nobody_is_locked_out_by_it(world, person, mailing):
    for _ in range(10):
        assert stranger(world).post("/v1/users/reset/initiate", {}).status_code == 400
        world.app.test_client().post("/v1/users/reset/initiate", json={"email": person.email})
    refused = world.app.test_client().post("/v1/users/reset/initiate", json={"email": person.email})
    assert refused.json["code"] == 429.901
    assert stranger(world).post("/forgotten", {"email": person.email}).status_code == 429
    come_in(world, person)


def test_without_a_mail_server_there_is_no_page_that_promises_mail(world):
    assert "/forgotten" not in stranger(world).get("/login").text
    assert stranger(world).get("/forgotten").status_code == 404


def test_a_letter_that_is_not_taken_leaves_the_link_on_the_page_and_no_address_in_the_log(
    world, person, admin, mailing, caplog
):
    mailing.refuses = True
    page = admin.send(f"/accounts/{person.id}/link")
    assert re.search(ADDRESS + r"/reset/[\w-]{43}", page.text)
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == ["lentera.mail"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"LENTERA_SMTP": "http://surat.example.org"}, "LENTERA_SMTP"),
        ({"LENTERA_SMTP": "smtp://"}, "LENTERA_SMTP"),
        ({"LENTERA_SMTP": "smtp://surat.example.org:99999"}, "LENTERA_SMTP"),
        ({"LENTERA_SMTP_FROM": None}, "LENTERA_SMTP_FROM"),
        ({"LENTERA_BASE_URL": None}, "LENTERA_BASE_URL"),
    ],
)
def test_a_mail_server_that_cannot_work_is_refused_at_the_start(changed, named):
    good = {
        "LENTERA_SMTP": "smtps://surat.example.org",
        "LENTERA_SMTP_FROM": "lentera@example.org",
        "LENTERA_BASE_URL": ADDRESS,
    }
    assert mail.read(good)
    with pytest.raises(MailUnusable) as refused:
        mail.read({**good, **changed})
    assert refused.value.details["setting"] == named
    assert mail.read({**good, "LENTERA_SMTP": None}) is None


def test_the_link_of_somebody_who_is_deleted_is_void(world, person, admin):
    path, _token = make_link(admin, person)
    db.session.execute(db.text("update users set deleted = true where actor_id = :id"), {"id": person.id})
    db.session.commit()
    assert stranger(world).get(path).status_code == 400
    assert resets.LINK_LIFE.total_seconds() == 24 * 3600
