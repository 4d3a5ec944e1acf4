"""Organisations: make and change them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.organisations.models import Organisation

NAME_LENGTH = 160


def create(session: Session, name: str) -> str:
    """A new organisation; return its id. Raises `Invalid` for a name that cannot be used."""
    name = clean_line(name)
    if not 2 <= len(name) <= NAME_LENGTH:
        message = N_("Hãy ghi tên tổ chức, từ 2 đến 160 ký tự.")
        raise Invalid(message, {"organisation": message})
    organisation = Organisation(id=new_id(), name=name)
    session.add(organisation)
    session.flush()
    return organisation.id
