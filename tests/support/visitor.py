"""People at the pages, without a browser: cookies, forms that carry the page's token; and a project worth a visit."""

import io
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms.access import Actor
from forms.accounts import AppUser
from forms.models import Form, Project
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.world import PASSWORD, World, prove

VIEWER, MANAGER, FILLER = 6, 5, 8

#: Every kind of answer that a page shows in its own way.
CASES = """
| survey  |
|         | type                  | name   | label::Bahasa Indonesia (id) | label::English (en) | privacy  | calculation          |
|         | start                 | mulai  |                              |                     |          |                      |
|         | text                  | nama   | Nama lengkap                 | Full name           | identity |                      |
|         | select_one kota       | kota   | Kabupaten                    | District            |          |                      |
|         | select_multiple bantu | bantu  | Bantuan                      | Help                |          |                      |
|         | integer               | umur   | Umur                         | Age                 |          |                      |
|         | decimal               | berat  | Berat                        | Weight              |          |                      |
|         | date                  | lahir  | Tanggal                      | Day                 |          |                      |
|         | geopoint              | titik  | Titik                        | Place               |          |                      |
|         | text                  | catat  | Catatan petugas              | Remark              |          |                      |
|         | image                 | foto   | Foto                         | Photo               |          |                      |
|         | file                  | surat  | Surat                        | Letter              |          |                      |
|         | image                 | wajah  | Wajah                        | Face                | identity |                      |
|         | calculate             | kode   |                              |                     |          | concat('K-', ${umur}) |
|         | begin_repeat          | anak   | Anak                         | Children            |          |                      |
|         | text                  | nama_a | Nama anak                    | Name of the child   | identity |                      |
|         | integer               | umur_a | Umur anak                    | Age of the child    |          |                      |
|         | calculate             | dewasa |                              |                     |          | if(${umur_a} > 17, 'ya', 'belum') |
|         | end_repeat            |        |                              |                     |          |                      |
| choices |
|         | list_name | name  | label::Bahasa Indonesia (id) | label::English (en) |
|         | kota      | 61.10 | Melawi                       | Melawi              |
|         | kota      | 61.71 | Kota Pontianak               | Pontianak City      |
|         | bantu     | sehat | Kesehatan                    | Health              |
|         | bantu     | hukum | Hukum                        | Law                 |
| settings |
|          | form_title      | form_id | version | default_language      |
|          | Laporan =kasus+ | kasus   | 1       | Bahasa Indonesia (id) |
"""
#: What stands in the answers of class identity, file names too; no page and no download may hold it.
CANARIES = ("CANARY-NAMA-1", "CANARY-WAJAH-1", "CANARY-ANAK-1")
PICTURE = b"\x89PNG\r\n\x1a\n gambar"


def answers(number: int) -> str:
    """Fill the form of `CASES`; even numbers are of Pontianak."""
    return (
        f"<mulai>2026-11-20T08:00:00.000+07:00</mulai><nama>CANARY-NAMA-1 {number}</nama>"
        f"<kota>{'61.71' if number % 2 == 0 else '61.10'}</kota><bantu>sehat hukum</bantu><umur>{number}</umur>"
        f"<berat>61.10</berat><lahir>2026-01-{1 + number % 28:02}</lahir><titik>-0.02 109.34 0 0</titik>"
        f"<catat>=1+{number}</catat><foto>foto.png</foto><surat>surat.html</surat><wajah>CANARY-WAJAH-1.png</wajah>"
        f"<kode>K-{number}</kode><anak><nama_a>CANARY-ANAK-1</nama_a><umur_a>7</umur_a><dewasa>belum</dewasa></anak>"
    )


class Visitor:
    """Someone at the pages."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send any request, in a context of its own as a server has it: nothing of the one before is left over."""
        with self.client.application.app_context():
            return self.client.open(path, method=method, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Look at a page."""
        return self.ask("GET", path, **options)

    def post(self, path: str, fields: dict[str, Any], **options: Any) -> TestResponse:
        """Send a form with these fields alone; a field of bytes and a name is a file, a list of them several."""
        filled = {name: _opened(value) for name, value in fields.items()}
        return self.ask("POST", path, data=filled, content_type="multipart/form-data", **options)

    def send(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form as its page would, with the session's proof."""
        proof = self.client.get_cookie("__csrf")
        return self.post(path, {"__csrf": proof.value if proof else "", **(fields or {})}, **options)

    def log_in(self, email: str, password: str = PASSWORD, *, next: str = "", **options: Any) -> TestResponse:  # noqa: A002
        """Go through the log-in page."""
        return self.post("/login", {"email": email, "password": password, "next": next}, **options)


def _opened(value: Any) -> Any:
    if isinstance(value, list):
        return [_opened(each) for each in value]
    return (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value


@dataclass
class Scene:
    """A project with the form of `CASES`, an app user whose phone has sent, and people with each role."""

    world: World
    project: Project
    form: Form
    phone: AppUser
    sent: list[str]

    @property
    def base(self) -> str:
        """The address of the form's pages."""
        return f"/projects/{self.project.id}/forms/{self.form.xml_form_id}"

    def visitor(self, person: Actor) -> Visitor:
        """Log somebody in."""
        visitor = Visitor(self.world.app.test_client())
        assert visitor.log_in(person.email or "").status_code == 303
        prove(person)
        return visitor

    def administrator(self) -> Visitor:
        """Somebody whom every page is open to."""
        return self.visitor(self.world.person("admin", "province", "auditor"))

    def with_role(self, role: int) -> Visitor:
        """Somebody who has this role in the project, and none elsewhere."""
        return self.visitor(self.world.person(role, project=self.project))

    def receive(self, xml: bytes, files: dict[str, bytes] | None = None) -> None:
        """Send as a phone does."""
        parts = {name: (io.BytesIO(data), name, _kind(name)) for name, data in (files or {}).items()}
        parts["xml_submission_file"] = (io.BytesIO(xml), "submission.xml", "text/xml")
        address = f"/v1/key/{self.phone.token}/projects/{self.project.id}/submission"
        answer = self.world.app.test_client().post(address, data=parts, content_type="multipart/form-data")
        assert answer.status_code == 201, answer.text


def _kind(name: str) -> str:
    return {"png": "image/png", "html": "text/html"}.get(name.rpartition(".")[2], "application/octet-stream")


def make_scene(world: World, *, submissions: int = 1) -> Scene:
    """Make the project; the first submission has all its files, further ones none."""
    project = world.project("Proyek <uji>")
    form = world.form(project, xlsx(CASES))
    scene = Scene(world, project, form, world.app_user(project, form), [new_id() for _ in range(submissions)])
    for number, instance_id in enumerate(scene.sent):
        files = {"foto.png": PICTURE, "surat.html": b"<script>", "CANARY-WAJAH-1.png": PICTURE} if number == 0 else {}
        scene.receive(instance("kasus", answers=answers(number), instance_id=instance_id, name=f"K-{number}"), files)
    return scene
