"""What of the roll may be known to everybody: counts, never below five for a unit, and nothing that tells an hour.

Whoever looks twice learns no more than whoever looks once. The counts by unit come out a single time, when they can no
longer be taken back. Until the hall opens, ballots and cards are told in steps of five, however long the roll is: a
counter that moved with each of them would be the list of the moments at which somebody took one, for anybody who asks it
every second, and a question that appears in the same minutes would have a face. From the opening on, the figures are
exact: the room shows its own number of ballots then, and heads, ballots and entries must be comparable in the hall. What
was added after freezing is exact at once, because an addition is what everybody shall be able to see.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.models import UnitCount

LEAST = 5  # a unit below that is counted with others
STEP = 5  # of what was issued, until the hall opens
KEPT = ("late", "door", "substitutes", "removed", "seats", "issued", "moved", "cards", "claims")  # as `kept_` of a roll
HANDED = N_("thẻ đã phát thay cho đường dẫn")
NO_BALLOT = frozenset({"card", "closed"})  # ways in which a seat was taken without a ballot by link


@dataclass(frozen=True, slots=True)
class RollCounts:
    """The public figures of a roll. `units` are (unit id, members); the rest of them together are `others`."""

    frozen_at: dt.datetime | None
    total: int
    units: tuple[tuple[str, int], ...]
    others: int
    added: int  # after freezing: late, at the door, substitutes
    issued: int  # ballots by link
    cards: int  # cards handed out instead
    claims: int  # "somebody else took my place"
    confirmed: int  # units whose head said that the count is right
    disputed: int
    units_asked: int
    issue_from: dt.datetime | None
    issue_until: dt.datetime | None
    late: int = 0
    door: int = 0
    substitutes: int = 0
    removed: int = 0  # taken off after freezing
    moved: int = 0  # places that staff freed for another phone, which gets the same ballot
    seats: int = 0  # everybody who may have one ballot or has one: the frozen roll and what was changed since
    freezes: int = 0
    settled: bool = False  # the counts by unit are out
    stepped: bool = False  # `issued` and `cards` are cut down to steps of five
    purged_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One public figure: `words` is a message id, `of` what the figure is a part of, `least` that it may be more."""

    words: str
    value: int
    of: int | None = None
    least: bool = False


def exact(session: Session, dialogue_id: str) -> RollCounts | None:
    """The counts as they are, for staff, scrutineers and minutes; None where there is no roll."""
    roll = session.get(Roll, dialogue_id)
    if roll is None:
        return None
    rows = list(session.scalars(select(UnitCount).where(UnitCount.dialogue_id == dialogue_id)))
    shown, others = shown_units([(row.unit_id, row.members) for row in rows])
    heads = [row for row in rows if row.unit_id]
    since: dict[str, Any] = _kept(roll) if roll.purged_at else _counted(session, dialogue_id)
    return RollCounts(
        frozen_at=roll.frozen_at, total=roll.frozen_total, units=shown, others=others,
        added=since["late"] + since["door"] + since["substitutes"], **since,
        confirmed=sum(row.answer == "yes" for row in heads), disputed=sum(row.answer == "no" for row in heads),
        units_asked=len(heads), issue_from=roll.issue_from, issue_until=roll.issue_until, freezes=roll.freezes,
        settled=roll.settled, purged_at=roll.purged_at,
    )  # fmt: skip


def public(session: Session, dialogue_id: str, *, opened: bool = False) -> RollCounts | None:
    """The counts that anybody may see; None where there is no roll. `opened`: the hall is open, or was.

    Each of them is a function of what was public before or cannot change back, see the top of this file: counts by unit
    are out once a head has confirmed, five ballots or cards were issued, or the hall opened; from then on nobody can undo
    the freezing.
    """
    found = exact(session, dialogue_id)
    if found is None or opened:
        return found
    if found.frozen_at is None:
        return replace(found, seats=0)  # not published yet
    issued, cards = found.issued - found.issued % STEP, found.cards - found.cards % STEP
    # A seat that was taken outlives its member's name, which would tell of one person: so it is as if all were free.
    seats = found.total + found.added - found.removed - found.substitutes
    moved = found.moved - found.moved % STEP
    stepped = replace(found, issued=issued, cards=cards, moved=moved, seats=seats, stepped=True)
    return stepped if found.settled or issued or cards else replace(stepped, units=(), others=0)


