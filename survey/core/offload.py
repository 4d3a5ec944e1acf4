"""Blocking C calls (a commit, a password hash) beside the event loop instead of on it, and long work in pieces."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
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
    if not _gevent_serves():
        return call()
    outcome: tuple[T | None, BaseException | None] = sys.modules["gevent"].get_hub().threadpool.apply(_caught, (call,))
    return _given(outcome)


class OwnThread:
    """`off_the_loop` by one thread that stands ready, one call after another: for what is short and comes often.

    Measured: beside the loop a commit costs 75 us of CPU more than on it by gevent's pool, and 40 us more by this.
    """

    def __init__(self) -> None:
        self._process = 0  # in which the thread lives
        self._hub: Any = None  # of the greenlets that may call; whoever else comes takes the pool
        self._calls: Any = None
        self._done: deque[_Call] = deque()

    def __call__(self, call: Callable[[], T]) -> T:
        """What `call` returns or raises."""
        if not _gevent_serves():
            return call()
        gevent = sys.modules["gevent"]
        hub = gevent.get_hub()
        if self._process != os.getpid():  # also after a fork, which takes no threads along
            self._start(hub)
        if hub is not self._hub:
            return off_the_loop(call)
        one = _Call(call, gevent.hub.Waiter(hub))
        self._calls.put(one)
        one.waiter.get()
        return cast(T, _given(one.outcome))

    def _start(self, hub: Any) -> None:
        """The thread and its queue are the system's own; gevent's would be greenlets."""
        original = sys.modules["gevent.monkey"].get_original
        self._process, self._hub = os.getpid(), hub
        self._calls, self._done = original("queue", "SimpleQueue")(), deque()
        bell = hub.loop.async_()
        bell.start(self._ring)
        original("_thread", "start_new_thread")(self._work, (bell.send,))

    def _work(self, ring: Callable[[], None]) -> None:
        while True:
            one = self._calls.get()
            one.outcome = _caught(one.run)
            self._done.append(one)
            ring()

    def _ring(self) -> None:
        """On the loop: wake whoever's call is done; one ring may stand for several."""
        while self._done:
            self._done.popleft().waiter.switch(None)


@dataclass(eq=False, slots=True)
class _Call:
    run: Callable[[], Any]
    waiter: Any
    outcome: tuple[Any, BaseException | None] = (None, None)


def _gevent_serves() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))


def _caught(call: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    """An error as a value. Gevent prints what a worker raises, with what stands in the lines of a traceback; and where that
    cannot be printed, because the log lies on the disk that is full, the worker dies and nobody is ever told."""
    try:
        return call(), None
    except BaseException as error:  # noqa: BLE001 -- raised again for whoever waits
        return None, error


def _given(outcome: tuple[T | None, BaseException | None]) -> T:
    result, error = outcome
    try:
        if error is not None:
            raise error
        return cast(T, result)
    finally:
        del error, outcome  # the error holds this frame, which holds it
