"""Who else moderates now, what each is reading, and what was just decided: for a few seconds, in memory only.

It is told on the bus, so that all processes know it once they share one, and stored nowhere. A place is one browser, under
an opaque name; who that is, views say.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from time import time

from survey.core.bus import ASIDE
from survey.core.ids import digest

STAYS = 12.0  # seconds for which somebody is there who says nothing more; a page says so every five
SHOWN = 8.0  # seconds for which a decision is news
MOST_DEEDS = 4
MOST_PLACES = 40  # browsers of one dialogue
MOST = 200  # dialogues; above that the one of which was heard longest ago is forgotten
_HERE, _DEED = "here:", "deed:"


@dataclass(frozen=True, slots=True)
class Place:
    """A browser at the moderators' page, and the question that it has before it ("" where nobody is reading)."""

    who: str
    actor: str
    question_id: str
    until: float


@dataclass(frozen=True, slots=True)
class Deed:
    """A decision that was just taken."""

    who: str
    actor: str
    act: str
    question_id: str
    until: float


@dataclass(slots=True)
class _Table:
    places: dict[str, Place] = field(default_factory=dict)
    deeds: deque[Deed] = field(default_factory=lambda: deque(maxlen=MOST_DEEDS))


def who(sign_in_id: str) -> str:
    """The opaque name of a browser's place."""
    return digest(f"place {sign_in_id}").hex()[:8]


def here(dialogue_id: str, place: str, actor: str, question_id: str) -> frozenset[str]:
    """What to publish on the bus when somebody is at the table, reading this question or none."""
    return frozenset({f"{_HERE}{dialogue_id} {place} {actor} {question_id}", f"{ASIDE}{dialogue_id}"})


def deed(dialogue_id: str, place: str, actor: str, act: str, question_id: str) -> frozenset[str]:
    """What to publish on the bus when somebody has just decided."""
    return frozenset({f"{_DEED}{dialogue_id} {place} {actor} {act} {question_id}", f"{ASIDE}{dialogue_id}"})


class Presence:
    """The tables as this process has heard of them."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._tables: dict[str, _Table] = {}
        self._lock = threading.Lock()

    def hear(self, channels: frozenset[str]) -> None:
        """Listen on the bus; before the streams look."""
        for channel in channels:
            if channel.startswith((_HERE, _DEED)):
                kind, parts = channel[: len(_HERE)], channel[len(_HERE) :].split(" ")
                with self._lock:
                    self._note(kind, parts)

    def places(self, dialogue_id: str) -> list[Place]:
        """Who is at the table now, in a steady order."""
        with self._lock:
            table, now = self._tables.get(dialogue_id), self._clock()
            places = table.places.values() if table else ()
            return sorted((one for one in places if one.until > now), key=lambda place: place.who)

    def deeds(self, dialogue_id: str) -> list[Deed]:
        """The latest decisions that are still news, the newest first."""
        with self._lock:
            table, now = self._tables.get(dialogue_id), self._clock()
            return [one for one in reversed(table.deeds) if one.until > now] if table else []

    def _note(self, kind: str, parts: list[str]) -> None:
        dialogue_id, place, actor, *rest = parts
        table, now = self._tables.pop(dialogue_id, None) or _Table(), self._clock()
        self._tables[dialogue_id] = table  # to the end: the latest heard of
        while len(self._tables) > MOST:
            del self._tables[next(iter(self._tables))]
        if kind == _DEED:
            table.deeds.append(Deed(place, actor, rest[0], rest[1], now + SHOWN))
            return
        table.places = {name: one for name, one in table.places.items() if one.until > now and name != place}
        if len(table.places) < MOST_PLACES:
            table.places[place] = Place(place, actor, rest[0], now + STAYS)


PRESENCE = Presence()
