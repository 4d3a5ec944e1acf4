"""What all phones read alike between two changes of a dialogue: a questionnaire, and its form while nothing is typed.

In memory and by the dialogue's count of changes, so another process's change is seen, too. Only reads fill it: what a write
has seen may be rolled back, and its number be counted again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic
from typing import TypeVar

from survey.questionnaires.queries import Row

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


rows: Memory[Row] = Memory()  # by (questionnaire, revision of the dialogue)
said: Memory[str] = Memory()  # the same rows in words, by the same: whether two states of a dialogue have one form
forms: Memory[str] = Memory()  # by all that stands in it; without anybody's token
