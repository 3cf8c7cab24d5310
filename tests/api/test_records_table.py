"""The table of submissions: columns, order, filters under headers and in repeats, kept filters, the review of many."""

import csv
import io
import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote, urlencode, urlsplit
from zipfile import ZipFile

import pytest

from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.visitor import CASES, MANAGER, VIEWER, answers, make_scene


@pytest.fixture
def scene(world):
    return make_scene(world, submissions=3)


@pytest.fixture
def viewer(scene):
    return scene.with_role(VIEWER)


@pytest.fixture
def province(scene):
    return scene.visitor(scene.world.person("province", project=scene.project))


def _text(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def _shown(answer):
    return [unescape(found) for found in re.findall(r'strong-link" href="[^"]*/submissions/([^"?]+)', answer.text)]


def _headings(answer):
    head = answer.text.partition("<thead>")[2].partition("</tr>")[0]
    return [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in re.findall("<th .*?</th>", head, re.DOTALL)]


def _links(answer, css):
    return [unescape(href) for href in re.findall(rf'class="{css}" href="([^"]*)"', answer.text)]


def _table(scene, query=""):
    return f"{scene.base}/submissions{query}"


def test_any_question_of_the_root_can_be_a_column_and_the_address_says_which(scene, viewer):
    assert _headings(viewer.get(_table(scene)))[3:] == [
        "Nama lengkap tersegel", "Kabupaten", "Bantuan", "Umur", "Berat", "Tanggal", "Titik", "Catatan petugas"
    ]  # fmt: skip
    page = viewer.get(
        _table(scene, "?column=/kode&column=/umur&column=/foto&column=/anak/umur_a&column=/meta/instanceID")
    )
    assert _headings(page)[3:] == ["kode", "Umur", "Foto"]
    assert "K-2" in _text(page)
    ticked = re.findall(r'name="column" value="([^"]*)" checked', page.text)
    assert ticked == ["/kode", "/umur", "/foto"]
    # The choice stays while one sorts, leafs and filters.
    for link in _links(page, "sort"):
        assert "column=/kode" in unquote(link)
    assert page.text.count('<input type="hidden" name="column"') == 3


def _pressed(page, action, name, value):
    """Give the address of the form with that action once the button of this name and value is pressed."""
    form = next(
        f for f in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'name="{name}" value="{value}"' in f
    )
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
    ticked = re.findall(r'name="([^"]*)" value="([^"]*)" checked', form)
    return f"{action}?{urlencode([*hidden, *ticked, (name, value)])}"


def test_columns_go_in_the_order_that_is_asked_for_one_place_forward_at_a_press(scene, viewer):
    table = _table(scene)
    page = viewer.get(f"{table}?from/umur=0&sort=/umur")
    page = viewer.get(_pressed(page, table, "earlier", "/umur"))
    assert _headings(page)[3:7] == ["Nama lengkap tersegel", "Kabupaten", "Umur", "Bantuan"]
    # The box where one chooses stays open, and nothing else is forgotten.
    assert re.search(r'<details class="menu" name="menu" open>', page.text)
    assert 'name="from/umur" value="0"' in page.text
    page = viewer.get(_pressed(page, table, "earlier", "/umur"))
    assert _headings(page)[3:6] == ["Nama lengkap tersegel", "Umur", "Kabupaten"]
    for link in _links(page, "sort"):
        assert "column=/nama&column=/umur&column=/kota" in unquote(link)
        assert "earlier" not in link
    # The first one goes nowhere, nor does one that is no column.
    for wrong in ("/nama", "/foto", "x"):
        assert _headings(viewer.get(f"{table}?earlier={wrong}"))[3:5] == ["Nama lengkap tersegel", "Kabupaten"]


def test_any_question_of_a_repeat_can_be_shown_in_its_rows_in_any_order(world):
    scene = make_scene(world)
    many = "".join(f"| | integer | a{n} | Angka {n} | Number {n} | | |\n" for n in range(12))
    kept = "|         | end_repeat            |"
    workbook = CASES.replace(kept, many + kept).replace("| kasus   |", "| perkara |")
    form = world.form(scene.project, xlsx(workbook))
    scene = replace(scene, form=form, phone=world.app_user(scene.project, form))
    numbers = "".join(f"<a{n}>{100 + n}</a{n}>" for n in range(12))
    scene.receive(instance("perkara", answers=f"<anak><umur_a>7</umur_a>{numbers}</anak>", instance_id=new_id()))
    viewer, table = scene.with_role(VIEWER), _table(scene)

    def rows(page):
        box = page.text.partition('class="rounds-box"')[2].partition("</table>")[0]
        return [re.sub(r"<[^>]*>", "", each).strip() for each in re.findall(r"<t[dh][ >].*?</t[dh]>", box, re.DOTALL)]

    usual = viewer.get(f"{table}?repeat=/anak")
    assert rows(usual)[:9] == [
        "No.", "Nama anak", "Umur anak", "dewasa", "Angka 0", "Angka 1", "Angka 2", "Angka 3", "Angka 4"
    ]  # fmt: skip
    assert all(f'value="/anak/a{n}"' in usual.text for n in range(12))
    chosen = viewer.get(f"{table}?repeat=/anak&column=/anak/a11&column=/anak/umur_a&column=/umur")
    assert rows(chosen) == ["No.", "Angka 11", "Umur anak", "1", "111", "7"]
    assert _headings(chosen)[3:] == ["Umur"]
    # Those that are shown can be asked for, and the choice stays while one filters.
    assert 'name="from/anak/a11"' in chosen.text
    assert 'name="from/anak/a0"' not in chosen.text
    assert chosen.text.count('<input type="hidden" name="column"') == 3
    moved = viewer.get(_pressed(chosen, table, "earlier", "/anak/umur_a"))
    assert rows(moved) == ["No.", "Umur anak", "Angka 11", "1", "7", "111"]
    # Nothing of a repeat that is not shown, and nothing that does not exist.
    assert rows(viewer.get(f"{table}?repeat=/anak&column=/anak/tiada&column=/kota"))[:2] == ["No.", "Nama anak"]
    assert _headings(viewer.get(f"{table}?column=/anak/a11"))[3:5] == _headings(viewer.get(table))[3:5]


def test_whether_there_is_an_answer_is_asked_under_every_header(scene, viewer):
    empty = new_id()
    scene.receive(instance("kasus", answers="<catat>x</catat><anak/>", instance_id=empty))
    page = viewer.get(_table(scene, "?repeat=/anak&column=/titik&column=/foto&column=/lahir&column=/kota&column=/umur"))
    for path in ("/titik", "/foto", "/lahir", "/kota", "/umur", "/anak/umur_a"):
        assert f'name="answered{path}"' in page.text, path
        assert _shown(viewer.get(_table(scene, f"?answered{path}=no"))) == [empty], path
        assert _shown(viewer.get(_table(scene, f"?answered{path}=yes"))) == scene.sent[::-1], path
    page = viewer.get(_table(scene, "?answered/umur=no&answered/kota=&from/umur="))
    assert "Umur: tanpa jawaban" in _text(page)
    assert '<option value="no" selected>' in page.text
    assert "1 dari 4 kiriman" in _text(page)
    assert "Umur: ada jawaban" in _text(viewer.get(_table(scene, "?answered/umur=yes")))
    for wrong in ("answered/umur=mungkin", "answered/tiada=no", "answered/anak=no", "answered/umur=%00"):
        assert viewer.get(_table(scene, f"?{wrong}")).status_code == 400, wrong


def test_whether_a_sealed_answer_is_there_is_asked_only_by_those_who_see_as_much(scene, viewer, province):
    empty = new_id()
    scene.receive(instance("kasus", answers="<catat>x</catat>", instance_id=empty))
    assert 'name="answered/nama"' not in viewer.get(_table(scene)).text
    for said in ("yes", "no"):
        refused = viewer.get(_table(scene, f"?answered/nama={said}"))
        assert (refused.status_code, _shown(refused)) == (400, [])
    page = province.get(_table(scene, "?answered/nama=no"))
    assert (_shown(page), "contains/nama" in page.text) == ([empty], False)
    assert _shown(province.get(_table(scene, "?answered/nama=yes"))) == scene.sent[::-1]
    # Kept under a name for everybody, it still opens for nobody else.
    province.send(f"{scene.base}/filters?answered/nama=no&from/umur=", {"name": "tanpa nama", "shared": "1"})
    assert _shown(province.get(province.get(f"{scene.base}/filters/1").location)) == [empty]
    opened = viewer.get(viewer.get(f"{scene.base}/filters/1").location)
    assert (opened.status_code, _shown(opened)) == (400, [])


def test_a_press_on_a_heading_sorts_up_then_down_and_says_so(scene, viewer):
    first, second, third = scene.sent
    for by, found in (
        ("/umur", [first, second, third]),
        ("-/umur", [third, second, first]),
        # Choices go as the workbook has them: Melawi first.
        ("/kota", [second, third, first]),
        ("-/kota", [third, first, second]),
        ("received", [first, second, third]),
        ("submitter", [third, second, first]),
        ("/nama", [third, second, first]),
        ("/titik", [third, second, first]),
        ("nonsense", [third, second, first]),
    ):
        page = viewer.get(_table(scene, f"?sort={by}"))
        assert (page.status_code, _shown(page)) == (200, found), by
    page = viewer.get(_table(scene))
    age = next(link for link in _links(page, "sort") if "umur" in link)
    up = viewer.get(age)
    assert (_shown(up), up.text.count('aria-sort="ascending"')) == ([first, second, third], 1)
    again = next(link for link in _links(up, "sort") if "umur" in link)
    down = viewer.get(again)
    assert (_shown(down), down.text.count('aria-sort="descending"')) == ([third, second, first], 1)


def test_a_sorted_table_is_leafed_through_whole_and_back(scene, viewer):
    for number in range(3, 120):
        scene.receive(instance("kasus", answers=answers(number % 7), instance_id=new_id()))
    pages, address = [], _table(scene, "?sort=-/umur&from/umur=0")
    while address:
        page = viewer.get(address)
        pages.append(_shown(page))
        older = re.search(r'href="([^"]*older=[^"]*)"', page.text)
        address = unescape(older[1]) if older else ""
    assert [len(each) for each in pages] == [50, 50, 20]
    assert len({each for page in pages for each in page}) == 120
    back = viewer.get(unescape(re.search(r'href="([^"]*newer=[^"]*)"', page.text)[1]))
    assert _shown(back) == pages[1]
    assert "Halaman sebelumnya" in _text(back)


def test_each_condition_can_be_taken_away_and_is_said_in_words(scene, viewer):
    first, _, third = scene.sent
    asked = "?is/kota=61.71&from/umur=1&submitter=ponsel&since=2020-01-01&is/anak/umur_a=7&sort=/umur"
    page = viewer.get(_table(scene, asked))
    assert _shown(page) == [third]
    said = _text(page)
    for words in (
        "Kabupaten: Kota Pontianak",
        "Umur mulai 1",
        "Dari: ponsel",
        "Tiba mulai 1 Jan 2020",
        "Anak · Umur anak: 7",
    ):
        assert words in said, words
    chips = _links(page, "chip")
    assert len(chips) == 5
    without_age = next(link for link in chips if "from/umur" not in unquote(link))
    assert _shown(viewer.get(without_age)) == [first, third]
    assert 'value="61.71" selected' in page.text


def test_answers_in_repeats_are_asked_for_and_shown_underneath(scene, viewer):
    other = new_id()
    more = "<anak><umur_a>3</umur_a></anak><anak><umur_a>40</umur_a></anak>"
    scene.receive(instance("kasus", answers=more, instance_id=other))
    page = viewer.get(_table(scene, "?from/anak/umur_a=30&repeat=/anak"))
    assert _shown(page) == [other]
    rows = page.text.partition('class="rounds-box"')[2].partition("</table>")[0]
    assert re.findall(r'<td class="number">\s*(\d+)', rows) == ["3", "40"]
    assert 'name="from/anak/umur_a" value="30"' in page.text
    # Both bounds are met by one and the same child.
    assert _shown(viewer.get(_table(scene, "?from/anak/umur_a=10&to/anak/umur_a=30"))) == []
    everything = viewer.get(_table(scene, "?repeat=/anak"))
    assert everything.text.count('class="rounds-box"') == 4
    assert "CANARY" not in everything.text
    assert viewer.get(_table(scene, "?repeat=/umur")).text.count('class="rounds-box"') == 0


def test_names_of_the_workbook_stand_for_labels_where_that_is_asked_for(scene, viewer):
    page = viewer.get(_table(scene, "?names=1"))
    assert _headings(page)[4:6] == ["kota", "bantu"]
    shown = _text(page)
    assert "61.71" in shown
    assert "Tampilkan label" in shown


def test_a_table_without_fitting_records_keeps_its_filters_and_says_what_to_do(scene, viewer):
    page = viewer.get(_table(scene, "?from/umur=99"))
    assert "Lepas salah satu syarat" in _text(page)
    assert 'name="from/umur" value="99"' in page.text
    assert "0 dari 3 kiriman" in _text(page)


def test_a_download_takes_the_filter_along(scene, viewer):
    page = viewer.get(_table(scene, "?is/kota=61.10"))
    link = unescape(re.search(r'href="([^"]*format=zip[^"]*)"', page.text)[1])
    archive = ZipFile(io.BytesIO(viewer.get(link).data))
    rows = list(csv.DictReader(io.StringIO(archive.read("kasus.csv").decode("utf-8-sig"))))
    assert [row["KEY"] for row in rows] == [scene.sent[1]]
    children = list(csv.DictReader(io.StringIO(archive.read("kasus-anak.csv").decode("utf-8-sig"))))
    assert len(children) == 1
    assert viewer.get(f"{scene.base}/download?format=csv&contains/nama=x").status_code == 400
    assert viewer.get(f"{scene.base}/download?format=csv&since=kemarin").status_code == 400


def test_a_kept_filter_opens_the_table_as_it_was(scene, viewer):
    query = "?is/kota=61.10&column=/umur&sort=-/umur&names=1"
    kept = viewer.send(f"{scene.base}/filters{query}", {"name": "  Hanya   Melawi "})
    assert kept.status_code == 303
    page = viewer.get(kept.location)
    assert "Hanya Melawi" in _text(page)
    opened = viewer.get(f"{scene.base}/filters/1")
    assert opened.status_code == 303
    assert unquote(urlsplit(opened.location).query) == query[1:].replace("?", "")
    assert _shown(viewer.get(opened.location)) == [scene.sent[1]]
    # Under the same name it is replaced.
    viewer.send(f"{scene.base}/filters?from/umur=2", {"name": "Hanya Melawi"})
    assert unquote(urlsplit(viewer.get(f"{scene.base}/filters/1").location).query) == "from/umur=2"
    assert (
        viewer.get(_table(scene)).text.count("/filters/1?") + viewer.get(_table(scene)).text.count("/filters/1/drop")
        == 1
    )
    # What leads back is of ours alone, whatever else the address says.
    dropped = viewer.send(f"{scene.base}/filters/1/drop?from/umur=2&project_id=9&_external=1&_anchor=x")
    assert (dropped.status_code, unquote(dropped.location)) == (303, _table(scene, "?from/umur=2"))
    assert viewer.get(f"{scene.base}/filters/1").status_code == 404


def test_a_filter_is_kept_with_a_name_and_never_with_an_identity(scene, viewer):
    for query, name, words in (
        ("", " ", "wajib diisi"),
        ("", "x" * 101, "100"),
        ("?contains/nama=CANARY-NAMA-1", "nama", "tersegel"),
        ("?from/umur=dua", "umur", "seperti ini: 12"),
    ):
        answer = viewer.send(f"{scene.base}/filters{query}", {"name": name})
        assert (answer.status_code, "CANARY" in answer.location) == (303, False)
        assert words in _text(viewer.get(_table(scene))), query
    assert viewer.get(f"{scene.base}/filters/1").status_code == 404


def test_a_filter_is_its_owners_until_it_is_shared(scene, viewer):
    other, manager = scene.with_role(VIEWER), scene.with_role(MANAGER)
    viewer.send(f"{scene.base}/filters?is/kota=61.10", {"name": "Punya saya"})
    viewer.send(f"{scene.base}/filters?is/kota=61.71", {"name": "Untuk semua", "shared": "1"})
    seen = _text(other.get(_table(scene)))
    assert ("Punya saya" in seen, "Untuk semua" in seen) == (False, True)
    assert other.get(f"{scene.base}/filters/1").status_code == 404
    assert other.get(f"{scene.base}/filters/2").status_code == 303
    assert other.send(f"{scene.base}/filters/2/drop").status_code == 404
    assert manager.send(f"{scene.base}/filters/1/drop").status_code == 404
    assert manager.send(f"{scene.base}/filters/2/drop").status_code == 303
    assert viewer.get(f"{scene.base}/filters/2").status_code == 404
    elsewhere = make_scene(scene.world)
    stranger = elsewhere.with_role(VIEWER)
    assert stranger.get(f"{elsewhere.base}/filters/1").status_code == 404
    for wrong in ("x", "9" * 30, "-1"):
        assert 400 <= viewer.get(f"{scene.base}/filters/{wrong}").status_code < 500


def test_a_shared_filter_on_an_answer_that_somebody_may_not_see_is_refused_to_them(world):
    scene = make_scene(world)
    workbook = CASES.replace("| integer               | umur   | Umur                         | Age                 |          |",
                             "| integer               | umur   | Umur                         | Age                 | quasi    |")  # fmt: skip
    assert workbook != CASES
    form = world.form(scene.project, xlsx(workbook.replace("| kasus   |", "| perkara |")))
    base = f"/projects/{scene.project.id}/forms/{form.xml_form_id}"
    province, viewer = scene.visitor(world.person("province", project=scene.project)), scene.with_role(VIEWER)
    for query, name in (("from/umur=17", "usia"), ("sort=/umur", "urut")):
        assert province.send(f"{base}/filters?{query}", {"name": name, "shared": "1"}).status_code == 303
    for number in (1, 2):
        assert province.get(f"{base}/filters/{number}").status_code == 303
        refused = viewer.get(f"{base}/filters/{number}")
        assert (refused.status_code, "17" in refused.headers.get("Location", "")) == (403, False)
    page = viewer.get(f"{base}/submissions?from/umur=17")
    assert (page.status_code, 'value="17"' in page.text) == (400, False)
    # Nor does the order tell it.
    assert 'aria-sort="ascending"' not in viewer.get(f"{base}/submissions?sort=/umur").text


def test_ticked_submissions_are_reviewed_together_or_not_at_all(scene, province):
    first, second, third = scene.sent
    page = province.get(_table(scene, "?sort=/umur"))
    assert page.text.count('name="instance"') == 3
    sent = {"instance": [first, third], "state": "approved", "comment": "sudah dicek"}
    answer = province.client.post(
        f"{scene.base}/review?sort=/umur", data={**sent, "__csrf": province.client.get_cookie("__csrf").value}
    )
    assert (answer.status_code, urlsplit(answer.location).query) == (303, "sort=/umur")
    assert "2 kiriman: Disetujui." in _text(province.get(answer.location))
    assert _shown(province.get(_table(scene, "?review=approved"))) == [third, first]
    # One that is not there: none of them.
    for wrong in ("uuid:tidak-ada", make_scene(scene.world).sent[0]):
        refused = _review(province, scene, [second, wrong], "rejected")
        assert refused.status_code == 404
    assert _shown(province.get(_table(scene, "?review=received"))) == [second]
    _review(province, scene, [first], "received")
    assert _shown(province.get(_table(scene, "?review=approved"))) == [third]


def _review(visitor, scene, ids, state, **more):
    fields = {"instance": ids, "state": state, "__csrf": visitor.client.get_cookie("__csrf").value, **more}
    return visitor.client.post(f"{scene.base}/review", data=fields)


def test_a_review_without_ticks_or_state_or_right_or_proof_changes_nothing(scene, province, viewer):
    for ids, state, words in (
        ([], "approved", "Centang dahulu"),
        (scene.sent, "", "Pilih statusnya"),
        (scene.sent, "edited", "Pilih statusnya"),
    ):
        assert _review(province, scene, ids, state).status_code == 303
        assert words in _text(province.get(_table(scene)))
    assert _review(province, scene, scene.sent, "approved", comment="x" * 4001).status_code == 303
    assert "4000" in _text(province.get(_table(scene)))
    assert _review(viewer, scene, scene.sent, "approved").status_code == 403
    assert 'name="instance"' not in viewer.get(_table(scene)).text
    assert province.post(f"{scene.base}/review", {"instance": scene.sent[0], "state": "approved"}).status_code >= 400
    assert _shown(province.get(_table(scene, "?review=received"))) == scene.sent[::-1]


def test_the_record_next_to_one_is_the_next_of_the_table_that_it_was_opened_from(scene, viewer):
    first, second, third = scene.sent
    page = viewer.get(_table(scene, "?sort=/umur&is/kota=61.71"))
    link = unescape(re.search(r'strong-link" href="([^"]*)"', page.text)[1])
    record = viewer.get(link)
    assert third in unquote(record.text)
    assert second not in unquote(record.text)
    assert "sort=/umur" in unquote(record.text)
    assert first in link
