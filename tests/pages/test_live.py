"""The members' stream: small, absolute, and nothing personal in it."""

from __future__ import annotations

import contextlib
import re

import pytest

from survey import lifecycle
from survey.live.wire import encode
from survey.pages.live import Room
from survey.pages.live import whole
from survey.questions import queries
from survey.questions import service
from survey.questions.models import Question
from survey.web.i18n import speaking
from tests.conftest import csrf


@pytest.fixture
def snap(cast):
    """The room as it is now."""

    def look():
        with cast.reading() as session:
            return Room().snapshot(session, cast.dialogue_id)

    return look


@contextlib.contextmanager
def stream(cast, language="vi"):
    with cast.app.app_context(), speaking(language):
        yield Room()


def said(cast, before, after):
    with stream(cast) as room:
        return room.events(before, after)


def vote(cast, question_id, number, *, wanted=True):
    cast.write(service.support, cast.dialogue_id, question_id, lambda _id: bytes([number] * 16), wanted=wanted)


def decide(session, dialogue_id, question_id, state):
    from survey.dialogues.service import touch

    question = session.get(Question, question_id)
    question.state = state
    question.number = question.number or service.number(session, dialogue_id)
    session.flush()
    touch(session, dialogue_id, public=True)


def test_a_vote_is_one_short_named_event(cast, put, snap):
    top, question_id = put("Câu đầu", supporters=9), put("Câu một", supporters=3)
    before = snap()
    vote(cast, question_id, 1)
    events = said(cast, before, snap())
    assert [(e.name, e.data) for e in events] == [("counts", f"{question_id} 4")]
    assert top not in events[0].data
    assert len(encode(events, snap().version)) <= 60


def test_counts_that_did_not_change_are_not_sent(cast, put, snap):
    ids = [put(f"Câu {n}", supporters=20 - 2 * n) for n in range(5)]
    before = snap()
    for n in (1, 3):
        vote(cast, ids[n], n)
    events = said(cast, before, snap())
    assert sorted(re.findall(r"[a-z2-7]{12}", events[0].data)) == sorted([ids[1], ids[3]])


def test_a_new_order_travels_as_numbers_without_the_texts(cast, put, snap):
    first, second = put("Câu dẫn đầu", supporters=4), put("Câu bám sát", supporters=4)
    put("Câu ba", supporters=1)
    before = snap()
    low = next(row for row in reversed(before.top[:2]))
    vote(cast, low.id, 1)
    counts, news = said(cast, before, snap())
    assert counts.name == "counts"
    other = before.top[0]
    assert (news.name, news.data) == ("order", f"0 {low.number} {other.number}"), "from the first place on"
    assert len(encode([counts, news], snap().version)) <= 85
    assert {first, second} == {row.id for row in before.top[:2]}


def test_a_new_question_costs_few_bytes_beyond_its_text(cast, put, snap):
    for n in range(30):
        put(f"Câu số {n}", supporters=60 - n)
    body = "Đề nghị mở cửa nhà văn hóa buổi tối."
    before = snap()
    question_id = put(body, supporters=90)
    events = said(cast, before, snap())
    wire = encode(events, snap().version)
    assert f'id="n-{question_id}"' in wire.decode()
    assert body in wire.decode()
    assert len(wire) - len(body.encode()) <= 400
    assert "Câu số" not in wire.decode()


def test_a_question_below_the_top_moves_only_the_number_of_all(cast, put, snap):
    for n in range(31):
        put(f"Câu số {n}", supporters=60 - n)
    before = snap()
    put("Câu mới chưa ai ủng hộ", supporters=0)
    (news,) = said(cast, before, snap())
    assert 'data-total="32"' in news.data
    assert "Câu mới" not in news.data


def test_a_pending_question_says_nothing_at_all(cast, put, snap):
    put("Câu đã lên bảng")
    before = snap()
    phone = cast.member()
    phone.post(
        f"{cast.base}/questions", json={"body": "Câu này còn chờ duyệt đã."},
        headers={"Accept": "application/json", "X-CSRFToken": csrf(phone, cast.base)},
    )  # fmt: skip
    after = snap()
    assert "chờ duyệt" not in "".join(e.data for e in said(cast, before, after))
    assert after.version == before.version + 1  # the ballot that entered, not the question


def test_a_question_that_is_called_leaves_the_order_and_stands_on_top(cast, put, snap):
    question_id = put("Câu được gọi", supporters=5)
    put("Câu còn lại", supporters=2)
    before = snap()
    cast.write(decide, cast.dialogue_id, question_id, "answering")
    (news,) = said(cast, before, snap())
    assert 'hx-target="#now"' in news.data
    assert "Câu được gọi" in news.data
    assert 'data-order="2"' in news.data


def test_an_answered_question_goes_to_the_answered_ones(cast, put, snap):
    question_id = put("Câu được gọi", state="answering")
    before = snap()
    cast.write(decide, cast.dialogue_id, question_id, "answered")
    (news,) = said(cast, before, snap())
    assert 'data-done="1"' in news.data
    assert 'data-s="answered"' in news.data
    assert '<hx-partial hx-target="#now" hx-swap="innerHTML"></hx-partial>' in news.data


