"""What a blind-signed ballot costs the server, as multiples of a Flask route that does nothing; and a hall that comes at once.

CPU is user and system time of the server process (`/proc/<pid>/stat`); phones are other processes' work: what they ask for is
made before the clock starts. An entry is the request that lets in; what waiting at the opening adds is measured beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.client import Answer
from bench.client import Client
from bench.server import Running
from bench.server import running
from bench.votes import cpu
from survey import lifecycle
from survey.core import blinding
from survey.core import settings as core_settings
from survey.core.blinding import b64
from survey.core.blinding import unb64
from survey.core.boxes import Boxes
from survey.core.clock import now
from survey.core.db import Database
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.dialogues import queries

MEMBERS, TURN = 80, 20  # for the cost of one, in turns with the no-op route
AT_ONCE = 16  # connections of the crowd
JSON = {"Accept": "application/json"}


@dataclass
class Phone:
    """A member's phone: two browsers that share no cookie, a request, and the credential that comes of it."""

    roll: Client
    room: Client
    seat: str
    public: bytes
    blinded: blinding.Blinded
    token: str = ""
    signature: bytes = b""

    @classmethod
    def opened(cls, link: str, public: bytes) -> Phone:
        """A phone that has opened a personal link and made its request."""
        parts = urlsplit(link)
        base, roll = f"{parts.scheme}://{parts.netloc}", Client(f"{parts.scheme}://{parts.netloc}")
        token = roll.csrf(parts.path)
        _good(roll.post(f"{parts.path}/session", {"token": parts.fragment}, X_CSRFToken=token, **JSON))
        blinded = blinding.conceal(public, blinding.new_message(public))
        return cls(roll, Client(base), parts.path, public, blinded, roll.csrf(parts.path))

    def ask(self) -> None:
        """Have the request signed; what is made of the answer is the phone's own work."""
        sent = {"csrf_token": self.token, "blinded": b64(self.blinded.request)}
        self.signature = unb64(_good(self.roll.post(f"{self.seat}/credential", sent, **JSON)).json()["signature"])

    def reveal(self) -> None:
        """Make the credential."""
        self.signature = blinding.reveal(self.public, self.blinded, self.signature)

    def knock(self) -> Answer:
        """Ask to be let in."""
        sent = {"msg": b64(self.blinded.message), "sig": b64(self.signature)}
        return _good(self.room.post(f"/d/{self.seat.rsplit('/', 1)[1]}/entry", sent, **JSON))


def _good(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise RuntimeError(f"{answer.status} {answer.text[:200]}")
    return answer


@contextmanager
def hall(members: int, module: str = "app.py") -> Iterator[tuple[Running, Stores, str, list[Phone]]]:
    """A server with a dialogue that is not open yet, its stores, its id, and a phone for each member on the roll."""
    sample = ("province", "--members", str(members), "--questions", "0", "--votes", "0", "--entry", "roll")
    with running(*sample, "--state", "collecting", module=module) as server:
        own = core_settings.load(server.environ)
        keys = KeyStore(own.key_dir)
        stores = Stores(Database(own.database_url), Database(own.roll_database_url), keys, Boxes(own.box_dir, keys))
        with stores.db.reading() as session:
            dialogue = queries.by_code(session, server.sample["code"])
            public, dialogue_id = dialogue.issue_key or b"", dialogue.id
        with ThreadPoolExecutor(AT_ONCE) as pool:
            phones = list(pool.map(lambda link: Phone.opened(link, public), server.sample["entries"]))
        yield server, stores, dialogue_id, phones
        stores.db.dispose()
        stores.roll.dispose()


def cost() -> dict[str, float]:
    """Milliseconds of server CPU: `noop`, `issue`, `wait` (the first knock at the opening) and `entry`, and two ratios."""
    with hall(MEMBERS, "bench/noop_server.py") as (server, stores, dialogue_id, phones):
        client = Client(server.url)
        issue = _beside(server, client, [phone.ask for phone in phones])
        for phone in phones:
            phone.reveal()
        lifecycle.take(stores, dialogue_id, "live", actor="bench")
        wait = _beside(server, client, [phone.knock for phone in phones])
        stores.box.shut(dialogue_id)
        lifecycle.empty_box(stores, dialogue_id, now())
        entry = _beside(server, client, [phone.knock for phone in phones])
    found = {"noop": issue.noop, "issue": issue.each, "wait": wait.each, "entry": entry.each}
    return {**found, "issue_ratio": issue.each / issue.noop, "entry_ratio": entry.each / entry.noop}


class Beside(NamedTuple):
    """Milliseconds of server CPU of one act, and of one no-op route in the same seconds."""

    each: float
    noop: float


def _beside(server: Running, client: Client, acts: Sequence[Callable[[], object]]) -> Beside:
    """In turns of twenty: what else this machine does then weighs on both."""
    spent, idle = 0.0, 0.0
    _spent(server, acts[:TURN])  # warm: statements compiled, connections accepted
    acts = acts[TURN:]
    for start in range(0, len(acts), TURN):
        idle += _spent(server, [lambda: client.get("/noop")] * 5 * TURN)
        spent += _spent(server, acts[start : start + TURN])
    return Beside(spent / len(acts) * 1000, idle / (5 * len(acts)) * 1000)


def _spent(server: Running, acts: Sequence[Callable[[], object]]) -> float:
    before = cpu(server.pid)
    for act in acts:
        act()
    return cpu(server.pid) - before


def opening(members: int) -> dict[str, float]:
    """Seconds in which `members` are issued their ballots, the hall opens, and all of them are in; and how many are."""
    with hall(members) as (_server, stores, dialogue_id, phones), ThreadPoolExecutor(AT_ONCE) as pool:
        began = time.monotonic()
        list(pool.map(Phone.ask, phones))
        issued = time.monotonic() - began
        for phone in phones:
            phone.reveal()
        lifecycle.take(stores, dialogue_id, "live", actor="bench")
        began = time.monotonic()
        waiting = phones
        while waiting:
            answers = list(pool.map(Phone.knock, waiting))
            waiting = [phone for phone, answer in zip(waiting, answers, strict=True) if answer.status == 202]
            if waiting:
                time.sleep(max(1.0, min(float(a.json()["retry"]) for a in answers if a.status == 202)))
        entered = time.monotonic() - began
        with stores.db.reading() as session:
            ballots = queries.by_id(session, dialogue_id).ballots
    return {"issued": issued, "entered": entered, "seconds": issued + entered, "ballots": ballots}


if __name__ == "__main__":
    print(json.dumps(cost()))
