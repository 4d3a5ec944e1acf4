"""What the door sees: members found while somebody types, and whether their places are taken. Nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import fold
from survey.roll import issuing
from survey.roll import people
from survey.roll.issuing import Mode
from survey.roll.models import Issue
from survey.roll.models import Member

SHOWN, MOST_WORDS, LEAST = 20, 8, 2  # rows; words and letters of a search


@dataclass(frozen=True, slots=True)
class Found:
    """What the door sees of a member. `taken` is a `Mode` or empty."""

    id: str
    name: str
    code: str
    unit_id: str | None
    phone_known: bool  # so that a link can ask for its last digits
    taken: str
    freed: bool  # taken, and waits for another phone
    added: str
    reason: str
    locked: bool
    claimed: bool


def find(
    session: Session, dialogue_id: str, typed: str, units: Mapping[str, str], limit: int = SHOWN
) -> tuple[list[Found], bool]:
    """Members who have every word that was typed: in name, code or unit, or at the end of the phone; and whether more do.

    `units` are the folded names of units by id. Who bears the last word as the given name comes first, then who has it
    as a whole word, each in Vietnamese order.
    """
    words = fold(typed).split()[:MOST_WORDS]
    if len("".join(words)) < LEAST:
        return [], False
    last, padded = f"% {words[-1]} ", literal(" ") + Member.folded + literal(" ")
    given, whole = padded.like(literal(last) + func.lower(Member.code) + literal(" ")), padded.like(f"{last}%")
    statement = (
        select(Member, Issue)
        .outerjoin(Issue, (Issue.member_id == Member.id) & (Issue.dialogue_id == Member.dialogue_id))
        .where(Member.dialogue_id == dialogue_id, Member.removed.is_(False), *(_has(word, units) for word in words))
        .order_by(given.desc(), whole.desc(), Member.sort, Member.id)
        .limit(limit + 1)
    )
    rows = [_found(member, issue) for member, issue in session.execute(statement)]
    return rows[:limit], len(rows) > limit


def _has(word: str, units: Mapping[str, str]) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [Member.folded.contains(word, autoescape=True)]
    within = [unit_id for unit_id, name in units.items() if f" {word}" in f" {name}"]
    if within:
        ways.append(Member.unit_id.in_(within))
    if len(word) >= people.LEAST_DIGITS and word.isascii() and word.isdecimal():
        ways.append(Member.phone.endswith(word, autoescape=True))
    return or_(*ways)


def see(session: Session, dialogue_id: str, member_id: str) -> Found:
    """The member as the door sees one; raises `NotFound`."""
    member = people.load(session, dialogue_id, member_id)
    return _found(member, session.get(Issue, (dialogue_id, member_id)))


def _found(member: Member, issue: Issue | None) -> Found:
    return Found(
        id=member.id, name=member.name, code=member.code, unit_id=member.unit_id, phone_known=len(member.phone) >= 4,
        taken=issue.mode if issue else "", freed=issue is not None and issue.mode == Mode.WEAK and issue.bound is None,
        added=member.added, reason=member.reason, locked=member.tries >= issuing.MOST_TRIES, claimed=member.claimed,
    )  # fmt: skip
