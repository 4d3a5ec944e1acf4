"""Cards over a real server by plain HTTP: a hall comes in, one card is one ballot, and everything else is none."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.client import Answer
from bench.client import Client
from bench.client import by_card
from bench.client import by_link
from bench.client import member
from bench.client import use_card
from bench.server import Running
from bench.server import command
from bench.server import running
from survey.core.db import Database
from survey.core.ids import digest
from survey.core.ids import new_card_code
from survey.core.ids import new_token
from survey.core.keys import KeyStore
from survey.room.models import Ticket
from survey.room.tickets import State
from survey.room.tickets import card_mark

Figure = Callable[[str], None]
HALL = 350
MINUTE = 60.0
AT_ONCE = 16  # phones whose requests are under way at the same moment
JSON = "application/json"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A hall that is open, with forty ballots by card and forty cards that are still in the box."""
    with running("department", "--members", "40", "--questions", "12", "--votes", "60", "--entry", "tickets") as made:
        yield made


@pytest.fixture
def cards(server: Running) -> list[str]:
    """Addresses of cards that no other test of this file uses."""
    left: list[str] = server.sample["entries"]
    return [left.pop() for _ in range(2)]


@contextlib.contextmanager
def database(server: Running) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"file:{server.folder}/data/main.sqlite3?mode=ro", uri=True)) as connection:
        yield connection


def ballots(server: Running, code: str) -> int:
    """Ballots of a dialogue, as counted and as rows."""
    with database(server) as main:
        found = main.execute("SELECT id, ballots FROM dialogues WHERE code = ?", (code,)).fetchone()
        rows = main.execute("SELECT count(*) FROM ballots WHERE dialogue_id = ?", (found[0],)).fetchone()[0]
    assert found[1] == rows
    return int(rows)


def states(server: Running, code: str) -> dict[str, int]:
    """Cards of a dialogue by their state."""
    with database(server) as main:
        query = "SELECT t.state, count(*) FROM tickets t JOIN dialogues d ON d.id = t.dialogue_id WHERE d.code = ? GROUP BY 1"
        return dict(main.execute(query, (code,)))


def secret(phone: Client, code: str) -> str:
    return phone.cookies.get((f"/d/{code}", "ballot"), "")


# --- A hall comes in -------------------------------------------------------------------------------------------------


def come_in(server: Running, number: int) -> float:
    """So many people scan, tap and see the room, as a hall does; the seconds until the last one is in."""
    entries = server.sample["entries"][:number]

    def one(link: str) -> str:
        phone = by_card(link)
        assert phone.get(f"/d/{server.sample['code']}?tab=unseen").status == 200
        phone.close()
        return secret(phone, server.sample["code"])

    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as hall:
        secrets = list(hall.map(one, entries))
    took = time.monotonic() - started
    assert len(set(secrets)) == number
    assert "" not in secrets
    return took


@pytest.mark.alone
@pytest.mark.timeout(600)
@pytest.mark.claim("entry", "350 cards enter in one minute on two cores over plain HTTP")
def test_a_hall_of_350_cards_comes_in_within_a_minute(figure: Figure) -> None:
    """Each scans (a page), taps (the entry) and sees the room (a page). The best of three; red beyond twice the minute."""
    took: list[float] = []
    while not took or (min(took) > MINUTE and len(took) < 3):
        with running("province", "--members", str(HALL), "--entry", "tickets") as hall:
            code = hall.sample["code"]
            assert (ballots(hall, code), states(hall, code)) == (HALL, {"used": HALL, "fresh": HALL})
            took.append(come_in(hall, HALL))
            assert (ballots(hall, code), states(hall, code)) == (2 * HALL, {"used": 2 * HALL})
    figure(
        f"{HALL} cards in {min(took):.1f} s, {3 * HALL / min(took):.0f} requests/s with the clients on the same cores"
    )
    assert min(took) <= 2 * MINUTE


@pytest.mark.timeout(400)
@pytest.mark.claim("entry", "1,000 private windows with one card give one ballot")
def test_a_thousand_private_windows_with_one_card(server: Running, cards: list[str], figure: Figure) -> None:
    """Each window comes without a cookie, opens the card, taps; the first one is in, the others are told why not."""
    code, link = server.sample["code"], cards[0]
    before = ballots(server, code)

    def window(_number: int) -> int:
        phone = Client(server.url)
        answer = use_card(phone, link)
        phone.close()
        assert answer.status == 303 or "Thẻ này đã được dùng một lần rồi" in answer.text
        return answer.status

    with ThreadPoolExecutor(AT_ONCE) as windows:
        seen = Counter(windows.map(window, range(1_000)))
    figure(f"1,000 windows: {ballots(server, code) - before} ballot, {seen[409]} told that the card is used")
    assert seen == {303: 1, 409: 999}
    assert ballots(server, code) - before == 1


