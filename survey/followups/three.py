"""The three figures that offices report, "tiếp nhận / giải đáp trực tiếp / chuyển đơn vị", counted in this one place.

Page, papers, files and the frozen figures of a year all say what stands here.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.questions.queries import Row
from survey.questions.state import State


@dataclass(frozen=True, slots=True)
class Three:
    """Opinions, never questions: those that were merged into one are counted one by one."""

    received: int  # on the board
    direct: int  # answered in the hall
    handed: int  # to be answered by a unit, or in writing

    @property
    def left(self) -> int:
        """Those that nobody has answered or handed on."""
        return self.received - self.direct - self.handed


def count(board: Iterable[Row], led: Collection[str]) -> Three:
    """Of the questions on the board; `led`: the ids of those from which a recommendation comes, public or not."""
    received = direct = handed = 0
    for row in board:
        received += row.gathered
        if row.state == State.ANSWERED:
            direct += row.gathered
        elif row.state == State.IN_WRITING or row.id in led:
            handed += row.gathered
    return Three(received, direct, handed)


def led(session: Session, dialogue_id: str) -> set[str]:
    """The ids of the questions from which a recommendation comes."""
    statement = (
        select(RecommendationQuestion.question_id)
        .join(Recommendation, Recommendation.id == RecommendationQuestion.recommendation_id)
        .where(Recommendation.dialogue_id == dialogue_id)
    )
    return set(session.scalars(statement))
