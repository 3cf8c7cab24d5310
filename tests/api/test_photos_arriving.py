"""A photo's way in and out: every door gives it without the position, and what the phone sent stays sealed beside it."""

import io
from zipfile import ZipFile

import pytest
from sqlalchemy import select, text

from forms import submissions, upkeep
from forms.access import SERVER
from forms.db import EVERYTHING, db, see
from forms.models import Blob, SubmissionFile
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.tagged import PLACE, exif, jpeg, pixels

FORM = """
| survey   |
|          | type  | name | label |
|          | text  | kota | Kota  |
|          | image | foto | Foto  |
| settings |
|          | form_title | form_id | version |
|          | Tempat     | tempat  | 1       |
"""
PHOTO = jpeg(exif(place=PLACE))
PLAIN = jpeg(exif())


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, xlsx(FORM))


@pytest.fixture
def phone(world, project, form):
    """The address that a phone sends to."""
    return f"/v1/key/{world.app_user(project, form).token}/projects/{project.id}/submission"


@pytest.fixture
def program(world):
    """Somebody who may do everything, at the API."""
    return world.login(world.coordinator())


@pytest.fixture
def base(project):
    return f"/v1/projects/{project.id}/forms/tempat/submissions"


def _send(client, phone, instance_id, photo, *, replaces=None, kota="Sambas"):
    xml = instance(
        "tempat",
        answers=f"<kota>{kota}</kota><foto>foto.jpg</foto>",
        instance_id=instance_id,
        deprecated_id=replaces,
    )
    parts = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
    if photo is not None:
        parts["foto.jpg"] = (io.BytesIO(photo), "foto.jpg", "image/jpeg")
    return client.post(phone, data=parts, content_type="multipart/form-data").status_code


def _slots():
    """What is kept of each file, the oldest content first: what is served, and what was sent."""
    see(EVERYTHING)
    rows = db.session.execute(select(SubmissionFile).order_by(SubmissionFile.version_id)).scalars().all()
    found = [(row.blob_id, row.original_id) for row in rows]
    db.session.rollback()
    return found


def _content(world, blob_id):
    return b"".join(world.vault.read(db.session.get_one(Blob, blob_id)))


