"""Merging questions with their log rows, and undoing it. Each function is one job of the writer."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from types import MappingProxyType
from typing import TypedDict

from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation.models import ModerationLog
from survey.questions import groups
from survey.questions import service as questions
from survey.questions.groups import Merged
from survey.questions.models import Question
from survey.questions.queries import wording as wording_of
from survey.questions.state import BOARD
from survey.questions.state import WRITTEN
from survey.questions.state import State

NONE: Mapping[str, str] = MappingProxyType({})


class Grouped(TypedDict):
    """Answer to a merge or its undoing."""

    id: str
    supporters: int
    others: list[str]
    group: str  # the merge that stands on top now; empty where none does
    version: int


def merge(
    session: Session,
    key: bytes,
    dialogue_id: str,
    leading_id: str,
    other_ids: Collection[str],
    *,
    actor: str,
    marks: Mapping[str, str] = NONE,
) -> Grouped:
    """Make the others wordings of the leading question. `key` is the key `vote`.

    `marks` are those of the texts that were read (id -> mark): every wording stays readable, so nobody publishes one by
    merging it that nobody has read. Raises what `groups.merge` raises, and `NotNow` where a text is another by now.
    """
    load_open(session, dialogue_id)
    _read_again(session, marks)
    return _done(session, dialogue_id, "merge", groups.merge(session, key, dialogue_id, leading_id, other_ids), actor)


def merge_under(
    session: Session,
    key: bytes,
    dialogue_id: str,
    wording: str,
    question_ids: Collection[str],
    *,
    actor: str,
    marks: Mapping[str, str] = NONE,
) -> Grouped:
    """Merge questions under a wording that the moderator writes; it goes on the board as a question of its own.

    Undoing takes that wording off the board again. Raises `Invalid` for a text that no member
    could send either.
    """
    load_open(session, dialogue_id)
    parts = [session.get(Question, question_id) for question_id in question_ids]
    shown = any(part is not None and part.state in BOARD for part in parts)
    topic = next((part.topic_id for part in parts if part is not None and part.topic_id), None)
    text = questions.member_text(wording)
    made = questions.add(
        session, dialogue_id, text, topic, state=State.APPROVED if shown else State.PENDING, source=WRITTEN
    )
    log(session, dialogue_id, made.id, "write", "", made.state, actor)
    return merge(session, key, dialogue_id, made.id, question_ids, actor=actor, marks=marks)


def merge_chosen(
    session: Session,
    key: bytes,
    dialogue_id: str,
    question_ids: Sequence[str],
    *,
    actor: str,
    wording: str = "",
    marks: Mapping[str, str] = NONE,
) -> Grouped:
    """Merge what was chosen: under a written wording, else the most supported of the board leads, else the first chosen."""
    if clean(wording):
        return merge_under(session, key, dialogue_id, wording, question_ids, actor=actor, marks=marks)
    load_open(session, dialogue_id)
    parts = [part for part in (session.get(Question, question_id) for question_id in question_ids) if part is not None]
    if not parts:
        raise Invalid(N_("Hãy chọn ít nhất hai câu để gộp, nhiều nhất 51 câu một lần."))
    leading = max(parts, key=lambda part: (part.state in BOARD, part.supporters))  # of equals, `max` takes the first
    return merge(session, key, dialogue_id, leading.id, question_ids, actor=actor, marks=marks)


def split(session: Session, key: bytes, dialogue_id: str, leading_id: str, *, actor: str) -> Grouped:
    """Undo the latest merge of this question. Raises `NotFound` where it leads none."""
    load_open(session, dialogue_id)
    return _done(session, dialogue_id, "split", groups.split(session, key, dialogue_id, leading_id), actor)


def _done(session: Session, dialogue_id: str, action: str, merged: Merged, actor: str) -> Grouped:
    for question_id, before, after in merged.others:
        log(session, dialogue_id, question_id, action, before, after, actor)
    session.flush()
    leading = session.get_one(Question, merged.leading_id)
    shown = leading.state in BOARD or any({before, after} & BOARD for _id, before, after in merged.others)
    version = touch(session, dialogue_id, public=shown)
    others = [row[0] for row in merged.others if row[0] != leading.id]
    return Grouped(id=leading.id, supporters=merged.supporters, others=others, group=leading.group_id or "",
                   version=version)  # fmt: skip


def _read_again(session: Session, marks: Mapping[str, str]) -> None:
    for question_id, mark in marks.items():
        question = session.get(Question, question_id)
        if mark and question is not None and mark != wording_of(question.body):
            raise NotNow(N_("Người hỏi vừa sửa một trong các câu này. Hãy đọc lại rồi chọn tiếp."))


def log(session: Session, dialogue_id: str, question_id: str, action: str, before: str, after: str, actor: str) -> None:
    """One row of the log, in the transaction of what it records."""
    session.add(ModerationLog(
        id=new_id(), dialogue_id=dialogue_id, question_id=question_id, at=coarse(), actor=actor, action=action,
        before=before, after=after,
    ))  # fmt: skip
