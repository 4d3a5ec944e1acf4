"""The pictures of cards, of the roll, of the door and of the scrutiny; `docs.shots` takes them with the others."""

from __future__ import annotations

from playwright.sync_api import Browser
from playwright.sync_api import FilePayload
from playwright.sync_api import Page

from bench.browser import chromium
from bench.server import Running
from bench.server import running
from docs.camera import ADDRESS
from docs.camera import LAPTOP
from docs.camera import PHONE
from docs.camera import desk
from docs.camera import new_page
from docs.camera import shoot
from docs.camera import staff
from docs.camera import where

CARDS = ("--members", "60", "--questions", "12", "--votes", "90", "--entry")
ROLL = """STT;Họ và tên;Mã đoàn viên;Chi đoàn;Số điện thoại
1;Nguyễn Thị Ngọc Hân;DV00101;Chi đoàn Văn phòng Sở Nội vụ;0900000101
2;Trần Minh Khánh;DV00102;Chi đoàn Văn phòng Sở Nội vụ;0900000102
3;Lê Hoàng Phúc 2;DV00103;Chi đoàn Văn phòng Sở Nội vụ;0900000103
4;Phạm Thu Trang;DV00104;Chi đoàn Sở Tư pháp;0900000104
5;Huỳnh Quốc Đạt;DV00102;Chi đoàn Sở Tư pháp;0900000105
6;Võ Thanh Bình;DV00106;Chi đoàn Sở Tư pháp;0900 106
7;Đặng Mỹ Duyên;DV00107;Chi đoàn Sở Tư pháp;0900000107
Tổng cộng: 7 đoàn viên;;;;
"""


def main() -> None:
    """A hall with cards, one with a roll, and one with both."""
    with running("province", *CARDS, "tickets", base_url=ADDRESS) as server, chromium(where(server)) as browser:
        shoot(new_page(browser, PHONE), "phone-card", server.sample["url"])
        _cards(staff(browser, server, "organiser", LAPTOP), server)
    with running("province", *CARDS, "roll", base_url=ADDRESS) as server, chromium(where(server)) as browser:
        shoot(new_page(browser, PHONE), "phone-roll", server.sample["url"])
        _link(new_page(browser, PHONE), server)
        organiser = staff(browser, server, "organiser", LAPTOP)
        shoot(organiser, "organiser-roll", desk(server, "roll"))
        _import(organiser, server)
    with running("province", *CARDS, "roll+tickets", base_url=ADDRESS) as server, chromium(where(server)) as browser:
        _door(browser, server)
        scrutineer = staff(browser, server, "scrutineer", LAPTOP)
        scrutineer.goto(f"{desk(server, 'scrutiny')}?heads=63")
        scrutineer.mouse.wheel(0, 400)
        shoot(scrutineer, "scrutiny")


def _cards(page: Page, server: Running) -> None:
    """What is printed and used, and the first sheet of a new batch."""
    shoot(page, "organiser-cards", desk(server, "cards"))
    page.locator("input[name=cards]").fill("16")
    page.get_by_role("button", name="In thẻ").click()
    page.emulate_media(media="print")
    sheet = page.locator(".a4").first
    sheet.wait_for()
    page.evaluate("document.documentElement.style.zoom = 0.8")
    shoot(page, "cards-sheet", part=sheet)


def _link(page: Page, server: Running) -> None:
    """The own place of somebody on the roll, as their link opens it."""
    page.goto(server.sample["entries"][0])
    page.get_by_role("button", name="Nhận phiếu kín và vào phòng").wait_for()
    shoot(page, "phone-link")


def _import(page: Page, server: Running) -> None:
    """A list with mistakes in it, before anybody is on the roll of a new dialogue."""
    page.goto(f"{server.url}/s/")
    page.locator("input[name=theme]").fill("Lãnh đạo tỉnh đối thoại với công chức trẻ, kỳ hai")
    page.get_by_role("button", name="Tạo, soạn trước").click()
    page.locator("input[name=entry][value=roll]").check()
    page.get_by_role("button", name="Chọn cách vào này").click()
    page.get_by_role("link", name="Lập danh sách").click()
    page.get_by_role("link", name="Nhập danh sách từ tệp").click()
    listed = FilePayload(name="danh-sach.csv", mimeType="text/csv", buffer=ROLL.encode("utf-8-sig"))
    page.locator("input[type=file]").set_input_files(listed)
    page.locator("input[name=unit]").fill("")
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("heading", name="người mới").wait_for()
    shoot(page, "organiser-import")


def _door(browser: Browser, server: Running) -> None:
    """Somebody who has just been found, with the code to scan."""
    page = staff(browser, server, "door", LAPTOP)
    page.goto(desk(server, "door"))
    page.get_by_role("searchbox").fill("nguyen")
    page.locator("#found li:has(button)").first.wait_for()
    page.locator("#found li:has(button)").first.get_by_role("button").click()
    page.locator(".twin").wait_for()
    shoot(page, "door")
