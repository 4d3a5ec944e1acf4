"""What an asker does in the box of ideas: write, reply to an answer, sign one thread, take back.

Nothing here counts a change or is told to anybody: it waits where only the asker's own phone finds it, until
`ideas_moving` lets it go on with others. Each thread has marks of its own, so no two of them are joined.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import mark
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.followups import ideas_state as rules
from survey.followups.ideas_answers import answer_to
from survey.followups.ideas_state import ASKER
from survey.followups.ideas_state import BEHIND
from survey.followups.ideas_state import State
from survey.followups.models_ideas import IdeaBox
from survey.followups.models_ideas import Message
from survey.followups.models_ideas import Thread
from survey.questions.models import Question
from survey.questions.service import known_topic

Muter = Callable[[str], bytes]  # the mark of one ballot for the thread of this id
SHUT = N_("Hộp ý tưởng không nhận thư lúc này. Những gì bạn viết vẫn còn đây.")
NOBODYS = N_("Máy này không có ý tưởng hay câu hỏi ấy. Hãy mở “Hộp ý tưởng” để xem những gì đã gửi từ máy này.")
MUTED = N_("Phiếu này tạm không gửi được ý tưởng mới ở đối thoại này. Những gì bạn viết vẫn còn đây; bạn vẫn đọc được.")


@dataclass(frozen=True, slots=True)
class Own:
    """The marks by which a phone proves what is its own: of ideas, and of the questions it asked."""

    ideas: frozenset[bytes] = frozenset()
    questions: frozenset[bytes] = frozenset()


def author_mark(key: bytes, ballot: str, client_id: str) -> bytes:
    """The mark of one idea under the dialogue's key `ask`; a purpose of its own, so that no question has the same one."""
    return mark(key, ballot, "idea", client_id)


def muter(key: bytes, ballot: str) -> Muter:
    """The marks by which a ballot is known again, under the dialogue's key `idea`, which dies when the box is shut."""
    return lambda thread_id: mark(key, ballot, "idea-mute", thread_id)


def write(
    session: Session, dialogue_id: str, author: bytes, body: str, topic_id: str | None, mute: Muter | None, day: dt.date
) -> str:
    """Put an idea into the box; its id. The same author mark with the same text is the same idea.

    Raises `Invalid`, `NotNow` when nothing is taken or the ballot is muted, `Conflict` for another text.
    """
    text = _text(body, rules.SHORTEST)
    dialogue = load(session, dialogue_id)
    known = session.scalar(select(Thread).where(Thread.dialogue_id == dialogue_id, Thread.author == author))
    if known is not None:
        if known.body != text:
            raise Conflict(N_("Ý tưởng này đã được gửi với nội dung khác. Hãy mở lại “Hộp ý tưởng”."))
        return known.id
    _check(session, dialogue, mute, day)
    thread = _thread(session, dialogue_id, mute)
    thread.author, thread.body = author, text
    thread.topic_id = known_topic(session, dialogue_id, topic_id)
    session.flush()
    return thread.id


def reply(session: Session, dialogue_id: str, id_: str, own: Own, body: str, mute: Muter | None, day: dt.date) -> None:
    """Write back once an answer is there. Sending the same again while it waits changes nothing.

    `id_` is that of an idea, or of an own question. Raises `NotFound` for anybody else's, `NotNow`, `Invalid`.
    """
    text = _text(body, rules.REPLY)
    dialogue = load(session, dialogue_id)
    thread = _own(session, dialogue_id, id_, own, mute)
    _check(session, dialogue, mute, day)
    messages = _messages(session, thread.id)
    mine = [one for one in messages if one.side == ASKER]
    if any(one.waits and one.body == text for one in mine):
        return
    if thread.state != State.OPEN or any(one.waits and one.body == rules.TAKEN_BACK for one in mine):
        raise NotNow(N_("Thư này đã khép lại nên không viết tiếp được. Bạn có thể gửi ý tưởng mới."))
    if thread.question_id is None and len(mine) == len(messages):
        raise NotNow(N_("Chưa có câu trả lời. Khi có, bạn viết tiếp được ở đây; những gì bạn viết vẫn còn đây."))
    if len(mine) >= rules.MOST_MESSAGES:
        raise NotNow(N_("Bạn đã viết đủ 20 lần trong thư này. Muốn nói thêm, hãy gửi ý tưởng mới."))
    _wait(session, thread, text)


def _wait(session: Session, thread: Thread, text: str) -> None:
    """Put a message behind all others, to go on with other threads'; the same one waits once."""
    messages = _messages(session, thread.id)
    if any(one.waits and one.body == text for one in messages):
        return
    place = max([BEHIND, *(one.place for one in messages)])
    session.add(Message(id=new_id(), thread_id=thread.id, place=place + 1, side=ASKER, actor="", body=text, waits=True))
    session.flush()


