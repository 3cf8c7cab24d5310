"""Believable pages over invented work: what the preview and the template tests show.

Every person, phone and record here is made up; names are posts, never people.
"""

# ruff: noqa: FBT003 - a page's fields read as a row of a table here

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from api.pages import drawing, qr
from api.pages.contexts import (
    AccessLogPage,
    AccountLine,
    AccountPage,
    AccountsPage,
    ActivityLine,
    Answer,
    AppUserFilter,
    AppUserLine,
    AppUserPage,
    AppUserQrPage,
    AppUsersAddPage,
    AppUsersPage,
    AttachmentLine,
    BrokenView,
    Cell,
    ChainVerdict,
    ChangedAnswer,
    ChangeLine,
    ChangeList,
    Chip,
    Choice,
    CodePage,
    Column,
    ColumnFilter,
    DimensionLine,
    DownloadsPage,
    Draft,
    DraftPage,
    FieldOption,
    FilterChoice,
    Filtered,
    FindingLine,
    ForgottenPage,
    FormHead,
    FormLine,
    FormOption,
    FormPage,
    Frame,
    GalleryItem,
    GalleryPage,
    Group,
    HandoverLine,
    HandoversPage,
    HeldLine,
    HomePage,
    LanOffer,
    LinkPage,
    LoginPage,
    LookChoice,
    LookFilter,
    LookLine,
    MapLine,
    MapMark,
    MapPage,
    MapPoint,
    Misfit,
    NewProjectPage,
    Notice,
    OpenedAnswer,
    Overheard,
    Page,
    PeopleFilter,
    PeoplePage,
    PeopleUploadPage,
    PersonLine,
    PersonPage,
    PlannedAppUser,
    PlannedLine,
    ProblemPage,
    ProjectCard,
    ProjectHead,
    ProjectPage,
    ProjectSettingsPage,
    QrCard,
    QrSheetPage,
    Repeat,
    RepeatLine,
    RepeatRow,
    ResetPage,
    RevealPage,
    RoleGroup,
    RoleLine,
    RoleOption,
    RolesPage,
    Round,
    Rounds,
    SavedLine,
    SealedField,
    SecondStepPage,
    SessionLine,
    StoredFile,
    SubmissionLine,
    SubmissionPage,
    SubmissionsPage,
    TableLine,
    Tick,
    TrialLine,
    TrialPage,
    Trying,
    Unreachable,
    UploadOutcome,
    UploadPage,
    ValueChoice,
    ValueOption,
    VersionLine,
    Viewer,
    WithdrawPage,
)
from forms.answers import Box
from tests.support import boards

NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
ADDRESS = "https://lentera.example.org"
PROJECT = ProjectHead(
    id=1, name="Pencegahan TPPO Kalimantan Barat", may_manage=True, may_audit=True, may_list_people=True
)
ABOUT = "Registrasi dan skrining korban, sosialisasi, dan layanan terpadu satu atap di 14 kabupaten/kota."
CASES = FormHead("tppo_korban_registrasi", "Registrasi & skrining korban TPPO", True, True, "open")
TALKS = FormHead("tppo_sosialisasi", "Sosialisasi & daftar hadir", True, False, "closing")
#: Pages before the log-in.
OUTSIDE = ("login-mail", "login-code", "login-code-wrong", "forgotten", "forgotten-sent", "reset", "reset-over")
UNREACHABLE = Unreachable(
    "http://127.0.0.1:8383",
    (LanOffer("http://192.168.1.10:8383", "0.0.0.0:8383", False),),
)
LAN = "http://192.168.1.10:8383"
ANSWERING = Unreachable(
    "http://127.0.0.1:8383",
    (LanOffer("http://192.168.1.10:8383", "0.0.0.0:8383", True, "http://192.168.1.10:8383/projects/1/app-users"),),
)
POSTS = ("Entikong 1", "Entikong 2", "Aruk 1", "Sanggau 1", "Sanggau 2", "Badau 1", "Singkawang 1", "Pontianak LTSA 3")


def frame(language: str = "id", **changes: object) -> Frame:
    """What surrounds a page for an administrator."""
    given = {
        "language": language,
        "csrf_token": "sample",
        "here": "/",
        "viewer": Viewer("Koordinator Sanggau", True),
        "is_demo": True,
        **changes,
    }
    return Frame(**given)


def _ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


