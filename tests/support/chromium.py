"""Debian's Chromium, as a coordinator's browser: pages that are asked for, printed, and read off the paper."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from api.pages.assets import build
from tests.support.preview import CHROMIUM, CHROMIUM_ARGUMENTS

AXE = build.MODULES / "axe-core" / "axe.min.js"
#: What WCAG 2.2 AA asks for, and what axe's makers advise beyond it.
_AXE_RUN = """() => axe
  .run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
  .then(found => found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | ")))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the browser; skips the test where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open a tab of somebody's own, and hold afterwards that no script failed, no policy was broken, nobody else asked."""
    wrong: list[str] = []
    with browser.new_context(base_url=address, locale="id-ID", **options) as context:
        page = context.new_page()
        page.on("request", lambda request: wrong.append(request.url) if _is_foreign(request, address) else None)
        page.on("console", lambda message: wrong.append(message.text) if _is_wrong(message) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        assert wrong == [], wrong


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the page where the environment names a folder for them, so that people can look at it later."""
    folder = os.environ.get("LENTERA_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _is_wrong(message: ConsoleMessage) -> bool:
    """Tell whether a message says that something is broken; that the server refused what it should is in order."""
    is_refusal = "the server responded with a status of 4" in message.text
    return message.type == "error" and not is_refusal


def _is_foreign(request: Request, address: str) -> bool:
    """Tell whether a page of ours asks another host for something; where a test goes itself is its own matter."""
    asks = urlsplit(request.url)
    is_ours = asks.scheme in ("data", "blob") or asks.netloc == urlsplit(address).netloc
    return not is_ours and request.resource_type != "document"


def violations(page: Page) -> list[str]:
    """List what axe finds fault with, in a tab whose policy lets it in; skips the test where axe is not installed."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: build the assets without --no-dev")
    page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(_AXE_RUN)
    return found


def codes_on_paper(page: Page, folder: Path) -> list[str]:
    """Print a page as Ctrl+P does, and read the QR codes off the paper."""
    sheets = []
    if shutil.which("pdftoppm"):
        page.pdf(path=folder / "sheet.pdf", prefer_css_page_size=True)
        subprocess.run(["pdftoppm", "-r", "150", "-gray", folder / "sheet.pdf", folder / "sheet"], check=True)
        sheets = sorted(folder.glob("sheet-*.pgm"))
    else:
        page.emulate_media(media="print")
        # Two frames later it is drawn so.
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        page.screenshot(path=folder / "sheet.png", full_page=True)
        page.emulate_media(media="screen")
        sheets = [folder / "sheet.png"]
    found = []
    for sheet in sheets:
        with Image.open(sheet) as picture:
            found += [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]
    return found
