"""The order in which a queue stands on the open desks: what is new comes last, so that nothing moves under a hand.

In memory only, and so is the moment at which a desk first saw a question. The database knows five minutes and no finer
order (rule D5), and it stays that way.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterable
from collections.abc import Sequence

from survey.core.clock import COARSE
from survey.core.clock import local
from survey.core.clock import now

KEPT = 4_000  # places; above that, those of questions that have left the queue are forgotten
MOST = 200  # dialogues; above that, the one that nobody has looked at for longest is forgotten

_places: dict[str, dict[str, float | None]] = {}  # dialogue -> question -> when a desk saw it come
_lock = threading.Lock()


def in_kept_order(dialogue_id: str, waiting: Iterable[str]) -> list[str]:
    """`waiting` as the desks show it: who stood there keeps the place (also after an undo), newcomers follow."""
    ids = list(waiting)
    with _lock:
        first = dialogue_id not in _places  # what waited before anybody looked came at a time that nobody knows
        places = _places[dialogue_id] = _places.pop(dialogue_id, {})  # to the end: the latest looked at
        while len(_places) > MOST:
            del _places[next(iter(_places))]
        seen = None if first else time.monotonic()
        for question_id in ids:
            places.setdefault(question_id, seen)
        here = set(ids)
        order = [question_id for question_id in places if question_id in here]
        if len(places) > KEPT:
            _places[dialogue_id] = {question_id: places[question_id] for question_id in order}
    return order


def longest_wait(dialogue_id: str, waiting: Sequence[tuple[str, dt.datetime]]) -> int | None:
    """For how many whole minutes the first of `waiting` (id, time to five minutes) has waited; None where nothing waits.

    As a desk saw it come, within the five minutes that the database knows of; where none did, as the database says.
    """
    with _lock:
        places = _places.get(dialogue_id, {})
        return max((_minutes(asked_about, places.get(id_)) for id_, asked_about in waiting), default=None)


def _minutes(asked_about: dt.datetime, seen: float | None) -> int:
    most = (now() - local(asked_about)).total_seconds()
    waited = most if seen is None else min(max(time.monotonic() - seen, most - COARSE.total_seconds()), most)
    return max(0, int(waited // 60))
