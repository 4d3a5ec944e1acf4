"""Reminding by letter those who have not taken a ballot. Nothing is kept of whom a letter went to.

A mark at each member's row would say that there was no ballot on that day, and two of them on which day it was taken (rule
D1). So only the day of the last sending is kept, for the whole roll: nobody gets two letters on one day, and no row tells.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.roll import secrets
from survey.roll import service
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll

TODAY = N_("Hôm nay đã gửi thư nhắc rồi. Mỗi người nhận nhiều nhất một thư mỗi ngày; ngày mai gửi lại được.")


class Addressee(NamedTuple):
    """Somebody without a ballot, with the own link (the secret in its fragment) and what is typed instead of it."""

    name: str
    email: str
    url: str
    twin: str


def count(session: Session, dialogue_id: str) -> int:
    """How many would get a letter now."""
    return session.scalar(_waiting(dialogue_id).with_only_columns(func.count()).order_by(None)) or 0


def begin(
    session: Session, key: bytes, dialogue_id: str, page: str, moment: dt.datetime, *, actor: str
) -> list[Addressee]:
    """Take today's sending and return to whom it goes; `page` is the members' side, such as https://…/m/<code>.

    Raises `NotNow` for a second one on the same day, and where no ballot can be taken any more.
    """
    roll, today = service.ensure(session, dialogue_id), local(moment).date()
    check(roll, moment)
    roll.reminded_on = today
    found = [_addressee(key, member, page) for member in session.scalars(_waiting(dialogue_id))]
    service.log(session, dialogue_id, "remind", actor=actor)
    return found


def give_back(session: Session, dialogue_id: str) -> None:
    """Nothing could be sent, so today's sending is still to come."""
    service.ensure(session, dialogue_id).reminded_on = None


def check(roll: Roll | None, moment: dt.datetime) -> None:
    """Raise `NotNow` with what stands in the way of sending letters at `moment`."""
    if roll is None or roll.frozen_at is None:
        raise NotNow(N_("Danh sách chưa chốt nên chưa ai nhận phiếu được. Hãy chốt danh sách trước khi nhắc."))
    if roll.purged_at is not None:
        raise NotNow(service.GONE)
    if roll.issue_until is not None and roll.issue_until <= moment:
        raise NotNow(N_("Giờ nhận phiếu đã hết, nên nhắc lúc này không giúp được ai. Hãy đổi giờ ở trang Danh sách."))
    if roll.reminded_on == local(moment).date():
        raise NotNow(TODAY)


def _waiting(dialogue_id: str) -> Select[Member]:
    had = select(Issue.member_id).where(Issue.dialogue_id == dialogue_id)
    here = select(Member).where(Member.dialogue_id == dialogue_id, Member.removed.is_(False), Member.email != "")
    return here.where(Member.id.not_in(had)).order_by(Member.id)  # ids are random


def _addressee(key: bytes, member: Member, page: str) -> Addressee:
    own = secrets.personal(key, member)
    return Addressee(member.name, member.email, f"{page}#{own.token}", secrets.grouped(own.twin))
