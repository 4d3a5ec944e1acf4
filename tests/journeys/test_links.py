"""Personal links against a server that runs: many windows, all at once, an insider with the files, two dialogues."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.client import Answer
from bench.client import Client
from bench.server import Running
from bench.server import running
from survey import lifecycle
from survey.core import passes
from survey.core.clock import now
from survey.core.ids import new_id
from survey.core.stores import Stores
from survey.questions import service as asking
from survey.questions.state import State
from survey.roll import counts
from survey.roll.issuing import MOST_TRIES
from survey.roll.models import Member
from survey.room import tickets
from tests.rolls import Listed
from tests.rolls import beside
from tests.rolls import listed

Figure = Callable[[str], None]
AT_ONCE = 16
WINDOWS = 1_000


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that holds nothing yet."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def stores(server: Running) -> Iterator[Stores]:
    """Its databases, opened beside it."""
    yield from beside(server.environ)


class Window:
    """A private window on the list's side: fresh cookies, JSON as the script of the page speaks it."""

    def __init__(self, server: Running, hall: Listed) -> None:
        """Nothing is open yet."""
        self.client, self.hall, self.token = Client(server.url), hall, ""

    def open(self, link: str) -> Answer:
        """Send the secret of a link."""
        self.token = self.client.csrf(f"/m/{self.hall.code}")
        return self.post("session", token=link)

    def post(self, what: str, **sent: str) -> Answer:
        """One POST below the list's path; the connection is given back, because a thousand are open at once."""
        answer = self.client.post(
            f"/m/{self.hall.code}/{what}", {"csrf_token": self.token, **sent}, Accept="application/json"
        )
        self.client.close()
        return answer

    def twin(self, server: Running) -> Window:
        """The same window once more, to ask twice at the same moment."""
        made = Window(server, self.hall)
        made.client.cookies, made.token = dict(self.client.cookies), self.token
        return made

    def enter(self, handed: str) -> Answer:
        """Bring the pass to the room."""
        here = {"Origin": f"http://{self.client.host}:{self.client.port}"}
        answer = self.client.post(f"/d/{self.hall.code}/entry", {"pass": handed}, Accept="application/json", **here)
        self.client.close()
        return answer


def all_at_once(jobs: list[Callable[[], Answer]], threads: int = AT_ONCE) -> list[Answer]:
    """Run the jobs from many threads that begin together."""
    gate = threading.Barrier(min(threads, len(jobs)))

    def run(place: int) -> list[tuple[int, Answer]]:
        gate.wait()
        return [(n, jobs[n]()) for n in range(place, len(jobs), gate.parties)]

    with ThreadPoolExecutor(gate.parties) as pool:
        done = [pair for part in pool.map(run, range(gate.parties)) for pair in part]
    return [answer for _n, answer in sorted(done, key=lambda pair: pair[0])]


def secret(hall: Listed, answer: Answer) -> str:
    """The secret of the ballot inside a pass."""
    key = hall.stores.keys.get(hall.id, "pass")
    return passes.unseal(key, hall.id, answer.json()["pass"], int(now().timestamp())).secret


def public(hall: Listed) -> counts.RollCounts:
    """The counts that hang at the door."""
    with hall.stores.roll.reading() as session:
        found = counts.public(session, hall.id, opened=True)
    assert found is not None
    return found


@pytest.mark.claim("entry", "1,000 private windows with one link give one ballot: one binds, 999 are told so")
def test_a_thousand_windows_with_one_link(server: Running, stores: Stores, figure: Figure) -> None:
    """All of them open it, then all ask at once; the control is a second member, who gets a ballot of his own."""
    hall = listed(stores, "Nguyễn Thị Mai", "Trần Văn Bình")
    link = hall.own("Nguyễn Thị Mai").token
    windows = [Window(server, hall) for _ in range(WINDOWS)]
    opened = Counter(answer.status for answer in all_at_once([lambda w=w: w.open(link) for w in windows]))  # type: ignore[misc]
    assert (opened, hall.issued()) == ({200: WINDOWS}, 0), "opening is free and binds nothing"
    answers = all_at_once([lambda w=w: w.post("credential") for w in windows])  # type: ignore[misc]
    seen = Counter(answer.status for answer in answers)
    handed = [answer.json()["pass"] for answer in answers if answer.status == 200]
    entered = Counter(window.enter(handed[0]).status for window in windows[:20])  # passed on to friends as well
    figure(f"{WINDOWS} windows: {seen[200]} bound, {seen[409]} refused, {hall.ballots()} ballot")
    assert seen == {200: 1, 409: WINDOWS - 1}
    assert {answer.json()["error"] for answer in answers if answer.status == 409} == {"conflict"}
    assert entered == {200: 1, 409: 19}
    assert (hall.issued(), hall.ballots()) == (1, 1)
    other = Window(server, hall)
    other.open(hall.own("Trần Văn Bình").token)
    assert other.enter(other.post("credential").json()["pass"]).status == 200
    assert (hall.issued(), hall.ballots()) == (2, 2)


