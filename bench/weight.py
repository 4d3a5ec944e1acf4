"""What a phone receives on its first visit of each page of the room: bytes over the wire, cold cache, by Chromium."""

from __future__ import annotations

import json
from dataclasses import dataclass

from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import ViewportSize

from bench.browser import chromium
from bench.server import running

PHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN: ViewportSize = {"width": 1920, "height": 1080}
PAGES = {"unseen": "?tab=unseen", "ranking": "?tab=ranking", "mine": "?tab=mine", "ask": "/ask"}


@dataclass(slots=True)
class Weight:
    """Kilobytes (1,000) as encoded on the wire, headers included, and requests; the stream is left out of both."""

    without_fonts: float = 0
    fonts: float = 0
    requests: int = 0
    foreign: int = 0


def first_visit(browser: Browser, room: str, tail: str = "") -> Weight:
    """Enter the room in a fresh profile at 390x844, then weigh one of its pages as if it were opened straight away."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(room)
    page.get_by_role("button", name="Vào phòng").click()
    page.wait_for_load_state()
    cookies = context.storage_state()
    context.close()
    cold = browser.new_context(viewport=PHONE, storage_state=cookies)
    weight = _weigh(cold.new_page(), room + tail)
    cold.close()
    return weight


def projector(browser: Browser, link: str, screen: str) -> Weight:
    """The same of the projector's page, whose machine has signed in by its link before."""
    context = browser.new_context(viewport=SCREEN)
    context.new_page().goto(link)
    cookies = context.storage_state()
    context.close()
    cold = browser.new_context(viewport=SCREEN, storage_state=cookies)
    weight = _weigh(cold.new_page(), screen)
    cold.close()
    return weight


def _weigh(page: Page, url: str) -> Weight:
    weight, session = Weight(), page.context.new_cdp_session(page)
    origin = "/".join(url.split("/", maxsplit=3)[:3])
    session.send("Network.enable")
    kinds: dict[str, tuple[str, str]] = {}
    session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: (e["response"]["url"], e["type"])}))

    def finished(event: dict[str, object]) -> None:
        address, kind = kinds.get(str(event["requestId"]), ("", ""))
        if "/live" in address or not address.startswith("http"):
            return
        size = float(str(event["encodedDataLength"])) / 1000
        weight.foreign += not address.startswith(origin)
        if kind == "Font":
            weight.fonts += size
        else:
            weight.without_fonts += size
            weight.requests += 1

    session.on("Network.loadingFinished", finished)
    page.goto(url)
    page.wait_for_timeout(3000)
    return weight


def measure() -> dict[str, float]:
    """Every page of a member in the sample hall: kB without fonts; what is the same on all is said once."""
    with running("province") as server, chromium() as browser:
        pages = {name: first_visit(browser, server.sample["url"], tail) for name, tail in PAGES.items()}
    first = pages["unseen"]
    kilobytes = {name: round(weight.without_fonts, 1) for name, weight in pages.items()}
    return {**kilobytes, "fonts": round(first.fonts, 1), "requests": first.requests, "foreign": first.foreign}


if __name__ == "__main__":
    print(json.dumps(measure()))
