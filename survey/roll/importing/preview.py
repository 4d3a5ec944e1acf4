"""What the preview says of a file: counts, sentences, choices. Plain values that go through a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from survey.core.text import N_
from survey.core.text import natural_key
from survey.roll.importing.doubles import SEAT
from survey.roll.importing.doubles import Entry
from survey.roll.importing.found import Reading
from survey.roll.importing.found import Row
from survey.roll.importing.growing import Units
from survey.roll.importing.people import matched
from survey.roll.importing.people import persons
from survey.roll.importing.roster import How
from survey.roll.importing.roster import Incoming
from survey.roll.importing.roster import Known
from survey.roll.importing.roster import Roster
from survey.roll.importing.roster import changes
from survey.roll.importing.roster import is_made
from survey.roll.importing.roster import is_same_person

SHOWN = 300  # of each list that is no fault; faults are all shown


class Preview:
    """The sentences and counts of a plan, with the usual choices made."""

    def __init__(self, reading: Reading, entries: list[Entry], roster: Roster, units: Units, *, frozen: bool) -> None:
        self.reading, self.entries, self.roster, self.units, self.frozen = reading, entries, roster, units, frozen
        self.new: list[Entry] = []
        self.changed: list[dict[str, Any]] = []
        self.same = 0

    def view(self) -> dict[str, Any]:
        """All that the page shows."""
        apart = {at for at, entry in enumerate(self.entries) if entry.apart}
        found = [(self.entries[at], person) for at, person, _paths in persons(self.entries, apart)]
        for (entry, person), (member, how) in zip(found, matched([one for _, one in found], self.roster), strict=True):
            self._weigh(entry, person, member, how)
        lost, doubts = (self.reading.sorted(lost=lost) for lost in (True, False))
        missing = sorted(self.roster.missing(), key=lambda one: natural_key(one.name))
        return {
            "frozen": self.frozen, "new": len(self.new), "changed": len(self.changed), "same": self.same,
            "missing": len(missing), "lost": [asdict(one) for one in lost], "doubts": [asdict(one) for one in doubts],
            "changes": self.changed[:SHOWN], "choices": list(self._choices()), "units": list(self._units()),
            "gone": [{"name": one.name, "unit": self.units.label(one.unit)} for one in missing[:SHOWN]],
            "sample": [self._shown(entry) for entry in self.new[:5]], "left_out": self.reading.left_out,
            "notes": [asdict(one) for one in self.reading.notes], "passed": [asdict(one) for one in self.reading.passed],
            "rewritten": self.reading.rewritten, "made": sum(is_made(entry.code) for entry in self.new),
        }  # fmt: skip

    def _weigh(self, entry: Entry, person: Incoming, member: Known | None, how: How) -> None:
        if member is None:
            self.new.append(entry)
            self._wonder_at_new(entry)
            return
        found = changes(member, person, how)
        if "name" in found and not is_same_person(member.name, person.name):
            if self.frozen:
                self._lose(entry, member)
                return
            message = N_("Mã %(code)s đang là của %(name)s; nhận thì chỗ ấy đổi sang người trong tệp.")
            self._doubt(entry, message, {"code": member.code, "name": member.name})
        if how == How.SEAT:
            entry.kind = SEAT
        if how == How.CODE and member.code.casefold() != entry.code.casefold():
            message = N_("Mã %(code)s mất số 0 ở đầu; đã hiểu là %(whole)s trong danh sách.")
            self._doubt(entry, message, {"code": entry.code, "whole": member.code})
        if found:
            fields = [self._field(name, getattr(member, name), after) for name, after in found.items()]
            self.changed.append({**self._shown(entry), "fields": fields})
        self.same += not found

    def _wonder_at_new(self, entry: Entry) -> None:
        alike = self.roster.alike(entry.name, entry.units[0] if entry.units else "")
        if alike and not entry.apart:
            message = N_("Trong danh sách đã có người cùng tên, cùng đơn vị, mã %(code)s; nhận thì thành hai người.")
            self._doubt(entry, message, {"code": alike[0].code})

    def _lose(self, entry: Entry, member: Known) -> None:
        entry.lost = True
        message = N_("Danh sách đã chốt và mã %(code)s là của %(name)s. Thay người thì làm ở Bàn đón.")
        says = {"code": member.code, "name": member.name}
        self.reading.doubt(Row(entry.sheet, entry.row, entry.name), message, entry.name, says, lost=True)

    def _doubt(self, entry: Entry, message: str, says: dict[str, str]) -> None:
        self.reading.doubt(Row(entry.sheet, entry.row, entry.name), message, entry.name, says)

    def _choices(self) -> Iterator[dict[str, Any]]:
        """Whom the file or the roll has twice, it seems: one person or two?"""
        for at, entry in enumerate(self.entries):
            if entry.kind and not entry.lost:
                other = self.entries[entry.twin] if entry.twin >= 0 else None
                first = {**self._shown(other), "row": other.row} if other else {}
                yield {**self._shown(entry), "at": at, "kind": entry.kind, "apart": entry.apart, "first": first}

    def _units(self) -> Iterator[dict[str, Any]]:
        """Every unit of the file with its people; which are new, and which look like one that is there."""
        counted: dict[str, int] = {}
        for entry in self.entries:
            if entry.units and not entry.lost:
                counted[entry.units[0]] = counted.get(entry.units[0], 0) + 1
        for unit in sorted(counted, key=lambda one: natural_key(self.units.label(one))):
            fresh = unit in self.units.fresh
            like = self.units.like(unit) if fresh else ""
            yield {"name": self.units.label(unit), "people": counted[unit], "new": fresh, "like": like}

    def _shown(self, entry: Entry) -> dict[str, Any]:
        return {
            "sheet": entry.sheet, "row": entry.row, "name": entry.name, "phone": entry.phone,
            "code": "" if is_made(entry.code) else entry.code, "unit": "; ".join(map(self.units.label, entry.units)),
        }  # fmt: skip

    def _field(self, name: str, before: Any, after: Any) -> tuple[str, str, str]:
        if name == "unit":
            return name, self.units.label(before), self.units.label(after)
        if name == "further":
            return name, "; ".join(map(self.units.label, before)), "; ".join(map(self.units.label, after))
        return name, before, after
