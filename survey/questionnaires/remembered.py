"""What all phones read alike between two changes of a dialogue: a questionnaire, and its form while nothing is typed.

In memory and by the dialogue's count of changes, so another process's change is seen, too. Only reads fill it: what a write
has seen may be rolled back, and its number be counted again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from dataclasses import replace
from itertools import count
from typing import Generic
from typing import NamedTuple
from typing import TypeVar

from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.held import holds_texts
from survey.core.pieces import Pieces
from survey.questionnaires.queries import Row
from survey.questionnaires.queries import for_members
from survey.questionnaires.queries import words

MOST = 64  # of each; a form of ten items has 15 kB
T = TypeVar("T")


class Memory(Generic[T]):
    """The last few values, by key."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._most = most

    def get(self, key: Hashable) -> T | None:
        """The value; None where it is not remembered."""
        return self._kept.get(key)

    def keep(self, key: Hashable, value: T) -> T:
        """Remember it, and forget the oldest."""
        self._kept[key] = value
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()


class Known(NamedTuple):
    """A questionnaire as its form shows it, without its figures. `serial`: another one for each wording."""

    row: Row
    words: tuple[object, ...]
    serial: int


_serials = count()
rows: Memory[Known] = Memory()  # by (questionnaire, dialogue, revision of the dialogue)
newest: Memory[Known] = Memory()  # by questionnaire: whether another revision of the dialogue has the same words
pages: Memory[Pieces] = Memory()  # the form, and the thanks, by all that stands in them; without anybody's token


def row(session: Callable[[], Session], db: Database, dialogue_id: str, questionnaire_id: str, revision: int) -> Known:
    """The questionnaire as members may know it, remembered until anything of the dialogue changes. Raises `NotFound`."""
    key = (questionnaire_id, dialogue_id, revision)
    known = rows.get(key)
    if known is not None:
        return known
    said = words(db, questionnaire_id)
    last = newest.get(key[:2])
    if last is None or last.words != said:
        found = for_members(session(), dialogue_id, questionnaire_id)
        last = newest.keep(key[:2], Known(replace(found, shown=0, started=True), said, next(_serials)))
    return rows.keep(key, last)


for memory in (rows, newest, pages):
    holds_texts(memory.clear)
