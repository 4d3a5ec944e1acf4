"""Tablets and screens: they show six digits, or scan a one-use link, and are let in to one dialogue."""

from __future__ import annotations

import secrets

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import links
from survey.accounts import queries
from survey.accounts.link_kinds import DEVICE_ROLES
from survey.accounts.link_kinds import DIGITS_LIFE
from survey.accounts.link_kinds import Kind
from survey.accounts.log import note
from survey.accounts.models import DeviceRequest
from survey.accounts.models import SignIn
from survey.accounts.signins import new_sign_in
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import TooMany
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.core.text import N_

MOST_WAITING = 40  # of one dialogue; a hall has a handful
NO_DEVICE = N_("Không có máy nào đang chờ với sáu chữ số này. Hãy đọc lại trên máy; số đổi sau một giờ.")


def ask_in(session: Session, dialogue_id: str, role: str, label: str) -> str:
    """Let a device wait with six digits; return the secret that it keeps. Raises `TooMany` when a flood waits."""
    _check_role(role)
    session.execute(delete(DeviceRequest).where(DeviceRequest.expires_at < now(), DeviceRequest.sign_in_id.is_(None)))
    taken = {row.digits for row in queries.waiting(session, dialogue_id)}
    if len(taken) >= MOST_WAITING:
        raise TooMany(N_("Đã có quá nhiều máy đang chờ. Hãy báo người điều hành, rồi thử lại sau ít phút."), 300)
    secret = new_token()
    session.add(DeviceRequest(
        id=new_id(), dialogue_id=dialogue_id, digits=_free_digits(taken), token=digest(secret), role=role, label=label,
        expires_at=now() + DIGITS_LIFE,
    ))  # fmt: skip
    session.flush()
    return secret


def withdraw(session: Session, secret: str) -> None:
    """The device waits no longer; nothing happens where it was let in already."""
    session.execute(
        delete(DeviceRequest).where(DeviceRequest.token == digest(secret), DeviceRequest.sign_in_id.is_(None))
    )


def admit(session: Session, dialogue_id: str, organisation_id: str, typed: str, *, actor: str) -> str:
    """Let in the device that shows these digits; return its role. Raises `Invalid` at the field `digits`."""
    digits = "".join(c for c in typed if c.isdecimal())
    asked = session.scalar(
        select(DeviceRequest)
        .where(
            DeviceRequest.dialogue_id == dialogue_id,
            DeviceRequest.digits == digits,
            DeviceRequest.sign_in_id.is_(None),
            DeviceRequest.expires_at > now(),
        )
        .with_for_update()
    )
    if asked is None:
        raise Invalid(NO_DEVICE, {"digits": NO_DEVICE})
    _, row = new_sign_in(organisation_id, asked.label)
    row.token = asked.token  # the secret that the device made its own when it asked, and nobody else ever held
    _add(session, row, dialogue_id, asked.role)
    asked.sign_in_id = row.id
    _log(session, row, actor)
    return asked.role


def link_for(session: Session, dialogue_id: str, organisation_id: str, role: str, theme: str, *, actor: str) -> str:
    """A one-use link for a tablet that scans it from the moderator's page; return the token."""
    _check_role(role)
    note(session, "device_link", actor=actor, organisation_id=organisation_id, dialogue_id=dialogue_id, role=role)
    return links.make(
        session, Kind.DEVICE, organisation_id=organisation_id, dialogue_id=dialogue_id, role=role, name=theme
    )


def enter_by_link(session: Session, token: str, label: str) -> str:
    """Spend the link and let this device in; return the secret for its cookie."""
    link = links.spend(session, token, frozenset({Kind.DEVICE}))
    assert link.organisation_id is not None
    assert link.dialogue_id is not None
    assert link.role is not None
    secret, row = new_sign_in(link.organisation_id, label)
    _add(session, row, link.dialogue_id, link.role)
    _log(session, row, f"device:{row.id}")
    return secret


def _add(session: Session, row: SignIn, dialogue_id: str, role: str) -> None:
    row.dialogue_id, row.role = dialogue_id, role
    session.add(row)
    session.flush()


def _log(session: Session, row: SignIn, actor: str) -> None:
    note(
        session, "admit", actor=actor, organisation_id=row.organisation_id, dialogue_id=row.dialogue_id,
        sign_in=row.id, role=str(row.role), label=row.label,
    )  # fmt: skip


def _check_role(role: str) -> None:
    if role not in set(map(str, DEVICE_ROLES)):
        raise Invalid(
            N_("Máy chỉ có thể là màn chiếu hoặc máy của người chủ trì."), {"role": N_("Hãy chọn một vai trò.")}
        )


def _free_digits(taken: set[str]) -> str:
    while True:
        digits = f"{secrets.randbelow(1_000_000):06}"
        if digits not in taken:
            return digits
