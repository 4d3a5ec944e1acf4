"""What was read and rendered once at one version of a dialogue serves all who see the same: phones that poll, and programs.

One entry a dialogue and kind, the latest; whoever comes while it is made waits for it. Texts lie here, so erasing empties
it (`core.held`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from contextlib import suppress
from typing import Generic
from typing import TypeVar

from survey.core.held import holds_texts

T = TypeVar("T")
MOST = 100  # dialogues and kinds; a board of 10,000 questions is a megabyte and a half


class Kept(Generic[T]):
    """The latest value of each name, with the stamp that it was made under."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._made: OrderedDict[str, tuple[Hashable, T]] = OrderedDict()
        self._turns: dict[str, threading.Lock] = {}

    def __call__(self, name: str, stamp: Hashable, make: Callable[[], T]) -> T:
        """`make()`, or what it gave where that was under the same `stamp`."""
        found = self._made.get(name)
        if found is None or found[0] != stamp:
            with self._turns.setdefault(name, threading.Lock()):  # of many who come at once, the first makes it for all
                known = self._made
                found = known.get(name)
                if found is None or found[0] != stamp:
                    found = (stamp, make())
                    known[name] = found  # cleared meanwhile: then nobody looks there any more
        with suppress(KeyError):  # cleared meanwhile, as above
            self._made.move_to_end(name)
        while len(self._made) > self._most:
            oldest, _value = self._made.popitem(last=False)
            self._turns.pop(oldest, None)
        return found[1]

    def clear(self) -> None:
        """Forget everything, also what is being made of what was read before."""
        self._made = OrderedDict()


board: Kept[tuple[int, str]] = Kept()  # what a stream would say, at once, a language; by (version, phase)
program: Kept[bytes] = Kept()  # the same for programs
for memory in (board, program):
    holds_texts(memory.clear)
