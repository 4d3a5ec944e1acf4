"""The rules by which a board can be ordered, and the sentences that say so wherever an order is printed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State


class Rule(StrEnum):
    """By supporters, or by the share of those who saw a question, so that what comes late is not behind."""

    SUPPORTERS = "supporters"
    RATE = "rate"


_SAID: Mapping[tuple[str, bool], str] = {
    (Rule.SUPPORTERS, False): N_(
        "Thứ tự theo lượt ủng hộ; bằng nhau thì theo một khóa ngẫu nhiên cố định, nên gửi sớm không được lợi."
    ),
    (Rule.RATE, False): N_(
        "Thứ tự theo tỷ lệ ủng hộ: (lượt ủng hộ + 5) chia (số máy đã thấy câu + 20), để câu gửi muộn không thiệt; bằng nhau "
        "thì theo một khóa ngẫu nhiên cố định."
    ),
    (Rule.SUPPORTERS, True): N_(
        "Các nhóm vấn đề lần lượt: trước hết câu được ủng hộ nhất của mỗi nhóm, rồi câu thứ hai của mỗi nhóm; nhóm đã được "
        "trả lời thì nhường lượt. Bằng nhau thì theo một khóa ngẫu nhiên cố định."
    ),
    (Rule.RATE, True): N_(
        "Các nhóm vấn đề lần lượt: trước hết câu đứng đầu của mỗi nhóm, rồi câu thứ hai của mỗi nhóm; nhóm đã được trả lời thì "
        "nhường lượt. Trong nhóm theo tỷ lệ ủng hộ: (lượt ủng hộ + 5) chia (số máy đã thấy câu + 20); bằng nhau thì theo một "
        "khóa ngẫu nhiên cố định."
    ),
}
_BY_SITE = N_(
    "Các điểm cầu lần lượt: mỗi vòng một câu của từng điểm cầu có từ mười phiếu, một câu của hội trường và các nơi còn lại; nơi "
    "đã được trả lời thì nhường lượt."
)
_BRIEFLY: Mapping[tuple[str, bool], str] = {
    (Rule.SUPPORTERS, False): N_("Xếp theo lượt ủng hộ"),
    (Rule.RATE, False): N_("Xếp theo tỷ lệ ủng hộ"),
    (Rule.SUPPORTERS, True): N_("Nhóm vấn đề lần lượt, theo lượt ủng hộ"),
    (Rule.RATE, True): N_("Nhóm vấn đề lần lượt, theo tỷ lệ ủng hộ"),
}

_SITES_BRIEFLY: Mapping[str, str] = {
    Rule.SUPPORTERS: N_("Điểm cầu lần lượt, theo lượt ủng hộ"),
    Rule.RATE: N_("Điểm cầu lần lượt, theo tỷ lệ ủng hộ"),
}


def said(rule: str, *, turns: bool) -> str:
    """The rule in force as a whole sentence, for pages and files."""
    return _SAID[rule, turns]


def by_site(dialogue: Dialogue) -> str:
    """What is said besides where the sites take turns; empty where they do not."""
    return _BY_SITE if dialogue.site_turns else ""


def briefly(rule: str, *, turns: bool, sites: bool = False) -> str:
    """The same in a few words, for a screen; where sites take turns, that comes first."""
    return _SITES_BRIEFLY[rule] if sites else _BRIEFLY[rule, turns]


HELD = N_("Thứ tự đang được giữ")
MOVES = N_("Thứ tự cập nhật lại")


def held(dialogue: Dialogue) -> bool:
    """Whether the order of the board stands still. What is left when the hall closes is ordered by the rule."""
    return dialogue.order_held and dialogue.state in {State.COLLECTING, State.LIVE}
