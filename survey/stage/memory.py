"""What the hall's screens remember between two looks: whose turn it is, and that the order was let go.

Kept in the RAM of one process: after a restart the turn counts anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey.core.clock import now

SAID_FOR = dt.timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Turn:
    """The question being answered since `since`, and the one before it."""

    question_id: str | None
    since: dt.datetime
    last_id: str | None = None


class Memory:
    """One for all screens and desks of the process."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}
        self._held: set[str] = set()
        self._let_go: dict[str, dt.datetime] = {}

    def moves_again(self, dialogue_id: str, *, held: bool) -> bool:
        """Whether the order was let go just now, so that people hear why it moves."""
        if held:
            self._held.add(dialogue_id)
            self._let_go.pop(dialogue_id, None)
        elif dialogue_id in self._held:
            self._held.discard(dialogue_id)
            self._let_go[dialogue_id] = now()
        since = self._let_go.get(dialogue_id)
        return since is not None and now() - since < SAID_FOR

    def turn(self, dialogue_id: str, question_id: str | None) -> Turn:
        """Note that `question_id` is being answered (None: nobody is), and tell since when and what came before."""
        known = self._turns.get(dialogue_id)
        if known is None or known.question_id != question_id:
            last = (known.question_id or known.last_id) if known else None
            known = self._turns[dialogue_id] = Turn(question_id, now(), last)
        return known


MEMORY = Memory()
