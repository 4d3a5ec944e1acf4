"""A poll or vote as everybody may see it at one moment. Figures come from what was published, never from what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.dialogues.models import Dialogue
from survey.questionnaires import words
from survey.questionnaires.counting import LIVE_FROM
from survey.questionnaires.counting import Purpose
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import Tally
from survey.questionnaires.kinds.choice import YesNo
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.plans import ABSTAIN
from survey.questionnaires.plans import AGAINST
from survey.questionnaires.plans import FOR
from survey.questionnaires.polls import GONE
from survey.questionnaires.polls import standing
from survey.questionnaires.results import STEP
from survey.questionnaires.state import State
from survey.questionnaires.words import Word
from survey.room import hands

GROUPS, PHRASES = 8, 8  # of short answers, on a wall


class Bar(NamedTuple):
    """One choice with its figures."""

    id: str
    label: str
    number: int
    share: float


@dataclass(frozen=True, slots=True)
class Poll:
    """What stands in the hall. `bars` hold figures only where `shown`; `options` are (id, words)."""

    id: str
    dialogue_id: str
    purpose: str
    kind: str
    item: str
    label: str
    state: str
    hidden: bool
    responses: int
    options: tuple[tuple[str, str], ...]
    ends: tuple[str, str]
    shown: bool
    answered: int
    bars: tuple[Bar, ...]
    mean: float | None
    groups: tuple[Word, ...]
    phrases: tuple[Word, ...]
    present: int
    quorum: int
    share_of: str
    released: int  # responses whose texts may be read
    raised: tuple[tuple[str, int], ...] = ()  # hands that hosts counted, by choice; never among the ballots

    @property
    def open(self) -> bool:
        """Whether it takes answers."""
        return self.state == State.OPEN

    @property
    def vote(self) -> bool:
        """Whether it is a formal vote."""
        return self.purpose == Purpose.VOTE

    @property
    def few(self) -> bool:
        """Whether it closed with too few for any figure."""
        return self.state == State.CLOSED and not self.shown

    @property
    def later(self) -> bool:
        """Whether it counts live and has too few for that yet."""
        return self.open and not self.hidden and not self.shown

    @property
    def asks(self) -> tuple[object, ...]:
        """What, when it changes, is another question or form."""
        return (self.id, self.state, self.label, self.options, self.hidden)

    @property
    def says(self) -> tuple[object, ...]:
        """What, when it changes, needs more than new numbers in their places."""
        return (
            self.id,
            self.state,
            self.shown,
            self.groups,
            self.phrases,
            self.present if self.vote else 0,
            self.raised,
        )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The numbers that move, each under the name of its place: small enough for every phone at every tap."""
        bars = [(f"{self.id}-{bar.id}", str(bar.number)) for bar in self.bars] if self.shown else []
        return ((self.id, str(self.responses)), *bars)

    def number(self, option: str) -> int:
        """How many chose this."""
        return next((bar.number for bar in self.bars if bar.id == option), 0)

    @property
    def hands_for(self) -> tuple[tuple[str, str], ...]:
        """What hands can be counted for while it is open, as (subject, words): a choice of one for each person."""
        one = self.open and self.kind not in {"multiple", "short"}
        return tuple((subject(self.id, name), text) for name, text in self.options) if one else ()

    @property
    def result(self) -> Result | None:
        """Of a vote that is over and has figures: the numbers of its line."""
        if not self.vote or not self.shown or self.open:
            return None
        cast = self.answered
        of = max(self.present, cast) if self.share_of == "present" else cast
        return Result(
            self.number(FOR), self.number(AGAINST), self.number(ABSTAIN), of - cast, of,
            self.number(FOR) / of if of else 0.0, self.share_of, cast >= self.quorum, self.quorum,
        )  # fmt: skip


class Result(NamedTuple):
    """A formal vote in numbers. `of`: the ballots that shares are of; `absent`: those among them that were not cast."""

    agree: int
    against: int
    abstain: int
    absent: int
    of: int
    share: float
    share_of: str
    enough: bool
    quorum: int


def current(session: Session, dialogue: Dialogue) -> Poll | None:
    """The poll that stands in the hall now."""
    found = standing(session, dialogue)
    return _poll(session, found, dialogue) if found is not None else None


