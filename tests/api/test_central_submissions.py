"""Submissions over the REST API: made, listed, read, completed and exported by programs."""

import csv
import io
from zipfile import ZipFile

import pytest

from forms import submissions
from forms.problems import NotFound
from tests.support import forms as samples
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.survey import reader

EXTENDED = {"X-Extended-Metadata": "true"}

FORM = """
| survey   |
|          | type         | name  | label |
|          | text         | nama  | Nama  |
|          | begin_group  | g     | G     |
|          | integer      | umur  | Umur  |
|          | geopoint     | titik | Titik |
|          | end_group    |       |       |
|          | image        | foto  | Foto  |
|          | begin_repeat | anak  | Anak  |
|          | text         | nama  | Nama  |
|          | end_repeat   |       |       |
"""


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, xlsx(FORM))


@pytest.fixture
def manager(world, project):
    return world.login(world.person(5, project=project))


@pytest.fixture
def base(project, form):
    return f"/v1/projects/{project.id}/forms/{form.xml_form_id}/submissions"


def _post(client, base, xml, **options):
    return client.post(base, data=xml, content_type="application/xml", **options)


def test_a_program_sends_a_submission_and_reads_it_back(manager, base):
    xml = instance("uji", answers="<nama>é</nama>", instance_id=(sent := new_id()), name="Ringkasan é")
    made = _post(manager, f"{base}?deviceID=alat", xml, headers={"User-Agent": "pyodk v1", "odk-client": "uji"})
    assert made.status_code == 200, made.json
    assert made.json["instanceId"] == sent
    assert (made.json["deviceId"], made.json["userAgent"]) == ("alat", "uji pyodk v1")
    assert isinstance(made.json["submitterId"], int)
    assert (made.json["reviewState"], made.json["updatedAt"]) == (None, None)
    assert made.json["currentVersion"]["instanceName"] == "Ringkasan é"
    assert set(made.json["currentVersion"]) == {
        "submitterId", "createdAt", "instanceName", "instanceId", "current", "deviceId", "userAgent"
    }  # fmt: skip
    assert manager.get(f"{base}/{sent}").json == made.json
    assert manager.get(base).json == [made.json]
    answer = manager.get(f"{base}/{sent}.xml")
    assert (answer.data, answer.headers["Content-Type"]) == (xml, "application/xml; charset=utf-8")
    extended = manager.get(f"{base}/{sent}", headers=EXTENDED).json
    assert extended["submitter"]["id"] == extended["currentVersion"]["submitter"]["id"] == made.json["submitterId"]


def test_the_same_id_is_taken_once(manager, base):
    xml = instance("uji", instance_id=new_id())
    assert _post(manager, base, xml).status_code == 200
    for again in (xml, xml.replace(b"<meta>", b"<nama>lain</nama><meta>")):
        answer = _post(manager, base, again)
        assert (answer.status_code, answer.json["code"]) == (409, 409.3)
        assert answer.json["details"]["fields"] == ["formId", "instanceId", "draft"]


def test_a_submission_without_an_id_gets_one_and_a_deprecated_id_means_nothing(manager, base):
    assert len(_post(manager, base, instance("uji")).json["instanceId"]) == 36
    first = _post(manager, base, instance("uji", instance_id=new_id())).json["instanceId"]
    made = _post(manager, base, instance("uji", instance_id=(sent := new_id()), deprecated_id=first))
    assert made.json["instanceId"] == sent
    assert len(manager.get(base).json) == 3


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<data/>", 400.2),
        (b"bukan xml", 400.1),
        (b"", 400.1),
        (instance("lain", instance_id="a"), 400.8),
        (instance("uji", "9", instance_id="a"), 404.6),
        (instance("uji", instance_id="x" * 65), 400.13),
    ],
)
def test_what_cannot_be_kept_is_refused(manager, base, xml, code):
    answer = _post(manager, base, xml)
    assert (answer.json["code"], answer.status_code) == (code, int(code))
    assert manager.get(base).json == []


def test_a_closed_form_takes_nothing(manager, base):
    manager.patch(base.removesuffix("/submissions"), json={"state": "closed"})
    assert _post(manager, base, instance("uji", instance_id=new_id())).json["code"] == 409.2


