"""Reading organisations."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.organisations.models import Organisation


def load(session: Session, organisation_id: str) -> Organisation:
    """The organisation; raises `NotFound`."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(N_("Không còn tổ chức này."))
    return found


def ids(session: Session) -> list[str]:
    """All organisations."""
    return list(session.scalars(select(Organisation.id).order_by(Organisation.id)))


def name_of(session: Session, organisation_id: str | None) -> str:
    """The name of the organisation; empty where there is none."""
    return session.scalar(select(Organisation.name).where(Organisation.id == organisation_id)) or ""


def named(session: Session, name: str | None) -> str:
    """The id of the organisation of this name, or of the only one; raises `NotFound` where that is not one."""
    statement = select(Organisation.id).where(Organisation.name == name) if name else select(Organisation.id)
    found = session.scalars(statement.limit(2)).all()
    if len(found) != 1:
        raise NotFound(N_("Hãy nêu đúng tên tổ chức (--organisation), hoặc lập tổ chức trước bằng liên kết ban đầu."))
    return found[0]
