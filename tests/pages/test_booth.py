"""The booth: one device, one person after the other. A card is spent once, and nothing of anybody is left."""

from __future__ import annotations

import pytest

from survey.core import clock
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.dialogues.models import Dialogue
from survey.pages import booth
from survey.questions import queries as questions
from tests.conftest import csrf
from tests.conftest import make_cast

TEXT = "Người không có điện thoại hỏi bao giờ có xe buýt?"


@pytest.fixture
def cast(app):
    """A hall that is open to cards, with one site and pre-moderation."""
    cast = make_cast(app, "open_hall", entry="tickets")
    cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước")
    return cast


def send(browser, cast, path="", **form):
    token = csrf(browser, f"{cast.base}/booth")
    return browser.post(f"{cast.base}/booth{path}", data={"csrf_token": token, **form})


def ballots(cast):
    with cast.reading() as session:
        one = session.get(Dialogue, cast.dialogue_id)
        (site,) = dialogues.sites(session, cast.dialogue_id)
        return one.ballots, site.ballots


def test_one_after_the_other(cast):
    """Two people: each spends a card, sees the own choices and none of the other's; both ballots stand at the site."""
    first, second = cast.cards(2)[:2]
    machine = cast.stranger()
    free = machine.get(f"{cast.base}/booth?site=1")
    assert "Huyện Cái Nước" in free.text
    assert free.headers["Cache-Control"] == "no-store"
    assert send(machine, cast, ticket=first, site="1").status_code == 303
    assert send(machine, cast, "/questions", body=TEXT, client_id="a").status_code == 303
    assert "Đã gửi" in machine.get(f"{cast.base}/booth").text
    with cast.reading() as session:
        (row,) = questions.in_states(session, cast.dialogue_id, ["pending"])
    from survey.moderation import service

    cast.write(service.decide, cast.dialogue_id, row.id, "approve", actor="test")
    assert send(machine, cast, f"/questions/{row.id}/vote").status_code == 303
    assert "Đã ủng hộ. Rút lại" in machine.get(f"{cast.base}/booth").text
    assert (ballots(cast)) == (1, 1)
    end = send(machine, cast, "/end")
    assert end.location == f"{cast.base}/booth?site=1"
    assert end.headers["Clear-Site-Data"] == '"cache"'
    assert "Mời người tiếp theo" in machine.get(f"{cast.base}/booth").text
    assert machine.get_cookie("ballot", path=cast.base) is None, "never any other cookie"
    assert send(machine, cast, ticket=first, site="1").status_code == 409, "a card is spent once"
    assert send(machine, cast, ticket=second, site="1").status_code == 303
    page = machine.get(f"{cast.base}/booth").text
    assert "Đã ủng hộ" not in page
    assert "Rút lại" not in page
    assert ballots(cast) == (2, 2)


def test_what_is_refused_stands_in_the_box_and_goes_with_the_end(cast):
    machine = cast.stranger()
    send(machine, cast, ticket=cast.cards(1)[0])
    send(machine, cast, "/questions", body="Ngắn quá", client_id="a")
    page = machine.get(f"{cast.base}/booth").text
    assert "Ngắn quá</textarea>" in page
    assert "còn ngắn quá" in page
    send(machine, cast, "/end")
    assert "Ngắn quá" not in machine.get(f"{cast.base}/booth").text


def test_a_seat_that_nobody_leaves_is_empty_after_a_while(cast, monkeypatch):
    """Also without scripts: the server does not know the person any more, and a form of theirs is refused."""
    machine = cast.stranger()
    send(machine, cast, ticket=cast.cards(1)[0])
    assert "Đặt câu hỏi" in machine.get(f"{cast.base}/booth").text
    token = csrf(machine, f"{cast.base}/booth")
    later = clock.now() + __import__("datetime").timedelta(seconds=booth.IDLE + 1)
    monkeypatch.setattr(booth, "now", lambda: later)
    refused = machine.post(f"{cast.base}/booth/questions", data={"csrf_token": token, "body": TEXT, "client_id": "b"})
    assert (refused.status_code, refused.location) == (303, f"{cast.base}/booth?over=1")
    assert "Chỗ này đã được dọn" in machine.get(refused.location).text
    with cast.reading() as session:
        assert questions.in_states(session, cast.dialogue_id, ["pending"]) == []


def test_a_browser_that_is_in_itself_keeps_its_ballot(cast):
    """The booth and the room of one browser know nothing of each other."""
    own, other = cast.cards(2)[:2]
    browser = cast.stranger()
    token = csrf(browser, f"{cast.base}/entry")
    browser.post(f"{cast.base}/entry", data={"csrf_token": token, "ticket": own})
    secret = browser.get_cookie("ballot", path=cast.base).value
    send(browser, cast, ticket=other)
    send(browser, cast, "/end")
    assert browser.get_cookie("ballot", path=cast.base).value == secret
    assert ballots(cast)[0] == 2
