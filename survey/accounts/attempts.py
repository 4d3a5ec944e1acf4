"""Failed sign-ins, in memory only and under a key that dies with the process.

A hall sits behind one address, so a wrong password slows down its own name from its own address first; the name as a
whole is slowed only after many failures, and an address has a ceiling far above what a staff of fifty mistypes.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from survey.core.errors import TooMany
from survey.core.ids import mark
from survey.core.text import N_
from survey.web.limits import network

FREE_HERE = 4  # failures of one name from one address before a delay
FREE_ANYWHERE = 20  # failures of one name from all addresses before a delay
LONGEST_WAIT = 60.0  # seconds; enough against guessing, and never a lock-out
ADDRESS_CEILING = 100  # failures of one address in `WINDOW`
WINDOW = 600.0  # seconds after which failures are forgotten
MOST_KEPT = 20_000  # marks; the oldest go first, so that memory has an end


@dataclass(slots=True)
class _Count:
    failures: int
    last: float


class Attempts:
    """Counts failures; `clock` is in seconds and only ever compared with itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._counts: dict[bytes, _Count] = {}
        self._lock, self._guard = threading.Lock(), threading.Lock()

    def check(self, login: str, address: str) -> None:
        """Raise `TooMany` with the seconds to wait; asking does not lengthen the wait."""
        pair, name, place = self._marks(login, address)
        wait = max(self._wait(pair, FREE_HERE), self._wait(name, FREE_ANYWHERE), self._wait_of_address(place))
        if wait > 0:
            seconds = int(wait) + 1
            raise TooMany(
                N_(
                    "Đã thử sai nhiều lần. Hãy đợi %(seconds)s giây rồi thử lại, hoặc xin ban tổ chức đường dẫn đặt lại."
                ),
                seconds,
                seconds=seconds,
            )

    def begin(self, login: str, address: str) -> None:
        """`check`, and count a failure in advance, which `succeeded` takes back.

        Hashing takes its time: of a hundred passwords sent at once, those above the limit must wait like all others.
        """
        with self._guard:
            self.check(login, address)
            self.failed(login, address)

    def failed(self, login: str, address: str) -> None:
        """Count one wrong password."""
        with self._lock:
            for key in self._marks(login, address):
                count = self._counts.pop(key, None)
                fresh = count is None or self._clock() - count.last > WINDOW
                before = 0 if count is None or fresh else count.failures
                self._counts[key] = _Count(before + 1, self._clock())
            while len(self._counts) > MOST_KEPT:
                self._counts.pop(next(iter(self._counts)))

    def succeeded(self, login: str, address: str) -> None:
        """Forget what was mistyped under this name here; elsewhere somebody may still be guessing."""
        pair, *others = self._marks(login, address)
        with self._lock:
            self._counts.pop(pair, None)
            for count in filter(None, map(self._counts.get, others)):
                count.failures = max(0, count.failures - 1)  # the one that was counted in advance

    def _marks(self, login: str, address: str) -> tuple[bytes, bytes, bytes]:
        address = network(address)
        return (
            mark(self._key, "pair", login, address),
            mark(self._key, "name", login),
            mark(self._key, "address", address),
        )

    def _wait(self, key: bytes, free: int) -> float:
        count = self._counts.get(key)
        if count is None or count.failures < free:
            return 0.0
        delay = min(LONGEST_WAIT, 2.0 ** (count.failures - free + 1))
        return count.last + delay - self._clock()

    def _wait_of_address(self, key: bytes) -> float:
        count = self._counts.get(key)
        if count is None or count.failures < ADDRESS_CEILING:
            return 0.0
        return count.last + LONGEST_WAIT - self._clock()