@pytest.mark.claim("entry", "20 x 4 requests at the same moment give one ballot each, from one phone or from four")
def test_twenty_members_times_four_at_once(server: Running, stores: Stores, figure: Figure) -> None:
    """A trembling thumb gets one ballot four times; four phones get it once. Then all passes enter at once."""
    names = [f"Đoàn viên {n}" for n in range(40)]
    hall = listed(stores, *names)
    windows: list[Window] = []
    for place, name in enumerate(names):
        first = Window(server, hall)
        assert first.open(hall.own(name).token).status == 200
        rest = [first.twin(server) for _ in range(3)] if place < 20 else [Window(server, hall) for _ in range(3)]
        for window in rest if place >= 20 else ():
            assert window.open(hall.own(name).token).status == 200
        windows += [first, *rest]
    answers = all_at_once([lambda w=w: w.post("credential") for w in windows], 40)  # type: ignore[misc]
    by_member = [answers[n : n + 4] for n in range(0, len(answers), 4)]
    thumbs, phones = by_member[:20], by_member[20:]
    assert [sorted(a.status for a in four) for four in thumbs] == [[200] * 4] * 20
    assert [sorted(a.status for a in four) for four in phones] == [[200, 409, 409, 409]] * 20
    secrets = [{secret(hall, a) for a in four if a.status == 200} for four in by_member]
    assert [len(one) for one in secrets] == [1] * 40
    assert len(set.union(*secrets)) == 40
    handed = [answer.json()["pass"] for answer in answers if answer.status == 200]
    entered = Counter(a.status for a in all_at_once([lambda p=p: Window(server, hall).enter(p) for p in handed], 40))  # type: ignore[misc]
    figure(f"{len(answers)} requests: {hall.issued()} places bound, {len(handed)} passes, {hall.ballots()} ballots")
    assert entered == {200: len(handed)}
    assert (hall.issued(), hall.ballots()) == (40, 40)


@pytest.mark.claim(
    "entry", "an insider with the exported links and no second factor, where one is asked, enters 0 of 100"
)
def test_an_insider_without_the_second_factor(server: Running, stores: Stores, figure: Figure) -> None:
    """Eight guesses a seat, all of them made; the owner of a locked link goes to the door, every other one gets in."""
    names = [f"Đoàn viên {n}" for n in range(100)]
    hall, chance = listed(stores, *names), random.Random(2026)
    phones = {name: f"09{chance.randrange(10**8):08}" for name in names}
    hall.set(second="phone")

    def give(session: Any) -> None:
        for name, phone in phones.items():
            session.get(Member, hall.members[name]).phone = phone

    stores.roll.write(give)
    likely = ["1234", "0000", "1111", "6789", "8888", "9999", "2026", "1995"]
    seen, inside = Counter[int](), 0
    for name in names:
        window = Window(server, hall)
        assert window.open(hall.own(name).token).status == 200, "the files are good"
        for guess in likely[:MOST_TRIES]:
            seen[window.post("second", answer=guess).status] += 1
        inside += window.post("credential").status == 200
    figure(f"{seen.total()} guesses on 100 seats: {seen[422]} wrong, {inside} in (chance: 0.08)")
    assert (inside, hall.issued(), hall.ballots()) == (0, 0, 0)
    assert seen == {422: 100 * MOST_TRIES}

    def unlock(session: Any) -> None:
        session.get(Member, hall.members[names[0]]).tries = 0  # as the door does

    stores.roll.write(unlock)
    owner = Window(server, hall)
    owner.open(hall.own(names[0]).token)
    assert owner.post("second", answer=phones[names[0]][-4:]).status == 200, "the control"
    assert owner.post("credential").status == 200


