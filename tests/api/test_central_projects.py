"""Projects over the REST API, and the HTTP rules that all of it shares."""

import pytest


def test_a_project_is_made_changed_and_put_in_the_trash(world):
    admin = world.login(world.coordinator())
    made = admin.post("/v1/projects", json={"name": "Uji é", "description": "Untuk uji", "lain": 1})
    assert made.status_code == 200
    assert set(made.json) == {
        "id", "name", "description", "archived", "keyId", "createdAt", "updatedAt", "deletedAt"
    }  # fmt: skip
    assert (made.json["archived"], made.json["updatedAt"]) == (None, None)
    address = f"/v1/projects/{made.json['id']}"
    changed = admin.patch(address, json={"archived": True}).json
    assert (changed["name"], changed["description"], changed["archived"]) == ("Uji é", "Untuk uji", True)
    assert changed["updatedAt"] is not None
    assert admin.get(address).json == changed
    assert admin.delete(address).json == {"success": True}
    assert admin.get(address).json["code"] == 404.1
    assert admin.delete(address).json["code"] == 404.1
    assert admin.get("/v1/projects").json == []


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 400.2), ({"name": " "}, 400.2), ({"name": 1}, 400.11), ({"name": "x", "archived": "ya"}, 400.11)],
)
def test_a_project_that_cannot_be_is_refused(world, body, code):
    admin = world.login(world.coordinator())
    assert admin.post("/v1/projects", json=body).json["code"] == code


def test_a_blank_name_is_no_change(world):
    admin = world.login(world.coordinator())
    project = world.project()
    assert admin.patch(f"/v1/projects/{project.id}", json={"name": None}).json["code"] == 400.2
    assert admin.patch(f"/v1/projects/{project.id}", json={"name": "  "}).json["code"] == 400.2
    assert admin.get(f"/v1/projects/{project.id}").json["name"] == "Proyek uji"


def test_projects_are_listed_with_the_verbs_that_one_holds_there(world):
    first, second = world.project("B"), world.project("A")
    world.project("C")
    viewer = world.person(6, project=first)
    collector = world.login(world.person(8, project=second))
    assert [(p["name"], p["verbs"]) for p in collector.get("/v1/projects").json] == [
        ("A", ["open_form.list", "open_form.read", "project.read", "submission.create"])
    ]
    browser = world.login(viewer)
    assert [p["name"] for p in browser.get("/v1/projects").json] == ["B"]
    admin = world.login(world.coordinator())
    assert [p["name"] for p in admin.get("/v1/projects").json] == ["A", "B", "C"]
    assert browser.get(f"/v1/projects/{second.id}").json["code"] == 403.1
    assert browser.patch(f"/v1/projects/{first.id}", json={"name": "X"}).json["code"] == 403.1
    assert browser.post("/v1/projects", json={"name": "X"}).json["code"] == 403.1


def test_the_extended_project_counts_what_is_in_it(world):
    project = world.project()
    world.app_user(project)
    admin = world.login(world.coordinator())
    plain = admin.get(f"/v1/projects/{project.id}").json
    extended = admin.get(f"/v1/projects/{project.id}", headers={"X-Extended-Metadata": "true"}).json
    more = {key: extended[key] for key in extended if key not in plain}
    assert more.pop("verbs")
    assert more == {"forms": 0, "appUsers": 1, "datasets": 0, "lastSubmission": None, "lastEntity": None}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/projects/abc", 400.11),
        ("/v1/projects/1.5", 400.11),
        ("/v1/projects/99999999999", 400.22),
        ("/v1/projects/999999", 404.1),
        ("/v1/Projects", 404.1),
        ("/v1/tidakada", 404.1),
        ("/v1//projects", 404.1),
        ("/v1", 404.1),
        ("/v1/projects/%00/forms", 400.11),
        ("/v1/audits", 404.1),
        ("/v2/projects", 404.3),
    ],
)
def test_an_address_that_leads_nowhere_says_so_in_json(world, path, code):
    admin = world.login(world.coordinator())
    answer = admin.get(path)
    assert (answer.status_code, answer.json["code"]) == (int(code), code)


def test_a_method_that_a_path_does_not_have_is_not_found(world):
    admin = world.login(world.coordinator())
    assert admin.put("/v1/projects").json["code"] == 404.1
    assert admin.delete("/v1/projects").json["code"] == 404.1
    assert admin.options("/v1/projects").status_code == 404


def test_a_trailing_slash_is_tolerated_and_head_goes_wherever_get_does(world):
    admin = world.login(world.coordinator())
    project = world.project()
    assert admin.get("/v1/projects/").json == admin.get("/v1/projects").json
    assert admin.post("/v1/projects/", json={"name": "Uji"}).status_code == 200
    head = admin.head(f"/v1/projects/{project.id}")
    assert (head.status_code, head.data) == (200, b"")


def test_json_counts_only_where_it_says_that_it_is_json(world):
    admin = world.login(world.coordinator())
    assert admin.post("/v1/projects", data='{"name": "Uji"}').json["code"] == 400.2
    typed = "application/json; charset=utf-8"
    assert admin.post("/v1/projects", data='{"name": "Uji"}', content_type=typed).status_code == 200
    broken = admin.post("/v1/projects", data='{"name": ', content_type=typed)
    assert (broken.json["code"], broken.json["details"]) == (400.1, {"format": "json", "rawLength": 9})
    large = admin.post("/v1/projects", json={"name": "x", "lain": "y" * 260_000})
    assert (large.status_code, large.json["code"]) == (400, 400.36)


def test_what_is_not_there_is_said_before_what_is_not_allowed_and_that_before_what_is_wrong(world):
    person = world.login(world.person())
    project = world.project()
    assert person.patch("/v1/projects/999999", json={"name": 1}).json["code"] == 404.1
    assert person.patch(f"/v1/projects/{project.id}", json={"name": 1}).json["code"] == 403.1


def test_answers_are_kept_only_to_be_asked_about_again(world):
    admin = world.login(world.coordinator())
    world.project()
    answer = admin.get("/v1/projects")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    again = admin.get("/v1/projects", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    world.project()
    assert admin.get("/v1/projects", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    assert admin.post("/v1/projects", json={"name": "x"}).headers["Cache-Control"] == "no-store"
    assert admin.get("/v1/sessions/restore").headers["Cache-Control"] == "no-store"


def test_a_refusal_is_in_the_language_that_is_asked_for(world):
    admin = world.login(world.coordinator())
    in_indonesian = admin.get("/v1/tidakada", headers={"Accept-Language": "id"}).json["message"]
    assert in_indonesian != admin.get("/v1/tidakada").json["message"]
    assert "ETag" not in admin.get("/v1/tidakada").headers
