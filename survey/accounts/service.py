"""Staff, their roles and their sign-ins. Every act of one person on another is logged in the same write."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import passwords
from survey.accounts import queries
from survey.accounts.links import sample_link as sample_link  # part of this module's interface
from survey.accounts.links import setup_link as setup_link
from survey.accounts.log import note
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.accounts.policy import Role
from survey.accounts.queries import names as names
from survey.accounts.queries import still_in as still_in
from survey.accounts.signins import end_all
from survey.accounts.staff import add_grant
from survey.accounts.staff import add_staff
from survey.core.bus import DOORS
from survey.core.db import announce
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.organisations import service as organisations

SYSTEM = "system"  # the actor of the console: CLI, first start


def create_organisation(session: Session, name: str) -> str:
    """A new organisation; return its id."""
    return organisations.create(session, name)


def create_staff(session: Session, organisation_id: str, login: str, name: str, password: str | None = None) -> str:
    """A new member of the staff, without any role; return the id. Raises `Invalid` (also for a taken login).

    Hashes the password on the spot, so it is for the console; views hash before they write.
    """
    hashed = passwords.hashed(password) if password is not None else None
    return add_staff(session, organisation_id, login, name, hashed)


def grant(
    session: Session,
    staff_id: str,
    organisation_id: str,
    role: str,
    dialogue_id: str | None = None,
    *,
    actor: str = SYSTEM,
    site: int | None = None,
) -> str:
    """Give a role for one dialogue, or for the whole organisation; return the grant's id. Twice changes nothing."""
    staff = _staff(session, organisation_id, staff_id)
    held = add_grant(session, staff.id, organisation_id, role, dialogue_id, site)
    note(
        session,
        "grant",
        actor=actor,
        organisation_id=organisation_id,
        dialogue_id=dialogue_id,
        staff=staff_id,
        role=role,
    )
    return held


def revoke(
    session: Session, grant_id: str, organisation_id: str, *, actor: str, dialogue_id: str | None = None
) -> None:
    """Take a role away; open streams that lived on it end. Raises `Conflict` for the last organiser.

    With a dialogue, only a role of that dialogue can be taken.
    """
    held = _grant(session, grant_id, organisation_id, dialogue_id)
    _keep_an_organiser(session, held)
    _log_grant(session, "revoke", held, actor)
    session.delete(held)
    session.flush()
    announce(session, DOORS)


def hand_over(session: Session, grant_id: str, organisation_id: str, to_staff_id: str, *, actor: str) -> None:
    """Give the role to somebody else of the organisation and take it from its holder, in one write."""
    held = _grant(session, grant_id, organisation_id, None)
    taker = _staff(session, organisation_id, to_staff_id)
    if taker.id == held.staff_id:
        raise Invalid(N_("Hãy chọn người khác để giao lại vai trò."))
    _log_grant(session, "hand_over", held, actor, to=taker.id)
    add_grant(session, taker.id, organisation_id, held.role, held.dialogue_id, held.site)
    session.delete(held)
    session.flush()
    announce(session, DOORS)


def remove_staff(session: Session, staff_id: str, organisation_id: str, *, actor: str) -> None:
    """End somebody's work here: no role, no sign-in, no link. The name stays for what was logged."""
    staff = _staff(session, organisation_id, staff_id)
    for held in session.scalars(select(Grant).where(Grant.staff_id == staff.id)).all():
        _keep_an_organiser(session, held)
        session.delete(held)
    session.execute(delete(Link).where(Link.staff_id == staff.id))
    staff.disabled = True
    note(session, "remove_staff", actor=actor, organisation_id=organisation_id, staff=staff.id)
    end_all(session, staff.id, actor=actor)


def set_password(session: Session, staff_id: str, hashed: str, *, keep: str | None, actor: str) -> None:
    """A new password; every browser but `keep` is signed out, and links for another new one die."""
    staff = session.get_one(Staff, staff_id)
    staff.password_hash = hashed
    note(session, "password", actor=actor, organisation_id=staff.organisation_id, staff=staff_id)
    end_all(session, staff_id, actor=actor, keep=keep)


def rehash(session: Session, staff_id: str, hashed: str) -> None:
    """The same password under newer parameters."""
    session.get_one(Staff, staff_id).password_hash = hashed
    session.flush()


def _staff(session: Session, organisation_id: str, staff_id: str) -> Staff:
    staff = queries.staff_in(session, organisation_id, staff_id)
    if staff is None or staff.disabled:
        raise NotFound(N_("Không có người này trong danh sách của tổ chức."))
    return staff


def _grant(session: Session, grant_id: str, organisation_id: str, dialogue_id: str | None) -> Grant:
    held = session.get(Grant, grant_id, with_for_update=True)
    if (
        held is None
        or held.organisation_id != organisation_id
        or (dialogue_id is not None and held.dialogue_id != dialogue_id)
    ):
        raise NotFound(N_("Vai trò này không còn. Hãy tải lại trang."))
    return held


def _keep_an_organiser(session: Session, held: Grant) -> None:
    """An organisation without an organiser could never be managed again."""
    if held.role != Role.ORGANISER or held.dialogue_id is not None:
        return
    others = session.scalar(
        select(Grant.id)
        .join(Staff, Staff.id == Grant.staff_id)
        .where(
            Grant.organisation_id == held.organisation_id,
            Grant.role == Role.ORGANISER,
            Grant.dialogue_id.is_(None),
            Grant.staff_id != held.staff_id,
            Staff.disabled.is_(False),
        )
        .limit(1)
    )
    if others is None:
        raise Conflict(N_("Đây là người duy nhất trong ban tổ chức. Hãy thêm một người nữa trước."))


def _log_grant(session: Session, action: str, held: Grant, actor: str, **detail: str) -> None:
    note(
        session,
        action,
        actor=actor,
        organisation_id=held.organisation_id,
        dialogue_id=held.dialogue_id,
        staff=held.staff_id,
        role=held.role,
        **detail,
    )
