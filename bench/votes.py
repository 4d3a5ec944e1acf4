"""CPU of one acknowledged, durable vote as a multiple of a Flask route that does nothing, interleaved in one run.

Method: 200 accepted votes one after another from 10 ballots over 20 questions, nobody listening. CPU is user and system
time of the server process by the clock that the system keeps for it, in nanoseconds; the load comes from another process.
Rounds are short and many, and each has its own floor, so that what else the machine does falls on both alike.
"""

from __future__ import annotations

import json
import time
from statistics import median

from bench.client import Client
from bench.client import member
from bench.server import Running
from bench.server import running

ROUNDS = 10
VOTES = 200
QUESTIONS = 20
_CPU_OF_PROCESS = 2  # CPUCLOCK_SCHED of the kernel


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """`vote` and `noop` in milliseconds of CPU, `ratio` of the medians."""
    sample = ("province", "--members", "10", "--questions", "30", "--votes", "0")
    with running(*sample, module="bench/noop_server.py") as server:
        return on(server, rounds)


def on(server: Running, rounds: int = ROUNDS, questions: int = QUESTIONS) -> dict[str, float]:
    """The same on this server, whatever its dialogue holds; needs `bench/noop_server.py`."""
    code = server.sample["code"]
    phones = [member(server.url, code) for _ in range(VOTES // questions)]
    tokens = [phone.csrf(f"/d/{code}") for phone in phones]
    board = phones[0].get(f"/d/{code}/board.json").json()["questions"]
    ids = [q["id"] for q in board if q["state"] == "approved"][:questions]
    if len(ids) < questions:
        raise RuntimeError("too few questions: a vote would be repeated, and that writes nothing")
    votes, noops = [], []
    for turn in range(rounds):
        noops.append(noop(server))
        votes.append(_votes(server, phones, tokens, ids, withdraw=turn % 2 == 1))
    ratio = median(vote / noop for vote, noop in zip(votes, noops, strict=True))
    return {"vote": median(votes), "noop": median(noops), "ratio": ratio}


def cpu(pid: int) -> float:
    """User and system time of a process and all its threads so far, in seconds: clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | _CPU_OF_PROCESS)


def noop(server: Running) -> float:
    """Milliseconds of CPU of the route that does nothing."""
    client, before = Client(server.url), cpu(server.pid)
    for _ in range(VOTES):
        client.get("/noop")
    return (cpu(server.pid) - before) / VOTES * 1000


def _votes(server: Running, phones: list[Client], tokens: list[str], ids: list[str], *, withdraw: bool) -> float:
    tail, before = "/withdrawal" if withdraw else "", cpu(server.pid)
    for n in range(VOTES):
        phone, question = phones[n % len(phones)], ids[n // len(phones) % len(ids)]
        path = f"/d/{server.sample['code']}/questions/{question}/vote{tail}"
        answer = phone.post(path, {}, X_CSRFToken=tokens[n % len(phones)], Accept="application/json")
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.text[:200]}")
    return (cpu(server.pid) - before) / VOTES * 1000


if __name__ == "__main__":
    print(json.dumps(measure()))
