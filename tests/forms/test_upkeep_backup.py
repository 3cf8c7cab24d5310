"""Backup and restore: what comes back is what was there, on this server and on another one, and never half of it."""

import json
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

import app as lentera
import migrations
from forms import cluster, seal, upkeep
from forms.blobs import Store
from forms.db import driver_url, engine_options, owner_engine, see
from forms.problems import (
    BackupDamaged,
    BackupFailed,
    BackupNeedsKey,
    BackupTooNew,
    DatabaseTooNew,
    MasterKeyForeign,
    NothingToBackUp,
    RestoreFailed,
    RestorePlaceTaken,
)
from forms.upkeep import archive
from forms.upkeep.tables import count_rows
from forms.vault import Vault
from tests.support.cases import OPEN, Cases, canaries, cases
from tests.support.foreign import PASSWORD, Foreign, foreign
from tests.support.world import World

MASTER = bytes.fromhex("5e" * 32)
SETTINGS = {"LENTERA_DATA": "/nonexistent", "LENTERA_MASTER_KEY": MASTER.hex(), "LENTERA_MASTER_KEY_FILE": None}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Foreign]:
    with foreign() as server:
        yield server


@pytest.fixture
def filled(world: World) -> Cases:
    made = cases(world)
    made.send(replaces="uuid:00000001")
    return made


@pytest.fixture
def empty(running: cluster.Running) -> Iterator[str]:
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("create database restored owner lentera_owner")
        yield running.url(database="restored")
        connection.execute("drop database restored with (force)")


def backed_up(database_url: str, vault: Vault, path: Path, **settings: str) -> upkeep.Written:
    with upkeep.new_file(path) as writer:
        return upkeep.backup(writer, url=database_url, vault=vault, settings=settings, version=lentera.VERSION)


def restored(path: Path, url: str, files: Path, settings: dict[str, str | None] = SETTINGS) -> None:
    with upkeep.opened(path) as found:
        upkeep.verify(found, settings=settings, knows=migrations.knows)
        upkeep.restore(found, url=url, files=files)
    lentera.prepare(url)


def rows(url: str) -> dict[str, int]:
    engine = owner_engine(url)
    with engine.connect() as connection:
        counted = count_rows(connection)
    engine.dispose()
    return counted


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        return {
            name: [line for (line,) in connection.execute(f"select t::text from {name} t order by 1")]
            for name in rows(url)
        }


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def as_app(url: str):
    return create_engine(driver_url(url), **engine_options(pool_size=1))


def test_a_backup_restored_elsewhere_and_back_again_is_the_same(
    filled: Cases, elsewhere: Foreign, database_url: str, empty: str, tmp_path: Path
):
    there = elsewhere.database("sama")
    vault = filled.world.vault
    backed_up(database_url, vault, tmp_path / "satu")
    restored(tmp_path / "satu", there, tmp_path / "there" / "files")
    assert content(there) == content(database_url)
    assert files(tmp_path / "there" / "files") == files(tmp_path / "data" / "files")

    vault_there = Vault(MASTER, Store(tmp_path / "there" / "files"))
    backed_up(there, vault_there, tmp_path / "dua")
    restored(tmp_path / "dua", empty, tmp_path / "back" / "files")
    assert content(empty) == content(database_url)
    assert files(tmp_path / "back" / "files") == files(tmp_path / "data" / "files")


def test_the_counts_in_the_manifest_are_those_of_every_row_whatever_its_scope(
    filled: Cases, database_url: str, tmp_path: Path
):
    said = backed_up(database_url, filled.world.vault, tmp_path / "cadangan").manifest
    assert said.rows["public.submissions"] == 5
    assert said.rows["public.submission_versions"] == 6
    assert sum(n for name, n in said.rows.items() if name.startswith("answers.")) > 5
    assert said.files == said.rows["public.blobs"] == len(files(tmp_path / "data" / "files"))


