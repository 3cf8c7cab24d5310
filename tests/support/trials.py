"""Views made at random of what the language has, and each of their cells held against memory."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from forms import figures
from forms.expression import parse, parse_list
from forms.figures import Filters
from forms.workbook import ViewRow, ViewsSheet
from tests.support.made_survey import FACTS, KAB, chance
from tests.support.reference import Row, World

VIEWS: Final = 300
#: Views that follow links, besides.
LINKED: Final = 160

CONDITIONS: Final = (
    "${umur} >= 18", "${umur} < 18", "not(${umur} < 18)", "${skor} != 2.5", "${skor} = 0", "${status} = 'aktif'", "${status} != 'aktif'",
    "${status} = ${dulu}", "${status} != ${dulu}", "not(${status} = ${dulu})", "selected(${layanan}, 'medis')", "${setuju}", "not(${setuju})",
    "${setuju} = true()", "${hitung} > 3", "${hitung} = '3'", "${hitung} != 3", "${catatan} = ''", "${catatan} != ''", "${umur} = ''",
    "${tgl} < today() - 200", "${mulai} >= '2025-06-01'", "${mulai} = '2025-06-01'", "SUBMITTED < now()", "SUBMITTED > ${mulai}",
    "date(${kapan}) = ${tgl}", "date(${kapan}) >= '2024-05-01'", "(${umur} > 30 or ${skor} <= 2) and not(${status} = 'tutup')",
    "contains(${catatan}, '; drop')", "contains(${catatan}, '%')", "starts-with(${catatan}, 'A')", "ends-with(${catatan}, 'lama')",
    "string-length(${catatan}) > 4", "concat(${status}, ${dulu}) = ''", "substr(${catatan}, 1, 3) = 'nt'", "substr(${catatan}, 0, 0) = ''",
    "${tingkat} >= 2", "${tingkat} = '2'", "count-selected(${layanan}) > 1", "if(${umur} > 30, ${setuju}, true())", "${dewasa}", "${ramai}",
    "(${umur} < 18) = (${skor} < 5)", "${dewasa} != ${ramai}", "${kelas} = 'anak'", "${kelas} = ''", "max(${umur}, ${skor}) > 40",
    "pulldata('kecamatan', 'kabkota', 'name', ${kec}) = ${kab}", "pulldata('kecamatan', 'sasaran', 'name', ${kec}) > 5",
    "format-date(${tgl}, '%Y-%m') = '2025-03'", "month(${tgl}) = 3", "year(${mulai}) > 2024", "${ReviewState} = 'received'",
    "${Edits} > 1", "${SubmitterName} = ''", "coalesce(${umur}, 99) > 50", "number(${catatan}) = 1", "true()",
)  # fmt: skip
FOLDED: Final = (
    "count(${orang}) > 1", "count(${usia} >= 18) > 0", "sum(${usia}) > 60", "min(${tiba}) < ${tgl}", "mean(${usia}) > 20",
    "count(${jk} = 'p' and ${umur} > 20) > 0", "max(${tiba}) - min(${tiba}) > 10", "sum(${nilai}) > 100", "count(${barang}) = 0",
)  # fmt: skip
NUMBERS: Final = (
    "${umur}", "${skor}", "${hitung}", "${tingkat}", "${umur} * 2 - ${skor}", "${skor} div ${umur}", "${umur} mod 7", "-${skor} mod 4",
    "-${umur}", "today() - ${tgl}", "SUBMITTED - ${mulai}", "SUBMITTED - ${tgl}", "${tgl} + 3 - ${tgl}", "max(${umur}, ${skor}, 3)",
    "min(${umur}, ${hitung})", "coalesce(${umur}, ${skor}, 0)", "if(${umur} > 20, ${umur}, '')", "round(${skor})", "round(${skor}, 2)",
    "round(${skor}, -1)", "int(${skor})", "abs(${skor})", "number(${umur} > 18)", "number(${setuju})", "number(${catatan})", "year(${tgl})",
    "month(${mulai})", "day(${tgl})", "pulldata('kecamatan', 'sasaran', 'name', ${kec})", "${ganda}", "count-selected(${layanan})",
    "string-length(${catatan})", "${Edits} + 1", "5", "${tgl} + 1000000 - ${tgl}", "1 + ${umur} + ${skor}", "${umur} - 1 - 1",
)  # fmt: skip
FOLDS: Final = (
    "count(${orang})", "sum(${usia})", "mean(${usia})", "min(${usia})", "max(${usia})", "count(${usia})", "count(${usia} > 17)",
    "sum(${usia} * ${umur})", "sum(${nilai})", "count(${barang})", "max(${tiba}) - min(${tiba})", "sum(${usia}) div count(${orang})",
    "sum(if(${jk} = 'l', ${usia}, 0))", "max(sum(${usia}), 10)",
)  # fmt: skip
PERSONS: Final = (
    "${usia}",
    "${usia} + ${umur}",
    "${tiba} - ${tgl}",
    "sum(${nilai})",
    "count(${barang})",
    "${skor}",
    "mean(${nilai})",
)
OF_PERSONS: Final = (
    "${jk} = 'p'",
    "${usia} < 18 and ${dewasa}",
    "${tiba} > ${tgl}",
    "${status} = 'aktif'",
    "sum(${nilai}) > 20",
    "${jk} = ''",
)
THINGS: Final = ("${nilai}", "${nilai} * ${usia}", "${umur}", "round(${nilai})")
OF_THINGS: Final = ("${nilai} > 30", "${jk} = 'l'", "${usia} > 20 or ${umur} > 40", "${status} = 'tutup'")
GROUPS: Final = (
    "${kab}", "${status}", "${layanan}", "${setuju}", "${kec}", "${tingkat}", "${hitung}", "${dewasa}", "${umur} < 18", "${ramai}", "${kelas}",
    "band(${umur}, 0, 12, 18, 60)", "band(${skor}, 0, 2.5)", "band(${hitung}, 4)", "year(${tgl})", "quarter(${tgl})", "month(${tgl})",
    "week(${tgl})", "year(SUBMITTED)", "month(SUBMITTED)", "month(${mulai})", "quarter(${kapan})", "day(${mulai})", "week(SUBMITTED)",
    "${ReviewState}", "${SubmitterName}", "${FormVersion}", "pulldata('kecamatan', 'kabkota', 'name', ${kec})", "substr(${catatan}, 0, 1)",
    "format-date(${tgl}, '%m')", "concat(${status}, '/', ${tingkat})", "if(${umur} > 17, 'ya', 'tidak')", "${umur}",
)  # fmt: skip
BY_PERSON: Final = (
    "${jk}",
    "band(${usia}, 0, 18)",
    "${kab}",
    "month(${tiba})",
    "${dewasa}",
    "${layanan}",
    "${usia} < 18",
)
BY_THING: Final = ("${jk}", "band(${nilai}, 20, 60)", "${kab}", "month(${tgl})")
LISTED: Final = (
    "sum(records('uji.kec'))", "sum(total('uji.kec', ${umur}))", "count(records('uji.kec', ${umur} > 30) > 8)", "max(last('uji.kec', ${tgl}))",
    "mean(first('uji.kec', ${skor}))", "min(last('uji.kec', ${umur}, ${status} = 'aktif'))", "share(records('uji.kec') > 0)", "count()",
    "sum(total('uji.kec', sum(${usia}), ${setuju}))", "sum(${sasaran})", "ratio(sum(records('uji.kec')), count())",
    "count-distinct(${kabkota})", 'count(records("uji.kec") = 0)', "count(pulldata('kecamatan', 'sasaran', 'name', ${name}) > 5)",
)  # fmt: skip

# The same through links: from records to others of the same code, from a list to rows of repeats, back to where they began

SAME: Final = "${kode} = current(${kode})"
LINKED_CONDITIONS: Final = (
    "records('kunjung', SAME) > 1", "records('kunjung', SAME) = 0", "${sering}", "${jadi}", "${cocok} > 0", "not(${sering})",
    "records('kunjung', SAME and (${pada} > current(${tgl}) or ${hasil} = 'buruk')) = 0", "first('kunjung', ${hasil}, SAME) = 'baik'",
    "first('kunjung', ${hasil}, SAME) = ''", "records('uji', SAME and ${SubmissionDate} < current(${SubmissionDate})) > 0",
    "last('kunjung', ${mutu} > current(${umur}), SAME)", "records('kunjung', ${pada} = current(${tgl} + 1) and ${kab} = current(${kab})) > 0",
    "records('kunjung', ${hasil} = 'baik' and date(${pada}) <= current(${tgl}) + 100 and current(${kode}) = ${kode}) > 0",
    "records('kunjung', SAME and not(${mutu} = current(${umur}))) > 1", "records('kunjung', SAME and current(sum(${usia})) > ${mutu}) > 0",
    "records('uji.orang', SAME and ${usia} > current(${umur})) > 0", "records('kunjung', SAME and ${mutu} != current(${umur})) > 1",
    "records('kunjung', SAME and current(records('kunjung', SAME)) > 3) > 0", "records('kunjung', SAME and current(${kelas}) = '') > 0",
    "records('kunjung', ${kab} = current(pulldata('kecamatan', 'kabkota', 'name', ${kec})) and ${mutu} > 90) = 0",
    "records('kunjung', SAME and current(${setuju}) and ${kec} = current(${kec})) > 0", "records('kunjung', ${kode} = current(${catatan})) = 0",
    "records('kunjung', SAME and (${mutu} > 50) = current(${setuju})) > 0", "records('kunjung', SAME and sum(${poin}) > 8) > 0",
    "records('kunjung', pulldata('kecamatan', 'kabkota', 'name', ${kec}) = current(${kab}) and ${mutu} > current(${umur})) > 10",
    "records('uji.barang', ${asal} = current(${kec}) and ${nilai} > current(${skor})) > 20",
)  # fmt: skip
LINKED_NUMBERS: Final = (
    "total('kunjung', ${mutu}, SAME)", "first('kunjung', ${pada}, SAME and ${pada} >= current(${tgl})) - ${tgl}", "${akhir}", "${cocok}",
    "count(${usia} > ${akhir})", "count(records('kunjung.rinci', ${tujuan} = current(${tempat}) and ${poin} > 5) > 2)", "sum(${akhir} + ${usia})",
    "last('kunjung', ${pada} - current(${tgl}), SAME)", "total('kunjung.rinci', ${poin} * current(${umur}), SAME)",
    "records('kunjung.rinci', SAME and ${tujuan} = current(${kec}))", "first('kunjung', count(${rinci}), SAME)", "records('kunjung', SAME)",
    "last('uji', ${umur}, SAME and ${SubmissionDate} < current(${SubmissionDate})) - ${umur}", "last('kunjung.rinci', ${poin}, SAME)",
    "first('kunjung.rinci', ${poin}, ${tujuan} = current(${kec}) and ${poin} < current(${umur}))",
)  # fmt: skip
LINKED_GROUPS: Final = (
    "first('kunjung', ${hasil}, SAME)", "records('kunjung', SAME) > 0", "band(records('kunjung', SAME), 1, 3)", "${sering}",
    "month(last('kunjung', ${pada}, SAME))", "band(${akhir}, 20, 50)", "last('kunjung', ${hasil}, SAME and ${pada} > current(${tgl}))",
)  # fmt: skip
LINKED_PERSONS: Final = (
    "records('kunjung.rinci', ${tujuan} = current(${tempat}) and ${poin} * 10 > current(${usia}))", "${akhir}", "total('kunjung', ${mutu}, SAME)",
    "first('kunjung', ${pada}, SAME and ${pada} > current(${tiba})) - ${tiba}", "records('kunjung.rinci', ${tujuan} = current(${tempat}))",
)  # fmt: skip
LINKED_OF_PERSONS: Final = (
    "${sering}", "records('kunjung', SAME and ${mutu} < current(${usia})) > 0", "records('uji.orang', SAME and ${jk} = current(${jk})) > 1",
    "records('kunjung', ${kec} = current(${tempat}) and ${mutu} > current(${umur})) > 12",
)  # fmt: skip
LINKED_THINGS: Final = ("records('kunjung', ${kec} = current(${asal}))", "total('kunjung.rinci', ${poin}, ${tujuan} = current(${asal}) and ${mutu} > current(${nilai}))", "${akhir}")  # fmt: skip
LINKED_OF_THINGS: Final = ("records('kunjung.rinci', ${tujuan} = current(${asal}) and ${mutu} > current(${nilai})) > 30", "${jadi}")  # fmt: skip
LINKED_LISTED: Final = (
    "sum(records('uji.tempat'))", "sum(records('uji.asal', ${nilai} > 30 and ${umur} > 20))", "mean(first('uji.tempat', ${usia}, ${jk} = 'p'))",
    "sum(total('uji.asal', ${nilai} * ${usia}))", "sum(records('uji.tempat', ${usia} > current(${sasaran})))", "max(last('uji.tempat', ${tiba}))",
    "sum(records('kunjung.kec', ${kab} = current(${kabkota})))", "sum(records('uji.tempat', count(${barang}) > 1))", "sum(last('uji.asal', ${nilai}))",
    "sum(records('kunjung', ${kec} = current(${name}) and ${mutu} > current(records('uji.kec'))))", "sum(records('kunjung.tujuan', ${poin} > 4))",
    "sum(total('kunjung.tujuan', ${poin} * current(${sasaran}), ${mutu} > current(${sasaran})))", "mean(first('uji.asal', ${nilai}, ${status} = 'aktif'))",
    "count(records('uji.tempat', ${kab} != current(${kabkota})) > 30)", "sum(records('uji.kec', ${umur} > current(records('uji.tempat'))))",
)  # fmt: skip
LINKED_LISTS: Final = ("records('uji.tempat', ${usia} > current(${sasaran})) > 3", "records('uji.asal') > 20", "records('kunjung', ${kec} = current(${name})) > 20")  # fmt: skip

BY_LIST: Final = ("${kabkota}", "${name}", "band(records('uji.kec'), 1, 40)", "records('uji.kec') > 0")


def _figure(dice: random.Random, numbers: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    number, other, condition = dice.choice(numbers), dice.choice(numbers), dice.choice(conditions)
    return dice.choice(
        (
            "count()", f"count({condition})", f"count({number})", f"count-distinct({number})", f"sum({number})", f"mean({number})",
            f"median({number})", f"percentile({number}, {dice.choice([0, 10, 90, 99.5, 100])})", f"min({number})", f"max({number})",
            f"share({condition})", f"share(count({condition}), count({dice.choice(conditions)}))", f"ratio(sum({number}), count({condition}))",
            f"ratio(sum({number}), sum({other})) * 100", f"round(mean({number}), 1)", f"sum({number}) div count() - 1", f"-count({condition}) mod 7",
        )
    )  # fmt: skip


OTHER_FIGURES: Final = (
    "min(${tgl})", "max(${mulai})", "max(${tgl}) - min(${tgl})", "count-distinct(${status})", "count-distinct(${kab})", "count(${setuju})",
    "count(${catatan})", "count-distinct(${tgl})", "count-distinct(${setuju})", "max(SUBMITTED)", "count-distinct(${umur} < 18)", "min(date(${kapan}))",
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """A row of the sheet, and what the page's filters say."""

    cells: dict[str, str]
    filters: Filters


