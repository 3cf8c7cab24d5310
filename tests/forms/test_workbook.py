"""A workbook that is right: what it becomes on phones, and what we know about its answers."""

import datetime as dt
import io

import pytest
import xlsxwriter
from pyxform.xls2xform import convert as pyxform_convert

from forms.schema import Schema
from forms.workbook import Conversion, convert, lint
from tests.support import odk

QUESTIONS = """
| survey |
| | type          | name    | label   | calculation | parameters                  | trigger | appearance |
| | start         | mulai   |         |             |                             |         |            |
| | end           | selesai |         |             |                             |         |            |
| | today         | hari    |         |             |                             |         |            |
| | deviceid      | alat    |         |             |                             |         |            |
| | username      | akun    |         |             |                             |         |            |
| | phonenumber   | telp    |         |             |                             |         |            |
| | email         | surel   |         |             |                             |         |            |
| | text          | teks    | Teks    |             | rows=3                      |         | multiline  |
| | integer       | bulat   | Bulat   |             |                             |         |            |
| | decimal       | desimal | Desimal |             |                             |         |            |
| | date          | tanggal | Tanggal |             |                             |         | month-year |
| | time          | jam     | Jam     |             |                             |         |            |
| | dateTime      | saat    | Saat    |             |                             |         |            |
| | note          | catatan | Baca    |             |                             |         |            |
| | acknowledge   | paham   | Paham?  |             |                             |         |            |
| | calculate     | hitung  |         | 1 + 1       |                             |         |            |
| | hidden        | simpan  |         | 'x'         |                             |         |            |
| | range         | skala   | Skala   |             | start=0 end=10 step=1       |         |            |
| | range         | suhu    | Suhu    |             | start=0.5 end=2 step=0.5    |         |            |
| | barcode       | kode    | Kode    |             |                             |         |            |
| | text          | picu    | Picu    | now()       |                             | ${teks} |            |
"""
MEDIA = """
| survey |
| | type                | name   | label  | parameters       | trigger | media::image | media::audio | default   |
| | image               | foto   | Foto   | max-pixels=1024  |         | contoh.png   | baca.mp3     |           |
| | image               | gambar | Gambar | max-pixels=512   |         |              |              | awal.png  |
| | audio               | suara  | Suara  | quality=low      |         |              |              |           |
| | video               | video  | Video  |                  |         |              |              |           |
| | file                | berkas | Berkas |                  |         |              |              |           |
| | osm                 | peta   | Peta   |                  |         |              |              |           |
| | background-audio    | latar  |        |                  |         |              |              |           |
| | audit               |        |        | track-changes=true |       |              |              |           |
"""
PLACES = """
| survey |
| | type                | name   | label  | parameters            | trigger   |
| | geopoint            | titik  | Titik  | capture-accuracy=10   |           |
| | geotrace            | jalur  | Jalur  |                       |           |
| | geoshape            | bidang | Bidang |                       |           |
| | start-geopoint      | awal   |        |                       |           |
| | background-geopoint | saat   |        |                       | ${titik}  |
"""
SELECTS = """
| survey |
| | type                                  | name  | label | choice_filter | appearance       | calculation |
| | select_one jk                         | jk    | JK    |               |                  |             |
| | select_multiple jk                    | jks   | JKs   |               |                  |             |
| | rank jk                               | urut  | Urut  |               |                  |             |
| | select_one jk or_other                | lain  | Lain  |               |                  |             |
| | select_one prov                       | prov  | Prov  |               |                  |             |
| | select_one kab                        | kab   | Kab   | prov=${prov}  |                  |             |
| | select_one_from_file desa.csv         | desa  | Desa  | kab=${kab}    |                  |             |
| | select_multiple_from_file desa.csv    | desas | Desas |               |                  |             |
| | select_one_from_file tempat.geojson   | lokasi | Lokasi |             | map              |             |
| | select_one cari                       | cari  | Cari  |               | search('lembaga') |            |
| | calculate                             | nama_desa |   |               |                  | pulldata('kamus', 'nama', 'kode', ${desa}) |
| | csv-external                          | daftar |      |               |                  |             |
| | xml-external                          | pohon |       |               |                  |             |
| choices |
| | list_name | name  | label     | prov | media::image |
| | jk        | l     | Laki-laki |      | l.png        |
| | jk        | p     | Perempuan |      |              |
| | prov      | 61    | Kalbar    |      |              |
| | kab       | 61.03 | Sanggau   | 61   |              |
| | kab       | 61.10 | Melawi    | 61   |              |
| | cari      | kode  | nama      |      |              |
"""
EXTERNAL = """
| survey |
| | type                      | name | label | choice_filter |
| | text                      | prov | Prov  |               |
| | select_one_external kab   | kab  | Kab   | prov=${prov}  |
| external_choices |
| | list_name | name  | label   | prov |
| | kab       | 61.03 | Sanggau | 61   |
| | kab       | 61.10 | Melawi  | 61   |
"""
REPEATS = """
| survey |
| | type         | name    | label   | repeat_count | calculation    | default |
| | text         | kepala  | Kepala  |              |                |         |
| | begin_repeat | anggota | Anggota | 3            |                |         |
| | text         | nama    | Nama    |              |                | ${kepala} |
| | begin group  | g       | G       |              |                |         |
| | begin repeat | anak    | Anak    |              |                |         |
| | integer      | umur    | Umur    |              |                |         |
| | end repeat   |         |         |              |                |         |
| | end group    |         |         |              |                |         |
| | end_repeat   |         |         |              |                |         |
| | calculate    | jumlah  |         |              | count(${anggota}) |      |
| | select_one ${nama} | wakil | Wakil |            |                |         |
"""
LANGUAGES = """
| survey |
| | type          | name | label::Bahasa Indonesia (id) | label::English (en) | label::Melayu (ms) | hint::English (en) | media::image::English (en) |
| | text          | nama | Nama                         | Name                | Name               | As on the card     | en.png                     |
| | select_one yt | mau  | Mau, ${nama}?                | Would you, ${nama}? | Mau?               |                    |                            |
| choices |
| | list_name | name | label::Bahasa Indonesia (id) | label::English (en) | label::Melayu (ms) |
| | yt        | ya   | Ya                           | Yes                 | Ya                 |
| | yt        | tidak | Tidak                       | No                  | Tidak              |
| settings |
| | form_title | form_id | version | default_language      | instance_name      | name  |
| | Uji        | uji     | 7       | Bahasa Indonesia (id) | concat('A', ${mau}) | akar |
"""
ENTITIES = """
| survey |
| | type                           | name   | label | save_to     | calculation |
| | select_one_from_file kasus.csv | kasus  | Kasus |             |             |
| | text                           | status | Status | kasus#status |           |
| | begin repeat                   | rujuk  | Rujuk |             |             |
| | text                           | tujuan | Tujuan | rujukan#tujuan |         |
| | end repeat                     |        |       |             |             |
| entities |
| | list_name | label     | entity_id |
| | kasus     |           | ${kasus}  |
| | rujukan   | ${tujuan} |           |
"""
LAST_SAVED = """
| survey |
| | type | name | label | default             |
| | text | pos  | Pos   | ${last-saved#pos}   |
"""
LOOP = """
| survey |
| | type               | name  | label |
| | begin loop over jk | tiap  | Tiap  |
| | integer            | umur  | Umur  |
| | end loop           |       |       |
| choices |
| | list_name | name | label |
| | jk        | l    | L     |
| | jk        | p    | P     |
"""
TABLE_LIST = """
| survey |
| | type          | name | label | appearance |
| | begin group   | t    | T     | table-list |
| | select_one yt | a    | A     |            |
| | select_one yt | b    | B     |            |
| | end group     |      |       |            |
| choices |
| | list_name | name | label |
| | yt        | ya   | Ya    |
| | yt        | {0}  | Tidak |
"""
ODDITIES = """
| survey |
| | type | name |  | label                     | default      | x note |
| | text | a    |  | <b>Tebal</b> & “kutip” é | {2026-01-31} | lain   |
| | text | b    |  | {12.5}                    | {TRUE}       |        |
| |      |      |  |                           |              |        |
| | text | c    |  | Dua  spasi                | {3}          |        |
"""
SAMPLES = {
    "questions": QUESTIONS,
    "media": MEDIA,
    "places": PLACES,
    "selects": SELECTS,
    "external selects": EXTERNAL,
    "repeats": REPEATS,
    "languages": LANGUAGES,
    "entities": ENTITIES,
    "last saved": LAST_SAVED,
    "loop": LOOP,
    "table list": TABLE_LIST,
    "oddities": ODDITIES,
}


