"""Links that let somebody in. Only a digest is stored, and all but sample links are spent by one POST."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import queries
from survey.accounts.link_kinds import LIVES
from survey.accounts.link_kinds import ROLE_NAMES
from survey.accounts.link_kinds import Kind
from survey.accounts.log import note
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.accounts.policy import Role
from survey.accounts.staff import add_grant
from survey.accounts.staff import add_staff
from survey.accounts.staff import check_name
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import CODE_ALPHABET
from survey.core.ids import digest
from survey.core.ids import new_code
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.core.text import N_
from survey.core.text import clean_line

UNKNOWN = N_("Không có đường dẫn này. Hãy kiểm tra lại, hoặc xin ban tổ chức gửi lại.")
SPENT = N_("Đường dẫn này đã dùng rồi hoặc đã hết hạn. Hãy xin ban tổ chức một đường dẫn mới.")
RECOVERY_CODES = 5


def setup_link(session: Session) -> str | None:
    """A one-time link for the first organiser, in place of any earlier one; None once there is staff."""
    if queries.installed(session):
        return None
    session.execute(delete(Link).where(Link.kind == Kind.SETUP, Link.used_at.is_(None)))
    return make(session, Kind.SETUP, role=Role.ORGANISER)


def sample_link(
    session: Session,
    organisation_id: str,
    role: str,
    dialogue_id: str | None = None,
    name: str = "",
    site: int | None = None,
) -> str:
    """A link for sample scenes: signs in by plain GET, repeatedly, as a person made for this role."""
    name = clean_line(name) or ROLE_NAMES[Role(role)]
    staff_id = add_staff(session, organisation_id, f"sample {new_id()}", name, None)
    add_grant(session, staff_id, organisation_id, role, dialogue_id, site)
    return make(
        session, Kind.SAMPLE, organisation_id=organisation_id, dialogue_id=dialogue_id, staff_id=staff_id, role=role,
        name=name, site=site,
    )  # fmt: skip


def invite(
    session: Session,
    organisation_id: str,
    role: str,
    dialogue_id: str | None,
    name: str,
    *,
    actor: str,
    giver_id: str | None = None,
    site: int | None = None,
    life: dt.timedelta | None = None,
) -> str:
    """A link for one role, a host's with the number of the site. Return the token; it dies after `life`.

    With a giver, that person loses the role when the link is taken up.
    """
    name = clean_line(name)
    fields = check_name(name)
    if fields:
        raise Invalid(fields["name"], fields)
    kind = Kind.HANDOVER if giver_id else Kind.INVITATION
    note(
        session, kind.value, actor=actor, organisation_id=organisation_id, dialogue_id=dialogue_id, name=name, role=role
    )
    return make(
        session, kind, organisation_id=organisation_id, dialogue_id=dialogue_id, staff_id=giver_id, role=Role(role).value,
        name=name, site=site, life=life,
    )  # fmt: skip


def reset_link(session: Session, staff_id: str, organisation_id: str, *, actor: str) -> str:
    """A link with which somebody sets a new password, in place of any earlier one. Return the token."""
    staff = queries.staff_in(session, organisation_id, staff_id)
    if staff is None or staff.disabled:
        raise NotFound(N_("Không có người này trong danh sách của tổ chức."))
    session.execute(delete(Link).where(Link.kind == Kind.RESET, Link.staff_id == staff_id, Link.used_at.is_(None)))
    note(session, "reset_link", actor=actor, organisation_id=organisation_id, staff=staff_id)
    return make(session, Kind.RESET, organisation_id=organisation_id, staff_id=staff_id, name=staff.name)


def recovery_sheet(session: Session, staff_id: str, *, actor: str) -> list[str]:
    """New one-time codes to print, in place of the sheet before; each is 18 letters (90 bits) in groups of six."""
    staff = session.get_one(Staff, staff_id)
    session.execute(delete(Link).where(Link.kind == Kind.RECOVERY, Link.staff_id == staff_id, Link.used_at.is_(None)))
    note(session, "recovery_sheet", actor=actor, organisation_id=staff.organisation_id, staff=staff_id)
    codes = ["-".join(new_code() for _ in range(3)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        make(
            session, Kind.RECOVERY, organisation_id=staff.organisation_id, staff_id=staff_id, name=staff.name,
            token=recovery_token(code),
        )  # fmt: skip
    return codes


def recovery_token(typed: str) -> str:
    """The token behind a typed recovery code; what cannot be in a code is left out."""
    return "".join(c for c in typed.upper() if c in CODE_ALPHABET)


def withdraw(
    session: Session, link_id: str, organisation_id: str, *, actor: str, dialogue_id: str | None = None
) -> None:
    """Make an open invitation worthless."""
    link = session.get(Link, link_id)
    if (
        link is None
        or link.organisation_id != organisation_id
        or link.kind not in {Kind.INVITATION, Kind.HANDOVER}
        or (dialogue_id is not None and link.dialogue_id != dialogue_id)
    ):
        raise NotFound(N_("Lời mời này không còn. Hãy tải lại trang."))
    note(session, "withdraw_invitation", actor=actor, organisation_id=organisation_id, name=link.name)
    session.delete(link)
    session.flush()


def spend(session: Session, token: str, kinds: frozenset[Kind]) -> Link:
    """Mark the link as used; raises `NotFound` or, where it was spent before, `Conflict`."""
    link = session.scalar(select(Link).where(Link.token == digest(token)).with_for_update())
    if link is None or link.kind not in kinds:
        raise NotFound(UNKNOWN)
    if not queries.is_fresh(link):
        raise Conflict(SPENT)
    link.used_at = now()
    session.flush()
    return link


def make(
    session: Session,
    kind: Kind,
    *,
    token: str | None = None,
    organisation_id: str | None = None,
    dialogue_id: str | None = None,
    staff_id: str | None = None,
    role: str | None = None,
    name: str = "",
    site: int | None = None,
    life: dt.timedelta | None = None,
) -> str:
    """A row for a new link; return the token, which cannot be read again."""
    token, life = token or new_token(), life or LIVES[kind]
    session.add(Link(
        id=new_id(), token=digest(token), kind=kind.value, organisation_id=organisation_id, dialogue_id=dialogue_id,
        staff_id=staff_id, role=role, site=site, name=name, expires_at=now() + life if life else None,
    ))  # fmt: skip
    session.flush()
    return token
