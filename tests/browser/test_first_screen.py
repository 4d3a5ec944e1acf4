"""The first screen of the room at 360x640: what holds, the pledge and the one thing to do, without scrolling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from bench.server import Running
from bench.server import running
from survey import lifecycle
from survey.accounts import service as accounts
from survey.core import settings
from survey.core.clock import ZONE
from survey.core.db import Database
from survey.core.keys import KeyStore
from survey.dialogues import service as dialogues
from tests.browser.conftest import Opener
from tests.browser.test_every_page import check

SMALL = {"width": 360, "height": 640}
Figure = Callable[[str], None]
Halls = dict[tuple[str, str, str], str]
# What the longest settings can be (200 characters each), and what the shortest are.
LONG = {
    "theme": "Nâng cao chất lượng và hiệu quả giải quyết công việc, chuyển đổi số, phối hợp giữa phòng ban và xã phường; "
             "lương, phụ cấp, đào tạo, luân chuyển và bảo vệ cán bộ trẻ dám nghĩ, dám làm trong năm",
    "leader": "Đồng chí Nguyễn Phúc Tôn Nữ Hoàng Hương Giang, Ủy viên Ban Chấp hành, Phó Bí thư Thường trực, Chủ tịch Hội đồng "
              "nhân dân, Trưởng Đoàn đại biểu Quốc hội của tỉnh, Trưởng ban Chỉ đạo chuyển đổi số",
    "place": "Hội trường lớn tầng hai, Trung tâm Hội nghị và Văn hóa các dân tộc của tỉnh",
}  # fmt: skip
PLAIN = {"theme": "Giám đốc Sở với chi đoàn", "leader": "Đồng chí Giám đốc Sở", "place": "Phòng họp tầng 3"}
PLEDGE = "Tôi muốn nghe ý kiến thật của các đồng chí. Tôi cam kết không tìm hiểu ai đã hỏi câu nào."
ENTRIES = ("open", "tickets", "roll", "roll+tickets")
STATES = {"collecting": lifecycle.collect, "live": lifecycle.open_hall}
KINDS: dict[str, dict[str, Any]] = {
    "long": {**LONG, "pledge": PLEDGE}, "plain": {**PLAIN, "pledge": PLEDGE}, "no pledge": LONG, "no leader": {"pledge": PLEDGE},
}  # fmt: skip
ACTS = {
    ("open", "collecting"): ["Vào phòng"], ("open", "live"): ["Vào phòng"],
    ("tickets", "collecting"): [], ("tickets", "live"): ["Vào phòng bằng thẻ"],
    ("roll", "collecting"): ["Mở đường dẫn cá nhân"], ("roll", "live"): ["Mở đường dẫn cá nhân"],
    ("roll+tickets", "collecting"): ["Mở đường dẫn cá nhân"], ("roll+tickets", "live"): ["Gõ mã thẻ", "Đường dẫn cá nhân"],
}  # fmt: skip
BELOW = """() => [...document.querySelectorAll('#first, #first *')].filter(e => e.checkVisibility())
  .map(e => [Math.ceil(e.getBoundingClientRect().bottom), e.tagName + ' ' + e.textContent.trim().slice(0, 40)])
  .sort((a, b) => b[0] - a[0])[0]"""


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server with a small hall; the others are made beside it."""
    with running("department", "--members", "2", "--questions", "2", "--votes", "1") as made:
        yield made


@pytest.fixture(scope="module")
def halls(server: Running) -> Halls:
    """One dialogue for each way in, state and kind of texts: their codes."""
    found = settings.load(server.environ)
    database, keys = Database(found.database_url), KeyStore(found.key_dir)
    house = database.write(accounts.create_organisation, "Sở Nội vụ")
    codes = {
        (entry, state, kind): _hall(database, keys, house, entry, state, KINDS[kind])
        for entry in ENTRIES for state in STATES for kind in KINDS
    }  # fmt: skip
    database.dispose()
    return codes


def _hall(database: Database, keys: KeyStore, house: str, entry: str, state: str, texts: dict[str, Any]) -> str:
    made: dict[str, str] = database.write(lifecycle.prepare, keys, house, texts.get("theme", "Đối thoại"))
    starts_at = dt.datetime(2026, 11, 26, 8, tzinfo=ZONE)
    database.write(dialogues.change, made["id"], {**texts, "starts_at": starts_at})
    database.write(lifecycle.set_entry, keys, made["id"], entry)
    database.write(STATES[state], made["id"], actor="test")
    return made["code"]


def lowest(page: Page) -> tuple[int, str]:
    """Where the first screen ends, and what stands there."""
    found = page.evaluate(BELOW)
    return int(found[0]), str(found[1])


@pytest.mark.browser
@pytest.mark.claim("entry", "the first screen fits 360x640: every way in and state, longest names, light and dark")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_fits(opened: Opener, server: Running, halls: Halls, scheme: str, figure: Figure) -> None:
    page = opened(SMALL, color_scheme=scheme)
    ends: dict[tuple[str, str, str], tuple[int, str]] = {}
    for hall, code in halls.items():
        page.goto(f"{server.url}/d/{code}")
        page.evaluate("document.fonts.ready")
        shown = page.locator("#first").inner_text()
        assert "Hỏi kín, như bỏ phiếu kín." in shown, hall
        assert ("Tôi cam kết không truy tìm người hỏi." in shown) == (hall[2] != "no pledge"), hall
        acts = page.locator("#first").locator("button, a.btn").all_inner_texts()
        assert acts == ACTS[hall[:2]], hall
        assert page.evaluate("scrollY") == 0
        ends[hall] = lowest(page)
    worst = max(ends, key=lambda hall: ends[hall][0])
    figure(f"{scheme}: {len(ends)} screens, the fullest ends at {ends[worst][0]} px of 640 ({', '.join(worst)})")
    assert {hall: end for hall, end in ends.items() if end[0] > SMALL["height"]} == {}


@pytest.mark.browser
def test_this_test_sees_what_does_not_fit(opened: Opener, server: Running, halls: Halls) -> None:
    page = opened({"width": 360, "height": 400})
    page.goto(f"{server.url}/d/{halls['roll+tickets', 'live', 'long']}")
    assert lowest(page)[0] > 400


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_who_may_know_is_one_tap_away_and_reads_well(
    opened: Opener, server: Running, halls: Halls, javascript: bool
) -> None:
    for entry in ENTRIES:
        page = opened(SMALL, javascript=javascript, bypass_csp=True)
        page.goto(f"{server.url}/d/{halls[entry, 'live', 'long']}")
        if javascript:
            assert check(page) == []
        page.get_by_role("link", name="Ai có thể biết là tôi?").first.click()
        assert page.locator("#answers > li").count() == 6
        if javascript:
            assert check(page) == []
