"""The moderator's table by plain forms: one step for a card, undo several steps deep, and a queue that the hall does not see."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from survey.desk import live
from survey.dialogues.queries import topics
from survey.moderation.models import ModerationLog
from survey.questions.groups import MOST
from survey.questions.models import Question
from survey.questions.queries import wording
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf
from tests.desk.test_merging import back
from tests.desk.test_moderate import HTMX
from tests.desk.test_moderate import ask
from tests.desk.test_moderate import jobs
from tests.desk.test_moderate import post
from tests.desk.test_moderate import row
from tests.desk.test_moderate import unlike

ONE = "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?"
TWO = "Khi nào xã được thay máy tính cũ ở bộ phận một cửa?"
THREE = "Bao giờ thay máy tính cũ ở bộ phận một cửa của xã?"
OTHER = "Đề nghị mở cửa nhà văn hóa vào buổi tối"


def states(cast: Cast, *ids: str) -> list[str]:
    return [row(cast, question_id).state for question_id in ids]


def queue_of(cast: Cast, *texts: str) -> list[str]:
    """Questions that wait, each seen by a desk before the next one comes."""
    made = []
    for text in texts:
        made.append(ask(cast, text))
        look(cast)
    return made


def look(cast: Cast) -> live.Desk:
    with cast.app.test_request_context(), cast.reading() as session:
        found = live.look(session, cast.dialogue_id)
    assert found is not None
    return found


def press(cast: Cast, browser, label: str, nth: int = 0):
    """Press a button of the page as a browser without JavaScript does."""
    page = browser.get(f"{cast.desk}/moderate").text
    found = [address for address, words in BUTTON.findall(page) if label in re.sub(r"<[^>]+>", "", words)]
    data = {"csrf_token": csrf(browser, f"{cast.desk}/moderate")}
    return browser.post(html.unescape(found[nth]), data=data, follow_redirects=True)


BUTTON = re.compile(r'<button type="submit"[^>]*formaction="([^"]*)"[^>]*>(.*?)</button>', re.S)


def test_one_step_publishes_the_leading_one_with_the_rest_under_it_and_one_takes_it_back(cast: Cast) -> None:
    first, far, second, third = queue_of(cast, ONE, OTHER, TWO, THREE)
    browser = cast.staff("moderator")
    page = browser.get(f"{cast.desk}/moderate").text
    assert jobs(page) == [first, second, third, far]
    assert "3 câu có thể giống nhau" in page
    assert "Đã duyệt và gộp 3 câu: “Bao giờ xã được thay máy tính…”" in press(cast, browser, "Duyệt và gộp 3 câu").text
    assert states(cast, first, second, third, far) == ["approved", "merged", "merged", "pending"]
    back(cast, first)
    back(cast, second, 1)  # support that came in between, on another wording too
    assert row(cast, first).supporters == 2
    assert "Đã hoàn tác việc duyệt và gộp: “" in press(cast, browser, "Hoàn tác").text
    assert states(cast, first, second, third, far) == ["pending"] * 4
    assert row(cast, first).supporters == 2  # what came since stays with the leading one
    assert look(cast).cards[0].rows[0].id == first


def test_another_wording_may_lead(cast: Cast) -> None:
    first, second, third = queue_of(cast, ONE, TWO, THREE)
    press(cast, cast.staff("secretary"), "Lấy làm câu chính", 1)
    assert states(cast, first, second, third) == ["merged", "merged", "approved"]
    assert set(row(cast, third).others) == {ONE, TWO}


def test_a_card_is_split_or_one_is_taken_out_of_it_and_both_are_undone(cast: Cast) -> None:
    ids, browser = queue_of(cast, ONE, TWO, THREE), cast.staff("moderator")

    def cards() -> list[list[str]]:
        return [[one.id for one in card.rows] for card in look(cast).cards]

    first, second, third = ids
    assert cards() == [ids]
    assert "Đã tách ra, không giống câu khác" in press(cast, browser, "Tách ra").text
    assert cards() == [[first, third], [second]]
    press(cast, browser, "Không giống")
    assert cards() == [[first], [second], [third]]
    assert press(cast, browser, "Hoàn tác").status_code == 200
    assert cards() == [[first, third], [second]]
    press(cast, browser, "Hoàn tác")
    assert cards() == [ids]
    assert states(cast, *ids) == ["pending"] * 3


def test_what_repeats_the_board_is_offered_to_it(cast: Cast) -> None:
    shown, browser = ask(cast, ONE, State.APPROVED), cast.staff("moderator")
    number = row(cast, shown).number
    waiting, far = queue_of(cast, TWO, OTHER)
    page = browser.get(f"{cast.desk}/moderate").text
    assert f"Giống câu {number} trên bảng:" in page
    assert page.count("Gộp vào câu") == 1
    press(cast, browser, f"Gộp vào câu {number}")
    assert (row(cast, waiting).state, row(cast, shown).others, row(cast, far).state) == ("merged", (TWO,), "pending")
    press(cast, browser, "Hoàn tác")
    assert row(cast, waiting).state == "pending"
    press(cast, browser, "Không giống")
    assert "trên bảng:" not in browser.get(f"{cast.desk}/moderate").text


def test_a_wording_that_was_corrected_meanwhile_is_published_by_no_step(cast: Cast) -> None:
    """Every wording stays readable, so merging one publishes it; what the asker changed has been read by nobody."""
    shown = ask(cast, OTHER, State.APPROVED)
    first, second = queue_of(cast, ONE, TWO)
    browser = cast.staff("moderator")
    with_old = f"{second}.{wording(TWO)}"
    cast.write(lambda s: setattr(s.get(Question, second), "body", "Một câu khác hẳn"))
    here = f"seen=pending&wording={wording(ONE)}"
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"questions/{first}/approve?{here}&others={with_old}", {}),
        ("questions/merge", {"chosen": [f"{first}.{wording(ONE)}", with_old]}),
        (f"questions/{shown}/merge?others={with_old}", {}),
    )
    for path, data in steps:
        answer = post(cast, browser, path, headers={"Accept": "application/json"}, **data)
        assert (answer.status_code, answer.json["error"]) == (403, "not_now"), path
    assert states(cast, first, second) == ["pending", "pending"]
    fresh = f"{second}.{wording('Một câu khác hẳn')}"
    assert post(cast, browser, f"questions/{first}/approve?{here}&others={fresh}").status_code == 303
    assert states(cast, first, second) == ["approved", "merged"]


def test_a_card_of_which_somebody_decided_one_is_not_published_half(cast: Cast) -> None:
    first, second, third = queue_of(cast, ONE, TWO, THREE)
    others = f"{second}.{wording(TWO)},{third}.{wording(THREE)}"
    post(cast, cast.staff("secretary"), f"questions/{third}/hold")
    answer = post(cast, cast.staff("moderator"), f"questions/{first}/approve?others={others}", headers=HTMX, toast="1")
    assert answer.status_code == 403
    assert "Người khác vừa xử lý một câu trong nhóm này" in answer.text
    assert states(cast, first, second, third) == ["pending", "pending", "held"]


def test_undo_goes_back_step_by_step_over_what_others_have_overtaken(cast: Cast) -> None:
    """The newest decision of this moderator that still stands; a colleague's is never touched."""
    ids = [ask(cast, unlike(number)) for number in range(4)]
    mine, other = cast.staff("moderator"), cast.staff("secretary")
    post(cast, mine, f"questions/{ids[0]}/approve")
    post(cast, other, f"questions/{ids[1]}/approve")
    post(cast, mine, f"questions/{ids[2]}/hold")
    post(cast, mine, f"questions/{ids[3]}/reject", reason="off_topic")
    post(cast, other, f"questions/{ids[3]}/reopen")  # overtaken
    assert states(cast, *ids) == ["approved", "approved", "held", "pending"]
    said = post(cast, mine, "undo", headers={"Accept": "application/json"}).json
    assert (said["id"], said["undone"]) == (ids[2], "hold")
    assert "Hoàn tác tiếp" in post(cast, other, "undo", headers=HTMX, toast="1").text
    assert states(cast, *ids) == ["approved", "approved", "pending", "rejected"]
    post(cast, mine, "undo")
    assert states(cast, *ids) == ["pending", "approved", "pending", "rejected"]
    nothing = post(cast, mine, "undo", headers=HTMX, toast="1")
    assert "Không còn việc nào của bạn để hoàn tác." in nothing.text
    assert post(cast, mine, "undo", headers={"Accept": "application/json"}).status_code == 403
    assert states(cast, *ids) == ["pending", "approved", "pending", "rejected"]


