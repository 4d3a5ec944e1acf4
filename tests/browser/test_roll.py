"""The member's side in real Chromium: where the secret of a link goes, which cookies meet, the way out of an app."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import socket
import threading
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from bench import server as bench_server
from bench.server import Running
from bench.server import running
from survey import lifecycle
from survey.core.clock import now
from survey.core.stores import Stores
from survey.roll.models import Member
from survey.roll.models import Roll
from tests.browser.conftest import PHONE
from tests.browser.conftest import Opener
from tests.browser.test_every_page import check
from tests.rolls import Listed
from tests.rolls import beside
from tests.rolls import listed

Figure = Callable[[str], None]
ROOT = Path(__file__).resolve().parents[2]
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; SM-A107F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 "
    "Mobile Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
INSIDE = {
    "Zalo": (f"{ANDROID} Zalo android/23110 ZaloTheme/light", f"{IPHONE} Zalo iOS/455 ZaloTheme/light"),
    "Facebook": (f"{ANDROID} [FB_IAB/FB4A;FBAV/440.0.0.0;]", f"{IPHONE} [FBAN/FBIOS;FBAV/440.0]"),
    "Messenger": (f"{ANDROID} [FB_IAB/Orca-Android;FBAV/430.0;]", f"{IPHONE} [FBAN/MessengerForiOS;FBAV/430.0]"),
    "Instagram": (f"{ANDROID} Instagram 300.0.0 Android", f"{IPHONE} Instagram 300.0.0"),
    "Line": (f"{ANDROID} Line/13.20.0/IAB", f"{IPHONE} Line/13.20.0"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that holds nothing yet."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def stores(server: Running) -> Iterator[Stores]:
    """Its databases, opened beside it as a command would."""
    yield from beside(server.environ)


@pytest.fixture
def hall(stores: Stores) -> Listed:
    """Two members, the hall open."""
    return listed(stores, "Nguyễn Thị Mai", "Trần Văn Bình")


@dataclass
class Wire:
    """A cable between browser and server that writes down what the browser sends."""

    upstream: tuple[str, int]
    url: str = ""
    sent: list[bytearray] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen on a port of its own."""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                browser, _ = self.listener.accept()
            except OSError:
                return
            server, heard = socket.create_connection(self.upstream), bytearray()
            self.sent.append(heard)
            threading.Thread(target=_copy, args=(browser, server, heard), daemon=True).start()
            threading.Thread(target=_copy, args=(server, browser, None), daemon=True).start()

    def requests(self) -> list[tuple[str, str]]:
        """Head and body of each request."""
        found = []
        for heard in list(self.sent):
            text = bytes(heard).decode("latin-1")
            parts = re.split(r"(?=(?:GET|POST|HEAD|DELETE) /\S* HTTP/1\.1\r\n)", text)
            found += [(head, body) for head, _, body in (part.partition("\r\n\r\n") for part in parts if part)]
        return found


def _copy(source: socket.socket, target: socket.socket, heard: bytearray | None) -> None:
    try:
        while data := source.recv(65536):
            if heard is not None:
                heard += data
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    """The cable."""
    parts = urlsplit(server.url)
    made = Wire((parts.hostname or "", parts.port or 0))
    yield made
    made.listener.close()


def into_the_room(page: Page) -> Page:
    """Take the ballot and go in."""
    page.get_by_role("button", name=re.compile("Nhận phiếu kín và vào phòng|Vào phòng bằng phiếu")).click()
    page.wait_for_url("**/d/**")
    return page


def reached(page: Page, hall: Listed, name: str = "Nguyễn Thị Mai") -> Page:
    """The own place is open and the address bar is clean."""
    expect(page).to_have_url(re.compile(rf"/m/{hall.code}$"))
    expect(page.locator("h1")).to_have_text(name)
    return page


