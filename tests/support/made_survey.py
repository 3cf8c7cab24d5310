"""A form made up at random, and another that links lead to: their records kept in tables and in memory alike."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from forms import figures, instance
from forms.db import db
from forms.models import Blob, Form, FormAttachment, FormVersion, List, ListRow
from forms.schema import Choice
from forms.workbook import ViewsSheet
from tests.support.reference import Row, World
from tests.support.survey import EVERYONE, Survey, leaf, repeat

ZONE: Final = ZoneInfo("Asia/Pontianak")
NOW: Final = datetime(2026, 5, 4, 20, 30, tzinfo=UTC)  # the 5th in Pontianak
RECORDS: Final = 180
VISITS: Final = 200

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


def chance(dice: random.Random, made: Any, of: float = 0.8) -> Any:
    return made if dice.random() < of else None


def make_record(dice: random.Random, number: int) -> Row:
    day = date(2023, 6, 1) + timedelta(days=dice.randrange(1_100))
    begun = datetime(day.year, day.month, day.day, dice.randrange(24), dice.randrange(60), tzinfo=UTC)
    kab = chance(dice, dice.choice(KAB), 0.9)
    row = Row(
        {
            "kab": kab,
            "kec": chance(dice, dice.choice(["k1", "k2", "k3", "k4", "lain"])),
            "status": chance(dice, dice.choice(CHOICES["status"])),
            "dulu": chance(dice, dice.choice(CHOICES["status"]), 0.6),
            "tingkat": chance(dice, dice.choice(CHOICES["tingkat"])),
            "layanan": chance(dice, " ".join(dice.sample(CHOICES["layanan"], dice.randint(1, 3)))),
            "setuju": chance(dice, dice.random() < 0.5),
            "umur": chance(dice, dice.randrange(0, 80)),
            "skor": chance(dice, dice.choice([0.0, 2.5, -2.5, 0.125, 7.25, 33.3, 1e6])),
            "hitung": chance(dice, dice.choice(["3", "4.5", " 7 ", "-1e2", "lima", "NaN", "1e400", "12abc"])),
            "kapan": chance(dice, dice.choice([day.isoformat(), f"{day}T23:30:00.000+07:00", "2026-02-30", "besok", "2026-01-015"])),
            "catatan": chance(dice, dice.choice(["ada", "Antre lama", "x'; drop table submissions; --", "50%", "a b c"])),
            "nama": f"CANARY-{number}",
            "tgl": chance(dice, day),
            "mulai": chance(dice, begun),
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
    return chance(dice, f"C{dice.randrange(50)}", 0.85)


def _place(dice: random.Random) -> Any:
    return chance(dice, dice.choice(["k1", "k2", "k3", "k4", "lain"]))


def _person(dice: random.Random, record: Row, day: date) -> Row:
    row = Row(
        {
            "jk": chance(dice, dice.choice(CHOICES["jk"])),
            "usia": chance(dice, dice.randrange(0, 90)),
            "tiba": chance(dice, day + timedelta(days=dice.randrange(-40, 40))),
            "tempat": _place(dice),
        },
        record,
    )
    row.within["barang"] = [
        Row({"nilai": chance(dice, dice.randrange(1, 400) / 4), "asal": _place(dice)}, row)
        for _ in range(dice.choice([0, 0, 1, 3]))
    ]
    return row


def make_visit(dice: random.Random, number: int) -> Row:
    day = date(2023, 6, 1) + timedelta(days=dice.randrange(1_100))
    kab = chance(dice, dice.choice(KAB), 0.9)
    row = Row(
        {
            "kab": kab,
            "kec": _place(dice),
            "kode": _code(dice),
            "pada": chance(dice, day),
            "mutu": chance(dice, dice.randrange(0, 100)),
            "hasil": chance(dice, dice.choice(CHOICES["hasil"])),
            "SubmissionDate": datetime(day.year, day.month, day.day, dice.randrange(24), number % 60, tzinfo=UTC),
            "ReviewState": dice.choice(["received", "received", "approved", "rejected"]),
            "SubmitterName": None,
            "FormVersion": "1",
            "Edits": 0,
        },
        scopes=(f"kabkota={kab or '?'}",),
    )
    row.within["rinci"] = [
        Row({"tujuan": _place(dice), "poin": chance(dice, dice.randrange(0, 10))}, row)
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


def fill(
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
