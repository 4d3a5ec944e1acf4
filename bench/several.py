"""Two processes on two addresses over one PostgreSQL and one Redis, thousands of streams on each: how soon do all hear a vote?

Votes fall on the one and the other by turns. `near` is the delay at the phones of the process that took the vote, `far` at
those of the other. `TEST_POSTGRES_URL` names a PostgreSQL whose role may make databases.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import create_engine
from sqlalchemy import make_url
from sqlalchemy import text

from bench.client import Client
from bench.client import member
from bench.fanout import board
from bench.fanout import pss
from bench.fanout import request
from bench.fanout import version
from bench.fanout import vote
from bench.server import ROOT
from bench.server import command
from bench.server import environment
from bench.server import free_port
from bench.server import wait_until_ready
from bench.streams import Phones
from bench.streams import phones
from bench.votes import cpu

STREAMS, WAVES = 8_000, 10
_ROW = re.compile(r'<li id="n-(\w+)" data-no="\d+" data-c="(\d+)"')  # as templates/pages/_bare.html writes it
SAMPLE = ("province", "--members", "10", "--questions", "23", "--votes", "0", "--entry", "open")


@dataclass(frozen=True, slots=True)
class Two:
    """Both servers, and what the sample printed."""

    urls: tuple[str, str]
    pids: tuple[int, int]
    code: str


def measure(streams: int = STREAMS, waves: int = WAVES) -> dict[str, float]:
    """Delays in ms from the tap: `near50`, `near99`, `far50`, `far99`, the worst of all; CPU us of a delivery; streams that were
    refused (and tried again) or lost."""
    with two() as houses, contextlib.ExitStack() as stack:
        held = [stack.enter_context(_phones(url, streams)) for url in houses.urls]
        began = time.monotonic()
        refused = sum(_opened(url, houses.code, one) for url, one in zip(houses.urls, held, strict=True))
        opened = time.monotonic() - began
        for one in held:
            one.ask("read", seconds=1)
        work = sum(map(cpu, houses.pids))
        near, far = _waves(houses, held, waves)
        work = sum(map(cpu, houses.pids)) - work
        lost = sum(one.ask("read", seconds=0.2)["lost"] for one in held)
        return {
            "streams": streams, "opened": opened, "refused": refused, "lost": lost, **_told("near", near), **_told("far", far),
            "worst": max(one[3] for one in (*near, *far)), "us": work / waves / streams / 2 * 1e6,
            "mib": max(map(pss, houses.pids)) / 1024,
        }  # fmt: skip


def _opened(url: str, code: str, held: Phones) -> int:
    """Open the streams of one process; how many tries it refused."""
    listener = member(url, code)
    answer = held.ask("open", request=request(listener, urlsplit(url).netloc, code, version(listener, code)))
    return int(answer["refused"])


def _waves(houses: Two, held: list[Phones], waves: int) -> tuple[list[list[float]], list[list[float]]]:
    """One vote after the other; what the phones of either process heard, and when."""
    near, far = list[list[float]](), list[list[float]]()
    voters = [member(url, houses.code) for url in houses.urls]
    ids = [one["id"] for one in board(voters[0], houses.code) if one["state"] == "approved"]
    tokens = [voter.csrf(f"/d/{houses.code}") for voter in voters]
    for wave in range(waves):
        here = wave % 2
        for one in held:
            one.ask("mark")
        tapped = time.monotonic()
        vote(voters[here], houses.code, ids[wave], tokens[here])
        heard = [[(moment - tapped) * 1000 for moment in one.ask("wait")["times"]] for one in held]
        near.append(heard[here])
        far.append(heard[1 - here])
        time.sleep(0.3 * (wave % 3))
    return near, far


def _told(name: str, found: list[list[float]]) -> dict[str, float]:
    return {f"{name}50": median(one[1] for one in found), f"{name}99": max(one[2] for one in found)}


def _phones(url: str, number: int) -> contextlib.AbstractContextManager[Phones]:
    at = urlsplit(url)
    return phones(str(at.hostname), at.port or 80, number)


@contextlib.contextmanager
def two() -> Iterator[Two]:
    """Our own server and gunicorn's, with a room of twenty questions."""
    with (
        tempfile.TemporaryDirectory(prefix="doithoai-") as name,
        _databases() as databases,
        _redis(Path(name)) as redis,
    ):
        folder, ports = Path(name), (free_port(), free_port())
        environ = environment(folder, ports[0]) | databases | {"REDIS_URL": redis}
        made: dict[str, Any] = json.loads(command(environ, "sample", *SAMPLE, "--json").splitlines()[-1])
        gunicorn = [
            sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1", "--no-control-socket",
            "--graceful-timeout", "1", "-b", f"127.0.0.1:{ports[1]}", "app:serving()",
        ]  # fmt: skip
        with (folder / "log").open("w") as log:
            out: dict[str, Any] = {"cwd": ROOT, "stdout": log, "stderr": log, "env": environ}
            servers = [subprocess.Popen([sys.executable, "app.py"], **out), subprocess.Popen(gunicorn, **out)]
        urls = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
        try:
            for url, server in zip(urls, servers, strict=True):
                wait_until_ready(url, server, folder / "log", 90)
            yield Two(urls, (servers[0].pid, _worker(servers[1].pid)), made["code"])
        except BaseException:
            print((folder / "log").read_text(encoding="utf-8")[-2_000:], file=sys.stderr)
            raise
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(20)
                server.kill()


