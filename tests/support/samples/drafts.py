"""Drafts, and the records that phones send to try them."""

from dataclasses import replace

from api.pages import qr
from api.pages.contexts import (
    Answer,
    BrokenView,
    Draft,
    DraftPage,
    Misfit,
    Overheard,
    Page,
    Repeat,
    RepeatRow,
    TrialLine,
    TrialPage,
    Trying,
)
from tests.support.samples.forms import ATTACHMENTS, CHANGES
from tests.support.samples.setting import CASES, LAN, PROJECT, TALKS, UNREACHABLE, ago, findings

TRIALS = (
    TrialLine(2, ago(minutes=4), "collect:a1b2c3d4e5f6g7h8", 41, 1, 2, 1),
    TrialLine(1, ago(minutes=31), "", 12, 0, 0, 0),
)


def _draft(*, first: bool = False) -> DraftPage:
    version = "2026112401" if first else "2026010100"
    warnings = () if first else findings(errors=False)
    files = () if first else ATTACHMENTS
    return DraftPage(
        project=PROJECT,
        form=CASES if not first else replace(TALKS, is_published=False, has_draft=True),
        draft=Draft(version, ago(hours=3), "Koordinator Sanggau", 64, True, files, warnings, not first),
        trying=Trying(None, UNREACHABLE, None, ())
        if first
        else Trying(qr.draw("x" * 300), None, Overheard(LAN, (CASES.title,), is_allowed=True), TRIALS),
        changes=None if first else CHANGES,
        broken_views=()
        if first
        else (BrokenView("Dasbor provinsi", "views!D4: tidak ada pertanyaan “modus” di formulir ini"),),
        file_problems=() if first else ("Formulir ini tidak meminta berkas bernama “Kabkota.CSV”.",),
        version="" if first else "2026010100-1",
        problems={} if first else {"version": "Versi ini sudah pernah terbit. Pakai nama lain."},
    )


def _trial() -> TrialPage:
    return TrialPage(
        PROJECT,
        CASES,
        TRIALS[0],
        (Misfit("Umur", "/umur"),),
        (
            Answer("Kabupaten/kota penanganan", "kab", "Sambas"),
            Answer("Nama lengkap", "nama", is_masked=True),
            Repeat("Anggota keluarga", (RepeatRow(1, (Answer("Hubungan", "hub", "Ibu"),)),)),
        ),
        has_masked=True,
    )


def pages() -> dict[str, Page]:
    return {
        "draft": _draft(),
        "draft-first": _draft(first=True),
        "trial": _trial(),
        "trial-empty": replace(_trial(), misfits=(), items=(), trial=TRIALS[1]),
    }
