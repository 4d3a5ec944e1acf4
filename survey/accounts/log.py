"""What staff do to staff, roles and devices, written in the same transaction as the act."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.accounts.models import StaffLog
from survey.core.clock import now
from survey.core.ids import new_id


def note(
    session: Session,
    action: str,
    *,
    actor: str,
    organisation_id: str | None,
    dialogue_id: str | None = None,
    **detail: str,
) -> None:
    """Add one line to the staff log. Never give it a secret."""
    session.add(StaffLog(
        id=new_id(), organisation_id=organisation_id, dialogue_id=dialogue_id, at=now(), actor=actor, action=action,
        detail=detail,
    ))  # fmt: skip
    session.flush()
