"""201 means kept: processes are killed, disks fill up, and what was acknowledged is there once, whole."""

import os
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

from tests.support.canaries import traces
from tests.support.collect import Phone, Refused, refusal
from tests.support.coordinator import Device
from tests.support.instances import instance, new_id, on_phone
from tests.support.network import FAILURES
from tests.support.odk import xlsx
from tests.support.phone import Filled

FORM = """
| survey |
|        | type    | name | label | privacy  |
|        | text    | nama | Nama  | identity |
|        | integer | umur | Umur  |          |
|        | image   | foto | Foto  |          |
"""

_numbers = count(1)


def record(replaces: Filled | None = None) -> Filled:
    """A record with a photo, unlike any other; or a correction of one."""
    number, made = next(_numbers), new_id()
    xml = instance(
        "uji",
        answers=f"<nama>CANARY-ORANG-{number}</nama><umur>{number}</umur><foto>{number}.jpg</foto>",
        instance_id=made,
        deprecated_id=replaces.instance_id if replaces else None,
    )
    return on_phone(xml, made, {f"{number}.jpg": number.to_bytes(4) * 1000})


def long_record() -> Filled:
    """A record without a file, of a text that no compression makes much shorter."""
    made = new_id()
    return on_phone(instance("uji", answers=f"<nama>{os.urandom(150_000).hex()}</nama>", instance_id=made), made)


def attempt(phone: Phone, filled: Filled) -> object:
    """Send once; give the status or what failed. What a phone would not try again by itself fails the test."""
    try:
        return phone.send(filled).status
    except Refused as refused:
        if refused.status < 500:
            raise
        return refused.status
    except FAILURES as failure:
        return type(failure).__name__


def attempts(phone: Phone, filled: Filled) -> Iterator[object]:
    """Send until it is acknowledged, for a minute or so; yield what each attempt came to."""
    for _ in range(600):
        answer = attempt(phone, filled)
        yield answer
        if answer == 201:
            return
        threading.Event().wait(0.1)
    raise AssertionError(f"not acknowledged: {answer}")


class Stream:
    """Phones that send one record after another until told to stop, each again until it is acknowledged."""

    def __init__(self, devices: list[Device]) -> None:
        """Start them."""
        self.answers: Counter[object] = Counter()
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(len(devices))
        self._phones = [self._pool.submit(self._run, device) for device in devices]

    def _run(self, device: Device) -> list[Filled]:
        acknowledged: list[Filled] = []
        with device.phone() as phone:
            while not self._stopped.is_set():
                # Two corrections follow each record.
                filled = record(acknowledged[-1] if len(acknowledged) % 3 else None)
                for answer in attempts(phone, filled):
                    with self._changed:
                        self.answers[answer] += 1
                        self._changed.notify_all()
                acknowledged.append(filled)
        return acknowledged

    def wait_for(self, more: int) -> None:
        """Wait until so many more records are acknowledged."""
        with self._changed:
            goal = self.answers[201] + more
            going = [phone for phone in self._phones if not phone.done()]
            assert self._changed.wait_for(lambda: self.answers[201] >= goal, 60), (self.answers, len(going))

    def end(self) -> list[Filled]:
        """Let each phone finish its record, and give what was acknowledged."""
        self._stopped.set()
        self._pool.shutdown()
        return [filled for phone in self._phones for filled in phone.result()]


def backend(lentera) -> None:
    """Kill one of PostgreSQL's sessions, which makes it drop all others and recover."""
    sessions = [child for child in lentera.postgres().children() if "lentera_owner" in child.cmdline()[0]]
    sessions[0].kill()


def both(lentera) -> None:
    for process in (lentera.postgres(), lentera.gunicorn()):
        process.kill()


def everything(lentera) -> None:
    lentera.kill()
    lentera.start()


VICTIMS = {
    "a worker": lambda lentera: lentera.workers()[0].kill(),
    "PostgreSQL": lambda lentera: lentera.postgres().kill(),
    "a session of PostgreSQL": backend,
    "PostgreSQL again": lambda lentera: lentera.postgres().kill(),
    "PostgreSQL and gunicorn at once": both,
    "the server itself": everything,
}


