"""App users: their phones, access and QR codes."""

from datetime import date
from typing import Any

from api.pages import qr
from api.pages.contexts import (
    AppUserFilter,
    AppUserLine,
    AppUserPage,
    AppUserQrPage,
    AppUsersAddPage,
    AppUsersPage,
    DimensionLine,
    FilterChoice,
    FindingLine,
    LanOffer,
    Overheard,
    Page,
    PlannedAppUser,
    QrCard,
    QrSheetPage,
    Unreachable,
    UploadOutcome,
    ValueChoice,
    ValueOption,
    WithdrawPage,
)
from tests.support.samples.setting import ADDRESS, CASES, LAN, NOW, POSTS, PROJECT, TALKS, UNREACHABLE, ago, findings

ANSWERING = Unreachable(
    "http://127.0.0.1:8383",
    (LanOffer("http://192.168.1.10:8383", "0.0.0.0:8383", True, "http://192.168.1.10:8383/projects/1/app-users"),),
)
_BELONGS = (
    DimensionLine("kabkota", "Kabupaten/kota (kabkota)", "61.03 Sanggau", (ValueOption("61.03", "Sanggau", True),), ""),
)


def _app_users() -> tuple[AppUserLine, ...]:
    users = [
        AppUserLine(
            n,
            name,
            ago(days=60),
            ago(hours=n) if n != 3 else None,
            40 * n,
            False,
            last_sent=ago(hours=3 * n) if n not in (0, 3) else None,
            program=f"Collect 2026.{1 + n % 3}.0" if n != 3 else "",
            device="SM-T505, Android 11" if n % 2 == 0 else "Redmi Note 12, Android 14",
            too_old_for=(CASES.title, TALKS.title) if n == 1 else (),
            dimensions=_BELONGS,
        )
        for n, name in enumerate(POSTS)
    ]
    lost = AppUserLine(99, "Sambas 1 (hilang)", ago(days=90), ago(days=30), 12, True)
    over = AppUserLine(98, "Relawan pekan HAM", ago(days=40), ago(days=20), 31, False, ago(days=10), True)
    lent = AppUserLine(97, "Relawan pekan HAM 2", ago(days=40), None, 0, False, ago(days=-10))
    return (*users, lent, over, lost)


def _app_users_page(**more: Any) -> AppUsersPage:
    users = _app_users()
    wanted = {
        "total": len(users),
        "matching": len(users),
        "filter": AppUserFilter(),
        "states": (FilterChoice("active", "punya akses"), FilterChoice("withdrawn", "akses dicabut")),
        "values": (ValueChoice("kabkota", "Kabupaten/kota (kabkota)", (FilterChoice("61.03", "61.03 Sanggau"),)),),
        "orders": (FilterChoice("", "terbaru dulu"), FilterChoice("-seen", "terakhir terlihat")),
        "has_dimensions": True,
    }
    return AppUsersPage(PROJECT, **{"app_users": users, **wanted, **more})


def _app_users_add(**more: Any) -> AppUsersAddPage:
    headings = ("nama", "Kabupaten/kota (kabkota)", "hari terakhir")
    return AppUsersAddPage(PROJECT, 20_000_000, 500, headings, _BELONGS, **more)


def _code(number: int) -> str:
    return f"eJx1j0FuwjAQRe/SvUkbQ0K9q{number:02d}" + "Kx8Q2mZs7LtPq0aR5uYc0vD3nF6wEt" * 7


def pages() -> dict[str, Page]:
    users = _app_users()
    cards = tuple(
        QrCard(name, qr.draw(_code(n)))
        for n, name in enumerate(
            (*POSTS, "Ketapang 1", "Pos Layanan Terpadu Satu Atap Entikong, loket pemeriksaan no. 12")
        )
    )
    return {
        "app-users": _app_users_page(),
        "app-users-filtered": _app_users_page(
            app_users=users[:2],
            matching=202,
            total=412,
            filter=AppUserFilter("Pos", "active", {"kabkota": "61.03"}, "-seen"),
            previous_page=0,
            next_page=2,
        ),
        "app-users-none": _app_users_page(app_users=(), matching=0, filter=AppUserFilter("Zz")),
        "app-users-empty": _app_users_page(app_users=(), matching=0, total=0, unreachable=UNREACHABLE),
        "app-users-withheld": _app_users_page(
            has_dimensions=False, overheard=Overheard(LAN, (CASES.title, "Asesmen <awal>"), is_allowed=False)
        ),
        "app-user": AppUserPage(PROJECT, users[1], True),
        "app-user-refused": AppUserPage(PROJECT, users[2], True, "Satu kode paling banyak 200 karakter."),
        "app-user-withdrawn": AppUserPage(PROJECT, users[-1], True),
        "app-users-add": _app_users_add(),
        "app-users-add-refused": _app_users_add(
            names="Pos 1",
            expires="2020-01-01",
            problems={
                "names": "Tulis paling sedikit satu nama.",
                "expires": "Pilih hari yang akan datang.",
                "values": "Satu kode paling banyak 200 karakter.",
                "workbook": "Pilih dulu sebuah buku kerja Excel.",
            },
        ),
        "app-users-add-planned": _app_users_add(
            names="Pos 1\t61.03\nPos 2",
            expires="2027-01-31",
            planned=(
                PlannedAppUser("Pos 1", ("Kabupaten/kota: 61.03 Sanggau",), date(2027, 1, 31), False),
                PlannedAppUser("Pos 2", (), None, True),
            ),
            found=UploadOutcome("", (FindingLine("warning", "Sudah ada pengguna “Pos 2”.", "", 2, "A"),), ""),
        ),
        "app-users-add-there": _app_users_add(
            names="Pos 2", planned=(PlannedAppUser("Pos 2", (), None, True),), found=UploadOutcome("", (), "")
        ),
        "app-users-add-workbook": _app_users_add(found=UploadOutcome("ponsel.xlsx", findings(errors=True), "")),
        "app-users-add-kept": _app_users_add(
            planned=(PlannedAppUser("Pos 1", (), None, False),), found=UploadOutcome("ponsel.xlsx", (), "k")
        ),
        "app-users-withdraw": WithdrawPage(PROJECT, users[:4]),
        "app-users-withdraw-nobody": WithdrawPage(PROJECT, ()),
        "app-user-qr": AppUserQrPage(PROJECT, users[1], ADDRESS, qr.draw(_code(1)), None, 0, 2),
        "app-user-qr-refused": AppUserQrPage(PROJECT, users[1], "http://127.0.0.1:8383", None, ANSWERING),
        "qr-sheet": QrSheetPage(PROJECT, cards, ADDRESS, NOW.date()),
        "qr-sheet-overheard": QrSheetPage(
            PROJECT, cards, LAN, NOW.date(), overheard=Overheard(LAN, (CASES.title,), is_allowed=True)
        ),
        "qr-sheet-refused": QrSheetPage(
            PROJECT, (), "http://127.0.0.1:8383", NOW.date(), Unreachable("http://127.0.0.1:8383", ())
        ),
        "qr-sheet-empty": QrSheetPage(PROJECT, (), ADDRESS, NOW.date()),
    }
