"""Made-up registrations, `tppo_korban_registrasi`: single persons and batches at the border posts.

It owns what belongs together in such a form: who registers where, which consent opens which questions, and every
calculated value (age, screening result, due date) as the form computes it. Weights and chances are the recipe's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from forms.demo.dice import Dice
from forms.demo.filling import Answers, Filled, code
from forms.demo.pack import Kit

AIRPORT, PORT = "supadio", "dwikora"
ENTIKONG = "61.03.21"
FOLLOW_UP_DAYS = {"tinggi": 7, "sedang": 14, "rendah": 30}
RESULTS = {3: "kuat", 2: "sebagian"}
CHILD, ADOLESCENT, GROWN, OLD = 12, 18, 25, 60


@dataclass(frozen=True)
class Arrival:
    """How a person came to be registered: the answers about staff and place, when, and from which district if known."""

    place: Answers
    start: datetime
    group: Literal["batch", "single"]
    origin: str = ""


def fill(kit: Kit, count: int) -> list[Filled]:
    """Make `count` registrations; people of one batch share place, day and batch code."""
    made: list[Filled] = []
    while len(made) < count:
        arrivals = _batch(kit) if kit.dice.chance(kit.table["batch"]) else [_single(kit)]
        made += [_person(kit, arrival) for arrival in arrivals[: count - len(made)]]
    return made


def _batch(kit: Kit) -> list[Arrival]:
    dice, table = kit.dice, kit.table
    arrived = dice.moment(dice.day(), 8, 15, 10)
    point = dice.pick(table["batch_titik"])
    place = {
        **_place(kit, "kedatangan_plbn", table["titik_kab"][point], arrived),
        "titik_masuk": point,
        "kode_rombongan": code("RMB", dice.uuid()),
    }
    if point == "plbn_entikong":
        place["kec_penanganan"] = ENTIKONG
    size = dice.between(*table["batch_size"])
    return [Arrival(place, arrived + timedelta(minutes=25 * n + dice.between(0, 9)), "batch") for n in range(size)]


def _single(kit: Kit) -> Arrival:
    dice, table = kit.dice, kit.table
    channel = dice.pick(table["kanal"])
    start = dice.moment(dice.day(workday=True), 8, 16, 10)
    origin = dice.pick(table["asal_kab"])
    if channel != "kedatangan_bandara_pelabuhan":
        return Arrival(_place(kit, channel, origin, start), start, "single", origin)
    point = dice.pick({AIRPORT: 80, PORT: 20})
    place = _place(kit, channel, table["titik_kab"][point], start)
    return Arrival(place | {"titik_masuk": point}, start, "single", origin)


def _place(kit: Kit, channel: str, district: str, when: datetime) -> Answers:
    return {
        "kab_penanganan": district,
        "kec_penanganan": kit.dice.maybe(0.7, kit.dice.one(kit.recipe.subdistricts[district])),
        "lembaga": kit.table["lembaga"][channel].replace("*", district.replace(".", "")),
        "tgl_registrasi": when.date().isoformat(),
        "kanal": channel,
    }


def _person(kit: Kit, arrival: Arrival) -> Filled:
    dice = kit.dice
    random_id = dice.uuid()
    case = code("KRB", random_id)
    consent = dice.pick(kit.table["persetujuan"])
    agreed = consent == "ya"
    answers = {
        "acak": random_id.upper(),
        "kode": case,
        **arrival.place,
        "n_persetujuan": "",
        "versi_naskah": "1",
        "persetujuan": consent,
        "kabkota": arrival.place["kab_penanganan"],
        **(_case(kit, arrival) | {"kode_simpan": case} if agreed else {"n_tolak": ""}),
    }
    if answers.get("asal_kalbar") == "ya":
        answers["kabkota"] = answers["asal_kab"]
    label = f"{case} - {answers.get('risiko', '')} - {answers.get('jatuh_tempo', '')}"
    minutes = dice.between(12, 24) if agreed else 2
    return Filled(
        instance_id=dice.uuid(),
        start=arrival.start,
        end=arrival.start + timedelta(minutes=minutes, seconds=dice.between(0, 59)),
        name=case,
        answers=answers,
        entity={"dataset": "korban", "create": "1" if agreed else "0", "id": dice.uuid(), "label": label},
    )


def _case(kit: Kit, arrival: Arrival) -> Answers:
    dice, table = kit.dice, kit.table
    on = arrival.start.date()
    modus = dice.pick({m["name"]: m[arrival.group] for m in table["modus"]})
    profile = next(m for m in table["modus"] if m["name"] == modus)
    identity = _identity(dice, profile, on) | _origin(dice, table, arrival)
    is_child = identity["anak"] == "ya"
    screening = _screening(dice, table, profile, is_child=is_child)
    return {
        **_consent(dice, table, is_child=is_child),
        **identity,
        **_journey(kit, profile, on, int(identity["umur"])),
        **screening,
        **_plan(dice, table, on, screening["hasil_skrining"]),
    }


def _consent(dice: Dice, table: Any, *, is_child: bool) -> Answers:
    return {
        "persetujuan_oleh": dice.pick({"ortu_wali": 60, "peksos": 40}) if is_child else "diri",
        "bukti_persetujuan": dice.pick({"tertulis": 64, "lisan_tercatat": 32, "rekaman": 4}),
        "pihak_berbagi": " ".join(dice.some(table["pihak_berbagi"])),
        "persetujuan_statistik": dice.pick({"ya": 93, "tidak": 7}),
    }


def _identity(dice: Dice, profile: Any, on: date) -> Answers:
    age = dice.peaked(*profile["age"])
    born = dice.birthday(age, on)
    dated = dice.chance(0.84)
    phone = dice.maybe(0.5 if age >= ADOLESCENT else 0, dice.phone())
    wed = age >= ADOLESCENT and profile["name"] == "kawin_kontrak"
    marital = "belum" if age < ADOLESCENT else dice.pick({"belum": 48, "kawin": 36, "cerai_hidup": 13, "cerai_mati": 3})
    found = {
        "nama": dice.name(),
        "nama_alias": dice.maybe(0.12, dice.name()),
        "jk": "P" if dice.chance(profile["women"]) else "L",
        "tgl_lahir_ada": "ya" if dated else "tidak",
        ("tgl_lahir" if dated else "umur_kira"): born.isoformat() if dated else str(age),
        "umur": str(age),
        "anak": "ya" if age < ADOLESCENT else "tidak",
        "kel_umur": _age_group(age),
        "n_umur": "",
        "nik": dice.maybe(0.62 if dated else 0.1, dice.nik()),
        "wni": "ya",
        "status_kawin": "kawin_siri_kontrak" if wed else marital,
        "jumlah_anak": "0" if marital == "belum" else str(dice.between(0, 4)),
        "pendidikan": "tidak_sekolah" if age < CHILD else dice.pick({"sd": 34, "smp": 32, "sma": 30, "diploma": 4}),
        "disabilitas": "ya" if dice.chance(0.03) else "tidak",
        "alamat": dice.maybe(0.7, dice.address()),
        "hp": phone,
        "kontak_aman": dice.maybe(0.35, "Lewat pendamping contoh"),
    }
    if phone:
        found["aman_dihubungi"] = dice.pick({"ya": 74, "tidak": 26})
    return found


def _origin(dice: Dice, table: Any, arrival: Arrival) -> Answers:
    if dice.chance(table[f"{arrival.group}_kalbar"]):
        return {"asal_kalbar": "ya", "asal_kab": arrival.origin or dice.pick(table["asal_kab"])}
    return {"asal_kalbar": "tidak", "asal_prov": dice.pick(table["asal_prov"])}


def _age_group(age: int) -> str:
    if age < CHILD:
        return "u0_11"
    if age < ADOLESCENT:
        return "u12_17"
    if age < GROWN:
        return "u18_24"
    return "u25_59" if age < OLD else "u60"


def _journey(kit: Kit, profile: Any, on: date, age: int) -> Answers:
    dice, table = kit.dice, kit.table
    abroad = dice.chance(profile["abroad"])
    back = on - timedelta(days=dice.between(0, 40))
    left = back - timedelta(days=dice.between(40, 900 if age > ADOLESCENT else 300))
    recruited = max(0, age - (on - left).days // 365)
    return {
        "lingkup": "luar_negeri" if abroad else "dalam_negeri",
        ("negara_tujuan" if abroad else "prov_tujuan"): dice.pick(
            profile["negara"] if abroad else table["prov_tujuan"]
        ),
        "modus": profile["name"],
        "akar_masalah": " ".join(dice.some(table["akar_masalah"])),
        "perekrut": dice.pick(table["perekrut"]),
        "metode_rekrut": " ".join(dice.some(table["metode_rekrut"])),
        "umur_rekrut": str(recruited),
        "jalur": dice.pick(profile["route"]),
        "bln_berangkat": left.replace(day=1).isoformat(),
        "bln_kembali": back.replace(day=1).isoformat(),
    }


def _screening(dice: Dice, table: Any, profile: Any, *, is_child: bool) -> Answers:
    acts = dice.some(table["proses"]) if dice.chance(0.97) else []
    means = dice.some(table["cara"]) if dice.chance(0.9) else []
    purposes = dice.some(dict.fromkeys(profile["tujuan"], 0.7), least=1) if dice.chance(0.8) else []
    score = bool(acts) + (bool(means) or is_child) + bool(purposes)
    result = RESULTS.get(score, "lemah")
    status = dice.pick(table[f"status_{result}"])
    kinds = profile["bentuk_eks"] if purposes else []
    found = {
        "proses": " ".join(acts),
        "cara": " ".join(means),
        "tujuan": " ".join(purposes),
        "kontrol": " ".join(dice.some(table["kontrol"])) if purposes else "",
        "bentuk_eks": " ".join(kinds),
        "skor_unsur": str(score),
        "hasil_skrining": result,
        "n_skrining": "",
        "status_tppo": status,
        "proses_hukum": dice.pick(table["proses_hukum"]) if status == "korban" else "belum_lapor",
    }
    if "kerja_paksa" in kinds or "perhambaan" in kinds:
        found["sektor"] = profile["sektor"]
    if status != "dugaan":
        found["penetap"] = dice.pick(table["penetap"])
    return found


def _plan(dice: Dice, table: Any, on: date, result: str) -> Answers:
    needs = dice.some(table["kebutuhan"], least=1)
    risk = dice.pick(table["risiko_kuat" if result == "kuat" else "risiko_lain"])
    days = FOLLOW_UP_DAYS[risk]
    return {
        "kebutuhan": " ".join(needs),
        "butuh_shelter": "ya" if "shelter" in needs else "tidak",
        "risiko": risk,
        "hari_pantau": str(days),
        "jatuh_tempo": (on + timedelta(days=days)).isoformat(),
        "status_kasus": "aktif",
        "status_shelter": "menunggu" if "shelter" in needs else "tidak",
        "catatan": dice.maybe(0.2, "Catatan contoh untuk peragaan."),
        "n_selesai": "",
    }
