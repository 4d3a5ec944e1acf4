"""Members on the roll: add, find, correct, take off."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.core.text import sort_key
from survey.roll import secrets
from survey.roll.models import Member
from survey.roll.models import Membership

NAME_LENGTH, CODE_LENGTH = 80, 40


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody who shall be on the roll; `further` are units beside the main one."""

    code: str
    name: str
    unit_id: str | None
    email: str = ""
    phone: str = ""
    further: tuple[str, ...] = ()


def add(session: Session, key: bytes, dialogue_id: str, person: Person, *, added: str = "", reason: str = "") -> str:
    """Give a person a seat and return the member's id. `key` is the dialogue's key `link`.

    Raises `Invalid` for a name or code that cannot be used and `Conflict` where the code has a seat already.
    """
    name, code = clean_line(person.name), clean_line(person.code)
    if not 2 <= len(name) <= NAME_LENGTH or not 1 <= len(code) <= CODE_LENGTH:
        message = N_("Hãy ghi họ tên từ 2 đến 80 ký tự và mã không quá 40 ký tự.")
        raise Invalid(message, {"name": message})
    if session.scalar(select(Member.id).where(Member.dialogue_id == dialogue_id, Member.code == code)) is not None:
        message = N_("Mã này đã có trong danh sách. Hãy tìm theo mã để sửa dòng đang có.")
        raise Conflict(message)
    member = Member(
        id=new_id(), dialogue_id=dialogue_id, unit_id=person.unit_id, code=code, name=name,
        folded=fold(f"{name} {code}"), email=clean_line(person.email), phone=person.phone, epoch=0, added=added,
        reason=clean_line(reason),
    )  # fmt: skip
    secrets.seal(key, member)
    session.add(member)
    session.flush()
    session.add_all(Membership(member_id=member.id, unit_id=unit) for unit in person.further if unit != person.unit_id)
    session.flush()
    return member.id


def find(session: Session, dialogue_id: str, typed: str, limit: int = 20) -> list[Member]:
    """Members whose name or code holds every word that was typed, without accents, in Vietnamese order."""
    statement = select(Member).where(Member.dialogue_id == dialogue_id)
    for word in fold(typed).split():
        statement = statement.where(Member.folded.contains(word, autoescape=True))
    return sorted(session.scalars(statement), key=lambda member: name_key(member.name))[:limit]


def load(session: Session, dialogue_id: str, member_id: str) -> Member:
    """The member of this dialogue; raises `NotFound`."""
    found = session.get(Member, member_id)
    if found is None or found.dialogue_id != dialogue_id:
        raise NotFound(N_("Không còn người này trong danh sách. Hãy tìm lại."))
    return found


def name_key(name: str) -> tuple[object, ...]:
    """Vietnamese lists go by the given name, which stands last, then by the whole name."""
    return (sort_key(name.rsplit(" ", 1)[-1]), sort_key(name))
