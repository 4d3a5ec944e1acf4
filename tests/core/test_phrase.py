"""The words by which people compare a key: long enough, made by rule, of nothing but the key."""

from __future__ import annotations

import hashlib
import unicodedata

from survey.core import blind
from survey.core import phrase

# Of the list as it was when the first phrase was read aloud: another list would make another phrase of the same key.
PINNED = "b1f2888892a79769"


def test_the_list_has_a_thousand_and_twenty_four_different_syllables() -> None:
    """60 bits in six of them, in the one form in which they are stored."""
    assert len(set(phrase.WORDS)) == len(phrase.WORDS) == 1 << phrase.BITS
    assert all(unicodedata.normalize("NFC", word) == word for word in phrase.WORDS)
    assert hashlib.sha256(" ".join(phrase.WORDS).encode()).hexdigest()[:16] == PINNED


def test_a_phrase_is_the_first_sixty_bits_of_the_fingerprint() -> None:
    """Read back, the syllables are those bits; another key has another phrase."""
    one, other = (blind.public_of(blind.new_key()) for _ in range(2))
    bits = 0
    for word in phrase.of(one).split():
        bits = bits << phrase.BITS | phrase.WORDS.index(word)
    assert bits == int.from_bytes(blind.fingerprint(one)[:8], "big") >> 4
    assert phrase.of(one) != phrase.of(other)
