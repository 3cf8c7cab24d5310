"""Any bytes as a submission, a workbook, an address or a credential: kept whole or refused, never a failure.

`tests/api/test_any_request.py` does the same for the JSON of the REST API.
"""

import io
import re
from functools import cache
from urllib.parse import quote
from uuid import uuid4
from xml.sax.saxutils import escape

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forms import answers, catalogue, submissions, upkeep, workbook
from forms.access import SERVER
from tests.support import forms
from tests.support.coordinator import XLSX
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.site import Content, unlike

FORM = """
| survey |
|        | type               | name    | label | privacy  | scope   |
|        | text               | teks    | T     |          |         |
|        | text               | rahasia | R     | identity |         |
|        | text               | kabkota | K     |          | kabkota |
|        | integer            | bulat   | B     |          |         |
|        | decimal            | pecahan | P     |          |         |
|        | date               | tanggal | T     |          |         |
|        | date               | lahir   | L     | identity |         |
|        | time               | jam     | J     |          |         |
|        | dateTime           | waktu   | W     |          |         |
|        | geopoint           | titik   | T     |          |         |
|        | geoshape           | bidang  | B     |          |         |
|        | select_multiple yt | banyak  | B     |          |         |
|        | image              | foto    | F     |          |         |
|        | begin_repeat       | ulang   | U     |          |         |
|        | integer            | angka   | A     |          |         |
|        | text               | isi     | I     |          |         |
|        | end_repeat         |         |       |          |         |
"""
#: The questions outside the repeat.
QUESTIONS = re.findall(r"^\| +\| (?!begin|end|type).*?\| (\w+) ", FORM.partition("begin_repeat")[0], re.MULTILINE)

ODD = [
    *(
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "007",
        "-0",
        "+5",
        "1_000",
        "0x10",
        "\u0663",
    ),
    *("1e308", "1e309", "-1e400", "NaN", "Infinity", "-inf", ".5", "5.", "1,5", "1e-400"),
    *("0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0044-03-15", "2026-02-30", "2026-1-5", "20260105"),
    *(
        "24:00:00",
        "23:59:60",
        "25:00",
        "10:02",
        "10:02:49.123456789+07:00",
        "10:02:49Z",
        "10:02:49+14:30",
        "00:00-25:00",
    ),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-31T10:02:49", "2026-W05-6T10:02"),
    *(
        "1 2 3 4",
        "91 181 0 0",
        "1 2",
        "1",
        "1  2\t3 4",
        "1 2 3 4;1 2 3 4;",
        "NaN NaN 0 0",
        "1e400 0 0 0",
        ";",
        "\u0661 \u0662 0 0",
    ),
    *("{}", "{1,2}", '"', "\\", "\\x41", "NULL", "null", "'; drop table", "%s", "%(a)s", "$1", "=1+1", "*", "?"),
    *("\ufeff", "\u200b", "\x85", "\u2028", "a\tb\nc", " 7 ", "😀", "e\u0301", "\ud7ff", "\U0010ffff", "a" * 5000),
]

in_xml = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n")
texts = st.sampled_from(ODD) | st.text(in_xml, max_size=20)
anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, xlsx(FORM + forms.YES_NO))


@pytest.fixture
def base(world, project, form):
    return f"/v1/key/{world.app_user(project, form).token}/projects/{project.id}"


@pytest.fixture
def admin(world):
    return world.login(world.coordinator())


@pytest.fixture(autouse=True)
def in_order(app: Flask, world):
    """Whatever was accepted stands in the tables as its XML says."""
    yield
    found: list[upkeep.Finding] = []
    upkeep.check(found.append, vault=world.vault)
    # A file that was sent again with other content leaves the first one behind, which nothing refers to.
    assert [finding.text() for finding in found if finding.kind != "spare"] == []


def multipart(xml: bytes, *more: bytes, boundary: bytes = b"b") -> bytes:
    head = b'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n'
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in (head + xml, *more)) + b"--b--\r\n"


