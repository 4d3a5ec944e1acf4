"""The phone's half of a blind signature in real Chromium, and its way from the roll's page into the room."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import PublicFormat
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import ViewportSize
from playwright.sync_api import expect
from sqlalchemy import func
from sqlalchemy import select

from bench import server as bench_server
from bench.server import Running
from bench.server import running
from survey.core import blind
from survey.core import blinding
from survey.core import phrase
from survey.core.blinding import b64
from survey.core.blinding import unb64
from survey.core.clock import now
from survey.core.ids import new_id
from survey.core.stores import Stores
from survey.questions.models import Question
from survey.roll.models import Member
from tests.browser.conftest import Opener
from tests.browser.conftest import watch
from tests.core.test_blind import VECTORS
from tests.rolls import Listed
from tests.rolls import beside
from tests.rolls import listed

Figure = Callable[[str], None]
ROOT = Path(__file__).resolve().parents[2]
VIEW: ViewportSize = {"width": 360, "height": 740}
MAI = "Nguyễn Thị Mai"
pytestmark = pytest.mark.browser


def asset(name: str) -> str:
    """The address of a built file."""
    manifest = json.loads((ROOT / "static/vendor/manifest.json").read_text())
    return f"/static/vendor/{manifest[name]}"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that holds nothing yet."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def stores(server: Running) -> Iterator[Stores]:
    """Its databases, opened beside it as a command would."""
    yield from beside(server.environ)


@pytest.fixture(scope="module")
def script(browser: Browser, server: Running) -> Iterator[Callable[..., Any]]:
    """`script(body, argument)`: run JavaScript with the module as `own` and the argument as `given`."""
    page = browser.new_page()
    page.goto(f"{server.url}/promise")

    def run(body: str, given: Any = None) -> Any:
        return page.evaluate(
            f"async (given) => {{ const own = await import('{asset('credential.js')}'); {body} }}", given
        )

    yield run
    page.close()


def in_page(key: bytes) -> str:
    """A key as a page has it."""
    return base64.b64encode(key).decode()


HEX = "const raw = (text) => Uint8Array.from(text.replace('0x', '').match(/../g), (pair) => parseInt(pair, 16));"
TO_HEX = "const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');"


@pytest.mark.claim("anonymity", "all official vectors of RFC 9474 pass in the browser")
def test_vectors(script: Callable[..., Any], figure: Figure) -> None:
    """Request and signature are those of the standard, byte for byte; a wrong answer is not taken."""
    for vector in VECTORS:
        n, e = int(vector["n"], 16), int(vector["e"], 16)
        public = RSAPublicNumbers(e, n).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        given = {**vector, "spki": b64(public), "mask": f"{pow(int(vector['inv'], 16), -1, n):x}"}
        found = script(
            f"""{HEX}{TO_HEX}
            const pub = await own.open(own.from64(given.spki)), salt = given.salt ? raw(given.salt) : new Uint8Array();
            const asked = await own.conceal(pub, raw(given.input_msg), salt, BigInt('0x' + given.mask));
            const wrong = await own.reveal(pub, asked, raw(given.blinded_msg)).catch((error) => error.message);
            return [hex(asked.request), hex(await own.reveal(pub, asked, raw(given.blind_sig))), wrong];""",
            given,
        )
        assert found == [vector["blinded_msg"].removeprefix("0x"), vector["sig"].removeprefix("0x"), "another key"]
    figure(f"{len(VECTORS)} of {len(VECTORS)}")


@pytest.mark.claim("phone", "the script of a blind-signed ballot, with its way into the room, weighs at most 3 kB")
def test_the_weight_of_the_scripts(figure: Figure) -> None:
    """Gzipped as they are sent; the test of what a browser can do is read by old ones, so nothing in it is newer than ES5."""
    weights = [(ROOT / f"{asset(name).lstrip('/')}.gz").stat().st_size for name in ("able.js", "credential.js")]
    old = (ROOT / "static/js/able.js").read_text()
    figure(f"{sum(weights):,} bytes")
    assert sum(weights) <= 3_000
    assert [newer for newer in ("=>", "const ", "let ", "async", "?.", "1n;", "`") if newer in old] == []


def _both_sides(script: Callable[..., Any], number: int) -> tuple[int, int]:
    """Credentials that the browser made and Python takes, and the other way round."""
    private = blind.new_key()
    public = blind.public_of(private)
    seeds = [b64(secrets.token_bytes(16)) for _ in range(number)]
    asked = script(
        """window.pub = await own.open(own.from64(given[0])); window.all = [];
        for (const seed of given[1]) all.push(await own.ask(pub, own.from64(seed)));
        const again = await own.ask(pub, own.from64(given[1][0]));
        const words = own.to64(again.message) == own.to64(all[0].message);
        return [all.map((each) => own.to64(each.request)), own.to64(again.request), words];""",
        [b64(public), seeds],
    )
    assert asked[2], "the same seed, the same message"
    assert len({asked[1], *asked[0]}) == number + 1, "and each time a mask that nothing else has"
    answers = [b64(blind.sign(private, unb64(request))) for request in asked[0]]
    made = script(
        """const found = [];
        for (let i = 0; i < all.length; i++) {
          found.push([own.to64(all[i].message), own.to64(await own.reveal(pub, all[i], own.from64(given[i])))]);
        }
        return found;""",
        answers,
    )
    ours = sum(blind.is_credential(public, unb64(message), unb64(signature)) for message, signature in made)
    theirs = []
    for _ in range(number):
        blinded = blinding.conceal(public, blinding.new_message(public))
        signed = blinding.reveal(public, blinded, blind.sign(private, blinded.request))
        theirs.append([b64(blinded.message), b64(signed)])
    wrong = [theirs[0][0], theirs[1][1]]
    taken = script(
        "return Promise.all(given.map(([m, s]) => own.holds(pub, own.from64(m), own.from64(s))));", [*theirs, wrong]
    )
    assert taken.pop() is False, "the control"
    return ours, sum(taken)


@pytest.mark.claim("anonymity", "credentials made by either side verify on the other")
def test_both_sides_understand_each_other(script: Callable[..., Any], figure: Figure) -> None:
    """Random keys, seeds, messages."""
    figure(f"{50} there, {50} back")
    assert _both_sides(script, 50) == (50, 50)


@pytest.mark.night
@pytest.mark.claim("anonymity", "a thousand random credentials of either side verify on the other")
def test_both_sides_understand_each_other_a_thousand_times(script: Callable[..., Any], figure: Figure) -> None:
    """The long form."""
    figure("1,000 there, 1,000 back")
    assert _both_sides(script, 1_000) == (1_000, 1_000)


def test_the_phone_makes_the_words_from_the_key_that_it_uses(browser: Browser, server: Running) -> None:
    """The same six syllables as the server's, for twenty keys."""
    page = browser.new_page()
    page.goto(f"{server.url}/promise")
    keys = [blind.public_of(blind.new_key()) for _ in range(20)]
    found = page.evaluate(
        f"async (keys) => {{ const own = await import('{asset('phrase.js')}');"
        " return Promise.all(keys.map((key) => own.phrase(key))); }",
        [in_page(key) for key in keys],
    )
    page.close()
    assert [" ".join(six) for six in found] == [phrase.of(key) for key in keys]


