"""Shuffling by the system's randomness, fetched at once: asking for it number by number costs ten times as much."""

from __future__ import annotations

import os
from collections.abc import MutableSequence
from operator import itemgetter
from typing import TypeVar

T = TypeVar("T")
_BYTES = 10  # of a key: among 10,000 the chance that any two are alike is below 10^-16
_by_key = itemgetter(0)


def shuffle(those: MutableSequence[T]) -> None:
    """Put them into a random order that nobody can foresee: each gets a random key, and they are sorted by it."""
    keys = os.urandom(_BYTES * len(those))
    drawn = [(keys[place * _BYTES : (place + 1) * _BYTES], one) for place, one in enumerate(those)]
    drawn.sort(key=_by_key)
    those[:] = [one for _key, one in drawn]
