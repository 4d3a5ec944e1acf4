"""A board too long to be looked through for each phone: what a phone sees of it costs as much as of a short one.

Which questions a phone stands behind is known by a mark a question and by nothing else, so that no two can be joined. A
page therefore looks at the first ones alone: of the ranking twice what it shows, of "Chưa xem" until it has found more than it
tells apart. What all phones share of it is read now and then for all of them.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from itertools import islice

from sqlalchemy.orm import Session

from survey.pages.room import Deck
from survey.pages.room import Phone
from survey.questions import queries
from survey.questions import ranking
from survey.questions.queries import Standing

CROWD = 200  # questions that wait; up to here every page looks at each of them
MOST_LEFT = 99  # as many as are told apart; beyond, a page says "99+"
AT_ONCE = 100  # questions whose marks are looked up together
FRESH, AGED = 1.0, 20.0  # seconds for which the list serves all phones; the second while no more and no fewer wait


@dataclass(frozen=True, slots=True)
class Waiting:
    """The questions that wait: by how often they were shown, the least first, each lot in the order of its random ids."""

    total: int
    numbers: frozenset[int]
    by_id: Mapping[str, Standing]
    lots: tuple[tuple[str, ...], ...]

    def met_in(self, ballot: str) -> Iterator[list[Standing]]:
        """All of them in pieces, as one phone meets them: of a long lot it begins somewhere of its own, see `ranking`."""
        start = base64.b32encode(hashlib.sha256(ballot.encode()).digest()[:8]).decode().lower()
        for lot in self.lots:
            turn = bisect_left(lot, start) if len(lot) > AT_ONCE else 0
            own = (*lot[turn:], *lot[:turn])
            for at in range(0, len(own), AT_ONCE):
                piece = own[at : at + AT_ONCE]
                yield [self.by_id[one] for one in ranking.met_in(ballot, dict.fromkeys(piece, 0))]


class Crowds:
    """What this process knows of long boards; no text is in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: dict[str, tuple[float, Waiting]] = {}
        self._turns: dict[str, threading.Lock] = {}

    def waiting(self, session: Session, dialogue_id: str, total: int, glances: Mapping[str, int]) -> Waiting:
        """The list of this second, or of these seconds; `total`: how many wait now.

        Of a hall that comes at once, one makes it: the others get the one before, or wait where there is none.
        """
        known, due = self._known(dialogue_id, total)
        turn = self._turns.setdefault(dialogue_id, threading.Lock())
        if known is not None and not (due and turn.acquire(blocking=False)):
            return known
        if known is None:
            turn.acquire()
        try:
            known, due = self._known(dialogue_id, total)
            return self._make(session, dialogue_id, glances) if known is None or due else known
        finally:
            turn.release()

    def _known(self, dialogue_id: str, total: int) -> tuple[Waiting | None, bool]:
        """What may still be shown, and whether it is time for another."""
        made = self._made.get(dialogue_id)
        age = self._clock() - made[0] if made else AGED
        if made is None or age >= AGED:
            return None, True
        return made[1], age >= FRESH and total != made[1].total

    def _make(self, session: Session, dialogue_id: str, glances: Mapping[str, int]) -> Waiting:
        moment = self._clock()
        made = _read(session, dialogue_id, glances)
        young = {id_: one for id_, one in self._made.items() if moment - one[0] < AGED}
        self._made = young | {dialogue_id: (moment, made)}
        return made


CROWDS = Crowds()


Supports = Callable[[Sequence[Standing]], frozenset[str]]  # which of these one phone stands behind


def unseen(phone: Phone, waiting: Waiting, own: Supports) -> list[Standing]:
    """The questions that this phone has not judged, in the order in which it meets them: at most one more than `MOST_LEFT`."""
    return list(islice(_unjudged(phone, waiting, own), MOST_LEFT + 1))


def judged(phone: Phone, waiting: Waiting, left: int) -> int:
    """How many this phone has judged, as far as `left`, what `unseen` found, tells; else how many it passed over."""
    return max(waiting.total - left, 0) if left <= MOST_LEFT else len(phone.skipped & waiting.numbers)


def deck(session: Session, phone: Phone, waiting: Waiting, own: Supports, last: str, most: int) -> Deck:
    """As `room.deck`: the first cards, how many are left (up to one more than `MOST_LEFT`) and how many were judged."""
    left = unseen(phone, waiting, own)
    found = queries.some(session, phone.dialogue_id, [one.id for one in left[: 2 * most]])
    cards = [row for row in found if row.state == "approved"][:most]  # one may have been called within this second
    place = waiting.by_id.get(last)
    before = queries.one(session, phone.dialogue_id, last) if place and last not in {one.id for one in left} else None
    return Deck(tuple(cards), len(left), judged(phone, waiting, len(left)), before, bool(place and own([place])))


def _unjudged(phone: Phone, waiting: Waiting, own: Supports) -> Iterator[Standing]:
    for piece in waiting.met_in(phone.ballot or ""):
        places = [one for one in piece if one.number not in phone.skipped]
        supported = own(places)
        yield from (one for one in places if one.id not in supported)


def _read(session: Session, dialogue_id: str, glances: Mapping[str, int]) -> Waiting:
    places = queries.standing_anyhow(session, dialogue_id, "approved")
    shown = sorted((place.shown + glances.get(place.id, 0), place.id) for place in places)
    lots = tuple(tuple(id_ for _count, id_ in lot) for _count, lot in groupby(shown, key=lambda one: one[0]))
    return Waiting(len(places), frozenset(one.number for one in places), {one.id: one for one in places}, lots)
