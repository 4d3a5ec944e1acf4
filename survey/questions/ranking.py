"""Pure rules of the board: how much is shown, in which order a phone meets it, how long a measure is."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from collections.abc import Iterable

TOP = 30  # rows of the ranking that a phone holds and a stream carries
FOLD_FROM = 500  # characters; what is longer was brought in by staff and is shown folded


def met_in(ballot: str, question_ids: Iterable[str]) -> list[str]:
    """The ids in random order: another one for each ballot, always the same for one, and stored nowhere."""
    return sorted(question_ids, key=lambda id_: hmac.digest(ballot.encode(), id_.encode(), "sha256"))


def measure_base(people: int | None, counts: Collection[int]) -> int:
    """What a full measure line means: the people in the room, or the leading question where they are not shown."""
    return max([people or 0, *counts, 1])


def share(supporters: int, base: int) -> float:
    """Length of the measure line, 0 to 1."""
    return min(supporters / base, 1.0)
