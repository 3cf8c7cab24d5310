"""What a submission's XML is read as: its ids, its rows, and what is refused."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.instance import ExpectedFile, Geo, Row, as_text, parse, rows
from forms.problems import (
    InstanceTooDeep,
    InstanceTooLarge,
    InstanceWithDoctype,
    MissingParameter,
    Problem,
    Unparseable,
    ValueTooLong,
)
from forms.schema import Field, Schema

WIB = timezone(timedelta(hours=7))


def leaf(path, kind_of_answer="string", **more):
    return Field(path=path, name=path.rpartition("/")[2], kind="leaf", type=kind_of_answer, **more)


def node(path, kind, **more):
    return Field(path=path, name=path.rpartition("/")[2], kind=kind, **more)


def schema(*fields):
    return Schema(form_id="f", version="1", title="F", root="data", fields=fields)


def laid_out(body, *fields, root="data"):
    return rows(parse(f'<{root} id="f">{body}</{root}>'.encode()), schema(*fields))


def one(answer, kind_of_answer, **more):
    """Read one answer; give its value, None where it has none, and the misfits."""
    result = laid_out(f"<q>{answer}</q>", leaf("/q", kind_of_answer, **more))
    return result.rows[0].values.get("/q"), result.misfits


# --- ids ---


@pytest.mark.parametrize(
    "xml",
    [
        '<data xmlns:orx="http://openrosa.org/xforms" id="f" version="3"><meta>{}</meta></data>',
        '<data xmlns:orx="http://openrosa.org/xforms" id="f" orx:version="3"><orx:meta>{}</orx:meta></data>',
        '<d xmlns="urn:f" xmlns:orx="http://openrosa.org/xforms" id="f" version="3"><q/><orx:meta>{}</orx:meta></d>',
        '<data id="f" version="3"><orx:meta xmlns:orx="http://openrosa.org/xforms/">{}</orx:meta></data>',
    ],
)
@pytest.mark.parametrize("tag", ["instanceID", "orx:instanceID"])
def test_ids_are_found_whatever_the_prefix(xml, tag):
    instance = parse(xml.format(f"<{tag}>uuid:1</{tag}>").encode())
    assert (instance.form_id, instance.version, instance.instance_id) == ("f", "3", "uuid:1")
    assert (instance.deprecated_id, instance.instance_name, instance.encrypted) == (None, None, False)


@pytest.mark.parametrize("version", ["", 'version=""'])
def test_a_missing_version_and_an_empty_one_are_the_same(version):
    assert parse(f'<data id="f" {version}/>'.encode()).version == ""


def test_an_edit_names_the_instance_it_replaces():
    meta = "<instanceID>b</instanceID><deprecatedID>a</deprecatedID><instanceName>Kunjungan &amp; 1</instanceName>"
    instance = parse(f'<data id="f"><meta>{meta}</meta></data>'.encode())
    assert (instance.instance_id, instance.deprecated_id, instance.instance_name) == ("b", "a", "Kunjungan & 1")


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        ('<data id="f"/>', None),
        ('<data id="f"><meta><instanceID/></meta></data>', None),
        ('<data id="f"><r><meta><instanceID>inner</instanceID></meta></r></data>', None),
        ('<data id="f"><instanceID>child</instanceID></data>', "child"),
        ('<data id="f" instanceID="attribute"/>', "attribute"),
        ('<data id="f"><meta><instanceID> kept as is </instanceID></meta></data>', " kept as is "),
        (f'<data id="f"><meta><instanceID>{"é" * 64}</instanceID></meta></data>', "é" * 64),
    ],
)
def test_the_instance_id_is_that_of_the_root_and_not_trimmed(xml, found):
    assert parse(xml.encode()).instance_id == found


def test_an_instance_id_of_more_than_64_characters_is_refused():
    with pytest.raises(ValueTooLong):
        parse(f'<data id="f"><meta><instanceID>{"x" * 65}</instanceID></meta></data>'.encode())


@pytest.mark.parametrize("xml", [b"<data/>", b'<data id=""/>', b'<data xmlns:x="urn:x" x:id="f"/>'])
def test_a_root_without_form_id_is_refused_with_the_field_that_central_names(xml):
    with pytest.raises(MissingParameter) as refused:
        parse(xml)
    assert refused.value.wire_details() == {"field": "form ID xml attribute"}


# --- what is no submission ---


@pytest.mark.parametrize("xml", [b"", b"\x00", b"id=f", b"<data id='f'>", b"\xff\xfe<", b"<a:data id='f'/>", b"{}"])
def test_what_is_not_well_formed_is_refused_as_unparseable(xml):
    with pytest.raises(Unparseable) as refused:
        parse(xml)
    assert refused.value.wire_details() == {"format": "xml", "rawLength": len(xml)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_that_the_xml_declares_is_followed(encoding):
    declared = encoding.removesuffix("-sig")
    xml = f'<?xml version="1.0" encoding="{declared}"?><data id="é"/>'.encode(encoding)
    assert parse(xml).form_id == "é"


@pytest.mark.parametrize("encoding", ["no-such-thing", "utf-7", "idna", "rot13", "base64", "big5", "undefined"])
def test_an_encoding_that_cannot_be_read_is_refused(encoding):
    with pytest.raises(Unparseable):
        parse(f'<?xml version="1.0" encoding="{encoding}"?><data id="é"/>'.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE data>",
        '<!DOCTYPE data [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE data SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_doctype_is_refused_in_any_encoding(doctype, encoding):
    with pytest.raises(InstanceWithDoctype):
        parse(f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<data id="f">&b;</data>'.encode(encoding))


def test_elements_may_be_as_deep_as_the_limit_and_no_deeper():
    assert parse(b"<data id='f'>" + b"<g>" * 99 + b"</g>" * 99 + b"</data>").form_id == "f"
    with pytest.raises(InstanceTooDeep):
        parse(b"<data id='f'>" + b"<g>" * 100 + b"</g>" * 100 + b"</data>")
    with pytest.raises(InstanceTooDeep):
        parse(b"<data id='f'>" + b"<g>" * 100_000 + b"</g>" * 100_000 + b"</data>")


def test_xml_that_is_too_large_or_has_too_many_elements_is_refused_before_it_is_read():
    with pytest.raises(InstanceTooLarge):
        parse(b'<data id="f"/>', max_bytes=13)
    assert parse(b'<data id="f"/>', max_bytes=14).form_id == "f"
    with pytest.raises(InstanceTooLarge):
        parse(b"<a>" + b"<b/>" * 1_000_000)


FORM = schema(
    leaf("/nama", privacy="identity"),
    leaf("/umur", "int"),
    node("/g", "group"),
    leaf("/g/tgl", "dateTime"),
    node("/r", "repeat"),
    leaf("/r/di", "geopoint", repeat="/r"),
    leaf("/r/foto", "binary", repeat="/r"),
    node("/meta", "group"),
    leaf("/meta/instanceID"),
)
SENT = (
    b'<?xml version="1.0" encoding="UTF-8"?><data xmlns:o="http://openrosa.org/xforms" id="f" version="1">'
    b"<nama>CANARY-NAMA-1</nama><umur>17</umur><g><tgl>2026-03-04T08:09:10.123+07:00</tgl></g>"
    b"<r><di>-0.02 109.34 0 5</di><foto>CANARY-FOTO-1.jpg</foto></r><r/>"
    b"<o:meta><o:instanceID>uuid:1</o:instanceID><o:instanceName>CANARY-JUDUL-1</o:instanceName></o:meta></data>"
)


def read(xml):
    """Give what comes of any bytes: all that was read, or the problem's texts."""
    try:
        return repr(rows(parse(xml), FORM))
    except Problem as problem:
        return f"{problem.text('en')} {problem.text('id')} {problem.wire_details()} {problem!r}"


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_instance_or_a_problem(noise):
    read(noise)
    read(b'<?xml version="1.0"?>' + noise)
    read(b'<?xml version="1.0" encoding="' + noise)
    read(b'<data id="f"><nama>' + noise + b"</nama></data>")


