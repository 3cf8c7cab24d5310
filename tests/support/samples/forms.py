"""A form's workbooks: uploading them, what they change, and the versions there are."""

from api.pages.contexts import (
    AttachmentLine,
    ChangeLine,
    ChangeList,
    FindingLine,
    FormPage,
    Page,
    UploadOutcome,
    UploadPage,
    VersionLine,
)
from tests.support.samples.setting import CASES, PROJECT, TALKS, ago, findings

ATTACHMENTS = (
    AttachmentLine("kabkota.csv", "file", 412, ago(days=30)),
    AttachmentLine("kecamatan.csv", "file", 5310, ago(days=30)),
    AttachmentLine("lembaga.csv", "file", None, None),
    AttachmentLine("contoh_paspor.jpg", "image", None, None),
    AttachmentLine("persetujuan.mp3", "audio", 1_240_000, ago(days=2)),
)
CHANGES = ChangeList(
    (
        ChangeLine("removed", "question", "Nomor telepon rumah", "telepon_rumah", stored=1204),
        ChangeLine("removed", "question", "Keadaan batin", "batin", is_untold=True),
        ChangeLine("removed", "choice", "Kapal ikan", "kapal", of="Bagaimana korban direkrut?", stored=37),
        ChangeLine("removed", "choice", "Lain", "lain_lama", of="Modus, Jenis pekerjaan", stored=0),
        ChangeLine("renamed", "question", "Tanggal lahir", "tgl_lahir", "tanggal_lahir", stored=214),
        ChangeLine("renamed", "choice", "Kabupaten Melawi", "melawi", "61.10", of="Kabupaten/kota asal", stored=12),
        ChangeLine("moved", "group", "Perjalanan", "perjalanan", "Sebelum berangkat", along=6, stored=96),
        ChangeLine("added", "question", "Siapa yang menjanjikan pekerjaan?", "penjanji"),
        ChangeLine("added", "repeat", "Anggota keluarga", "keluarga"),
        ChangeLine("retyped", "question", "Umur", "umur", "text"),
        ChangeLine("reclassified", "question", "Desa", "desa", "privacy - → quasi"),
        ChangeLine("relabelled", "question", "Modus", "modus", "Bagaimana korban direkrut?"),
        ChangeLine("reordered", "question", "Nama lengkap", "nama"),
    ),
    14,
)
VERSIONS = (
    VersionLine(
        "2026010100", ago(days=120), "Koordinator Provinsi", "Menambah pertanyaan titik masuk.", 61, True, CHANGES
    ),
    VersionLine("2025110300", ago(days=200), "Koordinator Provinsi", "", 58, True, ChangeList(())),
    VersionLine("", ago(days=260), "Admin", "Versi pertama, dari server lama.", 40, False),
)


def _form(*, draft: bool) -> FormPage:
    return FormPage(
        project=PROJECT,
        form=CASES if draft else TALKS,
        submissions=214,
        last_submission=ago(days=1, hours=2) if draft else None,
        versions=VERSIONS,
        attachments=ATTACHMENTS[:2],
        problem="Pertanyaan /umur tadinya berjenis angka." if draft else "",
        phones_too_old=2 if draft else 0,
        phones_in_use=14 if draft else 0,
    )


def pages() -> dict[str, Page]:
    return {
        "upload": UploadPage(PROJECT, None, 100_000_000),
        "upload-errors": UploadPage(
            PROJECT,
            None,
            100_000_000,
            UploadOutcome("registrasi_v2.xlsx", findings(errors=True), "", "registrasi_v2.xlsx\r\n"),
        ),
        "upload-warnings": UploadPage(
            PROJECT, CASES, 100_000_000, UploadOutcome("registrasi_v2.xlsx", findings(errors=False), "kept-1")
        ),
        "upload-refused": UploadPage(PROJECT, CASES, 100_000_000, None, "Pilih dulu sebuah buku kerja Excel."),
        "upload-no-workbook": UploadPage(
            PROJECT,
            None,
            100_000_000,
            UploadOutcome("surat.pdf", (FindingLine("error", "Ini bukan buku kerja Excel.", None, None, None),), ""),
        ),
        "upload-taken": UploadPage(
            PROJECT, None, 100_000_000, None, f"Proyek ini sudah punya formulir “{CASES.form_id}”.", CASES.form_id
        ),
        "form-draft": _form(draft=True),
        "form": _form(draft=False),
    }