@pytest.mark.parametrize("state", ["erased", "withdrawn", "rejected", "held"])
def test_what_is_taken_off_the_board_is_named_so_that_its_text_goes_at_once(cast, put, snap, state):
    """Also to a phone that was away meanwhile; what nobody could read yet, and what was merged, is not among it."""
    shown, waits, merged = put("Câu đã công bố"), put("Câu còn chờ", state="pending"), put("Câu được gộp")
    cast.write(decide, cast.dialogue_id, merged, "merged")
    before = snap()
    assert "data-gone" not in said(cast, None, before)[0].data, "the premise"
    cast.write(decide, cast.dialogue_id, shown, state)
    for news in (*said(cast, before, snap()), *said(cast, None, snap())):
        assert f'data-gone="{shown}"' in news.data
        assert waits not in news.data


def test_closing_is_told_to_pages_that_were_opened_before(cast, put, snap):
    before = snap()
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    (news,) = said(cast, before, snap())
    assert "to-closed" in news.data
    assert "Đã khép lại" in news.data


def test_the_number_of_people_is_kept_back_where_it_is_hidden(cast, snap):
    from survey.dialogues import service as dialogues

    cast.member()
    cast.write(dialogues.change, cast.dialogue_id, {"people_shown": False})
    assert snap().people is None
    with stream(cast):
        assert "người trong phòng" not in whole(snap())


def test_everything_at_once_holds_every_row_of_the_phone(cast, put, snap):
    ids = [put(f"Câu số {n}", supporters=n) for n in range(35)]
    now = put("Đang trả lời đây", state="answering")
    done = put("Đã trả lời rồi", state="answered")
    with stream(cast):
        text = whole(snap())
    assert [id_ in text for id_ in ids] == [False] * 5 + [True] * 30
    assert f"now-{now}" in text
    assert f"n-{done}" in text


def test_a_text_of_several_lines_keeps_them_through_the_stream(cast, put, snap):
    before = snap()
    put("Dòng một\n\nDòng hai")
    wire = encode(said(cast, before, snap()), 1).decode()
    assert "data: Dòng hai" in wire or "Dòng một\ndata: \ndata: Dòng hai" in wire


def test_markup_in_a_question_is_text_in_the_stream(cast, put, snap):
    put('<img src=x onerror="alert(1)"></hx-partial><script>')
    with stream(cast):
        text = whole(snap())
    assert "<img" not in text
    assert "<script" not in text


def test_nothing_personal_is_in_the_stream(cast, put, snap):
    question_id = put("Câu một", supporters=2)
    phone = cast.member()
    token = csrf(phone, cast.base)
    headers = {"Accept": "application/json", "X-CSRFToken": token}
    before = snap()
    phone.post(f"{cast.base}/questions/{question_id}/vote", headers=headers)
    secret = phone.get_cookie("ballot", path=cast.base).value
    with cast.reading() as session:
        from survey.room.queries import ballot_of

        ballot = ballot_of(session, cast.dialogue_id, secret)
    assert ballot is not None
    text = "".join(e.data for e in said(cast, before, snap()))
    with stream(cast):
        text += whole(snap())
    voter = queries.voter_mark(cast.keys.get(cast.dialogue_id, "vote"), ballot, question_id).hex()
    assert question_id in text
    for personal in (str(secret), ballot, voter, token, "csrf", "aria-pressed", "q-mine", "cookie"):
        assert personal not in text


def test_the_stream_speaks_the_language_of_its_group(cast, put, snap):
    put("Câu một", state="answering")
    with stream(cast, "en"):
        english = whole(snap())
    with stream(cast, "vi"):
        assert "Đang trả lời" in whole(snap())
    assert english


def test_a_phone_reads_the_stream_from_its_version_on(cast, put, snap):
    question_id, phone = put("Câu một", supporters=3), cast.member()
    version = snap().version
    answer = phone.get(f"{cast.base}/live?after={version}")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Set-Cookie" not in answer.headers
    chunks = answer.iter_encoded()
    assert next(chunks) == b"event: beat\ndata: \n\n"
    vote(cast, question_id, 1)
    assert next(chunks) == f"event: counts\ndata: {question_id} 4\nid: {version + 1}\n\n".encode()
    answer.close()


def test_who_cannot_hold_a_stream_polls_the_same(cast, put, snap):
    put("Câu một")
    phone = cast.member()
    first = phone.get(f"{cast.base}/board")
    with stream(cast):
        assert first.text == whole(snap())
    assert phone.get(f"{cast.base}/board", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    put("Câu hai")
    assert phone.get(f"{cast.base}/board", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_polling_after_a_change_of_language_brings_the_other_language(cast, put):
    put("Một câu đã duyệt")
    phone = cast.member()
    first = phone.get(f"{cast.base}/board", headers={"If-None-Match": ""})
    assert phone.get(f"{cast.base}/board", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    phone.get(f"{cast.base}?lang=en")
    other = phone.get(f"{cast.base}/board", headers={"If-None-Match": first.headers["ETag"]})
    assert (other.status_code, other.text != first.text) == (200, True)