@settings(deadline=None, max_examples=500)
@given(st.data())
def test_a_damaged_submission_is_read_or_refused_and_never_quoted(data):
    xml = bytearray(SENT)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(xml)))
        end = data.draw(st.integers(at, min(len(xml), at + 12)))
        piece = st.sampled_from([b"", b"<", b">", b"&", b"/", b'"', b"<!--", b"<![CDATA[", b"\x00", b"</r>", b"\xc3"])
        xml[at:end] = data.draw(st.one_of(piece, st.binary(max_size=6)))
    assert "CANARY" not in read(bytes(xml))


def test_no_answer_shows_when_what_was_read_is_printed():
    instance = parse(SENT)
    result = rows(instance, FORM)
    assert result.rows[0].values["/nama"] == "CANARY-NAMA-1"
    assert "CANARY" not in f"{instance!r} {result!r} {result.rows!r} {result.files!r}"


# --- values ---


@pytest.mark.parametrize(
    ("kind_of_answer", "text", "value"),
    [
        ("int", "42", 42),
        ("int", " -7\n", -7),
        ("int", "007", 7),
        ("int", "9223372036854775807", 2**63 - 1),
        ("int", "-9223372036854775808", -(2**63)),
        ("decimal", "3.5", 3.5),
        ("decimal", "-.5", -0.5),
        ("decimal", "1.0E10", 1e10),
        ("boolean", "true", True),
        ("boolean", "0", False),
        ("date", "2026-03-04", date(2026, 3, 4)),
        ("date", "0001-01-01", date(1, 1, 1)),
        ("date", "9999-12-31", date(9999, 12, 31)),
        ("time", "08:09:10.123+07:00", time(8, 9, 10, 123000)),
        ("time", "23:59:59.999999999Z", time(23, 59, 59, 999999)),
        ("time", "08:09", time(8, 9)),
        ("dateTime", "2026-03-04T08:09:10.123+07:00", datetime(2026, 3, 4, 8, 9, 10, 123000, WIB)),
        ("dateTime", "2026-03-04T08:09:10.123+07", datetime(2026, 3, 4, 1, 9, 10, 123000, UTC)),
        ("dateTime", "2026-03-04T08:09:10+0700", datetime(2026, 3, 4, 1, 9, 10, tzinfo=UTC)),
        ("dateTime", "2026-03-04T08:09:10Z", datetime(2026, 3, 4, 8, 9, 10, tzinfo=UTC)),
        ("dateTime", "2026-03-04T08:09:10.5-03:30", datetime(2026, 3, 4, 11, 39, 10, 500000, UTC)),
        ("geopoint", "-0.0263 109.3425 3.0 4.5", Geo("-0.0263 109.3425 3.0 4.5", -0.0263, 109.3425)),
        ("geopoint", "90 -180", Geo("90 -180", 90.0, -180.0)),
        ("geopoint", "0 0 -1E2", Geo("0 0 -1E2", 0.0, 0.0)),
        ("geotrace", "1 2 0 0; 3 4 0 0;", Geo("1 2 0 0; 3 4 0 0;", 1.0, 2.0)),
        ("geoshape", "1 2;3 4;5 6;1 2", Geo("1 2;3 4;5 6;1 2", 1.0, 2.0)),
        ("string", "  dua  spasi ", "  dua  spasi "),
        ("string", "baris 1\nbaris 2 &lt;&amp;&gt; 🏮", "baris 1\nbaris 2 <&> 🏮"),
        ("string", "<![CDATA[<b>]]>", "<b>"),
        ("barcode", "0012", "0012"),
        ("", "apa saja", "apa saja"),
        ("binary", " 17 a#b?.jpg ", "17 a#b?.jpg"),
    ],
)
def test_an_answer_becomes_a_value_of_its_type(kind_of_answer, text, value):
    found, misfits = one(text, kind_of_answer)
    assert (found, type(found), misfits) == (value, type(value), ())
    assert one(escape(as_text(found)), kind_of_answer) == (value, ())


