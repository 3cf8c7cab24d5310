"""Figures over real tables, each held against a plain computation over the same records in memory."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import text

import app as lentera
from forms import catalogue, figures, instance
from forms.access import Reach
from forms.db import db
from forms.expression import parse, parse_list
from forms.figures import Filters, sights
from forms.models import Blob, Form, FormAttachment, FormVersion, List, ListRow
from forms.policy import Clearance
from forms.problems import FiguresWithheld, FigureTakesTooLong, NotFound
from forms.schema import Choice
from forms.views import Section
from forms.workbook import ViewRow, ViewsSheet
from tests.support.reference import Row, World
from tests.support.survey import EVERYONE, Survey, leaf, reader, repeat, sender

ZONE: Final = ZoneInfo("Asia/Pontianak")
NOW: Final = datetime(2026, 5, 4, 20, 30, tzinfo=UTC)  # the 5th in Pontianak
RECORDS: Final = 180
VISITS: Final = 200
VIEWS: Final = 300
#: Views that follow links, besides.
LINKED: Final = 160

KAB: Final = ("61.01", "61.02", "61.71")
CHOICES: Final = {
    "kab": KAB, "status": ("aktif", "tutup", "pantau"), "layanan": ("medis", "hukum", "psiko"), "tingkat": ("1", "2", "3"),
    "jk": ("l", "p"), "hasil": ("baik", "buruk"),
}  # fmt: skip
FIELDS: Final = (
    leaf("/kab", control="select1", choice_list="kab", scope="kabkota"),
    leaf("/kec", control="select1", choices_file="kecamatan.csv"),
    leaf("/status", control="select1", choice_list="status"),
    leaf("/dulu", control="select1", choice_list="status"),
    leaf("/tingkat", control="select1", choice_list="tingkat"),
    leaf("/layanan", control="select", choice_list="layanan"),
    leaf("/setuju", "boolean", control="select1"),
    leaf("/umur", "int", control="input", privacy="quasi"),
    leaf("/skor", "decimal", control="input"),
    leaf("/hitung"),
    leaf("/kapan"),
    leaf("/catatan", control="input"),
    leaf("/nama", control="input", privacy="identity"),
    leaf("/tgl", "date", control="input"),
    leaf("/mulai", "dateTime", control="input"),
    leaf("/kode"),
    repeat("/orang"),
    leaf("/orang/jk", control="select1", choice_list="jk", repeat="/orang"),
    leaf("/orang/usia", "int", control="input", repeat="/orang"),
    leaf("/orang/tiba", "date", control="input", repeat="/orang"),
    leaf("/orang/tempat", control="select1", choices_file="kecamatan.csv", repeat="/orang"),
    repeat("/orang/barang", inside="/orang"),
    leaf("/orang/barang/nilai", "decimal", control="input", repeat="/orang/barang"),
    leaf("/orang/barang/asal", control="select1", choices_file="kecamatan.csv", repeat="/orang/barang"),
)
#: Another form of the project, whose records are about those of the first: of the same code.
VISIT: Final = (
    leaf("/kab", control="select1", choice_list="kab", scope="kabkota"),
    leaf("/kec", control="select1", choices_file="kecamatan.csv"),
    leaf("/kode", control="input"),
    leaf("/pada", "date", control="input"),
    leaf("/mutu", "int", control="input", privacy="quasi"),
    leaf("/hasil", control="select1", choice_list="hasil"),
    repeat("/rinci"),
    leaf("/rinci/tujuan", control="select1", choices_file="kecamatan.csv", repeat="/rinci"),
    leaf("/rinci/poin", "int", control="input", repeat="/rinci"),
)
REPEATS: Final = {
    "orang": frozenset({"jk", "usia", "tiba", "tempat"}),
    "barang": frozenset({"nilai", "asal"}),
    "rinci": frozenset({"tujuan", "poin"}),
}
LIST: Final = (
    {"name": "k1", "label": "Satu", "kabkota": "61.01", "sasaran": "12"},
    {"name": "k2", "label": "Dua", "kabkota": "61.01", "sasaran": ""},
    {"name": "k3", "label": "Tiga", "kabkota": "61.02", "sasaran": "7.5"},
    {"name": "k4", "label": "Empat", "kabkota": "61.71", "sasaran": "banyak"},
    {"name": "k5", "label": "Lima", "kabkota": "", "sasaran": "3"},
)
FACTS: Final = {
    "dewasa": "${umur} >= 18",
    "ganda": "${umur} * 2 + coalesce(${skor}, 0)",
    "ramai": "count(${orang}) > 2 and ${dewasa}",
    "kelas": "if(${ramai}, 'ramai', if(${umur} < 10, 'anak', ''))",
    "akhir": "last('kunjung', ${mutu}, ${kode} = current(${kode}))",
    "sering": "records('kunjung', ${kode} = current(${kode}) and ${pada} > current(${tgl})) > 1",
    "jadi": "${sering} or ${akhir} > 50",
    "cocok": "records('kunjung.rinci', ${kode} = current(${kode}) and ${poin} > current(${akhir} div 10))",
}


def _chance(dice: random.Random, made: Any, of: float = 0.8) -> Any:
    return made if dice.random() < of else None


def _record(dice: random.Random, number: int) -> Row:
    day = date(2023, 6, 1) + timedelta(days=dice.randrange(1_100))
    begun = datetime(day.year, day.month, day.day, dice.randrange(24), dice.randrange(60), tzinfo=UTC)
    kab = _chance(dice, dice.choice(KAB), 0.9)
    row = Row(
        {
            "kab": kab,
            "kec": _chance(dice, dice.choice(["k1", "k2", "k3", "k4", "lain"])),
            "status": _chance(dice, dice.choice(CHOICES["status"])),
            "dulu": _chance(dice, dice.choice(CHOICES["status"]), 0.6),
            "tingkat": _chance(dice, dice.choice(CHOICES["tingkat"])),
            "layanan": _chance(dice, " ".join(dice.sample(CHOICES["layanan"], dice.randint(1, 3)))),
            "setuju": _chance(dice, dice.random() < 0.5),
            "umur": _chance(dice, dice.randrange(0, 80)),
            "skor": _chance(dice, dice.choice([0.0, 2.5, -2.5, 0.125, 7.25, 33.3, 1e6])),
            "hitung": _chance(dice, dice.choice(["3", "4.5", " 7 ", "-1e2", "lima", "NaN", "1e400", "12abc"])),
            "kapan": _chance(dice, dice.choice([day.isoformat(), f"{day}T23:30:00.000+07:00", "2026-02-30", "besok", "2026-01-015"])),
            "catatan": _chance(dice, dice.choice(["ada", "Antre lama", "x'; drop table submissions; --", "50%", "a b c"])),
            "nama": f"CANARY-{number}",
            "tgl": _chance(dice, day),
            "mulai": _chance(dice, begun),
            "kode": _code(dice),
            "SubmissionDate": begun + timedelta(hours=dice.randrange(1, 200), minutes=number),
            "ReviewState": dice.choice([None, None, "approved", "hasIssues", "edited", "rejected"]) or "received",
            "SubmitterName": dice.choice([None, "Ponsel 1"]),
            "FormVersion": "1",
            "Edits": dice.randrange(3),
        },
        scopes=(f"kabkota={kab or '?'}",),
    )  # fmt: skip
    row.within["orang"] = [_person(dice, row, day) for _ in range(dice.choice([0, 0, 1, 2, 3, 5]))]
    return row


def _code(dice: random.Random) -> Any:
    return _chance(dice, f"C{dice.randrange(50)}", 0.85)


def _place(dice: random.Random) -> Any:
    return _chance(dice, dice.choice(["k1", "k2", "k3", "k4", "lain"]))


def _person(dice: random.Random, record: Row, day: date) -> Row:
    row = Row(
        {
            "jk": _chance(dice, dice.choice(CHOICES["jk"])),
            "usia": _chance(dice, dice.randrange(0, 90)),
            "tiba": _chance(dice, day + timedelta(days=dice.randrange(-40, 40))),
            "tempat": _place(dice),
        },
        record,
    )
    row.within["barang"] = [
        Row({"nilai": _chance(dice, dice.randrange(1, 400) / 4), "asal": _place(dice)}, row)
        for _ in range(dice.choice([0, 0, 1, 3]))
    ]
    return row


def _visit(dice: random.Random, number: int) -> Row:
    day = date(2023, 6, 1) + timedelta(days=dice.randrange(1_100))
    kab = _chance(dice, dice.choice(KAB), 0.9)
    row = Row(
        {
            "kab": kab,
            "kec": _place(dice),
            "kode": _code(dice),
            "pada": _chance(dice, day),
            "mutu": _chance(dice, dice.randrange(0, 100)),
            "hasil": _chance(dice, dice.choice(CHOICES["hasil"])),
            "SubmissionDate": datetime(day.year, day.month, day.day, dice.randrange(24), number % 60, tzinfo=UTC),
            "ReviewState": dice.choice(["received", "received", "approved", "rejected"]),
            "SubmitterName": None,
            "FormVersion": "1",
            "Edits": 0,
        },
        scopes=(f"kabkota={kab or '?'}",),
    )
    row.within["rinci"] = [
        Row({"tujuan": _place(dice), "poin": _chance(dice, dice.randrange(0, 10))}, row)
        for _ in range(dice.randrange(4))
    ]
    return row


def _kept(survey: Survey, layout: Any, record: Row, phone: int, *, deleted: bool) -> None:
    """Keep a record of memory in the tables."""
    answers = {f"/{n}": v for n, v in record.values.items() if n[0].islower() and v is not None}
    rows = [instance.Row("", 0, 0, 0, answers)]
    for number, part in enumerate(record.within.get("rinci", ()), start=1):
        values = {f"/rinci/{n}": v for n, v in part.values.items() if v is not None}
        rows.append(instance.Row("/rinci", number, 0, number, values))
    things = 0
    for number, person in enumerate(record.within.get("orang", ()), start=1):
        values = {f"/orang/{n}": v for n, v in person.values.items() if v is not None}
        rows.append(instance.Row("/orang", number, 0, number, values))
        for position, thing in enumerate(person.within["barang"], start=1):
            things += 1
            values = {f"/orang/barang/{n}": v for n, v in thing.values.items() if v is not None}
            rows.append(instance.Row("/orang/barang", things, number, position, values))
    state = record.values["ReviewState"]
    survey.submit(
        layout,
        rows,
        scopes=record.scopes,
        created_at=record.values["SubmissionDate"],
        review_state=None if state == "received" else state,
        edits=record.values["Edits"],
        submitter_id=phone if record.values["SubmitterName"] else None,
        deleted_at=NOW if deleted else None,
    )


# Views, made of these at random

CONDITIONS: Final = (
    "${umur} >= 18", "${umur} < 18", "not(${umur} < 18)", "${skor} != 2.5", "${skor} = 0", "${status} = 'aktif'", "${status} != 'aktif'",
    "${status} = ${dulu}", "${status} != ${dulu}", "not(${status} = ${dulu})", "selected(${layanan}, 'medis')", "${setuju}", "not(${setuju})",
    "${setuju} = true()", "${hitung} > 3", "${hitung} = '3'", "${hitung} != 3", "${catatan} = ''", "${catatan} != ''", "${umur} = ''",
    "${tgl} < today() - 200", "${mulai} >= '2025-06-01'", "${mulai} = '2025-06-01'", "SUBMITTED < now()", "SUBMITTED > ${mulai}",
    "date(${kapan}) = ${tgl}", "date(${kapan}) >= '2024-05-01'", "(${umur} > 30 or ${skor} <= 2) and not(${status} = 'tutup')",
    "contains(${catatan}, '; drop')", "contains(${catatan}, '%')", "starts-with(${catatan}, 'A')", "ends-with(${catatan}, 'lama')",
    "string-length(${catatan}) > 4", "concat(${status}, ${dulu}) = ''", "substr(${catatan}, 1, 3) = 'nt'", "substr(${catatan}, 0, 0) = ''",
    "${tingkat} >= 2", "${tingkat} = '2'", "count-selected(${layanan}) > 1", "if(${umur} > 30, ${setuju}, true())", "${dewasa}", "${ramai}",
    "(${umur} < 18) = (${skor} < 5)", "${dewasa} != ${ramai}", "${kelas} = 'anak'", "${kelas} = ''", "max(${umur}, ${skor}) > 40",
    "pulldata('kecamatan', 'kabkota', 'name', ${kec}) = ${kab}", "pulldata('kecamatan', 'sasaran', 'name', ${kec}) > 5",
    "format-date(${tgl}, '%Y-%m') = '2025-03'", "month(${tgl}) = 3", "year(${mulai}) > 2024", "${ReviewState} = 'received'",
    "${Edits} > 1", "${SubmitterName} = ''", "coalesce(${umur}, 99) > 50", "number(${catatan}) = 1", "true()",
)  # fmt: skip
FOLDED: Final = (
    "count(${orang}) > 1", "count(${usia} >= 18) > 0", "sum(${usia}) > 60", "min(${tiba}) < ${tgl}", "mean(${usia}) > 20",
    "count(${jk} = 'p' and ${umur} > 20) > 0", "max(${tiba}) - min(${tiba}) > 10", "sum(${nilai}) > 100", "count(${barang}) = 0",
)  # fmt: skip
NUMBERS: Final = (
    "${umur}", "${skor}", "${hitung}", "${tingkat}", "${umur} * 2 - ${skor}", "${skor} div ${umur}", "${umur} mod 7", "-${skor} mod 4",
    "-${umur}", "today() - ${tgl}", "SUBMITTED - ${mulai}", "SUBMITTED - ${tgl}", "${tgl} + 3 - ${tgl}", "max(${umur}, ${skor}, 3)",
    "min(${umur}, ${hitung})", "coalesce(${umur}, ${skor}, 0)", "if(${umur} > 20, ${umur}, '')", "round(${skor})", "round(${skor}, 2)",
    "round(${skor}, -1)", "int(${skor})", "abs(${skor})", "number(${umur} > 18)", "number(${setuju})", "number(${catatan})", "year(${tgl})",
    "month(${mulai})", "day(${tgl})", "pulldata('kecamatan', 'sasaran', 'name', ${kec})", "${ganda}", "count-selected(${layanan})",
    "string-length(${catatan})", "${Edits} + 1", "5", "${tgl} + 1000000 - ${tgl}", "1 + ${umur} + ${skor}", "${umur} - 1 - 1",
)  # fmt: skip
FOLDS: Final = (
    "count(${orang})", "sum(${usia})", "mean(${usia})", "min(${usia})", "max(${usia})", "count(${usia})", "count(${usia} > 17)",
    "sum(${usia} * ${umur})", "sum(${nilai})", "count(${barang})", "max(${tiba}) - min(${tiba})", "sum(${usia}) div count(${orang})",
    "sum(if(${jk} = 'l', ${usia}, 0))", "max(sum(${usia}), 10)",
)  # fmt: skip
PERSONS: Final = (
    "${usia}",
    "${usia} + ${umur}",
    "${tiba} - ${tgl}",
    "sum(${nilai})",
    "count(${barang})",
    "${skor}",
    "mean(${nilai})",
)
OF_PERSONS: Final = (
    "${jk} = 'p'",
    "${usia} < 18 and ${dewasa}",
    "${tiba} > ${tgl}",
    "${status} = 'aktif'",
    "sum(${nilai}) > 20",
    "${jk} = ''",
)
THINGS: Final = ("${nilai}", "${nilai} * ${usia}", "${umur}", "round(${nilai})")
OF_THINGS: Final = ("${nilai} > 30", "${jk} = 'l'", "${usia} > 20 or ${umur} > 40", "${status} = 'tutup'")
GROUPS: Final = (
    "${kab}", "${status}", "${layanan}", "${setuju}", "${kec}", "${tingkat}", "${hitung}", "${dewasa}", "${umur} < 18", "${ramai}", "${kelas}",
    "band(${umur}, 0, 12, 18, 60)", "band(${skor}, 0, 2.5)", "band(${hitung}, 4)", "year(${tgl})", "quarter(${tgl})", "month(${tgl})",
    "week(${tgl})", "year(SUBMITTED)", "month(SUBMITTED)", "month(${mulai})", "quarter(${kapan})", "day(${mulai})", "week(SUBMITTED)",
    "${ReviewState}", "${SubmitterName}", "${FormVersion}", "pulldata('kecamatan', 'kabkota', 'name', ${kec})", "substr(${catatan}, 0, 1)",
    "format-date(${tgl}, '%m')", "concat(${status}, '/', ${tingkat})", "if(${umur} > 17, 'ya', 'tidak')", "${umur}",
)  # fmt: skip
BY_PERSON: Final = (
    "${jk}",
    "band(${usia}, 0, 18)",
    "${kab}",
    "month(${tiba})",
    "${dewasa}",
    "${layanan}",
    "${usia} < 18",
)
BY_THING: Final = ("${jk}", "band(${nilai}, 20, 60)", "${kab}", "month(${tgl})")
LISTED: Final = (
    "sum(records('uji.kec'))", "sum(total('uji.kec', ${umur}))", "count(records('uji.kec', ${umur} > 30) > 8)", "max(last('uji.kec', ${tgl}))",
    "mean(first('uji.kec', ${skor}))", "min(last('uji.kec', ${umur}, ${status} = 'aktif'))", "share(records('uji.kec') > 0)", "count()",
    "sum(total('uji.kec', sum(${usia}), ${setuju}))", "sum(${sasaran})", "ratio(sum(records('uji.kec')), count())",
    "count-distinct(${kabkota})", 'count(records("uji.kec") = 0)', "count(pulldata('kecamatan', 'sasaran', 'name', ${name}) > 5)",
)  # fmt: skip

# The same through links: from records to others of the same code, from a list to rows of repeats, back to where they began

SAME: Final = "${kode} = current(${kode})"
LINKED_CONDITIONS: Final = (
    "records('kunjung', SAME) > 1", "records('kunjung', SAME) = 0", "${sering}", "${jadi}", "${cocok} > 0", "not(${sering})",
    "records('kunjung', SAME and (${pada} > current(${tgl}) or ${hasil} = 'buruk')) = 0", "first('kunjung', ${hasil}, SAME) = 'baik'",
    "first('kunjung', ${hasil}, SAME) = ''", "records('uji', SAME and ${SubmissionDate} < current(${SubmissionDate})) > 0",
    "last('kunjung', ${mutu} > current(${umur}), SAME)", "records('kunjung', ${pada} = current(${tgl} + 1) and ${kab} = current(${kab})) > 0",
    "records('kunjung', ${hasil} = 'baik' and date(${pada}) <= current(${tgl}) + 100 and current(${kode}) = ${kode}) > 0",
    "records('kunjung', SAME and not(${mutu} = current(${umur}))) > 1", "records('kunjung', SAME and current(sum(${usia})) > ${mutu}) > 0",
    "records('uji.orang', SAME and ${usia} > current(${umur})) > 0", "records('kunjung', SAME and ${mutu} != current(${umur})) > 1",
    "records('kunjung', SAME and current(records('kunjung', SAME)) > 3) > 0", "records('kunjung', SAME and current(${kelas}) = '') > 0",
    "records('kunjung', ${kab} = current(pulldata('kecamatan', 'kabkota', 'name', ${kec})) and ${mutu} > 90) = 0",
    "records('kunjung', SAME and current(${setuju}) and ${kec} = current(${kec})) > 0", "records('kunjung', ${kode} = current(${catatan})) = 0",
    "records('kunjung', SAME and (${mutu} > 50) = current(${setuju})) > 0", "records('kunjung', SAME and sum(${poin}) > 8) > 0",
    "records('kunjung', pulldata('kecamatan', 'kabkota', 'name', ${kec}) = current(${kab}) and ${mutu} > current(${umur})) > 10",
    "records('uji.barang', ${asal} = current(${kec}) and ${nilai} > current(${skor})) > 20",
)  # fmt: skip
LINKED_NUMBERS: Final = (
    "total('kunjung', ${mutu}, SAME)", "first('kunjung', ${pada}, SAME and ${pada} >= current(${tgl})) - ${tgl}", "${akhir}", "${cocok}",
    "count(${usia} > ${akhir})", "count(records('kunjung.rinci', ${tujuan} = current(${tempat}) and ${poin} > 5) > 2)", "sum(${akhir} + ${usia})",
    "last('kunjung', ${pada} - current(${tgl}), SAME)", "total('kunjung.rinci', ${poin} * current(${umur}), SAME)",
    "records('kunjung.rinci', SAME and ${tujuan} = current(${kec}))", "first('kunjung', count(${rinci}), SAME)", "records('kunjung', SAME)",
    "last('uji', ${umur}, SAME and ${SubmissionDate} < current(${SubmissionDate})) - ${umur}", "last('kunjung.rinci', ${poin}, SAME)",
    "first('kunjung.rinci', ${poin}, ${tujuan} = current(${kec}) and ${poin} < current(${umur}))",
)  # fmt: skip
LINKED_GROUPS: Final = (
    "first('kunjung', ${hasil}, SAME)", "records('kunjung', SAME) > 0", "band(records('kunjung', SAME), 1, 3)", "${sering}",
    "month(last('kunjung', ${pada}, SAME))", "band(${akhir}, 20, 50)", "last('kunjung', ${hasil}, SAME and ${pada} > current(${tgl}))",
)  # fmt: skip
LINKED_PERSONS: Final = (
    "records('kunjung.rinci', ${tujuan} = current(${tempat}) and ${poin} * 10 > current(${usia}))", "${akhir}", "total('kunjung', ${mutu}, SAME)",
    "first('kunjung', ${pada}, SAME and ${pada} > current(${tiba})) - ${tiba}", "records('kunjung.rinci', ${tujuan} = current(${tempat}))",
)  # fmt: skip
LINKED_OF_PERSONS: Final = (
    "${sering}", "records('kunjung', SAME and ${mutu} < current(${usia})) > 0", "records('uji.orang', SAME and ${jk} = current(${jk})) > 1",
    "records('kunjung', ${kec} = current(${tempat}) and ${mutu} > current(${umur})) > 12",
)  # fmt: skip
LINKED_THINGS: Final = ("records('kunjung', ${kec} = current(${asal}))", "total('kunjung.rinci', ${poin}, ${tujuan} = current(${asal}) and ${mutu} > current(${nilai}))", "${akhir}")  # fmt: skip
LINKED_OF_THINGS: Final = ("records('kunjung.rinci', ${tujuan} = current(${asal}) and ${mutu} > current(${nilai})) > 30", "${jadi}")  # fmt: skip
LINKED_LISTED: Final = (
    "sum(records('uji.tempat'))", "sum(records('uji.asal', ${nilai} > 30 and ${umur} > 20))", "mean(first('uji.tempat', ${usia}, ${jk} = 'p'))",
    "sum(total('uji.asal', ${nilai} * ${usia}))", "sum(records('uji.tempat', ${usia} > current(${sasaran})))", "max(last('uji.tempat', ${tiba}))",
    "sum(records('kunjung.kec', ${kab} = current(${kabkota})))", "sum(records('uji.tempat', count(${barang}) > 1))", "sum(last('uji.asal', ${nilai}))",
    "sum(records('kunjung', ${kec} = current(${name}) and ${mutu} > current(records('uji.kec'))))", "sum(records('kunjung.tujuan', ${poin} > 4))",
    "sum(total('kunjung.tujuan', ${poin} * current(${sasaran}), ${mutu} > current(${sasaran})))", "mean(first('uji.asal', ${nilai}, ${status} = 'aktif'))",
    "count(records('uji.tempat', ${kab} != current(${kabkota})) > 30)", "sum(records('uji.kec', ${umur} > current(records('uji.tempat'))))",
)  # fmt: skip
LINKED_LISTS: Final = ("records('uji.tempat', ${usia} > current(${sasaran})) > 3", "records('uji.asal') > 20", "records('kunjung', ${kec} = current(${name})) > 20")  # fmt: skip

BY_LIST: Final = ("${kabkota}", "${name}", "band(records('uji.kec'), 1, 40)", "records('uji.kec') > 0")


def _figure(dice: random.Random, numbers: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    number, other, condition = dice.choice(numbers), dice.choice(numbers), dice.choice(conditions)
    return dice.choice(
        (
            "count()", f"count({condition})", f"count({number})", f"count-distinct({number})", f"sum({number})", f"mean({number})",
            f"median({number})", f"percentile({number}, {dice.choice([0, 10, 90, 99.5, 100])})", f"min({number})", f"max({number})",
            f"share({condition})", f"share(count({condition}), count({dice.choice(conditions)}))", f"ratio(sum({number}), count({condition}))",
            f"ratio(sum({number}), sum({other})) * 100", f"round(mean({number}), 1)", f"sum({number}) div count() - 1", f"-count({condition}) mod 7",
        )
    )  # fmt: skip


OTHER_FIGURES: Final = (
    "min(${tgl})", "max(${mulai})", "max(${tgl}) - min(${tgl})", "count-distinct(${status})", "count-distinct(${kab})", "count(${setuju})",
    "count(${catatan})", "count-distinct(${tgl})", "count-distinct(${setuju})", "max(SUBMITTED)", "count-distinct(${umur} < 18)", "min(date(${kapan}))",
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """A row of the sheet, and what the page's filters say."""

    cells: dict[str, str]
    filters: Filters


