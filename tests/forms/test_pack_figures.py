"""The programme pack's figures over its made-up data: all are computed, and the central ones are recounted here."""

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import pytest
from defusedxml import ElementTree
from sqlalchemy import select

from forms import catalogue, demo, figures, showcase
from forms.access import SERVER, Actor
from forms.db import db
from forms.figures import Filters
from forms.models import Form, Project, User

TODAY = date(2026, 11, 24)
DASHBOARD = "dasbor_gugus_tugas"
SEXES, AGES = "LP", ("u0_11", "u12_17", "u18_24", "u25_59", "u60")


class Demo:
    """The demonstration with its provincial coordinator, and what its phones sent as plain answers."""

    def __init__(self):
        self.project = db.session.execute(select(Project)).scalar_one()
        self.coordinator = self.person(showcase.EMAIL)
        self.forms = {form.xml_form_id: form for form in db.session.execute(select(Form)).scalars()}

    def person(self, email):
        found = db.session.execute(select(User).where(User.email == email)).scalar_one()
        return Actor(id=found.actor_id, type="user", is_proven=True)

    def boards(self):
        found = [figures.board_of_form(self.coordinator, form) for form in self.forms.values()]
        return [*found, figures.board(self.coordinator, self.project, DASHBOARD)]

    def figure(self, form_id, name, **filters):
        board = figures.board_of_form(self.coordinator, self.forms[form_id])
        return figures.figure(self.coordinator, board, board.view(name), Filters(**filters))

    def groups(self, form_id, name, column=0, **filters):
        """Give a figure's cell by its group's value, empty groups left out."""
        rows = self.figure(form_id, name, **filters).rows
        return {row.key.value: row.cells[column].value for row in rows if row.cells[column].value}

    def number(self, form_id, name, **filters):
        (row,) = self.figure(form_id, name, **filters).rows
        return row.cells[0].value

    def sent(self, form_id):
        """Read every submission as its answers by name, with the rows of its repeat under "peserta"."""
        schema = catalogue.schema(self.forms[form_id].current_id)
        for xml in demo.answers(form_id, schema, today=TODAY):
            root = ElementTree.fromstring(xml)
            rows = [{e.tag: e.text or "" for e in row} for row in root.findall("peserta")]
            yield {**{e.tag: e.text or "" for e in root.iter() if not len(e)}, "peserta": rows}


@pytest.fixture
def shown(app):
    """The demonstration, installed."""
    showcase.install(SERVER, vault=app.extensions["lentera"].vault, today=TODAY)
    db.session.commit()
    return Demo()


def test_every_view_of_the_pack_is_computed_over_the_demonstration(shown):
    for board in shown.boards():
        assert board.findings == ()
        for view in board.views:
            figure = figures.figure(shown.coordinator, board, view, Filters())
            assert figure.problem is None, (board.title, view.name, figure.problem)
            assert figure.records.value, (board.title, view.name)