def seated(page: Page, server: Running, hall: Listed, name: str = MAI) -> Page:
    """Open the personal link; the ballot can be taken."""
    page.add_init_script("Math.random = () => 0")  # no half minute of chance at the opening
    page.goto(f"{server.url}/m/{hall.code}#{hall.own(name).token}")
    expect(page.locator("#sign button")).to_be_visible()
    return page


def take(page: Page, server: Running, hall: Listed, word: str = "Nhận phiếu kín và vào phòng") -> Page:
    """Take the ballot and go in. Nobody waits for others here: the gate has tests of its own."""
    ballots = hall.ballots()
    hall.let_in()
    page.get_by_role("button", name=word).click()
    expect(page).to_have_url(f"{server.url}/d/{hall.code}")
    while hall.ballots() == ballots:  # the server emptied the box by itself just before
        hall.let_in()
        page.goto(f"{server.url}/d/{hall.code}/credential")
        expect(page).to_have_url(f"{server.url}/d/{hall.code}")
    return page


def kept(page: Page) -> list[str]:
    """What the browser keeps, by name."""
    return sorted(page.evaluate("Object.keys(localStorage)"))


def test_the_way_from_the_link_into_the_room(opened: Opener, server: Running, stores: Stores) -> None:
    """One tap: signed, in, nothing of it in any address or in `document.cookie`; the same phone comes again as the same."""
    hall = listed(stores, MAI, strong=True)
    page, sent = opened(), []
    page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    seated(page, server, hall)
    words = page.locator("#phrase li").all_inner_texts()
    take(page, server, hall)
    assert (hall.issued(), hall.ballots()) == (1, 1)
    names = kept(page)
    own = json.loads(page.evaluate("(name) => localStorage.getItem(name)", f"c:{hall.code}"))
    assert [name[:2] for name in names] == ["c:", "p:"]
    assert page.evaluate("document.cookie") == ""
    assert own["seed"] not in "".join(url + body for url, body in sent), "the seed leaves the phone in no request"
    ours = json.loads(page.evaluate("(name) => localStorage.getItem(name)", names[1]))
    assert sorted(ours) == ["seed", "sig"], "the mask and the request are forgotten"
    assert [url for url, body in sent if own["sig"] in url] == []
    assert {url for url, body in sent if own["sig"] in body} == {f"{server.url}/d/{hall.code}/entry"}
    posts = {len(body) for url, body in sent if url.endswith(("/entry", "/credential")) and body}
    assert {size % 512 for size in posts} == {0}
    page.goto(f"{server.url}/d/{hall.code}/key")
    assert page.locator(".phrase li").all_inner_texts() == words
    for _again in range(2):
        page.goto(f"{server.url}/m/{hall.code}")
        page.get_by_role("button", name="Vào phòng bằng phiếu đã nhận").click()
        expect(page).to_have_url(f"{server.url}/d/{hall.code}")
    assert (hall.issued(), hall.ballots(), kept(page)) == (1, 1, names)


