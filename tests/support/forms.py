"""The workbooks that tests use across the board, each with the files and answers that go with it.

Every builder gives a `Workbook`; the same call gives the same bytes' worth of form. What only one test needs is
written in that test. No name, number or place here is anybody's: what stands for a person is a canary.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.support.odk import xlsx


@dataclass(frozen=True)
class Workbook:
    """An Excel workbook, its media by file name, and how `Engine.fill` should answer it."""

    form_id: str
    data: bytes
    media: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    repeats: int | Mapping[str, int] = 2

    @property
    def filename(self) -> str:
        """The name under which a coordinator would upload it."""
        return f"{self.form_id}.xlsx"


def _workbook(form_id: str, sheets: str, **more: Any) -> Workbook:
    settings = f"""
        | settings |
        |          | form_id   | form_title     | version    |
        |          | {form_id} | Form {form_id} | 2026010100 |
        """
    return Workbook(form_id, xlsx(sheets + settings), **more)


def _row(kind: str, name: str = "", **columns: str) -> dict[str, str]:
    return {"type": kind, "name": name, **columns}


def _table(sheet: str, *rows: Mapping[str, str]) -> str:
    """Write rows as the Markdown table that they would be, were they not so wide."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [f"| | {' | '.join(cells)} |" for cells in (columns, *([row.get(c, "") for c in columns] for row in rows))]
    return "\n".join(["", f"| {sheet} |", *lines, ""])


#: Lists for choices that come from files.
KECAMATAN = "name,label,kabkota\n" + "".join(
    f"61.{kab:02}.{kec:02},Kecamatan {kab}-{kec},61.{kab:02}\n" for kab in range(1, 5) for kec in range(1, 4)
)
POS = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": f"pos{n}",
                "properties": {"title": f"Pos {n}"},
                "geometry": {"type": "Point", "coordinates": [109 + n / 10, n / 10]},
            }
            for n in range(1, 4)
        ],
    }
)
_ITEMS = [f"<item><name>pasar{n}</name><label>Pasar {n}</label></item>" for n in range(1, 4)]
PASAR = f"<root>{''.join(_ITEMS)}</root>"
PICTURE = b"\x89PNG\r\n\x1a\n a picture that stands on the form"
FILES = {"kecamatan.csv": KECAMATAN.encode(), "pos.geojson": POS.encode(), "pasar.xml": PASAR.encode()}

YES_NO = """
    | choices |
    |         | list_name | name  | label |
    |         | yt        | ya    | Ya    |
    |         | yt        | tidak | Tidak |
    """


