"""Figures over real tables, each held against a plain computation over the same records in memory."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import text

import app as lentera
from forms import catalogue, figures
from forms.access import Reach
from forms.db import db
from forms.figures import Filters, sights
from forms.policy import Clearance
from forms.problems import FiguresWithheld, FigureTakesTooLong, NotFound
from forms.views import Section
from forms.workbook import ViewRow, ViewsSheet
from tests.support.made_survey import NOW, RECORDS, VISITS, ZONE, fill, make_record, make_visit
from tests.support.survey import EVERYONE, reader, sender
from tests.support.trials import NAMED, TRIALS, Trial, fitting, groupings, hold, sheet


@pytest.fixture(scope="module")
def survey(running, template, tmp_path_factory) -> Iterator[Any]:
    """Records in a database of this module's own, a board of all trials over them, and the same records in memory."""
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"create database figures template {template} owner lentera_owner strategy file_copy")
    application = lentera.create_app(
        {
            "DATABASE_URL": running.url(database="figures"),
            "LENTERA_DATA": str(tmp_path_factory.mktemp("figures")),
            "LENTERA_MASTER_KEY": "5e" * 32,
            "LENTERA_BASE_URL": None,
            "SENTRY_DSN": None,
        }
    )
    catalogue.schema.cache_clear()
    with application.app_context():
        yield _surveyed()
        db.session.remove()
        db.engine.dispose()
    catalogue.schema.cache_clear()
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("drop database figures with (force)")


def _surveyed() -> SimpleNamespace:
    dice = random.Random(1812)  # noqa: S311 - the same records each time
    phone = sender("Ponsel 1")
    visits = [make_visit(dice, number) for number in range(VISITS)]
    big = fill("uji", sheet(), [make_record(dice, number) for number in range(RECORDS)], phone, visits)
    # What is hidden in one figure depends on all others of the form, which of so many takes long.
    few = ViewsSheet("views", {}, (ViewRow(2, NAMED["silang"].cells, {}, {}),))
    small = fill("kecil", few, [make_record(dice, number) for number in range(60)], phone)
    return SimpleNamespace(memory=big[0], board=big[1], few=small[0], small=small[1])


@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: t.cells["name"])
def test_a_figure_is_what_plain_counting_finds(survey, trial):
    view = survey.board.view(trial.cells["name"])
    found = figures.figure(EVERYONE, survey.board, view, trial.filters, now=NOW)
    hold(survey, trial, found)


COORDINATOR: Final = reader("kabkota=61.01")
TWO: Final = reader("kabkota=61.01", "kabkota=61.71")


@pytest.mark.parametrize(
    "who", [COORDINATOR, TWO, reader("kabkota=61.99"), reader()], ids=["one", "two", "elsewhere", "none"]
)
@pytest.mark.parametrize("trial", TRIALS[::12], ids=lambda t: t.cells["name"])
def test_a_readers_figure_counts_the_records_of_their_scopes_and_no_others(survey, who, trial):
    found = figures.figure(who, survey.board, survey.board.view(trial.cells["name"]), trial.filters, now=NOW)
    hold(survey, trial, found, who.scopes)


@pytest.mark.parametrize("who", [EVERYONE, COORDINATOR, TWO], ids=["all", "one", "two"])
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(date(2024, 1, 1), date(2025, 6, 30), {"kabkota": "61.01"}, {"layanan": "medis"})]
)
@pytest.mark.parametrize("named", ["per_kab", "silang", "orang"])
def test_behind_a_cell_are_exactly_the_records_that_it_counts(survey, who, filters, named):
    trial = Trial({"value": "count()", **NAMED[named].cells}, filters)
    view = survey.board.view(trial.cells["name"])
    memory, rows = fitting(survey.memory, trial, who.scopes)
    groups = memory.grouped(rows, trial.cells["by"])
    assert groups or who is not EVERYONE
    cells = [(dict(enumerate(key)), counted) for key, counted in [*groups.items(), ((), rows)]]
    # Totals of a crosstab's rows and columns.
    for number, part in enumerate(groupings(trial.cells["by"])):
        cells += [({number: key}, counted) for (key,), counted in memory.grouped(rows, part).items()]
    for group, counted in cells:
        records = {id(row.record): row.record for row in counted}.values()
        found = figures.behind(who, survey.board, view, filters, group, limit=1_000)
        assert found.total == len(found.records) == len(records)
        assert sorted(r.submitted_at for r in found.records) == sorted(r.values["SubmissionDate"] for r in records)
        assert {r.form_id for r in found.records} <= {"uji"}


