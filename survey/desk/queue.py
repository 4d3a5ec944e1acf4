"""The open queue in cards: what is decided at once. Likely duplicates stand together, beside what the board has already."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.core.held import holds_texts
from survey.desk.alike import Alike
from survey.desk.alike import Waiting
from survey.desk.order import QUEUES
from survey.moderation import queries
from survey.questions.queries import Row

SHOWN = 30  # questions in the open queue, and the rest of the last card; deciding brings the next ones up
COMPARED = 1_000  # questions of the board that a newcomer is compared with, the most supported first


@dataclass(frozen=True, slots=True)
class Near:
    """The question of the board that one in the queue may repeat."""

    id: str
    number: int
    body: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is decided at once: a question, and the others that may say the same. The first leads."""

    rows: tuple[Row, ...]
    near: Near | None = None

    @property
    def lead(self) -> Row:
        """The one that the others go under."""
        return self.rows[0]

    def marks(self, row: Row) -> str:
        """The card's other questions, each with the mark of the text that is read here: what goes under `row`."""
        return ",".join(f"{other.id}.{other.wording}" for other in self.rows if other.id != row.id)


def cards_of(session: Session, dialogue_id: str, waiting: list[queries.Queued]) -> tuple[Card, ...]:
    """The first cards of the queue, longest waiting first."""
    known = {one.id: Waiting(one.id, one.text, one.apart) for one in waiting}
    board = queries.published(session, dialogue_id, COMPARED)
    with _lock:
        alike = _tables.setdefault(dialogue_id, Alike())
        while len(_tables) > MOST_TABLES:
            del _tables[next(iter(_tables))]
        cards = _first(alike.cards([known[id_] for id_ in QUEUES.in_kept_order(dialogue_id, known)]))
        leading = [known[card[0]] for card in cards]
        near = alike.on_board(leading, {id_: text for id_, (_number, text) in board.items()})
    rows = {row.id: row for row in queries.some(session, dialogue_id, [id_ for card in cards for id_ in card])}
    there = ([id_ for id_ in card if id_ in rows] for card in cards)  # somebody may have decided between two looks
    return tuple(
        Card(tuple(rows[id_] for id_ in card), Near(near[card[0]], *board[near[card[0]]]) if card[0] in near else None)
        for card in there
        if card
    )


def _first(cards: list[list[str]]) -> list[list[str]]:
    """As many cards as hold `SHOWN` questions."""
    shown, many = list[list[str]](), 0
    for card in cards:
        if many >= SHOWN:
            break
        shown.append(card)
        many += len(card)
    return shown


MOST_TABLES = 50  # dialogues
_tables: dict[str, Alike] = {}
_lock = threading.Lock()
holds_texts(_tables.clear)