def test_each_deed_needs_its_own_right(world, client, manager, base, project, form):
    sent = new_id()
    _post(manager, base, instance("uji", answers="<foto>a.jpg</foto>", instance_id=sent))
    viewer = world.login(world.person(6, project=project))
    collector = world.login(world.person(8, project=project))
    phone = world.app_user(project, form)
    keyed = base.replace("/v1/", f"/v1/key/{phone.token}/")
    for path in ("", f"/{sent}", f"/{sent}.xml", f"/{sent}/attachments", f"/{sent}/versions", ".csv", ".csv.zip"):
        assert viewer.get(base + path, buffered=True).status_code == 200, path
        assert collector.get(base + path).json["code"] == 403.1, path
        assert client.get(keyed + path).json["code"] == 403.1, path
    assert _post(viewer, base, instance("uji", instance_id=new_id())).json["code"] == 403.1
    assert viewer.post(f"{base}/{sent}/attachments/a.jpg", data=b"x").json["code"] == 403.1
    assert collector.post(f"{base}/{sent}/attachments/a.jpg", data=b"x").json["code"] == 403.1


def test_lists_come_in_pages_the_newest_first(manager, base):
    ids = [_post(manager, base, instance("uji", instance_id=new_id())).json["instanceId"] for _ in range(4)]
    newest_first = ids[::-1]
    assert [row["instanceId"] for row in manager.get(base).json] == newest_first
    assert [row["instanceId"] for row in manager.get(f"{base}?limit=2&offset=1").json] == newest_first[1:3]
    assert manager.get(f"{base}?offset=99999999999999999999").json == []
    assert manager.get(f"{base}?limit=x").json["code"] == 400.11
    tagged = manager.get(base)
    assert manager.get(base, headers={"If-None-Match": tagged.headers["ETag"]}).status_code == 304


def test_files_fill_the_slots_that_the_xml_names(manager, base):
    sent = new_id()
    _post(manager, base, instance("uji", answers="<foto>a b.jpg</foto>", instance_id=sent))
    files = f"{base}/{sent}/attachments"
    assert manager.get(files).json == [{"name": "a b.jpg", "exists": False}]
    assert manager.post(f"{files}/lain.jpg", data=b"x").json["code"] == 404.1
    for content in (b"", b"gambar"):
        assert manager.post(f"{files}/a b.jpg", data=content, content_type="image/jpeg").json == {"success": True}
        assert manager.get(f"{files}/a%20b.jpg").data == content
    assert manager.get(files).json == [{"name": "a b.jpg", "exists": True}]
    assert manager.get(f"{base}/{new_id()}/attachments").json["code"] == 404.1


def test_who_sent_a_submission_completes_it_once(world, client, manager, base, project, form):
    phone = world.app_user(project, form)
    keyed = base.replace("/v1/", f"/v1/key/{phone.token}/")
    sent, other = new_id(), new_id()
    xml = instance("uji", answers="<foto>a.jpg</foto>", instance_id=sent)
    assert client.post(f"/v1/key/{phone.token}/projects/{project.id}/submission",
                       data={"xml_submission_file": (io.BytesIO(xml), "x.xml")}).status_code == 201  # fmt: skip
    _post(manager, base, instance("uji", answers="<foto>a.jpg</foto>", instance_id=other))
    assert client.post(f"{keyed}/{sent}/attachments/a.jpg", data=b"isi").json == {"success": True}
    assert client.post(f"{keyed}/{sent}/attachments/a.jpg", data=b"lain").json["code"] == 403.1
    assert client.post(f"{keyed}/{other}/attachments/a.jpg", data=b"isi").json["code"] == 403.1
    assert manager.get(f"{base}/{sent}/attachments/a.jpg").data == b"isi"