SESSIONS = (
    SessionLine(7, "Firefox, Windows", "192.0.2.17", _ago(hours=2), NOW, True),
    SessionLine(6, "Chrome, Android", "198.51.100.4", _ago(hours=9), _ago(hours=3), False),
)


def _home() -> HomePage:
    return HomePage(
        projects=(
            ProjectCard(1, PROJECT.name, ABOUT, 3, 1482, _ago(minutes=12), True),
            ProjectCard(2, "Pelatihan petugas", "Formulir latihan untuk petugas baru.", 1, 36, _ago(days=9), False),
            ProjectCard(3, "Sosialisasi sekolah 2025", "", 2, 8120, _ago(days=320), False, True),
        ),
        may_create=True,
    )


def _forms() -> tuple[FormLine, ...]:
    return (
        FormLine(
            "ltsa_intake", "Intake LTSA pekerja migran", "2026010100", False, "open", 1125, _ago(minutes=12), True
        ),
        FormLine(CASES.form_id, CASES.title, "2026010100", True, "open", 214, _ago(days=1, hours=2), False),
        FormLine(TALKS.form_id, TALKS.title, "2026010100", False, "closing", 143, _ago(days=40), False),
        FormLine("tppo_kedatangan", "Rombongan kedatangan WNI/PMI", None, True, "open", 0, None, False),
    )


def _findings(*, errors: bool) -> tuple[FindingLine, ...]:
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


ATTACHMENTS = (
    AttachmentLine("kabkota.csv", "file", 412, _ago(days=30)),
    AttachmentLine("kecamatan.csv", "file", 5310, _ago(days=30)),
    AttachmentLine("lembaga.csv", "file", None, None),
    AttachmentLine("contoh_paspor.jpg", "image", None, None),
    AttachmentLine("persetujuan.mp3", "audio", 1_240_000, _ago(days=2)),
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
        "2026010100", _ago(days=120), "Koordinator Provinsi", "Menambah pertanyaan titik masuk.", 61, True, CHANGES
    ),
    VersionLine("2025110300", _ago(days=200), "Koordinator Provinsi", "", 58, True, ChangeList(())),
    VersionLine("", _ago(days=260), "Admin", "Versi pertama, dari server lama.", 40, False),
)


def _form(*, draft: bool) -> FormPage:
    return FormPage(
        project=PROJECT,
        form=CASES if draft else TALKS,
        submissions=214,
        last_submission=_ago(days=1, hours=2) if draft else None,
        versions=VERSIONS,
        attachments=ATTACHMENTS[:2],
        problem="Pertanyaan /umur tadinya berjenis angka." if draft else "",
        phones_too_old=2 if draft else 0,
        phones_in_use=14 if draft else 0,
    )


TRIALS = (
    TrialLine(2, _ago(minutes=4), "collect:a1b2c3d4e5f6g7h8", 41, 1, 2, 1),
    TrialLine(1, _ago(minutes=31), "", 12, 0, 0, 0),
)


