"""In a dialogue by roll no question goes its way alone: when somebody asked is nobody's business (rule D5).

A new question first stands where only its asker's phone finds it. It reaches the moderators together with others, shuffled:
five of them, or what there is each full minute; among fewer than fifty people never fewer than three. What moderators pass
is published together, shuffled, each twenty seconds. In the strong mode nothing goes on before ten ballots are in.
Nothing here counts a change while questions wait, so that no page of anybody else moves when somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.ids import new_id
from survey.dialogues import entry
from survey.dialogues.models import Dialogue
from survey.dialogues.state import ASKABLE
from survey.questions.models import Gathered
from survey.questions.models import Question
from survey.questions.muted import Muter
from survey.questions.state import BOARD
from survey.questions.state import State

LOT = 5  # as many go on at once, whenever they are together
SMALL, FEWEST = 50, 3  # among fewer people than the first, never fewer than the second
CROWD = 10  # ballots; below that, in the strong mode, whoever asked could be guessed


def gathers(dialogue: Dialogue) -> bool:
    """Whether questions of this dialogue wait for each other; those of a rehearsal need not."""
    return entry.by_roll(dialogue) and not dialogue.rehearsal


def holds(dialogue: Dialogue) -> bool:
    """Whether too few are in for any question to go on."""
    return gathers(dialogue) and entry.is_strong(dialogue) and dialogue.ballots < CROWD


def enough(dialogue: Dialogue, waiting: int, *, minute: bool) -> bool:
    """Whether so many may go on now; `minute`: a full minute has come."""
    if holds(dialogue):
        return False
    return waiting >= (LOT if not minute else FEWEST if dialogue.ballots < SMALL else 1)


def put(
    session: Session, dialogue_id: str, author: bytes, text: str, topic_id: str | None, mute: Muter | None,
    site: int | None = None,
) -> Gathered:  # fmt: skip
    """Let a question wait for others."""
    row = Gathered(
        id=new_id(), dialogue_id=dialogue_id, author=author, body=text, topic_id=topic_id, withdrawn=False, site=site
    )
    row.mute = mute(row.id) if mute is not None else None
    session.add(row)
    session.flush()
    return row


def by_author(session: Session, dialogue_id: str, author: bytes) -> Gathered | None:
    """The waiting question with this author mark."""
    return session.scalar(select(Gathered).where(Gathered.dialogue_id == dialogue_id, Gathered.author == author))


def own(session: Session, dialogue_id: str, question_id: str, authors: Collection[bytes]) -> Gathered | None:
    """The waiting question of this id, if one of `authors` asked it."""
    row = session.get(Gathered, question_id)
    return row if row is not None and row.dialogue_id == dialogue_id and row.author in authors else None


def waiting(session: Session, dialogue_id: str) -> int:
    """How many questions wait for others; those that were taken back count for none."""
    found = select(func.count()).select_from(Gathered)
    return session.scalar(found.where(Gathered.dialogue_id == dialogue_id, Gathered.withdrawn.is_(False))) or 0


def is_out(question: Question) -> bool:
    """Whether everybody may see it: it is on the board, and published; what is published has a number."""
    return question.state in BOARD and question.number is not None


def keeps_back(session: Session, question: Question, after: str) -> bool:
    """Whether a question that goes on the board now is to be published only with others."""
    if question.source != "member" or after != State.APPROVED:
        return False
    dialogue = session.get_one(Dialogue, question.dialogue_id)
    return gathers(dialogue) and dialogue.state in ASKABLE
