"""A rehearsal as everybody has to see it: on each page, phone, screen and file of its dialogue."""

from __future__ import annotations

from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.models import Dialogue

MARK = "DIỄN TẬP"
SAID = N_("DIỄN TẬP: mọi thứ gửi ở đây là thử và sẽ bị xóa hết.")


def marked(dialogue: Dialogue) -> str:
    """The theme as a file carries it."""
    return f"{MARK} · {dialogue.theme}" if dialogue.rehearsal else dialogue.theme


def refuse(dialogue: Dialogue) -> None:
    """Raise `NotNow` while the dialogue is being rehearsed."""
    if dialogue.rehearsal:
        raise NotNow(N_("Đối thoại đang diễn tập. Hãy kết thúc diễn tập ở trang Tổng quan trước."))
