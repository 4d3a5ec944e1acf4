"""The page of papers, their files and the letterhead, as browsers get them."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import subprocess
import time
import zipfile
from typing import Any

import docx
import pytest
from sqlalchemy import update

from survey import lifecycle
from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues import service as dialogues
from survey.exports import making_papers
from survey.exports import paper_list
from survey.exports import paper_room
from survey.exports import scene as scening
from survey.exports import write_docx
from survey.exports.papers import Text
from survey.exports.papers import plain
from survey.followups import deadlines
from survey.followups import recommendations
from survey.followups import setting_deadlines
from survey.followups.counting_days import Chosen
from survey.followups.models_recommendations import Recommendation
from survey.organisations import units
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import need

PATH = "/s/organisation/papers"


def words(content: bytes) -> str:
    """Every line and cell of a DOCX."""
    document: Any = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])


def typed(**more: str) -> dict[str, str]:
    """A letterhead as a browser sends it."""
    return {
        "regime": "state",
        "issuer": "Sở Nội vụ",
        "superior": "Ủy ban nhân dân tỉnh",
        "place": "Cà Mau",
        "code": "SNV",
        **more,
    }


@pytest.fixture
def owing(board: Cast) -> Cast:
    """Two units that owe something since last week, and one that does not."""

    def fill(session: Any) -> None:
        today = dt.datetime.now(dt.UTC).date()
        for name in ("Phòng Một", "Phòng Hai", "Phòng Ba"):
            unit = units.ensure(session, board.organisation_id, (name,))
            due = today + dt.timedelta(9)
            made = recommendations.create(
                session, board.dialogue_id, body=f"Việc của {name}", unit_id=unit, due=due, actor="test"
            )
            late = {"due": today - dt.timedelta(7)} if name != "Phòng Ba" else {}
            session.execute(update(Recommendation).where(Recommendation.id == made).values(state="assigned", **late))

    board.write(fill)
    return board


def test_page_says_of_each_paper_what_is_missing(board: Cast) -> None:
    page = board.staff("secretary").get(f"{board.desk}/papers")
    assert page.status_code == 200
    for kind in paper_list.KINDS:
        assert f"{board.desk}/exports/{kind.name}.docx" in page.text
    assert "họ tên thư ký" in page.text
    assert "Chưa đơn vị nào quá hạn" in page.text
    assert PATH not in page.text, "the secretary does not change the letterhead"
    assert PATH in board.staff("organiser", whole_organisation=True).get(f"{board.desk}/papers").text


def test_every_paper_comes_as_a_file_from_the_first_draft_on(cast: Cast) -> None:
    browser = cast.staff("secretary")
    for kind in paper_list.KINDS:
        answer = browser.get(f"{cast.desk}/exports/{kind.name}.docx")
        assert (answer.status_code, answer.mimetype) == (200, making_papers.FORMATS["docx"])
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{kind.file}-{cast.code}.docx"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert words(answer.data)
    assert browser.get(f"{cast.desk}/exports/nothing.docx").status_code == 404
    assert browser.get(f"{cast.desk}/exports/reminders-docx.zip").status_code == 404


def test_letters_come_one_for_each_unit_and_all_in_one(owing: Cast) -> None:
    browser = owing.staff("secretary")
    page = browser.get(f"{owing.desk}/papers").text
    links = re.findall(r'href="([^"]+/exports/reminder-[^"]+\.docx)"', page)
    assert len(links) == 2
    said = [words(browser.get(link).data) for link in links]
    assert sorted("Kính gửi: Phòng Một" in one for one in said) == [False, True]
    assert all("Phòng Ba" not in one for one in said)
    bundle = browser.get(f"{owing.desk}/exports/reminders-docx.zip")
    held = zipfile.ZipFile(io.BytesIO(bundle.data))
    names = held.namelist()
    assert [words(held.read(name)) for name in names] == said, "each is the file that comes alone"
    assert sorted(name.split("-", 3)[3] for name in names) == ["phong-hai.docx", "phong-mot.docx"]


def test_many_letters_are_written_beside_and_in_one_go(owing: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them on the loop on which the streams hang, and one process for all; PDF too."""
    runs: list[str] = []
    run, written = making_papers._run, write_docx.write

    def counted(fmt: str, sent: bytes, patience: float) -> Any:
        runs.append(fmt)
        return run(fmt, sent, patience)

    def here(_paper: Any) -> bytes:
        raise AssertionError("written while everybody waits")

    monkeypatch.setattr(making_papers, "_run", counted)
    monkeypatch.setattr(write_docx, "write", here)
    browser = owing.staff("secretary")
    assert browser.get(f"{owing.desk}/exports/reminders-docx.zip").status_code == 200
    assert runs == ["letters-docx"]
    monkeypatch.setattr(write_docx, "write", written)
    if making_papers.can_print():
        runs.clear()
        answer = browser.get(f"{owing.desk}/exports/reminders-pdf.zip")
        held = zipfile.ZipFile(io.BytesIO(answer.data))
        assert [held.read(name)[:4] for name in held.namelist()] == [b"%PDF"] * 2
        assert runs == ["letters-pdf"]


