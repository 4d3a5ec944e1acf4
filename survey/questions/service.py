"""Questions: ask, correct, withdraw, support. Each function is one job of the writer and returns plain values."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from typing import TypedDict
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.hand import Hand
from survey.core.hand import hand_of
from survey.core.ids import new_id
from survey.core.ids import new_tie
from survey.core.prepared import Prepared
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import fold
from survey.dialogues import state as dialogue_state
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.dialogues.service import LOCK
from survey.dialogues.service import load as load_dialogue
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.dialogues.service import touched_with
from survey.questions import gathering
from survey.questions import groups
from survey.questions import leaving
from survey.questions import muted
from survey.questions import objects
from survey.questions.models import Question
from survey.questions.muted import Muter
from survey.questions.numbers import number as number
from survey.questions.objects import Voter
from survey.questions.state import BOARD
from survey.questions.state import EDITABLE
from survey.questions.state import SUPPORTABLE
from survey.questions.state import State
from survey.questions.state import target

SHORTEST, LONGEST = 10, 500  # characters after `clean`, of what a member asks
CORRECTED = N_("Đã sửa lại câu hỏi.")  # stands for a reply: who is asked back may as well change the text
LONGEST_BROUGHT_IN = 10_000  # of what staff bring in; shown folded

# The way of a vote is the hottest path: its statements are built once, on the tables and not on the classes.
_QUESTIONS, _DIALOGUES = (cast(Table, model.__table__) for model in (Question, Dialogue))
_STANDING = Prepared(
    select(
        _QUESTIONS.c.id,
        _QUESTIONS.c.state,
        _QUESTIONS.c.supporters,
        _QUESTIONS.c.group_id,
        _QUESTIONS.c.merged_into,
        _QUESTIONS.c.number,
        _DIALOGUES.c.state.label("dialogue"),
        _DIALOGUES.c.ending_at.is_not(None),
        _DIALOGUES.c.version,
    )
    .join(_DIALOGUES, _DIALOGUES.c.id == _QUESTIONS.c.dialogue_id)
    .where(_QUESTIONS.c.id == bindparam("question"), _QUESTIONS.c.dialogue_id == bindparam("dialogue"))
)
_COUNT = Prepared(
    update(_QUESTIONS)
    .where(_QUESTIONS.c.id == bindparam("question"))
    .values(supporters=_QUESTIONS.c.supporters + bindparam("step"))
    .returning(_QUESTIONS.c.supporters)
)


class _Standing(NamedTuple):
    """How a question stands, and its dialogue, when a vote for it comes: the columns of `_STANDING`."""

    id: str
    state: str
    supporters: int
    group_id: str | None
    merged_into: str | None
    number: int | None
    dialogue: str
    ending: bool
    version: int


class Asked(TypedDict):
    """Answer to an ask."""

    id: str
    state: str
    version: int
    new: bool


class Voted(TypedDict):
    """Answer to a vote."""

    supported: bool
    supporters: int
    version: int


def ask(
    session: Session, dialogue_id: str, author: bytes, body: str, topic_id: str | None, mute: Muter | None = None,
    site: int | None = None, *, sealed: bool = False,
) -> Asked:  # fmt: skip
    """Put a member's question into the queue (or on the board, without pre-moderation).

    `author` comes from `queries.author_mark`. The same author mark with the same text is the same ask; with another
    text it is a `Conflict`. `mute` makes the marks by which the ballot is known should it be muted. `sealed`: it comes
    out of the ballot box, so it was taken in time; that the hall was ended since, or closed, refuses it no more, and
    where nobody else's will follow it waits for none. Raises `Invalid` and `NotNow`.
    """
    text = member_text(body)
    dialogue = load_dialogue(session, dialogue_id)
    asked = session.scalar(select(Question).where(Question.dialogue_id == dialogue_id, Question.author == author))
    known = asked or gathering.by_author(session, dialogue_id, author)
    if known is not None:
        if known.body != text:
            raise Conflict(N_("Câu hỏi này đã được gửi với nội dung khác. Hãy mở “Của tôi” để sửa."))
        return Asked(id=known.id, state=known.state, version=dialogue.version, new=False)
    if dialogue.phase not in dialogue_state.ASKABLE and not (sealed and dialogue.state in dialogue_state.UNSEALING):
        raise NotNow(N_("Đối thoại không nhận thêm câu hỏi lúc này. Những gì bạn viết vẫn còn đây."))
    if mute is not None:
        muted.check(session, dialogue_id, mute)
    if gathering.gathers(dialogue) and dialogue.state in dialogue_state.ASKABLE:
        topic_id = known_topic(session, dialogue_id, topic_id)
        waits = gathering.put(session, dialogue_id, author, text, topic_id, mute, site)
        return Asked(id=waits.id, state=waits.state, version=dialogue.version, new=True)
    state = State.PENDING if dialogue.pre_moderation else State.APPROVED
    question = add(session, dialogue_id, text, topic_id, state=state, author=author, mute=mute, site=site)
    return Asked(id=question.id, state=state, version=touch(session, dialogue_id, public=state in BOARD), new=True)


def add(  # noqa: PLR0913 -- the row has so many sides
    session: Session,
    dialogue_id: str,
    text: str,
    topic_id: str | None,
    *,
    state: State,
    author: bytes | None = None,
    mute: Muter | None = None,
    source: str = "member",
    unit: str = "",
    carried: int = 0,
    question_id: str = "",
    site: int | None = None,
) -> Question:
    """Write one question row, numbered if it is published; the caller counts the version."""
    question = Question(
        id=question_id or new_id(), dialogue_id=dialogue_id, topic_id=known_topic(session, dialogue_id, topic_id), body=text,
        folded=fold(text), state=state, source=source, author=author, unit=unit, tie=new_tie(), carried=carried,
        supporters=carried, asked_about=coarse(), number=number(session, dialogue_id) if state in BOARD else None, site=site,
    )  # fmt: skip
    question.mute = mute(question.id) if mute is not None else None
    session.add(question)
    session.flush()
    return question


def correct(
    session: Session, dialogue_id: str, question_id: str, authors: Collection[bytes], body: str, topic_id: str | None
) -> Asked:
    """Change the own question until it is approved. Raises `NotFound` for anybody else's, `NotNow`, `Invalid`."""
    text = member_text(body)
    dialogue = load_open(session, dialogue_id)
    if waits := gathering.own(session, dialogue_id, question_id, authors):
        waits.body, waits.topic_id = text, known_topic(session, dialogue_id, topic_id)
        session.flush()
        return Asked(id=waits.id, state=waits.state, version=dialogue.version, new=False)
    question = own(session, dialogue_id, question_id, authors)
    if question.state not in EDITABLE:
        raise NotNow(N_("Câu hỏi đã được duyệt nên không sửa được nữa. Bạn có thể rút lại và gửi câu khác."))
    if question.asked_back and not question.reply and question.body != text:
        question.reply = CORRECTED
    question.body, question.folded = text, fold(text)
    question.topic_id = known_topic(session, dialogue_id, topic_id)
    session.flush()
    return Asked(id=question.id, state=question.state, version=touch(session, dialogue_id, public=False), new=False)