def _trials() -> list[Trial]:
    dice = random.Random(4711)  # noqa: S311 - the same trials each time
    made = []
    for number in range(VIEWS + LINKED):
        of = dice.choice(["", "", "", "", "", "orang", "barang", "kecamatan.csv"])
        numbers, conditions, groups = {
            "": ((*NUMBERS, *FOLDS), (*CONDITIONS, *FOLDED), GROUPS),
            "orang": (PERSONS, OF_PERSONS, BY_PERSON),
            "barang": (THINGS, OF_THINGS, BY_THING),
            "kecamatan.csv": (
                (),
                (
                    "${kabkota} = '61.01'",
                    "${sasaran} > 5",
                    "records('uji.kec', ${umur} > 17) > 9",
                ),
                BY_LIST,
            ),
        }[of]
        listed = LISTED
        if number >= VIEWS:
            more = {
                "": (LINKED_NUMBERS, LINKED_CONDITIONS, LINKED_GROUPS),
                "orang": (LINKED_PERSONS, LINKED_OF_PERSONS, ()),
                "barang": (LINKED_THINGS, LINKED_OF_THINGS, ()),
                "kecamatan.csv": ((), LINKED_LISTS, ("records('uji.tempat') > 40",)),
            }[of]
            numbers, conditions = more[0], more[1]
            groups, listed = (*more[2], *dice.sample(groups, 2)), LINKED_LISTED
        by = dice.sample(groups, dice.choice([0, 1, 1, 2]))
        if of == "kecamatan.csv":
            values = dice.sample(listed, 1 if len(by) > 1 else dice.choice([1, 2]))
        else:
            values = [_figure(dice, numbers, conditions) for _ in range(1 if len(by) > 1 else dice.choice([1, 1, 3]))]
        if of == "" and number < VIEWS and dice.random() < 0.2:
            values = [dice.choice(OTHER_FIGURES)]
        cells = {
            "type": "table" if by else "number",
            "name": f"v{number}",
            "of": of,
            "by": ", ".join(by),
            "value": ", ".join(values if by else values[:1]),
            "where": dice.choice(conditions) if dice.random() < 0.4 else "",
            "date": dice.choice(["", "${tgl}", "${mulai}"]) if of != "kecamatan.csv" else "",
        }
        since = _chance(dice, date(2023, 9, 1) + timedelta(days=dice.randrange(400)), 0.3)
        until = _chance(dice, date(2025, 2, 1) + timedelta(days=dice.randrange(400)), 0.3)
        scopes = {"kabkota": dice.choice(KAB)} if dice.random() < 0.2 else {}
        answers = {dice.choice(["status", "layanan", "umur"]): ""} if dice.random() < 0.2 else {}
        answers = {n: {"status": "aktif", "layanan": "hukum", "umur": "30"}[n] for n in answers}
        made.append(Trial({c: t.replace("SUBMITTED", "${SubmissionDate}").replace("SAME", SAME) for c, t in cells.items() if t},
                          Filters(since, until, scopes, answers)))  # fmt: skip
    return made


