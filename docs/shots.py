"""`make shots`: take the pictures of README and user guide anew, from the running sample.

One picture of each view, as its user meets it. The acts in between (entering, asking, choosing what the screen shows) are
done through the pages too, so a renamed button stops this program instead of leaving an old picture.
"""

from __future__ import annotations

from playwright.sync_api import Browser
from playwright.sync_api import Page

from bench.browser import chromium
from bench.server import Running
from bench.server import running
from docs import shots_entry
from docs.camera import ADDRESS
from docs.camera import FOLDER
from docs.camera import LAPTOP
from docs.camera import PHONE
from docs.camera import PROJECTOR
from docs.camera import desk
from docs.camera import new_page
from docs.camera import shoot
from docs.camera import staff
from docs.camera import where

ASKED = "Bộ phận một cửa của phường em chỉ có một máy quét, sáng thứ Hai dân chờ rất lâu. Khi nào được trang bị thêm?"
SPOKEN = "Đề nghị tỉnh mở lớp tập huấn xử lý hồ sơ trực tuyến cho công chức mới ở các xã đảo."


def main() -> None:
    """All pictures: of a hall that is open to whoever has its code, then of the other ways in."""
    FOLDER.mkdir(exist_ok=True)
    with running("province", base_url=ADDRESS) as server, chromium(where(server)) as browser:
        _phone(browser, server)
        _organiser(staff(browser, server, "organiser", LAPTOP), server)
        _moderator(browser, server)
        leader = staff(browser, server, "leader", PROJECTOR)
        shoot(leader, "leader", desk(server, "lead"))
        _device(browser, server)
        _screen(browser, server)
    shots_entry.main()


def _phone(browser: Browser, server: Running) -> None:
    """A member: in by the code, judging, supporting, asking, and what the phone remembers."""
    room = server.sample["url"]
    page = new_page(browser, PHONE)
    shoot(page, "phone-welcome", room)
    page.get_by_role("button", name="Vào phòng").click()
    shoot(page, "phone-unseen", f"{room}?tab=unseen")
    page.goto(f"{room}?tab=ranking")
    page.locator("#live").wait_for(state="attached")
    for place in (1, 3):
        page.locator("button.vote").nth(place).click()
        page.locator("button.vote[aria-pressed=true]").nth(place // 2).wait_for()
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "phone-ranking")
    page.goto(f"{room}/ask")
    page.locator("textarea[name=body]").fill(ASKED)
    page.locator("select[name=topic]").select_option(index=9)
    shoot(page, "phone-ask")
    page.get_by_role("button", name="Gửi câu hỏi").click()
    page.wait_for_url("**tab=mine**")
    page.locator("details.hush > summary").click()
    shoot(page, "phone-mine")
    page.goto(f"{room}?tab=unseen")
    shoot(page, "phone-questionnaire", page.locator("a[href*='/surveys/']").first.get_attribute("href") or "")


def _organiser(page: Page, server: Running) -> None:
    """The office: all dialogues, one of them, its questionnaire, its results, and who may do what."""
    shoot(page, "organiser-home", f"{server.url}/s/")
    shoot(page, "organiser-manage", desk(server, "manage"))
    page.goto(desk(server, "surveys"))
    page.get_by_role("link", name="Kết quả").first.click()
    shoot(page, "organiser-results")
    page.goto(desk(server, "surveys"))
    page.get_by_role("button", name="Tạo từ mẫu").first.click()
    shoot(page, "organiser-survey")
    shoot(page, "organiser-exports", desk(server, "exports"))
    shoot(page, "organiser-staff", desk(server, "staff"))
    page.goto(desk(server, "devices"))
    page.get_by_role("button", name="Mã cho màn chiếu").click()
    shoot(page, "organiser-devices")


def _moderator(browser: Browser, server: Running) -> None:
    """The queue on a laptop and on a phone, and a spoken opinion on its way in."""
    page = staff(browser, server, "moderator", LAPTOP)
    shoot(page, "moderator", desk(server, "moderate"))
    page.goto(desk(server, "intake"))
    page.locator("textarea[name=text]").fill(SPOKEN)
    shoot(page, "moderator-intake")
    shoot(staff(browser, server, "moderator", PHONE), "moderator-phone", desk(server, "moderate"))


def _device(browser: Browser, server: Running) -> None:
    """A tablet that waits to be let in."""
    page = new_page(browser, PROJECTOR)
    page.goto(f"{server.url}/s/device")
    page.locator("input[name=code]").fill(server.sample["code"])
    page.get_by_role("button", name="Hiện sáu chữ số").click()
    page.get_by_role("heading").first.wait_for()
    shoot(page, "device")


def _screen(browser: Browser, server: Running) -> None:
    """The projector in three modes, chosen by the moderator's remote while it stands open."""
    remote = staff(browser, server, "moderator", LAPTOP)
    screen = staff(browser, server, "screen", PROJECTOR)
    remote.goto(desk(server, "moderate"))
    screen.goto(desk(server, "screen"))
    for mode in ("welcome", "ranking", "question"):
        remote.locator(f"#mode-{mode}").click()
        screen.locator(f"#stage.stage-{mode}").wait_for()
        shoot(screen, f"screen-{mode}")


if __name__ == "__main__":
    main()