def _trials() -> list[Trial]:
    dice = random.Random(4711)  # noqa: S311 - the same trials each time
    made = []
    for number in range(VIEWS + LINKED):
        of = dice.choice(["", "", "", "", "", "orang", "barang", "kecamatan.csv"])
        numbers, conditions, groups = {
            "": ((*NUMBERS, *FOLDS), (*CONDITIONS, *FOLDED), GROUPS),
            "orang": (PERSONS, OF_PERSONS, BY_PERSON),
            "barang": (THINGS, OF_THINGS, BY_THING),
            "kecamatan.csv": (
                (),
                (
                    "${kabkota} = '61.01'",
                    "${sasaran} > 5",
                    "records('uji.kec', ${umur} > 17) > 9",
                ),
                BY_LIST,
            ),
        }[of]
        listed = LISTED
        if number >= VIEWS:
            more = {
                "": (LINKED_NUMBERS, LINKED_CONDITIONS, LINKED_GROUPS),
                "orang": (LINKED_PERSONS, LINKED_OF_PERSONS, ()),
                "barang": (LINKED_THINGS, LINKED_OF_THINGS, ()),
                "kecamatan.csv": ((), LINKED_LISTS, ("records('uji.tempat') > 40",)),
            }[of]
            numbers, conditions = more[0], more[1]
            groups, listed = (*more[2], *dice.sample(groups, 2)), LINKED_LISTED
        by = dice.sample(groups, dice.choice([0, 1, 1, 2]))
        if of == "kecamatan.csv":
            values = dice.sample(listed, 1 if len(by) > 1 else dice.choice([1, 2]))
        else:
            values = [_figure(dice, numbers, conditions) for _ in range(1 if len(by) > 1 else dice.choice([1, 1, 3]))]
        if of == "" and number < VIEWS and dice.random() < 0.2:
            values = [dice.choice(OTHER_FIGURES)]
        cells = {
            "type": "table" if by else "number",
            "name": f"v{number}",
            "of": of,
            "by": ", ".join(by),
            "value": ", ".join(values if by else values[:1]),
            "where": dice.choice(conditions) if dice.random() < 0.4 else "",
            "date": dice.choice(["", "${tgl}", "${mulai}"]) if of != "kecamatan.csv" else "",
        }
        since = chance(dice, date(2023, 9, 1) + timedelta(days=dice.randrange(400)), 0.3)
        until = chance(dice, date(2025, 2, 1) + timedelta(days=dice.randrange(400)), 0.3)
        scopes = {"kabkota": dice.choice(KAB)} if dice.random() < 0.2 else {}
        answers = {dice.choice(["status", "layanan", "umur"]): ""} if dice.random() < 0.2 else {}
        answers = {n: {"status": "aktif", "layanan": "hukum", "umur": "30"}[n] for n in answers}
        made.append(Trial({c: t.replace("SUBMITTED", "${SubmissionDate}").replace("SAME", SAME) for c, t in cells.items() if t},
                          Filters(since, until, scopes, answers)))  # fmt: skip
    return made