@pytest.mark.parametrize(
    ("kind_of_answer", "text"),
    [
        *(("int", t) for t in ["3.0", "x", "1_000", "1 000", "٤٢", "9223372036854775808", "9" * 5000, "--1", "0x1"]),
        *(("decimal", t) for t in ["3,5", "NaN", "Infinity", "-inf", "1e999", "1_0.5", "٣.٤", ".", "e5", "9" * 5000]),
        *(("boolean", t) for t in ["yes", "TRUE", "2"]),
        *(("date", t) for t in ["2026-02-30", "20260304", "2026-W10-3", "04/03/2026", "0000-01-01", "12026-03-04"]),
        *(("date", t) for t in ["2026-03-04T00:00:00.000+07:00", "-001-01-01", "٢٠٢٦-03-04"]),
        *(("time", t) for t in ["24:00:00", "8:09", "08:09:10+99:00", "08:09:10+7", "08:09:10 WIB", "08:09:61"]),
        *(("dateTime", t) for t in ["2026-03-04T08:09:10", "2026-03-04", "2026-03-04 08:09:10Z", "2026-03-04T25:00Z"]),
        *(("dateTime", t) for t in ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"]),
        *(("dateTime", t) for t in ["2026-03-04T08:09:10+15:00", "2026-03-04T08:09:10+07:60", "2026-13-04T08:09Z"]),
        *(("geopoint", t) for t in ["91 0", "0 181", "1", "1 2 3 4 5", "1,2", "1 2;3 4", "a b", "NaN 1", "1 2 x"]),
        *(("geotrace", t) for t in ["1 2;;3 4", ";", "1 2;300 4", "1 2 " + "9" * 500]),
    ],
)
def test_an_answer_that_does_not_fit_its_type_is_left_out_and_reported(kind_of_answer, text):
    assert one(text, kind_of_answer) == (None, ("/q",))


@pytest.mark.parametrize(
    "kind_of_answer", ["string", "int", "decimal", "boolean", "date", "time", "dateTime", "geopoint", "binary"]
)
@pytest.mark.parametrize("text", ["", "  ", "\n\t", "<!-- tidak ada -->"])
def test_an_empty_or_blank_answer_is_none_whatever_its_type(kind_of_answer, text):
    assert one(text, kind_of_answer) == (None, ())


@pytest.mark.parametrize("control", ["select", "select1", "rank"])
def test_white_space_around_choice_names_is_dropped(control):
    assert one(" ya \n", "string", control=control) == ("ya", ())


ANSWERS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=30),
    st.from_regex(r"[0-9+:TZ. ;eE-]{0,40}", fullmatch=True),
    st.builds("{}{}".format, st.datetimes().map(datetime.isoformat), st.sampled_from(["Z", "+07", "-09:30", ""])),
    st.floats().map(str),
    st.integers().map(str),
)
TYPES = {
    "int": int,
    "decimal": float,
    "boolean": bool,
    "date": date,
    "time": time,
    "dateTime": datetime,
    "geopoint": Geo,
    "geotrace": Geo,
    "string": str,
}


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(sorted(TYPES)), ANSWERS)
def test_whatever_is_answered_the_database_can_hold_what_comes_out_and_as_text_it_reads_the_same(kind_of_answer, text):
    instance = parse(b'<data id="f"><q/></data>')
    instance.root[0].text = text
    result = rows(instance, schema(leaf("/q", kind_of_answer)))
    if "/q" not in result.rows[0].values:
        assert result.misfits == (("/q",) if text.strip() else ())
        return
    value = result.rows[0].values["/q"]
    assert type(value) is TYPES[kind_of_answer]
    instance.root[0].text = as_text(value)
    assert rows(instance, schema(leaf("/q", kind_of_answer))).rows[0].values["/q"] == value
    if isinstance(value, datetime):
        assert value.astimezone(UTC).utcoffset() == timedelta(0)
    elif kind_of_answer == "int":
        assert -(2**63) <= value < 2**63
    elif kind_of_answer == "decimal":
        assert abs(value) < float("inf")
    elif isinstance(value, Geo):
        assert abs(value.latitude) <= 90
        assert abs(value.longitude) <= 180


