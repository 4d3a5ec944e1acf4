"""Answering: one response a ballot and questionnaire, and the figures that it moves."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypedDict
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load as load_dialogue
from survey.dialogues.service import touch
from survey.dialogues.state import State as Stage
from survey.questionnaires import counting
from survey.questionnaires import remembered
from survey.questionnaires import results
from survey.questionnaires import snapshot
from survey.questionnaires.conditions import holds
from survey.questionnaires.counting import Purpose
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import Raw
from survey.questionnaires.kinds import Refusal
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.models import Response
from survey.questionnaires.queries import GONE
from survey.questionnaires.queries import ItemRow
from survey.questionnaires.queries import shown
from survey.questionnaires.results import due
from survey.questionnaires.state import State
from survey.questionnaires.state import takes

FROZEN = frozenset({Stage.CONCLUDED, Stage.FOLLOWING, Stage.ARCHIVED})  # figures stay, so that years can be compared
HIGHEST_COUNTER = 2_000_000_000  # fits the column on every database
CLOSED = {
    True: N_("Phiếu khảo sát đã đóng nên không nhận thêm câu trả lời. Những gì bạn viết vẫn còn đây."),
    False: N_("Thăm dò đã đóng, nên lựa chọn vừa rồi không được tính."),
}


A = TypeVar("A", Item, ItemRow)


class Responded(TypedDict):
    """Answer to a response."""

    id: str
    counter: int
    new: bool


def respond(
    session: Session, questionnaire_id: str, mark: bytes, answers: Mapping[str, Raw], counter: int | None = None
) -> Responded:
    """Keep the ballot's one response; sending it again changes nothing, the highest counter wins.

    `mark` comes from `queries.response_mark`, `answers` maps item ids to what the form sent, `counter` grows with each
    edit (None: the newest). Raises `Invalid` (`fields` by item id), `NotNow`, and `Conflict` for an older page that
    would undo a newer one.
    """
    questionnaire = load(session, questionnaire_id)
    dialogue, is_poll = load_dialogue(session, questionnaire.dialogue_id), questionnaire.purpose != Purpose.SURVEY
    if not takes(questionnaire.state, dialogue.phase):
        raise NotNow(CLOSED[not is_poll])
    items: Sequence[Any] = (
        items_of(session, questionnaire_id) if is_poll else _items(session, dialogue, questionnaire_id)
    )
    values = parse(items, answers)
    known = session.get(Response, (questionnaire_id, mark))
    if known is None:
        known = Response(questionnaire_id=questionnaire_id, mark=mark, counter=_bounded(counter or 1), answers=values)
        session.add(known)
        questionnaire.responses += 1
        session.flush()
        _count(session, questionnaire, items, None, values)
        return Responded(id=questionnaire_id, counter=known.counter, new=True)
    if known.answers != values:
        before = known.answers
        _replace(questionnaire, known, values, counter)
        session.flush()
        if questionnaire.purpose != Purpose.SURVEY:
            _count(session, questionnaire, items, before, values)
    return Responded(id=questionnaire_id, counter=known.counter, new=False)


def parse(items: Sequence[Item], answers: Mapping[str, Raw]) -> dict[str, Any]:
    """Answers as they are kept, by item id; what was given to an item that is not asked is left out.

    Raises `Invalid` with a sentence for each item that cannot be taken.
    """
    values, refused = read(items, answers)
    if refused:
        raise Invalid(N_("Có mục cần xem lại. Hãy đọc các dòng đỏ; những gì bạn viết vẫn còn đây."), refused)
    if not values:
        raise Invalid(N_("Phiếu chưa có câu trả lời nào. Hãy trả lời ít nhất một mục."))
    return values


def read(items: Sequence[A], answers: Mapping[str, Raw]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers by item id and sentences by item id, of the items that earlier answers let be asked."""
    values: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for item in items:
        if not holds(item.shown_if, values):
            continue
        value = KINDS[item.kind].parse(answers.get(item.id, {}), item.settings, required=item.required)
        if isinstance(value, Refusal):
            refused[item.id] = value.sentence
        elif value is not None:
            values[item.id] = value
    return values, refused


