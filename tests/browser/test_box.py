"""The ballot box and the gate as a phone sees them: written in one visit, in by itself at the opening, reading at the gate."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from playwright.sync_api import Request
from playwright.sync_api import expect

from bench.server import Running
from bench.server import running
from survey import lifecycle
from survey import rekeying
from survey.core.clock import now
from survey.core.ids import digest
from survey.core.stores import Stores
from survey.dialogues import queries as dialogues
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.room import service
from tests.browser.conftest import Opener
from tests.rolls import Listed
from tests.rolls import beside
from tests.rolls import listed

pytestmark = pytest.mark.browser
NAMES = tuple(f"Thành viên {number}" for number in range(30))
QUESTION = "Khi nào xã có sân bóng đá cho thanh niên?"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that holds nothing yet."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def stores(server: Running) -> Iterator[Stores]:
    """Its databases, keys and boxes, opened beside it as a command would."""
    yield from beside(server.environ)


def taken(page: Page, server: Running, hall: Listed, name: str) -> Page:
    """The ballot is on the phone."""
    page.add_init_script("Math.random = () => 0")  # no half minute of chance at the opening
    page.goto(f"{server.url}/m/{hall.code}#{hall.own(name).token}")
    page.get_by_role("button", name=re.compile("Nhận phiếu kín")).click()
    page.wait_for_function("(name) => localStorage.getItem(name)", arg=f"c:{hall.code}")
    return page


def secret_of(page: Page, stores: Stores, hall: Listed) -> str:
    """The ballot that the phone's credential stands for."""
    held = json.loads(page.evaluate("(name) => localStorage.getItem(name)", f"c:{hall.code}"))
    message, signature = (base64.urlsafe_b64decode(held[name] + "==") for name in ("msg", "sig"))
    with stores.db.reading() as session:
        return service.open_credential(dialogues.by_id(session, hall.id), message, signature)


def let_in(stores: Stores, hall: Listed) -> None:
    """The box is emptied now, whatever it holds."""
    stores.box.shut(hall.id)
    lifecycle.empty_box(stores, hall.id, now())


def test_an_envelope_and_the_opening(opened: Opener, server: Running, stores: Stores) -> None:
    """Written wrongly, put right, dropped, looked at, changed; at the opening in by itself, with the own question at hand."""
    hall = listed(stores, *NAMES, strong=True, live=False)
    form = stores.db.write(building.create, hall.id, "Khảo sát trước")
    first = stores.db.write(items.add_item, hall.id, form, "single", {"label": "Chọn gì?", "options": "Lương\nNhà ở"})
    rule = {"join": "all", "tests": [{"item": first, "op": "answered", "value": ""}]}
    stores.db.write(items.add_item, hall.id, form, "text", {"label": "Vì sao?", "shown_if": rule})
    stores.db.write(building.open_, hall.id, form)
    page, sent = opened(expected="422"), list[Request]()
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(f"{server.url}/d/{hall.code}/box")
    expect(page.locator("#none")).to_contain_text("chưa giữ phiếu kín")
    expect(page.get_by_role("button", name="Bỏ vào hòm phiếu")).to_be_disabled()
    taken(page, server, hall, NAMES[0])
    page.goto(f"{server.url}/d/{hall.code}")
    page.get_by_role("link", name="Viết trước, bỏ vào hòm phiếu").click()
    expect(page.get_by_role("group", name="2. Vì sao?")).to_be_hidden()  # asked after the first one alone
    page.get_by_text("Nhà ở").click()
    expect(page.get_by_role("group", name="2. Vì sao?")).to_be_visible()
    text = page.locator("[data-body]").first
    text.fill("ngắn")
    page.reload()
    expect(text).to_have_value("ngắn")  # the draft is on the phone
    page.get_by_role("button", name="Bỏ vào hòm phiếu").click()
    expect(page.locator("#asks .err")).to_contain_text("ngắn quá")
    text.fill(QUESTION)
    page.get_by_role("button", name="Bỏ vào hòm phiếu").click()
    expect(page.locator("#dropped")).to_contain_text("Đã bỏ vào hòm phiếu. Hòm mở lúc")
    expect(page.locator("#dropped")).to_contain_text("1 phiếu khảo sát, 1 câu hỏi")
    page.reload()
    page.get_by_role("button", name="Xem lại và sửa").click()
    expect(text).to_have_value(QUESTION)
    expect(page.get_by_label("Nhà ở")).to_be_checked()
    expect(page.get_by_role("group", name="2. Vì sao?")).to_be_visible()
    text.fill(QUESTION + " Xin trả lời.")
    page.get_by_role("button", name="Bỏ vào hòm phiếu").click()
    expect(page.locator("#dropped")).to_be_visible()
    drops = [request for request in sent if request.url.endswith(("/box", "/look"))]
    assert {len(request.post_data or "") for request in drops} == {8192}
    assert not any("cookie" in request.all_headers() for request in drops)
    stores.db.write(building.close, hall.id, form)
    for added in (
        " Xin trả lời sớm.",
        " Xin trả lời.",
    ):  # from a page that was left open, then from one without the survey
        page.get_by_role("button", name="Xem lại và sửa").click()
        text.fill(QUESTION + added)
        page.get_by_role("button", name="Bỏ vào hòm phiếu").click()
        expect(page.locator("#dropped")).to_be_visible()
        expect(page.locator("#dropped")).to_contain_text("1 phiếu khảo sát, 1 câu hỏi")
        page.reload()
        expect(page.locator("#box")).to_be_hidden()
        assert page.locator("[data-survey]").count() == 0
    assert (stores.box.count(hall.id), hall.ballots()) == (1, 0)
    lifecycle.take(stores, hall.id, "live", actor="test")
    page.goto(f"{server.url}/d/{hall.code}")
    expect(page.locator("#state")).to_contain_text("cùng mọi người")
    let_in(stores, hall)
    page.goto(f"{server.url}/d/{hall.code}")
    expect(page.locator("nav.tabs")).to_be_visible()
    entered = next(request for request in sent if request.url.endswith("/entry"))
    assert "cookie" not in entered.all_headers(), "nothing from before comes along"
    page.goto(f"{server.url}/d/{hall.code}?tab=mine")
    expect(page.locator("main")).to_contain_text(QUESTION + " Xin trả lời.")
    with stores.db.reading() as session:
        assert (hall.ballots(), queries.one(session, hall.id, form).started) == (1, True)