TRIALS: Final = _trials()


# The survey, in the tables and in memory


@pytest.fixture(scope="module")
def survey(running, template, tmp_path_factory) -> Iterator[Any]:
    """Records in a database of this module's own, a board of all trials over them, and the same records in memory."""
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"create database figures template {template} owner lentera_owner strategy file_copy")
    application = lentera.create_app(
        {
            "DATABASE_URL": running.url(database="figures"),
            "LENTERA_DATA": str(tmp_path_factory.mktemp("figures")),
            "LENTERA_MASTER_KEY": "5e" * 32,
            "LENTERA_BASE_URL": None,
            "SENTRY_DSN": None,
        }
    )
    catalogue.schema.cache_clear()
    with application.app_context():
        yield _surveyed()
        db.session.remove()
        db.engine.dispose()
    catalogue.schema.cache_clear()
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("drop database figures with (force)")


def _surveyed() -> SimpleNamespace:
    dice = random.Random(1812)  # noqa: S311 - the same records each time
    phone = sender("Ponsel 1")
    visits = [_visit(dice, number) for number in range(VISITS)]
    big = _filled("uji", _sheet(), [_record(dice, number) for number in range(RECORDS)], phone, visits)
    # What is hidden in one figure depends on all others of the form, which of so many takes long.
    few = ViewsSheet("views", {}, (ViewRow(2, NAMED["silang"].cells, {}, {}),))
    small = _filled("kecil", few, [_record(dice, number) for number in range(60)], phone)
    return SimpleNamespace(memory=big[0], board=big[1], few=small[0], small=small[1])


