"""What one voice is stands on the projector in every scene that shows a number, and on the leader's paper."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import make_cast
from tests.stage.conftest import bring
from tests.stage.conftest import put

LONG = {
    "open": "Lượt ủng hộ tính theo thiết bị", "tickets": "Lượt ủng hộ tính theo thẻ",
    "roll": "Mỗi người trong danh sách một phiếu (chế độ yếu)",
    "roll+tickets": "Mỗi người trong danh sách một phiếu hoặc một thẻ (chế độ yếu)",
}  # fmt: skip
BRIEF = {**LONG, "roll": "Mỗi người một phiếu, chế độ yếu", "roll+tickets": "Mỗi người một phiếu, chế độ yếu"}


@pytest.mark.parametrize("entry", list(LONG))
def test_screen_and_paper_say_what_one_voice_is(app: Flask, entry: str) -> None:
    cast = make_cast(app, "open_hall", entry=entry)
    screen, leader = cast.staff("screen"), cast.staff("leader")
    welcome = screen.get(f"{cast.desk}/screen").text
    assert f"{LONG[entry]}.</p>" in welcome
    bring(cast, "Câu một", "Câu hai")
    for mode in ("ranking", "closing"):
        put(cast, screen=mode)
        page = screen.get(f"{cast.desk}/screen").text
        assert BRIEF[entry] in page.split('id="stage-foot"', 1)[1].split('id="off"', 1)[0]
        assert [other for other in BRIEF.values() if other in page and other != BRIEF[entry]] == []
    assert f"{LONG[entry]}." in leader.get(f"{cast.desk}/lead/print").text


def test_an_order_that_is_held_is_said_beside_it(app: Flask) -> None:
    cast = make_cast(app, "open_hall")
    bring(cast, "Câu một", "Câu hai")
    put(cast, screen="ranking", order_held=True)
    foot = cast.staff("screen").get(f"{cast.desk}/screen").text.split('id="stage-foot"', 1)[1].split('id="off"', 1)[0]
    assert "Thứ tự đang được giữ" in foot
