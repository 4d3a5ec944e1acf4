"""The sites of a sample: who stands where, as uneven as in truth, some with fewer ballots than may be told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain
from itertools import cycle
from itertools import repeat

from sqlalchemy.orm import Session

from survey.core.keys import KeyStore
from survey.dialogues import sites
from survey.room import hands
from survey.room import places

SIZES = (24, 18, 15, 12, 11, 10, 8, 6)  # ballots of one site after the other, over and over
HOST = "Ngô Thị Lan"  # of the first site
RAISED = (12, 7, 3)  # hands at the first sites for the question that was called


def stand(
    session: Session, keys: KeyStore, dialogue_id: str, names: Sequence[str], ballots: Sequence[str]
) -> dict[str, int]:
    """Make the sites and put up to three in four ballots there; each of those with the number of its site."""
    if not names:
        return {}
    numbers = [sites.add(session, dialogue_id, name, size * 2) for name, size in zip(names, cycle(SIZES), strict=False)]
    seats = chain.from_iterable(repeat(number, size) for number, size in zip(numbers, cycle(SIZES), strict=False))
    away = list(ballots)
    random.Random(3).shuffle(away)  # noqa: S311 - a sample, the same each time
    where = dict(zip(away[: len(away) * 3 // 4], seats, strict=False))
    places.stand(session, keys, dialogue_id, where)
    return where


def raise_hands(session: Session, dialogue_id: str, question_id: str, numbers: Sequence[int]) -> None:
    """Hands that hosts counted for the question that was called."""
    for number, raised in zip(numbers, RAISED, strict=False):
        hands.note(session, dialogue_id, question_id, number, raised)
