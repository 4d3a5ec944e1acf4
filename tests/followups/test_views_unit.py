"""`/u/<token>`: a unit reads its list and writes what it would answer, without an account, a cookie or a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.followups import links
from survey.followups import service
from survey.followups.models import UnitLink
from survey.questions.models import Question
from tests.followups.conftest import BODIES
from tests.followups.conftest import SECRET
from tests.followups.conftest import Office

Figure = Callable[[str], None]
ANSWER = "Sở đã trình đề án <b>hỗ trợ</b>.\nDự kiến quý II/2026."


def fields(page: str) -> dict[str, str]:
    """What the form of the page would send if nobody typed anything."""
    seen = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', page))
    texts = re.findall(r'<textarea[^>]*name="(a-\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return {**seen, **dict(texts)}


@pytest.mark.claim(
    "followup", "a unit without an account prepares answers by a link, and they lie on the leader's desk"
)
def test_what_a_unit_writes_lies_beside_the_question(office: Office, figure: Figure) -> None:
    cast, path, phone = office.cast, office.link(office.pay), office.cast.stranger()
    page = phone.get(path)
    assert page.status_code == 200
    assert "Sở Nội vụ" in page.text
    assert BODIES[0] in page.text
    assert [text for text in (BODIES[2], SECRET) if text in page.text] == [], "another unit's, and what is not cleared"
    sent = phone.post(path, data={**fields(page.text), f"a-{office.questions[0]}": ANSWER})
    assert sent.status_code == 303
    again = phone.get(sent.headers["Location"])
    assert "Đã lưu 1 câu" in again.text
    assert not any(answer.headers.getlist("Set-Cookie") for answer in (page, sent, again))
    assert office.stored() == {office.questions[0]: (("Sở Nội vụ", ANSWER),)}
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    lead = cast.staff("leader").get(f"{cast.desk}/lead").text
    assert "Chuẩn bị của Sở Nội vụ" in lead
    assert "Sở đã trình đề án &lt;b&gt;hỗ trợ&lt;/b&gt;" in lead
    assert "Sở đã trình đề án" in cast.staff("leader").get(f"{cast.desk}/lead/print").text
    others = [cast.staff("screen").get(f"{cast.desk}/screen").text, cast.member().get(f"{cast.base}?tab=ranking").text,
              cast.stranger().get("/").text, cast.member().get(f"{cast.base}/board.json").text]  # fmt: skip
    assert not any("Sở đã trình" in text for text in others)
    figure("0 accounts, 0 cookies, 2 requests; on the leader's desk, and on no screen or phone")


def test_the_secretary_reads_it_beside_the_note(office: Office) -> None:
    cast = office.cast
    office.write(office.pay, office.questions[0], "Đã trình đề án")
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    desk = cast.staff("moderator")
    assert "Đã trình đề án" not in desk.get(f"{cast.desk}/moderate/note").text
    from survey.moderation import service as moderation

    cast.write(moderation.decide, cast.dialogue_id, office.questions[0], "call", actor="test", permission="answer")
    assert "Đã trình đề án" in desk.get(f"{cast.desk}/moderate/note").text


def test_a_link_is_one_a_unit_and_dies_when_it_is_replaced_or_revoked(office: Office) -> None:
    first, phone = office.link(office.pay), office.cast.stranger()
    second = office.link(office.pay)
    assert [phone.get(path).status_code for path in (first, second, "/u/khong-co", second.upper())] == [
        404,
        200,
        404,
        404,
    ]
    with office.cast.reading() as session:
        (token,) = session.scalars(select(UnitLink.token))
    assert token not in second.encode()
    assert len(token) == 16
    office.cast.write(links.revoke, office.cast.dialogue_id, office.pay, actor="test")
    assert phone.get(second).status_code == 404
    assert phone.post(second, data={f"a-{office.questions[0]}": "Trễ"}).status_code == 404
    assert office.stored() == {}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://xau.example"}, 400), ({"Origin": "null"}, 400), ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "http://localhost"}, 303), ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)  # fmt: skip
def test_only_its_own_page_may_send(office: Office, headers: dict[str, str], status: int) -> None:
    data = {f"a-{office.questions[0]}": "Có"}
    assert office.cast.stranger().post(office.link(office.pay), data=data, headers=headers).status_code == status
    assert bool(office.stored()) == (status == 303)


def test_a_question_of_another_unit_cannot_be_answered(office: Office) -> None:
    answer = office.cast.stranger().post(
        office.link(office.pay), data={f"a-{office.questions[2]}": "Không phải việc của tôi"}
    )
    assert answer.status_code == 409
    assert office.stored() == {}


def test_what_was_typed_for_a_question_that_left_meanwhile_is_given_back(office: Office) -> None:
    """Reassigned or merged while the page stood open: the others are kept, and its text can be copied until it is."""
    from survey.moderation import merging

    cast, (first, second, third) = office.cast, office.questions
    path, phone = office.link(office.pay), cast.stranger()
    page = fields(phone.get(path).text)
    cast.write(service.assign_questions, cast.dialogue_id, {first: office.digital}, actor="test")
    late = {**page, f"a-{first}": "Đã gõ cả buổi", f"a-{second}": "Ngắn"}
    given_back = phone.post(path, data=late)
    assert given_back.status_code == 409
    assert "readonly>Đã gõ cả buổi</textarea>" in given_back.text
    assert "Đã lưu 1 câu" in given_back.text
    assert "Câu này không còn giao đơn vị" in given_back.text
    assert BODIES[0] not in given_back.text, "whose question it is now is nobody else's business"
    assert office.stored() == {second: (("Sở Nội vụ", "Ngắn"),)}
    again = fields(given_back.text)
    assert "readonly>Đã gõ cả buổi</textarea>" in phone.post(path, data=again).text, "and so until it is copied"
    assert phone.post(path, data={**again, f"copied-{first}": "1"}).status_code == 303
    assert phone.post(path, data={**page, f"a-{second}": "Ngắn"}).status_code == 303, "nothing was typed for the other"
    assert phone.post(path, data=late, headers={"Accept": "application/json"}).get_json() == {
        "changed": 0,
        "left": {first: "Đã gõ cả buổi"},
    }
    now = fields(phone.get(path).text)
    key = cast.keys.get(cast.dialogue_id, "vote")
    cast.write(merging.merge, key, cast.dialogue_id, third, [second], actor="test")
    merged = phone.post(path, data={**now, f"a-{second}": "Ngắn mà đủ"})
    assert merged.status_code == 409
    assert "readonly>Ngắn mà đủ</textarea>" in merged.text, "also where no question is left"


def test_nothing_typed_is_lost(office: Office) -> None:
    """Too long, overtaken by somebody else, closed: each time the page comes back with everything in its box."""
    first, second, _other = office.questions
    path, phone = office.link(office.pay), office.cast.stranger()
    page = fields(phone.get(path).text)
    long = "Rất dài " * 600
    refused = phone.post(path, data={**page, f"a-{first}": long, f"a-{second}": "Ngắn"})
    assert refused.status_code == 422
    assert long.strip() in refused.text
    assert ">Ngắn</textarea>" in refused.text
    assert office.stored() == {}, "all of it or nothing"
    office.write(office.pay, first, "Đồng nghiệp ghi trước")
    overtaken = phone.post(path, data={**page, f"a-{first}": "Tôi ghi sau", f"a-{second}": "Ngắn"})
    assert overtaken.status_code == 409
    assert "Đồng nghiệp ghi trước" in overtaken.text
    assert ">Tôi ghi sau</textarea>" in overtaken.text
    assert phone.post(path, data=fields(overtaken.text)).status_code == 303
    assert office.stored() == {first: (("Sở Nội vụ", "Tôi ghi sau"),), second: (("Sở Nội vụ", "Ngắn"),)}
    stale = {**page, f"a-{second}": "Ngắn"}
    assert phone.post(path, data=stale).status_code == 303
    assert office.stored()[first] == (("Sở Nội vụ", "Tôi ghi sau"),), "a box that nobody touched overwrites nothing"
    now = fields(phone.get(path).text)
    assert phone.post(path, data={**now, f"a-{second}": ""}).status_code == 303
    assert second not in office.stored(), "an emptied box takes the answer back"
    for step in ("open_hall", "close"):
        office.cast.write(getattr(lifecycle, step), office.cast.dialogue_id, actor="test")
    late = phone.post(path, data={**fields(phone.get(path).text), f"a-{second}": "Đến muộn"})
    assert late.status_code == 403
    assert "Đến muộn" in late.text
    assert phone.get(path).status_code == 200, "and it can still be read"


def test_answers_follow_a_merge_and_come_back_when_it_is_undone(office: Office) -> None:
    from survey.moderation import merging

    cast, (first, second, third) = office.cast, office.questions
    office.write(office.pay, first, "Trả lời câu một")
    office.write(office.digital, third, "Trả lời câu ba")
    key = cast.keys.get(cast.dialogue_id, "vote")
    cast.write(merging.merge, key, cast.dialogue_id, second, [first, third], actor="test")
    both = (("Sở Nội vụ", "Trả lời câu một"), ("Văn phòng Ủy ban", "Trả lời câu ba"))
    assert office.stored() == {second: both}
    page = office.cast.stranger().get(office.link(office.pay)).text
    assert fields(page)[f"a-{second}"] == "Trả lời câu một"
    cast.write(merging.split, key, cast.dialogue_id, second, actor="test")
    assert office.stored() == {first: both[:1], third: both[1:]}


def test_what_is_no_longer_on_the_board_goes_to_nobody(office: Office) -> None:
    office.write(office.pay, office.questions[0], "Đã ghi")
    path = office.link(office.pay)

    def reject(session: Any) -> None:
        session.get_one(Question, office.questions[0]).state = "rejected"

    office.cast.write(reject)
    assert BODIES[0] not in office.cast.stranger().get(path).text


def test_the_page_speaks_english_where_asked(office: Office) -> None:
    path = office.link(office.pay)
    sent = office.cast.stranger().post(f"{path}?lang=en", data={f"a-{office.questions[0]}": "Có"})
    assert sent.headers["Location"].endswith("lang=en&saved=1#saved")
