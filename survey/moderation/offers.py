"""What people wrote in questionnaires, offered as drafts of questions: which, in which order, and which of them together.

Drafts are made of what the results show and of nothing else, so they move in the same steps, never of fewer than five,
and the rows of the responses are never looked at. Their order is that of a mark of item and text under a key: the same
whoever wrote what and whenever it came, and another in each dialogue.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.ids import mark
from survey.core.offload import breathe
from survey.core.text import fold
from survey.moderation import queries
from survey.moderation.models import TakenAnswer
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.results import STEP
from survey.questionnaires.results import ItemResult
from survey.questions.similar import Index

PER_PAGE = 30  # cards
_MARK = re.compile(r"[0-9a-f]{32}")
LOOKED_AT = 300  # questions of the board, for what is like a card
FULL = 20  # texts on one card: more than that nobody reads before deciding at once


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that people wrote at an item: `count` of them the same but for accents and capitals."""

    id: str
    text: str
    count: int
    asked: str  # the item
    survey: str


@dataclass(frozen=True, slots=True)
class Card:
    """Drafts that may say the same; the one that most wrote leads."""

    drafts: tuple[Draft, ...]

    @property
    def lead(self) -> Draft:
        """The one whose wording is offered."""
        return self.drafts[0]

    @property
    def count(self) -> int:
        """How many answers stand on the card."""
        return sum(draft.count for draft in self.drafts)


class Page(NamedTuple):
    """Some of the cards, how many drafts wait in all, how many were set aside, and what the board has like it already."""

    cards: list[Card]
    waiting: int
    dismissed: int
    near: Mapping[str, tuple[int, str]]  # leading draft -> number and text of a question of the board


def offered(session: Session, dialogue_id: str) -> bool:
    """Whether any questionnaire has an item whose answers may go on the board."""
    rows = questionnaires.of_dialogue(session, dialogue_id)
    return any(item.settings.get("board") for row in rows for item in row.items)


def page(session: Session, key: bytes, dialogue_id: str) -> Page:
    """The first cards of what waits; `key` is the dialogue's key `response`."""
    waiting = drafts(session, key, dialogue_id)
    aside = select(func.count()).select_from(TakenAnswer).where(TakenAnswer.dialogue_id == dialogue_id)
    found = cards(waiting)
    board = queries.published(session, dialogue_id, LOOKED_AT)
    index = Index([(id_, body) for id_, (_number, body) in board.items()])
    near = {card.lead.id: board[match.id] for card in found for match in index.near(card.lead.text, limit=1)}
    return Page(found, len(waiting), session.scalar(aside.where(TakenAnswer.dismissed)) or 0, near)


def drafts(session: Session, key: bytes, dialogue_id: str) -> list[Draft]:
    """All texts that may go on the board and that nobody has dealt with, in the order of their marks."""
    done = dealt(session, dialogue_id)
    found = []
    for row, item, figures in _sources(session, dialogue_id):
        spellings: dict[str, Counter[str]] = {}
        for text in figures.texts:
            if any(map(str.isalnum, text)):
                spellings.setdefault(fold(text), Counter())[text] += 1
        for folded, spelled in spellings.items():
            best = max(spelled, key=lambda text: (spelled[text], fold(text) != text.casefold(), text))
            draft = Draft(_id(key, item.id, folded), best, spelled.total(), item.label, row.title)
            if draft.id not in done:
                found.append(draft)
    return sorted(found, key=lambda draft: draft.id)


def cards(waiting: Sequence[Draft], limit: int = PER_PAGE) -> list[Card]:
    """The first `limit` cards: each draft with those that are near to it and on no card yet."""
    known = {draft.id: draft for draft in waiting}
    index, placed, made = Index([(draft.id, draft.text) for draft in waiting]), set[str](), list[Card]()
    for draft in waiting:
        if len(made) == limit:
            break
        if draft.id in placed:
            continue
        near = [match.id for match in index.near(draft.text, limit=FULL, leave_out=draft.id) if match.id not in placed]
        together = [draft, *(known[id_] for id_ in near[: FULL - 1])]
        placed.update(one.id for one in together)
        made.append(Card(tuple(sorted(together, key=lambda one: (-one.count, one.id)))))
        breathe()
    return made


def _sources(session: Session, dialogue_id: str) -> list[tuple[questionnaires.Row, questionnaires.ItemRow, ItemResult]]:
    """Items whose answers may go on the board, with their published figures."""
    found = []
    for row in questionnaires.of_dialogue(session, dialogue_id):
        wanted = {item.id: item for item in row.items if item.settings.get("board")}
        if wanted and row.shown >= STEP:
            figures = questionnaires.results(session, row.id).items
            found += [(row, wanted[one.id], one) for one in figures if one.id in wanted]
    return found


def _id(key: bytes, item_id: str, folded: str) -> str:
    return mark(key, "", "bridge", item_id, folded).hex()


def dealt(session: Session, dialogue_id: str, ids: Collection[str] | None = None) -> set[str]:
    """Which drafts staff have dealt with; of `ids`, where some are named."""
    found = select(TakenAnswer.mark).where(TakenAnswer.dialogue_id == dialogue_id)
    if ids is not None:
        found = found.where(TakenAnswer.mark.in_([bytes.fromhex(id_) for id_ in ids if _MARK.fullmatch(id_)]))
    return {row.hex() for row in session.scalars(found)}
