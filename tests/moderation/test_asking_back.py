"""Asking back: the asker's phone alone shows it, the reply comes back with the question, and nothing of a person is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey import lifecycle
from survey.core.columns import Base
from survey.core.ids import new_id
from survey.moderation import asking_back
from survey.moderation import queries as moderation
from survey.moderation import service as deciding
from survey.moderation.models import ModerationLog
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf

Figure = Callable[[str], None]
BODY = "Đề nghị xem lại việc ở phòng ấy giúp chúng em."
SENTENCE = "Việc gì, từ bao giờ?"


def ask(cast: Cast, phone: FlaskClient, body: str = BODY) -> str:
    """A question out of this phone, in the queue."""
    client_id = new_id()
    answer = phone.post(
        f"{cast.base}/questions", data={"csrf_token": csrf(phone, cast.base), "body": body, "client_id": client_id},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return str((answer.json or {})["id"])


def back(cast: Cast, question_id: str, sentence: str = SENTENCE) -> None:
    """A moderator asks back."""
    cast.write(asking_back.ask_back, cast.dialogue_id, question_id, sentence, actor="staff:x")


def answer(cast: Cast, phone: FlaskClient, question_id: str, text: str, **more: str):  # type: ignore[no-untyped-def]
    """The plain form under "Của tôi"."""
    fields = {f"reply-{question_id}": text, "csrf_token": csrf(phone, cast.base), **more}
    return phone.post(f"{cast.base}/questions/{question_id}/reply", data=fields)


def row(cast: Cast, question_id: str) -> questions.Row:
    with cast.reading() as session:
        found = questions.one(session, cast.dialogue_id, question_id)
    assert found is not None
    return found


def queue(cast: Cast) -> tuple[list[str], list[str]]:
    """What waits for the moderators, and what waits for its asker."""
    with cast.reading() as session:
        waiting = [question_id for question_id, _at in moderation.waiting(session, cast.dialogue_id)]
        return waiting, [one.id for one in moderation.asking(session, cast.dialogue_id)]


def everything(cast: Cast) -> dict[str, list[dict[str, object]]]:
    with cast.reading() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: [dict(one) for one in session.execute(select(table)).mappings()] for table in tables}


def pages(cast: Cast, phone: FlaskClient) -> str:
    """All that a phone can read of the room."""
    tails = ("", "?tab=unseen", "?tab=ranking&all=1", "?tab=mine", "/board", "/board.json", "/mine/news")
    return "\n".join(html.unescape(phone.get(f"{cast.base}{tail}").get_data(as_text=True)) for tail in tails)


@pytest.mark.claim(
    "moderation", "what moderators ask back stands on the asker's phone and on no other, and moves no other"
)
def test_only_the_asker_sees_what_is_asked_back(cast: Cast, figure: Figure) -> None:
    asker, neighbour = cast.member(), cast.member()
    question_id = ask(cast, asker)
    ask(cast, neighbour, "Khi nào mở lớp bồi dưỡng tiếng Anh cho cán bộ xã?")
    version = (asker.get(f"{cast.base}/board.json").json or {})["version"]
    assert SENTENCE not in pages(cast, asker)
    back(cast, question_id)
    assert SENTENCE in asker.get(f"{cast.base}?tab=mine").text
    assert 'id="asked"' in asker.get(cast.base).text, "the dot is on every tab"
    assert "câu được hỏi lại" in asker.get(cast.base).text
    assert SENTENCE not in (seen := pages(cast, neighbour))
    assert "câu được hỏi lại" not in seen
    assert "Chờ duyệt" in seen, "the neighbour has a waiting question, too"
    assert (asker.get(f"{cast.base}/board.json").json or {})["version"] == version, (
        "a public version would tell everybody"
    )
    figure("1 phone sees it, 1 with a waiting question of its own does not, public version unchanged")


def test_the_dot_is_told_once_and_then_nothing(cast: Cast) -> None:
    asker = cast.member()
    assert 'id="asked"' not in asker.get(cast.base).text, "a phone without a waiting question asks for nothing"
    question_id = ask(cast, asker)
    assert asker.get(f"{cast.base}/mine/news?seen=0").status_code == 204
    back(cast, question_id)
    news = asker.get(f"{cast.base}/mine/news?seen=0")
    assert news.status_code == 200
    assert "hx-trigger" in news.text
    assert "Ban tổ chức hỏi lại câu của bạn" in news.text
    assert asker.get(f"{cast.base}/mine/news?seen=1").status_code == 204
    assert cast.stranger().get(f"{cast.base}/mine/news").status_code == 401


def test_a_closed_hall_asks_nobody_any_more(cast: Cast) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    assert "câu được hỏi lại" in asker.get(cast.base).text
    cast.write(lifecycle.close, cast.dialogue_id, actor="staff:x")
    page = asker.get(f"{cast.base}?tab=mine").text
    assert BODY in page
    assert "câu được hỏi lại" not in page
    assert "Trả lời ở trên" not in page
    assert 'id="asked"' not in page


def test_the_reply_comes_back_with_the_question(cast: Cast) -> None:
    asker, desk = cast.member(), cast.staff("moderator")
    question_id = ask(cast, asker)
    assert queue(cast) == ([question_id], [])
    back(cast, question_id)
    assert queue(cast) == ([], [question_id]), "it does not stand in the way of those that can be decided"
    assert row(cast, question_id).state == State.PENDING
    done = answer(cast, asker, question_id, "Việc chấm công ngoài giờ, từ tháng ba.")
    assert (done.status_code, done.headers["Location"]) == (303, f"{cast.base}?tab=mine&sent=4")
    assert queue(cast) == ([question_id], [])
    page = html.unescape(desk.get(f"{cast.desk}/moderate").text)
    assert BODY in page
    assert SENTENCE in page
    assert "Việc chấm công ngoài giờ, từ tháng ba." in page
    mine = asker.get(f"{cast.base}?tab=mine").text
    assert "Bạn đã trả lời." in mine
    assert "hỏi lại" not in re.sub(r"<title>.*?</title>", "", mine)


def test_a_reply_to_what_is_put_aside_is_seen_at_the_table(cast: Cast) -> None:
    """Nobody looks into the list of what is held; so it stands below the queue until somebody decides."""
    asker, desk = cast.member(), cast.staff("moderator")
    question_id = ask(cast, asker)
    cast.write(deciding.decide, cast.dialogue_id, question_id, "hold", actor="staff:x")
    assert queue(cast) == ([], []), "control: held and nothing asked"
    back(cast, question_id)
    assert queue(cast) == ([], [question_id])
    answer(cast, asker, question_id, "Việc chấm công ngoài giờ.")
    assert queue(cast) == ([], [question_id])
    below = (
        html.unescape(desk.get(f"{cast.desk}/moderate").text).split('<div id="asking">', 1)[1].split("</form>", 1)[0]
    )
    assert "Việc chấm công ngoài giờ." in below
    assert f"{cast.desk}/questions/{question_id}/reopen?seen=held" in below
    cast.write(deciding.decide, cast.dialogue_id, question_id, "reopen", actor="staff:x")
    assert queue(cast) == ([question_id], [])


def test_changing_the_text_is_a_reply_too(cast: Cast) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    token = csrf(asker, cast.base)
    form = {"csrf_token": token, "body": "Đề nghị xem lại việc chấm công ngoài giờ ở cơ quan.", "topic": ""}
    assert asker.post(f"{cast.base}/questions/{question_id}", data=form).status_code == 303
    assert queue(cast) == ([question_id], [])
    assert row(cast, question_id).reply == asking.CORRECTED


@pytest.mark.claim(
    "anonymity", "a reply to the moderators is stored as a text beside its question, without time, order or person"
)
def test_a_reply_writes_its_text_and_two_counters_at_most(cast: Cast, figure: Figure) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    before = everything(cast)
    back(cast, question_id)
    asked = everything(cast)
    assert len(asked["moderation_log"]) == 1 + len(before["moderation_log"]), "premise: what staff do is logged"
    answer(cast, asker, question_id, "Từ tháng ba năm nay.")
    after = everything(cast)
    changed = {
        f"{table}.{name}"
        for table, rows in after.items() for new, old in zip(rows, asked[table], strict=True)
        for name in new if new[name] != old[name]
    }  # fmt: skip
    figure(", ".join(sorted(changed)))
    assert changed == {"questions.reply", "dialogues.revision"}


def test_anybody_elses_question_is_not_there(cast: Cast) -> None:
    asker, other = cast.member(), cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    for text in ("Từ tháng ba.", "Em là Lê Thị Hoa, 0912345678"):  # the second would be hinted at, were it one's own
        assert answer(cast, other, question_id, text).status_code == 404
    assert row(cast, question_id).reply == ""
    assert answer(cast, cast.stranger(), question_id, "Từ tháng ba.").status_code in {400, 401}


@pytest.mark.parametrize(("act", "sentence"), [
    ("withdraw", "Bạn đã rút câu này"), ("approve", "đã quyết định"), ("reject", "đã quyết định"),
    ("take_back", "không còn hỏi câu ấy nữa"),
])  # fmt: skip
def test_too_late_is_a_sentence_and_what_was_typed_stays(cast: Cast, act: str, sentence: str) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    if act == "withdraw":
        asker.post(f"{cast.base}/questions/{question_id}/withdrawal", data={"csrf_token": csrf(asker, cast.base)})
    elif act == "take_back":
        cast.write(asking_back.take_back, cast.dialogue_id, question_id, actor="staff:x")
    else:
        cast.write(deciding.decide, cast.dialogue_id, question_id, act, actor="staff:x", reason="unclear")
    refused = answer(cast, asker, question_id, "Từ tháng ba năm nay.")
    assert refused.status_code == 403
    assert sentence in html.unescape(refused.text)
    assert "Từ tháng ba năm nay." in refused.text
    assert row(cast, question_id).reply == ""


def test_a_reply_to_another_sentence_does_not_count(cast: Cast) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    old = re.search(rf"/questions/{question_id}/reply\?asked=(\w+)", asker.get(f"{cast.base}?tab=mine").text)
    assert old is not None
    back(cast, question_id, "Ở phường hay ở xã?")
    form = {"reply": "Từ tháng ba.", "csrf_token": csrf(asker, cast.base)}
    refused = asker.post(f"{cast.base}/questions/{question_id}/reply?asked={old[1]}", data=form)
    assert refused.status_code == 403
    assert "Ở phường hay ở xã?" in refused.text, "the page shows what is asked now, and what was typed"
    assert "Từ tháng ba." in refused.text


def test_what_gives_the_asker_away_is_said_before_it_is_sent(cast: Cast) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    told = "Em là Lê Thị Hoa, gọi em số 0912345678."
    page = answer(cast, asker, question_id, told)
    assert page.status_code == 200
    assert "người đọc có thể đoán ra bạn" in page.text
    assert told in page.text
    assert row(cast, question_id).reply == ""
    assert answer(cast, asker, question_id, told, anyway="1").status_code == 303
    assert row(cast, question_id).reply == told


def test_too_short_comes_back_with_what_was_typed(cast: Cast) -> None:
    asker = cast.member()
    question_id = ask(cast, asker)
    back(cast, question_id)
    for text in ("", "?", "x" * 301):
        refused = answer(cast, asker, question_id, text)
        assert refused.status_code == 422
        assert "từ 2 đến 300 ký tự" in html.unescape(refused.text)
        assert text in refused.text


def test_asking_back_is_undone_by_one_key_while_there_is_no_reply(cast: Cast) -> None:
    asker, desk = cast.member(), cast.staff("moderator")
    question_id = ask(cast, asker)
    token = csrf(desk, f"{cast.desk}/moderate")
    path = f"{cast.desk}/questions/{question_id}/ask_back"
    assert desk.post(path, data={"csrf_token": token, f"sentence-{question_id}": ""}).status_code == 303
    assert row(cast, question_id).asked_back == asking_back.CLEARER
    assert asking_back.CLEARER in asker.get(f"{cast.base}?tab=mine").text
    assert desk.post(f"{cast.desk}/undo", data={"csrf_token": token}).status_code == 303
    assert row(cast, question_id).asked_back == ""
    assert queue(cast) == ([question_id], [])
    back(cast, question_id)
    answer(cast, asker, question_id, "Từ tháng ba.")
    taken = desk.post(f"{path}/withdrawal", data={"csrf_token": token}, headers={"Accept": "application/json"})
    assert taken.status_code == 403, "nobody has read the reply yet"
    with cast.reading() as session:
        rows = session.execute(select(ModerationLog.action, ModerationLog.before, ModerationLog.after)).all()
    assert sorted(map(tuple, rows)) == sorted(
        [("ask_back", "pending", "pending")] * 2 + [("take_back", "pending", "pending")]
    )


def test_a_reply_makes_way_only_for_a_sentence_and_no_step_leads_back(cast: Cast) -> None:
    """One key alone must not delete what an asker wrote, and undo could not bring it back."""
    asker, desk = cast.member(), cast.staff("moderator")
    question_id = ask(cast, asker)
    path, token = f"{cast.desk}/questions/{question_id}/ask_back", csrf(desk, f"{cast.desk}/moderate")
    desk.post(path, data={"csrf_token": token, "sentence": SENTENCE})
    answer(cast, asker, question_id, "Từ tháng ba.")
    refused = desk.post(path, data={"csrf_token": token, "sentence": " "})
    assert (refused.status_code, "Người hỏi đã trả lời." in html.unescape(refused.text)) == (422, True)
    assert (row(cast, question_id).asked_back, row(cast, question_id).reply) == (SENTENCE, "Từ tháng ba.")
    assert desk.post(path, data={"csrf_token": token, "sentence": "Ở phòng nào?"}).status_code == 303
    undone = desk.post(f"{cast.desk}/undo", data={"csrf_token": token}, headers={"Accept": "application/json"})
    assert undone.status_code == 403, "the step of the first sentence is over"
    assert (row(cast, question_id).asked_back, row(cast, question_id).reply) == ("Ở phòng nào?", "")


def test_a_sentence_that_is_too_long_stays_in_its_field(cast: Cast) -> None:
    desk, question_id = cast.staff("secretary"), ask(cast, cast.member())
    form = {"csrf_token": csrf(desk, f"{cast.desk}/moderate"), "sentence": "dài " * 60}
    refused = desk.post(f"{cast.desk}/questions/{question_id}/ask_back", data=form)
    assert refused.status_code == 422
    assert "dài " * 60 in refused.text
    assert row(cast, question_id).asked_back == ""


def test_what_staff_brought_in_has_nobody_to_ask(cast: Cast) -> None:
    desk = cast.staff("moderator")
    question_id = cast.write(lambda s: asking.add(s, cast.dialogue_id, BODY, None, state=State.PENDING).id)
    form = {"csrf_token": csrf(desk, f"{cast.desk}/moderate")}
    refused = desk.post(
        f"{cast.desk}/questions/{question_id}/ask_back", data=form, headers={"Accept": "application/json"}
    )
    assert (refused.status_code, (refused.json or {})["error"]) == (403, "not_now")
