"""Envelope encryption: how everything that a phone sends is kept unreadable to whoever takes the disk.

A master key, which lives outside the database and the data folder, wraps one or more data keys per project. A data
key seals values (`seal`) and files (`seal_stream`) with AES-256-GCM, and hashes values for equality (`keyed_hash`).
This module owns the byte formats and nothing else: it never stores a key, never picks one, and never puts a byte of
plaintext or key into an exception or a repr. Read `blobs` for sealed files on disk.

Formats, all integers big-endian; the bytes before the nonce or salt are authenticated together with the context:

    value    01|02 · key number (4) · nonce (12) · ciphertext and tag       02: deflated before it was sealed
    file     03 · key number (4) · salt (16) · chunks of 64 KiB + tag       the last one may be shorter
    data key 04 · master key id (8) · nonce (12) · ciphertext and tag

Nonces of values are random. NIST SP 800-38D section 8.3 allows 2^32 of them under one key (a repeat is then less
likely than 2^-32): at ten sealed fields and one XML per submission, 390 million submissions of one project. Rotation
starts a new key number with a new count; old values stay readable under their own number. Files do not count: each
has its own key, derived from a random salt and the context, and numbers its chunks (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár), so a chunk that is cut off, moved, repeated or added does not open.
"""

import hmac
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forms.problems import SealBroken

KEY_BYTES = 32
CHUNK = 64 * 1024

_PLAIN, _DEFLATED, _FILE, _WRAPPED = b"\x01", b"\x02", b"\x03", b"\x04"
_NONCE, _TAG, _SALT, _MASTER_ID = 12, 16, 16, 8
_HEAD = 1 + 4  # format byte and key number
_SEALED_CHUNK = CHUNK + _TAG
_SHORT_TEXT = 16 * 1024


class Readable(Protocol):
    """What a stream must offer: `read(n)` gives at most n bytes, none at the end."""

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes, b"" at the end."""
        ...


@dataclass(frozen=True)
class Key:
    """One data key of a project: the number that is written into all that it seals, and its 32 secret bytes.

    Keep one object per key for as long as it is in use: it derives its sub-keys once. Safe to share among threads.
    Only `number` and `secret` are for others.
    """

    number: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _require_key(self.secret)

    @cached_property
    def head(self) -> bytes:
        """The number, as it stands in what is sealed."""
        return self.number.to_bytes(4, "big")

    @cached_property
    def cipher(self) -> AESGCM:
        """Seals and opens values."""
        return AESGCM(derive(self.secret, "values"))

    @cached_property
    def file_key(self) -> bytes:
        """The files' own keys are derived from it."""
        return derive(self.secret, "files")

    @cached_property
    def hash_key(self) -> bytes:
        """The purposes' keys for hashes are derived from it."""
        return derive(self.secret, "hashes")


def new_key() -> bytes:
    """Make 32 random bytes that may serve as a master key or a data key's secret."""
    return os.urandom(KEY_BYTES)


def derive(key: bytes, purpose: str) -> bytes:
    """Derive 32 bytes for one purpose from `key`, unrelated to those for any other (HKDF-SHA256, RFC 5869)."""
    _require_key(key)
    return _hkdf(key, None, b"lentera " + _bytes(purpose))


def key_id(master: bytes) -> str:
    """Name a master key in 16 hex characters that may be shown and stored: they say which key, not what it is."""
    return derive(master, "key id")[:_MASTER_ID].hex()


def wrap(master: bytes, data_key: bytes, context: str) -> bytes:
    """Seal a data key's secret under the master key; 69 bytes. `context` says whose key it is."""
    _require_key(data_key)
    head = _WRAPPED + bytes.fromhex(key_id(master))
    nonce = os.urandom(_NONCE)
    return head + nonce + AESGCM(derive(master, "wrap")).encrypt(nonce, data_key, head + _bytes(context))


def unwrap(master: bytes, wrapped: bytes, context: str) -> bytes:
    """Open what `wrap` made. Raises SealBroken with another master key or context, or when a byte has changed."""
    head, nonce = wrapped[: 1 + _MASTER_ID], wrapped[1 + _MASTER_ID : 1 + _MASTER_ID + _NONCE]
    if head != _WRAPPED + bytes.fromhex(key_id(master)):
        raise SealBroken
    return _open(AESGCM(derive(master, "wrap")), nonce, wrapped[len(head) + _NONCE :], head + _bytes(context))


def wrapped_by(wrapped: bytes) -> str:
    """Tell the `key_id` of the master key that `wrapped` needs. Raises SealBroken where it is no wrapped key."""
    if wrapped[:1] != _WRAPPED:
        raise SealBroken
    return wrapped[1 : 1 + _MASTER_ID].hex()