# --- rows ---


def test_groups_are_flattened_by_path_and_the_same_name_may_occur_in_two():
    result = laid_out(
        "<a><q>1</q></a><b><q>2</q></b>",
        node("/a", "group"),
        leaf("/a/q"),
        node("/b", "group"),
        leaf("/b/q"),
    )
    assert result.rows == (Row("", 0, 0, 0, {"/a/q": "1", "/b/q": "2"}),)


def test_what_the_schema_does_not_know_is_passed_over():
    result = laid_out('<x><q>1</q></x><q odk="1">2<!-- c --></q>lepas<meta><z>3</z></meta>', leaf("/q"))
    assert (result.rows[0].values, result.misfits) == ({"/q": "2"}, ())


def test_a_field_inside_unexpected_markup_is_a_misfit_not_a_part_of_the_answer():
    result = laid_out("<q>satu <b>dua</b> tiga</q>", leaf("/q"))
    assert (result.rows[0].values, result.misfits) == ({}, ("/q",))


def test_a_field_that_occurs_twice_keeps_its_first_answer_and_is_reported_if_they_differ():
    assert laid_out("<q/><q>1</q><q>1</q>", leaf("/q")).misfits == ()
    result = laid_out("<q>1</q><q>2</q>", leaf("/q"))
    assert (result.rows[0].values, result.misfits) == ({"/q": "1"}, ("/q",))


