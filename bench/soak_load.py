"""What a lively hall asks of a server, from as many threads: the load beside which the soak watches memory and loop."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from urllib.parse import urlsplit

from bench.client import Client
from bench.client import member
from bench.fanout import request
from bench.server import Running
from bench.server import command
from bench.wire import Wire

GUESTS, VOTERS = 40, 20
_WORDS = "xin hỏi về thu nhập nhà ở máy tính đào tạo thủ tục đường sá trường học trạm xá việc làm thanh niên xã"


@dataclass
class Hall:
    """A server under load until `end`; `answers` by status."""

    server: Running
    end: float
    listener: Client
    ids: list[str]
    answers: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # requests without an answer

    @property
    def code(self) -> str:
        """Of the dialogue."""
        return str(self.server.sample["code"])

    def every(self, pause: float, act: Callable[[], int]) -> None:
        """Do it until the end, each time `pause` after the last began; count the status that it returns."""
        while (began := time.monotonic()) < self.end:
            try:
                self.answers[act()] += 1
            except (OSError, RuntimeError, LookupError):
                self.broken += 1
            time.sleep(max(0.0, pause - (time.monotonic() - began)))


def load(hall: Hall, seconds: float) -> list[threading.Thread]:
    """Votes, pages, new phones, notes, asks, guests and backups for so many seconds, not started yet."""
    server, voters = hall.server, [member(hall.server.url, hall.code) for _ in range(VOTERS)]
    desk = Client(server.url)
    desk.get(urlsplit(server.sample["staff"]["moderator"]).path)
    acts = [(VOTERS / 50, _voter(hall, voter, n)) for n, voter in enumerate(voters)]  # 50 votes/s in all
    acts += [
        (0.25, _reader(hall, voters[0])), (2.0, _newcomer(hall)), (1.0, _note(hall, desk)), (20.0, _asker(hall, desk)),
        (0.5, _guests(hall)), (max(30.0, seconds / 4), _backup(hall)),
    ]  # fmt: skip
    return [threading.Thread(target=hall.every, args=act) for act in acts]


def _voter(hall: Hall, phone: Client, number: int) -> Callable[[], int]:
    wire, turn = Wire(phone, phone.csrf(f"/d/{hall.code}")), iter(range(number, 10**9))
    paths = [f"/d/{hall.code}/questions/{id_}/vote{tail}" for tail in ("", "/withdrawal") for id_ in hall.ids]
    return lambda: wire.send(wire.request(paths[next(turn) % len(paths)]))


def _reader(hall: Hall, phone: Client) -> Callable[[], int]:
    phone = _same(phone)
    tails, turn = ("", "/board.json", "?tab=ranking", "/board", "?tab=mine", "/ask"), iter(range(10**9))
    return lambda: phone.get(f"/d/{hall.code}{tails[next(turn) % len(tails)]}").status


def _newcomer(hall: Hall) -> Callable[[], int]:
    def come() -> int:
        phone = member(hall.server.url, hall.code)
        try:
            return phone.get(f"/d/{hall.code}").status
        finally:
            phone.close()

    return come


def _note(hall: Hall, desk: Client) -> Callable[[], int]:
    token, turn = desk.csrf(f"/s/{hall.code}/moderate"), iter(range(10**9))

    def write() -> int:
        number = next(turn)
        path = f"/s/{hall.code}/questions/{hall.ids[number % 40]}/note"
        return desk.post(path, {"note": f"Ghi {number}"}, X_CSRFToken=token, Accept="application/json").status

    return write


def _asker(hall: Hall, desk: Client) -> Callable[[], int]:
    chance, desk = random.Random(8), _same(desk)
    token = desk.csrf(f"/s/{hall.code}/moderate")

    def ask() -> int:
        phone = member(hall.server.url, hall.code)
        form = {"body": " ".join(chance.sample(_WORDS.split(), 16)) + "?", "client_id": f"{chance.getrandbits(60):x}"}
        base, accept = f"/d/{hall.code}", "application/json"
        answer = phone.post(f"{base}/questions", form, X_CSRFToken=phone.csrf(base), Accept=accept)
        phone.close()
        if answer.status != 201:
            return answer.status
        path = f"/s/{hall.code}/questions/{answer.json()['id']}/approve"
        return desk.post(path, {}, X_CSRFToken=token, Accept=accept).status

    return ask


def _guests(hall: Hall) -> Callable[[], int]:
    """Streams that come and go without a word: the oldest of `GUESTS` is hung up for each that comes."""
    url = urlsplit(hall.server.url)
    opening = request(hall.listener, url.netloc, hall.code, 0).encode("latin-1")
    there: deque[socket.socket] = deque()

    def come() -> int:
        guest = socket.create_connection((str(url.hostname), url.port or 80), timeout=30)
        there.append(guest)
        guest.sendall(opening)
        status = int(guest.recv(4096)[9:12])
        if len(there) > GUESTS:
            there.popleft().close()
        return status

    return come


def _backup(hall: Hall) -> Callable[[], int]:
    turn = iter(range(10**9))

    def copy() -> int:
        command(hall.server.environ, "backup", str(hall.server.folder / f"backup-{next(turn)}"))
        return 0

    return copy


def _same(phone: Client) -> Client:
    """The same cookies on a connection of their own."""
    other = Client(f"http://{phone.host}:{phone.port}")
    other.cookies = dict(phone.cookies)
    return other