def test_the_id_of_an_edit_leads_to_the_submission(world, client, manager, base, project, form):
    phone = world.app_user(project, form)
    first, second = new_id(), new_id()
    for xml in (
        instance("uji", answers="<foto>a.jpg</foto>", instance_id=first),
        instance("uji", answers="<foto>a.jpg</foto>", instance_id=second, deprecated_id=first),
    ):
        sent = {"xml_submission_file": (io.BytesIO(xml), "x.xml"), "a.jpg": (io.BytesIO(b"isi"), "a.jpg")}
        assert client.post(f"/v1/key/{phone.token}/projects/{project.id}/submission", data=sent).status_code == 201
    for path in ("", ".xml", "/attachments", "/attachments/a.jpg"):
        moved = manager.get(f"{base}/{second}{path}?a=b")
        assert moved.status_code == 301
        assert moved.headers["Location"].endswith("?a=b")
        assert manager.get(moved.headers["Location"]).status_code == 200
    contents = manager.get(f"{base}/{first}/versions", headers=EXTENDED).json
    assert [(c["instanceId"], c["current"], c["formVersion"]) for c in contents] == [
        (second, True, "1"),
        (first, False, "1"),
    ]
    assert contents[0]["submitter"]["id"] == phone.id
    assert manager.get(f"{base}/{first}/versions/{first}").json["instanceId"] == first
    assert manager.get(f"{base}/{second}/versions").json["code"] == 404.1
    assert manager.get(f"{base}/{first}/versions/{new_id()}").json["code"] == 404.1


def test_counts_show_on_the_form_and_the_project(manager, base, project):
    for _ in range(2):
        _post(manager, base, instance("uji", instance_id=new_id()))
    newest = manager.get(base).json[0]["createdAt"]
    form = manager.get(base.removesuffix("/submissions"), headers=EXTENDED).json
    assert (form["submissions"], form["lastSubmission"]) == (2, newest)
    assert form["reviewStates"] == {"received": 2, "hasIssues": 0, "edited": 0}
    shown = manager.get(f"/v1/projects/{project.id}", headers=EXTENDED).json
    assert (shown["forms"], shown["lastSubmission"]) == (1, newest)
    assert manager.get("/v1/projects", headers=EXTENDED).json[0]["lastSubmission"] == newest


def test_the_table_comes_as_csv(manager, base):
    answers = '<nama>=1+1, "é"</nama><g><umur>7</umur><titik>-0.02 109.3 1 2</titik></g>'
    sent = _post(manager, base, instance("uji", answers=answers, instance_id=new_id())).json
    answer = manager.get(f"{base}.csv")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="uji.csv"')
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert list(row)[:4] == ["SubmissionDate", "nama", "g-umur", "g-titik-Latitude"]
    assert (row["nama"], row["g-umur"], row["g-titik-Longitude"]) == ('=1+1, "é"', "7", "109.3")
    assert (row["SubmissionDate"], row["KEY"], row["FormVersion"]) == (sent["createdAt"], sent["instanceId"], "1")
    assert manager.post(f"{base}.csv", data={"1": "sandi"}).text == answer.text
    bare = manager.get(f"{base}.csv?groupPaths=false").text
    assert bare.startswith("SubmissionDate,nama,umur,")


def test_the_zip_has_every_table_and_the_files(manager, base):
    answers = "<nama>A</nama><foto>a.jpg</foto><anak><nama>B</nama></anak><anak><nama>C</nama></anak>"
    for _ in range(2):
        sent = _post(manager, base, instance("uji", answers=answers, instance_id=new_id())).json["instanceId"]
        manager.post(f"{base}/{sent}/attachments/a.jpg", data=sent.encode(), content_type="image/jpeg")
    answer = manager.get(f"{base}.csv.zip")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="uji.zip"')
    with ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.namelist() == ["uji.csv", "uji-anak.csv", "media/a.jpg", "media/a~1.jpg"]
        rows = list(csv.DictReader(io.StringIO(packed.read("uji-anak.csv").decode())))
        assert [row["nama"] for row in rows] == ["B", "C", "B", "C"]
        assert rows[0]["PARENT_KEY"] == sent
        assert rows[0]["KEY"] == f"{sent}/anak[1]"
        assert packed.read("media/a.jpg").decode() == sent
    without = manager.get(f"{base}.csv.zip?attachments=false")
    assert without.headers["Content-Disposition"].startswith('attachment; filename="uji.csv.zip"')
    with ZipFile(io.BytesIO(without.data)) as packed:
        assert packed.namelist() == ["uji.csv", "uji-anak.csv"]


def test_what_an_export_cannot_do_is_refused_and_not_left_out(manager, base):
    for query in ("$filter=__system/submitterId eq 1", "splitSelectMultiples=true", "deletedFields=True"):
        answer = manager.get(f"{base}.csv?{query}")
        assert (answer.status_code, answer.json["code"]) == (501, 501.1)
    answer = manager.get(f"{base}.csv?deletedFields=false&splitSelectMultiples=false", buffered=True)
    assert answer.status_code == 200