@pytest.mark.browser
@pytest.mark.claim("entry", "the secret of a link is in no address and no header; cookies of list and room never meet")
def test_where_the_secret_goes_and_which_cookies_meet(browser: Any, hall: Listed, wire: Wire, figure: Figure) -> None:
    """A whole visit on a cable that is listened to: typed code, link, room, a question, back to the list, the history."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    page, own, log = context.new_page(), hall.own("Nguyễn Thị Mai"), []
    context.on("request", lambda sent: log.append((urlsplit(sent.url).path, sent.all_headers().get("cookie", ""))))
    page.goto(f"{wire.url}/m/{hall.code[:3].lower()}-{hall.code[3:].lower()}#{own.token}")
    reached(page, hall)
    into_the_room(page)
    page.goto(f"{wire.url}/d/{hall.code}/ask")
    page.locator("textarea[name=body]").fill("Bao giờ đường vào ấp được sửa để tụi em đi dạy?")
    page.get_by_role("button", name="Gửi câu hỏi").click()
    expect(page.locator("main")).to_contain_text("Chờ duyệt")
    page.goto(f"{wire.url}/m/{hall.code}")
    expect(page.locator("#issued")).to_contain_text("rồi")
    for _ in range(4):
        page.go_back()
        assert own.token not in page.evaluate("location.href")
    page.wait_for_timeout(300)
    requests = wire.requests()
    bodies = [head.split(" ", 2)[:2] for head, body in requests if own.token in body]
    assert [head.split("\r\n", 1)[0] for head, _body in requests if own.token in head] == []
    assert bodies == [["POST", f"/m/{hall.code}/session"]]
    trees = {"d": ("d_session=", "ballot="), "m": ("m_session=",)}
    seen = {"d": 0, "m": 0}
    for path, cookie in [*log, *((head.split(" ", 2)[1], cookies(head)) for head, _body in requests)]:
        tree = path.split("/")[1]
        for other, names in trees.items():
            assert other == tree or not any(name in cookie for name in names), f"{path}: {cookie}"
        if tree in seen:
            seen[tree] += any(name in cookie for name in trees[tree])
    context.close()
    assert seen["d"] > 5, "the control: the room's cookies do travel"
    assert seen["m"] > 3
    figure(f"{len(requests)} requests: the secret in 1 body, 0 heads; {seen['d']} with the room's cookies, {seen['m']} with "
           "the list's, 0 with both")  # fmt: skip


def cookies(head: str) -> str:
    """The Cookie header of a request."""
    found = re.search(r"^cookie: ([^\r]*)", head, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


class Posts:
    """What a page has sent by POST."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.seen: list[str] = []

    def note(self, sent: Any) -> None:
        """Take one request in."""
        if sent.method == "POST":
            self.seen.append(sent.url)


@pytest.mark.browser
@pytest.mark.claim(
    "entry", "out of Zalo, Facebook, Messenger, Instagram, Line before anything is bound; the link goes along"
)
def test_the_way_out_of_an_app(opened: Opener, server: Running, stores: Stores, figure: Figure) -> None:
    """Nothing is sent before the choice; what the app hands to Chrome is the link to the last sign; staying is one tap."""
    names = [f"{app} {n}" for app in INSIDE for n in (0, 1)]
    hall = listed(stores, *names)
    for name in names:
        app, system = name.split()
        link = f"{server.url}/m/{hall.code}#{hall.own(name).token}"
        page, posts = opened(PHONE, user_agent=INSIDE[app][int(system)]), Posts()
        page.on("request", posts.note)
        page.goto(link)
        expect(page.locator("h1")).to_have_text(f"Bạn đang ở trong {app}")
        expect(page.locator("#copy")).to_have_value(link)
        if system == "0":
            assert as_android_reads(str(page.locator("#out").evaluate("a => a.href"))) == (link, "com.android.chrome")
        else:
            assert page.get_by_text("chọn “Mở bằng Safari”").count() == 1
        assert page.locator(".btn-1:visible").count() == 1
        page.wait_for_timeout(200)
        assert posts.seen == []
        assert page.evaluate("location.href") == link, "it stays in the address bar, for the app's own menu"
        page.get_by_role("button", name=f"Ở lại trong {app}").click()
        expect(page.locator("h1")).to_have_text(name)
        page.evaluate("localStorage.clear(); sessionStorage.clear()")  # as some of these apps do
        into_the_room(page)
        page.goto(f"{server.url}/m/{hall.code}")
        expect(page.locator("#issued")).to_contain_text("rồi")
    assert hall.issued() == hall.ballots() == len(names)
    figure(f"{len(names)} in-app browsers: link intact, 0 requests before the choice, {len(names)} in after staying")


