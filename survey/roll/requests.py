"""What members asked to have changed, as the staff see it: each is done, or answered that it stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.roll import people
from survey.roll import removal
from survey.roll.models import Correction
from survey.roll.models import Member
from survey.roll.service import log

DONE, STAYS = "done", "stays"


@dataclass(frozen=True, slots=True)
class Request:
    """One open request, with whose it is."""

    id: str
    kind: str
    text: str
    member_id: str
    name: str
    code: str


def count_open(session: Session, dialogue_id: str) -> int:
    """How many requests wait for an answer."""
    return session.scalar(select(func.count()).select_from(_open(dialogue_id).subquery())) or 0


def listed(session: Session, dialogue_id: str) -> list[Request]:
    """All that wait, in the order of the list of members: who asked first is not written down."""
    rows = session.execute(_open(dialogue_id).order_by(Member.sort, Member.id))
    return [Request(one.id, one.kind, one.text, member.id, member.name, member.code) for one, member in rows]


def of_member(session: Session, member_id: str) -> Correction | None:
    """What this member has asked for and nobody has answered."""
    statement = select(Correction).where(Correction.member_id == member_id, Correction.answer == "")
    return session.scalars(statement).first()


def do(session: Session, dialogue_id: str, request_id: str, *, actor: str) -> str:
    """Take off who asked for it; a mistake counts as put right. The kind of the request; `NotFound` once it is settled."""
    found = _load(session, dialogue_id, request_id)
    kind = found.kind
    if kind == "remove":
        removal.remove(session, dialogue_id, found.member_id, removal.ASKED, actor=actor)
    else:
        _settle(session, found, DONE, actor)
    return kind


def leave(session: Session, dialogue_id: str, request_id: str, *, actor: str) -> None:
    """Answer that it stays as it is, which the member can read. Raises `NotFound` once it is settled."""
    _settle(session, _load(session, dialogue_id, request_id), STAYS, actor)


def correct(session: Session, dialogue_id: str, member_id: str, person: people.Person, *, actor: str) -> list[str]:
    """`people.correct`, by which an open request for a correction is done, if anything changed."""
    changed = people.correct(session, dialogue_id, member_id, person, actor=actor)
    asked = of_member(session, member_id)
    if changed and asked is not None and asked.kind == "correct":
        _settle(session, asked, DONE, actor)
    return changed


def _open(dialogue_id: str) -> Select[Any, Any]:
    joined = select(Correction, Member).join(Member, Member.id == Correction.member_id)
    return joined.where(Correction.dialogue_id == dialogue_id, Correction.answer == "")


def _load(session: Session, dialogue_id: str, request_id: str) -> Correction:
    found = session.get(Correction, request_id, with_for_update=True)
    if found is None or found.dialogue_id != dialogue_id or found.answer:
        raise NotFound(N_("Đề nghị này đã có người giải quyết, hoặc người gửi đã rút lại."))
    return found


def _settle(session: Session, found: Correction, answer: str, actor: str) -> None:
    found.answer = answer
    session.flush()
    log(session, found.dialogue_id, f"request_{answer}", actor=actor, kind=found.kind)