NESTED = (
    node("/g", "group"),
    node("/g/r", "repeat"),
    leaf("/g/r/a", repeat="/g/r"),
    node("/g/r/s", "repeat", repeat="/g/r"),
    leaf("/g/r/s/b", "int", repeat="/g/r/s"),
    node("/t", "repeat"),
    leaf("/t/c", repeat="/t"),
)


def test_repeats_are_numbered_over_the_submission_and_placed_within_their_parent():
    result = laid_out(
        "<g><r><a>x</a><s><b>1</b></s><s><b>2</b></s></r></g><t/><g><r/></g><g><r><s><b>3</b></s></r></g><t><c>z</c></t>",
        *NESTED,
    )
    assert result.rows == (
        Row("", 0, 0, 0, {}),
        Row("/g/r", 1, 0, 1, {"/g/r/a": "x"}),
        Row("/g/r/s", 1, 1, 1, {"/g/r/s/b": 1}),
        Row("/g/r/s", 2, 1, 2, {"/g/r/s/b": 2}),
        Row("/t", 1, 0, 1, {}),
        Row("/g/r", 2, 0, 2, {}),
        Row("/g/r", 3, 0, 3, {}),
        Row("/g/r/s", 3, 3, 1, {"/g/r/s/b": 3}),
        Row("/t", 2, 0, 2, {"/t/c": "z"}),
    )


def test_misfits_name_a_path_once_however_many_rows_have_it():
    body = "<g><r>" + "<s><b>x</b></s>" * 3 + "<s><b>4</b></s></r></g>"
    assert laid_out(body, *NESTED).misfits == ("/g/r/s/b",)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 99), max_size=4), max_size=5), st.lists(st.text("xyz", min_size=1), max_size=4))
def test_what_repeats_hold_comes_back_in_order_under_its_parent(inner, others):
    outer = "".join(f"<r><a>a{i}</a>{''.join(f'<s><b>{b}</b></s>' for b in bs)}</r>" for i, bs in enumerate(inner))
    result = laid_out(f"<g>{outer}</g>{''.join(f'<t><c>{c}</c></t>' for c in others)}", *NESTED)
    by_repeat = {path: [r for r in result.rows if r.repeat == path] for path in ("", "/g/r", "/g/r/s", "/t")}
    assert [r.values["/g/r/a"] for r in by_repeat["/g/r"]] == [f"a{i}" for i in range(len(inner))]
    assert [r.values["/t/c"] for r in by_repeat["/t"]] == others
    for r in by_repeat["/g/r"]:
        mine = [s for s in by_repeat["/g/r/s"] if s.parent == r.number]
        assert [s.values["/g/r/s/b"] for s in mine] == inner[r.number - 1]
        assert [s.position for s in mine] == list(range(1, len(mine) + 1))
    assert [r.number for r in by_repeat["/g/r"]] == list(range(1, len(inner) + 1))
    assert [s.number for s in by_repeat["/g/r/s"]] == list(range(1, sum(map(len, inner)) + 1))


def test_two_thousand_repeats_and_five_thousand_questions_are_laid_out_whole():
    many = laid_out("<g><r><a>x</a><s><b>1</b></s></r></g>" * 2000, *NESTED)
    assert [len([r for r in many.rows if r.repeat == path]) for path in ("", "/g/r", "/g/r/s")] == [1, 2000, 2000]
    wide = laid_out("".join(f"<q{n}>{n}</q{n}>" for n in range(5000)), *(leaf(f"/q{n}", "int") for n in range(5000)))
    assert wide.rows[0].values == {f"/q{n}": n for n in range(5000)}


