"""Asking, correcting, withdrawing; and every kind of bad input, each with a sentence and the text kept."""

from __future__ import annotations

import html
import unicodedata

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.dialogues import service as dialogues
from survey.questions.models import Question
from survey.web.limits import limiter
from tests.conftest import csrf

TEXT = "Bao giờ xã có máy tính mới cho bộ phận một cửa?"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def fresh_limits(app):
    """Limits live in the process; each test begins with none spent."""
    limiter.reset()
    yield
    limiter.reset()


def ask(cast, phone, body=TEXT, client_id="client-one", **kwargs):
    data = {"csrf_token": csrf(phone, cast.base), "body": body, "topic": "", "client_id": client_id, **kwargs}
    return phone.post(f"{cast.base}/questions", data=data)


def ask_json(cast, phone, body=TEXT, client_id="client-one", **kwargs):
    headers = {**JSON, "X-CSRFToken": csrf(phone, cast.base)}
    return phone.post(f"{cast.base}/questions", json={"body": body, "client_id": client_id, **kwargs}, headers=headers)


def asked(cast):
    with cast.reading() as session:
        return list(session.scalars(select(Question).where(Question.dialogue_id == cast.dialogue_id)))


def typed_again(answer):
    """The text that stands in the form of a refused page."""
    return html.unescape(answer.text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0])


def test_an_ask_waits_for_the_moderator_and_is_told_so(cast):
    phone = cast.member()
    answer = ask(cast, phone)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.base}?tab=mine&sent=1")
    assert [(q.body, q.state, q.number) for q in asked(cast)] == [(TEXT, "pending", None)]
    page = phone.get(answer.headers["Location"]).text
    assert "Chờ duyệt" in page
    assert TEXT in page


def test_a_program_asks_by_json(cast):
    answer = ask_json(cast, cast.member())
    question = asked(cast)[0]
    assert answer.status_code == 201
    assert set(answer.json) == {"id", "state", "version"}
    assert (answer.json["id"], answer.json["state"]) == (question.id, "pending")


def test_the_same_ask_sent_twice_is_one(cast):
    phone = cast.member()
    first, second = ask_json(cast, phone), ask_json(cast, phone)
    assert (second.status_code, second.json["id"]) == (201, first.json["id"])
    assert len(asked(cast)) == 1


def test_a_double_tap_of_the_plain_form_is_one_question(cast):
    phone = cast.member()
    assert [ask(cast, phone).status_code, ask(cast, phone).status_code] == [303, 303]
    assert len(asked(cast)) == 1


def test_the_form_of_the_back_button_with_another_text_is_kept_and_can_be_sent_anew(cast):
    phone = cast.member()
    ask(cast, phone)
    refused = ask(cast, phone, body="Một câu khác hẳn, viết sau khi bấm quay lại?")
    assert refused.status_code == 409
    assert typed_again(refused) == "Một câu khác hẳn, viết sau khi bấm quay lại?"
    assert 'value="client-one"' not in refused.text


def test_a_topic_is_taken_by_id_and_by_name(cast):
    phone = cast.member()
    ask_json(cast, phone, topic="An toàn thông tin")
    topic_id = asked(cast)[0].topic_id
    ask_json(cast, phone, body=TEXT + " Lần hai.", client_id="client-two", topic=topic_id)
    assert {q.topic_id for q in asked(cast)} == {topic_id}
    assert topic_id is not None


def test_a_topic_of_another_dialogue_is_left_out_and_the_question_is_not_lost(cast):
    ask_json(cast, cast.member(), topic="nicht-da-12345")
    assert [q.topic_id for q in asked(cast)] == [None]


def test_decomposed_letters_are_counted_and_kept_composed(cast):
    body = unicodedata.normalize("NFD", "Đề nghị hỗ trợ tiền thuê nhà ở. " * 15).strip()
    assert len(body) > 500
    ask_json(cast, cast.member(), body=body)
    assert asked(cast)[0].body == unicodedata.normalize("NFC", body)


def test_marks_that_turn_the_text_around_are_taken_out(cast):
    ask_json(cast, cast.member(), body="Lương \u202etháng\u202c này \u200fbao giờ có?")
    assert asked(cast)[0].body == "Lương tháng này bao giờ có?"


def test_emoji_between_words_are_kept(cast):
    ask_json(cast, cast.member(), body="Sân bóng bao giờ mở cửa buổi tối 🙂🏸?")
    assert asked(cast)[0].body == "Sân bóng bao giờ mở cửa buổi tối 🙂🏸?"


