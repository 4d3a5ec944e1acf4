"""Tables of the organisation: everything else belongs to one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Organisation(Base):
    """Owner of dialogues, staff, units, topic lists and templates."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    superior: Mapped[str] = mapped_column(default="")  # first line of the letterhead
    contact: Mapped[str] = mapped_column(default="")  # where complaints and denunciations belong


class Unit(Base):
    """A branch or office; a tree of any depth, the level is only a label."""

    __tablename__ = "units"
    __table_args__ = (Index(None, "organisation_id", "parent_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    level: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    folded: Mapped[str]


class TopicList(Base):
    """Headings that a new dialogue starts with: a list of names, in order."""

    __tablename__ = "topic_lists"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str]
    topics: Mapped[list[Any]]


class Template(Base):
    """Something to start from again, such as a questionnaire; `content` is the kind's own JSON."""

    __tablename__ = "templates"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    content: Mapped[dict[str, Any]]


class Letterhead(Base):
    """The texts that stand on every paper of an organisation; empty ones are those of its regime.

    `blocks`: who signs and who gets it, by paper, as typed: {"notice": {"sign": "TM. BAN THƯỜNG VỤ\\nBÍ THƯ", "to": ...}}.
    """

    __tablename__ = "letterheads"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    regime: Mapped[str] = mapped_column(default="union")  # union, state
    superior: Mapped[str] = mapped_column(default="")
    issuer: Mapped[str] = mapped_column(default="")
    right: Mapped[str] = mapped_column(default="")  # lines of the top right
    code: Mapped[str] = mapped_column(default="")  # the issuer's letters behind a number
    place: Mapped[str] = mapped_column(default="")  # before the date
    draft: Mapped[bool] = mapped_column(default=True)  # DỰ THẢO, framed
    blocks: Mapped[dict[str, Any]]
