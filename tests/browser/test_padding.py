"""What a listener on the line sees of a phone: one size for every vote, and steps of two kB for what is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import Request
from playwright.sync_api import expect

from bench.server import Running
from tests.browser.conftest import Opener
from tests.browser.conftest import enter

Figure = Callable[[str], None]
SHORT, LONG = (
    "Bao giờ sửa nhà công vụ?",
    "Bao giờ sửa nhà công vụ cho cán bộ trẻ ở xã Đất Mũi, và ai chịu trách nhiệm? " * 3,
)


def size(request: Request) -> int:
    """Bytes of method, address and body: all that differs from one request of a phone to the next."""
    return len(request.method) + len(request.url) + len(request.post_data_buffer or b"")


def asked(page: Page, server: Running, text: str) -> Request:
    """The request by which this question leaves the phone."""
    page.goto(f"{server.sample['url']}/ask")
    page.locator("textarea[name=body]").fill(text)
    with page.expect_request(lambda sent: sent.url.endswith("/questions")) as sent:
        page.get_by_role("button", name="Gửi câu hỏi").click()
    page.wait_for_url("**tab=mine**")
    return sent.value


@pytest.mark.browser
@pytest.mark.claim("anonymity", "votes have one size on the line, and questions come in steps of two kB")
def test_bodies_are_padded(opened: Opener, server: Running, figure: Figure) -> None:
    """Support and its withdrawal of two questions; a short and a long question; what is padded is accepted."""
    page = enter(opened(), server)
    page.goto(f"{server.sample['url']}?tab=ranking")
    votes = []
    for button in page.locator("#qs .vote").all()[:2]:
        for pressed in ("true", "false"):
            with page.expect_response(lambda answer: answer.url.endswith("/vote")) as answer:
                button.click()
            assert answer.value.status == 200
            votes.append(answer.value.request)
            expect(button).to_have_attribute("aria-pressed", pressed)
            page.wait_for_timeout(450)  # a second tap within 0.4 s is taken for a trembling thumb
    assert {request.method for request in votes} == {"POST", "DELETE"}, "the premise: both ways"
    assert len({size(request) for request in votes}) == 1
    short, long = (asked(page, server, text) for text in (SHORT, LONG))
    steps = [(size(request) - len(server.url)) % 2048 for request in (short, long)]
    assert steps[0] == steps[1]
    plain = len((short.post_data or "").split("&pad=", maxsplit=1)[0])
    assert plain < len(short.post_data_buffer or b"") / 2, "the control: without the padding it would show"
    figure(f"4 votes of {size(votes[0])} bytes, questions of {size(short)} and {size(long)}")
