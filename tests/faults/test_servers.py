"""200 phones while a server behind them dies: PostgreSQL, Redis, one of three workers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.faults.hall import Hall
from tests.faults.hall import after
from tests.faults.hall import until

pytestmark = pytest.mark.alone  # seconds are counted
Figure = Callable[[str], None]


@pytest.mark.claim("scale", "PostgreSQL restarted: no acknowledged vote lost or twice, all phones right after 10 s")
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.night)])
def test_postgres_restarts(hall: Hall, figure: Figure, times: int) -> None:
    """In turn as an upgrade does it, and as a power cut does."""
    with after(hall, figure, f"PostgreSQL restarted {times} times"):
        for turn in range(times):
            if turn:
                time.sleep(1.5)
            hall.postgres.stop("immediate" if turn % 2 else "fast")
            time.sleep(0.5)
            hall.postgres.start()


@pytest.mark.claim("scale", "Redis killed: no acknowledged vote lost or twice, all phones right after 10 s")
def test_redis_dies(hall: Hall, figure: Figure) -> None:
    """Phones on all three workers go on without it, and when it is back."""
    hall.redis.kill()
    with after(hall, figure, "while Redis is away"):
        time.sleep(2)
        hall.call()
    with after(hall, figure, "Redis is back"):
        hall.redis.start()


@pytest.mark.claim(
    "scale", "one of three workers killed: no acknowledged vote lost or twice, all phones right after 10 s"
)
def test_worker_dies(hall: Hall, figure: Figure) -> None:
    with after(hall, figure, "one of three workers killed"):
        killed = hall.workers()[0]
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in hall.workers() and len(hall.workers()) == 3)
        hall.call()
