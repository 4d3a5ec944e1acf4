"""Cards become worthless: by sheets, by a whole printing, or by what came back unused. A used card never does.

Everything here may be asked again and changes nothing the second time. What an act did is kept with its actor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.room import tickets
from survey.room.models import CardBatch
from survey.room.models import CardVoiding
from survey.room.models import Ticket
from survey.room.tickets import State

MOST_LINES = 2_000  # that came back, in one form
MOST_RANGES = 200
LONGEST_LINE = 300
_AT_ONCE = 500  # marks in one statement
_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_DASH = re.compile(r"\s*[-‐‑–—]\s*")

Ranges = tuple[tuple[int, int], ...]


class Answer(StrEnum):
    """What became of one card that came back."""

    VOIDED = "voided"
    USED = "used"
    BEFORE = "before"  # void already
    ELSEWHERE = "elsewhere"  # a card of another site, which this actor cannot reach
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Voided:
    """Cards that became void now, that were before, and that were used and stay so."""

    now: int
    before: int
    used: int


def read_sheets(text: str) -> Ranges:
    """ "3, 5-8" as ((3, 3), (5, 8)). Raises `Invalid` for anything else."""
    parts = re.split(r"[,;\s]+", _DASH.sub("-", text.strip()))
    found = [_RANGE.fullmatch(part) for part in parts if part]
    if not 1 <= len(found) <= MOST_RANGES or None in found:
        raise _odd_sheets()
    ranges = tuple((int(one[1]), int(one[2] or one[1])) for one in found if one)
    if any(first > last for first, last in ranges):
        raise _odd_sheets()
    return ranges


def void_sheets(
    session: Session, dialogue_id: str, text: str, site: int | None = None, *, actor: str
) -> Voided:  # fmt: skip
    """Void all cards of these sheets that nobody has used; with `site`, sheets of that site alone.

    Raises `Invalid` where one of them is not there, and then nothing changes.
    """
    load_open(session, dialogue_id)
    ranges = read_sheets(text)
    printed = [(batch.first_sheet, batch.last_sheet) for batch in tickets.batches(session, dialogue_id, site)]
    missing = next((sheet for one in ranges for sheet in _outside(one, printed)), None)
    if missing is not None:
        message = N_("Không có tờ số %(sheet)s trong các lô đã in ở đây. Chưa hủy thẻ nào; hãy xem lại các số tờ.")
        raise Invalid(message, {"sheets": message}, sheet=missing)
    return _void(session, dialogue_id, ranges, site, actor)


def void_batch(session: Session, dialogue_id: str, batch_id: str, site: int | None = None, *, actor: str) -> Voided:
    """Void what nobody has used of a whole printing. Raises `NotFound`; with `site`, also for another site's."""
    load_open(session, dialogue_id)
    batch = session.get(CardBatch, batch_id)
    if batch is None or batch.dialogue_id != dialogue_id or site not in {None, batch.site}:
        raise NotFound(N_("Không có lô thẻ này. Hãy tải lại trang."))
    return _void(session, dialogue_id, ((batch.first_sheet, batch.last_sheet),), site, actor)


def void_returned(
    session: Session, key: bytes, dialogue_id: str, lines: Sequence[str], site: int | None = None, *, actor: str
) -> list[tuple[str, Answer]]:
    """Void the cards that came back, each given by its code or its whole address; every line has its own answer.

    Empty lines are left out. Raises `Invalid` for more than `MOST_LINES`.
    """
    load_open(session, dialogue_id)
    given = returned_lines(lines)
    marks = [tickets.card_mark(key, code) if (code := tickets.read_code(line)) else b"" for line in given]
    known = _states(session, dialogue_id, {mark for mark in marks if mark})
    answers: list[Answer] = []
    fresh: list[bytes] = []
    for mark in marks:
        answer = _answer(known.get(mark), site)
        answers.append(answer)
        if answer == Answer.VOIDED:
            fresh.append(mark)
            known[mark] = (State.VOID, known[mark][1])  # the same card on a later line was void before
    for start in range(0, len(fresh), _AT_ONCE):
        some = Ticket.mark.in_(fresh[start : start + _AT_ONCE])
        session.execute(update(Ticket).where(Ticket.dialogue_id == dialogue_id, some).values(state=State.VOID))
    _log(session, dialogue_id, "", len(fresh), site, actor)
    return list(zip(given, answers, strict=True))