def as_android_reads(intent: str) -> tuple[str, str]:
    """What `Intent.parseUri` makes of an intent address: all before the last # is data, with the scheme that is named."""
    data, _, tail = intent.rpartition("#")
    assert intent.startswith("intent://")
    assert tail.startswith("Intent;")
    assert tail.endswith(";end")
    facts = dict(part.split("=", 1) for part in tail.split(";")[1:-1])
    return data.replace("intent", facts["scheme"], 1), facts["package"]


@pytest.mark.browser
def test_the_copied_link_is_what_was_opened(opened: Opener, server: Running, hall: Listed) -> None:
    """The copy button, where only the old command is there (http) and where the clipboard is."""
    page = opened(PHONE, user_agent=INSIDE["Zalo"][1], permissions=["clipboard-read", "clipboard-write"])
    link = f"{server.url}/m/{hall.code}#{hall.own('Nguyễn Thị Mai').token}"
    page.goto(link)
    page.get_by_role("button", name="Chép đường dẫn").click()
    expect(page.locator("#state")).to_contain_text("Đã chép")
    assert page.evaluate("navigator.clipboard.readText()") == link


@pytest.mark.browser
def test_zalo_opens_then_chrome_opens(opened: Opener, server: Running, hall: Listed) -> None:
    """Both may look; the one that asks has it; the other is told where it is, and can say that it was not him."""
    link = f"{server.url}/m/{hall.code}#{hall.own('Nguyễn Thị Mai').token}"
    zalo, chrome = opened(PHONE, user_agent=INSIDE["Zalo"][0], expected="409"), opened(PHONE)
    zalo.goto(link)
    zalo.get_by_role("button", name="Ở lại trong Zalo").click()
    reached(zalo, hall)
    chrome.goto(link)
    into_the_room(reached(chrome, hall))
    zalo.get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
    expect(zalo.get_by_role("button", name="Không phải tôi nhận")).to_be_visible()
    expect(zalo.locator("main")).to_contain_text("Bàn đón")
    zalo.get_by_role("button", name="Không phải tôi nhận").click()
    expect(zalo.locator("main")).to_contain_text("Đến nay 1 người báo như vậy")
    chrome.goto(link)
    into_the_room(reached(chrome, hall))
    assert (hall.issued(), hall.ballots()) == (1, 1)


@pytest.mark.browser
def test_without_scripts_the_typed_code_leads_in(opened: Opener, server: Running, hall: Listed) -> None:
    """Also inside an app, where a link cannot be read without scripts."""
    for name, options in (("Nguyễn Thị Mai", {}), ("Trần Văn Bình", {"user_agent": INSIDE["Zalo"][0]})):
        page = opened(PHONE, javascript=False, **options)
        page.goto(f"{server.url}/m/{hall.code}#{hall.own(name).token}")
        page.get_by_label(re.compile("Mã tám chữ")).fill(hall.own(name).twin.lower())
        page.get_by_role("button", name=re.compile("Mở chỗ của tôi|Ở lại trong Zalo")).click()
        expect(page.locator("h1")).to_have_text(name)
        page.get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
        expect(page.locator("h1")).to_have_text("Phiếu kín đã sẵn sàng")
        page.get_by_role("button", name="Vào phòng").click()
        assert urlsplit(page.url).path == f"/d/{hall.code}"
    assert hall.ballots() == 2


@pytest.mark.browser
def test_a_link_is_not_lost_without_a_network(opened: Opener, server: Running, hall: Listed) -> None:
    """It stays in the address bar until it is opened, and goes by itself when the network is back."""
    page, own = opened(PHONE, expected="ERR_INTERNET_DISCONNECTED"), hall.own("Nguyễn Thị Mai")
    page.route("**/session", lambda route: route.abort("internetdisconnected"))
    page.goto(f"{server.url}/m/{hall.code}#{own.token}")
    expect(page.locator("#state")).to_contain_text("Chưa gửi được vì mạng")
    assert own.token in page.evaluate("location.href")
    page.unroute("**/session")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    reached(page, hall)


