"""Cards: drawn from a box, swapped freely, good for one ballot each while the room is open.

A card is known by a mark of its code under the key `ticket`: who steals the database cannot try all codes. Nothing is
kept of which ballot a card let in, and nobody ever writes down who drew which card.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.ids import mark
from survey.core.ids import new_card_code
from survey.core.ids import normal_code
from survey.core.text import N_
from survey.room.models import Ballot
from survey.room.models import CardBatch
from survey.room.models import Ticket

PER_SHEET = 8
MOST_CARDS = 5_000  # of one printing


class State(StrEnum):
    """A card is fresh until it is used once or declared void; there is no way back."""

    FRESH = "fresh"
    USED = "used"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Count:
    """Cards of a dialogue or of one site: `printed = used + void + missing` always holds."""

    printed: int = 0
    used: int = 0
    void: int = 0

    @property
    def missing(self) -> int:
        """Printed, neither used nor back: in somebody's pocket, or still in the box."""
        return self.printed - self.used - self.void


def card_mark(key: bytes, code: str) -> bytes:
    """What is stored of a card's code."""
    return mark(key, "ticket", normal_code(code))


def spend(session: Session, key: bytes, dialogue_id: str, code: str, ballot: bytes) -> None:
    """Use the card for this ballot; the same card for the same ballot again changes nothing (a lost answer).

    Raises `Invalid` for a code that no card has, `Conflict` for a card that is used or void, and for a fresh card on a
    phone that is in already: then the card stays fresh.
    """
    card = session.get(Ticket, (dialogue_id, card_mark(key, code)))
    if card is None:
        message = N_(
            "Không có thẻ nào mang mã này. Hãy xem lại từng chữ trên thẻ: không có số 0, số 1, chữ O và chữ I."
        )
        raise Invalid(message, {"ticket": message})
    if card.state == State.VOID:
        raise Conflict(N_("Thẻ này đã bị hủy nên không dùng được. Hãy đến Bàn đón để rút thẻ khác."))
    known = session.get(Ballot, (dialogue_id, ballot)) is not None
    if card.state == State.USED and not known:
        raise Conflict(
            N_("Thẻ này đã được dùng một lần rồi. Mỗi thẻ vào được một lần; hãy đến Bàn đón nếu bạn chưa vào.")
        )
    if card.state == State.FRESH and known:
        raise Conflict(N_("Máy này đã có phiếu kín nên thẻ vẫn còn nguyên. Hãy bỏ thẻ lại vào hộp cho người khác rút."))
    card.state = State.USED
    session.flush()


def print_batch(
    session: Session, key: bytes, dialogue_id: str, batch_id: str, cards: int, site: int = 0, *, actor: str
) -> list[list[str]]:
    """Make `cards` new cards and return their codes, sheet by sheet (`PER_SHEET` on each): the only time they are seen.

    `batch_id` is made by the form. Raises `Conflict` where it was printed already, `Invalid` for a number out of range.
    """
    if not 1 <= cards <= MOST_CARDS:
        message = N_("Hãy ghi số thẻ từ 1 đến 5000.")
        raise Invalid(message, {"cards": message})
    if session.get(CardBatch, batch_id) is not None:
        raise Conflict(N_("Lô thẻ này đã làm rồi và mã không xem lại được. Nếu chưa in kịp, hãy hủy lô và in lô mới."))
    first = _last_sheet(session, dialogue_id) + 1
    codes = [new_card_code() for _ in range(cards)]
    sheets = [codes[at : at + PER_SHEET] for at in range(0, cards, PER_SHEET)]
    session.add(CardBatch(
        id=batch_id, dialogue_id=dialogue_id, site=site, first_sheet=first, last_sheet=first + len(sheets) - 1,
        cards=cards, at=now(), actor=actor,
    ))  # fmt: skip
    session.execute(insert(Ticket), [
        {"dialogue_id": dialogue_id, "mark": card_mark(key, code), "sheet": first + number, "site": site, "state": "fresh"}
        for number, sheet in enumerate(sheets) for code in sheet
    ])  # fmt: skip
    return sheets


def _last_sheet(session: Session, dialogue_id: str) -> int:
    return session.scalar(select(func.max(CardBatch.last_sheet)).where(CardBatch.dialogue_id == dialogue_id)) or 0


def count(session: Session, dialogue_id: str, site: int | None = None) -> Count:
    """The cards of the whole dialogue, or of one site (0 is the hall)."""
    statement = select(Ticket.state, func.count()).where(Ticket.dialogue_id == dialogue_id).group_by(Ticket.state)
    if site is not None:
        statement = statement.where(Ticket.site == site)
    found = dict(session.execute(statement).tuples().all())
    return Count(sum(found.values()), found.get(State.USED, 0), found.get(State.VOID, 0))
