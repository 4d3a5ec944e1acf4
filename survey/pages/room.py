"""What one phone's room shows: the public board, and beside it, apart, what only this phone knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.shown import Poll
from survey.questions import groups
from survey.questions import queries
from survey.questions import ranking
from survey.questions.queries import Row
from survey.questions.queries import Standing

CARDS = 6  # questions that "Chưa xem" holds ready, so that the next one needs no network


@dataclass(frozen=True, slots=True)
class Phone:
    """Who looks: the ballot and the phone's own lists; a phone that never entered has none of it."""

    keys: KeyStore
    dialogue_id: str
    ballot: str | None
    skipped: frozenset[int] = frozenset()

    def supports(self, session: Session, places: Collection[Standing]) -> frozenset[str]:
        """Which of these questions this phone supports; nothing once the key is gone."""
        if self.ballot is None:
            return frozenset()
        try:
            return queries.supported(session, self.keys.get(self.dialogue_id, "vote"), self.ballot, places)
        except KeyMissing:
            return frozenset()

    def chosen(self, session: Session, rows: Collection[Row]) -> Mapping[str, list[str]]:
        """Of what leads others: the wordings that this phone supported, before they were merged into it."""
        leading = [row.id for row in rows if row.wordings > 1]
        if self.ballot is None or not leading:
            return {}
        try:
            key = self.keys.get(self.dialogue_id, "vote")
        except KeyMissing:
            return {}
        return groups.chosen(session, key, self.ballot, self.dialogue_id, leading)


@dataclass(frozen=True, slots=True)
class Deck:
    """ "Chưa xem": the first cards, how many are left and how many were judged."""

    cards: tuple[Row, ...]
    left: int
    judged: int
    last: Row | None = None
    last_supported: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of the ranking with its place among all that wait."""

    rank: int
    row: Row


def deck(
    session: Session,
    phone: Phone,
    places: Sequence[Standing],
    own: Collection[str],
    last: str = "",
    glances: Mapping[str, int] = MappingProxyType({}),
) -> Deck:
    """The cards of this phone, least shown first. `places` are all waiting questions, `own` those that it supports.

    `glances` were told and are not in `places` yet.
    """
    numbers = {place.id: place.number for place in places}
    left = {id_ for id_ in numbers if id_ not in own and numbers[id_] not in phone.skipped}
    shown = {place.id: place.shown + glances.get(place.id, 0) for place in places if place.id in left}
    cards = queries.some(session, phone.dialogue_id, ranking.met_in(phone.ballot or "", shown)[:CARDS])
    before = queries.one(session, phone.dialogue_id, last) if last in numbers and last not in left else None
    return Deck(tuple(cards), len(left), len(numbers) - len(left), before, last in own)


def unseen(phone: Phone, places: Sequence[Standing], own: Collection[str]) -> int:
    """How many waiting questions this phone has not judged."""
    return sum(place.id not in own and place.number not in phone.skipped for place in places)


def ranked(rows: Sequence[Row], places: Sequence[Standing]) -> list[Ranked]:
    """The rows with their true ranks, also where a filter leaves some out."""
    rank = {place.id: index for index, place in enumerate(places, 1)}
    return [Ranked(rank.get(row.id, 0), row) for row in rows]


def waiting_questionnaires(session: Session, phone: Phone) -> list[tuple[str, str, int, bool, dt.datetime | None]]:
    """Questionnaires that are open: id, title, items, whether this phone has answered, and when it closes by itself."""
    found = questionnaires.open_for_members(session, phone.dialogue_id)
    try:
        key = phone.keys.get(phone.dialogue_id, "response") if found and phone.ballot else b""
    except KeyMissing:
        key = b""
    done = questionnaires.answered(session, key, phone.ballot or "", [q[0] for q in found]) if key else frozenset()
    return [(one.id, one.title, one.items, one.id in done, one.closes_at) for one in found]


def own_choice(session: Session, phone: Phone, poll: Poll | None) -> list[str]:
    """What this phone answered to the poll, as its form sends it; nothing once the key is gone."""
    if poll is None or phone.ballot is None:
        return []
    try:
        key = phone.keys.get(phone.dialogue_id, "response")
    except KeyMissing:
        return []
    sent = questionnaires.sent(session, poll.id, questionnaires.response_mark(key, phone.ballot, poll.id))
    return KINDS[poll.kind].fill(sent.answers[poll.item])[""] if sent and poll.item in sent.answers else []
