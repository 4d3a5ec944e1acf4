"""Deciding on several questions in one act, and taking that back whole: an answer that is theirs together, and the end.

Such an act writes each question's former state beside it (`Question.before`), so that it is taken back exactly, by
whoever sits at the desk, in any process. A question that somebody moves by itself meanwhile is out of it.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from typing import TypedDict

from sqlalchemy import ColumnElement
from sqlalchemy import insert
from sqlalchemy import null
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation import service
from survey.moderation.models import ModerationLog
from survey.questions.models import Question
from survey.questions.state import SUPPORTABLE
from survey.questions.state import State

MOST = 500  # questions of one answer
_ANSWERS = (State.ANSWERED, State.IN_WRITING)
BACK = {State.APPROVED: "put_back", State.ANSWERING: "call"}  # the act by which a question is again where it was


class Together(TypedDict):
    """Answer to such an act: under which id it is taken back, how many questions it took and how many it left out."""

    id: str
    taken: int
    left_out: int
    version: int


def answer(session: Session, dialogue_id: str, question_ids: Collection[str], act: str, *, actor: str) -> Together:
    """Answer these questions together (`answer` or `put_in_writing`); what somebody has decided on meanwhile is left out.

    Raises `Invalid` where none of them waits any more.
    """
    dialogue, wanted = load_open(session, dialogue_id), set(question_ids)
    _check_running(dialogue)
    if len(wanted) > MOST:
        raise Invalid(N_("Một lần gộp nhiều nhất 500 câu."))
    found = _standing(session, dialogue_id, Question.id.in_(wanted), SUPPORTABLE)
    if not found:
        raise Invalid(N_("Hãy chọn ít nhất một câu còn đang chờ trả lời."))
    target, group = State.ANSWERED if act == "answer" else State.IN_WRITING, new_id()
    _move(session, found, act, target, actor, group)
    dialogue.grouped = group
    if dialogue.screen == "question" and State.ANSWERING in found.values():
        dialogue.screen = "ranking"
    session.flush()
    version = touch(session, dialogue_id, public=True)
    return Together(id=group, taken=len(found), left_out=len(wanted) - len(found), version=version)


def take_back(session: Session, dialogue_id: str, group: str, *, actor: str) -> Together:
    """Take the last answer of several questions back, but for those that were decided on since. Raises `NotNow`."""
    dialogue = load_open(session, dialogue_id)
    _check_running(dialogue)
    if not group or dialogue.grouped != group:
        raise NotNow(N_("Việc này không còn hoàn tác được nữa."))
    taken = _restore(session, dialogue_id, Question.grouped == group, actor)
    dialogue.grouped = None
    if dialogue.screen == "ranking" and State.ANSWERING in taken.values():
        dialogue.screen = "question"
    session.flush()
    return Together(id=group, taken=len(taken), left_out=0, version=touch(session, dialogue_id, public=True))


def put_rest_in_writing(session: Session, dialogue_id: str, *, actor: str) -> int:
    """All that waits for an answer will have it in writing, in one write however long the board is; how many that is."""
    found = _standing(session, dialogue_id, Question.id.is_not(None), SUPPORTABLE)
    _move(session, found, "put_in_writing", State.IN_WRITING, actor, None)
    return len(found)


def take_rest_back(session: Session, dialogue_id: str, *, actor: str) -> int:
    """The contrary of `put_rest_in_writing`: each question exactly where it was; how many that is."""
    return len(_restore(session, dialogue_id, Question.grouped.is_(None), actor))


def forget_rest(session: Session, dialogue_id: str) -> None:
    """What was put in writing stays so: nothing brings it back any more."""
    here = Question.dialogue_id == dialogue_id, Question.grouped.is_(None), Question.before.is_not(None)
    _update(session, here, before=null())


def _check_running(dialogue: Dialogue) -> None:
    if dialogue.ending_at is not None:
        raise NotNow(service.ENDED)


def _standing(
    session: Session, dialogue_id: str, which: ColumnElement[bool], states: Collection[str]
) -> dict[str, str]:
    """Published questions in these states: id -> state."""
    here = Question.dialogue_id == dialogue_id, Question.state.in_(states), Question.number.is_not(None)
    return {row.id: row.state for row in session.execute(select(Question.id, Question.state).where(*here, which))}


def _move(session: Session, found: dict[str, str], act: str, target: State, actor: str, group: str | None) -> None:
    for some in _lots(found):
        _update(session, (Question.id.in_(some),), before=Question.state, state=str(target), grouped=group)
    _log(session, [(id_, act, before, target) for id_, before in found.items()], actor)


def _restore(session: Session, dialogue_id: str, which: ColumnElement[bool], actor: str) -> dict[str, str]:
    """Everything that stands where the act put it goes back; what it was there: id -> state."""
    here = Question.dialogue_id == dialogue_id, Question.before.is_not(None), Question.state.in_(_ANSWERS), which
    rows = session.execute(select(Question.id, Question.state, Question.before).where(*here)).all()
    back = {row.id: str(row.before) for row in rows}
    if State.ANSWERING in back.values():  # one alone can be answered
        for former in _standing(session, dialogue_id, Question.id.not_in(back), {State.ANSWERING}):
            service.decide(session, dialogue_id, former, "put_back", actor=actor, permission="answer")
    _log(session, [(row.id, BACK[State(back[row.id])], row.state, back[row.id]) for row in rows], actor)
    for some in _lots(back):
        _update(
            session, (Question.id.in_(some),), state=Question.before, before=null(), grouped=null(), handed_to=null()
        )
    return back


def _update(session: Session, where: Iterable[ColumnElement[bool]], **values: object) -> None:
    session.flush()
    session.execute(update(Question).where(*where).values(**values).execution_options(synchronize_session=False))
    for loaded in [one for one in session.identity_map.values() if isinstance(one, Question)]:
        session.expire(loaded)


def _log(session: Session, moves: list[tuple[str, str, str, str]], actor: str) -> None:
    if not moves:
        return
    dialogue_id = session.scalar(select(Question.dialogue_id).where(Question.id == moves[0][0]))
    session.execute(insert(ModerationLog), [
        {"id": new_id(), "dialogue_id": dialogue_id, "question_id": question_id, "at": coarse(), "actor": actor,
         "action": action, "before": before, "after": str(after), "reason": ""}
        for question_id, action, before, after in moves
    ])  # fmt: skip


def _lots(found: Collection[str]) -> Iterable[list[str]]:
    ids = sorted(found)
    return (ids[start : start + MOST] for start in range(0, len(ids), MOST))
