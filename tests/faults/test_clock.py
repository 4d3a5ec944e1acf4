"""The clock of the machine is set, a day forward and a day back, while a hall votes. The server is told nothing of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.client import Client
from tests.conftest import need
from tests.faults.halls import Hall
from tests.faults.halls import hall_of
from tests.faults.halls import place_of

Figure = Callable[[str], None]
DAY = 24 * 3600 + 60  # a little more than a day's limits last


class Clock:
    """The clock that a server sees: that of this machine, moved by what stands in a file."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("gcc"), "gcc, to build a clock that can be moved")
        self._file, library = folder / "moved", folder / "moved.so"
        source = Path(__file__).with_name("moved.c")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self.move(0)
        self.environ = {"LD_PRELOAD": os.fspath(library), "CLOCK_FILE": os.fspath(self._file)}

    def move(self, seconds: int) -> None:
        """From now on it is so much later than on this machine."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))


class Listener(threading.Thread):
    """A member's page that is open: which lines its stream has sent."""

    def __init__(self, phone: Client, path: str) -> None:
        super().__init__(daemon=True)
        self._answer = phone.stream(path)
        self.updates = 0

    def run(self) -> None:
        for line in self._answer:
            self.updates += line.startswith(b"id:")


def until(seen: Callable[[], bool], patience: float = 20) -> None:
    """Wait for it."""
    began = time.monotonic()
    while not seen():
        assert time.monotonic() - began < patience
        time.sleep(0.02)


@pytest.mark.timeout(600)  # beside other work
@pytest.mark.claim(
    "scale", "the clock set by a day, forward and back: votes, streams, sessions and limits go on, nothing lost"
)
def test_clock_that_is_set_loses_nothing(tmp_path: Path, figure: Figure) -> None:
    clock = Clock(tmp_path)
    place = place_of(tmp_path / "hall")
    place.environ.update(clock.environ)
    with hall_of(place, phones=8, pause=0.02) as hall:
        base = f"/d/{place.code}"
        member, staff = hall.crowd.phones[0].client, Client(place.environ["BASE_URL"])
        link = place.sample["staff"]["moderator"].partition(place.environ["BASE_URL"])[2]
        assert staff.get(link).status in {200, 302, 303}
        listener = Listener(member, f"{base}/live")
        listener.start()
        hall.crowd.go()
        told = []
        for moved in (0, DAY, 0, -DAY, 0):
            clock.move(moved)
            told.append(goes_on(hall, listener))
            assert staff.get(f"/s/{place.code}/moderate").status == 200, moved
            full(member, base)
        hall.crowd.rest()
        assert hall.crowd.statuses().keys() == {200}
        assert not hall.recount()
        figure(f"{hall.crowd.told()} acknowledged over four jumps, 0 lost; {listener.updates} updates on one stream")


def goes_on(hall: Hall, listener: Listener) -> int:
    """Votes are taken and reach the open page; how many by now."""
    told, updates = hall.crowd.told(), listener.updates
    until(lambda: hall.crowd.told() > told + 20 and listener.updates > updates + 1)
    return hall.crowd.told()


def full(member: Client, base: str) -> None:
    """A limit is reached, in the clock's time of now: it is told, and of no more than its own length."""
    token = member.csrf(base)
    answers = []
    for number in range(12):
        form = {
            "csrf_token": token,
            "body": f"Câu hỏi thử giới hạn số {number}?",
            "client_id": f"{time.monotonic_ns()}",
        }
        sent = {"X_CSRFToken": token, "Accept": "application/json"}
        answers.append(member.post(f"{base}/questions", form, **sent))
    assert {one.status for one in answers} >= {429}, [one.status for one in answers]
    assert answers[0].status in {200, 201}, "what was counted at another time is over"
    assert all(int(one.headers["Retry-After"]) <= DAY for one in answers if one.status == 429)
