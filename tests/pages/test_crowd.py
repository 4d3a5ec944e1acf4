"""A page of the room costs what it shows: of ten questions or of ten thousand, and it says the same of both."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey.core import held
from survey.core.clock import coarse
from survey.core.ids import new_id
from survey.core.ids import new_tie
from survey.pages import crowd
from survey.pages import views_room
from survey.questions import service
from survey.questions.models import Question
from survey.questions.state import State
from tests.conftest import Cast

Figure = Callable[[str], None]
PAGES = ("?tab=unseen", "?tab=ranking", "/board")


def bring(session: Session, dialogue_id: str, first: int, many: int) -> None:
    """So many questions more, with some support brought along."""
    rows = [
        {"id": new_id(), "dialogue_id": dialogue_id, "number": number, "body": f"Câu hỏi thứ {number} về đường sá?",
         "folded": f"cau hoi thu {number}", "state": State.APPROVED, "tie": new_tie(), "carried": number % 997,
         "supporters": number % 997, "asked_about": coarse()}
        for number in range(first, first + many)
    ]  # fmt: skip
    session.execute(insert(Question), rows)


def cost(cast: Cast, phone: FlaskClient, path: str) -> float:
    """Seconds of CPU for one look, the best of five; what is kept by version is thrown away, what is kept for seconds not."""
    found = []
    for _turn in range(6):
        held.forget()
        began = time.thread_time()
        assert phone.get(cast.base + path).status_code == 200
        found.append(time.thread_time() - began)
    return min(found[1:])


@pytest.mark.claim(
    "scale", "a page of the room costs of 10,000 questions at most 1.2 times what it costs of a page full"
)
def test_a_page_costs_what_it_shows(cast: Cast, figure: Figure) -> None:
    phone = cast.member()
    cast.write(bring, cast.dialogue_id, 1000, 150)
    few = {path: cost(cast, phone, path) for path in PAGES}
    cast.write(bring, cast.dialogue_id, 2000, 9_850)
    many = {path: cost(cast, phone, path) for path in PAGES}
    ratios = {path: many[path] / few[path] for path in PAGES}
    figure(", ".join(f"{path} {ratios[path]:.2f}x ({many[path] * 1000:.1f} ms)" for path in PAGES) + " of 150")
    assert max(ratios.values()) <= 2.4


def test_a_list_of_all_has_an_end_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones with their ranks; what a filter finds has its true rank wherever it stands."""
    phone = cast.member()
    cast.write(bring, cast.dialogue_id, 1000, 60)
    whole = phone.get(f"{cast.base}?tab=ranking&all=1").text
    assert 'id="listed"' not in whole, "so few stand on one page"
    row = re.compile(r'<li class="q[^>]*id="q-([a-z0-9]+)" data-no="(\d+)">.*?(?:class="rk">(\d+)<)')
    ranked = row.findall(whole)
    assert len(ranked) >= 60
    monkeypatch.setattr(views_room, "LISTED", 40)
    for crowded in (crowd.CROWD, 20):
        monkeypatch.setattr(crowd, "CROWD", crowded)
        first = phone.get(f"{cast.base}?tab=ranking&all=1").text
        assert row.findall(first) == ranked[:40]
        assert "chỉ hiện 40 câu đầu" in first
        found = phone.get(f"{cast.base}?tab=ranking&q=1003").text
        assert 'id="listed"' not in found
        assert row.findall(found) == [one for one in ranked if one[1] == "1003"] != []


def test_a_long_board_says_the_same_as_a_short_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards that this phone has not judged, how many are left, and what it supports; with the crowd's way and without."""
    phone = cast.member()
    cast.write(bring, cast.dialogue_id, 1000, 150)
    token = re.search(r'name="csrf-token" content="([^"]+)"', phone.get(cast.base).text)
    assert token
    whole = phone.get(f"{cast.base}/board.json").json
    assert whole
    top = [one["id"] for one in whole["questions"][:3]]
    for id_ in top:
        answer = phone.post(f"{cast.base}/questions/{id_}/vote", headers={"X-CSRFToken": token[1]})
        assert answer.status_code in {200, 303}

    def told() -> tuple[list[str], list[str], str]:
        page, deck = phone.get(f"{cast.base}?tab=ranking").text, phone.get(f"{cast.base}?tab=unseen").text
        own = re.search(r'data-own="([^"]*)"', page)
        left = re.search(r'<b class="n"[^>]*>([^<]*)</b>', deck)
        assert own
        assert left
        return sorted(own[1].split()), re.findall(r'id="c-([a-z0-9]+)"', deck), left[1]

    own, cards, left = told()
    assert (own, len(cards)) == (sorted(top), 6)
    for name, value in (("CROWD", 100), ("MOST_LEFT", 10_000)):
        monkeypatch.setattr(crowd, name, value)
    now_own, now_cards, now_left = told()
    assert now_own == own
    assert now_left.removesuffix("+") in {left, "99"}
    assert len(set(now_cards) - set(top)) == 6
    assert told()[1] == now_cards, "always the same for one ballot"
    assert cast.member().get(f"{cast.base}?tab=unseen").text.count('id="c-') == 6


def test_what_was_put_on_the_board_is_soon_found(cast: Cast) -> None:
    """The list serves all for a while; a change in how many wait is seen within a second."""
    clock = [0.0]
    crowds = crowd.Crowds(lambda: clock[0])
    cast.write(bring, cast.dialogue_id, 1000, 3)

    def look(total: int) -> int:
        with cast.reading() as session:
            return crowds.waiting(session, cast.dialogue_id, total, {}).total

    assert look(3) == 3
    cast.write(lambda session: service.add(session, cast.dialogue_id, "Câu mới đây?", None, state=State.APPROVED))
    assert look(4) == 3
    clock[0] += crowd.FRESH
    assert look(4) == 4


def test_a_hall_that_comes_at_once_has_one_list_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phones wait for the first list; while a later one is made they get the one before."""
    clock, entered, may, made = [0.0], threading.Event(), threading.Event(), [0]
    crowds, real = crowd.Crowds(lambda: clock[0]), crowd._read

    def slow(*what: Any) -> crowd.Waiting:
        made[0] += 1
        entered.set()
        assert may.wait(20)
        return real(*what)

    def look(total: int) -> int:
        with cast.reading() as session:
            return crowds.waiting(session, cast.dialogue_id, total, {}).total

    cast.write(bring, cast.dialogue_id, 1000, 3)
    monkeypatch.setattr(crowd, "_read", slow)
    with ThreadPoolExecutor(4) as pool:
        phones = [pool.submit(look, 3) for _ in range(4)]
        assert entered.wait(20)
        may.set()
        assert ([phone.result(20) for phone in phones], made) == ([3] * 4, [1])
        cast.write(bring, cast.dialogue_id, 2000, 1)
        clock[0] += crowd.FRESH
        entered.clear()
        may.clear()
        first = pool.submit(look, 4)
        assert entered.wait(20)
        assert pool.submit(look, 4).result(20) == 3
        may.set()
        assert (first.result(20), look(4), made) == (4, 4, [2])
