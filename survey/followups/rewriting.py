"""A question is erased or a name in it covered: what units prepared may quote it, so it is changed with it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.followups.models import PreparedAnswer


def rewrite(session: Session, question_ids: Collection[str], change: Callable[[str], str]) -> None:
    """Put `change(text)` in the place of each prepared answer; one of which nothing is left goes."""
    answers = session.scalars(select(PreparedAnswer).where(PreparedAnswer.question_id.in_(list(question_ids))))
    for answer in answers:
        answer.body = change(answer.body)
        if not answer.body:
            session.delete(answer)
