"""The door in Chromium: typing finds, a tap shows, a minute hides; two desks at once; and the whole way into the room."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from bench.server import running
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.conftest import staff

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A hall by roll and cards, with eighty on the roll, some of whom have come."""
    with running(
        "province", "--members", "80", "--questions", "3", "--votes", "5", "--entry", "roll+tickets", "--weak"
    ) as made:
        yield made


def find(page: Page, words: str) -> None:
    """Type as somebody at the door does."""
    with page.expect_response(lambda answer: "/door?q=" in answer.url):
        page.get_by_role("searchbox").fill(words)
    expect(page.locator("#found li").first).to_be_visible()


def free(page: Page) -> str:
    """The name of the first in the list whose place is free, shown with the link."""
    row = page.locator("#found li:has(button)").first
    name = row.locator("b").inner_text()
    row.get_by_role("button").click()
    expect(page.locator(".twin")).to_be_visible()
    return name


@pytest.mark.parametrize("size", [PHONE, PROJECTOR, LAPTOP], ids=["phone", "projector", "laptop"])
def test_typing_finds_a_tap_shows_and_a_minute_hides(opened: Opener, server: Running, size: dict[str, int]) -> None:
    page = opened(size)
    page.clock.install()
    staff(page, server, "door", "door")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").fill("nguyen")
    page.clock.run_for(400)
    expect(page.locator("#found li").first).to_be_visible()
    name = free(page)
    expect(page.locator("#person h2")).to_have_text(name)
    assert page.locator("#person h2").bounding_box()["y"] < size["height"] / 2, "in sight"  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.clock.fast_forward(61_000)
    expect(page.locator(".twin")).to_have_count(0)
    expect(page.locator("#person h2")).to_have_text(name)


def test_the_next_name_puts_the_person_before_away(opened: Opener, server: Running) -> None:
    page = staff(opened(PHONE), server, "door", "door")
    find(page, "nguyen")
    free(page)
    page.get_by_role("searchbox").fill("tran")
    expect(page.locator(".twin")).to_have_count(0)
    expect(page.locator("#person")).to_be_empty()


def test_two_desks_at_one_person(opened: Opener, server: Running) -> None:
    """One wins, the other reads what happened, and both lists say that the place is taken."""
    one = staff(opened(LAPTOP), server, "door", "door")
    two = staff(opened(PHONE, expected="409"), server, "door", "door")
    find(one, "le")
    find(two, "le")
    name = free(one)
    assert free(two) == name
    one.get_by_role("button", name="Phát thẻ thay").click()
    expect(one.locator("#person .note-ok")).to_contain_text("Đã ghi là phát thẻ")
    two.get_by_role("button", name="Phát thẻ thay").click()
    expect(two.locator("#person [role=alert]")).to_contain_text("đã nhận thẻ rồi")
    for page in (one, two):
        expect(page.locator("#found li").filter(has_text=name).first).to_contain_text("Đã nhận")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_the_code_at_the_door_into_the_room(opened: Opener, server: Running, javascript: bool) -> None:
    """The eight letters that the door shows, typed on a phone, end in the room; the door then says taken."""
    door = opened(LAPTOP, javascript=javascript)
    staff(door, server, "door", "door?q=nguyen")
    name = free(door)
    twin = door.locator(".twin").inner_text()
    phone = opened(PHONE, javascript=javascript)
    phone.goto(f"{server.url}/m/{server.sample['code']}")
    phone.locator("[name=twin]").fill(twin)
    phone.locator("[name=twin]").press("Enter")
    phone.wait_for_load_state()
    assert name in phone.content()
    phone.get_by_role("button", name=re.compile("Nhận phiếu kín")).click()
    if not javascript:  # a script takes the pass on by itself
        phone.get_by_role("button", name=re.compile("Vào phòng")).click()
    phone.wait_for_url(re.compile(rf"/d/{server.sample['code']}"))
    assert name not in phone.content(), "no page of the room shows a name"
    staff(door, server, "door", "door?q=nguyen")
    expect(door.locator("#found li").filter(has_text=name).first).to_contain_text("Đã nhận")


def test_the_scrutineers_page_follows_by_itself(opened: Opener, server: Running) -> None:
    page = staff(opened(PHONE), server, "scrutineer", "scrutiny?heads=90")
    expect(page.locator(".sums").first).to_be_visible()
    before = page.locator("#figures").inner_text()
    assert "Không khớp" not in before
    with page.expect_response(lambda answer: answer.url.endswith("/scrutiny?heads=90"), timeout=15_000):
        pass
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{server.url}/s/{server.sample['code']}/scrutiny/checklist")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
