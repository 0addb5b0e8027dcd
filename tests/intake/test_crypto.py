"""Encryption: what is written is unreadable, opens only with its key and in its column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.crypto import KeyRing, KeyRingError, Undecryptable, generate_keys, parse_keys

RING = parse_keys(generate_keys())


@given(st.binary(max_size=200), st.text(max_size=30))
def test_what_goes_in_comes_out_and_is_not_seen_inside(plain: bytes, column: str) -> None:
    stored = RING.encrypt(plain, column)
    assert RING.decrypt(stored, column) == plain
    assert len(plain) < 4 or plain not in stored


def test_the_same_words_twice_are_two_ciphertexts_but_one_hash() -> None:
    assert RING.encrypt(b"05692", "a") != RING.encrypt(b"05692", "a")
    assert RING.hash("+4956925551234") == RING.hash("+4956925551234")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    stored = RING.encrypt(b"a name", "requests.name")
    with pytest.raises(Undecryptable, match=r"helpers\.name"):
        RING.decrypt(stored, "helpers.name")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old = RING
    new_key = parse_keys(generate_keys()).keys["k1"]
    rotated = KeyRing({"k2": new_key, **old.keys}, old.lookup)
    assert rotated.decrypt(old.encrypt(b"x", "c"), "c") == b"x"
    assert rotated.encrypt(b"x", "c")[1:3] == b"k2"
    assert rotated.hash("n") == old.hash("n")


def test_without_its_key_a_value_says_which_setting_lost_it() -> None:
    stranger = parse_keys(generate_keys().replace("k1:", "k9:"))
    with pytest.raises(Undecryptable, match="HOTLINE_KEYS"):
        stranger.decrypt(RING.encrypt(b"x", "c"), "c")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "name:base64"),
        ("k1", "name:base64"),
        ("k1:AAAA,lookup:AAAA", "3 bytes instead of 32"),
        ("k1:" + "A" * 43 + "=", "lookup"),
        ("lookup:" + "A" * 43 + "=", "no encryption key"),
        ("k1:" + "A" * 43 + "=,k1:" + "A" * 43 + "=", "stands twice"),
        ("k1:???!", "k1"),
    ],
)
def test_a_faulty_ring_is_refused_with_the_entry_and_the_fix(text: str, fault: str) -> None:
    with pytest.raises(KeyRingError, match=fault):
        parse_keys(text)
