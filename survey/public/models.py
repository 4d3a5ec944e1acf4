"""Tables of who is told: an address of each organisation, and what was sent to it. No text of anybody stands here."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Webhook(Base):
    """Where an organisation wants to be told. Its secret is worked out of the installation's own, see `webhooks.secret`."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), unique=True)
    url: Mapped[str]
    active: Mapped[bool] = mapped_column(default=False)
    since: Mapped[dt.datetime]  # what happened before is not told
    epoch: Mapped[int] = mapped_column(default=0)  # how often the secret was changed


class WebhookDelivery(Base):
    """One thing to be told. What it says is read when it is sent, so that nothing withdrawn waits here."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (UniqueConstraint("webhook_id", "event_id"), Index(None, "state", "next_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id"))
    event_id: Mapped[str]  # the row of the log that it tells of
    kind: Mapped[str]
    dialogue_id: Mapped[str | None]
    recommendation_id: Mapped[str | None]
    after: Mapped[str] = mapped_column(default="")  # the dialogue's new state, or the number of what was withdrawn
    at: Mapped[dt.datetime]  # when it happened
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, sent, failed
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    status: Mapped[int | None]  # of the last answer
    error: Mapped[str] = mapped_column(default="")  # why there was none, a word of ours
