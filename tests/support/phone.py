"""The form engine of ODK Collect as a test tool: an XForm goes in, the instance that a phone would send comes out.

`Engine` owns one Java process that runs `phone/*.java` on the JavaRosa that the pyxform wheel ships, and the folder in
which forms and instances pass between both sides. It never speaks HTTP: `collect.Phone` does. Where there is no JDK,
`engine` skips the test and says so.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

import pytest
import pyxform
from defusedxml.ElementTree import fromstring

JAR = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
SOURCES = sorted((Path(__file__).parent / "phone").glob("*.java"))
CACHE = Path(__file__).parents[2] / ".cache/phone"
METADATA = {"deviceid": "collect:phone0000000001", "username": "enumerator", "phonenumber": "", "email": ""}

#: What a question's answer may be: text as the XML holds it, a number, a list of choice names, a file as its name
#: and bytes (a name alone lets the phone make one), or None for "left blank".
Answer = str | int | float | list[str] | tuple[str, bytes] | None


class How(TypedDict, total=False):
    """How to fill a form.

    `seed` decides every random answer (1). `answers` fixes some by path without the root: "/g/r/q" in each instance
    of the repeat /g/r, "/g/r[2]/q" in the second. `repeats` is the most instances of each repeat (3), or their exact
    numbers by path ({"/g/r": 2000}). `skip` is the chance that a question which is not required stays blank (0).
    `language` is one of the form's, by its name there. `metadata` overrides METADATA.
    """

    seed: int
    answers: Mapping[str, Answer]
    repeats: int | Mapping[str, int]
    skip: float
    language: str
    metadata: Mapping[str, str]


class NotFilled(Exception):
    """The form cannot be opened, or not be answered in the way that was asked for."""


@dataclass(frozen=True)
class Filled:
    """A finalised instance as it lies on the phone: the XML, the files beside it, and what it is called."""

    xml: bytes
    files: dict[str, bytes]
    instance_id: str
    filename: str
    asked: int = field(default=0, compare=False)

    def values(self, path: str) -> list[str]:
        """List the texts of every node at `path` ("/g/r/q"), in document order, whatever its namespace."""
        nodes = [fromstring(self.xml)]
        for name in path.strip("/").split("/"):
            nodes = [child for node in nodes for child in node if child.tag.rpartition("}")[2] == name]
        return [node.text or "" for node in nodes]


def missing() -> str:
    """Say what this machine lacks to run the engine; "" where it lacks nothing."""
    if not shutil.which("java") or not shutil.which("javac"):
        return "no JDK: `java` and `javac` are needed to run Collect's form engine"
    return "" if JAR.exists() else "this pyxform ships no ODK_Validate.jar"


@pytest.fixture(scope="session")
def engine() -> Iterator["Engine"]:
    """One engine for the whole run; skips where there is no JDK."""
    if lack := missing():
        pytest.skip(lack)
    with Engine() as started:
        yield started


class Engine:
    """One warm Java process that fills forms. Safe to use from several threads; they take turns."""

    def __init__(self, *, timezone: str = "Asia/Pontianak", limit: float = 120) -> None:
        """Start the process in `timezone`; a form that takes more than `limit` seconds ends it."""
        self._limit = limit
        self._turn = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="phone-")
        self._log = (Path(self._folder.name) / "java.log").open("w+b")
        self._timezone = timezone
        self._java = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its folder."""
        self._end()
        self._log.close()
        self._folder.cleanup()

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["-XX:+UseSerialGC", "-Xmx1g", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8"]
        return subprocess.Popen(
            ["java", *options, f"-Duser.timezone={self._timezone}", "-cp", f"{_compiled()}{os.pathsep}{JAR}", "Phone"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )

    def _end(self) -> None:
        with suppress(BrokenPipeError):
            self._java.stdin.close()
        self._java.stdout.close()
        self._java.wait()

    def fill(self, xform: bytes, media: Mapping[str, bytes] | None = None, **how: Unpack[How]) -> Filled:
        """Answer the form at random from a seed and finalise it.

        `media` are the files of the manifest ("last-saved.xml" too, where the form asks for it); `how` is in `How`.
        Raises NotFilled where JavaRosa does not open the form, where the form has no such path or does not accept a
        fixed answer, and where no acceptable answer is found.
        """
        return self._run(xform, media or {}, None, how)

    def edit(self, xform: bytes, old: Filled, media: Mapping[str, bytes] | None = None, **how: Unpack[How]) -> Filled:
        """Open a sent instance again, change the given answers, and finalise it under a new instanceID.

        Everything else stays as it was, blanks and files included, but what is required and has no acceptable answer
        gets one. meta/deprecatedID names the instance that this one replaces. Repeats stay as many as they were,
        unless `how` asks for more. Raises NotFilled as `fill` does.
        """
        return self._run(xform, media or {}, old, {"repeats": 0, **how})

    def _run(self, xform: bytes, media: Mapping[str, bytes], old: Filled | None, how: How) -> Filled:
        if unknown := how.keys() - How.__annotations__.keys():
            raise TypeError(f"how to fill knows no {', '.join(unknown)}")
        out = Path(tempfile.mkdtemp(dir=self._folder.name))
        files = out / "files"
        files.mkdir()
        try:
            job = {"seed": 1, **how, "form": str(self._form(xform, media)), "out": str(out)}
            if old:
                (out / "old.xml").write_bytes(old.xml)
                job["edit"] = str(out / "old.xml")
                for name, data in old.files.items():
                    (files / name).write_bytes(data)
            job["answers"] = {path: _plain(answer, files) for path, answer in how.get("answers", {}).items()}
            job["metadata"] = {**METADATA, **how.get("metadata", {})}
            result = self._work(job)
            xml = (out / "instance.xml").read_bytes()
            named = {node.text for node in fromstring(xml).iter()}
            kept = {path.name: path.read_bytes() for path in sorted(files.iterdir()) if path.name in named}
        finally:
            shutil.rmtree(out)
        title = " ".join(re.sub(r"[^\w]|_", " ", result["title"]).split())
        return Filled(xml, kept, result["instanceID"], f"{title}_2026-01-31_10-02-49.xml", result["asked"])

    def _form(self, xform: bytes, media: Mapping[str, bytes]) -> Path:
        """Lay the form and its media out as on a phone, once for each content."""
        content = hashlib.sha256(xform)
        for name in sorted(media):
            content.update(name.encode() + hashlib.sha256(media[name]).digest())
        folder = Path(self._folder.name) / content.hexdigest()[:32]
        with self._turn:
            if not folder.exists():
                (folder / "media").mkdir(parents=True)
                # without an earlier instance Collect puts an empty one there
                for name, data in {"last-saved.xml": b"<?xml version='1.0' ?><stub />", **media}.items():
                    (folder / "media" / name).write_bytes(data)
                (folder / "form.xml").write_bytes(xform)
        return folder

    def _work(self, job: dict[str, Any]) -> dict[str, Any]:
        with self._turn:
            alarm = threading.Timer(self._limit, self._java.kill)
            alarm.start()
            try:
                self._java.stdin.write(json.dumps(job).encode() + b"\n")
                self._java.stdin.flush()
                line = self._java.stdout.readline()
            except BrokenPipeError:
                line = b""
            finally:
                alarm.cancel()
            if not line:
                self._end()
                self._java = self._start()  # for the next form
                self._log.seek(0)
                raise NotFilled(f"the engine ended, or took over {self._limit} s: {self._log.read()[-2000:].decode()}")
        result = json.loads(line)
        if not result["ok"]:
            raise NotFilled(result["error"])
        return result


def _plain(answer: Answer, files: Path) -> str | None:
    """Write an answer as the XML holds it; a file's bytes go to the instance's folder and its name stays."""
    if isinstance(answer, tuple):
        name, data = answer
        (files / name).write_bytes(data)
        return name
    if isinstance(answer, list):
        return " ".join(answer)
    return answer if answer is None else str(answer)


def _compiled() -> Path:
    """Compile the Java sources, once for each content of theirs; give the folder of the classes."""
    content = hashlib.sha256(JAR.name.encode() + str(JAR.stat().st_size).encode())
    for source in SOURCES:
        content.update(source.read_bytes())
    classes = CACHE / content.hexdigest()[:16]
    if not classes.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE))
        options = ["-encoding", "UTF-8", "-cp", str(JAR), "-d", str(fresh)]
        subprocess.run(["javac", *options, *map(str, SOURCES)], check=True)
        try:
            fresh.rename(classes)
        except OSError:  # another run was first
            shutil.rmtree(fresh)
    return classes
