"""How long questions wait for the moderators: seen by the processes, in memory only, and told to members as a round number.

The database knows five minutes and no finer time (rule D5), and it stays that way. What a member reads is made from the
latest decisions on everybody's questions together; no figure is about one question.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from time import time
from typing import TypedDict

from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.common import Table

STEPS = (1, 2, 3, 5, 10, 15)  # minutes, in which the usual wait is said
KEPT = 40  # latest decisions that count
LEAST = 3  # decisions below which nothing is said: one alone would be somebody's
AS_LONG = 30 * 60.0  # seconds after which a decision says nothing about now
SHARE = 0.8  # of the waits that are no longer than what is said
ORPHANED = 60.0  # seconds after which a process takes away what it never saw and does not find
MOST = 200  # dialogues; above that the one that was looked at longest ago is forgotten


class Queue(TypedDict):
    """One dialogue's queue, as processes tell it to each other."""

    since: dict[str, float]  # who waits, from when on it was first seen
    guessed: list[str]  # waited already when the first process began to look
    done: list[list[float]]  # when, after how long


class Waits:
    """The queues as all processes have seen them: each looks for itself, and they agree under marks (`core.common`)."""

    def __init__(self, clock: Callable[[], float] = time, common: Common = COMMON) -> None:
        self._clock = clock
        self._queues: Table[Queue] = Table(common, "waits", most=MOST, own_keys=True)
        self._seen: dict[str, dict[str, str]] = {}  # dialogue -> mark -> question that waited at our last look

    def look(
        self, dialogue_id: str, waiting: Iterable[str], decided: Callable[[Collection[str]], Iterable[str]]
    ) -> None:
        """Take note of what waits now; `decided` says which of those that are gone were decided by moderators."""
        mark = self._queues.marks(dialogue_id)
        here = {mark(question_id): question_id for question_id in waiting}
        seen = self._seen.get(dialogue_id, {})
        gone = {name: question_id for name, question_id in seen.items() if name not in here}
        over = set(decided(gone.values())) if gone else set()
        known = self._queues.known(dialogue_id)
        news = gone or known is None or not here.keys() <= known["since"].keys()
        if news or not self._queues.settled(dialogue_id):
            done = {name for name, question_id in gone.items() if question_id in over}
            self._queues.agree(dialogue_id, lambda queue: self._after(queue, here.keys(), gone.keys(), done))
        self._seen.pop(dialogue_id, None)
        self._seen[dialogue_id] = here  # to the end: the latest
        while len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]

    def since(self, dialogue_id: str, question_id: str) -> float:
        """From when on this question waits, as far as anybody has seen; now for one that nobody has."""
        mark, queue = self._queues.marks(dialogue_id), self._queues.known(dialogue_id)
        return queue["since"].get(mark(question_id), self._clock()) if queue else self._clock()

    def usual(self, dialogue_id: str) -> int | None:
        """In how many minutes most are decided, rounded up; None where too little is known or it takes longer than that.

        What waits longer already counts too, so that a queue that nobody looks at promises nothing.
        """
        now, queue = self._clock(), self._queues.known(dialogue_id)
        if queue is None:
            return None
        took = sorted(wait for when, wait in queue["done"] if now - when < AS_LONG)
        open_ = [now - since for name, since in queue["since"].items() if name not in queue["guessed"]]
        if len(took) < LEAST:
            return None
        usual = max(took[min(len(took) - 1, int(len(took) * SHARE))], *open_, 0.0)
        return next((minutes for minutes in STEPS if usual <= minutes * 60), None)

    def forget(self, dialogue_id: str) -> None:
        """Know nothing of this dialogue any more."""
        self._queues.drop(dialogue_id)
        self._seen.pop(dialogue_id, None)

    def clear(self) -> None:
        """Know nothing, as a process that begins."""
        self._queues.clear()
        self._seen.clear()

    def _after(self, queue: Queue | None, here: Collection[str], gone: Collection[str], done: Collection[str]) -> Queue:
        """What `gone` names waited until now. Who waits that this process never saw is left to the one that did."""
        now = self._clock()
        before = queue or Queue(since={}, guessed=[], done=[])
        since = {name: at for name, at in before["since"].items() if name in here or not _left(name, at, gone, now)}
        took = [
            [now, now - at] for name, at in before["since"].items() if name in done and name not in before["guessed"]
        ]
        guessed = [name for name in before["guessed"] if name in since] if queue else list(here)
        for name in here:
            since.setdefault(name, now)
        return Queue(since=since, guessed=guessed, done=[*before["done"], *took][-KEPT:])


def _left(name: str, since: float, gone: Collection[str], now: float) -> bool:
    """Whether it waits no more; also where whoever saw it wait has died meanwhile."""
    return name in gone or now - since > ORPHANED


WAITS = Waits()
