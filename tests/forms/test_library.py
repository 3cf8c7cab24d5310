"""The programme pack of West Kalimantan: what a coordinator who opens, edits and uploads it may rely on."""

import csv
import re
import tomllib
import uuid
from functools import cache

import openpyxl
import pytest
from pyxform.xls2xform import convert as pyxform_convert

from forms.demo import KALBAR, read_pack
from forms.views import Sources, check
from forms.workbook import convert, read_dashboard

PACK = read_pack(KALBAR)
FORMS = {form.form_id: form for form in PACK.forms}
LANGUAGES = ("Bahasa Indonesia (id)", "English (en)")
TRANSLATED = ("label", "hint", "constraint_message")

#: What identifies a person directly, form by form (law 27/2022 and the task force's own list).
IDENTITY = {
    "tppo_korban_registrasi": {"nama", "nama_alias", "nik", "tgl_lahir", "alamat", "hp", "kontak_aman"},
    "tppo_sosialisasi": {"foto1", "foto2", "foto_daftar"},
    "ltsa_intake": {"nama", "nik", "tgl_lahir", "alamat", "hp"},
}

#: An upload speaks of these alone: ages stay readable though they come from a birth date, and outreach keeps both a
#: venue's place and photos.
EXPECTED_WARNINGS = {
    "tppo_korban_registrasi": {("identity-computed-open", "umur")},
    "tppo_sosialisasi": {("location-beside-identity", "lokasi")},
    "ltsa_intake": {("identity-computed-open", "umur")},
}

each_form = pytest.mark.parametrize("form_id", FORMS)


@cache
def book(form_id):
    return openpyxl.load_workbook(FORMS[form_id].workbook)


@cache
def table(form_id, sheet):
    """Read a sheet as rows by column name, blanks left out."""
    head, *body = book(form_id)[sheet].iter_rows(values_only=True)
    return [{name: value for name, value in zip(head, row, strict=True) if value is not None} for row in body]


@cache
def conversion(form_id):
    return convert(FORMS[form_id].workbook.read_bytes(), FORMS[form_id].workbook.name)