def publish(session: Session, questionnaire: Questionnaire, *, closing: bool) -> bool:
    """Replace the figures by those of all responses if the rule of five allows it now; say whether it did."""
    if questionnaire.purpose != Purpose.SURVEY:
        return counting.publish(questionnaire)
    settled = bool(questionnaire.published.get("settled"))
    if questionnaire.rows_announced and not closing:  # the file is not rounded: no figure of before may stand beside it
        return False
    if not due(questionnaire.responses, shown(questionnaire), closing=closing, settled=settled):
        return False
    if load_dialogue(session, questionnaire.dialogue_id).state in FROZEN:
        return False
    answers = session.scalars(select(Response.answers).where(Response.questionnaire_id == questionnaire.id))
    before = (questionnaire.published, snapshot.unpack(questionnaire.snapshot))
    items = items_of(session, questionnaire.id)
    questionnaire.published, taken = results.advance(items, answers, before, last=settled or closing)
    questionnaire.snapshot = snapshot.pack(taken)
    session.flush()
    touch(session, questionnaire.dialogue_id, public=questionnaire.results_shown)
    return True


def settle(session: Session, dialogue_id: str) -> None:
    """The dialogue closes, so figures of its open questionnaires become final. Only `lifecycle` calls this."""
    statement = select(Questionnaire).where(Questionnaire.dialogue_id == dialogue_id, Questionnaire.state == State.OPEN)
    dialogue = load_dialogue(session, dialogue_id)
    dialogue.poll_id = None
    for questionnaire in session.scalars(statement):
        if questionnaire.purpose == Purpose.SURVEY:
            publish(session, questionnaire, closing=True)
        else:
            counting.close(session, questionnaire, dialogue.ballots)
    session.flush()


def load(session: Session, questionnaire_id: str) -> Questionnaire:
    """The questionnaire inside a write, held against other processes; raises `NotFound`."""
    found = session.get(Questionnaire, questionnaire_id, with_for_update=True)
    if found is None:
        raise NotFound(GONE)
    return found


def items_of(session: Session, questionnaire_id: str) -> list[Item]:
    """The items in their order."""
    statement = select(Item).where(Item.questionnaire_id == questionnaire_id)
    return list(session.scalars(statement.order_by(Item.position, Item.id)))


def _items(session: Session, dialogue: Dialogue, questionnaire_id: str) -> Sequence[Any]:
    """The items, as the page of this state of the dialogue was made of them where that is remembered."""
    known = remembered.rows.get((questionnaire_id, dialogue.id, dialogue.revision))
    return known.items if known else items_of(session, questionnaire_id)


def _count(
    session: Session,
    questionnaire: Questionnaire,
    items: Sequence[Item],
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """What a response moves: figures of a survey in steps of five, those of a poll by this response alone."""
    if questionnaire.purpose == Purpose.SURVEY:
        publish(session, questionnaire, closing=False)
        return
    counting.count(session, questionnaire, items, before, after)
    touch(session, questionnaire.dialogue_id, public=True)


def _replace(questionnaire: Questionnaire, known: Response, values: dict[str, Any], counter: int | None) -> None:
    if not questionnaire.editable:
        raise NotNow(N_("Bạn đã gửi phiếu này, và ban tổ chức không cho sửa sau khi gửi."))
    wanted = _bounded(known.counter + 1 if counter is None else counter)
    if wanted <= known.counter:
        raise Conflict(N_("Phiếu này đã được gửi lại từ một trang mới hơn. Hãy xem lại rồi gửi lần nữa nếu muốn thay."))
    known.answers, known.counter = values, wanted


def _bounded(counter: int) -> int:
    return max(1, min(counter, HIGHEST_COUNTER))
