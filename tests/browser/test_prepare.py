"""Before the day, in Chromium: units answer by their links without a script, the leader's desk hears; and a rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from bench.server import running
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.conftest import staff

Figure = Callable[[str], None]
NAMES = "Sở Nội vụ\nVăn phòng Ủy ban"


@pytest.fixture
def server() -> Iterator[Running]:
    """A dialogue that collects questions before its day; a second try begins with a fresh one."""
    with running("department", "--state", "collecting") as made:
        yield made


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # type: ignore[no-any-return]


def links_of(desk: Page) -> list[str]:
    """Give every topic to a unit and make the links."""
    desk.get_by_label("Đơn vị chưa có trong danh sách").fill(NAMES)
    desk.get_by_role("button", name="Thêm", exact=True).click()
    for place, box in enumerate(desk.locator("#topics > form > ul select").all()):
        box.select_option(index=1 + place % 2)
    desk.get_by_role("button", name="Giao các nhóm này").click()
    desk.get_by_role("button", name="Làm đường dẫn cho các đơn vị").click()
    desk.get_by_text("Tất cả, mỗi đơn vị một dòng").click()
    lines = desk.get_by_label("Tất cả đường dẫn").input_value().strip().splitlines()
    return [line.split("\t")[2] for line in lines]


@pytest.mark.browser
@pytest.mark.claim(
    "followup", "a unit answers on a phone without a script or an account; the leader's desk shows it at once"
)
def test_units_prepare_by_link(opened: Opener, server: Running, figure: Figure) -> None:
    desk = staff(opened(PROJECTOR), server, "organiser", "prepare")
    links = links_of(desk)
    assert len(links) == 2
    lead = staff(opened(PROJECTOR), server, "leader", "lead")
    top = lead.locator("#lead-now h1").inner_text()
    for place, link in enumerate(links):
        unit = opened(PHONE, javascript=False)
        unit.goto(link)
        for box in unit.locator("textarea").all():
            box.fill(f"Nội dung của đơn vị {place + 1}.\nDòng thứ hai.")
        unit.get_by_role("button", name="Lưu nội dung đã ghi").click()
        expect(unit.get_by_role("status")).to_contain_text("Đã lưu")
        assert unit.context.cookies() == []
    prepared = lead.locator("[id^=prep-]")
    expect(prepared).to_have_count(1, timeout=5_000)
    expect(prepared.locator("p")).not_to_be_visible()
    prepared.locator("summary").click()
    expect(prepared.locator("p")).to_contain_text("Dòng thứ hai.")
    assert lead.locator("#lead-now h1").inner_text() == top
    for path in ("prepare", "moderate"):
        phone = staff(opened(PHONE), server, "secretary", path)
        assert fits(phone), path
    figure(f"{len(links)} units, 0 accounts, 0 cookies, 0 scripts; 1 page, 1 button")


@pytest.mark.browser
def test_a_rehearsal_is_marked_on_open_screens_and_goes_again(opened: Opener, server: Running) -> None:
    desk = staff(opened(PROJECTOR), server, "organiser", "manage")
    desk.goto(f"{server.url}/s/")
    desk.get_by_label("Chủ đề đối thoại").fill("Đối thoại để diễn tập")
    desk.locator("button[value=draft]").click()
    code = desk.url.split("/s/")[1].split("/")[0]
    pages = {}
    for name in ("screen", "lead"):
        pages[name] = desk.context.new_page()
        pages[name].goto(f"{server.url}/s/{code}/{name}")
        expect(pages[name].locator("body")).not_to_contain_text("DIỄN TẬP")
    desk.locator("#rehearse > summary").click()
    desk.get_by_role("button", name="Bắt đầu diễn tập").click()
    for name, page in {**pages, "manage": desk}.items():
        expect(page.locator("body"), name).to_contain_text("DIỄN TẬP", timeout=5_000)
    expect(pages["lead"].locator("#lead-now h1")).to_contain_text("(câu thử)")
    phone = opened(PHONE)
    phone.goto(f"{server.url}/d/{code}")
    assert fits(phone)
    phone.get_by_role("button", name="Vào phòng").click()
    expect(phone.locator("#rehearsal")).to_contain_text("DIỄN TẬP")
    desk.get_by_text("Kết thúc và xóa hết…").click()
    desk.get_by_role("button", name="Kết thúc và xóa hết", exact=True).click()
    expect(desk.get_by_role("status")).to_contain_text("đã xóa hết")
    for name, page in pages.items():
        expect(page.locator("body"), name).not_to_contain_text("DIỄN TẬP", timeout=5_000)
    expect(phone.locator("#notice")).to_contain_text("Buổi diễn tập đã kết thúc", timeout=5_000)
    expect(phone.locator("#rehearsal")).to_be_empty()
