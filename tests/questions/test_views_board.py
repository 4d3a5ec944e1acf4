"""The board for programs."""

from __future__ import annotations

from survey import lifecycle
from tests.conftest import csrf


def test_the_board_holds_what_is_published_in_its_order(cast, put):
    second, first = put("Câu hai", supporters=3), put("Câu một", supporters=9)
    answered = put("Câu ba", supporters=1, state="answered")
    put("Chưa ai được thấy", supporters=99, state="pending")
    board = cast.stranger().get(f"{cast.base}/board.json").json
    assert [q["id"] for q in board["questions"]] == [first, second, answered]
    assert board["questions"][0] == {
        "id": first, "number": 2, "body": "Câu một", "topic": None, "supporters": 9, "state": "approved",
    }  # fmt: skip
    assert board["state"] == "live"


def test_the_board_is_sent_again_only_when_something_public_changed(cast, put):
    put("Câu một")
    phone = cast.member()
    first = phone.get(f"{cast.base}/board.json")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert phone.get(f"{cast.base}/board.json", headers=tag).status_code == 304
    phone.post(
        f"{cast.base}/questions", json={"body": "Câu này còn chờ duyệt đã."},
        headers={"Accept": "application/json", "X-CSRFToken": csrf(phone, cast.base)},
    )  # fmt: skip
    assert phone.get(f"{cast.base}/board.json", headers=tag).status_code == 304
    put("Câu hai")
    again = phone.get(f"{cast.base}/board.json", headers=tag)
    assert again.status_code == 200
    assert again.json["version"] > first.json["version"]


def test_the_board_stays_readable_after_closing(cast, put):
    put("Câu một")
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert cast.stranger().get(f"{cast.base}/board.json").json["state"] == "closed"


def test_an_unknown_code_is_a_json_error(cast):
    answer = cast.stranger().get("/d/ZZZZZZ/board.json", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]) == (404, "not_found")