def test_after_a_restore_a_reader_without_scope_raises_and_one_with_scope_sees_only_that(
    filled: Cases, elsewhere: Foreign, database_url: str, tmp_path: Path
):
    there = elsewhere.database("cakupan")
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    restored(tmp_path / "cadangan", there, tmp_path / "there")
    table = next(name for name in rows(there) if name.startswith("answers."))
    engine = as_app(there)
    for name in ("public.submissions", "public.submission_files", table):
        with engine.connect() as connection, pytest.raises(DBAPIError, match="no scopes"):
            connection.execute(text(f"select * from {name}")).all()
    with engine.connect() as connection:
        see(["kabkota=61.1"], connection)
        seen = connection.execute(text("select distinct scopes from submissions")).scalars().all()
        assert seen == [["kabkota=61.1"]]
    with engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("delete from audits"))
    engine.dispose()


def test_after_a_restore_new_rows_get_new_numbers(filled: Cases, database_url: str, empty: str, tmp_path: Path):
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    restored(tmp_path / "cadangan", empty, tmp_path / "there")
    with psycopg.connect(empty) as connection:
        newest = connection.execute("select max(id) from audits").fetchone()[0]
        made = connection.execute("insert into audits (action) values ('uji') returning id").fetchone()[0]
    assert made > newest


def test_nothing_sealed_lies_open_in_a_backup(filled: Cases, database_url: str, tmp_path: Path):
    path = tmp_path / "cadangan"
    backed_up(database_url, filled.world.vault, path)
    with path.open("rb") as file:
        members = {m.name: b"".join(m.pieces) for m in archive.read(file, path)}
    script = subprocess.run(
        [cluster.binaries() / "pg_restore", "--file=-"], input=members[archive.DUMP], stdout=subprocess.PIPE, check=True
    ).stdout
    places = [path.read_bytes(), script, *members.values()]
    assert OPEN.encode() in script
    for canary in (c for n in range(1, 7) for c in canaries(n)):
        for spelt in (canary.encode(), canary.encode().hex().encode()):
            assert not [n for n, place in enumerate(places) if spelt in place], canary


def test_neither_the_master_key_nor_the_databases_password_is_in_a_backup(
    filled: Cases, elsewhere: Foreign, database_url: str, tmp_path: Path
):
    there = elsewhere.database("rahasia")
    backed_up(database_url, filled.world.vault, tmp_path / "satu")
    restored(tmp_path / "satu", there, tmp_path / "there")
    backed_up(there, Vault(MASTER, Store(tmp_path / "there")), tmp_path / "dua")
    with (tmp_path / "dua").open("rb") as file:
        members = [b"".join(m.pieces) for m in archive.read(file, tmp_path / "dua")]
    for secret in (MASTER, MASTER.hex().encode(), PASSWORD.encode(), b"kata%2Fsandi"):
        assert not any(secret in member for member in members)


def test_a_backup_is_of_one_moment_while_submissions_go_on(
    filled: Cases, database_url: str, tmp_path: Path, monkeypatch
):
    # What arrives while the dump is running: the files come after it, the rows are not in it.
    dump = upkeep.backup.__globals__["_dump"]

    def sending_meanwhile(*arguments):
        filled.send()
        return dump(*arguments)

    monkeypatch.setitem(upkeep.backup.__globals__, "_dump", sending_meanwhile)
    said = backed_up(database_url, filled.world.vault, tmp_path / "cadangan").manifest
    assert said.rows["public.submissions"] == 5
    assert rows(database_url)["public.submissions"] == 6
    with (tmp_path / "cadangan").open("rb") as file:
        names = [m.name for m in archive.read(file, tmp_path / "cadangan")]
    assert len([n for n in names if n.startswith("files/")]) == said.files


def test_a_newer_postgresql_than_the_tools_can_read_is_refused_by_its_version(
    filled: Cases, database_url: str, tmp_path: Path, monkeypatch
):
    monkeypatch.setitem(upkeep.backup.__globals__, "_TOOL", 17)
    with pytest.raises(DatabaseTooNew, match=r"PostgreSQL 18\.\d+.*PostgreSQL 17 at most"):
        backed_up(database_url, filled.world.vault, tmp_path / "cadangan")


