"""Identifiers: how long, of which letters, and which of them can be made again and by whom."""

from __future__ import annotations

import re

import pytest

from survey.core import ids

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PARTS = ("dialogue0001", "member0001", "0")


def test_codes_have_no_letter_that_looks_like_another():
    assert not set("01OIoi") & set(ids.CODE_ALPHABET)
    assert len(ids.CODE_ALPHABET) == len(set(ids.CODE_ALPHABET)) == 32


@pytest.mark.parametrize(("make", "length"), [(ids.new_code, 6), (ids.new_card_code, 8)])
def test_new_codes_are_of_their_length_and_alphabet(make, length):
    codes = {make() for _ in range(200)}
    assert all(len(code) == length and set(code) <= set(ids.CODE_ALPHABET) for code in codes)
    assert len(codes) == 200


def test_letters_of_card_codes_are_evenly_drawn():
    """40 bits are 40 bits: no letter comes much oftener than another."""
    letters = "".join(ids.new_card_code() for _ in range(4_000))
    counts = [letters.count(letter) for letter in ids.CODE_ALPHABET]
    assert sum(counts) == 32_000
    assert min(counts) > 850
    assert max(counts) < 1_150


def test_a_code_from_a_key_is_the_same_for_who_holds_the_key():
    made = ids.code_from(KEY, "twin", *PARTS)
    assert made == ids.code_from(KEY, "twin", *PARTS)
    assert len(made) == 8
    assert set(made) <= set(ids.CODE_ALPHABET)
    others = {
        ids.code_from(OTHER_KEY, "twin", *PARTS),
        ids.code_from(KEY, "link", *PARTS),
        ids.code_from(KEY, "twin", *PARTS[:2], "1"),
    }
    assert made not in others
    assert len(others) == 3


def test_codes_from_a_key_do_not_meet_in_a_roll_of_five_thousand():
    assert len({ids.code_from(KEY, "twin", "dialogue0001", str(n), "0") for n in range(5_000)}) == 5_000


def test_a_token_from_a_key_looks_like_a_new_one():
    """Nothing in a ballot's secret shows which way it came in."""
    form = re.compile(r"[A-Za-z0-9_-]{27}")
    made = ids.token_from(KEY, "ballot", *PARTS)
    assert form.fullmatch(made)
    assert form.fullmatch(ids.new_token())
    assert made == ids.token_from(KEY, "ballot", *PARTS)
    assert made != ids.token_from(OTHER_KEY, "ballot", *PARTS)


def test_parts_do_not_run_into_each_other():
    assert ids.mark(KEY, "ab", "c") != ids.mark(KEY, "a", "bc")
    assert ids.token_from(KEY, "ab", "c") != ids.token_from(KEY, "a", "bc")
    assert ids.code_from(KEY, "ab", "c") != ids.code_from(KEY, "a", "bc")


@pytest.mark.parametrize(
    "typed", ["HAM5CPAC", "ham5cpac", "HAM5-CPAC", " ham5 cpac ", "h.a.m.5.c.p.a.c", "HAM5\u00a0CPAC\n"]
)
def test_a_typed_code_has_one_form(typed):
    assert ids.normal_code(typed) == "HAM5CPAC"


def test_what_is_stored_is_sixteen_bytes():
    assert len(ids.digest(ids.new_token())) == len(ids.mark(KEY, "x")) == 16


def test_ids_can_stand_in_a_url_and_a_selector():
    made = {ids.new_id() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[a-z2-7]{12}", one) for one in made)
    assert all(0 <= ids.new_tie() < 2**62 for _ in range(50))
