"""Lists as spreadsheets: what goes out, and what may come back. Nothing comes in unseen, by halves or to the wrong question."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from survey.core.errors import Invalid
from survey.followups import links
from survey.followups import returned
from survey.followups import service
from survey.questions.models import Question
from tests.followups.conftest import BODIES
from tests.followups.conftest import Office
from tests.security.test_order_and_time import ALLOWED

Figure = Callable[[str], None]
ANSWER, ID = 6, 7  # columns, counted from 1
SHEET = "/units/{}/list.xlsx"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading in a process of its own is `core.apart`'s matter; one test below uses it."""
    from survey.desk import views_prepare_files as views

    monkeypatch.setattr(views, "read_upload", returned.read)


def book_of(office: Office, desk: Any, unit_id: str) -> Any:
    answer = desk.get(f"{office.cast.desk}/prepare{SHEET.format(unit_id)}")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data))


def head(sheet: Any) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == "Câu số")


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(office: Office, desk: Any, *files: bytes, unit: str = "", name: str = "phieu.xlsx") -> Any:
    data = {"file": [(io.BytesIO(one), name) for one in files], "unit": unit}
    return office.send(desk, "/file", **data)


def confirm(office: Office, desk: Any, page: str, *, keep: list[str] | None = None) -> Any:
    rows = re.search(r'name="rows"[^>]*value="([^"]*)"', page)
    assert rows
    ticked = re.findall(r'name="keep" value="([^"]*)"', page)
    return office.send(desk, "/answers", rows=rows[1].replace("&#34;", '"'), keep=ticked if keep is None else keep)


@pytest.mark.claim("followup", "a unit's list goes out as a spreadsheet and comes back with a preview of each change")
def test_a_list_comes_back_as_it_was_filled_in(office: Office, figure: Figure) -> None:
    desk = office.cast.staff("secretary")
    book = book_of(office, desk, office.pay)
    sheet = book.active
    assert [cell.value for cell in sheet[head(sheet)]] == [
        "Câu số", "Nhóm vấn đề", "Nội dung câu hỏi", "Các câu đã gộp vào", "Lượt ủng hộ", "Nội dung chuẩn bị trả lời",
        "Mã câu (không sửa)",
    ]  # fmt: skip
    rows = list(sheet.iter_rows(min_row=head(sheet) + 1))
    assert [(row[2].value, row[4].value) for row in rows] == [(BODIES[0], 30), (BODIES[1], 20)]
    assert {row[ANSWER - 1].protection.locked for row in rows} == {False}
    assert {cell.protection.locked for row in rows for cell in row if cell.column != ANSWER} == {True}
    assert sheet.protection.sheet
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), "no text is run as a formula"
    rows[0][ANSWER - 1].value = "Đã trình đề án.\nQuý II/2026"
    page = upload(office, desk, saved(book))
    assert page.status_code == 200
    assert "1 câu sẽ đổi" in page.text
    assert "Đã trình đề án." in page.text
    assert office.stored() == {}, "seen, and not taken"
    assert confirm(office, desk, page.text).status_code == 303
    assert office.stored() == {office.questions[0]: (("Sở Nội vụ", "Đã trình đề án.\nQuý II/2026"),)}
    again = book_of(office, desk, office.pay).active
    assert again.cell(head(again) + 1, ANSWER).value == "Đã trình đề án.\nQuý II/2026", "and goes out with the next one"
    assert "Tệp này không có gì mới" in upload(office, desk, saved(book)).text
    figure("2 questions out, 1 answer back, 0 taken before it was seen")


def test_nothing_of_a_ballot_is_in_a_list(office: Office) -> None:
    """The premise: the questions have marks, ties and times that could be there."""
    cast, desk = office.cast, office.cast.staff("secretary")
    with cast.reading() as session:
        row = session.get_one(Question, office.questions[0])
        known = {str(row.tie), row.asked_about.strftime("%H:%M"), row.folded}
    asked = update(Question).where(Question.id == office.questions[0])
    cast.write(lambda s: s.execute(asked.values(author=b"m" * 16, unit="Chi đoàn Sở")) and None)
    sheet = book_of(office, desk, office.pay).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert known.isdisjoint(cells)
    assert not any("mmmm" in cell or "Chi đoàn Sở" in cell for cell in cells)
    assert {"author", "tie", "asked_about"} <= ALLOWED["questions"], "what is meant here is still called so"


