"""Hours at which a questionnaire opens and closes by itself, typed and shown in Vietnamese time."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as DialogueState
from survey.questionnaires import building
from survey.questionnaires.items import changed
from survey.questionnaires.items import own
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.state import State

# While the dialogue is being prepared or runs. Afterwards nothing opens, and what is open takes nothing any more.
KEPT_IN = (DialogueState.DRAFT, DialogueState.COLLECTING, DialogueState.LIVE)
NEVER_OPEN = N_("Giờ đóng cũng đã qua khi phiếu được mở, nên phiếu không mở. Hãy đặt giờ mới hoặc mở bằng tay.")


def set_hours(
    session: Session,
    dialogue_id: str,
    questionnaire_id: str,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    moment: dt.datetime,
) -> None:
    """Open and close by itself at these hours; None for never. Raises `Invalid` for hours that make no sense at `moment`."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    if refused := _faults(questionnaire, opens_at, closes_at, moment):
        raise Invalid(next(iter(refused.values())), refused)
    questionnaire.opens_at, questionnaire.closes_at, questionnaire.missed = opens_at, closes_at, ""
    changed(session, questionnaire)


def sweep(db: Database, moment: dt.datetime) -> None:
    """Open and close what is due at `moment`, each questionnaire in a write of its own."""
    with db.reading() as session:
        found = due(session, moment)
    for dialogue_id, questionnaire_id in found:
        with suppress(NotFound):  # deleted meanwhile
            db.write(keep_hours, dialogue_id, questionnaire_id, moment)


def due(session: Session, moment: dt.datetime) -> list[tuple[str, str]]:
    """(dialogue, questionnaire) whose hour has come; a rehearsal, which would take it back, is let pass first."""
    statement = (
        select(Questionnaire.dialogue_id, Questionnaire.id)
        .join(Dialogue, Dialogue.id == Questionnaire.dialogue_id)
        .where(or_(Questionnaire.opens_at <= moment, Questionnaire.closes_at <= moment))
        .where(Dialogue.state.in_(KEPT_IN), Dialogue.rehearsal.is_(False))
    )
    return [(row.dialogue_id, row.id) for row in session.execute(statement)]


def keep_hours(session: Session, dialogue_id: str, questionnaire_id: str, moment: dt.datetime) -> None:
    """Take the steps whose hours have come; an hour that was kept is gone, so that it opens or closes nothing twice.

    A questionnaire that the check finds a fault in stays as it is, and `missed` keeps the sentence for the organiser.
    """
    questionnaire = own(session, dialogue_id, questionnaire_id)
    opens, closes = questionnaire.opens_at, questionnaire.closes_at
    over = closes is not None and closes <= moment
    if opens is not None and opens <= moment:
        questionnaire.opens_at = None
        questionnaire.missed = NEVER_OPEN if over else _open(session, questionnaire)
    if over:
        questionnaire.closes_at = None
        building.close(session, dialogue_id, questionnaire_id)
    changed(session, questionnaire)


def _open(session: Session, questionnaire: Questionnaire) -> str:
    """Open it; the sentence that says why not, or nothing."""
    try:
        building.open_(session, questionnaire.dialogue_id, questionnaire.id)
    except DomainError as error:
        return str(error)
    return ""


def _faults(
    questionnaire: Questionnaire, opens_at: dt.datetime | None, closes_at: dt.datetime | None, moment: dt.datetime
) -> dict[str, str]:
    refused: dict[str, str] = {}
    if opens_at and questionnaire.state == State.OPEN:
        refused["opens_at"] = N_("Phiếu đang mở rồi. Hãy để trống giờ mở, hoặc đóng phiếu trước.")
    elif opens_at and opens_at <= moment:
        refused["opens_at"] = N_("Giờ này đã qua. Hãy ghi một giờ sau bây giờ, hoặc để trống rồi bấm “Mở phiếu”.")
    if closes_at and closes_at <= moment:
        refused["closes_at"] = N_("Giờ này đã qua. Hãy ghi một giờ sau bây giờ, hoặc để trống rồi bấm “Đóng phiếu”.")
    elif opens_at and closes_at and closes_at <= opens_at:
        refused["closes_at"] = N_("Giờ đóng phải sau giờ mở. Hãy sửa một trong hai.")
    return refused
