"""Reading deadlines: of a dialogue itself, of its recommendations, and counted for many dialogues at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.core.ids import digest
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.state import OVER
from survey.dialogues.state import State as Stage
from survey.followups import counting_days
from survey.followups import recommended
from survey.followups.calendar import Calendar
from survey.followups.calendar import read_days
from survey.followups.counting_days import Chosen
from survey.followups.counting_days import Course
from survey.followups.counting_days import Own
from survey.followups.counting_days import Pressing
from survey.followups.counting_days import Rules
from survey.followups.counting_days import Standing
from survey.followups.models_deadlines import DeadlineRules
from survey.followups.models_deadlines import DialogueDeadlines
from survey.followups.models_deadlines import UnitContact
from survey.followups.models_recommendations import Recommendation
from survey.followups.recommended import Recommended
from survey.followups.steps import OPEN


@dataclass(frozen=True, slots=True)
class Dated:
    """A recommendation and how its deadline stands."""

    one: Recommended
    standing: Standing
    days: int  # working days until its day, below zero since; 0 without one
    apart: int = 0  # the same in calendar days


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Everything that is due in a dialogue: its own two, and recommendations, the most pressing first."""

    own: tuple[Own, ...]
    dated: tuple[Dated, ...]
    rules: Rules
    chosen: Chosen

    @property
    def pressing(self) -> Pressing:
        """What is overdue and due soon, all of it."""
        return counting_days.pressing([*(one.standing for one in self.own), *(one.standing for one in self.dated)])


def today() -> dt.date:
    """The day in Vietnam."""
    return local(now()).date()


def rules_of(session: Session, organisation_id: str) -> Rules:
    """How the organisation counts; the law's figures where it has set nothing."""
    row = session.get(DeadlineRules, organisation_id)
    if row is None:
        return Rules()
    calendar = Calendar(read_days(row.days_off), read_days(row.days_worked))
    return Rules(
        row.applies, row.plan_days, row.conclusion_days, row.complex_days, row.soon_days, row.again_days, row.email,
        calendar,
    )  # fmt: skip


def of_dialogue(
    session: Session, dialogue: Dialogue, *, published: bool = False, day: dt.date | None = None
) -> Deadlines:
    """All deadlines of a dialogue on a day; only what the public may read where `published`."""
    day = day or today()
    rules, chosen = rules_of(session, dialogue.organisation_id), _chosen(session.get(DialogueDeadlines, dialogue.id))
    horizon, zero = rules.horizon(day), dt.date.max
    rows = [
        _dated(one, rules, day, horizon)
        for one in recommended.of_dialogue(session, dialogue.id, published=published, today=day)
    ]
    rows.sort(key=lambda row: (list(Standing).index(row.standing), row.one.due or zero, row.one.number))
    own = counting_days.own(rules, chosen, _course(dialogue, _steps(session, [dialogue.id])[dialogue.id]), day)
    return Deadlines(own, tuple(rows), rules, chosen)


def pressing(session: Session, dialogues: Sequence[Dialogue], day: dt.date | None = None) -> dict[str, Pressing]:
    """What presses in each of these dialogues, its own deadlines too. A fixed number of queries for one organisation."""
    day, ids = day or today(), [one.id for one in dialogues]
    set_by = select(DialogueDeadlines).where(DialogueDeadlines.dialogue_id.in_(ids))
    kept = {row.dialogue_id: row for row in session.scalars(set_by)}
    rules = {each: rules_of(session, each) for each in {one.organisation_id for one in dialogues}}
    steps, dues = _steps(session, ids), _dues(session, ids)
    found = {}
    for one in dialogues:
        if one.state == Stage.ARCHIVED:
            found[one.id] = Pressing()  # nothing changes there any more
            continue
        by = rules[one.organisation_id]
        horizon = by.horizon(day)
        own = counting_days.own(by, _chosen(kept.get(one.id)), _course(one, steps[one.id]), day)
        stand = [counting_days.standing(due, None, day, horizon) for due in dues[one.id]]
        found[one.id] = counting_days.pressing([*(each.standing for each in own), *stand])
    return found


def of_one(session: Session, dialogue: Dialogue, day: dt.date | None = None) -> Pressing:
    """What presses in one dialogue."""
    return pressing(session, [dialogue], day)[dialogue.id]


