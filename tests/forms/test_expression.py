"""The language of the views sheet: what is read, what is refused and why, and that no text of a cell is ever SQL."""

import re
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.expression import (
    Compiler,
    Link,
    Mistake,
    Names,
    Parameters,
    Target,
    check,
    linked_forms,
    parse,
    parse_list,
    references,
)
from forms.expression.mistakes import TEXTS
from forms.expression.tree import reads_clock
from forms.schema import Field


def target(name, kind, *, repeat="", choices=(), privacy=""):
    field = Field(f"{repeat}/{name}", name, "leaf", "int" if kind == "number" else "string", privacy=privacy)
    return Target("answer", field.path, name, kind, repeat, tuple(choices), field)


def sight(*targets):
    return {t.name: (t,) for t in targets}


KINDS = ("number", "text", "date", "datetime", "time", "boolean", "multiple", "geo", "any")
OUTSIDE = Names(
    "Kunjungan",
    sight(
        target("tgl", "date"),
        target("skor", "number"),
        target("kasus", "text"),
        target("keadaan", "text", choices=("baik", "buruk")),
        target("nilai", "text", choices=("1", "2")),
        target("rahasia", "text", privacy="identity"),
    ),
    sight(target("barang_nilai", "number", repeat="/barang")),
    {"barang": "/barang"},
    lists={"kecamatan": ("name", "label", "kab")},
)
NAMES = Names(
    "Uji",
    {
        **sight(
            *(target(kind, kind) for kind in KINDS),
            target("umur", "number"),
            target("tgl", "date"),
            target("status", "text", choices=("aktif", "tutup")),
            target("tingkat", "text", choices=("1", "2", "3")),
            target("layanan", "multiple", choices=("medis", "hukum")),
            target("nama", "text", privacy="identity"),
        ),
        "kembar": (target("kembar", "text", repeat="/a"), target("kembar", "text", repeat="/b")),
    },
    {
        **sight(
            target("jumlah", "number", repeat="/barang"),
            target("tiba", "date", repeat="/barang"),
            target("nik", "text", repeat="/barang", privacy="identity"),
            target("lain", "number", repeat="/orang"),
        ),
    },
    {"barang": "/barang", "orang": "/orang"},
    {
        "dewasa": parse("${umur} >= 18"),
        "ganda": parse("${umur} * 2"),
        "a": parse("${b} + 1"),
        "b": parse("${c} + 1"),
        "c": parse("${a} + 1"),
        "sendiri": parse("${sendiri}"),
        "berulang": parse("records('kunjungan.kasus', ${tgl} > current(${berulang}))"),
        "kunjungan_pertama": parse("first('kunjungan.kasus', ${tgl}, ${tgl} > current(${tgl}))"),
    },
    {
        "kunjungan": Link("kunjungan", "", OUTSIDE),
        "kunjungan.kasus": Link("kunjungan", "", OUTSIDE, (target("kasus", "text"),)),
        "kunjungan.kembar": Link("kunjungan", "", OUTSIDE, (target("kembar", "text", repeat="/a"),) * 2),
        "kunjungan.rahasia": Link("kunjungan", "", OUTSIDE, (target("rahasia", "text", privacy="identity"),)),
    }.get,
    {"kecamatan": ("name", "label", "kab")},
)  # fmt: skip


class Plain:
    """Names lie in columns of their own name."""

    def reference(self, target):
        return f"t.{target.name}"

    def fold(self, node, parameters):
        return f"fold({Compiler(self, parameters).sql(node.part) if node.part else '*'})"

    def linked(self, node, parameters):
        there = Compiler(self, parameters, Compiler(self, parameters).group)
        parts = [there.sql(p) for p in (*(end for key in node.keys for end in key), *node.there)]
        return f"linked({', '.join(parts)})"

    def lookup(self, node, key, parameters):
        return f"lookup({key}, {parameters.add(node.column, 'text')}, {parameters.add(node.key_column, 'text')})"


def compiled(text, purpose="record", names=NAMES):
    """The SQL of an expression, and its parameters' values."""
    parameters = Parameters({}, date(2026, 5, 4), datetime(2026, 5, 4, 10, tzinfo=UTC), "Asia/Pontianak")
    node = check(parse(text), names, purpose)
    return Compiler(Plain(), parameters).sql(node), list(parameters.values.values())


def mistake(text, purpose="record", names=NAMES):
    with pytest.raises(Mistake) as refused:
        check(parse(text), names, purpose)
    return refused.value


