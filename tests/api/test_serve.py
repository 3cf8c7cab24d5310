"""`lentera serve` as an operator meets it: real processes, killed and started again."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv4Address
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.serve import supervisor
from api.serve.listener import readable_address
from forms import cluster

#: The least application that needs the database; /slow answers once the test has opened a gate.
APP = """
import os, time
from pathlib import Path
import psycopg

def app(environ, start_response):
    path, number = environ["PATH_INFO"], 0
    if path == "/slow":
        Path(os.environ["GATE"], "entered").touch()
        while not Path(os.environ["GATE"], "open").exists():
            time.sleep(0.01)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        if path == "/add":
            connection.execute("insert into kept values (1)")
        number = connection.execute("select count(*) from kept").fetchone()[0]
    start_response("200 OK", [("Content-Type", "text/plain")])
    said = [number, os.getppid(), os.getuid(), environ["wsgi.url_scheme"], os.environ["SECRET"], os.environ["TMPDIR"]]
    return [" ".join(map(str, said)).encode()]
"""

SERVE = """
import sys, psycopg
from pathlib import Path
from api.serve.start import serve
from forms.problems import Problem

def prepare(url):
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (number int)")

data, bind, cert, key = sys.argv[1:]
tls = {"tls_cert": Path(cert), "tls_key": Path(key)} if cert else {}
try:
    serve(Path(data), prepare=prepare, environment={"SECRET": "hush"}, bind=bind, app="trivial:app",
          greeting=["Welcome"], **tls)
except Problem as problem:
    sys.exit(str(problem))
"""


@pytest.fixture(scope="module")
def place():
    """A folder that every account can reach, with the application in it."""
    folder = Path(tempfile.mkdtemp(prefix="lentera-test-"))
    folder.chmod(0o755)
    (folder / "trivial.py").write_text(APP)
    (folder / "gate").mkdir(mode=0o777)
    (folder / "gate").chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(place, data, port, tls=("", "")):
    environment = os.environ | {"PYTHONPATH": str(place), "GATE": str(place / "gate")}
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, data, f"127.0.0.1:{port}", *map(str, tls)],
        env=environment,
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def served(place, data, tls=("", "")):
    port = free_port()
    process = start(place, data, port, tls)
    lines = drain(process.stderr)
    try:
        greeting = process.stdout.readline()
        assert greeting.startswith("Lentera is ready: "), "".join(lines)
        yield SimpleNamespace(process=process, data=data, port=port, greeting=greeting, log=lines)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def drain(stream):
    lines = []

    def read():
        with stream:
            lines.extend(stream)

    threading.Thread(target=read, daemon=True).start()
    return lines


@pytest.fixture(scope="module")
def server(place):
    """One that runs for the tests that leave it running."""
    with served(place, place / "data") as running:
        yield running


def get(server, path, certificate=None):
    if certificate is None:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    else:
        context = ssl.create_default_context(cafile=certificate)
        client = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=60, context=context)
    try:
        client.request("GET", path, headers={"Connection": "close"})
        response = client.getresponse()
        if response.status != HTTPStatus.OK:
            raise ConnectionError(response.status)
        return response.read().decode().split()
    except http.client.HTTPException as error:
        raise ConnectionError(error) from error
    finally:
        client.close()


def eventually(ask):
    """Ask again until it is true, for a minute at most."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError):
            if answer := ask():
                return answer
        threading.Event().wait(0.02)
    raise TimeoutError


def kept(data):
    with psycopg.connect(cluster.url(data)) as connection:
        return connection.execute("select count(*) from kept").fetchone()[0]


def postgres_pid(server):
    return int((server.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_an_empty_folder_comes_up_and_says_where_once_it_answers(server):
    assert server.greeting == f"Lentera is ready: http://127.0.0.1:{server.port}  (data in {server.data})\n"
    assert server.process.stdout.readline() == "Welcome\n"
    _, _, uid, scheme, secret, temporary = get(server, "/")
    assert int(uid) != 0
    assert (scheme, secret, temporary) == ("http", "hush", str(server.data / "tmp"))
    assert all(line.startswith('{"') for line in server.log), server.log


def test_a_second_server_on_the_same_folder_is_told_which_process_has_it(server, place):
    for port in (server.port, free_port()):
        second = start(place, server.data, port)
        _, said = second.communicate()
        assert second.returncode == 1
        assert str(server.data) in said
        assert f"process {server.process.pid}" in said
    assert get(server, "/")


def test_a_port_that_is_taken_is_named_and_nothing_is_made(server, place):
    second = start(place, place / "other", server.port)
    _, said = second.communicate()
    assert second.returncode == 1
    assert f"127.0.0.1:{server.port}" in said
    assert not (place / "other").exists()


def test_postgres_that_is_killed_comes_back_by_itself_with_every_committed_row(server):
    for _ in range(10):
        get(server, "/add")
    before = kept(server.data)
    os.kill(postgres_pid(server), signal.SIGKILL)
    number, *_ = eventually(lambda: get(server, "/add"))
    assert int(number) == before + 1


def test_gunicorn_that_is_killed_comes_back_and_who_connects_meanwhile_waits(server):
    _, master, *_ = get(server, "/")
    os.kill(int(master), signal.SIGKILL)
    _, successor, *_ = eventually(lambda: get(server, "/"))
    assert successor != master


def test_a_hangup_brings_fresh_workers_and_drops_no_request(server, place):
    _, master, *_ = get(server, "/")
    with slow_request(server, place) as answer:
        server.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: get(server, "/")[1] != master)
        (place / "gate" / "open").touch()
    assert answer[0][3] == "http"


def test_bytes_that_are_no_request_do_not_reach_the_log(server):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"CANARY-NAMA-1 /v1/key/CANARY-TOKEN-1 HTTP/9\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 400")
    assert eventually(lambda: [line for line in server.log if "not HTTP" in line])
    assert not [line for line in server.log if "CANARY" in line]


