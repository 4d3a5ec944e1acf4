"""After the session: from nine answered questions to a draft notice and an assignment table, every touch counted."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import Browser
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect
from werkzeug.serving import make_server

from survey import lifecycle
from survey.accounts import service as accounts
from survey.core import clock
from survey.dialogues import queries as dialogues
from survey.dialogues import service as settings
from survey.followups import recommended
from survey.moderation import service as moderation
from survey.organisations import units
from survey.questions import service as asking
from survey.questions.state import State
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import watch
from tests.conftest import Cast

Figure = Callable[[str], None]
MOST, NINE = 60, 9
UNITS = ("Sở Nội vụ", "Văn phòng Ủy ban nhân dân tỉnh", "Sở Khoa học và Công nghệ")
GENERAL = {"thành phần dự", "nhận xét chung của người chủ trì", "đơn vị theo dõi, đôn đốc"}  # what only a person knows


class Hand:
    """Whoever works the page; keys in a field are one touch."""

    def __init__(self, page: Page) -> None:
        self.page, self.touches = page, 0

    def click(self, what: Locator) -> None:
        self.touches += 1
        what.click()

    def fill(self, label: str, text: str) -> None:
        self.touches += 1
        self.page.get_by_label(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.touches += 1
        self.page.get_by_label(label).select_option(label=option)

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def download(self, kind: str) -> Any:
        with self.page.expect_download() as waiting:
            self.click(self.page.locator(f"#{kind}").get_by_role("link", name="DOCX"))
        return Document(io.BytesIO(Path(waiting.value.path()).read_bytes()))


@pytest.fixture
def ended(cast: Cast) -> Cast:
    """Nine questions under three topics are answered, each with the essence that the secretary took down; no unit is named."""

    def fill(session: Any) -> None:
        settings.change(session, cast.dialogue_id, {"leader": "Phó Chủ tịch Ủy ban nhân dân tỉnh"})
        topics = [topic.id for topic in dialogues.topics(session, cast.dialogue_id)]
        for name in UNITS:
            units.add(session, cast.organisation_id, None, name)
        for place in range(NINE):
            body = f"Câu hỏi {place + 1}: bao giờ việc số {place + 1} xong?"
            own = (session, cast.dialogue_id)
            id_ = asking.add(*own, body, topics[place // 3], state=State.APPROVED, carried=40 - place).id
            moderation.decide(*own, id_, "answer", actor="test", permission="answer")
            moderation.set_note(*own, id_, f"Sẽ làm việc số {place + 1} trong năm nay.", actor="test")

    cast.write(fill)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    return cast


@pytest.fixture
def served(ended: Cast) -> Iterator[str]:
    """The program on a port, a thread for each request."""
    server = make_server("127.0.0.1", 0, ended.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)


@pytest.mark.browser
@pytest.mark.claim(
    "followup", "from nine answered questions to a complete draft notice and assignment table: at most 60 touches"
)
def test_from_the_end_to_the_two_papers(ended: Cast, served: str, browser: Browser, figure: Figure) -> None:
    faults = list[str]()
    context = browser.new_context(viewport=LAPTOP, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    watch(page, served, faults)
    token = ended.write(accounts.sample_link, ended.organisation_id, "organiser", None, name="Văn phòng")
    page.goto(f"{served}/s/invitation/{token}")
    page.goto(f"{served}{ended.desk}/manage")
    hand = Hand(page)
    make(hand)
    for place, name in enumerate(UNITS):
        assign(hand, place, name)
    hand.click(page.get_by_role("navigation", name="Sau đối thoại").get_by_role("link", name="Văn bản"))
    gaps = {line.split(" (")[0] for line in page.locator("#notice details li").all_text_contents()}
    assert gaps == GENERAL
    expect(page.locator("#tracking")).to_contain_text("Đủ nội dung")
    notice, table = hand.download("notice"), hand.download("tracking")
    context.close()
    check(ended, notice, table)
    figure(f"{hand.touches} touches; {len(GENERAL)} marked gaps left in the notice, none in the table of {NINE}")
    assert hand.touches <= MOST
    assert faults == []


def make(hand: Hand) -> None:
    """A recommendation of each of the nine questions."""
    page = hand.page
    hand.click(page.get_by_role("navigation", name="Đối thoại này").get_by_role("link", name="Sau đối thoại"))
    hand.click(page.get_by_role("link", name="Lập kiến nghị"))
    boxes = page.locator("input[name=question]")
    expect(boxes).to_have_count(NINE)
    for box in boxes.all():
        hand.click(box)
    hand.press("Lập mỗi câu một kiến nghị")
    expect(page.locator("#list .lines > li")).to_have_count(NINE)


def assign(hand: Hand, place: int, unit: str) -> None:
    """Three of them go to a unit; the last three to an earlier day than the usual one."""
    page = hand.page
    for box in page.locator("#list input[name=one]").all()[3 * place : 3 * place + 3]:
        hand.click(box)
    hand.choose("Giao đơn vị", unit)
    hand.choose("Chuyển sang", "Đã giao")
    if place == len(UNITS) - 1:
        day = clock.local(clock.now()) + dt.timedelta(60)
        hand.fill("Đặt hạn", f"{day.day}/{day.month}/{day.year}")
    hand.press("Ghi cho các kiến nghị đã chọn")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi cho 3 kiến nghị")


def check(cast: Cast, notice: Any, table: Any) -> None:
    """Both papers hold every task with its unit and its day."""
    with cast.reading() as session:
        found = recommended.of_dialogue(session, cast.dialogue_id)
    assert [(one.unit, one.state) for one in found] == [(name, "assigned") for name in UNITS for _ in range(3)]
    said = "\n".join(line.text for line in notice.paragraphs)
    rows = [[cell.text for cell in row.cells] for each in table.tables for row in each.rows]
    for one in found:
        assert one.due is not None
        assert one.body in said
        assert one.unit in said
        mine = next(row for row in rows if any(one.body in cell for cell in row))
        day = f"{one.due:%d/%m/%Y}"
        assert any(one.unit in cell for cell in mine)
        assert any(day in cell or f"{one.due.day}/{one.due.month}/{one.due.year}" in cell for cell in mine)
        assert "Đã giao" in mine
