"""The table's filter on the map and in the gallery: the same addresses, the same words, the same refusals."""

import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import func, select

from forms.db import db
from forms.models import AccessLine
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.visitor import CASES, PICTURE, VIEWER, answers, make_scene

VIEWS = ("submissions", "map", "gallery")


@pytest.fixture
def scene(world):
    """Three submissions of Pontianak, Melawi, Pontianak, each with a place and a photo, and one with neither."""
    scene = make_scene(world, submissions=1)
    for number in (1, 2):
        scene.sent.append(new_id())
        scene.receive(instance("kasus", answers=answers(number), instance_id=scene.sent[-1]), {"foto.png": PICTURE})
    scene.sent.append(new_id())
    scene.receive(instance("kasus", answers="<kota>61.71</kota><umur>60</umur>", instance_id=scene.sent[-1]))
    return scene


@pytest.fixture
def viewer(scene):
    return scene.with_role(VIEWER)


def _text(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def _records(answer):
    """The records that a page leads to, each once."""
    main = answer.text.partition("<main")[2]
    return {unescape(found) for found in re.findall(r'/submissions/(uuid:[^"?/]+)', main)}


def _ways(answer):
    """Where the table, the map and the gallery are, as the page links them."""
    found = re.search(r'<nav class="views.*?</nav>', answer.text, re.DOTALL)[0]
    return [unescape(href) for href in re.findall(r'<a href="([^"]*)"', found)]


def test_each_condition_leaves_the_same_records_on_the_table_the_map_and_in_the_gallery(scene, viewer):
    first, second, third, bare = scene.sent
    for query, wanted in (
        ("is/kota=61.71", {first, third}),
        ("from/umur=1&to/umur=2", {second, third}),
        ("contains/catat=1%2B1", {second}),
        ("has/bantu=sehat&is/kota=61.10", {second}),
        ("answered/titik=yes&answered/foto=yes", {first, second, third}),
        ("is/anak/umur_a=7&from/umur=2", {third}),
        ("submitter=ponsel&is/kota=61.10", {second}),
        ("since=2020-01-01&review=received&is/kota=61.10", {second}),
        ("review=approved", set()),
        ("until=2020-01-01", set()),
    ):
        fitting = _records(viewer.get(f"{scene.base}/submissions?{query}"))
        assert fitting - {bare} == wanted, query
        for view in VIEWS:
            page = viewer.get(f"{scene.base}/{view}?{query}")
            shown = fitting if view == "submissions" else wanted
            assert (page.status_code, _records(page)) == (200, shown), (view, query)
            assert f"{len(fitting)} dari 4 kiriman" in _text(page), (view, query)


def test_the_filter_stays_from_one_view_to_the_next_and_on_the_way_to_a_record(scene, viewer):
    query = "is/kota=61.71&from/umur=1&column=/umur&sort=-/umur"
    for view in VIEWS:
        page = viewer.get(f"{scene.base}/{view}?{query}")
        assert [urlsplit(way).path.rpartition("/")[2] for way in _ways(page)] == list(VIEWS)
        for way in _ways(page):
            assert unquote(urlsplit(way).query) == query, (view, way)
        said = _text(page)
        assert ("Kabupaten: Kota Pontianak" in said, "Umur mulai 1" in said) == (True, True), view
        chips = [unescape(href) for href in re.findall(r'class="chip" href="([^"]*)"', page.text)]
        assert len(chips) == 2
        for chip in chips:
            assert urlsplit(chip).path == f"{scene.base}/{view}"
            assert "column=/umur" in unquote(chip)
        record = next(h for h in re.findall(r'href="([^"]*/submissions/uuid:[^"]*)"', page.text) if "?" in h)
        assert unquote(urlsplit(unescape(record)).query) == query, view


def test_the_map_keeps_its_filter_closer_and_with_another_question(scene, viewer):
    page = viewer.get(f"{scene.base}/map?is/kota=61.71")
    assert "2 lokasi dalam 2 kiriman" in _text(page)
    assert "3 dari 4 kiriman" in _text(page)
    # What has no place is a press away in the table.
    without = next(unescape(h) for h in re.findall(r'href="([^"]*)"', page.text) if "answered" in h)
    assert _records(viewer.get(without)) == {scene.sent[3]}
    closer = viewer.get(f"{scene.base}/map?is/kota=61.71&box=-1,108,1,111")
    assert "2 dari 2 lokasi" in _text(closer)
    assert scene.sent[1] not in closer.text
    whole = re.search(r'href="([^"]*)">(?:(?!</a>).)*Seluruh peta', closer.text, re.DOTALL)
    assert urlsplit(unquote(unescape(whole[1]))).query == "question=/titik&is/kota=61.71"


def test_the_gallery_keeps_its_filter_from_page_to_page(scene, viewer):
    for number in range(3, 53):
        scene.receive(instance("kasus", answers=answers(number), instance_id=new_id()), {"foto.png": PICTURE})
    shown, address = [], f"{scene.base}/gallery?from/umur=2&to/umur=52"
    while address:
        page = viewer.get(address)
        assert "51 berkas dalam 51 kiriman" in _text(page)
        shown += re.findall(r'picture-frame" href="[^"]*/submissions/(uuid:[^"/]+)', page.text)
        older = re.search(r'href="([^"]*after=[^"]*)"', page.text)
        address = unescape(older[1]) if older else ""
    assert (len(shown), len(set(shown))) == (51, 51)
    assert not {scene.sent[0], scene.sent[1]} & set(shown)


def test_a_kept_filter_opens_is_kept_and_goes_on_the_page_where_it_is_asked_for(scene, viewer):
    viewer.send(f"{scene.base}/filters?is/kota=61.10", {"name": "Melawi"})
    for view in ("map", "gallery"):
        page = viewer.get(f"{scene.base}/{view}")
        assert "Melawi" in _text(page)
        link = unescape(re.search(r'href="([^"]*/filters/1[^"]*)"', page.text)[1])
        opened = viewer.get(link).location
        assert urlsplit(opened).path == f"{scene.base}/{view}"
        assert _records(viewer.get(opened)) == {scene.sent[1]}
        keep = next(unescape(a) for a in re.findall(r'action="([^"]*/filters\?[^"]*)"', viewer.get(opened).text))
        kept = viewer.send(keep, {"name": f"dari {view}"})
        assert urlsplit(kept.location).path == f"{scene.base}/{view}"
        assert "is/kota=61.10" in unquote(kept.location)
        drop = next(unescape(a) for a in re.findall(r'action="([^"]*/drop[^"]*)"', viewer.get(opened).text)[1:])
        assert urlsplit(viewer.send(drop).location).path == f"{scene.base}/{view}"
    for wrong in ("nonsense", "map%00", "../x"):
        assert urlsplit(viewer.get(f"{scene.base}/filters/1?view={wrong}").location).path == f"{scene.base}/submissions"


def test_the_map_and_the_gallery_have_a_box_to_filter_in_that_needs_no_script(scene, viewer):
    for view, more in (("map", {"question": "/titik"}), ("gallery", {})):
        page = viewer.get(f"{scene.base}/{view}?is/kota=61.71&from/anak/umur_a=7&column=/umur&sort=/umur")
        form = re.search(r'<form id="filters".*?</form>', page.text, re.DOTALL)[0]
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
        assert hidden == {"column": "/umur", "sort": "/umur", **more}
        names = re.findall(r'form="filters"[^>]* name="([^"]*)"', page.text)
        # Those of the table's columns, and those that are filtered now.
        assert {"since", "until", "submitter", "review", "from/umur", "answered/umur", "is/kota"} <= set(names)
        assert 'name="from/anak/umur_a" value="7"' in page.text
        assert len(names) == len(set(names))


def test_what_may_not_be_asked_is_refused_everywhere_and_nothing_is_shown(world, scene, viewer):
    for query in (
        "contains/nama=CANARY-NAMA-1", "is/anak/nama_a=CANARY-ANAK-1", "answered/nama=yes", "from/umur=CANARY",
        "is/tiada=CANARY", "since=kemarin", "is/titik=CANARY", "is/anak=CANARY",
    ):  # fmt: skip
        for view in VIEWS:
            page = viewer.get(f"{scene.base}/{view}?{query}")
            assert (page.status_code, _records(page)) == (400, set()), (view, query)
            assert 'role="alert"' in page.text
            assert 'class="map"' not in page.text
            assert "CANARY-" not in page.text.partition("<main")[2]
            for way in _ways(page):
                assert "CANARY-" not in way


@pytest.fixture
def about_people(world):
    """A form whose ages are quasi-identifying, with one submission."""
    scene = make_scene(world, submissions=0)
    plain = "| integer               | umur   | Umur                         | Age                 |          |"
    assert plain in CASES
    workbook = CASES.replace(plain, plain[:-12] + "| quasi    |").replace("| kasus   |", "| perkara |")
    form = world.form(scene.project, xlsx(workbook))
    scene.form, scene.phone = form, world.app_user(scene.project, form)
    scene.receive(instance("perkara", answers=answers(3), instance_id=new_id()), {"foto.png": PICTURE})
    return scene


def test_whoever_may_not_see_an_answer_cannot_find_it_out_on_the_map_or_in_the_gallery(world, about_people):
    viewer = about_people.with_role(VIEWER)
    province = about_people.visitor(world.person("province", project=about_people.project))
    for view in VIEWS:
        for query in ("from/umur=3", "answered/umur=yes", "answered/umur=no"):
            refused = viewer.get(f"{about_people.base}/{view}?{query}")
            assert (refused.status_code, _records(refused)) == (400, set()), (view, query)
            assert "umur" not in {n.partition("/")[2] for n in re.findall(r' name="([^"]*)"', refused.text)}
        assert len(_records(province.get(f"{about_people.base}/{view}?from/umur=3"))) == 1


def test_a_filter_by_what_is_known_of_people_is_logged_whatever_it_leaves(world, about_people):
    province = about_people.visitor(world.person("province", project=about_people.project))

    def lines():
        counted = select(func.count()).where(AccessLine.form_id == about_people.form.id, AccessLine.action == "list")
        return db.session.execute(counted).scalar_one()

    for view in VIEWS:
        before = lines()
        assert _records(province.get(f"{about_people.base}/{view}?from/umur=99")) == set()
        db.session.rollback()
        assert lines() == before + 1, view


def test_pages_that_a_filter_leaves_empty_say_why(scene, viewer):
    for view in ("map", "gallery"):
        assert "Tidak ada yang cocok" in _text(viewer.get(f"{scene.base}/{view}?from/umur=99"))
        assert "tidak memilikinya" in _text(viewer.get(f"{scene.base}/{view}?from/umur=60"))
