"""What is counted, in words: every expression of the views sheet is a sentence that names no question by its code."""

import re

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from api.pages.dashboards.meaning import Meaning
from api.pages.dashboards.sentences import _SAID, Sentences
from api.pages.dashboards.words import Speech
from api.pages.listing import state_text
from forms.expression import Node, check, checking, parse, tree
from forms.figures import Labels
from forms.figures.labels import STATES
from forms.schema import Choice, Field, Schema
from forms.views import Sources
from forms.views import check as check_views
from forms.workbook import ViewRow, ViewsSheet
from tests.support.survey import leaf

ID, EN = "Bahasa Indonesia (id)", "English (en)"


def asked(path: str, label: str, english: str, kind: str = "string", **more) -> Field:
    return leaf(path, kind, labels={ID: label, EN: english}, **more)


def offers(**labels: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(name, {ID: a, EN: b}) for name, (a, b) in labels.items())


# Every name of a question begins with q_, that of a choice with c_: none may be in a sentence.
CASES = Schema(
    "kasus",
    "1",
    "Kasus",
    "data",
    (
        asked("/q_umur", "Umur", "Age", "int", control="input"),
        asked("/q_skor", "Skor", "Score", "decimal", control="input"),
        asked("/q_status", "Status", "Status", control="select1", choice_list="status"),
        asked("/q_dulu", "Status dulu", "Earlier status", control="select1", choice_list="status"),
        asked("/q_jasa", "Layanan", "Services", control="select", choice_list="jasa"),
        asked("/q_kec", "Kecamatan", "Sub-district", control="select1", choices_file="kec.csv"),
        asked("/q_kode", "Kode", "Code", control="input"),
        asked("/q_hitung", "Hitungan", "Calculation"),
        leaf("/hasil_akhir"),
        leaf("/awal", "dateTime", question="start"),
        leaf("/asal", scope="kabkota"),
        asked("/q_setuju", "Setuju", "Agreed", "boolean", control="select1"),
        asked("/q_tgl", "Tanggal", "Day", "date", control="input"),
        asked("/q_mulai", "Mulai", "Start", "dateTime", control="input"),
        Field("/q_orang", "q_orang", "repeat", labels={ID: "Peserta", EN: "Participants"}),
        asked("/q_orang/q_usia", "Usia", "Years", "int", control="input", repeat="/q_orang"),
        asked("/q_orang/q_asal", "Asal", "Origin", control="select1", choices_file="kec.csv", repeat="/q_orang"),
        asked("/q_orang/q_tiba", "Tiba", "Arrival", "date", control="input", repeat="/q_orang"),
    ),
    {
        "status": offers(c_aktif=("Aktif", "Active"), c_tutup=("Tutup", "Closed")),
        "jasa": offers(c_medis=("Medis", "Medical"), c_hukum=("Hukum", "Legal")),
    },
    (ID, EN),
    ID,
)
SOURCES = Sources({"kasus": CASES}, {"kec": ("name", "label", "kabkota", "sasaran")}, own="kasus")
LABELS = Labels(SOURCES, lambda name: {"c_kec": {ID: "Sajad", EN: "Sajad District"}} if name == "kec" else {})
CODE = re.compile(r"[qc]_[a-z]|%\(|None|\$\{")


def node(text: str, purpose: str, of: str = "kasus") -> Node:
    return check(parse(text), SOURCES.names(SOURCES.find(of)), purpose)


def said(app, language: str, text: str, purpose: str = "record", of: str = "kasus") -> str:
    with app.test_request_context("/"), force_locale(language):
        return Sentences(Speech(language), LABELS, SOURCES.find(of), {}).condition(node(text, purpose, of))