def _worker(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])


@contextlib.contextmanager
def _databases() -> Iterator[dict[str, str]]:
    server = make_url(os.environ["TEST_POSTGRES_URL"])
    names = {which: f"bench_{uuid.uuid4().hex[:12]}" for which in ("DATABASE_URL", "ROLL_DATABASE_URL")}
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for name in names.values():
                connection.execute(text(f"CREATE DATABASE {name}"))
        yield {which: server.set(database=name).render_as_string(hide_password=False) for which, name in names.items()}
    finally:
        with engine.connect() as connection:
            for name in names.values():
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[str]:
    port = free_port()
    words = [
        str(shutil.which("redis-server")),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def continued(urls: tuple[str, ...], code: str, phone: Client, turns: int = 4) -> tuple[int, int]:
    """A phone whose stream is cut and that lands elsewhere again and again, while somebody votes on both.

    It goes on from the last version that it heard, and once more from one that no process remembers. How many counts it was
    told wrongly in the end, and how many versions came twice or out of turn: 0 and 0.
    """
    path, token = f"/d/{code}", phone.csrf(f"/d/{code}")
    ids = [one["id"] for one in board(phone, code) if one["state"] == "approved"]
    counts, heard = {one["id"]: int(one["supporters"]) for one in board(phone, code)}, [version(phone, code)]
    for turn in range(turns):
        at, other = Client(urls[turn % len(urls)]), Client(urls[(turn + 1) % len(urls)])
        at.cookies = other.cookies = phone.cookies
        for place in (0, 1):  # one while nobody listens, one on the other process
            vote((at, other)[place], code, ids[2 * turn + place], token)
        wanted = max(version(at, code), version(other, code))
        heard += _follow(at, f"{path}/live?after={heard[-1]}", wanted, counts)
    stands, anew = {one["id"]: int(one["supporters"]) for one in board(phone, code)}, dict.fromkeys(counts, -1)
    _follow(phone, f"{path}/live?after=0", heard[-1], anew)
    wrong = sum((stands[id_], stands[id_]) != (counts[id_], anew[id_]) for id_ in ids)
    return wrong, sum(after <= before for before, after in pairwise(heard))


def _follow(at: Client, path: str, wanted: int, counts: dict[str, int]) -> list[int]:
    """Read a stream up to the version that is wanted, and write its counts into `counts`; the versions that it named.

    A process whose own updates do not begin where the phone stands sends the whole board, with the counts in its rows.
    """
    heard: list[int] = []
    for line in at.stream(path):
        name, _, value = line.decode().strip().partition(": ")
        if name == "data":
            words = value.split(" ")
            pairs = list(zip(words[::2], words[1::2], strict=False)) if words[0] in counts else _ROW.findall(value)
            counts |= {id_: int(count) for id_, count in pairs}
        if name == "id":
            heard.append(int(value))
            if heard[-1] >= wanted:
                break
    return heard


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1))
