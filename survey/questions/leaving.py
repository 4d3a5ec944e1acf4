"""A wording goes while others stand beside it: its asker takes it back, or it is erased. What it led goes on.

The group stays, with its rows of support, and another of its wordings leads it: of those that were merged first, one that
was on the board, the most supported. Who goes keeps what lies below that group: its own rows, hidden. So undoing the
merge later gives each wording back what it had, and whoever went stays gone.

Promised: a wording that is gone leads nothing that stands, so whatever stands is reached from the question that leads.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.questions import groups
from survey.questions.models import Group
from survey.questions.models import GroupMember
from survey.questions.models import Question
from survey.questions.numbers import number
from survey.questions.state import BOARD
from survey.questions.state import GONE
from survey.questions.state import State


def leave(session: Session, question: Question, after: State) -> Question | None:
    """Move the question to a state in which nobody reads it. What leads in its place, None where nothing is left.

    The state must allow it, and the caller counts the version.
    """
    heir = None
    if question.state not in GONE:
        heir = _hand_over(session, question)
        _fewer(session, question)
    question.state = after
    session.flush()
    return heir


def _hand_over(session: Session, question: Question) -> Question | None:
    stack = _stack(session, question)
    for position, group in enumerate(stack):
        standing = _standing(session, group)
        if standing:
            heir = max(standing, key=lambda one: (standing[one] in BOARD, one.supporters, one.tie))
            _swap(session, question, heir, group, stack[position:])
            return heir
    return None


def _swap(session: Session, question: Question, heir: Question, group: Group, carried: list[Group]) -> None:
    """`heir`, a wording of `group`, takes the place of the question that leads it, with all that lies on that group."""
    own = _membership(session, question)
    session.delete(session.get_one(GroupMember, (group.id, heir.id)))
    session.add(GroupMember(group_id=group.id, question_id=question.id, before=own.before if own else question.state))
    heir.merged_into = question.merged_into
    if own is not None:
        session.add(GroupMember(group_id=own.group_id, question_id=heir.id, before=own.before))
        session.delete(own)
    session.flush()
    for each in carried:
        each.leading_id = heir.id
        for member in groups.members(session, each.id):
            session.get_one(Question, member.question_id).merged_into = heir.id
    top, below = question.group_id, group.previous
    group.previous, heir.group_id, question.group_id = heir.group_id, top, below
    _dress(session, heir, question)
    question.supporters = groups.counted(session, question)
    session.flush()


def _dress(session: Session, heir: Question, question: Question) -> None:
    """The heir stands as the question stood, under a number of its own."""
    heir.state, heir.supporters, heir.held_place = question.state, question.supporters, question.held_place
    heir.wordings, question.wordings = question.wordings, 1
    question.held_place = None
    if heir.state in BOARD and heir.number is None and question.number is not None:
        heir.number = number(session, question.dialogue_id)


def _membership(session: Session, question: Question) -> GroupMember | None:
    """Its row in the group into which it was merged, where it was."""
    return session.scalars(
        select(GroupMember)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.question_id == question.id, Group.leading_id == question.merged_into)
    ).one_or_none()


def _stack(session: Session, question: Question) -> list[Group]:
    """The groups that the question leads, the first one first."""
    found, group_id = list[Group](), question.group_id
    while group_id is not None:
        group = session.get_one(Group, group_id)
        found.append(group)
        group_id = group.previous
    return found[::-1]


def _standing(session: Session, group: Group) -> dict[Question, str]:
    """Wordings of the group that are not gone, with the state before the merge."""
    rows = [(session.get_one(Question, row.question_id), row.before) for row in groups.members(session, group.id)]
    return {question: before for question, before in rows if question.state == State.MERGED}


def _fewer(session: Session, question: Question) -> None:
    """One wording less, for the question and for all that it stands under."""
    for each in (question, *_above(session, question)):
        each.wordings -= 1


def _above(session: Session, question: Question) -> Iterator[Question]:
    while question.merged_into is not None:
        question = session.get_one(Question, question.merged_into)
        yield question
