"""Names in the order of Vietnamese lists, and as a key by which a database sorts them."""

from __future__ import annotations

from collections.abc import Sequence

from survey.core.text import sort_key

_SHIFT = 0x10001  # what is no letter has a negative key, and zeros end a part


def name_key(name: str) -> tuple[object, ...]:
    """Vietnamese lists go by the given name, which stands last, then by the whole name."""
    letters, tones, _text = sort_key(_given(name))
    return letters, tones, sort_key(name)


def collation(name: str) -> bytes:
    """`name_key` as bytes: 5,000 names are sorted by an index instead of in Python, on both databases alike."""
    given, given_tones, _text = sort_key(_given(name))
    whole, whole_tones, _text = sort_key(name)
    return b"".join(map(_packed, (given, given_tones, whole, whole_tones))) + name.encode()


def _given(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def _packed(values: Sequence[int]) -> bytes:
    return b"".join((value + _SHIFT).to_bytes(3, "big") for value in values) + bytes(3)
