"""The projector: each mode with nothing, one question, sixty, and with the longest text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from survey import lifecycle
from survey.core.clock import now
from survey.stage.queries import MODES
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.stage.conftest import SECRET
from tests.stage.conftest import bring
from tests.stage.conftest import decide
from tests.stage.conftest import pend
from tests.stage.conftest import put

AJAX = {"HX-Request": "true"}
LONG = " ".join(["Vì sao thu nhập của công chức trẻ ở xã còn thấp"] * 12)[:500].strip()
HUGE = "Đề nghị của chi đoàn về nhà ở. " * 322


def page(cast: Cast, role: str = "screen") -> str:
    answer = cast.staff(role).get(f"{cast.desk}/screen")
    assert answer.status_code == 200, answer.text
    return answer.text


def mode_of(html: str) -> str:
    found = re.search(r'class="stage stage-(\w+)', html)
    assert found is not None, html
    return found[1]


def fill(cast: Cast, what: str) -> None:
    pend(cast)
    if what == "one":
        bring(cast, "Bao giờ thay máy tính cũ ở bộ phận một cửa?")
    elif what == "sixty":
        bring(cast, *[f"Câu hỏi thứ {n} của hội trường hôm nay" for n in range(60)])
    elif what == "long":
        bring(cast, LONG)
    elif what == "huge":
        bring(cast, HUGE)


def reached(cast: Cast) -> None:
    """Members reach us by a name of our own."""
    stores = cast.app.extensions["survey"]
    stores["settings"] = replace(stores["settings"], base_url="https://doithoai.tinhdoan.vn")


def test_screen_draws_no_code_that_no_phone_can_open(cast: Cast) -> None:
    html = page(cast)
    assert 'class="qr"' not in html
    assert "Điện thoại chưa vào được" in html
    reached(cast)
    html = page(cast)
    assert 'class="qr"' in html
    assert "Điện thoại chưa vào được" not in html


@pytest.mark.parametrize("what", ["nothing", "one", "sixty", "long", "huge"])
@pytest.mark.parametrize("mode", MODES)
def test_screen_is_never_empty(cast: Cast, mode: str, what: str) -> None:
    fill(cast, what)
    put(cast, screen=mode)
    reached(cast)
    html = page(cast)
    code = f"{cast.code[:3]} {cast.code[3:]}"
    assert f"<b>{code}</b>" in html, "the code stands in the foot of every mode"
    assert "<svg" in html.split('id="join"')[1], "the QR code is on the page, whatever the stream brings next"
    fallback = "empty" if what == "nothing" else "ranking"
    wanted = dict.fromkeys(("ranking", "question", "poll", "timer"), fallback)
    assert mode_of(html) == wanted.get(mode, mode)
    assert SECRET not in html


@pytest.mark.parametrize(("text", "size"), [("Ngắn gọn thôi.", "big"), (LONG[:250], "big big-m"), (LONG, "big big-l")])
def test_screen_sets_the_answered_question_as_large_as_it_fits(cast: Cast, text: str, size: str) -> None:
    [question] = bring(cast, text, counts=[131])
    decide(cast, question, "call")
    put(cast, screen="question")
    html = page(cast)
    assert mode_of(html) == "question"
    assert f'<p class="{size}">{text}</p>' in html
    assert ">131<" in html
    assert "Câu 1</span>" in html


def test_screen_cuts_a_text_of_ten_thousand_characters(cast: Cast) -> None:
    assert len(HUGE.strip()) > 9_900, "the premise: nearly as long as may be brought in"
    [question] = bring(cast, HUGE, source="paper")
    decide(cast, question, "call")
    put(cast, screen="question")
    html = page(cast)
    shown = re.search(r'<p class="big big-l">(.*?)</p>', html)
    assert shown is not None
    assert 400 < len(shown[1]) <= 500
    assert shown[1].endswith("…")
    assert "Viết trên giấy" in html


def test_screen_falls_back_to_the_ranking_when_nobody_is_answered(cast: Cast) -> None:
    [question] = bring(cast, "Bao giờ thay máy tính cũ?")
    put(cast, screen="question")
    decide(cast, question, "call")
    assert mode_of(page(cast)) == "question"
    decide(cast, question, "put_back")
    assert mode_of(page(cast)) == "ranking"


def test_screen_ranks_with_numbers_and_measures(cast: Cast) -> None:
    """Five rows are a page; the others are there for the pages after it, and nothing beyond the fourth."""
    bring(cast, *[f"Câu hỏi thứ {n} của hội trường" for n in range(7)], counts=[10, 70, 30, 40, 50, 60, 20])
    put(cast, screen="ranking")
    html = page(cast)
    rows = re.findall(r'<li id="line-\w+".*?</li>', html, re.DOTALL)
    assert [re.search(r"thứ (\d)", row)[1] for row in rows] == ["1", "5", "4", "3", "2", "6", "0"]  # type: ignore[index]
    assert [re.search(r"Câu (\d)</b>", row)[1] for row in rows] == ["2", "6", "5", "4", "3", "7", "1"]  # type: ignore[index]
    measures = [re.search(r'rect width="([\d.]+)%', row)[1] for row in rows]  # type: ignore[index]
    assert measures == ["100.0", "85.7", "71.4", "57.1", "42.9", "28.6", "14.3"]
    bring(cast, *[f"Thêm câu {n}" for n in range(20)])
    assert page(cast).count('<li id="line-') == 20


def test_screen_hides_the_number_of_people(cast: Cast) -> None:
    cast.member()
    bring(cast, "Bao giờ thay máy tính cũ?")
    put(cast, screen="ranking")
    assert "1 trong phòng" in page(cast)
    put(cast, people_shown=False)
    assert "trong phòng" not in page(cast)
    put(cast, screen="closing")
    assert "phiếu trong phòng" not in page(cast)


def test_screen_keeps_the_held_order(cast: Cast) -> None:
    first, second = bring(cast, "Câu đứng đầu lúc giữ", "Câu đứng sau lúc giữ", counts=[5, 3])
    put(cast, screen="ranking", order_held=True)
    client = cast.staff("screen")
    client.get(f"{cast.desk}/screen")
    [third] = bring(cast, "Câu đến sau khi giữ", counts=[99])

    def order() -> list[str]:
        html = client.get(f"{cast.desk}/screen").text
        return re.findall(r'<li id="line-(\w+)"', html)

    assert order() == [first, second, third]
    assert "Thứ tự đang được giữ" in client.get(f"{cast.desk}/screen").text
    put(cast, order_held=False)
    assert order() == [third, first, second]


def test_screen_says_what_one_support_is(cast: Cast) -> None:
    assert "Lượt ủng hộ tính theo thiết bị." in page(cast)
    assert "Không lộ tên." in page(cast)


def test_screen_of_a_draft_waits_without_sending_anybody_to_a_closed_door(app) -> None:  # type: ignore[no-untyped-def]
    cast = make_cast(app)
    html = page(cast)
    assert mode_of(html) == "waiting"
    assert "with-join" not in html
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    assert mode_of(page(cast)) == "welcome"
    assert "with-join" in page(cast)


def test_screen_in_english(cast: Cast) -> None:
    html = cast.staff("screen").get(f"{cast.desk}/screen?lang=en").text
    assert '<html lang="en"' in html
    assert "&amp;lang=en" in html, "the stream speaks the language of its page"


def test_remote_sets_each_mode_for_a_plain_form_and_for_htmx(cast: Cast) -> None:
    moderator = cast.staff("moderator")
    token = csrf(moderator, f"{cast.desk}/screen")
    for mode in MODES:
        answer = moderator.post(f"{cast.desk}/screen", data={"mode": mode, "csrf_token": token, "next": "/s/"})
        assert (answer.status_code, answer.location) == (303, "/s/")
        assert f'data-chosen="{mode}"' in page(cast)
    answer = moderator.post(f"{cast.desk}/screen", data={"mode": "ranking"}, headers=AJAX | {"X-CSRFToken": token})
    assert (answer.status_code, answer.text) == (204, "")
    answer = moderator.post(
        f"{cast.desk}/screen", data={"mode": "blank"}, headers={"Accept": "application/json", "X-CSRFToken": token}
    )
    assert answer.json == {"screen": "blank"}


def test_remote_refuses_a_mode_that_does_not_exist(cast: Cast) -> None:
    moderator = cast.staff("moderator")
    token = csrf(moderator, f"{cast.desk}/screen")
    assert moderator.post(f"{cast.desk}/screen", data={"mode": "fire", "csrf_token": token}).status_code == 422


def test_remote_sends_nobody_to_another_site(cast: Cast) -> None:
    moderator = cast.staff("moderator")
    data = {"mode": "ranking", "csrf_token": csrf(moderator, f"{cast.desk}/screen"), "next": "//evil.example/"}
    assert moderator.post(f"{cast.desk}/screen", data=data).location == f"{cast.desk}/screen"


def test_a_second_screen_keeps_its_scene_and_goes_dark_with_all(cast: Cast) -> None:
    """By its own address, so that a reload changes nothing; what is no scene follows the remote."""
    bring(cast, "Bao giờ thay máy tính cũ?")
    put(cast, screen="closing")

    def second(scene: str) -> str:
        return mode_of(cast.staff("screen").get(f"{cast.desk}/screen?scene={scene}").text)

    assert (second("ranking"), second("welcome"), second("fire"), mode_of(page(cast))) == (
        "ranking", "welcome", "closing", "closing",
    )  # fmt: skip
    html = cast.staff("screen").get(f"{cast.desk}/screen?scene=ranking").text
    assert "&amp;lang=vi&amp;scene=ranking" in html, "its stream keeps the scene too"
    put(cast, screen="blank")
    assert second("ranking") == "blank"


def test_preview_shows_one_scene_and_changes_none(cast: Cast) -> None:
    bring(cast, "Bao giờ thay máy tính cũ?")
    moderator = cast.staff("moderator")
    html = moderator.get(f"{cast.desk}/screen/preview?scene=ranking").text
    assert mode_of(html) == "ranking"
    assert "Xem trước, chưa chiếu" in html
    assert 'name="mode" value="ranking">Chiếu cảnh này' in html
    assert "hx-sse:connect" not in html
    assert mode_of(page(cast)) == "welcome"
    assert cast.staff("leader").get(f"{cast.desk}/screen/preview").status_code == 403


def test_timer_counts_down_on_every_scene_until_it_is_taken_away(cast: Cast) -> None:
    moderator = cast.staff("moderator")
    token = csrf(moderator, f"{cast.desk}/screen")

    def timed(minutes: str) -> int:
        return moderator.post(f"{cast.desk}/screen/timer", data={"minutes": minutes, "csrf_token": token}).status_code

    bring(cast, "Bao giờ thay máy tính cũ?")
    assert "data-until" not in page(cast)
    assert (timed("3"), mode_of(page(cast))) == (303, "timer")
    left = int(re.search(r'data-until="(\d+)"', page(cast))[1]) / 1000 - now().timestamp()  # type: ignore[index]
    assert 170 < left <= 180
    put(cast, screen="ranking")
    assert 'class="clock"' in page(cast)
    assert (timed("0"), mode_of(page(cast))) == (303, "ranking")
    assert "data-until" not in page(cast)
    assert [timed(wrong) for wrong in ("61", "-1", "ba", "")] == [422] * 4
    moderator.post(f"{cast.desk}/screen", data={"mode": "timer", "csrf_token": token})
    assert mode_of(page(cast)) == "timer", "the scene without a timer starts the usual three minutes"


@pytest.mark.parametrize("role", ["screen", "leader", "secretary"])
def test_remote_is_not_for(cast: Cast, role: str) -> None:
    client = cast.staff(role)
    html = client.get(f"{cast.desk}/screen").text
    assert 'id="remote"' not in html
    data = {"mode": "blank", "csrf_token": csrf(client, f"{cast.desk}/screen")}
    assert client.post(f"{cast.desk}/screen", data=data).status_code == 403
    assert 'data-chosen="welcome"' in page(cast)


def test_screen_for_strangers_and_outsiders(cast: Cast) -> None:
    for path in ("/screen", "/screen/live"):
        assert cast.outsider().get(cast.desk + path).status_code == 404
    answer = cast.stranger().get(f"{cast.desk}/screen")
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/s/sign-in")
    assert cast.stranger().get(f"{cast.desk}/screen/live", headers=AJAX).status_code == 401


def test_screen_partial_is_not_sent_twice(cast: Cast) -> None:
    client = cast.staff("screen")
    answer = client.get(f"{cast.desk}/screen", headers=AJAX)
    assert answer.text.lstrip().startswith('<hx-partial hx-target="#stage-tag"')
    assert "csrf" not in answer.text
    again = client.get(f"{cast.desk}/screen", headers=AJAX | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    bring(cast, "Bao giờ thay máy tính cũ?")
    after = client.get(f"{cast.desk}/screen", headers=AJAX | {"If-None-Match": answer.headers["ETag"]})
    assert after.status_code == 200
