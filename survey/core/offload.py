"""Blocking C calls (a commit, a password hash) beside the event loop instead of on it, and long work in pieces."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar
from typing import cast

T = TypeVar("T")
BREATH = 0.0005  # seconds


def breathe() -> None:
    """Between two pieces of a long computation: let the loop look at its sockets and timers.

    Not with `sleep(0)`: gevent runs up to fifty such pieces before it looks (measured: stalls of 250 ms made of pieces of
    5 ms).
    """
    time.sleep(BREATH)


def off_the_loop(call: Callable[[], T]) -> T:
    """Run `call` in gevent's thread pool when gevent serves, directly otherwise; return what it returns.

    Only asks whether gevent is there and never loads it: the CLI and the tests run on plain threads.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        return cast(T, sys.modules["gevent"].get_hub().threadpool.apply(call))
    return call()