TRIALS: Final = _trials()


def sheet() -> ViewsSheet:
    cells = [{"type": "fact", "name": name, "value": text} for name, text in FACTS.items()]
    cells += [t.cells for t in (*TRIALS, *NAMED.values())]
    return ViewsSheet("views", {}, tuple(ViewRow(n, row, {}, {}) for n, row in enumerate(cells, start=2)))


def fitting(memory: World, trial: Trial, scopes: tuple[str, ...] = ("*",)) -> tuple[World, list[Row]]:
    """The rows that count for a reader with the page's filters, in memory; links of a list follow only what is left."""
    of = trial.cells.get("of", "")
    filters = trial.filters
    is_list = of.endswith(".csv")
    seen = {
        form: [r for r in records if scopes == ("*",) or set(scopes) & set(r.scopes)]
        for form, records in memory.records.items()
    }
    date_of = parse(trial.cells.get("date", "${SubmissionDate}"))

    def falls(row: Row) -> bool:
        if filters.since is None and filters.until is None:
            return True
        day = memory.day(memory.value(date_of, row))
        return day is not None and (filters.since or day) <= day <= (filters.until or day)

    def is_left(row: Row) -> bool:
        return (
            all(f"{n}={v}" in row.scopes for n, v in filters.scopes.items())
            and all(v in memory.text("" if row.values[n] is None else row.values[n]).split(" ")
                    for n, v in filters.answers.items() if n in row.values)
            and falls(row)
        )  # fmt: skip

    memory = replace(memory, linked=seen)
    left = {form: [r for r in seen[form] if is_left(r)] for form in (seen if is_list else ["uji"])}
    memory = replace(memory, records=left, linked=left if is_list else seen)
    rows = memory.counted(
        {"": "uji", "orang": "uji.orang", "barang": "uji.barang"}.get(of, of), trial.cells.get("where", "")
    )
    if is_list:
        rows = [r for r in rows if all(r.values["kabkota"] == v for v in filters.scopes.values())]
        own = {scope.partition("=")[2] for scope in scopes if scope != "*"}
        rows = [r for r in rows if not own or r.values["kabkota"] in own]
    return memory, rows


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, float | int) and isinstance(found, float | int):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    return found == wanted


