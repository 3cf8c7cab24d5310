"""The made-up answers: they are what a phone would send, and they are nobody's."""

import csv
import dataclasses
import re
from datetime import date, timedelta
from functools import cache
from itertools import islice

import pytest
from defusedxml import ElementTree

from forms.demo import KALBAR, answers, read_pack
from forms.instance import parse, rows
from forms.workbook import convert
from tests.support.phone import Filled, engine  # noqa: F401 - a fixture

TODAY = date(2026, 11, 24)
PACK = read_pack(KALBAR)
COUNTS = {"tppo_korban_registrasi": 240, "tppo_sosialisasi": 140, "ltsa_intake": 320}
FOLLOW_UP = {"tinggi": 7, "sedang": 14, "rendah": 30}

FORMS = {form.form_id: form for form in PACK.forms}

each_form = pytest.mark.parametrize("form_id", FORMS)


@cache
def conversion(form_id):
    workbook = FORMS[form_id].workbook
    return convert(workbook.read_bytes(), workbook.name)


@cache
def sent(form_id):
    return list(answers(form_id, conversion(form_id).schema, today=TODAY))


@cache
def read(form_id):
    """Read each submission as (answers of the root, rows of the repeat), by question name."""
    found = []
    for xml in sent(form_id):
        laid = rows(parse(xml), conversion(form_id).schema)
        named = [{path.rpartition("/")[2]: value for path, value in row.values.items()} for row in laid.rows]
        found.append((named[0], named[1:]))
    return found


def leaves(xml, repeats):
    """List (path, text, attributes) of every leaf, repeats numbered, as the phone's test tool names them."""

    def below(node, path):
        seen = {}
        for child in node:
            seen[child.tag] = seen.get(child.tag, 0) + 1
            here = f"{path}/{child.tag}" + (f"[{seen[child.tag]}]" if child.tag in repeats else "")
            if len(child):
                yield from below(child, here)
            else:
                yield here, child.text or "", dict(child.attrib)

    return list(below(ElementTree.fromstring(xml), ""))


def years(born, on):
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@each_form
def test_each_form_gets_its_number_of_submissions_and_the_same_ones_every_time(form_id):
    schema = conversion(form_id).schema
    assert len(sent(form_id)) == COUNTS[form_id]
    assert list(answers(form_id, schema, today=TODAY)) == sent(form_id)
    assert list(answers(form_id, schema, 3, today=TODAY, seed=2)) != sent(form_id)[:3]
    assert len(list(answers(form_id, schema, 7, today=TODAY))) == 7


@each_form
def test_every_value_fits_its_question_and_no_id_comes_twice(form_id):
    ids = set()
    for xml in sent(form_id):
        instance = parse(xml)
        assert (instance.form_id, instance.version) == (form_id, conversion(form_id).schema.version)
        assert rows(instance, conversion(form_id).schema).misfits == ()
        ids.add(instance.instance_id)
    assert len(ids) == len(sent(form_id))


