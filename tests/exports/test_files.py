"""The files as other programs read them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from survey.core.disarm import disarm
from survey.exports import service
from survey.exports.tables import sheet_name
from survey.moderation import service as moderation
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import need
from tests.exports.conftest import BODIES

EVIL = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =1+1", "＝1+1", "＋1", "－1", "＠SUM(1)",
    "=cmd|' /C calc'!A0", "a\n=1+1", "a;=1+1;b", "a\t=1+1", "a,=1+1", "a|=1+1", '";=1+1', '=HYPERLINK("x")',
)  # fmt: skip


def make(cast: Cast, table: str, fmt: str) -> bytes:
    """One file, in this process."""
    with cast.reading() as session:
        return service.make_file(session, cast.code, table, fmt)[0]


def book(content: bytes) -> openpyxl.Workbook:
    """The workbook as a reader sees it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def test_questions_stand_in_board_order_with_typed_cells(board: Cast) -> None:
    sheet = book(make(board, "questions", "xlsx")).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=5)]
    assert rows[0][1] == BODIES[0]
    assert [row[3] for row in rows] == [2, 1, 1, 0]
    assert {row[1] for row in rows[1:3]} == {BODIES[1], "Ghi từ phiếu giấy"}
    assert {type(row[0]) for row in rows} == {int}
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["B"].width > 60


def test_workbook_has_no_formula_and_no_link(board: Cast) -> None:
    workbook = book(make(board, "questions", "xlsx"))
    cells = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row]
    assert BODIES[1] in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_workbook_has_a_native_chart_of_the_top_questions(board: Cast) -> None:
    workbook = book(make(board, "questions", "xlsx"))
    assert workbook.sheetnames == ["Câu hỏi và lượt ủng hộ", "Biểu đồ"]
    (chart,) = workbook["Biểu đồ"]._charts  # type: ignore[attr-defined]
    assert chart.series[0].val.numRef.f == "'Câu hỏi và lượt ủng hộ'!$D$2:$D$4"


def test_empty_board_makes_files_too(cast: Cast) -> None:
    assert book(make(cast, "questions", "xlsx")).sheetnames == ["Câu hỏi và lượt ủng hộ"]
    assert make(cast, "questions", "csv").decode("utf-8-sig").startswith('"Câu số"')
    assert json.loads(make(cast, "results", "json"))["tables"] == []
    book(make(cast, "results", "xlsx"))


@pytest.mark.parametrize("fmt", ["csv", "json", "xlsx"])
def test_rule_in_force_is_printed_in_each_file(board: Cast, fmt: str) -> None:
    content = make(board, "questions", fmt)
    if fmt == "xlsx":
        sheet = book(content).worksheets[0]
        text = "\n".join(str(cell.value) for cell in sheet["A"])
    else:
        text = content.decode("utf-8-sig")
    assert "Lượt ủng hộ tính theo thiết bị" in text
    assert "Thứ tự theo lượt ủng hộ" in text
    assert "Đối thoại chưa khép lại" in text


@pytest.mark.parametrize("text", EVIL)
def test_csv_cell_never_starts_a_formula_for_any_separator(text: str) -> None:
    safe = disarm(text)
    for separator in "\n\r\t;,|":
        for piece in safe.split(separator):
            assert piece.strip()[:1] not in set("=+-@＝＋－＠") or not piece.strip(), safe
    assert safe.replace("'", "") == text.replace("'", "")


def test_plain_text_is_left_alone() -> None:
    for text in ("Lương 5-6 triệu, a@b.vn", "Sở Nội vụ – phòng CCVC", "", "1 + 1 = 2"):
        assert disarm(text) == text


def test_csv_has_a_bom_and_disarmed_questions(board: Cast) -> None:
    content = make(board, "questions", "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["Câu số", "Nội dung câu hỏi", "Nhóm vấn đề", "Lượt ủng hộ"]
    (link,) = (row[1] for row in rows[1:5] if "HYPERLINK" in row[1])
    assert link == "'" + BODIES[1]


def test_json_keeps_the_text_and_the_types(board: Cast) -> None:
    data = json.loads(make(board, "questions", "json"))
    assert data["dialogue"]["code"] == board.code
    rows = data["tables"][0]["rows"]
    assert [row["supporters"] for row in rows] == [2, 1, 1, 0]
    assert {row["body"] for row in rows} >= set(BODIES)
    names = ["number", "body", "topic", "supporters", "state", "source", "unit", "note", "wordings"]
    assert sorted(rows[0]) == sorted(names)


@pytest.mark.parametrize("fmt", ["csv", "json", "xlsx"])
def test_file_holds_no_author_no_tie_and_no_time(board: Cast, fmt: str) -> None:
    with board.reading() as session:
        stored = session.scalars(select(Question).where(Question.dialogue_id == board.dialogue_id)).all()
    assert any(question.author for question in stored)
    content = make(board, "questions", fmt)
    text = content.decode("utf-8-sig") if fmt != "xlsx" else _all_text(content)
    assert "Chưa ai duyệt câu này" not in text
    for question in stored:
        leaks = [question.id, str(question.tie), f"{question.asked_about:%H:%M}", str(question.asked_about.date())]
        leaks += [question.author.hex(), str(question.author)] if question.author else []
        for leak in leaks:
            assert leak not in text


def _all_text(content: bytes) -> str:
    cells = [cell.value for sheet in book(content).worksheets for row in sheet.iter_rows() for cell in row]
    return "\n".join(str(value) for value in cells)


def test_results_have_one_sheet_a_questionnaire(answered: Cast) -> None:
    workbook = book(make(answered, "results", "xlsx"))
    assert workbook.sheetnames == ["Trước đối thoại ý kiến mong muố", "Biểu đồ"]
    sheet = workbook.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=38)]
    assert rows[0] == ["Bạn quan tâm gì?", 30, "Lương", 20, 20 / 30, None]  # of 24
    assert rows[1] == ["Bạn quan tâm gì?", 30, "Nhà ở", 5, pytest.approx(5 / 30), None]  # of 6
    assert rows[2][:4] == ["Mức hài lòng", 30, "1 – thấp", 5]
    assert rows[2][5] == pytest.approx(3)
    assert {row[2] for row in rows[7:]} == {f"-{ballot}+1 mong được nghe" for ballot in range(30)}
    assert sheet["E2"].number_format == "0.0 %"
    assert len(workbook["Biểu đồ"]._charts) == 2  # type: ignore[attr-defined]


