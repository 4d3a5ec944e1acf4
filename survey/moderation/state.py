"""Pure rules of moderating: the published reasons, and which act undoes a decision."""

from __future__ import annotations

from survey.core.text import N_
from survey.questions.state import ACTS
from survey.questions.state import State

OTHER, CHANNEL = "other", "channel"
# Published, in the asker's own words: each says what to change, so that a question can be asked again.
REASONS: dict[str, str] = {
    "names_someone": N_("Nêu đích danh một người. Bạn có thể viết lại về sự việc."),
    "off_topic": N_("Không thuộc chủ đề của đối thoại này."),
    "unclear": N_("Chưa rõ điều muốn hỏi. Bạn có thể viết lại cụ thể hơn."),
    "repeated": N_("Trùng với một câu đã có trên bảng. Bạn có thể ủng hộ câu ấy."),
    "offensive": N_("Có lời xúc phạm. Bạn có thể viết lại bằng lời khác."),
    "secret": N_("Có điều không được công khai, như bí mật nhà nước hoặc bí mật công tác."),
    CHANNEL: N_("Là đơn khiếu nại hoặc tố cáo. Việc này cần gửi tới cơ quan tiếp nhận đơn."),
    OTHER: N_("Lý do khác"),
}
SAID = frozenset(REASONS.values())

# (before, after) of a decision -> the act that undoes it. What took a reason to reach is reached again by its own
# act only, so those go back to the queue, where they are decided anew.
_UNDO: dict[tuple[State, State], str] = {
    (State.PENDING, State.APPROVED): "reopen",
    (State.HELD, State.APPROVED): "hold",
    (State.REJECTED, State.APPROVED): "reopen",
    (State.PENDING, State.HELD): "reopen",
    (State.APPROVED, State.HELD): "approve",
    (State.PENDING, State.REJECTED): "reopen",
    (State.HELD, State.REJECTED): "reopen",
    (State.APPROVED, State.REJECTED): "approve",
    (State.APPROVED, State.PENDING): "approve",
    (State.HELD, State.PENDING): "hold",
    (State.APPROVED, State.ANSWERING): "put_back",
    (State.ANSWERED, State.ANSWERING): "answer",
    (State.IN_WRITING, State.ANSWERING): "put_in_writing",
    (State.ANSWERING, State.ANSWERED): "call",
    (State.APPROVED, State.ANSWERED): "put_back",
    (State.ANSWERING, State.IN_WRITING): "call",
    (State.APPROVED, State.IN_WRITING): "put_back",
    (State.ANSWERING, State.APPROVED): "call",
    (State.ANSWERED, State.APPROVED): "answer",
    (State.IN_WRITING, State.APPROVED): "put_in_writing",
}

STAFF_ACTS = tuple(name for name, act in ACTS.items() if act.permission in {"moderate", "answer"})


def acts_from(state: str) -> tuple[str, ...]:
    """What staff may do with a question in this state, in the order of the table."""
    return tuple(name for name in STAFF_ACTS if State(state) in ACTS[name].sources)


def undo_of(before: str, after: str) -> str:
    """The act that takes a decision back; empty where there is none (a decision that changed nothing too)."""
    return _UNDO.get((State(before), State(after)), "")


def may_act(act: str, permission: str) -> bool:
    """Whether `permission` opens `act`: who moderates may also answer, who answers may not moderate."""
    needed = ACTS[act].permission
    return needed == permission or (permission, needed) == ("moderate", "answer")
