"""What the leader's desk shows at one moment: plain data that needs no request, the same for everybody who sits at it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues import order
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.service import LONGEST
from survey.dialogues.service import SHORTEST
from survey.dialogues.state import State as Stage
from survey.ending import UNDO
from survey.followups import queries as followups
from survey.followups import written
from survey.followups.before import Before
from survey.followups.before import before
from survey.questionnaires import queries as questionnaires
from survey.questionnaires import shown as polls
from survey.questionnaires.shown import Poll
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.questions.state import BOARD
from survey.questions.state import State
from survey.stage.advice import Advice
from survey.stage.advice import advise
from survey.stage.lines import Line
from survey.stage.lines import answering_ids
from survey.stage.lines import lines_of
from survey.stage.lines import ranked
from survey.stage.lines import with_prepared
from survey.stage.memory import MEMORY

NEXT = 3  # questions that the leader sees coming
CHOSEN = 3  # answers of the survey that an empty desk shows
UNITS = 6  # to which a question can be handed in one touch; the others stand on a page of their own
STEP = 5  # minutes by which the end is moved


@dataclass(frozen=True, slots=True)
class Chosen:
    """What many chose in a survey: the question, the answer, and how many."""

    asked: str
    answer: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of it, once the leader has ended it. `until`: so long it can be undone; None: no more."""

    asked: int
    supports: int
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Desk:
    """The leader's desk: what is asked, how many want it, what comes next, how much time is left."""

    version: int
    code: str
    theme: str
    state: str
    people: int
    starts_at: dt.datetime | None
    minutes: int  # planned, with what the leader put to it
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
    handed: int  # of those in writing, with a unit
    order_held: bool
    ordered: str  # the rule of the order, in a few words
    by: dt.date  # before that day what is put in writing is answered
    rehearsal: bool = False
    moves: bool = False  # the order was held until just now
    turns: bool = False  # topics take turns
    advice: Advice | None = None
    ends_at: dt.datetime | None = None
    units: tuple[tuple[str, str], ...] = ()  # that could answer what is asked now, those that prepared it first
    grouped: str = ""  # the last answer to several questions, which can be undone
    grouped_of: int = 0
    ahead: int = 0  # questions that were sent and are not on the board yet
    chosen: tuple[Chosen, ...] = ()  # of the survey, where no question is there
    closing: Closing | None = None
    before: Before | None = None  # what is still owed from the last dialogue, before the opening
    recommended: bool = False  # something is to be done after the last one
    poll: Poll | None = None  # that runs, or whose result stands

    @property
    def done(self) -> int:
        """How many questions have had their turn."""
        return self.answered + self.in_writing


def desk(session: Session, dialogue_id: str) -> Desk | None:
    """The leader's desk of this moment; never a question that is not on the board."""
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return None
    version, counts, phase = dialogue.revision, questions.counts(session, dialogue_id), dialogue.phase
    answering, held = answering_ids(session, dialogue), order.held(dialogue)
    turn = MEMORY.turn(dialogue_id, next(iter(answering), None), version, lambda: _had_a_turn(session, dialogue_id))
    waiting = [each for each in ranked(session, dialogue, open_only=True) if each not in answering]
    head = [] if answering else waiting[:1]
    began, minutes = _began(session, dialogue_id), length(dialogue)
    gone = _minutes_since(began)
    left = minutes - gone if gone is not None and phase == Stage.LIVE else None
    answered_now, empty = _large(session, dialogue, answering), not answering and not waiting
    return Desk(
        version=version, code=dialogue.code, theme=dialogue.theme, state=phase, people=dialogue.ballots,
        starts_at=dialogue.starts_at, minutes=minutes, minutes_gone=gone or 0, minutes_left=left,
        now_minutes=_minutes_since(turn.since) or 0, now=answered_now, first=_large(session, dialogue, head),
        coming=lines_of(session, dialogue, waiting[len(head) : len(head) + NEXT]),
        last=_last(session, dialogue, turn.last_id), recommended=written.is_taken(session, turn.last_id),
        left=len(waiting), answered=counts.get(State.ANSWERED, 0),
        in_writing=counts.get(State.IN_WRITING, 0), handed=_handed(session, dialogue_id), order_held=held,
        moves=MEMORY.moves_again(dialogue_id, held=held, revision=version), turns=dialogue.turns,
        ordered=order.briefly(dialogue.rule, turns=dialogue.turns, sites=dialogue.site_turns), rehearsal=dialogue.rehearsal,
        by=dialogues.written_by(session, dialogue), advice=advise(left, len(waiting)) if left is not None else None,
        ends_at=began + dt.timedelta(minutes=minutes) if began and phase == Stage.LIVE else None,
        units=_units(session, dialogue_id, answered_now) if answered_now else (), grouped=dialogue.grouped or "",
        grouped_of=_grouped(session, dialogue_id, dialogue.grouped), ahead=counts.get(State.PENDING, 0) if empty else 0,
        chosen=most_chosen(session, dialogue_id) if empty else (), closing=_closing(session, dialogue, counts),
        before=before(session, dialogue) if phase in {Stage.DRAFT, Stage.COLLECTING} else None,
        poll=polls.current(session, dialogue),
    )  # fmt: skip


def _had_a_turn(session: Session, dialogue_id: str) -> list[str]:
    return [one.id for one in questions.standing(session, dialogue_id, BOARD - {State.APPROVED})]


def length(dialogue: Dialogue) -> int:
    """How many minutes the hall is to last now."""
    return min(max(dialogue.minutes + dialogue.ends_moved, SHORTEST), LONGEST)


def most_chosen(session: Session, dialogue_id: str) -> tuple[Chosen, ...]:
    """What most chose in the surveys of the dialogue, one answer a question: from published figures alone."""
    found = [
        Chosen(item.label, row.label, row.count, item.answered)
        for survey in questionnaires.of_dialogue(session, dialogue_id) if survey.shown
        for item in questionnaires.results(session, survey.id).items if item.kind in {"single", "multiple"}
        for row in sorted(item.rows, key=lambda row: -row.count)[:1] if row.count
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.count, one.asked))[:CHOSEN])


def _closing(session: Session, dialogue: Dialogue, counts: dict[str, int]) -> Closing | None:
    if dialogue.phase in {Stage.DRAFT, Stage.COLLECTING, Stage.LIVE}:
        return None
    asked = sum(counts.get(state, 0) for state in BOARD)
    until = local(dialogue.ending_at + UNDO) if dialogue.ending_at else None
    return Closing(asked, questions.support_total(session, dialogue.id), until)


def _units(session: Session, dialogue_id: str, line: Line) -> tuple[tuple[str, str], ...]:
    own = {one.unit_id for one in line.prepared}
    found = followups.preparing(session, dialogue_id)
    return tuple(sorted(found, key=lambda unit: unit[0] not in own)[:UNITS])


def _handed(session: Session, dialogue_id: str) -> int:
    handed = Question.dialogue_id == dialogue_id, Question.state == State.IN_WRITING, Question.handed_to.is_not(None)
    return session.scalar(select(func.count()).select_from(Question).where(*handed)) or 0


def _grouped(session: Session, dialogue_id: str, group: str | None) -> int:
    if not group:
        return 0
    same = Question.dialogue_id == dialogue_id, Question.grouped == group
    return session.scalar(select(func.count()).select_from(Question).where(*same)) or 0


def _large(session: Session, dialogue: Dialogue, ids: list[str]) -> Line | None:
    """The one question that the leader reads in large letters, with what units have prepared for it."""
    return next(iter(with_prepared(session, dialogue.id, lines_of(session, dialogue, ids[:1]))), None)


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
