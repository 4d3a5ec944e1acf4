"""Muting whoever asked a question, and taking that back. The answer is the same whatever else that ballot asked."""

from __future__ import annotations

from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation.models import ModerationLog
from survey.questions.models import Question


class Muted(TypedDict):
    """Answer to muting; `changed` is False where it was so already."""

    id: str
    muted: bool
    changed: bool
    version: int


def set_muted(session: Session, dialogue_id: str, question_id: str, *, muted: bool, actor: str) -> Muted:
    """Refuse further questions of the ballot that asked this one, or let it ask again.

    Raises `NotFound`, and `NotNow` for a question that no phone sent or whose ballot cannot be known any more.
    """
    dialogue = load_open(session, dialogue_id)
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    if question.mute is None:
        raise NotNow(N_("Câu này không gửi từ điện thoại, hoặc gửi khi chưa có việc chặn phiếu, nên không chặn được."))
    if question.muted == muted:
        return Muted(id=question_id, muted=muted, changed=False, version=dialogue.version)
    question.muted = muted
    session.add(ModerationLog(
        id=new_id(), dialogue_id=dialogue_id, question_id=question_id, at=coarse(), actor=actor,
        action="mute" if muted else "unmute", before=question.state, after=question.state,
    ))  # fmt: skip
    session.flush()
    return Muted(id=question_id, muted=muted, changed=True, version=touch(session, dialogue_id, public=False))


def muted_ids(session: Session, dialogue_id: str) -> list[str]:
    """The questions by which ballots are muted, in random order."""
    statement = select(Question.id).where(Question.dialogue_id == dialogue_id, Question.muted).order_by(Question.tie)
    return list(session.scalars(statement))