@each_form
def test_submissions_lie_in_this_and_last_year_oldest_first(form_id):
    starts = [root["start"] for root, _ in read(form_id)]
    assert starts == sorted(starts)
    assert all(date(2025, 1, 1) <= start.date() < TODAY for start in starts)
    assert {(start.year, (start.month + 2) // 3) for start in starts} == {
        (y, q) for y in (2025, 2026) for q in range(1, 5)
    }
    assert len({(start.year, start.month) for start in starts}) >= 11


@each_form
def test_every_question_is_answered_somewhere_but_those_that_need_a_photo_or_an_earlier_client(form_id):
    met = {path for xml in sent(form_id) for path, _, _ in leaves(xml, ())}
    unmet = {field.name for field in conversion(form_id).schema.leaves if field.path not in met}
    assert unmet <= {"pmi_lama", "n_anak", "n_kosong", "modus_lain", "entity"}


@each_form
def test_every_choice_is_one_that_its_question_offers(form_id):
    schema = conversion(form_id).schema
    selects = [field for field in schema.leaves if field.choice_list or field.choices_file]
    for root, participants in read(form_id):
        for field in selects:
            for row in participants if field.repeat else [root]:
                assert set(row.get(field.name, "").split()) <= offered(schema, field), field.path


@cache
def offered_in(file):
    with (KALBAR / file).open(encoding="utf-8", newline="") as lines:
        return {row["name"] for row in csv.DictReader(lines)}


def offered(schema, field):
    if field.choices_file:
        return offered_in(field.choices_file)
    return {choice.name for choice in schema.choices[field.choice_list]}


@each_form
def test_people_are_visibly_made_up(form_id):
    for root, _ in read(form_id):
        assert re.fullmatch(r"((Contoh|Misal|Umpama|Peraga|Andai) .*)?", root.get("nama", ""))
        assert re.fullmatch(r"(000000\d{10})?", root.get("nik", ""))
        assert re.fullmatch(r"(00000000\d{4})?", root.get("hp", ""))
        assert re.fullmatch(r"(Jalan Contoh No\. \d+)?", root.get("alamat", ""))


def test_all_fourteen_districts_appear_and_the_border_posts_see_batches():
    cases = [root for root, _ in read("tppo_korban_registrasi")]
    visits = [root for root, _ in read("ltsa_intake")]
    sessions = [root for root, _ in read("tppo_sosialisasi")]
    assert {row.get("kabkota") for row in cases + visits} | {row["kab"] for row in sessions} >= offered_in(
        "kabkota.csv"
    )
    batches = {row["kode_rombongan"] for row in cases if "kode_rombongan" in row}
    members = sum("kode_rombongan" in row for row in cases)
    assert members > 2 * len(batches) > 4
    assert sum(row.get("titik_masuk") == "plbn_entikong" for row in cases) > members / 2
    assert {row.get("asal_kalbar") for row in cases} >= {"ya", "tidak"}


def test_without_consent_a_registration_holds_neither_identity_nor_story():
    form_id = "tppo_korban_registrasi"
    closed = {f.name for f in conversion(form_id).schema.leaves if f.privacy in ("identity", "sensitive")}
    refused = [root for root, _ in read(form_id) if root["persetujuan"] != "ya"]
    assert refused
    assert all(not closed & set(root) for root in refused)


def test_ages_and_due_dates_are_those_that_the_form_computes():
    for root, _ in read("tppo_korban_registrasi"):
        if root["persetujuan"] != "ya":
            continue
        on = root["tgl_registrasi"]
        assert root["umur"] == (years(root["tgl_lahir"], on) if "tgl_lahir" in root else root["umur_kira"])
        assert (root["anak"] == "ya") == (root["umur"] < 18) == (root["persetujuan_oleh"] != "diri")
        assert root["jatuh_tempo"] == on + timedelta(days=FOLLOW_UP[root["risiko"]])
    for root, _ in read("ltsa_intake"):
        if "tgl_lahir" in root:
            assert root["umur"] == years(root["tgl_lahir"], root["waktu_datang"].date())


def test_attendance_is_counted_from_the_rows_or_from_the_head_counts():
    by_row = 0
    for root, participants in read("tppo_sosialisasi"):
        counted = sum(value for name, value in root.items() if re.fullmatch(r"[lp]_u\d.*", name))
        assert root["total"] == (len(participants) or counted)
        by_row += bool(participants)
    assert by_row > 10


def test_a_school_outside_the_list_is_named_and_updates_no_entity():
    for xml in sent("tppo_sosialisasi"):
        node = ElementTree.fromstring(xml)
        entity, listed = node.find("meta/entity"), node.findtext("g_kegiatan/sekolah")
        assert entity.get("update") == ("1" if listed else "0")
        assert entity.get("id") == (listed or "")


@each_form
def test_the_form_engine_accepts_every_answer_and_computes_the_same_values(form_id, engine):  # noqa: F811
    converted = conversion(form_id)
    media = {path.name: path.read_bytes() for path in FORMS[form_id].attachments}
    repeats = {field.name for field in converted.schema.repeats}
    changing = ("/end", "/meta/instanceID", "/meta/deprecatedID")
    for xml in islice(sent(form_id), 0, None, 10):
        given = leaves(xml, repeats)
        fixed = {path: text or None for path, text, _ in given if not path.startswith("/meta")}
        again = engine.edit(converted.xform, Filled(xml, {}, "uuid:x", "x.xml"), media, answers=fixed)
        kept = [leaf for leaf in leaves(again.xml, repeats) if leaf[0] not in changing]
        assert kept == [leaf for leaf in given if leaf[0] not in changing]


def test_a_form_that_lost_a_question_is_refused_with_its_name():
    schema = conversion("tppo_korban_registrasi").schema
    lesser = dataclasses.replace(schema, fields=tuple(f for f in schema.fields if f.name != "risiko"))
    with pytest.raises(ValueError, match="no question risiko"):
        list(answers("tppo_korban_registrasi", lesser, today=TODAY))
