"""The rules by which a board can be ordered, and the sentences that say so wherever an order is printed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from survey.core.text import N_


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
        "Các nhóm vấn đề lần lượt; trong mỗi nhóm theo lượt ủng hộ, bằng nhau thì theo một khóa ngẫu nhiên cố định."
    ),
    (Rule.RATE, True): N_(
        "Các nhóm vấn đề lần lượt; trong mỗi nhóm theo tỷ lệ ủng hộ: (lượt ủng hộ + 5) chia (số máy đã thấy câu + 20)."
    ),
}
_BRIEFLY: Mapping[tuple[str, bool], str] = {
    (Rule.SUPPORTERS, False): N_("Xếp theo lượt ủng hộ"),
    (Rule.RATE, False): N_("Xếp theo tỷ lệ ủng hộ"),
    (Rule.SUPPORTERS, True): N_("Nhóm vấn đề lần lượt, theo lượt ủng hộ"),
    (Rule.RATE, True): N_("Nhóm vấn đề lần lượt, theo tỷ lệ ủng hộ"),
}


def said(rule: str, *, turns: bool) -> str:
    """The rule in force as a whole sentence, for pages and files."""
    return _SAID[rule, turns]


def briefly(rule: str, *, turns: bool) -> str:
    """The same in a few words, for a screen."""
    return _BRIEFLY[rule, turns]