@pytest.mark.claim("entry", "20 x 4 concurrent requests with 20 cards give one ballot each")
def test_four_phones_at_once_with_each_of_twenty_cards(server: Running, figure: Figure) -> None:
    """All eighty have their page before them and tap at the same moment."""
    code = server.sample["code"]
    links = [server.sample["entries"].pop() for _ in range(20)]
    before, gate = ballots(server, code), threading.Barrier(80)

    def tap(link: str) -> tuple[str, int]:
        phone = Client(server.url)
        token = phone.csrf(f"/d/{code}/leave")
        gate.wait()
        return link, phone.post(f"/d/{code}/entry", {"csrf_token": token, "ticket": link.rsplit("=", 1)[1]}).status

    with ThreadPoolExecutor(80) as phones:
        taps = list(phones.map(tap, links * 4))
    per_card = {link: Counter(status for tapped, status in taps if tapped == link) for link in links}
    figure(f"80 taps: {ballots(server, code) - before} ballots, {sum(status == 409 for _link, status in taps)} refused")
    assert list(per_card.values()) == [Counter({409: 3, 303: 1})] * 20
    assert ballots(server, code) - before == 20


# --- What is none ----------------------------------------------------------------------------------------------------


@pytest.mark.claim("entry", "a dead, voided, forged or used card gives no ballot")
def test_a_card_that_is_not_good_gives_none(figure: Figure) -> None:
    """Before the opening, voided, made up, altered by one letter, of another dialogue, after the closing."""
    with running("department", "--members", "6", "--entry", "tickets", "--state", "collecting") as server:
        code, (first, second, third, fourth, *_rest) = server.sample["code"], server.sample["entries"]
        other = json.loads(command(server.environ, "sample", "city", "--members", "2", "--entry", "tickets", "--json"))
        told: dict[str, Answer] = {"dead": refused(server, first)}
        assert (ballots(server, code), states(server, code)) == (6, {"used": 6, "fresh": 6})
        command(server.environ, "open", code)
        void(server, code, second)
        theirs, head = other["entries"][0].rsplit("=", 1)[1], first.rsplit("=", 1)[0]
        altered = third[:-1] + ("A" if third[-1] != "A" else "B")
        for name, link in {
            "void": second, "forged": f"{head}={new_card_code()}", "altered": altered, "of another": f"{head}={theirs}",
        }.items():  # fmt: skip
            told[name] = refused(server, link)
        assert use_card(Client(server.url), first).status == 303, "the dead one was only early"
        told["used"] = refused(server, first)
        command(server.environ, "close", code)
        told["late"] = refused(server, fourth)
        got = {name: answer.status for name, answer in told.items()}
        figure(f"{len(told)} kinds of bad cards: 0 ballots, {len({a.text for a in told.values()})} different answers")
        assert got == {
            "dead": 403, "void": 409, "forged": 422, "altered": 422, "of another": 422, "used": 409, "late": 403,
        }  # fmt: skip
        words = {"dead": "Phòng chưa mở", "void": "đã bị hủy", "forged": "Không có thẻ nào", "used": "đã được dùng một lần",
                 "late": "Việc phát phiếu đã khép lại"}  # fmt: skip
        assert {name: sentence in told[name].text for name, sentence in words.items()} == dict.fromkeys(words, True)
        assert (ballots(server, code), states(server, code)) == (7, {"used": 7, "fresh": 4, "void": 1})


def refused(server: Running, link: str) -> Answer:
    """Send the card from a new phone, which must come away without a ballot."""
    phone = Client(server.url)
    answer = use_card(phone, link)
    assert {name for _path, name in phone.cookies} == {"d_session"}
    return answer


def void(server: Running, code: str, link: str) -> None:
    """Void a card from beside the server, as a command does."""
    db = Database(f"sqlite:///{server.folder}/data/main.sqlite3")

    def job(session: Any) -> None:
        mark = card_mark(KeyStore(server.folder / "keys").get(dialogue_id, "ticket"), link.rsplit("=", 1)[1])
        session.get_one(Ticket, (dialogue_id, mark)).state = State.VOID
        session.flush()

    with database(server) as main:
        dialogue_id = main.execute("SELECT id FROM dialogues WHERE code = ?", (code,)).fetchone()[0]
    db.write(job)
    db.dispose()


