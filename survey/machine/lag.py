"""How late the loop is: a thread that wants to wake at a given moment, and how much later it did."""

from __future__ import annotations

import threading
import time
from collections import deque

EVERY = 0.25  # seconds between two looks
SPAN = 5.0  # seconds in one bin
BINS = 12  # a minute


class Lag:
    """The longest delay within the last minute; 0 before it was started."""

    def __init__(self) -> None:
        self._bins: deque[float] = deque(maxlen=BINS)
        self._until = 0.0

    @property
    def worst(self) -> float:
        """Seconds."""
        return max(self._bins, default=0.0)

    def start(self) -> None:
        """Look for as long as the process lives."""
        threading.Thread(target=self._look, name="lag", daemon=True).start()

    def note(self, late: float, moment: float) -> None:
        """It was so late at `moment` of a clock that never goes back."""
        if moment >= self._until or not self._bins:
            self._bins.append(0.0)
            self._until = moment + SPAN
        self._bins[-1] = max(self._bins[-1], late)

    def _look(self) -> None:
        while True:
            before = time.monotonic()
            time.sleep(EVERY)
            after = time.monotonic()
            self.note(max(after - before - EVERY, 0.0), after)
