"""What travels with what in the box of ideas, and what becomes of a name, a withdrawal and a reply on their way."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from survey.core.clock import now
from survey.followups import ideas_moving
from survey.followups import ideas_staff as staff
from survey.followups.models_ideas import IdeaBox
from tests.conftest import Cast
from tests.followups.test_ideas import desk
from tests.followups.test_ideas import hall as hall
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