def test_every_decision_on_the_stage_and_of_topics_is_undone(cast: Cast) -> None:
    question_id, browser = ask(cast, state=State.APPROVED), cast.staff("moderator")
    with cast.reading() as session:
        topic = topics(session, cast.dialogue_id)[1]
    for act, data in (
        ("topic", {"topic": topic.id}), ("hold", {}), ("approve", {}), ("reject", {"reason": "unclear"}),
        ("approve", {}), ("call", {}), ("put_back", {}), ("call", {}), ("answer", {}), ("put_back", {}),
        ("put_in_writing", {}), ("call", {}),
    ):  # fmt: skip
        assert post(cast, browser, f"questions/{question_id}/{act}", **data).status_code == 303
    seen: list[tuple[str, str]] = []
    for _step in range(12):
        answer = post(cast, browser, "undo", headers={"Accept": "application/json"})
        assert answer.status_code == 200, (seen, answer.json)
        seen.append((answer.json["undone"], row(cast, question_id).state))
    assert seen == [
        ("call", "in_writing"), ("put_in_writing", "approved"), ("put_back", "answered"), ("answer", "answering"),
        ("call", "approved"), ("put_back", "answering"), ("call", "approved"), ("approve", "rejected"),
        ("reject", "approved"), ("approve", "held"), ("hold", "approved"), ("topic", "approved"),
    ]  # fmt: skip
    assert row(cast, question_id).topic is None


