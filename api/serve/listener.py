"""The address that the server listens on, and its TLS certificate.

Both may need root: a port below 1024, a key that only root may read. They are therefore opened before root is given up
and handed on as descriptors.
"""

import errno
import os
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

from forms import cluster
from forms.problems import AddressTaken, AddressUnusable, CertificateUnusable, DataFolderInUse

#: Seconds that an address may still be held by the processes of a server that was killed.
_LINGER = 3.0

_BACKLOG = 2048


def listen(bind: str, data: Path) -> socket.socket:
    """Listen on HOST:PORT. Raises AddressUnusable, AddressTaken, and DataFolderInUse where that is why it is taken."""
    host, port = _parsed(bind)
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise AddressUnusable(address=bind, reason=error.strerror) from error
    deadline = time.monotonic() + _LINGER
    while True:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(address)
            # At once, for two that only bind the same address do not collide.
            sock.listen(_BACKLOG)
        except OSError as error:
            sock.close()
            if error.errno != errno.EADDRINUSE:
                raise AddressUnusable(address=bind, reason=error.strerror) from error
            holder = cluster.holder(data)
            if holder is not None:
                raise DataFolderInUse(path=data, pid=holder.pid, command=holder.command) from error
            if time.monotonic() > deadline:
                raise AddressTaken(address=bind) from error
            time.sleep(0.1)
        else:
            return sock


def readable_address(bind: str, *, secure: bool) -> str:
    """Give the address to type into a browser on this machine."""
    host, port = _parsed(bind)
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not to bind to
    return f"http{'s' * secure}://{f'[{host}]' if ':' in host else host}:{port}"


def read_certificate(cert: Path | None, key: Path | None) -> tuple[str, str] | None:
    """Check that a certificate and its key can be used, and give their paths; None for none.

    Root's are copied to memory, since they can often be read by root alone: after a renewal the server has to be
    started again. Anybody else's are read anew by each new worker. Raises CertificateUnusable.
    """
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise CertificateUnusable(cert=cert or "-", key=key or "-", reason="the other one of the two is missing")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, password=_no_password)
        if os.geteuid() == 0:
            return _in_memory(cert), _in_memory(key)
    except (OSError, ValueError) as error:
        raise CertificateUnusable(cert=cert, key=key, reason=_reason(error)) from error
    return str(cert.resolve()), str(key.resolve())


def _no_password() -> str:
    raise ValueError("the key is locked with a password")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _in_memory(path: Path) -> str:
    descriptor = os.memfd_create(path.name, 0)
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(path.read_bytes())
    return f"/proc/self/fd/{descriptor}"


def _parsed(bind: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{bind}")
        port = parts.port
    except ValueError as error:
        raise AddressUnusable(address=bind, reason=str(error)) from error
    if port is None or parts.path or parts.username is not None:
        raise AddressUnusable(address=bind, reason="it is not HOST:PORT")
    return parts.hostname or "", port
