"""Which acts of a recommendation's history change what everybody may read; the rest is between a unit and its office."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import aliased

from survey.followups import history
from survey.followups.models_recommendations import RecommendationEvent

PUBLIC = frozenset(
    {*history.COLUMNS, *history.TEXTS, "cooperating", "questions", "file_shown", "file_hidden", history.REWRITTEN}
)
_Before = aliased(RecommendationEvent)


def seen() -> ColumnElement[bool]:
    """The condition on `RecommendationEvent`: an act of these, or a file gone that could be read."""
    last = (
        select(_Before.action)
        .where(
            _Before.recommendation_id == RecommendationEvent.recommendation_id, _Before.place < RecommendationEvent.place,
            _Before.after == RecommendationEvent.after, _Before.action.in_(("file_shown", "file_hidden")),
        )
        .order_by(_Before.place.desc()).limit(1).correlate(RecommendationEvent).scalar_subquery()
    )  # fmt: skip
    gone = and_(RecommendationEvent.action == "detach", last == "file_shown")
    return or_(RecommendationEvent.action.in_(PUBLIC), gone)