# --- scopes ---


def test_the_scopes_are_the_distinct_answers_of_each_dimension_in_order():
    result = laid_out(
        "<k> 61.03 </k><o>ltsa_ptk</o><r><k2>61.01 61.03</k2></r><r><k2/></r>",
        leaf("/k", scope="kabkota", control="select1"),
        leaf("/o", scope="kantor"),
        node("/r", "repeat"),
        leaf("/r/k2", scope="kabkota", control="select", repeat="/r"),
        leaf("/lain", scope="shelter"),
    )
    assert result.scopes == {"kabkota": ("61.03", "61.01"), "kantor": ("ltsa_ptk",), "shelter": ()}


def test_a_scope_too_long_to_name_a_district_is_reported_and_its_answer_kept():
    result = laid_out(f"<k>{'x' * 201}</k>", leaf("/k", scope="kabkota"))
    assert (result.scopes, result.misfits) == ({"kabkota": ()}, ("/k",))
    assert result.rows[0].values == {"/k": "x" * 201}


# --- files ---


def test_files_are_expected_once_by_the_exact_name_that_the_xml_gives():
    result = laid_out(
        "<f>a b#.jpg</f><r><g>A B#.jpg</g></r><r><g>a b#.jpg</g></r><r><g> </g></r><teks>bukan.jpg</teks>"
        "<meta><audit>audit.csv</audit></meta>",
        leaf("/f", "binary"),
        node("/r", "repeat"),
        leaf("/r/g", "binary", repeat="/r"),
        leaf("/teks"),
        node("/meta", "group"),
        leaf("/meta/audit", "binary"),
    )
    assert result.files == (
        ExpectedFile("a b#.jpg", "/f", ""),
        ExpectedFile("A B#.jpg", "/r/g", ""),
        ExpectedFile("audit.csv", "/meta/audit", ""),
    )


def test_a_file_is_identity_if_any_field_that_names_it_is_and_so_is_the_log_of_a_form_with_identity():
    result = laid_out(
        "<f>x.jpg</f><ktp>x.jpg</ktp><meta><audit>audit.csv</audit></meta>",
        leaf("/f", "binary"),
        leaf("/ktp", "binary", privacy="identity"),
        node("/meta", "group"),
        leaf("/meta/audit"),
    )
    assert result.files == (
        ExpectedFile("x.jpg", "/f", "identity"),
        ExpectedFile("audit.csv", "/meta/audit", "identity"),
    )


ENCRYPTED = (
    '<data xmlns="{namespace}" id="f" version="1" encrypted="yes"><base64EncryptedKey>a2V5</base64EncryptedKey>'
    '<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{instance_id}</orx:instanceID></orx:meta>'
    "<media><file>1.jpg.enc</file></media><media><file>2.jpg.enc</file><file/></media>"
    "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile><nama>bukan jawaban</nama>"
    "<base64EncryptedElementSignature>c2ln</base64EncryptedElementSignature></data>"
)


@pytest.mark.parametrize(
    "namespace", ["http://www.opendatakit.org/xforms/encrypted", "http://opendatakit.org/submissions"]
)
def test_an_encrypted_instance_gives_its_id_and_the_files_it_declares_and_nothing_else(namespace):
    instance = parse(ENCRYPTED.format(namespace=namespace, instance_id="uuid:1").encode())
    result = rows(instance, FORM)
    assert (instance.encrypted, instance.instance_id) == (True, "uuid:1")
    assert result.rows == (Row("", 0, 0, 0, {"/meta/instanceID": "uuid:1"}),)
    assert result.files == (
        ExpectedFile("1.jpg.enc", "/media/file", "identity"),
        ExpectedFile("2.jpg.enc", "/media/file", "identity"),
        ExpectedFile("submission.xml.enc", "/encryptedXmlFile", "identity"),
    )


def test_an_encrypted_instance_without_id_is_refused():
    with pytest.raises(MissingParameter) as refused:
        parse(ENCRYPTED.format(namespace="urn:x", instance_id="").encode())
    assert refused.value.wire_details() == {"field": "instanceID"}