def test_central_figures_are_those_that_a_recount_of_the_answers_gives(shown):
    form_id = "tppo_korban_registrasi"
    cases = [case for case in shown.sent(form_id) if case["persetujuan"] == "ya"]
    assert shown.groups(form_id, "kasus_peta") == Counter(case["kabkota"] for case in cases)
    assert shown.groups(form_id, "kasus_modus") == Counter(m for case in cases for m in case["modus"].split())
    last_year = [case for case in cases if case["tgl_registrasi"] < "2026"]
    assert shown.number(form_id, "kasus", since=date(2025, 1, 1), until=date(2025, 12, 31)) == len(last_year)
    assert shown.number(form_id, "kasus_anak") == sum(int(case["umur"]) < 18 for case in cases) / len(cases)
    waiting = shown.figure(form_id, "lewat_daftar")
    assert 0 < shown.number(form_id, "kasus_lewat") == waiting.records.value == len(waiting.items) < len(cases) / 2
    stages = [row.cells[0].value for row in shown.figure(form_id, "kasus_alur").rows]
    possible = [case for case in cases if case["status_tppo"] in ("dugaan", "korban")]
    victims = [case for case in possible if case["status_tppo"] == "korban"]
    in_law = [case for case in victims if case["proses_hukum"] not in ("", "belum_lapor")]
    everybody = sum(1 for _ in shown.sent(form_id))
    assert stages == [everybody, len(cases), len(possible), len(victims), len(in_law)]

    form_id = "tppo_sosialisasi"
    sessions = list(shown.sent(form_id))
    months = Counter(f"{session['tgl'][:7]}-01" for session in sessions)
    assert shown.groups(form_id, "kegiatan_bulanan") == months
    (heads,) = shown.figure(form_id, "peserta_jk_umur").rows
    assert [cell.value for cell in heads.cells] == [_heads(sessions, sex, age) for sex in SEXES for age in AGES]
    assert sum(cell.value for cell in heads.cells) == shown.number(form_id, "peserta_jumlah")
    reached = Counter(kec[:5] for kec in {session["kec"] for session in sessions})
    coverage = shown.figure(form_id, "kec_cakupan_kab").rows
    assert {row.key.value: row.cells[0].numerator for row in coverage} == reached
    assert sum(row.cells[0].denominator for row in coverage) == 174
    assert shown.number(form_id, "sekolah_cakupan") == len({s["sekolah"] for s in sessions if "sekolah" in s}) / 140
    assert shown.number(form_id, "nilai_naik") == round(_mean(sessions, "post") - _mean(sessions, "pre"), 1)

    form_id = "ltsa_intake"
    visits = list(shown.sent(form_id))
    assert shown.groups(form_id, "klien_kantor", column=-1) == Counter(visit["kantor"] for visit in visits)
    asked = [visit for visit in visits if "dok_paspor" in visit]
    (missing,) = shown.figure(form_id, "dok_kurang").rows
    without = [visit for visit in asked if visit["dok_paspor"] not in ("valid", "na")]
    assert (missing.cells[4].numerator, missing.cells[4].denominator) == (len(without), len(asked))
    waits = [(_moment(visit["start"]) - _moment(visit["waktu_datang"])) / timedelta(minutes=1) for visit in visits]
    assert shown.number(form_id, "tunggu_tengah") == median(map(round, waits))


def test_an_analyst_gets_the_totals_that_must_be_reported(shown):
    analyst = shown.person("analis@example.org")
    cases = [case for case in shown.sent("tppo_korban_registrasi") if case["persetujuan"] == "ya"]
    of_years = Counter(case["tgl_registrasi"][:4] for case in cases)
    boards = (
        figures.board_of_form(analyst, shown.forms["tppo_korban_registrasi"]),
        figures.board(analyst, shown.project, DASHBOARD),
    )
    for board in boards:
        for year, count in (("", len(cases)), *of_years.items()):
            period = Filters(date(int(year), 1, 1), date(int(year), 12, 31)) if year else Filters()
            found = figures.figure(analyst, board, board.view("kasus"), period)
            assert found.is_suppressed
            assert found.rows[0].cells[0].value == count
    sexes = figures.figure(analyst, boards[0], boards[0].view("kasus_perempuan"), Filters())
    assert sexes.rows[0].cells[0].numerator == sum(case["jk"] == "P" for case in cases)


def test_a_district_coordinator_sees_the_coverage_of_their_own_district(shown):
    sambas = shown.person("sambas@example.org")
    board = figures.board_of_form(sambas, shown.forms["tppo_sosialisasi"])
    reached = {s["kec"] for s in shown.sent("tppo_sosialisasi") if s["kab"] == "61.01"}
    (row,) = figures.figure(sambas, board, board.view("kec_cakupan"), Filters()).rows
    assert (row.cells[0].numerator, row.cells[0].denominator) == (len(reached), 19)
    (row,) = [
        r for r in figures.figure(sambas, board, board.view("kec_cakupan_kab"), Filters()).rows if r.cells[0].records
    ]
    assert row.key.value == "61.01"


def _heads(sessions, sex, age):
    counted = sum(int(session.get(f"{sex.lower()}_{age}", 0)) for session in sessions)
    return counted + sum(
        (row["p_jk"], row["p_umur"]) == (sex, age) for session in sessions for row in session["peserta"]
    )


def _mean(sessions, when):
    """The mean score before or after, of everybody who took a test; of lists, of those who took both."""
    total, takers = 0.0, 0
    for session in sessions:
        if session.get(f"n_{when}"):
            total += int(session[f"n_{when}"]) * float(session[f"rata_{when}"])
            takers += int(session[f"n_{when}"])
        both = [row for row in session["peserta"] if row["p_pre"] and row["p_post"]]
        total += sum(int(row[f"p_{when}"]) for row in both)
        takers += len(both)
    return total / takers


def _moment(text):
    return datetime.fromisoformat(text)
