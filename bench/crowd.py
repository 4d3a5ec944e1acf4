"""A whole country in one process: 15,000 streams and 200 votes a second, beside the generator on the same cores.

Each of 40 phones votes five times a second on a connection that it keeps. From the tap to the stream: until one of 200
watched streams has heard the version that the vote was acknowledged with, or a later one.
"""

from __future__ import annotations

import bisect
import json
import sys
import threading
import time
from urllib.parse import urlsplit

from bench.client import Client
from bench.client import member
from bench.fanout import board
from bench.fanout import pss
from bench.fanout import request
from bench.fanout import version
from bench.server import running
from bench.streams import phones
from bench.votes import cpu
from bench.wire import Wire

STREAMS, VOTERS, PER_SECOND, WATCHED = 15_000, 40, 200, 200


def measure(streams: int = STREAMS, seconds: float = 10) -> dict[str, float]:
    """`p50`/`p99` from tap to stream and `ack50`/`ack99` to the acknowledgement, in seconds; votes, errors, lost streams."""
    sample = ("province", "--members", "10", "--questions", "23", "--votes", "0", "--entry", "open")
    with running(*sample) as server:
        code, url = server.sample["code"], urlsplit(server.url)
        listener = member(server.url, code)
        voters = [member(server.url, code) for _ in range(VOTERS)]
        ids = [one["id"] for one in board(listener, code) if one["state"] == "approved"]
        with phones(str(url.hostname), url.port or 80, streams) as held:
            opened = held.ask("open", request=request(listener, url.netloc, code, version(listener, code)))
            held.ask("watch", number=WATCHED)
            taps: list[tuple[float, float, int]] = []
            lines = wires(voters, code)
            reader = threading.Thread(target=held.ask, args=("read",), kwargs={"seconds": seconds + 3})
            work = cpu(server.pid)
            reader.start()
            failed = _vote(lines, code, ids, seconds, taps)
            reader.join()
            work = cpu(server.pid) - work
            told = held.ask("told")
        delays = sorted(delay for log in told["told"] for delay in _delays(taps, log))
        acks = sorted(acked - tapped for tapped, acked, _version in taps)
        return {
            "streams": streams, "opened": opened["seconds"], "votes": len(taps), "failed": failed, "lost": told["lost"],
            "p50": _share(delays, 0.5), "p99": _share(delays, 0.99), "ack50": _share(acks, 0.5), "ack99": _share(acks, 0.99),
            "busy": work / (seconds + 3), "mib": pss(server.pid) / 1024 if server.pid else 0,
        }  # fmt: skip


def wires(voters: list[Client], code: str, kind: type[Wire] = Wire) -> list[Wire]:
    """A kept connection for each voter, made before the clock runs."""
    return [kind(voter, voter.csrf(f"/d/{code}")) for voter in voters]


def _vote(lines: list[Wire], code: str, ids: list[str], seconds: float, taps: list[tuple[float, float, int]]) -> int:
    failed = [0] * len(lines)
    end = time.monotonic() + seconds

    def tap(number: int) -> None:
        wire = lines[number]
        paths = [f"/d/{code}/questions/{id_}/vote{tail}" for tail in ("", "/withdrawal") for id_ in ids]
        turn, pause = number, len(lines) / PER_SECOND
        time.sleep(number / PER_SECOND)
        while time.monotonic() < end:
            began = time.monotonic()
            status, body = wire.answer(wire.request(paths[turn % len(paths)]))
            if status == 200:
                taps.append((began, time.monotonic(), json.loads(body)["version"]))
            else:
                failed[number] += 1
            turn += 1
            time.sleep(max(0.0, pause - (time.monotonic() - began)))

    threads = [threading.Thread(target=tap, args=(number,)) for number in range(len(lines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(failed)


def _delays(taps: list[tuple[float, float, int]], log: list[tuple[float, int]]) -> list[float]:
    """From each tap until this stream heard its version; a vote that it never heard of counts as a minute."""
    versions = [heard for _moment, heard in log]
    places = [(tapped, bisect.bisect_left(versions, wanted)) for tapped, _acked, wanted in taps]
    return [log[place][0] - tapped if place < len(log) else 60.0 for tapped, place in places]


def _share(values: list[float], share: float) -> float:
    return values[int(share * (len(values) - 1))]


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1))
