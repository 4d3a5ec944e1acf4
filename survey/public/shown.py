"""What everybody may read of a dialogue, as plain frozen values: the page, the files, the feed and the API print these.

Nothing here knows who asked or from which unit; supporters and judgements are the counts of the board, the latter in
steps of five. Only what the office has published is in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.clock import now
from survey.core.text import fold
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.dialogues.state import State as Stage
from survey.followups import ideas_reading
from survey.followups import publishing
from survey.followups import recommended
from survey.followups import three
from survey.followups.ideas_reading import TakenUp
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.publishing import Papers
from survey.followups.recommended import Recommended
from survey.followups.steps import State
from survey.followups.three import Three
from survey.organisations import queries as organisations
from survey.public import acts
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.questions.satisfaction import STEP

OVERDUE = "overdue"  # asked for like a state, and never stored as one
STATES: tuple[str, ...] = (OVERDUE, *State)


@dataclass(frozen=True, slots=True)
class Figures:
    """The three figures of an office, "tiếp nhận / giải đáp trực tiếp / chuyển đơn vị", and how far it has come since."""

    received: int  # questions and opinions on the board, those that were merged counted one by one
    direct: int  # answered in the hall
    handed: int  # to be answered by a unit, or in writing
    recommendations: int
    done: int  # of those, nothing is owed any more
    overdue: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer, as it was published."""

    id: str
    number: int
    body: str
    topic: str
    supporters: int
    wordings: int
    answer: str
    answerer: str
    judged: int  # 0 below five
    satisfied: int
    recommendations: tuple[int, ...]
    at: dt.datetime  # when it was published


