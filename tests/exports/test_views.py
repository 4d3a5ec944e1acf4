"""Who gets which file, and under which name."""

from __future__ import annotations

import pytest

from survey.exports import catalogue
from survey.exports import service
from tests.conftest import Cast
from tests.exports.conftest import BODIES

PATHS = (
    "/exports", "/exports/questions.csv", "/exports/questions.xlsx", "/exports/results.json", "/exports/log.csv",
    "/exports/questions/print", "/exports/results/print",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_exports_are_for_organiser_and_secretary(board: Cast, path: str) -> None:
    got = {role: board.staff(role).get(board.desk + path).status_code for role in
           ("organiser", "secretary", "moderator", "leader", "screen")}  # fmt: skip
    assert got == {"organiser": 200, "secretary": 200, "moderator": 403, "leader": 403, "screen": 403}
    assert board.outsider().get(board.desk + path).status_code == 404
    assert board.outsider().get(f"/s/{board.other_code}{path}").status_code == 200


def test_member_gets_no_file(board: Cast) -> None:
    answer = board.member().get(f"{board.desk}/exports/questions.csv")
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/s/sign-in")


@pytest.mark.parametrize(
    ("table", "name"), [("questions", "cau-hoi"), ("results", "ket-qua-khao-sat"), ("log", "nhat-ky")]
)
@pytest.mark.parametrize("fmt", ["csv", "xlsx", "json"])
def test_file_has_a_name_and_a_type(board: Cast, table: str, name: str, fmt: str) -> None:
    answer = board.staff("organiser").get(f"{board.desk}/exports/{table}.{fmt}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}-{board.code}.{fmt}"'
    assert answer.content_type == service.WRITERS[fmt].MIMETYPE
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["questions.docx", "questions.pdf", "questions.exe", "members.csv", "log.pdf"])
def test_what_there_is_not_is_said_in_a_sentence(board: Cast, name: str) -> None:
    answer = board.staff("organiser").get(f"{board.desk}/exports/{name}")
    assert answer.status_code == 404
    assert "Hãy chọn" in answer.text


def test_code_typed_in_small_letters_names_the_file_well(board: Cast) -> None:
    answer = board.staff("organiser").get(f"/s/{board.code.lower()}/exports/questions.csv")
    assert f"cau-hoi-{board.code}.csv" in answer.headers["Content-Disposition"]


def test_printed_board_shows_questions_and_rules(board: Cast) -> None:
    page = board.staff("organiser").get(f"{board.desk}/exports/questions/print").text
    assert page.index("Bao giờ làng nghề có chợ?") < page.index("Lương khởi điểm")
    assert "Lượt ủng hộ tính theo thiết bị" in page
    assert "Chưa ai duyệt câu này" not in page
    assert BODIES[1] not in page  # escaped
    assert "=HYPERLINK(&#34;" in page


def test_printed_results_show_figures(answered: Cast) -> None:
    page = answered.staff("organiser").get(f"{answered.desk}/exports/results/print").text
    for text in ("Bạn quan tâm gì?", "66,7 %", "mong được nghe", "30 phiếu trả lời; số liệu tính trên 30 phiếu"):
        assert text in page


def test_weight_of_results_is_not_shown(answered: Cast) -> None:
    page = answered.staff("organiser").get(f"{answered.desk}/exports").text
    counted = {one.split('"', 1)[0] for one in page.split('<li id="t-')[1:] if "dòng</span>" in one.split("</h3>")[0]}
    assert counted == {"questions", "wordings", "recommendations", "log"}


def test_a_large_table_is_refused_to_print_with_a_sentence(board: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = board.staff("organiser")
    assert browser.get(f"{board.desk}/exports/questions/print").status_code == 200
    monkeypatch.setattr(catalogue, "LARGE", 1)
    for table in ("questions", "all"):
        answer = browser.get(f"{board.desk}/exports/{table}/print")
        assert (answer.status_code, "XLSX" in answer.text) == (413, True), table
    assert browser.get(f"{board.desk}/exports/nothing/print").status_code == 404
