"""What anybody may know of the moderators' work: the reasons, and how much was done for which, in steps of five.

No text, no time, no name and no number of a question; so small that a difference between two looks tells of nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.moderation.models import ModerationLog
from survey.moderation.state import REASONS
from survey.questions.models import Question
from survey.questions.state import BOARD
from survey.questions.state import State

STEP = 5
OWN_WORDS = N_("Lý do do người điều hành tự ghi")
AUTOMATIC = "auto"  # the actor of what passed by itself


@dataclass(frozen=True, slots=True)
class Line:
    """One count: `key` for programs, `words` a message id, `under` the line that it is a part of."""

    key: str
    words: str
    number: int
    under: str = ""

    @property
    def shown(self) -> int:
        """The number cut down to the step; 0 stands for less than a step."""
        return self.number - self.number % STEP


def lines(session: Session, dialogue_id: str) -> list[Line]:
    """All counts, in the order of reading: what came, where it stands now and why, what was done to texts and ballots."""
    states = _states(session, dialogue_id)
    reasons = {state: dict(_reasons(session, dialogue_id, state)) for state in (State.REJECTED, State.ERASED)}
    acts = _acts(session, dialogue_id)
    return [
        Line("asked", N_("Câu hỏi đã gửi"), sum(states.values())),
        Line("board", N_("Đang ở trên bảng"), sum(states.get(state, 0) for state in BOARD)),
        Line("passed", N_("Trong đó tự đăng sau khi chờ, không ai giữ lại"), acts.get("passed", 0), "board"),
        Line("merged", N_("Đã gộp vào câu khác, cách viết vẫn đọc được"), states.get(State.MERGED, 0)),
        Line("pending", N_("Đang chờ duyệt"), states.get(State.PENDING, 0)),
        Line("held", N_("Đang giữ lại để cân nhắc"), states.get(State.HELD, 0)),
        Line("withdrawn", N_("Người hỏi đã rút lại"), states.get(State.WITHDRAWN, 0)),
        Line("rejected", N_("Không đưa lên"), states.get(State.REJECTED, 0)),
        *_by_reason("rejected", reasons[State.REJECTED]),
        Line("erased", N_("Xóa hẳn nội dung"), states.get(State.ERASED, 0)),
        *_by_reason("erased", reasons[State.ERASED]),
        Line("covered", N_("Câu đã che tên người, đơn vị hoặc số điện thoại"), acts.get("redact", 0)),
        Line("muted", N_("Phiếu đang bị tạm chặn gửi câu hỏi"), acts.get("muted", 0)),
    ]


def _by_reason(under: str, counts: dict[str, int]) -> Iterator[Line]:
    for token, sentence in REASONS.items():
        number = counts.pop(sentence, 0) if token != "other" else 0
        if number:
            yield Line(f"{under}_{token}", sentence, number, under)
    own = sum(counts.values())
    if own:
        yield Line(f"{under}_other", OWN_WORDS, own, under)


def _states(session: Session, dialogue_id: str) -> dict[str, int]:
    statement = select(Question.state, func.count()).where(
        Question.dialogue_id == dialogue_id, Question.source == "member"
    )
    return {row[0]: row[1] for row in session.execute(statement.group_by(Question.state))}


def _reasons(session: Session, dialogue_id: str, state: State) -> Iterator[tuple[str, int]]:
    """Published reasons by their sentence, also where somebody added words of her own behind it."""
    statement = select(Question.reason, func.count()).where(
        Question.dialogue_id == dialogue_id, Question.source == "member", Question.state == state
    )
    found: dict[str, int] = {}
    for reason, number in session.execute(statement.group_by(Question.reason)):
        sentence = next((said for said in REASONS.values() if reason.startswith(said)), "")
        found[sentence] = found.get(sentence, 0) + number
    yield from found.items()


def _acts(session: Session, dialogue_id: str) -> dict[str, int]:
    log, questions = ModerationLog, func.count(ModerationLog.question_id.distinct())
    redacted = select(questions).where(log.dialogue_id == dialogue_id, log.action == "redact")
    passed = select(questions).join(Question, Question.id == log.question_id).where(
        log.dialogue_id == dialogue_id, log.actor == AUTOMATIC, log.after == State.APPROVED, Question.state.in_(BOARD)
    )  # fmt: skip
    muted = select(func.count()).where(Question.dialogue_id == dialogue_id, Question.muted)
    return {
        "redact": session.scalar(redacted) or 0,
        "passed": session.scalar(passed) or 0,
        "muted": session.scalar(muted) or 0,
    }