SAID = [
    ("true", "record", "true()", "always", "selalu"),
    ("false", "record", "false()", "never", "tidak pernah"),
    ("today", "record", "${q_tgl} < today()", "“Day” is before today", "“Tanggal” sebelum hari ini"),
    ("now", "record", "${q_mulai} >= now()", "“Start” is not before now", "“Mulai” tidak sebelum sekarang"),
    ("not", "record", "not(${q_umur} > 3 or ${q_setuju})", "it does not hold that (“Age” is above 3 or “Agreed” holds)", "tidak benar bahwa (“Umur” di atas 3 atau memenuhi “Setuju”)"),
    ("selected", "record", "not(selected(${q_jasa}, 'c_medis'))", "“Services” does not include “Medical”", "“Layanan” tidak mencakup “Medis”"),
    ("count-selected", "record", "count-selected(${q_jasa}) > 1", "how many choices “Services” has is above 1", "banyaknya pilihan pada “Layanan” di atas 1"),
    ("if", "record", "if(${q_status} = 'c_aktif', 1, if(${q_umur} < 10, 2, 3))", "1 if “Status” is “Active”, otherwise 2 if “Age” is below 10, otherwise 3", "1 bila “Status” adalah “Aktif”, selain itu 2 bila “Umur” di bawah 10, selain itu 3"),
    ("coalesce", "record", "coalesce(${q_status}, 'c_tutup')", "“Status”, or if that is not answered: “Closed”", "“Status”, atau bila tidak terisi: “Tutup”"),
    ("date", "record", "date(${q_mulai}) = '2026-08-05'", "“Start” is 5 Aug 2026", "“Mulai” adalah 5 Agu 2026"),
    ("number", "record", "number(${q_umur} > 3) + 1", "(1 if “Age” is above 3, otherwise 0) + 1", "(1 bila “Umur” di atas 3, selain itu 0) + 1"),
    ("string", "record", "string(${q_umur}) = '3'", "“Age” is “3”", "“Umur” adalah “3”"),
    ("int", "record", "int(${q_skor})", "“Score” without its decimals", "“Skor” tanpa angka di belakang koma"),
    ("round", "record", "round(${q_skor} div ${q_umur}, 2)", "(“Score” \u00f7 “Age”), rounded to the nearest 0.01", "(“Skor” \u00f7 “Umur”), dibulatkan ke 0,01 terdekat"),
    ("abs", "record", "abs(-${q_skor})", "(minus “Score”) without its sign", "(minus “Skor”) tanpa tanda minus"),
    ("concat", "record", "concat(${q_kode}, '-', ${q_umur})", "“Code”, “-”, “Age” joined together", "gabungan “Kode”, “-”, “Umur”"),
    ("contains", "record", "contains(${q_kode}, 'KB')", "“Code” contains “KB”", "“Kode” memuat “KB”"),
    ("starts-with", "record", "starts-with(${q_kode}, 'KB')", "“Code” begins with “KB”", "“Kode” diawali “KB”"),
    ("ends-with", "record", "ends-with(${q_kode}, 'KB')", "“Code” ends with “KB”", "“Kode” berakhir dengan “KB”"),
    ("string-length", "record", "string-length(${q_kode}) > 3", "how many letters “Code” has is above 3", "banyaknya huruf pada “Kode” di atas 3"),
    ("substr", "record", "substr(${q_kode}, 1, 3)", "letters 2 to 3 of “Code”", "huruf ke-2 sampai ke-3 dari “Kode”"),
    ("format-date", "record", "format-date(${q_tgl}, '%e %b %Y')", "“Day” written as in “5 Aug 2026”", "“Tanggal” yang ditulis seperti “5 Aug 2026”"),
    ("year", "group", "year(${q_tgl})", "the year of “Day”", "tahun dari “Tanggal”"),
    ("quarter", "group", "quarter(${q_tgl})", "the quarter of “Day”", "triwulan dari “Tanggal”"),
    ("month", "record", "month(${q_tgl} + 7) = 3", "the number of the month of (7 days after “Day”) is 3", "angka bulan dari (7 hari setelah “Tanggal”) adalah 3"),
    ("week", "group", "week(${q_tgl})", "the week of “Day”", "minggu dari “Tanggal”"),
    ("day", "record", "day(${q_tgl}) = 1", "the day of the month of “Day” is 1", "tanggal ke berapa dari “Tanggal” adalah 1"),
    ("band", "group", "band(${q_umur}, 0, 18, 60)", "“Age” in the groups 0\u201317, 18\u201359, 60 and more", "“Umur” dalam kelompok 0\u201317, 18\u201359, 60 ke atas"),
    ("count", "record", "count(${q_usia} < 18) > 0", "how many entries of “Participants” there are where “Years” is below 18 is above 0", "banyaknya isian “Peserta” bila “Usia” di bawah 18 di atas 0"),
    ("count", "figure", "count(${q_status} = 'c_aktif')", "how many there are where “Status” is “Active”", "banyaknya bila “Status” adalah “Aktif”"),
    ("count-distinct", "figure", "count-distinct(${q_kode})", "how many different values of “Code” there are", "banyaknya nilai “Kode” yang berbeda"),
    ("sum", "figure", "sum(${q_umur})", "the sum of “Age”", "jumlah “Umur”"),
    ("mean", "record", "mean(${q_usia})", "the mean of “Years” among the entries of “Participants”", "rata-rata “Usia” di antara isian “Peserta”"),
    ("median", "figure", "median(${q_umur})", "the median of “Age”: half lie below it, half above", "nilai tengah “Umur”: separuh di bawahnya, separuh di atasnya"),
    ("percentile", "figure", "percentile(${q_umur}, 90)", "the value of “Age” that 90 % lie below", "nilai “Umur” yang di bawahnya terletak 90 %"),
    ("min", "figure", "min(${q_tgl})", "the earliest “Day”", "“Tanggal” paling awal"),
    ("max", "record", "max(${q_umur}, ${q_skor}, 3)", "the largest of “Age”, “Score”, 3", "yang terbesar dari “Umur”, “Skor”, 3"),
    ("share", "figure", "share(${q_status} = 'c_aktif')", "the share of those where “Status” is “Active”", "bagian yang memenuhi syarat: “Status” adalah “Aktif”"),
    ("ratio", "figure", "ratio(sum(${q_skor}), count())", "(the sum of “Score”) \u00f7 (how many there are)", "(jumlah “Skor”) \u00f7 (banyaknya)"),
    ("pulldata", "record", "pulldata('kec', 'label', 'name', ${q_kec})", "“Sub-district”", "“Kecamatan”"),
    ("pulldata", "record", "pulldata('kec', 'sasaran', 'name', ${q_kec})", "“sasaran” in the list kec for “Sub-district”", "“sasaran” pada daftar kec untuk “Kecamatan”"),
    ("records", "list", "records('kasus.q_kec') > 0", "there are records of Kasus that name it at “Sub-district”", "ada data Kasus yang menyebutnya pada “Kecamatan”"),
    ("records", "list", "records('kasus.q_asal', ${q_usia} > 3) > 0", "there are entries of “Participants” in records of Kasus that name it at “Origin” and where (“Years” is above 3)", "ada isian “Peserta” dalam data Kasus yang menyebutnya pada “Asal” dan memenuhi (“Usia” di atas 3)"),
    ("current", "record", "records('kasus', ${q_kode} = current(${q_kode}) and (${q_tgl} > current(${q_tgl} + 7) or current(${q_status}) = 'c_aktif')) > 0", "there are records of Kasus where (“Code” is “Code” of the one counted and (“Day” is after 7 days after “Day” of the one counted or “Status” of the one counted is “Active”))", "ada data Kasus dengan (“Kode” adalah “Kode” pada yang dihitung dan (“Tanggal” setelah 7 hari setelah “Tanggal” pada yang dihitung atau “Status” pada yang dihitung adalah “Aktif”))"),
    ("first", "list", "first('kasus.q_kec', ${q_kode})", "“Code” in the first of the records of Kasus that name it at “Sub-district”", "“Kode” pada yang pertama dari data Kasus yang menyebutnya pada “Kecamatan”"),
    ("last", "list", "last('kasus.q_kec', ${q_kode}, ${q_status} = 'c_aktif')", "“Code” in the last of the records of Kasus that name it at “Sub-district” and where (“Status” is “Active”)", "“Kode” pada yang terakhir dari data Kasus yang menyebutnya pada “Kecamatan” dan memenuhi (“Status” adalah “Aktif”)"),
    ("total", "list", "total('kasus.q_kec', ${q_umur})", "the sum of “Age” over the records of Kasus that name it at “Sub-district”", "jumlah “Umur” dari data Kasus yang menyebutnya pada “Kecamatan”"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("purpose", "text", "english", "indonesian"), [pytest.param(*row[1:], id=row[2]) for row in SAID]
)
def test_an_expression_is_said_in_both_languages(app, purpose, text, english, indonesian):
    of = {"list": "kec.csv"}.get(purpose, "kasus")
    purpose = "record" if purpose == "list" else purpose
    assert said(app, "en", text, purpose, of) == english
    assert said(app, "id", text, purpose, of) == indonesian


def test_every_function_of_the_language_has_a_sentence():
    every = {*checking._FUNCTIONS, *checking._FIGURES, *checking._UNITS, "band"}
    assert {row[0] for row in SAID} == every
    assert set(_SAID) == set(Node.__subclasses__())


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("${q_status} != '' and ${q_umur} >= 18", "“Status” terisi dan “Umur” paling sedikit 18"),
        ("${q_kode} = ''", "“Kode” tidak terisi"),
        ("not(${q_setuju})", "tidak memenuhi “Setuju”"),
        ("${q_umur} > 3 and (${q_skor} < 0.125 or ${q_setuju})", "“Umur” di atas 3 dan (“Skor” di bawah 0,125 atau memenuhi “Setuju”)"),
        ("today() - ${q_tgl} > 30", "jumlah hari dari “Tanggal” sampai hari ini di atas 30"),
        ("(${q_umur} + 1) * 2 - ${q_skor} mod 3", "((“Umur” + 1) \u00d7 2) \u2212 (sisa “Skor” dibagi 3)"),
        ("${ReviewState} != 'approved'", "status pemeriksaan bukan “Disetujui”"),
        ("${q_kec} = 'c_kec'", "“Kecamatan” adalah “Sajad”"),
        ("${q_hitung} = 4", "“Hitungan” adalah 4"),
        ("${hasil_akhir} = 4", "“hasil akhir” adalah 4"),
        ("${awal} > today()", "waktu mulai mengisi setelah hari ini"),
        ("${asal} = '61.01'", "“Kabupaten/kota (kabkota)” adalah “61.01”"),
    ],
)  # fmt: skip
def test_conditions_read_as_people_say_them(app, text, spoken):
    assert said(app, "id", text) == spoken