def withdraw(session: Session, dialogue_id: str, question_id: str, authors: Collection[bytes]) -> Asked:
    """Take the own question back; doing it twice changes nothing. Raises `NotFound`, `NotNow`.

    What was merged with it stays, with everybody who supports it: another wording leads.
    """
    dialogue = load_open(session, dialogue_id)
    if waits := gathering.own(session, dialogue_id, question_id, authors):
        waits.withdrawn = True
        session.flush()
        return Asked(id=waits.id, state=waits.state, version=dialogue.version, new=False)
    question = own(session, dialogue_id, question_id, authors)
    if question.state == State.WITHDRAWN:
        return Asked(id=question.id, state=question.state, version=dialogue.version, new=False)
    leading = groups.root(session, question)
    target("withdraw", leading.state)  # nothing is taken out of what is being answered
    was_public = gathering.is_out(leading)
    leaving.leave(session, question, target("withdraw", question.state))
    version = touch(session, dialogue_id, public=was_public)
    return Asked(id=question.id, state=question.state, version=version, new=False)


def support(session: Session, dialogue_id: str, question_id: str, voter: Voter, *, wanted: bool) -> Voted:
    """Make the ballot's support of a question what is wanted; repeating it changes nothing.

    Support of a wording that was merged is support of the question that leads. `voter` comes from `queries.voter`.
    Raises `NotFound` for what is not on the board, `NotNow` when it is over.
    """
    return supported(hand_of(session), dialogue_id, question_id, voter, wanted=wanted)


