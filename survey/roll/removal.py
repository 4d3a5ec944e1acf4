"""Taking somebody off the roll, and making a link anew.

Before the roll is frozen a row simply goes. Afterwards a nameless one stays, because what was counted must go on adding
up: a seat that was taken is still one of the seats (issued never exceeds them), one that was free is a seat less, and
either is one person taken off. Who it was is gone.
"""

from __future__ import annotations

import secrets as random

from sqlalchemy import delete
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.roll import people
from survey.roll import secrets
from survey.roll.models import Correction
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.service import ensure
from survey.roll.service import log

REASONS = ("asked", "left", "twice", "not_entitled", "other")  # the words are the desk's; a free text would hold names
ASKED = "asked"


def remove(session: Session, dialogue_id: str, member_id: str, reason: str = "", *, actor: str) -> bool:
    """Take a member off, with all that is known of them; whether a seat stays behind, which is so once it is frozen.

    Raises `Invalid` where a frozen roll is given none of `REASONS`, and `NotFound`.
    """
    roll, member = ensure(session, dialogue_id), people.load(session, dialogue_id, member_id, held=True)
    issue = session.get(Issue, (dialogue_id, member_id), with_for_update=True)
    stays = roll.frozen_at is not None or issue is not None
    if stays and reason not in REASONS:
        message = N_("Danh sách đã chốt: hãy chọn lý do rút tên.")
        raise Invalid(message, {"reason": message})
    session.execute(delete(Membership).where(Membership.member_id == member_id))
    session.execute(delete(Correction).where(Correction.member_id == member_id))
    # Taking a substitute back must not open a seat again whose owner was taken off.
    session.execute(update(Member).where(Member.instead_of == member_id).values(instead_of=None))
    if stays:
        _wipe(member, reason)
    else:
        session.delete(member)
    session.flush()
    log(session, dialogue_id, "remove", actor=actor, late=stays, **({"reason": reason} if stays else {}))
    return stays


def new_link(session: Session, key: bytes, dialogue_id: str, member_id: str, *, actor: str) -> None:
    """Make link and twin of a member anew; what was sent before is dead at once.

    Raises `Conflict` once the place is taken: its phone keeps asking by the link that it knows.
    """
    member = people.load(session, dialogue_id, member_id, held=True)
    if session.get(Issue, (dialogue_id, member_id)) is not None:
        raise Conflict(N_("Chỗ này đã được nhận nên không đổi đường dẫn được nữa."))
    member.epoch, member.tries = member.epoch + 1, 0
    secrets.seal(key, member)
    session.flush()
    log(session, dialogue_id, "new_link", actor=actor)


def _wipe(member: Member, reason: str) -> None:
    """Nothing of the person is left; the row's own id means nothing outside."""
    member.name, member.code, member.folded, member.email, member.phone = "", f"~{member.id}", "", "", ""
    member.link, member.twin = random.token_bytes(16), random.token_bytes(16)
    member.unit_id, member.instead_of, member.tries = None, None, 0
    member.removed, member.reason = True, reason
