"""Look at every page without a database.

    python tests/support/preview.py serve [PORT]      # every page, on 127.0.0.1
    python tests/support/preview.py shots FOLDER [PAGE…]  # pictures at 1280 and 390 pixels, with Debian's Chromium
    python tests/support/preview.py paper FOLDER [PAGE…]  # as they print

The app below has the pages' addresses and their names, and behind each only a sample.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, request
from flask_babel import force_locale
from werkzeug.serving import WSGIRequestHandler, make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from api.pages import render
from tests.support import samples

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

_FORM = "/projects/<project_id>/forms/<xml_form_id>"
#: The pages' endpoints and addresses, as the templates name them.
ROUTES = {
    "home": "/",
    "login": "/login",
    "logout": "/logout",
    "language": "/language",
    "forgotten": "/forgotten",
    "reset": "/reset/<token>",
    "account": "/account",
    "change_password": "/account/password",
    "second_step_setup": "/account/second-step",
    "second_step_off": "/account/second-step/off",
    "session_end": "/account/sessions/<session_id>/end",
    "sessions_end": "/account/sessions/end",
    "accounts": "/accounts",
    "person": "/accounts/<person_id>",
    "person_link": "/accounts/<person_id>/link",
    "person_shut_out": "/accounts/<person_id>/shut-out",
    "person_second_step_off": "/accounts/<person_id>/second-step/off",
    "project_new": "/new-project",
    "project": "/projects/<project_id>",
    "project_settings": "/projects/<project_id>/settings",
    "project_archive": "/projects/<project_id>/archive",
    "roles": "/roles",
    "project_people": "/projects/<project_id>/people",
    "person_add": "/projects/<project_id>/people",
    "person_take": "/projects/<project_id>/people/<person_id>/take",
    "person_values": "/projects/<project_id>/people/<person_id>/values",
    "people_template": "/projects/<project_id>/people/template",
    "people_upload": "/projects/<project_id>/people/upload",
    "app_users": "/projects/<project_id>/app-users",
    "app_users_add": "/projects/<project_id>/app-users/add",
    "app_users_template": "/projects/<project_id>/app-users/template",
    "app_users_withdraw": "/projects/<project_id>/app-users/withdraw",
    "app_user": "/projects/<project_id>/app-users/<app_user_id>",
    "app_user_qr": "/projects/<project_id>/app-users/<app_user_id>/qr",
    "app_user_values": "/projects/<project_id>/app-users/<app_user_id>/values",
    "app_user_revoke": "/projects/<project_id>/app-users/<app_user_id>/revoke",
    "qr_sheet": "/projects/<project_id>/app-users/cards",
    "upload": "/projects/<project_id>/upload",
    "form": _FORM,
    "upload_version": _FORM + "/upload",
    "attach": _FORM + "/attach",
    "attachment": _FORM + "/files/<name>",
    "publish": _FORM + "/publish",
    "draft": _FORM + "/draft",
    "draft_delete": _FORM + "/draft/delete",
    "trial": _FORM + "/draft/trials/<trial_id>",
    "version_back": _FORM + "/back",
    "form_state": _FORM + "/state",
    "workbook": _FORM + "/workbook",
    "xform": _FORM + "/xform",
    "submissions": _FORM + "/submissions",
    "filter_keep": _FORM + "/filters",
    "filter_open": _FORM + "/filters/<filter_id>",
    "filter_drop": _FORM + "/filters/<filter_id>/drop",
    "submissions_review": _FORM + "/review",
    "submission": _FORM + "/submissions/<instance_id>",
    "submission_review": _FORM + "/submissions/<instance_id>/review",
    "submission_comment": _FORM + "/submissions/<instance_id>/comments",
    "submission_file": _FORM + "/submissions/<instance_id>/files/<name>",
    "gallery": _FORM + "/gallery",
    "places": _FORM + "/map",
    "handovers": _FORM + "/identity-exports",
    "handover_decide": _FORM + "/identity-exports/<handover_id>/decide",
    "handover_take": _FORM + "/identity-exports/<handover_id>/take",
    "reveal": _FORM + "/submissions/<instance_id>/reveal",
    "access_log": "/projects/<project_id>/access-log",
    "dashboards": "/projects/<project_id>/dashboards",
    "dashboard": "/projects/<project_id>/dashboards/<slug>",
    "dashboard_workbook": "/projects/<project_id>/dashboards/<slug>/workbook",
    "dashboard_delete": "/projects/<project_id>/dashboards/<slug>/delete",
    "form_dashboard": _FORM + "/dashboard",
    "views_template": _FORM + "/views-template",
    "downloads": _FORM + "/downloads",
    "download": _FORM + "/download",
}
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><rect width="40" height="30" fill="#b9cfca"/>'
    '<path d="M0 30 14 12l9 11 6-6 11 13z" fill="#4f7f78"/><circle cx="30" cy="8" r="4" fill="#f6a623"/></svg>'
)


def make_app() -> Flask:
    """Make an app that has every page's address, and `/preview/<page>/<language>` for each sample."""
    app = Flask("preview", static_folder=str(render.STATIC), static_url_path="/static")
    render.install(app, samples.frame)
    pages, frames = samples.pages(), samples.frames()

    for name, address in ROUTES.items():
        app.add_url_rule(address, f"pages.{name}", lambda **_: Response(PICTURE, mimetype="image/svg+xml"))

    @app.get("/preview/<page>/<language>")
    def preview(page: str, language: str) -> str:
        frame = frames.get(page, samples.frame())
        fields = {name: getattr(frame, name) for name in frame.__dataclass_fields__}
        with force_locale(language):
            # A figure's words are put together before its page is rendered.
            shown = pages[page](language) if callable(pages[page]) else pages[page]
        return render.render(shown, type(frame)(**{**fields, "language": language, "here": request.full_path}))

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing of what was asked."""


@contextmanager
def served(port: int = 0) -> Iterator[str]:
    """Serve the preview on 127.0.0.1 and give its address."""
    server = make_server("127.0.0.1", port, make_app(), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shoot(folder: Path, chosen: list[str]) -> None:
    """Take a picture of each page at two widths, and of the sheet of cards as it prints."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where pictures are taken

    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for width in (1280, 390):
            tab = browser.new_page(viewport={"width": width, "height": 900 if width > 1000 else 780})
            tab.on("console", lambda message: sys.stdout.write(f"{message.location['url']} {message.text}\n"))
            for name in chosen or samples.pages():
                page, _, language = name.partition(":")
                tab.goto(f"{address}/preview/{page}/{language or 'id'}")
                tab.evaluate("document.fonts.ready")
                tab.screenshot(path=folder / f"{name.replace(':', '-')}-{width}.png", full_page=True)
            tab.close()
        browser.close()


def print_out(folder: Path, chosen: list[str]) -> None:
    """Print pages to PDF, as a person would with Ctrl+P."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where pages are printed

    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        tab = browser.new_page()
        for page in chosen or samples.pages():
            tab.goto(f"{address}/preview/{page}/id")
            tab.evaluate("document.fonts.ready")
            tab.pdf(path=folder / f"{page}.pdf", prefer_css_page_size=True, print_background=True)
        browser.close()


def main(arguments: list[str]) -> None:
    """Run the command line."""
    if arguments[:1] == ["shots"]:
        shoot(Path(arguments[1]), arguments[2:])
    elif arguments[:1] == ["paper"]:
        print_out(Path(arguments[1]), arguments[2:])
    elif arguments[:1] == ["serve"]:
        with served(int(arguments[1]) if arguments[1:] else 8484) as address:
            sys.stdout.write(f"{address}/preview/home/id - pages: {', '.join(samples.pages())}\n")
            threading.Event().wait()
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
