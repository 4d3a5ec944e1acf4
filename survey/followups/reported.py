"""Reading what units report: a unit's own tasks, and what waits for the office. Plain frozen rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.followups import recommended
from survey.followups.models import UnitLink
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import UnitReport
from survey.followups.recommended import File
from survey.followups.tasks import REPLACED
from survey.followups.tasks import RETURNED
from survey.followups.tasks import WAITING
from survey.followups.tasks import Reported
from survey.followups.tasks import Task
from survey.followups.tasks import UnitTasks
from survey.followups.tasks import Waiting
from survey.followups.tasks import changes
from survey.organisations.models import Unit

STANDING = ("state", "reason", "answer", "document", "document_date")  # acts that change what a report would change


def of_unit(
    session: Session, dialogue_id: str, unit_id: str, *, today: dt.date | None = None, office: bool = False
) -> UnitTasks:
    """What one unit leads, each with its latest report if that one waits or came back; empty where there is nothing.

    With the files that the unit may read, or all of them for the `office`.
    """
    name = session.scalar(select(Unit.name).where(Unit.id == unit_id)) or ""
    linked = session.get(UnitLink, (dialogue_id, unit_id)) is not None
    rows = recommended.of_unit(session, dialogue_id, unit_id, today=today, office=office)
    latest = _latest(session, [row.id for row in rows])
    return UnitTasks(unit_id, name, linked, [Task(row, latest.get((row.id, unit_id))) for row in rows])


def by_unit(session: Session, dialogue_id: str, *, today: dt.date | None = None) -> list[UnitTasks]:
    """The same of all units that lead something or have a link, in the order of their names."""
    rows = [row for row in recommended.of_dialogue(session, dialogue_id, today=today) if row.unit_id]
    latest = _latest(session, [row.id for row in rows])
    linked = set(session.scalars(select(UnitLink.unit_id).where(UnitLink.dialogue_id == dialogue_id)))
    wanted = linked | {row.unit_id for row in rows if row.unit_id}
    units = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted)).order_by(Unit.folded, Unit.id))
    found = {row.id: UnitTasks(row.id, row.name, row.id in linked) for row in units}
    for row in rows:
        if row.unit_id and row.unit_id in found:
            found[row.unit_id].tasks.append(Task(row, latest.get((row.id, row.unit_id))))
    return list(found.values())


def waiting(session: Session, dialogue_id: str, *, today: dt.date | None = None) -> list[Waiting]:
    """What waits for the office, in the order of the recommendations' numbers."""
    here = Recommendation.dialogue_id == dialogue_id
    owned = select(Recommendation.id).where(here)
    reports = _reports(session, UnitReport.recommendation_id.in_(owned), UnitReport.decision == WAITING)
    if not reports:
        return []
    rows = {row.id: row for row in recommended.of_dialogue(session, dialogue_id, today=today)}
    found = [Waiting(one, rows[one.recommendation_id], changes(rows[one.recommendation_id], one)) for one in reports]
    return sorted(found, key=lambda it: (it.one.number, it.report.id))


def overtaken(session: Session, dialogue_id: str, unit_id: str) -> set[str]:
    """Recommendations for which something else stands since this unit's report came that still waits.

    Who writes over such a report has read the report, and perhaps not what stands.
    """
    tasks = of_unit(session, dialogue_id, unit_id, office=True).tasks
    waits = {task.one.id for task in tasks if task.report is not None and task.report.decision == WAITING}
    own, action = RecommendationEvent.recommendation_id.in_(waits), RecommendationEvent.action
    found: set[str] = set()
    acts = select(RecommendationEvent.recommendation_id, action).where(own, action.in_(("reported", *STANDING)))
    for recommendation_id, act in session.execute(acts.order_by(RecommendationEvent.place)):
        found.discard(recommendation_id) if act == "reported" else found.add(recommendation_id)
    return found


def count_waiting(session: Session, dialogue_id: str) -> int:
    """How many reports wait for the office."""
    statement = (
        select(func.count())
        .select_from(UnitReport)
        .join(Recommendation, Recommendation.id == UnitReport.recommendation_id)
        .where(Recommendation.dialogue_id == dialogue_id, UnitReport.decision == WAITING)
    )
    return session.scalar(statement) or 0


def _latest(session: Session, ids: Collection[str]) -> dict[tuple[str, str], Reported]:
    """By recommendation and unit the last report, where it waits or came back."""
    latest: dict[tuple[str, str], Reported] = {}
    for one in _reports(session, UnitReport.recommendation_id.in_(ids), UnitReport.decision != REPLACED):
        latest[one.recommendation_id, one.unit_id] = one
    return {key: one for key, one in latest.items() if one.decision in {WAITING, RETURNED}}


def _reports(session: Session, *wanted: object) -> list[Reported]:
    """Reports from the earliest to the latest, each with its files."""
    statement = (
        select(UnitReport, Unit.name)
        .join(Unit, Unit.id == UnitReport.unit_id)
        .where(*wanted)  # type: ignore[arg-type]
        .order_by(UnitReport.at, UnitReport.id)
    )
    rows = session.execute(statement).all()
    files = _files(session, [row.id for row, _name in rows])
    return [
        Reported(
            row.id, row.recommendation_id, row.unit_id, name, row.state, row.text, row.document, row.document_date,
            row.at, row.actor, row.via, row.decision, row.remark, tuple(files[row.id]),
        )
        for row, name in rows
    ]  # fmt: skip


def _files(session: Session, ids: Collection[str]) -> dict[str, list[File]]:
    statement = select(Attachment).where(Attachment.report_id.in_(ids)).order_by(Attachment.name, Attachment.id)
    found = defaultdict(list)
    for one in session.scalars(statement):
        found[str(one.report_id)].append(File(one.id, one.name, one.mimetype, one.size, one.published))
    return found
