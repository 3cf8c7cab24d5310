"""Review states, comments, audits and diffs over the REST API, as ODK Central's clients use them."""

import logging
from urllib.parse import quote

import pytest

from forms import looks, submissions
from forms.access import SERVER, Actor
from forms.db import db
from forms.looks import Wanted
from forms.submissions import Sender
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx

EXTENDED = {"X-Extended-Metadata": "true"}
SAID = "CANARY-KOMENTAR tanyakan lagi"

FORM = """
| survey   |
|          | type         | name   | label   | privacy   |
|          | text         | nama   | Nama    | identity  |
|          | text         | luka   | Luka    | sensitive |
|          | begin_group  | g      | G       |           |
|          | integer      | umur   | Umur    |           |
|          | begin_repeat | anak   | Anak    |           |
|          | text         | sapaan | Sapaan  |           |
|          | text         | sakit  | Sakit   | sensitive |
|          | end_repeat   |        |         |           |
|          | end_group    |        |         |           |
"""


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, xlsx(FORM))


@pytest.fixture
def worker(world, project):
    return world.person("province", project=project)


@pytest.fixture
def client(world, worker):
    return world.login(worker)


@pytest.fixture
def phone(world, project, form):
    return Actor(id=world.app_user(project, form).id, type="field_key")


def _children(*children):
    return "".join(f"<anak><sapaan>{a}</sapaan><sakit>{b}</sakit></anak>" for a, b in children)


def _answers(nama, luka, umur, *children):
    return f"<nama>{nama}</nama><luka>{luka}</luka><g><umur>{umur}</umur>{_children(*children)}</g>"


@pytest.fixture
def record(world, project, phone):
    """The address of a record that was edited once."""
    first, second = new_id(), new_id()
    three = (("A", "CANARY-LUKA-1"), ("B", "CANARY-LUKA-2"), ("C", "x"))
    _send(world, project, phone, _answers("CANARY-NAMA-1", "CANARY-LUKA-3", 1, *three), instance_id=first)
    _send(
        world, project, phone, _answers("CANARY-NAMA-2", "CANARY-LUKA-4", 2, three[0], ("C", "CANARY-LUKA-5")),
        instance_id=second, deprecated_id=first,
    )  # fmt: skip
    return first, second


def _send(world, project, phone, answers, **ids):
    submissions.receive(Sender(phone), project.id, instance("uji", answers=answers, **ids), {}, vault=world.vault)
    db.session.commit()


@pytest.fixture
def one(project, form, record):
    return f"/v1/projects/{project.id}/forms/{form.xml_form_id}/submissions/{quote(record[0])}"


def test_a_state_is_given_and_answered_as_central_does(client, one, record):
    made = client.patch(one, json={"reviewState": "hasIssues", "instanceId": "lain"}).json
    assert (made["reviewState"], made["instanceId"]) == ("hasIssues", record[0])
    assert made["updatedAt"]
    assert "currentVersion" not in made
    assert client.get(one).json["reviewState"] == "hasIssues"
    assert client.patch(one, json={"reviewState": None}).json["reviewState"] is None
    assert "hasIssues" not in client.get(f"{one.rpartition('/')[0]}.csv").text
    client.patch(one, json={"reviewState": "approved"})
    assert ",approved," in client.get(f"{one.rpartition('/')[0]}.csv").text


@pytest.mark.parametrize("state", ["received", "", 1, ["approved"], {"a": 1}])
def test_any_other_word_is_refused_and_nothing_changes(client, one, state):
    answer = client.patch(one, json={"reviewState": state})
    assert (answer.json["code"], answer.json["details"]["field"]) == (400.8, "state")
    assert client.patch(one, json={}).json["code"] == 400.2
    assert client.get(one).json["reviewState"] == "edited"


def test_reviewing_needs_the_right_to_change_records(world, project, form, one):
    for role, status in (("viewer", 403), ("formfill", 403), ("manager", 200)):
        person = world.login(world.person(role, project=project, form=form))
        assert person.patch(one, json={"reviewState": "approved"}).status_code == status, role
    assert (
        world.login(world.person("district", project=project)).patch(one, json={"reviewState": None}).status_code == 200
    )


def test_comments_come_newest_first_with_who_and_when(client, worker, one):
    assert client.get(f"{one}/comments").json == []
    made = client.post(f"{one}/comments", json={"body": "pertama"})
    assert (made.json["body"], made.json["actorId"]) == ("pertama", worker.id)
    client.post(f"{one}/comments", json={"body": SAID}, headers=EXTENDED)
    found = client.get(f"{one}/comments").json
    assert [each["body"] for each in found] == [SAID, "pertama"]
    assert set(found[0]) == {"body", "actorId", "createdAt"}
    assert client.get(f"{one}/comments", headers=EXTENDED).json[0]["actor"]["id"] == worker.id
    for body, code in (({}, 400.2), ({"body": None}, 400.2), ({"body": "  "}, 400.2), ({"body": "x" * 4001}, 400.13)):
        assert client.post(f"{one}/comments", json=body).json["code"] == code