def test_behind_a_number_that_counts_some_of_a_group_are_those_it_counts_and_the_whole_group_behind_others(survey):
    view = survey.board.view("hitungan")
    found = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    assert [len(figures.counts_only(view, number)) for number in range(4)] == [1, 1, 1, 0]
    cells = [({0: row.key.value}, row.cells) for row in found.rows] + [({}, found.totals)]
    for group, (adults, share, dated, mean) in cells:
        counted = [adults.value, share.numerator, dated.value, mean.records]
        behind = [figures.behind(EVERYONE, survey.board, view, Filters(), group, value=n).total for n in range(4)]
        assert behind == counted
    assert 0 < found.totals[1].numerator < found.totals[1].denominator
    for wrong in (-1, 4):
        with pytest.raises(NotFound):
            figures.behind(EVERYONE, survey.board, view, Filters(), {}, value=wrong)


def test_behind_a_step_of_a_funnel_are_those_who_came_as_far(survey):
    view = survey.board.view("corong")
    found = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    steps = [row.cells[0].value for row in found.rows]
    assert steps == [figures.behind(EVERYONE, survey.board, view, Filters(), {}, value=n).total for n in range(4)]
    assert steps == sorted(steps, reverse=True) != [steps[0]] * 4


def test_behind_pages_through_the_records_and_knows_no_group_that_cannot_be(survey):
    view = survey.board.view("silang")
    whole = figures.behind(EVERYONE, survey.board, view, Filters(), {}, limit=1_000)
    pages = [
        figures.behind(EVERYONE, survey.board, view, Filters(), {}, offset=at, limit=50).records
        for at in range(0, 300, 50)
    ]
    assert [r for page in pages for r in page] == list(whole.records)
    for wrong in [{1: "mungkin"}, {0: "medis", 1: "mungkin"}, {0: "medis", 1: "true", 2: "1"}]:
        with pytest.raises(NotFound):
            figures.behind(EVERYONE, survey.board, view, Filters(), wrong)
    assert figures.behind(EVERYONE, survey.board, view, Filters(), {0: "x' or 'a'='a", 1: "true"}).total == 0


def test_who_lacks_the_clearance_gets_no_records_and_no_items(survey):
    low = reader("*", clearance=Clearance.PROGRAMME)
    view = survey.small.view("silang")
    assert figures.figure(low, survey.small, view, Filters(), now=NOW).is_suppressed
    with pytest.raises(FiguresWithheld):
        figures.behind(low, survey.small, view, Filters(), {})


def test_what_is_shown_to_a_reader_of_suppressed_figures_is_what_plain_counting_finds(survey):
    low = reader("*", clearance=Clearance.PROGRAMME)
    trial = NAMED["silang"]
    found = figures.figure(low, survey.small, survey.small.view("silang"), Filters(), now=NOW)
    memory, rows = fitting(survey.few, trial)
    groups = memory.grouped(rows, trial.cells["by"])
    cells = [
        (cell, len(groups.get((row.key.value, column.value), ())))
        for row in found.rows
        for column, cell in zip(found.columns[:-1], row.cells[:-1], strict=True)
    ]
    assert any(cell.mark for cell, _count in cells)
    for cell, count in cells:
        assert (cell.value is None) == bool(cell.mark)
        assert cell.value in (None, count)
        assert count == 0 or count >= figures.K or cell.mark


