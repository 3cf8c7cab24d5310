"""What Collect sees: form list, form, manifest, media, and submissions with their retries."""

import hashlib
import io
import threading

import pytest
from defusedxml.ElementTree import fromstring

from tests.support.instances import instance, new_id
from tests.support.odk import xlsx

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"

FORM = """
| survey |
|        | type    | name | label | media::image |
|        | text    | nama | Nama  | gambar.png   |
|        | integer | umur | Umur  |              |
|        | image   | foto | Foto  |              |
"""


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, xlsx(FORM))


@pytest.fixture
def phone(world, project, form):
    return world.app_user(project, form)


@pytest.fixture
def base(phone, project):
    return f"/v1/key/{phone.token}/projects/{project.id}"


def _send(client, base, xml, files=None, query=""):
    parts = {name: (io.BytesIO(data), name, "image/jpeg") for name, data in (files or {}).items()}
    parts["xml_submission_file"] = (io.BytesIO(xml), "submission.xml", "text/xml")
    return client.post(f"{base}/submission{query}", data=parts, content_type="multipart/form-data")


def _message(answer):
    return fromstring(answer.data).find("{*}message").text


def _stored(world, project, form):
    manager = world.login(world.person(5, project=project))
    return manager, manager.get(f"/v1/projects/{project.id}/forms/{form.xml_form_id}/submissions").json


def test_the_form_list_leads_to_the_form_with_the_phones_own_token(client, base, phone):
    answer = client.get(f"{base}/formList?deviceID=collect:x", headers={"X-OpenRosa-Version": "1.0"})
    assert (answer.status_code, answer.headers["X-OpenRosa-Version"]) == (200, "1.0")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.data.startswith(b"<?xml")
    root = fromstring(answer.data)
    assert root.tag == f"{LIST}xforms"
    [entry] = root
    found = {child.tag.removeprefix(LIST): child.text for child in entry}
    assert (found["formID"], found["name"], found["version"]) == ("uji", "Uji", "1")
    assert found["downloadUrl"] == f"http://localhost{base}/forms/uji.xml"
    assert found["manifestUrl"] == f"http://localhost{base}/forms/uji/manifest"
    form = client.get(found["downloadUrl"].removeprefix("http://localhost"))
    assert found["hash"] == f"md5:{hashlib.md5(form.data).hexdigest()}"  # noqa: S324


