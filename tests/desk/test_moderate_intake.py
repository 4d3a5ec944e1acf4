"""Bringing questions in: nothing before it was seen, nothing twice, nothing lost; and a hall without any phone."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from survey import lifecycle
from survey.desk.live import look
from survey.moderation.models import ModerationLog
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf

PAY = "Thu nhập của công chức trẻ ở xã còn thấp, khi nào được điều chỉnh?"
HALL = "Đề nghị mở cửa nhà văn hóa của cơ quan vào buổi tối."


def board(cast: Cast) -> list[questions.Row]:
    with cast.reading() as session:
        return questions.board(session, cast.dialogue_id)


def send(cast: Cast, browser, path: str, **data):
    token = csrf(browser, f"{cast.desk}/intake")
    return browser.post(f"{cast.desk}/{path}", data={"csrf_token": token, **data})


def upload(cast: Cast, browser, content: bytes, name: str, **data):
    return send(cast, browser, "intake/preview", file=(io.BytesIO(content), name), **data)


def confirm(cast: Cast, browser, preview: str, **changes):
    """Send the preview's form as a browser would, ticked boxes and all."""
    rows = re.search(r'name="rows"[^>]*value="([^"]+)"', preview)
    assert rows is not None
    keep = re.findall(r'name="keep" value="(\d+)"[^>]*checked', preview)
    data = {"rows": rows[1], "keep": keep, "new_topics": "y", **changes}
    return send(cast, browser, "intake/questions", **{name: value for name, value in data.items() if value is not None})


def table(*rows) -> bytes:
    made, content = Workbook(), io.BytesIO()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(content)
    return content.getvalue()


def test_spoken_opinion_is_on_the_board_with_two_fields(cast: Cast) -> None:
    browser = cast.staff("secretary")
    answer = send(cast, browser, "intake", source="spoken", text=f"  {PAY} ", unit="Chi đoàn Sở", client_id="a1")
    assert answer.status_code == 303
    assert "câu 1" in browser.get(answer.location).text
    assert [(r.body, r.unit, r.source, r.state) for r in board(cast)] == [(PAY, "Chi đoàn Sở", "spoken", "approved")]
    send(cast, browser, "intake", source="spoken", text=PAY, unit="Chi đoàn Sở", client_id="a1")
    assert len(board(cast)) == 1


def test_spoken_opinion_may_be_answered_at_once(cast: Cast) -> None:
    send(cast, cast.staff("moderator"), "intake", source="spoken", text=PAY, unit="", client_id="a1", call="1")
    assert [r.state for r in board(cast)] == ["answering"]


def test_paper_keeps_the_branch_for_the_next_sheet(cast: Cast) -> None:
    browser = cast.staff("moderator")
    answer = send(cast, browser, "intake", source="paper", text=PAY, unit="Xã Hòa & Bình", count="12", client_id="b")
    assert [(r.source, r.supporters) for r in board(cast)] == [("paper", 12)]
    assert 'value="Xã Hòa &amp; Bình"' in browser.get(answer.location).text


def test_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    browser = cast.staff("moderator")
    answer = send(cast, browser, "intake", source="spoken", text="", unit="Chi đoàn Sở", client_id="c")
    assert answer.status_code == 422
    assert "Hãy ghi câu hỏi." in answer.text
    assert 'value="Chi đoàn Sở"' in answer.text
    answer = send(cast, browser, "intake", source="paper", text=PAY, count="-3", client_id="d")
    assert answer.status_code == 422
    assert PAY in answer.text
    assert board(cast) == []


def test_pasted_paragraphs_come_in_after_a_look(cast: Cast) -> None:
    browser = cast.staff("moderator")
    preview = send(cast, browser, "intake/preview", text=f"1. {PAY}\n\n2. {HALL}", unit="Đoàn xã")
    assert preview.status_code == 200
    assert board(cast) == []
    answer = confirm(cast, browser, preview.text)
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/moderate?list=approved")
    assert {(r.body, r.unit, r.source) for r in board(cast)} == {
        (PAY, "Đoàn xã", "imported"),
        (HALL, "Đoàn xã", "imported"),
    }
    assert "Đã đưa 2 câu lên bảng." in browser.get(answer.location).text


def test_file_comes_in_with_its_counts_and_answers_once(cast: Cast) -> None:
    browser = cast.staff("organiser")
    long = "Kính gửi lãnh đạo tỉnh. " * 60
    content = table(
        ["Nội dung", "Nhóm vấn đề", "Lượt ủng hộ", "Đã trả lời"],
        [PAY, "Nhà ở", 40, "x"], [long, "Khác", 3, None], [None, "Khác", 1, None], [HALL, None, "ít", None],
    )  # fmt: skip
    preview = upload(cast, browser, content, "câu hỏi.xlsx")
    assert preview.status_code == 200
    assert "3 câu" in preview.text
    assert "<b>Sheet, dòng 4</b>: Dòng này không có nội dung câu hỏi." in preview.text
    assert "<b>Sheet, dòng 5</b>: Không đọc được số người ủng hộ “ít”" in preview.text
    assert "Chưa có: Nhà ở" in preview.text
    assert "<summary>Kính gửi" in preview.text
    confirm(cast, browser, preview.text)
    confirm(cast, browser, preview.text)
    assert [(r.body, r.topic, r.supporters, r.state) for r in board(cast)] == [
        (PAY, "Nhà ở", 40, "answered"), (long.strip(), "Khác", 3, "approved"), (HALL, None, 0, "approved"),
    ]  # fmt: skip
    with cast.reading() as session:
        assert len(session.scalars(select(ModerationLog)).all()) == 3


