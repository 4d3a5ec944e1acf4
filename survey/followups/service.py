"""Preparing answers: who prepares what, until when, and what came. Each function is one job of the writer.

`actor` is an opaque reference, or `LINK` where a unit wrote by its link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.followups.models import FollowupLog
from survey.followups.models import Preparation
from survey.followups.models import PreparedAnswer
from survey.followups.models import QuestionUnit
from survey.followups.models import TopicUnit
from survey.followups.queries import below
from survey.followups.queries import prepared
from survey.followups.queries import seen_of
from survey.followups.state import LONGEST
from survey.followups.state import STANDING
from survey.followups.state import WRITABLE
from survey.organisations import units
from survey.questions.models import Question

WORDS = 500  # characters of what units are told with the list
TOO_LONG = N_("Nội dung chuẩn bị dài quá 4.000 ký tự. Hãy rút gọn; phần chi tiết để vào văn bản riêng.")
OVER = N_("Đối thoại đã khép lại nên không ghi thêm nội dung chuẩn bị được nữa. Những gì đã ghi vẫn còn.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written for one question, and the mark of what stood there when it was written."""

    text: str
    seen: str


class Overtaken(Conflict):
    """Somebody wrote something else meanwhile; `fields` says what, by question."""

    def __init__(self, message: str, fields: Mapping[str, str]) -> None:
        super().__init__(message)
        self.fields = fields


def plan(session: Session, dialogue_id: str, due: dt.date | None, words: str) -> None:
    """Set until when units return their lists, and what they are told. Raises `Invalid`."""
    words = clean(words)
    if len(words) > WORDS:
        message = N_("Lời dặn không quá 500 ký tự.")
        raise Invalid(message, {"words": message})
    _open(session, dialogue_id)
    found = session.get(Preparation, dialogue_id) or Preparation(dialogue_id=dialogue_id)
    found.due, found.words = due, words
    session.add(found)
    session.flush()


def assign_topics(session: Session, dialogue_id: str, wanted: Mapping[str, str | None], *, actor: str) -> None:
    """Let these units prepare what stands under these topics; no unit takes a topic back. Other topics stay."""
    dialogue = _open(session, dialogue_id)
    known = set(session.scalars(select(Topic.id).where(Topic.dialogue_id == dialogue_id)))
    changed = 0
    for topic_id in sorted(known & set(wanted)):
        unit_id, found = _unit(session, dialogue, wanted[topic_id]), session.get(TopicUnit, topic_id)
        changed += (found.unit_id if found else None) != unit_id
        if found and unit_id is None:
            session.delete(found)
        elif found and unit_id:
            found.unit_id = unit_id
        elif unit_id:
            session.add(TopicUnit(topic_id=topic_id, dialogue_id=dialogue_id, unit_id=unit_id))
    _done(session, dialogue_id, "topics", changed, actor=actor)


def assign_questions(session: Session, dialogue_id: str, wanted: Mapping[str, str], *, actor: str) -> None:
    """Send these questions to a unit of their own: its id, `-` for nobody, empty for wherever their topic goes."""
    dialogue = _open(session, dialogue_id)
    changed = 0
    for question_id, target in sorted(wanted.items()):
        question = session.get(Question, question_id)
        if question is None or question.dialogue_id != dialogue_id:
            continue  # a stale page
        found = session.get(QuestionUnit, question_id)
        before = "" if found is None else found.unit_id or "-"
        if target == before:
            continue
        changed += 1
        if found is not None:
            session.delete(found)
            session.flush()
        if target:
            unit_id = None if target == "-" else _unit(session, dialogue, target)
            session.add(QuestionUnit(question_id=question_id, dialogue_id=dialogue_id, unit_id=unit_id))
    _done(session, dialogue_id, "questions", changed, actor=actor)


