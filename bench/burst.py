"""A hall that votes as one: 200 phones within five seconds, everything that follows included.

Method: 200 streams, ballot i votes at i x 25 ms for question i mod 20, two seconds of drain. CPU is that of the server's
process over the whole time, bytes are all that the streams received. The floor is a route that does nothing, before and after;
`paced` is the same route asked by the same phones at the same pace: a process that has slept for 25 ms finds its caches cold.
"""

from __future__ import annotations

import json
import threading
import time
from statistics import mean
from urllib.parse import urlsplit

from bench.client import member
from bench.fanout import board
from bench.fanout import request
from bench.fanout import version
from bench.server import running
from bench.streams import phones
from bench.votes import cpu
from bench.votes import noop
from bench.wire import Wire

PHONES, PAUSE, DRAIN = 200, 0.025, 2.0


def measure(number: int = PHONES) -> dict[str, float]:
    """`ms` of CPU for each vote, `bytes` for each phone; `noop` and `paced` beside it, in ms."""
    sample = ("province", "--members", "10", "--questions", "26", "--votes", "0", "--entry", "open")
    with running(*sample, module="bench/noop_server.py") as server:
        code, url = server.sample["code"], urlsplit(server.url)
        voters = [member(server.url, code) for _ in range(number)]
        ids = [one["id"] for one in board(voters[0], code) if one["state"] == "approved"][:20]
        wires = [Wire(voter, voter.csrf(f"/d/{code}")) for voter in voters]
        sent = [wire.request(f"/d/{code}/questions/{ids[n % 20]}/vote") for n, wire in enumerate(wires)]
        with phones(str(url.hostname), url.port or 80, number) as held:
            held.ask("open", request=request(voters[0], url.netloc, code, version(voters[0], code), packed=True))
            held.ask("read", seconds=1)
            floor = noop(server)
            held.ask("mark")
            heard: list[dict[str, float]] = []
            seconds = number * PAUSE + DRAIN
            reader = threading.Thread(target=lambda: heard.append(held.ask("read", seconds=seconds)))
            before = cpu(server.pid)
            reader.start()
            _paced(wires, sent)
            reader.join()
            work = cpu(server.pid) - before
            floor = mean((floor, noop(server)))
            before = cpu(server.pid)
            _paced(wires, [wire.get("/noop") for wire in wires])
            paced = (cpu(server.pid) - before) / number * 1000
    return {"ms": work / number * 1000, "bytes": heard[0]["bytes"] / number, "noop": floor, "paced": paced}


def _paced(wires: list[Wire], requests: list[bytes]) -> None:
    began = time.monotonic()
    for n, (wire, one) in enumerate(zip(wires, requests, strict=True)):
        time.sleep(max(0.0, began + n * PAUSE - time.monotonic()))
        if (status := wire.send(one)) != 200:
            raise RuntimeError(f"{one.split(maxsplit=2)[1]!r}: {status}")


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
