"""Questions as the hall's screens show them: in which order, how long, and measured against the room."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

from sqlalchemy.orm import Session

from survey.dialogues import entry
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.followups import queries as followups
from survey.followups.queries import Prepared
from survey.questions import queries as questions
from survey.questions.state import BOARD
from survey.questions.state import SUPPORTABLE
from survey.questions.state import State
from survey.room import hands

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
    gathered: int = 1  # questions that it speaks for
    others: tuple[str, ...] = ()  # the wordings that were merged into it
    prepared: tuple[Prepared, ...] = ()  # by units, before the day; for the leader's eyes
    site: str = ""  # from which it came, where that may be told
    hands: int = 0  # counted by hosts at the sites; beside the ballots, never among them

    @property
    def mark(self) -> str:
        """Another one for other texts, so that a fold that a morph leaves alone never keeps a text that is gone."""
        return questions.wording("\n".join((self.body, *self.others)))

    @property
    def cut(self) -> bool:
        """Whether `text` leaves something out."""
        return self.text.endswith("…") and len(self.body) > LONGEST

    @property
    def size(self) -> str:
        """How large the text can stand: in full up to 140 characters, `m` up to 260, `l` (a long one) beyond."""
        return "" if len(self.text) <= 140 else "m" if len(self.text) <= 260 else "l"


def answering_ids(session: Session, dialogue: Dialogue) -> list[str]:
    """The question being answered, as a list of one or none."""
    return [each.id for each in questions.standing(session, dialogue.id, {State.ANSWERING})]


def ranked(
    session: Session, dialogue: Dialogue, *, open_only: bool = False, states: frozenset[State] | None = None
) -> list[str]:
    """Ids in the order of the screens: what can still be answered, and after the hall the whole board."""
    over = dialogue.state in HALL_OVER and not open_only
    found = questions.standing(session, dialogue.id, states or (BOARD if over else SUPPORTABLE))
    return [each.id for each in found]


def lines_of(session: Session, dialogue: Dialogue, ids: list[str]) -> tuple[Line, ...]:
    """These questions as lines, measured against the room or the most supported of them."""
    rows = questions.some(session, dialogue.id, ids)
    people, raised = entry.people(dialogue) or 0, hands.of(session, dialogue.id, ids)
    # Counts that were brought along on paper may exceed the ballots in the room.
    whole = max([people, 1, *(row.supporters for row in rows)])
    return tuple(
        Line(
            id=row.id, number=row.number, text=shorten(row.body), body=row.body, topic=row.topic,
            supporters=row.supporters, share=row.supporters / whole, state=row.state, source=row.source,
            unit=row.unit, note=row.note, gathered=row.gathered, others=row.others,
            site=row.site, hands=raised.get(row.id, 0),
        )
        for row in rows
    )  # fmt: skip


def with_prepared(session: Session, dialogue_id: str, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same lines with what units have prepared."""
    found = followups.prepared(session, dialogue_id, {line.id for line in lines}) if lines else {}
    return tuple(replace(line, prepared=found.get(line.id, ())) for line in lines)


def shorten(body: str) -> str:
    """`body` as one paragraph for a wall: at most `LONGEST` characters, cut between two words."""
    text = " ".join(body.split())
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[-40:] else head).rstrip(" ,.;:") + "…"
