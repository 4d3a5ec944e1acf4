"""The overview of an office as plain tables: the same figures as on its page, for XLSX, CSV and JSON."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.text import N_
from survey.exports import write_csv
from survey.exports import write_json
from survey.exports import write_xlsx
from survey.exports.tables import Cell
from survey.exports.tables import Chart
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.followups.overview import Heap
from survey.followups.overview import Overview
from survey.followups.overview import overview
from survey.organisations import queries as organisations

WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}
CHARTED = 15  # units in the chart
NOBODY, NOWHERE = N_("Chưa giao đơn vị nào"), N_("Không thuộc nhóm vấn đề nào")
SHOWN = N_("Tỷ lệ thỏa đáng chỉ tính các ý kiến đã hiện, theo từng bước năm ý kiến; dưới năm thì để trống.")
FROZEN = N_("Số liệu so sánh các năm lấy từ lúc mỗi đối thoại có kết luận và không đổi nữa.")
_HEAP = (
    Column("total", N_("Kiến nghị"), "int", 10),
    Column("open", N_("Chưa xong"), "int", 10),
    Column("soon", N_("Sắp đến hạn"), "int", 12),
    Column("overdue", N_("Quá hạn"), "int", 10),
    Column("days", N_("Số ngày đến khi trả lời (trung vị)"), "mean", 16),
)
_DIALOGUES = (
    Column("code", N_("Mã"), "text", 10),
    Column("theme", N_("Đối thoại"), "text", 60),
    Column("held", N_("Ngày"), "date", 12),
    *_HEAP,
    Column("satisfaction", N_("Thỏa đáng"), "share", 12),
)
_YEARS = (
    Column("year", N_("Năm"), "text", 8),
    Column("dialogues", N_("Đối thoại"), "int", 10),
    Column("ballots", N_("Phiếu kín"), "int", 10),
    Column("asked", N_("Ý kiến tiếp nhận"), "int", 10),
    Column("answered", N_("Trả lời tại chỗ"), "int", 12),
    Column("in_writing", N_("Chuyển đơn vị, bằng văn bản"), "int", 14),
    Column("handed", N_("Câu giao đơn vị ngay tại chỗ"), "int", 14),
    Column("supports", N_("Lượt ủng hộ"), "int", 12),
    Column("satisfaction", N_("Thỏa đáng"), "share", 12),
)


def report(session: Session, organisation_id: str, year: int | None) -> Report:
    """The four tables of the overview: dialogues, units, topics, years."""
    found, house = overview(session, organisation_id, year), organisations.name_of(session, organisation_id)
    tables = (
        Table("dialogues", N_("Đối thoại"), _DIALOGUES, tuple(map(tuple, _dialogues(found))), notes=(SHOWN,)),
        _heaps("units", N_("Đơn vị"), found.units, NOBODY),
        _heaps("topics", N_("Nhóm vấn đề"), found.topics, NOWHERE),
        Table("years", N_("Các năm"), _YEARS, tuple(map(tuple, _years(found))), notes=(FROZEN, SHOWN)),
    )
    return Report("overview", N_("Tổng hợp các đối thoại"), "", house, tables)


def make(session: Session, organisation_id: str, year: int | None, fmt: str) -> tuple[bytes, str, str]:
    """The file as (content, mimetype, name); `fmt` is one of `WRITERS`."""
    writer = WRITERS[fmt]
    name = f"tong-hop-doi-thoai{f'-{year}' if year else ''}.{fmt}"
    return writer.write(report(session, organisation_id, year)), writer.MIMETYPE, name


def _cells(heap: Heap) -> list[Cell]:
    return [heap.total, heap.open, heap.soon, heap.overdue, heap.days]


def _dialogues(found: Overview) -> list[list[Cell]]:
    return [
        [one.dialogue.code, one.dialogue.theme, local(one.dialogue.starts_at).date() if one.dialogue.starts_at else None,
         *_cells(one.heap), one.satisfaction]
        for one in found.held
    ]  # fmt: skip


def _heaps(name: str, title: str, heaps: tuple[Heap, ...], nameless: str) -> Table:
    rows = tuple((heap.name or nameless, *_cells(heap)) for heap in heaps)
    last = min(len(rows), CHARTED) - 1
    charts = (Chart(N_("Quá hạn"), "name", "overdue", 0, last),) if rows else ()
    return Table(name, title, (Column("name", title, "text", 40), *_HEAP), rows, charts=charts)


def _years(found: Overview) -> list[list[Cell]]:
    return [
        [str(one.year), one.dialogues, one.figures.ballots, one.figures.asked, one.figures.answered,
         one.figures.in_writing, one.figures.handed, one.figures.supports, one.figures.satisfaction]
        for one in found.years
    ]  # fmt: skip
