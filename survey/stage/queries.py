"""What the projector shows at one moment, and the board on paper: plain data that needs no request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.core import phrase
from survey.dialogues import entry
from survey.dialogues import order
from survey.dialogues import queries as dialogues
from survey.dialogues.entry import BRIEFLY
from survey.dialogues.entry import COUNTED
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.questionnaires import shown as polls
from survey.questionnaires.shown import Poll
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
from survey.stage.memory import MEMORY

MODES = ("welcome", "ranking", "question", "poll", "timer", "closing", "blank")
SCENES = tuple(mode for mode in MODES if mode != "blank")  # what a screen may keep to; dark is for all
PAGE, PAGES = 5, 4  # rows of the ranking that the last row of a hall can read at once, and how often the page turns


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
    pledge: str = ""
    timer_until: dt.datetime | None = None  # what the timer counts down to
    poll: Poll | None = None  # what the hall is asked, or its result
    by: dt.date | None = None  # before that day what is put in writing is answered
    pinned: bool = False  # this screen keeps its scene, whatever the remote chooses

    @property
    def counted(self) -> str:
        """What one voice is here, as the screen says it (a message id)."""
        return COUNTED[self.way]

    @property
    def counted_briefly(self) -> str:
        """The same in one line beside address and code."""
        return BRIEFLY[self.way]


def screen(session: Session, dialogue_id: str, scene: str = "") -> Screen | None:
    """The projector of this moment; never a question that is not on the board.

    With a `scene` it keeps to that one, as a second screen does, but goes dark with all others.
    """
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return None
    version, counts = dialogue.version, questions.counts(session, dialogue_id)
    answering, held = answering_ids(session, dialogue), order.held(dialogue)
    lines = lines_of(session, dialogue, ranked(session, dialogue)[: PAGE * PAGES])
    chosen = scene if scene and dialogue.screen != "blank" else dialogue.screen
    return Screen(
        version=version, code=dialogue.code, theme=dialogue.theme, leader=dialogue.leader, place=dialogue.place,
        state=dialogue.state, entry=dialogue.entry,
        ordered=order.briefly(dialogue.rule, turns=dialogue.turns, sites=dialogue.site_turns),
        starts_at=dialogue.starts_at, chosen=chosen,
        mode=_mode(dialogue, chosen, answering=bool(answering), any_line=bool(lines)),
        poll=polls.current(session, dialogue),
        people=entry.people(dialogue), order_held=held, lines=lines,
        moves=MEMORY.moves_again(dialogue_id, held=held, revision=dialogue.revision),
        now=next(iter(lines_of(session, dialogue, answering)), None),
        asked=sum(counts.get(state, 0) for state in BOARD), answered=counts.get(State.ANSWERED, 0),
        in_writing=counts.get(State.IN_WRITING, 0), supports=questions.support_total(session, dialogue_id),
        rehearsal=dialogue.rehearsal, way=dialogue.way, phrase=_phrase(dialogue), turns=dialogue.turns,
        holds=gathering.holds(dialogue), pledge=dialogue.pledge, timer_until=dialogue.timer_until, pinned=bool(scene),
        by=dialogues.written_by(session, dialogue),
    )  # fmt: skip


def _phrase(dialogue: Dialogue) -> tuple[str, ...]:
    key = dialogue.issue_key if entry.is_strong(dialogue) else None
    return tuple(phrase.of(key).split()) if key else ()


def printed(session: Session, dialogue_id: str) -> list[Row]:
    """The whole board on paper: what is still to be answered first, in the order of the screens."""
    dialogue = session.get_one(Dialogue, dialogue_id)
    rows = questions.some(session, dialogue_id, ranked(session, dialogue, open_only=False, states=BOARD))
    return sorted(rows, key=lambda row: row.state not in SUPPORTABLE)


def _mode(dialogue: Dialogue, chosen: str, *, answering: bool, any_line: bool) -> str:
    """What of the `chosen` scene there is to show now."""
    if chosen == "blank":
        return "blank"
    if dialogue.state == Stage.DRAFT:
        return "waiting"
    if chosen in {"welcome", "closing"} or (chosen == "timer" and dialogue.timer_until):
        return chosen
    if chosen == "poll" and dialogue.poll_id:
        return chosen
    if chosen in {"question", "timer", "poll"} and answering:
        return "question"
    return "ranking" if any_line else "empty"
