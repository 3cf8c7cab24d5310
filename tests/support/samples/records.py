"""The table of records, its filter, and its downloads."""

from dataclasses import replace
from datetime import date

from api.pages.contexts import (
    Cell,
    Chip,
    Choice,
    Column,
    ColumnFilter,
    DownloadsPage,
    Filtered,
    Page,
    RepeatLine,
    Round,
    Rounds,
    SavedLine,
    SubmissionLine,
    SubmissionsPage,
    TableLine,
    Tick,
)
from tests.support.samples.setting import CASES, POSTS, PROJECT, ago

_PLACES = ("Sanggau", "Kota Pontianak", "Sambas", "Kapuas Hulu", "Kubu Raya")


def _asked(path: str, label: str, kind: str, operator: str = "", *choices: str, **more: str) -> ColumnFilter:
    listed = tuple(Choice(f"n{number}", choice) for number, choice in enumerate(choices))
    return ColumnFilter(path, label, kind, operator, choices=listed, **more)


COLUMNS = (
    Column(
        "Kabupaten/kota penanganan",
        "kab_penanganan",
        filter=_asked("/kab", "Kabupaten/kota penanganan", "choice", "is", *_PLACES),
        sort_query={},
    ),
    Column(
        "Tanggal registrasi",
        "tgl_registrasi",
        filter=_asked("/tgl", "Tanggal registrasi", "range", input_type="date"),
        sort_query={},
    ),
    Column(
        "Bagaimana korban teridentifikasi?",
        "kanal",
        filter=_asked("/kanal", "Bagaimana korban teridentifikasi?", "suggested", "is", "Laporan keluarga"),
        sort_query={},
    ),
    Column("Nama lengkap", "nama", is_sealed=True, filter=_asked("/nama", "Nama lengkap", "answered")),
    Column("NIK (bila ada)", "nik", is_sealed=True),
    Column(
        "Umur",
        "umur",
        is_number=True,
        filter=_asked("/umur", "Umur", "range"),
        sorted="descending",
        sort_query={},
    ),
    Column("Modus", "modus", filter=_asked("/modus", "Modus", "text", "contains"), sort_query={}),
    Column("Tingkat risiko", "risiko"),
)
REPEATED = (
    Column("Hubungan", "hubungan", filter=_asked("/keluarga/hub", "Hubungan", "choice", "is", "Anak", "Ibu")),
    Column("Umur anggota", "umur_k", is_number=True, filter=_asked("/keluarga/umur", "Umur anggota", "range", low="5")),
    Column("Nama anggota", "nama_k", is_sealed=True),
)
ROUNDS = Rounds(
    23,
    tuple(Round(str(n), (Cell("Anak"), Cell(str(3 * n)), Cell("", is_masked=True))) for n in range(1, 4)),
)


def _lines() -> tuple[SubmissionLine, ...]:
    places = _PLACES
    channels = ("Kedatangan di PLBN", "Laporan keluarga", "Rujukan lembaga", "Kedatangan di bandara/pelabuhan")
    methods = ("Pengantin pesanan", "Sektor informal, Eksploitasi PRT", "Penerjemah Mandarin lalu dieksploitasi")
    states = ("received", "approved", "hasIssues", "edited", "received", "rejected")
    return tuple(
        SubmissionLine(
            instance_id=f"uuid:6f1d0c52-7a3e-4b0e-9d11-{number:012d}",
            name=f"KRB-7F3A-{0x91C2 + 37 * number:04X}-0B",
            received=ago(hours=5 * number + 1),
            submitter=POSTS[number % len(POSTS)],
            review=states[number % len(states)],
            files_missing=1 if number == 4 else 0,
            misfits=2 if number == 2 else 0,
            cells=(
                Cell(places[number % len(places)]),
                Cell((ago(hours=5 * number + 2)).date().isoformat()),
                Cell(channels[number % len(channels)]),
                Cell("", is_masked=True),
                Cell("", is_masked=number % 3 != 0),
                Cell(str(16 + (number * 7) % 40)),
                Cell(methods[number % len(methods)]),
                Cell("Tinggi" if number % 4 == 0 else "Sedang"),
            ),
        )
        for number in range(14)
    )


