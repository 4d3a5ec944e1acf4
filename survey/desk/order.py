"""The order in which a queue stands on the open desks: what is new comes last, so that nothing moves under a hand.

In memory only, and so is the minute in which a desk first saw a question: the database knows five minutes and no finer
order (rule D5), and it stays that way. Several processes agree on both, under marks of the dialogue's own key
(`core.common`). What waits no longer is forgotten, place and minute, as soon as nobody is likely to take that back.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TypedDict

from survey.core.clock import COARSE
from survey.core.clock import local
from survey.core.clock import now
from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.common import Table

BACK = 600.0  # seconds for which a question that left the queue finds its place again: its decision may be undone
KEPT = 4_000  # places; above that, those of questions that have left the queue are forgotten at once
MOST = 200  # dialogues; above that, the one that nobody has looked at for longest is forgotten


class Places(TypedDict):
    """One dialogue's queue, as processes tell it to each other."""

    seen: dict[str, float | None]  # question -> when a desk saw it come, in the order of the desks
    left: dict[str, float]  # since when it waits no longer


class Queues:
    """The queues as the desks of all processes show them."""

    def __init__(self, common: Common = COMMON, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._places: Table[Places] = Table(common, "queue", most=MOST, own_keys=True)

    def in_kept_order(self, dialogue_id: str, waiting: Iterable[str]) -> list[str]:
        """`waiting` as the desks show it: who stood there keeps the place (also after an undo), newcomers follow."""
        mark = self._places.marks(dialogue_id)
        ids = {mark(question_id): question_id for question_id in waiting}
        places = self._places.known(dialogue_id)
        if places is None or self._after(places, ids) != places or not self._places.settled(dialogue_id):
            places = self._places.agree(dialogue_id, lambda before: self._with(dialogue_id, ids, before))
        return [ids[name] for name in (places["seen"] if places else ()) if name in ids]

    def longest_wait(self, dialogue_id: str, waiting: Sequence[tuple[str, dt.datetime]]) -> int | None:
        """For how many whole minutes the first of `waiting` (id, time to five minutes) has waited; None where none does.

        As a desk saw it come, within the five minutes that the database knows of; where none did, as the database says.
        """
        mark, places = self._places.marks(dialogue_id), self._places.known(dialogue_id)
        seen = places["seen"] if places else {}
        waits = (self._minutes(about, seen.get(mark(id_))) for id_, about in waiting)
        return max(waits, default=None)

    def clear(self) -> None:
        """Know nothing, as a process that begins."""
        self._places.clear()

    def _with(self, dialogue_id: str, here: Collection[str], before: Places | None) -> Places:
        """What waited before any desk looked came at a time that nobody knows."""
        if before is None:
            before = Places(seen=dict.fromkeys(here), left={})
        own = self._places.known(dialogue_id)  # seen while there was nobody to agree with
        if own is not None:
            seen = before["seen"] | {name: own["seen"][name] for name in own["seen"] if name not in before["seen"]}
            before = Places(seen=seen, left=own["left"] | before["left"])
        return self._after(before, here)

    def _after(self, before: Places, here: Collection[str]) -> Places:
        """With who came, and without those that left long ago."""
        minute = self._clock() // 60 * 60  # whole minutes are shown, so no finer time is kept
        left = {name: before["left"].get(name, minute) for name in before["seen"] if name not in here}
        back = BACK if len({*before["seen"], *here}) <= KEPT else 0
        left = {name: at for name, at in left.items() if minute - at < back}
        seen = {name: at for name, at in before["seen"].items() if name in here or name in left}
        return Places(seen=seen | {name: minute for name in here if name not in seen}, left=left)

    def _minutes(self, asked_about: dt.datetime, seen: float | None) -> int:
        most = (now() - local(asked_about)).total_seconds()
        waited = most if seen is None else min(max(self._clock() - seen, most - COARSE.total_seconds()), most)
        return max(0, int(waited // 60))


QUEUES = Queues()
