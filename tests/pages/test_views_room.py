"""The room on a phone: before, during and after, with JavaScript off."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from survey import lifecycle
from survey.dialogues import service as dialogues
from survey.pages import views_room
from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import csrf
from tests.conftest import make_cast

TOKEN = re.compile(r'(content|value)="[\w.-]{40,}"|"X-CSRFToken": "[^"]+"')


def page(phone, cast, query=""):
    answer = phone.get(f"{cast.base}{query}")
    assert answer.status_code == 200
    return answer.text


def without_tokens(text):
    return TOKEN.sub("", text)


def queries_of(cast, phone, path):
    count = 0

    def tick(*_):
        nonlocal count
        count += 1

    engine = cast.app.extensions["survey"]["db"]._reader
    event.listen(engine, "before_cursor_execute", tick)
    assert phone.get(path).status_code == 200
    event.remove(engine, "before_cursor_execute", tick)
    return count


def cards(text):
    return re.findall(r'<li class="card" id="c-([a-z2-7]{12})"', text)


def ranks(text):
    return re.findall(r'<li class="q[^"]*" id="q-([a-z2-7]{12})"', text.split('id="qs"', 1)[1].split("</ol>", 1)[0])


def test_before_entering_a_phone_sees_what_it_is_about(cast, put):
    put("Câu không ai thấy trước khi vào")
    cast.write(dialogues.change, cast.dialogue_id, {
        "leader": "Chủ tịch tỉnh", "place": "Hội trường Tỉnh ủy", "pledge": "Tôi không hỏi ai đã hỏi.",
    })  # fmt: skip
    text = page(cast.stranger(), cast)
    for shown in (
        "Lãnh đạo tỉnh đối thoại",
        "Chủ tịch tỉnh",
        "Hội trường Tỉnh ủy",
        "Tôi không hỏi",
        "Chúng tôi lưu gì",
    ):
        assert shown in text
    assert "Câu không ai thấy" not in text
    assert f'action="{cast.base}/entry"' in text


def test_a_live_room_opens_on_what_was_not_seen_yet(cast, put):
    ids = {put(f"Câu số {n}", supporters=n) for n in range(4)}
    text = page(cast.member(), cast)
    assert set(cards(text)) == ids
    assert f'href="{cast.base}?tab=unseen" aria-current="page"' in text
    assert 'Còn <b class="n" data-left>4</b>' in text


def test_the_count_is_hidden_until_the_phone_has_chosen(cast, put):
    question_id = put("Câu một", supporters=777)
    phone = cast.member()
    assert "777" not in page(phone, cast)
    data = {"csrf_token": csrf(phone, cast.base), "deck": "1"}
    answer = phone.post(f"{cast.base}/questions/{question_id}/vote", data=data)
    assert "778" in phone.get(answer.headers["Location"]).text


def test_the_order_of_the_cards_is_the_phones_own_and_stays(cast, put):
    for n in range(12):
        put(f"Câu số {n}")
    one, two = cast.member(), cast.member()
    assert cards(page(one, cast)) == cards(page(one, cast))
    assert [cards(page(one, cast))] != [cards(page(two, cast))]


def test_judged_cards_do_not_come_again_and_the_last_can_be_taken_back(cast, put):
    for n in range(3):
        put(f"Câu số {n}")
    phone = cast.member()
    first, second, third = cards(page(phone, cast))
    data = {"csrf_token": csrf(phone, cast.base), "deck": "1"}
    phone.post(f"{cast.base}/questions/{first}/vote", data=data)
    answer = phone.post(f"{cast.base}/questions/{second}/skip", data=data)
    text = phone.get(answer.headers["Location"]).text
    assert cards(text) == [third]
    assert "Đã bỏ qua câu vừa rồi" in text
    undo = f'formaction="{cast.base}/questions/{second}/skip/withdrawal"'
    assert undo in text
    phone.post(f"{cast.base}/questions/{second}/skip/withdrawal", data=data)
    assert set(cards(page(phone, cast))) == {second, third}


def test_who_has_seen_everything_is_told_so(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    assert "Bạn đã xem hết" not in page(phone, cast)
    phone.post(f"{cast.base}/questions/{question_id}/skip", data={"csrf_token": csrf(phone, cast.base)})
    assert "Bạn đã xem hết 1 câu" in page(phone, cast)


def test_a_room_without_questions_asks_for_the_first(cast):
    phone = cast.member()
    assert "Chưa có câu hỏi nào" in page(phone, cast)
    assert "Chưa có câu hỏi nào" in page(phone, cast, "?tab=ranking")


def test_the_ranking_shows_own_support_as_a_form_that_works_without_scripts(cast, put):
    mine, other = put("Câu tôi ủng hộ", supporters=1), put("Câu khác", supporters=9)
    phone = cast.member()
    phone.post(f"{cast.base}/questions/{mine}/vote", data={"csrf_token": csrf(phone, cast.base)})
    text = page(phone, cast, "?tab=ranking")
    assert ranks(text) == [other, mine]
    assert f'formaction="{cast.base}/questions/{mine}/vote/withdrawal"' in text
    assert f'formaction="{cast.base}/questions/{other}/vote"' in text
    assert text.count('aria-pressed="true"') == 1


def test_a_vote_button_is_named_by_its_question(cast, put):
    put("Bao giờ xã có máy tính mới?")
    button = (
        page(cast.member(), cast, "?tab=ranking")
        .split('<button type="submit" class="vote"', 1)[1]
        .split("</button>", 1)[0]
    )
    assert "Ủng hộ" in button
    assert "Bao giờ xã có máy tính mới?" in button


def test_the_top_is_cut_and_everything_is_one_tap_away(cast, put):
    for n in range(33):
        put(f"Câu số {n}", supporters=n)
    phone = cast.member()
    text = page(phone, cast, "?tab=ranking")
    assert len(ranks(text)) == 30
    assert "Xem tất cả 33 câu" in text
    assert len(ranks(page(phone, cast, "?tab=ranking&all=1"))) == 33


def test_search_needs_no_accents_and_ranks_stay_true(cast, put):
    put("Câu về lương thưởng", supporters=9)
    found = put("Hòa nhạc ở đâu buổi tối?", supporters=2)
    text = page(cast.member(), cast, "?tab=ranking&q=hoa+nhac")
    assert ranks(text) == [found]
    assert '<span class="rk">2</span>' in text


def test_a_search_without_result_says_so_and_keeps_what_was_typed(cast, put):
    put("Câu về lương thưởng")
    text = page(cast.member(), cast, '?tab=ranking&q=<b>"làng nghề')
    assert "Không có câu nào khớp" in text
    assert 'value="&lt;b&gt;&#34;làng nghề"' in text


def test_a_topic_filters(cast, put):
    with cast.reading() as session:
        from survey.dialogues import queries as dialogue_queries

        topic = dialogue_queries.topics(session, cast.dialogue_id)[3]
    found = put("Câu có nhóm", topic_id=topic.id)
    put("Câu không nhóm")
    assert ranks(page(cast.member(), cast, f"?tab=ranking&topic={topic.id}")) == [found]


def test_what_staff_brought_in_is_marked_and_long_texts_are_folded(cast, put):
    put("Ý kiến rất dài. " * 60)
    text = page(cast.member(), cast, "?tab=ranking")
    assert "gửi trước qua ban tổ chức" in text
    assert "Đọc cả câu" in text


def test_the_ranking_asks_the_database_as_often_for_three_questions_as_for_one(cast, put):
    phone = cast.member()
    put("Câu một")
    one = queries_of(cast, phone, f"{cast.base}?tab=ranking")
    put("Câu hai")
    put("Câu ba")
    assert (one, queries_of(cast, phone, f"{cast.base}?tab=ranking")) == (one, one)
    assert one <= 12


@pytest.mark.parametrize("tab", ["unseen", "ranking", "mine"])
def test_each_tab_asks_the_database_equally_often_for_one_question_and_for_three(cast, put, tab):
    phone = cast.member()
    put("Câu một", state="approved")
    one = queries_of(cast, phone, f"{cast.base}?tab={tab}")
    put("Câu hai")
    put("Câu ba")
    assert queries_of(cast, phone, f"{cast.base}?tab={tab}") == one


@pytest.mark.parametrize("query", ["", "?tab=unseen", "?tab=ranking", "?tab=mine", "/board", "/board.json"])
def test_a_neighbours_page_is_the_same_whoever_asked_and_whatever_waits(app, query):
    """Two worlds that differ only in which of two phones asks and votes: the third one sees the same bytes."""
    cast = make_cast(app, "open_hall")
    from tests.pages.conftest import add

    published = cast.write(add, cast.dialogue_id, "Câu đã có trên bảng", supporters=4)
    one, two, watcher = cast.member(), cast.member(), cast.member()
    seen = []
    for phone in (one, two):
        headers = {"Accept": "application/json", "X-CSRFToken": csrf(phone, cast.base)}
        asked = phone.post(f"{cast.base}/questions", json={"body": "Câu riêng đang chờ duyệt."}, headers=headers)
        phone.post(f"{cast.base}/questions/{published}/vote", headers=headers)
        text = without_tokens(watcher.get(f"{cast.base}{query}").text)
        assert "Câu riêng" not in text
        seen.append(re.sub(r'after=\d+|"version":\d+', "", text))
        phone.delete(f"{cast.base}/questions/{published}/vote", headers=headers)
        phone.delete(f"{cast.base}/questions/{(asked.json or {})['id']}", headers=headers)
    assert seen[0] == seen[1]
    assert "5" in seen[0] or query in {"", "?tab=unseen", "?tab=mine"}


def test_mine_is_folded_until_tapped(cast, put):
    question_id, phone = put("Câu tôi ủng hộ"), cast.member()
    phone.post(f"{cast.base}/questions/{question_id}/vote", data={"csrf_token": csrf(phone, cast.base)})
    text = page(phone, cast, "?tab=mine")
    folded = text.split('<details class="hush">', 1)[1].split("<main", 1)[0]
    assert "Câu tôi ủng hộ" in folded
    assert "Câu tôi ủng hộ" not in text.split('<details class="hush">', 1)[0]
    assert 'hush" open' not in text


def test_after_closing_everybody_sees_the_final_order_in_plain_words(cast, put):
    question_id = put("Câu một", supporters=5)
    put("Câu có trả lời", state="answered")
    put("Câu trả lời sau", state="in_writing")
    member = cast.member()
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    for phone in (member, cast.stranger()):
        text = page(phone, cast)
        assert "Đối thoại đã khép lại" in text
        assert ranks(text) == [question_id]
        assert "Trả lời bằng văn bản" in text
        assert '<button type="submit" class="vote"' not in text.split("<template", 1)[0]


def test_before_the_opening_the_room_shows_what_is_to_come(app):
    cast = make_cast(app, "collect")
    text = page(cast.member(), cast)
    assert "Hỏi trước buổi đối thoại" in text
    assert f"{cast.base}/ask" in text


def test_a_phone_before_the_opening_may_already_read_the_board(app):
    cast = make_cast(app, "collect")
    from tests.pages.conftest import add

    question_id = cast.write(add, cast.dialogue_id, "Câu gửi sớm")
    phone = cast.member()
    assert cards(page(phone, cast, "?tab=unseen")) == [question_id]
    assert "Xem 1 câu đã có" in page(phone, cast)


def test_keys_that_are_gone_leave_the_board_readable(cast, put):
    question_id, phone = put("Câu một"), cast.member()
    phone.post(f"{cast.base}/questions/{question_id}/vote", data={"csrf_token": csrf(phone, cast.base)})
    phone.set_cookie("mine", "client-one", path=cast.base)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    for purpose in ("vote", "ask", "response"):
        cast.keys.destroy(cast.dialogue_id, purpose)
    for query in ("", "?tab=ranking", "?tab=mine"):
        assert page(phone, cast, query)


def test_the_page_follows_the_stream_from_the_version_it_shows(cast, put):
    put("Câu một")
    phone = cast.member()
    version = phone.get(f"{cast.base}/board.json").json["version"]
    for query in ("?tab=unseen", "?tab=ranking", "?tab=mine"):
        assert f'hx-sse:connect="{cast.base}/live?after={version}"' in page(phone, cast, query)


def test_the_room_speaks_english_when_asked(cast):
    phone = cast.member()
    assert '<html lang="en"' in page(phone, cast, "?lang=en")
    assert '<html lang="en"' in page(phone, cast)
    assert '<html lang="vi"' in page(phone, cast, "?lang=vi")


def test_phones_that_poll_in_two_languages_keep_a_board_each(cast, put, monkeypatch):
    put("Câu một")
    phones, made, whole = [cast.member(), cast.member()], [], views_room._whole
    page(phones[1], cast, "?lang=en")

    def noted():
        made.append(1)
        return whole()

    monkeypatch.setattr(views_room, "_whole", noted)
    for _turn in range(2):
        for phone in phones:
            assert phone.get(f"{cast.base}/board").status_code == 200
    assert len(made) == 2


def test_the_next_cards_come_alone_for_htmx(cast, put):
    put("Câu một")
    answer = cast.member().get(f"{cast.base}?tab=unseen", headers={"HX-Request": "true"})
    assert answer.text.strip().startswith('<div id="deck">')
    assert "HX-Request" in answer.headers["Vary"]


def test_answered_questionnaire_leaves_the_way_and_is_found_again_under_mine(cast):
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát thử")
    item = cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, made)
    phone, path = cast.member(), f"{cast.base}/surveys/{made}"
    assert f'href="{path}"' in page(phone, cast)
    sent = phone.post(path, data={"csrf_token": csrf(phone, path), item: "Một câu trả lời", "counter": "1"})
    assert sent.status_code < 400
    assert f'href="{path}"' not in page(phone, cast)
    mine = page(phone, cast, "?tab=mine")
    assert f'href="{path}"' in mine
    assert "đã trả lời" in mine
    assert "đã trả lời" not in page(cast.member(), cast, "?tab=mine")
