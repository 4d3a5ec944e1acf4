"""People who stand in a file more than once, or seem to. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from itertools import islice

from survey.core.text import N_
from survey.core.text import fold
from survey.core.text import spelled
from survey.roll.importing.found import Path
from survey.roll.importing.found import Reading
from survey.roll.importing.found import Row
from survey.roll.importing.roster import NAMESAKES

PERSON, UNITS, SEAT = "person", "units", "seat"  # entered twice; of two units in the file; of another unit on the roll


@dataclass(slots=True)
class Entry:
    """A row that comes in. With a `twin` (its place) it is another row's person, unless somebody says `apart`."""

    sheet: str
    row: int
    code: str
    name: str
    paths: list[Path]
    email: str
    phone: str
    twin: int = -1
    kind: str = ""
    apart: bool = False
    lost: bool = False
    units: list[str] = field(default_factory=list)  # ids, or a mark of a unit that is still to be made


class Doubles:
    """The entries of a file, and what of each was met further up."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.entries: list[Entry] = []
        self._codes: dict[str, int] = {}
        self._people: dict[str, list[int]] = {}
        self._folded: dict[tuple[str, str], int] = {}
        self._phones: dict[str, int] = {}

    def take(self, row: Row, units: list[str]) -> None:
        """One more row, as an entry, as a part of one further up, or with a sentence that says why not."""
        entry = Entry(row.sheet, row.number, row.code, row.name, list(row.paths), row.email, row.phone, units=units)
        first = self._codes.get(row.code.casefold()) if row.code else None
        if first is not None:
            self._again(row, entry, self.entries[first])
            return
        entry.twin, entry.kind = self._twin(entry)
        self.entries.append(entry)
        self._remember(len(self.entries) - 1, entry)
        if entry.twin < 0:
            self._wonder(row, entry)

    def _again(self, row: Row, entry: Entry, first: Entry) -> None:
        where = {"code": row.code, "row": str(first.row), "sheet": first.sheet, "name": first.name}
        if spelled(entry.name) != spelled(first.name):
            message = N_("Mã %(code)s đã ghi cho %(name)s (dòng %(row)s, %(sheet)s).")
            self.reading.doubt(row, message, row.name, where, lost=True)
        elif set(entry.units) <= set(first.units):
            first.phone, first.email = first.phone or entry.phone, first.email or entry.email
            message = N_("Trùng với dòng %(row)s (%(sheet)s): cùng mã, cùng tên.")
            self.reading.doubt(row, message, row.name, where, lost=True)
        else:
            first.paths += [path for path in entry.paths if path not in first.paths]
            first.units += [unit for unit in entry.units if unit not in first.units]
            message = N_("Cùng mã, cùng tên với dòng %(row)s (%(sheet)s): một người của hai đơn vị, một chỗ.")
            self.reading.doubt(row, message, row.name, where)

    def _twin(self, entry: Entry) -> tuple[int, str]:
        """The place of the entry whose person this seems to be, and how so."""
        for at in islice(self._people.get(spelled(entry.name), []), NAMESAKES):
            other = self.entries[at]
            same_phone = bool(entry.phone) and entry.phone == other.phone
            if _main(entry) == _main(other):
                either = not entry.phone or not other.phone
                mails = not entry.email or not other.email or entry.email == other.email
                if same_phone or (either and mails and not (entry.code and other.code)):
                    return at, PERSON
            elif same_phone:
                return at, UNITS
        return -1, ""

    def _remember(self, at: int, entry: Entry) -> None:
        if entry.code:
            self._codes[entry.code.casefold()] = at if entry.twin < 0 else entry.twin
        if entry.twin < 0:
            self._people.setdefault(spelled(entry.name), []).append(at)

    def _wonder(self, row: Row, entry: Entry) -> None:
        """Two names that differ by marks alone, or one phone of two people: both come in, and it is said."""
        at = len(self.entries) - 1
        like = self._folded.setdefault((fold(entry.name), _main(entry)), at)
        if like != at:
            message = N_("Trùng hoặc gần trùng họ tên với dòng %(row)s (%(sheet)s) cùng đơn vị; nhận cả hai người.")
            self._doubt(row, message, self.entries[like])
        if entry.phone and (like := self._phones.setdefault(entry.phone, at)) != at:
            message = N_("Cùng số điện thoại với %(name)s (dòng %(row)s, %(sheet)s); nhận cả hai người.")
            self._doubt(row, message, self.entries[like])

    def _doubt(self, row: Row, message: str, other: Entry) -> None:
        where = {"row": str(other.row), "sheet": other.sheet, "name": other.name}
        self.reading.doubt(row, message, " · ".join(filter(None, (row.name, row.phone))), where)


def _main(entry: Entry) -> str:
    return entry.units[0] if entry.units else ""
