"""Made-up clients, `ltsa_intake`: arrivals at the one-stop-service offices.

It owns what belongs together in such a form: office and origin, plan and documents, red flags and their score, and
every calculated value as the form computes it. Weights and chances are the recipe's. All clients are new ones: an
existing client is chosen from a list that is empty where nobody has been registered yet.
"""

from datetime import date, timedelta
from typing import Any

from forms.demo.dice import Dice
from forms.demo.filling import Answers, Filled, code, moment
from forms.demo.pack import Kit

MANDATORY = (
    "dok_kawin",
    "dok_izin",
    "dok_kompetensi",
    "dok_sehat",
    "dok_paspor",
    "dok_visa",
    "dok_penempatan",
    "dok_kerja",
)
HEAVY = {"dilarang_komunikasi", "dokumen_palsu", "di_bawah_umur"}
GROWN_UP = 18
REFER_FROM = 2
PLANNING = ("calon_pmi", "pmi_cuti")


def fill(kit: Kit, count: int) -> list[Filled]:
    """Make `count` visits of new clients."""
    return [_visit(kit) for _ in range(count)]


def _visit(kit: Kit) -> Filled:
    dice, table = kit.dice, kit.table
    arrived = dice.moment(dice.day(workday=True), 8, 15, 9)
    start = arrived + timedelta(minutes=dice.peaked(0, 75, 12))
    random_id, client_id = dice.uuid(), dice.uuid()
    client = code("PMI", random_id)
    office = dice.pick(table["kantor"])
    kind = dice.pick(table["jenis_klien"])
    consent = dice.pick(table["persetujuan"])
    services = dice.several(table["layanan"][kind], 3)
    desk = table["desk"][services[0]]
    answers = {
        "acak": random_id.upper(),
        "kantor": office,
        "waktu_datang": moment(arrived),
        "no_antrian": dice.maybe(0.8, f"{desk}{dice.between(1, 60):03d}"),
        "jml_terdaftar": "0",
        "klien": "baru",
        "id_baru": client_id,
        "id_klien": client_id,
        "kode": client,
        "jenis_klien": kind,
        "n_persetujuan": "",
        "versi_naskah": "1",
        "persetujuan": consent,
        "kabkota": "",
        "layanan_diminta": " ".join(services),
        "desk_pertama": desk,
        "tahap": "terdaftar",
        "kantor_simpan": office,
    }
    if consent == "ya":
        answers |= _client(kit, office, kind, arrived.date())
        answers["kabkota"] = answers["kab"]
        if answers.get("rujuk_tppo") == "ya":
            answers["tahap"] = "rujuk_tppo"
    return Filled(
        instance_id=dice.uuid(),
        start=start,
        end=start + timedelta(minutes=dice.between(5, 14), seconds=dice.between(0, 59)),
        name=client,
        answers=answers,
        entity={
            "dataset": "pmi",
            "create": "1" if consent == "ya" else "0",
            "update": "0",
            "baseVersion": "",
            "trunkVersion": "",
            "branchId": "",
            "id": client_id,
            "label": f"{client} - {kind}",
        },
    )


def _client(kit: Kit, office: str, kind: str, on: date) -> Answers:
    dice, table = kit.dice, kit.table
    identity = _identity(kit, office, kind, on)
    plan = _plan(dice, table, identity) if kind in PLANNING else {}
    return {
        **identity,
        **plan,
        **_screening(dice, table, is_child=int(identity["umur"]) < GROWN_UP),
        "prioritas": "ya" if dice.chance(0.06) else "tidak",
        "n_kode": "",
    }


def _identity(kit: Kit, office: str, kind: str, on: date) -> Answers:
    dice, table = kit.dice, kit.table
    planning = kind in PLANNING
    age = dice.between(15, 17) if planning and dice.chance(0.02) else dice.peaked(18 if planning else 21, 54, 25)
    born = dice.birthday(age, on)
    district = dice.pick(table["kab"][office])
    found = {
        "nama": dice.name(),
        "nik": dice.nik() if planning else dice.maybe(0.8, dice.nik()),
        "jk": "P" if dice.chance(table["women"]) else "L",
        "tgl_lahir": born.isoformat(),
        "umur": str(age),
        "kab": district,
        "kec": dice.maybe(0.85, dice.one(kit.recipe.subdistricts[district])),
        "alamat": dice.maybe(0.9, dice.address()),
        "hp": dice.maybe(0.85, dice.phone()),
        "status_kawin": "belum"
        if age < GROWN_UP
        else dice.pick({"belum": 46, "kawin": 42, "cerai_hidup": 10, "cerai_mati": 2}),
        "pendidikan": dice.pick(kit.recipe.tables["people"]["pendidikan"]),
    }
    return found | ({"n_umur": ""} if age < GROWN_UP else {})


def _plan(dice: Dice, table: Any, identity: Answers) -> Answers:
    scheme = dice.pick(table["skema"])
    progress = dice.between(0, 115) / 100
    documents = {name: _document(dice, progress, usual) for name, usual in table["documents"].items()}
    if scheme in ("mandiri", "awak_kapal"):
        documents["dok_penempatan"] = "na"
    mandatory = [documents[name] for name in MANDATORY]
    needed, valid = sum(d != "na" for d in mandatory), sum(d == "valid" for d in mandatory)
    plan = {
        "negara": dice.pick(table["negara"]),
        "sektor": dice.maybe(0.9, dice.pick(table["sektor_women" if identity["jk"] == "P" else "sektor_men"])),
        "skema": scheme,
        **documents,
        "dok_wajib": str(needed),
        "dok_ok": str(valid),
        "dok_lengkap": "ya" if needed and valid == needed else "tidak",
        "n_dok": "",
    }
    return plan | (
        {"p3mi": f"PT Contoh {dice.one(['Satu', 'Dua', 'Tiga', 'Empat'])}"} if scheme in ("p3mi", "ukps") else {}
    )


def _document(dice: Dice, progress: float, usual: float) -> str:
    """Say how a document stands for a client who is `progress` along, where it is `usual`ly there by then."""
    if progress + dice.between(-12, 12) / 100 >= usual:
        return dice.pick({"valid": 96, "kedaluwarsa": 4})
    return "proses" if progress + 0.15 >= usual else "belum"


def _screening(dice: Dice, table: Any, *, is_child: bool) -> Answers:
    flags = dice.several(table["bahaya"], 3) if dice.chance(table["flagged"]) else []
    if is_child:
        flags.append("di_bawah_umur")
    score = len(flags) + (2 if HEAVY & set(flags) else 0)
    found = {"bahaya": " ".join(flags) or "tidak_ada", "skor_bahaya": str(score)}
    if score >= REFER_FROM:
        found["rujuk_tppo"] = "ya" if dice.chance(table["referred"]) else "tidak"
    return found