def _filled(
    form_id: str, sheet: ViewsSheet, records: list[Row], phone: int, visits: Sequence[Row] = ()
) -> tuple[World, figures.Board]:
    """A form with a views sheet and these records, some of them deleted; give what counts of them, and the board.

    Visits are records of another form of the same project.
    """
    survey = Survey(form_id)
    choices = {name: tuple(Choice(n, {"": n.title()}) for n in names) for name, names in CHOICES.items()}
    layout = survey.publish(*FIELDS, choices=choices)
    form = db.session.get_one(Form, survey.form_id)
    form.current_id = survey.version_id
    db.session.get_one(FormVersion, survey.version_id).views = sheet.to_json()
    _list(survey)
    db.session.commit()
    counted = {"uji": _all_kept(survey, layout, records, phone)}
    if visits:
        other = Survey("kunjung", survey.project_id)
        layout = other.publish(*VISIT, choices=choices)
        db.session.get_one(Form, other.form_id).current_id = other.version_id
        counted["kunjung"] = _all_kept(other, layout, visits, phone)
    memory = World(counted, counted, REPEATS, frozenset({"layanan"}), {"kecamatan": LIST}, FACTS, NOW, ZONE)
    board = figures.board_of_form(EVERYONE, db.session.get_one(Form, survey.form_id))
    assert [f.message for f in board.findings] == []
    return memory, board


