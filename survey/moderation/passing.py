"""A queue that helps itself for a while: short clean questions pass after a minute unless somebody holds them.

Switched on by a moderator when too much waits, and off by itself when little does. Several processes may look at once: what
passes is decided by one write that sees whether the question still waits. Questions pass on beats of twenty seconds and
shuffled, so that the moment of publishing does not tell the second in which somebody asked (rule D5).
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from contextlib import suppress
from time import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.bus import ASIDE
from survey.core.bus import EVERYTHING
from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.common import Table
from survey.core.db import Database
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import state as dialogue_state
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation import queries
from survey.moderation import screening
from survey.moderation import service
from survey.moderation.models import ModerationLog
from survey.moderation.waits import WAITS
from survey.moderation.waits import Waits
from survey.questions import suggest
from survey.questions.models import Question
from survey.questions.queries import Row
from survey.questions.queries import wording
from survey.questions.similar import Index
from survey.questions.state import EDITABLE
from survey.questions.state import State

AUTO = "auto"  # the actor of what passes by itself, see `accounts.queries.names`
OFFERED_ABOVE = 20  # waiting questions
OFF_BELOW = 5
LONGEST = 200  # characters of a question that may pass
AFTER, BEAT = 60.0, 20.0  # seconds: how long moderators have, and between two moments of publishing
MOST = 200  # dialogues
LOOKED_AT = 20  # texts that one look compares with all others, so that it holds nobody up


def switch(session: Session, dialogue_id: str, *, on: bool) -> bool:
    """Let short clean questions pass by themselves, or no longer; how it stands now.

    Raises `NotNow` where nobody asks live, nothing is read before it is published, or too little waits.
    """
    dialogue = load_open(session, dialogue_id)
    if on == dialogue.auto_pass:
        return on
    if on and (dialogue.state != dialogue_state.State.LIVE or not dialogue.pre_moderation):
        raise NotNow(N_("Chỉ tự đăng được khi đối thoại đang diễn ra và câu hỏi phải duyệt trước khi lên bảng."))
    if on and len(queries.waiting(session, dialogue_id)) < OFF_BELOW:
        raise NotNow(N_("Đang có ít câu chờ, bạn duyệt tay sẽ nhanh hơn."))
    dialogue.auto_pass = on
    session.flush()
    touch(session, dialogue_id, public=False)
    return on


def pass_due(session: Session, dialogue_id: str, due: Mapping[str, str]) -> list[str]:
    """Publish those of `due` (id: mark of the text that was looked at) that still wait untouched; the ids, in their order.

    It decides what several processes may try at once: a question that somebody held, changed or published is left alone.
    """
    dialogue = load(session, dialogue_id)
    if not dialogue.auto_pass or dialogue.state != dialogue_state.State.LIVE:
        return []
    passed = []
    for row in candidates(session, dialogue, due):
        if wording(row.body) == due[row.id] and is_clean(row.body, dialogue):
            service.decide(session, dialogue_id, row.id, "approve", actor=AUTO, seen=State.PENDING)
            passed.append(row.id)
    return passed


def candidates(session: Session, dialogue: Dialogue, ids: Collection[str]) -> list[Question]:
    """Those of these questions that wait and that no moderator has touched, in the order of `ids`.

    Who held one, asked back about it or took it off the board again wants to decide on it.
    """
    touched = select(ModerationLog.question_id).where(ModerationLog.dialogue_id == dialogue.id)
    statement = select(Question).where(
        Question.dialogue_id == dialogue.id, Question.state == State.PENDING, Question.source == "member",
        Question.asked_back == "", Question.wordings == 1, Question.muted.is_(False), Question.id.not_in(touched),
    )  # fmt: skip
    wanted = {question_id: place for place, question_id in enumerate(ids)}
    found = [question for question in session.scalars(statement) if question.id in wanted]
    return sorted(found, key=lambda question: wanted[question.id])


def is_clean(text: str, dialogue: Dialogue) -> bool:
    """Whether a text is short and holds no coarse word, no telephone number and no name: of a leader, or of anybody else."""
    leaders = screening.leaders_of(dialogue)
    return len(text) <= LONGEST and not screening.flags(text, leaders) and not screening.places(text, leaders, ())


def passed(session: Session, dialogue_id: str) -> list[Row]:
    """What passed by itself, stands on the board and was touched by nobody since, the highest number first."""
    statement = select(ModerationLog.question_id).where(
        ModerationLog.dialogue_id == dialogue_id, ModerationLog.actor == AUTO
    )
    ids = set(session.scalars(statement))
    if not ids:
        return []
    again = select(ModerationLog.question_id).where(
        ModerationLog.dialogue_id == dialogue_id, ModerationLog.actor != AUTO
    )
    rows = queries.some(session, dialogue_id, sorted(ids - set(session.scalars(again))))
    return sorted((row for row in rows if row.state == State.APPROVED), key=lambda row: -(row.number or 0))


class Passing:
    """What this process knows of the open queues: what waits since when, and when which question would pass."""

    def __init__(self, clock: Callable[[], float] = time, waits: Waits = WAITS, common: Common = COMMON) -> None:
        self._clock = clock
        self._begun: Table[float] = Table(common, "passing", most=MOST)
        self._waits = waits
        self._dirty: set[str] = {EVERYTHING}
        self._on: dict[str, float] = {}  # dialogue -> since when it passes by itself, as seen here
        self._plans: dict[str, dict[str, float]] = {}
        self._alone: dict[
            str, dict[str, tuple[str, bool]]
        ] = {}  # question -> mark of its text, whether it is like no other
        self._lock = threading.Lock()

    def mark(self, channels: frozenset[str]) -> None:
        """Something behind these channels has changed; listens on the bus, and only dialogues are of interest."""
        with self._lock:
            self._dirty |= {channel for channel in channels if ":" not in channel}

    def plan(self, dialogue_id: str) -> Mapping[str, float]:
        """When which waiting question passes by itself, as seconds since 1970."""
        return self._plans.get(dialogue_id, {})

    def look(self, db: Database) -> frozenset[str]:
        """One look at every open queue that changed or passes by itself, once a second; the channels to tell about it."""
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        if not dirty and not self._on:
            return frozenset()
        with db.reading() as session:
            live = list(session.scalars(select(Dialogue).where(Dialogue.state == dialogue_state.State.LIVE)))
            todo = [one for one in live if one.id in dirty or EVERYTHING in dirty or one.id in self._on]
            before = {one.id: self._plans.get(one.id) for one in todo}
            due = {one.id: self._look_at(session, one) for one in todo}
        for dialogue_id in self._on.keys() - {one.id for one in live}:  # the hall was closed
            self._act(db, dialogue_id, None)
        for dialogue_id, ids in due.items():
            self._act(db, dialogue_id, ids)
        return frozenset(f"{ASIDE}{one.id}" for one in todo if self._plans.get(one.id) != before[one.id])

    def _look_at(self, session: Session, dialogue: Dialogue) -> dict[str, str] | None:
        """What is due now; None where nothing should pass by itself any more."""
        waiting = [question_id for question_id, _asked_about in queries.waiting(session, dialogue.id)]
        self._waits.look(dialogue.id, waiting, lambda gone: decided(session, gone))
        if not dialogue.auto_pass:
            self._drop(dialogue.id)
            return {}
        if len(waiting) < OFF_BELOW:
            return None
        now = self._clock()
        if dialogue.id not in self._on:  # the first process that saw it switched on says since when
            self._on[dialogue.id] = (
                self._begun.agree(dialogue.id, lambda before: now if before is None else before) or now
            )
        plan = self._plans[dialogue.id] = self._plan(session, dialogue, waiting)
        marks = self._alone[dialogue.id]
        return {question_id: marks[question_id][0] for question_id, at in plan.items() if at <= now}

    def _act(self, db: Database, dialogue_id: str, due: dict[str, str] | None) -> None:
        if due is None:
            self._drop(dialogue_id)
            with suppress(NotNow, NotFound):  # archived or gone: nothing passes there any more
                db.write(switch, dialogue_id, on=False)
        elif due:
            shuffled = secrets.SystemRandom().sample(list(due.items()), len(due))
            db.write(pass_due, dialogue_id, dict(shuffled))

    def _plan(self, session: Session, dialogue: Dialogue, waiting: list[str]) -> dict[str, float]:
        rows = [row for row in candidates(session, dialogue, waiting) if is_clean(row.body, dialogue)]
        alone = self._compare(session, dialogue.id, rows)
        since = {row.id: max(self._waits.since(dialogue.id, row.id), self._on[dialogue.id]) for row in rows}
        return {row.id: _beat(since[row.id] + AFTER) for row in rows if alone.get(row.id, ("", False))[1]}

    def _compare(self, session: Session, dialogue_id: str, rows: list[Question]) -> dict[str, tuple[str, bool]]:
        """Which of these are like nothing that waits or stands on the board; each text is compared once."""
        known, marks = self._alone.get(dialogue_id, {}), {row.id: wording(row.body) for row in rows}
        alone = {id_: known[id_] for id_, mark in marks.items() if id_ in known and known[id_][0] == mark}
        fresh = [row for row in rows if row.id not in alone][:LOOKED_AT]
        if fresh:
            texts = session.execute(select(Question.id, Question.folded).where(
                Question.dialogue_id == dialogue_id, Question.state.in_(EDITABLE)
            )).all()  # fmt: skip
            index = Index([(question_id, folded) for question_id, folded in texts])
            for row in fresh:
                twins = index.near(row.body, limit=4, leave_out=row.id)
                alone[row.id] = (marks[row.id], not twins and not suggest.near(session, dialogue_id, row.body))
                for twin in twins:
                    if twin.id in alone:
                        alone[twin.id] = (alone[twin.id][0], False)
        self._alone[dialogue_id] = alone
        return alone

    def clear(self) -> None:
        """Know nothing, as a process that begins."""
        self._begun.clear()

    def _drop(self, dialogue_id: str) -> None:
        if self._on.pop(dialogue_id, None) is not None:
            self._begun.drop(dialogue_id)
        self._plans.pop(dialogue_id, None)
        self._alone.pop(dialogue_id, None)


PASSING = Passing()


def decided(session: Session, ids: Iterable[str]) -> list[str]:
    """Those of these questions on which moderators decided; not those that their askers took back."""
    open_ = {*EDITABLE, State.WITHDRAWN} - {State.HELD}
    statement = select(Question.id).where(Question.id.in_(list(ids)), Question.state.not_in(open_))
    return list(session.scalars(statement))


def _beat(moment: float) -> float:
    return math.ceil(moment / BEAT) * BEAT
