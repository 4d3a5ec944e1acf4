"""What the door sees beside the members themselves: where the day stands, and the names of units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.organisations import units
from survey.organisations.models import Unit
from survey.roll.models import Roll

NO_DOOR = N_("Đối thoại này vào bằng mã trên màn hình: ai có mã cũng vào được, nên không cần bàn đón.")
OVER_NOW = N_("Đối thoại đã khép lại nên bàn đón không phát thêm gì nữa. Vẫn tìm được người trong danh sách.")
NOT_YET = N_("Đối thoại còn là bản soạn. Bàn đón làm việc khi ban tổ chức thu ý kiến hoặc mở hội trường.")
NOT_FROZEN = N_(
    "Danh sách chưa chốt. Bạn tìm người và đưa mã QR được; phát thẻ, bổ sung, đi thay làm được sau khi chốt."
)
PURGED = N_("Danh sách đã được xóa, nên bàn đón không còn việc.")


@dataclass(frozen=True, slots=True)
class Door:
    """Where the day stands for the door. `why` is a sentence where it cannot work, or not fully."""

    roll: bool  # members are found by name
    cards: bool
    open: bool  # something may be handed out now
    frozen: bool
    second: str  # what a link asks for besides
    why: str


@dataclass(frozen=True, slots=True)
class Units:
    """The units of the organisation by id: how each is called, and how a search finds it."""

    names: Mapping[str, str]
    folded: Mapping[str, str]


def door(roll_session: Session, dialogue: Dialogue) -> Door:
    """Where the day stands."""
    by_roll, cards, may_enter = entry.by_roll(dialogue), entry.by_tickets(dialogue), entry.is_enterable(dialogue)
    roll = roll_session.get(Roll, dialogue.id) if by_roll else None
    frozen = roll is not None and roll.frozen_at is not None
    purged = roll is not None and roll.purged_at is not None
    reasons = (
        (not by_roll and not cards, NO_DOOR), (purged, PURGED), (dialogue.state in OVER, OVER_NOW),
        (by_roll and dialogue.state == "draft", NOT_YET), (by_roll and not frozen, NOT_FROZEN),
    )  # fmt: skip
    why = next((sentence for holds, sentence in reasons if holds), "")
    return Door(by_roll and not purged, cards, may_enter and not purged, frozen, roll.second if roll else "", why)


def check_open(roll_session: Session, dialogue: Dialogue) -> None:
    """Raise `NotNow` where nothing may be handed out or added now."""
    here = door(roll_session, dialogue)
    if not here.roll:
        raise NotNow(here.why or N_("Đối thoại này không vào theo danh sách, nên ở đây không có ai để tìm."))
    if not here.open:
        raise NotNow(here.why or NOT_YET)


def units_of(session: Session, organisation_id: str) -> Units:
    """The units, in one statement and in no order: a search asks for them at every word that is typed."""
    found = session.execute(
        select(Unit.id, Unit.name, Unit.folded).where(Unit.organisation_id == organisation_id)
    ).all()
    return Units({row.id: row.name for row in found}, {row.id: row.folded for row in found})


def unit_choices(session: Session, organisation_id: str) -> list[tuple[str, str]]:
    """All units, each after its superior, with the whole way from the top: a name alone may stand twice."""
    known = units.forest(session, organisation_id)
    return [(unit.id, " › ".join(known.path(unit.id))) for unit, _depth in known.walk()]