def test_a_list_that_did_not_change_is_not_sent_again(client, base, world, project):
    first = client.get(f"{base}/formList")
    again = client.get(f"{base}/formList", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(f"{base}/formList").headers["ETag"] == first.headers["ETag"]
    other = world.login(world.person(5, project=project))
    other.patch(f"/v1/projects/{project.id}/forms/uji", json={"state": "closing"})
    changed = client.get(f"{base}/formList", headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, list(fromstring(changed.data))) == (200, [])


def test_the_list_can_be_asked_for_one_form(client, base):
    assert len(fromstring(client.get(f"{base}/formList?formID=uji").data)) == 1
    assert len(fromstring(client.get(f"{base}/formList?formID=lain").data)) == 0


def test_only_files_that_are_there_are_in_the_manifest_and_come_with_their_hash(client, base, world, project):
    assert list(fromstring(client.get(f"{base}/forms/uji/manifest").data)) == []
    manager = world.login(world.person(5, project=project))
    forms = f"/v1/projects/{project.id}/forms/uji"
    manager.post(f"{forms}/draft")
    manager.post(f"{forms}/draft/attachments/gambar.png", data=b"gambar", content_type="image/png")
    manager.post(f"{forms}/draft/publish?version=2")
    answer = client.get(f"{base}/forms/uji/manifest")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    [entry] = fromstring(answer.data)
    found = {child.tag.removeprefix(MANIFEST): child.text for child in entry}
    assert found == {
        "filename": "gambar.png",
        "hash": f"md5:{hashlib.md5(b'gambar').hexdigest()}",  # noqa: S324
        "downloadUrl": f"http://localhost{base}/forms/uji/attachments/gambar.png",
    }
    assert client.get(found["downloadUrl"].removeprefix("http://localhost")).data == b"gambar"


def test_a_phone_that_asks_before_it_sends_is_told_how_much(client, base):
    answer = client.head(f"{base}/submission?deviceID=collect:x")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "100000000"
    assert client.head("/v1/projects/1/submission").status_code == 401


def test_a_submission_is_kept_and_a_retry_is_accepted_once(client, base, world, project, form, phone):
    xml = instance("uji", answers="<nama>é &amp; ü</nama><umur>7</umur>", instance_id=(sent := new_id()))
    for _ in range(3):
        answer = _send(client, base, xml, query="?deviceID=collect:abc")
        assert answer.status_code == 201
        assert _message(answer) == "full submission upload was successful!"
    manager, [kept] = _stored(world, project, form)
    assert (kept["instanceId"], kept["submitterId"], kept["deviceId"]) == (sent, phone.id, "collect:abc")
    assert manager.get(f"/v1/projects/{project.id}/forms/uji/submissions/{sent}.xml").data == xml


def test_the_xml_may_come_as_a_field_without_a_file_name(client, base):
    xml = instance("uji", answers=f"<nama>{'x' * 600_000}</nama>", instance_id=new_id())
    answer = client.post(
        f"{base}/submission", data={"xml_submission_file": xml.decode()}, content_type="multipart/form-data"
    )
    assert answer.status_code == 201


def test_other_content_under_the_same_id_is_refused(client, base, world, project, form):
    sent = new_id()
    assert _send(client, base, instance("uji", answers="<umur>1</umur>", instance_id=sent)).status_code == 201
    answer = _send(client, base, instance("uji", answers="<umur>2</umur>", instance_id=sent))
    assert answer.status_code == 409
    assert fromstring(answer.data).find("{*}message").get("nature") == "error"
    assert len(_stored(world, project, form)[1]) == 1


def test_files_come_in_batches_and_again(client, base, world, project, form):
    xml = instance("uji", answers="<foto>a é.jpg</foto>", instance_id=(sent := new_id()))
    assert _send(client, base, xml).status_code == 201
    manager, _ = _stored(world, project, form)
    files = f"/v1/projects/{project.id}/forms/uji/submissions/{sent}/attachments"
    assert manager.get(files).json == [{"name": "a é.jpg", "exists": False}]
    assert manager.get(f"{files}/a é.jpg").json["code"] == 404.1
    for content in (b"satu", b"satu", b"dua"):
        assert _send(client, base, xml, {"a é.jpg": content, "tak diminta.bin": b"x"}).status_code == 201
    assert manager.get(files).json == [{"name": "a é.jpg", "exists": True}, {"name": "tak diminta.bin", "exists": True}]
    picture = manager.get(f"{files}/a é.jpg")
    assert (picture.data, picture.headers["Content-Type"]) == (b"dua", "image/jpeg")
    assert picture.headers["Content-Disposition"].startswith('inline; filename="a -.jpg"')
    again = manager.get(f"{files}/a é.jpg", headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


def test_an_edit_replaces_what_it_names_and_keeps_the_files(client, base, world, project, form):
    first, second, third = new_id(), new_id(), new_id()
    original = instance("uji", answers="<umur>1</umur><foto>a.jpg</foto>", instance_id=first)
    assert _send(client, base, original, {"a.jpg": b"isi"}).status_code == 201
    edited = instance("uji", answers="<umur>2</umur><foto>a.jpg</foto>", instance_id=second, deprecated_id=first)
    for _ in range(2):
        assert _send(client, base, edited).status_code == 201
    stale = instance("uji", answers="<umur>3</umur>", instance_id=third, deprecated_id=first)
    assert _send(client, base, stale).status_code == 409
    manager, [kept] = _stored(world, project, form)
    assert (kept["instanceId"], kept["reviewState"]) == (first, "edited")
    assert (kept["currentVersion"]["instanceId"], kept["currentVersion"]["current"]) == (second, True)
    one = f"/v1/projects/{project.id}/forms/uji/submissions/{first}"
    assert manager.get(f"{one}.xml").data == edited
    assert manager.get(f"{one}/attachments").json == [{"name": "a.jpg", "exists": True}]
    assert [v["instanceId"] for v in manager.get(f"{one}/versions").json] == [second, first]
    assert manager.get(f"{one}/versions/{first}.xml").data == original
    assert manager.get(f"{one}/versions/{first}/attachments/a.jpg").data == b"isi"


def test_an_edit_whose_original_has_not_arrived_waits(client, base):
    answer = _send(client, base, instance("uji", instance_id=new_id(), deprecated_id=new_id()))
    assert answer.status_code == 404


def test_a_closing_form_is_taken_from_the_list_but_still_accepts(client, base, world, project, form):
    manager = world.login(world.person(5, project=project))
    manager.patch(f"/v1/projects/{project.id}/forms/uji", json={"state": "closing"})
    assert list(fromstring(client.get(f"{base}/formList").data)) == []
    assert client.get(f"{base}/forms/uji/manifest").status_code == 200
    assert _send(client, base, instance("uji", instance_id=new_id())).status_code == 201
    manager.patch(f"/v1/projects/{project.id}/forms/uji", json={"state": "closed"})
    assert client.get(f"{base}/forms/uji/manifest").status_code == 403
    assert _send(client, base, instance("uji", instance_id=new_id())).status_code == 409


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        (instance("tidakada", instance_id=new_id()), 404),
        (instance("uji", "9", instance_id=new_id()), 404),
        (instance("uji", instance_id="x" * 65), 400),
        (b"<data/>", 400),
        (b"bukan xml", 400),
        (b'<!DOCTYPE data [<!ENTITY a "b">]><data id="uji" version="1">&a;</data>', 400),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(client, base, xml, status):
    answer = _send(client, base, xml)
    assert answer.status_code == status
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert _message(answer)


def test_a_body_without_the_xml_or_cut_short_is_refused(client, base):
    assert client.post(f"{base}/submission", data={"lain": "x"}, content_type="multipart/form-data").status_code == 400
    assert client.post(f"{base}/submission", data=b"x", content_type="text/xml").status_code == 400
    cut = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n<data id='
    answer = client.post(f"{base}/submission", data=cut, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 400


def test_a_phone_without_the_right_is_asked_to_log_in(world, client, project, form):
    stranger = world.app_user(project)
    base = f"/v1/key/{stranger.token}/projects/{project.id}"
    assert list(fromstring(client.get(f"{base}/formList").data)) == []
    answer = _send(client, base, instance("uji", instance_id=new_id()))
    assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)
    assert client.get(f"{base}/forms/uji/manifest").status_code == 403


def test_a_dead_token_gets_no_empty_list(client, project, base):
    wrong = "A" * 64
    assert client.get(f"/v1/key/{wrong}/projects/{project.id}/formList").status_code == 403
    assert client.get(f"/v1/key/x/projects/{project.id}/formList").status_code == 401
    assert client.get(base.replace(str(project.id), "999999") + "/formList").status_code == 404


def test_the_same_submission_sent_twice_at_once_is_stored_once(app, base, world, project, form):
    xml = instance("uji", answers="<umur>1</umur><foto>a.jpg</foto>", instance_id=new_id())
    statuses = []
    start = threading.Barrier(4)

    def post():
        client = app.test_client()
        start.wait()
        statuses.append(_send(client, base, xml, {"a.jpg": b"isi"}).status_code)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 4
    assert len(_stored(world, project, form)[1]) == 1
