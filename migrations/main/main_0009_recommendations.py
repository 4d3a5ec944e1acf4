"""After the session: what has to be done, by whom and until when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import survey.core.columns

revision = "main_0009"
down_revision = "main_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """After the session: what has to be done, by whom and until when"""
    _recommendations()
    _numbers()
    _deadlines()
    _support_samples()
    _ideas()
    _publishing()
    _letterheads()


def downgrade() -> None:
    """Back to dialogues that end with their hall."""
    op.drop_table("letterheads")
    for name in ("thread_messages", "threads", "idea_boxes"):
        op.drop_table(name)
    for name in ("webhook_deliveries", "webhooks", "published_files", "published_questions", "publications"):
        op.drop_table(name)
    for name in ("concluded_figures", "reminders", "unit_contacts", "dialogue_deadlines", "deadline_rules"):
        op.drop_table(name)
    op.drop_table("support_samples")
    op.drop_table("attachments")
    op.drop_table("unit_reports")
    op.drop_table("recommendation_events")
    op.drop_table("recommendation_units")
    op.drop_table("recommendation_questions")
    op.drop_table("recommendations")
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("next_recommendation")


def _recommendations() -> None:
    op.create_table(
        "recommendations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("created_at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("done_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_recommendations_dialogue_id_dialogues")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_recommendations_topic_id_topics"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_recommendations_unit_id_units")),
        sa.UniqueConstraint("dialogue_id", "number", name=op.f("uq_recommendations_dialogue_id_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
    )
    op.create_index(op.f("ix_recommendations_unit_id_state"), "recommendations", ["unit_id", "state"])
    op.create_table(
        "recommendation_questions",
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_recommendation_questions_question_id_questions")
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_recommendation_questions_recommendation_id_recommendations"),
        ),
        sa.PrimaryKeyConstraint("recommendation_id", "question_id", name=op.f("pk_recommendation_questions")),
    )
    op.create_index(op.f("ix_recommendation_questions_question_id"), "recommendation_questions", ["question_id"])
    op.create_table(
        "recommendation_units",
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_recommendation_units_recommendation_id_recommendations"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_recommendation_units_unit_id_units")),
        sa.PrimaryKeyConstraint("recommendation_id", "unit_id", name=op.f("pk_recommendation_units")),
    )
    op.create_index(op.f("ix_recommendation_units_unit_id"), "recommendation_units", ["unit_id"])
    op.create_table(
        "recommendation_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text_digest", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_recommendation_events_recommendation_id_recommendations"),
        ),
        sa.UniqueConstraint(
            "recommendation_id", "place", name=op.f("uq_recommendation_events_recommendation_id_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_events")),
    )
    op.create_table(
        "unit_reports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_unit_reports_recommendation_id_recommendations"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_reports_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_reports")),
    )
    op.create_index(
        op.f("ix_unit_reports_recommendation_id_decision"), "unit_reports", ["recommendation_id", "decision"]
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_attachments_recommendation_id_recommendations")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["unit_reports.id"], name=op.f("fk_attachments_report_id_unit_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_recommendation_id"), "attachments", ["recommendation_id"])


def _numbers() -> None:
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("next_recommendation", sa.Integer(), nullable=False, server_default="1"))


def _support_samples() -> None:
    op.create_table(
        "support_samples",
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("supporters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_support_samples_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "at", name=op.f("pk_support_samples")),
        sqlite_with_rowid=False,
    )


def _deadlines() -> None:
    moment = survey.core.columns.UTCDateTime(timezone=True)
    op.create_table(
        "deadline_rules",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("plan_days", "conclusion_days", "complex_days", "soon_days", "again_days")
        ),
        sa.Column("days_off", sa.String(), nullable=False),
        sa.Column("days_worked", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("feed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_deadline_rules_organisation_id_organisations")
        ),
        sa.UniqueConstraint("feed", name=op.f("uq_deadline_rules_feed")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_deadline_rules")),
    )
    op.create_table(
        "dialogue_deadlines",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=True),
        sa.Column("complicated", sa.Boolean(), nullable=False),
        sa.Column("plan_days", sa.Integer(), nullable=True),
        sa.Column("conclusion_days", sa.Integer(), nullable=True),
        sa.Column("plan_published", sa.Date(), nullable=True),
        sa.Column("conclusion_published", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_dialogue_deadlines_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_dialogue_deadlines")),
    )
    op.create_table(
        "unit_contacts",
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_unit_contacts_unit_id_units"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_unit_contacts_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_contacts")),
    )
    op.create_index(op.f("ix_unit_contacts_organisation_id"), "unit_contacts", ["organisation_id"])
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_reminders_dialogue_id_dialogues")),
        sa.UniqueConstraint("dialogue_id", "target", "on_day", name=op.f("uq_reminders_dialogue_id_target_on_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index(op.f("ix_reminders_dialogue_id_at"), "reminders", ["dialogue_id", "at"])
    op.create_table(
        "concluded_figures",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_concluded_figures_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_concluded_figures")),
    )


def _publishing() -> None:
    moment = survey.core.columns.UTCDateTime(timezone=True)
    op.create_table(
        "publications",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("plan_shown", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("notice_shown", sa.Boolean(), nullable=False),
        sa.Column("notice_document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_publications_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_publications")),
    )
    op.create_table(
        "published_questions",
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_published_questions_question_id_questions")
        ),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_published_questions_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_published_questions")),
    )
    op.create_index(op.f("ix_published_questions_dialogue_id"), "published_questions", ["dialogue_id"])
    op.create_table(
        "published_files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_published_files_dialogue_id_dialogues")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_files")),
    )
    op.create_index(op.f("ix_published_files_dialogue_id"), "published_files", ["dialogue_id"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhooks_organisation_id_organisations")
        ),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_webhooks_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=True),
        sa.Column("recommendation_id", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id_webhooks")
        ),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_webhook_deliveries_webhook_id_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(op.f("ix_webhook_deliveries_state_next_at"), "webhook_deliveries", ["state", "next_at"])


def _ideas() -> None:
    op.create_table(
        "idea_boxes",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("seen", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("shut", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_idea_boxes_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_idea_boxes")),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=True),
        sa.Column("author", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("signing", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("mute", sa.LargeBinary(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("taken_text", sa.String(), nullable=False),
        sa.Column("taken_note", sa.String(), nullable=False),
        sa.Column("recommendation_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_threads_dialogue_id_dialogues")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_threads_question_id_questions")),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_threads_topic_id_topics"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_threads_unit_id_units")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_threads_recommendation_id_recommendations")
        ),
        sa.UniqueConstraint("question_id", name=op.f("uq_threads_question_id")),
        sa.UniqueConstraint("dialogue_id", "author", name=op.f("uq_threads_dialogue_id_author")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "thread_messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_thread_messages_thread_id_threads")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_thread_messages_unit_id_units")),
        sa.UniqueConstraint("thread_id", "place", name=op.f("uq_thread_messages_thread_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_messages")),
        sqlite_with_rowid=False,
    )


def _letterheads() -> None:
    op.create_table(
        "letterheads",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("superior", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_letterheads_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_letterheads")),
    )
