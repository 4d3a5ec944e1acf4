"""What a member asks about the own row: a mistake put right, or the row taken off. One open request a member."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.roll import people
from survey.roll.models import Correction

LONGEST = 500
KINDS = ("correct", "remove")


def asked(session: Session, member_id: str) -> Correction | None:
    """What this member asked for last; its `answer` is empty while nobody has settled it."""
    return session.get(Correction, member_id)


def ask(session: Session, dialogue_id: str, member_id: str, kind: str, text: str) -> None:
    """Ask for a correction or to be taken off; asking again replaces what was asked before.

    Raises `Invalid` for words that are missing or too many.
    """
    people.load(session, dialogue_id, member_id)
    words = clean(text)
    if kind not in KINDS:
        message = N_("Hãy chọn điều bạn muốn: sửa chỗ ghi sai, hoặc rút tên.")
        raise Invalid(message, {"kind": message})
    if len(words) > LONGEST or (kind == "correct" and len(words) < 2):
        message = N_("Hãy viết chỗ nào sai và đúng ra là gì, không quá 500 ký tự.")
        raise Invalid(message, {"text": message})
    request = Correction(dialogue_id=dialogue_id, member_id=member_id, kind=kind, text=words, answer="")
    request.id = member_id  # so the table itself holds one request each
    session.merge(request)
    session.flush()


def withdraw(session: Session, dialogue_id: str, member_id: str) -> None:
    """Take the request back while it is open; without one nothing happens."""
    found = session.get(Correction, member_id)
    if found is not None and found.dialogue_id == dialogue_id and not found.answer:
        session.delete(found)
        session.flush()
