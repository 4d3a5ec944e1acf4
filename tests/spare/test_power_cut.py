"""Power is cut in the middle of a vote: the server and what sends are killed, and another machine goes on."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import command
from bench.server import environment
from bench.server import free_port
from bench.server import wait_until_ready
from bench.wire import Wire

Figure = Callable[[str], None]
PHONES, RATE, QUESTIONS = 25, 50, 60
LATE, OPEN = 5.0, 60.0  # seconds: what may be missing, and until the spare answers


class Phone(threading.Thread):
    """Supports one question after the other, and keeps when each was acknowledged."""

    def __init__(self, client: Client, base: str, questions: list[str], over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.base, self.questions, self.over = client, base, questions, over
        self.told: dict[str, float] = {}
        self._wire = Wire(client, client.csrf(base))

    def run(self) -> None:
        with contextlib.suppress(OSError):
            for question in self.questions:
                if self.over.wait(PHONES / RATE):
                    return
                if self._wire.send(self._wire.request(f"{self.base}/questions/{question}/vote")) == 200:
                    self.told[question] = time.monotonic()


def counted(url: str, code: str, phone: Client) -> dict[str, int]:
    """Supporters as the board says."""
    board = phone.get(f"/d/{code}/board.json").json()["questions"]
    return {one["id"]: one["supporters"] for one in board}


def moved(phone: Client, url: str) -> Client:
    """The same browser: the spare stands under the same name."""
    there = Client(url)
    there.cookies = dict(phone.cookies)
    return there


def children(pid: int) -> list[int]:
    """Processes that this one began."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in found]


@pytest.mark.alone
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
@pytest.mark.claim("scale", "power is cut at 50 votes/s: a spare opens within 60 s, nothing of 5 s before is missing")
def test_the_spare_goes_on_after_a_power_cut(tmp_path: Path, figure: Figure) -> None:
    usb, log = tmp_path / "usb", tmp_path / "log"
    first = {**environment(tmp_path / "one", free_port()), "SPARE_DIR": str(usb)}
    sample = ("sample", "province", "--questions", str(QUESTIONS), "--votes", "0", "--members", "5", "--json")
    code = json.loads(command(first, *sample).splitlines()[-1])["code"]
    command(first, "spare", "prepare", str(usb), "--label", "USB", "--same-disk")
    words = " ".join(re.findall(r"^ +\d\. (.*)$", command(first, "spare", "words"), re.M))
    assert len(words.split()) == 16
    with log.open("w") as file:
        server = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=first, stdout=file, stderr=file)
    over = threading.Event()
    try:
        wait_until_ready(first["BASE_URL"], server, log, 120)
        clients = [member(first["BASE_URL"], code) for _ in range(PHONES)]
        ids = sorted(counted(first["BASE_URL"], code, clients[0]))
        assert len(ids) >= 40
        phones = [Phone(client, f"/d/{code}", ids, over) for client in clients]
        before = counted(first["BASE_URL"], code, clients[0])
        while not (usb / "beat.json").exists():
            time.sleep(0.1)
        for phone in phones:
            phone.start()
        until = time.monotonic() + 60
        while sum(len(phone.told) for phone in phones) < 6 * RATE and time.monotonic() < until:
            time.sleep(0.1)
        sending = children(server.pid)
        assert len(sending) == 1, "the premise: a process of its own sends"
        for pid in (*sending, server.pid):
            os.kill(pid, signal.SIGKILL)
        cut = time.monotonic()
    finally:
        server.kill()
        server.wait()
    over.set()
    for phone in phones:
        phone.join()
    told = sum(len(phone.told) for phone in phones)
    assert told > RATE * 4, "the premise: there were votes"
    second = environment(tmp_path / "two", free_port())
    began = time.monotonic()
    with log.open("w") as file:
        spare = subprocess.Popen(
            [sys.executable, "app.py", "takeover", str(usb)], cwd=ROOT, env=second, stdin=subprocess.PIPE, stdout=file,
            stderr=file,
        )  # fmt: skip
    try:
        assert spare.stdin is not None
        spare.stdin.write(f"{words}\n".encode())
        spare.stdin.close()
        wait_until_ready(second["BASE_URL"], spare, log, 2 * OPEN)
        opened = time.monotonic() - began
        after = counted(second["BASE_URL"], code, moved(clients[0], second["BASE_URL"]))
        old = {(n, q): cut - at for n, phone in enumerate(phones) for q, at in phone.told.items()}
        missing: dict[tuple[int, str], float] = {}
        for number, phone in enumerate(phones):
            there = moved(phone.client, second["BASE_URL"])
            page = there.get(f"/d/{code}?tab=ranking").text
            seen = set(re.findall(r'id="v-(\w+)"[^>]*aria-pressed="true"', page))
            shown = set(re.findall(r'id="v-(\w+)"', page))
            missing |= {(number, q): old[number, q] for q in shown & set(phone.told) if q not in seen}
            wire = Wire(there, there.csrf(f"/d/{code}"))
            for question in phone.told:  # once more, as a phone does that is not sure
                assert wire.send(wire.request(f"/d/{code}/questions/{question}/vote")) == 200
        again = counted(second["BASE_URL"], code, moved(clients[0], second["BASE_URL"]))
    finally:
        spare.kill()
        spare.wait()
    by_question = {q: sum(q in phone.told for phone in phones) for q in ids}
    gone = told - sum(after[q] - before[q] for q in ids)
    assert {q: again[q] - before[q] for q in ids} == by_question, "each phone counts once for each question"
    late = max(missing.values(), default=0.0)
    recent = sum(age <= LATE for age in old.values())
    lost = f"{max(gone, 0)} of the last {recent} missing, the oldest told {late:.1f} s before"
    said = f"{told} votes told; {lost}; open after {opened:.0f} s"
    figure(said)
    assert gone <= recent, said
    assert late <= LATE, said
    assert opened < 2 * OPEN, said


@pytest.mark.night
@pytest.mark.alone
@pytest.mark.parametrize("time_", range(10))
def test_ten_power_cuts(tmp_path: Path, figure: Figure, time_: int) -> None:
    """The same, at ten other moments of a pass."""
    time.sleep(time_ / 10)
    test_the_spare_goes_on_after_a_power_cut(tmp_path, figure)
