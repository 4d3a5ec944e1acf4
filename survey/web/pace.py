"""The ceiling on the way of a vote: a plain counter, because Flask-Limiter's memory store starts a thread a hit.

Measured: a tenth of what a vote costs. A vote states what is wanted, so this only keeps a script from burning the CPU.
"""

from __future__ import annotations

import time

from survey.core.errors import TooMany
from survey.core.text import N_


class Pace:
    """At most `most` acts of one mark in each window of `seconds`; the whole table goes when the window does."""

    def __init__(self, most: int, seconds: int) -> None:
        self._most = most
        self._seconds = seconds
        self._window = 0
        self._counts: dict[str, int] = {}

    def spend(self, mark: str) -> None:
        """Count one act of `mark`; raises `TooMany` above the ceiling."""
        window = int(time.monotonic() / self._seconds)
        if window != self._window:
            self._window, self._counts = window, {}
        count = self._counts[mark] = self._counts.get(mark, 0) + 1
        if count > self._most:
            raise TooMany(N_("Bạn thao tác hơi nhanh. Hãy đợi nửa phút rồi thử lại."), self._seconds)
