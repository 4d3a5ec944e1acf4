"""CPU of one search for similar questions among 5,000, as a multiple of a Flask route that does nothing, in one run.

Method: 200 searches of ten phones one after another, of texts as members write them, over HTTP; the index of the process
is made anew every five seconds meanwhile, and that counts. CPU is that of the server process (see `votes.cpu`).
"""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
from urllib.parse import urlencode

from bench.client import Client
from bench.client import member
from bench.server import Running
from bench.server import running
from bench.votes import cpu
from survey.core.text import fold

BOARD = 5_000
SEARCHES = 200
ROUNDS = 3


def measure(searches: int = SEARCHES) -> dict[str, float]:
    """`similar` and `noop` in milliseconds of CPU, `ratio` of the medians; `searches` in each of `ROUNDS`."""
    sample = ("province", "--members", "10", "--questions", "23", "--votes", "0")
    with running(*sample, module="bench/noop_server.py") as server:
        bodies = _fill(server)
        phones = [member(server.url, server.sample["code"]) for _ in range(-(-searches * ROUNDS // 30))]
        similar, noops = [], []
        for turn in range(ROUNDS):
            noops.append(_noop(server))
            similar.append(_searches(server, phones, bodies[turn * searches : (turn + 1) * searches]))
    one, noop = sorted(similar)[ROUNDS // 2], sorted(noops)[ROUNDS // 2]
    return {"similar": one, "noop": noop, "ratio": one / noop}


def _fill(server: Running) -> list[str]:
    """Bring the board to `BOARD` questions, mixed from the words of those that are there; the texts."""
    path = next((server.folder / "data").glob("*.sqlite3"))
    path = next((p for p in (server.folder / "data").rglob("*.sqlite3") if _has_questions(str(p))), path)
    with sqlite3.connect(path, timeout=30) as db:
        db.row_factory = sqlite3.Row
        first = dict(db.execute("SELECT * FROM questions WHERE state = 'approved'").fetchone())
        words = " ".join(row[0] for row in db.execute("SELECT body FROM questions")).split()
        chance = random.Random(5)
        bodies = [" ".join(chance.choices(words, k=chance.randint(8, 40)))[:500] for _ in range(BOARD)]
        names = ",".join(first)
        marks = ",".join(f":{name}" for name in first)
        for n, body in enumerate(bodies):
            own = {"id": secrets.token_hex(6), "body": body, "folded": fold(body), "number": 1000 + n, "author": None}
            db.execute(f"INSERT INTO questions ({names}) VALUES ({marks})", first | own | {"tie": n})
    return bodies


def _has_questions(path: str) -> bool:
    with sqlite3.connect(path) as db:
        return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'questions'").fetchone())


def _noop(server: Running) -> float:
    client, before = Client(server.url), cpu(server.pid)
    for _ in range(SEARCHES):
        client.get("/noop")
    return (cpu(server.pid) - before) / SEARCHES * 1000


def _searches(server: Running, phones: list[Client], bodies: list[str]) -> float:
    before = cpu(server.pid)
    for n, body in enumerate(bodies):
        query = urlencode({"body": body[:120]})
        answer = phones[n % len(phones)].get(f"/d/{server.sample['code']}/questions/similar?{query}")
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.text[:200]}")
    return (cpu(server.pid) - before) / len(bodies) * 1000


if __name__ == "__main__":
    print(json.dumps(measure()))
