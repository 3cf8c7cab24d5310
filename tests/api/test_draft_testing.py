"""A draft is tried on a phone before it is published: by its own address, apart from all that is real."""

import io
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import select, text

from forms import catalogue, submissions
from forms.access import SERVER
from forms.answers import SEALED
from forms.db import EVERYTHING, db, see
from forms.models import AccessLine, Submission, Trial
from forms.policy import Clearance
from forms.problems import NotFound
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx

FORM = """
| survey |
|        | type         | name | label | privacy  | media::image |
|        | text         | nama | Nama  | identity | gambar.png   |
|        | integer      | umur | Umur  | quasi    |              |
|        | text         | desa | Desa  |          |              |
|        | image        | foto | Foto  | identity |              |
|        | begin repeat | anak | Anak  |          |              |
|        | text         | kata | Kata  |          |              |
|        | end repeat   |      |       |          |              |
| settings |
|          | form_title | form_id | version |
|          | Uji        | uji     | {version} |
"""
ANSWERS = (
    "<nama>CANARY-NAMA-1</nama><umur>31</umur><desa>Sungai</desa><foto>CANARY-FOTO-1.jpg</foto>"
    "<anak><kata>satu</kata></anak><anak><kata>dua</kata></anak>"
)


def book(version="1"):
    return xlsx(FORM.replace("{version}", version))


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, book(), publish=False)


@pytest.fixture
def manager(world, project):
    return world.login(world.person(5, project=project))


def base(world, form):
    """The address that the QR code of the draft holds, without the host."""
    return f"/v1/test/{catalogue.draft_token(form, vault=world.vault)}/projects/{form.project_id}/forms/uji/draft"


def send(client, address, xml, files=(), query=""):
    parts = {name: (io.BytesIO(b"bytes"), name, "image/jpeg") for name in files}
    parts["xml_submission_file"] = (io.BytesIO(xml), "submission.xml", "text/xml")
    return client.post(f"{address}/submission{query}", data=parts, content_type="multipart/form-data")


def tried(form):
    db.session.rollback()
    found = submissions.list_trials(SERVER, catalogue.form(catalogue.project(form.project_id), "uji"))
    db.session.rollback()
    return found


def test_the_draft_is_listed_and_got_with_its_files_by_its_own_address(world, client, form):
    address = base(world, form)
    catalogue.set_attachment(SERVER, form, "gambar.png", io.BytesIO(b"gambar"), "image/png", vault=world.vault)
    db.session.commit()
    listed = client.get(f"{address}/formList?deviceID=x", headers={"X-OpenRosa-Version": "1.0"})
    assert (listed.status_code, listed.headers["X-OpenRosa-Version"]) == (200, "1.0")
    (entry,) = fromstring(listed.data)
    found = {child.tag.rpartition("}")[2]: child.text for child in entry}
    assert (found["formID"], found["version"]) == ("uji", "1")
    download, manifest = (urlsplit(found[name]).path for name in ("downloadUrl", "manifestUrl"))
    assert (download, manifest) == (f"{address}.xml", f"{address}/manifest")
    xml = client.get(download)
    assert (xml.status_code, xml.data) == (200, catalogue.xform(catalogue.draft(form)))
    (file,) = fromstring(client.get(manifest).data)
    assert client.get(urlsplit(file.find("{*}downloadUrl").text).path).data == b"gambar"
    assert client.head(f"{address}/submission").status_code == 204


