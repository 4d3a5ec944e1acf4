"""Cards: drawn from a box, swapped freely, good for one ballot each while the room is open.

A card is known by a mark of its code under the key `ticket`: who steals the database cannot try all codes. Nothing is
kept of which ballot a card let in, and nobody ever writes down who drew which card. Who may print is in
`printing`, how cards become worthless in `voiding`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from sqlalchemy import Table
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.ids import CARD_CODE_LENGTH
from survey.core.ids import CODE_ALPHABET
from survey.core.ids import mark
from survey.core.ids import new_card_code
from survey.core.ids import normal_code
from survey.core.text import N_
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.room.models import Ballot
from survey.room.models import CardBatch
from survey.room.models import Ticket

PER_SHEET = 8
MOST_CARDS = 2_000  # of one printing: 250 sheets, and a write that holds nobody up
KEPT = N_("Máy này đã có phiếu kín nên thẻ vẫn còn nguyên. Hãy bỏ thẻ lại vào hộp cho người khác rút.")
_TICKETS = cast(Table, Ticket.__table__)
_AFTER_TICKET = re.compile(r"ticket\W*(.*)", re.IGNORECASE | re.DOTALL)


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

    @property
    def good(self) -> int:
        """Cards that let somebody in or still could: what a site's share is measured by."""
        return self.printed - self.void


def card_mark(key: bytes, code: str) -> bytes:
    """What is stored of a card's code."""
    return mark(key, "ticket", normal_code(code))


def read_code(text: str) -> str | None:
    """The code in what was typed or scanned, be it the eight letters or the whole address; None where there is none.

    A scanner that types by another keyboard's layout changes `?`, `=` and `/`, never the letters.
    """
    address = _AFTER_TICKET.search(text)
    code = normal_code(address[1] if address else text)
    return code if len(code) == CARD_CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def spend(session: Session, key: bytes, dialogue_id: str, code: str, ballot: bytes) -> None:
    """Use the card for this ballot; the same card for the same ballot again changes nothing (a lost answer).

    Raises what `look` raises, and `Conflict` for a fresh card on a phone that is in already: then the card stays fresh.
    """
    card = look(session, key, dialogue_id, code, ballot)
    if card.state == State.FRESH and session.get(Ballot, (dialogue_id, ballot)) is not None:
        raise Conflict(KEPT)
    card.state = State.USED
    session.flush()


def look(session: Session, key: bytes, dialogue_id: str, code: str, ballot: bytes | None = None) -> Ticket:
    """The card that this code stands for, if it may let somebody in; looking uses nothing.

    Raises `Invalid` for a code that no card has, and `Conflict` for a card that is void, or used by another than `ballot`.
    """
    card = session.get(Ticket, (dialogue_id, card_mark(key, code)))
    if card is None:
        message = N_(
            "Không có thẻ nào mang mã này. Hãy xem lại từng chữ trên thẻ: không có số 0, số 1, chữ O và chữ I."
        )
        raise Invalid(message, {"ticket": message})
    if card.state == State.VOID:
        raise Conflict(N_("Thẻ này đã bị hủy nên không dùng được. Hãy đến Bàn đón để rút thẻ khác."))
    if card.state == State.USED and (ballot is None or session.get(Ballot, (dialogue_id, ballot)) is None):
        raise Conflict(
            N_("Thẻ này đã được dùng một lần rồi. Mỗi thẻ vào được một lần; hãy đến Bàn đón nếu bạn chưa vào.")
        )
    return card


def print_batch(
    session: Session, key: bytes, dialogue_id: str, batch_id: str, cards: int, site: int = 0, *, actor: str
) -> list[list[str]]:
    """Make `cards` new cards and return their codes, sheet by sheet (`PER_SHEET` on each): the only time they are seen.

    `batch_id` is made by the form. Raises `Conflict` where it was printed already, `Invalid` for a number out of range.
    """
    load(session, dialogue_id)  # held, so that no two printings count the same sheets
    refuse_again(session, batch_id)
    if not 1 <= cards <= MOST_CARDS:
        message = N_("Hãy ghi số thẻ từ 1 đến 2000; cần nhiều hơn thì in thành nhiều lô.")
        raise Invalid(message, {"cards": message})
    first = _last_sheet(session, dialogue_id) + 1
    codes = [new_card_code() for _ in range(cards)]
    sheets = [codes[at : at + PER_SHEET] for at in range(0, cards, PER_SHEET)]
    session.add(CardBatch(
        id=batch_id, dialogue_id=dialogue_id, site=site, first_sheet=first, last_sheet=first + len(sheets) - 1,
        cards=cards, at=now(), actor=actor,
    ))  # fmt: skip
    session.execute(insert(_TICKETS), [
        {"dialogue_id": dialogue_id, "mark": card_mark(key, code), "sheet": first + number, "site": site, "state": "fresh"}
        for number, sheet in enumerate(sheets) for code in sheet
    ])  # fmt: skip
    session.flush()
    touch(session, dialogue_id, public=False)
    return sheets


def batches(session: Session, dialogue_id: str, site: int | None = None) -> list[CardBatch]:
    """The printings of the whole dialogue or of one site, the first one first."""
    statement = select(CardBatch).where(CardBatch.dialogue_id == dialogue_id).order_by(CardBatch.first_sheet)
    return list(session.scalars(statement if site is None else statement.where(CardBatch.site == site)))


def fresh_sheets(session: Session, dialogue_id: str) -> set[int]:
    """The sheets that still have a card to void."""
    fresh = select(Ticket.sheet).where(Ticket.dialogue_id == dialogue_id, Ticket.state == State.FRESH)
    return set(session.scalars(fresh.distinct()))


def count(session: Session, dialogue_id: str, site: int | None = None) -> Count:
    """The cards of the whole dialogue, or of one site (0 is the hall)."""
    return total(counts_by_site(session, dialogue_id), site)


def total(counts: Mapping[int, Count], site: int | None = None) -> Count:
    """The counts of one site, or of all of them together."""
    some = [one for number, one in counts.items() if site in {None, number}]
    return Count(sum(one.printed for one in some), sum(one.used for one in some), sum(one.void for one in some))


def counts_by_site(session: Session, dialogue_id: str) -> dict[int, Count]:
    """The cards of each site that has any, by its number (0 is the hall), from one look at the table."""
    statement = (
        select(Ticket.site, Ticket.state, func.count())
        .where(Ticket.dialogue_id == dialogue_id)
        .group_by(Ticket.site, Ticket.state)
    )
    found: dict[int, dict[str, int]] = {}
    for site, state, number in session.execute(statement):
        found.setdefault(site, {})[state] = number
    return {
        site: Count(sum(states.values()), states.get(State.USED, 0), states.get(State.VOID, 0))
        for site, states in sorted(found.items())
    }


def refuse_again(session: Session, batch_id: str) -> None:
    """Raise `Conflict` where this printing was done already."""
    if session.get(CardBatch, batch_id) is not None:
        raise Conflict(N_("Lô thẻ này đã làm rồi và mã không xem lại được. Nếu chưa in kịp, hãy hủy lô và in lô mới."))


def _last_sheet(session: Session, dialogue_id: str) -> int:
    return session.scalar(select(func.max(CardBatch.last_sheet)).where(CardBatch.dialogue_id == dialogue_id)) or 0
