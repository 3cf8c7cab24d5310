"""Every page renders from its sample, in both languages, and reads as people need it to."""

import dataclasses
import gzip
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
import zxingcpp
from babel.messages.pofile import read_po
from flask import Flask
from flask.templating import Environment
from flask_babel import get_locale
from PIL import Image, ImageDraw

from api.pages import contexts, qr, render
from api.pages.assets import build
from tests.support import preview, samples
from tests.support.chromium import chromium, codes_on_paper, violations

PAGES = sorted(samples.pages())
READ: dict[type, set[str]] = defaultdict(set)


class Watching(Environment):
    """Notes which fields of which context a template reads."""

    def getattr(self, obj, attribute):
        if dataclasses.is_dataclass(obj):
            READ[type(obj)].add(attribute)
        return super().getattr(obj, attribute)


@pytest.fixture(scope="module", autouse=True)
def _built():
    if not build.is_current():
        pytest.skip("the pages' assets are not built as they stand: make setup")
    build.compile_words()


@pytest.fixture(scope="module")
def client():
    Flask.jinja_environment, usual = Watching, Flask.jinja_environment
    try:
        app = preview.make_app()
        app.testing = True
        yield app.test_client()
    finally:
        Flask.jinja_environment = usual


@pytest.fixture(scope="module")
def html(client):
    """Every page in every language, rendered once."""
    return {(page, lang): client.get(f"/preview/{page}/{lang}").text for page in PAGES for lang in ("id", "en")}


@pytest.fixture(scope="module")
def browser():
    """A Chromium and the address of the served preview."""
    with preview.served() as address, chromium() as opened:
        yield opened, address


@pytest.fixture(scope="module")
def tab(browser):
    """A tab that lets axe in, although the pages' own policy forbids foreign scripts."""
    opened, address = browser
    with opened.new_context(bypass_csp=True, base_url=address) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def plain_tab(browser):
    """A tab where our own script never arrives."""
    opened, address = browser
    with opened.new_context(bypass_csp=True, base_url=address) as context:
        context.route("**/static/*.js", lambda route: route.abort())
        yield context.new_page()