@pytest.mark.parametrize("trouble", ["slow", "killed", "no"])
def test_one_failed_try_is_no_word_for_ever(monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    """A busy machine, a process that was killed, a server without PDF: each is tried again; what works is kept."""
    tries: list[str] = []

    def failing(fmt: str, _sent: bytes, patience: float) -> Any:
        tries.append(fmt)
        if trouble == "slow":
            raise subprocess.TimeoutExpired(fmt, patience)
        return subprocess.CompletedProcess(fmt, {"killed": -9, "no": 1}[trouble], b"", b"ModuleNotFoundError")

    def working(fmt: str, _sent: bytes, _patience: float) -> Any:
        tries.append(fmt)
        return subprocess.CompletedProcess(fmt, 0, b"%PDF", b"")

    making_papers.forget()
    monkeypatch.setattr(making_papers, "_run", failing)
    assert [making_papers.can_print() for _once in "ab"] == [False, False]
    assert len(tries) == 1, "not with every page"
    monkeypatch.setattr(making_papers, "_moment", lambda: time.monotonic() + making_papers.AGAIN)
    monkeypatch.setattr(making_papers, "_run", working)
    assert [making_papers.can_print() for _once in "ab"] == [True, True]
    assert len(tries) == 2
    making_papers.forget()


def test_a_paper_knows_the_day_on_which_the_hall_ended(cast: Cast) -> None:
    def until() -> dt.date | None:
        from survey.dialogues import queries

        with cast.reading() as session:
            return scening.read(session, queries.by_code(session, cast.code), "http://a/d/b").held_until

    assert until() is None
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert until() == local(now()).date()


def test_the_mark_of_a_draft_can_be_left_out(cast: Cast) -> None:
    browser = cast.staff("secretary")
    with_, without = (words(browser.get(f"{cast.desk}/exports/notice.docx{query}").data) for query in ("", "?draft=0"))
    assert ("DỰ THẢO" in with_, "DỰ THẢO" in without) == (True, False)


def test_letterhead_is_kept_and_stands_on_the_next_paper(cast: Cast) -> None:
    chief = cast.staff("organiser", whole_organisation=True)
    token = csrf(chief, PATH)
    data = typed(
        csrf_token=token, sign_notice="KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\nNguyễn Thị C", to_notice="- Như trên;\nLưu: VT."
    )
    assert chief.post(PATH, data=data).status_code == 303
    said = words(chief.get(f"{cast.desk}/exports/notice.docx").data)
    for line in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ NỘI VỤ", "Số:        /TB-SNV", "KT. GIÁM ĐỐC", "Nguyễn Thị C",
                 "- Như trên;", "- Lưu: VT."):  # fmt: skip
        assert line in said
    assert "DỰ THẢO" not in said, "the box was left empty"
    count = words(chief.get(f"{cast.desk}/exports/scrutiny.docx").data)
    assert "Số:        /BB-SNV" in count
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in count
    assert "PHÓ GIÁM ĐỐC" in chief.get(PATH).text
    assert cast.outsider().get(PATH).text.count("PHÓ GIÁM ĐỐC") == 0


def test_a_refused_letterhead_loses_nothing(cast: Cast) -> None:
    chief = cast.staff("organiser", whole_organisation=True)
    long = "Người nhận rất xa\n" * 60
    data = typed(csrf_token=csrf(chief, PATH), issuer="Sở <b>Lạ</b> " + "dài " * 60, to_plan=long)
    answer = chief.post(PATH, data=data)
    assert answer.status_code == 422
    assert html.escape("Sở <b>Lạ</b>") in answer.text
    assert answer.text.count("Người nhận rất xa") == 60
    assert answer.text.count("Dài quá. Hãy rút gọn.") == 2
    assert "Sở Lạ" not in words(chief.get(f"{cast.desk}/exports/notice.docx").data)


