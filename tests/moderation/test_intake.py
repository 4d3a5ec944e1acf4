"""Reading what offices really send: real XLSX files, exports of other tools, odd encodings, and files that mean harm."""

from __future__ import annotations

import io
import unicodedata
import zipfile

import pytest
from openpyxl import Workbook

from survey.core import cells
from survey.core import sheets
from survey.core.apart import INLINE
from survey.core.errors import Invalid
from survey.moderation.intake import MOST_QUESTIONS
from survey.moderation.intake import mark_twins
from survey.moderation.intake import packed
from survey.moderation.intake import read_file
from survey.moderation.intake import read_paste
from survey.moderation.intake import unpacked
from survey.moderation.upload import read_pasted
from survey.moderation.upload import read_upload

PAY = "Thu nhập của công chức trẻ ở xã còn thấp, khi nào được điều chỉnh?"
HALL = "Đề nghị mở cửa nhà văn hóa của cơ quan vào buổi tối."
ROTATE = "Khi nào tỉnh công khai tiêu chí luân chuyển?"


def book(*tables, titles=None, change=None):
    """An XLSX file with these tables, a sheet each."""
    made = Workbook()
    del made[made.sheetnames[0]]
    for place, rows in enumerate(tables):
        sheet = made.create_sheet(titles[place] if titles else f"Trang {place + 1}")
        for row in rows:
            sheet.append(row)
        if change:
            change(sheet)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def texts(reading):
    return [row.text for row in reading.rows]


def complaints(reading):
    return [(c.sheet, c.row, c.lost) for c in reading.complaints]


def test_table_with_vietnamese_headings_is_read_with_all_its_columns():
    data = book([
        ["STT", "Nội dung câu hỏi", "Nhóm vấn đề", "Đơn vị (chi đoàn)", "Lượt ủng hộ", "Đã trả lời", "Họ và tên"],
        [1, PAY, "Lương", "Chi đoàn Sở", 1234, "x", "Nguyễn Văn A"],
        [2, HALL, None, "Xã Hòa", "12 lượt", "chưa", "Trần B"],
    ])  # fmt: skip
    reading = read_file(data, "tong-hop.xlsx")
    assert [(r.text, r.topic, r.unit, r.count, r.answered, r.row) for r in reading.rows] == [
        (PAY, "Lương", "Chi đoàn Sở", 1234, True, 2),
        (HALL, "", "Xã Hòa", 12, False, 3),
    ]
    assert reading.left_out == ["STT", "Họ và tên"]
    assert "Nguyễn" not in str(packed(reading)["rows"])
    assert reading.complaints == []


def test_english_headings_mean_the_same():
    reading = read_file(book([["Text", "Topic", "Unit", "Count", "Answered"], [PAY, "Pay", "A", 3, "yes"]]), "q.xlsx")
    assert [(r.text, r.topic, r.unit, r.count, r.answered) for r in reading.rows] == [(PAY, "Pay", "A", 3, True)]


def test_merged_titles_sections_and_totals_around_the_table_are_no_questions():
    def merge(sheet):
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("A2:E2")
        sheet.merge_cells("A5:E5")

    data = book(
        [
            ["TỔNG HỢP Ý KIẾN, KIẾN NGHỊ CỦA ĐOÀN VIÊN"],
            ["(Kèm theo Báo cáo số 12-BC/ĐTN)"],
            [],
            ["TT", "Nội dung", "Đơn vị có ý kiến", "Lượt ủng hộ", "Nội dung trả lời, tiếp thu"],
            ["I. Lương, thu nhập"],
            [1, PAY, "Xã A", 5, "Giao Sở Nội vụ"],
            ["II", "Văn hóa, thể thao"],
            [2, HALL, "Xã B", 7, None],
            ["Tổng cộng", None, None, 12],
        ],
        change=merge,
    )
    reading = read_file(data, "bang.xlsx")
    assert [(r.text, r.topic, r.answered, r.note, r.row) for r in reading.rows] == [
        (PAY, "Lương, thu nhập", True, "Giao Sở Nội vụ", 6),
        (HALL, "Văn hóa, thể thao", False, "", 8),
    ]
    assert reading.complaints == []


def test_fourteen_sheets_are_all_read_and_bad_rows_are_named_by_sheet_and_row():
    tables = [[["Nội dung", "Đơn vị"], [f"Câu hỏi của chi đoàn số {n}", None]] for n in range(1, 14)]
    tables[4].append([None, "Chi đoàn không có câu hỏi"])
    data = book(
        *tables, [["Ghi chú", "Người lập", "Ngày"], ["abc", "d", "e"]], titles=[f"CĐ {n}" for n in range(1, 15)]
    )
    reading = read_file(data, "muoi-bon.xlsx")
    assert len(reading.rows) == 13
    assert reading.sheets == [f"CĐ {n}" for n in range(1, 14)]
    assert complaints(reading) == [("CĐ 5", 3, True), ("CĐ 14", 1, True)]


