"""Undo, several steps deep: the newest decision of one moderator that still stands is taken back.

The steps lie with whoever took them (a signed cookie), not here: the log knows no order within five minutes (rule D5).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy.orm import Session

from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.moderation import clusters
from survey.moderation import merging
from survey.moderation import muting
from survey.moderation import service
from survey.moderation.state import STAFF_ACTS
from survey.moderation.state import undo_of
from survey.questions.models import Question


class Step(TypedDict, total=False):
    """A decision that can be taken back. What stands in `after` must still hold, or the step is passed over."""

    act: str  # what was done, in the words of the page
    id: str  # the question that it was done to
    before: str  # state, or topic
    after: str  # state, or topic
    group: str  # the merge that was made
    others: list[str]  # who moved along


class Undone(TypedDict):
    """Answer to an undo: which step, how many are left below it, and the public version."""

    step: Step
    left: int
    version: int


def undo(
    session: Session, key: bytes, dialogue_id: str, steps: Sequence[Step], *, actor: str, permission: str
) -> Undone:
    """Take back the last of `steps` that still stands; those above it that somebody else has overtaken are passed over.

    `key` is the key `vote`, `permission` the right by which the caller comes. Raises `NotNow` where none stands.
    """
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place]
        if not _stands(session, dialogue_id, step):
            continue
        try:
            with session.begin_nested():
                version = _take_back(session, key, dialogue_id, step, actor, permission)
        except (NotNow, NotFound, Invalid, Forbidden):
            continue
        return Undone(step=step, left=place, version=version)
    raise NotNow(N_("Không còn việc nào của bạn để hoàn tác."))


def _stands(session: Session, dialogue_id: str, step: Step) -> bool:
    question = session.get(Question, step.get("id", ""))
    if question is None or question.dialogue_id != dialogue_id:
        return False
    if step["act"] == "ask_back":
        return bool(question.asked_back) and not question.reply
    if step["act"] == "topic":
        return (question.topic_id or "") == step.get("after", "")
    if step["act"] in {"merge", "cluster"} and question.group_id != step.get("group"):
        return False
    return step["act"] not in {"cluster", *STAFF_ACTS} or question.state == step.get("after")


def _take_back(session: Session, key: bytes, dialogue_id: str, step: Step, actor: str, permission: str) -> int:
    act, question_id, others = step["act"], step["id"], step.get("others", [])
    if act == "topic":
        return service.set_topic(session, dialogue_id, question_id, step.get("before") or None)
    if act in {"mute", "unmute"}:
        return muting.set_muted(session, dialogue_id, question_id, muted=act == "unmute", actor=actor)["version"]
    if act == "apart":
        return clusters.set_apart(session, dialogue_id, others, apart=False, actor=actor)["version"]
    if act == "split":
        return merging.merge(session, key, dialogue_id, question_id, others, actor=actor)["version"]
    if act in {"merge", "cluster"}:
        version = merging.split(session, key, dialogue_id, question_id, actor=actor)["version"]
        if act == "merge":
            return version
    back = undo_of(step["before"], step["after"])
    if not back:
        raise NotNow(N_("Việc này không hoàn tác được."))
    decided = service.decide(
        session, dialogue_id, question_id, back, actor=actor, permission=permission, seen=step["after"]
    )
    return decided["version"]
