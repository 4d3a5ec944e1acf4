"""Where a merged question went, for who asked it and for everybody: the own list, the board, the streams, the leader."""

from __future__ import annotations

from survey.pages import live
from survey.questions import groups
from survey.questions.models import Question
from survey.questions.state import State
from survey.stage import desk as lead
from tests.conftest import Cast
from tests.conftest import csrf
from tests.questions.conftest import add

ONE = "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?"
TWO = "Đề nghị mở cửa nhà văn hóa vào buổi tối"


def merge(cast: Cast, leading: str, *others: str) -> None:
    cast.write(groups.merge, cast.keys.get(cast.dialogue_id, "vote"), cast.dialogue_id, leading, others)


def test_who_asked_sees_where_it_went_with_that_questions_state_and_supporters(cast: Cast) -> None:
    """First into what waits, then into a question of the board, then that one into another."""
    phone = cast.member()
    headers = {"X-CSRFToken": csrf(phone, cast.base), "Accept": "application/json"}
    sent = phone.post(f"{cast.base}/questions", data={"body": ONE, "client_id": "c1"}, headers=headers)
    own = str(sent.get_json()["id"])
    waiting = cast.write(add, cast.dialogue_id, "Câu đang chờ", state="pending")
    merge(cast, waiting, own)
    page = phone.get(f"{cast.base}?tab=mine").text
    assert "Đã gộp với một câu giống câu này" in page
    assert "Câu đang chờ" not in page
    shown = cast.write(add, cast.dialogue_id, TWO, supporters=4)
    merge(cast, shown, waiting)
    page = phone.get(f"{cast.base}?tab=mine").text
    assert "Đã gộp vào câu 1" in page
    assert '<b class="n">4</b> người ủng hộ' in page
    assert TWO in page
    cast.write(lambda s: setattr(s.get_one(Question, shown), "state", State.ANSWERED))
    assert "Đã trả lời" in phone.get(f"{cast.base}?tab=mine").text


def test_everybody_reads_every_wording_and_the_streams_bring_the_merge(cast: Cast) -> None:
    first, second = (cast.write(add, cast.dialogue_id, text) for text in (ONE, TWO))
    with cast.app.test_request_context(), cast.reading() as session:
        before = live.Room().snapshot(session, cast.dialogue_id)
    merge(cast, first, second)
    page = cast.member().get(f"{cast.base}?tab=ranking").text
    assert "Gộp từ 2 câu, đọc các cách viết" in page
    assert TWO in page
    with cast.app.test_request_context(), cast.reading() as session:
        after = live.Room().snapshot(session, cast.dialogue_id)
        assert before is not None
        assert after is not None
        told = "".join(event.data for event in live.Room().events(before, after))
        desk = lead.desk(session, cast.dialogue_id)
    assert "gộp từ 2 câu" in told
    assert desk is not None
    assert desk.first is not None
    assert (desk.first.gathered, desk.first.others) == (2, (TWO,))
    leader = cast.staff("leader").get(f"{cast.desk}/lead").text
    assert "Gộp từ 2 câu, đọc các cách viết" in leader
    assert TWO in leader