@dataclass(frozen=True, slots=True)
class Promised:
    """A published recommendation with what the page says beside it."""

    one: Recommended
    questions: tuple[tuple[int, bool], ...]  # number of the question that it comes from, and whether that may be read
    judged: int
    satisfied: int
    at: dt.datetime  # when it last changed, or became overdue
    days: int  # to its day; below zero since


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything public of one dialogue at one moment."""

    id: str
    code: str
    theme: str
    state: str
    organisation: str
    host: str
    place: str
    leader: str
    starts_at: dt.datetime | None
    minutes: int
    way: str
    rehearsal: bool
    topics: tuple[str, ...]
    papers: Papers
    figures: Figures | None  # once there is something to count and to show
    questions: tuple[Answered, ...] = ()
    recommendations: tuple[Promised, ...] = ()
    ideas: tuple[TakenUp, ...] = ()  # those that the office has taken up

    @property
    def over(self) -> bool:
        """Whether the hall is over."""
        return self.state in OVER

    @property
    def units(self) -> list[tuple[str, str]]:
        """Id and name of the units that lead something, by name."""
        found = {p.one.unit_id: p.one.unit for p in self.recommendations if p.one.unit_id}
        return sorted(found.items(), key=lambda pair: fold(pair[1]))

    @property
    def used_topics(self) -> list[str]:
        """The topics under which something stands, in their order."""
        used = {one.topic for one in self.questions} | {promised.one.topic for promised in self.recommendations}
        return [name for name in self.topics if name in used]

    @property
    def at(self) -> dt.datetime | None:
        """When something of it last changed; None where nothing is published."""
        moments = [one.at for one in self.questions] + [one.at for one in self.recommendations]
        return max(moments, default=None)


def of(session: Session, dialogue: Dialogue, today: dt.date | None = None) -> Shown:
    """What is public now. A fixed number of queries, whatever their number; a rehearsal shows nothing of the hall."""
    shown = _head(session, dialogue)
    if not shown.over or dialogue.rehearsal:
        return shown
    day = today or local(now()).date()
    public = publishing.published(session, dialogue.id)
    board = questions.board(session, dialogue.id)
    found = recommended.of_dialogue(session, dialogue.id, published=True, today=day)
    numbers: dict[str, list[int]] = {}
    for one in found:
        for source in one.questions:
            numbers.setdefault(source.id, []).append(one.number)
    rows = {row.id: row for row in board}
    seen = {row.id for row in board if row.id in public and publishing.has_answer(row)}
    changed = _changed(session, [one.id for one in found])
    asked = sorted((row for row in board if row.id in seen), key=lambda row: row.number or 0)
    empty = not seen and not found and not shown.papers.notice_shown
    counted = not empty or dialogue.state in {Stage.CONCLUDED, Stage.FOLLOWING, Stage.ARCHIVED}
    return replace(
        shown,
        figures=figures(three.count(board, three.led(session, dialogue.id)), found) if counted else None,
        questions=tuple(_answered(row, numbers.get(row.id, ()), public[row.id]) for row in asked),
        recommendations=tuple(_promised(one, rows, seen, changed.get(one.id, one.created_at), day) for one in found),
        ideas=tuple(ideas_reading.taken_up(session, dialogue.id)),
    )


def figures(counted: Three, found: Collection[Recommended]) -> Figures:
    """The three figures as papers have them too, and how far the published recommendations have come."""
    done = sum(one.state in {State.ANSWERED, State.SOLVED, State.PASSED_UP, State.REFUSED} for one in found)
    late = sum(one.overdue for one in found)
    return Figures(counted.received, counted.direct, counted.handed, len(found), done, late)


def sift(
    shown: Shown, *, search: str = "", unit: str = "", state: str = "", topic: str = ""
) -> tuple[list[Answered], list[Promised]]:
    """The questions and recommendations that hold all words of `search` (without accents) and fit the rest.

    Unit and state are of recommendations alone, so where one is asked for no question fits.
    """
    words = fold(search).split()
    asked = [
        one for one in shown.questions
        if not unit and not state and (not topic or one.topic == topic)
        and _holds(words, (f"câu {one.number}", one.body, one.answer, one.topic, one.answerer))
    ]  # fmt: skip
    return asked, [one for one in shown.recommendations if _fits(one, words, unit, state, topic)]


def _fits(promised: Promised, words: list[str], unit: str, state: str, topic: str) -> bool:
    one = promised.one
    if (unit and one.unit_id != unit) or (topic and one.topic != topic):
        return False
    if state and not (one.overdue if state == OVERDUE else one.state == state):
        return False
    helping = " ".join(name for _id, name in one.cooperating)
    texts = (f"kiến nghị {one.number}", one.body, one.answer, one.reason, one.unit, helping, one.document, one.topic)
    return _holds(words, texts)


def _holds(words: list[str], texts: Iterable[str]) -> bool:
    if not words:
        return True
    whole = fold(" ".join(texts))
    return all(word in whole for word in words)


def _head(session: Session, dialogue: Dialogue) -> Shown:
    return Shown(
        id=dialogue.id, code=dialogue.code, theme=dialogue.theme, state=dialogue.phase,
        organisation=organisations.name_of(session, dialogue.organisation_id), host=dialogue.host_unit,
        place=dialogue.place, leader=dialogue.leader, starts_at=dialogue.starts_at, minutes=dialogue.minutes,
        way=dialogue.way, rehearsal=dialogue.rehearsal,
        topics=tuple(topic.name for topic in dialogues.topics(session, dialogue.id)),
        papers=_public(publishing.papers(session, dialogue.id)), figures=None,
    )  # fmt: skip


def _public(papers: Papers) -> Papers:
    """What is not shown is not there."""
    kinds = {kind for kind, shown in (("plan", papers.plan_shown), ("notice", papers.notice_shown)) if shown}
    return Papers(
        plan=papers.plan if papers.plan_shown else "", plan_shown=papers.plan_shown,
        plan_on=papers.plan_on if papers.plan_shown else None,
        notice=papers.notice if papers.notice_shown else "", notice_shown=papers.notice_shown,
        notice_on=papers.notice_on if papers.notice_shown else None,
        document=papers.document if papers.notice_shown else "",
        files=tuple(one for one in papers.files if one.kind in kinds),
    )  # fmt: skip


def _answered(row: Row, numbers: Iterable[int], at: dt.datetime) -> Answered:
    judged = row.judged if row.judged >= STEP else 0
    return Answered(
        row.id, row.number or 0, row.body, row.topic or "", row.supporters, row.wordings, row.note, row.answerer,
        judged, row.satisfied if judged else 0, tuple(numbers), at,
    )  # fmt: skip


def _promised(
    one: Recommended, rows: Mapping[str, Row], seen: Collection[str], at: dt.datetime, day: dt.date
) -> Promised:
    behind = [rows[source.id] for source in one.questions if source.id in rows]
    judged = sum(row.judged for row in behind if row.judged >= STEP)
    satisfied = sum(row.satisfied for row in behind if row.judged >= STEP)
    since = dt.datetime.combine(one.due + dt.timedelta(days=1), dt.time(), ZONE) if one.overdue and one.due else at
    numbers = tuple((row.number, row.id in seen) for row in behind if row.number)
    return Promised(one, numbers, judged, satisfied, max(at, since), (one.due - day).days if one.due else 0)


def _changed(session: Session, ids: Collection[str]) -> dict[str, dt.datetime]:
    """When something of each that everybody may read last changed."""
    statement = select(RecommendationEvent.recommendation_id, func.max(RecommendationEvent.at))
    own = RecommendationEvent.recommendation_id.in_(list(ids))
    rows = session.execute(statement.where(own, acts.seen()).group_by(RecommendationEvent.recommendation_id))
    return {row[0]: row[1] for row in rows}
