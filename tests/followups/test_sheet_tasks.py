"""*Phiếu giao việc*: what goes out, and what may come back. Nothing comes in unseen, by halves or to another unit's task."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from survey.followups import recommendations
from survey.followups import returned_tasks
from survey.followups import sheet
from survey.followups.queries import UnitList
from tests.conftest import Cast
from tests.followups.after import After
from tests.followups.after import furnish

STATE, TEXT, DOCUMENT, DAY, ID = 6, 7, 8, 9, 10  # columns, counted from 1


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading in a process of its own is `core.apart`'s matter; one test below uses it."""
    from survey.followups import views_reports_files as views

    monkeypatch.setattr(views, "read_tasks", returned_tasks.read)


@pytest.fixture
def after(cast: Cast) -> After:
    return furnish(cast)


def book_of(after: After, desk: Any, unit: int = 0) -> Any:
    answer = desk.get(f"{after.cast.desk}/reports/units/{after.units[unit]}/tasks.xlsx")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data))


def head(page: Any) -> int:
    return next(cell.row for cell in page["A"] if cell.value == "Kiến nghị số")


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(after: After, desk: Any, *files: bytes, unit: str = "", name: str = "phieu.xlsx") -> Any:
    return after.send(desk, "/file", file=[(io.BytesIO(one), name) for one in files], unit=unit)


def confirm(after: After, desk: Any, page: str, *, approved: bool = True, keep: list[str] | None = None) -> Any:
    rows = re.search(r'name="rows"[^>]*value="([^"]*)"', page)
    assert rows
    ticked = re.findall(r'name="keep" value="([^"]*)"', page) if keep is None else keep
    return after.send(desk, "/rows", rows=rows[1], keep=ticked, **({"approved": "1"} if approved else {}))


def fill(page: Any, place: int, state: str, text: str, document: str = "", day: Any = "") -> None:
    row = head(page) + place
    for column, value in ((STATE, state), (TEXT, text), (DOCUMENT, document), (DAY, day)):
        page.cell(row, column).value = value or None


def test_a_sheet_goes_out_and_comes_back_with_a_preview(after: After) -> None:
    cast, desk, (first, second, _other) = after.cast, after.cast.staff("secretary"), after.ids
    book = book_of(after, desk)
    page = book.active
    top = head(page)
    assert page.protection.sheet
    assert [page.cell(top + 1, column).protection.locked for column in (2, STATE, TEXT, DOCUMENT, DAY, ID)] == [
        True, False, False, False, False, True,
    ]  # fmt: skip
    lists = [one.formula1 for one in page.data_validations.dataValidation if one.type == "list"]
    assert lists == ['"Đã tiếp nhận,Đang giải quyết,Đã trả lời,Đã giải quyết,Chuyển cấp trên,Không chấp nhận"']
    assert [page.cell(top + 1, column).number_format for column in (DOCUMENT, DAY)] == ["@", "@"]
    fill(page, 1, "đã trả lời", "Theo công văn", "15/TB-SNV", dt.date(2026, 4, 1))
    seen = upload(after, desk, saved(book))
    assert seen.status_code == 200
    assert "1 kiến nghị sẽ đổi" in seen.text
    assert after.rows()[first].state == "new", "nothing has come in yet"
    assert confirm(after, desk, seen.text).status_code == 303
    rows = after.rows()
    assert (rows[first].state, rows[first].document, str(rows[first].document_date)) == (
        "answered", "15/TB-SNV", "2026-04-01",
    )  # fmt: skip
    assert rows[second].state == "new"
    again = book_of(after, desk)
    assert [again.active.cell(top + 1, column).value for column in (STATE, DOCUMENT, DAY)] == [
        "Đã trả lời", "15/TB-SNV", "1/4/2026",
    ]  # fmt: skip
    same = upload(after, desk, saved(again))
    assert "Không có gì để lấy" in same.text
    late = confirm(after, desk, seen.text)
    assert late.status_code == 303
    assert len(after.waiting(desk)) == 0, "the same words are no report"
    assert cast.staff("moderator").post(f"{cast.desk}/reports/file").status_code in {400, 403}


def test_without_approval_it_waits_and_an_overtaken_preview_writes_nothing(after: After) -> None:
    desk, first = after.cast.staff("organiser"), after.ids[0]
    book = book_of(after, desk)
    fill(book.active, 1, "Đang giải quyết", "Đang làm")
    old = upload(after, desk, saved(book)).text
    assert confirm(after, desk, old, approved=False).status_code == 303
    assert after.rows()[first].state == "new"
    assert len(after.waiting(desk)) == 1
    fill(book.active, 1, "Đã giải quyết", "Xong")
    seen = upload(after, desk, saved(book)).text
    assert '<del class="said">Đang làm</del>' in seen, "beside what waits"
    assert after.approve(desk, all="1").status_code == 303
    after.cast.write(recommendations.step, first, "solved", answer="Văn phòng ghi", actor="test")
    assert confirm(after, desk, seen).status_code == 303
    assert after.rows()[first].answer == "Văn phòng ghi"
    assert after.send(desk, "/rows", rows="tự viết").status_code == 422


