"""In after the opening: with the opening's filling, at the gate with enough others, or alone by one's own choice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey import lifecycle
from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.ids import new_token
from survey.room.gate import Answer
from survey.room.models import Ballot
from tests.conftest import csrf
from tests.room.halls import Hall
from tests.room.halls import at
from tests.room.halls import credential
from tests.room.halls import hall_of
from tests.room.halls import house

JSON = {"Accept": "application/json"}
MINUTE = 1 / 60


@pytest.fixture(scope="module")
def app(migrated: Path) -> Iterator[Flask]:
    """One program for all halls of this file."""
    with house(migrated) as found:
        yield found


@pytest.fixture
def hall(app: Flask) -> Hall:
    """Thirty on the roll, before the opening."""
    return hall_of(app)


@pytest.fixture
def opened(hall: Hall) -> Hall:
    """The same, long after the opening."""
    hall.open(at(0))
    hall.empty(at(0.1))
    return hall


def test_nobody_enters_before_the_opening_and_nothing_is_spent(hall: Hall) -> None:
    with pytest.raises(NotNow):
        hall.knock(new_token(), at(1))
    assert hall.waiting == 0


def test_phones_of_the_opening_come_out_of_one_filling(hall: Hall) -> None:
    """Three knock within half a minute, one has dropped before: nobody is in until all are, and then all are."""
    early, secrets = hall.drop(), [new_token() for _ in range(3)]
    hall.open(at(1))
    for number, secret in enumerate(secrets):
        answer = hall.knock(secret, at(1) + dt.timedelta(seconds=10 * number))
        assert (answer.entered, answer.waiting, answer.may_go) == (False, None, False)
        assert 35 - 10 * number < answer.retry <= 41 - 10 * number
    assert (hall.now.ballots, hall.waiting) == (0, 4)
    assert hall.knock(secrets[0], at(1) + dt.timedelta(seconds=36)) == Answer(entered=True)
    assert hall.now.ballots == 4
    assert hall.knock(early, at(1.02)).entered
    assert hall.now.ballots == 4


def test_late_comers_enter_together_and_each_as_often_as_it_asks(opened: Hall) -> None:
    secrets = [new_token() for _ in range(5)]
    for number, secret in enumerate(secrets[:4]):
        for _again in range(2):
            assert opened.knock(secret, at(1 + number * MINUTE)).waiting == number + 1
    assert opened.now.ballots == 0
    assert opened.knock(secrets[4], at(1.2)).entered
    assert (opened.now.ballots, opened.waiting) == (5, 0)
    assert all(opened.knock(secret, at(1.3)).entered for secret in secrets)
    assert opened.now.ballots == 5


def test_alone_is_chosen_after_ten_minutes_and_by_nobody_for_others(opened: Hall) -> None:
    """Two wait; the first chooses: it is in and counted in public, the other waits on."""
    one, two = new_token(), new_token()
    assert not opened.knock(one, at(1), alone=True).entered
    assert not opened.knock(two, at(1.1)).entered
    assert not opened.knock(one, at(1 + 9.9 * MINUTE), alone=True).entered
    waiting = opened.knock(one, at(1 + 11 * MINUTE))
    assert (waiting.entered, waiting.waiting, waiting.may_go) == (False, 2, True)
    assert (opened.now.alone, opened.now.ballots) == (0, 0)
    for _again in range(2):
        assert opened.knock(one, at(1.2), alone=True).entered
    assert (opened.now.alone, opened.now.ballots, opened.waiting) == (1, 1, 1)
    assert opened.knock(two, at(1.25)).waiting == 1


def test_who_was_cut_off_between_room_and_box_is_in_once(opened: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """In already, and the envelope still there: it makes nobody a fifth."""
    one = new_token()
    opened.knock(one, at(1))
    with monkeypatch.context() as cut:
        cut.setattr(type(opened.stores.box), "take_out", lambda *_args: None)
        assert opened.knock(one, at(1.2), alone=True).entered
    others = [new_token() for _ in range(5)]
    assert not any(opened.knock(other, at(1.3)).entered for other in others[:4])
    assert opened.knock(others[4], at(1.3)).entered
    assert opened.now.ballots == 6


def test_after_the_end_nobody_new_enters(opened: Hall) -> None:
    inside = [new_token() for _ in range(5)]
    for secret in inside:
        opened.knock(secret, at(1))
    lifecycle.take(opened.stores, opened.id, "closed", actor="test")
    with pytest.raises(NotNow):
        opened.knock(new_token(), at(2))
    assert opened.knock(inside[0], at(2)).entered  # another phone, or a cookie that was lost


def enter(hall: Hall, phone: Any, held: dict[str, str], **more: str) -> Any:
    """As box.js knocks."""
    return phone.post(f"{hall.cast.base}/entry", data={**held, **more}, headers=JSON)


def test_who_waits_reads_and_then_has_its_own_questions(hall: Hall) -> None:
    """202 with a sentence; the board is there to read and not to vote; once in, what came by the box is "mine"."""
    hall.open(now() - dt.timedelta(minutes=5))
    hall.empty(now())
    phone, held = hall.cast.stranger(), credential(hall)
    assert 'id="gate"' not in phone.get(f"{hall.cast.base}?tab=ranking").text
    answer = enter(hall, phone, held)
    said = answer.get_json()
    assert (answer.status_code, said["entered"], said["waiting"], said["may_go"], said["few"]) == (
        202,
        False,
        1,
        False,
        "",
    )
    assert "1 người" in said["message"]
    page = phone.get(hall.cast.base)
    assert 'id="gate"' in page.text
    assert phone.get(f"{hall.cast.base}/board.json").status_code == 200
    assert hall.cast.stranger().get(f"{hall.cast.base}/board.json").status_code == 401
    ask = phone.post(f"{hall.cast.base}/questions", data={"csrf_token": csrf(phone, hall.cast.base), "body": "x" * 20})
    assert ask.status_code == 401
    hall.cast.let_in()
    answer = enter(hall, phone, held, mine="c1.c2.<script>")
    assert (answer.status_code, answer.get_json()["entered"]) == (200, True)
    mine = phone.get_cookie("mine", path=hall.cast.base)
    assert mine is not None
    assert mine.value == "c1.c2"
    assert 'id="gate"' not in phone.get(hall.cast.base).text
    with hall.cast.reading() as session:
        assert session.query(Ballot).filter_by(dialogue_id=hall.id).count() == 1


def test_a_phone_that_is_not_in_has_no_cookie_that_could_mark_its_entry(hall: Hall) -> None:
    """Every page that it reads before; control: the same pages of a dialogue without blind signatures give one."""
    weak = hall.cast.other_code
    phone, other = hall.cast.stranger(), hall.cast.stranger()
    for page in ("", "/box", "/credential", "/key", "/who"):
        answer = phone.get(hall.cast.base + page)
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
    assert other.get(f"/d/{weak}").headers.getlist("Set-Cookie")
