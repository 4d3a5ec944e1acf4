"""Two hundred members' phones in one process: `python -m tests.faults.phones`, steered by lines of JSON on its input.

Each does what static/js/room does, with the same patience: `IMITATED` names the lines, and a test holds them against the
sources. A stream with `Last-Event-ID`, watched and replaced by polling; one request a vote, kept until it is acknowledged.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
from gevent import socket
from gevent.event import Event
from gevent.fileobject import FileObjectPosix

ROOT = Path(__file__).resolve().parents[2]
IMITATED = {
    "static/js/room/page.js": (
        "signal: AbortSignal.timeout?.(7e3)",
        "const retry = (status) => !status || status == 429 || status > 500;",
        "Math.max((0.5 + Math.random()) * Math.min(6e3, 1500 * 2 ** tries), (1 + Math.random()) * 1e3 * Math.min(60, after))",
    ),
    "static/js/room/votes.js": (
        "vote.wanted = on == vote.on && !vote.sent ? null : on;",
        "if (vote.at > place || !vote.at || vote.busy) return;",
        "vote.timer = setTimeout(send, again(vote.tries, answer.after), key);",
    ),
    "static/js/room/queue.js": ("votes.forEach((vote, key) => { vote.tries = 0; send(key); });",),
    "static/js/room/stream.js": (
        "2 * Math.random() * Math.max(told || 2e3, tries ? 4500 : 2e3)",
        'if (place) ctx.request.headers["Last-Event-ID"] = place;',
        "link.config.connectTimeout = 5e3 + spread;",
        'if (error?.name != "AbortError") tries++;',
        "setTimeout(connect, again(tries++));",
        "if (!vote.busy) vote.count = vote.seen;",
        "setInterval(poll, 5e3);",
        "now() - Math.max(heard, opened) > (everHeard ? 11e3 : 5e4) && link?.reader",
        "const patience = everHeard ? 5e4 : 12e3;",
        "if (was && !document.hidden) flush();",
        "now() - polled > 3e4 && (sure - lost >= 3e3 || gone > 9e3)",
    ),
}
CONNECT = 5.0  # seconds until a stream answers
ASK = 7.0  # seconds that a vote may take
DEAF, SILENCE, SILENT_AT_ALL, LOOK = 11.0, 50.0, 12.0, 5.0
BLIP, WAIT = 3.0, 9.0  # seconds without a stream before the page says so: after a try that failed, and at all
_ROW = re.compile(r'<li id="n-([^"]+)" data-no="(\d+)" data-c="(\d+)" data-s="(\w+)"')
_LIST = re.compile(r'<ol data-order="([^"]*)" data-done="([^"]*)" data-total="(\d+)"')
_NOW = re.compile(r'hx-target="#now"[^>]*>(.*?)</hx-partial>', re.DOTALL)
_NOW_ID = re.compile(r'id="now-([^"]+)".*data-count="[^"]+">(\d+)<', re.DOTALL)


def again(tries: int, after: float = 0) -> float:
    """Seconds until a request is sent again; `after`: as many as the server asked for."""
    return max((0.5 + random.random()) * min(6.0, 1.5 * 2**tries), (1 + random.random()) * min(60, after))


def pause(tries: int, told: float) -> float:
    """Seconds until a stream that ended is opened again; `told`: what the server named last (`retry:`)."""
    return 2 * random.random() * max(told or 2.0, 4.5 if tries else 2.0)


class Board:
    """What a page shows of the room: counts, order and what is answered now."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.numbers: dict[str, str] = {}  # number -> question
        self.order: list[str] = []
        self.now = ""

    def take(self, html: str) -> dict[str, int]:
        """The parts of one message, or the whole board; the counts in it."""
        told = {}
        for id_, number, count, _state in _ROW.findall(html):
            self.numbers[number] = id_
            told[id_] = int(count)
        if found := _LIST.search(html):
            self.order = found[1].split()
        if part := _NOW.search(html):
            shown = _NOW_ID.search(part[1])
            self.now = shown[1] if shown else ""
            if shown:
                told[shown[1]] = int(shown[2])
        self.counts |= told
        return told

    def reorder(self, first: int, part: list[str]) -> bool:
        """Rows that changed places; False where they began from another order than ours."""
        order = list(self.order)
        order[first : first + len(part)] = part
        fits = len(set(order)) == len(order)
        self.order = order if fits else self.order
        return fits

    def shown(self) -> dict[str, Any]:
        """To be compared."""
        listed = {self.numbers.get(number, ""): None for number in self.order}
        counts = {id_: self.counts.get(id_) for id_ in (*listed, *([self.now] if self.now else []))}
        return {"order": self.order, "now": self.now, "counts": counts}


