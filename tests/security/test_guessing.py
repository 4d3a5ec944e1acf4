"""Guessing codes, links, digits and passwords: nothing is found, it is slow, and a whole hall is never kept out."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from survey.accounts import passwords
from survey.accounts.attempts import Attempts
from survey.core.common import Common
from survey.core.errors import TooMany
from survey.core.ids import CODE_ALPHABET
from survey.core.ids import new_code
from survey.core.ids import new_token
from survey.web import guesses
from survey.web import limits
from tests.conftest import csrf
from tests.security.world import PASSWORD
from tests.security.world import World
from tests.security.world import enter
from tests.security.world import fingerprint

Figure = Callable[[str], None]
THIEF, HALL = "203.0.113.9", "198.51.100.7"


def status(world: World, path: str, address: str) -> int:
    """One GET without a browser's trouble, so that ten thousand fit into a test."""
    environ: dict[str, Any] = EnvironBuilder(path, headers=[("Accept", "application/json")]).get_environ()
    heard: list[int] = []
    environ["REMOTE_ADDR"] = address
    body = world.app.wsgi_app(environ, lambda line, _headers, _error=None: heard.append(int(line[:3])))  # type: ignore[arg-type, func-returns-value]
    if hasattr(body, "close"):
        body.close()
    return heard[0]


def codes(world: World) -> Iterator[str]:
    """Codes that are none of ours."""
    taken = {world.here.code, world.beside.code, world.there.code, world.draft.code}
    while True:
        code = new_code()
        if code not in taken:
            yield code


@pytest.mark.claim(
    "security", "guessing join codes finds nothing and is stopped; the hall behind the same address is not"
)
@pytest.mark.parametrize("tries", [2_000, pytest.param(10_000, marks=pytest.mark.night)])
def test_guessing_join_codes_is_stopped_and_the_hall_stays_open(world: World, figure: Figure, tries: int) -> None:
    """In the room, on the home page and on the board; then even a hit is no longer told, but for the hall's own room."""
    before, seen = fingerprint(world.app), Counter[int]()
    assert status(world, f"/d/{world.here.code}", HALL) == 200, "the hall's first phone came before the guessing began"
    source, ways = codes(world), ("/d/{}", "/?code={}", "/d/{}/board.json", "/d/{}/ask")
    for number in range(tries):
        seen[status(world, ways[number % 4].format(next(source)), HALL)] += 1
    assert set(seen) == {404, 429}
    assert seen[404] == guesses.MOST_MISSES
    assert status(world, f"/d/{world.there.code}", HALL) == 429, "a hit looks like a miss by now"
    assert status(world, f"/d/{world.draft.code}", HALL) == 429
    assert status(world, f"/d/{world.here.code}", HALL) == 200, "the hall's own room stays open to everybody there"
    assert status(world, f"/?code={world.here.code}", HALL) == 303
    assert status(world, f"/d/{world.there.code}", THIEF) == 200, "and to everybody elsewhere"
    space = len(CODE_ALPHABET) ** 6
    days = space / seen[404] / 6 / 24
    figure(f"{tries} guesses: 0 hits, {seen[404]} told, {seen[429]} refused; {days:,.0f} days for all codes")
    assert fingerprint(world.app) == before


def test_a_phone_that_is_in_stays_in_while_others_guess(world: World) -> None:
    """A ballot is its own proof, and staff open the way for the address from which they work."""
    source = codes(world)
    for _ in range(guesses.MOST_MISSES):
        status(world, f"/d/{next(source)}", "127.0.0.1")
    phone = world.people["member"]
    assert phone.get(f"/d/{world.here.code}?tab=ranking").status_code == 200
    stranger = world.people["stranger"]
    assert stranger.get(f"/d/{world.here.code}").status_code == 429
    assert "mã không đúng" in stranger.get(f"/d/{world.here.code}").text
    assert int(stranger.get(f"/d/{world.here.code}").headers["Retry-After"]) <= guesses.WINDOW
    assert world.people["moderator"].get(f"/s/{world.here.code}/moderate").status_code == 200
    assert stranger.get(f"/d/{world.here.code}").status_code == 200


@pytest.mark.claim("security", "guesses of invitations, device links and recovery codes find nothing and are stopped")
def test_guessing_links_is_stopped(world: World, figure: Figure) -> None:
    """Tokens of 160 bits and codes of 90: the odds are nil, and the door closes all the same."""
    before, seen = fingerprint(world.app), Counter[int]()
    for number in range(900):
        seen[status(world, f"/s/{'invitation' if number % 2 else 'device'}/{new_token()}", THIEF)] += 1
    assert set(seen) == {404, 429}
    assert seen[404] <= guesses.MOST_MISSES
    assert status(world, f"/s/invitation/{world.here['invitation']}", THIEF) == 200, "the right one is never kept out"
    tried = Counter[int]()
    for _ in range(100):
        tried[
            world.ask("stranger", "POST", "/s/recovery", {"code": "-".join(new_code() for _ in range(3))}).status_code
        ] += 1
    assert set(tried) == {422, 429}
    assert tried[429] >= 40
    figure(
        f"{seen.total()} links: 0 hits, {seen[429]} refused; {tried.total()} recovery codes: 0 hits, {tried[429]} refused"
    )
    assert fingerprint(world.app) == before