# Any expression whatever.

SIMPLE = {
    "number": st.sampled_from(["${q_umur}", "${q_skor}", "${q_hitung}", "0.5", "7", "count(${q_orang})", "${Edits}"]),
    "text": st.sampled_from(["${q_kode}", "${q_hitung}", "'teks'", "''", "${SubmitterName}", "${FormVersion}"]),
    "date": st.sampled_from(["${q_tgl}", "${q_mulai}", "today()", "now()", "${SubmissionDate}"]),
    "truth": st.sampled_from(
        ["${q_setuju}", "true()", "${q_status} = 'c_aktif'", "selected(${q_jasa}, 'c_hukum')", "${ReviewState} = 'edited'",
         "${q_status} = ${q_dulu}", "${q_kec} = 'c_kec'"]
    ),
}  # fmt: skip


def made(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda found: template.format(*found))


def deeper(within: dict[str, st.SearchStrategy[str]]) -> dict[str, st.SearchStrategy[str]]:
    """Put expressions into each operator and function that takes them; all are by their type."""
    number, text, date, truth = (within[kind] for kind in ("number", "text", "date", "truth"))
    numbers = st.one_of(
        *(made(f"({{}} {sign} {{}})", number, number) for sign in ("+", "-", "*")),
        made("({} div 3)", number),
        made("({} mod 3)", number),
        *(made(f"{name}({{}})", number) for name in ("int", "abs", "round", "-")),
        made("round({}, 1)", number),
        made("max({}, {})", number, number),
        made("min({}, {})", number, number),
        made("if({}, {}, {})", truth, number, number),
        made("coalesce({}, {})", number, number),
        made("number({})", truth),
        made("string-length({})", text),
        *(made(f"{name}({{}})", date) for name in ("year", "month", "day")),
        made("({} - {})", date, date),
        *(made(f"{name}(${{{{q_usia}}}} + {{}})", number) for name in ("sum", "mean", "min", "max")),
        made("count(${{q_usia}} > {})", number),
        st.just("count-selected(${q_jasa})"),
    )
    texts = st.one_of(
        made("concat({}, {})", text, number),
        made("substr({}, {})", text, number),
        made("substr({}, 1, {})", text, number),
        made("if({}, {}, {})", truth, text, text),
        made("coalesce(${{q_status}}, {})", text),
        made("format-date({}, '%Y-%m')", date),
        made("string({})", number),
        made("pulldata('kec', 'sasaran', 'name', {})", text),
        made("pulldata('kec', 'name', 'sasaran', {})", text),
    )
    dates = st.one_of(
        made("({} + {})", date, number),
        made("({} - {})", date, number),
        made("date({})", date),
        made("max({}, {})", date, date),
        st.just("min(${q_tiba})"),
    )
    truths = st.one_of(
        *(made(f"({{}} {sign} {{}})", number, number) for sign in ("=", "!=", "<", "<=", ">", ">=")),
        *(made(f"({{}} {sign} {{}})", date, date) for sign in ("<", ">=", "=")),
        *(made(f"({{}} {word} {{}})", truth, truth) for word in ("and", "or")),
        made("not({})", truth),
        *(made(f"{name}({{}}, {{}})", text, text) for name in ("contains", "starts-with", "ends-with")),
        made("({} = '')", text),
        made("({} != '')", date),
        made("if({}, {}, {})", truth, truth, truth),
    )
    kinds = {"number": numbers, "text": texts, "date": dates, "truth": truths}
    return {kind: within[kind] | found for kind, found in kinds.items()}


