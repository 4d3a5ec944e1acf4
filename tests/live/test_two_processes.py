"""Two processes on two addresses over PostgreSQL and Redis: one room, also while Redis is away."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import command
from bench.server import environment
from bench.server import free_port
from bench.server import wait_until_ready
from bench.several import continued
from survey.core.settings import Settings
from tests.conftest import need

Figure = Callable[[str], None]


class Redis:
    """A server of the test's own that keeps nothing on disk, as operations.md says."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("redis-server"), "redis-server")
        self.port, self._folder = free_port(), folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self._folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: self.say("PING") == "PONG")

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """It says nothing more and closes nothing, as a host that lost its power."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def say(self, *words: str) -> str:
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()


@dataclass
class House:
    """Two servers over the same databases, and what the sample printed."""

    urls: list[str]
    sample: dict[str, Any]
    redis: Redis
    workers: Callable[[], list[int]]
    folder: Path

    @property
    def path(self) -> str:
        return f"/d/{self.sample['code']}"


@pytest.fixture
def house(postgres: Settings, tmp_path: Path) -> Iterator[House]:
    redis, ports = Redis(tmp_path), (free_port(), free_port())
    redis.start()
    environ = environment(tmp_path, ports[0]) | {
        "DATABASE_URL": postgres.database_url, "ROLL_DATABASE_URL": postgres.roll_database_url,
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
    }  # fmt: skip
    sample = ("sample", "province", "--members", "5", "--questions", "15", "--votes", "0", "--entry", "open", "--json")
    made = json.loads(command(environ, *sample).splitlines()[-1])
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "gevent",
        "-w",
        "1",
        "--no-control-socket",
        "--graceful-timeout",
        "1",
    ]
    with (tmp_path / "log").open("w") as log:
        out: dict[str, Any] = {"cwd": ROOT, "stdout": log, "stderr": log}
        servers = [
            subprocess.Popen([sys.executable, "app.py"], env=environ, **out),
            subprocess.Popen([*gunicorn, "-b", f"127.0.0.1:{ports[1]}", "app:serving()"], env=environ, **out),
        ]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        for url, server in zip(urls, servers, strict=True):
            wait_until_ready(url, server, tmp_path / "log", 90)
        yield House(urls, made, redis, lambda: children(servers[1].pid), tmp_path)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(20)
        redis.kill()


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in found.split()]


def until(is_so: Callable[[], object], patience: float = 15) -> float:
    """Wait until it is so; seconds that it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience
        time.sleep(0.01)
    return time.monotonic() - began


class Listener:
    """An open stream of a phone, read line by line in the background."""

    def __init__(self, url: str, phone: Client, path: str, after: int) -> None:
        self.heard = after
        at = Client(url)
        at.cookies = phone.cookies
        self._lines = at.stream(f"{path}/live?after={after}")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            for line in self._lines:
                if line.startswith(b"id: "):
                    self.heard = int(line[4:])


def vote(url: str, phone: Client, house: House, turn: int) -> int:
    """One acknowledged vote or withdrawal; the version that it was acknowledged with."""
    at = Client(url)
    at.cookies = phone.cookies
    board = at.get(f"{house.path}/board.json").json()["questions"]
    ids = [one["id"] for one in board if one["state"] == "approved"]
    answer = at.post(f"{house.path}/questions/{sorted(ids)[turn]}/vote", {}, X_CSRFToken=at.csrf(house.path),
                     Accept="application/json")  # fmt: skip
    assert answer.status == 200, answer.text[:300]
    version: int = answer.json()["version"]
    return version


@pytest.mark.claim(
    "live", "two processes over PostgreSQL and Redis are one room; what is voted on one is seen on the other within 1 s"
)
def test_two_processes_are_one_room(house: House, figure: Figure) -> None:
    """A phone that lands elsewhere goes on; without Redis both go on; a worker that dies takes no vote with it."""
    one, two = house.urls
    phone = member(one, house.sample["code"])
    start = phone.get(f"{house.path}/board.json").json()["version"]
    here, there = Listener(one, phone, house.path, start), Listener(two, phone, house.path, start)
    time.sleep(0.5)

    def both(version: int) -> float:
        return until(lambda: min(here.heard, there.heard) >= version)

    wrong, twice = continued((one, two), house.sample["code"], member(two, house.sample["code"]))
    shared = max(both(vote(url, phone, house, turn)) for turn, url in enumerate((one, two, one, two)))
    stored = house.redis.say("KEYS", "*")
    house.redis.freeze()
    frozen = max(both(vote(url, phone, house, 8 + turn)) for turn, url in enumerate((one, two)))
    house.redis.kill()
    alone = max(both(vote(url, phone, house, 4 + turn)) for turn, url in enumerate((one, two)))
    house.redis.start()
    back = both(vote(two, phone, house, 6))
    (worker,) = house.workers()
    os.kill(worker, signal.SIGKILL)
    wait_for_a_new_worker = until(lambda: house.workers() not in ([], [worker]))
    after = vote(one, phone, house, 7)
    until(lambda: here.heard >= after)
    away = f"with a frozen Redis {frozen:.2f} s, without {alone:.2f} s, when it is back {back:.2f} s"
    figure(
        f"seen on the other after {shared:.2f} s; {away}; landed elsewhere: {wrong} counts wrong, {twice} heard twice"
    )
    assert (wrong, twice) == (0, 0)
    assert wait_for_a_new_worker < 15
    assert shared <= 2, "twice what the issue names; the figure is printed"
    assert "127.0.0.1" not in stored
    assert house.sample["code"] not in stored
    assert not list(house.folder.glob("**/*.rdb")), "nothing of it is on disk"


@pytest.mark.night
@pytest.mark.timeout(900)
@pytest.mark.claim(
    "scale", "two processes over PostgreSQL and Redis hold 8,000 streams each, and all hear a vote within 1 s"
)
def test_two_processes_hold_eight_thousand_streams_each(figure: Figure) -> None:
    """In processes of their own; nothing but the delay is promised, and red is twice that."""
    need(os.environ.get("TEST_POSTGRES_URL"), "PostgreSQL (TEST_POSTGRES_URL)")
    need(shutil.which("redis-server"), "redis-server")
    done = subprocess.run(
        [sys.executable, "-m", "bench.several"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=800
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    figure(
        f"2 x {told['streams']} streams, {told['lost']} lost; heard where the vote fell after {told['near50']:.0f} ms, on the"
        f" other after {told['far50']:.0f} ms, the last of all after {told['worst']:.0f} ms; {told['us']:.0f} us a delivery"
    )
    assert told["lost"] == 0
    assert told["worst"] <= 2_000
