"""Tables of deadlines: what an organisation and a dialogue have set, who was reminded on which day, and frozen figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class DeadlineRules(Base):
    """How an organisation counts. Without a row the law's figures hold (Luật Thanh niên, Điều 10)."""

    __tablename__ = "deadline_rules"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    applies: Mapped[bool] = mapped_column(default=True)  # publication by law; False: its dialogues are internal
    plan_days: Mapped[int] = mapped_column(default=30)  # calendar days before the dialogue
    conclusion_days: Mapped[int] = mapped_column(default=10)  # calendar days after it
    complex_days: Mapped[int] = mapped_column(default=15)  # the same where the matter is complex
    soon_days: Mapped[int] = mapped_column(default=3)  # working days before a deadline in which it is due soon
    again_days: Mapped[int] = mapped_column(default=3)  # working days between two letters of the `remind` command
    days_off: Mapped[str] = mapped_column(default="")  # as `calendar.write_days` writes them
    days_worked: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")  # of the office, which is reminded too
    feed: Mapped[bytes | None] = mapped_column(unique=True)  # digest of the secret of the office's calendar


class DialogueDeadlines(Base):
    """What one dialogue has set apart from its organisation; None is the organisation's."""

    __tablename__ = "dialogue_deadlines"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    applies: Mapped[bool | None]
    complicated: Mapped[bool] = mapped_column(default=False)  # complex or of several fields
    plan_days: Mapped[int | None]
    conclusion_days: Mapped[int | None]
    plan_published: Mapped[dt.date | None]
    conclusion_published: Mapped[dt.date | None]


class UnitContact(Base):
    """Where reminders of a unit go: an address of the office, no person's account."""

    __tablename__ = "unit_contacts"

    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    email: Mapped[str]


class Reminder(Base):
    """One reminding of one unit (or of the office: `target` "office"); the key forbids a second one on the same day."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("dialogue_id", "target", "on_day"), Index(None, "dialogue_id", "at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    target: Mapped[str]  # id of the unit, or "office"
    name: Mapped[str]  # of the unit as it was then
    on_day: Mapped[dt.date]
    at: Mapped[dt.datetime]
    actor: Mapped[str]  # opaque, or "cli"
    via: Mapped[str]  # mail, text
    count: Mapped[int]  # recommendations and deadlines that it spoke of


class ConcludedFigures(Base):
    """A dialogue's own figures as they stood at its conclusion, so that years compare what does not move any more."""

    __tablename__ = "concluded_figures"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    held_on: Mapped[dt.date]  # the day of the dialogue, which decides the year
    at: Mapped[dt.datetime]
    figures: Mapped[dict[str, Any]]  # see `frozen.Figures`
