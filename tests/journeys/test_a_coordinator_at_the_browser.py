"""A coordinator with a browser: from an Excel workbook to what phones have sent, on screen, on paper and in Excel.

The story is told twice, with scripts and without: nothing of it needs them.
"""

import base64
import csv
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import openpyxl
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from api.pages.assets import build
from forms import cluster, showcase
from forms.db import db
from tests.support.chromium import chromium, codes_on_paper, keep_picture, violations, visiting
from tests.support.collect import Phone
from tests.support.instances import instance, new_id, on_phone
from tests.support.live import MASTER, serving
from tests.support.odk import xlsx
from tests.support.site import EMAIL, PASSWORD, SERVER, Site

WORKBOOK = """
| survey   |
|          | type                         | name  | label        | privacy  | media::image |
|          | text                         | nama  | Nama lengkap | identity |              |
|          | select_one_from_file kab.csv | kab   | Kabupaten    |          | peta.png     |
|          | select_one jawab             | setuju | Setuju?     |          |              |
|          | text                         | kode  | Kode desa    |          |              |
|          | text                         | catat | Catatan      |          |              |
|          | image                        | foto  | Foto         |          |              |
| choices  |
|          | list_name | name | label |
|          | jawab     | ya   | Ya    |
|          | jawab     | tdk  | Tidak |
| settings |
|          | form_title      | form_id | version |
|          | Kunjungan rumah | rumah   | 1       |
| views    |
|          | type   | name       | label           | by        |
|          | number | jumlah     | Kunjungan       |           |
|          | bar    | per_kab    | Per kabupaten   | ${kab}    |
|          | bar    | per_setuju | Persetujuan     | ${setuju} |
"""
CANARY = "CANARY-NAMA-7"
CHOICES = b"name,label\n61.10,Melawi\n61.71,Kota Pontianak\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of all stories here."""
    if not build.is_current():
        pytest.skip("the pages' assets are not built as they stand: make setup")
    build.compile_words()
    with chromium() as opened:
        yield opened


def _site(running: cluster.Running, template: str, place: Path, name: str) -> Site:
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} owner lentera_owner")
    settings = {
        "DATABASE_URL": running.url(database=name),
        "LENTERA_DATA": str(place / name),
        "LENTERA_MASTER_KEY": MASTER,
        "SENTRY_DSN": None,
    }
    return Site("", settings)


@pytest.fixture(scope="module")
def office(running: cluster.Running, template: str, place: Path) -> Iterator[Site]:
    """A server in an office's network, with one administrator."""
    site = _site(running, template, place, "office")
    site.add_administrator()
    with serving(site.settings["DATABASE_URL"], place / "office", host="0.0.0.0") as site.address:  # noqa: S104
        yield site
    assert site.differences() == []


@pytest.fixture(scope="module")
def demo(running: cluster.Running, template: str, place: Path) -> Iterator[str]:
    """The demonstration, as `lentera demo` makes it."""
    site = _site(running, template, place, "demo")
    with site.inside() as app:
        showcase.install(SERVER, vault=app.extensions["lentera"].vault)
        db.session.commit()
    with serving(site.settings["DATABASE_URL"], place / "demo") as address:
        yield address


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Surel").fill(email)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()


def choose(page: Page, field: str, *files: tuple[str, bytes]) -> None:
    """Choose files from the disk, as in the browser's own dialogue."""
    page.locator(f"input[name={field}]").first.set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), "#d98c21").save(stream, "PNG")
    return stream.getvalue()


def settings_of(code: str) -> dict:
    """Read a code as Collect does."""
    return json.loads(zlib.decompress(base64.b64decode(code)))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_workbook_to_what_phones_sent(office, browser, tmp_path, scripts):
    options = {"java_script_enabled": scripts, "accept_downloads": True}
    with ExitStack() as stack, visiting(browser, office.address, **options) as page:
        page.goto("/")
        log_in(page, EMAIL, "bukan-kata-sandinya")
        expect(page.get_by_role("alert")).to_contain_text("Gagal masuk")
        log_in(page, EMAIL, PASSWORD)
        project = make_project(page)
        publish(page)
        phones = [stack.enter_context(Phone(url)) for url in give_codes(page, project, tmp_path, scripts=scripts)]
        send(phones)
        look(page, project)
        take_away(page, f"{project}/forms/rumah")
        close(page, f"{project}/forms/rumah", phones[0])
        page.get_by_role("button", name="Keluar").click()
        expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
        page.goto(f"{project}/forms/rumah/submissions")
        expect(page.get_by_role("heading", name="Masuk")).to_be_visible()


def make_project(page: Page) -> str:
    page.get_by_role("link", name="Proyek baru").first.click()
    page.get_by_label("Nama").fill("Kunjungan 2026")
    page.get_by_role("button", name="Buat proyek").click()
    expect(page.get_by_role("heading", name="Kunjungan 2026")).to_be_visible()
    return re.search(r"/projects/\d+", page.url)[0]


