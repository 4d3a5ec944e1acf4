"""The member's part by keyboard alone, told only by what the accessibility tree says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener

# The name and role that assistive technology gets for what has the focus.
FOCUSED = """() => {
  const e = document.activeElement, label = e.getAttribute('aria-label')
    || [...(e.labels || [])].map(l => l.innerText).join(' ') || e.innerText || '';
  return [e.getAttribute('role') || e.tagName.toLowerCase(), label.replace(/\\s+/g, ' ').trim()];
}"""


def tab_to(page: Page, role: str, name: str, most: int = 90) -> None:
    """Press Tab until something with this role and name has the focus."""
    passed: list[list[str]] = []
    for _press in range(most):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUSED))
        if passed[-1][0] == role and re.search(name, passed[-1][1]):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"no {role} “{name}” among {passed}")


@pytest.mark.browser
@pytest.mark.claim("phone", "a member enters, asks, supports and withdraws by keyboard and accessibility tree alone")
def test_a_member_needs_no_pointer(opened: Opener, server: Running, figure: Callable[[str], None]) -> None:
    """Enter, ask, judge a card, support in the ranking, withdraw."""
    page = opened(PHONE)
    page.goto(server.sample["url"])
    tab_to(page, "a", "Tới nội dung chính")
    tab_to(page, "button", "Vào phòng")
    page.keyboard.press("Enter")
    expect(page.locator(".tabs")).to_be_visible()
    page.wait_for_load_state()

    tab_to(page, "a", "Đặt câu hỏi|Hỏi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask")
    tab_to(page, "textarea", "Câu hỏi, ý kiến")
    page.keyboard.type("Câu hỏi viết hoàn toàn bằng bàn phím, không dùng chuột")
    tab_to(page, "button", "Gửi câu hỏi")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Chờ duyệt")

    tab_to(page, "a", "Xếp hạng")
    page.keyboard.press("Enter")
    page.wait_for_url("**tab=ranking**")
    tab_to(page, "button", "Ủng hộ")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "false"
    name = page.evaluate(FOCUSED)[1]
    assert len(name.split()) > 4, f"the button's name must hold the question's first words: {name}"
    page.keyboard.press("Space")
    page.wait_for_function("document.activeElement.getAttribute('aria-pressed') == 'true'")
    page.wait_for_timeout(500)  # sooner it would be a double tap
    page.keyboard.press("Space")
    page.wait_for_function("document.activeElement.getAttribute('aria-pressed') == 'false'")
    figure("entered, asked, supported, withdrew with Tab, Enter and Space")


@pytest.mark.browser
def test_pages_have_language_landmarks_and_one_heading(opened: Opener, server: Running) -> None:
    """What a screen reader asks first."""
    page = opened(PHONE)
    for tail in ("", "?tab=ranking", "/ask"):
        page.goto(server.sample["url"] + tail)
        facts = page.evaluate("""() => ({lang: document.documentElement.lang, main: document.querySelectorAll('main').length,
          header: document.querySelectorAll('header').length, h1: document.querySelectorAll('h1').length,
          title: document.title})""")
        assert facts["lang"] == "vi"
        assert (facts["main"], facts["header"], facts["h1"]) == (1, 1, 1), tail
        assert facts["title"].endswith("Đối Thoại")