@pytest.mark.claim("entry", "an insider with everything shows: public counters minus heads is exactly what was taken")
def test_an_insider_with_everything_shows_in_the_counters(server: Running, stores: Stores, figure: Figure) -> None:
    """Thirty on the roll, eighteen come and take theirs; the insider takes seven of the absent, and three come late."""
    names = [f"Đoàn viên {n}" for n in range(30)]
    hall, heads = listed(stores, *names), 0

    def come(name: str) -> Window:
        window = Window(server, hall)
        assert window.open(hall.own(name).token).status == 200
        return window

    def take(name: str) -> None:
        window = come(name)
        assert window.enter(window.post("credential").json()["pass"]).status == 200

    for name in names[:18]:
        take(name)
        heads += 1
    honest = public(hall)
    assert (honest.issued, hall.ballots(), heads) == (18, 18, 18), "without an insider all three agree"
    stolen = names[20:27]
    for name in stolen:
        take(name)
    late = stolen[:3]
    for name in late:
        window = come(name)
        assert window.post("credential").status == 409
        for _ in range(4):
            assert window.post("claim").status == 200
    found = public(hall)
    figure(f"{found.total} on the roll, {found.issued} issued, {hall.ballots()} in the room, {heads} heads: "
           f"{found.issued - heads} too many, {found.claims} claims")  # fmt: skip
    assert found.issued - heads == hall.ballots() - heads == len(stolen)
    assert found.claims == len(late)
    assert found.seats == found.total == 30


def question(stores: Stores, dialogue_id: str) -> str:
    """A question on the board."""
    body = "Bao giờ đường vào ấp được sửa để chúng em đi dạy?"
    added = lambda session: asking.add(session, dialogue_id, body, None, state=State.APPROVED, author=None).id  # noqa: E731
    return str(stores.db.write(added))


@pytest.mark.claim(
    "entry", "two dialogues at once on one phone, one with cards and one by roll: neither disturbs the other"
)
def test_two_dialogues_on_one_phone(server: Running, stores: Stores, figure: Figure) -> None:
    """Entered step by step in turn, voted in both, one left and one closed; no cookie of one is sent to the other."""
    cards, roll = listed(stores, entry="tickets"), listed(stores, "Nguyễn Thị Mai", entry="roll")
    key = stores.keys.get(cards.id, "ticket")
    code = stores.db.write(tickets.print_batch, key, cards.id, new_id(), 8, actor="test")[0][0]
    ids = {hall.code: question(stores, hall.id) for hall in (cards, roll)}
    window = Window(server, roll)
    phone = window.client

    page = phone.get(f"/d/{cards.code}/entry?ticket={code}").text
    assert window.open(roll.own("Nguyễn Thị Mai").token).status == 200
    form = dict(re.findall(r'name="(attempt|csrf_token)" value="([^"]+)"', page))
    handed = window.post("credential").json()["pass"]
    assert phone.post(f"/d/{cards.code}/entry", {**form, "ticket": code}).status == 303
    assert window.enter(handed).status == 200

    def vote(hall: Listed) -> int:
        token = phone.csrf(f"/d/{hall.code}")
        return phone.post(
            f"/d/{hall.code}/questions/{ids[hall.code]}/vote", {"csrf_token": token}, Accept="application/json"
        ).status

    assert [vote(cards), vote(roll), vote(cards)] == [200, 200, 200]
    ballots = {scope: value for (scope, name), value in phone.cookies.items() if name == "ballot"}
    assert ballots.keys() == {f"/d/{cards.code}", f"/d/{roll.code}"}
    assert len(set(ballots.values())) == 2
    mixed = [path for path, cookie in phone.sent for scope, value in ballots.items()
             if value in cookie and not path.startswith(scope)]  # fmt: skip
    assert mixed == []
    token = phone.csrf(f"/d/{cards.code}/leave")
    assert phone.post(f"/d/{cards.code}/leave", {"csrf_token": token, "ballot": "1", "understood": "1"}).status == 303
    assert (vote(roll), vote(cards)) == (200, 401)
    lifecycle.take(stores, cards.id, "closed", actor="test")
    assert vote(roll) == 200
    assert window.enter(window.post("credential").json()["pass"]).status == 200
    figure(
        f"1 + 1 ballots, {len(phone.sent)} requests, 0 with the other's cookie; leaving and closing one changed nothing"
    )
    assert (cards.ballots(), roll.ballots()) == (1, 1)
