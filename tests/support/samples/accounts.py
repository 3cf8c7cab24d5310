"""Logging in, one's own account, and the accounts of this server."""

from api.pages import qr
from api.pages.contexts import (
    AccountLine,
    AccountPage,
    AccountsPage,
    CodePage,
    ForgottenPage,
    LinkPage,
    LoginPage,
    Page,
    PeopleFilter,
    PersonPage,
    ResetPage,
    RoleGroup,
    RoleOption,
    SecondStepPage,
    SessionLine,
)
from tests.support.samples.people import HELD
from tests.support.samples.setting import ADDRESS, NOW, PROJECT, ago

SESSIONS = (
    SessionLine(7, "Firefox, Windows", "192.0.2.17", ago(hours=2), NOW, True),
    SessionLine(6, "Chrome, Android", "198.51.100.4", ago(hours=9), ago(hours=3), False),
)


def pages() -> dict[str, Page]:
    accounts = (
        AccountLine(1, "Admin", "admin@example.org", ("Administrator",), ago(days=300), ago(hours=1), False, True),
        AccountLine(
            2,
            "Koordinator Sanggau",
            "sanggau@example.org",
            ("Pengelola: " + PROJECT.name, "Pengamat: Pelatihan petugas"),
            ago(days=200),
            NOW,
            True,
        ),
        AccountLine(3, "Analis", "analis@example.org", (), ago(days=3), None, False, False, True),
    )
    roles = (
        RoleGroup("", (RoleOption("admin", "Administrator"),)),
        RoleGroup(PROJECT.name, (RoleOption("manager:1", "Pengelola"), RoleOption("viewer:1", "Pengamat"))),
    )
    return {
        "login": LoginPage(),
        "login-mail": LoginPage(can_mail=True),
        "login-code": CodePage("dGlrZXQ", next="/"),
        "login-code-wrong": CodePage("dGlrZXQ", "Kode tidak cocok atau sudah dipakai.", "/"),
        "forgotten": ForgottenPage(problem="Nilai email wajib diisi."),
        "forgotten-sent": ForgottenPage(is_sent=True),
        "reset": ResetPage("dG9rZW4", "sanggau@example.org", 10, problems={"again": "Kata sandi ini tidak sama."}),
        "reset-over": ResetPage(problem="Tautan ini tidak berlaku lagi."),
        "account": AccountPage("Koordinator Sanggau", "sanggau@example.org", ago(days=30), True, SESSIONS, 10),
        "account-refused": AccountPage(
            "Koordinator Sanggau",
            "sanggau@example.org",
            ago(days=30),
            True,
            SESSIONS,
            10,
            {"old": "Gagal masuk.", "password": "Sedikitnya 10 karakter.", "code": "Kode tidak cocok."},
        ),
        "account-first": AccountPage("Analis", "analis@example.org", None, True, SESSIONS[:1], 10),
        "second-step": SecondStepPage(),
        "second-step-code": SecondStepPage(
            secret="JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
            qr=qr.draw("otpauth://totp/Lentera:sanggau%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Lentera"),
            problems={"code": "Kode tidak cocok."},
        ),
        "second-step-done": SecondStepPage(is_set_up=True),
        "person": PersonPage(accounts[0]),
        "person-self": PersonPage(accounts[1]),
        "person-locked": PersonPage(accounts[2]),
        "link": LinkPage("Analis", "analis@example.org", f"{ADDRESS}/reset/{'contoh-' * 6}"),
        "link-mailed": LinkPage("Analis", "analis@example.org"),
        "login-refused": LoginPage("sanggau@example.org", "E-mail atau kata sandi tidak cocok. Periksa lagi.", "/"),
        "accounts": AccountsPage(
            accounts,
            3,
            PeopleFilter(),
            HELD,
            (RoleOption("1", PROJECT.name),),
            roles,
            10,
            "Petugas Sambas",
            "sambas",
            "viewer:1",
            {"email": "Alamat e-mail tidak lengkap."},
        ),
        "accounts-none": AccountsPage(
            (), 3, PeopleFilter("zz", "23", "1", "no"), HELD, (RoleOption("1", PROJECT.name),), roles, 10
        ),
    }
