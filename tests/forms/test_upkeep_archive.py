"""The format of a backup: whatever is changed in it is found, and any tar program reads it."""

import io
import json
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.problems import BackupDamaged, BackupTooNew
from forms.upkeep import archive

HERE = Path("cadangan.lentera")
MASTER = bytes(range(32))
MAC = archive.mac_of(MASTER)
SAID = archive.Manifest(
    format=archive.FORMAT,
    lentera="0.1.0",
    created_at="2026-11-24T00:00:00+00:00",
    postgresql="18.4",
    revision="0001",
    key="00" * 8,
    rows={"public.submissions": 2},
    files=1,
    settings={"LENTERA_ZONE": "Asia/Pontianak"},
)


def packed(*members: tuple[str, list[bytes]], said: bytes = archive.manifest_bytes(SAID)) -> io.BytesIO:
    file = io.BytesIO()
    with archive.Writer(file, HERE) as writer:
        writer.add(archive.MANIFEST, [said])
        for name, pieces in members:
            writer.add(name, pieces)
        writer.finish(MAC)
    return file


contents = st.lists(st.binary(max_size=2000), max_size=4)


@given(st.lists(contents, max_size=5))
def test_what_is_written_is_read_back_in_its_order(parts: list[list[bytes]]):
    file = packed(*((f"files/{n}", pieces) for n, pieces in enumerate(parts)))
    archive.verify(file, HERE, MAC)
    found = [(m.name, b"".join(m.pieces)) for m in archive.read(file, HERE)]
    assert [pair for pair in found if pair[0].startswith("files/")] == [
        (f"files/{n}", b"".join(pieces)) for n, pieces in enumerate(parts)
    ]
    assert archive.manifest(file, HERE) == SAID


def test_a_member_of_more_than_eight_gigabytes_has_room_for_its_size():
    head = archive._header("database.dump", 9 << 30)
    assert tarfile.TarInfo.frombuf(head, "ascii", "strict").size == 9 << 30


@given(st.data())
def test_one_changed_byte_of_what_counts_is_found(data: st.DataObject):
    whole = packed(("database.dump", [b"isi" * 400]), ("files/1/ab/cd", [b"x" * 700])).getvalue()
    content = [n for n, byte in enumerate(whole) if byte]
    place = data.draw(st.sampled_from(content))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        archive.verify(io.BytesIO(changed), HERE, MAC)
    except BackupDamaged:
        return
    # A header's owner, time or kind may change: none of it is ever used.
    assert [(m.name, m.size, b"".join(m.pieces)) for m in archive.read(io.BytesIO(changed), HERE)] == [
        (m.name, m.size, b"".join(m.pieces)) for m in archive.read(io.BytesIO(whole), HERE)
    ]


@given(st.data())
def test_a_backup_cut_anywhere_is_refused(data: st.DataObject):
    whole = packed(("database.dump", [b"isi" * 400])).getvalue()
    # The last two blocks are the end mark of a tar file, of which one is enough.
    cut = data.draw(st.integers(0, len(whole) - 2 * tarfile.BLOCKSIZE))
    with pytest.raises(BackupDamaged):
        archive.verify(io.BytesIO(whole[:cut]), HERE, MAC)


@given(st.binary(max_size=3000))
def test_any_other_file_is_refused_as_no_backup(data: bytes):
    with pytest.raises(BackupDamaged):
        archive.manifest(io.BytesIO(data), HERE)


def test_sums_made_anew_without_the_master_key_are_refused():
    forged = packed(("database.dump", [b"drop table submissions"]))
    with pytest.raises(BackupDamaged):
        archive.verify(forged, HERE, archive.mac_of(b"\1" * 32))


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b"null", b'"x"', b'{"format": 1}', b"\xff", b"1" * 5000])
def test_a_manifest_that_is_none_is_refused(said: bytes):
    with pytest.raises(BackupDamaged):
        archive.manifest(packed(said=said), HERE)


def test_a_later_format_is_refused_with_the_version_that_made_it():
    later = json.dumps({"format": 2, "lentera": "9.1.0"}).encode()
    with pytest.raises(BackupTooNew) as refused:
        archive.manifest(packed(said=later), HERE)
    assert "9.1.0" in refused.value.text()


def test_tar_and_sha256sum_read_and_check_it(tmp_path: Path):
    file = tmp_path / "cadangan.tar"
    file.write_bytes(packed(("database.dump", [b"isi"]), (f"files/1/ab/{'ab' * 32}", [b"sandi"])).getvalue())
    subprocess.run(["tar", "-xf", file], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert (tmp_path / "database.dump").read_bytes() == b"isi"
