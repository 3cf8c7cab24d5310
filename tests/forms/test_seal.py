"""What is sealed opens whole, with its own key and context, or not at all."""

import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import seal
from forms.problems import SealBroken

MASTER = bytes(range(32))
KEY = seal.Key(7, bytes(range(32, 64)))
OTHER = seal.Key(7, bytes(range(64, 96)))
XML = b'<data id="f"><nama>CANARY-NAMA-1</nama><nik>CANARY-NIK-1</nik><kota>Pontianak</kota></data>' * 20


# --- values ---


@settings(deadline=None)
@given(st.binary(max_size=2000), st.text(max_size=40), st.booleans(), st.integers(0, 2**32 - 1))
def test_a_value_opens_with_its_key_and_context(plaintext, context, compress, number):
    key = seal.Key(number, KEY.secret)
    sealed = seal.seal(key, plaintext, context, compress=compress)
    assert seal.unseal(key, sealed, context) == plaintext
    assert seal.key_number(sealed) == number
    assert len(sealed) <= len(plaintext) + 33


def test_a_value_does_not_open_with_another_key_number_or_context():
    sealed = seal.seal(KEY, XML, "submission 1")
    for key, context in ((OTHER, "submission 1"), (seal.Key(8, KEY.secret), "submission 1"), (KEY, "submission 2")):
        with pytest.raises(SealBroken):
            seal.unseal(key, sealed, context)


@pytest.mark.parametrize("compress", [False, True])
def test_a_value_with_any_bit_changed_or_byte_missing_or_added_does_not_open(compress):
    sealed = seal.seal(KEY, b"CANARY-NAMA-1 " * 4, "c", compress=compress)
    flipped = [sealed[:at] + bytes([sealed[at] ^ 1 << at % 8]) + sealed[at + 1 :] for at in range(len(sealed))]
    kinds = [bytes([kind]) + sealed[1:] for kind in range(256) if kind != sealed[0]]
    cut = [sealed[:end] for end in range(len(sealed))]
    for damaged in (*flipped, *kinds, *cut, sealed + b"\x00"):
        with pytest.raises(SealBroken):
            seal.unseal(KEY, damaged, "c")


def test_the_same_value_is_sealed_differently_each_time_and_never_shows():
    assert len({seal.seal(KEY, b"CANARY-NAMA-1", "c") for _ in range(1000)}) == 1000
    assert b"CANARY" not in seal.seal(KEY, XML, "c") + seal.seal(KEY, XML, "c", compress=True)


def test_xml_is_kept_in_a_fraction_of_its_size_and_what_does_not_shrink_is_left_as_it_is():
    assert len(seal.seal(KEY, XML, "c", compress=True)) < len(XML) / 3
    assert len(seal.seal(KEY, XML * 100, "c", compress=True)) < len(XML) * 100 / 3
    noise = os.urandom(1000)
    assert len(seal.seal(KEY, noise, "c", compress=True)) == len(noise) + 33


@pytest.mark.parametrize("data", [b"", b"\x01\x00", b"\x00\x00\x00\x00\x07", b"\x04" * 40, b"<data/>"])
def test_what_was_never_sealed_names_no_key(data):
    with pytest.raises(SealBroken):
        seal.key_number(data)


def test_one_key_serves_many_threads():
    def there_and_back(n):
        plaintext = b"%d" % n * 500
        return seal.unseal(KEY, seal.seal(KEY, plaintext, str(n)), str(n)) == plaintext

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(there_and_back, range(2000)))


# --- keys ---


def test_a_data_key_opens_with_its_master_key_and_context_alone():
    wrapped = seal.wrap(MASTER, KEY.secret, "project 1 key 7")
    assert seal.unwrap(MASTER, wrapped, "project 1 key 7") == KEY.secret
    assert seal.wrapped_by(wrapped) == seal.key_id(MASTER)
    for master, context in ((OTHER.secret, "project 1 key 7"), (MASTER, "project 2 key 7")):
        with pytest.raises(SealBroken):
            seal.unwrap(master, wrapped, context)
    for end in range(len(wrapped)):
        with pytest.raises(SealBroken):
            seal.unwrap(MASTER, wrapped[:end] + bytes([wrapped[end] ^ 1]) + wrapped[end + 1 :], "project 1 key 7")
        with pytest.raises(SealBroken):
            seal.unwrap(MASTER, wrapped[:end], "project 1 key 7")


