"""Dashboards as people meet them: figures with what they mean, filters in the address, files, records behind a number."""

import csv
import io
import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from xml.sax.saxutils import escape

import openpyxl
import pytest
from defusedxml import ElementTree
from sqlalchemy import select

from api.pages.dashboards import filtering, showing, words
from api.pages.dashboards.words import Speech
from forms.db import db
from forms.figures import Key, OfferedFilter, computing, remembered
from forms.figures.results import Cell, Choice, Figure, Row
from forms.models import AccessLine
from tests.support import boards
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.visitor import MANAGER, VIEWER, Scene, make_scene

EVENTS = """
| survey  |
|         | type              | name   | label    |
|         | select_one kota   | kota   | Wilayah  |
|         | date              | hari   | Hari     |
|         | integer           | hadir  | Hadir    |
|         | text              | catat  | Catatan  |
| choices |
|         | list_name | name  | label            |
|         | kota      | 61.01 | Kabupaten Sambas |
|         | kota      | 61.03 | Sanggau =1+1     |
|         | kota      | 61.71 | Kota Pontianak   |
| views   |
|         | type          | name    | label               | by                      | value                              | where          | date     | target | hint |
|         | begin section | atas    | Kegiatan            |                         |                                    |                |          |        | Semua kegiatan |
|         | number        | jumlah  | Jumlah kegiatan     |                         |                                    |                | ${hari}  | 8      | |
|         | number        | ramai   | Kegiatan ramai      |                         | share(${hadir} > 10)               |                | ${hari}  |        | |
|         | bar           | wilayah | Menurut wilayah     | ${kota}                 |                                    |                | ${hari}  |        | |
|         | line          | bulan   | Per bulan           | month(${hari})          | sum(${hadir})                      |                | ${hari}  |        | |
|         | map           | peta    | Peta                | ${kota}                 |                                    |                | ${hari}  |        | |
|         | table         | silang  | Wilayah dan bulan   | ${kota}, month(${hari}) |                                    |                | ${hari}  |        | |
|         | funnel        | langkah | Langkah             |                         | true(), ${hadir} > 10, ${hadir} > 20 |              | ${hari}  |        | |
|         | end section   |         |                     |                         |                                    |                |          |        | |
|         | list          | sepi    | Kegiatan sepi       | ${hari}                 | ${kota}, ${hari}, ${hadir}         | ${hadir} < 10  | ${hari}  |        | |
| settings |
|          | form_title | form_id | version |
|          | Kegiatan   | giat    | 1       |
"""
BOARD = """
| views   |
|         | type   | name   | label           | of   | by      |
|         | number | banyak | Semua kegiatan  | giat |         |
|         | bar    | mana   | Di mana         | giat | ${kota} |
| settings |
|          | form_title | form_id |
|          | Gugus      | gugus   |
"""
PEOPLE = """
| survey  |
|         | type            | name | label   | privacy   |
|         | select_one jk   | jk   | Kelamin | quasi     |
|         | text            | nama | Nama    | identity  |
| choices |
|         | list_name | name | label     |
|         | jk        | L    | Laki-laki |
|         | jk        | P    | Perempuan |
| views   |
|         | type   | name | label         | by    | value              | privacy |
|         | number | semua | Semua orang  |       |                    | people  |
|         | bar    | jk    | Menurut jk   | ${jk} |                    | people  |
|         | list   | nama  | Daftar kerja |       | ${jk}              | people  |
| settings |
|          | form_title | form_id | version |
|          | Orang      | orang   | 1       |
"""
#: Place, day, attendance of each event.
SENT = (
    ("61.01", "2025-11-03", 30),
    ("61.01", "2026-01-10", 5),
    ("61.03", "2026-01-20", 12),
    ("61.71", "2026-03-05", 24),
)


@pytest.fixture
def events(world):
    project = world.project("Proyek <uji>")
    form = world.form(project, xlsx(EVENTS))
    scene = Scene(world, project, form, world.app_user(project, form), [])
    for kota, hari, hadir in SENT:
        scene.sent.append(new_id())
        filled = f"<kota>{kota}</kota><hari>{hari}</hari><hadir>{hadir}</hadir><catat>RAHASIA-CATATAN</catat>"
        scene.receive(instance("giat", answers=filled, instance_id=scene.sent[-1]))
    return scene


