"""Similar questions beside the one that is being written: what is shown, to whom, how often; and the form without scripts."""

from __future__ import annotations

import html
import re

import pytest

from survey.questions import groups
from survey.questions import queries
from survey.questions import suggest
from survey.questions import views_similar
from survey.questions.models import Question
from survey.questions.state import State
from survey.web.limits import limiter
from survey.web.pace import Pace
from tests.conftest import csrf
from tests.questions.test_views_ask import ask
from tests.questions.test_views_ask import ask_json
from tests.questions.test_views_ask import asked
from tests.questions.test_views_ask import typed_again

TEXT = "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?"
PLAIN = "bao gio xa duoc thay may tinh cu o bo phan mot cua"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def fresh(app, monkeypatch):
    """No index of another test, and no limit spent."""
    monkeypatch.setattr(suggest, "SHELF", suggest.Shelf())
    monkeypatch.setattr(views_similar, "_pace", Pace(40, 60))
    limiter.reset()
    yield
    limiter.reset()


def near(cast, phone, body=PLAIN):
    answer = phone.get(f"{cast.base}/questions/similar", query_string={"body": body}, headers=JSON)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


def change(cast, question_id, **values):
    def job(session):
        for name, value in values.items():
            setattr(session.get_one(Question, question_id), name, value)

    cast.write(job)


def vote_key(cast):
    return cast.keys.get(cast.dialogue_id, "vote")


def test_what_the_board_has_is_found_without_accents_and_nothing_else(cast, put):
    first = put(TEXT, supporters=4)
    put("Đề nghị mở cửa nhà văn hóa vào buổi tối cho thanh niên")
    put("Khi nào xã được thay máy tính cũ ở bộ phận một cửa?", state="pending")
    assert near(cast, cast.member()) == [
        {"id": first, "number": 1, "body": TEXT, "supporters": 4, "supported": False, "state": "approved"}
    ]


def test_at_most_three_come_and_none_for_a_few_letters(cast, put):
    for number in range(5):
        put(f"{TEXT} Đây là lần thứ {number} em hỏi.")
    phone = cast.member()
    assert len(near(cast, phone)) == 3
    assert near(cast, phone, "bao gio xa") == []
    assert near(cast, phone, "") == []


def test_own_support_is_said(cast, put):
    first, phone = put(TEXT), cast.member()
    phone.post(f"{cast.base}/questions/{first}/vote", headers={**JSON, "X-CSRFToken": csrf(phone, cast.base)})
    found = near(cast, phone)[0]
    assert (found["supported"], found["supporters"]) == (True, 1)
    assert near(cast, cast.member())[0]["supported"] is False


def test_what_went_away_since_the_index_was_made_is_not_shown(cast, put):
    """The index is five seconds old at most and still holds the text (premise); the answer is of this moment."""
    gone, stays, phone = put(TEXT), put(f"{TEXT} Xin cảm ơn"), cast.member()
    assert len(near(cast, phone)) == 2
    made = suggest.SHELF._made[cast.dialogue_id][1]
    for state in (State.ERASED, State.WITHDRAWN, State.HELD, State.REJECTED):
        change(cast, gone, state=state)
        assert [one["id"] for one in near(cast, phone)] == [stays]
    assert suggest.SHELF._made[cast.dialogue_id][1] is made


def test_a_merged_wording_leads_to_the_one_that_speaks_for_it(cast, put):
    other = put(TEXT)
    leading = put("Đề nghị trang bị thiết bị mới cho nơi tiếp dân", supporters=3)
    cast.write(groups.merge, vote_key(cast), cast.dialogue_id, leading, [other])
    found = near(cast, cast.member())
    assert [(one["id"], one["supporters"]) for one in found] == [(leading, 3)]


def test_an_index_serves_for_five_seconds_and_is_dropped_with_the_next(cast, put):
    now = [100.0]
    shelf = suggest.Shelf(lambda: now[0])
    put(TEXT)
    with cast.reading() as session:
        first = shelf.index(session, cast.dialogue_id)
        now[0] = 104.9
        assert shelf.index(session, cast.dialogue_id) is first
        now[0] = 105.0
        assert shelf.index(session, cast.dialogue_id) is not first
        now[0] = 111.0
        shelf.index(session, "another")
    assert list(shelf._made) == ["another"]


def test_without_a_ballot_nothing_is_said_and_a_script_is_paced(cast, put):
    put(TEXT)
    assert cast.stranger().get(f"{cast.base}/questions/similar?body={PLAIN}", headers=JSON).status_code == 401
    phone = cast.member()
    for _ in range(40):
        near(cast, phone, "")
    answer = phone.get(f"{cast.base}/questions/similar?body={PLAIN}", headers=JSON)
    assert answer.status_code == 429
    assert near(cast, cast.member()) != []  # somebody else's ballot


def test_the_part_of_a_page_offers_support_where_it_is_possible(cast, put):
    open_, done, phone = put(TEXT), put(f"{TEXT} Cảm ơn", state="answered"), cast.member()
    page = phone.get(f"{cast.base}/questions/similar?body={PLAIN}", headers={"HX-Request": "true"}).text
    assert "Có 2 câu gần giống" in page
    assert re.findall(r'formaction="[^"]*/questions/(\w+)/vote"', page) == [open_]
    assert f"{TEXT} Cảm ơn" in html.unescape(page)
    assert done not in page


def test_a_form_without_scripts_comes_back_once_with_all_that_was_typed(cast, put):
    first, phone = put(TEXT), cast.member()
    answer = ask(cast, phone, TEXT.lower())
    assert answer.status_code == 200
    assert typed_again(answer) == TEXT.lower()
    assert f'formaction="{cast.base}/questions/{first}/vote"' in answer.text
    assert "Vẫn gửi câu của tôi" in answer.text
    assert len(asked(cast)) == 1
    again = ask(cast, phone, TEXT.lower(), alike="1")
    assert (again.status_code, again.headers["Location"]) == (303, f"{cast.base}?tab=mine&sent=1")
    assert len(asked(cast)) == 2


def test_only_what_is_very_near_stops_a_form(cast, put):
    put(TEXT)
    phone, farther = cast.member(), "Bao giờ xã được thay máy tính, vì máy đang dùng hay hỏng?"
    assert near(cast, phone, farther) != []  # premise: it is suggested
    assert ask(cast, phone, farther).status_code == 303


def test_a_program_is_never_stopped(cast, put):
    put(TEXT)
    assert ask_json(cast, cast.member(), TEXT).status_code == 201
    assert ask_json(cast, cast.member(), TEXT, check="1").status_code == 201


def test_support_in_place_of_asking_and_its_refusal_keep_the_text(cast, put):
    first, phone = put(TEXT), cast.member()
    path = f"{cast.base}/questions/{first}/vote"
    form = {"csrf_token": csrf(phone, cast.base), "body": TEXT.lower(), "topic": "", "client_id": "client-one"}
    change(cast, first, state=State.ANSWERED)
    refused = phone.post(path, data=form)
    assert refused.status_code == 403
    assert typed_again(refused) == TEXT.lower()
    assert f'action="{cast.base}/questions"' in refused.text
    change(cast, first, state=State.APPROVED)
    assert phone.post(path, data=form).status_code == 303
    with cast.reading() as session:
        found = queries.one(session, cast.dialogue_id, first)
    assert found is not None
    assert found.supporters == 1
