"""A question is erased or a name in it covered: what was made of it may quote it, so it is changed with it, history too.

Erasing takes the files along, because nobody can look into them; covering only takes them out of the public's sight.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection

from sqlalchemy import false
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.followups import history
from survey.followups.history import Act
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.models_recommendations import UnitReport

ERASED = N_("Nội dung đã xóa hẳn.")  # what stands in the place of the words
BY = "erasing"  # the actor; who did it stands in the moderators' log
HOUSE = frozenset({"unit_id", "topic_id", "cooperating", "document"})  # words of the office that quote nobody
_PROBE = "\N{REPLACEMENT CHARACTER}"  # a text in which nobody covers anything

Change = Callable[[str], str]


def rewrite(session: Session, question_ids: Collection[str], change: Change) -> None:
    """Put `change(text)` in the place of every text of each recommendation that ever came from one of these questions."""
    wanted = Recommendation.id.in_(_owners(session, question_ids))
    for one in session.scalars(select(Recommendation).where(wanted)).all():
        _rewrite(session, one, change)


def _owners(session: Session, question_ids: Collection[str]) -> set[str]:
    """Also those off which the question was taken: their words, their files and their history may still quote it."""
    mine = select(RecommendationQuestion.recommendation_id).where(RecommendationQuestion.question_id.in_(question_ids))
    act = RecommendationEvent
    named = [column.contains(id_, autoescape=True) for id_ in question_ids for column in (act.before, act.after)]
    once = select(act.recommendation_id).where(act.action == "questions", or_(false(), *named))
    return {*session.scalars(mine), *session.scalars(once)}


def _rewrite(session: Session, one: Recommendation, change: Change) -> None:
    erases = not change(_PROBE)
    whole: Change = (lambda text: ERASED if text else "") if erases else change
    keeping = HOUSE if erases else frozenset[str]()
    for name in frozenset(history.TEXTS) - keeping:
        setattr(one, name, whole(getattr(one, name)))
    for report in session.scalars(select(UnitReport).where(UnitReport.recommendation_id == one.id)).all():
        report.text, report.remark = whole(report.text), whole(report.remark)
    files = session.scalars(select(Attachment).where(Attachment.recommendation_id == one.id)).all()
    acts = [act for file in files for act in _take(session, file, whole, erases=erases)]
    session.flush()
    history.rewrite(session, one.id, whole, keeping, actor=BY)
    history.extend(session, one.id, acts, actor=BY)


def _take(session: Session, file: Attachment, whole: Change, *, erases: bool) -> list[Act]:
    """A file that is erased goes, and its bytes with the next sweep; one in which a name is covered is shown no more."""
    hidden = [Act("file_hidden", after=file.sha256.hex())] if file.published else []
    if erases:
        session.delete(file)
        return [*hidden, Act("detach", after=file.sha256.hex())]
    file.name, file.published = whole(file.name), False
    return hidden
