"""Rows that no list of targets numbers: the search for similar questions, the loop beside writes, what an observer links."""

from __future__ import annotations

from bench import adversary
from bench import event_loop
from bench import similar
from bench import soak
from bench.row import Measurement
from bench.row import Row
from bench.row import late


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


MEASUREMENTS = (
    Measurement(("similar",), searched), Measurement(("loop",), loop), Measurement(("soak",), soaked),
    Measurement(("observer",), observer),
)  # fmt: skip
