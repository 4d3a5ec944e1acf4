"""Which rows belong to a rehearsal, and taking them away. Every table stands in one of two lists; a test holds it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import Table
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.columns import Base
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.models import Site
from survey.dialogues.service import SETTINGS
from survey.followups.models import FollowupLog
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.state import State as Survey
from survey.rehearsal.models import Rehearsal

# Emptied of the dialogue's rows: what members do, and what staff do to it. None has a row when a rehearsal begins.
WIPED = frozenset({
    "ballots", "questions", "gathered_questions", "supports", "question_groups", "group_members", "group_supports", "responses",
    "moderation_log", "question_units", "prepared_answers", "spent_passes", "fillings", "taken_answers", "rehearsals",
    "site_marks", "hand_counts", "poll_words", "judgements", "judgement_tokens",
    "published_questions",
    "support_samples",
    "idea_boxes", "threads", "thread_messages",
    "recommendations", "recommendation_questions", "recommendation_units", "recommendation_events", "unit_reports",
    "attachments",
})  # fmt: skip
# Taken back to what stood before, row by row; see `kept`.
RESTORED = frozenset({"dialogues", "dialogue_log", "questionnaires", "items", "followup_log"})
# What staff set up and what a rehearsal does not touch.
LEFT = frozenset({
    "letterheads",
    "organisations", "units", "topic_lists", "templates", "topics", "sites", "tickets", "card_batches", "card_voidings",
    "staff", "grants", "sign_ins", "links", "device_requests", "staff_log", "preparations", "topic_units", "unit_links",
    "key_records", "deadline_rules", "dialogue_deadlines", "unit_contacts", "reminders", "concluded_figures",
    "publications", "published_files", "webhooks", "webhook_deliveries",
})  # fmt: skip
# Of the dialogue itself: preparations that were mended while rehearsing stay mended, what the hall moves goes back.
_MOVED = frozenset({"screen", "order_held"})
_NEVER = frozenset({"id", "organisation_id", "code", "version", "revision"})  # the counts of changes never fall
_HOUSE = frozenset({"units"})  # the organisation's: it leads to no dialogue
_PLAIN = (str, int, bool, float, type(None))
_SURVEY = ("state", "responses", "published", "snapshot", "counted", "present", "quorum", "released")


def kept(session: Session, dialogue: Dialogue) -> dict[str, Any]:
    """What has to be as it was afterwards, as plain values."""
    columns = {column.key for column in Dialogue.__table__.columns} - _NEVER - (SETTINGS - _MOVED)
    values = {name: getattr(dialogue, name) for name in sorted(columns)}
    surveys = session.scalars(select(Questionnaire).where(Questionnaire.dialogue_id == dialogue.id))
    return {
        "dialogue": {name: value for name, value in values.items() if isinstance(value, _PLAIN)},
        "surveys": {one.id: {name: getattr(one, name) for name in _SURVEY} for one in surveys},
        "log": _ids(session, DialogueLog, dialogue.id),
        "followups": _ids(session, FollowupLog, dialogue.id),
    }


def filled(session: Session, dialogue_id: str) -> str | None:
    """A table that holds something of the dialogue that a rehearsal would wipe; None where there is nothing."""
    for name in sorted(WIPED):
        if session.scalar(select(exists().where(_of(Base.metadata.tables[name], dialogue_id)))):
            return name
    return None


def wipe(session: Session, dialogue: Dialogue, before: dict[str, Any]) -> None:
    """Take everything of the rehearsal away, and the mark with it."""
    session.expunge(session.get_one(Rehearsal, dialogue.id))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in WIPED:
            session.execute(delete(table).where(_of(table, dialogue.id)))
    session.execute(update(Site).where(Site.dialogue_id == dialogue.id).values(ballots=0))
    _restore_surveys(session, dialogue.id, before["surveys"])
    for model, name in ((DialogueLog, "log"), (FollowupLog, "followups")):
        session.execute(delete(model).where(model.dialogue_id == dialogue.id, model.id.not_in(before[name])))
    for name, value in before["dialogue"].items():
        setattr(dialogue, name, value)
    dialogue.timer_until = dialogue.ending_at = None  # no hall was open before, so neither ran
    session.flush()


def _restore_surveys(session: Session, dialogue_id: str, before: dict[str, Any]) -> None:
    """Those that were there stand as they stood; new ones that were opened go, new ones in the making stay."""
    for one in session.scalars(select(Questionnaire).where(Questionnaire.dialogue_id == dialogue_id)).all():
        if one.id in before:
            for name, value in before[one.id].items():
                setattr(one, name, value)
        elif one.state != Survey.DRAFT:
            session.execute(delete(Item).where(Item.questionnaire_id == one.id))
            session.delete(one)
    session.flush()


def _ids(session: Session, model: type[DialogueLog] | type[FollowupLog], dialogue_id: str) -> list[str]:
    return sorted(session.scalars(select(model.id).where(model.dialogue_id == dialogue_id)))


def _of(table: Table, dialogue_id: str) -> ColumnElement[bool]:
    """Rows of the dialogue: those that name it, or that lead to it through another table."""
    if "dialogue_id" in table.columns:
        return table.c.dialogue_id == dialogue_id
    ways = [
        key.parent.in_(select(key.column).where(_of(key.column.table, dialogue_id)))
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name not in _HOUSE
    ]
    assert ways, f"{table.name} leads to no dialogue"
    return or_(*ways)