def answer(
    session: Session, dialogue_id: str, unit_id: str, typed: Mapping[str, Typed], *, actor: str, by: str = "answers"
) -> int:
    """Keep what a unit would answer, all of it or nothing; an empty text takes an answer back. The number of changes.

    Raises `Invalid` for what is too long and `Overtaken` for what somebody else has changed meanwhile, both by
    question; `NotNow` once the hall is closed.
    """
    dialogue = _open(session, dialogue_id)
    _unit(session, dialogue, unit_id)
    texts = {question_id: clean(one.text) for question_id, one in typed.items()}
    long = {question_id: TOO_LONG for question_id, text in texts.items() if len(text) > LONGEST}
    if long:
        raise Invalid(TOO_LONG, long)
    stands = {
        question_id: next((one.body for one in answers if one.unit_id == unit_id), "")
        for question_id, answers in prepared(session, dialogue_id, texts).items()
    }
    seen = {question_id: one.seen or seen_of("") for question_id, one in typed.items()}
    # A text that still is what the form showed was not written: what somebody else wrote meanwhile stays.
    touched = {id_: text for id_, text in texts.items() if seen_of(text) != seen[id_] and text != stands.get(id_, "")}
    _refuse_overtaken({id_: stands.get(id_, "") for id_ in touched if seen_of(stands.get(id_, "")) != seen[id_]})
    for question_id, text in sorted(touched.items()):
        _keep(session, dialogue, unit_id, question_id, text, actor=actor)
    _done(session, dialogue_id, by, len(touched), unit_id=unit_id, actor=actor)
    return len(touched)


def answer_all(
    session: Session, dialogue_id: str, given: Iterable[tuple[str, Mapping[str, Typed]]], *, actor: str
) -> int:
    """`answer` for several units at once, as their files came back: all of it or nothing."""
    return sum(answer(session, dialogue_id, unit_id, typed, actor=actor, by="file") for unit_id, typed in given)


def note(
    session: Session, dialogue_id: str, action: str, *, actor: str, unit_id: str | None = None, count: int = 0
) -> None:
    """Write down one act."""
    session.add(FollowupLog(
        id=new_id(), dialogue_id=dialogue_id, unit_id=unit_id, at=now(), actor=actor, action=action, count=count,
    ))  # fmt: skip
    session.flush()


def _keep(session: Session, dialogue: Dialogue, unit_id: str, question_id: str, text: str, *, actor: str) -> None:
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue.id or question.state not in STANDING:
        raise NotFound(N_("Một câu trong danh sách không còn trên bảng. Hãy tải lại trang; những gì đã lưu vẫn còn."))
    found = session.get(PreparedAnswer, (question_id, unit_id))
    if not text:
        # What was written to a wording that was merged in speaks through the leading question: it goes, too.
        own = PreparedAnswer.question_id.in_([question_id, *below(session, dialogue.id, question_id)])
        session.execute(delete(PreparedAnswer).where(own, PreparedAnswer.unit_id == unit_id))
        return
    if found is None:
        found = PreparedAnswer(question_id=question_id, unit_id=unit_id, dialogue_id=dialogue.id)
        session.add(found)
    found.body, found.at, found.actor = text, now(), actor
    session.flush()


def _refuse_overtaken(news: Mapping[str, str]) -> None:
    if news:
        message = N_("Có nội dung vừa được người khác sửa. Hãy xem ở từng câu có dấu đỏ, rồi lưu lại.")
        raise Overtaken(message, news)


def _open(session: Session, dialogue_id: str) -> Dialogue:
    dialogue = load(session, dialogue_id)
    if dialogue.state not in WRITABLE:
        raise NotNow(OVER)
    return dialogue


def _unit(session: Session, dialogue: Dialogue, unit_id: str | None) -> str | None:
    return units.load(session, dialogue.organisation_id, unit_id).id if unit_id else None


def _done(
    session: Session, dialogue_id: str, action: str, count: int, *, actor: str, unit_id: str | None = None
) -> None:  # fmt: skip
    session.flush()
    if count:
        note(session, dialogue_id, action, actor=actor, unit_id=unit_id, count=count)
        touch(session, dialogue_id, public=False)
