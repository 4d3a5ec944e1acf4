"""Moderating: decide, sort, note, bring in. Each function is one job of the writer and returns plain values.

A status and its log row are one write. `actor` is an opaque reference; only views turn it into a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from typing import TypedDict

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.core.text import fold
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.dialogues.service import MOST_TOPICS
from survey.dialogues.service import TOPIC_LENGTH
from survey.dialogues.service import load
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.dialogues.state import OVER
from survey.dialogues.state import State as Phase
from survey.moderation.models import ModerationLog
from survey.moderation.state import CHANNEL
from survey.moderation.state import OTHER
from survey.moderation.state import REASONS
from survey.moderation.state import STAFF_ACTS
from survey.moderation.state import may_act
from survey.questionnaires import polls
from survey.questions import gathering
from survey.questions import service as questions
from survey.questions.models import Question
from survey.questions.queries import wording as wording_of
from survey.questions.state import ACTS
from survey.questions.state import BOARD
from survey.questions.state import State
from survey.questions.state import target

__all__ = ["REASONS", "BroughtIn", "Decided", "bring_in", "bring_in_from_site", "decide", "set_note", "set_topic"]

REASON_LENGTH = 300
NOTE_LENGTH = 5_000
ANSWERER_LENGTH = 120
UNIT_LENGTH = 120
MOST_CARRIED = 1_000_000
SOURCES = frozenset({"spoken", "paper", "imported", "survey"})
ENDED = N_(
    "Đối thoại vừa kết thúc nên không gọi thêm câu được. Muốn trả lời tiếp, hãy bấm Hoàn tác kết thúc ở bàn chủ trì."
)
CONCLUDED = N_("Đối thoại đã kết luận nên không ghi thêm câu được. Những gì bạn viết vẫn còn đây để chép lại.")


class Decided(TypedDict):
    """Answer to a decision."""

    id: str
    before: str
    after: str
    number: int | None
    version: int


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A question that staff bring in. `topic` is an id or a name, `count` the supporters and `note` the answer it has.

    Rows with a `key` come in once: the same key again changes nothing (a form sent twice).
    """

    text: str
    topic: str = ""
    unit: str = ""
    count: int = 0
    answered: bool = False
    source: str = "spoken"
    key: str = ""
    note: str = ""
    site: int | None = None  # one that may be told, see `room.places`
    pending: bool = False  # waits in the queue instead of standing on the board
    late: bool = False  # came when the hall was over: it is answered in writing


def decide(
    session: Session,
    dialogue_id: str,
    question_id: str,
    act: str,
    *,
    actor: str,
    reason: str = "",
    permission: str = "moderate",
    seen: str = "",
    wording: str = "",
    answerer: str = "",
) -> Decided:
    """Take one step of the table of question states, with its log row; what holds already changes nothing.

    `permission` is the right by which the caller comes; `seen` the state that stood on the caller's screen: when
    somebody else moved the question meanwhile, it is `NotNow` and nothing changes. So it is with `wording`, the mark of
    the text on that screen, when the asker corrected it meanwhile: nobody has read the new one. `reason` is a token of
    `REASONS` or free text; rejecting needs one. Raises `NotFound`, `NotNow`, `Forbidden`, `Invalid`.
    """
    _check_act(act, permission)
    dialogue = load_open(session, dialogue_id)
    question = _question(session, dialogue_id, question_id)
    before, after = question.state, ACTS[act].target
    if before != after:
        if seen and seen != before:
            raise NotNow(N_("Người khác vừa xử lý câu hỏi này. Hãy xem lại rồi chọn tiếp."))
        if wording and wording != wording_of(question.body):
            raise NotNow(N_("Người hỏi vừa sửa câu này. Hãy đọc lại rồi chọn tiếp."))
        after = target(act, before)
        question.reason = _reason(act, reason)
        if after not in {State.ANSWERING, State.ANSWERED}:
            question.answerer = ""
        elif answerer:
            question.answerer = clean_line(answerer)[:ANSWERER_LENGTH]
        if after == State.ANSWERING:
            if dialogue.ending_at is not None:
                raise NotNow(ENDED)
            _put_former_back(session, dialogue_id, actor)
            dialogue.grouped = None  # what was answered together before it stays answered
        _move(session, question, act, after, actor)
        _turn_screen(session, dialogue, before, after)
        touch(session, dialogue_id, public=question.number is not None and bool({before, after} & BOARD))
    return Decided(id=question_id, before=before, after=after, number=question.number, version=dialogue.version)