def test_without_scripts_nothing_is_bound(opened: Opener, server: Running, stores: Stores) -> None:
    """The page says so first, and where a ballot can be had instead."""
    hall = listed(stores, MAI, strong=True)
    page = opened(javascript=False)
    page.goto(f"{server.url}/m/{hall.code}")
    page.get_by_label("Mã tám chữ").fill(hall.own(MAI).twin)
    page.get_by_role("button", name="Mở chỗ của tôi").click()
    expect(page.locator("#unable")).to_contain_text("Chưa có gì gắn vào máy này")
    expect(page.get_by_role("button", name=re.compile("Nhận phiếu"))).to_have_count(0)
    assert hall.issued() == 0


@pytest.mark.parametrize("lacks", ["BigInt", "crypto.subtle", "localStorage"])
def test_an_old_browser_is_told_before_anything_is_bound(
    opened: Opener, server: Running, stores: Stores, lacks: str
) -> None:
    """No BigInt, no WebCrypto, no storage: the same page as without scripts, and no error from what it cannot read."""
    hall, page = listed(stores, MAI, strong=True), opened()
    page.add_init_script(
        {
            "BigInt": "delete window.BigInt",
            "crypto.subtle": "Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})",
            "localStorage": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        }[lacks]
    )
    page.goto(f"{server.url}/m/{hall.code}#{hall.own(MAI).token}")
    expect(page.locator("#unable")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#sign")).to_be_hidden()
    assert hall.issued() == 0


def test_a_lost_answer_costs_nothing(opened: Opener, server: Running, stores: Stores) -> None:
    """The server signed, the answer never came, the page was closed: the same phone asks again and gets its ballot."""
    hall = listed(stores, MAI, strong=True)
    page = opened(expected="net::ERR")
    asked: list[str] = []

    def lose(route: Any) -> None:
        asked.append(route.request.post_data)
        if len(asked) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/credential", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    seated(page, server, hall)
    page.get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
    expect(page.locator("#state")).to_contain_text("Máy sẽ gửi lại khi có mạng")
    (slot,) = kept(page)
    assert sorted(json.loads(page.evaluate("(name) => localStorage.getItem(name)", slot))) == [
        "request",
        "seed",
        "undo",
    ]
    page.reload()
    take(page, server, hall, "Vào phòng bằng phiếu đã nhận")
    blinded = {re.findall("blinded=([^&]+)", body)[0] for body in asked}
    assert (len(blinded), hall.issued(), hall.ballots()) == (1, 1, 1)


def test_two_who_share_a_phone_have_two_ballots(opened: Opener, server: Running, stores: Stores) -> None:
    """The second is asked before the first one's ballot is replaced, and never gets it."""
    hall, page = listed(stores, MAI, "Trần Văn Bình", strong=True), opened(expected="409")
    take(seated(page, server, hall), server, hall)
    hall.let_in()
    seated(page, server, hall, "Trần Văn Bình").get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
    expect(page.get_by_text("Máy này đang giữ một phiếu kín khác")).to_be_visible()
    assert (hall.issued(), hall.ballots()) == (2, 1)
    take(page, server, hall, "Thay bằng phiếu vừa mang đến")
    assert (hall.issued(), hall.ballots()) == (2, 2)


def test_a_member_who_was_given_another_key_notices(opened: Opener, server: Running, stores: Stores) -> None:
    """A roll that signs one member under a key of his own: other words on the phone, and the room does not take it."""
    hall, page = listed(stores, MAI, strong=True), opened()
    private = blind.new_key()
    other = in_page(blind.public_of(private))

    def lie(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'data-key="[^"]+"', f'data-key="{other}"', answer.text()))

    page.route(f"**/m/{hall.code}", lie)
    page.route("**/m/*/credential", lambda route: route.fulfill(json={"signature": _signed(private, route.request)}))
    seated(page, server, hall)
    assert " ".join(page.locator("#phrase li").all_inner_texts()) == phrase.of(base64.b64decode(other))
    page.get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
    expect(page.locator("#state")).to_contain_text("không ký bằng khóa của phòng")
    assert page.locator("#phrase li").all_inner_texts() != phrase.of(base64.b64decode(other)).split()
    assert hall.ballots() == 0


