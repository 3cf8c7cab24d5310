"""What identifies a person lies nowhere in the clear: not on the disk, in a log, a page, a report, or a backup."""

import base64
import gzip
import io
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote, unquote, urlencode
from zlib import compress

import psycopg
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from forms import cluster
from tests.support import forms
from tests.support.canaries import traces
from tests.support.coordinator import Coordinator, Reply
from tests.support.instances import instance, new_id
from tests.support.lentera import Lentera
from tests.support.live import MASTER
from tests.support.odk import xlsx
from tests.support.phone import Filled
from tests.support.site import EMAIL, PASSWORD

#: Every canary of the workbook, in as few words as they have in common.
SECRET = ("CANARY", "0000111122223333", "620000011111", "0.0123321", "109.4567654", "1907-03-04")
#: The date among them as something for people might write it.
DATES = ("19070304", "Maret 1907", "March 1907", "Mar 1907", "04/03/1907", "4/3/1907")
#: What is no secret and must be found wherever records are: the proof that the search finds.
OPEN = "KENARI-TERBUKA"

SMALL = """
| survey |
|        | type | name | label | privacy  |
|        | text | nama | Nama  | identity |
"""


def test_the_search_finds_a_canary_however_it_is_written_and_packed():
    for before in ("", "a", "ab"):
        plain = f"{before}CANARY-NAMA-1 x".encode()
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", plain)
        written = [plain, plain.decode().encode("utf-16"), base64.b64encode(plain), plain.hex().encode()]
        for each in [*written, zipped.getvalue(), *map(gzip.compress, written), b"noise" + compress(plain) + b"noise"]:
            assert traces(each, ("CANARY",)), each
    assert traces(b"CANAR Y", ("CANARY",)) == []


@dataclass
class Case:
    """A case form with records of canaries on one server, and what came back on all that was asked with a canary in it."""

    lentera: Lentera
    coordinator: Coordinator
    project: int
    first: Filled
    second: Filled
    answers: list[tuple[str, Reply]]

    @property
    def form(self) -> str:
        """The address of the form."""
        return self.coordinator.form(self.project, "kasus")

    def post(self, xml: bytes, files: dict[str, bytes] | None = None) -> Reply:
        """Send an instance, whatever becomes of it."""
        sent = {"xml_submission_file": xml, **(files or {})}
        boundary, body = encode_multipart({name: FileStorage(io.BytesIO(data), name) for name, data in sent.items()})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.coordinator.ask("POST", f"/v1/projects/{self.project}/submission", body, kind)


@pytest.fixture(scope="module")
def case(lentera, engine) -> Case:
    """Send the canaries in every way there is, and be refused in every way."""
    coordinator = lentera.site.coordinator()
    project = coordinator.project("Perkara")
    workbook = forms.identity()
    coordinator.publish(project, workbook)
    with coordinator.device(project).phone(device=f"collect:{OPEN}") as phone:
        phone.sync()
        first = phone.fill(engine, "kasus", answers=workbook.answers, repeats=workbook.repeats)
        second = phone.fill(engine, "kasus", old=first, answers={"/diri/alamat": "CANARY-ALAMAT-2"})
        assert [phone.send(filled).status for filled in (first, second)] == [201, 201]
    assert all(canary.encode() in first.xml + b"".join(first.files.values()) for canary in forms.CANARIES)
    made = Case(lentera, coordinator, project, first, second, [])
    made.answers += [*refused_instances(made), *refused_questions(made)]
    return made


