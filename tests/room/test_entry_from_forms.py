"""In from a form that was begun before: by card or by the code alone, and never at the price of what was written."""

from __future__ import annotations

import pytest

from survey import lifecycle
from survey.core.ids import new_card_code
from survey.web.limits import limiter
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.questionnaires.conftest import make_poll

BODY = "Bao giờ có nhà ở công vụ cho người mới ạ?"


@pytest.fixture(autouse=True)
def fresh_limits(app):
    """Limits live in the process; each test begins with none spent."""
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def hall(app):
    """An open hall into which cards lead."""
    return make_cast(app, "open_hall", entry="tickets")


def write_on(phone, cast, **form):
    token = csrf(phone, f"{cast.base}/ask")
    return phone.post(f"{cast.base}/ask", data={"csrf_token": token, "body": BODY, "client_id": "half", **form})


def test_a_half_written_question_enters_by_a_card(hall):
    (code,) = hall.cards(1)
    phone = hall.stranger()
    assert 'name="ticket"' in phone.get(f"{hall.base}/ask").text
    answer = write_on(phone, hall, ticket=code)
    assert answer.status_code == 200
    assert BODY in answer.text
    assert 'name="ticket"' not in answer.text
    assert phone.get_cookie("ballot", path=hall.base) is not None


@pytest.mark.parametrize(("ticket", "status", "said"), [
    ("ABCD2345", 422, "Không có thẻ nào mang mã này"), ("", 422, "tám chữ và số"), ("used", 409, "đã được dùng một lần"),
])  # fmt: skip
def test_a_refused_card_costs_no_word_of_the_question(hall, ticket, status, said):
    (code,) = hall.cards(1)
    if ticket == "used":
        ticket = code
        write_on(hall.stranger(), hall, ticket=code)
    phone = hall.stranger()
    answer = write_on(phone, hall, ticket=ticket)
    assert answer.status_code == status
    assert said in answer.text
    assert BODY in answer.text
    assert 'value="half"' in answer.text
    assert f'value="{ticket}"' in answer.text
    assert phone.get_cookie("ballot", path=hall.base) is None


def test_a_question_that_is_sent_from_outside_comes_back_with_the_way_in(hall):
    phone = hall.stranger()
    token = csrf(phone, f"{hall.base}/ask")
    answer = phone.post(f"{hall.base}/questions", data={"csrf_token": token, "body": BODY})
    assert answer.status_code == 401
    assert BODY in answer.text
    assert 'name="ticket"' in answer.text


def test_a_page_that_lay_open_too_long_gives_the_question_back(hall):
    answer = hall.stranger().post(f"{hall.base}/ask", data={"csrf_token": "old", "body": BODY, "ticket": "ABCDEFGH"})
    assert answer.status_code == 400
    assert BODY in answer.text
    assert 'value="ABCDEFGH"' in answer.text


def test_before_the_opening_the_page_says_to_wait_and_keeps_the_words(app):
    cast = make_cast(app, "collect", entry="tickets")
    phone = cast.stranger()
    page = phone.get(f"{cast.base}/ask").text
    assert 'name="ticket"' not in page
    assert "Phòng chưa mở" in page
    answer = write_on(phone, cast, ticket=cast.cards(1)[0])
    assert answer.status_code == 403
    assert "Thẻ của bạn còn nguyên" in answer.text
    assert BODY in answer.text


def test_a_member_on_the_roll_is_led_to_the_own_link(app):
    cast = make_cast(app, "open_hall", entry="roll")
    page = cast.stranger().get(f"{cast.base}/ask").text
    assert f'href="/m/{cast.code}"' in page
    assert 'name="ticket"' not in page
    answer = write_on(cast.stranger(), cast)
    assert answer.status_code == 403
    assert BODY in answer.text


def test_a_half_filled_questionnaire_enters_by_a_card(hall):
    poll = make_poll(hall)
    (first,) = hall.cards(1)
    phone = hall.stranger()
    path = f"{hall.base}/surveys/{poll.id}"
    token = csrf(phone, path)
    form = {"csrf_token": token, poll.text: "Được nghe trả lời thẳng", "counter": "1"}
    refused = phone.post(f"{path}/entry", data={**form, "ticket": new_card_code()})
    assert refused.status_code == 422
    assert "Được nghe trả lời thẳng" in refused.text
    assert "Không có thẻ nào mang mã này" in refused.text
    assert 'name="ticket"' in refused.text
    answer = phone.post(f"{path}/entry", data={**form, "ticket": first})
    assert answer.status_code == 200
    assert "Được nghe trả lời thẳng" in answer.text
    assert 'name="ticket"' not in answer.text


def test_entering_from_a_form_forgets_the_attempt(hall):
    """The session holds no secret of a ballot once the ballot's own cookie does."""
    (code,) = hall.cards(1)
    phone = hall.stranger()
    phone.get(f"{hall.base}/ask")
    with phone.session_transaction(hall.base) as before:
        assert "attempt" in before
    write_on(phone, hall, ticket=code)
    with phone.session_transaction(hall.base) as after:
        assert "attempt" not in after


def test_in_open_nothing_changed(cast):
    phone = cast.stranger()
    assert 'name="ticket"' not in phone.get(f"{cast.base}/ask").text
    assert write_on(phone, cast).status_code == 200
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    late = cast.stranger()
    answer = late.post(f"{cast.base}/ask", data={"csrf_token": csrf(late, f"{cast.base}/leave"), "body": BODY})
    assert answer.status_code == 403
    assert BODY in answer.text