def supported(hand: Hand, dialogue_id: str, question_id: str, voter: Voter, *, wanted: bool) -> Voted:
    """`support` in a short write."""
    row = _standing(hand, dialogue_id, question_id)
    while row is not None and row.merged_into is not None:
        row = _standing(hand, dialogue_id, row.merged_into)
    if row is None or row.state not in BOARD or row.number is None:
        raise NotFound(N_("Câu hỏi này không còn trên bảng."))
    if row.dialogue not in dialogue_state.SUPPORTABLE or row.ending or row.state not in SUPPORTABLE:
        raise NotNow(N_("Câu hỏi này đã được trả lời hoặc đối thoại đã khép lại, nên không đổi được lượt ủng hộ."))
    it = objects.of(row.id, row.group_id)
    act, step = (objects.added, 1) if wanted else (objects.dropped, -1)
    if not act(hand, it, voter(it.id)):
        return Voted(supported=wanted, supporters=row.supporters, version=row.version)
    counted = (_COUNT, {"question": row.id, "step": step})
    ((supporters,),), version = touched_with(hand, dialogue_id, counted, public=True)
    return Voted(supported=wanted, supporters=supporters, version=version)


def _standing(hand: Hand, dialogue_id: str, question_id: str) -> _Standing | None:
    asked = (_STANDING, {"question": question_id, "dialogue": dialogue_id})
    (rows,) = hand.behind(LOCK, {"dialogue": dialogue_id}, asked)
    return _Standing(*rows[0]) if rows else None


def own(session: Session, dialogue_id: str, question_id: str, authors: Collection[bytes]) -> Question:
    """The question, if one of `authors` asked it; else `NotFound`, the same as for a question that is not there."""
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id or question.author not in authors:
        raise NotFound(N_("Máy này không có câu hỏi ấy. Hãy mở “Của tôi” để xem các câu đã gửi từ máy này."))
    return question


def member_text(body: str) -> str:
    """A member's text as it is kept; raises `Invalid` outside 10 to 500 characters."""
    text = clean(body)
    if len(text) < SHORTEST:
        raise _invalid(N_("Câu hỏi còn ngắn quá: cần ít nhất 10 ký tự. Những gì bạn viết vẫn còn đây."))
    if sum(map(str.isalpha, text)) < SHORTEST // 2:
        raise _invalid(N_("Câu hỏi cần có chữ để mọi người hiểu. Những gì bạn viết vẫn còn đây."))
    if len(text) > LONGEST:
        raise _invalid(N_("Câu hỏi dài quá 500 ký tự. Hãy rút gọn rồi gửi lại; những gì bạn viết vẫn còn đây."))
    return text


def known_topic(session: Session, dialogue_id: str, topic_id: str | None) -> str | None:
    """The topic id if it is one of this dialogue, else None: a stale page must not lose a question."""
    topic = session.get(Topic, topic_id) if topic_id else None
    return topic.id if topic is not None and topic.dialogue_id == dialogue_id else None


def _invalid(message: str) -> Invalid:
    return Invalid(message, {"body": message})
