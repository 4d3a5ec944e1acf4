"""Answering: one response a ballot and questionnaire, and the figures that it moves."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypedDict
from typing import TypeVar
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

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

# A response is one of thousands in an hour, so it is read and written by the column and not by the object.
_SURVEYS, _DIALOGUES, _RESPONSES = (cast(Table, one.__table__) for one in (Questionnaire, Dialogue, Response))
_STANDING = (
    select(
        _SURVEYS.c.dialogue_id, _SURVEYS.c.state, _SURVEYS.c.purpose, _SURVEYS.c.editable, _SURVEYS.c.rows_announced,
        _DIALOGUES.c.state.label("dialogue_state"), _DIALOGUES.c.ending_at, _DIALOGUES.c.revision,
    )
    .join_from(_SURVEYS, _DIALOGUES, _DIALOGUES.c.id == _SURVEYS.c.dialogue_id)
    .where(_SURVEYS.c.id == bindparam("questionnaire"))
    .with_for_update()
)  # fmt: skip
_MINE = (_RESPONSES.c.questionnaire_id == bindparam("questionnaire"), _RESPONSES.c.mark == bindparam("sender"))
_KNOWN = select(_RESPONSES.c.counter, _RESPONSES.c.answers).where(*_MINE)  # after the locks, so that none is older
_KEEP = insert(_RESPONSES)
_REPLACE = update(_RESPONSES).where(*_MINE).values(counter=bindparam("kept_counter"), answers=bindparam("kept_answers"))
_COUNT = (
    update(_SURVEYS)
    .where(_SURVEYS.c.id == bindparam("questionnaire"))
    .values(responses=_SURVEYS.c.responses + 1)
    .returning(_SURVEYS.c.responses, _SURVEYS.c.published["responses"].as_integer())
)


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
    connection = session.connection()
    row = connection.execute(_STANDING, {"questionnaire": questionnaire_id}).one_or_none()
    if row is None:
        raise NotFound(GONE)
    is_poll = row.purpose != Purpose.SURVEY
    if not takes(row.state, row.dialogue_state) or row.ending_at:
        raise NotNow(CLOSED[not is_poll])
    items = items_of(session, questionnaire_id) if is_poll else _items(session, row, questionnaire_id)
    values = parse(items, answers)
    known = connection.execute(_KNOWN, {"questionnaire": questionnaire_id, "sender": mark}).one_or_none()
    if known is None:
        kept = _bounded(counter or 1)
        connection.execute(
            _KEEP, {"questionnaire_id": questionnaire_id, "mark": mark, "counter": kept, "answers": values}
        )
        _came(session, questionnaire_id, row, items)
    elif known.answers == values:
        return Responded(id=questionnaire_id, counter=known.counter, new=False)
    else:
        kept = _replacing(known.counter, counter, editable=row.editable)
        connection.execute(
            _REPLACE, {"questionnaire": questionnaire_id, "sender": mark, "kept_counter": kept, "kept_answers": values}
        )
    if is_poll:
        _count(session, questionnaire_id, items, known.answers if known else None, values)
    return Responded(id=questionnaire_id, counter=kept, new=known is None)


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
    _step(session, questionnaire, items_of(session, questionnaire.id), last=settled or closing)
    return True


def _step(session: Session, questionnaire: Questionnaire, items: Sequence[Any], *, last: bool) -> None:
    answers = session.scalars(select(Response.answers).where(Response.questionnaire_id == questionnaire.id))
    before = (questionnaire.published, snapshot.unpack(questionnaire.snapshot))
    questionnaire.published, taken = results.advance(items, answers, before, last=last)
    questionnaire.snapshot = snapshot.pack(taken)
    session.flush()
    touch(session, questionnaire.dialogue_id, public=questionnaire.results_shown)


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


def _items(session: Session, row: Any, questionnaire_id: str) -> Sequence[Any]:
    """The items, as the page of this state of the dialogue was made of them where that is remembered."""
    known = remembered.rows.get((questionnaire_id, row.dialogue_id, row.revision))
    return known.items if known else items_of(session, questionnaire_id)


def _came(session: Session, questionnaire_id: str, row: Any, items: Sequence[Any]) -> None:
    """One response more; figures of a survey move where it makes a step of five."""
    known = session.identity_map.get(identity_key(Questionnaire, questionnaire_id))
    if known is not None:
        session.expire(known, ["responses"])  # the row counts past what this session has read
    responses, seen = session.connection().execute(_COUNT, {"questionnaire": questionnaire_id}).one()
    steps = row.purpose == Purpose.SURVEY and not row.rows_announced
    if steps and due(responses, seen or 0, closing=False, settled=False):
        found = load(session, questionnaire_id)
        _step(session, found, items, last=bool(found.published.get("settled")))


def _count(
    session: Session,
    poll_id: str,
    items: Sequence[Item],
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """The figures of a poll move by this response alone."""
    poll = load(session, poll_id)
    counting.count(session, poll, items, before, after)
    touch(session, poll.dialogue_id, public=True)


def _replacing(known: int, counter: int | None, *, editable: bool) -> int:
    """The counter of a response that takes the place of one of `known`."""
    if not editable:
        raise NotNow(N_("Bạn đã gửi phiếu này, và ban tổ chức không cho sửa sau khi gửi."))
    wanted = _bounded(known + 1 if counter is None else counter)
    if wanted <= known:
        raise Conflict(N_("Phiếu này đã được gửi lại từ một trang mới hơn. Hãy xem lại rồi gửi lần nữa nếu muốn thay."))
    return wanted


def _bounded(counter: int) -> int:
    return max(1, min(counter, HIGHEST_COUNTER))
