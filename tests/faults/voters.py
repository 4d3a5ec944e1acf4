"""Phones that vote without a pause and send again what was not acknowledged; and the recount of what was."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field

from bench.client import Client
from bench.wire import Wire

AGAIN, WITHDRAWN = 0.08, 0.04  # shares of acts: sent once more although it was acknowledged; taken back
REFUSED = 0.02  # seconds, after which a phone that got no answer tries again

Pair = tuple[int, str]  # a phone and a question


class Phone(threading.Thread):
    """One ballot. `acknowledged` is what it was told last of each question, `doubtful` what it waits to be told."""

    def __init__(self, number: int, client: Client, token: str, base: str, questions: list[str], pause: float) -> None:
        super().__init__(daemon=True)
        self.number, self.acknowledged, self.doubtful = number, dict[str, bool](), dict[str, bool]()
        self.told = self.troubles = 0
        self.statuses: Counter[int] = Counter()
        self.go, self.rests, self.over = threading.Event(), threading.Event(), False
        self.client, self._token, self._base, self._pause = client, token, base, pause
        self._chance = random.Random(number)
        self._new = self._chance.sample(questions, len(questions))
        self._wire: Wire | None = None

    def run(self) -> None:
        while not self.over:
            if not self.go.is_set():
                self.rests.set()
                self.go.wait()
                continue
            question, wanted = next(iter(self.doubtful.items()), None) or self._choose()
            self.doubtful[question] = wanted
            if self._send(question, wanted=wanted):
                self.acknowledged[question] = wanted
                del self.doubtful[question]
                self.told += 1
                time.sleep(self._pause)
            else:
                self.troubles += 1
                time.sleep(REFUSED)

    def _choose(self) -> tuple[str, bool]:
        drawn = self._chance.random()
        if self.acknowledged and (drawn < AGAIN + WITHDRAWN or not self._new):
            question = self._chance.choice(list(self.acknowledged))
            if drawn < AGAIN or not self._new:
                return question, self.acknowledged[question] ^ (drawn >= AGAIN)
            return question, not self.acknowledged[question]
        return self._new.pop(), True

    def _send(self, question: str, *, wanted: bool) -> bool:
        path = f"{self._base}/questions/{question}/vote{'' if wanted else '/withdrawal'}"
        with suppress(OSError, ConnectionError, ValueError):
            if self._wire is None:
                self._wire = Wire(self.client, self._token)
            status = self._wire.send(self._wire.request(path))
            self.statuses[status] += 1
            return status == 200
        self._wire = None
        return False


@dataclass
class Crowd:
    """All phones of a hall, and how each marks each question."""

    phones: list[Phone]
    marks: Mapping[Pair, bytes]

    def go(self) -> None:
        """Vote from now on."""
        for phone in self.phones:
            phone.rests.clear()
            phone.go.set()

    def rest(self) -> None:
        """Stop; returns when none waits for an answer any more. What was not answered stays doubtful."""
        for phone in self.phones:
            phone.go.clear()
        for phone in self.phones:
            if not phone.rests.wait(60):
                raise RuntimeError("a phone does not come to rest")

    def end(self) -> None:
        """For good."""
        for phone in self.phones:
            phone.over = True
            phone.go.set()
        for phone in self.phones:
            phone.join()

    def told(self) -> int:
        """How many acts were acknowledged."""
        return sum(phone.told for phone in self.phones)

    def statuses(self) -> Counter[int]:
        """All answers by their status."""
        return sum((phone.statuses for phone in self.phones), Counter[int]())


@dataclass
class Recount:
    """What does not agree. All empty: nothing acknowledged is lost, nothing counts twice, the board says what the rows say."""

    lost: set[Pair] = field(default_factory=set)
    twice: set[Pair] = field(default_factory=set)
    foreign: int = 0
    board: dict[str, tuple[int, int]] = field(default_factory=dict)  # what it says, what the rows say

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.lost or self.twice or self.foreign or self.board)


def recount(
    crowd: Crowd,
    rows: Mapping[tuple[str, bytes], int],
    board: Mapping[str, int],
    *,
    before: Collection[tuple[str, bytes]],
) -> Recount:
    """Hold what phones were told against the rows and what the board says; `before` are rows of others that stood there."""
    found = Recount()
    known: set[tuple[str, bytes]] = set()
    for phone in crowd.phones:
        for question in {*phone.acknowledged, *phone.doubtful}:
            pair = phone.number, question
            row = question, crowd.marks[pair]
            known.add(row)
            if rows.get(row, 0) > 1:
                found.twice.add(pair)
            if question not in phone.doubtful and bool(rows.get(row, 0)) != phone.acknowledged[question]:
                found.lost.add(pair)
    found.foreign = len(set(rows) - known - set(before))
    counted = Counter(question for question, _mark in rows)  # each ballot once, however often it has a row
    found.board = {id_: (said, counted[id_]) for id_, said in board.items() if said != counted[id_]}
    return found


def crowd_of(
    clients: list[Client], code: str, questions: list[str], mark: Callable[[Client, str], bytes], pause: float
) -> Crowd:
    """Phones that stand ready; `mark` is how the ballot of a client marks a question."""
    made = [
        Phone(number, client, client.csrf(f"/d/{code}"), f"/d/{code}", questions, pause)
        for number, client in enumerate(clients)
    ]
    for phone in made:
        phone.start()
    return Crowd(made, {(n, q): mark(client, q) for n, client in enumerate(clients) for q in questions})