def test_what_is_no_wrapped_key_names_no_master_key():
    with pytest.raises(SealBroken):
        seal.wrapped_by(seal.seal(KEY, b"", "c"))


def test_new_keys_differ_and_a_master_keys_name_does_not_tell_the_key():
    keys = {seal.new_key() for _ in range(100)}
    assert {len(k) for k in keys} == {32}
    assert len({seal.key_id(k) for k in keys}) == 100
    assert len(seal.key_id(MASTER)) == 16
    assert seal.key_id(MASTER) not in MASTER.hex()


def test_keys_derived_for_different_purposes_differ():
    assert seal.derive(MASTER, "a") == seal.derive(MASTER, "a") != seal.derive(MASTER, "b")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused_without_being_shown(length):
    for use in (lambda k: seal.Key(1, k), lambda k: seal.derive(k, "x"), lambda k: seal.wrap(MASTER, k, "c")):
        with pytest.raises(ValueError, match="32 bytes") as refused:
            use(b"S" * length)
        assert "SS" not in str(refused.value)


def test_neither_a_keys_repr_nor_a_failure_shows_key_or_plaintext():
    key = seal.Key(7, b"S" * 32)
    sealed = seal.seal(key, b"CANARY-NAMA-1", "c")
    assert "SS" not in repr(key)
    with pytest.raises(SealBroken) as broken:
        seal.unseal(OTHER, sealed, "c")
    shown = f"{broken.value!r} {broken.value.text('id')} {broken.value.details} {broken.value.__cause__}"
    assert "CANARY" not in shown
    assert broken.value.__suppress_context__


# --- files ---


def sealed_file(content, context="f", key=KEY):
    return b"".join(seal.seal_stream(key, io.BytesIO(content), context))


def opened(sealed, context="f", key=KEY):
    return b"".join(seal.unseal_stream(key, io.BytesIO(sealed), context))


C = seal.CHUNK
SIZES = [0, 1, C - 1, C, C + 1, 2 * C - 1, 2 * C, 2 * C + 1, 5 * C + 17]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_length_opens_as_it_was(size):
    content = os.urandom(size)
    sealed = sealed_file(content)
    assert opened(sealed) == content
    assert len(sealed) == seal.sealed_size(size)
    assert seal.key_number(sealed) == 7


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 3 * C), st.integers(1, C))
def test_a_source_that_gives_less_than_was_asked_for_makes_no_difference(size, step):
    class Dribble(io.BytesIO):
        def read(self, wanted=-1, /):
            return super().read(min(wanted, step))

    content = os.urandom(size)
    sealed = b"".join(seal.seal_stream(KEY, Dribble(content), "f"))
    assert b"".join(seal.unseal_stream(KEY, Dribble(sealed), "f")) == content


def test_a_file_does_not_open_with_another_key_number_or_context():
    sealed = sealed_file(b"CANARY-FOTO-1")
    for key, context in ((OTHER, "f"), (seal.Key(8, KEY.secret), "f"), (KEY, "g")):
        with pytest.raises(SealBroken):
            opened(sealed, context, key)
    with pytest.raises(SealBroken):
        seal.unseal(KEY, sealed, "f")


HEAD = 21
PIECE = C + 16


