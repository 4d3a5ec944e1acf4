"""Bringing a confirmed list in: units first, then people in small lots, so that nobody else waits long for the writer.

No commit holds both databases, and lots are commits of their own: what stops halfway is brought in by confirming again,
because who is there already is found again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.stores import Stores
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.organisations import units
from survey.roll import secrets
from survey.roll import service
from survey.roll.importing import terms
from survey.roll.importing.doubles import Entry
from survey.roll.importing.found import Path
from survey.roll.importing.found import lots
from survey.roll.importing.found import unhurried
from survey.roll.importing.people import matched
from survey.roll.importing.people import persons
from survey.roll.importing.roster import Incoming
from survey.roll.importing.roster import Known
from survey.roll.importing.roster import Roster
from survey.roll.importing.roster import changes
from survey.roll.importing.roster import is_same_person
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.people import REASON_LENGTH

LOT = 40  # people in one write: a few hundredths of a second
UNIT_LOT = 20  # units in one write, each a row that the next may stand below
LATE = "late"  # added after the roll was frozen


@dataclass(frozen=True, slots=True)
class Step:
    """One person to write: a new member, or what changes of the one with the id `member`."""

    person: Incoming
    member: str
    changes: dict[str, Any]


def known(session: Session, dialogue_id: str) -> Iterator[Known]:
    """Everybody on the roll as plain values; the streams have their turn in between."""
    here = (Member.dialogue_id == dialogue_id, Member.removed.is_(False))
    further: dict[str, list[str]] = {}
    pairs = (
        select(Membership.member_id, Membership.unit_id).join(Member, Member.id == Membership.member_id).where(*here)
    )
    for member_id, unit_id in session.execute(pairs):
        further.setdefault(member_id, []).append(unit_id)
    columns = (Member.id, Member.code, Member.name, Member.unit_id, Member.email, Member.phone)
    rows = session.execute(select(*columns).where(*here).order_by(Member.sort, Member.id))
    for row in unhurried(rows):
        besides = tuple(sorted(further.get(row.id, ())))
        yield Known(row.id, row.code, row.name, row.unit_id or "", row.email, row.phone, besides)


def bring_in(
    stores: Stores,
    organisation_id: str,
    dialogue_id: str,
    entries: list[Entry],
    apart: set[int],
    *,
    reason: str,
    actor: str,
) -> Counter[str]:
    """Write what was confirmed and return how many are new, changed, the same, and refused after all.

    `apart` are the places of entries that are people of their own. Raises `NotNow`, `KeyMissing` where links are dead,
    and `Invalid` for a missing reason after freezing.
    """
    key = stores.keys.get(dialogue_id, "link")
    with stores.roll.reading() as session:
        roll = terms.check(session.get(Roll, dialogue_id))
        reason = _checked(reason) if roll.frozen_at is not None else ""
        roster = Roster(known(session, dialogue_id))
    steps = _steps(list(_placed(stores, organisation_id, entries, apart)), roster)
    done: Counter[str] = Counter(same=sum(not step.changes for step in steps if step.member))
    for lot in lots([step for step in steps if step.changes or not step.member], LOT):
        done += stores.roll.write(write, key, dialogue_id, lot, reason)
    people = done["new"] + done["changed"]
    stores.roll.write(service.log, dialogue_id, "import", actor=actor, people=people, **done)
    return done


def write(session: Session, key: bytes, dialogue_id: str, steps: Sequence[Step], reason: str) -> Counter[str]:
    """One lot. Who was brought in meanwhile by somebody else counts as the same."""
    late = terms.check(service.ensure(session, dialogue_id)).frozen_at is not None
    if late:
        reason = _checked(reason)
    done: Counter[str] = Counter()
    members = _members(session, dialogue_id, steps)
    taken = _taken(session, dialogue_id, steps)
    for step in steps:
        member = members.get(step.member)
        wanted = step.changes.get("code", step.person.code if not step.member else "")
        if wanted in taken:
            done["same" if not step.member else "refused"] += 1
        elif not step.member:
            taken.add(wanted)
            session.add_all(_made(key, dialogue_id, step.person, LATE if late else "", reason))
            done["new"] += 1
        elif member is None or (late and not is_same_person(member.name, step.changes.get("name", member.name))):
            done["refused"] += 1
        else:
            session.add_all(_mended(session, member, step.changes))
            done["changed"] += 1
    session.flush()
    return done


def _placed(stores: Stores, organisation_id: str, entries: list[Entry], apart: set[int]) -> Iterator[Incoming]:
    """Who comes in, with the units they belong to; what lacks in the tree is made."""
    found = list(persons(entries, apart))
    ids: dict[Path, str] = {}
    for lot in lots(list(dict.fromkeys(path for _at, _person, paths in found for path in paths)), UNIT_LOT):
        ids |= stores.db.write(units.ensure_all, organisation_id, lot)
    for _at, person, paths in found:
        own = list(dict.fromkeys(ids[path] for path in paths)) or [""]
        yield replace(person, unit=own[0], further=own[1:])


def _steps(people: list[Incoming], roster: Roster) -> list[Step]:
    return [
        Step(person, member.id if member else "", changes(member, person, how) if member else {})
        for person, (member, how) in unhurried(zip(people, matched(people, roster), strict=True))
    ]


def _members(session: Session, dialogue_id: str, steps: Sequence[Step]) -> dict[str, Member]:
    ids = [step.member for step in steps if step.member]
    here = select(Member).where(Member.dialogue_id == dialogue_id, Member.id.in_(ids), Member.removed.is_(False))
    return {member.id: member for member in session.scalars(here)}


def _taken(session: Session, dialogue_id: str, steps: Sequence[Step]) -> set[str]:
    wanted = [
        step.changes.get("code") or step.person.code for step in steps if "code" in step.changes or not step.member
    ]
    return set(session.scalars(select(Member.code).where(Member.dialogue_id == dialogue_id, Member.code.in_(wanted))))


def _made(key: bytes, dialogue_id: str, person: Incoming, added: str, reason: str) -> list[Member | Membership]:
    member = Member(
        id=new_id(), dialogue_id=dialogue_id, unit_id=person.unit or None, code=person.code, name=person.name,
        folded=fold(f"{person.name} {person.code}"), email=person.email, phone=person.phone, epoch=0, added=added,
        reason=reason,
    )  # fmt: skip
    secrets.seal(key, member)
    return [member, *(Membership(member_id=member.id, unit_id=unit) for unit in person.further)]


def _mended(session: Session, member: Member, changed: dict[str, Any]) -> list[Membership]:
    """Put right what changed; the link stays, because it is made from the member's id alone."""
    for field, column in (
        ("name", "name"),
        ("code", "code"),
        ("unit", "unit_id"),
        ("phone", "phone"),
        ("email", "email"),
    ):
        if field in changed:
            setattr(member, column, changed[field])
    member.folded = fold(f"{member.name} {member.code}")
    here = set(session.scalars(select(Membership.unit_id).where(Membership.member_id == member.id)))
    return [Membership(member_id=member.id, unit_id=unit) for unit in changed.get("further", ()) if unit not in here]


def _checked(reason: str) -> str:
    reason = clean_line(reason)
    if not 2 <= len(reason) <= REASON_LENGTH:
        message = N_("Danh sách đã chốt: hãy ghi lý do bổ sung, không quá 200 ký tự.")
        raise Invalid(message, {"reason": message})
    return reason
