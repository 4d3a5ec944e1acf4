"""A phone in Chromium judges an answer: by its ballot in the evening, by a token when nothing of its ballot is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Response
from playwright.sync_api import expect

from bench.client import member
from bench.server import Running
from bench.server import running
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.test_order import Moderator


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Running]:
    """A hall of its own: it is closed in the course of the test."""
    with running("province", "--members", "6", "--questions", "6", "--votes", "20") as made:
        yield made


WAITS = "mã chỉ được nhận khi ít nhất năm máy cùng đưa mã cho chính câu này"


@pytest.mark.browser
def test_a_phone_judges_by_ballot_and_by_token(opened: Opener, server: Running) -> None:
    """The ballot judges one answer; an open page learns of the end and makes tokens; those the room holds judge the other."""
    moderator, leader, code = Moderator(server), Moderator(server, "leader", "lead"), server.sample["code"]
    room = f"/d/{code}"
    others = [member(server.url, code) for _ in range(9)]
    rows = others[0].get(f"{room}/board.json").json()["questions"]
    first, second, third = [row["id"] for row in rows if row["state"] == "approved"][:3]
    phone = enter(opened(PHONE, expected="Failed to load resource"), server)
    phone.goto(f"{server.sample['url']}?tab=ranking")
    for id_ in (first, second, third):
        phone.locator(f"#v-{id_}").click()
        expect(phone.locator(f"#v-{id_}")).to_have_attribute("aria-pressed", "true")
    tokens = [client.csrf(f"{room}/leave") for client in others]
    for client, token in zip(others, tokens, strict=True):
        for id_ in (second, third):
            client.post(f"{room}/questions/{id_}/vote", {"csrf_token": token}, Accept="application/json")
    for id_ in (first, second, third):
        moderator.post(f"questions/{id_}/answer")
        moderator.post(f"questions/{id_}/note", note="Có trong quý này, ở phường 5")

    phone.goto(f"{server.sample['url']}?tab=mine")
    phone.get_by_text("Mở danh sách").click()
    mine = phone.locator(f'[data-judge="{first}"]')
    expect(mine).to_contain_text("Có trong quý này, ở phường 5")
    mine.get_by_role("button", name="Đã thỏa đáng").click()
    expect(phone.locator(f'[data-judge="{first}"] [aria-pressed="true"]')).to_have_count(1)

    phone.goto(f"{server.sample['url']}?tab=ranking")
    expect(phone.locator("script[src*=answers-]")).to_have_count(0)
    with phone.expect_response(lambda answer: answer.url.endswith(f"{room}/satisfaction"), timeout=20_000) as asked:
        leader.post("lead/end")
    assert asked.value.json() == {"questions": [], "soon": True}, "the open page loads the script by itself"

    moderator.post("step", to="closed")
    with phone.expect_response(is_taking) as taken:
        phone.goto(f"{server.sample['url']}?tab=ranking")
    assert taken.value.status == 202
    later = phone.locator(f"#dones #q-{second} .judge-later")
    expect(later).to_contain_text(WAITS)
    expect(later.get_by_role("button")).to_have_count(0)

    saved = phone.context.storage_state()
    phone.context.clear_cookies()  # a phone that cannot ask any more: its token is not held, and nothing says otherwise
    phone.goto(f"{server.sample['url']}?tab=ranking")
    later.get_by_role("button", name="Chưa thỏa đáng").click()
    expect(later).to_contain_text("Chưa ghi nhận")
    phone.route("**/p/*/satisfaction", lambda route: route.abort())  # no line, so it may have arrived; it did not
    later.get_by_role("button", name="Chưa thỏa đáng").click()
    expect(later).to_contain_text("Chưa gửi được")
    phone.unroute("**/p/*/satisfaction")
    later.get_by_role("button", name="Chưa thỏa đáng").click()
    expect(later).to_contain_text("Không rõ ý kiến đã được ghi nhận hay chưa")
    expect(later.get_by_role("button", name="Chưa thỏa đáng")).to_be_visible()
    phone.context.add_cookies(saved["cookies"])  # type: ignore[arg-type]

    for number, (client, token) in enumerate(zip(others, tokens, strict=True)):
        form = {"csrf_token": token, second: f"{number}" * 24, third: f"{number}" * 25}
        assert client.post(f"{room}/satisfaction", form, Accept="application/json").status in {200, 202}
    with phone.expect_response(is_taking) as taken:
        phone.goto(f"{server.sample['url']}?tab=ranking")
    assert (taken.value.status, taken.value.json()["questions"]) == (200, sorted([second, third])), (
        "the tenth brought it in"
    )
    expect(later.get_by_role("button", name="Chưa thỏa đáng")).to_be_visible()
    expect(phone.locator(f"#dones #q-{first} .judge-later")).to_have_count(0)

    phone.context.clear_cookies()
    phone.goto(f"{server.sample['url']}?tab=ranking")
    phone.route("**/p/*/satisfaction", lambda route: (route.fetch(), route.abort()))  # it arrives; the answer does not
    later.get_by_role("button", name="Chưa thỏa đáng").click()
    expect(later).to_contain_text("Chưa gửi được")
    phone.unroute("**/p/*/satisfaction")
    later.get_by_role("button", name="Chưa thỏa đáng").click()
    expect(later).to_contain_text("Đã ghi nhận ý kiến của bạn")
    phone.goto(f"{server.sample['url']}?tab=ranking")
    expect(phone.locator("#dones")).to_be_attached()
    expect(later).to_have_count(0)
    other = phone.locator(f"#dones #q-{third} .judge-later")
    other.get_by_role("button", name="Đã thỏa đáng").click()
    expect(other).to_contain_text("Đã ghi nhận ý kiến của bạn")


def is_taking(answer: Response) -> bool:
    """Whether a phone handed in its tokens."""
    return answer.url.endswith("/satisfaction") and answer.request.method == "POST"
