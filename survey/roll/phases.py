"""Whether ballots are handed out now, and what to say where they are not. Only the server's clock is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from survey.core.text import N_
from survey.roll.models import Roll


class Phase(StrEnum):
    """Whether ballots are handed out now, and if not, why."""

    OPEN = "open"
    NONE = "none"  # there is no roll yet
    GONE = "gone"  # deleted, as was promised
    CLOSED = "closed"
    KEYLESS = "keyless"
    UNFROZEN = "unfrozen"
    EARLY = "early"
    LATE = "late"


WHY_NOT: Mapping[Phase, str] = {
    Phase.NONE: N_("Danh sách của đối thoại này chưa có. Hãy quay lại sau, hoặc hỏi ban tổ chức."),
    Phase.GONE: N_("Danh sách đã được xóa như đã hứa, nên ở đây không còn tên ai. Bạn vẫn xem được trang đối thoại."),
    Phase.CLOSED: N_("Đối thoại đã khép lại nên không cấp phiếu nữa. Bạn vẫn xem được câu hỏi và câu trả lời."),
    Phase.KEYLESS: N_("Máy chủ này không còn khóa để cấp phiếu. Hãy đến Bàn đón, hoặc báo ban tổ chức."),
    Phase.UNFROZEN: N_(
        "Danh sách chưa chốt nên chưa nhận phiếu được. Đường dẫn của bạn vẫn dùng được; hãy quay lại sau."
    ),
    Phase.EARLY: N_("Chưa đến giờ nhận phiếu. Đường dẫn của bạn vẫn dùng được; hãy mở lại khi đến giờ."),
    Phase.LATE: N_("Đã hết giờ nhận phiếu. Nếu bạn chưa nhận, hãy đến Bàn đón hoặc gọi ban tổ chức."),
}


def phase(roll: Roll | None, moment: dt.datetime, *, enterable: bool = True, keys: bool = True) -> Phase:
    """Whether ballots are handed out at `moment` of the server's clock; the phone's clock is asked for nothing.

    `enterable`: the dialogue lets ballots in; `keys`: the keys of issuing are there.
    """
    if roll is None:
        return Phase.NONE
    early, late = roll.issue_from and moment < roll.issue_from, roll.issue_until and moment >= roll.issue_until
    reasons = {
        Phase.GONE: roll.purged_at, Phase.CLOSED: not enterable, Phase.KEYLESS: not keys,
        Phase.UNFROZEN: roll.frozen_at is None, Phase.EARLY: early, Phase.LATE: late,
    }  # fmt: skip
    return next((why for why, holds in reasons.items() if holds), Phase.OPEN)