def test_a_record_that_tries_the_draft_is_never_among_the_real_ones(world, client, form, project, manager):
    first = new_id()
    answer = send(client, base(world, form), instance("uji", "any", ANSWERS, instance_id=first), query="?deviceID=ph:1")
    assert (answer.status_code, "full submission upload was successful!" in answer.text) == (201, True)
    (found,) = tried(form)
    assert (found.device, found.answered, found.misfits, found.files_named, found.files_came) == ("ph:1", 5, (), 1, 0)
    see(EVERYTHING)
    assert db.session.execute(select(Submission)).all() == []
    assert submissions.count_by_form(SERVER, project.id, [form])[form.id].submissions == 0
    one = manager.get(f"/v1/projects/{project.id}/forms/uji/draft", headers={"X-Extended-Metadata": "true"}).json
    assert one["submissions"] == 1
    assert f"/test/{one['draftToken']}/" in f"{base(world, form)}/"
    # Published: the table of answers is made, and nothing of the trial is in it.
    catalogue.publish(SERVER, form)
    db.session.commit()
    listed = manager.get(f"/v1/projects/{project.id}/forms/uji/submissions")
    assert listed.json == []
    published = manager.get(f"/v1/projects/{project.id}/forms/uji").json
    assert published["draftToken"] is None


def test_what_a_trial_holds_lies_sealed(world, client, form):
    send(client, base(world, form), instance("uji", answers=ANSWERS, instance_id=new_id()), ["CANARY-FOTO-1.jpg"])
    see(EVERYTHING)
    (row,) = db.session.execute(text("select t::text from trials t")).scalars()
    assert "CANARY" not in row
    assert "Sungai" not in row
    assert db.session.execute(text("select count(*) from blobs where md5 is null")).scalar_one() == 0, "no file is kept"


def test_answers_of_a_trial_are_shown_as_far_as_the_clearance_goes_and_the_look_is_logged(world, client, form):
    send(client, base(world, form), instance("uji", answers=ANSWERS, instance_id=new_id()))
    (found,) = tried(form)
    trees = {}
    for clearance in (Clearance.PROGRAMME, Clearance.QUASI, Clearance.IDENTITY):
        person = world.person("manager")
        actor = replace(person, look=replace(SERVER.look, clearance=clearance, role="manager"))
        trees[clearance] = submissions.open_trial(actor, form, found.id, vault=world.vault)[1]
        db.session.commit()
    lowest, middle, highest = trees.values()
    assert (lowest["nama"], lowest["umur"], lowest["desa"], lowest["foto"]) == (SEALED, SEALED, "Sungai", SEALED)
    assert (middle["umur"], middle["nama"]) == (31, SEALED)
    assert highest["nama"] is SEALED
    assert [each["kata"] for each in highest["anak"]] == ["satu", "dua"]
    looks = db.session.execute(select(AccessLine.form_id, AccessLine.action)).all()
    assert looks == [(form.id, "list")] * 2, "who sees nothing about people has not looked"


def test_rows_of_a_trial_are_for_those_whose_scope_its_answers_name(world, client, project):
    scoped = """
    | survey |
    |        | type | name    | label | scope   |
    |        | text | kabkota | Kab   | kabkota |
    | settings |
    |          | form_title | form_id | version |
    |          | Uji        | uji     | 1       |
    """
    form = world.form(project, xlsx(scoped), publish=False)
    for value in ("61.01", "61.02", ""):
        send(client, base(world, form), instance("uji", answers=f"<kabkota>{value}</kabkota>", instance_id=new_id()))
    see(["kabkota=61.01"])
    assert db.session.execute(select(Trial.scopes)).scalars().all() == [["kabkota=61.01"]]
    see(EVERYTHING)
    assert sorted(db.session.execute(select(Trial.scopes)).scalars()) == [["?"], ["kabkota=61.01"], ["kabkota=61.02"]]


def test_sending_again_is_taken_once_and_files_that_come_later_are_counted(world, client, form):
    address, sent = base(world, form), instance("uji", answers=ANSWERS, instance_id=new_id())
    for files in ([], ["CANARY-FOTO-1.jpg"], ["CANARY-FOTO-1.jpg"]):
        assert send(client, address, sent, files).status_code == 201
    (found,) = tried(form)
    assert (found.files_named, found.files_came) == (1, 1)
    other = sent.replace(b"Sungai", b"Lain")
    assert send(client, address, other).status_code == 409
    assert len(tried(form)) == 1


