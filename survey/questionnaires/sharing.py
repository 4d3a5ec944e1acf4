"""The link with which anybody may read the results of one questionnaire: only its digest is kept, and it can be withdrawn."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.text import N_
from survey.questionnaires.items import changed
from survey.questionnaires.items import own
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.state import State


def share(session: Session, dialogue_id: str, questionnaire_id: str) -> str:
    """A new token; one that was out stops working. Raises `NotNow` for a draft."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    if questionnaire.state == State.DRAFT:
        raise NotNow(N_("Phiếu chưa mở nên chưa có kết quả để chia sẻ."))
    token = new_token()
    questionnaire.results_link = digest(token)
    changed(session, questionnaire)
    return token


def withdraw(session: Session, dialogue_id: str, questionnaire_id: str) -> None:
    """Nobody reads by link any more; doing it twice changes nothing."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    questionnaire.results_link = None
    changed(session, questionnaire)


def by_token(session: Session, dialogue_id: str, token: str) -> str:
    """The questionnaire behind the link. Raises the same `NotFound` for every wrong one."""
    statement = select(Questionnaire.id).where(
        Questionnaire.dialogue_id == dialogue_id, Questionnaire.results_link == digest(token)
    )
    found = session.scalar(statement)
    if found is None:
        raise NotFound(N_("Đường dẫn này không còn dùng được. Hãy hỏi lại ban tổ chức."))
    return found