def send(client, base: str, xml: bytes) -> int:
    kind = "multipart/form-data; boundary=b"
    return client.post(f"{base}/submission", data=multipart(xml), content_type=kind).status_code


@settings(many, max_examples=150)
@given(
    root=st.dictionaries(st.sampled_from(QUESTIONS), texts),
    rows=st.lists(st.dictionaries(st.sampled_from(["angka", "isi"]), texts), max_size=4),
)
@example(root=dict.fromkeys(QUESTIONS, "9999-12-31T23:59:59-14:00"), rows=[])
@example(root=dict.fromkeys(QUESTIONS, "1e400 0 0 0"), rows=[])
def test_whatever_is_answered_is_kept_and_what_fits_its_type_is_in_the_tables(
    client, base, world, project, form, root, rows
):
    def written(answered) -> str:
        return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in answered.items())

    repeats = "".join(f"<ulang>{written(row)}</ulang>" for row in rows)
    xml = instance("uji", answers=written(root) + repeats, instance_id=(made := new_id()))
    assert send(client, base, xml) == 201
    actor = SERVER
    kept = submissions.find(actor, form, made)
    layout = answers.layout(form.id, kept.content.form_version_id, catalogue.schema(kept.content.form_version_id))
    tree = answers.one(actor, layout, kept.submission.id)
    differing = unlike(Content(made, is_current=True, xml=xml, files={}, answers=tree))
    assert set(differing) <= set(kept.submission.misfits), differing


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """Damage bytes here and there: cut, insert, replace, say twice."""
    place = st.integers(0, len(data))
    wound = st.tuples(
        place, st.integers(0, 40), st.binary(max_size=8) | st.sampled_from([b"\r\n", b"--b", b"\0", b"<"])
    )

    def wounded(wounds: list[tuple[int, int, bytes]], end: int) -> bytes:
        result = data
        for at, length, instead in wounds:
            result = result[:at] + instead + result[at + length :]
        return result + data[:end]

    return st.builds(wounded, st.lists(wound, max_size=4), st.sampled_from([0, 0, 0, 7, len(data)]))


def rewrapped(xml: bytes) -> st.SearchStrategy[bytes]:
    """XML in other encodings, with marks and declarations that do or do not fit."""
    text = xml.decode().partition("?>")[2]
    encodings = ["utf-8", "utf-16", "utf-32", "latin-1", "ascii", "utf-7", "cp037", "utf-8-sig", "big5", "punycode"]
    declared = st.sampled_from([*encodings, "none-such", "\x00", "base64", "x" * 100])
    return st.builds(
        lambda said, used: f'<?xml version="1.0" encoding="{said}"?>{text}'.encode(used, "replace"),
        declared,
        st.sampled_from(encodings),
    )


GOOD = instance(
    "uji",
    answers="<teks>a</teks><bulat>7</bulat><foto>b.jpg</foto><ulang><angka>1</angka></ulang>",
    instance_id="uuid:00000000-0000-4000-8000-000000000001",
)


@many
@given(xml=damaged(GOOD) | rewrapped(GOOD) | st.binary(max_size=100))
def test_any_bytes_as_the_xml_are_kept_or_refused(client, base, xml):
    assert send(client, base, xml) in (201, 400, 404, 409)


headers = st.sampled_from(
    [
        b'Content-Disposition: form-data; name="a.jpg"; filename="a.jpg"',
        b"Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''%ff%fe",
        b'Content-Disposition: form-data; name="xml_submission_file"',
        b'Content-Disposition: form-data; name="*isIncomplete*"',
        b"Content-Disposition: form-data; name=; filename=",
        'Content-Disposition: form-data; name="../../å.jpg"; filename="../../å.jpg"'.encode("latin-1"),
        b'Content-Disposition: form-data; name="' + b"n" * 3000 + b'"; filename="x"',
        b"Content-Type: image/\xff\r\nContent-Length: -1",
        b"Content-Transfer-Encoding: base64",
        b"X" * 300,
        b"",
    ]
)
parts = st.builds(
    lambda heads, body: b"\r\n".join(heads) + b"\r\n\r\n" + body, st.lists(headers, max_size=3), st.binary(max_size=30)
)
kinds = st.sampled_from(
    [
        *(
            "multipart/form-data; boundary=b",
            'multipart/form-data; boundary="b"; charset=utf-16',
            "multipart/form-data",
        ),
        *(
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=b",
            "multipart/form-data; boundary=" + "b" * 200,
        ),
        *(
            "application/x-www-form-urlencoded",
            "text/xml",
            "application/json",
            "",
            "x",
            "multipart/form-data; boundary=\xff",
        ),
    ]
)


