"""Whether an answer satisfied those who asked it and stood behind it: first by their ballots, later by one-use tokens.

A ballot judges under a mark of its own for each question (key `judge`), which nobody can join with the mark by which it
supported that question. For the time when no key lives any more a phone makes a random token for each question (`taking`).
Whoever took a token judges by it and no more by ballot: once, either way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from collections.abc import Collection
from typing import TypedDict

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.errors import Conflict
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import mark
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.questions import groups
from survey.questions import objects
from survey.questions.models import Judgement
from survey.questions.models import JudgementToken
from survey.questions.models import Question
from survey.questions.objects import Voter
from survey.questions.state import State
from survey.questions.taking import BOTH

Judge = Callable[[str], bytes]  # the mark of one ballot for the answer to the question of this id
STEP = 5  # figures move by so many, and there are none below
EVENING = dt.time(21)  # until when ballots judge, on the day of the closing
AT_LEAST = dt.timedelta(hours=3)  # after it, where that is later
_GONE = N_("Câu hỏi này không còn trên bảng.")


class Judged(TypedDict):
    """Answer to a judgement."""

    id: str
    satisfied: bool


def judge(key: bytes, ballot: str) -> Judge:
    """The marks of one ballot, under the dialogue's key `judge`."""
    return lambda question_id: mark(key, ballot, "judge", question_id)


def is_answered(state: str, note: str) -> bool:
    """Whether there is an answer to judge; what is put in writing has one when it is written down."""
    return state == State.ANSWERED or (state == State.IN_WRITING and bool(note))


def until(session: Session, dialogue: Dialogue) -> dt.datetime | None:
    """Until when ballots judge; None while the hall is open."""
    ended = dialogues.ended_at(session, dialogue)
    if ended is None:
        return None
    evening = dt.datetime.combine(local(ended).date(), EVENING, ZONE)
    return max(evening, ended + AT_LEAST)


def judgeable(session: Session, dialogue_id: str, voter: Voter | None, authors: Collection[bytes]) -> frozenset[str]:
    """Questions with an answer, or to be answered in writing, behind which the ballot stands or of which it asked a part."""
    statement = select(Question.id, Question.group_id).where(
        Question.dialogue_id == dialogue_id, Question.state.in_(BOTH), Question.number.is_not(None)
    )
    rows = session.execute(statement).all()
    found = _asked(session, dialogue_id, authors) & {row.id for row in rows}
    if voter is not None:
        by_group = {row.group_id: row.id for row in rows if row.group_id}
        behind = objects.behind(session, voter, [row.id for row in rows if not row.group_id], groups=False)
        grouped = objects.behind(session, voter, by_group, groups=True) if by_group else frozenset()
        found = found | behind | {by_group[group_id] for group_id in grouped}
    return frozenset(found)


def own(session: Session, judge: Judge, ids: Collection[str]) -> dict[str, bool | None]:
    """What the ballot said of these answers; None where it took a token to say it later."""
    marks = {judge(question_id): question_id for question_id in ids}
    if not marks:
        return {}
    rows = session.scalars(
        select(Judgement).where(Judgement.question_id.in_(list(ids)), Judgement.mark.in_(list(marks)))
    )
    return {row.question_id: row.satisfied for row in rows if marks.get(row.mark) == row.question_id}


def say(
    session: Session,
    dialogue_id: str,
    question_id: str,
    judge: Judge,
    voter: Voter | None,
    authors: Collection[bytes],
    *,
    satisfied: bool,
    moment: dt.datetime,
) -> Judged:
    """Judge an answer by ballot; saying it again changes nothing, saying the contrary replaces it.

    Raises `NotFound` for a question that is none of the ballot's, `NotNow` where there is no answer or the evening is
    over, `Conflict` where the phone took a token for it.
    """
    dialogue = load_open(session, dialogue_id)
    question = _leading(session, dialogue_id, question_id)
    if question.id not in judgeable(session, dialogue_id, voter, authors):
        raise NotFound(N_("Chỉ người hỏi và người ủng hộ câu này cho ý kiến về câu trả lời."))
    if not is_answered(question.state, question.note):
        raise NotNow(N_("Câu này chưa có câu trả lời."))
    end = until(session, dialogue)
    if end is not None and moment >= end:
        raise NotNow(N_("Đã hết giờ cho ý kiến bằng phiếu kín. Máy đã nhận mã cho ý kiến thì vẫn dùng được mã."))
    known = session.get(Judgement, (question.id, judge(question.id)))
    if known is None:
        session.add(Judgement(question_id=question.id, mark=judge(question.id), satisfied=satisfied))
        session.flush()
        _count(session, question, 1, int(satisfied))
    elif known.satisfied is None:
        raise Conflict(
            N_("Máy này đã nhận mã để cho ý kiến về câu này. Hãy bật JavaScript rồi tải lại trang để dùng mã.")
        )
    elif known.satisfied != satisfied:
        known.satisfied = satisfied
        session.flush()
        _count(session, question, 0, 1 if satisfied else -1)
    return Judged(id=question.id, satisfied=satisfied)


def spend(session: Session, dialogue_id: str, token: bytes, *, satisfied: bool) -> Judged:
    """Judge an answer by a token, which is gone with that: one token, one judgement.

    Raises `NotNow` while there is no answer yet (the token stays good) and `Conflict` for one that is spent or unknown.
    """
    load_open(session, dialogue_id)
    found = session.get(JudgementToken, token)
    question = session.get(Question, found.question_id) if found else None
    if found is None or question is None or question.dialogue_id != dialogue_id:
        raise Conflict(N_("Mã cho ý kiến này đã dùng rồi. Mỗi mã dùng một lần."))
    if not is_answered(question.state, question.note):
        raise NotNow(N_("Câu này chưa có câu trả lời. Mã của bạn vẫn còn dùng được."))
    session.delete(found)
    session.flush()
    _count(session, question, 1, int(satisfied))
    return Judged(id=question.id, satisfied=satisfied)


def forget(session: Session, question_ids: Collection[str]) -> None:
    """A question is erased, and with it what was said of its answer."""
    ids = list(question_ids)
    for model in (Judgement, JudgementToken):
        session.execute(delete(model).where(model.question_id.in_(ids)))
    zero = {"judged": 0, "satisfied": 0, "judged_shown": 0, "satisfied_shown": 0}
    session.execute(update(Question).where(Question.id.in_(ids)).values(**zero))


def _leading(session: Session, dialogue_id: str, question_id: str) -> Question:
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(_GONE)
    question = groups.root(session, question)
    if question.state not in BOTH or question.number is None:
        raise NotNow(N_("Câu này chưa có câu trả lời."))
    return question


def _asked(session: Session, dialogue_id: str, authors: Collection[bytes]) -> set[str]:
    """The questions that lead where somebody asked one of these; who took a question back asked nothing."""
    if not authors:
        return set()
    statement = select(Question).where(
        Question.dialogue_id == dialogue_id,
        Question.author.in_(list(authors)),
        Question.state.in_({*BOTH, State.MERGED}),
    )
    return {groups.root(session, question).id for question in session.scalars(statement)}


def _count(session: Session, question: Question, judged: int, satisfied: int) -> None:
    """Kept counts; what is shown moves in steps of five, so that no single judgement moves a page."""
    session.refresh(question, with_for_update=True)
    question.judged += judged
    question.satisfied += satisfied
    if question.judged // STEP > question.judged_shown // STEP:
        question.judged_shown, question.satisfied_shown = question.judged, question.satisfied
        session.flush()
        touch(session, question.dialogue_id, public=False)
    session.flush()