def hold(survey: Any, trial: Trial, found: figures.Figure, scopes: tuple[str, ...] = ("*",)) -> None:
    """Hold every cell of a figure against memory."""
    assert found.problem is None, found.problem
    memory, rows = fitting(survey.memory, trial, scopes)
    values = parse_list(trial.cells["value"])
    assert found.records.value == len(rows)
    for cell, number, of in _cells(found, memory, rows, trial.cells.get("by", "")):
        wanted = memory.figure(values[number], of)
        assert _same(cell.value, wanted), (trial, cell, wanted)
        if cell.value is not None and values[number].value in ("share", "ratio") and cell.denominator is not None:
            assert cell.numerator / cell.denominator == pytest.approx(cell.value)


def _cells(
    found: figures.Figure, memory: World, rows: list[Row], by: str
) -> Iterator[tuple[figures.Cell, int, list[Row]]]:
    """Every cell of a figure with the number of its value and the rows that belong to it."""
    parts = groupings(by)
    shown = [row.key.value for row in found.rows if row.key]
    assert len(set(shown)) == len(shown)
    if len(parts) < 2:
        groups = memory.grouped(rows, by) if by else {}
        assert {key for (key,) in groups} <= set(shown)
        for row in found.rows:
            of = groups.get((row.key.value,), []) if row.key else rows
            yield from ((cell, number, of) for number, cell in enumerate(row.cells))
        yield from ((cell, number, rows) for number, cell in enumerate(found.totals))
        return
    groups, first, second = memory.grouped(rows, by), memory.grouped(rows, parts[0]), memory.grouped(rows, parts[1])
    columns = [column.value for column in found.columns[:-1]]
    assert {key for (key,) in first} <= set(shown)
    assert {key for (key,) in second} <= set(columns)
    for row in found.rows:
        yield from (
            (cell, 0, groups.get((row.key.value, column), []))
            for column, cell in zip(columns, row.cells[:-1], strict=True)
        )
        yield row.cells[-1], 0, first.get((row.key.value,), [])
    for column, cell in zip(columns, found.totals[:-1], strict=True):
        yield cell, 0, second.get((column,), [])
    yield found.totals[-1], 0, rows