@settings(many, max_examples=150)
@given(
    body=st.builds(lambda more, xml: multipart(xml, *more), st.lists(parts, max_size=3), st.just(GOOD))
    | damaged(multipart(GOOD, b'Content-Disposition: form-data; name="b.jpg"; filename="b.jpg"\r\n\r\nisi'))
    | st.binary(max_size=200),
    kind=kinds,
    device=anything,
    encoding=st.sampled_from([None, None, None, "gzip", "br", "\xff"]),
)
def test_any_body_as_a_submission_is_kept_or_refused(client, base, body, kind, device, encoding):
    given_headers = {"Content-Encoding": encoding} if encoding else {}
    query = {"deviceID": device}
    answer = client.post(f"{base}/submission", data=body, content_type=kind, query_string=query, headers=given_headers)
    assert answer.status_code == 201 or 400 <= answer.status_code < 500
    assert b"<OpenRosaResponse" in answer.data


@cache
def good_workbook() -> bytes:
    return xlsx(FORM + forms.YES_NO)


cells = st.one_of(
    st.none(),
    st.sampled_from(QUESTIONS),
    st.sampled_from(
        ["${bulat}", "${tidak_ada}", "concat(${teks}, 1", ". > 1", "yes", "no", "identity", "quasi", "kabkota"]
    ),
    st.sampled_from(
        ["text", "select_one yt", "select_one", "begin_repeat", "end_group", "calculate", "range", "audit"]
    ),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.booleans(),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
)
columns = st.sampled_from(
    ["relevant", "calculation", "constraint", "default", "choice_filter", "repeat_count", "appearance", "parameters",
     "label::Bahasa (id)", "label", "hint", "media::image", "privacy", "scope", "trigger", "save_to", "bind::x", "name"]
)  # fmt: skip


