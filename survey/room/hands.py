"""Hands that were raised at the sites: what hosts counted, shown beside the ballots and never added to them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.dialogues.state import State
from survey.room.models import HandCount

MOST = 20_000


def note(session: Session, dialogue_id: str, subject: str, site: int, hands: int) -> None:
    """So many hands at this site for a question or a poll; the last count holds, 0 takes it away.

    Only while the hall is live: what was told at its end stays as it was. Raises `NotNow`, `Invalid`.
    """
    if load_open(session, dialogue_id).phase != State.LIVE:
        raise NotNow(N_("Chỉ ghi số giơ tay trong lúc đối thoại đang diễn ra. Số đã ghi trước đó vẫn giữ nguyên."))
    if not 0 <= hands <= MOST:
        message = N_("Hãy ghi số người giơ tay, từ 0 đến 20000.")
        raise Invalid(message, {"hands": message})
    row = session.get(HandCount, (dialogue_id, subject, site))
    if row is not None and hands:
        row.hands = hands
    elif row is not None:
        session.delete(row)
    elif hands:
        session.add(HandCount(dialogue_id=dialogue_id, subject=subject, site=site, hands=hands))
    session.flush()
    touch(session, dialogue_id, public=True)


def of(session: Session, dialogue_id: str, subjects: Collection[str]) -> dict[str, int]:
    """All hands together for each of these that has any."""
    if not subjects:
        return {}
    found = (
        select(HandCount.subject, func.sum(HandCount.hands))
        .where(HandCount.dialogue_id == dialogue_id, HandCount.subject.in_(subjects))
        .group_by(HandCount.subject)
    )
    return {subject: int(hands) for subject, hands in session.execute(found)}


def at_site(session: Session, dialogue_id: str, site: int) -> dict[str, int]:
    """What the host of one site has counted."""
    found = select(HandCount.subject, HandCount.hands).where(
        HandCount.dialogue_id == dialogue_id, HandCount.site == site
    )
    return {row[0]: row[1] for row in session.execute(found)}