def test_the_way_back_stays_small_enough_for_a_cookie(cast: Cast) -> None:
    browser = cast.staff("moderator")
    ids = [ask(cast, unlike(number)) for number in range(30)]
    for question_id in ids:
        post(cast, browser, f"questions/{question_id}/approve")
    cookie = browser.get_cookie("s_session", path="/s")
    assert cookie is not None
    assert len(cookie.value) < 3_000
    undone = 0
    while post(cast, browser, "undo", headers={"Accept": "application/json"}).status_code == 200:
        undone += 1
    assert undone >= 10
    assert states(cast, *ids) == ["approved"] * (30 - undone) + ["pending"] * undone


@pytest.mark.parametrize(
    ("act", "data", "words"),
    [
        ("approve", {}, "Đã duyệt"),
        ("hold", {}, "Đã giữ lại"),
        ("reject", {"reason": "unclear"}, "Không đưa lên"),
        ("topic", {"topic": "first"}, "Đã đổi nhóm"),
        ("apart", {}, "Đã tách ra, không giống câu khác"),
        ("channel", {}, "Đã chuyển đúng kênh"),
        ("redact", {"name": "xã"}, "Đã che tên"),
    ],
)
def test_the_live_region_says_each_act_on_what_waits(cast: Cast, act: str, data: dict[str, str], words: str) -> None:
    question_id, browser = ask(cast, ONE), cast.staff("moderator")
    if data.get("topic"):
        with cast.reading() as session:
            data = {"topic": topics(session, cast.dialogue_id)[0].id}
    answer = post(cast, browser, f"questions/{question_id}/{act}", headers=HTMX, toast="1", **data)
    assert said(answer.text).split(": “")[0] == words
    if act != "redact":
        assert said(answer.text) == f"{words}: “Bao giờ xã được thay máy tính…”"


