"""A heartbeat on the event loop: the longest time between two beats is the longest stall."""

from __future__ import annotations

import os
import time

BEAT = 0.002
_OF_THIS_THREAD = "/proc/thread-self/schedstat"  # nanoseconds on a core, nanoseconds of waiting for one, turns


def longest_stall(until: float, sleep: object = None) -> float:
    """Seconds by which the latest beat was late, watched until the monotonic clock shows `until`."""
    return stalls(until)[0]


def stalls(until: float) -> tuple[float, float]:
    """The latest beat, and the latest without the time in which the loop could have run and had no core to run on."""
    from gevent import sleep as nap  # noqa: PLC0415 -- only inside processes that run gevent

    told = os.open(_OF_THIS_THREAD, os.O_RDONLY)
    worst, own, last, waited = 0.0, 0.0, time.monotonic(), _waited(told)
    while last < until:
        nap(BEAT)
        now, waiting = time.monotonic(), _waited(told)
        late = now - last - BEAT
        worst, own = max(worst, late), max(own, late - (waiting - waited))
        last, waited = now, waiting
    os.close(told)
    return worst, own


def _waited(told: int) -> float:
    return int(os.pread(told, 96, 0).split()[1]) / 1e9
