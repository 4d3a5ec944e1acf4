"""The roll page by page, as its keepers look through it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.roll.issuing import Mode
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import UnitCount
from survey.roll.people import matching

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One member. `place` is a `Mode`, "moving" while a freed place waits for its next phone, or "" while it is free."""

    id: str
    name: str
    code: str
    units: tuple[str, ...]  # ids, the main one first
    contact: bool
    place: str
    added: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of those who match: `page` of `pages`, and how many there are in all."""

    rows: list[Row]
    total: int
    page: int
    pages: int


def page(session: Session, dialogue_id: str, typed: str, unit_ids: Collection[str] | None, number: int) -> Page:
    """Who matches, in Vietnamese order; a page number out of range is brought into it."""
    wanted = matching(dialogue_id, typed, unit_ids)
    total = session.scalar(wanted.with_only_columns(func.count())) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(1, number), pages)
    ordered = wanted.order_by(Member.sort, Member.id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return Page(_rows(session, dialogue_id, list(session.scalars(ordered))), total, number, pages)


def further(session: Session, member_ids: Collection[str]) -> dict[str, list[str]]:
    """The ids of the units to which members belong besides."""
    found: dict[str, list[str]] = {}
    rows = session.execute(select(Membership.member_id, Membership.unit_id).where(Membership.member_id.in_(member_ids)))
    for member_id, unit_id in rows:
        found.setdefault(member_id, []).append(unit_id)
    return found


def place(issue: Issue | None) -> str:
    """How a place was taken, see `Row`."""
    if issue is None:
        return ""
    return "moving" if issue.mode == Mode.WEAK and issue.bound is None else issue.mode


def names_unit(session: Session, unit_id: str) -> bool:
    """Whether a roll names this unit: for somebody on it, or with the count that was published."""
    wanted = (
        select(Member.id).where(Member.unit_id == unit_id),
        select(Membership.member_id).where(Membership.unit_id == unit_id),
        select(UnitCount.dialogue_id).where(UnitCount.unit_id == unit_id),
    )
    return any(session.scalar(statement.limit(1)) is not None for statement in wanted)


def _rows(session: Session, dialogue_id: str, members: list[Member]) -> list[Row]:
    ids = [member.id for member in members]
    besides = further(session, ids)
    statement = select(Issue).where(Issue.dialogue_id == dialogue_id, Issue.member_id.in_(ids))
    taken = {issue.member_id: issue for issue in session.scalars(statement)}
    return [
        Row(
            one.id, one.name, one.code, (*([one.unit_id] if one.unit_id else []), *besides.get(one.id, [])),
            bool(one.phone or one.email), place(taken.get(one.id)), one.added,
        )
        for one in members
    ]  # fmt: skip
