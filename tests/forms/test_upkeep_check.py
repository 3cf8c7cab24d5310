"""Check finds whatever differs from the kept XML, rebuild makes it right again, and neither shows an answer."""

import os
import threading

import psycopg
import pytest
from sqlalchemy import select, text

from forms import catalogue, upkeep
from forms.db import EVERYTHING, as_owner, db, see
from forms.models import AnswerColumn, Blob, Form
from forms.problems import MasterKeyForeign, RebuildStopped
from forms.upkeep import Finding, Totals
from forms.vault import Vault
from tests.support.cases import WORKBOOK, Cases, canaries, cases
from tests.support.odk import xlsx
from tests.support.world import World


@pytest.fixture
def filled(world: World) -> Cases:
    made = cases(world)
    made.send(replaces="uuid:00000001")
    return made


def checked(world: World) -> tuple[list[Finding], Totals]:
    found: list[Finding] = []
    totals = upkeep.check(found.append, vault=world.vault)
    return found, totals


def lines(world: World) -> list[str]:
    return [finding.text() for finding in checked(world)[0]]


def tamper(statement: str, **values: object) -> None:
    with as_owner() as connection:
        assert connection.execute(text(statement), values).rowcount > 0
    db.session.commit()


def place(form: Form, path: str) -> tuple[str, str]:
    """Table and column of a question's answers."""
    column = db.session.execute(
        select(AnswerColumn).where(AnswerColumn.form_id == form.id, AnswerColumn.path == path)
    ).scalar_one()
    return f"answers.a{form.id}_{column.level}_{column.page}", f"q{column.number}"


def answer_rows(form: Form) -> dict[str, list[tuple]]:
    see(EVERYTHING)
    names = [
        f"answers.{name}"
        for name in db.session.execute(
            text("select tablename from pg_tables where schemaname = 'answers' and tablename like :form"),
            {"form": f"a{form.id}\\_%"},
        ).scalars()
    ]
    tables = {name: db.session.execute(text(f"select * from {name} order by 1, 2")).all() for name in sorted(names)}
    db.session.rollback()
    # Sealed answers are sealed anew, and look different each time.
    return {
        name: [tuple(len(v) if isinstance(v, bytes) else v for v in row) for row in rows]
        for name, rows in tables.items()
    }


def test_what_was_received_is_found_right_and_counted(filled: Cases):
    found, totals = checked(filled.world)
    assert found == []
    assert totals == Totals(submissions=5, contents=6, files=files_known(), differences=0, spare=0)


def files_known() -> int:
    return db.session.execute(text("select count(*) from blobs")).scalar_one()


@pytest.mark.parametrize("path", ["/umur", "/kerja", "/anak/usia"])
def test_a_changed_answer_is_found_by_its_question(filled: Cases, path: str):
    table, column = place(filled.form, path)
    value = "'SALAH'" if path == "/kerja" else "-1"
    tamper(f"update {table} set {column} = {value} where submission_id = 2")
    assert lines(filled.world) == [f"project 1, form perkara, uuid:00000002: {path} differs from the kept XML"]


def test_a_sealed_answer_put_in_another_record_is_found(filled: Cases):
    table, column = place(filled.form, "/nama")
    tamper(
        f"update {table} a set {column} = b.{column} from {table} b where a.submission_id = 2 and b.submission_id = 3"
    )
    assert lines(filled.world) == ["project 1, form perkara, uuid:00000002: /nama differs from the kept XML"]


def test_rows_that_are_gone_or_under_other_scopes_are_found(filled: Cases):
    root, _ = place(filled.form, "/umur")
    repeat, _ = place(filled.form, "/anak/usia")
    tamper(f"delete from {repeat} where submission_id = 2 and number = 1")
    tamper(f"update {root} set scopes = '{{}}' where submission_id = 3")
    tamper(f"delete from {root} where submission_id = 4")
    found = lines(filled.world)
    assert any("uuid:00000002: /anak differs" in line for line in found)
    assert any("uuid:00000003" in line and "differs" in line for line in found)
    assert any("uuid:00000004: / differs" in line for line in found)


