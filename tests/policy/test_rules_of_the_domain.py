"""The testable rules of data protection by their numbers: T1, T3, T4, T15. T5 and T6 are in `tests.api.test_reveal`."""

import base64
import json
import logging
import re
import subprocess
import zlib

import pytest

from api.endpoint import DECLARED
from api.pages import reach
from forms import catalogue, cluster
from forms.access import SERVER
from forms.accounts import revoke_app_users
from forms.db import db
from tests.policy.routes import ROUTES
from tests.policy.test_every_route import canaries, targets, unpacked
from tests.support.canaries import traces
from tests.support.odk import xlsx
from tests.support.programme import CANARY


def _get(programme, name, path):
    viewer = programme.viewers[name]
    client = programme.client()
    with client.application.app_context():
        return client.get(viewer.address(path), headers=viewer.headers)


def test_t1_a_district_coordinator_gets_404_for_a_case_of_another_district_on_every_route(programme):
    other, own = (programme.record("A", "kasus", name) for name in ("OTHER", "OWN"))
    pages = programme.page("A", "kasus")
    for record, status in ((other, 404), (own, 200)):
        for path in (
            f"{pages}/submissions/{record.id}",
            f"{pages}/submissions/{record.id}/files/{record.canary('N0')}.png",
            f"{pages}/submissions/{record.id}/reveal",
            f"/v1{pages}/submissions/{record.id}",
            f"/v1{pages}/submissions/{record.id}.xml",
            f"/v1{pages}/submissions/{record.id}/versions",
            f"/v1{pages}/submissions/{record.id}/attachments",
            f"/v1{pages}/submissions/{record.id}/attachments/{record.canary('N2')}.png",
        ):
            assert _get(programme, "district", path).status_code == status, path
    for path in (
        f"/v1{pages}/submissions", f"/v1{pages}/submissions.csv", f"/v1{pages}/submissions.csv.zip",
        f"{pages}/submissions", f"{pages}/download?format=xlsx", f"{pages}/download?format=zip",
    ):  # fmt: skip
        answer = _get(programme, "district", path)
        found = set().union(*(canaries(part) for part in (answer.data, *unpacked(answer.data))))
        assert own.canary("ID") in found, path
        assert not [each for each in found if each.startswith("CANARY-A-KASUS-OTHER")], path
    # What is not built is there for nobody, whatever it is asked about.
    for path in (f"/v1{pages}.svc/Submissions('{own.id}')", "/v1/projects/1/datasets/korban/entities.csv"):
        assert _get(programme, "district", path).status_code == 404, path


def _of_identity(found):
    return sorted(each for each in found if CANARY.fullmatch(each)[5] == "3")


@pytest.mark.parametrize("name", ["province", "district", "onestop", "admin", "auditor", "phone"])
def test_t3_no_identity_is_in_an_address_a_log_a_list_a_name_an_error_or_a_download(
    programme, without_trace, caplog, name
):
    """Everything that can be read by GET, but for a record's XML and its files, which are opened by who has the clearance."""
    viewer = programme.viewers[name]
    opens = ("xml", "file", "file names")
    asked = 0
    with caplog.at_level(logging.DEBUG):
        for declared in DECLARED:
            trial = ROUTES.get(f"GET {declared.path}")
            if trial is None or "GET" not in declared.methods or trial.shows in opens:
                continue
            for about, path in targets(programme, viewer, declared, trial):
                answer = _get(programme, name, path.replace(f"/key/{viewer.token}", "").partition("?st=")[0])
                told = str(answer.headers).encode() + answer.data
                found = set().union(*(canaries(part) for part in (told, *unpacked(answer.data))))
                assert _of_identity(found) == [], path
                asked += about.record is not None
    assert asked > 10
    logged = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "answered" in logged
    assert _of_identity(canaries(logged.encode())) == []


def test_t4_identity_is_unreadable_in_a_dump_of_the_database_and_in_the_files(programme, running):
    dump = subprocess.run(
        [cluster.binaries() / "pg_dump", "--inserts", running.url("postgres", "policy").replace("+psycopg", "")],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    secret = tuple(
        record.canary(what)
        for record in programme.records
        for each in record.has
        if each[-1] == "3"
        for what in ((f"F{each[-1]}", f"N{each[-1]}") if each[0] == "f" else (each.upper(),))
    )
    assert len(secret) > 20
    assert traces(dump, secret) == []
    # What is open is found, or this looks in vain. The XML and the files are sealed whole.
    own = programme.record("A", "kasus", "OWN")
    assert traces(dump, (own.canary("P0"), own.canary("R2"))) != []
    folder = programme.folder
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert len(kept) > 10
    assert [path for path in kept if traces(path.read_bytes() + str(path).encode(), ("CANARY",))] == []


def test_t15_a_phones_settings_keep_nothing_that_was_sent_and_let_nothing_sent_be_changed(world):
    project = world.project()
    form = world.form(project, xlsx("| survey |\n| | type | name | label |\n| | text | a | A |"))
    phone = world.app_user(project, form)
    code = reach.settings("https://contoh.example.org", phone.token, project.id, project.name)
    settings = json.loads(zlib.decompress(base64.b64decode(code)))
    assert settings["general"]["delete_send"] is True
    assert {
        name: settings["admin"][name] for name in ("change_server", "edit_saved", "view_sent", "save_mid")
    } == dict.fromkeys(("change_server", "edit_saved", "view_sent", "save_mid"), False)
    assert b"client_editable" not in catalogue.xform(catalogue.current(form))


def test_t15_a_lost_phone_is_refused_from_its_next_request_on(world, client):
    project = world.project()
    form = world.form(project, xlsx("| survey |\n| | type | name | label |\n| | text | a | A |"))
    lost, other = (world.app_user(project, form) for _ in range(2))
    assert lost.token != other.token

    def status(phone):
        return client.get(f"/v1/key/{phone.token}/projects/{project.id}/formList").status_code

    assert (status(lost), status(other)) == (200, 200)
    revoke_app_users(SERVER, project, [lost.id])
    db.session.commit()
    assert (status(lost), status(other)) == (403, 200)
    assert not re.search(re.escape(lost.token), client.get(f"/v1/key/{lost.token}/projects/{project.id}/formList").text)
