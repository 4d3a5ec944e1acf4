"""Merging wordings of one question, and taking a merge apart again.

A merge makes a group with an id of its own. The writer walks the ballots once and writes a row of the group for each that
supports any of its wordings: distinct ballots, whatever they had chosen. From then on support and withdrawal on any
wording act on the group. The rows of the merged questions stay untouched and hidden, so undoing brings them back, with
what came since going to the leading wording (to the most supported of the others, where staff wrote the leading one) and
what was withdrawn since withdrawn from all.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.questions import objects
from survey.questions.models import Group
from survey.questions.models import GroupMember
from survey.questions.models import Question
from survey.questions.numbers import number
from survey.questions.objects import Object
from survey.questions.queries import Standing
from survey.questions.queries import supported
from survey.questions.queries import voter_mark
from survey.questions.state import BOARD
from survey.questions.state import GONE
from survey.questions.state import MERGEABLE
from survey.questions.state import WRITTEN
from survey.questions.state import State
from survey.room.queries import ballots_in

MOST = 50  # questions in one merge


class Merged(NamedTuple):
    """What a merge or its undoing changed: the leading question and, of each of the others, the state before and after."""

    leading_id: str
    supporters: int
    others: tuple[tuple[str, str, str], ...]  # (question id, before, after)


def merge(session: Session, key: bytes, dialogue_id: str, leading_id: str, other_ids: Collection[str]) -> Merged:
    """Make the others wordings of the leading question; `key` is the dialogue's key `vote`.

    Raises `NotFound`, `Invalid` for fewer than two or too many, and `NotNow` where a state forbids it: what is on the
    board cannot go into what is not, because its supporters would lose it from their sight. A wording that staff wrote
    and that went with the undoing of its merge comes back to lead again.
    """
    leading, others, moved = _parts(session, dialogue_id, leading_id, other_ids)
    group = Group(id=new_id(), dialogue_id=dialogue_id, leading_id=leading.id, previous=leading.group_id,
                  carried=_carried(session, leading) + sum(_carried(session, other) for other in others))  # fmt: skip
    session.add(group)
    session.flush()
    ballots = ballots_in(session, dialogue_id)
    behind = _behind(session, key, ballots, [_object(part) for part in (leading, *others)])
    objects.add_all(session, Object(group.id, True), [voter_mark(key, ballot, group.id) for ballot in behind])
    for other in others:
        session.add(GroupMember(group_id=group.id, question_id=other.id, before=other.state))
        moved.append((other.id, other.state, str(State.MERGED)))
        other.state, other.merged_into = State.MERGED, leading.id
    leading.group_id, leading.supporters = group.id, group.carried + len(behind)
    leading.wordings += sum(other.wordings for other in others)
    session.flush()
    return Merged(leading.id, leading.supporters, tuple(moved))


def split(session: Session, key: bytes, dialogue_id: str, leading_id: str) -> Merged:
    """Undo the latest merge of this question. Raises `NotFound` where it leads no group.

    What its asker took back meanwhile, or what was erased, is not among `others`: it stays gone.

    A wording that was written to lead the merge goes off the board with it; what came since goes to the most supported of
    those it spoke for. Raises `NotNow` while such a wording is being answered, and afterwards.
    """
    leading = _load(session, dialogue_id, leading_id)
    group = session.get(Group, leading.group_id) if leading.group_id else None
    if group is None or leading.state in GONE:
        raise NotFound(N_("Câu hỏi này không còn được gộp với câu nào. Hãy tải lại trang."))
    states = {row.question_id: row.before for row in members(session, group.id)}
    others = [_load(session, dialogue_id, question_id) for question_id in states]
    if leading.state == State.MERGED:
        raise NotNow(N_("Câu này đã gộp vào câu khác. Hãy tách câu kia trước."))
    goes = leading.source == WRITTEN and group.previous is None
    if goes and leading.state in BOARD - MERGEABLE:
        raise NotNow(
            N_("Câu viết chung này đang hoặc đã được trả lời nên không tách được. Hãy đưa lại lên bảng trước.")
        )
    below = objects.of(leading.id, group.previous)
    heir = _object(_heir(others, states)) if goes else below
    _give_back(session, key, dialogue_id, group, heir, {below, *(_object(other) for other in others)})
    leading.group_id = group.previous
    leading.wordings -= sum(other.wordings for other in others)
    restored = [_restore(session, other, states[other.id]) for other in others]
    moved = [(question_id, before, after) for question_id, before, after in restored if before != after]
    _remove(session, group)
    leading.supporters = counted(session, leading)
    if goes:
        moved.append((leading.id, leading.state, str(State.WITHDRAWN)))
        leading.state = State.WITHDRAWN
    session.flush()
    return Merged(leading.id, leading.supporters, tuple(moved))


def root(session: Session, question: Question) -> Question:
    """The question that leads where this one is a wording: itself, if it was never merged."""
    while question.merged_into is not None:
        question = session.get_one(Question, question.merged_into)
    return question


def _heir(others: list[Question], before: Mapping[str, str]) -> Question:
    """Who gets what came since: of those that nobody erased meanwhile, one of the board, the most supported."""
    return max(others, key=lambda it: (it.state == State.MERGED, before[it.id] in BOARD, it.supporters, it.tie))


def _give_back(
    session: Session, key: bytes, dialogue_id: str, group: Group, heir: Object, parts: Collection[Object]
) -> None:
    """Carry over what happened to the group: new support to the heir, withdrawals to all of them."""
    ballots = ballots_in(session, dialogue_id)
    had = _behind(session, key, ballots, parts)
    now = _behind(session, key, ballots, [Object(group.id, True)])
    objects.add_all(session, heir, [voter_mark(key, ballot, heir.id) for ballot in now - had])
    for it in parts:
        objects.drop_all(session, it, [voter_mark(key, ballot, it.id) for ballot in had - now])


def _behind(session: Session, key: bytes, ballots: Iterable[str], parts: Iterable[Object]) -> set[str]:
    """The ballots that stand behind at least one of these objects."""
    ballots, found = list(ballots), set[str]()
    for part in parts:
        voters = objects.voters(session, part)
        if voters:
            found.update(ballot for ballot in ballots if voter_mark(key, ballot, part.id) in voters)
    return found


def _restore(session: Session, other: Question, before: str) -> tuple[str, str, str]:
    """A wording stands by itself again; one that was erased meanwhile stays erased."""
    was = other.state
    other.merged_into = None
    if was == State.MERGED:
        other.state = before
    other.supporters = counted(session, other)
    return other.id, was, other.state


def _remove(session: Session, group: Group) -> None:
    objects.drop_all(session, Object(group.id, True))
    session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
    session.flush()
    session.delete(group)
    session.flush()


def _parts(
    session: Session, dialogue_id: str, leading_id: str, other_ids: Collection[str]
) -> tuple[Question, list[Question], list[tuple[str, str, str]]]:
    wanted = [question_id for question_id in dict.fromkeys(other_ids) if question_id != leading_id]
    if not 1 <= len(wanted) <= MOST:
        raise Invalid(N_("Hãy chọn ít nhất hai câu để gộp, nhiều nhất 51 câu một lần."))
    leading, others = _load(session, dialogue_id, leading_id), [_load(session, dialogue_id, id_) for id_ in wanted]
    moved = _come_back(session, leading, others)
    if any(part.state not in MERGEABLE for part in (leading, *others)):
        raise NotNow(N_("Có câu vừa đổi trạng thái nên chưa gộp được. Hãy xem lại rồi chọn tiếp."))
    if leading.state not in BOARD and any(other.state in BOARD for other in others):
        raise NotNow(N_("Câu đang trên bảng không gộp vào câu chưa duyệt được. Hãy chọn câu trên bảng làm câu chính."))
    return leading, others, moved


def _come_back(session: Session, leading: Question, others: list[Question]) -> list[tuple[str, str, str]]:
    """A written wording that went with its merge stands again, on the board if what it speaks for does."""
    if leading.source != WRITTEN or leading.state != State.WITHDRAWN:
        return []
    leading.state = State.APPROVED if any(other.state in BOARD for other in others) else State.PENDING
    if leading.state in BOARD and leading.number is None:
        leading.number = number(session, leading.dialogue_id)
    return [(leading.id, str(State.WITHDRAWN), leading.state)]


def _load(session: Session, dialogue_id: str, question_id: str) -> Question:
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    return question


def _object(question: Question) -> Object:
    return objects.of(question.id, question.group_id)


def counted(session: Session, question: Question) -> int:
    """Its supporters, counted anew."""
    return _carried(session, question) + objects.count(session, _object(question))


def _carried(session: Session, question: Question) -> int:
    """Supporters that were brought along from paper or another tool, by all its wordings."""
    return session.get_one(Group, question.group_id).carried if question.group_id else question.carried


def members(session: Session, group_id: str) -> list[GroupMember]:
    """What was merged into the group, also what is gone meanwhile."""
    return list(session.scalars(select(GroupMember).where(GroupMember.group_id == group_id)))


def lineage(session: Session, dialogue_id: str, leading_ids: Collection[str]) -> Mapping[str, list[Question]]:
    """All wordings under each of these leading questions, those of merges below merges too, in random order."""
    statement = select(Question).where(Question.dialogue_id == dialogue_id, Question.merged_into.is_not(None))
    children: dict[str, list[Question]] = {}
    for question in session.scalars(statement.order_by(Question.tie)):
        children.setdefault(str(question.merged_into), []).append(question)

    def under(question_id: str) -> list[Question]:
        return [one for child in children.get(question_id, []) for one in (child, *under(child.id))]

    return {leading_id: under(leading_id) for leading_id in leading_ids}


def chosen(
    session: Session, key: bytes, ballot: str, dialogue_id: str, leading_ids: Collection[str]
) -> Mapping[str, list[str]]:
    """The wordings that this ballot supported itself, before they were merged, by the question that leads them now."""
    below = {
        leading_id: [one for one in found if one.state == State.MERGED]
        for leading_id, found in lineage(session, dialogue_id, leading_ids).items()
    }
    places = [Standing(one.id, 0, one.state, one.group_id) for found in below.values() for one in found]
    own = supported(session, key, ballot, places) if places else frozenset()
    return {leading_id: [one.body for one in found if one.id in own] for leading_id, found in below.items()}
