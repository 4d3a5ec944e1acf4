"""Many recommendations at once: assigning, publishing; and the list as the office sifts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import fold
from survey.followups import recommendations
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.recommended import Recommended
from survey.followups.state import SENT
from survey.followups.steps import OPEN
from survey.followups.steps import State
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.questions.state import State as Asked

NOBODY = "-"  # as a unit or a topic of the list's filter: those that have none
IN_LOTS = (State.RECEIVED, State.ASSIGNED, State.WORKING)  # states that need no words of their own
NONE_CHOSEN = N_("Hãy chọn ít nhất một kiến nghị ở danh sách bên dưới.")
NOTHING = N_("Hãy chọn đơn vị, hạn hoặc trạng thái để ghi cho các kiến nghị đã chọn.")
_FIRST = (Asked.ANSWERED, Asked.IN_WRITING, Asked.ANSWERING)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list is wanted; empty is everything."""

    unit: str = ""
    topic: str = ""
    state: str = ""
    due: str = ""  # open, overdue, soon, none
    words: str = ""

    def wants(self, one: Recommended, soon: dt.date) -> bool:
        """Whether it is on the sifted list; `soon` is the last day that counts as due soon."""
        return all((
            not self.unit or self.unit in {one.unit_id or NOBODY, *(id_ for id_, _name in one.cooperating)},
            not self.topic or self.topic == (one.topic_id or NOBODY),
            not self.state or self.state == one.state,
            self._wants_day(one, soon),
            not self.words or fold(self.words) in fold(f"{one.body} {one.answer} {one.document} {one.unit}"),
        ))  # fmt: skip

    def _wants_day(self, one: Recommended, soon: dt.date) -> bool:
        if self.due == "overdue":
            return one.overdue
        if self.due == "soon":
            return State(one.state) in OPEN and not one.overdue and one.due is not None and one.due <= soon
        if self.due == "none":
            return State(one.state) in OPEN and one.due is None
        return self.due != "open" or State(one.state) in OPEN


def sift(found: Sequence[Recommended], wanted: Filter, soon: dt.date) -> list[Recommended]:
    """Those that the filter wants, in their order."""
    return [one for one in found if wanted.wants(one, soon)]


def assign(
    session: Session, dialogue_id: str, ids: Collection[str], *, unit_id: str = "", due: dt.date | None = None,
    state: str = "", actor: str,
) -> int:  # fmt: skip
    """Give all of these a unit, a deadline and a state, what is empty stays; how many. All of it or nothing.

    Beside a running hall give it lots of `written.AT_ONCE`.

    Raises `Invalid` where none was chosen or nothing is to be set, `NotFound` for one of another dialogue.
    """
    columns: dict[str, Any] = {name: value for name, value in (("unit_id", unit_id), ("due", due)) if value}
    if not ids:
        raise Invalid(NONE_CHOSEN, {"one": NONE_CHOSEN})
    if not columns and not state:
        raise Invalid(NOTHING, {"state": NOTHING})
    for id_ in sorted(set(ids)):
        recommendations.load(session, dialogue_id, id_)
        if columns:
            recommendations.change(session, id_, actor=actor, **columns)
        if state:
            recommendations.step(session, id_, state, actor=actor)
    return len(set(ids))


def publish(session: Session, dialogue_id: str, ids: Collection[str], *, published: bool, actor: str) -> int:
    """Let everybody read these, or no more; how many. Raises `Invalid` where none was chosen."""
    if not ids:
        raise Invalid(NONE_CHOSEN, {"one": NONE_CHOSEN})
    for id_ in sorted(set(ids)):
        recommendations.load(session, dialogue_id, id_)
        recommendations.publish(session, id_, published, actor=actor)
    return len(set(ids))


def candidates(session: Session, dialogue_id: str) -> list[Row]:
    """Questions of the board from which nothing has been made yet, answered ones first, then in board order."""
    taken = set(session.scalars(
        select(RecommendationQuestion.question_id)
        .join(Recommendation, Recommendation.id == RecommendationQuestion.recommendation_id)
        .where(Recommendation.dialogue_id == dialogue_id)
    ))  # fmt: skip
    rows = [row for row in questions.board(session, dialogue_id, states=SENT) if row.id not in taken]
    return sorted(rows, key=lambda row: row.state not in _FIRST)


def chosen(session: Session, dialogue_id: str, ids: Collection[str]) -> list[Row]:
    """These questions, if they are on the board of this dialogue."""
    return [row for row in questions.board(session, dialogue_id, states=SENT) if row.id in set(ids)] if ids else []