@cache
def every_type() -> Workbook:
    """One question of every type that XLSForm knows, but for select_one_external."""
    survey = _table(
        "survey",
        _row("start", "mulai"),
        _row("end", "selesai"),
        _row("today", "hari"),
        _row("deviceid", "alat"),
        _row("username", "petugas"),
        _row("phonenumber", "telepon"),
        _row("email", "surel"),
        _row("audit", "audit"),
        _row("start-geopoint", "titik_mulai"),
        _row("background-audio", "rekaman"),
        _row("text", "teks", label="Teks", default="${last-saved#teks}", **{"media::image": "logo.png"}),
        _row("background-geopoint", "titik_teks", trigger="${teks}"),
        _row("text", "kode", label="Kode", constraint="regex(., '^[A-H][0-9]{3}$')"),
        _row("integer", "bulat", label="Bulat", constraint=". >= 18 and . < 60"),
        _row("decimal", "pecahan", label="Pecahan", constraint=". > 0 and . <= 1"),
        _row("range", "rentang", label="Rentang", parameters="start=1 end=10 step=1"),
        _row("range", "rentang_pecahan", label="Rentang", parameters="start=0 end=1 step=0.1"),
        _row("select_one yt", "satu", label="Satu"),
        _row("select_one yt or_other", "lain", label="Lain"),
        _row("select_multiple yt", "banyak", label="Banyak"),
        _row("rank yt", "urut", label="Urut"),
        _row("select_one_from_file kecamatan.csv", "satu_csv", label="Kecamatan"),
        _row("select_multiple_from_file kecamatan.csv", "banyak_csv", label="Kecamatan"),
        _row("select_one_from_file pos.geojson", "satu_geojson", label="Pos", appearance="map"),
        _row("select_one_from_file pasar.xml", "satu_xml", label="Pasar"),
        _row("csv-external", "kecamatan"),
        _row("xml-external", "pasar"),
        _row("note", "catatan", label="Catatan"),
        _row("geopoint", "titik", label="Titik"),
        _row("geotrace", "jalur", label="Jalur"),
        _row("geoshape", "bidang", label="Bidang"),
        _row("date", "tanggal", label="Tanggal", constraint=". <= today()"),
        _row("time", "jam", label="Jam"),
        _row("dateTime", "waktu", label="Waktu"),
        _row("image", "foto", label="Foto", parameters="max-pixels=1024"),
        _row("image", "paraf", label="Paraf", appearance="signature"),
        _row("audio", "suara", label="Suara"),
        _row("video", "film", label="Film"),
        _row("file", "berkas", label="Berkas"),
        _row("barcode", "batang", label="Batang"),
        _row("acknowledge", "paham", label="Paham"),
        _row("trigger", "setuju", label="Setuju"),
        _row("calculate", "hitung", calculation="${bulat} * 2"),
        _row("calculate", "saat", calculation="${bulat}", trigger="${bulat}"),
        _row("calculate", "tarik", calculation="pulldata('kecamatan', 'kabkota', 'name', ${satu_csv})"),
        _row("hidden", "sembunyi", default="CANARY-SEMBUNYI"),
        _row("begin_group", "kelompok", label="Kelompok", appearance="field-list"),
        _row("text", "dalam", label="Dalam"),
        _row("end_group"),
        _row("begin_repeat", "ulang", label="Ulang"),
        _row("text", "isi", label="Isi"),
        _row("end_repeat"),
    )
    return _workbook("semua_jenis", survey + YES_NO, media={**FILES, "logo.png": PICTURE})


@cache
def nested_repeats() -> Workbook:
    """Repeats three deep, one beside them, one with a fixed count, and local names that occur twice."""
    sheets = """
        | survey |
        |        | type          | name     | label  | repeat_count | calculation        | relevant          |
        |        | text          | nama     | Nama   |              |                    |                   |
        |        | begin_repeat  | desa     | Desa   |              |                    |                   |
        |        | text          | nama     | Nama   |              |                    |                   |
        |        | begin_group   | isi      | Isi    |              |                    |                   |
        |        | begin_repeat  | rumah    | Rumah  |              |                    |                   |
        |        | integer       | penghuni | Jumlah |              |                    |                   |
        |        | begin_repeat  | orang    | Orang  |              |                    |                   |
        |        | text          | nama     | Nama   |              |                    |                   |
        |        | select_one yt | hadir    | Hadir  |              |                    |                   |
        |        | text          | alasan   | Alasan |              |                    | ${hadir}='tidak'  |
        |        | end_repeat    |          |        |              |                    |                   |
        |        | end_repeat    |          |        |              |                    |                   |
        |        | end_group     |          |        |              |                    |                   |
        |        | calculate     | rumah_n  |        |              | count(${rumah})    |                   |
        |        | end_repeat    |          |        |              |                    |                   |
        |        | begin_repeat  | saksi    | Saksi  | 2            |                    |                   |
        |        | text          | nama     | Nama   |              |                    |                   |
        |        | end_repeat    |          |        |              |                    |                   |
        """
    repeats = {"/desa": 2, "/desa/isi/rumah": 2, "/desa/isi/rumah/orang": 3}
    return _workbook("bersarang", sheets + YES_NO, repeats=repeats)


