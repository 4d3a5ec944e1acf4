"""What another process writes reaches the screens, also after trouble."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy.exc import OperationalError

from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET_ALL
from survey.core.bus import Bus
from survey.live.watch import watch


class Stumbling:
    """A database that is as it was when the watch begins, cannot be asked once, and changes afterwards."""

    is_sqlite = True

    def __init__(self, trouble: Exception) -> None:
        self.answers: list[Exception | bool] = [False, trouble, True]

    def changed_elsewhere(self) -> bool:
        answer = self.answers.pop(0) if self.answers else False
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    "trouble", [sqlite3.OperationalError("database is locked"), OperationalError("SELECT", {}, Exception("gone"))]
)
def test_watching_goes_on_after_trouble(trouble: Exception) -> None:
    """A restore holds the file for a moment; what it brought must be seen, and what comes after it."""
    heard: list[frozenset[str]] = []
    twice = threading.Event()

    def listen(channels: frozenset[str]) -> None:
        heard.append(channels)
        if len(heard) == 2:
            twice.set()

    bus = Bus()
    bus.subscribe(listen)
    watch(Stumbling(trouble), bus, every=0.01)  # type: ignore[arg-type]
    assert twice.wait(5)
    assert heard == [frozenset({EVERYTHING, FORGET_ALL})] * 2
