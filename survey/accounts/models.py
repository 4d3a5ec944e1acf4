"""Tables of the staff. Staff act under their name and with times; nothing here ever points to a ballot."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Staff(Base):
    """A person who works with the program. `login` is stored folded; no password until the first link was used."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    disabled: Mapped[bool] = mapped_column(default=False)


class Grant(Base):
    """A role for one dialogue, or for the whole organisation where `dialogue_id` is empty."""

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("staff_id", "dialogue_id", "role"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    dialogue_id: Mapped[str | None] = mapped_column(ForeignKey("dialogues.id"), index=True)
    role: Mapped[str]
    site: Mapped[int | None]  # number of the site, for the role `host`


class SignIn(Base):
    """One browser that is in: of a staff member, or of a device (tablet, screen) admitted to one dialogue."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(unique=True)  # digest of the secret in the session cookie
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    dialogue_id: Mapped[str | None] = mapped_column(ForeignKey("dialogues.id"), index=True)
    role: Mapped[str | None]  # of a device
    label: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class Link(Base):
    """A link that lets somebody in: set-up, invitation, reset, device or sample; stored as a digest."""

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    dialogue_id: Mapped[str | None] = mapped_column(ForeignKey("dialogues.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str | None]
    site: Mapped[int | None]  # for the role `host`
    name: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]


class DeviceRequest(Base):
    """A tablet or screen that waits with six digits on it until a moderator admits it."""

    __tablename__ = "device_requests"
    __table_args__ = (Index(None, "dialogue_id", "digits"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    digits: Mapped[str]
    token: Mapped[bytes] = mapped_column(unique=True)  # digest of the secret that the waiting device keeps
    role: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[dt.datetime]
    sign_in_id: Mapped[str | None] = mapped_column(ForeignKey("sign_ins.id"))


class StaffLog(Base):
    """What staff did to staff, roles and devices."""

    __tablename__ = "staff_log"
    __table_args__ = (Index(None, "organisation_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    dialogue_id: Mapped[str | None] = mapped_column(ForeignKey("dialogues.id"))
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    detail: Mapped[dict[str, Any]]