def change_id(sheet: Any, top: int) -> None:
    sheet.cell(top + 1, ID).value = "aaaaaaaaaaaa"


def swap_ids(sheet: Any, top: int) -> None:
    first, second = sheet.cell(top + 1, ID), sheet.cell(top + 2, ID)
    first.value, second.value = second.value, first.value


def swap_texts(sheet: Any, top: int) -> None:
    for column in (1, 3):
        first, second = sheet.cell(top + 1, column), sheet.cell(top + 2, column)
        first.value, second.value = second.value, first.value


def double(sheet: Any, top: int) -> None:
    sheet.cell(top + 2, ID).value = sheet.cell(top + 1, ID).value


def add_row(sheet: Any, top: int) -> None:
    sheet.cell(top + 3, ANSWER).value = "Thêm một ý"


def drop_column(sheet: Any, top: int) -> None:
    sheet.delete_cols(ID)


def formula(sheet: Any, top: int) -> None:
    sheet.cell(top + 2, ANSWER).value = "=1+1"


def too_long(sheet: Any, top: int) -> None:
    sheet.cell(top + 2, ANSWER).value = "dài " * 1_100


def drop_mark(sheet: Any, top: int) -> None:
    for row in sheet.iter_rows(max_row=top - 1):
        for cell in row:
            if str(cell.value).startswith("Mã phiếu"):
                cell.value = None


def other_dialogue(sheet: Any, top: int) -> None:
    cell = next(
        c for row in sheet.iter_rows(max_row=top - 1) for c in row if re.fullmatch(r"\w{6}-\w{12}", str(c.value))
    )
    cell.value = "ZZZZZZ" + cell.value[6:]


def other_unit(sheet: Any, top: int) -> None:
    cell = next(
        c for row in sheet.iter_rows(max_row=top - 1) for c in row if re.fullmatch(r"\w{6}-\w{12}", str(c.value))
    )
    cell.value = cell.value[:7] + "a" * 12


FAULTS = [
    (change_id, "Mã câu “aaaaaaaaaaaa” không có trong đối thoại này"), (swap_ids, "Có lẽ bảng đã bị sắp xếp lại một phần"),
    (swap_texts, "Có lẽ bảng đã bị sắp xếp lại một phần"), (double, "Mã câu trùng với dòng"),
    (add_row, "không có mã câu"), (drop_column, "Thiếu cột “Mã câu (không sửa)”"), (formula, "là công thức"),
    (too_long, "dài quá 4.000 ký tự"), (drop_mark, "dòng “Mã phiếu” đã bị xóa"),
    (other_dialogue, "thuộc đối thoại khác, mã ZZZZZZ"), (other_unit, "không có đơn vị này"),
]  # fmt: skip


def test_a_file_with_a_fault_brings_nothing_and_says_why(office: Office) -> None:
    """Each time the same list with a good answer in it, and one thing done to it."""
    desk, good = office.cast.staff("secretary"), book_of(office, office.cast.staff("secretary"), office.digital)
    good.active.cell(head(good.active) + 1, ANSWER).value = "Máy mới về tháng 5"
    said = {}
    for spoil, sentence in FAULTS:
        book = book_of(office, desk, office.pay)
        top = head(book.active)
        book.active.cell(top + 1, ANSWER).value = "Câu trả lời tốt"
        spoil(book.active, top)
        page = upload(office, desk, saved(book))
        assert page.status_code == 422, spoil.__name__
        assert 'name="keep"' not in page.text, spoil.__name__
        said[spoil.__name__] = sentence in page.text.replace("&#34;", '"')
        together = upload(office, desk, saved(book), saved(good)).text
        assert together.count('name="keep"') == 1, "a good file beside it stays good"
    assert [name for name, found in said.items() if not found] == []
    assert office.stored() == {}


def test_the_list_of_another_unit_is_refused_where_one_is_expected(office: Office) -> None:
    desk = office.cast.staff("secretary")
    book = book_of(office, desk, office.pay)
    book.active.cell(head(book.active) + 1, ANSWER).value = "Có"
    page = upload(office, desk, saved(book), unit=office.digital)
    assert page.status_code == 422
    assert "Phiếu này của Sở Nội vụ, không phải của đơn vị đang mở" in page.text
    assert "Cùng một đơn vị với tệp" in upload(office, desk, saved(book), saved(book)).text