def one(session: Session, dialogue: Dialogue, poll_id: str) -> Poll:
    """A poll of this dialogue that was opened; raises `NotFound`."""
    found = session.get(Questionnaire, poll_id)
    if (
        found is None
        or found.dialogue_id != dialogue.id
        or found.purpose == Purpose.SURVEY
        or found.state == State.DRAFT
    ):
        raise NotFound(GONE)
    return _poll(session, found, dialogue)


def all_of(session: Session, dialogue: Dialogue, *, ready: bool) -> list[Poll]:
    """Those that are kept ready, or those that were opened; in the order in which they were made."""
    statement = (
        select(Questionnaire)
        .where(Questionnaire.dialogue_id == dialogue.id, Questionnaire.purpose != Purpose.SURVEY)
        .order_by(Questionnaire.position, Questionnaire.id)
    )
    found = session.scalars(statement)
    return [_poll(session, poll, dialogue) for poll in found if (poll.state == State.DRAFT) == ready]


def subject(poll_id: str, option: str) -> str:
    """Under what the hands for one choice are kept."""
    return f"{poll_id}.{option}"


def to_read(session: Session, poll: Poll, most: int = 40) -> tuple[Word, ...]:
    """Short answers for a moderator's glance, as of the last batch; none of fewer than five: they would be somebody's."""
    if poll.kind != "short" or poll.released < STEP:
        return ()
    return words.read(session, poll.id, most)


def _poll(session: Session, found: Questionnaire, dialogue: Dialogue) -> Poll:
    item = session.scalars(select(Item).where(Item.questionnaire_id == found.id)).one()
    shown = bool(found.published) and (found.state == State.CLOSED or found.responses >= LIVE_FROM)
    tally = Tally.from_json(found.published["items"][item.id]) if shown else Tally()
    options = _options(item)
    rows = [(name, text, tally.counts.get(name, 0)) for name, text in options]
    of = _base(found, tally.answered)
    bars = tuple(Bar(name, text, n, n / of if of else 0.0) for name, text, n in rows)
    says = shown and item.kind == "short"
    raised = hands.of(session, found.dialogue_id, [subject(found.id, name) for name, _text in options])
    return Poll(
        id=found.id, dialogue_id=found.dialogue_id, purpose=found.purpose, kind=item.kind, item=item.id, label=item.label,
        state=found.state, hidden=found.hidden, responses=found.responses, options=options,
        ends=(item.settings.get("low", ""), item.settings.get("high", "")), shown=shown, answered=tally.answered,
        bars=bars if shown else (), mean=KINDS[item.kind].figures(tally, item.settings).mean if shown else None,
        groups=words.shown(session, found.id, whole=True, most=GROUPS) if says else (),
        phrases=_phrases(session, found.id) if says else (),
        present=found.present if found.state == State.CLOSED else dialogue.ballots, quorum=found.quorum,
        share_of=found.share_of, released=found.released,
        raised=tuple((text, raised[key]) for name, text in options if (key := subject(found.id, name)) in raised),
    )  # fmt: skip


def _base(found: Questionnaire, answered: int) -> int:
    """What shares are of: whoever answered; of a vote, as was said when it was opened, all ballots in the room."""
    return max(found.present, answered) if found.purpose == Purpose.VOTE and found.share_of == "present" else answered


def _options(item: Item) -> tuple[tuple[str, str], ...]:
    settings: Mapping[str, Any] = item.settings
    if item.kind == "yesno":
        return tuple(YesNo.LABELS.items())
    if item.kind == "rating":
        return tuple((str(step), str(step)) for step in range(1, settings["steps"] + 1))
    return tuple((option["id"], option["text"]) for option in settings.get("options", ()))


def _phrases(session: Session, poll_id: str) -> tuple[Word, ...]:
    """The phrases that say something by themselves: none that is an answer, or a piece of something as frequent."""
    whole = words.shown(session, poll_id, whole=True, most=10 * GROUPS)
    found = words.shown(session, poll_id, whole=False, most=4 * PHRASES)
    answers, longer = {answer.folded for answer in whole}, (*whole, *found)

    def inside(word: Word) -> bool:
        return any(
            other.folded != word.folded and other.ballots >= word.ballots and f" {word.folded} " in f" {other.folded} "
            for other in longer
        )

    return tuple(word for word in found if word.folded not in answers and not inside(word))[:PHRASES]
