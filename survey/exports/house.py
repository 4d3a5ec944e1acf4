"""What moves when a dialogue's following up moves to another installation, table by table and column by column.

Everything public, recommendations with their history and files, units, topics, the organisation and its staff. Nothing of
ballots: no mark, no key, no response, nothing that an asker wrote in a thread, nothing that waits. Each table stands in
`MOVES` or in `STAYS`; of those that hold anything anonymous `ONLY` names the columns that go, one by one. Tests hold both
against the database.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import JSON
from sqlalchemy import Boolean
from sqlalchemy import Column
from sqlalchemy import Date
from sqlalchemy import DateTime
from sqlalchemy import Integer
from sqlalchemy import LargeBinary
from sqlalchemy import Table

import survey.accounts.models
import survey.dialogues.models
import survey.followups.models
import survey.followups.models_deadlines
import survey.followups.models_ideas
import survey.followups.models_publishing
import survey.followups.models_recommendations
import survey.organisations.models
import survey.questionnaires.models
import survey.questions.models
import survey.room.models  # noqa: F401 - every table that moves must be known, in a process of its own too
from survey.core.columns import Base
from survey.core.columns import UTCDateTime
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.followups import attachments
from survey.followups import publishing

FORMAT = 1
MOVE = "move"  # what the job is called that makes the file
CODE, ROWS, FILES = "doi-thoai/followup", "followup.json", "files/"
LARGEST_ROWS = 64 * 1024 * 1024  # bytes, unpacked
MOST_PARTS = 5_000
BY_BROWSER = 256 * 1024 * 1024  # bytes; what is larger comes by the command
ACTORS = ("actor", "decided_by", "ending_by")  # columns that name staff
ATTACHED = ("attachments", "published_files")  # tables whose rows have bytes on the disk
BROKEN = N_(
    "Tệp này không trọn vẹn hoặc không phải tệp chuyển dữ liệu của Đối Thoại. Hãy xuất lại ở máy cũ rồi chép lại."
)
# Of the organisation: what is there already under the same id stays as it is, for a house may move more than one dialogue.
HOUSE = (
    "organisations", "units", "topic_lists", "templates", "letterheads", "deadline_rules", "unit_contacts", "staff", "grants",
)  # fmt: skip
MOVES = (
    *HOUSE, "dialogues", "topics", "sites", "dialogue_log", "topic_units", "dialogue_deadlines", "concluded_figures",
    "questionnaires", "items", "poll_words", "questions", "support_samples", "hand_counts", "publications",
    "published_questions", "published_files", "recommendations", "recommendation_questions", "recommendation_units",
    "recommendation_events", "unit_reports", "attachments", "reminders", "threads",
)  # fmt: skip
STAYS = frozenset({
    # of ballots, and what is anonymous
    "ballots", "gathered_questions", "supports", "question_groups", "group_members", "group_supports", "judgements",
    "judgement_tokens", "responses", "tickets", "spent_passes", "taken_answers", "fillings", "site_marks", "idea_boxes",
    "thread_messages",
    # of keys, of links that let somebody in, of machines
    "key_records", "links", "sign_ins", "device_requests", "unit_links", "card_batches", "card_voidings", "rehearsals",
    "webhooks", "webhook_deliveries",
    # records of work that is done, about what nobody outside may read
    "moderation_log", "staff_log", "followup_log", "preparations", "question_units", "prepared_answers",
})  # fmt: skip
ONLY: Mapping[str, tuple[str, ...]] = {
    "questions": (
        "id", "dialogue_id", "topic_id", "number", "body", "folded", "state", "source", "unit", "tie", "carried", "supporters",
        "shown", "asked_about", "note", "merged_into", "wordings", "handed_to", "grouped", "satisfied", "judged",
        "satisfied_shown", "judged_shown", "answerer", "site", "reason", "asked_back", "reply", "muted", "apart",
    ),
    "questionnaires": (
        "id", "dialogue_id", "position", "title", "intro", "state", "editable", "results_shown", "responses", "published",
        "snapshot", "purpose", "hidden", "counted", "quorum", "share_of", "present", "released", "missed", "removed",
    ),
    "sites": ("dialogue_id", "number", "name", "cards", "ballots"),
    "threads": (  # of ideas that were taken up, in the office's words
        "id", "dialogue_id", "topic_id", "waits", "state", "unit_id", "taken", "taken_text", "taken_note", "recommendation_id",
    ),
    "dialogues": (
        "id", "organisation_id", "code", "state", "theme", "leader", "leaders", "complaints", "host_unit", "place", "starts_at",
        "minutes", "ends_moved", "writing_days", "ending_at", "ending_by", "ending_screen", "pledge", "entry", "issue_key",
        "pre_moderation", "board_public", "listed", "people_shown", "rule", "turns", "site_turns", "ask_limit",
        "screen", "sample", "key_days", "keys_until", "box_times", "box_least", "box_opened", "alone", "next_number",
        "next_recommendation", "ballots",
        "version", "revision",
    ),
    "deadline_rules": (
        "organisation_id", "applies", "plan_days", "conclusion_days", "complex_days", "soon_days", "again_days", "days_off",
        "days_worked", "email",
    ),
}  # fmt: skip


def folder(data_dir: Path, table: str) -> Path:
    """Where the bytes of a table's files lie, each under its row's id."""
    return data_dir / (attachments.FOLDER if table == "attachments" else Path(publishing.FOLDER) / attachments.FOLDER)


def tables() -> list[Table]:
    """The tables that move, each after those that it points at; one that this program does not have is left out."""
    wanted = set(MOVES)
    return [table for table in Base.metadata.sorted_tables if table.name in wanted]


def columns(table: Table) -> list[Column[Any]]:
    """The columns of it that move."""
    only = ONLY.get(table.name)
    return [column for column in table.columns if only is None or column.name in only]


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, dt.date) else value


def read(column: Column[Any], value: Any) -> Any:
    """The value of a column, from what JSON holds. Raises `Invalid` for what cannot stand there."""
    if value is None:
        if not column.nullable:
            raise Invalid(BROKEN)
        return None
    try:
        return _read(column, value)
    except (TypeError, ValueError, binascii.Error) as error:
        raise Invalid(BROKEN) from error


def _read(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if isinstance(kind, Boolean | JSON):
        return _of(bool if isinstance(kind, Boolean) else (dict, list), value)
    if isinstance(kind, Integer):
        number = _of(int, value)
        if isinstance(value, bool) or abs(number) >= 2**63:
            raise ValueError
        return number
    text = _of(str, value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(text, validate=True)
    if isinstance(kind, UTCDateTime | DateTime):
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if "\0" in text:
        raise ValueError
    return dt.date.fromisoformat(text) if isinstance(kind, Date) else text


def _of(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value