def test_the_live_region_says_merge_split_undo_and_the_stage(cast: Cast) -> None:
    first, second, browser = ask(cast, ONE, State.APPROVED), ask(cast, OTHER, State.APPROVED), cast.staff("moderator")
    words: list[tuple[str, dict[str, Any], str]] = [
        ("questions/merge", {"chosen": [first, second]}, "Đã gộp 2 câu"),
        (f"questions/{first}/split", {}, "Đã tách lại"),
        ("undo", {}, "Đã hoàn tác việc tách"),
        (f"questions/{first}/call", {}, "Đang trả lời"),
        (f"questions/{first}/put_back", {}, "Đã đưa lại lên bảng"),
        (f"questions/{first}/call", {}, "Đang trả lời"),
        (f"questions/{first}/answer", {}, "Đã trả lời xong"),
        ("undo", {}, "Đã hoàn tác việc trả lời xong"),
    ]
    first, second = sorted((first, second), key=lambda id_: -row(cast, id_).supporters)
    for path, data, sentence in words:
        answer = post(cast, browser, path, headers=HTMX, toast="1", **data)
        assert said(answer.text) == f"{sentence}: “Bao giờ xã được thay máy tính…”", path


def said(text: str) -> str:
    """What the answer puts into the live region."""
    found = re.search(r'<hx-partial hx-target="#said" hx-swap="textContent">(.*?)</hx-partial>', text, re.S)
    assert found is not None, text
    return html.unescape(found[1]).strip()


@pytest.mark.claim("moderation", "nothing of the queue reaches a browser whose screen the hall may see")
def test_the_queue_is_covered_until_somebody_says_that_the_hall_does_not_see_it(cast: Cast, figure) -> None:
    """Neither text nor topic counts are in the bytes; with the cookie of another dialogue neither."""
    ask(cast, ONE)
    browser = cast.staff("moderator")
    confirmed = browser.get(f"{cast.desk}/moderate").text
    assert ONE in confirmed  # the control
    browser.delete_cookie(f"own_screen_{cast.code}", path="/s")
    for path in ("moderate", "moderate?list=pending&q=m%C3%A1y", "moderate?list=held", "moderate?list=approved"):
        page = browser.get(f"{cast.desk}/{path}")
        assert page.status_code == 200
        assert ONE not in page.text
        assert "hx-sse" not in page.text
        assert "Màn hình này không chiếu ra hội trường" in page.text
        assert "1 câu đang chờ duyệt." in page.text
        assert re.search(r'<div class="veil" aria-hidden="true" inert>', page.text)
    assert browser.get(f"{cast.desk}/moderate?whole=1", headers=HTMX).status_code == 204
    wanted = f"{cast.desk}/moderate?list=held"
    answer = post(cast, browser, "own-screen", next=wanted)
    assert (answer.status_code, answer.location) == (303, wanted)
    assert ONE in browser.get(f"{cast.desk}/moderate").text
    cookie = browser.get_cookie(f"own_screen_{cast.code}", path="/s")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 12 * 3600)
    assert post(cast, browser, "own-screen/withdrawal").status_code == 303
    assert ONE not in browser.get(f"{cast.desk}/moderate").text
    figure("0 of 4 lists show a text before it is confirmed; the control shows it")


def test_cards_come_and_part_by_the_stream(cast: Cast) -> None:
    def events(before: live.Desk, after: live.Desk) -> str:
        with cast.app.test_request_context():
            return "".join(event.data for event in live.Moderator().events(before, after))

    ask(cast, ONE)
    alone = look(cast)
    ask(cast, TWO)
    together = look(cast)
    assert [len(card.rows) for card in together.cards] == [2]
    assert "2 câu có thể giống nhau" in events(alone, together)
    for before, after in ((alone, together), (together, alone)):
        assert 'hx-target="#queue-live" hx-swap="innerMorph"' in events(before, after)
    assert events(together, together) == ""


