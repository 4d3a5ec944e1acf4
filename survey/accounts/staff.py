"""The rows of staff and of their roles: checked, unique, written without a log line of their own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Grant
from survey.accounts.models import Staff
from survey.accounts.policy import Role
from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold

LOGIN_LENGTH = 40
NAME_LENGTH = 80


def add_staff(session: Session, organisation_id: str, login: str, name: str, hashed: str | None) -> str:
    """A row of staff; return its id. Raises `Invalid` with a sentence for each field that cannot be taken."""
    folded, name = login_name(login), clean_line(name)
    fields = {**_check_login(session, folded), **check_name(name)}
    if fields:
        raise Invalid(next(iter(fields.values())), fields)
    staff = Staff(id=new_id(), organisation_id=organisation_id, login=folded, name=name, password_hash=hashed)
    session.add(staff)
    session.flush()
    return staff.id


def login_name(typed: str) -> str:
    """A typed login name in its one form: cleaned, without accents, lower case."""
    return fold(clean_line(typed))


def add_grant(
    session: Session, staff_id: str, organisation_id: str, role: str, dialogue_id: str | None, site: int | None = None
) -> str:
    """A role for somebody; return its id, also where it was there already (NULL is never unique to a database).

    A host of one site who is given another one hosts that one from now on.
    """
    there = session.scalar(
        select(Grant).where(
            Grant.staff_id == staff_id,
            Grant.organisation_id == organisation_id,
            Grant.role == Role(role),
            Grant.dialogue_id.is_(None) if dialogue_id is None else Grant.dialogue_id == dialogue_id,
        )
    )
    if there is not None:
        there.site = site
        session.flush()
        return there.id
    held = Grant(
        id=new_id(), staff_id=staff_id, organisation_id=organisation_id, dialogue_id=dialogue_id, role=Role(role).value,
        site=site,
    )  # fmt: skip
    session.add(held)
    session.flush()
    return held.id


def check_name(name: str) -> dict[str, str]:
    """The sentence at the field `name` where a cleaned name cannot be taken."""
    if 2 <= len(name) <= NAME_LENGTH:
        return {}
    return {"name": N_("Hãy ghi họ tên, từ 2 đến 80 ký tự.")}


def _check_login(session: Session, folded: str) -> dict[str, str]:
    if not 2 <= len(folded) <= LOGIN_LENGTH:
        return {"login": N_("Hãy chọn tên đăng nhập từ 2 đến 40 ký tự, chẳng hạn lan.nguyen.")}
    if session.scalar(select(Staff.id).where(Staff.login == folded)) is not None:
        return {"login": N_("Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.")}
    return {}
