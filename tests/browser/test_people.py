"""Three at one table in real Chromium: who reads what, what passes by itself, and a helper who scans a code."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import APIRequestContext
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from survey.moderation.passing import OFFERED_ABOVE
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import staff
from tests.moderation.test_passing import CLEAN
from tests.moderation.test_passing import LATE

Figure = Callable[[str], None]
BODIES = (
    *CLEAN, *LATE, "Cán bộ trẻ muốn học tiếng Anh thì có lớp nào?", "Xin cho biết tiêu chí xét nâng lương trước thời hạn.",
    "Phần mềm quản lý văn bản hay lỗi, bao giờ thay?", "Có kế hoạch xây ký túc xá cho công chức trẻ không?",
    "Đề nghị tổ chức giải bóng đá giữa các sở ngành.", "Việc chấm điểm thi đua hằng tháng mất nhiều thời gian quá.",
    "Tại sao đường vào khu công nghiệp tối như vậy?", "Bao giờ bỏ họp giao ban chiều thứ sáu?",
    "Mong lãnh đạo công khai quy hoạch cán bộ nguồn.", "Chợ đêm gây ồn tới khuya thì báo ai?",
    "Hồ sơ đất đai nộp qua mạng bị trả lại nhiều lần.", "Xin kinh phí mua loa cho đội tuyên truyền.",
    "Tỉnh có học bổng sau đại học cho viên chức không?", "Đề nghị mở cửa thư viện buổi tối cho sinh viên.",
    "Thủ tục tách hộ khẩu sao phải đi lại bốn lần?", "Làng nghề cần chỗ trưng bày sản phẩm ở trung tâm.",
)  # fmt: skip


def fill(browser: Browser, server: Running, number: int) -> None:
    """So many questions, each like no other, from phones without scripts."""
    for start in range(0, number, 5):
        context = browser.new_context(locale="vi-VN")
        ask(context.request, server.sample["url"], BODIES[:number][start : start + 5])
        context.close()


def ask(phone: APIRequestContext, base: str, bodies: tuple[str, ...]) -> None:
    """Enter and send these."""
    phone.post(f"{base}/entry", form={"csrf_token": token(phone, base)})
    right = token(phone, f"{base}/ask")
    for place, body in enumerate(bodies):
        form: dict[str, str | float | bool] = {"csrf_token": right, "body": body, "client_id": f"c-{place}"}
        assert phone.post(f"{base}/questions", form=form, headers={"Accept": "application/json"}).status == 201


def token(phone: APIRequestContext, path: str) -> str:
    found = re.search(r'csrf-token" content="([^"]+)', phone.get(path).text())
    assert found is not None
    return found[1]


def chosen(page: Page) -> str:
    return str(page.locator(".job-on").get_attribute("id"))


@pytest.mark.browser
@pytest.mark.claim(
    "moderation", "a moderator sees what another is reading, and what she has just decided, beside her name"
)
def test_three_at_one_table(opened: Opener, browser: Browser, server: Running, figure: Figure) -> None:
    """J by one is a line in the job of the other; A is a line with the name; then help, by machine and by a person."""
    fill(browser, server, OFFERED_ABOVE + 4)
    first = staff(opened(LAPTOP), server, "moderator", "moderate")
    other = staff(opened(PHONE), server, "secretary", "moderate")
    expect(other.locator("#people")).to_contain_text("đang", timeout=10_000)
    first.keyboard.press("j")
    began, read = time.monotonic(), chosen(first)
    expect(other.locator(f"#{read} > .reads")).to_have_text(re.compile("đang đọc câu này"), timeout=10_000)
    seconds = time.monotonic() - began
    first.keyboard.press("a")
    began = time.monotonic()
    expect(other.locator("#people .deed")).to_contain_text("Đã duyệt", timeout=10_000)
    expect(first.locator("#people .deed")).to_have_count(0)
    figure(f"reading seen after {seconds:.1f} s, decision after {time.monotonic() - began:.1f} s")

    first.get_by_role("button", name="Tự đăng câu ngắn").click()
    expect(first.locator("#queue .passes").first).to_be_visible(timeout=10_000)
    held = str(first.locator("#queue .job:has(> .passes)").first.get_attribute("id"))
    expect(first.locator(f"#{held} > .passes")).to_have_text(
        re.compile(r"Tự đăng sau \d+ giây, bấm H để giữ"), timeout=10_000
    )
    expect(other.locator(f"#{held} > .passes")).to_have_text(
        re.compile(r"Tự đăng sau \d+ giây, chạm Giữ"), timeout=10_000
    )
    before = int(re.sub(r"\D", "", first.locator(f"#{held} > .passes").inner_text()))
    expect(first.locator(f"#{held} > .passes")).not_to_contain_text(f" {before} ", timeout=5_000)
    first.locator(f"#{held}").focus()
    first.keyboard.press("h")
    expect(first.locator(f"#queue-live #{held}")).to_have_count(0, timeout=10_000)
    first.get_by_role("button", name="Tắt tự đăng").click()
    expect(first.locator("#queue .passes")).to_have_count(0, timeout=10_000)

    first.get_by_label("Tên người giúp").fill("Lê Thị Hoa")
    first.get_by_role("button", name="Mời người giúp").click()
    address = first.locator("#second .addr").inner_text()
    expect(first.locator("#second svg").first).to_be_visible()
    expect(first.locator("#queue")).to_be_visible()
    helper = opened(PHONE)
    helper.goto(address)
    helper.get_by_label("Tên đăng nhập").fill("hoa.le")
    helper.get_by_label("Mật khẩu").fill("một câu dài dễ nhớ")
    helper.locator("main form button").last.click()
    helper.goto(f"{server.url}/s/{server.sample['code']}/moderate")
    helper.locator("main form button").last.click()
    expect(first.locator("#people")).to_contain_text("Lê Thị Hoa", timeout=10_000)
    first.locator("#second [data-close]").click()
    expect(first.locator("#second")).to_be_empty()
