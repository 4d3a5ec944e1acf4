"""What the hall's screens remember between two looks: whose turn it is.

Kept in the RAM of one process: after a restart the turn counts anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey.core.clock import now


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

    def turn(self, dialogue_id: str, question_id: str | None) -> Turn:
        """Note that `question_id` is being answered (None: nobody is), and tell since when and what came before."""
        known = self._turns.get(dialogue_id)
        if known is None or known.question_id != question_id:
            last = (known.question_id or known.last_id) if known else None
            known = self._turns[dialogue_id] = Turn(question_id, now(), last)
        return known


MEMORY = Memory()