def _draft(*, first: bool = False) -> DraftPage:
    version = "2026112401" if first else "2026010100"
    warnings = () if first else _findings(errors=False)
    files = () if first else ATTACHMENTS
    return DraftPage(
        project=PROJECT,
        form=CASES if not first else replace(TALKS, is_published=False, has_draft=True),
        draft=Draft(version, _ago(hours=3), "Koordinator Sanggau", 64, True, files, warnings, not first),
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
            received=_ago(hours=5 * number + 1),
            submitter=POSTS[number % len(POSTS)],
            review=states[number % len(states)],
            files_missing=1 if number == 4 else 0,
            misfits=2 if number == 2 else 0,
            cells=(
                Cell(places[number % len(places)]),
                Cell((_ago(hours=5 * number + 2)).date().isoformat()),
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


PHOTO = StoredFile("daftar_hadir_1.jpg", "image", True, 1_840_000, True)
LATE = StoredFile("wawancara.m4a", "audio", False)
LATE_ARRIVED = StoredFile("wawancara.m4a", "audio", True, 740_000)
SCAN = StoredFile("surat_izin.pdf", "file", True, 96_000)


def _gallery(**changes: object) -> GalleryPage:
    files = (PHOTO, None, SCAN, LATE_ARRIVED, PHOTO, None, PHOTO)
    items = tuple(GalleryItem(f"uuid:{n}", _ago(hours=n), file) for n, file in enumerate(files))
    given = {
        "project": PROJECT,
        "form": TALKS,
        "filtered": Filtered(1214, 1214),
        "items": items,
        "is_first": False,
        "older": "12-5f",
    }
    return GalleryPage(**{**given, **changes})


def _map(**changes: object) -> MapPage:
    sheet = drawing.sheet(Box(-2.9, 108.7, 1.9, 113.9))
    spots = (
        (0.0, 109.3, 412, ""),
        (0.8, 111.2, 1, "uuid:1"),
        (-1.8, 110.0, 37, "-2,109,-1,111"),
        (0.3, 112.9, 3, "0,112,1,113"),
    )
    given = {
        "project": PROJECT,
        "form": TALKS,
        "filtered": Filtered(1214, 1214),
        "questions": (FieldOption("/lokasi", "Lokasi kegiatan"), FieldOption("/pos", "Pos")),
        "question": "/lokasi",
        "total": 1214,
        "records": 1214,
        "inside": 453,
        "box": "-2.9,108.7,1.9,113.9",
        "width": drawing.WIDTH,
        "height": sheet.height,
        "meridians": tuple(MapLine(sheet.x(each), f"{each:g}° BT") for each in sheet.meridians()),
        "parallels": tuple(MapLine(sheet.y(each), f"{abs(each):g}° LS") for each in sheet.parallels()),
        "marks": tuple(
            MapMark(sheet.x(x), sheet.y(y), 7 if n == 1 else 18, n, box if n == 1 else "", "" if n in (1, 3) else box)
            for y, x, n, box in spots
        ),
        "scale": sheet.scale()[1],
        "scale_text": f"{sheet.scale()[0]:g} km",
        "points": tuple(MapPoint(f"uuid:{n}", _ago(hours=n), "Entikong 1", "0.02000, 109.34000") for n in range(5)),
    }
    return MapPage(**{**given, **changes})


def _activity(*, edited: bool) -> tuple[ActivityLine, ...]:
    source = "collect:4Wd0Fq2r, Collect 2026.2"
    changes = (
        ChangedAnswer("Umur", Cell("16"), Cell("17")),
        ChangedAnswer("Nama lengkap", Cell("", True), Cell("", True)),
        ChangedAnswer("Peserta 2 · Peran", Cell("Siswa/mahasiswa"), Cell("")),
    )
    return (
        ActivityLine("reveal", _ago(hours=1), "Petugas Sambas", "menghubungi keluarga di kampung asal"),
        ActivityLine("comment", _ago(hours=2), "Petugas Sambas", "Sudah ditanyakan lagi.\nUmur pasti 17."),
        ActivityLine("review", _ago(hours=3), "Koordinator", state="approved"),
        ActivityLine(
            "edited", _ago(hours=4), "Entikong 1", "", "received", "uuid:2", 4, edited, source, 33, changes
        ),
        ActivityLine("review", _ago(hours=6), "Koordinator", "Umur dan tanggal lahir tidak cocok.", "hasIssues"),
        ActivityLine("edited", _ago(hours=8), "Entikong 1", version_id="uuid:1b", number=3, source=source, changed=0),
        ActivityLine("edited", _ago(hours=9), "", version_id="uuid:1a", number=2),
        ActivityLine(
            "created", _ago(days=1, hours=2), "Entikong 1", version_id="uuid:1", number=1, is_shown=not edited,
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
        received=_ago(days=1, hours=2),
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


_BELONGS = (
    DimensionLine("kabkota", "Kabupaten/kota (kabkota)", "61.03 Sanggau", (ValueOption("61.03", "Sanggau", True),), ""),
)


def _app_users() -> tuple[AppUserLine, ...]:
    users = [
        AppUserLine(
            n,
            name,
            _ago(days=60),
            _ago(hours=n) if n != 3 else None,
            40 * n,
            False,
            last_sent=_ago(hours=3 * n) if n not in (0, 3) else None,
            program=f"Collect 2026.{1 + n % 3}.0" if n != 3 else "",
            device="SM-T505, Android 11" if n % 2 == 0 else "Redmi Note 12, Android 14",
            too_old_for=(CASES.title, TALKS.title) if n == 1 else (),
            dimensions=_BELONGS,
        )
        for n, name in enumerate(POSTS)
    ]
    lost = AppUserLine(99, "Sambas 1 (hilang)", _ago(days=90), _ago(days=30), 12, True)
    over = AppUserLine(98, "Relawan pekan HAM", _ago(days=40), _ago(days=20), 31, False, _ago(days=10), True)
    lent = AppUserLine(97, "Relawan pekan HAM 2", _ago(days=40), None, 0, False, _ago(days=-10))
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


SEALED_FIELDS = (SealedField("/nama", "Nama lengkap", True), SealedField("/foto", "Foto"))


def _handovers() -> tuple[HandoverLine, ...]:
    states = ("waiting", "approved", "refused", "taken", "expired")
    return tuple(
        HandoverLine(
            n,
            ("Nama lengkap", "NIK"),
            "Daftar untuk penjemputan bersama BP3MI",
            "Koordinator provinsi",
            _ago(hours=n),
            _ago(days=-1),
            "Auditor" if state in ("approved", "refused", "taken") else "",
            state,
            state == "waiting",
            state == "approved",
        )
        for n, state in enumerate(states, 1)
    )


def _access_log(wanted: LookFilter, verdict: ChainVerdict | None) -> AccessLogPage:
    lines = tuple(
        LookLine(
            212 - n,
            _ago(hours=n),
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


def _code(number: int) -> str:
    return f"eJx1j0FuwjAQRe/SvUkbQ0K9q{number:02d}" + "Kx8Q2mZs7LtPq0aR5uYc0vD3nF6wEt" * 7


def pages() -> dict[str, Page | Callable[[str], Page]]:
    """Give every page in each of its moods, under a short name; some are made for a language, within a request."""
    users = _app_users()
    accounts = (
        AccountLine(1, "Admin", "admin@example.org", ("Administrator",), _ago(days=300), _ago(hours=1), False, True),
        AccountLine(
            2,
            "Koordinator Sanggau",
            "sanggau@example.org",
            ("Pengelola: " + PROJECT.name, "Pengamat: Pelatihan petugas"),
            _ago(days=200),
            NOW,
            True,
        ),
        AccountLine(3, "Analis", "analis@example.org", (), _ago(days=3), None, False, False, True),
    )
    roles = (
        RoleGroup("", (RoleOption("admin", "Administrator"),)),
        RoleGroup(PROJECT.name, (RoleOption("manager:1", "Pengelola"), RoleOption("viewer:1", "Pengamat"))),
    )
    cards = tuple(
        QrCard(name, qr.draw(_code(n)))
        for n, name in enumerate(
            (*POSTS, "Ketapang 1", "Pos Layanan Terpadu Satu Atap Entikong, loket pemeriksaan no. 12")
        )
    )
    return {
        **boards.pages(PROJECT, CASES),
        "login": LoginPage(),
        "login-mail": LoginPage(can_mail=True),
        "login-code": CodePage("dGlrZXQ", next="/"),
        "login-code-wrong": CodePage("dGlrZXQ", "Kode tidak cocok atau sudah dipakai.", "/"),
        "forgotten": ForgottenPage(problem="Nilai email wajib diisi."),
        "forgotten-sent": ForgottenPage(is_sent=True),
        "reset": ResetPage("dG9rZW4", "sanggau@example.org", 10, problems={"again": "Kata sandi ini tidak sama."}),
        "reset-over": ResetPage(problem="Tautan ini tidak berlaku lagi."),
        "account": AccountPage("Koordinator Sanggau", "sanggau@example.org", _ago(days=30), True, SESSIONS, 10),
        "account-refused": AccountPage(
            "Koordinator Sanggau",
            "sanggau@example.org",
            _ago(days=30),
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
        "home": _home(),
        "home-empty": HomePage((), True),
        "home-empty-viewer": HomePage((), False),
        "project": ProjectPage(PROJECT, ABOUT, _forms(), 8),
        "project-first": ProjectPage(PROJECT, "", (), 0),
        "project-empty-viewer": ProjectPage(ProjectHead(1, "Pelatihan petugas", False, True), "", (), 0),
        "project-new": NewProjectPage("", "", {"name": "Nama wajib diisi."}),
        "project-filler": ProjectPage(ProjectHead(1, "Pelatihan petugas", False, False), ABOUT, _forms()[:2], 8),
        "project-settings": ProjectSettingsPage(PROJECT, PROJECT.name, ABOUT),
        "project-settings-archived": ProjectSettingsPage(
            ProjectHead(1, PROJECT.name, True, True), PROJECT.name, ABOUT, {"name": "Nama ini sudah dipakai."}
        ),
        "upload": UploadPage(PROJECT, None, 100_000_000),
        "upload-errors": UploadPage(
            PROJECT,
            None,
            100_000_000,
            UploadOutcome("registrasi_v2.xlsx", _findings(errors=True), "", "registrasi_v2.xlsx\r\n"),
        ),
        "upload-warnings": UploadPage(
            PROJECT, CASES, 100_000_000, UploadOutcome("registrasi_v2.xlsx", _findings(errors=False), "kept-1")
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
        "draft": _draft(),
        "draft-first": _draft(first=True),
        "trial": _trial(),
        "trial-empty": replace(_trial(), misfits=(), items=(), trial=TRIALS[1]),
        "form-draft": _form(draft=True),
        "form": _form(draft=False),
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
        "submission": _submission(edited=True),
        "submission-first-version": _submission(edited=False),
        "gallery": _gallery(),
        "gallery-filtered": _gallery(filtered=FILTERED, files=7, records=5),
        "gallery-none-fit": _gallery(filtered=replace(FILTERED, matching=0), items=()),
        "gallery-no-files": _gallery(filtered=FILTERED, items=()),
        "gallery-refused": _gallery(filtered=REFUSED, items=()),
        "gallery-empty": GalleryPage(PROJECT, TALKS, Filtered(0, 0), ()),
        "map": _map(),
        "map-filtered": _map(filtered=FILTERED, total=29, records=29, placeless_query={"answered/lokasi": ["no"]}),
        "map-none-fit": _map(filtered=replace(FILTERED, matching=0), total=0),
        "map-no-places": _map(filtered=FILTERED, total=0),
        "map-refused": _map(filtered=REFUSED, total=0),
        "map-none-yet": MapPage(PROJECT, TALKS, Filtered(0, 0), (FieldOption("/lokasi", "Lokasi"),), "/lokasi"),
        "map-sealed": MapPage(PROJECT, CASES, Filtered(3, 3), has_sealed=True),
        "map-no-question": MapPage(PROJECT, CASES, Filtered(3, 3)),
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
        "access-log": _access_log(LookFilter(), None),
        "access-log-checked": _access_log(LookFilter(3, "reveal", date(2026, 11, 1)), ChainVerdict(212, (), "5f" * 32)),
        "access-log-broken": _access_log(LookFilter(), ChainVerdict(212, (40, 41), "5f" * 32)),
        "access-log-empty": AccessLogPage(PROJECT, (), (), (), LookFilter()),
        "downloads": DownloadsPage(
            PROJECT,
            CASES,
            (TableLine("tppo_korban_registrasi", CASES.title, 1214, 63), TableLine("peserta", "Peserta", 3920, 9)),
            ("Nama lengkap", "Nama panggilan/alias", "Tanggal lahir", "NIK (bila ada)", "Alamat", "Nomor HP"),
            48,
            may_hand_over=True,
        ),
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
        "app-users-add-workbook": _app_users_add(found=UploadOutcome("ponsel.xlsx", _findings(errors=True), "")),
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
            PROJECT, 20_000_000, UploadOutcome("orang.xlsx", _findings(errors=True), "")
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
        "problem-404": ProblemPage(404, "404.1", "Tidak ada apa-apa di sini, atau tidak terbuka untuk Anda."),
        "problem-403": ProblemPage(403, "403.1", "Anda tidak berhak melakukan ini.", back="/projects/1"),
        "problem-500": ProblemPage(500, "500.1", "Terjadi kesalahan pada server. Tidak ada yang disimpan."),
        "problem": ProblemPage(
            409, "409.6", "Formulir ini sudah punya draf lain. Muat ulang halaman, lalu coba lagi.", back="/projects/1"
        ),
    }


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
            _ago(hours=2),
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


def frames() -> dict[str, Frame]:
    """Give the frames that differ from the usual one, by page."""
    good = Notice("good", "Formulir terbit. Ponsel mendapatkannya saat berikutnya bertanya.")
    out = {"viewer": None, "is_demo": False}
    return {
        "login": frame(**out),
        "login-refused": frame(**out, notices=(Notice("info", "Anda sudah keluar."),)),
        "problem-404": frame(viewer=None),
        **{name: frame(**out) for name in OUTSIDE},
        "home-empty-viewer": frame(viewer=Viewer("Analis", False), is_demo=False),
        "form": frame(notices=(good,)),
        "home": frame(asks_second_step=True),
        "app-users": frame(
            notices=(Notice("problem", "Nama yang ke-3 kosong."), Notice("warning", "Satu nama terulang."))
        ),
    }
