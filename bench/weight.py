"""What a phone receives on its first visit of the room: bytes over the wire and requests, cold cache, by Chromium."""

from __future__ import annotations

import json
from dataclasses import asdict
from dataclasses import dataclass

from playwright.sync_api import Browser

from bench.browser import chromium
from bench.server import running


@dataclass(slots=True)
class Weight:
    """Kilobytes (1,000) as encoded on the wire, headers included, and requests; the stream is left out of both."""

    without_fonts: float = 0
    fonts: float = 0
    requests: int = 0
    foreign: int = 0


def first_visit(browser: Browser, url: str, enter: bool = True) -> Weight:
    """Open the room in a fresh profile at 390x844, enter it, and weigh the room page itself with a cold cache."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    if enter:
        page.goto(url)
        page.get_by_role("button", name="Vào phòng").click()
        page.wait_for_load_state()
    cookies = context.storage_state()
    context.close()
    cold = browser.new_context(viewport={"width": 390, "height": 844}, storage_state=cookies)
    page = cold.new_page()
    weight = _weigh(page, url)
    cold.close()
    return weight


def _weigh(page: object, url: str) -> Weight:
    weight, session = Weight(), page.context.new_cdp_session(page)  # type: ignore[attr-defined]
    session.send("Network.enable")
    kinds: dict[str, tuple[str, str]] = {}
    session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: (e["response"]["url"], e["type"])}))

    def finished(event: dict[str, object]) -> None:
        address, kind = kinds.get(str(event["requestId"]), ("", ""))
        if "/live" in address or not address.startswith("http"):
            return
        size = float(str(event["encodedDataLength"])) / 1000
        weight.foreign += not address.startswith(url.split("/d/", maxsplit=1)[0])
        if kind == "Font":
            weight.fonts += size
        else:
            weight.without_fonts += size
            weight.requests += 1

    session.on("Network.loadingFinished", finished)
    page.goto(url)  # type: ignore[attr-defined]
    page.wait_for_timeout(3000)  # type: ignore[attr-defined]
    return weight


def measure() -> dict[str, float]:
    """The figures of one first visit to the sample hall."""
    with running("province") as server, chromium() as browser:
        return asdict(first_visit(browser, server.sample["url"]))


if __name__ == "__main__":
    print(json.dumps(measure()))
