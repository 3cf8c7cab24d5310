"""Files are kept sealed, once, whole, and on the disk before anyone is told so."""

import io
import os
import resource
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5
from pathlib import Path

import pytest

from forms import seal
from forms.blobs import Store
from forms.problems import BlobMissing, SealBroken, StorageFull

KEY = seal.Key(1, bytes(range(32)))
KEYS = {1: KEY}
PHOTO = b"CANARY-FOTO-1 " * 20_000


@pytest.fixture
def root(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def store(root):
    return Store(root)


def keep(store, content, key=KEY, project=1):
    return store.keep(key, io.BytesIO(content), project)


def files(root):
    return [path for path in root.rglob("*") if path.is_file()]


# --- keeping ---


@pytest.mark.parametrize("content", [b"", b"x", PHOTO, os.urandom(3 * seal.CHUNK)])
def test_a_kept_file_comes_back_as_it_was(store, content):
    blob = keep(store, content)
    assert (blob.project_id, blob.size, blob.md5) == (1, len(content), md5(content, usedforsecurity=False).hexdigest())
    assert b"".join(store.open(KEYS, 1, blob.hash)) == content
    assert store.check(KEYS, 1, blob.hash) == len(content)


def test_the_whole_stream_is_kept_wherever_it_stood(store):
    stream = io.BytesIO(PHOTO)
    stream.seek(1000)
    assert store.keep(KEY, stream, 1).size == len(PHOTO)


def test_on_disk_a_file_is_sealed_private_and_named_by_nothing_that_tells_of_it(store, root):
    blob = keep(store, PHOTO)
    [path] = files(root)
    assert path == root / "1" / blob.hash.hex()[:2] / blob.hash.hex() == store.path(1, blob.hash)
    assert b"CANARY" not in path.read_bytes()
    assert path.name != blob.md5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (root, *path.parents[:2], root / "incoming")} == {0o700}


def test_the_same_content_is_kept_once_and_not_written_again(store, root):
    first = keep(store, PHOTO)
    written = store.path(1, first.hash).read_bytes()
    assert keep(store, PHOTO) == first
    assert keep(Store(root), PHOTO) == first
    assert [path.read_bytes() for path in files(root)] == [written]


def test_projects_and_keys_do_not_share_files(store):
    blobs = [keep(store, PHOTO), keep(store, PHOTO, project=2), keep(store, PHOTO, key=seal.Key(2, os.urandom(32)))]
    assert sorted(store.walk()) == sorted((b.project_id, b.hash) for b in blobs)
    assert len(set(store.walk())) == 3
    assert blobs[0].md5 == blobs[2].md5