def _all_kept(survey: Survey, layout: Any, records: Sequence[Row], phone: int) -> list[Row]:
    """Keep records, some of them deleted, and give those that count."""
    counted = []
    for number, record in enumerate(records):
        is_deleted = number % 10 == 7
        _kept(survey, layout, record, phone, deleted=is_deleted)
        if not is_deleted and record.values["ReviewState"] != "rejected":
            counted.append(record)
    return counted


def _list(survey: Survey) -> None:
    blob = Blob(project_id=survey.project_id, hash=b"kecamatan", size=1)
    db.session.add(blob)
    db.session.flush()
    db.session.add(List(blob_id=blob.id, columns=list(LIST[0])))
    db.session.flush()
    for number, cells in enumerate(LIST, start=1):
        db.session.add(ListRow(blob_id=blob.id, number=number, cells=cells))
    db.session.add(
        FormAttachment(version_id=survey.version_id, name="kecamatan.csv", type="file", blob_id=blob.id, updated_at=NOW)
    )


def _sheet() -> ViewsSheet:
    cells = [{"type": "fact", "name": name, "value": text} for name, text in FACTS.items()]
    cells += [t.cells for t in (*TRIALS, *NAMED.values())]
    return ViewsSheet("views", {}, tuple(ViewRow(n, row, {}, {}) for n, row in enumerate(cells, start=2)))


