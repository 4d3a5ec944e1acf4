"""Whether anybody beside the office may know of a recommendation: then it stays, with its number and its history."""

from __future__ import annotations

from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.columns import Base
from survey.followups.models import UnitLink
from survey.followups.models_deadlines import Reminder
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.models_recommendations import RecommendationUnit
from survey.followups.steps import State

PARTS = (RecommendationEvent, RecommendationQuestion, RecommendationUnit)  # of the recommendation itself
_OWN = {model.__tablename__ for model in PARTS}
_NAMING = ("unit_id", "cooperating")  # acts that give it to units


def to_somebody(session: Session, one: Recommendation) -> bool:
    """Whether it was begun, was public at any time, or was given to a unit that had a way to see it."""
    return one.state != State.NEW or is_begun(session, one) or was_public(session, one) or _to_units(session, one)


def is_begun(session: Session, one: Recommendation) -> bool:
    """Whether anything hangs on it: a report of a unit, a file, an idea, whatever names it."""
    hanging = [
        key.parent for table in Base.metadata.tables.values() for key in table.foreign_keys
        if key.column.table is Recommendation.__table__ and table.name not in _OWN
    ]  # fmt: skip
    return any(session.scalar(select(exists().where(column == one.id))) for column in hanging)


def was_public(session: Session, one: Recommendation) -> bool:
    """Whether everybody could read it at any time."""
    own = RecommendationEvent.recommendation_id == one.id, RecommendationEvent.action == "published"
    return one.published or bool(session.scalar(select(exists().where(*own))))


def by_letter(session: Session, one: Recommendation) -> bool:
    """Whether one of its units was reminded since it was made."""
    own = Reminder.dialogue_id == one.dialogue_id, Reminder.at >= one.created_at
    return bool(session.scalar(select(exists().where(*own, Reminder.target.in_(_units(session, one))))))


def _to_units(session: Session, one: Recommendation) -> bool:
    """By its link a unit sees at once what it is given; nobody notes whether it looked."""
    links = UnitLink.dialogue_id == one.dialogue_id, UnitLink.unit_id.in_(_units(session, one))
    return bool(session.scalar(select(exists().where(*links)))) or by_letter(session, one)


def _units(session: Session, one: Recommendation) -> set[str]:
    """Every unit that ever led it or helped."""
    own = RecommendationEvent.recommendation_id == one.id, RecommendationEvent.action.in_(_NAMING)
    return {
        unit_id for after in session.scalars(select(RecommendationEvent.after).where(*own)) for unit_id in after.split()
    }
