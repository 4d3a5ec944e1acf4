"""Real Chromium against a real server; every page is watched for console errors and foreign hosts."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench.server import Running
from bench.server import running

# Milliseconds. Servers, browsers and tests share two cores; what never comes fails all the same.
expect.set_options(timeout=20_000)
PHONE = {"width": 360, "height": 740}
PROJECTOR = {"width": 1024, "height": 768}
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A hall that is open, with 40 ballots, 12 questions and 120 votes."""
    with running("province", "--members", "40", "--questions", "12", "--votes", "120") as made:
        yield made


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, server: Running) -> Iterator[Opener]:
    """`opened(size, javascript=True)`: a page in a fresh profile; at the end nothing may have gone wrong in any."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(size: dict[str, int] = PHONE, **options: Any) -> Page:
        java_script, expected = options.pop("javascript", True), options.pop("expected", None)
        context = browser.new_context(viewport=size, locale="vi-VN", java_script_enabled=java_script, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        watch(page, server.url, faults, expected)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == [], (server.folder / "server.log").read_text(encoding="utf-8")[-2_000:]


def watch(page: Page, own: str, faults: list[str], expected: str | None = None) -> None:
    """Collect console errors (but for `expected`), page errors, CSP reports, 5xx and requests to another host."""

    def console(message: Any) -> None:
        if message.type == "error" and not (expected and expected in message.text):
            faults.append(f"console: {message.text}")

    page.on("console", console)

    def response(got: Any) -> None:
        if got.status >= 500 and "x-test" not in got.headers:  # what a test itself answers says so
            faults.append(f"{got.status}: {got.url}")

    page.on("response", response)
    page.on("pageerror", lambda e: faults.append(f"error: {e}"))

    def request(sent: Any) -> None:
        if not sent.url.startswith((own, "data:", "blob:")):
            faults.append(f"foreign host: {sent.url}")
        cookies = sent.headers.get("cookie", "")
        trees = {name.split("_")[0] for name in ("d_session", "s_session", "m_session") if name in cookies}
        if "ballot=" in cookies:
            trees.add("d")
        if len(trees) > 1:
            faults.append(f"cookies of two trees: {sent.url}")

    page.on("request", request)


def staff(page: Page, server: Running, role: str, where: str) -> Page:
    """Sign in by the sample's link and go to a staff page."""
    page.goto(server.sample["staff"][role])
    name = f"own_screen_{server.sample['code']}"  # this browser's screen is its owner's alone
    page.context.add_cookies([{"name": name, "value": "1", "url": f"{server.url}/s/"}])
    page.goto(f"{server.url}/s/{server.sample['code']}/{where}")
    return page


def enter(page: Page, server: Running) -> Page:
    """Enter the room by its code."""
    page.goto(server.sample["url"])
    page.get_by_role("button", name="Vào phòng").click()
    page.wait_for_load_state()
    return page