@cache
def cascading() -> Workbook:
    """Province, regency, district: each choice narrows the next, at the top and inside a repeat."""
    sheets = """
        | survey |
        |        | type           | name   | label     | choice_filter                  | required |
        |        | select_one prov | prov  | Provinsi  |                                | yes      |
        |        | select_one kab | kab    | Kabupaten | prov=${prov}                   | yes      |
        |        | select_one kec | kec    | Kecamatan | kab=${kab}                     | yes      |
        |        | begin_repeat   | pindah | Pindah    |                                |          |
        |        | select_one kab | ke_kab | Kabupaten | prov=${prov}                   | yes      |
        |        | select_one kec | ke_kec | Kecamatan | kab=${ke_kab}                  | yes      |
        |        | end_repeat     |        |           |                                |          |

        | choices |
        |         | list_name | name     | label        | prov | kab   |
        |         | prov      | 61       | Provinsi 61  |      |       |
        |         | prov      | 62       | Provinsi 62  |      |       |
        |         | kab       | 61.01    | Kab 61.01    | 61   |       |
        |         | kab       | 61.10    | Kab 61.10    | 61   |       |
        |         | kab       | 62.01    | Kab 62.01    | 62   |       |
        |         | kec       | 61.01.01 | Kec 61.01.01 | 61   | 61.01 |
        |         | kec       | 61.01.02 | Kec 61.01.02 | 61   | 61.01 |
        |         | kec       | 61.10.01 | Kec 61.10.01 | 61   | 61.10 |
        |         | kec       | 62.01.01 | Kec 62.01.01 | 62   | 62.01 |
        """
    return _workbook("bertingkat", sheets)


@cache
def from_file() -> Workbook:
    """Selects whose choices lie in CSV, GeoJSON and XML files; one is narrowed by an answer."""
    sheets = """
        | survey |
        |        | type                                    | name  | label     | choice_filter  |
        |        | select_one kab                          | kab   | Kabupaten |                |
        |        | select_one_from_file kecamatan.csv      | kec   | Kecamatan | kabkota=${kab} |
        |        | select_multiple_from_file kecamatan.csv | semua | Kecamatan |                |
        |        | select_one_from_file pos.geojson        | pos   | Pos       |                |
        |        | select_one_from_file pasar.xml          | pasar | Pasar     |                |

        | choices |
        |         | list_name | name  | label     |
        |         | kab       | 61.01 | Kab 61.01 |
        |         | kab       | 61.02 | Kab 61.02 |
        """
    return _workbook("dari_berkas", sheets, media=dict(FILES))


@cache
def external() -> Workbook:
    """select_one_external: its choices go to the phone as itemsets.csv, which the conversion makes."""
    sheets = """
        | survey |
        |        | type                    | name | label     | choice_filter |
        |        | select_one kab          | kab  | Kabupaten |               |
        |        | select_one_external kec | kec  | Kecamatan | kab=${kab}    |

        | choices |
        |         | list_name | name  | label     |
        |         | kab       | 61.01 | Kab 61.01 |
        |         | kab       | 61.02 | Kab 61.02 |

        | external_choices |
        |                  | list_name | name     | label        | kab   |
        |                  | kec       | 61.01.01 | Kec 61.01.01 | 61.01 |
        |                  | kec       | 61.02.01 | Kec 61.02.01 | 61.02 |
        |                  | kec       | 61.02.02 | Kec 61.02.02 | 61.02 |
        """
    return _workbook("luar", sheets)