@pytest.mark.parametrize("named", ["terhubung", "daftar"])
def test_figures_of_people_that_follow_links_are_for_those_who_may_see_them_one_by_one(survey, named):
    """What one form tells of the people in another is weighed nowhere, so nobody gets it with small numbers hidden."""
    view = survey.board.view(named)
    assert view.is_of_people
    low = reader("*", clearance=Clearance.PROGRAMME)
    found = figures.figure(low, survey.board, view, Filters(), now=NOW)
    assert isinstance(found.problem, FiguresWithheld)
    assert not found.rows
    assert found.records.value is None
    whole = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    assert whole.is_confidential
    assert whole.problem is None


def _reaching(survey, uji, kunjung):
    """Somebody whose figures go so far of the one form and of the other."""
    who = reader("*")
    survey.board._reaches[who, survey.board.forms["uji"].id] = uji
    survey.board._reaches[who, survey.board.forms["kunjung"].id] = kunjung
    return who


def test_a_figure_goes_as_far_as_the_least_of_the_forms_that_it_is_made_of(survey):
    view, trial = survey.board.view("terhubung"), NAMED["terhubung"]
    assert [form.xml_form_id for form in sights.counted(survey.board, view)] == ["kunjung", "uji"]
    everything, some = reader("*").look, reader("kabkota=61.01").look
    few = replace(everything, clearance=Clearance.PROGRAMME)
    for uji, kunjung in [(everything, some), (some, everything), (some, some)]:
        who = _reaching(survey, Reach(uji, is_everywhere=False), Reach(kunjung, is_everywhere=False))
        found = figures.figure(who, survey.board, view, Filters(), now=NOW)
        hold(survey, trial, found, ("kabkota=61.01",))
    for uji, kunjung in [
        (Reach(everything, is_everywhere=True), None),
        (Reach(everything, is_everywhere=True), Reach(few, is_everywhere=True)),
        (Reach(few, is_everywhere=True), Reach(everything, is_everywhere=True)),
        (Reach(everything, is_everywhere=True), Reach(few, is_everywhere=False)),
    ]:
        who = _reaching(survey, uji, kunjung)
        found = figures.figure(who, survey.board, view, Filters(), now=NOW)
        assert isinstance(found.problem, FiguresWithheld)


def test_a_page_offers_filters_of_what_is_counted_and_none_of_what_is_only_linked(survey):
    for named in ("per_hasil", "per_status"):
        only = replace(survey.board, sections=(Section(None, (survey.board.view(named),)),))
        assert [(f.kind, f.name) for f in only.filters] == [("scope", "kabkota")]


def test_a_figure_whose_links_pair_too_many_records_is_given_up_and_no_other_is(survey, monkeypatch):
    monkeypatch.setattr("forms.figures.reading.MOST_TIME", "1ms")
    view = survey.board.view("berpasangan")
    found = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW + timedelta(minutes=1))
    assert isinstance(found.problem, FigureTakesTooLong)
    other = figures.figure(EVERYONE, survey.board, survey.board.view("corong"), Filters(), now=NOW)
    assert other.problem is None
    monkeypatch.undo()
    whole = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW + timedelta(minutes=2))
    hold(survey, NAMED["berpasangan"], whole)
    assert db.session.execute(text("show statement_timeout")).scalar_one() == "0"


def test_a_figure_without_a_role_is_withheld(survey):
    nobody = reader(clearance=Clearance.NONE)
    view = survey.small.view("silang")
    found = figures.figure(nobody, survey.small, view, Filters(), now=NOW)
    assert found.is_suppressed or isinstance(found.problem, FiguresWithheld)


