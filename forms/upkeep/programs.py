"""Running pg_dump and pg_restore, which the wheel brings along.

The password goes by the environment, which other accounts cannot read, never by the command line, which they can. What
the programs say when they fail is cut before it could quote a value.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy.engine import URL, make_url

from forms.cluster import binaries

_PIECE = 1 << 20


class ProgramError(Exception):
    """A program of PostgreSQL ended with an error; the text is what it said, without values."""


def give(program: str, *options: str, url: str) -> Iterator[bytes]:
    """Run a program on a database and yield what it writes. Raises ProgramError at the end, if it failed."""
    with TemporaryFile() as said:
        running = subprocess.Popen(  # noqa: S603 - the program is our own
            _command(program, options, url), env=_environment(url), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=said,
        )  # fmt: skip
        with running:
            assert running.stdout is not None  # noqa: S101 - it is a pipe
            try:
                while piece := running.stdout.read(_PIECE):
                    yield piece
            except BaseException:
                running.kill()
                raise
        _demand_success(running, said)


def take(program: str, *options: str, pieces: Iterable[bytes], url: str | None = None) -> bytes:
    """Run a program, on a database where one is given, with `pieces` as its input; give what it writes.

    Raises ProgramError. A program that needs only the beginning of its input may leave the rest.
    """
    with TemporaryFile() as said, TemporaryFile() as written:
        running = subprocess.Popen(  # noqa: S603 - the program is our own
            _command(program, options, url), env=_environment(url), stdin=subprocess.PIPE, stdout=written, stderr=said
        )
        with running:
            assert running.stdin is not None  # noqa: S101 - it is a pipe
            try:
                for piece in pieces:
                    running.stdin.write(piece)
                running.stdin.close()
            except BrokenPipeError:
                pass
            except BaseException:
                running.kill()
                raise
        _demand_success(running, said)
        written.seek(0)
        return written.read()


def _command(program: str, options: Iterable[str], url: str | None) -> list[str]:
    command = [str(binaries() / program), *options]
    if url is not None:
        address, _ = _split(url)
        command += ["--no-password", f"--dbname={address.render_as_string(hide_password=False)}"]
    return command


def _environment(url: str | None) -> dict[str, str]:
    """Give a program our environment, which may say how to reach the database (PGSSLROOTCERT), without our secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LENTERA_", "SENTRY_"))}
    environment |= {"LC_ALL": "C", "PGAPPNAME": "lentera", "PGCONNECT_TIMEOUT": "10"}
    password = _split(url)[1] if url is not None else None
    if password is not None:
        environment["PGPASSWORD"] = password
    return environment


def _split(url: str) -> tuple[URL, str | None]:
    """Give the address without its password, and that, from wherever the address has it (libpq, "Connection URIs")."""
    full = make_url(url)
    query = {name: value for name, value in full.query.items() if name != "password"}
    address = URL.create(
        "postgresql", username=full.username, host=full.host, port=full.port, database=full.database, query=query
    )
    given = full.password or full.query.get("password")
    return address, given if isinstance(given, str) else None


def _demand_success(ended: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    if ended.returncode == 0:
        return
    said.seek(0)
    text = said.read(_PIECE).decode(errors="replace")
    errors = re.findall(r"^pg_\w+: error: (.*)$", text, re.MULTILINE)
    reason = errors[0] if errors else f"ended with {ended.returncode}"
    # COPY quotes the value that it stumbles over.
    raise ProgramError(re.sub(r"^(COPY failed for table [^:]*):.*", r"\1", reason))
