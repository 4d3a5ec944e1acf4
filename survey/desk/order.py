"""The order in which a queue stands on the open desks: what is new comes last, so that nothing moves under a hand.

In memory only, and so is the moment at which a desk first saw a question: the database knows five minutes and no finer
order (rule D5), and it stays that way. Several processes agree on both, under marks (`core.common`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from survey.core.clock import COARSE
from survey.core.clock import local
from survey.core.clock import now
from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.common import Table

KEPT = 4_000  # places; above that, those of questions that have left the queue are forgotten
MOST = 200  # dialogues; above that, the one that nobody has looked at for longest is forgotten
Places = dict[str, float | None]  # question -> when a desk saw it come, in the order of the desks


class Queues:
    """The queues as the desks of all processes show them."""

    def __init__(self, common: Common = COMMON, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._places: Table[Places] = Table(common, "queue", most=MOST)

    def in_kept_order(self, dialogue_id: str, waiting: Iterable[str]) -> list[str]:
        """`waiting` as the desks show it: who stood there keeps the place (also after an undo), newcomers follow."""
        ids = {self._places.mark(question_id): question_id for question_id in waiting}
        places = self._places.known(dialogue_id)
        if places is None or not ids.keys() <= places.keys() or not self._places.settled(dialogue_id):
            places = self._places.agree(dialogue_id, lambda before: self._with(dialogue_id, ids, before))
        return [ids[name] for name in places or () if name in ids]

    def longest_wait(self, dialogue_id: str, waiting: Sequence[tuple[str, dt.datetime]]) -> int | None:
        """For how many whole minutes the first of `waiting` (id, time to five minutes) has waited; None where none does.

        As a desk saw it come, within the five minutes that the database knows of; where none did, as the database says.
        """
        places = self._places.known(dialogue_id) or {}
        waits = (self._minutes(about, places.get(self._places.mark(id_))) for id_, about in waiting)
        return max(waits, default=None)

    def clear(self) -> None:
        """Know nothing, as a process that begins."""
        self._places.clear()

    def _with(self, dialogue_id: str, ids: Mapping[str, str], before: Places | None) -> Places:
        """What waited before any desk looked came at a time that nobody knows."""
        seen = None if before is None else self._clock() // 60 * 60  # whole minutes are shown, so no finer time is kept
        own = self._places.known(dialogue_id) or {}  # seen while there was nobody to agree with
        places = {**(before or {}), **{name: own[name] for name in own if name not in (before or {})}}
        for name in ids:
            places.setdefault(name, seen)
        return {name: places[name] for name in places if name in ids} if len(places) > KEPT else places

    def _minutes(self, asked_about: dt.datetime, seen: float | None) -> int:
        most = (now() - local(asked_about)).total_seconds()
        waited = most if seen is None else min(max(self._clock() - seen, most - COARSE.total_seconds()), most)
        return max(0, int(waited // 60))


QUEUES = Queues()