def _counted(memory: World, trial: Trial, scopes: tuple[str, ...] = ("*",)) -> tuple[World, list[Row]]:
    """The rows that count for a reader with the page's filters, in memory; links of a list follow only what is left."""
    of = trial.cells.get("of", "")
    filters = trial.filters
    is_list = of.endswith(".csv")
    seen = {
        form: [r for r in records if scopes == ("*",) or set(scopes) & set(r.scopes)]
        for form, records in memory.records.items()
    }
    date_of = parse(trial.cells.get("date", "${SubmissionDate}"))

    def falls(row: Row) -> bool:
        if filters.since is None and filters.until is None:
            return True
        day = memory.day(memory.value(date_of, row))
        return day is not None and (filters.since or day) <= day <= (filters.until or day)

    def is_left(row: Row) -> bool:
        return (
            all(f"{n}={v}" in row.scopes for n, v in filters.scopes.items())
            and all(v in memory.text("" if row.values[n] is None else row.values[n]).split(" ")
                    for n, v in filters.answers.items() if n in row.values)
            and falls(row)
        )  # fmt: skip

    memory = replace(memory, linked=seen)
    left = {form: [r for r in seen[form] if is_left(r)] for form in (seen if is_list else ["uji"])}
    memory = replace(memory, records=left, linked=left if is_list else seen)
    rows = memory.counted(
        {"": "uji", "orang": "uji.orang", "barang": "uji.barang"}.get(of, of), trial.cells.get("where", "")
    )
    if is_list:
        rows = [r for r in rows if all(r.values["kabkota"] == v for v in filters.scopes.values())]
        own = {scope.partition("=")[2] for scope in scopes if scope != "*"}
        rows = [r for r in rows if not own or r.values["kabkota"] in own]
    return memory, rows


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, float | int) and isinstance(found, float | int):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    return found == wanted


def _held(survey: Any, trial: Trial, found: figures.Figure, scopes: tuple[str, ...] = ("*",)) -> None:
    """Hold every cell of a figure against memory."""
    assert found.problem is None, found.problem
    memory, rows = _counted(survey.memory, trial, scopes)
    values = parse_list(trial.cells["value"])
    assert found.records.value == len(rows)
    for cell, number, of in _cells(found, memory, rows, trial.cells.get("by", "")):
        wanted = memory.figure(values[number], of)
        assert _same(cell.value, wanted), (trial, cell, wanted)
        if cell.value is not None and values[number].value in ("share", "ratio") and cell.denominator is not None:
            assert cell.numerator / cell.denominator == pytest.approx(cell.value)


def _cells(
    found: figures.Figure, memory: World, rows: list[Row], by: str
) -> Iterator[tuple[figures.Cell, int, list[Row]]]:
    """Every cell of a figure with the number of its value and the rows that belong to it."""
    parts = _parts(by)
    shown = [row.key.value for row in found.rows if row.key]
    assert len(set(shown)) == len(shown)
    if len(parts) < 2:
        groups = memory.grouped(rows, by) if by else {}
        assert {key for (key,) in groups} <= set(shown)
        for row in found.rows:
            of = groups.get((row.key.value,), []) if row.key else rows
            yield from ((cell, number, of) for number, cell in enumerate(row.cells))
        yield from ((cell, number, rows) for number, cell in enumerate(found.totals))
        return
    groups, first, second = memory.grouped(rows, by), memory.grouped(rows, parts[0]), memory.grouped(rows, parts[1])
    columns = [column.value for column in found.columns[:-1]]
    assert {key for (key,) in first} <= set(shown)
    assert {key for (key,) in second} <= set(columns)
    for row in found.rows:
        yield from (
            (cell, 0, groups.get((row.key.value, column), []))
            for column, cell in zip(columns, row.cells[:-1], strict=True)
        )
        yield row.cells[-1], 0, first.get((row.key.value,), [])
    for column, cell in zip(columns, found.totals[:-1], strict=True):
        yield cell, 0, second.get((column,), [])
    yield found.totals[-1], 0, rows


def _parts(by: str) -> list[str]:
    if not by:
        return []
    starts = [raw.at - 1 for raw in parse_list(by)]
    return [by[start:end].strip().rstrip(",") for start, end in zip(starts, [*starts[1:], len(by)], strict=True)]


NAMED: Final = {
    "per_kab": Trial({"type": "table", "name": "per_kab", "by": "${kab}", "value": "count(), mean(${umur})", "date": "${tgl}"}, Filters()),
    "silang": Trial({"type": "table", "name": "silang", "by": "${layanan}, ${umur} < 18"}, Filters()),
    "orang": Trial({"type": "table", "name": "orang_jk", "of": "orang", "by": "${jk}"}, Filters()),
    "corong": Trial({"type": "funnel", "name": "corong", "value": "true(), ${umur} >= 18, ${setuju}, ${status} = 'aktif'"}, Filters()),
    "hitungan": Trial({"type": "table", "name": "hitungan", "by": "${kab}", "value": "count(${umur} >= 18), share(${setuju}), count(${tgl}), mean(${umur})"}, Filters()),
    "kerja": Trial({"type": "list", "name": "kerja", "where": "${status} = 'aktif'", "by": "${tgl}", "value": "${kab}, today() - ${tgl}"}, Filters()),
    "meluap": Trial({"type": "number", "name": "meluap", "value": "sum(${skor} * 1" + "0" * 300 + " * ${skor})"}, Filters()),
    "terhubung": Trial({"type": "table", "name": "terhubung", "by": "${kab}", "value": f"share(records('kunjung', {SAME} and ${{mutu}} > 20 and ${{pada}} > current(${{tgl}})) > 0)"}, Filters()),
    "daftar": Trial({"type": "table", "name": "daftar", "of": "kecamatan.csv", "by": "${kabkota}", "value": "sum(records('kunjung.kec', ${mutu} > 20))"}, Filters()),
    "per_hasil": Trial({"type": "table", "name": "per_hasil", "by": f"first('kunjung', ${{hasil}}, {SAME})", "value": "count()"}, Filters()),
    "per_status": Trial({"type": "table", "name": "per_status", "of": "kecamatan.csv", "by": "first('uji.kec', ${status})", "value": "count()"}, Filters()),
    "berpasangan": Trial({"type": "number", "name": "berpasangan", "value": "sum(records('uji', ${kab} = current(${kab}) and ${SubmissionDate} < current(${SubmissionDate})))"}, Filters()),
    "sasaran": Trial({"type": "bar", "name": "sasaran", "by": "${kec}", "target": "kecamatan.csv.sasaran"}, Filters()),
}  # fmt: skip


