"""The people of a project, and their roles."""

from api.pages.contexts import (
    DimensionLine,
    FindingLine,
    FormOption,
    HeldLine,
    Page,
    PeopleFilter,
    PeoplePage,
    PeopleUploadPage,
    PersonLine,
    PlannedLine,
    RoleLine,
    RoleOption,
    RolesPage,
    UploadOutcome,
    ValueOption,
)
from tests.support.samples.setting import CASES, PROJECT, TALKS, ago, findings

HELD = (RoleOption("1", "Administrator"), RoleOption("23", "Koordinator kabupaten/kota"))


def _people() -> tuple[PersonLine, ...]:
    whole, site = "seluruh proyek", "seluruh server"
    districts = (ValueOption("61.03", "Sanggau", True), ValueOption("61.10", "Melawi", False))
    return (
        PersonLine(
            2,
            "Administrator",
            "admin@example.org",
            True,
            (HeldLine(1, "Administrator", "", site, True, False, False, False),),
            (),
            False,
            ago(hours=2),
            True,
        ),
        PersonLine(
            3,
            "Koordinator Sanggau",
            "sanggau@example.org",
            False,
            (HeldLine(23, "Koordinator kabupaten/kota", "", whole, False, True, False, False),),
            (DimensionLine("kabkota", "Kabupaten/kota (kabkota)", "61.03 Sanggau", districts, "61.99"),),
            True,
            lacks_second_step=True,
        ),
        PersonLine(
            4,
            "Tim Sambas",
            "sambas@example.org",
            False,
            (
                HeldLine(20, "Tim sosialisasi", TALKS.form_id, TALKS.title, False, False, True, False),
                HeldLine(25, "Analis", CASES.form_id, CASES.title, False, False, False, True),
            ),
            (
                DimensionLine("kabkota", "Kabupaten/kota (kabkota)", "", districts, ""),
                DimensionLine("lembaga", "Lembaga (lembaga)", "", (), ""),
            ),
            True,
        ),
    )


def pages() -> dict[str, Page]:
    return {
        "people": PeoplePage(
            PROJECT,
            _people(),
            3,
            PeopleFilter(),
            HELD,
            True,
            (RoleOption("23", "Koordinator kabupaten/kota"), RoleOption("20", "Tim sosialisasi")),
            (FormOption(TALKS.form_id, TALKS.title),),
            "sambas@example.org",
            "20",
            TALKS.form_id,
            {"email": "Belum ada akun dengan alamat ini.", "values-4": "Satu kode paling banyak 200 karakter."},
        ),
        "people-auditor": PeoplePage(PROJECT, _people()[:1], 1, PeopleFilter(), HELD, False, (), ()),
        "people-none": PeoplePage(
            PROJECT,
            (),
            3,
            PeopleFilter("zz", "23", TALKS.form_id, "yes"),
            HELD,
            False,
            (),
            (FormOption(TALKS.form_id, TALKS.title),),
        ),
        "people-empty": PeoplePage(PROJECT, (), 0, PeopleFilter(), (), True, (), ()),
        "people-upload": PeopleUploadPage(PROJECT, 20_000_000),
        "people-upload-errors": PeopleUploadPage(
            PROJECT, 20_000_000, UploadOutcome("orang.xlsx", findings(errors=True), "")
        ),
        "people-upload-refused": PeopleUploadPage(PROJECT, 20_000_000, problem="Pilih dulu sebuah buku kerja Excel."),
        "people-upload-planned": PeopleUploadPage(
            PROJECT,
            20_000_000,
            UploadOutcome(
                "orang.xlsx", (FindingLine("warning", "Baris ini sama dengan baris 2.", "people", 3, None),), "k"
            ),
            (
                PlannedLine(
                    "sambas@example.org", True, "Tim sosialisasi", TALKS.title, False, ("Kabupaten/kota: 61.01",)
                ),
                PlannedLine("sanggau@example.org", False, "Koordinator kabupaten/kota", "seluruh proyek", True, ()),
            ),
        ),
        "roles": RolesPage(
            (
                RoleLine(
                    "Petugas LTSA",
                    "onestop",
                    ("membaca data", "membuka identitas"),
                    "semuanya",
                    "juga yang peka",
                    ("Kantor (kantor)",),
                    False,
                    False,
                    True,
                ),
                RoleLine(
                    "Analis",
                    "analyst",
                    ("membaca data",),
                    "isian tanpa kelas privasi",
                    "isian tanpa kelas privasi",
                    (),
                    True,
                    True,
                    False,
                ),
            )
        ),
    }
