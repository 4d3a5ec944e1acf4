"""A pool of connections that serves who waits longest.

SQLAlchemy's own wakes one who waits, who may find that somebody newer was quicker and waits again, behind all others. Where
two hundred phones knock all the time, some so wait the whole five seconds and are sent away, though connections come back
every few milliseconds.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import queue


class _Waiter:
    """One in the line, and what was handed to it."""

    __slots__ = ("called", "item")

    def __init__(self, mutex: Any) -> None:
        self.called = threading.Condition(mutex)
        self.item: ConnectionPoolEntry | None = None


class _Line(queue.Queue[ConnectionPoolEntry]):
    """A queue that hands what comes back to the first of those who wait, and to nobody who comes later."""

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:
        super().__init__(maxsize, use_lifo)
        self._waiters: deque[_Waiter] = deque()

    def put(self, item: ConnectionPoolEntry, block: bool = True, timeout: float | None = None) -> None:
        with self.mutex:
            if not self._waiters:
                super().put(item, block, timeout)
                return
            first = self._waiters.popleft()
            first.item = item
            first.called.notify()

    def get(self, block: bool = True, timeout: float | None = None) -> ConnectionPoolEntry:
        with self.mutex:
            if not block or not self._empty():
                return super().get(block=False)
            mine = _Waiter(self.mutex)
            self._waiters.append(mine)
            try:
                _wait(mine, timeout)
            except BaseException:
                if mine.item is not None:
                    self.put(mine.item)
                raise
            finally:
                if mine in self._waiters:
                    self._waiters.remove(mine)
            if mine.item is None:
                raise queue.Empty
            return mine.item


def _wait(mine: _Waiter, timeout: float | None) -> None:
    end = None if timeout is None else time.monotonic() + timeout
    while mine.item is None and (end is None or end > time.monotonic()):
        mine.called.wait(None if end is None else max(0, end - time.monotonic()))


class InTurn(QueuePool):
    """`QueuePool` in the order in which they came."""

    _queue_class = _Line