def test_every_door_gives_the_photo_without_where_it_was_taken(world, client, phone, program, base):
    sent = new_id()
    assert _send(client, phone, sent, PHOTO) == 201
    given = program.get(f"{base}/{sent}/attachments/foto.jpg").data
    assert b"CANARY" not in given
    assert pixels(given) == pixels(PHOTO)
    assert program.get(f"{base}/{sent}/versions/{sent}/attachments/foto.jpg").data == given
    archive = ZipFile(io.BytesIO(program.get(f"{base}.csv.zip").data))
    assert archive.read("media/foto.jpg") == given
    page = base.removeprefix("/v1")
    visitor = client
    visitor.set_cookie("session", program.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer "))
    assert visitor.get(f"{page}/{sent}/files/foto.jpg").data == given


def test_what_the_phone_sent_stays_sealed_beside_it(world, client, phone, tmp_path):
    assert _send(client, phone, new_id(), PHOTO) == 201
    [(served, original)] = _slots()
    assert _content(world, original) == PHOTO
    assert _content(world, served) != PHOTO
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or b"CANARY" not in path.read_bytes()
    # No MD5 either, by which somebody could confirm that it is a known photo.
    assert db.session.execute(select(Blob.md5).where(Blob.id.in_([served, original]))).scalars().all() == [None, None]


def test_a_photo_without_a_position_is_kept_once_and_as_it_came(world, client, phone, program, base):
    sent = new_id()
    assert _send(client, phone, sent, PLAIN) == 201
    [(served, original)] = _slots()
    assert (original, _content(world, served)) == (None, PLAIN)
    assert program.get(f"{base}/{sent}/attachments/foto.jpg").data == PLAIN


def test_a_repeat_is_the_same_content_and_changes_nothing(client, phone):
    sent = new_id()
    assert _send(client, phone, sent, PHOTO) == 201
    before = _slots(), _lines()
    for _ in range(2):
        assert _send(client, phone, sent, PHOTO) == 201
    assert (_slots(), _lines()) == before


def test_a_repeat_is_recognised_by_what_was_sent_even_if_we_make_another_copy_of_it_today(world, client, phone):
    sent = new_id()
    _send(client, phone, sent, PHOTO)
    [(_, original)] = _slots()
    other = world.vault.keep(db.session.get_one(Blob, original).project_id, b"what an earlier release made of it")
    see(EVERYTHING)
    db.session.execute(text("update submission_files set blob_id = :blob"), {"blob": other.id})
    db.session.commit()
    lines = _lines()
    assert _send(client, phone, sent, PHOTO) == 201
    assert (_slots(), _lines()) == ([(other.id, original)], lines)


def test_another_photo_in_its_place_leaves_nothing_of_the_first(client, phone, world):
    sent = new_id()
    _send(client, phone, sent, PHOTO)
    _send(client, phone, sent, PLAIN)
    [(served, original)] = _slots()
    assert (original, _content(world, served)) == (None, PLAIN)
    _send(client, phone, sent, PHOTO)
    [(served, original)] = _slots()
    assert _content(world, original) == PHOTO


def test_an_edit_carries_both_over(client, phone):
    first, second = new_id(), new_id()
    _send(client, phone, first, PHOTO)
    assert _send(client, phone, second, None, replaces=first, kota="Ngabang") == 201
    before, after = _slots()
    assert after == before
    assert None not in after


def test_a_photo_that_a_program_gives_to_a_record_loses_its_position_too(client, phone, program, base, world):
    sent = new_id()
    _send(client, phone, sent, None)
    answer = program.post(f"{base}/{sent}/attachments/foto.jpg", data=PHOTO, content_type="image/jpeg")
    assert answer.status_code == 200
    [(served, original)] = _slots()
    assert _content(world, original) == PHOTO
    assert program.get(f"{base}/{sent}/attachments/foto.jpg").data == _content(world, served)
    assert program.post(f"{base}/{sent}/attachments/foto.jpg", data=PLAIN).status_code == 200
    [(served, original)] = _slots()
    assert (original, _content(world, served)) == (None, PLAIN)


def test_check_reads_what_was_sent_as_well_and_takes_neither_for_spare(client, phone, world):
    _send(client, phone, new_id(), PHOTO)
    [(_, original)] = _slots()
    found = []
    totals = upkeep.check(found.append, vault=world.vault)
    # The workbook, the copy, the photo as it came.
    assert (found, totals.files) == ([], 3)
    blob = db.session.get_one(Blob, original)
    path = world.vault.files.path(blob.project_id, blob.hash)
    db.session.rollback()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    upkeep.check(found.append, vault=world.vault)
    assert [(finding.kind, finding.where) for finding in found] == [("damaged", str(path))]


def test_a_file_that_no_reader_understands_is_kept_as_it_is(client, phone, program, base):
    broken = b"\xff\xd8\xff\xe1\xff\xffExif\0\0MM\0*\xff\xff\xff\xff" + bytes(40)
    sent = new_id()
    assert _send(client, phone, sent, broken) == 201
    assert program.get(f"{base}/{sent}/attachments/foto.jpg").data == broken


def test_a_photo_in_the_list_of_files_is_one_file(world, client, phone, form):
    sent = new_id()
    _send(client, phone, sent, PHOTO)
    kept = submissions.find(SERVER, form, sent)
    [file] = submissions.files(SERVER, form, kept.content, vault=world.vault)
    assert (file.name, submissions.count_files(SERVER, form)) == ("foto.jpg", 1)


def _lines():
    count = db.session.execute(text("select count(*) from audits where action like 'submission.%'")).scalar_one()
    db.session.rollback()
    return count
