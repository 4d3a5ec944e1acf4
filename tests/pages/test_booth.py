"""The booth: one device, one person after the other. A card is spent once, and nothing of anybody is left."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from survey.core import clock
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.dialogues.models import Dialogue
from survey.moderation.service import BroughtIn
from survey.moderation.service import bring_in
from survey.pages import booth
from survey.questionnaires import polls
from survey.questionnaires import shown
from survey.questionnaires.plans import Plan
from survey.questions import queries as questions
from survey.questions.models import Question
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
    assert "data-own" not in free.text
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


def test_people_without_phones_vote_one_after_the_other(cast):
    """Each with a card, on one machine: each ballot counts once, whoever comes next sees nothing of the choice before."""
    machine, cards = cast.stranger(), cast.cards(7)
    poll = cast.write(polls.start, cast.dialogue_id, Plan("vote", "Thông qua kết luận"))

    def now():
        with cast.reading() as session:
            return shown.one(session, session.get_one(Dialogue, cast.dialogue_id), poll)

    item, answer = now().item, f"/polls/{poll}"
    assert send(machine, cast, answer, **{item: "for"}).location == f"{cast.base}/booth?over=1"
    for n, card in enumerate(cards[:6]):
        send(machine, cast, ticket=card, site="1")
        page = machine.get(f"{cast.base}/booth").text
        assert "Thông qua kết luận" in page
        assert 'aria-pressed="true"' not in page
        if n == 0:
            refused = send(machine, cast, answer, **{item: "không có"})
            assert (refused.status_code, refused.location) == (303, f"{cast.base}/booth#poll")
            assert 'role="alert"' in machine.get(f"{cast.base}/booth").text
            send(machine, cast, answer, **{item: "against"})
        send(machine, cast, answer, **{item: "for" if n < 5 else "against"})
        page = machine.get(f"{cast.base}/booth").text
        assert page.count('aria-pressed="true"') == 1
        assert "Đã ghi nhận lựa chọn của bạn." in page
        send(machine, cast, "/end")
    send(machine, cast, ticket=cards[6])
    cast.write(polls.close, cast.dialogue_id, poll)
    late = machine.get(f"{cast.base}/booth").text
    assert answer not in late
    send(machine, cast, answer, **{item: "for"})
    assert "Thăm dò đã đóng" in machine.get(f"{cast.base}/booth").text
    assert [bar.number for bar in now().bars] == [5, 1, 0]


def test_a_refused_choice_is_nobodys_choice(cast):
    """Neither of the poll that refused it nor of the next one, which may have the same choices."""
    machine, (card,) = cast.stranger(), cast.cards(1)
    votes = [Plan("vote", "Thông qua kết luận"), Plan("vote", "Thông qua chương trình")]
    first = cast.write(polls.start, cast.dialogue_id, votes[0])
    send(machine, cast, ticket=card)
    with cast.reading() as session:
        item = shown.one(session, session.get_one(Dialogue, cast.dialogue_id), first).item
    cast.write(polls.close, cast.dialogue_id, first)
    second = cast.write(polls.start, cast.dialogue_id, votes[1])
    send(machine, cast, f"/polls/{first}", **{item: "for"})
    page = machine.get(f"{cast.base}/booth").text
    assert ("Thông qua chương trình" in page, "Thăm dò đã đóng" in page) == (True, True)
    assert 'aria-pressed="true"' not in page
    cast.write(polls.close, cast.dialogue_id, second)


def test_a_refused_answer_stands_in_its_own_box_again(cast):
    machine, (card,) = cast.stranger(), cast.cards(1)
    send(machine, cast, ticket=card)
    for label in ("Một từ?", "Từ khác?"):
        poll = cast.write(polls.start, cast.dialogue_id, Plan("short", label))
        if label == "Một từ?":
            with cast.reading() as session:
                item = shown.one(session, session.get_one(Dialogue, cast.dialogue_id), poll).item
            send(machine, cast, f"/polls/{poll}", **{item: "dài quá " * 40})
            assert "dài quá dài quá" in machine.get(f"{cast.base}/booth").text
        else:
            assert "dài quá dài quá" not in machine.get(f"{cast.base}/booth").text
        cast.write(polls.close, cast.dialogue_id, poll)


def test_an_open_page_can_ask_which_poll_is_open_without_a_sign_of_life(cast, monkeypatch):
    machine, (card,) = cast.stranger(), cast.cards(1)
    send(machine, cast, ticket=card)
    ask = f"{cast.base}/booth/polls"
    assert (machine.get(ask).json, f'data-at="{ask}" data-poll=""' in machine.get(f"{cast.base}/booth").text) == (
        {"poll": ""}, True,
    )  # fmt: skip
    poll = cast.write(polls.start, cast.dialogue_id, Plan("yesno", "Đồng ý?"))
    assert machine.get(ask).json == {"poll": poll}
    assert f'data-poll="{poll}"' in machine.get(f"{cast.base}/booth").text
    later(monkeypatch, booth.QUIET - 5)
    machine.get(ask)
    later(monkeypatch, booth.QUIET + 5)
    assert 'data-booth="taken"' not in machine.get(f"{cast.base}/booth").text
    cast.write(polls.close, cast.dialogue_id, poll)
    assert machine.get(ask).json == {"poll": ""}


def later(monkeypatch, seconds):
    at = clock.now() + dt.timedelta(seconds=seconds)
    monkeypatch.setattr(booth, "now", lambda: at)


def pending(cast):
    with cast.reading() as session:
        return [row.body for row in questions.in_states(session, cast.dialogue_id, ["pending"])]


def test_a_seat_that_nobody_leaves_is_empty_after_a_while(cast, monkeypatch):
    """With scripts soon after the last sign of life, without them much later. Then a form of theirs is refused."""
    for alive, idle in ((False, booth.QUIET), (True, booth.IDLE)):
        machine = cast.stranger()
        send(machine, cast, ticket=cast.cards(1)[0])
        token = csrf(machine, f"{cast.base}/booth")
        if alive:
            assert machine.post(f"{cast.base}/booth/life", data={"csrf_token": token}).status_code == 204
        later(monkeypatch, idle - 5)
        kept = machine.get_cookie("d_session", path=cast.base).value
        assert "Đặt câu hỏi" in machine.get(f"{cast.base}/booth").text, "the control"
        machine.set_cookie("d_session", kept, path=cast.base)
        later(monkeypatch, idle + 1)
        assert "Mời người tiếp theo" in machine.get(f"{cast.base}/booth").text
        form = {"csrf_token": csrf(machine, f"{cast.base}/booth"), "body": TEXT, "client_id": "b"}
        refused = machine.post(f"{cast.base}/booth/questions", data=form)
        assert (refused.status_code, refused.location) == (303, f"{cast.base}/booth?over=1")
        assert "Chỗ này đã được dọn" in machine.get(refused.location).text
        dead = machine.post(f"{cast.base}/booth/life", data={"csrf_token": csrf(machine, f"{cast.base}/booth")})
        assert dead.status_code == 403
        monkeypatch.undo()
    assert pending(cast) == []
    assert booth.QUIET >= 5 * booth.IDLE


def test_who_reads_or_types_for_long_keeps_the_seat(cast, monkeypatch):
    """A page and a sign of life prolong it, and keep what is shown; a text that comes too late is sent all the same."""
    machine = cast.stranger()
    send(machine, cast, ticket=cast.cards(1)[0])
    send(machine, cast, "/questions", body="Ngắn quá", client_id="a")
    page = machine.get(f"{cast.base}/booth").text
    assert 'http-equiv="refresh"' not in page, "a page with a form never reloads by itself"
    token = csrf(machine, f"{cast.base}/booth")
    for minutes in (4, 8, 12):
        later(monkeypatch, minutes * 60)
        assert machine.post(f"{cast.base}/booth/life", data={"csrf_token": token}).status_code == 204
    later(monkeypatch, 16 * 60)
    assert "Ngắn quá</textarea>" in machine.get(f"{cast.base}/booth").text
    later(monkeypatch, 20 * 60)
    assert "Ngắn quá</textarea>" in machine.get(f"{cast.base}/booth").text, "the page itself prolonged it"
    later(monkeypatch, 20 * 60 + booth.IDLE + booth.LATE - 1)
    sent = machine.post(f"{cast.base}/booth/questions", data={"csrf_token": token, "body": TEXT, "client_id": "b"})
    assert (sent.status_code, sent.location) == (303, f"{cast.base}/booth#ask")
    assert pending(cast) == [TEXT]
    assert "Đã gửi" in machine.get(f"{cast.base}/booth").text, "and the seat is still theirs"


def test_a_page_that_was_left_long_ago_speaks_for_nobody(cast, monkeypatch):
    """Whoever finds it and does not reload: no support and no question by that ballot; the text waits for a seat of its own."""
    first, second, third = cast.cards(3)[:3]
    machine = cast.stranger()
    (row,) = cast.write(bring_in, cast.dialogue_id, [BroughtIn(text="Bao giờ có xe buýt?")], actor="test")
    words: dict[str, str] = {"body": TEXT, "client_id": "b"}
    nothing: dict[str, str] = {}
    tries = ((first, f"/questions/{row}/vote", nothing), (second, "/questions", words))
    for card, path, form in tries:
        send(machine, cast, ticket=card)
        token = csrf(machine, f"{cast.base}/booth")
        (seat,) = set(re.findall(r'name="seat" value="([^"]+)"', machine.get(f"{cast.base}/booth").text))
        later(monkeypatch, booth.QUIET + booth.LATE + 1)
        sent = machine.post(f"{cast.base}/booth{path}", data={"csrf_token": token, "seat": seat, **form})
        assert (sent.status_code, sent.location) == (303, f"{cast.base}/booth?over=1")
        monkeypatch.undo()
    assert pending(cast) == []
    free = machine.get(f"{cast.base}/booth?over=1").text
    assert (f"{TEXT}</textarea>" in free, "Mời người tiếp theo" in free, "Chưa gửi" in free) == (True, True, True)
    assert TEXT not in machine.get(f"{cast.base}/booth").text, "shown once: on that page, and in no session"
    refused = machine.post(
        f"{cast.base}/booth", data={"csrf_token": csrf(machine, f"{cast.base}/booth"), "ticket": "sai", "body": TEXT}
    )
    assert f"{TEXT}</textarea>" in refused.text, "a wrong card loses nothing either"
    send(machine, cast, ticket=third, body=TEXT)
    assert f"{TEXT}</textarea>" in machine.get(f"{cast.base}/booth").text, "and in the box of the new seat"
    with cast.reading() as session:
        assert session.get_one(Question, row).supporters == 0


def test_a_form_of_somebody_who_left_does_nothing_in_the_seat_of_the_next(cast):
    """A second window of the same machine still shows the first person's page."""
    first, second = cast.cards(2)[:2]
    machine = cast.stranger()
    send(machine, cast, ticket=first)
    (seat,) = set(re.findall(r'name="seat" value="([^"]+)"', machine.get(f"{cast.base}/booth").text))
    send(machine, cast, "/end")
    send(machine, cast, ticket=second)
    refused = send(machine, cast, "/questions", body=TEXT, client_id="b", seat=seat)
    assert refused.location == f"{cast.base}/booth?over=1"
    assert send(machine, cast, "/life", seat=seat).status_code == 403
    assert pending(cast) == []
    assert send(machine, cast, "/questions", body=TEXT, client_id="b").location == f"{cast.base}/booth#ask", (
        "the control"
    )


def test_a_browser_that_is_in_itself_keeps_its_ballot(cast):
    """The booth and the room of one browser know nothing of each other."""
    own, other = cast.cards(2)[:2]
    browser = cast.stranger()
    token = csrf(browser, f"{cast.base}/entry")
    browser.post(f"{cast.base}/entry", data={"csrf_token": token, "ticket": own})
    secret = browser.get_cookie("ballot", path=cast.base).value
    free = browser.get(f"{cast.base}/booth").text
    assert "đang giữ phiếu của chính bạn" in free
    assert f'href="{cast.base}"' in free
    assert "data-own" in free
    send(browser, cast, ticket=other)
    assert "data-own" in browser.get(f"{cast.base}/booth").text
    send(browser, cast, "/end")
    assert browser.get_cookie("ballot", path=cast.base).value == secret
    assert ballots(cast)[0] == 2
