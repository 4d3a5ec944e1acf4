"""`make shots`: take the pictures of README and user guide anew, from the running sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import Page

from bench.browser import chromium
from bench.server import Running
from bench.server import running

FOLDER = Path(__file__).parent / "pictures"
PHONE = {"width": 360, "height": 740}
PROJECTOR = {"width": 1024, "height": 768}
LAPTOP = {"width": 1280, "height": 800}


def main() -> None:
    """All pictures; those of the phone after entering the room."""
    FOLDER.mkdir(exist_ok=True)
    with running("province") as server, chromium() as browser:
        phone = _page(browser, PHONE)
        for name, go in _PHONE.items():
            go(phone, server)
            _shoot(phone, name)
        for role, where, size, name in _STAFF:
            page = _page(browser, size)
            page.goto(server.sample["staff"][role])
            page.goto(f"{server.url}/s{'/' + server.sample['code'] if where else ''}/{where}")
            _shoot(page, name)


def _page(browser: Browser, size: dict[str, int]) -> Page:
    return browser.new_context(viewport=size, locale="vi-VN").new_page()  # type: ignore[arg-type]


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(400)  # the font
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


def _welcome(page: Page, server: Running) -> None:
    page.goto(server.sample["url"])


def _enter(page: Page, server: Running) -> None:
    page.get_by_role("button", name="Vào phòng").click()
    page.goto(server.sample["url"] + "?tab=unseen")


def _go(tail: str) -> Callable[[Page, Running], None]:
    return lambda page, server: (page.goto(server.sample["url"] + tail), None)[1]


def _questionnaire(page: Page, server: Running) -> None:
    page.goto(server.sample["url"])
    page.locator("a[href*='/surveys/']").first.click()


_PHONE: dict[str, Callable[[Page, Running], None]] = {
    "phone-welcome": _welcome,
    "phone-unseen": _enter,
    "phone-ranking": _go("?tab=ranking"),
    "phone-ask": _go("/ask"),
    "phone-questionnaire": _questionnaire,
}
_STAFF = (
    ("organiser", "", LAPTOP, "organiser-home"),
    ("organiser", "manage", LAPTOP, "organiser-manage"),
    ("organiser", "surveys", LAPTOP, "organiser-surveys"),
    ("moderator", "moderate", LAPTOP, "moderator"),
    ("moderator", "intake", LAPTOP, "moderator-intake"),
    ("leader", "lead", PROJECTOR, "leader"),
    ("screen", "screen", PROJECTOR, "screen"),
)

if __name__ == "__main__":
    main()
