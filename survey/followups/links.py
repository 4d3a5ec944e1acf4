"""The link of a unit: one for each unit and dialogue, stored as a digest, revoked by deleting it."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.text import N_
from survey.dialogues.service import load
from survey.dialogues.state import State
from survey.followups.models import UnitLink
from survey.followups.service import note
from survey.organisations import units

SHUT = N_("Đối thoại đã lưu trữ nên không làm đường dẫn cho đơn vị được nữa.")
DEAD = N_("Đường dẫn này không còn dùng được. Hãy xin ban tổ chức đường dẫn mới.")


def make(session: Session, dialogue_id: str, unit_ids: Collection[str], *, actor: str, anew: bool) -> dict[str, str]:
    """Secrets by unit, for those that have none yet, or `anew` for all of these: an older one dies at once.

    Raises `NotNow` once the dialogue is archived, `NotFound` for a unit that is not of this organisation.
    """
    dialogue = load(session, dialogue_id)
    if dialogue.state == State.ARCHIVED:
        raise NotNow(SHUT)
    made = {}
    for unit_id in unit_ids:
        units.load(session, dialogue.organisation_id, unit_id)
        found = session.get(UnitLink, (dialogue_id, unit_id))
        if found is not None and not anew:
            continue
        made[unit_id] = new_token()
        if found is None:
            found = UnitLink(dialogue_id=dialogue_id, unit_id=unit_id, token=b"")
            session.add(found)
        found.token = digest(made[unit_id])
        note(session, dialogue_id, "link", actor=actor, unit_id=unit_id)
    return made


def revoke(session: Session, dialogue_id: str, unit_id: str, *, actor: str) -> None:
    """Make the link of a unit worthless; what came by it stays. Doing it twice changes nothing."""
    load(session, dialogue_id)
    found = session.get(UnitLink, (dialogue_id, unit_id))
    if found is not None:
        session.delete(found)
        note(session, dialogue_id, "unlink", actor=actor, unit_id=unit_id)


def take_back(session: Session, dialogue_id: str, made: Mapping[str, str], *, actor: str) -> None:
    """Nobody got these secrets, by unit: they die, so that the next one is a first one again. A later one stays."""
    for unit_id, secret in made.items():
        found = session.get(UnitLink, (dialogue_id, unit_id))
        if found is not None and found.token == digest(secret):
            revoke(session, dialogue_id, unit_id, actor=actor)


def by_token(session: Session, token: str) -> UnitLink:
    """The unit and dialogue of this secret; raises `NotFound`, the same for every wrong one."""
    found = session.scalar(select(UnitLink).where(UnitLink.token == digest(token)))
    if found is None:
        raise NotFound(DEAD)
    return found