def test_free_texts_are_in_no_order(answered: Cast) -> None:
    orders = {
        tuple(row["answer"] for row in json.loads(make(answered, "results", "json"))["tables"][0]["rows"][7:])
        for _ in range(20)
    }
    assert len(orders) > 1


def test_log_names_staff_and_not_askers(board: Cast) -> None:
    with board.reading() as session:
        pending = session.scalars(select(Question).where(Question.state == "pending")).one()
    board.write(moderation.decide, board.dialogue_id, pending.id, "reject", actor="test", reason="Không thuộc chủ đề")
    (row,) = json.loads(make(board, "log", "json"))["tables"][0]["rows"]
    assert (row["body"], row["action"], row["before"], row["after"], row["reason"], row["actor"]) == (
        "Chưa ai duyệt câu này", "Không đưa lên", "Chờ duyệt", "Không đưa lên", "Không thuộc chủ đề", "test",
    )  # fmt: skip
    assert int(row["about"][14:16]) % 5 == 0
    sheet = book(make(board, "log", "xlsx")).worksheets[0]
    assert sheet["A2"].is_date


def test_withdrawn_question_is_not_printed_in_the_log(board: Cast) -> None:
    with board.reading() as session:
        pending = session.scalars(select(Question).where(Question.state == "pending")).one()
    board.write(moderation.decide, board.dialogue_id, pending.id, "hold", actor="test", reason="Chưa rõ")
    assert b"ai duy" in make(board, "log", "csv")

    def withdraw(session):  # type: ignore[no-untyped-def]
        session.get(Question, pending.id).state = State.WITHDRAWN

    board.write(withdraw)
    assert b"ai duy" not in make(board, "log", "csv")


def test_sheet_names_are_short_plain_and_different() -> None:
    taken: set[str] = set()
    names = [sheet_name(title, taken) for title in ("A/B:[C]" * 9, "A/B:[C]" * 9, "?", "'", "x" * 40)]
    assert len({name.casefold() for name in names}) == 5
    assert all(1 <= len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def fill(cast: Cast, count: int) -> None:
    """Many questions, each with a text of its own."""

    def add(session):  # type: ignore[no-untyped-def]
        for number in range(count):
            asking.add(session, cast.dialogue_id, f"Câu hỏi thử thứ {number} của hội trường", None,
                       state=State.APPROVED, carried=number, source="imported")  # fmt: skip

    cast.write(add)


def test_250_rows_are_made_in_another_process(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast, 250)
    started: list[list[str]] = []
    run = subprocess.run

    def watched(command: list[str], **options: object):  # type: ignore[no-untyped-def]
        started.append(command)
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    answer = cast.staff("organiser").get(f"{cast.desk}/exports/questions.xlsx")
    assert (answer.status_code, len(started)) == (200, 1)
    assert "sqlite" not in " ".join(started[0])
    sheet = book(answer.data).worksheets[0]
    assert [sheet.cell(row, 4).value for row in range(2, 252)] == list(range(249, -1, -1))


def test_200_rows_are_made_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast, 200)
    monkeypatch.setattr(subprocess, "run", lambda *_: pytest.fail("no process is needed"))
    assert cast.staff("organiser").get(f"{cast.desk}/exports/questions.csv").status_code == 200


def test_failing_process_is_a_clear_503(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast, 201)
    browser = cast.staff("organiser")
    monkeypatch.setattr(service, "PATIENCE", 0.001)
    answer = browser.get(f"{cast.desk}/exports/questions.csv")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Chưa làm xong tệp này" in answer.text
    monkeypatch.undo()
    monkeypatch.setattr(service, "DATABASE", "SOMETHING_ELSE")
    assert browser.get(f"{cast.desk}/exports/questions.csv").status_code == 503


@pytest.mark.claim("main-job", "the XLSX opens in LibreOffice with the right figures")
def test_libreoffice_reads_the_same_figures(board: Cast, tmp_path: Path) -> None:
    need(shutil.which("soffice"), "LibreOffice")
    path = tmp_path / "cau-hoi.xlsx"
    path.write_bytes(make(board, "questions", "xlsx"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    csv_filter = "csv:Text - txt - csv (StarCalc):44,34,76,1"
    command = ["soffice", profile, "--headless", "--convert-to", csv_filter, "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (made,) = tmp_path.glob("cau-hoi*.csv")
    rows = list(csv.DictReader(io.StringIO(made.read_text(encoding="utf-8-sig"), newline="")))[:4]
    expected = json.loads(make(board, "questions", "json"))["tables"][0]["rows"]
    assert [(int(row["Câu số"]), row["Nội dung câu hỏi"], int(row["Lượt ủng hộ"])) for row in rows] == [
        (row["number"], row["body"], row["supporters"]) for row in expected
    ]
