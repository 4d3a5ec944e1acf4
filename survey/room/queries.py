"""Is this phone's secret a ballot of this dialogue?"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.ids import digest
from survey.room.models import Ballot

_BALLOTS = cast(Table, Ballot.__table__)
_IN = select(_BALLOTS.c.ballot).where(  # asked by every request of a phone
    _BALLOTS.c.dialogue_id == bindparam("dialogue"), _BALLOTS.c.ballot == bindparam("ballot")
)


def ballots_in(session: Session, dialogue_id: str) -> list[str]:
    """All ballots of a dialogue, as `ballot_of` names them, in the order of their random digests."""
    rows = session.scalars(select(Ballot.ballot).where(Ballot.dialogue_id == dialogue_id))
    return [bytes(ballot).hex() for ballot in rows]


def ballot_of(session: Session, dialogue_id: str, secret: str | None) -> str | None:
    """The ballot (32 hex digits) that the phone's secret stands for; None if it never entered here."""
    if not secret:
        return None
    known = session.connection().execute(_IN, {"dialogue": dialogue_id, "ballot": digest(secret)}).scalar()
    return bytes(known).hex() if known else None