@cache
def three_languages() -> Workbook:
    """Every text in Indonesian, English and Arabic; one calculation shows the label in the language in use."""

    def texts(column: str, *translations: str) -> dict[str, str]:
        languages = ("Bahasa Indonesia (id)", "English (en)", "العربية (ar)")
        return {f"{column}::{language}": text for language, text in zip(languages, translations, strict=True)}

    survey = _table(
        "survey",
        _row("select_one jk", "jk", **texts("label", "Jenis kelamin", "Sex", "الجنس")),
        _row(
            "integer",
            "umur",
            constraint=". < 120",
            **texts("label", "Umur", "Age", "العمر"),
            **texts("hint", "Dalam tahun", "In years", "بالسنوات"),
            **texts("constraint_message", "Terlalu besar", "Too large", "كبير جدا"),
        ),
        _row("calculate", "tampil", calculation="jr:choice-name(${jk}, '${jk}')"),
    )
    choices = _table(
        "choices",
        {"list_name": "jk", "name": "l", **texts("label", "Laki-laki", "Male", "ذكر")},
        {"list_name": "jk", "name": "p", **texts("label", "Perempuan", "Female", "أنثى")},
    )
    return _workbook("tiga_bahasa", survey + choices)


#: What a test may grep for: every identity answer of `identity()` holds one of these, and nothing else does.
CANARIES = (
    "CANARY-NAMA-1",
    "0000111122223333",
    "+620000011111",
    "1907-03-04",
    "-0.0123321",
    "CANARY-ALAMAT-1",
    "CANARY-FOTO-1.jpg",
    "CANARY-ISI-FOTO-1",
    "CANARY-KELUARGA-1",
    "CANARY-KELUARGA-2",
)


@cache
def identity() -> Workbook:
    """A case form: sealed fields of several types and in a repeat, quasi-identifiers, a scope, canaries to look for."""
    survey = _table(
        "survey",
        _row("select_one kab", "kab", label="Kabupaten", privacy="quasi", scope="kabkota", required="yes"),
        _row("select_one yt", "setuju", label="Setuju", required="yes"),
        _row("begin_group", "diri", label="Identitas", relevant="${setuju}='ya'"),
        _row("text", "nama", label="Nama", privacy="identity", required="yes"),
        _row("text", "nik", label="NIK", privacy="identity", constraint="regex(., '^[0-9]{16}$')"),
        _row("text", "hp", label="Nomor HP", privacy="identity", constraint="regex(., '^[+]62[0-9]{8,13}$')"),
        _row("date", "lahir", label="Tanggal lahir", privacy="identity", constraint=". <= today()"),
        _row("geopoint", "rumah", label="Rumah", privacy="identity"),
        _row("text", "alamat", label="Alamat", privacy="identity"),
        _row("image", "foto", label="Foto", privacy="identity"),
        _row("integer", "umur", label="Umur", privacy="quasi", constraint=". >= 0 and . <= 110"),
        _row("end_group"),
        _row("begin_repeat", "keluarga", label="Keluarga"),
        _row("text", "nama", label="Nama", privacy="identity"),
        _row("select_one yt", "serumah", label="Serumah", privacy="quasi"),
        _row("end_repeat"),
        _row("select_multiple eks", "eks", label="Eksploitasi", privacy="sensitive"),
        _row("date", "kunjung", label="Kunjungan", constraint=". <= today()"),
    )
    choices = """
        | choices |
        |         | list_name | name  | label     |
        |         | kab       | 61.01 | Kab 61.01 |
        |         | kab       | 61.10 | Kab 61.10 |
        |         | yt        | ya    | Ya        |
        |         | yt        | tidak | Tidak     |
        |         | eks       | upah  | Upah      |
        |         | eks       | jam   | Jam kerja |
        """
    answers = {
        "/kab": "61.10",
        "/setuju": "ya",
        "/diri/nama": "CANARY-NAMA-1",
        "/diri/nik": "0000111122223333",
        "/diri/hp": "+620000011111",
        "/diri/lahir": "1907-03-04",
        "/diri/rumah": "-0.0123321 109.4567654 3.5 4.5",
        "/diri/alamat": "CANARY-ALAMAT-1",
        "/diri/foto": ("CANARY-FOTO-1.jpg", b"\xff\xd8\xff\xe0 CANARY-ISI-FOTO-1 \xff\xd9"),
        "/keluarga[1]/nama": "CANARY-KELUARGA-1",
        "/keluarga[2]/nama": "CANARY-KELUARGA-2",
    }
    return _workbook("kasus", survey + choices, answers=answers, repeats={"/keluarga": 2})


