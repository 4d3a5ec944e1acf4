"""What the tests of the screens start from: questions on the board, and one that must never be seen."""

from __future__ import annotations

from sqlalchemy import select

from survey.core.ids import new_id
from survey.dialogues import service as dialogues
from survey.moderation import service as moderation
from survey.moderation.service import BroughtIn
from survey.questions import service as questions
from survey.questions.holding import hold
from survey.questions.models import Question
from tests.conftest import Cast

SECRET = "Câu hỏi còn chờ duyệt, chưa ai trong hội trường được thấy"


def pend(cast: Cast, text: str = SECRET) -> str:
    """A member's question in the queue; its id."""
    made = cast.write(questions.ask, cast.dialogue_id, new_id().encode(), text, None)
    assert made["state"] == "pending", "the test needs a question that waits"
    return made["id"]


def bring(cast: Cast, *texts: str, counts: list[int] | None = None, **more: object) -> list[str]:
    """Questions on the board, in falling order of support unless `counts` says otherwise; their ids."""
    numbers = counts or list(range(len(texts), 0, -1))
    rows = [BroughtIn(text=text, count=count, **more) for text, count in zip(texts, numbers, strict=True)]  # type: ignore[arg-type]
    return cast.write(moderation.bring_in, cast.dialogue_id, rows, actor="test")  # type: ignore[no-any-return]


def put(cast: Cast, **values: object) -> None:
    """Change settings of the dialogue."""
    if "order_held" in values:
        cast.write(hold, cast.dialogue_id, held=values.pop("order_held"))
    cast.write(dialogues.change, cast.dialogue_id, values)


def decide(cast: Cast, question_id: str, act: str) -> None:
    """One step of a question."""
    cast.write(moderation.decide, cast.dialogue_id, question_id, act, actor="test", permission="answer")


def state_of(cast: Cast, question_id: str) -> str:
    """Where a question stands."""
    with cast.reading() as session:
        return session.scalar(select(Question.state).where(Question.id == question_id))  # type: ignore[no-any-return]
