"""Text tables in every encoding and with every delimiter; letters of the time before Unicode are refused with advice."""

from __future__ import annotations

import unicodedata

import pytest

from survey.core.errors import Invalid
from survey.roll.importing import legacy
from survey.roll.importing import values
from survey.roll.importing.reading import read_file
from tests.roll.lists import book
from tests.roll.lists import people
from tests.roll.lists import tcvn3
from tests.roll.lists import text
from tests.roll.lists import vni

NAMES = ["Nguyễn Thị Thùy Dương", "Đỗ Hữu Nghĩa", "Phạm Ngọc Ẩn", "Trần Quốc Vượng"]
ROWS = [["STT", "Mã", "Họ và tên", "Chi đoàn", "SĐT"], *(
    [str(n + 1), f"00{n}", name, "Chi đoàn Sở Nội vụ", "0912345678"] for n, name in enumerate(NAMES)
)]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"])
def test_text_table_in_every_encoding_and_with_every_delimiter(encoding: str, delimiter: str) -> None:
    reading = read_file(text(ROWS, encoding, delimiter), "Danh sách.csv")
    assert [(row.name, row.code, row.phone, row.paths, row.number) for row in reading.rows] == [
        (name, f"00{n}", "0912345678", [("Chi đoàn Sở Nội vụ",)], n + 2) for n, name in enumerate(NAMES)
    ]
    assert all(unicodedata.is_normalized("NFC", row.name) for row in reading.rows)
    assert reading.complaints == []


def test_file_name_of_a_text_table_is_the_unit_where_it_names_one() -> None:
    rows = [row[:3] for row in ROWS]
    assert read_file(text(rows), "Chi_đoàn_Sở_Y_tế.csv").rows[0].paths == [("Chi đoàn Sở Y tế",)]
    assert read_file(text(rows), "danh sach.csv").rows[0].paths == []


@pytest.mark.parametrize(("write", "says"), [(tcvn3, "TCVN3"), (vni, "VNI")])
@pytest.mark.parametrize("kind", ["xlsx", "csv", "body"])
def test_letters_of_old_fonts_are_refused_with_advice(write, says: str, kind: str) -> None:  # type: ignore[no-untyped-def]
    old = [[write(cell) for cell in row] for row in ROWS]
    data = {
        "xlsx": book(old), "csv": "\r\n".join(",".join(row) for row in old).encode("latin-1"),
        "body": book([ROWS[0], *old[1:]]),
    }[kind]  # fmt: skip
    with pytest.raises(Invalid, match=says) as refused:
        read_file(data, "cu.xlsx")
    assert "Unikey" in str(refused.value)
    assert set(refused.value.fields) == {"file"}


def test_torn_utf8_is_refused_with_advice() -> None:
    torn = text(ROWS, "utf-8").decode("cp1252", "replace").encode()
    with pytest.raises(Invalid, match="sai bảng mã"):
        read_file(torn, "vo.csv")
    broken = text(ROWS, "utf-8") + b"5,006,L\xea V\xe3n,A,0912345678\r\n"  # one line in another encoding
    with pytest.raises(Invalid, match=r"bảng mã lạ.*CSV UTF-8"):
        read_file(broken, "vo.csv")


def test_single_name_in_an_old_font_is_a_fault_of_its_row_alone() -> None:
    reading = read_file(book([*ROWS, ["5", "005", tcvn3("Lê Văn Đạt"), "Chi đoàn Sở Nội vụ", None]]), "a.xlsx")
    assert [(one.row, one.lost) for one in reading.complaints] == [(6, True)]
    assert len(reading.rows) == len(NAMES)


def test_old_fonts_are_told_from_good_names_without_a_mistake() -> None:
    every = people(3_000)
    assert [name for name in every if legacy.code_of(name)] == []
    assert [name for name in every if legacy.code_of(name.upper())] == []
    good = ["Khoá Hoà Thuý Quý", "Loã xoè", "«Cà Mau»", "Huỳnh Thị Xuyến", "Y Bhiŏ", "Đặng Ỷ Lan", "Ấp 3, xã Đất Mũi"]
    assert [word for word in good if legacy.code_of(word)] == []
    for write, code in ((tcvn3, "tcvn3"), (vni, "vni")):
        known = sum(legacy.code_of(write(name)) == code for name in every)
        assert known > 0.9 * len(every)  # one at most of ten has no letter that gives it away
        with pytest.raises(values.Fault):
            values.name([write("Nguyễn Văn Đức")])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "trống"), (b"%PDF-1.7", "không phải bảng tính"), (b"\xd0\xcf\x11\xe0" + b"\0" * 600, r"\.xls"),
        (b"PK\x03\x04" + b"\0" * 200, "hỏng"), (bytes(range(256)) * 20, "không phải bảng tính"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        read_file(data, "x.xlsx")
    assert set(refused.value.fields) == {"file"}
