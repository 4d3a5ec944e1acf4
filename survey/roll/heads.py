"""The head of each unit says whether the count of the unit is right, by a link that is made once and stored as a digest.

What such a link shows is the unit and its count, and no name, on purpose. Its secret stands in the path, so messengers
that fetch a preview, a shared phone's history and whoever it is passed on to would get the list; and a count that is too
high is what padding looks like. A head who wonders who is meant reads the names at the organiser's desk.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.text import N_
from survey.core.text import clean
from survey.roll import service
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import UnitCount

ANSWERS = ("yes", "no")
REMARK_LENGTH = 500


def make_links(session: Session, dialogue_id: str, unit_ids: Collection[str] | None, *, actor: str) -> dict[str, str]:
    """New secrets for the heads, by unit: of these units, or of all that have none yet. An older one dies at once.

    Raises `NotNow` before the roll is frozen and once it is deleted, `NotFound` for a unit that has nobody on the roll.
    """
    roll = service.ensure(session, dialogue_id)
    if roll.frozen_at is None or roll.purged_at is not None:
        raise NotNow(
            service.GONE if roll.purged_at else N_("Hãy chốt danh sách trước, rồi làm đường dẫn cho các đơn vị.")
        )
    rows = {row.unit_id: row for row in _rows(session, dialogue_id)}
    if unit_ids is not None and not set(unit_ids) <= rows.keys():
        raise NotFound(N_("Đơn vị này không có ai trong danh sách đã chốt. Hãy tải lại trang."))
    made = {
        unit: new_token() for unit, row in rows.items() if (row.token is None if unit_ids is None else unit in unit_ids)
    }
    for unit, token in made.items():
        rows[unit].token = digest(token)
    if made:
        service.log(session, dialogue_id, "units", actor=actor, links=len(made))
    return made


def by_token(session: Session, dialogue_id: str, token: str) -> UnitCount:
    """The unit whose head has this secret; raises `NotFound`, the same for every wrong one."""
    found = session.scalar(
        select(UnitCount).where(UnitCount.dialogue_id == dialogue_id, UnitCount.token == digest(token))
    )
    if found is None:
        raise NotFound(N_("Đường dẫn này không còn dùng được. Hãy xin ban tổ chức đường dẫn mới."))
    return found


def answer(session: Session, dialogue_id: str, token: str, said: str, remark: str) -> None:
    """Keep what the head says; saying something else replaces it. The caller knows that the hall is not open yet.

    Raises `Invalid` for no answer, for "no" without a word on what is wrong, and for too many words.
    """
    roll, words = service.ensure(session, dialogue_id), clean(remark)
    row = by_token(session, dialogue_id, token)
    if said not in ANSWERS:
        message = N_("Hãy bấm Đúng hoặc Sai.")
        raise Invalid(message, {"answer": message})
    if len(words) > REMARK_LENGTH or (said == "no" and len(words) < 2):
        message = N_("Hãy ghi sai ở đâu, chẳng hạn “đơn vị có 23 người”, không quá 500 ký tự.")
        raise Invalid(message, {"remark": message})
    row.answer, row.remark = said, words
    if said == "yes":
        roll.settled = True  # and stays so: the counts by unit are out, and what is out is not changed behind anybody
    session.flush()


def besides(session: Session, dialogue_id: str, unit_id: str) -> int:
    """How many belong to this unit too but are counted in another one, where their seat is."""
    here = (Member.dialogue_id == dialogue_id, Member.added == "", Member.removed.is_(False))
    joined = select(func.count()).select_from(Membership).join(Member, Member.id == Membership.member_id)
    return session.scalar(joined.where(Membership.unit_id == unit_id, *here)) or 0


def _rows(session: Session, dialogue_id: str) -> list[UnitCount]:
    found = select(UnitCount).where(UnitCount.dialogue_id == dialogue_id, UnitCount.unit_id != "")
    return list(session.scalars(found))
