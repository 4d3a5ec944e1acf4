"""Rows that no list of targets numbers: the search for similar questions, the loop beside writes, two processes, what
an observer links."""

from __future__ import annotations

import os
import shutil

from bench import adversary
from bench import event_loop
from bench import several
from bench import similar
from bench import soak
from bench.row import Measurement
from bench.row import Row
from bench.row import late
from bench.row import missing


def searched(quick: bool) -> list[Row]:
    """A search for similar questions."""
    found = similar.measure(20 if quick else similar.SEARCHES)
    floor = found["similar"] / found["ratio"]
    return [Row("similar", "CPU of a search among 5,000", found["similar"], "ms", None, floor)]


def loop(quick: bool) -> list[Row]:
    """Votes, writing moderators and a backup at once."""
    found = event_loop.measure(3 if quick else 8)
    return [late("loop", "latest beat beside 200 votes/s, a backup", found)]


def soaked(quick: bool) -> list[Row]:
    """A minute of the soak; twenty are its long form."""
    found = soak.measure(6 if quick else 60)
    wrong = found["failed"] + found["broken"] + found["lost"]
    return [
        Row("soak", "memory grows", found["growth"] * 100, "%", soak.ALLOWED_GROWTH * 100, note=f"{found['last']:.0f} MiB"),
        Row("soak", "answers of 5xx, lost streams", wrong, "", 0, note=f"of {found['answers']:,.0f}"),
        late("soak", "latest beat of a lively hall", found),
    ]  # fmt: skip


def observer(_quick: bool) -> list[Row]:
    """By whoever sees every tap on every phone."""
    found = adversary.measure()
    return [Row("observer", f"linked in a {name}", share * 100, "%") for name, share in found.items()]


def houses(quick: bool) -> list[Row]:
    """Two processes on two addresses."""
    size = 100 if quick else several.STREAMS
    what = f"two processes, {size:,} streams each: vote on one, seen on the other"
    if not shutil.which("redis-server"):
        return [missing("several", what, "Redis is not installed")]
    if not os.environ.get("TEST_POSTGRES_URL"):
        return [missing("several", what, "TEST_POSTGRES_URL names no PostgreSQL")]
    found = several.measure(size, 4 if quick else several.WAVES)
    return [
        Row("several", what, found["far99"], "ms", 1_000, found["near99"], note=f"{found['us']:.0f} us a delivery"),
        Row("several", "lost streams of it", found["lost"], "", 0),
    ]


MEASUREMENTS = (
    Measurement(("similar",), searched), Measurement(("loop",), loop), Measurement(("soak",), soaked),
    Measurement(("several",), houses), Measurement(("observer",), observer),
)  # fmt: skip
