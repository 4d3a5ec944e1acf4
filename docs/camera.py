"""What takes a picture: a page of the right size, somebody signed in on it, and its file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser
from playwright.sync_api import Locator
from playwright.sync_api import Page

from bench.server import Running

FOLDER = Path(__file__).parent / "pictures"
ADDRESS = "http://doithoai.example"  # what stands in the pictures; the browser is told where it is
PHONE = {"width": 360, "height": 740}
PROJECTOR = {"width": 1024, "height": 768}
LAPTOP = {"width": 1280, "height": 800}
WRONG = 400  # HTTP
COLOURS = 256


def where(server: Running) -> str:
    """The flag that tells Chromium where the address of the pictures is."""
    return f"--host-resolver-rules=MAP {urlsplit(ADDRESS).hostname}:80 127.0.0.1:{server.environ['PORT']}"


def desk(server: Running, page: str) -> str:
    """The address of a page of the desk."""
    return f"{server.url}/s/{server.sample['code']}/{page}"


def new_page(browser: Browser, size: dict[str, int]) -> Page:
    """A page of somebody who has never been here."""
    return browser.new_context(viewport=size, locale="vi-VN", color_scheme="light").new_page()  # type: ignore[arg-type]


def staff(browser: Browser, server: Running, role: str, size: dict[str, int]) -> Page:
    """A page that is signed in as `role`."""
    page = new_page(browser, size)
    page.goto(server.sample["staff"][role])
    name = f"own_screen_{server.sample['code']}"  # the queue shows only where the hall does not see it
    page.context.add_cookies([{"name": name, "value": "1", "url": f"{server.url}/s/"}])
    return page


def shoot(page: Page, name: str, address: str = "", part: Locator | None = None) -> None:
    """What is on the page now, or at `address`, once its fonts are there; `part` of it alone where one is named."""
    if address:
        answer = page.goto(urljoin(ADDRESS, address))
        if answer is None or answer.status >= WRONG:
            raise RuntimeError(f"{name}: {address} answered {answer and answer.status}")
    if not page.evaluate("document.fonts.ready.then(() => document.styleSheets.length)"):
        raise RuntimeError(f"{name}: the page has no style; were the assets built anew in between?")
    page.wait_for_timeout(300)  # what moves has come to rest
    path = FOLDER / f"{name}.png"
    if part:
        part.screenshot(path=path, animations="disabled", caret="hide")
    else:
        page.screenshot(path=path, animations="disabled", caret="hide")
    _lighten(path)
    print(f"{path.name:<26}{path.stat().st_size / 1024:6.0f} kB")


def _lighten(path: Path) -> None:
    """Keep as many colours as a byte can name, without dots between them: less than half the weight."""
    with Image.open(path) as picture:
        fewer = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    fewer.save(path, optimize=True)
