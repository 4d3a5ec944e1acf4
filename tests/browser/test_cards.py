"""Cards and sites in Chromium: pages that can be used, and sheets that come out of a printer as they were meant."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from bench.server import Running
from bench.server import running
from survey import factory
from survey.accounts import service as accounts
from survey.core import settings as core_settings
from survey.dialogues import sites
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.test_every_page import check
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.conftest import need

Figure = Callable[[str], None]
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}\b")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server over a folder that holds nothing yet."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def cast(server: Running) -> Iterator[Cast]:
    """A hall that is open to cards, with two sites, written from beside the server."""
    app = factory.create_app(core_settings.load(server.environ))
    made = make_cast(app, "open_hall", entry="tickets")
    for name, cards in (("Huyện Cái Nước", 20), ("Thành phố Cà Mau, hội trường Ủy ban nhân dân phường 5", 40)):
        made.write(sites.add, made.dialogue_id, name, cards)
    yield made
    for name in ("db", "roll"):
        app.extensions["survey"][name].dispose()


def signed_in(page: Page, server: Running, cast: Cast, role: str, where: str, site: int | None = None) -> Page:
    """Come by a sample link and go to a page of the dialogue."""
    token = cast.write(accounts.sample_link, cast.organisation_id, role, cast.dialogue_id, name="Lê Thị Hoa", site=site)
    page.goto(f"{server.url}/s/invitation/{token}")
    page.goto(f"{server.url}{cast.desk}/{where}")
    return page


def printed(page: Page, number: int) -> Page:
    """Fill in the form and press its button; the page with all its sheets."""
    page.get_by_label("Số thẻ", exact=True).fill(str(number))
    page.get_by_role("button", name="In thẻ").click()
    page.get_by_text("Hết: đủ").wait_for()
    return page


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_cards_and_sites(
    opened: Opener, server: Running, cast: Cast, size: dict[str, int], scheme: str
) -> None:
    """Before and after printing, with what was scanned, for the organiser and for a host."""
    faults = {}
    page = signed_in(opened(size, color_scheme=scheme, bypass_csp=True), server, cast, "organiser", "cards")
    faults["cards"] = check(page)
    printed(page, 9)
    code = CODE.findall(page.inner_text("main"))[0]
    faults["print"] = check(page)
    page.get_by_role("link", name="Tôi đã in xong").click()
    page.get_by_label("Thẻ thu về").fill(f"{code}\nABCD 2345")
    page.get_by_role("button", name="Hủy các thẻ này").click()
    assert page.locator("#answers li").all_inner_texts()[-2:] == [f"{code}\nđã hủy", "ABCD 2345\nkhông có thẻ này"]
    faults["answers"] = check(page)
    for where in ("sites", "sites/2", "staff"):
        page.goto(f"{server.url}{cast.desk}/{where}")
        faults[where] = check(page)
    page.goto(f"{server.url}{cast.desk}/sites")
    page.locator("#site-2 summary").click()
    faults["site open"] = check(page)
    host = signed_in(opened(size, color_scheme=scheme, bypass_csp=True), server, cast, "host", "sites/1", 1)
    faults["host"] = check(host)
    assert {where: found for where, found in faults.items() if found} == {}


@pytest.mark.claim("entry", "printed cards: eight on a sheet of A4, nothing on the sheet but what was meant")
def test_sheets_leave_the_printer_as_they_were_meant(
    opened: Opener, server: Running, cast: Cast, tmp_path: Path, figure: Figure
) -> None:
    """As Chromium prints: the number of pages, their size, all codes, and no word of the page around them."""
    need(shutil.which("pdftotext"), "pdftotext (poppler-utils)")
    page = printed(signed_in(opened(LAPTOP, bypass_csp=True), server, cast, "organiser", "cards"), 44)
    shown = CODE.findall(page.inner_text("main"))
    file = tmp_path / "cards.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    sheets = text.removesuffix("\f").split("\f")
    facts = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    figure(f"{len(shown)} cards on {len(sheets)} sheets")
    assert [len(CODE.findall(sheet)) for sheet in sheets] == [8, 8, 8, 8, 8, 4]
    assert sorted(CODE.findall(text)) == sorted(shown)
    assert "A4" in facts
    assert "Tôi đã in xong" not in text
    assert "Tới nội dung chính" not in text
    outside = page.evaluate("""() => [...document.querySelectorAll('.tk')].flatMap(card => {
      const box = card.getBoundingClientRect(), half = box.left + box.width / 2;
      return [...card.children].filter(part => {
        const b = part.getBoundingClientRect();
        const right = part.matches('.tk-theme,.tk-qr,.tk-typed,.tk-how');
        return part.scrollHeight > b.height + 1 || part.scrollWidth > b.width + 1
          || (right ? b.left < half : b.right > half) || b.bottom > box.bottom || b.right > box.right;
      }).map(part => part.className);
    })""")
    assert outside == [], "every part stands in its half of the card, and nothing is cut off"


def test_the_hatched_field_covers_qr_and_code_when_folded(opened: Opener, server: Running, cast: Cast) -> None:
    """Mirrored at the fold, by at least a millimetre on each side: that is how exactly people fold."""
    page = printed(signed_in(opened(LAPTOP, bypass_csp=True), server, cast, "organiser", "cards"), 8)
    short = page.evaluate("""() => {
      const mm = document.querySelector('.tk').getBoundingClientRect().width / 96;
      return [...document.querySelectorAll('.tk')].map(card => {
        const box = card.getBoundingClientRect(), hatch = card.querySelector('.tk-hatch').getBoundingClientRect();
        const parts = ['.tk-qr path[stroke]', '.tk-typed'].map(name => {
          const range = document.createRange(), part = card.querySelector(name);
          range.selectNodeContents(part);
          return name == '.tk-typed' ? range.getBoundingClientRect() : part.getBoundingClientRect();
        });
        const fold = box.left + box.width / 2;
        return Math.min(...parts.flatMap(b => [
          hatch.right - (2 * fold - b.left), (2 * fold - b.right) - hatch.left, b.top - hatch.top, hatch.bottom - b.bottom,
        ])) / mm;
      });
    }""")
    assert len(short) == 8
    assert min(short) >= 0
    assert page.locator(".tk-hatch use").count() == 8
    assert str(page.locator("#hatch").get_attribute("d")).count("M") > 60