def test_a_correction_takes_the_place_of_what_it_corrects(world, client, form):
    address, first, second = base(world, form), new_id(), new_id()
    send(client, address, instance("uji", answers=ANSWERS, instance_id=first), ["CANARY-FOTO-1.jpg"])
    edit = instance("uji", answers=ANSWERS.replace("Sungai", "Lain"), instance_id=second, deprecated_id=first)
    assert [send(client, address, edit).status_code for _ in range(2)] == [201, 201]
    (found,) = tried(form)
    assert found.files_came == 1
    _, tree = submissions.open_trial(SERVER, catalogue.form(catalogue.project(form.project_id), "uji"), found.id,
                                     vault=world.vault)  # fmt: skip
    assert tree["desa"] == "Lain"
    stray = instance("uji", answers=ANSWERS, instance_id=new_id(), deprecated_id=new_id())
    assert send(client, address, stray).status_code == 404


def test_what_is_no_record_of_this_form_is_refused(world, client, form):
    address = base(world, form)
    assert send(client, address, instance("lain", instance_id=new_id())).status_code == 400
    assert send(client, address, b"<no").status_code == 400
    assert client.post(f"{address}/submission", data={}).status_code == 400
    assert tried(form) == []


def test_a_wrong_token_opens_nothing_and_the_address_none_but_its_own_draft(world, client, form, project):
    address = base(world, form)
    phone = world.app_user(project)
    token = catalogue.draft_token(form, vault=world.vault)
    for wrong in ("x", token[:-1], token.upper(), "\u0661" * 64, phone.token):
        bad = address.replace(token, wrong)
        for path in (f"{bad}/formList", f"{bad}.xml", f"{bad}/manifest", f"{bad}/submission", f"{bad}/attachments/a"):
            assert client.get(path).status_code == 404, path
        assert send(client, bad, instance("uji", instance_id=new_id())).status_code == 404
    # Nor is it a credential anywhere else.
    assert client.get(f"/v1/key/{token}/projects/{project.id}/formList").status_code == 403
    assert client.get(f"/v1/projects/{project.id}/forms/uji/draft", headers={"Authorization": f"Bearer {token}"}).status_code == 401  # fmt: skip
    assert tried(form) == []


def test_another_draft_keeps_the_address_and_loses_the_trials_and_after_publishing_it_is_another(world, client, form):
    token = catalogue.draft_token(form, vault=world.vault)
    send(client, base(world, form), instance("uji", answers=ANSWERS, instance_id=new_id()))
    catalogue.set_draft(SERVER, form, catalogue.Upload(book("2"), "uji.xlsx"), vault=world.vault, ignore_warnings=True)
    db.session.commit()
    assert tried(form) == []
    assert catalogue.draft_token(form, vault=world.vault) == token, "the phone goes on trying"
    send(client, base(world, form), instance("uji", answers=ANSWERS, instance_id=new_id()))
    address = base(world, form)
    catalogue.publish(SERVER, form)
    db.session.commit()
    assert _kept() == 0
    assert client.get(f"{address}/formList").status_code == 404
    with pytest.raises(NotFound):
        catalogue.draft_token(form, vault=world.vault)
    catalogue.copy_to_draft(SERVER, form)
    db.session.commit()
    assert catalogue.draft_token(form, vault=world.vault) != token
    assert client.get(f"{address}/formList").status_code == 404
    send(client, base(world, form), instance("uji", answers=ANSWERS, instance_id=new_id()))
    assert len(tried(form)) == 1
    catalogue.delete_draft(SERVER, form)
    db.session.commit()
    assert _kept() == 0


def _kept():
    see(EVERYTHING)
    return db.session.execute(text("select count(*) from trials")).scalar_one()


def test_a_draft_with_identity_is_not_tried_where_others_read_along(world, client, form):
    answer = client.get(f"{base(world, form)}/formList", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 403