def test_a_long_name_fills_lines_and_breaks_nothing(cast: Cast) -> None:
    chief = cast.staff("organiser", whole_organisation=True)
    name = ("Ban Chấp hành Đoàn TNCS Hồ Chí Minh Khối các cơ quan và doanh nghiệp tỉnh Cà Mau " * 3)[:199].strip()
    assert chief.post(PATH, data=typed(csrf_token=csrf(chief, PATH), issuer=name)).status_code == 303
    assert name.upper() in words(chief.get(f"{cast.desk}/exports/minutes.docx").data)


def test_without_weasyprint_a_clear_line_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making_papers, "can_print", lambda: False)  # as on a machine without the extra
    browser = cast.staff("secretary")
    page = browser.get(f"{cast.desk}/papers").text
    assert "chưa có phần làm PDF" in page
    assert ".pdf" not in page
    answer = browser.get(f"{cast.desk}/exports/notice.pdf")
    assert answer.status_code == 503
    assert "chưa có phần làm PDF" in answer.text


def test_pdf_is_made_beside(cast: Cast) -> None:
    need(making_papers.can_print(), "WeasyPrint")
    answer = cast.staff("secretary").get(f"{cast.desk}/exports/invitation.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "application/pdf", b"%PDF")


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
def test_the_words_of_the_mc_are_those_of_the_page(app: Any, entry: str) -> None:
    from tests.conftest import make_cast

    cast = make_cast(app, entry=entry)
    cast.write(dialogues.change, cast.dialogue_id, {"pledge": "Tôi không tìm xem ai hỏi.", "leader": "Đ/c A"})
    page = html.unescape(cast.staff("organiser").get(f"{cast.desk}/script").text)
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    with cast.reading() as session:
        from survey.dialogues import queries

        found = scening.read(session, queries.by_code(session, cast.code), f"http://localhost/d/{cast.code}")
    spoken = [plain(block.text) for block in paper_room.script(found).blocks if isinstance(block, Text)]
    assert len(spoken) >= 4
    for sentence in spoken:
        assert sentence in said


def test_papers_hold_no_more_of_a_survey_than_was_published(answered: Cast) -> None:
    from survey.dialogues import queries

    with answered.reading() as session:
        found = scening.read(session, queries.by_code(session, answered.code), "http://a/d/b")
    (survey,) = found.surveys
    assert survey.enough, "the control: there are figures"
    assert all(row.count % 5 == 0 for item in survey.items for row in item.rows)
    assert [item.texts for item in survey.items] == [()] * 3, "what people wrote is not in a paper"
    said = words(answered.staff("secretary").get(f"{answered.desk}/exports/surveys.docx").data)
    assert "mong được nghe" not in said
    assert "dưới 5" in said or "5" in said


def test_who_exports_gets_papers_and_nobody_else(cast: Cast) -> None:
    for path in ("papers", "exports/notice.docx"):
        got = {
            role: cast.staff(role).get(f"{cast.desk}/{path}").status_code
            for role in ("organiser", "secretary", "moderator", "leader")
        }
        assert got == {"organiser": 200, "secretary": 200, "moderator": 403, "leader": 403}
        assert cast.outsider().get(f"{cast.desk}/{path}").status_code == 404


def test_an_internal_dialogue_has_no_day_of_the_law(board: Cast) -> None:
    """Neither on the page nor in the plan that is handed to be signed; the control has both."""
    browser = board.staff("organiser")

    def said() -> tuple[bool, bool, bool]:
        page = html.unescape(browser.get(f"{board.desk}/papers").text)
        plan = words(browser.get(f"{board.desk}/exports/plan.docx").data)
        return (
            "(theo mốc công bố kế hoạch)" in page and "Không áp dụng" in page,
            "30 ngày" in plan,
            "10 ngày sau" in plan,
        )

    assert said() == (False, True, True)
    chosen = Chosen(applies=False)
    board.write(setting_deadlines.choose, board.dialogue_id, chosen, today=deadlines.today(), held=None, actor="test")
    assert said() == (True, False, False)
