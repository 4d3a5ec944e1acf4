"""What a phone receives: for one vote, for each further count of the same moment, for a new question, in two lively hours.

Streams take gzip, as browsers do; bytes are all TCP payload of the stream. Two hours with 200 questions and 20,000 votes are
played at their own pace for a minute or more, in a hall that has 200 questions, and scaled: faster would gather more votes
into one event.
"""

from __future__ import annotations

import json
import random
import threading
import time
from urllib.parse import urlsplit

from bench.client import Client
from bench.client import member
from bench.fanout import board
from bench.fanout import request
from bench.fanout import version
from bench.server import Running
from bench.server import running
from bench.streams import Phones
from bench.streams import phones
from bench.wire import Wire

LISTENING, TRIES, TOGETHER = 20, 5, 10
HOURS, VOTES, QUESTIONS, VOTERS = 7_200, 20_000, 200, 150
WORDS = "xin hỏi về thu nhập nhà ở máy tính đào tạo thủ tục đường sá trường học trạm xá việc làm thanh niên xã"


def measure(seconds: float = 120) -> dict[str, float]:
    """Bytes: `vote`, `further`, `question`; `mb` of two hours and of which share it was measured."""
    sample = ("province", "--members", "300", "--questions", "222", "--votes", "8000", "--entry", "open")
    with running(*sample) as server:
        code, url = server.sample["code"], urlsplit(server.url)
        voters = [member(server.url, code) for _ in range(VOTERS if seconds > 10 else TOGETHER)]
        wires = [Wire(one, one.csrf(f"/d/{code}")) for one in voters]
        ids = [one["id"] for one in board(voters[0], code) if one["state"] == "approved"]
        with phones(str(url.hostname), url.port or 80, LISTENING) as held:
            held.ask("open", request=request(voters[0], url.netloc, code, version(voters[0], code), packed=True))
            held.ask("read", seconds=2)
            hall = _Hall(server, held, wires, ids)
            one = min(hall.heard(lambda: hall.vote(1)) for _try in range(TRIES))
            many = min(hall.heard(lambda: hall.vote(TOGETHER)) for _try in range(TRIES))
            question = min(hall.heard(hall.ask) for _try in range(2))
            played = hall.play(seconds)
    return {
        "vote": one, "further": (many - one) / (TOGETHER - 1), "question": question,
        "mb": played / seconds * HOURS / 1e6, "share": seconds / HOURS,
    }  # fmt: skip


class _Hall:
    """Phones that vote and listen, and a moderator."""

    def __init__(self, server: Running, held: Phones, wires: list[Wire], ids: list[str]) -> None:
        self._server, self._held, self._wires, self._ids = server, held, wires, ids
        self._base, self._chance = f"/d/{server.sample['code']}", random.Random(17)
        self._desk, self._asker = Client(server.url), member(server.url, server.sample["code"])
        self._desk.get(urlsplit(server.sample["staff"]["moderator"]).path)
        self._token = self._desk.csrf(f"/s/{server.sample['code']}/moderate")
        weights = [1 / (place + 3) ** 0.8 for place in range(len(ids))]
        pairs = [(wire, id_) for id_ in ids for wire in range(len(wires))]
        self._left = self._chance.sample(pairs, len(pairs))
        self._left.sort(key=lambda pair: self._chance.random() ** (1 / weights[ids.index(pair[1])]))
        self._turn = 0

    def heard(self, act: object) -> float:
        """Bytes for each stream within 1.5 s of the act."""
        time.sleep(0.7)
        self._held.ask("mark")
        assert callable(act)
        act()
        return float(self._held.ask("read", seconds=1.5)["bytes"]) / LISTENING

    def vote(self, number: int) -> None:
        """For so many different questions at once; none of them twice by one ballot."""
        for id_ in self._ids[self._turn % 5 * TOGETHER :][:number]:
            wire = self._wires[self._turn % len(self._wires)]
            self._send(wire, id_)
        self._turn += 1

    def vote_as_they_do(self) -> None:
        """One vote, rather for what many want."""
        wire, id_ = self._left.pop()
        self._send(self._wires[wire], id_)

    def _send(self, wire: Wire, id_: str) -> None:
        if (status := wire.send(wire.request(f"{self._base}/questions/{id_}/vote"))) != 200:
            raise RuntimeError(f"vote: {status}")

    def ask(self) -> None:
        """A question of some hundred letters, approved at once."""
        form = {
            "body": " ".join(self._chance.sample(WORDS.split(), 24)) + "?",
            "client_id": f"{random.getrandbits(60):x}",
        }
        sent = {"X_CSRFToken": self._asker.csrf(self._base), "Accept": "application/json"}
        answer = self._asker.post(f"{self._base}/questions", form, **sent)
        if answer.status != 201:
            raise RuntimeError(f"ask: {answer.status} {answer.text[:200]}")
        path = f"/s/{self._server.sample['code']}/questions/{answer.json()['id']}/approve"
        answer = self._desk.post(path, {}, X_CSRFToken=self._token, Accept="application/json")
        if answer.status >= 400:
            raise RuntimeError(f"approve: {answer.status} {answer.text[:200]}")

    def play(self, seconds: float) -> float:
        """The hall at its own pace; bytes for each stream."""
        heard: list[float] = []
        self._held.ask("mark")
        reader = threading.Thread(target=lambda: heard.append(self._held.ask("read", seconds=seconds + 1)["bytes"]))
        reader.start()
        acts = [(when / (VOTES / HOURS), self.vote_as_they_do) for when in range(int(seconds * VOTES / HOURS))]
        acts += [((n + 0.5) * HOURS / QUESTIONS, self.ask) for n in range(max(1, int(seconds * QUESTIONS / HOURS)))]
        began = time.monotonic()
        for when, act in sorted(acts, key=lambda one: one[0]):
            time.sleep(max(0.0, began + min(when, seconds - 0.5) - time.monotonic()))
            act()
        reader.join()
        return heard[0] / LISTENING


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