def test_the_log_names_who_set_apart_and_the_queue_says_how_long_it_waits(cast: Cast) -> None:
    first, second = queue_of(cast, ONE, TWO)
    browser = cast.staff("moderator")
    assert "chờ lâu nhất" in browser.get(f"{cast.desk}/moderate").text
    press(cast, browser, "Không giống")
    with cast.reading() as session:
        lines = list(session.scalars(select(ModerationLog).where(ModerationLog.question_id == second)))
    assert [(line.action, line.before, line.after) for line in lines] == [("apart", "pending", "pending")]
    assert lines[0].actor
    for question_id in (first, second):
        post(cast, browser, f"questions/{question_id}/approve")
    assert "chờ lâu nhất" not in browser.get(f"{cast.desk}/moderate").text


def correct(cast: Cast, question_id: str, text: str = "Một câu khác hẳn, chưa ai đọc") -> None:
    cast.write(lambda s: setattr(s.get(Question, question_id), "body", text))


def undone(cast: Cast, browser) -> str:
    """What undo takes back; empty where nothing stands."""
    answer = post(cast, browser, "undo", headers={"Accept": "application/json"})
    return str(answer.json["undone"]) if answer.status_code == 200 else ""


@pytest.mark.parametrize("act", ["reopen", "hold"])
def test_undo_puts_no_text_on_the_board_that_nobody_has_read(cast: Cast, act: str) -> None:
    kept, changed = ask(cast, ONE, State.APPROVED), ask(cast, OTHER, State.APPROVED)
    browser = cast.staff("moderator")
    for question_id in (kept, changed):
        post(cast, browser, f"questions/{question_id}/{act}")
    correct(cast, changed)
    assert [undone(cast, browser), undone(cast, browser)] == [act, ""]
    assert states(cast, kept, changed) == ["approved", "pending" if act == "reopen" else "held"]


def test_undo_of_a_split_merges_no_text_that_nobody_has_read(cast: Cast) -> None:
    shown, waiting = ask(cast, ONE, State.APPROVED), ask(cast, TWO)
    browser = cast.staff("moderator")
    post(cast, browser, f"questions/{shown}/merge?others={waiting}")
    post(cast, browser, f"questions/{shown}/split")
    correct(cast, waiting)
    assert undone(cast, browser) == ""
    assert (states(cast, shown, waiting), row(cast, shown).others) == (["approved", "pending"], ())


def test_undo_of_a_split_of_as_many_as_merge_at_once_fits_the_cookie(cast: Cast) -> None:
    shown, browser = ask(cast, ONE, State.APPROVED), cast.staff("moderator")
    others = [ask(cast, unlike(number)) for number in range(MOST - 1)]
    post(cast, browser, f"questions/{shown}/merge?others={','.join(others)}")
    post(cast, browser, f"questions/{shown}/split")
    assert undone(cast, browser) == "split"
    assert set(states(cast, *others)) == {"merged"}


def test_undo_of_a_call_puts_the_former_one_on_the_stage_again(cast: Cast) -> None:
    former, called = ask(cast, ONE, State.APPROVED), ask(cast, OTHER, State.APPROVED)
    browser = cast.staff("moderator")
    for question_id in (former, called):
        post(cast, browser, f"questions/{question_id}/call")
    assert states(cast, former, called) == ["approved", "answering"]
    assert undone(cast, browser) == "call"
    assert states(cast, former, called) == ["answering", "approved"]


@pytest.mark.parametrize("before", [State.ANSWERED, State.IN_WRITING, State.ANSWERING])
def test_undo_of_the_other_channel_leads_back_to_where_it_stood(cast: Cast, before: State) -> None:
    question_id, browser = ask(cast, ONE, before), cast.staff("moderator")
    post(cast, browser, f"questions/{question_id}/channel")
    assert states(cast, question_id) == ["rejected"]
    assert undone(cast, browser) == "channel"
    assert states(cast, question_id) == [before]


def test_a_card_whose_leading_one_was_on_the_board_already_comes_apart_again(cast: Cast) -> None:
    shown, waiting = ask(cast, ONE, State.APPROVED), ask(cast, TWO)
    browser = cast.staff("moderator")
    post(cast, browser, f"questions/{shown}/approve?others={waiting}")
    assert states(cast, shown, waiting) == ["approved", "merged"]
    assert undone(cast, browser) == "merge"
    assert states(cast, shown, waiting) == ["approved", "pending"]
