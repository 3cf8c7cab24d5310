"""Forms, versions, drafts and attachments over the REST API."""

import hashlib
import io
from urllib.parse import quote

import pytest

from tests.support.odk import xls, xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
EXTENDED = {"X-Extended-Metadata": "true"}


def _md(version: str, *more: str, form_id: str = "uji.1") -> str:
    rows = "\n".join(more)
    return f"""
    | survey   |
    |          | type         | name | label | media::image |
    |          | text         | nama | Nama  | gambar.png   |
    |          | begin_group  | g    | G     |              |
    |          | integer      | umur | Umur  |              |
    |          | end_group    |      |       |              |
    |          | begin_repeat | anak | Anak  |              |
    |          | image        | foto | Foto  |              |
    |          | end_repeat   |      |       |              |
    {rows}
    | settings |
    |          | form_title | form_id   | version   |
    |          | Judul é    | {form_id} | {version} |
    """


XFORM = b"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Dari XML</h:title><model><instance><data id="dari_xml"><nama/><meta><instanceID/></meta></data>
</instance><bind nodeset="/data/nama" type="string"/></model></h:head>
<h:body><input ref="/data/nama"><label>Nama</label></input></h:body></h:html>"""


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def manager(world, project):
    return world.login(world.person(5, project=project))


@pytest.fixture
def forms(project):
    return f"/v1/projects/{project.id}/forms"


def _send(client, address, md, **query):
    return client.post(address, data=xlsx(md), content_type=XLSX, query_string={"ignoreWarnings": "True", **query})


def test_a_workbook_becomes_a_draft_and_then_a_form(manager, forms, project):
    made = _send(manager, forms, _md("1"), publish="False")
    assert made.status_code == 200, made.json
    assert set(made.json) == {
        "projectId", "xmlFormId", "name", "version", "state", "hash", "sha", "sha256", "keyId", "draftToken",
        "publishedAt", "enketoId", "enketoOnceId", "webformsEnabled", "createdAt", "updatedAt",
    }  # fmt: skip
    assert (made.json["xmlFormId"], made.json["name"], made.json["version"]) == ("uji.1", "Judul é", "1")
    assert (made.json["state"], made.json["publishedAt"], made.json["projectId"]) == ("open", None, project.id)
    assert manager.get(f"{forms}/uji.1").json == made.json
    assert manager.get(f"{forms}/uji.1/draft").json == made.json
    assert manager.get(f"{forms}/uji.1/versions").json == []
    assert manager.post(f"{forms}/uji.1/draft/publish").json == {"success": True}
    published = manager.get(f"{forms}/uji.1").json
    assert published["publishedAt"] is not None
    assert manager.get(f"{forms}/uji.1/draft").json["code"] == 404.1
    assert manager.post(f"{forms}/uji.1/draft/publish").json["code"] == 404.1
    assert manager.get(forms).json == [published]


def test_the_xform_is_served_byte_for_byte_with_its_hash_as_tag(manager, forms):
    made = _send(manager, forms, _md("1"), publish="true").json
    answer = manager.get(f"{forms}/uji.1.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert hashlib.md5(answer.data).hexdigest() == made["hash"]  # noqa: S324
    assert hashlib.sha1(answer.data).hexdigest() == made["sha"]  # noqa: S324
    assert hashlib.sha256(answer.data).hexdigest() == made["sha256"]
    assert answer.headers["ETag"] == f'"{made["hash"]}"'
    for tag in (answer.headers["ETag"], f"W/{answer.headers['ETag']}"):
        again = manager.get(f"{forms}/uji.1.xml", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
    head = manager.head(f"{forms}/uji.1.xml")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])


def test_an_xform_that_is_sent_as_xml_is_kept_as_it_came(manager, forms):
    made = manager.post(forms, data=XFORM, content_type="application/xml", query_string={"publish": "true"})
    assert (made.status_code, made.json["version"]) == (200, "")
    assert manager.get(f"{forms}/dari_xml.xml").data == XFORM
    assert manager.get(f"{forms}/dari_xml/versions/___.xml").data == XFORM
    assert manager.get(f"{forms}/dari_xml/versions/___").json["version"] == ""
    assert manager.get(f"{forms}/dari_xml.xlsx").json["code"] == 404.1


def test_the_workbook_is_given_back_under_its_own_kind(manager, forms):
    data = xlsx(_md("1"))
    manager.post(forms, data=data, content_type=XLSX, query_string={"ignoreWarnings": "true"})
    answer = manager.get(f"{forms}/uji.1.xlsx")
    assert (answer.data, answer.headers["Content-Type"]) == (data, XLSX)
    assert answer.headers["Content-Disposition"] == "attachment; filename=\"uji.1.xlsx\"; filename*=UTF-8''uji.1.xlsx"
    assert manager.get(f"{forms}/uji.1/draft.xlsx").data == data
    assert manager.get(f"{forms}/uji.1.xls").json["code"] == 404.1
    old = xls(_md("1", form_id="lama"))
    assert manager.post(forms, data=old, content_type=XLS, query_string={"ignoreWarnings": "true"}).status_code == 200
    assert manager.get(f"{forms}/lama.xls").data == old
    extended = manager.get(f"{forms}/lama", headers=EXTENDED).json
    assert extended["excelContentType"] == XLS


def test_warnings_are_told_first_and_nothing_is_kept(manager, forms):
    choices = ("| choices |", "| | list_name | name | label |", "| | yt | ya | |")
    md = _md("1", "| | select_one yt | setuju | Setuju | |", *choices)
    answer = manager.post(forms, data=xlsx(md), content_type=XLSX)
    assert answer.json["code"] == 400.16
    assert answer.json["details"]["warnings"]["xlsFormWarnings"]
    assert manager.get(forms).json == []
    assert _send(manager, forms, md).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "application/xml", 400.2),
        (b"bukan xml", "application/xml", 400.2),
        (b"<a/>", "application/xml", 400.2),
        (b"bukan excel", XLSX, 400.15),
        (XFORM.replace(b'id="dari_xml"', b'id="dari.xml"'), "application/xml", 400.8),
        (XFORM.replace(b'id="dari_xml"', b'id="' + b"x" * 65 + b'"'), "application/xml", 400.13),
        (XFORM.replace(b"<meta><instanceID/></meta>", b""), "application/xml", 400.27),
        (b'{"a": 1}', "application/json", 400.2),
    ],
)
def test_what_is_no_form_is_refused(manager, forms, body, content_type, code):
    answer = manager.post(forms, data=body, content_type=content_type)
    assert (answer.json["code"], answer.status_code) == (code, 400), answer.json
    assert manager.get(forms).json == []


def test_a_form_id_is_used_once_until_its_form_is_deleted(manager, forms):
    _send(manager, forms, _md("1"))
    again = _send(manager, forms, _md("2"))
    assert again.json["code"] == 409.3
    assert again.json["details"]["fields"] == ["projectId", "xmlFormId"]
    assert manager.delete(f"{forms}/uji.1").json == {"success": True}
    assert manager.get(f"{forms}/uji.1").json["code"] == 404.1
    assert manager.get(f"{forms}/uji.1.xml").json["code"] == 404.1
    assert _send(manager, forms, _md("1")).status_code == 200


def test_a_new_version_goes_through_the_draft(manager, forms):
    first = _send(manager, forms, _md("1"), publish="true").json
    assert _send(manager, f"{forms}/uji.1/draft", _md("2", "| | text | baru | Baru | |")).json == {"success": True}
    assert manager.get(f"{forms}/uji.1").json["version"] == "1"
    assert manager.get(f"{forms}/uji.1/draft").json["version"] == "2"
    assert b"/data/baru" in manager.get(f"{forms}/uji.1/draft.xml").data
    assert manager.post(f"{forms}/uji.1/draft/publish").json == {"success": True}
    versions = manager.get(f"{forms}/uji.1/versions").json
    assert [version["version"] for version in versions] == ["2", "1"]
    assert manager.get(f"{forms}/uji.1/versions/1").json["hash"] == first["hash"]
    assert manager.get(f"{forms}/uji.1/versions/1.xml").headers["ETag"] == f'"{first["hash"]}"'
    assert manager.get(f"{forms}/uji.1/versions/1.xlsx", buffered=True).status_code == 200
    assert manager.get(f"{forms}/uji.1/versions/3").json["code"] == 404.1


def test_a_version_is_published_once(manager, forms):
    _send(manager, forms, _md("1"), publish="true")
    _send(manager, f"{forms}/uji.1/draft", _md("1", "| | text | baru | Baru | |"))
    answer = manager.post(f"{forms}/uji.1/draft/publish")
    assert answer.json["code"] == 409.6
    assert answer.json["details"] == {"xmlFormId": "uji.1", "version": "1"}
    assert manager.get(f"{forms}/uji.1/draft").status_code == 200


def test_a_version_can_be_named_when_it_is_published(manager, forms):
    _send(manager, forms, _md("1"), publish="true")
    before = manager.get(f"{forms}/uji.1.xml").data
    assert manager.post(f"{forms}/uji.1/draft").json == {"success": True}
    assert manager.get(f"{forms}/uji.1/draft.xml").data == before
    named = 'dua "2" & <3>'
    published = manager.post(f"{forms}/uji.1/draft/publish", query_string={"version": named})
    assert published.json == {"success": True}
    after = manager.get(f"{forms}/uji.1.xml").data
    escaped = b'version="dua &quot;2&quot; &amp; &lt;3&gt;"'
    assert after == before.replace(b'version="1"', escaped)
    current = manager.get(f"{forms}/uji.1").json
    assert (current["version"], current["hash"]) == (named, hashlib.md5(after).hexdigest())  # noqa: S324
    assert manager.get(f"{forms}/uji.1.xlsx", buffered=True).status_code == 200
    assert manager.get(f"{forms}/uji.1/versions/{quote(named)}").json == current


def test_an_empty_body_copies_only_what_is_published(manager, forms):
    _send(manager, forms, _md("1"))
    assert manager.post(f"{forms}/uji.1/draft").json["code"] == 404.1


def test_a_draft_belongs_to_its_form_and_keeps_the_types_of_questions(manager, forms):
    _send(manager, forms, _md("1"), publish="true")
    other = _send(manager, f"{forms}/uji.1/draft", _md("2", form_id="lain"))
    assert (other.json["code"], other.json["details"]["field"]) == (400.8, "xmlFormId")
    changed = _md("2").replace("integer", "date   ")
    answer = _send(manager, f"{forms}/uji.1/draft", changed)
    assert (answer.json["code"], answer.json["details"]) == (400.17, {"path": "/g/umur", "type": "int"})
    gone = "\n".join(line for line in _md("2").splitlines() if "| nama |" not in line)
    answer = manager.post(f"{forms}/uji.1/draft", data=xlsx(gone), content_type=XLSX)
    assert answer.json["details"]["warnings"]["workflowWarnings"][0]["type"] == "structureChanged"
    assert answer.json["details"]["warnings"]["workflowWarnings"][0]["details"] == ["nama"]
    assert manager.get(f"{forms}/uji.1/draft").json["code"] == 404.1


def test_only_the_draft_of_a_published_form_can_be_dropped(manager, forms):
    _send(manager, forms, _md("1"))
    assert manager.delete(f"{forms}/uji.1/draft").json["code"] == 409.7
    manager.post(f"{forms}/uji.1/draft/publish")
    assert manager.delete(f"{forms}/uji.1/draft").json["code"] == 404.1
    manager.post(f"{forms}/uji.1/draft")
    assert manager.delete(f"{forms}/uji.1/draft").json == {"success": True}
    assert manager.get(f"{forms}/uji.1/draft").json["code"] == 404.1


def test_the_state_is_one_of_three(manager, forms):
    _send(manager, forms, _md("1"), publish="true")
    assert manager.patch(f"{forms}/uji.1", json={"state": "closing", "name": "lain"}).json["state"] == "closing"
    for state in ("dihapus", None, 3, ["open"]):
        answer = manager.patch(f"{forms}/uji.1", json={"state": state})
        assert (answer.json["code"], answer.json["details"]["field"]) == (400.8, "state")
    assert manager.get(f"{forms}/uji.1").json["state"] == "closing"


def test_the_questions_are_listed_top_to_bottom(manager, forms):
    _send(manager, forms, _md("1"), publish="true")
    fields = manager.get(f"{forms}/uji.1/fields").json
    assert [(f["path"], f["name"], f["type"], f["binary"]) for f in fields] == [
        ("/nama", "nama", "string", None),
        ("/g", "g", "structure", None),
        ("/g/umur", "umur", "int", None),
        ("/anak", "anak", "repeat", None),
        ("/anak/foto", "foto", "binary", True),
        ("/meta", "meta", "structure", None),
        ("/meta/instanceID", "instanceID", "string", None),
    ]
    assert fields[0]["selectMultiple"] is None
    assert manager.get(f"{forms}/uji.1/versions/1/fields").json == fields


def test_questions_get_names_that_odata_takes_where_asked(manager, forms):
    xform = XFORM.replace(b"<nama/>", b"<na-ma.1/>").replace(b"/data/nama", b"/data/na-ma.1")
    manager.post(forms, data=xform, content_type="application/xml")
    assert manager.get(f"{forms}/dari_xml/fields").json[0]["path"] == "/na-ma.1"
    assert manager.get(f"{forms}/dari_xml/fields?odata=true").json[0]["path"] == "/na_ma_1"


def test_the_extended_form_tells_who_and_how_many(manager, forms):
    _send(manager, forms, _md("1"))
    manager.post(f"{forms}/uji.1/draft/publish", headers={"X-Action-Notes": quote("catatan é")})
    plain = manager.get(f"{forms}/uji.1").json
    extended = manager.get(f"{forms}/uji.1", headers=EXTENDED).json
    assert extended["createdBy"]["type"] == "user"
    assert extended["publishNotes"] == "catatan é"
    assert {key: extended[key] for key in ("submissions", "lastSubmission", "reviewStates", "publicLinks")} == {
        "submissions": 0,
        "lastSubmission": None,
        "reviewStates": {"received": 0, "hasIssues": 0, "edited": 0},
        "publicLinks": 0,
    }
    assert extended["entityRelated"] is False
    assert set(plain) < set(extended)
    listed = manager.get(forms, headers=EXTENDED).json[0]
    assert listed["createdBy"] == extended["createdBy"]
    bad = manager.post(f"{forms}/uji.1/draft/publish", headers={"X-Action-Notes": "%FF"})
    assert bad.json["code"] == 400.6


def test_files_are_put_into_the_drafts_slots_and_served_for_each_version(manager, forms):
    _send(manager, forms, _md("1"))
    draft = f"{forms}/uji.1/draft/attachments"
    [slot] = manager.get(draft).json
    assert slot == {
        "name": "gambar.png", "type": "image", "exists": False, "blobExists": False, "datasetExists": False,
        "hash": None, "updatedAt": None,
    }  # fmt: skip
    assert manager.get(f"{draft}/gambar.png").json["code"] == 404.1
    assert manager.delete(f"{draft}/gambar.png").json["code"] == 404.1
    assert manager.post(f"{draft}/lain.png", data=b"x").json["code"] == 404.1
    picture = b"\x89PNG\r\n" + bytes(range(256)) * 600
    filled = manager.post(f"{draft}/gambar.png", data=picture, content_type="image/png").json
    assert (filled["exists"], filled["blobExists"], filled["size"]) == (True, True, len(picture))
    assert filled["hash"] == hashlib.md5(picture).hexdigest()  # noqa: S324
    assert filled["updatedAt"] is not None
    manager.post(f"{forms}/uji.1/draft/publish")
    for address in (f"{forms}/uji.1", f"{forms}/uji.1/versions/1"):
        assert manager.get(f"{address}/attachments").json == [filled]
        answer = manager.get(f"{address}/attachments/gambar.png")
        assert (answer.data, answer.headers["Content-Type"]) == (picture, "image/png")
        assert answer.headers["ETag"] == f'"{filled["hash"]}"'
        assert answer.headers["Content-Length"] == str(len(picture))
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="gambar.png"')
        again = manager.get(f"{address}/attachments/gambar.png", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert manager.post(f"{draft}/gambar.png", data=b"x").json["code"] == 404.1


def test_a_new_draft_keeps_the_files_and_can_lose_them_again(manager, forms):
    _send(manager, forms, _md("1"))
    manager.post(f"{forms}/uji.1/draft/attachments/gambar.png", data=io.BytesIO(b"isi"), content_type="image/png")
    manager.post(f"{forms}/uji.1/draft/publish")
    manager.post(f"{forms}/uji.1/draft")
    draft = f"{forms}/uji.1/draft/attachments"
    assert manager.get(f"{draft}/gambar.png").data == b"isi"
    assert manager.delete(f"{draft}/gambar.png").json == {"success": True}
    assert manager.get(draft).json[0]["exists"] is False
    assert manager.get(f"{forms}/uji.1/attachments/gambar.png").data == b"isi"


def test_a_file_without_a_type_gets_one_by_its_ending(manager, forms):
    md = _md("1", "| | select_one_from_file daftar.csv | pilih | Pilih | |")
    _send(manager, forms, md)
    draft = f"{forms}/uji.1/draft/attachments"
    for name, content_type in (("daftar.csv", "text/csv"), ("gambar.png", "application/octet-stream")):
        manager.post(f"{draft}/{name}", data=b"")
        answer = manager.get(f"{draft}/{name}")
        assert (answer.data, answer.headers["Content-Type"].partition(";")[0]) == (b"", content_type)


def test_an_app_user_reads_only_what_is_published_and_not_closed(world, client, manager, forms, project):
    _send(manager, forms, _md("1"), publish="true")
    phone = world.app_user(project)
    manager.post(f"{forms}/uji.1/assignments/2/{phone.id}")
    form = f"/v1/key/{phone.token}/projects/{project.id}/forms/uji.1"
    for path in ("", ".xml", ".xlsx", "/fields", "/attachments", "/versions", "/versions/1", "/versions/1.xml"):
        assert client.get(form + path, buffered=True).status_code == 200, path
    for path in ("/draft", "/draft.xml", "/draft/attachments"):
        assert client.get(form + path).json["code"] == 403.1
    assert client.delete(form).json["code"] == 403.1
    manager.patch(f"{forms}/uji.1", json={"state": "closing"})
    assert client.get(f"{form}.xml").status_code == 200
    manager.patch(f"{forms}/uji.1", json={"state": "closed"})
    for path in ("", ".xml", "/fields", "/attachments", "/versions", "/versions/1.xml"):
        assert client.get(form + path).json["code"] == 403.1, path


def test_a_form_that_was_never_published_is_for_those_who_may_change_it(world, manager, forms, project):
    _send(manager, forms, _md("1"))
    viewer = world.login(world.person(6, project=project))
    assert viewer.get(forms).json == []
    for path in ("", ".xml", "/fields", "/attachments"):
        assert viewer.get(f"{forms}/uji.1{path}").json["code"] == 403.1
    assert viewer.post(forms, data=b"").json["code"] == 403.1


def test_closed_forms_are_listed_for_readers_but_not_for_collectors(world, manager, forms, project):
    _send(manager, forms, _md("1"), publish="true")
    manager.patch(f"{forms}/uji.1", json={"state": "closed"})
    assert len(world.login(world.person(6, project=project)).get(forms).json) == 1
    assert world.login(world.person(8, project=project)).get(forms).json == []


def test_form_ids_count_in_their_exact_letters(manager, forms):
    _send(manager, forms, _md("1"))
    assert manager.get(f"{forms}/UJI.1").json["code"] == 404.1
    assert manager.get(f"{forms}/uji").json["code"] == 404.1
    assert manager.get(f"{forms}/uji.1.svc").json["code"] == 404.1
    assert manager.get(f"{forms}/a%00b").json["code"] == 400.8


def test_a_body_that_is_too_large_or_cut_short_is_refused(manager, forms):
    for length, code in ((100_000_001, 400.36), (len(XFORM), 400.39)):
        answer = manager.post(
            forms, data=XFORM[:50], content_type="application/xml", environ_overrides={"CONTENT_LENGTH": str(length)}
        )
        assert answer.json["code"] == code
    assert manager.get(forms).json == []
