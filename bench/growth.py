"""Does it cost more where there is more? CPU of a vote, an update and a phone that joins, in ever larger dialogues.

Dialogues are made as the sample makes them, rows straight into the database: from 10 questions and 100 votes to 10,000 and
1,000,000. Each figure is a multiple of its own floor of the same run; growth is that against the smallest dialogue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import mean

from bench import fanout
from bench import joining
from bench import votes
from bench.server import running

STREAMS, JOINERS, ROUNDS = 1_000, 60, 6


@dataclass(frozen=True, slots=True)
class Size:
    """What a dialogue holds; of ten questions of the sample one still waits for the moderator."""

    questions: int
    votes: int
    members: int


SIZES = (Size(10, 100, 30), Size(100, 2_000, 100), Size(1_000, 40_000, 300), Size(10_000, 1_000_000, 1_000))
QUICK = (Size(10, 100, 30), Size(40, 400, 30))
KINDS = {"vote": "a vote (#1)", "update": "an update (#4)", "join": "a phone that joins (#9)"}


def measure(sizes: tuple[Size, ...] = SIZES, streams: int = STREAMS, rounds: int = ROUNDS) -> list[dict[str, float]]:
    """For each size: multiples of their floors of a `vote`, an `update`, a `join`."""
    return [_of(size, streams, rounds) for size in sizes]


def _of(size: Size, streams: int, rounds: int) -> dict[str, float]:
    asked = size.questions * 10 // 9 + 3  # three of the board are answered or under way
    sample = ("province", "--members", str(size.members), "--questions", str(asked), "--votes", str(size.votes))
    with running(*sample, "--entry", "open", module="bench/noop_server.py") as server:
        one = votes.on(server, rounds, questions=8)
        low = fanout.floor(streams)
        two = fanout.on(server, streams, votes=8)
        low = mean((low, fanout.floor(streams)))
        joined = joining.on(server, 100, JOINERS)
    return {
        "questions": size.questions, "votes": size.votes, "vote": one["ratio"], "update": two["us"] / low,
        "join": joined["ms"] / joined["noop"],
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
