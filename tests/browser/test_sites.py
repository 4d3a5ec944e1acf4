"""Sites in Chromium: a host whose line breaks loses nothing, and a booth shows nobody who sat there before."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import Route
from playwright.sync_api import expect

from bench.server import Running
from bench.server import running
from survey.accounts import service as accounts
from survey.core.db import Database
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.keys import KeyStore
from survey.dialogues import sites
from survey.dialogues.queries import by_code
from survey.questionnaires import polls
from survey.questionnaires.plans import Plan
from survey.questions import queries as questions
from survey.room import places
from survey.room import service as room
from tests.browser.conftest import LAPTOP
from tests.browser.conftest import PHONE
from tests.browser.conftest import PROJECTOR
from tests.browser.conftest import Opener
from tests.browser.test_every_page import check

Figure = Callable[[str], None]
NAMES = ("Huyện Cái Nước", "Huyện U Minh", "Huyện Năm Căn")
TYPED = ("Đường về xã bao giờ xong?", "Trường thiếu giáo viên tin học", "Sao cán bộ trẻ ít được đi học?")
BALLOTS = 40
SECRET = "Câu kín của người ngồi trước ở quầy này"


@pytest.fixture(scope="module")
def server():
    """A small hall that is open, with three sites of forty ballots each."""
    with running("province", "--members", "10", "--questions", "4", "--votes", "10") as made:
        main = Database(f"sqlite:///{made.folder}/data/main.sqlite3")
        made.sample["hosts"] = main.write(_sites, KeyStore(Path(made.folder) / "keys"), made.sample["code"])
        made.sample["main"] = main
        yield made
        main.dispose()


def _sites(session, keys, code):
    dialogue = by_code(session, code)
    dialogue.pre_moderation = True
    links = []
    for number, name in enumerate(NAMES, 1):
        sites.add(session, dialogue.id, name, 0, number)
        for _each in range(BALLOTS):
            ballot = digest(new_token())
            room.admit(session, dialogue.id, ballot)
            places.choose(session, keys, dialogue.id, ballot.hex(), number)
        links.append(
            accounts.sample_link(session, dialogue.organisation_id, "host", dialogue.id, name=name, site=number)
        )
    return links


def host(opened: Opener, server: Running, number: int, expected: str | None = None) -> Page:
    page = opened(LAPTOP, expected=expected)
    page.goto(f"{server.url}/s/invitation/{server.sample['hosts'][number - 1]}")
    page.goto(f"{server.url}/s/{server.sample['code']}/sites/{number}")
    return page


def say(page: Page, text: str) -> None:
    page.locator("#say textarea").fill(text)
    page.get_by_role("button", name="Gửi lên bảng").click()


def spoken(server: Running):
    with server.sample["main"].reading() as session:
        rows = questions.board(session, by_code(session, server.sample["code"]).id)
    return sorted((row for row in rows if row.source == "spoken"), key=lambda row: row.number)


@pytest.mark.claim(
    "stage",
    "what a host types while the line is cut arrives once, marked, in the order of typing; two other sites go on",
)
@pytest.mark.parametrize("seconds", [10, pytest.param(120, marks=pytest.mark.night)])
def test_a_site_that_was_cut_off_loses_nothing(opened: Opener, server: Running, seconds: int, figure: Figure) -> None:
    """The line is cut, three questions are typed; it comes back and loses the first answer on its way."""
    before = {row.id for row in spoken(server)}
    cut, two, three = (host(opened, server, number, "net::ERR" if number == 1 else None) for number in (1, 2, 3))
    expect(cut.locator("#people")).to_have_text(str(BALLOTS))
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        if lost:
            return route.continue_()
        route.fetch()  # the server has it; the phone never hears
        lost.append(route.request.url)
        return route.abort("connectionreset")

    cut.route("**/sites/1/questions", lose_one)
    began = time.monotonic()
    cut.context.set_offline(True)
    for text in TYPED:
        say(cut, text)
    say(two, "Từ U Minh: rừng tràm giữ thế nào?")
    say(three, "Từ Năm Căn: bao giờ có cầu?")
    for page in (two, three):
        expect(page.locator("#queue li[data-state=done]")).to_have_count(1)
    expect(cut.locator("#queue li[data-state=wait]")).to_have_count(3)
    expect(cut.locator("#queue")).to_contain_text("Chờ mạng")
    expect(cut.locator("#as-of")).to_contain_text("Mất mạng. Số liệu lúc")
    while time.monotonic() - began < seconds:
        cut.wait_for_timeout(250)
    cut.context.set_offline(False)
    back = time.monotonic()
    expect(cut.locator("#queue li[data-state=done]")).to_have_count(3)
    took = time.monotonic() - back
    assert lost, "the premise: an answer was lost after the server had the question"
    rows = [row for row in spoken(server) if row.id not in before]
    own = [row for row in rows if row.site == NAMES[0]]
    assert [row.body for row in own] == list(TYPED)
    assert sorted(row.site for row in rows if row.site != NAMES[0]) == sorted(NAMES[1:])
    figure(f"cut for {seconds} s: 3 of 3 once, in order, {took:.1f} s after the line came back")


@pytest.mark.claim("anonymity", "after “Xong” nothing of who sat at the booth is left: page, history, storage, cookies")
def test_the_booth_forgets_who_sat_there(opened: Opener, server: Running, figure: Figure) -> None:
    """Typed and not sent, sent, supported; then done. Back, back and forward show the free seat. The control: before, they do."""
    page, at = opened(PHONE), f"{server.sample['url']}/booth"
    page.goto(f"{at}?site=1")
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_label("Câu hỏi, ý kiến").fill(SECRET)
    page.get_by_role("button", name="Gửi câu hỏi").click()
    expect(page.get_by_role("status")).to_contain_text("Đã gửi")
    page.get_by_role("button", name="Ủng hộ câu").first.click()
    expect(page.get_by_role("button", name="Đã ủng hộ. Rút lại")).to_have_count(1)
    before = page.context.cookies()
    page.get_by_label("Câu hỏi, ý kiến").fill(f"{SECRET}, chưa gửi")
    assert page.get_by_label("Câu hỏi, ý kiến").input_value().startswith(SECRET), "the control"
    page.get_by_role("button", name="Xong, mời người tiếp theo").click()
    expect(page.get_by_role("heading", name="Mời người tiếp theo")).to_be_visible()
    steps = 0
    for move in (page.go_back, page.go_back, page.go_back, page.go_forward, page.go_forward):
        move()
        page.wait_for_load_state()
        steps += 1
        if page.url.startswith(at):
            expect(page.get_by_role("heading", name="Mời người tiếp theo")).to_be_visible()
        assert SECRET not in page.content()
        assert "Đã ủng hộ" not in page.content()
    page.goto(at)
    kept = page.evaluate("() => [localStorage.length, sessionStorage.length]")
    after = page.context.cookies()
    assert kept == [0, 0]
    assert {one["name"] for one in after} <= {"d_session"}
    assert not {one["value"] for one in before} & {one["value"] for one in after}
    figure(f"{steps} steps through the history, storage {kept}, {len(after)} cookie of the next one")


def at_site(page: Page, server: Running) -> Page:
    page.goto(f"{server.url}/s/invitation/{server.sample['hosts'][0]}")
    page.goto(f"{server.url}/s/{server.sample['code']}/sites/1")
    return page


def test_a_host_with_an_older_browser_sends(opened: Opener, server: Running) -> None:
    """Without `AbortSignal.timeout` the queue sends; without what it needs the plain form does."""
    page = opened(LAPTOP)
    page.add_init_script("delete AbortSignal.timeout")
    at_site(page, server)
    assert page.evaluate("() => typeof AbortSignal.timeout") == "undefined", "the premise"
    say(page, "Từ máy đời cũ: bao giờ có đường?")
    expect(page.locator("#queue li[data-state=done]")).to_have_count(1)
    oldest = opened(LAPTOP)
    oldest.add_init_script("delete window.AbortController")
    at_site(oldest, server)
    say(oldest, "Từ máy đời cũ hơn: bao giờ có cầu?")
    expect(oldest.get_by_role("main")).to_contain_text("Đã ghi nhận: câu")
    bodies = [row.body for row in spoken(server)]
    assert bodies.count("Từ máy đời cũ: bao giờ có đường?") == bodies.count("Từ máy đời cũ hơn: bao giờ có cầu?") == 1


def test_all_that_waits_is_seen_and_kept_when_the_storage_is_full(opened: Opener, server: Running) -> None:
    """Fourteen wait and are shown; the fifteenth finds no room and waits with them; then all go out, and refusals stay."""
    page = at_site(opened(LAPTOP, expected="Failed to load resource"), server)
    page.context.set_offline(True)
    for number in range(14):
        say(page, f"Câu chờ mạng thứ {number}")
    expect(page.locator("#queue li[data-state=wait]")).to_have_count(14)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }; }")
    say(page, "Câu khi máy hết chỗ")
    expect(page.locator("#queue li[data-state=wait]")).to_have_count(15)
    page.context.set_offline(False)
    expect(page.locator("#queue li[data-state=wait]")).to_have_count(0)
    bodies = [row.body for row in spoken(server)]
    assert [body for body in bodies if body.startswith("Câu chờ mạng")] == [f"Câu chờ mạng thứ {n}" for n in range(14)]
    assert bodies.count("Câu khi máy hết chỗ") == 1
    told = {"error": "not_now", "message": "Đối thoại đã kết luận"}
    page.route("**/sites/1/questions", lambda route: route.fulfill(status=403, json=told))
    say(page, "Câu sau kết luận")
    expect(page.locator("#queue li[data-state=refused]")).to_contain_text("Câu sau kết luận")
    expect(page.locator("#queue li[data-state=refused]")).to_contain_text("Đối thoại đã kết luận")


def test_the_booth_keeps_the_seat_of_who_types_slowly(opened: Opener, server: Running) -> None:
    """Six minutes of slow typing: a sign of life each minute, the text stands, and it is sent. The control: then quiet."""
    page, told = opened(PHONE), []
    page.clock.install()
    page.on("request", lambda sent: told.append(sent.url) if sent.url.endswith("/booth/life") else None)
    page.goto(f"{server.sample['url']}/booth?site=1")
    page.get_by_role("button", name="Bắt đầu").click()
    box = page.get_by_label("Câu hỏi, ý kiến")
    for _step in range(9):
        box.press_sequentially("chậm ")
        page.clock.run_for(40_000)
    assert box.input_value() == "chậm " * 9
    assert 6 <= len(told) <= 8
    page.get_by_role("button", name="Gửi câu hỏi").click()
    expect(page.get_by_role("status")).to_contain_text("Đã gửi")
    page.clock.run_for(95_000)
    expect(page.get_by_role("heading", name="Mời người tiếp theo")).to_be_visible()


def test_a_poll_comes_to_a_booth_where_somebody_writes(opened: Opener, server: Running) -> None:
    """Its place alone is made anew: what is typed stays, and it goes again when the poll closes."""
    page, main = opened(PHONE), server.sample["main"]
    page.goto(f"{server.sample['url']}/booth?site=1")
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("[name=body]").fill(SECRET)
    with main.reading() as session:
        dialogue = by_code(session, server.sample["code"]).id
    poll = main.write(polls.start, dialogue, Plan("yesno", "Có cần họp thêm?"))
    expect(page.locator("#poll-q")).to_have_text("Có cần họp thêm?", timeout=15_000)
    expect(page.locator("[name=body]")).to_have_value(SECRET)
    main.write(polls.close, dialogue, poll)
    expect(page.locator("#poll-q")).to_have_count(0, timeout=15_000)
    expect(page.locator("[name=body]")).to_have_value(SECRET)
    page.get_by_role("button", name="Xong, mời người tiếp theo").click()


def test_a_booth_on_ones_own_phone_leaves_its_lists_alone(opened: Opener, server: Running) -> None:
    """It says so and shows the way back. The control: a device that is not in the room is emptied when somebody sits down."""
    for own in (True, False):
        page, at = opened(PHONE), f"{server.sample['url']}/booth"
        if own:
            page.goto(server.sample["url"])
            page.get_by_role("button", name="Vào phòng").click()
            expect(page.locator("#live")).to_be_attached()
        page.goto(at)
        page.evaluate("(key) => localStorage.setItem(key, 'x')", f"/d/{server.sample['code']}:judge")
        kept = "() => Object.keys(localStorage).filter((key) => key.endsWith(':judge')).length"
        page.goto(at)
        assert page.evaluate(kept) == 1
        expect(page.get_by_role("link", name="Về phòng của bạn")).to_have_count(int(own))
        page.get_by_role("button", name="Bắt đầu").click()
        expect(page.get_by_role("button", name="Xong, mời người tiếp theo")).to_be_visible()
        assert page.evaluate(kept) == int(own)
        page.get_by_role("button", name="Xong, mời người tiếp theo").click()
        expect(page.get_by_role("heading", name="Mời người tiếp theo")).to_be_visible()
        assert page.evaluate(kept) == int(own)


@pytest.mark.parametrize("size", [PHONE, PROJECTOR], ids=["phone", "tablet"])
def test_pages_of_a_site_are_for_everybody(opened: Opener, server: Running, size: dict[str, int]) -> None:
    """The host's page, its sheets and the booth, empty and taken: nothing serious, nothing too small, nothing sideways."""
    page, desk = opened(size), f"{server.url}/s/{server.sample['code']}/sites/2"
    page.goto(f"{server.url}/s/invitation/{server.sample['hosts'][1]}")
    found = {}
    for path in ("", "/print/guide", "/print/slips", "/print/board"):
        page.goto(f"{desk}{path}")
        found[path] = check(page)
    page.goto(f"{server.sample['url']}/booth?site=2")
    found["free"] = check(page)
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.get_by_role("button", name="Xong, mời người tiếp theo")).to_be_visible()
    found["taken"] = check(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
