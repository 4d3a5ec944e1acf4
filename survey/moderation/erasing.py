"""Erasing a text for good, and covering a name in it: nothing of what stood there is kept, so neither can be undone.

The rows are overwritten here, in one write, also after publication. `FORGET` then has every process drop what it holds in
memory, and `scrub` writes the files anew, because a row that is overwritten still stands in the write-ahead log.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.bus import FORGET
from survey.core.clock import coarse
from survey.core.db import Database
from survey.core.db import announce
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.moderation.models import ModerationLog
from survey.moderation.screening import COVER as COVER
from survey.moderation.screening import cover
from survey.moderation.state import OTHER
from survey.moderation.state import REASONS
from survey.moderation.state import SAID
from survey.questions import groups
from survey.questions import leaving
from survey.questions import satisfaction
from survey.questions.models import Question
from survey.questions.queries import wording as wording_of
from survey.questions.state import BOARD
from survey.questions.state import State
from survey.questions.state import target

Change = Callable[[str], str]
# Who changes what else quotes a question, in features beside this one: `(session, question ids, change)`, in the same write.
QUOTING: list[Callable[[Session, Collection[str], Change], None]] = []


class Erased(TypedDict):
    """Answer to an erasing: how many texts are gone."""

    id: str
    before: str
    texts: int
    version: int


class Covered(TypedDict):
    """Answer to a covering: how many places were covered."""

    id: str
    places: int
    version: int


def erase(
    session: Session,
    dialogue_id: str,
    question_id: str,
    *,
    actor: str,
    reason: str,
    wordings: bool = True,
    seen: str = "",
) -> Erased:
    """Overwrite the question and every wording that was merged into it; `reason` is a token of `REASONS`.

    Without `wordings` the question goes alone, and the best supported of the others leads from then on. What is erased
    already changes nothing. `seen` is the mark of the text on the caller's screen. Raises `NotFound`, `Invalid`, `NotNow`.
    """
    if reason not in REASONS:
        message = N_("Hãy chọn một lý do: nhật ký công khai chỉ ghi lý do và số lượng.")
        raise Invalid(message, {"reason": message})
    dialogue, question = load(session, dialogue_id), _question(session, dialogue_id, question_id)
    before = question.state
    if before == State.ERASED:
        return Erased(id=question_id, before=before, texts=0, version=dialogue.version)
    _check(question, seen)
    below = groups.lineage(session, dialogue_id, [question_id])[question_id] if wordings else []
    texts = [one for one in reversed(below) if one.state != State.ERASED]
    shown = before in BOARD or groups.root(session, question).state in BOARD
    for each in (*texts, question):
        _overwrite(session, each, reason, actor)
    _rewrite_quotes(session, [question.id, *(each.id for each in texts)], lambda _text: "")
    if before == State.ANSWERING and dialogue.screen == "question":
        dialogue.screen = "ranking"
    version = _done(session, dialogue, public=shown)
    return Erased(id=question_id, before=before, texts=1 + len(texts), version=version)


def redact(
    session: Session, dialogue_id: str, question_id: str, covers: Iterable[str], *, actor: str, seen: str = ""
) -> Covered:
    """Put `COVER` in the place of these words, wherever they stand in the question and in its other wordings.

    Raises `NotFound`, `NotNow` for another text than the one `seen`, `Invalid` where none of the words stands anywhere.
    """
    said = [word for word in map(clean_line, covers) if word]
    if not said:
        message = N_("Hãy chọn hoặc ghi ít nhất một tên cần che.")
        raise Invalid(message, {"names": message})
    dialogue, question = load(session, dialogue_id), _question(session, dialogue_id, question_id)
    if question.state == State.ERASED:
        raise NotNow(N_("Câu này đã xóa hẳn, không còn gì để che."))
    _check(question, seen)
    leading = groups.root(session, question)
    texts = [leading, *groups.lineage(session, dialogue_id, [leading.id])[leading.id]]
    places = 0
    for each in texts:
        number = _cover(each, said)
        if number:
            places += number
            _log(session, each, "redact", each.state, actor, "")
    if not places:
        message = N_("Không thấy chữ nào như vậy trong câu. Hãy chép đúng như câu viết.")
        raise Invalid(message, {"names": message})
    ids = [each.id for each in texts]
    _forget_reasons(session, ids)
    _rewrite_quotes(session, ids, lambda text: cover(text, said)[0])
    return Covered(id=question_id, places=places, version=_done(session, dialogue, public=leading.state in BOARD))


def scrub(db: Database) -> None:
    """Write the files anew, so that no page and no log holds what was overwritten; `sweep` repeats what was cut off.

    Raises `Busy` where another process holds the file all the time.
    """
    db.rewrite()
    db.write(_scrubbed)


def sweep(db: Database) -> bool:
    """Do what a machine that stopped in between has left undone; whether there was any."""
    with db.reading() as session:
        left = session.scalar(select(Dialogue.id).where(Dialogue.unscrubbed).limit(1)) is not None
    if left:
        scrub(db)
    return left


def _cover(question: Question, said: Collection[str]) -> int:
    """Cover the words in all that is kept of one question; in how many places they stood. Published reasons stay."""
    places = 0
    for field in ("body", "note", "asked_back", "reply", "unit", *(() if question.reason in SAID else ("reason",))):
        text, number = cover(getattr(question, field), said)
        setattr(question, field, text)
        places += number
    question.folded = fold(question.body)
    return places


def _overwrite(session: Session, question: Question, reason: str, actor: str) -> None:
    before = question.state
    leaving.leave(session, question, target("erase", before))
    question.body = question.folded = question.note = question.unit = ""
    question.asked_back = question.reply = ""
    question.before = question.grouped = question.handed_to = None
    satisfaction.forget(session, [question.id])
    question.reason = REASONS[reason] if reason != OTHER else ""
    _forget_reasons(session, [question.id])
    _log(session, question, "erase", before, actor, question.reason)


def _forget_reasons(session: Session, question_ids: Collection[str]) -> None:
    """Free words of older decisions may quote the text; the published reasons do not."""
    log = ModerationLog
    session.execute(
        update(log).where(log.question_id.in_(list(question_ids)), log.reason.not_in(["", *SAID])).values(reason="")
    )


def _check(question: Question, seen: str) -> None:
    if seen and seen != wording_of(question.body):
        raise NotNow(N_("Người hỏi vừa sửa câu này. Hãy đọc lại rồi chọn tiếp."))


def _question(session: Session, dialogue_id: str, question_id: str) -> Question:
    question = session.get(Question, question_id)
    if question is None or question.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    return question


def _rewrite_quotes(session: Session, question_ids: Collection[str], change: Change) -> None:
    for rewrite in QUOTING:
        rewrite(session, question_ids, change)


def _done(session: Session, dialogue: Dialogue, *, public: bool) -> int:
    dialogue.unscrubbed = True
    session.flush()
    announce(session, FORGET + dialogue.id)
    return touch(session, dialogue.id, public=public)


def _scrubbed(session: Session) -> None:
    session.execute(update(Dialogue).where(Dialogue.unscrubbed).values(unscrubbed=False))


def _log(session: Session, question: Question, action: str, before: str, actor: str, reason: str) -> None:
    session.add(ModerationLog(
        id=new_id(), dialogue_id=question.dialogue_id, question_id=question.id, at=coarse(), actor=actor,
        action=action, before=before, after=question.state, reason=reason,
    ))  # fmt: skip
