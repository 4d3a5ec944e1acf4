"""Several at the table: who reads what, what was just decided, and help for a queue that grows too long."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.core.clock import local
from survey.core.clock import now
from survey.desk import people
from survey.moderation import passing
from survey.moderation import queries
from survey.moderation.presence import SHOWN
from survey.moderation.presence import STAYS
from survey.moderation.presence import Presence
from survey.moderation.presence import deed
from survey.moderation.presence import here
from survey.web.i18n import speaking
from tests.conftest import Cast
from tests.conftest import csrf
from tests.desk.test_moderate import ask
from tests.desk.test_moderate import unlike
from tests.moderation.test_waits import Clock

HTMX = {"HX-Request": "true"}
WORDS = "Bao giờ phường có thêm máy tính cho bộ phận một cửa?"


def open_desk(cast: Cast, role: str = "moderator") -> FlaskClient:
    """A browser with the page open, which said that the hall does not see it."""
    browser = cast.staff(role)
    assert 'id="queue"' in browser.get(f"{cast.desk}/moderate").text
    return browser


def send(cast: Cast, browser: FlaskClient, path: str, headers: dict[str, str] | None = None, **data: str):  # type: ignore[no-untyped-def]
    token = csrf(browser, f"{cast.desk}/moderate")
    return browser.post(f"{cast.desk}/{path}", data={"csrf_token": token, **data}, headers=headers or {})


def above(cast: Cast, browser: FlaskClient) -> str:
    """What stands above the queue on the page as it is now."""
    page = html.unescape(browser.get(f"{cast.desk}/moderate").text)
    return page.split('<div id="people">', 1)[1].split('<form id="here"', 1)[0]


def streamed(cast: Cast) -> str:
    """The same as the stream says it to all, without a request."""
    with cast.app.app_context(), speaking("vi"), cast.reading() as session:
        return html.unescape("".join(event.data for event in people.aside(session, cast.dialogue_id)))


def test_a_colleague_is_named_beside_the_question_that_she_reads(cast: Cast) -> None:
    question_id = ask(cast, WORDS)
    mine, other = open_desk(cast), open_desk(cast, "secretary")
    assert "Thử secretary</b> đang cùng điều hành" in above(cast, mine)
    send(cast, other, "presence", reading=question_id)
    seen = above(cast, mine)
    assert f'href="#q-{question_id}">“{WORDS}”' in seen
    assert 'data-says="Thử secretary đang đọc câu này"' in seen
    assert "Thử moderator" not in seen, "a page leaves out its own place"
    assert {"Thử secretary", "Thử moderator"} <= set(re.findall(r"<b>([^<]+)</b>", streamed(cast)))
    assert "Thử" not in "".join(cast.member().get(f"{cast.base}{tail}").text for tail in ("", "?tab=ranking", "/board"))


def test_what_a_colleague_decided_is_said_with_the_name(cast: Cast) -> None:
    question_id = ask(cast, WORDS)
    mine, other = open_desk(cast), open_desk(cast, "secretary")
    send(cast, other, f"questions/{question_id}/hold")
    assert f"Thử secretary</b>: Đã giữ lại “{WORDS}”" in above(cast, mine)
    assert "Đã giữ lại" not in above(cast, other)


def test_a_place_and_a_deed_pass_in_seconds() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.hear(here("d", "p1", "staff:a", "q1") | here("d", "p2", "staff:b", ""))
    presence.hear(deed("d", "p1", "staff:a", "approve", "q1"))
    assert [(one.who, one.question_id) for one in presence.places("d")] == [("p1", "q1"), ("p2", "")]
    assert [one.act for one in presence.deeds("d")] == ["approve"]
    assert (presence.places("other"), presence.deeds("other")) == ([], [])
    clock.now += SHOWN
    assert presence.deeds("d") == []
    presence.hear(here("d", "p1", "staff:a", "q2"))
    clock.now += STAYS - SHOWN
    assert [(one.who, one.question_id) for one in presence.places("d")] == [("p1", "q2")]
    clock.now += STAYS
    assert presence.places("d") == []


def test_nothing_of_the_queue_goes_to_a_screen_that_the_hall_may_see(cast: Cast) -> None:
    question_id = ask(cast, WORDS)
    open_side, covered = open_desk(cast), cast.staff("secretary")
    send(cast, open_side, "presence", reading=question_id)
    covered.delete_cookie(f"own_screen_{cast.code}", path="/s")
    token = csrf(covered, f"{cast.desk}/moderate")
    form = {"csrf_token": token, "whole": "1", "reading": ""}
    assert covered.post(f"{cast.desk}/presence", data=form, headers=HTMX).status_code == 204
    send(cast, covered, "own-screen")
    told = covered.post(f"{cast.desk}/presence", data=form, headers=HTMX)
    assert told.status_code == 200
    assert WORDS in html.unescape(told.text), "control: the same request, once the screen is said to be one's own"


def test_help_is_offered_above_twenty(cast: Cast) -> None:
    desk = open_desk(cast)
    for number in range(passing.OFFERED_ABOVE):
        ask(cast, unlike(number))
    assert "đang chờ" not in above(cast, desk)
    ask(cast, unlike(99))
    seen = above(cast, desk)
    assert "Có 21 câu đang chờ" in seen
    assert f'formaction="{cast.desk}/second"' in seen
    assert send(cast, desk, "passing", on="1").status_code == 303
    seen = above(cast, desk)
    assert "Đang tự đăng câu ngắn" in seen
    assert "Có 21 câu đang chờ" not in seen
    assert send(cast, desk, "passing", on="0").status_code == 303
    assert "Có 21 câu đang chờ" in above(cast, desk)


@pytest.mark.parametrize(("inviter", "role"), [("moderator", "moderator"), ("secretary", "secretary")])
def test_a_second_moderator_comes_in_by_a_link_that_is_good_once(cast: Cast, inviter: str, role: str) -> None:
    desk = open_desk(cast, inviter)
    page = send(cast, desk, "second", name="Lê Thị Hoa")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "<svg" in page.text
    address = re.search(r'class="addr">([^<]+)<', page.text)
    assert address is not None
    path = "/s/invitation/" + address[1].rsplit("/", 1)[1]
    form = {"login": "hoa.le", "password": "một câu dài dễ nhớ"}
    helper, late = cast.app.test_client(), cast.app.test_client()
    assert helper.post(path, data={**form, "csrf_token": csrf(helper, path)}).status_code in {200, 303}
    assert helper.get(f"{cast.desk}/moderate").status_code == 200
    assert late.get(path).status_code != 200 or "đã dùng" in html.unescape(late.get(path).text)
    with cast.reading() as session:
        held = session.scalars(select(Grant).join(Staff, Staff.id == Grant.staff_id).where(Staff.name == "Lê Thị Hoa"))
        assert [(one.role, one.dialogue_id) for one in held] == [(role, cast.dialogue_id)], (
            "no more than the inviter has"
        )


def test_the_link_for_a_helper_dies_within_the_hour(cast: Cast) -> None:
    answer = send(cast, open_desk(cast), "second", headers={"Accept": "application/json"})
    assert answer.status_code == 201
    with cast.reading() as session:
        link = session.scalars(select(Link).where(Link.kind == "invitation")).one()
        assert link.name == "Người điều hành thứ hai"
        assert link.expires_at is not None
        assert dt.timedelta(minutes=59) < local(link.expires_at) - now() <= dt.timedelta(hours=1)


def test_the_link_comes_into_the_open_page(cast: Cast) -> None:
    answer = send(cast, open_desk(cast), "second", headers=HTMX)
    assert answer.text.strip().startswith('<hx-partial hx-target="#second"')
    assert answer.headers["Cache-Control"] == "no-store"
    refused = send(cast, open_desk(cast), "second", name="x" * 200)
    assert refused.status_code == 422
    assert "x" * 200 in refused.text


def test_what_passed_by_itself_is_listed_and_taken_back_by_one_touch(cast: Cast) -> None:
    desk = open_desk(cast)
    ids = [ask(cast, unlike(number)) for number in range(6)]
    send(cast, desk, "passing", on="1")
    with cast.reading() as session:
        marks = {row.id: row.wording for row in queries.some(session, cast.dialogue_id, ids)}
    assert cast.write(passing.pass_due, cast.dialogue_id, {ids[0]: marks[ids[0]]}) == [ids[0]]
    seen = above(cast, desk)
    assert "1 câu đã tự đăng" in seen
    assert f"{cast.desk}/questions/{ids[0]}/reopen?seen=approved" in seen
    send(cast, desk, f"questions/{ids[0]}/reopen?seen=approved")
    assert "câu đã tự đăng" not in above(cast, desk)


def test_what_waits_for_its_asker_stands_below_the_queue(cast: Cast) -> None:
    desk, phone = open_desk(cast), cast.member()
    form = {"csrf_token": csrf(phone, cast.base), "body": WORDS, "client_id": "c-1"}
    question_id = (phone.post(f"{cast.base}/questions", data=form, headers={"Accept": "application/json"}).json or {})[
        "id"
    ]
    send(cast, desk, f"questions/{question_id}/ask_back", sentence="Ở phường nào?")
    page = html.unescape(desk.get(f"{cast.desk}/moderate").text)
    queue, asking = page.split('<div id="asking">', 1)
    assert f'id="q-{question_id}"' not in queue
    assert "Ở phường nào?" in asking.split("</form>", 1)[0]
    assert "Ở phường nào?" in streamed(cast)
    assert "Đang hỏi lại · 1" in streamed(cast)