def form(md: str) -> Conversion:
    return convert(odk.xlsx(md), "uji.xlsx")


def schema(md: str) -> Schema:
    return form(md).schema


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_xform_of_an_xlsx_is_byte_for_byte_the_one_that_pyxform_makes_itself(sample):
    data = odk.xlsx(SAMPLES[sample])
    alone = pyxform_convert(data, validate=False, file_type=".xlsx")
    ours = convert(data, "uji.xlsx")
    assert ours.xform == alone.xform.encode()
    assert ours.itemsets == (alone.itemsets.encode() if alone.itemsets is not None else None)


def as_excel_writes(md: str) -> bytes:
    """The workbook with its texts in one shared table, as Excel itself keeps them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in odk.sheets(md + odk.SETTINGS).items():
            sheet = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(number, column, value, date)
                    elif value is not None:
                        sheet.write(number, column, value)
    return stream.getvalue()


def test_texts_in_a_shared_table_give_the_same_form():
    for md in (QUESTIONS, SELECTS, ODDITIES):
        assert convert(as_excel_writes(md), "uji.xlsx").xform == form(md).xform


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_xform_of_an_xls_is_byte_for_byte_the_one_that_pyxform_makes_itself(sample):
    data = odk.xls(SAMPLES[sample])
    assert convert(data, "uji.xls").xform == pyxform_convert(data, validate=False, file_type=".xls").xform.encode()


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_node_of_the_form_is_a_field_with_its_row_unless_pyxform_added_it(sample):
    added = ("/meta", "_other", "_count", "generated_table_list_label", "reserved_name_for")
    for field in schema(SAMPLES[sample]).fields:
        inside_a_loop = field.path.startswith("/tiap/") and field.kind == "group"
        if not inside_a_loop and not any(part in field.path for part in added):
            assert field.row is not None, field.path


def test_each_question_type_has_the_type_of_its_answers():
    types = {f.name: f.type for sample in (QUESTIONS, MEDIA, PLACES) for f in schema(sample).leaves}
    assert {
        name: types[name] for name in ("teks", "catatan", "paham", "hitung", "simpan", "akun", "picu")
    } == dict.fromkeys(("teks", "catatan", "paham", "hitung", "simpan", "akun", "picu"), "string")
    assert (types["bulat"], types["desimal"], types["skala"], types["suhu"]) == ("int", "decimal", "int", "decimal")
    assert (types["hari"], types["tanggal"], types["jam"], types["mulai"], types["saat"]) == (
        "date", "date", "time", "dateTime", "geopoint",
    )  # fmt: skip
    assert (types["titik"], types["jalur"], types["bidang"]) == ("geopoint", "geotrace", "geoshape")
    assert {types[name] for name in ("foto", "suara", "video", "berkas", "peta", "latar", "audit")} == {"binary"}
    assert types["kode"] == "barcode"


def test_files_are_told_by_their_media_type_and_the_audit_log_is_one():
    fields = schema(MEDIA).by_path
    assert {path: f.mediatype for path, f in fields.items() if f.mediatype} == {
        "/foto": "image/*",
        "/gambar": "image/*",
        "/suara": "audio/*",
        "/video": "video/*",
        "/berkas": "application/*",
        "/peta": "osm/*",
    }
    assert fields["/latar"].is_file
    assert fields["/meta/audit"].is_file
    assert fields["/meta/audit"].row == 9


def test_selects_know_their_list_or_their_file():
    made = schema(SELECTS)
    fields = made.by_path
    assert (fields["/jk"].control, fields["/jks"].control, fields["/urut"].control) == ("select1", "select", "rank")
    assert fields["/jks"].is_multiple
    assert fields["/urut"].is_multiple
    assert {f.name: (f.choice_list, f.choices_file) for f in made.leaves if f.choice_list or f.choices_file} == {
        "jk": ("jk", ""),
        "jks": ("jk", ""),
        "urut": ("jk", ""),
        "lain": ("jk", ""),
        "prov": ("prov", ""),
        "kab": ("kab", ""),
        "desa": ("", "desa.csv"),
        "desas": ("", "desa.csv"),
        "lokasi": ("", "tempat.geojson"),
        "cari": ("", "lembaga.csv"),
    }
    assert [(c.name, c.labels) for c in made.choices["kab"]] == [("61.03", {"": "Sanggau"}), ("61.10", {"": "Melawi"})]
    assert [c.name for c in made.choices["jk"]] == ["l", "p", "other"]
    assert fields["/kab"].question == "select_one kab"
    assert schema(EXTERNAL).by_path["/kab"].choices_file == "itemsets.csv"


def test_a_form_asks_for_every_file_that_it_refers_to():
    assert [(a.name, a.type) for a in form(SELECTS).attachments] == [
        ("daftar.csv", "file"),
        ("desa.csv", "file"),
        ("kamus.csv", "file"),
        ("l.png", "image"),
        ("lembaga.csv", "file"),
        ("pohon.xml", "file"),
        ("tempat.geojson", "file"),
    ]
    assert [(a.name, a.type) for a in form(MEDIA).attachments] == [
        ("awal.png", "image"),
        ("baca.mp3", "audio"),
        ("contoh.png", "image"),
    ]


def test_external_choices_come_back_as_the_file_that_phones_search():
    made = form(EXTERNAL)
    assert (
        made.itemsets
        == b'"list_name","name","label","prov"\r\n"kab","61.03","Sanggau","61"\r\n"kab","61.10","Melawi","61"\r\n'
    )
    assert [a.name for a in made.attachments] == ["itemsets.csv"]


def test_the_last_saved_submission_is_no_file_to_upload():
    assert form(LAST_SAVED).attachments == ()


def test_nested_repeats_know_the_repeat_around_them():
    made = schema(REPEATS)
    assert [(f.path, f.repeat) for f in made.repeats] == [("/anggota", ""), ("/anggota/g/anak", "/anggota")]
    assert made.by_path["/anggota/g/anak/umur"].repeat == "/anggota/g/anak"
    assert made.by_path["/anggota/g"].repeat == "/anggota"
    assert [f.path for f in made.fields[:4]] == ["/kepala", "/anggota_count", "/anggota", "/anggota/nama"]
    assert made.by_path["/wakil"].choice_list == ""


def test_texts_are_kept_in_each_language_under_the_name_in_the_workbook():
    made = schema(LANGUAGES)
    assert made.languages == ("Bahasa Indonesia (id)", "English (en)", "Melayu (ms)")
    assert made.default_language == "Bahasa Indonesia (id)"
    assert made.by_path["/mau"].labels == {
        "Bahasa Indonesia (id)": "Mau, ${nama}?",
        "English (en)": "Would you, ${nama}?",
        "Melayu (ms)": "Mau?",
    }
    assert made.choices["yt"][0].labels["English (en)"] == "Yes"


@pytest.mark.parametrize(
    ("headings", "labels"),
    [("label", {"": "Umur"}), ("label::Bahasa Indonesia (id)", {"Bahasa Indonesia (id)": "Umur"})],
)
def test_a_calculation_is_called_by_its_label_although_no_phone_shows_it(headings, labels):
    rows = f"| survey |\n| | type | name | {headings} | calculation |\n| | integer | a | A | |\n"
    made = convert(odk.xlsx(f"{rows}| | calculate | u | Umur | 1 + 1 |\n| | calculate | v | | 2 |"), "uji.xlsx")
    assert (made.schema.by_path["/u"].labels, made.schema.by_path["/v"].labels) == (labels, {})


def test_a_form_without_languages_has_one_that_is_not_named():
    for sample in (QUESTIONS, MEDIA):
        made = schema(sample)
        assert (made.languages, made.default_language) == (("",), "")
    assert schema(MEDIA).by_path["/foto"].labels == {"": "Foto"}


def test_settings_give_the_form_its_names():
    made = schema(LANGUAGES)
    assert (made.form_id, made.version, made.title, made.root) == ("uji", "7", "Uji", "akar")
    assert made.instance_name == "concat('A', ${mau})"


def test_entities_of_two_lists_are_taken_with_their_label_where_they_stand():
    made = schema(ENTITIES)
    assert made.by_path["/meta/entity"].kind == "group"
    assert made.by_path["/rujuk/meta/entity/label"].repeat == "/rujuk"
    assert [a.name for a in form(ENTITIES).attachments] == ["kasus.csv"]


def test_the_rows_of_a_loop_stand_for_each_choice():
    fields = schema(LOOP).by_path
    assert (fields["/tiap/l/umur"].row, fields["/tiap/p/umur"].row) == (3, 3)
    assert fields["/tiap/l/umur"].question == "integer"


def test_a_single_sheet_is_the_survey_whatever_its_title():
    data = odk.xlsx(
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| | form_id | uji | |\n| | form_title | Uji | |"
    )
    assert lint(data, "uji.xlsx") == ()


def test_a_form_of_all_groups_of_types_has_nothing_to_mend():
    assert {f.code for sample in SAMPLES.values() for f in form(sample).findings} <= {
        "pyxform", "NAMES_002", "LABEL_001", "HEADER_004",
    }  # fmt: skip
