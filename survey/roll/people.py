"""Members on the roll: add, correct, find."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from sqlalchemy import Select
from sqlalchemy import delete
from sqlalchemy import false
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.roll import contact
from survey.roll import secrets
from survey.roll import service
from survey.roll.models import Member
from survey.roll.models import Membership

NAME_LENGTH, CODE_LENGTH, REASON_LENGTH = 80, 40, 200
LEAST_DIGITS = 3  # of a phone's end; fewer would find everybody
FIELDS = ("code", "name", "unit_id", "email", "phone")


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
    name, code = _name(person.name), _code(person.code)
    _refuse_twin(session, dialogue_id, code)
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


def enter(session: Session, key: bytes, dialogue_id: str, person: Person, *, actor: str, reason: str = "") -> str:
    """`add`, by the hand of staff: contact in its one form, logged, and counted apart once the roll is frozen.

    Raises `Invalid` for what cannot be used, also for a missing reason after freezing; `NotNow` once it is deleted.
    """
    roll = service.ensure(session, dialogue_id)
    if roll.purged_at is not None:
        raise NotNow(N_("Danh sách của đối thoại này đã được xóa, nên không thêm người được nữa."))
    frozen, reason = roll.frozen_at is not None, clean_line(reason)
    person = checked(person)
    if frozen and not 2 <= len(reason) <= REASON_LENGTH:
        raise _refused("reason", N_("Danh sách đã chốt: hãy ghi lý do bổ sung, không quá 200 ký tự."))
    made = add(session, key, dialogue_id, person, added="late" if frozen else "", reason=reason if frozen else "")
    service.log(session, dialogue_id, "add", actor=actor, late=frozen)
    return made


def correct(session: Session, dialogue_id: str, member_id: str, person: Person, *, actor: str) -> list[str]:
    """Put right what is known of a member; the names of what changed. The personal link stays as it is.

    Raises `Invalid` for what cannot be used and `Conflict` where another member has the code.
    """
    member, person = load(session, dialogue_id, member_id), checked(person)
    _refuse_twin(session, dialogue_id, person.code, member_id)
    changed = [name for name in FIELDS if getattr(member, name) != getattr(person, name)]
    for name in changed:
        setattr(member, name, getattr(person, name))
    member.folded = fold(f"{member.name} {member.code}")
    if _set_further(session, member_id, {unit for unit in person.further if unit != person.unit_id}):
        changed.append("further")
    session.flush()
    if changed:
        service.log(session, dialogue_id, "correct", actor=actor, fields=changed)
    return changed


def checked(person: Person) -> Person:
    """The person as the roll keeps it. Raises one `Invalid` that names every field that cannot be used."""
    checks: dict[str, Callable[[str], str]] = {
        "name": _name, "code": _code, "phone": contact.phone, "email": contact.email,
    }  # fmt: skip
    clean: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, check in checks.items():
        try:
            clean[name] = check(getattr(person, name))
        except Invalid as error:
            wrong.update(error.fields)
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
    return replace(person, name=clean["name"], code=clean["code"], phone=clean["phone"], email=clean["email"])


def find(session: Session, dialogue_id: str, typed: str, limit: int = 20) -> list[Member]:
    """Members who match every word that was typed, in Vietnamese order."""
    return list(session.scalars(matching(dialogue_id, typed).order_by(Member.sort, Member.id).limit(limit)))


def matching(dialogue_id: str, typed: str, unit_ids: Collection[str] | None = None) -> Select[Any]:
    """Who has every word that was typed in name or code, without accents; digits may be the last ones of the phone.

    `unit_ids` leaves those who belong to one of them, whether mainly or besides; "" is for who belongs to none.
    """
    statement = select(Member).where(Member.dialogue_id == dialogue_id, Member.removed.is_(False))
    for word in fold(typed).split():
        found = Member.folded.contains(word, autoescape=True)
        if word.isascii() and word.isdecimal() and len(word) >= LEAST_DIGITS:
            found |= Member.phone.endswith(word, autoescape=True)
        statement = statement.where(found)
    if unit_ids is not None:
        besides = select(Membership.member_id).where(Membership.unit_id.in_(unit_ids))
        nowhere = Member.unit_id.is_(None) if "" in unit_ids else false()
        statement = statement.where(or_(Member.unit_id.in_(unit_ids), nowhere, Member.id.in_(besides)))
    return statement


def load(session: Session, dialogue_id: str, member_id: str, *, held: bool = False) -> Member:
    """The member of this dialogue; raises `NotFound`, also for one who was taken off.

    `held` keeps other processes from the seat until the commit, for whoever gives it away or takes it back. The roll's
    own row is held before it, where both are.
    """
    found = session.get(Member, member_id, with_for_update=held or None)  # SQLite has one writer and ignores it
    if found is None or found.dialogue_id != dialogue_id or found.removed:
        raise NotFound(N_("Không còn người này trong danh sách. Hãy tìm lại."))
    return found


def _set_further(session: Session, member_id: str, wanted: set[str]) -> bool:
    here = Membership.member_id == member_id
    found = set(session.scalars(select(Membership.unit_id).where(here)))
    session.execute(delete(Membership).where(here, Membership.unit_id.in_(found - wanted)))
    session.add_all(Membership(member_id=member_id, unit_id=unit) for unit in wanted - found)
    return found != wanted


def _refuse_twin(session: Session, dialogue_id: str, code: str, own: str = "") -> None:
    found = session.scalar(select(Member.id).where(Member.dialogue_id == dialogue_id, Member.code == code))
    if found not in {None, own}:
        raise Conflict(N_("Mã này đã có trong danh sách. Hãy tìm theo mã để sửa dòng đang có."))


def _name(typed: str) -> str:
    name = clean_line(typed)
    if not 2 <= len(name) <= NAME_LENGTH:
        raise _refused("name", N_("Hãy ghi họ tên từ 2 đến 80 ký tự."))
    return name


def _code(typed: str) -> str:
    code = clean_line(typed)
    if not 1 <= len(code) <= CODE_LENGTH:
        raise _refused("code", N_("Hãy ghi mã, không quá 40 ký tự."))
    return code


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, {field: message})