def test_markup_is_text(cast):
    phone = cast.member()
    body = "<script>alert(1)</script> & <b>đậm</b> có được không?"
    ask(cast, phone, body=body)
    page = phone.get(f"{cast.base}?tab=mine").text
    assert asked(cast)[0].body == body
    assert "<script>alert" not in page
    assert html.escape(body, quote=False) in page


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "ngắn quá"),
        ("   \n\t  ", "ngắn quá"),
        ("ngắn", "ngắn quá"),
        ("🙂" * 12, "cần có chữ"),
        ("?!?!?!?!?!?!", "cần có chữ"),
        ("ễ" * 501, "dài quá 500"),
        ("Một câu rất dài. " * 600, "dài quá 500"),
    ],
    ids=["empty", "spaces", "short", "emoji", "marks", "501", "10,000"],
)
def test_a_text_that_cannot_be_taken_comes_back_with_a_sentence(cast, body, words):
    answer = ask(cast, cast.member(), body=body)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed_again(answer).strip() == body.strip()
    assert asked(cast) == []


def test_a_refused_text_is_named_at_its_field_in_json(cast):
    answer = ask_json(cast, cast.member(), body="ngắn")
    assert answer.status_code == 422
    assert answer.json["error"] == "invalid"
    assert "ngắn quá" in answer.json["fields"]["body"]


def test_five_hundred_characters_are_not_too_many(cast):
    assert ask_json(cast, cast.member(), body="ễ" * 500).status_code == 201


@pytest.mark.parametrize("client_id", ["<b>", "x" * 65, "a.b"])
def test_a_client_id_that_cannot_be_one_is_refused(cast, client_id):
    assert ask_json(cast, cast.member(), client_id=client_id).status_code == 422


def test_json_that_is_no_object_is_an_empty_question(cast):
    phone = cast.member()
    headers = {**JSON, "X-CSRFToken": csrf(phone, cast.base), "Content-Type": "application/json"}
    for body in ("[1]", "nonsense", '"text"'):
        assert phone.post(f"{cast.base}/questions", data=body, headers=headers).status_code == 422


def test_a_wrong_token_gives_the_page_back_with_the_text_and_a_good_token(cast):
    phone = cast.member()
    answer = ask(cast, phone, csrf_token="wrong")
    assert answer.status_code == 400
    assert typed_again(answer) == TEXT
    assert "đã lâu" in answer.text
    assert 'value="client-one"' in answer.text
    fresh = answer.text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    again = phone.post(f"{cast.base}/questions", data={"csrf_token": fresh, "body": TEXT, "client_id": "client-one"})
    assert again.status_code == 303
    assert len(asked(cast)) == 1


