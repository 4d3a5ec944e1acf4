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

    Its error comes back as a value. Gevent prints what a worker raises, with what stands in the lines of a traceback; and
    where that cannot be printed, because the log lies on the disk that is full, the worker dies and nobody is ever told.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return call()
    result, error = sys.modules["gevent"].get_hub().threadpool.apply(_caught, (call,))
    try:
        if error is not None:
            raise error
        return cast(T, result)
    finally:
        del error  # it holds this frame, which holds it


def _caught(call: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return call(), None
    except BaseException as error:  # noqa: BLE001 -- raised again for whoever waits
        return None, error