def test_google_forms_export_gives_a_question_for_each_thing_that_people_wrote():
    data = book([
        ["Dấu thời gian", "Địa chỉ email", "Bạn công tác ở đơn vị nào?", "Bạn muốn hỏi lãnh đạo điều gì?", "Giới tính", "Góp ý"],
        ["7/11/2023 8:01:02", "a@b.vn", "Phường 1", PAY, "Nữ", HALL],
        ["7/11/2023 8:03:40", "c@d.vn", "Phường 2", ROTATE, "Nam", None],
    ])  # fmt: skip
    reading = read_file(data, "Câu hỏi (Câu trả lời).xlsx")
    assert [(r.text, r.unit, r.row) for r in reading.rows] == [
        (PAY, "Phường 1", 2), (HALL, "Phường 1", 2), (ROTATE, "Phường 2", 3),
    ]  # fmt: skip
    assert reading.left_out == ["Dấu thời gian", "Địa chỉ email", "Giới tính"]
    assert "@" not in str(packed(reading))


def test_google_forms_export_in_english_as_csv():
    csv = f'"Timestamp","What would you like to ask?","Branch"\n"2023/11/07 8:01:02 AM GMT+7","{PAY}","A"\n'
    assert [(r.text, r.unit) for r in read_file(csv.encode(), "form.csv").rows] == [(PAY, "A")]