@cache
def wide(questions: int = 5000) -> Workbook:
    """`questions` questions in groups of a hundred, six types by turns, some relevant only after others."""
    types = ["text", "integer", "decimal", "date", "select_one yt", "select_multiple yt"]
    rows = []
    for n in range(questions):
        if n % 100 == 0:
            rows += [_row("end_group")] if n else []
            rows += [_row("begin_group", f"g{n // 100}", label=f"Bagian {n // 100}")]
        relevant = f"${{q{n - 1}}} != ''" if n % 10 == 9 else ""
        rows.append(_row(types[n % 6], f"q{n}", label=f"Pertanyaan {n}", relevant=relevant))
    return _workbook(f"lebar_{questions}", _table("survey", *rows, _row("end_group")) + YES_NO)


@cache
def many_repeats(count: int = 2000) -> Workbook:
    """`count` instances of one repeat; it calculates nothing, as JavaRosa would anew for all at each new instance."""
    sheets = """
        | survey |
        |        | type          | name    | label   |
        |        | text          | judul   | Judul   |
        |        | begin_repeat  | peserta | Peserta |
        |        | text          | nama    | Nama    |
        |        | integer       | umur    | Umur    |
        |        | select_one yt | hadir   | Hadir   |
        |        | date          | tanggal | Tanggal |
        |        | end_repeat    |         |         |
        """
    return _workbook("panjang", sheets + YES_NO, repeats={"/peserta": count})


@cache
def many_files(count: int = 120) -> Workbook:
    """A file of each kind and `count` photos in a repeat: more than Collect sends in one request."""
    sheets = """
        | survey |
        |        | type         | name   | label  |
        |        | text         | judul  | Judul  |
        |        | audio        | suara  | Suara  |
        |        | video        | film   | Film   |
        |        | file         | berkas | Berkas |
        |        | begin_repeat | album  | Album  |
        |        | image        | foto   | Foto   |
        |        | end_repeat   |        |        |
        """
    answers = {"/berkas": ('surat "é" #1 & 100%.pdf', b"%PDF-1.4 CANARY-BERKAS")}
    return _workbook("berkas", sheets, answers=answers, repeats={"/album": count})


@cache
def entities() -> Workbook:
    """Creates a record of the list `pohon`, or updates one of those that pohon.csv brought."""
    sheets = """
        | survey |
        |        | type                           | name   | label  | save_to | relevant         |
        |        | select_one yt                  | baru   | Baru?  |         |                  |
        |        | select_one_from_file pohon.csv | pilih  | Pohon  |         | ${baru}='tidak'  |
        |        | text                           | jenis  | Jenis  | jenis   |                  |
        |        | integer                        | tinggi | Tinggi | tinggi  |                  |

        | entities |
        |          | list_name | label             | entity_id | create_if       | update_if        |
        |          | pohon     | ${jenis}          | coalesce(${pilih}, uuid()) | ${baru}='ya' | ${baru}='tidak' |
        """
    rows = [f"{n:08}-0000-4000-8000-000000000000,Pohon {n},{n},Jenis {n},{n}\n" for n in range(1, 4)]
    media = {"pohon.csv": ("name,label,__version,jenis,tinggi\n" + "".join(rows)).encode()}
    return _workbook("pohon", sheets + YES_NO, media=media)


#: Every builder, by what it stands for. The large ones are here in their full size.
ALL = {
    "every type": every_type,
    "nested repeats": nested_repeats,
    "cascading selects": cascading,
    "choices from files": from_file,
    "external choices": external,
    "three languages": three_languages,
    "identity": identity,
    "5,000 questions": wide,
    "2,000 repeats": many_repeats,
    "123 files": many_files,
    "entities": entities,
}
