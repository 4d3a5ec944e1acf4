"""The leader's desk: the question now, what comes next, the time, and the buttons that work without JavaScript."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from survey import lifecycle
from survey.core.clock import now
from survey.dialogues.models import DialogueLog
from survey.moderation import service as moderation
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.stage.conftest import SECRET
from tests.stage.conftest import bring
from tests.stage.conftest import decide
from tests.stage.conftest import pend
from tests.stage.conftest import put
from tests.stage.conftest import state_of

AJAX = {"HX-Request": "true"}


def page(cast: Cast, role: str = "leader") -> str:
    answer = cast.staff(role).get(f"{cast.desk}/lead")
    assert answer.status_code == 200, answer.text
    return answer.text


def now_part(html: str) -> str:
    return html.split('id="lead-now"')[1].split('id="gone"', maxsplit=1)[0]


def side(html: str) -> str:
    return html.split('id="lead-side"')[1].split("</aside>", maxsplit=1)[0]


def acts(html: str) -> list[str]:
    """What can be done with questions; the end of the hall, and moving it, are looked at in `test_ending`."""
    return re.findall(r'formaction="([^"]+/questions/[^"]+)"', html)


def press(cast: Cast, client: FlaskClient, path: str) -> None:
    token = csrf(client, f"{cast.desk}/lead")
    answer = client.post(path, data={"csrf_token": token, "next": f"{cast.desk}/lead"})
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/lead"), answer.text


def test_desk_waits_for_the_first_question(cast: Cast) -> None:
    pend(cast)
    html = page(cast)
    assert "Chưa có câu hỏi" in now_part(html)
    assert acts(html) == []
    assert SECRET not in html


def test_desk_offers_the_first_question_and_the_three_after_it(cast: Cast) -> None:
    ids = bring(cast, *[f"Câu hỏi thứ {n} của hội trường" for n in range(6)])
    html = page(cast)
    assert "Câu tiếp theo" in now_part(html)
    assert "Câu hỏi thứ 0 của hội trường</h1>" in now_part(html)
    assert re.findall(r'<li id="next-(\w+)"', html) == ids[1:4]
    assert acts(html) == [f"{cast.desk}/questions/{ids[0]}/call?seen=approved"]


def test_desk_works_by_plain_forms(cast: Cast) -> None:
    first, second = bring(cast, "Câu hỏi thứ nhất", "Câu hỏi thứ hai")
    leader = cast.staff("leader")
    for act, state in [("call", "answering"), ("put_back", "approved"), ("call", "answering"), ("answer", "answered")]:
        [path] = [each for each in acts(leader.get(f"{cast.desk}/lead").text) if f"/{first}/{act}?" in each]
        press(cast, leader, path)
        assert state_of(cast, first) == state
    html = leader.get(f"{cast.desk}/lead").text
    assert "Câu hỏi thứ hai</h1>" in now_part(html)
    press(cast, leader, f"{cast.desk}/questions/{second}/call?seen=approved")
    press(cast, leader, f"{cast.desk}/questions/{second}/put_in_writing?seen=answering")
    html = leader.get(f"{cast.desk}/lead").text
    assert "Đã trả lời hết" in now_part(html)
    assert "Đã trả lời 1, bằng văn bản 1" in side(html)


def test_desk_orders_its_buttons_by_finality(cast: Cast) -> None:
    [question] = bring(cast, "Câu hỏi thứ nhất")
    decide(cast, question, "call")
    names = [path.split("/")[-1] for path in acts(page(cast))]
    assert names == ["put_back?seen=answering", "put_in_writing?seen=answering", "answer?seen=answering"]


def test_desk_ignores_a_tap_on_what_is_no_longer_so(cast: Cast) -> None:
    [question] = bring(cast, "Câu hỏi thứ nhất")
    decide(cast, question, "call")
    leader = cast.staff("leader")
    token = csrf(leader, f"{cast.desk}/lead")
    decide(cast, question, "put_in_writing")
    path = f"{cast.desk}/questions/{question}/put_back?seen=answering"
    answer = leader.post(path, headers=AJAX | {"X-CSRFToken": token})
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert state_of(cast, question) == "in_writing"


def test_desk_opens_the_last_question_again_after_a_slip(cast: Cast) -> None:
    [question] = bring(cast, "Câu hỏi thứ nhất")
    leader = cast.staff("leader")
    decide(cast, question, "call")
    leader.get(f"{cast.desk}/lead")
    decide(cast, question, "answer")
    path, recommend = acts(leader.get(f"{cast.desk}/lead").text)
    assert path == f"{cast.desk}/questions/{question}/call?seen=answered"
    press(cast, leader, path)
    assert state_of(cast, question) == "answering"
    decide(cast, question, "answer")
    press(cast, leader, recommend)
    page = leader.get(f"{cast.desk}/lead").text
    assert "Câu vừa xong đã có kiến nghị" in page
    assert acts(page) == [path]  # one is enough


def test_desk_shows_supporters_source_unit_and_note(cast: Cast) -> None:
    [question] = bring(
        cast, "Đề nghị mở sân vào buổi tối", counts=[7], source="spoken", unit="Xã đoàn Trí Phải",
        topic="Vui chơi, văn hóa, thể thao",
    )  # fmt: skip
    cast.write(moderation.set_note, cast.dialogue_id, question, "Giao Sở Nội vụ rà soát", actor="test")
    decide(cast, question, "call")
    shown = now_part(page(cast))
    for words in ("Đang trả lời", "Câu 1", "Vui chơi, văn hóa, thể thao", "Nói tại hội trường", "Xã đoàn Trí Phải"):
        assert words in shown
    assert "Giao Sở Nội vụ rà soát" in shown
    assert "có lượt ủng hộ ngoài phòng" in shown, "seven supporters and nobody in the room: no share of the room"


def test_desk_folds_a_text_of_ten_thousand_characters(cast: Cast) -> None:
    text = ("Đề nghị của chi đoàn về nhà ở. " * 322).strip()
    [question] = bring(cast, text)
    decide(cast, question, "call")
    shown = now_part(page(cast))
    title = re.search(r'<h1 class="lead-q lead-q-l">(.*?)</h1>', shown)
    assert title is not None
    assert len(title[1]) <= 500
    assert f"<p>{text}</p></details>" in shown


def test_desk_counts_the_planned_minutes(cast: Cast) -> None:
    bring(cast, *[f"Câu hỏi thứ {n} của hội trường" for n in range(9)])
    put(cast, minutes=90)
    _began(cast, 50)
    shown = side(page(cast))
    assert "40 phút" in shown
    assert ">9<" in shown
    assert "Còn 40 phút, 9 câu. Gợi ý: mỗi câu 4 phút là kịp hết" in shown
    _began(cast, 95)
    assert '<div class="late"><dt>quá giờ</dt><dd>5 phút</dd>' in side(page(cast))


def test_desk_keeps_its_clock_over_a_closing_by_mistake(cast: Cast) -> None:
    _began(cast, 30)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert "Đã khép lại" in page(cast)
    assert "phút" not in side(page(cast)), "no time runs"
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    assert "60 phút" in side(page(cast))


def test_desk_before_the_opening(app) -> None:  # type: ignore[no-untyped-def]
    cast = make_cast(app, "collect")
    bring(cast, "Câu hỏi gửi trước")
    html = page(cast)
    assert "Chưa khai mạc" in html
    assert "Câu hỏi gửi trước</h1>" in now_part(html)
    assert acts(html) == [], "nobody is called before the hall is open"


def test_desk_follows_the_held_order(cast: Cast) -> None:
    first, second = bring(cast, "Câu đứng đầu", "Câu đứng sau", counts=[5, 3])
    put(cast, order_held=True)
    leader = cast.staff("leader")
    leader.get(f"{cast.desk}/lead")
    [third] = bring(cast, "Câu đến sau", counts=[99])
    html = leader.get(f"{cast.desk}/lead").text
    assert acts(html) == [f"{cast.desk}/questions/{first}/call?seen=approved"]
    assert re.findall(r'<li id="next-(\w+)"', html) == [second, third]
    assert "Thứ tự đang được giữ." in html


def test_desk_on_paper_has_the_board_and_nothing_else(cast: Cast) -> None:
    first, _second = bring(cast, "Câu hỏi thứ nhất", "Câu hỏi thứ hai", counts=[9, 4])
    pend(cast)
    decide(cast, first, "answer")
    html = cast.staff("leader").get(f"{cast.desk}/lead/print").text
    assert html.index("Câu hỏi thứ hai") < html.index("Câu hỏi thứ nhất"), "what is still to be answered comes first"
    assert SECRET not in html


@pytest.mark.parametrize("path", ["/lead", "/lead/live", "/lead/print"])
def test_desk_is_not_for_the_screen_nor_for_outsiders(cast: Cast, path: str) -> None:
    assert cast.staff("screen").get(cast.desk + path).status_code == 403
    assert cast.outsider().get(cast.desk + path).status_code == 404
    answer = cast.stranger().get(cast.desk + path)
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/s/sign-in")


def test_screen_may_not_act(cast: Cast) -> None:
    [question] = bring(cast, "Câu hỏi thứ nhất")
    client = cast.staff("screen")
    token = csrf(client, f"{cast.desk}/screen")
    for act in ("call", "answer", "put_in_writing", "put_back"):
        answer = client.post(f"{cast.desk}/questions/{question}/{act}", data={"csrf_token": token})
        assert answer.status_code == 403
    assert state_of(cast, question) == "approved"


def test_desk_partial_is_not_sent_twice_within_a_minute(cast: Cast) -> None:
    bring(cast, "Câu hỏi thứ nhất")
    client = cast.staff("leader")
    answer = client.get(f"{cast.desk}/lead", headers=AJAX)
    assert answer.text.lstrip().startswith('<hx-partial hx-target="#lead-state"')
    assert "csrf" not in answer.text
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{cast.desk}/lead", headers=AJAX | tag).status_code == 304
    _began(cast, 1)
    assert client.get(f"{cast.desk}/lead", headers=AJAX | tag).status_code == 200


def _began(cast: Cast, minutes: int) -> None:
    moment = now() - dt.timedelta(minutes=minutes, seconds=5)
    cast.write(lambda session: session.execute(update(DialogueLog).values(at=moment)) and None)