FILTERED = Filtered(
    1214,
    31,
    is_filtered=True,
    chips=(
        Chip("Modus contains “Pengantin”", {}),
        Chip("Kabupaten/kota penanganan: Sanggau", {"from/umur": ["18"]}),
        Chip("Umur: tanpa jawaban", {"is/kab": ["n0"]}),
    ),
    since=date(2026, 11, 1),
    until=date(2026, 11, 24),
    submitter="Entikong",
    review="approved",
    asked=tuple(c.filter for c in COLUMNS if c.filter is not None),
    query={"is/kab": ["n0"], "sort": ["-/umur"]},
    filter_query={"is/kab": ["n0"]},
    view_query={"sort": ["-/umur"]},
    carried=(("sort", "-/umur"),),
    saved=(
        SavedLine(1, "Menunggu tinjauan, Sanggau", is_shared=True, owner="Koordinator provinsi", may_drop=False),
        SavedLine(2, "Di bawah 18 tahun", is_shared=False, owner="", may_drop=True),
        SavedLine(3, "Risiko tinggi", is_shared=True, owner="", may_drop=True),
    ),
)
REFUSED = Filtered(1214, 0, is_filtered=True, review="rejected", problem="Tanggal “31 Feb” tidak dikenal.")


def _submissions(**changes: object) -> SubmissionsPage:
    given = {
        "project": PROJECT,
        "form": CASES,
        "columns": COLUMNS,
        "hidden_columns": 53,
        "rows": _lines(),
        "filtered": Filtered(1214, 1214),
        "known": {name: Column("", name, sort_query={}) for name in ("received", "submitter", "review")},
        "ticks": (
            *(Tick(f"/{c.name}", c.label, is_shown=True) for c in COLUMNS),
            Tick("/pekerjaan", "Pekerjaan terakhir", is_shown=False),
            Tick("/mulai", "mulai", is_shown=False),
        ),
        "senders": POSTS,
        "repeats": (RepeatLine("/keluarga", "Anggota keluarga", is_shown=False),),
        "may_review": True,
        "may_take": True,
        "older": "b2xkZXI",
        **changes,
    }
    return SubmissionsPage(**given)


def pages() -> dict[str, Page]:
    return {
        "submissions": _submissions(),
        "submissions-filtered": _submissions(
            rows=_lines()[:3],
            filtered=FILTERED,
            moved="/umur",
            newer="bmV3ZXI",
        ),
        "submissions-repeats": _submissions(
            rows=tuple(
                replace(line, rounds=ROUNDS if number % 2 else None) for number, line in enumerate(_lines()[:4])
            ),
            repeats=(RepeatLine("/keluarga", "Anggota keluarga", is_shown=True),),
            repeat_columns=REPEATED,
            repeat_ticks=(Tick("/keluarga/hub", "Hubungan", is_shown=True), Tick("/keluarga/kerja", "Kerja", False)),
            shows_names=True,
            words_query={"names": ["1"]},
        ),
        "submissions-none-fit": _submissions(
            rows=(),
            filtered=REFUSED,
            older="",
        ),
        "submissions-empty": _submissions(rows=(), filtered=Filtered(0, 0), older=""),
        "downloads": DownloadsPage(
            PROJECT,
            CASES,
            (TableLine("tppo_korban_registrasi", CASES.title, 1214, 63), TableLine("peserta", "Peserta", 3920, 9)),
            ("Nama lengkap", "Nama panggilan/alias", "Tanggal lahir", "NIK (bila ada)", "Alamat", "Nomor HP"),
            48,
            may_hand_over=True,
        ),
    }
