"""What the acts of a recommendation say beside its values: when it was made and done, its questions, its open files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.steps import DONE
from survey.questions.models import Question

Acts = Sequence[RecommendationEvent]


def agrees(session: Session, one: Recommendation, rows: Acts) -> bool:
    """Whether the days that decide lateness, the questions and the published files are what the acts made of them."""
    return (
        (one.created_at, one.done_at) == (rows[0].at, _done_at(rows))
        and _linked(session, one.id) == _questions(session, rows)
        and _open(session, one.id) == _shown(rows)
    )


def _done_at(rows: Acts) -> dt.datetime | None:
    """When it last came to a state in which nothing is owed, if it has stayed in such states since."""
    done: dt.datetime | None = None
    for row in rows:
        if row.action == "state":
            done = (done or row.at) if row.after in DONE else None
    return done


def _linked(session: Session, recommendation_id: str) -> set[str]:
    own = RecommendationQuestion.recommendation_id == recommendation_id
    return set(session.scalars(select(RecommendationQuestion.question_id).where(own)))


def _questions(session: Session, rows: Acts) -> set[str]:
    """Those that were ticked last and are here: one that nobody outside may read does not move to another house."""
    ticked = [row.after.split() for row in rows if row.action == "questions"]
    return set(session.scalars(select(Question.id).where(Question.id.in_(ticked[-1])))) if ticked else set()


def _open(session: Session, recommendation_id: str) -> Counter[str]:
    own = Attachment.recommendation_id == recommendation_id, Attachment.published
    return Counter(sha256.hex() for sha256 in session.scalars(select(Attachment.sha256).where(*own)))


def _shown(rows: Acts) -> Counter[str]:
    """Acts name a file by its digest; two of the same bytes are two."""
    found: Counter[str] = Counter()
    for row in rows:
        if row.action in {"file_shown", "file_hidden"}:
            found[row.after] += 1 if row.action == "file_shown" else -1
    return Counter({sha256: count for sha256, count in found.items() if count})
