"""Every page in both sizes: axe finds nothing serious, nothing is too small to touch, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from bench.server import Running
from bench.weight import first_visit
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.conftest import enter
from tests.browser.conftest import staff

MEMBER = ("", "?tab=unseen", "?tab=ranking", "?tab=mine", "/ask", "/leave", "/moderation")
STAFF = (
    ("organiser", "manage"), ("organiser", "surveys"), ("organiser", "surveys/start"), ("organiser", "surveys/import"),
    ("organiser", "exports"), ("organiser", "staff"),
    ("organiser", "devices"), ("organiser", "ready"), ("moderator", "moderate"), ("moderator", "intake"),
    ("moderator", "muted"), ("leader", "lead"), ("screen", "screen"),
)  # fmt: skip
Figure = Callable[[str], None]


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in {"serious", "critical"}]


def too_small(page: Page) -> list[str]:
    """Controls whose box, or whose label's, is under 44 px; links inside a sentence are text."""
    script = """() => [...document.querySelectorAll('a[href],button,select,summary,input:not([type=hidden]),textarea')]
      .filter(e => e.checkVisibility() && !e.closest('p,.xs,.skip,.vh,dd,td') && !e.classList.contains('skip'))
      .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
      .filter(([e, b]) => b.width && (b.height < 43.5 || b.width < 43.5))
      .map(([e, b]) => e.outerHTML.slice(0, 90) + ' ' + b.width + 'x' + b.height)"""
    return list(page.evaluate(script))


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def check(page: Page) -> list[str]:
    """All faults of the page that is open."""
    faults = serious(page) + too_small(page)
    return [*faults, f"{sideways(page)} px wider than the window"] if sideways(page) > 0 else faults


@pytest.mark.browser
@pytest.mark.claim(
    "phone", "axe finds nothing serious on any page; targets of 44 px; no page scrolls sideways at 360 px"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_member(opened: Opener, server: Running, scheme: str, figure: Figure) -> None:
    """Before and after entering."""
    page = opened(PHONE, color_scheme=scheme, bypass_csp=True)
    faults: dict[str, list[str]] = {}
    for path in ("/", "/promise", "/help", "/?code=ZZZZZZ", f"/d/{server.sample['code']}"):
        if "ZZZZZZ" in path:
            continue  # answers 404, which the console counts as an error; looked at in test_refusals
        page.goto(server.url + path)
        faults[path] = check(page)
    enter(page, server)
    for tail in MEMBER:
        page.goto(server.sample["url"] + tail)
        faults[tail] = check(page)
    page.goto(server.sample["url"])
    page.locator("a[href*='/surveys/']").first.click()
    faults["questionnaire"] = check(page)
    figure(f"{len(faults)} pages, {sum(map(len, faults.values()))} faults")
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_pages_of_the_staff(opened: Opener, server: Running, size: dict[str, int]) -> None:
    """On the office's laptop and on a phone."""
    faults: dict[str, list[str]] = {}
    for role, where in STAFF:
        if where == "screen":
            continue
        page = staff(opened(size, bypass_csp=True), server, role, where)
        faults[where] = check(page)
    page = opened(size, bypass_csp=True)
    page.goto(f"{server.url}/s/sign-in")
    faults["sign-in"] = check(page)
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.browser
@pytest.mark.claim("stage", "projector text is at least 28 px at 1024x768")
@pytest.mark.parametrize("mode", ["welcome", "ranking", "question", "closing"])
def test_the_projector_can_be_read_from_the_last_row(
    opened: Opener, server: Running, mode: str, figure: Figure
) -> None:
    """Every visible text, in each mode."""
    desk = staff(opened(LAPTOP), server, "moderator", "moderate")
    token = desk.locator("meta[name=csrf-token]").get_attribute("content")
    where = f"{server.url}/s/{server.sample['code']}/screen"
    sent = desk.request.post(where, form={"mode": mode, "csrf_token": str(token)}, headers={"Origin": server.url})
    assert sent.ok, sent.status
    page = staff(opened(PROJECTOR, bypass_csp=True), server, "screen", "screen")
    sizes: list[float] = page.evaluate("""() => [...document.querySelectorAll('body *')]
      .filter(e => e.checkVisibility() && !e.closest('.vh,.skip,[hidden]')
        && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
      .map(e => parseFloat(getComputedStyle(e).fontSize))""")
    figure(f"{mode}: smallest {min(sizes):.1f} px")
    assert min(sizes) >= 28
    assert serious(page) == []
    assert sideways(page) <= 0


@pytest.mark.browser
@pytest.mark.claim("phone", "first visit of the room: at most 34 kB without fonts, 100 kB with, 6 requests, one host")
def test_first_visit_weighs_little(browser: object, server: Running, figure: Figure) -> None:
    """Encoded bytes with headers, cold cache, stream left out."""
    weight = first_visit(browser, server.sample["url"])  # type: ignore[arg-type]
    figure(
        f"{weight.without_fonts:.1f} kB, with fonts {weight.without_fonts + weight.fonts:.1f}, {weight.requests} requests"
    )
    assert weight.without_fonts <= 34
    assert weight.without_fonts + weight.fonts <= 100
    assert weight.requests <= 6
    assert weight.foreign == 0