@pytest.fixture
def people(world):
    project = world.project("Perkara")
    form = world.form(project, xlsx(PEOPLE))
    scene = Scene(world, project, form, world.app_user(project, form), [])
    for number in range(40):
        scene.sent.append(new_id())
        filled = f"<jk>{'P' if number < 3 else 'L'}</jk><nama>CANARY-NAMA-{number}</nama>"
        scene.receive(instance("orang", answers=filled, instance_id=scene.sent[-1]))
    return scene


def _text(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def _figure(page, name):
    """The part of a page that is one figure."""
    return re.search(rf'<article class="figure[^>]* id="{name}".*?</article>', page.text, re.DOTALL)[0]


def _rows(html):
    """The rows of a figure's table: label → numbers."""
    found = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html, re.DOTALL)
    return {
        unescape(re.sub(r"<[^>]*>", "", label)): [
            unescape(re.sub(r"<[^>]*>", "", cell)).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", rest, re.DOTALL)
        ]
        for label, rest in found
    }


def test_a_dashboard_shows_each_figure_with_its_number_its_table_and_its_meaning(events):
    page = events.with_role(VIEWER).get(f"{events.base}/dashboard")
    assert page.status_code == 200
    number = re.sub(r"<[^>]*>", " ", _figure(page, "jumlah"))
    assert re.search(r"\b4\b", number)
    assert "50 % dari target 8" in number
    assert "75 %" in _figure(page, "ramai")
    assert "3 dari 4" in _figure(page, "ramai")
    assert _rows(_figure(page, "wilayah")) == {
        "Kabupaten Sambas": ["2"], "Sanggau =1+1": ["1"], "Kota Pontianak": ["1"], "Jumlah": ["4"],
    }  # fmt: skip
    months = _rows(_figure(page, "bulan"))
    assert (months["Nov 2025"], months["Des 2025"], months["Jan 2026"]) == (["30"], ["0"], ["17"])
    assert list(_rows(_figure(page, "langkah")).values()) == [
        ["4", "100 %", "\u2013"], ["3", "75 %", "75 %"], ["2", "50 %", "66,7 %"],
    ]  # fmt: skip
    assert "data Kegiatan" in _figure(page, "wilayah")
    assert "“Hari”" in _figure(page, "wilayah")
    for name in ("wilayah", "bulan", "peta", "langkah"):
        drawing = re.search(r"<svg xmlns.*?</svg>", _figure(page, name), re.DOTALL)[0]
        assert ElementTree.fromstring(drawing).get("role") == "img"
    assert "RAHASIA-CATATAN" not in page.text


def _send_one_more(scene):
    scene.receive(instance("giat", answers="<kota>61.01</kota><hari>2026-01-05</hari>", instance_id=new_id()))


