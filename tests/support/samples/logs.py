"""The log of who looked at what."""

from datetime import date

from api.pages.contexts import AccessLogPage, ChainVerdict, LookChoice, LookFilter, LookLine, Page
from tests.support.samples.setting import PROJECT, ago


def _access_log(wanted: LookFilter, verdict: ChainVerdict | None) -> AccessLogPage:
    lines = tuple(
        LookLine(
            212 - n,
            ago(hours=n),
            "Koordinator Sanggau",
            "Koordinator kabupaten/kota",
            "membuka identitas" if n != 2 else "membuka identitas lebih sering dari biasanya",
            "tppo_korban_registrasi: /nama, /nik",
            "uuid:6f1d0c52-7a3e-4b0e-9d11-000000000001" if n != 2 else "",
            "Menelepon keluarga untuk penjemputan" if n != 2 else "",
            "10.1.2.3",
            n == 2,
        )
        for n in range(5)
    )
    person, action = LookChoice("3", "Koordinator Sanggau"), LookChoice("reveal", "membuka identitas")
    return AccessLogPage(
        PROJECT, lines, (person,), (action,), wanted, older=207, alerts=1, waiting=("kasus",), verdict=verdict
    )


def pages() -> dict[str, Page]:
    return {
        "access-log": _access_log(LookFilter(), None),
        "access-log-checked": _access_log(LookFilter(3, "reveal", date(2026, 11, 1)), ChainVerdict(212, (), "5f" * 32)),
        "access-log-broken": _access_log(LookFilter(), ChainVerdict(212, (40, 41), "5f" * 32)),
        "access-log-empty": AccessLogPage(PROJECT, (), (), (), LookFilter()),
    }
