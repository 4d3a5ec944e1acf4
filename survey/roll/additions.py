"""Who comes to the door and is not on the frozen roll: added with a reason or in somebody's place, and counted apart."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.ids import new_card_code
from survey.core.text import N_
from survey.core.text import clean_line
from survey.roll import door
from survey.roll import people
from survey.roll.issuing import Mode
from survey.roll.models import Correction
from survey.roll.models import Issue
from survey.roll.models import Membership
from survey.roll.people import Person
from survey.roll.service import log

DOOR, SUBSTITUTE = "door", "substitute"  # how they came; beside "late", which is the organisers'
NOTE_LENGTH = 200
REASONS = {  # of an addition, as the desk offers them
    "left_out": N_("Đơn vị bỏ sót"), "new": N_("Mới về đơn vị"), "invited": N_("Được mời thêm"),
    "other": N_("Lý do khác (ghi rõ)"),
}  # fmt: skip
WHYS = {"mistake": N_("Bấm nhầm"), "double": N_("Trùng người đã có"), "other": N_("Lý do khác")}  # of taking one back


def add(session: Session, key: bytes, dialogue_id: str, person: Person, kind: str, note: str, *, actor: str) -> str:
    """Give somebody who is not on the frozen roll a seat, counted apart as added at the door; the member's id.

    Raises `NotNow` before the roll is frozen, `Invalid` for what cannot be used, `Conflict` where the code is known.
    """
    door.frozen(session, dialogue_id)
    if kind not in REASONS:
        raise _refused("reason", N_("Hãy chọn lý do bổ sung."))
    note = _note(note)
    if kind == "other" and len(note) < 2:
        raise _refused("note", N_("Hãy ghi rõ lý do."))
    reason = note if kind == "other" else " · ".join(filter(None, (REASONS[kind], note)))
    made = people.add(session, key, dialogue_id, _known_by_code(person), added=DOOR, reason=reason)
    log(session, dialogue_id, "door_add", actor=actor, reason=kind)
    return made


def substitute(
    session: Session, key: bytes, dialogue_id: str, member_id: str, person: Person, note: str, *, actor: str
) -> str:
    """Close the seat of somebody who does not come, and give who comes instead one of their own; the new member's id.

    Raises `Conflict` where the place is taken or closed already, and what `add` raises.
    """
    door.frozen(session, dialogue_id)
    people.load(session, dialogue_id, member_id, held=True)
    issue = session.get(Issue, (dialogue_id, member_id))
    if issue is not None:
        raise door.why_not(issue.mode)
    session.add(Issue(dialogue_id=dialogue_id, member_id=member_id, mode=Mode.CLOSED, bound=None))
    session.flush()  # whoever is second, in whatever process, fails here
    made = people.add(session, key, dialogue_id, _known_by_code(person), added=SUBSTITUTE, reason=_note(note))
    people.load(session, dialogue_id, made).instead_of = member_id
    session.flush()
    log(session, dialogue_id, "door_substitute", actor=actor)
    return made


def take_back(session: Session, dialogue_id: str, member_id: str, why: str, *, actor: str) -> None:
    """Undo an addition while nothing was issued for it; a seat that was closed for it opens again.

    Raises `Conflict` where something was issued, or the member stood on the frozen roll.
    """
    member = people.load(session, dialogue_id, member_id, held=True)
    if why not in WHYS:
        raise _refused("why", N_("Hãy chọn vì sao bỏ dòng này."))
    if session.get(Issue, (dialogue_id, member_id)) is not None:
        raise Conflict(N_("Người này đã nhận phiếu hoặc thẻ rồi nên dòng bổ sung phải giữ lại."))
    if member.added not in {DOOR, SUBSTITUTE}:
        raise Conflict(N_("Dòng này không do bàn đón bổ sung nên bàn đón không bỏ được. Hãy báo ban tổ chức."))
    closed = session.get(Issue, (dialogue_id, member.instead_of)) if member.instead_of else None
    if closed is not None and closed.mode == Mode.CLOSED:
        session.delete(closed)
    for table in (Membership, Correction):
        session.execute(delete(table).where(table.member_id == member_id))
    session.delete(member)
    session.flush()
    log(session, dialogue_id, "door_take_back", actor=actor, reason=why)


def _known_by_code(person: Person) -> Person:
    """Who comes without a code gets one that says where it was made."""
    return people.checked(replace(person, code=person.code or f"BĐ-{new_card_code()[:5]}"))


def _note(typed: str) -> str:
    note = clean_line(typed)
    if len(note) > NOTE_LENGTH:
        raise _refused("note", N_("Ghi chú không quá 200 ký tự."))
    return note


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, {field: message})