def set_topic(session: Session, dialogue_id: str, question_id: str, topic_id: str | None) -> int:
    """Put the question under a topic of this dialogue (None: under none); the public version. Raises `NotFound`."""
    dialogue = load_open(session, dialogue_id)
    question = _question(session, dialogue_id, question_id)
    topic_id = questions.known_topic(session, dialogue_id, topic_id)
    if question.topic_id == topic_id:
        return dialogue.version
    question.topic_id = topic_id
    session.flush()
    return touch(session, dialogue_id, public=gathering.is_out(question))


def set_note(
    session: Session, dialogue_id: str, question_id: str, note: str, *, actor: str, answerer: str | None = None
) -> int:
    """Keep the essence of the answer, which whoever asked or supports it reads too, and who of the panel gave it.

    Raises `NotFound`, `Invalid`, `NotNow` for what is erased: a note may quote it.
    """
    text = clean(note)
    if len(text) > NOTE_LENGTH:
        message = N_("Ghi chú dài quá 5.000 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây.")
        raise Invalid(message, {"note": message})
    dialogue = load_open(session, dialogue_id)
    question = _question(session, dialogue_id, question_id)
    if question.state == State.ERASED:
        raise NotNow(N_("Câu này đã xóa hẳn nên không ghi thêm được. Những gì bạn viết vẫn còn đây để chép lại."))
    who = question.answerer if answerer is None else clean_line(answerer)[:ANSWERER_LENGTH]
    if (question.note, question.answerer) == (text, who):
        return dialogue.version
    question.note, question.answerer = text, who
    _log(session, question, "note", question.state, question.state, actor)
    session.flush()
    return touch(session, dialogue_id, public=False)


def bring_in(
    session: Session, dialogue_id: str, rows: list[BroughtIn], *, actor: str, new_topics: bool = True
) -> list[str]:
    """Put rows on the board, marked by source and ranked with the others; their ids, in the order of `rows`.

    All or nothing. An unknown topic name becomes a new topic at the end of the list, or none if `new_topics` is not
    wanted. Raises `Invalid`, `NotNow`.
    """
    load_open(session, dialogue_id)
    topics = {fold(t.name): t.id for t in session.scalars(select(Topic).where(Topic.dialogue_id == dialogue_id))}
    topics |= {topic_id: topic_id for topic_id in list(topics.values())}
    known = _known_keys(session, dialogue_id, rows)
    made = [
        known.get(row.key) or _bring_in_one(session, dialogue_id, row, topics, new_topics, position, actor)
        for position, row in enumerate(rows, start=1)
    ]
    if len(known) < len(rows):
        touch(session, dialogue_id, public=not all(row.pending for row in rows))
    return made


def bring_in_from_site(session: Session, dialogue_id: str, row: BroughtIn, *, actor: str) -> str:
    """What a site's host typed, perhaps while the line was cut; its id, as often as the same key is sent.

    Once the hall is over it is answered in writing, and from the conclusion on it is too late. Raises `Invalid`, `NotNow`.
    """
    dialogue = load(session, dialogue_id)
    known = _known_keys(session, dialogue_id, [row]).get(row.key)
    if known is not None:
        return known
    if dialogue.phase in OVER - {Phase.CLOSED}:
        raise NotNow(CONCLUDED)
    (made,) = bring_in(session, dialogue_id, [replace(row, late=dialogue.phase == Phase.CLOSED)], actor=actor)
    if dialogue.ending_at is not None:
        # Undoing the end puts it on the board as the rest.
        _question(session, dialogue_id, made).before = State.APPROVED
        session.flush()
    return made


def _bring_in_one(
    session: Session,
    dialogue_id: str,
    row: BroughtIn,
    topics: dict[str, str],
    new_topics: bool,
    position: int,
    actor: str,
) -> str:
    assert row.source in SOURCES, row.source
    text = clean(row.text)
    if not any(map(str.isalnum, text)):
        raise _unusable(N_("Dòng %(row)s chưa có nội dung câu hỏi."), position)
    if len(text) > questions.LONGEST_BROUGHT_IN:
        raise _unusable(N_("Dòng %(row)s dài quá 10.000 ký tự. Hãy chia thành nhiều câu."), position)
    question = questions.add(
        session, dialogue_id, text, _topic(session, dialogue_id, row.topic, topics, new_topics),
        state=_first_state(row),
        author=_author(row.key), source=row.source,
        unit=clean_line(row.unit)[:UNIT_LENGTH], carried=min(max(row.count, 0), MOST_CARRIED), site=row.site,
    )  # fmt: skip
    question.note = clean(row.note)[:NOTE_LENGTH]
    _log(session, question, "bring_in", "", question.state, actor)
    return question.id