def test_moved_columns_are_read_by_their_names_and_said(office: Office) -> None:
    desk = office.cast.staff("secretary")
    book = book_of(office, desk, office.pay)
    sheet = book.active
    top = head(sheet)
    sheet.cell(top + 2, ANSWER).value = "Trả lời câu hai"
    for row in range(top, top + 3):
        first, last = sheet.cell(row, 2), sheet.cell(row, ANSWER)
        first.value, last.value = last.value, first.value
    page = upload(office, desk, saved(book)).text
    assert "Các cột đã bị đổi chỗ" in page
    assert confirm(office, desk, page).status_code == 303
    assert office.stored() == {office.questions[1]: (("Sở Nội vụ", "Trả lời câu hai"),)}


def test_what_changed_since_is_said_row_by_row(office: Office) -> None:
    """One question was withdrawn and one given to another unit after the list went out."""
    cast, desk, (first, second, _third) = office.cast, office.cast.staff("secretary"), office.questions
    book = book_of(office, desk, office.pay)
    for row in (1, 2):
        book.active.cell(head(book.active) + row, ANSWER).value = f"Trả lời {row}"
    cast.write(lambda s: s.execute(update(Question).where(Question.id == first).values(state="withdrawn")))
    cast.write(service.assign_questions, cast.dialogue_id, {second: office.digital}, actor="test")
    page = upload(office, desk, saved(book)).text
    assert "không còn trên bảng" in page
    assert "nay giao Văn phòng Ủy ban" in page
    assert 'name="keep"' not in page


def test_what_was_changed_after_the_preview_is_not_overwritten(office: Office) -> None:
    desk = office.cast.staff("secretary")
    book = book_of(office, desk, office.pay)
    for row in (1, 2):
        book.active.cell(head(book.active) + row, ANSWER).value = f"Từ tệp {row}"
    page = upload(office, desk, saved(book)).text
    office.write(office.pay, office.questions[0], "Vừa ghi qua đường dẫn")
    assert confirm(office, desk, page).status_code == 303
    assert office.stored() == {office.questions[0]: (("Sở Nội vụ", "Vừa ghi qua đường dẫn"),)}, "all of it or nothing"
    assert "Chưa lấy gì" in desk.get(f"{office.cast.desk}/prepare").text


def test_only_what_is_ticked_and_signed_comes_in(office: Office) -> None:
    desk = office.cast.staff("secretary")
    book = book_of(office, desk, office.pay)
    for row in (1, 2):
        book.active.cell(head(book.active) + row, ANSWER).value = f"Từ tệp {row}"
    page = upload(office, desk, saved(book)).text
    assert confirm(office, desk, page, keep=[f"{office.pay}:{office.questions[1]}"]).status_code == 303
    assert office.stored() == {office.questions[1]: (("Sở Nội vụ", "Từ tệp 2"),)}
    assert office.send(desk, "/answers", rows='[["x", []]].tự-viết', keep="x").status_code == 422


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.xlsx"), (b"%PDF-1.7", "a.xlsx"), (b"PK\x03\x04hong", "a.xlsx"),
        ("họ tên,ý kiến\na,b".encode(), "a.csv"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_a_sentence(office: Office, data: bytes, name: str) -> None:
    page = upload(office, office.cast.staff("secretary"), data, name=name)
    assert page.status_code == 422
    assert "Không lấy gì từ tệp này" in page.text


def test_it_is_read_in_a_process_of_its_own(office: Office) -> None:
    from survey.followups.upload import read_upload

    book = book_of(office, office.cast.staff("secretary"), office.pay)
    data = saved(book)
    assert read_upload(data, "phieu.xlsx") == returned.read(data, "phieu.xlsx")
    with pytest.raises(Invalid):
        read_upload(b"PK\x03\x04hong", "phieu.xlsx")


def test_all_lists_come_in_one_archive_and_the_unit_gets_its_own(office: Office) -> None:
    import zipfile

    answer = office.cast.staff("secretary").get(f"{office.cast.desk}/prepare/lists.zip")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert names == [
        f"chuan-bi-{office.cast.code}-so-noi-vu.xlsx",
        f"chuan-bi-{office.cast.code}-van-phong-uy-ban.xlsx",
    ]
    path = office.cast.write(links.make, office.cast.dialogue_id, [office.pay], actor="test", anew=True)[office.pay]
    own = office.cast.stranger().get(f"/u/{path}/list.xlsx")
    assert load_workbook(io.BytesIO(own.data)).sheetnames == ["Chuẩn bị trả lời"]
    assert not own.headers.getlist("Set-Cookie")
