"""The written answer to a question, wherever it stands: its note, or what came of the recommendations made from it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.questions import groups
from survey.questions.models import Question
from survey.questions.state import State

ANSWERABLE = frozenset({State.IN_WRITING, State.ANSWERED, State.MERGED})


def answer_to(session: Session, question: Question) -> str:
    """What was answered in writing, to this question or to the one that leads it; empty while nothing is.

    A recommendation's answer counts once it is published.
    """
    if question.state not in ANSWERABLE:
        return ""
    leading = groups.root(session, question)
    texts = [leading.note] if leading.state == State.IN_WRITING and leading.note else []
    statement = (
        select(Recommendation.answer)
        .join(RecommendationQuestion, RecommendationQuestion.recommendation_id == Recommendation.id)
        .where(RecommendationQuestion.question_id.in_({question.id, leading.id}))
        .where(Recommendation.published, Recommendation.answer != "")
        .order_by(Recommendation.number)
        .distinct()
    )
    found = session.scalars(statement.add_columns(Recommendation.number))
    return "\n\n".join(dict.fromkeys([*texts, *found]))
