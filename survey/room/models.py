"""Table of the room: the ballots that are in. No time, no address, no order (rule D1)."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import Base


class Ballot(Base):
    """A ballot that entered; `ballot` is the digest of the secret that only the phone keeps."""

    __tablename__ = "ballots"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    ballot: Mapped[bytes] = mapped_column(primary_key=True)