@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: t.cells["name"])
def test_a_figure_is_what_plain_counting_finds(survey, trial):
    view = survey.board.view(trial.cells["name"])
    found = figures.figure(EVERYONE, survey.board, view, trial.filters, now=NOW)
    _held(survey, trial, found)


COORDINATOR: Final = reader("kabkota=61.01")
TWO: Final = reader("kabkota=61.01", "kabkota=61.71")


@pytest.mark.parametrize(
    "who", [COORDINATOR, TWO, reader("kabkota=61.99"), reader()], ids=["one", "two", "elsewhere", "none"]
)
@pytest.mark.parametrize("trial", TRIALS[::12], ids=lambda t: t.cells["name"])
def test_a_readers_figure_counts_the_records_of_their_scopes_and_no_others(survey, who, trial):
    found = figures.figure(who, survey.board, survey.board.view(trial.cells["name"]), trial.filters, now=NOW)
    _held(survey, trial, found, who.scopes)


@pytest.mark.parametrize("who", [EVERYONE, COORDINATOR, TWO], ids=["all", "one", "two"])
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(date(2024, 1, 1), date(2025, 6, 30), {"kabkota": "61.01"}, {"layanan": "medis"})]
)
@pytest.mark.parametrize("named", ["per_kab", "silang", "orang"])
def test_behind_a_cell_are_exactly_the_records_that_it_counts(survey, who, filters, named):
    trial = Trial({"value": "count()", **NAMED[named].cells}, filters)
    view = survey.board.view(trial.cells["name"])
    memory, rows = _counted(survey.memory, trial, who.scopes)
    groups = memory.grouped(rows, trial.cells["by"])
    assert groups or who is not EVERYONE
    cells = [(dict(enumerate(key)), counted) for key, counted in [*groups.items(), ((), rows)]]
    # Totals of a crosstab's rows and columns.
    for number, part in enumerate(_parts(trial.cells["by"])):
        cells += [({number: key}, counted) for (key,), counted in memory.grouped(rows, part).items()]
    for group, counted in cells:
        records = {id(row.record): row.record for row in counted}.values()
        found = figures.behind(who, survey.board, view, filters, group, limit=1_000)
        assert found.total == len(found.records) == len(records)
        assert sorted(r.submitted_at for r in found.records) == sorted(r.values["SubmissionDate"] for r in records)
        assert {r.form_id for r in found.records} <= {"uji"}


def test_behind_a_number_that_counts_some_of_a_group_are_those_it_counts_and_the_whole_group_behind_others(survey):
    view = survey.board.view("hitungan")
    found = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    assert [len(figures.counts_only(view, number)) for number in range(4)] == [1, 1, 1, 0]
    cells = [({0: row.key.value}, row.cells) for row in found.rows] + [({}, found.totals)]
    for group, (adults, share, dated, mean) in cells:
        counted = [adults.value, share.numerator, dated.value, mean.records]
        behind = [figures.behind(EVERYONE, survey.board, view, Filters(), group, value=n).total for n in range(4)]
        assert behind == counted
    assert 0 < found.totals[1].numerator < found.totals[1].denominator
    for wrong in (-1, 4):
        with pytest.raises(NotFound):
            figures.behind(EVERYONE, survey.board, view, Filters(), {}, value=wrong)


def test_behind_a_step_of_a_funnel_are_those_who_came_as_far(survey):
    view = survey.board.view("corong")
    found = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    steps = [row.cells[0].value for row in found.rows]
    assert steps == [figures.behind(EVERYONE, survey.board, view, Filters(), {}, value=n).total for n in range(4)]
    assert steps == sorted(steps, reverse=True) != [steps[0]] * 4


def test_behind_pages_through_the_records_and_knows_no_group_that_cannot_be(survey):
    view = survey.board.view("silang")
    whole = figures.behind(EVERYONE, survey.board, view, Filters(), {}, limit=1_000)
    pages = [
        figures.behind(EVERYONE, survey.board, view, Filters(), {}, offset=at, limit=50).records
        for at in range(0, 300, 50)
    ]
    assert [r for page in pages for r in page] == list(whole.records)
    for wrong in [{1: "mungkin"}, {0: "medis", 1: "mungkin"}, {0: "medis", 1: "true", 2: "1"}]:
        with pytest.raises(NotFound):
            figures.behind(EVERYONE, survey.board, view, Filters(), wrong)
    assert figures.behind(EVERYONE, survey.board, view, Filters(), {0: "x' or 'a'='a", 1: "true"}).total == 0


def test_who_lacks_the_clearance_gets_no_records_and_no_items(survey):
    low = reader("*", clearance=Clearance.PROGRAMME)
    view = survey.small.view("silang")
    assert figures.figure(low, survey.small, view, Filters(), now=NOW).is_suppressed
    with pytest.raises(FiguresWithheld):
        figures.behind(low, survey.small, view, Filters(), {})


def test_what_is_shown_to_a_reader_of_suppressed_figures_is_what_plain_counting_finds(survey):
    low = reader("*", clearance=Clearance.PROGRAMME)
    trial = NAMED["silang"]
    found = figures.figure(low, survey.small, survey.small.view("silang"), Filters(), now=NOW)
    memory, rows = _counted(survey.few, trial)
    groups = memory.grouped(rows, trial.cells["by"])
    cells = [
        (cell, len(groups.get((row.key.value, column.value), ())))
        for row in found.rows
        for column, cell in zip(found.columns[:-1], row.cells[:-1], strict=True)
    ]
    assert any(cell.mark for cell, _count in cells)
    for cell, count in cells:
        assert (cell.value is None) == bool(cell.mark)
        assert cell.value in (None, count)
        assert count == 0 or count >= figures.K or cell.mark


@pytest.mark.parametrize("named", ["terhubung", "daftar"])
def test_figures_of_people_that_follow_links_are_for_those_who_may_see_them_one_by_one(survey, named):
    """What one form tells of the people in another is weighed nowhere, so nobody gets it with small numbers hidden."""
    view = survey.board.view(named)
    assert view.is_of_people
    low = reader("*", clearance=Clearance.PROGRAMME)
    found = figures.figure(low, survey.board, view, Filters(), now=NOW)
    assert isinstance(found.problem, FiguresWithheld)
    assert not found.rows
    assert found.records.value is None
    whole = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    assert whole.is_confidential
    assert whole.problem is None


def _reaching(survey, uji, kunjung):
    """Somebody whose figures go so far of the one form and of the other."""
    who = reader("*")
    survey.board._reaches[who, survey.board.forms["uji"].id] = uji
    survey.board._reaches[who, survey.board.forms["kunjung"].id] = kunjung
    return who