@pytest.mark.claim("entry", "a lost answer costs no card: the same request again gives the same ballot")
def test_a_lost_answer_gives_one_ballot_and_the_same_cookie(server: Running, cards: list[str], figure: Figure) -> None:
    """The phone hangs up before it has read the answer, and sends the same again, twice."""
    code, (link, second) = server.sample["code"], cards
    before, attempt = ballots(server, code), new_token()
    lost = Client(server.url)
    token = lost.csrf(f"/d/{code}/leave")
    form = {"csrf_token": token, "ticket": link.rsplit("=", 1)[1], "attempt": attempt}
    kept = dict(lost.cookies)
    secrets = []
    for _ in range(3):
        lost.cookies = dict(kept)  # what the lost answer would have set never came
        assert lost.post(f"/d/{code}/entry", form).status == 303
        lost.close()
        secrets.append(secret(lost, code))
    figure(f"3 times the same request: {ballots(server, code) - before} ballot, {len(set(secrets))} secret")
    assert secrets == [attempt] * 3
    assert ballots(server, code) - before == 1
    stranger = Client(server.url)
    assert use_card(stranger, link, attempt=new_token()).status == 409, "the control: not by the card alone"
    assert use_card(stranger, second).status == 303
    with database(server) as main:
        assert main.execute("SELECT count(*) FROM ballots WHERE ballot = ?", (digest(attempt),)).fetchone()[0] == 1


# --- Two dialogues on one phone --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "entry", "two dialogues at once on one phone, one with cards and one by roll: neither disturbs the other"
)
@pytest.mark.parametrize("entry", ["roll", "open"])
def test_two_dialogues_on_one_phone(server: Running, cards: list[str], figure: Figure, entry: str) -> None:
    """Asking, supporting and leaving in the one; ballot, lists and session of the other are as they were."""
    weak = ["--weak"] if entry == "roll" else []
    made = json.loads(command(server.environ, "sample", "city", "--members", "4", "--entry", entry, *weak, "--json"))
    here, there = f"/d/{server.sample['code']}", f"/d/{made['code']}"
    phone = by_link(made["entries"][0]) if entry == "roll" else member(server.url, made["code"])
    assert use_card(phone, cards[0]).status == 303
    for base in (here, there):
        assert ask(phone, base, f"Câu hỏi của phòng {base}, bao giờ có ạ?") == 201
        assert vote(phone, base) is True
    scopes = {scope for scope, _name in phone.cookies}
    assert scopes == {here, there, *([f"/m/{made['code']}"] if entry == "roll" else [])}
    for path, sent in phone.sent:
        foreign = there if path.startswith(here) else here
        assert phone.cookies[foreign, "ballot"] not in sent, path
        assert path.startswith("/m/") or "m_session" not in sent, path
    first, second = phone.cookies[here, "ballot"], phone.cookies[there, "ballot"]
    assert first != second
    token = phone.csrf(f"{there}/leave")
    gone = phone.post(f"{there}/leave", {"csrf_token": token, "ballot": "1", "understood": "1"})
    assert gone.status == 303
    assert phone.cookies.get((there, "ballot")) is None
    assert phone.cookies[here, "ballot"] == first
    assert phone.get(f"{here}?tab=mine&open=1").text.count(f"Câu hỏi của phòng {here}") >= 1
    assert ask(phone, here, "Một câu nữa sau khi rời phòng kia, được không ạ?") == 201
    assert ask(phone, there, "Câu này phải bị từ chối vì đã rời phòng ạ") == 401
    figure(f"cards beside {entry}: {len(phone.sent)} requests, 0 with a cookie of the other room")


def ask(phone: Client, base: str, body: str) -> int:
    token = phone.csrf(f"{base}/leave")
    form = {"body": body, "client_id": new_token()}
    return phone.post(f"{base}/questions", form, X_CSRFToken=token, Accept=JSON).status


def vote(phone: Client, base: str) -> bool:
    board = phone.get(f"{base}/board.json").json()["questions"]
    target = next(row["id"] for row in board if row["state"] == "approved")
    headers = {"X_CSRFToken": phone.csrf(f"{base}/leave"), "Accept": JSON}
    return bool(phone.post(f"{base}/questions/{target}/vote", {}, **headers).json()["supported"])
