"""Browsers that are in: each has a row, and can be ended from elsewhere."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.log import note
from survey.accounts.models import SignIn
from survey.accounts.models import Staff
from survey.core.bus import DOORS
from survey.core.clock import now
from survey.core.db import announce
from survey.core.errors import NotFound
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.core.text import N_


def open_for_staff(session: Session, staff_id: str, label: str) -> str:
    """Let a browser in; return the new secret for its cookie (stored as a digest only)."""
    staff = session.get_one(Staff, staff_id)
    secret, row = new_sign_in(staff.organisation_id, label)
    row.staff_id = staff_id
    session.add(row)
    session.flush()
    return secret


def new_sign_in(organisation_id: str, label: str) -> tuple[str, SignIn]:
    """A secret and its row, which still lacks whom it lets in."""
    secret, moment = new_token(), now()
    return secret, SignIn(
        id=new_id(),
        token=digest(secret),
        organisation_id=organisation_id,
        label=label,
        opened_at=moment,
        seen_at=moment,
    )


def seen(session: Session, sign_in_id: str) -> None:
    """Remember that this browser was here just now."""
    row = session.get(SignIn, sign_in_id)
    if row is not None:
        row.seen_at = now()
        session.flush()


def leave(session: Session, sign_in_id: str) -> None:
    """Sign this browser out; calling it again changes nothing."""
    row = session.get(SignIn, sign_in_id)
    if row is not None and row.ended_at is None:
        _end(session, row)


def end(session: Session, sign_in_id: str, organisation_id: str, *, actor: str, dialogue_id: str | None = None) -> None:
    """Throw a browser or a device out; its streams end now. With a dialogue, only a device of that dialogue."""
    row = session.get(SignIn, sign_in_id)
    if (
        row is None
        or row.organisation_id != organisation_id
        or (dialogue_id is not None and row.dialogue_id != dialogue_id)
    ):
        raise NotFound(N_("Máy này không có trong danh sách. Hãy tải lại trang."))
    if row.ended_at is None:
        _end(session, row)
        note(
            session,
            "throw_out",
            actor=actor,
            organisation_id=organisation_id,
            dialogue_id=row.dialogue_id,
            sign_in=row.id,
            label=row.label,
        )


def end_own(session: Session, sign_in_id: str, staff_id: str) -> None:
    """Sign one of somebody's own browsers out; raises `NotFound` for anybody else's."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.staff_id != staff_id:
        raise NotFound(N_("Máy này không có trong danh sách. Hãy tải lại trang."))
    leave(session, sign_in_id)


def end_all(session: Session, staff_id: str, *, actor: str, keep: str | None = None) -> int:
    """Sign somebody out everywhere, except in the browser `keep`; return how many browsers that were."""
    rows = session.scalars(select(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None))).all()
    ended = [row for row in rows if row.id != keep]
    for row in ended:
        _end(session, row)
    organisation_id = session.get_one(Staff, staff_id).organisation_id
    note(session, "sign_out_everywhere", actor=actor, organisation_id=organisation_id, staff=staff_id)
    return len(ended)


def _end(session: Session, row: SignIn) -> None:
    row.ended_at = now()
    session.flush()
    announce(session, DOORS)