class Vote:
    """One question's button: acknowledged, wanted, under way."""

    def __init__(self) -> None:
        self.on = self.busy = self.sent = False
        self.wanted: bool | None = None
        self.tries = self.at = self.status = 0
        self.timer: Any = None


class Phone:
    """One page of the room."""

    def __init__(self, place: dict[str, Any], secret: str, html: str) -> None:
        self.place, self.board, self.votes = place, Board(), {key: Vote() for key in place["keys"]}
        self.cookie = f"d_session={place['session']}; ballot={secret}"
        self.board.take(html)
        self.heard, self.ever, self.tries, self.last_id = time.monotonic(), False, 0, ""
        self.lost = self.sure = 0.0
        self.polled, self.opened = -60.0, 0.0
        self.told = 0.0
        self.seen = dict(self.board.counts)  # what the stream said last
        self.reading: Any = None  # the socket of the stream while it is read
        self.hung_up = False  # by ourselves, because the line was silent
        self.kept: Any = None  # a connection that the last vote left open
        self.acked = self.attempts = 0
        self.refused: list[int] = []
        gevent.spawn(self._follow)
        gevent.spawn(self._look)

    # ---- votes ----

    def tap(self) -> None:
        """Support a question, rarely take it back."""
        fresh = [key for key, vote in self.votes.items() if not self._supported(vote)]
        taken = [key for key, vote in self.votes.items() if self._supported(vote)]
        back = taken and (not fresh or random.random() < 0.15)
        key = random.choice(taken if back else fresh)
        vote = self.votes[key]
        wanted = not self._supported(vote)
        vote.wanted = None if wanted == vote.on and not vote.sent else wanted
        gevent.spawn(self._send, key)

    def _supported(self, vote: Vote) -> bool:
        return vote.on if vote.wanted is None else vote.wanted

    @property
    def waits(self) -> bool:
        """Whether a vote is not acknowledged yet."""
        return any(vote.wanted is not None or vote.busy for vote in self.votes.values())

    def under_way(self) -> list[str]:
        """What waits, for whoever looks for the reason."""
        votes = [vote for vote in self.votes.values() if vote.wanted is not None or vote.busy]
        return [
            f"busy {one.busy}, timer {one.timer is not None}, tries {one.tries}, last {one.status}" for one in votes
        ]

    def _send(self, key: str) -> None:
        vote = self.votes[key]
        wanted = vote.wanted
        if vote.busy or wanted is None:
            return
        if vote.timer is not None:
            vote.timer.kill(block=False)
            vote.timer = None
        vote.busy = vote.sent = True
        status, said, after = self._ask(f"/questions/{key}/vote", "POST" if wanted else "DELETE")
        vote.busy, vote.status = False, status
        if status == 200:
            self.acked += 1
            vote.on, vote.tries, vote.sent = said["supported"], 0, False
            self.board.counts[key], vote.at = said["supporters"], said["version"]
            self._overtake()
            vote.wanted = None if vote.wanted == wanted else vote.wanted
        elif not status or status == 429 or status > 500:
            vote.timer = gevent.spawn_later(again(vote.tries, after), self._again, key)
            vote.tries += 1
            return
        else:
            self.refused.append(status)
            vote.wanted, vote.tries, vote.sent = None, 0, False
        self._send(key)

    def _overtake(self) -> None:
        place = int(self.last_id or 0)
        for key, vote in self.votes.items():
            if vote.at and vote.at <= place and not vote.busy:
                self.board.counts[key], vote.at = self.seen[key], 0

    def _again(self, key: str) -> None:
        self.votes[key].timer = None
        self._send(key)

    def _flush(self) -> None:
        for key, vote in self.votes.items():
            vote.tries = 0
            if vote.wanted is not None:
                gevent.spawn(self._send, key)

    def _ask(self, path: str, method: str) -> tuple[int, dict[str, Any], float]:
        self.attempts += 1
        request = self._request(method, self.place["base"] + path, {
            "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.place["token"],
        }, "&pad=" + "0" * 400)  # fmt: skip
        known = (
            OSError,
            ValueError,
            TypeError,
            LookupError,
        )  # an answer that is none of ours counts as none, as in `ask`
        with gevent.Timeout(ASK, False), suppress(*known):  # type: ignore[arg-type]  # the stubs lag
            return self._answered(request)
        return 0, {}, 0

    def _answered(self, request: bytes) -> tuple[int, dict[str, Any], float]:
        """On the kept connection; as a browser does, once more on a new one where the server had closed that."""
        kept, self.kept = self.kept, None
        if kept is not None:
            try:
                return self._exchange(kept, request)
            except OSError:
                kept.close()
        return self._exchange(self._connect(), request)

    def _exchange(self, sock: Any, request: bytes) -> tuple[int, dict[str, Any], float]:
        try:
            sock.sendall(request)
            head, body = _head(sock)
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
            while len(body) < length:
                body += _more(sock)
        except BaseException:
            sock.close()
            raise
        if b"connection: close" in head.lower() or self.kept is not None:
            sock.close()
        else:
            self.kept = sock
        after = re.search(rb"(?i)retry-after: (\d+)", head)
        return int(head[9:12]), json.loads(body), float(after[1]) if after else 0

    # ---- the stream ----

    def _follow(self) -> None:
        first = True
        while True:
            sock = None
            try:
                with gevent.Timeout(CONNECT + self.told, TimeoutError("no answer")):
                    sock = self._connect()
                    id_ = {"Last-Event-ID": self.last_id} if self.last_id else {}
                    path = f"{self.place['base']}/live?after={self.place['after']}"
                    sock.sendall(self._request("GET", path, {"Accept": "text/html, text/event-stream", **id_}))
                    head, body = _head(sock)
                self.opened = time.monotonic()
                if head[9:12] != b"200":
                    raise OSError(f"status {head[9:12]!r}")
                first, self.reading = False, sock
                self._read(sock, body)
            except OSError as error:
                self.tries += not (self.hung_up or isinstance(error, TimeoutError))
                self._fault()
            finally:
                self.reading, self.hung_up = None, False
                if sock is not None:
                    sock.close()
            self._down()
            gevent.sleep(again(self.tries - 1) if first else pause(self.tries, self.told))

    def _read(self, sock: Any, data: bytes) -> None:
        while True:
            while b"\n\n" in data:
                message, _, data = data.partition(b"\n\n")
                self._hear(message.decode())
            more = sock.recv(65_536)
            if not more:
                return
            data += more

    def _hear(self, message: str) -> None:
        self.ever, self.heard, self.tries = True, time.monotonic(), 0
        self._up()
        lines = [line.partition(": ")[::2] for line in message.split("\n")]
        name = next((value for field, value in lines if field == "event"), "")
        data = "\n".join(value for field, value in lines if field == "data")
        self.told = next((int(value) / 1000 for field, value in lines if field == "retry"), self.told)
        self.last_id = next((value for field, value in lines if field == "id"), self.last_id)
        words = data.split()
        if name == "counts":
            for key, count in zip(words[::2], words[1::2], strict=True):
                self.seen[key] = int(count)
                if key not in self.votes or not self.votes[key].busy:
                    self.board.counts[key] = int(count)
        elif name == "order":
            if not self.board.reorder(int(words[0]), words[1:]):
                gevent.spawn(self._fetch_board)
        elif not name:
            self._take(data)
        self._overtake()

    def _take(self, html: str) -> None:
        self.seen |= self.board.take(html)

    def _down(self) -> None:
        self.lost = self.lost or time.monotonic()

    def _fault(self) -> None:
        self._down()
        self.sure = time.monotonic()

    def _up(self) -> None:
        was, self.lost = self.lost, 0.0
        if was:
            self._flush()

    @property
    def says_so(self) -> bool:
        """Whether the page says that it is cut off."""
        now, lost = time.monotonic(), self.lost
        late = lost and now - lost >= BLIP and (self.sure - lost >= BLIP or now - lost > WAIT)
        return bool(late and now - self.polled > 30)

    def _look(self) -> None:
        """`tick` each second, `poll` each five."""
        turn = random.randrange(5)
        while True:
            gevent.sleep(1)
            turn += 1
            silent = time.monotonic() - self.heard
            deaf = min(silent, time.monotonic() - self.opened) > (DEAF if self.ever else SILENCE)
            if deaf and self.reading is not None:
                self.hung_up = True  # the page's reader ends without an error; a socket here does not
                self.reading.shutdown(2)
                self.lost = self.lost or self.heard
                self._fault()
            if turn % int(LOOK) == 0 and silent >= (SILENCE if self.ever else SILENT_AT_ALL) and random.random() >= 0.5:
                gevent.spawn(self._fetch_board)

    def _fetch_board(self) -> None:
        request = self._request("GET", self.place["base"] + "/board", {"Connection": "close"})
        with suppress(OSError), gevent.Timeout(60, TimeoutError("no answer")):
            sock = self._connect()
            try:
                sock.sendall(request)
                head, body = _head(sock)
                while more := sock.recv(65_536):
                    body += more
            finally:
                sock.close()
            if head[9:12] == b"200":
                self._take(body.decode())
                self.polled = time.monotonic()
                self._up()

    # ---- the wire ----

    def _connect(self) -> Any:
        return socket.create_connection((self.place["host"], self.place["port"]))

    def _request(self, method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
        named = {"Host": self.place["name"], "Cookie": self.cookie, **headers}
        if body:
            named["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", body]
        return "\r\n".join(lines).encode()

    # ---- looked at ----

    def wrong(self, truth: dict[str, Any]) -> str:
        """What is not right yet; empty where all is."""
        if self.waits:
            return "a vote waits"
        if self.says_so:
            return "the page says that it is cut off"
        shown = self.board.shown()
        return next((f"{part}" for part in ("counts", "order", "now") if shown[part] != truth[part]), "")


def _head(sock: Any) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(sock)
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _more(sock: Any) -> bytes:
    data: bytes = sock.recv(65_536)
    if not data:
        raise ConnectionError("closed in the middle of an answer")
    return data


class Hall:
    """All phones, and the thumbs."""

    def __init__(self) -> None:
        self.phones: list[Phone] = []
        self.tapping = Event()
        self.pause = 1.0

    def enter(self, place: dict[str, Any], secrets: list[str], html: str) -> dict[str, Any]:
        """Open a page on each phone, at once."""
        self.phones = [Phone(place, secret, html) for secret in secrets]
        gevent.spawn(self._thumbs)
        return {"entered": len(self.phones)}

    def tap(self, per_second: float) -> dict[str, Any]:
        """So many taps a second from now on; 0: hands off."""
        self.pause = 1 / per_second if per_second else 0
        (self.tapping.set if per_second else self.tapping.clear)()
        return {}

    def _thumbs(self) -> None:
        while True:
            self.tapping.wait()
            random.choice(self.phones).tap()
            gevent.sleep(random.expovariate(1 / self.pause) if self.pause else 0)

    def wrong(self, truth: dict[str, Any]) -> dict[str, Any]:
        """How many phones are not right, by what is wrong."""
        found: dict[str, int] = {}
        for phone in self.phones:
            if why := phone.wrong(truth):
                found[why] = found.get(why, 0) + 1
        wrong = next((phone for phone in self.phones if phone.wrong(truth)), None)
        differ = dict(wrong.board.shown()["counts"].items() ^ truth["counts"].items()) if wrong else {}
        example = wrong and {
            "place": wrong.last_id,
            "now": wrong.board.now,
            "counts": differ,
            "votes": wrong.under_way(),
        }
        return {
            "wrong": found,
            "example": example,
            "listening": sum(phone.reading is not None for phone in self.phones),
        }

    def told(self) -> dict[str, Any]:
        """What was acknowledged, phone by phone: the questions behind which each stands."""
        return {
            "on": [[key for key, vote in phone.votes.items() if vote.on] for phone in self.phones],
            "acked": sum(phone.acked for phone in self.phones),
            "attempts": sum(phone.attempts for phone in self.phones),
            "refused": sorted({status for phone in self.phones for status in phone.refused}),
            "saying": sum(phone.says_so for phone in self.phones),
        }


def main() -> None:
    """Obey the lines of the input."""
    hall = Hall()
    lines = FileObjectPosix(sys.stdin.fileno(), "rb")
    for line in lines:
        asked = json.loads(line)
        answer = getattr(hall, asked.pop("do"))(**asked)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
