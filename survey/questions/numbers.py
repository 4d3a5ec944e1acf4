"""The numbers by which questions are called out."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.dialogues.models import Dialogue


def number(session: Session, dialogue_id: str) -> int:
    """The next number to say aloud; it stays with its question for ever."""
    statement = (
        update(Dialogue)
        .where(Dialogue.id == dialogue_id)
        .values(next_number=Dialogue.next_number + 1)
        .returning(Dialogue.next_number)
        .execution_options(synchronize_session="fetch")
    )
    return int(session.execute(statement).scalar_one()) - 1
