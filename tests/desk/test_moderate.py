"""The moderator's page: who may come, what each act answers, and that nothing public moves before a decision."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import event
from sqlalchemy import select

from survey.core.ids import digest
from survey.desk.live import SHOWN
from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.queries import topics
from survey.moderation import service as moderation
from survey.moderation.models import ModerationLog
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.queries import author_mark
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf

HTMX = {"HX-Request": "true"}
BODY = "Bao giờ xã được thay máy tính cũ?"


def ask(cast: Cast, body: str = BODY, state: State = State.PENDING, topic: str | None = None) -> str:
    return cast.write(lambda s: asking.add(s, cast.dialogue_id, body, topic, state=state).id)


def unlike(number: int) -> str:
    """A question that is like none of the others."""
    return " ".join(digest(f"unlike {number}").hex()[at : at + 7] for at in range(0, 35, 7))


def row(cast: Cast, question_id: str) -> questions.Row:
    with cast.reading() as session:
        found = questions.one(session, cast.dialogue_id, question_id)
    assert found is not None
    return found


def versions(cast: Cast) -> tuple[int, int]:
    with cast.reading() as session:
        statement = select(Dialogue.version, Dialogue.revision).where(Dialogue.id == cast.dialogue_id)
        version, revision = session.execute(statement).one()
    return version, revision


def post(cast: Cast, browser, path: str, page: str = "moderate", headers=None, **data):
    token = csrf(browser, f"{cast.desk}/{page}")
    return browser.post(f"{cast.desk}/{path}", data={"csrf_token": token, **data}, headers=headers or {})


def jobs(page: str) -> list[str]:
    return re.findall(r'<article class="job[^"]*" id="q-(\w+)"', page)


@pytest.mark.parametrize(
    ("role", "status"), [("organiser", 200), ("moderator", 200), ("secretary", 200), ("leader", 403), ("screen", 403)]
)
def test_page_opens_for_who_moderates(cast: Cast, role: str, status: int) -> None:
    ask(cast)
    browser = cast.staff(role)
    for path in ("moderate", "moderate/note", "intake"):
        assert browser.get(f"{cast.desk}/{path}").status_code == status
    if status == 403:
        assert browser.get(f"{cast.desk}/moderate/live").status_code == 403
        assert BODY not in browser.get(f"{cast.desk}/moderate").text


def test_stranger_and_member_are_sent_to_sign_in_and_an_outsider_finds_nothing(cast: Cast) -> None:
    ask(cast)
    for browser in (cast.stranger(), cast.member()):
        answer = browser.get(f"{cast.desk}/moderate")
        assert answer.status_code in {302, 303}
        assert "/s/sign-in" in answer.location
        assert browser.get(f"{cast.desk}/moderate/live").status_code in {302, 303, 401}
    for path in ("moderate", "moderate/live", "moderate/note", "intake"):
        assert cast.outsider().get(f"{cast.desk}/{path}").status_code == 404


def test_leader_may_answer_and_not_approve(cast: Cast) -> None:
    waiting, shown = ask(cast), ask(cast, state=State.APPROVED)
    leader = cast.staff("leader")
    token = csrf(leader, f"{cast.desk}/lead")
    for act in ("approve", "hold", "reject", "reopen", "topic", "note"):
        answer = leader.post(f"{cast.desk}/questions/{waiting}/{act}", data={"csrf_token": token, "reason": "unclear"})
        assert answer.status_code == 403
    assert row(cast, waiting).state == "pending"
    answer = leader.post(f"{cast.desk}/questions/{shown}/call", data={"csrf_token": token, "next": f"{cast.desk}/lead"})
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/lead")
    assert row(cast, shown).state == "answering"


def test_outsider_decides_nothing(cast: Cast) -> None:
    waiting, outsider = ask(cast), cast.outsider()
    token = csrf(outsider, "/s/")
    for act in ("approve", "call", "topic", "note"):
        answer = outsider.post(f"{cast.desk}/questions/{waiting}/{act}", data={"csrf_token": token})
        assert answer.status_code == 404
        other = outsider.post(f"/s/{cast.other_code}/questions/{waiting}/{act}", data={"csrf_token": token})
        assert other.status_code == 404
    assert row(cast, waiting).state == "pending"


def test_waiting_question_is_nothing_to_anybody_else(cast: Cast) -> None:
    member = cast.member()
    before = versions(cast)
    token = csrf(member, cast.base)
    asked = member.post(
        f"{cast.base}/questions", data={"csrf_token": token, "body": BODY, "client_id": "c1"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert asked.status_code == 201
    assert versions(cast) == (before[0], before[1] + 1)
    moderator = cast.staff("moderator")
    assert BODY in moderator.get(f"{cast.desk}/moderate").text
    question_id = asked.get_json()["id"]
    for act in ("hold", "reopen"):
        post(cast, moderator, f"questions/{question_id}/{act}")
    post(cast, moderator, f"questions/{question_id}/reject", reason="unclear")
    assert versions(cast)[0] == before[0]
    post(cast, moderator, f"questions/{question_id}/approve")
    assert versions(cast)[0] == before[0] + 1


def test_plain_form_goes_back_with_a_toast_that_undoes(cast: Cast) -> None:
    question_id, browser = ask(cast), cast.staff("moderator")
    answer = post(cast, browser, f"questions/{question_id}/approve", next=f"{cast.desk}/moderate?list=held")
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/moderate?list=held")
    page = browser.get(answer.location).text
    assert "Đã duyệt: “Bao giờ xã được thay máy tính…”" in page
    assert page.count(f'formaction="{cast.desk}/undo"') == 2  # above the list, and on the toast
    assert "Đã duyệt: “" not in browser.get(f"{cast.desk}/moderate").text
    assert post(cast, browser, "undo").status_code == 303
    assert row(cast, question_id).state == "pending"
    assert "Đã hoàn tác việc duyệt: “Bao giờ xã được thay máy tính…”" in browser.get(f"{cast.desk}/moderate").text


def test_next_leads_nowhere_else(cast: Cast) -> None:
    browser = cast.staff("moderator")
    for wanted in ("https://x.vn/", "//x.vn", f"/s/{cast.other_code}/moderate", f"{cast.desk}/../x", "/d/x", "/s/"):
        answer = post(cast, browser, f"questions/{ask(cast)}/approve", next=wanted)
        assert answer.location == f"{cast.desk}/moderate", wanted


def test_htmx_gets_the_toast_where_it_asks_and_204_elsewhere(cast: Cast) -> None:
    question_id, browser = ask(cast), cast.staff("moderator")
    answer = post(cast, browser, f"questions/{question_id}/approve", headers=HTMX, toast="1")
    assert answer.status_code == 200
    assert answer.text.strip().startswith('<hx-partial hx-target="#said"')
    assert '<hx-partial hx-target="#toast" hx-swap="innerHTML">' in answer.text
    assert {"HX-Request", "Accept"} <= set(answer.headers["Vary"].split(", "))
    assert post(cast, browser, f"questions/{question_id}/call", headers=HTMX).status_code == 204
    assert post(cast, browser, f"questions/{question_id}/call", headers=HTMX, toast="1").status_code == 204


def test_program_gets_json(cast: Cast) -> None:
    question_id, browser = ask(cast), cast.staff("moderator")
    answer = post(cast, browser, f"questions/{question_id}/approve", headers={"Accept": "application/json"})
    version = versions(cast)[0]
    assert answer.json == {
        "id": question_id, "before": "pending", "after": "approved", "number": 1, "version": version,
    }  # fmt: skip


def test_reject_without_a_reason_asks_for_it_and_keeps_what_was_typed(cast: Cast) -> None:
    question_id, browser = ask(cast), cast.staff("moderator")
    answer = post(cast, browser, f"questions/{question_id}/reject", next=f"{cast.desk}/moderate?list=held")
    assert answer.status_code == 422
    assert "Hãy chọn một lý do" in answer.text
    assert BODY in answer.text
    long = "x" * 400
    answer = post(cast, browser, f"questions/{question_id}/reject", **{f"why-{question_id}": long})
    assert answer.status_code == 422
    assert long in answer.text
    fragment = post(cast, browser, f"questions/{question_id}/reject", headers=HTMX)
    assert fragment.status_code == 422
    assert "<html" not in fragment.text
    assert row(cast, question_id).state == "pending"


def test_reason_of_the_own_row_counts_among_the_fields_of_a_list(cast: Cast) -> None:
    first, second, browser = ask(cast), ask(cast, "Một câu khác, cũng đang chờ duyệt"), cast.staff("moderator")
    fields = {
        f"reason-{first}": "offensive",
        f"reason-{second}": "off_topic",
        f"why-{second}": "Đây là đối thoại về lương.",
    }
    post(cast, browser, f"questions/{second}/reject", **fields)
    assert row(cast, second).reason == "Không thuộc chủ đề của đối thoại này. Đây là đối thoại về lương."
    assert row(cast, first).state == "pending"


def test_the_box_of_further_acts_is_another_one_when_what_its_buttons_say_has_changed(cast: Cast) -> None:
    """An open desk leaves the box of the same id alone, so that nothing typed in it is lost."""
    question_id, browser = ask(cast, state=State.HELD), cast.staff("moderator")

    def box() -> str:
        page = browser.get(f"{cast.desk}/moderate?list=held").text
        found = re.search(rf'id="(m-{question_id}[^"]*)" hx-morph-skip', page)
        return found[1] if found else ""

    boxes = [box(), box()]
    for changes in ({"body": unlike(1)}, {"muted": True, "mute": b"m" * 32}, {"asked_back": "Ở đâu?"}):
        cast.write(lambda s, to=changes: s.query(Question).filter_by(id=question_id).update(to))
        boxes.append(box())
    assert (len(boxes), len(set(boxes)), "" in boxes) == (5, 4, False)


def test_slower_moderator_reads_a_sentence(cast: Cast) -> None:
    question_id, quick, slow = ask(cast), cast.staff("moderator"), cast.staff("secretary")
    post(cast, quick, f"questions/{question_id}/approve?seen=pending")
    answer = post(cast, slow, f"questions/{question_id}/reject?seen=pending", headers=HTMX, reason="unclear")
    assert answer.status_code == 403
    assert "Người khác vừa xử lý" in answer.text
    answer = post(cast, slow, f"questions/{question_id}/put_back?seen=pending")
    assert answer.status_code in {303, 403}
    assert row(cast, question_id).state == "approved"
    with cast.reading() as session:
        assert len(session.scalars(select(ModerationLog)).all()) == 1


def test_a_text_that_nobody_has_read_is_not_approved(cast: Cast) -> None:
    """The asker corrects the question while a moderator reads it; the page shows the text before."""
    author, browser = author_mark(b"k" * 32, "b" * 32, "client"), cast.staff("moderator")
    question_id = cast.write(asking.ask, cast.dialogue_id, author, BODY, None)["id"]
    approve = re.compile(f'/s/{cast.code}/(questions/{question_id}/approve[^"]*)')
    before = html.unescape(approve.findall(browser.get(f"{cast.desk}/moderate").text)[0])
    cast.write(asking.correct, cast.dialogue_id, question_id, [author], "Một câu hoàn toàn khác thì sao?", None)
    refused = post(cast, browser, before, headers=HTMX)
    assert (refused.status_code, "Người hỏi vừa sửa câu này" in refused.text) == (403, True)
    assert row(cast, question_id).state == "pending"
    after = html.unescape(approve.findall(browser.get(f"{cast.desk}/moderate").text)[0])
    assert post(cast, browser, after).status_code == 303
    assert row(cast, question_id).state == "approved"


@pytest.mark.parametrize("page", ["9" * 5000, "99999999999999999999", "0", "-1", "٣"])
def test_page_that_is_none_is_no_error(cast: Cast, page: str) -> None:
    ask(cast)
    assert cast.staff("moderator").get(f"{cast.desk}/moderate?page={page}").status_code == 200


def test_lists_topics_and_search_show_what_they_say(cast: Cast) -> None:
    with cast.reading() as session:
        topic = topics(session, cast.dialogue_id)[0]
    plain, sorted_, held = ask(cast), ask(cast, "Khi nào có nhà văn hóa?", topic=topic.id), ask(cast, state=State.HELD)
    number = ask(cast, "Câu đã lên bảng, có số để gọi", State.APPROVED)
    ask(cast, "Câu đã được người hỏi rút lại", State.WITHDRAWN)
    browser = cast.staff("moderator")

    def shown(query: str) -> set[str]:
        return set(jobs(browser.get(f"{cast.desk}/moderate?{query}").text))

    assert shown("") == {plain, sorted_}
    assert shown("list=held") == {held}
    assert shown("list=approved") == {number}
    assert shown("list=nonsense&page=x") == {plain, sorted_}
    assert shown(f"list=pending&topic={topic.id}") == {sorted_}
    assert shown("list=pending&topic=none") == {plain}
    assert shown("q=nha van hoa") == {sorted_}
    assert shown("q=câu 1") == {number}
    assert shown("q=rút lại") == set()
    assert shown("q=%25") == set()


def test_long_queue_shows_its_first_part_and_pages_the_rest(cast: Cast) -> None:
    for number in range(SHOWN + 5):
        ask(cast, unlike(number))
    browser = cast.staff("moderator")
    first = jobs(browser.get(f"{cast.desk}/moderate").text)
    rest = jobs(browser.get(f"{cast.desk}/moderate?list=pending&page=2").text)
    assert (len(first), len(rest)) == (SHOWN, 5)


def test_newcomers_stand_last_on_the_open_desk(cast: Cast) -> None:
    browser, before = cast.staff("moderator"), list[str]()
    for number in range(12):  # all within the same five minutes, where the database knows no order
        ask(cast, unlike(number))
        shown = jobs(browser.get(f"{cast.desk}/moderate").text)
        assert shown[:-1] == before
        before = shown
    gone = before[3]
    post(cast, browser, f"questions/{gone}/hold")
    assert jobs(browser.get(f"{cast.desk}/moderate").text) == before[:3] + before[4:]
    post(cast, browser, f"questions/{gone}/reopen")
    assert jobs(browser.get(f"{cast.desk}/moderate").text) == before


def test_topic_and_note_are_set_from_the_row(cast: Cast) -> None:
    question_id, browser = ask(cast, state=State.ANSWERING), cast.staff("secretary")
    with cast.reading() as session:
        topic = topics(session, cast.dialogue_id)[2]
    assert (
        post(cast, browser, f"questions/{question_id}/topic", **{f"topic-{question_id}": topic.id}).status_code == 303
    )
    assert post(cast, browser, f"questions/{question_id}/note", note="Giao Sở Nội vụ").status_code == 303
    assert (row(cast, question_id).topic, row(cast, question_id).note) == (topic.name, "Giao Sở Nội vụ")
    assert "Giao Sở Nội vụ" in browser.get(f"{cast.desk}/moderate").text
    refused = post(cast, browser, f"questions/{question_id}/note", note="a" * 5001)
    assert refused.status_code == 422
    assert "a" * 5001 in refused.text


def test_note_is_for_staff_alone(cast: Cast) -> None:
    question_id = ask(cast, state=State.APPROVED)
    cast.write(moderation.decide, cast.dialogue_id, question_id, "call", actor="x")
    cast.write(moderation.set_note, cast.dialogue_id, question_id, "Bí mật của thư ký", actor="x")
    member = cast.member()
    assert "Bí mật của thư ký" in cast.staff("secretary").get(f"{cast.desk}/moderate").text
    for act in ("call", "answer"):
        cast.write(moderation.decide, cast.dialogue_id, question_id, act, actor="x")
        for path in ("", "?tab=ranking", "?tab=mine", "/board", "/board.json"):
            page = member.get(f"{cast.base}{path}")
            assert page.status_code == 200
            assert "Bí mật của thư ký" not in page.text
        assert [q["body"] for q in member.get(f"{cast.base}/board.json").get_json()["questions"]] == [BODY]


def test_order_is_held_by_who_drives_the_screen(cast: Cast) -> None:
    for role, status, held in (("secretary", 403, False), ("moderator", 303, True), ("organiser", 303, True)):
        assert post(cast, cast.staff(role), "order", held="1").status_code == status
        with cast.reading() as session:
            assert session.get(Dialogue, cast.dialogue_id).order_held is held
    assert post(cast, cast.staff("moderator"), "order", headers=HTMX, held="0").status_code == 204


def test_secretary_is_not_offered_the_remote(cast: Cast) -> None:
    assert 'id="remote"' in cast.staff("moderator").get(f"{cast.desk}/moderate").text
    assert 'id="remote"' not in cast.staff("secretary").get(f"{cast.desk}/moderate").text


def test_text_of_members_is_text(cast: Cast) -> None:
    ask(cast, "<script>alert(1)</script> & “trích dẫn” của tôi")
    page = cast.staff("moderator").get(f"{cast.desk}/moderate").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_page_asks_the_database_as_often_for_one_as_for_many(cast: Cast) -> None:
    browser, statements, counts = cast.staff("moderator"), list[str](), list[int]()
    engine = cast.app.extensions["survey"]["db"]._reader
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for number in (1, 3):
        for _ in range(number):
            ask(cast)
            ask(cast, state=State.APPROVED)
        statements.clear()
        browser.get(f"{cast.desk}/moderate")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 18


def test_page_opens_in_english(cast: Cast) -> None:
    ask(cast)
    page = cast.staff("moderator").get(f"{cast.desk}/moderate?lang=en")
    assert page.status_code == 200
    assert 'lang="en"' in page.text
    assert len(jobs(page.text)) == 1


def test_remote_shows_what_the_screen_shows(cast: Cast) -> None:
    cast.write(dialogues.change, cast.dialogue_id, {"screen": "ranking"})
    page = cast.staff("moderator").get(f"{cast.desk}/moderate").text
    assert re.search(r'id="mode-ranking"[^>]*aria-pressed="true"', page)