def test_xml_that_does_not_open_or_is_anothers_is_found_also_of_an_older_content(filled: Cases):
    tamper("update submission_versions set xml = set_byte(xml, 40, get_byte(xml, 40) # 1) where id = 1")
    tamper("update submission_versions set xml = (select xml from submission_versions where id = 4) where id = 3")
    assert lines(filled.world) == [
        "project 1, form perkara, uuid:00000001: the kept XML does not open or is not what was received",
        "project 1, form perkara, uuid:00000003: the kept XML does not open or is not what was received",
    ]


def test_a_list_of_misfits_that_is_not_the_xmls_is_found_and_made_right(world: World):
    made = cases(world, 0)
    made.send(umur="tiga puluh")
    tamper("update submissions set misfits = '{}'")
    assert lines(world) == [
        "project 1, form perkara, uuid:00000001: the list of answers that did not fit differs from the kept XML"
    ]
    upkeep.rebuild(made.form, vault=world.vault)
    db.session.commit()
    assert lines(world) == []


def test_a_submission_without_a_current_content_is_found(filled: Cases):
    tamper("update submission_versions set current = false where submission_id = 2")
    assert lines(filled.world) == ["project 1, form perkara, uuid:00000002: no content is the current one"]


def test_a_file_that_is_missing_cut_or_anothers_is_found(filled: Cases):
    see(EVERYTHING)
    names = db.session.execute(select(Blob.hash).where(Blob.md5.is_(None)).order_by(Blob.id)).scalars().all()
    gone, cut, other, right = (filled.world.vault.files.path(1, name) for name in names[:4])
    gone.unlink()
    os.truncate(cut, cut.stat().st_size - 1)
    other.write_bytes(right.read_bytes())
    assert lines(filled.world) == [
        f"{gone}: the file is missing", f"{cut}: the file is damaged", f"{other}: the file is damaged"
    ]  # fmt: skip


def test_files_that_nothing_refers_to_are_told_of_without_being_an_error(filled: Cases):
    files = filled.world.vault.files
    old, new = files.path(1, b"\1" * 32), files.path(1, b"\2" * 32)
    for path in (old, new):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    last = db.session.execute(select(Blob).order_by(Blob.id.desc()).limit(1)).scalar_one()
    tamper("update submission_files set blob_id = null where blob_id = :id", id=last.id)
    found, totals = checked(filled.world)
    assert [finding.text() for finding in found] == [
        f"{old}: nothing refers to the file", f"{files.path(1, last.hash)}: nothing refers to the file"
    ]  # fmt: skip
    assert (totals.differences, totals.spare) == (0, 2)


def test_no_finding_shows_an_answer_or_breaks_its_line(filled: Cases):
    filled.send(instance_id="uuid:\nbaris")
    for table, columns in {
        place(filled.form, path)[0]: place(filled.form, path)[1] for path in ("/nama", "/kerja", "/anak/sapaan")
    }.items():
        tamper(f"update {table} set {columns} = null")
    found = lines(filled.world)
    assert found
    for line in found:
        assert line.isprintable()
        assert not [c for n in range(1, 8) for c in canaries(n) if c in line]


def test_a_finding_can_be_said_in_indonesian():
    said = Finding("answers", "project 1, form a, uuid:1", "/umur").text("id")
    assert said == "project 1, form a, uuid:1: /umur berbeda dari XML tersimpan"


def test_without_the_right_master_key_nothing_is_called_damaged(filled: Cases):
    with pytest.raises(MasterKeyForeign):
        upkeep.check(lambda _: None, vault=Vault(bytes(32), filled.world.vault.files))


