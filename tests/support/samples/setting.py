"""The invented project that every page shows: its forms, phones, addresses and clock."""

from datetime import UTC, datetime, timedelta

from api.pages.contexts import FindingLine, FormHead, LanOffer, ProjectHead, Unreachable

NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
ADDRESS = "https://lentera.example.org"
PROJECT = ProjectHead(
    id=1, name="Pencegahan TPPO Kalimantan Barat", may_manage=True, may_audit=True, may_list_people=True
)
ABOUT = "Registrasi dan skrining korban, sosialisasi, dan layanan terpadu satu atap di 14 kabupaten/kota."
CASES = FormHead("tppo_korban_registrasi", "Registrasi & skrining korban TPPO", True, True, "open")
TALKS = FormHead("tppo_sosialisasi", "Sosialisasi & daftar hadir", True, False, "closing")
UNREACHABLE = Unreachable(
    "http://127.0.0.1:8383",
    (LanOffer("http://192.168.1.10:8383", "0.0.0.0:8383", False),),
)
LAN = "http://192.168.1.10:8383"
POSTS = ("Entikong 1", "Entikong 2", "Aruk 1", "Sanggau 1", "Sanggau 2", "Badau 1", "Singkawang 1", "Pontianak LTSA 3")


def ago(**span: float) -> datetime:
    """Give the time that long before the pages are looked at."""
    return NOW - timedelta(**span)


def findings(*, errors: bool) -> tuple[FindingLine, ...]:
    """Give what is found in a workbook, sheet by sheet: warnings, and with `errors` also errors."""
    bad = (
        FindingLine(
            "error",
            "Kode “61.1” tersimpan sebagai angka. Excel membuang nol di akhir: 61.10 (Melawi) menjadi 61.1. "
            "Ubah format sel menjadi Teks, lalu ketik ulang kodenya.",
            "choices",
            14,
            "B",
        ),
        FindingLine(
            "error",
            "Pertanyaan “alamat_rumah” disebut di kolom relevant, tetapi tidak ada di lembar ini.",
            "survey",
            37,
            "G",
        ),
        FindingLine("error", "Lembar settings tidak memiliki form_id. Isi kolom form_id.", "settings", 2, None),
    )
    mild = (
        FindingLine(
            "warning",
            "“umur” dihitung dari tgl_lahir yang bersifat identity. Tulis kelasnya sendiri di kolom privacy "
            "(misalnya quasi) jika umur boleh terlihat.",
            "survey",
            22,
            "P",
        ),
        FindingLine("warning", "Tidak ada terjemahan bahasa Inggris untuk 4 label.", "survey", None, "D"),
        FindingLine("warning", "Versi sama dengan versi yang sudah terbit.", None, None, None),
    )
    sheets = (None, "choices", "settings", "survey")
    return tuple(sorted((bad if errors else ()) + mild, key=lambda line: (sheets.index(line.sheet), line.level)))