def returned_lines(lines: Iterable[str]) -> list[str]:
    """The lines that say something, each cut to a length that any address has. Raises `Invalid` for too many."""
    given = [line for raw in lines if (line := clean_line(raw)[:LONGEST_LINE])]
    if len(given) > MOST_LINES:
        message = N_("Mỗi lần nhiều nhất 2000 dòng. Hãy gửi một phần trước, phần còn lại sau.")
        raise Invalid(message, {"lines": message})
    return given


def voidings(session: Session, dialogue_id: str, site: int | None = None) -> list[CardVoiding]:
    """What was voided, by whom: everything, or what a site's host did; the latest first."""
    statement = select(CardVoiding).where(CardVoiding.dialogue_id == dialogue_id)
    rows = session.scalars(statement if site is None else statement.where(CardVoiding.site == site))
    return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)


def _void(session: Session, dialogue_id: str, ranges: Ranges, site: int | None, actor: str) -> Voided:
    here = (
        Ticket.dialogue_id == dialogue_id,
        or_(*(Ticket.sheet.between(first, last) for first, last in ranges)),
    )
    states = select(Ticket.state, func.count()).where(*here).group_by(Ticket.state)
    found = dict(session.execute(states).all())
    session.execute(update(Ticket).where(*here, Ticket.state == State.FRESH).values(state=State.VOID))
    _log(session, dialogue_id, written(ranges), found.get(State.FRESH, 0), site, actor)
    return Voided(found.get(State.FRESH, 0), found.get(State.VOID, 0), found.get(State.USED, 0))


def written(ranges: Ranges) -> str:
    """Sheets as `read_sheets` reads them."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _outside(one: tuple[int, int], printed: Iterable[tuple[int, int]]) -> list[int]:
    """The first sheet of the range that no printing has, if there is one. Printings come in order and never overlap."""
    wanted, last = one
    for first_printed, last_printed in printed:
        if first_printed <= wanted <= last_printed:
            wanted = last_printed + 1
    return [wanted] if wanted <= last else []


def _states(session: Session, dialogue_id: str, marks: set[bytes]) -> dict[bytes, tuple[str, int]]:
    found: dict[bytes, tuple[str, int]] = {}
    everything = sorted(marks)
    for start in range(0, len(everything), _AT_ONCE):
        some = Ticket.mark.in_(everything[start : start + _AT_ONCE])
        rows = session.execute(
            select(Ticket.mark, Ticket.state, Ticket.site).where(Ticket.dialogue_id == dialogue_id, some)
        )
        found |= {bytes(mark): (state, site) for mark, state, site in rows}
    return found


def _answer(known: tuple[str, int] | None, site: int | None) -> Answer:
    if known is None:
        return Answer.UNKNOWN
    state, place = known
    if site not in {None, place}:
        return Answer.ELSEWHERE
    return {State.FRESH: Answer.VOIDED, State.USED: Answer.USED, State.VOID: Answer.BEFORE}[State(state)]


def _log(session: Session, dialogue_id: str, sheets: str, cards: int, site: int | None, actor: str) -> None:
    if not cards:
        return
    session.add(CardVoiding(
        id=new_id(), dialogue_id=dialogue_id, site=site, sheets=sheets, cards=cards, at=now(), actor=actor,
    ))  # fmt: skip
    session.flush()
    touch(session, dialogue_id, public=False)


def _odd_sheets() -> Invalid:
    message = N_("Hãy ghi số tờ in ở mép trên, chẳng hạn 3, 5-8.")
    return Invalid(message, {"sheets": message})
