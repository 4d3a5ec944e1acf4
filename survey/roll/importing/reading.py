"""From sheets to people: who stands in which row, which rows are none, and a sentence for each doubt.

Pure functions over plain cells; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from itertools import islice
from typing import TypeVar

from survey.core.cells import MOST_ROWS
from survey.core.cells import Cells
from survey.core.cells import refused
from survey.core.cells import title_of
from survey.core.sheets import Sheet
from survey.core.sheets import sheets_of
from survey.core.text import N_
from survey.roll.importing import legacy
from survey.roll.importing import values
from survey.roll.importing.found import Complaint
from survey.roll.importing.found import Path
from survey.roll.importing.found import Reading
from survey.roll.importing.found import Row
from survey.roll.importing.headings import Headings
from survey.roll.importing.headings import find_headings
from survey.roll.importing.headings import knows
from survey.roll.importing.layout import cell_at
from survey.roll.importing.layout import fill_down
from survey.roll.importing.layout import names_once
from survey.roll.importing.layout import only_counts
from survey.roll.importing.sections import is_end
from survey.roll.importing.sections import is_signature
from survey.roll.importing.sections import is_title
from survey.roll.importing.sections import section_of
from survey.roll.importing.sections import unit_of_sheet
from survey.roll.importing.values import Fault

T = TypeVar("T")
MOST_UNITS = 1_000


def read_file(data: bytes, file_name: str, unit: str = "") -> Reading:
    """The people of an uploaded list; `unit` is where those belong whose row names none.

    Raises `Invalid` for a file that holds nobody, too many, or letters that cannot be read.
    """
    reading, sheets = Reading(), sheets_of(data, file_name, knows, exact=True)
    legacy.refuse(cell for sheet in sheets for cell in chain.from_iterable(islice(sheet.rows, 2_000)))
    for sheet in sheets:
        reading.sheets.append(sheet.name)
        _read_sheet(reading, sheet, values.path(unit), several=len(sheets) > 1)
    if not reading.rows and not any(complaint.lost for complaint in reading.complaints):
        raise refused(N_("Không thấy ai trong tệp. Cần một cột tên là “Họ và tên”, hoặc hai cột “Họ đệm” và “Tên”."))
    if len(reading.rows) > MOST_ROWS:
        raise refused(N_("Tệp có hơn 20.000 người. Hãy chia thành nhiều tệp."))
    if len({path for row in reading.rows for path in row.paths}) > MOST_UNITS:
        raise refused(N_("Tệp có hơn 1.000 đơn vị khác nhau. Có lẽ cột đơn vị bị lệch; hãy xem lại tệp."))
    return reading


def _read_sheet(reading: Reading, sheet: Sheet, unit: Path, *, several: bool) -> None:
    if sheet.hidden:
        reading.notes.append(Complaint(sheet.name, 0, N_("Trang tính ẩn nên không đọc.")))
        return
    if not any(map(any, sheet.rows)):
        return
    fill_down(sheet)
    found = find_headings(sheet.rows)
    if found is None:
        message = N_("Không thấy cột họ tên nên không lấy gì từ trang tính này.")
        reading.notes.append(Complaint(sheet.name, 0, message))
        return
    reading.left_out += [title for title in found.left_out if title not in reading.left_out]
    rows = _Rows(reading, sheet, found, unit or unit_of_sheet(sheet, found.first, several=several))
    rows.numbered = several and only_counts(found, sheet.rows)
    rows.carries = names_once(found, sheet.rows)
    if rows.carries:
        message = N_("Đơn vị chỉ ghi ở dòng đầu mỗi nhóm; các dòng trống bên dưới lấy theo dòng trên.")
        reading.notes.append(Complaint(sheet.name, 0, message, lost=False))
    reading.coded = reading.coded or (found.code is not None and not rows.numbered)
    for number, row in enumerate(sheet.rows[found.first :], start=found.first + 1):
        rows.take(number, row)
    if rows.homeless:
        message = N_("Không rõ đơn vị của %(count)s người. Hãy ghi đơn vị vào tệp, hoặc vào ô đơn vị khi gửi tệp.")
        nobody = Row(sheet.name, 0, "")
        reading.doubt(nobody, message, says={"count": str(rows.homeless)})


@dataclass(slots=True)
class _Rows:
    """The rows of one sheet, read in turn."""

    reading: Reading
    sheet: Sheet
    at: Headings
    unit: Path
    section: Path = ()
    numbered: bool = False  # the codes only count the rows of this sheet
    carries: bool = False  # a unit stands only in the first row of each group
    ended: bool = False  # below the sum stand signatures
    homeless: int = 0  # people without a unit in a sheet that has no column for it

    def take(self, number: int, row: Cells) -> None:
        filled = [(at, cell) for at, cell in enumerate(row) if cell and (at != self.at.number or is_title(cell))]
        if not filled or self._is_heading(row):
            return
        named = [cell_at(row, at) for at in self.at.names]
        section = section_of(row, filled, self.at)
        if section:
            self.section = values.path(section)
        self.ended = self.ended or is_end(row, filled, self.at)
        if section or (self.ended and not self._is_person(row, named)) or self._is_blank(row, filled):
            text = " · ".join(cell for cell in row if cell)[:80]
            self.reading.passed.append(Complaint(self.sheet.name, number, "", text))
        else:
            self._read(number, row, named)

    def _read(self, number: int, row: Cells, named: list[str]) -> None:
        try:
            if not any(named):
                raise Fault(N_("Dòng này không có họ tên."), " · ".join(cell for cell in row if cell))
            person = Row(self.sheet.name, number, values.name(named))
            self.reading.rewritten += person.name != " ".join(part for part in named if part)
            person.code = "" if self.numbered else values.code(cell_at(row, self.at.code))
            person.paths = self._paths(row)
            self.homeless += not (person.paths or self.at.units)
        except Fault as fault:
            says = Complaint(self.sheet.name, number, fault.message, fault.value, lost=True, says=fault.says)
            self.reading.complaints.append(says)
            return
        self._reach(person, row)
        self._wonder(person, row, named)
        self.reading.rows.append(person)

    def _reach(self, person: Row, row: Cells) -> None:
        """Phone and address; what cannot be read is said and left empty."""
        number = self._doubted(person, values.phone, cell_at(row, self.at.phone))
        person.phone, more = number or ("", "")
        if more:
            self.reading.doubt(person, N_("Ô điện thoại có hai số; lấy số đầu."), more)
        person.email = self._doubted(person, values.email, cell_at(row, self.at.email)) or ""

    def _doubted(self, person: Row, read: Callable[[str], T], cell: str) -> T | None:
        try:
            return read(cell)
        except Fault as fault:
            self.reading.doubt(person, fault.message, fault.value, fault.says)
            return None

    def _wonder(self, person: Row, row: Cells, named: list[str]) -> None:
        told = any(cell_at(row, at) for at in self.at.units)
        if len(person.name.split()) < 2 or not all(named):
            self.reading.doubt(person, N_("Họ tên chỉ có một phần. Hãy xem có thiếu họ hoặc tên không."), person.name)
        if not person.paths and self.at.units and not told:
            self.reading.doubt(person, N_("Không rõ đơn vị."), person.name)
        if not person.code and self.reading.coded and not self.numbered:
            self.reading.doubt(person, N_("Không có mã nên được cấp mã mới."), person.name)

    def _paths(self, row: Cells) -> list[Path]:
        cells = [cell_at(row, at) for at in self.at.units]
        own = values.paths(cells) if cells else []
        if self.carries and any(cells):
            self.section = own[0] if own else ()
        if not own and any(cells):
            return []  # a stroke says that there is none
        return own or ([self.section] if self.section else [self.unit] if self.unit else [])

    def _is_heading(self, row: Cells) -> bool:
        """The headings again, as at the top of each printed page."""
        here = [(at, cell) for at, cell in enumerate(row) if cell]
        titles = self.at.titles
        return len(here) > 1 and all(
            at < len(titles) and titles[at] and titles[at] == title_of(cell) for at, cell in here
        )

    def _is_blank(self, row: Cells, filled: list[tuple[int, str]]) -> bool:
        """A unit alone, without so much as a number before it, is a line that was prepared and not filled in."""
        return all(at in self.at.units for at, _text in filled) and not cell_at(row, self.at.number)

    def _is_person(self, row: Cells, named: list[str]) -> bool:
        """Below the sum: a name with a number, a phone, an address or a code, and no signature."""
        number, phone, email, code = (
            cell_at(row, at) for at in (self.at.number, self.at.phone, self.at.email, self.at.code)
        )
        also = number.isdecimal() or "@" in email or sum(map(str.isdecimal, phone)) > 7 or any(map(str.isdecimal, code))
        return any(named) and also and not any(map(is_signature, row))
