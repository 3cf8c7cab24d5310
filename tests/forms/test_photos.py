"""Pictures lose the position that they were taken at, and nothing that one sees."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.photos import without_position
from tests.support import tagged
from tests.support.tagged import MAKER, PLACE, XMP, exif, jpeg, opened, pixels, png, webp

KINDS = [jpeg, png, webp]
CANARIES = (b"109.3418", b"109,20", b"GPSL", b"CANARY")


def bare(data):
    """The copy; every picture here that has a position has one."""
    copy = without_position(io.BytesIO(data))
    assert copy is not None
    return copy


def kept(data):
    return without_position(io.BytesIO(data)) is None


@pytest.mark.parametrize("encode", KINDS)
@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 8])
def test_a_copy_has_no_position_and_looks_the_same(encode, orientation):
    sent = encode(exif(orientation=orientation, place=PLACE))
    assert opened(sent).getexif().get_ifd(0x8825)[4] == tagged.LONGITUDE
    copy = bare(sent)
    seen = opened(copy)
    assert dict(seen.getexif().get_ifd(0x8825)) == {}
    assert seen.getexif().get(0x0112, 1) == (orientation or 1)
    assert seen.info["icc_profile"] == tagged.ICC
    assert (seen.size, seen.mode, seen.tobytes()) == ((48, 32), "RGB", pixels(sent))
    assert MAKER in sent
    assert not [canary for canary in CANARIES if canary in copy]
    # A copy has nothing more to leave out.
    assert kept(copy)


@pytest.mark.parametrize("encode", KINDS)
def test_a_picture_without_a_position_is_left_alone(encode):
    assert kept(encode())
    assert kept(encode(exif()))
    # What phones write whose owner does not tell them where: versions, times, precision.
    assert kept(encode(exif(place={0: b"\2\3\0\0", 7: (3.0, 4.0, 5.0), 29: "2026:11:20", 11: 2.5})))
    assert kept(encode(exif(place={})))


@pytest.mark.parametrize("place", [{2: tagged.LATITUDE}, {6: 12.5}, {20: tagged.LATITUDE}, {28: b"Pontianak"}])
def test_a_part_of_a_position_is_one(place):
    assert not kept(jpeg(exif(place=place)))


@pytest.mark.parametrize("encode", KINDS)
def test_a_position_in_xmp_is_found_as_well(encode):
    packet = XMP.encode()
    if encode is png:
        sent = tagged.png_with_text("XML:com.adobe.xmp", XMP, packed=False, international=True)
    else:
        sent = encode(xmp=packet)
    assert packet in sent
    copy = bare(sent)
    assert b"GPS" not in copy
    assert pixels(copy) == pixels(sent)


@pytest.mark.parametrize("international", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_every_kind_of_text_in_a_png_is_read(packed, international):
    sent = tagged.png_with_text("XML:com.adobe.xmp", XMP, packed=packed, international=international)
    assert pixels(bare(sent)) == pixels(sent)
    assert kept(tagged.png_with_text("Comment", "tanpa tempat", packed=packed, international=international))


def test_a_raw_profile_in_a_png_is_read():
    block = b"Exif\0\0" + exif(place=PLACE).tobytes().removeprefix(b"Exif\0\0")
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n"
    assert not kept(tagged.png_with_text("Raw profile type exif", text, packed=True, international=False))
    for broken in (f"\nexif\n 8\n{block.hex()[:-1]}\n", "\nexif\n 8\nzz\n", "", "\nexif\n"):
        assert kept(tagged.png_with_text("Raw profile type exif", broken, packed=True, international=False))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_xmp_is_found_in_every_encoding_of_its_letters(encoding):
    packet = b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode(encoding)
    assert not kept(tagged.with_segment(jpeg(), 0xE1, packet))
    longer = b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + XMP.encode()
    assert not kept(tagged.with_segment(jpeg(), 0xE1, longer))


def test_what_else_may_repeat_the_position_is_not_in_the_copy():
    """A comment, another application's segment, and what some phones write behind the picture's end."""
    sent = jpeg(exif(place=PLACE), comment=MAKER)
    sent = tagged.with_segment(sent, 0xED, b"Photoshop 3.0\0" + MAKER) + jpeg(exif(place=PLACE)) + MAKER
    copy = bare(sent)
    assert MAKER not in copy
    assert copy.endswith(b"\xff\xd9")
    assert pixels(copy) == pixels(sent)
    sent = tagged.with_chunk(png(exif(place=PLACE)), b"tIME", b"\x07\xea\x0b\x14\0\0\0") + MAKER
    copy = bare(sent)
    assert (MAKER in copy, b"tIME" in copy) == (False, False)
    assert copy.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 1}, {"subsampling": 2}])
def test_every_way_of_laying_a_jpeg_out_stays_the_same_picture(options):
    sent = jpeg(exif(place=PLACE), **options)
    copy = bare(sent)
    assert pixels(copy) == pixels(sent)
    # All but the metadata is there, in its order: the scans are the very bytes.
    assert copy[copy.index(b"\xff\xda") :] == sent[sent.index(b"\xff\xda") :]


def test_grey_and_four_coloured_jpegs_stay_what_they_are():
    for mode in ("L", "CMYK"):
        file = io.BytesIO()
        tagged.picture().convert(mode).save(file, "JPEG", exif=exif(place=PLACE))
        copy = bare(file.getvalue())
        assert (opened(copy).mode, pixels(copy)) == (mode, pixels(file.getvalue()))


def test_a_moving_picture_goes_on_moving():
    frames = [tagged.picture().rotate(90 * n) for n in range(3)]
    for kind in ("PNG", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], exif=exif(place=PLACE), lossless=True)
        copy, sent = opened(bare(file.getvalue())), opened(file.getvalue())
        assert (copy.n_frames, copy.n_frames) == (sent.n_frames, 3)
        for number in range(3):
            copy.seek(number)
            sent.seek(number)
            assert copy.tobytes() == sent.tobytes()


def test_a_webp_without_the_extended_head_loses_an_exif_that_does_not_belong_there():
    simple = webp(icc_profile=None)
    assert simple[12:16] != b"VP8X"
    block = exif(place=PLACE).tobytes()
    sent = simple + b"EXIF" + struct.pack("<I", len(block)) + block + b"\0" * (len(block) % 2)
    assert pixels(bare(sent)) == pixels(simple)


@pytest.mark.parametrize("order", ["<", ">"])
def test_damaged_exif_is_read_as_far_as_it_goes(order):
    """A reader of metadata shows what is left of a block; so what is left counts."""
    mark = b"II" if order == "<" else b"MM"
    gps = struct.pack(f"{order}HHHI4s", 1, 2, 5, 3, b"\xff\xff\xff\xff")
    entry = struct.pack(f"{order}HHII", 0x8825, 4, 1, 22)
    whole = mark + struct.pack(f"{order}HIH", 42, 8, 1) + entry + gps
    for block in (whole, whole + b"\0" * 20, mark + struct.pack(f"{order}HIH", 42, 8, 900) + entry + gps):
        assert not kept(tagged.with_segment(jpeg(), 0xE1, b"Exif\0\0" + block))
    beyond = struct.pack(f"{order}HHII", 0x8825, 4, 1, 60_000)
    for block in (mark + struct.pack(f"{order}HIH", 42, 8, 1) + beyond,):
        assert not kept(tagged.with_segment(jpeg(), 0xE1, b"Exif\0\0" + block))
    for block in (b"", mark, mark + b"\0" * 5, b"XX" + whole[2:], mark + struct.pack(f"{order}HI", 42, 2**32 - 1)):
        assert kept(tagged.with_segment(jpeg(), 0xE1, b"Exif\0\0" + block))


def test_directories_in_a_circle_come_to_an_end():
    """Each entry points at a directory that points back, as somebody may send who wants us busy."""
    count = 5000
    pointers = b"".join(struct.pack(">HHII", 0x8769, 4, 1, 8 + n % 7) for n in range(count))
    block = b"MM" + struct.pack(">HIH", 42, 8, count) + pointers + struct.pack(">I", 8)
    assert kept(tagged.with_chunk(png(), b"eXIf", block))


def test_what_is_no_picture_is_left_alone():
    for data in (
        b"",
        b"\xff",
        b"\xff\xd8\xff",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF",
        b"RIFF\0\0\0\0WEBP",
        b"RIFF\0\0\0\0AVI ",
    ):
        assert kept(data)


PICTURES = [encode(exif(place=PLACE)) for encode in KINDS] + [jpeg(exif(place=PLACE), progressive=True)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PICTURES), st.data())
def test_no_broken_picture_is_an_error_and_no_copy_of_one_has_a_position(sent, data):
    broken = bytearray(sent)
    for _ in range(data.draw(st.integers(0, 6))):
        # Most of what decides lies at the front.
        place = data.draw(st.integers(0, min(len(broken) - 1, data.draw(st.sampled_from([40, 400, 1 << 30])))))
        broken[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0xD8, 0xD9, 0xDA, 0xE1, 0xFE, 0xFF]))
    cut = data.draw(st.integers(12, len(broken)) | st.just(len(broken)))
    copy = without_position(io.BytesIO(bytes(broken[:cut])))
    if copy is not None:
        assert kept(copy)
        assert len(copy) <= len(broken) + 64


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]), st.binary(max_size=300))
def test_no_bytes_at_all_are_an_error(head, rest):
    without_position(io.BytesIO(head + rest))
