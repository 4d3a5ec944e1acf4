"""Hard content over HTTP: what asks first, what a refused form gives back, and what is answered to whom."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from survey import lifecycle
from survey.core.clock import now
from survey.dialogues import service as dialogues
from survey.moderation import erasing
from survey.moderation import service as moderation
from survey.moderation.models import ModerationLog
from survey.moderation.state import REASONS
from survey.questions import queries
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf

BODY = "Đồng chí Trần Quốc Tuấn ở xã Tân Ân lấy tiền quỹ, gọi 0912 345 678"
JSON = {"Accept": "application/json"}


def ask(cast: Cast, body: str = BODY, state: State = State.PENDING) -> str:
    return cast.write(lambda s: asking.add(s, cast.dialogue_id, body, None, state=state).id)


def send(cast: Cast, phone: FlaskClient, body: str, client_id: str):
    token = csrf(phone, f"{cast.base}/ask")
    data = {"csrf_token": token, "body": body, "client_id": client_id, "anyway": "1"}
    return phone.post(f"{cast.base}/questions", data=data, headers=JSON)


def post(cast: Cast, browser: FlaskClient, path: str, headers=None, **data):
    token = csrf(browser, f"{cast.desk}/moderate")
    return browser.post(f"{cast.desk}/{path}", data={"csrf_token": token, **data}, headers=headers or {})


def question(cast: Cast, question_id: str) -> Question:
    with cast.reading() as session:
        return session.get_one(Question, question_id)


def test_a_note_to_an_erased_question_is_given_back_and_not_kept(cast: Cast) -> None:
    question_id, secretary = ask(cast, state=State.ANSWERING), cast.staff("secretary")
    cast.write(erasing.erase, cast.dialogue_id, question_id, actor="x", reason="offensive")
    answer = post(cast, secretary, f"questions/{question_id}/note", note="Giao Sở Nội vụ trả lời")
    assert answer.status_code == 403
    page = html.unescape(answer.text)
    assert "readonly>Giao Sở Nội vụ trả lời</textarea>" in page
    assert "Câu này đã xóa hẳn" in page
    assert question(cast, question_id).note == ""


def test_names_are_offered_chosen_and_covered(cast: Cast) -> None:
    cast.write(dialogues.change, cast.dialogue_id, {"leader": "Trần Quốc Tuấn, Giám đốc Sở"})
    question_id, moderator = ask(cast), cast.staff("moderator")
    page = html.unescape(moderator.get(f"{cast.desk}/questions/{question_id}/redact").text)
    for words in ("Trần Quốc Tuấn", "0912 345 678"):
        assert f'value="{words}" checked' in page
        assert f"<mark>{words}</mark>" in page
    wording = queries.wording(BODY)
    answer = post(
        cast, moderator, f"questions/{question_id}/redact", name=["Trần Quốc Tuấn"], more="xã Tân Ân", wording=wording
    )
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/moderate")
    assert question(cast, question_id).body == "Đồng chí [đã che] ở [đã che] lấy tiền quỹ, gọi 0912 345 678"
    assert "Đã che tên" in moderator.get(f"{cast.desk}/moderate").text


def test_a_refused_covering_keeps_what_was_typed(cast: Cast) -> None:
    question_id, moderator = ask(cast), cast.staff("moderator")
    answer = post(cast, moderator, f"questions/{question_id}/redact", more="Lê Lợi")
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert ">Lê Lợi</textarea>" in page
    assert "Không thấy chữ nào như vậy" in page
    assert 'value="0912 345 678" checked' not in page, "what was not chosen stays so"
    assert question(cast, question_id).body == BODY


def test_erasing_asks_for_a_word_or_the_number(cast: Cast) -> None:
    waiting, shown, moderator = ask(cast), ask(cast, f"{BODY} nữa", State.APPROVED), cast.staff("moderator")
    number = question(cast, shown).number
    page = html.unescape(moderator.get(f"{cast.desk}/questions/{shown}/erase").text)
    assert f"Gõ số câu ({number}) hoặc chữ XÓA" in page
    assert BODY in page
    for question_id, typed in ((waiting, ""), (waiting, str(number)), (shown, "99"), (shown, "có")):
        answer = post(cast, moderator, f"questions/{question_id}/erase", typed=typed, reason="secret")
        assert answer.status_code == 422
        assert 'value="secret" selected' in answer.text, "what was chosen stays chosen"
    assert question(cast, waiting).body == BODY
    for question_id, typed in ((waiting, "xoá"), (shown, f"Câu {number}")):
        answer = post(cast, moderator, f"questions/{question_id}/erase", typed=typed, reason="secret")
        assert (answer.status_code, answer.location) == (303, f"{cast.desk}/moderate")
        assert question(cast, question_id).body == ""
    assert "Đã xóa hẳn" in moderator.get(f"{cast.desk}/moderate").text
    assert moderator.get(f"{cast.desk}/questions/{shown}/erase").status_code == 404


def test_a_program_is_told_that_the_files_are_written_anew(cast: Cast) -> None:
    question_id, moderator = ask(cast), cast.staff("moderator")
    answer = post(cast, moderator, f"questions/{question_id}/erase", JSON, typed="XÓA", reason="offensive")
    assert answer.get_json() | {"version": 0} == {
        "id": question_id, "before": "pending", "texts": 1, "version": 0, "scrubbed": True,
    }  # fmt: skip


def test_the_right_channel_is_one_touch_and_one_back_and_its_asker_reads_where_to_go(cast: Cast) -> None:
    cast.write(dialogues.change, cast.dialogue_id, {"complaints": "Ban Tiếp công dân, số 1 Hùng Vương"})
    phone, moderator = cast.member(), cast.staff("moderator")
    assert "Tố cáo, khiếu nại: Ban Tiếp công dân, số 1 Hùng Vương" in phone.get(f"{cast.base}/ask").text
    question_id = send(cast, phone, BODY, "c1").get_json()["id"]
    moderator_says = post(cast, moderator, f"questions/{question_id}/channel", seen="pending")
    assert moderator_says.status_code == 303
    gone = question(cast, question_id)
    assert (gone.state, gone.reason) == ("rejected", REASONS["channel"])
    mine = phone.get(f"{cast.base}?tab=mine").text
    assert mine.count("Ban Tiếp công dân, số 1 Hùng Vương") == 1
    assert "ask?again=" not in mine, "a complaint is not to be written again here"
    post(cast, moderator, "undo")
    assert question(cast, question_id).state == "pending"


def test_a_question_leaves_the_board_by_the_right_channel_from_wherever_it_stands(cast: Cast) -> None:
    for state in (State.APPROVED, State.ANSWERING, State.ANSWERED, State.IN_WRITING, State.HELD):
        question_id = ask(cast, f"{BODY} {state}", state)
        cast.write(moderation.decide, cast.dialogue_id, question_id, "channel", actor="lan")
        assert question(cast, question_id).state == "rejected", state


def test_a_muted_ballot_is_told_and_keeps_its_text_and_its_votes(cast: Cast) -> None:
    phone, other, moderator = cast.member(), cast.member(), cast.staff("moderator")
    first = send(cast, phone, "Câu hỏi đầu tiên của phiếu này", "c1").get_json()["id"]
    assert post(cast, moderator, f"questions/{first}/mute").status_code == 303
    refused = send(cast, phone, "Câu hỏi thứ hai của phiếu này", "c2")
    assert refused.status_code == 403
    assert "Phiếu này tạm không gửi được câu hỏi mới" in refused.get_json()["message"]
    token = csrf(phone, f"{cast.base}/ask")
    data = {
        "csrf_token": token,
        "body": "Câu hỏi thứ hai của phiếu này",
        "client_id": "c3",
        "anyway": "1",
        "alike": "1",
    }
    again = phone.post(f"{cast.base}/questions", data=data)
    assert "Câu hỏi thứ hai của phiếu này</textarea>" in again.text
    assert send(cast, other, "Câu hỏi của một phiếu khác hẳn", "c1").status_code == 201
    assert send(cast, phone, "Câu hỏi đầu tiên của phiếu này", "c1").status_code in {200, 201}, (
        "the same ask is no new one"
    )
    shown = ask(cast, "Câu trên bảng để ủng hộ", State.APPROVED)
    assert (
        phone.post(f"{cast.base}/questions/{shown}/vote", data={"csrf_token": token}, headers=JSON).status_code == 200
    )
    post(cast, moderator, f"questions/{first}/mute/withdrawal")
    assert send(cast, phone, "Câu hỏi thứ hai của phiếu này", "c2").status_code == 201


@pytest.mark.claim(
    "anonymity", "muting whoever asked a question tells a moderator nothing of that ballot's other questions"
)
def test_muting_says_nothing_of_other_questions(cast: Cast, figure: Callable[[str], None]) -> None:
    phone, other, moderator = cast.member(), cast.member(), cast.staff("moderator")
    first, second = (send(cast, phone, f"Câu số {n} của phiếu này", f"c{n}").get_json()["id"] for n in (1, 2))
    third = send(cast, other, "Câu của một phiếu khác", "c1").get_json()["id"]
    marks = [question(cast, each).mute for each in (first, second, third)]
    assert len(set(marks)) == 3
    post(cast, moderator, f"questions/{first}/mute")
    answers = []
    for each in (second, third):  # of the same ballot and of another: nobody can tell which is which
        made = post(cast, moderator, f"questions/{each}/mute", JSON).get_json()
        answers.append((made["muted"], made["changed"]))
    assert answers == [(True, True)] * 2
    figure(
        "two questions of the muted ballot and one of another: same answers, same marks on the page, 3 different marks stored"
    )
    page = moderator.get(f"{cast.desk}/muted").text
    assert all(f'id="q-{each}"' in page for each in (first, second, third))
    post(cast, moderator, f"questions/{first}/mute/withdrawal")
    assert send(cast, phone, "Vẫn bị chặn vì câu thứ hai", "c9").status_code == 403
    post(cast, moderator, "undo")
    assert question(cast, first).muted


def test_what_no_phone_sent_cannot_be_muted_and_the_key_dies_with_the_hall(cast: Cast) -> None:
    phone, moderator = cast.member(), cast.staff("moderator")
    brought = ask(cast)
    assert post(cast, moderator, f"questions/{brought}/mute", JSON).status_code == 403
    assert f"questions/{brought}/mute" not in moderator.get(f"{cast.desk}/moderate").text
    asked = send(cast, phone, "Câu hỏi đầu tiên của phiếu này", "c1").get_json()["id"]
    assert f"questions/{asked}/mute" in moderator.get(f"{cast.desk}/moderate").text
    assert cast.keys.exists(cast.dialogue_id, "mute")
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO * 2)
    assert not cast.keys.exists(cast.dialogue_id, "mute")


def test_hard_texts_come_folded_and_others_open(cast: Cast) -> None:
    cast.write(dialogues.change, cast.dialogue_id, {"leaders": "Lê Văn Bảy, Phó Giám đốc"})
    hard, phone, soft = ask(cast, "Ông Bảy hứa gì năm ngoái?"), ask(cast), ask(cast, "Bao giờ có máy tính mới cho xã?")
    page = html.unescape(cast.staff("moderator").get(f"{cast.desk}/moderate").text)
    folds = {each: f'id="f-{each}-' in page for each in (hard, phone, soft)}
    assert folds == {hard: True, phone: True, soft: False}
    assert page.count("Có thể nêu tên người; bấm để xem") == 1


def test_the_public_log_counts_in_steps_and_tells_no_text(cast: Cast) -> None:
    phones = [cast.member() for _ in range(2)]
    for n in range(7):
        made = send(cast, phones[n % 2], f"Câu hỏi thứ {n} bị từ chối vì nêu tên", f"c{n}")
        cast.write(
            moderation.decide, cast.dialogue_id, made.get_json()["id"], "reject", actor="lan", reason="names_someone"
        )
    waiting = send(cast, phones[0], "Câu hỏi còn chờ, sẽ xóa hẳn", "c8").get_json()["id"]
    post(cast, cast.staff("moderator"), f"questions/{waiting}/erase", typed="XÓA", reason="secret")
    stranger = cast.stranger()
    page = html.unescape(stranger.get(f"{cast.base}/moderation").text)
    assert all(sentence in page for token, sentence in REASONS.items() if token != "other")
    for text in ("Câu hỏi thứ", "sẽ xóa hẳn"):
        assert text not in page
    file = stranger.get(f"{cast.base}/moderation.json")
    (table,) = json.loads(file.data)["tables"]
    counts = {row["key"]: row["at_least"] for row in table["rows"]}
    assert (counts["asked"], counts["rejected"], counts["rejected_names_someone"]) == (5, 5, 5)
    assert (counts["erased"], counts["erased_secret"], counts["board"]) == (0, 0, 0), "fewer than five are not told"
    csv = stranger.get(f"{cast.base}/moderation.csv").data.decode("utf-8-sig")
    assert '"rejected_names_someone","rejected"' in csv
    with cast.reading() as session:
        assert session.query(ModerationLog).count() == 8


def test_leaders_and_the_place_of_complaints_are_settings(cast: Cast) -> None:
    organiser = cast.staff("organiser")
    form = {
        "theme": "Chủ đề",
        "minutes": "90",
        "ask_limit": "5",
        "leaders": "Lê Văn Bảy\nTrần Thị Bình",
        "complaints": "Phòng 1",
    }
    token = csrf(organiser, f"{cast.desk}/manage")
    assert organiser.post(f"{cast.desk}/settings", data={"csrf_token": token, **form}).status_code == 303
    page = html.unescape(organiser.get(f"{cast.desk}/manage").text)
    assert "Lê Văn Bảy\nTrần Thị Bình</textarea>" in page.replace("\r\n", "\n")
    assert 'value="Phòng 1"' in page
