"""Open pages in Chromium while moderators merge and hold the order: what reaches them, and what stays under the thumb."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from bench.client import Client
from bench.client import member
from bench.server import Running
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff


class Moderator:
    """A moderator's program: the same acts as the page's, as JSON. Or somebody else's of the staff."""

    def __init__(self, server: Running, role: str = "moderator", where: str = "moderate") -> None:
        self.client, self.desk = Client(server.url), f"/s/{server.sample['code']}"
        self.client.get(server.sample["staff"][role].removeprefix(server.url))
        self.token = self.client.csrf(f"{self.desk}/{where}")

    def post(self, path: str, **data: Any) -> None:
        """Do it; it must be taken."""
        json = {"X_CSRFToken": self.token, "Accept": "application/json"}
        answer = self.client.post(f"{self.desk}/{path}", data, **json)
        assert answer.status < 400, answer.text


@pytest.mark.browser
def test_wordings_and_the_held_order_reach_open_pages(opened: Opener, server: Running) -> None:
    """Merged twice and split under an open fold and a focused button; held and let go on phone, screen and desk."""
    moderator = Moderator(server)
    board = f"/d/{server.sample['code']}/board.json"
    rows = member(server.url, server.sample["code"]).get(board).json()["questions"]
    first, second, third = [row for row in rows if row["state"] == "approved"][:3]
    phone = enter(opened(PHONE), server)
    phone.goto(f"{server.sample['url']}?tab=ranking")
    screen = staff(opened(PROJECTOR), server, "screen", "screen")
    leader = staff(opened(PROJECTOR), server, "leader", "lead")
    moderator.post("screen", mode="ranking")
    vote = phone.locator(f"#v-{first['id']}")
    vote.focus()

    moderator.post(f"questions/{first['id']}/merge", others=second["id"])
    fold = phone.locator(f"#q-{first['id']} #w-{first['id']}")
    expect(fold).to_contain_text("Gộp từ 2 câu, đọc các cách viết", timeout=15_000)
    expect(vote).to_be_focused()
    fold.locator("summary").focus()
    fold.locator("summary").press("Enter")
    expect(fold.get_by_text(second["body"])).to_be_visible()
    moderator.post(f"questions/{first['id']}/merge", others=third["id"])
    expect(fold).to_contain_text("Gộp từ 3 câu", timeout=15_000)
    expect(fold.get_by_text(third["body"])).to_be_visible()  # still open, and still in hand
    expect(fold.locator("summary")).to_be_focused()
    expect(phone.locator(f"#q-{first['id']} .no")).to_contain_text("gộp từ 3 câu")
    for _ in range(2):
        moderator.post(f"questions/{first['id']}/split")
    expect(fold).to_have_count(0, timeout=15_000)
    expect(phone.locator(f"#q-{first['id']} .no")).not_to_contain_text("gộp")

    said = (phone.locator("#held"), screen.locator("#stage-say"), leader.locator("#lead-order"))
    for held, words in ((1, "Thứ tự đang được giữ"), (0, "Thứ tự cập nhật lại")):
        moderator.post("order", held=held)
        for region in said:
            expect(region).to_contain_text(words, timeout=15_000)
            expect(region).to_have_attribute("role", "status")
        expect(screen.locator("#stage-foot")).to_contain_text(words)
    expect(said[0]).to_have_text("", timeout=15_000)  # said for ten seconds
