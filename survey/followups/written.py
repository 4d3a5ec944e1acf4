"""What was promised in writing becomes a recommendation by itself, once the hall is closed; and taking that back.

A hall that was closed by mistake and opens again loses those that nobody has touched; at the next closing they are there
again, and those that somebody worked on are not made twice.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable

from sqlalchemy import Exists
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import State as Stage
from survey.followups import deadlines
from survey.followups import known
from survey.followups import queries
from survey.followups import recommendations
from survey.followups.models import QuestionUnit
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.service import note
from survey.followups.steps import State
from survey.questions.models import Question
from survey.questions.state import GONE
from survey.questions.state import State as Asked

BY_ITSELF = "auto"  # the actor of those that nobody made
LOGGED = frozenset({"withdrawn", "joined"})  # acts of `followup_log` that take recommendations away
AT_ONCE = 20  # in one write, so that no stream waits
AFTER = frozenset({Stage.CLOSED, Stage.CONCLUDED, Stage.FOLLOWING})
STARTED = N_(
    "Kiến nghị này đã công bố, đã giao hoặc đơn vị đã thấy nên không bỏ được. Nếu không làm, ghi “Không chấp nhận” và lý do."
)
TWO = N_("Hãy chọn ít nhất hai kiến nghị để gộp.")
PROMISED = N_(
    "Câu hỏi này đã hẹn trả lời bằng văn bản nên luôn có kiến nghị. Nếu không làm, ghi “Không chấp nhận” và lý do."
)


def take_up(session: Session, dialogue_id: str) -> int:
    """Make some of those that lack, with unit, topic and deadline; how many, 0 when none does. To be called again."""
    dialogue = load(session, dialogue_id)
    if dialogue.state not in AFTER:
        return 0
    own = Question.dialogue_id == dialogue_id, Question.state == Asked.IN_WRITING
    statement = select(Question.id).where(*own, ~_taken()).order_by(Question.number, Question.id).limit(AT_ONCE)
    return len(each(session, dialogue, session.scalars(statement).all(), actor=BY_ITSELF))


def each(session: Session, dialogue: Dialogue, question_ids: Iterable[str], *, actor: str) -> list[str]:
    """One recommendation for each question, in its own words; their ids."""
    due, units = (
        deadlines.default_due(session, dialogue),
        defaults(session, dialogue.id, question_ids := [*question_ids]),
    )
    made = []
    for question_id in question_ids:
        question = session.get(Question, question_id)
        if question is None or question.dialogue_id != dialogue.id or question.state in GONE:
            continue  # a stale page
        made.append(recommendations.create(
            session, dialogue.id, body=question.body[: recommendations.LONGEST["body"]], question_ids=(question_id,),
            unit_id=units.get(question_id), due=max(due, deadlines.today()), topic_id=question.topic_id, actor=actor,
        ))  # fmt: skip
    return made


def make_each(session: Session, dialogue_id: str, question_ids: Iterable[str], *, actor: str) -> int:
    """`each` for questions that somebody chose, without those that have one by now; how many."""
    free = session.scalars(select(Question.id).where(Question.id.in_(list(question_ids)), ~_taken())).all()
    order = {question_id: place for place, question_id in enumerate(question_ids)}
    return len(each(session, load(session, dialogue_id), sorted(free, key=order.__getitem__), actor=actor))


def defaults(session: Session, dialogue_id: str, question_ids: Collection[str]) -> dict[str, str]:
    """The unit that each question suggests: to which it was handed, else to which it or its topic was given before."""
    topics = queries.assigned(session, dialogue_id)
    statement = (
        select(Question.id, Question.handed_to, QuestionUnit.question_id, QuestionUnit.unit_id, Question.topic_id)
        .outerjoin(QuestionUnit, QuestionUnit.question_id == Question.id)
        .where(Question.id.in_(question_ids))
    )
    found = {}
    for id_, handed, apart, own, topic in session.execute(statement):
        unit = handed or (own if apart else topics.get(topic or ""))
        if unit:
            found[id_] = unit
    return found


def take_back(session: Session, dialogue_id: str) -> int:
    """The hall opens again: those that were made by themselves and that nobody has touched go; how many.

    Nobody was told their numbers, so the next ones begin there. One of which a letter went out stays.
    """
    wanted = select(Recommendation).where(
        Recommendation.dialogue_id == dialogue_id, Recommendation.state == State.NEW, ~Recommendation.published,
        ~exists().where(
            RecommendationEvent.recommendation_id == Recommendation.id, RecommendationEvent.actor != BY_ITSELF
        ),
    )  # fmt: skip
    gone = [
        one for one in session.scalars(wanted) if not known.is_begun(session, one) and not known.by_letter(session, one)
    ]
    _delete(session, [one.id for one in gone])
    recommendations.give_back(session, dialogue_id, {one.number for one in gone})
    return len(gone)


def withdraw(session: Session, dialogue_id: str, recommendation_id: str, *, actor: str) -> None:
    """Take one away that was made by mistake; who did it stays written down. Raises `NotNow` once anybody may know of it."""
    recommendations.writable(session, dialogue_id)
    one = recommendations.load(session, dialogue_id, recommendation_id)
    if known.to_somebody(session, one):
        raise NotNow(STARTED)
    if any(_only(session, one.id)):
        raise NotNow(PROMISED)
    number, unit_id = one.number, one.unit_id
    _delete(session, [one.id])
    note(session, dialogue_id, "withdrawn", actor=actor, unit_id=unit_id, count=number)
    touch(session, dialogue_id, public=False)


def join(session: Session, dialogue_id: str, ids: Iterable[str], *, actor: str) -> str:
    """Make one of several: the first keeps its words and takes the questions of the others, which go; its id.

    Raises `NotNow` where anybody may know of one that would go, `Invalid` where there are not two.
    """
    recommendations.writable(session, dialogue_id)
    found = sorted(
        (recommendations.load(session, dialogue_id, id_) for id_ in dict.fromkeys(ids)), key=lambda one: one.number
    )
    if len(found) < 2:
        raise Invalid(TWO, {"one": TWO})
    first, *others = found
    if any(known.to_somebody(session, one) for one in others):
        raise NotNow(STARTED)
    wanted = RecommendationQuestion.recommendation_id.in_([one.id for one in found])
    asked = sorted(set(session.scalars(select(RecommendationQuestion.question_id).where(wanted))))
    _delete(session, [one.id for one in others])
    recommendations.change(session, first.id, actor=actor, question_ids=asked)
    note(session, dialogue_id, "joined", actor=actor, count=len(others))
    return first.id


def sweep(db: Database, only: str | None = None) -> None:
    """Make what lacks in every dialogue that is over (or in this one), a lot a write."""
    with db.reading() as session:
        lacking = Question.state == Asked.IN_WRITING, Dialogue.state.in_(AFTER), ~_taken()
        statement = select(Dialogue.id).join(Question, Question.dialogue_id == Dialogue.id).where(*lacking).distinct()
        due = [one for one in session.scalars(statement) if only in {None, one}]
    for dialogue_id in due:
        while db.write(take_up, dialogue_id):
            pass


def is_taken(session: Session, question_id: str | None) -> bool:
    """Whether a recommendation comes from this question."""
    own = RecommendationQuestion.question_id == question_id
    return question_id is not None and bool(session.scalar(select(exists().where(own))))


def _taken() -> Exists:
    return exists().where(RecommendationQuestion.question_id == Question.id)


def _only(session: Session, recommendation_id: str) -> list[str]:
    """The questions that are promised in writing and stand behind no other recommendation."""
    other = exists().where(
        RecommendationQuestion.question_id == Question.id, RecommendationQuestion.recommendation_id != recommendation_id
    )
    own = exists().where(
        RecommendationQuestion.question_id == Question.id, RecommendationQuestion.recommendation_id == recommendation_id
    )
    return list(session.scalars(select(Question.id).where(Question.state == Asked.IN_WRITING, own, ~other)))


def _delete(session: Session, gone: Collection[str]) -> None:
    for model in known.PARTS:
        session.execute(delete(model).where(model.recommendation_id.in_(gone)))
    session.execute(delete(Recommendation).where(Recommendation.id.in_(gone)))
