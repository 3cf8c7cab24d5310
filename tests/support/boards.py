"""Made-up figures of made-up forms, of every shape and in every mood, as `forms.figures` would give them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from api.pages import contexts
from api.pages.dashboards import filtering, showing
from api.pages.dashboards.showing import Place
from api.pages.dashboards.words import Speech
from forms.figures import Labels
from forms.figures.results import Cell, Choice, Figure, Item, Key, OfferedFilter, Point, Row
from forms.problems import NotFound
from forms.schema import Choice as SchemaChoice
from forms.schema import Field, Schema
from forms.views import Section, Sources, View, check
from forms.workbook import ViewRow, ViewsSheet

NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
ID, EN = "Bahasa Indonesia (id)", "English (en)"
DISTRICTS = {
    "61.01": "Kabupaten Sambas",
    "61.02": "Kabupaten Mempawah",
    "61.03": "Kabupaten Sanggau",
    "61.04": "Kabupaten Ketapang",
    "61.05": "Kabupaten Sintang",
    "61.06": "Kabupaten Kapuas Hulu",
    "61.07": "Kabupaten Bengkayang",
    "61.08": "Kabupaten Landak",
    "61.09": "Kabupaten Sekadau",
    "61.10": "Kabupaten Melawi",
    "61.11": "Kabupaten Kayong Utara",
    "61.12": "Kabupaten Kubu Raya",
    "61.71": "Kota Pontianak",
    "61.72": "Kota Singkawang",
}
MODES = {
    "pengantin": ("Pengantin pesanan", "Mail-order marriage"),
    "prt": ("Sektor informal, pekerja rumah tangga", "Domestic work"),
    "abk": ("Anak buah kapal", "Fishing vessel crew"),
    "scam": ("Penipuan daring di luar negeri", "Online scam compounds"),
}


def _field(name: str, control: str, kind: str, label: str, english: str, **more: Any) -> Field:
    return Field(f"/{name}", name, "leaf", kind, control, labels={ID: label, EN: english}, **more)


SCHEMA = Schema(
    "kasus",
    "1",
    "Registrasi korban",
    "data",
    (
        _field("kab", "select1", "string", "Kabupaten/kota", "District", choice_list="kab", scope="kabkota"),
        _field("modus", "select1", "string", "Modus", "Mode", choice_list="modus", privacy="sensitive"),
        _field("jk", "select1", "string", "Jenis kelamin", "Sex", choice_list="jk", privacy="quasi"),
        _field("umur", "input", "int", "Umur", "Age", privacy="quasi"),
        _field("tgl", "input", "date", "Tanggal registrasi", "Day of registration"),
        _field("tempo", "input", "date", "Jatuh tempo", "Due"),
        _field("biaya", "input", "decimal", "Biaya", "Cost"),
        _field("hadir", "input", "int", "Jumlah hadir", "Attendance"),
        _field("titik", "input", "geopoint", "Lokasi kegiatan", "Place"),
        _field("kode", "input", "string", "Kode", "Code"),
    ),
    {
        "kab": tuple(SchemaChoice(code, {ID: name, EN: name}) for code, name in DISTRICTS.items()),
        "modus": tuple(SchemaChoice(code, {ID: a, EN: b}) for code, (a, b) in MODES.items()),
        "jk": (SchemaChoice("L", {ID: "Laki-laki", EN: "Male"}), SchemaChoice("P", {ID: "Perempuan", EN: "Female"})),
    },
    (ID, EN),
    ID,
)
TALKS = Schema(
    "sosialisasi",
    "1",
    "Sosialisasi",
    "data",
    tuple(f for f in SCHEMA.fields if f.name in ("kab", "tgl", "biaya", "hadir", "titik", "kode")),
    SCHEMA.choices,
    (ID, EN),
    ID,
)
SOURCES = Sources({"kasus": SCHEMA, "sosialisasi": TALKS}, {})


def row(type_: str, name: str, label: str = "", english: str = "", hint: str = "", **cells: str) -> ViewRow:
    """One row of a views sheet."""
    labels = {ID: label, EN: english or label} if label else {}
    hints = {ID: hint, EN: hint} if hint else {}
    return ViewRow(0, {"type": type_, "name": name, **cells}, labels, hints)


ROWS = (
    row("begin section", "s1", "Korban", "Victims", "Semua yang diregistrasi di 14 kabupaten/kota."),
    row("number", "korban", "Korban diregistrasi", "Victims registered", of="kasus", target="250"),
    row("number", "anak", "Anak di antara korban", "Children", of="kasus", value="share(${umur} < 18)"),
    row("number", "perempuan", "Perempuan", "Women", of="kasus", where="${jk} = 'P'"),
    row("number", "umur_tengah", "Umur tengah", "Median age", of="kasus", value="median(${umur})"),
    row("bar", "modus", "Modus", "Modes", "Satu korban, satu modus utama.", of="kasus", by="${modus}"),
    row("line", "per_bulan", "Korban per bulan", "Victims per month", of="kasus", by="month(${tgl}), ${jk}", date="${tgl}"),
    row("map", "peta", "Korban per kabupaten/kota", "Victims by district", of="kasus", by="${kab}"),
    row("table", "umur_jk", "Umur dan jenis kelamin", "Age and sex", of="kasus", by="band(${umur}, 12, 18, 25, 60), ${jk}"),
    row("end section", ""),
    row("begin section", "s2", "Sosialisasi", "Outreach"),
    row("bar", "kegiatan", "Kegiatan per bulan", "Sessions per month", of="sosialisasi", by="month(${tgl})"),
    row("bar", "hadir", "Peserta per kabupaten/kota", "Attendance", of="sosialisasi", by="${kab}", value="sum(${hadir})", target="400"),
    row("funnel", "langkah", "Dari kegiatan sampai biaya", "Steps", of="sosialisasi", value="true(), ${hadir} > 0, ${biaya} > 0"),
    row("map", "lokasi", "Lokasi kegiatan", "Places", of="sosialisasi", by="${titik}"),
    row("list", "tunggak", "Lewat jatuh tempo", "Overdue", "Hubungi yang paling lama dahulu.", of="kasus", by="${tempo}", value="${kode}, ${modus}, ${tempo}", where="${tempo} < today() and ${modus} != 'abk'"),
    row("number", "biaya", "Biaya rata-rata", "Mean cost", of="sosialisasi", value="mean(${biaya})"),
    row("number", "rusak", "Rasio", "Ratio", of="sosialisasi", value="ratio(sum(${biaya}), sum(${hadir}))"),
    row("end section", ""),
)  # fmt: skip


def sections() -> tuple[Section, ...]:
    """The sheet, checked; it has no mistakes."""
    letters = {"type": "A", "name": "B"}
    checked = check(ViewsSheet("views", letters, ROWS), SOURCES)
    assert not checked.findings, checked.findings
    return checked.sections


def view(name: str) -> View:
    """One view of the sheet."""
    return next(v for s in sections() for v in s.views if v.name == name)


def _choice(field: str, value: str | None) -> Key:
    labels = {c.name: c.labels for c in SCHEMA.choices[field]}
    return Key("choice", value, labels.get(value or "", {}))


def _figure(name: str, records: int, **more: Any) -> Figure:
    return Figure(view(name), records=Cell(records, records=records), latest=NOW, made_at=NOW, **more)


def count(value: float | None, mark: Any = "") -> Cell:
    """A cell of a count."""
    return Cell(value, records=int(value) if value is not None else None, mark=mark)


TOTAL = Key("value", None)
ONE = (Key("value", "count()"),)
SEXES = (_choice("jk", "L"), _choice("jk", "P"))


def figures(*, is_suppressed: bool = False) -> dict[str, Figure]:
    """Every view of the sheet, computed; bare for case workers, else with small numbers hidden."""
    people = {"is_suppressed": is_suppressed, "is_confidential": not is_suppressed}

    def few(value: float) -> Cell:
        return count(None, "small") if is_suppressed and 0 < value < 11 else count(value)

    months = [f"2026-{month:02}-01" for month in range(1, 12)]
    by_district = [34, 4, 27, 12, 19, 8, 22, 15, 3, 6, 0, 31, 29, 17]
    heads = [[14, 9], [11, 20], [38, 52], [25, 61], [3, 12]]
    bands = [(None, 12), (12, 18), (18, 25), (25, 60), (60, None)]
    hidden = count(None, "hidden")
    made = (
        _figure("korban", 227, columns=ONE, rows=(Row(None, (count(227),)),), target=250, **people),
        _figure("anak", 227, columns=ONE, rows=(Row(None, (Cell(54 / 227, 54, 227, 227),)),), is_percent=True, **people),
        _figure("perempuan", 154, columns=ONE, rows=(Row(None, (hidden if is_suppressed else count(154),)),), **people),
        _figure("umur_tengah", 227, columns=ONE, rows=(Row(None, (Cell(23.5, records=227),)),), **people),
        _figure(
            "modus",
            227,
            columns=ONE,
            rows=tuple(Row(_choice("modus", m), (few(n),)) for m, n in (("pengantin", 96), ("prt", 71), ("abk", 7), ("scam", 44), (None, 9))),
            totals=(count(227),),
            **people,
        ),
        _figure(
            "per_bulan",
            227,
            columns=(*SEXES, TOTAL),
            rows=tuple(
                Row(Key("month", m), (few(5 + n % 4 * 3), few(9 + n % 5 * 4), count(14 + n % 4 * 3 + n % 5 * 4)))
                for n, m in enumerate(months)
            ),
            totals=(count(91), count(136), count(227)),
            **people,
        ),
        _figure(
            "peta",
            227,
            columns=ONE,
            rows=tuple(Row(_choice("kab", code), (few(n),)) for code, n in zip(DISTRICTS, by_district, strict=True)),
            totals=(count(227),),
            **people,
        ),
        _figure(
            "umur_jk",
            227,
            columns=(*SEXES, TOTAL),
            rows=tuple(
                Row(Key("band", str(n), low=low, high=high), (few(a), few(b), hidden if is_suppressed and n == 4 else count(a + b)))
                for n, ((low, high), (a, b)) in enumerate(zip(bands, heads, strict=True))
            ),
            totals=(count(91), count(154), count(245)),
            **people,
        ),
        _figure(
            "kegiatan",
            143,
            columns=ONE,
            rows=tuple(Row(Key("month", m), (count(6 + n * 7 % 11),)) for n, m in enumerate(months)),
            totals=(count(143),),
        ),
        _figure(
            "hadir",
            143,
            columns=(Key("value", "sum(${hadir})", SCHEMA.by_path["/hadir"].labels),),
            rows=tuple(Row(_choice("kab", c), (count(140 + 97 * n % 430),), 400.0) for n, c in enumerate([*DISTRICTS][:8])),
            totals=(count(2480),),
        ),
        _figure(
            "langkah",
            143,
            columns=ONE,
            rows=tuple(
                Row(Key("value", value.text, value.labels), (Cell(n, n, 143, n),))
                for value, n in zip(view("langkah").values, (143, 131, 48), strict=True)
            ),
        ),
        _figure(
            "lokasi",
            5,
            points=tuple(Point(a, b, n) for a, b, n in ((-0.026, 109.342, 41), (1.35, 109.31, 12), (0.91, 110.1, 7), (-1.85, 109.97, 18), (0.83, 112.93, 2))),
        ),
        _figure(
            "tunggak",
            2,
            columns=tuple(Key("value", v.text, v.labels) for v in view("tunggak").values),
            items=(
                Item("kasus", "uuid:1", ("KRB-1", "pengantin", NOW.date())),
                Item("kasus", "uuid:2", ("KRB-2", None, NOW.date())),
            ),
            **people,
        ),
        _figure("biaya", 143, columns=ONE, rows=(Row(None, (Cell(1_234_567.5, records=143),)),)),
        Figure(view("rusak"), problem=NotFound()),
    )  # fmt: skip
    return {figure.view.name: figure for figure in made}


FILTERS = (
    OfferedFilter(
        "scope",
        "kabkota",
        {ID: "Kabupaten/kota", EN: "District"},
        tuple(Choice(code, {ID: name}) for code, name in DISTRICTS.items()),
    ),
    OfferedFilter("answer", "modus", {ID: "Modus", EN: "Mode"}, tuple(Choice(m, {ID: a, EN: b}) for m, (a, b) in MODES.items())),
)  # fmt: skip


LABELS = Labels(SOURCES, lambda _name: {})


def _place(language: str, **query: str) -> Place:
    asked = filtering.read(query, FILTERS, today=NOW.date(), is_fixed=False)
    return Place(1, "/projects/1/dashboards/gugus", asked, Speech(language, ID), LABELS)


def _bar(place: Place, *, is_fixed: bool = False) -> contexts.FilterBar:
    return filtering.bar(
        place.asked, place.base, FILTERS, place.speech, today=NOW.date(), is_fixed=is_fixed, is_coarse=is_fixed
    )


def pages(project: contexts.ProjectHead, form: contexts.FormHead) -> dict[str, Callable[[str], contexts.Page]]:
    """Every page of dashboards in each of its moods; each is made for a language, within a request."""
    board = contexts.BoardHead("Dasbor gugus tugas", "/projects/1/dashboards/gugus", "/report.xlsx")
    of_form = contexts.BoardHead("Summary", "/summary", "/report.xlsx", form, is_automatic=True)

    def dashboard(language: str, head: contexts.BoardHead = board, **more: Any) -> contexts.DashboardPage:
        is_suppressed = more.pop("is_suppressed", False)
        place = _place(language, **more.pop("query", {}))
        made = figures(is_suppressed=is_suppressed)
        shown = more.pop("sections", None)
        if shown is None:
            shown = tuple(
                contexts.BoardSection(
                    place.speech.text(s.row.labels) if s.row else "",
                    place.speech.text(s.row.hints) if s.row else "",
                    tuple(showing.card(made[v.name], place) for v in s.views),
                )
                for s in sections()
            )
        return contexts.DashboardPage(project, head, _bar(place, is_fixed=is_suppressed), shown, as_of=NOW, **more)

    def figure(name: str, **more: Any) -> Callable[[str], contexts.Page]:
        def make(language: str) -> contexts.FigurePage:
            place = _place(language)
            card = showing.card(figures(**more)[name], place)
            return contexts.FigurePage(project, board, _bar(place), card)

        return make

    def behind(language: str) -> contexts.RecordsBehindPage:
        records = tuple(contexts.BehindLine(f"/record/{n}", f"KRB-7F3A-{n:04}", "kasus", NOW) for n in range(1, 26))
        return contexts.RecordsBehindPage(
            project, board, "Modus", "/modus", ("Pengantin pesanan",), "Tahun ini", records, 96, 26, "/b", "/a"
        )

    def few(language: str) -> tuple[contexts.BoardSection, ...]:
        made, place = figures(), _place(language)
        names = ("biaya", "kegiatan")
        return (contexts.BoardSection("", "", tuple(showing.card(made[name], place) for name in names)),)

    lines = (
        contexts.BoardLine("Dasbor gugus tugas", "/1", 24, is_automatic=False, slug="gugus"),
        contexts.BoardLine("Registrasi korban", "/2", 9, is_automatic=False, form_id="tppo_korban_registrasi"),
        contexts.BoardLine("Sosialisasi", "/3", 14, is_automatic=True, form_id="tppo_sosialisasi"),
    )
    empty = (contexts.BoardSection("", "", ()),)
    wrong = contexts.FindingLine("error", "Tidak ada pertanyaan “kabb”. Mungkin maksudnya “kab”.", "views", 12, "E")
    year = {"period": "this-year", "at.kabkota": "61.03", "is.modus": "pengantin"}
    return {
        "dashboard": dashboard,
        "dashboard-filtered": lambda language: dashboard(language, query=year),
        "dashboard-days": lambda language: dashboard(
            language,
            sections=few(language),
            query={"period": "days", "since": "2026-01-01", "until": "2026-03-04"},
            findings=(wrong,),
        ),
        "dashboard-suppressed": lambda language: dashboard(language, is_suppressed=True),
        "dashboard-automatic": lambda language: dashboard(language, of_form, sections=few(language)),
        "dashboard-empty": lambda language: dashboard(language, of_form, sections=empty),
        "dashboard-none-fit": lambda language: dashboard(language, sections=empty, query=year),
        "dashboard-wrong": lambda language: dashboard(
            language, sections=few(language), query={"period": "days", "since": "kemarin"}
        ),
        **{f"figure-{name}": figure(name) for name in ("korban", "per_bulan", "hadir", "tunggak", "rusak")},
        "figure-suppressed": figure("umur_jk", is_suppressed=True),
        "records-behind": behind,
        "records-behind-none": lambda _language: contexts.RecordsBehindPage(
            project, of_form, "Modus", "/modus", (), "semua catatan", (), 0, 1
        ),
        "dashboards": lambda _language: contexts.DashboardsPage(project, lines),
        "dashboards-first": lambda _language: contexts.DashboardsPage(project, lines[1:]),
        "dashboards-empty": lambda _language: contexts.DashboardsPage(project, ()),
    }
