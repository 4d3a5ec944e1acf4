"""The negative control: a writer that answers first and commits later, as many a server does to be quick.

It is right as long as nobody dies: what it answers is what the write gives, and every write is done in its order.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import gevent

from survey.core.jobs import Job
from survey.core.writer import Writer

LATER = 0.1  # seconds
_finished = Writer._finished


class _Tried(Exception):
    def __init__(self, result: Any) -> None:
        self.result = result


def acknowledge_before_commit() -> None:
    """From now on a vote's answer comes from a transaction that is undone, and the real one follows."""
    todo: deque[tuple[Writer, Job]] = deque()
    started: list[Any] = []

    def later() -> None:
        while True:
            gevent.sleep(LATER)
            while todo:
                _finished(*todo.popleft())

    def finished(self: Writer, job: Job) -> Any:
        if not job.brief:
            return _finished(self, job)
        run = job.run

        def try_out(hand: Any) -> None:
            raise _Tried(run(hand))

        try:
            _finished(self, Job(try_out, brief=True))
        except _Tried as tried:
            if not started:
                started.append(gevent.spawn(later))
            todo.append((self, job))
            return tried.result
        raise AssertionError("it was tried")

    Writer._finished = finished  # type: ignore[method-assign]
