"""What travels with what in the box of ideas, and what becomes of a name, a withdrawal and a reply on their way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from survey.core.clock import now
from survey.dialogues import keyring
from survey.followups import ideas_moving
from survey.followups import ideas_staff as staff
from survey.followups import ideas_state as rules
from survey.followups import recommendations
from survey.followups.models_ideas import IdeaBox
from survey.followups.models_recommendations import Recommendation
from survey.room.phone import MOST_MINE
from survey.room.phone import read_mine
from survey.room.phone import write_mine
from tests.conftest import Cast
from tests.followups.test_ideas import IDEA
from tests.followups.test_ideas import closed
from tests.followups.test_ideas import desk
from tests.followups.test_ideas import hall as hall
from tests.followups.test_ideas import let_go
from tests.followups.test_ideas import monday_after
from tests.followups.test_ideas import open_box
from tests.followups.test_ideas import post
from tests.followups.test_ideas import put

Hall = tuple[Cast, list[FlaskClient]]


def sign(cast: Cast, phone: FlaskClient, id_: str, name: str = "Trần Thị Ký") -> None:
    page = f"{cast.base}/ideas/{id_}/name"
    post(phone, page, page, name=name, confirmed="1")


def evening(cast: Cast) -> int:
    """What waits goes on as on an evening in the middle of a week: where it is enough."""
    with cast.reading() as session:
        seen = session.get_one(IdeaBox, cast.dialogue_id).seen
    tuesday = monday_after(seen) + dt.timedelta(days=1)
    cast.write(lambda session: setattr(session.get_one(IdeaBox, cast.dialogue_id), "seen", tuesday))
    return cast.write(ideas_moving.look, cast.dialogue_id, tuesday + dt.timedelta(hours=8))


@pytest.mark.claim("anonymity", "a thread counts once in its lot, whatever waits in it, and a name comes a lot later")
def test_one_thread_counts_once_and_a_name_goes_a_lot_later(hall: Hall) -> None:
    cast, (phone, other, third) = hall
    open_box(cast, 60)
    first, second = put(cast, phone), put(cast, phone, "Sân bóng cho thôn", "i-2")
    sign(cast, phone, first)
    assert evening(cast) == 0, "two threads of one phone, of which one is signed, are two and not three"
    put(cast, other, "Thêm bóng đèn ở đường thôn", "i-1")
    assert evening(cast) == 3
    assert {one.name for one in desk(cast)} == {""}, "the name stays behind"
    assert evening(cast) == 0
    put(cast, third, "Cho mượn hội trường xã", "i-1")
    for id_ in (first, second):
        cast.write(staff.answer, cast.dialogue_id, id_, "Đang bàn", actor="test")
    for word in ("Cảm ơn", "Xin hỏi thêm"):
        post(phone, f"{cast.base}/ideas/{second}/replies", f"{cast.base}/ideas", body=word)
    assert evening(cast) == 3, "a name, a new idea, and two replies of one thread"
    assert {one.id: one.name for one in desk(cast) if one.name} == {first: "Trần Thị Ký"}


def test_the_last_lot_takes_a_name_with_it(hall: Hall) -> None:
    cast, (phone, *_rest) = hall
    id_ = put(cast, phone)
    sign(cast, phone, id_)
    cast.write(ideas_moving.look, cast.dialogue_id, now() + dt.timedelta(days=30))
    assert {one.id: one.name for one in desk(cast)} == {id_: "Trần Thị Ký"}, "no later lot comes"


def test_what_is_taken_up_after_it_was_taken_back_gives_way(hall: Hall) -> None:
    cast, (phone, *_rest) = hall
    id_, page = put(cast, phone), f"{cast.base}/ideas"
    let_go(cast)
    post(phone, f"{page}/{id_}/withdrawal", page)
    cast.write(staff.take_up, cast.dialogue_id, id_, "Góc đọc sách công khai", "", actor="test")
    made = cast.write(staff.recommend, cast.dialogue_id, id_, "Mở góc đọc sách", actor="test")
    cast.write(recommendations.publish, made, True, actor="test")
    public = f"/p/{cast.code}"
    assert "Góc đọc sách công khai" in cast.stranger().get(public).text, "the premise: everybody reads it meanwhile"
    assert "lời công khai cũng mất" in phone.get(f"{page}/{id_}").text
    let_go(cast)
    assert [(one.state, one.body, one.taken, one.taken_text) for one in desk(cast)] == [("withdrawn", "", False, "")]
    assert "Góc đọc sách công khai" not in cast.stranger().get(public).text
    with cast.reading() as session:
        assert session.get_one(Recommendation, made).published is False
    told = cast.staff("organiser").get(f"{cast.desk}/ideas/{id_}").text
    assert f"/recommendations/{made}" in told, "the office is told to look at what it made of it"


def test_what_was_taken_up_before_is_not_taken_back_and_the_page_says_so(hall: Hall) -> None:
    cast, (phone, *_rest) = hall
    id_, page = put(cast, phone), f"{cast.base}/ideas"
    let_go(cast)
    assert "trừ khi ban tổ chức đã tiếp thu trước đó" in phone.get(f"{page}/{id_}").text
    cast.write(staff.take_up, cast.dialogue_id, id_, "Góc đọc sách", "", actor="test")
    assert "đã được tiếp thu nên không rút lại được" in post(phone, f"{page}/{id_}/withdrawal", page, 403)
    let_go(cast)
    assert [one.taken_text for one in desk(cast)] == ["Góc đọc sách"]


def test_a_reply_brings_back_what_was_set_aside_meanwhile(hall: Hall) -> None:
    cast, (phone, other, _third) = hall
    id_, gone, page = put(cast, phone), put(cast, other, "Sân bóng cho thôn"), f"{cast.base}/ideas"
    let_go(cast)
    for one, browser in ((id_, phone), (gone, other)):
        cast.write(staff.answer, cast.dialogue_id, one, "Đang bàn", actor="test")
        post(browser, f"{page}/{one}/replies", page, body="Tôi xin nói thêm")
        cast.write(staff.set_aside, cast.dialogue_id, one, "Trùng với ý khác", actor="test")
    post(other, f"{page}/{gone}/withdrawal", page)
    let_go(cast)
    found = {one.id: one for one in desk(cast)}
    assert (found[id_].place, found[id_].reason, found[id_].messages[-1].body) == ("new", "", "Tôi xin nói thêm")
    assert (found[gone].state, found[gone].messages) == ("withdrawn", ()), "what was taken back stays so"


def test_one_box_that_fails_holds_up_no_other(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (closed(app, phones=1) for _box in range(2))
    for cast, (phone,) in (one, other):
        put(cast, phone, f"{IDEA} ở {cast.code}")
    failing, look = min(one[0].dialogue_id, other[0].dialogue_id), ideas_moving.look

    def fails(session: Any, dialogue_id: str, moment: dt.datetime) -> int:
        if dialogue_id == failing:
            raise RuntimeError(dialogue_id)
        return look(session, dialogue_id, moment)

    monkeypatch.setattr(ideas_moving, "look", fails)
    over = ideas_moving.sweep(one[0].stores.db, now() + dt.timedelta(days=30))
    assert over == [next(cast.dialogue_id for cast, _phones in (one, other) if cast.dialogue_id != failing)]


def test_a_phone_stays_in_for_as_long_as_any_box_and_key(hall: Hall) -> None:
    cast, (phone, *_rest) = hall
    put(cast, phone)
    longest = dt.timedelta(days=rules.LONGEST_OPEN + keyring.LONGEST)
    for name in ("ballot", "mine"):
        cookie = phone.get_cookie(name, path=cast.base)
        assert cookie is not None
        assert cookie.expires is not None
        assert cookie.expires - now() > longest, name


def test_an_idea_that_the_phone_could_not_keep_is_refused_with_its_words(hall: Hall) -> None:
    cast, (phone, *_rest) = hall
    id_, page, text = put(cast, phone), f"{cast.base}/ideas", "Ý tưởng thứ bốn mươi mốt"
    cookie = phone.get_cookie("mine", path=cast.base)
    assert cookie is not None
    full = [*read_mine(cookie.value), *(f"n-{number}" for number in range(MOST_MINE - 1))]
    phone.set_cookie("mine", write_mine(full), path=cast.base)
    told = post(phone, page, page, 403, body=text, client_id="one-more")
    assert [part in told for part in ("40", text)] == [True, True]
    assert IDEA in phone.get(f"{page}/{id_}").text, "the oldest is still its own"
    post(phone, page, page, body=IDEA, client_id="i-1")  # sent once more: the same idea
