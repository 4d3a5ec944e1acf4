"""Decisions together with the step that takes them back: what undo needs is looked at in the write that decides."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.moderation import asking_back
from survey.moderation import merging
from survey.moderation import service
from survey.moderation.asking_back import AskedBack
from survey.moderation.merging import Grouped
from survey.moderation.service import Decided
from survey.moderation.undoing import Step
from survey.moderation.undoing import mark_of
from survey.moderation.undoing import ways
from survey.questions.models import Question
from survey.questions.queries import wording as wording_of
from survey.questions.state import State


def decide(
    session: Session,
    dialogue_id: str,
    question_id: str,
    act: str,
    *,
    actor: str,
    reason: str = "",
    permission: str = "moderate",
    seen: str = "",
    wording: str = "",
    answerer: str = "",
) -> tuple[Decided, Step | None]:
    """`service.decide`, and the way back; none where nothing changed."""
    former = _answering(session, dialogue_id) if act == "call" else ""
    decided = service.decide(
        session, dialogue_id, question_id, act, actor=actor, reason=reason, permission=permission, seen=seen,
        wording=wording, answerer=answerer,
    )  # fmt: skip
    before, after = decided["before"], decided["after"]
    if before == after or not ways(before, after):
        return decided, None
    step = Step(act=act, id=question_id, before=before, after=after, mark=mark_of(session, [question_id]))
    if former:
        step["former"] = former
    return decided, step


def split(
    session: Session, key: bytes, dialogue_id: str, leading_id: str, *, actor: str
) -> tuple[Grouped, Step | None]:
    """`merging.split`, and the way back; none where all of the others were taken back meanwhile."""
    merged = merging.split(session, key, dialogue_id, leading_id, actor=actor)
    ids = merged["others"]
    return merged, Step(act="split", id=leading_id, others=ids, mark=mark_of(session, ids)) if ids else None


def ask_back(
    session: Session,
    dialogue_id: str,
    question_id: str,
    sentence: str = "",
    *,
    actor: str,
    seen: str = "",
    wording: str = "",
) -> tuple[AskedBack, Step | None]:
    """`asking_back.ask_back`, and the way back; none where a reply made way, which undo could not bring back."""
    question = session.get(Question, question_id)
    had = (question.asked_back, question.reply) if question is not None else ("", "")
    asked = asking_back.ask_back(session, dialogue_id, question_id, sentence, actor=actor, seen=seen, wording=wording)
    now = session.get_one(Question, question_id).asked_back
    kept = not had[1] and had[0] != now
    return asked, Step(act="ask_back", id=question_id, mark=wording_of(now)) if kept else None


def _answering(session: Session, dialogue_id: str) -> str:
    statement = select(Question.id).where(Question.dialogue_id == dialogue_id, Question.state == State.ANSWERING)
    return session.scalar(statement.limit(1)) or ""