@pytest.mark.browser
def test_another_link_in_the_same_tab_opens_the_other_place(opened: Opener, server: Running, hall: Listed) -> None:
    """Only what stands behind the # changes, which loads no page by itself; signs glued to a link by a messenger fall off."""
    page = opened(PHONE)
    page.goto(f"{server.url}/m/{hall.code}#{hall.own('Nguyễn Thị Mai').token}")
    reached(page, hall)
    page.goto(f"{server.url}/m/{hall.code}#{hall.own('Trần Văn Bình').token}.")
    reached(page, hall, "Trần Văn Bình")
    page.goto(f"{server.url}/m/{hall.code}#main")
    expect(page.locator("h1")).to_have_text("Trần Văn Bình")


@pytest.mark.browser
def test_a_link_that_is_nobodys_is_told_on_the_page(opened: Opener, server: Running, hall: Listed) -> None:
    """The one answer, the box for the typed code, and a clean address bar."""
    page, own = opened(PHONE, expected="422"), hall.own("Nguyễn Thị Mai")
    page.goto(f"{server.url}/m/{hall.code}#{own.token[:-2]}xx")
    expect(page.locator("#state")).to_contain_text("không đúng hoặc không còn dùng được")
    expect(page.get_by_label("Mã tám chữ")).to_be_visible()
    assert page.evaluate("location.hash") == ""
    assert "Nguyễn" not in page.content()


@pytest.mark.browser
@pytest.mark.parametrize("off", [-1, 1])
def test_the_clock_of_the_phone_is_asked_for_nothing(opened: Opener, server: Running, hall: Listed, off: int) -> None:
    """A day slow and a day fast, while ballots are handed out for an hour."""
    hall.set(issue_from=now() - dt.timedelta(minutes=30), issue_until=now() + dt.timedelta(minutes=30))
    page = opened(PHONE)
    page.clock.install(time=dt.datetime.now(dt.UTC) + dt.timedelta(days=off))
    page.goto(f"{server.url}/m/{hall.code}#{hall.own('Nguyễn Thị Mai').token}")
    reached(page, hall)
    assert round((page.evaluate("Date.now()") / 1000 - now().timestamp()) / 86_400) == off, "the control"
    into_the_room(page)
    assert hall.ballots() == 1


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_can_be_read_and_touched(opened: Opener, server: Running, stores: Stores, scheme: str) -> None:
    """axe, targets, no scrolling sideways; at most one primary button, and it stands above the fold."""
    faults: dict[str, list[str]] = {}

    def look(name: str, page: Page) -> None:
        primary = page.locator(".btn-1:visible")
        box = primary.first.bounding_box() if primary.count() else None
        faults[name] = check(page) + (["several primary buttons"] if primary.count() > 1 else [])
        if box and box["y"] + box["height"] > PHONE["height"]:
            faults[name].append(f"primary button at {box['y']:.0f} px")

    def fresh(**options: Any) -> Page:
        return opened(
            PHONE, color_scheme=scheme, bypass_csp=True, expected="the server responded with a status of 4", **options
        )

    hall = listed(stores, "Nguyễn Thị Mai", "Trần Văn Bình")
    base, link = f"{server.url}/m/{hall.code}", f"{server.url}/m/{hall.code}#{hall.own('Nguyễn Thị Mai').token}"
    page, other = fresh(), fresh()
    page.goto(base)
    look("box", page)
    page.get_by_label("Mã tám chữ").fill("ABCD EFGH")
    page.get_by_role("button", name="Mở chỗ của tôi").click()
    look("wrong code", page)
    page.goto(link)
    reached(page, hall)
    look("free", page)
    page.goto(f"{base}/correction")
    look("correction", page)
    page.get_by_role("button", name="Gửi ban tổ chức").click()
    look("correction refused", page)
    page.goto(base)
    into_the_room(page)
    page.goto(base)
    look("here", page)
    other.goto(link)
    reached(other, hall)
    look("elsewhere", other)
    other.get_by_role("button", name="Không phải tôi nhận").click()
    expect(other.locator("main")).to_contain_text("người báo như vậy")
    look("claimed", other)
    for system in (0, 1):
        inside = fresh(user_agent=INSIDE["Zalo"][system])
        inside.goto(link)
        look(f"app {system}", inside)
    hall.set(second="phone")
    page = fresh()
    page.goto(f"{base}#{hall.own('Trần Văn Bình').token}")
    reached(page, hall, "Trần Văn Bình")
    look("second", page)
    page.get_by_label("Bốn số cuối").fill("0000")
    page.get_by_role("button", name="Tiếp tục").click()
    look("second wrong", page)
    hall.stores.roll.write(lambda session: setattr(session.get(Member, hall.members["Trần Văn Bình"]), "tries", 8))
    page.goto(base)
    look("locked", page)
    hall.set(second="", issue_from=now() + dt.timedelta(days=1))
    page.goto(base)
    look("early", page)
    with hall.stores.roll.reading() as session:
        assert session.get(Roll, hall.id) is not None
    lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    page.goto(base)
    look("closed", page)
    assert {name: found for name, found in faults.items() if found} == {}
    assert len(faults) == 15


