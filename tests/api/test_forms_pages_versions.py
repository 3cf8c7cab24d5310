"""The way of a coordinator: files, trying, what a draft changes and what that touches, versions, and back to any."""

import base64
import io
import json
import re
import zlib
from dataclasses import replace
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest

from api.pages import drafts
from api.pages.contexts import QrCode
from forms import catalogue
from forms.access import SERVER
from forms.catalogue import Upload
from forms.db import db
from forms.problems import FieldTypeConflict
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.visitor import MANAGER, VIEWER, Visitor

FORM = """
| survey |
|        | type               | name  | label  | privacy   |
|        | text               | nama  | Nama   | identity  |
|        | integer            | umur  | Umur   |           |
|        | select_one j       | jenis | Jenis  |           |
|        | select_multiple j  | juga  | Juga   |           |
|        | select_one j       | rasa  | Rasa   | sensitive |
{more}
| choices |
|         | list_name | name | label |
|         | j         | a    | Satu  |
|         | j         | b    | Dua   |
{choices}
| settings |
|          | form_title | form_id | version   |
|          | Uji        | uji     | {version} |
"""
C = "|         | j         | c    | Tiga  |"
WITH_FILES = """
| survey |
|        | type                         | name | label | media::image |
|        | text                         | nama | Nama  | peta.png     |
|        | select_one_from_file kab.csv | kab  | Kab   |              |
"""
ANSWERS = "<nama>CANARY-NAMA-1</nama><umur>7</umur><jenis>c</jenis><juga>a c</juga><rasa>c</rasa>"


def book(version="1", *, more="", choices=C, **changes):
    text = FORM.format(version=version, more=more, choices=choices)
    for old, new in changes.items():
        text = re.sub(rf"\| {old} +\|", f"| {new} |", text)
    return xlsx(text)


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def manager(world, project):
    visitor = Visitor(world.app.test_client())
    visitor.log_in(world.person(MANAGER, project=project).email)
    return visitor


@pytest.fixture
def form(world, project):
    return world.form(project, book())


@pytest.fixture
def base(project):
    return f"/projects/{project.id}/forms/uji"


def draft(world, form, data):
    catalogue.set_draft(SERVER, form, Upload(data, "uji.xlsx"), vault=world.vault, ignore_warnings=True)
    db.session.commit()


def fresh(project, xml_form_id="uji"):
    """The form as it is now, whatever this session has read of it."""
    db.session.expire_all()
    return catalogue.form(project, xml_form_id)


def text_of(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def send(world, form, answers=ANSWERS, address=""):
    phone = world.app_user(form.project_id and catalogue.project(form.project_id), form)
    address = address or f"/v1/key/{phone.token}/projects/{form.project_id}/submission"
    xml = instance("uji", "1", answers, instance_id=new_id())
    parts = {"xml_submission_file": (io.BytesIO(xml), "a.xml", "text/xml")}
    assert world.app.test_client().post(address, data=parts).status_code == 201


# Files


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["peta.png", "lain.csv"], "Formulir ini tidak meminta berkas bernama “lain.csv”."),
        (["peta.png", "KAB.csv"], "“KAB.csv” ditulis “kab.csv” di formulir"),
        (["peta.png", "peta.png", "kab.csv"], "“peta.png” dipilih lebih dari sekali."),
        (["../kab.csv", "peta.png"], "Formulir ini tidak meminta berkas bernama"),
    ],
)
def test_files_are_taken_together_or_not_at_all(world, project, manager, base, names, sentence):
    form = world.form(project, xlsx(WITH_FILES), publish=False)
    answer = manager.send(f"{base}/attach", {"files": [(b"x", name) for name in names]})
    assert (answer.status_code, sentence in text_of(answer)) == (400, True)
    assert [blob for _, blob in catalogue.attachments(catalogue.draft(form))] == [None, None]


def test_files_that_fit_are_put_in_their_places(world, project, manager, base):
    form = world.form(project, xlsx(WITH_FILES), publish=False)
    answer = manager.send(f"{base}/attach", {"files": [(b"x", "kab.csv"), (b"y", "peta.png")]})
    assert (answer.status_code, answer.location) == (303, f"{base}/draft#files")
    assert [blob.size for _, blob in catalogue.attachments(catalogue.draft(form))] == [1, 1]


# Trying it


