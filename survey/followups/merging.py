"""Two units become one: what the one had to prepare, to answer and to report belongs to the other from now on.

Histories keep the name under which something was assigned; a row of their own says to whom it went.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.text import N_
from survey.dialogues.service import touch
from survey.followups import history
from survey.followups.history import Act
from survey.followups.models import PreparedAnswer
from survey.followups.models import UnitLink
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationUnit
from survey.followups.queries import naming
from survey.followups.setting_deadlines import move_contact
from survey.organisations import units
from survey.organisations.models import Unit

ITSELF = N_("Hãy chọn một đơn vị khác để gộp vào.")


def merge(
    session: Session, organisation_id: str, unit_id: str, into_id: str, *, actor: str, keep: bool = False
) -> int:  # fmt: skip
    """Give everything of a unit to another, with all below it, and take it away; how many recommendations moved.

    With `keep` it stays in the tree, with what is below it: a roll names it still. Raises `NotFound`, `Conflict`, `Invalid`.
    """
    gone, into = units.load(session, organisation_id, unit_id), units.load(session, organisation_id, into_id)
    if gone.id == into.id:
        raise Conflict(ITSELF)
    moved = _recommendations(session, gone.id, into, actor)
    for column in naming():
        if not column.primary_key and column.table.name != "recommendations":
            session.execute(update(column.table).where(column == gone.id).values({column.name: into.id}))
    _prepared(session, gone.id, into.id)
    move_contact(session, gone.id, into.id)
    for link in session.scalars(select(UnitLink).where(UnitLink.unit_id == gone.id)).all():
        session.delete(link)  # whoever holds it would see the list of the other unit
    session.flush()
    if not keep:
        units.merge(session, organisation_id, gone.id, into.id)
    return moved


def _recommendations(session: Session, gone: str, into: Unit, actor: str) -> int:
    led = session.scalars(select(Recommendation).where(Recommendation.unit_id == gone)).all()
    helped = session.scalars(select(RecommendationUnit).where(RecommendationUnit.unit_id == gone)).all()
    acts: dict[str, list[Act]] = {}
    for one in led:
        one.unit_id = into.id
        acts.setdefault(one.id, []).append(Act("unit_id", gone, into.id, into.name))
    session.flush()
    owners = {one.id for one in led} | {row.recommendation_id for row in helped}
    for owner in sorted(owners):
        act = _helping(session, owner, gone, into)
        acts.setdefault(owner, []).extend([act] if act else [])
        history.extend(session, owner, acts[owner], actor=actor)
    dialogues = select(Recommendation.dialogue_id).where(Recommendation.id.in_(owners)).distinct()
    for dialogue_id in session.scalars(dialogues).all():
        touch(session, dialogue_id, public=True)
    return len(led)


def _helping(session: Session, owner: str, gone: str, into: Unit) -> Act | None:
    """The units that help this recommendation, with the new one in the old one's place; the one that leads is none."""
    statement = select(RecommendationUnit).where(RecommendationUnit.recommendation_id == owner)
    rows = {row.unit_id: row for row in session.scalars(statement)}
    leads = session.get_one(Recommendation, owner).unit_id
    wanted = {into.id if unit_id == gone else unit_id for unit_id in rows} - {leads}
    if wanted == set(rows):
        return None
    for unit_id in set(rows) - wanted:
        session.delete(rows[unit_id])
    session.flush()
    session.add_all(RecommendationUnit(recommendation_id=owner, unit_id=unit_id) for unit_id in wanted - set(rows))
    session.flush()
    names = session.scalars(select(Unit.name).where(Unit.id.in_(wanted)).order_by(Unit.name))
    return Act("cooperating", history.ids(rows), history.ids(wanted), ", ".join(names))


def _prepared(session: Session, gone: str, into: str) -> None:
    """What both had written to one question stands one after the other."""
    for old in session.scalars(select(PreparedAnswer).where(PreparedAnswer.unit_id == gone)).all():
        found = session.get(PreparedAnswer, (old.question_id, into))
        if found is None:
            session.add(PreparedAnswer(
                question_id=old.question_id, unit_id=into, dialogue_id=old.dialogue_id, body=old.body, at=old.at,
                actor=old.actor,
            ))  # fmt: skip
        else:
            found.body = f"{found.body}\n\n{old.body}"
        session.delete(old)
    session.flush()
