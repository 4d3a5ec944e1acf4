"""Rows of the table about votes: one after another, at once, in a burst; and how cost grows (#1 #2 #3 #6 #15)."""

from __future__ import annotations

from bench import burst
from bench import crowded
from bench import drawing
from bench import growth
from bench import table
from bench import votes
from bench.row import Measurement
from bench.row import Row

GROWS = 1.2


def sequential(quick: bool) -> list[Row]:
    """#1."""
    found = votes.measure(2 if quick else votes.ROUNDS)
    return [Row("1", "CPU of a vote, sequential", found["vote"], "ms", 2.5, found["vote"] / found["ratio"], times=True)]


def at_once(quick: bool) -> list[Row]:
    """#2 and #3."""
    found = crowded.measure(2, 20) if quick else crowded.measure()
    floor = found["ms"] / found["ratio"]
    rate = Row(
        "2", "votes/s, 32 clients", found["rate"], "", 1_000, found["noop_rate"], at_least=True,
        note=f"{1000 / found['ms']:,.0f}/s of its own CPU",
    )  # fmt: skip
    return [
        Row("2", "CPU of a vote, 32 clients", found["ms"], "ms", 2, floor, times=True),
        rate,
        Row("3", "acknowledgement p50", found["p50"], "ms", 30, found["noop_p50"]),
        Row("3", "acknowledgement p99", found["p99"], "ms", 100, found["noop_p99"]),
    ]


def together(quick: bool) -> list[Row]:
    """#6."""
    found = burst.measure(20 if quick else burst.PHONES)
    note = f"a no-op route at the same pace costs {found['paced']:.2f} ms, back to back {found['noop']:.2f}"
    return [
        Row("6", "burst of 200: CPU a vote", found["ms"], "ms", 1.5, found["paced"], note=note),
        Row("6", "burst of 200: bytes a phone", found["bytes"], "B", 1_000),
    ]


def grown(quick: bool) -> list[Row]:
    """#15, and its picture."""
    found = growth.measure(growth.QUICK, 50, 2) if quick else growth.measure()
    picture = drawing.growth(found, growth.KINDS, GROWS)
    if not quick or table.RESULTS != table.HERE:
        table.RESULTS.mkdir(exist_ok=True)
        (table.RESULTS / "growth.svg").write_text(picture, encoding="utf-8")
    first, last = found[0], found[-1]
    note = f"{last['questions']:,.0f} questions, {last['votes']:,.0f} votes; floors taken out"
    return [
        Row("15", f"growth: {what}", last[kind], "x floor", GROWS, first[kind], times=True, note=note)
        for kind, what in growth.KINDS.items()
    ]


MEASUREMENTS = (
    Measurement(("1",), sequential), Measurement(("2", "3"), at_once), Measurement(("6",), together),
    Measurement(("15",), grown),
)  # fmt: skip