def test_copying_the_files_holds_no_lock_and_no_snapshot(filled: Cases, database_url: str, tmp_path: Path, monkeypatch):
    add_files = upkeep.backup.__globals__["_add_files"]

    def looking(*arguments):
        with psycopg.connect(database_url) as connection:
            others = (
                "select count(*) from pg_stat_activity where datname = current_database() and backend_xmin is not null"
            )
            assert connection.execute(f"{others} and pid <> pg_backend_pid()").fetchone() == (0,)
            connection.execute("set lock_timeout = '1s'")
            connection.execute("lock table submissions, submission_files, blobs in access exclusive mode")
        return add_files(*arguments)

    monkeypatch.setitem(upkeep.backup.__globals__, "_add_files", looking)
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")


def test_a_file_that_is_gone_is_told_of_and_the_rest_is_saved(
    filled: Cases, database_url: str, empty: str, tmp_path: Path
):
    gone = next(p for p in (tmp_path / "data" / "files").rglob("*") if p.is_file())
    gone.unlink()
    assert backed_up(database_url, filled.world.vault, tmp_path / "cadangan").missing == (gone,)
    restored(tmp_path / "cadangan", empty, tmp_path / "there")
    assert rows(empty) == rows(database_url)


def test_a_database_without_our_tables_is_not_backed_up(empty: str, world: World, tmp_path: Path):
    with pytest.raises(NothingToBackUp):
        backed_up(empty, world.vault, tmp_path / "cadangan")
    assert not (tmp_path / "cadangan").exists()


def test_a_backup_under_another_master_key_than_the_projects_is_refused(
    filled: Cases, database_url: str, tmp_path: Path
):
    with pytest.raises(MasterKeyForeign):
        backed_up(database_url, Vault(bytes(32), filled.world.vault.files), tmp_path / "cadangan")


def test_a_dump_that_fails_leaves_no_backup_and_says_why(
    filled: Cases, running: cluster.Running, database_url: str, tmp_path: Path
):
    database = database_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(running.url("postgres", database)) as connection:
        connection.execute("create table public.milik_orang ()")
    with pytest.raises(BackupFailed, match="milik_orang"):
        backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    assert not [p for p in tmp_path.iterdir() if "cadangan" in p.name]


def test_what_an_operator_keeps_in_a_schema_of_his_own_is_no_part_of_a_backup(
    filled: Cases, running: cluster.Running, database_url: str, empty: str, tmp_path: Path
):
    database = database_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(running.url("postgres", database)) as connection:
        connection.execute("create schema laporan; create table laporan.bulanan (isi text)")
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    restored(tmp_path / "cadangan", empty, tmp_path / "there")
    assert rows(empty) == rows(database_url)


def test_row_policies_that_bind_even_the_owner_make_a_backup_fail_and_not_come_out_empty(
    filled: Cases, database_url: str, tmp_path: Path
):
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table submissions force row level security")
    with pytest.raises(DBAPIError, match="no scopes"):
        backed_up(database_url, filled.world.vault, tmp_path / "cadangan")


def test_a_backup_without_its_master_key_is_refused_with_how_to_give_it(
    filled: Cases, database_url: str, tmp_path: Path
):
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    for master, place in (("00" * 32, "LENTERA_MASTER_KEY"), (None, str(tmp_path / "kunci"))):
        settings = {**SETTINGS, "LENTERA_MASTER_KEY": master, "LENTERA_MASTER_KEY_FILE": str(tmp_path / "kunci")}
        with pytest.raises(BackupNeedsKey) as refused, upkeep.opened(tmp_path / "cadangan") as found:
            upkeep.verify(found, settings=settings, knows=migrations.knows)
        assert place in refused.value.text()
        assert seal.key_id(MASTER) in refused.value.text("id")


def test_a_backup_of_later_tables_is_refused(filled: Cases, database_url: str, tmp_path: Path):
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    with pytest.raises(BackupTooNew), upkeep.opened(tmp_path / "cadangan") as found:
        upkeep.verify(found, settings=SETTINGS, knows=migrations.knows)