@pytest.mark.parametrize(
    ("text", "purpose", "code"),
    [
        ("'" + "a" * 100_000 + "'", "record", "too-long"),
        ("(" * 61 + "1" + ")" * 61, "record", "too-deep"),
        ("-" * 61 + "1", "record", "too-deep"),
        ("1" + "-1" * 61, "record", "too-deep"),
        ("not(" * 61 + "true()" + ")" * 61, "record", "too-deep"),
        ("${umur} 5", "record", "unreadable"),
        ("umur > 5", "record", "unreadable"),
        ("../umur > 5", "record", "unreadable"),
        ("9" * 400, "record", "unreadable"),
        ("'\x00'", "record", "unreadable"),
        ("'\ud800'", "record", "unreadable"),
        ("'aktif", "record", "ends-early"),
        ("(1 + 2", "record", "ends-early"),
        ("1 +", "record", "ends-early"),
        (" \t\u00a0", "record", "empty"),
        ("${status} = \u2018aktif\u2019", "record", "curly-quotes"),
        ("${tidak_ada}", "record", "name-unknown"),
        ("${kembar} = 'a'", "record", "name-ambiguous"),
        ("${jumlah} > 1", "record", "name-in-repeat"),
        ("${nama} = 'x'", "record", "name-identity"),
        ("count-distinct(${nama})", "figure", "name-identity"),
        ("${nama}", "group", "name-identity"),
        ("pulldata('kecamatan', 'kab', 'name', ${nama})", "record", "name-identity"),
        ("count(${nik} = '1')", "record", "name-identity"),
        ("first('kunjungan.kasus', ${rahasia})", "record", "name-identity"),
        ("records('kunjungan.kasus', ${rahasia} = 'x')", "record", "name-identity"),
        ("records('kunjungan.rahasia')", "record", "name-identity"),
        ("${a}", "record", "fact-cycle"),
        ("${sendiri}", "record", "fact-cycle"),
        ("medain(${umur})", "figure", "function-unknown"),
        ("selected(${layanan})", "record", "function-arguments"),
        ("percentile(${umur})", "figure", "function-arguments"),
        ("month(${tgl}, 2)", "group", "function-arguments"),
        ("median(${umur}) > 2", "record", "function-only-value"),
        ("band(${umur}, 18) = 1", "record", "function-only-by"),
        ("quarter(${tgl}) = 1", "record", "function-only-by"),
        ("${umur}", "figure", "not-a-figure"),
        ("if(${dewasa}, 1, 2)", "figure", "not-a-figure"),
        ("sum(${umur})", "record", "repeat-wanted"),
        ("sum(${jumlah} + ${lain})", "record", "repeat-wanted"),
        ("${status} + 1", "record", "type-mismatch"),
        ("not(${status})", "record", "type-mismatch"),
        ("${umur} and true()", "record", "type-mismatch"),
        ("sum(${dewasa})", "figure", "type-mismatch"),
        ("max(${tgl}) + 1", "figure", "type-mismatch"),
        ("share(max(${tgl}), count())", "figure", "type-mismatch"),
        ("round(max(${tgl}))", "figure", "type-mismatch"),
        ("${umur} = 'dua'", "record", "types-differ"),
        ("${status} < 'b'", "record", "types-differ"),
        ("${tgl} = ${status}", "record", "types-differ"),
        ("${umur} div 0", "record", "divides-by-zero"),
        ("${umur} div (2 - 1 - 1)", "record", "divides-by-zero"),
        ("${umur} mod -0", "record", "divides-by-zero"),
        ("count() div (1 - 1)", "figure", "divides-by-zero"),
        ("ratio(count(), 0)", "figure", "divides-by-zero"),
        ("share(count(), 2 * 0)", "figure", "divides-by-zero"),
        ("${status} = 'aktiv'", "record", "choice-unknown"),
        ("selected(${layanan}, 'medic')", "record", "choice-unknown"),
        ("${tgl} > '31/01/2026'", "record", "date-unreadable"),
        ("${tgl} > '2026-02-30'", "record", "date-unreadable"),
        ("band(${umur}, 18, 12)", "group", "edges-not-rising"),
        ("band(${umur}, 18, 18)", "group", "edges-not-rising"),
        ("band(${umur}, ${skor})", "group", "name-unknown"),
        ("band(${umur}, ${number})", "group", "edges-not-rising"),
        ("percentile(${umur}, ${umur})", "figure", "constant-wanted"),
        ("percentile(${umur}, 101)", "figure", "constant-wanted"),
        ("round(${umur}, ${number})", "record", "constant-wanted"),
        ("round(${umur}, 99999999999)", "record", "constant-wanted"),
        ("round(count(), 0.5)", "figure", "constant-wanted"),
        ("format-date(${tgl}, ${status})", "record", "constant-wanted"),
        ("${umur} + 1", "group", "not-grouped"),
        ("${tgl}", "group", "not-grouped"),
        ("records('kunjungan.tgl')", "record", "link-unknown"),
        ("records(${status})", "record", "link-unknown"),
        ("records('kunjungan.kembar')", "record", "name-ambiguous"),
        ("records('kunjungan')", "record", "link-keyless"),
        ("total('kunjungan', ${skor}, ${skor} > 1)", "record", "link-keyless"),
        ("records('kunjungan', ${kasus} = current(${text}) or ${skor} > 1)", "record", "link-keyless"),
        ("records('kunjungan', not(${kasus} = current(${text})))", "record", "link-keyless"),
        ("records('kunjungan', ${kasus} = ${kasus})", "record", "link-keyless"),
        ("records('kunjungan', ${skor} + current(${umur}) = current(${umur}))", "record", "link-keyless"),
        ("records('kunjungan', ${kasus} = current(${tidak_ada}))", "record", "name-unknown"),
        ("records('kunjungan', ${status} = current(${status}))", "record", "name-unknown"),
        ("records('kunjungan', ${kasus} = current(${nama}))", "record", "name-identity"),
        ("records('kunjungan', ${rahasia} = current(${text}))", "record", "name-identity"),
        ("records('kunjungan', ${tgl} = current(${status}))", "record", "types-differ"),
        ("records('kunjungan.kasus', ${tgl} < current(${umur}))", "record", "types-differ"),
        ("records('kunjungan.kasus', records('kunjungan.kasus') > 1)", "record", "link-within-link"),
        ("current(${umur}) > 1", "record", "current-place"),
        ("records('kunjungan.kasus', current(current(${umur})) > 1)", "record", "current-place"),
        ("sum(current(${umur}))", "figure", "current-place"),
        ("band(current(${umur}), 18)", "group", "current-place"),
        ("count(${jumlah} > current(${umur}))", "record", "current-place"),
        ("records('kunjungan.kasus', sum(${barang_nilai} + current(${umur})) > 1)", "record", "current-within"),
        ("records('kunjungan.kasus', pulldata('kecamatan', 'kab', 'name', current(${text})) = 'x')", "record", "current-within"),
        ("last('kunjungan.kasus', ${keadaan}) = 'baikk'", "record", "choice-unknown"),
        ("records('kunjungan.kasus', current(${status}) = 'aktiv') > 1", "record", "choice-unknown"),
        ("${berulang}", "record", "fact-cycle"),
        ("pulldata('desa', 'kab', 'name', ${status})", "record", "list-unknown"),
        ("pulldata('kecamatan', 'kota', 'name', ${status})", "record", "column-unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_says_why(text, purpose, code):
    found = mistake(text, purpose)
    assert found.code == code, found.english
    assert found.english
    assert found.indonesian != found.english


def test_every_mistake_has_a_case():
    tried = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', Path(__file__).read_text(encoding="utf-8")))
    assert not TEXTS.keys() - tried


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("${umr} > 1", "Perhaps ${umur}?"),
        ("${dewsa}", "Perhaps ${dewasa}?"),
        ("selcted(${layanan}, 'medis')", "Perhaps selected()?"),
        ("${jumlah} > 1", "sum(${jumlah})"),
        ("${status} = 'aktiv'", "aktif, tutup"),
        ("(${status}) + 1", "“status” is a text"),
        ("1 + (2 # 3)", "character 8"),
        ("pulldata('kecamatan', 'kota', 'name', ${status})", "name, label, kab"),
        ("${a}", "a → b → c → a"),
    ],
)
def test_a_refusal_says_where_and_what_was_probably_meant(text, found):
    assert found in mistake(text).english


@pytest.mark.parametrize(
    "attempt",
    [
        "'; drop table submissions; --",
        "' or 1=1 --",
        "\\'; select 1",
        "%s",
        "%(e7)s",
        "%%",
        "/* */",
        "$$ $1 $a$",
        "x'||(select 1)||'",
        "\u02bc\uff07 union select",
        "{0} {name}",
    ],
)
@pytest.mark.parametrize(
    "shape",
    ["${any} = %s", "concat(${text}, %s)", "selected(${any}, %s)", "contains(${any}, %s)", "format-date(${tgl}, %s)",
     "if(${boolean}, %s, ${text})", "coalesce(${any}, %s)", "starts-with(%s, ${text})"],
)  # fmt: skip
def test_what_a_cell_says_in_quotes_is_never_in_the_sql(attempt, shape):
    for quote in "'\"":
        if quote in attempt:
            continue
        sql, values = compiled(shape.replace("%s", f"{quote}{attempt}{quote}"))
        assert attempt not in sql
        assert re.sub(r"%\(e\d+\)s", "", sql).count("%") == 0
        assert any(attempt in str(value) for value in values) or shape.startswith("format-date")


@pytest.mark.parametrize("name", ["umur; drop table x", 'umur" or 1=1', "umur}'--", "q1)) --"])
def test_a_name_is_one_that_the_form_has_or_nothing(name):
    with pytest.raises(Mistake) as refused:
        check(parse(f"${{{name}}} = 1"), NAMES, "record")
    assert refused.value.code in ("name-unknown", "unreadable", "ends-early")


def test_only_bound_parameters_and_columns_are_left_of_an_expression():
    sql, values = compiled("if(${status} = 'aktif', ${umur} + 12.5, 777) > 41")
    assert not re.search(r"aktif|12\.5|777|41", sql)
    assert values == ["aktif", 12.5, 777.0, 41.0]


@pytest.mark.parametrize(
    "text",
    ["${umur}=18", "${ umur } >= 18 and not(${status}='aktif')", "today() - ${tgl} > 30", "(((1)))", "- -1", "3-2",
     "${tgl} + 7 < today()", "${SubmissionDate_} = ''" .replace("SubmissionDate_", "datetime"), "1 or (2)" .replace("1", "true()").replace("2", "false()"),
     "true()and(false())", "${umur} div 2 mod 3", "${tingkat} + 1", "${any} * 2", "${any} = 'x'", "${datetime} > '2026-01-01'",
     "sum(${jumlah} * ${umur})", "count(${barang})", "min(${tiba})", "max(${umur}, 3)", "count(${jumlah} > 2) > 1",
     "last('kunjungan.kasus', ${nilai}) + 1", "records('kunjungan.kasus', current(${tingkat}) >= 2)", "${kunjungan_pertama} - ${tgl} > 30",
     "records('kunjungan', ${kasus} = current(${any}))", "total('kunjungan', ${skor}, (${kasus} = current(${text}) and ${skor} > current(${ganda})))",
     "first('kunjungan', ${tgl}, current(concat(${text}, '/')) = ${kasus} and ${tgl} >= current(${kunjungan_pertama} + 7))",
     "last('kunjungan', ${tgl} - current(${tgl}), date(${tgl}) = current(date(${datetime})) + 365)",
     "records('kunjungan.kasus', current(sum(${jumlah})) > ${skor} and current(records('kunjungan.kasus')) > 2)",
     "total('kunjungan.kasus', ${skor}, ${skor} > 1)", "last('kunjungan.kasus', ${tgl}) < today()", "number(${dewasa})",
     "pulldata('kecamatan', 'kab', 'name', ${status}) = '61.01'", "count-selected(${layanan}) > 1", "substr(${text}, 0, 2)",
     "count(pulldata('kecamatan', 'kab', 'name', string(${jumlah})) = '1')"],
)  # fmt: skip
def test_what_xlsform_writes_is_understood(text):
    compiled(text)


@pytest.mark.parametrize(
    "text",
    ["count()", "count(${dewasa})", "count-distinct(${status})", "sum(${umur}) div count()", "-count() + 3 * 2", "round(mean(${umur}), 1)",
     "percentile(${umur}, 90)", "share(${dewasa})", "share(count(${dewasa}), count())", "ratio(sum(${umur}), count()) * 100",
     "max(${tgl}) - min(${tgl})", "median(${ganda})", "min(${datetime})", "mean(sum(${jumlah}))", "count(count(${barang}) > 1)"],
)  # fmt: skip
def test_figures_of_all_records_are_understood(text):
    compiled(text, "figure")


@pytest.mark.parametrize(
    "text",
    ["${status}", "${layanan}", "${umur}", "${boolean}", "${any}", "${geo}", "${dewasa}", "${umur} < 18", "band(${umur}, 0, 12, 18)",
     "year(${tgl})", "quarter(${datetime})", "month(${any})", "week(${tgl} + 1)", "day(${datetime})", "(month(${tgl}))"],
)  # fmt: skip
def test_groups_are_understood(text):
    compiled(text, "group")


def test_a_list_of_expressions_knows_where_each_begins():
    text = "count(), (1 + 2) * 3 ,-(sum(${umur}))"
    assert [raw.at for raw in parse_list(text)] == [1, 10, 23]


def test_a_date_that_is_written_out_means_the_whole_day_where_an_answer_has_a_time():
    sql, values = compiled("${datetime} = '2026-01-31'")
    assert "at time zone" in sql
    assert values == ["Asia/Pontianak", date(2026, 1, 31)]


def facts(*rows):
    return Names("Uji", sight(target("x", "number"), target("t", "text")), facts={n: parse(e) for n, e in rows})


def test_facts_that_double_each_other_are_refused_at_once():
    rows = [("f0", "${x}"), *((f"f{n}", f"${{f{n - 1}}} + ${{f{n - 1}}}") for n in range(1, 31))]
    start = time.monotonic()
    assert mistake("${f20}", names=facts(*rows)).code == "too-large"
    assert mistake("${f30}", names=facts(*rows)).code in ("too-large", "facts-too-deep")
    assert time.monotonic() - start < 1


def test_a_long_chain_of_facts_is_refused_and_no_error():
    rows = [("f0", "${x}"), *((f"f{n}", f"-${{f{n - 1}}}") for n in range(1, 300))]
    assert mistake("${f299}", names=facts(*rows)).code == "facts-too-deep"
    compiled("${f20}", names=facts(*rows))


def test_no_expression_becomes_a_statement_many_times_its_size():
    """Reading a text as a number says the text thrice in SQL; within one another that is no longer a statement."""
    text = "${t}"
    for _ in range(25):
        text = f"number(concat({text}))"
    assert mistake(text, names=facts()).code == "too-large"
    day = "today()"
    for _ in range(50):
        day += " + 1"
    assert mistake(f"({day}) = today()", names=facts()).code == "too-large"


def test_references_are_the_answers_that_are_read_links_and_rows_of_repeats_included():
    node = check(parse("sum(${jumlah}) + records('kunjungan.kasus', ${skor} > 1) + ${ganda}"), NAMES, "record")
    assert {r.target.name for r in references(node)} == {"jumlah", "kasus", "name", "skor", "umur"}
    node = check(
        parse("records('kunjungan', ${kasus} = current(${text}) and ${tgl} > current(${kunjungan_pertama}))"),
        NAMES,
        "record",
    )
    assert {r.target.name for r in references(node)} == {"kasus", "name", "text", "tgl"}
    assert set(linked_forms(node)) == {"kunjungan"}


def test_what_joins_a_link_is_what_must_be_equal_in_both_and_the_rest_is_its_condition():
    text = "records('kunjungan', (${kasus} = current(${text}) and ${skor} > 1) and current(${tgl}) = ${tgl} and ${skor} = current(${umur}) + ${skor})"
    node = check(parse(text), NAMES, "record")
    assert [(there.target.name, own.part.target.name) for there, own in node.keys] == [
        ("kasus", "text"),
        ("tgl", "tgl"),
    ]
    assert len(node.where.parts) == 2
    assert node.compares
    assert not check(
        parse("records('kunjungan', ${kasus} = current(${text}) and ${skor} > 1)"), NAMES, "record"
    ).compares


def test_what_is_read_through_a_link_makes_a_figure_of_the_moment_too():
    for text in (
        "records('kunjungan.kasus', ${tgl} < now()) > 1",
        "records('kunjungan.kasus', ${tgl} < current(now())) > 1",
    ):
        assert reads_clock(check(parse(text), NAMES, "record"))
    assert not reads_clock(check(parse("records('kunjungan.kasus', ${tgl} < today()) > 1"), NAMES, "record"))


_TOKENS = st.sampled_from(
    ["${umur}", "${status}", "${tgl}", "${layanan}", "${any}", "${jumlah}", "${dewasa}", "${tidak}", "${a}", "1", "0", "2.5", "'aktif'", "''",
     "(", ")", ",", "+", "-", "*", " div ", " mod ", " and ", " or ", "=", "!=", "<", ">=", "if(", "not(", "count(", "sum(", "share(", "max(",
     "selected(", "today()", "band(", "month(", "round(", "coalesce(", "concat(", "pulldata(", "'kecamatan'", "records(", "'kunjungan.kasus'",
     "current(", "'kunjungan'", "${kasus}", "${skor}", "first(", "percentile(", "ratio(", "number(", "string(", "date(", "format-date(", "substr("]
)  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(
    st.one_of(st.text(max_size=5_000), st.lists(_TOKENS, max_size=60).map("".join)),
    st.sampled_from(["record", "group", "figure"]),
)
def test_any_text_is_understood_or_refused_and_nothing_else(text, purpose):
    try:
        raws = parse_list(text)
    except Mistake:
        return
    for raw in raws:
        try:
            node = check(raw, NAMES, purpose)
        except Mistake:
            continue
        sql = Compiler(Plain(), Parameters({}, date(2026, 5, 4), datetime(2026, 5, 4, tzinfo=UTC), "UTC")).sql(node)
        assert len(sql) < 200_000
