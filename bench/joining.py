"""What a phone costs that joins: the page of the room and its stream, into an empty hall and into a full one.

The phone has entered before and its browser has the assets; what entering itself costs is told beside it. The floor is a
route that does nothing, in the same run.
"""

from __future__ import annotations

import json
import socket
from statistics import mean
from urllib.parse import urlsplit

from bench.client import Client
from bench.client import member
from bench.fanout import request
from bench.fanout import version
from bench.server import Running
from bench.server import running
from bench.streams import phones
from bench.votes import cpu
from bench.votes import noop

SIZES, JOINERS = (100, 10_000), 100


def measure(sizes: tuple[int, ...] = SIZES, joiners: int = JOINERS) -> dict[str, float]:
    """For each number of phones that are in already: `ms` of CPU of one that joins, `noop`; and of one that `enter`s."""
    found: dict[str, float] = {}
    sample = ("province", "--members", "10", "--questions", "23", "--votes", "50", "--entry", "open")
    with running(*sample, module="bench/noop_server.py") as server:
        for size in sizes:
            found |= {f"{name}_{size}": value for name, value in on(server, size, joiners).items()}
    return found


def on(server: Running, size: int, joiners: int = JOINERS) -> dict[str, float]:
    """Into a hall of this server in which `size` phones listen."""
    code, url = server.sample["code"], urlsplit(server.url)
    before = cpu(server.pid)
    fresh = [member(server.url, code) for _ in range(joiners)]
    entered = (cpu(server.pid) - before) / joiners * 1000
    after = version(fresh[0], code)
    with phones(str(url.hostname), url.port or 80, size) as held:
        held.ask("open", request=request(fresh[0], url.netloc, code, after, packed=True))
        held.ask("read", seconds=1)
        low, before = noop(server), cpu(server.pid)
        streams = [_join(phone, code, after) for phone in fresh]
        work = cpu(server.pid) - before
        low = mean((low, noop(server)))
        for stream in streams:
            stream.close()
    return {"ms": work / joiners * 1000, "noop": low, "enter": entered}


def _join(phone: Client, code: str, after: int) -> socket.socket:
    page = phone.get(f"/d/{code}", Accept_Encoding="gzip")
    if page.status != 200:
        raise RuntimeError(f"page: {page.status}")
    stream = socket.create_connection((phone.host, phone.port), timeout=30)
    stream.sendall(request(phone, f"{phone.host}:{phone.port}", code, after, packed=True).encode("latin-1"))
    if not stream.recv(4096).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("stream: refused")
    return stream


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
