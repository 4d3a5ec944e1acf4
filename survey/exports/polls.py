"""Polls and votes of the hall as rows, and the line of a vote for the minutes. Only what the hall itself may see gets here."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.tables import Cell
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.questionnaires import shown
from survey.questionnaires.shown import Poll
from survey.questionnaires.shown import Result

TITLE = N_("Thăm dò và biểu quyết")
LATER = N_("Dưới 30 phiếu, và với biểu quyết, kết quả chỉ có khi đóng; dưới 5 phiếu thì không có.")
SHARES = {"present": "số phiếu trong phòng", "cast": "số phiếu biểu quyết"}
_COLUMNS = (
    Column("poll", N_("Câu hỏi"), "text", 44), Column("kind", N_("Kiểu"), "text", 12),
    Column("state", N_("Trạng thái"), "text", 12), Column("ballots", N_("Số phiếu đã gửi"), "int", 10),
    Column("answer", N_("Câu trả lời"), "text", 36), Column("count", N_("Số phiếu"), "int", 10),
    Column("share", N_("Tỷ lệ"), "share", 10), Column("mean", N_("Điểm trung bình"), "mean", 11),
    Column("line", N_("Ghi vào biên bản"), "text", 60),
)  # fmt: skip


def report(session: Session, dialogue: Dialogue, notes: Sequence[str]) -> Report:
    """Every poll that was opened, in order; one that hides its figures has one row without any."""
    polls = shown.all_of(session, dialogue, ready=False)
    rows = tuple(row for poll in polls for row in _rows(poll))
    table = Table("polls", TITLE, _COLUMNS, rows, (LATER, *notes))
    return Report("polls", TITLE, dialogue.code, rehearsing.marked(dialogue), (table,))


def votes(session: Session, dialogue: Dialogue) -> list[str]:
    """The formal votes that are over, each as the minutes say it."""
    found = [poll for poll in shown.all_of(session, dialogue, ready=False) if poll.vote and not poll.open]
    return [
        f"“{poll.label}”. {line(poll.result) if poll.result else 'Dưới 5 phiếu nên không có số liệu, để giữ kín.'}"
        for poll in found
    ]


def line(result: Result) -> str:
    """The line of a vote: what shares are of is said, and whether enough took part."""
    share = f"{100 * result.share:.1f}".replace(".", ",")
    rest = f", {result.absent} không biểu quyết" if result.absent else ""
    enough = "đủ số phiếu cần thiết" if result.enough else f"chưa đủ số phiếu cần thiết ({result.quorum})"
    return (
        f"Biểu quyết: {result.agree}/{result.of} tán thành ({share}% {SHARES[result.share_of]}), "
        f"{result.against} không tán thành, {result.abstain} không có ý kiến{rest}; {enough}"
    )


def _rows(poll: Poll) -> Iterator[tuple[Cell, ...]]:
    kind = N_("Biểu quyết") if poll.vote else N_("Thăm dò")
    head: tuple[Cell, ...] = (poll.label, kind, N_("Đang mở") if poll.open else N_("Đã đóng"), poll.responses)
    said = line(poll.result) if poll.result else None
    answers = [(bar.label, bar.number, bar.share) for bar in poll.bars]
    answers += [(word.text, word.ballots, word.ballots / poll.answered) for word in poll.groups if poll.answered]
    if not answers:
        yield (*head, None, None, None, None, said)
    for place, answer in enumerate(answers):
        yield (*head, *answer, *((poll.mean, said) if place == 0 else (None, None)))