def refused_instances(case: Case) -> Iterator[tuple[str, Reply]]:
    """Send the first record again in all the ways in which it is not taken, and once with an answer that does not fit."""
    xml, old = case.first.xml, case.first.instance_id.encode()

    def changed(*replacements: tuple[bytes, bytes]) -> bytes:
        result = xml
        for this, that in replacements:
            assert this in result
            result = result.replace(this, that)
        return result

    fresh = (old, new_id().encode())
    cases = {
        "other content": (409, changed((b"CANARY-NAMA-1", b"CANARY-NAMA-2"))),
        "cut short": (400, xml[: len(xml) // 2]),
        "an unknown form": (404, changed((b'id="kasus"', b'id="lain"'), fresh)),
        "an unknown version": (404, changed((b"2026010100", b"7"), fresh)),
        "a DOCTYPE": (400, b"<!DOCTYPE data [<!ENTITY a 'CANARY'>]>" + xml.partition(b"?>")[2]),
        "too long an id": (400, changed((old, b"CANARY-NAMA-1" * 9))),
        "a stale correction": (409, changed(fresh, (b"</meta>", b"<deprecatedID>" + old + b"</deprecatedID></meta>"))),
        "a correction of nothing": (404, changed(fresh, (b"</meta>", b"<deprecatedID>CANARY</deprecatedID></meta>"))),
        "no date": (201, changed((old, new_id().encode()), (b"1907-03-04", b"CANARY-NAMA-1"))),
        "a place that is none": (201, changed((old, new_id().encode()), (b"-0.0123321 109", b"CANARY 109"))),
    }
    for about, (status, sent) in cases.items():
        reply = case.post(sent, {"CANARY-FOTO-9.jpg": b"CANARY-ISI-FOTO-9"})
        assert (about, reply.status) == (about, status)
        yield about, reply


def refused_questions(case: Case) -> Iterator[tuple[str, Reply]]:
    """Ask for what is sealed, in words that hold it."""
    one = f"{case.form}/submissions/{case.first.instance_id}"
    for path in (
        f"{one}.xml",
        f"{one}/attachments/CANARY-FOTO-1.jpg",
        f"{one}/attachments/CANARY-TIDAK-ADA.jpg",
        f"{case.form}/submissions.csv?$filter=nama%20eq%20'CANARY-NAMA-1'",
        f"{case.form.replace('/v1', '')}/submissions?contains/diri/nama=0000111122223333",
    ):
        reply = case.coordinator.ask("GET", path)
        assert 400 <= reply.status < 600, path
        yield path, reply
    yield "a log-in", case.coordinator.ask("POST", "/v1/sessions", {"email": "CANARY", "password": "CANARY-NAMA-1"})


def demand_silence(where: str, data: bytes, secrets: tuple[str, ...] = SECRET) -> None:
    """Assert that no canary is in the data."""
    assert (where, traces(data, secrets)) == (where, [])


def test_no_refusal_repeats_a_secret(case):
    for about, reply in case.answers:
        demand_silence(about, told(reply, about))


def told(reply: Reply, address: str) -> bytes:
    """Give head and body of an answer without the words that its address held: they are no news to who asked."""
    data = str(reply.headers).encode() + reply.data
    for word in re.findall(r"CANARY[A-Z0-9-]*(?:\.jpg)?|[0-9]{16}", unquote(address)):
        data = data.replace(word.encode(), b"")
    return data


def pages_of(coordinator: Coordinator) -> dict[str, str]:
    """Log in as a browser does; give the headers that it sends from then on."""
    form = urlencode({"email": EMAIL, "password": PASSWORD}).encode()
    reply = coordinator.ask("POST", "/login", form, "application/x-www-form-urlencoded", {})
    cookies = [each.partition(";")[0] for each in reply.headers.get_all("Set-Cookie")]
    return {"Cookie": "; ".join(cookies)}


def addresses(case: Case) -> Iterator[str]:
    """Give every address that can be read, filled in with what belongs to the case, in all its kinds."""
    second = case.second.instance_id
    known = {
        "project_id": [case.project], "xml_form_id": ["kasus"], "instance_id": [case.first.instance_id],
        "version_id": [case.first.instance_id, second], "version": ["2026010100"], "name": ["CANARY-FOTO-1.jpg"],
        "role_id": ["2"], "actor_id": ["1"], "app_user_id": [str(case.coordinator.json(
            "GET", f"/v1/projects/{case.project}/app-users")[0]["id"])], "filename": ["favicon.svg"],
        "person_id": ["1"], "token": ["tautan-lama"], "trial_id": ["1"], "filter_id": ["1"],
        "slug": ["dasbor"], "view": ["jumlah", "per_bulan"],
    }  # fmt: skip
    queries = {
        "pages.download": ["format=xlsx", "format=zip", "format=csv", "format=csv&table=kasus-keluarga"],
        "pages.submissions": [
            "",
            "has/eks=Upah",
            "contains/diri/nama=x",
            "review=edited",
            "names=1&repeat=/keluarga&sort=-/eks",
        ],
        "pages.submission": ["", "blanks=1", f"version={quote(second)}", f"version={quote(case.first.instance_id)}"],
    }
    with case.lentera.site.inside() as inside:
        rules = [rule for rule in inside.url_map.iter_rules() if "GET" in rule.methods]
        for rule in rules:
            names = sorted(rule.arguments)
            for values in product(*(known[name] for name in names)):
                path = rule.build(dict(zip(names, values, strict=True)), append_unknown=False)[1]
                yield from (f"{path}?{query}" if query else path for query in queries.get(rule.endpoint, [""]))


def test_no_page_list_or_download_shows_a_secret(case):
    browser = pages_of(case.coordinator)
    shown = []
    for path in addresses(case):
        for language in ("id", "en"):
            who = case.coordinator.headers if path.startswith("/v1") else browser
            headers = {"Accept-Language": language, "X-Extended-Metadata": "true", **who}
            reply = case.coordinator.ask("GET", path, headers=headers)
            assert reply.status not in (401, 500), path
            demand_silence(path, told(reply, path), SECRET + DATES)
            if traces(reply.data, (OPEN,)):
                shown.append(path)
    for each in ("submissions.csv", "submissions.csv.zip", "format=xlsx", "format=zip", f"/{case.first.instance_id}"):
        assert any(path.endswith(each) for path in shown), (each, shown)


def test_a_failure_is_reported_without_a_secret(case, sentry):
    """The table of answers is away: a record that arrives fails, and so does the page that shows them."""
    case.coordinator.upload(case.project, xlsx(SMALL), publish="true")
    xml = instance("uji", answers="<nama>CANARY-NAMA-1</nama>", instance_id=new_id())
    assert case.post(xml).status == 201
    with psycopg.connect(cluster.url(case.lentera.data), autocommit=True) as owner:
        [[table]] = owner.execute(
            "select format('a%%s_0_0', id) from forms where xml_form_id = 'uji' and project_id = %s", [case.project]
        ).fetchall()
        owner.execute(f"alter table answers.{table} rename to away")
        try:
            failed = case.post(instance("uji", answers="<nama>CANARY-NAMA-2</nama>", instance_id=new_id()))
            page = case.coordinator.ask(
                "GET", f"/projects/{case.project}/forms/uji/submissions", headers=pages_of(case.coordinator)
            )
        finally:
            owner.execute(f"alter table answers.away rename to {table}")
    assert (failed.status, page.status) == (500, 500)
    assert b"UndefinedTable" in sentry.wait_for(b"UndefinedTable")
    for where, data in (("a failure", failed.data), ("a page", page.data), ("Sentry", b"\n".join(sentry.reports))):
        demand_silence(where, data)


def test_no_file_of_the_server_holds_a_secret(case):
    found = []
    for path in [case.lentera.log, *case.lentera.data.rglob("*")]:
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            demand_silence(str(path), data + str(path).encode())
            if traces(data, (OPEN,)):
                found.append(path.relative_to(case.lentera.data).parts[0])
    assert "postgres" in found


def test_a_dump_of_the_database_and_a_backup_hold_no_secret(case, small_disk):
    file = small_disk / "backup.tar"
    written = case.lentera.run("backup", str(file))
    assert written.returncode == 0, written.stderr
    demand_silence("backup", file.read_bytes())
    demand_silence("what the backup says", (written.stdout + written.stderr).encode())
    with tarfile.open(file) as archive:
        dump = archive.extractfile("database.dump").read()
    restore = subprocess.run(
        [cluster.binaries() / "pg_restore", "-f", "-"], input=dump, stdout=subprocess.PIPE, check=True
    )
    assert traces(restore.stdout, (OPEN,))
    demand_silence("dump", restore.stdout)
    assert MASTER.encode() not in file.read_bytes()
