"""Coordinators find submissions, read one in full, see what they add up to, and take the data away."""

import csv
import io
import re
from datetime import datetime
from html import unescape
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.instances import instance, new_id
from tests.support.visitor import CANARIES, PICTURE, VIEWER, answers, make_scene

many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def scene(world):
    return make_scene(world, submissions=3)


@pytest.fixture
def viewer(scene):
    return scene.with_role(VIEWER)


@pytest.fixture
def admin(scene):
    return scene.administrator()


def _text(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def _answers_of(page):
    """The page without what was done with the submission."""
    return page.text.partition("<aside")[0]


def _shown(answer):
    """The ids of the submissions that a table lists, in its order."""
    return [
        unescape(found) for found in re.findall(r'strong-link" href="[^"]*/submissions/([^"?]+)[^"]*"', answer.text)
    ]


def test_the_table_shows_labels_newest_first_and_masks_identity(scene, viewer):
    page = viewer.get(f"{scene.base}/submissions")
    assert _shown(page) == scene.sent[::-1]
    text = _text(page)
    for word in ("Kota Pontianak", "Melawi", "Kesehatan, Hukum", "61,1", "1 Jan 2026", "=1+2"):
        assert word in text, word
    assert page.text.count("••••") == 3
    assert "2 berkas belum tiba" in text or "3 berkas" in text
    english = viewer.get(f"{scene.base}/submissions", headers={"Accept-Language": "en"})
    for word in ("Pontianak City", "Health, Law", "Full name", "61.1"):
        assert word in _text(english), word


def test_a_filter_finds_by_label_by_part_of_a_text_and_by_number_day_and_choice(scene, viewer):
    first, second, third = scene.sent
    for name, value, found in (
        ("is/kota", "Melawi", [second]),
        ("is/kota", "pontianak", [third, first]),
        ("is/kota", "61.10", [second]),
        ("has/bantu", "Hukum", [third, second, first]),
        ("is/umur", "2", [third]),
        ("from/umur", "1", [third, second]),
        ("to/umur", "1", [second, first]),
        ("is/berat", "61,10", [third, second, first]),
        ("is/lahir", "2026-01-02", [second]),
        ("to/lahir", "2/1/2026", [second, first]),
        ("contains/catat", "1+2", [third]),
        ("contains/catat", "%", []),
        ("contains/catat", "_", []),
        ("submitter", "PONSEL", [third, second, first]),
        ("submitter", "%", []),
        ("is/kota", "", [third, second, first]),
    ):
        page = viewer.get(f"{scene.base}/submissions", query_string={name: value})
        assert (page.status_code, _shown(page)) == (200, found), (name, value)
    assert _shown(viewer.get(f"{scene.base}/submissions?since=2030-01-01")) == []
    assert len(_shown(viewer.get(f"{scene.base}/submissions?until=2030-01-01&review=received"))) == 3


def test_a_filter_that_means_nothing_says_how_it_is_written(scene, viewer):
    for query, words in (
        ({"from/umur": "dua"}, "Tulis “Umur” seperti ini: 12"),
        ({"is/lahir": "kemarin"}, "Tulis “Tanggal” seperti ini: 2026-01-31"),
        ({"since": "kemarin"}, "“kemarin” bukan tanggal"),
        ({"contains/nama": "CANARY"}, "tersegel"),
        ({"contains/anak/nama_a": "CANARY"}, "tersegel"),
        ({"is/tidak-ada": "x"}, "tidak ada"),
        ({"contains/umur": "1"}, "Tulis “Umur” seperti ini: 12"),
    ):
        page = viewer.get(f"{scene.base}/submissions", query_string=query)
        assert (page.status_code, words.lower() in _text(page).lower()) == (400, True), (query, _text(page))
        assert _shown(page) == []


def test_paging_goes_through_all_and_back_with_the_filter_kept(scene, viewer):
    for _ in range(105):
        scene.receive(instance("kasus", answers=answers(0), instance_id=new_id()))
    seen, address, pages = [], f"{scene.base}/submissions?is/kota=Kota+Pontianak", []
    while address:
        page = viewer.get(address)
        pages.append(_shown(page))
        seen += pages[-1]
        older = re.search(r'href="([^"]*older=[^"]*)"', page.text)
        address = unescape(older[1]) if older else ""
    assert (len(seen), len(set(seen)), [len(p) for p in pages]) == (107, 107, [50, 50, 7])
    assert "107 dari 108 kiriman" in _text(page)
    newer = unescape(re.search(r'href="([^"]*newer=[^"]*)"', page.text)[1])
    assert _shown(viewer.get(newer)) == pages[1]


def test_one_submission_shows_answers_in_words_and_folds_what_nobody_was_asked(scene, viewer):
    page = viewer.get(f"{scene.base}/submissions/{scene.sent[0]}")
    whole, _, folded = page.text.partition('<details class="more asides">')
    assert "Kota Pontianak" in whole
    assert "Kesehatan, Hukum" in whole
    assert "-0.02000, 109.34000" in whole
    folded = re.sub(r"<[^>]*>", " ", folded.partition("</details>")[0])
    for word in ("mulai", "20 Nov 2026, 08.00", "kode", "K-0", "Anak 1 · dewasa", "belum"):
        assert word in folded, word
    assert ">mulai<" not in whole
    assert page.text.count('class="masked"') == 3
    assert "Nama lengkap" in whole
    assert "1 pertanyaan" not in _text(page)


def test_a_picture_is_shown_and_anything_else_is_saved(scene, viewer):
    base = f"{scene.base}/submissions/{scene.sent[0]}"
    page = viewer.get(base)
    assert f'src="{base.replace(":", ":")}/files/foto.png"' in page.text.replace("%3A", ":")
    picture = viewer.get(f"{base}/files/foto.png")
    assert (picture.data, picture.content_type) == (PICTURE, "image/png")
    assert picture.headers["Content-Disposition"].startswith("inline")
    letter = viewer.get(f"{base}/files/surat.html")
    assert (letter.data, letter.content_type) == (b"<script>", "application/octet-stream")
    assert letter.headers["Content-Disposition"].startswith("attachment")
    for answer in (picture, letter):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert viewer.get(f"{base}/files/CANARY-WAJAH-1.png").status_code == 403
    assert viewer.get(f"{base}/files/lain.png").status_code == 404
    late = viewer.get(f"{scene.base}/submissions/{scene.sent[1]}")
    assert "belum tiba" in _text(late) or "menyusul" in _text(late)
    assert viewer.get(f"{scene.base}/submissions/{scene.sent[1]}/files/foto.png").status_code == 404


def test_an_edited_submission_shows_its_newest_content_and_its_earlier_ones_with_their_files(scene, admin):
    later = new_id()
    xml = instance(
        "kasus", answers="<umur>44</umur><foto>baru.png</foto>", instance_id=later, deprecated_id=scene.sent[0]
    )
    scene.receive(xml, {"baru.png": PICTURE})
    base = f"{scene.base}/submissions/{scene.sent[0]}"
    page = admin.get(base)
    assert "44" in _text(page)
    assert "Kota Pontianak" not in _answers_of(page)
    assert "Diedit" in page.text
    old = admin.get(f"{base}?version={scene.sent[0]}")
    assert "Kota Pontianak" in old.text
    assert "sudah diedit" in _text(old)
    assert _answers_of(page).count('class="masked"') == 0
    assert _answers_of(old).count('class="masked"') == 3
    picture = unescape(re.search(r'src="([^"]*foto.png[^"]*)"', old.text)[1])
    assert admin.get(picture).data == PICTURE
    assert admin.get(f"{base}/files/foto.png").status_code == 404
    assert admin.get(f"{base}?version=lain").status_code == 404
    assert admin.get(f"{scene.base}/submissions/{later}").status_code == 404
    assert "Diedit" in admin.get(f"{scene.base}/submissions").text


def test_a_workbook_to_take_away_has_labels_and_nothing_that_excel_would_run(scene, viewer):
    answer = viewer.get(f"{scene.base}/download?format=xlsx")
    assert answer.headers["Content-Disposition"] == "attachment; filename=kasus.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    row = dict(zip(headings, sheet[2], strict=True))
    assert row["Catatan petugas"].value == "=1+2"
    assert row["Catatan petugas"].data_type == "s"
    assert row["Kabupaten"].value == "Kota Pontianak"
    assert row["Bantuan"].value == "Kesehatan, Hukum"
    assert (row["Umur"].value, row["Berat"].value) == (2, 61.1)
    assert row["Tanggal"].value == datetime(2026, 1, 3)  # noqa: DTZ001 - as Excel has it
    assert "Nama lengkap" not in headings
    assert [s.title for s in book.worksheets][1:] == ["anak", "keterangan", "tidak disertakan"]
    for canary in CANARIES:
        members = ZipFile(io.BytesIO(answer.data))
        assert not [name for name in members.namelist() if canary.encode() in members.read(name)]


def test_csv_to_take_away_opens_in_excel_and_runs_nothing(scene, viewer):
    answer = viewer.get(f"{scene.base}/download?format=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["catat"] for row in rows] == ["'=1+2", "'=1+1", "'=1+0"]
    assert [row["kota"] for row in rows] == ["61.71", "61.10", "61.71"]
    assert [row["titik-Latitude"] for row in rows] == ["-0.02"] * 3
    assert "nama" not in rows[0]
    archive = ZipFile(io.BytesIO(viewer.get(f"{scene.base}/download?format=zip").data))
    assert archive.namelist() == ["kasus.csv", "kasus-anak.csv", "tidak-disertakan.txt"]
    assert "- Nama lengkap\r\n" in archive.read("tidak-disertakan.txt").decode()
    assert archive.read("kasus.csv") == answer.data
    assert viewer.get(f"{scene.base}/download?format=csv&table=kasus-anak").data == archive.read("kasus-anak.csv")
    for wrong in ("format=csv&table=lain", "format=exe", ""):
        assert viewer.get(f"{scene.base}/download?{wrong}").status_code == 404
    page = _text(viewer.get(f"{scene.base}/downloads"))
    for word in ("Nama lengkap", "Wajah", "Nama anak"):
        assert word in page, word


def test_a_deleted_form_and_a_foreign_submission_are_not_there(world, scene, viewer):
    other = make_scene(world)
    assert viewer.get(f"{scene.base}/submissions/{other.sent[0]}").status_code == 404
    assert viewer.get(f"{other.base}/submissions/{other.sent[0]}").status_code == 403
    manager = world.login(world.person(5, project=scene.project))
    manager.delete(f"/v1{scene.base}")
    for part in ("", "/submissions", f"/submissions/{scene.sent[0]}", "/dashboard", "/downloads"):
        assert viewer.get(scene.base + part).status_code == 404, part


words = st.text(max_size=30) | st.sampled_from(
    ["", "0", "-1", "9" * 30, "9" * 5000, "\u0661\u0662", "0001-01-01", "9999-12-31", "2026-02-30", "2026-W01-1", "NaN", "Infinity",
     "1e400", "\x00", "\ufffd", "%", "\\", "'", '"', "/nama", "/kota", "/umur", "/anak", "/anak/umur_a", "/meta", "/titik",
     "/meta/instanceID", "24:00", "true", "received", "1", "x" * 4000, "31/2/2026", "31/12/9999", "-1,108,1,111", "0,0,0,0", "90,180,90,180", "1-5f", "999999999999999999-00"]
)  # fmt: skip
names = st.sampled_from(
    ["is/kota", "has/bantu", "from/umur", "to/lahir", "contains/catat", "is/titik", "is/anak/umur_a", "contains/nama", "submitter",
     "sort", "column", "repeat", "names", "since", "until", "review", "older", "newer", "version", "blanks", "table", "format",
     "draft", "app_user", "box", "question", "after", "order", "page"]
)  # fmt: skip

PARTS = [
    "",
    "/submissions",
    "/submissions/{}",
    "/map",
    "/gallery",
    "/dashboard",
    "/downloads",
    "/download",
    "/xform",
    "/workbook",
]
PLACES = [
    *("/new-project", "/accounts", "/login", "/language", "{project}/settings", "{project}/archive"),
    *(
        "{project}/app-users/add",
        "{project}/app-users/withdraw",
        "{project}/upload",
        "{form}/upload",
        "{form}/attach",
        "{form}/publish",
        "{form}/state",
    ),
    *("{sent}/review", "{sent}/comments"),
]


@many
@given(query=st.dictionaries(names, words, max_size=5), part=st.sampled_from(PARTS))
def test_no_address_makes_a_page_fail(scene, admin, query, part):
    users = f"/projects/{scene.project.id}/app-users"
    pages = [scene.base + part.format(scene.sent[0]), users, f"{users}/cards", f"{users}/withdraw"]
    for page in pages:
        assert admin.get(page, query_string=query).status_code < 500, page


NAMES = (
    "name",
    "description",
    "names",
    "email",
    "password",
    "role",
    "version",
    "note",
    "state",
    "comment",
    "language",
    "next",
    "kept",
    "confirmed",
    "expires",
    "app_user",
)
fields = st.dictionaries(
    st.sampled_from(NAMES),
    words | st.tuples(st.binary(max_size=40), st.sampled_from(["a.xlsx", "b.xml", "c", "d.csv"])),
    max_size=5,
)


@many
@given(sent=fields, file=st.binary(max_size=40), place=st.sampled_from(PLACES))
def test_no_form_makes_a_page_fail(scene, admin, sent, file, place):
    sent_to = f"{scene.base}/submissions/{scene.sent[0]}"
    page = place.format(project=f"/projects/{scene.project.id}", form=scene.base, sent=sent_to)
    answer = admin.send(page, {**sent, "workbook": (file, "a.xlsx")})
    assert answer.status_code < 500
    assert admin.get("/").status_code == 200