def test_a_server_that_is_told_to_stop_finishes_what_is_under_way(place):
    with served(place, place / "data2") as server:
        with slow_request(server, place) as answer:
            server.process.terminate()
            eventually(lambda: [line for line in server.log if "Handling signal: term" in line])
            (place / "gate" / "open").touch()
        assert answer[0][3] == "http"
        assert server.process.wait() == 0
    assert cluster.holder(place / "data2") is None
    assert not (place / "data2" / "postgres" / "postmaster.pid").exists()


def test_after_everything_is_killed_the_next_start_has_every_row(place):
    with served(place, place / "data2") as server:
        before = int(get(server, "/add")[0])
        server.process.kill()
        server.process.wait()
        with served(place, place / "data2") as again:
            assert int(get(again, "/add")[0]) == before + 1


def test_a_web_server_that_cannot_start_ends_the_whole_with_its_reason(place):
    (place / "trivial.py").write_text("raise RuntimeError('CANARY-NAMA-1')")
    try:
        process = start(place, place / "data2", free_port())
        _, said = process.communicate()
    finally:
        (place / "trivial.py").write_text(APP)
    assert process.returncode == 1
    assert "The web server could not be started" in said
    assert cluster.holder(place / "data2") is None


def test_a_certificate_that_only_the_starter_may_read_is_served(place, tmp_path):
    cert, key = make_certificate(tmp_path)
    with served(place, place / "data2", tls=(cert, key)) as server:
        assert server.greeting.startswith(f"Lentera is ready: https://127.0.0.1:{server.port} ")
        assert get(server, "/", certificate=cert)[3] == "https"


def test_a_certificate_with_another_key_is_refused(place, tmp_path):
    cert, _ = make_certificate(tmp_path)
    _, key = make_certificate(tmp_path, "other")
    process = start(place, place / "data3", free_port(), (cert, key))
    _, said = process.communicate()
    assert process.returncode == 1
    assert str(cert) in said
    assert not (place / "data3").exists()


@pytest.mark.parametrize("bind", ["8383", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000", "http://127.0.0.1:8383"])
def test_an_address_that_is_none_is_refused(place, bind):
    process = subprocess.run(
        [sys.executable, "-c", SERVE, place / "data3", bind, "", ""], capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert f"The address {bind} cannot be listened on" in process.stderr


def test_the_address_shown_is_one_to_type_into_a_browser():
    assert readable_address("0.0.0.0:80", secure=False) == "http://127.0.0.1:80"
    assert readable_address("[::]:8383", secure=True) == "https://[::1]:8383"
    assert readable_address("lentera.example.org:443", secure=True) == "https://lentera.example.org:443"


def test_the_plan_reaches_the_supervisor_whole():
    plan = supervisor.Plan("/data", 3, "http://127.0.0.1:8383", 2, 150, "wsgi:app", ("a", "/proc/self/fd/9"), ("hi",))
    assert supervisor.Plan.from_json(plan.to_json()) == plan
    assert plan.served_descriptors() == [3, 9]


@contextmanager
def slow_request(server, place):
    """A request that is under way inside, and answered when the gate was opened and the block is left."""
    answer = []
    client = threading.Thread(target=lambda: answer.append(get(server, "/slow")))
    client.start()
    try:
        eventually((place / "gate" / "entered").exists)
        yield answer
        client.join()
    finally:
        (place / "gate" / "open").touch()
        client.join()
        for file in (place / "gate").iterdir():
            file.unlink()


def make_certificate(folder, name="lentera"):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lentera.example.org")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = builder.add_extension(names, critical=False)
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    for file in (cert_file, key_file):
        file.chmod(0o600)
    return cert_file, key_file
