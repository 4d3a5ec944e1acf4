"""Votes of 32 phones at once: CPU of each against a route that does nothing under the same load, votes/s, acknowledgement.

Method: 32 clients in a closed loop without a pause, 60 votes each, from one thread over sockets that are kept; before and
after each round the same clients ask the route that does nothing as often. Every other round takes the votes back.
"""

from __future__ import annotations

import json
import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise
from statistics import median

from bench.client import member
from bench.fanout import board
from bench.server import Running
from bench.server import running
from bench.votes import cpu
from bench.wire import Wire

CLIENTS, VOTES, ROUNDS = 32, 60, 6


@dataclass
class Loop:
    """One client: what it has still to send, when it sent, what of the answer came."""

    wire: Wire
    left: list[bytes]
    sent: float = 0.0
    got: bytes = b""
    delays: list[float] = field(default_factory=list)
    failed: int = 0

    def send(self) -> bool:
        """The next request; whether there was one."""
        if not self.left:
            return False
        self.got, self.sent = b"", time.perf_counter()
        self.wire.socket.sendall(self.left.pop())
        return True

    def hear(self) -> bool:
        """Read; whether the answer is whole."""
        data = self.wire.socket.recv(65536)
        if not data:
            raise ConnectionError("closed in the middle of an answer")
        self.got += data
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return False
        self.delays.append(time.perf_counter() - self.sent)
        self.failed += head[9:12] != b"200"
        return True


def _length(head: bytes) -> int:
    return next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)


def play(server: Running, wires: Sequence[Wire], requests: Sequence[list[bytes]]) -> dict[str, float]:
    """All at once, each client its own requests one after another: ms of CPU each, a second, p50 and p99 in ms."""
    loops = [Loop(wire, list(own)) for wire, own in zip(wires, requests, strict=True)]
    with selectors.DefaultSelector() as ready:
        for loop in loops:
            ready.register(loop.wire.socket, selectors.EVENT_READ, loop)
        before, began, busy = cpu(server.pid), time.perf_counter(), sum(loop.send() for loop in loops)
        while busy:
            for key, _events in ready.select(30):
                loop = key.data
                if loop.hear() and not loop.send():
                    busy -= 1
        seconds, work = time.perf_counter() - began, cpu(server.pid) - before
    delays = sorted(delay * 1000 for loop in loops for delay in loop.delays)
    if failed := sum(loop.failed for loop in loops):
        raise RuntimeError(f"{failed} of {len(delays)} were refused")
    p50, p99 = (delays[int(part * (len(delays) - 1))] for part in (0.5, 0.99))
    return {"ms": work / len(delays) * 1000, "rate": len(delays) / seconds, "p50": p50, "p99": p99}


def measure(rounds: int = ROUNDS, each: int = VOTES) -> dict[str, float]:
    """Medians: `ms`, `rate`, `p50`, `p99` of votes, and with `noop_` before them of the floor; `ratio` of the CPU."""
    sample = ("province", "--members", "10", "--questions", str(each * 10 // 9 + 8), "--votes", "0", "--entry", "open")
    with running(*sample, module="bench/noop_server.py") as server:
        code = server.sample["code"]
        members = [member(server.url, code) for _ in range(CLIENTS)]
        ids = [one["id"] for one in board(members[0], code) if one["state"] == "approved"][:each]
        wires = [Wire(one, one.csrf(f"/d/{code}")) for one in members]
        paths = [f"/d/{code}/questions/{id_}/vote" for id_ in ids]
        nothing = [[wire.get("/noop")] * each for wire in wires]
        votes, noops = [], [play(server, wires, nothing)]
        for turn in range(rounds):
            tail = "/withdrawal" if turn % 2 else ""
            requests = [[wire.request(path + tail) for path in paths] for wire in wires]
            votes.append(play(server, wires, requests))
            noops.append(play(server, wires, nothing))
    found = {name: median(one[name] for one in votes) for name in votes[0]}
    floor = {f"noop_{name}": median(one[name] for one in noops) for name in noops[0]}
    beside = [(one["ms"] + two["ms"]) / 2 for one, two in pairwise(noops)]
    ratio = median(one["ms"] / low for one, low in zip(votes, beside, strict=True))
    return {**found, **floor, "ratio": ratio}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