def _first_state(row: BroughtIn) -> State:
    if row.answered:
        return State.ANSWERED
    return State.IN_WRITING if row.late else State.PENDING if row.pending else State.APPROVED


def _author(key: str) -> bytes | None:
    # No ballot can make this mark, so the unique key of (dialogue, author) lets a row in once and makes it nobody's.
    return digest(f"brought in {key}") if key else None


def _known_keys(session: Session, dialogue_id: str, rows: Iterable[BroughtIn]) -> dict[str, str]:
    keys = {_author(row.key): row.key for row in rows if row.key}
    statement = select(Question.author, Question.id).where(Question.dialogue_id == dialogue_id)
    found = session.execute(statement.where(Question.author.in_([key for key in keys if key])))
    return {keys[author]: question_id for author, question_id in found}


def _topic(session: Session, dialogue_id: str, name: str, topics: dict[str, str], new_topics: bool) -> str | None:
    name = clean_line(name)[:TOPIC_LENGTH].rstrip()
    if not name:
        return None
    if name in topics or fold(name) in topics:
        return topics.get(name) or topics[fold(name)]
    if not new_topics:
        return None
    count, last = session.execute(
        select(func.count(), func.coalesce(func.max(Topic.position), -1)).where(Topic.dialogue_id == dialogue_id)
    ).one()
    if count >= MOST_TOPICS:  # a column of free text must not bury the list that members choose from
        return None
    topic = Topic(id=new_id(), dialogue_id=dialogue_id, position=last + 1, name=name)
    session.add(topic)
    session.flush()
    topics[fold(name)] = topic.id
    return topic.id


def _unusable(message: str, position: int) -> Invalid:
    return Invalid(message, {"text": message}, row=position)


def _check_act(act: str, permission: str) -> None:
    if act not in STAFF_ACTS:
        raise NotFound(N_("Không có việc này."))
    if not may_act(act, permission):
        raise Forbidden(N_("Vai trò của bạn không làm được việc này. Hãy nhờ người điều hành."))


def _question(session: Session, dialogue_id: str, question_id: str) -> Question:
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    return question


def _reason(act: str, reason: str) -> str:
    if act == "channel":
        return REASONS[CHANNEL]
    text = clean_line(REASONS.get(reason, reason) if reason != OTHER else "")
    if act == "reject" and not text:
        message = N_("Hãy chọn một lý do, để người hỏi biết vì sao và viết lại được.")
        raise Invalid(message, {"reason": message})
    if len(text) > REASON_LENGTH:
        message = N_("Lý do dài quá 300 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây.")
        raise Invalid(message, {"reason": message})
    return text if act in {"reject", "hold"} else ""


def _put_former_back(session: Session, dialogue_id: str, actor: str) -> None:
    statement = select(Question).where(Question.dialogue_id == dialogue_id, Question.state == State.ANSWERING)
    for former in session.scalars(statement):
        _move(session, former, "put_back", State.APPROVED, actor)


def _turn_screen(session: Session, dialogue: Dialogue, before: str, after: str) -> None:
    """The projector follows the leader: a called question goes on it, and the ranking returns when it is done.

    A dark or a closing screen was somebody's choice and stays, and an open poll goes on; the result of one makes way.
    """
    called, screen = after == State.ANSWERING, dialogue.screen
    if called and (screen in {"welcome", "ranking"} or (screen == "poll" and polls.leave(session, dialogue))):
        dialogue.screen = "question"
    elif before == State.ANSWERING and dialogue.screen == "question":
        dialogue.screen = "ranking"


def _move(session: Session, question: Question, act: str, after: State, actor: str) -> None:
    _log(session, question, act, question.state, after, actor)
    question.state = after
    question.handed_to = question.grouped = question.before = None  # it goes its own way from here
    if after in BOARD and question.number is None and not gathering.keeps_back(session, question, after):
        question.number = questions.number(session, question.dialogue_id)
    session.flush()


def _log(session: Session, question: Question, action: str, before: str, after: str, actor: str) -> None:
    session.add(ModerationLog(
        id=new_id(), dialogue_id=question.dialogue_id, question_id=question.id, at=coarse(), actor=actor,
        action=action, before=before, after=after, reason=question.reason,
    ))  # fmt: skip
