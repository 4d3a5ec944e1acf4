"""A poll in real Chromium: two touches, every phone at once, one tap, the wall, with scripts and without."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.client import member
from bench.server import Running
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff

Figure = Callable[[str], None]


def others_answer(phone: Page, server: Running, answers: list[str]) -> None:
    """So many other phones answer what stands on this one."""
    poll, item = (phone.locator("#poll-box section").get_attribute(name) for name in ("data-poll", "data-item"))
    for answer in answers:
        other = member(server.url, server.sample["code"])
        token = other.csrf(f"/d/{server.sample['code']}?tab=ranking")
        sent = other.post(f"/d/{server.sample['code']}/polls/{poll}", {"csrf_token": token, str(item): answer})
        assert sent.status == 303
        other.close()


@pytest.mark.browser
@pytest.mark.claim(
    "surveys", "two touches open a poll; a phone answers by one tap; the projector shows it, hidden until closing"
)
def test_two_touches_one_tap_and_the_wall(opened: Opener, server: Running, figure: Figure) -> None:
    """Opened, answered with scripts and without, counted, closed, gone on; then a short answer that is not lost."""
    phone = enter(opened(PHONE, expected="ERR_INTERNET_DISCONNECTED"), server)
    plain = enter(opened(PHONE, javascript=False), server)
    moderator = staff(opened(LAPTOP), server, "moderator", "moderate")
    screen = staff(opened(PROJECTOR), server, "screen", "screen")
    phone.evaluate("scrollTo(0, 400)")
    moderator.locator("#poll-new summary").click()
    started = time.monotonic()
    moderator.get_by_role("button", name="Có / Không").click()
    yes = phone.locator("#poll-box .opt").first
    expect(yes).to_be_visible()
    took = time.monotonic() - started
    expect(yes).to_be_in_viewport()
    expect(screen.locator(".asks li")).to_have_count(2)
    expect(screen.locator(".stage .bar")).to_have_count(0)
    for _tap in range(3):  # a trembling thumb
        yes.click()
    expect(yes).to_have_attribute("aria-pressed", "true")
    expect(phone.locator("#poll-own")).to_contain_text("Đã ghi nhận")
    plain.goto(f"{server.sample['url']}?tab=ranking")
    plain.locator("#poll-box .opt").last.click()
    expect(plain.locator("#poll-box .opt").last).to_have_attribute("aria-pressed", "true")
    others_answer(phone, server, ["yes"] * 4)
    expect(screen.locator(".lead-n")).to_have_text("6")
    expect(phone.locator("#poll-res [data-n]").first).to_have_text("6")
    expect(yes).to_have_attribute("aria-pressed", "true")
    expect(phone.locator("#poll-res .bar")).to_have_count(0)
    moderator.locator("#poll-close").click()
    expect(screen.locator("#bar-yes b")).to_have_text("83,3 %")
    expect(phone.locator("#poll-res .mineflag:visible")).to_have_count(1)
    phone.reload()
    expect(phone.locator("#poll-res .mineflag:visible")).to_have_count(1)
    moderator.locator("#poll-end").click()
    expect(phone.locator("#poll-box section")).to_have_count(0)
    expect(screen.locator(".poll-wall")).to_have_count(0)
    what_is_typed_stays(phone, moderator, server)
    figure(f"tap to phone {took:.2f} s in Chromium; three taps and a plain form counted as two of 6 ballots")


def what_is_typed_stays(phone: Page, moderator: Page, server: Running) -> None:
    """Others' answers move numbers and eat no half-typed text, nor does a network that fails lose the answer."""
    moderator.goto(f"{server.url}/s/{server.sample['code']}/polls")
    moderator.get_by_label("Câu hỏi").fill("Một điều cần đổi ngay?")
    moderator.get_by_label("Trả lời ngắn").check()
    moderator.get_by_role("button", name="Mở ngay").click()
    box = phone.locator("#poll-box input[maxlength]")
    box.fill("Bớt họp")
    others_answer(phone, server, ["bớt họp"] * 5)
    expect(phone.locator("#poll-res [data-n]").first).to_have_text("5")
    expect(box).to_have_value("Bớt họp")
    phone.route("**/polls/*", lambda route: route.abort("internetdisconnected"), times=1)
    phone.get_by_role("button", name="Gửi câu trả lời").click()
    expect(phone.locator("#poll-own")).to_contain_text("Đã ghi nhận")
    expect(phone.locator("#poll-res [data-n]").first).to_have_text("6")
    moderator.goto(f"{server.url}/s/{server.sample['code']}/moderate")
    expect(moderator.locator("#polls")).to_contain_text("bớt họp")
    moderator.locator("#poll-close").click()
    expect(phone.locator("#poll-res")).to_contain_text("bớt họp")
