"""Deciding on a card of likely duplicates: approve the leading one with the rest under it, or say that they differ."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import TypedDict

from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation import merging
from survey.moderation import service
from survey.questions.models import Question
from survey.questions.state import State


class Apart(TypedDict):
    """Answer to setting apart: whom it moved."""

    ids: list[str]
    version: int


def approve(
    session: Session,
    key: bytes,
    dialogue_id: str,
    leading_id: str,
    others: Mapping[str, str],
    *,
    actor: str,
    seen: str = "",
    wording: str = "",
) -> service.Decided:
    """Publish the leading question and make the others (id -> mark of the text that was read) wordings of it.

    One step: all of it or nothing. Raises what `service.decide` and `merging.merge` raise, and `NotNow` where one of the
    others was corrected or decided meanwhile.
    """
    decided = service.decide(
        session, dialogue_id, leading_id, "approve", actor=actor, seen=seen or State.PENDING, wording=wording
    )
    waiting(session, dialogue_id, others)
    merged = merging.merge(session, key, dialogue_id, leading_id, list(others), actor=actor, marks=others)
    return service.Decided(**{**decided, "version": merged["version"]})


def set_apart(session: Session, dialogue_id: str, question_ids: Collection[str], *, apart: bool, actor: str) -> Apart:
    """Say that these waiting questions are like no other (or take that back), so that no card is suggested for them."""
    dialogue = load_open(session, dialogue_id)
    found = waiting(session, dialogue_id, question_ids)
    moved = [question for question in found if question.apart != apart]
    for question in moved:
        question.apart = apart
        merging.log(
            session, dialogue_id, question.id, "apart" if apart else "alike", question.state, question.state, actor
        )
    session.flush()
    version = touch(session, dialogue_id, public=False) if moved else dialogue.version
    return Apart(ids=[question.id for question in moved], version=version)


def waiting(session: Session, dialogue_id: str, question_ids: Collection[str]) -> list[Question]:
    """These questions of the queue. Raises `NotFound`, and `NotNow` for one that is decided."""
    found = [session.get(Question, question_id) for question_id in question_ids]
    if not found or any(question is None or question.dialogue_id != dialogue_id for question in found):
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    questions = [question for question in found if question is not None]
    if any(question.state != State.PENDING for question in questions):
        raise NotNow(N_("Người khác vừa xử lý một câu trong nhóm này. Hãy xem lại rồi chọn tiếp."))
    return questions
