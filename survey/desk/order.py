"""The order in which a queue stands on the open desks: what is new comes last, so that nothing moves under a hand.

In memory only. The database knows five minutes and no finer order (rule D5), and it stays that way.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

KEPT = 4_000  # places; above that, those of questions that have left the queue are forgotten
MOST = 200  # dialogues; above that, the one that nobody has looked at for longest is forgotten

_places: dict[str, list[str]] = {}
_lock = threading.Lock()


def in_kept_order(dialogue_id: str, waiting: Iterable[str]) -> list[str]:
    """`waiting` as the desks show it: who stood there keeps the place (also after an undo), newcomers follow."""
    ids = list(waiting)
    with _lock:
        places = _places[dialogue_id] = _places.pop(dialogue_id, [])  # to the end: the latest looked at
        while len(_places) > MOST:
            del _places[next(iter(_places))]
        known = set(places)
        places += [question_id for question_id in ids if question_id not in known]
        here = set(ids)
        order = [question_id for question_id in places if question_id in here]
        if len(places) > KEPT:
            _places[dialogue_id] = order.copy()
    return order
