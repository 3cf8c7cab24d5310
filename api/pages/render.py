"""Turn a page's context into HTML.

`install` prepares a Flask app once: templates that fail on an unknown name instead of printing nothing, the two
languages, the words for dates and numbers. `render` is what every view calls. It asks nobody who is looking: the
`frame` given to `install` says so, once per page. No queries and no markup live here.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template, url_for
from flask_babel import (
    Babel,
    force_locale,
    format_date,
    format_datetime,
    format_decimal,
    format_percent,
    get_locale,
    to_user_timezone,
)
from jinja2 import StrictUndefined

from api.pages.contexts import Frame, Page

PAGES = Path(__file__).resolve().parent
STATIC = PAGES / "static"
TEMPLATES = PAGES / "templates"
TRANSLATIONS = PAGES / "translations"

#: Dates as people here write them: 24 Nov 2025, 14.05 · 24 Nov 2025, 14:05.
MOMENT = {"id": "d MMM y, HH.mm", "en": "d MMM y, HH:mm"}
DAY = "d MMM y"


def install(
    app: Flask,
    frame: Callable[[], Frame],
    *,
    language: Callable[[], str] = lambda: "id",
    timezone: str = "Asia/Pontianak",
) -> None:
    """Prepare `app` to render pages.

    `frame` gives what surrounds the page of the current request; `language` is that of texts which views ask for
    with `gettext` before there is a page. Call it before the app's first use of Jinja. The app's static folder must
    be `STATIC`.
    """
    app.jinja_options = {**app.jinja_options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.template_folder = str(TEMPLATES)
    Babel(
        app,
        locale_selector=language,
        default_locale="id",
        default_timezone=timezone,
        default_translation_directories=str(TRANSLATIONS),
    )
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters.update(moment=moment, day=day, number=number, percent=percent, filesize=filesize, zone=zone)
    app.extensions["lentera_pages"] = frame


def render(page: Page, frame: Frame | None = None) -> str:
    """Render `page` for whoever is looking, in their language.

    `frame` is for pages that must come out even when nobody can be asked who is looking (a fault of ours).
    """
    frame = frame or current_app.extensions["lentera_pages"]()
    with force_locale(frame.language):
        return render_template(page.template, page=page, frame=frame)


@cache
def _manifest() -> dict[str, str]:
    path = STATIC / "manifest.json"
    if not path.is_file():
        raise RuntimeError("The pages' assets are not built yet. Run: make setup")
    names: dict[str, str] = json.loads(path.read_text())
    return names


def asset(name: str) -> str:
    """Give the address of a built file ("app.css"). It changes with the content, so it may be cached for ever.

    Raises:
        RuntimeError: when the assets have not been built.
        KeyError: when the build makes no such file.
    """
    return url_for("static", filename=_manifest()[name])


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "id"


def moment(value: datetime) -> str:
    """Write a date and time in the server's time zone."""
    return str(format_datetime(value, MOMENT[_language()]))


def day(value: date) -> str:
    """Write a date; a date and time is first taken to the server's time zone."""
    return str(format_datetime(value, DAY) if isinstance(value, datetime) else format_date(value, DAY))


def zone(value: datetime) -> str:
    """Name the time zone that `moment` uses, as people there do (WIB)."""
    return to_user_timezone(value).tzname() or ""


def number(value: float) -> str:
    """Write a number with the language's separators."""
    return str(format_decimal(value))


def percent(value: float) -> str:
    """Write a share between 0 and 1 as a whole percentage."""
    return str(format_percent(value, "#,##0 %"))


def filesize(value: int) -> str:
    """Write a number of bytes as people say it."""
    size: Any = value
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004 - the step between units
            return f"{format_decimal(round(size, 1) if size < 10 else round(size))} {unit}"  # noqa: PLR2004
        size /= 1000
    return f"{format_decimal(round(size, 1))} GB"