def glance(session: Session, dialogue: Dialogue, day: dt.date | None = None) -> tuple[Pressing, Own]:
    """What presses in a dialogue, and when its conclusion is due: four queries."""
    day = day or today()
    rules, chosen = rules_of(session, dialogue.organisation_id), _chosen(session.get(DialogueDeadlines, dialogue.id))
    own = counting_days.own(rules, chosen, _course(dialogue, _steps(session, [dialogue.id])[dialogue.id]), day)
    if dialogue.state == Stage.ARCHIVED:
        return Pressing(), own[1]
    horizon, dues = rules.horizon(day), _dues(session, [dialogue.id])[dialogue.id]
    stand = [counting_days.standing(due, None, day, horizon) for due in dues]
    return counting_days.pressing([*(one.standing for one in own), *stand]), own[1]


def default_due(session: Session, dialogue: Dialogue) -> dt.date:
    """The usual day of a recommendation: the dialogue's `writing_days` in working days after it ended, or after today."""
    ended = _course(dialogue, _steps(session, [dialogue.id])[dialogue.id]).ended or today()
    return rules_of(session, dialogue.organisation_id).calendar.after(ended, dialogue.writing_days)


def soon_until(session: Session, organisation_id: str, day: dt.date | None = None) -> dt.date:
    """The last day that counts as due soon, for lists that mark single recommendations."""
    return rules_of(session, organisation_id).horizon(day or today())


def contacts(session: Session, organisation_id: str) -> dict[str, str]:
    """E-mail addresses by unit."""
    here = select(UnitContact.unit_id, UnitContact.email).where(UnitContact.organisation_id == organisation_id)
    return {row.unit_id: row.email for row in session.execute(here)}


def by_feed(session: Session, token: str) -> str | None:
    """The organisation whose calendar this secret opens."""
    return session.scalar(select(DeadlineRules.organisation_id).where(DeadlineRules.feed == digest(token)))


def has_feed(session: Session, organisation_id: str) -> bool:
    """Whether the office's calendar has a link that works."""
    row = session.get(DeadlineRules, organisation_id)
    return row is not None and row.feed is not None


def _dated(one: Recommended, rules: Rules, day: dt.date, horizon: dt.date) -> Dated:
    done = local(one.done_at).date() if one.done_at else None
    stands = counting_days.of_recommendation(one.state, one.due, done, day, horizon)
    if one.due is None:
        return Dated(one, stands, 0)
    return Dated(one, stands, rules.calendar.between(day, one.due), (one.due - day).days)


def _chosen(row: DialogueDeadlines | None) -> Chosen:
    if row is None:
        return Chosen()
    return Chosen(
        row.applies, row.complicated, row.plan_days, row.conclusion_days, row.plan_published, row.conclusion_published
    )


def _dues(session: Session, ids: Collection[str]) -> Mapping[str, list[dt.date | None]]:
    owed = Recommendation.dialogue_id.in_(ids), Recommendation.state.in_(OPEN)
    found: dict[str, list[dt.date | None]] = defaultdict(list)
    for dialogue_id, due in session.execute(select(Recommendation.dialogue_id, Recommendation.due).where(*owed)):
        found[dialogue_id].append(due)
    return found


def _steps(session: Session, ids: Collection[str]) -> Mapping[str, Mapping[str, dt.datetime]]:
    """When each dialogue last came to a state."""
    statement = select(DialogueLog.dialogue_id, DialogueLog.after, func.max(DialogueLog.at))
    statement = statement.where(DialogueLog.dialogue_id.in_(ids)).group_by(DialogueLog.dialogue_id, DialogueLog.after)
    found: dict[str, dict[str, dt.datetime]] = defaultdict(dict)
    for dialogue_id, after, at in session.execute(statement):
        found[dialogue_id][after] = at
    return found


def _course(dialogue: Dialogue, steps: Mapping[str, dt.datetime]) -> Course:
    ended = dialogue.ending_at or (steps.get(Stage.CLOSED) if dialogue.phase in OVER else None)
    concluded = steps.get(Stage.CONCLUDED)
    return Course(
        planned=local(dialogue.starts_at).date() if dialogue.starts_at else None,
        begun=dialogue.state not in {Stage.DRAFT, Stage.COLLECTING}, ended=local(ended).date() if ended else None,
        concluded=local(concluded).date() if concluded else None,
    )  # fmt: skip