def groupings(by: str) -> list[str]:
    if not by:
        return []
    starts = [raw.at - 1 for raw in parse_list(by)]
    return [by[start:end].strip().rstrip(",") for start, end in zip(starts, [*starts[1:], len(by)], strict=True)]


NAMED: Final = {
    "per_kab": Trial({"type": "table", "name": "per_kab", "by": "${kab}", "value": "count(), mean(${umur})", "date": "${tgl}"}, Filters()),
    "silang": Trial({"type": "table", "name": "silang", "by": "${layanan}, ${umur} < 18"}, Filters()),
    "orang": Trial({"type": "table", "name": "orang_jk", "of": "orang", "by": "${jk}"}, Filters()),
    "corong": Trial({"type": "funnel", "name": "corong", "value": "true(), ${umur} >= 18, ${setuju}, ${status} = 'aktif'"}, Filters()),
    "hitungan": Trial({"type": "table", "name": "hitungan", "by": "${kab}", "value": "count(${umur} >= 18), share(${setuju}), count(${tgl}), mean(${umur})"}, Filters()),
    "kerja": Trial({"type": "list", "name": "kerja", "where": "${status} = 'aktif'", "by": "${tgl}", "value": "${kab}, today() - ${tgl}"}, Filters()),
    "meluap": Trial({"type": "number", "name": "meluap", "value": "sum(${skor} * 1" + "0" * 300 + " * ${skor})"}, Filters()),
    "terhubung": Trial({"type": "table", "name": "terhubung", "by": "${kab}", "value": f"share(records('kunjung', {SAME} and ${{mutu}} > 20 and ${{pada}} > current(${{tgl}})) > 0)"}, Filters()),
    "daftar": Trial({"type": "table", "name": "daftar", "of": "kecamatan.csv", "by": "${kabkota}", "value": "sum(records('kunjung.kec', ${mutu} > 20))"}, Filters()),
    "per_hasil": Trial({"type": "table", "name": "per_hasil", "by": f"first('kunjung', ${{hasil}}, {SAME})", "value": "count()"}, Filters()),
    "per_status": Trial({"type": "table", "name": "per_status", "of": "kecamatan.csv", "by": "first('uji.kec', ${status})", "value": "count()"}, Filters()),
    "berpasangan": Trial({"type": "number", "name": "berpasangan", "value": "sum(records('uji', ${kab} = current(${kab}) and ${SubmissionDate} < current(${SubmissionDate})))"}, Filters()),
    "sasaran": Trial({"type": "bar", "name": "sasaran", "by": "${kec}", "target": "kecamatan.csv.sasaran"}, Filters()),
}  # fmt: skip
