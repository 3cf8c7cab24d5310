"""Where a photo was taken, found in its file and left out of a copy. Pure: bytes in, bytes out.

Phones write the position into a picture's metadata: EXIF (the GPS directory) and XMP, in the segments of a JPEG or the
chunks of a PNG or a WebP. The copy keeps what draws the picture, bit for bit (nothing is encoded again), its colour
profile and how it is to be turned, and nothing else: a maker's own notes, a preview or what follows the picture's end
may repeat the position in ways that nobody has written down.

What comes in is whatever anybody sends. What is no such picture, or tells no reader a position, is left as it is.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

_EXIF: Final = b"Exif\0\0"
#: Directories of an EXIF block and tags in them (EXIF 2.32, 4.6).
_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
#: What a GPS directory may say without telling a place: versions, times, satellites, speed, direction, precision.
_NO_PLACE: Final = frozenset({0x00, *range(0x07, 0x13), 0x1D, 0x1E, 0x1F})
#: No camera writes more directories, or larger ones; somebody may, in a circle.
_MOST_DIRECTORIES, _MOST_ENTRIES = 16, 1000
#: XMP's exif:GPSLatitude and its like, also as makers of drones write them.
_PLACE_IN_TEXT: Final = re.compile(rb"gps(?:l(?:at|ong)|dest|alt|area|pos|coord)", re.IGNORECASE)
#: What a compressed text of a PNG may hold once it is unpacked.
_LONGEST_TEXT: Final = 1_000_000


def without_position(stream: BinaryIO) -> bytes | None:
    """Give a picture's copy without the position that it was taken at; None where it is no picture or tells none."""
    stream.seek(0)
    head = stream.read(12)
    for is_kind, read, copy in _KINDS:
        if is_kind(head):
            data = head + stream.read()
            found = read(data)
            return copy(data, found.orientation) if found.has_position else None
    return None


@dataclass
class _Found:
    """What metadata say: whether they tell a place, and how the picture is to be turned (1 to 8, 1 is not at all)."""

    has_position: bool = False
    orientation: int = 1

    def read_text(self, text: bytes) -> None:
        """Read an XMP packet; in UTF-16 and UTF-32 its letters have zeros between them."""
        self.has_position = self.has_position or bool(_PLACE_IN_TEXT.search(text.replace(b"\0", b"")))

    def read_exif(self, tiff: bytes) -> None:
        """Read an EXIF block from its TIFF header on (TIFF 6.0, section 2).

        Lenient, as readers of metadata are: what can still be read of a damaged block counts, and so does a GPS
        directory that lies where we cannot follow.
        """
        tiff = tiff.removeprefix(_EXIF)
        order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
        if order is None or len(tiff) < 8:  # noqa: PLR2004 - the header's length
            return
        waiting, seen = [(struct.unpack_from(f"{order}I", tiff, 4)[0], False)], set[tuple[int, bool]]()
        while waiting and len(seen) < _MOST_DIRECTORIES:
            directory = waiting.pop(0)
            if directory in seen:
                continue
            seen.add(directory)
            place, is_gps = directory
            for tag, value in _entries(tiff, place, order):
                number = struct.unpack(f"{order}I", value)[0]
                if is_gps:
                    self.has_position |= tag != _NEXT and tag not in _NO_PLACE
                elif tag == _ORIENTATION and self.orientation == 1:
                    turned = struct.unpack(f"{order}H", value[:2])[0]
                    self.orientation = turned if turned in range(2, 9) else 1
                elif tag == _GPS_IFD:
                    self.has_position |= number + 2 > len(tiff)
                    waiting.insert(0, (number, True))
                elif tag == _EXIF_IFD or (tag == _NEXT and number):
                    waiting.append((number, False))


#: Stands for the address of the following directory, as if it were one more entry.
_NEXT: Final = -1


