"""The page for everybody in Chromium: both sizes, without scripts, and the tokens that a phone keeps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import expect
from werkzeug.serving import make_server

from survey.core.ids import digest
from survey.core.ids import new_token
from survey.questions.models import JudgementToken
from survey.questions.models import Question
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import watch
from tests.browser.test_every_page import check
from tests.conftest import Cast
from tests.public.conftest import Scene
from tests.public.conftest import furnish

Figure = Callable[[str], None]


@pytest.fixture
def after(cast: Cast) -> Scene:
    """A dialogue that was held, with things to read."""
    return furnish(cast)


@pytest.fixture
def served(after: Scene) -> Iterator[str]:
    """The program on a port, a thread for each request."""
    server = make_server("127.0.0.1", 0, after.cast.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)


@pytest.mark.browser
@pytest.mark.claim(
    "followup", "the public page is readable on a phone, searchable without scripts, and takes a kept token once"
)
def test_the_page_for_everybody(after: Scene, served: str, browser: Browser, figure: Figure) -> None:
    """One visit by a stranger without scripts, one by a phone that was in the room."""
    faults, found, page_url = list[str](), list[str](), served + after.path
    for size in (PHONE, PROJECTOR):
        context = browser.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
        page = context.new_page()
        watch(page, served, faults)
        for path in (after.path, f"{after.path}?lang=en", "/p"):
            page.goto(served + path)
            found += [f"{path} {size['width']}: {fault}" for fault in check(page)]
        assert context.cookies() == []
        context.close()
    plain = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(page_url)
    page.get_by_role("searchbox").fill("may tinh")
    page.get_by_label("Trạng thái").select_option(label="Quá hạn")
    page.get_by_role("button", name="Lọc").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#kien-nghi-2")).to_contain_text("Quá hạn 12 ngày")
    plain.close()
    _judge(after, served, browser, faults)
    figure(f"6 page views, {len(found)} faults of axe, size and width; one judgement by one token")
    assert found == []
    assert faults == []


def _judge(after: Scene, served: str, browser: Browser, faults: list[str]) -> None:
    """The room has left a token on this phone: the page lets it be spent, once, without a cookie."""
    token, question = new_token(), after.questions[0]
    after.cast.write(lambda session: session.add(JudgementToken(token=digest(token), question_id=question)))
    context = browser.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    kept = json.dumps({question: {"token": token, "kept": True, "tried": False}})
    leave = f"localStorage.setItem('/d/{after.cast.code}:judge', {json.dumps(kept)})"
    context.add_init_script(f"sessionStorage.done || (sessionStorage.done = 1, {leave})")
    page = context.new_page()
    watch(page, served, faults)
    page.goto(served + after.path)
    place = page.locator("#cau-1")
    place.get_by_role("button", name="Đã thỏa đáng").click()
    expect(place.get_by_role("status")).to_have_text("Đã ghi nhận ý kiến của bạn")
    expect(page.get_by_role("button", name="Đã thỏa đáng")).to_have_count(0)
    page.reload()
    expect(page.locator("#cau-1")).to_be_visible()
    expect(page.get_by_role("button", name="Đã thỏa đáng")).to_have_count(0)
    assert context.cookies() == []
    context.close()
    with after.cast.reading() as session:
        one = session.get_one(Question, question)
        assert (one.judged, one.satisfied) == (1, 1)