ANY = st.one_of(*deeper(deeper(SIMPLE)).values())
FIGURES = ("count({})", "count-distinct({})", "share({})", "sum({})", "mean({})", "median({})", "percentile({}, 75)",
           "min({})", "max({})", "ratio(sum({}), count())", "count() - count({})")  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY, figure=st.sampled_from(FIGURES), language=st.sampled_from(["id", "en"]))
def test_whatever_the_language_accepts_is_said_without_the_code_of_a_question_or_choice(app, text, figure, language):
    tried = [(text, "record"), (figure.format(text), "figure"), (f"last('kasus.q_kec', {text})", "list"),
             (f"last('kasus', {text}, ${{q_kode}} = current(${{q_kode}}))", "record"),
             (f"records('kasus.q_orang', ${{q_umur}} = current(number({text})) and ${{q_usia}} > current(${{q_umur}}))", "record")]  # fmt: skip
    count = 0
    for tried_text, purpose in tried:
        of = "kec.csv" if purpose == "list" else "kasus"
        try:
            node(tried_text, "record" if purpose == "list" else purpose, of)
        except checking.Mistake:
            continue
        count += 1
        words = said(app, language, tried_text, "record" if purpose == "list" else purpose, of)
        assert words
        assert not CODE.search(words), (tried_text, words)
    assume(count)


