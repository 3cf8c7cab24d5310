"""Many phones on slow lines, people who publish and read meanwhile: everybody is answered, nothing is lost."""

import csv
import http.client
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.support.coordinator import Device
from tests.support.instances import instance, new_id, on_phone
from tests.support.odk import xlsx
from tests.support.phone import Filled

FORM = """
| survey |
|        | type    | name | label |
|        | text    | nama | Nama  |
|        | integer | umur | Umur  |
|        | image   | foto | Foto  |
{more}
| settings |
|          | form_title | form_id | version   |
|          | Uji        | uji     | {version} |
"""

_numbers = count(1)


def workbook(version: int) -> bytes:
    return xlsx(FORM.format(version=version, more="".join(f"| | text | q{n} | Q |\n" for n in range(1, version))))


@pytest.fixture
def project(coordinator) -> int:
    made = coordinator.project("Ramai")
    coordinator.upload(made, workbook(1), publish="true")
    return made


def record(*, photo: int = 0, text: str = "", version: int = 1) -> Filled:
    """A record with a photo of so many bytes."""
    made, number = new_id(), next(_numbers)
    named = f"<foto>{number}.jpg</foto>" if photo else ""
    xml = instance("uji", str(version), answers=f"<nama>{text}</nama><umur>{number}</umur>{named}", instance_id=made)
    return on_phone(xml, made, {f"{number}.jpg": number.to_bytes(4) * (photo // 4)} if photo else {})


def demand_kept(site, project, *sent: Filled) -> None:
    """Assert that just these are kept, whole."""
    kept = {content.instance_id: (content.xml, content.files) for content in site.kept(project, "uji")}
    assert kept == {filled.instance_id: (filled.xml, filled.files) for filled in sent}
    assert site.counts(project, "uji")["submissions"] == len(sent)


def test_fifty_phones_at_five_kilobytes_a_second_hold_up_nobody(site, coordinator, project):
    device = coordinator.device(project)
    slow, quick, times = [record(photo=12_000) for _ in range(50)], [], []

    def upload(filled: Filled) -> int:
        with device.phone(rate=5_000) as phone:
            return phone.send(filled).status

    with ThreadPoolExecutor(len(slow)) as pool, device.phone() as other:
        uploads = [pool.submit(upload, filled) for filled in slow]
        while not quick or not all(each.done() for each in uploads):
            began = time.monotonic()
            assert [listed.form_id for listed in other.form_list()] == ["uji"]
            times.append(time.monotonic() - began)
            quick.append(record(photo=4))
            assert other.send(quick[-1]).status == 201
    assert [each.result() for each in uploads] == [201] * len(slow)
    print(f"form list beside 50 slow phones: {len(times)} times, at worst {max(times):.2f} s")  # noqa: T201
    demand_kept(site, project, *slow, *quick)


def test_phones_that_stop_halfway_through_hold_up_nobody(site, coordinator, project):
    device = coordinator.device(project)
    sent, halves, quick = [record(photo=12_000) for _ in range(50)], [], [record() for _ in range(5)]
    for filled in sent:
        boundary, body = multipart(filled)
        connection = http.client.HTTPConnection(urlsplit(device.base).netloc, timeout=60)
        connection.putrequest("POST", f"{urlsplit(device.base).path}/submission")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[: len(body) // 2])
        halves.append((connection, body[len(body) // 2 :]))
    with device.phone() as other:
        assert other.sync() == {"uji": "new"}
        assert [other.send(filled).status for filled in quick] == [201] * len(quick)
    coordinator.publish_again(project, "uji", workbook(2))
    for connection, rest in halves:
        connection.send(rest)
        assert connection.getresponse().status == 201
        connection.close()
    demand_kept(site, project, *sent, *quick)


def multipart(filled: Filled) -> tuple[str, bytes]:
    files = {"xml_submission_file": filled.xml, **filled.files}
    return encode_multipart({name: FileStorage(io.BytesIO(data), name) for name, data in files.items()})


def test_publishing_while_an_export_is_read_slowly_and_records_arrive_stops_none(site, coordinator, project):
    device = coordinator.device(project)
    with device.phone() as phone:
        # More than the sockets between server and reader hold.
        before = [record(text="x" * 120_000) for _ in range(120)]
        for filled in before:
            phone.send(filled)
    with export(coordinator, project) as answer:
        beginning = answer.read(1000)
        arrived = publish_meanwhile(coordinator, project, device)
        rows = keys(beginning + answer.read())
    assert rows == {filled.instance_id for filled in before}
    with export(coordinator, project) as answer:
        assert keys(answer.read()) == rows | {filled.instance_id for filled in arrived}
    demand_kept(site, project, *before, *arrived)


def publish_meanwhile(coordinator, project: int, device: Device) -> list[Filled]:
    """Publish new versions while phones send records of the old one without a pause; give those and one of each."""
    stop = threading.Event()

    def send() -> list[Filled]:
        sent = []
        with device.phone() as phone:
            while not stop.is_set():
                sent.append(record())
                assert phone.send(sent[-1]).status == 201
        return sent

    with ThreadPoolExecutor(3) as pool, device.phone() as newest:
        senders = [pool.submit(send) for _ in range(3)]
        try:
            arrived = [record(version=version) for version in (2, 3, 4)]
            for version, filled in enumerate(arrived, 2):
                coordinator.publish_again(project, "uji", workbook(version))
                assert newest.send(filled).status == 201
        finally:
            stop.set()
    return arrived + [filled for sender in senders for filled in sender.result()]


def export(coordinator, project: int) -> http.client.HTTPResponse:
    """Ask for the CSV, and give the answer before anything of it is read."""
    connection = http.client.HTTPConnection(urlsplit(coordinator.address).netloc, timeout=60)
    headers = {**coordinator.headers, "Connection": "close"}
    connection.request("GET", f"{coordinator.form(project, 'uji')}/submissions.csv", headers=headers)
    return connection.getresponse()


def keys(data: bytes) -> set[str]:
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert len({row["KEY"] for row in rows}) == len(rows)
    return {row["KEY"] for row in rows}