def test_a_figure_goes_as_far_as_the_least_of_the_forms_that_it_is_made_of(survey):
    view, trial = survey.board.view("terhubung"), NAMED["terhubung"]
    assert [form.xml_form_id for form in sights.counted(survey.board, view)] == ["kunjung", "uji"]
    everything, some = reader("*").look, reader("kabkota=61.01").look
    few = replace(everything, clearance=Clearance.PROGRAMME)
    for uji, kunjung in [(everything, some), (some, everything), (some, some)]:
        who = _reaching(survey, Reach(uji, is_everywhere=False), Reach(kunjung, is_everywhere=False))
        found = figures.figure(who, survey.board, view, Filters(), now=NOW)
        _held(survey, trial, found, ("kabkota=61.01",))
    for uji, kunjung in [
        (Reach(everything, is_everywhere=True), None),
        (Reach(everything, is_everywhere=True), Reach(few, is_everywhere=True)),
        (Reach(few, is_everywhere=True), Reach(everything, is_everywhere=True)),
        (Reach(everything, is_everywhere=True), Reach(few, is_everywhere=False)),
    ]:
        who = _reaching(survey, uji, kunjung)
        found = figures.figure(who, survey.board, view, Filters(), now=NOW)
        assert isinstance(found.problem, FiguresWithheld)


def test_a_page_offers_filters_of_what_is_counted_and_none_of_what_is_only_linked(survey):
    for named in ("per_hasil", "per_status"):
        only = replace(survey.board, sections=(Section(None, (survey.board.view(named),)),))
        assert [(f.kind, f.name) for f in only.filters] == [("scope", "kabkota")]


def test_a_figure_whose_links_pair_too_many_records_is_given_up_and_no_other_is(survey, monkeypatch):
    monkeypatch.setattr("forms.figures.reading.MOST_TIME", "1ms")
    view = survey.board.view("berpasangan")
    found = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW + timedelta(minutes=1))
    assert isinstance(found.problem, FigureTakesTooLong)
    other = figures.figure(EVERYONE, survey.board, survey.board.view("corong"), Filters(), now=NOW)
    assert other.problem is None
    monkeypatch.undo()
    whole = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW + timedelta(minutes=2))
    _held(survey, NAMED["berpasangan"], whole)
    assert db.session.execute(text("show statement_timeout")).scalar_one() == "0"


def test_a_figure_without_a_role_is_withheld(survey):
    nobody = reader(clearance=Clearance.NONE)
    view = survey.small.view("silang")
    found = figures.figure(nobody, survey.small, view, Filters(), now=NOW)
    assert found.is_suppressed or isinstance(found.problem, FiguresWithheld)


def test_a_funnel_counts_who_came_as_far(survey):
    found = figures.figure(EVERYONE, survey.board, survey.board.view("corong"), Filters(), now=NOW)
    records = survey.memory.records["uji"]
    steps = [lambda r: True, lambda r: (r.values["umur"] or 0) >= 18, lambda r: r.values["setuju"] is True,
             lambda r: r.values["status"] == "aktif"]  # fmt: skip
    wanted = [sum(1 for r in records if all(step(r) for step in steps[: n + 1])) for n in range(4)]
    assert [row.cells[0].value for row in found.rows] == wanted
    assert wanted[3] > 0
    assert {row.cells[0].denominator for row in found.rows} == {len(records)}


def test_a_work_list_has_the_records_in_its_order(survey):
    found = figures.figure(COORDINATOR, survey.board, survey.board.view("kerja"), Filters(), now=NOW)
    wanted = [r for r in survey.memory.records["uji"] if r.values["status"] == "aktif" and r.values["kab"] == "61.01"]
    assert found.records.value == len(found.items) == len(wanted) > 0
    days = [r.values["tgl"] for r in wanted]
    ages = sorted(((date(2026, 5, 5) - day).days for day in days if day), reverse=True)
    assert [item.values[1] for item in found.items] == [*ages, *[None] * days.count(None)]
    assert {item.values[0] for item in found.items} == {"61.01"}


def test_a_number_out_of_range_is_a_problem_of_its_figure_and_of_no_other(survey):
    view = survey.board.view("meluap")
    assert figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW).problem is not None
    other = figures.figure(EVERYONE, survey.board, survey.board.view("corong"), Filters(), now=NOW)
    assert other.problem is None


def test_targets_come_from_their_column_and_cells_that_are_no_number_are_none(survey):
    found = figures.figure(EVERYONE, survey.board, survey.board.view("sasaran"), Filters(), now=NOW)
    targets = {row.key.value: row.target for row in found.rows if row.key}
    assert {k: targets[k] for k in ("k1", "k2", "k3", "k4", "k5")} == {
        "k1": 12,
        "k2": None,
        "k3": 7.5,
        "k4": None,
        "k5": 3,
    }
    assert targets["lain"] is None
    assert found.target == 22.5


@pytest.mark.parametrize(
    "filters",
    [
        Filters(until=date.max),
        Filters(since=date.min, until=date.max),
        Filters(since=date(2026, 1, 2), until=date(2026, 1, 1)),
        Filters(scopes={"kabkota": "'; drop table submissions; --"}),
        Filters(answers={"tidak_ada": "x", "status": "%s", "umur": "99999999999999999999"}),
    ],
)
@pytest.mark.parametrize("named", ["per_kab", "corong", "sasaran"])
def test_whatever_an_address_says_is_a_filter_and_no_error(survey, filters, named):
    found = figures.figure(EVERYONE, survey.board, survey.board.view(named), filters, now=NOW)
    assert found.problem is None
    wide = filters.until == date.max
    assert bool(found.records.value) is wide


def test_answers_that_are_identity_filter_nothing_out(survey):
    """Else somebody could try names until the figure moves."""
    view = survey.board.view("per_kab")
    whole = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    tried = figures.figure(EVERYONE, survey.board, view, Filters(answers={"nama": "CANARY-1"}), now=NOW)
    assert tried.records.value == whole.records.value


def test_a_period_is_of_days_where_the_programme_is(survey):
    """Each record falls into exactly one day, and an evening in UTC into the next one."""
    view = survey.board.view("corong")
    sent = sorted(r.values["SubmissionDate"] for r in survey.memory.records["uji"])
    late = next(at for at in sent if at.hour >= 17)  # Pontianak is seven hours ahead
    local = late.astimezone(ZONE).date()
    assert local != late.date()
    on = [
        figures.figure(EVERYONE, survey.board, view, Filters(day, day), now=NOW).records.value
        for day in (late.date(), local)
    ]
    assert on == [sum(1 for at in sent if at.astimezone(ZONE).date() == day) for day in (late.date(), local)]