class Outline(HTMLParser):
    """Collects what the checks below look at."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.open_forms, self.posts_without_token, self.token_seen = [], 0, True
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes.append((tag, given))
        if tag == "form":
            self.open_forms.append(given)
            self.token_seen = False
        if tag == "input" and given.get("name") == "__csrf" and given.get("value"):
            self.token_seen = True

    def handle_endtag(self, tag):
        if tag == "form":
            form = self.open_forms.pop()
            if form.get("method") == "post" and not self.token_seen:
                self.posts_without_token += 1


def test_every_page_renders_in_both_languages(html):
    for (page, language), text in html.items():
        assert f'<html lang="{language}">' in text, page
        assert text.rstrip().endswith("</html>"), page
        assert Outline(text).tags.count("h1") == 1, page


def test_the_default_language_is_indonesian(client):
    with client.application.test_request_context("/"):
        assert get_locale().language == "id"


@pytest.mark.usefixtures("html")
def test_every_field_of_every_context_is_shown_somewhere_and_explained():
    kinds = [kind for kind in vars(contexts).values() if dataclasses.is_dataclass(kind)]
    assert len(kinds) > 40
    for kind in kinds:
        names = {field.name for field in dataclasses.fields(kind)}
        through_properties = _read_by_properties(kind)
        unread = names - READ[kind] - through_properties
        assert not unread, f"{kind.__name__}: no template reads {sorted(unread)}"
        for field in dataclasses.fields(kind):
            assert field.metadata.get("help", "").endswith("."), f"{kind.__name__}.{field.name} has no sentence"


def _read_by_properties(kind):
    source = Path(__import__(kind.__module__, fromlist=["_"]).__file__).read_text()
    body = source.split(f"class {kind.__name__}")[1].split("\nclass ")[0]
    return set(re.findall(r"self\.(\w+)", body)) if any(name in body for name in READ[kind]) else set()


def test_every_text_has_its_indonesian_translation():
    source = next(build.catalogs())
    with source.open("rb") as file:
        catalog = read_po(file, locale="id")
    wanted = {message.id for message in build.words() if message.id}
    assert wanted == {message.id for message in catalog if message.id}, "run: python -m api.pages.assets.build --words"
    for message in catalog:
        if message.id:
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(texts), f"not translated: {message.id}"
            assert not message.fuzzy, f"unsure: {message.id}"
            assert not list(message.check(catalog)), f"other placeholders: {message.id}"


def test_an_indonesian_page_holds_no_english_sentence(html):
    english = {m.id if isinstance(m.id, str) else m.id[0] for m in build.words() if m.id}
    sentences = {text for text in english if len(text) > 25 and "%" not in text}
    for page in PAGES:
        text = html[page, "id"].replace("&#39;", "'")
        assert not [sentence for sentence in sentences if sentence in text], page


def test_every_form_that_posts_carries_the_token(html):
    for (page, _), text in html.items():
        assert Outline(text).posts_without_token == 0, page


def test_no_page_needs_an_inline_script_or_style(html):
    for (page, _), text in html.items():
        for tag, given in Outline(text).attributes:
            assert "style" not in given, (page, tag)
            assert not [name for name in given if name.startswith("on")], (page, tag)
            assert tag != "style", page
            assert tag != "script" or given.get("src"), page


def test_values_are_escaped(client):
    with client.application.test_request_context("/"):
        text = render.render(contexts.LoginPage(email='"><script>alert(1)</script>', problem="<b>no</b>"))
    assert "<script>alert" not in text
    assert "<b>no</b>" not in text


def test_a_masked_answer_shows_its_place_and_says_so(html):
    text = html["submission", "en"]
    assert "••••" in text
    assert "kept sealed" in text
    assert html["submissions", "id"].count("••••") >= 14


def test_the_filter_stays_in_the_address_of_the_next_page(html):
    links = re.findall(r'href="([^"]*newer=[^"]*)"', html["submissions-filtered", "id"])
    assert links
    for part in ("is/kab=n0", "sort=-/umur"):
        assert part in links[0].replace("%2F", "/").replace("%20", "+"), part


def test_a_drawn_qr_code_is_read_back_as_it_was():
    text = "eJyrVspOrVSyUkpMTlayMrQwMNBRykstKU8sUrJSKsnMBYkYmhgYGljUAgDyRwzB" * 4
    drawn = qr.draw(text)
    picture = Image.new("1", (drawn.size * 4, drawn.size * 4), 1)
    pen = ImageDraw.Draw(picture)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawn.path):
        left, top = int(x) * 4, int(y) * 4
        pen.rectangle((left, top, left + int(run) * 4 - 1, top + 3), fill=0)
    assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [text]


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(page, tab, plain_tab):
    """With our script on a desk, without it on a phone."""
    for where, width, language in ((tab, 1280, "id"), (tab, 360, "en"), (plain_tab, 360, "en")):
        where.set_viewport_size({"width": width, "height": 800})
        where.goto(f"/preview/{page}/{language}")
        assert where.evaluate("document.documentElement.scrollWidth") <= width
        if where is plain_tab or width > 1000:
            assert violations(where) == []


def test_a_first_load_is_light_and_asks_nobody_else(browser, html):
    """150 kB in all, compressed, without the charts' own code and pictures out of the data: each template at its fullest."""
    opened, address = browser
    moods = sorted(PAGES, key=lambda page: len(html[page, "id"]))
    template = {page: page if callable(sample) else sample.template for page, sample in samples.pages().items()}
    fullest = {template[page]: page for page in moods}
    for page in fullest.values():
        with opened.new_context(base_url=address) as context:
            tab = context.new_page()
            answers = []
            tab.on("response", lambda answer, answers=answers: answers.append(answer))
            tab.goto(f"/preview/{page}/id")
            tab.evaluate("document.fonts.ready")
            asked = {answer.url: answer for answer in answers if not answer.url.startswith(("data:", "blob:"))}
            assert [url for url in asked if not url.startswith(f"{address}/")] == [], page
            sizes = {url: len(gzip.compress(answer.body())) for url, answer in asked.items() if _is_of_first_load(url)}
        assert any(url.endswith(".css") for url in sizes)
        assert any(url.endswith(".woff2") for url in sizes)
        assert sum(sizes.values()) < 150_000, (page, sizes)


def _is_of_first_load(url):
    name = url.rpartition("/")[2]
    return ("/static/" in url and not name.startswith("chart")) or "/preview/" in url


def test_eight_cards_with_codes_fit_a_sheet_of_paper_and_can_all_be_read(tab, tmp_path):
    tab.goto("/preview/qr-sheet/id")
    cards = samples.pages()["qr-sheet"].cards
    assert len(codes_on_paper(tab, tmp_path)) == len(cards) > 8
    if sheets := list(tmp_path.glob("sheet-*.pgm")):
        assert len(sheets) == -(-len(cards) // 8)


def test_the_first_sheet_has_cards_although_the_page_says_that_they_were_made(tab):
    tab.goto("/preview/qr-sheet/id")
    said = '<div class="notice good" role="status"><p>2 pengguna aplikasi sudah dibuat.</p></div>'
    tab.evaluate("said => document.querySelector('.body').insertAdjacentHTML('afterbegin', said)", said)
    assert tab.locator(".notice.good").is_visible()
    tab.emulate_media(media="print")
    assert tab.locator(".sheet").bounding_box()["y"] == 0
    tab.emulate_media(media="screen")


def test_pages_and_their_script_obey_the_content_security_policy(browser):
    opened, address = browser
    refused = []
    with opened.new_context(base_url=address) as context:
        tab = context.new_page()
        tab.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        for page in ("login", "dashboard", "submission", "app-user-qr", "upload"):
            tab.goto(f"/preview/{page}/id")
            assert tab.evaluate("document.fonts.ready.then(fonts => fonts.size)") > 0
            assert tab.evaluate("document.documentElement.className") == "has-script"
    assert refused == []
