"""What the projector and the leader's desk show at one moment: plain data that needs no request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core import phrase
from survey.core.clock import now
from survey.dialogues import entry
from survey.dialogues import order
from survey.dialogues.entry import BRIEFLY
from survey.dialogues.entry import COUNTED
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.state import State as Stage
from survey.questions import gathering
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.questions.state import BOARD
from survey.questions.state import SUPPORTABLE
from survey.questions.state import State
from survey.stage.lines import Line
from survey.stage.lines import answering_ids
from survey.stage.lines import lines_of
from survey.stage.lines import ranked
from survey.stage.lines import with_prepared
from survey.stage.memory import MEMORY

MODES = ("welcome", "ranking", "question", "closing", "blank")
SHOWN = 5  # rows of the ranking
NEXT = 3  # questions that the leader sees coming


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
    ordered: str  # the rule of the order, in a few words
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
    rehearsal: bool = False
    way: str = ""  # see `entry.Way`: under what the words stand
    phrase: tuple[str, ...] = ()  # by which the hall compares the key of blind signatures, where there is one
    moves: bool = False  # the order was held until just now
    turns: bool = False  # topics take turns
    holds: bool = False  # too few are in for questions to go on, see `questions.gathering`

    @property
    def counted(self) -> str:
        """What one voice is here, as the screen says it (a message id)."""
        return COUNTED[self.way]

    @property
    def counted_briefly(self) -> str:
        """The same in one line beside address and code."""
        return BRIEFLY[self.way]


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
    ordered: str  # the rule of the order, in a few words
    rehearsal: bool = False
    moves: bool = False  # the order was held until just now
    turns: bool = False  # topics take turns

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
    answering, held = answering_ids(session, dialogue), order.held(dialogue)
    lines = lines_of(session, dialogue, ranked(session, dialogue)[:SHOWN])
    return Screen(
        version=version, code=dialogue.code, theme=dialogue.theme, leader=dialogue.leader, place=dialogue.place,
        state=dialogue.state, entry=dialogue.entry,
        ordered=order.briefly(dialogue.rule, turns=dialogue.turns), starts_at=dialogue.starts_at, chosen=dialogue.screen,
        mode=_mode(dialogue, answering=bool(answering), any_line=bool(lines)),
        people=entry.people(dialogue), order_held=held, moves=MEMORY.moves_again(dialogue_id, held=held), lines=lines,
        now=next(iter(lines_of(session, dialogue, answering)), None),
        asked=sum(counts.get(state, 0) for state in BOARD), answered=counts.get(State.ANSWERED, 0),
        in_writing=counts.get(State.IN_WRITING, 0), supports=questions.support_total(session, dialogue_id),
        rehearsal=dialogue.rehearsal, way=dialogue.way, phrase=_phrase(dialogue), turns=dialogue.turns,
        holds=gathering.holds(dialogue),
    )  # fmt: skip


def _phrase(dialogue: Dialogue) -> tuple[str, ...]:
    key = dialogue.issue_key if entry.is_strong(dialogue) else None
    return tuple(phrase.of(key).split()) if key else ()


def desk(session: Session, dialogue_id: str) -> Desk | None:
    """The leader's desk of this moment; never a question that is not on the board."""
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return None
    version, counts = dialogue.revision, questions.counts(session, dialogue_id)
    answering, held = answering_ids(session, dialogue), order.held(dialogue)
    turn = MEMORY.turn(dialogue_id, next(iter(answering), None))
    waiting = [each for each in ranked(session, dialogue, open_only=True) if each not in answering]
    head = [] if answering else waiting[:1]
    gone = _minutes_since(_began(session, dialogue_id))
    return Desk(
        version=version, code=dialogue.code, theme=dialogue.theme, state=dialogue.state, people=dialogue.ballots,
        starts_at=dialogue.starts_at, minutes=dialogue.minutes, minutes_gone=gone or 0,
        minutes_left=dialogue.minutes - gone if gone is not None and dialogue.state == Stage.LIVE else None,
        now_minutes=_minutes_since(turn.since) or 0, now=_large(session, dialogue, answering),
        first=_large(session, dialogue, head),
        coming=lines_of(session, dialogue, waiting[len(head) : len(head) + NEXT]),
        last=_last(session, dialogue, turn.last_id), left=len(waiting), answered=counts.get(State.ANSWERED, 0),
        in_writing=counts.get(State.IN_WRITING, 0), order_held=held,
        moves=MEMORY.moves_again(dialogue_id, held=held), turns=dialogue.turns,
        ordered=order.briefly(dialogue.rule, turns=dialogue.turns), rehearsal=dialogue.rehearsal,
    )  # fmt: skip


def printed(session: Session, dialogue_id: str) -> list[Row]:
    """The whole board on paper: what is still to be answered first, in the order of the screens."""
    dialogue = session.get_one(Dialogue, dialogue_id)
    rows = questions.some(session, dialogue_id, ranked(session, dialogue, open_only=False, states=BOARD))
    return sorted(rows, key=lambda row: row.state not in SUPPORTABLE)


def _large(session: Session, dialogue: Dialogue, ids: list[str]) -> Line | None:
    """The one question that the leader reads in large letters, with what units have prepared for it."""
    return next(iter(with_prepared(session, dialogue.id, lines_of(session, dialogue, ids[:1]))), None)


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


def _last(session: Session, dialogue: Dialogue, question_id: str | None) -> Line | None:
    """The question that had its turn before, if it was finished and not put back."""
    lines = lines_of(session, dialogue, [question_id] if question_id else [])
    return next((line for line in lines if line.state in {State.ANSWERED, State.IN_WRITING}), None)


def _began(session: Session, dialogue_id: str) -> dt.datetime | None:
    """When the hall was first opened; a closing by mistake does not set the clock back."""
    statement = select(func.min(DialogueLog.at)).where(
        DialogueLog.dialogue_id == dialogue_id, DialogueLog.after == Stage.LIVE
    )
    return session.scalar(statement)


def _minutes_since(moment: dt.datetime | None) -> int | None:
    return max(0, int((now() - moment).total_seconds() // 60)) if moment else None