def test_the_code_on_the_page_is_what_collect_reads_and_leads_to_the_draft(
    app, world, project, manager, base, monkeypatch
):
    form = world.form(project, book(), publish=False)
    drawn = []
    monkeypatch.setattr(drafts.qr, "draw", lambda text: drawn.append(text) or _qr())
    app.extensions["lentera"] = replace(app.extensions["lentera"], base_url="https://lentera.example.org")
    page = manager.get(f"{base}/draft")
    assert 'class="qr"' in page.text
    settings = json.loads(zlib.decompress(base64.b64decode(drawn[0])))
    token = catalogue.draft_token(form, vault=world.vault)
    assert settings == {
        "general": {
            "server_url": f"https://lentera.example.org/v1/test/{token}/projects/{project.id}/forms/uji/draft",
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "project": {"name": "[Draft] Uji", "icon": "📝"},
        "admin": {},
    }
    assert token not in page.text
    listed = world.app.test_client().get(f"{urlsplit(settings['general']['server_url']).path}/formList")
    assert b"<formID>uji</formID>" in listed.data


def _qr():
    return QrCode(29, "M4 4h1v1h-1z")


def test_no_code_is_drawn_that_would_lead_a_phone_to_itself(world, project, manager, base):
    world.form(project, book(), publish=False)
    page = manager.get(f"{base}/draft")
    assert "Belum ada kode QR di alamat ini" in page.text
    assert 'class="qr"' not in page.text


def test_what_was_sent_to_try_it_is_shown_as_far_as_one_may_see_it(world, project, manager, base):
    form = world.form(project, book(), publish=False)
    token = catalogue.draft_token(form, vault=world.vault)
    answers = ANSWERS.replace("<umur>7", "<umur>tujuh")
    send(world, form, answers, f"/v1/test/{token}/projects/{project.id}/forms/uji/draft/submission")
    page = manager.get(f"{base}/draft")
    assert "1 tidak cocok" in text_of(page)
    shown = manager.get(re.search(rf'"({base}/draft/trials/\d+)"', page.text)[1])
    assert "Satu, Tiga" in text_of(shown), "labels of choices"
    assert "CANARY" not in page.text + shown.text
    assert shown.text.count("••••") >= 2, "the name, and what is sensitive"
    assert "1 jawaban tidak cocok" in text_of(shown)
    assert manager.get(f"{base}/draft/trials/999").status_code == 404
    assert manager.get(f"{base}/draft/trials/x").status_code == 400


def test_the_draft_is_for_those_who_may_change_the_form(world, form, project, base):
    draft(world, form, book("2"))
    viewer = Visitor(world.app.test_client())
    viewer.log_in(world.person(VIEWER, project=project).email)
    assert viewer.get(f"{base}/draft").status_code == 403
    assert f'"{base}/draft"' not in viewer.get(base).text
    for path in ("draft/delete", "back", "attach", "publish"):
        assert viewer.send(f"{base}/{path}", {"version": "1"}).status_code == 403


# What comes next


def test_an_empty_project_leads_to_an_upload_and_then_to_the_draft(world, project, manager, base):
    upload = f'"/projects/{project.id}/upload"'
    assert upload in manager.get(f"/projects/{project.id}").text
    assert upload in manager.get(f"/projects/{project.id}/dashboards").text.partition("Belum ada dasbor")[2]
    world.form(project, book(), publish=False)
    page = manager.get(f"/projects/{project.id}")
    assert "Ke draf “Uji”" in page.text
    assert f'"{base}/draft"' in page.text


def test_a_form_whose_views_sheet_has_no_figures_is_listed_with_a_summary_made_by_itself(world, project, manager):
    world.form(project, with_views("1", "\n| views |\n| | type | name |\n"))
    listed = text_of(manager.get(f"/projects/{project.id}/dashboards"))
    assert "uji · dibuat dari pertanyaan" in listed


# What changes


VIEWS = """
| views |
|       | type          | name  | label    | where        | by       |
|       | begin section | s     | Bagian   |              |          |
|       | number        | semua | Semua    |              |          |
|       | bar           | per_j | Per jenis |             | ${jenis} |
|       | number        | tua   | Yang tua | ${umur} > 59 |          |
|       | end section   |       |          |              |          |
"""


def with_views(version, views):
    return xlsx(FORM.format(version=version, more="", choices=C) + views)


def test_what_a_draft_changes_of_the_figures_is_told_too(world, project, manager, base):
    form = world.form(project, with_views("1", VIEWS))
    changed = VIEWS.replace("Per jenis", "Jenisnya").replace("> 59", "> 64")
    changed = changed.replace("| semua | Semua ", "| jumlah | Jumlah ")
    draft(world, form, with_views("2", changed))
    said = text_of(manager.get(f"{base}/draft"))
    assert "Hilang 1" in said
    assert "Semua semua angka" in said
    assert "Baru 1 Jumlah jumlah angka" in said
    assert "Dihitung dengan cara lain 1 Yang tua tua angka" in said
    assert "Kata-kata berubah 1 Per jenis per_j angka sekarang Jenisnya" in said
    assert "Bagian" not in said, "headings are no figures"
    assert "Jawaban lama" not in said, "a figure that goes takes no answers along"


def test_a_draft_without_the_views_sheet_says_that_the_figures_go(world, project, manager, base):
    form = world.form(project, with_views("1", VIEWS))
    draft(world, form, with_views("2", ""))
    assert "3 angka milik formulir ini hilang" in text_of(manager.get(f"{base}/draft"))
    answer = manager.send(f"{base}/publish", {"version": "2"})
    assert answer.status_code == 303
    assert "1 perubahan" in text_of(manager.get(base)), "and in the list of versions"
    draft(world, fresh(project), with_views("3", ""))
    said = text_of(manager.get(f"{base}/draft"))
    assert "Pertanyaan dan angkanya sama" in said, "said once, not ever after"


def test_what_a_draft_takes_away_is_told_with_the_answers_that_use_it(world, form, manager, base):
    for _ in range(2):
        send(world, form)
    send(world, form, "<umur>8</umur><jenis>a</jenis>")
    draft(world, form, book("2", choices="", umur="usia", more="| | text | baru | Baru sekali | |"))
    page = text_of(manager.get(f"{base}/draft"))
    assert "Umur umur sekarang usia 3 jawaban tersimpan memakainya" in page, "perhaps renamed, by its label"
    # Two that chose it alone, two that chose it among others; what is sensitive is not for managers.
    assert "Tiga c pilihan pada “Jenis, Juga, Rasa” 4 jawaban tersimpan memakainya" in page
    assert "jumlah jawaban yang memakainya tidak diperlihatkan untuk peran Anda" in page
    assert "Baru sekali baru" in page


def test_answers_to_a_sealed_question_are_counted_for_those_only_who_may_know_of_them(
    world, form, project, manager, base
):
    send(world, form)
    draft(world, form, book("2", nama="lain", Nama="Nama lain"))
    assert "tidak diperlihatkan untuk peran Anda" in text_of(manager.get(f"{base}/draft"))
    found = catalogue.draft_changes(SERVER, form)
    assert found.answered == {"/nama": 1}


def test_a_first_draft_has_nothing_to_be_compared_with_and_a_copy_changes_nothing(world, project, manager, base):
    form = world.form(project, book(), publish=False)
    assert "Ini versi pertama" in text_of(manager.get(f"{base}/draft"))
    catalogue.publish(SERVER, form)
    catalogue.copy_to_draft(SERVER, form)
    db.session.commit()
    assert "Pertanyaan dan angkanya sama dengan versi yang sekarang ada di ponsel" in text_of(
        manager.get(f"{base}/draft")
    )


def test_figures_of_another_form_that_a_draft_breaks_are_named_with_their_cell(world, form, project, manager, base):
    figures = """
    | survey |
    |        | type | name | label |
    |        | text | b    | B     |
    | views |
    |       | type   | name   | label  | of  | value        |
    |       | number | rerata | Rerata | uji | mean(${umur}) |
    | settings |
    |          | form_title | form_id | version |
    |          | Angka kami | lain    | 1       |
    """
    world.form(project, xlsx(figures))
    draft(world, form, book("2", umur="usia"))
    page = text_of(manager.get(f"{base}/draft"))
    assert "Angka-angka ini tidak akan jalan lagi" in page
    assert re.search(r"Angka kami , views!\w+: .*umur", page)
    draft(world, form, book("3"))
    assert "tidak akan jalan lagi" not in manager.get(f"{base}/draft").text


# Versions


def test_versions_tell_who_when_why_and_what_changed_and_their_workbooks_come_back(world, form, manager, base):
    first, second = catalogue.workbook_of(catalogue.current(form)), book("2", more="| | text | baru | Baru sekali | |")
    assert manager.send(f"{base}/upload", {"workbook": (second, "uji.xlsx")}).status_code == 303
    assert manager.send(f"{base}/publish", {"note": "Tambah <satu>"}).status_code == 303
    page = manager.get(base)
    assert "Tambah &lt;satu&gt;" in page.text
    assert "1 perubahan" in text_of(page)
    assert "Baru sekali baru" in text_of(page)
    assert manager.get(f"{base}/workbook?version=1").data == b"".join(world.vault.read(first))
    assert manager.get(f"{base}/workbook?version=2").data == second


def test_back_to_an_earlier_version_makes_a_draft_of_it_with_its_files_and_another_name(world, project, manager, base):
    first = WITH_FILES + "| settings |\n| | form_title | form_id | version |\n| | Uji | uji | 1 |\n"
    form = world.form(project, xlsx(first), publish=False)
    for name, content in (("kab.csv", b"lama"), ("peta.png", b"gambar")):
        catalogue.set_attachment(SERVER, form, name, io.BytesIO(content), None, vault=world.vault)
    catalogue.publish(SERVER, form)
    draft(world, form, xlsx(first.replace("| 1 |", "| 2 |").replace("| Nama ", "| Siapa ")))
    catalogue.set_attachment(SERVER, form, "kab.csv", io.BytesIO(b"baru"), None, vault=world.vault)
    catalogue.publish(SERVER, form)
    db.session.commit()
    went = manager.send(f"{base}/back", {"version": "1"})
    assert (went.status_code, went.location) == (303, f"{base}/draft")
    version = catalogue.draft(fresh(project))
    assert re.fullmatch(r"\d{10}", version.version)
    assert f'version="{version.version}"'.encode() in catalogue.xform(version)
    assert manager.get(f"{base}/files/kab.csv?draft=1").data == b"lama"
    page = text_of(manager.get(f"{base}/draft"))
    assert "Kata-kata berubah" in page
    assert "Siapa nama sekarang Nama" in page
    assert manager.send(f"{base}/publish").status_code == 303
    assert catalogue.current(fresh(project)).version == version.version
    assert manager.send(f"{base}/back", {"version": "tidak ada"}).status_code == 404


def test_a_version_that_later_answers_would_not_survive_is_not_taken_up_again(world, project, manager, base):
    number = "| survey |\n| | type | name | label |\n| | integer | n | N |\n| settings |\n| | form_title | form_id | version |\n| | U | uji | 1 |"  # fmt: skip
    form = world.form(project, xlsx(number))
    draft(world, form, xlsx(number.replace("integer", "text").replace("| 1 |", "| 2 |")))
    catalogue.publish(SERVER, form)
    db.session.commit()
    answer = manager.send(f"{base}/back", {"version": "1"})
    assert (answer.status_code, "/n" in text_of(answer)) == (400, True)
    assert fresh(project).draft_id is None
    with pytest.raises(FieldTypeConflict):
        catalogue.back_to(SERVER, form, catalogue.published(form, "1"), as_version="3")


def test_a_draft_is_deleted_where_something_is_published_and_only_there(world, form, project, manager, base):
    draft(world, form, book("2"))
    assert manager.send(f"{base}/draft/delete").status_code == 303
    assert manager.get(f"{base}/draft").status_code == 404
    other = world.form(
        project, xlsx(FORM.format(version="1", more="", choices="").replace("| uji ", "| lain ")), publish=False
    )
    answer = manager.send(f"/projects/{project.id}/forms/lain/draft/delete")
    assert (answer.status_code, fresh(project, "lain").draft_id) == (409, other.draft_id)


# What was found in a workbook


def test_findings_stand_sheet_by_sheet_and_may_be_taken_away_as_text(manager, project):
    broken = xlsx(
        "| survey |\n| | type | name | label |\n| | txet | a | A |\n| | text | b | ${lain} |\n"
        "| choices |\n| | list_name | name | label |\n| | j | dua kata | X |\n| | j | dua kata | Y |"
    )
    answer = manager.send(f"/projects/{project.id}/upload", {"workbook": (broken, "rusak.xlsx")})
    assert answer.status_code == 400
    heads = re.findall(r'class="sheet-head".*?</tr>', answer.text, re.DOTALL)
    sheets = [re.search(r'class="code">(\w+)<', each)[1] for each in heads if 'class="code"' in each]
    assert sheets
    assert len(sheets) == len(set(sheets)), "each sheet once"
    assert all(re.search(r"\d+ (kesalahan|peringatan)", each) for each in heads)
    plain = unquote(re.search(r'href="data:text/plain;charset=utf-8,([^"]*)"', answer.text)[1])
    assert plain.startswith("rusak.xlsx\r\n")
    assert len(re.findall(r"^(Kesalahan|Peringatan), ", plain, re.MULTILINE)) == answer.text.count(
        'class="finding-text"'
    )