def test_many_threads_keeping_the_same_and_other_files_at_once_keep_each_once(store, root):
    contents = [b"sama" * 50_000] * 8 + [os.urandom(100_000) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        blobs = list(threads.map(lambda content: keep(store, content), contents))
    assert len({b.hash for b in blobs}) == 9 == len(files(root))
    assert all(b"".join(store.open(KEYS, 1, b.hash)) == c for b, c in zip(blobs, contents, strict=True))


def test_two_processes_keeping_the_same_file_at_once_keep_it_once(store, root):
    program = (
        "import io, sys; from pathlib import Path; from forms import seal; from forms.blobs import Store\n"
        "store = Store(Path(sys.argv[1])); key = seal.Key(1, bytes(range(32))); sys.stdin.read(1)\n"
        "for n in range(20): store.keep(key, io.BytesIO(b'%d' % n * 90_000), 1)\n"
    )
    arguments = [sys.executable, "-c", program, str(root)]
    here = Path(__file__).parents[2]
    both = [subprocess.Popen(arguments, cwd=here, stdin=subprocess.PIPE) for _ in range(2)]
    for process in both:
        process.stdin.write(b"x")
        process.stdin.close()
    assert [process.wait() for process in both] == [0, 0]
    assert len(files(root)) == 20
    assert {store.check(KEYS, *name) for name in store.walk()} == {90_000, 180_000}


def test_a_file_that_was_cut_on_the_disk_is_written_anew_when_it_is_sent_again(store):
    blob = keep(store, PHOTO)
    os.truncate(store.path(1, blob.hash), 100)
    assert keep(store, PHOTO) == blob
    assert b"".join(store.open(KEYS, 1, blob.hash)) == PHOTO


# --- durability ---


@pytest.fixture
def events(monkeypatch):
    """Record what reaches the disk: files and folders synced, and files moved into place."""
    seen = []
    fsync, replace = os.fsync, Path.replace

    def record_fsync(handle):
        fsync(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        seen.append(("sync", path.parent if path.parent.name == "incoming" else path))

    def record_replace(path, target):
        seen.append(("move", target))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(Path, "replace", record_replace)
    return seen


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to tell which file was synced")


@needs_proc
def test_file_and_folders_are_synced_before_a_file_counts_as_kept(store, root, events):
    path = store.path(1, keep(store, PHOTO).hash)
    assert events[-3:] == [("sync", root / "incoming"), ("move", path), ("sync", path.parent)]
    assert {p for kind, p in events[:-3] if kind == "sync"} == {root.parent, root, root / "1"}


@needs_proc
def test_a_file_that_is_there_already_has_its_folders_synced_as_well(root, events):
    path = Store(root).path(1, keep(Store(root), PHOTO).hash)
    events.clear()
    keep(Store(root), PHOTO)
    assert events[-1] == ("sync", path.parent)
    assert {p for _, p in events} == {root.parent, root, root / "1", path.parent}


@needs_proc
def test_removing_a_file_is_synced(store, events):
    blob = keep(store, PHOTO)
    events.clear()
    store.discard(1, blob.hash)
    assert events == [("sync", store.path(1, blob.hash).parent)]


# --- a full disk and other failures ---


@pytest.fixture
def little_room():
    """Let no file of this process grow beyond 100 kB, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("little_room")
def test_a_full_disk_is_refused_and_nothing_is_left_behind(store, root):
    with pytest.raises(StorageFull):
        keep(store, PHOTO)
    assert files(root) == []
    assert keep(store, b"kecil").size == 5


def test_another_failure_of_the_disk_is_not_called_a_full_one(store, root):
    root.parent.mkdir(exist_ok=True)
    root.write_bytes(b"no folder")
    with pytest.raises(FileExistsError):
        keep(store, PHOTO)


def test_a_stream_that_fails_halfway_leaves_nothing_behind(store, root):
    class Failing(io.BytesIO):
        passes = 0

        def seek(self, *where):
            self.passes += 1
            return super().seek(*where)

        def read(self, size=-1, /):
            if self.passes == 2 and self.tell() > seal.CHUNK:
                raise EOFError
            return super().read(size)

    with pytest.raises(EOFError):
        store.keep(KEY, Failing(PHOTO), 1)
    assert files(root) == []


# --- reading ---


def test_a_missing_file_is_a_problem_when_it_is_asked_for(store):
    blob = keep(store, PHOTO)
    store.discard(1, blob.hash)
    store.discard(1, blob.hash)
    store.discard(9, blob.hash)
    for read in (store.open, store.check):
        with pytest.raises(BlobMissing):
            read(KEYS, 1, blob.hash)


def test_a_file_damaged_at_its_start_is_found_before_a_byte_is_given(store):
    blob = keep(store, PHOTO)
    path = store.path(1, blob.hash)
    whole = path.read_bytes()
    for damaged in (b"", whole[:3], whole[:21], b"\x00" + whole[1:], whole[:30] + b"\x00\x00" + whole[32:]):
        path.write_bytes(damaged)
        with pytest.raises(SealBroken):
            store.open(KEYS, 1, blob.hash)
        with pytest.raises(SealBroken):
            store.check(KEYS, 1, blob.hash)


def test_a_file_damaged_further_on_fails_there(store):
    blob = keep(store, PHOTO)
    path = store.path(1, blob.hash)
    path.write_bytes(path.read_bytes()[:-1])
    pieces = store.open(KEYS, 1, blob.hash)
    assert next(pieces) == PHOTO[: seal.CHUNK]
    with pytest.raises(SealBroken):
        list(pieces)
    with pytest.raises(SealBroken):
        store.check(KEYS, 1, blob.hash)


def test_a_file_put_in_anothers_place_does_not_open(store):
    mine, theirs = keep(store, PHOTO), keep(store, PHOTO[::-1])
    store.path(1, mine.hash).write_bytes(store.path(1, theirs.hash).read_bytes())
    with pytest.raises(SealBroken):
        store.open(KEYS, 1, mine.hash)


def test_a_file_whose_content_is_not_what_its_name_says_is_found_by_the_check(store):
    blob = keep(store, PHOTO)
    forged = seal.seal_stream(KEY, io.BytesIO(PHOTO[::-1]), f"blob 1 {blob.hash.hex()}")
    store.path(1, blob.hash).write_bytes(b"".join(forged))
    with pytest.raises(SealBroken):
        store.check(KEYS, 1, blob.hash)


def test_a_file_opens_with_the_key_it_was_sealed_with_after_a_rotation_and_not_without_it(store):
    blob = keep(store, PHOTO)
    newer = seal.Key(2, os.urandom(32))
    assert b"".join(store.open({1: KEY, 2: newer}, 1, blob.hash)) == PHOTO
    with pytest.raises(SealBroken):
        store.open({2: newer}, 1, blob.hash)


def test_a_reader_keeps_its_file_while_another_discards_it(store):
    blob = keep(store, PHOTO)
    pieces = store.open(KEYS, 1, blob.hash)
    store.discard(1, blob.hash)
    assert b"".join(pieces) == PHOTO


# --- what lies about ---


def test_an_unfinished_file_is_never_listed_and_swept_once_its_writer_is_surely_gone(store, root):
    assert (list(store.walk()), store.sweep()) == ([], 0)
    blob = keep(store, PHOTO)
    fresh, old = root / "incoming" / ("a" * 32), root / "incoming" / ("b" * 32)
    for part in (fresh, old):
        part.write_bytes(b"sealed")
    os.utime(old, (0, time.time() - 7200))
    (root / "1" / "notes.txt").write_text("not ours")
    (root / "1" / blob.hash.hex()[:2] / "notes.txt").write_text("not ours")
    assert list(store.walk()) == [(1, blob.hash)]
    assert store.sweep() == 1
    assert list((root / "incoming").iterdir()) == [fresh]