def lines(counts: RollCounts, *, cards: bool = True) -> list[Line]:
    """The figures beside those by unit, in the order in which pages print them; of cards only where there are `cards`."""
    found = [
        Line(N_("người trong danh sách đã chốt"), counts.total),
        Line(N_("người bổ sung muộn, sau khi chốt"), counts.late),
        Line(N_("người bổ sung tại cửa"), counts.door),
        Line(N_("người đi thay"), counts.substitutes),
        Line(N_("người rút khỏi danh sách sau khi chốt"), counts.removed),
        Line(N_("phiếu kín đã phát qua đường dẫn"), counts.issued, counts.seats, counts.stepped),
        Line(HANDED, counts.cards, least=counts.stepped),
        Line(N_("lần cho nhận lại đúng phiếu ấy ở máy khác"), counts.moved, least=counts.stepped),
        Line(N_("người báo chỗ của mình đã bị nhận mất"), counts.claims),
        Line(N_("đơn vị đã xác nhận đúng số người"), counts.confirmed, counts.units_asked),
        Line(N_("đơn vị báo sai số người"), counts.disputed),
    ]
    return [line for line in found if cards or counts.cards or line.words != HANDED]


def stranded(session: Session, dialogue_id: str) -> int:
    """How many were taken off after a ballot was signed for them: nobody can take that ballot back, because none is known."""
    gone = select(func.count()).select_from(Issue).join(Member, Member.id == Issue.member_id)
    here = gone.where(Issue.dialogue_id == dialogue_id, Issue.mode == "blind", Member.removed.is_(True))
    return session.scalar(here) or 0


def by_unit(session: Session, dialogue_id: str) -> dict[str, int]:
    """How many are on the roll now, by unit, "" for none: for the staff who keep the roll, and nobody else."""
    counted = select(Member.unit_id, func.count()).where(Member.dialogue_id == dialogue_id, Member.removed.is_(False))
    return {unit_id or "": number for unit_id, number in session.execute(counted.group_by(Member.unit_id))}


def shown_units(counted: list[tuple[str, int]]) -> tuple[tuple[tuple[str, int], ...], int]:
    """The units that may be named with their count, and the sum of all others.

    What is left over is none or at least five, because total minus the named ones would give a small rest away. Nor may
    that sum leave a single answer to whoever knows this rule: so many units of four each, or of one each, would.
    """
    rest = [row for row in counted if row[1] < LEAST or not row[0]]
    named = sorted((row for row in counted if row[1] >= LEAST and row[0]), key=lambda row: (-row[1], row[0]))
    while rest and named and _gives_away([number for _unit, number in rest]):
        rest.append(named.pop())
    return tuple(named), sum(number for _unit, number in rest)


def _gives_away(rest: list[int]) -> bool:
    some = [number for number in rest if number]  # a deleted roll keeps its small units as nothing and one sum
    return bool(some) and (sum(some) < LEAST or set(some) in ({1}, {LEAST - 1}))


def _counted(session: Session, dialogue_id: str) -> dict[str, int]:
    here = Member.dialogue_id == dialogue_id
    member = select(func.count()).select_from(Member).where(here)
    added = select(Member.added, func.count()).where(here).group_by(Member.added)
    kinds: dict[str, int] = dict(session.execute(added).all())
    modes = select(Issue.mode, func.count()).where(Issue.dialogue_id == dialogue_id).group_by(Issue.mode)
    taken: dict[str, int] = dict(session.execute(modes).all())
    had = select(Issue.member_id).where(Issue.dialogue_id == dialogue_id)  # a seat that was taken stays one of them
    seats = session.scalar(member.where(Member.removed.is_(False) | Member.id.in_(had))) or 0
    return {
        "late": kinds.get("late", 0), "door": kinds.get("door", 0), "substitutes": kinds.get("substitute", 0),
        "removed": session.scalar(member.where(Member.removed.is_(True))) or 0, "seats": seats - taken.get("closed", 0),
        "issued": sum(number for mode, number in taken.items() if mode not in NO_BALLOT),
        "moved": session.scalar(select(func.sum(Issue.moved)).where(Issue.dialogue_id == dialogue_id)) or 0,
        "cards": taken.get("card", 0), "claims": session.scalar(member.where(Member.claimed.is_(True))) or 0,
    }  # fmt: skip


def _kept(roll: Roll) -> dict[str, int]:
    return {name: getattr(roll, f"kept_{name}") for name in KEPT}