def listed(file):
    with (KALBAR / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def references(text):
    return set(re.findall(r"\$\{([^}]*)\}", text or ""))


# --- the workbooks ---


@each_form
def test_a_workbook_converts_without_a_warning(form_id):
    warnings = []
    result = pyxform_convert(str(FORMS[form_id].workbook), warnings=warnings)
    assert (warnings, result.warnings) == ([], [])


@each_form
def test_an_upload_warns_only_of_what_the_form_does_on_purpose(form_id):
    names = {row: question.get("name", "") for row, question in enumerate(table(form_id, "survey"), 2)}
    found = {(finding.code, names[finding.row]) for finding in conversion(form_id).findings}
    assert found == EXPECTED_WARNINGS[form_id]


@each_form
def test_every_cell_is_text_so_that_excel_spoils_no_code(form_id):
    for sheet in book(form_id):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.value is None or isinstance(cell.value, str), f"{sheet.title}!{cell.coordinate}"
                assert cell.row == 1 or cell.number_format == "@", f"{sheet.title}!{cell.coordinate}"


@each_form
def test_rows_that_a_coordinator_adds_are_formatted_as_text_too(form_id):
    for sheet in ("survey", "choices", "settings", "entities"):
        assert all(column.number_format == "@" for column in book(form_id)[sheet].column_dimensions.values())


@each_form
def test_the_head_row_stays_in_sight_and_privacy_is_chosen_from_a_list(form_id):
    survey = book(form_id)["survey"]
    assert survey.freeze_panes == "C2"
    offered = {rule.formula1 for rule in survey.data_validations.dataValidation}
    assert '"quasi,sensitive,identity"' in offered


@each_form
def test_question_names_are_unique_and_the_form_is_named_as_the_pack_says(form_id):
    names = [row["name"] for row in table(form_id, "survey") if "name" in row]
    assert len(names) == len(set(names))
    settings = table(form_id, "settings")[0]
    assert settings["form_id"] == form_id
    assert settings["form_title"] == FORMS[form_id].title["id"]


@each_form
def test_choice_names_are_unique_within_their_list_and_every_list_is_used(form_id):
    keys = [(row["list_name"], row["name"]) for row in table(form_id, "choices")]
    assert len(keys) == len(set(keys))
    asked = {
        row["type"].split()[1] for row in table(form_id, "survey") if re.match(r"select_(one|multiple) ", row["type"])
    }
    assert {name for name, _ in keys} == asked


@each_form
def test_whatever_is_said_is_said_in_indonesian_and_in_english(form_id):
    for sheet in ("survey", "choices"):
        for number, row in enumerate(table(form_id, sheet), 2):
            for column in TRANSLATED:
                said = [f"{column}::{language}" in row for language in LANGUAGES]
                assert said[0] == said[1], f"{sheet} row {number}: {column}"
    for row in table(form_id, "survey"):
        if row["type"] not in ("start", "end", "today", "username", "calculate") and not row["type"].startswith("end"):
            assert f"label::{LANGUAGES[0]}" in row, row["name"]
        assert ("constraint" in row) == (f"constraint_message::{LANGUAGES[0]}" in row), row["name"]


@each_form
def test_what_identifies_a_person_is_sealed_and_pictures_are_too(form_id):
    sealed = {field.name for field in conversion(form_id).schema.leaves if field.is_identity}
    pictures = {row["name"] for row in table(form_id, "survey") if row["type"] == "image"}
    assert sealed == IDENTITY[form_id]
    assert pictures <= sealed


@each_form
def test_no_identity_flows_into_a_label_an_instance_name_or_an_entity(form_id):
    survey = {row["name"]: row for row in table(form_id, "survey") if "name" in row}
    shown = [table(form_id, "settings")[0]["instance_name"], *table(form_id, "entities")[0].values()]
    shown += [row.get(f"label::{language}") for row in survey.values() for language in LANGUAGES]
    saved = {name for name, row in survey.items() if "save_to" in row}
    used = {name for text in shown for name in references(text)} | saved
    computed = used - {"umur"}  # an age may be shown, though it comes from a birth date
    reached = used | {name for one in computed for name in references(survey[one].get("calculation"))}
    assert not reached & IDENTITY[form_id]


@each_form
def test_a_record_belongs_to_a_district_and_a_one_stop_visit_to_its_office_too(form_id):
    expected = ("kabkota", "kantor") if form_id == "ltsa_intake" else ("kabkota",)
    assert conversion(form_id).schema.dimensions == expected


@pytest.mark.parametrize("form_id", ["tppo_korban_registrasi", "ltsa_intake"])
def test_a_form_about_cases_asks_for_no_place_and_no_picture(form_id):
    assert not {row["type"] for row in table(form_id, "survey")} & {
        "geopoint",
        "geotrace",
        "geoshape",
        "image",
        "audio",
        "video",
        "audit",
    }


@each_form
def test_computed_numbers_and_dates_are_typed(form_id):
    types = {field.name: field.type for field in conversion(form_id).schema.leaves}
    typed = {name: types[name] for name in ("umur", "skor_unsur", "total", "dok_ok", "skor_bahaya") if name in types}
    assert set(typed.values()) == {"int"}
    assert {types[name] for name in ("jatuh_tempo", "tgl_akhir") if name in types} <= {"date"}


# --- the pack and its lists ---


@each_form
def test_the_pack_brings_every_file_that_a_form_needs(form_id):
    wanted = {slot.name for slot in conversion(form_id).attachments}
    assert {path.name for path in FORMS[form_id].attachments} == wanted
    assert all(path.is_file() for path in FORMS[form_id].attachments)


def test_the_pack_describes_each_of_its_lists_once():
    toc = tomllib.loads((KALBAR / "pack.toml").read_text(encoding="utf-8"))
    assert sorted(entry["file"] for entry in toc["lists"]) == sorted(path.name for path in KALBAR.glob("*.csv"))
    assert set(PACK.name) == set(PACK.description) == {"id", "en"}


@pytest.mark.parametrize("file", sorted(path.name for path in KALBAR.glob("*.csv")))
def test_a_list_has_unique_names_and_a_label_in_every_row(file):
    rows = listed(file)
    assert len({row["name"] for row in rows}) == len(rows)
    assert all(row["label"] for row in rows)


def test_districts_and_subdistricts_are_complete_and_fit_together():
    districts, subdistricts = listed("kabkota.csv"), listed("kecamatan.csv")
    assert (len(districts), len(subdistricts), len(listed("provinsi.csv"))) == (14, 174, 38)
    assert all(re.fullmatch(r"61\.\d\d", row["name"]) for row in districts)
    assert all(row["name"].startswith(row["kabkota"] + ".") for row in subdistricts)
    assert {row["kabkota"] for row in subdistricts} == {row["name"] for row in districts}
    assert {"61.10": "Kabupaten Melawi"}.items() <= {row["name"]: row["label"] for row in districts}.items()


def test_every_district_has_organisations_and_offices_lie_in_one():
    districts = {row["name"] for row in listed("kabkota.csv")}
    assert {row["kabkota"] for row in listed("lembaga.csv")} == districts | {"61"}
    assert {row["kabkota"] for row in listed("ltsa.csv")} <= districts


def test_schools_are_keyed_by_uuid_and_none_is_real():
    subdistricts = {row["name"]: row["kabkota"] for row in listed("kecamatan.csv")}
    for row in listed("sekolah.csv"):
        assert str(uuid.UUID(row["name"])) == row["name"]
        assert "Contoh" in row["label"]
        assert row["npsn"].startswith("00")
        assert subdistricts[row["kecamatan"]] == row["kabkota"]


def test_the_list_of_registered_clients_starts_empty():
    assert listed("pmi.csv") == []


# --- the views sheets ---


@cache
def sources(own):
    lists = {}
    for path in KALBAR.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            lists[path.stem] = tuple(next(csv.reader(lines)))
    return Sources({form_id: conversion(form_id).schema for form_id in FORMS}, lists, own)


def dashboard():
    (path,) = PACK.dashboards
    return read_dashboard(path.read_bytes())


def sheet_of(name):
    return conversion(name).views if name in FORMS else dashboard().views


#: The three forms and the dashboard, by the name of its workbook.
each_views_sheet = pytest.mark.parametrize("name", [*FORMS, "dasbor_gugus_tugas"])


@each_views_sheet
def test_every_row_of_a_views_sheet_is_understood(name):
    checked = check(sheet_of(name), sources(name if name in FORMS else ""))
    assert checked.findings == ()
    rows = [row for row in sheet_of(name).rows if row.cell("type") not in ("fact", "begin section", "end section")]
    assert [view.row for view in checked.views] == rows


@each_form
def test_a_views_sheet_is_understood_before_its_lists_are_there(form_id):
    alone = Sources({form_id: conversion(form_id).schema}, dict.fromkeys(sources(form_id).lists), form_id)
    assert check(sheet_of(form_id), alone).findings == ()


@each_views_sheet
def test_every_figure_and_section_is_named_in_indonesian_and_in_english(name):
    for row in sheet_of(name).rows:
        assert (set(row.labels) == set(LANGUAGES)) or row.cell("type") == "end section", row.number
        assert set(row.hints) in (set(), set(LANGUAGES)), row.number
        assert len(row.labels.get(LANGUAGES[0], "")) <= 60, row.number


@each_views_sheet
def test_whoever_is_counted_in_a_form_about_cases_or_clients_is_counted_as_a_person(name):
    for view in check(sheet_of(name), sources(name if name in FORMS else "")).views:
        if view.source.form_id in ("tppo_korban_registrasi", "ltsa_intake"):
            assert view.is_of_people, view.name


@each_views_sheet
def test_each_figure_follows_the_period_of_the_page_by_the_day_that_the_form_asks_for(name):
    expected = {"tppo_korban_registrasi": "tgl_registrasi", "tppo_sosialisasi": "tgl", "ltsa_intake": "waktu_datang"}
    for view in check(sheet_of(name), sources(name if name in FORMS else "")).views:
        form_id = view.source.form_id or "tppo_sosialisasi"  # the lists are counted by their sessions
        assert view.row.cell("date") == f"${{{expected[form_id]}}}", view.name


@each_views_sheet
def test_no_target_is_invented(name):
    assert not any(row.cell("target") for row in sheet_of(name).rows)


def test_the_dashboard_goes_through_the_eight_steps_of_the_plan():
    sections = check(dashboard().views, sources("")).sections
    assert [s.row.labels[LANGUAGES[0]][0] for s in sections] == list("12345678")
    for section in sections:
        assert section.views or section.row.hints, section.row.labels
    assert {v.source.form_id for s in sections for v in s.views} >= set(FORMS)


@pytest.mark.parametrize("name", [*FORMS, "dasbor_gugus_tugas"])
def test_a_views_sheet_is_formatted_like_the_survey_sheet(name):
    path = FORMS[name].workbook if name in FORMS else PACK.dashboards[0]
    sheet = openpyxl.load_workbook(path)["views"]
    assert sheet.freeze_panes == "C2"
    assert all(column.number_format == "@" for column in sheet.column_dimensions.values())
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.value is None or isinstance(cell.value, str), cell.coordinate
            assert cell.row == 1 or cell.number_format == "@", cell.coordinate
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"people,programme"' in offered


def test_the_population_of_the_districts_adds_up_to_that_of_the_province():
    assert sum(int(row["penduduk"]) for row in listed("kabkota.csv")) == 5_646_268
