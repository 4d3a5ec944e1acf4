"""What papers say of the ballot, by the way in that is in force. Offices sign them, so each sentence is true of its way."""

from __future__ import annotations

from collections.abc import Mapping

from survey.dialogues import entry
from survey.dialogues.entry import Way
from survey.dialogues.models import Dialogue
from survey.exports.queries import BLIND
from survey.exports.queries import WEAK

_WAYS: Mapping[str, str] = {
    Way.OPEN: "bằng mã tham gia, mỗi thiết bị một phiếu kín",
    Way.TICKETS: "bằng thẻ rút từ hộp, mỗi thẻ một phiếu kín",
    Way.ROLL: "theo danh sách, mỗi người một phiếu kín, bằng đường dẫn cá nhân (chế độ yếu)",
    Way.ROLL_AND_TICKETS: "theo danh sách, mỗi người một phiếu kín, bằng đường dẫn cá nhân (chế độ yếu) hoặc bằng "
    "thẻ rút từ hộp",
    Way.BLIND: "theo danh sách, mỗi người một phiếu kín được ký mù, bằng đường dẫn cá nhân",
    Way.BLIND_AND_TICKETS: "theo danh sách, mỗi người một phiếu kín, bằng đường dẫn cá nhân (phiếu được ký mù) hoặc "
    "bằng thẻ rút từ hộp",
}
_ONE: Mapping[str, str] = {Way.OPEN: "mỗi thiết bị một phiếu", Way.TICKETS: "mỗi thẻ một phiếu"}
_BEFORE = "Đại biểu có thể gửi câu hỏi trước và ủng hộ câu hỏi của người khác bằng điện thoại"
_IN_HALL = "Tại hội trường, đại biểu gửi câu hỏi và ủng hộ câu hỏi của người khác bằng điện thoại"


def way_in(dialogue: Dialogue) -> str:
    """How one enters, behind "Vào phòng"."""
    return _WAYS[entry.way(dialogue)]


def one_voice(dialogue: Dialogue) -> str:
    """What has one ballot."""
    return _ONE.get(dialogue.entry, "mỗi người một phiếu")


def promise(dialogue: Dialogue) -> str:
    """What may be promised to whoever asks, in front of a semicolon: nothing is kept that one key opens."""
    return "Không ghi tên người hỏi" if _is_weak(dialogue) else "Người hỏi được giữ kín"


def invited(dialogue: Dialogue) -> str:
    """What a guest can do, and who gets to know; a card is dead until the hall opens."""
    said = _IN_HALL if dialogue.entry == Way.TICKETS else _BEFORE
    return f"{said}; trên bảng không có tên ai. {WEAK}" if _is_weak(dialogue) else f"{said}; không ai biết ai đã hỏi."


def box(dialogue: Dialogue) -> str:
    """What the server knows, for members."""
    return WEAK if _is_weak(dialogue) else "Máy chủ chỉ biết có một phiếu."


def apart(dialogue: Dialogue) -> str:
    """How the roll and the ballots are kept apart; nothing where there is no roll."""
    return "" if not entry.by_roll(dialogue) else BLIND if entry.is_strong(dialogue) else WEAK


def _is_weak(dialogue: Dialogue) -> bool:
    return entry.by_roll(dialogue) and not entry.is_strong(dialogue)
