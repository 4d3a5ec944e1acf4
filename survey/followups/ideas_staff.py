"""What the office and units do with the box of ideas. Each function is one job of the writer.

Their words reach the asker's phone at once; what is seen and kept of the asker is in `ideas`.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.keys import KeyStore
from survey.core.text import N_
from survey.core.text import clean
from survey.dialogues import keyring
from survey.dialogues import rehearsing
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.followups import ideas
from survey.followups import ideas_state as rules
from survey.followups import recommendations
from survey.followups.ideas_state import OFFICE
from survey.followups.ideas_state import UNIT
from survey.followups.ideas_state import State
from survey.followups.models_ideas import IdeaBox
from survey.followups.models_ideas import Message
from survey.followups.models_ideas import Thread
from survey.followups.models_recommendations import Recommendation
from survey.followups.service import note
from survey.followups.state import LINK
from survey.organisations import units
from survey.room.filling import latest

GONE = N_("Không còn ý tưởng này. Hãy tải lại trang.")
MADE = N_("Đồng nghiệp vừa lập kiến nghị số %(number)s từ thư này. Hãy sửa kiến nghị ấy, hoặc lập một kiến nghị khác.")
KEY = "idea"  # by which a muted ballot is known again; dies when the box is shut


def set_until(session: Session, keys: KeyStore, dialogue_id: str, until: dt.date | None, *, actor: str) -> None:
    """Open the box until this day, or choose another one. A box that is over stays over: its key is gone.

    Raises `Invalid` for a day that is past or after the keys, `NotNow` before the closing and after the keys.
    """
    dialogue, moment = load_open(session, dialogue_id), now()
    rehearsing.refuse(dialogue)
    if dialogue.state not in rules.TAKING:
        raise NotNow(N_("Hộp ý tưởng mở được từ khi đối thoại khép lại đến khi các khóa hủy."))
    box, today = session.get(IdeaBox, dialogue_id), ideas.today(moment)
    if box is not None and (box.shut or not ideas.is_open(box, dialogue, today)):
        raise NotNow(N_("Hộp ý tưởng đã khép nên không mở lại được: khóa nhận ra phiếu bị chặn đã hủy."))
    most = rules.latest_day(dialogue.keys_until, today)
    if until is None or not today <= until <= most:
        message = N_("Hãy chọn một ngày từ hôm nay đến ngày muộn nhất ghi bên dưới, chẳng hạn 26/4/2026.")
        raise Invalid(message, {"until": message})
    keyring.make(session, keys, dialogue_id, KEY)
    if box is None:
        box = IdeaBox(dialogue_id=dialogue_id, until=until, seen=latest(rules.TIMES, moment) or moment, shut=False)
        session.add(box)
    box.until = until
    session.flush()
    note(session, dialogue_id, "idea_box", actor=actor)
    touch(session, dialogue_id, public=True)


def answer(
    session: Session, dialogue_id: str, thread_id: str, body: str, *, actor: str, unit_id: str | None = None
) -> None:
    """Write to whoever asked: as the office, or as the unit to which the thread was handed (`unit_id`).

    The same words again right after themselves change nothing. Raises `NotFound`, `NotNow`, `Invalid`.
    """
    text = clean(body)
    if not rules.REPLY <= len(text) <= rules.LONGEST_ANSWER:
        message = N_("Câu trả lời cần từ 2 đến 4.000 ký tự. Những gì bạn viết vẫn còn đây.")
        raise Invalid(message, {"body": message})
    load_open(session, dialogue_id)
    thread = standing(session, dialogue_id, thread_id)
    if unit_id is not None and thread.unit_id != unit_id:
        raise NotFound(GONE)
    here = select(Message).where(Message.thread_id == thread.id, Message.waits.is_(False)).order_by(Message.place)
    messages = list(session.scalars(here))
    side = OFFICE if unit_id is None else UNIT
    if messages and (messages[-1].side, messages[-1].body) == (side, text):
        return
    session.add(Message(
        id=new_id(), thread_id=thread.id, place=messages[-1].place + 1 if messages else 1, side=side, unit_id=unit_id,
        actor=actor, body=text, waits=False,
    ))  # fmt: skip
    _done(session, thread, "idea_answer", actor)


def hand(session: Session, dialogue_id: str, thread_id: str, unit_id: str | None, *, actor: str) -> None:
    """Let a unit read and answer it by its link, or nobody but the office again. Raises `NotFound`, `NotNow`."""
    dialogue = load_open(session, dialogue_id)
    thread = standing(session, dialogue_id, thread_id)
    thread.unit_id = units.load(session, dialogue.organisation_id, unit_id).id if unit_id else None
    _done(session, thread, "idea_unit", actor)


def set_aside(session: Session, dialogue_id: str, thread_id: str, reason: str, *, actor: str) -> None:
    """Put it away with a sentence that its asker reads. Raises `NotFound`, `NotNow`, `Invalid` without a reason."""
    text = clean(reason)
    if not text or len(text) > 500:
        message = N_("Hãy ghi lý do, nhiều nhất 500 ký tự: người gửi sẽ đọc.")
        raise Invalid(message, {"reason": message})
    load_open(session, dialogue_id)
    thread = standing(session, dialogue_id, thread_id)
    if thread.taken:
        raise NotNow(N_("Ý tưởng này đang công khai là đã tiếp thu. Hãy bỏ tiếp thu trước."))
    thread.state, thread.reason = State.ASIDE, text
    _done(session, thread, "idea_aside", actor)


def bring_back(session: Session, dialogue_id: str, thread_id: str, *, actor: str) -> None:
    """Undo `set_aside`; doing it twice changes nothing. Raises `NotFound`."""
    load_open(session, dialogue_id)
    thread = load_thread(session, dialogue_id, thread_id)
    if thread.state == State.ASIDE:
        thread.state, thread.reason = State.OPEN, ""
        _done(session, thread, "idea_back", actor)


def take_up(session: Session, dialogue_id: str, thread_id: str, text: str, remark: str, *, actor: str) -> None:
    """Show it to everybody as taken up, in the words that the office gives it, with what is done with it.

    Raises `NotFound`, `NotNow` for what is no idea, `Invalid` without words.
    """
    shown, said = clean(text), clean(remark)
    fields = {}
    if not rules.REPLY <= len(shown) <= rules.LONGEST:
        fields["text"] = N_("Lời công khai cần từ 2 đến 1.000 ký tự.")
    if len(said) > rules.LONGEST:
        fields["remark"] = N_("Lời kèm theo nhiều nhất 1.000 ký tự.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields)
    load_open(session, dialogue_id)
    thread = standing(session, dialogue_id, thread_id)
    if thread.question_id is not None:
        raise NotNow(N_("Đây là thư sau một câu hỏi; câu hỏi và trả lời đã công khai ở chỗ của nó."))
    thread.taken, thread.taken_text, thread.taken_note = True, shown, said
    _done(session, thread, "idea_taken", actor, public=True)


def let_go(session: Session, dialogue_id: str, thread_id: str, *, actor: str) -> None:
    """Show it to everybody no more; doing it twice changes nothing. Raises `NotFound`."""
    load_open(session, dialogue_id)
    thread = load_thread(session, dialogue_id, thread_id)
    if thread.taken:
        thread.taken = False
        _done(session, thread, "idea_let_go", actor, public=True)


def set_muted(session: Session, dialogue_id: str, thread_id: str, *, muted: bool, actor: str) -> None:
    """Take nothing more from whoever wrote this, or take it again; which other threads are theirs, nobody learns."""
    load_open(session, dialogue_id)
    thread = load_thread(session, dialogue_id, thread_id)
    if thread.mute is None:
        raise NotNow(N_("Không chặn được người gửi thư này nữa."))
    if thread.muted != muted:
        thread.muted = muted
        _done(session, thread, "idea_mute" if muted else "idea_unmute", actor)


def recommend(session: Session, dialogue_id: str, thread_id: str, body: str, *, actor: str) -> str:
    """Make a recommendation of it, in the words that the office gives it; its id. One thread makes one.

    Of what was written after a question it becomes one of that question. Raises `NotFound`, `NotNow`, `Invalid`; sent
    again in the same words it changes nothing, in other words than those of a colleague it is refused.
    """
    load_open(session, dialogue_id)
    thread = standing(session, dialogue_id, thread_id)
    if thread.recommendation_id is not None:
        made = session.get_one(Recommendation, thread.recommendation_id)
        if clean(body) != made.body:
            raise NotNow(MADE, number=made.number)
    else:
        thread.recommendation_id = recommendations.create(
            session, dialogue_id, body=body, question_ids=(thread.question_id,) if thread.question_id else (),
            unit_id=thread.unit_id, topic_id=thread.topic_id, actor=actor,
        )  # fmt: skip
        _done(session, thread, "idea_recommended", actor)
    return thread.recommendation_id


def load_thread(session: Session, dialogue_id: str, thread_id: str) -> Thread:
    """A thread that has reached the office; `NotFound` for any other, as for one that is not there."""
    thread = session.get(Thread, thread_id)
    if thread is None or thread.dialogue_id != dialogue_id or thread.waits:
        raise NotFound(GONE)
    return thread


def standing(session: Session, dialogue_id: str, thread_id: str) -> Thread:
    """The same, with which something may still be done. Raises `NotNow` for what was put away, taken back or erased."""
    thread = load_thread(session, dialogue_id, thread_id)
    if thread.state != State.OPEN:
        raise NotNow(N_("Thư này đã gác lại, rút lại hoặc xóa. Hãy tải lại trang."))
    return thread


def _done(session: Session, thread: Thread, action: str, actor: str, *, public: bool = False) -> None:
    session.flush()
    if actor != LINK:
        note(session, thread.dialogue_id, action, actor=actor)
    touch(session, thread.dialogue_id, public=public)