def test_whatever_is_killed_each_acknowledged_record_is_there_once(lentera):
    site = lentera.site
    coordinator = site.coordinator()
    project = coordinator.project("Gangguan")
    coordinator.upload(project, xlsx(FORM), publish="true")
    stream = Stream([coordinator.device(project) for _ in range(4)])
    for kill in VICTIMS.values():
        stream.wait_for(8)
        kill(lentera)
    stream.wait_for(8)
    sent = {filled.instance_id: filled for filled in stream.end()}
    kept = site.kept(project, "uji")
    assert Counter(content.instance_id for content in kept) == Counter(list(sent))
    for content in kept:
        filled = sent[content.instance_id]
        assert (content.xml, content.files) == (filled.xml, filled.files)
    records = sum(b"deprecatedID" not in filled.xml for filled in sent.values())
    assert site.counts(project, "uji") == {
        "submissions": records,
        "contents": len(sent),
        "rows": records,
        "files": len(sent),
        "form.create": 1,
        "form.update.publish": 1,
        "submission.create": records,
        "submission.update.version": len(sent) - records,
        "submission.attachment.update": len(sent),
    }
    # A process that dies is one more chance to tell what it was working on.
    assert traces(lentera.log.read_bytes(), ("CANARY",)) == []
    demand_clean(lentera)


def demand_clean(lentera) -> None:
    checked = lentera.run("check")
    assert (checked.returncode, " 0 differences" in checked.stdout) == (0, True), checked.stdout + checked.stderr


@contextmanager
def traced(processes, output: Path) -> Iterator[None]:
    """Write the calls by which processes and their threads reach disks and sockets to a file, while the block lasts."""
    calls = "trace=fsync,fdatasync,rename,sendto,sendmsg,write"
    command = ["strace", "-f", "-y", "-s", "256", "-e", calls, "-o", str(output)]
    command += [word for process in processes for word in ("-p", str(process.pid))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        waiting = {process.pid for process in processes}
        for line in tracer.stderr:
            attached = re.search(r"Process (\d+) attached", line)
            if attached is None:
                tracer.kill()
                pytest.skip(f"strace may not look at other processes here: {line}")
            waiting.discard(int(attached[1]))
            if not waiting:
                break
        try:
            yield
        finally:
            tracer.terminate()
            tracer.stderr.read()


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is needed to see what is synced")
def test_file_folder_and_transaction_are_synced_before_the_phone_is_thanked(lentera, tmp_path):
    coordinator = lentera.site.coordinator()
    project = coordinator.project("Disinkronkan")
    coordinator.upload(project, xlsx(FORM), publish="true")
    calls = tmp_path / "calls"
    with coordinator.device(project).phone() as phone:
        assert phone.send(record()).status == 201
        with traced([*lentera.workers(), lentera.postgres(), *lentera.postgres().children()], calls):
            assert phone.send(record()).status == 201
    lines = calls.read_text().splitlines()

    files = re.escape(str(lentera.data / "files"))
    steps = [
        rf"fsync\(\d+<{files}/incoming/[0-9a-f]+>\) *= 0",
        rf'rename\("{files}/incoming/[0-9a-f]+", "{files}/{project}/.*\) *= 0',
        rf"fsync\(\d+<{files}/{project}/[0-9a-f]+>\) *= 0",
        r"COMMIT",
        r"(fdatasync|fsync)\(\d+<.*/pg_wal/.*\) *= 0",
    ]
    thanked = next(number for number, line in enumerate(lines) if "HTTP/1.1 201" in line)
    before = iter(lines[:thanked])
    missing = [step for step in steps if not any(re.search(step, line) for line in before)]
    assert missing == [], "\n".join(lines)


@contextmanager
def filled_up(folder: Path) -> Iterator[None]:
    """Leave no byte on the disk of a folder while the block lasts."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        ballast.unlink()


def test_what_a_full_disk_refuses_leaves_nothing_and_is_taken_once_there_is_room(lentera, small_disk):
    if not small_disk.is_mount():
        pytest.skip("only root may mount a small disk to fill it up")
    site = lentera.site
    coordinator = site.coordinator()
    project = coordinator.project("Penuh")
    coordinator.upload(project, xlsx(FORM), publish="true")
    # One has a file, one a file that is not held in memory, and the rest more text than the tables have room for.
    large = on_phone(instance("uji", instance_id=(made := new_id())), made, {"besar.jpg": bytes(3_000_000)})
    records = [record(), large, *(long_record() for _ in range(10))]
    with coordinator.device(project).phone() as phone:
        with filled_up(small_disk):
            assert {refusal(phone, each) for each in records[:2]} == {507}
            assert site.kept(project, "uji") == []
            assert {attempt(phone, each) for each in records} == {507}
            assert list(phone.sync()) == ["uji"]
        for each in records:
            assert list(attempts(phone, each))[-1] == 201
    kept = {content.instance_id: (content.xml, content.files) for content in site.kept(project, "uji")}
    assert kept == {each.instance_id: (each.xml, each.files) for each in records}
    assert site.counts(project, "uji")["submissions"] == len(records)
    demand_clean(lentera)
