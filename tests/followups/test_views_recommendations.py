"""The office's pages of recommendations, without JavaScript."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest

from survey import lifecycle
from survey.followups import deadlines
from survey.followups import recommended
from survey.followups.recommended import Recommended
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.followups.conftest import BODIES
from tests.followups.conftest import Office
from tests.followups.conftest import furnish

HTML = "<script>alert(1)</script> & <b>đậm</b>"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def closed(app: Any) -> Office:
    """After the end; nothing was put in writing."""
    office = furnish(make_cast(app, "collect", "open_hall"))
    office.cast.write(lifecycle.close, office.cast.dialogue_id, actor="test")
    return office


@pytest.fixture
def secretary(closed: Office) -> Any:
    return closed.cast.staff("organiser")


def standing(office: Office) -> list[Recommended]:
    with office.cast.reading() as session:
        return recommended.of_dialogue(session, office.cast.dialogue_id)


def post(office: Office, browser: Any, tail: str = "", status: int = 303, **data: Any) -> str:
    page = f"{office.cast.desk}/recommendations"
    answer = browser.post(f"{page}{tail}", data={"csrf_token": csrf(browser, page), **data})
    assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
    return str(answer.get_data(as_text=True))


def get(office: Office, browser: Any, tail: str = "", status: int = 200) -> str:
    answer = browser.get(f"{office.cast.desk}/recommendations{tail}")
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def test_from_questions_to_assigned_and_published(closed: Office, secretary: Any) -> None:
    assert "Chưa có kiến nghị nào" in get(closed, secretary)
    assert get(closed, secretary, "/new").count('name="question"') == 3
    post(closed, secretary, "/questions", question=closed.questions)
    found = standing(closed)
    assert [(one.body, one.unit, one.state) for one in found] == [
        (BODIES[0], "Sở Nội vụ", "new"),
        (BODIES[1], "Sở Nội vụ", "new"),
        (BODIES[2], "Văn phòng Ủy ban", "new"),
    ]
    post(closed, secretary, "/questions", question=closed.questions)
    assert len(standing(closed)) == 3  # a stale page makes none twice
    due = deadlines.today() + dt.timedelta(days=7)
    ids = [one.id for one in found[:2]]
    page = get(closed, secretary, "?all=1")
    assert page.count(" checked>") == 3
    post(
        closed,
        secretary,
        "/assignment",
        one=ids,
        unit_id=closed.digital,
        due=f"{due.day}/{due.month}/{due.year}",
        state="assigned",
    )
    assert [(one.unit, one.due == due, one.state) for one in standing(closed)] == [
        ("Văn phòng Ủy ban", True, "assigned")
    ] * 2 + [("Văn phòng Ủy ban", False, "new")]
    post(closed, secretary, "/publication", one=ids)
    assert [one.published for one in standing(closed)] == [True, True, False]
    post(closed, secretary, "/publication/withdrawal", one=ids[:1])
    assert [one.published for one in standing(closed)] == [False, True, False]


def test_filters_find_by_unit_topic_state_deadline_and_words(closed: Office, secretary: Any) -> None:
    post(closed, secretary, "/questions", question=closed.questions)
    ids = [one.id for one in standing(closed)]
    post(closed, secretary, f"/{ids[0]}/state", state="working")

    def rows(query: str) -> list[str]:
        return re.findall(r'id="r-(\w+)"', get(closed, secretary, f"?{query}"))

    assert rows("") == ids
    assert rows(f"unit={closed.digital}") == ids[2:]
    assert rows(f"topic={closed.topics[0]}") == ids[:2]
    assert rows("state=working") == ids[:1]
    assert rows("q=may+tinh") == ids[2:]
    assert (rows("due=overdue"), rows("due=none"), rows("due=open"), rows("unit=-")) == ([], [], ids, [])


def test_what_is_refused_keeps_what_was_typed(closed: Office, secretary: Any) -> None:
    page = post(closed, secretary, "", 422, body="Mua máy", due="1/1/2020", unit_id=closed.pay)
    assert "Hạn này đã qua" in page
    assert "Mua máy</textarea>" in page
    assert 'value="1/1/2020"' in page
    page = post(closed, secretary, "", 422, body="Mua máy", due="hôm nào")
    assert "Chưa đọc được ngày này" in page
    post(closed, secretary, "", body="Mua máy")
    (one,) = standing(closed)
    page = post(closed, secretary, "/assignment", 422, one=[one.id], due="1/1/2020", unit_id=closed.pay)
    assert "Hạn này đã qua" in page
    assert page.count(" checked>") == 1
    assert f'value="{closed.pay}" selected' in page
    page = post(closed, secretary, "/assignment", 422, one=[one.id], due="mai")
    assert "Chưa đọc được ngày này" in page
    assert "Hãy chọn ít nhất một kiến nghị" in post(closed, secretary, "/assignment", 422, unit_id=closed.pay)
    page = post(closed, secretary, f"/{one.id}/state", 422, state="refused", answer="Đang xem")
    assert "Hãy ghi lý do" in page
    assert "Đang xem</textarea>" in page
    assert standing(closed)[0].unit_id is None


def test_html_in_texts_is_text(closed: Office, secretary: Any) -> None:
    post(closed, secretary, "", body=HTML)
    (one,) = standing(closed)
    post(
        closed,
        secretary,
        f"/{one.id}/state",
        state="answered",
        answer=HTML,
        document="15/TB-SNV",
        document_date="20/3/2026",
    )
    assert standing(closed)[0].answer == HTML
    for page in (get(closed, secretary), get(closed, secretary, f"/{one.id}")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    post(closed, secretary, f"/{one.id}/state", state="answered", answer="", document="15/TB-SNV")
    assert (standing(closed)[0].answer, standing(closed)[0].document_date) == ("", None)


def test_several_questions_become_one(closed: Office, secretary: Any) -> None:
    post(closed, secretary, "/questions", question=closed.questions[:2])
    ids = [one.id for one in standing(closed)]
    post(closed, secretary, "/merging", one=ids)
    (one,) = standing(closed)
    assert (one.id, {source.id for source in one.questions}) == (ids[0], set(closed.questions[:2]))
    page = get(closed, secretary, f"/new?question={closed.questions[2]}")
    assert f"{BODIES[2]}</textarea>" in page
    post(closed, secretary, f"/{one.id}/removal", 303)
    assert standing(closed) == []
    post(closed, secretary, "", body="Việc khác")
    page = get(closed, secretary)
    assert "Bỏ kiến nghị 1 lập nhầm" in page
    assert "Gộp 1 kiến nghị vào kiến nghị khác" in page


def docx(*more: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            parts.writestr(name, "<x/>")
    return made.getvalue()


def test_files_of_the_wrong_kind_are_refused_and_others_are_downloads(closed: Office, secretary: Any) -> None:
    post(closed, secretary, "", body="Mua máy")
    (one,) = standing(closed)

    def attach(name: str, content: bytes, status: int) -> str:
        return post(closed, secretary, f"/{one.id}/files", status, file=(io.BytesIO(content), name))

    for name, content, said in (
        ("bao-cao.exe", b"MZ", "Chỉ nhận tệp PDF"), ("trang.html", b"<html>", "Chỉ nhận tệp PDF"),
        ("bao-cao.exe.pdf", PDF, "hai đuôi"), ("anh.png", PDF, "không đúng với đuôi .png"),
        ("van-ban.docx", b"PK\x03\x04 hong", "không đúng với đuôi .docx"), ("van-ban.docx", docx("word/vbaProject.bin"), "macro"),
        ("rong.pdf", b"", "rỗng"), ("to.pdf", PDF + bytes(10 * 1024 * 1024), "quá 10 MB"),
    ):  # fmt: skip
        assert said in attach(name, content, 422)
    assert standing(closed)[0].files == ()
    attach("../../Công văn số 15.pdf", PDF, 303)
    attach("van-ban.docx", docx(), 303)
    names = {file.name: file.id for file in standing(closed)[0].files}
    assert set(names) == {"Công văn số 15.pdf", "van-ban.docx"}
    path = f"{closed.cast.desk}/recommendations/{one.id}/files/{names['Công văn số 15.pdf']}"
    answer = secretary.get(path)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="cong-van-so-15.pdf"')
    assert (answer.headers["X-Content-Type-Options"], "sandbox" in answer.headers["Content-Security-Policy"]) == (
        "nosniff",
        True,
    )
    post(closed, secretary, f"/{one.id}/files/{names['van-ban.docx']}/removal")
    assert [file.name for file in standing(closed)[0].files] == ["Công văn số 15.pdf"]
    assert closed.cast.outsider().get(path).status_code == 404


def test_the_table_makes_one_of_a_question_and_no_second(closed: Office) -> None:
    moderator, path = (
        closed.cast.staff("moderator"),
        f"{closed.cast.desk}/questions/{closed.questions[2]}/recommendation",
    )
    page = f"{closed.cast.desk}/moderate?list=approved"
    assert path in moderator.get(page).get_data(as_text=True)
    for made in (1, 0):
        headers = {"Accept": "application/json"}
        answer = moderator.post(path, data={"csrf_token": csrf(moderator, page)}, headers=headers)
        assert answer.get_json() == {"id": closed.questions[2], "made": made}
    assert [(one.body, one.unit) for one in standing(closed)] == [(BODIES[2], "Văn phòng Ủy ban")]
    assert closed.cast.staff("screen").post(path, data={"csrf_token": "x"}).status_code in {400, 403}


def test_a_unit_with_recommendations_is_merged_and_not_deleted(closed: Office) -> None:
    chief = closed.cast.staff("organiser", whole_organisation=True)
    post(closed, chief, "/questions", question=closed.questions)
    page = f"/s/units/{closed.pay}"
    assert "Xóa đơn vị" not in chief.get(page).get_data(as_text=True)
    token = {"csrf_token": csrf(chief, page)}
    answer = chief.post(f"{page}/removal", data=token)
    assert (answer.status_code, "Hãy gộp vào đơn vị khác" in answer.get_data(as_text=True)) == (409, True)
    answer = chief.post(f"{page}/merging", data={**token, "into": closed.pay})
    assert (answer.status_code, "Hãy chọn một đơn vị khác" in answer.get_data(as_text=True)) == (409, True)
    assert chief.post(f"{page}/merging", data={**token, "into": closed.digital}).status_code == 303
    assert "2 kiến nghị chuyển theo" in chief.get("/s/units").get_data(as_text=True)
    assert {one.unit for one in standing(closed)} == {"Văn phòng Ủy ban"}
    assert chief.get(page).status_code == 404
