"""Looks for canaries: values that must lie nowhere in the clear, however they may be written or packed.

`traces` searches bytes as they are, and whatever in them is compressed or an archive, some levels deep.
"""

import base64
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

#: What begins a compressed stream, gzip or zlib.
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_LARGEST = 1 << 24
_DEEPEST = 3


def traces(data: bytes, canaries: tuple[str, ...]) -> list[str]:
    """List the canaries that the data hold, each with the way in which it is written."""
    found: dict[str, None] = {}
    for layer in _layers(data, 0):
        for canary in canaries:
            for way, written in _written(canary):
                if written in layer:
                    found[f"{canary} as {way}"] = None
    return list(found)


@cache
def _written(canary: str) -> list[tuple[str, bytes]]:
    plain = canary.encode()
    ways = [("text", plain), ("UTF-16", canary.encode("utf-16-le")), ("UTF-16", canary.encode("utf-16-be"))]
    ways += [("hex", plain.hex().encode()), ("hex", plain.hex().upper().encode())]
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain).rstrip(b"=")
        # Its first and last characters depend on what is around.
        ways.append(("base64", whole[(0, 2, 3)[before] : -1 if (before + len(plain)) % 3 else None]))
    return ways


def _layers(data: bytes, depth: int) -> Iterator[bytes]:
    """Yield the data and everything that can be unpacked from them."""
    yield data
    if depth < _DEEPEST:
        for inner in _unpacked(data):
            yield from _layers(inner, depth + 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode() + b"\n" + archive.read(name)
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                file = archive.extractfile(member)
                yield member.name.encode() + b"\n" + (file.read() if file else b"")
    else:
        yield from _inflated(data)


def _inflated(data: bytes) -> Iterator[bytes]:
    """Yield what stands compressed anywhere in the data; most of what looks like it is chance, and no more than bytes."""
    view = memoryview(data)
    for start in _COMPRESSED.finditer(data):
        inflater = zlib.decompressobj(wbits=47)
        try:
            inflated = inflater.decompress(view[start.start() : start.start() + _LARGEST], _LARGEST)
        except zlib.error:
            continue
        if len(inflated) > 8:
            yield inflated