@pytest.mark.browser
@pytest.mark.claim(
    "phone", "the member's page of the roll: no htmx, a script of at most 2 kB, first visit at most 12 kB"
)
def test_the_page_of_the_roll_is_light(browser: Any, server: Running, hall: Listed, figure: Figure) -> None:
    """Encoded bytes of a first visit, fonts apart."""
    context = browser.new_context(viewport=PHONE)
    page, sizes = context.new_page(), {}
    page.on("requestfinished", lambda done: sizes.update({done.url: done.sizes()["responseBodySize"]}))
    page.goto(f"{server.url}/m/{hall.code}")
    page.wait_for_load_state("networkidle")
    context.close()
    scripts = {url: size for url, size in sizes.items() if url.endswith(".js")}
    rest = sum(size for url, size in sizes.items() if ".woff2" not in url)
    figure(f"{rest / 1000:.1f} kB, of it {sum(scripts.values()) / 1000:.1f} kB script, {len(sizes)} requests")
    assert [re.sub(r".*/(\w+)-.*", r"\1", url) for url in scripts] == ["roll"]
    assert 0 < sum(scripts.values()) <= 2_000
    assert rest <= 12_000


def test_the_script_is_written_for_old_phones() -> None:
    """Nothing newer than ES5, and no clock."""
    source = re.sub(r"//.*", "", (ROOT / "static/js/roll.js").read_text(encoding="utf-8"))
    for newer in (
        "=>",
        "`",
        "const ",
        "let ",
        "async ",
        "await ",
        "class ",
        "...",
        "fetch(",
        "Promise",
        "for (const",
        "?.",
        "??",
    ):
        assert newer not in source, newer
    for clock in ("Date", "performance"):
        assert clock not in source
    assert "XMLHttpRequest" in source, "the control"
    assert len(gzip.compress(source.encode())) < 3_000


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_list_and_room_on_sister_hosts(browser: Any, monkeypatch: pytest.MonkeyPatch, scripts: bool) -> None:
    """`ROLL_URL` is another host than `BASE_URL`: the pass goes across, and nothing else does."""
    port = bench_server.free_port()
    monkeypatch.setattr(bench_server, "free_port", lambda: port)
    monkeypatch.setenv("ROLL_URL", f"http://localhost:{port}")
    with running() as server:
        hall = listed(next(beside(server.environ)), "Nguyễn Thị Mai")
        context, faults = browser.new_context(viewport=PHONE, java_script_enabled=scripts), Posts()
        page, own = context.new_page(), hall.own("Nguyễn Thị Mai")
        page.on("console", lambda said: faults.seen.append(said.text) if said.type == "error" else None)
        page.goto(f"http://localhost:{port}/m/{hall.code}" + (f"#{own.token}" if scripts else ""))
        if not scripts:
            page.get_by_label("Mã tám chữ").fill(own.twin)
            page.get_by_role("button", name="Mở chỗ của tôi").click()
        reached(page, hall)
        page.get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
        if not scripts:
            page.get_by_role("button", name="Vào phòng").click()
        expect(page).to_have_url(f"http://127.0.0.1:{port}/d/{hall.code}/entry")
        page.get_by_role("button", name="Vào phòng").click()  # the room asks once more who comes from another host
        expect(page).to_have_url(f"http://127.0.0.1:{port}/d/{hall.code}")
        kept = {(cookie["name"], cookie["domain"]) for cookie in context.cookies()}
        context.close()
        assert hall.ballots() == 1
        assert ("m_session", "localhost") in kept
        assert ("ballot", "127.0.0.1") in kept
        assert {domain for name, domain in kept if name == "ballot"} == {"127.0.0.1"}
        assert faults.seen == []