def test_slido_export_carries_its_upvotes():
    data = book(
        [["Event name", "Đối thoại"], ["Joining code", "1234"]],
        [
            ["Questions"],
            [],
            ["Question", "Author", "Date", "Upvotes", "Downvotes", "Score", "Labels", "Status"],
            [PAY, "Anonymous", "2023-11-07", 42, 2, 40, "Lương", "Answered"],
            [HALL, "Lan", "2023-11-07", 0, 3, -3, None, "Live"],
        ],
        titles=["Summary", "Questions"],
    )
    reading = read_file(data, "slido.xlsx")
    assert [(r.text, r.count, r.topic, r.answered) for r in reading.rows] == [
        (PAY, 42, "Lương", True), (HALL, 0, "", False),
    ]  # fmt: skip
    assert {"Author", "Date"} <= set(reading.left_out)
    assert complaints(reading) == [("Summary", 1, True)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_text_tables_in_every_encoding_and_with_every_delimiter(encoding, delimiter):
    text = delimiter.join(["Nội dung", "Số người ủng hộ"]) + "\r\n" + delimiter.join([f'"{PAY}"', "7"]) + "\r\n"
    if encoding == "cp1258":  # Windows writes the tone as a letter of its own
        text = "".join(map(_cp1258, text))
    reading = read_file(text.encode(encoding), "a.csv")
    assert [(r.text, r.count, r.row) for r in reading.rows] == [(PAY, 7, 2)]


def _cp1258(char):
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        base = unicodedata.normalize("NFD", char)
        tone = next(c for c in base if c in "\u0300\u0301\u0303\u0309\u0323")
        return unicodedata.normalize("NFC", base.replace(tone, "")) + tone
    return char


def test_excels_hint_of_the_delimiter_and_lines_inside_a_cell_keep_the_row_numbers():
    text = 'sep=;\nNội dung;Đơn vị\n"Câu có\nhai dòng";A\n' + HALL + ";B\n"
    assert [(r.text, r.row) for r in read_file(text.encode(), "a.csv").rows] == [("Câu có\nhai dòng", 3), (HALL, 5)]


def test_decomposed_text_becomes_composed():
    data = book([["Nội dung"], [unicodedata.normalize("NFD", PAY)]])
    assert texts(read_file(data, "mac.xlsx")) == [PAY]


def test_one_column_without_a_heading_is_questions():
    assert texts(read_file(f"{PAY}\n{HALL}\n".encode(), "a.csv")) == [PAY, HALL]
    assert texts(read_file(book([[None, PAY], [None, HALL]]), "a.xlsx")) == [PAY, HALL]


def test_formula_is_never_evaluated():
    data = book([["Nội dung", "Lượt ủng hộ"], ['=HYPERLINK("http://x","Câu hỏi giả")', "=1+1"], [PAY, "=SUM(1,2)"]])
    reading = read_file(data, "f.xlsx")
    assert [(r.text, r.count) for r in reading.rows] == [(PAY, 0)]
    assert read_file("Nội dung,Đơn vị\n=cmd|' /C calc'!A0,A\n".encode(), "f.csv").rows[0].text == "=cmd|' /C calc'!A0"


def test_count_that_cannot_be_read_is_said_and_the_question_comes_in():
    reading = read_file(book([["Nội dung", "Số phiếu"], [PAY, "rất nhiều"], [HALL, "1.234"], [ROTATE, "-4"]]), "c.xlsx")
    assert [r.count for r in reading.rows] == [0, 1234, 0]
    assert [(c.row, c.value, c.lost) for c in reading.complaints] == [(2, "rất nhiều", False), (4, "-4", False)]


def test_long_question_is_taken_and_an_endless_one_is_named():
    long = "Kính gửi lãnh đạo. " * 500
    reading = read_file(book([["Nội dung"], [long], ["a" * 10_001], [PAY]]), "d.xlsx")
    assert [len(r.text) for r in reading.rows] == [len(long.strip()), len(PAY)]
    assert [(c.row, c.lost) for c in reading.complaints] == [(3, True)]


def test_twins_are_marked_whatever_their_accents():
    reading = read_file(book([["Nội dung"], [PAY], [PAY.upper()], [HALL]]), "t.xlsx")
    assert [r.twin for r in mark_twins(reading.rows, {"de nghi mo cua nha van hoa cua co quan vao buoi toi."})] == [
        False, True, True,
    ]  # fmt: skip


def test_hidden_sheet_is_left_alone():
    def hide(sheet):
        sheet.sheet_state = "hidden" if sheet.title == "Nháp" else "visible"

    data = book([["Nội dung"], [PAY]], [["Nội dung"], [HALL]], titles=["Chính", "Nháp"], change=hide)
    assert texts(read_file(data, "h.xlsx")) == [PAY]


def test_paste_takes_paragraphs_or_lines_and_drops_list_marks():
    assert texts(read_paste(f"1. {PAY}\r\n\r\n- {HALL}\nhai dòng\n\n\n\nCâu 3: {ROTATE}")) == [
        PAY, f"{HALL}\nhai dòng", ROTATE,
    ]  # fmt: skip
    assert texts(read_paste(f"{PAY}\n{HALL}\n")) == [PAY, HALL]
    assert texts(read_paste("2 năm nay lương chưa tăng, vì sao?")) == ["2 năm nay lương chưa tăng, vì sao?"]
    for nothing in ("", " \n\n ", "…\n\n---"):
        with pytest.raises(Invalid) as refused:
            read_paste(nothing)
        assert set(refused.value.fields) == {"text"}


def test_reading_survives_the_way_through_a_form():
    reading = read_file(book([["Nội dung", "Số phiếu"], [PAY, "nhiều"]]), "p.xlsx")
    assert unpacked(packed(reading)) == reading


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "trống"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
        (b"%PDF-1.7 ...", "không phải bảng tính"),
        (b"\x89PNG\r\n\x1a\n\0\0", "không phải bảng tính"),
        (bytes(range(256)) * 20, "không phải bảng tính"),
        (b"PK\x03\x04" + b"\0" * 200, "hỏng"),
        (b"Ten,Tuoi\nA,3\nB,4\n", "Không thấy câu hỏi nào"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data, says):
    with pytest.raises(Invalid, match=says) as refused:
        read_file(data, "x.xlsx")
    assert set(refused.value.fields) == {"file"}


def _zip(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return content.getvalue()


def test_archive_that_is_no_workbook_is_refused():
    with pytest.raises(Invalid, match="không phải bảng tính"):
        read_file(_zip(word__document_dot_xml="<a/>"), "a.xlsx")
    with pytest.raises(Invalid, match="hỏng"):
        read_file(_zip(xl__workbook_dot_xml="<broken"), "a.xlsx")


def test_archive_that_swells_is_refused_before_it_is_unpacked():
    bomb = _zip(xl__workbook_dot_xml="<a/>", xl__worksheets__sheet1_dot_xml=b"\0" * (sheets.MOST_UNPACKED + 1))
    assert len(bomb) < 1_000_000
    with pytest.raises(Invalid, match="phình ra"):
        read_file(bomb, "bomb.xlsx")


def test_entity_bomb_ends_in_a_sentence():
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    part = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">{lol}]><workbook>&l9;</workbook>'
    with pytest.raises(Invalid):
        read_upload(_zip(xl__workbook_dot_xml=part), "lol.xlsx")


def test_too_many_questions_and_too_many_rows_are_refused():
    with pytest.raises(Invalid, match=r"2\.000"):
        read_file("\n".join(f"Câu hỏi số {n} của tôi" for n in range(MOST_QUESTIONS + 1)).encode(), "a.csv")
    with pytest.raises(Invalid, match=r"20\.000"):
        read_file(("a,b\n" * (cells.MOST_ROWS + 1)).encode(), "a.csv")


def test_upload_is_read_in_a_process_of_its_own_with_the_same_result():
    data = book([["Nội dung", "Số phiếu"], [PAY, "nhiều"], [HALL, 3]])
    assert read_upload(data, "câu hỏi.xlsx") == read_file(data, "câu hỏi.xlsx")
    with pytest.raises(Invalid, match="hỏng"):
        read_upload(b"PK\x03\x04" + b"\0" * 200, "x.xlsx")
    pasted = "\n\n".join(f"Câu hỏi số {n}: {PAY}" for n in range(200))
    assert len(pasted.encode()) > INLINE
    assert read_pasted(pasted) == read_paste(pasted)
