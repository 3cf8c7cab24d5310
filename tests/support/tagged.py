"""Pictures as phones write them, with what their metadata say, made anew for each test."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

#: Where the pictures say that they were taken: 0° 1' 33.6" S, 109° 20' 30.5" E.
LATITUDE, LONGITUDE = (0.0, 1.0, 33.6), (109.0, 20.0, 30.5)
PLACE = {1: "S", 2: LATITUDE, 3: "E", 4: LONGITUDE}
#: A phone's words beside the position, which may repeat it.
MAKER = b"CANARY-PEMBUAT -0.0260,109.3418"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="0,1.56S" '
    'exif:GPSLongitude="109,20.508E"/></rdf:RDF></x:xmpmeta>'
)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(width: int = 48, height: int = 32) -> Image.Image:
    """Draw something that no two places of it look alike."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 5 % 256, y * 7 % 256, x * y % 256) for y in range(height) for x in range(width)])
    return image


def exif(*, orientation: int | None = 6, place: dict[int, Any] | None = None, maker: bool = True) -> Image.Exif:
    """Write the EXIF block of a phone's camera; `place` is what its GPS directory holds."""
    block = Image.Exif()
    block[0x010F] = "Contoh"
    if orientation is not None:
        block[0x0112] = orientation
    if maker:
        block.get_ifd(0x8769)[0x927C] = MAKER
    if place is not None:
        block.get_ifd(0x8825).update(place)
    return block


def jpeg(block: Image.Exif | bytes | None = None, **options: Any) -> bytes:
    """Encode as JPEG, with an EXIF block where one is given."""
    return _encoded("JPEG", block, **{"icc_profile": ICC, "quality": 90} | options)


def png(block: Image.Exif | bytes | None = None, **options: Any) -> bytes:
    """Encode as PNG."""
    return _encoded("PNG", block, **{"icc_profile": ICC} | options)


def webp(block: Image.Exif | bytes | None = None, **options: Any) -> bytes:
    """Encode as WebP."""
    return _encoded("WEBP", block, **{"icc_profile": ICC, "lossless": True} | options)


def png_with_text(keyword: str, text: str, *, packed: bool, international: bool) -> bytes:
    """Encode as PNG, with a text chunk of one of the three kinds."""
    info = PngInfo()
    if international:
        info.add_itxt(keyword, text, zip=packed)
    else:
        info.add_text(keyword, text, zip=packed)
    return png(pnginfo=info)


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """Put a segment into a JPEG, after its first marker."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def with_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """Put a chunk into a PNG, after its header."""
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


def pixels(data: bytes) -> bytes:
    """Decode a picture, not turned."""
    return opened(data).tobytes()


def opened(data: bytes) -> Image.Image:
    """Open a picture and read it to its end."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _encoded(kind: str, block: Image.Exif | bytes | None, **options: Any) -> bytes:
    file = io.BytesIO()
    picture().save(file, kind, **({"exif": block} if block is not None else {}), **options)
    return file.getvalue()