# Facts and headings.


def meaning(row: ViewRow, *facts: ViewRow, language: str = "id") -> Meaning:
    checked = check_views(ViewsSheet("views", {}, (*facts, row)), SOURCES)
    assert [f.message for f in checked.findings] == []
    return Meaning(checked.views[0], Speech(language, ID), LABELS)


def fact(name: str, label: str, value: str) -> ViewRow:
    labels = {ID: label, EN: f"{label} EN"} if label else {}
    return ViewRow(2, {"type": "fact", "name": name, "value": value}, labels, {})


def view(label: str = "Judul", **cells: str) -> ViewRow:
    return ViewRow(3, {"type": "table", "name": "a", **cells}, {ID: label, EN: f"{label} EN"}, {})


def headings(app, found: Meaning) -> list[str]:
    with app.test_request_context("/"), force_locale(found.speech.language):
        return [found.value(n) for n in range(len(found.view.values))]


def test_values_beside_each_other_have_headings_that_tell_them_apart(app):
    counts = "mean(${q_umur}), median(${q_umur}), min(${q_umur}), sum(${q_umur}) div count(), count(${q_setuju})"
    assert headings(app, meaning(view(value=counts))) == [
        "Rata-rata “Umur”",
        "Nilai tengah “Umur”",
        "“Umur” terkecil",
        "(jumlah “Umur”) \u00f7 (banyaknya)",
        "Banyaknya yang memenuhi “Setuju”",
    ]