def test_what_holds_identity_stays_sealed_on_every_way_out(world, manager, project):
    sample = samples.identity()
    world.form(project, sample.data)
    base = f"/v1/projects/{project.id}/forms/{sample.form_id}/submissions"
    answers = (
        "<kab>61.10</kab><setuju>ya</setuju><diri><nama>CANARY-NAMA-1</nama><nik>0000111122223333</nik>"
        "<foto>CANARY-FOTO-1.jpg</foto><umur>31</umur></diri>"
        "<keluarga><nama>CANARY-KELUARGA-1</nama><serumah>ya</serumah></keluarga>"
    )
    sent = new_id()
    made = _post(manager, base, instance(sample.form_id, "2026010100", answers, instance_id=sent))
    assert made.status_code == 200, made.json
    upload = manager.post(f"{base}/{sent}/attachments/CANARY-FOTO-1.jpg", data=b"CANARY-ISI-FOTO-1")
    assert upload.json == {"success": True}
    for path in (f"/{sent}.xml", f"/{sent}/versions/{sent}.xml", f"/{sent}/attachments/CANARY-FOTO-1.jpg"):
        answer = manager.get(base + path)
        assert (answer.status_code, answer.json["code"]) == (403, 403.902)
    assert manager.get(f"{base}/{sent}/attachments").json == []
    with ZipFile(io.BytesIO(manager.get(f"{base}.csv.zip").data)) as packed:
        texts = [packed.read(name).decode() for name in packed.namelist()]
        tables = [f"{sample.form_id}.csv", f"{sample.form_id}-keluarga.csv"]
        assert packed.namelist() == [*tables, "left-out.txt"]
        assert "- /diri/nama\n" in packed.read("left-out.txt").decode()
    texts += [manager.get(base + path).text for path in ("", f"/{sent}", ".csv", f"/{sent}/versions")]
    for text in texts:
        assert not any(canary in text for canary in samples.CANARIES)
    (row,) = csv.DictReader(io.StringIO(texts[0]))
    assert (row["setuju"], row["kab"], row["diri-umur"]) == ("ya", "", "")


def test_a_reader_sees_only_the_records_of_their_scope(world, manager, project):
    sample = samples.identity()
    form = world.form(project, sample.data)
    base = f"/v1/projects/{project.id}/forms/{sample.form_id}/submissions"
    ids = {}
    for kab in ("61.01", "61.10"):
        xml = instance(sample.form_id, "2026010100", f"<kab>{kab}</kab>", instance_id=new_id())
        ids[kab] = _post(manager, base, xml).json["instanceId"]
    phone = reader("kabkota=61.10")
    assert [kept.submission.instance_id for kept in submissions.list_kept(phone, form)] == [ids["61.10"]]
    assert submissions.find(phone, form, ids["61.10"]).submission.instance_id == ids["61.10"]
    with pytest.raises(NotFound):
        submissions.find(phone, form, ids["61.01"])
    with pytest.raises(NotFound):
        submissions.contents(phone, form, ids["61.01"])
    assert submissions.count_by_form(phone, project.id, [form])[form.id].submissions == 1


def test_whoever_sends_a_record_of_another_district_completes_it_and_does_not_see_it(world, project):
    sample = samples.identity()
    world.form(project, sample.data)
    base = f"/v1/projects/{project.id}/forms/{sample.form_id}/submissions"
    answers = "<kab>61.10</kab><setuju>ya</setuju><diri><foto>a.jpg</foto></diri>"
    for role in ("formfill", "district"):
        sender, sent = world.login(world.person(role, project=project)), new_id()
        made = _post(sender, base, instance(sample.form_id, "2026010100", answers, instance_id=sent))
        assert (made.status_code, made.json["instanceId"]) == (200, sent), role
        assert sender.post(f"{base}/{sent}/attachments/a.jpg", data=b"x").json == {"success": True}, role
        other = world.login(world.person(role, project=project))
        assert other.post(f"{base}/{sent}/attachments/a.jpg", data=b"y").status_code == 404, role
        assert sender.get(f"{base}/{sent}").status_code in (403, 404), role