def _signed(private: bytes, request: Any) -> str:
    blinded = unb64(re.findall("blinded=([^&]+)", request.post_data)[0])
    return base64.urlsafe_b64encode(blind.sign(private, blinded)).decode().rstrip("=")


def test_a_server_that_signs_with_another_key_is_caught(opened: Opener, server: Running, stores: Stores) -> None:
    """The announced key and another one that signs: the phone keeps nothing and says what to do."""
    hall, page, private = listed(stores, MAI, strong=True), opened(), blind.new_key()
    page.route("**/m/*/credential", lambda route: route.fulfill(json={"signature": _signed(private, route.request)}))
    seated(page, server, hall).get_by_role("button", name="Nhận phiếu kín và vào phòng").click()
    expect(page.locator("#state")).to_contain_text("một khóa khác khóa đã công bố")
    assert [name[:2] for name in kept(page)] == ["p:"]


@pytest.mark.claim(
    "anonymity", "fresh browsers enter and vote: no cookie in reach of scripts, none of two trees together"
)
def test_a_room_full_of_phones(browser: Browser, server: Running, stores: Stores, figure: Figure) -> None:
    """24 contexts, each a member with a link of its own."""
    _crowd(browser, server, stores, figure, 24)


@pytest.mark.night
@pytest.mark.claim("anonymity", "two hundred fresh browsers enter and vote")
def test_a_hall_full_of_phones(browser: Browser, server: Running, stores: Stores, figure: Figure) -> None:
    """The long form."""
    _crowd(browser, server, stores, figure, 200)