@pytest.mark.parametrize("size", [2 * C, 3 * C, 3 * C + 5])
@pytest.mark.parametrize(
    "change", ["cut", "cut a byte", "repeat", "swap", "drop the first", "append", "append a chunk"]
)
def test_a_file_with_chunks_missing_moved_or_added_does_not_open(size, change):
    sealed = sealed_file(os.urandom(size))
    head, body = sealed[:HEAD], sealed[HEAD:]
    pieces = [body[at : at + PIECE] for at in range(0, len(body), PIECE)]
    changed = {
        "cut": pieces[:-1],
        "cut a byte": [*pieces[:-1], pieces[-1][:-1]],
        "repeat": [pieces[0], *pieces],
        "swap": [pieces[1], pieces[0], *pieces[2:]],
        "drop the first": pieces[1:],
        "append": [*pieces, b"\x00"],
        "append a chunk": [*pieces, pieces[-1]],
    }[change]
    with pytest.raises(SealBroken):
        opened(head + b"".join(changed))


def test_a_file_cut_anywhere_or_with_any_bit_changed_does_not_open():
    sealed = sealed_file(b"CANARY-FOTO-1 " * 3)
    for at in range(len(sealed)):
        for damaged in (sealed[:at], sealed[:at] + bytes([sealed[at] ^ 0x80]) + sealed[at + 1 :]):
            with pytest.raises(SealBroken):
                opened(damaged)


def test_a_chunk_of_another_file_does_not_fit_in():
    mine, theirs = sealed_file(b"a" * C * 2), sealed_file(b"b" * C * 2)
    with pytest.raises(SealBroken):
        opened(mine[: HEAD + PIECE] + theirs[HEAD + PIECE :])


def test_what_comes_before_the_damage_is_given_and_then_it_fails():
    sealed = bytearray(sealed_file(b"a" * C + b"b" * C))
    sealed[-1] ^= 1
    pieces = seal.unseal_stream(KEY, io.BytesIO(bytes(sealed)), "f")
    assert next(pieces) == b"a" * C
    with pytest.raises(SealBroken):
        next(pieces)


# --- hashes ---


def test_equal_values_have_equal_hashes_within_one_purpose_and_key_only():
    found = seal.keyed_hash(KEY, "nik", "CANARY-NIK-1")
    assert found == seal.keyed_hash(KEY, "nik", b"CANARY-NIK-1")
    assert len(found) == 32
    others = {
        seal.keyed_hash(KEY, "telepon", "CANARY-NIK-1"),
        seal.keyed_hash(OTHER, "nik", "CANARY-NIK-1"),
        seal.keyed_hash(KEY, "nik", "CANARY-NIK-2"),
        seal.keyed_hash(KEY, "nikC", "ANARY-NIK-1"),
    }
    assert len(others | {found}) == 5


def test_text_that_utf8_cannot_hold_is_hashed_too_rather_than_quoted_in_an_error():
    assert seal.keyed_hash(KEY, "nik", "\ud800") != seal.keyed_hash(KEY, "nik", "\ud801")


# --- what earlier releases sealed ---


def test_what_was_sealed_by_an_earlier_release_still_opens():
    value = "0100000007111111111111111111111111094be05858a41525a8b14c5765e80c75fdeb09420767850b724b9772bd"
    deflated = "02000000071111111111111111111111110146e44f42591a6de9fefaeef23baa73624749798b4071cec5"
    file = "030000000711111111111111111111111111111111f7badc4cd05c6ef3fc8015ccd1842362fd030e8c720ea13bf1ca859177"
    wrapped = (
        "048054d76a43b7e56311111111111111111111111146138b410d3fd3559f8acc0ba4310da139d0f44f3f49f85acbc959548b1f80fe"
        "75448c2cbc1752226204475cf750512f"
    )
    assert seal.unseal(KEY, bytes.fromhex(value), "c") == b"CANARY-NAMA-1"
    assert seal.unseal(KEY, bytes.fromhex(deflated), "c") == b"abc " * 20
    assert opened(bytes.fromhex(file), "c") == b"CANARY-FOTO-1"
    assert seal.unwrap(MASTER, bytes.fromhex(wrapped), "c") == KEY.secret
    assert seal.key_id(MASTER) == "8054d76a43b7e563"
    nik = "9e0e0c2c5c03b3a29314eec934ced59e13ca8f8c0ee7c82c8436e4fb1441e3eb"
    assert seal.keyed_hash(KEY, "nik", "CANARY-NIK-1").hex() == nik
