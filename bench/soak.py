"""A hall that goes on and on: does memory grow, does anything fail, does the event loop ever stand still?

Load, from other processes: streams that stay and streams that come and go, votes, pages and boards, new phones, a moderator
who writes, questions that are asked and approved, a CLI `backup` in the middle. Memory (PSS) is that of the server when it is
warm against that at the end; the worst late beat of its loop is held against a bare gevent loop beside the same load.
`own` is that beat without the time in which the server waited for a core that others had.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bench.client import member
from bench.event_loop import watched
from bench.fanout import board
from bench.fanout import pss
from bench.fanout import request
from bench.fanout import version
from bench.server import ROOT
from bench.server import running
from bench.soak_load import Hall
from bench.soak_load import load
from bench.streams import phones

STREAMS = 500
ALLOWED_GROWTH, ALLOWED_STALL = 0.05, 0.050
WARM = 0.25  # of the time, five minutes at most: caches fill, the allocator finds its size


def measure(seconds: float = 60) -> dict[str, float]:
    """Growth of memory as a share, answers of 5xx, seconds by which the loop stood still longer than a bare one; counts."""
    sample = ("province", "--members", "300", "--questions", "200", "--votes", "5000", "--entry", "open")
    with running(*sample, module="bench/watched_server.py") as server:
        code, url = server.sample["code"], urlsplit(server.url)
        listener = member(server.url, code)
        ids = [one["id"] for one in board(listener, code) if one["state"] == "approved"]
        with phones(str(url.hostname), url.port or 80, STREAMS) as held:
            held.ask("open", request=request(listener, url.netloc, code, version(listener, code)))
            hall = Hall(server, 0.0, listener, ids)
            threads = load(hall, seconds)
            hall.end = time.monotonic() + seconds
            reader = threading.Thread(target=held.ask, args=("read",), kwargs={"seconds": seconds})
            bare = subprocess.Popen(
                [sys.executable, "-m", "bench.bare_loop", str(seconds)], cwd=ROOT, stdout=subprocess.PIPE
            )
            (server.folder / "data" / "start").touch()
            for thread in [*threads, reader]:
                thread.start()
            memory = _memory(server.pid, hall.end)
            for thread in [*threads, reader]:
                thread.join()
            told = held.ask("told")
        floor, stall = float(bare.communicate()[0]), watched(server)
        own = float((server.folder / "data" / "own").read_text(encoding="ascii"))
    late = {"stall": stall, "bare": floor, "more": stall - floor, "own": own}
    return {"seconds": seconds, **_growth(memory), **_answered(hall), "lost": told["lost"], **late}


def _memory(pid: int, end: float) -> list[float]:
    found = []
    while time.monotonic() < end:
        found.append(pss(pid))
        time.sleep(1)
    return found


def _growth(memory: list[float]) -> dict[str, float]:
    """Between the tenth of the time after the warm-up and the last tenth."""
    part, warm = max(1, len(memory) // 10), int(min(len(memory) * WARM, 300))
    first, last = median(memory[warm : warm + part]), median(memory[-part:])
    return {"first": first / 1024, "last": last / 1024, "growth": last / first - 1}


def _answered(hall: Hall) -> dict[str, float]:
    failed = sum(count for status, count in hall.answers.items() if status >= 500)
    refused = sum(count for status, count in hall.answers.items() if 400 <= status < 500)
    return {"answers": hall.answers.total(), "failed": failed, "refused": refused, "broken": hall.broken}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    line = json.dumps(measure(args.seconds))
    print(line, flush=True)
    if args.out:
        args.out.write_text(line, encoding="utf-8")


if __name__ == "__main__":
    main()
