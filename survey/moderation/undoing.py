"""Undo, several steps deep: the newest decision of one moderator that still stands is taken back.

The steps lie with whoever took them (a signed cookie), not here: the log knows no order within five minutes (rule D5).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.moderation import asking_back
from survey.moderation import clusters
from survey.moderation import merging
from survey.moderation import muting
from survey.moderation import service
from survey.moderation.models import ModerationLog
from survey.moderation.state import STAFF_ACTS
from survey.moderation.state import undo_of
from survey.questions.models import Group
from survey.questions.models import Question
from survey.questions.queries import wording as wording_of
from survey.questions.state import ACTS
from survey.questions.state import BOARD
from survey.questions.state import State


class Step(TypedDict, total=False):
    """A decision that can be taken back. What stands in `after` must still hold, or the step is passed over."""

    act: str  # what was done, in the words of the page
    id: str  # the question that it was done to
    before: str  # state, or topic
    after: str  # state, or topic
    group: str  # the merge that was made
    others: list[str]  # who moved along
    mark: str  # of the text that was decided on, of all the texts that were split off, or of the sentence asked back
    former: str  # the question that was answered until this one was called


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
        step = _led(session, steps[place])
        if not _stands(session, dialogue_id, step):
            continue
        try:
            with session.begin_nested():
                version = _take_back(session, key, dialogue_id, step, actor, permission)
        except (NotNow, NotFound, Invalid, Forbidden):
            continue
        return Undone(step=step, left=place, version=version)
    raise NotNow(N_("Không còn việc nào của bạn để hoàn tác."))


def _led(session: Session, step: Step) -> Step:
    """The same step on the question that leads its merge now: an asker may have taken the leading wording back."""
    group = session.get(Group, step.get("group", ""))
    return step if group is None else {**step, "id": group.leading_id}


def _stands(session: Session, dialogue_id: str, step: Step) -> bool:
    question = session.get(Question, step.get("id", ""))
    if question is None or question.dialogue_id != dialogue_id:
        return False
    if step["act"] == "ask_back":
        asked = wording_of(question.asked_back)
        return bool(question.asked_back) and not question.reply and step.get("mark", asked) == asked
    if step["act"] == "topic":
        return (question.topic_id or "") == step.get("after", "")
    if step["act"] in {"merge", "cluster"} and question.group_id != step.get("group"):
        return False
    return step["act"] not in {"cluster", *STAFF_ACTS} or question.state == step.get("after")


def _take_back(session: Session, key: bytes, dialogue_id: str, step: Step, actor: str, permission: str) -> int:
    act, question_id, others = step["act"], step["id"], step.get("others", [])
    match act:
        case "topic":
            done = service.set_topic(session, dialogue_id, question_id, step.get("before") or None)
        case "ask_back":
            done = asking_back.take_back(session, dialogue_id, question_id, actor=actor)["version"]
        case "mute" | "unmute":
            done = muting.set_muted(session, dialogue_id, question_id, muted=act == "unmute", actor=actor)["version"]
        case "apart":
            done = clusters.set_apart(session, dialogue_id, others, apart=False, actor=actor)["version"]
        case "split":
            if step.get("mark", "") != mark_of(session, others):
                raise NotNow(N_("Người hỏi vừa sửa một trong các câu này. Hãy đọc lại rồi chọn tiếp."))
            done = merging.merge(session, key, dialogue_id, question_id, others, actor=actor)["version"]
        case "merge":
            done = merging.split(session, key, dialogue_id, question_id, actor=actor)["version"]
        case "cluster":
            merging.split(session, key, dialogue_id, question_id, actor=actor)
            done = _restore(session, dialogue_id, step, actor, permission)
        case _:
            done = _restore(session, dialogue_id, step, actor, permission)
    return done


def _restore(session: Session, dialogue_id: str, step: Step, actor: str, permission: str) -> int:
    """Bring a question back to the state in which it was, with the reason that it had there.

    Onto the board only with the text that was read there: an asker may have corrected what was taken off it.
    """
    before, after, version = step.get("before", ""), step.get("after", ""), None
    for act in ways(before, after):
        reason = _reason(session, step["id"], before) if act in {"hold", "reject"} else ""
        wording = step.get("mark", "") if after not in BOARD and ACTS[act].target in BOARD else ""
        decided = service.decide(
            session, dialogue_id, step["id"], act, actor=actor, permission=permission, seen=after, reason=reason,
            wording=wording,
        )  # fmt: skip
        after, version = decided["after"], decided["version"]
    if version is None:
        raise NotNow(N_("Việc này không hoàn tác được."))
    return _former_again(session, dialogue_id, step, actor, permission) or version


def _former_again(session: Session, dialogue_id: str, step: Step, actor: str, permission: str) -> int | None:
    """The question that a call took off the stage stands on it again, unless somebody has moved it since."""
    former = session.get(Question, step.get("former", ""))
    if former is None or former.state != State.APPROVED:
        return None
    return service.decide(session, dialogue_id, former.id, "call", actor=actor, permission=permission)["version"]


def mark_of(session: Session, question_ids: Sequence[str]) -> str:
    """One mark for the texts of these questions, short for the cookie; of a single one it is `queries.wording`."""
    found = (session.get(Question, question_id) for question_id in question_ids)
    return wording_of("\n".join(question.body for question in found if question is not None))


def ways(before: str, after: str) -> list[str]:
    """The acts that lead from `after` back to `before`; none where that cannot be."""
    if (before, after) == (State.HELD, State.REJECTED):
        return ["reopen", "hold"]
    if before == State.REJECTED:
        return ["reject"]
    if after == State.REJECTED and before in BOARD - {State.APPROVED}:  # only `channel` refuses from there
        return ["approve", undo_of(before, State.APPROVED)]
    return [act for act in [undo_of(before, after)] if act]


def _reason(session: Session, question_id: str, state: str) -> str:
    """Why the question was last brought into this state, as the log says (to five minutes)."""
    statement = select(ModerationLog.reason).where(
        ModerationLog.question_id == question_id, ModerationLog.after == state, ModerationLog.reason != ""
    )
    return session.scalar(statement.order_by(ModerationLog.at.desc()).limit(1)) or ""
