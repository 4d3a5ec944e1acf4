"""An installation that shows and takes nothing: a spare without its words, or a server whose place another one took.

A file in DATA_DIR says so, whoever starts the program there. Under it neither database takes a write from any process.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from survey.core.errors import DomainError
from survey.core.text import N_

FILE = "read-only"  # in DATA_DIR
NO_WORDS, TAKEN = "no-words", "taken"
SENTENCES = {
    NO_WORDS: N_(
        "Đây là máy dự phòng, đang mở chỉ để đọc: chưa có tám từ trên tờ giấy nên chưa nhận phiếu, câu hỏi hay thay đổi nào. "
        "Những gì máy bạn đang giữ sẽ tự gửi khi máy mở hẳn."
    ),
    TAKEN: N_(
        "Máy dự phòng đã thay máy này, nên máy này chỉ còn để đọc và không nhận gì nữa. Hãy mở địa chỉ mà ban tổ chức vừa báo."
    ),
}  # fmt: skip
MEMBERS = N_("Máy chủ đang tạm chỉ cho xem. Phiếu và câu hỏi trên máy bạn sẽ tự gửi khi mở lại.")  # instead of NO_WORDS


class ReadOnly(DomainError):
    """Nothing is written here; a phone keeps what it has and sends it again."""

    status = 503
    token = "read_only"
    retry_after = 20


def refuse(reason: str, *, staff: bool = True) -> None:
    """Raise `ReadOnly` where there is a reason."""
    if reason:
        raise ReadOnly(sentence(reason, staff=staff))


def sentence(reason: str, *, staff: bool) -> str:
    """What a page says of it: members know of no words on paper, and can do nothing about them."""
    return SENTENCES[reason] if staff or reason != NO_WORDS else MEMBERS


def why(data_dir: Path) -> str:
    """Why nothing may be written in this installation; "" where all may."""
    try:
        said = (data_dir / FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    return said if said in SENTENCES else NO_WORDS


def close(data_dir: Path, reason: str) -> None:
    """Nothing is written any more: from the next start on, and by a server that runs from its next look at the file on.

    It looks before each write, and every few seconds beside (`Database.look_again`).
    """
    (data_dir / FILE).write_text(reason, encoding="utf-8")


def reopen(data_dir: Path) -> None:
    """Everything may be written again, from the next start on."""
    with suppress(FileNotFoundError):
        (data_dir / FILE).unlink()
