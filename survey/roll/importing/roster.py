"""Who is on the roll already, and whether somebody in a file is one of them. Pure functions over plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum
from itertools import islice
from typing import Any

from survey.core.ids import new_code
from survey.core.text import fold
from survey.core.text import spelled

NAMESAKES = 400  # that are looked at; a list in which more have one name is none
MADE = "#"  # begins a code that was made here, because the list had none
FIELDS = ("name", "code", "unit", "further", "phone", "email")


class How(StrEnum):
    """By what somebody was known."""

    NOT = ""
    CODE = "code"
    PERSON = "person"  # name, unit and phone
    SEAT = "seat"  # name and phone, in another unit: one person of two units


@dataclass(frozen=True, slots=True)
class Known:
    """A member on the roll; `unit` is an id, "" for none."""

    id: str
    code: str
    name: str
    unit: str
    email: str
    phone: str
    further: tuple[str, ...] = ()


@dataclass(slots=True)
class Incoming:
    """Somebody who shall be on the roll. `apart` says that they are nobody of another unit, however alike."""

    code: str
    name: str
    unit: str
    email: str = ""
    phone: str = ""
    further: list[str] = field(default_factory=list)
    apart: bool = False


class Roster:
    """The roll as it is, to be asked for each person of a file in turn; each member is found once."""

    def __init__(self, members: Iterable[Known] = ()) -> None:
        self.members: dict[str, Known] = {}
        self.taken: set[str] = set()
        self._codes: dict[str, Known] = {}
        self._short: dict[str, list[Known]] = {}
        self._people: dict[str, list[Known]] = {}
        for member in members:
            self.put(member)

    def put(self, member: Known) -> None:
        """Know one more."""
        self.members[member.id] = member
        self._codes[member.code.casefold()] = member
        if member.code.isdecimal() and member.code.startswith("0"):
            self._short.setdefault(member.code.lstrip("0"), []).append(member)
        self._people.setdefault(spelled(member.name), []).append(member)

    def match(self, person: Incoming) -> tuple[Known | None, How]:
        """The member whom this is, taken off the others; (None, NOT) for somebody new."""
        found, how = self._find(person)
        if found is not None:
            self.taken.add(found.id)
        return found, how

    def by_code(self, code: str) -> Known | None:
        """The member with this code, also where a spreadsheet took its zeros away."""
        found = self._codes.get(code.casefold())
        if found is None and code.isdecimal():
            short = self._short.get(code.lstrip("0"), [])
            found = short[0] if len(short) == 1 and len(short[0].code) > len(code) else None
        return found

    def alike(self, name: str, unit: str) -> list[Known]:
        """Members of this unit with this name, as it is spelled."""
        same = islice(self._people.get(spelled(name), []), NAMESAKES)
        return [one for one in same if unit in {one.unit, *one.further}]

    def missing(self) -> list[Known]:
        """Those whom no match has found so far."""
        return [member for member in self.members.values() if member.id not in self.taken]

    def _find(self, person: Incoming) -> tuple[Known | None, How]:
        found = self.by_code(person.code)
        if found is not None and (
            found.code.casefold() == person.code.casefold() or is_same_person(found.name, person.name)
        ):
            return (None, How.NOT) if found.id in self.taken else (found, How.CODE)
        same = [
            one
            for one in islice(self._people.get(spelled(person.name), []), NAMESAKES)
            if one.id not in self.taken and (is_made(one.code) or is_made(person.code))
        ]
        here = [one for one in same if person.unit in {one.unit, *one.further} and _may_be(one.phone, person.phone)]
        if here:
            return max(here, key=lambda one: (one.phone == person.phone, one.email == person.email)), How.PERSON
        elsewhere = [one for one in same if one.phone and one.phone == person.phone]
        return (elsewhere[0], How.SEAT) if elsewhere and not person.apart else (None, How.NOT)


def is_made(code: str) -> bool:
    """Whether a code was made here and means nothing to the office."""
    return code.startswith(MADE)


def made_code(taken: set[str]) -> str:
    """A new code that is not among `taken`, where it is put."""
    while (code := MADE + new_code()) in taken:
        pass
    taken.add(code)
    return code


def changes(known: Known, person: Incoming, how: How) -> dict[str, Any]:
    """What of a member a person of a file changes, by field; an empty cell never erases anything."""
    found: dict[str, Any] = {}
    if person.name != known.name:
        found["name"] = person.name
    if how != How.CODE and not is_made(person.code):
        found["code"] = person.code
    unit = known.unit
    if person.unit and how != How.SEAT and person.unit not in {known.unit, *known.further}:
        found["unit"] = unit = person.unit
    besides = {*person.further, *([person.unit] if how == How.SEAT else [])} - {unit, "", *known.further}
    if besides:
        found["further"] = sorted({*known.further, *besides})
    for name in ("phone", "email"):
        if getattr(person, name) and getattr(person, name) != getattr(known, name):
            found[name] = getattr(person, name)
    return found


def is_same_person(before: str, after: str) -> bool:
    """Whether a new name corrects the old one rather than putting somebody else in the place: half of the words stay."""
    old, new = set(fold(before).split()), set(fold(after).split())
    return 2 * len(old & new) >= max(len(old), len(new))


def _may_be(one: str, other: str) -> bool:
    return not one or not other or one == other
