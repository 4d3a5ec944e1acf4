"""Passes between the roll's side and the room's: what holds, what does not, and what they say."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core import passes
from survey.core.errors import Invalid
from survey.core.ids import new_token
from survey.core.ids import token_from

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DIALOGUE = "dialogue0001"
NOW = 1_800_000_000


def test_a_pass_gives_its_secret_back():
    secret = new_token()
    assert passes.unseal(KEY, DIALOGUE, passes.seal(KEY, DIALOGUE, secret, NOW), NOW).secret == secret


def test_a_secret_made_from_a_key_fits_a_pass():
    secret = token_from(KEY, "ballot", DIALOGUE, "member")
    assert passes.unseal(KEY, DIALOGUE, passes.seal(KEY, DIALOGUE, secret, NOW), NOW).secret == secret


def test_two_passes_of_one_secret_are_two_uses():
    secret = new_token()
    first, second = (passes.seal(KEY, DIALOGUE, secret, NOW) for _ in range(2))
    assert first != second
    assert passes.unseal(KEY, DIALOGUE, first, NOW).use != passes.unseal(KEY, DIALOGUE, second, NOW).use
    assert passes.unseal(KEY, DIALOGUE, first, NOW).use == passes.unseal(KEY, DIALOGUE, first, NOW + 60).use


@pytest.mark.parametrize("seconds", [-passes.GOOD_FOR, 0, passes.GOOD_FOR])
def test_a_pass_holds_for_a_quarter_of_an_hour(seconds):
    """Either way: two machines, or a clock that was set back, must not shut a hall out."""
    secret = new_token()
    assert passes.unseal(KEY, DIALOGUE, passes.seal(KEY, DIALOGUE, secret, NOW), NOW + seconds).secret == secret


@pytest.mark.parametrize("seconds", [-passes.GOOD_FOR - 1, passes.GOOD_FOR + 1, 24 * 3600])
def test_a_pass_that_lay_too_long_is_refused_with_advice(seconds):
    text = passes.seal(KEY, DIALOGUE, new_token(), NOW)
    with pytest.raises(Invalid, match="mười lăm phút"):
        passes.unseal(KEY, DIALOGUE, text, NOW + seconds)


@pytest.mark.parametrize(("key", "dialogue"), [(OTHER_KEY, DIALOGUE), (KEY, "dialogue0002")])
def test_another_key_or_dialogue_opens_nothing(key, dialogue):
    text = passes.seal(KEY, DIALOGUE, new_token(), NOW)
    with pytest.raises(Invalid, match="không đúng"):
        passes.unseal(key, dialogue, text, NOW)


def test_every_altered_byte_is_seen():
    text = passes.seal(KEY, DIALOGUE, new_token(), NOW)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(Invalid):
            passes.unseal(KEY, DIALOGUE, base64.urlsafe_b64encode(changed).decode().rstrip("="), NOW)


@given(st.text(max_size=200) | st.binary(max_size=90).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused_and_breaks_nothing(text):
    with pytest.raises(Invalid):
        passes.unseal(KEY, DIALOGUE, text, NOW)


def test_a_pass_names_no_dialogue():
    """What lies in a browser's history says neither which dialogue nor which member."""
    raw = base64.urlsafe_b64decode(passes.seal(KEY, DIALOGUE, new_token(), NOW) + "==")
    assert DIALOGUE.encode() not in raw
