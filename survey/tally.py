"""The count: who may come in, who was let in, what is in the box; what neighbours know, put side by side to be checked.

Every figure here can be checked by somebody from the floor with a pencil. Nothing in it says who, when or in which order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.keys import KeyStore
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues import keyring
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.lifecycle import ACTS
from survey.lifecycle import COUNTING
from survey.lifecycle import IDEAS
from survey.lifecycle import ISSUING
from survey.lifecycle import MUTING
from survey.questionnaires import queries as questionnaires
from survey.questions import queries as questions
from survey.roll import counts
from survey.roll import door
from survey.roll import turnout as taken
from survey.roll.counts import RollCounts
from survey.room import tickets
from survey.room.models import Ballot
from survey.room.tickets import Count

HALL = N_("Hội trường")
MOST_HEADS, MOST_DIGITS = 1_000_000, 20
KEYS: Mapping[str, str] = {
    "ticket": N_("Khóa nhận ra thẻ, để đếm thẻ thu về"), "pass": N_("Khóa cho người vào"), "link": N_("Khóa đường dẫn cá nhân"),
    "weak": N_("Khóa cấp phiếu, nối được danh sách với phiếu"), "issue": N_("Khóa ký phiếu mà không thấy phiếu"),
    "vote": N_("Khóa dấu ủng hộ"),
    "ask": N_("Khóa dấu tác giả câu hỏi"), "response": N_("Khóa dấu phiếu khảo sát"),
    "site": N_("Khóa dấu điểm cầu của phiếu"),
    "judge": N_("Khóa dấu ý kiến về câu trả lời"),
    "mute": N_("Khóa nhận ra phiếu bị tạm chặn gửi câu hỏi"),
    "idea": N_("Khóa nhận ra phiếu bị chặn gửi ý tưởng"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts; `words` is a message id."""

    words: str
    value: int


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures that must stand to each other as `sign` says: "≥" or "="."""

    words: str
    left: Figure
    sign: str
    right: Figure

    @property
    def holds(self) -> bool:
        """Whether they do."""
        return self.left.value >= self.right.value if self.sign == "≥" else self.left.value == self.right.value


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the dialogue: alive until its record says that it was destroyed. Those of issuing die first."""

    purpose: str
    words: str
    alive: bool
    issuing: bool
    away: bool  # not in this house: another one has it, or it was lost


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything that the scrutineers look at, at one moment."""

    entry: str
    opened: bool  # the hall is open, or was
    over: bool
    ballots: int
    rows: int  # the same, counted ballot by ballot
    questions: int
    supports: int
    responses: int  # in steps of five, as all results move
    cards: Count | None
    sites: tuple[tuple[int, str, Count], ...]
    roll: RollCounts | None
    links_shown: int  # at the door
    cards_back: int
    keys: tuple[Key, ...]

    @property
    def by_link(self) -> int:
        """Ballots that came in by a link: all that did not come by a card."""
        return self.ballots - (self.cards.used if self.cards else 0)

    @property
    def zeros(self) -> list[Figure]:
        """What must be zero before the first person comes in."""
        found = [
            Figure(N_("phiếu kín trong phòng"), self.ballots), Figure(N_("câu hỏi"), self.questions),
            Figure(N_("lượt ủng hộ"), self.supports), Figure(N_("phiếu trả lời khảo sát"), self.responses),
        ]  # fmt: skip
        return [*found, Figure(N_("thẻ đã dùng"), self.cards.used)] if self.cards else found

    @property
    def all_zero(self) -> bool:
        """Whether it is."""
        return not any(figure.value for figure in self.zeros)

    @property
    def checks(self) -> list[Check]:
        """What must hold at every moment, in the order in which people come in."""
        inside = Figure(N_("phiếu kín trong phòng"), self.ballots)
        found = [Check(N_("Đếm từng phiếu"), inside, "=", Figure(N_("phiếu đếm được trong hòm"), self.rows))]
        if self.roll is not None and self.roll.frozen_at is not None:
            found = [*_roll_checks(self.roll, self.by_link), *found]
        if self.cards is not None:
            used = Figure(N_("thẻ đã dùng"), self.cards.used)
            found.append(Check(N_("Thẻ"), Figure(N_("thẻ đã in"), self.cards.printed), "=", _parts(self.cards)))
            if self.roll is None:
                found.append(Check(N_("Mỗi thẻ một phiếu"), inside, "=", used))
            else:
                handed = Figure(N_("thẻ đã phát ở cửa"), self.roll.cards)
                found.append(Check(N_("Thẻ phát ở cửa"), handed, "≥", used))
        return found

    def missing_heads(self, heads: int) -> int:
        """How many of those who were counted in the hall have no ballot in the room; negative where there are more."""
        return heads - self.ballots


def _roll_checks(roll: RollCounts, by_link: int) -> list[Check]:
    seats, taken = Figure(N_("chỗ trong danh sách"), roll.seats), roll.issued + roll.cards
    issued = Figure(N_("phiếu đã phát qua đường dẫn"), roll.issued)
    return [
        Check(N_("Danh sách"), seats, "≥", Figure(N_("chỗ đã nhận, bằng đường dẫn hoặc thẻ"), taken)),
        Check(N_("Đường dẫn"), issued, "≥", Figure(N_("phiếu đã vào phòng bằng đường dẫn"), by_link)),
    ]


def _parts(cards: Count) -> Figure:
    return Figure(N_("đã dùng + đã hủy + còn thiếu"), cards.used + cards.void + cards.missing)


def turnout(roll_session: Session, dialogue_id: str) -> list[tuple[str, int, int]]:
    """(unit id, members, at least so many ballots taken) as `roll.turnout` tells it; "" for the small units together."""
    return [(one.unit_id, one.members, one.taken) for one in taken.board(roll_session, dialogue_id)]


def tally(session: Session, roll_session: Session, keys: KeyStore, dialogue: Dialogue) -> Tally:
    """The count of a dialogue as it is now."""
    by_cards, by_roll = entry.by_tickets(dialogue), entry.by_roll(dialogue)
    sites = _sites(session, dialogue.id) if by_cards else ()
    at_door = door.acts(roll_session, dialogue.id) if by_roll else {}
    ballots = select(func.count()).select_from(Ballot).where(Ballot.dialogue_id == dialogue.id)
    records = keyring.of_dialogue(session, dialogue.id)
    living = {one.purpose for one in records if one.destroyed_at is None}
    more = [one.purpose for one in records if one.purpose in IDEAS]  # only where the box was opened
    return Tally(
        entry=dialogue.entry, opened=dialogue.state not in {State.DRAFT, State.COLLECTING}, over=dialogue.state in OVER,
        ballots=dialogue.ballots, rows=session.scalar(ballots) or 0,
        questions=sum(questions.counts(session, dialogue.id).values()),
        supports=questions.support_total(session, dialogue.id),
        responses=sum(row.shown for row in questionnaires.of_dialogue(session, dialogue.id)),
        cards=tickets.total({number: count for number, _name, count in sites}) if by_cards else None, sites=sites,
        roll=counts.exact(roll_session, dialogue.id) if by_roll else None,
        links_shown=at_door.get("door_link", 0), cards_back=at_door.get("door_card_back", 0),
        keys=tuple(
            _key(one, here=keys.exists(dialogue.id, one), living=one in living)
            for one in (*_issuing(dialogue), *ACTS, *MUTING, *more)
        ),
    )  # fmt: skip


def _issuing(dialogue: Dialogue) -> list[str]:
    """The keys of issuing that this way in uses; the others lie there and open nothing."""
    by_cards, by_roll = entry.by_tickets(dialogue), entry.by_roll(dialogue)
    unused = {"weak", "pass"} if entry.is_strong(dialogue) else {"issue"}
    used = ISSUING if by_roll else ("pass",) if by_cards else ()
    found = [one for one in (*used, *(COUNTING if by_cards else ())) if one not in unused]
    return [entry.issue_purpose(dialogue.key_epoch) if one == "issue" else one for one in found]


def _key(purpose: str, *, here: bool, living: bool) -> Key:
    kind = purpose.partition("-")[0]
    return Key(kind, KEYS[kind], here or living, kind in {*ISSUING, *MUTING}, away=living and not here)


def _sites(session: Session, dialogue_id: str) -> tuple[tuple[int, str, Count], ...]:
    """The hall and the sites, each with its cards; one that has printed none is there too."""
    named = {0: HALL} | dialogues.site_labels(session, dialogue_id)
    printed = tickets.counts_by_site(session, dialogue_id)
    return tuple(
        (number, named.get(number, str(number)), printed.get(number, Count())) for number in {**named, **printed}
    )


def read_heads(typed: str | None) -> int | None:
    """How many people somebody has counted in the hall, as it stands in an address; None for nothing that is a number."""
    digits = (typed or "").strip().replace(".", "")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > MOST_DIGITS or int(digits) > MOST_HEADS:
        return None
    return int(digits)
