"""Is this phone's secret a ballot of this dialogue?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.ids import digest
from survey.room.models import Ballot


def ballot_of(session: Session, dialogue_id: str, secret: str | None) -> str | None:
    """The ballot (32 hex digits) that the phone's secret stands for; None if it never entered here."""
    if not secret:
        return None
    known = session.scalar(
        select(Ballot.ballot).where(Ballot.dialogue_id == dialogue_id, Ballot.ballot == digest(secret))
    )
    return known.hex() if known else None