def test_a_note_with_a_review_stands_in_the_audits_and_not_among_the_comments(client, worker, one, record):
    client.patch(one, json={"reviewState": "rejected"}, headers={"X-Action-Notes": quote(SAID)})
    lines = client.get(f"{one}/audits").json
    assert [line["action"] for line in lines] == ["submission.update", "submission.update.version", "submission.create"]
    assert (lines[0]["notes"], lines[0]["details"]["reviewState"]) == (SAID, "rejected")
    assert (lines[1]["notes"], lines[1]["details"]["instanceId"]) == (None, record[1])
    assert client.get(f"{one}/audits?limit=1&offset=1").json == lines[1:2]
    assert client.get(f"{one}/audits", headers=EXTENDED).json[0]["actor"]["id"] == worker.id
    assert client.get(f"{one}/comments").json == []


def test_what_was_said_is_in_no_log_and_for_no_lower_clearance(world, client, project, form, one, caplog):
    caplog.set_level(logging.DEBUG)
    client.post(f"{one}/comments", json={"body": SAID})
    client.patch(one, json={"reviewState": "rejected"}, headers={"X-Action-Notes": quote(SAID)})
    assert "KOMENTAR" not in caplog.text
    assert "KOMENTAR" in client.get(f"{one}/comments").text
    for role in ("manager", "viewer"):
        person = world.login(world.person(role, project=project))
        assert person.get(f"{one}/comments").json == []
        assert "KOMENTAR" not in person.get(f"{one}/audits").text
        assert person.post(f"{one}/comments", json={"body": SAID}).json["code"] == 403.903


def test_a_diff_tells_what_an_edit_changed_and_of_identity_only_that_it_did(client, one, record):
    first, second = record
    assert client.get(f"{one}/diffs").json == {
        second: [
            {"path": ["nama"]},
            {"path": ["luka"], "old": "CANARY-LUKA-3", "new": "CANARY-LUKA-4"},
            {"path": ["g", "umur"], "old": "1", "new": "2"},
            {"path": ["g", ["anak", 1], "sapaan"], "old": "B", "new": "C"},
            {"path": ["g", ["anak", 1], "sakit"], "old": "CANARY-LUKA-2", "new": "CANARY-LUKA-5"},
            {"path": ["g", ["anak", 2], "sapaan"], "old": "C"},
            {"path": ["g", ["anak", 2], "sakit"], "old": "x"},
            {"path": ["meta", "instanceID"], "old": first, "new": second},
            {"path": ["meta", "deprecatedID"], "new": first},
        ]
    }


def test_what_is_above_the_clearance_is_not_in_the_diff_at_all(world, project, form, one, record):
    for role in ("manager", "viewer"):
        answer = world.login(world.person(role, project=project)).get(f"{one}/diffs")
        assert "CANARY" not in answer.text
        assert [change["path"] for change in answer.json[record[1]]] == [
            ["g", "umur"], ["g", ["anak", 1], "sapaan"], ["g", ["anak", 2], "sapaan"], ["meta", "instanceID"],
            ["meta", "deprecatedID"],
        ]  # fmt: skip


def test_a_round_that_was_taken_out_does_not_change_those_after_it(world, client, project, phone, one, record):
    third = new_id()
    _send(
        world, project, phone, _answers("CANARY-NAMA-2", "CANARY-LUKA-4", 2, ("C", "CANARY-LUKA-5")),
        instance_id=third, deprecated_id=record[1],
    )  # fmt: skip
    newest = client.get(f"{one}/diffs").json
    assert list(newest) == [third, record[1]]
    assert newest[third] == [
        {"path": ["g", ["anak", 0], "sapaan"], "old": "A"},
        {"path": ["g", ["anak", 0], "sakit"], "old": "CANARY-LUKA-1"},
        {"path": ["meta", "instanceID"], "old": record[1], "new": third},
        {"path": ["meta", "deprecatedID"], "old": record[0], "new": record[1]},
    ]


def test_reading_any_of_it_is_a_look(world, client, project, one):
    def reads():
        return len(looks.lines(project.id, Wanted(action="read"), vault=world.vault))

    for rest in ("comments", "audits", "diffs"):
        before = reads()
        assert client.get(f"{one}/{rest}").status_code == 200
        assert reads() == before + 1


def test_of_a_record_that_is_not_there_nothing_is_told(client, one, form):
    gone = f"{one.rpartition('/')[0]}/uuid:tidak-ada"
    for rest in ("comments", "audits", "diffs"):
        assert client.get(f"{gone}/{rest}").status_code == 404
    assert client.patch(gone, json={"reviewState": "approved"}).status_code == 404
    assert client.post(f"{gone}/comments", json={"body": SAID}).status_code == 404
    assert submissions.list_kept(SERVER, form)[0].submission.review_state == "edited"