def test_a_wrong_token_in_json_is_a_token(cast):
    answer = cast.member().post(f"{cast.base}/questions", json={"body": TEXT}, headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (400, "csrf")


def test_without_a_ballot_the_text_comes_back_and_can_be_carried_into_the_room(cast):
    phone = cast.stranger()
    answer = ask(cast, phone)
    assert answer.status_code == 401
    assert typed_again(answer) == TEXT
    token = csrf(phone, cast.base)
    inside = phone.post(f"{cast.base}/ask", data={"csrf_token": token, "body": TEXT, "client_id": "client-one"})
    assert typed_again(inside) == TEXT
    assert ask(cast, phone).status_code == 303


def test_without_a_ballot_a_program_gets_a_401(cast):
    answer = ask_json(cast, cast.stranger())
    assert (answer.status_code, answer.json["error"]) == (401, "no_ballot")


def test_a_closed_dialogue_takes_no_question_and_keeps_the_text(cast):
    phone = cast.member()
    token = csrf(phone, cast.base)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    answer = phone.post(f"{cast.base}/questions", data={"csrf_token": token, "body": TEXT, "client_id": "client-one"})
    assert answer.status_code == 403
    assert "không nhận thêm câu hỏi" in answer.text
    assert typed_again(answer) == TEXT


def test_the_page_to_ask_says_when_nothing_is_taken(cast):
    phone = cast.member()
    assert "không nhận thêm câu hỏi" not in phone.get(f"{cast.base}/ask").text
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert "không nhận thêm câu hỏi" in phone.get(f"{cast.base}/ask").text


def test_an_unknown_code_is_not_found(cast):
    assert cast.member().post("/d/ZZZZZZ/questions", json={"body": TEXT}, headers=JSON).status_code in {400, 404}


def test_only_new_questions_count_against_the_limit(cast):
    cast.write(dialogues.change, cast.dialogue_id, {"ask_limit": 2})
    phone = cast.member()
    for number in (1, 2):
        assert ask_json(cast, phone, body=f"{TEXT} {number}", client_id=f"client-{number}").status_code == 201
    assert ask_json(cast, phone, body=f"{TEXT} 2", client_id="client-2").status_code == 201
    assert ask_json(cast, phone, body="ngắn", client_id="client-3").status_code in {422, 429}
    refused = ask(cast, phone, body=f"{TEXT} 3", client_id="client-3")
    assert refused.status_code == 429
    assert "đủ 2 câu" in refused.text
    assert typed_again(refused) == f"{TEXT} 3"
    assert ask_json(cast, cast.member(), body=f"{TEXT} 4", client_id="client-4").status_code == 201


def test_a_refused_text_costs_nothing(cast):
    cast.write(dialogues.change, cast.dialogue_id, {"ask_limit": 1})
    phone = cast.member()
    for _ in range(3):
        assert ask_json(cast, phone, body="ngắn").status_code == 422
    assert ask_json(cast, phone).status_code == 201


def test_without_moderation_a_question_is_on_the_board_at_once(cast):
    cast.write(dialogues.change, cast.dialogue_id, {"pre_moderation": False})
    answer = ask_json(cast, cast.member())
    assert answer.json["state"] == "approved"
    assert asked(cast)[0].number == 1


def test_an_own_question_is_corrected_until_it_is_approved(cast):
    phone = cast.member()
    question_id = ask_json(cast, phone).json["id"]
    page = phone.get(f"{cast.base}/ask?edit={question_id}").text
    assert TEXT in page
    token = csrf(phone, cast.base)
    answer = phone.post(
        f"{cast.base}/questions/{question_id}", data={"csrf_token": token, "body": TEXT + " Xin cảm ơn."}
    )
    assert answer.status_code == 303
    assert [q.body for q in asked(cast)] == [TEXT + " Xin cảm ơn."]


def test_a_correction_that_is_too_short_comes_back(cast):
    phone = cast.member()
    question_id = ask_json(cast, phone).json["id"]
    token = csrf(phone, cast.base)
    answer = phone.post(f"{cast.base}/questions/{question_id}", data={"csrf_token": token, "body": "ngắn"})
    assert answer.status_code == 422
    assert typed_again(answer) == "ngắn"
    assert f'action="{cast.base}/questions/{question_id}"' in answer.text


def test_nobody_else_corrects_or_withdraws_a_question(cast):
    owner, other = cast.member(), cast.member()
    question_id = ask_json(cast, owner).json["id"]
    other.set_cookie("mine", "client-one", path=cast.base)  # knowing the client id is not enough
    headers = {**JSON, "X-CSRFToken": csrf(other, cast.base)}
    url = f"{cast.base}/questions/{question_id}"
    assert other.post(url, json={"body": "Một câu bị sửa trộm."}, headers=headers).status_code == 404
    assert other.delete(url, headers=headers).status_code == 404
    assert other.post(f"{url}/withdrawal", headers=headers).status_code == 404
    assert [(q.body, q.state) for q in asked(cast)] == [(TEXT, "pending")]
    assert TEXT not in other.get(f"{cast.base}?tab=mine").text


def test_the_ballot_alone_does_not_show_own_questions(cast):
    phone = cast.member()
    ask(cast, phone)
    phone.delete_cookie("mine", path=cast.base)
    assert TEXT not in phone.get(f"{cast.base}?tab=mine").text


@pytest.mark.parametrize("way", ["delete", "form"])
def test_an_own_question_is_withdrawn_once_and_for_all(cast, way):
    phone = cast.member()
    question_id = ask_json(cast, phone).json["id"]
    headers = {**JSON, "X-CSRFToken": csrf(phone, cast.base)}
    url = f"{cast.base}/questions/{question_id}"
    send = (
        (lambda: phone.delete(url, headers=headers))
        if way == "delete"
        else (lambda: phone.post(f"{url}/withdrawal", headers=headers))
    )
    assert [send().json["state"], send().json["state"]] == ["withdrawn", "withdrawn"]
    assert [q.state for q in asked(cast)] == ["withdrawn"]


def test_a_rejected_question_says_why_and_can_be_written_anew(cast):
    phone = cast.member()
    question_id = ask_json(cast, phone).json["id"]
    cast.write(reject, question_id)
    page = phone.get(f"{cast.base}?tab=mine").text
    assert "Không đưa lên" in page
    assert "Lý do: nêu đích danh một người." in page
    assert TEXT in phone.get(f"{cast.base}/ask?again={question_id}").text


def reject(session, question_id):
    question = session.get(Question, question_id)
    question.state, question.reason = "rejected", "nêu đích danh một người"
    session.flush()


def test_an_ask_by_htmx_is_answered_with_a_partial(cast):
    phone = cast.member()
    headers = {"HX-Request": "true", "X-CSRFToken": csrf(phone, cast.base)}
    answer = phone.post(f"{cast.base}/questions", data={"body": TEXT, "client_id": "client-one"}, headers=headers)
    assert answer.status_code == 201
    assert "<html" not in answer.text
    assert f'id="asked-{asked(cast)[0].id}"' in answer.text
