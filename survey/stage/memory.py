"""What the hall's screens remember between two looks: whose turn it is, and that the order was let go.

In memory only; several processes agree on it, under marks (`core.common`). After a restart of all the turn counts anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from survey.core.clock import now
from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.common import Table

SAID_FOR = dt.timedelta(seconds=15)
STALE = 5.0  # seconds within which an older look of another process changes nothing
MOST = 200  # dialogues


@dataclass(frozen=True, slots=True)
class Turn:
    """The question being answered since `since`, and the one before it."""

    question_id: str | None
    since: dt.datetime
    last_id: str | None = None


class _Turn(TypedDict):
    now: str | None  # marks of questions
    last: str | None
    since: float
    revision: int


class _Hold(TypedDict):
    held: bool
    let_go: float | None
    at: float
    revision: int


def _nothing() -> Iterable[str]:
    return ()


class Memory:
    """One for all screens and desks of the process."""

    def __init__(self, common: Common = COMMON) -> None:
        self._turns: Table[_Turn] = Table(common, "turn", most=MOST, own_keys=True)
        self._holds: Table[_Hold] = Table(common, "hold", most=MOST)
        self._names: dict[str, str] = {}  # mark -> question, of those that had their turn here

    def moves_again(self, dialogue_id: str, *, held: bool, revision: int = 0) -> bool:
        """Whether the order was let go just now, so that people hear why it moves. `revision`: of the look that says so."""
        moment = now().timestamp()

        def step(before: _Hold | None) -> _Hold | None:
            if before is None:
                return _Hold(held=True, let_go=None, at=moment, revision=revision) if held else None
            if before["held"] == held or _is_older(revision, before["revision"], moment - before["at"]):
                return before
            return _Hold(held=held, let_go=None if held else moment, at=moment, revision=revision)

        hold = self._holds.agree(dialogue_id, step)
        let_go = hold["let_go"] if hold else None
        return let_go is not None and moment - let_go < SAID_FOR.total_seconds()

    def turn(
        self,
        dialogue_id: str,
        question_id: str | None,
        revision: int = 0,
        among: Callable[[], Iterable[str]] = _nothing,
    ) -> Turn:
        """Note that `question_id` is being answered (None: nobody is), and tell since when and what came before.

        `revision`: of the look that says so; `among`: the questions that may have come before, where another process saw it.
        """
        moment, mark = now().timestamp(), self._mark(dialogue_id, question_id)

        def step(before: _Turn | None) -> _Turn:
            if before is None:
                return _Turn(now=mark, last=None, since=moment, revision=revision)
            if before["now"] == mark or _is_older(revision, before["revision"], moment - before["since"]):
                return before
            return _Turn(now=mark, last=before["now"] or before["last"], since=moment, revision=revision)

        known = self._turns.known(dialogue_id)
        if known is None or known["now"] != mark or not self._turns.settled(dialogue_id):
            known = self._turns.agree(dialogue_id, step)
        assert known is not None, "there is a turn from the first look on"
        since = dt.datetime.fromtimestamp(known["since"], now().tzinfo)
        return Turn(question_id, since, self._named(dialogue_id, known["last"], among))

    def _mark(self, dialogue_id: str, question_id: str | None) -> str | None:
        if question_id is None:
            return None
        mark = self._turns.marks(dialogue_id)(question_id)
        self._names.pop(mark, None)
        self._names[mark] = question_id
        while len(self._names) > 2 * MOST:
            del self._names[next(iter(self._names))]
        return mark

    def _named(self, dialogue_id: str, mark: str | None, among: Callable[[], Iterable[str]]) -> str | None:
        if mark is not None and mark not in self._names:
            mark_of = self._turns.marks(dialogue_id)
            self._names.update((mark, one) for one in among() if mark_of(one) == mark)
        return self._names.get(mark) if mark is not None else None


def _is_older(revision: int, than: int, age: float) -> bool:
    """Whether this look is one that began before the one that another process has told of already."""
    return revision < than and age < STALE


MEMORY = Memory()