def test_the_digits_of_a_device_are_of_no_use_to_a_thief(fresh: World) -> None:
    """They are typed by staff who may admit, name a device of this dialogue only, and die when used."""
    tablet = fresh.app.test_client()
    form = {"code": fresh.here.code, "role": "screen", "csrf_token": csrf(tablet, "/s/device")}
    assert tablet.post("/s/device", data=form).status_code == 303
    digits = tablet.get("/s/device").text.split('id="digits"')[-1]
    with fresh.db.reading() as session:
        from survey.accounts import queries

        right = queries.waiting(session, fresh.here.id)[0].digits
    assert right[:3] in digits, "the tablet shows them"
    before = fingerprint(fresh.app)
    for who, desk, wanted in (
        ("stranger", fresh.here, 401), ("member", fresh.here, 401), ("leader", fresh.here, 403), ("screen", fresh.here, 403),
        ("outsider", fresh.here, 404), ("outsider", fresh.there, 422), ("chief", fresh.beside, 422),
    ):  # fmt: skip
        assert fresh.ask(who, "POST", f"/s/{desk.code}/devices", {"digits": right}).status_code == wanted, who
    for _ in range(40):
        wrong = f"{secrets.randbelow(1_000_000):06}"
        if wrong != right:
            assert fresh.ask("moderator", "POST", f"/s/{fresh.here.code}/devices", {"digits": wrong}).status_code == 422
    assert fingerprint(fresh.app) == before
    assert fresh.ask("moderator", "POST", f"/s/{fresh.here.code}/devices", {"digits": right}).status_code == 303
    assert fresh.ask("moderator", "POST", f"/s/{fresh.here.code}/devices", {"digits": right}).status_code == 422, (
        "spent"
    )


def test_waiting_devices_have_an_end(fresh: World) -> None:
    """A flood of made-up tablets is refused by address, and by dialogue at forty."""
    seen = Counter[int]()
    for number in range(60):
        tablet = fresh.app.test_client()
        form = {"code": fresh.here.code, "role": "screen", "csrf_token": csrf(tablet, "/s/device")}
        seen[tablet.post("/s/device", data=form, environ_base={"REMOTE_ADDR": f"203.0.113.{number}"}).status_code] += 1
    assert seen[303] == 40
    assert seen[429] == 20


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords that were really tried, without the cost of trying them."""
    tried: list[str] = []

    def matches(stored: str | None, password: str) -> bool:
        tried.append(password)
        return stored is not None and password == PASSWORD

    monkeypatch.setattr(passwords, "matches", matches)
    return tried


def sign_in(world: World, login: str, password: str, address: str = HALL) -> int:
    """One try at the door."""
    browser = world.app.test_client()
    sent = {"login": login, "password": password, "csrf_token": csrf(browser, "/s/sign-in")}
    return browser.post("/s/sign-in", data=sent, environ_base={"REMOTE_ADDR": address}).status_code


def test_guessing_passwords_is_slow_and_locks_nobody_out(fresh: World, counted: list[str]) -> None:
    """One name from one address gets four free tries; colleagues behind the same address and the owner elsewhere get in."""
    login, other = f"lan.{fresh.here.id}", f"lan.{fresh.beside.id}"
    seen = Counter(sign_in(fresh, login, f"sai lần thứ {n}") for n in range(40))
    assert seen == {422: 4, 429: 36}
    assert len(counted) == 4
    assert sign_in(fresh, login, PASSWORD) == 429, "the right password has to wait as well, or waiting would tell"
    assert sign_in(fresh, other, PASSWORD) == 303
    assert sign_in(fresh, login, PASSWORD, "192.0.2.1") == 303
    for n in range(12):  # typing errors of a whole office, names that nobody has included
        assert sign_in(fresh, f"người.thứ.{n}", "sai một lần") == 422
    assert sign_in(fresh, other, PASSWORD) == 303


class Clock:
    """A clock that tests turn."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.claim(
    "security", "a password is guessed at most a hundred times an hour, and its owner never waits over a minute"
)
def test_an_hour_of_guessing_passwords(figure: Figure) -> None:
    """As fast as the door lets, from one address and from a thousand; the owner comes from a quiet one."""
    results: dict[str, Any] = {}
    for name, addresses in (("one address", 1), ("a thousand", 1_000)):
        clock, tried, waits = Clock(), 0, []
        attempts = Attempts(clock, Common())
        while clock.now < 3_600:
            try:
                attempts.begin("lan", f"10.0.{tried % addresses // 250}.{tried % addresses % 250}")
                tried += 1
            except TooMany as refused:
                clock.now += min(refused.retry_after, 5)
            try:
                attempts.check("lan", "192.0.2.1")
            except TooMany as refused:
                waits.append(refused.retry_after)
        results[name] = (tried, max(waits, default=0))
    figure(", ".join(f"{name}: {tried} tries, owner waits {wait} s" for name, (tried, wait) in results.items()))
    assert results["one address"][0] <= 100
    assert results["a thousand"][0] <= 120
    assert max(wait for _tried, wait in results.values()) <= 61


