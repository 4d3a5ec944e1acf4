"""What stands on the board and is near to what a member writes: an index of a few seconds, and rows that are read anew.

The index only says where to look. What is shown comes from the database at that moment, so that nothing erased, taken back
or merged away is ever suggested, and a wording that was merged leads to the question that speaks for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.held import holds_texts
from survey.questions import gathering
from survey.questions import groups
from survey.questions.models import Question
from survey.questions.queries import Standing
from survey.questions.queries import supported
from survey.questions.similar import LEAST
from survey.questions.similar import Index
from survey.questions.state import BOARD
from survey.questions.state import SUPPORTABLE
from survey.questions.state import State

FRESH = 5.0  # seconds for which an index serves
SHOWN = 3
LOOKED_THROUGH = 12  # matches: several may be wordings of one question, or gone meanwhile
STOPS = 0.8  # from here up, a form without scripts comes back once before the question is sent


class Suggestion(NamedTuple):
    """A question that may be supported in place of asking it again."""

    id: str
    number: int | None
    body: str
    supporters: int
    supported: bool
    state: str

    @property
    def open(self) -> bool:
        """Whether it can still be supported."""
        return self.state in SUPPORTABLE


class Shelf:
    """Indexes of this process, by dialogue; none serves longer than `FRESH`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: dict[str, tuple[float, Index]] = {}

    def index(self, session: Session, dialogue_id: str) -> Index:
        """The board's texts and the wordings that were merged into them, ready to be compared."""
        now = self._clock()
        if dialogue_id not in self._made or now - self._made[dialogue_id][0] >= FRESH:
            index = Index(_texts(session, dialogue_id))
            self._made = {key: made for key, made in self._made.items() if now - made[0] < FRESH}
            self._made[dialogue_id] = (now, index)
        return self._made[dialogue_id][1]

    def empty(self) -> None:
        """Keep no text: for what is erased."""
        self._made = {}


SHELF = Shelf()
holds_texts(SHELF.empty)


def near(session: Session, dialogue_id: str, text: str, least: float = LEAST) -> list[Question]:
    """The questions on the board that say nearly this, the nearest first, at most `SHOWN`."""
    found: dict[str, Question] = {}
    for match in SHELF.index(session, dialogue_id).near(text, limit=LOOKED_THROUGH, least=least):
        question = session.get(Question, match.id)
        leading = groups.root(session, question) if question is not None else None
        if leading is not None and gathering.is_out(leading):
            found[leading.id] = leading
    return list(found.values())[:SHOWN]


def suggestions(found: list[Question], session: Session, key: bytes | None, ballot: str) -> list[Suggestion]:
    """The same as a phone may see them; `key` is the dialogue's key `vote`, None where it is destroyed already."""
    places = [Standing(one.id, one.number or 0, one.state, one.group_id) for one in found]
    own = supported(session, key, ballot, places) if key is not None else frozenset()
    return [Suggestion(one.id, one.number, one.body, one.supporters, one.id in own, one.state) for one in found]


def _texts(session: Session, dialogue_id: str) -> list[tuple[str, str]]:
    statement = select(Question.id, Question.folded).where(
        Question.dialogue_id == dialogue_id, Question.state.in_({*BOARD, State.MERGED})
    )
    return [(question_id, folded) for question_id, folded in session.execute(statement)]
