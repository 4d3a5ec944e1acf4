"""What a poll can be: the ready ones, and what may be typed, within what a wall shows in large letters."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean_line
from survey.questionnaires.kinds import KINDS

LONGEST_LABEL, LONGEST_CHOICE, MOST_CHOICES = 160, 60, 6  # what a wall shows in letters of 28 px
SHARES = ("present", "cast")
FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
BALLOT = {
    "options": [
        {"id": FOR, "text": N_("Tán thành")}, {"id": AGAINST, "text": N_("Không tán thành")},
        {"id": ABSTAIN, "text": N_("Không có ý kiến")},
    ],
    "other": False, "shuffled": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A poll that is to be: `kind` of its item, or "vote". `quorum` None: more than half of the ballots in the room."""

    kind: str
    label: str
    options: Sequence[str] = ()
    hidden: bool = False
    quorum: int | None = None
    share_of: str = "present"


# Opened by one tap: what is asked, the leader says aloud.
READY: Mapping[str, Plan] = {
    "yesno": Plan("yesno", N_("Bạn trả lời thế nào về điều vừa được hỏi?")),
    "agree": Plan("rating", N_("Bạn đồng ý đến mức nào với điều vừa nêu?")),
    "vote": Plan("vote", N_("Biểu quyết về nội dung vừa được nêu")),
}
_KINDS = frozenset({"single", "multiple", "yesno", "rating", "short", "vote"})
_AGREE = {"steps": 5, "low": N_("không đồng ý"), "high": N_("rất đồng ý")}


def named(plan: Plan, label: str) -> Plan:
    """The plan with this question, where one was typed."""
    return replace(plan, label=label) if label else plan


def label_of(plan: Plan) -> str:
    """The question as it is kept. Raises `Invalid`."""
    label = clean_line(plan.label)
    if plan.kind not in _KINDS:
        raise Invalid(N_("Hãy chọn một kiểu trả lời."), {"kind": N_("Hãy chọn một kiểu trả lời.")})
    if not 1 <= len(label) <= LONGEST_LABEL:
        message = N_("Hãy ghi câu hỏi, nhiều nhất 160 ký tự để cả hội trường đọc được.")
        raise Invalid(message, {"label": message})
    return label


def settings_of(plan: Plan) -> dict[str, Any]:
    """The settings of its item. Raises `Invalid`."""
    if plan.kind == "vote":
        return dict(BALLOT)
    if plan.kind == "rating":
        return dict(_AGREE)
    if plan.kind not in {"single", "multiple"}:
        return {}
    lines = [line for line in map(clean_line, plan.options) if line]
    if len(lines) > MOST_CHOICES or any(len(line) > LONGEST_CHOICE for line in lines):
        message = N_("Nhiều nhất 6 lựa chọn, mỗi lựa chọn không quá 60 ký tự, để cả hội trường đọc được.")
        raise Invalid(message, {"options": message})
    return KINDS[plan.kind].configure({"options": "\n".join(lines)}, {})


def quorum_of(plan: Plan) -> int:
    """How many ballots must take part; 0 where that is reckoned when it opens. Raises `Invalid`."""
    if plan.kind != "vote" or plan.quorum is None:
        return 0
    if not 1 <= plan.quorum <= 1_000_000:
        message = N_("Hãy ghi số phiếu cần thiết, từ 1 trở lên; để trống là quá nửa số phiếu trong phòng.")
        raise Invalid(message, {"quorum": message})
    return plan.quorum
