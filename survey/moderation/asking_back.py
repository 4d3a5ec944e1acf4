"""Asking back: the moderators want to know more before they decide, and only the asker's phone shows it.

They never learn whom they ask, and nothing is kept of when a reply came: it stands in the row of its question.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict

from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation.models import ModerationLog
from survey.questions.models import Question
from survey.questions.queries import wording as wording_of
from survey.questions.service import own
from survey.questions.state import EDITABLE
from survey.questions.state import State

CLEARER = N_("Xin bạn nói rõ hơn.")  # where the moderator writes no sentence
SENTENCE_LENGTH = 200
SHORTEST, LONGEST = 2, 300  # characters of a reply


class AskedBack(TypedDict):
    """Answer to asking back, taking it back, and replying."""

    id: str
    state: str
    version: int


def ask_back(
    session: Session,
    dialogue_id: str,
    question_id: str,
    sentence: str = "",
    *,
    actor: str,
    seen: str = "",
    wording: str = "",
) -> AskedBack:
    """Ask whoever asked this to say more, with a sentence or `CLEARER`; the question stays where it stands.

    A reply that is there makes way for the next one, but only to a sentence that somebody wrote. `seen` and `wording`
    are as in `service.decide`. Raises `NotFound`, `NotNow` for what is decided or was not asked by a member, `Invalid`
    for a sentence that is too long, or missing where a reply would go.
    """
    text = clean_line(sentence)
    if len(text) > SENTENCE_LENGTH:
        message = N_("Lời hỏi lại dài quá 200 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây.")
        raise Invalid(message, {"sentence": message})
    load_open(session, dialogue_id)
    question = _waiting(session, dialogue_id, question_id, seen)
    if question.author is None:
        raise NotNow(N_("Câu này do ban tổ chức đưa vào, không có máy nào để hỏi lại."))
    if wording and wording != wording_of(question.body):
        raise NotNow(N_("Người hỏi vừa sửa câu này. Hãy đọc lại rồi chọn tiếp."))
    if question.reply and not text:
        message = N_("Người hỏi đã trả lời. Muốn hỏi tiếp, hãy viết điều cần hỏi; câu trả lời cũ sẽ không còn.")
        raise Invalid(message, {"sentence": message})
    changed = question.asked_back != (text or CLEARER) or bool(question.reply)
    if changed:
        question.asked_back, question.reply = text or CLEARER, ""
        _log(session, question, "ask_back", actor)
    return _done(session, question, changed)


def take_back(session: Session, dialogue_id: str, question_id: str, *, actor: str) -> AskedBack:
    """Ask no longer: undoes `ask_back` while there is no reply. Raises `NotFound`, `NotNow`."""
    load_open(session, dialogue_id)
    question = _waiting(session, dialogue_id, question_id)
    if question.reply:
        raise NotNow(N_("Người hỏi vừa trả lời. Hãy đọc câu trả lời rồi chọn tiếp."))
    changed = bool(question.asked_back)
    if changed:
        question.asked_back = ""
        _log(session, question, "take_back", actor)
    return _done(session, question, changed)


def reply(
    session: Session, dialogue_id: str, question_id: str, authors: Collection[bytes], text: str, *, asked: str = ""
) -> AskedBack:
    """Say more about the own question; with it the question goes back to whoever moderates.

    `asked` is the mark (`queries.wording`) of the sentence that stood on the phone: an answer to another one is `NotNow`.
    Sending the same again changes nothing. Raises `NotFound` for anybody else's question, `NotNow` when it is decided or
    withdrawn, `Invalid`.
    """
    said = clean(text)
    if not SHORTEST <= len(said) <= LONGEST or not any(map(str.isalnum, said)):
        message = N_("Câu trả lời cần từ 2 đến 300 ký tự. Những gì bạn viết vẫn còn đây.")
        raise Invalid(message, {"reply": message})
    load_open(session, dialogue_id)
    question = own(session, dialogue_id, question_id, authors)
    if question.state not in EDITABLE:
        raise NotNow(
            _OVER.get(State(question.state), N_("Ban tổ chức đã quyết định về câu này, nên không cần trả lời nữa."))
        )
    if not question.asked_back or (asked and asked != wording_of(question.asked_back)):
        raise NotNow(N_("Ban tổ chức không còn hỏi câu ấy nữa. Hãy xem lại trong “Của tôi”."))
    changed, question.reply = question.reply != said, said
    return _done(session, question, changed)


_OVER = {
    State.WITHDRAWN: N_("Bạn đã rút câu này, nên không trả lời được nữa. Bạn có thể gửi câu mới."),
    State.MERGED: N_("Câu này đã gộp với một câu giống nó, nên không cần trả lời nữa."),
}


def _waiting(session: Session, dialogue_id: str, question_id: str, seen: str = "") -> Question:
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    if question.state not in EDITABLE or (seen and seen != question.state):
        raise NotNow(N_("Câu hỏi này vừa đổi trạng thái. Hãy xem lại rồi chọn tiếp."))
    return question


def _done(session: Session, question: Question, changed: bool) -> AskedBack:
    session.flush()
    dialogue = load_open(session, question.dialogue_id)
    version = touch(session, dialogue.id, public=False) if changed else dialogue.version
    return AskedBack(id=question.id, state=question.state, version=version)


def _log(session: Session, question: Question, action: str, actor: str) -> None:
    session.add(ModerationLog(
        id=new_id(), dialogue_id=question.dialogue_id, question_id=question.id, at=coarse(), actor=actor,
        action=action, before=question.state, after=question.state,
    ))  # fmt: skip