def test_more_submissions_than_are_read_at_once_are_all_looked_at(world: World, monkeypatch: pytest.MonkeyPatch):
    for piece in (upkeep.check.__globals__, upkeep.rebuild.__globals__):
        monkeypatch.setitem(piece, "PIECE", 2)
    made = cases(world, 4)
    assert checked(world)[1].submissions == 4
    assert upkeep.rebuild(made.form, vault=world.vault) == 4
    db.session.commit()
    made.send()
    assert checked(world)[1].submissions == 5


def test_rebuilt_tables_are_what_they_were(filled: Cases):
    before = answer_rows(filled.form)
    count = upkeep.rebuild(filled.form, vault=filled.world.vault)
    db.session.commit()
    assert count == 5
    assert answer_rows(filled.form) == before
    assert lines(filled.world) == []


def test_rebuilding_repairs_what_check_found_and_the_form_goes_on(filled: Cases):
    table, column = place(filled.form, "/umur")
    tamper(f"update {table} set {column} = -1")
    tamper(f"delete from {place(filled.form, '/anak/usia')[0]}")
    assert lines(filled.world)
    upkeep.rebuild(filled.form, vault=filled.world.vault)
    db.session.commit()
    filled.send()
    filled.send(replaces="uuid:00000002")
    assert lines(filled.world) == []


def test_answers_of_every_version_are_rebuilt_each_by_its_own(filled: Cases):
    upload = catalogue.Upload(
        xlsx(WORKBOOK.replace("{version}", "2").replace("| integer           | umur ", "| text  | catatan ")),
        "uji.xlsx",
    )
    catalogue.set_draft(filled.phone, filled.form, upload, vault=filled.world.vault, ignore_warnings=True)
    catalogue.publish(filled.phone, filled.form)
    db.session.commit()
    before = answer_rows(filled.form)
    upkeep.rebuild(filled.form, vault=filled.world.vault)
    db.session.commit()
    assert answer_rows(filled.form) == before
    assert lines(filled.world) == []


def test_xml_that_does_not_open_stops_a_rebuild_and_leaves_everything(filled: Cases):
    tamper("update submission_versions set xml = set_byte(xml, 40, get_byte(xml, 40) # 1) where id = 3")
    before = answer_rows(filled.form)
    with pytest.raises(RebuildStopped, match="uuid:00000003"):
        upkeep.rebuild(filled.form, vault=filled.world.vault)
    db.session.rollback()
    assert answer_rows(filled.form) == before


def test_a_submission_that_arrives_during_a_rebuild_waits_and_is_kept(filled: Cases, database_url: str):
    # The other thread has a session of its own.
    db.session.expunge(filled.project)

    def send() -> None:
        with filled.world.app.app_context():
            filled.send()

    upkeep.rebuild(filled.form, vault=filled.world.vault)
    sender = threading.Thread(target=send)
    sender.start()
    with psycopg.connect(database_url, autocommit=True) as connection:
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        while connection.execute(waiting).fetchone() == (0,):
            assert sender.is_alive()
    db.session.commit()
    sender.join()
    found, totals = checked(filled.world)
    assert (found, totals.submissions) == ([], 6)


def test_what_arrives_and_is_edited_during_a_check_is_no_finding(filled: Cases):
    done = threading.Event()
    # The other thread has a session of its own.
    db.session.expunge(filled.project)

    def send() -> None:
        with filled.world.app.app_context():
            newest = filled.send()
            while not done.is_set():
                newest = filled.send(replaces=newest)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        found = [checked(filled.world)[0] for _ in range(20)]
    finally:
        done.set()
        sender.join()
    assert found == [[]] * 20


def test_the_forms_of_one_id_are_found_in_every_project_and_drafts_are_not(filled: Cases):
    other = cases(filled.world, 0)
    draft = xlsx(WORKBOOK.replace("{version}", "1").replace("perkara", "lain"))
    filled.world.form(filled.project, draft, publish=False)
    assert [form.id for form in upkeep.list_forms("perkara")] == [filled.form.id, other.form.id]
    assert len(upkeep.list_forms()) == 2
    assert upkeep.list_forms("tidak-ada") == []
