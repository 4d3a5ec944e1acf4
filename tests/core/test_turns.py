"""Who waits longest for a connection gets it; SQLAlchemy's own pool gives it to whoever is quickest (the control)."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Any

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from survey.core.turns import InTurn


def _connected() -> Any:
    return sqlite3.connect(":memory:", check_same_thread=False)


def _pool(kind: type[QueuePool], timeout: float = 5.0) -> QueuePool:
    return kind(_connected, pool_size=1, max_overflow=0, timeout=timeout)


def _served(pool: QueuePool) -> list[str]:
    """One waits; in the moment in which the connection comes back somebody newer asks for it."""
    served, held = list[str](), pool.connect()

    def wait() -> None:
        with pool.connect():
            served.append("first")

    waiter = threading.Thread(target=wait)
    waiter.start()
    line = pool._pool
    while not (getattr(line, "_waiters", ()) or line.not_empty._waiters):  # type: ignore[attr-defined]
        time.sleep(0.001)
    with line.mutex:  # type: ignore[attr-defined]  # the one who waits cannot wake up meanwhile
        held.close()
        if line.qsize():
            with pool.connect():
                served.append("newer")
    waiter.join(5)
    return served


@pytest.mark.parametrize(("kind", "order"), [(InTurn, ["first"]), (QueuePool, ["newer", "first"])])
def test_nobody_overtakes_who_waits(kind: type[QueuePool], order: list[str]) -> None:
    assert _served(_pool(kind)) == order


def test_who_waits_in_vain_is_told_so_and_takes_nothing_with_it() -> None:
    pool = _pool(InTurn, timeout=0.02)
    with pool.connect():
        with pytest.raises(PoolTimeout):
            pool.connect()
        assert not pool._pool._waiters  # type: ignore[attr-defined]
    with pool.connect():
        assert pool.checkedout() == 1


def test_all_are_served_and_never_more_at_once_than_there_are_connections() -> None:
    pool, served = InTurn(_connected, pool_size=2, max_overflow=1), 0
    at_once, lock, most = 0, threading.Lock(), 0

    def ask() -> None:
        nonlocal served, at_once, most
        for _ in range(20):
            with pool.connect():
                with lock:
                    served, at_once = served + 1, at_once + 1
                    most = max(most, at_once)
                time.sleep(0.0002)
                with lock:
                    at_once -= 1

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (served, most) == (240, 3)
