"""Any bytes at all: a form, or a refusal that says what to do."""

import contextlib
import gc
import io
import random
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forms.problems import InvalidWorkbook, Problem
from forms.workbook import convert, lint, read_xform
from forms.workbook.container import MAX_BYTES
from tests.support import odk

TABLE = """
| survey |
| | type          | name | label   | calculation | privacy  | scope   |
| | text          | nama | Nama    |             | identity |         |
| | select_one kb | kab  | Kab     |             |          | kabkota |
| | begin repeat  | r    | R       |             |          |         |
| | calculate     | x    |         | ${nama}     |          |         |
| | end repeat    |      |         |             |          |         |
| choices |
| | list_name | name  | label |
| | kb        | 61.03 | S     |
| entities |
| | list_name | label  |
| | kasus     | ${kab} |
"""
XLSX = odk.xlsx(TABLE)
XLS = odk.xls(TABLE)


def codes(data: bytes, filename: str = "uji.xlsx") -> list[str]:
    return [f.code for f in lint(data, filename)]


def rezipped(change: dict[str, bytes | None]) -> bytes:
    """The workbook with members replaced, added, or left out (None)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, content in change.items():
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def sheet(rows: str) -> bytes:
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f"{start}{rows}</worksheet>".encode()


def test_the_workbooks_that_the_other_tests_spoil_are_good():
    assert codes(XLSX) == []
    assert codes(XLS, "uji.xls") == []


def test_garbage_is_collected_again_after_a_form_and_after_a_refusal():
    for data in (XLSX, b""):
        lint(data, "uji.xlsx")
        assert gc.isenabled()


def test_what_a_file_is_called_does_not_matter():
    assert codes(XLSX, "uji.xls") == []
    assert codes(XLS, "uji") == []


def test_a_file_of_a_hundred_megabytes_is_refused():
    assert codes(b"PK\x03\x04" + bytes(100 * 2**20)) == ["file-too-large"]
    assert codes(bytes(MAX_BYTES + 1)) == ["file-too-large"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-not-a-workbook"),
        (b"type,name,label\ntext,a,A\n", "file-not-a-workbook"),
        (b"%PDF-1.7", "file-not-a-workbook"),
        (b"PK\x03\x04", "file-damaged"),
        (XLSX[:-40], "file-damaged"),
        (XLSX[: len(XLSX) // 2], "file-damaged"),
        (XLS[:600], "file-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "file-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file-encrypted"),
        (rezipped({"xl/workbook.bin": b""}), "file-other-format"),
        (rezipped({"content.xml": b""}), "file-other-format"),
        (rezipped({"[Content_Types].xml": None}), "file-not-a-workbook"),
        (rezipped({"xl/workbook.xml": None}), "file-damaged"),
        (rezipped({"xl/worksheets/sheet1.xml": b"<worksheet"}), "file-damaged"),
        (rezipped({"xl/workbook.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), "file-damaged"),
    ],
)
def test_what_is_no_readable_workbook_is_told_so(data, code):
    assert codes(data) == [code]


def test_an_encrypted_xls_asks_for_the_password_to_be_removed():
    # FILEPASS (BIFF8 record 2Fh) right after the workbook's BOF record (16 bytes of content).
    position = XLS.index(b"\x09\x08\x10\x00") + 20
    (found,) = lint(XLS[:position] + b"\x2f\x00\x36\x00" + bytes(54) + XLS[position + 58 :], "uji.xls")
    assert found.code == "file-encrypted"
    assert "kata sandi" in found.message_id


def test_a_workbook_that_unpacks_to_far_more_than_a_form_is_refused_before_it_is_unpacked():
    bomb = rezipped({"xl/sharedStrings.xml": bytes(101 * 2**20)})
    assert len(bomb) < 2**20
    assert codes(bomb) == ["file-unpacks-too-large"]


@pytest.mark.parametrize(
    ("part", "content"),
    [("xl/sharedStrings.xml", b"<si><t/></si>" * 700_000), ("xl/styles.xml", b"<font/>" * 100_001)],
)
def test_a_small_file_of_millions_of_tags_is_refused_before_they_are_parsed(part, content):
    assert codes(rezipped({part: content})) == ["file-unpacks-too-large"]


def test_an_archive_of_thousands_of_members_is_refused():
    assert codes(rezipped({f"xl/media/{n}.png": b"" for n in range(2001)})) == ["file-unpacks-too-large"]


def test_a_member_that_says_less_than_it_holds_is_no_way_around_the_limit():
    content = sheet("<sheetData/>" + " " * 30 * 2**20)
    honest = rezipped({"xl/worksheets/sheet1.xml": content})
    size = len(content).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert codes(honest.replace(size, (100).to_bytes(4, "little"))) == ["file-damaged"]


def test_what_excel_keeps_beside_the_cells_is_passed_over():
    with zipfile.ZipFile(io.BytesIO(XLSX)) as archive:
        content = archive.read("xl/worksheets/sheet1.xml")
    extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    assert codes(rezipped({"xl/worksheets/sheet1.xml": content.replace(b"</worksheet>", extension)})) == []


def test_absurd_dimensions_and_rows_cost_nothing():
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c></row>'
    for rows in (
        f'<dimension ref="A1:XFD1048576"/><sheetData>{header}</sheetData>',
        f'<sheetData>{header}<row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData>',
        f'<sheetData>{header}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    ):
        assert codes(rezipped({"xl/worksheets/sheet1.xml": sheet(rows)}))
    cell = '<c r="ZZZZZZ1" t="inlineStr"><is><t>type</t></is></c>'
    assert codes(rezipped({"xl/worksheets/sheet1.xml": sheet(f'<sheetData><row r="1">{cell}</row></sheetData>')})) == [
        "file-damaged"
    ]


def test_more_rows_than_any_form_has_are_refused_with_the_sheet():
    rows = "".join(f"| | text | a{n} | A |\n" for n in range(102))
    table = "| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n" + rows
    (found,) = lint(odk.xlsx(table), "uji.xlsx")
    assert (found.code, found.sheet) == ("sheet-too-large", "settings")
    assert "100" in found.message


def test_more_columns_than_any_form_has_are_refused_with_the_sheet():
    heads = "|".join(f"k{n}" for n in range(501))
    (found,) = lint(odk.xlsx(f"| survey |\n| | {heads} |"), "uji.xlsx")
    assert (found.code, found.sheet) == ("sheet-too-large", "survey")


def test_a_workbook_with_macros_is_a_workbook():
    types = (
        zipfile.ZipFile(io.BytesIO(XLSX))
        .read("[Content_Types].xml")
        .replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    )
    assert codes(rezipped({"[Content_Types].xml": types, "xl/vbaProject.bin": b"\x00"}), "uji.xlsm") == []


def is_a_form_or_a_refusal(data: bytes) -> None:
    refusal: Problem | None = None
    try:
        convert(data, "uji.xlsx")
    except InvalidWorkbook as problem:
        refusal = problem
    assert refusal is None or (refusal.details["findings"] and refusal.text("id") and refusal.text("en"))


@given(st.binary(max_size=2000))
@example(b"PK\x03\x04" + b"PK\x05\x06" + bytes(18))
def test_any_bytes_are_a_refusal(data):
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        is_a_form_or_a_refusal(start + data)


def spoiled(data: bytes, seed: int) -> bytes:
    """A real file with some bytes changed, a stretch cut out, or one repeated."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable damage, no secret
    result = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(result))
        match chance.randrange(3):
            case 0:
                result[at] = chance.randrange(256)
            case 1:
                del result[at : at + chance.randrange(1, 64)]
            case _:
                result[at:at] = result[at : at + chance.randrange(1, 64)]
    return bytes(result)


