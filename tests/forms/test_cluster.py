"""The embedded PostgreSQL: it comes up from whatever state its folder is in, and is nobody else's."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest

from forms import cluster
from forms.cluster import view
from forms.problems import (
    AccountUnknown,
    ClusterUnsuited,
    DataFolderDenied,
    DataFolderForeign,
    DataFolderInUse,
    SocketFolderTaken,
)

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")


@pytest.fixture
def folder():
    """An empty folder that every account can reach, which pytest's own is not when root runs the tests."""
    place = Path(tempfile.mkdtemp(prefix="lentera-test-"))
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def made():
    """A data folder with a cluster, to be copied: making one takes longer than everything else here."""
    place = Path(tempfile.mkdtemp(prefix="lentera-test-"))
    cluster.start(place, durable=False).stop()
    yield place
    shutil.rmtree(place)


@pytest.fixture
def copied(made, folder):
    """A data folder with a cluster of this test's own."""
    return copy(made, folder / "data")


def copy(made, target):
    (target.parent).mkdir(parents=True, exist_ok=True)
    for parent in target.parents:
        if parent.name.startswith("lentera-test-"):
            parent.chmod(0o755)
    subprocess.run(["cp", "-a", made, target], check=True)
    return target


@pytest.fixture(scope="module")
def running(made, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "postgres.log"
    place = Path(tempfile.mkdtemp(prefix="lentera-test-"))
    with (
        log.open("wb") as file,
        cluster.start(copy(made, place / "data"), durable=False, stderr=file.fileno()) as started,
    ):
        yield started, log
    shutil.rmtree(place)


def ask(url, statement):
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def in_another_process(code, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        **options,
    )


def test_an_empty_folder_comes_up_with_its_roles_and_database(running):
    started, _ = running
    assert ask(started.url(), "select current_user, current_database()") == [("lentera_owner", "lentera")]
    assert ask(
        started.url(),
        "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles"
        " where rolname like 'lentera%' order by 1",
    ) == [("lentera_app", False, False, False, False), ("lentera_owner", False, False, False, False)]
    assert ask(started.url() + "&options=-c%20role%3Dlentera_app", "select current_user") == [("lentera_app",)]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("jit", "off"),
        ("server_encoding", "UTF8"),
        ("lc_messages", "C"),
        ("log_statement", "none"),
        ("log_min_messages", "log"),
        ("log_min_error_statement", "panic"),
        ("log_min_duration_statement", "-1"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_the_settings_hold(running, setting, value):
    started, _ = running
    assert ask(started.url(), f"show {setting}") == [(value,)]


def test_text_sorts_the_same_on_every_machine(running):
    started, _ = running
    found = ask(
        started.url(), "select datlocprovider::text, datlocale from pg_database where datname = current_database()"
    )
    assert found == [("b", "C.UTF-8")]


def test_a_cluster_that_is_really_served_waits_for_the_disk(copied):
    with cluster.start(copied) as started:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert ask(started.url(), f"show {setting}") == [("on",)]


def test_no_value_reaches_the_log(running):
    started, log = running
    with psycopg.connect(started.url()) as connection, pytest.raises(psycopg.errors.InvalidTextRepresentation):
        connection.execute("select 'CANARY-NAMA-1'::integer")
    with psycopg.connect(started.url()) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("do $$ begin raise warning 'CANARY-NAMA-1'; raise 'CANARY-NAMA-1'; end $$")
    assert "ready to accept connections" in log.read_text()
    assert "CANARY" not in log.read_text()


@is_root
def test_another_account_of_the_machine_cannot_connect(running):
    started, _ = running
    psql = f"{cluster.binaries() / 'psql'} -X -c 'select 1' "
    socket = cluster.socket_folder(started.data)
    for user in ("postgres", "lentera_owner", "lentera_app"):
        command = ["su", "nobody", "-s", "/bin/sh", "-c", psql + f"'{started.url(user)}'"]
        assert "Permission denied" in subprocess.run(command, capture_output=True, text=True, check=False).stderr
    # Even with the folder wide open, PostgreSQL itself asks who it is.
    opened = [started.data, socket, socket / ".s.PGSQL.5432"]
    try:
        for path in opened:
            path.chmod(0o777)
        refused = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Peer authentication failed" in refused.stderr
    finally:
        for path in opened:
            path.chmod(0o700)


def test_everything_in_the_folder_is_the_accounts_alone(running):
    started, _ = running
    uid = cluster.serving_account(started.data).uid
    assert uid != 0
    for path in (started.data, started.data / "postgres", started.data / "tmp", cluster.socket_folder(started.data)):
        assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (uid, 0o700)


def test_a_second_one_is_told_who_has_the_folder(copied):
    with cluster.start(copied, command="demo", durable=False):
        with pytest.raises(DataFolderInUse) as refusal:
            cluster.start(copied)
        assert (refusal.value.details["pid"], refusal.value.details["command"]) == (os.getpid(), "demo")
        assert cluster.holder(copied) == cluster.Holder(os.getpid(), "demo")
    assert cluster.holder(copied) is None


def test_two_at_once_on_an_empty_folder_do_not_race(folder):
    code = """
        import sys
        from pathlib import Path
        from forms import cluster, problems
        try:
            with cluster.start(Path(sys.argv[1]), durable=False):
                print("up", flush=True)
                sys.stdin.read()
        except problems.DataFolderInUse:
            print("in use", flush=True)
    """
    both = [in_another_process(code, folder, stdin=subprocess.PIPE) for _ in range(2)]
    assert sorted(process.stdout.readline().strip() for process in both) == ["in use", "up"]
    for process in both:
        process.communicate()


def test_a_command_joins_the_server_or_brings_its_own(copied):
    with cluster.using(copied, command="check") as url:
        assert ask(url, "select current_user") == [("lentera_owner",)]
    with cluster.start(copied, durable=False) as started, cluster.using(copied, command="check") as url:
        assert url == started.url()
        assert ask(url, "select 1") == [(1,)]
    assert cluster.holder(copied) is None


def test_a_command_that_brought_the_server_waits_for_those_that_joined(copied):
    code = """
        import sys, psycopg
        from pathlib import Path
        from forms import cluster
        with cluster.using(Path(sys.argv[1]), command="guest") as url, psycopg.connect(url) as connection:
            print("in", flush=True)
            print(connection.execute("select 'done' from pg_sleep(0.3)").fetchone()[0], flush=True)
    """
    with cluster.using(copied, command="host"):
        guest = in_another_process(code, copied)
        assert guest.stdout.readline() == "in\n"
    assert guest.communicate()[0] == "done\n"


def test_sessions_that_are_ending_end_in_peace_and_one_that_stays_is_ended(copied, tmp_path):
    log = tmp_path / "postgres.log"
    for stays in (0.5, 60):
        with log.open("wb") as file:
            started = cluster.start(copied, durable=False, stderr=file.fileno())
        session = psycopg.connect(started.url())
        leaving = threading.Timer(stays, session.close)
        leaving.start()
        started.stop()
        leaving.cancel()
        ended_by_force = "terminating connection" in log.read_text()
        assert ended_by_force == (stays == 60)
        session.close()


def test_a_cluster_that_was_half_made_is_made_again(folder):
    maker = in_another_process(
        "import sys; from pathlib import Path; from forms import cluster; cluster.start(Path(sys.argv[1]))", folder
    )
    while not list(folder.glob("postgres.unfinished-*/PG_VERSION")):
        assert maker.poll() is None
    maker.kill()
    maker.communicate()
    assert not (folder / "postgres").exists()
    with cluster.start(folder, durable=False) as started:
        assert ask(started.url(), "select 1") == [(1,)]
    with cluster.start(folder, durable=False):
        assert not list(folder.glob("postgres.unfinished-*"))


def test_what_was_committed_is_there_after_the_parent_and_then_postgres_are_killed(copied):
    code = """
        import sys, psycopg
        from pathlib import Path
        from forms import cluster
        started = cluster.start(Path(sys.argv[1]))
        with psycopg.connect(started.url()) as connection:
            connection.execute("create table kept (number int)")
            connection.execute("insert into kept select generate_series(1, 1000)")
        print(started.pid, flush=True)
        sys.stdin.read()
    """
    parent = in_another_process(code, copied, stdin=subprocess.PIPE)
    assert parent.stdout.readline()
    parent.kill()
    parent.communicate()
    started = cluster.start(copied)
    busy = psycopg.connect(started.url(), autocommit=True)
    busy.execute("insert into kept values (1001)")
    os.kill(started.pid, signal.SIGKILL)
    os.waitpid(started.pid, 0)
    os.close(started.held)
    with cluster.start(copied) as again:
        assert ask(again.url(), "select count(*) from kept") == [(1001,)]
    busy.close()


def test_a_claim_on_the_cluster_left_by_a_restarted_machine_is_ignored(copied):
    with cluster.start(copied, durable=False):
        pass
    # The process id of another program that lives, as after a restart of a container.
    (copied / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{copied / 'postgres'}\n0\n5432\n/nowhere\n")
    with cluster.start(copied, durable=False) as started:
        assert ask(started.url(), "select 1") == [(1,)]


def test_a_data_folder_with_a_very_long_path_works(made, folder):
    deep = copy(made, folder / ("d" * 100) / ("e" * 100))
    with cluster.start(deep, durable=False) as started:
        assert len(str(cluster.socket_folder(deep))) < 90
        assert ask(started.url(), "select 1") == [(1,)]
    shutil.rmtree(cluster.socket_folder(deep))


def test_a_socket_folder_that_others_may_enter_is_not_used(made, folder):
    deep = copy(made, folder / ("d" * 100))
    taken = cluster.socket_folder(deep)
    taken.mkdir()
    taken.chmod(0o755)
    try:
        with pytest.raises(SocketFolderTaken):
            cluster.start(deep, durable=False)
        assert cluster.holder(deep) is None
    finally:
        taken.rmdir()


def test_a_folder_with_other_things_is_refused_and_left_alone(folder):
    (folder / "other.txt").touch()
    folder.chmod(0o755)
    with pytest.raises(DataFolderForeign):
        cluster.start(folder)
    assert [path.name for path in folder.iterdir()] == ["other.txt"]
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_folder_that_cannot_be_made_is_refused_with_the_reason(folder):
    (folder / "file").touch()
    with pytest.raises(DataFolderDenied):
        cluster.start(folder / "file" / "data")


def test_a_cluster_of_another_version_is_refused(folder):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    (folder / "lentera.lock").touch()
    for path in (folder, folder / "postgres", folder / "postgres" / "PG_VERSION", folder / "lentera.lock"):
        shutil.chown(path, cluster.serving_account(folder).uid)
    with pytest.raises(ClusterUnsuited):
        cluster.start(folder)


@is_root
def test_a_user_id_without_an_account_is_told_so(folder):
    folder.chmod(0o777)
    os.chown(folder, 54321, 54321)
    with pytest.raises(AccountUnknown, match="54321"):
        cluster.start(folder)


@is_root
def test_root_becomes_an_account_that_sees_of_closed_folders_only_what_it_needs(folder):
    data = folder / "closed" / "data"
    (folder / "closed" / "secret").mkdir(parents=True)
    code = """
        import os, sys
        from pathlib import Path
        from forms import cluster, problems
        data = Path(sys.argv[1])
        try:
            account = cluster.become(data)
        except problems.AccountCannotReach:
            print("no namespaces", flush=True)
            sys.exit()
        import psycopg
        with cluster.using(data, command="try") as url, psycopg.connect(url) as connection:
            print(os.getuid() == account.uid != 0, connection.execute("select 1").fetchone()[0])
        print((data.parent / "secret").exists(), os.access(data.parent, os.R_OK))
    """
    process = in_another_process(code, data)
    said, _ = process.communicate()
    if said == "no namespaces\n":
        pytest.skip("this machine lets root make no mount namespace")
    assert said.splitlines() == ["True 1", "False False"]
    assert (folder / "closed" / "secret").exists()


def test_the_folders_in_the_way_of_an_account_are_found(tmp_path):
    way = tmp_path / "open" / "closed" / "data"
    way.mkdir(parents=True)
    (tmp_path / "open").chmod(0o755)
    (tmp_path / "open" / "closed").chmod(0o750)
    stranger = 54321
    group = way.stat().st_gid
    outside = {folder for folder in tmp_path.parents if not folder.stat().st_mode & 0o001} | (
        set() if tmp_path.stat().st_mode & 0o001 else {tmp_path}
    )
    found = view.closed_folders([way], stranger, [stranger])
    assert found == {min(outside, default=tmp_path / "open" / "closed"): [way]}
    if group != 0 or os.geteuid() == 0:
        assert view.closed_folders([way], os.geteuid(), [group]) == {}
