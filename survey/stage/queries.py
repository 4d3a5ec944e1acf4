"""What the projector and the leader's desk show at one moment: plain data that needs no request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.state import State as Stage
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.questions.state import BOARD
from survey.questions.state import SUPPORTABLE
from survey.questions.state import State
from survey.stage.memory import MEMORY

MODES = ("welcome", "ranking", "question", "closing", "blank")
SHOWN = 5  # rows of the ranking
NEXT = 3  # questions that the leader sees coming
LONGEST = 500  # characters of one question on a wall; longer ones are brought in and are cut here
HALL_OVER = frozenset({Stage.CLOSED, Stage.CONCLUDED, Stage.FOLLOWING, Stage.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Line:
    """One question. `text` is one paragraph of at most `LONGEST` characters, `share` the measure under it."""

    id: str
    number: int | None
    text: str
    body: str
    topic: str | None
    supporters: int
    share: float
    state: str
    source: str
    unit: str
    note: str

    @property
    def cut(self) -> bool:
        """Whether `text` leaves something out."""
        return self.text.endswith("…") and len(self.body) > LONGEST

    @property
    def size(self) -> str:
        """How large the text can stand: `l` up to 140 characters, `m` up to 260, `s` beyond."""
        return "l" if len(self.text) <= 140 else "m" if len(self.text) <= 260 else "s"


@dataclass(frozen=True, slots=True)
class Screen:
    """The projector. `mode` is what can be shown now of what was `chosen`."""

    version: int
    code: str
    theme: str
    leader: str
    place: str
    state: str
    entry: str
    starts_at: dt.datetime | None
    chosen: str
    mode: str
    people: int | None  # None: hidden
    order_held: bool
    lines: tuple[Line, ...]
    now: Line | None
    asked: int
    answered: int
    in_writing: int
    supports: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The leader's desk: what is asked, how many want it, what comes next, how much time is left."""

    version: int
    code: str
    theme: str
    state: str
    people: int
    starts_at: dt.datetime | None
    minutes: int
    minutes_left: int | None  # below zero: over time; None: not begun or over
    minutes_gone: int
    now_minutes: int
    now: Line | None
    first: Line | None  # to be called next, when nothing is being answered
    coming: tuple[Line, ...]
    last: Line | None  # answered just before, to be opened again after a slip
    left: int
    answered: int
    in_writing: int
    order_held: bool

    @property
    def done(self) -> int:
        """How many questions have had their turn."""
        return self.answered + self.in_writing


def screen(session: Session, dialogue_id: str) -> Screen | None:
    """The projector of this moment; never a question that is not on the board."""
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return None
    version, counts = dialogue.version, questions.counts(session, dialogue_id)
    answering = _answering(session, dialogue)
    lines = _lines(session, dialogue, _ranked(session, dialogue)[:SHOWN])
    return Screen(
        version=version, code=dialogue.code, theme=dialogue.theme, leader=dialogue.leader, place=dialogue.place,
        state=dialogue.state, entry=dialogue.entry, starts_at=dialogue.starts_at, chosen=dialogue.screen,
        mode=_mode(dialogue, answering=bool(answering), any_line=bool(lines)),
        people=dialogue.ballots if dialogue.people_shown else None, order_held=dialogue.order_held, lines=lines,
        now=next(iter(_lines(session, dialogue, answering)), None),
        asked=sum(counts.get(state, 0) for state in BOARD), answered=counts.get(State.ANSWERED, 0),
        in_writing=counts.get(State.IN_WRITING, 0), supports=questions.support_total(session, dialogue_id),
    )  # fmt: skip