def test_a_phone_notices_that_the_key_was_changed(opened: Opener, server: Running, stores: Stores) -> None:
    """By itself, from the key in its ballot; it gets back what it wrote, another ballot by its link, and drops it again."""
    hall = listed(stores, *NAMES, strong=True, live=False)
    page = taken(opened(expected="422"), server, hall, NAMES[0])
    page.goto(f"{server.url}/d/{hall.code}/box")
    page.locator("[data-body]").first.fill(QUESTION)
    page.get_by_role("button", name="Bỏ vào hòm phiếu").click()
    expect(page.locator("#dropped")).to_contain_text("Đã bỏ vào hòm phiếu")
    words = page.request.get(f"{server.url}/d/{hall.code}/key", headers={"Accept": "application/json"}).json()["phrase"]
    rekeying.change_key(stores, hall.id, actor="test")
    page.goto(f"{server.url}/d/{hall.code}")
    expect(page.locator("[data-former]")).to_contain_text("phiếu trên máy này không dùng được nữa")
    page.goto(f"{server.url}/d/{hall.code}/box")
    expect(page.locator("#former")).to_contain_text("đã đổi khóa ký phiếu")
    expect(page.locator("[data-body]").first).to_have_value(QUESTION)
    expect(page.get_by_role("button", name="Bỏ vào hòm phiếu")).to_be_disabled()
    page.get_by_role("link", name="Nhận phiếu mới").click()
    expect(page.locator("#ballot [role=status]")).to_contain_text("hãy so sáu tiếng")
    assert " ".join(page.locator("#phrase li").all_inner_texts()) != words
    page.get_by_role("button", name="Nhận phiếu kín").click()
    expect(page).to_have_url(f"{server.url}/d/{hall.code}")
    expect(page.locator("[data-former]")).to_be_hidden()
    page.goto(f"{server.url}/d/{hall.code}/box")
    expect(page.locator("[data-body]").first).to_have_value(QUESTION)
    page.get_by_role("button", name="Bỏ vào hòm phiếu").click()
    expect(page.locator("#dropped")).to_contain_text("Đã bỏ vào hòm phiếu")
    stores.box.shut(hall.id)
    lifecycle.empty_box(stores, hall.id, now())
    assert hall.ballots() == 1


def test_who_comes_late_reads_and_may_go_in_alone(opened: Opener, server: Running, stores: Stores) -> None:
    """The board without a vote; after ten minutes a choice in words; then in, and counted."""
    hall = listed(stores, *NAMES, strong=True)
    lifecycle.empty_box(stores, hall.id, now().replace(year=now().year + 1))  # the opening lies back
    page = taken(opened(), server, hall, NAMES[0])
    expect(page.locator("#gate")).to_contain_text("Đang đợi ở cửa: 1 người, đủ 5 thì cùng vào")
    expect(page.locator("#alone")).to_be_hidden()
    expect(page.locator(".tabs .ask")).to_be_hidden()
    ballot = digest(secret_of(page, stores, hall)).hex()
    stores.box.put(hall.id, ballot, {"since": int(now().timestamp()) // 60 - 11})
    page.reload()
    expect(page.locator("#few")).to_contain_text("đếm công khai")
    assert hall.ballots() == 0
    page.get_by_role("button", name="Vào ngay: nhóm chỉ có 1 người").click()
    expect(page.locator(".tabs .ask")).to_be_visible()
    assert hall.ballots() == 1
    page.goto(f"{server.url}/d/{hall.code}/who")
    expect(page.locator("main")).to_contain_text("người chọn vào ngay khi nhóm ở cửa còn dưới 5")


def test_without_scripts_the_page_says_what_else_there_is(opened: Opener, server: Running, stores: Stores) -> None:
    hall = listed(stores, *NAMES, strong=True, live=False)
    page = opened(javascript=False)
    page.goto(f"{server.url}/d/{hall.code}/box")
    expect(page.locator("#unable")).to_contain_text("Hãy mở bằng máy khác, hoặc viết khi phòng mở")
    expect(page.get_by_role("button", name="Bỏ vào hòm phiếu")).to_have_count(0)
