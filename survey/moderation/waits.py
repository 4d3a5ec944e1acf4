"""How long questions wait for the moderators: seen by this process, in memory only, and told to members as a round number.

The database knows five minutes and no finer time (rule D5), and it stays that way. What a member reads is made from the
latest decisions on everybody's questions together; no figure is about one question.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from time import time

STEPS = (1, 2, 3, 5, 10, 15)  # minutes, in which the usual wait is said
KEPT = 40  # latest decisions that count
LEAST = 3  # decisions below which nothing is said: one alone would be somebody's
AS_LONG = 30 * 60.0  # seconds after which a decision says nothing about now
SHARE = 0.8  # of the waits that are no longer than what is said
MOST = 200  # dialogues; above that the one that was looked at longest ago is forgotten


@dataclass(slots=True)
class _Queue:
    since: dict[str, float] = field(default_factory=dict)  # who waits, from when on it was seen here
    guessed: set[str] = field(default_factory=set)  # waited already when this process began to look
    done: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=KEPT))  # when, after how long
    begun: bool = False


class Waits:
    """The queues of this process."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._queues: dict[str, _Queue] = {}
        self._lock = threading.Lock()

    def look(
        self, dialogue_id: str, waiting: Iterable[str], decided: Callable[[Collection[str]], Iterable[str]]
    ) -> None:
        """Take note of what waits now; `decided` says which of those that are gone were decided by moderators."""
        ids, now = list(waiting), self._clock()
        queue = self._of(dialogue_id)
        gone = queue.since.keys() - set(ids)
        over = set(decided(gone)) if gone else set()
        with self._lock:
            for question_id in gone:
                since = queue.since.pop(question_id, now)
                if question_id in over and question_id not in queue.guessed:
                    queue.done.append((now, now - since))
                queue.guessed.discard(question_id)
            for question_id in ids:
                if question_id not in queue.since and not queue.begun:
                    queue.guessed.add(question_id)
                queue.since.setdefault(question_id, now)
            queue.begun = True

    def since(self, dialogue_id: str, question_id: str) -> float:
        """From when on this question waits, as far as this process has seen; now for one that it has not."""
        return self._of(dialogue_id).since.get(question_id, self._clock())

    def usual(self, dialogue_id: str) -> int | None:
        """In how many minutes most are decided, rounded up; None where too little is known or it takes longer than that.

        What waits longer already counts too, so that a queue that nobody looks at promises nothing.
        """
        now = self._clock()
        with self._lock:
            queue = self._queues.get(dialogue_id)
            if queue is None:
                return None
            took = sorted(wait for when, wait in queue.done if now - when < AS_LONG)
            open_ = [now - since for question_id, since in queue.since.items() if question_id not in queue.guessed]
        if len(took) < LEAST:
            return None
        usual = max(took[min(len(took) - 1, int(len(took) * SHARE))], *open_, 0.0)
        return next((minutes for minutes in STEPS if usual <= minutes * 60), None)

    def forget(self, dialogue_id: str) -> None:
        """Know nothing of this dialogue any more."""
        with self._lock:
            self._queues.pop(dialogue_id, None)

    def _of(self, dialogue_id: str) -> _Queue:
        with self._lock:
            queue = self._queues[dialogue_id] = self._queues.pop(dialogue_id, _Queue())  # to the end: the latest
            while len(self._queues) > MOST:
                del self._queues[next(iter(self._queues))]
        return queue


WAITS = Waits()