def sign(session: Session, dialogue_id: str, id_: str, own: Own, name: str, mute: Muter | None, day: dt.date) -> None:
    """Put a name to this one thread; it goes to the office a lot after what it signs. Without a name: take it off again.

    What the office has read it has read. Raises as `reply` does.
    """
    text = clean_line(name)
    if len(text) > rules.NAME_LENGTH or (text and not any(map(str.isalpha, text))):
        message = N_("Hãy gõ họ tên, nhiều nhất 120 ký tự.")
        raise Invalid(message, {"name": message})
    dialogue = load(session, dialogue_id)
    thread = _own(session, dialogue_id, id_, own, mute)
    _check(session, dialogue, mute, day)
    if thread.state in rules.GONE:
        raise NotNow(N_("Thư này không còn nên không ký tên được nữa."))
    thread.signing = "" if text == thread.name else text or rules.NAMELESS
    session.flush()


def withdraw(session: Session, dialogue_id: str, id_: str, own: Own, day: dt.date) -> None:
    """Take the own idea back, with all that was written under it. Nobody ever knows of one that still waited.

    From the office it goes with the next lot: what vanished at once would tell when. What was taken up before stays:
    everybody has read it. What is taken up until then gives way, see `ideas_erasing.take_back`. Raises `NotFound`, `NotNow`.
    """
    dialogue = load(session, dialogue_id)
    thread = session.get(Thread, id_)
    if thread is None or thread.dialogue_id != dialogue_id or thread.author not in own.ideas:
        raise NotFound(NOBODYS)
    if thread.taken or thread.recommendation_id:
        raise NotNow(N_("Ý tưởng này đã được tiếp thu nên không rút lại được nữa."))
    if not is_open(session.get(IdeaBox, dialogue_id), dialogue, day):
        raise NotNow(N_("Hộp ý tưởng đã khép nên không rút lại được nữa."))
    if thread.waits:
        session.execute(delete(Message).where(Message.thread_id == thread.id))
        session.delete(thread)
    elif thread.state not in rules.GONE:
        _wait(session, thread, rules.TAKEN_BACK)
    session.flush()


def is_open(box: IdeaBox | None, dialogue: Dialogue, day: dt.date) -> bool:
    """Whether anything is taken on this day (of Vietnam)."""
    if box is None or box.shut or dialogue.rehearsal or dialogue.state not in rules.TAKING:
        return False
    return day <= rules.last_day(box.until, dialogue.keys_until)


def today(moment: dt.datetime) -> dt.date:
    """The day of Vietnam."""
    return local(moment).date()


def _check(session: Session, dialogue: Dialogue, mute: Muter | None, day: dt.date) -> None:
    if not is_open(session.get(IdeaBox, dialogue.id), dialogue, day):
        raise NotNow(SHUT)
    if mute is None:
        return
    named = select(Thread.id, Thread.mute).where(Thread.dialogue_id == dialogue.id, Thread.muted)
    for thread_id, kept in session.execute(named):
        if kept is not None and hmac.compare_digest(kept, mute(thread_id)):
            raise NotNow(MUTED)


def _own(session: Session, dialogue_id: str, id_: str, own: Own, mute: Muter | None) -> Thread:
    """The own thread; that of a question begins here, once the question is answered."""
    thread = session.get(Thread, id_)
    if thread is not None and thread.dialogue_id == dialogue_id and thread.author in own.ideas:
        return thread
    question = session.get(Question, id_)
    if question is None or question.dialogue_id != dialogue_id or question.author not in own.questions:
        raise NotFound(NOBODYS)
    thread = session.scalar(select(Thread).where(Thread.question_id == id_))
    if thread is not None:
        return thread
    if not answer_to(session, question):
        raise NotNow(N_("Câu này chưa có câu trả lời bằng văn bản. Khi có, bạn viết tiếp được ở đây."))
    thread = _thread(session, dialogue_id, mute)
    thread.question_id, thread.topic_id = id_, question.topic_id
    session.flush()
    return thread


def _thread(session: Session, dialogue_id: str, mute: Muter | None) -> Thread:
    thread = Thread(
        id=new_id(), dialogue_id=dialogue_id, body="", waits=True, state=State.OPEN, reason="", signing="", name="",
        muted=False, taken=False, taken_text="", taken_note="",
    )  # fmt: skip
    thread.mute = mute(thread.id) if mute is not None else None
    session.add(thread)
    return thread


def _messages(session: Session, thread_id: str) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.thread_id == thread_id).order_by(Message.place)))


def count(session: Session, dialogue_id: str) -> int:
    """How many threads wait for each other: each once, or one phone would fill a lot by writing on and signing."""
    speaking = select(Message.thread_id).where(Message.waits)
    new = Thread.waits & Thread.question_id.is_(None)
    waits = or_(new, Thread.signing != "", Thread.id.in_(speaking))
    return session.scalar(select(func.count()).where(Thread.dialogue_id == dialogue_id, waits)) or 0


def _text(body: str, fewest: int) -> str:
    text = clean(body)
    if not fewest <= len(text) <= rules.LONGEST or not any(map(str.isalpha, text)):
        message = (
            N_("Ý tưởng cần từ 10 đến 1.000 ký tự. Những gì bạn viết vẫn còn đây.")
            if fewest == rules.SHORTEST
            else N_("Lời viết tiếp cần từ 2 đến 1.000 ký tự. Những gì bạn viết vẫn còn đây.")
        )
        raise Invalid(message, {"body": message})
    return text
