"""How often phones had a question before them: counted without knowing whose.

Phones tell in batches and without any cookie. The counts wait here for a few seconds and are then written in one go, so
that a lively hall costs one write now and then. What is lost with a process is a handful of glances.
"""

from __future__ import annotations

import time
from collections import Counter
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.dialogues.service import load
from survey.questions.models import Question

EVERY = 5.0  # seconds between two writes for one dialogue
MOST_AT_ONCE = 60  # questions in one message of a phone
A_PHONE = 3  # how often one phone may count for one question: it was reloaded, or lent


_QUESTIONS = cast(Table, Question.__table__)
_MORE = _QUESTIONS.c.shown + bindparam("count")
_ADD = (
    update(_QUESTIONS)
    .where(_QUESTIONS.c.id == bindparam("question"), _QUESTIONS.c.dialogue_id == bindparam("dialogue"))
    .where(bindparam("most") >= _MORE)
    .values(shown=_MORE)
)


class Waiting:
    """Glances of this process that are not written yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._written: dict[str, float] = {}

    def add(self, dialogue_id: str, question_ids: Iterable[str]) -> bool:
        """Count one glance at each; whether it is time to write."""
        self._counts[dialogue_id].update(set(question_ids))
        return self._clock() - self._written.get(dialogue_id, 0.0) >= EVERY

    def of(self, dialogue_id: str) -> Mapping[str, int]:
        """What waits, by question; 0 for all others."""
        return self._counts[dialogue_id]

    def take(self, dialogue_id: str) -> dict[str, int]:
        """What waits, which then waits no longer."""
        self._written[dialogue_id] = self._clock()
        return dict(self._counts.pop(dialogue_id, Counter()))


WAITING = Waiting()


def write(session: Session, dialogue_id: str, counts: Mapping[str, int], ballots: int) -> None:
    """Add the glances to the totals; no question counts more than `A_PHONE` for each ballot that is in.

    Changes no version: nobody sees a glance. Like every writer it takes the dialogue first: a vote that comes in the same
    transaction does, and two processes that tell of the same questions meet there.
    """
    rows = [{"question": question_id, "count": count} for question_id, count in counts.items()]
    if rows:
        load(session, dialogue_id)
        session.connection().execute(
            _ADD, [{**row, "dialogue": dialogue_id, "most": ballots * A_PHONE} for row in rows]
        )
