"""Figure 16: a phone slowed 6 times on 1.6 Mbit/s and 150 ms: first content of the room, and a tap answered."""

from __future__ import annotations

import json
import statistics

from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import ViewportSize

from bench.browser import chromium
from bench.server import running

PHONE: ViewportSize = {"width": 360, "height": 740}
SLOWER, LATENCY, BYTES = 6, 150, 1_600_000 / 8
TAPS = 5
FIRST_CONTENT = "() => performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime)[0] || 0"
# From the finger to the frame after the change; the answer's change is seen at the button, which is busy until then.
TAP = """async (id) => {
  const button = document.getElementById(id), frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const kept = () => Object.keys(localStorage).some((key) => key.endsWith(':votes'));
  const begun = performance.now();
  button.click();
  await frame();
  const seen = performance.now() - begun;
  while (kept()) await new Promise((done) => setTimeout(done, 5));
  await frame();
  const answered = performance.now() - begun;
  const sent = performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/vote')).at(-1);
  return [seen, answered, sent.responseEnd - sent.startTime];
}"""


def slowed(page: Page) -> Page:
    """Make this page's processor and line those of a cheap phone in a village."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"offline": False, "latency": LATENCY, "downloadThroughput": BYTES, "uploadThroughput": BYTES / 2}
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def first_content(browser: Browser, room: str, tail: str = "") -> float:
    """Milliseconds to the first content of a page of the room, with an empty cache."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(room)
    page.get_by_role("button", name="Vào phòng").click()
    page.wait_for_load_state()
    inside = context.storage_state()
    context.close()
    cold = browser.new_context(viewport=PHONE, storage_state=inside)
    page = slowed(cold.new_page())
    page.goto(room + tail)
    page.wait_for_function(FIRST_CONTENT)
    found = float(page.evaluate(FIRST_CONTENT))
    cold.close()
    return found


def taps(browser: Browser, room: str) -> list[tuple[float, float, float]]:
    """Milliseconds of each tap: until it is seen, until its answer is, and of that the request itself."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(room)
    page.get_by_role("button", name="Vào phòng").click()
    page.wait_for_load_state()
    slowed(page).goto(f"{room}?tab=ranking")
    page.wait_for_function("() => window.room && document.readyState == 'complete'")
    keys = [str(button.get_attribute("id")) for button in page.locator(".vote").all()[:TAPS]]
    found = [tuple(page.evaluate(TAP, key)) for key in keys]
    context.close()
    return [(seen, answered, line) for seen, answered, line in found]


def measure() -> dict[str, float]:
    """Best of three first contents, medians of the taps; `beyond`: what an answered tap takes beyond the request itself."""
    with running("province") as server, chromium() as browser:
        room = server.sample["url"]
        content = {
            tail or "welcome": [first_content(browser, room, tail) for _ in range(3)]
            for tail in ("?tab=unseen", "?tab=ranking")
        }
        tapped = taps(browser, room)
    middle = {name.removeprefix("?tab="): round(min(times)) for name, times in content.items()}
    return {
        **middle, "seen": round(statistics.median(seen for seen, _, _ in tapped)),
        "answered": round(statistics.median(answered for _, answered, _ in tapped)),
        "beyond": round(statistics.median(answered - line for _, answered, line in tapped)),
        "beyond_latency": round(statistics.median(answered - LATENCY for _, answered, _ in tapped)),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure()))
