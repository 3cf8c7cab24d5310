"""One record's page: what was done with it, reviews and comments; and a form's records as pictures and as places."""

import logging
import re
from html import unescape

import pytest

from forms import submissions
from forms.access import SERVER
from tests.support.instances import instance, new_id
from tests.support.visitor import CANARIES, PICTURE, VIEWER, answers, make_scene

SAID = "KENARI-KOMENTAR <b>tanyakan</b>"


@pytest.fixture
def scene(world):
    return make_scene(world, submissions=3)


@pytest.fixture
def admin(scene):
    """Somebody who reviews, reveals and reads the access log."""
    return scene.administrator()


def _text(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def _activity(answer):
    """What stands in the feed, line by line, the newest first."""
    feed = answer.text.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", line))).strip() for line in feed.split("<li")[1:]]


def _edit(scene, number, **changes):
    xml = answers(number)
    for old, new in changes.values():
        assert old in xml
        xml = xml.replace(old, new)
    scene.receive(
        instance("kasus", answers=xml, instance_id=(later := new_id()), deprecated_id=scene.sent[number], name="K"),
        {"foto.png": PICTURE},
    )
    return later


def test_a_review_and_a_comment_stand_in_the_feed_with_who_and_when(scene, admin):
    one = f"{scene.base}/submissions/{scene.sent[0]}"
    sent = admin.send(f"{one}/review?field=/kota&value=x", {"state": "hasIssues", "comment": SAID})
    assert (sent.status_code, sent.location) == (303, f"{one.replace(':', ':')}?field=/kota&value=x")
    admin.send(f"{one}/comments", {"comment": "  kedua\nbaris "})
    page = admin.get(one)
    assert "&lt;b&gt;tanyakan" in page.text
    lines = _activity(page)
    assert "kedua baris" in lines[0]
    assert "Ada masalah" in lines[1]
    assert SAID in lines[1]
    assert "Versi ke-1" in lines[2]
    assert "Ada masalah" in _text(page).partition("Jawaban")[0]
    assert submissions.find(SERVER, scene.form, scene.sent[0]).submission.review_state == "hasIssues"


@pytest.mark.parametrize("state", ["", "edited", "received", "lain"])
def test_only_three_states_are_given_by_people(scene, admin, state):
    one = f"{scene.base}/submissions/{scene.sent[0]}"
    assert admin.send(f"{one}/review", {"state": state, "comment": SAID}).status_code == 303
    page = admin.get(one)
    assert "Pilih hasil tinjauan" in _text(page)
    assert "KOMENTAR" not in page.text
    assert submissions.find(SERVER, scene.form, scene.sent[0]).submission.review_state is None


def test_too_long_or_empty_a_comment_is_refused_in_words_and_nothing_is_kept(scene, admin):
    one = f"{scene.base}/submissions/{scene.sent[0]}"
    admin.send(f"{one}/review", {"state": "approved", "comment": "x" * 4001})
    assert "4000" in _text(admin.get(one))
    admin.send(f"{one}/comments", {"comment": " "})
    page = admin.get(one)
    assert "Tulis sesuatu dulu" in _text(page)
    assert len(_activity(page)) == 1
    assert submissions.find(SERVER, scene.form, scene.sent[0]).submission.review_state is None
    assert admin.send(f"{scene.base}/submissions/uuid:lain/review", {"state": "approved"}).status_code == 404
    assert admin.send(f"{scene.base}/submissions/uuid:lain/comments", {"comment": "x"}).status_code == 404


def test_an_edit_tells_what_it_changed_and_of_identity_only_that_it_did(scene, admin):
    _edit(scene, 1, name=("CANARY-NAMA-1 1", "CANARY-NAMA-2"), age=("<umur>1<", "<umur>44<"), child=(">7<", ">8<"))
    page = admin.get(f"{scene.base}/submissions/{scene.sent[1]}")
    newest = _activity(page)[0]
    assert "3 jawaban diubah" in newest
    assert re.search(r"Umur sebelumnya: 1 sejak itu: 44", newest)
    assert re.search(r"Anak 1 · Umur anak sebelumnya: 7 sejak itu: 8", newest)
    assert re.search(r"Nama lengkap sebelumnya: •••• tersegel sejak itu: •••• tersegel", newest)
    assert "CANARY" not in page.text
    assert "Kabupaten" not in newest


def test_of_a_change_above_ones_clearance_nothing_is_told(scene):
    _edit(scene, 1, name=("CANARY-NAMA-1 1", "CANARY-NAMA-2"))
    page = scene.with_role(VIEWER).get(f"{scene.base}/submissions/{scene.sent[1]}")
    assert "tidak ada jawaban yang boleh Anda lihat yang diubah" in _activity(page)[0]
    assert "Nama lengkap" not in _activity(page)[0]


def test_whoever_may_not_review_nor_comment_finds_no_form_for_it_and_reads_no_comment(scene, admin):
    one = f"{scene.base}/submissions/{scene.sent[0]}"
    admin.send(f"{one}/review", {"state": "rejected", "comment": SAID})
    viewer = scene.with_role(VIEWER)
    page = viewer.get(one)
    assert "Ditolak" in _activity(page)[0]
    assert "KOMENTAR" not in page.text
    assert "/review" not in page.text
    assert "/comments" not in page.text
    assert viewer.send(f"{one}/review", {"state": "approved"}).status_code == 403
    assert viewer.send(f"{one}/comments", {"comment": "x"}).status_code == 303
    assert len(_activity(viewer.get(one))) == 2


def test_that_identity_was_opened_is_told_to_whoever_reads_the_access_log(world, scene, admin):
    one = f"{scene.base}/submissions/{scene.sent[0]}"
    admin.send(f"{one}/reveal", {"fields": "/nama", "reason": "KENARI-ALASAN menelepon"})
    assert "KENARI-ALASAN" in _activity(admin.get(one))[0]
    assert "KENARI-ALASAN" not in admin.get(f"{scene.base}/submissions/{scene.sent[1]}").text
    other = scene.visitor(world.person("province", project=scene.project)).get(one)
    assert "Identitas dibuka" not in other.text
    assert "KENARI-ALASAN" not in other.text


def test_the_neighbours_are_those_of_the_table_that_it_was_opened_from(scene, admin):
    table = admin.get(f"{scene.base}/submissions?is/kota=Kota+Pontianak")
    opened = unescape(re.search(r'strong-link" href="([^"]+)"', table.text)[1])
    page = admin.get(opened)
    older = unescape(re.search(r'href="([^"]+)">\s*Lebih lama', page.text)[1])
    assert f"/submissions/{scene.sent[0]}?is%2Fkota=" in older
    assert "Lebih lama" not in admin.get(older).text
    crumb = re.search(r'href="([^"]*/submissions\?[^"]*)"', page.text)[1]
    assert scene.sent[1] not in admin.get(unescape(crumb)).text
    plain = admin.get(f"{scene.base}/submissions/{scene.sent[2]}")
    assert f"/submissions/{scene.sent[1]}" in plain.text
    # What nobody may be asked for is not repeated, and leads to the table of all.
    refused = admin.get(f"{scene.base}/submissions/{scene.sent[2]}?is/nama=KENARI-NAMA")
    assert f"/submissions/{scene.sent[1]}" in refused.text
    assert "is%2Fnama=" not in refused.text.partition("<main")[2]


def test_what_was_said_is_in_no_log(scene, admin, caplog):
    caplog.set_level(logging.DEBUG)
    one = f"{scene.base}/submissions/{scene.sent[0]}"
    admin.send(f"{one}/review", {"state": "rejected", "comment": SAID})
    admin.send(f"{one}/comments", {"comment": SAID})
    assert "KOMENTAR" in admin.get(one).text
    assert "KOMENTAR" not in caplog.text


def test_the_gallery_shows_files_newest_first_and_identity_as_a_closed_place(scene, admin):
    scene.receive(instance("kasus", answers="<foto>lain.png</foto>", instance_id=new_id()), {"lain.png": PICTURE})
    page = admin.get(f"{scene.base}/gallery")
    assert re.findall(r'<img src="[^"]*/files/([^"]+)"', page.text) == ["lain.png", "foto.png"]
    assert page.text.count('loading="lazy"') == 2
    assert page.text.count("is-sealed") == 1
    assert "surat.html" in page.text
    assert not [canary for canary in CANARIES if canary in page.text]
    assert f"/submissions/{scene.sent[0]}" in page.text
    viewer = scene.with_role(VIEWER).get(f"{scene.base}/gallery")
    assert (viewer.text.count("is-sealed"), viewer.text.count('loading="lazy"')) == (0, 2)


def test_the_gallery_goes_on_where_a_page_ends(scene, admin):
    for number in range(50):
        name = f"g{number}.png"
        xml = instance("kasus", answers=f"<foto>{name}</foto>", instance_id=new_id())
        scene.receive(xml, {name: PICTURE})
    shown, address = [], f"{scene.base}/gallery"
    while address:
        page = admin.get(address)
        shown += re.findall(r'<img src="[^"]*/files/([^"]+)"', page.text)
        older = re.search(r'href="([^"]*after=[^"]*)"', page.text)
        address = unescape(older[1]) if older else ""
    assert shown == [f"g{number}.png" for number in range(49, -1, -1)] + ["foto.png"]


def test_the_map_groups_what_lies_together_leads_closer_and_to_the_record(scene, admin):
    far = new_id()
    scene.receive(instance("kasus", answers="<titik>1.5 112.25 0 0</titik>", instance_id=far))
    page = admin.get(f"{scene.base}/map")
    assert re.findall(r"<text x=[^>]*dy=[^>]*>(\d+)<", page.text) == ["3"]
    assert re.findall(r'class="map-mark" href="[^"]*/submissions/([^"]+)"', page.text) == [far]
    assert "4 lokasi" in _text(page)
    assert page.text.count("strong-link") == 4
    assert "-0.02000, 109.34000" in page.text
    closer = admin.get(unescape(re.search(r'is-many" href="([^"]+)"', page.text)[1]))
    assert "3 dari 4 lokasi" in _text(closer)
    assert far not in closer.text
    # They are all on one spot: there is nothing closer.
    assert 'is-many" href' not in closer.text
    assert re.findall(r'(?:src|href)="(?:https?:)?//([^/"]+)', page.text) == []


def test_a_map_without_places_says_why_and_one_of_no_part_shows_all(world, scene, admin):
    assert "3 lokasi" in _text(admin.get(f"{scene.base}/map?box=a,b,c,d"))
    other = make_scene(world, submissions=0)
    assert "Begitu ponsel mengirim lokasi" in _text(scene.visitor(world.person("admin")).get(f"{other.base}/map"))
    assert "Belum ada berkas" in _text(scene.visitor(world.person("admin")).get(f"{other.base}/gallery"))
