"""A ballot that may not ask for now, known without learning anything about it.

Each question keeps a mark of the ballot that asked it, made for that question alone. To mute is to name a question; whoever
asks later is tried against the marks of the named ones while the key `mute` lives, and it dies with the keys of issuing.
Nobody can tell by it which other questions are of the same ballot, not even that two muted ones are (docs/adr/0015).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotNow
from survey.core.ids import mark
from survey.core.text import N_
from survey.questions.models import Question

Muter = Callable[[str], bytes]  # the mark of one ballot for the question of this id
REFUSED = N_(
    "Phiếu này tạm không gửi được câu hỏi mới ở đối thoại này. Những gì bạn viết vẫn còn đây; bạn vẫn đọc và ủng hộ được."
)


def muter(key: bytes, ballot: str) -> Muter:
    """The marks of one ballot, under the dialogue's key `mute`."""
    return lambda question_id: mark(key, ballot, "mute", question_id)


def check(session: Session, dialogue_id: str, mark_of: Muter) -> None:
    """Raise `NotNow` where one of the muted questions was asked by this ballot."""
    statement = select(Question.id, Question.mute).where(Question.dialogue_id == dialogue_id, Question.muted)
    for question_id, kept in session.execute(statement):
        if kept is not None and hmac.compare_digest(kept, mark_of(question_id)):
            raise NotNow(REFUSED)
