"""Sealed answers: opening them, and handing them over."""

from api.pages.contexts import HandoverLine, HandoversPage, OpenedAnswer, Page, RevealPage, SealedField
from tests.support.samples.setting import CASES, PROJECT, ago

SEALED_FIELDS = (SealedField("/nama", "Nama lengkap", True), SealedField("/foto", "Foto"))


def _handovers() -> tuple[HandoverLine, ...]:
    states = ("waiting", "approved", "refused", "taken", "expired")
    return tuple(
        HandoverLine(
            n,
            ("Nama lengkap", "NIK"),
            "Daftar untuk penjemputan bersama BP3MI",
            "Koordinator provinsi",
            ago(hours=n),
            ago(days=-1),
            "Auditor" if state in ("approved", "refused", "taken") else "",
            state,
            state == "waiting",
            state == "approved",
        )
        for n, state in enumerate(states, 1)
    )


def pages() -> dict[str, Page]:
    return {
        "handovers": HandoversPage(PROJECT, CASES, _handovers(), SEALED_FIELDS),
        "handovers-refused": HandoversPage(PROJECT, CASES, (), SEALED_FIELDS, "cek", "Tuliskan alasannya."),
        "reveal": RevealPage(PROJECT, CASES, "uuid:1", SEALED_FIELDS),
        "reveal-no-reason": RevealPage(PROJECT, CASES, "uuid:1", SEALED_FIELDS, "cek", "Tuliskan alasannya."),
        "reveal-opened": RevealPage(
            PROJECT,
            CASES,
            "uuid:1",
            SEALED_FIELDS,
            opened=(
                OpenedAnswer("Nama lengkap", "CANARY-NAMA"),
                OpenedAnswer("Foto", "1.png", "/projects/1/forms/kasus/submissions/1/files/1.png"),
            ),
        ),
        "reveal-nothing": RevealPage(PROJECT, CASES, "uuid:1", ()),
    }
