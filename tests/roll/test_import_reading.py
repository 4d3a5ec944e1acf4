"""Lists as offices have them are read whole: what is somebody comes in, what is nobody does not, what is wrong is named."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from survey.core.errors import Invalid
from survey.roll.importing import values
from survey.roll.importing.found import Reading
from survey.roll.importing.reading import read_file
from tests.roll.lists import book
from tests.roll.lists import text

HEAD = ["STT", "Mã ĐV", "Họ và tên", "Đơn vị", "SĐT", "Email"]
AN = [1, "DV01", "Nguyễn Văn An", "Chi đoàn Sở Nội vụ", "0912345678", "an@camau.gov.vn"]


def read(*rows: list, title: str = "Sheet1", unit: str = "", change=None) -> Reading:  # type: ignore[no-untyped-def]
    """One sheet with these rows."""
    return read_file(book(list(rows), titles=[title], change=change), "a.xlsx", unit)


def names(reading: Reading) -> list[str]:
    """Who was read."""
    return [row.name for row in reading.rows]


def units(reading: Reading) -> list[list[str]]:
    """The units of each, from the top down."""
    return [[" / ".join(path) for path in row.paths] for row in reading.rows]


def said(reading: Reading) -> list[tuple[int, str, bool]]:
    """What is wrong: row, what was read, and whether the row is left out."""
    return [(one.row, one.value, one.lost) for one in reading.complaints]


def test_list_with_usual_headings_is_read_with_all_its_columns() -> None:
    reading = read(HEAD, AN)
    (row,) = reading.rows
    assert (row.code, row.name, row.paths, row.phone, row.email, row.number) == (
        "DV01", "Nguyễn Văn An", [("Chi đoàn Sở Nội vụ",)], "0912345678", "an@camau.gov.vn", 2,
    )  # fmt: skip
    assert reading.complaints == []


@pytest.mark.parametrize("at", range(2, 7))
def test_headings_stand_below_titles_and_merged_rows(at: int) -> None:
    def merge(sheet: Worksheet) -> None:
        for row in range(1, at):
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=6)

    titles = [
        "ĐOÀN TNCS HỒ CHÍ MINH",
        "DANH SÁCH ĐOÀN VIÊN",
        "(Kèm theo Kế hoạch số 5)",
        "Cà Mau, năm 2026",
        "Đơn vị: Sở",
    ]
    reading = read(*([title] for title in titles[: at - 1]), HEAD, AN, change=merge)
    assert names(reading) == ["Nguyễn Văn An"]
    assert reading.rows[0].number == at + 1


@pytest.mark.parametrize(
    ("heading", "field", "cell", "kept"),
    [
        ("Mã", "code", "A1", "A1"), ("Mã đoàn viên", "code", "A1", "A1"), ("Số thẻ đoàn", "code", "A1", "A1"),
        ("MSSV", "code", 2012345, "2012345"), ("Số thẻ", "code", "A-1", "A-1"),
        ("Số điện thoại", "phone", "0912345678", "0912345678"), ("ĐIỆN THOẠI DI ĐỘNG", "phone", "0912345678", "0912345678"),
        ("SĐT (Zalo)", "phone", "0912345678", "0912345678"), ("Thư điện tử", "email", "a@b.vn", "a@b.vn"),
        ("E-mail công vụ", "email", "a@b.vn", ""), ("E-mail", "email", "a@b.vn", "a@b.vn"),
        ("Chi đoàn", "paths", "Chi đoàn 1", [("Chi đoàn 1",)]), ("Phòng/ban", "paths", "Phòng 1", [("Phòng 1",)]),
        ("Cơ quan, đơn vị", "paths", "Sở 1", [("Sở 1",)]),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_synonyms(heading: str, field: str, cell: object, kept: object) -> None:
    reading = read(["TT", "Họ tên đoàn viên", heading], [1, "Nguyễn Văn An", cell])
    assert getattr(reading.rows[0], field) == kept


def test_name_in_two_columns_is_put_together() -> None:
    assert names(read(["STT", "Họ đệm", "Tên"], [1, "Nguyễn Văn", "An"])) == ["Nguyễn Văn An"]
    assert names(read(["Họ và chữ đệm", "Tên", "Mã"], ["Nguyễn Văn", "An", "1"])) == ["Nguyễn Văn An"]


def test_one_merged_heading_over_two_columns_of_a_name() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("B1:C1")

    reading = read(["STT", "Họ và tên", None, "SĐT"], *([n, "Nguyễn Văn", given, None] for n, given in enumerate("AB")),
                   [3, "Lê Thị", "Cẩm Tú", "0912345678"], change=merge)  # fmt: skip
    assert names(reading) == ["Nguyễn Văn A", "Nguyễn Văn B", "Lê Thị Cẩm Tú"]


def test_headings_in_two_rows_are_taken_together() -> None:
    def merge(sheet: Worksheet) -> None:
        for area in ("A1:A2", "B1:C1", "D1:E1", "F1:F2"):
            sheet.merge_cells(area)

    reading = read(
        ["STT", "Họ và tên", None, "Thông tin liên hệ", None, "Chi đoàn"], [None, "Họ đệm", "Tên", "SĐT", "Email", None],
        [1, "Nguyễn Văn", "An", "0912345678", "a@b.vn", "Chi đoàn 1"], change=merge,
    )  # fmt: skip
    (row,) = reading.rows
    assert (row.name, row.phone, row.email, row.paths) == ("Nguyễn Văn An", "0912345678", "a@b.vn", [("Chi đoàn 1",)])


def test_row_that_numbers_the_columns_is_nobody() -> None:
    assert names(read(HEAD, [f"({n})" for n in range(1, 7)], AN)) == ["Nguyễn Văn An"]
    assert names(read(HEAD, ["A", "B", 1, 2, 3, 4], AN)) == ["Nguyễn Văn An"]


def test_sums_signatures_empty_and_numbered_rows_are_nobody_and_are_told() -> None:
    reading = read(
        HEAD, AN, [], [2], [3, None, None, None, None, None], [None, None, "Tổng cộng: 1 đồng chí"],
        [None, None, None, None, "Cà Mau, ngày 12 tháng 3 năm 2026"], [None, "NGƯỜI LẬP", None, None, "BÍ THƯ"],
        [None, "Lê Văn Lập", None, None, "Trần Thị Ký"],
    )  # fmt: skip
    assert names(reading) == ["Nguyễn Văn An"]
    assert reading.complaints == []
    assert [one.row for one in reading.passed] == [6, 7, 8, 9]


def test_person_below_the_sum_is_still_somebody() -> None:
    reading = read(HEAD, AN, [None, None, "Cộng", 1], [2, "DV02", "Trần Thị Bình", None, None, None])
    assert names(reading) == ["Nguyễn Văn An", "Trần Thị Bình"]


@pytest.mark.parametrize(
    "name", ["Tống Công Minh", "Cống Văn Tổng", "Đoàn Trường Giang", "Công Tằng Tôn Nữ", "Kỳ Thu Hà"]
)
def test_somebody_whose_name_looks_like_something_else_is_somebody(name: str) -> None:
    assert names(read(["STT", "Họ và tên", "Chức vụ"], [1, name, "Bí thư"], [2, name + " Anh", None])) == [
        name,
        name + " Anh",
    ]


def test_headings_repeated_on_each_printed_page_are_nobody() -> None:
    assert names(read(HEAD, AN, HEAD, [2, "DV02", "Trần Thị Bình", None, None, None])) == [
        "Nguyễn Văn An",
        "Trần Thị Bình",
    ]


def test_sheets_name_is_the_unit_where_no_column_is() -> None:
    table = [["STT", "Họ và tên"], [1, "Nguyễn Văn An"]]
    data = book(table, table, table, titles=["Chi đoàn Sở Nội vụ", "CĐ Sở Y tế", "Sheet3"])
    assert units(read_file(data, "a.xlsx")) == [["Chi đoàn Sở Nội vụ"], ["CĐ Sở Y tế"], []]
    assert units(read_file(data, "a.xlsx", "Đoàn Sở / Chi đoàn 9")) == [["Đoàn Sở / Chi đoàn 9"]] * 3


def test_sheets_name_that_a_spreadsheet_cut_is_found_in_full_in_the_title() -> None:
    whole = "Chi đoàn Trung tâm Xúc tiến Đầu tư và Thương mại"
    table = [["DANH SÁCH ĐOÀN VIÊN " + whole.upper()], ["STT", "Họ và tên"], [1, "Nguyễn Văn An"]]
    assert units(read_file(book(table, titles=[whole[:31]]), "a.xlsx")) == [[whole.upper()]]


def test_title_of_a_section_is_the_unit_of_those_below() -> None:
    reading = read(
        ["TT", "Họ và tên", "SĐT"], ["I", "Chi đoàn Sở Nội vụ (2 đồng chí)"], [1, "Nguyễn Văn An"], [2, "Đoàn Văn Hậu"],
        ["II. Đoàn xã Tân Hưng: 1 đ/c"], [1, "Trần Thị Bình"],
    )  # fmt: skip
    assert units(reading) == [["Chi đoàn Sở Nội vụ"], ["Chi đoàn Sở Nội vụ"], ["Đoàn xã Tân Hưng"]]
    assert names(reading) == ["Nguyễn Văn An", "Đoàn Văn Hậu", "Trần Thị Bình"]


def test_unit_has_its_superior_in_another_column_or_before_a_stroke() -> None:
    head = ["Họ và tên", "Cấp trên", "Chi đoàn"]
    assert units(read(head, ["Lê An", "Đoàn Sở", "Chi đoàn 1"], ["Lê Bo", "Đoàn Sở", None], ["Lê Chi", None, "Chi đoàn 2"])) == [
        ["Đoàn Sở / Chi đoàn 1"], ["Đoàn Sở"], ["Chi đoàn 2"],
    ]  # fmt: skip
    written = ["A / B", "A > B", "Phòng/ban C", "A/B", "Sở A / Sở A / B"]
    assert units(read(["Họ và tên", "Đơn vị"], *(["Lê An", unit] for unit in written))) == [
        ["A / B"], ["A / B"], ["Phòng/ban C"], ["A/B"], ["Sở A / B"],
    ]  # fmt: skip


def test_two_units_in_one_cell_are_two_units() -> None:
    reading = read(["Họ và tên", "Đơn vị"], ["Lê An", "Chi đoàn 1; Chi đoàn 2"], ["Lê Bo", "Chi đoàn 1\nChi đoàn 3"])
    assert units(reading) == [["Chi đoàn 1", "Chi đoàn 2"], ["Chi đoàn 1", "Chi đoàn 3"]]


def test_unit_that_is_merged_over_rows_or_written_once_belongs_to_all_of_them() -> None:
    rows = [["Họ và tên", "Đơn vị"], ["Lê An", "Chi đoàn 1"], ["Lê Bo"], ["Lê Cư"], ["Lê Du", "Chi đoàn 2"], ["Lê Em"]]
    assert units(read(*rows)) == [["Chi đoàn 1"]] * 3 + [["Chi đoàn 2"]] * 2
    assert [one.lost for one in read(*rows).notes] == [False]
    merged = read(*rows, change=lambda sheet: [sheet.merge_cells("B2:B4"), sheet.merge_cells("B5:B6")])
    assert units(merged) == [["Chi đoàn 1"]] * 3 + [["Chi đoàn 2"]] * 2
    assert merged.notes == []


def test_stroke_instead_of_a_unit_means_none() -> None:
    rows = [["Họ và tên", "Đơn vị"], ["Lê An", "Chi đoàn 1"], ["Lê Bo", "-"], ["Lê Cư", "-"]]
    reading = read(*rows, title="Chi đoàn 9")
    assert (units(reading), reading.complaints, reading.notes) == ([["Chi đoàn 1"], [], []], [], [])


@pytest.mark.parametrize(
    "cell",
    [912345678, 912345678.0, "0912.345.678", "0912 345 678", "+84 912 345 678", "+84912345678", "84912345678", "'0912345678",
     "(0912) 345-678", "912345678.0", "0912345678 (Zalo)", "ĐT: 0912345678"],
)  # fmt: skip
def test_phone_is_read_however_it_is_written(cell: object) -> None:
    reading = read(HEAD, [1, "DV01", "Nguyễn Văn An", "Chi đoàn 1", cell, None])
    assert reading.rows[0].phone == "0912345678"
    assert reading.complaints == []


def test_landline_without_its_zero_is_read_and_two_numbers_give_the_first() -> None:
    reading = read(HEAD, [1, "DV01", "Lê An", "Chi đoàn 1", 2903831234, None], [2, "DV02", "Lê Bo", "Chi đoàn 1",
                   "0912345678 hoặc 0987654321", None])  # fmt: skip
    assert [row.phone for row in reading.rows] == ["02903831234", "0912345678"]
    assert said(reading) == [(3, "0912345678 hoặc 0987654321", False)]


@pytest.mark.parametrize(
    "cell", ["09123", "9,12E+08", "9.12E+08", "01681234567", "gọi sau", "=E1", "09123456789012345678"]
)
def test_phone_that_cannot_be_read_is_said_and_left_empty(cell: str) -> None:
    reading = read(HEAD, [1, "DV01", "Nguyễn Văn An", "Chi đoàn 1", cell, None])
    assert reading.rows[0].phone == ""
    assert said(reading) == [(2, cell, False)]


@pytest.mark.parametrize("cell", ["", "-", "không có", "Không", "x", None])
def test_no_phone_is_no_fault(cell: str | None) -> None:
    reading = read(HEAD, [1, "DV01", "Nguyễn Văn An", "Chi đoàn 1", cell, cell])
    assert (reading.rows[0].phone, reading.rows[0].email, reading.complaints) == ("", "", [])


def test_address_that_is_none_is_said() -> None:
    reading = read(HEAD, [*AN[:5], "an.camau.gov.vn"], [2, "DV02", "Lê Bo", "Chi đoàn 1", None, "a@b.vn; c@d.vn"])
    assert [row.email for row in reading.rows] == ["", "a@b.vn"]
    assert said(reading) == [(2, "an.camau.gov.vn", False)]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("NGUYỄN VĂN AN", "Nguyễn Văn An"), ("nguyễn văn an", "Nguyễn Văn An"), ("  Nguyễn   Văn\u00a0An ", "Nguyễn Văn An"),
        (unicodedata.normalize("NFD", "Nguyễn Văn Đường"), "Nguyễn Văn Đường"), ("H’HEN NIÊ", "H’Hen Niê"),
        ("Đ/c Nguyễn Văn An", "Nguyễn Văn An"), ("Đồng chí: Lê An", "Lê An"), ("1. Lê An", "Lê An"),
        ("Lê An (Bí thư)", "Lê An"), ("Lê Thị Hoa-Mai", "Lê Thị Hoa-Mai"), ("Nguyễn Ðức An", "Nguyễn Đức An"),
        ("Y Bhiŏ Êban", "Y Bhiŏ Êban"), ("Lê\u202e An", "Lê An"), ("Lê\x07 An", "Lê An"), ("Tôn Nữ Thị Ninh", "Tôn Nữ Thị Ninh"),
    ],
)  # fmt: skip
def test_name_is_written_as_a_name_is(typed: str, kept: str) -> None:
    assert values.name([typed]) == kept


@pytest.mark.parametrize(
    "typed",
    ["Nguy?n V?n An", "Nguy\ufffdn", "Lê An 2", "A", "Lê " * 40, "Lê <b>An</b>", "Лê Ан", "李明", "=1+1", "+84", "Lê_An",
     "a" * 79 + "!", "- An -"],
)  # fmt: skip
def test_name_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(values.Fault):
        values.name([typed])


def test_formulas_errors_and_dates_in_cells_are_named_and_never_trusted() -> None:
    cells = ['=PROPER("lê an")', "#N/A", dt.date(2026, 3, 12)]
    reading = read(HEAD, *([1, f"DV{n}", cell, "Chi đoàn 1", None, None] for n, cell in enumerate(cells)),
                   *([1, cell, "Lê An", "Chi đoàn 1", None, None] for cell in cells),
                   *([1, f"E{n}", "Lê An", cell, None, None] for n, cell in enumerate(cells)))  # fmt: skip
    assert reading.rows == []
    assert said(reading) == [
        (row, value, True) for row, value in enumerate(['=PROPER("lê an")', "#N/A", "12/3/2026"] * 3, start=2)
    ]  # fmt: skip


def test_formula_in_a_column_that_is_not_taken_harms_nobody() -> None:
    reading = read(["STT", "Họ và tên", "Tuổi"], ["=ROW()-1", "Lê An", "=2026-1999"], ["=A2+1", "Lê Bo", "#REF!"])
    assert (names(reading), reading.left_out) == (["Lê An", "Lê Bo"], ["Tuổi"])
    assert [one for one in reading.complaints if one.row] == []


def test_sheet_that_says_nothing_of_units_is_told_once() -> None:
    reading = read(["STT", "Họ và tên"], [1, "Lê An"], [2, "Lê Bo"])
    assert [(one.row, one.says, one.lost) for one in reading.complaints] == [(0, {"count": "2"}, False)]
    assert read(["STT", "Họ và tên"], [1, "Lê An"], unit="Chi đoàn 1").complaints == []


def test_columns_that_are_not_needed_are_left_out_and_named() -> None:
    reading = read(["STT", "Họ và tên", "Ngày sinh", "CCCD", "Ghi chú"], [1, "Lê An", "1/2/1999", "096012345678", "ốm"])
    assert reading.left_out == ["Ngày sinh", "CCCD", "Ghi chú"]
    assert "096012345678" not in repr(reading.rows)


def test_row_without_a_name_is_named_with_what_stands_there() -> None:
    assert said(read(HEAD, AN, [2, "DV02", None, "Chi đoàn 1", "0912345678", None])) == [
        (3, "2 · DV02 · Chi đoàn 1 · 0912345678", True)
    ]  # fmt: skip


def test_name_with_one_half_missing_and_a_person_without_a_unit_or_code_are_said() -> None:
    reading = read(["Mã", "Họ đệm", "Tên", "Đơn vị"], ["1", "Nguyễn Văn", None, "A"], ["2", "Lê", "An", None],
                   [None, "Lê", "Bo", "A"])  # fmt: skip
    assert [(one.row, one.lost) for one in reading.complaints] == [(2, False), (3, False), (4, False)]
    assert len(reading.rows) == 3


def test_code_keeps_the_zeros_that_its_format_shows() -> None:
    def zeros(sheet: Worksheet) -> None:
        sheet["A2"].number_format = "0000"

    assert read(["Mã", "Họ và tên"], [7, "Lê An"], change=zeros).rows[0].code == "0007"


def test_column_that_only_counts_in_every_sheet_is_no_code() -> None:
    table = [["Mã số", "Họ và tên"], [1, "Lê An"], [2, "Lê Bo"]]
    assert [row.code for row in read_file(book(table, table, titles=["Tổ A", "Tổ B"]), "a.xlsx").rows] == [""] * 4
    assert [row.code for row in read_file(book(table), "a.xlsx").rows] == ["1", "2"]


def test_hidden_sheet_and_sheet_without_names_are_told() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden" if sheet.title == "Nháp" else "visible"

    table = [["STT", "Họ và tên"], [1, "Lê An"]]
    data = book(
        table, [["Chi đoàn", "Số lượng"], ["A", 5]], table, titles=["Chi đoàn A", "Tổng hợp", "Nháp"], change=hide
    )
    reading = read_file(data, "a.xlsx")
    assert [row.sheet for row in reading.rows] == ["Chi đoàn A"]
    assert sorted(one.sheet for one in reading.notes) == ["Nháp", "Tổng hợp"]


def test_file_with_nobody_or_too_many_is_refused_with_a_sentence() -> None:
    with pytest.raises(Invalid, match="Không thấy ai") as refused:
        read(["Chi đoàn", "Số lượng"], ["A", 5])
    assert set(refused.value.fields) == {"file"}
    many = [["Họ và tên"], *([f"Lê {chr(65 + n % 26)}n"] for n in range(12_000))]
    with pytest.raises(Invalid, match=r"20\.000"):
        read_file(book(many, many), "a.xlsx")


def test_file_with_a_unit_for_everybody_is_refused() -> None:
    with pytest.raises(Invalid, match="cột đơn vị bị lệch"):
        read(["Họ và tên", "Đơn vị"], *(["Lê An", f"Số nhà {n}"] for n in range(1_001)))


def test_list_of_names_alone_is_a_list() -> None:
    assert names(read_file(text([["Họ và tên"], ["Lê An"], ["Trần Bình"]]), "a.csv")) == ["Lê An", "Trần Bình"]
