"""One's own sessions: listed, ended at once, ended by a new password, and ended by themselves when nobody is there."""

import re

import pytest

from api.pages.account import browser as browser_name
from forms.db import db
from forms.policy import ROLES
from tests.support.visitor import Visitor
from tests.support.world import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
)


def come_in(world, person, user_agent=FIREFOX):
    visitor = Visitor(world.app.test_client())
    answer = visitor.log_in(person.email, headers={"User-Agent": user_agent})
    assert answer.status_code == 303
    return visitor


def let_pass(minutes):
    """Let time pass for all sessions, as far as the database tells it."""
    db.session.execute(
        db.text("update sessions set last_seen_at = last_seen_at - :span * interval '1 minute', "
                "created_at = created_at - :span * interval '1 minute'"), {"span": minutes},
    )  # fmt: skip
    db.session.commit()


def last_seen():
    db.session.rollback()
    return db.session.execute(db.text("select last_seen_at from sessions order by id")).scalars().all()


def ids(page):
    return re.findall(r'action="/account/sessions/(\d+)/end"', page)


def test_the_page_lists_where_one_is_logged_in(world):
    person = world.person()
    here, phone = come_in(world, person), come_in(world, person, CHROME)
    come_in(world, world.person(), "Mozilla/5.0 (Macintosh) Version/17 Safari/605")
    page = here.get("/account").text
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    assert "macOS" not in page, "that is somebody else's"
    assert "127.0.0.1" in page
    assert page.count("yang ini") == 1
    assert len(ids(page)) == 1, "one does not end the session in use there, one logs out"
    assert phone.get("/account").status_code == 200


def test_a_session_that_is_ended_is_refused_at_once(world):
    person = world.person()
    here, lost = come_in(world, person), come_in(world, person, CHROME)
    ended = ids(here.get("/account").text)[0]
    assert here.send(f"/account/sessions/{ended}/end").status_code == 303
    assert lost.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert here.send(f"/account/sessions/{ended}/end").status_code == 404
    assert "Chrome" not in here.get("/account").text


def test_nobody_ends_the_session_of_somebody_else(world):
    mine, yours = come_in(world, world.person()), come_in(world, world.person())
    for session_id in db.session.execute(db.text("select id from sessions order by id desc limit 1")).scalars():
        assert mine.send(f"/account/sessions/{session_id}/end").status_code == 404
    assert mine.send("/account/sessions/end").status_code == 303
    assert yours.get("/account").status_code == 200


def test_all_others_are_ended_together(world):
    person = world.person()
    here, *others = [come_in(world, person) for _ in range(3)]
    api = world.login(person)
    assert here.send("/account/sessions/end").status_code == 303
    assert [other.get("/account").status_code for other in others] == [302, 302]
    assert api.get("/v1/users/current").status_code == 401
    assert here.get("/account").status_code == 200
    noted = db.session.execute(db.text("select count(*) from audits where action = 'user.session.end'")).scalar_one()
    assert noted == 1


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(world):
    person = world.person()
    here, elsewhere = come_in(world, person), come_in(world, person)
    for name, given in (
        ("old", {"old": "salah-salah-1", "password": "kata-sandi-baru-2"}),
        ("password", {"old": PASSWORD, "password": "pendek"}),
    ):
        answer = here.send("/account/password", given)
        assert (answer.status_code, f'id="{name}-problem"' in answer.text) == (400, True)
    assert elsewhere.get("/account").status_code == 200
    assert here.send("/account/password", {"old": PASSWORD, "password": "kata-sandi-baru-2"}).status_code == 303
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 302)
    fresh = Visitor(world.app.test_client())
    assert fresh.log_in(person.email).status_code == 400
    assert fresh.log_in(person.email, "kata-sandi-baru-2").status_code == 303


def test_the_old_password_cannot_be_guessed_at_an_open_browser(world):
    person = world.person()
    here = come_in(world, person)
    for _ in range(10):
        here.send("/account/password", {"old": "salah-salah-1", "password": "kata-sandi-baru-2"})
    here.send("/account/password", {"old": PASSWORD, "password": "kata-sandi-baru-2"})
    assert Visitor(world.app.test_client()).log_in(person.email, "kata-sandi-baru-2").status_code == 429


def test_a_password_is_changed_over_the_api_too(world):
    person = world.person()
    here, elsewhere, other = world.login(person), world.login(person), world.login(world.person())
    address = f"/v1/users/{person.id}/password"
    assert here.put(address, json={"old": "salah-salah-1", "new": "kata-sandi-baru-2"}).json["code"] == 401.2
    assert here.put(address, json={"old": PASSWORD, "new": "pendek"}).json["code"] == 400.21
    assert here.put(address, json={"new": "kata-sandi-baru-2"}).json["code"] == 400.2
    assert other.put(address, json={"old": PASSWORD, "new": "kata-sandi-baru-2"}).json["code"] == 403.1
    assert here.put(address, json={"old": PASSWORD, "new": "kata-sandi-baru-2"}).json == {"success": True}
    assert here.get("/v1/users/current").status_code == 200
    assert elsewhere.get("/v1/users/current").status_code == 401
    noted = "select details from audits where action = 'user.update'"
    assert db.session.execute(db.text(noted)).scalars().all() == [{"data": {"password": True}}]


@pytest.mark.parametrize("role", [role for role in ROLES if role.has_clearance], ids=lambda role: role.system)
def test_t20_a_session_that_opens_peoples_data_ends_after_a_quarter_of_an_hour_without_a_request(world, role):
    visitor = come_in(world, world.person(role.system, project=world.project()))
    let_pass(14)
    assert visitor.get("/account").status_code == 200, "and this request begins the quarter anew"
    let_pass(14)
    assert visitor.get("/account").status_code == 200
    let_pass(15)
    assert visitor.get("/account").status_code == 302
    assert visitor.get("/account").status_code == 302, "asking does not bring it back"


def test_an_idle_session_is_no_open_one(world):
    person = world.person("district", project=world.project())
    come_in(world, person, CHROME)
    let_pass(15)
    assert "Chrome" not in come_in(world, person).get("/account").text


@pytest.mark.parametrize("role", ["admin", "manager", "viewer", "analyst"])
def test_other_sessions_last_their_day(world, role):
    visitor = come_in(world, world.person(role, project=None if role == "admin" else world.project()))
    let_pass(23 * 60)
    assert visitor.get("/account").status_code == 200


def test_when_a_session_was_last_seen_is_written_at_most_once_a_minute(world):
    visitor = come_in(world, world.person())
    made = last_seen()
    visitor.get("/account")
    first = last_seen()
    assert first > made, "the first request counts at once"
    visitor.get("/account")
    assert last_seen() == first
    let_pass(2)
    passed = last_seen()
    visitor.get("/account")
    assert last_seen() > passed


def test_what_a_browser_calls_itself_is_said_in_a_few_words(app):
    with app.test_request_context("/"):
        for user_agent, words in (
            (FIREFOX, "Firefox, Windows"),
            (CHROME, "Chrome, Android"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Linux"),
            ("python-requests/2.32", "python-requests"),
            ("", "tidak dikenal"),
        ):
            assert browser_name(user_agent) == words
