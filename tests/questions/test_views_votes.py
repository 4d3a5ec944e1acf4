"""Support and its withdrawal, passing over, and what a stranger may do."""

from __future__ import annotations

import pytest
from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.questions.models import Question
from survey.questions.models import Support
from survey.room import phone as cookies
from tests.conftest import csrf


def supports(cast, question_id):
    with cast.reading() as session:
        rows = session.scalar(select(func.count()).where(Support.question_id == question_id))
        question = session.get(Question, question_id)
        assert question.supporters == question.carried + rows
    return rows


def headers(cast, phone):
    return {"Accept": "application/json", "X-CSRFToken": csrf(phone, cast.base)}


def url(cast, question_id):
    return f"{cast.base}/questions/{question_id}/vote"


def test_support_is_counted_once_however_often_it_is_sent(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    put("Câu hai")
    answers = [phone.post(url(cast, question_id), headers=headers(cast, phone)).json for _ in range(2)]
    assert set(answers[0]) == {"supported", "supporters", "version"}
    assert answers[0] == answers[1]
    assert (answers[0]["supported"], answers[0]["supporters"], supports(cast, question_id)) == (True, 1, 1)


@pytest.mark.parametrize("way", ["delete", "form"])
def test_support_is_withdrawn_and_repeating_it_changes_nothing(cast, put, way):
    question_id, phone, other = put("Câu một"), cast.member(), cast.member()
    for voter in (phone, other):
        voter.post(url(cast, question_id), headers=headers(cast, voter))
    send = phone.delete if way == "delete" else phone.post
    path = url(cast, question_id) + ("" if way == "delete" else "/withdrawal")
    answers = [send(path, headers=headers(cast, phone)).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["supported"], answers[0]["supporters"], supports(cast, question_id)) == (False, 1, 1)


def test_a_plain_form_goes_back_to_its_row(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    data = {"csrf_token": csrf(phone, cast.base), "next": f"{cast.base}?tab=ranking&all=1"}
    answer = phone.post(url(cast, question_id), data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.base}?tab=ranking&all=1#q-{question_id}")


@pytest.mark.parametrize(
    "bad", ["https://evil.example/", "//evil.example", "/s/", "/d/ABCDEF", "{base}/../../s/", "{base}x"]
)
def test_a_plain_form_never_leads_out_of_the_room(cast, put, bad):
    question_id, phone = put("Câu một"), cast.member()
    data = {"csrf_token": csrf(phone, cast.base), "next": bad.format(base=cast.base)}
    answer = phone.post(url(cast, question_id), data=data)
    assert answer.headers["Location"] == f"{cast.base}?tab=ranking#q-{question_id}"


def test_a_vote_by_htmx_is_answered_with_the_voters_own_button(cast, put):
    question_id, phone = put("Câu một có đủ chữ"), cast.member()
    answer = phone.post(url(cast, question_id), headers={"HX-Request": "true", "X-CSRFToken": csrf(phone, cast.base)})
    assert answer.text.strip().startswith(f'<button type="submit" class="vote" id="v-{question_id}"')
    assert 'aria-pressed="true"' in answer.text
    assert f"{url(cast, question_id)}/withdrawal" in answer.text
    assert "HX-Request" in answer.headers["Vary"]


def test_without_a_ballot_nothing_is_counted(cast, put):
    question_id, phone = put("Câu một"), cast.stranger()
    answer = phone.post(url(cast, question_id), headers=headers(cast, phone))
    assert (answer.status_code, answer.json["error"]) == (401, "no_ballot")
    assert supports(cast, question_id) == 0


def test_a_wrong_token_is_refused(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    answer = phone.post(url(cast, question_id), headers={"Accept": "application/json", "X-CSRFToken": "wrong"})
    assert (answer.status_code, answer.json["error"]) == (400, "csrf")
    assert supports(cast, question_id) == 0


@pytest.mark.parametrize("state", ["pending", "rejected", "held"])
def test_what_is_not_on_the_board_cannot_be_supported(cast, put, state):
    question_id, phone = put("Câu một", state=state), cast.member()
    assert phone.post(url(cast, question_id), headers=headers(cast, phone)).status_code == 404


def test_a_question_of_another_dialogue_cannot_be_supported_from_here(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    other = f"/d/{cast.other_code}"
    phone.post(f"{other}/entry", data={"csrf_token": csrf(phone, other)})
    answer = phone.post(
        f"{other}/questions/{question_id}/vote",
        headers={"Accept": "application/json", "X-CSRFToken": csrf(phone, other)},
    )
    assert answer.status_code == 404
    assert supports(cast, question_id) == 0


@pytest.mark.parametrize("state", ["answered", "in_writing"])
def test_an_answered_question_takes_no_more_support(cast, put, state):
    question_id, phone = put("Câu một", state=state), cast.member()
    answer = phone.post(url(cast, question_id), headers=headers(cast, phone))
    assert (answer.status_code, answer.json["error"]) == (403, "not_now")


def test_a_closed_dialogue_takes_no_more_support(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    token = headers(cast, phone)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert phone.post(url(cast, question_id), headers=token).status_code == 403


def test_passing_over_is_remembered_by_the_phone_alone(cast, put):
    put("Câu một")
    question_id, phone = put("Câu hai"), cast.member()
    token = headers(cast, phone)
    with cast.reading() as session:
        before = session.connection().exec_driver_sql("SELECT total_changes()").scalar()
    skip = f"{cast.base}/questions/{question_id}/skip"
    assert phone.post(skip, headers=token).json == {"skipped": True}
    assert cookies.read_skipped(phone.get_cookie("skipped", path=cast.base).value) == {2}
    assert phone.post(f"{skip}/withdrawal", headers=token).json == {"skipped": False}
    assert cookies.read_skipped(phone.get_cookie("skipped", path=cast.base).value) == frozenset()
    assert before == 0


def test_a_card_of_the_deck_goes_on_to_the_next_one(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    data = {"csrf_token": csrf(phone, cast.base), "deck": "1"}
    for act in ("vote", "skip"):
        answer = phone.post(f"{cast.base}/questions/{question_id}/{act}", data=data)
        assert answer.headers["Location"] == f"{cast.base}?tab=unseen&last={question_id}"


def test_what_is_not_there_cannot_be_passed_over(cast):
    phone = cast.member()
    assert phone.post(f"{cast.base}/questions/nothere/skip", headers=headers(cast, phone)).status_code == 404