def test_a_funnel_counts_who_came_as_far(survey):
    found = figures.figure(EVERYONE, survey.board, survey.board.view("corong"), Filters(), now=NOW)
    records = survey.memory.records["uji"]
    steps = [lambda r: True, lambda r: (r.values["umur"] or 0) >= 18, lambda r: r.values["setuju"] is True,
             lambda r: r.values["status"] == "aktif"]  # fmt: skip
    wanted = [sum(1 for r in records if all(step(r) for step in steps[: n + 1])) for n in range(4)]
    assert [row.cells[0].value for row in found.rows] == wanted
    assert wanted[3] > 0
    assert {row.cells[0].denominator for row in found.rows} == {len(records)}


def test_a_work_list_has_the_records_in_its_order(survey):
    found = figures.figure(COORDINATOR, survey.board, survey.board.view("kerja"), Filters(), now=NOW)
    wanted = [r for r in survey.memory.records["uji"] if r.values["status"] == "aktif" and r.values["kab"] == "61.01"]
    assert found.records.value == len(found.items) == len(wanted) > 0
    days = [r.values["tgl"] for r in wanted]
    ages = sorted(((date(2026, 5, 5) - day).days for day in days if day), reverse=True)
    assert [item.values[1] for item in found.items] == [*ages, *[None] * days.count(None)]
    assert {item.values[0] for item in found.items} == {"61.01"}


def test_a_number_out_of_range_is_a_problem_of_its_figure_and_of_no_other(survey):
    view = survey.board.view("meluap")
    assert figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW).problem is not None
    other = figures.figure(EVERYONE, survey.board, survey.board.view("corong"), Filters(), now=NOW)
    assert other.problem is None


def test_targets_come_from_their_column_and_cells_that_are_no_number_are_none(survey):
    found = figures.figure(EVERYONE, survey.board, survey.board.view("sasaran"), Filters(), now=NOW)
    targets = {row.key.value: row.target for row in found.rows if row.key}
    assert {k: targets[k] for k in ("k1", "k2", "k3", "k4", "k5")} == {
        "k1": 12,
        "k2": None,
        "k3": 7.5,
        "k4": None,
        "k5": 3,
    }
    assert targets["lain"] is None
    assert found.target == 22.5


@pytest.mark.parametrize(
    "filters",
    [
        Filters(until=date.max),
        Filters(since=date.min, until=date.max),
        Filters(since=date(2026, 1, 2), until=date(2026, 1, 1)),
        Filters(scopes={"kabkota": "'; drop table submissions; --"}),
        Filters(answers={"tidak_ada": "x", "status": "%s", "umur": "99999999999999999999"}),
    ],
)
@pytest.mark.parametrize("named", ["per_kab", "corong", "sasaran"])
def test_whatever_an_address_says_is_a_filter_and_no_error(survey, filters, named):
    found = figures.figure(EVERYONE, survey.board, survey.board.view(named), filters, now=NOW)
    assert found.problem is None
    wide = filters.until == date.max
    assert bool(found.records.value) is wide


def test_answers_that_are_identity_filter_nothing_out(survey):
    """Else somebody could try names until the figure moves."""
    view = survey.board.view("per_kab")
    whole = figures.figure(EVERYONE, survey.board, view, Filters(), now=NOW)
    tried = figures.figure(EVERYONE, survey.board, view, Filters(answers={"nama": "CANARY-1"}), now=NOW)
    assert tried.records.value == whole.records.value


def test_a_period_is_of_days_where_the_programme_is(survey):
    """Each record falls into exactly one day, and an evening in UTC into the next one."""
    view = survey.board.view("corong")
    sent = sorted(r.values["SubmissionDate"] for r in survey.memory.records["uji"])
    late = next(at for at in sent if at.hour >= 17)  # Pontianak is seven hours ahead
    local = late.astimezone(ZONE).date()
    assert local != late.date()
    on = [
        figures.figure(EVERYONE, survey.board, view, Filters(day, day), now=NOW).records.value
        for day in (late.date(), local)
    ]
    assert on == [sum(1 for at in sent if at.astimezone(ZONE).date() == day) for day in (late.date(), local)]
