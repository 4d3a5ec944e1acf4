"""What an update costs that goes to N phones: CPU for each delivery against a bare loop of sends, bytes, delay, memory.

Method: a room of 20 questions, N streams, settled; one more ballot votes 20 times, each after the last has arrived
everywhere. CPU is user and system time of the server's process; bytes are all that the N received. The floor, a Python loop
that does nothing but `send` the same number of bytes, runs before and after.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean
from statistics import median
from urllib.parse import urlsplit

from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import Running
from bench.server import running
from bench.streams import Phones
from bench.streams import phones
from bench.votes import cpu

VOTES = 20
FLOOR_BYTES = 60  # about what one count takes


def measure(sizes: tuple[int, ...] = (1_000, 10_000)) -> dict[str, float]:
    """For each size, by name: `us` CPU of one delivery, `floor` of one bare send, `ratio`, `bytes`, `kib` a stream,
    `p50`/`p99` from the tap to the phone in ms, `join` CPU ms of a stream that opens."""
    figures: dict[str, float] = {}
    for size in sizes:
        before, ours, after = floor(size), served(size), floor(size)
        low = mean((before, after))
        figures |= {
            f"{name}_{size}": value for name, value in {**ours, "floor": low, "ratio": ours["us"] / low}.items()
        }
    return figures


def served(size: int) -> dict[str, float]:
    """Our own server with so many streams."""
    sample = ("province", "--members", "10", "--questions", "23", "--votes", "0", "--entry", "open")
    with running(*sample) as server:
        return on(server, size)


def on(server: Running, size: int, votes: int = VOTES) -> dict[str, float]:
    """The same on this server, whatever its dialogue holds."""
    code, url = server.sample["code"], urlsplit(server.url)
    voter, listener = member(server.url, code), member(server.url, code)
    ids = [one["id"] for one in board(voter, code) if one["state"] == "approved"][:votes]
    with phones(str(url.hostname), url.port or 80, size) as held:
        memory, work = pss(server.pid), cpu(server.pid)
        held.ask("open", request=request(listener, url.netloc, code, version(voter, code)))
        joined = (cpu(server.pid) - work) / size * 1000
        held.ask("read", seconds=2)
        kib = (pss(server.pid) - memory) / size
        return {**_votes(server, voter, ids, held), "join": joined, "kib": kib}


def _votes(server: Running, voter: Client, ids: list[str], held: Phones) -> dict[str, float]:
    """Votes come at no particular moment of the half second in which the server gathers what changed."""
    code, size = server.sample["code"], held.number
    token, delays, received = voter.csrf(f"/d/{code}"), [], 0
    chance, before = random.Random(1), cpu(server.pid)
    for id_ in ids:
        time.sleep(chance.uniform(0, 1))
        held.ask("mark")
        tapped = time.monotonic()
        vote(voter, code, id_, token)
        answer = held.ask("wait")
        received += answer["bytes"]
        delays.append([(moment - tapped) * 1000 for moment in answer["times"]])
    work = cpu(server.pid) - before
    return {
        "us": work / len(ids) / size * 1e6, "bytes": received / len(ids) / size,
        "p50": median(one[1] for one in delays), "p99": max(one[2] for one in delays),
    }  # fmt: skip


def floor(size: int) -> float:
    """CPU microseconds of one bare send."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.raw_sends", str(size), str(FLOOR_BYTES)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdin
        assert process.stdout
        port = int(process.stdout.readline())
        with phones("127.0.0.1", port, size) as held:
            held.ask("open", request="x")
            before = cpu(process.pid)
            for _ in range(VOTES):
                held.ask("mark")
                process.stdin.write("\n")
                process.stdin.flush()
                held.ask("wait")
            return (cpu(process.pid) - before) / VOTES / size * 1e6
    finally:
        process.kill()
        process.wait()


def board(client: Client, code: str) -> list[dict[str, str]]:
    """The questions as programs read them."""
    found: list[dict[str, str]] = client.get(f"/d/{code}/board.json").json()["questions"]
    return found


def version(client: Client, code: str) -> int:
    """Where the room stands."""
    return int(client.get(f"/d/{code}/board.json").json()["version"])


def vote(client: Client, code: str, id_: str, token: str) -> None:
    """One acknowledged vote; raises where it was not."""
    answer = client.post(f"/d/{code}/questions/{id_}/vote", {}, X_CSRFToken=token, Accept="application/json")
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {answer.text[:200]}")


def request(client: Client, host: str, code: str, after: int, *, packed: bool = False) -> str:
    """The bytes by which a phone opens its stream; `packed` as browsers do."""
    path, more = f"/d/{code}/live?after={after}", "Accept-Encoding: gzip\r\n" if packed else ""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Cookie: {client.cookie_header(path)}\r\n\r\n"


def pss(pid: int) -> float:
    """Memory of a process in KiB, shared pages divided (proc(5), smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    raise RuntimeError("no Pss")


if __name__ == "__main__":
    print(json.dumps(measure(tuple(map(int, sys.argv[1:])) or (1_000, 10_000)), indent=1))
