"""Logging in and out over the REST API."""

import base64

from forms import accounts
from forms.db import db
from tests.support.world import PASSWORD


def test_a_session_carries_a_token_that_opens_the_api(world, client):
    person = world.person()
    answer = client.post("/v1/sessions", json={"email": person.email.upper(), "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json) == {"token", "csrf", "expiresAt", "createdAt"}
    assert len(answer.json["token"]) == 64
    assert answer.json["createdAt"].endswith("Z")
    assert len(answer.json["createdAt"]) == len("2018-04-18T23:19:14.802Z")
    headers = {"Authorization": f"Bearer {answer.json['token']}"}
    fresh = world.app.test_client()
    assert fresh.get("/v1/users/current", headers=headers).json["email"] == person.email
    assert fresh.get("/v1/sessions/restore", headers=headers).json == {
        "createdAt": answer.json["createdAt"],
        "expiresAt": answer.json["expiresAt"],
    }


def test_both_values_are_required_and_neither_is_repeated_in_the_refusal(client):
    answer = client.post("/v1/sessions", json={"email": "orang@example.org", "password": ""})
    assert (answer.status_code, answer.json["code"]) == (400, 400.3)
    assert answer.json["details"] == {"expected": ["email", "password"], "got": ["email"]}
    assert client.post("/v1/sessions", data='{"email":"a","password":"b"}').json["code"] == 400.3
    assert client.post("/v1/sessions", json={"email": 7, "password": "b"}).json["code"] == 400.11


def test_a_wrong_password_and_an_unknown_address_are_refused_alike(world, client):
    person = world.person()
    for email in (person.email, "tidakada@example.org"):
        answer = client.post("/v1/sessions", json={"email": email, "password": "salah-sekali-1"})
        assert (answer.status_code, answer.json["code"]) == (401, 401.2)
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_failed_attempts_close_the_door_for_a_while(world, client):
    person = world.person()
    for _ in range(10):
        assert client.post("/v1/sessions", json={"email": person.email, "password": "salah-1"}).status_code == 401
    answer = client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    assert (answer.status_code, answer.json["code"]) == (429, 429.901)


def test_a_browser_gets_cookies_that_work_with_proof_and_are_taken_back(world, client):
    person = world.coordinator()
    answer = client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(c.startswith("session=") and "HttpOnly" in c and "SameSite=Strict" in c for c in cookies)
    assert any(c.startswith("__csrf=") and "HttpOnly" not in c for c in cookies)
    assert client.get("/v1/users/current").status_code == 200
    assert client.post("/v1/projects", json={"name": "Uji"}).status_code == 403
    proof = {"X-Requested-With": "XMLHttpRequest"}
    assert client.post("/v1/projects", json={"name": "Uji"}, headers=proof).status_code == 200
    assert client.delete("/v1/sessions/current", headers=proof).json == {"success": True}
    assert client.get_cookie("session") is None
    assert client.get("/v1/users/current").status_code == 401


def test_over_https_the_session_cookie_is_bound_to_this_host(world, client):
    person = world.person()
    answer = client.post(
        "/v1/sessions", json={"email": person.email, "password": PASSWORD}, base_url="https://lentera.example.org"
    )
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-session="))
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_another_site_cannot_log_a_browser_in(world, client):
    person = world.person()
    answer = client.post(
        "/v1/sessions",
        json={"email": person.email, "password": PASSWORD},
        headers={"Origin": "https://lain.example.org"},
    )
    assert answer.status_code == 403


def test_basic_works_on_this_machine_but_has_no_session(world, client):
    person = world.person()
    basic = {"Authorization": "Basic " + base64.b64encode(f"{person.email}:{PASSWORD}".encode()).decode()}
    assert client.get("/v1/users/current", headers=basic).status_code == 200
    assert client.get("/v1/sessions/restore", headers=basic).json["code"] == 404.1
    assert client.delete("/v1/sessions/current", headers=basic).json["code"] == 404.1


def test_a_session_ends_by_its_token_and_unknown_tokens_are_not_told_apart(world, client):
    person = world.person()
    other = world.login(person)
    token = client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD}).json["token"]
    assert other.delete(f"/v1/sessions/{token}").json == {"success": True}
    assert other.delete(f"/v1/sessions/{token}").json["code"] == 403.1
    assert other.delete(f"/v1/sessions/{accounts.new_token()}").json["code"] == 403.1


def test_a_manager_revokes_an_app_user_by_its_token_and_the_phone_is_refused_at_once(world, client):
    project = world.project()
    manager = world.login(world.person(5, project=project))
    phone = world.app_user(project)
    assert client.get(f"/v1/key/{phone.token}/projects/{project.id}/formList").status_code == 200
    assert client.delete(f"/v1/key/{phone.token}/sessions/{phone.token}").json["code"] == 403.1
    assert manager.delete(f"/v1/sessions/{phone.token}").json == {"success": True}
    assert client.get(f"/v1/key/{phone.token}/projects/{project.id}/formList").status_code == 403
    listed = manager.get(f"/v1/projects/{project.id}/app-users").json
    assert [(user["id"], user["token"]) for user in listed] == [(phone.id, None)]


def test_a_web_users_token_does_not_work_in_the_address(world, client):
    person = world.coordinator()
    token = client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD}).json["token"]
    fresh = world.app.test_client()
    assert fresh.get(f"/v1/key/{token}/projects").json["code"] == 403.1
    assert fresh.get("/v1/key/tidakada/projects").json["code"] == 401.2
    assert fresh.get("/v1/projects", query_string={"st": token}).json["code"] == 403.1


def test_nothing_is_open_without_a_credential(client):
    for path in ("/v1/projects", "/v1/users", "/v1/roles", "/v1/sessions/restore", "/v1/projects/1/forms"):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (401, 401.2)


def test_a_deleted_person_has_no_session_any_more(world):
    person = world.person()
    browser = world.login(person)
    assert browser.get("/v1/users/current").status_code == 200
    db.session.execute(db.text("update actors set deleted_at = now() where id = :id"), {"id": person.id})
    db.session.commit()
    assert browser.get("/v1/users/current").status_code == 401