def test_a_figure_that_takes_long_lags_behind_for_a_hundred_times_as_long_and_no_other_does(events, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    bare = computing._bare

    def slow(board, view, *rest):
        clock[0] += 2 if view.name == "wilayah" else 0.4
        return bare(board, view, *rest)

    monkeypatch.setattr(computing, "_bare", slow)
    viewer = events.with_role(VIEWER)
    shown = []
    for later in (0, 1, 150, 100):
        clock[0] += later
        page = viewer.get(f"{events.base}/dashboard")
        number = re.search(r"\b\d\b", re.sub(r"<[^>]*>", " ", _figure(page, "jumlah")))[0]
        shown.append((_rows(_figure(page, "wilayah"))["Jumlah"], number))
        _send_one_more(events)
    assert shown == [(["4"], "4"), (["4"], "5"), (["4"], "6"), (["7"], "7")]


def test_what_a_reader_of_suppressed_figures_gets_never_lags_behind(people, monkeypatch):
    monkeypatch.setattr(remembered, "_LONG", 0)
    monkeypatch.setattr(remembered, "_LAG", 1e9)
    manager = people.with_role(MANAGER)
    before = _figure(manager.get(f"{people.base}/dashboard"), "jk")
    for _number in range(20):
        people.receive(instance("orang", answers="<jk>P</jk>", instance_id=new_id()))
    after = _figure(manager.get(f"{people.base}/dashboard"), "jk")
    assert _rows(before) != _rows(after)
    assert _rows(after)["Jumlah"] == ["60"]


def test_a_work_list_leads_to_its_records(events):
    viewer = events.with_role(VIEWER)
    part = _figure(viewer.get(f"{events.base}/dashboard"), "sepi")
    (link,) = re.findall(r'<a href="([^"]*/submissions/[^"]*)"', part)
    assert (link.rpartition("/")[2], viewer.get(link).status_code) == (events.sent[1], 200)
    assert viewer.get(f"{events.base}/dashboard/views/sepi.csv").status_code == 404


def test_filters_stand_in_the_address_and_narrow_every_figure(events):
    viewer = events.with_role(VIEWER)
    page = viewer.get(f"{events.base}/dashboard?period=2026&is.kota=61.01")
    assert _rows(_figure(page, "wilayah"))["Jumlah"] == ["1"]
    chips = [unescape(chip) for chip in re.findall(r"<li><span>(.*?)</span><a", page.text)]
    assert chips == ["1 Jan 2026 sampai 31 Des 2026", "Wilayah: Kabupaten Sambas"]
    assert "Saringan: 1 Jan 2026 sampai 31 Des 2026; Wilayah: Kabupaten Sambas" in _text(page)
    large = unescape(re.search(r'<a href="([^"]*/views/wilayah[?][^"]*)"', page.text)[1])
    assert "Kabupaten Sambas" in viewer.get(large).text
    assert _rows(viewer.get(large).text)["Jumlah"] == ["1"]
    without = unescape(re.search(r'<li><span>Wilayah.*?<a href="([^"]*)"', page.text)[1])
    assert _rows(_figure(viewer.get(without), "wilayah"))["Jumlah"] == ["3"]


def test_days_that_are_none_are_said_and_what_is_not_offered_is_passed_over(events):
    viewer = events.with_role(VIEWER)
    wrong = viewer.get(f"{events.base}/dashboard?period=days&since=kemarin")
    assert (wrong.status_code, "2026-01-31" in wrong.text) == (200, True)
    turned = viewer.get(f"{events.base}/dashboard?period=days&since=2026-02-01&until=2026-01-01")
    assert "Hari pertama sesudah hari terakhir" in turned.text
    other = viewer.get(f"{events.base}/dashboard?is.kota=61.99&is.catat=x&period=besok")
    assert _rows(_figure(other, "wilayah"))["Jumlah"] == ["4"]


def test_the_records_behind_a_number_are_those_that_it_counts(events):
    viewer = events.with_role(VIEWER)
    page = viewer.get(f"{events.base}/dashboard?period=2026")
    link = unescape(re.search(r'Sanggau =1\+1</th><td class="number"><a href="([^"]*)"', page.text)[1])
    behind = viewer.get(link)
    assert re.findall(r"/submissions/(uuid:[^\"]*)\"", behind.text) == [events.sent[2]]
    assert "Sanggau =1+1" in _text(behind)
    whole = viewer.get(f"{events.base}/dashboard/views/wilayah/records")
    assert set(re.findall(r"/submissions/(uuid:[^\"]*)\"", whole.text)) == set(events.sent)
    assert viewer.get(f"{events.base}/dashboard/views/wilayah/records?start=x").status_code == 200
    assert viewer.get(f"{events.base}/dashboard/views/tidak/records").status_code == 404


def test_behind_a_share_and_a_step_are_the_records_that_it_counts_and_the_page_says_which(events):
    viewer = events.with_role(VIEWER)
    page = viewer.get(f"{events.base}/dashboard")
    link = unescape(re.search(r'<a href="([^"]*/ramai/records[?]value=0)"', _figure(page, "ramai"))[1])
    behind = viewer.get(link)
    assert {events.sent.index(r) for r in re.findall(r"/submissions/(uuid:[^\"]*)\"", behind.text)} == {0, 2, 3}
    assert "“Hadir” di atas 10" in _text(behind)
    steps = re.findall(r'<a href="([^"]*/langkah/records[?]value=\d)"', _figure(page, "langkah"))
    found = [len(re.findall(r"/submissions/uuid:", viewer.get(unescape(step)).text)) for step in steps]
    assert found == [4, 3, 2]
    assert viewer.get(f"{events.base}/dashboard/views/langkah/records?value=9").status_code == 404


def test_totals_of_a_crosstab_lead_to_the_records_of_their_row_their_column_and_all(events):
    viewer = events.with_role(VIEWER)
    table = _figure(viewer.get(f"{events.base}/dashboard"), "silang")
    links = [unescape(link) for link in re.findall(r'<a href="([^"]*/silang/records[^"]*)"', table)]
    found = {
        link.partition("?")[2]: {
            events.sent.index(record) for record in re.findall(r"/submissions/(uuid:[^\"]*)\"", viewer.get(link).text)
        }
        for link in links
    }
    assert found[""] == {0, 1, 2, 3}
    assert found["row=61.01"] == {0, 1}
    assert found["column=2026-01-01"] == {1, 2}
    assert found["row=61.01&column=2026-01-01"] == {1}
    total = next(link for link in links if link.endswith("?row=61.01"))
    assert "Kabupaten Sambas" in _text(viewer.get(total))


def test_a_number_that_is_hidden_is_said_where_there_is_room_and_marked_where_there_is_none(app):
    key = Key("choice", "61.01", {"": "Sambas"})
    view = next(v for section in boards.sections() for v in section.views if v.name == "peta")
    found = Figure(
        view, (Key("value", "count()"),), (Row(key, (Cell(None, mark="hidden"),)),), records=Cell(None, mark="hidden")
    )
    with app.test_request_context("/"):
        card = showing.card(found, boards._place("id"))
    assert card.foot.records == "jumlah data disembunyikan"
    assert card.table.rows[0].cells[0].text == "disembunyikan"
    assert (">*<" in card.drawing, "disembunyikan" in card.drawing) == (True, False)


def test_whoever_may_list_no_records_gets_no_link_from_totals_either(people):
    manager = people.with_role(MANAGER)
    assert "/records" not in manager.get(f"{people.base}/dashboard").text
    for query in ("row=L", "", "column=L"):
        assert manager.get(f"{people.base}/dashboard/views/jk/records?{query}").status_code == 403


def test_a_figure_is_taken_away_as_csv_without_anything_that_a_spreadsheet_would_run(events):
    answer = events.with_role(VIEWER).get(f"{events.base}/dashboard/views/wilayah.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=wilayah.csv"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1:] == [["Kabupaten Sambas", "2"], ["Sanggau =1+1", "1"], ["Kota Pontianak", "1"], ["Jumlah", "4"]]
    share = events.with_role(VIEWER).get(f"{events.base}/dashboard/views/ramai.csv").data.decode("utf-8-sig")
    assert share.splitlines()[1] == "Kegiatan ramai,0.75,3,4"


def test_a_report_is_a_workbook_with_charts_definitions_filter_and_numbers_as_numbers(events):
    answer = events.with_role(VIEWER).get(f"{events.base}/dashboard/report.xlsx?period=2026")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Ikhtisar", "Menurut wilayah", "Per bulan", "Peta", "Wilayah dan bulan", "Langkah"]
    charts = {name: len(book[name]._charts) for name in book.sheetnames}
    assert charts == {
        "Ikhtisar": 0, "Menurut wilayah": 1, "Per bulan": 1, "Peta": 1, "Wilayah dan bulan": 0, "Langkah": 1,
    }  # fmt: skip
    cells = [[cell.value for cell in row] for row in book["Menurut wilayah"].iter_rows()]
    assert ["Kabupaten Sambas", 1] in [row[:2] for row in cells]
    flat = [str(value) for row in cells for value in row if value is not None]
    assert "Saringan: 1 Jan 2026 sampai 31 Des 2026" in flat
    assert any("data Kegiatan" in value for value in flat)
    overview = [[cell.value for cell in row] for row in book["Ikhtisar"].iter_rows()]
    assert ["Kegiatan", "Jumlah kegiatan", 3, None, None, 8, 3] in overview
    one = events.with_role(VIEWER).get(f"{events.base}/dashboard/views/peta.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(one.data)).sheetnames == ["Peta"]


def test_a_drawing_is_taken_away_as_it_stands_in_the_page_and_a_table_has_none(events):
    viewer = events.with_role(VIEWER)
    drawing = viewer.get(f"{events.base}/dashboard/views/peta.svg")
    assert drawing.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(drawing.data).get("viewBox")
    assert drawing.text in viewer.get(f"{events.base}/dashboard").text
    assert viewer.get(f"{events.base}/dashboard/views/silang.svg").status_code == 404


def test_a_form_without_views_has_a_summary_and_the_beginning_of_a_sheet_of_its_own(world):
    scene = make_scene(world, submissions=3)
    manager = scene.with_role(MANAGER)
    page = manager.get(f"{scene.base}/dashboard")
    assert page.status_code == 200
    assert _rows(page.text)["Melawi"] == ["1"]
    template = manager.get(f"{scene.base}/views-template")
    sheet = openpyxl.load_workbook(io.BytesIO(template.data))["views"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:2] == ["type", "name"]
    assert ["bar", "kota"] in [row[:2] for row in rows]


def test_a_dashboard_is_uploaded_replaced_downloaded_and_deleted(events):
    manager = events.with_role(MANAGER)
    base = f"/projects/{events.project.id}"
    sent = manager.send(f"{base}/upload", {"workbook": (xlsx(BOARD), "gugus.xlsx")})
    assert (sent.status_code, sent.location) == (303, f"{base}/dashboards/gugus")
    page = manager.get(sent.location)
    assert _rows(_figure(page, "mana"))["Jumlah"] == ["4"]
    assert "Gugus" in manager.get(f"{base}/dashboards").text
    renamed = xlsx(BOARD.replace("Di mana ", "Di sana "))
    assert manager.send(f"{base}/upload", {"workbook": (renamed, "gugus.xlsx")}).status_code == 303
    assert "Di sana" in manager.get(sent.location).text
    assert manager.get(f"{base}/dashboards/gugus/workbook").data == renamed
    viewer = events.with_role(VIEWER)
    assert viewer.get(sent.location).status_code == 200
    assert viewer.get(f"{base}/dashboards/gugus/workbook").status_code == 403
    assert viewer.send(f"{base}/dashboards/gugus/delete").status_code == 403
    assert manager.send(f"{base}/dashboards/gugus/delete").status_code == 303
    assert manager.get(sent.location).status_code == 404


def test_a_wrong_row_of_a_dashboard_is_shown_with_its_cell_and_nothing_is_kept(events):
    manager = events.with_role(MANAGER)
    base = f"/projects/{events.project.id}"
    wrong = xlsx(BOARD.replace("${kota}", "${kotaa}"))
    sent = manager.send(f"{base}/upload", {"workbook": (wrong, "gugus.xlsx")})
    assert (sent.status_code, "kotaa" in sent.text, ">E3<" in sent.text.replace("\n", "").replace(" ", "")) == (
        400,
        True,
        True,
    )
    assert manager.get(f"{base}/dashboards/gugus").status_code == 404


def test_whoever_sees_no_cases_gets_small_numbers_hidden_and_no_record(people):
    manager = people.with_role(MANAGER)
    page = manager.get(f"{people.base}/dashboard")
    assert "&lt;11" in _figure(page, "jk") or "disembunyikan" in _figure(page, "jk")
    assert not re.search(r'<td class="number">\s*(3|37)\s*<', page.text)
    assert "sampai 10 tidak ditampilkan" in page.text
    assert "/records" not in page.text
    assert "RAHASIA" not in page.text
    assert manager.get(f"{people.base}/dashboard/views/jk/records").status_code == 403
    taken = manager.get(f"{people.base}/dashboard/views/jk.csv").data.decode()
    assert not re.search(r",(3|37)\b", taken)
    assert "CANARY" not in page.text


def test_bare_figures_of_people_are_marked_and_what_is_taken_or_listed_of_them_is_logged(people):
    province = people.visitor(people.world.person("province"))
    page = province.get(f"{people.base}/dashboard")
    assert "RAHASIA" in page.text
    assert _rows(_figure(page, "jk"))["Perempuan"] == ["3"]
    assert province.get(f"{people.base}/dashboard/views/jk.csv").status_code == 200
    assert province.get(f"{people.base}/dashboard/report.xlsx").status_code == 200
    assert province.get(f"{people.base}/dashboard/views/jk/records").status_code == 200
    lines = db.session.execute(
        select(AccessLine.action, AccessLine.details)
        .where(AccessLine.form_id == people.form.id)
        .order_by(AccessLine.number)
    ).all()
    assert [tuple(line) for line in lines] == [
        ("list", None),
        ("export", {"figures": ["jk"], "format": "csv"}),
        ("export", {"figures": ["semua", "jk"], "format": "xlsx"}),
        ("list", None),
    ]


def test_texts_of_a_workbook_are_no_markup_wherever_a_figure_says_them(world):
    bad = escape("<script>alert(1)</script>")
    raw = "<script>alert(1)</script>"
    workbook = EVENTS.replace("Kabupaten Sambas", raw).replace("Menurut wilayah", raw).replace("Semua kegiatan", raw)
    project = world.project("Proyek")
    form = world.form(project, xlsx(workbook))
    scene = Scene(world, project, form, world.app_user(project, form), [])
    scene.receive(instance("giat", answers="<kota>61.01</kota><hari>2026-01-01</hari>", instance_id=new_id()))
    viewer = scene.with_role(VIEWER)
    for path in ("", "/views/wilayah", "/views/wilayah/records?row=61.01", "/views/wilayah.svg"):
        answer = viewer.get(f"{scene.base}/dashboard{path}")
        assert (answer.status_code, raw in answer.text, bad in answer.text) == (200, False, True), path


# Words and filters, without a server's data.


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (Key("month", "2026-08-01"), "Agu 2026"),
        (Key("quarter", "2026-07-01"), "triwulan 3 2026"),
        (Key("year", "2026-01-01"), "2026"),
        (Key("week", "2026-08-03"), "minggu 3 Agu 2026"),
        (Key("day", "2026-08-03"), "3 Agu 2026"),
        (Key("band", "0", high=12), "di bawah 12"),
        (Key("band", "1", low=12, high=18), "12\u201317"),
        (Key("band", "2", low=18, high=19), "18"),
        (Key("band", "3", low=0.5, high=1), "0,5 sampai di bawah 1"),
        (Key("band", "4", low=60), "60 ke atas"),
        (Key("boolean", "true"), "ya"),
        (Key("number", "1234.5"), "1.234,5"),
        (Key("choice", None), "tanpa jawaban"),
        (Key("choice", "61.01", {"English (en)": "Sambas", "Bahasa Indonesia (id)": "Kab. Sambas"}), "Kab. Sambas"),
        (Key("value", None), "Jumlah"),
    ],
)
def test_groups_are_said_in_words(app, key, said):
    with app.test_request_context("/"):
        assert words.group(key, Speech("id")) == said


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (1234567, "1.234.567"), (12.345, "12,34"), (1234.56, "1.234,6")]
)
def test_numbers_are_written_as_people_here_do(app, value, written):
    with app.test_request_context("/"):
        assert words.plain(value) == written


