"""Taking a link up: one write spends it and does what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import links
from survey.accounts import queries
from survey.accounts.link_kinds import Kind
from survey.accounts.log import note
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.accounts.policy import Role
from survey.accounts.signins import end_all
from survey.accounts.staff import add_grant
from survey.accounts.staff import add_staff
from survey.core.bus import DOORS
from survey.core.db import announce
from survey.core.errors import Conflict
from survey.core.text import N_
from survey.organisations import service as organisations


@dataclass(frozen=True, slots=True)
class Account:
    """What a person typed to take a link up; the password is hashed before the write."""

    login: str = ""
    name: str = ""
    hashed: str | None = None
    organisation: str = ""
    staff_id: str | None = None  # takes the role under the account that is signed in


def take_up(session: Session, token: str, account: Account) -> str:
    """Spend the link and do what it is for; return the id of the staff member who may be signed in now.

    Raises `Conflict` for a spent link (nothing changes), `Invalid` for what was typed (the link stays fresh).
    """
    link = links.spend(session, token, frozenset(Kind) - {Kind.DEVICE, Kind.SAMPLE})
    staff_id = _BY_KIND[Kind(link.kind)](session, link, account)
    note(
        session, f"take_up_{link.kind}", actor=f"staff:{staff_id}", organisation_id=link.organisation_id,
        dialogue_id=link.dialogue_id,
    )  # fmt: skip
    return staff_id


def _set_up(session: Session, link: Link, account: Account) -> str:
    if queries.installed(session):
        raise Conflict(links.SPENT)
    link.organisation_id = organisations.create(session, account.organisation)
    staff_id = add_staff(session, link.organisation_id, account.login, account.name, _password(account))
    add_grant(session, staff_id, link.organisation_id, Role.ORGANISER, None)
    return staff_id


def _join(session: Session, link: Link, account: Account) -> str:
    assert link.organisation_id is not None
    assert link.role is not None
    known = queries.staff_in(session, link.organisation_id, account.staff_id)
    staff_id = known.id if known else add_staff(
        session, link.organisation_id, account.login, account.name or link.name, _password(account)
    )  # fmt: skip
    if link.kind == Kind.HANDOVER:
        _take_from_giver(session, link, staff_id)
    add_grant(session, staff_id, link.organisation_id, link.role, link.dialogue_id, link.site)
    return staff_id


def _take_from_giver(session: Session, link: Link, taker_id: str) -> None:
    held = session.scalar(
        select(Grant).where(
            Grant.staff_id == link.staff_id,
            Grant.role == link.role,
            Grant.dialogue_id.is_(None) if link.dialogue_id is None else Grant.dialogue_id == link.dialogue_id,
        )
    )
    if held is None:  # the giver lost the role meanwhile and has nothing to give
        raise Conflict(links.SPENT)
    if held.staff_id == taker_id:
        _refuse_self()
    session.delete(held)
    session.flush()
    announce(session, DOORS)


def _refuse_self() -> NoReturn:
    raise Conflict(N_("Bạn đang giữ vai trò này. Hãy gửi đường dẫn cho người nhận."))


def _new_password(session: Session, link: Link, account: Account) -> str:
    assert link.staff_id is not None
    staff = session.get_one(Staff, link.staff_id)
    if staff.disabled:
        raise Conflict(links.SPENT)
    staff.password_hash = _password(account)
    end_all(session, staff.id, actor=f"staff:{staff.id}")
    return staff.id


def _password(account: Account) -> str:
    assert account.hashed is not None, "the view hashes a password before it writes"
    return account.hashed


_BY_KIND = {
    Kind.SETUP: _set_up,
    Kind.INVITATION: _join,
    Kind.HANDOVER: _join,
    Kind.RESET: _new_password,
    Kind.RECOVERY: _new_password,
}