def seal(key: Key, plaintext: bytes, context: str, *, compress: bool = False) -> bytes:
    """Seal a value; the result is 33 bytes longer. It opens only with the same key and the same `context`.

    `compress` deflates first, where that saves bytes: for whole XML documents (a third of their size). Leave it off
    for single answers: the length of what is sealed would then tell something of its content.
    """
    kind = _PLAIN
    if compress:
        packed = _deflate(plaintext)
        if len(packed) < len(plaintext):
            kind, plaintext = _DEFLATED, packed
    head = kind + key.head
    nonce = os.urandom(_NONCE)
    return head + nonce + key.cipher.encrypt(nonce, plaintext, head + _bytes(context))


def unseal(key: Key, sealed: bytes, context: str) -> bytes:
    """Open what `seal` made. Raises SealBroken with another key or context, or when a byte has changed."""
    head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE]
    if head not in (_PLAIN + key.head, _DEFLATED + key.head):
        raise SealBroken
    plaintext = _open(key.cipher, nonce, sealed[_HEAD + _NONCE :], head + _bytes(context))
    return zlib.decompress(plaintext, -zlib.MAX_WBITS) if head[:1] == _DEFLATED else plaintext


def key_number(sealed: bytes) -> int:
    """Tell the number of the data key that a sealed value or the first bytes of a sealed file need.

    Raises SealBroken where they are neither.
    """
    if len(sealed) < _HEAD or sealed[:1] not in (_PLAIN, _DEFLATED, _FILE):
        raise SealBroken
    return int.from_bytes(sealed[1:_HEAD], "big")


def seal_stream(key: Key, source: Readable, context: str) -> Iterator[bytes]:
    """Seal a file of any length as it is read; yield the sealed file in pieces of about 64 KiB."""
    head = _FILE + key.head
    salt = os.urandom(_SALT)
    yield head + salt
    cipher = AESGCM(_file_key(key, salt, head, context))
    for nonce, chunk in _numbered(source, CHUNK):
        yield cipher.encrypt(nonce, chunk, None)


def unseal_stream(key: Key, source: Readable, context: str) -> Iterator[bytes]:
    """Open what `seal_stream` made, in pieces of at most 64 KiB, each authentic when it is yielded.

    Raises SealBroken at the piece that is damaged, moved or missing: what came before is right but may not be all,
    so a reader must not take the file for whole until the iterator has ended by itself.
    """
    head, salt = _read(source, _HEAD), _read(source, _SALT)
    if head != _FILE + key.head or len(salt) != _SALT:
        raise SealBroken
    cipher = AESGCM(_file_key(key, salt, head, context))
    for nonce, chunk in _numbered(source, _SEALED_CHUNK):
        yield _open(cipher, nonce, chunk, None)


def sealed_size(size: int) -> int:
    """Tell how many bytes `seal_stream` makes of a file of `size` bytes."""
    return _HEAD + _SALT + size + _TAG * max(1, -(-size // CHUNK))


def keyed_hash(key: Key, purpose: str, value: str | bytes) -> bytes:
    """Hash `value` so that equal ones can be found by whoever has the key, and by nobody else (HMAC-SHA256, 32 bytes).

    Each `purpose` (one per field) has a sub-key of its own: equal values of two fields have unrelated hashes. The
    caller normalises. Hashes under different keys never meet, so equality over time needs one key that stays.
    """
    value = _bytes(value) if isinstance(value, str) else value
    return hmac.digest(hmac.digest(key.hash_key, _bytes(purpose), "sha256"), value, "sha256")


def _bytes(text: str) -> bytes:
    # "surrogatepass": an encoding error would carry the text along.
    return text.encode(errors="surrogatepass")


def _require_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")


def _hkdf(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=salt, info=info).derive(key)


def _file_key(key: Key, salt: bytes, head: bytes, context: str) -> bytes:
    return _hkdf(key.file_key, salt, head + _bytes(context))


def _open(cipher: AESGCM, nonce: bytes, ciphertext: bytes, context: bytes | None) -> bytes:
    try:
        return cipher.decrypt(nonce, ciphertext, context)
    except (InvalidTag, ValueError):  # ValueError: cut so short that not even the nonce is whole
        raise SealBroken from None


def _deflate(plaintext: bytes) -> bytes:
    # A small window and table for a usual submission: to set up the full ones (256 KiB) takes four times as long.
    window, memory = (-12, 5) if len(plaintext) <= _SHORT_TEXT else (-zlib.MAX_WBITS, 8)
    packer = zlib.compressobj(1, zlib.DEFLATED, window, memory)
    return packer.compress(plaintext) + packer.flush()


def _numbered(source: Readable, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield each piece of `size` bytes under its nonce: its number (11 bytes) and whether it is the last (1 byte)."""
    number, chunk = 0, _read(source, size)
    while True:
        following = _read(source, size) if len(chunk) == size else b""
        yield number.to_bytes(11, "big") + (b"\x00" if following else b"\x01"), chunk
        if not following:
            return
        number, chunk = number + 1, following


def _read(source: Readable, size: int) -> bytes:
    """Read exactly `size` bytes, fewer only at the end: a pipe or a socket may give less than asked."""
    data = source.read(size)
    while len(data) < size and (more := source.read(size - len(data))):
        data += more
    return data