def test_what_is_there_already_or_unticked_stays_out(cast: Cast) -> None:
    cast.write(lambda s: asking.add(s, cast.dialogue_id, PAY.upper(), None, state=State.APPROVED).id)
    browser = cast.staff("moderator")
    preview = send(cast, browser, "intake/preview", text=f"{PAY}\n\n{HALL}").text
    assert re.findall(r'name="keep" value="(\d+)"[^>]*checked', preview) == ["1"]
    confirm(cast, browser, preview, keep=[])
    assert len(board(cast)) == 1
    confirm(cast, browser, preview, new_topics=None)
    assert {r.body for r in board(cast)} == {PAY.upper(), HALL}


def test_names_of_sheets_may_stand_for_the_branch(cast: Cast) -> None:
    made, content = Workbook(), io.BytesIO()
    del made[made.sheetnames[0]]
    for name, text in (("Xã A", PAY), ("Xã B", HALL)):
        sheet = made.create_sheet(name)
        sheet.append(["Nội dung"])
        sheet.append([text])
    made.save(content)
    browser = cast.staff("moderator")
    preview = upload(cast, browser, content.getvalue(), "a.xlsx").text
    assert "2 trang tính" in preview
    confirm(cast, browser, preview, sheets_are="unit")
    assert {(r.body, r.unit) for r in board(cast)} == {(PAY, "Xã A"), (HALL, "Xã B")}


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "Tệp này trống."), (b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls"), (b"PK\x03\x04junk", "tệp hỏng")],
)
def test_file_that_is_no_table_is_refused_at_its_field(cast: Cast, content: bytes, says: str) -> None:
    answer = upload(cast, cast.staff("moderator"), content, "a.xlsx", unit="Đoàn xã")
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="Đoàn xã"' in answer.text


def test_no_file_at_all_is_said(cast: Cast) -> None:
    answer = upload(cast, cast.staff("moderator"), b"", "")
    assert answer.status_code == 422
    assert "Hãy chọn một tệp." in answer.text


def test_preview_that_was_tampered_with_brings_nothing_in(cast: Cast) -> None:
    browser = cast.staff("moderator")
    preview = send(cast, browser, "intake/preview", text=PAY).text
    rows = re.search(r'name="rows"[^>]*value="([^"]+)"', preview)
    assert rows is not None
    for broken in ("", "x", rows[1][:-2], "." + rows[1]):
        assert send(cast, browser, "intake/questions", rows=broken, keep=["0"]).status_code == 422
    outsider = cast.outsider()
    token = csrf(outsider, "/s/")
    path = f"/s/{cast.other_code}/intake/questions"
    assert outsider.post(path, data={"csrf_token": token, "rows": rows[1], "keep": ["0"]}).status_code == 422
    assert board(cast) == []


def test_two_thousand_long_questions_fit_through_the_forms(cast: Cast) -> None:
    browser = cast.staff("moderator")
    text = "\n\n".join(f"Câu hỏi số {n}: {PAY} {HALL} {PAY}" for n in range(600))
    preview = send(cast, browser, "intake/preview", text=text * 3)
    assert preview.status_code == 200
    preview = send(cast, browser, "intake/preview", text=text)
    assert confirm(cast, browser, preview.text).status_code == 303
    assert len(board(cast)) == 600


@pytest.mark.parametrize("role", ["leader", "screen"])
def test_who_may_not_bring_in_is_refused(cast: Cast, role: str) -> None:
    browser = cast.staff(role)
    token = csrf(browser, f"{cast.desk}/{'lead' if role == 'leader' else 'screen'}")
    for path in ("intake", "intake/preview", "intake/questions"):
        answer = browser.post(f"{cast.desk}/{path}", data={"csrf_token": token, "text": PAY, "source": "spoken"})
        assert answer.status_code == 403
    assert board(cast) == []


def test_archived_dialogue_takes_nothing_in(cast: Cast) -> None:
    for step in ("close", "conclude", "archive"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="x")
    answer = send(cast, cast.staff("moderator"), "intake", source="spoken", text=PAY, client_id="a")
    assert answer.status_code == 403


def test_nine_spoken_opinions_reach_board_desk_and_export_without_a_phone(cast: Cast) -> None:
    browser = cast.staff("secretary")
    for number in range(1, 10):
        text = f"Ý kiến phát biểu số {number} tại hội trường"
        send(cast, browser, "intake", source="spoken", text=text, unit=f"Phường {number}", client_id=f"n{number}")
    assert sorted(r.number for r in board(cast) if r.number) == list(range(1, 10))
    with cast.reading() as session:
        desk = look(session, cast.dialogue_id)
    assert desk is not None
    assert (desk.ballots, desk.counts["approved"], len(desk.following)) == (0, 9, 3)
    page = browser.get(f"{cast.desk}/moderate?list=approved").text
    assert all(f"Ý kiến phát biểu số {n} tại hội trường" in page for n in range(1, 10))
    file = browser.get(f"{cast.desk}/exports/questions.csv")
    assert file.status_code == 200
    lines = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert sum("Ý kiến phát biểu số" in cell for line in lines for cell in line) == 9