def test_passwords_sent_all_at_once_are_counted_before_they_are_tried() -> None:
    """Fifty threads ask at the same moment: four are let through, as if they had come one after the other."""
    attempts, let, gate = Attempts(Clock(), Common()), [], threading.Barrier(50)

    def ask() -> None:
        gate.wait()
        try:
            attempts.begin("lan", HALL)
            let.append(1)
        except TooMany:
            pass

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let) == 4


def test_signing_in_well_leaves_no_trace_in_the_counts() -> None:
    """A hundred colleagues who all get in do not use up the ceiling of their address."""
    attempts = Attempts(Clock(), Common())
    for n in range(150):
        attempts.begin(f"người {n}", HALL)
        attempts.succeeded(f"người {n}", HALL)
    attempts.begin("lan", HALL)


@pytest.mark.parametrize(("address", "same"), [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"), ("::ffff:198.51.100.7", "198.51.100.7"), ("198.51.100.7",) * 2,
])  # fmt: skip
def test_a_subscriber_of_ipv6_is_one_address(address: str, same: str) -> None:
    """Whoever has a /64 could otherwise come from a new address each time."""
    assert limits.network(address) == limits.network(same)
    assert limits.network("2001:db8:1:3::1") != limits.network("2001:db8:1:2::1")
    assert limits.network("198.51.100.8") != limits.network("198.51.100.7")
    assert limits.network("") == ""


@pytest.mark.claim("security", "350 phones behind one address enter, ask and vote within a minute, and none is refused")
def test_a_hall_of_350_phones_behind_one_address(fresh: World, figure: Figure) -> None:
    """All at once, each with a typing error first; limits go by ballot, ceilings by address are above a hall."""
    room, seen = f"/d/{fresh.here.code}", Counter[int]()
    first = fresh.app.test_client()
    token = csrf(first, room)
    cookie = first.get_cookie("d_session", path=room)
    assert cookie is not None
    source = codes(fresh)
    for number in range(350):
        phone = fresh.app.test_client()
        phone.set_cookie("d_session", cookie.value, path=room)
        options: dict[str, Any] = {"headers": {"Accept": "application/json", "X-CSRFToken": token},
                                   "environ_base": {"REMOTE_ADDR": HALL}}  # fmt: skip
        assert status(fresh, f"/d/{next(source)}", HALL) == 404
        seen[phone.post(f"{room}/entry", **options).status_code] += 1
        seen[phone.post(f"{room}/questions/{fresh.here['approved']}/vote", **options).status_code] += 1
        if number % 5 == 0:
            body = {"body": f"Câu hỏi của máy thứ {number} trong hội trường", "client_id": "one"}
            seen[phone.post(f"{room}/questions", data=body, **options).status_code] += 1
    figure(f"350 phones, {seen.total()} requests, {seen[429]} refused")
    assert set(seen) == {200, 201}


def test_one_ballot_has_its_limits(fresh: World) -> None:
    """Five questions a day, sixty sends a minute, whichever client ids are made up."""
    room = f"/d/{fresh.here.code}"
    seen = [
        fresh.ask(
            "member", "POST", f"{room}/questions", {"body": f"Câu hỏi thứ {n} của một máy", "client_id": f"n{n}"}
        ).status_code
        for n in range(70)
    ]
    assert seen[:6] == [201] * 5 + [429], "five a day"
    assert seen.count(201) == 5
    assert seen[-1] == 429
    other = fresh.app.test_client()
    enter(other, fresh.here.code)
    fresh.people["other phone"] = other
    answer = fresh.ask("other phone", "POST", f"{room}/questions", {"body": "Máy khác vẫn hỏi được", "client_id": "x"})
    assert answer.status_code == 201, "its neighbour is not touched"


def test_new_ballots_have_a_ceiling(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that enters for ever is stopped by address, far above a hall."""
    from survey.room import entering

    monkeypatch.setattr(entering, "BALLOTS_AN_ADDRESS", 20)
    path, seen = f"/d/{world.here.code}/entry", Counter[int]()
    with world.dry():
        for _ in range(25):
            seen[world.ask("stranger", "POST", path).status_code] += 1
    assert seen == {200: 20, 429: 5}
