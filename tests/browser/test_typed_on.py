"""What is written, or wished in a second tab, while something else of this phone is sent: neither is lost nor wrongly shown."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Page
from playwright.sync_api import Route
from playwright.sync_api import expect

from bench.server import Running
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.test_order import Moderator
from tests.browser.test_phones import ASKS
from tests.browser.test_phones import VOTES
from tests.browser.test_phones import Line
from tests.browser.test_phones import board
from tests.browser.test_phones import ranking
from tests.browser.test_phones import stored

FIRST, SECOND = "Bao giờ xã có đường mới cho xe tải đi?", "Vì sao phòng họp xã chưa có máy chiếu?"
MORE = " Và ai trả tiền?"


def write(page: Page, server: Running, text: str) -> Page:
    page.goto(f"{server.sample['url']}/ask")
    page.fill("[name=body]", text)
    page.locator("#ask button[data-retry]").click()
    return page


def own(page: Page, server: Running) -> list[str]:
    page.goto(f"{server.sample['url']}?tab=mine")
    page.locator("summary", has_text="Mở danh sách").click()
    return sorted(page.locator("details.hush .q-body").all_inner_texts())


@pytest.mark.browser
def test_a_question_that_waits_outlives_what_is_said_of_another(opened: Opener, server: Running) -> None:
    phone = enter(opened(PHONE, expected="Failed to"), server)
    write(phone, server, FIRST).wait_for_url("**sent=1")
    asks = Line(phone, ASKS)
    asks.state = "cut"
    expect(write(phone, server, SECOND).locator("#ask-wait")).to_be_visible()
    for told in (3, 1):
        phone.goto(f"{server.sample['url']}?tab=mine&sent={told}")
        expect(phone.locator("#queue")).to_contain_text("câu hỏi của bạn")
        assert stored(phone) == ["asks", "new"]
    asks.state = "whole"
    expect(phone.locator("#queue")).to_contain_text("Đã ghi nhận")
    assert (own(phone, server), stored(phone)) == (sorted([FIRST, SECOND]), [])


@pytest.mark.browser
def test_what_is_typed_while_a_question_is_sent_stays(opened: Opener, server: Running) -> None:
    """In the tab that sends and in another, each under an id of its own, and said so."""
    phone = enter(opened(PHONE), server)
    held: list[Route] = []
    hold = [True]
    phone.context.route(ASKS, lambda route: held.append(route) if hold[0] else route.continue_())
    write(phone, server, FIRST)
    other = phone.context.new_page()
    other.goto(f"{server.sample['url']}/ask")  # it finds the draft, and sends it too
    expect(other.locator("[name=body]")).to_have_value(FIRST)
    for _wait in range(100):
        if len(held) == 2:
            break
        phone.wait_for_timeout(50)
    phone.locator("[name=body]").press_sequentially(MORE)
    hold[0] = False
    for route in held:
        route.continue_()
    expect(phone.locator("#ask-met")).to_be_visible()
    expect(phone.locator("[name=body]")).to_have_value(FIRST + MORE)
    other.wait_for_url("**sent=1")
    assert stored(phone) == ["new"]
    phone.locator("#ask button[data-retry]").click()
    phone.wait_for_url("**sent=1")
    assert (own(phone, server), stored(phone)) == ([FIRST, FIRST + MORE], [])


@pytest.mark.browser
def test_what_is_refused_in_one_tab_is_not_shown_as_taken_in_another(opened: Opener, server: Running) -> None:
    phone = ranking(enter(opened(PHONE, expected="Failed to"), server), server)
    Moderator(server).post("polls", ready="yesno", label="Có nên họp trực tuyến?")
    said, key = {"error": "not_now", "message": "Câu hỏi này đã được trả lời."}, next(iter(board(server)))
    cut = {phone: True}

    def pass_on(page: Page, route: Route) -> None:
        if route.request.method not in ("POST", "DELETE"):
            route.fallback()
        elif cut[page]:
            route.abort("connectionreset")
        else:
            route.fulfill(status=403, headers={"X-Test": "ours"}, json=said)

    other = phone.context.new_page()
    cut[other] = True
    for page in (phone, other):
        for path in (VOTES, "**/polls/*"):
            page.route(path, partial(pass_on, page))
    phone.locator(f"#v-{key}").click()
    phone.locator("#poll-box .opt").first.click()
    expect(phone.locator("#queue")).to_be_visible()
    ranking(other, server)
    expect(other.locator(f"#v-{key}")).to_have_attribute("aria-pressed", "true")
    expect(other.locator("#poll-own")).to_contain_text("Chưa gửi được")
    cut[phone] = False
    expect(phone.locator(f"#v-{key}")).to_have_attribute("aria-pressed", "false")
    expect(phone.locator("#poll-own")).to_have_text(said["message"])
    cut[other] = False
    expect(other.locator(f"#v-{key}")).to_have_attribute("aria-pressed", "false")
    expect(other.locator("#poll-own")).to_have_text(said["message"])
    assert stored(other) == []
