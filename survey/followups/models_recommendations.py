"""Tables of what has to be done after a dialogue. Staff and units write here, never a ballot; a question is known by its id."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Recommendation(Base):
    """One thing that a unit must do or answer. What stands now; how it came there is `RecommendationEvent`."""

    __tablename__ = "recommendations"
    __table_args__ = (UniqueConstraint("dialogue_id", "number"), Index(None, "unit_id", "state"))

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    number: Mapped[int]  # to say aloud: "kiến nghị 3"
    body: Mapped[str]  # what is to be done
    topic_id: Mapped[str | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))  # who leads
    state: Mapped[str] = mapped_column(default="new")  # see `steps.State`
    due: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(default="")  # why it was passed up or refused
    answer: Mapped[str] = mapped_column(default="")  # as the office approved it
    document: Mapped[str] = mapped_column(default="")  # number of the answer's document, such as "15/TB-SNV"
    document_date: Mapped[dt.date | None]
    published: Mapped[bool] = mapped_column(default=False)  # members and everybody may read it
    created_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]  # when it first came to a state in which nothing is owed


class RecommendationQuestion(Base):
    """A question from which a recommendation comes."""

    __tablename__ = "recommendation_questions"

    recommendation_id: Mapped[str] = mapped_column(ForeignKey("recommendations.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True, index=True)


class RecommendationUnit(Base):
    """A unit that helps the one that leads (*phối hợp*)."""

    __tablename__ = "recommendation_units"

    recommendation_id: Mapped[str] = mapped_column(ForeignKey("recommendations.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)


class RecommendationEvent(Base):
    """One act, never changed afterwards: `digest` covers the row and the digest of the one before, see `history`.

    The text stands beside its own salted digest, so that hard content can be erased and the chain still holds.
    """

    __tablename__ = "recommendation_events"
    __table_args__ = (UniqueConstraint("recommendation_id", "place"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    recommendation_id: Mapped[str] = mapped_column(ForeignKey("recommendations.id"))
    place: Mapped[int]  # 1, 2, 3 …
    at: Mapped[dt.datetime]
    actor: Mapped[str]  # opaque, or "unit"
    action: Mapped[str]
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    salt: Mapped[bytes]
    text_digest: Mapped[bytes]
    digest: Mapped[bytes]


class UnitReport(Base):
    """What a unit says of a recommendation, waiting for the office; nothing of it is public before it is approved."""

    __tablename__ = "unit_reports"
    __table_args__ = (Index(None, "recommendation_id", "decision"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    recommendation_id: Mapped[str] = mapped_column(ForeignKey("recommendations.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    state: Mapped[str]  # which the unit wants, one of `steps.BY_UNIT`
    text: Mapped[str] = mapped_column(default="")  # the answer, or the reason
    document: Mapped[str] = mapped_column(default="")
    document_date: Mapped[dt.date | None]
    at: Mapped[dt.datetime]
    actor: Mapped[str]  # "unit" by its link, else who of the office typed it or read the file back
    via: Mapped[str]  # link, file, office
    decision: Mapped[str] = mapped_column(default="")  # "" waiting, approved, returned, replaced by a later one
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")  # why it was returned


class Attachment(Base):
    """A file that belongs to a recommendation; its bytes lie in `DATA_DIR/attachments/<id>`, see `attachments`."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(primary_key=True)
    recommendation_id: Mapped[str] = mapped_column(ForeignKey("recommendations.id"), index=True)
    report_id: Mapped[str | None] = mapped_column(ForeignKey("unit_reports.id"))
    name: Mapped[str]
    mimetype: Mapped[str]
    size: Mapped[int]  # bytes
    sha256: Mapped[bytes]
    published: Mapped[bool] = mapped_column(default=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