OFFERED = (OfferedFilter("scope", "kabkota", {}, (Choice("61.01", {"": "Sambas"}),)),)


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("this-month", date(2026, 2, 1), date(2026, 2, 28)),
        ("last-month", date(2026, 1, 1), date(2026, 1, 31)),
        ("this-quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("last-quarter", date(2025, 10, 1), date(2025, 12, 31)),
        ("last-year", date(2025, 1, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("0000", None, None),
        ("9999", None, None),
        ("2024-13", None, None),
        ("x", None, None),
    ],
)
def test_a_period_is_whole_stretches_of_the_calendar(app, period, since, until):
    with app.test_request_context("/"):
        asked = filtering.read({"period": period}, OFFERED, today=date(2026, 2, 10), is_fixed=False)
    assert (asked.filters.since, asked.filters.until) == (since, until)
    assert ("period" in asked.query) == (since is not None)


@pytest.mark.parametrize("period", ["this-month", "2026-Q1", "2026-01", "days"])
def test_where_small_numbers_are_hidden_in_all_figures_only_years_may_be_asked_for(app, period):
    with app.test_request_context("/"):
        args = {"period": period, "since": "2026-01-01", "until": "2026-01-02"}
        assert filtering.read(args, (), today=date(2026, 2, 10), is_fixed=True).filters.since is None
        year = filtering.read({"period": "2025"}, (), today=date(2026, 2, 10), is_fixed=True)
    assert year.filters.until == date(2025, 12, 31)
