"""A heartbeat on the event loop: the longest time between two beats is the longest stall."""

from __future__ import annotations

import time

BEAT = 0.002


def longest_stall(until: float, sleep: object = None) -> float:
    """Seconds by which the latest beat was late, watched until the monotonic clock shows `until`."""
    from gevent import sleep as nap  # noqa: PLC0415 -- only inside processes that run gevent

    worst, last = 0.0, time.monotonic()
    while last < until:
        nap(BEAT)
        now = time.monotonic()
        worst, last = max(worst, now - last - BEAT), now
    return worst
