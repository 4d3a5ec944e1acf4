"""Members see what became of the questions that they asked or stood behind: in their room, and by their tokens."""

from __future__ import annotations

from typing import Any

from survey import lifecycle
from survey.followups import recommendations
from tests.conftest import Cast
from tests.conftest import csrf

JSON = {"Accept": "application/json"}


def test_whoever_stands_behind_a_question_reads_its_fate_in_the_room(cast: Cast) -> None:
    """Only what is published; another phone that stands behind nothing is told nothing in its own list."""
    asker, supporter, other = cast.member(), cast.member(), cast.member()
    token = csrf(asker, f"{cast.base}/leave")
    made = _post(cast, asker, "/questions", token, body="Bao giờ có nhà ở cho cán bộ trẻ?", client_id="c1")
    staff = cast.staff("moderator")
    staff.post(f"{cast.desk}/questions/{made['id']}/approve", data={"csrf_token": csrf(staff, f"{cast.desk}/moderate")})
    _post(cast, supporter, f"/questions/{made['id']}/vote", csrf(supporter, f"{cast.base}/leave"))
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    one = cast.write(
        recommendations.create, cast.dialogue_id, body="Lập quỹ nhà ở", question_ids=[made["id"]], actor="test"
    )
    cast.write(recommendations.step, one, "passed_up", reason="Đã gửi Bộ Xây dựng", actor="test")
    assert "Đã gửi Bộ Xây dựng" not in supporter.get(f"{cast.base}?tab=mine").text, "not published"
    cast.write(recommendations.publish, one, True, actor="test")
    for phone in (asker, supporter):
        page = phone.get(f"{cast.base}?tab=mine").text
        assert f'href="/p/{cast.code}#kien-nghi-1"' in page
        assert "Đã gửi Bộ Xây dựng" in page
        assert "Chuyển cấp trên" in page
    assert "Đã gửi Bộ Xây dựng" not in other.get(f"{cast.base}?tab=mine").text


def _post(cast: Cast, phone: Any, path: str, token: str, **form: str) -> dict[str, Any]:
    answer = phone.post(cast.base + path, data={"csrf_token": token, **form}, headers=JSON)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json)