def test_what_does_not_fit_is_refused_row_by_row(after: After) -> None:
    desk = after.cast.staff("organiser")

    def refused(change: Any) -> str:
        book = book_of(after, desk)
        change(book.active, head(book.active))
        answer = upload(after, desk, saved(book))
        assert answer.status_code == 422
        return answer.text  # type: ignore[no-any-return]

    def put(row: int, column: int, value: Any) -> Any:
        return lambda page, top: setattr(page.cell(top + row, column), "value", value)

    def both(*changes: Any) -> Any:
        return lambda page, top: [change(page, top) for change in changes]

    said = both(put(1, STATE, "Đã trả lời"), put(1, TEXT, "Có"))
    for change, sentence in (
        (put(1, STATE, "Xong rồi"), "Không có tình trạng “Xong rồi”"),
        (put(1, STATE, "Không chấp nhận"), "Hãy ghi lý do"),
        (both(put(1, STATE, ""), put(1, TEXT, "Chỉ có chữ")), "Hãy chọn tình trạng"),
        (both(said, put(1, TEXT, "=SUM(A1)")), "là công thức"),
        (both(said, put(1, DOCUMENT, dt.date(2026, 3, 15))), "đổi thành ngày"),
        (both(said, put(1, DAY, "ngày kia")), "Chưa đọc được ngày này"),
        (both(said, put(1, ID, "zzzzzzzzzzzz")), "mã đã bị sửa"),
        (both(said, put(1, ID, "")), "không có mã kiến nghị"),
        (both(said, put(1, 1, 7)), "là của kiến nghị khác"),
        (both(put(1, ID, after.ids[1]), said), "trùng với dòng"),
        (both(said, put(1, TEXT, "x" * 4_001)), "4.000"),
        (put(0, STATE, "Cột khác"), "Thiếu cột “Tình trạng”"),
        (put(0, 3, "Tình trạng"), "Có hai cột"),
        (put(-2, 3, "MÃKHÁC-abc"), "thuộc đối thoại khác"),
        (put(-2, 3, f"{after.cast.code}-khongco"), "không có đơn vị này"),
        (put(-2, 1, "gì đó"), "không phải phiếu giao việc tải từ đây"),
    ):  # fmt: skip
        assert sentence in refused(change), sentence
    assert {one.state for one in after.rows().values()} == {"new"}


def test_another_units_sheet_and_moved_columns(after: After) -> None:
    """A sheet of another unit is told by its mark; columns are read by their names; a task that left is passed over."""
    desk, (first, second, _other) = after.cast.staff("organiser"), after.ids
    book = book_of(after, desk, 1)
    fill(book.active, 1, "Đã trả lời", "Có")
    answer = upload(after, desk, saved(book), unit=after.units[0])
    assert answer.status_code == 422
    assert "không phải của đơn vị đang mở" in answer.text
    twins = upload(after, desk, saved(book), saved(book))
    assert "Cùng một đơn vị với tệp" in twins.text
    moved = book_of(after, desk)
    page, top = moved.active, head(moved.active)
    fill(page, 1, "Đang giải quyết", "Đã chuyển cột")
    fill(page, 2, "Đang giải quyết", "Không còn của mình")
    for row in range(top, top + 3):
        state, text = page.cell(row, STATE).value, page.cell(row, TEXT).value
        page.cell(row, STATE).value, page.cell(row, TEXT).value = text, state
    after.cast.write(recommendations.change, second, unit_id=after.units[1], actor="test")
    seen = upload(after, desk, saved(moved))
    assert "bị đổi chỗ" in seen.text
    assert "nay giao Văn phòng Ủy ban" in seen.text
    assert confirm(after, desk, seen.text).status_code == 303
    assert {id_: one.state for id_, one in after.rows().items() if one.state != "new"} == {first: "working"}


def test_all_sheets_in_one_archive_and_a_list_of_before_the_day_is_told_apart(after: After) -> None:
    desk = after.cast.staff("secretary")
    answer = desk.get(f"{after.cast.desk}/reports/tasks.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
    assert names == [
        f"giao-viec-{after.cast.code}-so-noi-vu.xlsx",
        f"giao-viec-{after.cast.code}-van-phong-uy-ban.xlsx",
    ]
    told = sheet.About(after.cast.code, "Đối thoại", "", None, "")
    prepared = upload(after, desk, sheet.write(told, UnitList(after.units[0], "Sở Nội vụ", linked=False)))
    assert "phiếu chuẩn bị trả lời trước buổi" in prepared.text
    for content, sentence in (
        (b"", "trống"),
        (b"%PDF-1.7", "không phải bảng tính"),
        (b"a;b\n1;2", "không phải phiếu giao việc"),
    ):
        assert sentence in upload(after, desk, content).text
    assert after.send(desk, "/file").status_code == 422


def test_a_file_is_read_in_a_process_of_its_own(after: After, monkeypatch: pytest.MonkeyPatch) -> None:
    from survey.followups import upload as reading
    from survey.followups import views_reports_files as views

    monkeypatch.setattr(views, "read_tasks", reading.read_tasks)
    desk = after.cast.staff("organiser")
    book = book_of(after, desk)
    fill(book.active, 1, "Đã tiếp nhận", "Sẽ làm")
    assert confirm(after, desk, upload(after, desk, saved(book)).text).status_code == 303
    assert after.rows()[after.ids[0]].state == "received"
