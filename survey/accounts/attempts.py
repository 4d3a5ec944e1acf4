"""Failed sign-ins, in memory only and hashed; several processes count them together (`core.common`).

A hall sits behind one address, so a wrong password slows down its own name from its own address first; the name as a
whole is slowed only after many failures, and an address has a ceiling far above what a staff of fifty mistypes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypedDict

from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.common import Table
from survey.core.errors import TooMany
from survey.core.text import N_
from survey.web.limits import network

FREE_HERE = 4  # failures of one name from one address before a delay
FREE_ANYWHERE = 20  # failures of one name from all addresses before a delay
LONGEST_WAIT = 60.0  # seconds; enough against guessing, and never a lock-out
ADDRESS_CEILING = 100  # failures of one address in `WINDOW`
WINDOW = 600.0  # seconds after which failures are forgotten
SKEW = 60.0  # seconds by which clocks of hosts may differ
MOST_KEPT = 20_000  # marks; the oldest go first, so that memory has an end


class _Count(TypedDict):
    failures: int
    last: float


class Attempts:
    """Counts failures; `clock` is in seconds, the same for all processes."""

    def __init__(self, clock: Callable[[], float] = time.time, common: Common = COMMON) -> None:
        self._clock, self._common = clock, common
        self._counts: Table[_Count] = Table(common, "attempts", most=MOST_KEPT, seconds=int(WINDOW))
        self._guard = threading.Lock()

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
        for key in self._marks(login, address):
            self._counts.agree(key, self._more)

    def succeeded(self, login: str, address: str) -> None:
        """Forget what was mistyped under this name here; elsewhere somebody may still be guessing."""
        pair, *others = self._marks(login, address)
        self._counts.drop(pair)
        for key in others:
            self._counts.agree(key, _fewer)  # the one that was counted in advance

    def _more(self, count: _Count | None) -> _Count:
        return _Count(failures=self._failures(count) + 1, last=self._clock())

    def _failures(self, count: _Count | None) -> int:
        """What counts still; a failure from a time that the clock has not reached again counts for nothing."""
        return count["failures"] if count is not None and -SKEW <= self._clock() - count["last"] <= WINDOW else 0

    def _marks(self, login: str, address: str) -> tuple[str, str, str]:
        address, hidden = network(address), self._common.hidden
        return hidden("pair", login, address), hidden("name", login), hidden("address", address)

    def _wait(self, key: str, free: int) -> float:
        count = self._counts.agree(key, _same)
        failures = self._failures(count)
        if count is None or failures < free:
            return 0.0
        delay = min(LONGEST_WAIT, 2.0 ** min(failures - free + 1, 10))
        return count["last"] + delay - self._clock()

    def _wait_of_address(self, key: str) -> float:
        count = self._counts.agree(key, _same)
        if count is None or self._failures(count) < ADDRESS_CEILING:
            return 0.0
        return count["last"] + LONGEST_WAIT - self._clock()


def _same(count: _Count | None) -> _Count | None:
    return count


def _fewer(count: _Count | None) -> _Count | None:
    return count and _Count(failures=max(0, count["failures"] - 1), last=count["last"])
