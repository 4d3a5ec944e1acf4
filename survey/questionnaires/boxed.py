"""Responses that come out of the ballot box: they were sealed days ago, and what was taken then counts now."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.service import load as load_dialogue
from survey.questionnaires import queries
from survey.questionnaires.counting import Purpose
from survey.questionnaires.models import Item
from survey.questionnaires.models import Response
from survey.questionnaires.service import HIGHEST_COUNTER
from survey.questionnaires.service import items_of
from survey.questionnaires.service import load
from survey.questionnaires.service import parse
from survey.questionnaires.service import publish
from survey.questionnaires.service import read
from survey.questionnaires.state import State
from survey.questionnaires.state import takes

Sent = Mapping[str, Sequence[str]]  # field of the form -> values


def check(session: Session, dialogue_id: str, questionnaire_id: str, sent: Sent) -> None:
    """Raise what an answer of now would raise: `NotFound`, `NotNow`, `Invalid` with a sentence by item."""
    row = queries.for_members(session, dialogue_id, questionnaire_id)
    if row.state != State.OPEN:
        raise NotNow(N_("Phiếu khảo sát đã đóng nên không nhận thêm câu trả lời. Những gì bạn viết vẫn còn đây."))
    parse(items_of(session, questionnaire_id), typed(sent))


def has(session: Session, questionnaire_id: str, mark: bytes, sent: Sent) -> bool:
    """Whether this is the response behind `mark` already."""
    known = session.get(Response, (questionnaire_id, mark))
    return known is not None and known.answers == _readable(items_of(session, questionnaire_id), sent)


def take(
    session: Session, dialogue_id: str, questionnaire_id: str, mark: bytes, sent: Sent, counter: int
) -> None:  # fmt: skip
    """Keep a ballot's response as `service.respond` does, also where the questionnaire was closed meanwhile.

    Of two with one counter the later stays: two phones of one ballot, which count each for itself. Done again it is the same.
    Items that changed so much that the answer says nothing any more are left out. Figures move by `show`, once for all.
    Raises `NotFound` for a questionnaire that was deleted.
    """
    questionnaire = load(session, questionnaire_id)
    if questionnaire.dialogue_id != dialogue_id or questionnaire.purpose != Purpose.SURVEY:
        raise NotFound(queries.GONE)
    values = _readable(items_of(session, questionnaire_id), sent)
    known = session.get(Response, (questionnaire_id, mark))
    counter = max(1, min(counter, HIGHEST_COUNTER))
    if known is None and values:
        session.add(Response(questionnaire_id=questionnaire_id, mark=mark, counter=counter, answers=values))
        questionnaire.responses += 1
    elif known is not None and values and questionnaire.editable and counter >= known.counter:
        known.answers, known.counter = values, counter
    session.flush()


def show(session: Session, questionnaire_ids: Collection[str]) -> None:
    """Figures of these questionnaires, where the rule of five allows it after an emptying."""
    for questionnaire_id in questionnaire_ids:
        questionnaire = load(session, questionnaire_id)
        dialogue = load_dialogue(session, questionnaire.dialogue_id)
        publish(session, questionnaire, closing=not takes(questionnaire.state, dialogue.state))


def typed(sent: Sent) -> dict[str, dict[str, Sequence[str]]]:
    """Fields by item and part, as the kinds read them."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for name, values in sent.items():
        item_id, _, part = name.partition(".")
        found.setdefault(item_id, {})[part] = values
    return found


def _readable(items: Sequence[Item], sent: Sent) -> dict[str, Any]:
    values, _refused = read(items, typed(sent))
    return values
