"""One record: its answers, files and history."""

from api.pages.contexts import (
    ActivityLine,
    Answer,
    Cell,
    ChangedAnswer,
    Group,
    Misfit,
    Page,
    Repeat,
    RepeatRow,
    SubmissionPage,
)
from tests.support.samples.gallery import LATE, PHOTO, SCAN
from tests.support.samples.setting import CASES, PROJECT, ago


def _activity(*, edited: bool) -> tuple[ActivityLine, ...]:
    source = "collect:4Wd0Fq2r, Collect 2026.2"
    changes = (
        ChangedAnswer("Umur", Cell("16"), Cell("17")),
        ChangedAnswer("Nama lengkap", Cell("", True), Cell("", True)),
        ChangedAnswer("Peserta 2 · Peran", Cell("Siswa/mahasiswa"), Cell("")),
    )
    return (
        ActivityLine("reveal", ago(hours=1), "Petugas Sambas", "menghubungi keluarga di kampung asal"),
        ActivityLine("comment", ago(hours=2), "Petugas Sambas", "Sudah ditanyakan lagi.\nUmur pasti 17."),
        ActivityLine("review", ago(hours=3), "Koordinator", state="approved"),
        ActivityLine(
            "edited", ago(hours=4), "Entikong 1", "", "received", "uuid:2", 4, edited, source, 33, changes
        ),
        ActivityLine("review", ago(hours=6), "Koordinator", "Umur dan tanggal lahir tidak cocok.", "hasIssues"),
        ActivityLine("edited", ago(hours=8), "Entikong 1", version_id="uuid:1b", number=3, source=source, changed=0),
        ActivityLine("edited", ago(hours=9), "", version_id="uuid:1a", number=2),
        ActivityLine(
            "created", ago(days=1, hours=2), "Entikong 1", version_id="uuid:1", number=1, is_shown=not edited,
            source=source,
        ),
    )  # fmt: skip


def _submission(*, edited: bool) -> SubmissionPage:
    first = "uuid:6f1d0c52-7a3e-4b0e-9d11-000000000001"
    attendance = tuple(
        RepeatRow(
            number,
            (
                Answer("Inisial", "p_inisial", "", is_masked=True),
                Answer("Jenis kelamin", "p_jk", "Perempuan" if number % 2 else "Laki-laki"),
                Answer("Kelompok umur", "p_umur", "12-17"),
                Answer("Peran", "p_peran", "Siswa/mahasiswa"),
                Answer("Post-test", "p_post", str(70 + number) if number != 3 else ""),
            ),
        )
        for number in range(1, 5)
    )
    referral = (
        Answer("Layanan", "layanan_rujuk", "Rehabilitasi kesehatan"),
        Answer("Surat", "surat", "surat_izin.pdf", file=SCAN),
        Group("Penerima", (Answer("Lembaga", "lembaga_rujuk", "UPTD PPA (contoh)"),)),
    )
    return SubmissionPage(
        project=PROJECT,
        form=CASES,
        instance_id=first,
        name="KRB-7F3A-91C2-0B" if edited else "",
        version="2026010100",
        received=ago(days=1, hours=2),
        submitter="Entikong 1",
        device="collect:4Wd0Fq2r",
        review="edited" if edited else "received",
        items=(
            Group(
                "Petugas dan tempat",
                (
                    Answer("Kabupaten/kota penanganan", "kab_penanganan", "Sanggau"),
                    Answer("Tanggal registrasi", "tgl_registrasi", "23 Nov 2026"),
                    Answer("Bagaimana korban teridentifikasi?", "kanal", "Kedatangan di PLBN"),
                ),
            ),
            Group(
                "Identitas (rahasia)",
                (
                    Answer("Nama lengkap", "nama", "", is_masked=True),
                    Answer("NIK (bila ada)", "nik", "", is_masked=True),
                    Answer("Umur", "umur", "17"),
                    Answer("Perkiraan umur", "umur_kira", "sekitar 17", is_misfit=True),
                    Group(
                        "Cara menghubungi", (Answer("Nomor HP", "hp", "", is_masked=True), Answer("Jam", "jam", "sore"))
                    ),
                ),
            ),
            Repeat("Peserta", attendance),
            Repeat("Rujukan", (RepeatRow(1, referral), RepeatRow(2, referral[:1]))),
            Repeat("Barang bukti", ()),
            Group(
                "Lampiran",
                (
                    Answer("Foto daftar hadir", "foto", PHOTO.name, file=PHOTO),
                    Answer("Rekaman", "rekaman", LATE.name, file=LATE),
                    Answer(
                        "Catatan kasus (tanpa nama)",
                        "catatan",
                        "Datang bersama rombongan lewat PLBN Entikong.\nMembutuhkan pendamping untuk pemeriksaan "
                        "kesehatan; bersedia dirujuk ke UPTD PPA kabupaten asal.",
                    ),
                ),
            ),
        ),
        asides=(
            Answer("start", "start", "23 Nov 2026, 09.41"),
            Answer("nama_kunci", "nama_kunci", "", is_masked=True),
            Answer("Peserta 1 · p_kel", "p_kel", "anak"),
        ),
        has_masked=True,
        blanks=23,
        shows_blanks=not edited,
        files=(PHOTO, SCAN, LATE),
        misfits=(Misfit("Perkiraan umur", "/g_identitas/umur_kira"),) if edited else (),
        activity=_activity(edited=edited),
        way="review=edited",
        may_review=edited,
        may_comment=edited,
        may_reveal=edited,
        older_id="uuid:older",
        newer_id="uuid:newer" if edited else "",
    )


def pages() -> dict[str, Page]:
    return {
        "submission": _submission(edited=True),
        "submission-first-version": _submission(edited=False),
    }
