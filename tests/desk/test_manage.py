"""The staff's home and the page on which one dialogue is managed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import lifecycle
from survey.core.clock import local
from survey.dialogues import queries as dialogues
from survey.dialogues import service
from survey.dialogues.models import Dialogue
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

SETTINGS = {
    "theme": "Lãnh đạo tỉnh đối thoại với thanh niên", "leader": "Đồng chí Chủ tịch", "host_unit": "Sở Nội vụ",
    "place": "Hội trường Tỉnh ủy", "starts_at": "26/3/2026 8:00", "minutes": "120", "pledge": "", "ask_limit": "3",
    "pre_moderation": "y", "people_shown": "y",
}  # fmt: skip


def send(browser: FlaskClient, path: str, page: str, **data: object):
    """Send a form as the browser would that shows `page`."""
    return browser.post(path, data={"csrf_token": csrf(browser, page), **data})


def dialogue_of(cast: Cast, code: str | None = None):
    """The dialogue as it is stored now."""
    with cast.reading() as session:
        return dialogues.by_code(session, code or cast.code)


def ask(cast: Cast, body: str, state: State = State.APPROVED) -> str:
    """A question that is on the board."""
    return cast.write(lambda s: asking.add(s, cast.dialogue_id, body, None, state=state).id)


def test_home_lists_own_dialogues_only(cast: Cast) -> None:
    page = cast.staff("organiser", whole_organisation=True).get("/s/").text
    assert f"/s/{cast.code}/manage" in page
    assert cast.other_code not in page
    assert f"/s/{cast.other_code}/manage" in cast.outsider().get("/s/").text


@pytest.mark.parametrize(
    ("role", "page"), [("moderator", "moderate"), ("secretary", "moderate"), ("leader", "lead"), ("screen", "screen")]
)
def test_home_leads_each_role_to_its_page_and_opens_nothing(cast: Cast, role: str, page: str) -> None:
    text = cast.staff(role).get("/s/").text
    assert f'href="/s/{cast.code}/{page}"' in text
    assert 'action="/s/dialogues"' not in text


def test_home_hides_a_dialogue_in_which_one_has_no_role(cast: Cast) -> None:
    made = cast.write(lifecycle.prepare, cast.keys, cast.organisation_id, "Đối thoại nội bộ")
    assert made["code"] not in cast.staff("moderator").get("/s/").text
    assert made["code"] in cast.staff("organiser", whole_organisation=True).get("/s/").text


def test_one_field_opens_a_hall_with_a_code(cast: Cast) -> None:
    browser = cast.staff("organiser", whole_organisation=True)
    answer = send(browser, "/s/dialogues", "/s/", theme="  Chuyển đổi số ở cơ sở ", to="live")
    assert answer.status_code == 303
    code = answer.location.split("/")[2]
    page = browser.get(answer.location).text
    assert f'<p class="code n">{code}</p>' in page
    assert f'href="/s/{code}/screen"' in page
    assert "<svg" in page
    made = dialogue_of(cast, code)
    assert (made.state, made.theme, made.organisation_id) == ("live", "Chuyển đổi số ở cơ sở", cast.organisation_id)
    assert cast.keys.get(made.id, "vote")


def test_enter_in_the_field_opens_at_once(cast: Cast) -> None:
    page = cast.staff("organiser", whole_organisation=True).get("/s/").text
    buttons = re.findall(r'<button [^>]*name="to" value="(\w+)"', page)
    assert buttons == ["live", "draft"]


def test_prepared_dialogue_is_a_draft(cast: Cast) -> None:
    browser = cast.staff("organiser", whole_organisation=True)
    answer = send(browser, "/s/dialogues", "/s/", theme="Soạn trước", to="draft")
    assert dialogue_of(cast, answer.location.split("/")[2]).state == "draft"


@pytest.mark.parametrize("theme", ["", "   ", "x" * 201, "\u202e\u2066"])
def test_unusable_theme_is_refused_and_kept(cast: Cast, theme: str) -> None:
    browser = cast.staff("organiser", whole_organisation=True)
    answer = send(browser, "/s/dialogues", "/s/", theme=theme, to="live")
    assert answer.status_code == 422
    assert "Hãy ghi chủ đề đối thoại" in answer.text
    assert not theme.strip("\u202e\u2066 ") or theme in answer.text


@pytest.mark.parametrize("role", ["moderator", "secretary", "leader", "screen"])
def test_only_organisers_open_dialogues(cast: Cast, role: str) -> None:
    browser = cast.staff(role, whole_organisation=True)
    assert send(browser, "/s/dialogues", "/s/", theme="Chủ đề khác", to="live").status_code == 403


def test_manage_is_not_there_for_others(cast: Cast) -> None:
    assert cast.staff("organiser").get(f"{cast.desk}/manage").status_code == 200
    assert cast.outsider().get(f"{cast.desk}/manage").status_code == 404
    assert cast.outsider().get(f"/s/{cast.other_code}/manage").status_code == 200
    for role in ("secretary", "leader", "screen"):
        assert cast.staff(role).get(f"{cast.desk}/manage").status_code == 403


def test_moderator_sees_steps_and_no_settings(cast: Cast) -> None:
    page = cast.staff("moderator").get(f"{cast.desk}/manage").text
    assert 'value="closed"' in page
    assert f'action="{cast.desk}/settings"' not in page
    answer = send(cast.staff("moderator"), f"{cast.desk}/settings", f"{cast.desk}/manage", **SETTINGS)
    assert answer.status_code == 403
    assert dialogue_of(cast).leader == ""


def test_steps_lead_through_the_life_cycle(cast: Cast) -> None:
    browser = cast.staff("organiser")
    for to in ("closed", "live", "closed", "concluded", "archived"):
        answer = send(browser, f"{cast.desk}/step", f"{cast.desk}/manage", to=to)
        assert (answer.status_code, dialogue_of(cast).state) == (303, to)
    page = browser.get(f"{cast.desk}/manage").text
    assert page.count("Thử organiser") >= 5


@pytest.mark.parametrize("to", ["draft", "collecting", "following", "archived", "concluded", "", "nonsense"])
def test_impossible_step_is_refused(cast: Cast, to: str) -> None:
    answer = send(cast.staff("organiser"), f"{cast.desk}/step", f"{cast.desk}/manage", to=to)
    assert (answer.status_code, dialogue_of(cast).state) == (403, "live")


def test_moderator_closes_but_does_not_conclude(cast: Cast) -> None:
    browser = cast.staff("moderator")
    assert send(browser, f"{cast.desk}/step", f"{cast.desk}/manage", to="closed").status_code == 303
    assert send(browser, f"{cast.desk}/step", f"{cast.desk}/manage", to="concluded").status_code == 403
    assert dialogue_of(cast).state == "closed"


def test_closing_puts_the_rest_in_writing(cast: Cast) -> None:
    rest, done = ask(cast, "Bao giờ có chỗ vui chơi cho thanh niên?"), ask(cast, "Lương khởi điểm?", State.ANSWERED)
    pending = ask(cast, "Câu này chưa ai duyệt cả", State.PENDING)
    send(cast.staff("moderator"), f"{cast.desk}/step", f"{cast.desk}/manage", to="closed", in_writing="1")
    with cast.reading() as session:
        states = {row.id: row.state for row in questions.in_states(session, cast.dialogue_id, list(State))}
    assert states == {rest: "in_writing", done: "answered", pending: "pending"}
    assert dialogue_of(cast).screen == "closing"


def test_a_long_rest_is_put_in_writing_lot_by_lot(cast: Cast) -> None:
    """One write for a long board would hold every vote and every stream up."""
    for number in range(lifecycle.AT_ONCE + 5):
        ask(cast, f"Bao giờ xã thứ {number} có chợ?")
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    browser = cast.staff("organiser")
    assert send(browser, f"{cast.desk}/remaining", f"{cast.desk}/manage").status_code == 303
    assert f"Đã chuyển {lifecycle.AT_ONCE + 5} câu" in browser.get(f"{cast.desk}/manage").text
    with cast.reading() as session:
        assert questions.counts(session, cast.dialogue_id) == {"in_writing": lifecycle.AT_ONCE + 5}


def test_rest_may_wait_and_be_put_in_writing_later(cast: Cast) -> None:
    rest = ask(cast, "Bao giờ có chỗ vui chơi cho thanh niên?")
    browser = cast.staff("organiser")
    assert send(browser, f"{cast.desk}/remaining", f"{cast.desk}/manage").status_code == 403  # the hall is open
    send(browser, f"{cast.desk}/step", f"{cast.desk}/manage", to="closed")
    assert "Còn 1 câu chưa có câu trả lời" in browser.get(f"{cast.desk}/manage").text
    assert send(browser, f"{cast.desk}/remaining", f"{cast.desk}/manage").status_code == 303
    with cast.reading() as session:
        row = questions.one(session, cast.dialogue_id, rest)
    assert row is not None
    assert row.state == "in_writing"


def test_settings_are_saved(cast: Cast) -> None:
    answer = send(cast.staff("organiser"), f"{cast.desk}/settings", f"{cast.desk}/manage", **SETTINGS)
    assert answer.status_code == 303
    saved = dialogue_of(cast)
    assert (saved.leader, saved.place, saved.minutes, saved.ask_limit) == (
        "Đồng chí Chủ tịch", "Hội trường Tỉnh ủy", 120, 3,
    )  # fmt: skip
    assert local(saved.starts_at).isoformat() == "2026-03-26T08:00:00+07:00"
    assert (saved.pre_moderation, saved.board_public, saved.listed, saved.people_shown) == (True, False, False, True)
    assert 'value="26/3/2026 8:00"' in cast.staff("organiser").get(f"{cast.desk}/manage").text


def test_settings_write_only_what_changed(cast: Cast) -> None:
    browser = cast.staff("organiser")
    before = dialogue_of(cast)
    unchanged = {
        "theme": before.theme, "minutes": "90", "ask_limit": "5", "pre_moderation": "y", "people_shown": "y",
    }  # fmt: skip
    send(browser, f"{cast.desk}/settings", f"{cast.desk}/manage", **unchanged)
    assert dialogue_of(cast).version == before.version
    send(browser, f"{cast.desk}/settings", f"{cast.desk}/manage", **unchanged, place="Nhà văn hóa")
    assert dialogue_of(cast).version == before.version + 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("theme", " ", "Hãy ghi chủ đề"),
        ("starts_at", "mai nhé", "Chưa đọc được ngày giờ này"),
        ("starts_at", "31/2/2026 8:00", "Chưa đọc được ngày giờ này"),
        ("minutes", "lâu", "phút"),
        ("minutes", "0", "Hãy ghi số phút"),
        ("ask_limit", "1000", "Hãy ghi một số từ 1 đến 50"),
        ("leader", "L" * 201, "Dài nhất 200 ký tự"),
        ("pledge", "P" * 1001, "Dài nhất 1.000 ký tự"),
    ],
)
def test_refused_settings_keep_everything_typed(cast: Cast, field: str, typed: str, sentence: str) -> None:
    before = dialogue_of(cast).version
    data = {**SETTINGS, "place": "Hội trường mới", field: typed}
    answer = send(cast.staff("organiser"), f"{cast.desk}/settings", f"{cast.desk}/manage", **data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Hội trường mới" in answer.text
    assert not typed.strip() or typed in answer.text
    assert dialogue_of(cast).version == before


def test_ready_pledge_is_taken_only_when_ticked(cast: Cast) -> None:
    browser = cast.staff("organiser")
    send(browser, f"{cast.desk}/settings", f"{cast.desk}/manage", **SETTINGS)
    assert dialogue_of(cast).pledge == ""
    send(browser, f"{cast.desk}/settings", f"{cast.desk}/manage", **SETTINGS, pledge_ready="y")
    assert "không tìm hiểu ai đã hỏi câu nào" in dialogue_of(cast).pledge


def test_topics_keep_the_ids_of_kept_names(cast: Cast) -> None:
    browser = cast.staff("organiser")
    with cast.reading() as session:
        before = {topic.name: topic.id for topic in dialogues.topics(session, cast.dialogue_id)}
    kept = "Việc làm, tuyển dụng"
    answer = send(
        browser, f"{cast.desk}/topics", f"{cast.desk}/manage",
        topics=f"Nước sạch\r\n{kept}\r\n\r\nNước sạch", usual="Khác",
    )  # fmt: skip
    assert answer.status_code == 303
    with cast.reading() as session:
        after = [(topic.name, topic.id) for topic in dialogues.topics(session, cast.dialogue_id)]
    assert [name for name, _ in after] == ["Nước sạch", kept, "Khác"]
    assert after[1][1] == before[kept]
    assert after[2][1] == before["Khác"]


def test_too_many_topics_are_refused_and_kept(cast: Cast) -> None:
    typed = "\n".join(f"Nhóm số {number}" for number in range(61))
    answer = send(cast.staff("organiser"), f"{cast.desk}/topics", f"{cast.desk}/manage", topics=typed)
    assert answer.status_code == 422
    assert "Nhiều nhất 60 nhóm vấn đề" in answer.text
    assert "Nhóm số 60" in answer.text


def test_copy_opens_a_draft_with_the_same_settings(cast: Cast) -> None:
    ask(cast, "Câu của kỳ trước không đi theo")
    cast.write(service.change, cast.dialogue_id, {"leader": "Đồng chí Bí thư", "ask_limit": 7})
    browser = cast.staff("organiser", whole_organisation=True)
    answer = send(browser, f"{cast.desk}/copy", f"{cast.desk}/manage")
    made = dialogue_of(cast, answer.location.split("/")[2])
    assert (made.state, made.leader, made.ask_limit, made.starts_at) == ("draft", "Đồng chí Bí thư", 7, None)
    with cast.reading() as session:
        assert questions.counts(session, made.id) == {}


def test_copy_needs_a_role_in_the_whole_organisation(cast: Cast) -> None:
    browser = cast.staff("organiser")
    assert f"{cast.desk}/copy" not in browser.get(f"{cast.desk}/manage").text
    assert send(browser, f"{cast.desk}/copy", f"{cast.desk}/manage").status_code == 403


def test_join_address_follows_the_host_or_the_setting(cast: Cast) -> None:
    browser, stores = cast.staff("organiser"), cast.app.extensions["survey"]
    assert f">localhost/d/{cast.code}<" in browser.get(f"{cast.desk}/manage").text
    stores["settings"] = replace(stores["settings"], base_url="https://doithoai.tinhdoan.vn")
    assert f">doithoai.tinhdoan.vn/d/{cast.code}<" in browser.get(f"{cast.desk}/manage").text


def test_text_is_shown_as_text(cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    cast.write(service.change, cast.dialogue_id, {"theme": evil, "place": evil, "leader": evil, "pledge": evil})
    cast.write(service.change_topics, cast.dialogue_id, (evil,))
    for path in ("/s/", f"{cast.desk}/manage"):
        page = cast.staff("organiser").get(path).text
        assert evil not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/s/", "/manage"])
def test_page_has_an_english_switch(cast: Cast, path: str) -> None:
    url = path if path == "/s/" else cast.desk + path
    assert 'lang="en"' in cast.staff("organiser").get(url, query_string={"lang": "en"}).text


def test_figures_come_alone_for_htmx_and_move(cast: Cast) -> None:
    browser, ask = cast.staff("organiser"), {"HX-Request": "true"}
    whole = browser.get(f"{cast.desk}/manage")
    assert "HX-Request" in whole.headers["Vary"]
    assert f'hx-get="{cast.desk}/manage"' in whole.text
    before = browser.get(f"{cast.desk}/manage", headers=ask).text
    assert before.lstrip().startswith('<section id="figures"')
    assert f'hx-get="{cast.desk}/manage"' in before, "what is swapped in must ask again"
    assert "<dd>1</dd>" not in before
    cast.member()
    assert "<dd>1</dd>" in browser.get(f"{cast.desk}/manage", headers=ask).text


def test_whoever_closed_by_mistake_opens_again_and_the_screen_follows(cast: Cast) -> None:
    browser = cast.staff("moderator")
    assert send(browser, f"{cast.desk}/step", f"{cast.desk}/manage", to="closed").status_code == 303
    assert dialogue_of(cast, cast.code).screen == "closing"
    page = browser.get(f"{cast.desk}/manage").text
    assert 'name="to" value="live"' in page, "the page had promised so"
    assert 'value="concluded"' not in page, "that step is the organiser's"
    assert send(browser, f"{cast.desk}/step", f"{cast.desk}/manage", to="live").status_code == 303
    again = dialogue_of(cast, cast.code)
    assert (again.state, again.screen) == ("live", "ranking")


def test_the_rule_of_the_order_is_chosen_before_the_opening(app: Flask) -> None:
    """Chosen while opinions are collected; an open hall has no such field, and a form that sends it changes nothing."""
    cast = make_cast(app, "collect")
    organiser = cast.staff("organiser")
    form = {"theme": "Chủ đề", "minutes": "90", "ask_limit": "5", "rule": "rate", "turns": "y"}
    assert 'name="rule"' in organiser.get(f"{cast.desk}/manage").text
    for rule in ("rate", "supporters"):
        token = csrf(organiser, f"{cast.desk}/manage")
        posted = {**form, "rule": rule, "csrf_token": token}
        assert organiser.post(f"{cast.desk}/settings", data=posted).status_code == 303
        if rule == "rate":
            cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    with cast.reading() as session:
        dialogue = session.get_one(Dialogue, cast.dialogue_id)
        assert (dialogue.rule, dialogue.turns, dialogue.theme) == ("rate", True, "Chủ đề")
    assert 'name="rule"' not in organiser.get(f"{cast.desk}/manage").text
    assert "tỷ lệ ủng hộ" in cast.member().get(f"{cast.base}?tab=ranking").text
    rows = organiser.get(f"{cast.desk}/exports/questions.json").get_json()["tables"][0]
    assert any("tỷ lệ ủng hộ" in note for note in rows["notes"])
