"""Handing a question to a unit: it will be answered in writing, and by whom."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation import service
from survey.moderation.models import ModerationLog
from survey.moderation.service import Decided
from survey.organisations import units
from survey.questions.models import Question
from survey.questions.state import State


def hand(session: Session, dialogue_id: str, question_id: str, unit_id: str, *, actor: str, seen: str = "") -> Decided:
    """Put the question in writing with this unit; again with another unit, it goes to that one.

    `seen` is the state on the caller's screen. Raises `NotFound` for a unit of somebody else, `NotNow`.
    """
    dialogue = load_open(session, dialogue_id)
    unit = units.load(session, dialogue.organisation_id, unit_id)
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    before = question.state
    if before != State.IN_WRITING:
        service.decide(session, dialogue_id, question_id, "put_in_writing", actor=actor, permission="answer", seen=seen)
    elif seen and seen != before:
        raise NotNow(N_("Người khác vừa xử lý câu hỏi này. Hãy xem lại rồi chọn tiếp."))
    if question.handed_to != unit.id:
        question.handed_to = unit.id
        session.add(ModerationLog(
            id=new_id(), dialogue_id=dialogue_id, question_id=question_id, at=coarse(), actor=actor, action="hand",
            before=before, after=question.state, reason="",
        ))  # fmt: skip
        session.flush()
        touch(session, dialogue_id, public=True)
    return Decided(
        id=question_id, before=before, after=question.state, number=question.number, version=dialogue.version
    )
