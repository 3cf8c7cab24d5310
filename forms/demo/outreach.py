"""Made-up outreach sessions, `tppo_sosialisasi`: by head counts or with one row per participant.

It owns what belongs together in such a form: the school and its sub-district, who comes to which kind of session,
and every total as the form computes it. Weights and chances are the recipe's. No session has a photo.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from forms.demo.dice import Dice
from forms.demo.filling import Answers, Filled, code
from forms.demo.pack import Kit

AGES = ("u0_11", "u12_17", "u18_24", "u25_59", "u60")
LONGEST_LIST = 36
LETTERS = "ABCDEFGHIJKLMNOPRSTUWY"
IN_CLASS = ("sekolah", "kampus", "pesantren")


def fill(kit: Kit, count: int) -> list[Filled]:
    """Make `count` sessions."""
    return [_session(kit) for _ in range(count)]


def _session(kit: Kit) -> Filled:
    dice, table = kit.dice, kit.table
    district = dice.pick(table["kab"])
    kind = dice.pick(table["kategori"])
    on = _day(dice, kind)
    start = dice.moment(on, 9, 16, 11)
    random_id = dice.uuid()
    session = code("SOS", random_id)
    school, place = _school(kit, district) if kind == "sekolah" else (None, _venue(kit, district))
    answers = {
        "acak": random_id.upper(),
        "kode": session,
        "kab": district,
        "kategori": kind,
        **place,
        "tgl": on.isoformat(),
        "menit": str(15 * dice.between(4, 12)),
        "materi": " ".join(dice.some(table["materi"], least=1)),
        "metode": " ".join(dice.some(table["metode"])),
        "penyelenggara": dice.pick(table["penyelenggara"]).replace("*", district.replace(".", "")),
        "n_pengungkapan": str(dice.one([1, 1, 2])) if dice.chance(0.07) else "0",
        "n_total": "",
        **dict.fromkeys(("foto1", "foto2", "foto_daftar"), ""),
        "catatan": dice.maybe(0.15, "Catatan contoh untuk peragaan."),
    }
    if kind != "daring":
        answers["lokasi"] = _point(dice, *kit.recipe.tables["towns"][district])
    entity = {"dataset": "sekolah", "update": "0", "baseVersion": "", "trunkVersion": "", "branchId": "", "id": ""}
    if school:
        answers["tgl_akhir"] = on.isoformat()
        entity |= {"update": "1", "baseVersion": school["__version"], "id": school["name"]}
    attendance, rows = _attendance(dice, table, kind)
    return Filled(
        instance_id=dice.uuid(),
        start=start,
        end=start + timedelta(minutes=dice.between(6, 20) + len(rows) // 2, seconds=dice.between(0, 59)),
        name=f"{session} {on.isoformat()}",
        answers=answers | attendance,
        entity=entity,
        rows={"peserta": rows},
    )


def _day(dice: Dice, kind: str) -> date:
    """Draw a day; classes are not visited at weekends or in the long holidays."""
    while True:
        day = dice.day(workday=kind in (*IN_CLASS, "aparat"))
        on_holiday = (6, 20) <= (day.month, day.day) <= (7, 12) or (day.month, day.day) >= (12, 20)
        if not (on_holiday and kind in IN_CLASS):
            return day


def _school(kit: Kit, district: str) -> tuple[dict[str, str] | None, Answers]:
    """Choose a listed school with its sub-district, or write one that the list lacks."""
    dice, schools = kit.dice, kit.recipe.schools[district]
    if not dice.chance(kit.table["unlisted"]):
        school = dice.one(schools)
        listed = sum(s["kecamatan"] == school["kecamatan"] for s in schools)
        return school, {
            "kec": school["kecamatan"],
            "jml_sekolah": str(listed),
            "sekolah_terdaftar": "ya",
            "sekolah": school["name"],
            "npsn": school["npsn"],
            "nama_sekolah": school["label"],
        }
    subdistrict = dice.one(kit.recipe.subdistricts[district])
    listed = sum(s["kecamatan"] == subdistrict for s in schools)
    name = f"SMP Contoh Baru {dice.between(1, 40)}"
    place = {"kec": subdistrict, "jml_sekolah": str(listed), "sekolah_lain": name, "nama_sekolah": name}
    return None, place | ({"sekolah_terdaftar": "tidak"} if listed else {})


def _venue(kit: Kit, district: str) -> Answers:
    subdistrict = kit.dice.one(kit.recipe.subdistricts[district])
    listed = sum(s["kecamatan"] == subdistrict for s in kit.recipe.schools[district])
    return {"kec": subdistrict, "jml_sekolah": str(listed), "tempat": f"Balai Contoh {kit.dice.between(1, 60)}"}


def _point(dice: Dice, latitude: float, longitude: float) -> str:
    """Write a point near the district's town as a phone does: latitude longitude altitude accuracy."""
    north = round(latitude + dice.between(-400, 400) / 1e4, 4)
    east = round(longitude + dice.between(-400, 400) / 1e4, 4)
    return f"{north} {east} 0.0 {dice.between(4, 25)}.0"


def _attendance(dice: Dice, table: Any, kind: str) -> tuple[Answers, list[Answers]]:
    audience = table["audience"][kind]
    size = dice.between(*audience["size"])
    listed = dice.chance(table["listed"][kind])
    if listed:
        size = min(size, LONGEST_LIST)
    people = [("P" if dice.chance(audience["women"]) else "L", dice.pick(audience["ages"])) for _ in range(size)]
    before = dice.between(38, 62) if dice.chance(table["tested"]) else None
    totals = {
        "total": str(size),
        "jml_l": str(sum(sex == "L" for sex, _ in people)),
        "jml_p": str(sum(sex == "P" for sex, _ in people)),
    }
    if listed:
        return {"cara_hitung": "daftar", **totals}, [_row(dice, audience, before, *person) for person in people]
    return {"cara_hitung": "rekap", **totals, **_counts(dice, Counter(people), size, before)}, []


def _row(dice: Dice, audience: Any, before: int | None, sex: str, age: str) -> Answers:
    role = dice.pick(audience["roles"])
    if role == "siswa" and age in ("u25_59", "u60"):
        role = next((r for r in audience["roles"] if r != "siswa"), role)
    first = "" if before is None else str(5 * dice.between((before - 20) // 5, (before + 20) // 5))
    return {
        "p_inisial": dice.maybe(0.9, dice.one(LETTERS) + dice.one(LETTERS)),
        "p_jk": sex,
        "p_umur": age,
        "p_peran": role,
        "p_disabilitas": "ya" if dice.chance(0.02) else "tidak",
        "p_pre": first,
        "p_post": str(min(100, int(first) + 5 * dice.between(0, 8))) if first else "",
    }


def _counts(dice: Dice, people: Counter[tuple[str, str]], size: int, before: int | None) -> Answers:
    counts = {f"{sex.lower()}_{age}": str(people[sex, age]) for sex in "LP" for age in AGES}
    counts["disabilitas_n"] = str(min(size, dice.one([0, 0, 0, 1, 1, 2])))
    if before is None:
        return counts | {"n_pre": "", "n_post": ""}
    sat = max(1, size - dice.between(0, size // 5))
    gain = dice.between(60, 320)
    return counts | {
        "n_pre": str(sat),
        "rata_pre": f"{before}.{dice.between(0, 9)}",
        "n_post": str(max(1, sat - dice.between(0, 6))),
        "rata_post": f"{min(99, before + gain // 10)}.{gain % 10}",
    }
