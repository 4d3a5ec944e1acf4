"""Similar questions in real Chromium: suggested without moving the page, supported by a thumb, merged by one key."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff

Figure = Callable[[str], None]


def picture(page: Page, name: str) -> None:
    """A picture to look at, where somebody wants one."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def board_text(page: Page, server: Running) -> str:
    page.goto(f"{server.sample['url']}?tab=ranking")
    return page.locator("#qs .q-body").first.inner_text()


@pytest.mark.browser
@pytest.mark.claim(
    "moderation", "a similar question shows while one writes, moves nothing, and is supported by one thumb"
)
def test_a_suggestion_moves_nothing_and_is_supported_in_place(opened: Opener, server: Running, figure: Figure) -> None:
    """What is below the field stands where it stood; after the tap the suggestion says so, and the text is still there."""
    page = enter(opened(PHONE), server)
    text = board_text(page, server)
    page.goto(f"{server.sample['url']}/ask")
    before = page.locator("select[name=topic]").bounding_box()
    page.locator("textarea[name=body]").press_sequentially(text[:60].lower())
    expect(page.locator("#alike summary")).to_contain_text("câu gần giống")
    after = page.locator("select[name=topic]").bounding_box()
    picture(page, "ask-closed")
    assert before is not None
    assert after is not None
    figure(f"the field below moved by {after['y'] - before['y']:.0f} px")
    assert after["y"] == before["y"]
    page.locator("#alike summary").click()
    page.get_by_role("button", name="Ủng hộ câu này").first.click()
    expect(page.locator("#alike")).to_contain_text("Bạn đã ủng hộ")
    picture(page, "ask-open")
    assert page.locator("textarea[name=body]").input_value() == text[:60].lower()
    page.get_by_role("link", name="Thôi gửi, về bảng câu hỏi").click()
    page.goto(f"{server.sample['url']}/ask")
    assert page.locator("textarea[name=body]").input_value() == ""


@pytest.mark.browser
def test_without_scripts_the_form_comes_back_once(opened: Opener, server: Running) -> None:
    page = enter(opened(PHONE, javascript=False), server)
    text = board_text(page, server)
    page.goto(f"{server.sample['url']}/ask")
    page.locator("textarea[name=body]").fill(text)
    page.get_by_role("button", name="Gửi câu hỏi").click()
    expect(page.locator("#alike")).to_contain_text("Ủng hộ câu này")
    picture(page, "ask-no-scripts")
    page.get_by_role("button", name="Vẫn gửi").click()
    expect(page.locator("main")).to_contain_text("Đã gửi")


@pytest.mark.browser
@pytest.mark.claim("moderation", "three alike are published as one by one key, and taken apart by one key")
def test_alike_are_merged_by_one_key_and_taken_apart_by_one(opened: Opener, server: Running, figure: Figure) -> None:
    for body in (
        "Bao giờ xã em có sân bóng đá mới?",
        "bao gio xa em co san bong da moi",
        "Bao giờ xã có sân bóng đá mới?",
    ):
        phone = enter(opened(PHONE), server)
        phone.goto(f"{server.sample['url']}/ask")
        phone.locator("textarea[name=body]").fill(body)
        phone.get_by_role("button", name="Gửi câu hỏi").click()
        expect(phone.locator("main")).to_contain_text("Chờ duyệt")
    desk = staff(opened(LAPTOP), server, "moderator", "moderate")
    expect(desk.locator("#queue-live")).to_contain_text("3 câu có thể giống nhau")
    while desk.locator(".bundle-n .job-on").count() == 0:
        desk.keyboard.press("j")
    picture(desk, "desk-cluster")
    waiting = desk.locator("#queue-live .job").count()
    desk.keyboard.press("a")
    expect(desk.locator("#said")).to_contain_text("Đã duyệt và gộp 3 câu")
    expect(desk.locator("#queue-live .job")).to_have_count(waiting - 3)
    picture(desk, "desk-merged")
    desk.keyboard.press("z")
    expect(desk.locator("#queue-live .job")).to_have_count(waiting)
    figure("published as one by 1 key, taken apart by 1 key")
    for job in desk.locator("#queue-live .job").all()[-3:-1]:
        job.locator("[name=chosen]").check()
    desk.locator("#merge").click()
    expect(desk.locator("#queue-live .job")).to_have_count(waiting - 1)
    narrow = staff(opened(PHONE), server, "moderator", "moderate")
    picture(narrow, "desk-phone")