def _crowd(browser: Browser, server: Running, stores: Stores, figure: Figure, number: int) -> None:
    names = [f"Đoàn viên {n}" for n in range(number)]
    faults: list[str] = []
    in_reach: list[str] = []
    hall = listed(stores, *names, strong=True)
    question = _question(stores, hall)
    for name in names:
        context = browser.new_context(viewport=VIEW, locale="vi-VN")
        page = context.new_page()
        watch(page, server.url, faults)
        take(seated(page, server, hall, name), server, hall)
        page.goto(f"{server.url}/d/{hall.code}?tab=ranking")
        page.locator(f"#v-{question}").click()
        expect(page.locator(f"#v-{question}[aria-pressed=true]")).to_be_visible()
        in_reach.append(page.evaluate("document.cookie"))
        context.close()
    figure(f"{number} entered, {hall.ballots()} ballots, {_supporters(stores, question)} votes, {len(faults)} faults")
    assert (hall.issued(), hall.ballots(), _supporters(stores, question)) == (number, number, number)
    assert set(in_reach) == {""}
    assert faults == []


def _question(stores: Stores, hall: Listed) -> str:
    """A question on the board."""
    question = Question(
        id=new_id(), dialogue_id=hall.id, number=1, body="Bao giờ sửa đường vào ấp?", folded="", author=b"", tie=1,
        state="approved", asked_about=now(),
    )  # fmt: skip

    def put(session: Any) -> str:
        session.add(question)
        session.flush()
        return str(question.id)

    return stores.db.write(put)


def _supporters(stores: Stores, question: str) -> int:
    with stores.db.reading() as session:
        return int(session.get_one(Question, question).supporters)


def test_the_picture_is_a_code_that_scanners_read(browser: Browser, server: Running) -> None:
    """Module for module what another encoder draws, in every size that a ballot may need."""
    page = browser.new_page()
    page.goto(f"{server.url}/promise")
    texts = [
        "q" * length for length in (17, 192, 230, 271, 367, 425, 458, 520, 586)
    ]  # full: nothing is left to padding
    found = page.evaluate(
        f"async (texts) => {{ const {{qr}} = await import('{asset('keep.js')}');"
        " return texts.map((text) => qr(text).map((row) => row.map(Number))); }",
        texts,
    )
    page.close()
    for text, rows in zip(texts, found, strict=True):
        size = (len(rows) - 17) // 4
        other = segno.make(text, error="l", mode="byte", version=size, mask=0, boost_error=False, micro=False)
        assert rows == [list(row) for row in other.matrix]


def test_a_ballot_moves_by_its_picture_and_goes_with_leaving(opened: Opener, server: Running, stores: Stores) -> None:
    """Another phone scans it and is the same ballot; "rời đi và xóa" leaves nothing behind, and no second ballot comes."""
    hall, page = listed(stores, MAI, strong=True), opened()
    take(seated(page, server, hall), server, hall)
    page.goto(f"{server.url}/d/{hall.code}/credential/picture")
    expect(page.locator("#picture")).to_have_attribute("src", re.compile("^data:image/png;base64,"))
    own = json.loads(page.evaluate("(name) => localStorage.getItem(name)", f"c:{hall.code}"))
    other = opened()
    other.add_init_script("Math.random = () => 0")
    other.goto(f"{server.url}/d/{hall.code}/credential#c.{own['seed']}.{own['sig']}")
    expect(other).to_have_url(f"{server.url}/d/{hall.code}")
    assert (hall.issued(), hall.ballots(), kept(other)) == (1, 1, [f"c:{hall.code}"])
    third, words = opened(), page.locator("#words").input_value()  # where neither picture nor scanning works
    third.add_init_script("Math.random = () => 0")
    third.goto(f"{server.url}/d/{hall.code}/credential")
    third.get_by_label("Hoặc dán phiếu kín bằng chữ").fill(words[:-9])
    third.get_by_role("button", name="Dùng phiếu này").click()
    expect(third.locator("#state")).to_contain_text("không phải một phiếu kín")
    third.get_by_label("Hoặc dán phiếu kín bằng chữ").fill(words)
    third.get_by_role("button", name="Dùng phiếu này").click()
    expect(third).to_have_url(f"{server.url}/d/{hall.code}")
    assert (hall.issued(), hall.ballots(), kept(third)) == (1, 1, [f"c:{hall.code}"])
    page.goto(f"{server.url}/d/{hall.code}/leave")
    page.get_by_label("Tôi hiểu là không lấy lại được").check()
    page.get_by_role("button", name="Xóa cả phiếu kín và rời phòng").click()
    expect(page.get_by_text("Máy này không còn giữ gì của bạn")).to_be_visible()
    assert kept(page) == []
    page.goto(f"{server.url}/m/{hall.code}")
    expect(page.locator("#lost")).to_contain_text("Không cấp phiếu thứ hai")
    assert (hall.issued(), hall.ballots()) == (1, 1)


