"""The scrutineers' minutes and tables, as other programs read them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.shared import Pt
from flask import Flask

from survey import lifecycle
from survey.core.ids import new_token
from survey.dialogues import service as dialogues
from survey.dialogues import sites
from survey.exports import papers
from survey.exports import write_docx
from survey.roll import door
from survey.room import service as room
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.conftest import need

MOMENT = dt.datetime(2026, 3, 26, 1, 0, tzinfo=dt.UTC)  # 8:00 here


@pytest.fixture
def count(app: Flask) -> Cast:
    """Six on the roll, one card handed out and used, a site with cards of its own; somebody has claimed nothing."""
    cast = make_cast(app, entry="roll+tickets")
    people = [cast.enrol(f"Nguyễn Văn {number:02}") for number in range(6)]
    cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 40)
    cast.write(dialogues.change, cast.dialogue_id, {
        "starts_at": MOMENT, "place": "Hội trường Tỉnh ủy", "leader": "Đ/c Trần Văn A", "host_unit": "Đoàn Sở Nội vụ",
    })  # fmt: skip
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    cast.stores.roll.write(door.hand_card, cast.dialogue_id, people[0], actor="test")
    key, (code, *_rest) = cast.keys.get(cast.dialogue_id, "ticket"), cast.cards(8)
    cast.cards(8, site=1)
    cast.write(room.enter_by_card, key, cast.dialogue_id, code, new_token())
    return cast


def fetch(cast: Cast, fmt: str, query: str = "", role: str = "scrutineer") -> bytes:
    """One file as a browser gets it."""
    answer = cast.staff(role).get(f"{cast.desk}/exports/scrutiny.{fmt}{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="kiem-phieu-{cast.code}.{fmt}"'
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.data


def opened(content: bytes) -> Any:
    """The document as python-docx reads it."""
    return docx.Document(io.BytesIO(content))


def words(document: Any) -> str:
    """Every paragraph and every cell."""
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def rows(document: Any, head: str) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    (table,) = (table for table in document.tables if table.rows[0].cells[0].text == head)
    return [[cell.text for cell in row.cells] for row in table.rows[1:]]


def test_minutes_have_the_header_of_the_union_and_no_national_motto(count: Cast) -> None:
    document = opened(fetch(count, "docx"))
    left, right = document.tables[0].rows[0].cells
    assert left.text.split("\n") == ["TỈNH ĐOÀN CÀ MAU", "ĐOÀN SỞ NỘI VỤ", "***", "Số:        -BB/ĐTN"]
    assert right.text.split("\n") == ["ĐOÀN TNCS HỒ CHÍ MINH", "", "Hội trường Tỉnh ủy, ngày      tháng      năm"]
    text = words(document)
    assert "CỘNG HÒA XÃ HỘI" not in text
    assert "Hôm nay, ngày 26 tháng 03 năm 2026, tại Hội trường Tỉnh ủy" in text
    assert "chủ trì: Đ/c Trần Văn A" in text
    assert [paragraph.text for paragraph in document.paragraphs][:2] == [
        "BIÊN BẢN", "Kiểm phiếu kín tại đối thoại “Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ”",
    ]  # fmt: skip


def test_minutes_are_set_as_the_guidance_says(count: Cast) -> None:
    document = opened(fetch(count, "docx"))
    (section,) = document.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(edge.mm) for edge in edges] == [20, 20, 30, 20]
    normal = document.styles["Normal"]
    assert (normal.font.name, normal.font.size) == ("Times New Roman", Pt(14))
    fonts = normal.element.rPr.rFonts
    assert {value for name, value in fonts.attrib.items() if not name.endswith("Theme")} == {"Times New Roman"}
    body = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("Hôm nay"))
    assert round(body.paragraph_format.first_line_indent.mm, 1) == 12.7
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml


def test_minutes_hold_the_figures(count: Cast) -> None:
    document = opened(fetch(count, "docx"))
    figures = {row[1]: row[2] for row in rows(document, "TT")}
    assert (figures["Người trong danh sách khi chốt"], figures["Thẻ đã phát ở cửa"]) == ("6", "1")
    assert (figures["Phiếu kín trong phòng"], figures["Trong đó vào bằng thẻ"]) == ("1", "1")
    assert rows(document, "Nơi") == [
        ["Hội trường", "8", "1", "0", "7"], ["Huyện Cái Nước", "8", "0", "0", "8"], ["Cộng", "16", "1", "0", "15"],
    ]  # fmt: skip
    assert [row[1:] for row in rows(document, "Phải đúng")] == [
        ["6 ≥ 1", "Đúng"], ["0 ≥ 0", "Đúng"], ["1 = 1", "Đúng"], ["16 = 16", "Đúng"], ["1 ≥ 1", "Đúng"],
    ]  # fmt: skip
    assert {row[1] for row in rows(document, "Khóa")} == {"còn"}
    signatures = document.tables[-1].rows[0].cells
    assert [cell.text.split("\n")[0] for cell in signatures] == ["CÁC THÀNH VIÊN", "TM. TỔ KIỂM PHIẾU", "CHỦ TRÌ"]


def test_heads_stand_in_the_minutes_or_leave_room_for_a_pen(count: Cast) -> None:
    assert "Số người đếm được trong hội trường: 310; phiếu kín trong phòng: 1; người trừ phiếu: 309." in words(
        opened(fetch(count, "docx", "?heads=310"))
    )
    assert f"Số người đếm được trong hội trường: {papers.DOTS};" in words(opened(fetch(count, "docx")))
    assert f"{papers.DOTS};" in words(opened(fetch(count, "docx", "?heads=rất đông")))


def test_minutes_of_a_hall_that_runs_say_so_and_keys_are_gone_at_the_end(count: Cast) -> None:
    assert "Đối thoại chưa khép lại" in words(opened(fetch(count, "docx")))
    lifecycle.take(count.stores, count.dialogue_id, "closed", actor="test")
    from survey.core.clock import now

    lifecycle.sweep(count.stores, now() + lifecycle.UNDO)
    document = opened(fetch(count, "docx"))
    assert "chưa khép lại" not in words(document)
    assert [row[1] for row in rows(document, "Khóa")] == [*["đã hủy"] * 3, *["còn"] * 6, "đã hủy"], (
        "cards are counted still"
    )


@pytest.mark.parametrize("fmt", ["docx", "xlsx", "csv", "json"])
def test_file_names_nobody(count: Cast, fmt: str) -> None:
    content = fetch(count, fmt)
    text = words(opened(content)) if fmt == "docx" else content.decode("utf-8", "ignore")
    if fmt == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        text = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "Phiếu kín" in text, "the control"
    assert "Nguyễn Văn" not in text


def test_tables_have_the_same_figures(count: Cast) -> None:
    data = json.loads(fetch(count, "json", "?heads=310"))
    tables = {table["name"]: table["rows"] for table in data["tables"]}
    figures = {row["words"]: row["value"] for row in tables["figures"]}
    assert (figures["Chỗ trong danh sách"], figures["Người trừ phiếu"]) == (6, 309)
    assert all(row["holds"] == "Đúng" for row in tables["checks"])
    found = list(csv.reader(io.StringIO(fetch(count, "csv", "?heads=310").decode("utf-8-sig"))))
    assert ["Người trừ phiếu", "309"] in found
    book = openpyxl.load_workbook(io.BytesIO(fetch(count, "xlsx")))
    assert book.sheetnames == ["Số liệu", "Đối chiếu", "Thẻ theo nơi", "Khóa"]
    assert [cell.value for cell in book["Thẻ theo nơi"][4]] == ["Cộng", 16, 1, 0, 15]


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
def test_every_way_in_has_minutes_from_the_first_draft(app: Flask, entry: str) -> None:
    cast = make_cast(app, entry=entry)
    document = opened(fetch(cast, "docx"))
    headings = [paragraph.text for paragraph in document.paragraphs if re.match(r"[IVX]+\. ", paragraph.text)]
    assert headings[0] == "I. Trước khi mở"
    assert ("Thẻ theo nơi" in " ".join(headings)) == ("tickets" in entry)
    assert [heading.split(".")[0] for heading in headings] == ["I", "II", "III", "IV", "V", "VI"][: len(headings)]
    for fmt in ("csv", "xlsx", "json"):
        fetch(cast, fmt)


def test_scrutineers_and_organisers_get_it_and_nobody_else(count: Cast) -> None:
    got = {role: count.staff(role).get(f"{count.desk}/exports/scrutiny.docx").status_code for role in
           ("organiser", "scrutineer", "secretary", "moderator", "leader", "door", "screen")}  # fmt: skip
    assert [role for role, status in got.items() if status == 200] == ["organiser", "scrutineer"]
    assert count.outsider().get(f"{count.desk}/exports/scrutiny.docx").status_code == 404
    assert count.staff("organiser").get(f"{count.desk}/exports/scrutiny.pdf").status_code == 404
    assert f"{count.desk}/exports/scrutiny.docx" in count.staff("organiser").get(f"{count.desk}/exports").text


def test_a_paper_takes_whatever_a_theme_holds() -> None:
    theme = "<w:p/> & \"lời\" 'khác' {{ 7*7 }} =1+1 🎉 " + "dài " * 60
    paper = papers.Paper("", "Chi đoàn", "-BB/CĐ", "Cà Mau", "Biên bản", theme, (
        papers.Heading("I. Một"), papers.Text(theme), papers.Grid(("A",), ((theme,),), (160,)),
    ), (), ())  # fmt: skip
    document = opened(write_docx.write(paper))
    assert document.paragraphs[1].text == theme
    assert document.tables[1].rows[1].cells[0].text == theme


@pytest.mark.claim("entry", "minutes of the count open in LibreOffice with the right figures")
def test_libreoffice_reads_the_minutes(count: Cast, tmp_path: Path, figure: Any) -> None:
    need(shutil.which("soffice"), "LibreOffice")
    need(Path("/usr/lib/libreoffice/program/libswdlo.so").exists() or shutil.which("lowriter"), "LibreOffice Writer")
    path = tmp_path / "kiem-phieu.docx"
    path.write_bytes(fetch(count, "docx", "?heads=310"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "kiem-phieu.txt").read_text(encoding="utf-8-sig")
    assert "người trừ phiếu: 309" in text
    assert re.search(r"Người trong danh sách khi chốt\s+6\b", text)
    figure("6 tables and all figures read")
