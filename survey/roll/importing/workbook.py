"""The roll as a workbook that comes back in unchanged: to be mended in a spreadsheet. No link is in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from collections.abc import Iterable

from survey.roll.importing.found import Path
from survey.roll.importing.roster import Known

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (("Mã", 16), ("Họ và tên", 28), ("Đơn vị", 44), ("Điện thoại", 16), ("Email", 32))


def workbook(members: Iterable[Known], path: Callable[[str], Path]) -> bytes:
    """One sheet, a row each; without members the headings alone, to be filled in. Codes and phones stay text."""
    import xlsxwriter  # noqa: PLC0415 - loaded when the first workbook is made

    out = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, safe) as book:
        sheet, text = book.add_worksheet("Danh sách"), book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 2})
        for place, (title, width) in enumerate(COLUMNS):
            sheet.set_column(place, place, width, text)  # a phone that is typed in keeps its zero
            sheet.write_string(0, place, title, head)
        for number, member in enumerate(members, start=1):
            units = "; ".join(" / ".join(path(unit)) for unit in (member.unit, *member.further) if unit) or "-"
            for place, cell in enumerate((member.code, member.name, units, member.phone, member.email)):
                sheet.write_string(number, place, cell, text)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
