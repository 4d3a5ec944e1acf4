"""A thread that stands ready beside gevent's loop, tried where gevent has patched: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

from bench.server import ROOT
from survey.core.offload import OwnThread


def patched(code: str) -> Any:
    """What `code` puts into `found`, run under gevent."""
    head = """
        from gevent import monkey; monkey.patch_all()
        import gevent, json, threading, time
        from survey.core.offload import OwnThread
        beside, found = OwnThread(), []
        sleep, thread = monkey.get_original("time", "sleep"), monkey.get_original("threading", "get_ident")
        def slowly(word, seconds=0.1):
            sleep(seconds)
            return word
    """
    whole = f"{textwrap.dedent(head)}\n{textwrap.dedent(code)}\nprint(json.dumps(found))"
    done = subprocess.run(
        [sys.executable, "-c", whole], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_loop_goes_on_beside_a_call() -> None:
    """Also where nothing else is on it: a command waits as the server does."""
    found = patched("""
        ticks = []
        def tick():
            while True:
                ticks.append(1)
                gevent.sleep(0.01)
        found.append(beside(lambda: slowly("alone")))
        ticker = gevent.spawn(tick)
        found.append(beside(lambda: slowly("with others", 0.3)))
        found.append(len(ticks) > 5)
        found.append(beside(thread) not in {thread(), None})
    """)
    assert found == ["alone", "with others", True, True]


def test_an_error_comes_back_and_the_thread_lives() -> None:
    """As a value: gevent would print what stands in the lines of its traceback."""
    found = patched("""
        def fails():
            raise ValueError("của tôi")
        try:
            beside(fails)
        except ValueError as error:
            found.append(str(error))
        found.append(beside(lambda: "lives"))
    """)
    assert found == ["của tôi", "lives"]


def test_who_gives_up_waiting_takes_nobody_elses_result() -> None:
    """Twelve ask at once and every third gives up: the others get what they asked for."""
    found = patched("""
        def ask(number):
            try:
                with gevent.Timeout(0.02 if number % 3 == 0 else 30):
                    found.append([number, beside(lambda: slowly(number, 0.05))])
            except gevent.Timeout:
                found.append([number, None])
        gevent.joinall([gevent.spawn(ask, number) for number in range(12)], timeout=30)
        found.sort()
    """)
    assert found == [[number, None if number % 3 == 0 else number] for number in range(12)]


def test_without_gevent_it_is_a_call() -> None:
    """A command and these tests run on plain threads."""
    assert OwnThread()(lambda: 7) == 7
