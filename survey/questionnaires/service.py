"""Answering: one response a ballot and questionnaire, and the figures that it moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial
from typing import Any
from typing import NamedTuple
from typing import TypedDict
from typing import TypeVar
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.hand import Hand
from survey.core.hand import hand_of
from survey.core.prepared import Prepared
from survey.core.prepared import structure
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load as load_dialogue
from survey.dialogues.service import touch
from survey.dialogues.state import State as Stage
from survey.questionnaires import counting
from survey.questionnaires import remembered
from survey.questionnaires import results
from survey.questionnaires import snapshot
from survey.questionnaires import stepping
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
_SURVEYS, _DIALOGUES, _RESPONSES, _ASKED = (
    cast(Table, one.__table__) for one in (Questionnaire, Dialogue, Response, Item)
)
_STANDING = Prepared(
    select(
        _SURVEYS.c.dialogue_id, _SURVEYS.c.state, _SURVEYS.c.purpose, _SURVEYS.c.editable, _SURVEYS.c.rows_announced,
        _DIALOGUES.c.state.label("dialogue_state"), _DIALOGUES.c.ending_at.is_not(None), _DIALOGUES.c.revision,
    )
    .join_from(_SURVEYS, _DIALOGUES, _DIALOGUES.c.id == _SURVEYS.c.dialogue_id)
    .where(_SURVEYS.c.id == bindparam("questionnaire"))
)  # fmt: skip
# The dialogue first, as votes take it: two processes that lock in one order never wait for each other in a circle.
_LOCK = Prepared(
    select(_DIALOGUES.c.id)
    .where(
        _DIALOGUES.c.id
        == select(_SURVEYS.c.dialogue_id).where(_SURVEYS.c.id == bindparam("questionnaire")).scalar_subquery()
    )
    .with_for_update()
)
_MINE = (_RESPONSES.c.questionnaire_id == bindparam("questionnaire"), _RESPONSES.c.mark == bindparam("sender"))
_KNOWN = Prepared(select(_RESPONSES.c.counter, _RESPONSES.c.answers).where(*_MINE))  # after the locks, so none is older
_KEEP = Prepared(insert(_RESPONSES).values({
    "questionnaire_id": bindparam("questionnaire"), "mark": bindparam("sender"), "counter": bindparam("kept_counter"),
    "answers": bindparam("kept_answers"),
}))  # fmt: skip
_REPLACE = Prepared(
    update(_RESPONSES).where(*_MINE).values(counter=bindparam("kept_counter"), answers=bindparam("kept_answers"))
)
_COUNT = {
    name: Prepared(
        update(_SURVEYS)
        .where(_SURVEYS.c.id == bindparam("questionnaire"))
        .values(responses=_SURVEYS.c.responses + 1)
        .returning(_SURVEYS.c.responses, seen)
    )
    for name, seen in {
        "sqlite": func.json_extract(_SURVEYS.c.published, "$.responses"),
        "postgresql": _SURVEYS.c.published["responses"].as_integer(),
    }.items()
}


class _Standing(NamedTuple):
    """How a questionnaire stands, and its dialogue, when a response comes: the columns of `_STANDING`."""

    dialogue_id: str
    state: str
    purpose: str
    editable: bool
    rows_announced: bool
    dialogue_state: str
    ending: bool
    revision: int


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
    hand = hand_of(session)
    known = session.identity_map.get(identity_key(Questionnaire, questionnaire_id))
    if known is not None:
        session.flush()
        session.expire(known)  # what is written here goes past what this session has read
    return _responded(hand, questionnaire_id, mark, answers, counter, partial(_count, session, questionnaire_id))


def responded(
    hand: Hand,
    questionnaire_id: str,
    mark: bytes,
    answers: Mapping[str, Raw],
    counter: int | None = None,
    *,
    later: bool = False,
) -> Responded:
    """`respond` in a short write, to a survey: the figures of a poll move with each response and need more.

    `later`: a step of the figures that becomes due is announced, and `stepping.Steps` makes it.
    """
    return _responded(hand, questionnaire_id, mark, answers, counter, later=later)


def _responded(
    hand: Hand,
    questionnaire_id: str,
    mark: bytes,
    answers: Mapping[str, Raw],
    counter: int | None,
    count: Callable[[Sequence[Any], Any, Any], None] | None = None,
    *,
    later: bool = False,
) -> Responded:
    mine = {"questionnaire": questionnaire_id, "sender": mark}
    here = {"questionnaire": questionnaire_id}
    found, before = hand.behind(_LOCK, here, (_STANDING, here), (_KNOWN, mine))
    row = _Standing(*found[0]) if found else None
    if row is None or (row.purpose != Purpose.SURVEY and count is None):
        raise NotFound(GONE)
    is_poll = row.purpose != Purpose.SURVEY
    if not takes(row.state, row.dialogue_state) or row.ending:
        raise NotNow(CLOSED[not is_poll])
    items = _items(hand, row, questionnaire_id)
    values = parse(items, answers)
    known = (before[0][0], structure(before[0][1])) if before else None
    if known is None:
        kept = _bounded(counter or 1)
        hand.rows(_KEEP, **mine, kept_counter=kept, kept_answers=json.dumps(values))
        _came(hand, questionnaire_id, row, items, later=later)
    elif known[1] == values:
        return Responded(id=questionnaire_id, counter=known[0], new=False)
    else:
        kept = _replacing(known[0], counter, editable=bool(row.editable))
        hand.rows(_REPLACE, **mine, kept_counter=kept, kept_answers=json.dumps(values))
    if is_poll and count is not None:
        count(items, known[1] if known else None, values)
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
    """The questionnaire inside a write, held with its dialogue against other processes; raises `NotFound`."""
    owner = session.scalar(select(Questionnaire.dialogue_id).where(Questionnaire.id == questionnaire_id))
    if owner is None:
        raise NotFound(GONE)
    load_dialogue(session, owner)
    found = session.get(Questionnaire, questionnaire_id, with_for_update=True)
    if found is None:
        raise NotFound(GONE)
    return found


def items_of(session: Session, questionnaire_id: str) -> list[Item]:
    """The items in their order."""
    statement = select(Item).where(Item.questionnaire_id == questionnaire_id)
    return list(session.scalars(statement.order_by(Item.position, Item.id)))


def _items(hand: Hand, row: _Standing, questionnaire_id: str) -> Sequence[Any]:
    """The items, as the page of this state of the dialogue was made of them where that is remembered."""
    known = remembered.rows.get((questionnaire_id, row.dialogue_id, row.revision))
    return known.row.items if known is not None else stepping.items(hand, questionnaire_id)


def _came(hand: Hand, questionnaire_id: str, row: _Standing, items: Sequence[Any], *, later: bool) -> None:
    """One response more; figures of a survey move where it makes a step of five, or `later`."""
    ((responses, seen),) = hand.rows(_COUNT[hand.dialect.name], questionnaire=questionnaire_id)
    steps = row.purpose == Purpose.SURVEY and not row.rows_announced
    if steps and due(responses, int(seen or 0), closing=False, settled=False):
        if later and responses % results.STEP == 0:
            hand.announce(stepping.DUE + questionnaire_id)
        elif not later:
            stepping.step_here(hand, questionnaire_id, items)


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