def publish(page: Page) -> None:
    """Upload a broken workbook, then a good one with a warning; add its files; publish."""
    page.get_by_role("link", name="Unggah formulir").first.click()
    broken = WORKBOOK.replace("| select_one jawab ", "| select_satu jawab")
    choose(page, "workbook", ("rumah.xlsx", xlsx(broken)))
    page.get_by_role("button", name="Unggah", exact=True).click()
    expect(page.locator("#findings .sheet-head").first).to_contain_text("survey")
    row = page.locator("#findings tbody tr:not(.sheet-head)").first
    expect(row.locator("td").nth(1)).to_have_text("A4")
    expect(row).to_contain_text("select_satu")
    choose(page, "workbook", ("rumah.xlsx", xlsx(WORKBOOK)))
    page.get_by_role("button", name="Unggah", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("dapat dipakai, dengan 2 peringatan")
    page.get_by_role("button", name="Lanjutkan saja").click()
    expect(page.get_by_text("2 berkas belum ada", exact=True)).to_be_visible()
    choose(page, "files", ("kab.csv", CHOICES), ("peta.png", picture()))
    page.get_by_role("button", name="Unggah berkas ini").click()
    expect(page.get_by_text("Lengkap", exact=True)).to_be_visible()
    page.get_by_label("Apa yang baru?").fill("Yang pertama")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Sudah terbit")).to_be_visible()


def give_codes(page: Page, project: str, folder: Path, *, scripts: bool) -> list[str]:
    """Make app users and print their cards: under the address that phones reach, since this one is refused."""
    page.goto(f"{project}/app-users")
    page.get_by_role("link", name="Tambah pengguna aplikasi").first.click()
    page.get_by_label("Nama, satu per baris").fill("Pos Aruk\nPos Entikong\n")
    page.get_by_role("button", name="Periksa daftar").click()
    expect(page.get_by_role("rowheader", name="Pos Entikong")).to_be_visible()
    page.get_by_role("button", name="Buat 2 pengguna aplikasi").click()
    expect(page.get_by_role("alert")).to_contain_text("Belum ada kode QR di alamat ini")
    expect(page.locator("svg.qr")).to_have_count(0)
    offers = page.get_by_role("alert").get_by_role("link")
    if offers.count() == 0:
        pytest.skip("this machine is in no network, so that no phone could reach it")
    reachable = offers.first.get_attribute("href")
    with visiting(page.context.browser, office_of(reachable), java_script_enabled=scripts) as there:
        there.goto(reachable)
        log_in(there, EMAIL, PASSWORD)
        expect(there.locator("svg.qr")).to_have_count(2)
        codes = [settings_of(text) for text in codes_on_paper(there, folder)]
        there.goto(f"{project}/app-users")
        there.get_by_role("link", name="Kode QR Pos Aruk").click()
        there.locator("svg.qr").screenshot(path=folder / "one.png")
    assert len(codes) == 2
    assert {code["project"]["name"] for code in codes} == {"Kunjungan 2026"}
    assert all(code["general"]["server_url"].startswith(office_of(reachable)) for code in codes)
    return [code["general"]["server_url"] for code in codes]


def office_of(address: str) -> str:
    return re.match(r"https?://[^/]+", address)[0]


def send(phones: list[Phone]) -> None:
    """Get the form as a phone does, and send 55 records: more than a page of the table holds."""
    for phone in phones:
        assert phone.sync() == {"rumah": "new"}
        assert phone.blanks["rumah"].media == {"kab.csv": CHOICES, "peta.png": picture()}
    for number in range(55):
        last = number == 54
        answers = (
            f"<nama>{CANARY}</nama><kab>{'61.71' if number % 11 else '61.10'}</kab>"
            f"<setuju>{'ya' if number % 2 else 'tdk'}</setuju><kode>61.10</kode><catat>=1+{number}</catat>"
            + ("<foto>foto.png</foto>" if last else "")
        )
        filled = on_phone(
            instance("rumah", answers=answers, instance_id=(sent := new_id())),
            sent,
            {"foto.png": picture()} if last else {},
        )
        assert phones[number % 2].send(filled).status == 201


def look(page: Page, project: str) -> None:
    """Find records by paging and by a filter, open the one with a photo, see what all add up to."""
    page.goto(project)
    expect(page.get_by_role("row").filter(has_text="Kunjungan rumah")).to_contain_text("55")
    page.get_by_role("link", name="Kunjungan rumah").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Lebih lama").first.click()
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_role("link", name="Lebih baru").first.click()
    expect(page.locator("tbody tr")).to_have_count(50)
    keep_picture(page, "submissions")
    page.locator("select[name='is/kab']").select_option(label="Melawi")
    page.get_by_role("button", name="Saring").first.click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.get_by_text("5 dari 55 kiriman").first).to_be_visible()
    page.get_by_role("link", name="Tampilkan semua").click()
    page.locator("tbody a.strong-link").first.click()
    expect(page.locator("dd").filter(has_text="=1+54")).to_be_visible()
    expect(page.locator(".masked").first).to_be_visible()
    photo = page.locator("dd img.file-picture")
    expect(photo).to_have_js_property("naturalWidth", 320)
    assert page.request.get(photo.get_attribute("src")).body() == picture()
    assert CANARY not in page.content()
    figures = f"{project}/forms/rumah/dashboard"
    page.goto(f"{project}/forms/rumah")
    page.get_by_role("link", name="Ringkasan").click()
    expect(page.get_by_role("row").filter(has_text="Melawi")).to_contain_text("5")
    expect(page.get_by_role("row").filter(has_text="Tidak").first).to_contain_text("28")
    keep_picture(page, "figures")
    page.goto(f"{project}/forms/rumah/submissions")
    page.locator("tbody a.strong-link").first.click()
    page.locator("input[name=state][value=rejected]").check()
    page.get_by_role("button", name="Simpan tinjauan").click()
    expect(page.get_by_text("Tinjauan tersimpan.")).to_be_visible()
    keep_picture(page, "submission")
    page.goto(figures)
    # A rejected record counts nowhere, from the next look on.
    expect(page.get_by_role("row").filter(has_text="Tidak").first).to_contain_text("27")


