"""A member's phone without JavaScript: enter, answer, edit, closed; and what cannot be taken."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter

import pytest

from survey import lifecycle
from survey.questionnaires import building
from survey.questionnaires import queries
from tests.conftest import csrf


def send(phone, poll, data, **more):
    token = csrf(phone, f"{poll.path}?edit=1")
    return phone.post(poll.path, data={"csrf_token": token, "counter": "1", **data}, **more)


def text_of(answer):
    return html.unescape(answer.get_data(as_text=True))


def test_survey_is_answered_edited_and_counted_once(poll):
    phone = poll.cast.member()
    page = text_of(phone.get(poll.path))
    assert "1. Việc nào cần nhất?" in page
    assert "Chúng tôi lưu gì" in page
    first = send(phone, poll, poll.form(1))
    assert (first.status_code, first.location) == (303, poll.path)
    assert "Đã nhận phiếu của bạn" in text_of(phone.get(poll.path))
    again = text_of(phone.get(f"{poll.path}?edit=1"))
    assert re.search(rf'value="{poll.options()[1]}" checked', again)
    assert "Một câu" in again
    assert 'name="counter" value="2"' in again
    assert send(phone, poll, poll.form(2), query_string={}).status_code == 409  # a page from before the first sending
    assert send(phone, poll, {**poll.form(2), "counter": "2"}).status_code == 303
    for n in range(4):
        poll.answer(f"{n:032x}", 0)
    with poll.cast.reading() as session:
        given = queries.taken(session, poll.id).columns[poll.single]
    assert Counter(given) == {poll.options()[0]: 4, poll.options()[2]: 1}


@pytest.mark.claim("surveys", "one response a ballot under repeated taps")
def test_survey_sent_twice_by_a_double_tap_is_one_response(poll):
    phone = poll.cast.member()
    token = csrf(phone, poll.path)
    data = {"csrf_token": token, "counter": "1", **poll.form()}
    assert [phone.post(poll.path, data=data).status_code for _tap in range(3)] == [303, 303, 303]
    assert poll.row().started
    with poll.cast.reading() as session:
        from survey.questionnaires.models import Questionnaire

        assert session.get(Questionnaire, poll.id).responses == 1


def test_survey_of_an_older_page_comes_back_with_what_was_typed(poll):
    phone = poll.cast.member()
    send(phone, poll, poll.form(0))
    refused = send(phone, poll, poll.form(1, text="Từ thẻ cũ"))
    page = text_of(refused)
    assert refused.status_code == 409
    assert "Từ thẻ cũ" in page
    assert 'name="counter" value="2"' in page


def test_survey_shows_the_error_at_its_item_and_keeps_everything(poll):
    phone = poll.cast.member()
    refused = send(phone, poll, {poll.rating: "4", poll.text: "<b>Giữ & lại</b>"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert f'id="e-{poll.single}"' in page
    assert "Hãy chọn một câu trả lời." in page
    assert "&lt;b&gt;Giữ &amp; lại&lt;/b&gt;" in page
    assert 'value="4" checked' in page
    assert not poll.row().started


def test_survey_refuses_an_option_that_is_not_there(poll):
    refused = send(poll.cast.member(), poll, {poll.single: "abc", poll.text: "Chữ"})
    assert refused.status_code == 422
    assert "Lựa chọn này không còn trong phiếu" in text_of(refused)


def test_survey_keeps_ten_thousand_characters_and_says_so(poll):
    long = "Đường xa. " * 1_000
    refused = send(poll.cast.member(), poll, poll.form(text=long))
    assert refused.status_code == 422
    assert long.strip() in text_of(refused)
    assert "Câu trả lời dài quá 2.000 ký tự" in text_of(refused)


def test_survey_stores_nfc(poll):
    phone = poll.cast.member()
    assert send(phone, poll, poll.form(text=unicodedata.normalize("NFD", "Đường truyền"))).status_code == 303
    assert "\nĐường truyền</textarea>" in text_of(phone.get(f"{poll.path}?edit=1"))


def test_survey_with_a_stale_token_keeps_what_was_typed(poll):
    phone = poll.cast.member()
    refused = phone.post(poll.path, data={"csrf_token": "cũ", "counter": "1", **poll.form(text="Vẫn còn")})
    assert refused.status_code == 400
    page = refused.get_data(as_text=True)
    assert "Vẫn còn" in page
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    assert phone.post(poll.path, data={"csrf_token": token, "counter": "1", **poll.form()}).status_code == 303


def test_stranger_is_shown_the_way_in_and_comes_back(poll):
    phone = poll.cast.stranger()
    page = text_of(phone.get(poll.path))
    assert "Vào phòng để trả lời" in page
    assert poll.single not in page
    token = csrf(phone, poll.path)
    entered = phone.post(f"{poll.path}/entry", data={"csrf_token": token})
    assert (entered.status_code, entered.location) == (303, poll.path)
    assert "1. Việc nào cần nhất?" in text_of(phone.get(poll.path))


def test_stranger_who_sends_keeps_the_answers_and_enters_with_them_in_hand(poll):
    phone = poll.cast.stranger()
    token = csrf(phone, poll.path)
    data = {"csrf_token": token, "counter": "1", **poll.form(2, text="Chưa vào phòng")}
    refused = phone.post(poll.path, data=data)
    assert refused.status_code == 401
    assert "Chưa vào phòng" in text_of(refused)
    assert f'formaction="{poll.path}/entry"' in text_of(refused)
    inside = phone.post(f"{poll.path}/entry", data=data)
    assert inside.status_code == 200
    assert "Chưa vào phòng" in text_of(inside)
    assert phone.post(poll.path, data=data).status_code == 303


def test_closed_survey_says_so_in_plain_words_and_keeps_a_half_filled_page(poll):
    phone, late = poll.cast.member(), poll.cast.member()
    send(phone, poll, poll.form())
    token = csrf(late, poll.path)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    assert "Phiếu của bạn đã được tính" in text_of(phone.get(poll.path))
    assert "Phiếu này đã đóng" in text_of(late.get(poll.path))
    refused = late.post(poll.path, data={"csrf_token": token, "counter": "1", **poll.form(text="Muộn mất rồi")})
    assert refused.status_code == 403
    assert "Muộn mất rồi" in text_of(refused)


def test_survey_after_the_hall_and_without_keys_still_says_what_it_is(poll):
    phone = poll.cast.member()
    send(phone, poll, poll.form())
    poll.cast.write(lifecycle.close, poll.cast.dialogue_id, actor="test")
    poll.cast.keys.destroy(poll.cast.dialogue_id, "response")
    assert "Phiếu này đã đóng" in text_of(phone.get(poll.path))


def test_draft_and_foreign_surveys_are_not_there(poll):
    phone, cast = poll.cast.member(), poll.cast
    draft = cast.write(building.create, cast.dialogue_id, "Nháp")
    assert phone.get(f"{cast.base}/surveys/{draft}").status_code == 404
    assert phone.get(f"/d/{cast.other_code}/surveys/{poll.id}").status_code == 404
    assert phone.get(f"{cast.base}/surveys/khong").status_code == 404


def test_survey_answers_json(poll):
    phone, wanted = poll.cast.member(), {"Accept": "application/json"}
    made = send(phone, poll, poll.form(), headers=wanted)
    assert (made.status_code, made.json) == (201, {"id": poll.id, "counter": 1, "new": True})
    assert send(phone, poll, poll.form(), headers=wanted).status_code == 200
    refused = send(phone, poll, {poll.single: "x", "counter": "2"}, headers=wanted)
    assert (refused.status_code, refused.json["error"], set(refused.json["fields"])) == (422, "invalid", {poll.single})
    stranger = poll.cast.stranger()
    token = csrf(stranger, poll.path)
    lost = stranger.post(poll.path, data={"csrf_token": token, **poll.form()}, headers=wanted)
    assert (lost.status_code, lost.json["error"]) == (401, "no_ballot")


def test_members_see_results_only_where_they_are_shown(poll):
    phone = poll.cast.member()
    for n in range(5):
        poll.answer(f"{n:032x}", 0, "5", "Chữ <i>")
    assert phone.get(f"{poll.path}/results").status_code == 404
    poll.cast.write(building.change, poll.cast.dialogue_id, poll.id, {"results_shown": True})
    page = phone.get(f"{poll.path}/results").get_data(as_text=True)
    assert "Tính trên 5 phiếu." in page
    assert "100,0 %" in page
    assert "Chữ" not in page
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    page = phone.get(f"{poll.path}/results").get_data(as_text=True)
    assert ("Tính trên 5 phiếu." in page, "Chữ" in page) == (True, False), (
        "what was written is read by the organiser alone"
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_of_a_member_speaks_both_languages(poll, lang):
    phone = poll.cast.member()
    for path in (poll.path, f"{poll.path}?edit=1"):
        joint = "&" if "?" in path else "?"
        assert f'<html lang="{lang}"' in text_of(phone.get(f"{path}{joint}lang={lang}"))
