"""Tables of the questionnaires. One response a ballot and questionnaire; two responses cannot be joined."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import Base


class Questionnaire(Base):
    """A survey of a dialogue: draft, open or closed."""

    __tablename__ = "questionnaires"
    __table_args__ = (Index(None, "dialogue_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    position: Mapped[int]
    title: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    editable: Mapped[bool] = mapped_column(default=True)  # an answer may be changed until closing
    results_shown: Mapped[bool] = mapped_column(default=False)  # to members
    responses: Mapped[int] = mapped_column(default=0)  # kept count
    published: Mapped[dict[str, Any]] = mapped_column(default=dict)  # tallies as of the last step of five


class Item(Base):
    """One part of a questionnaire; what `settings` holds is the business of its `kind`."""

    __tablename__ = "items"
    __table_args__ = (Index(None, "questionnaire_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaires.id"))
    position: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str]
    help: Mapped[str] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]]
    shown_if: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see `conditions`


class Response(Base):
    """What one ballot sent; `answers` maps item ids to plain values, the highest `counter` wins."""

    __tablename__ = "responses"
    __table_args__ = (UNORDERED,)

    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaires.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    counter: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, Any]]