@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=60, deadline=None)
def test_a_spoiled_xls_is_a_form_or_a_refusal(seed):
    is_a_form_or_a_refusal(spoiled(XLS, seed))


@given(st.integers(min_value=0, max_value=2**32), st.sampled_from(["worksheets/sheet1", "workbook", "styles"]))
@settings(max_examples=60, deadline=None)
def test_an_xlsx_with_a_spoiled_part_is_a_form_or_a_refusal(seed, part):
    name = f"xl/{part}.xml"
    with zipfile.ZipFile(io.BytesIO(XLSX)) as archive:
        is_a_form_or_a_refusal(rezipped({name: spoiled(archive.read(name), seed)}))
    is_a_form_or_a_refusal(spoiled(XLSX, seed))


CELLS = st.sampled_from(
    [
        "type", "name", "label", "list_name", "privacy", "scope", "calculation", "default", "trigger", "parameters",
        "jr", "jr:", "::", "media::", "bind::", "bind::calculate", "label::", "save_to", "repeat_count", "choice_filter",
        "text", "note", "calculate", "begin group", "end group", "begin repeat", "end repeat", "begin loop over l",
        "end loop", "select_one l", "select_multiple l", "select_one ${a}", "rank l or_other", "select_one x.csv",
        "select_one_from_file x.csv", "select_one_external l", "osm l", "range", "audit", "image", "csv-external",
        "form_id", "a", "b", "l", "${a}", "${b", "${last-saved#a}", "identity", "quasi", "kabkota", "yes", "start=0 end=",
        "{1}", "{1.5}", "{TRUE}", "{2026-01-31}", "pulldata('x', ${a}", "instance('x')/root[", "search(", "//*", "<b>", "",
    ]
)  # fmt: skip


@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=7),
    st.sampled_from(["choices", "entities", "external_choices", "settings", "osm"]),
    st.lists(st.lists(CELLS, max_size=4), max_size=4),
    st.sampled_from(["| | type | name | label |", ""]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_words_in_the_cells_are_a_form_or_a_refusal(survey, title, other, heading):
    rows = "\n".join(f"| | {' | '.join(row)} |" for row in survey)
    others = "\n".join(f"| | {' | '.join(row)} |" for row in other)
    lists = "| choices |\n| | list_name | name |\n| | l | a |" if title != "choices" else ""
    is_a_form_or_a_refusal(odk.xlsx(f"| survey |\n{heading}\n{rows}\n{lists}\n| {title} |\n{others}"))


XFORM = convert(XLSX, "uji.xlsx").xform


@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=100, deadline=None)
def test_a_spoiled_xform_is_a_form_or_a_problem(seed):
    with contextlib.suppress(Problem):
        read_xform(spoiled(XFORM, seed))


@given(st.binary(max_size=500))
def test_any_bytes_as_an_xform_are_a_problem(data):
    for start in (b"", b"<", b"<?xml version='1.0'?><a", zlib.compress(b"x")):
        with pytest.raises(Problem):
            read_xform(start + data)
