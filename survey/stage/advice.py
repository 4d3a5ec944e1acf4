"""What the time that is left is good for: a pure rule, said in one line."""

from __future__ import annotations

from dataclasses import dataclass

EACH = 3  # minutes that an answer takes where there is not time for all


@dataclass(frozen=True, slots=True)
class Advice:
    """Answer the first `first` questions, `each` minutes a question, and `rest` of them in writing."""

    left: int  # minutes; 0 or less: the time is over
    waiting: int
    first: int
    each: int
    rest: int


def advise(minutes_left: int, waiting: int) -> Advice:
    """How many of the waiting questions still fit; all of them where each has its three minutes, else as many as have.

    Whoever has a minute left can begin one more.
    """
    if minutes_left <= 0 or waiting <= 0:
        return Advice(minutes_left, waiting, 0, 0, max(waiting, 0))
    first = min(waiting, max(1, minutes_left // EACH))
    each = minutes_left // first if first == waiting else min(EACH, minutes_left)
    return Advice(minutes_left, waiting, first, each, waiting - first)
