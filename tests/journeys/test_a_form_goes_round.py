"""From a workbook to a phone to the tables: what Collect's own engine filled is what the server kept."""

import csv
import io
from datetime import datetime
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from defusedxml.ElementTree import fromstring

from tests.support import forms
from tests.support.coordinator import Coordinator
from tests.support.phone import Filled
from tests.support.site import unlike

#: These are filled once; the others with three seeds.
LARGE = (forms.wide, forms.many_repeats, forms.many_files)


@pytest.mark.parametrize("builder", forms.ALL.values(), ids=forms.ALL)
def test_what_a_phone_filled_is_what_is_kept_and_given_back(site, coordinator, engine, builder):
    workbook = builder()
    project = coordinator.project(f"Berkeliling {workbook.form_id}")
    coordinator.publish(project, workbook)
    with coordinator.device(project, workbook.form_id).phone() as phone:
        assert phone.sync() == {workbook.form_id: "new"}
        sent = []
        for seed in [1] if builder in LARGE else [1, 2, 3]:
            how = {"answers": workbook.answers, "repeats": workbook.repeats, "seed": seed}
            sent.append(phone.fill(engine, workbook.form_id, **how))
            assert phone.send(sent[-1]).status == 201
        assert phone.sync() == {workbook.form_id: "on device"}
        blank = phone.blanks[workbook.form_id]
    assert blank.media | workbook.media == blank.media
    assert coordinator.ask("GET", f"{coordinator.form(project, workbook.form_id)}.xml").data == blank.xform
    kept = site.kept(project, workbook.form_id)
    assert [(each.instance_id, each.xml, each.files) for each in kept] == [
        (each.instance_id, each.xml, each.files) for each in sent
    ]
    assert [unlike(each) for each in kept] == [[]] * len(sent)
    if builder is not forms.identity:
        read_back(coordinator, project, workbook.form_id, sent)


def read_back(coordinator: Coordinator, project: int, form_id: str, sent: list[Filled]) -> None:
    """Read it all once more as a program does: XML, files, and the export with every table."""
    address = coordinator.form(project, form_id)
    for filled in sent:
        one = f"{address}/submissions/{quote(filled.instance_id, safe='')}"
        assert coordinator.ask("GET", f"{one}.xml").data == filled.xml
        files = coordinator.json("GET", f"{one}/attachments")
        assert files == [{"name": name, "exists": True} for name in sorted(filled.files)]
        for name in filled.files:
            assert coordinator.ask("GET", f"{one}/attachments/{quote(name, safe='')}").data == filled.files[name]
    archive = coordinator.ask("GET", f"{address}/submissions.csv.zip")
    compare_archive(ZipFile(io.BytesIO(archive.data)), sent, form_id)


def compare_archive(archive: ZipFile, sent: list[Filled], form_id: str) -> None:
    """Compare every table of an export with the instances' XML, and every file with the phone's."""
    tables = {
        name: list(csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8", newline="")))
        for name in archive.namelist()
        if "/" not in name
    }
    roots = tables.pop(f"{form_id}.csv")
    assert [row["KEY"] for row in roots] == [filled.instance_id for filled in reversed(sent)]
    for row, filled in zip(roots, reversed(sent), strict=True):
        assert row["AttachmentsPresent"] == row["AttachmentsExpected"] == str(len(filled.files))
        nodes = fromstring(filled.xml)
        assert [name for name in row if not is_answer(row[name], name, nodes, row)] == []
    for name, rows in tables.items():
        repeat = name.removeprefix(f"{form_id}-").removesuffix(".csv").partition("~")[0]
        assert len(rows) == sum(len(fromstring(filled.xml).findall(f".//{{*}}{repeat}")) for filled in sent)
        assert len({row["KEY"] for row in rows}) == len(rows)
        assert all(row["KEY"].startswith(row["PARENT_KEY"]) for row in rows)
    media = sorted(archive.read(name) for name in archive.namelist() if name.startswith("media/"))
    assert media == sorted(data for filled in sent for data in filled.files.values())


#: What an export tells besides the answers.
ABOUT = {
    *("SubmissionDate", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected"),
    *("Status", "ReviewState", "DeviceID", "Edits", "FormVersion"),
}


def is_answer(cell: str, name: str, nodes, row) -> bool:
    """Tell whether a cell of the root's table holds what the XML says; parts of a geopoint are its text's words."""
    if name in ABOUT:
        return True
    stem, _, part = name.rpartition("-")
    parts = ("Latitude", "Longitude", "Altitude", "Accuracy")
    if part in parts and f"{stem}-Latitude" in row:
        words = text_at(nodes, stem.split("-")).split()
        number = parts.index(part)
        return cell == (words[number] if number < len(words) else "")
    answer = text_at(nodes, name.split("-"))
    return cell == answer or same_moment(cell, answer) or same_number(cell, answer)


def text_at(node, names: list[str]) -> str:
    """Find the text at a path of names; a name may itself have a hyphen."""
    if not names:
        return node.text or ""
    for length in range(1, 1 + len(names)):
        name = "-".join(names[:length])
        for child in node:
            if child.tag.rpartition("}")[2] == name:
                return text_at(child, names[length:])
    return ""


def same_moment(cell: str, answer: str) -> bool:
    try:
        return datetime.fromisoformat(cell) == datetime.fromisoformat(answer)
    except (ValueError, TypeError):
        return cell[:8] == answer[:8] and ":" in cell


def same_number(cell: str, answer: str) -> bool:
    try:
        return float(cell) == float(answer)
    except ValueError:
        return False
