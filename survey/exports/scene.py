"""Everything that the papers of a dialogue are made of, read once. Figures of surveys are those that were published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues import queries as dialogues
from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.exports import office
from survey.exports import polls
from survey.exports.office import Office
from survey.followups import deadlines
from survey.followups import queries as preparing
from survey.followups import recommended
from survey.followups.counting_days import Own
from survey.followups.counting_days import Standing
from survey.followups.recommended import Recommended
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.results import Results
from survey.questionnaires.state import State as Survey
from survey.questions import queries as questions
from survey.questions.queries import Row

T = TypeVar("T")
OTHER = "Vấn đề khác"


@dataclass(frozen=True, slots=True)
class Scene:
    """A dialogue as its papers tell of it."""

    dialogue: Dialogue
    office: Office
    url: str  # of the room
    today: dt.date
    board: tuple[Row, ...]
    recommended: tuple[Recommended, ...]
    topics: tuple[str, ...]
    preparing: Mapping[str, str]  # unit by topic
    sites: tuple[str, ...]
    votes: tuple[str, ...]
    surveys: tuple[Results, ...]
    ended: dt.datetime | None  # on the day for which it was called, else unknown
    plan_days: int | None = 30  # in which the plan is published before the day; None where the law does not apply
    plan_due: dt.date | None = None
    notice_days: int | None = 10  # in which the conclusion is published after it
    notice_due: dt.date | None = None
    held_until: dt.date | None = None  # the day on which the hall ended; None where it is not over

    def by_topic(self) -> Iterator[tuple[str, list[Row], list[Recommended]]]:
        """Each topic that has something: its questions in board order, its recommendations by their numbers."""
        known = [*self.topics, OTHER]
        for topic in known:
            asked = [row for row in self.board if self._heading(row.topic) == topic]
            todo = [one for one in self.recommended if self._heading(one.topic) == topic]
            if asked or todo:
                yield topic, asked, todo

    def of_question(self, row: Row) -> list[Recommended]:
        """What has to be done about a question."""
        return [one for one in self.recommended if any(source.id == row.id for source in one.questions)]

    def asker(self, row: Row) -> str:
        """Whose question it is, as far as it may be told: what was spoken aloud, else a site with ten ballots."""
        told = row.source == "spoken" or self.dialogue.entry == Entry.OPEN
        return (row.unit if told else "") or row.site

    def in_hall(self) -> list[Recommended]:
        """What was asked for by the end of the day on which the hall ended: its minutes know nothing of later."""
        until = self.held_until
        return [one for one in self.recommended if until is None or local(one.created_at).date() <= until]

    def overdue(self) -> list[Recommended]:
        """What should be done by now, the oldest deadline first."""
        return sorted(
            (one for one in self.recommended if one.overdue), key=lambda one: (one.due or self.today, one.number)
        )

    def _heading(self, topic: str | None) -> str:
        return topic if topic in self.topics else OTHER


def read(session: Session, dialogue: Dialogue, url: str, today: dt.date | None = None) -> Scene:
    """The whole scene; a fixed number of queries and one for each survey."""
    day = today or local(now()).date()
    topics = dialogues.topics(session, dialogue.id)
    units = dict(preparing.preparing(session, dialogue.id))
    assigned = preparing.assigned(session, dialogue.id)
    plan, conclusion = deadlines.of_dialogue(session, dialogue, day=day).own
    over = dialogues.ended_at(session, dialogue)
    surveys = [row.id for row in questionnaires.of_dialogue(session, dialogue.id) if row.state != Survey.DRAFT]
    return Scene(
        dialogue=dialogue, office=office.of(session, dialogue), url=url, today=day,
        board=tuple(questions.board(session, dialogue.id)),
        recommended=tuple(recommended.of_dialogue(session, dialogue.id, today=day)),
        topics=tuple(dict.fromkeys(topic.name for topic in topics)),
        preparing={topic.name: units[assigned[topic.id]] for topic in topics if assigned.get(topic.id) in units},
        sites=tuple(site.name for site in dialogues.sites(session, dialogue.id)),
        votes=tuple(polls.votes(session, dialogue)),
        surveys=tuple(questionnaires.results(session, one, texts=False) for one in surveys), ended=_ended(session, dialogue),
        plan_days=_owed(plan, plan.days), plan_due=_owed(plan, plan.due),
        notice_days=_owed(conclusion, conclusion.days), notice_due=_owed(conclusion, conclusion.due),
        held_until=local(over).date() if over else None,
    )  # fmt: skip


def _owed(own: Own, value: T) -> T | None:
    """Nothing where the law's deadlines do not apply."""
    return None if own.standing == Standing.FREE else value


def _ended(session: Session, dialogue: Dialogue) -> dt.datetime | None:
    """When the hall closed last; closing it later, or in a rehearsal of another day, says nothing of the meeting."""
    closed = [step.at for step in dialogues.steps(session, dialogue.id) if step.after == Stage.CLOSED]
    same = closed and dialogue.starts_at and local(max(closed)).date() == local(dialogue.starts_at).date()
    return max(closed) if same else None