@st.composite
def workbooks(draw) -> bytes:
    """A workbook that is nearly a form: rows of sense and nonsense."""
    book = openpyxl.Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", "label", *draw(st.lists(columns, max_size=3))])
    survey.append(["text", "teks", "T"])
    for row in draw(st.lists(st.lists(cells, max_size=6), max_size=5)):
        survey.append(row)
    choices = book.create_sheet(draw(st.sampled_from(["choices", "Choices", "entities", "external_choices", "osm"])))
    for row in [["list_name", "name", "label"], *draw(st.lists(st.lists(cells, max_size=4), max_size=4))]:
        choices.append(row)
    settings_sheet = book.create_sheet("settings")
    settings_sheet.append(
        ["form_id", "form_title", "version", draw(st.sampled_from(["instance_name", "style", "default_language"]))]
    )
    settings_sheet.append([f"f{uuid4().hex}", "F", draw(cells), draw(cells)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@many
@given(data=workbooks() | damaged(good_workbook()) | st.binary(max_size=300), publish=st.booleans())
def test_any_bytes_as_a_workbook_become_a_form_or_are_refused(admin, project, data, publish):
    query = {"ignoreWarnings": "true", "publish": str(publish)}
    answer = admin.post(f"/v1/projects/{project.id}/forms", data=data, content_type=XLSX, query_string=query)
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.json
    assert set(answer.json) >= {"message", "code"} or answer.json["xmlFormId"]


@cache
def good_xform() -> bytes:
    return workbook.convert(good_workbook(), "uji.xlsx").xform


@many
@given(xml=damaged(good_xform()) | rewrapped(good_xform()) | st.binary(max_size=300), publish=st.booleans())
def test_any_bytes_as_an_xform_become_a_form_or_are_refused(admin, project, xml, publish):
    query = {"ignoreWarnings": "true", "publish": str(publish)}
    forms_address = f"/v1/projects/{project.id}/forms"
    answer = admin.post(forms_address, data=xml, content_type="application/xml", query_string=query)
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.json
    if answer.status_code == 200:
        admin.delete(f"{forms_address}/{quote(answer.json['xmlFormId'], safe='')}")


#: What the routes read from an address, and values that mean something to one or other of them.
NAMES = st.sampled_from(
    ["deviceID", "formID", "st", "limit", "offset", "odata", "deletedFields", "groupPaths", "attachments", "$filter",
     "splitSelectMultiples", "q", "field", "value", "since", "until", "review", "older", "newer", "version", "blanks",
     "format", "table", "app_user", "draft", "next", "publish", "ignoreWarnings"]
) | anything  # fmt: skip
VALUES = anything | texts | st.sampled_from(
    ["/bulat", "/tanggal", "/waktu", "/titik", "/rahasia", "/ulang/isi", "csv", "xlsx", "zip", "uji-ulang", "true", "-1",
     "received", "hasIssues", "2026-01-31", "99999999999999999999", "1" * 400]
)  # fmt: skip


@pytest.fixture
def pages(app, world):
    """A browser that is logged in as administrator."""
    client = app.test_client()
    client.post("/login", data={"email": world.coordinator().email, "password": "kata-sandi-uji-1"})
    assert client.get("/").status_code == 200
    return client


@settings(many, max_examples=150)
@given(
    data=st.data(),
    query=st.dictionaries(NAMES, VALUES, max_size=4)
    | st.fixed_dictionaries({"field": st.sampled_from([f"/{name}" for name in QUESTIONS]), "value": VALUES}),
)
def test_any_query_on_any_page_or_route_is_answered(app, admin, pages, client, base, project, data, query):
    send(client, base, GOOD)
    sent = "uuid:00000000-0000-4000-8000-000000000001"
    known = {
        "project_id": str(project.id), "xml_form_id": "uji", "instance_id": sent, "version_id": sent, "version": "1",
        "name": "b.jpg", "role_id": "2", "actor_id": "1", "app_user_id": "2", "filename": "app.css",
        "person_id": "1", "token": "tautan-lama", "trial_id": "1", "filter_id": "1",
        "slug": "dasbor", "view": "bulat",
    }  # fmt: skip
    rule = data.draw(st.sampled_from([rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]))
    odd = data.draw(st.sampled_from(["", *sorted(rule.arguments)]))
    address = {name: data.draw(anything.filter(bool)) if name == odd else known[name] for name in rule.arguments}
    path = rule.build(address, append_unknown=False)[1]
    answer = (admin if path.startswith("/v1") else pages).get(path, query_string=query)
    assert answer.status_code < 500 or answer.json["code"] == 501.1
    answer.close()


@many
@given(
    token=anything | st.text("ABC!$", min_size=64, max_size=64),
    header=st.text(st.characters(max_codepoint=255, exclude_categories=("Cc",)), max_size=60),
    scheme=st.sampled_from(["Bearer ", "Basic ", "bearer", "Digest ", ""]),
)
def test_any_credential_is_refused_or_known(app, project, token, header, scheme):
    path = f"/v1/projects/{project.id}/formList"
    client = app.test_client()
    for given_to in (
        {"path": f"/v1/key/{quote(token, safe='')}/projects/{project.id}/formList"},
        {"path": path, "query_string": {"st": token}},
        {"path": path, "headers": {"Authorization": scheme + header}},
        {"path": path, "headers": {"Cookie": f"session={quote(token)}; __Host-session={quote(header)}; x={header}"}},
        {"path": "/", "headers": {"Cookie": f"session={quote(token)}; language={quote(header)}"}},
        {"path": "/login", "headers": {"Accept-Language": header, "Cookie": f"notices={quote(token)}"}},
    ):
        assert client.get(**given_to).status_code < 500, given_to