def test_a_backup_that_was_cut_or_changed_touches_nothing(filled: Cases, database_url: str, empty: str, tmp_path: Path):
    path = tmp_path / "cadangan"
    backed_up(database_url, filled.world.vault, path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace(b"PGDMP", b"PGDMQ"), b"", b"bukan cadangan" * 100):
        path.write_bytes(damaged)
        with pytest.raises(BackupDamaged):
            restored(path, empty, tmp_path / "there")
        assert rows(empty) == {}
        assert not (tmp_path / "there").exists()


def test_nothing_is_restored_over_a_database_that_holds_something(filled: Cases, database_url: str, tmp_path: Path):
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    before = content(database_url)
    with pytest.raises(RestorePlaceTaken):
        restored(tmp_path / "cadangan", database_url, tmp_path / "there")
    assert content(database_url) == before
    assert not (tmp_path / "there").exists()


def test_nothing_is_restored_over_files_that_are_there(filled: Cases, database_url: str, empty: str, tmp_path: Path):
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan")
    there = tmp_path / "there"
    there.mkdir()
    (there / "milik-orang").write_text("biarkan")
    with pytest.raises(RestorePlaceTaken, match="milik-orang"):
        restored(tmp_path / "cadangan", empty, there)
    assert rows(empty) == {}
    assert (there / "milik-orang").read_text() == "biarkan"


def changed(path: Path, name: str, change) -> None:
    """Write the backup anew with one member changed, and sums and proof to match."""
    with path.open("rb") as file:
        members = [(m.name, b"".join(m.pieces)) for m in archive.read(file, path)][:-2]
    made = BytesIO()
    with archive.Writer(made, path) as writer:
        for member, data in members:
            writer.add(member, [change(data) if member == name else data])
        writer.finish(archive.mac_of(MASTER))
    path.write_bytes(made.getvalue())


def test_rows_that_are_not_as_many_as_the_manifest_says_undo_the_restore(
    filled: Cases, database_url: str, empty: str, tmp_path: Path
):
    path = tmp_path / "cadangan"
    backed_up(database_url, filled.world.vault, path)

    def one_more(data: bytes) -> bytes:
        said = json.loads(data)
        said["rows"]["public.submissions"] += 1
        return json.dumps(said).encode()

    right = path.read_bytes()
    changed(path, archive.MANIFEST, one_more)
    with pytest.raises(RestoreFailed, match=r"public\.submissions"):
        restored(path, empty, tmp_path / "there")
    assert not [p for p in tmp_path.iterdir() if "there" in p.name or p.name.startswith(".")]
    # The place is as empty as before.
    path.write_bytes(right)
    restored(path, empty, tmp_path / "there")
    assert content(empty) == content(database_url)


def test_a_dump_that_does_not_load_undoes_the_restore_and_quotes_no_answer(
    filled: Cases, database_url: str, empty: str, tmp_path: Path
):
    path = tmp_path / "cadangan"
    backed_up(database_url, filled.world.vault, path)
    changed(path, archive.DUMP, lambda data: data[: len(data) * 2 // 3])
    with pytest.raises(RestoreFailed) as refused:
        restored(path, empty, tmp_path / "there")
    assert OPEN not in refused.value.text()
    assert rows(empty) == {}
    assert not [p for p in tmp_path.iterdir() if "there" in p.name or p.name.startswith(".")]


def test_settings_that_matter_are_told_of_and_no_others(filled: Cases, database_url: str, tmp_path: Path):
    backed_up(database_url, filled.world.vault, tmp_path / "cadangan", LENTERA_ZONE="Asia/Makassar")
    with upkeep.opened(tmp_path / "cadangan") as found:
        assert found.manifest.settings == {"LENTERA_ZONE": "Asia/Makassar"}
    secret = {"LENTERA_MASTER_KEY", "LENTERA_MASTER_KEY_FILE", "DATABASE_URL", "SENTRY_DSN", "LENTERA_DATA"}
    assert not [each.name for each in lentera.SETTINGS if each.in_backup and each.name in secret]
