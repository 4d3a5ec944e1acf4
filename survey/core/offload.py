"""Blocking C calls (a commit, a password hash) beside the event loop instead of on it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar
from typing import cast

T = TypeVar("T")


def off_the_loop(call: Callable[[], T]) -> T:
    """Run `call` in gevent's thread pool when gevent serves, directly otherwise; return what it returns.

    Only asks whether gevent is there and never loads it: the CLI and the tests run on plain threads.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        return cast(T, sys.modules["gevent"].get_hub().threadpool.apply(call))
    return call()