def test_a_fact_lends_its_label_to_what_is_counted_of_it_where_that_tells_it_apart(app):
    old = fact("tua", "Lansia", "${q_umur} >= 60")
    assert headings(app, meaning(view(value="count(${tua}), count()"), old)) == ["Lansia", "Banyaknya"]
    assert headings(app, meaning(view(value="count(${tua}), share(${tua})"), old)) == [
        "Banyaknya yang memenuhi “Lansia”",
        "Bagian yang memenuhi “Lansia”",
    ]


def test_lines_below_a_title_are_the_headings_of_its_values(app):
    row = view("Umur\nRata-rata\nTertua", value="mean(${q_umur}), max(${q_umur})")
    found = meaning(row)
    assert headings(app, found) == ["Rata-rata", "Tertua"]
    assert found.speech.title(found.view) == "Umur"


@pytest.mark.parametrize(
    ("by", "value", "called"),
    [("${q_status}", "count()", "Jumlah"), ("${q_status}", "sum(${q_umur})", "Jumlah"),
     ("${q_status}", "mean(${q_umur})", "Seluruhnya"), ("${q_status}", "share(${q_setuju})", "Seluruhnya"),
     ("${q_status}", "count(), median(${q_umur})", "Seluruhnya"), ("${q_jasa}", "count()", "Seluruhnya")],
)  # fmt: skip
def test_only_what_adds_up_is_called_a_total(app, by, value, called):
    with app.test_request_context("/"):
        assert meaning(view(by=by, value=value)).total == called


def test_a_fact_is_called_by_its_label_and_then_said_itself(app):
    facts = fact("tua", "Lansia", "${q_umur} >= 60"), fact("tanpa", "", "${q_skor} > 2")
    found = meaning(view(where="${tua} and ${tanpa}"), *facts)
    with app.test_request_context("/"):
        lines = {line.term: line.text for line in found.definitions()}
    assert lines["Hanya bila"] == "memenuhi “Lansia” dan “Skor” di atas 2"
    assert lines["“Lansia”"] == "“Umur” paling sedikit 60"


@pytest.mark.parametrize(
    ("value", "kept", "shown"),
    [
        ("${q_status}", "c_aktif", "Aktif"),
        ("${q_jasa}", "c_medis c_hukum", "Medis, Hukum"),
        ("${q_kec}", "c_kec", "Sajad"),
        ("${ReviewState}", "hasIssues", "Ada masalah"),
        ("if(${q_umur} > 3, ${q_status}, '')", "c_tutup", "Tutup"),
        ("coalesce(${q_dulu}, ${q_status})", "c_aktif", "Aktif"),
        ("${s}", "c_aktif", "Aktif"),
        ("${q_kode}", "c_aktif", "c_aktif"),
        ("year(${q_tgl})", 2026, "2026"),
    ],
)
def test_a_work_list_shows_labels(app, value, kept, shown):
    row = ViewRow(3, {"type": "list", "name": "a", "value": value}, {}, {})
    with app.test_request_context("/"):
        assert meaning(row, fact("s", "Keadaan", "${q_status}")).answer(0, kept) == shown


def test_a_work_list_of_a_list_shows_the_labels_of_what_linked_records_say(app):
    cells = {"type": "list", "name": "a", "of": "kec.csv", "value": "last('kasus.q_kec', ${q_status}), ${name}"}
    found = meaning(ViewRow(3, cells, {}, {}))
    with app.test_request_context("/"):
        assert (found.answer(0, "c_aktif"), found.answer(1, "c_kec")) == ("Aktif", "Sajad")


def test_states_of_a_review_are_called_as_on_the_pages_of_records(app):

    for language, name in (("id", ID), ("en", EN)):
        with app.test_request_context("/"), force_locale(language):
            assert {state: texts[name] for state, texts in STATES.items()} == {s: state_text(s) for s in STATES}


def test_a_repeat_is_called_by_its_label(app):
    with app.test_request_context("/"), force_locale("en"):
        source = SOURCES.find("kasus.q_orang")
        said_source = Sentences(Speech("en"), LABELS, source, {}).source_name()
    assert said_source == "the entries of “Participants” in the records of Kasus"
    assert isinstance(node("count(${q_orang})", "record"), tree.Fold)