def take_away(page: Page, form: str) -> None:
    page.goto(f"{form}/downloads")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh XLSX").click()
    assert download.value.suggested_filename == "rumah.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert "Nama lengkap" not in headings
    newest = dict(zip(headings, sheet[2], strict=True))
    assert (newest["Catatan"].value, newest["Catatan"].data_type) == ("=1+54", "s")
    assert (newest["Kode desa"].value, newest["Kode desa"].data_type) == ("61.10", "s")
    assert (newest["Kabupaten"].value, newest["Setuju?"].value) == ("Kota Pontianak", "Tidak")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    data = download.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert (len(rows), rows[0]["catat"], rows[0]["kode"]) == (55, "'=1+54", "61.10")
    assert CANARY not in data.decode()


def close(page: Page, form: str, phone: Phone) -> None:
    page.goto(form)
    page.locator("input[name=state][value=closed]").check()
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".head .badge")).to_have_text("Ditutup")
    assert phone.form_list() == []


def test_a_link_from_a_chat_opens_the_page_of_whoever_is_logged_in(office, browser):
    """A browser keeps the session's cookie back from what another site links to; the page is there all the same."""
    with visiting(browser, office.address) as page:
        page.goto("/login")
        log_in(page, EMAIL, PASSWORD)
        expect(page.get_by_role("heading", name="Proyek")).to_be_visible()
        page.route("http://chat.example.org/", lambda route: route.fulfill(
            body=f'<a href="{office.address}/accounts?x=1">Lihat</a>', content_type="text/html"
        ))  # fmt: skip
        page.goto("http://chat.example.org/")
        page.get_by_role("link", name="Lihat").click()
        expect(page.get_by_role("heading", name="Akun", exact=True)).to_be_visible()
        page.get_by_role("button", name="Keluar").click()
        page.goto("http://chat.example.org/")
        page.get_by_role("link", name="Lihat").click()
        expect(page.get_by_role("heading", name="Masuk")).to_be_visible()


PROJECT_PAGES = (
    "/",
    "/accounts",
    *(f"/projects/1{part}" for part in ("", "/app-users", "/app-users/cards", "/upload")),
)


def test_the_pages_of_the_demonstration_are_open_to_everybody(demo, browser):
    """axe finds nothing in the pages of a project and a form, and no page at all is wider than a phone."""
    with visiting(browser, demo, bypass_csp=True, viewport={"width": 390, "height": 800}) as page:
        page.goto("/login")
        log_in(page, showcase.EMAIL, showcase.PASSWORD)
        expect(page.get_by_role("heading", name="Proyek")).to_be_visible()
        forms = pages_of_forms(page)
        for address in [*PROJECT_PAGES, *(each for form in forms for each in form)]:
            assert page.goto(address).status == 200, address
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        page.set_viewport_size({"width": 1280, "height": 800})
        for address in [*PROJECT_PAGES, *forms[-1]]:
            page.goto(address)
            assert violations(page) == [], address


def pages_of_forms(page: Page) -> list[list[str]]:
    """Collect the demonstration's pages of each form, and of one record of each."""
    page.goto("/projects/1")
    found = []
    for link in page.eval_on_selector_all("a.strong-link", "links => links.map(link => link.pathname)"):
        page.goto(link)
        record = page.locator("tbody a.strong-link").first.get_attribute("href")
        form = link.removesuffix("/submissions")
        found.append([form, link, f"{form}/dashboard", f"{form}/downloads", f"{form}/upload", record])
    return found


def test_no_page_of_the_demonstration_breaks_its_own_policy(demo, browser):
    with visiting(browser, demo) as page:
        page.goto("/login")
        log_in(page, showcase.EMAIL, showcase.PASSWORD)
        expect(page.get_by_role("heading", name="Proyek")).to_be_visible()
        for address in [*PROJECT_PAGES, *pages_of_forms(page)[-1]]:
            page.goto(address)
            assert page.evaluate("document.documentElement.className") == "has-script"
