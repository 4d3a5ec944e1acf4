"""From entries to people: who comes in under which choices, and which members of the roll they are. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from survey.roll.importing.doubles import UNITS
from survey.roll.importing.doubles import Entry
from survey.roll.importing.found import Path
from survey.roll.importing.found import unhurried
from survey.roll.importing.roster import How
from survey.roll.importing.roster import Incoming
from survey.roll.importing.roster import Known
from survey.roll.importing.roster import Roster


def persons(entries: list[Entry], apart: set[int]) -> Iterator[tuple[int, Incoming, list[Path]]]:
    """Who comes in, with the place of the entry and all units: a twin is its first row's person unless it stands apart."""
    further: dict[int, list[Entry]] = {}
    for at, entry in enumerate(entries):
        if entry.twin >= 0 and at not in apart and entry.kind == UNITS:
            further.setdefault(entry.twin, []).append(entry)
    for at, entry in enumerate(unhurried(entries)):
        if entry.lost or (entry.twin >= 0 and at not in apart):
            continue
        also = further.get(at, [])
        paths = list(dict.fromkeys(tuple(path) for path in (*entry.paths, *(p for one in also for p in one.paths))))
        units = list(dict.fromkeys((*entry.units, *(unit for one in also for unit in one.units)))) or [""]
        person = Incoming(
            entry.code, entry.name, units[0], entry.email, entry.phone, units[1:], apart=at in apart
        )  # fmt: skip
        yield at, person, paths


def matched(people: list[Incoming], roster: Roster) -> list[tuple[Known | None, How]]:
    """Each person's member: those whom a code names first, so that nobody alike takes them."""
    found: dict[int, tuple[Known | None, How]] = {}
    first = [at for at, person in enumerate(people) if roster.by_code(person.code) is not None]
    for at in unhurried((*first, *range(len(people)))):
        if at not in found:
            found[at] = roster.match(people[at])
    return [found[at] for at in range(len(people))]
