"""The leader's desk under a finger: a tablet in Chromium, and what hall and phones see of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Locator
from playwright.sync_api import expect

from bench.client import member
from bench.server import Running
from bench.server import running
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff

Figure = Callable[[str], None]
MOST, THUMB, SETTLED = (
    12,
    48,
    800,
)  # touches; pixels; milliseconds after which a button that has just come takes a touch


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Running]:
    """A dialogue that is to begin: questions are there, the chairman is not."""
    with running("province", "--members", "12", "--questions", "12", "--votes", "60", "--state", "collecting") as made:
        yield made


def too_small(page: object) -> list[str]:
    """What can be touched on the desk and is smaller than a thumb."""
    found = []
    for one in page.locator(".lead button:visible, .lead a.btn:visible, .lead summary.btn:visible").all():  # type: ignore[attr-defined]
        box = one.bounding_box()
        if box and (box["height"] < THUMB or box["width"] < THUMB):
            found.append(f"{one.inner_text()} {box['width']:.0f}x{box['height']:.0f}")
    return found


@pytest.mark.browser
@pytest.mark.claim(
    "stage",
    "the chairman is late: from 0 to an answered first question, a moved end time, a grouped answer and Kết thúc in at most "
    "12 touches on a 1024x768 tablet, in Chromium",
)
def test_the_chairman_is_late(opened: Opener, server: Running, figure: Figure) -> None:
    """Touch by touch; then the hall, a phone, the keys of a presenter and the undo."""
    tablet = staff(opened(PROJECTOR, has_touch=True), server, "leader", "lead")
    screen = staff(opened(PROJECTOR), server, "screen", "screen")
    touches, small = 0, []

    def touch(what: Locator) -> None:
        nonlocal touches
        expect(what).to_be_visible()
        small.extend(too_small(tablet))
        tablet.wait_for_timeout(SETTLED)
        what.tap()
        touches += 1

    touch(tablet.get_by_role("button", name="Bắt đầu đối thoại"))
    touch(tablet.get_by_role("button", name="Mời trả lời"))
    first = tablet.locator("h1.lead-q").inner_text()
    touch(tablet.get_by_role("button", name="Đã trả lời"))
    expect(tablet.get_by_role("button", name="Mở lại câu vừa xong")).to_be_visible()
    before = tablet.locator("#act-more").get_attribute("formaction")
    touch(tablet.get_by_role("button", name="+5 phút"))
    expect(tablet.locator("#act-more")).not_to_have_attribute("formaction", before or "")
    touch(tablet.get_by_role("link", name="Trả lời gộp"))
    touch(tablet.locator("label.group-all").first)
    touch(tablet.get_by_role("button", name="Đã trả lời các câu này"))
    expect(tablet.get_by_role("button", name="Hoàn tác gộp")).to_be_visible()
    phone = enter(opened(PHONE), server)
    touch(tablet.locator("#lead-end summary"))
    touch(tablet.get_by_role("button", name="Kết thúc đối thoại"))
    expect(tablet.get_by_text("Đối thoại đã kết thúc")).to_be_visible()
    expect(screen.locator(".stage-closing .figs")).to_be_visible()
    expect(phone.get_by_text("Chủ trì vừa kết thúc")).to_be_visible()
    figure(f"{touches} touches of {MOST}, {len(small)} targets under {THUMB} px")
    assert touches <= MOST
    assert small == []
    answered = [row for row in _board(server) if row["state"] == "answered"]
    assert first in [row["body"] for row in answered]
    assert {row["state"] for row in _board(server)} == {"answered", "in_writing"}

    tablet.wait_for_timeout(SETTLED)
    tablet.get_by_role("button", name="Hoàn tác kết thúc").tap()
    expect(tablet.get_by_role("button", name="Mời trả lời")).to_be_visible()
    expect(phone.get_by_text("Chủ trì vừa kết thúc")).to_be_hidden()
    tablet.wait_for_timeout(SETTLED)
    tablet.keyboard.press("PageDown")
    expect(tablet.get_by_role("button", name="Đã trả lời")).to_be_visible()
    tablet.wait_for_timeout(SETTLED)
    tablet.keyboard.press("PageUp")
    expect(tablet.get_by_role("button", name="Mời trả lời")).to_be_visible()


def _board(server: Running) -> list[dict[str, str]]:
    code = server.sample["code"]
    return list(member(server.url, code).get(f"/d/{code}/board.json").json()["questions"])
