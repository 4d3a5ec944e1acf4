"""The negative control: the watched server with a second writing connection that waits inside SQLite (5 s)."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sqlite3  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import app as program  # noqa: E402
from bench.watched_server import DATA  # noqa: E402
from bench.watched_server import watch  # noqa: E402
from survey import factory  # noqa: E402


def hold_and_wait() -> None:
    """One greenlet holds the file while another connection of the same process wants it."""
    while not (DATA / "start").exists():
        gevent.sleep(0.01)
    path = os.fspath(DATA / "main.sqlite3")
    first = sqlite3.connect(path, isolation_level=None, timeout=5)
    second = sqlite3.connect(path, isolation_level=None, timeout=5)
    first.execute("BEGIN IMMEDIATE")
    gevent.spawn_later(0.05, first.execute, "COMMIT")
    try:
        second.execute("BEGIN IMMEDIATE")  # sleeps in C: the greenlet above can never let go
        second.execute("COMMIT")
    except sqlite3.OperationalError:
        pass
    first.close()
    second.close()


if __name__ == "__main__":
    made = program.create_app()
    gevent.spawn(watch)
    gevent.spawn(hold_and_wait)
    factory.serve(made, demo=False)
