"""A hall of 350 that judges twelve of sixty questions each: what "Chưa xem" brings to the top, and what a ranking does.

All of it over HTTP, with the cookies, forms and pages of a phone: cards are dealt, judged and told of as `deck.js` does it.
A third of the questions come while the hall is judging already. Whom each member wants is planted, so that the ten that
are truly most wanted are known: those that most of the 350 would support if everybody judged all sixty.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from flask import Flask

from survey.room.phone import SKIPPED
from survey.room.phone import read_skipped
from survey.room.phone import write_skipped
from survey.web.limits import limiter
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.questions.conftest import add

MEMBERS, QUESTIONS, LATE, JUDGED = 350, 60, 20, 12
TOP = 10
_CARD = re.compile(r'<li class="card" id="c-(\w+)".*?>câu (\d+)', re.DOTALL)
Figure = Callable[[str], None]


class Hall:
    """The members with what they want, and the questions as they come on the board."""

    def __init__(self, cast: Cast, taste: random.Random) -> None:
        self.cast, self.taste = cast, taste
        appeal = [taste.betavariate(1.2, 4) for _ in range(QUESTIONS)]
        self.wants = [[taste.random() < each for each in appeal] for _ in range(MEMBERS)]
        self.ids: list[str] = []
        self._add(QUESTIONS - LATE)

    def _add(self, number: int) -> None:
        for _ in range(min(number, QUESTIONS - len(self.ids))):
            self.ids.append(self.cast.write(add, self.cast.dialogue_id, f"Câu hỏi số {len(self.ids)} của hội trường"))

    def turns(self, each: int) -> list[int]:
        """Members in random order, each so many times; the late questions come during the first half."""
        return self.taste.sample([member for member in range(MEMBERS) for _ in range(each)], MEMBERS * each)

    def come(self, done: float) -> None:
        """Bring the board to where it is after this share of the hour."""
        self._add(QUESTIONS - LATE + int(2 * done * LATE) - len(self.ids))

    def wanted(self, member: int, question_id: str) -> bool:
        return self.wants[member][self.ids.index(question_id)]

    def hit(self) -> float:
        """The share of the top ten that belongs there; whatever ties with the tenth belongs there, too."""
        truth = {id_: sum(wants[number] for wants in self.wants) for number, id_ in enumerate(self.ids)}
        least = sorted(truth.values(), reverse=True)[TOP - 1]
        board = self.cast.stranger().get(f"{self.cast.base}/board.json").get_json()["questions"]
        return sum(truth[row["id"]] >= least for row in board[:TOP]) / TOP


class Phone:
    """One member's phone."""

    def __init__(self, cast: Cast) -> None:
        self.base, self.client, self.bare = cast.base, cast.stranger(), cast.stranger()
        self.headers = {"X-CSRFToken": csrf(self.client, cast.base), "Accept": "application/json"}
        assert self.client.post(f"{cast.base}/entry", headers=self.headers).status_code == 200

    def cards(self) -> list[tuple[str, int]]:
        """What the feed deals now, with their numbers."""
        deck = self.client.get(f"{self.base}?tab=unseen", headers={"HX-Request": "true"}).text
        return [(id_, int(number)) for id_, number in _CARD.findall(deck)]

    def judge(self, question_id: str, *, yes: bool) -> None:
        """Support it, or pass over it; the answer to a skip brings the cookie with all that were passed over."""
        path = f"{self.base}/questions/{question_id}/{'vote' if yes else 'skip'}"
        answer = self.client.post(path, headers=self.headers)
        assert answer.status_code == 200, answer.text

    def pass_over(self, numbers: list[int]) -> None:
        """What as many skips would leave in that cookie, at no request each: it is all that a skip does."""
        cookie = self.client.get_cookie(SKIPPED, path=self.base)
        known = read_skipped(cookie.value if cookie else None)
        self.client.set_cookie(SKIPPED, write_skipped({*known, *numbers}), path=self.base)

    def tell(self, question_ids: list[str]) -> None:
        """What was shown, without a cookie."""
        assert self.bare.post(f"{self.base}/shown", data=" ".join(question_ids)).status_code == 204

    def ranking(self) -> list[str]:
        """What a board that opens on the ranking shows first."""
        return [row["id"] for row in self.client.get(f"{self.base}/board.json").get_json()["questions"][:JUDGED]]


def by_feed(hall: Hall) -> None:
    """Everybody takes two decks, at some time of the hour."""
    phones: dict[int, Phone] = {}
    turns = hall.turns(2)
    for place, member in enumerate(turns):
        hall.come(place / len(turns))
        phone = phones.setdefault(member, phones.get(member) or Phone(hall.cast))
        cards = phone.cards()
        other = [(id_, number) for id_, number in cards if not hall.wanted(member, id_)]
        for question_id, _number in (*(card for card in cards if card not in other), *other[:1]):
            phone.judge(question_id, yes=hall.wanted(member, question_id))
        phone.pass_over([number for _id, number in other[1:]])
        phone.tell([question_id for question_id, _number in cards])


def by_ranking(hall: Hall) -> None:
    """Everybody reads as many from the top of the ranking, at some time of the hour."""
    for place, member in enumerate(turns := hall.turns(1)):
        hall.come(place / len(turns))
        phone = Phone(hall.cast)
        for question_id in phone.ranking():
            if hall.wanted(member, question_id):
                phone.judge(question_id, yes=True)


@pytest.mark.timeout(600)
@pytest.mark.claim(
    "moderation", "the feed brings at least 80 % of the ten questions that a hall truly wants to the top"
)
def test_the_feed_finds_what_the_hall_wants_and_a_ranking_does_not(
    app: Flask, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same members and the same questions twice: by "Chưa xem", and by a board that opens on its ranking."""
    monkeypatch.setattr(limiter, "enabled", False)  # 350 phones of one test come faster than a hall
    found = {}
    for name, way in (("feed", by_feed), ("ranking first", by_ranking)):
        hall = Hall(make_cast(app, "open_hall"), random.Random(4))
        way(hall)
        assert len(hall.ids) == QUESTIONS
        found[name] = hall.hit()
    figure(", ".join(f"{name} {share:.0%}" for name, share in found.items()))
    assert found["feed"] >= 0.8
    assert found["ranking first"] <= 0.6
