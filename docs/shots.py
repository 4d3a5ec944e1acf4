"""`make shots`: take the pictures of README and user guide anew, from the running sample.

One picture of each view, as its user meets it. The acts in between (entering, asking, choosing what the screen shows) are
done through the pages too, so a renamed button stops this program instead of leaving an old picture.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin
from urllib.parse import urlsplit

from playwright.sync_api import Browser
from playwright.sync_api import Page

from bench.browser import chromium
from bench.server import Running
from bench.server import running

FOLDER = Path(__file__).parent / "pictures"
ADDRESS = "http://doithoai.example"  # what stands in the pictures; the browser is told where it is
PHONE = {"width": 360, "height": 740}
PROJECTOR = {"width": 1024, "height": 768}
LAPTOP = {"width": 1280, "height": 800}
ASKED = "Bộ phận một cửa của phường em chỉ có một máy quét, sáng thứ Hai dân chờ rất lâu. Khi nào được trang bị thêm?"
SPOKEN = "Đề nghị tỉnh mở lớp tập huấn xử lý hồ sơ trực tuyến cho công chức mới ở các xã đảo."
WRONG = 400  # HTTP


def main() -> None:
    """All pictures, of one dialogue in a hall that is open."""
    FOLDER.mkdir(exist_ok=True)
    with running("province", base_url=ADDRESS) as server, chromium(_where(server)) as browser:
        _phone(browser, server)
        _organiser(_staff(browser, server, "organiser", LAPTOP), server)
        _moderator(browser, server)
        leader = _staff(browser, server, "leader", PROJECTOR)
        _shoot(leader, "leader", _desk(server, "lead"))
        _device(browser, server)
        _screen(browser, server)


def _where(server: Running) -> str:
    return f"--host-resolver-rules=MAP {urlsplit(ADDRESS).hostname}:80 127.0.0.1:{server.environ['PORT']}"


def _phone(browser: Browser, server: Running) -> None:
    """A member: in by the code, judging, supporting, asking, and what the phone remembers."""
    room = server.sample["url"]
    page = _page(browser, PHONE)
    _shoot(page, "phone-welcome", room)
    page.get_by_role("button", name="Vào phòng").click()
    _shoot(page, "phone-unseen", f"{room}?tab=unseen")
    page.goto(f"{room}?tab=ranking")
    page.locator("#live").wait_for(state="attached")
    for place in (1, 3):
        page.locator("button.vote").nth(place).click()
        page.locator("button.vote[aria-pressed=true]").nth(place // 2).wait_for()
    page.evaluate("scrollTo(0, 0)")
    _shoot(page, "phone-ranking")
    page.goto(f"{room}/ask")
    page.locator("textarea[name=body]").fill(ASKED)
    page.locator("select[name=topic]").select_option(index=9)
    _shoot(page, "phone-ask")
    page.get_by_role("button", name="Gửi câu hỏi").click()
    page.wait_for_url("**tab=mine**")
    page.locator("details.hush > summary").click()
    _shoot(page, "phone-mine")
    page.goto(f"{room}?tab=unseen")
    _shoot(page, "phone-questionnaire", page.locator("a[href*='/surveys/']").first.get_attribute("href") or "")


def _organiser(page: Page, server: Running) -> None:
    """The office: all dialogues, one of them, its questionnaire, its results, and who may do what."""
    _shoot(page, "organiser-home", f"{server.url}/s/")
    _shoot(page, "organiser-manage", _desk(server, "manage"))
    page.goto(_desk(server, "surveys"))
    page.get_by_role("link", name="Kết quả").first.click()
    _shoot(page, "organiser-results")
    page.goto(_desk(server, "surveys"))
    page.get_by_role("button", name="Tạo từ mẫu").first.click()
    _shoot(page, "organiser-survey")
    _shoot(page, "organiser-exports", _desk(server, "exports"))
    _shoot(page, "organiser-staff", _desk(server, "staff"))
    page.goto(_desk(server, "devices"))
    page.get_by_role("button", name="Mã cho màn chiếu").click()
    _shoot(page, "organiser-devices")


def _moderator(browser: Browser, server: Running) -> None:
    """The queue on a laptop and on a phone, and a spoken opinion on its way in."""
    page = _staff(browser, server, "moderator", LAPTOP)
    _shoot(page, "moderator", _desk(server, "moderate"))
    page.goto(_desk(server, "intake"))
    page.locator("textarea[name=text]").fill(SPOKEN)
    _shoot(page, "moderator-intake")
    _shoot(_staff(browser, server, "moderator", PHONE), "moderator-phone", _desk(server, "moderate"))


def _device(browser: Browser, server: Running) -> None:
    """A tablet that waits to be let in."""
    page = _page(browser, PROJECTOR)
    page.goto(f"{server.url}/s/device")
    page.locator("input[name=code]").fill(server.sample["code"])
    page.get_by_role("button", name="Hiện sáu chữ số").click()
    page.get_by_role("heading").first.wait_for()
    _shoot(page, "device")


def _screen(browser: Browser, server: Running) -> None:
    """The projector in three modes, chosen by the moderator's remote while it stands open."""
    remote = _staff(browser, server, "moderator", LAPTOP)
    screen = _staff(browser, server, "screen", PROJECTOR)
    remote.goto(_desk(server, "moderate"))
    screen.goto(_desk(server, "screen"))
    for mode in ("welcome", "ranking", "question"):
        remote.locator(f"#mode-{mode}").click()
        screen.locator(f"#stage.stage-{mode}").wait_for()
        _shoot(screen, f"screen-{mode}")


def _desk(server: Running, page: str) -> str:
    return f"{server.url}/s/{server.sample['code']}/{page}"


def _page(browser: Browser, size: dict[str, int]) -> Page:
    return browser.new_context(viewport=size, locale="vi-VN", color_scheme="light").new_page()  # type: ignore[arg-type]


def _staff(browser: Browser, server: Running, role: str, size: dict[str, int]) -> Page:
    page = _page(browser, size)
    page.goto(server.sample["staff"][role])
    return page


def _shoot(page: Page, name: str, address: str = "") -> None:
    """What is on the page now, or at `address`, once its fonts are there."""
    if address:
        answer = page.goto(urljoin(ADDRESS, address))
        if answer is None or answer.status >= WRONG:
            raise RuntimeError(f"{name}: {address} answered {answer and answer.status}")
    if not page.evaluate("document.fonts.ready.then(() => document.styleSheets.length)"):
        raise RuntimeError(f"{name}: the page has no style; were the assets built anew in between?")
    page.wait_for_timeout(300)  # what moves has come to rest
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    print(f"{path.name:<26}{path.stat().st_size / 1024:6.0f} kB")


if __name__ == "__main__":
    main()