def _houses(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Ports of the room's house and of the roll's, known before either is built; `running` takes them in this order."""
    ports = bench_server.free_port(), bench_server.free_port()
    given = iter(ports)
    monkeypatch.setattr(bench_server, "free_port", lambda: next(given))
    monkeypatch.setenv("ROLL_URL", f"http://localhost:{ports[1]}")
    return ports


def _leave_both(page: Page, room: str, port: int, hall: Listed) -> None:
    """ "Rời đi và xóa" leads over to the list's host, which wipes what it keeps, and back."""
    page.goto(f"{room}/d/{hall.code}/leave")
    page.get_by_label("Tôi hiểu là không lấy lại được").check()
    page.get_by_role("button", name="Xóa cả phiếu kín và rời phòng").click()
    page.get_by_role("link", name="Xóa nốt ở trang danh sách").click()
    expect(page).to_have_url(f"http://localhost:{port}/m/{hall.code}/leave")
    assert [name[:2] for name in kept(page)] == ["p:"], "the premise: there is something left here"
    page.get_by_role("button", name="Xóa ở trang danh sách").click()
    expect(page).to_have_url(f"{room}/d/{hall.code}?left=all")
    expect(page.get_by_text("Máy này không còn giữ gì của bạn")).to_be_visible()
    page.goto(f"http://localhost:{port}/m/{hall.code}")
    expect(page.get_by_label("Mã tám chữ")).to_be_visible()
    assert kept(page) == []


def test_roll_and_room_in_two_houses(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers: the union's holds the list and the key that signs, the other one the room. What crosses is the credential,
    behind the # of an address; neither server has the other's keys or list, no cookie goes to the other."""
    ports = _houses(monkeypatch)
    with running() as room:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{room.folder}/data/main.sqlite3")
        with running(base_url=room.url) as roll:
            theirs, ours = next(beside(roll.environ)), next(beside(room.environ))
            hall = listed(theirs, MAI, strong=True)
            for purpose in ("vote", "ask", "response", "mute"):
                if theirs.keys.exists(hall.id, purpose):
                    ours.keys.create(hall.id, purpose, partial(theirs.keys.get, hall.id, purpose))
                    theirs.keys.destroy(hall.id, purpose)
            crossed: list[tuple[str, str]] = []
            faults: list[str] = []
            context = browser.new_context(viewport=VIEW)
            page = context.new_page()
            page.add_init_script("Math.random = () => 0")
            page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
            page.on("request", lambda sent: crossed.append((sent.url, sent.headers.get("cookie", ""))))
            page.goto(f"http://localhost:{ports[1]}/m/{hall.code}#{hall.own(MAI).token}")
            take(page, room, hall)
            kept_by = {(cookie["name"], cookie["domain"]) for cookie in context.cookies()}
            assert ("ballot", "127.0.0.1") in kept_by
            assert {domain for name, domain in kept_by if name == "m_session"} == {"localhost"}
            assert [url for url, cookie in crossed if "m_session" in cookie and url.startswith(room.url)] == []
            assert kept(page) == [f"c:{hall.code}"]
            _leave_both(page, room.url, ports[1], hall)
            context.close()
            assert (hall.issued(), hall.ballots(), faults) == (1, 1, [])
            with ours.roll.reading() as session:
                assert session.scalar(select(func.count()).select_from(Member)) == 0
            assert not ours.keys.exists(hall.id, "issue")
            assert not theirs.keys.exists(hall.id, "vote")