def _entries(tiff: bytes, place: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield a TIFF directory's tags with the four bytes of their value or its address, as far as they are there."""
    if place + 2 > len(tiff):
        return
    count = struct.unpack_from(f"{order}H", tiff, place)[0]
    for at in range(place + 2, place + 2 + 12 * min(count, _MOST_ENTRIES), 12):
        if at + 12 > len(tiff):
            return
        yield struct.unpack_from(f"{order}H", tiff, at)[0], tiff[at + 8 : at + 12]
    end = place + 2 + 12 * count
    if end + 4 <= len(tiff):
        yield _NEXT, tiff[end : end + 4]


def _turning(orientation: int) -> bytes:
    """Write an EXIF block, without its name, that says how to turn the picture and nothing else."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


# JPEG: ITU-T T.81, annex B; EXIF 2.32, 4.7; XMP part 3, 1.1.3.

_XMP: Final = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_SOI, _EOI, _SOS, _TEM, _COM = 0xD8, 0xD9, 0xDA, 0x01, 0xFE
_APP0, _APP1, _APP15 = 0xE0, 0xE1, 0xEF
#: Applications' segments that a decoder needs: density, colour profile, colour transform.
_DRAWING: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
#: No stuffed byte, no restart, no fill: in a scan, what ends it.
_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
#: Stands for what follows a scan's head.
_SCAN: Final = 0


def _is_jpeg(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def _read_jpeg(data: bytes) -> _Found:
    """Read the segments before the picture, as readers of metadata do."""
    found = _Found()
    for marker, start, end in _segments(data):
        if marker == _SOS:
            break
        body = data[start + 4 : end]
        if marker == _APP1 and body.startswith(_EXIF):
            found.read_exif(body)
        elif marker == _APP1 and body.startswith(_XMP):
            found.read_text(body)
    return found


def _copy_jpeg(data: bytes, orientation: int) -> bytes:
    pieces, is_said = [data[:2]], orientation == 1
    for marker, start, end in _segments(data):
        # JFIF wants its segment to be the first, EXIF is content with the next place.
        if marker != _APP0 and not is_said:
            block = _EXIF + _turning(orientation)
            pieces.append(struct.pack(">BBH", 0xFF, _APP1, len(block) + 2) + block)
            is_said = True
        is_extra = marker == _COM or _APP0 <= marker <= _APP15
        if not is_extra or (marker in _DRAWING and data.startswith(_DRAWING[marker], start + 4)):
            pieces.append(data[start:end])
        if marker == _EOI:
            break
    return b"".join(pieces)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment after the first marker, and of the coded data behind a scan's head.

    What lies between segments is passed over, as decoders do; a segment that is cut ends where the file does.
    """
    found = _MARKER.search(data, 2)
    while found is not None:
        marker, start, end = data[found.start() + 1], found.start(), found.end()
        if marker not in (_SOI, _EOI, _TEM):
            end = min(end + max(2, int.from_bytes(data[end : end + 2], "big")), len(data))
        yield marker, start, end
        found = _MARKER.search(data, end)
        if marker == _SOS:
            yield _SCAN, end, found.start() if found else len(data)


# PNG: third edition, 5.3 and 11.3; XMP part 3, 1.1.5; "raw profiles" as ImageMagick writes them.

_PNG: Final = b"\x89PNG\r\n\x1a\n"
#: What draws it, with colour, transparency, resolution and animation.
_PNG_DRAWS: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)


def _is_png(head: bytes) -> bool:
    return head.startswith(_PNG)


def _read_png(data: bytes) -> _Found:
    found = _Found()
    for kind, start, end in _png_chunks(data):
        body = data[start + 8 : end - 4]
        if kind == b"eXIf":
            found.read_exif(body)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            text = _png_text(kind, body)
            found.read_text(text)
            if body[:16].lower() == b"raw profile type":
                profile = _raw_profile(text)
                found.read_text(profile)
                found.read_exif(profile)
    return found


def _copy_png(data: bytes, orientation: int) -> bytes:
    pieces, is_said = [_PNG], orientation == 1
    for kind, start, end in _png_chunks(data):
        if kind == b"IDAT" and not is_said:
            block = b"eXIf" + _turning(orientation)
            pieces.append(struct.pack(">I", len(block) - 4) + block + struct.pack(">I", zlib.crc32(block)))
            is_said = True
        if kind in _PNG_DRAWS:
            pieces.append(data[start:end])
        if kind == b"IEND":
            break
    return b"".join(pieces)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk; one that is cut ends where the file does."""
    place = len(_PNG)
    while place + 8 <= len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], place, min(end, len(data))
        place = end


def _png_text(kind: bytes, body: bytes) -> bytes:
    """Give the text of a text chunk, unpacked."""
    text = body.partition(b"\0")[2]
    if kind == b"tEXt":
        return text
    if kind == b"zTXt":
        return _inflated(text[1:])
    # Whether and how it is packed, then the language and the translated keyword, each with a zero behind it.
    is_packed, text = text[:1] == b"\x01", text[2:].partition(b"\0")[2].partition(b"\0")[2]
    return _inflated(text) if is_packed else text


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _LONGEST_TEXT)
    except zlib.error:
        return b""


def _raw_profile(text: bytes) -> bytes:
    """Give a profile that is written as its name, its length, and lines of hexadecimal digits."""
    digits = b"".join(text.split()[2:])
    return bytes.fromhex(digits.decode()) if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", digits) else b""


# WebP: RFC 9649, 2.7.

_WEBP_DRAWS: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:] == b"WEBP"


def _read_webp(data: bytes) -> _Found:
    found = _Found()
    for kind, start, end in _webp_chunks(data):
        if kind == b"EXIF":
            found.read_exif(data[start + 8 : end])
        elif kind == b"XMP ":
            found.read_text(data[start + 8 : end])
    return found


def _copy_webp(data: bytes, orientation: int) -> bytes:
    pieces, is_extended = [b"WEBP"], False
    for kind, start, end in _webp_chunks(data):
        piece = bytearray(data[start:end])
        if kind == b"VP8X" and len(piece) > 8:  # noqa: PLR2004 - the chunk's head
            is_extended = True
            piece[8] &= ~(_HAS_EXIF | _HAS_XMP)
            piece[8] |= _HAS_EXIF * (orientation != 1)
        if kind in _WEBP_DRAWS:
            pieces.append(bytes(piece) + b"\0" * (len(piece) % 2))
    # Only the extended kind has room for it.
    if is_extended and orientation != 1:
        block = _turning(orientation)
        pieces.append(b"EXIF" + struct.pack("<I", len(block)) + block)
    body = b"".join(pieces)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end (without padding) of each chunk; one that is cut ends where the file does."""
    place = 12
    while place + 8 <= len(data):
        end = place + 8 + int.from_bytes(data[place + 4 : place + 8], "little")
        yield data[place : place + 4], place, min(end, len(data))
        place = end + end % 2


_KINDS: Final = (
    (_is_jpeg, _read_jpeg, _copy_jpeg),
    (_is_png, _read_png, _copy_png),
    (_is_webp, _read_webp, _copy_webp),
)