def desk(session: Session, dialogue_id: str) -> Desk | None:
    """The leader's desk of this moment; never a question that is not on the board."""
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return None
    version, counts = dialogue.revision, questions.counts(session, dialogue_id)
    answering = _answering(session, dialogue)
    turn = MEMORY.turn(dialogue_id, next(iter(answering), None))
    waiting = [each for each in _ranked(session, dialogue, open_only=True) if each not in answering]
    head = [] if answering else waiting[:1]
    gone = _minutes_since(_began(session, dialogue_id))
    return Desk(
        version=version, code=dialogue.code, theme=dialogue.theme, state=dialogue.state, people=dialogue.ballots,
        starts_at=dialogue.starts_at, minutes=dialogue.minutes, minutes_gone=gone or 0,
        minutes_left=dialogue.minutes - gone if gone is not None and dialogue.state == Stage.LIVE else None,
        now_minutes=_minutes_since(turn.since) or 0, now=next(iter(_lines(session, dialogue, answering)), None),
        first=next(iter(_lines(session, dialogue, head)), None),
        coming=_lines(session, dialogue, waiting[len(head) : len(head) + NEXT]),
        last=_last(session, dialogue, turn.last_id), left=len(waiting), answered=counts.get(State.ANSWERED, 0),
        in_writing=counts.get(State.IN_WRITING, 0), order_held=dialogue.order_held,
    )  # fmt: skip


def printed(session: Session, dialogue_id: str) -> list[Row]:
    """The whole board on paper: what is still to be answered first, in the order of the screens."""
    dialogue = session.get_one(Dialogue, dialogue_id)
    rows = questions.some(session, dialogue_id, _ranked(session, dialogue, open_only=False, states=BOARD))
    return sorted(rows, key=lambda row: row.state not in SUPPORTABLE)


def _answering(session: Session, dialogue: Dialogue) -> list[str]:
    return [each.id for each in questions.standing(session, dialogue.id, {State.ANSWERING})]


def _ranked(
    session: Session, dialogue: Dialogue, *, open_only: bool = False, states: frozenset[State] | None = None
) -> list[str]:
    """Ids in the order of the screens: what can still be answered, and after the hall the whole board."""
    over = dialogue.state in HALL_OVER and not open_only
    found = questions.standing(session, dialogue.id, states or (BOARD if over else SUPPORTABLE))
    return MEMORY.order(dialogue.id, [each.id for each in found], held=dialogue.order_held)


def _mode(dialogue: Dialogue, *, answering: bool, any_line: bool) -> str:
    if dialogue.screen == "blank":
        return "blank"
    if dialogue.state == Stage.DRAFT:
        return "waiting"
    if dialogue.screen in {"welcome", "closing"}:
        return dialogue.screen
    if dialogue.screen == "question" and answering:
        return "question"
    return "ranking" if any_line else "empty"


def _lines(session: Session, dialogue: Dialogue, ids: list[str]) -> tuple[Line, ...]:
    rows = questions.some(session, dialogue.id, ids)
    people = dialogue.ballots if dialogue.people_shown else 0
    # Counts that were brought along on paper may exceed the ballots in the room.
    whole = max([people, 1, *(row.supporters for row in rows)])
    return tuple(
        Line(
            id=row.id, number=row.number, text=shorten(row.body), body=row.body, topic=row.topic,
            supporters=row.supporters, share=row.supporters / whole, state=row.state, source=row.source,
            unit=row.unit, note=row.note,
        )
        for row in rows
    )  # fmt: skip


def shorten(body: str) -> str:
    """`body` as one paragraph for a wall: at most `LONGEST` characters, cut between two words."""
    text = " ".join(body.split())
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[-40:] else head).rstrip(" ,.;:") + "…"


def _last(session: Session, dialogue: Dialogue, question_id: str | None) -> Line | None:
    """The question that had its turn before, if it was finished and not put back."""
    lines = _lines(session, dialogue, [question_id] if question_id else [])
    return next((line for line in lines if line.state in {State.ANSWERED, State.IN_WRITING}), None)


def _began(session: Session, dialogue_id: str) -> dt.datetime | None:
    """When the hall was first opened; a closing by mistake does not set the clock back."""
    statement = select(func.min(DialogueLog.at)).where(
        DialogueLog.dialogue_id == dialogue_id, DialogueLog.after == Stage.LIVE
    )
    return session.scalar(statement)


def _minutes_since(moment: dt.datetime | None) -> int | None:
    return max(0, int((now() - moment).total_seconds() // 60)) if moment else None
